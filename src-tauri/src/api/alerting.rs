//! The alert settings: when to tell, for all accounts and for single ones.

use super::{ApiError, App, Nothing};
use crate::alerts::Sensitivity;
use crate::config::{AccountConfig, AlertsConfig, Config};
use crate::model::{AccountId, Amount};
use crate::monitor::poll;
use crate::say;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::str::FromStr;

/// When to tell, as the settings page shows and sets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct AlertSettings {
    /// How early a coming wall is told.
    pub sensitivity: Sensitivity,
    /// Hours in which only what cannot wait is told, such as `22:00-08:00`; empty for none.
    pub quiet: String,
    /// Whether a refusal, and a wall within the hour, are told in quiet hours and through a snooze.
    pub breaks_through: bool,
    /// Whether far more spend than is usual is told.
    pub bursts: bool,
    /// Balances below these amounts are told, such as `5 USD, 30 CNY`; empty for none.
    pub low: String,
}

/// What is set for one account; empty for what is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct AccountAlerts {
    /// Whose.
    pub account: AccountId,
    /// What the user calls it; not changed here.
    pub label: String,
    /// How long it takes to get money: `minutes`, `hours`, `days`, or a length such as `5 days`.
    pub lead: String,
    /// The provider tops up by itself below this, such as `10 USD`.
    pub reload_below: String,
    /// The day on which the key expires, such as `2026-12-31`.
    pub key_expires: String,
}

/// The alert settings with those of the user's own accounts.
#[derive(Clone, Debug, PartialEq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct AlertPage {
    /// For all.
    pub all: AlertSettings,
    /// For each, by id.
    pub accounts: Vec<AccountAlerts>,
}

fn text(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// What was typed; `None` when nothing was.
///
/// # Errors
/// The error's code is `field`, so that a form can show it there.
fn typed<T: FromStr<Err: Display>>(field: &'static str, text: &str) -> Result<Option<T>, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |error: T::Err| say!("settings-wrong", field = field, error = error.to_string());
    text.parse().map(Some).map_err(|error| ApiError::new(field, wrong(error)))
}

fn shown(alerts: &AlertsConfig) -> AlertSettings {
    AlertSettings {
        sensitivity: alerts.sensitivity,
        quiet: text(alerts.quiet),
        breaks_through: alerts.breaks_through,
        bursts: alerts.bursts,
        low: alerts.low.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

pub(crate) async fn page(app: &App, _: Nothing) -> Result<AlertPage, ApiError> {
    let monitor = app.live();
    let accounts = monitor.configured().into_iter().map(|(id, config)| AccountAlerts {
        label: poll::label(&id, &config, crate::connectors::find(&config.connector)),
        lead: text(config.lead),
        reload_below: text(config.reload_below),
        key_expires: text(config.key_expires),
        account: id,
    });
    Ok(AlertPage { all: shown(&monitor.alerts()), accounts: accounts.collect() })
}

/// What was typed, in the place of `before`.
///
/// # Errors
/// By the field, for what cannot be read.
pub(super) fn read(wanted: &AlertSettings, before: AlertsConfig) -> Result<AlertsConfig, ApiError> {
    let low = wanted.low.split(',').map(|amount| typed::<Amount>("low", amount));
    let low: Vec<Amount> = low.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let quiet = typed("quiet", &wanted.quiet)?;
    let AlertSettings { sensitivity, breaks_through, bursts, .. } = *wanted;
    Ok(AlertsConfig { sensitivity, quiet, breaks_through, bursts, low, ..before })
}

/// What was typed for one account, into its config.
///
/// # Errors
/// By the field, for what cannot be read; then nothing is changed.
pub(super) fn read_own(wanted: &AccountAlerts, account: &mut AccountConfig) -> Result<(), ApiError> {
    let lead = typed("lead", &wanted.lead)?;
    let reload_below = typed("reload_below", &wanted.reload_below)?;
    let key_expires = typed("key_expires", &wanted.key_expires)?;
    (account.lead, account.reload_below, account.key_expires) = (lead, reload_below, key_expires);
    Ok(())
}

pub(crate) async fn set(app: &App, wanted: AlertSettings) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let path = app.inner.folders.config_file();
    let before = Config::load(&path)?.alerts;
    let after = read(&wanted, before.clone())?;
    Config::save_alerts(&path, &before, &after)?;
    app.reload(&path)
}

pub(crate) async fn set_account(app: &App, wanted: AccountAlerts) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let path = app.inner.folders.config_file();
    let mut accounts = Config::load(&path)?.accounts;
    let found = accounts.remove(&wanted.account);
    let mut account = found.ok_or_else(|| ApiError::not_found(format_args!("account {}", wanted.account)))?;
    read_own(&wanted, &mut account)?;
    Config::save_account(&path, &wanted.account, &account)?;
    app.reload(&path)
}
