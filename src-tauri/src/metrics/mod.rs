//! What is measured, for monitoring systems: a plain [`Snapshot`] → [`Family`]s, which [`text`] writes for Prometheus.
//! Pure: whoever gathers the snapshot reads the clock and the monitor.
//!
//! What is missing is absent: no zero and no NaN stands for "not known". Amounts stay exact until a format writes them.

mod build;
mod document;
mod name;
mod otlp;
mod snapshot;
mod table;
#[cfg(test)]
mod tests;
pub mod text;
mod words;

pub use build::{METERS, SERIES, families};
pub use document::document;
pub use name::{LONGEST, label, tag};
pub use otlp::{rejected, requests};
pub use snapshot::{Account, Ahead, Counted, Live, MeterNow, STATES, Snapshot};
pub use table::{About, TABLE};

use crate::model::{Amount, Timestamp};
use std::sync::Arc;

/// Whether a figure goes up and down, or only up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A figure at a moment.
    Gauge,
    /// A sum since a start; it never falls while the program runs.
    Counter,
}

/// One measured thing with all its points.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Its name, by the Prometheus conventions, without its unit and without a counter's `_total`: `tollwatch_wall`.
    pub name: &'static str,
    /// What it is, in one sentence without a line break.
    pub help: &'static str,
    /// The base unit that ends its name (`seconds`, `ratio`, `per_second`); `None` for a bare count, and where the
    /// label `unit` says it.
    pub unit: Option<&'static str>,
    /// Gauge or counter.
    pub kind: Kind,
    /// Its points; no two have the same labels.
    pub points: Vec<Point>,
}

/// One figure of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What it is of.
    pub labels: Labels,
    /// How much.
    pub value: Value,
    /// Of a counter: since when it counts.
    pub start: Option<Timestamp>,
}

/// A point's labels. What all points of one account or meter have in common is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Names with values that may come from outside; escaped by no one yet, of at most [`LONGEST`] characters.
    pub shared: Arc<[(&'static str, String)]>,
    /// Names with words of ours.
    pub own: Vec<(&'static str, &'static str)>,
}

impl Labels {
    /// Every name with its value. An empty value is the same as none, and is left out.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let shared = self.shared.iter().map(|(name, value)| (*name, value.as_str()));
        shared.chain(self.own.iter().copied()).filter(|(_, value)| !value.is_empty())
    }
}

/// A point's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// An exact amount, in the unit that the label `unit` names.
    Exact(Amount),
    /// A whole number.
    Count(u64),
    /// A duration, a moment in seconds since 1970, a chance or a rate; finite.
    Real(f64),
}

impl Value {
    /// As a double, which is all that the formats carry: exact amounts are rounded here and nowhere before. Of amounts
    /// below nine million, every nano-unit is still told apart.
    pub fn to_f64(self) -> f64 {
        match self {
            Value::Exact(amount) => amount.unit.to_f64(amount.qty),
            Value::Count(count) => count as f64,
            Value::Real(real) => real,
        }
    }
}
