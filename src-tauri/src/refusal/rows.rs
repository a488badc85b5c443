//! The table of signatures, `data/refusals.json`: one row says what an answer must hold, and what that means.

use super::figures::Figure;
use super::seen::{self, Memo, Seen, codes, plain};
use crate::model::{Cause, Json, Scope, Window};
use serde::Deserialize;
use std::sync::LazyLock;

/// One signature. All its patterns must fit. Rows are tried in their order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Its stable name, `provider.what`.
    pub(super) rule: String,
    /// Only answers of this connector; of any when missing.
    pub(super) from: Option<String>,
    /// Any status when empty. A status below 400 must be named.
    #[serde(default)]
    pub(super) status: Vec<u16>,
    #[serde(default)]
    pub(super) all: Vec<Pattern>,
    /// A header that must be there.
    pub(super) header: Option<String>,
    pub(super) cause: Cause,
    pub(super) scope: Scope,
    /// Where the answer says when calls work again: RFC 3339, Unix seconds or milliseconds, or a span with its unit
    /// (`18s`).
    pub(super) retry_at: Option<String>,
    /// The limit starts again with the calendar, in UTC.
    pub(super) resets: Option<Window>,
    /// Whether waiting alone mends it, where the cause and a known moment do not tell.
    pub(super) retryable: Option<bool>,
    /// What is read from the message.
    #[serde(default)]
    pub(super) figures: Vec<Figure>,
    /// What is read from fields of the body.
    #[serde(default)]
    pub(super) amounts: Vec<Field>,
    /// How sure it is of the cause, in percent, where the shape of the row does not tell.
    confidence: Option<u8>,
    /// What the provider says, for the error's sentence, where the cause alone does not tell: `openai-key` is the
    /// message `says-openai-key` of `locales/<language>/causes.ftl`.
    pub(super) say: Option<String>,
}

/// An amount that stands in a field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) what: super::figures::What,
    /// JSON Pointer.
    pub(super) at: String,
    /// A currency code, `tokens`, `requests`, `credits` or `percent`.
    pub(super) unit: crate::model::Unit,
}

/// A field and what it must hold, one of. The field is a JSON Pointer, in which `*` is any item of an array; `text` for a
/// short body that is not JSON, `message` for the sentence wherever providers put it, `code` for the names and codes
/// wherever providers put them, or `header:` with a header's name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pattern {
    at: String,
    #[serde(default)]
    equals: Vec<String>,
    /// A name made for programs: letters of either case, with any separators; of a URI its last part.
    #[serde(default)]
    code: Vec<String>,
    /// Letters of either case; what stands in quotation marks is left out, since it may be somebody else's.
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    prefix: Vec<String>,
    #[serde(default)]
    present: bool,
    /// `contains` in lower-case letters and `code` without separators, made once.
    #[serde(skip)]
    lower: Vec<String>,
    #[serde(skip)]
    plain: Vec<String>,
}

static ROWS: LazyLock<Result<Vec<Row>, String>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = serde_json::from_str(include_str!("../../../data/refusals.json"))
        .map_err(|error| error.to_string())?;
    for pattern in rows.iter_mut().flat_map(|row| &mut row.all) {
        pattern.lower = pattern.contains.iter().map(|want| want.to_lowercase()).collect();
        pattern.plain = pattern.code.iter().map(|want| plain(want)).collect();
    }
    Ok(rows)
});

/// Every row, in its order. Empty when the table cannot be read, which a test forbids.
pub(super) fn rows() -> &'static [Row] {
    ROWS.as_ref().map_or(&[], Vec::as_slice)
}

/// The fields at a JSON Pointer in which `*` stands for every item of an array: `/error/details/*/reason`.
pub(super) fn reach<'a>(body: &'a Json, at: &str) -> Vec<&'a Json> {
    match at.split_once("/*") {
        None => seen::at(body, at).into_iter().collect(),
        Some((before, after)) => {
            let items = seen::at(body, before).map_or(&[][..], Json::items);
            items.iter().flat_map(|item| reach(item, after)).collect()
        }
    }
}

/// Parts of the names of fields that are made for programs.
const CODES: [&str; 9] =
    ["code", "type", "reason", "status", "quotaId", "limit_source", "__type", "violations", "Code"];

/// Who may have spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker<'a> {
    /// This connector's kind of provider or gateway.
    Named(&'a str),
    /// Nobody knows: only what is unmistakable whoever says it.
    Anyone,
    /// Nobody knows: what one provider is known to say counts as well.
    Somebody,
}

impl Row {
    /// Whether it looks at nothing but the status, or at words that anybody uses.
    pub(super) fn says_little(&self) -> bool {
        self.owner().is_none() || (self.all.is_empty() && self.header.is_none())
    }

    /// Whether it tells a provider by its own words. A status of one provider's own says nothing of another's, nor does
    /// the presence of a common field; and what one provider says of its keys is no help with another's.
    fn is_telling(&self) -> bool {
        self.cause != Cause::Credentials && self.all.iter().any(|pattern| !pattern.present)
    }

    /// Whether it rests on a sentence alone, in which a provider may repeat what it was sent.
    fn is_sentence(&self) -> bool {
        !self.all.is_empty() && self.all.iter().all(Pattern::is_sentence)
    }

    /// Whether the answer finds fault with what was sent: then a sentence is believed only where the row names the
    /// status, and never where the answer's code says what was wrong.
    fn is_blamed_away(&self, seen: &Seen<'_>) -> bool {
        let within = || self.all.iter().any(|pattern| !pattern.contains.is_empty());
        let faulty = seen.status.is_some_and(|status| [404, 413, 422].contains(&status));
        self.is_sentence() && (seen.blames_request() || faulty && self.status.is_empty() && within())
    }

    /// Whose signature it is: the connector that it belongs to, or else the first part of its name.
    pub(super) fn owner(&self) -> Option<&str> {
        let first = || self.rule.split('.').next().filter(|name| *name != "any");
        self.from.as_deref().or_else(first)
    }

    pub(super) fn fits<'a>(&self, speaker: Speaker<'_>, seen: &Seen<'a>, memo: &Memo<'a>) -> bool {
        let from = match (self.from.as_deref(), speaker) {
            (None, _) => true,
            (Some(from), Speaker::Named(name)) => from == name,
            (Some(_), Speaker::Anyone) => false,
            (Some(_), Speaker::Somebody) => self.is_telling(),
        };
        let status = match seen.status {
            // A good answer is a refusal only where a provider is known to refuse so.
            Some(status) if status < 400 => self.status.contains(&status),
            Some(status) => self.status.is_empty() || self.status.contains(&status),
            // A log without statuses is matched by its words alone.
            None => !self.all.is_empty(),
        };
        let header = self
            .header
            .as_ref()
            .is_none_or(|wanted| seen.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted)));
        from && status
            && header
            && !self.is_blamed_away(seen)
            && self.all.iter().all(|pattern| pattern.fits(seen, memo))
    }

    /// How sure a match is: codes and types are made for programs, sentences change, and a bare status says little.
    pub(super) fn confidence(&self) -> u8 {
        let by_shape = || match self.all.iter().map(|pattern| pattern.weight()).max() {
            Some(weight) => weight,
            None if self.header.is_some() => 95,
            None => 55,
        };
        self.confidence.unwrap_or_else(by_shape).min(100)
    }
}

impl Pattern {
    fn fits<'a>(&self, seen: &Seen<'a>, memo: &Memo<'a>) -> bool {
        let says = |value: &'a str| self.says(value, memo);
        match self.at.as_str() {
            "text" => seen.text.is_some_and(says),
            "message" => says(memo.message(seen)),
            "code" => seen.body.is_some_and(|body| codes(body).any(says)),
            at if at.starts_with("header:") => seen.header(&at["header:".len()..]).is_some_and(says),
            pointer => seen.body.is_some_and(|body| {
                let holds = |field: &'a Json| match field {
                    _ if self.present => !field.is_null(),
                    Json::Number(text) | Json::String(text) => says(text),
                    _ => false,
                };
                reach(body, pointer).into_iter().any(holds)
            }),
        }
    }

    fn says<'a>(&self, value: &'a str, memo: &Memo<'a>) -> bool {
        let said = memo.said(value);
        self.equals.iter().any(|want| want == said.text)
            || self.prefix.iter().any(|want| said.text.starts_with(want.as_str()))
            || (!self.plain.is_empty() && self.plain.iter().any(|want| want == said.plain()))
            || (!self.lower.is_empty() && self.lower.iter().any(|want| said.own().contains(want.as_str())))
    }

    /// JSON Pointer, or `text`.
    pub(super) fn at(&self) -> &str {
        &self.at
    }

    pub(super) fn equals(&self) -> &[String] {
        &self.equals
    }

    pub(super) fn code(&self) -> &[String] {
        &self.code
    }

    pub(super) fn prefix(&self) -> &[String] {
        &self.prefix
    }

    pub(super) fn contains(&self) -> &[String] {
        &self.contains
    }

    fn is_sentence(&self) -> bool {
        let words = !self.contains.is_empty() || !self.prefix.is_empty();
        words
            && self.equals.is_empty()
            && self.code.is_empty()
            && !CODES.iter().any(|end| self.at.contains(end))
    }

    fn weight(&self) -> u8 {
        let named = !self.equals.is_empty() && CODES.iter().any(|end| self.at.contains(end));
        if named || !self.code.is_empty() {
            97
        } else if !self.equals.is_empty() || !self.prefix.is_empty() {
            92
        } else if !self.contains.is_empty() {
            88
        } else {
            80
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_item() {
        let body = br#"{"a":[{"b":"x"},{"c":1},{"b":[{"d":"y"},{"d":"z"}]}],"e":{"b":"no array"}}"#;
        let body = Json::parse(body).unwrap();
        let found = |at: &str| -> Vec<String> {
            reach(&body, at).into_iter().filter_map(Json::as_decimal).map(str::to_owned).collect()
        };
        assert_eq!(found("/a/*/b"), ["x"]);
        assert_eq!(found("/a/*/b/*/d"), ["y", "z"]);
        assert_eq!(found("/a/1/c"), ["1"]);
        assert_eq!(found("/e/*"), [""; 0]);
        assert_eq!(found("/*/b"), [""; 0]);
    }
}
