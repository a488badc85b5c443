//! Costs: what was spent in one span of time, as the provider bills it, and on what.

use super::{Amount, Provenance, Qty, Timestamp, Unit};
use serde::{Deserialize, Serialize};

/// What a cost is told apart by.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Not at all: the whole account's cost in the span. Its name is empty.
    All,
    /// The model, or the provider's line item.
    Model,
    /// The key.
    Key,
    /// The project, team or workspace.
    Project,
    /// The user.
    User,
}

/// One bucket. The buckets of one `by` add up to what was spent; those of two are the same money told apart
/// differently, and are never added together. A bucket that is still growing is reported again, and replaces itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// What it is told apart by.
    pub by: By,
    /// Which model, key, project or user; empty for [`By::All`] and for what the provider gives no name.
    pub name: String,
    /// The first moment of the span.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
    /// How much, in the smallest steps of `unit`. Credits back are negative.
    pub amount: Qty,
    /// Money, credits, tokens or requests.
    pub unit: Unit,
    /// Where the figure comes from.
    pub provenance: Provenance,
}

impl Cost {
    /// The figure with its unit.
    pub fn total(&self) -> Amount {
        Amount::new(self.amount, self.unit)
    }
}
