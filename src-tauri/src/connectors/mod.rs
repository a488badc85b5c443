//! Connectors: each knows one kind of gateway or provider. One file each; the only place that names them.

mod apipark;
mod deepseek;
mod fields;
mod http_json;
mod litellm;
mod openrouter;

use crate::http::{Answer, Http, Request};
use crate::model::{Account, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Refusal, Timestamp};
use crate::refusal::{Origin, to_error};
use std::fmt::Write;

/// A secret that a connector wants.
#[derive(Clone, Copy, Debug)]
pub struct SecretSpec {
    /// Role in config and keychain: `key`, `management_key`, `password`.
    pub role: &'static str,
    /// What a person calls it: "API key".
    pub label: &'static str,
    /// Whether polls need it. An optional one opens further meters.
    pub required: bool,
    /// Which kind of key it is and where to get it, in one sentence.
    pub help: &'static str,
    /// The page where it is made.
    pub url: Option<&'static str>,
    /// What such a key starts with, when it is sure: a paste of the wrong kind is told before it is sent.
    pub prefix: Option<&'static str>,
}

/// A setting that is no secret.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// Name in config under `[accounts.ID.options]`.
    pub name: &'static str,
    /// What a person calls it.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Whether polls need it.
    pub required: bool,
    /// An example value.
    pub example: &'static str,
}

/// A meter that a connector can report.
#[derive(Clone, Copy, Debug)]
pub struct MeterSpec {
    /// Stable name; a trailing `.*` stands for one per currency, key or team.
    pub key: &'static str,
    /// What a person calls it.
    pub label: &'static str,
    /// Its kind.
    pub kind: MeterKind,
    /// The secret role that it needs.
    pub needs: &'static str,
}

/// What is to be known of a connector without running it. Data; picker, CLI list, docs and schema derive from it.
#[derive(Debug)]
pub struct Spec {
    /// Stable id in config: `openrouter`.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
    /// One sentence on what it is for.
    pub about: &'static str,
    /// Default base URL; `None` when the user must give one.
    pub base_url: Option<&'static str>,
    /// Secrets, in the order to ask for them.
    pub secrets: &'static [SecretSpec],
    /// Options, in the order to ask for them.
    pub options: &'static [OptionSpec],
    /// Meters, in the order to show them.
    pub meters: &'static [MeterSpec],
    /// Where money is added or a limit raised.
    pub top_up_url: Option<&'static str>,
    /// The API's documentation.
    pub docs_url: &'static str,
    /// Least time between polls, in milliseconds.
    pub min_interval: i64,
    /// Usual time between polls, in milliseconds.
    pub interval: i64,
    /// How late the figures are at worst, in milliseconds, with nothing said by the provider.
    pub freshness: i64,
}

/// The code that knows one kind of gateway or provider.
#[async_trait::async_trait]
pub trait Connector: Send + Sync {
    /// Its data.
    fn spec(&self) -> &'static Spec;
    /// One poll. Endpoints are mapped independently: those that fail beside others that answer are `problems`.
    /// `now` is for date ranges; a connector never reads a clock.
    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError>;
}

/// Every connector, in the order of the picker: gateways and providers by how many developers use them, the
/// generic one last.
pub static ALL: &[&dyn Connector] = &[
    &openrouter::OpenRouter,
    &deepseek::DeepSeek,
    &litellm::LiteLlm,
    &apipark::ApiPark,
    &http_json::HttpJson,
];

/// The connector of that id.
pub fn find(id: &str) -> Option<&'static dyn Connector> {
    ALL.iter().copied().find(|connector| connector.spec().id == id)
}

/// Sends and reads JSON; an answer that is not 2xx becomes a sentence that says whom it concerns and what to do.
async fn fetch(http: &Http, spec: &Spec, request: Request, now: Timestamp) -> Result<Json, PollError> {
    checked(spec, &http.send(request).await?, now)
}

/// The JSON of an answer, or why there is none.
fn checked(spec: &Spec, answer: &Answer, now: Timestamp) -> Result<Json, PollError> {
    if !(200..300).contains(&answer.status) {
        return Err(to_error(origin(spec), answer, now));
    }
    let json = answer
        .json()
        .map_err(|error| PollError { message: format!("{}: {}", spec.name, error.message), ..error })?;
    match json {
        Json::Object(_) | Json::Array(_) => Ok(json),
        _ => Err(PollError::malformed(format!(
            "{}: the answer is a bare value, not an object: is the address right?",
            spec.name
        ))),
    }
}

fn origin(spec: &Spec) -> Origin<'_> {
    Origin {
        connector: spec.id,
        name: spec.name,
        key_url: spec.secrets.iter().find_map(|secret| secret.url),
        top_up_url: spec.top_up_url,
    }
}

/// An account's options as JSON. Error: they are no JSON object.
fn options(account: &Account) -> Result<Json, PollError> {
    match Json::parse(account.options.as_bytes()) {
        Ok(options @ Json::Object(_)) => Ok(options),
        _ => Err(PollError::new(
            PollErrorKind::Config,
            "this account's options are no table of names and values",
        )),
    }
}

/// Adds a refusal from a log: of the same kind and words it raises the count, and the latest time stands.
fn count(refusals: &mut Vec<Refusal>, refusal: Refusal) {
    let same = |one: &&mut Refusal| {
        (one.rule.as_str(), one.status, one.message.as_str())
            == (refusal.rule.as_str(), refusal.status, refusal.message.as_str())
    };
    match refusals.iter_mut().find(same) {
        Some(known) => {
            known.count = known.count.saturating_add(refusal.count);
            known.at = known.at.max(refusal.at);
        }
        None => refusals.push(refusal),
    }
}

/// The generated part of `docs/connectors.md`: every connector's keys, options and meters, in Markdown.
pub fn docs() -> String {
    let mut out = String::new();
    for connector in ALL {
        let spec = connector.spec();
        let base = spec.base_url.map_or("yours".to_owned(), |url| format!("`{url}`"));
        let _ = writeln!(out, "### {} (`{}`)\n\n{}\n", spec.name, spec.id, spec.about);
        let _ = writeln!(
            out,
            "Address: {base}. Polled every {} min, at most every {} min. Figures are at most {} min old. API: <{}>.\n",
            spec.interval / MINUTE,
            spec.min_interval / MINUTE,
            spec.freshness / MINUTE,
            spec.docs_url
        );
        for secret in spec.secrets {
            let need = if secret.required { "needed" } else { "optional" };
            let _ = writeln!(out, "- Secret `{}` ({need}): {}", secret.role, secret.help);
        }
        for option in spec.options {
            let need = if option.required { "needed" } else { "optional" };
            let _ = writeln!(
                out,
                "- Option `{}` ({need}): {} Example: `{}`",
                option.name, option.help, option.example
            );
        }
        let _ = writeln!(out, "\n| meter | kind | what | needs |\n|---|---|---|---|");
        for meter in spec.meters {
            let kind = format!("{:?}", meter.kind).to_lowercase();
            let _ = writeln!(out, "| `{}` | {kind} | {} | `{}` |", meter.key, meter.label, meter.needs);
        }
        out.push('\n');
    }
    out
}
