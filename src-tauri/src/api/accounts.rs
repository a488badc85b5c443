//! Accounts: listed, tested, added, paused, removed.

use super::keys::{self, Given};
use super::past::{self, Past};
use super::types::{
    AccountDraft, AccountPage, AccountView, ConnectorView, EventView, OfferView, OptionView, TestView,
};
use super::{ApiError, App, Nothing, facts, ledger, views};
use crate::config::{AccountConfig, Config};
use crate::connectors::{self, Connector, Spec};
use crate::diagnosis::AccountFacts;
use crate::http::Network;
use crate::model::{AccountId, Amount, EntryKind, MeterKind, PollError, Polled, Secret, Timestamp, words};
use crate::monitor::{Monitor, poll};
use crate::say;
use crate::secrets::SecretStore;
use crate::store::StoreError;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// At most this many lines of an account's past.
const EVENTS: usize = 200;

/// Names an account.
#[derive(Clone, Debug, Deserialize, ts_rs::TS)]
pub(crate) struct AccountRequest {
    id: AccountId,
}

/// Names an account to remove.
#[derive(Clone, Debug, Deserialize, ts_rs::TS)]
pub(crate) struct RemoveRequest {
    id: AccountId,
    /// Whether its history stays in the store.
    keep_history: bool,
}

/// Names an account to pause or resume.
#[derive(Clone, Debug, Deserialize, ts_rs::TS)]
pub(crate) struct PauseRequest {
    id: AccountId,
    paused: bool,
}

/// Names an account to poll; all when missing.
#[derive(Clone, Debug, Deserialize, ts_rs::TS)]
pub(crate) struct PollRequest {
    id: Option<AccountId>,
}

pub(crate) async fn page(app: &App, request: AccountRequest) -> Result<AccountPage, ApiError> {
    let monitor = app.shown();
    let account = one(&monitor, &request.id)?;
    let source = views::Source::of(&monitor);
    let known = known(&monitor, &source, &request.id)?;
    let zone = monitor.pipeline().zone();
    let past = Past::read(&source, &request.id, &account.meters, &known.refusals)?;
    let events = events(&source, &request.id, &past, zone)?;
    let keys = connectors::find(&account.connector).map_or(Vec::new(), |one| views::secrets(one.spec()));
    let (incidents, precautions) = (past.views(&account.meters, zone), past::precautions(&known));
    Ok(AccountPage { now: source.now, account, events, keys, incidents, precautions })
}

/// What is known of an account at present.
fn known(monitor: &Monitor, source: &views::Source, id: &AccountId) -> Result<AccountFacts, ApiError> {
    let config =
        monitor.configured().remove(id).ok_or_else(|| ApiError::not_found(format_args!("account {id}")))?;
    let (statuses, alerts) = (monitor.statuses(), facts::alerts(monitor, &config));
    Ok(facts::of_one(source, id, &config, statuses.get(id), alerts, source.now)?)
}

/// One account of a running monitor.
pub(super) fn one(monitor: &Monitor, id: &AccountId) -> Result<AccountView, ApiError> {
    let config =
        monitor.configured().remove(id).ok_or_else(|| ApiError::not_found(format_args!("account {id}")))?;
    Ok(views::account(&views::Source::of(monitor), id, &config, monitor.statuses().get(id))?)
}

/// The last 30 days in words, newest first.
fn events(
    source: &views::Source,
    id: &AccountId,
    past: &Past,
    zone: &TimeZone,
) -> Result<Vec<EventView>, StoreError> {
    let (store, now) = (&source.store, source.now);
    let from = now + -past::SPAN;
    let mut events = Vec::new();
    let mut add =
        |at: Timestamp, kind: &str, text: String| events.push(EventView { at, kind: kind.to_owned(), text });
    for moved in &past.moves {
        let (label, amount) = (moved.label.as_str(), words::amount(moved.added));
        if moved.added.qty.0 > 0 {
            add(moved.at, "top_up", say!("account-event-added", meter = label, amount = amount));
        } else if moved.added.qty.0 < 0 && moved.kind == MeterKind::Balance {
            add(moved.at, "top_up", say!("account-event-corrected", meter = label, amount = amount));
        } else if moved.added.qty.0 < 0 {
            add(moved.at, "top_up", say!("account-event-limit", meter = label, amount = amount));
        }
        if moved.reset {
            add(moved.at, "reset", say!("account-event-reset", meter = label));
        }
    }
    for gap in store.gaps(id, from, now)? {
        let (polls, why) = (i64::from(gap.polls), gap.message.as_str());
        add(gap.at, "gap", say!("account-event-gap", polls = polls, why = why));
    }
    for incident in &past.incidents {
        let (line, quoted) = (past::line(incident, zone), incident.newest.message.as_str());
        let said = if quoted.is_empty() {
            line
        } else {
            say!("account-event-refusal", line = line, quoted = quoted)
        };
        add(incident.first_at, "refusal", said);
    }
    let mine: BTreeMap<i64, ()> = store
        .episodes(from, now)?
        .into_iter()
        .filter(|episode| episode.resource.account.as_ref() == Some(id))
        .map(|episode| (episode.id, ()))
        .collect();
    for told in store.told(from, now)? {
        if mine.contains_key(&told.episode) {
            let (how, title) = (crate::alerts::word(told.severity).to_owned(), told.title.as_str());
            add(told.at, "notice", say!("account-event-told", severity = how, title = title));
        }
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(EVENTS);
    Ok(events)
}

pub(crate) async fn connectors(_: &App, _: Nothing) -> Result<Vec<ConnectorView>, ApiError> {
    Ok(catalogue())
}

/// Every connector as data.
pub fn catalogue() -> Vec<ConnectorView> {
    connectors::ALL.iter().map(|connector| connector_view(*connector)).collect()
}

/// One connector as data.
pub(super) fn connector_view(connector: &dyn Connector) -> ConnectorView {
    let spec = connector.spec();
    let option = |option: &connectors::OptionSpec| OptionView {
        name: option.name.to_owned(),
        label: words::data(option.label),
        help: words::data(option.help),
        required: option.required,
        example: option.example.to_owned(),
        choices: option.choices.iter().map(|choice| (*choice).to_owned()).collect(),
    };
    let url = |page: Option<&str>| page.map(str::to_owned);
    let offer = |meter: &connectors::MeterSpec| OfferView {
        key: meter.key.to_owned(),
        label: words::data(meter.label),
        kind: meter.kind,
        needs: meter.needs.to_owned(),
    };
    ConnectorView {
        id: spec.id.to_owned(),
        name: spec.name.to_owned(),
        kind: spec.kind,
        group: words::data(spec.kind.title()),
        about: words::data(spec.about),
        starts: starts(spec),
        base_url: spec.base_url.map(str::to_owned),
        secrets: views::secrets(spec),
        options: spec.options.iter().map(option).collect(),
        meters: spec.meters.iter().map(offer).collect(),
        docs_url: spec.docs_url.to_owned(),
        top_up_url: url(spec.links.top_up),
        billing_url: url(spec.links.billing),
        keys_url: url(spec.links.keys),
        limits_url: url(spec.links.limits),
        status_url: url(spec.links.status),
        poll_cost: spec.poll_cost.map(words::data),
        min_interval: spec.min_interval,
        interval: spec.interval,
        freshness: spec.freshness,
    }
}

/// What keys for a connector begin with, with their roles.
fn starts(spec: &connectors::Spec) -> Vec<(String, String)> {
    let sure = spec.secrets.iter().filter_map(|secret| Some((secret.role, secret.prefix?)));
    sure.chain(spec.starts.iter().copied()).map(|(role, start)| (role.to_owned(), start.to_owned())).collect()
}

/// A draft taken apart: what goes into the config, and what goes into the keychain.
pub(super) struct Parsed {
    pub(super) connector: &'static dyn Connector,
    pub(super) id: AccountId,
    pub(super) config: AccountConfig,
    /// Secrets typed in, by role. Those from the environment are in `config.secrets` only.
    pub(super) typed: BTreeMap<String, Secret>,
}

/// Checks a draft. Every error names the field and says what to do; none repeats a secret.
pub(super) fn parse(
    draft: AccountDraft,
    taken: &BTreeMap<AccountId, AccountConfig>,
    now: Timestamp,
) -> Result<Parsed, ApiError> {
    let bad = |message: String| ApiError::new("bad_request", message);
    let connector = connectors::find(&draft.connector)
        .ok_or_else(|| bad(say!("account-no-connector", connector = draft.connector.as_str())))?;
    let spec = connector.spec();
    let label =
        if draft.label.trim().is_empty() { spec.name.to_owned() } else { draft.label.trim().to_owned() };
    let id = match draft.id.filter(|id| !id.trim().is_empty()) {
        Some(id) => AccountId::new(id.trim()).map_err(bad)?,
        None => free_id(&label, spec.id, taken),
    };
    let base_url = address(spec, draft.base_url.as_deref())?;
    let (mut secrets, mut typed) = (BTreeMap::new(), BTreeMap::new());
    for (role, text) in draft.secrets {
        // A field left empty of a role that there is: not given.
        if text.trim().is_empty() && spec.secrets.iter().any(|secret| secret.role == role) {
            continue;
        }
        match keys::check(spec, &role, text.trim())?.1 {
            Given::Env(place) => {
                secrets.insert(role, place);
            }
            Given::Typed(secret) => {
                secrets.insert(role.clone(), "keychain".to_owned());
                typed.insert(role, secret);
            }
        }
    }
    if let Some(missing) =
        spec.secrets.iter().find(|secret| secret.required && !secrets.contains_key(secret.role))
    {
        let (key, help) = (missing.label, missing.help);
        return Err(bad(say!("account-needs-key", name = spec.name, key = key, help = help)));
    }
    let options = options(spec, draft.options)?;
    let budget = budget(draft.budget.as_deref())?;
    let anchor = draft.anchor.filter(|anchor| !anchor.amount.trim().is_empty());
    let anchor =
        anchor.map(|anchor| ledger::entry(EntryKind::Anchor, &anchor.amount, Some(&anchor.at), None, now));
    let config = AccountConfig {
        connector: spec.id.to_owned(),
        label: Some(label),
        base_url,
        secrets,
        interval: None,
        paused: false,
        private: false,
        budget,
        reload_below: None,
        lead: None,
        key_expires: None,
        ledger: anchor.transpose()?.into_iter().collect(),
        rhythm: None,
        options,
        // The whole file's prices stand in each account.
        prices: taken.values().next().map(|account| account.prices.clone()).unwrap_or_default(),
        calendar: None,
    };
    Ok(Parsed { connector, id, config, typed })
}

/// The address as typed; `None` for the provider's usual one. Errors: there is no usual one.
pub(super) fn address(spec: &Spec, typed: Option<&str>) -> Result<Option<String>, ApiError> {
    let base_url = typed.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    if base_url.is_none() && spec.base_url.is_none() {
        return Err(ApiError::new("bad_request", say!("account-needs-address", name = spec.name)));
    }
    Ok(base_url)
}

/// The options as typed, those left empty left out. Errors: one that the connector has not, or that it needs.
pub(super) fn options(spec: &Spec, typed: BTreeMap<String, String>) -> Result<toml::Table, ApiError> {
    let bad = |message: String| ApiError::new("bad_request", message);
    let mut options = toml::Table::new();
    for (option, text) in typed.into_iter().filter(|(_, text)| !text.trim().is_empty()) {
        if !spec.options.iter().any(|known| known.name == option) {
            return Err(bad(say!("account-no-option", name = spec.name, option = option)));
        }
        options.insert(option, option_value(&text));
    }
    if let Some(missing) =
        spec.options.iter().find(|option| option.required && !options.contains_key(option.name))
    {
        let (option, help) = (missing.label, missing.help);
        return Err(bad(say!("account-needs-option", name = spec.name, option = option, help = help)));
    }
    Ok(options)
}

/// A monthly budget as typed. Errors: what is no amount.
pub(super) fn budget(typed: Option<&str>) -> Result<Option<Amount>, ApiError> {
    let budget = typed.map(str::trim).filter(|text| !text.is_empty()).map(str::parse::<Amount>).transpose();
    budget.map_err(|error| ApiError::new("bad_request", say!("account-bad-budget", why = error.to_string())))
}

/// An option as typed: JSON where it reads as such (a number, list or object), else text.
fn option_value(text: &str) -> toml::Value {
    let json = serde_json::from_str::<serde_json::Value>(text).ok().filter(|json| !json.is_null());
    json.and_then(|json| toml::Value::try_from(json).ok())
        .unwrap_or_else(|| toml::Value::String(text.trim().to_owned()))
}

/// An id made from the label: `OpenRouter · ci` → `openrouter-ci`, with a number behind if taken.
fn free_id(label: &str, fallback: &str, taken: &BTreeMap<AccountId, AccountConfig>) -> AccountId {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let words: String = label.chars().map(plain).collect();
    let slug = words.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let slug: String = if slug.is_empty() { fallback.to_owned() } else { slug.chars().take(48).collect() };
    (1_u32..)
        .filter_map(|count| {
            AccountId::new(if count == 1 { slug.clone() } else { format!("{slug}-{count}") }).ok()
        })
        .find(|id| !taken.contains_key(id))
        .unwrap_or_else(|| {
            AccountId::new(fallback).unwrap_or_else(|_| unreachable!("connector ids are account ids"))
        })
}

pub(crate) async fn test(app: &App, draft: AccountDraft) -> Result<TestView, ApiError> {
    let monitor = app.live();
    test_draft(draft, &monitor.configured(), monitor.network(), monitor.secrets(), monitor.now()).await
}

/// Polls a draft once; stores nothing.
pub async fn test_draft(
    draft: AccountDraft,
    taken: &BTreeMap<AccountId, AccountConfig>,
    network: &Network,
    store: &SecretStore,
    now: Timestamp,
) -> Result<TestView, ApiError> {
    let Parsed { connector, id, config, typed } = parse(draft, taken, now)?;
    let mut secrets = typed;
    for role in config.secrets.keys() {
        if !secrets.contains_key(role) {
            secrets.insert(role.clone(), store.get(&id, role, &config.source(role)?).await?);
        }
    }
    let label = poll::label(&id, &config, Some(connector));
    let opened = poll::open(network, &id, &label, connector, &config, secrets);
    let outcome = match &opened {
        Ok((http, account)) => poll::ask(connector, http, account, now).await,
        Err(error) => Err(error.clone()),
    };
    Ok(tested(connector, &config, outcome))
}

/// Polls an account as it is configured; stores nothing.
pub async fn test_configured(
    id: &AccountId,
    config: &AccountConfig,
    network: &Network,
    store: &SecretStore,
    now: Timestamp,
) -> Result<TestView, ApiError> {
    let connector = connectors::find(&config.connector)
        .ok_or_else(|| ApiError::not_found(format_args!("connector '{}'", config.connector)))?;
    let label = poll::label(id, config, Some(connector));
    let outcome = match poll::prepare(network, store, id, &label, connector, config).await {
        Ok((http, account)) => poll::ask(connector, &http, &account, now).await,
        Err(error) => Err(error),
    };
    Ok(tested(connector, config, outcome))
}

pub(super) fn tested(
    connector: &dyn Connector,
    config: &AccountConfig,
    outcome: Result<Polled, PollError>,
) -> TestView {
    let roles: Vec<&str> = config.secrets.keys().map(String::as_str).collect();
    match outcome {
        Ok(polled) => views::test(connector.spec(), &roles, &polled),
        Err(error) => TestView { ok: false, message: error.message, figures: Vec::new(), notes: Vec::new() },
    }
}

pub(crate) async fn add(app: &App, draft: AccountDraft) -> Result<AccountView, ApiError> {
    let _one = app.inner.changing.lock().await;
    let monitor = app.live();
    let path = app.inner.folders.config_file();
    let id = store_draft(&path, draft, monitor.secrets(), monitor.now()).await?;
    app.reload(&path)?;
    let view = one(monitor, &id);
    app.all_changed();
    view
}

/// Stores a draft: secrets into the keychain, the account into the config file. Returns its id.
pub async fn store_draft(
    path: &Path,
    draft: AccountDraft,
    store: &SecretStore,
    now: Timestamp,
) -> Result<AccountId, ApiError> {
    // The file is what counts: it may have been edited since the start.
    let taken = Config::load(path)?.accounts;
    let parsed = parse(draft, &taken, now)?;
    if taken.contains_key(&parsed.id) {
        let message = say!("account-id-taken", id = parsed.id.as_str());
        return Err(ApiError::new("bad_request", message));
    }
    // Keys first: an account without its key would only fail, and a key without account harms nobody.
    for (role, secret) in &parsed.typed {
        store.set(&parsed.id, role, secret).await?;
    }
    Config::save_account(path, &parsed.id, &parsed.config)?;
    Ok(parsed.id)
}

pub(crate) async fn remove(app: &App, request: RemoveRequest) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let monitor = app.live();
    let path = app.inner.folders.config_file();
    unstore(&path, &request.id, monitor.secrets()).await?;
    app.reload(&path)?;
    if !request.keep_history {
        monitor.pipeline().store().forget(&request.id)?;
    }
    app.all_changed();
    Ok(())
}

/// Takes an account out of the config file, and its secrets out of the keychain.
pub async fn unstore(path: &Path, id: &AccountId, store: &SecretStore) -> Result<(), ApiError> {
    let config = Config::load(path)?;
    let account = config.accounts.get(id).ok_or_else(|| ApiError::not_found(format_args!("account {id}")))?;
    Config::remove_account(path, id)?;
    for (role, source) in &account.secrets {
        if source == "keychain" {
            store.delete(id, role).await.map_err(|error| {
                let (id, why) = (id.as_str(), error.to_string());
                ApiError::new("secrets", say!("account-key-left", id = id, role = role.as_str(), why = why))
            })?;
        }
    }
    Ok(())
}

pub(crate) async fn pause(app: &App, request: PauseRequest) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let path = app.inner.folders.config_file();
    let mut config = Config::load(&path)?;
    let Some(mut account) = config.accounts.remove(&request.id) else {
        return Err(ApiError::not_found(format_args!("account {}", request.id)));
    };
    account.paused = request.paused;
    Config::save_account(&path, &request.id, &account)?;
    app.reload(&path)?;
    app.all_changed();
    Ok(())
}

pub(crate) async fn poll_now(app: &App, request: PollRequest) -> Result<(), ApiError> {
    let monitor = app.shown();
    if let Some(id) = request.id.as_ref().filter(|id| !monitor.configured().contains_key(id)) {
        return Err(ApiError::not_found(format_args!("account {id}")));
    }
    monitor.poll_now(request.id.as_ref());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_labels_and_never_collide() {
        let mut taken = BTreeMap::new();
        let first = free_id("OpenRouter · ci", "openrouter", &taken);
        assert_eq!(first.as_str(), "openrouter-ci");
        let config = AccountConfig {
            connector: "openrouter".into(),
            label: None,
            base_url: None,
            secrets: BTreeMap::new(),
            interval: None,
            paused: false,
            private: false,
            budget: None,
            reload_below: None,
            lead: None,
            key_expires: None,
            ledger: Vec::new(),
            rhythm: None,
            options: toml::Table::new(),
            prices: Default::default(),
            calendar: None,
        };
        taken.insert(first, config);
        assert_eq!(free_id("OpenRouter · ci", "openrouter", &taken).as_str(), "openrouter-ci-2");
        assert_eq!(free_id("办公室", "apipark", &taken).as_str(), "apipark");
    }

    #[test]
    fn options_are_json_where_they_read_as_such() {
        assert_eq!(option_value("5"), toml::Value::Integer(5));
        assert_eq!(option_value(" /v1/usage "), toml::Value::String("/v1/usage".into()));
        assert!(matches!(option_value(r#"[{"key": "a"}]"#), toml::Value::Array(_)));
        assert_eq!(option_value("null"), toml::Value::String("null".into()));
    }
}
