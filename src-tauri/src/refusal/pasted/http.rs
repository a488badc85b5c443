//! Answers as `curl`, HTTPie and browsers show them.

use super::Found;
use super::secrets::Dropped;
use crate::model::Json;
use serde_json::value::RawValue;

/// The first bytes of a text, cut between letters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(super) fn is_json(text: &str) -> bool {
    Json::parse(text.as_bytes()).is_ok()
}

/// `HTTP/1.1 402 Payment Required`, `HTTP/2 402`.
fn status_line(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("HTTP/")?;
    let (version, rest) = rest.split_once(' ')?;
    let fits = version.len() <= 3 && version.starts_with(['0', '1', '2', '3']);
    status(rest.split_whitespace().next()?).filter(|_| fits)
}

/// Three digits that are a status.
pub(super) fn status(text: &str) -> Option<u16> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|status| digits && (100..600).contains(status))
}

/// `name: value`.
fn header(line: &str) -> Option<(&str, &str)> {
    let start = usize::from(line.starts_with(':'));
    let end = start + line[start..].find(':')?;
    let name = &line[..end];
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let fits = (1..=80).contains(&(end - start)) && name[start..].bytes().all(token);
    fits.then(|| (name, line[end + 1..].trim()))
}

/// Header lines up to the first that is none. Returns how many lines they took.
fn head(lines: &[&str]) -> (Vec<(String, String)>, usize) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        match header(line) {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            // A value that goes on in the next line.
            None if line.starts_with([' ', '\t']) && !line.trim().is_empty() && !headers.is_empty() => {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            None => break,
        }
        at += 1;
    }
    (headers, at)
}

/// `curl -v`: `< ` before lines of the answer, `> ` before those of the request, `* ` before notes.
pub(super) fn verbose(lines: &[&str], dropped: &mut Dropped) -> Option<Found> {
    let last =
        lines.iter().rposition(|line| told(line, '<').is_some_and(|line| status_line(line).is_some()))?;
    for line in lines.iter().filter_map(|line| told(line, '>')) {
        if let Some((name, _)) = header(line) {
            dropped.request_header(name);
        }
    }
    let status = told(lines[last], '<').and_then(status_line);
    let said: Vec<&str> = lines[last + 1..].iter().filter_map(|line| told(line, '<')).collect();
    let (headers, _) = head(&said);
    let rest: Vec<&str> = lines[last + 1..].iter().copied().filter(|line| !is_note(line)).collect();
    // With `-i` as well, the head is there twice.
    if let Some(found) = answer(&rest, dropped) {
        return Some(found);
    }
    // `-i` prints each line of the head after its `< ` line: what is left of it is no body.
    let own = rest.iter().take_while(|line| {
        line.trim().is_empty() || header(line).is_some_and(|one| headers.iter().any(|known| known.0 == one.0))
    });
    let own = own.count();
    Some(Found { status, headers, body: body(&rest[own..].join("\n")).0 })
}

/// The rest of a line that `curl -v` marked with this letter.
fn told(line: &str, mark: char) -> Option<&str> {
    let rest = line.trim_start().strip_prefix(mark)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

/// What `curl -v` prints besides the body: notes, request, counts of bytes, the progress meter.
fn is_note(line: &str) -> bool {
    let line = line.trim();
    let marked =
        ["< ", "> ", "* ", "{ [", "} [", "% Total", "Dload "].iter().any(|mark| line.starts_with(mark));
    marked || matches!(line, "<" | ">" | "*") || is_progress(line)
}

fn is_progress(line: &str) -> bool {
    let line = line.trim();
    let meter = line.contains(":--") || line.split_whitespace().count() >= 11;
    meter && line.bytes().all(|byte| byte.is_ascii_digit() || b" :-.kMG".contains(&byte))
}

/// `curl -i`, HTTPie: a status line, headers, an empty line, the body. What stands before it is a request.
pub(super) fn answer(lines: &[&str], dropped: &mut Dropped) -> Option<Found> {
    let begins = |at: &usize| {
        status_line(lines[*at]).is_some()
            && lines.get(at + 1).is_none_or(|next| next.trim().is_empty() || header(next).is_some())
    };
    let first = (0..lines.len()).find(begins)?;
    let last = (first..lines.len()).rev().find(begins)?;
    for line in lines[..first].iter().chain(lines.get(first + 1..last).unwrap_or_default()) {
        if let Some((name, _)) = header(line) {
            dropped.request_header(name);
        }
    }
    let (headers, taken) = head(&lines[last + 1..]);
    let rest = &lines[last + 1 + taken..];
    let rest: Vec<&str> = rest.iter().copied().filter(|line| !is_progress(line) && !is_meter(line)).collect();
    Some(Found { status: status_line(lines[last]), headers, body: body(&rest.join("\n")).0 })
}

fn is_meter(line: &str) -> bool {
    ["% Total", "Dload "].iter().any(|mark| line.trim().starts_with(mark))
}

/// What a browser's network panel copies: `Status Code: 402 Payment Required`, then headers with their values behind
/// them or below them.
pub(super) fn browser(lines: &[&str], dropped: &mut Dropped) -> Option<Found> {
    let is_status = |name: &str| {
        ["status code", "status", ":status"].iter().any(|one| name.trim().eq_ignore_ascii_case(one))
    };
    let named = |at: usize| {
        let line = lines[at].trim();
        let below = || lines.get(at + 1).map_or("", |next| next.trim());
        let (name, value) = match line.rsplit_once(':') {
            Some((name, "")) => (name, below()),
            Some((name, value)) if name.len() > 1 => (name, value.trim()),
            _ => (line, below()),
        };
        let code = value.split_whitespace().find_map(status);
        code.filter(|_| is_status(name) && value.len() <= 60)
    };
    let at = (0..lines.len()).find(|at| named(*at).is_some())?;
    let panel = ["request url", "request method", "response headers", "remote address", "referrer policy"];
    let title = |line: &str| line.trim().trim_end_matches(':').to_ascii_lowercase();
    let is_panel = lines.iter().any(|line| panel.iter().any(|one| title(line).starts_with(one)));
    let mut found = Found { status: named(at), ..Found::default() };
    let mut asked = false;
    let mut next = 0;
    while let Some(line) = lines.get(next) {
        next += 1;
        let name = title(line);
        match name.as_str() {
            _ if name.starts_with("request headers") => asked = true,
            _ if name.starts_with("response headers") => asked = false,
            _ if name.starts_with("status code") || name.starts_with("request ") => {}
            _ if line.trim_start().starts_with('{') => {
                found.body = body(&lines[next - 1..].join("\n")).0;
                break;
            }
            _ => {
                let Some((name, value)) = header(line.trim_end()) else { continue };
                // The value may stand in the line below.
                let value = if value.is_empty() && is_panel {
                    next += 1;
                    lines.get(next - 1).map_or("", |line| line.trim())
                } else {
                    value
                };
                if asked || panel.contains(&title(name).as_str()) {
                    dropped.request_header(name);
                } else if !is_status(name) {
                    found.headers.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }
    (is_panel || found.headers.len() >= 2).then_some(found)
}

/// Header lines and a body, with no status.
pub(super) fn headers(lines: &[&str]) -> Option<Found> {
    let start = lines.iter().position(|line| !line.trim().is_empty())?;
    let (headers, taken) = head(&lines[start..]);
    let usual = |name: &str| {
        let name = name.to_ascii_lowercase();
        let known =
            ["date", "server", "retry-after", "www-authenticate", "set-cookie", "cache-control", "vary"];
        name.starts_with("x-")
            || name.starts_with("content-")
            || name == "ratelimit"
            || name.contains("ratelimit-")
            || known.contains(&name.as_str())
    };
    let ends = lines.get(start + taken).is_none_or(|line| line.trim().is_empty() || line.starts_with('{'));
    if !ends || !headers.iter().any(|(name, _)| usual(name)) {
        return None;
    }
    Some(Found { status: None, headers, body: body(&lines[start + taken..].join("\n")).0 })
}

/// A body without what stands around it: fences, prompts, what `curl` prints behind it. With the status that
/// `curl -w '%{http_code}'` writes behind it.
pub(super) fn body(text: &str) -> (String, Option<u16>) {
    let text = without_fence(text.trim());
    if !text.starts_with(['{', '[']) {
        let text = text.find("* Connection #").map_or(text, |at| text[..at].trim_end());
        return (text.to_owned(), None);
    }
    if let Some((json, rest)) = first_value(text) {
        let written = rest.trim().lines().next().unwrap_or_default();
        let code = written.rsplit([' ', ':', '=']).next().and_then(status);
        return (json.to_owned(), code);
    }
    // A console breaks long lines in the middle of a string.
    if text.contains('\n') {
        let joined = text.replace('\n', "");
        if let Some((json, _)) = first_value(&joined) {
            return (json.to_owned(), None);
        }
    }
    (text.to_owned(), None)
}

/// The JSON value that a text begins with, and what follows it.
fn first_value(text: &str) -> Option<(&str, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let json = values.next()?.ok()?.get();
    Some((json, &text[values.byte_offset()..]))
}

/// What stands between ``` marks, if the text begins with them.
fn without_fence(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("```") else { return text.trim_matches('`').trim() };
    let rest = rest.split_once('\n').map_or(rest, |(_, rest)| rest);
    rest.split_once("```").map_or(rest, |(inner, _)| inner).trim()
}
