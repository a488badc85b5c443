//! Forecasts that were made, at most one an hour and meter, to be held against what came.

use super::codec::{Int, maybe_time, time};
use super::fault::Fault;
use super::{Store, StoreError};
use crate::model::{DAY, HOUR, PastForecast, Timestamp};
use rusqlite::{Connection, Result, Row, params};

/// How long they are kept, in milliseconds.
pub(super) const KEPT: i64 = 180 * DAY;
/// Chances are stored in whole millionths.
const MILLION: f64 = 1e6;

/// The columns of a [`PastForecast`], in its order.
pub(super) const COLUMNS: &str = "at, p10, p50, p90, chance";

/// Reads one.
pub(super) fn read(row: &Row<'_>) -> Result<PastForecast> {
    Ok(PastForecast {
        at: time(row, 0)?,
        p10: maybe_time(row, 1)?,
        p50: maybe_time(row, 2)?,
        p90: maybe_time(row, 3)?,
        chance: row.get::<_, i64>(4)? as f64 / MILLION,
    })
}

/// Writes one, unless its meter is gone or its UTC hour has one. Returns how many rows were written.
pub(super) fn put(db: &Connection, meter: i64, made: &PastForecast) -> Result<usize> {
    let hour = made.at.hour_floor();
    let sql = format!(
        "INSERT INTO forecast (meter_id, {COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
         WHERE EXISTS (SELECT 1 FROM meter WHERE id = ?1) \
         AND NOT EXISTS (SELECT 1 FROM forecast WHERE meter_id = ?1 AND at >= ?7 AND at < ?8)"
    );
    db.prepare_cached(&sql)?.execute(params![
        meter,
        made.at.0,
        Int::from(made.p10),
        Int::from(made.p50),
        Int::from(made.p90),
        (made.chance.clamp(0.0, 1.0) * MILLION).round() as i64,
        hour.0,
        (hour + HOUR).0,
    ])
}

impl Store {
    /// Keeps forecasts, each with its meter's number, in one transaction. Of one meter at most one per UTC hour is kept,
    /// the first; a meter that is gone is passed over.
    pub fn keep_forecasts(&self, made: &[(i64, PastForecast)]) -> Result<(), StoreError> {
        let made = made.to_vec();
        self.write(move |desk| {
            desk.change(|db| {
                for (meter, forecast) in &made {
                    put(db, *meter, forecast)?;
                }
                Ok(())
            })
        })
    }

    /// What was forecast of a meter in `from..=to`, oldest first.
    pub fn forecasts(
        &self,
        meter: i64,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PastForecast>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM forecast WHERE meter_id = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at"
            );
            let mut query = db.prepare_cached(&sql)?;
            query.query_map([meter, from.0, to.0], read)?.collect::<Result<_>>().map_err(Fault::from)
        })
    }
}
