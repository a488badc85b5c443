//! The month so far, from cost buckets, and the days that reports name.

use super::costs::Costs;
use super::fields::{month_start, spend};
use crate::model::{Account, MeterKind, Qty, Reading, Timestamp, Unit, Window};

/// Midnight UTC at the start of a day.
pub(super) fn midnight(day: jiff::civil::Date) -> Option<Timestamp> {
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

/// What was spent since the UTC month began, one reading per unit: `spend.month.usd`, or `budget.month` where the user
/// typed in a budget in that unit.
pub(super) fn month(costs: &Costs, account: &Account, now: Timestamp) -> Vec<Reading> {
    let reading = |(unit, spent): (Unit, Qty)| {
        let label = format!("spent this month in {unit}");
        let meter = format!("spend.month.{}", unit.to_string().to_lowercase());
        let reading = spend(&meter, &label, unit, spent, Window::Month, now);
        match account.budget.filter(|(_, of)| *of == unit) {
            None => reading,
            Some((limit, _)) => Reading {
                limit: Some(limit),
                remaining: limit.checked_sub(spent),
                label: "your budget this month".to_owned(),
                meter: crate::model::MeterKey::new("budget.month"),
                kind: MeterKind::Budget,
                ..reading
            },
        }
    };
    costs.totals(month_start(now)).into_iter().map(reading).collect()
}
