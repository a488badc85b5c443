//! Hyperbolic. `GET /billing/get_current_balance` with the ordinary key: `credits` in cents of a dollar. No page of the
//! provider documents it; its own integration uses it.
//! Source: coinbase/agentkit@455a6c5a, the action provider hyperboliclabs/billing. Error bodies are not documented.

use super::fields::{balance, needed_scaled, one};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp, Unit};

/// The connector.
pub(super) struct Hyperbolic;

static SPEC: Spec = Spec {
    id: "hyperbolic",
    name: "Hyperbolic",
    kind: ConnectorKind::Credits,
    about: "Prepaid balance.",
    base_url: Some("https://api.hyperbolic.xyz"),
    secrets: &[SecretSpec::key("The key your programs use.", "https://app.hyperbolic.xyz/settings")],
    meters: &[MeterSpec::new("balance", "balance", MeterKind::Balance, "key")],
    links: Links {
        top_up: Some("https://app.hyperbolic.xyz/settings"),
        billing: None,
        keys: Some("https://app.hyperbolic.xyz/settings"),
        limits: None,
        status: None,
    },
    env: &[("key", "HYPERBOLIC_API_KEY")],
    docs_url: "https://docs.hyperbolic.xyz",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Hyperbolic {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request = Request::get("/billing/get_current_balance").bearer(account.secret("key")?);
        let json = fetch(http, &SPEC, request, now).await?;
        let left = needed_scaled(&json, "/credits", Unit::USD, -2)?;
        Ok(one(balance("balance", "balance", Unit::USD, left)))
    }
}
