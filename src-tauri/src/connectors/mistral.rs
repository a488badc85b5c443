//! Mistral, with an Admin API key (Enterprise plans). `GET /v1/admin/spend-limit`: the month's use, its limit, whether
//! it is reached, whether the last payment failed. `/v1/admin/usage?month&year`: what was used by day, model and kind,
//! and a list of prices: the cost of each is `value_paid` × its price, in the organization's currency, often EUR. No
//! total is told, so the costs are our products; a use without a price makes the report an error. Tokens a month by
//! model (`/v1/admin/rate-limit`) are left out: how much of them is used is not told.
//! Source: mistralai/platform-docs-public@222f4ba9 `openapi-public-doc.yaml`; docs.mistral.ai, "Usage metrics with the
//! Admin API" (host, `x-api-key`).

use super::costs::{Costs, day, months, year_and_month};
use super::fields::{currency, decimal, finish, join, limit, missing, next_reset, qty, spend, text};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MINUTE, MeterKind, PollError, Polled, Provenance, Qty, Reading,
    Scope, Secret, Timestamp, Unit, Window,
};
use crate::refusal::reported;
use std::collections::BTreeMap;

/// The connector.
pub(super) struct Mistral;

/// The meter that both endpoints can fill.
const SPEND: &str = "spend.month";

static SPEC: Spec = Spec {
    id: "mistral",
    name: "Mistral",
    kind: ConnectorKind::Costs,
    about: "The organization's spend limit and costs by model, with an Admin API key.",
    base_url: Some("https://api.mistral.ai"),
    secrets: &[SecretSpec::key(
        "An Admin API key of the organization, to be had on Enterprise plans only; no ordinary key may read this.",
        "https://docs.mistral.ai/admin/admin-api/authentication",
    )
    .role("admin_key", "Admin API key")],
    meters: &[
        MeterSpec::new("spend_limit", "spend limit", MeterKind::Budget, "admin_key"),
        MeterSpec::new(SPEND, "spend this month", MeterKind::Spend, "admin_key"),
    ],
    links: Links {
        top_up: Some("https://admin.mistral.ai/organization/billing"),
        billing: Some("https://admin.mistral.ai/organization/billing"),
        keys: Some("https://admin.mistral.ai/organization/api-keys"),
        limits: None,
        status: Some("https://status.mistral.ai"),
    },
    env: &[("", "MISTRAL_API_KEY")],
    docs_url: "https://docs.mistral.ai/admin/admin-api/usage-metrics",
    min_interval: 5 * MINUTE,
    interval: 15 * MINUTE,
    // How late the costs are is not documented; they are kept by UTC day.
    freshness: DAY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Mistral {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("admin_key")?;
        let mut polled = Polled::default();
        let limits = fetch(http, &SPEC, ask("/v1/admin/spend-limit", key), now).await;
        join(&mut polled, limits.and_then(|json| read_limit(&json, now)));
        let mut costs = Costs::default();
        for month in months(now) {
            let (year, number) = year_and_month(month);
            let request = ask("/v1/admin/usage", key).query("month", &number).query("year", &year);
            match fetch(http, &SPEC, request, now).await.and_then(|json| read_usage(&json)) {
                Ok((read, unit)) => {
                    costs = costs.with(read);
                    // What Mistral says itself comes before our sum.
                    let said = polled.readings.iter().any(|reading| reading.meter.0 == SPEND);
                    if !said && month == super::fields::month_start(now) {
                        polled.readings.extend(costs.month(SPEND, "spend this month", unit, now));
                    }
                }
                Err(problem) => polled.problems.push(problem),
            }
        }
        polled.costs = costs.into_rows();
        finish(polled)
    }
}

fn ask(path: &str, key: &Secret) -> Request {
    Request::get(path).secret_header("x-api-key", key)
}

fn read_limit(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let limits = json.get("limits").ok_or_else(|| missing("/limits"))?;
    let unit = currency(limits, "/currency")?;
    let mut polled = Polled::default();
    let mut reading = Reading::new("spend_limit", MeterKind::Budget, "spend limit", unit);
    let says = |pointer: &str| limits.pointer(pointer).and_then(Json::as_bool) == Some(true);
    // The total counts the coding agent's use too.
    let total = qty(limits, "/completion/total_usage", unit)?;
    reading.used = total.or(qty(limits, "/completion/usage", unit)?);
    if !says("/completion/no_monthly_limit") {
        reading.limit = limit(limits, "/completion/usage_limit", unit)?;
    }
    (reading.window, reading.resets_at) = (Window::Month, next_reset(Window::Month, now));
    if let Some(used) = reading.used {
        let spent = spend(SPEND, "spend this month", unit, used, Window::Month, now);
        polled.readings.push(Reading { provenance: Provenance::Reported, ..spent });
    }
    if says("/completion/monthly_limit_reached") {
        let words = "Mistral says the organization's monthly limit is reached";
        let rule = "mistral.monthly_limit_reached";
        let mut refusal = reported(Cause::ProviderCap, Scope::Organisation, rule, words);
        refusal.meter = Some(reading.meter.clone());
        refusal.retry_at = reading.resets_at;
        polled.refusals.push(refusal);
    }
    if says("/last_payment_failure") {
        let words = "Mistral says the last payment failed";
        let rule = "mistral.last_payment_failure";
        polled.refusals.push(reported(Cause::PaymentFailed, Scope::Organisation, rule, words));
    }
    if reading.limit.is_some() {
        polled.readings.push(reading);
    }
    if polled.readings.is_empty() && polled.refusals.is_empty() {
        return Err(missing("/limits/completion/usage"));
    }
    Ok(polled)
}

/// Prices by metric and group, then by kind of event.
type Prices<'a> = BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, &'a str>>;

/// The month's costs, and their currency.
fn read_usage(json: &Json) -> Result<(Costs, Unit), PollError> {
    let unit = currency(json, "/currency")?;
    let Some(list @ Json::Array(_)) = json.get("prices") else { return Err(missing("/prices")) };
    let mut prices = Prices::new();
    for one in list.items() {
        let price = one.get("price").and_then(Json::as_decimal).ok_or_else(|| missing("/prices/*/price"))?;
        prices.entry(priced(one)).or_default().insert(event(one), price);
    }
    let mut costs = Costs::default();
    for (name, part) in json.members() {
        if name != "prices" {
            add(part, &prices, unit, &mut costs)?;
        }
    }
    Ok((costs, unit))
}

fn priced(json: &Json) -> (&str, &str) {
    let part = |pointer| text(json, pointer).unwrap_or_default();
    (part("/billing_metric"), part("/billing_group"))
}

fn event(json: &Json) -> &str {
    text(json, "/event_type").unwrap_or_default()
}

/// The price of a use: the one of its kind of event, or the only one there is.
fn price<'a>(prices: &Prices<'a>, of: &Json) -> Option<&'a str> {
    let events = prices.get(&priced(of))?;
    let only = || events.values().next().filter(|_| events.len() == 1);
    events.get(event(of)).or_else(only).copied()
}

/// Uses lie in lists at several depths: by kind of product, by model, by input and output. JSON is read to a limited
/// depth only, so this ends.
fn add(json: &Json, prices: &Prices<'_>, unit: Unit, costs: &mut Costs) -> Result<(), PollError> {
    json.members().iter().map(|(_, part)| part).chain(json.items()).try_for_each(|part| {
        if part.get("billing_metric").is_none() {
            return add(part, prices, unit, costs);
        }
        let Some(count) = part.get("value_paid").and_then(Json::as_decimal) else {
            return Err(missing("value_paid of a use"));
        };
        let (metric, group) = priced(part);
        let name = text(part, "/billing_display_name").unwrap_or(metric);
        let cost = match price(prices, part) {
            Some(price) => product(count, price).ok_or_else(|| {
                PollError::malformed(format!("Mistral's use of {name} times its price is no amount"))
            })?,
            // What costs nothing needs no price.
            None if decimal(count, Unit::Credits, 0) == Some(Qty(0)) => return Ok(()),
            None => {
                return Err(PollError::malformed(format!(
                    "Mistral lists no price for {name} ({group}), so its costs are not used"
                )));
            }
        };
        let day = day(part, "/timestamp")?;
        costs.add(day, Amount::new(cost, unit), Provenance::Derived, &[(By::Model, name)])
    })
}

/// Count × price in nano-units, half a nano-unit away from zero. Prices such as `2.55E-7` keep every digit: they are
/// read in steps of 10⁻¹⁵, counts in thousandths.
fn product(count: &str, price: &str) -> Option<Qty> {
    let count = decimal(count, Unit::Credits, -6)?;
    let price = decimal(price, Unit::Credits, 6)?;
    let steps = i128::from(count.0).checked_mul(i128::from(price.0))?;
    let half = 500_000_000 * steps.signum();
    i64::try_from(steps.checked_add(half)? / 1_000_000_000).ok().map(Qty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_times_a_price_keeps_every_digit() {
        let cost = |count, price| product(count, price).map(|qty| qty.0);
        assert_eq!(cost("11121", "0.0000017000"), Some(18_905_700));
        assert_eq!(cost("20", "8.50E-8"), Some(1_700));
        assert_eq!(cost("3", "2.5E-10"), Some(1), "0.75 nano-units");
        assert_eq!(cost("1", "4E-10"), Some(0));
        assert_eq!(cost("90000000000", "0.000006"), Some(540_000_000_000_000));
        assert_eq!(cost("2.5", "2"), Some(5_000_000_000));
        assert_eq!(cost("9000000000000", "9000"), None);
        assert_eq!(cost("many", "1"), None);
    }
}
