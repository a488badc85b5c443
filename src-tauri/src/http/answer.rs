//! What came back, and what its headers and body mean.

use crate::model::{HOUR, Json, JsonError, PollError};
use crate::say;
use std::fmt;

/// What came back: any status, at most 4 MiB. `Debug` prints the status and the body's length.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; a web page, an empty body, a cut one, NaN and too deep nesting get sentences of their own.
    pub fn json(&self) -> Result<Json, PollError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Err(PollError::malformed(say!("http-empty", status = self.status.to_string())));
        }
        let first = self.body.iter().find(|byte| !byte.is_ascii_whitespace());
        let html = self.header("content-type").is_some_and(|kind| kind.contains("text/html"));
        Json::parse(&self.body).map_err(|error| {
            PollError::malformed(match error {
                _ if first == Some(&b'<') || html => say!("http-web-page"),
                JsonError::TooDeep => say!("http-deep"),
                JsonError::Syntax(words) if words.contains("EOF") => {
                    say!("http-cut")
                }
                JsonError::Syntax(_) if not_a_number(&self.body) => {
                    say!("http-nan")
                }
                JsonError::Syntax(words) => {
                    say!("http-no-json", why = words)
                }
            })
        })
    }

    /// How long the answer asks to wait, in milliseconds, 0 to one hour: `retry-after-ms`, or `Retry-After` in
    /// seconds or as a date (RFC 9110 section 10.2.3). A date counts from the answer's own `Date`, so that a wrong
    /// clock here does no harm; without one it is not used.
    pub fn retry_after(&self) -> Option<i64> {
        if let Some(ms) = self.header("retry-after-ms").and_then(number) {
            return Some(clamp(ms));
        }
        let text = self.header("retry-after")?.trim();
        match number(text) {
            Some(seconds) => Some(clamp(seconds * 1000.0)),
            None => {
                let wait = date(text)?.as_millisecond() - date(self.header("date")?)?.as_millisecond();
                Some(wait.clamp(0, HOUR))
            }
        }
    }
}

/// A finite number of seconds or milliseconds. A float is right here: it is time, not money, and `1.5` is sent.
fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|value| !value.is_nan())
}

fn clamp(ms: f64) -> i64 {
    ms.clamp(0.0, HOUR as f64) as i64
}

fn date(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

fn not_a_number(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("NaN") || text.contains("Infinity")
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Answer {} ({} bytes)", self.status, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Answer { status: 200, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn retry_after_is_read_in_every_shape_and_clamped() {
        let wait = |value| answer(&[("retry-after", value)], "").retry_after();
        assert_eq!(wait("0"), Some(0));
        assert_eq!(wait(" 3 "), Some(3_000));
        assert_eq!(wait("1.5"), Some(1_500));
        assert_eq!(wait("-7"), Some(0));
        assert_eq!(wait("99999999999999999999999"), Some(3_600_000));
        assert_eq!(wait("inf"), Some(3_600_000));
        assert_eq!(wait("NaN"), None);
        assert_eq!(wait("soon"), None);
        assert_eq!(answer(&[("retry-after-ms", "250"), ("retry-after", "9")], "").retry_after(), Some(250));
        assert_eq!(answer(&[], "").retry_after(), None);
    }

    #[test]
    fn a_date_counts_from_the_answers_own_clock() {
        let at = |until| {
            answer(&[("date", "Sat, 21 Nov 2026 02:49:35 GMT"), ("retry-after", until)], "").retry_after()
        };
        assert_eq!(at("Sat, 21 Nov 2026 02:50:05 GMT"), Some(30_000));
        assert_eq!(at("Sat, 21 Nov 2026 02:00:00 GMT"), Some(0));
        assert_eq!(at("Sat, 21 Nov 2099 02:00:00 GMT"), Some(3_600_000));
        assert_eq!(at("the 21st of Nov"), None);
        assert_eq!(at("Sat, 28 Nov 2026 02:49:35 GMT"), Some(3_600_000));
        assert_eq!(answer(&[("retry-after", "Sat, 21 Nov 2026 02:50:05 GMT")], "").retry_after(), None);
    }

    #[test]
    fn each_broken_body_has_its_own_sentence() {
        let says = |body: &str| answer(&[], body).json().unwrap_err().message;
        assert!(says("").contains("empty"));
        assert!(says(" \n").contains("empty"));
        assert!(says("<!doctype html><p>Log in").contains("a web page instead of JSON"));
        assert!(says(r#"{"balance": 1"#).contains("breaks off"));
        assert!(says(r#"{"balance": NaN}"#).contains("NaN"));
        assert!(says(&format!("{}{}", "[".repeat(100), "]".repeat(100))).contains("nested"));
        assert!(says("hello").contains("no valid JSON"));
        let typed = answer(&[("content-type", "text/html; charset=utf-8")], "Please log in").json();
        assert!(typed.unwrap_err().message.contains("web page"));
        let json_sent_as_html = answer(&[("content-type", "text/html")], "{}").json();
        assert!(json_sent_as_html.is_ok());
    }
}
