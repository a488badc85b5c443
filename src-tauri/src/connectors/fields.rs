//! Reading figures out of an answer: missing is not zero, and what is no number is said by its name.

use crate::model::{Json, MINUTE, PollError, Polled, Qty, Timestamp, Unit, Window};

/// The figure at a pointer. `Ok(None)`: missing or null. A field that holds no number is an error that names it.
pub(super) fn qty(json: &Json, pointer: &str, unit: Unit) -> Result<Option<Qty>, PollError> {
    match json.pointer(pointer) {
        None | Some(Json::Null) => Ok(None),
        Some(field) => {
            let text = field.as_decimal().ok_or_else(|| no_number(pointer, field))?;
            unit.parse(text).map(Some).map_err(|_| no_number(pointer, field))
        }
    }
}

/// As [`qty`], where the provider's documents promise the field.
pub(super) fn needed(json: &Json, pointer: &str, unit: Unit) -> Result<Qty, PollError> {
    qty(json, pointer, unit)?.ok_or_else(|| missing(pointer))
}

/// The error for a field that is not there.
pub(super) fn missing(pointer: &str) -> PollError {
    PollError::malformed(format!(
        "the answer has no {pointer}, so nothing is read from it: is this the right address, or has the API changed?"
    ))
}

fn no_number(pointer: &str, field: &Json) -> PollError {
    let shown = match field {
        Json::String(text) => format!("'{}'", crate::refusal::shorten(text)),
        Json::Bool(value) => value.to_string(),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        Json::Number(text) => text.clone(),
        Json::Null => "null".to_owned(),
    };
    PollError::malformed(format!("{pointer} holds {shown} where a number was due, so it is not used"))
}

/// The moment at a pointer, RFC 3339. `None` when missing, null, or no time.
pub(super) fn time(json: &Json, pointer: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(json.pointer(pointer)?.as_str()?)
}

/// A text at a pointer; `None` when missing, null or empty.
pub(super) fn text<'a>(json: &'a Json, pointer: &str) -> Option<&'a str> {
    json.pointer(pointer)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The start of the UTC day that `now` lies in.
pub(super) fn day_start(now: Timestamp) -> Timestamp {
    start(now, Some)
}

/// The start of the UTC month that `now` lies in.
pub(super) fn month_start(now: Timestamp) -> Timestamp {
    start(now, |day| Some(day.first_of_month()))
}

/// When a window that is aligned to UTC days, weeks from Monday, or months next begins.
pub(super) fn next_reset(window: Window, now: Timestamp) -> Option<Timestamp> {
    use jiff::ToSpan;
    let step = |day: jiff::civil::Date| match window {
        Window::Day => day.checked_add(1.day()).ok(),
        Window::Week => {
            let passed = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_add((7 - passed).days()).ok()
        }
        Window::Month => day.first_of_month().checked_add(1.month()).ok(),
        Window::Never | Window::Other => None,
    };
    matches!(window, Window::Day | Window::Week | Window::Month).then(|| start(now, step))
}

fn start(now: Timestamp, step: impl Fn(jiff::civil::Date) -> Option<jiff::civil::Date>) -> Timestamp {
    let utc = jiff::tz::TimeZone::UTC;
    let day = now.to_jiff().to_zoned(utc.clone()).date();
    let midnight = step(day).and_then(|day| day.to_zoned(utc).ok());
    midnight.map_or(now, |zoned| Timestamp(zoned.timestamp().as_millisecond()))
}

/// The date of a moment in UTC, `2026-11-21`.
pub(super) fn date(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d").to_string()
}

/// A name made fit for a meter key: lower case, everything else a dash.
pub(super) fn slug(name: &str) -> String {
    let fit = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
    name.to_lowercase().chars().map(fit).take(64).collect()
}

/// One endpoint's outcome joins the poll's: its readings and refusals, or its error as a problem.
pub(super) fn join(polled: &mut Polled, outcome: Result<Polled, PollError>) {
    match outcome {
        Ok(part) => {
            polled.readings.extend(part.readings);
            polled.problems.extend(part.problems);
            polled.refusals.extend(part.refusals);
        }
        Err(problem) => polled.problems.push(problem),
    }
}

/// The poll's end: an error when nothing but problems came home.
pub(super) fn finish(mut polled: Polled) -> Result<Polled, PollError> {
    if polled.readings.is_empty() && polled.refusals.is_empty() && !polled.problems.is_empty() {
        return Err(polled.problems.swap_remove(0));
    }
    Ok(polled)
}

/// The usual times: every 5 minutes, never more often than once a minute.
pub(super) const USUAL: (i64, i64) = (5 * MINUTE, MINUTE);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_fall_on_utc_midnight_monday_and_the_first() {
        // Saturday 2026-11-21 02:49:35Z.
        let now = Timestamp::parse_rfc3339("2026-11-21T02:49:35Z").unwrap();
        let next = |window| next_reset(window, now).map(|at| at.to_string());
        assert_eq!(next(Window::Day).as_deref(), Some("2026-11-22T00:00:00Z"));
        assert_eq!(next(Window::Week).as_deref(), Some("2026-11-23T00:00:00Z"));
        assert_eq!(next(Window::Month).as_deref(), Some("2026-12-01T00:00:00Z"));
        assert_eq!(next(Window::Never), None);
        assert_eq!(month_start(now).to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(day_start(now).to_string(), "2026-11-21T00:00:00Z");
    }

    #[test]
    fn missing_is_not_zero_and_no_number_is_named() {
        let json = Json::parse(br#"{"a": "1.5", "b": null, "c": "NaN", "d": {}}"#).unwrap();
        assert_eq!(qty(&json, "/a", Unit::USD), Ok(Some(Qty(1_500_000_000))));
        assert_eq!(qty(&json, "/b", Unit::USD), Ok(None));
        assert_eq!(qty(&json, "/x", Unit::USD), Ok(None));
        assert!(qty(&json, "/c", Unit::USD).unwrap_err().message.contains("/c holds 'NaN'"));
        assert!(qty(&json, "/d", Unit::USD).unwrap_err().message.contains("an object"));
        assert!(needed(&json, "/b", Unit::USD).unwrap_err().message.contains("no /b"));
    }
}
