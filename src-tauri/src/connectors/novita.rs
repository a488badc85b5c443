//! Novita. `GET /openapi/v1/billing/balance/detail` with the ordinary key: whole numbers as strings, in 1/10000 USD.
//! `availableBalance` is what calls may still use: `cashBalance` and `creditLimit`, the most that may be owed. The two
//! parts are no meters: calls go on when only one of them is used up.
//! Source: novita.ai/docs, "User Balance Info". The refusal's envelope (`code`, `reason`, `message`) as seen by users.

use super::fields::{balance, needed_scaled, one};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp, Unit};

/// The connector.
pub(super) struct Novita;

static SPEC: Spec = Spec {
    id: "novita",
    name: "Novita AI",
    kind: ConnectorKind::Credits,
    about: "What calls may still use: the prepaid balance and the credit limit together.",
    base_url: Some("https://api.novita.ai"),
    secrets: &[SecretSpec::key("The key your programs use.", "https://novita.ai/settings/key-management")],
    meters: &[MeterSpec::new(
        "balance",
        "available balance, credit limit included",
        MeterKind::Balance,
        "key",
    )],
    links: Links {
        top_up: Some("https://novita.ai/billing"),
        billing: Some("https://novita.ai/billing"),
        keys: Some("https://novita.ai/settings/key-management"),
        limits: None,
        status: Some("https://status.novita.ai"),
    },
    env: &[("key", "NOVITA_API_KEY")],
    starts: &[("key", "sk_")],
    docs_url: "https://novita.ai/docs/api-reference/basic-get-user-balance",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Novita {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request = Request::get("/openapi/v1/billing/balance/detail").bearer(account.secret("key")?);
        let json = fetch(http, &SPEC, request, now).await?;
        let left = needed_scaled(&json, "/availableBalance", Unit::USD, -4)?;
        Ok(one(balance("balance", "available balance", Unit::USD, left)))
    }
}
