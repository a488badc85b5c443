//! The description of the server's API: what is committed is what the types say, every command is in it, and
//! schemathesis, which invents requests from it, finds no answer that it does not describe.

use crate::namespace;
use crate::serving::Serving;
use crate::support::{Sandbox, tool};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

#[test]
fn the_description_is_what_the_types_say() {
    let made = format!("{}\n", tollwatch::server::openapi());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(COMMITTED, &made).unwrap();
    }
    let there = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(there == made, "run `UPDATE=1 cargo test --no-default-features --test it openapi` and commit");
    assert_eq!(Sandbox::new().run(&["openapi"]).stdout, made, "`tollwatch openapi` prints the same");
}

#[test]
fn every_command_is_in_it_with_its_scope_and_its_answers() {
    let document: Value = serde_json::from_str(&tollwatch::server::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let commands = tollwatch::api::COMMANDS;
    assert_eq!(paths.keys().filter(|path| path.starts_with("/api/")).count(), commands.len());
    for command in commands {
        let operation = &paths[&format!("/api/{}", command.name)]["post"];
        assert_eq!(operation["operationId"], command.name);
        assert_eq!(operation["security"][0]["token"][0], command.scope.name());
        assert!(operation["responses"]["200"]["content"]["application/json"]["schema"].is_object());
        for status in ["400", "401", "403", "404", "408", "409", "413", "415", "429", "503"] {
            assert!(operation["responses"][status].is_object(), "{} {status}", command.name);
        }
    }
    // Nothing that is referred to is missing.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    // As the types have it: what may be left out, and what may not.
    let request = |name: &str| {
        paths[&format!("/api/{name}")]["post"]["requestBody"]["content"]["application/json"]["schema"].clone()
    };
    assert_eq!(request("poll_now").get("required"), None, "all accounts when none is named");
    assert_eq!(request("remove_account")["required"], json!(["id", "keep_history"]));
    assert_eq!(request("chart")["properties"]["account"]["pattern"], "^[a-z0-9_-]{1,64}$");
}

/// What only looks is `read`: a list by hand, so that a new command is thought about.
#[test]
fn what_only_looks_is_read() {
    let read: Vec<&str> = tollwatch::api::COMMANDS
        .iter()
        .filter(|command| command.scope == tollwatch::config::Scope::Read)
        .map(|command| command.name)
        .collect();
    let by_hand = "overview account chart costs picture raw_answers connectors found_keys account_form ledger episodes \
                   episode episode_chart backtest explain diagnose what_if rhythm replay settings report \
                   alert_settings channels reach";
    assert_eq!(read, by_hand.split_whitespace().collect::<Vec<_>>());
    let explain = tollwatch::api::COMMANDS.iter().find(|command| command.name == "explain").unwrap();
    assert_eq!(
        explain.wants(&json!({ "keep": true })),
        tollwatch::config::Scope::Act,
        "what is kept is written"
    );
    assert_eq!(explain.wants(&json!({ "keep": false })), tollwatch::config::Scope::Read);
}

fn python() -> Option<PathBuf> {
    tool("python/bin/python")
}

/// The real schemathesis against the real server, in a network that holds nothing but the two: it invents addresses
/// to test accounts at, and those must lead nowhere.
#[test]
fn schemathesis_finds_no_undocumented_answer() {
    let there = python().is_some();
    namespace::alone("openapi::inside_schemathesis", "schemathesis", "PATH", there);
}

#[test]
#[ignore = "runs inside the namespace that the test above makes"]
#[allow(clippy::disallowed_methods, reason = "no runtime here: it waits for the program's first alert")]
fn inside_schemathesis() {
    assert!(namespace::inside());
    let examples = std::env::var("TOLLWATCH_EXAMPLES").unwrap_or_else(|_| "4".into());
    // First a server without accounts, every command; then the simulator's accounts, and requests that name them.
    let sandbox = Sandbox::new();
    sandbox.write_config("[server]\nrequests_per_second = 10000\n");
    let serving = Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    // Making the simulator's three weeks takes long without optimisation: it runs in the second server already.
    let left = ["/api/start_demo"];
    judge(&serving, serde_json::from_str(&tollwatch::server::openapi()).unwrap(), &examples, &left);
    drop(serving);

    let sandbox = Sandbox::new();
    sandbox.write_config("[server]\nrequests_per_second = 10000\n");
    let serving = Serving::start(&sandbox, &["--demo"], "unix:path=/nowhere/bus");
    let mut document: Value = serde_json::from_str(&tollwatch::server::openapi()).unwrap();
    let overview = serving.json("overview", &json!({}));
    let mut episodes = json!([]);
    for _ in 0..120 {
        episodes = serving.json("episodes", &json!({ "days": 30 }));
        if episodes != json!([]) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    name_what_there_is(&mut document["paths"], &overview, &episodes);
    // Long to work out over three weeks of history, or the end of them; the first run asked these.
    let left = ["/api/replay", "/api/backtest", "/api/stop_demo"];
    judge(&serving, document, &examples, &left);
}

/// In requests, accounts, meters and episodes are those that there are: else nearly every one would be "no such account".
fn name_what_there_is(paths: &mut Value, overview: &Value, episodes: &Value) {
    let accounts: Vec<&Value> = overview["accounts"].as_array().unwrap().iter().collect();
    let ids: Vec<Value> = accounts.iter().map(|account| account["id"].clone()).collect();
    let meters = accounts.iter().flat_map(|account| account["meters"].as_array().unwrap());
    let keys: Vec<Value> = meters.map(|meter| meter["key"].clone()).collect();
    let told: Vec<Value> = episodes.as_array().unwrap().iter().map(|episode| episode["id"].clone()).collect();
    assert!(ids.len() > 1 && keys.len() > 3 && !told.is_empty(), "{ids:?} {keys:?} {told:?}");
    fn walk(value: &mut Value, ids: &[Value], keys: &[Value], told: &[Value]) {
        let Some(fields) = value.as_object_mut() else {
            value.as_array_mut().into_iter().flatten().for_each(|value| walk(value, ids, keys, told));
            return;
        };
        if fields.get("pattern").is_some_and(|pattern| pattern == "^[a-z0-9_-]{1,64}$") {
            fields.insert("enum".into(), ids.into());
        }
        if let Some(meter) = fields.get_mut("meter").filter(|meter| meter["type"] == "string") {
            meter["enum"] = keys.into();
        }
        if let Some(id) = fields.get_mut("id").filter(|id| id["type"] == "integer") {
            id["enum"] = told.into();
        }
        fields.values_mut().for_each(|value| walk(value, ids, keys, told));
    }
    walk(paths, &ids, &keys, &told);
}

fn judge(serving: &Serving, document: Value, examples: &str, left: &[&str]) {
    let (address, token) = (serving.address(), serving.token());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let mut run = schemathesis(folder.path(), &file, address, token, examples);
    // The stream of events never ends, so no answer of it is ever whole; tests/it/server.rs asks it.
    for path in ["/events"].iter().chain(left) {
        run.args(["--exclude-path", path]);
    }
    let done = run.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{said}");
    assert!(done.status.success(), "{said}\n{}", serving.printed());
    let total = document["paths"].as_object().unwrap().len();
    let wanted = format!("{} selected / {total} total", total - 1 - left.len());
    assert!(said.contains(&wanted), "{wanted}: {said}");
    assert!(!serving.printed().contains("broke down"), "{}", serving.printed());
    assert_eq!(serving.call("reach", &json!({})).0, 200, "it still answers");
}

/// All checks but those that ask for what this API has not: `positive_data_acceptance` (that `50 USD` is an amount and
/// `x` is none is said in words, not in the schema), three that follow resources from POST to DELETE, and two that want
/// 401 of every request without a token: after ten it is 429, as the test of tokens below has it.
fn schemathesis(folder: &Path, file: &Path, address: &str, token: &str, examples: &str) -> Command {
    let mut run = Command::new(python().unwrap());
    run.current_dir(folder)
        .env("HOME", folder)
        .env("NO_COLOR", "1")
        .args(["-m", "schemathesis.cli", "run"])
        .arg(file)
        .args(["--url", &format!("http://{address}")])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", "all", "--exclude-checks"])
        .arg(
            "positive_data_acceptance,use_after_free,ensure_resource_availability,object_level_authorization,\
             missing_required_header,ignored_auth",
        )
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "402"])
        .args([
            "--continue-on-failure",
            "--request-timeout",
            "60",
            "--max-response-time",
            "60",
            "--warnings",
            "off",
            "--workers",
            "2",
        ]);
    run
}

/// No address of the description answers without a token.
#[test]
fn nothing_is_answered_without_a_token() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    let document: Value = serde_json::from_str(&tollwatch::server::openapi()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let method = methods.as_object().unwrap().keys().next().unwrap().to_uppercase();
        let (status, body) = serving.without_token(&format!("{method} {path}"));
        assert!(status == 401 || status == 429, "{path}: {status} {body}");
    }
}
