//! Stored accounts polled once more: what these rules would have told.

use super::Read;
use super::rehearsal::Rehearsal;
use crate::alerts::{Habit, Rules};
use crate::forecast::{Memory, Outlook};
use crate::model::{AccountId, Gap, Meter, Notice, PollError, Refusal, Sample, Timestamp};
use std::collections::BTreeSet;

/// What is stored of one account.
#[derive(Clone, Debug)]
pub struct Record {
    /// Whose.
    pub account: AccountId,
    /// What the user calls it.
    pub label: String,
    /// Each meter with its samples, oldest first; those before the replay begins are its history.
    pub meters: Vec<(Meter, Vec<Sample>)>,
    /// Failed polls, oldest first.
    pub gaps: Vec<Gap>,
    /// Refusals, oldest first, with the time they are stored under.
    pub refusals: Vec<(Timestamp, Refusal)>,
    /// Milliseconds between polls, where the history only says that nothing changed; at least a minute.
    pub every: i64,
    /// The user's calendar, and what else is known of the time ahead.
    pub outlook: Outlook,
}

/// A notice, and when it would have been told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What.
    pub notice: Notice,
}

/// Polls the accounts again from `from` to `to`, in the order of time, with every notice accepted at once. The past
/// before `from` is history, as after a start of the program at that moment.
pub fn replay(records: &[Record], rules: &Rules, from: Timestamp, to: Timestamp) -> Vec<Told> {
    let mut rehearsal = Rehearsal::new(rules.clone(), from);
    let outlook = |record: &Record| (record.account.clone(), record.outlook.clone());
    rehearsal.set_outlooks(records.iter().map(outlook).collect());
    let mut polls: Vec<(Timestamp, usize)> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        for (meter, samples) in &record.meters {
            rehearsal.remember(
                meter.id,
                Memory::of(meter.unit, &before(samples, from), from),
                Habit::default(),
            );
        }
        polls.extend(moments(record, from, to).into_iter().map(|at| (at, index)));
    }
    polls.sort_unstable();
    // How many of each account's refusals were handed over.
    let mut seen: Vec<usize> =
        records.iter().map(|record| record.refusals.partition_point(|(at, _)| *at < from)).collect();
    let mut told = Vec::new();
    for (at, index) in polls {
        let record = &records[index];
        let reach = record.refusals.partition_point(|(time, _)| *time <= at);
        let news: Vec<Refusal> = record.refusals[seen[index].min(reach)..reach]
            .iter()
            .map(|(_, refusal)| refusal.clone())
            .collect();
        seen[index] = seen[index].max(reach);
        let notices = poll(&mut rehearsal, record, news, at);
        told.extend(notices.into_iter().map(|notice| Told { at, notice }));
    }
    told
}

fn poll(rehearsal: &mut Rehearsal, record: &Record, news: Vec<Refusal>, at: Timestamp) -> Vec<Notice> {
    let Record { account, label, .. } = record;
    if let Some(gap) = record.gaps.iter().find(|gap| gap.at <= at && at <= gap.last_at) {
        let mut error = PollError::new(gap.kind, gap.message.clone());
        error.refusal = news.into_iter().next_back().map(Box::new);
        return rehearsal.bad(account, label, &error, at);
    }
    let (mine, of_account): (Vec<Refusal>, Vec<Refusal>) =
        news.into_iter().partition(|refusal| refusal.meter.is_some());
    let read: Vec<Read<'_>> = record
        .meters
        .iter()
        .filter_map(|(meter, samples)| {
            let newest = samples.partition_point(|sample| sample.at <= at).checked_sub(1)?;
            let sample = samples.get(newest).filter(|sample| sample.last_at >= at)?;
            let of_meter = mine.iter().filter(|refusal| refusal.meter.as_ref() == Some(&meter.key));
            Some(Read {
                meter,
                sample: Sample { last_at: at, ..*sample },
                refusals: of_meter.cloned().collect(),
            })
        })
        .collect();
    rehearsal.good(account, label, &read, &of_account, at).1
}

/// The samples as they stood at a moment.
fn before(samples: &[Sample], at: Timestamp) -> Vec<Sample> {
    let stood = samples.iter().take_while(|sample| sample.at < at);
    stood.map(|sample| Sample { last_at: sample.last_at.min(at), ..*sample }).collect()
}

/// When the account was polled, as far as its history tells: at every change, and in between at its usual pace for as
/// long as a figure stood or polls failed.
fn moments(record: &Record, from: Timestamp, to: Timestamp) -> BTreeSet<Timestamp> {
    let samples = record.meters.iter().flat_map(|(_, samples)| samples);
    let stood = samples.map(|sample| (sample.at, sample.last_at, record.every));
    let failed = record.gaps.iter().map(|gap| {
        let between = i64::from(gap.polls.saturating_sub(1).max(1));
        (gap.at, gap.last_at, gap.last_at.since(gap.at) / between)
    });
    let mut moments = BTreeSet::new();
    for (first, last, every) in stood.chain(failed) {
        let every = every.max(crate::model::MINUTE);
        // Meters read together lie on one grid, so that one poll stays one poll.
        let grid = (first.max(from).0.div_euclid(every) + 1..=last.min(to).0.div_euclid(every))
            .map(|step| step * every);
        let ends = [first, last].into_iter().filter(|at| *at >= from && *at <= to);
        moments.extend(grid.map(Timestamp).chain(ends));
    }
    moments
}
