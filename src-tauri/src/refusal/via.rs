//! Gateways in front of a provider: which one it was by its headers, and the provider's own answer inside theirs.
//! `data/gateways.json` says how each is known.

use super::repr;
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
    /// A member by which the gateway is known; must be there.
    needs: Option<String>,
    /// Whether the status, the headers and the other members are the provider's own as well.
    #[serde(default)]
    passes: bool,
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

/// A provider's answer inside a gateway's.
pub(super) struct Inner {
    /// The gateway that was asked, if its form of wrapping tells.
    pub(super) gateway: Option<&'static str>,
    pub(super) provider: Option<String>,
    pub(super) body: Json,
    /// The status that the provider answered, where it is told.
    pub(super) status: Option<u16>,
    /// Whether the status and the headers are the provider's own.
    pub(super) passes: bool,
}

/// Gateways behind gateways, at most.
const DEEPEST: usize = 4;

/// Takes the provider's answer out of a gateway's, or of several.
pub(super) fn unwrap(body: &Json) -> Option<Inner> {
    let mut found = one(body)?;
    for _ in 1..DEEPEST {
        let Some(next) = one(&found.body) else { break };
        found = Inner {
            gateway: found.gateway.or(next.gateway),
            provider: next.provider.or(found.provider),
            body: next.body,
            status: next.status.or(found.status),
            passes: next.passes && found.passes,
        };
    }
    Some(found)
}

fn one(body: &Json) -> Option<Inner> {
    let known = TABLE.as_ref().ok()?.wrapped.iter().find_map(|form| {
        let text = body.pointer(&form.at)?.as_str()?;
        let named = form.provider_at.as_ref().map(|at| body.pointer(at).and_then(Json::as_str));
        let needed = form.needs.as_ref().is_none_or(|at| body.pointer(at).is_some());
        if named == Some(None) || !needed {
            return None;
        }
        let found = form.text.captures(text)?;
        let provider = found.name("provider").map(|name| name.as_str()).or(named.flatten());
        let (status, said) = said(found.name("inner")?.as_str());
        let body = match said {
            Said::Body(inner) => inner,
            Said::Words(words) if form.passes => with(body, &form.at, words),
            Said::Words(words) => as_message(words),
        };
        Some(Inner {
            gateway: Some(&form.gateway),
            provider: provider.and_then(id),
            body,
            status,
            passes: form.passes,
        })
    });
    known.or_else(|| {
        // Some hand on the whole answer as the message, and do not say who they are.
        let text = body.pointer("/error/message")?.as_str()?.trim();
        let inner = Json::parse(text.as_bytes()).ok().filter(|inner| inner.get("error").is_some())?;
        Some(Inner { gateway: None, provider: None, body: inner, status: None, passes: true })
    })
}

enum Said<'a> {
    Body(Json),
    Words(&'a str),
}

/// What was wrapped: a status, if one is told, and a body or words.
fn said(text: &str) -> (Option<u16>, Said<'_>) {
    let text = text.trim();
    // As OpenAI's Python client prints an answer.
    let told = text.strip_prefix("Error code: ").and_then(|rest| rest.split_once(" - "));
    let told = told.and_then(|(status, rest)| Some((status.parse().ok()?, rest)));
    let (status, text) = told.map_or((None, text), |(status, rest)| (Some(status), rest));
    (status, repr::value(text).map_or(Said::Words(text), Said::Body))
}

fn as_message(words: &str) -> Json {
    let message = vec![("message".to_owned(), Json::String(words.to_owned()))];
    Json::Object(vec![("error".to_owned(), Json::Object(message))])
}

/// The body with other words at a pointer.
fn with(body: &Json, at: &str, words: &str) -> Json {
    let Json::Object(members) = body else { return body.clone() };
    let (first, rest) =
        at.trim_start_matches('/').split_once('/').unwrap_or((at.trim_start_matches('/'), ""));
    let member = |(name, value): &(String, Json)| {
        let value = match (name == first, rest) {
            (false, _) => value.clone(),
            (true, "") => Json::String(words.to_owned()),
            (true, rest) => with(value, rest, words),
        };
        (name.clone(), value)
    };
    Json::Object(members.iter().map(member).collect())
}

/// A connector's id from a gateway's name for a provider. `None`: no name.
fn id(name: &str) -> Option<String> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let fits = (1..=40).contains(&plain.len());
    let known = TABLE.as_ref().ok().and_then(|table| table.names.get(&plain).cloned());
    fits.then(|| known.unwrap_or(plain))
}
