//! An account's past, walked once: what was added to its meters, when they started again, and its incidents.

use super::types::MeterView;
use super::views::Source;
use super::why::{IncidentView, PrecautionView};
use super::{ApiError, facts};
use crate::config::{AccountConfig, AlertsConfig};
use crate::diagnosis::{AccountFacts, AlertFacts, Change, Incident, Outcome, checklist, incidents};
use crate::model::{
    AccountId, Amount, DAY, Meter, MeterKey, MeterKind, Refusal, Sample, Timestamp, step, words,
};
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
    /// Reads the last 30 days of the meters shown, each meter's samples once. `refusals` are of the same days.
    pub(super) fn read(
        source: &Source,
        id: &AccountId,
        meters: &[MeterView],
        refusals: &[(Timestamp, Refusal)],
    ) -> Result<Past, StoreError> {
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
        let incidents = incidents(refusals, &changes(&moved), source.now);
        Ok(Past { moves: moved, incidents })
    }

    /// The incidents for the window, newest first.
    pub(super) fn views(&self, meters: &[MeterView], zone: &TimeZone) -> Vec<IncidentView> {
        let label = |meter: &MeterKey| {
            let known = meters.iter().find(|one| one.key == *meter);
            known.map_or_else(|| meter.0.clone(), |one| one.label.clone())
        };
        let view = |one: &Incident| IncidentView {
            cause: one.cause,
            title: one.cause.words().title.to_owned(),
            severity: one.cause.severity(),
            meter: one.meter.as_ref().map(label),
            first_at: one.first_at,
            last_at: one.last_at,
            count: one.count,
            message: one.newest.message.clone(),
            open: one.outcome == Outcome::Open,
            outcome: ended(&one.outcome, zone),
        };
        self.incidents.iter().map(view).collect()
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

/// How an incident ended, as a sentence; empty while it goes on.
fn ended(outcome: &Outcome, zone: &TimeZone) -> String {
    let when = |at: &Timestamp| words::dated(*at, zone);
    match outcome {
        Outcome::Open => String::new(),
        Outcome::Added(at, amount, MeterKind::Balance) => {
            format!("Ended by a top-up of {} on {}.", words::amount(*amount), when(at))
        }
        Outcome::Added(at, amount, _) => {
            format!("Ended by a limit raised by {} on {}.", words::amount(*amount), when(at))
        }
        Outcome::Reset(at) => format!("Ended when the limit started again on {}.", when(at)),
        Outcome::Passed(at) => format!("Over since {}, the time that the answer named.", when(at)),
        Outcome::Quiet(at) => format!("Nothing was refused after {}; why is not known.", when(at)),
    }
}

/// What keeps an account's refusals from happening, and what of it is missing.
pub(super) fn precautions(account: &AccountFacts) -> Vec<PrecautionView> {
    let items = checklist(account).into_iter();
    items
        .map(|item| PrecautionView {
            id: item.id.to_owned(),
            standing: item.standing,
            title: item.title.to_owned(),
            text: item.advice.text,
            url: item.advice.url,
        })
        .collect()
}

/// The same from the store alone, as `tollwatch accounts check` prints it.
pub fn check(
    source: &Source,
    id: &AccountId,
    account: &AccountConfig,
    alerts: &AlertsConfig,
) -> Result<Vec<PrecautionView>, ApiError> {
    let watched =
        AlertFacts { notifications: alerts.desktop, low_set: !alerts.low.is_empty(), paused: account.paused };
    Ok(precautions(&facts::of_one(source, id, account, None, watched, source.now)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_with_its_day() {
        // 2026-11-14T10:05:00Z.
        let at = Timestamp(1_794_650_700_000);
        let say = |outcome: Outcome| ended(&outcome, &TimeZone::UTC);
        let (much, some) = ("50 USD".parse().unwrap(), "5 CNY".parse().unwrap());
        assert_eq!(
            say(Outcome::Added(at, much, MeterKind::Balance)),
            "Ended by a top-up of $50.00 on 14 Nov, 10:05."
        );
        assert_eq!(
            say(Outcome::Added(at, some, MeterKind::Budget)),
            "Ended by a limit raised by ¥5.00 on 14 Nov, 10:05."
        );
        assert_eq!(say(Outcome::Reset(at)), "Ended when the limit started again on 14 Nov, 10:05.");
        assert_eq!(say(Outcome::Open), "");
    }
}
