//! What else was so at the time of a refusal: polls, the network, other accounts, what stands behind a gateway,
//! earlier refusals, the time to retry.

use super::clues::{Clue, clue};
use super::said::{self, named};
use super::scene::{Level, Scene, decisive, left};
use super::steps::yes;
use super::{AccountFacts, KeyFacts, MeterFacts};
use crate::model::{
    Amount, Cause, DAY, EpisodeKind, HOUR, MINUTE, PollErrorKind, Refusal, Source, Timestamp, words,
};
use crate::say;
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
    let (label, message) = (first.label.as_str(), message.as_str());
    let text = match (lost.len(), kind) {
        (1, PollErrorKind::Malformed) => {
            say!("diagnosis-poll-strange", account = label, read = read, message = message)
        }
        (1, _) => say!("diagnosis-poll-lost", account = label, read = read, message = message),
        (count, _) => {
            say!("diagnosis-polls-lost", count = count, whole = whole, account = label, read = read)
        }
    };
    let times = if lost.len() > 1 || *kind == PollErrorKind::Offline { 12.0 } else { 6.0 };
    Some(clue(text, 1.0, &[(Network, times), (Credentials, 0.6), (Balance, 0.7)]))
}

/// The account's own polls around the time.
fn polls(scene: &Scene<'_>, account: &AccountFacts) -> Option<Clue> {
    if let Some((at, PollErrorKind::Credentials | PollErrorKind::Keychain, message)) = &account.poll.failed {
        let trust = if at.since(scene.at).saturating_abs() <= DAY { 1.0 } else { 0.4 };
        let (label, read) = (account.label.as_str(), scene.read(*at));
        let text = say!("diagnosis-poll-key", account = label, read = read, message = message.as_str());
        return Some(clue(text, trust, &[(Credentials, 8.0)]));
    }
    let good = account.poll.good_at.filter(|at| together(scene, *at))?;
    if account.poll.failed.is_some() {
        return None;
    }
    let read = scene.read(good);
    // A key that reads the account may be another one than the key that makes the calls.
    let other = account.keys.iter().filter(|key| key.stored).all(|key| key.privileged);
    let (id, trust) =
        if other { ("diagnosis-poll-good.other-key", 0.3) } else { ("diagnosis-poll-good", 1.0) };
    let text = say!(id, account = account.label.as_str(), read = read);
    Some(clue(text, trust, &[(Credentials, 0.35), (Network, 0.4)]))
}

/// A key of a higher kind is wanted and is not there.
fn wanted_key(scene: &Scene<'_>, account: &AccountFacts) -> Option<Clue> {
    let polled = scene.refusal.source == Source::Polled;
    let key: &KeyFacts = account.keys.iter().find(|key| key.privileged && !key.stored)?;
    let refused = matches!(scene.refusal.status, Some(401 | 403));
    let text = say!(
        "diagnosis-wanted-key",
        key = key.label.as_str(),
        provider = account.name.as_str(),
        account = account.label.as_str()
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
    let gateway = match scene.gateway() {
        Some(one) => say!("diagnosis-gateway.quoted", account = one.label.as_str()),
        None => say!("diagnosis-gateway"),
    };
    let says = |id: &str, one: &AccountFacts, meter: &MeterFacts, had: Amount| {
        say!(
            id,
            sure = yes(sure),
            name = named(one, meter),
            gateway = gateway.as_str(),
            amount = words::amount(had),
            read = scene.read(meter.read_at)
        )
    };
    let mut clues = Vec::new();
    for one in &empty {
        let Some(meter) = decisive(one, Balance, scene.refusal) else { continue };
        let Some(had) = left(meter) else { continue };
        let text = says("diagnosis-behind-empty", one, meter, had);
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
        let text = says("diagnosis-behind-full", one, meter, had);
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
        let (label, name) = (first.label.as_str(), first.name.as_str());
        let text = match refused.len() {
            1 => say!("diagnosis-neighbour-refused", account = label, provider = name),
            count => say!("diagnosis-neighbours-refused", count = count, provider = name),
        };
        let odds = [(Capacity, 5.0), (Network, 2.0), (Balance, 0.6), (KeyLimit, 0.5), (RateLimited, 0.7)];
        return Some(clue(text, 1.0, &odds));
    }
    let fine = |one: &&&AccountFacts| {
        one.poll.failed.is_none() && one.poll.good_at.is_some_and(|at| together(scene, at))
    };
    let first = others.iter().find(fine)?;
    let (label, name) = (first.label.as_str(), first.name.as_str());
    let text = say!("diagnosis-neighbour-fine", account = label, provider = name);
    Some(clue(text, 1.0, &[(Capacity, 0.5), (Network, 0.5)]))
}

/// What the time to retry tells.
fn wait(scene: &Scene<'_>) -> Option<Clue> {
    let until = scene.refusal.retry_at?;
    let wait = until.since(scene.at);
    Some(match wait {
        _ if wait < -5 * MINUTE => {
            let text = say!("diagnosis-wait-over", clock = scene.clock(until));
            clue(text, 1.0, &[(RateLimited, 0.8), (Credentials, 1.3)])
        }
        _ if wait <= 5 * MINUTE => {
            let text = say!("diagnosis-wait-short", span = words::span(wait));
            let odds = [(RateLimited, 3.0), (Capacity, 2.0), (InFlight, 3.0), (Balance, 0.4), (Payment, 0.3)];
            clue(text, 1.0, &odds)
        }
        _ if wait >= 12 * HOUR => {
            let text = say!("diagnosis-wait-long", clock = said::bare(until, scene.facts));
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
        let clock = scene.clock(*first);
        let text = say!("diagnosis-repeated", count = count, title = title, clock = clock);
        let long = scene.at.since(*first) > 2 * HOUR;
        if cause == RateLimited && long {
            let text = said::sentences([Some(text), Some(say!("diagnosis-repeated-rate"))]);
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
        let id = if one.message.is_empty() { "diagnosis-clearer" } else { "diagnosis-clearer.quoted" };
        let text = say!(
            id,
            account = account.label.as_str(),
            read = scene.read(*at),
            title = one.cause.words().title,
            message = one.message.as_str()
        );
        clues.push(clue(text, 1.0, &[(one.cause, 12.0)]));
    }
    let held = before(1).rfind(|(at, one)| one.cause == InFlight && scene.at.since(*at) < 10 * MINUTE);
    if let Some((at, _)) = held.filter(|_| cause != InFlight) {
        let text = say!("diagnosis-held", read = scene.read(*at));
        clues.push(clue(text, 1.0, &[(InFlight, 4.0)]));
    }
    clues
}

/// Alerts that fire. They rest on the same figures, so they weigh little.
fn alerts(account: &AccountFacts) -> Option<Clue> {
    let fires = |kind: EpisodeKind| account.firing.contains(&kind);
    let label = account.label.as_str();
    let (text, odds) = if fires(EpisodeKind::Offline) {
        (say!("diagnosis-alert-offline"), (Network, 2.0))
    } else if fires(EpisodeKind::Failing) && account.poll.failed.is_none() {
        (say!("diagnosis-alert-failing", account = label), (Credentials, 1.5))
    } else if fires(EpisodeKind::Low) {
        (say!("diagnosis-alert-low", account = label), (Balance, 1.2))
    } else if fires(EpisodeKind::Wall) {
        (say!("diagnosis-alert-wall", account = label), (Balance, 1.2))
    } else {
        return None;
    };
    Some(clue(text, 1.0, &[odds, (Plan, 0.95)]))
}
