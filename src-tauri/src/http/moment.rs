//! Moments and spans of time in every form that headers and messages have.

use crate::model::{DAY, SECOND, Timestamp};

/// A reset farther away than this is no rate limit's: the value means something else.
const FARTHEST: i64 = 400 * DAY;

/// The units of a Go duration and their nanoseconds. `ms` stands before `m`.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),  // micro sign
    ("\u{3bc}s", 1_000), // Greek mu
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A moment after `now`: a Go duration, seconds (with or without a fraction), Unix seconds (10 digits) or
/// milliseconds (13), RFC 3339, or an HTTP date. `None`: no such thing, zero (which Azure sends for "unknown"), gone
/// by already, or more than 400 days away.
pub(crate) fn reset(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    let at = match milliseconds(text) {
        Some(ms) if ms >= 1_000_000_000_000_000 => Timestamp(ms / SECOND),
        Some(ms) if ms >= 1_000_000_000_000 => Timestamp(ms),
        Some(ms) => now + ms,
        None => match nanoseconds(text) {
            // Rounded up: never earlier than what was said.
            Some(ns) => now + ns / 1_000_000 + i64::from(ns % 1_000_000 > 0),
            None => Timestamp::parse_rfc3339(text).or_else(|| http_date(text))?,
        },
    };
    (at > now && at.since(now) <= FARTHEST).then_some(at)
}

/// A span of time in milliseconds: a Go duration, to which `d` is added, or seconds. `None`: no such span, or zero.
pub(crate) fn span(text: &str) -> Option<i64> {
    let text = text.trim();
    let days = text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok()?.checked_mul(DAY));
    let span = days.or_else(|| milliseconds(text)).or_else(|| nanoseconds(text).map(|ns| ns / 1_000_000));
    span.filter(|span| (1..=FARTHEST).contains(span))
}

/// A plain number of seconds, in milliseconds, rounded to the nearest.
fn milliseconds(seconds: &str) -> Option<i64> {
    i64::try_from((times(seconds, 1_000_000)? + 500) / i128::from(SECOND)).ok()
}

/// What Go's `time.Duration` prints (`12ms`, `6m0s`, `2m59.56s`, `1h0m0s`, `1.5µs`), in nanoseconds. `None`: something
/// else, negative, or longer than Go's 292 years.
pub(crate) fn nanoseconds(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total = 0_i128;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, tail) = rest.split_at(end);
        let (unit, scale) = UNITS.iter().find(|(unit, _)| tail.starts_with(unit))?;
        total = total.checked_add(times(number, *scale)?)?;
        rest = tail.strip_prefix(unit)?;
    }
    i64::try_from(total).ok().filter(|_| !text.is_empty())
}

/// A plain decimal times a scale; what is smaller than one is dropped, as Go does.
fn times(number: &str, scale: i128) -> Option<i128> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let value = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
    let below = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    value(whole)?.checked_mul(scale)?.checked_add(value(part)?.checked_mul(scale)? / below)
}

/// `Sat, 21 Nov 2026 02:50:05 GMT`.
fn http_date(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}
