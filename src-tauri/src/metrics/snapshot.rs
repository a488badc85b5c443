//! What is exported, as plain values.

use crate::model::{
    Cause, EpisodeKind, EpisodeState, MeterKey, MeterKind, PollErrorKind, Qty, Severity, Timestamp, Unit,
};

/// How an account may do, in the words of the api.
pub const STATES: [&str; 6] = ["waiting", "fresh", "stale", "failing", "offline", "paused"];

/// Everything that is known at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The moment.
    pub now: Timestamp,
    /// Since when the process counts.
    pub started: Timestamp,
    /// The program's version.
    pub version: &'static str,
    /// The accounts, in the order of their names.
    pub accounts: Vec<Account>,
    /// Episodes that are not over.
    pub episodes: Vec<Live>,
    /// Episodes that began to fire, since the start.
    pub fired: Vec<Counted>,
    /// Notices that a channel accepted, since the start.
    pub told: Vec<Counted>,
    /// Tellings that no channel accepted, since the start.
    pub untold: u64,
    /// Accounts that cannot be named: private ones, while their tags cannot be made.
    pub unnamed: u64,
}

/// One account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id, or the opaque tag of a private one ([`super::tag`]).
    pub name: String,
    /// Its connector's id.
    pub connector: String,
    /// How it does: one of [`STATES`].
    pub state: &'static str,
    /// When a poll was last good.
    pub last_good_at: Option<Timestamp>,
    /// Polls since the start by how they ended; `None` is good.
    pub polls: Vec<(Option<PollErrorKind>, u64)>,
    /// Refusals seen since the start.
    pub refusals: Vec<(Cause, u64)>,
    /// Its meters with their last good figures.
    pub meters: Vec<MeterNow>,
}

/// One meter's last good figures. What was not said is `None`.
#[derive(Clone, Debug)]
pub struct MeterNow {
    /// Its stable name within the account.
    pub key: MeterKey,
    /// What kind of meter.
    pub kind: MeterKind,
    /// The unit of every amount.
    pub unit: Unit,
    /// Used so far in the window.
    pub used: Option<Qty>,
    /// The most that can be used in it.
    pub limit: Option<Qty>,
    /// What is left; debt is negative.
    pub remaining: Option<Qty>,
    /// What is left before calls are refused; debt is negative.
    pub headroom: Option<Qty>,
    /// When the figures were last read.
    pub read_at: Timestamp,
    /// Spent at least since `since`; never negative. `None` for rate limits, where nothing is spent.
    pub spent: Option<Qty>,
    /// Since when `spent` counts.
    pub since: Timestamp,
    /// What is forecast.
    pub ahead: Ahead,
}

/// A forecast's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ahead {
    /// When the wall comes with a chance of 0.1, 0.5 and 0.9. `None` beyond the reset or the 60 days that are looked
    /// ahead, and where nothing is forecast.
    pub wall: [Option<Timestamp>; 3],
    /// The chance that it comes before the reset, or within 60 days where there is none; 0 to 1.
    pub before_reset: Option<f64>,
    /// Units (not steps) per hour at present.
    pub burn: Option<f64>,
}

/// One live episode.
#[derive(Clone, Debug)]
pub struct Live {
    /// Whose, as [`Account::name`], with the connector's id; `None` when it concerns the machine.
    pub account: Option<(String, String)>,
    /// Which meter; `None` when it concerns the whole account.
    pub meter: Option<MeterKey>,
    /// Which rule.
    pub kind: EpisodeKind,
    /// How urgent.
    pub severity: Severity,
    /// Where it stands.
    pub state: EpisodeState,
}

/// How often something happened, by rule and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which rule.
    pub kind: EpisodeKind,
    /// How urgent.
    pub severity: Severity,
    /// How often.
    pub count: u64,
}
