//! What the account's own meters decide.

use super::*;

#[test]
fn a_bare_402_without_anything_known_stays_as_unsure_as_it_is() {
    let diagnosis = diagnose(&bare_402(), &facts(None, Vec::new()));
    expect(&diagnosis, Cause::BalanceExhausted, &["status 402 mostly means this"]);
    assert_eq!(diagnosis.confidence, 55);
    assert!(share(&diagnosis, Cause::KeyLimit) >= 5, "{diagnosis:#?}");
}

#[test]
fn an_empty_balance_makes_a_bare_402_sure() {
    let diagnosis = of(&bare_402(), account("Work", vec![balance("0 USD")]));
    expect(
        &diagnosis,
        Cause::BalanceExhausted,
        &["The balance of “Work” was $0.00 at 14:05, 3 min before and at zero since 14:02."],
    );
    assert!((85..=95).contains(&diagnosis.confidence), "{}", diagnosis.confidence);
}

#[test]
fn a_full_balance_speaks_against_it() {
    let diagnosis = of(&bare_402(), account("Work", vec![balance("48.20 USD")]));
    assert_ne!(diagnosis.cause, Cause::BalanceExhausted, "{diagnosis:#?}");
    expect(
        &diagnosis,
        Cause::KeyLimit,
        &["The balance of “Work” was $48.20 at 14:05, 3 min before: far more than one request needs."],
    );
    assert!(share(&diagnosis, Cause::BalanceExhausted) < 15);
}

#[test]
fn a_key_limit_under_a_full_account_is_found() {
    let key = MeterFacts {
        resets_at: Timestamp::parse_rfc3339("2026-12-01T00:00:00Z"),
        ..limit("key_limit", "key limit “ci”", "0 USD")
    };
    let diagnosis = of(&bare_402(), account("Work", vec![balance("48.20 USD"), key]));
    expect(
        &diagnosis,
        Cause::KeyLimit,
        &["The key limit “ci” of “Work” was at its limit at 14:05, 3 min before: $50.00 of $50.00 used."],
    );
    assert!(diagnosis.confidence >= 80, "{}", diagnosis.confidence);
    assert_eq!(diagnosis.scope, Scope::Key);
    assert!(
        diagnosis.explanation.contains("The account itself still had $48.20 at 14:05."),
        "{diagnosis:#?}"
    );
    assert!(diagnosis.explanation.contains("starts again on 1 Dec"), "{diagnosis:#?}");
    assert!(diagnosis.retryable && diagnosis.retry_at == Timestamp::parse_rfc3339("2026-12-01T00:00:00Z"));
    assert_eq!(diagnosis.steps[0].text, "Raise the key limit “ci” at OpenRouter.");
    assert_eq!(diagnosis.steps[0].url.as_deref(), PAGES.keys);
}

#[test]
fn a_budget_at_its_limit_is_found_with_its_reset() {
    let budget = MeterFacts {
        resets_at: Some(NOW + 60 * MINUTE),
        ..limit("budget.team", "team budget “core”", "0 USD")
    };
    let diagnosis = of(&bare_402(), account("Work", vec![balance("48.20 USD"), budget]));
    expect(&diagnosis, Cause::BudgetExceeded, &["It starts again at 15:08."]);
    assert!(diagnosis.retryable);
    assert_eq!(diagnosis.retry_at, Some(NOW + 60 * MINUTE));
}

#[test]
fn a_budget_of_the_users_own_refuses_nothing() {
    let own = limit("budget.month", "your budget this month", "0 USD");
    let without = of(&bare_402(), account("Work", vec![]));
    let with = of(&bare_402(), account("Work", vec![own]));
    assert_eq!(with.hypotheses, without.hypotheses);
}

#[test]
fn a_stale_figure_weighs_little() {
    let old = MeterFacts { read_at: ago(9 * 60), ..balance("48.20 USD") };
    let diagnosis = of(&bare_402(), account("Work", vec![old.clone()]));
    expect(&diagnosis, Cause::BalanceExhausted, &["!too old to tell much"]);
    // What lasts for weeks at the present spending is not so soon out of date.
    let slow = MeterFacts { burn_per_hour: Some(0.1), ..old };
    assert_ne!(of(&bare_402(), account("Work", vec![slow])).cause, Cause::BalanceExhausted);
}

#[test]
fn an_estimated_figure_weighs_less_than_a_reported_one() {
    let by = |provenance| {
        let meter = MeterFacts { provenance, ..balance("0 USD") };
        share(&of(&bare_402(), account("Work", vec![meter])), Cause::BalanceExhausted)
    };
    let order =
        [Provenance::Reported, Provenance::Derived, Provenance::Anchored, Provenance::Estimated].map(by);
    assert!(order.windows(2).all(|pair| pair[0] >= pair[1]) && order[0] > order[3], "{order:?}");
}

#[test]
fn a_balance_that_ran_out_only_afterwards_says_little() {
    let then = Refusal { at: Some(ago(180)), ..bare_402() };
    let later = MeterFacts { empty_since: Some(ago(10)), ..balance("0 USD") };
    let before = MeterFacts { empty_since: Some(ago(200)), ..balance("0 USD") };
    let share = |meter| share(&of(&then, account("Work", vec![meter])), Cause::BalanceExhausted);
    assert!(share(later) + 10 < share(before));
}

#[test]
fn a_request_larger_than_what_is_left_is_told_from_an_empty_balance() {
    let refusal = Refusal { needed: Some(amount("1.20 USD")), ..bare_402() };
    let diagnosis = of(&refusal, account("Work", vec![balance("0.31 USD")]));
    let too_large = diagnosis.hypotheses.iter().find(|one| one.cause == Cause::RequestTooLarge).unwrap();
    assert!(
        too_large.evidence[0].text.contains("was $0.31 at 14:05, 3 min before: the request needs $1.20.")
    );
    assert!(too_large.share > share(&of(&bare_402(), account("Work", vec![])), Cause::RequestTooLarge));
}

#[test]
fn what_is_set_aside_for_a_request_refuses_before_zero() {
    let held = MeterFacts {
        headroom: Some(amount("-0.19 USD")),
        reserve: Some(amount("0.50 USD")),
        ..balance("0.31 USD")
    };
    let diagnosis = of(&bare_402(), account("Work", vec![held]));
    let large = diagnosis.hypotheses.iter().find(|one| one.cause == Cause::RequestTooLarge).unwrap();
    let words = "OpenRouter sets $0.50 aside for each request, and $0.31 is left";
    assert!(large.evidence.iter().any(|one| one.text.contains(words)), "{diagnosis:#?}");
}

#[test]
fn the_figure_in_the_answer_points_to_its_meter() {
    let refusal = Refusal { limit: Some(amount("50 USD")), ..bare_402() };
    let nearly = limit("key_limit", "key limit “ci”", "0.05 USD");
    let diagnosis = of(&refusal, account("Work", vec![balance("12 USD"), nearly]));
    expect(
        &diagnosis,
        Cause::KeyLimit,
        &[
            "The key limit “ci” of “Work” shows the limit that the answer names, $50.00, at 14:05, 3 min before.",
        ],
    );
}

#[test]
fn a_top_up_since_then_says_that_somebody_saw_a_need() {
    let then = Refusal { at: Some(ago(60)), ..bare_402() };
    let topped = MeterFacts {
        read_at: ago(62),
        added: vec![(ago(20), amount("50 USD"), amount("0 USD"))],
        ..balance("0 USD")
    };
    let diagnosis = of(&then, account("Work", vec![topped]));
    expect(&diagnosis, Cause::BalanceExhausted, &["$50.00 was added to “Work” at 13:48, 40 min after"]);
    assert!(diagnosis.explanation.contains("$50.00 was added at 13:48, so calls should work again."));
}

#[test]
fn a_reload_that_was_due_and_did_not_come_is_found_under_an_unmistakable_answer() {
    let empty = MeterFacts { empty_since: Some(ago(50)), ..balance("0 USD") };
    let said = AccountFacts { reload_below: Some(amount("10 USD")), ..account("Work", vec![empty.clone()]) };
    let refusal = refusal(Cause::BalanceExhausted, 97, 402);
    let diagnosis = of(&refusal, said);
    expect(
        &diagnosis,
        Cause::ReloadMissed,
        &[
            "An automatic top-up is set for “Work” below $10.00; it has been at zero since 13:18 and nothing came.",
        ],
    );
    assert_eq!(diagnosis.steps[0].url.as_deref(), PAGES.top_up);
    assert_eq!(diagnosis.steps[1].url.as_deref(), PAGES.billing);
    assert!(diagnosis.explanation.contains("The automatic top-up below $10.00 was due and did not come."));
    // Without the word of the user, and nothing seen, it is an empty balance.
    expect(&of(&refusal, account("Work", vec![empty])), Cause::BalanceExhausted, &[]);
}

#[test]
fn a_reload_has_its_time_to_come() {
    let empty = MeterFacts { empty_since: Some(ago(4)), ..balance("0 USD") };
    let said = AccountFacts { reload_below: Some(amount("10 USD")), ..account("Work", vec![empty]) };
    let diagnosis = of(&refusal(Cause::BalanceExhausted, 97, 402), said);
    expect(&diagnosis, Cause::BalanceExhausted, &[]);
}

#[test]
fn top_ups_that_always_came_alike_hint_at_a_reload() {
    let day = 24 * 60;
    let top_up = |days: i64, before: &str| (ago(days * day), amount("20 USD"), amount(before));
    let empty = MeterFacts {
        empty_since: Some(ago(90)),
        added: vec![top_up(30, "4.90 USD"), top_up(20, "5.00 USD"), top_up(10, "4.80 USD")],
        ..balance("0 USD")
    };
    let diagnosis = of(&bare_402(), account("Work", vec![empty]));
    let missed = diagnosis.hypotheses.iter().find(|one| one.cause == Cause::ReloadMissed).unwrap();
    let words = "The last 3 top-ups of “Work” were $20.00 each with about $5.00 left";
    assert!(missed.evidence.iter().any(|one| one.supports && one.text.contains(words)), "{diagnosis:#?}");
}

#[test]
fn of_several_balances_any_pays_and_of_several_limits_any_refuses() {
    let yuan = meter("balance.cny", MeterKind::Balance, "balance in CNY", "0 CNY");
    let diagnosis = of(&bare_402(), account("Work", vec![yuan, balance("48.20 USD")]));
    assert_ne!(diagnosis.cause, Cause::BalanceExhausted);
    let (full, out) =
        (limit("key_limit.a", "key limit “a”", "40 USD"), limit("key_limit.b", "key limit “b”", "0 USD"));
    let diagnosis = of(&bare_402(), account("Work", vec![balance("48.20 USD"), full, out]));
    expect(&diagnosis, Cause::KeyLimit, &["The key limit “b” of “Work” was at its limit"]);
}

#[test]
fn an_unmistakable_answer_is_not_overruled() {
    for cause in Cause::ALL.into_iter().filter(|cause| !matches!(cause, Cause::Unknown)) {
        let refusal = refusal(cause, 97, 402);
        let full = account("Work", vec![balance("48.20 USD"), limit("key_limit", "key limit “ci”", "0 USD")]);
        let diagnosis = of(&refusal, full);
        let pair = [Cause::ReloadMissed, Cause::GatewayMisconfigured];
        assert!(diagnosis.cause == cause || pair.contains(&cause), "{cause:?} became {diagnosis:#?}");
    }
    // But it is said that the figures do not fit, and what that may mean.
    let diagnosis =
        of(&refusal(Cause::BalanceExhausted, 97, 402), account("Work", vec![balance("48.20 USD")]));
    assert!(diagnosis.confidence <= 85);
    let words = "Check that the key which was refused belongs to “Work”: its balance was $48.20 at 14:05, 3 min before.";
    assert_eq!(diagnosis.steps[1].text, words);
}

#[test]
fn an_old_code_that_means_balance_or_limit_is_decided_by_the_meters() {
    let quota = Refusal { rule: "openai.quota_code".into(), ..refusal(Cause::BalanceExhausted, 96, 429) };
    let cap = limit("spend_limit", "spend limit", "0 USD");
    let diagnosis = of(&quota, account("Work", vec![balance("48.20 USD"), cap.clone()]));
    expect(&diagnosis, Cause::ProviderCap, &["The spend limit of “Work” was at its limit"]);
    expect(&of(&quota, account("Work", vec![balance("0 USD")])), Cause::BalanceExhausted, &[]);
}

#[test]
fn a_rate_meter_at_zero_at_the_same_time_confirms_a_429() {
    let rate = MeterFacts {
        read_at: ago(1),
        ..meter("rate.requests", MeterKind::Rate, "requests per minute", "0 requests")
    };
    let bare = Refusal { scope: Scope::Key, ..refusal(Cause::RateLimited, 70, 429) };
    let with = of(&bare, account("Work", vec![rate.clone()]));
    expect(
        &with,
        Cause::RateLimited,
        &["The requests per minute of “Work” had nothing left at 14:07, 60 s before."],
    );
    let old = MeterFacts { read_at: ago(30), ..rate };
    assert!(share(&of(&bare, account("Work", vec![old])), Cause::RateLimited) < with.confidence);
}

#[test]
fn a_bare_429_under_an_empty_balance_may_be_money() {
    let diagnosis = of(&refusal(Cause::RateLimited, 70, 429), account("Work", vec![balance("0 USD")]));
    assert!(share(&diagnosis, Cause::BalanceExhausted) >= 40, "{diagnosis:#?}");
    // An answer that says "rate limit" is never money.
    let sure = of(&refusal(Cause::RateLimited, 97, 429), account("Work", vec![balance("0 USD")]));
    assert_eq!(sure.hypotheses.len(), 1);
    assert_eq!(sure.cause, Cause::RateLimited);
}

#[test]
fn a_meter_at_zero_states_a_refusal() {
    let of_meter = |meter: MeterFacts| at_zero(&account("Work", vec![meter])).map(|refusal| refusal.cause);
    assert_eq!(of_meter(balance("0 USD")), Some(Cause::BalanceExhausted));
    assert_eq!(of_meter(limit("key_limit", "key limit", "0 USD")), Some(Cause::KeyLimit));
    assert_eq!(of_meter(limit("budget.a", "budget", "-1 USD")), Some(Cause::BudgetExceeded));
    assert_eq!(
        of_meter(meter("free", MeterKind::Quota, "free requests", "0 requests")),
        Some(Cause::FreeQuota)
    );
    assert_eq!(of_meter(balance("0.01 USD")), None);
    let refusal = at_zero(&account("Work", vec![balance("0 USD")])).unwrap();
    let diagnosis = of(&refusal, account("Work", vec![balance("0 USD")]));
    assert_eq!((refusal.rule.as_str(), diagnosis.cause), ("meter.zero", Cause::BalanceExhausted));
    assert!(diagnosis.confidence >= 85);
}
