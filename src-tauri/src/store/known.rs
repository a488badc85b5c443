//! What polls stored last, as it stands in the file: so that the next poll need not read it back. Only the writer's own
//! polls come past it; whatever else changes the history empties it, and so does a transaction that fails.

use super::{Hour, gaps, meters, samples};
use crate::model::{AccountId, Meter, Reading, Sample, Timestamp};
use rusqlite::{Connection, Result};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// By account, filled poll by poll.
#[derive(Default)]
pub(super) struct Known(HashMap<AccountId, Newest>);

/// The newest of one account.
pub(super) struct Newest {
    /// When a poll failed last.
    pub(super) gap: Option<Timestamp>,
    /// Its meters, as far as polls read them.
    pub(super) meters: Vec<OfMeter>,
}

/// The newest of one meter.
pub(super) struct OfMeter {
    /// The meter's row.
    pub(super) meter: Meter,
    /// Its newest sample.
    pub(super) sample: Option<Sample>,
    /// The hour that was written last.
    pub(super) hour: Option<Hour>,
}

impl Known {
    /// What is newest of an account.
    pub(super) fn of(&mut self, db: &Connection, account: &AccountId) -> Result<&mut Newest> {
        match self.0.entry(account.clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let gap = gaps::newest(db, account)?.map(|gap| gap.last_at);
                Ok(unknown.insert(Newest { gap, meters: Vec::new() }))
            }
        }
    }

    /// The account's next poll reads everything back.
    pub(super) fn let_go(&mut self, account: &AccountId) {
        self.0.remove(account);
    }
}

impl Newest {
    /// The meter of a reading with what is newest of it: found, brought up to date with what the reading says, or made.
    pub(super) fn of(
        &mut self,
        db: &Connection,
        account: &AccountId,
        reading: &Reading,
    ) -> Result<&mut OfMeter> {
        let is = |one: &OfMeter| one.meter.key == reading.meter && one.meter.unit == reading.unit;
        let place = match self.meters.iter().position(is) {
            Some(place) => place,
            None => {
                let meter = meters::of_reading(db, account, reading)?;
                let sample = samples::newest(db, meter.id)?;
                self.meters.push(OfMeter { meter, sample, hour: None });
                self.meters.len() - 1
            }
        };
        let known = &mut self.meters[place];
        meters::bring_up_to_date(db, &mut known.meter, reading)?;
        Ok(known)
    }
}
