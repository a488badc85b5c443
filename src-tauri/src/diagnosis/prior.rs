//! What each cause is easily confused with, before any evidence.

use super::reload::auto_reload;
use super::scene::Scene;
use crate::model::Cause;
use Cause::{
    BalanceExhausted as Balance, BudgetExceeded as Budget, Capacity, Credentials, FreeQuota,
    GatewayMisconfigured as Gateway, InFlight, KeyLimit, Network, PaymentChallenge as Challenge,
    PaymentFailed as Payment, PlanMissing as Plan, ProviderCap as Cap, RateLimited, ReloadMissed as Reload,
    RequestTooLarge as TooLarge, Unknown,
};

/// From this confidence on, in percent, a rule matched an unmistakable code.
pub(super) const UNMISTAKABLE: u8 = 95;
/// What two causes that one body cannot tell apart share between them.
const PAIRED: f64 = 0.12;

/// The causes that may be the one, with their chances before any evidence.
pub(super) fn chances(scene: &Scene<'_>) -> Vec<(Cause, f64)> {
    let refusal = scene.refusal;
    let sure = f64::from(refusal.confidence.min(100)) / 100.0;
    if refusal.confidence >= UNMISTAKABLE {
        let pairs = pairs(scene);
        let each = PAIRED / pairs.len().max(1) as f64;
        let rest = if pairs.is_empty() { 1.0 } else { 1.0 - PAIRED };
        let others = pairs.into_iter().map(|cause| (cause, plausible(scene, cause) * each));
        return std::iter::once((refusal.cause, rest)).chain(others).collect();
    }
    let (first, sure, table) = match refusal.cause {
        Unknown if refusal.status.is_some_and(|status| status < 400) => (Unknown, 1.0, &[][..]),
        Unknown => (Unknown, 0.5, by_status(refusal.status)),
        cause => (cause, sure.max(0.2), confused_with(cause)),
    };
    let weights: Vec<(Cause, f64)> =
        table.iter().map(|(cause, weight)| (*cause, f64::from(*weight) * plausible(scene, *cause))).collect();
    let whole: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let others = weights.into_iter().map(|(cause, weight)| (cause, (1.0 - sure) * weight / whole.max(0.1)));
    std::iter::once((first, sure)).chain(others).collect()
}

/// Causes that the same unmistakable words may stand for.
fn pairs(scene: &Scene<'_>) -> Vec<Cause> {
    let refusal = scene.refusal;
    let mut pairs = Vec::new();
    // One old code of OpenAI's names an empty balance and a limit of one's own alike.
    let ambiguous = refusal.message.contains("plan and billing details")
        || [".quota_type", ".quota_code", ".insufficient_quota"]
            .iter()
            .any(|end| refusal.rule.ends_with(end));
    match refusal.cause {
        Balance if ambiguous => pairs.extend([Reload, Cap, Budget]),
        Balance => pairs.push(Reload),
        Reload => pairs.push(Balance),
        Gateway => pairs.extend([Balance, Credentials]),
        _ => {}
    }
    // A budget or key limit in the gateway's own words is its own; what it passes on may be about a key that it holds.
    let own_words = matches!(refusal.cause, KeyLimit | Budget | RateLimited) && !scene.passed_on();
    let status = matches!(refusal.status, Some(402 | 403 | 500..=599));
    if scene.through_gateway() && status && !own_words && refusal.cause != Gateway {
        pairs.push(Gateway);
    }
    pairs
}

/// Some causes need something to be there at all.
fn plausible(scene: &Scene<'_>, cause: Cause) -> f64 {
    match cause {
        Reload if scene.own().is_none_or(|account| auto_reload(account).is_none()) => 0.1,
        Gateway if !scene.through_gateway() => 0.15,
        _ => 1.0,
    }
}

/// What a cause is easily confused with, the likelier ones with the larger numbers.
fn confused_with(cause: Cause) -> &'static [(Cause, u8)] {
    match cause {
        Balance => &[
            (KeyLimit, 6),
            (Budget, 5),
            (Cap, 4),
            (Reload, 4),
            (Payment, 4),
            (TooLarge, 3),
            (Plan, 3),
            (FreeQuota, 2),
            (Gateway, 4),
            (InFlight, 2),
            (Network, 1),
            (Challenge, 1),
        ],
        TooLarge => &[(Balance, 4), (KeyLimit, 3), (InFlight, 2), (Budget, 1)],
        KeyLimit => &[(Budget, 4), (Balance, 4), (Credentials, 2), (Cap, 1)],
        Budget => &[(KeyLimit, 4), (Cap, 3), (Balance, 3), (Gateway, 1)],
        Cap => &[(Budget, 4), (Balance, 4), (FreeQuota, 2), (RateLimited, 1)],
        FreeQuota => &[(RateLimited, 4), (Plan, 3), (Balance, 3), (Cap, 1)],
        Plan => &[(Payment, 3), (Balance, 3), (FreeQuota, 2), (Credentials, 2)],
        Payment => &[(Balance, 4), (Plan, 3), (Reload, 2), (Credentials, 1)],
        Reload => &[(Balance, 5), (Payment, 4)],
        RateLimited => &[
            (Balance, 5),
            (FreeQuota, 4),
            (Capacity, 4),
            (Cap, 3),
            (Budget, 3),
            (KeyLimit, 2),
            (InFlight, 1),
            (Gateway, 2),
        ],
        Capacity => &[(RateLimited, 4), (Gateway, 4), (Network, 3), (Balance, 1)],
        InFlight => &[(Balance, 4), (TooLarge, 3), (RateLimited, 2)],
        Credentials => &[
            (KeyLimit, 3),
            (Balance, 4),
            (Plan, 4),
            (Payment, 3),
            (Budget, 2),
            (Cap, 2),
            (Gateway, 3),
            (Network, 2),
        ],
        Gateway => &[(Balance, 4), (Credentials, 4), (Capacity, 3), (Budget, 2), (Network, 2)],
        Challenge => &[(Balance, 2), (Network, 1)],
        Network => &[(Gateway, 3), (Credentials, 2), (Capacity, 2)],
        Unknown => &[],
    }
}

/// What an answer with nothing but a status may be.
fn by_status(status: Option<u16>) -> &'static [(Cause, u8)] {
    match status {
        Some(402) => confused_with(Balance),
        Some(401 | 403) => {
            &[(Credentials, 6), (Plan, 2), (Balance, 2), (KeyLimit, 2), (Payment, 2), (Network, 1)]
        }
        Some(429) => &[(RateLimited, 6), (Balance, 2), (FreeQuota, 2), (Budget, 1), (Cap, 1), (Capacity, 1)],
        Some(500..=599) => &[(Capacity, 5), (Gateway, 4), (Network, 3), (Balance, 2)],
        Some(404 | 405 | 410) => &[(Network, 3), (Gateway, 3), (Credentials, 2)],
        _ => &[
            (Balance, 3),
            (KeyLimit, 2),
            (Budget, 2),
            (Cap, 2),
            (Credentials, 2),
            (Gateway, 2),
            (Capacity, 1),
            (Network, 2),
        ],
    }
}
