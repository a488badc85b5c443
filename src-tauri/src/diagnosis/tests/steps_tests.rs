//! Each cause has its own explanation and its own steps, with the page where they are done.

use super::*;

/// A verdict of that cause, by an answer that leaves no doubt.
fn sure(cause: Cause) -> Diagnosis {
    let refusal = Refusal { retryable: cause.passes(), ..refusal(cause, 97, 402) };
    diagnose(&refusal, &facts(None, Vec::new()))
}

fn urls(diagnosis: &Diagnosis) -> Vec<Option<&str>> {
    diagnosis.steps.iter().map(|step| step.url.as_deref()).collect()
}

#[test]
fn no_two_causes_share_an_explanation_or_their_steps() {
    let mut seen = Vec::new();
    for cause in Cause::ALL {
        let diagnosis = sure(cause);
        assert_eq!(diagnosis.cause, cause);
        let sentences = diagnosis.explanation.matches(". ").count() + 1;
        assert!((1..=3).contains(&sentences), "{cause:?}: {}", diagnosis.explanation);
        assert!(diagnosis.explanation.ends_with('.'), "{cause:?}: {}", diagnosis.explanation);
        assert!(diagnosis.steps.len() >= 2, "{cause:?}");
        let steps: Vec<&str> = diagnosis.steps.iter().map(|step| step.text.as_str()).collect();
        seen.extend([diagnosis.explanation.clone(), steps.join(" ")]);
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn the_first_page_is_the_one_that_mends_it() {
    let (money, billing, keys) = (PAGES.top_up, PAGES.billing, PAGES.keys);
    let (limits, status) = (PAGES.limits, PAGES.status);
    for (cause, first) in [
        (Cause::BalanceExhausted, money),
        (Cause::RequestTooLarge, money),
        (Cause::KeyLimit, keys),
        (Cause::BudgetExceeded, limits),
        (Cause::ProviderCap, limits),
        (Cause::FreeQuota, limits),
        (Cause::PlanMissing, billing),
        (Cause::PaymentFailed, billing),
        (Cause::ReloadMissed, money),
        (Cause::RateLimited, limits),
        (Cause::Capacity, status),
        (Cause::InFlight, money),
        (Cause::Credentials, keys),
        (Cause::GatewayMisconfigured, None),
        (Cause::PaymentChallenge, None),
        (Cause::Network, status),
        (Cause::Unknown, status),
    ] {
        assert_eq!(urls(&sure(cause)).into_iter().flatten().next(), first, "{cause:?}");
    }
}

#[test]
fn a_request_too_large_says_what_it_could_afford() {
    let refusal = Refusal {
        needed: Some(amount("64000 tokens")),
        left: Some(amount("61586 tokens")),
        ..refusal(Cause::RequestTooLarge, 97, 402)
    };
    let diagnosis = diagnose(&refusal, &facts(None, Vec::new()));
    assert_eq!(
        diagnosis.explanation,
        "OpenRouter refused the call because it is larger than what is left; the request needs 64,000 tokens, and \
         61,586 tokens are left. A request of up to 61,586 tokens can still go through."
    );
    assert_eq!(diagnosis.steps[0].text, "Ask for at most 61,586 tokens in a request (`max_tokens`).");
}

#[test]
fn what_starts_again_says_when_and_what_does_not_says_so() {
    let until = Refusal {
        retryable: true,
        retry_at: Timestamp::parse_rfc3339("2026-11-22T00:00:00Z"),
        limit: Some(amount("50 USD")),
        used: Some(amount("50.40 USD")),
        scope: Scope::Project,
        ..refusal(Cause::BudgetExceeded, 97, 403)
    };
    let diagnosis = diagnose(&until, &facts(None, Vec::new()));
    assert_eq!(
        diagnosis.explanation,
        "OpenRouter refused the call: the budget of the project is reached; $50.40 of $50.00 is used. It starts again \
         tomorrow 00:00; before that, a higher budget helps."
    );
    assert_eq!(diagnosis.steps[1].text, "Or wait until tomorrow 00:00: calls work again then.");
    assert!(sure(Cause::BalanceExhausted).explanation.contains("Waiting does not help"));
}

#[test]
fn times_are_told_in_the_viewers_zone() {
    let until = Refusal {
        retryable: true,
        retry_at: Some(NOW + 20 * MINUTE),
        ..refusal(Cause::RateLimited, 97, 429)
    };
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let diagnosis = diagnose(&until, &Facts { zone: berlin, ..facts(None, Vec::new()) });
    assert!(diagnosis.explanation.contains("Calls may be sent again at 15:28, in 20 min."), "{diagnosis:#?}");
    assert_eq!(diagnosis.steps[0].text, "Wait until today 15:28: calls work again then.");
}

#[test]
fn a_key_limit_is_not_told_as_an_empty_account() {
    let refusal = refusal(Cause::KeyLimit, 97, 402);
    let diagnosis = of(
        &refusal,
        account("Work", vec![balance("48.20 USD"), limit("key_limit", "key limit “ci”", "0 USD")]),
    );
    assert_eq!(
        diagnosis.explanation,
        "OpenRouter refused the call: the key limit “ci” of “Work” is reached; $50.00 of $50.00 is used (at 14:05). \
         The account itself still had $48.20 at 14:05. Waiting does not help: a higher limit or another key helps."
    );
    assert!(diagnosis.steps.iter().all(|step| !step.text.contains("Top up")));
}

#[test]
fn what_is_not_known_is_said_plainly_with_what_was_seen() {
    let odd = Refusal { message: "I am a teapot".into(), ..refusal(Cause::Unknown, 0, 418) };
    let diagnosis = diagnose(&odd, &facts(None, Vec::new()));
    assert_eq!(
        diagnosis.explanation,
        "OpenRouter answered with status 418: “I am a teapot”. That does not tell whether money, a limit, the key or \
         the network is the reason."
    );
    assert_eq!((diagnosis.confidence, diagnosis.retryable), (0, false));
    let good = Refusal { provider: None, ..refusal(Cause::Unknown, 0, 200) };
    let nobody = Facts { name: String::new(), links: Links::NONE, ..facts(None, Vec::new()) };
    let said = diagnose(&good, &nobody).explanation;
    assert_eq!(
        said,
        "The provider answered with status 200, and no words of its own. That is no refusal that Tollwatch knows."
    );
}

#[test]
fn a_cause_that_evidence_found_has_its_own_way_to_pass() {
    // A bare 429 turns out to be an empty balance: waiting does not help any more.
    let bare = Refusal {
        retryable: true,
        retry_at: Some(NOW + 400 * MINUTE),
        ..refusal(Cause::RateLimited, 40, 429)
    };
    let diagnosis = of(&bare, account("Work", vec![balance("0 USD")]));
    assert_eq!(diagnosis.cause, Cause::BalanceExhausted);
    assert!(!diagnosis.retryable && diagnosis.retry_at.is_none());
}

#[test]
fn polls_that_would_settle_more_are_named() {
    let old = MeterFacts { read_at: ago(40), ..balance("48.20 USD") };
    let late = account("Late", vec![old.clone()]);
    assert_eq!(of(&bare_402(), late.clone()).check, std::slice::from_ref(&late.id));
    let paused = AccountFacts { alerts: AlertFacts { paused: true, ..AlertFacts::default() }, ..late };
    assert!(of(&bare_402(), paused).check.is_empty());
    // Read after the refusal and not yet late: there is nothing to ask.
    let then = Refusal { at: Some(ago(5)), ..bare_402() };
    assert!(of(&then, account("Fresh", vec![balance("0 USD")])).check.is_empty());
    // Behind a gateway the provider's account matters as well.
    let passed = Refusal { gateway: Some("litellm".into()), ..bare_402() };
    let behind = account("Behind", vec![old]);
    assert_eq!(among(&passed, gateway("Gate", vec![]), vec![behind.clone()]).check, [behind.id]);
}
