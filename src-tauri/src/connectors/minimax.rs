//! MiniMax. `GET /v1/token_plan/remains` (older plans: `/v1/api/openplatform/coding_plan/remains`) with the plan's key:
//! an interval of some hours and a week per model group. `GET /account/query_balance` with a pay-as-you-go key.
//! Errors may come with status 200 and a `base_resp.status_code` that is not 0.
//! Source: MiniMax-AI/cli@58655210 src/types/api.ts, src/client/endpoints.ts, src/output/quota-table.ts, src/utils/quota.ts
//! (status 1 limited, 2 exhausted, 3 unlimited or not in the plan; `*_usage_count` is what is LEFT, or in newer answers
//! what is used: the percentage decides; `weekly_boost_permille` stretches the shown scale, and the percentage is a share
//! of the stretched whole).

use super::fields::{balance, finish, join, missing, needed, one, percent, qty, slug, text, time};
use super::{
    Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option, stated,
};
use crate::http::{Http, Request};
use crate::model::{
    Account, Cause, Currency, Json, MeterKey, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, Refusal, Scope, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct MiniMax;

static SPEC: Spec = Spec {
    id: "minimax",
    name: "MiniMax",
    kind: ConnectorKind::Plan,
    about: "The token or coding plan's windows by model group; pay-as-you-go balance with such a key.",
    base_url: Some("https://api.minimax.io"),
    secrets: &[
        SecretSpec::key(
            "The subscription key of the token or coding plan.",
            "https://platform.minimax.io/user-center/payment/token-plan",
        )
        .role("key", "Plan key")
        .prefix("sk-cp-")
        .optional(),
        SecretSpec::key(
            "A pay-as-you-go key opens the account's balance; without a plan it is enough.",
            "https://platform.minimax.io/user-center/basic-information/interface-key",
        )
        .role("api_key", "Pay-as-you-go key")
        .prefix("sk-api-")
        .optional(),
    ],
    options: &[
        OptionSpec::new("plan", "Plan", "Which plan the key is of.", "token").choices(&["token", "coding"]),
        OptionSpec::new(
            "currency",
            "Currency",
            "The pay-as-you-go account's currency, which the answer leaves out; without it CNY at minimaxi.com, USD elsewhere.",
            "USD",
        )
        .choices(&["USD", "CNY"]),
    ],
    meters: &[
        MeterSpec::new("window.*", "interval of a model group", MeterKind::Quota, "key"),
        MeterSpec::new("week.*", "week of a model group", MeterKind::Quota, "key"),
        MeterSpec::new("balance", "balance", MeterKind::Balance, "api_key"),
    ],
    links: Links {
        top_up: Some("https://platform.minimax.io/subscribe/token-plan"),
        billing: None,
        keys: Some("https://platform.minimax.io/user-center/basic-information/interface-key"),
        limits: None,
        status: Some("https://status.minimax.io"),
    },
    env: &[("api_key", "MINIMAX_API_KEY")],
    docs_url: "https://platform.minimax.io/docs/token-plan/intro",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for MiniMax {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let paid = account.secrets.contains_key("api_key");
        if account.secrets.contains_key("key") || !paid {
            let path = match option(account, "plan")?.as_deref() {
                Some("coding") => "/v1/api/openplatform/coding_plan/remains",
                _ => "/v1/token_plan/remains",
            };
            let remains = fetch(http, &SPEC, Request::get(path).bearer(account.secret("key")?), now).await;
            join(&mut polled, remains.and_then(|json| read_remains(&json, now)));
        }
        if paid {
            let request = Request::get("/account/query_balance").bearer(account.secret("api_key")?);
            let unit = currency(account)?;
            let left = fetch(http, &SPEC, request, now).await;
            join(&mut polled, left.and_then(|json| read_balance(&json, unit, now)));
        }
        finish(polled)
    }
}

/// The answer leaves its currency out: the option's, or that of the site.
fn currency(account: &Account) -> Result<Unit, PollError> {
    let chinese = ["minimaxi.com", "minimax.cn"].iter().any(|host| account.base_url.contains(host));
    match option(account, "currency")? {
        None if chinese => Ok(Unit::Money(Currency::CNY)),
        None => Ok(Unit::USD),
        Some(code) => code.parse().map(Unit::Money).map_err(|error| {
            PollError::new(PollErrorKind::Config, format!("the option currency is no currency: {error}"))
        }),
    }
}

/// The error that a body states, under the status that newer answers give it.
fn no_error(json: &Json, now: Timestamp) -> Result<(), PollError> {
    let code = json.pointer("/base_resp/status_code").and_then(Json::as_i64).unwrap_or_default();
    let status = match code {
        0 => return Ok(()),
        1004 | 2049 => 401,
        1008 => 402,
        1002 | 1028 | 1030 | 2056 => 429,
        _ => 500,
    };
    let words = text(json, "/base_resp/status_msg").unwrap_or_default();
    let body = serde_json::json!({"base_resp": {"status_code": code.to_string()}, "message": words});
    Err(stated(&SPEC, status, &body, now))
}

fn read_balance(json: &Json, unit: Unit, now: Timestamp) -> Result<Polled, PollError> {
    no_error(json, now)?;
    Ok(one(balance("balance", "balance", unit, needed(json, "/available_amount", unit)?)))
}

fn read_remains(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    no_error(json, now)?;
    let Some(models @ Json::Array(_)) = json.get("model_remains").or(json.pointer("/data/model_remains"))
    else {
        return Err(missing("/model_remains"));
    };
    let mut polled = Polled::default();
    for model in models.items() {
        // Entries without a name are seen, and belong to nothing.
        let Some(name) = text(model, "/model_name") else { continue };
        for (meter, label, field, end) in [
            ("window", "present interval", "interval", "/end_time"),
            ("week", "this week", "weekly", "/weekly_end_time"),
        ] {
            let key = format!("{meter}.{}", slug(name));
            let label = format!("{name}, {label}");
            join(&mut polled, read_window(model, &key, &label, field, time(model, end)));
        }
    }
    if polled.readings.is_empty() && polled.problems.is_empty() {
        return Err(PollError::malformed(
            "MiniMax lists no window with a limit, so nothing is known of this plan",
        ));
    }
    finish(polled)
}

fn read_window(
    model: &Json,
    key: &str,
    label: &str,
    field: &str,
    resets_at: Option<Timestamp>,
) -> Result<Polled, PollError> {
    let at = |name: &str| format!("/current_{field}_{name}");
    let status = model.pointer(&at("status")).and_then(Json::as_i64);
    if status == Some(3) {
        return Ok(Polled::default());
    }
    let left = qty(model, &at("remaining_percent"), Unit::Percent)?;
    let most = qty(model, &at("total_count"), Unit::Requests)?.filter(|most| most.0 > 0);
    let count = qty(model, &at("usage_count"), Unit::Requests)?;
    let hundred = Qty(100 * Unit::Percent.scale());
    let reading = match (left, most, count) {
        (Some(left), _, _) => hundred.checked_sub(left).map(|used| percent(key, label, used, resets_at)),
        // Without a percentage it is the older answer, which counts what is left.
        (None, Some(most), Some(left)) if (0..=most.0).contains(&left.0) => Some(Reading {
            used: most.checked_sub(left),
            limit: Some(most),
            remaining: Some(left),
            window: Window::Other,
            resets_at,
            provenance: Provenance::Reported,
            ..Reading::new(key, MeterKind::Quota, label, Unit::Requests)
        }),
        _ => None,
    };
    let words = format!("MiniMax says the quota is used up: {label}");
    let refusal = (status == Some(2)).then(|| Refusal {
        meter: Some(MeterKey::new(key)),
        retry_at: resets_at,
        ..reported(Cause::FreeQuota, Scope::Organisation, "minimax.exhausted", &words)
    });
    Ok(Polled {
        readings: reading.into_iter().collect(),
        refusals: refusal.into_iter().collect(),
        ..Polled::default()
    })
}
