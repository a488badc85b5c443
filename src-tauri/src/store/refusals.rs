//! Refusals: observed "no"s, each kept once however often a gateway's log is read.

use super::codec::{json, read_json, read_word, time, word};
use super::fault::Fault;
use super::{Store, StoreError};
use crate::model::{AccountId, Refusal, Timestamp};
use rusqlite::{Connection, Result, Row, params};

/// The columns that make up a stored refusal.
pub(super) const COLUMNS: &str = "account, at, body";

/// Reads whose it was, when, and what.
pub(super) fn read(row: &Row<'_>) -> Result<(AccountId, Timestamp, Refusal)> {
    Ok((read_word(row, 0)?, time(row, 1)?, read_json(row, 2)?))
}

/// Stores a refusal under its own time or else the poll's. The same one seen again replaces it: its count may have
/// grown. Returns how many rows were written.
pub(super) fn put(db: &Connection, account: &AccountId, at: Timestamp, refusal: &Refusal) -> Result<usize> {
    db.prepare_cached(
        "INSERT INTO refusal (account, at, cause, rule, message, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (account, at, rule, message) DO UPDATE SET cause = excluded.cause, body = excluded.body",
    )?
    .execute(params![
        account.as_str(),
        refusal.at.unwrap_or(at).0,
        word(&refusal.cause)?,
        refusal.rule,
        refusal.message,
        json(refusal)?
    ])
}

impl Store {
    /// One refusal that no poll brought, such as one that was pasted; `at` is its time if it has none of its own.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub fn record_refusal(
        &self,
        account: &AccountId,
        at: Timestamp,
        refusal: &Refusal,
    ) -> Result<(), StoreError> {
        self.record(account, at, &[], std::slice::from_ref(refusal), &[]).map(drop)
    }

    /// Refusals of all accounts or of one, that happened (or else were seen) in `from..=to`, oldest first.
    pub fn refusals(
        &self,
        account: Option<&AccountId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(AccountId, Timestamp, Refusal)>, StoreError> {
        self.read(|db| {
            let whose = if account.is_some() { "account = ?3 AND" } else { "?3 IS NULL AND" };
            let sql =
                format!("SELECT {COLUMNS} FROM refusal WHERE {whose} at BETWEEN ?1 AND ?2 ORDER BY at, id");
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params![from.0, to.0, account.map(AccountId::as_str)], read)?;
            rows.collect::<Result<_>>().map_err(Fault::from)
        })
    }
}
