//! Cost buckets on their way from an answer to the store.

use crate::model::{Amount, By, Cost, PollError, Provenance, Qty, Timestamp, Unit};
use std::collections::BTreeMap;

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
    fn a_sum_that_does_not_fit_is_an_error() {
        let mut costs = Costs::default();
        let most = Amount::new(Qty(i64::MAX), Unit::USD);
        let span = (Timestamp(0), Timestamp(1));
        assert!(costs.add(span, most, Provenance::Reported, &[]).is_ok());
        assert!(costs.add(span, most, Provenance::Reported, &[]).is_err());
    }
}
