//! history + quota + now → when the wall comes. Pure. The method and its limits are in docs/forecasting.md.

pub mod backtest;
mod calibrate;
mod curve;
mod demand;
mod memory;
mod outlook;
mod pieces;
#[cfg(test)]
mod tests;

pub use calibrate::{Calibration, calibrate};
pub use curve::Curve;
pub use memory::{Learned, Memory};
pub use outlook::Outlook;

use crate::model::{DAY, HOUR, MINUTE, Meter, MeterKind, Qty, Timestamp, Unit, Window, words};
use crate::say;
use curve::HORIZON;
use demand::Demand;
use serde::{Deserialize, Serialize};

/// The answer: a distribution, nothing in sight, or a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Forecast {
    /// A wall: more likely than not within 60 days and before the reset.
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
    /// Nine chances in ten that it comes before this; `None` beyond the horizon of 60 days or after the reset.
    pub p90: Option<Timestamp>,
    /// The chance that it comes before the reset; 1 where there is none.
    pub before_reset: f64,
    /// The chance that it comes within a time (and before the reset).
    pub chance: Curve,
    /// Present burn, units per hour (not steps), over the last hour or so.
    pub burn: f64,
    /// When the present burn alone would reach it; `None` without burn, after the reset, or beyond 60 days.
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
    /// The chance that it comes within a time all the same.
    pub chance: Curve,
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
    /// Too short a time: milliseconds of history, milliseconds wanted.
    TooShort {
        /// Milliseconds of history.
        have: i64,
        /// Milliseconds wanted.
        want: i64,
    },
    /// Spending was seen between too few readings.
    TooFew {
        /// Between how many.
        have: u32,
        /// How many are wanted.
        want: u32,
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
    /// A short window of a rate limit: it refills all the time and is no wall.
    Refills,
}

/// How old the last figure may be at most before nothing is forecast from it.
const STALE: i64 = 6 * HOUR;
/// History below this, or with fewer spends than [`WANT_SPENDS`], gives no forecast.
const WANT: i64 = 30 * MINUTE;
/// See [`WANT`].
const WANT_SPENDS: u32 = 3;

/// Projects a meter's wall from what is remembered of it and what the user knows of the time ahead. Deterministic;
/// reads no clock. Some 20 µs, however long the history is.
pub fn project(meter: &Meter, memory: &Memory, outlook: &Outlook, now: Timestamp) -> Forecast {
    if meter.kind == MeterKind::Rate {
        return Forecast::Unknown(Reason::Refills);
    }
    let Some(last) = memory.pieces.last() else {
        return Forecast::Unknown(Reason::TooShort { have: 0, want: WANT });
    };
    let Some(headroom) = last.headroom() else {
        return Forecast::Unknown(Reason::NoLimit);
    };
    let end = memory.pieces.end();
    let reset = next_reset(meter.window, last.resets_at, end);
    let stale = STALE.max(memory.pieces.usual().saturating_mul(3).min(3 * DAY));
    if now - end > stale || reset.is_some_and(|reset| reset <= now) {
        return Forecast::Unknown(Reason::Stale { since: end });
    }
    if headroom <= Qty(0) {
        return Forecast::Unknown(Reason::Exhausted);
    }
    if memory.length() < WANT {
        return Forecast::Unknown(Reason::TooShort { have: memory.length(), want: WANT });
    }
    match memory.spends() {
        0 => return Forecast::Unknown(Reason::NoSpend),
        have if have < WANT_SPENDS => {
            return Forecast::Unknown(Reason::TooFew { have, want: WANT_SPENDS });
        }
        _ => {}
    }
    forecast(meter.unit, memory, outlook, headroom, reset, now)
}

/// The forecast proper. It starts when the last figure was true, not now: what was spent since is not known yet.
fn forecast(
    unit: Unit,
    memory: &Memory,
    outlook: &Outlook,
    steps: Qty,
    reset: Option<Timestamp>,
    now: Timestamp,
) -> Forecast {
    let headroom = unit.to_f64(steps);
    let demand = Demand::from_memory(memory).with(outlook, memory, unit);
    let end = memory.pieces.end();
    let horizon = reset.map_or(HORIZON, |reset| hours(reset - end).min(HORIZON));
    let after = |hours: f64| end.plus((hours * HOUR as f64) as i64).max(now);
    let exceeds = |ahead: f64| demand.exceeds(headroom, ahead.min(horizon));
    let chance = Curve::new(hours(now - end), exceeds);
    let rate = memory.pieces.burn() * outlook.price();
    let confidence = if memory.length() < DAY || memory.coarse() > 0.5 {
        Confidence::Low
    } else if memory.length() < 14 * DAY || memory.coarse() > 0.2 {
        Confidence::Fair
    } else {
        Confidence::Good
    };
    let [low, middle, high] = memory.levels();
    let reached = |level: f64| chance.reached(level, exceeds).filter(|hours| *hours < horizon);
    // Without the middle there is no wall, and the others are not looked for.
    match reached(middle).and_then(|p50| Some((reached(low)?, p50))) {
        Some((p10, p50)) => Forecast::Wall(Wall {
            p10: after(p10),
            p50: after(p50),
            p90: reached(high).map(after),
            before_reset: reset.map_or(1.0, |_| exceeds(horizon).clamp(middle, 1.0)),
            chance,
            burn: rate,
            at_burn: at_burn(headroom, rate, end, reset).map(|at| at.max(now)),
            headroom: steps,
            confidence,
        }),
        None => Forecast::Clear(Clear {
            until: reset.map_or(after(HORIZON), |reset| reset.min(after(HORIZON))),
            chance,
            burn: rate,
            confidence,
        }),
    }
}

/// When a burn of `rate` units per hour takes `headroom` units, counted from `from`; `None` without burn, after
/// the reset, or beyond the horizon of 60 days.
pub fn at_burn(headroom: f64, rate: f64, from: Timestamp, reset: Option<Timestamp>) -> Option<Timestamp> {
    let hours = headroom / rate;
    if !(rate > 0.0 && (0.0..HORIZON).contains(&hours)) {
        return None;
    }
    let at = from.plus((hours * HOUR as f64) as i64);
    reset.is_none_or(|reset| at < reset).then_some(at)
}

/// The next reset after `from`: as said by the provider, else by the calendar of the window (UTC). `None` for a
/// meter that never starts again, and where nobody says when.
pub fn next_reset(window: Window, said: Option<Timestamp>, from: Timestamp) -> Option<Timestamp> {
    said.filter(|said| *said > from).or_else(|| window.next(from))
}

impl Forecast {
    /// The chance of a wall within a time; `None` when it cannot be said.
    pub fn chance(&self) -> Option<&Curve> {
        match self {
            Forecast::Wall(wall) => Some(&wall.chance),
            Forecast::Clear(clear) => Some(&clear.chance),
            Forecast::Unknown(_) => None,
        }
    }

    /// Present burn in units per hour; `None` when it cannot be said.
    pub fn burn(&self) -> Option<f64> {
        match self {
            Forecast::Wall(wall) => Some(wall.burn),
            Forecast::Clear(clear) => Some(clear.burn),
            Forecast::Unknown(_) => None,
        }
    }

    /// How far to trust it; `None` when there is none.
    pub fn confidence(&self) -> Option<Confidence> {
        match self {
            Forecast::Wall(wall) => Some(wall.confidence),
            Forecast::Clear(clear) => Some(clear.confidence),
            Forecast::Unknown(_) => None,
        }
    }

    /// The wall, if one is in sight.
    pub fn wall(&self) -> Option<&Wall> {
        match self {
            Forecast::Wall(wall) => Some(wall),
            Forecast::Clear(_) | Forecast::Unknown(_) => None,
        }
    }
}

impl Wall {
    /// The earliest time worth naming: one chance in ten, or what the present burn alone would reach.
    pub fn earliest(&self) -> Timestamp {
        self.at_burn.map_or(self.p10, |at| at.min(self.p10))
    }
}

/// Why there is no forecast, as half a sentence: "12 minutes of history, 30 minutes are needed".
pub fn reason_text(reason: &Reason) -> String {
    match reason {
        Reason::TooShort { have, .. } if *have <= 0 => say!("reason-no-history"),
        Reason::TooShort { have, want } => say!("reason-short", have = span(*have), want = span(*want)),
        Reason::TooFew { have, want } => say!("reason-few", have = *have, want = *want),
        Reason::NoSpend => say!("reason-no-spend"),
        Reason::NoLimit => say!("reason-no-limit"),
        Reason::Stale { since } => {
            let at = since.to_jiff().to_zoned(jiff::tz::TimeZone::UTC);
            let clock = at.strftime("%H:%M").to_string();
            say!("reason-stale", date = words::day(at.date()), clock = clock)
        }
        Reason::Exhausted => say!("reason-exhausted"),
        Reason::Refills => say!("reason-refills"),
    }
}

/// A length of time in one unit, rounded down: `1 minute`, `3 hours`, `2 days`.
fn span(ms: i64) -> String {
    match ms {
        _ if ms < HOUR => say!("reason-minutes", count = ms / MINUTE),
        _ if ms < DAY => say!("reason-hours", count = ms / HOUR),
        _ => say!("reason-days", count = ms / DAY),
    }
}

fn hours(ms: i64) -> f64 {
    ms as f64 / HOUR as f64
}
