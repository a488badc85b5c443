//! The words of closed sets, as they stand in labels: those of the api's JSON, which a test holds them to.

use crate::model::{EpisodeKind, EpisodeState, MeterKind, PollErrorKind, Severity};

pub(super) fn kind(kind: MeterKind) -> &'static str {
    match kind {
        MeterKind::Balance => "balance",
        MeterKind::Budget => "budget",
        MeterKind::Quota => "quota",
        MeterKind::Rate => "rate",
        MeterKind::Spend => "spend",
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::HeadsUp => "heads_up",
        Severity::Soon => "soon",
        Severity::Now => "now",
        Severity::Refused => "refused",
    }
}

pub(super) fn rule(kind: EpisodeKind) -> &'static str {
    match kind {
        EpisodeKind::Refused => "refused",
        EpisodeKind::Wall => "wall",
        EpisodeKind::Low => "low",
        EpisodeKind::Failing => "failing",
        EpisodeKind::Offline => "offline",
        EpisodeKind::Reload => "reload",
        EpisodeKind::Burst => "burst",
        EpisodeKind::Change => "change",
        EpisodeKind::Stale => "stale",
        EpisodeKind::Expiry => "expiry",
    }
}

pub(super) fn state(state: EpisodeState) -> &'static str {
    match state {
        EpisodeState::Pending => "pending",
        EpisodeState::Firing => "firing",
        EpisodeState::Acknowledged => "acknowledged",
        EpisodeState::Snoozed => "snoozed",
        EpisodeState::Resolved => "resolved",
    }
}

/// How a poll ended; `None` is good.
pub(super) fn result(failed: Option<PollErrorKind>) -> &'static str {
    match failed {
        None => "good",
        Some(PollErrorKind::Credentials) => "credentials",
        Some(PollErrorKind::Keychain) => "keychain",
        Some(PollErrorKind::Offline) => "offline",
        Some(PollErrorKind::Unreachable) => "unreachable",
        Some(PollErrorKind::RateLimited) => "rate_limited",
        Some(PollErrorKind::Provider) => "provider",
        Some(PollErrorKind::Malformed) => "malformed",
        Some(PollErrorKind::NotFound) => "not_found",
        Some(PollErrorKind::Config) => "config",
        Some(PollErrorKind::Refused) => "refused",
    }
}
