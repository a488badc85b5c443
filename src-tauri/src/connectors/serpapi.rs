//! SerpApi. `GET /account.json`: searches left in the plan and bought beside it, and the hourly limit. The call is free.
//! The documents know the key as the query parameter `api_key` alone, so it is sent there; the answer repeats it.
//! Source: serpapi.com/account-api; `plan_renewal_date` as seen in answers since 2026.

use super::fields::{day, limit, missing, qty, text};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{Account, Json, MeterKind, PollError, Polled, Reading, Timestamp, Unit, Window};

/// The connector.
pub(super) struct SerpApi;

static SPEC: Spec = Spec {
    id: "serpapi",
    name: "SerpApi",
    kind: ConnectorKind::Credits,
    about: "Searches left this month, extra searches, and the hourly limit.",
    base_url: Some("https://serpapi.com"),
    secrets: &[SecretSpec::key(
        "The private key; SerpApi has no other kind, and takes it in the address only.",
        "https://serpapi.com/manage-api-key",
    )],
    meters: &[
        MeterSpec::new("searches", "searches", MeterKind::Quota, "key"),
        MeterSpec::new("extra", "extra searches", MeterKind::Balance, "key"),
        MeterSpec::new("hour", "searches this hour", MeterKind::Rate, "key"),
    ],
    links: Links {
        top_up: Some("https://serpapi.com/change-plan"),
        billing: None,
        keys: Some("https://serpapi.com/manage-api-key"),
        limits: None,
        status: Some("https://serpapi.com/status"),
    },
    env: &[("key", "SERPAPI_API_KEY"), ("key", "SERPAPI_KEY")],
    docs_url: "https://serpapi.com/account-api",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for SerpApi {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request = Request::get("/account.json").secret_query("api_key", account.secret("key")?);
        read(&fetch(http, &SPEC, request, now).await?)
    }
}

fn read(json: &Json) -> Result<Polled, PollError> {
    let count = |pointer: &str| qty(json, pointer, Unit::Requests);
    let plan = count("/plan_searches_left")?;
    let extra = count("/extra_credits")?.filter(|extra| extra.0 > 0);
    // Calls go on until both are gone.
    let left = count("/total_searches_left")?.or(plan).ok_or_else(|| missing("/total_searches_left"))?;
    let name = text(json, "/plan_name").map_or(String::new(), |name| format!(" of {name}"));
    let mut polled = Polled::default();
    polled.readings.push(Reading {
        used: count("/this_month_usage")?,
        // With extra searches there may be more left than the plan has in a month.
        limit: limit(json, "/searches_per_month", Unit::Requests)?.filter(|_| extra.is_none()),
        remaining: Some(left),
        window: Window::Other,
        resets_at: day(json, "/plan_renewal_date"),
        ..Reading::new("searches", MeterKind::Quota, format!("searches{name}"), Unit::Requests)
    });
    polled.readings.extend(extra.map(|extra| Reading {
        remaining: Some(extra),
        ..Reading::new("extra", MeterKind::Balance, "extra searches", Unit::Requests)
    }));
    if let Some(used) = count("/this_hour_searches")? {
        polled.readings.push(Reading {
            used: Some(used),
            limit: limit(json, "/account_rate_limit_per_hour", Unit::Requests)?,
            window: Window::Other,
            ..Reading::new("hour", MeterKind::Rate, "searches this hour", Unit::Requests)
        });
    }
    Ok(polled)
}
