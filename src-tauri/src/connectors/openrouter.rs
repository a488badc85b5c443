//! OpenRouter. `GET /api/v1/key` (any key): the key's limit, use and budgets. `GET /api/v1/credits` and
//! `/api/v1/activity` (management key): the account's balance and its use by completed UTC day.
//! Source: the OpenAPI description in OpenRouterTeam/typescript-sdk and the package openrouter 1.3.84.

use super::fields::{
    USUAL, date, day_start, finish, join, month_start, needed, next_reset, qty, slug, text, time,
};
use super::{Connector, ConnectorKind, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Json, MINUTE, MeterKind, PollError, Polled, Provenance, Qty, Reading, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct OpenRouter;

static SPEC: Spec = Spec {
    id: "openrouter",
    name: "OpenRouter",
    kind: ConnectorKind::Gateway,
    about: "Key limit and spend with an ordinary key; the account's balance with a management key too.",
    base_url: Some("https://openrouter.ai"),
    secrets: &[
        SecretSpec {
            role: "key",
            label: "API key",
            required: true,
            help: "The key your programs use; it can read its own limit and use.",
            url: Some("https://openrouter.ai/settings/keys"),
            prefix: Some("sk-or-"),
        },
        SecretSpec {
            role: "management_key",
            label: "Management key",
            required: false,
            help: "A management key (it cannot run models) opens the account's balance.",
            url: Some("https://openrouter.ai/settings/management-keys"),
            prefix: Some("sk-or-"),
        },
    ],
    options: &[],
    meters: &[
        MeterSpec { key: "balance", label: "balance", kind: MeterKind::Balance, needs: "management_key" },
        MeterSpec { key: "key_limit", label: "key limit", kind: MeterKind::Budget, needs: "key" },
        MeterSpec { key: "budget.*", label: "budget", kind: MeterKind::Budget, needs: "key" },
        MeterSpec {
            key: "free_requests",
            label: "free model requests",
            kind: MeterKind::Quota,
            needs: "key",
        },
        MeterSpec { key: "spend", label: "key spend", kind: MeterKind::Spend, needs: "key" },
        MeterSpec { key: "spend.day", label: "key spend today", kind: MeterKind::Spend, needs: "key" },
        MeterSpec { key: "spend.week", label: "key spend this week", kind: MeterKind::Spend, needs: "key" },
        MeterSpec { key: "spend.month", label: "key spend this month", kind: MeterKind::Spend, needs: "key" },
        MeterSpec {
            key: "spend.account.month",
            label: "account spend this month, to yesterday",
            kind: MeterKind::Spend,
            needs: "management_key",
        },
    ],
    top_up_url: Some("https://openrouter.ai/settings/credits"),
    docs_url: "https://openrouter.ai/docs/api-reference/limits",
    min_interval: USUAL.1,
    interval: USUAL.0,
    freshness: MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for OpenRouter {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        if account.secrets.contains_key("management_key") {
            let secret = account.secret("management_key")?;
            let credits = fetch(http, &SPEC, Request::get("/api/v1/credits").bearer(secret), now).await;
            join(&mut polled, credits.and_then(|json| read_credits(&json)));
            let activity = fetch(http, &SPEC, Request::get("/api/v1/activity").bearer(secret), now).await;
            join(&mut polled, activity.and_then(|json| read_activity(&json, now)));
        }
        let request = Request::get("/api/v1/key").bearer(account.secret("key")?);
        join(&mut polled, fetch(http, &SPEC, request, now).await.and_then(|json| read_key(&json, now)));
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
    let key = json.pointer("/data").ok_or_else(|| super::fields::missing("/data"))?;
    let name = text(key, "/label").map_or(String::new(), |label| format!(" “{label}”"));
    if let Some(most) = qty(key, "/limit", Unit::USD)? {
        let mut reading = Reading::new("key_limit", MeterKind::Budget, format!("key limit{name}"), Unit::USD);
        limit(&mut reading, most, qty(key, "/limit_remaining", Unit::USD)?);
        reading.window = window(text(key, "/limit_reset"));
        reading.resets_at = next_reset(reading.window, now);
        polled.readings.push(reading);
    }
    for budget in key.get("budgets").map(Json::items).unwrap_or_default() {
        // The layer `key_limit` is the key's own limit again.
        let scope = text(budget, "/scope").unwrap_or("budget");
        let Some(most) = qty(budget, "/limit_usd", Unit::USD)?.filter(|_| scope != "key_limit") else {
            continue;
        };
        let meter = format!("budget.{}", slug(text(budget, "/budget_id").unwrap_or(scope)));
        let mut reading = Reading::new(&meter, MeterKind::Budget, format!("{scope} budget"), Unit::USD);
        limit(&mut reading, most, qty(budget, "/remaining_usd", Unit::USD)?);
        reading.used = qty(budget, "/spend_usd", Unit::USD)?.or(reading.used);
        reading.window = window(text(budget, "/reset_interval"));
        reading.resets_at = time(budget, "/resets_at").or(next_reset(reading.window, now));
        polled.readings.push(reading);
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

fn read_credits(json: &Json) -> Result<Polled, PollError> {
    let mut reading = Reading::new("balance", MeterKind::Balance, "balance", Unit::USD);
    let (bought, used) =
        (needed(json, "/data/total_credits", Unit::USD)?, needed(json, "/data/total_usage", Unit::USD)?);
    reading.limit = Some(bought);
    reading.used = Some(used);
    // May be negative: debt keeps its sign.
    reading.remaining = bought.checked_sub(used);
    reading.provenance = Provenance::Derived;
    Ok(Polled { readings: vec![reading], ..Polled::default() })
}

/// The activity of completed UTC days of this month, summed. Today is never in it.
fn read_activity(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let Some(rows @ Json::Array(_)) = json.get("data") else { return Err(super::fields::missing("/data")) };
    let month = date(month_start(now));
    let mut total = Qty(0);
    for row in rows.items() {
        if text(row, "/date").is_some_and(|day| day.get(..7) == month.get(..7)) {
            let used = needed(row, "/usage", Unit::USD)?;
            total = total
                .checked_add(used)
                .ok_or_else(|| PollError::malformed("the activity's sum does not fit"))?;
        }
    }
    let label = "account spend this month, to yesterday";
    let mut reading = Reading::new("spend.account.month", MeterKind::Spend, label, Unit::USD);
    reading.used = Some(total);
    reading.window = Window::Month;
    reading.resets_at = next_reset(Window::Month, now);
    reading.provenance = Provenance::Derived;
    reading.as_of = Some(day_start(now));
    Ok(Polled { readings: vec![reading], ..Polled::default() })
}
