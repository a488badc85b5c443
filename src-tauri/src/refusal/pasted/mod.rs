//! What somebody pastes: the output of `curl -i`, a body, an error as a program printed it. Secrets are dropped here,
//! before anything else sees the text. `http.rs` reads answers as tools print them, `sdk.rs` errors as programs print
//! them, `literal.rs` the values in those, `secrets.rs` drops.

mod http;
mod literal;
mod sdk;
mod secrets;
#[cfg(test)]
mod tests;

use super::Response;
use crate::http::{Answer, MAX_BODY};
use secrets::Dropped;

/// A pasted answer without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// HTTP status, if it was there.
    pub status: Option<u16>,
    /// Headers of the answer, names in lower case; those that hold secrets are gone.
    pub headers: Vec<(String, String)>,
    /// The body, with what looks like a key masked.
    pub body: Vec<u8>,
    /// What was dropped or masked, in words: `Authorization`, `Cookie`, `2 keys in the body`.
    pub dropped: Vec<String>,
}

impl Pasted {
    /// The parts, to be explained.
    pub fn response(&self) -> Response<'_> {
        Response { status: self.status, headers: &self.headers, body: &self.body }
    }

    /// An answer whose parts are given one by one; as [`paste`], it keeps no secrets and 4 MiB of the body at most.
    pub fn of_parts(status: Option<u16>, headers: Vec<(String, String)>, body: &[u8]) -> Pasted {
        let body = decoded(body);
        Found { status, headers, body: http::body(&body).0 }.without_secrets(Dropped::default())
    }
}

impl From<Answer> for Pasted {
    fn from(answer: Answer) -> Self {
        Pasted {
            status: Some(answer.status),
            headers: answer.headers,
            body: answer.body,
            dropped: Vec::new(),
        }
    }
}

/// What was found in a paste, secrets and all.
#[derive(Default)]
struct Found {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
}

impl Found {
    fn without_secrets(self, mut dropped: Dropped) -> Pasted {
        let headers = self.headers.into_iter().filter_map(|(name, value)| {
            let name = name.trim_start_matches(':').to_ascii_lowercase();
            dropped.header(&name, &value).map(|value| (name, value))
        });
        let headers = headers.collect();
        let body = dropped.body(&self.body).into_bytes();
        Pasted { status: self.status, headers, body, dropped: dropped.words() }
    }
}

/// Reads a paste: whole answers as `curl -i`, `curl -v`, HTTPie and browsers show them; headers with a body; a body
/// alone; errors as the providers' and HTTP clients' libraries print them. Anything else is a body of plain text. Of
/// several answers in a row (redirects, a proxy's, `100 Continue`) the last one counts. At most 4 MiB are looked at.
pub fn paste(text: &str) -> Pasted {
    let mut dropped = Dropped::default();
    let text = plain(http::cut(text, MAX_BODY));
    let trimmed = text.trim();
    if trimmed.starts_with('{') {
        // The commonest paste needs no search.
        let (body, status) = http::body(trimmed);
        if http::is_json(&body) {
            return Found { status, body, ..Found::default() }.without_secrets(dropped);
        }
    }
    let lines = secrets::without_commands(&text, &mut dropped);
    let found = http::verbose(&lines, &mut dropped)
        .or_else(|| http::answer(&lines, &mut dropped))
        .or_else(|| http::browser(&lines, &mut dropped))
        .or_else(|| http::headers(&lines));
    let found = found.unwrap_or_else(|| {
        let rest = lines.join("\n");
        let (body, status) = http::body(&rest);
        if body.starts_with(['{', '[', '<']) && (body.starts_with('<') || http::is_json(&body)) {
            return Found { status, body, ..Found::default() };
        }
        sdk::read(&body)
    });
    found.without_secrets(dropped)
}

/// As [`paste`], for what was read from a file or a pipe: UTF-8, or UTF-16 with its mark, as Windows consoles write it.
pub fn paste_bytes(bytes: &[u8]) -> Pasted {
    paste(&decoded(bytes))
}

fn decoded(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(MAX_BODY)];
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned(),
    }
}

/// Without marks of order, colours and the ends of lines that consoles write.
fn plain(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    if !text.contains(['\r', '\x1b', '\0']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            // A progress meter goes back to the line's beginning.
            '\r' => out.push('\n'),
            '\0' => {}
            '\x1b' if letters.peek() == Some(&'[') => {
                letters.next();
                while letters
                    .next_if(|letter| letter.is_ascii_digit() || matches!(letter, ';' | '?'))
                    .is_some()
                {}
                letters.next();
            }
            '\x1b' => {}
            other => out.push(other),
        }
    }
    out
}
