//! Moments, spans and amounts as a person would say them, in English. Pure: `now` and the zone are passed in.

use super::{Amount, DAY, HOUR, MINUTE, Timestamp, Unit};
use jiff::tz::TimeZone;

/// A moment near `now`: `today 16:40`, `tomorrow 06:20`, `yesterday 23:05`, `Tue 24 Nov 14:00`, `3 Feb`.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    said(at, now, zone, "")
}

/// As [`moment`], for what is only roughly known: `today around 16:40`, rounded to ten minutes within two days.
pub fn around(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    const TEN: i64 = 10 * MINUTE;
    said(Timestamp((at.0 + TEN / 2).div_euclid(TEN) * TEN), now, zone, "around ")
}

fn said(at: Timestamp, now: Timestamp, zone: &TimeZone, around: &str) -> String {
    let (at, today) = (at.to_jiff().to_zoned(zone.clone()), now.to_jiff().to_zoned(zone.clone()));
    let days = at.date().since((jiff::Unit::Day, today.date())).map_or(i32::MAX, |span| span.get_days());
    let clock = at.strftime("%H:%M");
    match days {
        -1 => format!("yesterday {around}{clock}"),
        0 => format!("today {around}{clock}"),
        1 => format!("tomorrow {around}{clock}"),
        -6..=6 => format!("{} {around}{clock}", at.strftime("%a %-d %b")),
        _ if at.year() == today.year() => format!("{around}{}", at.strftime("%-d %b")),
        _ => format!("{around}{}", at.strftime("%-d %b %Y")),
    }
}

/// A span in its largest sensible unit: `40 s`, `12 min`, `5 h`, `3 days`. A negative one is said without sign.
pub fn span(ms: i64) -> String {
    let ms = ms.saturating_abs();
    match ms {
        _ if ms < 2 * MINUTE => format!("{} s", ms / 1_000),
        _ if ms < 2 * HOUR => format!("{} min", ms / MINUTE),
        _ if ms < 2 * DAY => format!("{} h", ms / HOUR),
        _ => format!("{} days", ms / DAY),
    }
}

/// An amount for reading: `$4.12`, `¥38.90`, `-$0.50`, `12.30 CHF`, `61,586 tokens`, `37 %`. Rounded to cents
/// (to two significant digits below one cent); the exact figure is in the store.
pub fn amount(amount: Amount) -> String {
    let value = amount.unit.to_f64(amount.qty);
    match amount.unit {
        Unit::Money(currency) => {
            let sign = if amount.qty.0 < 0 { "-" } else { "" };
            let number = number(value.abs(), 2);
            match currency.code() {
                "USD" => format!("{sign}${number}"),
                "CNY" => format!("{sign}¥{number}"),
                "EUR" => format!("{sign}€{number}"),
                "GBP" => format!("{sign}£{number}"),
                code => format!("{sign}{number} {code}"),
            }
        }
        Unit::Percent => format!("{} %", number(value, 0)),
        Unit::Credits => format!("{} credits", number(value, 0)),
        Unit::Tokens | Unit::Requests => format!("{} {}", number(value, 0), amount.unit),
    }
}

/// A rate per hour: `$1.31/h`, `52,000 tokens/h`.
pub fn per_hour(rate: f64, unit: Unit) -> String {
    let steps = (rate * unit.scale() as f64).clamp(i64::MIN as f64, i64::MAX as f64);
    format!("{}/h", self::amount(Amount::new(super::Qty(steps as i64), unit)))
}

/// A number with thousands separated, and `digits` decimals; small ones keep two significant digits.
fn number(value: f64, digits: usize) -> String {
    let small = value != 0.0 && value.abs() < 0.01 && digits > 0;
    let digits = if small { (1.0 - value.abs().log10().floor()).clamp(2.0, 9.0) as usize } else { digits };
    let plain = format!("{value:.digits$}");
    let (whole, part) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, part)| (whole, Some(part)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match part {
        Some(part) => format!("{sign}{grouped}.{part}"),
        None => format!("{sign}{grouped}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday 2026-11-21, 12:32 in Berlin (UTC+1).
    const NOW: Timestamp = Timestamp(1_795_260_720_000);

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn moments_are_said_as_a_person_would() {
        let say = |ms: i64| around(NOW + ms, NOW, &berlin());
        assert_eq!(moment(NOW, NOW, &berlin()), "today 12:32");
        assert_eq!(say(4 * HOUR + 7 * MINUTE), "today around 16:40");
        assert_eq!(say(17 * HOUR + 48 * MINUTE), "tomorrow around 06:20");
        assert_eq!(say(3 * DAY), "Tue 24 Nov around 12:30");
        assert_eq!(say(40 * DAY), "around 31 Dec");
        assert_eq!(say(80 * DAY), "around 9 Feb 2027");
        assert_eq!(moment(NOW + -13 * HOUR, NOW, &berlin()), "yesterday 23:32");
    }

    #[test]
    fn spans_and_amounts() {
        let said: Vec<String> = [40_000, 12 * MINUTE, 5 * HOUR, 3 * DAY].into_iter().map(span).collect();
        assert_eq!(said, ["40 s", "12 min", "5 h", "3 days"]);
        let say = |text: &str| amount(text.parse().unwrap());
        assert_eq!(say("4.12 USD"), "$4.12");
        assert_eq!(say("-0.5 USD"), "-$0.50");
        assert_eq!(say("38.9 CNY"), "¥38.90");
        assert_eq!(say("1234.5 CHF"), "1,234.50 CHF");
        assert_eq!(say("0.000225 USD"), "$0.00023");
        assert_eq!(say("0 USD"), "$0.00");
        assert_eq!(say("61586 tokens"), "61,586 tokens");
        assert_eq!(say("37 percent"), "37 %");
        assert_eq!(per_hour(1.306, Unit::USD), "$1.31/h");
    }
}
