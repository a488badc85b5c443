//! Portkey (the cloud, or a control plane of one's own). With one key in `x-portkey-api-key`: what calls cost
//! (`GET /v1/analytics/graphs/cost`, and `/groups/ai-models`), in cents; keys with their limits and whether they are
//! exhausted (`GET /v1/api-keys`); usage-limit policies and what counts against them
//! (`GET /v1/policies/usage-limits`, `/{id}/entities`). Limits are in dollars or tokens, by their type.
//! The open-source gateway keeps nothing and needs no connector; its refusals are recognised as they pass.
//! The cost of a model's row is not documented: the rows are used where they add up to the graph.
//! Source: Portkey-AI/openapi@a2191f4 (Analytics, Api-Keys, Usage Limits Policies), portkey.ai/docs/api-reference.

use super::costs::Costs;
use super::fields::{
    day_start, finish, join, limit, missing, month_start, needed, next_reset, qty, scaled, slug, spend, text,
    time,
};
use super::pages::pages;
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance,
    Qty, Reading, Scope, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct Portkey;

/// Rows on a page.
const PAGE: usize = 100;

/// Policies whose use is asked for.
const POLICIES: usize = 20;

static SPEC: Spec = Spec {
    id: "portkey",
    name: "Portkey",
    kind: ConnectorKind::Gateway,
    about: "Costs by day and model, keys with their limits, and usage-limit policies.",
    base_url: Some("https://api.portkey.ai"),
    secrets: &[SecretSpec::key(
        "An admin or workspace service key that may view analytics and read API keys; policies need their read scope too.",
        "https://app.portkey.ai/api-keys",
    )],
    options: &[OptionSpec::new(
        "workspace",
        "Workspace",
        "Count this workspace only, by its slug.",
        "ws-shop-1a2b",
    )],
    meters: &[
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
        MeterSpec::new("key.*", "key limit", MeterKind::Budget, "key"),
        MeterSpec::new("policy.*", "usage limit", MeterKind::Budget, "key"),
    ],
    links: Links {
        top_up: None,
        billing: None,
        keys: Some("https://app.portkey.ai/api-keys"),
        limits: None,
        status: Some("https://status.portkey.ai"),
    },
    env: &[("key", "PORTKEY_API_KEY")],
    docs_url: "https://portkey.ai/docs/api-reference/admin-api/introduction",
    freshness: 5 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Portkey {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        join(&mut polled, costs(http, account, now).await);
        let keys = all(http, account, "/v1/api-keys", now).await;
        join(&mut polled, keys.and_then(|rows| read_keys(&rows, now)));
        join(&mut polled, policies(http, account, now).await);
        finish(polled)
    }
}

fn ask(account: &Account, path: &str) -> Result<Request, PollError> {
    Ok(Request::get(path).secret_header("x-portkey-api-key", account.secret("key")?))
}

fn data(json: &Json) -> Result<&[Json], PollError> {
    match json.get("data") {
        Some(rows @ Json::Array(_)) => Ok(rows.items()),
        _ => Err(missing("/data")),
    }
}

/// Every row of a list, page by page.
async fn list(http: &Http, request: Request, now: Timestamp) -> Result<Vec<Json>, PollError> {
    let page = |number: usize| {
        let request = request.clone().query("current_page", &number.to_string());
        request.query("page_size", &PAGE.to_string())
    };
    let next = |json: &Json, number: usize| Ok((data(json)?.len() >= PAGE).then(|| page(number)));
    let found = pages(http, &SPEC, now, page(0), next).await?;
    let mut rows = Vec::new();
    for json in &found {
        rows.extend_from_slice(data(json)?);
    }
    Ok(rows)
}

async fn all(http: &Http, account: &Account, path: &str, now: Timestamp) -> Result<Vec<Json>, PollError> {
    let request = ask(account, path)?;
    let request = match option(account, "workspace")? {
        Some(workspace) => request.query("workspace_id", &workspace),
        None => request,
    };
    list(http, request, now).await
}

/// The month's costs, in cents: by day from the graph, by model over the month.
async fn costs(http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let month = month_start(now);
    let report = |path: &str| -> Result<Request, PollError> {
        let request = ask(account, path)?
            .query("time_of_generation_min", &month.to_string())
            .query("time_of_generation_max", &now.to_string());
        Ok(match option(account, "workspace")? {
            Some(workspace) => request.query("workspace_slug", &workspace),
            None => request,
        })
    };
    let graph = fetch(http, &SPEC, report("/v1/analytics/graphs/cost")?, now).await?;
    let cents = |json: &Json, pointer: &str| scaled(json, pointer, Unit::USD, -2);
    let total = cents(&graph, "/summary/total")?.ok_or_else(|| missing("/summary/total"))?;
    let mut costs = Costs::default();
    for point in graph.get("data_points").map(Json::items).unwrap_or_default() {
        let at = time(point, "/timestamp").ok_or_else(|| missing("/data_points/*/timestamp"))?;
        let spent = cents(point, "/total")?.ok_or_else(|| missing("/data_points/*/total"))?;
        let day = day_start(at);
        costs.add((day, day + DAY), Amount::new(spent, Unit::USD), Provenance::Reported, &[])?;
    }
    let mut polled = Polled::default();
    let mut reading = spend("spend.month", "spend this month", Unit::USD, total, Window::Month, now);
    reading.provenance = Provenance::Reported;
    polled.readings.push(reading);
    match list(http, report("/v1/analytics/groups/ai-models")?, now).await {
        Ok(rows) => by_model(&rows, total, now, &mut costs)?,
        Err(problem) => polled.problems.push(problem),
    }
    polled.costs = costs.into_rows();
    Ok(polled)
}

fn by_model(rows: &[Json], total: Qty, now: Timestamp, costs: &mut Costs) -> Result<(), PollError> {
    let month = month_start(now);
    let end = next_reset(Window::Month, now).unwrap_or(now);
    let mut models = Vec::new();
    let mut sum = 0_i64;
    for row in rows {
        let cost = scaled(row, "/cost", Unit::USD, -2)?;
        let name = text(row, "/ai_model").or(text(row, "/model"));
        let (Some(cost), Some(name)) = (cost, name) else { return Ok(()) };
        sum = sum.saturating_add(cost.0);
        models.push((name, cost));
    }
    // Calls may come in between the two reports.
    if sum.abs_diff(total.0) > total.0.unsigned_abs() / 100 {
        return Ok(());
    }
    for (name, cost) in models {
        let amount = Amount::new(cost, Unit::USD);
        costs.tell_apart((month, end), amount, Provenance::Reported, &[(By::Model, name)])?;
    }
    Ok(())
}

/// What a limit counts: dollars unless it says tokens.
fn unit(limits: &Json) -> Unit {
    if text(limits, "/type") == Some("tokens") { Unit::Tokens } else { Unit::USD }
}

/// A month begins on the 1st, UTC; a week not on Monday, so its reset is known only where it is told.
fn limited(meter: &str, label: String, limits: &Json, now: Timestamp) -> Result<Reading, PollError> {
    let mut reading = Reading::new(meter, MeterKind::Budget, label, unit(limits));
    reading.limit = limit(limits, "/credit_limit", reading.unit)?;
    reading.window = match (text(limits, "/periodic_reset"), limits.get("periodic_reset_days")) {
        (Some("monthly"), _) => Window::Month,
        (None, None | Some(Json::Null)) => Window::Never,
        _ => Window::Other,
    };
    reading.resets_at = time(limits, "/next_usage_reset_at").or(next_reset(reading.window, now));
    Ok(reading)
}

/// Keys with a limit, and any that are exhausted. What a key used is told by newer answers only.
fn read_keys(rows: &[Json], now: Timestamp) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for key in rows {
        let Some(id) = text(key, "/id") else { continue };
        let name = text(key, "/name").unwrap_or(id);
        let meter = format!("key.{}", slug(id));
        // One object, or a list of them.
        let limits = match key.get("usage_limits") {
            Some(Json::Array(limits)) => limits.as_slice(),
            Some(limits @ Json::Object(_)) => std::slice::from_ref(limits),
            _ => &[],
        };
        let mut told = None;
        for limits in limits {
            let part = if unit(limits) == Unit::Tokens { ".tokens" } else { "" };
            let mut reading = limited(&format!("{meter}{part}"), format!("key “{name}”"), limits, now)?;
            reading.used = qty(limits, "/current_usage", reading.unit)?;
            if reading.limit.is_some() {
                told.get_or_insert(reading.meter.clone());
                polled.readings.push(reading);
            }
        }
        if text(key, "/status") == Some("exhausted") {
            let words = format!("Portkey says the limit of the key “{name}” is used up");
            let mut refusal = reported(Cause::KeyLimit, Scope::Key, "portkey.key_status", &words);
            refusal.meter = told;
            polled.refusals.push(refusal);
        }
    }
    Ok(polled)
}

/// Usage-limit policies, each with what counts against it: one meter for every value that it counts apart.
async fn policies(http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let rows = all(http, account, "/v1/policies/usage-limits", now).await?;
    let mut polled = Polled::default();
    let active = rows.iter().filter(|policy| text(policy, "/status") != Some("archived"));
    let active: Vec<&Json> = active.collect();
    if active.len() > POLICIES {
        let words =
            format!("Portkey: of {} usage-limit policies the first {POLICIES} are read", active.len());
        polled.problems.push(PollError::new(PollErrorKind::Provider, words));
    }
    for policy in active.into_iter().take(POLICIES) {
        let Some(id) = text(policy, "/id") else { continue };
        if !id.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter)) {
            continue;
        }
        let path = format!("/v1/policies/usage-limits/{id}/entities");
        match list(http, ask(account, &path)?, now).await {
            Ok(entities) => join(&mut polled, read_policy(policy, id, &entities, now)),
            Err(problem) => polled.problems.push(problem),
        }
    }
    Ok(polled)
}

fn read_policy(policy: &Json, id: &str, entities: &[Json], now: Timestamp) -> Result<Polled, PollError> {
    let name = text(policy, "/name").unwrap_or(id);
    let mut polled = Polled::default();
    for entity in entities {
        let value =
            text(entity, "/value_key").or(text(entity, "/id")).ok_or_else(|| missing("/data/*/id"))?;
        let meter = format!("policy.{}.{}", slug(id), slug(text(entity, "/id").unwrap_or(value)));
        let mut reading = limited(&meter, format!("{name}, {value}"), policy, now)?;
        reading.used = Some(needed(entity, "/current_usage", reading.unit)?);
        if text(entity, "/status") == Some("exhausted") {
            let words = format!("Portkey says the usage limit “{name}” is used up for {value}");
            let mut refusal = reported(Cause::BudgetExceeded, Scope::Team, "portkey.policy_status", &words);
            refusal.meter = Some(reading.meter.clone());
            polled.refusals.push(refusal);
        }
        polled.readings.push(reading);
    }
    Ok(polled)
}
