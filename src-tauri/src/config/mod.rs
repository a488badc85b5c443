//! config.toml ↔ structs.

mod alerting;
mod channels;
mod file;
mod folders;
mod ledger;
mod money;
mod otlp;
mod rhythm;
mod server;

pub use alerting::AlertsConfig;
pub use channels::{ChannelConfig, ChannelKind};
pub use folders::Folders;
pub use otlp::OtlpConfig;
pub use rhythm::{Day, RhythmConfig};
pub use server::{Scope, ServerConfig, TokenConfig};

use file::{edit, merge, put, read, refused, table, write};

use crate::alerts::Lead;
use crate::model::words::Language;
use crate::model::{AccountId, Amount, Entry, OwnPrices, Rhythm, Unit};
use crate::say;
use crate::secrets::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml_edit::{Item, Table};

/// The whole file. Every field has a default; unknown fields are refused with their line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Settings of the monitor.
    pub monitor: MonitorConfig,
    /// Settings of the alerts.
    pub alerts: AlertsConfig,
    /// Who is told beside the desktop, by name: see docs/channels.md.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, ChannelConfig>,
    /// How Tollwatch speaks.
    #[serde(skip_serializing_if = "is_default")]
    pub appearance: AppearanceConfig,
    /// Settings of the network.
    pub network: NetworkConfig,
    /// Where `tollwatch serve` listens, and who may ask it.
    #[serde(skip_serializing_if = "is_default")]
    pub server: ServerConfig,
    /// Where metrics are sent by OpenTelemetry.
    #[serde(skip_serializing_if = "is_default")]
    pub otlp: OtlpConfig,
    /// When you work, and when you are away.
    #[serde(skip_serializing_if = "is_default")]
    pub rhythm: RhythmConfig,
    /// The currency of sums, and exchange rates of your own.
    pub money: MoneyConfig,
    /// Prices of your own, by the model's name; they go before list prices.
    pub prices: BTreeMap<String, PriceConfig>,
    /// Accounts by id.
    pub accounts: BTreeMap<AccountId, AccountConfig>,
}

/// `[appearance]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AppearanceConfig {
    /// The language of the window and of notices, `"en"` or `"zh-CN"`; the system's if missing. The command line
    /// speaks English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// `[money]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MoneyConfig {
    /// The currency in which sums over all currencies are shown beside each currency's own, such as `"USD"`.
    #[schemars(with = "Option<Unit>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_in: Option<Unit>,
    /// What one unit of each other currency is worth in that one; by currency code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rates: BTreeMap<String, RateConfig>,
}

/// `[money.rates.CODE]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateConfig {
    /// What one unit is worth, such as `"0.14 USD"`.
    #[schemars(with = "String")]
    pub is: Amount,
    /// The day of the rate, such as `"2026-11-01"`.
    #[schemars(with = "String")]
    pub on: jiff::civil::Date,
}

/// `[prices."MODEL"]`, per million tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceConfig {
    /// A million tokens of input, such as `"1.2 USD"`.
    #[schemars(with = "String")]
    pub input: Amount,
    /// A million tokens of output, in the same currency.
    #[schemars(with = "String")]
    pub output: Amount,
}

/// `[monitor]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MonitorConfig {
    /// Days that every reading is kept; hourly sums are kept for ever. 7 to 3650.
    pub raw_days: u32,
}

/// `[network]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Hosts that may be asked over plain http (loopback always may).
    pub allow_http: Vec<String>,
    /// A PEM file with further certificate authorities.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it answers; the connector's default if missing.
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Where each secret lives: `keychain`, `env:NAME`, or `credential:NAME` (systemd's).
    #[serde(default)]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
    /// Seconds between polls; the connector's own if missing.
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// Not polled while true.
    #[serde(default)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// Its name and id leave this machine in no metric: an opaque tag stands in their place. See docs/metrics.md.
    #[serde(default)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// A monthly budget of your own, such as `"50 USD"`, for accounts that report use without a limit.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Amount>,
    /// The provider tops up by itself when the balance falls below this, such as `"10 USD"`, because you switched that
    /// on there. Its own answers rarely say so.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reload_below: Option<Amount>,
    /// How long it takes to get money: `minutes` (a card), `hours`, `days` (an invoice), or a length up to 10 working
    /// days, such as `"5 days"`. So long before a wall the first warning comes.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// The day on which the account's key expires, such as `"2026-12-31"`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_expires: Option<jiff::civil::Date>,
    /// What you had, topped up and spent, for providers that do not say what is left: see docs/ledger.md.
    #[serde(default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<Entry>,
    /// This account's own working rhythm, in place of `[rhythm]`; `always_on = true` for a server.
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<RhythmConfig>,
    /// The connector's own options.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    pub options: toml::Table,
    /// The whole file's prices, handed to every account when the file is read.
    #[serde(skip)]
    pub prices: Arc<OwnPrices>,
    /// What `[rhythm]` and its own come to, worked out when the file is read.
    #[serde(skip)]
    pub calendar: Option<Arc<Rhythm>>,
}

impl Default for MonitorConfig {
    fn default() -> Self {
        MonitorConfig { raw_days: 90 }
    }
}

/// What is wrong with the file: path, line, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// Reads a file; a missing one is the default. Errors name the file, the line and what to do.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        parse(&read(path)?).map_err(|why| refused(path, &why))
    }

    /// Adds or replaces one account in the file, keeping the user's comments and order; written atomically.
    /// Errors: the file is invalid (it is then left as it is), the account is, or the file cannot be written.
    pub fn save_account(path: &Path, id: &AccountId, account: &AccountConfig) -> Result<(), ConfigError> {
        let mut wanted = toml_edit::ser::to_document(account).map_err(|error| {
            ConfigError(say!("config-account-toml", id = id.as_str(), why = error.to_string()))
        })?;
        wanted.remove("ledger");
        edit(path, |document| {
            let accounts = table(document.as_table_mut(), "accounts")?;
            accounts.set_implicit(true);
            let there = accounts.entry(id.as_str()).or_insert_with(|| Item::Table(Table::new()));
            let there = there.as_table_like_mut().ok_or_else(|| say!("config-no-table", id = id.as_str()))?;
            if let Some(ledger) = there.get("ledger") {
                wanted.insert("ledger", ledger.clone());
            }
            merge(there, wanted.as_table());
            ledger::settle(document, id, &account.ledger)
        })
    }

    /// Takes one account out of the file. One that is not there is no error.
    pub fn remove_account(path: &Path, id: &AccountId) -> Result<(), ConfigError> {
        edit(path, |document| {
            if let Some(accounts) = document.get_mut("accounts").and_then(Item::as_table_like_mut) {
                accounts.remove(id.as_str());
            }
            Ok(())
        })
    }

    /// Sets one value outside accounts, such as `alerts.desktop`. Errors: no such setting, or out of range.
    pub fn set(path: &Path, dotted: &str, value: toml::Value) -> Result<(), ConfigError> {
        let Some((section, field)) = dotted.split_once('.').filter(|(section, _)| *section != "accounts")
        else {
            return Err(ConfigError(say!("config-no-setting", name = dotted)));
        };
        let value = value
            .serialize(toml_edit::ser::ValueSerializer::new())
            .map_err(|error| ConfigError(say!("config-value", name = dotted, why = error.to_string())))?;
        edit(path, |document| {
            let mut wanted = Table::new();
            wanted.insert(field, Item::Value(value));
            put(table(document.as_table_mut(), section)?, &wanted);
            Ok(())
        })
    }

    /// Takes one setting outside accounts out of the file, so that its default holds again.
    pub fn unset(path: &Path, dotted: &str) -> Result<(), ConfigError> {
        edit(path, |document| {
            let (section, field) =
                dotted.split_once('.').ok_or_else(|| say!("config-unknown", name = dotted))?;
            table(document.as_table_mut(), section)?.remove(field);
            Ok(())
        })
    }

    /// The commented default file, as `config path --init` writes it.
    pub fn commented_default() -> &'static str {
        COMMENTED_DEFAULT
    }

    /// Writes the commented default file where there is none; one that is there is never touched.
    pub fn write_default(path: &Path) -> Result<(), ConfigError> {
        if path.exists() {
            return Ok(());
        }
        write(path, COMMENTED_DEFAULT).map_err(|error| {
            ConfigError(say!("config-unwritable", file = path.display().to_string(), why = error.to_string()))
        })
    }

    /// The JSON Schema of the file, indented.
    pub fn schema() -> String {
        serde_json::to_string_pretty(&schemars::schema_for!(Config)).unwrap_or_default()
    }
}

impl AccountConfig {
    /// Where the secret of a role is kept. Errors: none is named for that role; a value that is neither `keychain`,
    /// `env:NAME` nor `credential:NAME`, which is never echoed because it may be a pasted key.
    pub fn source(&self, role: &str) -> Result<Source, ConfigError> {
        let text = self.secrets.get(role).ok_or_else(|| ConfigError(say!("config-no-place", role = role)))?;
        Source::parse(text).ok_or_else(|| ConfigError(say!("config-bad-place", role = role)))
    }
}

/// The default file. Each setting is commented out with its default.
const COMMENTED_DEFAULT: &str = r#"# Tollwatch's settings. Every line that starts with # is a comment; the values shown are the defaults.

[monitor]
# Days that every reading is kept (7 to 3650); hourly sums are kept for ever.
#raw_days = 90

[appearance]
# The language of the window and of notices, such as language = "en" or "zh-CN". The system's by default.

[alerts]
# Native notifications.
#desktop = true
# You said that you saw the test notification, so the window does not ask again.
#seen = false
# Tell balances below these amounts, at most one per unit, such as ["5 USD", "30 CNY"].
#low = []
# How early a coming wall is told: "low" (only when it is sure), "normal", "high" (early, more false alarms).
#sensitivity = "normal"
# Hours of the day in which only what cannot wait is told, such as "22:00-08:00". None by default.
# A refusal, and a wall within the hour, are told in quiet hours and through a snooze as well.
#breaks_through = true
# Far more spend in an hour or a day than is usual is told.
#bursts = true
# Spend in an hour below these is never unusual, such as ["5 USD"]; about 2 USD for money.
#burst_floor = []

# Who is told beside the desktop (docs/channels.md). Secrets go into the keychain by `tollwatch channels secret NAME`:
#   [channels.ops]
#   kind = "slack"                 (or "webhook", "ntfy", "email")
#   url = "keychain"               (or "env:NAME"; a webhook's or ntfy's address may stand here as it is)
#   least = "soon"                 (nothing milder: "heads_up", "soon", "now", "refused")
#   accounts = ["ci"]              (only these)
#   quiet = true                   (quiet hours hold for it)
#   resolved = false               (tells that an alert is over; true for webhooks)

[network]
# Hosts (or host:port) that may be asked over plain http; this machine itself always may.
#allow_http = []
# A PEM file with further certificate authorities, such as "/etc/ssl/own-ca.pem". None by default.

[server]
# Where `tollwatch serve` listens; port 0 takes any free one. Beyond this machine only with TLS.
#listen = "127.0.0.1:9402"
# PEM files for TLS: tls_cert = "/etc/ssl/tolls.pem" (with those between it and the authority) and tls_key. None by default.
# Names under which it may be asked besides its own addresses, such as ["tolls.example.org"].
#hosts = []
# Requests a second of one token from one address, and of one address without a token (1 to 10000).
#requests_per_second = 50
# Lasting tokens are made by `tollwatch token add NAME --scope read`, which writes their sum here:
#   [server.tokens.NAME]
#   scope = "read"                (or "act", which may do all that you can)
#   sha256 = "…"

[otlp]
# An OTLP/HTTP receiver of Tollwatch's metrics, such as "http://127.0.0.1:4318". Nothing is sent by default.
# Its headers by name; each value is in an environment variable, such as { Authorization = "env:OTLP_AUTHORIZATION" }.
#headers = {}
# Seconds between two pushes (5 to 3600).
#interval = 60
# Further attributes of the resource, such as { "deployment.environment.name" = "laptop" }.
#resource = {}

# When you work; what each kind of hour spends is measured. Without it every day and hour counts as it was seen:
#   [rhythm]
#   days = ["mon", "tue", "wed", "thu", "fri"]
#   hours = "09:00-18:00"
#   zone = "Europe/Berlin"         (this machine's zone if missing)
#   holidays = ["2026-12-24 to 2027-01-01"]  (first and last are off)
#   away_until = "2026-12-07"      (back on that day; `tollwatch away until 2026-12-07` writes it)
# Sums over all currencies are shown only with a rate of yours for each other currency, and say so:
#   [money]
#   show_in = "USD"
#   [money.rates.CNY]
#   is = "0.14 USD"                (what 1 CNY is worth)
#   on = "2026-11-01"              (the day of the rate)
# Estimated costs use list prices; a price of your own for a model goes first, per million tokens:
#   [prices."my-model"]
#   input = "1.2 USD"
#   output = "4 USD"

# Accounts are added with `tollwatch accounts add`, which puts the key into the keychain and writes a table here:
#   [accounts.my-account]
#   connector = "…"               (`tollwatch connectors` lists them)
#   secrets = { key = "keychain" } (or "env:NAME", "credential:NAME")
#   interval = 300                (seconds, at least 10)
#   budget = "200 USD"            (a budget of your own for each month)
#   rhythm = { always_on = true } (a server: your rhythm does not count)
#   reload_below = "10 USD"       (the provider tops up by itself below this; you switched that on there)
#   lead = "5 days"               (how long it takes to get money: minutes, hours, days, or a length)
#   key_expires = "2026-12-31"    (told 14, 3 and 1 days before)
# What you had and topped up, where the provider says no balance, is kept by `tollwatch ledger`.
"#;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads and checks a text. The error begins with the line.
fn parse(text: &str) -> Result<Config, String> {
    let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let mut config: Config = toml::from_str(text).map_err(|error| {
        // The parser quotes a wrong value; one in `secrets` may be a key.
        let words = if error.message().starts_with("invalid type: string") {
            say!("config-text-not-due")
        } else {
            error.message().to_owned()
        };
        match error.span() {
            Some(span) => say!("config-line", line = line(span.start).to_string(), why = words),
            None => words,
        }
    })?;
    check(&config).map_err(|(path, why)| {
        let document = toml_edit::Document::parse(text).ok();
        let mut item = document.as_ref().map(toml_edit::Document::as_item);
        for key in &path {
            item = item.and_then(|item| item.get(key.as_str()));
        }
        let why = say!("config-field", field = path.join("."), why = why);
        match item.and_then(Item::span) {
            Some(span) => say!("config-line", line = line(span.start).to_string(), why = why),
            None => why,
        }
    })?;
    let price = |(model, price): (&String, &PriceConfig)| (model.to_lowercase(), (price.input, price.output));
    let prices = Arc::new(config.prices.iter().map(price).collect());
    for account in config.accounts.values_mut() {
        account.prices = Arc::clone(&prices);
        let rhythm = config.rhythm.with(account.rhythm.as_ref());
        account.calendar = rhythm.calendar().ok().flatten().map(Arc::new);
    }
    Ok(config)
}

/// Where in the file something is wrong, and what.
type Wrong = (Vec<String>, String);

/// What types cannot say: ranges, and at most one amount per unit. The error names the field.
fn check(config: &Config) -> Result<(), Wrong> {
    money::check_prices(&config.prices)?;
    money::check_rates(&config.money)?;
    rhythm::check(config)?;
    server::check(&config.server)?;
    let bad = |path: &[&str], why: String| Err((path.iter().map(ToString::to_string).collect(), why));
    if !(7..=3650).contains(&config.monitor.raw_days) {
        return bad(
            &["monitor", "raw_days"],
            say!("config-raw-days", days = config.monitor.raw_days.to_string()),
        );
    }
    alerting::check(&config.alerts)?;
    channels::check(config)?;
    otlp::check(&config.otlp)?;
    for (id, account) in &config.accounts {
        if let Some(seconds) = account.interval.filter(|seconds| *seconds < 10) {
            return bad(
                &["accounts", id.as_str(), "interval"],
                say!("config-interval", seconds = seconds.to_string()),
            );
        }
        if let Some(why) = account.reload_below.and_then(money::wrong_reload) {
            return bad(&["accounts", id.as_str(), "reload_below"], why);
        }
        if let Some((index, why)) = ledger::check(&account.ledger) {
            let why = say!("config-ledger-entry", index = (index + 1).to_string(), why = why);
            return bad(&["accounts", id.as_str(), "ledger"], why);
        }
        for role in account.secrets.keys() {
            if let Err(error) = account.source(role) {
                return bad(&["accounts", id.as_str(), "secrets", role], error.0);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
