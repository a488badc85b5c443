//! The verdict in words, and what to do.

use super::{Advice, Facts};
use crate::model::{AccountId, Cause, Refusal};

/// What happened, to whom and why.
pub(super) fn explanation(cause: Cause, _refusal: &Refusal, _facts: &Facts) -> String {
    cause.words().means.to_owned()
}

/// What to do, in order.
pub(super) fn steps(cause: Cause, _refusal: &Refusal, _facts: &Facts) -> Vec<Advice> {
    vec![Advice { text: cause.words().step.to_owned(), url: None }]
}

/// Accounts of which a poll now would settle more.
pub(super) fn check(_facts: &Facts) -> Vec<AccountId> {
    Vec::new()
}
