//! Amounts and moments that a refusal tells in its sentence, as the table says where they stand.

use crate::http::moment;
use crate::model::{Amount, Refusal, Timestamp, Unit};
use regex::Regex;
use serde::{Deserialize, Deserializer};

/// Which of a refusal's amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    Needed,
    Left,
    Limit,
    Used,
}

/// A regular expression over the message. Its groups: `needed`, `left`, `limit`, `used` (amounts of `unit`, with
/// commas and a currency sign or without), `again` (a moment or a date) and `wait` (a span).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure {
    #[serde(deserialize_with = "regex")]
    text: Regex,
    unit: Option<Unit>,
    /// The zone of a moment that names none, `+08:00`; UTC when missing.
    #[serde(default)]
    zone: String,
}

fn regex<'de, D: Deserializer<'de>>(from: D) -> Result<Regex, D::Error> {
    Regex::new(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

impl Figure {
    /// The names of its groups.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        self.text.capture_names().flatten()
    }

    /// Writes what the message says into the refusal. What is there already stays.
    pub(super) fn take(&self, message: &str, now: Timestamp, refusal: &mut Refusal) {
        let Some(found) = self.text.captures(message) else { return };
        let group = |name| found.name(name).map(|found| found.as_str());
        for (name, what) in
            [("needed", What::Needed), ("left", What::Left), ("limit", What::Limit), ("used", What::Used)]
        {
            let amount = group(name).and_then(|text| self.unit.and_then(|unit| amount(text, unit)));
            put(refusal, what, amount);
        }
        let again = group("again").and_then(|text| date(text, &self.zone, now));
        let waited =
            || group("wait").and_then(|text| moment::span(text.trim_end_matches('.'))).map(|ms| now + ms);
        refusal.retry_at = refusal.retry_at.or(again).or_else(waited);
    }
}

/// Writes an amount into its place, unless something is there.
pub(super) fn put(refusal: &mut Refusal, what: What, amount: Option<Amount>) {
    let place = match what {
        What::Needed => &mut refusal.needed,
        What::Left => &mut refusal.left,
        What::Limit => &mut refusal.limit,
        What::Used => &mut refusal.used,
    };
    *place = place.or(amount);
}

/// `4,096`, `$1.50`, `12`.
pub(super) fn amount(text: &str, unit: Unit) -> Option<Amount> {
    let plain: String = text.chars().filter(|letter| !matches!(letter, ',' | '$' | '¥' | '€')).collect();
    Some(Amount::new(unit.parse(plain.trim().trim_end_matches('.')).ok()?, unit))
}

/// A moment as a sentence tells it: `2026-12-01`, `2026-12-01 at 00:00 UTC`, or as in a header. `zone` is that of a
/// time of day that names none.
fn date(text: &str, zone: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim().trim_end_matches('.');
    let plain = text.trim_end_matches(" UTC").replace(" at ", "T").replace(' ', "T");
    let zoned = || Timestamp::parse_rfc3339(&format!("{plain}{zone}"));
    if let Some(at) = (!zone.is_empty()).then(zoned).flatten() {
        return Some(at);
    }
    let day = || Timestamp::parse_rfc3339(&format!("{plain}T00:00:00Z"));
    Timestamp::parse_rfc3339(&plain).or_else(day).or_else(|| moment::reset(text, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, Scope};

    const NOW: Timestamp = Timestamp(1_795_229_375_000); // 2026-11-21T02:49:35Z

    fn read(figure: &str, message: &str) -> Refusal {
        let figure: Figure = serde_json::from_str(figure).unwrap();
        let mut refusal = Refusal::new(Cause::Unknown, Scope::Request, "test");
        figure.take(message, NOW, &mut refusal);
        refusal
    }

    #[test]
    fn amounts_have_commas_and_signs() {
        let figure = r#"{"text": "spent (?<used>[$][\\d.,]+) of (?<limit>[$][\\d.,]+)", "unit": "USD"}"#;
        let refusal = read(figure, "spent $1,200.50 of $1,200.");
        assert_eq!(refusal.used.unwrap().to_string(), "1200.5 USD");
        assert_eq!(refusal.limit.unwrap().to_string(), "1200 USD");
        assert_eq!(refusal.left, None);
    }

    #[test]
    fn dates_and_spans() {
        let again =
            |text: &str| read(r#"{"text": "on (?<again>.+)"}"#, text).retry_at.map(|at| at.to_string());
        assert_eq!(again("on 2026-12-01").as_deref(), Some("2026-12-01T00:00:00Z"));
        assert_eq!(again("on 2026-12-01 at 08:30 UTC.").as_deref(), Some("2026-12-01T08:30:00Z"));
        assert_eq!(again("on 2026-12-01T08:30:00Z").as_deref(), Some("2026-12-01T08:30:00Z"));
        assert_eq!(again("on Tuesday"), None);
        let there = read(r#"{"text": "on (?<again>.+)", "zone": "+08:00"}"#, "on 2026-12-01 08:30:00");
        assert_eq!(there.retry_at.unwrap().to_string(), "2026-12-01T00:30:00Z");
        let wait = read(r#"{"text": "again in (?<wait>[\\d.a-z]+)"}"#, "Please try again in 1m20.5s.");
        assert_eq!(wait.retry_at, Some(NOW + 80_500));
    }
}
