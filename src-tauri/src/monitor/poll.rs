//! Asking one account: its secrets read, its door opened, its connector polled within a time limit.

use crate::config::AccountConfig;
use crate::connectors::{self, Connector, Found};
use crate::http::{Http, Network};
use crate::model::{
    Account, AccountId, Cost, MeterKey, PollError, PollErrorKind, Polled, Reading, Refusal, Secret,
    Timestamp, words,
};
use crate::say;
use crate::secrets::SecretStore;
use std::collections::BTreeMap;
use std::time::Duration;

/// A connector asks several endpoints, each with its own time limit; this bounds them together.
const WHOLE_POLL: Duration = Duration::from_secs(180);

/// Shorter secrets are not looked for in a provider's words: that would mask ordinary ones.
const SHORTEST: usize = 8;

/// What the user calls the account.
pub(crate) fn label(id: &AccountId, config: &AccountConfig, connector: Option<&dyn Connector>) -> String {
    let fallback = || connector.map_or_else(|| id.to_string(), |connector| connector.spec().name.to_owned());
    config.label.clone().filter(|label| !label.trim().is_empty()).unwrap_or_else(fallback)
}

/// Reads the account's secrets and opens its door.
pub(crate) async fn prepare(
    network: &Network,
    store: &SecretStore,
    id: &AccountId,
    label: &str,
    connector: &dyn Connector,
    config: &AccountConfig,
) -> Result<(Http, Account), PollError> {
    let mut secrets = BTreeMap::new();
    for role in config.secrets.keys() {
        let source = config
            .source(role)
            .map_err(|error| PollError::new(PollErrorKind::Config, of_account(label, error)))?;
        let secret = store.get(id, role, &source).await;
        let secret =
            secret.map_err(|error| PollError::new(PollErrorKind::Keychain, of_account(label, error)))?;
        secrets.insert(role.clone(), secret);
    }
    open(network, id, label, connector, config, secrets)
}

/// Opens the door of an account whose secrets are at hand.
pub(crate) fn open(
    network: &Network,
    id: &AccountId,
    label: &str,
    connector: &dyn Connector,
    config: &AccountConfig,
    secrets: BTreeMap<String, Secret>,
) -> Result<(Http, Account), PollError> {
    let spec = connector.spec();
    let base_url = config.base_url.clone().or_else(|| spec.base_url.map(str::to_owned));
    let base_url = base_url.ok_or_else(|| {
        PollError::new(PollErrorKind::Config, say!("poll-no-address", label = label, name = spec.name))
    })?;
    let options = serde_json::to_string(&config.options).unwrap_or_else(|_| "{}".to_owned());
    let http = Http::open(network, &base_url)?;
    let account = Account {
        id: id.clone(),
        label: label.to_owned(),
        connector: spec.id.to_owned(),
        base_url,
        secrets,
        options,
        budget: config.budget.map(|amount| (amount.qty, amount.unit)),
        prices: config.prices.clone(),
        received: Default::default(),
    };
    Ok((http, account))
}

/// One poll, bounded. Every sentence that comes back names the account.
pub(crate) async fn ask(
    connector: &dyn Connector,
    http: &Http,
    account: &Account,
    now: Timestamp,
) -> Result<Polled, PollError> {
    explain(connector, http, account, now).await.0
}

/// As [`ask`], and what the user's pointers or queries found.
pub(crate) async fn explain(
    connector: &dyn Connector,
    http: &Http,
    account: &Account,
    now: Timestamp,
) -> (Result<Polled, PollError>, Vec<Found>) {
    let answered = tokio::time::timeout(WHOLE_POLL, connector.explain(http, account, now)).await;
    let (polled, mut found) = answered.unwrap_or_else(|_| {
        (Err(PollError::new(PollErrorKind::Unreachable, say!("poll-too-slow"))), Vec::new())
    });
    for one in &mut found {
        for words in [&mut one.value, &mut one.note] {
            *words = words.take().map(|words| without_secrets(account, words));
        }
    }
    (named(polled, account), found)
}

/// A sentence about an account.
fn of_account(label: &str, message: impl std::fmt::Display) -> String {
    say!("poll-of", label = label, message = message.to_string())
}

/// The account's name in every sentence, and its secrets in none.
fn named(polled: Result<Polled, PollError>, account: &Account) -> Result<Polled, PollError> {
    let masked = |mut refusal: Refusal| {
        refusal.message = without_secrets(account, refusal.message);
        refusal
    };
    let named = |error: PollError| {
        let error = PollError { message: words::problem(&error.message), ..error };
        let says = error.message.contains(&account.label);
        let message = if says { error.message } else { of_account(&account.label, error.message) };
        let refusal = error.refusal.map(|refusal| Box::new(masked(*refusal)));
        PollError { message: without_secrets(account, message), refusal, ..error }
    };
    match polled {
        Ok(polled) => Ok(Polled {
            readings: polled.readings.into_iter().map(|reading| anonymous(account, reading)).collect(),
            costs: polled
                .costs
                .into_iter()
                .map(|cost| Cost { name: without_secrets(account, cost.name), ..cost })
                .collect(),
            problems: polled.problems.into_iter().map(named).collect(),
            refusals: polled.refusals.into_iter().map(masked).collect(),
        }),
        Err(error) => Err(named(error)),
    }
}

/// A reading whose names hold none of the account's secrets, should the provider have named something after one. In a
/// key it may stand as words with dashes.
fn anonymous(account: &Account, reading: Reading) -> Reading {
    let long = |secret: &&str| secret.len() >= SHORTEST;
    let slugs = account.secrets.values().map(Secret::expose).filter(long).map(connectors::slug);
    let key = without_secrets(account, reading.meter.0);
    let key = slugs.fold(key, |key, slug| key.replace(&slug, "redacted"));
    Reading { meter: MeterKey(key), label: without_secrets(account, reading.label), ..reading }
}

/// A provider's words without this account's own secrets. Words that look like keys are masked where an answer is
/// read; a secret of plain words is only known here.
fn without_secrets(account: &Account, words: String) -> String {
    let secrets = account.secrets.values().map(Secret::expose).filter(|secret| secret.len() >= SHORTEST);
    secrets.fold(words, |words, secret| words.replace(secret, "[redacted]"))
}
