//! Rules about what is unusual without a wall in sight: a burst of spend, a limit that was lowered.

use super::life::{Patience, Seen};
use super::rules::{holds, of_meter, renewed};
use super::wall::{LEAVE, PAUSE};
use super::{MeterFact, Rules};
use crate::model::{Amount, MeterKind, Provenance, Qty, Severity, Timestamp, Unit};

/// A lowered limit is told when it lost at least one part in so many: less is a provider's rounding.
const PART: i64 = 100;

/// Whether this meter speaks for the account's spend: meters overlap, so of one unit only the spend meter counts, else
/// the first.
pub(super) fn speaks(fact: &MeterFact<'_>, facts: &[MeterFact<'_>]) -> bool {
    let alike =
        || facts.iter().filter(|one| one.meter.unit == fact.meter.unit && one.meter.kind != MeterKind::Rate);
    let spend = alike().find(|one| one.meter.kind == MeterKind::Spend);
    spend.or_else(|| alike().next()).is_some_and(|one| one.meter.key == fact.meter.key)
}

/// The least spend in an hour that is told as unusual: the user's amount for the unit, else one for the currency.
/// `None` for what is not money and was not named. About two dollars; exchange rates need not be exact here.
pub(super) fn floor(rules: &Rules, unit: Unit) -> Option<Qty> {
    if let Some(set) = rules.burst_floor.iter().find(|set| set.unit == unit) {
        return Some(set.qty);
    }
    let Unit::Money(currency) = unit else { return None };
    let amount = match currency.code() {
        "CNY" | "HKD" | "NOK" | "SEK" | "DKK" | "BRL" | "PLN" | "ILS" | "MXN" | "ZAR" => 15,
        "INR" | "RUB" | "PHP" | "TRY" | "THB" | "TWD" => 150,
        "JPY" => 300,
        "KRW" => 3_000,
        "IDR" | "VND" => 40_000,
        _ => 2,
    };
    Some(Qty(amount * unit.scale()))
}

/// Far more was spent in this hour, or today, than is usual.
pub(super) fn burst(rules: &Rules, label: &str, fact: &MeterFact<'_>, now: Timestamp) -> Seen {
    let unit = fact.meter.unit;
    let (Some(habit), Some(floor)) = (fact.habit, floor(rules, unit).filter(|_| rules.bursts)) else {
        return Seen::Over { at_once: true, keep: 0 };
    };
    // In hours of the figures: a late reading belongs to its own hour.
    let at = fact.sample.last_at.min(now);
    // Nearly every poll ends here: what is not near the thresholds is not beyond them either.
    if habit.unusual(floor, LEAVE, &rules.zone, at).is_none() {
        return Seen::Over { at_once: false, keep: PAUSE };
    }
    if let Some(unusual) = habit.unusual(floor, 1.0, &rules.zone, at) {
        let mut evidence = of_meter(rules, label, fact, now);
        evidence.rule = if unusual.of_day { "burst.day" } else { "burst.hour" }.to_owned();
        evidence.spent = Some(Amount::new(unusual.spent, unit));
        evidence.usual = Some(Amount::new(unusual.usual, unit));
        evidence.threshold = Some(Amount::new(floor, unit));
        return holds(Severity::Soon, Patience::Hold, false, evidence, now);
    }
    Seen::Near
}

/// A limit was lowered, by somebody else than the user here. Told of one reading: it is a definite answer.
pub(super) fn change(rules: &Rules, label: &str, fact: &MeterFact<'_>, now: Timestamp) -> Seen {
    let (meter, sample) = (fact.meter, fact.sample);
    let counted_here = matches!(meter.provenance, Provenance::Anchored | Provenance::Estimated);
    let lowered = Qty(fact.step.added.0.saturating_neg());
    let before = sample.limit.and_then(|limit| limit.checked_add(lowered));
    if let (Some(limit), Some(before), MeterKind::Budget | MeterKind::Quota) =
        (sample.limit, before, meter.kind)
        && !counted_here
        && lowered > Qty(0)
        && lowered.0.saturating_mul(PART) >= before.0
    {
        let mut evidence = of_meter(rules, label, fact, now);
        evidence.rule = "limit.lowered".to_owned();
        evidence.limit = Some([before, limit].map(|qty| Amount::new(qty, meter.unit)));
        return holds(Severity::HeadsUp, Patience::AtOnce, false, evidence, now);
    }
    let back = fact.step.added > Qty(0) && renewed(fact);
    Seen::Over { at_once: back, keep: PAUSE }
}
