//! What polls, the network, other accounts, gateways and earlier refusals decide.

use super::*;
use crate::model::{EpisodeKind, HOUR, PollErrorKind, Source};

fn failed(kind: PollErrorKind, minutes: i64, message: &str) -> PollFacts {
    PollFacts { good_at: Some(ago(200)), failed: Some((ago(minutes), kind, message.into())) }
}

#[test]
fn polls_that_fail_over_the_key_confirm_a_bare_403() {
    let bare = Refusal { scope: Scope::Key, ..refusal(Cause::Credentials, 55, 403) };
    let poll = failed(PollErrorKind::Credentials, 2, "The key was revoked.");
    let with = of(&bare, AccountFacts { poll, ..account("Work", vec![]) });
    let words =
        "Polls of “Work” fail over the key too, the last one at 14:06, 2 min before: The key was revoked.";
    expect(&with, Cause::Credentials, &[words]);
    assert!(with.confidence >= 85);
    let good = of(&bare, account("Work", vec![]));
    assert!(share(&good, Cause::Credentials) < 55, "a poll that went well speaks against it: {good:#?}");
    assert!(
        good.hypotheses
            .iter()
            .flat_map(|one| &one.evidence)
            .any(|one| one.text.contains("was polled well at 14:05"))
    );
}

#[test]
fn a_403_under_an_empty_balance_is_money() {
    let diagnosis = of(&refusal(Cause::Credentials, 55, 403), account("Work", vec![balance("0 USD")]));
    expect(&diagnosis, Cause::BalanceExhausted, &["The balance of “Work” was $0.00"]);
}

#[test]
fn an_inference_key_where_an_admin_key_is_wanted() {
    let admin = KeyFacts {
        role: "admin_key".into(),
        label: "admin key".into(),
        help: "An admin key with the scope usage.read.".into(),
        stored: false,
        privileged: true,
        url: Some("https://provider.example/admin-keys"),
    };
    let mut work = account("Work", vec![]);
    work.keys.push(admin);
    work.poll = PollFacts::default();
    let bare = Refusal { scope: Scope::Key, ..refusal(Cause::Credentials, 55, 403) };
    let diagnosis = of(&bare, work);
    expect(
        &diagnosis,
        Cause::Credentials,
        &["wants the admin key of OpenRouter, and none is stored for “Work”"],
    );
    assert_eq!(diagnosis.steps[0].url.as_deref(), Some("https://provider.example/admin-keys"));
    assert!(diagnosis.steps[1].text.contains("An admin key with the scope usage.read."));
}

#[test]
fn being_offline_at_the_same_time_is_the_network() {
    let lost = |label| {
        let poll = failed(PollErrorKind::Offline, 1, "No connection.");
        AccountFacts { poll, ..account(label, vec![]) }
    };
    let page = Refusal { provider: None, ..refusal(Cause::Unknown, 0, 502) };
    let diagnosis = among(&page, lost("Work"), vec![lost("Home")]);
    expect(
        &diagnosis,
        Cause::Network,
        &["2 of 2 accounts could not be reached, “Work” at 14:07, 60 s before."],
    );
    // Yesterday's trouble says nothing.
    let poll = failed(PollErrorKind::Offline, 24 * 60, "No connection.");
    let old = of(&page, AccountFacts { poll, ..account("Work", vec![]) });
    assert_eq!(old.cause, Cause::Unknown);
}

#[test]
fn a_captive_portal_answers_polls_too() {
    let poll = failed(PollErrorKind::Malformed, 1, "A web page came instead of JSON.");
    let html = refusal(Cause::Network, 80, 402);
    let diagnosis = of(&html, AccountFacts { poll, ..account("Work", vec![balance("48.20 USD")]) });
    expect(&diagnosis, Cause::Network, &["got something other than the provider's answer at 14:07"]);
    assert!(diagnosis.confidence >= 90);
}

#[test]
fn others_refused_at_the_same_time_mean_capacity() {
    let busy = refusal(Cause::Unknown, 0, 500);
    let mut home = account("Home", vec![]);
    home.refusals = vec![(ago(5), refusal(Cause::Unknown, 0, 500))];
    let diagnosis = among(&busy, account("Work", vec![]), vec![home]);
    expect(
        &diagnosis,
        Cause::Capacity,
        &["“Home”, another account at OpenRouter, was refused at about the same time."],
    );
    let fine = among(&busy, account("Work", vec![]), vec![account("Home", vec![])]);
    assert_ne!(fine.cause, Cause::Capacity, "{fine:#?}");
}

#[test]
fn a_full_account_behind_a_refusing_gateway_is_a_gateway_matter() {
    // The gateway says 402 and nothing else; its own budget is fine and the provider has money.
    let bare = Refusal { provider: Some("litellm".into()), ..bare_402() };
    let gate = gateway("Team gate", vec![limit("budget.team", "team budget “core”", "30 USD")]);
    let diagnosis = among(&bare, gate, vec![account("Work", vec![balance("48.20 USD")])]);
    expect(
        &diagnosis,
        Cause::GatewayMisconfigured,
        &["The balance of “Work” was $48.20 at 14:05, 3 min before, while “Team gate” refuses"],
    );
    assert_eq!(diagnosis.steps[1].url.as_deref(), GATE_PAGES.keys);
    assert!(
        diagnosis.explanation.contains("“Work” at OpenRouter still had $48.20 at 14:05."),
        "{diagnosis:#?}"
    );
}

#[test]
fn an_unmistakable_answer_that_a_gateway_passes_on_is_checked_at_the_provider() {
    let passed = Refusal {
        gateway: Some("litellm".into()),
        scope: Scope::Provider,
        ..refusal(Cause::BalanceExhausted, 97, 402)
    };
    let gate = || gateway("Team gate", vec![limit("budget.team", "team budget “core”", "30 USD")]);
    let full = among(&passed, gate(), vec![account("Work", vec![balance("48.20 USD")])]);
    expect(&full, Cause::GatewayMisconfigured, &["what stands behind it has money"]);
    let empty = among(&passed, gate(), vec![account("Work", vec![balance("0 USD")])]);
    expect(&empty, Cause::BalanceExhausted, &["which stands behind “Team gate”, was $0.00 at 14:05"]);
    assert_eq!(empty.scope, Scope::Provider);
    assert!(
        empty.explanation.starts_with("OpenRouter refused the call through LiteLLM:"),
        "{}",
        empty.explanation
    );
    assert_eq!(empty.steps[0].text, "Top up “Work” at OpenRouter.");
    assert_eq!(empty.steps[0].url.as_deref(), PAGES.top_up);
}

#[test]
fn an_empty_account_behind_a_full_gateway_is_the_providers_balance() {
    let bare = Refusal { provider: Some("litellm".into()), ..bare_402() };
    let gate = gateway("Team gate", vec![balance("20 USD")]);
    let diagnosis = among(&bare, gate, vec![account("Work", vec![balance("0 USD")])]);
    expect(&diagnosis, Cause::BalanceExhausted, &["which may stand behind “Team gate”, was $0.00"]);
    assert_eq!(diagnosis.scope, Scope::Provider);
    assert_eq!(diagnosis.steps[0].url.as_deref(), PAGES.top_up);
}

#[test]
fn a_gateways_own_budget_in_its_own_words_is_not_a_misconfiguration() {
    let own = Refusal { provider: Some("litellm".into()), ..refusal(Cause::BudgetExceeded, 97, 400) };
    let gate = gateway("Team gate", vec![limit("budget.team", "team budget “core”", "0 USD")]);
    let mut facts = facts(Some(gate), vec![account("Work", vec![balance("48.20 USD")])]);
    (facts.name, facts.links) = ("LiteLLM".into(), GATE_PAGES);
    let diagnosis = diagnose(&own, &facts);
    assert_eq!(diagnosis.cause, Cause::BudgetExceeded);
    assert_eq!(diagnosis.steps[0].text, "Raise the team budget “core” at LiteLLM, or ask whoever owns it.");
    assert_eq!(diagnosis.steps[0].url.as_deref(), GATE_PAGES.limits);
}

#[test]
fn a_surer_word_of_some_minutes_ago_explains_a_bare_one_now() {
    let mut work = account("Work", vec![]);
    let clear = Refusal { message: "Key limit exceeded".into(), ..refusal(Cause::KeyLimit, 97, 403) };
    work.refusals = vec![(ago(12), clear)];
    let diagnosis = of(&bare_402(), work);
    expect(&diagnosis, Cause::KeyLimit, &["with a clearer answer: “Key limit exceeded”."]);
}

#[test]
fn many_refusals_over_hours_are_no_rate_limit() {
    let mut work = account("Work", vec![]);
    let bare = refusal(Cause::RateLimited, 70, 429);
    work.refusals = (1..10).rev().map(|hours| (NOW + -hours * HOUR, bare.clone())).collect();
    let diagnosis = of(&bare, work);
    let rate = diagnosis.hypotheses.iter().find(|one| one.cause == Cause::RateLimited).unwrap();
    assert!(rate.share < 60, "{diagnosis:#?}");
    let words = "It is refusal number 10 of this kind";
    assert!(rate.evidence.iter().any(|one| !one.supports && one.text.contains(words)), "{diagnosis:#?}");
}

#[test]
fn money_held_a_moment_ago_is_remembered() {
    let mut work = account("Work", vec![balance("0.10 USD")]);
    work.refusals = vec![(ago(2), refusal(Cause::InFlight, 97, 402))];
    let diagnosis = of(&bare_402(), work);
    let held = diagnosis.hypotheses.iter().find(|one| one.cause == Cause::InFlight).unwrap();
    assert!(
        held.evidence
            .iter()
            .any(|one| one.text == "Money was held for running requests at 14:06, 2 min before.")
    );
}

#[test]
fn the_time_to_retry_tells_a_rate_limit_from_a_quota() {
    let until = |at| Refusal { retry_at: Some(at), ..refusal(Cause::RateLimited, 70, 429) };
    let soon = of(&until(NOW + 20_000), account("Work", vec![]));
    expect(&soon, Cause::RateLimited, &["The answer asks to come back in 20 s"]);
    assert!(soon.confidence > 80);
    let days = of(&until(NOW + 30 * HOUR), account("Work", vec![]));
    assert_ne!(days.cause, Cause::RateLimited, "{days:#?}");
    let past = of(&until(NOW + -9 * HOUR), account("Work", vec![]));
    expect(&past, Cause::RateLimited, &["!this computer's clock may be wrong"]);
}

#[test]
fn an_alert_that_fires_weighs_little() {
    let firing = AccountFacts { firing: vec![EpisodeKind::Low], ..account("Work", vec![]) };
    let diagnosis = of(&bare_402(), firing);
    expect(&diagnosis, Cause::BalanceExhausted, &["An alert says that the balance of “Work” is low."]);
    assert!((55..65).contains(&diagnosis.confidence), "{}", diagnosis.confidence);
}

#[test]
fn what_was_pasted_may_be_older_than_the_paste() {
    let pasted = Refusal { source: Source::Pasted, ..bare_402() };
    let diagnosis = of(&pasted, account("Work", vec![balance("0 USD")]));
    expect(&diagnosis, Cause::BalanceExhausted, &["was $0.00 at 14:05, 3 min ago"]);
}

#[test]
fn the_words_of_another_provider_are_not_judged_by_this_accounts_figures() {
    let limit = Refusal { scope: Scope::Key, ..refusal(Cause::KeyLimit, 89, 402) };
    let mut work = AccountFacts {
        connector: "deepseek".into(),
        name: "DeepSeek".into(),
        ..account("Work", vec![balance("0 USD")])
    };
    work.refusals = vec![(ago(60), refusal(Cause::BalanceExhausted, 99, 402))];
    let diagnosis = of(&limit, work.clone());
    assert_eq!(diagnosis.cause, Cause::KeyLimit, "{diagnosis:#?}");
    let evidence = diagnosis.hypotheses.iter().flat_map(|one| &one.evidence);
    assert!(evidence.clone().all(|one| !one.text.contains("Work")), "{diagnosis:#?}");
    assert!(
        diagnosis
            .explanation
            .ends_with("“Work” is an account at DeepSeek, so its figures say nothing of this answer.")
    );
    // A gateway may pass on anybody's words.
    let gateway = of(&limit, AccountFacts { is_gateway: true, ..work });
    assert!(!gateway.explanation.contains("is an account at"), "{}", gateway.explanation);
}
