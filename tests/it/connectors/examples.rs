//! The worked examples of `docs/http_json.md` and `docs/prometheus.md`: each config is loaded, each answer served, and
//! what the program says must be what the page says.

use crate::support::{Ran, Sandbox, Upstream};
use std::path::Path;

/// A fenced block: its language, its text, and the last `GET /path` named before it.
struct Block {
    language: String,
    text: String,
    path: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let (mut found, mut open, mut path) = (Vec::new(), None::<Block>, String::new());
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block { language: language.to_owned(), text: String::new(), path: path.clone() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => block.text.push_str(&format!("{line}\n")),
            (None, None) => {
                let named = line.split_once("`GET ").and_then(|(_, rest)| rest.split_once('`'));
                path = named.map_or(path, |(named, _)| named.to_owned());
            }
        }
    }
    found
}

#[test]
fn the_worked_examples_are_true() {
    for name in ["http_json.md", "prometheus.md"] {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        let page = std::fs::read_to_string(page).unwrap();
        let (mut examples, mut sandbox, mut upstream) = (0, Sandbox::new(), Upstream::start());
        let mut id = String::new();
        for block in blocks(&page) {
            match block.language.as_str() {
                "toml" => {
                    (sandbox, upstream) = (Sandbox::new(), Upstream::start());
                    let config: toml::Table = block.text.parse().unwrap();
                    id = config["accounts"].as_table().unwrap().keys().next().unwrap().clone();
                    let address = config["accounts"][&id]["base_url"].as_str().unwrap();
                    sandbox.write_config(&block.text.replace(address, &upstream.url()));
                }
                "json" => upstream.json(&block.path, &block.text),
                "prometheus" => upstream.status(&block.path, 200, "text/plain", &block.text),
                "console" => {
                    let words = ["accounts", "test", &id];
                    let command = sandbox.command(&words).env("GW_KEY", "EXAMPLE-key").output().unwrap();
                    let ran = Ran::of(command);
                    assert_eq!(ran.stdout, block.text, "{name} {id}: {}", ran.stderr);
                    examples += 1;
                }
                _ => {}
            }
        }
        assert_eq!(examples, 3, "{name}");
    }
}
