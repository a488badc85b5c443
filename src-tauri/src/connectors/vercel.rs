//! Vercel AI Gateway. `GET /v1/credits` (any AI Gateway key): the team's credits, as decimal strings in dollars.
//! `GET /v1/report` (beta): what was spent by day and by model or user, for the whole account. Every query of the report
//! is billed, so it is asked only when the option report wants it. Days are inclusive and UTC. `total_cost` is what
//! Vercel charges; calls with a provider key of one's own cost nothing there.
//! Source: vercel/ai@ed857f50 (packages/gateway, tests of credits and spend report); vercel.com/docs/ai-gateway,
//! "Usage & Billing", "Custom Reporting" (its prices too), "Budgets". A budget of a team, project or key can be set and
//! not read; a call beyond it is refused as `quota_for_entity_exceeded`.

use super::costs::Costs;
use super::fields::{balance, date, finish, join, missing, month_start, needed, qty, spend, text};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty, Reading,
    Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct Vercel;

static SPEC: Spec = Spec {
    id: "vercel",
    name: "Vercel AI Gateway",
    kind: ConnectorKind::Gateway,
    about: "A team's credits; its costs by model or user where the billed report is wanted.",
    base_url: Some("https://ai-gateway.vercel.sh"),
    secrets: &[SecretSpec::key(
        "The AI Gateway key that your programs use; it reads the whole team's credits.",
        "https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai%2Fapi-keys",
    )],
    options: &[OptionSpec::new(
        "report",
        "Cost report",
        "Also ask for the month's costs by model or by user: each poll is then one billed query.",
        "model",
    )
    .choices(&["none", "model", "user"])],
    meters: &[
        MeterSpec::new("balance", "credits", MeterKind::Balance, "key"),
        MeterSpec::new("spend.month", "spend this month, with the option report", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai"),
        billing: None,
        keys: Some("https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai%2Fapi-keys"),
        limits: None,
        status: Some("https://www.vercel-status.com"),
    },
    env: &[("key", "AI_GATEWAY_API_KEY")],
    starts: &[("key", "vck_")],
    docs_url: "https://vercel.com/docs/ai-gateway/observability-and-spend/usage",
    poll_cost: Some(
        "Nothing without the option report; with it 0.005 USD a poll (5 USD per 1,000 queries), so let it poll hourly.",
    ),
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Vercel {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        let by = match option(account, "report")?.as_deref() {
            None | Some("none") => None,
            Some("model") => Some((By::Model, "model")),
            Some("user") => Some((By::User, "user")),
            Some(other) => {
                let words = format!("the option report is '{other}': it may be none, model or user");
                return Err(PollError::new(PollErrorKind::Config, words));
            }
        };
        let mut polled = Polled::default();
        let credits = fetch(http, &SPEC, Request::get("/v1/credits").bearer(key), now).await;
        join(&mut polled, credits.and_then(|json| read_credits(&json)));
        if let Some((by, name)) = by {
            let request = Request::get("/v1/report")
                .query("start_date", &date(month_start(now)))
                .query("end_date", &date(now))
                .query("group_by", name)
                .query("date_part", "day")
                .bearer(key);
            let report = fetch(http, &SPEC, request, now).await;
            join(&mut polled, report.and_then(|json| read_report(&json, by, name, now)));
        }
        finish(polled)
    }
}

fn read_credits(json: &Json) -> Result<Polled, PollError> {
    let left = needed(json, "/balance", Unit::USD)?;
    let used = qty(json, "/total_used", Unit::USD)?;
    let reading = Reading { used, ..balance("balance", "credits", Unit::USD, left) };
    Ok(super::fields::one(reading))
}

/// One row per day and model or user.
fn read_report(json: &Json, by: By, name: &str, now: Timestamp) -> Result<Polled, PollError> {
    let Some(rows @ Json::Array(_)) = json.get("results") else { return Err(missing("/results")) };
    let mut costs = Costs::default();
    for row in rows.items() {
        let day = text(row, "/day").ok_or_else(|| missing("/results/*/day"))?;
        let start = Timestamp::parse_rfc3339(&format!("{}T00:00:00Z", day.get(..10).unwrap_or(day)))
            .ok_or_else(|| PollError::malformed("a day in the report is no date, so it is not used"))?;
        let amount = Amount::new(needed(row, "/total_cost", Unit::USD)?, Unit::USD);
        let who = text(row, &format!("/{name}")).unwrap_or("");
        costs.add((start, start + DAY), amount, Provenance::Reported, &[(by, who)])?;
    }
    let total = costs.totals(month_start(now)).get(&Unit::USD).copied().unwrap_or(Qty(0));
    let reading = spend("spend.month", "spend this month", Unit::USD, total, Window::Month, now);
    Ok(Polled { readings: vec![reading], costs: costs.into_rows(), ..Polled::default() })
}
