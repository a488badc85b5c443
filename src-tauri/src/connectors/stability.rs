//! Stability AI. `GET /v1/user/balance` with the ordinary key: `credits`, a number with a part after the point, of the
//! user's default organisation or of the one in the header `Organization`. What a credit costs changes, so credits stay
//! credits.
//! Source: platform.stability.ai/docs/api-reference, "v1/user", as in shamblett/stabilityai_client, lib/src/openapi.
//! The 402 (`name`, `errors`) as seen by users.

use super::fields::{balance, needed, one};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{Account, MeterKind, PollError, Polled, Timestamp, Unit};

/// The connector.
pub(super) struct Stability;

static SPEC: Spec = Spec {
    id: "stability",
    name: "Stability AI",
    kind: ConnectorKind::Credits,
    about: "Credits left.",
    base_url: Some("https://api.stability.ai"),
    secrets: &[SecretSpec::key("The key your programs use.", "https://platform.stability.ai/account/keys")],
    options: &[OptionSpec::new(
        "organization",
        "Organisation",
        "The id of the organisation whose credits are meant, if it is not the key's default.",
        "org-123456",
    )],
    meters: &[MeterSpec::new("balance", "credits", MeterKind::Balance, "key")],
    links: Links {
        top_up: Some("https://platform.stability.ai/account/credits"),
        billing: None,
        keys: Some("https://platform.stability.ai/account/keys"),
        limits: None,
        status: Some("https://status.stability.ai"),
    },
    env: &[("key", "STABILITY_API_KEY")],
    starts: &[("key", "sk-")],
    docs_url: "https://platform.stability.ai/docs/api-reference#tag/v1user",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Stability {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut request = Request::get("/v1/user/balance").bearer(account.secret("key")?);
        if let Some(organization) = option(account, "organization")? {
            request = request.header("organization", &organization);
        }
        let left = needed(&fetch(http, &SPEC, request, now).await?, "/credits", Unit::Credits)?;
        Ok(one(balance("balance", "credits", Unit::Credits, left)))
    }
}
