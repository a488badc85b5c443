//! What is matched: an answer's parsed parts, or those that a gateway's log kept.

use crate::model::Json;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// A message longer than this is somebody's prompt, not a provider's sentence: its tail is not looked at.
const LONGEST_MESSAGE: usize = 2_000;

/// Codes of what was wrong with a request.
const FAULTS: [&str; 17] = [
    "content_filter",
    "content_policy_violation",
    "context_length_exceeded",
    "invalid_json",
    "invalid_parameter",
    "invalid_prompt",
    "invalid_type",
    "invalid_value",
    "json_validate_failed",
    "missing_required_parameter",
    "model_not_found",
    "moderation_blocked",
    "string_above_max_length",
    "tool_use_failed",
    "unknown_parameter",
    "unsupported_parameter",
    "unsupported_value",
];

/// After these words stands what was sent.
const REPEATS: [&str; 8] = [
    "invalid value:",
    "unsupported value:",
    "could not parse:",
    "invalid prompt:",
    "received:",
    "input:",
    "prompt:",
    "got:",
];

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

    /// Whether the answer's code says that what was sent is at fault: its sentence may then repeat any of it.
    pub(super) fn blames_request(&self) -> bool {
        let code = |pointer: &str| self.body.and_then(|body| at(body, pointer)?.as_str());
        ["/error/code", "/code", "/error/type"]
            .into_iter()
            .filter_map(code)
            .any(|code| FAULTS.contains(&code))
    }

    /// The sentence that the answer gives.
    pub(super) fn message(&self) -> &'a str {
        self.body.and_then(message).or(self.text).unwrap_or_default()
    }
}

/// Members that an object of an error has at most: in a wider one nothing is looked for.
const WIDEST: usize = 1_000;

/// A name made for programs is no longer than this.
const LONGEST_CODE: usize = 200;

/// The value at a JSON Pointer, unless it leads through an object wider than any error.
pub(super) fn at<'a>(body: &'a Json, pointer: &str) -> Option<&'a Json> {
    let mut value = body;
    for token in pointer.split('/').skip(1) {
        value = match value {
            Json::Object(members) if members.len() > WIDEST => return None,
            Json::Object(_) if !token.contains('~') => value.get(token)?,
            Json::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            _ => value.pointer(&format!("/{token}"))?,
        };
    }
    Some(value)
}

/// What rows look at, worked out once for all of them.
#[derive(Default)]
pub(super) struct Memo<'a> {
    message: OnceCell<&'a str>,
    said: RefCell<Vec<(&'a str, Rc<Said<'a>>)>>,
}

/// A field's text in the forms that rows compare.
pub(super) struct Said<'a> {
    /// Its first letters, without white space around them.
    pub(super) text: &'a str,
    own: OnceCell<String>,
    plain: OnceCell<String>,
}

impl<'a> Memo<'a> {
    pub(super) fn message(&self, seen: &Seen<'a>) -> &'a str {
        self.message.get_or_init(|| seen.message())
    }

    pub(super) fn said(&self, value: &'a str) -> Rc<Said<'a>> {
        let mut known = self.said.borrow_mut();
        if let Some((_, said)) = known.iter().find(|(one, _)| std::ptr::eq(*one, value)) {
            return said.clone();
        }
        let said = Said { text: beginning(value).trim(), own: OnceCell::new(), plain: OnceCell::new() };
        let said = Rc::new(said);
        known.push((value, said.clone()));
        said
    }
}

impl Said<'_> {
    /// What the provider says itself, in lower-case letters.
    pub(super) fn own(&self) -> &str {
        self.own.get_or_init(|| spoken(self.text).to_lowercase())
    }

    /// A code without its separators; nothing for what is too long to be one.
    pub(super) fn plain(&self) -> &str {
        let short = self.text.len() <= LONGEST_CODE;
        self.plain.get_or_init(|| if short { plain(self.text) } else { "-".to_owned() })
    }
}

/// `insufficient-credits`, `InsufficientCredits` and `https://example.com/problems#insufficient_credits` alike.
pub(super) fn plain(code: &str) -> String {
    let last = code.rsplit(['/', '#', ':']).next().unwrap_or(code);
    last.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The first letters of a text, at most as many as a provider's sentence has.
pub(super) fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_MESSAGE).map_or(text.len(), |(end, _)| end);
    &text[..end]
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
    .find_map(|pointer| at(body, pointer)?.as_str())
    .filter(|text| !beginning(text).trim().is_empty())
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
    .filter_map(|pointer| at(body, pointer)?.as_str())
    .map(|code| beginning(code).trim())
}

/// What the provider says itself: without what stands in quotation marks or backticks, where providers repeat what
/// they were sent, without what follows words such as "Received:", and without the tail of a very long message. An
/// apostrophe inside a word opens nothing.
pub(super) fn spoken(message: &str) -> Cow<'_, str> {
    let message = beginning(message);
    // Letters of ASCII keep their places in lower case.
    let lower = message.to_ascii_lowercase();
    let end = REPEATS.iter().filter_map(|words| lower.find(words)).min().unwrap_or(message.len());
    let message = &message[..end];
    if !message.contains(['"', '\'', '`', '“', '«']) {
        return Cow::Borrowed(message);
    }
    let mut out = String::with_capacity(message.len());
    let mut before = ' ';
    // Marks that nothing closes from here on.
    let mut unclosed: Vec<char> = Vec::new();
    let mut rest = message.chars();
    while let Some(letter) = rest.next() {
        let close = match letter {
            '“' => '”',
            '«' => '»',
            '"' | '\'' | '`' => letter,
            _ => '\0',
        };
        let opens = close != '\0' && !before.is_alphanumeric() && !unclosed.contains(&close);
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
            None => {
                if opens {
                    unclosed.push(close);
                }
                out.push(letter);
            }
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
            ("Not 'insufficient balance'. Use a number", "Not  . Use a number"),
            ("bad \"insufficient balance\" and `no credits`", "bad   and  "),
            ("it's “all gone”, isn't it", "it's  , isn't it"),
            ("5\" of rain", "5\" of rain"),
            ("Bad request. Received: insufficient balance", "Bad request. "),
            ("Invalid value: no credits, use 1", ""),
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
