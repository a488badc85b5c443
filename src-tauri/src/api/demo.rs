//! The built-in simulator: the same connectors, store, forecast and alerts over a made-up world and a faster clock.
//! It has a history of its own (`demo/` under the data folder). Its time stands still while Tollwatch is closed, so
//! that nothing is missed; stopping it forgets everything.

use super::{ApiError, App, Nothing};
use crate::config::{AccountConfig, Config};
use crate::connectors;
use crate::http::{Answer, Network, WireRequest};
use crate::model::{AccountId, DAY, MINUTE, Meter, MeterKey, Sample, Secret, Timestamp};
use crate::monitor::pipeline::DEMO_NOW;
use crate::monitor::{Clock, Monitor, Parts, poll};
use crate::notify::Notifier;
use crate::secrets::SecretStore;
use crate::simulator::{Dialect, Script, SimAccount, SimRequest, World};
use crate::store::Store;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

/// How far back the tour's history goes at its first start.
const PAST: i64 = 21 * DAY;
/// How often its past was polled.
const PAST_STEP: i64 = 10 * MINUTE;
/// The same world for everybody, so that a report about the demo can be followed.
const SEED: u64 = 402;
/// The drain: this much …
const DRAIN_AMOUNT: i64 = 20_000_000_000;
/// … in this time.
const DRAIN_OVER: i64 = 3 * DAY;
/// The state under which the moment of the first start is kept, and what was played.
const STARTED: &str = "demo_started";

/// What the simulator plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Several accounts with three weeks of history, for ever.
    Tour,
    /// One account runs dry in three days.
    Drain,
}

/// How the demo runs.
#[derive(Clone, Copy, Debug)]
pub struct DemoOptions {
    /// Simulated seconds per second.
    pub speed: f64,
    /// What it plays.
    pub scenario: Scenario,
}

impl Default for DemoOptions {
    fn default() -> Self {
        DemoOptions { speed: 300.0, scenario: Scenario::Tour }
    }
}

/// A running demo.
pub(crate) struct Demo {
    pub(crate) monitor: Monitor,
}

pub(crate) async fn start(app: &App, _: Nothing) -> Result<(), ApiError> {
    app.show_demo(DemoOptions::default()).await
}

pub(crate) async fn stop(app: &App, _: Nothing) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let demo = app.inner.demo.write().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(demo) = demo {
        demo.monitor.stop().await;
        drop(demo);
        let folder = folder(app);
        if let Err(error) = std::fs::remove_dir_all(&folder) {
            tracing::warn!(%error, "The simulator's history could not be removed.");
        }
    }
    app.all_changed();
    Ok(())
}

fn folder(app: &App) -> PathBuf {
    app.inner.folders.data.join("demo")
}

impl App {
    /// Starts the simulator (or takes it up where it was left) and shows it. Does nothing if it runs already.
    pub async fn show_demo(&self, options: DemoOptions) -> Result<(), ApiError> {
        let _one = self.inner.changing.lock().await;
        if self.demo_speed().is_some() {
            return Ok(());
        }
        let store = Store::open(&folder(self).join("history.sqlite"), Clock::Real.now())?;
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).map(Timestamp);
        let (begun, left_at) = (number(store.state(STARTED)?), number(store.state(DEMO_NOW)?));
        let started = begun.unwrap_or_else(|| Clock::Real.now());
        let world = Arc::new(match options.scenario {
            Scenario::Tour => World::demo(SEED, started + -PAST),
            Scenario::Drain => World::scripted(&Script {
                dialect: Dialect::DeepSeek,
                amount: DRAIN_AMOUNT,
                from: started,
                over: DRAIN_OVER,
                top_up: None,
            }),
        });
        let (config, secrets) = accounts(&world).await?;
        if begun.is_none() {
            if options.scenario == Scenario::Tour {
                live_through(&store, &world, &config, &secrets, started).await?;
            }
            store.set_state(STARTED, &started.0.to_string())?;
        }
        let clock = Clock::scaled(left_at.unwrap_or(started), options.speed);
        let monitor = Monitor::start(Parts {
            network: network(world, clock.clone()),
            clock,
            store,
            secrets,
            config,
            notifier: self.inner.notifier.clone() as Arc<dyn Notifier>,
            zone: jiff::tz::TimeZone::system(),
        })?;
        self.forward(&monitor);
        *self.inner.demo.write().unwrap_or_else(PoisonError::into_inner) = Some(Demo { monitor });
        self.all_changed();
        Ok(())
    }
}

/// The world's accounts as a config, with their made-up keys in memory.
async fn accounts(world: &World) -> Result<(Config, SecretStore), ApiError> {
    let mut config = Config::default();
    let secrets = SecretStore::memory();
    for account in world.accounts() {
        let connector = connector_of(account);
        let id =
            AccountId::new(format!("demo-{connector}")).map_err(|message| ApiError::new("demo", message))?;
        let keys = [("key", Some(&account.key)), ("management_key", account.management_key.as_ref())];
        let mut sources = BTreeMap::new();
        for (role, key) in keys {
            if let Some(key) = key {
                secrets.set(&id, role, &Secret::new(key)).await?;
                sources.insert(role.to_owned(), "keychain".to_owned());
            }
        }
        let account = AccountConfig {
            connector: connector.to_owned(),
            label: Some(account.label.clone()),
            base_url: Some(format!("https://simulator.invalid{}", account.dialect.prefix())),
            secrets: sources,
            interval: None,
            paused: false,
            private: false,
            budget: None,
            reload_below: None,
            lead: None,
            key_expires: None,
            ledger: Vec::new(),
            rhythm: None,
            options: toml::Table::new(),
            prices: Default::default(),
            calendar: None,
        };
        config.accounts.insert(id, account);
    }
    Ok((config, secrets))
}

fn connector_of(account: &SimAccount) -> &'static str {
    match account.dialect {
        Dialect::OpenRouter => "openrouter",
        Dialect::DeepSeek => "deepseek",
        Dialect::LiteLlm => "litellm",
    }
}

/// The world as a network: nothing is sent.
fn network(world: Arc<World>, clock: Clock) -> Network {
    Network::in_process(Arc::new(move |request: &WireRequest| {
        let query: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let asked = SimRequest {
            method: request.method.clone(),
            path: request.path.clone(),
            query: query.join("&"),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let answer = world.answer(&asked, clock.now());
        Answer { status: answer.status, headers: answer.headers, body: answer.body }
    }))
}

/// Fills the history with what polls before `until` would have brought: the same connectors, at a clock of its own.
async fn live_through(
    store: &Store,
    world: &Arc<World>,
    config: &Config,
    secrets: &SecretStore,
    until: Timestamp,
) -> Result<(), ApiError> {
    let clock = Clock::manual(until + -PAST);
    let network = network(world.clone(), clock.clone());
    for (id, account) in &config.accounts {
        let Some(connector) = connectors::find(&account.connector) else { continue };
        let label = poll::label(id, account, Some(connector));
        let failed = |error: crate::model::PollError| ApiError::new("poll", error.message);
        let (http, open) =
            poll::prepare(&network, secrets, id, &label, connector, account).await.map_err(failed)?;
        let mut pasts: BTreeMap<MeterKey, (Meter, Vec<Sample>)> = BTreeMap::new();
        let mut at = until + -PAST;
        while at < until {
            clock.set(at);
            // A refusal in the past is no news.
            let polled = poll::ask(connector, &http, &open, at).await.unwrap_or_default();
            for reading in polled.readings {
                if !pasts.contains_key(&reading.meter) {
                    let meter = store.ensure_meter(id, &reading)?;
                    pasts.insert(reading.meter.clone(), (meter, Vec::new()));
                }
                let Some((_, past)) = pasts.get_mut(&reading.meter) else { continue };
                let sample = reading.sample(at);
                match past.last_mut() {
                    Some(last) if last.says_the_same(&sample) => last.last_at = at,
                    _ => past.push(sample),
                }
            }
            at = at + PAST_STEP;
        }
        for (meter, past) in pasts.into_values() {
            store.load_samples(meter.id, &past)?;
        }
    }
    Ok(())
}
