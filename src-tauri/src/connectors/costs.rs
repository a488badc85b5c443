//! Cost buckets on their way from an answer to the store.

use super::fields::{day_start, missing, month_start, spend, text, time};
use crate::model::{
    Amount, By, Cost, DAY, Json, PollError, Provenance, Qty, Reading, Timestamp, Unit, Window,
};
use std::collections::BTreeMap;

/// Where a report by day begins: on the month's 1st (UTC), and two days back at least, so that the last days of a
/// month, which still grow after its end, are asked for once more.
pub(super) fn report_start(now: Timestamp) -> Timestamp {
    month_start(now).min(day_start(now) + -2 * DAY)
}

/// The months that [`report_start`] reaches into, by their first day: this one, and the last one on the 1st and 2nd.
pub(super) fn months(now: Timestamp) -> Vec<Timestamp> {
    let mut months = vec![month_start(report_start(now)), month_start(now)];
    months.dedup();
    months
}

/// Year and month as numbers without leading zeros, as some reports are asked for: `2026`, `9`.
pub(super) fn year_and_month(month: Timestamp) -> (String, String) {
    let at = month.to_jiff().strftime("%Y-%-m").to_string();
    at.split_once('-').map_or_else(Default::default, |(year, month)| (year.to_owned(), month.to_owned()))
}

/// The UTC day at a pointer: a date such as `2026-11-21`, or a moment of the day.
pub(super) fn day(json: &Json, pointer: &str) -> Result<Span, PollError> {
    let start = match text(json, pointer) {
        Some(date) if date.len() == 10 => Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z")),
        _ => time(json, pointer).map(day_start),
    };
    start.map(|start| (start, start + DAY)).ok_or_else(|| missing(pointer))
}

/// The rows of a report in pages: each page has `data`, a list of spans, each with its `results`. `start` and `end`
/// point to a span's first moment and the first one after it.
pub(super) fn rows<'a>(
    pages: &'a [Json],
    start: &str,
    end: &str,
) -> Result<Vec<(Span, &'a Json)>, PollError> {
    let mut rows = Vec::new();
    for page in pages {
        let Some(buckets @ Json::Array(_)) = page.get("data") else { return Err(missing("/data")) };
        for bucket in buckets.items() {
            let at = |pointer| time(bucket, pointer).ok_or_else(|| missing(&format!("/data/*{pointer}")));
            let span = (at(start)?, at(end)?);
            let Some(results @ Json::Array(_)) = bucket.get("results") else {
                return Err(missing("/data/*/results"));
            };
            rows.extend(results.items().iter().map(|row| (span, row)));
        }
    }
    Ok(rows)
}

/// The first moment of a span and the first one after it.
pub(super) type Span = (Timestamp, Timestamp);

/// Span, what it is told apart by, name, unit.
type Key = (Timestamp, Timestamp, By, String, Unit);

/// Sums rows into buckets: one per span, name and unit.
#[derive(Debug, Default)]
pub(super) struct Costs {
    sums: BTreeMap<Key, (Qty, Provenance)>,
}

impl Costs {
    /// A part of what was spent from `start` to `end`: it joins the whole and each of `by` (name not empty).
    pub(super) fn add(
        &mut self,
        span: (Timestamp, Timestamp),
        amount: Amount,
        provenance: Provenance,
        by: &[(By, &str)],
    ) -> Result<(), PollError> {
        self.join(span, By::All, "", amount, provenance)?;
        self.tell_apart(span, amount, provenance, by)
    }

    /// As [`Costs::add`] without joining the whole: for a second report on the same money.
    pub(super) fn tell_apart(
        &mut self,
        span: (Timestamp, Timestamp),
        amount: Amount,
        provenance: Provenance,
        by: &[(By, &str)],
    ) -> Result<(), PollError> {
        by.iter().try_for_each(|(by, name)| self.join(span, *by, name.trim(), amount, provenance))
    }

    fn join(
        &mut self,
        (start, end): (Timestamp, Timestamp),
        by: By,
        name: &str,
        amount: Amount,
        provenance: Provenance,
    ) -> Result<(), PollError> {
        let key = (start, end, by, name.to_owned(), amount.unit);
        let sum = self.sums.entry(key).or_insert((Qty(0), provenance));
        let too_much = || PollError::malformed("a sum of costs does not fit, so none of them is used");
        sum.0 = sum.0.checked_add(amount.qty).ok_or_else(too_much)?;
        sum.1 = sum.1.max(provenance);
        Ok(())
    }

    /// What was spent in spans that begin at `from` or later, per unit.
    pub(super) fn totals(&self, from: Timestamp) -> BTreeMap<Unit, Qty> {
        let mut totals = BTreeMap::new();
        for ((start, _, by, _, unit), (amount, _)) in &self.sums {
            if *by == By::All && *start >= from {
                let total = totals.entry(*unit).or_insert(Qty(0));
                *total = Qty(total.0.saturating_add(amount.0));
            }
        }
        totals
    }

    /// The same money told apart by something else joins.
    pub(super) fn with(mut self, other: Costs) -> Costs {
        self.sums.extend(other.sums);
        self
    }

    /// What one name spent in spans that begin at `from` or later. `None` when no row says anything of it.
    pub(super) fn of(&self, by: By, name: &str, unit: Unit, from: Timestamp) -> Option<Qty> {
        let mine = self.sums.iter().filter(|((start, _, one, its, of), _)| {
            (*one, its.as_str(), *of) == (by, name, unit) && *start >= from
        });
        mine.map(|(_, (amount, _))| *amount).reduce(|sum, amount| Qty(sum.0.saturating_add(amount.0)))
    }

    /// What was spent since the UTC month began, a reading per unit: `METER`, and `METER.eur` for another than
    /// `unit`. A whole report without rows says that nothing was spent.
    pub(super) fn month(&self, meter: &str, label: &str, unit: Unit, now: Timestamp) -> Vec<Reading> {
        let mut totals = self.totals(month_start(now));
        let first = totals.remove(&unit).unwrap_or(Qty(0));
        let mut readings = vec![spend(meter, label, unit, first, Window::Month, now)];
        for (other, spent) in totals {
            let meter = format!("{meter}.{}", other.to_string().to_lowercase());
            readings.push(spend(&meter, &format!("{label} in {other}"), other, spent, Window::Month, now));
        }
        readings
    }

    /// The buckets, oldest first.
    pub(super) fn into_rows(self) -> Vec<Cost> {
        let row = |((start, end, by, name, unit), (amount, provenance)): (Key, (Qty, Provenance))| Cost {
            by,
            name,
            start,
            end,
            amount,
            unit,
            provenance,
        };
        self.sums.into_iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_join_the_whole_and_their_own_names() {
        let mut costs = Costs::default();
        let day = (Timestamp(0), Timestamp(86_400_000));
        let usd = |text: &str| Amount::new(Unit::USD.parse(text).unwrap(), Unit::USD);
        costs.add(day, usd("1.5"), Provenance::Reported, &[(By::Model, "a"), (By::Key, "k")]).unwrap();
        costs.add(day, usd("2"), Provenance::Reported, &[(By::Model, "b"), (By::Key, "k")]).unwrap();
        assert_eq!(costs.totals(Timestamp(0)), BTreeMap::from([(Unit::USD, Qty(3_500_000_000))]));
        assert_eq!(costs.totals(Timestamp(1)), BTreeMap::new());
        let rows: Vec<String> = costs
            .into_rows()
            .iter()
            .map(|cost| format!("{:?} {} {}", cost.by, cost.name, cost.total()))
            .collect();
        assert_eq!(rows, ["All  3.5 USD", "Model a 1.5 USD", "Model b 2 USD", "Key k 3.5 USD"]);
    }

    #[test]
    fn the_last_days_of_a_month_are_asked_for_again() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let first = |now: &str| report_start(at(now)).to_string();
        assert_eq!(first("2026-11-21T02:49:35Z"), "2026-11-01T00:00:00Z");
        assert_eq!(first("2026-11-03T00:00:00Z"), "2026-11-01T00:00:00Z");
        assert_eq!(first("2026-11-01T05:00:00Z"), "2026-10-30T00:00:00Z");
        assert_eq!(year_and_month(at("2026-09-01T00:00:00Z")), ("2026".to_owned(), "9".to_owned()));
        assert_eq!(months(at("2026-11-03T00:00:00Z")), [at("2026-11-01T00:00:00Z")]);
        assert_eq!(
            months(at("2027-01-02T23:59:00Z")),
            [at("2026-12-01T00:00:00Z"), at("2027-01-01T00:00:00Z")]
        );
    }

    #[test]
    fn a_day_is_a_date_or_a_moment_of_it() {
        let json = Json::parse(br#"{"a": "2026-11-21", "b": "2026-11-21T13:00:00Z", "c": "soon"}"#).unwrap();
        let start = Timestamp::parse_rfc3339("2026-11-21T00:00:00Z").unwrap();
        assert_eq!(day(&json, "/a"), Ok((start, start + DAY)));
        assert_eq!(day(&json, "/b"), Ok((start, start + DAY)));
        assert!(day(&json, "/c").is_err() && day(&json, "/x").is_err());
    }

    #[test]
    fn a_month_has_a_reading_per_currency_and_nothing_spent_is_zero() {
        let now = Timestamp::parse_rfc3339("2026-11-21T02:49:35Z").unwrap();
        let mut costs = Costs::default();
        let says = |costs: &Costs| -> Vec<String> {
            let readings = costs.month("spend.month", "spend", Unit::USD, now);
            readings
                .iter()
                .map(|one| format!("{} {}", one.meter.0, one.unit.print(one.used.unwrap())))
                .collect()
        };
        assert_eq!(says(&costs), ["spend.month 0"]);
        let eur = Unit::Money(crate::model::Currency::EUR);
        let day = (day_start(now), now);
        costs.add(day, Amount::new(Qty(7), eur), Provenance::Reported, &[(By::Project, "p")]).unwrap();
        assert_eq!(says(&costs), ["spend.month 0", "spend.month.eur 0.000000007"]);
        assert_eq!(costs.of(By::Project, "p", eur, month_start(now)), Some(Qty(7)));
        assert_eq!(costs.of(By::Project, "q", eur, month_start(now)), None);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        let mut costs = Costs::default();
        let most = Amount::new(Qty(i64::MAX), Unit::USD);
        let span = (Timestamp(0), Timestamp(1));
        assert!(costs.add(span, most, Provenance::Reported, &[]).is_ok());
        assert!(costs.add(span, most, Provenance::Reported, &[]).is_err());
    }
}
