//! DeepSeek. `GET /user/balance` with the ordinary key: one entry per currency, decimal strings, in no fixed order.
//! Source: api-docs.deepseek.com, "Get user balance".

use super::fields::{balance, missing, needed, text};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{Account, Cause, Json, MeterKind, PollError, Polled, Scope, Timestamp, Unit};
use crate::refusal::reported;

/// The connector.
pub(super) struct DeepSeek;

static SPEC: Spec = Spec {
    id: "deepseek",
    name: "DeepSeek",
    kind: ConnectorKind::Credits,
    about: "Prepaid balance, one per currency.",
    base_url: Some("https://api.deepseek.com"),
    secrets: &[
        SecretSpec::key("The key your programs use.", "https://platform.deepseek.com/api_keys").prefix("sk-")
    ],
    meters: &[MeterSpec::new("balance.*", "balance", MeterKind::Balance, "key")],
    links: Links {
        top_up: Some("https://platform.deepseek.com/top_up"),
        billing: None,
        keys: Some("https://platform.deepseek.com/api_keys"),
        limits: None,
        status: Some("https://status.deepseek.com"),
    },
    env: &[("key", "DEEPSEEK_API_KEY")],
    docs_url: "https://api-docs.deepseek.com/api/get-user-balance",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for DeepSeek {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request = Request::get("/user/balance").bearer(account.secret("key")?);
        read(&fetch(http, &SPEC, request, now).await?)
    }
}

fn read(json: &Json) -> Result<Polled, PollError> {
    let Some(entries @ Json::Array(_)) = json.get("balance_infos") else {
        return Err(missing("/balance_infos"));
    };
    let mut polled = Polled::default();
    for entry in entries.items() {
        let currency = text(entry, "/currency").ok_or_else(|| missing("/balance_infos/*/currency"))?;
        let unit = currency
            .parse::<crate::model::Currency>()
            .map(Unit::Money)
            .map_err(|error| PollError::malformed(format!("the balance's currency is not known: {error}")))?;
        let meter = format!("balance.{}", currency.to_lowercase());
        let left = needed(entry, "/total_balance", unit)?;
        polled.readings.push(balance(&meter, &format!("balance in {unit}"), unit, left));
    }
    polled.readings.sort_by(|a, b| b.meter.cmp(&a.meter));
    if json.get("is_available").and_then(Json::as_bool) == Some(false) {
        let words = "DeepSeek says the balance is not enough for calls";
        polled.refusals.push(reported(
            Cause::BalanceExhausted,
            Scope::Organisation,
            "deepseek.is_available",
            words,
        ));
    }
    if polled.readings.is_empty() && polled.refusals.is_empty() {
        return Err(PollError::malformed("the answer lists no balance, so nothing is known of this account"));
    }
    Ok(polled)
}
