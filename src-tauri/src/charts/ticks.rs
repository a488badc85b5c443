//! Where an axis' ticks lie and what they say: round numbers, and round local times across DST.

use crate::model::{DAY, HOUR, MINUTE, Timestamp, Unit, words};
use crate::say;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

/// Round values from at or below `min` to at or above `max`, about `wanted` of them. The first and last are the axis' ends.
pub(super) fn values(min: f64, max: f64, wanted: usize) -> Vec<f64> {
    let span = if max > min { max - min } else { 1.0 };
    let raw = span / wanted.max(1) as f64;
    let power = 10_f64.powf(raw.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|round| round * power).find(|step| *step >= raw * 0.999);
    let step = step.unwrap_or(power * 10.0);
    let (first, last) = ((min / step + 1e-9).floor() as i64, (max / step - 1e-9).ceil() as i64);
    (first..=last.max(first + 1)).map(|index| index as f64 * step).collect()
}

/// A tick's value in its unit, no more digits than `step` needs: `$2.50`, `¥40`, `12k`, `80 %`.
pub(super) fn value_text(value: f64, step: f64, unit: Unit) -> String {
    let (number, suffix) = match value.abs().max(step) {
        large if large >= 1e9 => (1e9, "G"),
        large if large >= 1e6 => (1e6, "M"),
        large if large >= 1e4 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let (value, step) = (value / number, step / number);
    let digits = (0..9).find(|digits| {
        let scaled = step * 10_f64.powi(*digits);
        (scaled - scaled.round()).abs() < 1e-6
    });
    let mut digits = digits.unwrap_or(9) as usize;
    if matches!(unit, Unit::Money(_)) && digits == 1 {
        digits = 2;
    }
    let sign = if value < 0.0 && value.abs() * 10_f64.powi(digits as i32) >= 0.5 { "−" } else { "" };
    let plain = format!("{:.digits$}{suffix}", value.abs());
    match unit {
        Unit::Money(currency) => match currency.code() {
            "USD" => format!("{sign}${plain}"),
            "CNY" => format!("{sign}¥{plain}"),
            "EUR" => format!("{sign}€{plain}"),
            code => format!("{sign}{plain} {code}"),
        },
        Unit::Percent => say!("amount-percent", number = format!("{sign}{plain}")),
        Unit::Tokens | Unit::Requests | Unit::Credits => format!("{sign}{plain}"),
    }
}

/// How far apart time ticks are.
#[derive(Clone, Copy, PartialEq)]
enum Stride {
    Minutes(i64),
    Days(i64),
    Months(i32),
}

const STRIDES: [(i64, Stride); 15] = [
    (5 * MINUTE, Stride::Minutes(5)),
    (15 * MINUTE, Stride::Minutes(15)),
    (30 * MINUTE, Stride::Minutes(30)),
    (HOUR, Stride::Minutes(60)),
    (2 * HOUR, Stride::Minutes(120)),
    (3 * HOUR, Stride::Minutes(180)),
    (6 * HOUR, Stride::Minutes(360)),
    (12 * HOUR, Stride::Minutes(720)),
    (DAY, Stride::Days(1)),
    (2 * DAY, Stride::Days(2)),
    (7 * DAY, Stride::Days(7)),
    (14 * DAY, Stride::Days(14)),
    (31 * DAY, Stride::Months(1)),
    (92 * DAY, Stride::Months(3)),
    (366 * DAY, Stride::Months(12)),
];

/// Local times in `from..=to`, at most `most` of them, with their labels. Across DST the ticks stay on round local times.
pub(super) fn times(
    from: Timestamp,
    to: Timestamp,
    most: usize,
    zone: &TimeZone,
) -> Vec<(Timestamp, String)> {
    let span = to.since(from).max(1);
    let fits = |(length, _): &&(i64, Stride)| span / length < most.max(1) as i64;
    let stride = STRIDES.iter().find(fits).map_or(Stride::Months(12), |(_, stride)| *stride);
    let first = from.to_jiff().to_zoned(zone.clone()).date();
    let mut ticks: Vec<(Timestamp, String)> = Vec::new();
    let mut day = match stride {
        Stride::Months(12) => first.first_of_year(),
        Stride::Months(3) => Date::new(first.year(), (first.month() - 1) / 3 * 3 + 1, 1).unwrap_or(first),
        Stride::Months(_) => first.first_of_month(),
        // Mondays, so that a week's tick does not move with the range.
        Stride::Days(days) if days >= 7 => {
            first.saturating_sub(i64::from(first.weekday().to_monday_zero_offset()).days())
        }
        _ => first,
    };
    // The guard is a bound for absurd ranges, far above what fits on a screen.
    for _ in 0..2_000 {
        let steps = if let Stride::Minutes(minutes) = stride { 24 * 60 / minutes } else { 1 };
        for step in 0..steps {
            let minutes = if let Stride::Minutes(minutes) = stride { step * minutes } else { 0 };
            let civil = day.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0);
            let Ok(zoned) = civil.to_zoned(zone.clone()) else { continue };
            let at = Timestamp(zoned.timestamp().as_millisecond());
            // A local time that DST skips comes out as a later tick's moment.
            let new = ticks.last().is_none_or(|(last, _)| *last < at);
            if at >= from && at <= to && new {
                ticks.push((at, label(&zoned, stride)));
            }
        }
        day = match stride {
            Stride::Minutes(_) => day.saturating_add(1.day()),
            Stride::Days(days) => day.saturating_add(days.days()),
            Stride::Months(months) => day.saturating_add(months.months()),
        };
        match day.to_zoned(zone.clone()) {
            Ok(next) if next.timestamp().as_millisecond() <= to.0 => {}
            _ => break,
        }
    }
    ticks
}

fn label(at: &Zoned, stride: Stride) -> String {
    let day = || say!("chart-day", weekday = words::weekday(at.date()), day = at.day().to_string());
    match stride {
        Stride::Minutes(_) if at.hour() == 0 && at.minute() == 0 => day(),
        Stride::Minutes(_) => at.strftime("%H:%M").to_string(),
        Stride::Days(1) => day(),
        Stride::Days(_) => words::day(at.date()),
        Stride::Months(_) if at.month() == 1 => say!("chart-year", year = at.year().to_string()),
        Stride::Months(_) => say!("chart-month", month = at.month()),
    }
}

/// A moment for a sentence or a label near `now`: `16:40` on the same local day, else `Sun 16:40`, else `3 Dec`.
pub(super) fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_jiff().to_zoned(zone.clone()), now.to_jiff().to_zoned(zone.clone()));
    let days = at.timestamp().as_millisecond().abs_diff(now.timestamp().as_millisecond()) / DAY as u64;
    let clock = at.strftime("%H:%M").to_string();
    match days {
        _ if at.date() == now.date() => clock,
        0..=5 => say!("chart-moment", weekday = words::weekday(at.date()), clock = clock),
        _ if at.year() == now.year() => words::day(at.date()),
        _ => words::date(at.date()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn values_are_round_and_enclose_the_data() {
        assert_eq!(values(0.0, 23.0, 5), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]);
        assert_eq!(values(-3.0, 10.0, 4), [-5.0, 0.0, 5.0, 10.0]);
        assert_eq!(values(0.0, 0.0, 4).first(), Some(&0.0));
    }

    #[test]
    fn values_carry_their_unit() {
        assert_eq!(value_text(2.5, 2.5, Unit::USD), "$2.50");
        assert_eq!(value_text(-5.0, 5.0, Unit::Money(crate::model::Currency::CNY)), "−¥5");
        assert_eq!(value_text(20.0, 20.0, Unit::Money("GBP".parse().unwrap())), "20 GBP");
        assert_eq!(value_text(1_500_000.0, 500_000.0, Unit::Tokens), "1.5M");
        assert_eq!(value_text(80.0, 20.0, Unit::Percent), "80 %");
    }

    #[test]
    fn ticks_stay_on_round_local_times_when_the_clock_changes() {
        // Berlin leaves summer time on 2026-10-25 at 03:00 (+02:00) and enters it on 2026-03-29 at 02:00 (+01:00).
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let labels = |from, to| -> Vec<String> {
            times(at(from), at(to), 12, &zone).into_iter().map(|(_, label)| label).collect()
        };
        let autumn = labels("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        assert_eq!(
            autumn,
            ["Sun 25", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "Mon 26"]
        );
        let spring = times(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z"), 12, &zone);
        assert_eq!(spring[1], (at("2026-03-29T01:00:00Z"), "03:00".to_owned()));
        assert!(spring.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_year_is_walked_by_months() {
        let ticks = times(at("2026-01-10T00:00:00Z"), at("2027-01-10T00:00:00Z"), 13, &TimeZone::UTC);
        let labels: Vec<_> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(
            labels,
            ["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "2027"]
        );
        let ticks = words::speaking(words::Language::Chinese, || {
            times(at("2026-10-10T00:00:00Z"), at("2027-01-10T00:00:00Z"), 4, &TimeZone::UTC)
        });
        let labels: Vec<_> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["11月", "12月", "2027年"]);
    }
}
