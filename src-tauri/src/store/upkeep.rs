//! Small state, forgetting, pruning, size.

use super::fault::Fault;
use super::open::beside;
use super::{Store, StoreError, forecasts};
use crate::model::{AccountId, DAY, Timestamp};
use crate::say;
use rusqlite::{Connection, OptionalExtension, Result, params};
use std::time::Duration;

/// Rows dropped in one transaction, so that a poll never waits long behind a pruning.
const BATCH: usize = 5_000;

/// The state that says whether the last end was in order.
const CLEAN: &str = "store.clean";

/// Whether the file says that it was closed in order. Format 1 could not say.
pub(super) fn closed_cleanly(db: &Connection) -> bool {
    matches!(get(db, CLEAN), Ok(Some(value)) if value == "yes")
}

/// Says whether the file is in order.
pub(super) fn set_clean(db: &Connection, clean: bool) -> Result<()> {
    set(db, CLEAN, if clean { "yes" } else { "no" }).map(drop)
}

fn get(db: &Connection, name: &str) -> Result<Option<String>> {
    db.prepare_cached("SELECT value FROM state WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// Sets a state. Returns how many rows were written.
pub(super) fn set(db: &Connection, name: &str, value: &str) -> Result<usize> {
    db.prepare_cached(
        "INSERT INTO state (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?
    .execute([name, value])
}

fn forget(db: &Connection, account: &AccountId) -> Result<(), Fault> {
    db.execute("DELETE FROM state WHERE name = ?1", [mute_poll(account)])?;
    let account = account.as_str();
    // Samples, hours, forecasts and what was learned go with their meters.
    db.execute("DELETE FROM meter WHERE account = ?1", [account])?;
    db.execute("DELETE FROM gap WHERE account = ?1", [account])?;
    db.execute("DELETE FROM refusal WHERE account = ?1", [account])?;
    db.execute("DELETE FROM cost WHERE account = ?1", [account])?;
    db.execute(
        "UPDATE episode SET state = 'resolved', resolved_at = seen_at WHERE account = ?1 AND state <> 'resolved'",
        [account],
    )?;
    Ok(())
}

/// What pruning drops, each a statement with the moment ?1 and the most rows ?2; a meter's ?3 for samples. A meter's
/// newest sample stays: it is what is known of the meter.
const OLD_SAMPLES: &str = "DELETE FROM sample WHERE meter_id = ?3 AND at IN (\
     SELECT at FROM sample WHERE meter_id = ?3 AND at < ?1 AND last_at < ?1 \
     AND at < (SELECT max(at) FROM sample WHERE meter_id = ?3) ORDER BY at LIMIT ?2)";
const OLD_GAPS: &str = "DELETE FROM gap WHERE (account, at) IN (\
     SELECT account, at FROM gap WHERE last_at < ?1 AND ?3 IS NULL LIMIT ?2)";
const OLD_REFUSALS: &str = "DELETE FROM refusal WHERE id IN (\
     SELECT id FROM refusal WHERE at < ?1 AND ?3 IS NULL ORDER BY at LIMIT ?2)";
const OLD_DELIVERIES: &str = "DELETE FROM delivery WHERE id IN (\
     SELECT id FROM delivery WHERE made_at < ?1 AND state IN ('done', 'given_up') AND ?3 IS NULL ORDER BY made_at LIMIT ?2)";
const OLD_FORECASTS: &str = "DELETE FROM forecast WHERE (meter_id, at) IN (\
     SELECT meter_id, at FROM forecast WHERE meter_id = ?3 AND at < ?1 ORDER BY at LIMIT ?2)";

impl Store {
    /// Small state that must survive a restart, by name.
    pub fn state(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|db| Ok(get(db, name)?))
    }

    /// Sets it. Names that begin with `store.` are the store's own.
    pub fn set_state(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |desk| desk.change_beside(|db| Ok(set(db, &name, &value).map(drop)?)))
    }

    /// Notes a good poll that brought no figure. It leaves no sample, yet ends what failed before.
    pub fn note_mute_poll(&self, account: &AccountId, at: Timestamp) -> Result<(), StoreError> {
        self.set_state(&mute_poll(account), &at.0.to_string())
    }

    /// When a poll was last good and brought no figure.
    pub fn last_mute_poll(&self, account: &AccountId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state(&mute_poll(account))?.and_then(|text| text.parse().ok()).map(Timestamp))
    }

    /// Forgets an account's history (meters, samples, hours, gaps, refusals, costs) and resolves its episodes as of when
    /// their condition was last seen; those and their notices stay in the log.
    pub fn forget(&self, account: &AccountId) -> Result<(), StoreError> {
        let account = account.clone();
        self.write(move |desk| {
            desk.drop_waiting(&account);
            desk.change(|db| forget(db, &account))
        })
    }

    /// Drops raw rows (samples, gaps, refusals, the log of deliveries) that were last true more than `raw_days` times 24 hours before `now`;
    /// hours and costs stay for ever, and so does the newest sample of each meter. Forecasts go after 180 days. Returns
    /// how many rows went. Works in batches between which other writes go ahead.
    pub fn prune(&self, now: Timestamp, raw_days: u32) -> Result<u64, StoreError> {
        let before = now.plus(-i64::from(raw_days).saturating_mul(DAY));
        let mut dropped = 0;
        for meter in self.read(all_meters)? {
            dropped += self.drop_old(OLD_SAMPLES, before, Some(meter))?;
            dropped += self.drop_old(OLD_FORECASTS, now + -forecasts::KEPT, Some(meter))?;
        }
        dropped += self.drop_old(OLD_DELIVERIES, before, None)?;
        Ok(dropped + self.drop_old(OLD_GAPS, before, None)? + self.drop_old(OLD_REFUSALS, before, None)?)
    }

    fn drop_old(&self, sql: &'static str, before: Timestamp, meter: Option<i64>) -> Result<u64, StoreError> {
        let mut dropped = 0;
        loop {
            let batch = self.write(move |desk| {
                desk.change(|db| {
                    Ok(db.prepare_cached(sql)?.execute(params![before.0, BATCH as i64, meter])?)
                })
            })?;
            dropped += batch as u64;
            if batch < BATCH {
                return Ok(dropped);
            }
            // A lock that is taken again at once leaves nobody else a turn.
            #[allow(clippy::disallowed_methods, reason = "pruning has a thread of its own")]
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// What the history takes on disk, in bytes, its log included.
    pub fn size_bytes(&self) -> Result<u64, StoreError> {
        let path = self.inner.readers.path();
        let size = |tail: &str| std::fs::metadata(beside(path, tail)).map(|data| data.len());
        let main = size("").map_err(|error| {
            StoreError::Other(say!("store-size", path = path.display().to_string(), why = error.to_string()))
        })?;
        // No log is the ordinary case after a close.
        Ok(main + size("-wal").unwrap_or(0))
    }
}

fn all_meters(db: &Connection) -> Result<Vec<i64>, Fault> {
    let mut query = db.prepare_cached("SELECT id FROM meter ORDER BY id")?;
    query.query_map([], |row| row.get(0))?.collect::<Result<_>>().map_err(Fault::from)
}

/// The name under which an account's last good poll without figures is kept.
fn mute_poll(account: &AccountId) -> String {
    format!("store.mute_poll.{account}")
}
