//! What is counted since the start, and each meter's last good figures: all that a scrape asks, without the store.

use super::pipeline::Status;
use crate::model::{
    AccountId, Cause, DAY, Episode, EpisodeKind, Meter, MeterKey, MeterKind, Notice, PollError,
    PollErrorKind, Qty, Refusal, Sample, Severity, Timestamp,
};
use std::collections::BTreeMap;

/// The most meters of one account that are kept in memory.
const METERS: usize = 1_000;

/// Everything that is counted. It begins at zero with the process.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Since when.
    pub started: Timestamp,
    /// By account.
    pub accounts: BTreeMap<AccountId, OfAccount>,
    /// Episodes that began to fire.
    pub fired: BTreeMap<(EpisodeKind, Severity), u64>,
    /// Notices that a channel accepted.
    pub told: BTreeMap<(EpisodeKind, Severity), u64>,
    /// Tellings that no channel accepted.
    pub untold: u64,
}

/// What is counted of one account.
#[derive(Clone, Debug, Default)]
pub struct OfAccount {
    /// Polls by how they ended; `None` is good.
    pub polls: BTreeMap<Option<PollErrorKind>, u64>,
    /// Refusals that were news.
    pub refusals: BTreeMap<Cause, u64>,
    /// The last good figures of each meter.
    pub figures: BTreeMap<MeterKey, Figure>,
}

/// One meter's last good figures.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The meter.
    pub meter: Meter,
    /// Its newest sample.
    pub sample: Sample,
    /// Spent at least since `since`; `None` for a rate limit.
    pub spent: Option<Qty>,
    /// Since when.
    pub since: Timestamp,
}

/// What a good poll brought, as it is counted.
pub(super) struct Good<'a> {
    /// Meters with their figures.
    pub(super) read: Vec<(Meter, Sample)>,
    /// What was spent on each since the poll before.
    pub(super) spends: &'a BTreeMap<MeterKey, Qty>,
    /// Refusals that got a row.
    pub(super) refusals: &'a [Refusal],
    /// Whether every endpoint answered: meters that are not there are gone then.
    pub(super) whole: bool,
}

impl Tally {
    /// Counts a good poll. `last`: when the one before was good.
    pub(super) fn good(
        &mut self,
        account: &AccountId,
        good: Good<'_>,
        last: Option<Timestamp>,
        now: Timestamp,
    ) {
        let started = self.started;
        let of = self.accounts.entry(account.clone()).or_default();
        *of.polls.entry(None).or_default() += 1;
        count_refusals(&mut of.refusals, good.refusals);
        let before = std::mem::take(&mut of.figures);
        for (meter, sample) in good.read {
            let old = before.get(&meter.key).filter(|old| old.meter.id == meter.id);
            let (sum, since) = match old {
                Some(old) => (old.spent.unwrap_or_default(), old.since),
                None => (Qty(0), last.unwrap_or(started).max(started)),
            };
            let spent = good.spends.get(&meter.key).copied().unwrap_or_default();
            let spent = Qty(sum.0.saturating_add(spent.0.max(0)));
            let spent = (meter.kind != MeterKind::Rate).then_some(spent);
            of.figures.insert(meter.key.clone(), Figure { meter, sample, spent, since });
        }
        if !good.whole {
            // An endpoint that failed changes no figure; what was not read for a day is not present any more.
            for (key, old) in before {
                let there = of.figures.contains_key(&key) || of.figures.len() >= METERS;
                if !there && now.since(old.sample.last_at) < DAY {
                    of.figures.insert(key, old);
                }
            }
        }
    }

    /// Counts a failed poll. The figures stay as they were last read.
    pub(super) fn bad(&mut self, account: &AccountId, error: &PollError) {
        let of = self.accounts.entry(account.clone()).or_default();
        *of.polls.entry(Some(error.kind)).or_default() += 1;
        count_refusals(&mut of.refusals, error.refusal.as_deref());
    }

    /// Counts those of the changed episodes that begin to fire now.
    pub(super) fn fire(&mut self, changed: &[Episode], now: Timestamp) {
        for episode in changed.iter().filter(|episode| episode.fired_at == Some(now)) {
            *self.fired.entry((episode.resource.kind, episode.severity)).or_default() += 1;
        }
    }

    /// Counts notices that a channel accepted.
    pub(super) fn tell(&mut self, notices: &[Notice]) {
        for notice in notices {
            *self.told.entry((notice.resource.kind, notice.severity)).or_default() += 1;
        }
    }
}

fn count_refusals<'a>(counts: &mut BTreeMap<Cause, u64>, refusals: impl IntoIterator<Item = &'a Refusal>) {
    for refusal in refusals {
        *counts.entry(refusal.cause).or_default() += u64::from(refusal.count.max(1));
    }
}

/// What the pipeline holds in memory, at one moment.
pub struct Look<'a> {
    /// What is known of every account's polls.
    pub statuses: &'a BTreeMap<AccountId, Status>,
    /// What was counted.
    pub tally: &'a Tally,
    /// Episodes that are not resolved.
    pub live: &'a [Episode],
}
