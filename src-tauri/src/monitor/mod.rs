//! The loop: schedule → poll → store → forecast → alerts → notify. Owns the only clock; broadcasts [`Event`].
//!
//! One task per account. A poll's news goes through [`pipeline`] under one lock, so that episodes of all accounts
//! are advanced one at a time. Whatever was stored when a call returned survives a kill of the process.

mod answers;
pub mod backtest;
mod clock;
pub(crate) mod delivery;
pub(crate) mod ledger;
pub(crate) mod outbox;
pub mod pipeline;
pub(crate) mod poll;
mod recall;
mod received;
pub mod schedule;
mod tally;
mod task;

pub use answers::LastPoll;
pub use clock::Clock;
pub use delivery::Post;
pub use ledger::keep as keep_ledger;
pub use outbox::Audience;
pub use pipeline::{Pipeline, Status};
pub use recall::remembered;
pub use received::hand_over;
pub use tally::{Figure, Look, OfAccount, Tally};

use crate::alerts::{Rules, Terms};
use crate::config::{
    AccountConfig, AlertsConfig, ChannelConfig, Config, MoneyConfig, NetworkConfig, OtlpConfig,
};
use crate::forecast::Outlook;
use crate::http::{Network, Policy};
use crate::model::{AccountId, Episode, Severity, Timestamp};
use crate::notify::Notifier;
use crate::secrets::SecretStore;
use crate::store::{Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, broadcast};

/// What the monitor tells whoever listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An account's figures, state or episodes changed; `None` when it concerns all.
    Changed(Option<AccountId>),
    /// A notice was told.
    Told {
        /// Of which episode.
        episode: i64,
        /// How urgent.
        severity: Severity,
        /// Headline.
        title: String,
        /// Lines.
        body: String,
        /// Who showed it: `desktop`, `in_app`.
        channel: String,
    },
}

/// What a monitor is built from.
pub struct Parts {
    /// Where "now" comes from.
    pub clock: Clock,
    /// The history.
    pub store: Store,
    /// The way to the network.
    pub network: Network,
    /// Where secrets are.
    pub secrets: SecretStore,
    /// Accounts and settings.
    pub config: Config,
    /// Who tells the user.
    pub notifier: Arc<dyn Notifier>,
    /// The viewer's time zone, for words such as "today around 16:40".
    pub zone: jiff::tz::TimeZone,
}

/// The running monitor; cheap to clone. Stops when [`Monitor::stop`] is called.
#[derive(Clone)]
pub struct Monitor {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) pipeline: Pipeline,
    pub(crate) network: Network,
    pub(crate) secrets: SecretStore,
    ca_file: Option<std::path::PathBuf>,
    channels: Mutex<BTreeMap<String, (ChannelConfig, tokio::task::JoinHandle<()>)>>,
    accounts: Mutex<BTreeMap<AccountId, Running>>,
    money: Mutex<MoneyConfig>,
    otlp: tokio::sync::watch::Sender<OtlpConfig>,
    alerts: Mutex<AlertsConfig>,
    answers: answers::Answers,
    pushed: received::Pushed,
    stopping: tokio::sync::watch::Sender<bool>,
}

/// One account's task.
struct Running {
    config: AccountConfig,
    poke: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Monitor {
    /// Starts a task per account on the present tokio runtime. Tells at once what fired while nothing ran.
    pub fn start(parts: Parts) -> Result<Monitor, StoreError> {
        let Parts { clock, store, network, secrets, config, notifier, zone } = parts;
        let rules = rules(&config, &zone);
        let pipeline = Pipeline::new(clock, store, notifier, rules, zone)?;
        let (stopping, _) = tokio::sync::watch::channel(false);
        let monitor = Monitor {
            inner: Arc::new(Inner {
                pipeline,
                network,
                secrets,
                ca_file: config.network.ca_file.clone(),
                channels: Mutex::default(),
                accounts: Mutex::default(),
                money: Mutex::default(),
                otlp: tokio::sync::watch::Sender::default(),
                alerts: Mutex::default(),
                answers: answers::Answers::default(),
                pushed: received::Pushed::default(),
                stopping,
            }),
        };
        monitor.apply(&config);
        tokio::spawn(task::watch_sleep(monitor.clone()));
        tokio::spawn(task::keep_house(monitor.clone(), config.monitor.raw_days));
        tokio::spawn(backtest::daily(monitor.clone()));
        Ok(monitor)
    }

    /// Takes over a changed config: starts, restarts and stops accounts; the others go on undisturbed.
    pub fn apply(&self, config: &Config) {
        self.inner.pipeline.set_rules(rules(config, self.inner.pipeline.zone()));
        *self.inner.money.lock().unwrap_or_else(PoisonError::into_inner) = config.money.clone();
        *self.inner.alerts.lock().unwrap_or_else(PoisonError::into_inner) = config.alerts.clone();
        self.inner.otlp.send_if_modified(|known| {
            let differs = *known != config.otlp;
            known.clone_from(&config.otlp);
            differs
        });
        self.inner.pipeline.set_outlooks(outlooks(config));
        self.apply_channels(config);
        let mut accounts = self.accounts();
        accounts.retain(|id, running| {
            let wanted = config.accounts.get(id);
            // Another calendar is no reason to poll anew, nor is another name in metrics.
            if let Some(wanted) = wanted {
                running.config.rhythm.clone_from(&wanted.rhythm);
                running.config.calendar.clone_from(&wanted.calendar);
                running.config.private = wanted.private;
            }
            let keep = wanted == Some(&running.config);
            if !keep {
                running.task.abort();
                if !config.accounts.contains_key(id) {
                    self.inner.pipeline.drop_account(id);
                    self.inner.answers.forget(id);
                }
            }
            keep
        });
        for (id, account) in &config.accounts {
            if accounts.contains_key(id) {
                continue;
            }
            let poke = Arc::new(Notify::new());
            let task = tokio::spawn(task::run(self.clone(), id.clone(), account.clone(), poke.clone()));
            accounts.insert(id.clone(), Running { config: account.clone(), poke, task });
        }
        drop(accounts);
        self.inner.pipeline.broadcast(Event::Changed(None));
    }

    /// Starts, restarts and stops channels. One whose settings changed tries at once what waits for it.
    fn apply_channels(&self, config: &Config) {
        let Inner { pipeline, channels, .. } = &*self.inner;
        let mut running = channels.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Vec::new();
        running.retain(|name, (known, task)| {
            let keep = config.channels.get(name) == Some(known);
            if !keep {
                task.abort();
                changed.push(name.clone());
            }
            keep
        });
        pipeline.set_audience(Audience::of(config));
        let known: Vec<&str> = config.channels.keys().map(String::as_str).collect();
        let mut stored = Ok(());
        // A config that could not be read says nothing of channels: what waits for them is not given up.
        if !config.accounts.is_empty() {
            let why = crate::say!("channel-removed");
            stored = pipeline.store().give_up_others(&known, &why).map(drop);
        }
        for name in changed.iter().filter(|name| config.channels.contains_key(*name)) {
            let retried = pipeline.store().retry_deliveries(Some(name), false, pipeline.clock().now());
            stored = stored.and(retried.map(drop));
        }
        if let Err(error) = stored {
            tracing::error!("The outbox could not be written: {error}");
        }
        for (name, channel) in &config.channels {
            if !running.contains_key(name) {
                let sending = self.post().run(name.clone(), channel.clone(), pipeline.clone());
                running.insert(name.clone(), (channel.clone(), tokio::spawn(sending)));
            }
        }
    }

    /// What sending through a channel takes.
    pub fn post(&self) -> Post {
        let Inner { network, secrets, ca_file, .. } = &*self.inner;
        Post { network: network.clone(), secrets: secrets.clone(), ca_file: ca_file.clone() }
    }

    /// The channels as they are configured.
    pub fn channels(&self) -> BTreeMap<String, ChannelConfig> {
        let running = self.inner.channels.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().map(|(name, (config, _))| (name.clone(), config.clone())).collect()
    }

    /// Tries what waits for a channel, or for all, at once; what was given up in the last days too. Returns how many
    /// messages those are.
    pub fn retry_deliveries(&self, channel: Option<&str>) -> Result<usize, StoreError> {
        let found = self.pipeline().store().retry_deliveries(channel, true, self.now())?;
        self.inner.pipeline.wake_channels();
        Ok(found)
    }

    /// Ends an account's task, so that [`Monitor::apply`] starts it anew with its present secrets.
    pub fn stop_account(&self, id: &AccountId) {
        if let Some(running) = self.accounts().remove(id) {
            running.task.abort();
        }
    }

    /// Polls one account now, or all of them; returns at once.
    pub fn poll_now(&self, account: Option<&AccountId>) {
        for (id, running) in self.accounts().iter() {
            if account.is_none_or(|wanted| wanted == id) {
                running.poke.notify_one();
            }
        }
    }

    /// What is known of every account's polls.
    pub fn statuses(&self) -> BTreeMap<AccountId, Status> {
        self.inner.pipeline.statuses()
    }

    /// What an account's last poll asked and heard; `None` before the first one.
    pub fn last_poll(&self, account: &AccountId) -> Option<LastPoll> {
        self.inner.answers.of(account)
    }

    /// The accounts as they are configured.
    pub fn configured(&self) -> BTreeMap<AccountId, AccountConfig> {
        self.accounts().iter().map(|(id, running)| (id.clone(), running.config.clone())).collect()
    }

    /// The currency of sums, and the rates to it.
    pub fn money(&self) -> MoneyConfig {
        self.inner.money.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where metrics are sent, and when that changes.
    pub fn otlp(&self) -> tokio::sync::watch::Receiver<OtlpConfig> {
        self.inner.otlp.subscribe()
    }

    /// What is told, and how.
    pub fn alerts(&self) -> AlertsConfig {
        self.inner.alerts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The engine behind: store, clock, forecasts, episodes.
    pub fn pipeline(&self) -> &Pipeline {
        &self.inner.pipeline
    }

    /// The way to the network, for testing a draft.
    pub fn network(&self) -> &Network {
        &self.inner.network
    }

    /// Where secrets are.
    pub fn secrets(&self) -> &SecretStore {
        &self.inner.secrets
    }

    /// What is told from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.pipeline.subscribe()
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.inner.pipeline.clock().now()
    }

    /// Live episodes.
    pub fn episodes(&self) -> Vec<Episode> {
        self.inner.pipeline.live()
    }

    /// Stops polling and closes the store. Polls under way are dropped: they have stored nothing yet, or all.
    pub async fn stop(&self) {
        let _ = self.inner.stopping.send(true);
        let running: Vec<Running> = std::mem::take(&mut *self.accounts()).into_values().collect();
        for account in running {
            account.task.abort();
            let _ = account.task.await;
        }
        let channels =
            std::mem::take(&mut *self.inner.channels.lock().unwrap_or_else(PoisonError::into_inner));
        for (_, task) in channels.into_values() {
            task.abort();
            let _ = task.await;
        }
        self.inner.pipeline.finish().await;
    }

    /// Resolves when the monitor stops.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.inner.stopping.subscribe();
        let _ = stopping.wait_for(|stop| *stop).await;
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<AccountId, Running>> {
        self.inner.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the config says of the time ahead, by account.
pub(crate) fn outlooks(config: &Config) -> BTreeMap<AccountId, Outlook> {
    let of = |(id, account): (&AccountId, &AccountConfig)| {
        Some((id.clone(), Outlook::of(Some(account.calendar.as_deref()?))))
    };
    config.accounts.iter().filter_map(of).collect()
}

pub(crate) fn rules(config: &Config, zone: &jiff::tz::TimeZone) -> Rules {
    Rules {
        low: config.alerts.low.clone(),
        zone: zone.clone(),
        quiet: config.alerts.quiet,
        breaks_through: config.alerts.breaks_through,
        bursts: config.alerts.bursts,
        burst_floor: config.alerts.burst_floor.clone(),
        accounts: config.accounts.iter().map(|(id, account)| (id.clone(), terms(account))).collect(),
        ..Rules::with_sensitivity(config.alerts.sensitivity)
    }
}

/// What the user said of one account that matters to alerts.
fn terms(account: &AccountConfig) -> Terms {
    Terms {
        lead: account.lead.unwrap_or_default(),
        reload_below: account.reload_below,
        key_expires: account.key_expires,
    }
}

/// What the config says about the network.
pub(crate) fn policy(config: &NetworkConfig) -> Policy {
    Policy { allow_http: config.allow_http.clone(), ca_file: config.ca_file.clone(), ..Policy::default() }
}
