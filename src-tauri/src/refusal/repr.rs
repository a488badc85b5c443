//! Values as Python prints them (`{'error': None}`, `b'{"error": …}'`), which gateways written in it put into their
//! sentences.

use crate::model::Json;

/// The JSON value that a text begins with, as JSON or as Python prints it; what follows it is left out.
pub(super) fn value(text: &str) -> Option<Json> {
    let text = text.trim_start();
    let opened = bytes(text);
    let text = opened.as_deref().unwrap_or(text).trim_start();
    if !text.starts_with('{') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>();
    match values.next() {
        Some(Ok(json)) => Json::parse(json.get().as_bytes()).ok(),
        _ => Json::parse(dict(text)?.as_bytes()).ok(),
    }
}

/// What stands in `b'…'` or `b"…"`.
fn bytes(text: &str) -> Option<String> {
    let rest = text.strip_prefix('b')?;
    let close = rest.chars().next().filter(|letter| matches!(letter, '\'' | '"'))?;
    let mut letters = rest[1..].chars();
    string(&mut letters, close)
}

/// A dictionary as JSON, up to its closing brace.
fn dict(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    let mut depth = 0_usize;
    let mut word = String::new();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_alphabetic() {
            word.push(letter);
            continue;
        }
        out.push_str(match std::mem::take(&mut word).as_str() {
            "" => "",
            "None" | "null" => "null",
            "True" | "true" => "true",
            "False" | "false" => "false",
            // `1e5` is the only other word that a value may hold.
            "e" | "E" => "e",
            _ => return None,
        });
        match letter {
            '\'' | '"' => out.push_str(&serde_json::to_string(&string(&mut letters, letter)?).ok()?),
            '{' | '[' => {
                depth += 1;
                out.push(letter);
            }
            '}' | ']' => {
                depth = depth.checked_sub(1)?;
                out.push(letter);
                if depth == 0 {
                    return Some(out);
                }
            }
            other => out.push(other),
        }
    }
    None
}

/// The rest of a string up to its closing mark, its escapes read.
fn string(letters: &mut std::str::Chars<'_>, close: char) -> Option<String> {
    let mut out: Vec<u8> = Vec::new();
    let push = |out: &mut Vec<u8>, letter: char| out.extend(letter.encode_utf8(&mut [0; 4]).bytes());
    loop {
        match letters.next()? {
            letter if letter == close => return Some(String::from_utf8_lossy(&out).into_owned()),
            '\\' => match letters.next()? {
                'n' => out.push(b'\n'),
                'r' => out.push(b'\r'),
                't' => out.push(b'\t'),
                // Of bytes it is a byte of UTF-8; of text a letter below 256, which is rare there.
                'x' => out.push(code(letters, 2).and_then(|code| u8::try_from(code).ok())?),
                'u' => {
                    push(&mut out, char::from_u32(code(letters, 4)?).unwrap_or(char::REPLACEMENT_CHARACTER))
                }
                letter @ ('\\' | '\'' | '"') => push(&mut out, letter),
                other => {
                    out.push(b'\\');
                    push(&mut out, other);
                }
            },
            letter => push(&mut out, letter),
        }
    }
}

fn code(letters: &mut std::str::Chars<'_>, digits: usize) -> Option<u32> {
    let text: String = letters.take(digits).collect();
    u32::from_str_radix(&text, 16).ok().filter(|_| text.len() == digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_bytes_and_dictionaries_are_read_to_their_end() {
        for (text, at, want) in [
            (r#"{"error": {"code": 402}}. And more"#, "/error/code", "402"),
            (
                r#"{'error': {'message': "it's gone", 'code': 402, 'ok': True}} more"#,
                "/error/message",
                "it's gone",
            ),
            (r"{'a': None, 'b': [1.5e3, 'x\'y']}", "/b/1", "x'y"),
            (
                r#"b'{"error":{"message":"zu wenig \xc3\xbcbrig, \\"b\\""}}'"#,
                "/error/message",
                "zu wenig übrig, \"b\"",
            ),
            (r#"b"{'a': 'b'}" tail"#, "/a", "b"),
        ] {
            let json = value(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(json.pointer(at).and_then(Json::as_decimal), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_neither_is_left() {
        for text in ["", "words", "{", "{'a': ", "{'a': Decimal('1')}", "b'", "b'words'", "{]", "{'a': '\\x"]
        {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
