//! GET /metrics and the files of monitoring/, with the real Prometheus, Alertmanager and their checkers.

mod page;
mod story;

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A file of monitoring/.
fn shipped(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("monitoring").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(shipped(name)).unwrap()
}

/// A copy of every shipped file, so that a checker finds the token's file beside them.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(shipped("")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    std::fs::write(folder.path().join("tollwatch.token"), "EXAMPLE").unwrap();
    folder
}

/// A program that ends with its value.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Running {
        Running(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address on loopback that was free a moment ago.
fn free() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap()
}

fn good(output: &Output) {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(output.status.success(), "{out}{err}");
}

/// The names of metrics in a text, with those that rules record.
fn names(text: &str) -> Vec<String> {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
    let words = text.split(|letter: char| !inside(letter));
    words
        .filter(|word| word.contains("tollwatch_") || word.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

/// Every expression of the dashboard.
fn expressions() -> Vec<String> {
    let dashboard: serde_json::Value = serde_json::from_str(&text("grafana-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let found: Vec<String> = targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect();
    assert!(found.len() >= panels.len(), "a panel without an expression");
    found
}

#[test]
fn the_shipped_files_pass_their_checkers() {
    let (Some(promtool), Some(amtool)) =
        (crate::support::tool("prometheus/promtool"), crate::support::tool("prometheus/amtool"))
    else {
        return;
    };
    let folder = copy();
    let run = |program: &PathBuf, words: &[&str]| {
        good(&Command::new(program).args(words).current_dir(folder.path()).output().unwrap());
    };
    run(&promtool, &["check", "rules", "tollwatch.rules.yml", "tollwatch-thresholds.rules.yml"]);
    run(&promtool, &["check", "config", "prometheus.yml"]);
    run(&promtool, &["test", "rules", "tollwatch.rules.test.yml"]);
    run(&amtool, &["check-config", "alertmanager.yml"]);
}

#[test]
fn rules_and_dashboard_name_only_what_there_is() {
    let mut known: Vec<String> = tollwatch::metrics::TABLE.iter().map(|about| about.query()).collect();
    let rules = [text("tollwatch.rules.yml"), text("tollwatch-thresholds.rules.yml")];
    for line in rules.iter().flat_map(|rules| rules.lines()) {
        known.extend(line.trim().strip_prefix("- record: ").map(str::to_owned));
    }
    for source in rules.iter().chain(&expressions()) {
        for name in names(source) {
            assert!(known.contains(&name), "{name} is no family");
        }
    }
    // Every rule of ours is passed on, and each alert says what it is and what to do.
    for rule in
        ["refused", "wall", "low", "failing", "offline", "reload", "burst", "change", "stale", "expiry"]
    {
        assert!(rules[0].contains(&format!("rule=\"{rule}\"")), "{rule}");
    }
    for rules in &rules {
        let count = |word: &str| rules.matches(word).count();
        assert_eq!(count("- alert:"), count("summary:"));
        assert_eq!(count("- alert:"), count("description:"));
    }
}

#[test]
fn the_document_follows_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let text = tollwatch::metrics::document();
    assert!(!text.contains("{{"), "a place of page.md is not filled");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "docs/metrics.md is not as the table says: run `UPDATE=1 cargo test --no-default-features --test it prometheus`"
    );
}
