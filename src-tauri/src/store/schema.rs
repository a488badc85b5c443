//! The schema: an ordered list of migrations past `user_version`, each in one transaction.

use super::fault::Fault;
use super::open::private_file;
use crate::say;
use rusqlite::{Connection, TransactionBehavior, backup::Backup};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Migration `n` takes the file from version `n` to `n + 1`. Landed ones are never edited: old files have run them.
const MIGRATIONS: [&str; 7] = [
    include_str!("schema/001_history.sql"),
    include_str!("schema/002_state.sql"),
    include_str!("schema/003_costs.sql"),
    include_str!("schema/004_forecasts.sql"),
    include_str!("schema/005_covers.sql"),
    include_str!("schema/006_learned.sql"),
    include_str!("schema/007_deliveries.sql"),
];

/// The newest format that this Tollwatch knows.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The file's format; 0 for a new one.
pub(super) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Refuses a file from the future, and one that another program made.
pub(super) fn check_version(db: &Connection, path: &Path) -> Result<i64, Fault> {
    let found = version(db)?;
    if found > KNOWN {
        return Err(Fault::Newer { found });
    }
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found <= 0 && tables > 0 {
        return Err(Fault::Words(format!(
            "{} is a database of another program, not Tollwatch's history. Nothing was changed; \
             give another path for the history, or move that file away.",
            path.display()
        )));
    }
    Ok(found.max(0))
}

/// Brings the file to the newest format, after a copy of it was made.
pub(super) fn migrate(db: &mut Connection, path: &Path) -> Result<(), Fault> {
    let found = check_version(db, path)?;
    if found > 0 && found < KNOWN {
        back_up(db, &backup_path(path, found))?;
    }
    for (next, sql) in (found + 1..).zip(MIGRATIONS.iter().skip(found as usize)) {
        let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", next)?;
        change.commit()?;
    }
    Ok(())
}

/// Where the copy of a file of version `found` goes: `history.sqlite.v1.bak`.
fn backup_path(path: &Path, found: i64) -> PathBuf {
    super::open::beside(path, &format!(".v{found}.bak"))
}

/// Copies the database, write-ahead log included. It appears under its name only when it is whole.
fn back_up(db: &Connection, target: &Path) -> Result<(), Fault> {
    let part = super::open::beside(target, ".part");
    let words = |error: std::io::Error| Fault::Words(say!("store-no-copy", why = error.to_string()));
    if part.exists() {
        std::fs::remove_file(&part).map_err(words)?;
    }
    private_file(&part).map_err(words)?;
    let mut copy = Connection::open(&part)?;
    Backup::new(db, &mut copy)?.run_to_completion(4096, Duration::ZERO, None)?;
    // The copy must be one file: a write-ahead log left beside it would be lost by the rename.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    std::fs::rename(&part, target).map_err(words)
}
