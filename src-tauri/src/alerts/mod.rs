//! Rules, episodes, and what is due to be told. Pure: takes `now`, returns values.

use crate::forecast::Forecast;
use crate::model::{
    AccountId, Amount, Episode, Meter, Notice, PollError, Refusal, Sample, Severity, Step, Timestamp,
};

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
}

/// What the monitor has just learned of one account. One per account and poll.
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

/// Advances the episodes of one account by one poll. `live` holds every episode that is not resolved, of all
/// accounts (inhibition and "offline" need them). Returns the episodes that changed; those with id 0 are new.
pub fn step(_rules: &Rules, _live: &[Episode], _fact: &Fact<'_>, _now: Timestamp) -> Vec<Episode> {
    unimplemented!()
}

/// Which live episodes are due to be told now: first time, escalated, or a critical repeat. `started_at` is when
/// this process began: what fired before and was never told is told once, marked "since …".
pub fn due(_rules: &Rules, _live: &[Episode], _started_at: Timestamp, _now: Timestamp) -> Vec<Notice> {
    unimplemented!()
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
