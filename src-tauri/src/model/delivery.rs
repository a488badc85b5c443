//! What goes out through a channel beside the desktop: one message, and how its delivery stands.

use super::{Severity, Timestamp};
use serde::{Deserialize, Serialize};

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// Alerts that fire.
    Notice,
    /// An alert that the channel was told of is over.
    Resolved,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// In its channel's queue, in order; tried at `next_at` while it is the oldest.
    Pending,
    /// The channel refused it for a reason that time alone rarely mends. Tried again at `next_at`; those behind it do
    /// not wait.
    Failed,
    /// The channel accepted it.
    Done,
    /// Not tried any more; the error says why.
    GivenUp,
}

/// One message to one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The store's number; 0 until it is stored. The order of a channel's queue.
    pub id: i64,
    /// The same on every try, so that a receiver knows a second one.
    pub message: String,
    /// The channel's name in the config.
    pub channel: String,
    /// What it says.
    pub kind: DeliveryKind,
    /// The highest severity that it speaks of.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// The message as JSON, as it was when it was made.
    pub body: String,
    /// How it stands.
    pub state: DeliveryState,
    /// When it was made.
    pub made_at: Timestamp,
    /// Not tried before.
    pub next_at: Timestamp,
    /// When it was tried last; of one that is done, when it was accepted.
    pub tried_at: Option<Timestamp>,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed, without secrets.
    pub error: Option<String>,
    /// What it tells of.
    pub parts: Vec<DeliveryPart>,
}

/// One episode that a delivery tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPart {
    /// Which episode.
    pub episode: i64,
    /// At which severity.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// What its rule saw when the message was made.
    pub evidence: Option<String>,
    /// Whether the episode counts as told once the channel accepted it: not for what a channel is told in quiet hours
    /// that hold for the others.
    pub counts: bool,
    /// Whether the channel is still to be told of the episode's end.
    pub waits: bool,
}
