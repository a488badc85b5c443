//! StepFun. `GET /v1/accounts` with the ordinary key: floats in the currency of the site, CNY at api.stepfun.com and USD
//! at api.stepfun.ai. `balance` is what is left. `total_cash_balance` and `total_voucher_balance` are all that was ever
//! paid in and given, not what is left of it, and are not read. A postpaid account owes instead of having: its balance
//! falls below zero without calls being refused, so it is told as money owed.
//! Source: platform.stepfun.com/docs/zh/api-reference/accounts/get. The body of its 402 is not documented.

use super::fields::{balance, needed, one, text};
use super::sites::{Site, site};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Currency, Json, MeterKind, PollError, Polled, Provenance, Qty, Reading, Timestamp, Unit,
};

/// The connector.
pub(super) struct StepFun;

static SPEC: Spec = Spec {
    id: "stepfun",
    name: "StepFun",
    kind: ConnectorKind::Credits,
    about: "Prepaid balance, or what a postpaid account owes, in CNY or, on the international site, in USD.",
    base_url: Some("https://api.stepfun.com"),
    secrets: &[SecretSpec::key(
        "The key your programs use; keys of platform.stepfun.com and platform.stepfun.ai are not known to each other.",
        "https://platform.stepfun.com/interface-key",
    )],
    options: &[OptionSpec::new(
        "site",
        "Site",
        "Where the key was made: com is api.stepfun.com and CNY, ai is api.stepfun.ai and USD.",
        "ai",
    )
    .choices(&["com", "ai"])],
    meters: &[
        MeterSpec::new("balance", "balance (prepaid account)", MeterKind::Balance, "key"),
        MeterSpec::new("owed", "owed (postpaid account)", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://platform.stepfun.com"),
        billing: None,
        keys: Some("https://platform.stepfun.com/interface-key"),
        limits: None,
        status: None,
    },
    env: &[("key", "STEP_API_KEY")],
    docs_url: "https://platform.stepfun.com/docs/zh/api-reference/accounts/get",
    ..Spec::DEFAULT
};

static SITES: [Site; 2] = [
    Site { name: "com", base_url: "https://api.stepfun.com", unit: Unit::Money(Currency::CNY) },
    Site { name: "ai", base_url: "https://api.stepfun.ai", unit: Unit::USD },
];

#[async_trait::async_trait]
impl Connector for StepFun {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let (http, site) = site(http, account, &SPEC, &SITES)?;
        let request = Request::get("/v1/accounts").bearer(account.secret("key")?);
        read(&fetch(&http, &SPEC, request, now).await?, site.unit)
    }
}

fn read(json: &Json, unit: Unit) -> Result<Polled, PollError> {
    let left = needed(json, "/balance", unit)?;
    if text(json, "/type") != Some("postpaid") {
        return Ok(one(balance("balance", "balance", unit, left)));
    }
    Ok(one(Reading {
        used: left.0.checked_neg().map(Qty),
        provenance: Provenance::Derived,
        ..Reading::new("owed", MeterKind::Spend, "owed", unit)
    }))
}
