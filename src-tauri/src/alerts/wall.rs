//! The nearest wall: when is it right to say so? By the chance that it comes within a time, less what an earlier notice
//! speaks of already. How this scored, and what else was tried, is in docs/forecasting.md.

use super::life::{Condition, Patience, Seen};
use super::rules::{of_meter, renewed};
use super::{MeterFact, Rules};
use crate::forecast::{Curve, Forecast, Reason, at_burn, next_reset};
use crate::model::{DAY, Episode, HOUR, MINUTE, Qty, Severity, Timestamp};

/// A condition is left at its threshold times this.
pub(super) const LEAVE: f64 = 1.2;
/// So far ahead a "now" looks by the chance …
const NOW: i64 = 30 * MINUTE;
/// … and by the present burn, which is asked too because a chance is slow to believe a rate that was never seen; but
/// only if the chance does not say that such a burst is about to end.
const LAST: (i64, f64) = (15 * MINUTE, 0.3);
/// So far ahead a "soon" looks by the chance …
const SOON: i64 = 4 * HOUR;
/// … and by the present burn.
const BURN: i64 = 2 * HOUR;
/// A "soon" or worse speaks of the day after it: a wall later than that was not told by it.
const DAY_AHEAD: i64 = DAY;
/// A heads-up speaks of so many times its lead: two days for four.
const COVERS: i64 = 2;
/// The floor of the heads-up: what is left will not, in the median, last longer than this. Ten working days are
/// the longest lead that anyone needs for an approval or an invoice; beyond it the chance is the tail of a forecast.
const FLOOR: i64 = 14 * DAY;
/// A wall episode ends this long after its condition was last seen, and not before what was told has passed: a night,
/// or a pause between two sessions, is no all-clear.
pub(super) const PAUSE: i64 = DAY;

/// What is known of a meter's wall at one poll.
struct View<'a> {
    rules: &'a Rules,
    chance: Option<&'a Curve>,
    /// Milliseconds until the present burn alone reaches it.
    reach: Option<i64>,
    /// What is left, and what the provider sets aside for a request.
    left: (Qty, Qty),
    /// Whether little enough is left for a heads-up to matter.
    floor: bool,
    /// How far ahead a heads-up looks.
    lead: i64,
}

impl View<'_> {
    fn within(&self, ms: i64) -> f64 {
        self.chance.map_or(0.0, |chance| chance.within(ms))
    }

    fn burns(&self, ms: i64) -> bool {
        self.reach.is_some_and(|reach| reach <= ms)
    }

    /// How urgent it is, with every threshold loosened by a factor; and by which condition.
    fn level(&self, factor: f64) -> Option<(Severity, &'static str)> {
        let far = |ms: i64| (ms as f64 * factor) as i64;
        let likely = |ms: i64, least: f64| self.chance.is_some() && self.within(ms) >= least / factor;
        let (left, reserve) = self.left;
        if (left.0 as f64) < reserve.0 as f64 * factor {
            Some((Severity::Now, "wall.request"))
        } else if likely(NOW, self.rules.likely[2]) {
            Some((Severity::Now, "wall.chance"))
        } else if self.burns(far(LAST.0)) && likely(NOW, LAST.1) {
            Some((Severity::Now, "wall.burn"))
        } else if likely(SOON, self.rules.likely[1]) {
            Some((Severity::Soon, "wall.chance"))
        } else if self.burns(far(BURN)) {
            Some((Severity::Soon, "wall.burn"))
        } else if self.floor && likely(self.lead, self.rules.likely[0]) {
            Some((Severity::HeadsUp, "wall.chance"))
        } else {
            None
        }
    }

    /// Whether a warning of so long ago does not speak of the wall that is near now.
    fn warns(&self, since: i64) -> bool {
        let covered = (DAY_AHEAD - since).max(0);
        let by_chance = self.within(SOON) - self.within(covered) >= self.rules.likely[1];
        covered < SOON && (by_chance || (self.burns(BURN) && !self.burns(covered)))
    }

    /// Whether a heads-up is wanted: none was told, or one of so long ago does not speak of the wall that is coming.
    /// What comes within half the lead is too late to plan for, so it lessens the risk only where a notice speaks of it.
    fn plans(&self, since: Option<i64>) -> bool {
        let covered = since.map_or(0, |since| (COVERS * self.lead - since).max(0));
        let known = if covered > self.lead / 2 { self.within(covered) } else { 0.0 };
        self.floor && covered < self.lead && self.within(self.lead) - known >= self.rules.likely[0]
    }
}

/// Whether the wall is near enough to be told, and whether what was told of it still holds.
pub(super) fn wall(
    rules: &Rules,
    label: &str,
    fact: &MeterFact<'_>,
    lead: i64,
    live: Option<&Episode>,
    now: Timestamp,
) -> Seen {
    let Some(headroom) = fact.sample.headroom() else {
        let unlimited = *fact.forecast == Forecast::Unknown(Reason::NoLimit) && fact.sample.used.is_some();
        return if unlimited { Seen::Over { at_once: false, keep: 0 } } else { Seen::Missing };
    };
    if headroom <= Qty(0) {
        return Seen::Near; // the refused rule's business; it has not passed
    }
    let (meter, sample) = (fact.meter, fact.sample);
    let reset = next_reset(meter.window, sample.resets_at, sample.last_at);
    let left = meter.unit.to_f64(headroom);
    let reach = fact.forecast.burn().and_then(|burn| at_burn(left, burn, sample.last_at, reset));
    let view = View {
        rules,
        chance: fact.forecast.chance(),
        reach: reach.map(|at| at - now),
        left: (headroom, sample.reserve.unwrap_or_default()),
        floor: match fact.forecast {
            Forecast::Wall(wall) => wall.p50 - now <= FLOOR.max(COVERS * lead),
            // The reset comes first, more likely than not: little is left for the time until then.
            Forecast::Clear(_) => reset.is_some(),
            Forecast::Unknown(_) => false,
        },
        lead,
    };
    let Some((severity, rule)) = view.level(1.0) else {
        return match fact.forecast {
            _ if view.level(LEAVE).is_some() => Seen::Near,
            Forecast::Unknown(Reason::NoSpend) | Forecast::Wall(_) | Forecast::Clear(_) => {
                let keep = live.map_or(0, |live| spoken_of(live, lead) - live.seen_at);
                Seen::Over { at_once: renewed(fact), keep: keep.max(PAUSE) }
            }
            Forecast::Unknown(_) => Seen::Missing,
        };
    };
    let mut evidence = of_meter(rules, label, fact, now);
    evidence.rule = rule.to_owned();
    (evidence.likely, evidence.at_burn, evidence.lead) = (Some(rules.likely), reach, Some(lead));
    evidence.take(fact.forecast);
    let since = |told: Option<Timestamp>| told.map(|at| now - at);
    let warned = since(live.and_then(|live| live.warned_at));
    let planned = since(live.and_then(|live| live.planned_at));
    // The same urgency once more; a greater one is told anyway.
    let told_before = live.is_some_and(|live| live.told >= Some(severity));
    let warn = match severity {
        Severity::HeadsUp => false,
        Severity::Soon => warned.is_some_and(|since| view.warns(since)),
        _ => told_before && warned.is_some_and(|since| since >= rules.repeat),
    };
    let renewed = renewed(fact);
    Seen::Holds(Box::new(Condition {
        severity,
        since: now,
        // Two readings and ten minutes would cost a "soon" every tenth wall of a laptop that has just woken up; a
        // heads-up can wait (docs/forecasting.md).
        patience: if severity == Severity::HeadsUp { Patience::Hold } else { Patience::AtOnce },
        renewed,
        plan: view.plans(planned),
        warn,
        lapsed: severity == Severity::HeadsUp && warned.is_some_and(|since| since >= DAY_AHEAD),
        evidence,
    }))
}

/// Up to when the notices of an episode speak.
fn spoken_of(live: &Episode, lead: i64) -> Timestamp {
    let planned = live.planned_at.map(|at| at + COVERS * lead);
    let warned = live.warned_at.map(|at| at + DAY_AHEAD);
    planned.max(warned).unwrap_or(live.seen_at)
}
