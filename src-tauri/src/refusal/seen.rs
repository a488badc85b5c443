//! What is matched: an answer's parsed parts, or those that a gateway's log kept.

use crate::model::Json;
use std::borrow::Cow;

/// A message longer than this is somebody's prompt, not a provider's sentence: its tail is not looked at.
const LONGEST_MESSAGE: usize = 2_000;

/// An answer's parts.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) status: Option<u16>,
    pub(super) body: Option<&'a Json>,
    /// A short body that is not JSON.
    pub(super) text: Option<&'a str>,
    pub(super) headers: &'a [(String, String)],
}

impl<'a> Seen<'a> {
    /// The first header of that (lower-case) name.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The sentence that the answer gives.
    pub(super) fn message(&self) -> &'a str {
        self.body.and_then(message).or(self.text).unwrap_or_default()
    }
}

/// The sentence that a body gives, from the fields where providers put it.
pub(super) fn message(body: &Json) -> Option<&str> {
    [
        "/error/message",
        "/message",
        "/Message",
        "/msg",
        "/err_msg",
        "/error_description",
        "/error",
        "/errors/0/message",
        "/errors/0",
        "/detail/error",
        "/detail/message",
        "/detail",
        "/base_resp/status_msg",
        "/title",
    ]
    .iter()
    .find_map(|pointer| body.pointer(pointer)?.as_str())
    .filter(|text| !text.trim().is_empty())
}

/// The names and codes that a body gives, from the fields where providers put them.
pub(super) fn codes(body: &Json) -> impl Iterator<Item = &str> {
    [
        "/error/code",
        "/error/type",
        "/error/status",
        "/error/error_code",
        "/code",
        "/type",
        "/error",
        "/error_code",
        "/errorCode",
        "/error_type",
        "/reason",
        "/detail/code",
        "/detail/status",
        "/errors/0/code",
        "/errors/0/extensions/code",
    ]
    .iter()
    .filter_map(|pointer| body.pointer(pointer)?.as_str())
    .map(str::trim)
}

/// What the provider says itself: without what stands in quotation marks or backticks, where providers repeat what
/// they were sent, and without the tail of a very long message. An apostrophe inside a word opens nothing.
pub(super) fn spoken(message: &str) -> Cow<'_, str> {
    let end = message.char_indices().nth(LONGEST_MESSAGE).map_or(message.len(), |(end, _)| end);
    let message = &message[..end];
    if !message.contains(['"', '\'', '`', '“', '«']) {
        return Cow::Borrowed(message);
    }
    let mut out = String::with_capacity(message.len());
    let mut before = ' ';
    let mut rest = message.chars();
    while let Some(letter) = rest.next() {
        let close = match letter {
            '“' => '”',
            '«' => '»',
            '"' | '\'' | '`' => letter,
            _ => '\0',
        };
        let opens = close != '\0' && !before.is_alphanumeric();
        before = letter;
        // A mark that nothing closes is no quotation; an apostrophe closes only at the end of a word.
        let ends = |at: usize| !rest.as_str()[at + close.len_utf8()..].starts_with(char::is_alphanumeric);
        let end = opens
            .then(|| rest.as_str().match_indices(close).map(|(at, _)| at).find(|at| ends(*at)))
            .flatten();
        match end {
            Some(at) => {
                rest = rest.as_str()[at + close.len_utf8()..].chars();
                out.push(' ');
                before = ' ';
            }
            None => out.push(letter),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_not_the_providers_own() {
        for (message, own) in [
            ("You exceeded your plan's set usage limit", "You exceeded your plan's set usage limit"),
            ("Invalid value: 'insufficient balance'. Use a number", "Invalid value:  . Use a number"),
            ("bad \"insufficient balance\" and `no credits`", "bad   and  "),
            ("it's “all gone”, isn't it", "it's  , isn't it"),
            ("5\" of rain", "5\" of rain"),
            ("an 'unclosed mark stays", "an 'unclosed mark stays"),
            ("'don't you' said", "  said"),
        ] {
            assert_eq!(spoken(message), own, "{message}");
        }
    }

    #[test]
    fn a_long_tail_is_not_looked_at() {
        let long = format!("{}insufficient balance", "word ".repeat(500));
        assert!(!spoken(&long).contains("insufficient"));
    }
}
