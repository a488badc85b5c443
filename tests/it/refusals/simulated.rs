//! The simulator's every misbehaviour and its own refusals, in each dialect: explained, and never as a money cause that
//! it was not.

use super::case::NOW;
use tollwatch::model::{Cause, HOUR, Refusal, Timestamp};
use tollwatch::refusal::{Response, explain};
use tollwatch::simulator::{Dialect, Fault, Misbehaviour, Script, SimAnswer, SimRequest, World};

const DIALECTS: [(Dialect, &str, &str, &str); 3] = [
    (Dialect::OpenRouter, "openrouter", "/openrouter/api/v1/chat/completions", "demo-openrouter-key"),
    (Dialect::DeepSeek, "deepseek", "/deepseek/chat/completions", "demo-deepseek-key"),
    (Dialect::LiteLlm, "litellm", "/litellm/v1/chat/completions", "demo-litellm-key"),
];

const FAULTS: [Fault; 11] = [
    Fault::Garbage,
    Fault::Html,
    Fault::ServerError,
    Fault::Truncated,
    Fault::Huge,
    Fault::Nan,
    Fault::NumberAsString,
    Fault::MissingField,
    Fault::WrongContentType,
    Fault::TooManyRequests,
    Fault::Hang,
];

/// 2026-11-01T10:00:00Z, when the money is gone; a day's budget starts again at midnight only.
const GONE: Timestamp = Timestamp(1_793_491_200_000 + 10 * HOUR);

/// A world whose one account has 20 USD, which are gone at [`GONE`].
fn world(dialect: Dialect) -> World {
    let from = GONE + -10 * HOUR;
    World::scripted(&Script { dialect, amount: 20_000_000_000, from, over: 10 * HOUR, top_up: None })
}

fn chat(world: &World, path: &str, key: &str, now: Timestamp) -> SimAnswer {
    let request = SimRequest {
        method: "POST".into(),
        path: path.into(),
        headers: vec![("authorization".into(), format!("Bearer {key}"))],
        body: br#"{"model":"gpt-4o"}"#.to_vec(),
        ..SimRequest::default()
    };
    world.answer(&request, now)
}

fn told(connector: Option<&str>, answer: &SimAnswer) -> Refusal {
    let response = Response { status: Some(answer.status), headers: &answer.headers, body: &answer.body };
    explain(connector, response, NOW)
}

#[test]
fn its_refusals_are_told() {
    for (dialect, id, path, key) in DIALECTS {
        let world = world(dialect);
        let expected = match dialect {
            Dialect::DeepSeek => Cause::BalanceExhausted,
            Dialect::OpenRouter | Dialect::LiteLlm => Cause::KeyLimit,
        };
        for connector in [None, Some(id)] {
            let refusal = told(connector, &chat(&world, path, key, GONE));
            let who = (refusal.cause, refusal.provider.as_deref());
            assert_eq!(who, (expected, Some(id)), "{refusal:?}");
            let refusal = told(connector, &chat(&world, path, "wrong", GONE));
            assert_eq!(refusal.cause, Cause::Credentials, "{id}: {refusal:?}");
        }
    }
}

#[test]
fn its_misbehaviour_is_never_a_wrong_money_cause() {
    for (dialect, id, path, key) in DIALECTS {
        for fault in FAULTS {
            let world = world(dialect);
            let gone = told(Some(id), &chat(&world, path, key, GONE)).cause;
            let how =
                Misbehaviour { fault: Some(fault), retry_after: Some("7".into()), ..Default::default() };
            world.misbehave(dialect, how);
            for connector in [None, Some(id)] {
                let well = told(connector, &chat(&world, path, key, GONE + -5 * HOUR));
                assert!(!well.cause.is_money(), "{id} {fault:?} with money left: {well:?}");
                let empty = told(connector, &chat(&world, path, key, GONE));
                let bare = empty.rule.starts_with("any.") && empty.confidence < 60;
                // A cut 402 is still a 402, and said to be a guess.
                let right = !empty.cause.is_money() || empty.cause == gone || bare;
                assert!(right, "{id} {fault:?} without money: {empty:?}");
            }
            let now = told(Some(id), &chat(&world, path, key, GONE));
            match fault {
                Fault::TooManyRequests => {
                    assert_eq!((now.cause, now.retry_at), (Cause::RateLimited, Some(NOW + 7_000)), "{now:?}");
                }
                Fault::WrongContentType | Fault::NumberAsString => assert_eq!(now.cause, gone, "{now:?}"),
                Fault::Html | Fault::ServerError => assert!(!now.cause.is_money(), "{now:?}"),
                _ => {}
            }
        }
    }
}
