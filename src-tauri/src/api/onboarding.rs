//! The first steps: which keys the environment holds, and whether a notification was seen.

use super::{ApiError, App, Nothing};
use crate::config::{AccountConfig, Config};
use crate::connectors::{self, Spec};
use crate::model::{AccountId, words};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Keys for one connector that the environment holds, by name. Never their values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct FoundKeys {
    /// The connector that they are for.
    connector: String,
    /// Its display name.
    name: String,
    /// The variables that it can use.
    keys: Vec<FoundKey>,
    /// A variable with another kind of key of the same provider, where there is none that serves.
    other: Option<String>,
    /// What that would have to be: `Admin key`.
    wanted: String,
}

/// A variable that is set, and the secret that it holds by the provider's own documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct FoundKey {
    /// The secret's role.
    role: String,
    /// The variable.
    variable: String,
}

/// How far the desktop's notifications are known to reach the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct ReachView {
    /// The user said that a test notification was seen.
    seen: bool,
    /// The platform, as Rust names it: `linux`, `macos`, `windows`.
    platform: String,
}

pub(crate) async fn found_keys(app: &App, _: Nothing) -> Result<Vec<FoundKeys>, ApiError> {
    let accounts = app.live().configured();
    // Only whether it is set is asked; the value is dropped here.
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    Ok(found(connectors::ALL.iter().map(|connector| connector.spec()), &accounts, is_set))
}

/// What is set of the connectors' variables; none of a connector that has an account, and none that an account reads.
fn found<'a>(
    specs: impl Iterator<Item = &'a Spec>,
    accounts: &BTreeMap<AccountId, AccountConfig>,
    is_set: impl Fn(&str) -> bool,
) -> Vec<FoundKeys> {
    let read: BTreeSet<&str> = accounts
        .values()
        .flat_map(|account| account.secrets.values())
        .filter_map(|place| place.strip_prefix("env:"))
        .collect();
    let has_account = |spec: &Spec| accounts.values().any(|account| account.connector == spec.id);
    let mut found: Vec<FoundKeys> = specs
        .filter(|spec| !has_account(spec))
        .filter_map(|spec| {
            let set = |name: &str| is_set(name) && !read.contains(name);
            let mut keys: Vec<FoundKey> = Vec::new();
            for (role, name) in spec.env.iter().filter(|(role, name)| !role.is_empty() && set(name)) {
                // Of several names for one secret the first one counts.
                if !keys.iter().any(|key| key.role == *role) {
                    keys.push(FoundKey { role: (*role).to_owned(), variable: (*name).to_owned() });
                }
            }
            let other = spec.env.iter().find(|(role, name)| role.is_empty() && set(name));
            let other = other.filter(|_| keys.is_empty()).map(|(_, name)| (*name).to_owned());
            let wanted = spec.secrets.first().map_or_else(String::new, |secret| words::data(secret.label));
            (!keys.is_empty() || other.is_some()).then(|| FoundKeys {
                connector: spec.id.to_owned(),
                name: spec.name.to_owned(),
                keys,
                other,
                wanted,
            })
        })
        .collect();
    found.sort_by_key(|one| one.keys.is_empty());
    found
}

pub(crate) async fn reach(app: &App, _: Nothing) -> Result<ReachView, ApiError> {
    let config = Config::load(&app.inner.folders.config_file()).unwrap_or_default();
    Ok(ReachView { seen: config.alerts.seen, platform: std::env::consts::OS.to_owned() })
}

pub(crate) async fn seen(app: &App, _: Nothing) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let path = app.inner.folders.config_file();
    Config::set(&path, "alerts.seen", toml::Value::Boolean(true))?;
    app.reload(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[&str], config: &str) -> Vec<(String, Vec<String>, Option<String>)> {
        let accounts: BTreeMap<AccountId, AccountConfig> = toml::from_str(config).unwrap();
        let specs = connectors::ALL.iter().map(|connector| connector.spec());
        found(specs, &accounts, |name| set.contains(&name))
            .into_iter()
            .map(|one| {
                let keys = one.keys.into_iter().map(|key| format!("{}={}", key.role, key.variable));
                (one.connector, keys.collect(), one.other)
            })
            .collect()
    }

    fn one(id: &str, keys: &[&str], other: Option<&str>) -> (String, Vec<String>, Option<String>) {
        (id.to_owned(), keys.iter().map(ToString::to_string).collect(), other.map(str::to_owned))
    }

    #[test]
    fn variables_lead_to_their_connector_and_role() {
        assert_eq!(of(&["PATH", "HOME"], ""), []);
        let set = ["OPENAI_API_KEY", "OPENROUTER_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"];
        assert_eq!(
            of(&set, ""),
            [
                one("openrouter", &["key=OPENROUTER_API_KEY"], None),
                one(
                    "aws",
                    &["access_key_id=AWS_ACCESS_KEY_ID", "secret_access_key=AWS_SECRET_ACCESS_KEY"],
                    None
                ),
                // Of another kind than the costs need: said, last, and not offered as a key.
                one("openai", &[], Some("OPENAI_API_KEY")),
            ]
        );
        let both = of(&["OPENAI_API_KEY", "OPENAI_ADMIN_KEY"], "");
        assert_eq!(both, [one("openai", &["admin_key=OPENAI_ADMIN_KEY"], None)]);
        let two_names = of(&["GOOGLE_API_KEY", "GEMINI_API_KEY"], "");
        assert_eq!(two_names, [one("gemini", &["key=GEMINI_API_KEY"], None)]);
    }

    #[test]
    fn what_an_account_uses_is_not_offered_again() {
        let set = ["OPENROUTER_API_KEY", "GROQ_API_KEY", "TAVILY_API_KEY"];
        let config = r#"
            [mine]
            connector = "openrouter"
            secrets = { key = "keychain" }
            [own]
            connector = "http_json"
            secrets = { key = "env:GROQ_API_KEY" }
        "#;
        assert_eq!(of(&set, config), [one("tavily", &["key=TAVILY_API_KEY"], None)]);
    }

    #[test]
    fn every_role_that_is_named_is_one_of_the_connectors() {
        let mut names = BTreeSet::new();
        for spec in connectors::ALL.iter().map(|connector| connector.spec()) {
            let known = |role: &str| spec.secrets.iter().any(|secret| secret.role == role);
            for (role, name) in spec.env {
                assert!(role.is_empty() || known(role), "{}: {role}", spec.id);
                assert!(names.insert(*name), "{name} is named twice");
                assert!(name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{name}");
            }
            for (role, start) in spec.starts {
                assert!(known(role) && start.len() >= 3, "{}: {role} {start}", spec.id);
            }
        }
    }
}
