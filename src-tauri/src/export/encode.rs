//! The history's records as rows.

use super::Cell;
use crate::model::{AccountId, Cost, Episode, Gap, Meter, Refusal, Sample, Timestamp};
use crate::store::{Hour, ToldFrom};
use serde::Serialize;
use std::borrow::Cow;

/// A closed set's value as its word.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

fn owned<T: Serialize>(value: &T) -> Cell<'static> {
    Cell::Text(Cow::Owned(word(value)))
}

fn maybe<T: Serialize>(value: Option<&T>) -> Cell<'static> {
    value.map_or(Cell::Missing, owned)
}

/// A meter's cells, which all its rows share.
pub(super) struct Of<'a> {
    meter: &'a Meter,
    connector: Option<&'a str>,
    kind: String,
    unit: String,
    window: String,
    provenance: String,
}

impl<'a> Of<'a> {
    /// Of a meter, whose account has this connector.
    pub(super) fn new(meter: &'a Meter, connector: Option<&'a str>) -> Self {
        let (kind, window, provenance) = (word(&meter.kind), word(&meter.window), word(&meter.provenance));
        Of { meter, connector, kind, unit: meter.unit.to_string(), window, provenance }
    }

    /// The first nine cells, the same in two tables.
    fn head(&'a self, record: &'static str) -> [Cell<'a>; 9] {
        [
            Cell::text(record),
            Cell::text(self.meter.account.as_str()),
            Cell::maybe(self.connector),
            Cell::given(&self.meter.key.0),
            Cell::text(&self.kind),
            Cell::given(&self.meter.label),
            Cell::text(&self.unit),
            Cell::text(&self.window),
            Cell::text(&self.provenance),
        ]
    }

    /// A sample's row.
    pub(super) fn sample(&'a self, sample: &Sample) -> Vec<Cell<'a>> {
        let unit = self.meter.unit;
        let mut row = Vec::from(self.head("sample"));
        row.extend([
            Cell::Time(sample.at),
            Cell::Time(sample.last_at),
            Cell::qty(sample.used, unit),
            Cell::qty(sample.limit, unit),
            Cell::qty(sample.remaining, unit),
            Cell::qty(sample.reserve, unit),
            Cell::time(sample.resets_at),
            Cell::Missing,
            Cell::Missing,
            Cell::Missing,
        ]);
        row
    }

    /// An hour's row.
    pub(super) fn hour(&'a self, hour: &Hour) -> Vec<Cell<'a>> {
        let unit = self.meter.unit;
        let mut row = Vec::from(self.head("hour"));
        row.extend([
            Cell::Missing,
            Cell::Missing,
            Cell::Time(hour.at),
            Cell::Time(hour.at + crate::model::HOUR),
            Cell::qty(Some(hour.spent), unit),
            Cell::qty(Some(hour.added), unit),
            Cell::qty(hour.first, unit),
            Cell::qty(hour.last, unit),
            Cell::qty(hour.low, unit),
            Cell::qty(hour.high, unit),
            Cell::Whole(i64::from(hour.polls)),
        ]);
        row
    }
}

/// The head of a row that belongs to an account and no meter.
fn head<'a>(record: &'static str, account: &'a AccountId, connector: Option<&'a str>) -> Vec<Cell<'a>> {
    vec![Cell::text(record), Cell::text(account.as_str()), Cell::maybe(connector)]
}

/// A gap's row.
pub(super) fn gap<'a>(account: &'a AccountId, connector: Option<&'a str>, gap: &'a Gap) -> Vec<Cell<'a>> {
    let mut row = head("gap", account, connector);
    row.extend(std::iter::repeat_n(Cell::Missing, 6));
    row.extend([Cell::Time(gap.at), Cell::Time(gap.last_at)]);
    row.extend(std::iter::repeat_n(Cell::Missing, 5));
    row.extend([Cell::Whole(i64::from(gap.polls)), owned(&gap.kind), Cell::given(&gap.message)]);
    row
}

/// A cost's row.
pub(super) fn cost<'a>(account: &'a AccountId, connector: Option<&'a str>, cost: &'a Cost) -> Vec<Cell<'a>> {
    let mut row = head("cost", account, connector);
    row.extend([
        Cell::Missing,
        Cell::Missing,
        Cell::Missing,
        Cell::Text(Cow::Owned(cost.unit.to_string())),
        Cell::Missing,
        owned(&cost.provenance),
        owned(&cost.by),
        Cell::given(&cost.name),
        Cell::Time(cost.start),
        Cell::Time(cost.end),
        Cell::qty(Some(cost.amount), cost.unit),
    ]);
    row.extend(std::iter::repeat_n(Cell::Missing, 6));
    row
}

/// An episode's row.
pub(super) fn episode(episode: &Episode) -> Vec<Cell<'_>> {
    vec![
        Cell::text("episode"),
        Cell::Whole(episode.id),
        maybe(episode.resource.account.as_ref()),
        Cell::maybe(episode.resource.meter.as_ref().map(|meter| meter.0.as_str())),
        owned(&episode.resource.kind),
        owned(&episode.state),
        owned(&episode.severity),
        Cell::Time(episode.began_at),
        Cell::Time(episode.seen_at),
        Cell::Whole(i64::from(episode.streak)),
        Cell::time(episode.fired_at),
        Cell::time(episode.resolved_at),
        Cell::time(episode.snoozed_until),
        maybe(episode.told.as_ref()),
        Cell::time(episode.told_at),
        Cell::time(episode.planned_at),
        Cell::time(episode.warned_at),
        Cell::time(episode.plan_at),
        Cell::time(episode.warn_at),
        Cell::Missing,
        Cell::given(&episode.title),
        Cell::given(&episode.evidence),
    ]
}

/// A notice's row; its account and meter are its episode's.
pub(super) fn notice<'a>((told, evidence): &'a ToldFrom) -> Vec<Cell<'a>> {
    let mut row = vec![Cell::text("notice"), Cell::Whole(told.episode)];
    row.extend(std::iter::repeat_n(Cell::Missing, 4));
    row.extend([owned(&told.severity), Cell::Time(told.at)]);
    row.extend(std::iter::repeat_n(Cell::Missing, 11));
    row.extend([Cell::given(&told.channel), Cell::given(&told.title), Cell::maybe(evidence.as_deref())]);
    row
}

/// A refusal's row.
pub(super) fn refusal<'a>(
    account: &'a AccountId,
    at: Timestamp,
    refusal: &'a Refusal,
) -> Result<Vec<Cell<'a>>, serde_json::Error> {
    let body = serde_json::to_string(refusal)?;
    let mut row = vec![Cell::text("refusal"), Cell::Missing, Cell::text(account.as_str())];
    row.push(Cell::maybe(refusal.meter.as_ref().map(|meter| meter.0.as_str())));
    row.extend([owned(&refusal.cause), Cell::Missing, Cell::Missing, Cell::Time(at)]);
    row.extend(std::iter::repeat_n(Cell::Missing, 12));
    row.extend([Cell::given(&refusal.message), Cell::Text(Cow::Owned(body))]);
    Ok(row)
}
