//! Any API in OpenAI's form at an address of the user's: `GET /models` proves the key, and whatever rate-limit headers
//! come with it are read; a probe asks for a completion of one token (platform.openai.com/docs/api-reference).

use super::fields::finish;
use super::probe::{self, chat, check, probe};
use super::{Connector, ConnectorKind, MeterSpec, SecretSpec, Spec};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp};

/// The connector.
pub(super) struct OpenAiCompatible;

static SPEC: Spec = Spec {
    id: "openai_compatible",
    name: "OpenAI-compatible API",
    kind: ConnectorKind::Headers,
    about: "Any API in OpenAI's form, whose base_url ends in /v1 or the like: whether the key works, and the rate limits that its headers name.",
    secrets: &[SecretSpec {
        url: None,
        ..SecretSpec::key("The key your programs use; any that may list the models is enough.", "")
    }],
    options: &[
        probe::switch(
            "Should the list of models bring no limits, on asks for a completion of one token with every poll, every 15 minutes. A probe costs at most 100 tokens in and 1 out at your provider's price: at $1 in and $4 out per million tokens (an example, 2026-11-21) $0.00011, and $0.01 a day.",
        ),
        probe::model("The model to ask, the cheapest there is: needed when the probe is on.", "small-model"),
    ],
    meters: &[MeterSpec::new("rate.*", "rate limits, where headers name any", MeterKind::Rate, "key")],
    starts: &[("key", "sk-proj-"), ("key", "sk-")],
    docs_url: "https://platform.openai.com/docs/api-reference/models/list",
    poll_cost: probe::COST,
    min_interval: probe::EVERY,
    interval: probe::EVERY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for OpenAiCompatible {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        let mut polled = check(http, &SPEC, Request::get("/models").bearer(key), "/data", now).await?;
        let ask = |model: &str| chat("/chat/completions", model, "max_tokens").bearer(key);
        probe(http, &SPEC, account, None, ask, now, &mut polled).await?;
        finish(polled)
    }
}
