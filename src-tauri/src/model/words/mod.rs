//! Moments, spans and amounts as a person would say them, in the language that is spoken. Pure but for that: `now` and
//! the zone are passed in.

mod catalogue;
mod data;
mod language;
mod numbers;

pub use catalogue::message;
pub use data::{data, problem};
pub use fluent_bundle::FluentValue as Arg;
pub use language::{Language, language, speak, speaking};

use super::{Amount, DAY, HOUR, MINUTE, Qty, Timestamp, Unit};
use crate::say;
use jiff::tz::TimeZone;

/// A moment near `now`: `today 16:40`, `tomorrow 06:20`, `yesterday 23:05`, `Tue 24 Nov 14:00`, `3 Feb`.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    said(at, now, zone, "")
}

/// As [`moment`], for what is only roughly known: `today around 16:40`, rounded to ten minutes within two days.
pub fn around(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    said(rounded(at, 10 * MINUTE), now, zone, ".around")
}

/// As [`around`], where the sentence says by itself that it is a guess: `today 16:40`.
pub fn roughly(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    said(rounded(at, 10 * MINUTE), now, zone, "")
}

/// As [`moment`], for what is no guess, in a sentence: `today at 16:40`.
pub fn exactly(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    said(rounded(at, 10 * MINUTE), now, zone, ".at")
}

fn said(at: Timestamp, now: Timestamp, zone: &TimeZone, how: &str) -> String {
    let (at, today) = (at.to_jiff().to_zoned(zone.clone()), now.to_jiff().to_zoned(zone.clone()));
    let days = at.date().since((jiff::Unit::Day, today.date())).map_or(i32::MAX, |span| span.get_days());
    let clock = at.strftime("%H:%M").to_string();
    let (weekday, date) = (|| numbers::weekday(at.date()), || numbers::day(at.date()));
    match days {
        -1 => say!(&format!("moment-yesterday{how}"), clock = clock),
        0 => say!(&format!("moment-today{how}"), clock = clock),
        1 => say!(&format!("moment-tomorrow{how}"), clock = clock),
        -6..=6 => say!(&format!("moment-near{how}"), weekday = weekday(), date = date(), clock = clock),
        _ if at.year() == today.year() => say!(&format!("moment-far{how}"), date = date()),
        _ => say!(&format!("moment-far{how}"), date = numbers::date(at.date())),
    }
}

/// A span in its largest sensible unit: `40 s`, `12 min`, `5 h`, `3 days`. A negative one is said without sign.
pub fn span(ms: i64) -> String {
    let ms = ms.saturating_abs();
    match ms {
        _ if ms < 2 * MINUTE => say!("span-seconds", count = ms / 1_000),
        _ if ms < 2 * HOUR => say!("span-minutes", count = ms / MINUTE),
        _ if ms < 2 * DAY => say!("span-hours", count = ms / HOUR),
        _ => say!("span-days", count = ms / DAY),
    }
}

/// An amount for reading: `$4.12`, `¥38.90`, `-$0.50`, `12.30 CHF`, `61,586 tokens`, `37 %`. Cut to cents (to two
/// significant digits below one cent), never rounded up: nobody is told of more than there is.
pub fn amount(amount: Amount) -> String {
    let steps = amount.qty.0.unsigned_abs();
    let sign = if amount.qty.0 < 0 { "-" } else { "" };
    let number = |digits| format!("{sign}{}", number(steps, amount.unit, digits));
    match amount.unit {
        Unit::Money(currency) => {
            // The narrow symbols that stand before the figure in both languages.
            let symbol = match currency.code() {
                "USD" => "$",
                "CNY" => "¥",
                "EUR" => "€",
                "GBP" => "£",
                code => return say!("amount-money", number = number(2), code = code),
            };
            format!("{sign}{symbol}{}", self::number(steps, amount.unit, 2))
        }
        Unit::Percent => say!("amount-percent", number = number(0)),
        Unit::Credits => say!("amount-credits", number = number(0)),
        Unit::Tokens => say!("amount-tokens", number = number(0)),
        Unit::Requests => say!("amount-requests", number = number(0)),
    }
}

/// A chance: `12 %`, `0.4 %`.
pub fn chance(chance: f64) -> String {
    let hundredths = chance * 100.0;
    let digits = usize::from(hundredths > 0.0 && hundredths < 2.0);
    say!("amount-percent", number = format!("{hundredths:.digits$}"))
}

/// A share of 0 to 1 in whole percent, never rounded up to all or down to nothing: `75 %`, `<1 %`.
pub fn share(share: f64) -> String {
    let number = match share {
        _ if share > 0.0 && share < 0.01 => "<1".to_owned(),
        _ if share > 0.99 && share < 1.0 => "99".to_owned(),
        _ => format!("{:.0}", share.clamp(0.0, 1.0) * 100.0),
    };
    say!("amount-percent", number = number)
}

/// A moment that stays true as it ages: `Sat 21 Nov 16:40`, to five minutes.
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    let at = rounded(at, 5 * MINUTE).to_jiff().to_zoned(zone.clone());
    let (weekday, date) = (numbers::weekday(at.date()), numbers::day(at.date()));
    say!("stamp", weekday = weekday, date = date, clock = at.strftime("%H:%M").to_string())
}

/// A moment of the past that is known exactly: `14 Nov, 10:05`.
pub fn dated(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_jiff().to_zoned(zone.clone());
    say!("dated", date = numbers::day(at.date()), clock = at.strftime("%H:%M").to_string())
}

/// A calendar day: `24 Nov`.
pub fn day(date: jiff::civil::Date) -> String {
    numbers::day(date)
}

/// A month: `November 2026`.
pub fn month(date: jiff::civil::Date) -> String {
    numbers::month(date)
}

/// A calendar day of any year: `24 Nov 2026`.
pub fn date(date: jiff::civil::Date) -> String {
    numbers::date(date)
}

/// A day of the week: `Tue`.
pub fn weekday(date: jiff::civil::Date) -> String {
    numbers::weekday(date)
}

/// A rate per hour: `$1.31/h`, `52,000 tokens/h`.
pub fn per_hour(rate: f64, unit: Unit) -> String {
    let steps = (rate * unit.scale() as f64).clamp(i64::MIN as f64, i64::MAX as f64);
    say!("per-hour", amount = amount(Amount::new(Qty(steps as i64), unit)))
}

/// Sentences that follow each other on one line; empty ones are left out.
pub fn sentences(all: impl IntoIterator<Item = String>) -> String {
    let all = all.into_iter().filter(|one| !one.is_empty());
    all.reduce(|before, next| say!("sentences", before = before, next = next)).unwrap_or_default()
}

/// Several things in a row: `1 gap, 2 resets`.
pub fn list(all: impl IntoIterator<Item = String>) -> String {
    let all = all.into_iter();
    all.reduce(|before, next| say!("list", before = before, next = next)).unwrap_or_default()
}

/// A number of steps with thousands separated and at most `digits` decimals, cut; amounts below the last of them keep
/// two significant digits.
fn number(steps: u64, unit: Unit, digits: u32) -> String {
    let (scale, all) = (unit.scale().unsigned_abs(), unit.digits());
    let small = steps > 0 && digits > 0 && steps < scale / 10_u64.pow(digits.min(all));
    let digits = if small { (all - steps.ilog10().min(all)) + 1 } else { digits }.min(all);
    numbers::number(steps / 10_u64.pow(all - digits), digits)
}

fn rounded(at: Timestamp, step: i64) -> Timestamp {
    Timestamp(at.0.saturating_add(step / 2).div_euclid(step).saturating_mul(step))
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
        assert_eq!(say("4.129999 USD"), "$4.12");
        assert_eq!(say("0.000225 USD"), "$0.00022");
        assert_eq!(say("0.0099 USD"), "$0.0099");
        assert_eq!(say("0.000000001 USD"), "$0.000000001");
        assert_eq!(say("0 USD"), "$0.00");
        assert_eq!(say("61586 tokens"), "61,586 tokens");
        assert_eq!(say("37 percent"), "37 %");
        assert_eq!((say("-2414 tokens"), say("-3 percent")), ("-2,414 tokens".to_owned(), "-3 %".to_owned()));
        assert_eq!(per_hour(1.316, Unit::USD), "$1.31/h");
        assert_eq!((chance(0.034), chance(0.004)), ("3 %".to_owned(), "0.4 %".to_owned()));
        assert_eq!(stamp(NOW, &berlin()), "Sat 21 Nov 12:30");
        assert_eq!(dated(NOW, &berlin()), "21 Nov, 12:32");
        assert_eq!(roughly(NOW, NOW, &berlin()), "today 12:30");
        assert_eq!(date(jiff::civil::date(2026, 11, 1)), "1 Nov 2026");
    }

    #[test]
    fn things_and_sentences_follow_each_other() {
        let said = || {
            let texts = |texts: [&str; 3]| texts.map(str::to_owned);
            (list(texts(["1", "2", "3"])), sentences(texts(["A.", "", "B."])))
        };
        assert_eq!(said(), ("1, 2, 3".to_owned(), "A. B.".to_owned()));
        assert_eq!(speaking(Language::Chinese, said), ("1、2、3".to_owned(), "A.B.".to_owned()));
    }

    #[test]
    fn the_same_in_chinese() {
        speaking(Language::Chinese, || {
            let say = |ms: i64| around(NOW + ms, NOW, &berlin());
            assert_eq!(moment(NOW, NOW, &berlin()), "今天 12:32");
            assert_eq!(say(17 * HOUR + 48 * MINUTE), "明天约 06:20");
            assert_eq!(say(3 * DAY), "11月24日周二约 12:30");
            assert_eq!(say(80 * DAY), "2027年2月9日前后");
            assert_eq!((span(5 * HOUR), span(3 * DAY)), ("5 小时".to_owned(), "3 天".to_owned()));
            assert_eq!(amount("61586 tokens".parse().unwrap()), "61,586 tokens");
            assert_eq!(amount("-0.5 USD".parse().unwrap()), "-$0.50");
            assert_eq!(per_hour(1.316, Unit::USD), "$1.31/小时");
            assert_eq!(stamp(NOW, &berlin()), "11月21日周六 12:30");
        });
    }
}
