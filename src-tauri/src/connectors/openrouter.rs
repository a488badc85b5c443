//! OpenRouter. `GET /api/v1/key` (any key): the key's limit, use and budgets. With a management key: the account's
//! balance (`GET /api/v1/credits`), its use by completed UTC day and model (`/api/v1/activity`), and every key's limit
//! (`/api/v1/keys`). Of several layers that may block, the label of the one that blocks first says so: it is the
//! `effective_budget` that OpenRouter names, or the balance when less than that is left of it.
//! Source: the OpenAPI description in OpenRouterTeam/typescript-sdk@cb9393a8 and the package openrouter 1.3.84.

use super::costs::Costs;
use super::fields::{
    balance, day_start, finish, join, missing, month_start, needed, next_reset, one, qty, slug, spend, text,
    time,
};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch, pages};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MeterKind, PollError, Polled, Provenance, Qty, Reading, Scope,
    Secret, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct OpenRouter;

static SPEC: Spec = Spec {
    id: "openrouter",
    name: "OpenRouter",
    kind: ConnectorKind::Gateway,
    about: "Key limit, budgets and spend with an ordinary key; balance, use by model and every key's limit with a management key too.",
    base_url: Some("https://openrouter.ai"),
    secrets: &[
        SecretSpec::key(
            "The key your programs use; it can read its own limit and use.",
            "https://openrouter.ai/settings/keys",
        )
        .prefix("sk-or-"),
        SecretSpec::key(
            "A management key (it cannot run models) opens the account's balance, its use by model and the limits of all keys.",
            "https://openrouter.ai/settings/management-keys",
        )
        .role("management_key", "Management key")
        .prefix("sk-or-")
        .optional(),
    ],
    meters: &[
        MeterSpec::new("balance", "balance", MeterKind::Balance, "management_key"),
        MeterSpec::new("key_limit", "key limit", MeterKind::Budget, "key"),
        MeterSpec::new("key_limit.*", "limit of another key", MeterKind::Budget, "management_key"),
        MeterSpec::new("budget.*", "budget", MeterKind::Budget, "key"),
        MeterSpec::new("free_requests", "free model requests", MeterKind::Quota, "key"),
        MeterSpec::new("spend", "key spend", MeterKind::Spend, "key"),
        MeterSpec::new("spend.day", "key spend today", MeterKind::Spend, "key"),
        MeterSpec::new("spend.week", "key spend this week", MeterKind::Spend, "key"),
        MeterSpec::new("spend.month", "key spend this month", MeterKind::Spend, "key"),
        MeterSpec::new(
            "spend.account.month",
            "account spend this month, to yesterday",
            MeterKind::Spend,
            "management_key",
        ),
    ],
    links: Links {
        top_up: Some("https://openrouter.ai/settings/credits"),
        billing: None,
        keys: Some("https://openrouter.ai/settings/keys"),
        limits: None,
        status: Some("https://status.openrouter.ai"),
    },
    env: &[("key", "OPENROUTER_API_KEY")],
    docs_url: "https://openrouter.ai/docs/api-reference/limits",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for OpenRouter {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let management = account.secrets.get("management_key");
        let mut polled = Polled::default();
        if let Some(secret) = management {
            let credits = fetch(http, &SPEC, Request::get("/api/v1/credits").bearer(secret), now).await;
            join(&mut polled, credits.and_then(|json| read_credits(&json)));
            let activity = fetch(http, &SPEC, Request::get("/api/v1/activity").bearer(secret), now).await;
            join(&mut polled, activity.and_then(|json| read_activity(&json, now)));
        }
        let request = Request::get("/api/v1/key").bearer(account.secret("key")?);
        let key = fetch(http, &SPEC, request, now).await;
        let own = key.as_ref().ok().and_then(|json| text(json, "/data/label")).unwrap_or_default().to_owned();
        let first = key.as_ref().ok().and_then(first_to_block);
        join(&mut polled, key.and_then(|json| read_key(&json, now)));
        mark_first(&mut polled, first);
        if let Some(secret) = management {
            join(&mut polled, keys(http, secret, &own, now).await);
        }
        finish(polled)
    }
}

fn window(name: Option<&str>) -> Window {
    match name {
        None => Window::Never,
        Some("daily") => Window::Day,
        Some("weekly") => Window::Week,
        Some("monthly") => Window::Month,
        Some(_) => Window::Other,
    }
}

/// `used` is limit − remaining: the use that counts against the limit. `usage` is lifetime use, and own provider
/// keys may or may not count.
fn limit(reading: &mut Reading, limit: Qty, left: Option<Qty>) {
    reading.limit = Some(limit);
    reading.remaining = left;
    reading.used = left.and_then(|left| limit.checked_sub(left));
}

fn read_key(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let key = json.pointer("/data").ok_or_else(|| missing("/data"))?;
    let name = text(key, "/label").map_or(String::new(), |label| format!(" “{label}”"));
    if let Some(most) = super::fields::limit(key, "/limit", Unit::USD)? {
        let mut reading = Reading::new("key_limit", MeterKind::Budget, format!("key limit{name}"), Unit::USD);
        limit(&mut reading, most, qty(key, "/limit_remaining", Unit::USD)?);
        reading.window = window(text(key, "/limit_reset"));
        reading.resets_at = next_reset(reading.window, now);
        polled.readings.push(reading);
    }
    for budget in key.get("budgets").map(Json::items).unwrap_or_default() {
        // The layer `key_limit` is the key's own limit again.
        let (scope, meter) = (text(budget, "/scope").unwrap_or("budget"), budget_meter(budget));
        let most = super::fields::limit(budget, "/limit_usd", Unit::USD)?;
        let Some(most) = most.filter(|_| meter != "key_limit") else { continue };
        let mut reading = Reading::new(&meter, MeterKind::Budget, format!("{scope} budget"), Unit::USD);
        limit(&mut reading, most, qty(budget, "/remaining_usd", Unit::USD)?);
        reading.used = qty(budget, "/spend_usd", Unit::USD)?.or(reading.used);
        reading.window = window(text(budget, "/reset_interval"));
        reading.resets_at = time(budget, "/resets_at").or(next_reset(reading.window, now));
        polled.readings.push(reading);
    }
    // Documented: with nothing left of it, calls are refused with 403 until it resets.
    let first = key.get("effective_budget").filter(|budget| !budget.is_null());
    if let Some(budget) = first
        && qty(budget, "/remaining_usd", Unit::USD)?.is_some_and(|left| left.0 <= 0)
    {
        let meter = budget_meter(budget);
        let (cause, scope, what) = match meter.as_str() {
            "key_limit" => (Cause::KeyLimit, Scope::Key, "the key's limit"),
            _ => (Cause::BudgetExceeded, Scope::Team, "a budget"),
        };
        let words = format!("{what} is used up: calls are refused until it resets");
        let mut refusal = reported(cause, scope, "openrouter.effective_budget", &words);
        refusal.meter = Some(crate::model::MeterKey::new(meter));
        refusal.retry_at = time(budget, "/resets_at");
        polled.refusals.push(refusal);
    }
    if let Some(most) = qty(key, "/free_model_daily_requests/limit", Unit::Requests)? {
        let mut reading =
            Reading::new("free_requests", MeterKind::Quota, "free model requests today", Unit::Requests);
        reading.limit = Some(most);
        reading.used = qty(key, "/free_model_daily_requests/used", Unit::Requests)?;
        reading.remaining = qty(key, "/free_model_daily_requests/remaining", Unit::Requests)?;
        reading.window = Window::Day;
        reading.resets_at = next_reset(Window::Day, now);
        polled.readings.push(reading);
    }
    for (field, meter, label, window) in [
        ("/usage", "spend", "key spend", Window::Never),
        ("/usage_daily", "spend.day", "key spend today", Window::Day),
        ("/usage_weekly", "spend.week", "key spend this week", Window::Week),
        ("/usage_monthly", "spend.month", "key spend this month", Window::Month),
    ] {
        // Every answer has `usage`; the windows came later.
        let used = if field == "/usage" {
            Some(needed(key, field, Unit::USD)?)
        } else {
            qty(key, field, Unit::USD)?
        };
        if used.is_some() {
            let mut reading = Reading::new(meter, MeterKind::Spend, format!("{label}{name}"), Unit::USD);
            reading.used = used;
            reading.window = window;
            reading.resets_at = next_reset(window, now);
            polled.readings.push(reading);
        }
    }
    Ok(polled)
}

/// The meter of the layer that OpenRouter says blocks first.
fn first_to_block(json: &Json) -> Option<String> {
    json.pointer("/data/effective_budget").filter(|budget| !budget.is_null()).map(budget_meter)
}

/// The meter of a layer: the key's own limit, or a budget.
fn budget_meter(budget: &Json) -> String {
    match text(budget, "/scope").unwrap_or("budget") {
        "key_limit" => "key_limit".to_owned(),
        scope => format!("budget.{}", slug(text(budget, "/budget_id").unwrap_or(scope))),
    }
}

/// Where several layers may block (balance, key limit, budgets), says in the label of one that it blocks first.
fn mark_first(polled: &mut Polled, named: Option<String>) {
    let left = |reading: &Reading| reading.remaining.map(|left| left.0);
    let layer = |reading: &&Reading| matches!(reading.kind, MeterKind::Budget | MeterKind::Balance);
    let layers = || polled.readings.iter().filter(layer).filter(|reading| reading.remaining.is_some());
    if layers().count() < 2 {
        return;
    }
    let budgets = || layers().filter(|reading| reading.kind == MeterKind::Budget);
    let first = budgets().find(|reading| named.as_ref() == Some(&reading.meter.0));
    let first = first.or_else(|| budgets().min_by_key(|reading| left(reading)));
    let purse = layers().filter(|reading| reading.kind == MeterKind::Balance);
    let Some(first) = first.into_iter().chain(purse).min_by_key(|reading| left(reading)) else { return };
    let meter = first.meter.clone();
    for reading in polled.readings.iter_mut().filter(|reading| reading.meter == meter) {
        reading.label.push_str(" (blocks first)");
    }
}

/// Every key's limit but our own's, and what each key used today. The list is paged by `offset`; an empty page ends it.
async fn keys(http: &Http, secret: &Secret, own: &str, now: Timestamp) -> Result<Polled, PollError> {
    let page =
        |offset: usize| Request::get("/api/v1/keys").query("offset", &offset.to_string()).bearer(secret);
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let found = pages::pages(http, &SPEC, now, page(0), |json, _| {
        let Some(rows @ Json::Array(_)) = json.get("data") else { return Err(missing("/data")) };
        let rows = rows.items().len();
        let offset = seen.fetch_add(rows, std::sync::atomic::Ordering::Relaxed) + rows;
        Ok((rows > 0).then(|| page(offset)))
    })
    .await?;
    let (mut polled, mut costs) = (Polled::default(), Costs::default());
    for key in found.iter().flat_map(|json| json.get("data").map(Json::items).unwrap_or_default()) {
        let hash = text(key, "/hash").ok_or_else(|| missing("/data/*/hash"))?;
        let name = text(key, "/name").or(text(key, "/label")).unwrap_or(hash);
        if let Some(used) = qty(key, "/usage_daily", Unit::USD)?.filter(|used| used.0 != 0) {
            let today = (day_start(now), day_start(now) + DAY);
            costs.tell_apart(
                today,
                Amount::new(used, Unit::USD),
                Provenance::Reported,
                &[(By::Key, name)],
            )?;
        }
        let off = key.get("disabled").and_then(Json::as_bool) == Some(true);
        let most = super::fields::limit(key, "/limit", Unit::USD)?;
        if let Some(most) = most.filter(|_| !off && text(key, "/label") != Some(own)) {
            // The hash is 64 hexadecimal digits; 16 of them are name enough.
            let meter = format!("key_limit.{}", slug(hash.get(..16).unwrap_or(hash)));
            let label = format!("key limit “{name}”");
            let mut reading = Reading::new(&meter, MeterKind::Budget, label, Unit::USD);
            limit(&mut reading, most, qty(key, "/limit_remaining", Unit::USD)?);
            reading.window = window(text(key, "/limit_reset"));
            reading.resets_at = next_reset(reading.window, now);
            polled.readings.push(reading);
        }
    }
    polled.costs = costs.into_rows();
    Ok(polled)
}

fn read_credits(json: &Json) -> Result<Polled, PollError> {
    let (bought, used) =
        (needed(json, "/data/total_credits", Unit::USD)?, needed(json, "/data/total_usage", Unit::USD)?);
    // May be negative: debt keeps its sign.
    let left = bought.checked_sub(used).ok_or_else(|| PollError::malformed("the balance does not fit"))?;
    Ok(one(Reading {
        limit: Some(bought),
        used: Some(used),
        provenance: Provenance::Derived,
        ..balance("balance", "balance", Unit::USD, left)
    }))
}

/// The activity of the last 30 completed UTC days, by day and model, and the sum of this month's. Today is never in it.
fn read_activity(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let Some(rows @ Json::Array(_)) = json.get("data") else { return Err(missing("/data")) };
    let mut costs = Costs::default();
    for row in rows.items() {
        // `2026-11-20`; some answers add a time of day.
        let day = text(row, "/date").and_then(|day| day.get(..10)).unwrap_or_default();
        let start =
            Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z")).ok_or_else(|| missing("/data/*/date"))?;
        let used = Amount::new(needed(row, "/usage", Unit::USD)?, Unit::USD);
        let model = text(row, "/model").map(|model| (By::Model, model));
        costs.add((start, start + DAY), used, Provenance::Reported, model.as_slice())?;
    }
    let month = month_start(now);
    let total = costs.totals(month).get(&Unit::USD).copied().unwrap_or(Qty(0));
    let label = "account spend this month, to yesterday";
    let mut reading = spend("spend.account.month", label, Unit::USD, total, Window::Month, now);
    reading.as_of = Some(day_start(now));
    Ok(Polled { costs: costs.into_rows(), ..one(reading) })
}
