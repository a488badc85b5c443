//! Hours: spend, top-ups and headroom per meter and UTC hour, kept for ever.

use super::codec::{Int, maybe_qty, qty, time};
use super::fault::Fault;
use super::{Hour, Store, StoreError};
use crate::model::{HOUR, Move, MoveKind, Qty, Sample, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, Row};
use std::collections::BTreeMap;

/// Beyond this, an interval is not spread over its hours: a wrong clock must not write a million rows.
const LONGEST_SPREAD: i64 = 366 * 24 * HOUR;

/// The columns of an [`Hour`], in its order.
pub(super) const COLUMNS: &str = "hour, spent, added, first, last, low, high, polls";

/// Hours in the making, by their start.
#[derive(Default)]
pub(super) struct Hours(BTreeMap<Timestamp, Hour>);

impl Hours {
    fn at(&mut self, at: Timestamp) -> &mut Hour {
        let at = at.hour_floor();
        self.0.entry(at).or_insert(blank(at))
    }

    /// A poll at `at` that gave this headroom.
    pub(super) fn polled(&mut self, at: Timestamp, headroom: Option<Qty>) {
        let (first, last, low, high) = (headroom, headroom, headroom, headroom);
        merge(self.at(at), &Hour { first, last, low, high, polls: 1, ..blank(at) });
    }

    /// What happened before a sample. Up to one hour after the one before, it is credited to the hour of the sample.
    /// Farther apart, spend is spread evenly over the time between them; what was added is not, since a top-up is a
    /// moment, seen by the later reading. What a reset gives back, and what is only told anew of a counter, is not added.
    pub(super) fn moved(&mut self, found: &Move, sample: &Sample) {
        let added = match found.kind {
            MoveKind::Reset | MoveKind::Restart => Qty(0),
            MoveKind::Spend | MoveKind::Correction if sample.used.is_some() => Qty(0),
            _ => found.added.least,
        };
        if added != Qty(0) {
            let hour = self.at(sample.at);
            hour.added = Qty(hour.added.0.saturating_add(added.0));
        }
        if found.spent.least == Qty(0) {
            return;
        }
        for (at, part) in spread(found.spent.least.0, found.from, sample.at) {
            let hour = self.at(at);
            hour.spent = Qty(hour.spent.0.saturating_add(part));
        }
    }

    /// A sample whose polls are not known one by one: one poll in each hour that it covers.
    pub(super) fn covered(&mut self, sample: &Sample) {
        let last = if sample.last_at - sample.at > LONGEST_SPREAD { sample.at } else { sample.last_at };
        self.polled(sample.at, sample.headroom());
        let mut hour = sample.at.hour_floor() + HOUR;
        while hour <= last && hour < Timestamp(i64::MAX) {
            self.polled(hour, sample.headroom());
            hour = hour + HOUR;
        }
    }

    /// Adds these hours to those stored, in the caller's transaction. `known` is one as it is stored, and becomes the
    /// last of these.
    pub(super) fn store(&self, db: &Connection, meter: i64, known: &mut Option<Hour>) -> Result<()> {
        for delta in self.0.values() {
            let stored = match known.filter(|known| known.at == delta.at) {
                Some(known) => Some(known),
                None => find(db, meter, delta.at)?,
            };
            let mut hour = stored.unwrap_or(blank(delta.at));
            merge(&mut hour, delta);
            match stored {
                Some(_) => update(db, meter, &hour)?,
                None => put(db, "INSERT", meter, &hour)?,
            };
            *known = Some(hour);
        }
        Ok(())
    }

    /// Stores those of the hours in `from..to` that are not there, or of which these know more.
    pub(super) fn store_grown(
        &self,
        db: &Connection,
        meter: i64,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<()> {
        for hour in self.0.range(from..to).map(|(_, hour)| hour) {
            match find(db, meter, hour.at)? {
                None => drop(put(db, "INSERT", meter, hour)?),
                Some(stored) if knows_more(hour, &stored) => drop(update(db, meter, hour)?),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Stores only the hours that are not there: to mend a history that lost some.
    pub(super) fn store_missing(&self, db: &Connection, meter: i64) -> Result<()> {
        self.0.values().try_for_each(|hour| put(db, "INSERT OR IGNORE", meter, hour).map(drop))
    }
}

/// One hour that is stored.
pub(super) fn find(db: &Connection, meter: i64, hour: Timestamp) -> Result<Option<Hour>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM rollup_hour WHERE meter_id = ?1 AND hour = ?2"))?
        .query_row([meter, hour.0], read)
        .optional()
}

/// Whether an hour is another that went on: as many polls or more, and nothing of the other is missing in it.
pub(super) fn knows_more(hour: &Hour, than: &Hour) -> bool {
    hour != than
        && hour.polls >= than.polls
        && hour.spent >= than.spent
        && hour.added >= than.added
        && than.high.is_none_or(|high| hour.high >= Some(high))
        && than.low.is_none_or(|low| hour.low.is_some_and(|own| own <= low))
}

/// Writes over one hour that is stored. Returns how many rows were written.
pub(super) fn update(db: &Connection, meter: i64, hour: &Hour) -> Result<usize> {
    db.prepare_cached(
        "UPDATE rollup_hour SET spent = ?3, added = ?4, first = ?5, last = ?6, low = ?7, high = ?8, polls = ?9 \
         WHERE meter_id = ?1 AND hour = ?2",
    )?
    .execute(values(meter, hour))
}

/// A meter's hour, in the order of the columns.
fn values(meter: i64, hour: &Hour) -> (i64, Int, Int, Int, Int, Int, Int, Int, u32) {
    (
        meter,
        Int::from(hour.at),
        Int::from(hour.spent),
        Int::from(hour.added),
        Int::from(hour.first),
        Int::from(hour.last),
        Int::from(hour.low),
        Int::from(hour.high),
        hour.polls,
    )
}

/// Writes one hour; `verb` says what happens when it is there. Returns how many rows were written.
pub(super) fn put(db: &Connection, verb: &str, meter: i64, hour: &Hour) -> Result<usize> {
    db.prepare_cached(&format!(
        "{verb} INTO rollup_hour (meter_id, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    ))?
    .execute(values(meter, hour))
}

/// Reads one hour.
pub(super) fn read(row: &Row<'_>) -> Result<Hour> {
    Ok(Hour {
        at: time(row, 0)?,
        spent: qty(row, 1)?,
        added: qty(row, 2)?,
        first: maybe_qty(row, 3)?,
        last: maybe_qty(row, 4)?,
        low: maybe_qty(row, 5)?,
        high: maybe_qty(row, 6)?,
        polls: row.get(7)?,
    })
}

/// An hour in which nothing is known.
fn blank(at: Timestamp) -> Hour {
    Hour { at, spent: Qty(0), added: Qty(0), first: None, last: None, low: None, high: None, polls: 0 }
}

/// Adds a later part of the same hour. Sums stop at the largest number that fits: a provider that answers nonsense
/// must not make the hour unwritable.
fn merge(hour: &mut Hour, later: &Hour) {
    hour.spent = Qty(hour.spent.0.saturating_add(later.spent.0));
    hour.added = Qty(hour.added.0.saturating_add(later.added.0));
    hour.first = hour.first.or(later.first);
    hour.last = later.last.or(hour.last);
    hour.low = [hour.low, later.low].into_iter().flatten().min();
    hour.high = [hour.high, later.high].into_iter().flatten().max();
    hour.polls = hour.polls.saturating_add(later.polls);
}

/// Divides `spent` over the hours from `from` to `to`, to the step: each hour gets what had come due by its end.
fn spread(spent: i64, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, i64)> {
    let length = to - from;
    if !(HOUR + 1..=LONGEST_SPREAD).contains(&length) {
        return vec![(to, spent)];
    }
    let mut parts = Vec::new();
    let (mut at, mut given) = (from, 0);
    while at < to {
        let end = to.min(at.hour_floor() + HOUR);
        // At most `spent`, so it fits again.
        let due = (i128::from(spent) * i128::from(end - from) / i128::from(length)) as i64;
        parts.push((at, due - given));
        (at, given) = (end, due);
    }
    parts
}

impl Store {
    /// The hours that lie in `from..=to` or hold `from`, oldest first. Hours without a poll and without spend have
    /// no row.
    pub fn hours(&self, meter: i64, from: Timestamp, to: Timestamp) -> Result<Vec<Hour>, StoreError> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM rollup_hour WHERE meter_id = ?1 AND hour > ?2 AND hour <= ?3 ORDER BY hour"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map([meter, from.plus(-HOUR).0, to.0], read)?;
            rows.collect::<Result<_>>().map_err(Fault::from)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Flow, MeterKind, Window};

    #[test]
    fn spend_over_several_hours_is_spread_to_the_step() {
        // 10 steps over 180 minutes from 00:30 to 03:30: due after 30, 90, 150 and 180 minutes are 1, 5, 8 and 10.
        let half = HOUR / 2;
        let parts = spread(10, Timestamp(half), Timestamp(3 * HOUR + half));
        let expected = [(half, 1), (HOUR, 4), (2 * HOUR, 3), (3 * HOUR, 2)];
        assert_eq!(parts, expected.map(|(at, part)| (Timestamp(at), part)));
    }

    #[test]
    fn spend_of_one_hour_or_less_goes_to_the_later_reading() {
        let (from, to) = (Timestamp(HOUR - 1), Timestamp(2 * HOUR - 1));
        assert_eq!(spread(7, from, to), [(to, 7)]);
        // A clock that was wrong by decades gives one row, not half a million.
        let far = Timestamp(40 * 366 * 24 * HOUR);
        assert_eq!(spread(7, Timestamp(0), far), [(far, 7)]);
        assert_eq!(
            spread(i64::MAX, Timestamp(i64::MIN), Timestamp(i64::MAX)),
            [(Timestamp(i64::MAX), i64::MAX)]
        );
    }

    #[test]
    fn a_provider_that_talks_nonsense_does_not_overflow_the_hour() {
        let mut hours = Hours::default();
        let used = |at: i64, used: i64| Sample {
            at: Timestamp(at),
            last_at: Timestamp(at),
            used: Some(Qty(used)),
            limit: None,
            remaining: None,
            resets_at: None,
            reserve: None,
        };
        let mut flow = Flow::new(MeterKind::Spend, Window::Never);
        for sample in [used(0, 0), used(1, i64::MAX), used(2, i64::MIN), used(3, 7)] {
            hours.moved(&flow.push(&sample), &sample);
        }
        assert_eq!(hours.at(Timestamp(0)).spent, Qty(i64::MAX));
    }
}
