//! What programs pushed to this Tollwatch: tokens, and costs that they work out themselves, by UTC day.

use super::{Qty, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one program used of one model on one UTC day. The days of one program and model never overlap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The day's first moment.
    pub day: Timestamp,
    /// The program, by its `service.name`; empty if it gives none.
    pub service: String,
    /// Whose model, as the program names it; empty if it does not.
    pub provider: String,
    /// The model, as the program names it; empty if it does not.
    pub model: String,
    /// Input tokens that want a price.
    pub input: i64,
    /// Output tokens that want a price.
    pub output: i64,
    /// Tokens that want none: the program says their cost itself.
    pub counted: i64,
    /// What the program says that it cost, in 10⁻⁹ USD. `None`: it says nothing of costs.
    pub cost: Option<Qty>,
}

/// Why a figure that was pushed is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uncounted {
    /// More series than are kept.
    TooManySeries,
    /// More programs and models than are kept.
    TooManyNames,
    /// From before the days that are kept.
    TooOld,
    /// Of a series that is still to begin: a clock is set wrong.
    Ahead,
    /// Negative, not a number, a part of a token, or too large to be exact.
    Inexact,
    /// Neither delta nor cumulative, or a sum that may fall.
    NotASum,
    /// A kind of token that the conventions do not know.
    TokenKind,
    /// A cost in another unit than US dollars.
    Unit,
}

impl Uncounted {
    /// A sentence on it, for the sender and for the account's page.
    pub fn sentence(self) -> &'static str {
        match self {
            Uncounted::TooManySeries => {
                "more series were pushed than Tollwatch keeps, so the newest are not counted"
            }
            Uncounted::TooManyNames => {
                "more programs and models were pushed than Tollwatch keeps, so the newest are not counted"
            }
            Uncounted::TooOld => "figures of more than 35 days ago were pushed, which are not counted",
            Uncounted::Ahead => {
                "figures were pushed that begin in the future, which are not counted: is the sender's clock right?"
            }
            Uncounted::Inexact => {
                "figures were pushed that are negative, no numbers, parts of tokens or too large, which are not counted"
            }
            Uncounted::NotASum => {
                "figures were pushed that are neither delta nor cumulative sums, which are not counted"
            }
            Uncounted::TokenKind => {
                "tokens of a kind were pushed that is neither input nor output, which are not counted"
            }
            Uncounted::Unit => "costs were pushed that are not in USD, which are not counted",
        }
    }
}

/// All that is known of it, oldest day first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Use by day, program and model.
    pub usage: Vec<Usage>,
    /// What was not counted, and when last.
    pub uncounted: BTreeMap<Uncounted, Timestamp>,
    /// When a figure came last; `None`: never.
    pub last: Option<Timestamp>,
}
