//! What is known beside the refusal itself.

use crate::model::{
    AccountId, Amount, EpisodeKind, Links, MeterKey, MeterKind, PollErrorKind, Provenance, Refusal, Timestamp,
};

/// Everything a diagnosis may rest on.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The present moment.
    pub now: Timestamp,
    /// The viewer's zone, in which times are told.
    pub zone: jiff::tz::TimeZone,
    /// The account that was refused, if one is known.
    pub account: Option<AccountFacts>,
    /// Accounts at the provider that refused, or behind the gateway that did.
    pub others: Vec<AccountFacts>,
    /// Name of the provider or gateway that refused, for people; empty when nobody knows.
    pub name: String,
    /// Its pages.
    pub links: Links,
}

/// What is known of one account.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// Which.
    pub id: AccountId,
    /// What the user calls it.
    pub label: String,
    /// The connector's id.
    pub connector: String,
    /// The connector's name for people.
    pub name: String,
    /// Whether it stands between programs and providers.
    pub is_gateway: bool,
    /// The pages of its provider.
    pub links: Links,
    /// Its meters with their newest figures.
    pub meters: Vec<MeterFacts>,
    /// How its last polls went.
    pub poll: PollFacts,
    /// Its keys.
    pub keys: Vec<KeyFacts>,
    /// Below this the provider is said to top up by itself (the user's word); `None`: nothing is known of it.
    pub reload_below: Option<Amount>,
    /// Refusals of the last 30 days, oldest first.
    pub refusals: Vec<(Timestamp, Refusal)>,
    /// Kinds of its episodes that fire now.
    pub firing: Vec<EpisodeKind>,
    /// Whether notifications are on and some amount is set below which a balance is told.
    pub alerts: AlertFacts,
}

/// How an account is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertFacts {
    /// Whether native notifications are on.
    pub notifications: bool,
    /// Whether an amount is set below which balances of this account's unit are told.
    pub low_set: bool,
    /// Whether its polls are paused.
    pub paused: bool,
}

/// One meter with its newest figures.
#[derive(Clone, Debug)]
pub struct MeterFacts {
    /// Its stable name.
    pub key: MeterKey,
    /// What a person calls it.
    pub label: String,
    /// What kind.
    pub kind: MeterKind,
    /// What is left less the reservation, if it is known.
    pub headroom: Option<Amount>,
    /// The most that can be used, if there is a limit.
    pub limit: Option<Amount>,
    /// Used so far.
    pub used: Option<Amount>,
    /// What the provider sets aside for one request.
    pub reserve: Option<Amount>,
    /// Spent per hour at present, in the meter's unit; `None`: not known.
    pub burn_per_hour: Option<f64>,
    /// When the figures were read.
    pub read_at: Timestamp,
    /// How late the figures are at worst, in milliseconds.
    pub lag: i64,
    /// When the window starts again.
    pub resets_at: Option<Timestamp>,
    /// Where the figures come from.
    pub provenance: Provenance,
    /// Top-ups and raised limits of the last 90 days, oldest first: when, how much, and what was left before.
    pub added: Vec<(Timestamp, Amount, Amount)>,
    /// Since when headroom has been zero or less without a break; `None` while it is not.
    pub empty_since: Option<Timestamp>,
}

/// How an account's polls went.
#[derive(Clone, Debug, Default)]
pub struct PollFacts {
    /// The last good one.
    pub good_at: Option<Timestamp>,
    /// The failure since then, if the last one failed: when, which kind, in words.
    pub failed: Option<(Timestamp, PollErrorKind, String)>,
}

/// One key of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its role: `key`, `management_key`.
    pub role: String,
    /// What a person calls it.
    pub label: String,
    /// Which kind is wanted and the least permission that works.
    pub help: String,
    /// Whether it is stored.
    pub stored: bool,
    /// Whether more than the least permission is wanted for polling (an admin or management key).
    pub privileged: bool,
    /// Where it is made.
    pub url: Option<&'static str>,
}
