//! A poll's news → forecasts, episodes, notices. Pure: no store, no notifier, no clock, nothing asynchronous.
//!
//! The live monitor and `tollwatch replay` both run this, so that what a replay says is what would have been told.
//! Whoever drives it owns what is outside: it stores the episodes that changed and hands them back with their ids
//! ([`Engine::keep`]), has the notices delivered, and says which were accepted ([`Engine::told`]).

pub mod past;
pub mod rehearsal;
mod reload;
pub mod verdict;

use crate::alerts::{self, Fact, Habit, MeterFact, Rules};
use crate::forecast::{self, Calibration, Forecast, Learned, Memory, Outlook};
use crate::model::{
    AccountId, DAY, Episode, EpisodeState, HOUR, MINUTE, Meter, MeterKey, MeterKind, Notice, PollError, Qty,
    Refusal, Reload, Sample, Severity, Step, Timestamp,
};
use std::collections::{BTreeMap, HashMap};

/// How much of the past is read at a start of a meter of which nothing learned is stored.
pub const HISTORY: i64 = 28 * DAY;
/// How often what was learned is worth storing: what came since is read again from the samples.
const STORED: i64 = 6 * HOUR;
/// So long an episode may only go on before its row is brought up to date. A kill loses no more than when it was seen
/// last and the figures of then; the next poll has newer ones.
const BEHIND: i64 = 15 * MINUTE;

/// The state behind all that is forecast and told: each meter's past, the live episodes, the rules in force.
#[derive(Clone, Debug)]
pub struct Engine {
    rules: Rules,
    started_at: Timestamp,
    live: Vec<Episode>,
    /// Of live episodes that went on since they were stored: when they were last seen by what is stored.
    behind: BTreeMap<i64, Timestamp>,
    /// Each meter's past, and what is usual for it.
    memories: HashMap<i64, (Memory, Habit)>,
    /// What each meter's past says of its ranges.
    calibrations: BTreeMap<i64, Calibration>,
    /// When what was learned of each meter was handed out last, to be stored.
    stored: HashMap<i64, Timestamp>,
    /// What the user knows of the time ahead.
    outlooks: BTreeMap<AccountId, Outlook>,
}

/// One meter's figures in a good poll.
#[derive(Clone, Debug)]
pub struct Read<'a> {
    /// The meter.
    pub meter: &'a Meter,
    /// Its figures, folded: an unchanged reading is the sample before with a later `last_at`.
    pub sample: Sample,
    /// Refusals of this meter that are news.
    pub refusals: Vec<Refusal>,
}

/// What a good poll came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Episodes that changed, to be stored and handed to [`Engine::keep`]; those with id 0 are new. One that only goes
    /// on is here every quarter of an hour; until then it is among [`Engine::behind`].
    pub changed: Vec<Episode>,
    /// Each meter's forecast.
    pub forecasts: BTreeMap<MeterKey, Forecast>,
    /// The automatic top-ups that are expected, and when.
    pub reloads: BTreeMap<MeterKey, (Timestamp, Reload)>,
    /// Whether anything was spent since the poll before. What a rate limit's window lost does not count: our own
    /// probe may have taken it.
    pub spent: bool,
    /// What was spent on each meter since the poll before, at least.
    pub spends: BTreeMap<MeterKey, Qty>,
    /// What was learned of meters, by their numbers; to be stored with the poll. At most every six hours of each.
    pub learned: Vec<(i64, Learned)>,
}

impl Engine {
    /// An engine that begins at `started_at` with the episodes that were not resolved then.
    pub fn new(rules: Rules, live: Vec<Episode>, started_at: Timestamp) -> Engine {
        Engine {
            rules,
            started_at,
            live,
            behind: BTreeMap::new(),
            memories: HashMap::new(),
            calibrations: BTreeMap::new(),
            stored: HashMap::new(),
            outlooks: BTreeMap::new(),
        }
    }

    /// Whether the meter's past is in memory.
    pub fn knows(&self, meter: i64) -> bool {
        self.memories.contains_key(&meter)
    }

    /// Takes over what is remembered of a meter.
    pub fn remember(&mut self, meter: i64, mut memory: Memory, habit: Habit) {
        memory.calibrate(self.calibrations.get(&meter).copied());
        self.memories.insert(meter, (memory, habit));
    }

    /// Ranges are read by these from now on.
    pub fn calibrate(&mut self, calibrations: BTreeMap<i64, Calibration>) {
        for (meter, (memory, _)) in &mut self.memories {
            memory.calibrate(calibrations.get(meter).copied());
        }
        self.calibrations = calibrations;
    }

    /// Takes one good poll of an account. Refusals that name no meter stand beside the readings.
    pub fn good(
        &mut self,
        account: &AccountId,
        label: &str,
        readings: &[Read<'_>],
        refusals: &[Refusal],
        now: Timestamp,
    ) -> Outcome {
        let nothing = Outlook::default();
        let outlook = self.outlooks.get(account).unwrap_or(&nothing);
        let mut news: Vec<(Step, Forecast)> = Vec::with_capacity(readings.len());
        let mut learned = Vec::new();
        for read in readings {
            let new = || (Memory::of(read.meter, &[], now), Habit::default());
            let (memory, habit) = self.memories.entry(read.meter.id).or_insert_with(new);
            if let Some(last) = memory.last().filter(|last| last.at != read.sample.at) {
                habit.note(last, &read.sample);
            }
            let step = memory.absorb(&read.sample, now);
            let due = |at: &Timestamp| now - *at >= STORED || *at > now;
            if let Some(known) = memory.learned().filter(|_| self.stored.get(&read.meter.id).is_none_or(due))
            {
                learned.push((read.meter.id, known.clone()));
                self.stored.insert(read.meter.id, now);
            }
            news.push((step, forecast::project(read.meter, memory, outlook, now)));
        }
        let facts: Vec<MeterFact<'_>> = readings
            .iter()
            .zip(&news)
            .map(|(read, (step, forecast))| MeterFact {
                meter: read.meter,
                sample: &read.sample,
                step: *step,
                forecast,
                refusals: &read.refusals,
                habit: self.memories.get(&read.meter.id).map(|(_, habit)| habit),
            })
            .collect();
        let lead = self.lead(account);
        let fact = Fact { account, label, outcome: Ok(&facts), refusals, lead };
        let changed = alerts::step(&self.rules, &self.live, &fact, now);
        drop(facts);
        let changed = self.worth_storing(changed, now);
        let money = |meter: &Meter| meter.kind != MeterKind::Rate;
        let spent =
            readings.iter().zip(&news).any(|(read, (step, _))| money(read.meter) && step.spent > Qty(0));
        let spends = readings.iter().zip(&news);
        let spends = spends.map(|(read, (step, _))| (read.meter.key.clone(), step.spent)).collect();
        let forecasts = readings
            .iter()
            .zip(news)
            .map(|(read, (_, forecast))| (read.meter.key.clone(), forecast))
            .collect();
        let outlook = self.outlooks.get(account).unwrap_or(&nothing);
        let expected = |read: &Read<'_>| Some((read.meter.key.clone(), self.reload(read, outlook, now)?));
        let reloads = readings.iter().filter_map(expected).collect();
        Outcome { changed, forecasts, reloads, spent, spends, learned }
    }

    /// Of what changed, leaves out what only goes on since it was stored, a short while ago: that is in force at once.
    fn worth_storing(&mut self, mut changed: Vec<Episode>, now: Timestamp) -> Vec<Episode> {
        changed.retain_mut(|next| {
            let Some(live) = self.live.iter_mut().find(|live| live.id == next.id) else { return true };
            let stored = self.behind.get(&next.id).copied().unwrap_or(live.seen_at);
            if !next.goes_on(live) || !(0..BEHIND).contains(&(now - stored)) {
                return true;
            }
            self.behind.insert(next.id, stored);
            std::mem::swap(live, next);
            false
        });
        changed
    }

    /// Live episodes that went on since they were stored. To be stored, and handed to [`Engine::keep`], before a notice
    /// of them is told, and at the end.
    pub fn behind(&self) -> impl Iterator<Item = &Episode> {
        self.live.iter().filter(|live| self.behind.contains_key(&live.id))
    }

    /// What was learned of every meter, by their numbers: to be stored at the end.
    pub fn learned(&self) -> impl Iterator<Item = (i64, &Learned)> {
        self.memories.iter().filter_map(|(meter, (memory, _))| Some((*meter, memory.learned()?)))
    }

    /// Takes one failed poll of an account. Returns the episodes that changed, as [`Outcome::changed`].
    pub fn bad(&self, account: &AccountId, label: &str, error: &PollError, now: Timestamp) -> Vec<Episode> {
        let refusals: Vec<Refusal> = error.refusal.iter().map(|refusal| (**refusal).clone()).collect();
        let lead = self.lead(account);
        let fact = Fact { account, label, outcome: Err(error), refusals: &refusals, lead };
        alerts::step(&self.rules, &self.live, &fact, now)
    }

    /// How long before a wall the account's heads-up is wanted, in milliseconds.
    fn lead(&self, account: &AccountId) -> i64 {
        self.rules.accounts.get(account).map(|terms| terms.lead).unwrap_or_default().ms()
    }

    /// Puts stored episodes in the place of the old ones; resolved ones leave.
    pub fn keep(&mut self, stored: Vec<Episode>) {
        for episode in stored {
            self.live.retain(|old| old.id != episode.id);
            self.behind.remove(&episode.id);
            if episode.state != EpisodeState::Resolved {
                self.live.push(episode);
            }
        }
    }

    /// What is due to be told now, the most urgent first.
    pub fn due(&self, now: Timestamp) -> Vec<Notice> {
        alerts::due(&self.rules, &self.live, self.started_at, now)
    }

    /// A notice was accepted: it is not told again.
    pub fn told(&mut self, episode: i64, severity: Severity, at: Timestamp) {
        if let Some(episode) = self.live.iter_mut().find(|live| live.id == episode) {
            episode.note_told(severity, at);
        }
    }

    /// Episodes that are not resolved.
    pub fn live(&self) -> &[Episode] {
        &self.live
    }

    /// What the user knows of the time ahead, by account; returns what was known before.
    pub fn set_outlooks(&mut self, outlooks: BTreeMap<AccountId, Outlook>) -> BTreeMap<AccountId, Outlook> {
        std::mem::replace(&mut self.outlooks, outlooks)
    }

    /// A meter's forecast without a poll; `None` when its past is not in memory. Without an outlook, with the one that
    /// is known of the account.
    pub fn forecast(&self, meter: &Meter, outlook: Option<&Outlook>, now: Timestamp) -> Option<Forecast> {
        let (memory, _) = self.memories.get(&meter.id)?;
        let nothing = Outlook::default();
        let outlook = outlook.or_else(|| self.outlooks.get(&meter.account)).unwrap_or(&nothing);
        Some(forecast::project(meter, memory, outlook, now))
    }

    /// The rules in force from now on.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }
}
