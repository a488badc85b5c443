//! Refusals, and what a poll may end in.

use super::{Amount, Cause, Cost, MeterKey, Reading, Scope, Timestamp};
use serde::{Deserialize, Serialize};

/// How we came to know of a refusal.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A poll of ours was answered so, or it stands in a gateway's log.
    #[default]
    Polled,
    /// The provider states it in a good answer, for as long as it states it.
    Stated,
    /// The user pasted it.
    Pasted,
}

/// An observed "no" of a provider or gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The typed cause.
    pub cause: Cause,
    /// What it covers.
    pub scope: Scope,
    /// The HTTP status, when one was seen. Some refusals are only stated (`is_available: false`).
    pub status: Option<u16>,
    /// The provider's own words from a parsed field, shortened and redacted.
    pub message: String,
    /// Which rule recognised it, for example `deepseek.402`; `unknown` when none did.
    pub rule: String,
    /// How sure the rule is of the cause, in percent, 0 to 100.
    #[serde(default)]
    pub confidence: u8,
    /// Whose refusal it is: a connector's id, given or recognised.
    #[serde(default)]
    pub provider: Option<String>,
    /// The gateway that passed it on or wrapped it: a connector's id.
    #[serde(default)]
    pub gateway: Option<String>,
    /// How we came to know of it.
    #[serde(default)]
    pub source: Source,
    /// The meter it belongs to, when the connector can tell.
    pub meter: Option<MeterKey>,
    /// Whether the same call may succeed by waiting alone, with nobody doing anything.
    #[serde(default)]
    pub retryable: bool,
    /// When calls may work again, if the answer says so or the calendar of the limit does.
    pub retry_at: Option<Timestamp>,
    /// What was needed, if the answer says so.
    pub needed: Option<Amount>,
    /// What was left, if the answer says so.
    pub left: Option<Amount>,
    /// The limit that was reached, if the answer says so.
    #[serde(default)]
    pub limit: Option<Amount>,
    /// What was used of that limit, if the answer says so.
    #[serde(default)]
    pub used: Option<Amount>,
    /// When it happened; `None` when the provider only states that it refuses, for as long as it states it.
    pub at: Option<Timestamp>,
    /// How many refusals this stands for (a log page may hold many).
    pub count: u32,
}

impl Refusal {
    /// A refusal of which nothing but the cause is known. It has happened once, at no time that is known.
    pub fn new(cause: Cause, scope: Scope, rule: impl Into<String>) -> Refusal {
        Refusal {
            cause,
            scope,
            status: None,
            message: String::new(),
            rule: rule.into(),
            confidence: 0,
            provider: None,
            gateway: None,
            source: Source::Polled,
            meter: None,
            retryable: cause.passes(),
            retry_at: None,
            needed: None,
            left: None,
            limit: None,
            used: None,
            at: None,
            count: 1,
        }
    }
}

/// Why a poll gave no reading.
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
pub enum PollErrorKind {
    /// The key is wrong, of the wrong kind, or lacks a permission.
    Credentials,
    /// The keychain is missing, locked, or said no.
    Keychain,
    /// No connection: the machine is offline, or the name is not known.
    Offline,
    /// The host does not answer in time, refuses the connection, or its certificate is not trusted.
    Unreachable,
    /// Too many polls; wait until the time given.
    RateLimited,
    /// The provider answered with an error of its own (5xx).
    Provider,
    /// The answer is not what the provider's documents promise: HTML, a cut body, a missing field.
    Malformed,
    /// Nothing answers at this address that this connector knows.
    NotFound,
    /// The account's own settings do not fit: a bad URL, a missing option.
    Config,
    /// The provider refused for money's sake.
    Refused,
}

/// A failed poll, in words for people, with no secret in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PollError {
    /// Which kind.
    pub kind: PollErrorKind,
    /// What happened and what to do.
    pub message: String,
    /// Not before this many milliseconds, if the answer says so.
    pub retry_after: Option<i64>,
    /// The refusal behind it, if it is one. Boxed: rare and large.
    pub refusal: Option<Box<Refusal>>,
}

impl PollError {
    /// An error of a kind, with its sentence.
    pub fn new(kind: PollErrorKind, message: impl Into<String>) -> Self {
        PollError { kind, message: message.into(), retry_after: None, refusal: None }
    }

    /// Wrong or missing credentials.
    pub fn credentials(message: impl Into<String>) -> Self {
        Self::new(PollErrorKind::Credentials, message)
    }

    /// An answer that is not as documented.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(PollErrorKind::Malformed, message)
    }
}

/// What a poll that reached the provider brought home. Endpoints are mapped independently: a 403 on one is a
/// `problem` and the readings of the others stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// Readings, in the order to show them.
    pub readings: Vec<Reading>,
    /// Endpoints that failed while others answered, with a sentence each.
    pub problems: Vec<PollError>,
    /// Refusals seen: reported by the provider, or found in a gateway's log.
    pub refusals: Vec<Refusal>,
    /// What was spent, by span and by model, key, project or user. For each span, `by` and unit that is here the
    /// list is whole: what was stored of it before is replaced.
    pub costs: Vec<Cost>,
}
