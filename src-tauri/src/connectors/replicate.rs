//! Replicate. `GET /v1/account` with the API token says whose it is and costs nothing (replicate.com/docs/reference/http).
//! There is no billing API and no documented rate-limit header, so there is no probe: nothing cheaper than a paid
//! prediction would tell more. Out of credit is a 402 "Insufficient credit" when a prediction is asked for; below $5
//! predictions are first throttled to 6 a minute, a 429 that says so (nodetool-ai/nodetool#5196).

use super::fields::finish;
use super::probe::{self, check};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp};

/// The connector.
pub(super) struct Replicate;

static SPEC: Spec = Spec {
    id: "replicate",
    name: "Replicate",
    kind: ConnectorKind::Headers,
    about: "Whether the token works; for money, a ledger or a budget of yours.",
    base_url: Some("https://api.replicate.com"),
    secrets: &[SecretSpec::key(
        "The API token your programs use; Replicate has no narrower kind.",
        "https://replicate.com/account/api-tokens",
    )
    .prefix("r8_")],
    meters: &[MeterSpec::new("rate.*", "rate limits, should headers name any", MeterKind::Rate, "key")],
    links: Links {
        top_up: Some("https://replicate.com/account/billing"),
        billing: Some("https://replicate.com/account/billing#billing"),
        keys: Some("https://replicate.com/account/api-tokens"),
        limits: Some("https://replicate.com/account/billing#limits"),
        status: Some("https://www.replicatestatus.com"),
    },
    env: &[("key", "REPLICATE_API_TOKEN")],
    docs_url: "https://replicate.com/docs/reference/http#account.get",
    min_interval: probe::EVERY,
    interval: probe::EVERY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Replicate {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request = Request::get("/v1/account").bearer(account.secret("key")?);
        finish(check(http, &SPEC, request, "/username", now).await?)
    }
}
