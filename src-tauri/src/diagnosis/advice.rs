//! What to do, in order, each with the page where it is done; and whose poll would settle more.

use super::scene::{Level, cause_of, decisive, left};
use super::steps::Teller;
use super::{AccountFacts, Advice, Hypothesis};
use crate::model::{AccountId, Cause, Links, MINUTE, Source, words};

/// At most this many accounts are worth a poll.
const MOST_CHECKS: usize = 4;

fn step(text: impl Into<String>, url: Option<&str>) -> Advice {
    Advice { text: text.into(), url: url.map(str::to_owned) }
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

    fn at(&self) -> String {
        let behind = self.account.filter(|one| !one.is_gateway && self.scene.through_gateway());
        let name = behind.map_or_else(|| self.who(), |one| one.name.clone());
        if name == "The provider" { "the provider".to_owned() } else { name }
    }

    /// What to do, in order.
    pub(super) fn steps(&self) -> Vec<Advice> {
        let (pages, at) = (self.pages(), self.at());
        let money = pages.top_up.or(pages.billing);
        let payment = pages.billing.or(pages.top_up);
        let limits = pages.limits.or(pages.top_up);
        let account = self.account.map(|one| one.label.as_str());
        let whose = account.map_or(String::new(), |label| format!(" “{label}”"));
        let mut steps = Vec::new();
        match self.cause {
            Cause::BalanceExhausted => {
                steps.push(step(format!("Top up{whose} at {at}."), money));
                steps.extend(self.whose_key(pages));
                if self.account.is_some_and(|one| super::reload::auto_reload(one).is_some()) {
                    steps.push(step(
                        "See whether the automatic top-up is still on and its payment went through.",
                        payment,
                    ));
                } else {
                    steps.push(step("Switch on an automatic top-up there, if there is one, so that it does not come again.", payment));
                }
            }
            Cause::RequestTooLarge => {
                let left = self.scene.refusal.left.filter(|left| left.qty.0 > 0);
                let smaller = left
                    .map_or("Ask for fewer tokens in a request (`max_tokens`).".to_owned(), |left| {
                        format!("Ask for at most {} in a request (`max_tokens`).", words::amount(left))
                    });
                steps.push(step(smaller, None));
                steps.push(step(format!("Top up{whose} at {at} for requests of this size."), money));
            }
            Cause::KeyLimit => {
                let thing = self
                    .meter
                    .map_or("limit of the key that was refused".to_owned(), |meter| meter.label.clone());
                steps.push(step(format!("Raise the {thing} at {at}."), pages.keys.or(limits)));
                steps.push(step("Or use another key; the account itself may have money.", None));
                steps.extend(self.wait());
            }
            Cause::BudgetExceeded => {
                let thing = self.meter.map_or("budget".to_owned(), |meter| meter.label.clone());
                steps.push(step(format!("Raise the {thing} at {at}, or ask whoever owns it."), limits));
                steps.extend(self.wait());
                steps.push(step(
                    "Or send the call for another project or team whose budget is not reached.",
                    None,
                ));
            }
            Cause::ProviderCap => {
                steps.push(step(
                    format!(
                        "Raise the {} at {at}.",
                        self.meter.map_or("spend cap or the usage tier", |meter| &meter.label)
                    ),
                    limits,
                ));
                steps.extend(self.wait());
                steps.push(step("See whether invoices are open: they may hold the cap down.", payment));
            }
            Cause::FreeQuota => {
                steps.extend(self.wait());
                if steps.is_empty() {
                    steps.push(step("Wait until the quota starts again.", pages.limits));
                }
                steps.push(step(format!("Or move to a paid plan at {at}, or use another model."), money));
            }
            Cause::PlanMissing => {
                steps.push(step(
                    format!(
                        "Renew or change the plan{} at {at}.",
                        account.map_or(String::new(), |label| format!(" of “{label}”"))
                    ),
                    payment,
                ));
                steps.push(step("Check that the key is one for this product: plans and pay-as-you-go often have their own keys.", pages.keys));
            }
            Cause::PaymentFailed => {
                steps.push(step(
                    format!("Look for open invoices and mend the payment method at {at}."),
                    payment,
                ));
                steps.push(step(
                    "If nothing is open there, write to its support: the account may be suspended.",
                    pages.status,
                ));
            }
            Cause::ReloadMissed => {
                steps.push(step(format!("Top up{whose} by hand at {at}."), money));
                steps.push(step("See why the automatic top-up failed: the card, its limit, or the most that it may add in a month.", payment));
            }
            Cause::RateLimited => {
                steps.push(
                    self.wait().unwrap_or_else(|| step("Wait a minute, then send less at a time.", None)),
                );
                steps.push(step(
                    format!("If it comes often, see the rate limits at {at}; no money is needed now."),
                    pages.limits,
                ));
            }
            Cause::Capacity => {
                steps.push(step(format!("See whether {at} has an outage."), pages.status));
                steps.push(self.wait().unwrap_or_else(|| step("Try again in some minutes.", None)));
                steps.push(step("Use another model or provider meanwhile.", None));
            }
            Cause::InFlight => {
                steps.push(self.wait().unwrap_or_else(|| step("Wait until running requests end.", None)));
                steps.push(step("Send fewer requests at the same time, or smaller ones.", None));
                steps.push(step(format!("Top up{whose} at {at} if it comes often."), money));
            }
            Cause::Credentials => {
                let scene = &self.scene;
                let key = self.account.and_then(|one| {
                    let missing = one.keys.iter().find(|key| key.privileged && !key.stored);
                    missing.or_else(|| one.keys.first()).filter(|_| scene.refusal.source == Source::Polled)
                });
                let url = key.and_then(|key| key.url).or(pages.keys);
                steps.push(step(
                    format!(
                        "Check the key at {at}: whether it is there, not revoked, and has its permission."
                    ),
                    url,
                ));
                if let Some(key) = key.filter(|key| !key.help.is_empty()) {
                    steps.push(step(
                        format!("Give Tollwatch the kind of key that it needs. {}", key.help),
                        url,
                    ));
                }
                let new = "If it is there, make a new one with the permission that the answer names.";
                steps.push(step(new, url));
            }
            Cause::GatewayMisconfigured => {
                let gateway = self.scene.gateway();
                let name = gateway.map_or("the gateway".to_owned(), |one| one.name.clone());
                let pages = gateway.map_or(Links::NONE, |one| one.links);
                steps.push(step(
                    format!("Read the log of {name} at the time of the call: it names who refused."),
                    pages.status,
                ));
                steps.push(step(format!("See which key {name} uses at the provider, and that it belongs to the account that has money."), pages.keys));
                steps.push(step(format!("See the budgets and limits set in {name}."), pages.limits));
            }
            Cause::PaymentChallenge => {
                steps.push(step("Check that the address is the one that you meant to call.", None));
                steps.push(step("If it is, call it with a client that pays x402 offers, after a look at amount, asset and network.", None));
            }
            Cause::Network => {
                steps.push(step(
                    "Open a web page in a browser: a log-in page of the network may be waiting.",
                    None,
                ));
                steps.push(step("Check the proxy settings and the address that is called.", None));
                steps.push(step(format!("See whether {at} works."), pages.status));
            }
            Cause::Unknown => {
                steps.push(step(format!("See whether {at} has an outage."), pages.status));
                steps.push(step(
                    "Look at balance and limits there.",
                    pages.billing.or(pages.limits).or(pages.top_up),
                ));
                steps.push(step("Look for the words of the answer in the provider's documents.", None));
            }
        }
        steps
    }

    /// What the wait is, if it is known and not over.
    fn wait(&self) -> Option<Advice> {
        let at = self.retry_at.filter(|at| *at > self.scene.facts.now && self.retryable)?;
        let clock = words::moment(at, self.scene.facts.now, &self.scene.facts.zone);
        Some(step(
            format!("Or wait until {clock}: calls work again then.")
                .replace("Or wait", if self.cause.passes() { "Wait" } else { "Or wait" }),
            None,
        ))
    }

    /// A full balance under an answer that says it is empty: the key may be another account's.
    fn whose_key(&self, pages: Links) -> Option<Advice> {
        let account = self.account?;
        let meter = decisive(account, Cause::BalanceExhausted, self.scene.refusal)?;
        let full = self.scene.level(meter) == Some(Level::Full) && !self.scene.stale(meter);
        let topped_up = meter.added.iter().any(|(at, ..)| *at > self.scene.at);
        let had = left(meter).filter(|_| full && !topped_up)?;
        let text = format!(
            "Check that the key which was refused belongs to “{}”: its balance was {} {}.",
            account.label,
            words::amount(had),
            self.scene.read(meter.read_at)
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
