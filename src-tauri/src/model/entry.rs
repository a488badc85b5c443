//! Entries of a ledger: what the user typed in about an account's money.

use super::{Amount, DAY, Timestamp};
use crate::say;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// What an entry says.
#[derive(
    Clone,
    Copy,
    Debug,
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
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// So much was there at that moment: counting starts here.
    Anchor,
    /// So much was added.
    TopUp,
    /// So much was spent that no report knows of.
    Spent,
}

/// One line of an account's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `anchor`: what was there at that moment; `top_up`: what was added; `spent`: what no report knows of.
    pub kind: EntryKind,
    /// How much, such as `"50 USD"`.
    #[schemars(with = "String")]
    pub amount: Amount,
    /// When: `"2026-11-01"` (its midnight in UTC) or `"2026-11-01T14:30:00Z"`.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// In your own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Entry {
    /// Reads a moment as typed: a bare date is its midnight in UTC. Fractions of a second are dropped.
    pub fn moment(text: &str) -> Result<Timestamp, String> {
        let text = text.trim();
        let day = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == "2026-11-01".len());
        let midnight = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
        let midnight = midnight.map(|zoned| Timestamp(zoned.timestamp().as_millisecond()));
        let moment = midnight.or_else(|| Timestamp::parse_rfc3339(text));
        moment.map(Entry::whole_second).ok_or_else(|| say!("entry-date-unread", text = short(text)))
    }

    /// The moment without fractions of a second, as entries are written.
    pub fn whole_second(at: Timestamp) -> Timestamp {
        Timestamp(at.0.div_euclid(1_000).saturating_mul(1_000))
    }

    /// The moment as it is written: a date for a midnight in UTC, else to the second.
    pub fn written(at: Timestamp) -> String {
        if at.0.rem_euclid(DAY) == 0 {
            return at.to_jiff().strftime("%Y-%m-%d").to_string();
        }
        at.to_string()
    }

    /// What is wrong with it, if anything is.
    pub fn fault(&self) -> Option<String> {
        let positive = self.amount.qty.0 > 0 || (self.kind == EntryKind::Anchor && self.amount.qty.0 == 0);
        if self.amount.unit == super::Unit::Percent {
            return Some(say!("entry-percent"));
        }
        if !positive {
            return Some(say!("not-positive", amount = self.amount.to_string()));
        }
        let note = self.note.as_deref().unwrap_or_default();
        if note.chars().count() > 200 || note.chars().any(char::is_control) {
            return Some(say!("entry-note"));
        }
        None
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn write<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&Entry::written(*at))
}

fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    struct Moment;
    impl de::Visitor<'_> for Moment {
        type Value = Timestamp;
        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str(&say!("entry-date-expected"))
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
            Entry::moment(text).map_err(E::custom)
        }
    }
    from.deserialize_any(Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_a_person_writes_it() {
        let day = Timestamp(1_793_491_200_000);
        assert_eq!(Entry::moment("2026-11-01"), Ok(day));
        assert_eq!(Entry::moment(" 2026-11-01T01:00:00.7+01:00 "), Ok(day));
        assert_eq!(Entry::written(day), "2026-11-01");
        assert_eq!(Entry::written(day + 90_000), "2026-11-01T00:01:30Z");
        for bad in ["", "1 November", "2026-13-01", "2026-11-01T"] {
            assert!(Entry::moment(bad).is_err(), "{bad}");
        }
    }
}
