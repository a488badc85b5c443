//! The verdict in words: who refused, what is used up, until when, and whether waiting helps.

use super::reload::{auto_reload, reload_words};
use super::scene::{METER_ZERO, Scene, clock, decisive, is_out, left};
use super::{AccountFacts, Facts, MeterFacts};
use crate::model::{Amount, Cause, Refusal, Scope, Source, Timestamp, Unit, words};

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

    /// Who refused: `OpenAI`, `The provider`.
    pub(super) fn who(&self) -> String {
        let facts = self.scene.facts;
        let known = self.account.or(self.scene.account()).map(|one| one.name.as_str());
        let name = Some(facts.name.as_str()).filter(|name| !name.is_empty());
        name.or(known).unwrap_or("The provider").to_owned()
    }

    /// ` through LiteLLM`, where a gateway passed it on.
    fn through(&self) -> String {
        if !self.scene.passed_on() {
            return String::new();
        }
        let name = self.scene.gateway().map_or("a gateway", |one| one.name.as_str());
        format!(" through {name}")
    }

    /// What is used up, for people: `key limit “ci” of “Work”`, `balance`.
    pub(super) fn thing(&self, otherwise: &str) -> String {
        match (self.meter, self.account) {
            (Some(meter), Some(account)) if !meter.label.contains(&account.label) => {
                format!("{} of “{}”", meter.label, account.label)
            }
            (Some(meter), _) => meter.label.clone(),
            (None, Some(account)) => format!("{otherwise} of “{}”", account.label),
            (None, None) => otherwise.to_owned(),
        }
    }

    fn status(&self) -> String {
        self.scene.refusal.status.map_or(String::new(), |status| format!(" with status {status}"))
    }

    /// The figures, from the answer before those of the meter: `$50.00 of $50.00 is used`.
    fn figures(&self) -> Option<String> {
        let refusal = self.scene.refusal;
        let say = words::amount;
        let need = refusal.needed.map(|needed| match refusal.left {
            Some(left) => format!("the request needs {}, and {} {} left", say(needed), say(left), is(left)),
            None => format!("the request needs {}", say(needed)),
        });
        let used = |used: Option<Amount>, limit: Option<Amount>| match (used, limit) {
            (Some(used), Some(limit)) => Some(format!("{} of {} {} used", say(used), say(limit), is(used))),
            (None, Some(limit)) => Some(format!("the limit is {}", say(limit))),
            _ => None,
        };
        let answer = need.or_else(|| used(refusal.used, refusal.limit));
        let answer = answer.or_else(|| refusal.left.map(|left| format!("{} {} left", say(left), is(left))));
        answer.or_else(|| {
            let meter = self.meter.filter(|meter| is_out(meter))?;
            let figure = used(meter.used, meter.limit);
            let figure = figure.or_else(|| {
                left(meter)
                    .map(|had| format!("{} {} left", say(had), if is(had) == "is" { "was" } else { "were" }))
            })?;
            Some(format!("{figure} ({})", self.scene.clock(meter.read_at)))
        })
    }

    fn with_figures(&self, text: String) -> String {
        match self.figures() {
            Some(figures) => format!("{text}; {figures}."),
            None => format!("{text}."),
        }
    }

    /// Until when, and whether waiting helps.
    fn waiting(&self, mended_by: &str) -> String {
        match (self.retryable, self.retry_at) {
            (true, Some(at)) if at <= self.scene.facts.now => {
                format!("It was to pass {}, so calls should work again.", clock(at, self.scene.facts))
            }
            (true, Some(at)) => {
                format!("It starts again {}; before that, {mended_by}.", clock(at, self.scene.facts))
            }
            (true, None) => "It passes by itself; when is not known.".to_owned(),
            (false, _) => format!("Waiting does not help: {mended_by}."),
        }
    }

    fn soon(&self) -> String {
        match self.retry_at {
            Some(at) if at <= self.scene.facts.now => "Calls may be sent again now.".to_owned(),
            Some(at) => format!(
                "Calls may be sent again {}, in {}.",
                clock(at, self.scene.facts),
                words::span(at.since(self.scene.facts.now))
            ),
            None => "It passes by itself, mostly within a minute or so.".to_owned(),
        }
    }

    /// Money that came since, if it did.
    fn mended(&self) -> Option<String> {
        let meter = self.meter?;
        let (at, amount, _) = meter.added.iter().rev().find(|(at, ..)| *at > self.scene.at)?;
        Some(format!(
            "{} was added {}, so calls should work again.",
            words::amount(*amount),
            self.scene.clock(*at)
        ))
    }

    /// Money that is there although a limit refuses.
    fn money_behind(&self) -> Option<String> {
        let account = self.account.or(self.scene.account())?;
        let meter = decisive(account, Cause::BalanceExhausted, self.scene.refusal)?;
        let had = left(meter).filter(|_| !is_out(meter))?;
        let read = self.scene.clock(meter.read_at);
        Some(format!("The account itself still had {} {read}.", words::amount(had)))
    }

    /// What happened, to whom and why, in one to three sentences.
    pub(super) fn explanation(&self) -> String {
        let told = self.told();
        let Some(account) = self.scene.elsewhere() else { return told };
        let (label, name) = (&account.label, &account.name);
        format!("{told} “{label}” is an account at {name}, so its figures say nothing of this answer.")
    }

    fn told(&self) -> String {
        let (who, through) = (self.who(), self.through());
        let refusal = self.scene.refusal;
        let refused = match refusal.source {
            _ if refusal.rule == METER_ZERO => {
                format!("No refusal was seen yet, but {who} has reason to refuse")
            }
            Source::Stated => format!("{who} says that it refuses calls{through}"),
            Source::Polled | Source::Pasted => format!("{who} refused the call{through}"),
        };
        let join = |parts: [Option<String>; 3]| parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        match self.cause {
            Cause::BalanceExhausted => {
                let thing = self.thing("prepaid balance");
                let own = self.scene.through_gateway() && self.account.is_some_and(|one| !one.is_gateway);
                let whose = if own {
                    " It is the provider's account behind the gateway, not the gateway's own."
                } else {
                    ""
                };
                let first = self.with_figures(format!("{refused}: the {thing} is used up"));
                let last =
                    self.mended().unwrap_or_else(|| self.waiting("calls work again once money is added"));
                join([Some(format!("{first}{whose}")), Some(last), None])
            }
            Cause::RequestTooLarge => {
                let first = self.with_figures(format!("{refused} because it is larger than what is left"));
                let afford = refusal.left.filter(|left| left.qty.0 > 0);
                let last = afford.map_or("A smaller request may still go through.".to_owned(), |left| {
                    format!("A request of up to {} can still go through.", words::amount(left))
                });
                join([Some(first), Some(last), None])
            }
            Cause::KeyLimit => {
                let first =
                    self.with_figures(format!("{refused}: the {} is reached", self.thing("key's own limit")));
                join([
                    Some(first),
                    self.money_behind(),
                    Some(self.waiting("a higher limit or another key helps")),
                ])
            }
            Cause::BudgetExceeded => {
                let whose = match refusal.scope {
                    Scope::Project => "budget of the project",
                    Scope::Team => "budget of the team or project",
                    Scope::Organisation => "budget of the organisation",
                    _ => "budget",
                };
                let first = self.with_figures(format!("{refused}: the {} is reached", self.thing(whose)));
                join([Some(first), self.money_behind(), Some(self.waiting("a higher budget helps"))])
            }
            Cause::ProviderCap => {
                let first = self.with_figures(format!(
                    "{refused}: the {} is reached",
                    self.thing("spend cap or tier limit")
                ));
                join([Some(first), self.money_behind(), Some(self.waiting("a higher cap helps"))])
            }
            Cause::FreeQuota => {
                let first = self
                    .with_figures(format!("{refused}: the {} is used up", self.thing("free or daily quota")));
                join([Some(first), Some(self.waiting("a paid plan or another model helps")), None])
            }
            Cause::PlanMissing => {
                let first = format!("{refused}: no plan of the account covers this, or it has expired.");
                join([
                    Some(first),
                    self.money_behind(),
                    Some(self.waiting("the plan has to be renewed or changed")),
                ])
            }
            Cause::PaymentFailed => {
                let first = format!(
                    "{refused} over payment: the method failed or must be verified, an invoice is open, or the account is suspended."
                );
                join([Some(first), self.money_behind(), Some(self.waiting("the payment has to be mended"))])
            }
            Cause::ReloadMissed => {
                let reload = self
                    .account
                    .and_then(auto_reload)
                    .map_or(String::new(), |reload| format!(" {}", reload_words(reload)));
                let first =
                    self.with_figures(format!("{refused}: the {} is used up", self.thing("prepaid balance")));
                let why = format!("The automatic top-up{reload} was due and did not come.");
                let last = self
                    .mended()
                    .unwrap_or_else(|| self.waiting("top up by hand and mend the automatic one"));
                join([Some(first), Some(why), Some(last)])
            }
            Cause::RateLimited => {
                let first = self.with_figures(format!(
                    "{refused}: too many requests or tokens at a time, which is not about money"
                ));
                join([Some(first), Some(self.soon()), None])
            }
            Cause::Capacity => join([
                Some(format!(
                    "{who} has no room for more calls at the moment{through}; neither money nor your limits are the reason."
                )),
                Some(self.soon()),
                None,
            ]),
            Cause::InFlight => {
                let first = self.with_figures(format!(
                    "{refused}: what is left is held for requests that are still running"
                ));
                join([Some(first), Some(self.soon()), None])
            }
            Cause::Credentials => {
                let first = format!(
                    "{refused}: it does not accept the key{}. It is wrong, revoked, of the wrong kind, or lacks a permission.",
                    self.status()
                );
                join([Some(first), Some(self.waiting("the key has to be mended")), None])
            }
            Cause::GatewayMisconfigured => {
                let gateway = self.scene.gateway().map_or("The gateway".to_owned(), |one| one.name.clone());
                let first = format!(
                    "{gateway} refused the call{} on its own account, or hides why the provider behind it did.",
                    self.status()
                );
                join([
                    Some(first),
                    self.money_at_provider(),
                    Some(self.waiting("the gateway has to be mended")),
                ])
            }
            Cause::PaymentChallenge => {
                let asks =
                    refusal.needed.map_or(String::new(), |needed| format!(" of {}", words::amount(needed)));
                let said = Some(&refusal.message)
                    .filter(|said| !said.is_empty())
                    .map(|said| format!("It says: “{said}”."));
                let first =
                    format!("{who} offers this call at a price{asks} (x402); no account of yours is empty.");
                join([
                    Some(first),
                    said,
                    Some("It is answered by a client that pays, not by a top-up.".to_owned()),
                ])
            }
            Cause::Network => {
                let first = format!(
                    "Something in between answered{}, such as a proxy or the log-in page of a network, not {}.",
                    self.status(),
                    if who == "The provider" { "the provider" } else { &who }
                );
                join([Some(first), Some("It says nothing of money or keys.".to_owned()), None])
            }
            Cause::Unknown => self.unknown(&who, &through),
        }
    }

    fn money_at_provider(&self) -> Option<String> {
        let (accounts, _) = self.scene.behind();
        let found = accounts.into_iter().find_map(|one| {
            let meter = decisive(one, Cause::BalanceExhausted, self.scene.refusal)?;
            let had = left(meter).filter(|_| !is_out(meter))?;
            Some((one, meter, had))
        });
        let (account, meter, had) = found?;
        let read = self.scene.clock(meter.read_at);
        Some(format!("“{}” at {} still had {} {read}.", account.label, account.name, words::amount(had)))
    }

    fn unknown(&self, who: &str, through: &str) -> String {
        let refusal = self.scene.refusal;
        let status = refusal
            .status
            .map_or("an answer without a status".to_owned(), |status| format!("status {status}"));
        let said = match refusal.message.as_str() {
            "" => ", and no words of its own".to_owned(),
            words => format!(": “{words}”"),
        };
        if refusal.status.is_some_and(|status| status < 400) {
            return format!(
                "{who} answered{through} with {status}{said}. That is no refusal that Tollwatch knows."
            );
        }
        format!(
            "{who} answered{through} with {status}{said}. That does not tell whether money, a limit, the key or the network is the reason."
        )
    }
}

/// `is` or `are`, as the amount is one or many.
fn is(amount: Amount) -> &'static str {
    match amount.unit {
        Unit::Tokens | Unit::Requests | Unit::Credits if amount.qty.0 != amount.unit.scale() => "are",
        _ => "is",
    }
}

/// Whether a limit of this kind may start again by itself.
fn starts_again(cause: Cause) -> bool {
    matches!(cause, Cause::KeyLimit | Cause::BudgetExceeded | Cause::ProviderCap | Cause::FreeQuota)
}
