//! Meters: what is measured, by account, key and unit.

use super::codec::{read_word, word};
use super::fault::Fault;
use super::{Store, StoreError};
use crate::model::{AccountId, Meter, MeterKey, Reading};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

/// The columns of a [`Meter`], in its order.
pub(super) const COLUMNS: &str = "id, account, key, kind, label, unit, window, provenance";

/// Reads one meter.
pub(super) fn read(row: &Row<'_>) -> Result<Meter> {
    Ok(Meter {
        id: row.get(0)?,
        account: read_word(row, 1)?,
        key: MeterKey(row.get(2)?),
        kind: read_word(row, 3)?,
        label: row.get(4)?,
        unit: read_word(row, 5)?,
        window: read_word(row, 6)?,
        provenance: read_word(row, 7)?,
    })
}

/// Writes a meter with its number (0 gets a new one), unless it is there. Returns how many rows were written.
pub(super) fn put(db: &Connection, meter: &Meter) -> Result<usize> {
    db.prepare_cached(&format!(
        "INSERT OR IGNORE INTO meter ({COLUMNS}) VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?
    .execute(params![
        meter.id,
        meter.account.as_str(),
        meter.key.0,
        word(&meter.kind)?,
        meter.label,
        word(&meter.unit)?,
        word(&meter.window)?,
        word(&meter.provenance)?,
    ])
}

/// The meter of a reading: found, as it is stored, or made.
pub(super) fn of_reading(db: &Connection, account: &AccountId, reading: &Reading) -> Result<Meter> {
    let unit = word(&reading.unit)?;
    let stored = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM meter WHERE account = ?1 AND key = ?2 AND unit = ?3"
        ))?
        .query_row(params![account.as_str(), reading.meter.0, unit], read)
        .optional()?;
    if let Some(stored) = stored {
        return Ok(stored);
    }
    db.prepare_cached(
        "INSERT INTO meter (account, key, kind, unit, label, window, provenance) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        account.as_str(),
        reading.meter.0,
        word(&reading.kind)?,
        unit,
        reading.label,
        word(&reading.window)?,
        word(&reading.provenance)?
    ])?;
    Ok(Meter {
        id: db.last_insert_rowid(),
        account: account.clone(),
        key: reading.meter.clone(),
        kind: reading.kind,
        label: reading.label.clone(),
        unit: reading.unit,
        window: reading.window,
        provenance: reading.provenance,
    })
}

/// Brings a meter's row up to date with what a reading says of it.
pub(super) fn bring_up_to_date(db: &Connection, stored: &mut Meter, reading: &Reading) -> Result<()> {
    let said = (reading.kind, &reading.label, reading.window, reading.provenance);
    if (stored.kind, &stored.label, stored.window, stored.provenance) == said {
        return Ok(());
    }
    (stored.kind, stored.window, stored.provenance) = (reading.kind, reading.window, reading.provenance);
    stored.label.clone_from(&reading.label);
    db.prepare_cached("UPDATE meter SET kind = ?2, label = ?3, window = ?4, provenance = ?5 WHERE id = ?1")?
        .execute(params![
            stored.id,
            word(&stored.kind)?,
            stored.label,
            word(&stored.window)?,
            word(&stored.provenance)?
        ])
        .map(drop)
}

impl Store {
    /// All meters, or one account's, in the order of their first reading.
    pub fn meters(&self, account: Option<&AccountId>) -> Result<Vec<Meter>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {COLUMNS} FROM meter WHERE ?1 IS NULL OR account = ?1 ORDER BY id");
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map([account.map(AccountId::as_str)], read)?;
            rows.collect::<Result<_>>().map_err(Fault::from)
        })
    }

    /// An account's meter by its key. When its unit has changed, there are several: the one with the newest sample.
    pub fn meter(&self, account: &AccountId, key: &MeterKey) -> Result<Option<Meter>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM meter WHERE account = ?1 AND key = ?2 ORDER BY \
                 (SELECT last_at FROM sample WHERE meter_id = meter.id ORDER BY at DESC LIMIT 1) DESC, id DESC LIMIT 1"
            );
            let mut query = db.prepare_cached(&sql)?;
            query.query_row([account.as_str(), &key.0], read).optional().map_err(Fault::from)
        })
    }

    /// The meter that a reading belongs to, made if there is none, without storing the reading's figures: a place for
    /// [`Store::load_samples`].
    pub fn ensure_meter(&self, account: &AccountId, reading: &Reading) -> Result<Meter, StoreError> {
        let (account, reading) = (account.clone(), reading.clone());
        self.write(move |desk| {
            desk.change(|db| {
                let mut meter = of_reading(db, &account, &reading)?;
                bring_up_to_date(db, &mut meter, &reading)?;
                Ok(meter)
            })
        })
    }
}
