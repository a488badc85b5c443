//! Loki as APIPark and Apinto fill it: `GET /loki/api/v1/query_range` over the gateway's access log, one JSON object per
//! call. Loki counts: refused calls of the last hour by status and provider, and tokens by model of the day. No line is
//! fetched, since lines hold prompts.
//! Source: APIParkLab/APIPark log-driver/loki (the selector, the fields `status`, `ai_provider`, `ai_model`,
//! `ai_model_input_token`, `ai_model_output_token`); grafana.com/docs/loki, HTTP API and LogQL.

use super::costs::Costs;
use super::fields::{day_start, decimal, finish, join, spend};
use super::own::signed;
use super::series::{self, Series};
use super::{Connector, ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec, count, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, HOUR, MeterKind, PollError, Polled, Provenance, Qty, Reading, SECOND, Scope,
    Timestamp, Unit, Window,
};
use crate::pricing;
use crate::refusal::read_log;
use std::collections::BTreeMap;

/// How long into a day the day before is asked for too, so that it is known to its end.
const LATE: i64 = 3 * HOUR;

/// Pairs of status and provider that one poll looks at.
const SERIES: usize = 200;

/// The connector.
pub(super) struct Loki;

static SPEC: Spec = Spec {
    id: "loki",
    name: "Loki of APIPark",
    kind: ConnectorKind::Gateway,
    about: "Refused calls by status and provider, and tokens by model, counted by the Loki that holds the access log of APIPark's gateway Apinto.",
    secrets: &[SecretSpec {
        role: "key",
        label: "Token or password",
        required: false,
        help: "What the proxy before Loki asks for; Loki itself asks for none.",
        url: None,
        prefix: None,
    }],
    options: &[
        OptionSpec::new(
            "selector",
            "Log stream",
            "The selector of the gateway's access log.",
            r#"{cluster="default"}"#,
        ),
        OptionSpec::new(
            "tenant",
            "Tenant",
            "Sent as X-Scope-OrgID where Loki keeps several tenants.",
            "team-a",
        ),
        OptionSpec::new(
            "username",
            "User name",
            "For basic authentication; without it the key is a bearer token.",
            "watcher",
        ),
    ],
    meters: &[
        MeterSpec::new("tokens.day", "tokens today", MeterKind::Spend, ""),
        MeterSpec::new("spend.day", "estimated cost today", MeterKind::Spend, ""),
    ],
    env: &[("key", "LOKI_BEARER_TOKEN")],
    docs_url: "https://grafana.com/docs/loki/latest/reference/loki-http-api/",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Loki {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        join(&mut polled, refusals(http, account, now).await);
        join(&mut polled, tokens(http, account, now, now, day_start(now)).await);
        if now.since(day_start(now)) < LATE {
            let end = day_start(now);
            join(&mut polled, tokens(http, account, now, end, end + -DAY).await);
        }
        finish(polled)
    }
}

/// A metric query, evaluated at one moment.
async fn ask(
    http: &Http,
    account: &Account,
    now: Timestamp,
    at: Timestamp,
    query: &str,
) -> Result<Vec<Series>, PollError> {
    let nanos = format!("{}000000", at.0);
    let mut request = Request::get("/loki/api/v1/query_range")
        .query("query", query)
        .query("start", &nanos)
        .query("end", &nanos)
        .query("step", "1");
    if let Some(tenant) = option(account, "tenant")? {
        request = request.header("x-scope-orgid", &tenant);
    }
    let user = option(account, "username")?;
    series::read(&fetch(http, &SPEC, signed(request, None, user.as_deref(), account)?, now).await?)
}

fn selector(account: &Account) -> Result<String, PollError> {
    Ok(option(account, "selector")?.unwrap_or_else(|| r#"{cluster="default"}"#.to_owned()))
}

async fn refusals(http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let selector = selector(account)?;
    let query = format!(
        "sum by (status, ai_provider) (count_over_time({selector} | json | status=~\"402|429\" [1h]))"
    );
    let mut polled = Polled::default();
    for one in ask(http, account, now, now, &query).await?.into_iter().take(SERIES) {
        let status = one.label("status").and_then(|status| status.parse::<u16>().ok());
        let provider = one.label("ai_provider").filter(|name| !name.is_empty()).unwrap_or("a provider");
        let calls = number(&one, Unit::Requests)?;
        let words = format!("calls to {provider} were refused");
        let Some(mut refusal) = read_log(status, &words, now).filter(|_| calls.0 > 0) else { continue };
        refusal.scope = Scope::Provider;
        refusal.count = u32::try_from(calls.0).unwrap_or(u32::MAX);
        count(&mut polled.refusals, refusal);
    }
    Ok(polled)
}

fn number(one: &Series, unit: Unit) -> Result<Qty, PollError> {
    decimal(&one.value, unit, 0).ok_or_else(|| {
        let shown = crate::refusal::shorten(&one.value);
        PollError::malformed(format!("{}: '{shown}' is no number, so nothing is used", SPEC.name))
    })
}

/// Tokens by model from `start` to `end`, within one UTC day, and what they cost at list prices.
async fn tokens(
    http: &Http,
    account: &Account,
    now: Timestamp,
    end: Timestamp,
    start: Timestamp,
) -> Result<Polled, PollError> {
    let (selector, span) = (selector(account)?, end.since(start).div_euclid(SECOND).max(1));
    let mut models: BTreeMap<String, [Qty; 2]> = BTreeMap::new();
    for (place, field) in ["ai_model_input_token", "ai_model_output_token"].into_iter().enumerate() {
        let query = format!(
            "sum by (ai_model) (sum_over_time({selector} | json | ai_model!=\"\" | unwrap {field} | __error__=\"\" [{span}s]))"
        );
        for one in ask(http, account, now, end, &query).await? {
            let model = one.label("ai_model").unwrap_or_default().to_owned();
            let found = models.entry(model).or_default();
            if let Some(slot) = found.get_mut(place) {
                *slot = number(&one, Unit::Tokens)?;
            }
        }
    }
    let (mut costs, mut whole, mut money) = (Costs::default(), Qty(0), Some(Qty(0)));
    for (model, [input, output]) in &models {
        let too_much = || PollError::malformed("a sum of tokens does not fit, so none of them is used");
        let both = input.checked_add(*output).ok_or_else(too_much)?;
        whole = whole.checked_add(both).ok_or_else(too_much)?;
        let by: &[(By, &str)] = if model.is_empty() { &[] } else { &[(By::Model, model)] };
        costs.add((start, start + DAY), Amount::new(both, Unit::Tokens), Provenance::Derived, by)?;
        let cost = pricing::find(model, &account.prices).and_then(|price| price.cost(input.0, output.0));
        let cost = cost.filter(|cost| cost.unit == Unit::USD);
        if let Some(cost) = cost {
            costs.tell_apart((start, start + DAY), cost, Provenance::Estimated, by)?;
        }
        money = money.zip(cost).and_then(|(sum, cost)| sum.checked_add(cost.qty));
    }
    let mut polled = Polled { costs: costs.into_rows(), ..Polled::default() };
    if start == day_start(now) {
        polled.readings.push(spend("tokens.day", "tokens today", Unit::Tokens, whole, Window::Day, now));
        // With a model whose price is not known, the sum would be too low.
        if let Some(money) = money {
            let reading = spend("spend.day", "estimated cost today", Unit::USD, money, Window::Day, now);
            polled.readings.push(Reading { provenance: Provenance::Estimated, ..reading });
        }
    }
    Ok(polled)
}
