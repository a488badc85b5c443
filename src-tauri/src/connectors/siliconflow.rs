//! SiliconFlow. `GET /v1/user/info` with the ordinary key: `totalBalance`, a decimal string in USD. The answer also
//! holds name, mail address and picture: nothing of it is read. How the total splits into given and paid money is
//! nowhere documented, so it is not told.
//!
//! The Chinese site (api.siliconflow.cn) took this address away on 2026-08-14: it answers 410 with code 20092, and has
//! named no other. Source: docs.siliconflow.com and docs.siliconflow.cn, "Get user account info"; the 403 with code
//! 30001 and the 410 as seen by users.

use super::fields::{balance, needed, one};
use super::sites::{Site, site};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, checked};
use crate::http::{Answer, Http, Request};
use crate::model::{Account, Currency, Json, MeterKind, PollError, PollErrorKind, Polled, Timestamp, Unit};

/// The connector.
pub(super) struct SiliconFlow;

static SPEC: Spec = Spec {
    id: "siliconflow",
    name: "SiliconFlow",
    kind: ConnectorKind::Credits,
    about: "Prepaid balance of the international site; the Chinese site no longer says one.",
    base_url: Some("https://api.siliconflow.com"),
    secrets: &[SecretSpec::key(
        "The key your programs use, made at cloud.siliconflow.com.",
        "https://cloud.siliconflow.com/account/ak",
    )],
    options: &[OptionSpec::new(
        "site",
        "Site",
        "Where the key was made: com is api.siliconflow.com and USD; cn is api.siliconflow.cn, which took its balance away on 2026-08-14.",
        "com",
    )
    .choices(&["com", "cn"])],
    meters: &[MeterSpec::new("balance", "balance", MeterKind::Balance, "key")],
    links: Links {
        top_up: Some("https://cloud.siliconflow.com"),
        billing: None,
        keys: Some("https://cloud.siliconflow.com/account/ak"),
        limits: None,
        status: None,
    },
    env: &[("key", "SILICONFLOW_API_KEY")],
    starts: &[("key", "sk-")],
    docs_url: "https://docs.siliconflow.com/en/api-reference/userinfo/get-user-info",
    ..Spec::DEFAULT
};

static SITES: [Site; 2] = [
    Site { name: "com", base_url: "https://api.siliconflow.com", unit: Unit::USD },
    Site { name: "cn", base_url: "https://api.siliconflow.cn", unit: Unit::Money(Currency::CNY) },
];

#[async_trait::async_trait]
impl Connector for SiliconFlow {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let (http, site) = site(http, account, &SPEC, &SITES)?;
        let answer = http.send(Request::get("/v1/user/info").bearer(account.secret("key")?)).await?;
        if retired(&answer) {
            return Err(gone());
        }
        let left = needed(&checked(&SPEC, &answer, now)?, "/data/totalBalance", site.unit)?;
        Ok(one(balance("balance", "balance", site.unit, left)))
    }
}

/// 410, or the code that goes with it in an answer of another status.
fn retired(answer: &Answer) -> bool {
    let code = answer.json().ok().and_then(|json| json.get("code").and_then(Json::as_i64));
    answer.status == 410 || code == Some(20092)
}

fn gone() -> PollError {
    PollError::new(
        PollErrorKind::NotFound,
        "SiliconFlow's Chinese site no longer says its balance (410, code 20092): it took this address away on 2026-08-14 and named no other. Nothing is wrong with the key. Look at the balance in its console, cloud.siliconflow.cn, and remove this account here; a key of the international site works with the option site = com.",
    )
}
