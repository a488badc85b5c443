//! A refusal beside its facts: which figures speak of it, how far they are to be trusted, and when they were read.

use super::{AccountFacts, Facts, MeterFacts, said};
use crate::model::{
    Amount, Cause, HOUR, MINUTE, MeterKind, Provenance, Qty, Refusal, SECOND, Source, Timestamp, Unit, words,
};
use crate::say;

/// The rule of a refusal that is made from a meter at zero.
pub const METER_ZERO: &str = "meter.zero";

/// How old a figure may be beside its usual lag and still tell of a refusal.
const FRESH: i64 = 15 * MINUTE;

/// How much a meter had left for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Nothing.
    Empty,
    /// Something, perhaps not enough for one request.
    Low,
    /// More than a request needs.
    Full,
}

/// A refusal beside its facts.
pub(super) struct Scene<'a> {
    pub(super) refusal: &'a Refusal,
    pub(super) facts: &'a Facts,
    /// When it happened, as far as is known.
    pub(super) at: Timestamp,
}

impl<'a> Scene<'a> {
    pub(super) fn new(refusal: &'a Refusal, facts: &'a Facts) -> Self {
        Scene { refusal, facts, at: refusal.at.unwrap_or(facts.now) }
    }

    /// Every account that is known of.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &'a AccountFacts> + use<'a> {
        self.facts.account.iter().chain(&self.facts.others)
    }

    /// The account that was refused. Not the one that was named, if the words are those of a provider where it is not:
    /// its figures are about other money.
    pub(super) fn account(&self) -> Option<&'a AccountFacts> {
        self.facts.account.as_ref().filter(|_| self.elsewhere().is_none())
    }

    /// The account that was named, if it is at another provider than the one that refused.
    pub(super) fn elsewhere(&self) -> Option<&'a AccountFacts> {
        let (account, provider) = (self.facts.account.as_ref()?, self.refusal.provider.as_deref()?);
        (!account.is_gateway && provider != account.connector).then_some(account)
    }

    /// The account of whose meters the refusal speaks: not a gateway's, when that only passed it on.
    pub(super) fn own(&self) -> Option<&'a AccountFacts> {
        self.account().filter(|account| !(account.is_gateway && self.passed_on()))
    }

    /// Whether a gateway passed on what a provider said.
    pub(super) fn passed_on(&self) -> bool {
        self.refusal.gateway.is_some() && self.refusal.gateway != self.refusal.provider
    }

    /// Whether a gateway stands in between, as far as is known.
    pub(super) fn through_gateway(&self) -> bool {
        self.refusal.gateway.is_some() || self.facts.account.as_ref().is_some_and(|one| one.is_gateway)
    }

    /// The gateway in between, if it is watched.
    pub(super) fn gateway(&self) -> Option<&'a AccountFacts> {
        let named = |one: &&AccountFacts| match &self.refusal.gateway {
            Some(id) => one.connector == *id,
            None => self.facts.account.as_ref().is_some_and(|account| account.id == one.id),
        };
        self.accounts().filter(|one| one.is_gateway).find(named)
    }

    /// Accounts at the provider behind the gateway, and whether it is sure that they stand there.
    pub(super) fn behind(&self) -> (Vec<&'a AccountFacts>, bool) {
        let provider = self.refusal.provider.as_deref();
        let sure = |one: &&AccountFacts| !one.is_gateway && provider == Some(one.connector.as_str());
        let known: Vec<_> = self.accounts().filter(sure).collect();
        if !known.is_empty() || self.passed_on() && provider.is_some() {
            return (known, true);
        }
        (self.accounts().filter(|one| !one.is_gateway).collect(), false)
    }

    /// How far a figure tells of the moment of the refusal, 0 to 1: reported ones more than those that were counted
    /// or estimated, old ones little.
    pub(super) fn trust(&self, meter: &MeterFacts) -> f64 {
        let origin = match meter.provenance {
            Provenance::Reported => 1.0,
            Provenance::Derived => 0.9,
            Provenance::Anchored => 0.6,
            Provenance::Estimated => 0.4,
        };
        // What an "at zero" meter adds to the refusal that was made from it.
        let anew = if self.refusal.rule == METER_ZERO { 0.2 } else { 1.0 };
        let pasted = if self.refusal.source == Source::Pasted { 0.9 } else { 1.0 };
        origin * anew * pasted * self.freshness(meter)
    }

    fn freshness(&self, meter: &MeterFacts) -> f64 {
        if let Some(since) = meter.empty_since {
            // Known for the moment itself: it was empty then, or ran out only later.
            return if since <= self.at.plus(meter.lag.max(0).saturating_add(FRESH)) { 1.0 } else { 0.15 };
        }
        let age = self.at.since(meter.read_at).saturating_abs();
        let fresh = meter.lag.max(0).saturating_add(FRESH);
        if age <= fresh {
            1.0
        } else if meter.read_at < self.at && outlasts(meter, age) {
            0.6
        } else if age <= fresh.saturating_mul(3) {
            0.35
        } else {
            0.15
        }
    }

    /// Whether a figure is too old to tell much.
    pub(super) fn stale(&self, meter: &MeterFacts) -> bool {
        self.freshness(meter) < 0.5
    }

    /// How much the meter had left; `None` when it says nothing.
    pub(super) fn level(&self, meter: &MeterFacts) -> Option<Level> {
        let left = meter.headroom?;
        if left.qty <= Qty(0) {
            return Some(Level::Empty);
        }
        let needed = self.refusal.needed.filter(|needed| needed.unit == left.unit).map(|needed| needed.qty.0);
        let small = needed.unwrap_or_else(|| match (left.unit, meter.limit) {
            (Unit::Money(_), _) => left.unit.scale() / 5,
            (_, Some(limit)) => limit.qty.0 / 50,
            _ => left.unit.scale(),
        });
        let full = left.qty.0 >= small.saturating_mul(if needed.is_some() { 2 } else { 1 });
        Some(if full { Level::Full } else { Level::Low })
    }

    /// `at 14:05, 3 min before`: when a figure was read, and how that lies to the refusal.
    pub(super) fn read(&self, at: Timestamp) -> String {
        let apart = self.at.since(at);
        let (how, span) = match apart {
            _ if self.refusal.source == Source::Pasted => ("ago", self.facts.now.since(at)),
            _ if apart.saturating_abs() < 2 * SECOND => ("same", apart),
            1.. => ("before", apart),
            _ => ("after", apart),
        };
        say!("diagnosis-read", how = how, clock = said::closed(at, self.facts), span = words::span(span))
    }

    /// `at 14:05`, `yesterday 23:05`, `on Tue 24 Nov 14:00`: a moment in the viewer's zone.
    pub(super) fn clock(&self, at: Timestamp) -> String {
        said::clock(at, self.facts)
    }
}

/// Which cause it is when a meter is at zero. `None`: it refuses nothing, such as a budget of the user's own.
pub(super) fn cause_of(account: &AccountFacts, meter: &MeterFacts) -> Option<Cause> {
    let key = meter.key.0.as_str();
    let first = key.split('.').next().unwrap_or_default();
    match meter.kind {
        MeterKind::Balance => Some(Cause::BalanceExhausted),
        MeterKind::Quota => Some(Cause::FreeQuota),
        MeterKind::Rate => Some(Cause::RateLimited),
        MeterKind::Spend => None,
        MeterKind::Budget if key == "budget.month" => None,
        MeterKind::Budget if first.starts_with("key") || key.starts_with("budget.key.") => {
            Some(Cause::KeyLimit)
        }
        MeterKind::Budget => {
            let cap = ["spend_limit", "spending_limit", "limit", "postpaid", "paygo"].contains(&first);
            let project = key.starts_with("spend_limit.");
            Some(if cap && !project && !account.is_gateway {
                Cause::ProviderCap
            } else {
                Cause::BudgetExceeded
            })
        }
    }
}

/// What is left, the reservation not taken off.
pub(super) fn left(meter: &MeterFacts) -> Option<Amount> {
    let headroom = meter.headroom?;
    let reserve = meter.reserve.filter(|reserve| reserve.unit == headroom.unit);
    Some(Amount::new(Qty(headroom.qty.0.saturating_add(reserve.map_or(0, |one| one.qty.0))), headroom.unit))
}

/// The meter that decides for a cause: of balances the fullest (any of them pays), of limits the tightest (any of them
/// refuses); the one that the refusal names before all.
pub(super) fn decisive<'a>(
    account: &'a AccountFacts,
    cause: Cause,
    refusal: &Refusal,
) -> Option<&'a MeterFacts> {
    let fits = |meter: &&MeterFacts| meter.headroom.is_some() && cause_of(account, meter) == Some(cause);
    let mut fitting = account.meters.iter().filter(fits);
    if let Some(key) = &refusal.meter
        && let Some(named) = fitting.clone().find(|meter| meter.key == *key)
    {
        return Some(named);
    }
    let whole = |meter: &MeterFacts| meter.headroom.map_or(0.0, |left| left.unit.to_f64(left.qty));
    let share = |meter: &MeterFacts| match meter.limit {
        Some(limit) if limit.qty.0 > 0 => whole(meter) / limit.unit.to_f64(limit.qty),
        _ => whole(meter),
    };
    if cause == Cause::BalanceExhausted {
        let first = fitting.next()?;
        return Some(fitting.fold(first, |best, one| if whole(one) > whole(best) { one } else { best }));
    }
    let first = fitting.next()?;
    Some(fitting.fold(first, |best, one| if share(one) < share(best) { one } else { best }))
}

/// Whether what was left lasts far longer than the figure is old.
fn outlasts(meter: &MeterFacts, age: i64) -> bool {
    let (Some(left), Some(burn)) = (meter.headroom, meter.burn_per_hour) else { return false };
    burn >= 0.0 && left.unit.to_f64(left.qty) > 10.0 * burn * (age as f64 / HOUR as f64) && age < 48 * HOUR
}

/// Whether a meter is at zero.
pub(super) fn is_out(meter: &MeterFacts) -> bool {
    meter.headroom.is_some_and(|left| left.qty.0 <= 0)
}
