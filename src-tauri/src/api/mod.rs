//! The command table: each command once, whatever transport carries it (Tauri's IPC, loopback HTTP, the CLI).

mod accounts;
mod afford;
mod alerting;
mod backtest;
mod bindings;
mod changing;
mod channels;
mod charting;
mod costs;
mod demo;
mod episode;
mod facts;
mod keys;
mod ledger;
mod metrics;
mod onboarding;
mod otlp;
mod overview;
mod past;
mod pictures;
mod raw;
mod replay;
mod report;
mod rhythm;
mod runway;
mod settings;
mod sums;
mod trying;
pub mod types;
mod views;
mod what_if;
mod why;

pub use crate::alerts::word as severity_word;
pub use crate::diagnosis::Standing;
pub use crate::metrics::text::Format as MetricsFormat;
pub use accounts::{catalogue, store_draft, test_configured, test_draft, unstore};
pub use afford::{Afford, AffordMeter, of_store as afford_of_store};
pub use backtest::{BacktestView, Backtests, of as backtest_view, score as backtest_of_store};
pub use bindings::bindings;
pub use channels::{
    ChannelView, ChannelsPage, DeliveryView, channels_of_store, store_channel_secret, test_channel,
};
pub use charting::Data as ChartData;
pub use costs::{CostsRequest, of_store as costs_of_store, word as cost_word};
pub use demo::{DemoOptions, Scenario};
pub use episode::{EpisodePage, MomentView, RangeView, of_store as episode_of_store};
pub use keys::store_secret;
pub use ledger::{LedgerView, add_entry, entry, of_store as ledger_of_store, take_out};
pub use overview::of_store as overview_of_store;
pub use past::check;
pub use replay::{ReplayFate, ReplayRequest, ReplayView, ReplayWall, of_store as replay_of_store};
pub use report::of_store as report_of_store;
pub use rhythm::{RhythmView, view as rhythm_view};
pub use trying::{TryView, try_connector};
pub use views::Source as StoreView;
pub use what_if::{WhatIfRequest, WhatIfView, of_store as what_if_of_store};
pub use why::{AmountView, ExplainView, StepView, explain_for_account, explain_pasted};

use crate::config::{Config, ConfigError, Folders, Scope, ServerConfig};
use crate::http::Network;
use crate::monitor::{Clock, Event, Monitor, Parts, policy};
use crate::notify::{self, Notifier};
use crate::say;
use crate::secrets::SecretStore;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::broadcast;
use types::EventMessage;

/// What only a program with a window can do.
pub trait Host: Send + Sync {
    /// Shows the window, at an episode's page if one is named.
    fn show_window(&self, episode: Option<i64>);
    /// Whether the program starts with the session; `None` where that cannot be.
    fn autostart(&self) -> Option<bool>;
    /// The folder for pictures that the user saves; `None` where a browser downloads them.
    fn picture_folder(&self) -> Option<std::path::PathBuf> {
        None
    }
    /// The folder for papers such as a month's report; `None` where a browser downloads them.
    fn paper_folder(&self) -> Option<std::path::PathBuf> {
        None
    }
    /// Opens a file of ours in the program that the user has for such.
    fn open_file(&self, _path: &std::path::Path) {}
    /// Switches that.
    fn set_autostart(&self, on: bool) -> Result<(), String>;
}

/// A host without a window.
pub struct Headless;

impl Host for Headless {
    fn show_window(&self, _episode: Option<i64>) {}
    fn autostart(&self) -> Option<bool> {
        None
    }
    fn set_autostart(&self, _on: bool) -> Result<(), String> {
        Err(say!("error-no-window"))
    }
}

/// A command's error, as it crosses the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// For programs: `bad_request`, `not_found`, `config`, `secrets`, `store`, `poll`, `host`; or the field of a form
    /// that cannot be read, such as `quiet`.
    pub code: &'static str,
    /// For people: what happened and what to do.
    pub message: String,
}

impl ApiError {
    /// An error with its code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        ApiError { code, message: message.into() }
    }

    /// `what`: in the language that is spoken.
    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new("not_found", say!("error-gone", what = what.to_string()))
    }
}

impl From<ConfigError> for ApiError {
    fn from(error: ConfigError) -> Self {
        Self::new("config", error.to_string())
    }
}

impl From<crate::store::StoreError> for ApiError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::new("store", error.to_string())
    }
}

impl From<crate::secrets::SecretError> for ApiError {
    fn from(error: crate::secrets::SecretError) -> Self {
        Self::new("secrets", error.to_string())
    }
}

/// The program behind a window or a server; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) folders: Folders,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) live: Monitor,
    pub(crate) demo: RwLock<Option<demo::Demo>>,
    pub(crate) notifier: Arc<notify::Chain>,
    /// One change of config, demo or accounts at a time.
    pub(crate) changing: tokio::sync::Mutex<()>,
    pub(crate) config_trouble: Mutex<Option<String>>,
    pub(crate) opening_note: Option<String>,
    /// `[server]` of the config as it was read last: who may ask, and under which names.
    pub(crate) serving: RwLock<Arc<ServerConfig>>,
    events: broadcast::Sender<EventMessage>,
}

impl App {
    /// Takes in metrics that a program pushed; always for the user's own accounts, also while the demo is shown.
    pub fn received(&self, batch: &crate::otlp::Batch) -> Result<crate::otlp::Taken, ApiError> {
        Ok(self.inner.live.received(batch)?)
    }

    /// Reads the config, opens the history, and starts the monitor on the present tokio runtime. A config that
    /// cannot be read is told in the window and left as it is; no account is polled then.
    pub async fn open(folders: Folders, host: Arc<dyn Host>) -> anyhow::Result<App> {
        let (config, config_trouble) = match Config::load(&folders.config_file()) {
            Ok(config) => (config, None),
            Err(error) => (Config::default(), Some(error.to_string())),
        };
        settings::speak(&config);
        let network = Network::new(policy(&config.network))?;
        let clock = Clock::Real;
        let store = Store::open(&folders.history_file(), clock.now())?;
        let opening_note = store.opening_note();
        let (chosen, mut choices) = tokio::sync::mpsc::channel(16);
        let notifier = Arc::new(notify::Chain::new(config.alerts.desktop, chosen));
        let serving = RwLock::new(Arc::new(config.server.clone()));
        let live = Monitor::start(Parts {
            clock,
            store,
            network,
            secrets: SecretStore::keychain("tollwatch"),
            config,
            notifier: notifier.clone() as Arc<dyn Notifier>,
            zone: jiff::tz::TimeZone::system(),
        })?;
        let app = App {
            inner: Arc::new(Inner {
                folders,
                host,
                notifier,
                demo: RwLock::default(),
                changing: tokio::sync::Mutex::default(),
                config_trouble: Mutex::new(config_trouble),
                opening_note,
                serving,
                events: broadcast::channel(256).0,
                live,
            }),
        };
        app.forward(&app.inner.live);
        app.follow_config();
        app.begin_export();
        let weak = Arc::downgrade(&app.inner);
        tokio::spawn(async move {
            while let Some((episode, choice)) = choices.recv().await {
                let Some(inner) = weak.upgrade() else { return };
                App { inner }.chosen(episode, choice);
            }
        });
        Ok(app)
    }

    /// What is pushed to whoever listens.
    pub fn events(&self) -> broadcast::Receiver<EventMessage> {
        self.inner.events.subscribe()
    }

    /// The first screen, for the tray.
    pub async fn overview(&self) -> Result<types::Overview, ApiError> {
        overview::overview(self, Nothing {}).await
    }

    /// The monitor that is shown: the demo's while it runs, else the user's own.
    pub fn shown(&self) -> Monitor {
        let demo = self.inner.demo.read().unwrap_or_else(PoisonError::into_inner);
        demo.as_ref().map_or_else(|| self.inner.live.clone(), |demo| demo.monitor.clone())
    }

    /// `[server]` of the config, as it was read last.
    pub fn serving(&self) -> Arc<ServerConfig> {
        self.inner.serving.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the simulator is shown, and how fast its time runs.
    pub(crate) fn demo_speed(&self) -> Option<f64> {
        let demo = self.inner.demo.read().unwrap_or_else(PoisonError::into_inner);
        demo.as_ref().map(|demo| demo.monitor.pipeline().clock().speed())
    }

    /// Stops everything; what was stored stays.
    pub async fn close(&self) {
        let demo = self.inner.demo.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(demo) = demo {
            demo.monitor.stop().await;
        }
        otlp::last(&self.inner.live).await;
        self.inner.live.stop().await;
    }

    /// Takes over the config when it was changed by hand or by the command line. Asking the file's time twice a
    /// minute costs less than a watcher.
    fn follow_config(&self) {
        let path = self.inner.folders.config_file();
        let changed_at = move || std::fs::metadata(&path).and_then(|file| file.modified()).ok();
        let mut known = changed_at();
        let weak = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(std::time::Duration::from_secs(30)).await;
                let Some(inner) = weak.upgrade() else { return };
                let seen = changed_at();
                if seen != known {
                    known = seen;
                    App { inner }.reload_changed().await;
                }
            }
        });
    }

    /// Passes a monitor's events on to windows and browsers, until it stops.
    pub(crate) fn forward(&self, monitor: &Monitor) {
        let (mut from, to) = (monitor.events(), self.inner.events.clone());
        tokio::spawn(async move {
            loop {
                let message = match from.recv().await {
                    Ok(Event::Changed(account)) => EventMessage::Changed { account },
                    Ok(Event::Told { episode, severity, title, body, channel }) => {
                        EventMessage::Notice { episode, severity, title, body, desktop: channel == "desktop" }
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => EventMessage::Changed { account: None },
                    Err(broadcast::error::RecvError::Closed) => return,
                };
                let _ = to.send(message);
            }
        });
    }

    /// Says that everything changed.
    pub(crate) fn all_changed(&self) {
        let _ = self.inner.events.send(EventMessage::Changed { account: None });
    }

    /// The user chose something on a native notification.
    fn chosen(&self, episode: i64, choice: notify::Chosen) {
        match choice {
            notify::Chosen::Open => self.inner.host.show_window(Some(episode)),
            notify::Chosen::Snooze => {
                let monitor = self.shown();
                let until = monitor.now() + 4 * crate::model::HOUR;
                let snoozed = monitor.pipeline().change(episode, |live| crate::alerts::snooze(live, until));
                if let Err(error) = snoozed {
                    tracing::error!("An episode could not be snoozed: {error}");
                }
            }
        }
    }
}

/// No request.
#[derive(Clone, Copy, Debug, Default, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub struct Nothing {}

/// A command: its name, what it takes and answers, and who may ask it.
pub struct Command {
    /// Name on the wire.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What a token must open. `act`: it changes config, history or keychain, sends something, or asks the network
    /// beyond the usual polls.
    pub scope: Scope,
    /// The JSON Schema of its request.
    pub request_schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    /// The JSON Schema of its answer.
    pub response_schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    request: fn(&ts_rs::Config) -> String,
    response: fn(&ts_rs::Config) -> String,
}

impl Command {
    /// What this request wants: one that is to be kept (`"keep": true`) writes, whatever the command does otherwise.
    pub fn wants(&self, request: &serde_json::Value) -> Scope {
        let kept = request.get("keep").is_some_and(|keep| keep.as_bool() == Some(true));
        if kept { Scope::Act } else { self.scope }
    }
}

/// The JSON Schema of what is pushed to whoever listens.
pub fn event_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<EventMessage>()
}

macro_rules! scope {
    (read) => {
        Scope::Read
    };
    (act) => {
        Scope::Act
    };
}

macro_rules! commands {
    ($($(#[doc = $about:literal])* $scope:ident $name:ident: $request:ty => $response:ty, $body:path;)*) => {
        /// Every command, in the order of the documents.
        pub const COMMANDS: &[Command] = &[$(Command {
            name: stringify!($name),
            about: concat!($($about),*),
            scope: scope!($scope),
            request_schema: |generator| generator.subschema_for::<$request>(),
            response_schema: |generator| generator.subschema_for::<$response>(),
            request: <$request as ts_rs::TS>::name,
            response: <$response as ts_rs::TS>::name,
        }),*];

        impl App {
            /// Runs a command by name. A request that does not fit is an error that says what is missing.
            pub async fn call(
                &self,
                command: &str,
                request: serde_json::Value,
            ) -> Result<serde_json::Value, ApiError> {
                match command {
                    $(stringify!($name) => {
                        let request: $request = serde_json::from_value(request).map_err(|error| {
                            ApiError::new("bad_request", format!("{command}: {error}"))
                        })?;
                        let response: $response = $body(self, request).await?;
                        serde_json::to_value(response)
                            .map_err(|error| ApiError::new("bad_request", format!("{command}: {error}")))
                    })*
                    _ => Err(ApiError::not_found(format_args!("command '{command}'"))),
                }
            }
        }

        /// Writes the TypeScript of every command's types into the folder of `config`.
        pub(crate) fn export_types(config: &ts_rs::Config) -> Result<(), ts_rs::ExportError> {
            use ts_rs::TS;
            $(
                // What has no file of its own (numbers, null, lists) exports what it consists of.
                let _ = <$request>::export_all(config);
                let _ = <$response>::export_all(config);
            )*
            <types::ConnectorView>::export_all(config)?;
            <onboarding::FoundKeys>::export_all(config)?;
            <types::EventMessage>::export_all(config)
        }
    };
}

commands! {
    /// The first screen: the next wall, accounts, live episodes, spend.
    read overview: Nothing => types::Overview, overview::overview;
    /// One account's page.
    read account: accounts::AccountRequest => types::AccountPage, accounts::page;
    /// A chart of one meter.
    read chart: types::ChartRequest => types::ChartView, charting::chart;
    /// What an account's money went on, by model, key, project or user.
    read costs: costs::CostsRequest => costs::CostsView, costs::costs;
    /// A chart as an SVG or PNG file, with title and legend.
    read picture: pictures::PictureRequest => pictures::PictureFile, pictures::picture;
    /// What an account's last poll was answered, without secrets.
    read raw_answers: raw::RawRequest => raw::RawView, raw::raw;
    /// Every connector, for the picker.
    read connectors: Nothing => Vec<types::ConnectorView>, accounts::connectors;
    /// Keys that the environment holds and no account uses; names only, never values.
    read found_keys: Nothing => Vec<onboarding::FoundKeys>, onboarding::found_keys;
    /// Polls a draft once; stores nothing.
    act test_account: types::AccountDraft => types::TestView, accounts::test;
    /// Stores a draft's secrets in the keychain and the account in the config, and starts polling it.
    act add_account: types::AccountDraft => types::AccountView, accounts::add;
    /// What may be changed of an account, as it is.
    read account_form: changing::FormRequest => changing::AccountForm, changing::form;
    /// Polls an account once as it would be after a change; stores nothing.
    act test_change: changing::AccountChange => types::TestView, changing::test;
    /// Changes an account's name, address, options, pace, budget and top-up; its keys stay.
    act update_account: changing::AccountChange => types::AccountView, changing::update;
    /// Removes an account and its secrets; its history too, unless it is to be kept.
    act remove_account: accounts::RemoveRequest => (), accounts::remove;
    /// Stores a further secret of an account, or another in place of one.
    act set_secret: keys::SecretRequest => (), keys::set;
    /// Stops or resumes polling an account.
    act pause_account: accounts::PauseRequest => (), accounts::pause;
    /// An account's ledger: what was typed in, and what is left by it.
    read ledger: ledger::LedgerRequest => ledger::LedgerView, ledger::ledger;
    /// Adds an entry to an account's ledger.
    act add_ledger_entry: ledger::AddEntryRequest => ledger::LedgerView, ledger::add;
    /// Takes an entry out of an account's ledger, if it still says what it did.
    act remove_ledger_entry: ledger::RemoveEntryRequest => ledger::LedgerView, ledger::remove;
    /// Polls one account, or all, at once.
    act poll_now: accounts::PollRequest => (), accounts::poll_now;
    /// Episodes of the last days, newest first.
    read episodes: overview::EpisodesRequest => Vec<types::EpisodeView>, overview::episodes;
    /// One episode: what was told when, from which figures, and what came of it.
    read episode: overview::EpisodeRequest => episode::EpisodePage, episode::page;
    /// The meter up to one of an episode's notices, with what was forecast then.
    read episode_chart: episode::EpisodeChartRequest => types::ChartView, episode::chart;
    /// How good the forecasts and warnings were.
    read backtest: backtest::BacktestRequest => backtest::BacktestView, backtest::view;
    /// Marks an episode as seen: no repeats; it may still escalate.
    act acknowledge: overview::EpisodeRequest => (), overview::acknowledge;
    /// Keeps an episode quiet for some hours.
    act snooze: overview::SnoozeRequest => (), overview::snooze;
    /// Why an answer was a refusal, from what was pasted.
    read explain: why::ExplainRequest => why::ExplainView, why::explain;
    /// Why an account was refused, from a stored refusal and all that is known.
    read diagnose: why::DiagnoseRequest => why::ExplainView, why::diagnose;
    /// What a planned batch, another price or an absence would do to an account's walls.
    read what_if: what_if::WhatIfRequest => what_if::WhatIfView, what_if::what_if;
    /// The user's calendar.
    read rhythm: Nothing => rhythm::RhythmView, rhythm::rhythm;
    /// Changes it, all but the absence.
    act set_rhythm: rhythm::RhythmRequest => rhythm::RhythmView, rhythm::set;
    /// Away until then, or back.
    act set_away: rhythm::AwayRequest => rhythm::RhythmView, rhythm::set_away;
    /// What the rules, at some sensitivity, would have told over the stored history.
    read replay: replay::ReplayRequest => replay::ReplayView, replay::replay_shown;
    /// The settings page.
    read settings: Nothing => types::Settings, settings::settings;
    /// Switches native notifications.
    act set_notifications: settings::SwitchRequest => (), settings::set_notifications;
    /// Chooses the language of the window and of notices.
    act set_language: settings::LanguageRequest => (), settings::set_language;
    /// A month on paper: spend per account, model and key, walls hit and avoided.
    read report: report::ReportRequest => report::ReportView, report::report;
    /// When to tell, for all accounts and for single ones.
    read alert_settings: Nothing => alerting::AlertPage, alerting::page;
    /// Changes when to tell, for all accounts.
    act set_alert_settings: alerting::AlertSettings => (), alerting::set;
    /// Changes what is set for one account's alerts.
    act set_account_alerts: alerting::AccountAlerts => (), alerting::set_account;
    /// The channels beside the desktop, and what was sent last.
    read channels: Nothing => channels::ChannelsPage, channels::page;
    /// Sends a marked test message through a channel.
    act test_channel: channels::ChannelRequest => types::StatusView, channels::test;
    /// Tries at once what waits for a channel, or for all.
    act retry_deliveries: channels::RetryRequest => (), channels::retry;
    /// Sends a test notification.
    act test_notification: Nothing => types::StatusView, settings::test_notification;
    /// Whether a test notification was seen, and on which platform this is.
    read reach: Nothing => onboarding::ReachView, onboarding::reach;
    /// Remembers that the user saw a test notification.
    act notification_seen: Nothing => (), onboarding::seen;
    /// Starts with the session, or not.
    act set_autostart: settings::SwitchRequest => (), settings::set_autostart;
    /// Starts the built-in simulator and shows it.
    act start_demo: Nothing => (), demo::start;
    /// Stops the simulator and forgets its history.
    act stop_demo: Nothing => (), demo::stop;
}
