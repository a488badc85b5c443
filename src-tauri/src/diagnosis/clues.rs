//! What an account's own figures say of a refusal: each a sentence with its figures, and the causes that it makes
//! likelier or less likely.

use super::reload::{Reload, auto_reload};
use super::scene::{Level, Scene, cause_of, decisive, left};
use super::{AccountFacts, MeterFacts};
use crate::model::{Amount, Cause, HOUR, MINUTE, Provenance, Qty, words};
use Cause::{
    BalanceExhausted as Balance, BudgetExceeded as Budget, Capacity, Credentials, FreeQuota,
    GatewayMisconfigured as Gateway, InFlight, KeyLimit, PaymentFailed as Payment, PlanMissing as Plan,
    ProviderCap as Cap, RateLimited, ReloadMissed, RequestTooLarge as TooLarge,
};

/// One thing known, and how many times likelier each cause makes it.
pub(super) struct Clue {
    pub(super) text: String,
    pub(super) odds: Vec<(Cause, f64)>,
}

/// A clue whose odds count as far as its figures are trusted, 0 to 1.
pub(super) fn clue(text: String, trust: f64, odds: &[(Cause, f64)]) -> Clue {
    Clue { text, odds: odds.iter().map(|(cause, times)| (*cause, times.powf(trust))).collect() }
}

const LIMITS: [Cause; 4] = [KeyLimit, Budget, Cap, FreeQuota];

/// What the account's meters say.
pub(super) fn meters(scene: &Scene<'_>, account: &AccountFacts) -> Vec<Clue> {
    let mut clues = Vec::new();
    if let Some(meter) = decisive(account, Balance, scene.refusal) {
        clues.extend(balance(scene, account, meter));
        clues.extend(reservation(scene, account, meter));
        clues.extend(reload(scene, account, meter));
    }
    for cause in LIMITS {
        if let Some(meter) = decisive(account, cause, scene.refusal) {
            clues.extend(limit(scene, account, cause, meter));
        }
    }
    if let Some(meter) = decisive(account, RateLimited, scene.refusal) {
        clues.extend(rate(scene, account, meter));
    }
    for meter in &account.meters {
        clues.extend(same_figure(scene, account, meter));
        clues.extend(added(scene, account, meter));
    }
    clues
}

/// How a figure came about and how old it is, where that takes from its weight.
fn doubt(scene: &Scene<'_>, meter: &MeterFacts) -> &'static str {
    match meter.provenance {
        _ if scene.stale(meter) => " That is too old to tell much.",
        Provenance::Anchored => " It is counted from an amount that was typed in.",
        Provenance::Estimated => " It is estimated from tokens and list prices.",
        Provenance::Reported | Provenance::Derived => "",
    }
}

/// `The balance of “Work”`.
pub(super) fn named(account: &AccountFacts, meter: &MeterFacts) -> String {
    if meter.label.contains(&account.label) {
        return format!("The {}", meter.label);
    }
    format!("The {} of “{}”", meter.label, account.label)
}

fn balance(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let (level, had) = (scene.level(meter)?, left(meter)?);
    let (name, read, doubt) = (named(account, meter), scene.read(meter.read_at), doubt(scene, meter));
    let amount = words::amount(had);
    let needed = scene.refusal.needed.filter(|needed| needed.unit == had.unit).map(words::amount);
    let trust = scene.trust(meter);
    Some(match level {
        Level::Empty => {
            let since = meter.empty_since.filter(|since| *since <= scene.at);
            let since =
                since.map_or(String::new(), |since| format!(" and at zero since {}", bare(scene, since)));
            let held = if had.qty > Qty(0) { ", less than is set aside for one request" } else { "" };
            let (out, large) = if had.qty > Qty(0) { (5.0, 4.0) } else { (12.0, 1.5) };
            let odds = [
                (Balance, out),
                (ReloadMissed, out),
                (TooLarge, large),
                (KeyLimit, 0.4),
                (Budget, 0.4),
                (RateLimited, 0.4),
                (Credentials, 0.5),
                (Plan, 0.6),
            ];
            clue(format!("{name} was {amount} {read}{since}{held}.{doubt}"), trust, &odds)
        }
        Level::Low => {
            let less = needed.map_or("that may be less than one request needs".to_owned(), |needed| {
                format!("the request needs {needed}")
            });
            let odds =
                [(Balance, 3.0), (TooLarge, 4.0), (InFlight, 2.5), (ReloadMissed, 3.0), (KeyLimit, 0.8)];
            clue(format!("{name} was {amount} {read}: {less}.{doubt}"), trust, &odds)
        }
        Level::Full => {
            let more = needed.map_or("far more than one request needs".to_owned(), |needed| {
                format!("the request needs {needed}")
            });
            let odds = [
                (Balance, 0.05),
                (ReloadMissed, 0.03),
                (TooLarge, 0.1),
                (InFlight, 0.3),
                (KeyLimit, 1.6),
                (Budget, 1.6),
                (Cap, 1.3),
                (Gateway, 1.5),
                (Payment, 1.2),
            ];
            clue(format!("{name} was {amount} {read}: {more}.{doubt}"), trust, &odds)
        }
    })
}

/// What the provider sets aside for a request is more than what is left, though something is left.
fn reservation(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let (reserve, had) = (meter.reserve?, left(meter)?);
    let some = meter.headroom?.qty <= Qty(0) && had.qty > Qty(0) && reserve.qty > Qty(0);
    let text = format!(
        "{} sets {} aside for each request, and {} is left: calls are refused before the balance is at zero.",
        account.name,
        words::amount(reserve),
        words::amount(had)
    );
    let odds = [(TooLarge, 3.0), (InFlight, 3.0)];
    some.then(|| clue(text, scene.trust(meter), &odds))
}

/// Auto-reload said on, or seen in the past, and nothing came.
fn reload(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let known = auto_reload(account)?;
    let level = scene.level(meter)?;
    let had = left(meter)?;
    let due = match known {
        Reload::Said(below) => below.unit == had.unit && had.qty < below.qty,
        Reload::Seen { about, .. } => about.unit == had.unit && had.qty < about.qty,
    };
    if !due {
        return None;
    }
    let since = meter.empty_since.unwrap_or(meter.read_at);
    let until = meter.read_at.max(scene.at);
    let grace = meter.lag.max(10 * MINUTE);
    let waited = until.since(since);
    if meter.added.last().is_some_and(|(at, ..)| *at >= since) {
        return None;
    }
    let late = match level {
        Level::Empty => {
            format!("it has been at zero since {} and nothing came", bare(scene, since))
        }
        Level::Low | Level::Full => format!(
            "{} was left {} and nothing has come since",
            words::amount(had),
            scene.read(meter.read_at)
        ),
    };
    let long = waited > grace;
    let times = match (known, level) {
        (Reload::Said(_), Level::Empty) if long => 30.0,
        (Reload::Said(_), _) => 5.0,
        (Reload::Seen { .. }, Level::Empty) if long => 10.0,
        (Reload::Seen { .. }, _) => 2.5,
    };
    let why = match known {
        Reload::Said(below) => {
            format!("An automatic top-up is set for “{}” below {}", account.label, words::amount(below))
        }
        Reload::Seen { count, amount, about, .. } => format!(
            "The last {count} top-ups of “{}” were {} each with about {} left, as an automatic top-up does it",
            account.label,
            words::amount(amount),
            words::amount(about)
        ),
    };
    let odds = [(ReloadMissed, times), (Payment, 2.0)];
    Some(clue(format!("{why}; {late}."), scene.trust(meter), &odds))
}

fn limit(scene: &Scene<'_>, account: &AccountFacts, cause: Cause, meter: &MeterFacts) -> Option<Clue> {
    let level = scene.level(meter)?;
    let (name, read, doubt) = (named(account, meter), scene.read(meter.read_at), doubt(scene, meter));
    let of = match (meter.used, meter.limit, meter.headroom) {
        (Some(used), Some(limit), _) => format!("{} of {} used", words::amount(used), words::amount(limit)),
        (_, Some(limit), Some(left)) => format!("{} of {} left", words::amount(left), words::amount(limit)),
        (_, _, left) => format!("{} left", words::amount(left?)),
    };
    let again = meter.resets_at.filter(|at| *at > scene.at);
    let again = again.map_or(String::new(), |at| format!(" It starts again {}.", scene.clock(at)));
    // The limit of another key refuses only calls of that key; nobody knows whether it was this one.
    let another = account.meters.iter().filter(|one| cause_of(account, one) == Some(cause)).count() > 1;
    let named_by = scene.refusal.meter.as_ref() == Some(&meter.key);
    let sure = if another && !named_by { 0.7 } else { 1.0 };
    let trust = scene.trust(meter) * sure;
    Some(match level {
        Level::Empty => {
            let odds = [
                (cause, 20.0),
                (Balance, 0.5),
                (RateLimited, 0.5),
                (Credentials, 0.5),
                (Plan, 0.6),
                (Payment, 0.7),
                (Capacity, 0.5),
            ];
            clue(format!("{name} was at its limit {read}: {of}.{again}{doubt}"), trust, &odds)
        }
        Level::Low => clue(
            format!("{name} was nearly at its limit {read}: {of}.{again}{doubt}"),
            trust,
            &[(cause, 3.0)],
        ),
        Level::Full => {
            let tightest = if another { ", the tightest of its kind" } else { "" };
            let odds = [(cause, 0.08)];
            clue(format!("{name} was not at its limit {read}: {of}{tightest}.{doubt}"), trust, &odds)
        }
    })
}

/// A rate limit's window lasts a minute or so: only a figure of about the same time says anything.
fn rate(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    if scene.at.since(meter.read_at).saturating_abs() > 5 * MINUTE {
        return None;
    }
    let (name, read) = (named(account, meter), scene.read(meter.read_at));
    let had = words::amount(meter.headroom?);
    Some(match scene.level(meter)? {
        Level::Empty => {
            clue(format!("{name} had nothing left {read}."), scene.trust(meter), &[(RateLimited, 5.0)])
        }
        Level::Low => {
            clue(format!("{name} had {had} left {read}."), scene.trust(meter), &[(RateLimited, 2.0)])
        }
        Level::Full => {
            clue(format!("{name} had {had} left {read}."), scene.trust(meter) * 0.5, &[(RateLimited, 0.6)])
        }
    })
}

/// The figure in the answer is the one that a meter shows.
fn same_figure(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let cause = cause_of(account, meter).filter(|cause| *cause != RateLimited)?;
    let equal = |said: Option<Amount>, shown: Option<Amount>| {
        let (said, shown) = (said?, shown?);
        let apart = said.qty.checked_sub(shown.qty)?.0.saturating_abs();
        let same = said.unit == shown.unit && said.qty > Qty(0) && apart <= said.qty.0 / 100;
        same.then_some(said)
    };
    let (what, said) = equal(scene.refusal.limit, meter.limit)
        .map(|said| ("limit", said))
        .or_else(|| Some(("amount left", equal(scene.refusal.left, left(meter))?)))?;
    let name = named(account, meter);
    let text = format!(
        "{name} shows the {what} that the answer names, {}, {}.",
        words::amount(said),
        scene.read(meter.read_at)
    );
    Some(clue(text, scene.trust(meter), &[(cause, 6.0)]))
}

/// Money that was added, or a limit that was raised, around the refusal.
fn added(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let cause = cause_of(account, meter)?;
    let near = |at: &crate::model::Timestamp| at.since(scene.at) > -HOUR && at.since(scene.at) < 48 * HOUR;
    let (at, amount, _) = meter.added.iter().rev().find(|(at, amount, _)| near(at) && amount.qty > Qty(0))?;
    let raised = if cause == Balance { "was added to" } else { "was added to the limit:" };
    let label = if cause == Balance { format!("“{}”", account.label) } else { meter.label.clone() };
    let said = format!("{} {raised} {label} {}", words::amount(*amount), scene.read(*at));
    let trust = scene.trust(meter);
    if *at > scene.at {
        return Some(clue(format!("{said}: somebody saw a need for it."), trust, &[(cause, 2.0)]));
    }
    let odds = [(cause, 0.5), (Gateway, 1.5)];
    Some(clue(format!("{said}: it may not have arrived everywhere yet."), trust, &odds))
}

/// A moment after `since`: without a preposition of its own.
fn bare(scene: &Scene<'_>, at: crate::model::Timestamp) -> String {
    let said = scene.clock(at);
    said.trim_start_matches("at ").trim_start_matches("on ").to_owned()
}
