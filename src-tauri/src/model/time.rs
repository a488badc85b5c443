//! Time as it is stored: whole milliseconds since 1970-01-01 UTC.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};

/// Milliseconds in a second.
pub const SECOND: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in 24 hours (not a calendar day: those are 23 to 25 hours long).
pub const DAY: i64 = 24 * HOUR;

/// A moment: milliseconds since the Unix epoch, UTC. Never read from a clock outside `monitor`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `ms` milliseconds after this one; saturates at the ends of time.
    pub fn plus(self, ms: i64) -> Self {
        Timestamp(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The start of the UTC hour that this moment lies in.
    pub fn hour_floor(self) -> Timestamp {
        Timestamp(self.0.div_euclid(HOUR).saturating_mul(HOUR))
    }

    /// The start of the UTC day that this moment lies in.
    pub fn day_floor(self) -> Timestamp {
        Timestamp(self.0.div_euclid(DAY).saturating_mul(DAY))
    }

    /// The start of the UTC month that this moment lies in.
    pub fn month_floor(self) -> Timestamp {
        let first = self.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
        let midnight = first.to_zoned(jiff::tz::TimeZone::UTC).ok();
        midnight.map_or(self, |zoned| Timestamp(zoned.timestamp().as_millisecond()))
    }

    /// Reads an RFC 3339 time (`2026-11-21T02:49:35Z`, any offset) or a bare UTC one without offset.
    pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
        let text = text.trim();
        let with_zone = text.parse::<jiff::Timestamp>().ok();
        let moment = with_zone.or_else(|| {
            let civil = text.parse::<jiff::civil::DateTime>().ok()?;
            civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
        })?;
        Some(Timestamp(moment.as_millisecond()))
    }

    /// This moment for jiff, which draws calendars; clamped to what jiff can hold (years −9999 to 9999).
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl Add<i64> for Timestamp {
    type Output = Timestamp;
    fn add(self, ms: i64) -> Timestamp {
        self.plus(ms)
    }
}

impl Sub<Timestamp> for Timestamp {
    type Output = i64;
    fn sub(self, earlier: Timestamp) -> i64 {
        self.since(earlier)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, to the second: `2026-11-21T02:49:35Z`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_is_read_with_and_without_offset() {
        // 2026-11-21T02:49:35Z is 1795229375 s after the epoch (date -u -d … +%s).
        assert_eq!(Timestamp::parse_rfc3339("2026-11-21T02:49:35Z"), Some(Timestamp(1_795_229_375_000)));
        assert_eq!(
            Timestamp::parse_rfc3339("2026-11-21T10:49:35.5+08:00"),
            Some(Timestamp(1_795_229_375_500))
        );
        assert_eq!(Timestamp::parse_rfc3339("2026-11-21T02:49:35"), Some(Timestamp(1_795_229_375_000)));
        assert_eq!(Timestamp::parse_rfc3339("soon"), None);
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert_eq!(Timestamp(i64::MAX) + DAY, Timestamp(i64::MAX));
        assert_eq!(Timestamp(-1).hour_floor(), Timestamp(-HOUR));
        assert_eq!(Timestamp(i64::MIN).hour_floor(), Timestamp(i64::MIN));
        assert!(Timestamp(i64::MAX).to_string().starts_with("9999"));
    }
}
