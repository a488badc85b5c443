//! Connectors: each knows one kind of gateway or provider. One file each; the only place that names them.

use crate::http::Http;
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp};

/// A secret that a connector wants.
#[derive(Clone, Copy, Debug)]
pub struct SecretSpec {
    /// Role in config and keychain: `key`, `management_key`, `password`.
    pub role: &'static str,
    /// What a person calls it: "API key".
    pub label: &'static str,
    /// Whether polls need it. An optional one opens further meters.
    pub required: bool,
    /// Which kind of key it is and where to get it, in one sentence.
    pub help: &'static str,
    /// The page where it is made.
    pub url: Option<&'static str>,
    /// What such a key starts with, when it is sure: a paste of the wrong kind is told before it is sent.
    pub prefix: Option<&'static str>,
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
    /// The secret role that it needs.
    pub needs: &'static str,
}

/// What is to be known of a connector without running it. Data; picker, CLI list, docs and schema derive from it.
#[derive(Debug)]
pub struct Spec {
    /// Stable id in config: `openrouter`.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
    /// One sentence on what it is for.
    pub about: &'static str,
    /// Default base URL; `None` when the user must give one.
    pub base_url: Option<&'static str>,
    /// Secrets, in the order to ask for them.
    pub secrets: &'static [SecretSpec],
    /// Options, in the order to ask for them.
    pub options: &'static [OptionSpec],
    /// Meters, in the order to show them.
    pub meters: &'static [MeterSpec],
    /// Where money is added or a limit raised.
    pub top_up_url: Option<&'static str>,
    /// The API's documentation.
    pub docs_url: &'static str,
    /// Least time between polls, in milliseconds.
    pub min_interval: i64,
    /// Usual time between polls, in milliseconds.
    pub interval: i64,
    /// How late the figures are at worst, in milliseconds, with nothing said by the provider.
    pub freshness: i64,
}

/// The code that knows one kind of gateway or provider.
#[async_trait::async_trait]
pub trait Connector: Send + Sync {
    /// Its data.
    fn spec(&self) -> &'static Spec;
    /// One poll. Endpoints are mapped independently: those that fail beside others that answer are `problems`.
    /// `now` is for date ranges; a connector never reads a clock.
    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError>;
}

/// Every connector, in the order of the picker: gateways and providers by how many developers use them, the
/// generic one last.
pub static ALL: &[&dyn Connector] = &[];

/// The connector of that id.
pub fn find(id: &str) -> Option<&'static dyn Connector> {
    ALL.iter().copied().find(|connector| connector.spec().id == id)
}
