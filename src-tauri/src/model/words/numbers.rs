//! Numbers and dates as each language writes them, by ICU4X with the data of Unicode's CLDR.

use super::language::{Language, language};
use fixed_decimal::Decimal;
use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter as Formatter;
use icu_datetime::fieldsets::{E, MD, YM, YMD};
use icu_decimal::DecimalFormatter;
use icu_locale_core::{Locale, locale};
use std::sync::LazyLock;

struct Formats {
    number: Option<DecimalFormatter>,
    weekday: Option<Formatter<Gregorian, E>>,
    day: Option<Formatter<Gregorian, MD>>,
    date: Option<Formatter<Gregorian, YMD>>,
    month: Option<Formatter<Gregorian, YM>>,
}

static FORMATS: LazyLock<[Formats; 2]> = LazyLock::new(|| Language::ALL.map(formats));

fn formats(language: Language) -> Formats {
    let locale: Locale = match language {
        // The day before the month, and 24 hours: what the whole world reads one way.
        Language::English => locale!("en-GB"),
        Language::Chinese => locale!("zh-CN"),
    };
    Formats {
        number: DecimalFormatter::try_new(locale.clone().into(), Default::default()).ok(),
        weekday: Formatter::try_new(locale.clone().into(), E::short()).ok(),
        day: Formatter::try_new(locale.clone().into(), MD::medium()).ok(),
        date: Formatter::try_new(locale.clone().into(), YMD::medium()).ok(),
        month: Formatter::try_new(locale.into(), YM::long()).ok(),
    }
}

fn here() -> &'static Formats {
    &FORMATS[language() as usize]
}

/// `steps` × 10^−`digits`, with thousands separated: `1,234.50`. Exact.
pub(super) fn number(steps: u64, digits: u32) -> String {
    let mut decimal = Decimal::from(steps);
    decimal.multiply_pow10(-i16::try_from(digits).unwrap_or(0));
    decimal.pad_end(-i16::try_from(digits).unwrap_or(0));
    here().number.as_ref().map_or_else(|| decimal.to_string(), |format| format.format_to_string(&decimal))
}

/// A whole number of things; what is not whole is left as it is.
pub(super) fn count(value: f64) -> String {
    if value.fract() == 0.0 && (0.0..1e15).contains(&value) {
        number(value as u64, 0)
    } else {
        value.to_string()
    }
}

fn gregorian(date: jiff::civil::Date) -> Option<Date<Gregorian>> {
    let part = |part: i8| u8::try_from(part).ok();
    Date::try_new_gregorian(i32::from(date.year()), part(date.month())?, part(date.day())?).ok()
}

/// `Tue`, `周二`.
pub(super) fn weekday(date: jiff::civil::Date) -> String {
    let said =
        here().weekday.as_ref().zip(gregorian(date)).map(|(format, date)| format.format(&date).to_string());
    said.unwrap_or_else(|| date.strftime("%a").to_string())
}

/// `24 Nov`, `11月24日`.
pub(super) fn day(date: jiff::civil::Date) -> String {
    let said =
        here().day.as_ref().zip(gregorian(date)).map(|(format, date)| format.format(&date).to_string());
    said.unwrap_or_else(|| date.strftime("%m-%d").to_string())
}

/// `24 Nov 2026`, `2026年11月24日`.
pub(super) fn date(date: jiff::civil::Date) -> String {
    let said =
        here().date.as_ref().zip(gregorian(date)).map(|(format, date)| format.format(&date).to_string());
    said.unwrap_or_else(|| date.to_string())
}

/// `November 2026`, `2026年11月`.
pub(super) fn month(date: jiff::civil::Date) -> String {
    let said =
        here().month.as_ref().zip(gregorian(date)).map(|(format, date)| format.format(&date).to_string());
    said.unwrap_or_else(|| date.strftime("%Y-%m").to_string())
}
