//! One poll's way: store → forecast → alerts → notify. Time comes in through the clock only, so that a month runs
//! through it in seconds in a test.

use super::{Clock, Event, schedule};
use crate::alerts::{self, Fact, MeterFact, Rules};
use crate::charts;
use crate::forecast::{self, Forecast, History, Outlook};
use crate::ledger;
use crate::model::{
    AccountId, DAY, Episode, EpisodeState, HOUR, Meter, MeterKey, MeterKind, PollError, Polled, Qty, Refusal,
    Sample, Source, Step, Timestamp, step,
};
use crate::notify::Notifier;
use crate::store::{Store, StoreError, Told};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// How much of the past a forecast is made from.
pub const HISTORY: i64 = 28 * DAY;
/// Width and height of a notice's picture, in pixels.
const PICTURE: (u32, u32) = (256, 96);
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
    /// When spend was last seen.
    pub last_spend: Option<Timestamp>,
}

/// The engine behind the monitor; cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    store: Store,
    notifier: Arc<dyn Notifier>,
    zone: jiff::tz::TimeZone,
    started_at: Timestamp,
    rules: Mutex<Rules>,
    live: Mutex<Vec<Episode>>,
    statuses: Mutex<BTreeMap<AccountId, Status>>,
    histories: Mutex<HashMap<i64, Vec<Sample>>>,
    /// What the user knows of the time ahead, by account.
    outlooks: Mutex<BTreeMap<AccountId, Outlook>>,
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
        let inner = Inner {
            started_at: clock.now(),
            live: Mutex::new(store.live_episodes()?),
            trouble: Mutex::default(),
            statuses: Mutex::default(),
            histories: Mutex::default(),
            outlooks: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            telling: tokio::sync::Mutex::default(),
            events: broadcast::channel(EVENTS).0,
            rules: Mutex::new(rules),
            clock,
            store,
            notifier,
            zone,
        };
        Ok(Pipeline { inner: Arc::new(inner) })
    }

    /// Takes one poll's outcome: stores it, forecasts, advances the episodes, tells what is due.
    pub async fn absorb(&self, account: &AccountId, label: String, outcome: Result<Polled, PollError>) {
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
        self.tell().await;
    }

    fn absorb_good(&self, account: &AccountId, label: String, polled: Polled, now: Timestamp) {
        let (news_of_refusals, to_store) = self.fresh_refusals(account, &polled.refusals, now);
        if polled.readings.is_empty() {
            self.settle(account, self.inner.store.note_mute_poll(account, now));
        }
        let recorded = self.inner.store.record(account, now, &polled.readings, &to_store, &polled.costs);
        let recorded = self.settle(account, recorded);
        if let Some(meters) = &recorded {
            self.let_go(account, meters, now);
        }
        let meters = recorded.unwrap_or_default();
        let mut news = Vec::with_capacity(meters.len());
        for meter in &meters {
            if let Some((sample, step)) = self.settle(account, self.advance(meter, now)) {
                let forecast = self.project(meter, now);
                let mine = |refusal: &&Refusal| refusal.meter.as_ref() == Some(&meter.key);
                let refusals: Vec<Refusal> = news_of_refusals.iter().filter(mine).cloned().collect();
                news.push((meter, sample, step, forecast, refusals));
            }
        }
        let facts: Vec<MeterFact<'_>> = news
            .iter()
            .map(|(meter, sample, step, forecast, refusals)| MeterFact {
                meter,
                sample,
                step: *step,
                forecast,
                refusals,
            })
            .collect();
        let of_account: Vec<Refusal> =
            news_of_refusals.iter().filter(|refusal| refusal.meter.is_none()).cloned().collect();
        self.judge(&Fact { account, label: &label, outcome: Ok(&facts), refusals: &of_account }, now);

        // What a rate limit's window lost, our own probe may have taken.
        let money = |meter: &Meter| meter.kind != MeterKind::Rate;
        let spent = news.iter().any(|(meter, _, step, ..)| money(meter) && step.spent > Qty(0));
        let forecasts =
            news.iter().map(|(meter, _, _, forecast, _)| (meter.key.clone(), forecast.clone())).collect();
        let mut statuses = lock(&self.inner.statuses);
        let status = statuses.entry(account.clone()).or_default();
        let last_spend = if spent { Some(now) } else { status.last_spend.or(Some(now)) };
        *status = Status {
            label,
            last_good_at: Some(now),
            next_poll_at: status.next_poll_at,
            interval: status.interval,
            failures: 0,
            problem: None,
            partial: polled.problems,
            forecasts,
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
        let refusals: Vec<Refusal> = error.refusal.iter().map(|refusal| (**refusal).clone()).collect();
        self.judge(&Fact { account, label: &label, outcome: Err(error), refusals: &refusals }, now);
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

    /// Brings the meter's history in memory up to date; returns the newest sample and what happened before it.
    fn advance(&self, meter: &Meter, now: Timestamp) -> Result<(Sample, Step), StoreError> {
        let mut histories = lock(&self.inner.histories);
        let from = Timestamp(now.0 - HISTORY);
        if let Some(history) = histories.get_mut(&meter.id) {
            let Some(newest) = self.inner.store.latest(meter.id)? else {
                return Err(StoreError::Other(format!("the reading of {} was not stored", meter.label)));
            };
            let change = history.last().map_or(Step::default(), |last| step(last, &newest));
            match history.last_mut() {
                Some(last) if last.at == newest.at => *last = newest,
                _ => history.push(newest),
            }
            let old = history.partition_point(|sample| sample.last_at < from);
            // Dropping from the front moves the rest: only when it is worth it.
            if old > 512 {
                history.drain(..old);
            }
            return Ok((newest, change));
        }
        let history = self.inner.store.samples(meter.id, from, now)?;
        let newest = history.last().copied();
        let change = match history.as_slice() {
            [.., before, after] if after.at == now => step(before, after),
            _ => Step::default(),
        };
        histories.insert(meter.id, history);
        let newest = newest.ok_or_else(|| StoreError::Other(format!("{} has no reading", meter.label)))?;
        Ok((newest, change))
    }

    /// The meter's forecast from its history in memory.
    fn project(&self, meter: &Meter, now: Timestamp) -> Forecast {
        let histories = lock(&self.inner.histories);
        let samples = histories.get(&meter.id).map_or(&[][..], Vec::as_slice);
        let outlooks = lock(&self.inner.outlooks);
        match outlooks.get(&meter.account) {
            Some(outlook) => forecast::project(meter, &History { samples, outlook }, now),
            None => forecast::project(meter, &History::new(samples), now),
        }
    }

    /// Takes over what the user knows of the time ahead. The forecasts at hand are made anew with it; episodes follow
    /// at the next poll.
    pub fn set_outlooks(&self, outlooks: BTreeMap<AccountId, Outlook>) {
        let before = std::mem::replace(&mut *lock(&self.inner.outlooks), outlooks.clone());
        let now = self.inner.clock.now();
        for (account, status) in self.statuses() {
            if before.get(&account) == outlooks.get(&account) {
                continue;
            }
            for key in status.forecasts.keys() {
                let Ok(Some(meter)) = self.inner.store.meter(&account, key) else { continue };
                let forecast = self.project(&meter, now);
                if let Some(status) = lock(&self.inner.statuses).get_mut(&account) {
                    status.forecasts.insert(key.clone(), forecast);
                }
            }
        }
    }

    /// Advances the episodes by one account's news and stores what changed.
    fn judge(&self, fact: &Fact<'_>, now: Timestamp) {
        let rules = lock(&self.inner.rules).clone();
        let mut live = lock(&self.inner.live);
        let changed = alerts::step(&rules, &live, fact, now);
        if !changed.is_empty() {
            drop(live);
            let Some(stored) = self.settle(fact.account, self.inner.store.save_episodes(&changed)) else {
                return;
            };
            live = lock(&self.inner.live);
            merge(&mut live, stored);
        }
    }

    /// Changes one live episode by the user's hand, stores it and says so.
    pub fn change(&self, id: i64, change: impl FnOnce(&Episode) -> Episode) -> Result<bool, StoreError> {
        let found = self.live().into_iter().find(|episode| episode.id == id);
        let Some(episode) = found else { return Ok(false) };
        let stored = self.inner.store.save_episodes(&[change(&episode)])?;
        merge(&mut lock(&self.inner.live), stored);
        self.broadcast(Event::Changed(episode.resource.account));
        Ok(true)
    }

    /// Tells what is due. A notice counts as told only after a notifier accepted it; one that none accepted is due
    /// again at the next poll.
    pub async fn tell(&self) {
        let _one = self.inner.telling.lock().await;
        let now = self.inner.clock.now();
        let rules = lock(&self.inner.rules).clone();
        let notices = alerts::due(&rules, &self.live(), self.inner.started_at, now);
        for notice in notices {
            let picture = self.picture(&notice.resource);
            let channel = match self.inner.notifier.notify(&notice, picture.as_deref()).await {
                Ok(channel) => channel,
                Err(error) => {
                    tracing::warn!(
                        episode = notice.episode,
                        retry = error.retry,
                        "A notice was not accepted: {error}"
                    );
                    continue;
                }
            };
            let told = Told {
                episode: notice.episode,
                severity: notice.severity,
                at: now,
                channel: channel.to_owned(),
                title: notice.title.clone(),
            };
            if let Err(error) = self.inner.store.mark_told(&told) {
                tracing::error!("A notice was told but could not be marked so: {error}");
            }
            if let Some(episode) = lock(&self.inner.live).iter_mut().find(|live| live.id == notice.episode) {
                episode.told = Some(notice.severity);
                episode.told_at = Some(now);
            }
            self.broadcast(Event::Told {
                episode: notice.episode,
                severity: notice.severity,
                title: notice.title,
                body: notice.body,
                channel: channel.to_owned(),
            });
        }
    }

    /// The meter's last day as a small picture.
    fn picture(&self, resource: &crate::model::Resource) -> Option<Vec<u8>> {
        let meter = self.inner.store.meter(resource.account.as_ref()?, resource.meter.as_ref()?).ok()??;
        let now = self.inner.clock.now();
        let histories = lock(&self.inner.histories);
        let samples = histories.get(&meter.id)?;
        let from = now + -DAY;
        let first = samples.partition_point(|sample| sample.last_at < from);
        let input = charts::LevelInput {
            unit: meter.unit,
            kind: meter.kind,
            label: &meter.label,
            samples: &samples[first..],
            gaps: &[],
            forecast: None,
            headroom_now: samples.last().and_then(Sample::headroom),
            limit: None,
            resets_at: None,
            refusals: &[],
            from,
            to: now,
            now,
            zone: self.inner.zone.clone(),
            width: PICTURE.0,
            height: PICTURE.1,
        };
        charts::sparkline(&input).ok()
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
        self.resolve(account, |_| true, self.inner.clock.now());
    }

    /// A meter that only a ledger makes, and that this poll did not, is gone by the user's hand: so is what is told
    /// of it.
    fn let_go(&self, account: &AccountId, read: &[Meter], now: Timestamp) {
        let gone = |key: &MeterKey| {
            let stored = || self.inner.store.meter(account, key).ok().flatten();
            let own = |meter: Meter| ledger::is_own(&key.0, meter.provenance);
            !read.iter().any(|meter| meter.key == *key)
                && ledger::may_be_own(&key.0)
                && stored().is_some_and(own)
        };
        self.resolve(account, |episode| episode.resource.meter.as_ref().is_some_and(gone), now);
    }

    /// Resolves those of an account's live episodes.
    fn resolve(&self, account: &AccountId, which: impl Fn(&Episode) -> bool, now: Timestamp) {
        let over: Vec<Episode> = self
            .live()
            .into_iter()
            .filter(|episode| episode.resource.account.as_ref() == Some(account) && which(episode))
            .map(|episode| Episode { state: EpisodeState::Resolved, resolved_at: Some(now), ..episode })
            .collect();
        if over.is_empty() {
            return;
        }
        if let Some(stored) = self.settle(account, self.inner.store.save_episodes(&over)) {
            merge(&mut lock(&self.inner.live), stored);
        }
    }

    /// Waits for the poll under way and closes the store.
    pub(super) async fn finish(&self) {
        let _turn = self.inner.turn.lock().await;
        if let Err(error) = self.inner.store.close() {
            tracing::error!("The history could not be closed cleanly: {error}");
        }
    }

    /// What is known of every account's polls.
    pub fn statuses(&self) -> BTreeMap<AccountId, Status> {
        lock(&self.inner.statuses).clone()
    }

    /// Episodes that are not resolved.
    pub fn live(&self) -> Vec<Episode> {
        lock(&self.inner.live).clone()
    }

    /// What is wrong with the store at present, in words.
    pub fn trouble(&self) -> Option<String> {
        lock(&self.inner.trouble).clone()
    }

    /// The rules in force.
    pub(super) fn set_rules(&self, rules: Rules) {
        *lock(&self.inner.rules) = rules;
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

/// Puts stored episodes in the place of the old ones; resolved ones leave.
fn merge(live: &mut Vec<Episode>, stored: Vec<Episode>) {
    for episode in stored {
        live.retain(|old| old.id != episode.id);
        if episode.state != EpisodeState::Resolved {
            live.push(episode);
        }
    }
}
