//! What was learned of each meter's spend: text that forecasts write and read. It goes with its meter.

use super::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension, Result, params};

/// Writes what was learned of a meter, over what is there, unless the meter is gone. Returns how many rows were written.
pub(super) fn put(db: &Connection, meter: i64, body: &str) -> Result<usize> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO learned (meter_id, body) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM meter WHERE id = ?1)",
    )?
    .execute(params![meter, body])
}

impl Store {
    /// What was learned of a meter, as [`Store::keep_learned`] or a poll stored it; `None`: nothing yet.
    pub fn learned(&self, meter: i64) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT body FROM learned WHERE meter_id = ?1")?;
            Ok(query.query_row([meter], |row| row.get(0)).optional()?)
        })
    }

    /// Keeps what was learned of meters, by their numbers, in one transaction; a meter that is gone is passed over.
    pub fn keep_learned(&self, learned: &[(i64, String)]) -> Result<(), StoreError> {
        self.write(|desk| {
            desk.change(|db| {
                learned.iter().try_for_each(|(meter, body)| Ok(put(db, *meter, body).map(drop)?))
            })
        })
    }
}
