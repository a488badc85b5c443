//! Texts that are data: each connector's Spec, and every label that its recorded answers produce, is translated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tollwatch::connectors;
use tollwatch::model::words::{Language, data, problem, speaking};

/// Labels that the user or the gateway's operator wrote; nobody can translate those.
const OWN: [&str; 11] = [
    "prepaid",
    "calls today",
    "plan",
    "micro",
    "x",
    "LLM spend",
    "left “dev”",
    "left “t2”",
    "p-2, user:mara",
    "p-2, user:lin",
    "team cap, api_key:k-1",
];

fn untranslated(texts: BTreeSet<String>) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/zh-CN/data.json");
    let table: BTreeMap<String, String> =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    // Some words are the same in both: "tokens".
    let known = |text: &String| table.contains_key(text) || data(text) != *text;
    speaking(Language::Chinese, || texts.into_iter().filter(|text| !known(text)).collect())
}

#[test]
fn every_text_of_every_spec_is_translated() {
    let mut texts = BTreeSet::new();
    for connector in connectors::ALL {
        let spec = connector.spec();
        texts.extend([spec.kind.title(), spec.about].map(str::to_owned));
        texts.extend(spec.poll_cost.map(str::to_owned));
        texts.extend(spec.secrets.iter().flat_map(|one| [one.label, one.help]).map(str::to_owned));
        texts.extend(spec.options.iter().flat_map(|one| [one.label, one.help]).map(str::to_owned));
        texts.extend(spec.meters.iter().map(|one| one.label.to_owned()));
    }
    assert!(texts.len() > 200, "{}", texts.len());
    let missing = untranslated(texts);
    assert!(missing.is_empty(), "not in locales/zh-CN/data.json: {missing:#?}");
}

/// The label in a line of `expected.txt`: `key_limit “key limit “ci”” Budget USD …`.
fn label(line: &str) -> Option<&str> {
    let (meter, rest) = line.split_once(" “")?;
    if meter.contains(' ') {
        return None;
    }
    let kinds = ["Balance", "Budget", "Quota", "Spend", "Rate"];
    kinds.iter().find_map(|kind| rest.rsplit_once(&format!("” {kind} "))).map(|(label, _)| label)
}

#[test]
fn every_label_that_a_connector_makes_is_translated() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut labels = BTreeSet::new();
    for connector in connectors::ALL {
        let folder = fixtures.join(connector.spec().id);
        for case in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(case.path().join("expected.txt")).unwrap_or_default();
            labels.extend(text.lines().filter_map(label).map(str::to_owned));
        }
    }
    assert!(labels.len() > 150, "{}", labels.len());
    labels.retain(|label| !OWN.contains(&label.as_str()));
    let missing = untranslated(labels);
    assert!(missing.is_empty(), "not in locales/zh-CN/data.json: {missing:#?}");
}

/// A connector's own sentence in a line of `expected.txt`: `error Malformed the answer has no /cost, so …`. What a
/// refusal says, and what the network says, is said through the catalogue.
fn sentence(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("error ").or_else(|| line.strip_prefix("problem "))?;
    let (kind, sentence) = rest.split_once(' ')?;
    let elsewhere =
        [" (401)", " (400)", "the answer is no valid JSON", "NaN or Infinity", "breaks off", "web page"];
    let own = matches!(kind, "Config" | "Malformed" | "Provider") && !sentence.starts_with('[');
    (own && !elsewhere.iter().any(|words| sentence.contains(words))).then_some(sentence)
}

#[test]
fn every_problem_that_a_connector_tells_is_translated() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut sentences = BTreeSet::new();
    for connector in connectors::ALL {
        let folder = fixtures.join(connector.spec().id);
        for case in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(case.path().join("expected.txt")).unwrap_or_default();
            sentences.extend(text.lines().filter_map(sentence).map(str::to_owned));
        }
    }
    assert!(sentences.len() > 50, "{}", sentences.len());
    let same = |text: &String| speaking(Language::Chinese, || problem(text)) == *text;
    let missing: Vec<String> = sentences.into_iter().filter(same).collect();
    assert!(missing.is_empty(), "not in locales/zh-CN/problems.json: {missing:#?}");
}
