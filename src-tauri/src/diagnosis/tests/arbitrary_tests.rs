//! Whatever is known: a verdict, ranked, the same each time, and soon.

use super::*;
use crate::model::{EpisodeKind, PollErrorKind, Qty, Source, Unit};
use proptest::prelude::*;

fn any_amount() -> impl Strategy<Value = Amount> {
    let units =
        prop::sample::select(vec![Unit::USD, Unit::Tokens, Unit::Requests, Unit::Credits, Unit::Percent]);
    let qty = prop_oneof![
        Just(0),
        Just(i64::MIN),
        Just(i64::MAX),
        any::<i64>(),
        -10_000_000_000..10_000_000_000_i64
    ];
    (qty, units).prop_map(|(qty, unit)| Amount::new(Qty(qty), unit))
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        any::<i64>().prop_map(Timestamp),
        (-10_000_i64..10_000).prop_map(|minutes| NOW + minutes * MINUTE),
    ]
}

fn maybe<T: std::fmt::Debug + Clone>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(one)
}

fn any_meter() -> impl Strategy<Value = MeterFacts> {
    use MeterKind::{Balance, Budget, Quota, Rate, Spend};
    let keys = ["balance", "key_limit", "key_limit.a", "budget.team", "spend_limit", "budget.month", "free"];
    let figures = (maybe(any_amount()), maybe(any_amount()), maybe(any_amount()), maybe(any_amount()));
    let times = (any_time(), any::<i64>(), maybe(any_time()), maybe(any_time()));
    let added = prop::collection::vec((any_time(), any_amount(), any_amount()), 0..5);
    let kinds = prop::sample::select(vec![Balance, Budget, Quota, Rate, Spend]);
    let provenance =
        prop::sample::select(vec![Provenance::Reported, Provenance::Anchored, Provenance::Estimated]);
    let named = (prop::sample::select(keys.to_vec()), kinds, provenance, maybe(any::<f64>()));
    (named, figures, times, added).prop_map(|(named, figures, times, added)| MeterFacts {
        key: MeterKey::new(named.0),
        label: named.0.into(),
        kind: named.1,
        provenance: named.2,
        burn_per_hour: named.3,
        headroom: figures.0,
        limit: figures.1,
        used: figures.2,
        reserve: figures.3,
        read_at: times.0,
        lag: times.1,
        resets_at: times.2,
        empty_since: times.3,
        added,
    })
}

prop_compose! {
    fn any_refusal()(
        cause in prop::sample::select(Cause::ALL.to_vec()),
        confidence in any::<u8>(),
        status in maybe(any::<u16>()),
        amounts in (maybe(any_amount()), maybe(any_amount()), maybe(any_amount()), maybe(any_amount())),
        times in (maybe(any_time()), maybe(any_time())),
        source in prop::sample::select(vec![Source::Polled, Source::Pasted, Source::Stated]),
        who in (maybe(Just("openrouter".to_owned())), maybe(Just("litellm".to_owned()))),
        retryable in any::<bool>(),
        message in ".{0,12}",
        rule in prop::sample::select(vec!["a.b", "openai.quota_code", METER_ZERO]),
    ) -> Refusal {
        Refusal {
            confidence, status, source, retryable, message,
            needed: amounts.0, left: amounts.1, limit: amounts.2, used: amounts.3,
            at: times.0, retry_at: times.1,
            provider: who.0, gateway: who.1,
            ..Refusal::new(cause, Scope::Organisation, rule)
        }
    }
}

prop_compose! {
    fn any_account()(
        number in 0..1000,
        meters in prop::collection::vec(any_meter(), 0..5),
        is_gateway in any::<bool>(),
        good_at in maybe(any_time()),
        failed in maybe((
            any_time(),
            prop::sample::select(vec![PollErrorKind::Offline, PollErrorKind::Credentials, PollErrorKind::Malformed]),
            Just(String::new()),
        )),
        reload_below in maybe(any_amount()),
        refusals in prop::collection::vec((any_time(), any_refusal()), 0..4),
        low in any::<bool>(),
    ) -> AccountFacts {
        let kind = if is_gateway { gateway("A", meters) } else { account("A", meters) };
        AccountFacts {
            id: AccountId::new(format!("a{number}")).unwrap(),
            poll: PollFacts { good_at, failed },
            reload_below,
            refusals,
            firing: if low { vec![EpisodeKind::Low] } else { vec![] },
            ..kind
        }
    }
}

prop_compose! {
    fn any_facts()(
        now in any_time(),
        one in maybe(any_account()),
        others in prop::collection::vec(any_account(), 0..4),
    ) -> Facts {
        Facts { now, ..facts(one, others) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_verdict_is_ranked_and_repeatable(refusal in any_refusal(), facts in any_facts()) {
        let diagnosis = diagnose(&refusal, &facts);
        prop_assert_eq!(&diagnosis, &diagnose(&refusal, &facts));
        let shares: Vec<u32> = diagnosis.hypotheses.iter().map(|one| u32::from(one.share)).collect();
        prop_assert!((1..=4).contains(&shares.len()) && shares.iter().sum::<u32>() <= 100, "{:?}", shares);
        prop_assert!(shares.windows(2).all(|pair| pair[0] >= pair[1]), "{:?}", shares);
        prop_assert!(shares.iter().skip(1).all(|share| *share >= 3), "{:?}", shares);
        prop_assert_eq!((diagnosis.cause, diagnosis.confidence), (diagnosis.hypotheses[0].cause, diagnosis.hypotheses[0].share));
        let mut causes: Vec<Cause> = diagnosis.hypotheses.iter().map(|one| one.cause).collect();
        causes.sort();
        causes.dedup();
        prop_assert_eq!(causes.len(), shares.len());
        prop_assert!(diagnosis.confidence <= 95 || refusal.confidence >= 95);
        prop_assert!(!diagnosis.explanation.is_empty() && !diagnosis.steps.is_empty());
        prop_assert!(diagnosis.steps.iter().all(|step| !step.text.is_empty()));
        prop_assert!(diagnosis.check.len() <= 4);
        prop_assert!(diagnosis.cause == refusal.cause || diagnosis.retry_at.is_none() || diagnosis.retryable);
    }
}

/// Apart, since a clock is read.
#[cfg(test)]
mod soon {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "how long a verdict takes is measured")]
    fn a_verdict_takes_less_than_a_millisecond() {
        let crowd = |label: &str| {
            let meters = (0..8).map(|one| limit(&format!("key_limit.k{one}"), "key limit", "10 USD"));
            let mut one = account(label, meters.chain([balance("0 USD")]).collect());
            one.refusals = (0..200).rev().map(|minutes| (ago(minutes * 7), bare_402())).collect();
            one
        };
        let facts = facts(Some(crowd("Work")), (0..24).map(|one| crowd(&format!("Other {one}"))).collect());
        let began = std::time::Instant::now();
        for _ in 0..100 {
            assert!(!diagnose(&bare_402(), &facts).hypotheses.is_empty());
        }
        let each = began.elapsed() / 100;
        // A build for tests is some ten times slower than the one that is shipped.
        let most = if cfg!(debug_assertions) { 10_000 } else { 1_000 };
        assert!(each.as_micros() < most, "{each:?}");
        println!("a verdict among 25 accounts: {each:?}");
    }
}
