//! fal. `GET /v1/account/billing?expand=credits` and `GET /v1/models/usage` with an admin key, which stands behind the
//! word `Key` in `Authorization`. US dollars as numbers; days in UTC.
//! Source: fal's platform description (api.fal.ai/v1), as mirrored in tryAGI/Fal@badf5214 src/libs/Fal/openapi.json.

use super::costs::{Costs, report_start};
use super::fields::{
    balance, currency, date, finish, join, missing, month_start, needed, one, qty, spend, text, time,
};
use super::pages::pages;
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MeterKind, PollError, Polled, Provenance, Qty, Secret, Timestamp, Unit,
    Window,
};

/// The connector.
pub(super) struct Fal;

static SPEC: Spec = Spec {
    id: "fal",
    name: "fal",
    kind: ConnectorKind::Credits,
    about: "Credits left, and what models cost by day, by endpoint and by key.",
    base_url: Some("https://api.fal.ai"),
    secrets: &[SecretSpec::key(
        "A key of the scope ADMIN; those of the scope API run models and cannot read billing.",
        "https://fal.ai/dashboard/keys",
    )
    .role("key", "Admin key")],
    meters: &[
        MeterSpec::new("balance", "balance", MeterKind::Balance, "key"),
        MeterSpec::new("spend.month", "spend on models this month", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://fal.ai/dashboard/billing"),
        billing: Some("https://fal.ai/dashboard/billing"),
        keys: Some("https://fal.ai/dashboard/keys"),
        limits: None,
        status: Some("https://status.fal.ai"),
    },
    env: &[("", "FAL_KEY")],
    docs_url: "https://fal.ai/docs/platform-apis/v1/account/billing",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Fal {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = Secret::new(format!("Key {}", account.secret("key")?.expose()));
        let mut polled = Polled::default();
        let billing = Request::get("/v1/account/billing").query("expand", "credits");
        let billing = fetch(http, &SPEC, billing.secret_header("authorization", &key), now).await;
        join(&mut polled, billing.and_then(|json| read_billing(&json)));
        let usage = Request::get("/v1/models/usage")
            .query("start", &date(report_start(now)))
            .query("timeframe", "day")
            .query("timezone", "UTC")
            .query("expand", "time_series")
            .query("expand", "auth_method")
            .secret_header("authorization", &key);
        let next = |page: &Json, _| {
            Ok(text(page, "/next_cursor").map(|cursor| usage.clone().query("cursor", cursor)))
        };
        let usage = pages(http, &SPEC, now, usage.clone(), next).await;
        join(&mut polled, usage.and_then(|pages| read_usage(&pages, now)));
        finish(polled)
    }
}

fn read_billing(json: &Json) -> Result<Polled, PollError> {
    let unit = currency(json, "/credits/currency")?;
    let left = needed(json, "/credits/current_balance", unit)?;
    Ok(one(balance("balance", "balance", unit, left)))
}

/// Buckets of a UTC day. `cost` is the older name of `cost_total`.
fn read_usage(pages: &[Json], now: Timestamp) -> Result<Polled, PollError> {
    let mut costs = Costs::default();
    for page in pages {
        let Some(series @ Json::Array(_)) = page.get("time_series") else {
            return Err(missing("/time_series"));
        };
        for bucket in series.items() {
            let start = time(bucket, "/bucket").ok_or_else(|| missing("/time_series/*/bucket"))?;
            for row in bucket.get("results").map(Json::items).unwrap_or_default() {
                let unit = currency(row, "/currency")?;
                let cost = match qty(row, "/cost_total", unit)? {
                    Some(cost) => cost,
                    None => needed(row, "/cost", unit)?,
                };
                let model = text(row, "/endpoint_id").unwrap_or_default();
                let key = text(row, "/auth_method").unwrap_or_default();
                let by = [(By::Model, model), (By::Key, key)];
                costs.add((start, start + DAY), Amount::new(cost, unit), Provenance::Reported, &by)?;
            }
        }
    }
    let spent = costs.totals(month_start(now)).remove(&Unit::USD).unwrap_or(Qty(0));
    let label = "spend on models this month";
    let mut polled = one(spend("spend.month", label, Unit::USD, spent, Window::Month, now));
    polled.costs = costs.into_rows();
    Ok(polled)
}
