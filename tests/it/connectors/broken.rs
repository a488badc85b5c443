//! Every decoder against broken answers: each connector's own recorded answers, with figures made null or taken away,
//! hostile numbers and texts put in their place, bodies cut and bytes flipped. No panic, no zero that nobody said, no
//! more readings than the answer has room for. A bounded run of a property test; `PROPTEST_CASES` makes it longer.

use super::case::{NOW, account, all, folders};
use super::recorded::Script;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tollwatch::connectors::Connector;
use tollwatch::http::{Answer, Http, Network, WireRequest};
use tollwatch::model::{PollError, Polled, Qty};

/// What is done to one value of one answer; `at` picks it.
#[derive(Clone, Debug)]
enum Harm {
    Null,
    Gone,
    Put(Value),
    Cut(usize),
    Flip(usize, u8),
}

fn harm() -> impl Strategy<Value = Harm> {
    let texts = [
        "NaN",
        "",
        "-1",
        "1e400",
        "99999999999999999999",
        "12,50",
        "\u{0}",
        "💥",
        "0x10",
        "2026-02-30T25:00:00Z",
    ];
    let numbers = ["1e300", "-7", "9223372036854775807", "1e-30", "123456789012345678901234567890"];
    prop_oneof![
        Just(Harm::Null),
        Just(Harm::Gone),
        proptest::sample::select(texts.to_vec()).prop_map(|text| Harm::Put(Value::from(text))),
        proptest::sample::select(numbers.to_vec())
            .prop_map(|text| Harm::Put(serde_json::from_str(text).unwrap_or(Value::Bool(true)))),
        Just(Harm::Put(Value::Array(vec![]))),
        Just(Harm::Put(serde_json::json!({"a": [[[[1]]]]}))),
        Just(Harm::Put(Value::from("x".repeat(100_000)))),
        any::<usize>().prop_map(Harm::Cut),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Harm::Flip(at, byte)),
    ]
}

/// Pointers to every leaf of a value.
fn leaves(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                path.push(name.clone());
                leaves(member, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                leaves(item, path, found);
                path.pop();
            }
        }
        _ => found.push(path.clone()),
    }
}

fn reach<'a>(value: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Object(members) => members.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Zeros become sevens, so that a zero in a reading is one that was invented.
fn without_zeros(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(without_zeros),
        Value::Array(items) => items.iter_mut().for_each(without_zeros),
        Value::Number(number) if number.as_f64() == Some(0.0) => *value = Value::from(7),
        Value::String(text) if text.parse::<f64>().is_ok_and(|number| number == 0.0) => {
            *value = Value::from("7")
        }
        _ => {}
    }
}

fn harmed(body: &[u8], harm: &Harm, at: usize) -> Vec<u8> {
    let mut bytes = body.to_vec();
    let mut json = serde_json::from_slice::<Value>(body).ok();
    if let Some(json) = &mut json {
        without_zeros(json);
        bytes = json.to_string().into_bytes();
    }
    match harm {
        Harm::Cut(length) => bytes.truncate(length % (bytes.len() + 1)),
        Harm::Flip(_, _) if bytes.is_empty() => {}
        Harm::Flip(place, byte) => {
            let place = place % bytes.len();
            bytes[place] ^= byte;
        }
        _ => {
            let Some(json) = &mut json else { return bytes };
            let mut found = Vec::new();
            leaves(json, &mut Vec::new(), &mut found);
            let Some(path) = found.get(at % found.len().max(1)).cloned() else { return bytes };
            let parent = reach(json, &path[..path.len() - 1]);
            match (harm, parent) {
                (Harm::Gone, Some(Value::Object(members))) => {
                    members.remove(&path[path.len() - 1]);
                }
                (Harm::Put(value), _) => {
                    if let Some(leaf) = reach(json, &path) {
                        *leaf = value.clone();
                    }
                }
                _ => {
                    if let Some(leaf) = reach(json, &path) {
                        *leaf = Value::Null;
                    }
                }
            }
            bytes = json.to_string().into_bytes();
        }
    }
    bytes
}

/// Polls with one answer (the one numbered `which`) harmed; also says how many bytes were answered.
fn poll(
    connector: &'static dyn Connector,
    folder: &Path,
    which: usize,
    harm: Option<&Harm>,
    at: usize,
) -> (Result<Polled, PollError>, usize) {
    let server = "http://127.0.0.1:1";
    let mut script = Script::load(folder, server);
    let count = script.recorded.len().max(1);
    for (index, one) in script.recorded.iter_mut().enumerate() {
        one.answer.2 = match harm.filter(|_| index == which % count) {
            Some(harm) => harmed(&one.answer.2, harm, at),
            // Unharmed but for its zeros: a cut at its full length.
            None => harmed(&one.answer.2, &Harm::Flip(0, 0), at),
        };
    }
    let script = Mutex::new((script, 0_usize));
    let shared = Arc::new(script);
    let answers = shared.clone();
    let network = Network::in_process(Arc::new(move |request: &WireRequest| {
        let mut script = answers.lock().unwrap();
        let body = String::from_utf8_lossy(&request.body).into_owned();
        // A harmed page may name another page, which nobody recorded.
        let (status, headers, body) =
            match script.0.pick(&request.method, &request.path, &request.query, &body) {
                Ok(one) => one.answer.clone(),
                Err(_) => (404, Vec::new(), b"{}".to_vec()),
            };
        script.1 += body.len();
        let headers = headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        Answer { status, headers, body }
    }));
    let account = account(connector, Some(folder), server);
    let http = Http::open(&network, &account.base_url).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(connector.poll(&http, &account, NOW));
    let bytes = shared.lock().unwrap().1;
    (outcome, bytes)
}

/// Which figures of a poll are zero.
fn zeros(outcome: &Result<Polled, PollError>) -> BTreeSet<String> {
    let Ok(polled) = outcome else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    for one in &polled.readings {
        // All of a limit used, or none of it, is worked out from two figures that are there.
        let (whole, none) =
            (one.limit.is_some() && one.used == one.limit, one.limit.is_some() && one.remaining == one.limit);
        for (name, figure, follows) in
            [("used", one.used, none), ("limit", one.limit, false), ("remaining", one.remaining, whole)]
        {
            if figure == Some(Qty(0)) && !follows {
                found.insert(format!("{} {name}", one.meter.0));
            }
        }
    }
    found.extend(
        polled
            .costs
            .iter()
            .filter(|cost| cost.amount == Qty(0))
            .map(|cost| format!("cost {:?} {}", cost.by, cost.name)),
    );
    found
}

#[test]
fn broken_answers_bring_no_panic_no_invented_zero_and_no_flood() {
    let mut complaints = Vec::new();
    for connector in all() {
        for folder in
            folders(connector).iter().filter(|folder| folder.ends_with("good") || folder.ends_with("full"))
        {
            let whole = zeros(&poll(connector, folder, 0, None, 0).0);
            let name = format!("{}/{}", connector.spec().id, folder.file_name().unwrap().to_string_lossy());
            let config = Config { failure_persistence: None, ..Config::with_cases(cases()) };
            let run = TestRunner::new(config).run(
                &(any::<usize>(), any::<usize>(), harm()),
                |(which, at, harm)| {
                    let (outcome, bytes) = poll(connector, folder, which, Some(&harm), at);
                    if let Ok(polled) = &outcome {
                        let many = polled.readings.len() + polled.costs.len() + polled.refusals.len();
                        prop_assert!(many <= 16 + bytes / 4, "{many} figures from {bytes} bytes");
                    }
                    // Another number may well leave nothing; a missing one may not.
                    if matches!(harm, Harm::Null | Harm::Gone) {
                        let invented: Vec<String> = zeros(&outcome).difference(&whole).cloned().collect();
                        prop_assert!(invented.is_empty(), "invented: {invented:?}");
                    }
                    Ok(())
                },
            );
            if let Err(error) = run {
                complaints.push(format!("{name}: {error}"));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Runs per folder: enough to touch most fields of most answers in a second or two for the whole catalogue.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(96)
}
