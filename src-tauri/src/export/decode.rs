//! Rows as the history's records again. Nothing is guessed and nothing rounded: a row that is not whole is an error.

use super::cell::to_qty;
use super::{Cell, Kind};
use crate::model::{
    AccountId, Cost, Episode, Gap, HOUR, Meter, MeterKey, Qty, Refusal, Resource, Sample, Timestamp, Unit,
};
use crate::store::{Hour, Record, Told, ToldFrom};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unknown;

/// What a row is.
pub(super) enum Row {
    /// A record of its own.
    Record(Record),
    /// An episode, whose notices follow it.
    Episode(Box<Episode>),
    /// A notice of the episode above it.
    Notice(ToldFrom),
}

/// A row's cells by their columns' names.
struct Fields<'a> {
    kind: Kind,
    cells: &'a [Cell<'a>],
}

impl<'a> Fields<'a> {
    fn cell(&self, name: &str) -> &'a Cell<'a> {
        let place = self.kind.columns().iter().position(|column| column.name == name);
        place.and_then(|place| self.cells.get(place)).unwrap_or(&Cell::Missing)
    }

    /// Text; a missing one is empty.
    fn text(&self, name: &str) -> Result<String, String> {
        Ok(self.maybe_text(name)?.unwrap_or_default().to_owned())
    }

    fn maybe_text(&self, name: &str) -> Result<Option<&'a str>, String> {
        match self.cell(name) {
            Cell::Missing => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            _ => Err(format!("{name}: it is no text")),
        }
    }

    fn word<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Result<T, String> {
        self.maybe_word(name)?.ok_or_else(|| format!("{name}: it is missing"))
    }

    fn maybe_word<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Result<Option<T>, String> {
        let read = |text: &str| {
            let deserializer: serde::de::value::StrDeserializer<'_, Unknown> = text.into_deserializer();
            T::deserialize(deserializer).map_err(|error| {
                format!("{name}: {}", error.to_string().chars().take(200).collect::<String>())
            })
        };
        self.maybe_text(name)?.map(read).transpose()
    }

    fn time(&self, name: &str) -> Result<Timestamp, String> {
        self.maybe_time(name)?.ok_or_else(|| format!("{name}: it is missing"))
    }

    fn maybe_time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        match self.cell(name) {
            Cell::Missing => Ok(None),
            Cell::Time(at) => Ok(Some(*at)),
            _ => Err(format!("{name}: it is no time")),
        }
    }

    fn qty(&self, name: &str, unit: Unit) -> Result<Qty, String> {
        self.maybe_qty(name, unit)?.ok_or_else(|| format!("{name}: it is missing"))
    }

    fn maybe_qty(&self, name: &str, unit: Unit) -> Result<Option<Qty>, String> {
        match self.cell(name) {
            Cell::Missing => Ok(None),
            Cell::Amount(amount) => {
                let fits = to_qty(*amount, unit);
                fits.map(Some)
                    .ok_or_else(|| format!("{name}: that is no amount of {unit} that can be stored"))
            }
            _ => Err(format!("{name}: it is no amount")),
        }
    }

    fn whole<T: TryFrom<i64>>(&self, name: &str) -> Result<T, String> {
        match self.cell(name) {
            Cell::Missing => Err(format!("{name}: it is missing")),
            Cell::Whole(number) => {
                T::try_from(*number).map_err(|_| format!("{name}: {number} is out of range"))
            }
            _ => Err(format!("{name}: it is no whole number")),
        }
    }

    fn meter(&self) -> Result<Meter, String> {
        Ok(Meter {
            id: 0,
            account: self.word("account")?,
            key: MeterKey(self.text("meter")?),
            kind: self.word("kind")?,
            label: self.text("label")?,
            unit: self.word("unit")?,
            window: self.word("window")?,
            provenance: self.word("provenance")?,
        })
    }

    /// `from` and `until`, in that order.
    fn span(&self) -> Result<(Timestamp, Timestamp), String> {
        let (from, until) = (self.time("from")?, self.time("until")?);
        if until < from { Err("until: it is before from".to_owned()) } else { Ok((from, until)) }
    }

    /// JSON, or nothing.
    fn evidence(&self) -> Result<Option<String>, String> {
        let text = self.maybe_text("evidence")?;
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let read = serde_json::from_str::<serde::de::IgnoredAny>(text);
            read.map_err(|error| format!("evidence: it is no JSON: {error}"))?;
        }
        Ok(text.map(str::to_owned))
    }
}

/// Reads a row of a kind.
///
/// # Errors
/// Which column is wrong, and how.
pub(super) fn row(kind: Kind, cells: &[Cell<'_>]) -> Result<Row, String> {
    let row = Fields { kind, cells };
    let record = row.text("record")?;
    if Kind::of_record(&record) != Some(kind) {
        let said: String = record.chars().take(40).collect();
        return Err(format!("record: '{said}' is none of an export of {}", kind.word()));
    }
    Ok(match record.as_str() {
        "sample" => Row::Record(sample(&row)?),
        "gap" => Row::Record(gap(&row)?),
        "hour" => Row::Record(hour(&row)?),
        "cost" => Row::Record(cost(&row)?),
        "episode" => Row::Episode(Box::new(episode(&row)?)),
        "notice" => Row::Notice(notice(&row)?),
        _ => Row::Record(refusal(&row)?),
    })
}

fn sample(row: &Fields<'_>) -> Result<Record, String> {
    let meter = row.meter()?;
    let (at, last_at) = row.span()?;
    let sample = Sample {
        at,
        last_at,
        used: row.maybe_qty("used", meter.unit)?,
        limit: row.maybe_qty("limit", meter.unit)?,
        remaining: row.maybe_qty("remaining", meter.unit)?,
        resets_at: row.maybe_time("resets_at")?,
        reserve: row.maybe_qty("reserve", meter.unit)?,
    };
    Ok(Record::Sample(meter, sample))
}

fn gap(row: &Fields<'_>) -> Result<Record, String> {
    let (at, last_at) = row.span()?;
    let polls: u32 = row.whole("polls")?;
    if polls == 0 {
        return Err("polls: a gap is of one poll at least".to_owned());
    }
    let gap = Gap { at, last_at, polls, kind: row.word("error")?, message: row.text("message")? };
    Ok(Record::Gap(row.word::<AccountId>("account")?, gap))
}

fn hour(row: &Fields<'_>) -> Result<Record, String> {
    let meter = row.meter()?;
    let (at, until) = row.span()?;
    if at.hour_floor() != at || until != at + HOUR {
        return Err("from: it is not one whole UTC hour until until".to_owned());
    }
    let hour = Hour {
        at,
        spent: row.qty("spent", meter.unit)?,
        added: row.qty("added", meter.unit)?,
        first: row.maybe_qty("first", meter.unit)?,
        last: row.maybe_qty("last", meter.unit)?,
        low: row.maybe_qty("low", meter.unit)?,
        high: row.maybe_qty("high", meter.unit)?,
        polls: row.whole("polls")?,
    };
    if hour.spent < Qty(0) {
        return Err("spent: an hour's spend is never negative".to_owned());
    }
    Ok(Record::Hour(meter, hour))
}

fn cost(row: &Fields<'_>) -> Result<Record, String> {
    let unit = row.word("unit")?;
    let (start, end) = row.span()?;
    if end == start {
        return Err("until: it is not after from".to_owned());
    }
    let cost = Cost {
        by: row.word("by")?,
        name: row.text("name")?,
        start,
        end,
        amount: row.qty("spent", unit)?,
        unit,
        provenance: row.word("provenance")?,
    };
    Ok(Record::Cost(row.word("account")?, cost))
}

fn episode(row: &Fields<'_>) -> Result<Episode, String> {
    let id: i64 = row.whole("number")?;
    if id <= 0 {
        return Err("number: it is not above zero".to_owned());
    }
    Ok(Episode {
        id,
        resource: Resource {
            account: row.maybe_word("account")?,
            meter: row.maybe_text("meter")?.map(MeterKey::new),
            kind: row.word("kind")?,
        },
        state: row.word("state")?,
        severity: row.word("severity")?,
        began_at: row.time("began_at")?,
        seen_at: row.time("seen_at")?,
        streak: row.whole("streak")?,
        fired_at: row.maybe_time("fired_at")?,
        resolved_at: row.maybe_time("resolved_at")?,
        snoozed_until: row.maybe_time("snoozed_until")?,
        told: row.maybe_word("told")?,
        told_at: row.maybe_time("told_at")?,
        planned_at: row.maybe_time("planned_at")?,
        warned_at: row.maybe_time("warned_at")?,
        plan_at: row.maybe_time("plan_at")?,
        warn_at: row.maybe_time("warn_at")?,
        title: row.text("title")?,
        evidence: row.evidence()?.unwrap_or_default(),
    })
}

fn notice(row: &Fields<'_>) -> Result<ToldFrom, String> {
    let told = Told {
        episode: row.whole("number")?,
        severity: row.word("severity")?,
        at: row.time("began_at")?,
        channel: row.text("channel")?,
        title: row.text("title")?,
    };
    Ok((told, row.evidence()?))
}

fn refusal(row: &Fields<'_>) -> Result<Record, String> {
    let body = row.evidence()?.unwrap_or_default();
    let refusal: Refusal =
        serde_json::from_str(&body).map_err(|error| format!("evidence: it is no refusal: {error}"))?;
    Ok(Record::Refusal(row.word("account")?, row.time("began_at")?, Box::new(refusal)))
}
