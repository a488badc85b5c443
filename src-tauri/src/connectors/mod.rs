//! Connectors: each knows one kind of gateway or provider. One file each; the only place that names them.

// Shapes that several share, and what the catalogue is written from.
mod costs;
mod docs;
mod fields;
mod limits;
mod mirror;
mod month;
mod own;
mod pages;
mod probe;
mod series;
mod sites;
mod spec;

// Gateways.
mod apipark;
mod bifrost;
mod cloudflare;
mod ferrogw;
mod influxdb;
mod litellm;
mod loki;
mod new_api;
mod one_api;
mod openrouter;
mod portkey;
mod vercel;
// Providers with a balance or credits.
mod alibaba;
mod deepgram;
mod deepinfra;
mod deepseek;
mod elevenlabs;
mod fal;
mod firecrawl;
mod hyperbolic;
mod moonshot;
mod novita;
mod poe;
mod runpod;
mod serpapi;
mod siliconflow;
mod stability;
mod stepfun;
mod tavily;
mod twilio;
mod venice;
mod xai;
// Providers with cost or usage reports.
mod anthropic;
mod aws;
mod azure;
mod fireworks;
mod github;
mod mistral;
mod openai;
mod together;
// Plans with windows.
mod kimi_code;
mod minimax;
mod zai;
// Nothing but headers.
mod cerebras;
mod cohere;
mod gemini;
mod groq;
mod openai_compatible;
mod replicate;
// Anything else.
mod http_json;
mod otlp;
mod prometheus;

pub use crate::model::Links;
pub use docs::docs;
pub(crate) use fields::slug;
pub use spec::{ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec};

use crate::http::{Answer, Http, Request};
use crate::model::{Account, Json, PollError, PollErrorKind, Polled, Refusal, Timestamp};
use crate::refusal::{Origin, to_error};
use serde::Serialize;

/// The code that knows one kind of gateway or provider.
#[async_trait::async_trait]
pub trait Connector: Send + Sync {
    /// Its data.
    fn spec(&self) -> &'static Spec;
    /// One poll. Endpoints are mapped independently: those that fail beside others that answer are `problems`.
    /// `now` is for date ranges; a connector never reads a clock.
    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError>;
    /// One poll, and what each pointer or query of the user's found, where there are such.
    async fn explain(
        &self,
        http: &Http,
        account: &Account,
        now: Timestamp,
    ) -> (Result<Polled, PollError>, Vec<Found>) {
        (self.poll(http, account, now).await, Vec::new())
    }
}

/// What a pointer or a query that the user wrote found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The meter's key.
    pub meter: String,
    /// `used`, `limit` or `remaining`.
    pub field: &'static str,
    /// The pointer or query.
    pub asked: String,
    /// The figure there, with its unit.
    pub value: Option<String>,
    /// Why there is none.
    pub note: Option<String>,
}

/// Every connector, in the order of the picker: kind by kind, within a kind by how many developers use them.
pub static ALL: &[&dyn Connector] = &[
    // Gateways.
    &openrouter::OpenRouter,
    &litellm::LiteLlm,
    &apipark::ApiPark,
    &new_api::NewApi,
    &one_api::OneApi,
    &cloudflare::Cloudflare,
    &vercel::Vercel,
    &portkey::Portkey,
    &bifrost::Bifrost,
    &ferrogw::Ferrogw,
    &influxdb::InfluxDb,
    &loki::Loki,
    // Providers with a balance or credits.
    &deepseek::DeepSeek,
    &xai::XAi,
    &elevenlabs::ElevenLabs,
    &moonshot::Moonshot,
    &twilio::Twilio,
    &fal::Fal,
    &runpod::RunPod,
    &deepinfra::DeepInfra,
    &deepgram::Deepgram,
    &stability::Stability,
    &firecrawl::Firecrawl,
    &tavily::Tavily,
    &serpapi::SerpApi,
    &siliconflow::SiliconFlow,
    &novita::Novita,
    &hyperbolic::Hyperbolic,
    &venice::Venice,
    &poe::Poe,
    &stepfun::StepFun,
    &alibaba::Alibaba,
    // Providers with cost or usage reports.
    &openai::OpenAi,
    &anthropic::Anthropic,
    &aws::Aws,
    &azure::Azure,
    &github::GitHub,
    &mistral::Mistral,
    &together::Together,
    &fireworks::Fireworks,
    // Plans with windows.
    &zai::Zai,
    &minimax::MiniMax,
    &kimi_code::KimiCode,
    // Nothing but headers.
    &gemini::Gemini,
    &groq::Groq,
    &cohere::Cohere,
    &replicate::Replicate,
    &cerebras::Cerebras,
    &openai_compatible::OpenAiCompatible,
    // Anything else.
    &http_json::HttpJson,
    &prometheus::Prometheus,
    &otlp::Otlp,
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

/// The error that the body of a good answer states, read as if it had come with the status that says the same.
fn stated(spec: &Spec, status: u16, body: &serde_json::Value, now: Timestamp) -> PollError {
    let answer = Answer { status, headers: Vec::new(), body: body.to_string().into_bytes() };
    to_error(origin(spec), &answer, now)
}

fn origin(spec: &Spec) -> Origin<'_> {
    Origin {
        connector: spec.id,
        name: spec.name,
        key_url: spec.secrets.iter().find_map(|secret| secret.url),
        links: spec.links,
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

/// An option's text; `None` when it is missing or empty. A number or a truth value is given as text too.
fn option(account: &Account, name: &str) -> Result<Option<String>, PollError> {
    Ok(match options(account)?.get(name) {
        Some(Json::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(Json::Number(text)) => Some(text.clone()),
        Some(Json::Bool(value)) => Some(value.to_string()),
        _ => None,
    })
}

/// As [`option`], for one without which nothing can be asked.
fn needed_option(account: &Account, spec: &Spec, name: &str) -> Result<String, PollError> {
    option(account, name)?.ok_or_else(|| {
        let help = spec.options.iter().find(|option| option.name == name).map_or("", |option| option.help);
        PollError::new(PollErrorKind::Config, format!("the option {name} is missing: {help}"))
    })
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
#[cfg(test)]
pub(crate) use prometheus::read_page;
