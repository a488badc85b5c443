//! Masks what looks like a key in text that somebody else wrote: providers echo keys in their error messages.

/// What stands where a key was.
const MASK: &str = "[redacted]";

/// Beginnings of well-known keys and tokens; what follows is masked from 8 letters in all.
const PREFIXES: &[&str] = &[
    "sk-", "sk_", "pk-", "pk_", "rk_", "sess-", "sess_", "key-", "api-", "xai-", "gsk_", "hf_", "r8_",
    "ghp_", "gho_", "glpat-", "AKIA", "AIza", "eyJ",
];

/// Masks everything key-like: what follows `Bearer`, values of `api_key=…` and the like, well-known prefixes, and
/// long tokens of mixed letters and digits. Model names, numbers and words stay.
pub(crate) fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut before, mut between, mut masked) = (text, "", "", false);
    while !rest.is_empty() {
        let word_end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(word_end);
        if !word.is_empty() {
            // A token may go on behind a dot: all parts of a JWT are masked.
            masked = (masked && between == ".") || is_key(word) || is_value(before, between, word);
            out.push_str(if masked { MASK } else { word });
            before = word;
        }
        let gap_end = tail.find(is_word).unwrap_or(tail.len());
        between = &tail[..gap_end];
        out.push_str(between);
        rest = &tail[gap_end..];
    }
    out
}

/// Whether a field or parameter of that name holds a secret.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let name = name.as_bytes();
    let ends = |end: &str| {
        let start = name.len().checked_sub(end.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(end.as_bytes()))
    };
    ["key", "token", "secret", "password", "passwd", "pwd", "cookie"].iter().any(|end| ends(end))
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-_*+/~".contains(letter)
}

/// Whether a word is a secret by itself.
fn is_key(word: &str) -> bool {
    if word.len() >= 8 && PREFIXES.iter().any(|prefix| word.starts_with(prefix)) && !is_plain(word) {
        return true;
    }
    let has = |word: &str, kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let mixed = |part: &str| has(part, u8::is_ascii_digit) && has(part, u8::is_ascii_alphabetic);
    if word.len() < 16 {
        return false;
    }
    let long_run =
        word.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|run| run.len() >= 16 && mixed(run));
    // 8-4-4-4-12: several gateways use a UUID as the key.
    let uuid = word.len() == 36
        && word.bytes().enumerate().all(|(at, byte)| {
            if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        });
    let dense = word.len() >= 32
        && mixed(word)
        && has(word, u8::is_ascii_uppercase)
        && has(word, u8::is_ascii_lowercase);
    // A contract's or a wallet's address is public; x402 offers name them.
    let public =
        word.len() == 42 && word.starts_with("0x") && word[2..].bytes().all(|byte| byte.is_ascii_hexdigit());
    (long_run || uuid || dense) && !public
}

/// Whether a word is a secret because of the word before it.
fn is_value(before: &str, between: &str, word: &str) -> bool {
    let scheme = ["bearer", "basic"].iter().any(|scheme| before.eq_ignore_ascii_case(scheme));
    if scheme && between.chars().all(char::is_whitespace) {
        return word.len() >= 6 && !is_plain(word);
    }
    word.len() >= 4 && between.contains([':', '=']) && names_a_secret(before) && !is_plain(word)
}

/// A lower-case word (hyphens allowed) or a number: nothing to hide, and JSON's `true`, `null` and numbers stay whole.
fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_/".contains(&byte))
        || word.bytes().all(|byte| byte.is_ascii_digit() || b"-+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Put together here so that no scanner takes this file for one that leaks keys.
    fn long(prefix: &str) -> String {
        format!("{prefix}{}", "aB3".repeat(9))
    }

    #[test]
    fn keys_are_masked_wherever_they_stand() {
        for (text, want) in [
            (
                format!("Incorrect API key provided: {}. See", long("sk-proj-")),
                "Incorrect API key provided: [redacted]. See",
            ),
            ("Incorrect API key provided: sk-ab12****wxyz".into(), "Incorrect API key provided: [redacted]"),
            ("Authorization: Bearer EXAMPLE-not-a-key".into(), "Authorization: Bearer [redacted]"),
            (format!("token={}", long("")), "token=[redacted]"),
            ("api_key: Ab12".into(), "api_key: [redacted]"),
            (
                r#"{"password":"Hunter22","balance":12.5}"#.into(),
                r#"{"password":"[redacted]","balance":12.5}"#,
            ),
            ("key 0123456789abcdef0123456789abcdef is expired".into(), "key [redacted] is expired"),
            ("eyJhbGciOi.eyJzdWIi.short".into(), "[redacted].[redacted].[redacted]"),
            ("id 123e4567-e89b-12d3-a456-426614174000".into(), "id [redacted]"),
        ] {
            assert_eq!(redact(&text), want);
        }
    }

    #[test]
    fn words_models_numbers_and_addresses_stay() {
        for text in [
            "Insufficient credits. Add more at https://openrouter.ai/settings/credits",
            "model anthropic/claude-sonnet-4-20250514 needs 4096 tokens, you have 12",
            "gpt-4o-mini-2024-07-18: rate limit reached; bearer authentication required",
            r#"{"key": 12345678, "token": null, "limit_remaining": 0.00022500000000000002}"#,
            "余额不足 (balance too low): ¥0.00",
            "Invalid API key: please check",
            "asset 0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
