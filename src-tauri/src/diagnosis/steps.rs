//! The verdict in words: who refused, what is used up, until when, and whether waiting helps.

use super::reload::{Reload, auto_reload};
use super::said::{self, sentences};
use super::scene::{METER_ZERO, Scene, decisive, is_out, left};
use super::{AccountFacts, Facts, MeterFacts};
use crate::model::{Amount, Cause, Refusal, Scope, Source, Timestamp, Unit, words};
use crate::say;

/// What a verdict is told from.
pub(super) struct Teller<'a> {
    pub(super) scene: Scene<'a>,
    pub(super) cause: Cause,
    /// The account whose meters the cause concerns: the refused one, or the one behind the gateway.
    pub(super) account: Option<&'a AccountFacts>,
    /// The meter that is used up, if it is watched.
    pub(super) meter: Option<&'a MeterFacts>,
    /// When it passes, if that is known.
    pub(super) retry_at: Option<Timestamp>,
    pub(super) retryable: bool,
}

impl<'a> Teller<'a> {
    pub(super) fn new(cause: Cause, refusal: &'a Refusal, facts: &'a Facts) -> Self {
        let scene = Scene::new(refusal, facts);
        let own = scene.own();
        // What is empty behind a gateway, where the gateway's own meters are not.
        let bare = |one: &&AccountFacts| decisive(one, cause, refusal).is_some_and(is_out);
        let account = match own.filter(|one| !one.is_gateway || bare(one)) {
            Some(own) => Some(own),
            None if scene.through_gateway() => scene.behind().0.into_iter().find(bare).or(own),
            None => own,
        };
        let like = if cause == Cause::ReloadMissed { Cause::BalanceExhausted } else { cause };
        let meter = account.and_then(|account| decisive(account, like, refusal));
        let resets = meter.filter(|meter| is_out(meter)).and_then(|meter| meter.resets_at);
        let resets = resets.filter(|at| *at > scene.at && starts_again(cause));
        let same = cause == refusal.cause;
        let retryable = if same { refusal.retryable } else { cause.passes() } || resets.is_some();
        let stated = refusal.retry_at.filter(|_| same || cause.passes());
        let retry_at = stated.or(resets);
        Teller { scene, cause, account, meter, retry_at, retryable }
    }

    /// What the verdict covers.
    pub(super) fn scope(&self) -> Scope {
        let refusal = self.scene.refusal;
        let behind = self.scene.through_gateway() && self.account.is_some_and(|one| !one.is_gateway);
        match self.cause {
            cause if behind && cause.is_money() && cause != Cause::RequestTooLarge => Scope::Provider,
            cause if cause == refusal.cause => refusal.scope,
            Cause::KeyLimit | Cause::Credentials | Cause::RateLimited => Scope::Key,
            Cause::RequestTooLarge | Cause::Network | Cause::PaymentChallenge | Cause::Unknown => {
                Scope::Request
            }
            Cause::BudgetExceeded => Scope::Team,
            Cause::Capacity | Cause::GatewayMisconfigured => Scope::Provider,
            _ => Scope::Organisation,
        }
    }

    /// Who refused, if anybody knows: `OpenAI`.
    pub(super) fn who(&self) -> Option<&str> {
        let facts = self.scene.facts;
        let known = self.account.or(self.scene.account()).map(|one| one.name.as_str());
        let name = Some(facts.name.as_str()).filter(|name| !name.is_empty());
        name.or(known)
    }

    /// What is used up, for people: `key limit “ci” of “Work”`, `prepaid balance`.
    fn thing(&self) -> String {
        let meter = self.meter.map(said::label);
        match (self.meter, self.account) {
            (Some(meter), Some(account)) => said::of(account, meter),
            (None, Some(account)) => {
                say!("diagnosis-meter", meter = self.kind_of_thing(), account = account.label.as_str())
            }
            (_, None) => meter.unwrap_or_else(|| self.kind_of_thing()),
        }
    }

    /// What is used up where its meter is not known.
    fn kind_of_thing(&self) -> String {
        match (self.cause, self.scene.refusal.scope) {
            (Cause::KeyLimit, _) => say!("diagnosis-thing-key"),
            (Cause::BudgetExceeded, Scope::Project) => say!("diagnosis-thing-project"),
            (Cause::BudgetExceeded, Scope::Team) => say!("diagnosis-thing-team"),
            (Cause::BudgetExceeded, Scope::Organisation) => say!("diagnosis-thing-organisation"),
            (Cause::BudgetExceeded, _) => say!("diagnosis-thing-budget"),
            (Cause::ProviderCap, _) => say!("diagnosis-thing-cap"),
            (Cause::FreeQuota, _) => say!("diagnosis-thing-quota"),
            _ => say!("diagnosis-thing-balance"),
        }
    }

    /// The figures, from the answer before those of the meter; the message chooses by `kind`.
    fn figures(&self) -> Figures {
        let refusal = self.scene.refusal;
        let used = |used: Option<Amount>, limit: Option<Amount>| match (used, limit) {
            (Some(_), Some(_)) => Some(Figures { kind: "used", used, limit, ..Figures::default() }),
            (None, Some(_)) => Some(Figures { kind: "limit", limit, ..Figures::default() }),
            _ => None,
        };
        let left = |left: Amount| Figures { kind: "left", left: Some(left), ..Figures::default() };
        let need = refusal.needed.map(|needed| {
            let kind = if refusal.left.is_some() { "needed-left" } else { "needed" };
            Figures { kind, needed: Some(needed), left: refusal.left, ..Figures::default() }
        });
        let answer = need.or_else(|| used(refusal.used, refusal.limit)).or_else(|| refusal.left.map(left));
        let of_meter = || {
            let meter = self.meter.filter(|meter| is_out(meter))?;
            let figures = used(meter.used, meter.limit).or_else(|| super::scene::left(meter).map(left))?;
            let kind = match figures.kind {
                "used" => "used-then",
                "limit" => "limit-then",
                _ => "left-then",
            };
            Some(Figures { kind, then: Some(meter.read_at), ..figures })
        };
        answer.or_else(of_meter).unwrap_or_default()
    }

    /// A message of what happened, with everything that such a message may name.
    fn say(&self, id: &str) -> String {
        let (scene, refusal, figures) = (&self.scene, self.scene.refusal, self.figures());
        let through = scene.passed_on();
        let how = match (refusal.source, through) {
            _ if refusal.rule == METER_ZERO => "foreseen",
            (Source::Stated, false) => "stated",
            (Source::Stated, true) => "stated-through",
            (Source::Polled | Source::Pasted, true) => "refused-through",
            (Source::Polled | Source::Pasted, false) => "refused",
        };
        let answer = match (refusal.status, refusal.message.as_str()) {
            (Some(_), "") => "status",
            (Some(_), _) => "status-quoted",
            (None, "") => "none",
            (None, _) => "quoted",
        };
        let gateway = scene.gateway().map(|one| one.name.as_str());
        let amount = |amount: Option<Amount>| amount.map_or(String::new(), words::amount);
        let one = figures.used.or(figures.left).is_none_or(is_one);
        say!(
            id,
            how = how,
            known = yes(self.who().is_some()),
            who = self.who().unwrap_or_default(),
            through = yes(through),
            watched = yes(gateway.is_some()),
            gateway = gateway.unwrap_or_default(),
            thing = self.thing(),
            figures = figures.kind,
            needed = amount(figures.needed.or(refusal.needed)),
            left = amount(figures.left.or(refusal.left)),
            used = amount(figures.used),
            limit = amount(figures.limit),
            number = if one { "one" } else { "many" },
            then = figures.then.map_or(String::new(), |at| scene.clock(at)),
            answer = answer,
            status = refusal.status.map_or(String::new(), |status| status.to_string()),
            message = refusal.message.as_str()
        )
    }

    /// Until when, and whether waiting helps or what does.
    fn waiting(&self) -> String {
        let (state, at) = match (self.retryable, self.retry_at) {
            (true, Some(at)) if at <= self.scene.facts.now => ("over", Some(at)),
            (true, Some(at)) => ("until", Some(at)),
            (true, None) => ("itself", None),
            (false, _) => ("never", None),
        };
        let clock = at.map_or(String::new(), |at| self.scene.clock(at));
        say!("diagnosis-waiting", state = state, clock = clock, cause = self.cause.id())
    }

    fn soon(&self) -> String {
        let now = self.scene.facts.now;
        let ahead = self.retry_at.filter(|at| *at > now);
        let state = match self.retry_at {
            Some(_) if ahead.is_none() => "now",
            Some(_) => "at",
            None => "itself",
        };
        let clock = ahead.map_or(String::new(), |at| self.scene.clock(at));
        let span = ahead.map_or(String::new(), |at| words::span(at.since(now)));
        say!("diagnosis-soon", state = state, clock = clock, span = span)
    }

    /// Money that came since, if it did.
    fn mended(&self) -> Option<String> {
        let meter = self.meter?;
        let (at, amount, _) = meter.added.iter().rev().find(|(at, ..)| *at > self.scene.at)?;
        Some(say!("diagnosis-mended", amount = words::amount(*amount), clock = self.scene.clock(*at)))
    }

    /// Money that is there although a limit refuses.
    fn money_behind(&self) -> Option<String> {
        let account = self.account.or(self.scene.account())?;
        let meter = decisive(account, Cause::BalanceExhausted, self.scene.refusal)?;
        let had = left(meter).filter(|_| !is_out(meter))?;
        let clock = self.scene.clock(meter.read_at);
        Some(say!("diagnosis-account-had", amount = words::amount(had), clock = clock))
    }

    fn money_at_provider(&self) -> Option<String> {
        let (accounts, _) = self.scene.behind();
        let found = accounts.into_iter().find_map(|one| {
            let meter = decisive(one, Cause::BalanceExhausted, self.scene.refusal)?;
            let had = left(meter).filter(|_| !is_out(meter))?;
            Some((one, meter, had))
        });
        let (account, meter, had) = found?;
        Some(say!(
            "diagnosis-provider-had",
            account = account.label.as_str(),
            provider = account.name.as_str(),
            amount = words::amount(had),
            clock = self.scene.clock(meter.read_at)
        ))
    }

    /// That the automatic top-up did not come, as far as it is known.
    fn reload_due(&self) -> String {
        match self.account.and_then(auto_reload) {
            None => say!("diagnosis-reload-due"),
            Some(Reload::Said(below)) => say!("diagnosis-reload-due.said", below = words::amount(below)),
            Some(Reload::Seen { amount, about, .. }) => {
                say!(
                    "diagnosis-reload-due.seen",
                    amount = words::amount(amount),
                    about = words::amount(about)
                )
            }
        }
    }

    /// What happened, to whom and why, in one to three sentences.
    pub(super) fn explanation(&self) -> String {
        let elsewhere = self.scene.elsewhere().map(|account| {
            let (label, name) = (account.label.as_str(), account.name.as_str());
            say!("diagnosis-elsewhere", account = label, provider = name)
        });
        sentences(self.told().into_iter().chain([elsewhere]))
    }

    fn told(&self) -> [Option<String>; 3] {
        let refusal = self.scene.refusal;
        let reached = || Some(self.say("diagnosis-told-reached"));
        let waiting = || Some(self.waiting());
        let soon = || Some(self.soon());
        match self.cause {
            Cause::BalanceExhausted => {
                let own = self.scene.through_gateway() && self.account.is_some_and(|one| !one.is_gateway);
                let whose = own.then(|| say!("diagnosis-whose"));
                [Some(self.say("diagnosis-told-used-up")), whose, self.mended().or_else(waiting)]
            }
            Cause::RequestTooLarge => {
                let afford = refusal.left.filter(|left| left.qty.0 > 0);
                let smaller = match afford {
                    Some(left) => say!("diagnosis-smaller.up-to", left = words::amount(left)),
                    None => say!("diagnosis-smaller"),
                };
                [Some(self.say("diagnosis-told-larger")), Some(smaller), None]
            }
            Cause::KeyLimit | Cause::BudgetExceeded | Cause::ProviderCap => {
                [reached(), self.money_behind(), waiting()]
            }
            Cause::FreeQuota => [Some(self.say("diagnosis-told-used-up")), waiting(), None],
            Cause::PlanMissing => [Some(self.say("diagnosis-told-plan")), self.money_behind(), waiting()],
            Cause::PaymentFailed => {
                [Some(self.say("diagnosis-told-payment")), self.money_behind(), waiting()]
            }
            Cause::ReloadMissed => [
                Some(self.say("diagnosis-told-used-up")),
                Some(self.reload_due()),
                self.mended().or_else(waiting),
            ],
            Cause::RateLimited => [Some(self.say("diagnosis-told-rate")), soon(), None],
            Cause::Capacity => [Some(self.say("diagnosis-told-capacity")), soon(), None],
            Cause::InFlight => [Some(self.say("diagnosis-told-in-flight")), soon(), None],
            Cause::Credentials => [Some(self.say("diagnosis-told-credentials")), waiting(), None],
            Cause::GatewayMisconfigured => {
                [Some(self.say("diagnosis-told-gateway")), self.money_at_provider(), waiting()]
            }
            Cause::PaymentChallenge => {
                let priced = refusal.needed.is_some();
                let id = if priced { "diagnosis-told-challenge.priced" } else { "diagnosis-told-challenge" };
                let said = Some(refusal.message.as_str()).filter(|said| !said.is_empty());
                let said = said.map(|said| say!("diagnosis-it-says", message = said));
                [Some(self.say(id)), said, Some(say!("diagnosis-pays"))]
            }
            Cause::Network => {
                [Some(self.say("diagnosis-told-network")), Some(say!("diagnosis-network-only")), None]
            }
            Cause::Unknown => {
                let good = refusal.status.is_some_and(|status| status < 400);
                let then = if good { say!("diagnosis-no-refusal") } else { say!("diagnosis-not-told") };
                [Some(self.say("diagnosis-answered")), Some(then), None]
            }
        }
    }
}

/// Amounts of a verdict's first sentence, and which of them it names.
#[derive(Clone, Copy)]
struct Figures {
    kind: &'static str,
    needed: Option<Amount>,
    left: Option<Amount>,
    used: Option<Amount>,
    limit: Option<Amount>,
    /// When the meter was read that they are from.
    then: Option<Timestamp>,
}

impl Default for Figures {
    fn default() -> Self {
        Figures { kind: "none", needed: None, left: None, used: None, limit: None, then: None }
    }
}

/// For a message that chooses.
pub(super) fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// Whether a sentence speaks of the amount as of one thing: money, a share, one token.
fn is_one(amount: Amount) -> bool {
    !matches!(amount.unit, Unit::Tokens | Unit::Requests | Unit::Credits)
        || amount.qty.0 == amount.unit.scale()
}

/// Whether a limit of this kind may start again by itself.
fn starts_again(cause: Cause) -> bool {
    matches!(cause, Cause::KeyLimit | Cause::BudgetExceeded | Cause::ProviderCap | Cause::FreeQuota)
}
