//! The house rules that a compiler does not keep: who may use whom, what stays in one place, how long a file may be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/src");

/// Arrows from the user to the used (ARCHITECTURE.md). A module may always use itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model", "secrets", "alerts", "notify"]),
    ("secrets", &["model"]),
    ("http", &["model"]),
    ("refusal", &["http", "model"]),
    ("pricing", &["model"]),
    ("otlp", &["model"]),
    ("connectors", &["http", "refusal", "pricing", "model"]),
    ("store", &["model"]),
    ("export", &["store", "model"]),
    ("forecast", &["model"]),
    ("ledger", &["model"]),
    ("metrics", &["model"]),
    ("diagnosis", &["model"]),
    ("charts", &["model"]),
    ("report", &["model"]),
    ("alerts", &["model", "forecast"]),
    ("engine", &["alerts", "forecast", "model"]),
    ("notify", &["alerts", "http", "model"]),
    ("simulator", &["model"]),
    (
        "monitor",
        &[
            "connectors",
            "store",
            "engine",
            "forecast",
            "ledger",
            "alerts",
            "notify",
            "config",
            "secrets",
            "http",
            "otlp",
            "charts",
            "model",
        ],
    ),
    (
        "api",
        &[
            "monitor",
            "otlp",
            "store",
            "engine",
            "forecast",
            "ledger",
            "metrics",
            "diagnosis",
            "refusal",
            "report",
            "charts",
            "config",
            "alerts",
            "notify",
            "secrets",
            "http",
            "connectors",
            "simulator",
            "model",
        ],
    ),
    ("server", &["api", "config", "otlp"]),
    (
        "cli",
        &[
            "api",
            "pricing",
            "refusal",
            "server",
            "monitor",
            "engine",
            "forecast",
            "alerts",
            "export",
            "store",
            "config",
            "secrets",
            "notify",
            "http",
            "connectors",
            "charts",
            "model",
        ],
    ),
];

/// Crates that only these places name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("tauri", &["desktop/"]),
    ("axum", &["server/", "simulator/"]),
    ("axum_server", &["server/"]),
    ("governor", &["server/"]),
    ("reqwest", &["http/"]),
    ("opentelemetry_proto", &["otlp/", "metrics/"]),
    ("prost", &["otlp/", "metrics/"]),
    ("rusqlite", &["store/"]),
    ("plotters", &["charts/"]),
    ("parquet", &["export/"]),
    ("keyring", &["secrets.rs"]),
    ("keyring_core", &["secrets.rs"]),
    ("notify_rust", &["notify/"]),
    ("lettre", &["notify/email.rs"]),
    ("minijinja", &["notify/template.rs"]),
    ("clap", &["cli/", "desktop/"]),
    ("ratatui", &["cli/watch/"]),
    ("rmcp", &["cli/mcp/"]),
    ("prometheus_client", &["metrics/"]),
];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new(SRC), &mut found);
    found.sort();
    let name = |path: &Path| path.strip_prefix(SRC).unwrap().to_string_lossy().replace('\\', "/");
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The code without its tests: they may use what they need.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

fn module(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

/// Every `crate::name` that stands in code, not only in `use` lines.
fn used(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().unwrap_or("")
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn arrows_run_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let from = module(&file);
        if ["lib", "bin", "desktop"].contains(&from) {
            continue;
        }
        let may = allowed.get(from).unwrap_or_else(|| panic!("{file}: '{from}' has no row in ARROWS"));
        for to in used(code(&text)) {
            if to != from && allowed.contains_key(to) && !may.contains(&to) {
                wrong.push(format!("{file} uses {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_arrows_have_no_circle() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    fn visit<'a>(at: &'a str, allowed: &BTreeMap<&'a str, &'a [&'a str]>, path: &mut Vec<&'a str>) {
        assert!(!path.contains(&at), "{path:?} → {at}");
        path.push(at);
        for next in allowed[at] {
            visit(next, allowed, path);
        }
        path.pop();
    }
    for (start, _) in ARROWS {
        visit(start, &allowed, &mut Vec::new());
    }
}

#[test]
fn each_outer_crate_has_one_door() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for (name, places) in ONLY_IN {
            let here = places.iter().any(|place| file.starts_with(place));
            let uses = code(&text)
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .any(|line| line.contains(&format!("{name}::")) || line.contains(&format!("use {name};")));
            if uses && !here {
                wrong.push(format!("{file} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_connectors_name_a_provider() {
    let ids: Vec<String> =
        tollwatch::connectors::ALL.iter().map(|connector| connector.spec().id.to_owned()).collect();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        // The simulator speaks providers' dialects; the demo's accounts are its own.
        let told = ["connectors", "simulator"].contains(&module(&file)) || file == "api/demo.rs";
        if told || file.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code(&text).lines().enumerate() {
            let line = line.trim_start();
            // Examples in help texts and comments may name one; code may not branch on it.
            let prose = line.starts_with("//") || file == "cli/args.rs";
            if !prose
                && ids.iter().any(|id| {
                    !["http_json", "otlp"].contains(&id.as_str()) && line.contains(&format!("\"{id}\""))
                })
            {
                wrong.push(format!("{file}:{}: {line}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(file, lines)| format!("{file}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn the_clock_is_read_in_one_place() {
    for (file, text) in sources().into_iter().filter(|(file, _)| !file.ends_with("testing.rs")) {
        let reads = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];
        let found = reads.iter().any(|read| code(&text).contains(read));
        // The network's door measures how long a request took, for the log only.
        assert!(
            !found || file == "monitor/clock.rs" || file.starts_with("http/") || file.starts_with("desktop/"),
            "{file} reads a clock"
        );
    }
}

#[test]
fn typescript_is_what_the_types_say() {
    let scratch = tempfile::tempdir().unwrap();
    let generated = tollwatch::api::bindings(scratch.path()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/bindings");
    if std::env::var_os("UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &generated {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut drifted = Vec::new();
    for (name, text) in &generated {
        if std::fs::read_to_string(folder.join(name)).unwrap_or_default() != *text {
            drifted.push(name.clone());
        }
    }
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if !generated.contains_key(&name) {
            drifted.push(format!("{name} (no longer generated)"));
        }
    }
    assert!(
        drifted.is_empty(),
        "run `UPDATE=1 cargo test --no-default-features typescript` and commit: {drifted:?}"
    );
}

#[test]
fn nothing_names_a_folder_of_some_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = std::process::Command::new("git").args(["ls-files"]).current_dir(root).output().unwrap();
    let mut wrong = Vec::new();
    for name in String::from_utf8_lossy(&listed.stdout).lines() {
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        let folders = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];
        for (number, line) in text.lines().enumerate() {
            if folders.iter().any(|folder| line.contains(folder)) && !name.ends_with("package-lock.json") {
                wrong.push(format!("{name}:{}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
