//! What is usual for a meter: its spend hour by hour, and its top-ups. What is unusual is told apart by the modified
//! z-score of Iglewicz and Hoaglin (median and median absolute deviation) of the logarithm, as spend varies by factors.

use crate::model::{Amount, DAY, HOUR, Qty, Reload, Sample, Timestamp, Unit, step};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// How much of the past is usual.
const PAST: i64 = 28 * DAY;
/// Scores above this are told (Iglewicz and Hoaglin's 3.5), the deviation being made comparable to a standard one.
const SCORE: f64 = 3.5 * 1.4826;
/// Never less than so many times the usual.
const TIMES: f64 = 3.0;
/// So many hours with spend before anything is unusual, and so many of the same kind to be a kind of their own.
const HOURS: (usize, usize) = (24, 8);
/// As [`HOURS`], for days.
const DAYS: (usize, usize) = (7, 5);
/// A day is told from so many times an hour's floor on.
const DAY_FLOOR: i64 = 5;
/// Top-ups kept.
const TOP_UPS: usize = 8;
/// An interval longer than this is not spread: it says nothing of any hour.
const SPREAD: i64 = 7 * DAY;

/// A meter's habits; the default knows nothing. Cheap to keep up to date with every poll.
#[derive(Clone, Debug, Default)]
pub struct Habit {
    /// Spend in the unit's steps, by the start of its UTC hour; hours without spend are missing.
    hours: BTreeMap<Timestamp, i64>,
    /// When it was first looked at.
    since: Option<Timestamp>,
    /// Top-ups, oldest first: when, how much, and what was left before.
    added: Vec<(Timestamp, Qty, Qty)>,
}

/// Far more was spent than is usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unusual {
    /// In a day; else in an hour.
    pub(super) of_day: bool,
    /// How much.
    pub(super) spent: Qty,
    /// The median of such hours or days in which anything was spent.
    pub(super) usual: Qty,
}

impl Habit {
    /// What happened between two samples that follow each other.
    pub fn note(&mut self, before: &Sample, after: &Sample) {
        self.since.get_or_insert(before.at);
        let step = step(before, after);
        let left = before.headroom().unwrap_or_default();
        if step.added > Qty(0) && step.renews(after.headroom()) {
            self.top_up(after.at, step.added, left);
        }
        let length = after.at - before.last_at;
        if step.spent <= Qty(0) || length > SPREAD {
            return;
        }
        let parts = length.div_euclid(HOUR).max(1);
        for part in 0..parts {
            // To the step: each part gets what had come due by its end.
            let due = |part: i64| (i128::from(step.spent.0) * i128::from(part) / i128::from(parts)) as i64;
            self.spend(after.at + -part * HOUR, due(part + 1) - due(part));
        }
    }

    /// An hour of the past as the history keeps it: what was spent and added in it, and the least that was left.
    pub fn note_hour(&mut self, hour: Timestamp, spent: Qty, added: Qty, least: Option<Qty>) {
        self.since.get_or_insert(hour);
        self.spend(hour, spent.0);
        let left = least.unwrap_or_default();
        if added > Qty(0) && added.0.saturating_mul(5) >= left.0 {
            self.top_up(hour, added, left);
        }
    }

    fn spend(&mut self, at: Timestamp, spent: i64) {
        if spent > 0 {
            let sum = self.hours.entry(at.hour_floor()).or_default();
            *sum = sum.saturating_add(spent);
        }
        while self.hours.first_key_value().is_some_and(|(oldest, _)| at - *oldest > PAST) {
            self.hours.pop_first();
        }
    }

    fn top_up(&mut self, at: Timestamp, added: Qty, left: Qty) {
        self.added.push((at, added, left));
        if self.added.len() > TOP_UPS {
            self.added.remove(0);
        }
    }

    /// What the top-ups of the past look like. Those that came when next to nothing was left were made by hand: a
    /// provider tops up well before.
    pub(super) fn reload(&self, unit: Unit) -> Option<Reload> {
        let amount = |qty| Amount::new(qty, unit);
        let added: Vec<_> =
            self.added.iter().map(|(at, added, left)| (*at, amount(*added), amount(*left))).collect();
        Reload::seen(&added).filter(|seen| match seen {
            Reload::Seen { amount, least, .. } => least.qty.0 >= amount.qty.0 / 10,
            Reload::Said(_) => true,
        })
    }

    /// Whether this hour (or the one before it), or else this day, saw far more spend than is usual: at least the
    /// floor, and beyond the thresholds divided by `factor`. `None` as well while too little is known.
    pub(super) fn unusual(
        &self,
        floor: Qty,
        factor: f64,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Option<Unusual> {
        let floor = (floor.0.max(1) as f64 / factor) as i64;
        let this = now.hour_floor();
        let last = this + -HOUR;
        let spent = |hour: Timestamp| self.hours.get(&hour).copied().unwrap_or_default();
        let hour = if spent(this) >= spent(last) { this } else { last };
        let today = local(now, zone).0;
        let start = today
            .to_zoned(zone.clone())
            .map_or(now.day_floor(), |zoned| Timestamp(zoned.timestamp().as_millisecond()));
        let day: i64 = self.hours.range(start.hour_floor()..=this).map(|(_, spent)| *spent).sum();
        // Nearly every poll ends here.
        if spent(hour) < floor && day < floor.saturating_mul(DAY_FLOOR) {
            return None;
        }
        if now - self.since? < 7 * DAY {
            return None;
        }
        let hours: Vec<(Date, i8, i64)> = self
            .hours
            .range(..hour)
            .map(|(at, spent)| {
                let (date, of_day) = local(*at, zone);
                (date, of_day, *spent)
            })
            .collect();
        if spent(hour) >= floor && hours.len() >= HOURS.0 {
            let (date, of_day) = local(hour, zone);
            let near = |other: i8| matches!((other - of_day).rem_euclid(24), 0 | 1 | 23);
            let alike = |one: &&(Date, i8, i64)| free(one.0) == free(date) && near(one.1);
            let usual = usual(hours.iter().filter(alike).map(|one| one.2).collect(), HOURS.1)
                .or_else(|| usual(hours.iter().map(|one| one.2).collect(), HOURS.0));
            if let Some(found) = usual.and_then(|usual| beyond(spent(hour), usual, factor)) {
                return Some(Unusual { of_day: false, ..found });
            }
        }
        let mut days: BTreeMap<Date, i64> = BTreeMap::new();
        for (date, _, spent) in hours.iter().filter(|one| one.0 < today) {
            *days.entry(*date).or_default() += spent;
        }
        if day < floor.saturating_mul(DAY_FLOOR) || days.len() < DAYS.0 {
            return None;
        }
        let alike = |one: &(&Date, &i64)| free(*one.0) == free(today);
        let usual = usual(days.iter().filter(alike).map(|one| *one.1).collect(), DAYS.1)
            .or_else(|| usual(days.values().copied().collect(), DAYS.0))?;
        beyond(day, usual, factor).map(|found| Unusual { of_day: true, ..found })
    }
}

/// The date and the hour of the day in the user's zone.
fn local(at: Timestamp, zone: &TimeZone) -> (Date, i8) {
    let zoned = at.to_jiff().to_zoned(zone.clone());
    (zoned.date(), zoned.hour())
}

/// Whether most people do not work on that day.
fn free(date: Date) -> bool {
    matches!(date.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday)
}

/// The median, and the most that is usual, as logarithms of spend; `None` of fewer than so many.
fn usual(spent: Vec<i64>, least: usize) -> Option<(f64, f64)> {
    if spent.len() < least {
        return None;
    }
    let logs: Vec<f64> = spent.into_iter().map(|spent| (spent.max(1) as f64).ln()).collect();
    let middle = median(logs.clone());
    let deviation = median(logs.into_iter().map(|log| (log - middle).abs()).collect());
    Some((middle, middle + (SCORE * deviation).max(TIMES.ln())))
}

fn beyond(spent: i64, (middle, most): (f64, f64), factor: f64) -> Option<Unusual> {
    let usual = Qty(middle.exp().round() as i64);
    // Exactly three times as much is enough, whatever the logarithm made of it.
    (spent as f64 * factor >= most.exp() * (1.0 - 1e-9)).then_some(Unusual {
        of_day: false,
        spent: Qty(spent),
        usual,
    })
}

/// The middle of at least one figure.
fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    let half = of.len() / 2;
    if of.len() % 2 == 1 { of[half] } else { (of[half - 1] + of[half]) / 2.0 }
}
