//! Scenes made by hand: what was refused, what was known, and what the verdict has to be. It is Saturday 2026-11-21,
//! 14:08 UTC, and the viewer is there as well.

#[path = "tests/arbitrary_tests.rs"]
mod arbitrary_tests;
#[path = "tests/around_tests.rs"]
mod around_tests;
#[path = "tests/chinese_tests.rs"]
mod chinese_tests;
#[path = "tests/meters_tests.rs"]
mod meters_tests;
#[path = "tests/steps_tests.rs"]
mod steps_tests;

use super::*;
use crate::model::{
    AccountId, Amount, Cause, Links, MINUTE, MeterKey, MeterKind, Provenance, Refusal, Scope, Timestamp,
};

const NOW: Timestamp = Timestamp(1_795_270_080_000);

const PAGES: Links = Links {
    top_up: Some("https://provider.example/credits"),
    billing: Some("https://provider.example/billing"),
    keys: Some("https://provider.example/keys"),
    limits: Some("https://provider.example/limits"),
    status: Some("https://status.provider.example"),
};
const GATE_PAGES: Links = Links {
    top_up: Some("https://gate.example/credits"),
    billing: None,
    keys: Some("https://gate.example/keys"),
    limits: Some("https://gate.example/limits"),
    status: None,
};

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    NOW + -minutes * MINUTE
}

/// A refusal now, at the given confidence.
fn refusal(cause: Cause, confidence: u8, status: u16) -> Refusal {
    Refusal {
        status: Some(status),
        confidence,
        provider: Some("openrouter".into()),
        at: Some(NOW),
        ..Refusal::new(cause, Scope::Organisation, "some.rule")
    }
}

fn bare_402() -> Refusal {
    Refusal { rule: "any.402".into(), ..refusal(Cause::BalanceExhausted, 55, 402) }
}

fn meter(key: &str, kind: MeterKind, label: &str, left: &str) -> MeterFacts {
    MeterFacts {
        key: MeterKey::new(key),
        label: label.into(),
        kind,
        headroom: Some(amount(left)),
        limit: None,
        used: None,
        reserve: None,
        burn_per_hour: None,
        read_at: ago(3),
        lag: MINUTE,
        resets_at: None,
        provenance: Provenance::Reported,
        added: Vec::new(),
        empty_since: (amount(left).qty.0 <= 0).then(|| ago(6)),
    }
}

fn balance(left: &str) -> MeterFacts {
    meter("balance", MeterKind::Balance, "balance", left)
}

/// A limit of 50 dollars with so much left.
fn limit(key: &str, label: &str, left: &str) -> MeterFacts {
    let (whole, left_of) = (amount("50 USD"), amount(left));
    let used = Amount::new(whole.qty.checked_sub(left_of.qty).unwrap(), whole.unit);
    MeterFacts { limit: Some(whole), used: Some(used), ..meter(key, MeterKind::Budget, label, left) }
}

fn account(label: &str, meters: Vec<MeterFacts>) -> AccountFacts {
    AccountFacts {
        id: AccountId::new(label.to_lowercase().replace(' ', "-")).unwrap(),
        label: label.into(),
        connector: "openrouter".into(),
        name: "OpenRouter".into(),
        is_gateway: false,
        links: PAGES,
        meters,
        poll: PollFacts { good_at: Some(ago(3)), failed: None },
        keys: vec![KeyFacts {
            role: "key".into(),
            label: "API key".into(),
            help: String::new(),
            stored: true,
            privileged: false,
            url: None,
        }],
        reload_below: None,
        refusals: Vec::new(),
        firing: Vec::new(),
        alerts: AlertFacts::default(),
    }
}

fn gateway(label: &str, meters: Vec<MeterFacts>) -> AccountFacts {
    AccountFacts {
        connector: "litellm".into(),
        name: "LiteLLM".into(),
        is_gateway: true,
        links: GATE_PAGES,
        ..account(label, meters)
    }
}

fn facts(account: Option<AccountFacts>, others: Vec<AccountFacts>) -> Facts {
    Facts {
        now: NOW,
        zone: jiff::tz::TimeZone::UTC,
        account,
        others,
        name: "OpenRouter".into(),
        links: PAGES,
    }
}

fn of(refusal: &Refusal, account: AccountFacts) -> Diagnosis {
    diagnose(refusal, &facts(Some(account), Vec::new()))
}

fn among(refusal: &Refusal, account: AccountFacts, others: Vec<AccountFacts>) -> Diagnosis {
    diagnose(refusal, &facts(Some(account), others))
}

/// Checks the verdict, and that a sentence for (or, with `!` before it, against) some hypothesis holds the words.
#[track_caller]
fn expect(diagnosis: &Diagnosis, cause: Cause, sentences: &[&str]) {
    assert_eq!(diagnosis.cause, cause, "{diagnosis:#?}");
    for words in sentences {
        let (supports, words) = words.strip_prefix('!').map_or((true, *words), |words| (false, words));
        let first = &diagnosis.hypotheses[0].evidence;
        let found = first.iter().any(|one| one.supports == supports && one.text.contains(words));
        assert!(found, "no evidence {supports} “{words}”: {diagnosis:#?}");
    }
}

fn share(diagnosis: &Diagnosis, cause: Cause) -> u8 {
    diagnosis.hypotheses.iter().find(|one| one.cause == cause).map_or(0, |one| one.share)
}
