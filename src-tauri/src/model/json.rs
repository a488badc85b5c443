//! JSON with numbers kept as they were written, so that money never passes through a float.

use crate::say;
use serde_json::value::RawValue;

/// How deep an answer may be nested. Providers nest 6 deep; a hostile body must not exhaust the stack.
const MAX_DEPTH: usize = 64;

/// A JSON value whose numbers are their source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written: `0.00022500000000000002`.
    Number(String),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object in source order; of equal names the last one counts.
    Object(Vec<(String, Json)>),
}

/// Why a body is not JSON.
#[derive(Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON; with the parser's words.
    Syntax(String),
    /// Nested deeper than any provider nests.
    TooDeep,
}

impl std::error::Error for JsonError {}

impl std::fmt::Display for JsonError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&match self {
            JsonError::Syntax(error) => say!("json-syntax", error = error.as_str()),
            JsonError::TooDeep => say!("json-too-deep", levels = MAX_DEPTH),
        })
    }
}

impl Json {
    /// Reads a body. Refuses NaN and Infinity, which are not JSON, and nesting beyond 64 levels.
    pub fn parse(body: &[u8]) -> Result<Json, JsonError> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let raw: &RawValue =
            serde_json::from_slice(body).map_err(|error| JsonError::Syntax(error.to_string()))?;
        Walk { text: raw.get(), at: 0 }.value(0)
    }

    /// The member of an object, or `None` if this is no object or has none of that name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(pairs) => pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value at a JSON Pointer (RFC 6901); the empty pointer is the whole.
    pub fn pointer(&self, pointer: &str) -> Option<&Json> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |value, token| {
            let token = token.replace("~1", "/").replace("~0", "~");
            match value {
                Json::Array(items) => items.get(token.parse::<usize>().ok()?),
                object => object.get(&token),
            }
        })
    }

    /// A string's text.
    pub fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// A number's text, or a string that holds one: providers send both.
    pub fn as_decimal(&self) -> Option<&str> {
        match self {
            Json::Number(text) => Some(text),
            Json::String(text) => Some(text.trim()),
            _ => None,
        }
    }

    /// A whole number, given as number or string.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_decimal()?.parse().ok()
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        if let Json::Bool(value) = self { Some(*value) } else { None }
    }

    /// An array's items; nothing for anything else.
    pub fn items(&self) -> &[Json] {
        if let Json::Array(items) = self { items } else { &[] }
    }

    /// An object's members; nothing for anything else.
    pub fn members(&self) -> &[(String, Json)] {
        if let Json::Object(pairs) = self { pairs } else { &[] }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }
}

/// Goes once through text that is known to be valid.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl Walk<'_> {
    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        Ok(match self.next() {
            Some(b'n') => self.word("null", Json::Null),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'"') => Json::String(self.string()?),
            Some(b'[') => {
                let mut items = Vec::new();
                while self.another(b']') {
                    items.push(self.value(depth + 1)?);
                }
                Json::Array(items)
            }
            Some(b'{') => {
                let mut pairs = Vec::new();
                while self.another(b'}') {
                    let name = self.string()?;
                    self.next();
                    self.at += 1; // the colon
                    pairs.push((name, self.value(depth + 1)?));
                }
                Json::Object(pairs)
            }
            _ => Json::Number(self.number().to_owned()),
        })
    }

    /// Steps over white space and looks at what follows.
    fn next(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn word(&mut self, word: &str, value: Json) -> Json {
        self.at += word.len();
        value
    }

    /// Steps over the opening bracket or a comma, to the next member; or over the closing bracket.
    fn another(&mut self, close: u8) -> bool {
        let first = matches!(self.next(), Some(b'[' | b'{' | b','));
        self.at += usize::from(first);
        match self.next() {
            Some(byte) if byte != close => true,
            Some(_) => {
                self.at += 1;
                false
            }
            None => false,
        }
    }

    fn number(&mut self) -> &str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |letter: char| matches!(letter, ',' | ']' | '}') || letter.is_ascii_whitespace();
        let number = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += number.len();
        number
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.next();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (mut end, mut escaped) = (1, false);
        loop {
            match rest.as_bytes().get(end) {
                Some(b'"') | None => break,
                Some(b'\\') => (end, escaped) = (end + 2, true),
                Some(_) => end += 1,
            }
        }
        let text = rest.get(..=end).unwrap_or_default();
        self.at += end + 1;
        if escaped || text.is_empty() {
            // A lone half of a surrogate pair is found only here.
            return serde_json::from_str(text).map_err(|error| JsonError::Syntax(error.to_string()));
        }
        Ok(text[1..text.len() - 1].to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let json =
            Json::parse(br#"{"a": {"cost_usd": 0.00022500000000000002, "b/c": [1, "2.5", null]}}"#).unwrap();
        assert_eq!(json.pointer("/a/cost_usd").unwrap().as_decimal(), Some("0.00022500000000000002"));
        assert_eq!(json.pointer("/a/b~1c/1").unwrap().as_decimal(), Some("2.5"));
        assert!(json.pointer("/a/b~1c/2").unwrap().is_null());
        assert_eq!(json.pointer("/a/none"), None);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for body in ["", "<html>", r#"{"a": 1"#, r#"{"a": NaN}"#, r#"{"a": Infinity}"#, "{} {}"] {
            assert!(matches!(Json::parse(body.as_bytes()), Err(JsonError::Syntax(_))), "{body}");
        }
        assert!(Json::parse("[".repeat(100).as_bytes()).is_err());
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(Json::parse(deep.as_bytes()), Err(JsonError::TooDeep));
        let deepest = format!("{}0{}", "[".repeat(64), "]".repeat(64));
        assert!(Json::parse(deepest.as_bytes()).is_ok());
    }

    #[test]
    fn white_space_escapes_and_equal_names_are_read_as_written() {
        let text = "\u{feff} { \"a\\\"\\u00e9\\n\" : [ ] , \"b\":{ },\n\"b\" : -1.5E+3 ,\"\":[ true,false , null,\"\\\\\"] } ";
        let names = |json: &Json| json.members().iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let json = Json::parse(text.as_bytes()).unwrap();
        assert_eq!(names(&json), ["a\"\u{e9}\n", "b", "b", ""]);
        assert_eq!(json.get("b"), Some(&Json::Number("-1.5E+3".into())), "the last of equal names");
        let last = vec![Json::Bool(true), Json::Bool(false), Json::Null, Json::String("\\".into())];
        assert_eq!(json.get(""), Some(&Json::Array(last)));
        assert_eq!(Json::parse(b" 12 "), Ok(Json::Number("12".into())));
        assert_eq!(Json::parse(br#""\ud83d\ude00""#), Ok(Json::String("\u{1f600}".into())));
        assert!(matches!(Json::parse(br#"{"a": "\ud83d"}"#), Err(JsonError::Syntax(_))));
        assert!(matches!(Json::parse(b"\"\xff\""), Err(JsonError::Syntax(_))));
    }

    fn same(json: &Json, other: &serde_json::Value) -> bool {
        match (json, other) {
            (Json::Null, serde_json::Value::Null) => true,
            (Json::Bool(one), serde_json::Value::Bool(two)) => one == two,
            (Json::Number(one), serde_json::Value::Number(two)) => {
                one.parse::<f64>().ok() == two.to_string().parse::<f64>().ok()
            }
            (Json::String(one), serde_json::Value::String(two)) => one == two,
            (Json::Array(one), serde_json::Value::Array(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same(one, two))
            }
            (Json::Object(_), serde_json::Value::Object(two)) => {
                two.iter().all(|(name, two)| json.get(name).is_some_and(|one| same(one, two)))
            }
            _ => false,
        }
    }

    proptest::proptest! {
        /// What serde_json reads, is read the same; what it refuses, is refused.
        #[test]
        fn it_agrees_with_serde_json(text in r#"([\[\]{},: \n]|"a"|"\\\\"|"\\u0041"|"b\\""|true|null|-?[0-9](\.5)?(e2)?){0,24}"#) {
            let other = serde_json::from_str::<serde_json::Value>(&text);
            match Json::parse(text.as_bytes()) {
                Ok(json) => proptest::prop_assert!(other.is_ok_and(|other| same(&json, &other)), "{}", text),
                Err(_) => proptest::prop_assert!(other.is_err(), "{}", text),
            }
        }

        #[test]
        fn any_value_is_read(seed in 0u64.., depth in 0u32..8) {
            let other = grown(&mut { seed }, depth);
            for text in [other.to_string(), format!("{other:#}")] {
                let json = Json::parse(text.as_bytes());
                proptest::prop_assert!(json.as_ref().is_ok_and(|json| same(json, &other)), "{}", text);
            }
        }
    }

    /// A value made of a number's bits.
    fn grown(seed: &mut u64, depth: u32) -> serde_json::Value {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let dice = *seed >> 33;
        match dice % if depth == 0 { 4 } else { 7 } {
            0 => serde_json::Value::Null,
            1 => (dice & 8 == 0).into(),
            2 => (dice as i64 - (1 << 30)).into(),
            3 => ["", "a\"b", "\u{1f600}\n", "\\", "plain"][dice as usize % 5].into(),
            4 | 5 => (0..dice % 4).map(|_| grown(seed, depth - 1)).collect(),
            _ => {
                let names = ["a", "b\\", "", "\u{e9}"];
                let pair = |index: u64| (names[index as usize].to_owned(), grown(seed, depth - 1));
                serde_json::Value::Object((0..dice % 4).map(pair).collect())
            }
        }
    }
}
