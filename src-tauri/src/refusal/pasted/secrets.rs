//! Drops what is secret from a paste, and says what was dropped.

use crate::http::redact;
use crate::say;
use base64::Engine;
use regex::Regex;
use std::sync::LazyLock;

/// What was dropped.
#[derive(Default)]
pub(super) struct Dropped {
    words: Vec<String>,
    /// Masked in the body.
    keys: usize,
}

/// Names of headers whose values are never kept.
const NEVER: [&str; 4] = ["authorization", "cookie", "x-payment", "payment-signature"];

impl Dropped {
    fn note(&mut self, what: &str) {
        if !self.words.iter().any(|one| one == what) {
            self.words.push(what.to_owned());
        }
    }

    /// In words.
    pub(super) fn words(mut self) -> Vec<String> {
        match self.keys {
            0 => {}
            many => self.note(&say!("dropped-keys", count = many)),
        }
        self.words
    }

    /// A request's header, which is dropped whatever it is.
    pub(super) fn request_header(&mut self, name: &str) {
        if is_secret(&name.to_ascii_lowercase(), "") {
            self.note(&title(name));
        }
    }

    /// An answer's header of that (lower-case) name: its value with keys masked, or `None` if it is dropped.
    pub(super) fn header(&mut self, name: &str, value: &str) -> Option<String> {
        if is_secret(name, value) {
            self.note(&title(name));
            return None;
        }
        // An x402 offer in base64 looks like a key.
        let offer = ["payment-required", "payment-response", "x-payment-response"].contains(&name);
        if offer
            && base64::engine::general_purpose::STANDARD
                .decode(value)
                .is_ok_and(|json| json.starts_with(b"{"))
        {
            return Some(value.to_owned());
        }
        let clean = redact(&self.without_queries(value));
        if clean.matches("[redacted]").count() > value.matches("[redacted]").count() {
            self.note(&say!("dropped-header", header = title(name)));
        }
        Some(clean)
    }

    /// A body with keys masked.
    pub(super) fn body(&mut self, text: &str) -> String {
        let before = text.matches("[redacted]").count();
        let clean = redact(&without_values(&self.without_queries(text)));
        self.keys += clean.matches("[redacted]").count().saturating_sub(before);
        clean
    }

    /// Without what addresses hold behind `?`, and without the names and passwords before their `@`.
    fn without_queries(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("://") {
            let (before, address) = rest.split_at(at + 3);
            out.push_str(before);
            let ends = |letter: char| letter.is_whitespace() || "\"'<>\\)]},|`".contains(letter);
            let (address, tail) = address.split_at(address.find(ends).unwrap_or(address.len()));
            let host_end = address.find(['/', '?', '#']).unwrap_or(address.len());
            let host = address[..host_end].rfind('@').map_or(0, |at| at + 1);
            let end = address.find(['?', '#']).unwrap_or(address.len());
            if host > 0 {
                self.note(&say!("dropped-password"));
            }
            if address[end..].contains('=') {
                self.note(&say!("dropped-query"));
            }
            out.push_str(&address[host..end]);
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// Whether a header holds a secret. Of names that speak of keys and tokens, those that count them are kept.
fn is_secret(name: &str, value: &str) -> bool {
    if NEVER.iter().any(|one| name.ends_with(one))
        || name.contains("cookie")
        || name.contains("authorization")
    {
        return true;
    }
    if !["key", "token", "secret", "password", "credential", "signature"].iter().any(|one| name.contains(one))
    {
        return false;
    }
    let counts =
        ["limit", "spend", "budget", "remaining", "reset", "usage", "used", "quota", "count", "total"];
    let number =
        value.starts_with(|first: char| first.is_ascii_digit() || "-.$".contains(first)) && value.len() <= 40;
    !(counts.iter().any(|one| name.contains(one)) && number && redact(value) == value)
}

/// `x-api-key` → `X-Api-Key`.
fn title(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    };
    name.trim_start_matches(':').split('-').map(part).collect::<Vec<_>>().join("-")
}

/// Masks the values of fields that are known to hold secrets, even if they look like words: `"api_key": "open sesame"`,
/// `Authorization: Bearer letmein`. JSON stays JSON.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut done, mut at) = (0, 0);
    let bytes = text.as_bytes();
    while let Some(found) = bytes[at..].iter().position(|byte| matches!(byte, b':' | b'=')) {
        at += found;
        let before =
            text[done..at].trim_end_matches(|letter: char| letter == ' ' || "\"'\\".contains(letter));
        let name_start =
            before.rfind(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'));
        let name = &before[name_start
            .map_or(0, |start| start + before[start..].chars().next().map_or(1, char::len_utf8))..];
        at += 1;
        let Some(kind) = kind(name) else { continue };
        let space = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let value = &text[at + space..];
        let quote =
            value.trim_start_matches('\\').chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let skip = quote.map_or(0, |_| value.len() - value.trim_start_matches('\\').len() + 1);
        let start = at + space + skip;
        let length = value_end(&text[start..], quote);
        let value = &text[start..start + length];
        if length > 0 && (quote.is_some() || kind.is_told(value)) {
            out.push_str(&text[done..start]);
            out.push_str("[redacted]");
            done = start + length;
            at = done;
        }
    }
    out.push_str(&text[done..]);
    out
}

#[derive(Clone, Copy)]
enum Kind {
    Authorization,
    Cookie,
    Other,
}

impl Kind {
    /// Whether a value without quotation marks is one, and not the rest of a sentence.
    fn is_told(self, value: &str) -> bool {
        let first = value.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        match self {
            Kind::Authorization => ["bearer", "basic", "token", "digest"].contains(&first.as_str()),
            Kind::Cookie => value.contains('='),
            Kind::Other => false,
        }
    }
}

fn kind(name: &str) -> Option<Kind> {
    let ends = |end: &str| {
        let start = name.len().checked_sub(end.len());
        start.and_then(|start| name.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    if ends("authorization") {
        return Some(Kind::Authorization);
    }
    if ends("cookie") {
        return Some(Kind::Cookie);
    }
    let other =
        ["api-key", "api_key", "apikey", "secret", "password", "passwd", "access_token", "refresh_token"];
    other.iter().any(|end| ends(end)).then_some(Kind::Other)
}

/// Where a value ends: at its closing mark, or with its line.
fn value_end(text: &str, quote: Option<char>) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, quote) {
            (b'\n', _) | (b'"' | b'\'', None) => break,
            (byte, Some(quote)) if *byte as char == quote => break,
            (b'\\', _) => match bytes.get(at + 1) {
                Some(b'"' | b'\'' | b'n') => break,
                // Only whole letters are stepped over.
                Some(next) if next.is_ascii() => at += 2,
                _ => at += 1,
            },
            _ => at += 1,
        }
    }
    at.min(text.len())
}

static COMMAND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:PS [^>]*>|[A-Za-z]:\\[^>]*>|\S*[$%#>❯➜»]|\S+@\S+[$%#])?\s*(?:[A-Z_]+=\S+ )*(?:time |sudo )?(?:(?:curl|wget|xh|iwr|irm)(?:\.exe)?\s+\S|Invoke-(?:Web|Rest)\w+\s+-|https?\s+(?:-|[A-Z]+\s|\S+[.:/]\S))",
    )
    .ok()
});

static SETTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:PS [^>]*>|[$%#>] )?\s*(?:(?:export|set|setx)\s+\w+[= ]|\$env:\w+\s*=|[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET)=)").ok()
});

/// The lines of a paste without the commands that were typed, which hold keys.
pub(super) fn without_commands<'a>(text: &'a str, dropped: &mut Dropped) -> Vec<&'a str> {
    let lines: Vec<&str> = text.lines().collect();
    let is = |pattern: &LazyLock<Option<Regex>>, line: &str| {
        pattern.as_ref().is_some_and(|pattern| pattern.is_match(super::http::cut(line, 400)))
    };
    let mut kept = Vec::with_capacity(lines.len());
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if line.trim_start().starts_with(['{', '"', '<', '*']) {
            kept.push(*line);
        } else if is(&SETTING, line) {
            dropped.note(&say!("dropped-setting"));
        } else if is(&COMMAND, line) {
            dropped.note(&say!("dropped-command"));
            at += command_rest(line, &lines[at..]);
        } else {
            kept.push(*line);
        }
    }
    kept
}

/// How many further lines a command takes: lines end with a mark, or inside quotation marks.
fn command_rest(first: &str, rest: &[&str]) -> usize {
    let goes_on = |line: &str| line.trim_end().ends_with(['\\', '^', '`']);
    let mut open = opened(first, None);
    let mut marked = usize::from(goes_on(first));
    let mut taken = 0;
    for line in rest.iter().take(500) {
        if open.is_none() && marked == 0 {
            return taken;
        }
        open = opened(line, open);
        marked = usize::from(goes_on(line));
        taken += 1;
    }
    if open.is_none() {
        return taken;
    }
    // A mark that nothing closes: only the lines that say that they go on.
    let mut before = first;
    rest.iter().take_while(|line| goes_on(std::mem::replace(&mut before, line))).count()
}

/// The quotation mark that is open at a line's end.
fn opened(line: &str, mut open: Option<char>) -> Option<char> {
    let mut escaped = false;
    for letter in line.chars() {
        match open {
            _ if escaped => escaped = false,
            _ if letter == '\\' && open != Some('\'') => escaped = true,
            Some(mark) if letter == mark => open = None,
            None if matches!(letter, '"' | '\'') => open = Some(letter),
            _ => {}
        }
    }
    open
}
