//! Firecrawl. `GET /v2/team/credit-usage`: credits left, the plan's credits and the billing period (null on the free
//! plan). `GET /v2/team/credit-usage/historical`, and the same with `byApiKey=true`: credits used by billing period.
//! Ordinary key. Credits left may be more than the plan's (packs are in them) and below zero.
//! Source: firecrawl/firecrawl-docs@2edce52b api-reference/v2-openapi.json.

use super::costs::Costs;
use super::fields::{finish, join, limit, missing, needed, one, text, time};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MeterKind, PollError, Polled, Provenance, Reading, SECOND, Timestamp,
    Unit, Window,
};

/// The connector.
pub(super) struct Firecrawl;

static SPEC: Spec = Spec {
    id: "firecrawl",
    name: "Firecrawl",
    kind: ConnectorKind::Credits,
    about: "A team's credits, and their use by billing period and by key.",
    base_url: Some("https://api.firecrawl.dev"),
    secrets: &[
        SecretSpec::key("Any key of the team.", "https://www.firecrawl.dev/app/api-keys").prefix("fc-")
    ],
    meters: &[
        MeterSpec::new("credits", "credits", MeterKind::Quota, "key"),
        MeterSpec::new("spend.period", "credits used this period", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://www.firecrawl.dev/app/billing"),
        billing: Some("https://www.firecrawl.dev/app/billing"),
        keys: Some("https://www.firecrawl.dev/app/api-keys"),
        limits: None,
        status: Some("https://status.firecrawl.dev"),
    },
    env: &[("key", "FIRECRAWL_API_KEY")],
    docs_url: "https://docs.firecrawl.dev/api-reference/endpoint/credit-usage",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Firecrawl {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let secret = account.secret("key")?;
        let mut polled = Polled::default();
        let usage = Request::get("/v2/team/credit-usage").bearer(secret);
        let usage = fetch(http, &SPEC, usage, now).await;
        join(&mut polled, usage.and_then(|json| read_usage(&json)));
        let history = Request::get("/v2/team/credit-usage/historical").bearer(secret);
        match fetch(http, &SPEC, history.clone(), now).await {
            // What stands in the way of one stands in the way of the other.
            Err(problem) => polled.problems.push(problem),
            Ok(whole) => {
                join(&mut polled, read_history(&whole, false, now));
                let by_key = fetch(http, &SPEC, history.query("byApiKey", "true"), now).await;
                join(&mut polled, by_key.and_then(|json| read_history(&json, true, now)));
            }
        }
        finish(polled)
    }
}

fn read_usage(json: &Json) -> Result<Polled, PollError> {
    let left = needed(json, "/data/remainingCredits", Unit::Credits)?;
    let plan = limit(json, "/data/planCredits", Unit::Credits)?;
    Ok(one(Reading {
        remaining: Some(left),
        // With packs more may be left than the plan gives: then it is no share of the plan.
        limit: plan.filter(|plan| *plan >= left && plan.0 > 0),
        window: Window::Other,
        resets_at: time(json, "/data/billingPeriodEnd").map(end),
        ..Reading::new("credits", MeterKind::Quota, "credits", Unit::Credits)
    }))
}

/// The first moment after a period that is said to end at 23:59:59.
fn end(last: Timestamp) -> Timestamp {
    if (last + SECOND).0.rem_euclid(DAY) < SECOND { last + SECOND } else { last }
}

fn read_history(json: &Json, by_key: bool, now: Timestamp) -> Result<Polled, PollError> {
    let Some(periods @ Json::Array(_)) = json.get("periods") else { return Err(missing("/periods")) };
    let mut costs = Costs::default();
    let mut present = None;
    for period in periods.items() {
        let start = time(period, "/startDate").ok_or_else(|| missing("/periods/*/startDate"))?;
        let used = needed(period, "/totalCredits", Unit::Credits)?;
        let end = time(period, "/endDate").map(end).ok_or_else(|| missing("/periods/*/endDate"))?;
        let span = (start, end);
        if start <= now && end > now {
            present = Some((end, used));
        }
        let amount = Amount::new(used, Unit::Credits);
        let key = text(period, "/apiKey").unwrap_or_default();
        match by_key {
            true => costs.tell_apart(span, amount, Provenance::Reported, &[(By::Key, key)])?,
            false => costs.add(span, amount, Provenance::Reported, &[])?,
        }
    }
    let reading = present.filter(|_| !by_key).map(|(end, used)| Reading {
        used: Some(used),
        window: Window::Other,
        resets_at: Some(end),
        ..Reading::new("spend.period", MeterKind::Spend, "credits used this period", Unit::Credits)
    });
    Ok(Polled { readings: reading.into_iter().collect(), costs: costs.into_rows(), ..Polled::default() })
}
