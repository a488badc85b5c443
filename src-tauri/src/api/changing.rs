//! An account changed: its name, address, options, pace, budget and automatic top-up. Its keys stay where they are.

use super::accounts::{self, one, tested};
use super::types::{AccountView, ConnectorView, TestView};
use super::{ApiError, App};
use crate::config::{AccountConfig, Config};
use crate::connectors::{self, Connector};
use crate::http::Http;
use crate::model::{AccountId, Amount};
use crate::monitor::poll;
use crate::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use ts_rs::TS;

/// What may be changed of an account, as typed; empty for what is not set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub(crate) struct AccountChange {
    /// Whose.
    pub(crate) id: AccountId,
    /// What the user calls it.
    pub(crate) label: String,
    /// Where it answers; empty for the provider's usual address.
    pub(crate) base_url: String,
    /// The connector's options by name.
    pub(crate) options: BTreeMap<String, String>,
    /// Seconds between polls; empty for the connector's own pace.
    pub(crate) interval: String,
    /// A monthly budget, such as `50 USD`.
    pub(crate) budget: String,
    /// The provider tops up by itself below this, such as `10 USD`.
    pub(crate) reload_below: String,
    /// How long it takes to get money: `minutes`, `hours`, `days`, or a length such as `5 days`.
    pub(crate) lead: String,
}

/// An account as its form shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub(crate) struct AccountForm {
    /// What is set.
    values: AccountChange,
    /// What its connector takes.
    connector: ConnectorView,
}

/// Names an account whose form is asked for.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct FormRequest {
    id: AccountId,
}

pub(crate) async fn form(app: &App, request: FormRequest) -> Result<AccountForm, ApiError> {
    let (config, connector) = stored(app, &request.id)?;
    let text = |value: &toml::Value| match value {
        toml::Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    };
    let values = AccountChange {
        label: poll::label(&request.id, &config, Some(connector)),
        id: request.id,
        base_url: config.base_url.clone().unwrap_or_default(),
        options: config.options.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        interval: shown(config.interval),
        budget: shown(config.budget),
        reload_below: shown(config.reload_below),
        lead: shown(config.lead),
    };
    Ok(AccountForm { values, connector: accounts::connector_view(connector) })
}

fn shown(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// The account as the file has it: it may have been edited since the start.
fn stored(app: &App, id: &AccountId) -> Result<(AccountConfig, &'static dyn Connector), ApiError> {
    let config = Config::load(&app.inner.folders.config_file())?.accounts.remove(id);
    let config = config.ok_or_else(|| ApiError::not_found(format_args!("account {id}")))?;
    let connector = connectors::find(&config.connector)
        .ok_or_else(|| ApiError::not_found(format_args!("connector '{}'", config.connector)))?;
    Ok((config, connector))
}

/// The account with the change in it, checked as a new one is. Errors name the field and say what to write.
fn changed(
    before: AccountConfig,
    connector: &dyn Connector,
    change: AccountChange,
) -> Result<AccountConfig, ApiError> {
    let spec = connector.spec();
    let label = change.label.trim();
    let interval: Option<u32> = typed(&change.interval, |_| say!("account-bad-interval"))?;
    if interval.is_some_and(|seconds| i64::from(seconds) * 1_000 < spec.min_interval) {
        let least = spec.min_interval / 1_000;
        return Err(bad(say!("account-interval-too-short", name = spec.name, least = least)));
    }
    Ok(AccountConfig {
        label: Some(if label.is_empty() { spec.name.to_owned() } else { label.to_owned() }),
        base_url: accounts::address(spec, Some(&change.base_url))?,
        options: accounts::options(spec, change.options)?,
        interval,
        budget: accounts::budget(Some(&change.budget))?,
        reload_below: typed::<Amount>(&change.reload_below, |why| say!("account-bad-reload", why = why))?,
        lead: typed(&change.lead, |why| say!("account-bad-lead", why = why))?,
        ..before
    })
}

fn bad(message: String) -> ApiError {
    ApiError::new("bad_request", message)
}

/// What was typed; `None` when nothing was.
fn typed<T: FromStr<Err: Display>>(
    text: &str,
    wrong: impl Fn(String) -> String,
) -> Result<Option<T>, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: T::Err| bad(wrong(error.to_string())))
}

pub(crate) async fn test(app: &App, change: AccountChange) -> Result<TestView, ApiError> {
    let (monitor, id) = (app.live(), change.id.clone());
    let (before, connector) = stored(app, &id)?;
    let config = changed(before, connector, change)?;
    let label = poll::label(&id, &config, Some(connector));
    let opened = poll::prepare(monitor.network(), monitor.secrets(), &id, &label, connector, &config).await;
    let outcome = match opened {
        Ok((http, account)) => poll::ask(connector, &http, &account, monitor.now()).await,
        Err(error) => Err(error),
    };
    Ok(tested(connector, &config, outcome))
}

pub(crate) async fn update(app: &App, change: AccountChange) -> Result<AccountView, ApiError> {
    let _one = app.inner.changing.lock().await;
    let (monitor, id) = (app.live(), change.id.clone());
    let (before, connector) = stored(app, &id)?;
    let config = changed(before, connector, change)?;
    if let Some(base_url) = &config.base_url {
        Http::open(monitor.network(), base_url).map_err(|error| bad(error.message))?;
    }
    let path = app.inner.folders.config_file();
    Config::save_account(&path, &id, &config)?;
    app.reload(&path)?;
    let view = one(monitor, &id);
    app.all_changed();
    view
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(edit: impl FnOnce(&mut AccountChange)) -> AccountChange {
        let mut change = AccountChange {
            id: AccountId::new("a").unwrap(),
            label: " Mine ".into(),
            base_url: "https://gw.example".into(),
            options: BTreeMap::from([("path".into(), "/usage".into()), ("meters".into(), "[]".into())]),
            interval: "600".into(),
            budget: "50 USD".into(),
            reload_below: "10 USD".into(),
            lead: "5 days".into(),
        };
        edit(&mut change);
        change
    }

    fn before() -> AccountConfig {
        toml::from_str("connector = \"http_json\"\nsecrets = { key = \"keychain\" }\npaused = true\nkey_expires = \"2026-12-31\"\n")
            .unwrap()
    }

    fn after(change: AccountChange) -> Result<AccountConfig, ApiError> {
        changed(before(), connectors::find("http_json").unwrap(), change)
    }

    #[test]
    fn a_change_keeps_keys_and_what_it_does_not_name() {
        let config = after(change(|_| {})).unwrap();
        assert_eq!(config.label.as_deref(), Some("Mine"));
        assert_eq!(config.secrets["key"], "keychain");
        assert!(config.paused && config.key_expires.is_some());
        assert_eq!((config.interval, config.budget.unwrap().to_string()), (Some(600), "50 USD".to_owned()));
        assert_eq!(config.lead.unwrap().to_string(), "5 days");
        let empty = after(change(|change| {
            change.interval = String::new();
            change.budget = " ".into();
            change.reload_below = String::new();
            change.lead = String::new();
        }))
        .unwrap();
        assert!(empty.interval.is_none() && empty.budget.is_none());
        assert!(empty.reload_below.is_none() && empty.lead.is_none());
    }

    #[test]
    fn each_field_that_does_not_fit_says_what_to_write() {
        type Edit = fn(&mut AccountChange);
        let wrong: [(Edit, &str); 7] = [
            (|change| change.interval = "often".into(), "seconds"),
            (|change| change.interval = "1".into(), "at least"),
            (|change| change.budget = "lots".into(), "write it like 50 USD"),
            (|change| change.reload_below = "lots".into(), "automatic top-up"),
            (|change| change.lead = "one day".into(), "lead time"),
            (|change| change.base_url = " ".into(), "needs its address"),
            (|change| drop(change.options.remove("path")), "needs"),
        ];
        for (edit, word) in wrong {
            let error = after(change(edit)).unwrap_err();
            assert_eq!(error.code, "bad_request");
            assert!(error.message.contains(word), "{word}: {}", error.message);
        }
    }
}
