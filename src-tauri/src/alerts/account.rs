//! Rules about a whole account, or about this computer: polls that fail, a key that expires, no connection.

use super::evidence::Evidence;
use super::life::{Patience, Seen};
use super::rules::{blank, holds};
use super::{Fact, Rules, Terms};
use crate::model::{
    DAY, Episode, EpisodeKind, EpisodeState, HOUR, PollError, PollErrorKind, Severity, Timestamp,
};

/// After so long without a good figure it is told, if so many polls failed meanwhile: an account that is asked once a
/// day has three days.
const STALE: Patience = Patience::For { ms: 6 * HOUR, polls: 4 };
/// Accounts that went stale within this are told as one.
const TOGETHER: i64 = HOUR;

/// The account's polls fail for a reason that only the user can mend.
pub(super) fn failing(rules: &Rules, fact: &Fact<'_>, error: Option<&PollError>, now: Timestamp) -> Seen {
    let Some(error) = error else { return Seen::Over { at_once: false, keep: 0 } };
    let polls = match error.kind {
        PollErrorKind::Credentials => 2,
        PollErrorKind::Keychain | PollErrorKind::Config | PollErrorKind::NotFound => 3,
        _ => return Seen::Missing,
    };
    let mut evidence = blank(rules, fact.label, now);
    evidence.rule = "failing".to_owned();
    evidence.message = Some(error.message.clone());
    evidence.failures = Some(polls as u32);
    holds(Severity::HeadsUp, Patience::Polls(polls), false, evidence, now)
}

/// The machine is offline. Any answer at all proves that it is not.
pub(super) fn offline(rules: &Rules, error: Option<&PollError>, now: Timestamp) -> Seen {
    match error.map(|error| error.kind) {
        Some(PollErrorKind::Offline) => {
            let mut evidence = blank(rules, "", now);
            evidence.rule = "offline".to_owned();
            holds(Severity::HeadsUp, Patience::Hold, false, evidence, now)
        }
        // Nobody was asked, or it is not certain who answered.
        Some(
            PollErrorKind::Unreachable
            | PollErrorKind::Keychain
            | PollErrorKind::Config
            | PollErrorKind::Malformed,
        ) => Seen::Missing,
        _ => Seen::Over { at_once: false, keep: 0 },
    }
}

/// No good figure for long, for a reason that may pass by itself. What only the user can mend is "failing", and no
/// connection "offline": neither says anything of how old the figures are that this rule does not know.
pub(super) fn stale(rules: &Rules, fact: &Fact<'_>, error: Option<&PollError>, now: Timestamp) -> Seen {
    let Some(error) = error else { return Seen::Over { at_once: false, keep: 0 } };
    match error.kind {
        PollErrorKind::Unreachable
        | PollErrorKind::Provider
        | PollErrorKind::Malformed
        | PollErrorKind::RateLimited => {}
        _ => return Seen::Missing,
    }
    let mut evidence = blank(rules, fact.label, now);
    evidence.rule = "stale".to_owned();
    evidence.message = Some(error.message.clone());
    holds(Severity::HeadsUp, STALE, false, evidence, now)
}

/// When one account's "stale" fires, those of others that are about to do so as well fire with it: a gateway that is
/// down is one notice, not one per account behind it.
pub(super) fn fire_together(live: &[Episode], changed: &mut Vec<Episode>, now: Timestamp) {
    let stale = |episode: &Episode| episode.resource.kind == EpisodeKind::Stale;
    let fired = changed.iter().find(|one| stale(one) && one.fired_at == Some(now));
    let Some(began) = fired.map(|fired| fired.began_at) else { return };
    let waits = |one: &&Episode| {
        stale(one)
            && one.state == EpisodeState::Pending
            && one.streak >= 2
            && one.began_at - began <= TOGETHER
            && !changed.iter().any(|new| new.id == one.id)
    };
    let with: Vec<Episode> = live.iter().filter(waits).cloned().collect();
    changed.extend(with.into_iter().map(|episode| Episode {
        state: EpisodeState::Firing,
        fired_at: Some(now),
        streak: 0,
        ..episode
    }));
}

/// The account's key expires, by the user's word: told 14, 3 and 1 days before.
pub(super) fn expiry(rules: &Rules, fact: &Fact<'_>, terms: &Terms, now: Timestamp) -> Seen {
    let over = Seen::Over { at_once: true, keep: 0 };
    let start = terms.key_expires.and_then(|date| date.to_zoned(rules.zone.clone()).ok());
    let Some(at) = start.map(|zoned| Timestamp(zoned.timestamp().as_millisecond())) else { return over };
    let severity = match at - now {
        left if left <= DAY => Severity::Now,
        left if left <= 3 * DAY => Severity::Soon,
        left if left <= 14 * DAY => Severity::HeadsUp,
        _ => return over,
    };
    let evidence =
        Evidence { rule: "expiry".to_owned(), expires_at: Some(at), ..blank(rules, fact.label, now) };
    holds(severity, Patience::AtOnce, false, evidence, now)
}
