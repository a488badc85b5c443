//! What crosses the wire between the library and a window or browser. Exported to TypeScript
//! (`ui/src/lib/bindings/`, drift-tested). Amounts are decimal strings: a browser's numbers are floats.

use crate::charts::Picture;
use crate::connectors::ConnectorKind;
use crate::forecast::Confidence;
use crate::model::words::Language;
use crate::model::{
    AccountId, EpisodeKind, EpisodeState, MeterKey, MeterKind, PollErrorKind, Provenance, Severity,
    Timestamp, Unit, Window,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A meter's forecast.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ForecastView {
    /// A wall is in sight.
    Wall {
        /// One chance in ten that it comes before this.
        p10: Timestamp,
        /// As likely before as after.
        p50: Timestamp,
        /// Nine chances in ten that it comes before this; missing beyond the horizon.
        p90: Option<Timestamp>,
        /// The chance that it comes before the reset; 1 where there is none.
        before_reset: f64,
        /// How far to trust it.
        confidence: Confidence,
    },
    /// No wall in sight.
    Clear {
        /// As far as was looked.
        until: Timestamp,
        /// How far to trust it.
        confidence: Confidence,
    },
    /// No forecast.
    Unknown {
        /// Why, as half a sentence: "two hours of history, a day is needed".
        reason: String,
    },
}

/// One meter with its present figures. A figure that nobody said is missing, never zero.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct MeterView {
    /// Stable name within the account.
    pub key: MeterKey,
    /// Kind.
    pub kind: MeterKind,
    /// What a person calls it.
    pub label: String,
    /// Unit of all amounts here.
    pub unit: Unit,
    /// Decimal string.
    pub used: Option<String>,
    /// Decimal string.
    pub limit: Option<String>,
    /// Decimal string; debt is negative.
    pub remaining: Option<String>,
    /// Remaining less the reservation for one request; decimal string.
    pub headroom: Option<String>,
    /// Headroom as a share of the limit, or of the highest balance of the last 30 days: 0 to 1.
    pub share: Option<f64>,
    /// How it starts again.
    pub window: Window,
    /// When it next does.
    pub resets_at: Option<Timestamp>,
    /// Every reset of the next 30 days, the next first.
    pub resets: Vec<Timestamp>,
    /// The automatic top-up that is expected, if one is.
    pub reload: Option<ReloadView>,
    /// Where the figures come from.
    pub provenance: Provenance,
    /// When they were last read well.
    pub read_at: Timestamp,
    /// Present burn in whole units per hour; missing when unknown.
    pub burn: Option<f64>,
    /// The forecast.
    pub forecast: ForecastView,
    /// The highest severity of a live episode.
    pub severity: Option<Severity>,
    /// Headroom (or use) over the last 24 h in 48 equal steps, oldest first; a gap is `null`.
    pub trend: Vec<Option<f64>>,
}

/// An automatic top-up that is expected: the user said so, or those of the past look like one.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct ReloadView {
    /// When, as likely before as after; the present moment when it is due.
    pub at: Timestamp,
    /// Below which level it comes; decimal string.
    pub below: String,
    /// How much is added, where it was seen; decimal string.
    pub amount: Option<String>,
}

impl MeterView {
    /// Whether nothing is left, or less: calls are refused. Amounts are printed without trailing zeros. A rate limit
    /// never is: it refills while one looks.
    pub fn is_used_up(&self) -> bool {
        let nothing = |left: &str| left == "0" || left.starts_with('-');
        self.kind != MeterKind::Rate && self.headroom.as_deref().is_some_and(nothing)
    }
}

/// How an account does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Not polled yet.
    Waiting,
    /// The last poll was good and is recent.
    Fresh,
    /// The last good poll is older than three intervals.
    Stale,
    /// The last polls failed.
    Failing,
    /// The machine is offline.
    Offline,
    /// Paused by the user.
    Paused,
}

/// Something that is wrong with an account, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct ProblemView {
    /// Which kind.
    pub kind: PollErrorKind,
    /// What happened and what to do.
    pub message: String,
    /// Since when.
    pub since: Timestamp,
}

/// One account with its meters.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct AccountView {
    /// Stable id.
    pub id: AccountId,
    /// What the user calls it.
    pub label: String,
    /// Connector id.
    pub connector: String,
    /// Connector's display name.
    pub connector_name: String,
    /// Where it answers.
    pub base_url: String,
    /// How it does.
    pub state: AccountState,
    /// When it last answered well.
    pub last_good_at: Option<Timestamp>,
    /// When it is polled next; missing while paused.
    pub next_poll_at: Option<Timestamp>,
    /// Milliseconds between polls at present.
    #[ts(type = "number")]
    pub interval: i64,
    /// Why the last poll failed, if it did.
    pub problem: Option<ProblemView>,
    /// Endpoints that failed while others answered.
    pub partial: Vec<String>,
    /// Its meters: in the connector's order, on the overview the nearest wall first.
    pub meters: Vec<MeterView>,
    /// Where money is added or a limit raised.
    pub top_up_url: Option<String>,
    /// Where each secret lives: role → `keychain`, `env:NAME` or `credential:NAME`. Never the secret.
    pub secrets: BTreeMap<String, String>,
}

/// One rule's life on one meter.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct EpisodeView {
    /// Stable number.
    #[ts(type = "number")]
    pub id: i64,
    /// Whose; missing for "offline".
    pub account: Option<AccountId>,
    /// The account's label.
    pub account_label: Option<String>,
    /// Which meter, if one.
    pub meter: Option<MeterKey>,
    /// Which rule.
    pub kind: EpisodeKind,
    /// Where it stands.
    pub state: EpisodeState,
    /// How urgent.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// Since when the condition holds.
    pub began_at: Timestamp,
    /// When it ended.
    pub resolved_at: Option<Timestamp>,
    /// Quiet until then.
    pub snoozed_until: Option<Timestamp>,
    /// When the user was last told.
    pub told_at: Option<Timestamp>,
    /// When the refusal was that is told: names it for `diagnose`.
    pub refused_at: Option<Timestamp>,
    /// Why it was told, a sentence each.
    pub why: Vec<String>,
}

/// The first sentence of the overview.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Headline {
    /// How urgent; missing when nothing is near.
    pub severity: Option<Severity>,
    /// Up to the coloured part: `OpenRouter · key “ci” runs out`.
    pub lead: String,
    /// The coloured part: `today around 16:40`; empty when nothing is near.
    pub when: String,
    /// The line below: range, what is left, burn.
    pub detail: String,
    /// Whose meter.
    pub account: Option<AccountId>,
    /// Which meter.
    pub meter: Option<MeterKey>,
    /// Where to mend it.
    pub top_up_url: Option<String>,
    /// The live episode, if one.
    #[ts(type = "number | null")]
    pub episode: Option<i64>,
}

/// What was spent in one unit.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct SpentView {
    /// The unit: money only.
    pub unit: Unit,
    /// Since local midnight; decimal string.
    pub today: String,
    /// Yesterday up to the same time of day; missing without that much history.
    pub today_before: Option<String>,
    /// Since Monday.
    pub week: String,
    /// Last week up to the same time.
    pub week_before: Option<String>,
    /// Since the 1st.
    pub month: String,
    /// Last month up to the same time.
    pub month_before: Option<String>,
}

/// What was spent in all currencies together, at the user's own rates.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct TotalView {
    /// The currency of the sums.
    pub unit: Unit,
    /// Since local midnight; decimal string. Missing where a rate is, or where it does not fit.
    pub today: Option<String>,
    /// Since Monday.
    pub week: Option<String>,
    /// Since the 1st.
    pub month: Option<String>,
    /// The rates with their days, or why there is no sum.
    pub note: String,
}

/// Which world is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum World {
    /// The user's own accounts.
    Live,
    /// The built-in simulator.
    Demo,
}

/// The first screen.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Overview {
    /// The monitor's present moment (simulated in the demo). Ages are worked out against this.
    pub now: Timestamp,
    /// IANA name of the viewer's zone as the library sees it.
    pub zone: String,
    /// Own accounts or the simulator.
    pub world: World,
    /// How fast the demo's time runs; 1 is real time.
    pub speed: f64,
    /// The next wall, in words.
    pub headline: Headline,
    /// Accounts, the nearest wall first.
    pub accounts: Vec<AccountView>,
    /// Live episodes that fire, most urgent first.
    pub episodes: Vec<EpisodeView>,
    /// Spend by unit.
    pub spent: Vec<SpentView>,
    /// The same over all units, when the user chose a currency for it and something was spent in another.
    pub total: Option<TotalView>,
    /// Something that concerns the whole program: a damaged config, a full disk, no notification service.
    pub warnings: Vec<String>,
    /// The language that all sentences are in; the window speaks it too.
    pub language: Language,
}

/// One line of an account's past.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct EventView {
    /// When.
    pub at: Timestamp,
    /// `top_up`, `reset`, `gap`, `refusal`, `notice`.
    pub kind: String,
    /// What happened, in words.
    pub text: String,
}

/// The account page.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct AccountPage {
    /// The monitor's present moment.
    pub now: Timestamp,
    /// The account.
    pub account: AccountView,
    /// Its last 30 days, newest first, at most 200.
    pub events: Vec<EventView>,
    /// The keys that its connector can use, whether it has them or not, and what each opens.
    pub keys: Vec<SecretView>,
    /// Refusals of the last 30 days, grouped, newest first.
    pub incidents: Vec<super::why::IncidentView>,
    /// What keeps refusals from happening, and what of it is missing.
    pub precautions: Vec<super::why::PrecautionView>,
}

/// How much of the past a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub enum ChartRange {
    /// One day.
    #[serde(rename = "24h")]
    Day,
    /// Seven days.
    #[serde(rename = "7d")]
    Week,
    /// Thirty days.
    #[serde(rename = "30d")]
    Month,
    /// A year.
    #[serde(rename = "1y")]
    Year,
}

impl ChartRange {
    /// The range of that name: `24h`, `7d`, `30d`, `1y`.
    pub fn named(name: &str) -> Option<ChartRange> {
        match name {
            "24h" => Some(ChartRange::Day),
            "7d" => Some(ChartRange::Week),
            "30d" => Some(ChartRange::Month),
            "1y" => Some(ChartRange::Year),
            _ => None,
        }
    }
}

/// What a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartWhat {
    /// What is left (or used, for a meter without limit), with the forecast.
    Level,
    /// What was spent per hour or day.
    Spend,
}

/// Asks for a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ChartRequest {
    /// Whose.
    pub account: AccountId,
    /// Which meter.
    pub meter: MeterKey,
    /// What of it.
    pub what: ChartWhat,
    /// How far back. Ignored when `from` and `to` are given.
    pub range: ChartRange,
    /// Zoomed: left edge.
    pub from: Option<Timestamp>,
    /// Zoomed: right edge.
    pub to: Option<Timestamp>,
    /// Width in CSS pixels: 200 to 4000.
    pub width: u32,
    /// Height in CSS pixels: 100 to 2000.
    pub height: u32,
}

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct ChartView {
    /// The picture with all that a window needs to add crosshair, tooltip, zoom and table.
    pub picture: Picture,
}

/// A secret that a connector wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct SecretView {
    /// Role.
    pub role: String,
    /// What a person calls it.
    pub label: String,
    /// Whether polls need it.
    pub required: bool,
    /// Which kind of key and where to get it.
    pub help: String,
    /// The page where it is made.
    pub url: Option<String>,
    /// Meters that it opens, by label.
    pub opens: Vec<String>,
}

/// A setting of a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct OptionView {
    /// Name in config.
    pub name: String,
    /// What a person calls it.
    pub label: String,
    /// One sentence.
    pub help: String,
    /// Whether polls need it.
    pub required: bool,
    /// An example value.
    pub example: String,
    /// The values that it may have, the usual one first; empty for free text.
    pub choices: Vec<String>,
}

/// A meter that a connector can report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct OfferView {
    /// Stable name; a trailing `.*` stands for one per currency, key or team.
    pub key: String,
    /// What a person calls it.
    pub label: String,
    /// Its kind.
    pub kind: MeterKind,
    /// The secret role that opens it; empty when it needs none.
    pub needs: String,
}

/// A connector, for the picker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct ConnectorView {
    /// Id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Which part of the catalogue it stands in.
    pub kind: ConnectorKind,
    /// That part's heading.
    pub group: String,
    /// What it is for.
    pub about: String,
    /// What keys for it begin with, and the role to offer them to; only to guess whose a pasted key is.
    pub starts: Vec<(String, String)>,
    /// Default base URL; the user must give one where it is missing.
    pub base_url: Option<String>,
    /// Secrets, in the order to ask.
    pub secrets: Vec<SecretView>,
    /// Options, in the order to ask.
    pub options: Vec<OptionView>,
    /// Meters, in the order to show them.
    pub meters: Vec<OfferView>,
    /// Documentation.
    pub docs_url: String,
    /// Where money is added or a limit raised.
    pub top_up_url: Option<String>,
    /// Payment methods and invoices.
    pub billing_url: Option<String>,
    /// Where keys, their limits and permissions are.
    pub keys_url: Option<String>,
    /// Budgets, spend caps and rate limits.
    pub limits_url: Option<String>,
    /// Whether the service works now.
    pub status_url: Option<String>,
    /// What polling costs, in a sentence; `null`: nothing.
    pub poll_cost: Option<String>,
    /// Least time between polls, in milliseconds.
    #[ts(type = "number")]
    pub min_interval: i64,
    /// Usual time between polls, in milliseconds.
    #[ts(type = "number")]
    pub interval: i64,
    /// How late the figures are at worst, in milliseconds.
    #[ts(type = "number")]
    pub freshness: i64,
}

/// An account as typed into the form. Secrets travel in, never out.
#[derive(Clone, Deserialize, TS, JsonSchema)]
pub struct AccountDraft {
    /// Wanted id; made from the label when missing.
    pub id: Option<String>,
    /// Connector id.
    pub connector: String,
    /// What the user calls it.
    pub label: String,
    /// Base URL, if not the default.
    pub base_url: Option<String>,
    /// Role → the secret itself, `env:NAME` or `credential:NAME`.
    pub secrets: BTreeMap<String, String>,
    /// Options by name; a value that reads as JSON (number, list, object) is taken as such, else as text.
    pub options: BTreeMap<String, String>,
    /// Own monthly budget, such as `50 USD`.
    pub budget: Option<String>,
    /// What is there, where the provider does not say it: the ledger's first entry.
    pub anchor: Option<AnchorDraft>,
}

/// What was there at a moment, as typed.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub struct AnchorDraft {
    /// Such as `50 USD`.
    pub amount: String,
    /// `2026-11-01` or `2026-11-01T14:30:00Z`; now when empty.
    pub at: String,
}

/// What a test of a draft found.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct TestView {
    /// Whether figures came back.
    pub ok: bool,
    /// One sentence.
    pub message: String,
    /// Figures, as `label: 4.12 USD left of 25 USD`.
    pub figures: Vec<String>,
    /// Endpoints that failed, and meters that a stronger key would open.
    pub notes: Vec<String>,
}

/// A yes or no with a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct StatusView {
    /// Whether it works.
    pub ok: bool,
    /// What is so, and what to do if it is not.
    pub message: String,
}

/// The settings page.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Settings {
    /// Version of the program.
    pub version: String,
    /// Whether native notifications are wanted.
    pub notifications: bool,
    /// Whether the notification service accepts them.
    pub notifier: StatusView,
    /// Whether the keychain answers.
    pub keychain: StatusView,
    /// The language that was chosen; missing when it follows the system.
    pub language: Option<Language>,
    /// Start with the session; missing where there is no window.
    pub autostart: Option<bool>,
    /// Folder of `config.toml`.
    pub config_folder: String,
    /// Folder of the history.
    pub data_folder: String,
    /// Bytes of history.
    #[ts(type = "number")]
    pub history_bytes: u64,
    /// Own accounts or the simulator.
    pub world: World,
}

/// What is pushed to whoever listens.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum EventMessage {
    /// An account's figures, state or episodes changed: ask again.
    Changed {
        /// Which; missing when it concerns all.
        account: Option<AccountId>,
    },
    /// Something to tell in the window, because no notification service took it (or besides it).
    Notice {
        /// Which episode.
        #[ts(type = "number")]
        episode: i64,
        /// How urgent.
        severity: Severity,
        /// Headline.
        title: String,
        /// Lines.
        body: String,
        /// Whether the desktop's service took it too.
        desktop: bool,
    },
}
