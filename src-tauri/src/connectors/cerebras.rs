//! Cerebras. `GET /v1/models` with the ordinary key proves the key and costs nothing
//! (inference-docs.cerebras.ai/api-reference/models/list-models). There is no money API; answers carry
//! `x-ratelimit-{limit,remaining,reset}-{requests-day,tokens-minute}` with resets in seconds
//! (inference-docs.cerebras.ai/support/rate-limits). Out of money is a 402 `payment_required`, its fields at the top
//! (as seen in nminaya/grammar-nazi-bot#967; the status: inference-docs.cerebras.ai/support/error).

use super::fields::finish;
use super::probe::{self, chat, check, probe};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp};

/// The connector.
pub(super) struct Cerebras;

static SPEC: Spec = Spec {
    id: "cerebras",
    name: "Cerebras",
    kind: ConnectorKind::Headers,
    about: "Whether the key works, and its limits per day and per minute; for money, a ledger or a budget of yours.",
    base_url: Some("https://api.cerebras.ai/v1"),
    secrets: &[SecretSpec::key(
        "The key your programs use; Cerebras has no narrower kind.",
        "https://cloud.cerebras.ai/platform",
    )],
    options: &[
        probe::switch(
            "Should the free check bring no limits, on asks for a completion of one token with every poll, every 15 minutes. A probe costs at most $0.00004 and a day of them $0.004, with gpt-oss-120b at its list price ($0.35 in, $0.75 out per million tokens; Cerebras' public model list, June 2026); they are 96 of a day's requests.",
        ),
        probe::model(
            "The model whose limits are read; gpt-oss-120b, the cheapest, when empty.",
            "gpt-oss-120b",
        ),
    ],
    meters: &[
        MeterSpec::new("rate.requests.day", "requests per day", MeterKind::Quota, "key"),
        MeterSpec::new("rate.tokens.minute", "tokens per minute", MeterKind::Rate, "key"),
        MeterSpec::new("rate.*", "other rate limits", MeterKind::Rate, "key"),
    ],
    links: Links {
        top_up: Some("https://cloud.cerebras.ai/platform"),
        billing: None,
        keys: Some("https://cloud.cerebras.ai/platform"),
        limits: None,
        status: Some("https://status.cerebras.ai"),
    },
    env: &[("key", "CEREBRAS_API_KEY")],
    starts: &[("key", "csk-")],
    docs_url: "https://inference-docs.cerebras.ai/support/rate-limits",
    poll_cost: probe::COST,
    min_interval: probe::EVERY,
    interval: probe::EVERY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Cerebras {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        let mut polled = check(http, &SPEC, Request::get("/models").bearer(key), "/data", now).await?;
        let ask = |model: &str| chat("/chat/completions", model, "max_completion_tokens").bearer(key);
        probe(http, &SPEC, account, Some("gpt-oss-120b"), ask, now, &mut polled).await?;
        finish(polled)
    }
}
