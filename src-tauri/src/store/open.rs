//! Opening: the folder, the lock, the connection's settings, the check after an unclean end, and damage.

use super::fault::Fault;
use super::{StoreError, salvage, schema, upkeep};
use crate::model::Timestamp;
use crate::say;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a connection waits for another process before it gives up.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// What an opening brought.
pub(super) struct Opened {
    /// The writing connection.
    pub(super) db: Connection,
    /// The process's lock; it ends with the file.
    pub(super) lock: File,
    /// What the user should know of it.
    pub(super) note: Option<String>,
}

/// Opens for writing: the only process that may.
pub(super) fn open(path: &Path, now: Timestamp) -> Result<Opened, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_folder(folder).map_err(|error| cannot(folder, &error))?;
    }
    let lock = lock(path)?;
    let damage = match begin(path) {
        Ok(db) => return Ok(Opened { db, lock, note: None }),
        Err(fault) if fault.damage() => fault,
        Err(fault) => return Err(fault.tell(path, 0)),
    };
    let why = if let Fault::Sql(error) = damage { error.to_string() } else { String::new() };
    let kept = set_aside(path, now).map_err(|error| {
        StoreError::Damaged(say!(
            "store-stuck",
            path = path.display().to_string(),
            why = why.as_str(),
            error = error.to_string()
        ))
    })?;
    let mut db = begin(path).map_err(|fault| fault.tell(path, 0))?;
    let saved = salvage::salvage(&kept, &mut db);
    let note = say!(
        "store-replaced",
        path = path.display().to_string(),
        why = why.as_str(),
        kept = kept.display().to_string(),
        saved = saved
    );
    tracing::warn!("{note}");
    Ok(Opened { db, lock, note: Some(note) })
}

/// A connection that reads, for this process or for one beside the monitor.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "query_only", true)?;
    keep_plans(&db)?;
    Ok(db)
}

/// Statements are kept, and planned once: without the stability guarantee SQLite plans some of them anew for every
/// value that is bound, which takes longer than running them.
fn keep_plans(db: &Connection) -> rusqlite::Result<()> {
    db.set_prepared_statement_cache_capacity(64);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Opens, checks and migrates the file at `path`.
fn begin(path: &Path) -> Result<Connection, Fault> {
    private_file(path).map_err(|error| Fault::Words(cannot(path, &error).to_string()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY)?;
    let found = schema::check_version(&db, path)?;
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Fault::Words(format!(
            "The history {} cannot be kept on this file system: it has no shared memory for SQLite's log ({mode}). \
             Keep it on a local disk.",
            path.display()
        )));
    }
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "journal_size_limit", 33 << 20)?;
    // A poll changes the same few pages as the one before: the longer the log, the fewer are carried over. 32 MB.
    db.pragma_update(None, "wal_autocheckpoint", 8_000)?;
    keep_plans(&db)?;
    if found > 0 && !upkeep::closed_cleanly(&db) {
        quick_check(&db)?;
    }
    schema::migrate(&mut db, path)?;
    // Said before the first write. A disk too full for it is told by the first poll, not by refusing to start.
    match upkeep::set_clean(&db, false).map_err(Fault::Sql) {
        Err(fault) if !fault.passes() => Err(fault),
        _ => Ok(db),
    }
}

/// SQLite's own check, without the slow comparison of every index entry.
fn quick_check(db: &Connection) -> Result<(), Fault> {
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    let corrupt = ffi::Error { code: ErrorCode::DatabaseCorrupt, extended_code: ffi::SQLITE_CORRUPT };
    Err(Fault::Sql(rusqlite::Error::SqliteFailure(corrupt, Some(verdict))))
}

/// Moves the file with its log beside itself; returns where it went.
fn set_aside(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let kept = beside(path, &format!(".damaged-{}", now.0));
    for tail in ["-wal", "-shm", ""] {
        let from = beside(path, tail);
        if from.exists() {
            std::fs::rename(from, beside(&kept, tail))?;
        }
    }
    Ok(kept)
}

/// Takes the process's lock, `history.lock`, for as long as the file stays open. The system frees it even when the
/// process is killed.
fn lock(path: &Path) -> Result<File, StoreError> {
    let name = path.with_extension("lock");
    let file = private_file(&name).map_err(|error| cannot(&name, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::InUse(say!("store-running", path = path.display().to_string())))
        }
        Err(TryLockError::Error(error)) => Err(cannot(&name, &error)),
    }
}

/// `path` with something behind its whole name: `history.sqlite` and `-wal`.
pub(super) fn beside(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    PathBuf::from(name)
}

fn cannot(path: &Path, error: &io::Error) -> StoreError {
    let sentence = say!("store-cannot-open", path = path.display().to_string(), why = error.to_string());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(sentence),
        _ => StoreError::Other(sentence),
    }
}

/// Opens or creates a file that only its owner can read; SQLite gives its log the same rights.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(path)?;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}

/// Creates a folder that only its owner can enter. One that is there already is left as it is.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
