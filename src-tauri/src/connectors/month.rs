//! The month so far, from cost buckets, and the days that reports name.

use super::costs::Costs;
use super::fields::{month_start, next_reset, spend};
use crate::model::{Account, MeterKey, MeterKind, Qty, Reading, Timestamp, Unit, Window};

/// Midnight UTC at the start of a day.
pub(super) fn midnight(day: jiff::civil::Date) -> Option<Timestamp> {
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

/// The UTC month that `now` lies in: its first moment, and the first after it.
pub(super) fn utc_month(now: Timestamp) -> (Timestamp, Timestamp) {
    (month_start(now), next_reset(Window::Month, now).unwrap_or(now))
}

/// What was spent in spans that begin within the month (its first moment, and the first after it), one reading per
/// unit: `spend.month.usd`, or `budget.month` where the user typed in a budget in that unit.
pub(super) fn month(costs: &Costs, account: &Account, (start, end): (Timestamp, Timestamp)) -> Vec<Reading> {
    let reading = |(unit, spent): (Unit, Qty)| {
        let meter = format!("spend.month.{}", unit.to_string().to_lowercase());
        let label = format!("spent this month in {unit}");
        let spend =
            Reading { resets_at: Some(end), ..spend(&meter, &label, unit, spent, Window::Month, start) };
        match account.budget.filter(|(_, of)| *of == unit) {
            None => spend,
            Some((limit, _)) => Reading {
                limit: Some(limit),
                remaining: limit.checked_sub(spent),
                label: "your budget this month".to_owned(),
                meter: MeterKey::new("budget.month"),
                kind: MeterKind::Budget,
                ..spend
            },
        }
    };
    costs.totals(start).into_iter().map(reading).collect()
}
