//! What was spent when: a meter's samples read into moves (spend, top-up, refund, reset, …), in order and to the step.

mod buckets;
mod moves;
#[cfg(test)]
mod props;
pub(super) mod tell;
#[cfg(test)]
mod tests;

pub use buckets::Buckets;
pub use moves::{Bounds, Move, MoveKind};

use super::{DAY, HOUR, MINUTE, Meter, MeterKind, Qty, Sample, Timestamp, Window};
use moves::bounds;
use serde::{Deserialize, Serialize};
use tell::{Nature, Told};

/// Readings farther apart are a gap (the machine slept, polls failed).
const GAP: i64 = HOUR;
/// A figure this far ahead of `now` is a clock that was set back, not a late poll.
const AHEAD: i64 = 5 * MINUTE;
/// A provider that returns within this time to the figure before the last one repeats an old answer.
const STALE: i64 = 15 * MINUTE;
/// No pace is measured over less, and none is expected to be faster.
const SHORTEST: i64 = MINUTE;

/// The sums of a flow, in the unit's smallest steps; wide, as a provider that talks nonsense must not break them.
/// Always `anchor − spent.0 + added.0 + unknown = left`, and the same with the most where it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// What was left at the start; where no limit is known, less than nothing by what was used.
    pub anchor: i128,
    /// What is left now.
    pub left: i128,
    /// Spent at least, and at most.
    pub spent: (i128, Option<i128>),
    /// Added at least, and at most, less what was taken without being spent.
    pub added: (i128, Option<i128>),
    /// By how much the figures changed where two readings could not be compared.
    pub unknown: i128,
}

/// A meter's samples, read one after the other. Small, and each sample costs the same, however long the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    nature: Nature,
    /// The newest sample that said a figure.
    last: Option<Sample>,
    /// Until when it is known to have stood.
    end: Timestamp,
    /// What was left before it, and when that was last said.
    previous: Option<(i128, Timestamp)>,
    /// What came back lately and may go again without being spent anew, and when it came.
    owed: (i128, Timestamp),
    /// The most that was spent in a time: steps, milliseconds.
    fastest: Option<(i64, i64)>,
    recent: Recent,
    tally: Tally,
}

/// What may still be refunded: what was spent on a UTC day and on the one before, less what came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Recent {
    day: i64,
    spent: [i128; 2],
}

impl Recent {
    /// Moves on to the day of `to`.
    fn turn(&mut self, to: Timestamp) {
        let day = to.0.div_euclid(DAY);
        self.spent = match day.saturating_sub(self.day) {
            ..=0 => return,
            1 => [0, self.spent[0]],
            _ => [0, 0],
        };
        self.day = day;
    }

    /// Takes a refund off, of today first.
    fn give_back(&mut self, refund: i128) {
        let of_today = self.spent[0].min(refund);
        self.spent[0] -= of_today;
        self.spent[1] -= refund - of_today;
    }
}

impl Flow {
    /// For a meter of this kind and window, of which nothing is read yet.
    pub fn new(kind: MeterKind, window: Window) -> Flow {
        Flow {
            nature: Nature { balance: kind == MeterKind::Balance, window },
            last: None,
            end: Timestamp(0),
            previous: None,
            owed: (0, Timestamp(0)),
            fastest: None,
            recent: Recent::default(),
            tally: Tally { spent: (0, Some(0)), added: (0, Some(0)), ..Tally::default() },
        }
    }

    /// Reads samples, oldest first, into as many moves. Those that lie more than five minutes ahead of `now` (a clock
    /// that was set back) are left out: the next good one tells what they would have told.
    pub fn fold(meter: &Meter, samples: &[Sample], now: Timestamp) -> (Flow, Vec<Move>) {
        let mut flow = Flow::new(meter.kind, meter.window);
        let good = samples.iter().filter(|sample| sample.at <= now + AHEAD);
        let moves = good.map(|sample| flow.push(sample)).collect();
        (flow, moves)
    }

    /// The sums so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The newest sample that said a figure.
    pub fn last(&self) -> Option<&Sample> {
        self.last.as_ref()
    }

    /// Reads the next sample and says what happened before it. The order of the calls is the order of events: a sample
    /// dated before the last one (a clock that jumped back) counts, in no time. The last sample again, unchanged until
    /// later, is a rest. A sample without a figure changes nothing; the next one covers its time.
    pub fn push(&mut self, sample: &Sample) -> Move {
        let Some(level) = tell::level(sample) else {
            return Move { kind: MoveKind::Unknown, ..self.still() };
        };
        let Some(before) = self.last else {
            (self.tally.anchor, self.tally.left) = (level, level);
            self.end = sample.at;
            let start = self.still();
            self.rest(sample);
            return Move { kind: MoveKind::Start, until: self.end, ..start };
        };
        let again = sample.at == before.at && sample.says_the_same(&before);
        let from = self.end;
        let to = from.max(if again { sample.last_at } else { sample.at });
        self.recent.turn(to);
        let told = tell::tell(&before, sample, self.nature);
        let found = told.and_then(|told| self.judge(told, level, from, to));
        let found = found.unwrap_or_else(|| {
            self.owed.0 = 0;
            Move {
                kind: MoveKind::Unknown,
                spent: Bounds::default(),
                added: Bounds::default(),
                ..self.still()
            }
        });
        self.count(&found, level, from);
        self.end = to;
        self.rest(sample);
        Move { from, to, until: self.end, gap: to - from > GAP, ..found }
    }

    /// What two readings tell, in the light of what was read before; `None` where it does not fit.
    fn judge(&mut self, told: Told, level: i128, from: Timestamp, to: Timestamp) -> Option<Move> {
        let mut kind = told.kind;
        let stale = self.previous.is_some_and(|(was, at)| was == level && to - at <= STALE);
        if stale && told.back > 0 && kind != MoveKind::Reset {
            kind = MoveKind::Correction;
        } else if kind == MoveKind::Refund
            && told.change + told.least > self.recent.spent[0] + self.recent.spent[1]
        {
            kind = MoveKind::TopUp;
        }
        let starts_again = matches!(kind, MoveKind::Reset | MoveKind::Restart);
        if starts_again || to - self.owed.1 > DAY {
            self.owed.0 = 0;
        }
        let seen = if kind == MoveKind::Correction && told.back > 0 { 0 } else { told.least };
        // What came back lately and goes again is the same spend told again, or money held for the next request.
        let again = if told.counts_again { seen.min(self.owed.0) } else { 0 };
        let most = if told.open { self.at_most(to - from).map(|pace| seen + pace) } else { Some(seen) };
        let (spent, added) = bounds(seen - again, most, told.change)?;
        self.owed.0 -= again;
        if kind == MoveKind::Spend && again == seen {
            kind = MoveKind::Correction;
        }
        if told.back > 0 && matches!(kind, MoveKind::Correction | MoveKind::Refund) {
            self.owed = (self.owed.0 + told.back, to);
        }
        if spent.is_exact() {
            self.measure(spent.least.0, to - from);
        }
        self.recent.spent[0] += seen;
        if kind == MoveKind::Refund {
            self.recent.give_back(told.change + told.least);
        }
        Some(Move { kind, spent, added, ..Move::default() })
    }

    /// A move of no time in which nothing happened.
    fn still(&self) -> Move {
        let nothing = Bounds::exactly(Qty(0));
        let (from, to, until) = (self.end, self.end, self.end);
        Move { from, to, until, spent: nothing, added: nothing, ..Move::default() }
    }

    /// The sample is the newest, and stood until it was last read.
    fn rest(&mut self, sample: &Sample) {
        self.last = Some(*sample);
        self.end = self.end.max(sample.last_at);
    }

    /// Adds a move to the sums.
    fn count(&mut self, found: &Move, level: i128, from: Timestamp) {
        let add = |sum: &mut (i128, Option<i128>), part: &Bounds| {
            sum.0 += i128::from(part.least.0);
            sum.1 = sum.1.zip(part.most).map(|(sum, most)| sum + i128::from(most.0));
        };
        add(&mut self.tally.spent, &found.spent);
        add(&mut self.tally.added, &found.added);
        let change = level - self.tally.left;
        let explained = i128::from(found.added.least.0) - i128::from(found.spent.least.0);
        self.tally.unknown += change - explained;
        if change != 0 {
            self.previous = Some((self.tally.left, from));
        }
        self.tally.left = level;
    }

    /// Remembers the fastest pace.
    fn measure(&mut self, spent: i64, time: i64) {
        let wide = i128::from;
        let time = time.max(SHORTEST);
        if spent > 0
            && self
                .fastest
                .is_none_or(|(most, in_time)| wide(spent) * wide(in_time) > wide(most) * wide(time))
        {
            self.fastest = Some((spent, time));
        }
    }

    /// What is spent in a time at the fastest pace seen, rounded up; `None` where none was seen.
    fn at_most(&self, time: i64) -> Option<i128> {
        let (spent, in_time) = self.fastest?;
        Some(i128::from(spent) * i128::from(time.max(SHORTEST)) / i128::from(in_time) + 1)
    }
}
