//! Automatic top-ups: while one is expected the wall is told one step milder; one that was due and did not come is an
//! episode of its own.

use super::life::{Patience, Seen};
use super::rules::{holds, of_meter, renewed};
use super::{Habit, MeterFact, Rules, Terms};
use crate::model::{Episode, EpisodeState, HOUR, Meter, MeterKind, Qty, Reload, Severity, Timestamp};

/// A top-up that was due is missed after so long below its level, in so many readings: a payment takes minutes, and
/// balances are reported late.
const GRACE: Patience = Patience::For { ms: HOUR, polls: 3 };

/// Whether the meter tops itself up: the user's word, or what its top-ups of the past look like.
pub(super) fn of(terms: &Terms, fact: &MeterFact<'_>) -> Option<Reload> {
    known(terms, fact.meter, fact.habit)
}

/// As the rules see it, outside a poll: whether the meter tops itself up.
pub fn expected(rules: &Rules, meter: &Meter, habit: Option<&Habit>) -> Option<Reload> {
    let nothing = Terms::default();
    known(rules.accounts.get(&meter.account).unwrap_or(&nothing), meter, habit)
}

fn known(terms: &Terms, meter: &Meter, habit: Option<&Habit>) -> Option<Reload> {
    if meter.kind != MeterKind::Balance {
        return None;
    }
    let said = terms.reload_below.filter(|below| below.unit == meter.unit).map(Reload::Said);
    said.or_else(|| habit?.reload(meter.unit))
}

/// The wall of a meter that tops itself up: one step milder, and a heads-up is none. Not when a request hardly fits
/// any more, nor when the top-up was missed before (`missed` is that episode).
pub(super) fn milder(wall: Seen, reload: Option<&Reload>, missed: Option<&Episode>) -> Seen {
    let mut condition = match wall {
        Seen::Holds(condition) => condition,
        other => return other,
    };
    let Some(reload) = reload else { return Seen::Holds(condition) };
    if condition.evidence.rule == "wall.request"
        || missed.is_some_and(|missed| missed.state != EpisodeState::Pending)
    {
        return Seen::Holds(condition);
    }
    condition.severity = match condition.severity {
        Severity::HeadsUp => return Seen::Near,
        Severity::Soon => Severity::HeadsUp,
        Severity::Now => Severity::Soon,
        Severity::Refused => Severity::Refused,
    };
    condition.evidence.reload = Some(*reload);
    Seen::Holds(condition)
}

/// A top-up was due and did not come. What was only seen in the past is due a fifth below the lowest level at which
/// one came.
pub(super) fn missed(
    rules: &Rules,
    label: &str,
    reload: Option<&Reload>,
    fact: &MeterFact<'_>,
    now: Timestamp,
) -> Seen {
    let Some(reload) = reload else { return Seen::Over { at_once: true, keep: 0 } };
    let level = reload.level().qty;
    let due = match reload {
        Reload::Said(_) => level,
        Reload::Seen { .. } => Qty(level.0 - level.0 / 5),
    };
    match fact.sample.headroom() {
        None => Seen::Missing,
        Some(_) if renewed(fact) => Seen::Over { at_once: true, keep: 0 },
        Some(left) if left < due => {
            let mut evidence = of_meter(rules, label, fact, now);
            (evidence.rule, evidence.reload) = ("reload.missed".to_owned(), Some(*reload));
            holds(Severity::Soon, GRACE, false, evidence, now)
        }
        Some(_) => Seen::Over { at_once: false, keep: 0 },
    }
}
