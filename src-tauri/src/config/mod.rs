//! config.toml ↔ structs.

mod ledger;

use crate::alerts::Sensitivity;
use crate::model::{AccountId, Amount, Entry};
use crate::secrets::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table, TableLike};

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
    /// How early a coming wall is told: `low` (only when it is sure), `normal`, `high` (early, more false alarms).
    pub sensitivity: Sensitivity,
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
    /// Where each secret lives: `keychain` or `env:NAME`.
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
    /// A monthly budget of your own, such as `"50 USD"`, for accounts that report use without a limit.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Amount>,
    /// What you had, topped up and spent, for providers that do not say what is left: see docs/ledger.md.
    #[serde(default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<Entry>,
    /// The connector's own options.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    pub options: toml::Table,
}

impl Default for MonitorConfig {
    fn default() -> Self {
        MonitorConfig { raw_days: 90 }
    }
}

impl Default for AlertsConfig {
    fn default() -> Self {
        AlertsConfig { desktop: true, low: Vec::new(), sensitivity: Sensitivity::Normal }
    }
}

/// What is wrong with the file: path, line, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// Reads a file; a missing one is the default. Errors name the file, the line and what to do.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        parse(&read(path)?).map_err(|why| ConfigError(format!("{} {why}; nothing was changed", name(path))))
    }

    /// Adds or replaces one account in the file, keeping the user's comments and order; written atomically.
    /// Errors: the file is invalid (it is then left as it is), the account is, or the file cannot be written.
    pub fn save_account(path: &Path, id: &AccountId, account: &AccountConfig) -> Result<(), ConfigError> {
        let mut wanted = toml_edit::ser::to_document(account)
            .map_err(|error| ConfigError(format!("the account {id} cannot be written as TOML: {error}")))?;
        wanted.remove("ledger");
        edit(path, |document| {
            let accounts = table(document.as_table_mut(), "accounts")?;
            accounts.set_implicit(true);
            let there = accounts.entry(id.as_str()).or_insert_with(|| Item::Table(Table::new()));
            let there = there.as_table_like_mut().ok_or_else(|| format!("accounts.{id} is no table"))?;
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
            return Err(ConfigError(format!("'{dotted}' is no setting: write it like alerts.desktop")));
        };
        let value = value
            .serialize(toml_edit::ser::ValueSerializer::new())
            .map_err(|error| ConfigError(format!("the value for {dotted} cannot be written: {error}")))?;
        edit(path, |document| {
            let mut wanted = Table::new();
            wanted.insert(field, Item::Value(value));
            put(table(document.as_table_mut(), section)?, &wanted);
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
        write(path, COMMENTED_DEFAULT)
            .map_err(|error| ConfigError(format!("{} cannot be written: {error}", path.display())))
    }

    /// The JSON Schema of the file, indented.
    pub fn schema() -> String {
        serde_json::to_string_pretty(&schemars::schema_for!(Config)).unwrap_or_default()
    }
}

impl AccountConfig {
    /// Where the secret of a role is kept. Errors: none is named for that role; a value that is neither `keychain` nor
    /// `env:NAME`, which is never echoed because it may be a pasted key.
    pub fn source(&self, role: &str) -> Result<Source, ConfigError> {
        let text = self.secrets.get(role).ok_or_else(|| {
            ConfigError(format!("no place is named for the secret '{role}': write {role} = \"keychain\""))
        })?;
        let fits = |name: &str| {
            name.len() <= 64
                && !name.starts_with(|letter: char| letter.is_ascii_digit())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        match text.strip_prefix("env:") {
            None if text == "keychain" => Ok(Source::Keychain),
            Some(name) if !name.is_empty() && fits(name) => Ok(Source::Env(name.to_owned())),
            _ => Err(ConfigError(format!(
                "the secret '{role}' must be \"keychain\" or \"env:NAME\", never the key itself: put keys into the keychain with `tollwatch accounts add`"
            ))),
        }
    }
}

/// The default file. Each setting is commented out with its default.
const COMMENTED_DEFAULT: &str = r#"# Tollwatch's settings. Every line that starts with # is a comment; the values shown are the defaults.

[monitor]
# Days that every reading is kept (7 to 3650); hourly sums are kept for ever.
#raw_days = 90

[alerts]
# Native notifications.
#desktop = true
# Tell balances below these amounts, at most one per unit, such as ["5 USD", "30 CNY"].
#low = []
# How early a coming wall is told: "low" (only when it is sure), "normal", "high" (early, more false alarms).
#sensitivity = "normal"

[network]
# Hosts (or host:port) that may be asked over plain http; this machine itself always may.
#allow_http = []
# A PEM file with further certificate authorities, such as "/etc/ssl/own-ca.pem". None by default.

# Accounts are added with `tollwatch accounts add`, which puts the key into the keychain and writes a table here:
#   [accounts.my-account]
#   connector = "…"               (`tollwatch connectors` lists them)
#   secrets = { key = "keychain" } (or "env:NAME")
#   interval = 300                (seconds, at least 10)
#   budget = "200 USD"            (a budget of your own for each month)
# What you had and topped up, where the provider says no balance, is kept by `tollwatch ledger`.
"#;

/// The file's name for sentences.
fn name(path: &Path) -> impl Display {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<String, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(ConfigError(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// Reads and checks a text. The error begins with the line.
fn parse(text: &str) -> Result<Config, String> {
    let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let config: Config = toml::from_str(text).map_err(|error| {
        // The parser quotes a wrong value; one in `secrets` may be a key.
        let words = if error.message().starts_with("invalid type: string") {
            "a text stands where something else is due"
        } else {
            error.message()
        };
        error.span().map_or(words.to_owned(), |span| format!("line {}: {words}", line(span.start)))
    })?;
    check(&config).map_err(|(path, why)| {
        let document = toml_edit::Document::parse(text).ok();
        let mut item = document.as_ref().map(toml_edit::Document::as_item);
        for key in &path {
            item = item.and_then(|item| item.get(key.as_str()));
        }
        let place = item.and_then(Item::span).map(|span| format!("line {}: ", line(span.start)));
        format!("{}{}: {why}", place.unwrap_or_default(), path.join("."))
    })?;
    Ok(config)
}

/// What types cannot say: ranges, and at most one amount per unit. The error names the field.
fn check(config: &Config) -> Result<(), (Vec<String>, String)> {
    let bad = |path: &[&str], why: String| Err((path.iter().map(ToString::to_string).collect(), why));
    if !(7..=3650).contains(&config.monitor.raw_days) {
        return bad(&["monitor", "raw_days"], format!("{} is not within 7 to 3650", config.monitor.raw_days));
    }
    for (at, amount) in config.alerts.low.iter().enumerate() {
        if config.alerts.low[..at].iter().any(|other| other.unit == amount.unit) {
            return bad(
                &["alerts", "low"],
                format!("{} is named twice; keep one amount per unit", amount.unit),
            );
        }
    }
    for (id, account) in &config.accounts {
        if let Some(seconds) = account.interval.filter(|seconds| *seconds < 10) {
            return bad(&["accounts", id.as_str(), "interval"], format!("{seconds} is less than 10 seconds"));
        }
        if let Some((index, why)) = ledger::check(&account.ledger) {
            let why = format!("entry {}: {why}", index + 1);
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

/// The table of that name, made if missing.
fn table<'a>(root: &'a mut Table, name: &str) -> Result<&'a mut Table, String> {
    let item = root.entry(name).or_insert_with(|| Item::Table(Table::new()));
    item.as_table_mut().ok_or_else(|| format!("{name} must be written as a [{name}] table to be edited"))
}

/// Makes `old` say what `new` says: keys that are gone go, the others keep their comments and their order.
fn merge(old: &mut dyn TableLike, new: &Table) {
    let gone: Vec<String> =
        old.iter().map(|(key, _)| key.to_owned()).filter(|key| !new.contains_key(key)).collect();
    for key in gone {
        old.remove(&key);
    }
    put(old, new);
}

/// Puts each value of `new` into `old`, with the comments of the value that it replaces.
fn put(old: &mut dyn TableLike, new: &Table) {
    for (key, item) in new {
        match (old.get_mut(key), item) {
            (Some(there), Item::Table(wanted)) if there.is_table_like() => {
                if let Some(there) = there.as_table_like_mut() {
                    merge(there, wanted);
                }
            }
            (Some(Item::Value(there)), Item::Value(wanted)) => {
                let mut wanted = wanted.clone();
                *wanted.decor_mut() = there.decor().clone();
                *there = wanted;
            }
            _ => {
                old.insert(key, item.clone());
            }
        }
    }
}

/// Changes the file through `change`. An invalid file is left alone, and so is a valid one that would become invalid.
fn edit(path: &Path, change: impl FnOnce(&mut DocumentMut) -> Result<(), String>) -> Result<(), ConfigError> {
    let text = read(path)?;
    let refused = |why: String| ConfigError(format!("{} {why}; nothing was changed", name(path)));
    parse(&text).map_err(refused)?;
    let mut document: DocumentMut = text.parse().map_err(|_| refused("is no TOML".to_owned()))?;
    change(&mut document).map_err(refused)?;
    let changed = document.to_string();
    parse(&changed)
        .map_err(|why| ConfigError(format!("that setting does not fit: {why}; nothing was changed")))?;
    write(path, &changed).map_err(|error| {
        ConfigError(format!("{} cannot be written: {error}; nothing was changed", path.display()))
    })
}

/// Writes a file whole or not at all: a new file beside it, on disk, then renamed. Only the user may read it.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // A link (dotfiles kept elsewhere) stays a link.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let temporary = path.with_extension(format!("toml.{}.tmp", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    #[cfg(unix)]
    if written.is_ok() {
        // The rename itself reaches the disk only with its folder.
        let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    written
}

/// Makes a folder that only the user may enter; an existing one is left as it is.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
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
    /// The platform's folders (XDG on Linux, Application Support on macOS, AppData on Windows), or the overrides.
    /// Errors: neither an override nor a home folder is known.
    pub fn find() -> Result<Folders, ConfigError> {
        let given = |name| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let (config, data) = (given("TOLLWATCH_CONFIG_DIR"), given("TOLLWATCH_DATA_DIR"));
        if let (Some(config), Some(data)) = (&config, &data) {
            return Ok(Folders { config: config.clone(), data: data.clone() });
        }
        use etcetera::BaseStrategy as _;
        let platform = etcetera::base_strategy::choose_native_strategy().map_err(|_| {
            ConfigError("no home folder is known: set TOLLWATCH_CONFIG_DIR and TOLLWATCH_DATA_DIR".to_owned())
        })?;
        // macOS keeps only property lists in Preferences: both lie in Application Support there.
        let usual = if cfg!(target_os = "macos") { platform.data_dir() } else { platform.config_dir() };
        Ok(Folders {
            config: config.unwrap_or_else(|| usual.join("tollwatch")),
            data: data.unwrap_or_else(|| platform.data_dir().join("tollwatch")),
        })
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

#[cfg(test)]
mod tests;
