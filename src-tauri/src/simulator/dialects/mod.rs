//! One file per provider: paths, fields, types and refusals as theirs.

pub(super) mod deepseek;
pub(super) mod litellm;
pub(super) mod openrouter;

use crate::model::{DAY, Qty, Timestamp, Unit};
use serde_json::{Value, json};

/// Money as a JSON number. Providers send floats; fifteen digits survive one, which is a million to the nano.
pub(super) fn number(nano: i64) -> Value {
    serde_json::from_str(&Unit::USD.print(Qty(nano))).unwrap_or(Value::Null)
}

/// UTC midnight at or before `at`.
pub(super) fn day(at: Timestamp) -> Timestamp {
    Timestamp(at.0.div_euclid(DAY) * DAY)
}

/// The 1st of the month of `at`, midnight UTC, or of the month after.
pub(super) fn month(at: Timestamp, next: bool) -> Timestamp {
    let zoned = at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC);
    let into = i64::from(zoned.day()) - 1;
    let first = day(at) + -into * DAY;
    if next { first + i64::from(zoned.days_in_month()) * DAY } else { first }
}

pub(super) fn date(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d").to_string()
}

/// Tokens in, tokens out and requests that such a spend stands for: 3 and 15 a million, 12 tokens in for one out.
pub(super) fn tokens(nano: i64) -> (i64, i64, i64) {
    let out = nano / 51_000;
    (out * 12, out, (nano + 19_999_999) / 20_000_000)
}

/// An answer to a chat call, in the shape that all three share.
pub(super) fn completion(model: &str, now: Timestamp) -> Value {
    json!({
        "id": format!("chatcmpl-sim-{}", now.0),
        "created": now.0.div_euclid(1000),
        "model": model,
        "object": "chat.completion",
        "choices": [{"finish_reason": "stop", "index": 0,
                     "message": {"content": "Hello from the simulator", "role": "assistant"}}],
        "usage": {"completion_tokens": 20, "prompt_tokens": 10, "total_tokens": 30}
    })
}
