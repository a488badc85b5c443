//! LiteLLM proxy with a virtual key: its own budget, its user's, its team's, and the month's spend.
//! Field names as recorded from LiteLLM 1.101.6 and 1.105.7. Budgets reset on calendar borders (UTC): `1d` at
//! midnight, `30d` and `1mo` on the 1st. `max_budget: null` is no limit, never zero.

use super::fields::{
    USUAL, date, day_start, finish, join, missing, month_start, next_reset, qty, slug, text, time,
};
use super::{Connector, ConnectorKind, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Cause, Json, MINUTE, MeterKind, PollError, Polled, Qty, Reading, Scope, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct LiteLlm;

static SPEC: Spec = Spec {
    id: "litellm",
    name: "LiteLLM",
    kind: ConnectorKind::Gateway,
    about: "Budgets of a virtual key, its user and its team on a LiteLLM proxy, and its spend.",
    base_url: None,
    secrets: &[SecretSpec {
        role: "key",
        label: "Virtual key",
        required: true,
        help: "A virtual key of the proxy reads its own budget; the master key has none.",
        url: None,
        prefix: Some("sk-"),
    }],
    options: &[],
    meters: &[
        MeterSpec { key: "key_budget", label: "key budget", kind: MeterKind::Budget, needs: "key" },
        MeterSpec {
            key: "key_budget.*",
            label: "key budget per window",
            kind: MeterKind::Budget,
            needs: "key",
        },
        MeterSpec { key: "user_budget", label: "user budget", kind: MeterKind::Budget, needs: "key" },
        MeterSpec { key: "team_budget", label: "team budget", kind: MeterKind::Budget, needs: "key" },
        MeterSpec { key: "spend.key", label: "key spend", kind: MeterKind::Spend, needs: "key" },
        MeterSpec {
            key: "spend.key.total",
            label: "key spend, lifetime",
            kind: MeterKind::Spend,
            needs: "key",
        },
        MeterSpec { key: "spend.user", label: "user spend", kind: MeterKind::Spend, needs: "key" },
        MeterSpec { key: "spend.team", label: "team spend", kind: MeterKind::Spend, needs: "key" },
        MeterSpec { key: "spend.day", label: "spend today", kind: MeterKind::Spend, needs: "key" },
        MeterSpec { key: "spend.month", label: "spend this month", kind: MeterKind::Spend, needs: "key" },
    ],
    top_up_url: None,
    docs_url: "https://docs.litellm.ai/docs/proxy/users",
    min_interval: USUAL.1,
    interval: USUAL.0,
    // Spend is written to the database in batches, tens of seconds apart.
    freshness: 2 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for LiteLlm {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        // Who the key belongs to is only known from here: without this answer there is nothing else to ask.
        let json = fetch(http, &SPEC, Request::get("/key/info").bearer(key), now).await?;
        let info = json.get("info").ok_or_else(|| missing("/info"))?;
        let mut polled = Polled::default();
        join(&mut polled, read_key(info));
        if let Some(user) = text(info, "/user_id") {
            let request = Request::get("/v2/user/info").query("user_id", user).bearer(key);
            let answer = fetch(http, &SPEC, request, now).await;
            join(&mut polled, answer.and_then(|json| read_owner(&json, "user", text(&json, "/user_alias"))));
        }
        if let Some(team) = text(info, "/team_id") {
            let request = Request::get("/team/info").query("team_id", team).bearer(key);
            let answer = fetch(http, &SPEC, request, now).await;
            join(&mut polled, answer.and_then(|json| read_team(&json)));
        }
        let request = Request::get("/user/daily/activity/aggregated")
            .query("start_date", &date(month_start(now)))
            .query("end_date", &date(now))
            .bearer(key);
        let answer = fetch(http, &SPEC, request, now).await;
        join(&mut polled, answer.and_then(|json| read_activity(&json, now)));
        finish(polled)
    }
}

fn window(duration: Option<&str>) -> Window {
    match duration {
        None => Window::Never,
        Some("1d" | "24h") => Window::Day,
        Some("7d" | "1w") => Window::Week,
        Some("30d" | "1mo") => Window::Month,
        Some(_) => Window::Other,
    }
}

fn budget(meter: &str, label: String, used: Option<Qty>, limit: Qty, from: &Json, reset: &str) -> Reading {
    let mut reading = Reading::new(meter, MeterKind::Budget, label, Unit::USD);
    reading.used = used;
    reading.limit = Some(limit);
    reading.remaining = used.and_then(|used| limit.checked_sub(used));
    reading.window = window(text(from, "/budget_duration"));
    reading.resets_at = time(from, reset);
    reading
}

fn spend(meter: &str, label: String, used: Option<Qty>, window: Window) -> Option<Reading> {
    let mut reading = Reading::new(meter, MeterKind::Spend, label, Unit::USD);
    reading.used = Some(used?);
    reading.window = window;
    Some(reading)
}

fn read_key(info: &Json) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let name = text(info, "/key_alias").map_or(String::new(), |alias| format!(" “{alias}”"));
    let used = qty(info, "/spend", Unit::USD)?;
    if used.is_none() {
        return Err(missing("/info/spend"));
    }
    let shared = info.get("litellm_budget_table").filter(|table| !table.is_null());
    if let Some(most) = qty(info, "/max_budget", Unit::USD)? {
        polled.readings.push(budget(
            "key_budget",
            format!("key budget{name}"),
            used,
            most,
            info,
            "/budget_reset_at",
        ));
    } else if let Some(table) = shared
        && let Some(most) = qty(table, "/max_budget", Unit::USD)?
    {
        // The limit of a budget that several keys share the definition of; each key has its own spend in it.
        let shared_name = text(table, "/budget_id").unwrap_or("shared");
        let label = format!("key budget{name} (from budget “{shared_name}”)");
        polled.readings.push(budget("key_budget", label, used, most, table, "/budget_reset_at"));
    }
    for limit in info.get("budget_limits").map(Json::items).unwrap_or_default() {
        let Some(most) = qty(limit, "/max_budget", Unit::USD)? else { continue };
        let duration = text(limit, "/budget_duration").unwrap_or("window");
        let used = qty(info, &format!("/budget_limits_usage/{duration}/current_spend"), Unit::USD)?;
        let meter = format!("key_budget.{}", slug(duration));
        polled.readings.push(budget(
            &meter,
            format!("key budget{name} per {duration}"),
            used,
            most,
            limit,
            "/reset_at",
        ));
    }
    // A spend that is set back with the budget carries the budget's window.
    let own = window(text(info, "/budget_duration"));
    polled.readings.extend(spend("spend.key", format!("key spend{name}"), used, own));
    let total = qty(info, "/total_spend", Unit::USD)?;
    polled.readings.extend(spend(
        "spend.key.total",
        format!("key spend{name}, lifetime"),
        total,
        Window::Never,
    ));
    if info.get("blocked").and_then(Json::as_bool) == Some(true) {
        let words = format!("the key{name} is blocked by the proxy's administrator");
        polled.refusals.push(reported(Cause::Credentials, Scope::Key, "litellm.blocked", &words));
    }
    Ok(polled)
}

/// A user's or a team's budget and spend: the same fields in both answers.
fn read_owner(json: &Json, who: &str, alias: Option<&str>) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let name = alias.map_or(String::new(), |alias| format!(" “{alias}”"));
    let Some(used) = qty(json, "/spend", Unit::USD)? else { return Err(missing("/spend")) };
    if let Some(most) = qty(json, "/max_budget", Unit::USD)? {
        let label = format!("{who} budget{name}");
        polled.readings.push(budget(
            &format!("{who}_budget"),
            label,
            Some(used),
            most,
            json,
            "/budget_reset_at",
        ));
    }
    let own = window(text(json, "/budget_duration"));
    polled.readings.extend(spend(&format!("spend.{who}"), format!("{who} spend{name}"), Some(used), own));
    Ok(polled)
}

fn read_team(json: &Json) -> Result<Polled, PollError> {
    let team = json.get("team_info").ok_or_else(|| missing("/team_info"))?;
    read_owner(team, "team", text(team, "/team_alias"))
}

fn read_activity(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let Some(days @ Json::Array(_)) = json.get("results") else { return Err(missing("/results")) };
    if json.pointer("/metadata/has_more").and_then(Json::as_bool) == Some(true) {
        // The totals of one page are not the month's.
        return Err(PollError::malformed(
            "the proxy sent only a page of the month's activity; its sum is not used",
        ));
    }
    let month = qty(json, "/metadata/total_spend", Unit::USD)?;
    let today = date(day_start(now));
    let row = days.items().iter().find(|row| text(row, "/date") == Some(&today));
    // Only days with calls are listed: no row for today means that nothing was spent yet.
    let day = row.map_or(Ok(Some(Qty(0))), |row| qty(row, "/metrics/spend", Unit::USD))?;
    let mut polled = Polled::default();
    polled.readings.extend(spend("spend.day", "spend today".to_owned(), day, Window::Day));
    polled.readings.extend(spend("spend.month", "spend this month".to_owned(), month, Window::Month));
    for reading in &mut polled.readings {
        reading.resets_at = next_reset(reading.window, now);
    }
    Ok(polled)
}
