//! An account's past, walked once: what was added to its meters, when they started again, and its incidents.

use super::types::MeterView;
use super::views::Source;
use crate::diagnosis::{Change, Incident, incidents};
use crate::model::{AccountId, Amount, DAY, Meter, MeterKey, MeterKind, Sample, Timestamp, step, words};
use crate::store::StoreError;
use jiff::tz::TimeZone;

/// How far back an account's page looks, in milliseconds.
pub(super) const SPAN: i64 = 30 * DAY;

/// A top-up, a changed limit or a reset of a meter.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// When it was first read.
    pub(super) at: Timestamp,
    /// Of which meter.
    pub(super) meter: MeterKey,
    /// What a person calls that.
    pub(super) label: String,
    /// Its kind.
    pub(super) kind: MeterKind,
    /// What was added; negative where a limit was lowered or a balance corrected.
    pub(super) added: Amount,
    /// Whether its use started again.
    pub(super) reset: bool,
    /// Whether it matters: small rises are money held for running requests coming back.
    pub(super) renews: bool,
}

/// What an account's page tells of the past.
pub(super) struct Past {
    /// By meter, each oldest first.
    pub(super) moves: Vec<Moved>,
    /// Newest first.
    pub(super) incidents: Vec<Incident>,
}

impl Past {
    /// Reads the last 30 days of the meters shown, each meter's samples once.
    pub(super) fn read(source: &Source, id: &AccountId, meters: &[MeterView]) -> Result<Past, StoreError> {
        let from = source.now + -SPAN;
        let mut moved = Vec::new();
        // What has no limit starts again without anybody having to know: its resets would repeat the budget's. A rate
        // limit refills all the time: nobody topped it up.
        let told = |view: &&MeterView| !matches!(view.kind, MeterKind::Spend | MeterKind::Rate);
        for view in meters.iter().filter(told) {
            if let Some(meter) = source.store.meter(id, &view.key)? {
                moved.extend(moves(&meter, &source.store.samples(meter.id, from, source.now)?));
            }
        }
        let refusals = source.store.refusals(Some(id), from, source.now)?;
        let refusals: Vec<_> = refusals.into_iter().map(|(_, at, refusal)| (at, refusal)).collect();
        let incidents = incidents(&refusals, &changes(&moved), source.now);
        Ok(Past { moves: moved, incidents })
    }
}

/// What happened to a meter between its samples, oldest first.
pub(super) fn moves(meter: &Meter, samples: &[Sample]) -> Vec<Moved> {
    let moved = |pair: &[Sample]| {
        let [before, after] = pair else { return None };
        let step = step(before, after);
        (step.reset || step.added.0 != 0).then(|| Moved {
            at: after.at,
            meter: meter.key.clone(),
            label: meter.label.clone(),
            kind: meter.kind,
            added: Amount::new(step.added, meter.unit),
            reset: step.reset,
            renews: step.renews(after.headroom()),
        })
    };
    samples.windows(2).filter_map(moved).collect()
}

/// Those that may end an incident, oldest first.
pub(super) fn changes(moves: &[Moved]) -> Vec<Change> {
    let change = |moved: &Moved| Change {
        at: moved.at,
        meter: moved.meter.clone(),
        kind: moved.kind,
        added: (!moved.reset).then_some(moved.added),
    };
    let mut changes: Vec<Change> = moves.iter().filter(|moved| moved.renews).map(change).collect();
    changes.sort_by_key(|change| change.at);
    changes
}

/// An incident in a line: `Key limit reached: refused 42 times until 14:05`.
pub(super) fn line(incident: &Incident, zone: &TimeZone) -> String {
    let title = incident.cause.words().title;
    let day = |at: Timestamp| at.to_jiff().to_zoned(zone.clone()).date();
    let until = match incident.last_at {
        last if last == incident.first_at => String::new(),
        last if day(last) == day(incident.first_at) => {
            format!(" until {}", last.to_jiff().to_zoned(zone.clone()).strftime("%H:%M"))
        }
        last => format!(" until {}", words::dated(last, zone)),
    };
    match incident.count {
        1 => format!("{title}: refused once{until}"),
        count => format!("{title}: refused {count} times{until}"),
    }
}
