//! Cloudflare AI Gateway. `GET /accounts/{account}/ai-gateway/billing/credit-balance` and `/billing/spending-limit`
//! (API token with AI Gateway Read): the account's credits and its spending limit, both in cents. `POST /graphql` (the
//! same token with Account Analytics Read): what calls cost in dollars, by hour, model and gateway; Cloudflare
//! estimates it from tokens and list prices, whoever pays the provider. `GET /ai-gateway/gateways/{gateway}`: that
//! gateway's spend limits, in dollars per window of seconds.
//! `/billing/usage-history` is not read: its readers disagree whether it counts dollars or cents.
//! Source: PyPI cloudflare 5.9.0 (types/ai_gateway); that the balance is in cents, as the limit is, was found by two
//! independent users of it (a balance of 640.19 was 6.40 USD on the dashboard); developers.cloudflare.com/ai-gateway,
//! "Analytics" (GraphQL) and "Spend limits".

use super::costs::Costs;
use super::fields::{
    finish, join, missing, month_start, needed, next_reset, scaled, slug, spend, text, time,
};
use super::{
    Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, checked, fetch, needed_option,
    option,
};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, Timestamp, Unit, Window,
};
use crate::refusal::shorten;

/// The connector.
pub(super) struct Cloudflare;

/// Rows that one query gives at most.
const ROWS: usize = 10_000;

static SPEC: Spec = Spec {
    id: "cloudflare",
    name: "Cloudflare AI Gateway",
    kind: ConnectorKind::Gateway,
    about: "An account's AI Gateway credits, its spending limit, and the cost of calls by model and gateway.",
    base_url: Some("https://api.cloudflare.com/client/v4"),
    secrets: &[SecretSpec::key(
        "An API token with the permissions AI Gateway Read, and Account Analytics Read for costs; a gateway's own token does not do.",
        "https://dash.cloudflare.com/profile/api-tokens",
    )
    .role("key", "API token")],
    options: &[
        OptionSpec::new(
            "account",
            "Account id",
            "The account's id, 32 letters and digits, from the dashboard's address.",
            "0123456789abcdef0123456789abcdef",
        )
        .required(),
        OptionSpec::new("gateway", "Gateway", "Count the costs of this gateway only, and read its spend limits.", "my-gateway"),
    ],
    meters: &[
        MeterSpec::new("balance", "credits", MeterKind::Balance, "key"),
        MeterSpec::new("spending_limit", "spending limit", MeterKind::Budget, "key"),
        MeterSpec::new("limit.*", "spend limit of the gateway in the options", MeterKind::Budget, "key"),
        MeterSpec::new("spend.month", "estimated cost of calls this month", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://dash.cloudflare.com/?to=/:account/ai/ai-gateway"),
        billing: None,
        keys: Some("https://dash.cloudflare.com/profile/api-tokens"),
        limits: None,
        status: Some("https://www.cloudflarestatus.com"),
    },
    env: &[("key", "CLOUDFLARE_API_TOKEN")],
    docs_url: "https://developers.cloudflare.com/ai-gateway/features/unified-billing/",
    freshness: 10 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Cloudflare {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let id = needed_option(account, &SPEC, "account")?;
        if !id.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
            return Err(PollError::new(PollErrorKind::Config, "the option account is no account id"));
        }
        let gateway = option(account, "gateway")?;
        let fits = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        if gateway.as_ref().is_some_and(|name| !name.bytes().all(fits)) {
            return Err(PollError::new(PollErrorKind::Config, "the option gateway is no gateway's id"));
        }
        let key = account.secret("key")?;
        let billing =
            |page: &str| Request::get(&format!("/accounts/{id}/ai-gateway/billing/{page}")).bearer(key);
        let mut polled = Polled::default();
        let credits = fetch(http, &SPEC, billing("credit-balance"), now).await;
        join(&mut polled, credits.and_then(|json| read_balance(&json)));
        join(&mut polled, limit(http, billing("spending-limit"), now).await);
        if let Some(name) = &gateway {
            let request = Request::get(&format!("/accounts/{id}/ai-gateway/gateways/{name}")).bearer(key);
            join(&mut polled, fetch(http, &SPEC, request, now).await.and_then(|json| read_rules(&json)));
        }
        let query = Request::post("/graphql", query(&id, gateway.as_deref(), now)).bearer(key);
        join(&mut polled, fetch(http, &SPEC, query, now).await.and_then(|json| read_costs(&json, now)));
        finish(polled)
    }
}

/// The result of `{"success": true, "errors": [], "result": …}`.
fn result(json: &Json) -> Result<&Json, PollError> {
    match json.get("success").and_then(Json::as_bool) {
        Some(true) => json.get("result").ok_or_else(|| missing("/result")),
        Some(false) => {
            let words = text(json, "/errors/0/message").unwrap_or("no reason given");
            let words = format!("{} says no: {}", SPEC.name, shorten(words));
            Err(PollError::new(PollErrorKind::Provider, words))
        }
        None => Err(missing("/success")),
    }
}

/// Credits back or a debt keep their sign.
fn read_balance(json: &Json) -> Result<Polled, PollError> {
    let left = scaled(result(json)?, "/balance", Unit::USD, -2)?.ok_or_else(|| missing("/result/balance"))?;
    Ok(super::fields::one(super::fields::balance("balance", "credits", Unit::USD, left)))
}

/// An account that never bought credits by hand has no limit, and is told so in its own way.
async fn limit(http: &Http, request: Request, now: Timestamp) -> Result<Polled, PollError> {
    let answer = http.send(request).await?;
    let said = answer.json().ok();
    let errors = said.as_ref().and_then(|json| json.get("errors")).map(Json::items).unwrap_or_default();
    let never = |error: &Json| text(error, "/message").is_some_and(|words| words.contains("NO_MANUAL_TOPUP"));
    if errors.iter().any(never) {
        return Ok(Polled::default());
    }
    read_limit(&checked(&SPEC, &answer, now)?, now)
}

/// The limit on what credits pay for. How much of it is used is not said. A fixed window begins with the UTC day, week
/// or month; a sliding one has no reset.
fn read_limit(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let result = result(json)?;
    let amount = scaled(result, "/config/amount", Unit::USD, -2)?.filter(|amount| amount.0 >= 0);
    let enabled = result.get("enabled").and_then(Json::as_bool) == Some(true);
    let Some(amount) = amount.filter(|_| enabled) else { return Ok(Polled::default()) };
    let mut reading = Reading::new("spending_limit", MeterKind::Budget, "spending limit", Unit::USD);
    reading.limit = Some(amount);
    reading.window = match (text(result, "/config/strategy"), text(result, "/config/duration")) {
        (Some("fixed"), Some("daily")) => Window::Day,
        (Some("fixed"), Some("weekly")) => Window::Week,
        (Some("fixed"), Some("monthly")) => Window::Month,
        _ => Window::Other,
    };
    reading.resets_at = next_reset(reading.window, now);
    Ok(super::fields::one(reading))
}

/// A gateway's own spend limits, in dollars per window of seconds. How much of them is used is not said.
fn read_rules(json: &Json) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let limits = result(json)?.get("spend_limits").filter(|limits| !limits.is_null());
    let off = |part: &Json| part.get("enabled").and_then(Json::as_bool) == Some(false);
    let Some(limits) = limits.filter(|limits| !off(limits)) else { return Ok(polled) };
    let rules = limits.get("rules").map(Json::items).unwrap_or_default();
    for rule in rules.iter().filter(|rule| !off(rule)) {
        let most = needed(rule, "/limit", Unit::USD)?;
        let seconds = rule.get("window").and_then(Json::as_i64).ok_or_else(|| missing("/rules/*/window"))?;
        let every = match seconds {
            seconds if seconds % 86_400 == 0 => format!("{} d", seconds / 86_400),
            seconds if seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
            seconds => format!("{seconds} s"),
        };
        let parts = ["metadata", "model", "provider"];
        let whole = parts.iter().all(|part| rule.get(part).is_none_or(Json::is_null));
        let of = if whole { "" } else { " of a part of the calls" };
        let meter = format!("limit.{}", slug(text(rule, "/id").unwrap_or(&every)));
        let label = format!("spend limit per {every}{of}");
        let mut reading = Reading::new(&meter, MeterKind::Budget, label, Unit::USD);
        (reading.limit, reading.window) = (Some(most), Window::Other);
        polled.readings.push(reading);
    }
    Ok(polled)
}

fn query(account: &str, gateway: Option<&str>, now: Timestamp) -> serde_json::Value {
    let (names, filter) = match gateway {
        Some(_) => (", $gateway: string!", ", gateway: $gateway"),
        None => ("", ""),
    };
    let text = format!(
        "query ($account: string!, $from: Time!, $to: Time!{names}) {{ viewer {{ accounts(filter: {{accountTag: $account}}) {{ aiGatewayRequestsAdaptiveGroups(limit: {ROWS}, filter: {{datetime_geq: $from, datetime_leq: $to{filter}}}) {{ sum {{ cost }} dimensions {{ datetimeHour model gateway }} }} }} }} }}"
    );
    let mut variables = serde_json::json!({
        "account": account,
        "from": month_start(now).to_string(),
        "to": now.to_string(),
    });
    if let Some(gateway) = gateway {
        variables["gateway"] = gateway.into();
    }
    serde_json::json!({"query": text, "variables": variables})
}

fn read_costs(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    if let Some(words) = text(json, "/errors/0/message") {
        let right = ["authz", "authoriz", "permission", "access"];
        let mine = right.iter().any(|word| words.to_lowercase().contains(word));
        let (kind, todo) = match mine {
            true => (PollErrorKind::Credentials, "; give the token the permission Account Analytics Read"),
            false => (PollErrorKind::Provider, ""),
        };
        let words = format!("{} gives no costs: {}{todo}.", SPEC.name, shorten(words));
        return Err(PollError::new(kind, words));
    }
    const GROUPS: &str = "/data/viewer/accounts/0/aiGatewayRequestsAdaptiveGroups";
    let Some(rows @ Json::Array(_)) = json.pointer(GROUPS) else { return Err(missing(GROUPS)) };
    if rows.items().len() >= ROWS {
        return Err(PollError::new(
            PollErrorKind::Provider,
            format!(
                "{}: the month has more than {ROWS} rows of costs, so none is used; name a gateway",
                SPEC.name
            ),
        ));
    }
    let mut costs = Costs::default();
    for row in rows.items() {
        let hour =
            time(row, "/dimensions/datetimeHour").ok_or_else(|| missing("/dimensions/datetimeHour"))?;
        let day = super::fields::day_start(hour);
        let amount = Amount::new(needed(row, "/sum/cost", Unit::USD)?, Unit::USD);
        let model = text(row, "/dimensions/model").unwrap_or("");
        let gateway = text(row, "/dimensions/gateway").unwrap_or("");
        let by = [(By::Model, model), (By::Project, gateway)];
        costs.add((day, day + DAY), amount, Provenance::Estimated, &by)?;
    }
    let total = costs.totals(month_start(now)).get(&Unit::USD).copied().unwrap_or(Qty(0));
    let label = "estimated cost of calls this month";
    let mut reading = spend("spend.month", label, Unit::USD, total, Window::Month, now);
    reading.provenance = Provenance::Estimated;
    Ok(Polled { readings: vec![reading], costs: costs.into_rows(), ..Polled::default() })
}
