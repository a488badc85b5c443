//! Why calls are refused, and what that covers: closed sets, each member with its words.

use super::{MeterKey, MeterKind, Severity};
use serde::{Deserialize, Serialize};

/// Why calls are refused. A closed set: two causes are never merged because they look alike. The names are those of
/// `tollwatch explain --json`; histories written before it keep their old names, which are read as well.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The prepaid balance or the credits are gone.
    BalanceExhausted,
    /// This request asks for more than what is left.
    RequestTooLarge,
    /// The key's or token's own limit is reached; the account may be full of money.
    KeyLimit,
    /// A budget of a team, project, workspace or organisation is reached.
    BudgetExceeded,
    /// The provider's own spend cap or tier limit.
    #[serde(alias = "spend_cap")]
    ProviderCap,
    /// A free tier or daily quota is used up.
    #[serde(alias = "quota_used_up")]
    FreeQuota,
    /// The plan is missing, expired, or does not cover this product.
    PlanMissing,
    /// The payment method failed, invoices are overdue, or the account is suspended.
    #[serde(alias = "payment_problem")]
    PaymentFailed,
    /// An automatic top-up was due and did not come.
    ReloadMissed,
    /// Too many requests or tokens at a time: not money.
    RateLimited,
    /// The provider is out of capacity: not the user's fault.
    #[serde(alias = "provider_overloaded")]
    Capacity,
    /// Money is held for requests still running; passes by itself.
    InFlight,
    /// The credentials are wrong, revoked, of the wrong kind, or lack a permission.
    Credentials,
    /// A gateway refuses or masks on its own account.
    #[serde(alias = "gateway")]
    GatewayMisconfigured,
    /// An x402 price offer, not an empty account.
    #[serde(alias = "x402_offer")]
    PaymentChallenge,
    /// Something in between answered: a proxy, a captive portal.
    Network,
    /// Not known; what was seen is kept.
    Unknown,
}

/// A cause in words.
#[derive(Clone, Copy, Debug)]
pub struct CauseWords {
    /// The cause's name in JSON.
    pub id: &'static str,
    /// A heading of two to four words.
    pub title: &'static str,
    /// What it means, as a sentence.
    pub means: &'static str,
    /// What to do first, as a sentence.
    pub step: &'static str,
}

impl Cause {
    /// Every cause, in the order of the documents.
    pub const ALL: [Cause; 17] = [
        Cause::BalanceExhausted,
        Cause::RequestTooLarge,
        Cause::KeyLimit,
        Cause::BudgetExceeded,
        Cause::ProviderCap,
        Cause::FreeQuota,
        Cause::PlanMissing,
        Cause::PaymentFailed,
        Cause::ReloadMissed,
        Cause::RateLimited,
        Cause::Capacity,
        Cause::InFlight,
        Cause::Credentials,
        Cause::GatewayMisconfigured,
        Cause::PaymentChallenge,
        Cause::Network,
        Cause::Unknown,
    ];

    /// How urgent it is when calls are refused for this. What passes by itself, or is no refusal of the account's, is
    /// at most worth a look.
    pub fn severity(self) -> Severity {
        match self {
            Cause::RateLimited | Cause::Capacity | Cause::InFlight | Cause::PaymentChallenge => {
                Severity::HeadsUp
            }
            Cause::Network | Cause::Unknown => Severity::Soon,
            _ => Severity::Refused,
        }
    }

    /// Whether somebody's money, limit or plan is used up or missing: what Tollwatch warns of.
    pub fn is_money(self) -> bool {
        match self {
            Cause::BalanceExhausted
            | Cause::RequestTooLarge
            | Cause::KeyLimit
            | Cause::BudgetExceeded
            | Cause::ProviderCap
            | Cause::FreeQuota
            | Cause::PlanMissing
            | Cause::PaymentFailed
            | Cause::ReloadMissed => true,
            Cause::RateLimited
            | Cause::Capacity
            | Cause::InFlight
            | Cause::Credentials
            | Cause::GatewayMisconfigured
            | Cause::PaymentChallenge
            | Cause::Network
            | Cause::Unknown => false,
        }
    }

    /// Whether waiting mends it, with nothing else known. A limit that is known to start again passes as well; that
    /// is the refusal's to say.
    pub fn passes(self) -> bool {
        matches!(self, Cause::RateLimited | Cause::Capacity | Cause::InFlight | Cause::FreeQuota)
    }

    /// Whether such a refusal, when it names no meter, is about meters of this kind and name: what is left of them, or
    /// their limit, decides. A problem of plan or payment is about none.
    pub fn concerns(self, kind: MeterKind, meter: &MeterKey) -> bool {
        let of_key = meter.0.split(['.', '_']).any(|part| part == "key");
        match self {
            Cause::BalanceExhausted | Cause::RequestTooLarge | Cause::ReloadMissed => {
                kind == MeterKind::Balance
            }
            Cause::KeyLimit => matches!(kind, MeterKind::Budget | MeterKind::Quota) && of_key,
            Cause::BudgetExceeded | Cause::ProviderCap => kind == MeterKind::Budget && !of_key,
            Cause::FreeQuota => kind == MeterKind::Quota,
            _ => false,
        }
    }

    /// A notice's headline after the account's name, when calls are refused for this: what the meter is called if it
    /// is not known, or nothing where it is about none; and what has become of it.
    pub fn headline(self) -> (&'static str, &'static str) {
        match self {
            Cause::BalanceExhausted => ("balance", "is used up: calls are refused"),
            Cause::RequestTooLarge => ("balance", "does not cover a request: calls are refused"),
            Cause::KeyLimit => ("key limit", "is reached: calls are refused"),
            Cause::BudgetExceeded => ("budget", "is reached: calls are refused"),
            Cause::ProviderCap => ("spend cap", "is reached: calls are refused"),
            Cause::FreeQuota => ("quota", "is used up: calls are refused"),
            Cause::PlanMissing => ("", "no plan covers it: calls are refused"),
            Cause::PaymentFailed => ("", "payment problem: calls are refused"),
            Cause::ReloadMissed => ("balance", "is used up: the automatic top-up did not come"),
            _ => ("", "calls are refused"),
        }
    }

    /// The cause in words.
    pub fn words(self) -> CauseWords {
        let words = |id, title, means, step| CauseWords { id, title, means, step };
        match self {
            Cause::BalanceExhausted => words(
                "balance_exhausted",
                "Balance used up",
                "The prepaid balance or the credits are used up.",
                "Top up to go on.",
            ),
            Cause::RequestTooLarge => words(
                "request_too_large",
                "Request larger than what is left",
                "This request asks for more than what is left; a smaller one may still go through.",
                "Top up, or ask for fewer tokens in a request.",
            ),
            Cause::KeyLimit => words(
                "key_limit",
                "Key limit reached",
                "The key's own limit is reached; the account behind it may still have money.",
                "Raise this key's limit or use another key; the account may still have money.",
            ),
            Cause::BudgetExceeded => words(
                "budget_exceeded",
                "Budget reached",
                "A budget of a team, project, workspace or organisation is reached.",
                "Raise the budget, or ask whoever owns it.",
            ),
            Cause::ProviderCap => words(
                "provider_cap",
                "Spend cap reached",
                "The provider's own spend cap or the limit of the usage tier is reached.",
                "Raise the cap at the provider, or wait until it starts again.",
            ),
            Cause::FreeQuota => words(
                "free_quota",
                "Quota used up",
                "A free tier's, a plan's or a day's quota is used up.",
                "Wait until the quota starts again, or move to a paid plan.",
            ),
            Cause::PlanMissing => words(
                "plan_missing",
                "No plan covers this",
                "The subscription or plan is missing, has expired, or does not cover this product.",
                "Renew or change the plan at the provider.",
            ),
            Cause::PaymentFailed => words(
                "payment_failed",
                "Payment problem",
                "The payment method failed or must be verified, an invoice is overdue, or the account is suspended.",
                "Mend the payment method or the open invoice at the provider.",
            ),
            Cause::ReloadMissed => words(
                "reload_missed",
                "Automatic top-up did not come",
                "An automatic top-up was due and did not come, so the balance ran out.",
                "Look at the payment method and at why the automatic top-up failed; top up by hand meanwhile.",
            ),
            Cause::RateLimited => words(
                "rate_limited",
                "Too many requests at a time",
                "A rate limit (requests, tokens or calls at the same time) was reached; this is not about money.",
                "Wait and send less at a time; no money is needed.",
            ),
            Cause::Capacity => words(
                "capacity",
                "Provider out of capacity",
                "The provider has no room for more calls at the moment; neither money nor your limits are the reason.",
                "Try again later, or use another model or provider meanwhile.",
            ),
            Cause::InFlight => words(
                "in_flight",
                "Money held for running requests",
                "The money that is left is held for requests that are still running; it comes free by itself.",
                "Wait for running requests to end, or send fewer at the same time.",
            ),
            Cause::Credentials => words(
                "credentials",
                "Key not accepted",
                "The key is wrong, revoked, of the wrong kind, or lacks a permission.",
                "Check the key, or make a new one with the permission that is named.",
            ),
            Cause::GatewayMisconfigured => words(
                "gateway_misconfigured",
                "Gateway in between refuses or hides the reason",
                "The gateway refuses on its own account, or hides why the provider behind it refused.",
                "Look at the gateway's log and at the key and the balance that it uses at the provider.",
            ),
            Cause::PaymentChallenge => words(
                "payment_challenge",
                "Price offer (x402)",
                "This is an offer to pay for one call (x402), not an empty account.",
                "Pay with a client that speaks x402, or check that this is the right address.",
            ),
            Cause::Network => words(
                "network",
                "Something in between answered",
                "A proxy or a log-in page in between answered, not the provider.",
                "Check the network, the proxy and the address.",
            ),
            Cause::Unknown => words(
                "unknown",
                "Cause not known",
                "Nothing that Tollwatch knows was recognised.",
                "Compare with the provider's documents and its status page.",
            ),
        }
    }
}

/// What a refusal covers.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Only this request.
    Request,
    /// This key.
    Key,
    /// A project.
    Project,
    /// A team or workspace.
    Team,
    /// The whole account or organisation.
    Organisation,
    /// The provider behind a gateway, or all that use the provider.
    Provider,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_own_words_and_its_name_in_json() {
        let mut seen: Vec<&str> = Vec::new();
        for cause in Cause::ALL {
            let words = cause.words();
            assert_eq!(serde_json::to_value(cause).unwrap(), words.id);
            seen.extend([words.id, words.title, words.means, words.step]);
            assert!(words.means.ends_with('.') && words.step.ends_with('.'));
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count, "two causes share words");
    }

    #[test]
    fn each_limit_is_its_own() {
        let about = |cause: Cause| {
            [
                (MeterKind::Balance, "balance.usd"),
                (MeterKind::Budget, "key_limit"),
                (MeterKind::Budget, "budget.key.ci"),
                (MeterKind::Budget, "team_budget"),
                (MeterKind::Quota, "free_requests"),
                (MeterKind::Rate, "rate.requests.minute"),
                (MeterKind::Spend, "spend.key"),
            ]
            .into_iter()
            .filter(|(kind, key)| cause.concerns(*kind, &MeterKey::new(*key)))
            .map(|(_, key)| key)
            .collect::<Vec<_>>()
        };
        assert_eq!(about(Cause::BalanceExhausted), ["balance.usd"]);
        assert_eq!(about(Cause::ReloadMissed), ["balance.usd"]);
        assert_eq!(about(Cause::KeyLimit), ["key_limit", "budget.key.ci"]);
        assert_eq!(about(Cause::BudgetExceeded), ["team_budget"]);
        assert_eq!(about(Cause::FreeQuota), ["free_requests"]);
        assert!(about(Cause::PaymentFailed).is_empty() && about(Cause::RateLimited).is_empty());
    }

    #[test]
    fn every_money_cause_has_a_headline_of_its_own() {
        let money: Vec<_> = Cause::ALL.into_iter().filter(|cause| cause.is_money()).collect();
        let mut said: Vec<_> = money.iter().map(|cause| cause.headline()).collect();
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), money.len());
    }

    #[test]
    fn names_of_older_histories_are_read() {
        for (old, now) in [
            ("spend_cap", Cause::ProviderCap),
            ("quota_used_up", Cause::FreeQuota),
            ("payment_problem", Cause::PaymentFailed),
            ("provider_overloaded", Cause::Capacity),
            ("gateway", Cause::GatewayMisconfigured),
            ("x402_offer", Cause::PaymentChallenge),
        ] {
            assert_eq!(serde_json::from_value::<Cause>(old.into()).unwrap(), now);
        }
    }
}
