//! Sums over currencies, at the rates that the user gave and only at those.

use super::types::{SpentView, TotalView};
use crate::config::MoneyConfig;
use crate::model::{Amount, Unit, words};
use crate::say;

/// What was spent in all currencies together. `None`: no currency of sums is chosen, or nothing was spent in another.
/// Each currency's figure is converted exactly, rounded to 10⁻⁹ half away from zero, then added. Without a rate for one
/// of them there is no sum: a sum that leaves something out would be read as the whole.
pub(super) fn total(spent: &[SpentView], money: &MoneyConfig) -> Option<TotalView> {
    let unit = money.show_in?;
    let rate = |other: Unit| money.rates.get(&other.to_string());
    let others: Vec<Unit> = spent.iter().map(|one| one.unit).filter(|other| *other != unit).collect();
    if others.is_empty() {
        return None;
    }
    let missing: Vec<String> =
        others.iter().filter(|other| rate(**other).is_none()).map(ToString::to_string).collect();
    if !missing.is_empty() {
        let note = say!("sum-missing", unit = unit.to_string(), missing = words::list(missing));
        return Some(TotalView { unit, today: None, week: None, month: None, note });
    }
    let sum = |of: fn(&SpentView) -> &str| {
        let converted = |one: &SpentView| {
            let amount = Amount::new(one.unit.parse(of(one)).ok()?, one.unit);
            rate(one.unit).map_or(Some(amount), |rate| amount.worth(rate.is))
        };
        let nothing = Amount::new(crate::model::Qty(0), unit);
        let sum = spent.iter().try_fold(nothing, |sum, one| sum.plus(converted(one)?).ok())?;
        Some(unit.print(sum.qty))
    };
    let note = |other: &Unit| {
        let rate = rate(*other)?;
        let (unit, is) = (other.to_string(), rate.is.to_string());
        Some(say!("sum-rate", unit = unit, is = is, date = words::date(rate.on)))
    };
    Some(TotalView {
        unit,
        today: sum(|one| &one.today),
        week: sum(|one| &one.week),
        month: sum(|one| &one.month),
        note: others
            .iter()
            .filter_map(note)
            .reduce(|a, b| say!("sum-rates", before = a, next = b))
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(unit: &str, today: &str, week: &str, month: &str) -> SpentView {
        SpentView {
            unit: unit.parse().unwrap(),
            today: today.to_owned(),
            today_before: None,
            week: week.to_owned(),
            week_before: None,
            month: month.to_owned(),
            month_before: None,
        }
    }

    fn money(text: &str) -> MoneyConfig {
        toml::from_str(text).unwrap()
    }

    const CNY: &str = "show_in = \"USD\"\n[rates.CNY]\nis = \"0.14 USD\"\non = \"2026-11-01\"\n";

    #[test]
    fn currencies_are_added_at_the_users_rates_only() {
        let both = [spent("CNY", "62.5", "100", "1000.01"), spent("USD", "1.25", "0", "10")];
        let total = total(&both, &money(CNY)).unwrap();
        assert_eq!(total.unit, Unit::USD);
        // 62.5 × 0.14 + 1.25 = 10; 100 × 0.14 = 14; 1000.01 × 0.14 + 10 = 150.0014
        assert_eq!(
            (total.today.as_deref(), total.week.as_deref(), total.month.as_deref()),
            (Some("10"), Some("14"), Some("150.0014"))
        );
        assert_eq!(total.note, "CNY at 0.14 USD, your rate of 1 Nov 2026");
    }

    #[test]
    fn without_a_rate_for_each_currency_there_is_no_sum() {
        let three = [spent("CNY", "1", "1", "1"), spent("EUR", "1", "1", "1"), spent("USD", "1", "1", "1")];
        let total = total(&three, &money(CNY)).unwrap();
        assert_eq!((total.today, total.month), (None, None));
        assert_eq!(total.note, "no sum in USD: config.toml has no rate for EUR");
    }

    #[test]
    fn nothing_is_summed_that_needs_no_sum() {
        let dollars = [spent("USD", "1", "1", "1")];
        assert_eq!(total(&dollars, &money(CNY)), None);
        assert_eq!(total(&[], &money(CNY)), None);
        assert_eq!(total(&[spent("CNY", "1", "1", "1")], &MoneyConfig::default()), None);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_left_out() {
        let vast = [spent("CNY", "9000000000", "1", "1"), spent("USD", "9000000000", "1", "1")];
        let total = total(&vast, &money(CNY)).unwrap();
        assert_eq!((total.today, total.week.as_deref()), (None, Some("1.14")));
    }
}
