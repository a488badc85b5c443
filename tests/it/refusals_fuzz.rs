//! Whatever an answer holds: no panic, and twice the same verdict. Any bytes, headers, status and connector, and real
//! cases with parts of them harmed.

use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tollwatch::api::explain_pasted;
use tollwatch::connectors;
use tollwatch::model::Timestamp;
use tollwatch::refusal::{Pasted, Response, explain, paste_bytes};

const NOW: Timestamp = Timestamp(1_795_229_375_000); // 2026-11-21T02:49:35Z

/// Every recorded answer and every case, whatever is there.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "http") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), &mut found);
    found.sort();
    found.iter().filter_map(|path| std::fs::read(path).ok()).collect()
});

fn same(connector: Option<&str>, status: Option<u16>, headers: &[(String, String)], body: &[u8]) {
    let response = Response { status, headers, body };
    let first = explain(connector, response, NOW);
    assert_eq!(first, explain(connector, response, NOW));
    assert!(first.confidence <= 100);
    let pasted = Pasted::of_parts(status, headers.to_vec(), body);
    assert_eq!(explain_pasted(connector, &pasted, NOW), explain_pasted(connector, &pasted, NOW));
}

/// Any name, or one that there is.
fn connector() -> impl Strategy<Value = Option<String>> {
    let known = (0..connectors::ALL.len()).prop_map(|at| connectors::ALL[at].spec().id.to_owned());
    proptest::option::of(prop_oneof![known, ".{0,12}"])
}

fn status() -> impl Strategy<Value = Option<u16>> {
    proptest::option::of(prop_oneof![
        any::<u16>(),
        proptest::sample::select(vec![200, 400, 401, 402, 403, 407, 429, 451, 500, 502, 503, 529])
    ])
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let names = [
        "retry-after",
        "retry-after-ms",
        "payment-required",
        "payment-response",
        "x-payment-response",
        "ratelimit",
        "x-ratelimit-reset",
        "x-ratelimit-remaining",
        "x-portkey-provider",
        "x-litellm-call-id",
        "cf-aig-event-id",
    ];
    let name = prop_oneof![proptest::sample::select(names.to_vec()).prop_map(str::to_owned), ".{0,10}"];
    let value =
        prop_oneof![".{0,20}", "-?[0-9]{1,25}", "\"day\";r=0;t=[0-9]{1,20}", "[A-Za-z0-9+/]{0,40}={0,2}"];
    proptest::collection::vec((name, value), 0..6)
}

/// What looks like an answer from afar.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let shaped = r#"(\{"error":|\{"message":|\{"detail":|\{"errors":\[|"code":|"type":|"x402Version":1|"accepts":\[|"insufficient_quota"|"Insufficient Balance"|"litellm.X: DeepseekException - |402|null|-1e999|[\[\]{},:"' ]|\\|é){0,20}"#;
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        shaped.prop_map(String::into_bytes),
        ".{0,80}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn any_answer_is_explained(connector in connector(), status in status(), headers in headers(), body in body()) {
        same(connector.as_deref(), status, &headers, &body);
    }

    #[test]
    fn a_harmed_case_is_explained(
        at in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        harms in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        connector in connector(),
        status in status(),
    ) {
        let mut bytes = at.get(&FILES).clone();
        for (place, byte) in harms.iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        if status.is_none() {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        let pasted = paste_bytes(&bytes);
        prop_assert_eq!(&pasted, &paste_bytes(&bytes));
        same(connector.as_deref(), status.or(pasted.status), &pasted.headers, &pasted.body);
    }
}
