//! Fireworks AI, with an ordinary key. `GET /v1/accounts`: whether an account is suspended, and why.
//! `/v1/accounts/{id}/quotas`: `monthly-spend-usd`, the month's budget and use. `/v1/accounts/{id}/billing/summary`:
//! costs of whole UTC days, whole units as text and nano-units, by model; asked for month by month, since one answer
//! does not tell days apart. No balance can be read.
//! Source: docs.fireworks.ai/api-reference ("List Accounts", "List Quotas", "Get Billing Summary"); PyPI fireworks-ai
//! 1.2.30, `types/account.py`; steipete/CodexBar@27c7f334 FireworksUsageFetcherTests.swift.

use super::costs::{Costs, months};
use super::fields::{currency, date, finish, join, limit, missing, next_reset, qty, text};
use super::pages::pages;
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance,
    Qty, Reading, Scope, Secret, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct Fireworks;

static SPEC: Spec = Spec {
    id: "fireworks",
    name: "Fireworks AI",
    kind: ConnectorKind::Costs,
    about: "Whether the account is suspended, its monthly budget, and its costs by model.",
    base_url: Some("https://api.fireworks.ai"),
    secrets: &[SecretSpec::key(
        "The key your programs use.",
        "https://app.fireworks.ai/settings/users/api-keys",
    )],
    options: &[OptionSpec::new(
        "account_id",
        "Account",
        "The account's id; needed only when the key sees several.",
        "my-account",
    )],
    meters: &[
        MeterSpec::new("spend_limit", "monthly budget", MeterKind::Budget, "key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://fireworks.ai/account/billing"),
        billing: Some("https://fireworks.ai/account/billing"),
        keys: Some("https://app.fireworks.ai/settings/users/api-keys"),
        limits: None,
        status: Some("https://status.fireworks.ai"),
    },
    env: &[("key", "FIREWORKS_API_KEY")],
    starts: &[("key", "fw_")],
    docs_url: "https://docs.fireworks.ai/guides/quotas_usage/account-quotas",
    min_interval: 5 * MINUTE,
    interval: 15 * MINUTE,
    // How late the costs are is not documented; they are kept by UTC day.
    freshness: DAY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Fireworks {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let asked = Asked { http, key: account.secret("key")?, now };
        let mut polled = Polled::default();
        let chosen = option(account, "account_id")?;
        let id = match asked.all("/v1/accounts").await.and_then(|pages| {
            join(&mut polled, read_states(&pages, chosen.as_deref()));
            one_id(&pages, chosen.as_deref())
        }) {
            Ok(id) => id,
            Err(problem) => {
                polled.problems.push(problem);
                return finish(polled);
            }
        };
        let quotas = asked.all(&format!("/v1/accounts/{id}/quotas")).await;
        join(&mut polled, quotas.and_then(|pages| read_quotas(&pages, now)));
        let mut costs = Costs::default();
        let months = months(now);
        for start in &months {
            let end = next_reset(Window::Month, *start).unwrap_or(*start + 31 * DAY);
            // The end is not counted itself: tomorrow lets today in.
            let until = end.min(super::fields::day_start(now) + DAY);
            let request = Request::get(&format!("/v1/accounts/{id}/billing/summary"))
                .bearer(asked.key)
                .query("startTime", &format!("{}T00:00:00Z", date(*start)))
                .query("endTime", &format!("{}T00:00:00Z", date(until)));
            match fetch(http, &SPEC, request, now).await.and_then(|json| read_summary(&json, (*start, end))) {
                Ok(read) => {
                    costs = costs.with(read);
                    if Some(start) == months.last() {
                        let readings = costs.month("spend.month", "spend this month", Unit::USD, now);
                        polled.readings.extend(readings);
                    }
                }
                Err(problem) => polled.problems.push(problem),
            }
        }
        polled.costs = costs.into_rows();
        finish(polled)
    }
}

/// What every request of one poll shares.
struct Asked<'a> {
    http: &'a Http,
    key: &'a Secret,
    now: Timestamp,
}

impl Asked<'_> {
    /// Every page of a list; a token that is empty ends it.
    async fn all(&self, path: &str) -> Result<Vec<Json>, PollError> {
        let first = Request::get(path).bearer(self.key).query("pageSize", "200");
        let next = first.clone();
        let next = move |page: &Json, _| {
            Ok(text(page, "/nextPageToken").map(|at| next.clone().query("pageToken", at)))
        };
        pages(self.http, &SPEC, self.now, first, next).await
    }
}

/// The accounts that are listed, or the chosen one of them, by the last part of their names.
fn accounts<'a>(pages: &'a [Json], chosen: Option<&'a str>) -> impl Iterator<Item = (&'a str, &'a Json)> {
    let all = pages.iter().filter_map(|page| page.get("accounts")).flat_map(Json::items);
    let named = all.filter_map(|one| Some((text(one, "/name")?.rsplit('/').next()?, one)));
    named.filter(move |(id, _)| chosen.is_none_or(|chosen| chosen == *id))
}

fn one_id(pages: &[Json], chosen: Option<&str>) -> Result<String, PollError> {
    let mut found = accounts(pages, chosen).map(|(id, _)| id);
    let (first, more) = (found.next(), found.count());
    let config = |message: String| PollError::new(PollErrorKind::Config, message);
    match first {
        Some(id) if more == 0 => {
            let fit = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            fit.then(|| id.to_owned()).ok_or_else(|| missing("id of an account"))
        }
        Some(_) => Err(config(format!(
            "this key sees {} accounts of Fireworks AI: name one in the option account_id",
            more + 1
        ))),
        None if chosen.is_some() => {
            Err(config("this key does not see the account that the option account_id names".to_owned()))
        }
        None => Err(missing("/accounts/*/name")),
    }
}

/// Every state but the good one and one that is not told refuses all calls of the account.
fn read_states(pages: &[Json], chosen: Option<&str>) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for (id, account) in accounts(pages, chosen) {
        let (cause, rule) = match text(account, "/suspendState") {
            None | Some("UNSUSPENDED" | "SUSPEND_STATE_UNSPECIFIED") => continue,
            Some("CREDIT_DEPLETED") => (Cause::BalanceExhausted, "fireworks.credit_depleted"),
            Some("MONTHLY_SPEND_LIMIT_EXCEEDED") => (Cause::ProviderCap, "fireworks.spend_limit"),
            Some("FAILED_PAYMENTS") => (Cause::PaymentFailed, "fireworks.failed_payments"),
            Some("BLOCKED_BY_ABUSE_RULE") => (Cause::PaymentFailed, "fireworks.blocked"),
            Some(_) => (Cause::Unknown, "fireworks.suspend_state"),
        };
        let state = text(account, "/suspendState").unwrap_or_default();
        let words = format!("Fireworks AI has suspended the account {id}: {state}");
        let mut refusal = reported(cause, Scope::Organisation, rule, &words);
        if cause == Cause::ProviderCap {
            refusal.meter = Some(crate::model::MeterKey::new("spend_limit"));
        }
        polled.refusals.push(refusal);
    }
    Ok(polled)
}

/// Of the quotas only the money: the others are limits of hardware and of requests a minute.
fn read_quotas(pages: &[Json], now: Timestamp) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for page in pages {
        let list = page.get("quotas").map(Json::items).unwrap_or_default();
        for quota in list {
            let name = text(quota, "/name").and_then(|name| name.rsplit('/').next());
            if name != Some("monthly-spend-usd") {
                continue;
            }
            let mut reading = Reading::new("spend_limit", MeterKind::Budget, "monthly budget", Unit::USD);
            reading.limit = limit(quota, "/value", Unit::USD)?;
            reading.used = qty(quota, "/usage", Unit::USD)?;
            (reading.window, reading.resets_at) = (Window::Month, next_reset(Window::Month, now));
            if reading.limit.is_some() || reading.used.is_some() {
                polled.readings.push(reading);
            }
        }
    }
    Ok(polled)
}

fn read_summary(json: &Json, month: (Timestamp, Timestamp)) -> Result<Costs, PollError> {
    let mut costs = Costs::default();
    let Some(items @ Json::Array(_)) = json.get("lineItems") else { return Err(missing("/lineItems")) };
    for item in items.items() {
        let unit = currency(item, "/totalCost/currencyCode")?;
        let (units, nanos) = (
            qty(item, "/totalCost/units", unit)?,
            super::fields::scaled(item, "/totalCost/nanos", unit, -9)?,
        );
        if units.is_none() && nanos.is_none() {
            return Err(missing("/lineItems/*/totalCost/units"));
        }
        let cost = units.unwrap_or(Qty(0)).checked_add(nanos.unwrap_or(Qty(0)));
        let cost = cost.ok_or_else(|| PollError::malformed("/totalCost does not fit, so it is not used"))?;
        let name = text(item, "/groupingValue").or(text(item, "/category")).unwrap_or_default();
        costs.add(month, Amount::new(cost, unit), Provenance::Reported, &[(By::Model, name)])?;
    }
    Ok(costs)
}

#[cfg(test)]
mod tests {
    use crate::http::Answer;
    use crate::model::{Cause, Timestamp};

    #[test]
    fn a_suspended_account_is_told_in_both_envelopes() {
        let words = "Account a is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.";
        for body in [
            format!(r#"{{"error":"{words}"}}"#),
            format!(r#"{{"error":{{"message":"{words}","code":"PRECONDITION_FAILED"}}}}"#),
        ] {
            let answer = Answer { status: 412, headers: vec![], body: body.into_bytes() };
            let refusal = crate::refusal::read(None, &answer, Timestamp(0)).unwrap();
            assert_eq!(refusal.cause, Cause::PaymentFailed);
        }
    }
}
