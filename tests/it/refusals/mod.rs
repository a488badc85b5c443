//! Every refusal that was ever recorded or described, and what must be told of it: with the connector's name, without
//! it, and with another status and further headers, as a gateway in front may do. All failures are listed together.

mod case;
mod echo;
mod matrix;
mod page;
mod simulated;

pub(crate) use matrix::markdown;

use case::{Case, Told};
use matrix::{CERTAIN, GUESS};
use std::collections::BTreeSet;
use tollwatch::model::{Cause, Refusal};
use tollwatch::refusal::{Response, explain};

/// What the gateways add that say whom they asked, and that do not.
const GATEWAYS: &[(&str, &[(&str, &str)])] = &[
    ("litellm", &[("x-litellm-call-id", "EXAMPLE-call"), ("x-litellm-version", "1.80.0")]),
    ("portkey", &[("x-portkey-trace-id", "EXAMPLE-trace"), ("x-portkey-provider", "{provider}")]),
    ("ferrogw", &[("x-gateway-provider", "{provider}")]),
    ("apipark", &[("x-ai-provider", "{provider}")]),
    ("cloudflare", &[("cf-aig-event-id", "EXAMPLE-event"), ("cf-aig-step", "0")]),
];

/// The statuses that gateways make of others.
const STATUSES: [u16; 4] = [400, 429, 500, 502];

fn complain(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{} {what}:\n{}", wrong.len(), wrong.join("\n"));
}

fn by(refusal: &Refusal) -> String {
    format!("by {}, {} %", refusal.rule, refusal.confidence)
}

#[test]
fn every_case_is_told_with_its_connector() {
    let mut wrong = Vec::new();
    for case in case::all() {
        let Some(connector) = case.connector.as_deref() else { continue };
        let refusal = case.told(Some(connector));
        let mut differs = case.details(&refusal);
        if Told::of(&refusal) != case.named {
            differs.insert(0, format!("got {:?}, expected {:?}", Told::of(&refusal), case.named));
        }
        if !differs.is_empty() {
            wrong.push(format!("{} ({}): {}", case.name, by(&refusal), differs.join("; ")));
        }
    }
    complain("cases differ", &wrong);
}

#[test]
fn every_case_is_told_without_its_connector() {
    let mut wrong = Vec::new();
    for case in case::all() {
        let refusal = case.told(None);
        let mut differs = Vec::new();
        if Told::of(&refusal) != case.unnamed {
            differs.push(format!("got {:?}, expected {:?}", Told::of(&refusal), case.unnamed));
        }
        // A case that nobody names has its amounts checked here.
        if case.connector.is_none() {
            differs.extend(case.details(&refusal));
        }
        if !differs.is_empty() {
            wrong.push(format!("{} ({}): {}", case.name, by(&refusal), differs.join("; ")));
        }
    }
    complain("cases differ when nobody names the connector", &wrong);
}

/// What is wrong with a verdict on a changed answer. The cause must be the same, or the verdict a guess. Where only
/// the status tells anything, another status is another answer: then a row for a bare status may speak.
fn misled(case: &Case, refusal: &Refusal) -> Option<String> {
    let told = refusal.cause.words().id;
    if told == case.named.cause || told == case.unnamed.cause || refusal.confidence < GUESS {
        return None;
    }
    let by_status = case.by_status || case.named.cause == "unknown";
    if by_status && refusal.rule.starts_with("any.") && refusal.confidence < CERTAIN {
        return None;
    }
    Some(format!("is {}, told {told} {}", case.named.cause, by(refusal)))
}

#[test]
fn a_gateway_in_front_changes_no_verdict() {
    let mut wrong = Vec::new();
    for case in case::all() {
        let mut misleading = BTreeSet::new();
        // A good answer stays a good answer.
        if case.status < 400 {
            continue;
        }
        let behind = case.named.provider.as_deref().unwrap_or("openai");
        for (gateway, headers) in GATEWAYS {
            let headers: Vec<(&str, &str)> = headers
                .iter()
                .map(|(name, value)| (*name, if *value == "{provider}" { behind } else { *value }))
                .collect();
            for status in STATUSES.into_iter().chain([case.status]) {
                for connector in [None, case.connector.as_deref(), Some(*gateway)] {
                    for headers in [&headers[..], &[]] {
                        let refusal = case.changed(connector, status, headers);
                        if let Some(why) = misled(&case, &refusal) {
                            let front = if headers.is_empty() { "" } else { gateway };
                            let named = connector.unwrap_or("-");
                            misleading.insert(format!("{why} [{status}; front {front}; connector {named}]"));
                        }
                    }
                }
            }
        }
        if let Some(first) = misleading.first() {
            wrong.push(format!("{}: {first}, in {} forms", case.name, misleading.len()));
        }
    }
    complain("verdicts are wrong behind a gateway", &wrong);
}

#[test]
fn no_wrong_verdict_is_certain() {
    println!("{}", markdown());
    complain("wrong verdicts are certain", &matrix::count().wrong_and_certain);
}

/// A row that no answer hits may be dead, or hidden behind another. Rows for keys and permissions, which our own polls
/// meet, are hit by the recorded answers of the connectors, or are only listed.
#[test]
fn every_row_is_hit() {
    let table = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/refusals.json")).unwrap();
    let table: Vec<serde_json::Value> = serde_json::from_str(&table).unwrap();
    let mut hit = BTreeSet::new();
    for case in case::all() {
        hit.insert(case.told(case.connector.as_deref()).rule);
        hit.insert(case.told(None).rule);
    }
    for rule in polled() {
        hit.insert(rule);
    }
    let (mut money, mut other) = (Vec::new(), Vec::new());
    for row in &table {
        let rule = row["rule"].as_str().unwrap();
        if !hit.contains(rule) {
            let cause: Cause = serde_json::from_value(row["cause"].clone()).unwrap();
            if cause.is_money() { &mut money } else { &mut other }.push(rule.to_owned());
        }
    }
    println!("not hit, not about money: {}", other.join(", "));
    complain("rows about money are never hit", &money);
}

/// The rules that the recorded answers of the connectors hit.
fn polled() -> Vec<String> {
    let mut rules = Vec::new();
    for path in case::files(&case::fixtures(), 2) {
        let name = |up: usize| path.ancestors().nth(up).and_then(|path| path.file_name()?.to_str());
        let Some(connector) = name(2) else { continue };
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let Some((head, body)) = text.split_once("\n\n") else { continue };
        let status = head.lines().find_map(|line| line.strip_prefix("HTTP ")?.trim().parse().ok());
        if connector != "refusals" && status.is_some() {
            rules.push(
                explain(Some(connector), Response { status, headers: &[], body: body.as_bytes() }, case::NOW)
                    .rule,
            );
        }
    }
    rules
}
