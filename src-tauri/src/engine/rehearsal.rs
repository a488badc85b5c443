//! The engine without a store or a desktop: episodes are numbered in memory, every notice is accepted at once.

use super::{Engine, Outcome, Read};
use crate::alerts::{Habit, Rules};
use crate::forecast::{Forecast, Memory, Outlook};
use crate::model::{
    AccountId, Episode, Meter, MeterKey, MeterKind, Notice, PollError, Provenance, Qty, Refusal, Sample,
    Severity, Timestamp, Unit, Window,
};
use std::collections::BTreeMap;

/// An engine whose notices are heard by whoever drives it.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    engine: Engine,
    episodes: i64,
}

impl Rehearsal {
    /// Begins at `started_at` with no episode.
    pub fn new(rules: Rules, started_at: Timestamp) -> Rehearsal {
        Rehearsal { engine: Engine::new(rules, Vec::new(), started_at), episodes: 0 }
    }

    /// Takes over what is remembered of a meter.
    pub fn remember(&mut self, meter: i64, memory: Memory, habit: Habit) {
        self.engine.remember(meter, memory, habit);
    }

    /// What the user knows of the time ahead, by account.
    pub fn set_outlooks(&mut self, outlooks: BTreeMap<AccountId, Outlook>) {
        self.engine.set_outlooks(outlooks);
    }

    /// One good poll; returns what it came to and what is told of it.
    pub fn good(
        &mut self,
        account: &AccountId,
        label: &str,
        readings: &[Read<'_>],
        refusals: &[Refusal],
        now: Timestamp,
    ) -> (Outcome, Vec<Notice>) {
        let mut outcome = self.engine.good(account, label, readings, refusals, now);
        let told = self.settle(std::mem::take(&mut outcome.changed), now);
        (outcome, told)
    }

    /// One failed poll; returns what is told of it.
    pub fn bad(
        &mut self,
        account: &AccountId,
        label: &str,
        error: &PollError,
        now: Timestamp,
    ) -> Vec<Notice> {
        let changed = self.engine.bad(account, label, error, now);
        self.settle(changed, now)
    }

    /// The notices that are due without a poll: a critical repeat, or one that was held back.
    pub fn tell(&mut self, now: Timestamp) -> Vec<Notice> {
        let due = self.engine.due(now);
        for notice in &due {
            self.engine.told(notice.episode, notice.severity, now);
        }
        due
    }

    fn settle(&mut self, mut changed: Vec<Episode>, now: Timestamp) -> Vec<Notice> {
        for episode in changed.iter_mut().filter(|episode| episode.id == 0) {
            self.episodes += 1;
            episode.id = self.episodes;
        }
        self.engine.keep(changed);
        self.tell(now)
    }
}

/// What a monitor knows of an account whose top-ups are given by a script: in total, what was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poll {
    /// When it was read.
    pub at: Timestamp,
    /// Spent since the trace began.
    pub spent: Qty,
}

/// A balance that is given at a moment and spent from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// From the poll at this time on.
    pub from: Timestamp,
    /// How much is there then.
    pub amount: Qty,
}

/// What a scripted balance led to, until it was used up or the polls ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Every notice before the wall: when, and how urgent.
    pub notices: Vec<(Timestamp, Severity)>,
    /// The forecast at the first poll of each hour of the clock; those that could not be made are left out.
    pub forecasts: Vec<(Timestamp, Forecast)>,
}

/// One account in US dollars, of which it is read what was spent in total, and, from a moment on, up to which total
/// there is money: as gateways say it that count total use against total credits. A top-up is a higher total, which
/// is told apart from spend to the step. Before there is one it is spend without a limit, of the same meter: history,
/// of which nothing is told.
#[derive(Clone, Debug)]
pub struct Scripted {
    account: AccountId,
    meter: Meter,
    memory: Memory,
}

impl Scripted {
    /// An account without history.
    pub fn new(account: AccountId) -> Scripted {
        let meter = Meter {
            id: 1,
            account: account.clone(),
            key: MeterKey::new("balance.usd"),
            kind: MeterKind::Balance,
            label: "balance".to_owned(),
            unit: Unit::USD,
            window: Window::Never,
            provenance: Provenance::Reported,
        };
        Scripted { account, memory: Memory::new(meter.unit), meter }
    }

    /// Takes polls as history, oldest first, each after those before.
    pub fn absorb(&mut self, polls: &[Poll]) {
        for poll in polls {
            let sample = fold(self.memory.last(), poll, None);
            self.memory.absorb(&sample, poll.at);
        }
    }

    /// Runs one balance over the polls from its beginning on, with this account's history up to there. Ends at the
    /// wall: what comes after is no warning. `hourly` asks for forecasts.
    pub fn run(&self, rules: &Rules, given: Given, polls: &[Poll], hourly: bool) -> Heard {
        let mut heard = Heard::default();
        let Some(first) = polls.first() else { return heard };
        let ends = first.spent.checked_add(given.amount).unwrap_or(Qty(i64::MAX));
        let mut rehearsal = Rehearsal::new(rules.clone(), given.from);
        rehearsal.remember(self.meter.id, self.memory.clone(), Habit::default());
        let mut last = self.memory.last().copied();
        let mut hour = None;
        for poll in polls {
            let sample = fold(last.as_ref(), poll, Some(ends));
            last = Some(sample);
            if sample.headroom().is_some_and(|left| left <= Qty(0)) {
                break;
            }
            let read = Read { meter: &self.meter, sample, refusals: Vec::new() };
            let (mut outcome, told) = rehearsal.good(&self.account, "scripted", &[read], &[], poll.at);
            heard.notices.extend(told.into_iter().map(|notice| (poll.at, notice.severity)));
            let this = Some(poll.at.0.div_euclid(crate::model::HOUR));
            if hourly && this != hour {
                hour = this;
                let forecast = outcome.forecasts.remove(&self.meter.key);
                let made = forecast.filter(|forecast| !matches!(forecast, Forecast::Unknown(_)));
                heard.forecasts.extend(made.map(|forecast| (poll.at, forecast)));
            }
        }
        heard
    }
}

/// The poll's sample: the one before, read once more, or a new one; as the store folds them.
fn fold(last: Option<&Sample>, poll: &Poll, limit: Option<Qty>) -> Sample {
    let new = Sample {
        at: poll.at,
        last_at: poll.at,
        used: Some(poll.spent),
        limit,
        remaining: None,
        resets_at: None,
        reserve: None,
    };
    match last {
        Some(last) if last.says_the_same(&new) => Sample { last_at: poll.at, ..*last },
        _ => new,
    }
}
