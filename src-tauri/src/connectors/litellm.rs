//! LiteLLM proxy. A virtual key reads its own budget (with several windows, or shared by `budget_id`), its user's, its
//! team's, its membership's and its organisation's, and its user's spend by day and model. An administrator's key reads
//! those of everybody, and the budgets that the proxy keeps for its providers.
//! Field names as recorded from LiteLLM 1.101.6 and 1.105.7, source read from 1.83 to 1.109. `spend` is what counts
//! against the budget, from 1.105 on `total_spend` is the lifetime's. Budgets reset on calendar borders (UTC): `1d` at
//! midnight, `30d` and `1mo` on the 1st. `max_budget: null` is no limit, never zero.

mod proxy;

use super::costs::Costs;
use super::fields::{
    self, date, day_start, finish, join, missing, month_start, next_reset, qty, slug, text, time,
};
use super::{Connector, ConnectorKind, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MINUTE, MeterKind, PollError, Polled, Provenance, Qty, Reading,
    Scope, Secret, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct LiteLlm;

static SPEC: Spec = Spec {
    id: "litellm",
    name: "LiteLLM",
    kind: ConnectorKind::Gateway,
    about: "Budgets of a virtual key, its user, team and organisation on a LiteLLM proxy, and its spend by model; with an administrator's key those of everybody, and the providers' budgets.",
    secrets: &[
        SecretSpec {
            role: "key",
            label: "Virtual key",
            required: true,
            help: "A virtual key of the proxy reads its own budget; the master key has none.",
            url: None,
            prefix: Some("sk-"),
        },
        SecretSpec {
            role: "admin_key",
            label: "Administrator's key",
            required: false,
            help: "The master key, or a key of a proxy_admin_viewer: it reads everybody's budgets and changes none.",
            url: None,
            prefix: Some("sk-"),
        },
    ],
    meters: &[
        MeterSpec::new("key_budget", "key budget", MeterKind::Budget, "key"),
        MeterSpec::new("key_budget.*", "key budget per window", MeterKind::Budget, "key"),
        MeterSpec::new("user_budget", "user budget", MeterKind::Budget, "key"),
        MeterSpec::new("team_budget", "team budget", MeterKind::Budget, "key"),
        MeterSpec::new("team_budget.*", "team budget per window", MeterKind::Budget, "key"),
        MeterSpec::new("member_budget", "budget within the team", MeterKind::Budget, "key"),
        MeterSpec::new("org_budget", "organisation budget", MeterKind::Budget, "key"),
        MeterSpec::new("spend.key", "key spend", MeterKind::Spend, "key"),
        MeterSpec::new("spend.key.total", "key spend, lifetime", MeterKind::Spend, "key"),
        MeterSpec::new("spend.user", "user spend", MeterKind::Spend, "key"),
        MeterSpec::new("spend.team", "team spend", MeterKind::Spend, "key"),
        MeterSpec::new("spend.day", "spend today", MeterKind::Spend, "key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
        MeterSpec::new("provider_budget.*", "provider budget", MeterKind::Budget, "admin_key"),
        MeterSpec::new("budget.key.*", "budget of another key", MeterKind::Budget, "admin_key"),
        MeterSpec::new("budget.user.*", "budget of another user", MeterKind::Budget, "admin_key"),
        MeterSpec::new("budget.team.*", "budget of another team", MeterKind::Budget, "admin_key"),
        MeterSpec::new("budget.org.*", "budget of an organisation", MeterKind::Budget, "admin_key"),
        MeterSpec::new("spend.proxy.day", "spend of the whole proxy today", MeterKind::Spend, "admin_key"),
        MeterSpec::new(
            "spend.proxy.month",
            "spend of the whole proxy this month",
            MeterKind::Spend,
            "admin_key",
        ),
    ],
    env: &[("key", "LITELLM_API_KEY"), ("admin_key", "LITELLM_MASTER_KEY")],
    docs_url: "https://docs.litellm.ai/docs/proxy/users",
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
        let user = text(info, "/user_id");
        if let Some(user) = user {
            let request = Request::get("/v2/user/info").query("user_id", user).bearer(key);
            let answer = fetch(http, &SPEC, request, now).await;
            join(&mut polled, answer.and_then(|json| read_owner(&json, "user", text(&json, "/user_alias"))));
        }
        if let Some(team) = text(info, "/team_id") {
            let request = Request::get("/team/info").query("team_id", team).bearer(key);
            let answer = fetch(http, &SPEC, request, now).await;
            join(&mut polled, answer.and_then(|json| read_team(&json, user)));
        }
        let admin = account.secrets.get("admin_key");
        // The proxy's activity tells the same money apart for everybody, so the costs are taken from there.
        let mut own = activity(http, key, ("spend", "spend"), now).await;
        if let (Ok(part), true) = (&mut own, admin.is_some()) {
            part.costs.clear();
        }
        join(&mut polled, own);
        if let Some(admin) = admin {
            join(&mut polled, activity(http, admin, ("spend.proxy", "spend of the whole proxy"), now).await);
            let known = [text(&json, "/key"), user, text(info, "/team_id"), text(info, "/organization_id")];
            join(
                &mut polled,
                proxy::budgets_of_all(http, admin, &known.map(Option::unwrap_or_default), now).await,
            );
        }
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

/// A budget of anybody's: its own limit, or that of the budget which several share the definition of (each has its own
/// spend in it), and one for each of its windows.
fn budgets(json: &Json, meter: &str, label: &str) -> Result<Vec<Reading>, PollError> {
    let used = qty(json, "/spend", Unit::USD)?;
    let shared = json.get("litellm_budget_table").filter(|table| !table.is_null());
    let mut found = Vec::new();
    if let Some(most) = fields::limit(json, "/max_budget", Unit::USD)? {
        found.push(budget(meter, label.to_owned(), used, most, json, "/budget_reset_at"));
    } else if let Some(table) = shared
        && let Some(most) = fields::limit(table, "/max_budget", Unit::USD)?
    {
        let name = text(table, "/budget_id").map_or(String::new(), |id| format!(" (from budget “{id}”)"));
        found.push(budget(meter, format!("{label}{name}"), used, most, table, "/budget_reset_at"));
    }
    for limit in json.get("budget_limits").map(Json::items).unwrap_or_default() {
        let Some(most) = fields::limit(limit, "/max_budget", Unit::USD)? else { continue };
        let duration = text(limit, "/budget_duration").unwrap_or("window");
        let spent = json.get("budget_limits_usage").and_then(|usage| usage.get(duration));
        let used = spent.map_or(Ok(None), |usage| qty(usage, "/current_spend", Unit::USD))?;
        let meter = format!("{meter}.{}", slug(duration));
        found.push(budget(&meter, format!("{label} per {duration}"), used, most, limit, "/reset_at"));
    }
    Ok(found)
}

fn named(alias: Option<&str>) -> String {
    alias.map_or(String::new(), |alias| format!(" “{alias}”"))
}

fn read_key(info: &Json) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let name = named(text(info, "/key_alias"));
    let used = qty(info, "/spend", Unit::USD)?.ok_or_else(|| missing("/info/spend"))?;
    polled.readings.extend(budgets(info, "key_budget", &format!("key budget{name}"))?);
    // A spend that is set back with the budget carries the budget's window.
    let own = window(text(info, "/budget_duration"));
    polled.readings.extend(spend("spend.key", format!("key spend{name}"), Some(used), own));
    let total = qty(info, "/total_spend", Unit::USD)?;
    let label = format!("key spend{name}, lifetime");
    polled.readings.extend(spend("spend.key.total", label, total, Window::Never));
    if let Some(org) = info.get("litellm_organization_table").filter(|org| !org.is_null()) {
        let label = format!("organisation budget{}", named(text(org, "/organization_alias")));
        polled.readings.extend(budgets(org, "org_budget", &label)?);
    }
    if info.get("blocked").and_then(Json::as_bool) == Some(true) {
        let words = format!("the key{name} is blocked by the proxy's administrator");
        polled.refusals.push(reported(Cause::Credentials, Scope::Key, "litellm.blocked", &words));
    }
    Ok(polled)
}

/// A user's or a team's budget and spend: the same fields in both answers.
fn read_owner(json: &Json, who: &str, alias: Option<&str>) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let name = named(alias);
    let used = qty(json, "/spend", Unit::USD)?.ok_or_else(|| missing("/spend"))?;
    polled.readings.extend(budgets(json, &format!("{who}_budget"), &format!("{who} budget{name}"))?);
    let own = window(text(json, "/budget_duration"));
    polled.readings.extend(spend(&format!("spend.{who}"), format!("{who} spend{name}"), Some(used), own));
    Ok(polled)
}

fn read_team(json: &Json, user: Option<&str>) -> Result<Polled, PollError> {
    let team = json.get("team_info").ok_or_else(|| missing("/team_info"))?;
    let alias = text(team, "/team_alias");
    let mut polled = read_owner(team, "team", alias)?;
    let members = json.get("team_memberships").map(Json::items).unwrap_or_default();
    let own = members.iter().find(|member| user.is_some() && text(member, "/user_id") == user);
    if let Some(member) = own {
        let label = format!("budget within the team{}", named(alias));
        polled.readings.extend(budgets(member, "member_budget", &label)?);
    }
    Ok(polled)
}

/// The month's spend by day, model and key: of the key's user, or of the whole proxy with an administrator's key.
async fn activity(
    http: &Http,
    key: &Secret,
    name: (&str, &str),
    now: Timestamp,
) -> Result<Polled, PollError> {
    let request = Request::get("/user/daily/activity/aggregated")
        .query("start_date", &date(month_start(now)))
        .query("end_date", &date(now))
        .bearer(key);
    read_activity(&fetch(http, &SPEC, request, now).await?, name, now)
}

fn read_activity(json: &Json, (meter, label): (&str, &str), now: Timestamp) -> Result<Polled, PollError> {
    let Some(days @ Json::Array(_)) = json.get("results") else { return Err(missing("/results")) };
    if json.pointer("/metadata/has_more").and_then(Json::as_bool) == Some(true) {
        // The totals of one page are not the month's.
        return Err(PollError::malformed(
            "the proxy sent only a page of the month's activity; its sum is not used",
        ));
    }
    let mut costs = Costs::default();
    // Only days with calls are listed: no row for today means that nothing was spent yet.
    let mut today = Some(Qty(0));
    for row in days.items() {
        let day = text(row, "/date").and_then(|day| Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z")));
        let day = day.ok_or_else(|| missing("/results/*/date"))?;
        let spent = qty(row, "/metrics/spend", Unit::USD)?;
        if day == day_start(now) {
            today = spent;
        }
        let Some(spent) = spent else { continue };
        costs.add((day, day + DAY), Amount::new(spent, Unit::USD), Provenance::Reported, &[])?;
        for (part, by) in [("models", By::Model), ("api_keys", By::Key)] {
            let parts = row.pointer(&format!("/breakdown/{part}")).map(Json::members).unwrap_or_default();
            for (id, part) in parts {
                // Keys are told by their hash; their alias is in the metadata.
                let name = text(part, "/metadata/key_alias").or(id.get(..12)).unwrap_or(id);
                let name = if by == By::Key { name } else { id };
                let spent = qty(part, "/metrics/spend", Unit::USD)?.filter(|spent| spent.0 != 0);
                if let Some(spent) = spent.filter(|_| !name.trim().is_empty()) {
                    let amount = Amount::new(spent, Unit::USD);
                    costs.tell_apart((day, day + DAY), amount, Provenance::Reported, &[(by, name)])?;
                }
            }
        }
    }
    let month = qty(json, "/metadata/total_spend", Unit::USD)?;
    let mut polled = Polled { costs: costs.into_rows(), ..Polled::default() };
    polled.readings.extend(spend(&format!("{meter}.day"), format!("{label} today"), today, Window::Day));
    polled.readings.extend(spend(
        &format!("{meter}.month"),
        format!("{label} this month"),
        month,
        Window::Month,
    ));
    for reading in &mut polled.readings {
        reading.resets_at = next_reset(reading.window, now);
    }
    Ok(polled)
}
