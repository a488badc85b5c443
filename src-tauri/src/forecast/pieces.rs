//! Samples → the last three days as stretches of even spend, by what [`Flow`] tells of them. Time without figures is
//! spread over. Time in which spend is hidden (a top-up, a reset) is not known and left out, and so is time at zero: a
//! limit censors demand.

use crate::model::{DAY, Flow, HOUR, MINUTE, Move, Qty, SECOND, Sample, Timestamp, Unit};
use std::collections::VecDeque;

/// A figure this far ahead of `now` is a clock that was set back, not a late poll.
const AHEAD: i64 = 5 * MINUTE;
/// How much of the past is kept piece by piece: what the longest window looks at, and an hour.
pub(super) const KEPT: i64 = 3 * DAY + HOUR;
/// What is older than this is not looked at: the oldest that it would weigh is a ten-thousandth.
const OLDEST: i64 = 400 * DAY;
/// From so many waits the usual one is taken.
const WAITS: usize = 99;

/// A stretch of time and what was spent in it, in whole units, spread evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    /// Start, milliseconds since the epoch.
    pub(super) from: i64,
    /// End; later than `from`.
    pub(super) to: i64,
    /// Spent in it; never negative.
    pub(super) spent: f64,
}

impl Piece {
    /// What was spent in the part from `from` to `to`.
    pub(super) fn share(&self, from: i64, to: i64) -> f64 {
        self.spent * (to - from) as f64 / (self.to - self.from) as f64
    }

    /// The part after a moment.
    pub(super) fn after(self, at: Timestamp) -> Option<Piece> {
        let from = self.from.max(at.0);
        (from < self.to).then(|| Piece { from, to: self.to, spent: self.share(from, self.to) })
    }
}

/// The last three days, and the last figure.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    unit: Unit,
    flow: Flow,
    /// In order of time, without overlap. Time at zero headroom is missing, and time in which spend is hidden.
    recent: VecDeque<Piece>,
    /// When the first sample was true, and the last; and the last sample.
    seen: Option<(Timestamp, Timestamp, Sample)>,
    /// The last waits between two different figures.
    waits: VecDeque<i64>,
}

impl Pieces {
    /// Of a meter of this unit that begins with this flow.
    pub(super) fn new(unit: Unit, flow: Flow) -> Self {
        Pieces { unit, flow, recent: VecDeque::new(), seen: None, waits: VecDeque::new() }
    }

    /// The newest sample, or the last one again with a later `last_at`; returns what that adds.
    pub(super) fn absorb(&mut self, sample: &Sample, now: Timestamp) -> [Option<Piece>; 2] {
        let (at, last_at) = (sample.at.min(now), sample.last_at.max(sample.at).min(now));
        if sample.at > now.plus(AHEAD) || at.0 < now.0.saturating_sub(OLDEST) {
            return [None; 2];
        }
        let was_empty = self.flow.last().is_some_and(empty);
        let found = self.flow.push(&Sample { at, last_at, ..*sample });
        let (start, end) = self.seen.map_or((at, at), |(start, end, _)| (start, end));
        if self.last().is_some_and(|last| last.at != sample.at) {
            self.wait((at - end).max(0));
        }
        self.seen = Some((start, end.max(last_at), *sample));
        let moved = self.piece(&found, was_empty);
        let stood = found.until > found.to && !empty(sample);
        let rest = stood.then_some(Piece { from: found.to.0, to: found.until.0, spent: 0.0 });
        moved.into_iter().chain(rest).for_each(|piece| self.keep(piece));
        while self.recent.front().is_some_and(|old| old.to < at.0.saturating_sub(KEPT)) {
            self.recent.pop_front();
        }
        [moved, rest]
    }

    /// What a move tells of its time: nothing where spend is hidden in it, nor of time at zero.
    fn piece(&self, found: &Move, was_empty: bool) -> Option<Piece> {
        let (from, to) = (found.from.0, found.to.0);
        let spent = self.unit.to_f64(found.spent.least);
        let tells = spent > 0.0 || (from < to && !was_empty);
        // Two figures of one moment: the spend is given a second, so that it has a rate.
        let from = if from == to { from.saturating_sub(SECOND) } else { from };
        (tells && !found.hides_spend()).then_some(Piece { from, to, spent })
    }

    /// Adds a piece to the last three days. Time without spend that follows such time is one with it.
    fn keep(&mut self, piece: Piece) {
        match self.recent.back_mut() {
            Some(last) if last.to == piece.from && last.spent == 0.0 && piece.spent == 0.0 => {
                last.to = piece.to;
            }
            _ => self.recent.push_back(piece),
        }
    }

    fn wait(&mut self, wait: i64) {
        if self.waits.len() == WAITS {
            self.waits.pop_front();
        }
        self.waits.push_back(wait);
    }

    /// The last sample.
    pub(super) fn last(&self) -> Option<&Sample> {
        self.seen.as_ref().map(|(_, _, last)| last)
    }

    /// When the first sample was true.
    pub(super) fn start(&self) -> Timestamp {
        self.seen.map_or(Timestamp(0), |(start, ..)| start)
    }

    /// When the last sample was true.
    pub(super) fn end(&self) -> Timestamp {
        self.seen.map_or(Timestamp(0), |(_, end, _)| end)
    }

    /// The usual time between two different figures, in milliseconds.
    pub(super) fn usual(&self) -> i64 {
        let mut waits: Vec<i64> = self.waits.iter().copied().collect();
        waits.sort_unstable();
        waits.get(waits.len() / 2).copied().unwrap_or(0)
    }

    /// What was spent between two moments of the last three days, and how many milliseconds of them were seen.
    pub(super) fn sum(&self, from: i64, to: i64) -> (f64, i64) {
        let (mut spent, mut seen) = (0.0, 0);
        for piece in self.recent.iter().rev().take_while(|piece| piece.to > from) {
            let (start, end) = (piece.from.max(from), piece.to.min(to));
            if start < end {
                spent += piece.share(start, end);
                seen += end - start;
            }
        }
        (spent, seen)
    }

    /// Units per hour over the last `window` milliseconds.
    pub(super) fn rate(&self, window: i64) -> f64 {
        let end = self.end().0;
        let (spent, seen) = self.sum(end.saturating_sub(window), end);
        spent / (seen.max(5 * MINUTE) as f64 / HOUR as f64)
    }

    /// The present burn in units per hour: the long window says that it matters, the short one that it is still so.
    pub(super) fn burn(&self) -> f64 {
        [(HOUR, 5 * MINUTE), (6 * HOUR, 30 * MINUTE), (3 * DAY, 6 * HOUR)]
            .into_iter()
            .map(|(long, short)| self.rate(long).min(self.rate(short)))
            .fold(0.0, f64::max)
    }
}

/// Nothing can be spent at zero headroom: that time says nothing about the demand.
fn empty(sample: &Sample) -> bool {
    sample.headroom().is_some_and(|left| left <= Qty(0))
}

#[cfg(test)]
mod tests;
