//! `[alerts]`: when to tell.

use super::{Config, ConfigError, Wrong, edit, put, table};
use crate::alerts::{Quiet, Sensitivity};
use crate::model::Amount;
use crate::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `[alerts]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertsConfig {
    /// Native notifications.
    pub desktop: bool,
    /// You said that you saw the test notification, so the window does not ask again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub seen: bool,
    /// Tell balances below these amounts, such as `["5 USD", "30 CNY"]`; at most one per unit.
    #[schemars(with = "Vec<String>")]
    pub low: Vec<Amount>,
    /// How early a coming wall is told: `low` (only when it is sure), `normal`, `high` (early, more false alarms).
    pub sensitivity: Sensitivity,
    /// Hours of the day in which only what cannot wait is told, such as `"22:00-08:00"`.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// A refusal, and a wall within the hour, are told in quiet hours and through a snooze as well.
    pub breaks_through: bool,
    /// Far more spend in an hour or a day than is usual is told.
    pub bursts: bool,
    /// Spend in an hour below these is never unusual, such as `["5 USD"]`; at most one per unit. About 2 USD for money.
    #[schemars(with = "Vec<String>")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub burst_floor: Vec<Amount>,
}

impl Default for AlertsConfig {
    fn default() -> Self {
        AlertsConfig {
            desktop: true,
            seen: false,
            low: Vec::new(),
            sensitivity: Sensitivity::Normal,
            quiet: None,
            breaks_through: true,
            bursts: true,
            burst_floor: Vec::new(),
        }
    }
}

impl Config {
    /// Writes what changed of the alert settings, and nothing else; what is not set any more goes.
    /// Errors: the file is invalid, or would become so, or cannot be written; it is then left as it is.
    pub fn save_alerts(path: &Path, before: &AlertsConfig, after: &AlertsConfig) -> Result<(), ConfigError> {
        let print = |alerts: &AlertsConfig| {
            toml_edit::ser::to_document(alerts)
                .map_err(|error| ConfigError(say!("config-alerts-toml", why = error.to_string())))
        };
        let (before, mut wanted) = (print(before)?, print(after)?);
        let gone: Vec<String> =
            before.iter().map(|(key, _)| key.to_owned()).filter(|key| !wanted.contains_key(key)).collect();
        wanted.retain(|key, item| {
            before.get(key).is_none_or(|old| old.to_string().trim() != item.to_string().trim())
        });
        edit(path, |document| {
            let there = table(document.as_table_mut(), "alerts")?;
            gone.iter().for_each(|key| drop(there.remove(key)));
            put(there, wanted.as_table());
            Ok(())
        })
    }
}

/// At most one amount per unit.
pub(super) fn check(alerts: &AlertsConfig) -> Result<(), Wrong> {
    for (field, amounts) in [("low", &alerts.low), ("burst_floor", &alerts.burst_floor)] {
        for (at, amount) in amounts.iter().enumerate() {
            if amounts[..at].iter().any(|other| other.unit == amount.unit) {
                let why = say!("config-amount-twice", unit = amount.unit.to_string());
                return Err((["alerts", field].map(str::to_owned).to_vec(), why));
            }
        }
    }
    Ok(())
}
