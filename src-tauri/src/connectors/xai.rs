//! xAI, the management API. A management key (one that runs models is not accepted) with the permission to read
//! billing. All under `/v1/billing/teams/{team}`; without the option `team_id` the key's own team is asked for at
//! `GET /auth/management-keys/validation` (`teamId`). Money is whole US cents as text, `{"val": "-2317"}`, and what
//! xAI owes (prepaid credit) has a sign turned round: below zero is credit.
//!
//! * `GET /postpaid/invoice/preview`, the running billing cycle (a calendar month): `prepaidCredits` is the credit at
//!   its start and `prepaidCreditsUsed` what of it is drawn, so the difference is what is left now. `totalWithCorr` is
//!   all that was used, so that less the draw is what will be invoiced.
//! * `GET /prepaid/balance`, the posted ledger: use is taken off when the cycle closes, so it is told as a second
//!   meter. 404 when there never was prepaid credit.
//! * `GET /postpaid/spending-limits`: `effectiveSl` is the monthly limit for invoiced use that xAI enforces; 0 means
//!   prepaid only.
//! * `POST /usage`: dollars by UTC day and by line item; `limitReached` means that it is cut.
//!
//! Source: docs.x.ai/developers/rest-api-reference/management/billing; xai-org/xai-proto@9700be4b, billing.proto and
//! analytics.proto; what `prepaidCredits` and `totalWithCorr` mean as checked by users against the console.

use super::costs::{Costs, report_start};
use super::fields::{
    balance, date, day_start, finish, join, limit, missing, month_start, needed_scaled, next_reset, scaled,
    spend, text, time,
};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct XAi;

static SPEC: Spec = Spec {
    id: "xai",
    name: "xAI",
    kind: ConnectorKind::Credits,
    about: "Prepaid credit less this month's use, the limit of what is invoiced, and costs by model.",
    base_url: Some("https://management-api.x.ai"),
    secrets: &[SecretSpec::key(
        "A management key with the permission to read billing, from the console's settings; the key your programs use is not accepted here.",
        "https://console.x.ai",
    )
    .role("management_key", "Management key")],
    options: &[OptionSpec::new(
        "team_id",
        "Team",
        "The team's id, as in the console's address; without it the key's own team is asked for at each poll.",
        "00000000-0000-4000-8000-000000000000",
    )],
    meters: &[
        MeterSpec::new("balance", "prepaid credit", MeterKind::Balance, "management_key"),
        MeterSpec::new("balance.posted", "prepaid credit as posted", MeterKind::Balance, "management_key"),
        MeterSpec::new("postpaid", "invoiced use this month", MeterKind::Budget, "management_key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "management_key"),
    ],
    links: Links {
        top_up: Some("https://console.x.ai/team/default/billing"),
        billing: Some("https://console.x.ai/team/default/billing"),
        keys: Some("https://console.x.ai/team/default/api-keys"),
        limits: None,
        status: Some("https://status.x.ai"),
    },
    env: &[("management_key", "XAI_MANAGEMENT_KEY"), ("", "XAI_API_KEY")],
    starts: &[("management_key", "xai-")],
    docs_url: "https://docs.x.ai/developers/rest-api-reference/management/billing",
    min_interval: 5 * MINUTE,
    interval: 15 * MINUTE,
    freshness: 15 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for XAi {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let key = account.secret("management_key")?;
        let team = match option(account, "team_id")? {
            Some(team) => team,
            None => {
                let request = Request::get("/auth/management-keys/validation").bearer(key);
                own_team(&fetch(http, &SPEC, request, now).await?)?
            }
        };
        if !team.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            return Err(PollError::new(PollErrorKind::Config, format!("'{team}' is no team id of xAI")));
        }
        let path = |rest: &str| format!("/v1/billing/teams/{team}{rest}");
        let get = |rest: &str| Request::get(&path(rest)).bearer(key);
        let mut polled = Polled::default();
        let preview = fetch(http, &SPEC, get("/postpaid/invoice/preview"), now).await;
        let limits = fetch(http, &SPEC, get("/postpaid/spending-limits"), now).await;
        match preview {
            Ok(preview) => join(&mut polled, read_preview(&preview, limits.as_ref().ok(), now)),
            Err(problem) => polled.problems.push(problem),
        }
        polled.problems.extend(limits.err());
        match fetch(http, &SPEC, get("/prepaid/balance"), now).await {
            Err(error) if error.kind == PollErrorKind::NotFound => {}
            ledger => join(&mut polled, ledger.and_then(|json| read_ledger(&json, now))),
        }
        let usage = Request::post(&path("/usage"), question(now)).bearer(key);
        join(&mut polled, fetch(http, &SPEC, usage, now).await.and_then(|json| read_usage(&json, now)));
        finish(polled)
    }
}

fn own_team(json: &Json) -> Result<String, PollError> {
    text(json, "/teamId").map(str::to_owned).ok_or_else(|| {
        let words = "xAI does not say which team this key belongs to: set the option team_id, the id in the console's address";
        PollError::new(PollErrorKind::Malformed, words)
    })
}

fn cents(json: &Json, pointer: &str) -> Result<Option<Qty>, PollError> {
    scaled(json, pointer, Unit::USD, -2)
}

fn read_preview(json: &Json, limits: Option<&Json>, now: Timestamp) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    json.get("coreInvoice").ok_or_else(|| missing("/coreInvoice"))?;
    let credit = cents(json, "/coreInvoice/prepaidCredits/val")?;
    // Sent below zero by the live API, above zero by some of its examples: a draw either way.
    let drawn =
        cents(json, "/coreInvoice/prepaidCreditsUsed/val")?.and_then(|drawn| drawn.0.checked_abs()).map(Qty);
    let enforced =
        limits.map(|json| limit_cents(json, "/spendingLimits/effectiveSl/val")).transpose()?.flatten();
    let most = match enforced {
        Some(most) => Some(most),
        None => limit_cents(json, "/effectiveSpendingLimit")?,
    };
    let invoiced = most.is_some_and(|most| most.0 > 0);
    if let (Some(credit), Some(drawn)) = (credit, drawn) {
        // A team that pays by invoice and never had credit has no balance to run out of.
        if credit.0 != 0 || !invoiced {
            let left = credit.checked_add(drawn).and_then(|owed| owed.0.checked_neg()).map(Qty);
            polled.readings.push(Reading {
                remaining: left,
                provenance: Provenance::Derived,
                ..Reading::new("balance", MeterKind::Balance, "prepaid credit", Unit::USD)
            });
        }
    }
    let total = cents(json, "/coreInvoice/totalWithCorr/val")?;
    if let (Some(most), true) = (most, invoiced) {
        polled.readings.push(Reading {
            used: total.zip(drawn).and_then(|(total, drawn)| total.checked_sub(drawn)),
            limit: Some(most),
            window: Window::Month,
            resets_at: next_reset(Window::Month, now),
            provenance: Provenance::Derived,
            ..Reading::new("postpaid", MeterKind::Budget, "invoiced use this month", Unit::USD)
        });
    }
    Ok(polled)
}

/// A limit in cents; below zero is none.
fn limit_cents(json: &Json, pointer: &str) -> Result<Option<Qty>, PollError> {
    Ok(limit(json, pointer, Unit::USD)?.and(cents(json, pointer)?))
}

fn read_ledger(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let total = needed_scaled(json, "/total/val", Unit::USD, -2)?;
    let mut reading = Reading {
        as_of: Some(month_start(now)),
        ..balance("balance.posted", "prepaid credit as posted, without this month's use", Unit::USD, total)
    };
    reading.remaining = total.0.checked_neg().map(Qty);
    Ok(Polled { readings: vec![reading], ..Polled::default() })
}

fn question(now: Timestamp) -> serde_json::Value {
    let midnight = |at: Timestamp| format!("{} 00:00:00", date(at));
    serde_json::json!({"analyticsRequest": {
        "timeRange": {
            "startTime": midnight(report_start(now)),
            "endTime": midnight(day_start(now).plus(DAY)),
            "timezone": "Etc/GMT",
        },
        "timeUnit": "TIME_UNIT_DAY",
        "values": [{"name": "usd", "aggregation": "AGGREGATION_SUM"}],
        "groupBy": ["description"],
        "filters": [],
    }})
}

fn read_usage(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    if json.get("limitReached").and_then(Json::as_bool) == Some(true) {
        let words = "xAI cut its usage report off (limitReached), so it is not used";
        return Err(PollError::new(PollErrorKind::Provider, words));
    }
    let Some(series @ Json::Array(_)) = json.get("timeSeries") else { return Err(missing("/timeSeries")) };
    let mut costs = Costs::default();
    for one in series.items() {
        let item = text(one, "/groupLabels/0").or(text(one, "/group/0")).unwrap_or_default();
        for point in one.get("dataPoints").map(Json::items).unwrap_or_default() {
            let start =
                time(point, "/timestamp").ok_or_else(|| missing("/timeSeries/*/dataPoints/*/timestamp"))?;
            let Some(spent) = scaled(point, "/values/0", Unit::USD, 0)? else { continue };
            // One series per item and a point for every day: days without use would fill the store.
            let by: &[(By, &str)] = if spent.0 == 0 { &[] } else { &[(By::Model, item)] };
            costs.add((start, start.plus(DAY)), Amount::new(spent, Unit::USD), Provenance::Reported, by)?;
        }
    }
    let total = costs.totals(month_start(now)).get(&Unit::USD).copied().unwrap_or_default();
    let month = spend("spend.month", "spend this month", Unit::USD, total, Window::Month, now);
    Ok(Polled { readings: vec![month], costs: costs.into_rows(), ..Polled::default() })
}
