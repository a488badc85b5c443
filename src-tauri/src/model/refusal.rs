//! Refusals, and what a poll may end in.

use super::{Amount, Cost, MeterKey, Reading, Timestamp};
use serde::{Deserialize, Serialize};

/// Why calls are refused. A closed set: two causes are never merged because they look alike.
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
pub enum Cause {
    /// The prepaid balance or the credits are gone.
    BalanceExhausted,
    /// This request asks for more than what is left.
    RequestTooLarge,
    /// The key's or token's own limit is reached; the account may be full of money.
    KeyLimit,
    /// A budget of a team, project, workspace or organisation is reached.
    BudgetExceeded,
    /// The provider's own spend cap or tier limit.
    SpendCap,
    /// A free tier or daily quota is used up.
    QuotaUsedUp,
    /// The plan is missing, expired, or does not cover this product.
    PlanMissing,
    /// The payment method failed, invoices are overdue, or the account is suspended.
    PaymentProblem,
    /// Too many requests or tokens per minute: not money.
    RateLimited,
    /// The provider is out of capacity: not the user's fault.
    ProviderOverloaded,
    /// Money is held for requests still running; passes by itself.
    InFlight,
    /// The credentials are wrong, revoked, of the wrong kind, or lack a permission.
    Credentials,
    /// A gateway refuses or masks on its own account.
    Gateway,
    /// An x402 price offer, not an empty account.
    X402Offer,
    /// Something in between answered: a proxy, a captive portal.
    Network,
    /// Not known; what was seen is kept.
    Unknown,
}

/// What the refusal covers.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Only this request.
    Request,
    /// This key.
    Key,
    /// A project, team or workspace.
    Team,
    /// The whole account or organisation.
    Organisation,
    /// The provider behind a gateway.
    Provider,
}

/// An observed "no" of a provider or gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The typed cause.
    pub cause: Cause,
    /// What it covers.
    pub scope: Scope,
    /// The HTTP status, when one was seen. Some refusals are only reported (`is_available: false`).
    pub status: Option<u16>,
    /// The provider's own words from a parsed field, shortened and redacted.
    pub message: String,
    /// Which rule recognised it, for example `deepseek.402`.
    pub rule: String,
    /// The meter it belongs to, when the connector can tell.
    pub meter: Option<MeterKey>,
    /// When calls may work again, if the answer says so.
    pub retry_at: Option<Timestamp>,
    /// What was needed, if the answer says so.
    pub needed: Option<Amount>,
    /// What was left, if the answer says so.
    pub left: Option<Amount>,
    /// When it happened; `None` when the provider only states that it refuses, for as long as it states it.
    pub at: Option<Timestamp>,
    /// How many refusals this stands for (a log page may hold many).
    pub count: u32,
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
