//! Generated demand, in five-minute bins: what an account's user would spend if nothing refused. Random access: a
//! day's bins come from a hash of (seed, day) alone, so the same seed is the same history in every process.

use crate::model::{DAY, MINUTE, Timestamp};
use std::sync::{Mutex, PoisonError};

const BIN: i64 = 5 * MINUTE;
const BINS: usize = (DAY / BIN) as usize;
/// Demand ends ten years after the epoch, so that a wild clock cannot fill the memory.
const MAX_DAYS: usize = 3_653;

/// How an account is used. Money is in nano-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// One developer: sessions and idle spells, idle days, a few five-minute bins with most of the spend.
    Developer {
        /// Mean spend of a day, roughly; idle days included.
        daily: i64,
    },
    /// A steady service with a rhythm of the day.
    Service {
        /// Mean spend of a day.
        daily: i64,
    },
    /// A scripted drain for tests: `amount` is spent exactly `over` milliseconds after `from`, ever faster, and
    /// demand goes on after that.
    Drain {
        /// Spent at the end.
        amount: i64,
        /// When spending starts.
        from: Timestamp,
        /// How long it takes, ms; at least 1.
        over: i64,
    },
}

/// Demand since an epoch.
#[derive(Debug)]
pub struct Usage {
    seed: u64,
    profile: Profile,
    epoch: Timestamp,
    /// For each day since the epoch's UTC day: the running total at the *start* of each bin, and at the day's end.
    days: Mutex<Vec<Vec<i64>>>,
}

impl Usage {
    /// Demand of a profile; nothing is spent before `epoch`.
    pub fn new(seed: u64, profile: Profile, epoch: Timestamp) -> Self {
        Usage { seed, profile, epoch, days: Mutex::new(Vec::new()) }
    }

    /// Nano-units demanded from the epoch until `t`; never falls.
    pub fn spent_until(&self, t: Timestamp) -> i64 {
        if t <= self.epoch {
            return 0;
        }
        match self.profile {
            Profile::Drain { amount, from, over } => drained(amount, t.since(from), over.max(1)),
            _ => self.raw(t) - self.raw(self.epoch),
        }
    }

    /// The first moment in `(after, until]` at which [`Usage::spent_until`] is at least `total`.
    pub fn reaches(&self, total: i64, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        if self.spent_until(until) < total {
            return None;
        }
        let (mut low, mut high) = (after.0, until.0);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.spent_until(Timestamp(middle)) >= total { high = middle } else { low = middle }
        }
        Some(Timestamp(high))
    }

    fn raw(&self, t: Timestamp) -> i64 {
        let first_day = self.epoch.0.div_euclid(DAY);
        let elapsed = t.0.saturating_sub(first_day * DAY).max(0);
        let day = ((elapsed / DAY) as usize).min(MAX_DAYS);
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        while days.len() <= day {
            let before = days.last().and_then(|sums| sums.last()).copied().unwrap_or(0);
            let bins =
                if days.len() < MAX_DAYS { self.day(first_day + days.len() as i64) } else { vec![0; BINS] };
            let mut sums = Vec::with_capacity(BINS + 1);
            sums.push(before);
            sums.extend(bins.iter().scan(before, |total, spend| {
                *total += spend;
                Some(*total)
            }));
            days.push(sums);
        }
        let in_day = (elapsed - day as i64 * DAY).min(DAY - 1);
        let (bin, part) = ((in_day / BIN) as usize, in_day % BIN);
        let (from, to) = (days[day][bin], days[day][bin + 1]);
        from + (i128::from(to - from) * i128::from(part) / i128::from(BIN)) as i64
    }

    /// The spend of each bin of a UTC day (days since 1970).
    fn day(&self, day: i64) -> Vec<i64> {
        let mut dice = Dice(self.seed ^ (day as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        match self.profile {
            Profile::Developer { daily } => developer(&mut dice, daily as f64),
            Profile::Service { daily } => service(&mut dice, daily as f64),
            Profile::Drain { .. } => vec![0; BINS],
        }
    }
}

/// A third of the days idle; else some sessions of 55 minutes in the mean, their strength and that of each bin
/// log-normal. Fitted to the measured shares named in the tests below, not to any one series.
fn developer(dice: &mut Dice, daily: f64) -> Vec<i64> {
    let mut bins = vec![0.0; BINS];
    if dice.unit() < 0.36 {
        return vec![0; BINS];
    }
    let mut sessions = 1;
    while sessions < 7 && dice.unit() < 0.615 {
        sessions += 1;
    }
    let day = (0.3 * dice.normal()).exp();
    for _ in 0..sessions {
        let start = 96 + (180.0 * dice.unit()) as usize;
        let length = 1 + (-(1.0 - dice.unit()).ln() * 11.0) as usize;
        let strength = day * (0.72 * dice.normal()).exp();
        for bin in bins.iter_mut().skip(start).take(length) {
            if dice.unit() < 0.6 {
                // 0.057 of a day's mean per bin makes the mean of all days `daily`.
                *bin += 0.057 * strength * (0.6 * dice.normal()).exp();
            }
        }
    }
    bins.into_iter().map(|share| (share * daily).round() as i64).collect()
}

/// A sine over the day, some difference between days, little noise between bins.
fn service(dice: &mut Dice, daily: f64) -> Vec<i64> {
    let day = (0.12 * dice.normal()).exp();
    let share = |bin: usize, noise: f64| {
        let phase = (bin as f64 / BINS as f64 - 0.375) * std::f64::consts::TAU;
        (1.0 + 0.7 * phase.sin()) * noise / BINS as f64
    };
    (0..BINS).map(|bin| (daily * day * share(bin, (0.15 * dice.normal()).exp())).round() as i64).collect()
}

/// Cubic: the last hours before the wall run at three times the mean, as real ones run faster than their week.
fn drained(amount: i64, elapsed: i64, over: i64) -> i64 {
    const PPM: i128 = 1_000_000;
    let done = i128::from(elapsed.max(0)) * PPM / i128::from(over);
    let share =
        if done <= PPM { done.pow(3) } else { PPM.pow(3) + 3 * PPM.pow(2) * (done - PPM).min(PPM * PPM) };
    i64::try_from(i128::from(amount).saturating_mul(share) / PPM.pow(3)).unwrap_or(i64::MAX)
}

/// splitmix64: small, good enough for a demo, the same everywhere.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal, cut at ±2.5 so that no single session rules a year.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.unit()).cos()).clamp(-2.5, 2.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HOUR;

    const EPOCH: Timestamp = Timestamp(1_790_000_000_000 - 1_790_000_000_000 % DAY);
    const USD: i64 = 1_000_000_000;

    struct Stats {
        top: f64,
        lag1: f64,
        lag24: f64,
        idle_days: f64,
        daily: f64,
    }

    /// Share of spend in the top 1 % of five-minute bins, autocorrelation of hours, share of days without spend.
    fn measure(seed: u64, profile: Profile, days: i64) -> Stats {
        let usage = Usage::new(seed, profile, EPOCH);
        let sums = |step: i64, count: i64| -> Vec<f64> {
            let at = |index: i64| usage.spent_until(EPOCH + index * step);
            (0..count).map(|index| (at(index + 1) - at(index)) as f64).collect()
        };
        let mut bins = sums(BIN, days * BINS as i64);
        let total: f64 = bins.iter().sum();
        bins.sort_by(|a, b| b.total_cmp(a));
        let top = bins[..bins.len() / 100].iter().sum::<f64>() / total;
        let hours = sums(HOUR, days * 24);
        let mean = total / hours.len() as f64;
        let variance: f64 = hours.iter().map(|hour| (hour - mean).powi(2)).sum();
        let lag = |by: usize| {
            hours.iter().zip(&hours[by..]).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / variance
        };
        let idle = sums(DAY, days).iter().filter(|day| **day == 0.0).count();
        Stats {
            top,
            lag1: lag(1),
            lag24: lag(24),
            idle_days: idle as f64 / days as f64,
            daily: total / days as f64 / USD as f64,
        }
    }

    /// The bounds are what was measured on real developers (docs/forecasting.md): 67 % of the spend in 1 % of the
    /// bins, hourly autocorrelation 0.45 after 1 h and 0.07 after 24 h, 28 to 75 % of the days without any.
    #[test]
    fn a_developer_is_as_bursty_as_real_ones() {
        for seed in 1..=8 {
            let seen = measure(seed, Profile::Developer { daily: USD }, 540);
            assert!((seen.top - 0.67).abs() <= 0.12, "seed {seed}: top 1 % of bins hold {:.3}", seen.top);
            assert!((seen.lag1 - 0.45).abs() <= 0.12, "seed {seed}: lag 1 h {:.3}", seen.lag1);
            assert!(seen.lag24 < 0.2, "seed {seed}: lag 24 h {:.3}", seen.lag24);
            assert!((0.28..=0.75).contains(&seen.idle_days), "seed {seed}: idle days {:.3}", seen.idle_days);
            assert!((0.6..=1.5).contains(&seen.daily), "seed {seed}: {:.3} a day", seen.daily);
        }
    }

    #[test]
    fn a_service_is_steady_with_a_rhythm_of_the_day() {
        for seed in 1..=4 {
            let seen = measure(seed, Profile::Service { daily: USD }, 180);
            assert!(seen.top < 0.1, "seed {seed}: top 1 % of bins hold {:.3}", seen.top);
            assert!(seen.lag24 > 0.5, "seed {seed}: lag 24 h {:.3}", seen.lag24);
            assert!(seen.idle_days == 0.0);
            assert!((0.9..=1.1).contains(&seen.daily), "seed {seed}: {:.3} a day", seen.daily);
        }
    }

    #[test]
    fn the_same_seed_is_the_same_history_in_any_order_of_asking() {
        let profile = Profile::Developer { daily: 3 * USD };
        let (one, two) = (Usage::new(7, profile, EPOCH), Usage::new(7, profile, EPOCH));
        let late = two.spent_until(EPOCH + 40 * DAY);
        let mut before = 0;
        for hour in 0..40 * 24 {
            let now = EPOCH + hour * HOUR + 123_456;
            assert!(one.spent_until(now) >= before);
            before = one.spent_until(now);
            assert_eq!(before, two.spent_until(now));
        }
        assert_eq!(one.spent_until(EPOCH + 40 * DAY), late);
        assert_ne!(Usage::new(8, profile, EPOCH).spent_until(EPOCH + 40 * DAY), late);
        assert_eq!(one.spent_until(EPOCH), 0);
        assert_eq!(one.spent_until(Timestamp(i64::MAX)), one.spent_until(EPOCH + 4_000 * DAY));
    }

    #[test]
    fn a_drain_ends_on_the_millisecond_and_speeds_up() {
        let over = 10 * HOUR;
        let usage = Usage::new(1, Profile::Drain { amount: 20 * USD, from: EPOCH + DAY, over }, EPOCH);
        let wall = EPOCH + DAY + over;
        assert_eq!(usage.spent_until(EPOCH + DAY), 0);
        // Half of the time, an eighth of the money: 2.50 of 20.
        assert_eq!(usage.spent_until(EPOCH + DAY + over / 2), 2_500_000_000);
        assert_eq!(usage.spent_until(wall), 20 * USD);
        assert!(usage.spent_until(wall + -HOUR) < 20 * USD);
        assert!(usage.spent_until(wall + HOUR) > 20 * USD, "demand goes on behind the wall");
        let found = usage.reaches(20 * USD, EPOCH, EPOCH + 9 * DAY).unwrap();
        assert_eq!(found, wall);
        assert_eq!(usage.reaches(20 * USD, EPOCH, EPOCH + DAY), None);
    }
}
