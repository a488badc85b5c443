//! The ways in which real gateways and what stands before them go wrong, on demand.

use super::world::SimAnswer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is done to an otherwise right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Bytes that are no text.
    Garbage,
    /// A page of HTML with status 200, as a captive portal gives.
    Html,
    /// Status 500.
    ServerError,
    /// Half of the body.
    Truncated,
    /// A body of 100 MB.
    Huge,
    /// Every number is NaN.
    Nan,
    /// Every number is a string.
    NumberAsString,
    /// Every member that held a number is missing.
    MissingField,
    /// `text/plain`.
    WrongContentType,
    /// Status 429; see [`Misbehaviour::retry_after`].
    TooManyRequests,
    /// No answer, ever.
    Hang,
}

/// How an account misbehaves until told otherwise; the default is not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Misbehaviour {
    /// Milliseconds before the answer.
    pub latency_ms: u64,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// Added as `Retry-After`, verbatim.
    pub retry_after: Option<String>,
    /// How far the gateway's clock is ahead, in ms: `Date` and reset times are off by this.
    pub clock_drift_ms: i64,
}

impl Misbehaviour {
    pub(super) fn spoil(&self, answer: &mut SimAnswer) {
        answer.delay_ms = self.latency_ms;
        if let Some(value) = &self.retry_after {
            answer.headers.push(("retry-after".into(), value.clone()));
        }
        match self.fault {
            None => {}
            Some(Fault::Garbage) => answer.body = vec![0xFF, 0x00, 0xFE, 0x80, 0x1B],
            Some(Fault::Html) => {
                *answer = SimAnswer {
                    status: 200,
                    body: b"<!doctype html><title>Sign in to the network</title>".to_vec(),
                    ..std::mem::take(answer)
                };
                answer.content_type("text/html");
            }
            Some(Fault::ServerError) => {
                answer.status = 500;
                answer.body = br#"{"error":{"message":"Internal Server Error","code":500}}"#.to_vec();
            }
            Some(Fault::TooManyRequests) => {
                answer.status = 429;
                answer.body = br#"{"error":{"code":429,"message":"Rate limit exceeded","metadata":{"error_type":"rate_limit_exceeded"}}}"#.to_vec();
            }
            Some(Fault::Truncated) => answer.body.truncate(answer.body.len() / 2),
            Some(Fault::Huge) => answer.body = vec![b' '; 100_000_000],
            Some(Fault::WrongContentType) => answer.content_type("text/plain"),
            Some(Fault::Hang) => answer.hang = true,
            Some(fault @ (Fault::Nan | Fault::NumberAsString | Fault::MissingField)) => {
                if let Ok(mut json) = serde_json::from_slice::<Value>(&answer.body) {
                    numbers(&mut json, fault);
                    answer.body = json.to_string().replace("\"@NaN@\"", "NaN").into_bytes();
                }
            }
        }
    }
}

fn numbers(json: &mut Value, fault: Fault) {
    match json {
        Value::Number(number) => {
            let text = if fault == Fault::Nan { "@NaN@".to_owned() } else { number.to_string() };
            *json = Value::String(text);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| numbers(item, fault)),
        Value::Object(members) => {
            if fault == Fault::MissingField {
                members.retain(|_, value| !value.is_number());
            }
            members.values_mut().for_each(|value| numbers(value, fault));
        }
        _ => {}
    }
}
