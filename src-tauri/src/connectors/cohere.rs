//! Cohere. `GET /v1/models` with the ordinary key proves the key (docs.cohere.com/reference/list-models). There is no
//! usage API; good answers to calls may carry `x-endpoint-monthly-call-limit` and
//! `x-trial-endpoint-call-{limit,remaining}` (seen, not documented). A trial key has 1,000 calls a month
//! (docs.cohere.com/docs/rate-limits), and it is not said whether the check counts as one: polls are 6 hours apart.
//! Out of money is a 402 with one of two sentences (cohere-ai/cohere-developer-experience@e814c8a1, errors.mdx); a
//! trial key's used-up month a 429 that says so.

use super::fields::finish;
use super::probe::{self, chat, check, probe};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec};
use crate::http::{Http, Request};
use crate::model::{Account, HOUR, MeterKind, PollError, Polled, Timestamp};

/// The connector.
pub(super) struct Cohere;

static SPEC: Spec = Spec {
    id: "cohere",
    name: "Cohere",
    kind: ConnectorKind::Headers,
    about: "Whether the key works, and a trial key's call limits when a probe is on; for money, a ledger or a budget of yours.",
    base_url: Some("https://api.cohere.com"),
    secrets: &[SecretSpec::key(
        "The key your programs use, trial or production; Cohere has no narrower kind.",
        "https://dashboard.cohere.com/api-keys",
    )],
    options: &[
        probe::switch(
            "Cohere names call limits only beside a chat answer: on asks for one token with every poll, every 6 hours. A probe costs at most $0.000004 and a day of them $0.00002, with command-r7b-12-2024 at its list price ($0.0375 in, $0.15 out per million tokens; cohere.com/pricing, June 2026); on a trial key it is free, and about 124 of a month's 1,000 calls.",
        ),
        probe::model(
            "The model whose limits are read; command-r7b-12-2024, the cheapest, when empty.",
            "command-r7b-12-2024",
        ),
    ],
    meters: &[
        MeterSpec::new("rate.endpoint.requests.month", "calls per month", MeterKind::Quota, "key"),
        MeterSpec::new("rate.trial.requests", "calls of a trial key", MeterKind::Rate, "key"),
        MeterSpec::new("rate.*", "other rate limits", MeterKind::Rate, "key"),
    ],
    links: Links {
        top_up: Some("https://dashboard.cohere.com/billing"),
        billing: Some("https://dashboard.cohere.com/billing?tab=payment"),
        keys: Some("https://dashboard.cohere.com/api-keys"),
        limits: Some("https://dashboard.cohere.com/billing?tab=spending-limit"),
        status: Some("https://status.cohere.com"),
    },
    env: &[("key", "CO_API_KEY"), ("key", "COHERE_API_KEY")],
    docs_url: "https://docs.cohere.com/docs/rate-limits",
    poll_cost: probe::COST,
    min_interval: 6 * HOUR,
    interval: 6 * HOUR,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Cohere {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        let request = Request::get("/v1/models").query("page_size", "1").bearer(key);
        let mut polled = check(http, &SPEC, request, "/models", now).await?;
        let ask = |model: &str| chat("/v2/chat", model, "max_tokens").bearer(key);
        probe(http, &SPEC, account, Some("command-r7b-12-2024"), ask, now, &mut polled).await?;
        finish(polled)
    }
}
