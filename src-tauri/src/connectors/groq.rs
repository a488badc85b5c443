//! Groq. `GET /openai/v1/models` with the ordinary key proves the key and costs nothing (console.groq.com/docs/models).
//! There is no billing API for keys; rate-limit headers come with completions: requests are those of a day, tokens
//! those of a minute, and both refill all the time (console.groq.com/docs/rate-limits, whose example of 30 used of
//! 14,400 requests is whole again after 2m59.56s). A reached spend limit is a 400 with `blocked_api_access`
//! (console.groq.com/docs/spend-limits) or a code that begins with `spend_`.

use super::fields::finish;
use super::probe::{self, chat, check, probe};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp};

/// The connector.
pub(super) struct Groq;

static SPEC: Spec = Spec {
    id: "groq",
    name: "Groq",
    kind: ConnectorKind::Headers,
    about: "Whether the key works, and its rate limits when a probe is on; for money, a ledger or a budget of yours.",
    base_url: Some("https://api.groq.com/openai/v1"),
    secrets: &[SecretSpec::key(
        "The key your programs use; Groq has no narrower kind.",
        "https://console.groq.com/keys",
    )
    .prefix("gsk_")],
    options: &[
        probe::switch(
            "Groq names its rate limits only beside a completion: on asks for one token with every poll, every 15 minutes. A probe costs at most $0.00001 and a day of them $0.001, with openai/gpt-oss-20b at its list price ($0.075 in, $0.30 out per million tokens; groq.com/pricing, May 2026); they are 96 of a day's requests.",
        ),
        probe::model(
            "The model whose limits are read; openai/gpt-oss-20b, the cheapest, when empty.",
            "openai/gpt-oss-20b",
        ),
    ],
    meters: &[MeterSpec::new("rate.*", "rate limits, with a probe", MeterKind::Rate, "key")],
    links: Links {
        top_up: Some("https://console.groq.com/settings/billing"),
        billing: Some("https://console.groq.com/settings/billing"),
        keys: Some("https://console.groq.com/keys"),
        limits: Some("https://console.groq.com/settings/limits"),
        status: Some("https://groqstatus.com"),
    },
    env: &[("key", "GROQ_API_KEY")],
    docs_url: "https://console.groq.com/docs/rate-limits",
    poll_cost: probe::COST,
    min_interval: probe::EVERY,
    interval: probe::EVERY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Groq {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        let mut polled = check(http, &SPEC, Request::get("/models").bearer(key), "/data", now).await?;
        let ask = |model: &str| chat("/chat/completions", model, "max_completion_tokens").bearer(key);
        probe(http, &SPEC, account, Some("openai/gpt-oss-20b"), ask, now, &mut polled).await?;
        for reading in &mut polled.readings {
            match reading.meter.0.as_str() {
                "rate.requests" => reading.label = "requests per day".to_owned(),
                "rate.tokens" => reading.label = "tokens per minute".to_owned(),
                _ => {}
            }
        }
        finish(polled)
    }
}
