//! docs/refusals.md: the page for whoever looks for an error. Written by `UPDATE=1 cargo test`.

use super::case;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tollwatch::connectors;
use tollwatch::refusal::{Who, page};

#[test]
fn the_atlas_follows_the_table() {
    let spec = |connector: &&dyn connectors::Connector| connector.spec();
    let who =
        connectors::ALL.iter().map(spec).map(|spec| Who { id: spec.id, name: spec.name, links: spec.links });
    let who: Vec<Who> = who.collect();
    // The statuses that each form came with, where its row takes any.
    let mut seen: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for case in case::all() {
        let refusal = case.told(case.connector.as_deref());
        seen.entry(refusal.rule).or_default().insert(case.status);
    }
    let text = page(&who, &seen, &super::markdown());
    assert!(!text.contains("{{"), "a place of atlas.md is not filled");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/refusals.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "docs/refusals.md is not as the table says: run `UPDATE=1 cargo test --no-default-features --test it refusals`"
    );
}
