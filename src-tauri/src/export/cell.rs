//! One cell of a row, and its exact text.

use crate::model::{Qty, Timestamp, Unit};
use std::borrow::Cow;
use std::fmt::Write;

/// Decimal places of every amount.
pub(super) const DIGITS: u32 = 9;
const SCALE: i128 = 1_000_000_000;
/// The first and last moment that RFC 3339 and the calendar behind it can say.
const CALENDAR: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_207_200_000;

/// One cell. What is not said is `Missing`, never zero and never an empty text.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Not said, or not of this kind of row.
    Missing,
    /// Text.
    Text(Cow<'a, str>),
    /// A moment.
    Time(Timestamp),
    /// An amount in billionths of its unit.
    Amount(i128),
    /// A whole number.
    Whole(i64),
}

impl<'a> Cell<'a> {
    /// Text.
    pub(super) fn text(text: &'a str) -> Self {
        Cell::Text(Cow::Borrowed(text))
    }

    /// Text that is always there, so that an empty one need not be told from none.
    pub(super) fn given(text: &'a str) -> Self {
        if text.is_empty() { Cell::Missing } else { Cell::text(text) }
    }

    /// Text that may be missing.
    pub(super) fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Cell::Missing, Cell::text)
    }

    /// A moment that may be missing.
    pub(super) fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Cell::Missing, Cell::Time)
    }

    /// A quantity of a unit that may be missing.
    pub(super) fn qty(qty: Option<Qty>, unit: Unit) -> Self {
        let billionths = |qty: Qty| Cell::Amount(i128::from(qty.0) * SCALE / i128::from(unit.scale()));
        qty.map_or(Cell::Missing, billionths)
    }
}

/// Billionths as the quantity of a unit; `None` below its smallest step or beyond what is stored.
pub(super) fn to_qty(amount: i128, unit: Unit) -> Option<Qty> {
    let step = SCALE / i128::from(unit.scale());
    if amount % step != 0 {
        return None;
    }
    i64::try_from(amount / step).ok().map(Qty)
}

/// Writes billionths as a decimal without trailing zeros: `-0.5`.
pub(super) fn put_amount(out: &mut String, amount: i128) {
    let (whole, part) = (amount.unsigned_abs() / SCALE as u128, amount.unsigned_abs() % SCALE as u128);
    let _ = write!(out, "{}{whole}", if amount < 0 { "-" } else { "" });
    if part != 0 {
        let _ = write!(out, ".{part:09}");
        out.truncate(out.trim_end_matches('0').len());
    }
}

/// Reads a decimal without rounding anything; `None` for what is no plain decimal, has digits below a billionth, or is
/// beyond 38 digits.
pub(super) fn read_amount(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let part = part.map_or(Some(""), |part| (!part.is_empty()).then_some(part))?.trim_end_matches('0');
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) || part.len() > DIGITS as usize {
        return None;
    }
    let mut sum: i128 = 0;
    let zeros = DIGITS as usize - part.len();
    for byte in whole.bytes().chain(part.bytes()).chain(std::iter::repeat_n(b'0', zeros)) {
        sum = sum.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
    }
    Some(if negative { -sum } else { sum })
}

/// Writes a moment as RFC 3339 in UTC, to the millisecond or the second. One that no calendar knows (a provider that
/// talked nonsense) is its milliseconds since 1970 with `ms` behind.
pub(super) fn put_time(out: &mut String, at: Timestamp, millis: bool) {
    if !CALENDAR.contains(&at.0) {
        let _ = write!(out, "{}ms", at.0);
        return;
    }
    // Days since 0000-03-01, in 400-year eras of 146,097 days: a leap day is then a year's last day.
    let days = at.0.div_euclid(86_400_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let in_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let of_month = in_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + next;
    let ms = at.0.rem_euclid(86_400_000);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let _ = write!(out, "{year:04}-{month:02}-{of_month:02}T{hour:02}:{minute:02}:{second:02}");
    if millis {
        let _ = write!(out, ".{:03}", ms % 1_000);
    }
    out.push('Z');
}

/// Reads what [`put_time`] writes, and any RFC 3339 time with an offset that is exact to the millisecond.
pub(super) fn read_time(text: &str) -> Option<Timestamp> {
    if let Some(ms) = text.strip_suffix("ms") {
        return ms.parse().ok().map(Timestamp);
    }
    let found: jiff::Timestamp = text.parse().ok()?;
    (found.subsec_nanosecond() % 1_000_000 == 0).then(|| Timestamp(found.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(amount: i128) -> String {
        let mut out = String::new();
        put_amount(&mut out, amount);
        out
    }

    fn told(at: i64) -> String {
        let mut out = String::new();
        put_time(&mut out, Timestamp(at), true);
        out
    }

    #[test]
    fn amounts_are_exact_text() {
        assert_eq!(said(4_120_000_000), "4.12");
        assert_eq!(said(-1), "-0.000000001");
        assert_eq!(said(i128::from(i64::MIN)), "-9223372036.854775808");
        assert_eq!(read_amount("-9223372036.854775808"), Some(i128::from(i64::MIN)));
        assert_eq!(read_amount("4.120000000000"), Some(4_120_000_000));
        for text in ["", "-", ".5", "5.", "1e3", "+1", "NaN", "1,000", "0.0000000001", "- 1", "１", "--1"] {
            assert_eq!(read_amount(text), None, "{text}");
        }
        assert_eq!(read_amount(&"9".repeat(40)), None);
        assert_eq!(to_qty(1_500_000_000, Unit::Tokens), None, "no half tokens");
        assert_eq!(to_qty(2_000_000_000, Unit::Tokens), Some(Qty(2)));
        assert_eq!(to_qty(i128::from(i64::MAX) + 1, Unit::USD), None);
    }

    #[test]
    fn times_are_exact_text() {
        // date -u -d 2026-11-21T02:49:35Z +%s = 1795229375; 2024-02-29 is a leap day: 1709164800.
        assert_eq!(told(1_795_229_375_007), "2026-11-21T02:49:35.007Z");
        assert_eq!(told(1_709_164_800_000), "2024-02-29T00:00:00.000Z");
        assert_eq!(told(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(told(i64::MAX), "9223372036854775807ms");
        assert_eq!(read_time("2026-11-21T10:49:35.5+08:00"), Some(Timestamp(1_795_229_375_500)));
        for text in ["2026-11-21", "2026-11-21T02:49:35", "2026-11-21T02:49:35.0001Z", "soon", "ms", ""] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_is_read_back(amount in any::<i64>(), far in any::<i64>(), near in CALENDAR) {
            prop_assert_eq!(read_amount(&said(i128::from(amount))), Some(i128::from(amount)));
            prop_assert_eq!(read_time(&told(far)), Some(Timestamp(far)));
            prop_assert_eq!(read_time(&told(near)), Some(Timestamp(near)));
        }
    }
}
