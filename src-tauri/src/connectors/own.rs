//! Meters that a user describes: where their figures are (a JSON Pointer, or a query), and what they mean.

use super::Found;
use super::fields::{self, next_reset};
use crate::http::Request;
use crate::model::{
    Account, Amount, MeterKind, PollError, PollErrorKind, Provenance, Qty, Reading, Timestamp, Unit, Window,
};
use crate::refusal::shorten;
use serde::Deserialize;

/// One described meter. `used`, `limit` and `remaining` say where a figure is; `limit` may also be an amount.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnMeter {
    pub(super) key: String,
    pub(super) label: Option<String>,
    pub(super) kind: MeterKind,
    pub(super) unit: Unit,
    pub(super) used: Option<String>,
    pub(super) limit: Option<String>,
    pub(super) remaining: Option<String>,
    pub(super) resets_at: Option<String>,
    /// For queries: the label that tells several meters apart, and the label that names them for people.
    pub(super) by: Option<String>,
    pub(super) name: Option<String>,
    pub(super) window: Option<Window>,
    pub(super) scale: Option<Scale>,
}

/// Which part of the unit the figures count.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scale {
    Cents,
    Milli,
    Micro,
    Nano,
}

/// What was found of a meter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) used: Option<Qty>,
    pub(super) limit: Option<Qty>,
    pub(super) remaining: Option<Qty>,
    pub(super) resets_at: Option<Timestamp>,
}

impl OwnMeter {
    /// What is wrong with its key, if anything.
    pub(super) fn check(&self) -> Result<(), PollError> {
        let fits =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
        if self.key.is_empty() || !self.key.chars().all(fits) {
            return Err(config(format!("'{}' is no meter key: use a-z, 0-9, dot, dash and _", self.key)));
        }
        Ok(())
    }

    /// What a person calls it.
    pub(super) fn label(&self) -> String {
        self.label.clone().unwrap_or_else(|| self.key.clone())
    }

    /// A figure as it was sent.
    pub(super) fn figure(&self, text: &str, place: &str) -> Result<Qty, PollError> {
        let power = match self.scale {
            None => 0,
            Some(Scale::Cents) => -2,
            Some(Scale::Milli) => -3,
            Some(Scale::Micro) => -6,
            Some(Scale::Nano) => -9,
        };
        fields::decimal(text, self.unit, power).ok_or_else(|| {
            let shown = shorten(text);
            PollError::malformed(format!(
                "the meter {}: {place} holds '{shown}', which cannot be used",
                self.key
            ))
        })
    }

    /// A limit that the user typed, such as `20 USD`.
    pub(super) fn typed(&self, limit: &str) -> Result<Qty, PollError> {
        let amount: Amount = limit.parse().map_err(|error| {
            config(format!(
                "the meter {}: its limit '{limit}' is neither a place nor an amount ({error})",
                self.key
            ))
        })?;
        if amount.unit != self.unit {
            return Err(config(format!(
                "the meter {}: its limit is in {}, its unit is {}",
                self.key, amount.unit, self.unit
            )));
        }
        Ok(amount.qty)
    }

    /// The reading. `typed`: the limit was typed in. An account's own budget is the limit of use that has none.
    pub(super) fn reading(
        &self,
        (key, label): (&str, String),
        figures: Figures,
        typed: bool,
        account: &Account,
        now: Timestamp,
    ) -> Result<Reading, PollError> {
        let mut reading = Reading::new(key, self.kind, label, self.unit);
        (reading.used, reading.limit, reading.remaining) = (figures.used, figures.limit, figures.remaining);
        let own = account.budget.filter(|(_, unit)| *unit == self.unit);
        if self.limit.is_none() && reading.remaining.is_none() && self.by.is_none() {
            reading.limit = own.map(|(limit, _)| limit);
        }
        if typed || (self.limit.is_none() && reading.limit.is_some()) {
            reading.provenance = Provenance::Anchored;
        }
        if let (None, Some(limit), Some(used)) = (reading.remaining, reading.limit, reading.used) {
            reading.remaining = limit.checked_sub(used);
        }
        // A fall of what is used is a reset; what is left alone would look like a top-up.
        if let (None, Some(limit), Some(left)) = (reading.used, reading.limit, reading.remaining)
            && self.kind != MeterKind::Balance
        {
            reading.used = limit.checked_sub(left);
        }
        if reading.used.is_none() && reading.remaining.is_none() {
            return Err(PollError::malformed(format!(
                "the meter {}: the answer says neither what is used nor what is left",
                self.key
            )));
        }
        reading.window = self.window.unwrap_or(Window::Never);
        reading.resets_at = figures.resets_at.or(next_reset(reading.window, now));
        Ok(reading)
    }

    /// What one of its places gave, for `connectors try`.
    pub(super) fn found(&self, field: &'static str, asked: &str) -> Found {
        Found { meter: self.key.clone(), field, asked: asked.to_owned(), value: None, note: None }
    }
}

/// An error in the account's options.
pub(super) fn config(message: String) -> PollError {
    PollError::new(PollErrorKind::Config, message)
}

/// An option that is structured in TOML, or JSON text from a form's field.
pub(super) fn nested<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = serde_json::Value::deserialize(from)?;
    let value = match value {
        serde_json::Value::String(text) if text.trim().is_empty() => serde_json::Value::Null,
        serde_json::Value::String(text) => serde_json::from_str(&text).map_err(serde::de::Error::custom)?,
        other => other,
    };
    serde_json::from_value(value).map_err(serde::de::Error::custom)
}

/// A GET of a path with its query, and the key as the option `auth` says: `bearer` (usual, when there is a key),
/// `basic` with a user name, `none`, or the name of a header.
pub(super) fn request(
    path: &str,
    auth: Option<&str>,
    user: Option<&str>,
    account: &Account,
) -> Result<Request, PollError> {
    if !path.starts_with('/') {
        return Err(config(format!("the path '{path}' must start with /")));
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let request = pairs.fold(Request::get(path), |request, (name, value)| request.query(&name, &value));
    signed(request, auth, user, account)
}

/// A request with the key as the option `auth` says.
pub(super) fn signed(
    request: Request,
    auth: Option<&str>,
    user: Option<&str>,
    account: &Account,
) -> Result<Request, PollError> {
    let usual = match (account.secrets.contains_key("key"), user) {
        (false, _) => "none",
        (true, Some(_)) => "basic",
        (true, None) => "bearer",
    };
    Ok(match auth.filter(|auth| !auth.is_empty()).unwrap_or(usual) {
        "none" => request,
        "bearer" => request.bearer(account.secret("key")?),
        "basic" => {
            let user = user.ok_or_else(|| config("basic log-in needs the option username".to_owned()))?;
            request.basic(user, account.secret("key")?)
        }
        header => request.secret_header(header, account.secret("key")?),
    })
}
