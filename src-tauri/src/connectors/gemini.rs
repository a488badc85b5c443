//! Google Gemini (AI Studio). `GET /v1beta/models` with the key in `x-goog-api-key` proves the key and costs nothing
//! (ai.google.dev/api/models). There is no balance or usage API for keys and no rate-limit header; the list of models
//! still answers when prepaid credits are gone (discuss.ai.google.dev/t/169216), so only a call tells: 402, earlier
//! 429, `RESOURCE_EXHAUSTED` "prepayment credits are depleted" (t/183654); a day's free quota is a 429 whose
//! `QuotaFailure` names a `quotaId` with `PerDay`. A wrong key is a 400 with the reason `API_KEY_INVALID`.

use super::fields::finish;
use super::probe::{self, check, probe};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp};

/// The connector.
pub(super) struct Gemini;

static SPEC: Spec = Spec {
    id: "gemini",
    name: "Google Gemini (AI Studio)",
    kind: ConnectorKind::Headers,
    about: "Whether the key works, and whether calls are refused when a probe is on; for money, a ledger or a budget of yours.",
    base_url: Some("https://generativelanguage.googleapis.com"),
    secrets: &[SecretSpec::key(
        "A Gemini API key of the project; a Vertex AI or cloud credential does not work here.",
        "https://aistudio.google.com/api-keys",
    )],
    options: &[
        probe::switch(
            "Gemini names no limits at all, and its free check answers even when prepaid credits are gone: on asks for one token with every poll, every 15 minutes, and tells when that is refused. A probe costs at most $0.00004 and a day of them $0.004, with gemini-3.5-flash-lite at its list price ($0.30 in, $2.50 out per million tokens; ai.google.dev/gemini-api/docs/pricing, July 2026); they are 96 of a day's requests.",
        ),
        probe::model("The model that is asked; gemini-3.5-flash-lite when empty.", "gemini-3.5-flash-lite"),
    ],
    meters: &[MeterSpec::new("rate.*", "rate limits, should headers name any", MeterKind::Rate, "key")],
    links: Links {
        top_up: Some("https://ai.studio/projects"),
        billing: Some("https://aistudio.google.com/billing"),
        keys: Some("https://aistudio.google.com/api-keys"),
        limits: Some("https://ai.studio/spend"),
        status: Some("https://aistudio.google.com/status"),
    },
    env: &[("key", "GEMINI_API_KEY"), ("key", "GOOGLE_API_KEY")],
    starts: &[("key", "AIza")],
    docs_url: "https://ai.google.dev/gemini-api/docs/rate-limits",
    poll_cost: probe::COST,
    min_interval: probe::EVERY,
    interval: probe::EVERY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Gemini {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        let request =
            Request::get("/v1beta/models").query("pageSize", "1").secret_header("x-goog-api-key", key);
        let mut polled = check(http, &SPEC, request, "/models", now).await?;
        let ask = |model: &str| {
            let body = serde_json::json!({
                "contents": [{"parts": [{"text": "."}]}],
                "generationConfig": {"maxOutputTokens": 1},
            });
            let path = format!("/v1beta/models/{model}:generateContent");
            Request::post(&path, body).secret_header("x-goog-api-key", key)
        };
        probe(http, &SPEC, account, Some("gemini-3.5-flash-lite"), ask, now, &mut polled).await?;
        finish(polled)
    }
}
