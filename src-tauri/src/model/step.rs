//! What happened between two samples of one meter: spend, top-up or reset, told apart.

use super::{Qty, Sample};

/// The change from one sample to the next. Conservation: `left before − spent + added = left after`, to the step,
/// wherever both sides say what was left and no reset lies between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What was spent at least; never negative.
    pub spent: Qty,
    /// What was added: a top-up of a balance, a raised limit (negative for a lowered one). Never negative spend.
    pub added: Qty,
    /// Whether use started again from zero in between.
    pub reset: bool,
}

impl Step {
    /// A top-up or reset that matters: at least a fifth more than before, with so much left now. Smaller rises are
    /// money held for running requests coming back.
    pub fn renews(&self, left: Option<Qty>) -> bool {
        let left = left.unwrap_or_default();
        self.reset || (self.added > Qty(0) && self.added.0.saturating_mul(6) >= left.0)
    }
}

/// Tells what happened between two samples of one meter. Spend and a top-up inside one interval of a bare balance
/// cannot be told apart: the top-up is then reported less that spend (a lower bound of both).
pub fn step(before: &Sample, after: &Sample) -> Step {
    let difference = |a: Qty, b: Qty| a.checked_sub(b).unwrap_or_default();
    let added = match (before.limit, after.limit) {
        (Some(old), Some(new)) => difference(new, old),
        _ => Qty(0),
    };
    // The window that both lie in, said alike: what falls in it was corrected, as bills are, and did not start again.
    let same_window = before.resets_at == after.resets_at && after.resets_at.is_some_and(|at| after.at < at);
    match (before.used, after.used, before.remaining, after.remaining) {
        (Some(old), Some(new), ..) if new >= old => Step { spent: difference(new, old), added, reset: false },
        (Some(_), Some(_), ..) if same_window => Step { spent: Qty(0), added, reset: false },
        (Some(_), Some(new), ..) => Step { spent: new, added, reset: true },
        (_, _, Some(old), Some(new)) => {
            // Only what is left is known: what the limit's change does not explain is spend or top-up.
            let fell = old.checked_add(added).map_or(Qty(0), |whole| difference(whole, new));
            if fell.0 >= 0 {
                Step { spent: fell, added, reset: false }
            } else {
                Step { spent: Qty(0), added: Qty(added.0.saturating_sub(fell.0)), reset: false }
            }
        }
        _ => Step::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use proptest::prelude::*;

    fn sample(used: Option<i64>, limit: Option<i64>, remaining: Option<i64>) -> Sample {
        Sample {
            at: Timestamp(0),
            last_at: Timestamp(0),
            used: used.map(Qty),
            limit: limit.map(Qty),
            remaining: remaining.map(Qty),
            resets_at: None,
            reserve: None,
        }
    }

    #[test]
    fn a_rise_of_a_balance_is_a_top_up_and_a_fall_of_use_a_reset() {
        let balance = |left| sample(None, None, Some(left));
        assert_eq!(step(&balance(10), &balance(7)), Step { spent: Qty(3), added: Qty(0), reset: false });
        assert_eq!(step(&balance(7), &balance(57)), Step { spent: Qty(0), added: Qty(50), reset: false });
        let used = |used| sample(Some(used), Some(100), None);
        assert_eq!(step(&used(90), &used(4)), Step { spent: Qty(4), added: Qty(0), reset: true });
        assert_eq!(step(&used(4), &used(9)), Step { spent: Qty(5), added: Qty(0), reset: false });
        let raised = sample(Some(9), Some(150), None);
        assert_eq!(step(&used(9), &raised), Step { spent: Qty(0), added: Qty(50), reset: false });
    }

    #[test]
    fn a_bill_that_is_corrected_does_not_start_again() {
        let of_month = |at: i64, used: i64, resets_at: i64| Sample {
            resets_at: Some(Timestamp(resets_at)),
            ..Sample { at: Timestamp(at), ..sample(Some(used), Some(100), None) }
        };
        let corrected = step(&of_month(1, 90, 10), &of_month(2, 88, 10));
        assert_eq!(corrected, Step { spent: Qty(0), added: Qty(0), reset: false });
        let again = Step { spent: Qty(4), added: Qty(0), reset: true };
        assert_eq!(step(&of_month(1, 90, 10), &of_month(11, 4, 20)), again);
        // The provider still says the old reset: it has passed.
        assert_eq!(step(&of_month(1, 90, 10), &of_month(11, 4, 10)), again);
    }

    #[test]
    fn what_is_missing_is_not_zero() {
        assert_eq!(step(&sample(None, None, None), &sample(Some(5), None, None)), Step::default());
        assert_eq!(step(&sample(Some(5), None, None), &sample(None, None, Some(5))), Step::default());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_between_two_balances(old in -1_000_000_i64..1_000_000, new in -1_000_000_i64..1_000_000) {
            let step = step(&sample(None, None, Some(old)), &sample(None, None, Some(new)));
            prop_assert_eq!(old - step.spent.0 + step.added.0, new);
            prop_assert!(step.spent.0 >= 0);
        }
    }
}
