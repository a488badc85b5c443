//! Meters, and what polls say about them.

use super::{AccountId, DAY, Qty, Timestamp, Unit};
use serde::{Deserialize, Serialize};

/// What kind of thing runs out or accrues.
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
pub enum MeterKind {
    /// Prepaid money left.
    Balance,
    /// Use against a limit, perhaps with a reset.
    Budget,
    /// Tokens, requests, credits or percent per window.
    Quota,
    /// A short window from rate-limit headers.
    Rate,
    /// Cost so far, with no limit of its own.
    Spend,
}

/// Where a figure comes from.
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
pub enum Provenance {
    /// Said by the provider.
    Reported,
    /// Worked out by us from reported figures.
    Derived,
    /// Counted from an amount that the user typed in.
    Anchored,
    /// Tokens times list price.
    Estimated,
}

/// How a meter's use starts again.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Never: a prepaid balance, a lifetime limit.
    Never,
    /// At midnight UTC.
    Day,
    /// On Monday, midnight UTC.
    Week,
    /// On the 1st, midnight UTC.
    Month,
    /// Some other period of the provider's; `resets_at` says when the present one ends.
    Other,
}

impl Window {
    /// When a window that follows the UTC calendar next starts again. `None`: never, or only the provider knows.
    pub fn next(self, from: Timestamp) -> Option<Timestamp> {
        let next = |period: i64, origin: i64| {
            let gone = from.0.saturating_sub(origin).rem_euclid(period);
            Some(from.plus(period - gone))
        };
        match self {
            Window::Never | Window::Other => None,
            Window::Day => next(DAY, 0),
            // 1970-01-01 was a Thursday, the first Monday the 5th.
            Window::Week => next(7 * DAY, 4 * DAY),
            Window::Month => {
                let today = from.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
                let first = today.last_of_month().tomorrow().ok()?;
                let moment = first.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
                Some(Timestamp(moment.as_millisecond()))
            }
        }
    }
}

/// A meter's stable name within its account, such as `balance.usd` or `key_limit`. Never a label.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct MeterKey(pub String);

impl MeterKey {
    /// Lower-case words with dots between levels.
    pub fn new(text: impl Into<String>) -> Self {
        MeterKey(text.into())
    }
}

/// What one poll says about one meter. A figure that the provider did not say is `None`, never zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Which meter.
    pub meter: MeterKey,
    /// What kind of meter.
    pub kind: MeterKind,
    /// What a person calls it: `key limit “ci”`, `balance`.
    pub label: String,
    /// The unit of all three figures.
    pub unit: Unit,
    /// Used so far in the present window.
    pub used: Option<Qty>,
    /// The most that can be used in the window.
    pub limit: Option<Qty>,
    /// What is left. Debt is negative.
    pub remaining: Option<Qty>,
    /// How the meter's use starts again.
    pub window: Window,
    /// When it next does, if it is known.
    pub resets_at: Option<Timestamp>,
    /// What the provider sets aside for one request; calls are refused below it. Learned from a refusal.
    pub reserve: Option<Qty>,
    /// Where the figures come from.
    pub provenance: Provenance,
    /// When the figures were true, if the provider says so or is known to report late.
    pub as_of: Option<Timestamp>,
}

impl Reading {
    /// A reading with a unit and no figures; set the ones that the provider said.
    pub fn new(meter: &str, kind: MeterKind, label: impl Into<String>, unit: Unit) -> Self {
        Reading {
            meter: MeterKey::new(meter),
            kind,
            label: label.into(),
            unit,
            used: None,
            limit: None,
            remaining: None,
            window: Window::Never,
            resets_at: None,
            reserve: None,
            provenance: Provenance::Reported,
            as_of: None,
        }
    }

    /// The reading as a sample, read at `at` for the first time.
    pub fn sample(&self, at: Timestamp) -> Sample {
        Sample {
            at,
            last_at: at,
            used: self.used,
            limit: self.limit,
            remaining: self.remaining,
            resets_at: self.resets_at,
            reserve: self.reserve,
        }
    }

    /// What is left before calls are refused: remaining (or limit − used) less the reservation. Debt keeps its
    /// sign. `None` when the figures do not say; an overflow is `None` too.
    pub fn headroom(&self) -> Option<Qty> {
        headroom(self.remaining, self.limit, self.used, self.reserve)
    }
}

/// A meter as stored: its identity and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// The store's number for it.
    pub id: i64,
    /// Whose it is.
    pub account: AccountId,
    /// Its name within the account.
    pub key: MeterKey,
    /// What kind of meter.
    pub kind: MeterKind,
    /// What a person calls it, as last reported.
    pub label: String,
    /// Its unit. A change of unit makes a new meter: figures in two units are never compared.
    pub unit: Unit,
    /// How it starts again, as last reported.
    pub window: Window,
    /// Where its figures come from, as last reported.
    pub provenance: Provenance,
}

/// A reading as stored. An unchanged reading extends `last_at` of the row before it instead of adding one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When this was first read.
    pub at: Timestamp,
    /// When it was last read unchanged; `at` if only once.
    pub last_at: Timestamp,
    /// Used in the window.
    pub used: Option<Qty>,
    /// Limit of the window.
    pub limit: Option<Qty>,
    /// What was left.
    pub remaining: Option<Qty>,
    /// The next reset, as said at that time.
    pub resets_at: Option<Timestamp>,
    /// The reservation for one request.
    pub reserve: Option<Qty>,
}

impl Sample {
    /// Whether another sample says the same, whenever it was read.
    pub fn says_the_same(&self, other: &Sample) -> bool {
        Sample { at: self.at, last_at: self.last_at, ..*other } == *self
    }

    /// As [`Reading::headroom`].
    pub fn headroom(&self) -> Option<Qty> {
        headroom(self.remaining, self.limit, self.used, self.reserve)
    }
}

fn headroom(
    remaining: Option<Qty>,
    limit: Option<Qty>,
    used: Option<Qty>,
    reserve: Option<Qty>,
) -> Option<Qty> {
    let left = match (remaining, limit, used) {
        (Some(left), _, _) => left,
        (None, Some(limit), Some(used)) => Qty(limit.0.checked_sub(used.0)?),
        _ => return None,
    };
    Some(Qty(left.0.checked_sub(reserve.unwrap_or(Qty(0)).0)?))
}

/// A poll that failed, stored as such: charts break the line here, alerts never clear on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first failed poll.
    pub at: Timestamp,
    /// The last failed poll in a row for the same reason; `at` if only one.
    pub last_at: Timestamp,
    /// How many polls failed in a row for this reason.
    pub polls: u32,
    /// Why.
    pub kind: super::PollErrorKind,
    /// The sentence for people.
    pub message: String,
}
