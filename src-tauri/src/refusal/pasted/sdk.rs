//! Errors as the providers' and HTTP clients' libraries print them: Python, Node, Go, Rust, Java.

use super::http::{cut, status};
use super::{Found, literal};
use crate::model::Json;
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Of a long text its beginning and its end are looked at: a library's error stands there.
const WINDOW: usize = 4 * 1024;

/// Bytes that may be looked at to find values in a text, in multiples of its length.
const PATIENCE: usize = 4;

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($text).ok());
    };
}

pattern!(ERROR_CODE, r"Error code: (\d{3}) - ");
pattern!(LITELLM, r"litellm\.(?:exceptions\.)?\w+: ");
// Node: `RateLimitError: 429 You exceeded …`.
pattern!(
    NAMED,
    r"(?m)(?:^|[\s.\[(])[A-Z]\w*(?:Error|Exception)\w*(?: \[\w+\])?: (?:HTTP )?(\d{3})[ :]+(\S.*)$"
);
// Go: `… 429 Too Many Requests {"message": …}`, `status code: 402, status: 402 Payment Required, message: …`.
pattern!(GO, r"(?m)status code: (\d{3}).*?, message: (.+)$");
pattern!(
    STATUS,
    r#"(?xi-u) \b(?:status|response|error|http)[\ _-]?code['"]? \s* (?:[:=]|is|of|was)? \s* ['"]?(\d{3})\b
    | ['"]?\bstatus['"]? \s* (?:[:=]|is) \s* ['"]?(\d{3})\b
    | \b(\d{3})\ (?:client|server)\ error\b
    | \b(?:client|server)\ error\ ['"(]*(\d{3})\b
    | \bHTTP(?:/[\d.]+)?['"]?[\ :]+['"]?(\d{3})\b
    | \((\d{3})\)\ [A-Z]
    | \breturned\ error:\ (\d{3})\b
    | (?:^|[\s:"'(])(\d{3})\ (?:payment\ required|too\ many\ requests|unauthorized|forbidden|bad\ request|service\ unavailable|internal\ server\ error|bad\ gateway)\b
    | (?:^|error:)\s*(\d{3})[,:]\ "#
);
pattern!(CLASS, r"(?m)(?:^|[\s.])([A-Z]\w*(?:Error|Exception|Exhausted|Denied|Requests)): *(\S.*)?$");

/// Reads a library's error. A text that is none is a body of plain text, with the status that it speaks of.
pub(super) fn read(text: &str) -> Found {
    let text = window(text);
    let text = text.trim();
    let matched = |pattern: &'static LazyLock<Option<Regex>>| pattern.as_ref();
    let told = matched(&STATUS)
        .and_then(|pattern| pattern.captures(text))
        .and_then(|found| found.iter().skip(1).flatten().find_map(|group| status(group.as_str())));
    let code = matched(&ERROR_CODE).and_then(|pattern| pattern.captures_iter(text).last());
    let code = code.and_then(|found| Some((found.get(0)?, status(&found[1]))));
    let litellm = matched(&LITELLM).and_then(|pattern| litellm(pattern, text));
    if let Some(at) =
        litellm.filter(|at| code.is_none_or(|(found, _)| *at < found.start() || outside(text, *at)))
    {
        let said = text[at..].replacen("litellm.exceptions.", "litellm.", 1);
        let told = told.or_else(|| by_class(&said));
        return Found { status: told, body: as_message(&said), ..Found::default() };
    }
    if let Some((found, status)) = code {
        let rest = &text[found.end()..];
        let body = literal::object(rest, &mut (text.len() * PATIENCE)).map(|(json, _)| json);
        let words = || as_message(rest.lines().next().unwrap_or_default());
        return Found { status, body: body.unwrap_or_else(words), ..Found::default() };
    }
    let named = matched(&NAMED).and_then(|pattern| pattern.captures_iter(text).last());
    let named = named.and_then(|found| Some((status(&found[1])?, found.get(2)?.as_str())));
    let status = named.map(|(status, _)| status).or(told);
    if let Some(body) = value(text) {
        return Found { status: status.or_else(|| by_class(text)), body, ..Found::default() };
    }
    let go = matched(&GO).and_then(|pattern| pattern.captures(text)).map(|found| found[2].to_owned());
    let class = || {
        let found = matched(&CLASS)?.captures_iter(text).last()?;
        Some(found.get(2)?.as_str().trim().to_owned())
    };
    let words = go.or_else(|| named.map(|(_, words)| words.to_owned())).or_else(class);
    let body = match words.filter(|words| !says_nothing(words)) {
        Some(words) => as_message(&words),
        None => text.to_owned(),
    };
    Found { status: status.or_else(|| by_class(text)), body, ..Found::default() }
}

/// Words of the HTTP client, which only repeat the status.
fn says_nothing(words: &str) -> bool {
    ["Client Error", "Server Error", "Client error", "Server error", "status code", "HTTP", "Request failed"]
        .iter()
        .any(|one| words.starts_with(one))
}

fn window(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * WINDOW {
        return Cow::Borrowed(text);
    }
    let mut tail = text.len() - WINDOW;
    while !text.is_char_boundary(tail) {
        tail += 1;
    }
    Cow::Owned(format!("{}\n{}", cut(text, WINDOW), &text[tail..]))
}

/// Where LiteLLM's sentence begins, in the last line that begins one; of names in a row the last.
fn litellm(pattern: &Regex, text: &str) -> Option<usize> {
    let mut last = None;
    let mut end = 0;
    let mut line = usize::MAX;
    for found in pattern.find_iter(text) {
        let start = text[..found.start()].rfind('\n').map_or(0, |at| at + 1);
        // A further one in the same line counts only if nothing stands between.
        if start != line || found.start() == end {
            last = Some(found.start());
        }
        (line, end) = (start, found.end());
    }
    last
}

/// Whether a place stands in a line of its own, after a library's answer.
fn outside(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |line| line + 1);
    text[line..at].trim().is_empty()
}

/// The status that an error's class stands for.
fn by_class(text: &str) -> Option<u16> {
    let found = CLASS.as_ref()?.captures_iter(text).last()?;
    [
        ("RateLimitError", 429),
        ("TooManyRequests", 429),
        ("AuthenticationError", 401),
        ("PermissionDeniedError", 403),
        ("BadRequestError", 400),
        ("InternalServerError", 500),
        ("ServiceUnavailableError", 503),
    ]
    .iter()
    .find(|(class, _)| found[1].ends_with(class))
    .map(|(_, status)| *status)
}

/// The answer's body in a text: the first value in braces that has an error's members.
fn value(text: &str) -> Option<String> {
    let found = find_value(text);
    if found.is_some() || !text.contains("{\\\"") {
        return found;
    }
    // JSON inside a string.
    find_value(&text.replace("\\\"", "\"").replace("\\\\", "\\"))
}

fn find_value(text: &str) -> Option<String> {
    let mut steps = text.len().saturating_mul(PATIENCE);
    let mut second = None;
    let mut at = 0;
    while let Some(found) = text[at..].find('{').filter(|_| steps > 0) {
        at += found;
        let Some((json, length)) = literal::object(&text[at..], &mut steps) else {
            at += 1;
            continue;
        };
        let before = text[..at].trim_end();
        let end = at + length;
        // What is no answer may hold one.
        at += 1;
        let Ok(body) = Json::parse(json.as_bytes()) else { continue };
        if ["error", "errors", "x402Version", "base_resp"].iter().any(|name| body.get(name).is_some()) {
            return Some(json);
        }
        let says = ["message", "detail", "msg", "title", "code", "err_msg"];
        if second.is_none() && says.iter().any(|name| body.get(name).is_some()) {
            // Node prints `error: { … }`, Go the status and then what stood in `error`.
            let inner = ["error:", "error\":", "'error':", "error="].iter().any(|end| before.ends_with(end));
            let go = before.contains("\": ") && before.ends_with(|last: char| last.is_ascii_alphabetic());
            second = Some(if inner || go { format!("{{\"error\":{json}}}") } else { json });
            at = end;
        }
    }
    second
}

fn as_message(words: &str) -> String {
    serde_json::json!({ "error": { "message": words.trim() } }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        for pattern in [&ERROR_CODE, &LITELLM, &NAMED, &GO, &STATUS, &CLASS] {
            assert!(pattern.is_some());
        }
    }
}
