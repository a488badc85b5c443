//! response → typed refusal; body first, status second. The signatures are rows in `data/refusals.json`.

use crate::http::Answer;
use crate::model::{PollError, Refusal};

/// Recognises a refusal for money's, quota's or credentials' sake. `None`: this answer is no such refusal.
/// `connector` narrows the rows when it is known.
pub fn read(_connector: Option<&str>, _answer: &Answer) -> Option<Refusal> {
    None
}

/// The poll error for an answer that is not 2xx: what happened and what to do, in words.
pub fn to_error(_connector: &str, _answer: &Answer) -> PollError {
    unimplemented!()
}
