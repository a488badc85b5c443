//! How evidence weighs.

use super::{Facts, Hypothesis};
use crate::model::Refusal;

/// The causes that may be the one, ranked, with what speaks for and against each.
pub(super) fn hypotheses(refusal: &Refusal, _facts: &Facts) -> Vec<Hypothesis> {
    vec![Hypothesis { cause: refusal.cause, share: refusal.confidence, evidence: Vec::new() }]
}
