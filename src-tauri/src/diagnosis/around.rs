//! What else was so at the time of a refusal: polls, the network, other accounts, what stands behind a gateway,
//! earlier refusals, the time to retry.

use super::clues::{Clue, clue, named};
use super::scene::{Level, Scene, decisive, left};
use super::{AccountFacts, KeyFacts};
use crate::model::{Cause, DAY, EpisodeKind, HOUR, MINUTE, PollErrorKind, Refusal, Source, Timestamp, words};
use Cause::{
    BalanceExhausted as Balance, BudgetExceeded as Budget, Capacity, Credentials, FreeQuota,
    GatewayMisconfigured as Gateway, InFlight, KeyLimit, Network, PaymentFailed as Payment,
    PlanMissing as Plan, ProviderCap as Cap, RateLimited, ReloadMissed,
};

/// Two things within this time are called the same time.
const TOGETHER: i64 = 30 * MINUTE;

/// Everything that is known beside the account's own meters.
pub(super) fn all(scene: &Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    clues.extend(offline(scene));
    clues.extend(behind(scene));
    clues.extend(neighbours(scene));
    clues.extend(wait(scene));
    if let Some(account) = scene.account() {
        clues.extend(polls(scene, account));
        clues.extend(wanted_key(scene, account));
        clues.extend(earlier(scene, account));
        clues.extend(alerts(account));
    }
    clues
}

fn together(scene: &Scene<'_>, at: Timestamp) -> bool {
    at.since(scene.at).saturating_abs() <= TOGETHER
}

/// Accounts that could not be reached at the same time: the network, not the provider.
fn offline(scene: &Scene<'_>) -> Option<Clue> {
    let lost = |one: &&AccountFacts| {
        one.poll.failed.as_ref().is_some_and(|(at, kind, _)| {
            together(scene, *at)
                && matches!(
                    kind,
                    PollErrorKind::Offline | PollErrorKind::Unreachable | PollErrorKind::Malformed
                )
        })
    };
    let lost: Vec<&AccountFacts> = scene.accounts().filter(lost).collect();
    let first = lost.first()?;
    let (at, kind, message) = first.poll.failed.as_ref()?;
    let whole = scene.accounts().count();
    let read = scene.read(*at);
    let text = match (lost.len(), kind) {
        (1, PollErrorKind::Malformed) => {
            format!(
                "A poll of “{}” got something other than the provider's answer {read}: {message}",
                first.label
            )
        }
        (1, _) => format!("“{}” could not be reached {read}: {message}", first.label),
        (count, _) => format!("{count} of {whole} accounts could not be reached, “{}” {read}.", first.label),
    };
    let times = if lost.len() > 1 || *kind == PollErrorKind::Offline { 12.0 } else { 6.0 };
    Some(clue(text, 1.0, &[(Network, times), (Credentials, 0.6), (Balance, 0.7)]))
}

/// The account's own polls around the time.
fn polls(scene: &Scene<'_>, account: &AccountFacts) -> Option<Clue> {
    if let Some((at, PollErrorKind::Credentials | PollErrorKind::Keychain, message)) = &account.poll.failed {
        let trust = if at.since(scene.at).saturating_abs() <= DAY { 1.0 } else { 0.4 };
        let text = format!(
            "Polls of “{}” fail over the key too, the last one {}: {message}",
            account.label,
            scene.read(*at)
        );
        return Some(clue(text, trust, &[(Credentials, 8.0)]));
    }
    let good = account.poll.good_at.filter(|at| together(scene, *at))?;
    if account.poll.failed.is_some() {
        return None;
    }
    let read = scene.read(good);
    // A key that reads the account may be another one than the key that makes the calls.
    let other = account.keys.iter().filter(|key| key.stored).all(|key| key.privileged);
    let (which, trust) = if other { (", though with another kind of key", 0.3) } else { ("", 1.0) };
    let text = format!("“{}” was polled well {read}{which}.", account.label);
    Some(clue(text, trust, &[(Credentials, 0.35), (Network, 0.4)]))
}

/// A key of a higher kind is wanted and is not there.
fn wanted_key(scene: &Scene<'_>, account: &AccountFacts) -> Option<Clue> {
    let polled = scene.refusal.source == Source::Polled;
    let key: &KeyFacts = account.keys.iter().find(|key| key.privileged && !key.stored)?;
    let refused = matches!(scene.refusal.status, Some(401 | 403));
    let text = format!(
        "Reading this wants the {} of {}, and none is stored for “{}”.",
        key.label, account.name, account.label
    );
    (polled && refused).then(|| clue(text, 1.0, &[(Credentials, 4.0)]))
}

/// The account behind a refusing gateway.
fn behind(scene: &Scene<'_>) -> Vec<Clue> {
    if !scene.through_gateway() {
        return Vec::new();
    }
    let (accounts, sure) = scene.behind();
    let level =
        |one: &&AccountFacts| decisive(one, Balance, scene.refusal).and_then(|meter| scene.level(meter));
    let (empty, other): (Vec<&AccountFacts>, Vec<&AccountFacts>) = accounts
        .into_iter()
        .filter(|one| level(one).is_some())
        .partition(|one| level(one) == Some(Level::Empty));
    let own = scene.own().map(|one| &one.id);
    let gateway = scene.gateway().map_or("the gateway".to_owned(), |one| format!("“{}”", one.label));
    let mut clues = Vec::new();
    for one in &empty {
        let Some(meter) = decisive(one, Balance, scene.refusal) else { continue };
        let Some(had) = left(meter) else { continue };
        let text = format!(
            "{}, {} behind {gateway}, was {} {}.",
            named(one, meter),
            if sure { "which stands" } else { "which may stand" },
            words::amount(had),
            scene.read(meter.read_at)
        );
        let trust = scene.trust(meter) * if sure { 1.0 } else { 0.6 };
        let told = own == Some(&one.id);
        let odds =
            [(Balance, if told { 1.5 } else { 12.0 }), (Gateway, 0.25), (Budget, 0.5), (KeyLimit, 0.5)];
        clues.push(clue(text, trust, &odds));
    }
    let full = other.iter().filter(|one| level(one) == Some(Level::Full));
    for one in full.take(3) {
        let Some(meter) = decisive(one, Balance, scene.refusal) else { continue };
        let Some(had) = left(meter) else { continue };
        let text = format!(
            "{} was {} {}, while {gateway} refuses: what {} behind it has money.",
            named(one, meter),
            words::amount(had),
            scene.read(meter.read_at),
            if sure { "stands" } else { "may stand" },
        );
        let mixed = if empty.is_empty() { 1.0 } else { 0.3 };
        let trust = scene.trust(meter) * if sure { 1.0 } else { 0.6 } * mixed;
        let told = own == Some(&one.id);
        let odds = [
            (Gateway, 9.0),
            (Balance, if told { 1.0 } else { 0.15 }),
            (ReloadMissed, if told { 1.0 } else { 0.1 }),
            (Capacity, 0.8),
        ];
        clues.push(clue(text, trust, &odds));
    }
    clues
}

/// Other accounts at the same provider, refused or fine at the same time.
fn neighbours(scene: &Scene<'_>) -> Option<Clue> {
    let account = scene.account();
    let provider = scene.refusal.provider.as_deref().or(account.map(|one| one.connector.as_str()))?;
    let others: Vec<&AccountFacts> =
        scene.facts.others.iter().filter(|one| one.connector == provider && !one.is_gateway).collect();
    let refused = |one: &&&AccountFacts| one.refusals.iter().any(|(at, _)| together(scene, *at));
    let refused: Vec<_> = others.iter().filter(refused).collect();
    if let Some(first) = refused.first() {
        let name = &first.name;
        let text = match refused.len() {
            1 => format!("“{}”, another account at {name}, was refused at about the same time.", first.label),
            count => format!("{count} other accounts at {name} were refused at about the same time."),
        };
        let odds = [(Capacity, 5.0), (Network, 2.0), (Balance, 0.6), (KeyLimit, 0.5), (RateLimited, 0.7)];
        return Some(clue(text, 1.0, &odds));
    }
    let fine = |one: &&&AccountFacts| {
        one.poll.failed.is_none() && one.poll.good_at.is_some_and(|at| together(scene, at))
    };
    let first = others.iter().find(fine)?;
    let text = format!(
        "“{}”, another account at {}, was polled well and not refused at about the same time.",
        first.label, first.name
    );
    Some(clue(text, 1.0, &[(Capacity, 0.5), (Network, 0.5)]))
}

/// What the time to retry tells.
fn wait(scene: &Scene<'_>) -> Option<Clue> {
    let until = scene.refusal.retry_at?;
    let wait = until.since(scene.at);
    let clock = scene.clock(until);
    Some(match wait {
        _ if wait < -5 * MINUTE => {
            let text = format!(
                "The time to retry, {clock}, had passed already: this computer's clock may be wrong, or the answer is old."
            );
            clue(text, 1.0, &[(RateLimited, 0.8), (Credentials, 1.3)])
        }
        _ if wait <= 5 * MINUTE => {
            let text = format!(
                "The answer asks to come back in {}: money does not come back by itself.",
                words::span(wait)
            );
            let odds = [(RateLimited, 3.0), (Capacity, 2.0), (InFlight, 3.0), (Balance, 0.4), (Payment, 0.3)];
            clue(text, 1.0, &odds)
        }
        _ if wait >= 12 * HOUR => {
            let text = format!("The answer asks to wait until {clock}: too long for a rate limit.")
                .replace("until at", "until");
            let odds = [(RateLimited, 0.15), (FreeQuota, 3.0), (Cap, 3.0), (Budget, 3.0), (KeyLimit, 2.0)];
            clue(text, 1.0, &odds)
        }
        _ => return None,
    })
}

/// Earlier refusals of the account.
fn earlier(scene: &Scene<'_>, account: &AccountFacts) -> Vec<Clue> {
    let mut clues = Vec::new();
    let before = |hours: i64| {
        let near = move |at: &Timestamp| (1..=hours * HOUR).contains(&scene.at.since(*at));
        account.refusals.iter().filter(move |(at, _)| near(at))
    };
    let cause = scene.refusal.cause;
    let same: Vec<&(Timestamp, Refusal)> = before(24).filter(|(_, one)| one.cause == cause).collect();
    if let (Some((first, _)), true) = (same.first(), same.len() >= 2 && cause != Cause::Unknown) {
        let count: u64 = same.iter().map(|(_, one)| u64::from(one.count.max(1))).sum::<u64>() + 1;
        let title = cause.words().title.to_lowercase();
        let text = format!(
            "It is refusal number {count} of this kind ({title}) within a day; the first was {}.",
            scene.clock(*first)
        );
        let long = scene.at.since(*first) > 2 * HOUR;
        if cause == RateLimited && long {
            let text = format!("{text} A rate limit would have passed by now.");
            clues.push(clue(text, 1.0, &[(RateLimited, 0.4), (Balance, 1.5), (Cap, 1.5), (FreeQuota, 2.0)]));
        } else {
            clues.push(clue(text, 1.0, &[(cause, 1.5)]));
        }
    }
    // A surer word within the last hours explains a barer one now.
    let surer = |one: &Refusal| {
        one.cause != cause
            && one.confidence >= 90
            && one.confidence > scene.refusal.confidence
            && one.cause.is_money()
    };
    if let Some((at, one)) = before(6).rfind(|(_, one)| surer(one)) {
        let said = if one.message.is_empty() {
            one.cause.words().title.to_owned()
        } else {
            format!("“{}”", one.message)
        };
        let text =
            format!("“{}” was refused {} with a clearer answer: {said}.", account.label, scene.read(*at));
        clues.push(clue(text, 1.0, &[(one.cause, 12.0)]));
    }
    let held = before(1).rfind(|(at, one)| one.cause == InFlight && scene.at.since(*at) < 10 * MINUTE);
    if let Some((at, _)) = held.filter(|_| cause != InFlight) {
        let text = format!("Money was held for running requests {}.", scene.read(*at));
        clues.push(clue(text, 1.0, &[(InFlight, 4.0)]));
    }
    clues
}

/// Alerts that fire. They rest on the same figures, so they weigh little.
fn alerts(account: &AccountFacts) -> Option<Clue> {
    let fires = |kind: EpisodeKind| account.firing.contains(&kind);
    let label = &account.label;
    let (text, odds) = if fires(EpisodeKind::Offline) {
        ("An alert says that this computer is offline.".to_owned(), (Network, 2.0))
    } else if fires(EpisodeKind::Failing) && account.poll.failed.is_none() {
        (format!("An alert says that polls of “{label}” fail."), (Credentials, 1.5))
    } else if fires(EpisodeKind::Low) {
        (format!("An alert says that the balance of “{label}” is low."), (Balance, 1.2))
    } else if fires(EpisodeKind::Wall) {
        (format!("An alert foresaw that “{label}” would run out."), (Balance, 1.2))
    } else {
        return None;
    };
    Some(clue(text, 1.0, &[odds, (Plan, 0.95)]))
}
