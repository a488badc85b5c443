//! One episode's life: pending → firing → resolved, acknowledged or snoozed.
//!
//! `Episode::streak` while pending: good readings (for "failing": failed polls) at which the condition held. Once it
//! fires: 0 after a reading at which it held or nearly did, −1 after a good reading at which it was over, −2 after two
//! in a row or more, 1 after a failed poll; a failure starts that count again.

use super::Rules;
use super::evidence::Evidence;
use super::tell::{Times, headline, title};
use crate::model::{Episode, EpisodeState, Resource, Severity, Timestamp};

/// What one poll says about one rule on one resource.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// The condition holds.
    Holds(Box<Condition>),
    /// Between entering and leaving: it neither fires nor clears.
    Near,
    /// A definite answer that it is over.
    Over {
        /// A top-up or a reset ended it: one good reading is enough, unless a poll failed just before.
        at_once: bool,
        /// Else it must not have held for this many milliseconds.
        keep: i64,
    },
    /// Nothing was learned. Never clears.
    Missing,
}

/// A condition that holds.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// How urgent at present.
    pub(super) severity: Severity,
    /// When it began to hold, as far as is known.
    pub(super) since: Timestamp,
    /// What it takes to fire.
    pub(super) patience: Patience,
    /// A top-up or a reset lies just before: what was told before counts no more.
    pub(super) renewed: bool,
    /// A heads-up is due, beside or after what was told.
    pub(super) plan: bool,
    /// The time of which the last warning spoke has passed, or is about to: another is due.
    pub(super) warn: bool,
    /// The time of which the last notice spoke has passed: it may be told as less urgent than before.
    pub(super) lapsed: bool,
    /// The inputs.
    pub(super) evidence: Evidence,
}

/// What it takes to fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// One reading.
    AtOnce,
    /// Two readings and `Rules::hold`.
    Hold,
    /// So many in a row.
    Polls(i32),
    /// So many readings (or failed polls), over so many milliseconds at least.
    For { ms: i64, polls: i32 },
}

/// Advances one resource by one poll; `None` when nothing changed.
pub(super) fn advance(
    rules: &Rules,
    live: Option<&Episode>,
    resource: &Resource,
    seen: Seen,
    now: Timestamp,
) -> Option<Episode> {
    let Some(live) = live else {
        let Seen::Holds(condition) = seen else { return None };
        let mut new = Episode {
            id: 0,
            resource: resource.clone(),
            state: EpisodeState::Pending,
            severity: condition.severity,
            began_at: condition.since.min(now),
            seen_at: now,
            streak: 0,
            fired_at: None,
            resolved_at: None,
            snoozed_until: None,
            told: None,
            told_at: None,
            planned_at: None,
            warned_at: None,
            plan_at: None,
            warn_at: None,
            title: String::new(),
            evidence: String::new(),
        };
        hold(rules, &mut new, *condition, now);
        return Some(new);
    };
    let mut next = live.clone();
    match (live.state, seen) {
        (EpisodeState::Resolved, _) => return None,
        (EpisodeState::Pending, Seen::Near | Seen::Missing) => {}
        (EpisodeState::Pending, Seen::Over { .. }) => resolve(&mut next, now),
        // What is of another urgency after a top-up is a new episode: the wall may come a second time, and what is more
        // urgent must hold by itself before it is told.
        (
            EpisodeState::Firing | EpisodeState::Acknowledged | EpisodeState::Snoozed,
            Seen::Holds(condition),
        ) if condition.renewed && condition.severity != live.severity => {
            resolve(&mut next, now);
        }
        (_, Seen::Holds(condition)) => hold(rules, &mut next, *condition, now),
        (_, Seen::Near) => next.streak = 0,
        (_, Seen::Missing) => next.streak = 1,
        (_, Seen::Over { at_once, keep }) => {
            let failed_before = live.streak > 0;
            // More than two tell nothing more, and would be a change at every poll of a quiet day.
            next.streak = (live.streak.min(0) - 1).max(-2);
            let quiet = (now - live.seen_at >= keep || now < live.seen_at) && next.streak <= -2;
            if quiet || (at_once && !failed_before) {
                resolve(&mut next, now);
            }
        }
    }
    (next != *live).then_some(next)
}

/// The condition held at this poll.
fn hold(rules: &Rules, episode: &mut Episode, condition: Condition, now: Timestamp) {
    let before = (is_active(episode), episode.severity);
    // A clock that was set back must not delay a warning.
    episode.began_at = episode.began_at.min(now);
    episode.seen_at = now;
    if episode.state == EpisodeState::Pending {
        if condition.renewed {
            // What held before a top-up counts no more.
            (episode.streak, episode.began_at) = (0, now);
        }
        episode.streak = episode.streak.saturating_add(1);
        episode.severity = condition.severity;
        let fires = match condition.patience {
            Patience::AtOnce => true,
            Patience::Hold => episode.streak >= 2 && now - episode.began_at >= rules.hold,
            Patience::Polls(count) => episode.streak >= count,
            Patience::For { ms, polls } => episode.streak >= polls && now - episode.began_at >= ms,
        };
        if fires {
            (episode.state, episode.fired_at, episode.streak) = (EpisodeState::Firing, Some(now), 0);
        }
    } else {
        episode.streak = 0;
        let escalates = condition.severity > episode.severity;
        episode.severity =
            if condition.lapsed { condition.severity } else { episode.severity.max(condition.severity) };
        let rested = episode.snoozed_until.is_none_or(|until| until <= now);
        match episode.state {
            // The user has seen the milder one, not this.
            EpisodeState::Acknowledged if escalates => episode.state = EpisodeState::Firing,
            EpisodeState::Snoozed if rested => {
                (episode.state, episode.snoozed_until) = (EpisodeState::Firing, None);
            }
            _ => {}
        }
    }
    if is_active(episode) {
        // No notice comes of a top-up; what is still wanted at the next reading is told then.
        let wanted = |is: bool, since: Option<Timestamp>| if is { Some(now) } else { since };
        (episode.plan_at, episode.warn_at) = match condition.renewed {
            true => (None, None),
            false => (wanted(condition.plan, episode.plan_at), wanted(condition.warn, episode.warn_at)),
        };
    }
    // What only waits to fire is shown to nobody. Of what goes on, the window says the headline anew from the evidence.
    if is_active(episode) && before != (true, episode.severity) {
        let times = Times { now: None, zone: &rules.zone };
        episode.title = title(episode.resource.kind, episode.severity, &condition.evidence, &times);
    }
    episode.evidence = condition.evidence.print();
}

fn resolve(episode: &mut Episode, now: Timestamp) {
    // It keeps the last words that were true of it.
    if episode.fired_at.is_some() {
        episode.title = headline(episode);
    }
    (episode.state, episode.resolved_at, episode.snoozed_until) = (EpisodeState::Resolved, Some(now), None);
}

/// Whether an episode has fired and is not over: firing, acknowledged or snoozed.
pub(super) fn is_active(episode: &Episode) -> bool {
    !matches!(episode.state, EpisodeState::Pending | EpisodeState::Resolved)
}

/// The user has seen it: it is not repeated, but an escalation is told. One that does not fire stays as it is.
pub fn acknowledge(episode: &Episode, now: Timestamp) -> Episode {
    let mut seen = episode.clone();
    if is_active(episode) {
        (seen.state, seen.snoozed_until) = (EpisodeState::Acknowledged, None);
        seen.told = episode.told.max(Some(episode.severity));
        seen.told_at = episode.told_at.or(Some(now));
    }
    seen
}

/// Quiet until then, but for what may break through ([`Rules::breaks_through`]). The user has seen what it says so far:
/// that counts as told. One that does not fire stays as it is.
pub fn snooze(episode: &Episode, until: Timestamp) -> Episode {
    let mut quiet = episode.clone();
    if is_active(episode) {
        (quiet.state, quiet.snoozed_until) = (EpisodeState::Snoozed, Some(until));
        quiet.told = episode.told.max(Some(episode.severity));
    }
    quiet
}
