//! OpenRouter: the shapes of its published OpenAPI file (GET /key, /keys, /credits, /activity, the 402 examples).

use super::{completion, date, day, month, number, tokens};
use crate::model::{DAY, Timestamp};
use crate::simulator::world::{SimAccount, SimAnswer, SimRequest};
use serde_json::{Value, json};

pub(in crate::simulator) fn answer(
    account: &SimAccount,
    path: &str,
    request: &SimRequest,
    now: Timestamp,
) -> SimAnswer {
    let bearer = request.bearer();
    let management = bearer.is_some() && bearer == account.management_key.as_deref();
    if !management && bearer != Some(account.key.as_str()) {
        let message = if bearer.is_some() { "User not found." } else { "No auth credentials found" };
        return error(401, message, None);
    }
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let ledger = &account.purses[0].1;
    match (request.method.as_str(), path) {
        ("GET", "/key") => SimAnswer::json(200, &key(account, now, management)),
        ("GET", "/credits" | "/activity" | "/keys") if !management => {
            error(403, "Only management keys can perform this operation", None)
        }
        ("GET", "/credits") => {
            let state = ledger.state(now);
            let body = json!({"data": {"total_credits": number(state.granted[1]),
                                       "total_usage": number(state.spent)}});
            SimAnswer::json(200, &body)
        }
        ("GET", "/keys") => SimAnswer::json(200, &keys(account, now, request.parameter("offset"))),
        ("GET", "/activity") => SimAnswer::json(200, &activity(account, now, request.parameter("date"))),
        ("POST", "/chat/completions") => {
            let room = ledger.state(now).room;
            if management {
                error(403, "Management keys cannot be used for inference", None)
            } else if room[1] == 0 {
                let message = "Insufficient credits. Add more using https://openrouter.ai/credits";
                error(402, message, Some("openrouter_credits"))
            } else if room[0] == 0 {
                let message = "Key limit exceeded. Manage it using https://openrouter.ai/settings/keys";
                error(402, message, Some("openrouter_key_limit"))
            } else {
                SimAnswer::json(200, &completion(&request.model(), now))
            }
        }
        _ => error(404, "Not Found", None),
    }
}

fn key(account: &SimAccount, now: Timestamp, management: bool) -> Value {
    let ledger = &account.purses[0].1;
    let state = ledger.state(now);
    let today = day(now);
    // 1970-01-01 was a Thursday: days since Monday.
    let monday = today + -((today.0.div_euclid(DAY) + 3).rem_euclid(7)) * DAY;
    let since = |from: Timestamp| number(ledger.spent_between(from, now));
    let (limit, left) = if management {
        (Value::Null, Value::Null)
    } else {
        (number(state.granted[0]), number(state.room[0]))
    };
    json!({"data": {
        "byok_usage": 0, "byok_usage_daily": 0, "byok_usage_monthly": 0, "byok_usage_weekly": 0,
        "creator_user_id": "user_simulated",
        "expires_at": null,
        "include_byok_in_limit": false,
        "is_free_tier": false,
        "is_management_key": management,
        "is_provisioning_key": management,
        "label": if management { "management" } else { "ci" },
        "limit": limit,
        "limit_remaining": left,
        "limit_reset": null,
        "rate_limit": {"interval": "1h", "note": "This field is deprecated and safe to ignore.",
                       "requests": 1000},
        "usage": number(state.spent),
        "usage_daily": since(today),
        "usage_monthly": since(month(now, false)),
        "usage_weekly": since(monday),
    }})
}

/// Every key but management keys, paged by `offset`: here the one that programs use.
fn keys(account: &SimAccount, now: Timestamp, offset: Option<&str>) -> Value {
    if offset.is_some_and(|offset| offset != "0") {
        return json!({"data": []});
    }
    let mut one = key(account, now, false)["data"].take();
    for (name, value) in
        [("hash", json!("51d0".repeat(16))), ("name", json!("ci")), ("disabled", json!(false))]
    {
        one[name] = value;
    }
    json!({"data": [one]})
}

/// The last 30 completed UTC days; days without usage have no row.
fn activity(account: &SimAccount, now: Timestamp, only: Option<&str>) -> Value {
    let ledger = &account.purses[0].1;
    let rows = (1..=30).flat_map(|back| {
        let from = day(now) + -back * DAY;
        let wanted = only.is_none_or(|only| only == date(from));
        let spent = if wanted { ledger.spent_between(from, from + DAY) } else { 0 };
        // What the day's money went on: parts that shift from day to day, and add up to the whole.
        let large = spent / 100 * (45 + from.0.div_euclid(DAY) * 7 % 30);
        let middle = spent / 100 * 20;
        [
            ("openai/gpt-4.1", "openai/gpt-4.1-2025-04-14", "OpenAI", large),
            ("anthropic/claude-sonnet-4.5", "anthropic/claude-4.5-sonnet-20250929", "Anthropic", middle),
            ("deepseek/deepseek-chat", "deepseek/deepseek-chat-v3", "DeepSeek", spent - large - middle),
        ]
        .into_iter()
        .filter(|(.., part)| *part > 0)
        .map(move |(model, permaslug, provider, part)| {
            let (prompt, completion, requests) = tokens(part);
            json!({
                "byok_usage_inference": 0,
                "completion_tokens": completion,
                "date": date(from),
                "endpoint_id": "simulated-endpoint",
                "model": model,
                "model_permaslug": permaslug,
                "prompt_tokens": prompt,
                "provider_name": provider,
                "reasoning_tokens": 0,
                "requests": requests,
                "usage": number(part),
            })
        })
    });
    json!({"data": rows.collect::<Vec<_>>()})
}

fn error(status: u16, message: &str, source: Option<&str>) -> SimAnswer {
    let mut body = json!({"error": {"code": status, "message": message}});
    if let Some(source) = source {
        body["error"]["metadata"] = json!({"error_type": "payment_required", "limit_source": source});
    }
    SimAnswer::json(status, &body)
}
