//! Samples: what each poll read, folded while nothing changes.

use super::codec::{Int, maybe_qty, maybe_time, time};
use super::fault::Fault;
use super::known::{Known, OfMeter};
use super::rollups::Hours;
use super::{Store, StoreError, meters, refusals};
use crate::model::{AccountId, Flow, Meter, Move, Reading, Refusal, Sample, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, Row};

/// So many samples are read back to tell what a new one says: money that was held and came back, an old answer again.
pub(super) const BACK: i64 = 4;

/// The columns of a [`Sample`], in its order.
pub(super) const COLUMNS: &str = "at, last_at, used, \"limit\", remaining, resets_at, reserve";

/// Reads one sample.
pub(super) fn read(row: &Row<'_>) -> Result<Sample> {
    Ok(Sample {
        at: time(row, 0)?,
        last_at: time(row, 1)?,
        used: maybe_qty(row, 2)?,
        limit: maybe_qty(row, 3)?,
        remaining: maybe_qty(row, 4)?,
        resets_at: maybe_time(row, 5)?,
        reserve: maybe_qty(row, 6)?,
    })
}

/// Writes a sample; `verb` says what happens when one is there. Returns how many rows were written.
pub(super) fn put(db: &Connection, verb: &str, meter: i64, sample: &Sample) -> Result<usize> {
    db.prepare_cached(&format!(
        "{verb} INTO sample (meter_id, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?
    .execute((
        meter,
        Int::from(sample.at),
        Int::from(sample.last_at),
        Int::from(sample.used),
        Int::from(sample.limit),
        Int::from(sample.remaining),
        Int::from(sample.resets_at),
        Int::from(sample.reserve),
    ))
}

/// The newest sample of a meter: one step down the primary key.
pub(super) fn newest(db: &Connection, meter: i64) -> Result<Option<Sample>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM sample WHERE meter_id = ?1 ORDER BY at DESC LIMIT 1"))?
        .query_row([meter], read)
        .optional()
}

/// A meter's flow up to its newest sample, as far as the newest few tell.
fn flow(db: &Connection, meter: &Meter) -> Result<Flow> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM sample WHERE meter_id = ?1 ORDER BY at DESC LIMIT {BACK}"
    ))?;
    let newest: Vec<Sample> = query.query_map([meter.id], read)?.collect::<Result<_>>()?;
    let mut flow = Flow::new(meter.kind, meter.window);
    for sample in newest.iter().rev() {
        flow.push(sample);
    }
    Ok(flow)
}

/// One good poll, in the caller's transaction; returns each reading's meter and its figures as they now stand.
pub(super) fn record(
    db: &Connection,
    known: &mut Known,
    account: &AccountId,
    at: Timestamp,
    readings: &[Reading],
    refusals: &[Refusal],
) -> Result<Vec<(Meter, Sample)>, Fault> {
    let newest = known.of(db, account)?;
    let gap = newest.gap;
    let mut found = Vec::with_capacity(readings.len());
    for (index, reading) in readings.iter().enumerate() {
        let known = newest.of(db, account, reading)?;
        let meter = known.meter.clone();
        // One poll is one moment: of two readings of a meter in it, the later one counts.
        let alike = |later: &&Reading| later.meter == reading.meter && later.unit == reading.unit;
        let counts = readings[index..].iter().rfind(alike).unwrap_or(reading);
        let stored = found.iter().find(|(stored, _): &&(Meter, Sample)| stored.id == meter.id);
        let sample = match stored {
            Some((_, sample)) => *sample,
            None => store_reading(db, known, at, gap, counts)?,
        };
        found.push((meter, sample));
    }
    for refusal in refusals {
        refusals::put(db, account, at, refusal)?;
    }
    Ok(found)
}

/// Folds a reading into the newest sample or begins a new one, and brings its hour up to date. Returns the sample.
fn store_reading(
    db: &Connection,
    known: &mut OfMeter,
    at: Timestamp,
    gap: Option<Timestamp>,
    reading: &Reading,
) -> Result<Sample> {
    let OfMeter { meter, sample: newest, hour } = known;
    let before = *newest;
    let mut hours = Hours::default();
    let sample = reading.sample(at);
    let stored = match before {
        Some(before) if before.says_the_same(&sample) && gap.is_none_or(|gap| gap < before.last_at) => {
            let seen = at.max(before.last_at);
            if seen > before.last_at {
                db.prepare_cached("UPDATE sample SET last_at = ?3 WHERE meter_id = ?1 AND at = ?2")?
                    .execute([meter.id, before.at.0, seen.0])?;
            }
            hours.polled(seen, sample.headroom());
            Sample { last_at: seen, ..before }
        }
        _ => {
            // Not before anything that is stored already, even if the clock says so.
            let last = before.map(|before| before.last_at).max(gap);
            let at = last.map_or(at, |last| at.max(last + 1));
            let sample = Sample { at, last_at: at, ..sample };
            hours.moved(&flow(db, meter)?.push(&sample), &sample);
            put(db, "INSERT", meter.id, &sample)?;
            hours.polled(at, sample.headroom());
            sample
        }
    };
    hours.store(db, meter.id, hour)?;
    *newest = Some(stored);
    Ok(stored)
}

/// Appends history, in the caller's transaction.
fn load(db: &Connection, meter: i64, samples: &[Sample]) -> Result<(), Fault> {
    let of_meter = format!("SELECT {} FROM meter WHERE id = ?1", meters::COLUMNS);
    let Some(known) = db.query_row(&of_meter, [meter], meters::read).optional()? else {
        return Err(Fault::Words(format!("There is no meter {meter} to load samples into.")));
    };
    let mut before = newest(db, meter)?;
    let mut flow = flow(db, &known)?;
    let mut hours = Hours::default();
    for sample in samples {
        if sample.last_at < sample.at || before.is_some_and(|before| sample.at <= before.last_at) {
            return Err(Fault::Words(format!(
                "Samples must be loaded in order, after those stored: the one at {} is not.",
                sample.at
            )));
        }
        put(db, "INSERT", meter, sample)?;
        hours.moved(&flow.push(sample), sample);
        hours.covered(sample);
        before = Some(*sample);
    }
    Ok(hours.store(db, meter, &mut None)?)
}

impl Store {
    /// What a reading tells that is not stored yet.
    pub fn next_move(&self, meter: &Meter, reading: &Sample) -> Result<Move, StoreError> {
        self.read(|db| Ok(flow(db, meter)?.push(reading)))
    }

    /// The newest sample of a meter.
    pub fn latest(&self, meter: i64) -> Result<Option<Sample>, StoreError> {
        self.read(|db| Ok(newest(db, meter)?))
    }

    /// Samples that were true in `from..=to`, oldest first, with the newest that began before `from`: it gives the
    /// value at `from`, and lets a step be told.
    pub fn samples(&self, meter: i64, from: Timestamp, to: Timestamp) -> Result<Vec<Sample>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM sample WHERE meter_id = ?1 AND at <= ?3 AND at >= COALESCE(\
                 (SELECT at FROM sample WHERE meter_id = ?1 AND at < ?2 ORDER BY at DESC LIMIT 1), ?2) ORDER BY at"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map([meter, from.0, to.0], read)?;
            rows.collect::<Result<_>>().map_err(Fault::from)
        })
    }

    /// Loads history into a meter (see [`Store::ensure_meter`]) in one transaction, hours included: for the demo, for
    /// tests and benches. Samples are stored as given. Of polls between a sample's two times nothing is known: one is
    /// counted in each hour that it covers.
    ///
    /// # Errors
    /// [`StoreError::Other`], and nothing is stored, when the meter is unknown, or the samples are not in order or not
    /// after those stored.
    pub fn load_samples(&self, meter: i64, samples: &[Sample]) -> Result<(), StoreError> {
        let samples = samples.to_vec();
        self.write(move |desk| desk.change(|db| load(db, meter, &samples)))
    }
}
