//! Gateways in front of a provider: which one it was by its headers, and the provider's own answer inside theirs.
//! `data/gateways.json` says how each is known.

use super::seen::Seen;
use crate::model::Json;
use regex::Regex;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Headers that a gateway adds.
    headers: Vec<Mark>,
    /// How a gateway wraps what the provider said.
    wrapped: Vec<Wrapping>,
    /// What gateways call providers, in lower-case letters and digits, where it is not the connector's id.
    names: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    gateway: String,
    header: String,
    /// Whether the header's value is the provider's name.
    #[serde(default)]
    provider: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapping {
    gateway: String,
    /// JSON Pointer to the text that holds the provider's answer.
    at: String,
    /// With the groups `inner` and, where it is named there, `provider`.
    #[serde(deserialize_with = "regex")]
    text: Regex,
    /// Where the provider is named; must be there.
    provider_at: Option<String>,
}

fn regex<'de, D: Deserializer<'de>>(from: D) -> Result<Regex, D::Error> {
    Regex::new(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

static TABLE: LazyLock<Result<Table, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/gateways.json")).map_err(|error| error.to_string())
});

/// Who stands in front, by the headers: the gateway, and the provider that it names.
pub(super) fn in_front(seen: &Seen<'_>) -> (Option<&'static str>, Option<String>) {
    let Ok(table) = TABLE.as_ref() else { return (None, None) };
    let marks = || table.headers.iter().filter_map(|mark| Some((mark, seen.header(&mark.header)?)));
    let gateway = marks().next().map(|(mark, _)| mark.gateway.as_str());
    let provider = marks().find(|(mark, _)| mark.provider).and_then(|(_, value)| id(value));
    (gateway, provider)
}

/// Whether a connector's id is that of a gateway that is known here.
pub(super) fn is_gateway(id: &str) -> bool {
    let known = |table: &Table| {
        let headers = table.headers.iter().map(|mark| &mark.gateway);
        headers.chain(table.wrapped.iter().map(|form| &form.gateway)).any(|gateway| gateway == id)
    };
    TABLE.as_ref().is_ok_and(known)
}

/// What is known of gateways: each with a header of its own, or with the pointer to what it wraps.
pub(super) fn known() -> impl Iterator<Item = (&'static str, Option<&'static str>, Option<&'static str>)> {
    let table = TABLE.as_ref().ok();
    let marks = table.into_iter().flat_map(|table| &table.headers);
    let wrapped = table.into_iter().flat_map(|table| &table.wrapped);
    marks
        .map(|mark| (mark.gateway.as_str(), Some(mark.header.as_str()), None))
        .chain(wrapped.map(|form| (form.gateway.as_str(), None, Some(form.at.as_str()))))
}

/// A provider's answer inside a gateway's.
pub(super) struct Inner {
    pub(super) gateway: &'static str,
    pub(super) provider: Option<String>,
    pub(super) body: Json,
}

/// Takes the provider's answer out of a gateway's.
pub(super) fn unwrap(body: &Json) -> Option<Inner> {
    TABLE.as_ref().ok()?.wrapped.iter().find_map(|form| {
        let text = body.pointer(&form.at)?.as_str()?;
        let named = form.provider_at.as_ref().map(|at| body.pointer(at).and_then(Json::as_str));
        if named == Some(None) {
            return None;
        }
        let found = form.text.captures(text)?;
        let provider = found.name("provider").map(|name| name.as_str()).or(named.flatten());
        Some(Inner {
            gateway: &form.gateway,
            provider: provider.and_then(id),
            body: said(found.name("inner")?.as_str()),
        })
    })
}

/// What was wrapped: the JSON that it begins with, or its words as a message.
fn said(text: &str) -> Json {
    let text = text.trim();
    let first = || {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>();
        Json::parse(values.next()?.ok()?.get().as_bytes()).ok()
    };
    let json = text.starts_with('{').then(first).flatten();
    json.unwrap_or_else(|| {
        let message = vec![("message".to_owned(), Json::String(text.to_owned()))];
        Json::Object(vec![("error".to_owned(), Json::Object(message))])
    })
}

/// A connector's id from a gateway's name for a provider. `None`: no name.
fn id(name: &str) -> Option<String> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let fits = (1..=40).contains(&plain.len());
    let known = TABLE.as_ref().ok().and_then(|table| table.names.get(&plain).cloned());
    fits.then(|| known.unwrap_or(plain))
}
