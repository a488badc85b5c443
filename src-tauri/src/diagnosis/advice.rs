//! What to do, in order, each with the page where it is done; and whose poll would settle more.

use super::said::{self, sentences};
use super::scene::{Level, cause_of, decisive, left};
use super::steps::{Teller, yes};
use super::{AccountFacts, Advice, Hypothesis};
use crate::model::{AccountId, Cause, Links, MINUTE, Source, words};
use crate::say;

/// At most this many accounts are worth a poll.
const MOST_CHECKS: usize = 4;

fn step(text: String, url: Option<&str>) -> Advice {
    Advice { text, url: url.map(str::to_owned) }
}

impl Teller<'_> {
    /// The pages of whoever has to be asked.
    fn pages(&self) -> Links {
        let refused = self.scene.facts.links;
        let passed_on = self.scene.passed_on();
        match self.account {
            // The provider's own account behind a gateway that refuses in its own name.
            Some(one) if !one.is_gateway && self.scene.through_gateway() && !passed_on => one.links,
            Some(one) if refused == Links::NONE => one.links,
            _ => refused,
        }
    }

    /// Whose page it is done on, if that is known: `OpenRouter`.
    fn at(&self) -> Option<&str> {
        let behind = self.account.filter(|one| !one.is_gateway && self.scene.through_gateway());
        behind.map(|one| one.name.as_str()).or_else(|| self.who())
    }

    /// A message that may name the account and where to go.
    fn advise(&self, id: &str) -> String {
        let account = self.account.map(|one| one.label.as_str());
        let (whose, account) = (yes(account.is_some()), account.unwrap_or_default());
        let (known, who) = (yes(self.at().is_some()), self.at().unwrap_or_default());
        say!(id, whose = whose, account = account, known = known, who = who)
    }

    /// That a limit is to be raised, whatever it is called; `otherwise` where its meter is not known.
    fn raise(&self, id: &str, otherwise: &str) -> String {
        let thing = self.meter.map_or_else(|| say!(otherwise), said::label);
        let (known, who) = (yes(self.at().is_some()), self.at().unwrap_or_default());
        say!(id, thing = thing, known = known, who = who)
    }

    /// What to do, in order.
    pub(super) fn steps(&self) -> Vec<Advice> {
        let pages = self.pages();
        let money = pages.top_up.or(pages.billing);
        let payment = pages.billing.or(pages.top_up);
        let limits = pages.limits.or(pages.top_up);
        let or_wait = |otherwise: &str| self.wait().unwrap_or_else(|| step(say!(otherwise), None));
        let mut steps = Vec::new();
        match self.cause {
            Cause::BalanceExhausted => {
                steps.push(step(self.advise("step-top-up"), money));
                steps.extend(self.whose_key(pages));
                let reload = self.account.is_some_and(|one| super::reload::auto_reload(one).is_some());
                let text = if reload { say!("step-see-reload") } else { say!("step-set-reload") };
                steps.push(step(text, payment));
            }
            Cause::RequestTooLarge => {
                let smaller = match self.scene.refusal.left.filter(|left| left.qty.0 > 0) {
                    Some(left) => say!("step-fewer-tokens.most", left = words::amount(left)),
                    None => say!("step-fewer-tokens"),
                };
                steps.push(step(smaller, None));
                steps.push(step(self.advise("step-top-up.size"), money));
            }
            Cause::KeyLimit => {
                steps.push(step(self.raise("step-raise", "step-thing-key"), pages.keys.or(limits)));
                steps.push(step(say!("step-another-key"), None));
                steps.extend(self.wait());
            }
            Cause::BudgetExceeded => {
                steps.push(step(self.raise("step-raise.ask", "step-thing-budget"), limits));
                steps.extend(self.wait());
                steps.push(step(say!("step-another-project"), None));
            }
            Cause::ProviderCap => {
                steps.push(step(self.raise("step-raise", "step-thing-cap"), limits));
                steps.extend(self.wait());
                steps.push(step(say!("step-invoices"), payment));
            }
            Cause::FreeQuota => {
                steps.push(self.wait().unwrap_or_else(|| step(say!("step-wait-quota"), pages.limits)));
                steps.push(step(self.advise("step-paid-plan"), money));
            }
            Cause::PlanMissing => {
                steps.push(step(self.advise("step-renew"), payment));
                steps.push(step(say!("step-product-key"), pages.keys));
            }
            Cause::PaymentFailed => {
                steps.push(step(self.advise("step-payment"), payment));
                steps.push(step(say!("step-support"), pages.status));
            }
            Cause::ReloadMissed => {
                steps.push(step(self.advise("step-top-up.hand"), money));
                steps.push(step(say!("step-mend-reload"), payment));
            }
            Cause::RateLimited => {
                steps.push(or_wait("step-wait-minute"));
                steps.push(step(self.advise("step-rate-limits"), pages.limits));
            }
            Cause::Capacity => {
                steps.push(step(self.advise("step-outage"), pages.status));
                steps.push(or_wait("step-try-again"));
                steps.push(step(say!("step-another-model"), None));
            }
            Cause::InFlight => {
                steps.push(or_wait("step-wait-running"));
                steps.push(step(say!("step-fewer-requests"), None));
                steps.push(step(self.advise("step-top-up.often"), money));
            }
            Cause::Credentials => {
                let key = self.account.and_then(|one| {
                    let missing = one.keys.iter().find(|key| key.privileged && !key.stored);
                    let polled = self.scene.refusal.source == Source::Polled;
                    missing.or_else(|| one.keys.first()).filter(|_| polled)
                });
                let url = key.and_then(|key| key.url).or(pages.keys);
                steps.push(step(self.advise("step-check-key"), url));
                if let Some(key) = key.filter(|key| !key.help.is_empty()) {
                    let text = sentences([Some(say!("step-kind-of-key")), Some(key.help.clone())]);
                    steps.push(step(text, url));
                }
                steps.push(step(say!("step-new-key"), url));
            }
            Cause::GatewayMisconfigured => {
                let gateway = self.scene.gateway();
                let name = gateway.map_or("", |one| one.name.as_str());
                let pages = gateway.map_or(Links::NONE, |one| one.links);
                let about = |id: &str| say!(id, watched = yes(gateway.is_some()), gateway = name);
                steps.push(step(about("step-gateway-log"), pages.status));
                steps.push(step(about("step-gateway-key"), pages.keys));
                steps.push(step(about("step-gateway-limits"), pages.limits));
            }
            Cause::PaymentChallenge => {
                steps.push(step(say!("step-address"), None));
                steps.push(step(say!("step-x402"), None));
            }
            Cause::Network => {
                steps.push(step(say!("step-browser"), None));
                steps.push(step(say!("step-proxy"), None));
                steps.push(step(self.advise("step-works"), pages.status));
            }
            Cause::Unknown => {
                steps.push(step(self.advise("step-outage"), pages.status));
                let balance = pages.billing.or(pages.limits).or(pages.top_up);
                steps.push(step(say!("step-balance"), balance));
                steps.push(step(say!("step-documents"), None));
            }
        }
        steps
    }

    /// What the wait is, if it is known and not over.
    fn wait(&self) -> Option<Advice> {
        let at = self.retry_at.filter(|at| *at > self.scene.facts.now && self.retryable)?;
        let moment = words::moment(at, self.scene.facts.now, &self.scene.facts.zone);
        let id = if self.cause.passes() { "step-wait" } else { "step-wait.or" };
        Some(step(say!(id, moment = moment), None))
    }

    /// A full balance under an answer that says it is empty: the key may be another account's.
    fn whose_key(&self, pages: Links) -> Option<Advice> {
        let account = self.account?;
        let meter = decisive(account, Cause::BalanceExhausted, self.scene.refusal)?;
        let full = self.scene.level(meter) == Some(Level::Full) && !self.scene.stale(meter);
        let topped_up = meter.added.iter().any(|(at, ..)| *at > self.scene.at);
        let had = left(meter).filter(|_| full && !topped_up)?;
        let text = say!(
            "step-whose-key",
            account = account.label.as_str(),
            amount = words::amount(had),
            read = self.scene.read(meter.read_at)
        );
        Some(step(text, pages.keys))
    }

    /// Accounts of which a poll now would settle more: their figures of the causes in question are older than the
    /// refusal or late, or their polls failed.
    pub(super) fn check(&self, hypotheses: &[Hypothesis]) -> Vec<AccountId> {
        let (facts, at) = (self.scene.facts, self.scene.at);
        let asked = |cause: Cause| {
            hypotheses.iter().any(|one| one.cause == cause || one.cause == Cause::GatewayMisconfigured)
                || self.cause == Cause::Unknown
                || (self.cause == Cause::ReloadMissed && cause == Cause::BalanceExhausted)
        };
        let matters = |one: &AccountFacts| {
            let old = one.meters.iter().any(|meter| {
                let fits =
                    cause_of(one, meter).is_some_and(|cause| cause != Cause::RateLimited && asked(cause));
                let late = facts.now.since(meter.read_at) > meter.lag.max(0).saturating_add(15 * MINUTE);
                fits && (late || meter.read_at < at)
            });
            let polled =
                hypotheses.iter().any(|one| matches!(one.cause, Cause::Credentials | Cause::Network));
            old || one.poll.failed.is_some() || polled && one.poll.good_at.is_none_or(|good| good < at)
        };
        let concerned = |one: &&AccountFacts| {
            let own = self.scene.account().is_some_and(|account| account.id == one.id);
            own || self.scene.through_gateway()
        };
        let worth = self.scene.accounts().filter(concerned).filter(|one| !one.alerts.paused && matters(one));
        worth.take(MOST_CHECKS).map(|one| one.id.clone()).collect()
    }
}
