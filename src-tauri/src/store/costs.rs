//! Cost buckets: replaced as they grow, kept for ever.

use super::codec::{qty, read_word, time, word};
use super::fault::Fault;
use super::{Store, StoreError};
use crate::model::{AccountId, By, Cost, Timestamp, Unit};
use rusqlite::{Connection, Result, Row, params};
use std::collections::BTreeMap;

/// The columns that make up a bucket.
pub(super) const COLUMNS: &str = "by_what, name, start, end, amount, unit, provenance";

/// Reads a bucket.
pub(super) fn read(row: &Row<'_>) -> Result<Cost> {
    let unit: String = row.get(5)?;
    let unit = unit.parse().map_err(|error: crate::model::AmountError| {
        rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(Cost {
        by: read_word(row, 0)?,
        name: row.get(1)?,
        start: time(row, 2)?,
        end: time(row, 3)?,
        amount: qty(row, 4)?,
        unit,
        provenance: read_word(row, 6)?,
    })
}

/// Stores a bucket. Returns how many rows were written.
pub(super) fn put(db: &Connection, account: &AccountId, cost: &Cost) -> Result<usize> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO cost (account, by_what, name, start, end, amount, unit, provenance) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        account.as_str(),
        word(&cost.by)?,
        cost.name,
        cost.start.0,
        cost.end.0,
        cost.amount.0,
        cost.unit.to_string(),
        word(&cost.provenance)?
    ])
}

/// What one poll reported, in the caller's transaction: each span of each `by` and unit replaces what is stored of it,
/// and is left alone when it says the same. A bucket that ends before it begins is left out.
pub(super) fn record(db: &Connection, account: &AccountId, costs: &[Cost]) -> Result<(), Fault> {
    let mut spans: BTreeMap<(By, Unit, Timestamp, Timestamp), Vec<&Cost>> = BTreeMap::new();
    for cost in costs.iter().filter(|cost| cost.end > cost.start) {
        spans.entry((cost.by, cost.unit, cost.start, cost.end)).or_default().push(cost);
    }
    for ((by, unit, start, end), mut wanted) in spans {
        let (by, unit) = (word(&by)?, unit.to_string());
        let touching = "account = ?1 AND by_what = ?2 AND start < ?4 AND end > ?3 AND unit = ?5";
        let whose = params![account.as_str(), by, start.0, end.0, unit];
        let sql = format!("SELECT {COLUMNS} FROM cost WHERE {touching} ORDER BY name, start");
        let stored: Vec<Cost> = db.prepare_cached(&sql)?.query_map(whose, read)?.collect::<Result<_>>()?;
        wanted.sort_by(|a, b| a.name.cmp(&b.name));
        if stored.iter().eq(wanted.iter().copied()) {
            continue;
        }
        db.prepare_cached(&format!("DELETE FROM cost WHERE {touching}"))?.execute(whose)?;
        for cost in wanted {
            put(db, account, cost)?;
        }
    }
    Ok(())
}

impl Store {
    /// An account's cost buckets of one kind that touch `from..to`, oldest first.
    pub fn costs(
        &self,
        account: &AccountId,
        by: By,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Cost>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM cost \
                 WHERE account = ?1 AND by_what = ?2 AND start < ?4 AND end > ?3 ORDER BY start, name, unit"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(params![account.as_str(), word(&by)?, from.0, to.0], read)?;
            rows.collect::<Result<_>>().map_err(Fault::from)
        })
    }

    /// What an account's costs are told apart by; [`By::All`] first.
    pub fn cost_kinds(&self, account: &AccountId) -> Result<Vec<By>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT DISTINCT by_what FROM cost WHERE account = ?1")?;
            let rows = query.query_map([account.as_str()], |row| read_word(row, 0))?;
            let mut kinds: Vec<By> = rows.collect::<Result<_>>()?;
            kinds.sort();
            Ok(kinds)
        })
    }
}
