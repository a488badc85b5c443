//! Samples → the last three days as stretches of even spend. Top-ups and resets are taken out, time without figures is
//! spread over, and time at zero is left out: a limit censors demand.

use crate::model::{DAY, HOUR, MINUTE, Qty, SECOND, Sample, Timestamp, Unit, step};
use std::collections::VecDeque;

/// A figure this far ahead of `now` is a clock that was set back, not a late poll.
const AHEAD: i64 = 5 * MINUTE;
/// How much of the past is kept piece by piece: what the longest window looks at, and an hour.
const KEPT: i64 = 3 * DAY + HOUR;
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
    /// In order of time, without overlap. Time at zero headroom is missing.
    recent: VecDeque<Piece>,
    /// When the first figure was true, and the last; and the last figure.
    seen: Option<(Timestamp, Timestamp, Sample)>,
    /// The last waits between two different figures.
    waits: VecDeque<i64>,
}

impl Pieces {
    pub(super) fn new(unit: Unit) -> Self {
        Pieces { unit, recent: VecDeque::new(), seen: None, waits: VecDeque::new() }
    }

    /// The newest sample, or the last one again with a later `last_at`; returns what that adds.
    pub(super) fn absorb(&mut self, sample: &Sample, now: Timestamp) -> [Option<Piece>; 2] {
        let (at, last_at) = (sample.at.min(now), sample.last_at.max(sample.at).min(now));
        if sample.at > now.plus(AHEAD) || at.0 < now.0.saturating_sub(OLDEST) {
            return [None; 2];
        }
        let Some((start, end, last)) = self.seen else {
            self.seen = Some((at, at, *sample));
            return [None, self.rest(last_at)];
        };
        if sample.at == last.at {
            self.seen = Some((start, end, *sample));
            return [None, self.rest(last_at)];
        }
        if at < end {
            return [None; 2];
        }
        let spent = self.unit.to_f64(step(&last, sample).spent);
        let wait = at - end;
        if self.waits.len() == WAITS {
            self.waits.pop_front();
        }
        self.waits.push_back(wait);
        // Two figures of one moment: the spend is given a second, so that it has a rate.
        let from = if wait == 0 { end.0.saturating_sub(SECOND) } else { end.0 };
        let piece = (spent > 0.0 || (wait > 0 && !empty(&last))).then_some(Piece { from, to: at.0, spent });
        self.recent.extend(piece);
        self.seen = Some((start, at, *sample));
        let rest = self.rest(last_at);
        while self.recent.front().is_some_and(|piece| piece.to < at.0.saturating_sub(KEPT)) {
            self.recent.pop_front();
        }
        [piece, rest]
    }

    /// The last figure stood unchanged until `until`.
    fn rest(&mut self, until: Timestamp) -> Option<Piece> {
        let (start, end, last) = self.seen.filter(|(_, end, _)| until > *end)?;
        self.seen = Some((start, until, last));
        if empty(&last) {
            return None;
        }
        let piece = Piece { from: end.0, to: until.0, spent: 0.0 };
        match self.recent.back_mut() {
            Some(before) if before.to == piece.from && before.spent == 0.0 => before.to = piece.to,
            _ => self.recent.push_back(piece),
        }
        Some(piece)
    }

    /// The last figure.
    pub(super) fn last(&self) -> Option<&Sample> {
        self.seen.as_ref().map(|(_, _, last)| last)
    }

    /// When the first figure was true.
    pub(super) fn start(&self) -> Timestamp {
        self.seen.map_or(Timestamp(0), |(start, ..)| start)
    }

    /// When the last figure was true.
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
mod tests {
    use super::*;

    fn balance(at: i64, last_at: i64, left: i64) -> Sample {
        Sample {
            at: Timestamp(at),
            last_at: Timestamp(last_at),
            used: None,
            limit: None,
            remaining: Some(Qty(left)),
            resets_at: None,
            reserve: None,
        }
    }

    fn read(samples: &[Sample], now: i64) -> Pieces {
        let mut pieces = Pieces::new(Unit::Tokens);
        for sample in samples {
            pieces.absorb(sample, Timestamp(now));
        }
        pieces
    }

    #[test]
    fn a_stretch_without_change_is_not_spend_and_the_rest_is_spread() {
        // 100 tokens until 1:00, 40 at 3:00: 60 tokens over two hours.
        let pieces = read(&[balance(0, HOUR, 100), balance(3 * HOUR, 3 * HOUR, 40)], 3 * HOUR);
        assert_eq!(pieces.rate(HOUR), 30.0);
        assert_eq!(pieces.rate(3 * HOUR), 20.0);
        assert_eq!(pieces.usual(), 2 * HOUR);
    }

    #[test]
    fn the_same_figure_again_only_stands_longer() {
        let samples = [
            balance(0, 0, 100),
            balance(HOUR, HOUR, 40),
            balance(HOUR, 2 * HOUR, 40),
            balance(HOUR, 3 * HOUR, 40),
        ];
        let pieces = read(&samples, 3 * HOUR);
        assert_eq!(pieces.sum(0, 3 * HOUR), (60.0, 3 * HOUR));
        assert_eq!((pieces.rate(HOUR), pieces.recent.len()), (0.0, 2));
    }

    #[test]
    fn time_at_zero_is_no_falling_rate() {
        // 10 tokens in the first hour, then nine hours at zero, then a top-up.
        let samples = [balance(0, 0, 10), balance(HOUR, 10 * HOUR, 0), balance(11 * HOUR, 11 * HOUR, 50)];
        let pieces = read(&samples, 11 * HOUR);
        assert_eq!(pieces.rate(DAY), 10.0, "10 tokens in the one hour in which any could be spent");
    }

    #[test]
    fn a_clock_that_jumped_is_left_out() {
        let samples =
            [balance(0, 0, 10), balance(9 * DAY, 9 * DAY, 3), balance(HOUR, HOUR, 8), balance(5, 5, 1)];
        let pieces = read(&samples, HOUR);
        assert_eq!(pieces.last().and_then(|last| last.remaining), Some(Qty(8)));
        assert_eq!(pieces.rate(HOUR), 2.0);
    }

    #[test]
    fn what_is_older_than_three_days_is_let_go() {
        let samples: Vec<Sample> =
            (0..9 * 24).map(|hour| balance(hour * HOUR, hour * HOUR, 1_000 - hour)).collect();
        let pieces = read(&samples, 9 * DAY);
        assert!((72..=74).contains(&pieces.recent.len()), "{}", pieces.recent.len());
    }
}
