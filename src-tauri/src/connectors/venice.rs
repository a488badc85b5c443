//! Venice. `GET /api/v1/api_keys/rate_limits` with any key: both balances and when the Diem epoch ends.
//! `GET /api/v1/billing/balance` and `/billing/usage-analytics` with an admin key: whether calls go through, the
//! epoch's allocation, and use by day, model and key (beta, cached for 10 minutes). Diem is shown as credits.
//! Source: veniceai/api-docs@601b7bb1 swagger.yaml and api-reference/endpoint/billing/*.mdx.

use super::costs::{Costs, report_start};
use super::fields::{
    balance, date, day, day_start, finish, join, limit, missing, month_start, one, qty, spend, text, time,
};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance,
    Qty, Reading, Scope, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct Venice;

static SPEC: Spec = Spec {
    id: "venice",
    name: "Venice",
    kind: ConnectorKind::Credits,
    about: "Dollars and Diem left with an ordinary key; allocation and use with an admin key too.",
    base_url: Some("https://api.venice.ai"),
    secrets: &[
        SecretSpec::key("The key your programs use (type inference).", "https://venice.ai/settings/api"),
        SecretSpec::key(
            "A key of the type admin opens billing; it can also make and delete keys, so keep it here only.",
            "https://venice.ai/settings/api",
        )
        .role("admin_key", "Admin key")
        .optional(),
    ],
    meters: &[
        MeterSpec::new("balance.usd", "balance in USD", MeterKind::Balance, "key"),
        MeterSpec::new("diem", "Diem of this epoch", MeterKind::Quota, "key"),
        MeterSpec::new("spend.month", "spend in USD this month", MeterKind::Spend, "admin_key"),
        MeterSpec::new("spend.month.diem", "Diem used this month", MeterKind::Spend, "admin_key"),
    ],
    links: Links {
        top_up: Some("https://venice.ai/settings/api"),
        billing: None,
        keys: Some("https://venice.ai/settings/api"),
        limits: None,
        status: Some("https://veniceai-status.com"),
    },
    env: &[("key", "VENICE_API_KEY")],
    docs_url: "https://docs.venice.ai/api-reference/endpoint/billing/balance",
    interval: 10 * MINUTE,
    freshness: 10 * MINUTE,
    ..Spec::DEFAULT
};

const ANALYTICS: &str = "/api/v1/billing/usage-analytics";

#[async_trait::async_trait]
impl Connector for Venice {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let limits = Request::get("/api/v1/api_keys/rate_limits").bearer(account.secret("key")?);
        let limits = fetch(http, &SPEC, limits, now).await;
        if !account.secrets.contains_key("admin_key") {
            return read_limits(&limits?);
        }
        let epoch = limits.as_ref().ok().and_then(|json| time(json, "/data/nextEpochBegins"));
        let admin = account.secret("admin_key")?;
        let billing = fetch(http, &SPEC, Request::get("/api/v1/billing/balance").bearer(admin), now).await;
        match billing.and_then(|json| read_balance(&json, epoch)) {
            Ok(part) => join(&mut polled, Ok(part)),
            // The ordinary key still knows what is left.
            Err(problem) => {
                polled.problems.push(of_admin_key(problem));
                join(&mut polled, limits.and_then(|json| read_limits(&json)));
            }
        }
        let ask = |from: Timestamp, to: Timestamp| {
            let request = Request::get(ANALYTICS).query("startDate", &date(from)).query("endDate", &date(to));
            fetch(http, &SPEC, request.bearer(admin), now)
        };
        match ask(report_start(now), now).await {
            Err(problem) => polled.problems.push(of_admin_key(problem)),
            Ok(month) => {
                join(&mut polled, read_month(&month, now));
                for of in [day_start(now) + -DAY, day_start(now)] {
                    join(&mut polled, ask(of, of).await.and_then(|json| read_day(&json, of)));
                }
            }
        }
        finish(polled)
    }
}

/// Which of the two keys is meant, and of what type it must be.
fn of_admin_key(problem: PollError) -> PollError {
    match problem.kind {
        PollErrorKind::Credentials => PollError {
            message: format!(
                "{} This is about the admin key, which must be of the type admin.",
                problem.message
            ),
            ..problem
        },
        _ => problem,
    }
}

fn diem(left: Qty, allocation: Option<Qty>, epoch: Option<Timestamp>) -> Reading {
    Reading {
        limit: allocation,
        used: allocation.and_then(|most| most.checked_sub(left)).filter(|used| used.0 >= 0),
        remaining: Some(left),
        window: Window::Other,
        resets_at: epoch,
        ..Reading::new("diem", MeterKind::Quota, "Diem of this epoch", Unit::Credits)
    }
}

fn readings(usd: Option<Qty>, diem: Option<Reading>) -> Result<Polled, PollError> {
    let usd = usd.map(|left| balance("balance.usd", "balance in USD", Unit::USD, left));
    let readings: Vec<Reading> = usd.into_iter().chain(diem).collect();
    if readings.is_empty() {
        return Err(missing("/balances"));
    }
    Ok(Polled { readings, ..Polled::default() })
}

fn read_limits(json: &Json) -> Result<Polled, PollError> {
    let usd = qty(json, "/data/balances/USD", Unit::USD)?;
    let left = qty(json, "/data/balances/DIEM", Unit::Credits)?;
    readings(usd, left.map(|left| diem(left, None, time(json, "/data/nextEpochBegins"))))
}

/// A balance is null for one who does not have that kind.
fn read_balance(json: &Json, epoch: Option<Timestamp>) -> Result<Polled, PollError> {
    let usd = qty(json, "/balances/usd", Unit::USD)?;
    let allocation = limit(json, "/diemEpochAllocation", Unit::Credits)?.filter(|most| most.0 > 0);
    let left = qty(json, "/balances/diem", Unit::Credits)?;
    let mut polled = readings(usd, left.map(|left| diem(left, allocation, epoch)))?;
    // The flag does not count credits that a subscription bundles.
    let bundled = text(json, "/consumptionCurrency") == Some("BUNDLED_CREDITS");
    if json.get("canConsume").and_then(Json::as_bool) == Some(false) && !bundled {
        let words = "Venice says that neither dollars nor Diem are left for calls";
        polled.refusals.push(reported(
            Cause::BalanceExhausted,
            Scope::Organisation,
            "venice.can_consume",
            words,
        ));
    }
    Ok(polled)
}

/// What a row says was used of the two kinds of money, where it is more than nothing.
fn amounts(row: &Json, usd: &str, diem: &str) -> Result<Vec<Amount>, PollError> {
    let figure = |pointer, unit| {
        qty(row, pointer, unit)?.map(|qty| Amount::new(qty, unit)).ok_or_else(|| missing(pointer))
    };
    let both = [figure(usd, Unit::USD)?, figure(diem, Unit::Credits)?];
    Ok(both.into_iter().filter(|amount| amount.qty.0 != 0).collect())
}

fn dates(json: &Json) -> Result<&[Json], PollError> {
    match json.get("byDate") {
        Some(Json::Array(days)) => Ok(days),
        _ => Err(missing("/byDate")),
    }
}

fn read_month(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let mut costs = Costs::default();
    for row in dates(json)? {
        let start = day(row, "/date").ok_or_else(|| missing("/byDate/*/date"))?;
        for amount in amounts(row, "/USD", "/DIEM")? {
            costs.add((start, start + DAY), amount, Provenance::Reported, &[])?;
        }
    }
    let totals = costs.totals(month_start(now));
    let of = |meter, label, unit, spent| spend(meter, label, unit, spent, Window::Month, now);
    let usd = totals.get(&Unit::USD).copied().unwrap_or(Qty(0));
    let mut polled = one(of("spend.month", "spend in USD this month", Unit::USD, usd));
    let diem = totals
        .get(&Unit::Credits)
        .map(|diem| of("spend.month.diem", "Diem used this month", Unit::Credits, *diem));
    polled.readings.extend(diem);
    polled.costs = costs.into_rows();
    Ok(polled)
}

/// Models and keys are told for the whole period that was asked for, so they are asked for by the day, and used only
/// when the answer is about that day and no other.
fn read_day(json: &Json, of: Timestamp) -> Result<Polled, PollError> {
    let days = dates(json)?;
    if days.is_empty() || days.iter().any(|row| day(row, "/date") != Some(of)) {
        return Ok(Polled::default());
    }
    let mut costs = Costs::default();
    for (list, by, names) in [
        ("byModel", By::Model, ["/modelName", "/modelName"]),
        ("byKey", By::Key, ["/description", "/apiKeyId"]),
    ] {
        for row in json.get(list).map(Json::items).unwrap_or_default() {
            let name = text(row, names[0]).or(text(row, names[1])).unwrap_or_default();
            for amount in amounts(row, "/totalUsd", "/totalDiem")? {
                costs.tell_apart((of, of + DAY), amount, Provenance::Reported, &[(by, name)])?;
            }
        }
    }
    Ok(Polled { costs: costs.into_rows(), ..Polled::default() })
}
