//! A forecast that was made, kept so that it can be held against what came.

use super::Timestamp;

/// What was forecast of one meter at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastForecast {
    /// When it was made.
    pub at: Timestamp,
    /// One chance in ten that the wall comes before this; `None` when none was in sight.
    pub p10: Option<Timestamp>,
    /// As likely before as after; `None` when none was in sight.
    pub p50: Option<Timestamp>,
    /// Nine chances in ten that it comes before this; `None` beyond the horizon or the reset too.
    pub p90: Option<Timestamp>,
    /// The chance of a wall within 48 hours (and before the reset), 0 to 1.
    pub chance: f64,
}
