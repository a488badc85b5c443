//! Episodes: one rule's life on one meter; and the notices told of them.

use super::{AccountId, MeterKey, Timestamp};
use serde::{Deserialize, Serialize};

/// How urgent. The order is the escalation.
#[derive(
    Clone,
    Copy,
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
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Time to plan a top-up.
    HeadsUp,
    /// Act within the working block.
    Soon,
    /// Act at once.
    Now,
    /// It has happened.
    Refused,
}

/// Which rule an episode belongs to.
#[derive(
    Clone,
    Copy,
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
#[serde(rename_all = "snake_case")]
pub enum EpisodeKind {
    /// A refusal was observed, or the meter is at zero.
    Refused,
    /// The wall is near: heads-up within 48 h, soon within 4 h, now within 30 min. Escalates in place.
    Wall,
    /// The balance is below the amount that the user set.
    Low,
    /// The account's polls fail for a reason that the user must mend (credentials, settings).
    Failing,
    /// The machine is offline: one for all accounts.
    Offline,
    /// An automatic top-up was due and did not come.
    Reload,
    /// Far more was spent in an hour or a day than is usual.
    Burst,
    /// A limit was lowered.
    Change,
    /// No good figure for much longer than usual, for a reason that may pass by itself.
    Stale,
    /// The account's key is about to expire.
    Expiry,
}

/// What an episode belongs to: account, meter and kind. Never a reset time, a label or a display name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// Whose; `None` for [`EpisodeKind::Offline`].
    pub account: Option<AccountId>,
    /// Which meter; `None` when it concerns the whole account.
    pub meter: Option<MeterKey>,
    /// Which rule.
    pub kind: EpisodeKind,
}

/// Where an episode stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EpisodeState {
    /// The condition holds, but not yet for long enough.
    Pending,
    /// It fires.
    Firing,
    /// The user has seen it; it is not repeated, but may escalate.
    Acknowledged,
    /// Quiet until `snoozed_until`.
    Snoozed,
    /// Over.
    Resolved,
}

/// One rule's life on one meter; a row in SQLite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The store's number; 0 until it is stored.
    pub id: i64,
    /// What it belongs to.
    pub resource: Resource,
    /// Where it stands.
    pub state: EpisodeState,
    /// The highest severity reached; never falls inside an episode.
    pub severity: Severity,
    /// When the condition first held.
    pub began_at: Timestamp,
    /// When the condition was last seen to hold.
    pub seen_at: Timestamp,
    /// How many readings in a row the condition has held (or, when it fires, has not held: negative).
    pub streak: i32,
    /// When it began to fire.
    pub fired_at: Option<Timestamp>,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
    /// Quiet until then.
    pub snoozed_until: Option<Timestamp>,
    /// The highest severity of which a notice was accepted by a notifier.
    pub told: Option<Severity>,
    /// When the last notice was accepted.
    pub told_at: Option<Timestamp>,
    /// When the last heads-up was accepted.
    pub planned_at: Option<Timestamp>,
    /// When the last notice of something worse was accepted.
    pub warned_at: Option<Timestamp>,
    /// Since when a heads-up is wanted, beside or after what was told; `None` again once it is told.
    pub plan_at: Option<Timestamp>,
    /// Since when another warning is wanted, because the time of which the last one spoke has passed; `None` again once
    /// it is told.
    pub warn_at: Option<Timestamp>,
    /// The headline when the condition last held, as a person would say it, in the language spoken then; empty while
    /// it does not fire. `alerts::headline` says it anew.
    pub title: String,
    /// What fired it: rule, inputs, range; JSON for `why`.
    pub evidence: String,
}

impl Episode {
    /// A notifier accepted a notice of it. What was told is never untold.
    pub fn note_told(&mut self, severity: Severity, at: Timestamp) {
        self.told = self.told.max(Some(severity));
        self.told_at = self.told_at.max(Some(at));
        let (last, wanted) = match severity {
            Severity::HeadsUp => (&mut self.planned_at, &mut self.plan_at),
            _ => (&mut self.warned_at, &mut self.warn_at),
        };
        (*last, *wanted) = ((*last).max(Some(at)), None);
    }

    /// Whether it is `before` and its condition only went on to hold: seen later, with newer figures and the words for
    /// them.
    pub fn goes_on(&self, before: &Episode) -> bool {
        let Episode { id, resource, state, severity, began_at, streak, fired_at, resolved_at, .. } = self;
        let Episode { snoozed_until, told, told_at, planned_at, warned_at, plan_at, warn_at, .. } = self;
        (id, resource, state, severity, began_at, streak)
            == (
                &before.id,
                &before.resource,
                &before.state,
                &before.severity,
                &before.began_at,
                &before.streak,
            )
            && (fired_at, resolved_at, snoozed_until)
                == (&before.fired_at, &before.resolved_at, &before.snoozed_until)
            && (told, told_at, planned_at, warned_at, plan_at, warn_at)
                == (
                    &before.told,
                    &before.told_at,
                    &before.planned_at,
                    &before.warned_at,
                    &before.plan_at,
                    &before.warn_at,
                )
    }

    /// A copy that was changed while a notice of the episode was told takes over what `stored` knows of it: what was
    /// told is never untold, and is not wanted any more.
    pub fn keep_told(&mut self, stored: &Episode) {
        self.told = self.told.max(stored.told);
        self.told_at = self.told_at.max(stored.told_at);
        if stored.planned_at > self.planned_at {
            (self.planned_at, self.plan_at) = (stored.planned_at, stored.plan_at);
        }
        if stored.warned_at > self.warned_at {
            (self.warned_at, self.warn_at) = (stored.warned_at, stored.warn_at);
        }
    }
}

/// One notification of an episode, to be delivered and then marked told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which episode.
    pub episode: i64,
    /// At which severity.
    pub severity: Severity,
    /// Stable across restarts and repeats of the episode: the desktop replaces the old one. 1 to 2^31 − 1.
    pub replaces: u32,
    /// The headline; it and the body stay in the language that was spoken when it was told.
    pub title: String,
    /// Two or three short lines: the range, what is left, what to do.
    pub body: String,
    /// Whose meter, for the picture and for "Open".
    pub resource: Resource,
}
