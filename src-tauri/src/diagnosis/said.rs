//! Names, moments and whole sentences put side by side, in the language that is spoken.

use super::{AccountFacts, Facts, MeterFacts};
use crate::model::{Timestamp, words};
use crate::say;

/// A meter as a person calls it.
pub(super) fn label(meter: &MeterFacts) -> String {
    words::data(&meter.label)
}

/// `balance of “Work”`, or the meter alone where its own name holds the account's.
pub(super) fn of(account: &AccountFacts, meter: &MeterFacts) -> String {
    match meter.label.contains(&account.label) {
        true => label(meter),
        false => say!("diagnosis-meter", meter = label(meter), account = account.label.as_str()),
    }
}

/// `The balance of “Work”`, at the beginning of a sentence.
pub(super) fn named(account: &AccountFacts, meter: &MeterFacts) -> String {
    match meter.label.contains(&account.label) {
        true => say!("diagnosis-named.alone", meter = label(meter)),
        false => say!("diagnosis-named", meter = label(meter), account = account.label.as_str()),
    }
}

/// `at 14:05`, `yesterday 23:05`, `on Tue 24 Nov 14:00`: a moment in the viewer's zone, as part of a sentence.
pub(super) fn clock(at: Timestamp, facts: &Facts) -> String {
    moment(at, facts, "diagnosis-clock")
}

/// As [`clock`], after `since` or `until`: `14:05`, `Tue 24 Nov 14:00`.
pub(super) fn bare(at: Timestamp, facts: &Facts) -> String {
    moment(at, facts, "diagnosis-clock.bare")
}

/// As [`clock`], before a punctuation mark.
pub(super) fn closed(at: Timestamp, facts: &Facts) -> String {
    moment(at, facts, "diagnosis-clock.closed")
}

fn moment(at: Timestamp, facts: &Facts, id: &str) -> String {
    let day = match days(at, facts) {
        0 => "today",
        -1 | 1 => "near",
        -6..=6 => "week",
        _ => "far",
    };
    let clock = at.to_jiff().to_zoned(facts.zone.clone()).strftime("%H:%M").to_string();
    say!(id, day = day, clock = clock, moment = words::moment(at, facts.now, &facts.zone))
}

/// Days of the calendar from today to `at`.
fn days(at: Timestamp, facts: &Facts) -> i32 {
    let date = |at: Timestamp| at.to_jiff().to_zoned(facts.zone.clone()).date();
    date(at).since((jiff::Unit::Day, date(facts.now))).map_or(i32::MAX, |span| span.get_days())
}

/// Whole sentences one after another.
pub(super) fn sentences(all: impl IntoIterator<Item = Option<String>>) -> String {
    words::sentences(all.into_iter().flatten())
}
