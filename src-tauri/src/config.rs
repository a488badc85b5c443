//! config.toml ↔ structs.

use crate::model::{AccountId, Amount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The whole file. Every field has a default; unknown fields are refused with their line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Settings of the monitor.
    pub monitor: MonitorConfig,
    /// Settings of the alerts.
    pub alerts: AlertsConfig,
    /// Settings of the network.
    pub network: NetworkConfig,
    /// Accounts by id.
    pub accounts: BTreeMap<AccountId, AccountConfig>,
}

/// `[monitor]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MonitorConfig {
    /// Days that every reading is kept; hourly sums are kept for ever. 7 to 3650.
    pub raw_days: u32,
}

/// `[alerts]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertsConfig {
    /// Native notifications.
    pub desktop: bool,
    /// Tell balances below these amounts, such as `["5 USD", "30 CNY"]`; at most one per unit.
    #[schemars(with = "Vec<String>")]
    pub low: Vec<Amount>,
}

/// `[network]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Hosts that may be asked over plain http (loopback always may).
    pub allow_http: Vec<String>,
    /// A PEM file with further certificate authorities.
    pub ca_file: Option<PathBuf>,
}

/// `[accounts.ID]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// The connector's id; `tollwatch connectors` lists them.
    pub connector: String,
    /// What you call it; the connector's name if missing.
    #[serde(default)]
    pub label: Option<String>,
    /// Where it answers; the connector's default if missing.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Where each secret lives: `keychain` or `env:NAME`.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Seconds between polls; the connector's own if missing.
    #[serde(default)]
    pub interval: Option<u32>,
    /// Not polled while true.
    #[serde(default)]
    pub paused: bool,
    /// A monthly budget of your own, such as `"50 USD"`, for accounts that report use without a limit.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub budget: Option<Amount>,
    /// The connector's own options.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub options: toml::Table,
}

impl Default for MonitorConfig {
    fn default() -> Self {
        MonitorConfig { raw_days: 90 }
    }
}

impl Default for AlertsConfig {
    fn default() -> Self {
        AlertsConfig { desktop: true, low: Vec::new() }
    }
}

/// What is wrong with the file: path, line, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

#[allow(unused_variables, missing_docs)]
impl Config {
    /// Reads a file; a missing one is the default.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        unimplemented!()
    }
    /// Adds or replaces one account in the file, keeping the user's comments and order (toml_edit); written atomically.
    pub fn save_account(path: &Path, id: &AccountId, account: &AccountConfig) -> Result<(), ConfigError> {
        unimplemented!()
    }
    pub fn remove_account(path: &Path, id: &AccountId) -> Result<(), ConfigError> {
        unimplemented!()
    }
    /// Sets one value outside accounts, such as `alerts.desktop`.
    pub fn set(path: &Path, dotted: &str, value: toml::Value) -> Result<(), ConfigError> {
        unimplemented!()
    }
    /// The commented default file, as `config path --init` writes it.
    pub fn commented_default() -> &'static str {
        ""
    }
    /// The JSON Schema of the file.
    pub fn schema() -> String {
        String::new()
    }
}

/// Where files live: the platform's config and data folders, or `TOLLWATCH_CONFIG_DIR` and `TOLLWATCH_DATA_DIR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Holds `config.toml`.
    pub config: PathBuf,
    /// Holds `history.sqlite`, its backups and the log.
    pub data: PathBuf,
}

impl Folders {
    /// The platform's folders, or the overrides.
    pub fn find() -> Result<Folders, ConfigError> {
        unimplemented!()
    }
    /// `config.toml`.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }
    /// `history.sqlite`.
    pub fn history_file(&self) -> PathBuf {
        self.data.join("history.sqlite")
    }
}
