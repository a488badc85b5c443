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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HOUR, MINUTE, PollErrorKind, Provenance, Scope, Unit, Window};

    const START: Timestamp = Timestamp(1_795_132_800_000);

    fn read(id: i64, key: &str, kind: MeterKind, left: i64, at: Timestamp) -> (Meter, Sample) {
        let meter = Meter {
            id,
            account: account(),
            key: MeterKey::new(key),
            kind,
            label: key.into(),
            unit: Unit::USD,
            window: Window::Never,
            provenance: Provenance::Reported,
        };
        let (used, limit, resets_at, reserve) = (None, None, None, None);
        (meter, Sample { at, last_at: at, used, limit, remaining: Some(Qty(left)), resets_at, reserve })
    }

    fn account() -> AccountId {
        AccountId::new("a").unwrap()
    }

    fn spends(of: &[(&str, i64)]) -> BTreeMap<MeterKey, Qty> {
        of.iter().map(|(key, spent)| (MeterKey::new(*key), Qty(*spent))).collect()
    }

    fn keys(tally: &Tally) -> Vec<&str> {
        tally.accounts[&account()].figures.keys().map(|key| key.0.as_str()).collect()
    }

    #[test]
    fn spend_adds_up_from_the_start_and_rates_have_none() {
        let mut tally = Tally { started: START, ..Tally::default() };
        for (minute, left, spent) in [(1, 100, 0), (2, 93, 7), (3, 90, 3)] {
            let now = START + minute * MINUTE;
            let read = vec![
                read(1, "balance", MeterKind::Balance, left, now),
                read(2, "requests", MeterKind::Rate, left, now),
            ];
            let spends = spends(&[("balance", spent), ("requests", spent)]);
            tally.good(&account(), Good { read, spends: &spends, refusals: &[], whole: true }, None, now);
        }
        let of = &tally.accounts[&account()];
        let figure = |key: &str| &of.figures[&MeterKey::new(key)];
        assert_eq!((figure("balance").spent, figure("balance").since), (Some(Qty(10)), START));
        assert_eq!(figure("balance").sample.remaining, Some(Qty(90)));
        assert_eq!(figure("requests").spent, None);
        assert_eq!(of.polls, BTreeMap::from([(None, 3)]));
    }

    #[test]
    fn a_meter_is_gone_when_a_whole_answer_lacks_it_and_stays_a_day_when_an_endpoint_fails() {
        let mut tally = Tally { started: START, ..Tally::default() };
        let poll = |tally: &mut Tally, hour: i64, of: &[&str], whole: bool| {
            let now = START + hour * HOUR;
            let read = of.iter().map(|key| read(key.len() as i64, key, MeterKind::Balance, 5, now)).collect();
            let good = Good { read, spends: &spends(&[]), refusals: &[], whole };
            tally.good(&account(), good, Some(now + -HOUR), now);
        };
        poll(&mut tally, 1, &["a", "bb"], true);
        poll(&mut tally, 2, &["a"], false);
        assert_eq!(keys(&tally), ["a", "bb"]);
        tally.bad(&account(), &PollError::new(PollErrorKind::Unreachable, "no answer"));
        assert_eq!(keys(&tally), ["a", "bb"], "a failed poll changes no figure");
        poll(&mut tally, 24, &["a"], false);
        assert_eq!(keys(&tally), ["a", "bb"]);
        poll(&mut tally, 25, &["a"], false);
        assert_eq!(keys(&tally), ["a"], "read a day ago");
        poll(&mut tally, 26, &["a", "bb"], true);
        poll(&mut tally, 27, &["a"], true);
        assert_eq!(keys(&tally), ["a"]);
        let polls = &tally.accounts[&account()].polls;
        assert_eq!(polls[&Some(PollErrorKind::Unreachable)], 1);
    }

    #[test]
    fn another_unit_is_another_meter_whose_spend_begins_anew() {
        let mut tally = Tally { started: START, ..Tally::default() };
        for (id, spent) in [(1, 4), (2, 9)] {
            let now = START + id * MINUTE;
            let read = vec![read(id, "balance", MeterKind::Balance, 5, now)];
            let spends = spends(&[("balance", spent)]);
            let last = (id > 1).then_some(START + MINUTE);
            tally.good(&account(), Good { read, spends: &spends, refusals: &[], whole: true }, last, now);
        }
        let figure = &tally.accounts[&account()].figures[&MeterKey::new("balance")];
        assert_eq!((figure.spent, figure.since), (Some(Qty(9)), START + MINUTE));
    }

    #[test]
    fn refusals_count_what_they_stand_for() {
        let mut tally = Tally::default();
        let logged = Refusal { count: 4, ..Refusal::new(Cause::KeyLimit, Scope::Key, "log") };
        let good = Good { read: Vec::new(), spends: &spends(&[]), refusals: &[logged], whole: true };
        tally.good(&account(), good, None, START);
        let refusal = Some(Box::new(Refusal::new(Cause::KeyLimit, Scope::Key, "poll")));
        let error = PollError { refusal, ..PollError::new(PollErrorKind::Refused, "402") };
        tally.bad(&account(), &error);
        assert_eq!(tally.accounts[&account()].refusals, BTreeMap::from([(Cause::KeyLimit, 5)]));
    }
}
