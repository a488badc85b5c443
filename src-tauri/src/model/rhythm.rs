//! When the user works: days and hours of a week, days off by date, absence. A calendar in a time zone, no more.

use super::Timestamp;
use crate::say;
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// A stretch of time: from, to (later than from).
pub type Span = (Timestamp, Timestamp);

/// Longer than this no calendar is drawn at once: a year and some.
const LONGEST: i64 = 400 * super::DAY;

/// The user's calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Rhythm {
    /// Whose midnights and hours these are.
    pub zone: TimeZone,
    /// The working week; `None` when nobody told one.
    pub week: Option<Week>,
    /// Days off by date, first and last, both included.
    pub holidays: Vec<(Date, Date)>,
    /// Absence.
    pub away: Option<Away>,
}

/// The working week.
#[derive(Clone, Debug, PartialEq)]
pub struct Week {
    /// Monday to Sunday: work or not.
    pub days: [bool; 7],
    /// From when to when on such a day; an end that is not later than the start lies on the next day. `None`: all day.
    pub hours: Option<(Time, Time)>,
}

/// Absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// Since when; `None` when nobody wrote it down.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
}

impl Rhythm {
    /// The stretches within `from` and `to` that are off by date: holidays and absence, in order, joined where they
    /// touch.
    pub fn off(&self, (from, to): Span) -> Vec<Span> {
        let day = |date: Date| self.midnight(date);
        let mut all: Vec<Span> = self
            .holidays
            .iter()
            .filter_map(|(first, last)| Some((day(*first)?, day(last.tomorrow().ok()?)?)))
            .chain(self.away.map(|away| (away.since.unwrap_or(Timestamp(i64::MIN)), away.until)))
            .collect();
        all.sort_unstable();
        joined(all.into_iter().map(|(start, end)| (start.max(from), end.min(to))))
    }

    /// The working hours of the week within `from` and `to`, in order; `None` when nobody told a week.
    pub fn work(&self, (from, to): Span) -> Option<Vec<Span>> {
        let week = self.week.as_ref()?;
        let to = to.min(from + LONGEST);
        let mut date = from.to_jiff().to_zoned(self.zone.clone()).date().yesterday().ok()?;
        let last = to.to_jiff().to_zoned(self.zone.clone()).date();
        let mut all = Vec::new();
        while date <= last {
            let next = date.tomorrow().ok()?;
            if week.days[date.weekday().to_monday_zero_offset() as usize] {
                let (start, end) = match week.hours {
                    None => (self.midnight(date)?, self.midnight(next)?),
                    Some((start, end)) => {
                        let ends_on = if end > start { date } else { next };
                        (self.at(date, start)?, self.at(ends_on, end)?)
                    }
                };
                all.push((start.max(from), end.min(to)));
            }
            date = next;
        }
        Some(joined(all.into_iter()))
    }

    /// The absence that holds at `now`.
    pub fn away_at(&self, now: Timestamp) -> Option<Away> {
        self.away.filter(|away| away.since.is_none_or(|since| since <= now) && now < away.until)
    }

    fn midnight(&self, date: Date) -> Option<Timestamp> {
        let zoned = date.to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp(zoned.timestamp().as_millisecond()))
    }

    /// A time of day; one that a change of the clocks leaves out is taken as much later as the clocks went forward.
    fn at(&self, date: Date, time: Time) -> Option<Timestamp> {
        let zoned = date.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp(zoned.timestamp().as_millisecond()))
    }
}

/// A moment as people write one: `2026-12-07` (its midnight in the zone), `2026-12-07T14:00` (in the zone), or
/// RFC 3339 with its own offset. The error says what to write.
pub fn moment_in(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    let civil = || {
        let date = text.parse::<Date>().ok().filter(|_| text.len() == "2026-12-07".len());
        let time = date.map(|date| date.at(0, 0, 0, 0)).or_else(|| text.parse().ok())?;
        time.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
    };
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(civil);
    moment.map(|at| Timestamp(at.as_millisecond())).ok_or_else(|| {
        let short: String = text.chars().take(40).collect();
        say!("date-unread", text = short)
    })
}

/// A moment ahead as people say it: what [`moment_in`] reads, or `now`, `tonight` (20:00, or now when that is over),
/// `tomorrow` and a day of the week (its next midnight). The error says what to write.
pub fn moment_ahead(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let said = text.trim().to_lowercase();
    let here = now.to_jiff().to_zoned(zone.clone());
    let midnight = |date: Date| {
        let zoned = date.to_zoned(zone.clone()).ok()?;
        Some(Timestamp(zoned.timestamp().as_millisecond()))
    };
    let day = |date: &Date| {
        let name = date.strftime("%A").to_string().to_lowercase();
        name == said || name[..3] == said
    };
    let found = match said.as_str() {
        "now" => Some(now),
        "tonight" => {
            let evening = here.date().at(20, 0, 0, 0).to_zoned(zone.clone()).ok();
            evening.map(|zoned| Timestamp(zoned.timestamp().as_millisecond()).max(now))
        }
        "tomorrow" => here.date().tomorrow().ok().and_then(midnight),
        _ => here.date().series(1.day()).skip(1).take(7).find(day).and_then(midnight),
    };
    found.map_or_else(|| moment_in(text, zone), Ok)
}

/// A moment as [`moment_in`] reads it, to the minute: `2026-12-07` for a midnight, else `2026-12-07T14:00`.
pub fn written(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_jiff().to_zoned(zone.clone());
    let midnight = zoned.time() == Time::midnight();
    zoned.strftime(if midnight { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M" }).to_string()
}

/// A day or a range of days: `2026-12-25` or `2026-12-24 to 2027-01-01`, first and last. The error says what to write.
pub fn days(text: &str) -> Result<(Date, Date), String> {
    let short: String = text.trim().chars().take(40).collect();
    let day = |text: &str| {
        let text = text.trim();
        text.parse::<Date>().ok().filter(|_| text.len() == "2026-12-25".len())
    };
    let (first, last) = text.split_once(" to ").unwrap_or((text, text));
    match (day(first), day(last)) {
        (Some(first), Some(last)) if last < first => Err(say!("days-reversed", text = short)),
        (Some(first), Some(last)) if last > first.saturating_add(1.year()) => {
            Err(say!("days-too-long", text = short))
        }
        (Some(first), Some(last)) => Ok((first, last)),
        _ => Err(say!("days-unread", text = short)),
    }
}

/// Spans in order of their start, without the empty ones; those that touch become one.
fn joined(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    for (from, to) in spans.filter(|(from, to)| from < to) {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DAY, HOUR};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn berlin(days: [bool; 7], hours: Option<(i8, i8)>) -> Rhythm {
        let hours = hours.map(|(from, to)| (Time::constant(from, 0, 0, 0), Time::constant(to, 0, 0, 0)));
        Rhythm {
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            week: Some(Week { days, hours }),
            holidays: Vec::new(),
            away: None,
        }
    }

    const WORKDAYS: [bool; 7] = [true, true, true, true, true, false, false];

    #[test]
    fn a_week_of_work_is_five_days_of_its_zone() {
        // Monday 16 November 2026; Berlin is at UTC+1.
        let week = (at("2026-11-16T00:00:00Z"), at("2026-11-23T00:00:00Z"));
        let work = berlin(WORKDAYS, Some((9, 18))).work(week).unwrap();
        assert_eq!(work.len(), 5);
        assert_eq!(work[0], (at("2026-11-16T08:00:00Z"), at("2026-11-16T17:00:00Z")));
        assert_eq!(work[4], (at("2026-11-20T08:00:00Z"), at("2026-11-20T17:00:00Z")));
        // Whole days touch and are one stretch.
        let days = berlin(WORKDAYS, None).work(week).unwrap();
        assert_eq!(days[0], (at("2026-11-16T00:00:00Z"), at("2026-11-20T23:00:00Z")));
    }

    #[test]
    fn a_night_shift_ends_on_the_next_day() {
        let only_friday = [false, false, false, false, true, false, false];
        let span = (at("2026-11-16T00:00:00Z"), at("2026-11-23T00:00:00Z"));
        let work = berlin(only_friday, Some((22, 6))).work(span).unwrap();
        assert_eq!(work, [(at("2026-11-20T21:00:00Z"), at("2026-11-21T05:00:00Z"))]);
        // Asked in the middle of it, the rest of it is there.
        let inside = (at("2026-11-21T02:00:00Z"), at("2026-11-23T00:00:00Z"));
        let rest = berlin(only_friday, Some((22, 6))).work(inside).unwrap();
        assert_eq!(rest, [(at("2026-11-21T02:00:00Z"), at("2026-11-21T05:00:00Z"))]);
    }

    #[test]
    fn a_day_on_which_the_clocks_change_has_23_or_25_hours() {
        // Berlin: forward on 29 March 2026, back on 25 October 2026, both Sundays.
        let sundays = [false, false, false, false, false, false, true];
        let length = |day: &str| {
            let from = at(&format!("{day}T00:00:00Z")) + -DAY;
            let work = berlin(sundays, None).work((from, from + 3 * DAY)).unwrap();
            work.iter().map(|(from, to)| *to - *from).sum::<i64>()
        };
        assert_eq!(length("2026-03-29"), 23 * HOUR);
        assert_eq!(length("2026-10-25"), 25 * HOUR);
        assert_eq!(length("2026-11-01"), 24 * HOUR);
        // Office hours stay office hours: 9:00 is 8:00 UTC before, 7:00 UTC after the change.
        let monday = (at("2026-03-30T00:00:00Z"), at("2026-03-31T00:00:00Z"));
        let work = berlin(WORKDAYS, Some((9, 18))).work(monday).unwrap();
        assert_eq!(work[0].0, at("2026-03-30T07:00:00Z"));
        // A holiday on such a day is as long as the day.
        let mut holiday = berlin(WORKDAYS, None);
        holiday.holidays = vec![days("2026-03-29").unwrap()];
        let off = holiday.off((at("2026-03-28T00:00:00Z"), at("2026-03-31T00:00:00Z")));
        assert_eq!(off, [(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z"))]);
    }

    #[test]
    fn holidays_and_absence_that_touch_are_one_stretch() {
        let mut rhythm = berlin(WORKDAYS, None);
        rhythm.holidays = vec![days("2026-12-24 to 2026-12-26").unwrap(), days("2026-12-31").unwrap()];
        rhythm.away =
            Some(Away { since: Some(at("2026-12-23T15:00:00Z")), until: at("2026-12-23T23:00:00Z") });
        let off = rhythm.off((at("2026-12-20T00:00:00Z"), at("2027-01-10T00:00:00Z")));
        assert_eq!(
            off,
            [
                (at("2026-12-23T15:00:00Z"), at("2026-12-26T23:00:00Z")),
                (at("2026-12-30T23:00:00Z"), at("2026-12-31T23:00:00Z")),
            ]
        );
        assert!(rhythm.away_at(at("2026-12-23T16:00:00Z")).is_some());
        assert!(rhythm.away_at(at("2026-12-23T14:00:00Z")).is_none());
        assert!(rhythm.away_at(at("2026-12-23T23:00:00Z")).is_none(), "back on the minute");
    }

    #[test]
    fn dates_that_are_none_say_what_to_write() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(moment_in("2026-12-07", &zone), Ok(at("2026-12-06T23:00:00Z")));
        assert_eq!(moment_in("2026-12-07T14:00", &zone), Ok(at("2026-12-07T13:00:00Z")));
        assert_eq!(moment_in("2026-12-07T14:00:00-05:00", &zone), Ok(at("2026-12-07T19:00:00Z")));
        for text in ["", "Monday", "2026-13-01", "2026-02-30", "7.12.2026"] {
            assert!(moment_in(text, &zone).unwrap_err().contains("write it like 2026-12-07"), "{text}");
        }
        // Friday 20 November 2026, 21:30 in Berlin.
        let ahead = |text: &str| moment_ahead(text, at("2026-11-20T20:30:00Z"), &zone);
        assert_eq!(ahead("Monday"), Ok(at("2026-11-22T23:00:00Z")));
        assert_eq!(ahead("fri"), Ok(at("2026-11-26T23:00:00Z")), "the next one, not today");
        assert_eq!(ahead("tomorrow"), Ok(at("2026-11-20T23:00:00Z")));
        assert_eq!(ahead("tonight"), Ok(at("2026-11-20T20:30:00Z")), "20:00 is over");
        assert_eq!(
            moment_ahead("tonight", at("2026-11-20T09:00:00Z"), &zone),
            Ok(at("2026-11-20T19:00:00Z"))
        );
        assert!(ahead("someday").is_err() && ahead("m").is_err());
        assert_eq!(written(at("2026-12-06T23:00:00Z"), &zone), "2026-12-07");
        assert_eq!(written(at("2026-12-07T13:00:00Z"), &zone), "2026-12-07T14:00");
        assert_eq!(
            days("2026-12-26 to 2026-12-24"),
            Err("'2026-12-26 to 2026-12-24' ends before it begins".into())
        );
        assert!(days("2026-12-24 to 2028-12-24").unwrap_err().contains("longer than a year"));
        assert!(days("Christmas").unwrap_err().contains("is no day"));
    }
}
