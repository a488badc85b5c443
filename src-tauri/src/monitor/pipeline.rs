//! One poll's way: store → engine (forecast, alerts) → store → notify. Time comes in through the clock only, so that
//! a month runs through it in seconds in a test.

mod channels;
mod telling;

use super::outbox::Audience;
use super::recall::{self, text};
use super::tally::{Good, Look, Tally};
use super::{Clock, Event, backtest, schedule};
use crate::alerts::Rules;
use crate::engine::{Engine, Read};
use crate::forecast::{Calibration, Forecast, Outlook};
use crate::ledger;
use crate::model::{
    AccountId, DAY, Episode, EpisodeState, HOUR, Meter, MeterKey, PollError, Polled, Reading, Refusal,
    Reload, Sample, Source, Timestamp,
};
use crate::notify::Notifier;
use crate::store::{Came, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, watch};

/// How far back a gateway's log is compared with what was stored of it.
const REFUSALS_KEPT: i64 = 7 * DAY;
/// Events that a slow listener may lag behind before it misses some; it asks for everything again then.
const EVENTS: usize = 256;
/// The name under which simulated time survives a restart.
pub const DEMO_NOW: &str = "demo_now";

/// What is known of one account's polls.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// What the user calls it.
    pub label: String,
    /// When a poll was last good.
    pub last_good_at: Option<Timestamp>,
    /// When it is polled next; `None` while paused.
    pub next_poll_at: Option<Timestamp>,
    /// Milliseconds between polls at present.
    pub interval: i64,
    /// Failed polls in a row.
    pub failures: u32,
    /// Why the last poll failed, and since when polls fail.
    pub problem: Option<(PollError, Timestamp)>,
    /// Endpoints that failed in the last good poll.
    pub partial: Vec<PollError>,
    /// The forecast of each meter in the last good poll.
    pub forecasts: BTreeMap<MeterKey, Forecast>,
    /// The automatic top-ups that were expected then, and when.
    pub reloads: BTreeMap<MeterKey, (Timestamp, Reload)>,
    /// When spend was last seen.
    pub last_spend: Option<Timestamp>,
}

/// What carries each poll through; cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    store: Store,
    notifier: Arc<dyn Notifier>,
    /// Who is told beside the notifier.
    audience: Mutex<Arc<Audience>>,
    /// Rises when something was put into the outbox.
    outbox: watch::Sender<u64>,
    zone: jiff::tz::TimeZone,
    /// Held while what it says is stored, so that a poll and the user's hand never cross.
    engine: Mutex<Engine>,
    statuses: Mutex<BTreeMap<AccountId, Status>>,
    tally: Mutex<Tally>,
    /// Whether a telling is under way that gathers what becomes due meanwhile.
    gathering: AtomicBool,
    /// Whether the store was closed: nothing can be marked told any more, so nothing is told.
    closed: AtomicBool,
    /// What is wrong with the store at present, in words.
    trouble: Mutex<Option<String>>,
    /// One poll's news at a time.
    turn: tokio::sync::Mutex<()>,
    /// One teller at a time, so that nothing is told twice.
    telling: tokio::sync::Mutex<()>,
    events: broadcast::Sender<Event>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pipeline {
    /// Reads the live episodes; everything else comes with the polls.
    pub fn new(
        clock: Clock,
        store: Store,
        notifier: Arc<dyn Notifier>,
        rules: Rules,
        zone: jiff::tz::TimeZone,
    ) -> Result<Self, StoreError> {
        let mut engine = Engine::new(rules, store.live_episodes()?, clock.now());
        engine.calibrate(backtest::last(&store)?.map(|last| last.calibrations).unwrap_or_default());
        let inner = Inner {
            engine: Mutex::new(engine),
            trouble: Mutex::default(),
            statuses: Mutex::default(),
            tally: Mutex::new(Tally { started: clock.now(), ..Tally::default() }),
            gathering: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            turn: tokio::sync::Mutex::default(),
            telling: tokio::sync::Mutex::default(),
            events: broadcast::channel(EVENTS).0,
            audience: Mutex::default(),
            outbox: watch::channel(0).0,
            clock,
            store,
            notifier,
            zone,
        };
        Ok(Pipeline { inner: Arc::new(inner) })
    }

    /// As [`Pipeline::take_in`], and tells what is due at once.
    pub async fn absorb(&self, account: &AccountId, label: String, outcome: Result<Polled, PollError>) {
        self.take_in(account, label, outcome).await;
        self.tell().await;
    }

    /// Takes one poll's outcome: stores it, forecasts, advances the episodes.
    pub async fn take_in(&self, account: &AccountId, label: String, outcome: Result<Polled, PollError>) {
        let turn = self.inner.turn.lock().await;
        let now = self.inner.clock.now();
        match outcome {
            Ok(polled) => self.absorb_good(account, label, polled, now),
            Err(error) => self.absorb_bad(account, label, &error, now),
        }
        if matches!(self.inner.clock, Clock::Scaled { .. }) {
            let _ = self.inner.store.set_state(DEMO_NOW, &now.0.to_string());
        }
        drop(turn);
        self.broadcast(Event::Changed(Some(account.clone())));
    }

    fn absorb_good(&self, account: &AccountId, label: String, polled: Polled, now: Timestamp) {
        let (news_of_refusals, to_store) = self.fresh_refusals(account, &polled.refusals, now);
        if polled.readings.is_empty() {
            self.settle(account, self.inner.store.note_mute_poll(account, now));
        }
        self.let_go(account, &polled.readings, now);
        let mine = |meter: &Meter| {
            let refusals = news_of_refusals.iter();
            refusals.filter(|refusal| refusal.meter.as_ref() == Some(&meter.key)).cloned().collect()
        };
        let of_account: Vec<Refusal> =
            news_of_refusals.iter().filter(|refusal| refusal.meter.is_none()).cloned().collect();
        let last = lock(&self.inner.statuses).get(account).and_then(|status| status.last_good_at);

        let mut engine = lock(&self.inner.engine);
        let mut outcome = None;
        let mut figures = Vec::new();
        let weigh = |stored: &[(Meter, Sample)]| {
            figures = stored.to_vec();
            let mut read = Vec::with_capacity(stored.len());
            for (meter, sample) in stored {
                if self.settle(account, self.recall(&mut engine, meter, sample, now)).is_some() {
                    read.push(Read { meter, sample: *sample, refusals: mine(meter) });
                }
            }
            let came = outcome.insert(engine.good(account, &label, &read, &of_account, now));
            lock(&self.inner.tally).fire(&came.changed, now);
            let made = stored.iter().filter_map(|(meter, _)| Some((meter, came.forecasts.get(&meter.key)?)));
            Came {
                forecasts: backtest::kept(made, last, now),
                learned: came.learned.iter().filter_map(|(meter, known)| text(*meter, known)).collect(),
                episodes: std::mem::take(&mut came.changed),
            }
        };
        let brought = (&polled.readings[..], &to_store[..], &polled.costs[..]);
        let recorded = self.inner.store.record_with(account, now, brought, weigh);
        if let Some(episodes) = self.settle(account, recorded) {
            engine.keep(episodes);
        }
        let outcome = outcome.unwrap_or_else(|| {
            // The history cannot be written: what the provider said of refusals is told all the same.
            let outcome = engine.good(account, &label, &[], &of_account, now);
            lock(&self.inner.tally).fire(&outcome.changed, now);
            self.keep(&mut engine, account, &outcome.changed);
            outcome
        });
        drop(engine);
        let whole = polled.problems.is_empty();
        let good = Good { read: figures, spends: &outcome.spends, refusals: &to_store, whole };
        lock(&self.inner.tally).good(account, good, last, now);

        let mut statuses = lock(&self.inner.statuses);
        let status = statuses.entry(account.clone()).or_default();
        let last_spend = if outcome.spent { Some(now) } else { status.last_spend.or(Some(now)) };
        *status = Status {
            label,
            last_good_at: Some(now),
            next_poll_at: status.next_poll_at,
            interval: status.interval,
            failures: 0,
            problem: None,
            partial: polled.problems,
            forecasts: outcome.forecasts,
            reloads: outcome.reloads,
            last_spend,
        };
    }

    /// Which of a poll's refusals are news, and which are worth a row. Nearly every poll has none, and asks nothing.
    fn fresh_refusals(
        &self,
        account: &AccountId,
        polled: &[Refusal],
        now: Timestamp,
    ) -> (Vec<Refusal>, Vec<Refusal>) {
        if polled.is_empty() {
            return Default::default();
        }
        let seen = self.settle(account, self.inner.store.refusals(Some(account), now + -REFUSALS_KEPT, now));
        let mut seen: Vec<(Timestamp, Refusal)> =
            seen.unwrap_or_default().into_iter().map(|(_, at, refusal)| (at, refusal)).collect();
        // What was pasted was not read by a poll.
        seen.retain(|(_, old)| old.source != Source::Pasted);
        fresh(polled, &seen, now)
    }

    fn absorb_bad(&self, account: &AccountId, label: String, error: &PollError, now: Timestamp) {
        tracing::info!(%account, kind = ?error.kind, "A poll failed: {error}");
        self.settle(account, self.inner.store.record_gap(account, now, error));
        let mut engine = lock(&self.inner.engine);
        let changed = engine.bad(account, &label, error, now);
        self.keep(&mut engine, account, &changed);
        drop(engine);
        let mut tally = lock(&self.inner.tally);
        tally.bad(account, error);
        tally.fire(&changed, now);
        drop(tally);
        let mut statuses = lock(&self.inner.statuses);
        let status = statuses.entry(account.clone()).or_default();
        let since = status.problem.as_ref().map_or(now, |(_, since)| *since);
        status.label = label;
        status.failures = status.failures.saturating_add(1);
        status.problem = Some((error.clone(), since));
    }

    /// A store's answer; trouble is kept for the window and logged, and the poll goes on without.
    fn settle<T>(&self, account: &AccountId, answer: Result<T, StoreError>) -> Option<T> {
        let mut trouble = lock(&self.inner.trouble);
        match answer {
            Ok(value) => {
                *trouble = None;
                Some(value)
            }
            Err(error) => {
                tracing::error!(%account, "The history could not be written: {error}");
                *trouble = Some(error.to_string());
                None
            }
        }
    }

    /// Before a meter's first figures, the engine is given its history: as it stood before `newest`.
    fn recall(
        &self,
        engine: &mut Engine,
        meter: &Meter,
        newest: &Sample,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !engine.knows(meter.id) {
            let (memory, habit) = recall::before(&self.inner.store, meter, newest, now)?;
            engine.remember(meter.id, memory, habit);
        }
        Ok(())
    }

    /// Forecasts read their ranges by these from now on.
    pub fn calibrate(&self, calibrations: BTreeMap<i64, Calibration>) {
        lock(&self.inner.engine).calibrate(calibrations);
    }

    /// Stores episodes that changed; they are in force once they are stored.
    fn keep(&self, engine: &mut Engine, account: &AccountId, changed: &[Episode]) {
        if changed.is_empty() {
            return;
        }
        if let Some(stored) = self.settle(account, self.inner.store.save_episodes(changed)) {
            engine.keep(stored);
        }
    }

    /// Stores those live episodes that went on since they were stored.
    fn catch_up(&self, which: impl Fn(&Episode) -> bool) {
        let mut engine = lock(&self.inner.engine);
        let behind: Vec<Episode> = engine.behind().filter(|episode| which(episode)).cloned().collect();
        if behind.is_empty() {
            return;
        }
        match self.inner.store.save_episodes(&behind) {
            Ok(stored) => engine.keep(stored),
            Err(error) => tracing::error!("The history could not be written: {error}"),
        }
    }

    /// Changes one live episode by the user's hand, stores it and says so.
    pub fn change(&self, id: i64, change: impl FnOnce(&Episode) -> Episode) -> Result<bool, StoreError> {
        let mut engine = lock(&self.inner.engine);
        let found = engine.live().iter().find(|episode| episode.id == id).cloned();
        let Some(episode) = found else { return Ok(false) };
        engine.keep(self.inner.store.save_episodes(&[change(&episode)])?);
        drop(engine);
        self.broadcast(Event::Changed(episode.resource.account));
        Ok(true)
    }

    /// Milliseconds until the account's next poll.
    pub fn interval(&self, account: &AccountId, usual: i64, least: i64, now: Timestamp) -> i64 {
        let statuses = lock(&self.inner.statuses);
        let Some(status) = statuses.get(account) else { return usual };
        let forecasts: Vec<Forecast> = status.forecasts.values().cloned().collect();
        let retry_after = status.problem.as_ref().and_then(|(error, _)| error.retry_after);
        let pace = schedule::Pace {
            usual,
            least,
            failures: status.failures,
            retry_after,
            forecasts: &forecasts,
            last_spend: status.last_spend,
        };
        schedule::interval(&pace, now)
    }

    /// Notes when the account is polled next.
    pub(super) fn note_next(&self, account: &AccountId, at: Option<Timestamp>, interval: i64) {
        let mut statuses = lock(&self.inner.statuses);
        let status = statuses.entry(account.clone()).or_default();
        status.next_poll_at = at;
        status.interval = interval;
    }

    /// Forgets what is in memory of a removed account; resolves its episodes.
    pub(super) fn drop_account(&self, account: &AccountId) {
        lock(&self.inner.statuses).remove(account);
        lock(&self.inner.tally).accounts.remove(account);
        self.resolve(account, |_| true, self.inner.clock.now());
    }

    /// A meter that only a ledger makes, and that this poll did not, is gone by the user's hand: so is what is told
    /// of it.
    fn let_go(&self, account: &AccountId, read: &[Reading], now: Timestamp) {
        let gone = |key: &MeterKey| {
            let stored = || self.inner.store.meter(account, key).ok().flatten();
            let own = |meter: Meter| ledger::is_own(&key.0, meter.provenance);
            !read.iter().any(|reading| reading.meter == *key)
                && ledger::may_be_own(&key.0)
                && stored().is_some_and(own)
        };
        self.resolve(account, |episode| episode.resource.meter.as_ref().is_some_and(gone), now);
    }

    /// Resolves those of an account's live episodes.
    fn resolve(&self, account: &AccountId, which: impl Fn(&Episode) -> bool, now: Timestamp) {
        let mut engine = lock(&self.inner.engine);
        let over: Vec<Episode> = engine
            .live()
            .iter()
            .filter(|episode| episode.resource.account.as_ref() == Some(account) && which(episode))
            .map(|episode| Episode {
                state: EpisodeState::Resolved,
                resolved_at: Some(now),
                ..episode.clone()
            })
            .collect();
        self.keep(&mut engine, account, &over);
    }

    /// Waits for the poll under way and closes the store.
    pub(super) async fn finish(&self) {
        let _turn = self.inner.turn.lock().await;
        let _telling = self.inner.telling.lock().await;
        self.inner.closed.store(true, Ordering::SeqCst);
        self.catch_up(|_| true);
        let engine = lock(&self.inner.engine);
        let learned: Vec<(i64, String)> =
            engine.learned().filter_map(|(meter, known)| text(meter, known)).collect();
        drop(engine);
        if let Err(error) = self.inner.store.keep_learned(&learned) {
            tracing::warn!(
                "What was learned last is not stored, and is read again from the samples: {error}"
            );
        }
        if let Err(error) = self.inner.store.close() {
            tracing::error!("The history could not be closed cleanly: {error}");
        }
    }

    /// What is known of every account's polls.
    pub fn statuses(&self) -> BTreeMap<AccountId, Status> {
        lock(&self.inner.statuses).clone()
    }

    /// Looks at what is in memory, without a copy of it. Polls wait meanwhile.
    pub fn look<T>(&self, see: impl FnOnce(&Look<'_>) -> T) -> T {
        let live = self.live();
        let (statuses, tally) = (lock(&self.inner.statuses), lock(&self.inner.tally));
        see(&Look { statuses: &statuses, tally: &tally, live: &live })
    }

    /// Episodes that are not resolved.
    pub fn live(&self) -> Vec<Episode> {
        lock(&self.inner.engine).live().to_vec()
    }

    /// What is wrong with the store at present, in words.
    pub fn trouble(&self) -> Option<String> {
        lock(&self.inner.trouble).clone()
    }

    /// The rules in force.
    pub(super) fn set_rules(&self, rules: Rules) {
        lock(&self.inner.engine).set_rules(rules);
    }

    /// A meter's forecast with another outlook; `None` when its past is not in memory. Changes nothing.
    pub fn what_if(&self, meter: &Meter, outlook: &Outlook, now: Timestamp) -> Option<Forecast> {
        lock(&self.inner.engine).forecast(meter, Some(outlook), now)
    }

    /// Takes over what the user knows of the time ahead. The forecasts at hand are made anew with it; episodes follow
    /// at the next poll.
    pub fn set_outlooks(&self, outlooks: BTreeMap<AccountId, Outlook>) {
        let mut engine = lock(&self.inner.engine);
        let before = engine.set_outlooks(outlooks.clone());
        let now = self.inner.clock.now();
        for (account, status) in self.statuses() {
            if before.get(&account) == outlooks.get(&account) {
                continue;
            }
            for key in status.forecasts.keys() {
                let Ok(Some(meter)) = self.inner.store.meter(&account, key) else { continue };
                let Some(forecast) = engine.forecast(&meter, None, now) else { continue };
                if let Some(status) = lock(&self.inner.statuses).get_mut(&account) {
                    status.forecasts.insert(key.clone(), forecast);
                }
            }
        }
    }

    /// The history.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The viewer's time zone.
    pub fn zone(&self) -> &jiff::tz::TimeZone {
        &self.inner.zone
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Nobody listening is no error.
    pub(super) fn broadcast(&self, event: Event) {
        let _ = self.inner.events.send(event);
    }
}

/// Which of a poll's refusals are news, and which of those are worth a row. A gateway's log is read again at every
/// poll: what stands there with its time is news once. What the provider only states ("not available") is news as
/// long as it is stated, and gets a row every six hours.
fn fresh(polled: &[Refusal], seen: &[(Timestamp, Refusal)], now: Timestamp) -> (Vec<Refusal>, Vec<Refusal>) {
    let same = |refusal: &Refusal, old: &Refusal| old.rule == refusal.rule && old.message == refusal.message;
    let logged_before = |refusal: &Refusal| {
        refusal.at.is_some() && seen.iter().any(|(_, old)| old.at == refusal.at && same(refusal, old))
    };
    let stated_before = |refusal: &Refusal| {
        let lately = |at: &Timestamp| now.since(*at) < 6 * HOUR;
        refusal.at.is_none()
            && seen.iter().any(|(at, old)| lately(at) && old.at.is_none() && same(refusal, old))
    };
    let news: Vec<Refusal> = polled.iter().filter(|refusal| !logged_before(refusal)).cloned().collect();
    let to_store = news.iter().filter(|refusal| !stated_before(refusal)).cloned().collect();
    (news, to_store)
}
