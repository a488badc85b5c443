//! one-api, and the many gateways made from it. The relay key alone reads its own limit and use from the mirror of
//! OpenAI's billing pages; a dashboard access token opens the user's balance (`GET /api/user/self`), every key
//! (`GET /api/token/`) and the last seven days by model (`GET /api/user/dashboard`).
//! Figures are in the site's units; `/api/status` says how many make a dollar. The access token is sent bare.
//! Days are the site's own; a site in another time zone than UTC cuts them elsewhere.
//! Source: songquanpeng/one-api@8df4a26 (controller/billing.go, user.go, token.go, misc.go, middleware/auth.go).

use super::costs::Costs;
use super::fields::{date, finish, join, one, slug, spend, text};
use super::mirror::{Site, billing, data};
use super::pages::pages;
use super::{Connector, ConnectorKind, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MeterKind, PollError, Polled, Provenance, Qty, Reading, Scope,
    Secret, Timestamp, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct OneApi;

/// Keys on one page of the list.
const PAGE: usize = 10;

/// A key's status when its quota is used up.
const EXHAUSTED: &str = "4";

static SPEC: Spec = Spec {
    id: "one_api",
    name: "One API",
    kind: ConnectorKind::Gateway,
    about: "A relay key's limit and use; the user's balance, keys and costs with a dashboard access token too.",
    base_url: None,
    secrets: &[
        SecretSpec {
            url: None,
            ..SecretSpec::key("The relay key that your programs use (sk-…); it reads its own limit.", "")
        },
        SecretSpec {
            url: None,
            ..SecretSpec::key(
                "The access token of your user, made on the site under personal settings; making a new one ends the old one.",
                "",
            )
            .role("access_token", "Dashboard access token")
            .optional()
        },
    ],
    meters: &[
        MeterSpec::new("key_limit", "key limit", MeterKind::Budget, "key"),
        MeterSpec::new("spend", "key spend, of a key without a limit", MeterKind::Spend, "key"),
        MeterSpec::new("balance", "balance", MeterKind::Balance, "access_token"),
        MeterSpec::new("key.*", "key", MeterKind::Budget, "access_token"),
        MeterSpec::new("spend.day", "spend today", MeterKind::Spend, "access_token"),
    ],
    starts: &[("key", "sk-")],
    docs_url: "https://github.com/songquanpeng/one-api/blob/main/docs/API.md",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for OneApi {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let site = Site::ask(http, &SPEC, now).await?;
        let mut polled = Polled::default();
        if account.secrets.contains_key("access_token") {
            let token = account.secret("access_token")?;
            let user = fetch(http, &SPEC, ask("/api/user/self", token), now).await;
            join(&mut polled, user.and_then(|json| read_user(&site, data(&SPEC, &json)?)));
            join(&mut polled, keys(http, &site, token, now).await);
            let days = fetch(http, &SPEC, ask("/api/user/dashboard", token), now).await;
            join(&mut polled, days.and_then(|json| read_days(&site, data(&SPEC, &json)?, now)));
        }
        join(&mut polled, billing(http, &SPEC, &site, account.secret("key")?, now).await);
        finish(polled)
    }
}

fn ask(path: &str, token: &Secret) -> Request {
    Request::get(path).secret_header("authorization", token)
}

/// `quota` is what is left, `used_quota` what was used ever.
fn read_user(site: &Site, user: &Json) -> Result<Polled, PollError> {
    let mut reading = Reading::new("balance", MeterKind::Balance, "balance", site.unit);
    reading.remaining = Some(site.needed(user, "/quota")?);
    reading.used = site.quota(user, "/used_quota")?;
    Ok(one(reading))
}

async fn keys(http: &Http, site: &Site, token: &Secret, now: Timestamp) -> Result<Polled, PollError> {
    let page = |number: usize| ask("/api/token/", token).query("p", &number.to_string());
    let next =
        |json: &Json, number: usize| Ok((data(&SPEC, json)?.items().len() >= PAGE).then(|| page(number)));
    let found = pages(http, &SPEC, now, page(0), next).await?;
    let mut polled = Polled::default();
    for json in &found {
        for key in data(&SPEC, json)?.items() {
            let Some(id) = key.get("id").and_then(Json::as_decimal) else { continue };
            let name = text(key, "/name").unwrap_or(id);
            let (meter, label) = (format!("key.{}", slug(id)), format!("key “{name}”"));
            let (left, used) = (site.quota(key, "/remain_quota")?, site.quota(key, "/used_quota")?);
            let endless = key.get("unlimited_quota").and_then(Json::as_bool) == Some(true);
            let mut reading = Reading::new(&meter, MeterKind::Budget, label, site.unit);
            reading.used = used;
            if endless {
                reading.kind = MeterKind::Spend;
            } else {
                reading.remaining = left;
                reading.limit = left.zip(used).and_then(|(left, used)| left.checked_add(used));
                reading.provenance = Provenance::Derived;
            }
            if key.get("status").and_then(Json::as_decimal) == Some(EXHAUSTED) {
                let words = format!("One API says the quota of the key “{name}” is used up");
                let mut refusal = reported(Cause::KeyLimit, Scope::Key, "one_api.key_status", &words);
                refusal.meter = Some(reading.meter.clone());
                polled.refusals.push(refusal);
            }
            polled.readings.push(reading);
        }
    }
    Ok(polled)
}

/// Rows by day and model. With none at all the site may keep no log, so nothing is said of today.
fn read_days(site: &Site, rows: &Json, now: Timestamp) -> Result<Polled, PollError> {
    if rows.items().is_empty() {
        return Ok(Polled::default());
    }
    let mut costs = Costs::default();
    let mut day = Qty(0);
    for row in rows.items() {
        let name = text(row, "/Day").ok_or_else(|| super::fields::missing("/data/*/Day"))?;
        let start = Timestamp::parse_rfc3339(&format!("{name}T00:00:00Z")).ok_or_else(|| {
            PollError::malformed("a day in the answer is no date, so no cost is read from it")
        })?;
        let amount = Amount::new(site.needed(row, "/Quota")?, site.unit);
        let model = text(row, "/ModelName").unwrap_or("");
        costs.add((start, start + DAY), amount, Provenance::Reported, &[(By::Model, model)])?;
        if name == date(now) {
            day = day
                .checked_add(amount.qty)
                .ok_or_else(|| PollError::malformed("the day's sum does not fit"))?;
        }
    }
    let reading = spend("spend.day", "spend today", site.unit, day, Window::Day, now);
    Ok(Polled { readings: vec![reading], costs: costs.into_rows(), ..Polled::default() })
}
