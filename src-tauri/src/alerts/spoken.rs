//! Settings that are written as words: quiet hours, and how long it takes to get money.

use crate::model::{DAY, HOUR, MINUTE, Timestamp};
use crate::say;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Hours of the day in which only what cannot wait is told, in the user's zone: `22:00-08:00`. They may lie around
/// midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    from: Time,
    to: Time,
}

impl Quiet {
    /// Whether it is quiet at that moment. The first minute is, the last is not.
    pub fn holds(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let time = at.to_jiff().to_zoned(zone.clone()).time();
        if self.from < self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }
}

impl FromStr for Quiet {
    type Err = String;

    /// Reads `22:00-08:00`. Errors: no two times of day, or twice the same.
    fn from_str(text: &str) -> Result<Self, String> {
        let time = |text: &str| -> Option<Time> {
            let (hour, minute) = text.trim().split_once(':')?;
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        };
        let times = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
        match times {
            Some((from, to)) if from != to => Ok(Quiet { from, to }),
            Some(_) => Err(say!("quiet-same")),
            None => Err(say!("quiet-unread", text = text)),
        }
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))
    }
}

/// How long before a wall the first warning is wanted: as long as it takes to get money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lead {
    /// A card at hand: within 4 hours.
    Minutes,
    /// Somebody has to be asked: within 48 hours.
    #[default]
    Hours,
    /// An invoice, an approval: within five working days.
    Days,
    /// So many hours.
    InHours(u16),
    /// So many days.
    InDays(u16),
    /// So many working days, of which a week has five.
    InWorkingDays(u16),
}

impl Lead {
    /// In milliseconds; 1 hour to 14 days.
    pub fn ms(self) -> i64 {
        match self {
            Lead::Minutes => 4 * HOUR,
            Lead::Hours => 2 * DAY,
            Lead::Days => Lead::InWorkingDays(5).ms(),
            Lead::InHours(count) => i64::from(count) * HOUR,
            Lead::InDays(count) => i64::from(count) * DAY,
            Lead::InWorkingDays(count) => i64::from(count) * 7 * DAY / 5 / MINUTE * MINUTE,
        }
    }
}

impl FromStr for Lead {
    type Err = String;

    /// Reads `minutes`, `hours`, `days`, or a length such as `36 hours`, `5 days`, `10 working days`. Errors: none of
    /// these, or not within 1 hour to 10 working days (14 days).
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || say!("lead-unread", text = text);
        let lead = match text.trim() {
            "minutes" => Lead::Minutes,
            "hours" => Lead::Hours,
            "days" => Lead::Days,
            length => {
                let (count, unit) = length.split_once(' ').ok_or_else(wrong)?;
                let count: u16 = count.parse().map_err(|_| wrong())?;
                match unit.trim() {
                    "hour" | "hours" => Lead::InHours(count),
                    "day" | "days" => Lead::InDays(count),
                    "working day" | "working days" => Lead::InWorkingDays(count),
                    "week" | "weeks" => Lead::InDays(count.saturating_mul(7)),
                    _ => return Err(wrong()),
                }
            }
        };
        if (HOUR..=14 * DAY).contains(&lead.ms()) { Ok(lead) } else { Err(say!("lead-range", text = text)) }
    }
}

impl fmt::Display for Lead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self {
            Lead::Minutes => return out.write_str("minutes"),
            Lead::Hours => return out.write_str("hours"),
            Lead::Days => return out.write_str("days"),
            Lead::InHours(count) => (count, "hour"),
            Lead::InDays(count) => (count, "day"),
            Lead::InWorkingDays(count) => (count, "working day"),
        };
        write!(out, "{count} {unit}{}", if *count == 1 { "" } else { "s" })
    }
}

/// Both stand as text in the config.
macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
as_text!(Quiet Lead);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_lie_around_midnight_in_the_users_zone() {
        let quiet: Quiet = "22:00-08:00".parse().unwrap();
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        // Berlin is an hour ahead of UTC in November.
        for (time, is) in [
            ("2026-11-16T20:59:59Z", false),
            ("2026-11-16T21:00:00Z", true),
            ("2026-11-17T06:59:59Z", true),
            ("2026-11-17T07:00:00Z", false),
        ] {
            assert_eq!(quiet.holds(at(time), &berlin), is, "{time}");
        }
        let noon: Quiet = "12:30 - 13:00".parse().unwrap();
        assert!(noon.holds(at("2026-11-16T12:30:00Z"), &TimeZone::UTC));
        assert!(!noon.holds(at("2026-11-16T13:00:00Z"), &TimeZone::UTC));
        assert_eq!(noon.to_string(), "12:30-13:00");
        for wrong in ["", "22-8", "22:00", "25:00-08:00", "08:00-08:00", "22:00-08:60"] {
            assert!(wrong.parse::<Quiet>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn lead_times_are_read_and_printed() {
        for (text, hours) in [
            ("minutes", 4),
            ("hours", 48),
            ("days", 168),
            ("36 hours", 36),
            ("5 days", 120),
            ("10 working days", 336),
            ("1 working day", 33),
        ] {
            let lead: Lead = text.parse().unwrap();
            assert_eq!(lead.ms() / HOUR, hours, "{text}");
            assert_eq!(lead.to_string(), text);
        }
        assert_eq!("2 weeks".parse::<Lead>().unwrap().to_string(), "14 days");
        for wrong in ["", "soon", "0 days", "15 days", "11 working days", "5", "-1 days", "5 years"] {
            assert!(wrong.parse::<Lead>().is_err(), "{wrong}");
        }
    }
}
