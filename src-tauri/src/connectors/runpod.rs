//! RunPod. `POST /graphql` `myself`: balance, what is being spent an hour now, and the account's limit on that.
//! `GET /v2/billing`: cost by UTC day and resource. One API key for both. US dollars as numbers.
//! Source: runpod/runpodctl@2e2df89e api/user.go (GraphQL; to be retired in early 2027, and API v2 has no balance yet);
//! runpod/docs@a900806e api-reference-v2/openapi.json GET /v2/billing.

use super::costs::{Costs, report_start};
use super::fields::{
    balance, finish, join, limit, missing, month_start, needed, one, qty, spend, text, time,
};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Json, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty, Reading,
    Timestamp, Unit, Window,
};
use crate::refusal::shorten;

/// The connector.
pub(super) struct RunPod;

static SPEC: Spec = Spec {
    id: "runpod",
    name: "RunPod",
    kind: ConnectorKind::Credits,
    about: "Balance, spend per hour against its limit, and cost by day and resource.",
    base_url: Some("https://api.runpod.io"),
    secrets: &[SecretSpec::key(
        "A restricted key with read access to GraphQL and billing is enough.",
        "https://console.runpod.io/user/settings",
    )],
    meters: &[
        MeterSpec::new("balance", "balance", MeterKind::Balance, "key"),
        MeterSpec::new("hourly", "spend per hour now", MeterKind::Rate, "key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://console.runpod.io/user/billing"),
        billing: Some("https://console.runpod.io/user/billing"),
        keys: Some("https://console.runpod.io/user/settings"),
        limits: None,
        status: Some("https://uptime.runpod.io"),
    },
    env: &[("key", "RUNPOD_API_KEY")],
    starts: &[("key", "rpa_")],
    docs_url: "https://docs.runpod.io/api-reference-v2/billing/get-aggregated-billing-history",
    ..Spec::DEFAULT
};

const QUERY: &str = "query { myself { clientBalance currentSpendPerHr spendLimit } }";

/// The parts of `totalAmount`, and what a person calls them.
const PARTS: [(&str, &str); 13] = [
    ("podGpuAmount", "pods: GPU"),
    ("podCpuAmount", "pods: CPU"),
    ("podDiskAmount", "pods: disk"),
    ("serverlessGpuAmount", "serverless: GPU"),
    ("serverlessCpuAmount", "serverless: CPU"),
    ("serverlessDiskAmount", "serverless: disk"),
    ("serverlessFeeAmount", "serverless: fee"),
    ("storageStandardAmount", "storage: standard"),
    ("storageHighPerformanceAmount", "storage: high performance"),
    ("endpointAmount", "public endpoints"),
    ("clusterGpuAmount", "clusters: GPU"),
    ("clusterDiskAmount", "clusters: disk"),
    ("clusterNetworkingAmount", "clusters: network"),
];

#[async_trait::async_trait]
impl Connector for RunPod {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let secret = account.secret("key")?;
        let mut polled = Polled::default();
        let myself = Request::post("/graphql", serde_json::json!({"query": QUERY})).bearer(secret);
        let myself = fetch(http, &SPEC, myself, now).await;
        join(&mut polled, myself.and_then(|json| read_myself(&json)));
        let billing = Request::get("/v2/billing")
            .query("startTime", &report_start(now).to_string())
            .query("bucketSize", "day")
            .bearer(secret);
        let billing = fetch(http, &SPEC, billing, now).await;
        join(&mut polled, billing.and_then(|json| read_billing(&json, now)));
        finish(polled)
    }
}

/// GraphQL says what went wrong in `errors`, with status 200.
fn read_myself(json: &Json) -> Result<Polled, PollError> {
    let Some(myself @ Json::Object(_)) = json.pointer("/data/myself") else {
        return Err(match text(json, "/errors/0/message") {
            None => missing("/data/myself"),
            Some(words) => PollError::new(
                PollErrorKind::Provider,
                format!(
                    "RunPod says no balance: {}; the key may lack access to GraphQL, which is set at https://console.runpod.io/user/settings.",
                    shorten(words)
                ),
            ),
        });
    };
    let left = needed(myself, "/clientBalance", Unit::USD)?;
    let mut polled = one(balance("balance", "balance", Unit::USD, left));
    if let Some(used) = qty(myself, "/currentSpendPerHr", Unit::USD)? {
        polled.readings.push(Reading {
            used: Some(used),
            limit: limit(myself, "/spendLimit", Unit::USD)?,
            window: Window::Other,
            ..Reading::new("hourly", MeterKind::Rate, "spend per hour now", Unit::USD)
        });
    }
    Ok(polled)
}

fn read_billing(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let Some(records @ Json::Array(_)) = json.get("records") else { return Err(missing("/records")) };
    let mut costs = Costs::default();
    for record in records.items() {
        let at =
            |pointer: &str| time(record, pointer).ok_or_else(|| missing(&format!("/records/*{pointer}")));
        let span = (at("/startTime")?, at("/endTime")?);
        let usd = |qty| Amount::new(qty, Unit::USD);
        let whole = needed(record, "/totalAmount", Unit::USD)?;
        costs.add(span, usd(whole), Provenance::Reported, &[])?;
        for (field, name) in PARTS {
            let part = qty(record, &format!("/{field}"), Unit::USD)?.filter(|part| part.0 != 0);
            if let Some(part) = part {
                costs.tell_apart(span, usd(part), Provenance::Reported, &[(By::Model, name)])?;
            }
        }
    }
    let spent = costs.totals(month_start(now)).remove(&Unit::USD).unwrap_or(Qty(0));
    let mut polled = one(spend("spend.month", "spend this month", Unit::USD, spent, Window::Month, now));
    polled.costs = costs.into_rows();
    Ok(polled)
}
