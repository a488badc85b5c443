//! Z.ai (GLM coding plan), and BigModel in China by base URL. `GET /api/monitor/usage/quota/limit` with the plan's key,
//! bare in `Authorization`. A window is `number` of `unit`: 3 hours, 5 months, 6 weeks. `percentage` is what is used.
//! Errors come with status 200 and `success: false`.
//! Source: zai-org/zai-coding-plugins@9ce9455c plugins/glm-plan-usage (docs.z.ai/devpack/extension/usage-query-plugin);
//! units, counts and `CREDIT_LIMIT` from steipete/CodexBar@27c7f334; error codes from docs.z.ai/api-reference/api-code.

use super::fields::{finish, join, missing, percent, qty, text, time};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch, stated};
use crate::http::{Http, Request};
use crate::model::{Account, Json, MeterKind, PollError, Polled, Reading, Timestamp, Unit, Window};

/// The connector.
pub(super) struct Zai;

static SPEC: Spec = Spec {
    id: "zai",
    name: "Z.ai coding plan",
    kind: ConnectorKind::Plan,
    about: "The GLM coding plan's windows; for bigmodel.cn give https://open.bigmodel.cn as base_url.",
    base_url: Some("https://api.z.ai"),
    secrets: &[SecretSpec::key(
        "The key of the coding plan; pay-as-you-go has no balance to read.",
        "https://z.ai/manage-apikey/apikey-list",
    )
    .role("key", "Plan key")],
    meters: &[
        MeterSpec::new("tokens.*", "tokens of a window", MeterKind::Quota, "key"),
        MeterSpec::new("credits.*", "credits of a window", MeterKind::Quota, "key"),
        MeterSpec::new("tools.*", "tool calls of a window", MeterKind::Quota, "key"),
    ],
    links: Links {
        top_up: Some("https://z.ai/subscribe"),
        billing: None,
        keys: Some("https://z.ai/manage-apikey/apikey-list"),
        limits: None,
        status: None,
    },
    env: &[("key", "ZAI_API_KEY")],
    docs_url: "https://docs.z.ai/devpack/extension/usage-query-plugin",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Zai {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request = Request::get("/api/monitor/usage/quota/limit")
            .secret_header("authorization", account.secret("key")?);
        read(&fetch(http, &SPEC, request, now).await?, now)
    }
}

fn read(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    if json.get("success").and_then(Json::as_bool) == Some(false) {
        return Err(failure(json, now));
    }
    let Some(limits @ Json::Array(_)) = json.pointer("/data/limits") else {
        return Err(missing("/data/limits"));
    };
    let mut polled = Polled::default();
    for limit in limits.items() {
        let part = read_limit(limit);
        // Two limits that nothing tells apart: the first one stands.
        let twin = |part: &Polled| {
            let same = |one: &Reading| part.readings.iter().any(|other| other.meter == one.meter);
            polled.readings.iter().any(same)
        };
        if !part.as_ref().is_ok_and(twin) {
            join(&mut polled, part);
        }
    }
    if polled.readings.is_empty() && polled.problems.is_empty() {
        return Err(missing("/data/limits/*/percentage"));
    }
    finish(polled)
}

/// A failure's code in the body: that of HTTP, or one of the API's own.
fn failure(json: &Json, now: Timestamp) -> PollError {
    let code = json.get("code").and_then(Json::as_i64).unwrap_or_default();
    let status = match code {
        401 | 1000..=1004 => 401,
        1113 | 1302..=1317 => 429,
        code => u16::try_from(code).ok().filter(|code| (400..600).contains(code)).unwrap_or(500),
    };
    let words = text(json, "/msg").unwrap_or_default();
    let body = serde_json::json!({"code": code.to_string(), "msg": words, "success": "false"});
    stated(&SPEC, status, &body, now)
}

fn read_limit(limit: &Json) -> Result<Polled, PollError> {
    let (meter, what, unit) = match text(limit, "/type") {
        Some("TOKENS_LIMIT") => ("tokens", "tokens", None),
        Some("CREDIT_LIMIT") => ("credits", "credits", Some(Unit::Credits)),
        Some("TIME_LIMIT") => ("tools", "tool calls", Some(Unit::Requests)),
        // A limit of a kind that nobody has described.
        _ => return Ok(Polled::default()),
    };
    let number = limit.get("number").and_then(Json::as_i64).unwrap_or(1);
    let (sign, span) = match limit.get("unit").and_then(Json::as_i64) {
        Some(3) => ("h".to_owned(), "hour"),
        Some(5) => ("m".to_owned(), "month"),
        Some(6) => ("w".to_owned(), "week"),
        Some(other) => (format!("u{other}"), ""),
        None => (String::new(), ""),
    };
    let key = format!("{meter}.{number}{sign}");
    let label = match (number, span) {
        (_, "") => format!("{what} of a window"),
        (1, span) => format!("{what} of one {span}"),
        (number, span) => format!("{what} of {number} {span}s"),
    };
    let resets_at = time(limit, "/nextResetTime");
    let counts = match unit {
        Some(unit) => qty(limit, "/usage", unit)?.map(|most| (unit, most)),
        None => None,
    };
    let reading = match counts {
        Some((unit, most)) => Some(Reading {
            used: qty(limit, "/currentValue", unit)?,
            limit: Some(most),
            remaining: qty(limit, "/remaining", unit)?,
            window: Window::Other,
            resets_at,
            ..Reading::new(&key, MeterKind::Quota, label, unit)
        }),
        None => qty(limit, "/percentage", Unit::Percent)?.map(|used| percent(&key, &label, used, resets_at)),
    };
    Ok(Polled { readings: reading.into_iter().collect(), ..Polled::default() })
}
