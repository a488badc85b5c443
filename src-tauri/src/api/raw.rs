//! What an account's last poll was answered, without secrets, for people who distrust numbers.

use super::{ApiError, App};
use crate::http::Heard;
use crate::model::{AccountId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The longest text of one answer, laid out: beyond it, it is shown as it came.
const LONGEST: usize = 256 * 1024;

/// Names an account whose last answers are asked for.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct RawRequest {
    account: AccountId,
}

/// What an account's last poll was answered. It is kept in memory only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub(crate) struct RawView {
    /// When the poll ended; missing before the first one since the start.
    pub at: Option<Timestamp>,
    /// Its questions and answers, in the order in which they were asked.
    pub answers: Vec<RawAnswer>,
    /// Further answers, which were not kept.
    pub more: u32,
}

/// One question and its answer, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub(crate) struct RawAnswer {
    /// `GET` or `POST`.
    pub method: String,
    /// The address.
    pub url: String,
    /// HTTP status; missing when no whole answer came.
    pub status: Option<u16>,
    /// Its content type, as it said.
    pub kind: String,
    /// Bytes that came.
    pub bytes: u32,
    /// Whether `body` is only the beginning.
    pub cut: bool,
    /// The body, laid out where it is JSON; missing when it is no text.
    pub body: Option<String>,
    /// Why no answer came.
    pub problem: Option<String>,
}

pub(crate) async fn raw(app: &App, request: RawRequest) -> Result<RawView, ApiError> {
    let monitor = app.shown();
    if !monitor.configured().contains_key(&request.account) {
        return Err(ApiError::not_found(format_args!("account {}", request.account)));
    }
    let Some(poll) = monitor.last_poll(&request.account) else {
        return Ok(RawView { at: None, answers: Vec::new(), more: 0 });
    };
    let answers = poll.heard.into_iter().map(answer).collect();
    Ok(RawView { at: Some(poll.at), answers, more: u32::try_from(poll.more).unwrap_or(u32::MAX) })
}

fn answer(heard: Heard) -> RawAnswer {
    let Heard { method, url, status, kind, bytes, cut, body, problem } = heard;
    let body = body.map(|body| laid_out(&body).unwrap_or(body));
    RawAnswer {
        method,
        url,
        status,
        kind,
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        cut,
        body,
        problem,
    }
}

/// JSON with a line for each member; every number, text and order of members as it came, but texts under names such as
/// `password` are masked. `None` for what is no JSON, or would become too long.
fn laid_out(text: &str) -> Option<String> {
    // Whole and no deeper than 128: serde_json refuses others.
    serde_json::from_str::<&serde_json::value::RawValue>(text.trim()).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut rest, mut name) = (0_usize, text.trim(), String::new());
    while let Some(letter) = rest.chars().next() {
        let mut taken = letter.len_utf8();
        match letter {
            '"' => {
                taken = string(rest);
                let (word, after) = (&rest[..taken], rest[taken..].trim_start());
                if after.starts_with(':') {
                    name = word.trim_matches('"').to_owned();
                    out.push_str(word);
                } else if crate::http::names_a_secret(&name) && word.len() > 2 {
                    out.push_str("\"[redacted]\"");
                    name.clear();
                } else {
                    out.push_str(word);
                }
            }
            '{' | '[' => {
                out.push(letter);
                let inner = rest[1..].trim_start();
                if inner.starts_with(['}', ']']) {
                    out.push_str(&inner[..1]);
                    taken = rest.len() - inner.len() + 1;
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(',');
                name.clear();
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            letter if letter.is_ascii_whitespace() => {}
            letter => out.push(letter),
        }
        if out.len() > LONGEST {
            return None;
        }
        rest = &rest[taken..];
    }
    Some(out)
}

/// The length of the string that `text` begins with, its quotation marks included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_with_every_digit_as_it_came() {
        let text = r#"{"a":[1.50,{"b\"":"x, {y}: \\"}],"e":{},"f":[ ],"n":0.00022500000000000002,"a":null}"#;
        let want = "{\n  \"a\": [\n    1.50,\n    {\n      \"b\\\"\": \"x, {y}: \\\\\"\n    }\n  ],\n  \"e\": {},\n  \"f\": [],\n  \"n\": 0.00022500000000000002,\n  \"a\": null\n}";
        assert_eq!(laid_out(text).unwrap(), want);
    }

    #[test]
    fn a_text_under_a_secrets_name_is_masked_whatever_it_looks_like() {
        let text = r#"{"access_token":"word","key":null,"password":"","name":"word"}"#;
        let want = "{\n  \"access_token\": \"[redacted]\",\n  \"key\": null,\n  \"password\": \"\",\n  \"name\": \"word\"\n}";
        assert_eq!(laid_out(text).unwrap(), want);
    }

    #[test]
    fn what_is_no_json_or_grows_too_long_stays_as_it_came() {
        for text in ["", "<script>alert(1)</script>", "{\"a\": 1", "hello"] {
            assert_eq!(laid_out(text), None, "{text}");
        }
        let deep = format!("{}{}{}", "[".repeat(120), "1,".repeat(30_000) + "1", "]".repeat(120));
        assert_eq!(laid_out(&deep), None);
        let bottomless = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        assert_eq!(laid_out(&bottomless), None);
    }
}
