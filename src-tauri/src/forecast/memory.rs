//! Samples → what a meter remembers of its spend: a week's profile, how much days vary, and the last three days as
//! they were. It is kept from poll to poll and stored, so that two years of history cost no more than two hours.
//! The method and its figures are in docs/forecasting.md.

use super::calibrate::{Calibration, LEVELS};
use super::pieces::{KEPT, Piece, Pieces};
use crate::model::{DAY, Flow, HOUR, Meter, Sample, Step, Timestamp, step};
use serde::{Deserialize, Serialize};

/// Hours of a week.
pub(super) const WEEK: usize = 168;
/// Half-life of the week's profile, in hours: two weeks.
const PROFILE: f64 = 14.0 * 24.0;
/// Half-life of what is known of days, in hours.
const DAYS: f64 = 30.0 * 24.0;

/// What is remembered beyond the last three days; this is what is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Of each hour of the week (UTC, from Thursday, as the Unix week begins): hours seen, and units spent in them;
    /// older ones weigh less.
    week: Vec<[f64; 2]>,
    /// Sums of 24 h, one taken at each full hour: weight, sum, sum of squares; older ones weigh less.
    day: [f64; 3],
    /// Units spent, and those of them that are only known over more than an hour; older ones weigh less.
    coarse: [f64; 2],
    /// When the first figure was true.
    first: Timestamp,
    /// Up to when everything is in here.
    until: Timestamp,
    /// Between how many pairs of figures something was spent.
    spends: u32,
}

/// A meter's memory of its spend.
#[derive(Clone, Debug)]
pub struct Memory {
    pub(super) pieces: Pieces,
    learned: Option<Learned>,
    /// What the account's own past says of its ranges.
    calibration: Option<Calibration>,
}

impl Memory {
    /// Of a meter's samples, oldest first.
    pub fn of(meter: &Meter, samples: &[Sample], now: Timestamp) -> Self {
        Memory::resume(meter, None, samples, now)
    }

    /// Of what was stored and the samples since [`Learned::wants`]. Without `learned`, of the samples alone. What came
    /// back within a day, and may go again, is found in those of three.
    pub fn resume(meter: &Meter, learned: Option<Learned>, samples: &[Sample], now: Timestamp) -> Self {
        let learned = learned.filter(|known| known.wants(now).is_some());
        let pieces = Pieces::new(meter.unit, Flow::new(meter.kind, meter.window));
        let mut memory = Memory { pieces, learned, calibration: None };
        for sample in samples {
            memory.absorb(sample, now);
        }
        memory
    }

    /// Ranges are read by this from now on; `None`: as those of most accounts are.
    pub fn calibrate(&mut self, calibration: Option<Calibration>) {
        self.calibration = calibration;
    }

    /// The chances at which p10, p50 and p90 are read.
    pub(super) fn levels(&self) -> [f64; 3] {
        self.calibration.map_or(LEVELS, |own| own.levels)
    }

    /// What is worth storing; `None` before the second figure.
    pub fn learned(&self) -> Option<&Learned> {
        self.learned.as_ref()
    }

    /// The newest sample, or the last one again with a later `last_at`. One from the future (a clock that was set back)
    /// is left out. Returns what happened since the one before, by the two alone: what was spent is read by [`Flow`].
    pub fn absorb(&mut self, sample: &Sample, now: Timestamp) -> Step {
        let change = self.last().map_or(Step::default(), |last| step(last, sample));
        for piece in self.pieces.absorb(sample, now).into_iter().flatten() {
            let first = self.pieces.start();
            self.learned.get_or_insert_with(|| Learned::new(first)).learn(&self.pieces, piece);
        }
        change
    }

    /// The newest sample.
    pub fn last(&self) -> Option<&Sample> {
        self.pieces.last()
    }

    /// When the first figure was true.
    pub(super) fn start(&self) -> Timestamp {
        self.learned.as_ref().map_or(self.pieces.start(), |known| known.first)
    }

    /// Milliseconds from the first figure to the last.
    pub(super) fn length(&self) -> i64 {
        self.pieces.end() - self.start()
    }

    /// Between how many pairs of figures something was spent.
    pub(super) fn spends(&self) -> u32 {
        self.learned.as_ref().map_or(0, |known| known.spends)
    }

    /// The share of the spend that is only known over more than an hour: 0 to 1.
    pub(super) fn coarse(&self) -> f64 {
        self.learned.as_ref().map_or(0.0, |known| match known.coarse {
            [all, long] if all > 0.0 => long / all,
            _ => 0.0,
        })
    }

    /// Hours seen and units spent, of each hour of the week.
    pub(super) fn week(&self) -> &[[f64; 2]] {
        self.learned.as_ref().map_or(&[], |known| &known.week)
    }

    /// Weight, mean and variance of the sums of 24 h; `None` before the second day.
    pub(super) fn days(&self) -> Option<[f64; 3]> {
        let [weight, sum, squares] = self.learned.as_ref()?.day;
        let mean = sum / weight;
        (weight > 0.0).then(|| [weight, mean, (squares / weight - mean * mean).max(0.0)])
    }
}

impl Learned {
    fn new(first: Timestamp) -> Self {
        Learned {
            week: vec![[0.0; 2]; WEEK],
            day: [0.0; 3],
            coarse: [0.0; 2],
            first,
            until: first,
            spends: 0,
        }
    }

    /// From when samples are wanted to go on from this: those since, and the three days before once more. `None` where
    /// it cannot be gone on from: stored by a clock that ran ahead, or by another version. Then all is learned anew.
    pub fn wants(&self, now: Timestamp) -> Option<Timestamp> {
        let whole = self.week.len() == WEEK && self.first <= self.until && self.until <= now;
        whole.then(|| self.until + -KEPT)
    }

    /// Takes a piece in, less what is in here already.
    fn learn(&mut self, pieces: &Pieces, piece: Piece) {
        let Some(piece) = piece.after(self.until) else { return };
        self.fade(piece.to);
        let mut from = piece.from;
        while from < piece.to {
            let hour = from.div_euclid(HOUR);
            let to = piece.to.min((hour + 1) * HOUR);
            let weight = half(piece.to - to, PROFILE);
            let slot = &mut self.week[hour.rem_euclid(WEEK as i64) as usize];
            slot[0] += weight * (to - from) as f64 / HOUR as f64;
            slot[1] += weight * piece.share(from, to);
            if to.rem_euclid(HOUR) == 0 && to - self.first.0 >= DAY {
                self.take_day(pieces, to);
            }
            from = to;
        }
        if piece.spent > 0.0 {
            self.spends = self.spends.saturating_add(1);
            self.coarse[0] += piece.spent;
            self.coarse[1] += if piece.to - piece.from > HOUR { piece.spent } else { 0.0 };
        }
        self.until = Timestamp(piece.to);
    }

    /// Makes what is known weigh less, by the time that passed.
    fn fade(&mut self, to: i64) {
        let weight = half(to - self.until.0, PROFILE);
        self.week.iter_mut().flatten().chain(&mut self.coarse).for_each(|sum| *sum *= weight);
    }

    /// The sum of the 24 h that end at a full hour, scaled up to a whole day where it was mostly seen. A day that was
    /// mostly at zero headroom says nothing of a day's demand.
    fn take_day(&mut self, pieces: &Pieces, end: i64) {
        let (spent, seen) = pieces.sum(end - DAY, end);
        if seen * 2 < DAY {
            return;
        }
        let sum = spent * DAY as f64 / seen as f64;
        let weight = half(HOUR, DAYS);
        for (known, new) in self.day.iter_mut().zip([1.0, sum, sum * sum]) {
            *known = *known * weight + new;
        }
    }
}

/// What something of that age (in milliseconds) weighs.
fn half(age: i64, half_life: f64) -> f64 {
    (-(age as f64) / HOUR as f64 / half_life).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, MINUTE, MeterKey, MeterKind, Provenance, Qty, Unit, Window};

    fn meter() -> Meter {
        Meter {
            id: 1,
            account: AccountId::new("acme").unwrap(),
            key: MeterKey::new("balance.tokens"),
            kind: MeterKind::Balance,
            label: "balance".into(),
            unit: Unit::Tokens,
            window: Window::Never,
            provenance: Provenance::Reported,
        }
    }

    fn left(minute: i64, left: i64) -> Sample {
        let at = Timestamp(minute * MINUTE);
        Sample {
            at,
            last_at: at,
            used: None,
            limit: None,
            remaining: Some(Qty(left)),
            resets_at: None,
            reserve: None,
        }
    }

    /// A hundred days at 20-minute readings: 7 tokens by day, 1 by night.
    fn hundred_days() -> Vec<Sample> {
        let mut whole = 1_000_000;
        let sample = |turn: i64| {
            whole -= if (24..60).contains(&(turn % 72)) { 7 } else { 1 };
            left(turn * 20, whole)
        };
        (0..100 * 72).map(sample).collect()
    }

    #[test]
    fn going_on_from_what_was_stored_is_as_if_nothing_had_happened() {
        let samples = hundred_days();
        let now = samples.last().unwrap().at;
        let whole = Memory::of(&meter(), &samples, now);
        for cut in [1, 2, 3_000, 6_001, 7_199] {
            let before = Memory::of(&meter(), &samples[..cut], samples[cut - 1].at);
            let stored = before.learned().map(|known| serde_json::to_string(known).unwrap());
            let stored = stored.map(|text| serde_json::from_str(&text).unwrap());
            let again = Memory::resume(&meter(), stored, &samples[cut.saturating_sub(4 * 72)..], now);
            let (one, two) = (whole.learned().unwrap(), again.learned().unwrap());
            assert_eq!((one.first, one.until), (two.first, two.until));
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(1.0);
            assert!(
                one.week.iter().flatten().zip(two.week.iter().flatten()).all(|(a, b)| near(*a, *b)),
                "{cut}"
            );
            assert!(
                one.day.iter().zip(&two.day).all(|(a, b)| near(*a, *b)),
                "{cut}: {:?} {:?}",
                one.day,
                two.day
            );
            assert_eq!(whole.pieces.rate(3 * DAY), again.pieces.rate(3 * DAY));
        }
    }

    #[test]
    fn money_held_over_a_restart_is_not_spent_twice() {
        // Each hour 2 tokens and a request that holds 50 at every other reading, for ten days.
        let held = |turn: i64| left(turn * 30, 1_000_000 - turn / 2 * 2 - turn % 2 * 50);
        let samples: Vec<Sample> = (0..480).map(held).collect();
        let now = samples.last().unwrap().at;
        let whole = Memory::of(&meter(), &samples, now);
        // The last day by hand: 24 holds of which 48 each came back before.
        let a_day = now + -DAY;
        assert_eq!(whole.pieces.sum(a_day.0, now.0), (48.0, DAY));
        let before = Memory::of(&meter(), &samples[..470], samples[469].at);
        let learned = before.learned().cloned().unwrap();
        let since = learned.wants(now).unwrap();
        let first = samples.partition_point(|sample| sample.at < since) - 1;
        let again = Memory::resume(&meter(), Some(learned), &samples[first..], now);
        assert_eq!(again.pieces.sum(a_day.0, now.0), (48.0, DAY));
        assert_eq!(again.spends(), whole.spends());
        let sum = |memory: &Memory| memory.week().iter().map(|slot| slot[1]).sum::<f64>();
        assert!((sum(&whole) - sum(&again)).abs() < 1e-9, "{} {}", sum(&whole), sum(&again));
    }

    #[test]
    fn a_long_rest_seen_at_once_is_as_hour_by_hour() {
        // Two days of 10 an hour, then a hundred hours of nothing.
        let samples: Vec<Sample> = (0..=48).map(|hour| left(hour * 60, 10_000 - hour * 10)).collect();
        let last = *samples.last().unwrap();
        let begun = Memory::of(&meter(), &samples, last.at);
        let rest = |hours: i64| Sample { last_at: last.at + hours * HOUR, ..last };
        let (mut slow, mut at_once) = (begun.clone(), begun);
        for sample in (1..=100).map(rest) {
            slow.absorb(&sample, sample.last_at);
        }
        at_once.absorb(&rest(100), last.at + 100 * HOUR);
        let (slow, at_once) = (slow.days().unwrap(), at_once.days().unwrap());
        assert!(slow.iter().zip(at_once).all(|(a, b)| (a - b).abs() < 1e-6), "{slow:?} {at_once:?}");
    }

    #[test]
    fn a_day_is_its_sum() {
        let memory = Memory::of(&meter(), &hundred_days(), Timestamp(100 * DAY));
        // 36 readings of 7 and 36 of 1 a day, whenever it begins: 288 tokens, always the same.
        let [weight, mean, variance] = memory.days().unwrap();
        assert!(weight > 100.0 && (mean - 288.0).abs() < 1e-6 && variance < 1e-6, "{mean} {variance}");
        assert!(memory.coarse() == 0.0 && memory.spends() == 7_199);
    }
}
