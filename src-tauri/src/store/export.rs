//! The history in pages, for exports: each page is one short read, so that neither a large history nor a slow reader of
//! the export takes memory or holds the log of a monitor that writes.

use super::codec::read_word;
use super::episodes::{self, read_told};
use super::fault::Fault;
use super::{Hour, Store, StoreError, Told, costs, gaps, refusals, rollups, samples};
use crate::model::{AccountId, Cost, Episode, Gap, Refusal, Sample, Timestamp};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

/// Rows of one page.
pub const PAGE: usize = 2_000;

/// A notice with the evidence that it was told from, where that is kept.
pub type ToldFrom = (Told, Option<String>);

/// A refusal: whose, when, what.
pub type Refused = (AccountId, Timestamp, Refusal);

fn list<T>(
    db: &Connection,
    sql: &str,
    bounds: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Fault> {
    let mut query = db.prepare_cached(sql)?;
    query.query_map(bounds, read)?.collect::<Result<_, _>>().map_err(Fault::from)
}

impl Store {
    /// Every account of which there is history, configured or not, in the order of their ids.
    pub fn known_accounts(&self) -> Result<Vec<AccountId>, StoreError> {
        let sql = "SELECT account FROM meter UNION SELECT account FROM gap UNION SELECT account FROM cost \
                   UNION SELECT account FROM refusal UNION \
                   SELECT account FROM episode WHERE account IS NOT NULL ORDER BY 1";
        self.read(|db| list(db, sql, [], |row| read_word(row, 0)))
    }

    /// When the sample began that was true at `from`, or else `from`: where a meter's pages begin.
    pub fn sample_before(&self, meter: i64, from: Timestamp) -> Result<Timestamp, StoreError> {
        let sql = "SELECT at FROM sample WHERE meter_id = ?1 AND at < ?2 ORDER BY at DESC LIMIT 1";
        self.read(|db| {
            let mut query = db.prepare_cached(sql)?;
            let found: Option<i64> = query.query_row([meter, from.0], |row| row.get(0)).optional()?;
            Ok(found.map_or(from, Timestamp))
        })
    }

    /// A page of a meter's samples that began at `at` or later and before `to`, oldest first.
    pub fn sample_page(&self, meter: i64, at: Timestamp, to: Timestamp) -> Result<Vec<Sample>, StoreError> {
        let sql = format!(
            "SELECT {} FROM sample WHERE meter_id = ?1 AND at >= ?2 AND at < ?3 ORDER BY at LIMIT {PAGE}",
            samples::COLUMNS
        );
        self.read(|db| list(db, &sql, [meter, at.0, to.0], samples::read))
    }

    /// A page of a meter's hours that begin at `at` or later and before `to`, oldest first.
    pub fn hour_page(&self, meter: i64, at: Timestamp, to: Timestamp) -> Result<Vec<Hour>, StoreError> {
        let sql = format!(
            "SELECT {} FROM rollup_hour WHERE meter_id = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour LIMIT {PAGE}",
            rollups::COLUMNS
        );
        self.read(|db| list(db, &sql, [meter, at.0, to.0], rollups::read))
    }

    /// A page of an account's gaps that began after `after` (`None`: all) and before `to`, oldest first.
    pub fn gap_page(
        &self,
        account: &AccountId,
        after: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<Vec<Gap>, StoreError> {
        let sql = format!(
            "SELECT {} FROM gap WHERE account = ?1 AND at > ?2 AND at < ?3 ORDER BY at LIMIT {PAGE}",
            gaps::COLUMNS
        );
        let after = after.map_or(i64::MIN, |at| at.0);
        self.read(|db| list(db, &sql, params![account.as_str(), after, to.0], gaps::read))
    }

    /// A page of an account's cost buckets that begin in `from..to`, after the bucket `after`; by what they are told
    /// apart by, then by start, name and unit.
    pub fn cost_page(
        &self,
        account: &AccountId,
        (from, to): (Timestamp, Timestamp),
        after: Option<&Cost>,
    ) -> Result<Vec<Cost>, StoreError> {
        let sql = format!(
            "SELECT {} FROM cost WHERE account = ?1 AND start >= ?2 AND start < ?3 \
             AND (by_what, start, name, unit) > (?4, ?5, ?6, ?7) ORDER BY by_what, start, name, unit LIMIT {PAGE}",
            costs::COLUMNS
        );
        self.read(|db| {
            let (by, start, name, unit) = match after {
                Some(cost) => {
                    (super::codec::word(&cost.by)?, cost.start.0, cost.name.as_str(), cost.unit.to_string())
                }
                None => (String::new(), i64::MIN, "", String::new()),
            };
            list(db, &sql, params![account.as_str(), from.0, to.0, by, start, name, unit], costs::read)
        })
    }

    /// A page of the episodes that were alive in `from..to`, after the one that began then and has that number; by when
    /// they began, each with its notices, oldest first.
    pub fn episode_page(
        &self,
        (from, to): (Timestamp, Timestamp),
        after: Option<(Timestamp, i64)>,
    ) -> Result<Vec<(Episode, Vec<ToldFrom>)>, StoreError> {
        let page = PAGE / 10;
        let sql = format!(
            "SELECT {} FROM episode WHERE began_at < ?2 AND (state <> 'resolved' OR COALESCE(resolved_at, seen_at) >= ?1) \
             AND (began_at, id) > (?3, ?4) ORDER BY began_at, id LIMIT {page}",
            episodes::COLUMNS
        );
        let told = format!(
            "SELECT {}, evidence FROM notice WHERE episode = ?1 ORDER BY at, id",
            episodes::TOLD_COLUMNS
        );
        let (began, id) = after.map_or((i64::MIN, i64::MIN), |(at, id)| (at.0, id));
        self.read(|db| {
            let found = list(db, &sql, [from.0, to.0, began, id], episodes::read)?;
            let with_notices = |episode: Episode| {
                let notices = list(db, &told, [episode.id], |row| Ok((read_told(row)?, row.get(5)?)))?;
                Ok((episode, notices))
            };
            found.into_iter().map(with_notices).collect()
        })
    }

    /// A page of the refusals of all accounts that happened in `from..to`, after the one of that time and number; each
    /// with its number, oldest first.
    pub fn refusal_page(
        &self,
        (from, to): (Timestamp, Timestamp),
        after: Option<(Timestamp, i64)>,
    ) -> Result<Vec<(i64, Refused)>, StoreError> {
        let sql = format!(
            "SELECT {}, id FROM refusal WHERE at >= ?1 AND at < ?2 AND (at, id) > (?3, ?4) ORDER BY at, id LIMIT {PAGE}",
            refusals::COLUMNS
        );
        let (at, id) = after.map_or((i64::MIN, i64::MIN), |(at, id)| (at.0, id));
        self.read(|db| list(db, &sql, [from.0, to.0, at, id], |row| Ok((row.get(3)?, refusals::read(row)?))))
    }
}
