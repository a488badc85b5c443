//! JSON with numbers kept as they were written, so that money never passes through a float.

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
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON; with the parser's words.
    #[error("not valid JSON: {0}")]
    Syntax(String),
    /// Nested deeper than any provider nests.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl Json {
    /// Reads a body. Refuses NaN and Infinity, which are not JSON, and nesting beyond 64 levels.
    pub fn parse(body: &[u8]) -> Result<Json, JsonError> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let raw: &RawValue =
            serde_json::from_slice(body).map_err(|error| JsonError::Syntax(error.to_string()))?;
        Self::read(raw.get(), 0)
    }

    fn read(text: &str, depth: usize) -> Result<Json, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        let text = text.trim();
        let syntax = |error: serde_json::Error| JsonError::Syntax(error.to_string());
        Ok(match text.as_bytes().first() {
            Some(b'n') => Json::Null,
            Some(b't') => Json::Bool(true),
            Some(b'f') => Json::Bool(false),
            Some(b'"') => Json::String(serde_json::from_str(text).map_err(syntax)?),
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(syntax)?;
                Json::Array(
                    items.iter().map(|item| Self::read(item.get(), depth + 1)).collect::<Result<_, _>>()?,
                )
            }
            Some(b'{') => {
                let Pairs(pairs) = serde_json::from_str(text).map_err(syntax)?;
                let read =
                    |(name, value): (String, &RawValue)| Ok((name, Self::read(value.get(), depth + 1)?));
                Json::Object(pairs.into_iter().map(read).collect::<Result<_, _>>()?)
            }
            _ => Json::Number(text.to_owned()),
        })
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

/// An object's members in order, their values unread.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Pairs<'de>;
            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<String, &'de RawValue>()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(Visit)
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
    }
}
