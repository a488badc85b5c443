//! Gaps: polls that failed.

use super::codec::{read_word, time, word};
use super::fault::Fault;
use super::{Store, StoreError, refusals};
use crate::model::{AccountId, Gap, PollError, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

/// The columns of a [`Gap`], in its order.
pub(super) const COLUMNS: &str = "at, last_at, polls, kind, message";

/// Reads one gap.
pub(super) fn read(row: &Row<'_>) -> Result<Gap> {
    Ok(Gap {
        at: time(row, 0)?,
        last_at: time(row, 1)?,
        polls: row.get(2)?,
        kind: read_word(row, 3)?,
        message: row.get(4)?,
    })
}

/// Writes a gap, over one that began at the same time. Returns how many rows were written.
pub(super) fn put(db: &Connection, account: &AccountId, gap: &Gap) -> Result<usize> {
    db.prepare_cached(&format!(
        "INSERT OR REPLACE INTO gap (account, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    ))?
    .execute(params![
        account.as_str(),
        gap.at.0,
        gap.last_at.0,
        gap.polls,
        word(&gap.kind)?,
        gap.message
    ])
}

/// The newest gap of an account.
pub(super) fn newest(db: &Connection, account: &AccountId) -> Result<Option<Gap>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM gap WHERE account = ?1 ORDER BY at DESC LIMIT 1"))?
        .query_row([account.as_str()], read)
        .optional()
}

/// When an account's newest reading was last read.
fn heard(db: &Connection, account: &AccountId) -> Result<Option<Timestamp>> {
    db.prepare_cached(
        "SELECT max((SELECT last_at FROM sample WHERE meter_id = meter.id ORDER BY at DESC LIMIT 1)) \
         FROM meter WHERE account = ?1",
    )?
    .query_row([account.as_str()], |row| Ok(row.get::<_, Option<i64>>(0)?.map(Timestamp)))
}

/// One failed poll, in the caller's transaction: the gap grows, or another begins.
pub(super) fn record(
    db: &Connection,
    account: &AccountId,
    at: Timestamp,
    error: &PollError,
) -> Result<(), Fault> {
    let heard = heard(db, account)?;
    let before = newest(db, account)?;
    let last = before.as_ref().map(|gap| gap.last_at).max(heard);
    let gap = match before {
        Some(gap) if gap.kind == error.kind && heard.is_none_or(|heard| heard < gap.last_at) => Gap {
            last_at: at.max(gap.last_at),
            polls: gap.polls.saturating_add(1),
            message: error.message.clone(),
            ..gap
        },
        _ => {
            // As with readings: after all that is stored, even if the clock jumped back.
            let at = last.map_or(at, |last| at.max(last + 1));
            Gap { at, last_at: at, polls: 1, kind: error.kind, message: error.message.clone() }
        }
    };
    put(db, account, &gap)?;
    if let Some(refusal) = &error.refusal {
        refusals::put(db, account, at, refusal)?;
    }
    Ok(())
}

impl Store {
    /// When an account was last polled, well or not; `None`: never.
    pub fn last_polled(&self, account: &AccountId) -> Result<Option<Timestamp>, StoreError> {
        let mute = self.last_mute_poll(account)?;
        self.read(|db| Ok(mute.max(heard(db, account)?).max(newest(db, account)?.map(|gap| gap.last_at))))
    }

    /// Gaps of an account that touch `from..=to`, oldest first.
    pub fn gaps(&self, account: &AccountId, from: Timestamp, to: Timestamp) -> Result<Vec<Gap>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM gap WHERE account = ?1 AND at <= ?3 AND last_at >= ?2 AND at >= COALESCE(\
                 (SELECT at FROM gap WHERE account = ?1 AND at < ?2 ORDER BY at DESC LIMIT 1), ?2) ORDER BY at"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params![account.as_str(), from.0, to.0], read)?;
            rows.collect::<Result<_>>().map_err(Fault::from)
        })
    }
}
