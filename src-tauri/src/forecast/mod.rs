//! history + quota + now → when the wall comes. Pure.

use crate::model::{Meter, Qty, Sample, Timestamp};
use serde::{Deserialize, Serialize};

/// What a forecast is made from.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// The meter's samples, oldest first; the last one is the present figure.
    pub samples: &'a [Sample],
}

/// The answer: a distribution, nothing in sight, or a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Forecast {
    /// A wall.
    Wall(Wall),
    /// No wall within the horizon (or before the reset).
    Clear(Clear),
    /// No forecast, because ….
    Unknown(Reason),
}

/// The distribution of the wall's time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wall {
    /// One chance in ten that it comes before this.
    pub p10: Timestamp,
    /// As likely before as after.
    pub p50: Timestamp,
    /// Nine chances in ten that it comes before this; `None` beyond the horizon.
    pub p90: Option<Timestamp>,
    /// The chance that it comes before the reset; 1 where there is none.
    pub before_reset: f64,
    /// The chance that it comes within 30 minutes, 4 hours, 48 hours (and before the reset).
    pub within: [f64; 3],
    /// Present burn, units per hour (not steps), over the last hour or so.
    pub burn: f64,
    /// When the present burn alone would reach it; `None` without burn.
    pub at_burn: Option<Timestamp>,
    /// Headroom it was made from, in the unit's steps.
    pub headroom: Qty,
    /// How far to trust it.
    pub confidence: Confidence,
}

/// Nothing in sight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clear {
    /// As far as was looked: the horizon, or the reset.
    pub until: Timestamp,
    /// The chance of a wall within 30 minutes, 4 hours, 48 hours.
    pub within: [f64; 3],
    /// Present burn, units per hour.
    pub burn: f64,
    /// How far to trust it.
    pub confidence: Confidence,
}

/// How far to trust a forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Hours of history, or many gaps.
    Low,
    /// Days of history.
    Fair,
    /// Two weeks of history or more.
    Good,
}

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Fewer than two readings, or too short a time: milliseconds of history, milliseconds wanted.
    TooShort {
        /// Milliseconds of history.
        have: i64,
        /// Milliseconds wanted.
        want: i64,
    },
    /// Nothing was spent in the history.
    NoSpend,
    /// The meter says no limit or balance.
    NoLimit,
    /// The last good figure is too old.
    Stale {
        /// When it was last read.
        since: Timestamp,
    },
    /// It is at or below zero already.
    Exhausted,
}

/// Projects a meter's wall. Deterministic; reads no clock. Under 1 ms for two weeks of five-minute samples.
pub fn project(_meter: &Meter, _history: &History<'_>, _now: Timestamp) -> Forecast {
    unimplemented!()
}
