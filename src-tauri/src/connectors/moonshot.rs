//! Moonshot AI (Kimi open platform). `GET /v1/users/me/balance` with the ordinary key: floats in the currency of the
//! site, USD at api.moonshot.ai and CNY at api.moonshot.cn. `available_balance` is `voucher_balance` and
//! `cash_balance` together; at zero or below calls are refused. Cash may be negative, which is debt. The two parts are
//! no meters: a voucher that is used up refuses nothing as long as there is cash.
//! Source: platform.kimi.ai/docs/api/balance. The refusal: forum.moonshot.ai/t/429-insufficient-balance/244.

use super::fields::{balance, needed, one};
use super::sites::{Site, site};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{Account, Currency, MeterKind, PollError, Polled, Timestamp, Unit};

/// The connector.
pub(super) struct Moonshot;

static SPEC: Spec = Spec {
    id: "moonshot",
    name: "Moonshot AI (Kimi)",
    kind: ConnectorKind::Credits,
    about: "Prepaid balance, in USD or, on the Chinese site, in CNY.",
    base_url: Some("https://api.moonshot.ai"),
    secrets: &[SecretSpec::key(
        "The key your programs use; keys of platform.kimi.ai and of the Chinese site are not known to each other.",
        "https://platform.kimi.ai/console/api-keys",
    )],
    options: &[OptionSpec::new(
        "site",
        "Site",
        "Where the key was made: ai is api.moonshot.ai and USD, cn is api.moonshot.cn and CNY.",
        "cn",
    )
    .choices(&["ai", "cn"])],
    meters: &[MeterSpec::new("balance", "balance", MeterKind::Balance, "key")],
    links: Links {
        top_up: Some("https://platform.kimi.ai/console"),
        billing: None,
        keys: Some("https://platform.kimi.ai/console/api-keys"),
        limits: None,
        status: Some("https://status.moonshot.cn"),
    },
    env: &[("key", "MOONSHOT_API_KEY")],
    starts: &[("key", "sk-")],
    docs_url: "https://platform.kimi.ai/docs/api/balance",
    ..Spec::DEFAULT
};

static SITES: [Site; 2] = [
    Site { name: "ai", base_url: "https://api.moonshot.ai", unit: Unit::USD },
    Site { name: "cn", base_url: "https://api.moonshot.cn", unit: Unit::Money(Currency::CNY) },
];

#[async_trait::async_trait]
impl Connector for Moonshot {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let (http, site) = site(http, account, &SPEC, &SITES)?;
        let request = Request::get("/v1/users/me/balance").bearer(account.secret("key")?);
        let json = fetch(&http, &SPEC, request, now).await?;
        let left = needed(&json, "/data/available_balance", site.unit)?;
        Ok(one(balance("balance", "balance", site.unit, left)))
    }
}
