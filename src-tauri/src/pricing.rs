//! model → list price; the prices are data in `data/prices.json`.

use crate::model::{Amount, Timestamp};

/// A model's list price per million tokens, with its source's date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Input, per million tokens.
    pub input: Amount,
    /// Output, per million tokens.
    pub output: Amount,
    /// When the price was read from its source.
    pub as_of: Timestamp,
}

/// The list price of a model by the name a gateway uses (`provider/model`, dated suffixes tolerated). `None`: not known.
pub fn find(_model: &str) -> Option<Price> {
    None
}
