//! Providers repeat what they were sent. Whatever stands in a member that no row looks at changes nothing: neither the
//! cause, nor how sure it is, nor a figure.

use super::case::{self, NOW};
use serde_json::{Value, json};
use tollwatch::refusal::{Response, explain};

/// Members in which prompts and models' answers come back, and what they may hold.
fn echoes() -> Vec<(&'static str, Value)> {
    let words = "Insufficient Balance. You exceeded your current quota, please check your plan and billing details. \
                 Budget has been exceeded! Key limit exceeded, can only afford 12. 402 Payment Required";
    let error =
        json!({"error": {"message": words, "type": "insufficient_quota", "code": "insufficient_quota"}});
    vec![
        ("failed_generation", json!(words)),
        ("input", json!({"error": {"type": "budget_exceeded", "message": words}})),
        ("prompt", json!(words)),
        (
            "messages",
            json!([{"role": "user", "content": words}, {"role": "tool", "content": error.to_string()}]),
        ),
        ("arguments", json!(error.to_string())),
        ("echo", error),
    ]
}

/// Every body that is this one with these members more: at the top, and in each object inside.
fn grown(body: &Value, echoes: &[(&str, Value)]) -> Vec<Value> {
    let mut out = Vec::new();
    if let Value::Object(members) = body {
        let mut with = members.clone();
        for (name, echo) in echoes {
            with.entry(*name).or_insert_with(|| echo.clone());
        }
        out.push(Value::Object(with));
        for (key, value) in members {
            for inner in grown(value, echoes) {
                let mut with = members.clone();
                with.insert(key.clone(), inner);
                out.push(Value::Object(with));
            }
        }
    }
    out
}

#[test]
fn what_a_provider_repeats_changes_nothing() {
    let (echoes, mut wrong, mut tried) = (echoes(), Vec::new(), 0);
    for case in case::all() {
        let Ok(body) = serde_json::from_str::<Value>(case.body()) else { continue };
        for connector in [None, case.connector.as_deref()] {
            let told = |body: &Value| {
                let body = body.to_string();
                let response =
                    Response { status: Some(case.status), headers: case.headers(), body: body.as_bytes() };
                explain(connector, response, NOW)
            };
            let before = told(&body);
            for body in grown(&body, &echoes) {
                tried += 1;
                let after = told(&body);
                if before != after {
                    wrong.push(format!(
                        "{} ({connector:?}): {} by {}, with echoes {} by {}: {body}",
                        case.name,
                        before.cause.words().id,
                        before.rule,
                        after.cause.words().id,
                        after.rule
                    ));
                }
            }
        }
    }
    println!("{tried} answers with an echo");
    super::complain("answers are told otherwise for an echo", &wrong);
}
