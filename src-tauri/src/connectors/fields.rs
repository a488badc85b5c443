//! Reading figures out of an answer: missing is not zero, and what is no number is said by its name.

use crate::model::{
    Currency, Json, MeterKind, PollError, Polled, Provenance, Qty, Reading, SECOND, Timestamp, Unit, Window,
};

/// The figure at a pointer, as number or as text, with or without thousands separators. `Ok(None)`: missing, null or
/// empty. A field that holds no number is an error that names it.
pub(super) fn qty(json: &Json, pointer: &str, unit: Unit) -> Result<Option<Qty>, PollError> {
    scaled(json, pointer, unit, 0)
}

/// As [`qty`], for a figure given in another step of the unit: `-2` for cents, `-4` for 1/10000, `-9` for nano-units.
pub(super) fn scaled(json: &Json, pointer: &str, unit: Unit, power: i32) -> Result<Option<Qty>, PollError> {
    match json.pointer(pointer) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.trim().is_empty() => Ok(None),
        Some(field) => {
            let text = field.as_decimal().ok_or_else(|| no_number(pointer, field))?;
            decimal(text, unit, power).map(Some).ok_or_else(|| no_number(pointer, field))
        }
    }
}

/// As [`scaled`], where the provider's documents promise the field.
pub(super) fn needed_scaled(json: &Json, pointer: &str, unit: Unit, power: i32) -> Result<Qty, PollError> {
    scaled(json, pointer, unit, power)?.ok_or_else(|| missing(pointer))
}

/// A limit. `Ok(None)`, "no limit known": missing, null, empty, or negative, which providers write for "unlimited".
pub(super) fn limit(json: &Json, pointer: &str, unit: Unit) -> Result<Option<Qty>, PollError> {
    Ok(qty(json, pointer, unit)?.filter(|limit| limit.0 >= 0))
}

/// The decimal in a text, times ten to the power: `1,234.56`, `-0.5`, `1e-7`. `None`: no such number, or too large.
pub(super) fn decimal(text: &str, unit: Unit, power: i32) -> Option<Qty> {
    let text = text.trim();
    let plain = if text.contains(',') { ungrouped(text)? } else { text.to_owned() };
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    let exponent = exponent.parse::<i32>().ok()?.checked_add(power)?;
    unit.parse(&format!("{mantissa}e{exponent}")).ok()
}

/// The number without its thousands separators. `None` when a comma stands elsewhere: it may be a decimal comma.
fn ungrouped(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let mut groups = whole.trim_start_matches('-').split(',');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let fits = first && groups.all(|group| group.len() == 3 && digits(group));
    let part = part.map_or(String::new(), |part| format!(".{part}"));
    fits.then(|| format!("{}{part}", whole.replace(',', "")))
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

/// The moment at a pointer: RFC 3339, or Unix seconds or milliseconds. `None` when missing, null, zero, or no time.
pub(super) fn time(json: &Json, pointer: &str) -> Option<Timestamp> {
    moment(json.pointer(pointer)?)
}

/// RFC 3339, or Unix seconds (10 digits from 2001 to 2286) or milliseconds (13). Zero is "never", not 1970.
pub(super) fn moment(field: &Json) -> Option<Timestamp> {
    let whole = |text: &str| text.split('.').next().and_then(|whole| whole.parse::<i64>().ok());
    match whole(field.as_decimal()?) {
        Some(ms) if ms >= 100_000_000_000 => Some(Timestamp(ms)),
        Some(seconds) if seconds > 0 => Some(Timestamp(seconds.checked_mul(SECOND)?)),
        Some(_) => None,
        None => Timestamp::parse_rfc3339(field.as_str()?),
    }
}

/// A text at a pointer; `None` when missing, null or empty.
pub(super) fn text<'a>(json: &'a Json, pointer: &str) -> Option<&'a str> {
    json.pointer(pointer)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The currency that the text at a pointer names, as a unit.
pub(super) fn currency(json: &Json, pointer: &str) -> Result<Unit, PollError> {
    let code = text(json, pointer).ok_or_else(|| missing(pointer))?;
    code.parse::<Currency>()
        .map(Unit::Money)
        .map_err(|error| PollError::malformed(format!("{pointer} names no currency: {error}")))
}

/// The start of the UTC day that `now` lies in.
pub(super) fn day_start(now: Timestamp) -> Timestamp {
    now.day_floor()
}

/// The start of the UTC month that `now` lies in.
pub(super) fn month_start(now: Timestamp) -> Timestamp {
    now.month_floor()
}

/// When a window that is aligned to UTC days, weeks from Monday, or months next begins.
pub(super) fn next_reset(window: Window, now: Timestamp) -> Option<Timestamp> {
    window.next(now)
}

/// The start of the UTC day that the text at a pointer names: `2026-11-21`, or that and a time behind it.
pub(super) fn day(json: &Json, pointer: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(&format!("{}T00:00:00Z", text(json, pointer)?.get(..10)?))
}

/// The date of a moment in UTC, `2026-11-21`.
pub(super) fn date(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d").to_string()
}

/// A name made fit for a meter key: lower case, everything else a dash.
pub(crate) fn slug(name: &str) -> String {
    let fit = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
    name.to_lowercase().chars().map(fit).take(64).collect()
}

/// What is left of a prepaid balance, as the provider says it.
pub(super) fn balance(meter: &str, label: &str, unit: Unit, left: Qty) -> Reading {
    Reading { remaining: Some(left), ..Reading::new(meter, MeterKind::Balance, label, unit) }
}

/// What was spent since the UTC month, week or day began, summed by us from reported rows.
pub(super) fn spend(
    meter: &str,
    label: &str,
    unit: Unit,
    spent: Qty,
    window: Window,
    now: Timestamp,
) -> Reading {
    Reading {
        used: Some(spent),
        window,
        resets_at: next_reset(window, now),
        provenance: Provenance::Derived,
        ..Reading::new(meter, MeterKind::Spend, label, unit)
    }
}

/// How many percent of the whole a part is. `None`: there is no whole, or it does not fit.
pub(super) fn share(part: Qty, whole: Qty) -> Option<Qty> {
    let hundred = i128::from(100 * Unit::Percent.scale());
    let percent = (whole.0 > 0).then(|| i128::from(part.0) * hundred / i128::from(whole.0))?;
    i64::try_from(percent).ok().map(Qty)
}

/// A plan's window of which the provider says how many percent are used.
pub(super) fn percent(meter: &str, label: &str, used: Qty, resets_at: Option<Timestamp>) -> Reading {
    let whole = Qty(100 * Unit::Percent.scale());
    Reading {
        used: Some(used),
        limit: Some(whole),
        remaining: whole.checked_sub(used),
        window: Window::Other,
        resets_at,
        ..Reading::new(meter, MeterKind::Quota, label, Unit::Percent)
    }
}

/// One reading as a whole poll.
pub(super) fn one(reading: Reading) -> Polled {
    Polled { readings: vec![reading], ..Polled::default() }
}

/// One endpoint's outcome joins the poll's: its readings and refusals, or its error as a problem.
pub(super) fn join(polled: &mut Polled, outcome: Result<Polled, PollError>) {
    match outcome {
        Ok(part) => {
            polled.readings.extend(part.readings);
            polled.problems.extend(part.problems);
            polled.refusals.extend(part.refusals);
            polled.costs.extend(part.costs);
        }
        Err(problem) => polled.problems.push(problem),
    }
}

/// The poll's end: an error when nothing but problems came home.
pub(super) fn finish(mut polled: Polled) -> Result<Polled, PollError> {
    if polled.readings.is_empty()
        && polled.refusals.is_empty()
        && polled.costs.is_empty()
        && !polled.problems.is_empty()
    {
        return Err(polled.problems.swap_remove(0));
    }
    Ok(polled)
}

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
        assert_eq!(needed_scaled(&json, "/a", Unit::USD, -2), Ok(Qty(15_000_000)));
        assert!(needed_scaled(&json, "/b", Unit::USD, -2).unwrap_err().message.contains("no /b"));
    }

    #[test]
    fn no_limit_is_neither_zero_nor_endless() {
        let json = Json::parse(br#"{"a": null, "b": -1, "c": "", "d": "0", "e": "1,000"}"#).unwrap();
        for none in ["/a", "/b", "/c", "/x"] {
            assert_eq!(limit(&json, none, Unit::USD), Ok(None), "{none}");
        }
        assert_eq!(limit(&json, "/d", Unit::USD), Ok(Some(Qty(0))));
        assert_eq!(limit(&json, "/e", Unit::Tokens), Ok(Some(Qty(1_000))));
    }

    #[test]
    fn steps_and_separators_keep_the_value() {
        let usd = |text, power| decimal(text, Unit::USD, power).map(|qty| qty.0);
        assert_eq!(usd("12345", -2), Some(123_450_000_000));
        assert_eq!(usd("12345", -4), Some(1_234_500_000));
        assert_eq!(usd("7", -9), Some(7));
        assert_eq!(usd("1e3", -2), Some(10_000_000_000));
        assert_eq!(usd("-1,234,567.5", 0), Some(-1_234_567_500_000_000));
        for wrong in ["12,50", "1,2345", ",100", "1,00.5", "1,000,", "NaN", "", "0x10", "1 000"] {
            assert_eq!(usd(wrong, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_share_is_exact_and_never_of_nothing() {
        let of = |part, whole| share(Qty(part), Qty(whole)).map(|qty| Unit::Percent.print(qty));
        assert_eq!(of(375, 2048).as_deref(), Some("18.310546875"));
        assert_eq!(of(3, 2).as_deref(), Some("150"));
        assert_eq!(of(0, 7).as_deref(), Some("0"));
        assert_eq!(of(1, 0), None);
        assert_eq!(of(i64::MAX, 1), None);
        let reading = percent("week", "this week", Qty(25_000_000_000), None);
        assert_eq!(reading.remaining, Some(Qty(75_000_000_000)));
    }

    #[test]
    fn days_and_currencies_are_read_from_their_words() {
        let json = Json::parse(
            br#"{"a": "2026-11-20", "b": "2026-11-19T05:00:00.000Z", "c": "soon", "d": "usd", "e": "$"}"#,
        )
        .unwrap();
        let at = |pointer| day(&json, pointer).map(|at| at.to_string());
        assert_eq!(at("/a").as_deref(), Some("2026-11-20T00:00:00Z"));
        assert_eq!(at("/b").as_deref(), Some("2026-11-19T00:00:00Z"));
        assert_eq!((at("/c"), at("/x")), (None, None));
        assert_eq!(currency(&json, "/d"), Ok(Unit::USD));
        assert!(currency(&json, "/e").is_err() && currency(&json, "/x").is_err());
    }

    #[test]
    fn moments_are_read_in_seconds_milliseconds_and_words() {
        let at = |json: &str| moment(&Json::parse(json.as_bytes()).unwrap());
        assert_eq!(at("1795305600"), Some(Timestamp(1_795_305_600_000)));
        assert_eq!(at("\"1795305600123\""), Some(Timestamp(1_795_305_600_123)));
        assert_eq!(at("\"2026-11-22T00:00:00Z\""), Some(Timestamp(1_795_305_600_000)));
        assert_eq!(at("0"), None);
        assert_eq!(at("\"soon\""), None);
    }
}
