//! Rules, episodes, and what is due to be told. Pure: takes `now`, returns values. The rules, their thresholds and
//! where they come from are in docs/alerts.md.

mod account;
mod evidence;
mod group;
mod habit;
mod life;
mod reload;
mod rules;
mod spend;
mod spoken;
mod tell;
mod wall;

#[cfg(test)]
mod chinese;
#[cfg(test)]
mod complaints;
#[cfg(test)]
mod fifteen;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod told;

pub use evidence::{Evidence, why};
pub use group::as_one;
pub use habit::Habit;
pub use life::{acknowledge, snooze};
pub use reload::expected as expected_reload;
pub use rules::step;
pub use spoken::{Lead, Quiet};
pub use tell::{due, headline};

use crate::forecast::Forecast;
use crate::model::{AccountId, Amount, DAY, HOUR, MINUTE, Meter, PollError, Refusal, Sample, Severity, Step};
use crate::say;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far ahead a heads-up looks where nobody said how long a top-up takes, in milliseconds.
pub const LEAD: i64 = 2 * DAY;

/// The rules' settings, from config.
#[derive(Clone, Debug)]
pub struct Rules {
    /// "Likely enough": the chance within 48 h at which a heads-up fires, within 4 h a soon, within 30 min a now.
    pub likely: [f64; 3],
    /// Balances below these are told, one per unit.
    pub low: Vec<Amount>,
    /// How long a forecast or threshold condition must hold before it fires, in milliseconds.
    pub hold: i64,
    /// Critical episodes are told again after this many milliseconds, until acknowledged.
    pub repeat: i64,
    /// The zone in which times are told. UTC by default; the monitor passes the user's.
    pub zone: jiff::tz::TimeZone,
    /// Hours in which only what cannot wait is told.
    pub quiet: Option<Quiet>,
    /// Whether a refusal, and a wall within the hour, are told in quiet hours and through a snooze.
    pub breaks_through: bool,
    /// Whether unusual spend is told.
    pub bursts: bool,
    /// Spend in an hour below these is never unusual, one per unit; a default for each currency.
    pub burst_floor: Vec<Amount>,
    /// What the user said of single accounts.
    pub accounts: BTreeMap<AccountId, Terms>,
}

/// What the user said of one account that matters to alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// How long it takes to get money.
    pub lead: Lead,
    /// The provider tops up by itself below this.
    pub reload_below: Option<Amount>,
    /// The day on which the key expires, in the user's zone.
    pub key_expires: Option<jiff::civil::Date>,
}

impl Default for Rules {
    /// Heads-up and soon at the chances that scored best (2 % and 3 %); a "now" is told when the wall is more likely
    /// within half an hour than not: whatever is milder was told before.
    fn default() -> Self {
        Rules {
            likely: [0.02, 0.03, 0.5],
            low: Vec::new(),
            hold: 10 * MINUTE,
            repeat: 4 * HOUR,
            zone: jiff::tz::TimeZone::UTC,
            quiet: None,
            breaks_through: true,
            bursts: true,
            burst_floor: Vec::new(),
            accounts: BTreeMap::new(),
        }
    }
}

/// How early to warn, at the price of how many false alarms.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Fewer notices, later: a wall is told from a chance of 12 % within four hours on.
    Low,
    /// From 3 % on.
    #[default]
    Normal,
    /// Earlier, more of them in vain: from 2 % on.
    High,
}

impl Rules {
    /// The default rules at a sensitivity: it scales the chances of heads-up and soon. A "now" stays what it is.
    pub fn with_sensitivity(sensitivity: Sensitivity) -> Self {
        let rules = Rules::default();
        let factor = match sensitivity {
            Sensitivity::Low => 4.0,
            Sensitivity::Normal => 1.0,
            Sensitivity::High => 2.0 / 3.0,
        };
        let [heads_up, soon, now] = rules.likely;
        Rules { likely: [heads_up * factor, soon * factor, now], ..rules }
    }

    /// What the user said of an account; the default where nothing was said.
    pub fn terms(&self, account: &AccountId) -> Terms {
        self.accounts.get(account).cloned().unwrap_or_default()
    }
}

/// What the monitor has just learned of one account. One per account and poll. A refusal from a gateway's log is
/// handed over once, by the poll that saw it first.
#[derive(Clone, Debug)]
pub struct Fact<'a> {
    /// Whose.
    pub account: &'a AccountId,
    /// What the user calls it.
    pub label: &'a str,
    /// Good figures, or why there are none.
    pub outcome: Result<&'a [MeterFact<'a>], &'a PollError>,
    /// Refusals that concern no meter in particular.
    pub refusals: &'a [Refusal],
    /// How long before a wall the heads-up is wanted, in milliseconds: 1 hour to 14 days; 48 hours by default.
    pub lead: i64,
}

/// One meter's news in a good poll.
#[derive(Clone, Debug)]
pub struct MeterFact<'a> {
    /// The meter.
    pub meter: &'a Meter,
    /// Its present figures.
    pub sample: &'a Sample,
    /// What happened since the sample before.
    pub step: Step,
    /// Where it is heading.
    pub forecast: &'a Forecast,
    /// Refusals of this meter seen in this poll.
    pub refusals: &'a [Refusal],
    /// What is usual for it; `None` while that is not known.
    pub habit: Option<&'a Habit>,
}

/// The headline of the severity, for lists: `heads-up`, `soon`, `now`, `refused`.
pub fn word(severity: Severity) -> String {
    match severity {
        Severity::HeadsUp => say!("severity-heads-up"),
        Severity::Soon => say!("severity-soon"),
        Severity::Now => say!("severity-now"),
        Severity::Refused => say!("severity-refused"),
    }
}
