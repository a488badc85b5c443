//! DeepInfra, with the ordinary key. `GET /payment/checklist?compute_owed=true`: dollars as floats. `stripe_balance`
//! has its sign turned round: below zero is money paid in, above it is money owed. `recent` is what was used since the
//! last invoice and is not yet taken off, so what is left is −stripe_balance − recent. `limit` is the account's limit
//! for `recent`; null or −1 is none. `suspended` says that calls are refused. The answer also holds who the account is:
//! only the fields named here are read. `GET /payment/usage?from=current`: this month's cost in cents, by model.
//! Source: api.deepinfra.com/openapi.json (payment); steipete/CodexBar@27c7f334, DeepInfraUsageFetcherTests; units and
//! sign as checked by users against live accounts.

use super::costs::Costs;
use super::fields::{
    finish, join, limit, missing, month_start, needed, needed_scaled, next_reset, qty, spend, text,
};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, Json, MeterKind, PollError, Polled, Provenance, Qty, Reading, Scope,
    Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct DeepInfra;

static SPEC: Spec = Spec {
    id: "deepinfra",
    name: "DeepInfra",
    kind: ConnectorKind::Credits,
    about: "Balance less what is not yet invoiced, the spending limit, and this month's cost by model.",
    base_url: Some("https://api.deepinfra.com"),
    secrets: &[SecretSpec::key("The key your programs use.", "https://deepinfra.com/dash/api_keys")],
    meters: &[
        MeterSpec::new("balance", "balance", MeterKind::Balance, "key"),
        MeterSpec::new("limit", "use since the last invoice", MeterKind::Budget, "key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://deepinfra.com/dash/billing"),
        billing: Some("https://deepinfra.com/dash/billing"),
        keys: Some("https://deepinfra.com/dash/api_keys"),
        limits: None,
        status: Some("https://status.deepinfra.com"),
    },
    env: &[("key", "DEEPINFRA_TOKEN"), ("key", "DEEPINFRA_API_KEY")],
    docs_url: "https://deepinfra.com/docs",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for DeepInfra {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("key")?;
        let mut polled = Polled::default();
        let checklist = Request::get("/payment/checklist").query("compute_owed", "true").bearer(key);
        join(&mut polled, fetch(http, &SPEC, checklist, now).await.and_then(|json| read_checklist(&json)));
        let usage = Request::get("/payment/usage").query("from", "current").bearer(key);
        join(&mut polled, fetch(http, &SPEC, usage, now).await.and_then(|json| read_usage(&json, now)));
        finish(polled)
    }
}

fn read_checklist(json: &Json) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let owed = needed(json, "/stripe_balance", Unit::USD)?;
    // Below zero it would be a correction of an invoice, and no money to use.
    let recent = qty(json, "/recent", Unit::USD)?.map(|recent| recent.max(Qty(0)));
    // An account that pays by invoice owes without being refused; only a prepaid one has a balance to run out.
    let prepaid = text(json, "/billing_type").is_none_or(|kind| kind == "balance");
    if prepaid || owed.0 < 0 {
        let left = Qty(0).checked_sub(owed).and_then(|left| left.checked_sub(recent.unwrap_or(Qty(0))));
        polled.readings.push(Reading {
            remaining: left,
            provenance: if recent.is_some() { Provenance::Derived } else { Provenance::Reported },
            ..Reading::new("balance", MeterKind::Balance, "balance", Unit::USD)
        });
    }
    if let Some(most) = limit(json, "/limit", Unit::USD)? {
        polled.readings.push(Reading {
            used: recent,
            limit: Some(most),
            window: Window::Other,
            ..Reading::new("limit", MeterKind::Budget, "use since the last invoice", Unit::USD)
        });
    }
    if json.get("suspended").and_then(Json::as_bool) == Some(true) {
        let reason = text(json, "/suspend_reason").map_or(String::new(), |reason| format!(": {reason}"));
        let words = format!("DeepInfra says the account is suspended{reason}");
        let rule = "deepinfra.suspended";
        polled.refusals.push(reported(Cause::PaymentFailed, Scope::Organisation, rule, &words));
    }
    Ok(polled)
}

fn read_usage(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let Some(months @ Json::Array(_)) = json.get("months") else { return Err(missing("/months")) };
    let mut costs = Costs::default();
    let mut polled = Polled::default();
    for month in months.items() {
        let span = span(month).ok_or_else(|| missing("/months/*/period"))?;
        costs.add(span, cents(month, "/total_cost")?, Provenance::Reported, &[])?;
        let items = month.get("items").map(Json::items).unwrap_or_default();
        let model = |item: &Json| {
            Ok((text(item, "/model/model_name").unwrap_or_default().to_owned(), cents(item, "/cost")?))
        };
        // The month's total stands without what it was spent on.
        match items.iter().map(model).collect::<Result<Vec<(String, Amount)>, PollError>>() {
            Ok(models) => {
                for (model, amount) in models {
                    costs.tell_apart(span, amount, Provenance::Reported, &[(By::Model, &model)])?;
                }
            }
            Err(problem) => polled.problems.push(problem),
        }
    }
    let total = costs.totals(month_start(now)).get(&Unit::USD).copied();
    let readings = total.map(|total| Reading {
        provenance: Provenance::Reported,
        ..spend("spend.month", "spend this month", Unit::USD, total, Window::Month, now)
    });
    polled.readings.extend(readings);
    polled.costs = costs.into_rows();
    Ok(polled)
}

fn cents(row: &Json, pointer: &str) -> Result<Amount, PollError> {
    Ok(Amount::new(needed_scaled(row, pointer, Unit::USD, -2)?, Unit::USD))
}

/// The UTC month that `period` names: `2026.08`.
fn span(month: &Json) -> Option<(Timestamp, Timestamp)> {
    let period = text(month, "/period")?.replace('.', "-");
    let start = Timestamp::parse_rfc3339(&format!("{period}-01T00:00:00Z"))?;
    Some((start, next_reset(Window::Month, start)?))
}
