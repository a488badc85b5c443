//! Why calls are refused, and what that covers: closed sets. Their words are in the catalogues.

use super::{MeterKey, MeterKind, Severity};
use crate::say;
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

/// A cause in words, from `locales/<language>/causes.ftl`.
#[derive(Clone, Debug)]
pub struct CauseWords {
    /// The cause's name in JSON.
    pub id: &'static str,
    /// A heading of two to four words.
    pub title: String,
    /// What it means, as a sentence.
    pub means: String,
    /// What to do first, as a sentence.
    pub step: String,
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
    pub fn headline(self) -> (String, String) {
        let id = self.id();
        let of_none = !self.is_money() || matches!(self, Cause::PlanMissing | Cause::PaymentFailed);
        let meter = if of_none { String::new() } else { say!(&format!("cause-{id}.meter")) };
        (meter, say!(&format!("cause-{id}.headline")))
    }

    /// The cause in words, in the language that is spoken.
    pub fn words(self) -> CauseWords {
        let id = self.id();
        let said = |part: &str| say!(&format!("cause-{id}{part}"));
        CauseWords { id, title: said(""), means: said(".means"), step: said(".step") }
    }

    /// The cause's name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Cause::BalanceExhausted => "balance_exhausted",
            Cause::RequestTooLarge => "request_too_large",
            Cause::KeyLimit => "key_limit",
            Cause::BudgetExceeded => "budget_exceeded",
            Cause::ProviderCap => "provider_cap",
            Cause::FreeQuota => "free_quota",
            Cause::PlanMissing => "plan_missing",
            Cause::PaymentFailed => "payment_failed",
            Cause::ReloadMissed => "reload_missed",
            Cause::RateLimited => "rate_limited",
            Cause::Capacity => "capacity",
            Cause::InFlight => "in_flight",
            Cause::Credentials => "credentials",
            Cause::GatewayMisconfigured => "gateway_misconfigured",
            Cause::PaymentChallenge => "payment_challenge",
            Cause::Network => "network",
            Cause::Unknown => "unknown",
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
    use crate::model::words::{Language, speaking};

    #[test]
    fn every_cause_has_its_own_words_and_its_name_in_json() {
        let mut seen: Vec<String> = Vec::new();
        for cause in Cause::ALL {
            let words = cause.words();
            assert_eq!(serde_json::to_value(cause).unwrap(), words.id);
            seen.extend([words.id.to_owned(), words.title.clone(), words.means.clone(), words.step.clone()]);
            assert!(words.means.ends_with('.') && words.step.ends_with('.'));
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count, "two causes share words");
    }

    #[test]
    fn every_cause_has_its_words_in_chinese() {
        speaking(Language::Chinese, || {
            let balance = Cause::BalanceExhausted.words();
            assert_eq!((balance.title.as_str(), balance.step.as_str()), ("余额已用尽", "请充值后继续使用。"));
            let (meter, said) = Cause::KeyLimit.headline();
            assert_eq!((meter.as_str(), said.as_str()), ("密钥限额", "已达，调用被拒绝"));
            for cause in Cause::ALL {
                let (words, headline) = (cause.words(), cause.headline());
                assert!(words.means.ends_with('。') && words.step.ends_with('。'), "{words:?}");
                assert!((3..=16).contains(&words.title.chars().count()), "{words:?}");
                for text in [words.title, words.means, words.step, headline.0, headline.1] {
                    let latin = text.split(|letter: char| !letter.is_ascii_alphanumeric());
                    let english: Vec<_> = latin
                        .filter(|word| word.len() > 3 && !["tokens", "x402", "Tollwatch"].contains(word))
                        .collect();
                    assert_eq!(english, [""; 0], "{text}");
                }
            }
        });
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
        assert_eq!(said[2], ("key limit".to_owned(), "is reached: calls are refused".to_owned()));
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
