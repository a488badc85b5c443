//! Past forecasts and warnings held against what came. Pure. What the figures mean is in docs/forecasting.md.
//!
//! A top-up in time keeps a wall away, and would make every good forecast look wrong. So what counts is the moment at
//! which as much was spent as was left when the forecast was made: that is when the wall would have come.

use super::next_reset;
use crate::model::{DAY, HOUR, Meter, PastForecast, Qty, Sample, Timestamp, step};
use serde::{Deserialize, Serialize};

/// A warning is right when the wall comes within this time; one that lies further back is none of it.
pub const WARNED: i64 = 4 * DAY;
/// A wall counts as told when it was so early.
pub const IN_TIME: i64 = HOUR;
/// Fewer forecasts than this say nothing about the forecasts.
pub const ENOUGH: usize = 20;
/// Where a range has no end in sight, the horizon of forecasts.
pub(super) const FAR: i64 = 60 * DAY;
/// What [`PastForecast::chance`] is about.
const CHANCE: i64 = 2 * DAY;
/// Walls of one meter closer than this are one: a figure that flutters around zero.
const SAME: i64 = HOUR;

/// One meter's past.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// The meter.
    pub meter: &'a Meter,
    /// Its samples, oldest first.
    pub samples: &'a [Sample],
    /// What was forecast, oldest first.
    pub forecasts: &'a [PastForecast],
    /// When calls were refused for want of it, in any order.
    pub refused: &'a [Timestamp],
    /// Notices that said its wall is near: the episode's number and when, oldest first.
    pub warned: &'a [(i64, Timestamp)],
}

/// What one meter's past shows. Add those of several up with [`sum`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    /// Each wall that came: when, and how long before it was told in milliseconds.
    pub walls: Vec<(Timestamp, Option<i64>)>,
    /// Each episode that was told: whether the wall came (or would have), `None` while that may still be.
    pub warnings: Vec<Option<bool>>,
    /// Each forecast that is two days old, or of a window that is over.
    pub forecasts: Vec<Outcome>,
    /// Since when samples are there.
    pub since: Option<Timestamp>,
}

/// A forecast and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// As it was made.
    pub made: PastForecast,
    /// When as much was spent as was left; `None` if not before the reset or until the last sample.
    pub came: Option<Timestamp>,
    /// How far is known: the reset, or the last sample.
    pub until: Timestamp,
    /// Whether it had a range, and the time of that is over.
    pub ranged: bool,
}

/// The figures of one account or of all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// Since when samples are there.
    pub since: Option<Timestamp>,
    /// How many walls came.
    pub walls: usize,
    /// How many of them were told at least an hour ahead.
    pub told: usize,
    /// How long before they were told, the median of the walls told at all, in milliseconds.
    pub lead: Option<i64>,
    /// How many warnings can be judged.
    pub warnings: usize,
    /// After how many of those nothing came within four days.
    pub in_vain: usize,
    /// How many warnings are too young to be judged.
    pub open: usize,
    /// How many forecasts with a range are over.
    pub forecasts: usize,
    /// The share of them of which the wall came between p10 and p90; `None` for fewer than [`ENOUGH`].
    pub coverage: Option<f64>,
    /// By which factor the time to the median was off, itself the median; 1 is exact. `None` as above.
    pub off: Option<f64>,
    /// The mean chance of a wall within 48 hours as forecast, and how often it came. `None` as above.
    pub chance: Option<[f64; 2]>,
    /// By how many walls of its own past its ranges are read; 0 where they are read as those of most accounts.
    #[serde(default)]
    pub calibrated: u32,
}

/// Holds one meter's forecasts and warnings against what came.
pub fn backtest(past: &Past<'_>) -> Trial {
    let (Some(first), Some(last)) = (past.samples.first(), past.samples.last()) else {
        return Trial::default();
    };
    let (track, seen) = (Track::of(past), last.last_at);
    let lead = |wall: &Timestamp| {
        let renewed = track.renewals.iter().rev().find(|at| *at < wall);
        let from = renewed.copied().unwrap_or(first.at).max(*wall + -WARNED);
        let told = past.warned.iter().map(|(_, at)| *at).filter(|at| *at >= from && at <= wall).min();
        (*wall, told.map(|at| *wall - at))
    };
    let mut warnings = Vec::new();
    let mut episodes: Vec<i64> = past.warned.iter().map(|(episode, _)| *episode).collect();
    episodes.sort_unstable();
    episodes.dedup();
    for episode in episodes {
        let told = past.warned.iter().filter(|(of, _)| *of == episode).map(|(_, at)| *at);
        // What was told before the first sample that is kept cannot be judged.
        let known: Vec<Timestamp> = told.filter(|at| track.left(*at).is_some()).collect();
        let Some(newest) = known.iter().max() else { continue };
        let right = |at: &Timestamp| track.came(past.meter, *at).0.is_some_and(|came| came - *at <= WARNED);
        warnings.push(match known.iter().any(right) {
            true => Some(true),
            false if seen - *newest >= WARNED || track.came(past.meter, *newest).1 < seen => Some(false),
            false => None,
        });
    }
    let outcome = |made: &PastForecast| {
        track.left(made.at).filter(|left| *left > Qty(0))?;
        let reset = track.reset(past.meter, made.at);
        let over = |at: Timestamp| reset.map_or(at, |reset| at.min(reset)) <= seen;
        // Judged when its time is over, whatever came of it: else only those that came early would count.
        let ranged = made.p10.is_some() && over(made.p90.unwrap_or(made.at + FAR));
        let (came, until) = track.came(past.meter, made.at);
        over(made.at + CHANCE).then_some(Outcome { made: *made, came, until, ranged })
    };
    Trial {
        walls: track.walls.iter().map(lead).collect(),
        warnings,
        forecasts: past.forecasts.iter().filter_map(outcome).collect(),
        since: Some(first.at),
    }
}

/// Adds trials up into figures.
pub fn sum<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Backtest {
    let mut all = Backtest::default();
    let (mut leads, mut outcomes): (Vec<i64>, Vec<&Outcome>) = Default::default();
    for trial in trials {
        all.since = all.since.into_iter().chain(trial.since).min();
        all.walls += trial.walls.len();
        leads.extend(trial.walls.iter().filter_map(|(_, lead)| *lead));
        all.open += trial.warnings.iter().filter(|right| right.is_none()).count();
        all.warnings += trial.warnings.iter().flatten().count();
        all.in_vain += trial.warnings.iter().flatten().filter(|right| !**right).count();
        outcomes.extend(&trial.forecasts);
    }
    all.told = leads.iter().filter(|lead| **lead >= IN_TIME).count();
    leads.sort_unstable();
    all.lead = leads.get(leads.len() / 2).copied();
    let ranged: Vec<&Outcome> = outcomes.iter().copied().filter(|one| one.ranged).collect();
    all.forecasts = ranged.len();
    if ranged.len() >= ENOUGH {
        all.coverage = share(ranged.iter().map(|one| one.is_inside()));
        let mut off: Vec<f64> = ranged.iter().filter_map(|one| one.off()).collect();
        off.sort_by(f64::total_cmp);
        all.off = (off.len() >= ENOUGH).then(|| off[off.len() / 2].exp());
    }
    if outcomes.len() >= ENOUGH {
        let said = outcomes.iter().map(|one| one.made.chance).sum::<f64>() / outcomes.len() as f64;
        let soon = |one: &&Outcome| one.came.is_some_and(|at| at - one.made.at <= CHANCE);
        all.chance = share(outcomes.iter().map(soon)).map(|came| [said, came]);
    }
    all
}

/// The share that is so; `None` of nothing.
fn share(all: impl Iterator<Item = bool>) -> Option<f64> {
    let (so, of) = all.fold((0_u32, 0_u32), |(so, of), yes| (so + u32::from(yes), of + 1));
    (of > 0).then(|| f64::from(so) / f64::from(of))
}

impl Outcome {
    /// Whether the wall came within the range; nothing before the reset is within a range that has no end before it.
    fn is_inside(&self) -> bool {
        let after = |from: Timestamp| self.came.is_none_or(|at| at >= from);
        let before = self.made.p90.is_none_or(|end| self.came.is_some_and(|at| at <= end));
        self.made.p10.is_some_and(after) && before
    }

    /// By how much the time to the median was off, as the logarithm of the factor; at least so much where the wall had
    /// not come.
    fn off(&self) -> Option<f64> {
        let hours = |at: Timestamp| ((at - self.made.at).max(1) as f64 / HOUR as f64).max(1.0 / 60.0);
        let came = self.came.unwrap_or(self.until);
        let early = self.came.is_none() && came <= self.made.p50?;
        (!early).then_some((hours(came) / hours(self.made.p50?)).ln().abs())
    }
}

/// A meter's samples, walked once.
pub(super) struct Track<'a> {
    samples: &'a [Sample],
    /// What was spent since the first sample, at each one's first reading.
    spent: Vec<i64>,
    /// Top-ups and resets that matter.
    renewals: Vec<Timestamp>,
    /// Resets.
    resets: Vec<Timestamp>,
    walls: Vec<Timestamp>,
}

impl<'a> Track<'a> {
    pub(super) fn of(past: &Past<'a>) -> Track<'a> {
        let samples = past.samples;
        let refused =
            past.refused.iter().copied().filter(|at| samples.first().is_some_and(|one| one.at <= *at));
        let walls = refused.collect();
        let mut track = Track { samples, spent: vec![0], renewals: vec![], resets: vec![], walls };
        let gone = |sample: &Sample| sample.headroom().is_some_and(|left| left <= Qty(0));
        let mut spent = 0_i64;
        for pair in samples.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            let change = step(before, after);
            spent = spent.saturating_add(change.spent.0.max(0));
            track.spent.push(spent);
            if change.reset {
                track.resets.push(after.at);
            }
            if !gone(after) && change.renews(after.headroom()) {
                track.renewals.push(after.at);
            }
            // What was at zero when readings began came at a time that nobody knows.
            if gone(after) && before.headroom().is_some() && !gone(before) {
                track.walls.push(after.at);
            }
        }
        // From a wall to the next top-up or reset there is no other.
        track.walls.sort_unstable();
        let stretch = |at: Timestamp| track.renewals.partition_point(|renewed| *renewed <= at);
        let known = samples.first().map_or(0, |first| usize::from(gone(first)));
        let mut kept: Vec<Timestamp> = Vec::new();
        for wall in track.walls {
            let same = kept.last().is_some_and(|last| stretch(*last) == stretch(wall) || wall - *last < SAME);
            if !same && stretch(wall) >= known {
                kept.push(wall);
            }
        }
        track.walls = kept;
        track
    }

    /// The sample that stood at a time.
    fn standing(&self, at: Timestamp) -> Option<usize> {
        self.samples.partition_point(|sample| sample.at <= at).checked_sub(1)
    }

    /// What was left at a time, as far as was known then.
    fn left(&self, at: Timestamp) -> Option<Qty> {
        self.samples[self.standing(at)?].headroom()
    }

    /// The next reset after a time: the one that was announced then, or an earlier one that came.
    pub(super) fn reset(&self, meter: &Meter, at: Timestamp) -> Option<Timestamp> {
        let said = self.standing(at).and_then(|index| self.samples[index].resets_at);
        let came = self.resets.get(self.resets.partition_point(|reset| *reset <= at)).copied();
        next_reset(meter.window, said, at).into_iter().chain(came).min()
    }

    /// When a wall came after a time, or would have without a top-up: `None` if not before the reset or the last sample,
    /// which is the second answer.
    pub(super) fn came(&self, meter: &Meter, at: Timestamp) -> (Option<Timestamp>, Timestamp) {
        let seen = self.samples.last().map_or(at, |last| last.last_at);
        let until = self.reset(meter, at).map_or(seen, |reset| reset.min(seen));
        let wall = self.walls.get(self.walls.partition_point(|wall| *wall < at)).copied();
        let came = self.spent_up(at).into_iter().chain(wall).min();
        (came.filter(|came| *came <= until), until)
    }

    /// When as much was spent as was left at a time; between two readings in proportion.
    fn spent_up(&self, at: Timestamp) -> Option<Timestamp> {
        let now = self.standing(at)?;
        let left = self.samples[now].headroom().filter(|left| *left > Qty(0))?.0;
        let goal = self.spent[now].checked_add(left)?;
        let index = self.spent.partition_point(|spent| *spent < goal);
        let (before, after) = (self.samples.get(index.checked_sub(1)?)?, self.samples.get(index)?);
        let fraction =
            (goal - self.spent[index - 1]) as f64 / (self.spent[index] - self.spent[index - 1]) as f64;
        let span = (after.at - before.last_at).max(0) as f64;
        Some(before.last_at.plus((span * fraction) as i64).max(at))
    }
}

#[cfg(test)]
mod tests;
