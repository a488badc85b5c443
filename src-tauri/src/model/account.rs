//! An account: one configured use of a connector.

use super::{Amount, PollError, Received, Secret, Unit};
use crate::say;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// An account's stable name in config, store and URLs: 1 to 64 of `a-z 0-9 - _`. Never its label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(transparent)]
#[ts(type = "string")]
#[schemars(extend("pattern" = "^[a-z0-9_-]{1,64}$"))]
pub struct AccountId(String);

impl AccountId {
    /// Checks the letters. The error says what is allowed.
    pub fn new(text: impl Into<String>) -> Result<Self, String> {
        let text = text.into();
        let fits =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        if (1..=64).contains(&text.len()) && text.chars().all(fits) {
            Ok(AccountId(text))
        } else {
            Err(say!("account-id-unread", text = text))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        AccountId::new(String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// The user's own prices, by the model's name in lower case: input and output per million tokens, of one unit.
pub type OwnPrices = BTreeMap<String, (Amount, Amount)>;

/// What a connector is handed: the account with its secrets resolved.
#[derive(Clone, Debug)]
pub struct Account {
    /// The stable id.
    pub id: AccountId,
    /// What the user calls it.
    pub label: String,
    /// The connector's id, such as `openrouter`.
    pub connector: String,
    /// Where the gateway or provider answers, without a trailing slash.
    pub base_url: String,
    /// Secrets by role, as named in the connector's `Spec` (`key`, `management_key`, `password`).
    pub secrets: BTreeMap<String, Secret>,
    /// Connector options from config, as JSON text; `{}` when there are none.
    pub options: String,
    /// A budget the user typed in, for connectors that report use without a limit. In the unit's smallest steps.
    pub budget: Option<(super::Qty, Unit)>,
    /// The user's own prices, for connectors that estimate costs. They go before list prices.
    pub prices: Arc<OwnPrices>,
    /// What programs pushed to this Tollwatch, for a connector that asks nobody; empty for the others.
    pub received: Arc<Received>,
}

impl Account {
    /// The secret for a role, or an error that says which one is missing and how to give it.
    pub fn secret(&self, role: &str) -> Result<&Secret, PollError> {
        self.secrets
            .get(role)
            .filter(|secret| !secret.is_empty())
            .ok_or_else(|| PollError::credentials(say!("account-no-secret", role = role)))
    }
}
