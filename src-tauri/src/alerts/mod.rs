//! Rules, episodes, and what is due to be told. Pure: takes `now`, returns values. The rules, their thresholds and
//! where they come from are in docs/alerts.md.

mod evidence;
mod life;
mod rules;
mod tell;
mod wall;

#[cfg(test)]
mod complaints;
#[cfg(test)]
mod scenes;

pub use evidence::{Evidence, why};
pub use life::{acknowledge, snooze};
pub use rules::step;
pub use tell::due;

use crate::forecast::Forecast;
use crate::model::{AccountId, Amount, DAY, HOUR, MINUTE, Meter, PollError, Refusal, Sample, Severity, Step};
use serde::{Deserialize, Serialize};

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
}

impl Default for Rules {
    /// Heads-up and soon at the chances that scored best (2 % and 3 %). A missed wall costs ten false alarms, so a
    /// "now" is worth telling from one chance in eleven on.
    fn default() -> Self {
        Rules {
            likely: [0.02, 0.03, 0.09],
            low: Vec::new(),
            hold: 10 * MINUTE,
            repeat: 4 * HOUR,
            zone: jiff::tz::TimeZone::UTC,
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
    /// The default rules at a sensitivity: all three chances are scaled alike.
    pub fn with_sensitivity(sensitivity: Sensitivity) -> Self {
        let rules = Rules::default();
        let factor = match sensitivity {
            Sensitivity::Low => 4.0,
            Sensitivity::Normal => 1.0,
            Sensitivity::High => 2.0 / 3.0,
        };
        Rules { likely: rules.likely.map(|chance| chance * factor), ..rules }
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
}

/// The headline of the severity, for lists: `heads-up`, `soon`, `now`, `refused`.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::HeadsUp => "heads-up",
        Severity::Soon => "soon",
        Severity::Now => "now",
        Severity::Refused => "refused",
    }
}
