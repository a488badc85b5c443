//! One account's keys: checked before they are sent anywhere, replaced, or added because they open further meters.

use super::{ApiError, App};
use crate::config::Config;
use crate::connectors::{self, SecretSpec, Spec};
use crate::model::{AccountId, Secret};
use crate::say;
use crate::secrets::{SecretStore, Source};
use serde::Deserialize;
use std::path::Path;

/// Names an account's secret, and brings it.
#[derive(Clone, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct SecretRequest {
    id: AccountId,
    /// As the connector names it.
    role: String,
    /// The secret itself, `env:NAME`, `credential:NAME`, or `import:NAME` to copy it from the environment.
    secret: String,
}

/// Where a secret comes from.
pub(super) enum Given {
    /// Typed in: it goes into the keychain.
    Typed(Secret),
    /// Read where this says: `env:NAME`, `credential:NAME`.
    Named(String),
}

/// Checks a secret as typed. Every error says what to do; none repeats the secret.
pub(super) fn check<'a>(spec: &'a Spec, role: &str, text: &str) -> Result<(&'a SecretSpec, Given), ApiError> {
    let bad = |message: String| ApiError::new("bad_request", message);
    let known = spec.secrets.iter().find(|secret| secret.role == role);
    let secret = known.ok_or_else(|| bad(say!("keys-no-secret", name = spec.name, role = role)))?;
    if Source::is_named_by(text) {
        return Ok((secret, Given::Named(text.to_owned())));
    }
    let copied = text.strip_prefix("import:").map(imported).transpose()?;
    let text = copied.as_ref().map_or(text, Secret::expose);
    if let Some(prefix) = secret.prefix.filter(|prefix| !text.starts_with(prefix)) {
        let (key, help) = (secret.label, secret.help);
        return Err(bad(say!("account-wrong-key", key = key, prefix = prefix, help = help)));
    }
    Ok((secret, Given::Typed(Secret::new(text))))
}

/// The value of an environment variable, to be copied into the keychain. The error never repeats what is no name.
fn imported(name: &str) -> Result<Secret, ApiError> {
    let bad = |message: String| ApiError::new("bad_request", message);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
        return Err(bad(say!("secret-import-name")));
    }
    let value = std::env::var(name).unwrap_or_default();
    let value = Secret::new(value.trim());
    if value.is_empty() { Err(bad(say!("secret-import-unset", name = name))) } else { Ok(value) }
}

pub(crate) async fn set(app: &App, request: SecretRequest) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let monitor = app.live();
    let path = app.inner.folders.config_file();
    store_secret(&path, &request.id, &request.role, &request.secret, monitor.secrets()).await?;
    // The running account holds the old one.
    monitor.stop_account(&request.id);
    app.reload(&path)?;
    app.all_changed();
    Ok(())
}

/// Stores one secret of an account that there is, in place of the one before if there was one.
pub async fn store_secret(
    path: &Path,
    id: &AccountId,
    role: &str,
    text: &str,
    store: &SecretStore,
) -> Result<(), ApiError> {
    let mut account = Config::load(path)?
        .accounts
        .remove(id)
        .ok_or_else(|| ApiError::not_found(format_args!("account {id}")))?;
    let connector = connectors::find(&account.connector)
        .ok_or_else(|| ApiError::not_found(format_args!("connector '{}'", account.connector)))?;
    let (secret, given) = check(connector.spec(), role, text.trim())?;
    let place = match given {
        Given::Named(place) => place,
        Given::Typed(typed) if typed.is_empty() => {
            return Err(ApiError::new("bad_request", say!("account-no-key-given", key = secret.label)));
        }
        Given::Typed(typed) => {
            store.set(id, role, &typed).await?;
            "keychain".to_owned()
        }
    };
    account.secrets.insert(role.to_owned(), place);
    Ok(Config::save_account(path, id, &account)?)
}
