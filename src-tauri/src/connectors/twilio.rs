//! Twilio. `GET …/Balance.json`: the main account's balance; a postpaid account's may be negative.
//! `GET …/Usage/Records/Daily.json` of the category `totalprice`, which holds the others (these overlap): cost by day,
//! GMT. Basic log-in with the account SID and its auth token, or with an API key's SID and secret.
//! Source: twilio/twilio-oai@d50069b4 spec/json/twilio_api_v2010.json; twilio.com/docs/usage/api/usage-record;
//! twilio.com/docs/errors (20003, 20005, 10001, 30002).

use super::costs::{Costs, report_start};
use super::fields::{
    balance, currency, date, day, finish, join, missing, month_start, needed, one, spend, text, time,
};
use super::pages::pages;
use super::{
    Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, needed_option, option,
};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Timestamp,
    Window,
};

/// The connector.
pub(super) struct Twilio;

static SPEC: Spec = Spec {
    id: "twilio",
    name: "Twilio",
    kind: ConnectorKind::Credits,
    about: "The account's balance, and what was spent by day.",
    base_url: Some("https://api.twilio.com"),
    secrets: &[SecretSpec::key(
        "The secret of a standard API key of the main account, with its SID in key_sid; or the account's auth token.",
        "https://console.twilio.com/us1/account/keys-credentials/api-keys",
    )
    .role("key", "API key secret or auth token")],
    options: &[
        OptionSpec::new(
            "account_sid",
            "Account SID",
            "The main account's SID; subaccounts have no balance of their own.",
            "AC0123456789abcdef",
        )
        .required(),
        OptionSpec::new(
            "key_sid",
            "API key SID",
            "The API key's SID; left out when the secret is the account's auth token.",
            "SK0123456789abcdef",
        ),
    ],
    meters: &[
        MeterSpec::new("balance", "balance", MeterKind::Balance, "key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://console.twilio.com/us1/billing/manage-billing/billing-overview"),
        billing: Some("https://console.twilio.com/us1/billing/manage-billing/billing-overview"),
        keys: Some("https://console.twilio.com/us1/account/keys-credentials/api-keys"),
        limits: None,
        status: Some("https://status.twilio.com"),
    },
    env: &[("key", "TWILIO_AUTH_TOKEN")],
    docs_url: "https://www.twilio.com/docs/usage/api",
    interval: 10 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Twilio {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let sid = needed_option(account, &SPEC, "account_sid")?;
        if !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let words =
                "the option account_sid holds something else than letters and digits: it begins with AC";
            return Err(PollError::new(PollErrorKind::Config, words));
        }
        let user = option(account, "key_sid")?.unwrap_or_else(|| sid.clone());
        let secret = account.secret("key")?;
        let base = format!("/2010-04-01/Accounts/{sid}");
        let ask = |path: &str| Request::get(path).basic(&user, secret);
        let mut polled = Polled::default();
        let left = fetch(http, &SPEC, ask(&format!("{base}/Balance.json")), now).await;
        join(&mut polled, left.and_then(|json| read_balance(&json)));
        let records = format!("{base}/Usage/Records/Daily.json");
        let first = ask(&records)
            .query("Category", "totalprice")
            .query("StartDate", &date(report_start(now)))
            .query("EndDate", &date(now))
            .query("PageSize", "1000");
        let next = |page: &Json, _| match text(page, "/next_page_uri") {
            None => Ok(None),
            Some(uri) if uri.starts_with(&format!("{records}?")) => Ok(Some(ask(uri))),
            Some(_) => Err(PollError::malformed("Twilio names a next page that is no page of this report")),
        };
        let usage = pages(http, &SPEC, now, first, next).await;
        join(&mut polled, usage.and_then(|pages| read_usage(&pages, now)));
        finish(polled)
    }
}

fn read_balance(json: &Json) -> Result<Polled, PollError> {
    let unit = currency(json, "/currency")?;
    Ok(one(balance("balance", "balance", unit, needed(json, "/balance", unit)?)))
}

fn read_usage(pages: &[Json], now: Timestamp) -> Result<Polled, PollError> {
    let mut costs = Costs::default();
    let mut as_of = None;
    for page in pages {
        let Some(records @ Json::Array(_)) = page.get("usage_records") else {
            return Err(missing("/usage_records"));
        };
        for record in records.items() {
            // Another category's money is in the total already.
            if text(record, "/category").is_some_and(|category| category != "totalprice") {
                continue;
            }
            let unit = currency(record, "/price_unit")?;
            let start = day(record, "/start_date").ok_or_else(|| missing("/usage_records/*/start_date"))?;
            let amount = Amount::new(needed(record, "/price", unit)?, unit);
            costs.add((start, start + DAY), amount, Provenance::Reported, &[])?;
            as_of = as_of.max(time(record, "/as_of"));
        }
    }
    let mut polled = Polled::default();
    for (unit, spent) in costs.totals(month_start(now)) {
        let mut reading = spend("spend.month", "spend this month", unit, spent, Window::Month, now);
        reading.as_of = as_of;
        polled.readings.push(reading);
    }
    polled.costs = costs.into_rows();
    Ok(polled)
}
