//! Refusals grouped into incidents.

use crate::model::{Amount, Cause, MeterKey, Refusal, Timestamp};

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on, as far as is known.
    Open,
    /// Money was added or the limit raised, at that time.
    Added(Timestamp, Amount),
    /// The window started again, at that time.
    Reset(Timestamp),
    /// The time that the provider named has passed, and nothing was refused since.
    Passed(Timestamp),
    /// Nobody knows why; nothing was refused since then for a day.
    Quiet(Timestamp),
}

/// Refusals of one account for one cause and one meter, with no end in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Why.
    pub cause: Cause,
    /// Which meter, when it is known.
    pub meter: Option<MeterKey>,
    /// The first refusal.
    pub first_at: Timestamp,
    /// The last one.
    pub last_at: Timestamp,
    /// How many were seen.
    pub count: u64,
    /// The newest of them, for its words.
    pub newest: Refusal,
    /// How it ended.
    pub outcome: Outcome,
}

/// What happened to a meter that may end an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Of which meter.
    pub meter: MeterKey,
    /// What was added; `None`: the window started again.
    pub added: Option<Amount>,
}

/// Groups refusals (oldest first) into incidents, newest first.
pub fn incidents(_refusals: &[(Timestamp, Refusal)], _changes: &[Change], _now: Timestamp) -> Vec<Incident> {
    Vec::new()
}
