//! Tavily. `GET /usage` with any key: credits of this key and of the account in the present billing cycle.
//! `POST /org-usage` with the owner's personal key (enterprise): credits and pay-as-you-go dollars, by key.
//! Source: docs.tavily.com (api-reference/endpoint/usage, documentation/enterprise/org-usage), mirrored in
//! tryAGI/Tavily@59a6d653. `limit` and `paygo_limit` are null when there is none.

use super::costs::Costs;
use super::fields::{
    date, day_start, finish, join, limit, missing, month_start, needed, next_reset, one, qty, text,
};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, needed_option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MINUTE, MeterKind, PollError, Polled, Provenance, Qty, Reading,
    Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct Tavily;

static SPEC: Spec = Spec {
    id: "tavily",
    name: "Tavily",
    kind: ConnectorKind::Credits,
    about: "Credits of a key, of the plan and beyond it; an organisation's use by key.",
    base_url: Some("https://api.tavily.com"),
    secrets: &[
        SecretSpec::key("The key your programs use.", "https://app.tavily.com/home").prefix("tvly-"),
        SecretSpec::key(
            "The personal key of the organisation's owner, not one of the organisation (enterprise plans only).",
            "https://app.tavily.com/home",
        )
        .role("owner_key", "Owner's personal key")
        .prefix("tvly-")
        .optional(),
    ],
    options: &[OptionSpec::new(
        "organization",
        "Organisation",
        "The organisation's exact name; only with the owner's personal key.",
        "Example Ltd",
    )],
    meters: &[
        MeterSpec::new("key", "credits of this key", MeterKind::Budget, "key"),
        MeterSpec::new("plan", "credits of the plan", MeterKind::Quota, "key"),
        MeterSpec::new("paygo", "pay-as-you-go credits", MeterKind::Budget, "key"),
        MeterSpec::new("spend.month", "pay-as-you-go spend this month", MeterKind::Spend, "owner_key"),
    ],
    links: Links {
        top_up: Some("https://app.tavily.com/billing"),
        billing: Some("https://app.tavily.com/billing"),
        keys: Some("https://app.tavily.com/home"),
        limits: None,
        status: Some("https://status.tavily.com"),
    },
    env: &[("key", "TAVILY_API_KEY")],
    docs_url: "https://docs.tavily.com/documentation/api-reference/endpoint/usage",
    // It takes 10 requests in 10 minutes (docs.tavily.com/documentation/rate-limits).
    min_interval: 5 * MINUTE,
    interval: 10 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Tavily {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let usage = fetch(http, &SPEC, Request::get("/usage").bearer(account.secret("key")?), now).await;
        join(&mut polled, usage.and_then(|json| read_usage(&json)));
        if account.secrets.contains_key("owner_key") {
            join(&mut polled, organisation(http, account, now).await);
        }
        finish(polled)
    }
}

fn read_usage(json: &Json) -> Result<Polled, PollError> {
    let cycle = |meter, kind, label, used, limit| Reading {
        used: Some(used),
        limit,
        window: Window::Other,
        ..Reading::new(meter, kind, label, Unit::Credits)
    };
    let mut polled = Polled::default();
    if let Some(used) = qty(json, "/key/usage", Unit::Credits)? {
        let most = limit(json, "/key/limit", Unit::Credits)?;
        polled.readings.push(cycle("key", MeterKind::Budget, "credits of this key", used, most));
    }
    let used = needed(json, "/account/plan_usage", Unit::Credits)?;
    let most = limit(json, "/account/plan_limit", Unit::Credits)?;
    let name = text(json, "/account/current_plan").map_or(String::new(), |plan| format!(" {plan}"));
    let label = format!("credits of the plan{name}");
    polled.readings.push(cycle("plan", MeterKind::Quota, &label, used, most));
    if let Some(used) = qty(json, "/account/paygo_usage", Unit::Credits)? {
        let most = limit(json, "/account/paygo_limit", Unit::Credits)?;
        polled.readings.push(cycle("paygo", MeterKind::Budget, "pay-as-you-go credits", used, most));
    }
    Ok(polled)
}

/// The organisation's use: this month's dollars in one figure, yesterday's and today's use by key.
async fn organisation(http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let name = needed_option(account, &SPEC, "organization")?;
    let secret = account.secret("owner_key")?;
    let ask = |from: Timestamp, to: Timestamp| {
        let body = serde_json::json!({
            "organization_name": name.as_str(), "start_date": date(from), "end_date": date(to)
        });
        fetch(http, &SPEC, Request::post("/org-usage", body).bearer(secret), now)
    };
    let month = ask(month_start(now), now).await?;
    let reading = Reading {
        used: Some(needed(&month, "/totals/paygo_cost_usd", Unit::USD)?),
        window: Window::Month,
        resets_at: next_reset(Window::Month, now),
        ..Reading::new("spend.month", MeterKind::Spend, "pay-as-you-go spend this month", Unit::USD)
    };
    let mut costs = Costs::default();
    for day in [day_start(now) + -DAY, day_start(now)] {
        let json = ask(day, day).await?;
        let Some(keys @ Json::Array(_)) = json.get("keys") else { return Err(missing("/keys")) };
        let figures = |json: &Json, at: &str| -> Result<Vec<Amount>, PollError> {
            let credits = needed(json, &format!("{at}/usage"), Unit::Credits)?;
            let dollars = qty(json, &format!("{at}/paygo_cost_usd"), Unit::USD)?.unwrap_or(Qty(0));
            let both = [Amount::new(credits, Unit::Credits), Amount::new(dollars, Unit::USD)];
            Ok(both.into_iter().filter(|amount| amount.qty.0 != 0).collect())
        };
        for amount in figures(&json, "/totals")? {
            costs.add((day, day + DAY), amount, Provenance::Reported, &[])?;
        }
        for key in keys.items() {
            let name = text(key, "/name").or(text(key, "/key")).unwrap_or_default();
            for amount in figures(key, "")? {
                costs.tell_apart((day, day + DAY), amount, Provenance::Reported, &[(By::Key, name)])?;
            }
        }
    }
    Ok(Polled { costs: costs.into_rows(), ..one(reading) })
}
