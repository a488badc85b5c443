//! Values as Python and JavaScript print them (`{'error': None}`, `{ status: 402, error: { … } }`), turned into JSON.

/// Values inside values, at most: deeper ones are no provider's.
const DEEPEST: usize = 64;

/// The object that a text begins with, as JSON, and how many bytes it took. Understands JSON, Python's literals
/// (single quotes, `None`, `True`, `u''`, `b''`, tuples) and what Node's `util.inspect` prints (bare names, `undefined`,
/// `[Object]`, strings joined by `+`). `steps` is how many more bytes may be looked at, for all attempts together.
pub(super) fn object(text: &str, steps: &mut usize) -> Option<(String, usize)> {
    let mut reader = Reader { text, at: 0, out: String::new() };
    let read = text.starts_with('{').then(|| reader.value(0)).flatten();
    *steps = steps.saturating_sub(reader.at.max(1));
    read.map(|()| (reader.out, reader.at))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: String,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn take(&mut self, letter: char) -> bool {
        let there = self.next() == Some(letter);
        self.at += if there { letter.len_utf8() } else { 0 };
        there
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.next()? {
            '{' => self.members(depth),
            '[' => self.items('[', ']', depth),
            '(' => self.items('(', ')', depth),
            '"' | '\'' | '`' => {
                let text = self.strings()?;
                self.put(&text);
                Some(())
            }
            '<' => {
                // `<Response [402]>`: nothing of it is looked at.
                self.at += self.rest().find('>')? + 1;
                self.out.push_str("null");
                Some(())
            }
            letter if letter.is_ascii_digit() || letter == '-' || letter == '+' => self.number(),
            letter if is_name(letter) => self.named(depth),
            _ => None,
        }
    }

    fn members(&mut self, depth: usize) -> Option<()> {
        self.take('{');
        self.out.push('{');
        let mut first = true;
        while !self.take('}') {
            if !first {
                self.out.push(',');
            }
            first = false;
            let name = match self.next()? {
                '"' | '\'' => self.string()?,
                '[' => {
                    // `[Symbol(status)]`
                    let end = self.rest().find(']')?;
                    let name = self.rest()[..end].to_owned();
                    self.at += end + 1;
                    name
                }
                letter if is_name(letter) || letter.is_ascii_digit() => self.word().to_owned(),
                _ => return None,
            };
            self.put(&name);
            if !self.take(':') {
                return None;
            }
            self.out.push(':');
            self.value(depth + 1)?;
            if !self.take(',') && self.next() != Some('}') {
                return None;
            }
        }
        self.out.push('}');
        Some(())
    }

    fn items(&mut self, open: char, close: char, depth: usize) -> Option<()> {
        self.take(open);
        self.out.push('[');
        let mut first = true;
        while !self.take(close) {
            if !first {
                self.out.push(',');
            }
            first = false;
            self.value(depth + 1)?;
            if !self.take(',') && self.next() != Some(close) {
                return None;
            }
        }
        self.out.push(']');
        Some(())
    }

    /// A bare word: a constant, a letter before a string, a class before its members or its call.
    fn named(&mut self, depth: usize) -> Option<()> {
        let word = self.word();
        let constant = match word {
            "None" | "null" | "undefined" | "nan" | "NaN" | "inf" | "Infinity" => "null",
            "True" | "true" => "true",
            "False" | "false" => "false",
            _ => "",
        };
        if !constant.is_empty() {
            self.out.push_str(constant);
            return Some(());
        }
        let string = matches!(self.rest().chars().next(), Some('"' | '\''));
        if string && matches!(word, "u" | "b" | "r" | "f") {
            return self.value(depth + 1);
        }
        match self.next()? {
            '{' => self.members(depth),
            '(' => self.items('(', ')', depth),
            _ => {
                self.put(word);
                Some(())
            }
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end =
            rest.find(|letter: char| !is_name(letter) && !letter.is_ascii_digit()).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn number(&mut self) -> Option<()> {
        let rest = self.rest();
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && !"+-.eE_".contains(letter));
        let text = &rest[..end.unwrap_or(rest.len())];
        self.at += text.len();
        let plain = text.trim_start_matches('+').replace('_', "");
        let number: &serde_json::value::RawValue = serde_json::from_str(&plain).ok()?;
        self.out.push_str(number.get());
        Some(())
    }

    /// A string, or several joined by `+`, as Node prints long ones.
    fn strings(&mut self) -> Option<String> {
        let mut text = self.string()?;
        loop {
            let here = self.at;
            if !(self.take('+') && matches!(self.next(), Some('"' | '\'' | '`'))) {
                self.at = here;
                return Some(text);
            }
            text.push_str(&self.string()?);
        }
    }

    fn string(&mut self) -> Option<String> {
        let close = self.next()?;
        self.at += close.len_utf8();
        let mut out = String::new();
        let mut letters = self.rest().char_indices();
        let start = self.at;
        loop {
            let (at, letter) = letters.next()?;
            match letter {
                _ if letter == close => {
                    self.at = start + at + letter.len_utf8();
                    return Some(out);
                }
                '\\' => match letters.next()?.1 {
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    kind @ ('x' | 'u' | 'U') => {
                        let digits = match kind {
                            'x' => 2,
                            'u' => 4,
                            _ => 8,
                        };
                        let code: String = letters.by_ref().take(digits).map(|(_, letter)| letter).collect();
                        let code = u32::from_str_radix(&code, 16).ok();
                        out.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    other => out.push(other),
                },
                other => out.push(other),
            }
            // Where it stopped counts as looked at, if it never ends.
            self.at = start + at;
        }
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(&serde_json::Value::from(text).to_string());
    }
}

fn is_name(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '_' | '$' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        object(text, &mut 1_000_000).map(|(json, _)| json)
    }

    #[test]
    fn python_and_javascript_are_read() {
        for (text, json) in [
            (
                r#"{'error': {'message': "it's", 'code': None, 'ok': True}}"#,
                r#"{"error":{"message":"it's","code":null,"ok":true}}"#,
            ),
            (
                r"{'a': 'it\'s \u00fc\n', 'b': (1, -2.5e3,), 'c': b'x', 'd': Decimal('1.50')} tail",
                "{\"a\":\"it's \u{fc}\\n\",\"b\":[1,-2.5e3],\"c\":\"x\",\"d\":[\"1.50\"]}",
            ),
            (
                "{\n  status: 402,\n  headers: Headers { a: 'b' },\n  list: [ [Object], 2 ],\n  none: undefined,\n}",
                r#"{"status":402,"headers":{"a":"b"},"list":[["Object"],2],"none":null}"#,
            ),
            ("{ message: 'You are ' +\n    'out of money' }", r#"{"message":"You are out of money"}"#),
            (r#"{"a": [], "b": {}}"#, r#"{"a":[],"b":{}}"#),
            ("{'r': <Response [402]>}", r#"{"r":null}"#),
        ] {
            assert_eq!(read(text).as_deref(), Some(json), "{text}");
        }
        for text in
            ["", "{", "{'a'", "{'a': ", "{'a': 'b", "{]", "{'a' 'b'}", "{1.2.3: 01}", "words {}", "{a: -}"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&format!("{}1{}", "{a:".repeat(100), "}".repeat(100))), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_json(text in r#"\{([\[\]{}(),: \n<>+]|'a'|"b"|u'|\\\\|None|x|-?[0-9](\.5)?(e2)?|é){0,30}"#) {
            if let Some(json) = read(&text) {
                proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{} {}", text, json);
            }
        }
    }
}
