//! What the user knows of the time ahead and no history tells: days off, absence, a batch that is planned.

use crate::model::{Amount, Timestamp};

/// What is known of the time ahead. The default knows nothing: the future is taken to be like the past.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Spend that is planned: when, and how much. Amounts of another unit than the meter's do not count.
    pub planned: Vec<(Timestamp, Amount)>,
    /// What a unit of work will cost beside what it did so far; `None`: as much. 0.5 for a model of half the price.
    pub factor: Option<f64>,
}
