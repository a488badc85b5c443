//! new-api. The relay key alone reads its own quota (`GET /api/usage/token/`; builds without it answer the mirror of
//! OpenAI's billing pages); a system access token opens the user's balance (`GET /api/user/self`), the month's figures
//! by hour and model (`GET /api/data/self`, at most 30 days a call) and subscriptions (`GET /api/subscription/self`).
//! Builds up to 1.0.0-rc.15 want the user's number beside the token in `New-Api-User`.
//! Figures are in the site's units; `/api/status` says how many make a dollar and what the site shows.
//! Source: QuantumNous/new-api, controller/token.go@0533f38 (GetTokenUsage), usedata.go@02dedfc, misc.go@002f912,
//! subscription.go and model/subscription.go@009910b; later builds keep a subscription's amounts in itself.

use super::costs::Costs;
use super::fields::{finish, join, missing, month_start, one, slug, spend, text, time};
use super::mirror::{Site, billing, data};
use super::{Connector, ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct NewApi;

/// The longest span of one call is 30 days.
const SPAN: i64 = 28 * DAY;

static SPEC: Spec = Spec {
    id: "new_api",
    name: "New API",
    kind: ConnectorKind::Gateway,
    about: "A relay key's quota; the user's balance, subscriptions and costs with a system access token too.",
    base_url: None,
    secrets: &[
        SecretSpec {
            url: None,
            ..SecretSpec::key("The relay key that your programs use (sk-…); it reads its own quota.", "")
        },
        SecretSpec {
            url: None,
            ..SecretSpec::key(
                "The system access token of your user, made on the site under personal settings; making a new one ends the old one.",
                "",
            )
            .role("access_token", "System access token")
            .optional()
        },
    ],
    options: &[OptionSpec::new(
        "user_id",
        "User id",
        "Your numeric user id on the site, which most builds want beside the access token.",
        "7",
    )],
    meters: &[
        MeterSpec::new("key_limit", "key limit", MeterKind::Budget, "key"),
        MeterSpec::new("spend", "key spend, of a key without a limit", MeterKind::Spend, "key"),
        MeterSpec::new("balance", "balance", MeterKind::Balance, "access_token"),
        MeterSpec::new("subscription.*", "subscription", MeterKind::Quota, "access_token"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "access_token"),
    ],
    starts: &[("key", "sk-")],
    docs_url: "https://docs.newapi.pro/",
    freshness: 5 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for NewApi {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let site = Site::ask(http, &SPEC, now).await?;
        let mut polled = Polled::default();
        if account.secrets.contains_key("access_token") {
            let user = fetch(http, &SPEC, ask(account, "/api/user/self")?, now).await;
            join(&mut polled, user.and_then(|json| read_user(&site, data(&SPEC, &json)?)));
            let plans = fetch(http, &SPEC, ask(account, "/api/subscription/self")?, now).await;
            let plans = plans.and_then(|json| read_plans(&site, data(&SPEC, &json)?));
            // Builds without subscriptions have no such page.
            if !matches!(&plans, Err(error) if error.kind == PollErrorKind::NotFound) {
                join(&mut polled, plans);
            }
            if site.keeps_figures != Some(false) {
                join(&mut polled, month(http, &site, account, now).await);
            }
        }
        join(&mut polled, key(http, &site, account, now).await);
        finish(polled)
    }
}

fn ask(account: &Account, path: &str) -> Result<Request, PollError> {
    let request = Request::get(path).bearer(account.secret("access_token")?);
    Ok(match option(account, "user_id")? {
        Some(id) => request.header("New-Api-User", &id),
        None => request,
    })
}

async fn key(http: &Http, site: &Site, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let secret = account.secret("key")?;
    match fetch(http, &SPEC, Request::get("/api/usage/token/").bearer(secret), now).await {
        Err(error) if error.kind == PollErrorKind::NotFound => billing(http, &SPEC, site, secret, now).await,
        answer => read_key(site, data(&SPEC, &answer?)?),
    }
}

fn read_key(site: &Site, key: &Json) -> Result<Polled, PollError> {
    let name = text(key, "/name").map_or(String::new(), |name| format!(" “{name}”"));
    let used = site.needed(key, "/total_used")?;
    if key.get("unlimited_quota").and_then(Json::as_bool) == Some(true) {
        let mut reading = Reading::new("spend", MeterKind::Spend, format!("key spend{name}"), site.unit);
        reading.used = Some(used);
        return Ok(one(reading));
    }
    let mut reading = Reading::new("key_limit", MeterKind::Budget, format!("key limit{name}"), site.unit);
    reading.used = Some(used);
    reading.limit = site.quota(key, "/total_granted")?;
    reading.remaining = Some(site.needed(key, "/total_available")?);
    Ok(one(reading))
}

/// `quota` is what is left, `used_quota` what was used ever.
fn read_user(site: &Site, user: &Json) -> Result<Polled, PollError> {
    let mut reading = Reading::new("balance", MeterKind::Balance, "balance", site.unit);
    reading.remaining = Some(site.needed(user, "/quota")?);
    reading.used = site.quota(user, "/used_quota")?;
    Ok(one(reading))
}

/// Active subscriptions. Earlier builds count by model, some models by calls; later ones count the whole.
fn read_plans(site: &Site, plans: &Json) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for plan in plans.get("subscriptions").map(Json::items).unwrap_or_default() {
        let Some(id) = plan.pointer("/subscription/id").and_then(Json::as_decimal) else { continue };
        let meter = format!("subscription.{}", slug(id));
        let reset = time(plan, "/subscription/next_reset_time");
        for item in plan.get("items").map(Json::items).unwrap_or_default() {
            let model = text(item, "/model_name").ok_or_else(|| missing("/items/*/model_name"))?;
            let calls = item.get("quota_type").and_then(Json::as_decimal) == Some("1");
            let meter = format!("{meter}.{}", slug(model));
            polled.readings.push(plan_part(
                site,
                item,
                &meter,
                &format!("subscription, {model}"),
                calls,
                reset,
            )?);
        }
        if plan.pointer("/subscription/amount_total").is_some() {
            let whole = plan.get("subscription").unwrap_or(plan);
            polled.readings.push(plan_part(site, whole, &meter, "subscription", false, reset)?);
        }
    }
    Ok(polled)
}

/// A total of 0 is no limit.
fn plan_part(
    site: &Site,
    part: &Json,
    meter: &str,
    label: &str,
    calls: bool,
    reset: Option<Timestamp>,
) -> Result<Reading, PollError> {
    let figure = |pointer: &str| match calls {
        true => super::fields::qty(part, pointer, Unit::Requests),
        false => site.quota(part, pointer),
    };
    let unit = if calls { Unit::Requests } else { site.unit };
    let mut reading = Reading::new(meter, MeterKind::Quota, label, unit);
    reading.used = Some(figure("/amount_used")?.ok_or_else(|| missing("/amount_used"))?);
    reading.limit = figure("/amount_total")?.filter(|total| total.0 > 0);
    reading.resets_at = reset;
    reading.window = if reset.is_some() { Window::Other } else { Window::Never };
    Ok(reading)
}

/// The month's rows by hour and model, as days of UTC.
async fn month(http: &Http, site: &Site, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let mut costs = Costs::default();
    let mut start = month_start(now);
    while start < now {
        let end = (start + SPAN).min(now + 1_000);
        let request = ask(account, "/api/data/self")?
            .query("start_timestamp", &(start.0 / 1_000).to_string())
            .query("end_timestamp", &(end.0 / 1_000 - 1).to_string());
        let json = fetch(http, &SPEC, request, now).await?;
        for row in data(&SPEC, &json)?.items() {
            let at = time(row, "/created_at").ok_or_else(|| missing("/data/*/created_at"))?;
            let day = super::fields::day_start(at);
            let amount = Amount::new(site.needed(row, "/quota")?, site.unit);
            let model = text(row, "/model_name").unwrap_or("");
            costs.add((day, day + DAY), amount, Provenance::Reported, &[(By::Model, model)])?;
        }
        start = end;
    }
    let total = match costs.totals(month_start(now)).get(&site.unit) {
        Some(total) => *total,
        // No row is no spend only where the site is known to keep figures.
        None if site.keeps_figures == Some(true) => Qty(0),
        None => return Ok(Polled::default()),
    };
    let reading = spend("spend.month", "spend this month", site.unit, total, Window::Month, now);
    Ok(Polled { readings: vec![reading], costs: costs.into_rows(), ..Polled::default() })
}
