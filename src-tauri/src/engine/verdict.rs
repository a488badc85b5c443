//! What notices were worth: walls that came, how early they were told, and what was told in vain. The bounds are
//! those of docs/forecasting.md's score.

use super::past::{Record, Told};
use crate::model::{
    AccountId, DAY, EpisodeKind, HOUR, MINUTE, Meter, MeterKey, MeterKind, Qty, Sample, Severity, Source,
    Timestamp, step,
};

/// A warning later than this before the wall comes too late.
pub const TIMELY: i64 = 30 * MINUTE;
/// Refusals so close to a wall, or to each other, are the same wall.
const SAME: i64 = DAY;

/// A wall that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Whose.
    pub account: AccountId,
    /// Which meter; `None` for a refusal that named none.
    pub meter: Option<MeterKey>,
    /// When it was first seen.
    pub at: Timestamp,
    /// How long before it the first heads-up, soon and now were told, in milliseconds.
    pub leads: [Option<i64>; 3],
}

impl Hit {
    /// Whether it was told in time by any notice.
    pub fn timely(&self) -> bool {
        self.leads.iter().flatten().any(|lead| *lead >= TIMELY)
    }
}

/// What became of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The wall came within its time: 24 hours, or 96 for a heads-up.
    Right,
    /// A top-up, a raised limit or a reset came within its time, and no wall.
    Renewed,
    /// Its time has not passed yet.
    Open,
    /// Nothing came.
    InVain,
}

/// All walls that came in `from..=to`, oldest first, and what became of each warning of a wall (by its place in
/// `told`); notices of other kinds have no fate.
pub fn judge(
    records: &[Record],
    told: &[Told],
    from: Timestamp,
    to: Timestamp,
) -> (Vec<Hit>, Vec<(usize, Fate)>) {
    let mut hits = Vec::new();
    let mut fates = Vec::new();
    for record in records {
        let mut of_account: Vec<Hit> = Vec::new();
        for (meter, samples) in record.meters.iter().filter(|(meter, _)| meter.kind != MeterKind::Rate) {
            let warned = warnings(told, &record.account, Some(&meter.key));
            let walls = walls(samples, from, to);
            let renewals = renewals(samples);
            let mut since = from;
            for wall in &walls {
                // What was told before the last top-up was about another wall.
                let renewed = renewals.iter().rev().find(|at| *at < wall).copied().unwrap_or(from);
                of_account.push(hit(record, Some(meter), *wall, &warned, since.max(renewed)));
                since = *wall;
            }
            for (index, at, severity) in warned {
                let until = at + window(severity);
                let fate = if walls.iter().any(|wall| *wall >= at && *wall <= until) {
                    Fate::Right
                } else if renewals.iter().any(|renewed| *renewed > at && *renewed <= until) {
                    Fate::Renewed
                } else if until > to {
                    Fate::Open
                } else {
                    Fate::InVain
                };
                fates.push((index, fate));
            }
        }
        for (at, refusal) in &record.refusals {
            let inside = *at >= from && *at <= to;
            let counts = inside && refusal.cause.is_money() && refusal.source != Source::Pasted;
            if counts && !of_account.iter().any(|hit| (hit.at.since(*at)).abs() <= SAME) {
                let warned = warnings(told, &record.account, None);
                of_account.push(hit(record, None, *at, &warned, from));
            }
        }
        hits.extend(of_account);
    }
    hits.sort_by_key(|hit| hit.at);
    fates.sort_by_key(|(index, _)| *index);
    (hits, fates)
}

/// How long after a warning of this severity the wall may come for it to have been right.
fn window(severity: Severity) -> i64 {
    if severity == Severity::HeadsUp { 96 * HOUR } else { 24 * HOUR }
}

/// The warnings of a wall of that meter, or of any of the account: place, time, severity.
fn warnings(
    told: &[Told],
    account: &AccountId,
    meter: Option<&MeterKey>,
) -> Vec<(usize, Timestamp, Severity)> {
    told.iter()
        .enumerate()
        .filter(|(_, told)| {
            let of = &told.notice.resource;
            of.kind == EpisodeKind::Wall
                && of.account.as_ref() == Some(account)
                && (meter.is_none() || of.meter.as_ref() == meter)
        })
        .map(|(index, told)| (index, told.at, told.notice.severity))
        .collect()
}

fn hit(
    record: &Record,
    meter: Option<&Meter>,
    at: Timestamp,
    warned: &[(usize, Timestamp, Severity)],
    since: Timestamp,
) -> Hit {
    let lead = |wanted: Severity| {
        let first = warned.iter().find(|(_, told, severity)| {
            *severity == wanted && *told >= since && *told < at && at.since(*told) <= window(wanted)
        });
        first.map(|(_, told, _)| at.since(*told))
    };
    Hit {
        account: record.account.clone(),
        meter: meter.map(|meter| meter.key.clone()),
        at,
        leads: [Severity::HeadsUp, Severity::Soon, Severity::Now].map(lead),
    }
}

/// When nothing was left any more, having been something before.
fn walls(samples: &[Sample], from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let empty = |sample: &Sample| sample.headroom().map(|left| left <= Qty(0));
    samples
        .windows(2)
        .filter(|pair| empty(&pair[0]) == Some(false) && empty(&pair[1]) == Some(true))
        .map(|pair| pair[1].at)
        .filter(|at| *at >= from && *at <= to)
        .collect()
}

/// When it was topped up or started again in a way that matters.
fn renewals(samples: &[Sample]) -> Vec<Timestamp> {
    let renews = |pair: &&[Sample]| step(&pair[0], &pair[1]).renews(pair[1].headroom());
    samples.windows(2).filter(renews).map(|pair| pair[1].at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Notice, Provenance, Resource, Unit, Window};

    const START: Timestamp = Timestamp(1_794_816_000_000);

    fn record(figures: &[(i64, i64)]) -> Record {
        let account = AccountId::new("demo").unwrap();
        let meter = Meter {
            id: 1,
            account: account.clone(),
            key: MeterKey::new("balance"),
            kind: MeterKind::Balance,
            label: "balance".into(),
            unit: Unit::Tokens,
            window: Window::Never,
            provenance: Provenance::Reported,
        };
        let sample = |(hour, left): &(i64, i64)| Sample {
            at: START + *hour * HOUR,
            last_at: START + *hour * HOUR,
            used: None,
            limit: None,
            remaining: Some(Qty(*left)),
            resets_at: None,
            reserve: None,
        };
        let meters = vec![(meter, figures.iter().map(sample).collect())];
        Record {
            account,
            label: "Demo".into(),
            meters,
            gaps: vec![],
            refusals: vec![],
            every: HOUR,
            outlook: Default::default(),
        }
    }

    fn told(hour: i64, severity: Severity) -> Told {
        let resource = Resource {
            account: AccountId::new("demo").ok(),
            meter: Some(MeterKey::new("balance")),
            kind: EpisodeKind::Wall,
        };
        let (title, body) = (String::new(), String::new());
        let notice = Notice { episode: 1, severity, replaces: 1, title, body, resource };
        Told { at: START + hour * HOUR, notice }
    }

    #[test]
    fn each_warning_has_its_fate_and_each_wall_its_lead() {
        // Full until a wall at hour 100, topped up at 110, topped up again at 310 before it was empty; nothing after.
        let record = record(&[(0, 90), (90, 20), (100, 0), (110, 100), (300, 20), (310, 120), (500, 100)]);
        let told = [
            told(10, Severity::HeadsUp),  // 90 h before the wall: right
            told(60, Severity::Soon),     // 40 h before: too early by 16 h, in vain
            told(97, Severity::Soon),     // 3 h before: right
            told(300, Severity::HeadsUp), // topped up 10 h later
            told(350, Severity::Now),     // nothing came
            told(480, Severity::HeadsUp), // the end comes first
        ];
        let (hits, fates) = judge(&[record], &told, START, START + 500 * HOUR);
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].at, START + 100 * HOUR);
        assert_eq!(hits[0].leads, [Some(90 * HOUR), Some(3 * HOUR), None]);
        assert!(hits[0].timely());
        let fates: Vec<Fate> = fates.into_iter().map(|(_, fate)| fate).collect();
        assert_eq!(fates, [Fate::Right, Fate::InVain, Fate::Right, Fate::Renewed, Fate::InVain, Fate::Open]);
    }

    #[test]
    fn a_wall_that_was_told_late_or_not_at_all_was_missed() {
        let (hits, _) = judge(
            &[record(&[(0, 90), (100, 0), (101, 100), (200, 0)])],
            &[Told { at: START + 100 * HOUR + -10 * MINUTE, ..told(0, Severity::Now) }],
            START,
            START + 200 * HOUR,
        );
        assert_eq!(hits.iter().map(Hit::timely).collect::<Vec<_>>(), [false, false]);
        assert_eq!(hits[0].leads[2], Some(10 * MINUTE));
        assert_eq!(hits[1].leads, [None; 3], "what was told before the top-up was about the other wall");
    }
}
