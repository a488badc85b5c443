//! What happened between two samples of one meter, from the two alone. [`super::Flow`] also weighs what came before.

use super::flow::tell::{Nature, tell};
use super::{MoveKind, Qty, Sample, Window};

/// The change from one sample to the next. Conservation: `left before − spent + added = left after`, to the step,
/// wherever both sides say what was left and no reset or correction of use lies between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What was spent at least; never negative.
    pub spent: Qty,
    /// What was added: a top-up of a balance, a raised limit (negative for a lowered one). Never negative spend.
    pub added: Qty,
    /// Whether use started again from zero in between.
    pub reset: bool,
    /// What it is, apart from spend.
    pub kind: MoveKind,
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
    let nature = Nature { balance: false, window: Window::Never };
    let Some(told) = tell(before, after, nature) else {
        return Step { kind: MoveKind::Unknown, ..Step::default() };
    };
    let counted = before.used.is_some() && after.used.is_some();
    let reset = matches!(told.kind, MoveKind::Reset | MoveKind::Restart);
    // Use that started again, or was corrected, adds nothing: only a limit does.
    let added = if reset || (counted && told.back > 0) { told.raised } else { told.change + told.least };
    let fit = |steps: i128| i64::try_from(steps).map_or(Qty(0), Qty);
    Step { spent: fit(told.least), added: fit(added), reset, kind: told.kind }
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

    fn is(kind: MoveKind, spent: i64, added: i64) -> Step {
        let reset = matches!(kind, MoveKind::Reset | MoveKind::Restart);
        Step { spent: Qty(spent), added: Qty(added), reset, kind }
    }

    #[test]
    fn a_rise_of_a_balance_is_a_top_up_and_a_fall_of_use_a_reset() {
        let balance = |left| sample(None, None, Some(left));
        assert_eq!(step(&balance(10), &balance(7)), is(MoveKind::Spend, 3, 0));
        assert_eq!(step(&balance(7), &balance(57)), is(MoveKind::TopUp, 0, 50));
        assert_eq!(step(&balance(50), &balance(53)), is(MoveKind::Refund, 0, 3));
        let used = |used| sample(Some(used), Some(100), None);
        assert_eq!(step(&used(90), &used(4)), is(MoveKind::Restart, 4, 0));
        assert_eq!(step(&used(4), &used(9)), is(MoveKind::Spend, 5, 0));
        let raised = sample(Some(9), Some(150), None);
        assert_eq!(step(&used(9), &raised), is(MoveKind::LimitRaised, 0, 50));
        assert_eq!(step(&raised, &used(11)), is(MoveKind::LimitLowered, 2, -50));
        // A fall that is no reset by the calendar and leaves most of it: 85 were not spent anew.
        assert_eq!(step(&used(90), &used(85)), is(MoveKind::Correction, 0, 0));
    }

    #[test]
    fn a_balance_beside_a_counter_says_exactly_what_was_added() {
        let both = |left, used| sample(Some(used), None, Some(left));
        assert_eq!(step(&both(7, 93), &both(54, 96)), is(MoveKind::TopUp, 3, 50));
    }

    #[test]
    fn what_is_left_of_a_window_comes_back_by_a_reset() {
        let left = |at: i64, left: i64, resets_at: i64| Sample {
            at: Timestamp(at),
            last_at: Timestamp(at),
            resets_at: Some(Timestamp(resets_at)),
            ..sample(None, Some(100), Some(left))
        };
        assert_eq!(step(&left(1, 10, 10), &left(11, 96, 20)), is(MoveKind::Reset, 4, 0));
    }

    #[test]
    fn a_bill_that_is_corrected_does_not_start_again() {
        let of_month = |at: i64, used: i64, resets_at: i64| Sample {
            at: Timestamp(at),
            last_at: Timestamp(at),
            resets_at: Some(Timestamp(resets_at)),
            ..sample(Some(used), Some(100), None)
        };
        let corrected = step(&of_month(1, 90, 10), &of_month(2, 88, 10));
        assert_eq!(corrected, is(MoveKind::Correction, 0, 0));
        // Resets told a little apart are one.
        let drifted = step(&of_month(1, 90, 10), &of_month(2, 88, 11));
        assert_eq!(drifted, is(MoveKind::Correction, 0, 0));
        // Only next to nothing is no correction.
        assert_eq!(step(&of_month(1, 90, 10), &of_month(2, 1, 10)), is(MoveKind::Restart, 1, 0));
        let again = is(MoveKind::Reset, 4, 0);
        assert_eq!(step(&of_month(1, 90, 10), &of_month(11, 4, 20)), again);
        // The provider still says the old reset: it has passed.
        assert_eq!(step(&of_month(1, 90, 10), &of_month(11, 4, 10)), again);
    }

    #[test]
    fn what_is_missing_is_not_zero() {
        let unknown = is(MoveKind::Unknown, 0, 0);
        assert_eq!(step(&sample(None, None, None), &sample(Some(5), None, None)), unknown);
        assert_eq!(step(&sample(Some(5), None, None), &sample(None, None, Some(5))), unknown);
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
