//! What an account's own figures say of a refusal: each a sentence with its figures, and the causes that it makes
//! likelier or less likely.

use super::reload::{Reload, auto_reload};
use super::said::{named, sentences};
use super::scene::{Level, Scene, cause_of, decisive, left};
use super::{AccountFacts, MeterFacts, said};
use crate::model::{Amount, Cause, HOUR, MINUTE, Provenance, Qty, words};
use crate::say;
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
fn doubt(scene: &Scene<'_>, meter: &MeterFacts) -> Option<String> {
    match meter.provenance {
        _ if scene.stale(meter) => Some(say!("diagnosis-doubt-old")),
        Provenance::Anchored => Some(say!("diagnosis-doubt-anchored")),
        Provenance::Estimated => Some(say!("diagnosis-doubt-estimated")),
        Provenance::Reported | Provenance::Derived => None,
    }
}

fn balance(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let (level, had) = (scene.level(meter)?, left(meter)?);
    let (name, read, doubt) = (named(account, meter), scene.read(meter.read_at), doubt(scene, meter));
    let amount = words::amount(had);
    let needed = scene.refusal.needed.filter(|needed| needed.unit == had.unit).map(words::amount);
    let needs = |needed: String| {
        let (name, amount, read) = (name.as_str(), amount.as_str(), read.as_str());
        say!("diagnosis-balance-needed", name = name, amount = amount, read = read, needed = needed)
    };
    let trust = scene.trust(meter);
    Some(match level {
        Level::Empty => {
            let since = meter.empty_since.filter(|since| *since <= scene.at);
            let how = match (since.is_some(), had.qty > Qty(0)) {
                (true, true) => "since-held",
                (true, false) => "since",
                (false, true) => "held",
                (false, false) => "plain",
            };
            let since = since.map_or(String::new(), |since| said::bare(since, scene.facts));
            let was = say!(
                "diagnosis-balance-empty",
                how = how,
                name = name,
                amount = amount,
                read = read,
                since = since
            );
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
            clue(sentences([Some(was), doubt]), trust, &odds)
        }
        Level::Low => {
            let was = match needed {
                Some(needed) => needs(needed),
                None => say!("diagnosis-balance-low", name = name, amount = amount, read = read),
            };
            let odds =
                [(Balance, 3.0), (TooLarge, 4.0), (InFlight, 2.5), (ReloadMissed, 3.0), (KeyLimit, 0.8)];
            clue(sentences([Some(was), doubt]), trust, &odds)
        }
        Level::Full => {
            let was = match needed {
                Some(needed) => needs(needed),
                None => say!("diagnosis-balance-full", name = name, amount = amount, read = read),
            };
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
            clue(sentences([Some(was), doubt]), trust, &odds)
        }
    })
}

/// What the provider sets aside for a request is more than what is left, though something is left.
fn reservation(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let (reserve, had) = (meter.reserve?, left(meter)?);
    let some = meter.headroom?.qty <= Qty(0) && had.qty > Qty(0) && reserve.qty > Qty(0);
    let text = say!(
        "diagnosis-reservation",
        provider = account.name.as_str(),
        reserve = words::amount(reserve),
        left = words::amount(had)
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
    let long = waited > grace;
    let times = match (known, level) {
        (Reload::Said(_), Level::Empty) if long => 30.0,
        (Reload::Said(_), _) => 5.0,
        (Reload::Seen { .. }, Level::Empty) if long => 10.0,
        (Reload::Seen { .. }, _) => 2.5,
    };
    let (label, since) = (account.label.as_str(), said::bare(since, scene.facts));
    let (left, read) = (words::amount(had), scene.read(meter.read_at));
    let empty = level == Level::Empty;
    let text = match known {
        Reload::Said(below) => {
            let id = if empty { "diagnosis-reload-said" } else { "diagnosis-reload-said.left" };
            let below = words::amount(below);
            say!(id, account = label, below = below, since = since, left = left, read = read)
        }
        Reload::Seen { count, amount, about, .. } => {
            let id = if empty { "diagnosis-reload-seen" } else { "diagnosis-reload-seen.left" };
            let (amount, about) = (words::amount(amount), words::amount(about));
            say!(
                id,
                account = label,
                count = count,
                amount = amount,
                about = about,
                since = since,
                left = left,
                read = read
            )
        }
    };
    let odds = [(ReloadMissed, times), (Payment, 2.0)];
    Some(clue(text, scene.trust(meter), &odds))
}

fn limit(scene: &Scene<'_>, account: &AccountFacts, cause: Cause, meter: &MeterFacts) -> Option<Clue> {
    let level = scene.level(meter)?;
    let (name, read, doubt) = (named(account, meter), scene.read(meter.read_at), doubt(scene, meter));
    let (figure, used, limit, left) = match (meter.used, meter.limit, meter.headroom) {
        (Some(used), Some(limit), _) => ("used", Some(used), Some(limit), None),
        (_, Some(limit), Some(left)) => ("left-of", None, Some(limit), Some(left)),
        (_, _, left) => ("left", None, None, Some(left?)),
    };
    let amount = |amount: Option<Amount>| amount.map_or(String::new(), words::amount);
    let was = |level: &str| {
        Some(say!(
            "diagnosis-limit",
            level = level.to_owned(),
            name = name.as_str(),
            read = read.as_str(),
            figure = figure,
            used = amount(used),
            limit = amount(limit),
            left = amount(left)
        ))
    };
    let again = meter.resets_at.filter(|at| *at > scene.at);
    let again = again.map(|at| say!("diagnosis-again", clock = scene.clock(at)));
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
            clue(sentences([was("empty"), again, doubt]), trust, &odds)
        }
        Level::Low => clue(sentences([was("low"), again, doubt]), trust, &[(cause, 3.0)]),
        Level::Full => {
            let level = if another { "tightest" } else { "full" };
            let odds = [(cause, 0.08)];
            clue(sentences([was(level), doubt]), trust, &odds)
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
    let left =
        || say!("diagnosis-rate-left", name = name.as_str(), left = had.as_str(), read = read.as_str());
    let trust = scene.trust(meter);
    Some(match scene.level(meter)? {
        Level::Empty => {
            let empty = say!("diagnosis-rate-empty", name = name.as_str(), read = read.as_str());
            clue(empty, trust, &[(RateLimited, 5.0)])
        }
        Level::Low => clue(left(), trust, &[(RateLimited, 2.0)]),
        Level::Full => clue(left(), trust * 0.5, &[(RateLimited, 0.6)]),
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
    let (id, said) = equal(scene.refusal.limit, meter.limit)
        .map(|said| ("diagnosis-same-limit", said))
        .or_else(|| Some(("diagnosis-same-left", equal(scene.refusal.left, left(meter))?)))?;
    let name = named(account, meter);
    let text = say!(id, name = name, amount = words::amount(said), read = scene.read(meter.read_at));
    Some(clue(text, scene.trust(meter), &[(cause, 6.0)]))
}

/// Money that was added, or a limit that was raised, around the refusal.
fn added(scene: &Scene<'_>, account: &AccountFacts, meter: &MeterFacts) -> Option<Clue> {
    let cause = cause_of(account, meter)?;
    let near = |at: &crate::model::Timestamp| at.since(scene.at) > -HOUR && at.since(scene.at) < 48 * HOUR;
    let (at, amount, _) = meter.added.iter().rev().find(|(at, amount, _)| near(at) && amount.qty > Qty(0))?;
    let after = *at > scene.at;
    let id = match (cause == Balance, after) {
        (true, false) => "diagnosis-added-before",
        (true, true) => "diagnosis-added-after",
        (false, false) => "diagnosis-raised-before",
        (false, true) => "diagnosis-raised-after",
    };
    let text = say!(
        id,
        amount = words::amount(*amount),
        account = account.label.as_str(),
        meter = said::label(meter),
        read = scene.read(*at)
    );
    let trust = scene.trust(meter);
    Some(match after {
        true => clue(text, trust, &[(cause, 2.0)]),
        false => clue(text, trust, &[(cause, 0.5), (Gateway, 1.5)]),
    })
}
