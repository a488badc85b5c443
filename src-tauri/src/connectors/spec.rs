//! What is to be known of a connector without running it. Data; picker, CLI list, docs and schema derive from it.

use crate::model::{Links, MINUTE, MeterKind};
use serde::Serialize;

/// Which part of the catalogue a connector stands in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorKind {
    /// Stands between programs and providers.
    Gateway,
    /// A provider that says how much money or how many credits are left.
    Credits,
    /// A provider that says what was spent, and not what is left.
    Costs,
    /// A plan with windows of use.
    Plan,
    /// A provider that says nothing but rate-limit headers: a ledger of the user's own, and a probe.
    Headers,
    /// Anything else, by the user's own description.
    Generic,
}

impl ConnectorKind {
    /// The heading over such connectors.
    pub fn title(self) -> &'static str {
        match self {
            ConnectorKind::Gateway => "Gateways",
            ConnectorKind::Credits => "Providers with a balance or credits",
            ConnectorKind::Costs => "Providers with cost or usage reports",
            ConnectorKind::Plan => "Plans with windows",
            ConnectorKind::Headers => "Providers that say only rate limits",
            ConnectorKind::Generic => "Anything else",
        }
    }
}

/// A secret that a connector wants.
#[derive(Clone, Copy, Debug)]
pub struct SecretSpec {
    /// Role in config and keychain: `key`, `management_key`, `password`.
    pub role: &'static str,
    /// What a person calls it: "API key".
    pub label: &'static str,
    /// Whether polls need it. An optional one opens further meters.
    pub required: bool,
    /// Which kind of key it is, the least permission that works, and where to get it, in one sentence.
    pub help: &'static str,
    /// The page where it is made.
    pub url: Option<&'static str>,
    /// What such a key starts with, when it is sure: a paste of the wrong kind is told before it is sent.
    pub prefix: Option<&'static str>,
}

impl SecretSpec {
    /// The ordinary key, role `key`, needed.
    pub const fn key(help: &'static str, url: &'static str) -> Self {
        SecretSpec { role: "key", label: "API key", required: true, help, url: Some(url), prefix: None }
    }

    /// Another role, with what a person calls it.
    pub const fn role(self, role: &'static str, label: &'static str) -> Self {
        SecretSpec { role, label, ..self }
    }

    /// What such a key starts with.
    pub const fn prefix(self, prefix: &'static str) -> Self {
        SecretSpec { prefix: Some(prefix), ..self }
    }

    /// Polls go without it; it opens further meters.
    pub const fn optional(self) -> Self {
        SecretSpec { required: false, ..self }
    }
}

/// A setting that is no secret.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// Name in config under `[accounts.ID.options]`.
    pub name: &'static str,
    /// What a person calls it.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Whether polls need it.
    pub required: bool,
    /// An example value.
    pub example: &'static str,
    /// The values that it may have, the usual one first; empty for free text.
    pub choices: &'static [&'static str],
}

impl OptionSpec {
    /// An option that may be left out.
    pub const fn new(
        name: &'static str,
        label: &'static str,
        help: &'static str,
        example: &'static str,
    ) -> Self {
        OptionSpec { name, label, help, required: false, example, choices: &[] }
    }

    /// Polls need it.
    pub const fn required(self) -> Self {
        OptionSpec { required: true, ..self }
    }

    /// One of these values, the usual one first.
    pub const fn choices(self, choices: &'static [&'static str]) -> Self {
        OptionSpec { choices, ..self }
    }
}

/// A meter that a connector can report.
#[derive(Clone, Copy, Debug)]
pub struct MeterSpec {
    /// Stable name; a trailing `.*` stands for one per currency, key or team.
    pub key: &'static str,
    /// What a person calls it.
    pub label: &'static str,
    /// Its kind.
    pub kind: MeterKind,
    /// The secret role that it needs; empty when it needs none.
    pub needs: &'static str,
}

impl MeterSpec {
    /// A meter that the secret of role `needs` opens.
    pub const fn new(key: &'static str, label: &'static str, kind: MeterKind, needs: &'static str) -> Self {
        MeterSpec { key, label, kind, needs }
    }
}

/// A connector's data.
#[derive(Debug)]
pub struct Spec {
    /// Stable id in config: `openrouter`.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Where it stands in the catalogue.
    pub kind: ConnectorKind,
    /// One sentence on what it is for.
    pub about: &'static str,
    /// Default base URL; `None` when the user must give one.
    pub base_url: Option<&'static str>,
    /// Secrets, in the order to ask for them.
    pub secrets: &'static [SecretSpec],
    /// Environment variables that hold its secrets by the provider's own documents: the role, and the name. An empty
    /// role: another kind of key of the same provider, which does not serve here.
    pub env: &'static [(&'static str, &'static str)],
    /// What further keys of this provider begin with, and the role to offer them to; only to guess whose a key is.
    pub starts: &'static [(&'static str, &'static str)],
    /// Options, in the order to ask for them.
    pub options: &'static [OptionSpec],
    /// Meters, in the order to show them.
    pub meters: &'static [MeterSpec],
    /// Its pages for people: where money is added, invoices and limits are, and whether it works.
    pub links: Links,
    /// The API's documentation.
    pub docs_url: &'static str,
    /// What polling costs, in a sentence; `None`: nothing.
    pub poll_cost: Option<&'static str>,
    /// Whether nobody is asked: programs push to this Tollwatch, and a poll says what came. No key, no network.
    pub pushed: bool,
    /// Least time between polls, in milliseconds.
    pub min_interval: i64,
    /// Usual time between polls, in milliseconds.
    pub interval: i64,
    /// How late the figures are at worst, in milliseconds, with nothing said by the provider.
    pub freshness: i64,
}

impl Spec {
    /// What most connectors share: polled every 5 minutes, at most every minute, for nothing; figures a minute old.
    pub(super) const DEFAULT: Spec = Spec {
        id: "",
        name: "",
        kind: ConnectorKind::Credits,
        about: "",
        base_url: None,
        secrets: &[],
        env: &[],
        starts: &[],
        options: &[],
        meters: &[],
        links: Links::NONE,
        docs_url: "",
        poll_cost: None,
        pushed: false,
        min_interval: MINUTE,
        interval: 5 * MINUTE,
        freshness: MINUTE,
    };
}
