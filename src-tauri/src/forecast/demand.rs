//! How much will be spent over the next hours: a Gamma distribution whose mean comes from a week's profile and from
//! how far the present departs from it, and whose variance from the sums of days. The method, where its figures come
//! from and how they scored are in docs/forecasting.md.

use super::Outlook;
use super::curve::HORIZON;
use super::memory::{Memory, WEEK};
use crate::model::{DAY, HOUR, Timestamp, Unit};
use statrs::function::gamma::checked_gamma_ur;

/// How many hours of its hour of the day an hour of the week is worth, and that of the overall mean.
const SHRINK: [f64; 2] = [2.0, 3.0];
/// Before hours are known, a day is taken to vary by half its mean (a quarter of its square); worth six hours.
const PRIOR: (f64, f64) = (0.25, 6.0);
/// From independent hours to days: spend persists (0.45 from hour to hour), so a day varies (1 + 0.45) / (1 − 0.45)
/// times as much as 24 independent hours would.
const PERSISTENCE: f64 = 1.45 / 0.55;
/// No usage is steadier than this share of the mean's square.
const FLOOR: f64 = 0.02;
/// The spread over h hours grows as (h / 24)^1.1: busy hours follow busy hours.
const GROWTH: f64 = 1.1;
/// The mean itself is not known: half a day's variance, the less the more days are.
const UNSURE: f64 = 0.5;
/// Over so many hours it is seen how far the present departs from the profile; as long it is expected to last …
const SCALES: [f64; 2] = [6.0, 48.0];
/// … by this share of it at first.
const CARRY: f64 = 0.25;
/// The mean is never below this share of the profile's.
const LEAST: f64 = 0.3;
/// The demand from one moment on.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// Sums of the profile: `sums[k]` is what the first `k` hours of the week take.
    sums: [f64; WEEK + 1],
    /// Where in the week it starts, in hours.
    from: f64,
    /// How far the present rate departs from the profile's, per hour, over each of [`SCALES`].
    departs: [f64; 2],
    /// Variance of what 24 hours take, by the days seen, and by the hours seen: worth one day.
    variance: f64,
    prior: f64,
    /// Days of history, at least half a one.
    days: f64,
    /// By the user's calendar, where there is one that changes something.
    calendar: Option<Calendar>,
    /// What is planned: after how many hours, and how much up to then, in order of time.
    planned: Vec<(f64, f64)>,
    /// What work will cost beside what it did: 1 for as much.
    price: f64,
}

/// Sums of hourly means from the start on: `[k]` is what the first `k` hours take.
#[derive(Clone, Debug)]
struct Calendar {
    /// The profile by the working week; `None`: as learned.
    usual: Option<Vec<f64>>,
    /// The profile without days off, and what of the departure from it is expected on the others.
    expected: Vec<f64>,
    carried: Vec<f64>,
}

impl Demand {
    /// From what is remembered.
    pub(super) fn from_memory(memory: &Memory) -> Demand {
        let (mut day, mut all) = ([[0.0; 2]; 24], [0.0; 2]);
        for (hour, slot) in memory.week().iter().enumerate() {
            for (index, sum) in slot.iter().enumerate() {
                day[hour % 24][index] += sum;
                all[index] += sum;
            }
        }
        let mean = if all[0] > 0.0 { all[1] / all[0] } else { 0.0 };
        let mut sums = [0.0; WEEK + 1];
        for (hour, [seen, spent]) in memory.week().iter().enumerate() {
            let of_day = day[hour % 24];
            let shrunk = (of_day[1] + SHRINK[1] * mean) / (of_day[0] + SHRINK[1]);
            sums[hour + 1] = sums[hour] + (spent + SHRINK[0] * shrunk) / (seen + SHRINK[0]);
        }
        let days = (memory.length() as f64 / DAY as f64).max(0.5);
        let prior = by_hours(memory.week(), mean);
        let (known, spread) = match memory.days() {
            // As many days as there are tell less of the spread than endless ones would.
            Some([_, mean, variance]) => (mean, variance * days / (days - 1.0).max(1.0)),
            None => (24.0 * mean, prior),
        };
        let from = memory.pieces.end().0.rem_euclid(7 * DAY) as f64 / HOUR as f64;
        let variance = spread + FLOOR * known * known;
        let mut demand = Demand {
            sums,
            from,
            departs: [0.0; 2],
            variance,
            prior,
            days,
            calendar: None,
            planned: Vec::new(),
            price: 1.0,
        };
        let [short, long] = SCALES.map(|hours| demand.departure(memory, hours));
        // What the short window shows and the long one explains is not counted twice.
        demand.departs = [short - CARRY * long, long];
        demand
    }

    /// With what the user knows of the time ahead; `unit` is the meter's. The default outlook changes nothing.
    pub(super) fn with(mut self, outlook: &Outlook, memory: &Memory, unit: Unit) -> Demand {
        let end = memory.pieces.end();
        self.price = outlook.price();
        let mut due: Vec<Timestamp> = outlook.planned.iter().map(|planned| planned.0).collect();
        due.sort_unstable();
        due.dedup();
        let by = |at: Timestamp| (super::hours(at - end), outlook.planned_by(unit, end, at));
        self.planned = due.into_iter().map(by).collect();
        if outlook.rhythm.is_some() {
            let hourly = |sum: &dyn Fn(f64) -> f64| -> Vec<f64> {
                (0..HORIZON as usize).map(|hour| sum(hour as f64 + 1.0) - sum(hour as f64)).collect()
            };
            let profile = hourly(&|hours| self.profile(hours));
            self.calendar = outlook.shape(&profile, memory).map(|shaped| Calendar {
                expected: summed(shaped.usual.as_ref().unwrap_or(&profile), &shaped.share),
                carried: summed(&hourly(&|hours| self.carried(hours)), &shaped.share),
                usual: shaped.usual.map(|usual| summed(&usual, &[])),
            });
        }
        self
    }

    /// The rate over the last hours less the profile's of the same hours.
    fn departure(&self, memory: &Memory, hours: f64) -> f64 {
        let hours = hours.min(memory.length() as f64 / HOUR as f64).max(1.0 / 12.0);
        let usual = (self.up_to(self.from) - self.up_to(self.from - hours)) / hours;
        memory.pieces.rate((hours * HOUR as f64) as i64) - usual
    }

    /// The profile's sum from the start of the week; `hours` may lie in other weeks.
    fn up_to(&self, hours: f64) -> f64 {
        let weeks = (hours / WEEK as f64).floor();
        let inside = hours - weeks * WEEK as f64;
        let hour = (inside as usize).min(WEEK - 1);
        weeks * self.sums[WEEK]
            + self.sums[hour]
            + (inside - hour as f64) * (self.sums[hour + 1] - self.sums[hour])
    }

    /// What the next `hours` take by the profile.
    fn profile(&self, hours: f64) -> f64 {
        self.up_to(self.from + hours) - self.up_to(self.from)
    }

    /// What of the present's departure from the profile falls into the next `hours`.
    fn carried(&self, hours: f64) -> f64 {
        let lasting = |(tau, departs): (f64, f64)| CARRY * departs * tau * (1.0 - (-hours / tau).exp());
        SCALES.into_iter().zip(self.departs).map(lasting).sum()
    }

    /// Mean and variance of what is spent over the next `hours`, as learned.
    fn moments(&self, hours: f64) -> (f64, f64) {
        let profile = self.profile(hours);
        let mean = mean(profile, self.carried(hours));
        let days = hours / 24.0;
        let grown = days.powf(GROWTH);
        let own = self.variance * (grown + UNSURE / self.days * days * days);
        let variance = (own * self.days + self.prior * grown) / (self.days + 1.0);
        (mean, variance * mean / profile)
    }

    /// The chance that more than `headroom` is spent over the next `hours`. What is planned is spent for certain; days
    /// off only ever lower it.
    pub(super) fn exceeds(&self, headroom: f64, hours: f64) -> f64 {
        if hours <= 0.0 || self.sums[WEEK] <= 0.0 {
            return 0.0;
        }
        let due = self.planned.iter().take_while(|(after, _)| *after <= hours).last();
        let left = (headroom - due.map_or(0.0, |(_, by_then)| *by_then)) / self.price;
        if left <= 0.0 {
            return 1.0;
        }
        let (learned, variance) = self.moments(hours);
        let Some(calendar) = &self.calendar else { return above(left, learned, variance) };
        // Time off takes its share of the variance with it.
        let with = |shaped: f64| above(left, shaped, variance * shaped / learned);
        let by_week = |sums: &Vec<f64>| mean(upto(sums, hours), self.carried(hours));
        let usual = calendar.usual.as_ref().map_or(learned, by_week);
        let expected = mean(upto(&calendar.expected, hours), upto(&calendar.carried, hours));
        with(usual).min(with(expected))
    }

    /// The chance as it was before there was an outlook: what the scores in docs/forecasting.md were measured with.
    #[cfg(test)]
    pub(super) fn as_learned(&self, headroom: f64, hours: f64) -> f64 {
        let profile = self.up_to(self.from + hours) - self.up_to(self.from);
        let lasting = |(tau, departs): (f64, f64)| CARRY * departs * tau * (1.0 - (-hours / tau).exp());
        let carried: f64 = SCALES.into_iter().zip(self.departs).map(lasting).sum();
        let mean = (profile + carried).max(LEAST * profile);
        let days = hours / 24.0;
        let grown = days.powf(GROWTH);
        let own = self.variance * (grown + UNSURE / self.days * days * days);
        let variance = (own * self.days + self.prior * grown) / (self.days + 1.0) * mean / profile;
        checked_gamma_ur(mean * mean / variance, headroom * mean / variance).unwrap()
    }
}

/// What is spent in the mean: by the profile, and by how far the present departs from it.
fn mean(profile: f64, carried: f64) -> f64 {
    (profile + carried).max(LEAST * profile)
}

/// The chance that more than `headroom` is spent, of a Gamma distribution.
fn above(headroom: f64, mean: f64, variance: f64) -> f64 {
    let certain = if headroom < mean { 1.0 } else { 0.0 };
    let (shape, at) = (mean * mean / variance, headroom * mean / variance);
    checked_gamma_ur(shape, at).ok().filter(|chance| chance.is_finite()).unwrap_or(certain)
}

/// What the first `k` hours take, for every `k`; of each hour its share where there is one.
fn summed(means: &[f64], shares: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for (hour, mean) in means.iter().enumerate() {
        sum += mean * shares.get(hour).copied().unwrap_or(1.0);
        sums.push(sum);
    }
    sums
}

/// What the first `hours` take; beyond the last known hour nothing more.
fn upto(sums: &[f64], hours: f64) -> f64 {
    let hours = hours.clamp(0.0, (sums.len() - 1) as f64);
    let hour = (hours as usize).min(sums.len() - 2);
    sums[hour] + (hours - hour as f64) * (sums[hour + 1] - sums[hour])
}

/// The variance of days, as far as the hours of the week tell it.
fn by_hours(week: &[[f64; 2]], mean: f64) -> f64 {
    let seen = || week.iter().filter(|[seen, _]| *seen >= 0.5).map(|[seen, spent]| spent / seen);
    let count = seen().count() as f64;
    let average = seen().sum::<f64>() / count.max(1.0);
    let spread = seen().map(|rate| (rate - average).powi(2)).sum::<f64>();
    let daily = 24.0 * mean;
    (24.0 * PERSISTENCE * spread + PRIOR.1 * PRIOR.0 * daily * daily) / (count + PRIOR.1)
}
