//! Samples → what was spent when. Top-ups and resets are taken out, time without figures is spread over, and time
//! at zero is left out: a limit censors demand.

use crate::model::{DAY, HOUR, MINUTE, Qty, SECOND, Sample, Timestamp, Unit, step};

/// History older than this says nothing that the decay of the profile would not have forgotten.
const OLDEST: i64 = 90 * DAY;
/// A figure this far ahead of `now` is a clock that was set back, not a late poll.
const AHEAD: i64 = 5 * MINUTE;

/// A stretch of time and what was spent in it, in whole units, spread evenly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Start, milliseconds since the epoch.
    pub(super) from: i64,
    /// End; later than `from`.
    pub(super) to: i64,
    /// Spent in it; never negative.
    pub(super) spent: f64,
}

/// A meter's spend over its history.
#[derive(Clone, Debug)]
pub(super) struct Burn {
    /// In order of time, without overlap. Time at zero headroom is missing.
    pub(super) pieces: Vec<Piece>,
    /// When the first figure was true.
    pub(super) start: Timestamp,
    /// When the last figure was true.
    pub(super) end: Timestamp,
    /// The last figure.
    pub(super) last: Sample,
    /// Between how many pairs of figures something was spent.
    pub(super) spends: u32,
    /// The share of the spend that is only known over more than an hour: 0 to 1.
    pub(super) coarse: f64,
    /// The usual time between two different figures, in milliseconds.
    pub(super) usual: i64,
}

impl Burn {
    /// Reads the samples, oldest first. Those out of order or from the future (a clock that jumped) are left out.
    pub(super) fn read(unit: Unit, samples: &[Sample], now: Timestamp) -> Option<Burn> {
        let mut burn: Option<Burn> = None;
        let mut waits = Vec::new();
        let (mut total, mut long) = (0.0, 0.0);
        for sample in samples {
            let (at, last_at) = (sample.at.min(now), sample.last_at.max(sample.at).min(now));
            if sample.at > now + AHEAD || at < Timestamp(now.0.saturating_sub(OLDEST)) {
                continue;
            }
            let Some(burn) = burn.as_mut() else {
                let mut first = Burn {
                    pieces: Vec::with_capacity(2 * samples.len()),
                    start: at,
                    end: at,
                    last: *sample,
                    spends: 0,
                    coarse: 0.0,
                    usual: 0,
                };
                first.rest(last_at);
                burn = Some(first);
                continue;
            };
            if at < burn.end {
                continue;
            }
            let spent = unit.to_f64(step(&burn.last, sample).spent);
            let wait = at - burn.end;
            if spent > 0.0 {
                burn.spends += 1;
                total += spent;
                long += if wait > HOUR { spent } else { 0.0 };
            }
            waits.push(wait);
            // Two figures of one moment: the spend is given a second, so that it has a rate.
            let from = if wait == 0 { burn.end.0.saturating_sub(SECOND) } else { burn.end.0 };
            if spent > 0.0 || (wait > 0 && !empty(&burn.last)) {
                burn.pieces.push(Piece { from, to: at.0, spent });
            }
            (burn.end, burn.last) = (at, *sample);
            burn.rest(last_at);
        }
        let mut burn = burn?;
        burn.coarse = if total > 0.0 { long / total } else { 0.0 };
        waits.sort_unstable();
        burn.usual = waits.get(waits.len() / 2).copied().unwrap_or(0);
        Some(burn)
    }

    /// The last figure stood unchanged until `until`.
    fn rest(&mut self, until: Timestamp) {
        if until > self.end {
            if !empty(&self.last) {
                self.pieces.push(Piece { from: self.end.0, to: until.0, spent: 0.0 });
            }
            self.end = until;
        }
    }

    /// Milliseconds from the first figure to the last.
    pub(super) fn length(&self) -> i64 {
        self.end - self.start
    }

    /// Units per hour over the last `window` milliseconds of the history.
    pub(super) fn rate(&self, window: i64) -> f64 {
        let since = self.end.0.saturating_sub(window);
        let (mut spent, mut seen) = (0.0, 0_i64);
        for piece in self.pieces.iter().rev().take_while(|piece| piece.to > since) {
            let inside = piece.to - piece.from.max(since);
            spent += piece.spent * inside as f64 / (piece.to - piece.from) as f64;
            seen += inside;
        }
        spent / (seen.max(5 * MINUTE) as f64 / HOUR as f64)
    }

    /// The present burn in units per hour: the long window says that it matters, the short one that it is still so.
    pub(super) fn present(&self) -> f64 {
        [(HOUR, 5 * MINUTE), (6 * HOUR, 30 * MINUTE), (3 * DAY, 6 * HOUR)]
            .into_iter()
            .map(|(long, short)| self.rate(long).min(self.rate(short)))
            .fold(0.0, f64::max)
    }

    /// Calls `each(index, milliseconds, spent)` for every piece, cut where `index` of its time changes every
    /// `period` milliseconds from `origin`.
    pub(super) fn cut(&self, origin: i64, period: i64, mut each: impl FnMut(i64, i64, f64)) {
        for piece in &self.pieces {
            let mut from = piece.from;
            while from < piece.to {
                let index = (from - origin).div_euclid(period);
                let to = piece.to.min(origin.saturating_add((index + 1).saturating_mul(period)));
                each(index, to - from, piece.spent * (to - from) as f64 / (piece.to - piece.from) as f64);
                from = to;
            }
        }
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

    #[test]
    fn a_stretch_without_change_is_not_spend_and_the_rest_is_spread() {
        // 100 tokens until 1:00, 40 at 3:00: 60 tokens over two hours.
        let samples = [balance(0, HOUR, 100), balance(3 * HOUR, 3 * HOUR, 40)];
        let burn = Burn::read(Unit::Tokens, &samples, Timestamp(3 * HOUR)).unwrap();
        assert_eq!(burn.rate(HOUR), 30.0);
        assert_eq!(burn.rate(3 * HOUR), 20.0);
        assert_eq!((burn.spends, burn.coarse), (1, 1.0));
    }

    #[test]
    fn time_at_zero_is_no_falling_rate() {
        // 10 tokens in the first hour, then nine hours at zero, then a top-up.
        let samples = [balance(0, 0, 10), balance(HOUR, 10 * HOUR, 0), balance(11 * HOUR, 11 * HOUR, 50)];
        let burn = Burn::read(Unit::Tokens, &samples, Timestamp(11 * HOUR)).unwrap();
        assert_eq!(burn.rate(DAY), 10.0, "10 tokens in the one hour in which any could be spent");
    }

    #[test]
    fn a_clock_that_jumped_is_left_out() {
        let samples =
            [balance(0, 0, 10), balance(9 * DAY, 9 * DAY, 3), balance(HOUR, HOUR, 8), balance(5, 5, 1)];
        let burn = Burn::read(Unit::Tokens, &samples, Timestamp(HOUR)).unwrap();
        assert_eq!(burn.last.remaining, Some(Qty(8)));
        assert_eq!(burn.rate(HOUR), 2.0);
    }
}
