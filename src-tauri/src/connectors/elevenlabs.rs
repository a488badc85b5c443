//! ElevenLabs. `GET /v1/user/subscription`, the key in the header `xi-api-key`; a restricted key needs the permission
//! `user_read`. Credits (once called characters) per billing period: `character_count` of `character_limit`, until
//! `next_character_count_reset_unix`. `max_credit_limit_extension` is how far use may go beyond the plan where
//! usage-based billing is on: a number, 0, null, or "unlimited", which leaves no limit to run into.
//! `current_overage` is the money for use beyond the plan.
//! Source: elevenlabs.io/docs, "Get user subscription"; the package elevenlabs 2.78.0;
//! steipete/CodexBar@27c7f334, ElevenLabsUsageFetcherTests. The refusals as seen by users.

use super::fields::{limit, needed, one, qty, text, time};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Currency, Json, MeterKind, PollError, Polled, Provenance, Reading, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct ElevenLabs;

static SPEC: Spec = Spec {
    id: "elevenlabs",
    name: "ElevenLabs",
    kind: ConnectorKind::Credits,
    about: "Credits of the plan's billing period, and the cost of use beyond the plan.",
    base_url: Some("https://api.elevenlabs.io"),
    secrets: &[SecretSpec::key(
        "A restricted key with nothing but the permission User: Read (user_read) is enough.",
        "https://elevenlabs.io/app/settings/api-keys",
    )],
    meters: &[
        MeterSpec::new("credits", "credits", MeterKind::Quota, "key"),
        MeterSpec::new("spend.overage", "cost beyond the plan", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://elevenlabs.io/app/subscription"),
        billing: Some("https://elevenlabs.io/app/subscription"),
        keys: Some("https://elevenlabs.io/app/settings/api-keys"),
        limits: None,
        status: Some("https://status.elevenlabs.io"),
    },
    env: &[("key", "ELEVENLABS_API_KEY")],
    starts: &[("key", "sk_")],
    docs_url: "https://elevenlabs.io/docs/api-reference/user/subscription/get",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for ElevenLabs {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request =
            Request::get("/v1/user/subscription").secret_header("xi-api-key", account.secret("key")?);
        read(&fetch(http, &SPEC, request, now).await?)
    }
}

fn read(json: &Json) -> Result<Polled, PollError> {
    let resets_at = time(json, "/next_character_count_reset_unix");
    let plan = needed(json, "/character_limit", Unit::Credits)?;
    let refused = json.get("can_extend_character_limit").and_then(Json::as_bool) == Some(false);
    let beyond = "/max_credit_limit_extension";
    let (most, provenance) = match text(json, beyond) {
        Some("unlimited") if !refused => (None, Provenance::Reported),
        Some("unlimited") => (Some(plan), Provenance::Reported),
        _ => match limit(json, beyond, Unit::Credits)?.filter(|more| more.0 > 0 && !refused) {
            Some(more) => (plan.checked_add(more), Provenance::Derived),
            None => (Some(plan), Provenance::Reported),
        },
    };
    let mut polled = one(Reading {
        used: Some(needed(json, "/character_count", Unit::Credits)?),
        limit: most,
        window: Window::Other,
        resets_at,
        provenance,
        ..Reading::new("credits", MeterKind::Quota, "credits", Unit::Credits)
    });
    let currency = text(json, "/current_overage/currency").and_then(|code| code.parse::<Currency>().ok());
    if let Some(unit) = currency.map(Unit::Money)
        && let Some(cost) = qty(json, "/current_overage/amount", unit)?
    {
        polled.readings.push(Reading {
            used: Some(cost),
            window: Window::Other,
            resets_at,
            ..Reading::new("spend.overage", MeterKind::Spend, "cost beyond the plan", unit)
        });
    }
    Ok(polled)
}
