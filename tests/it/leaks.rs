//! One key's way through the real program and a real keyring: typed into the form, used for polls whose answers
//! repeat it, taken out again. Wherever it may not be, it is looked for.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic; clippy does not see that these functions are tests' own"
)]

use crate::bus::PrivateBus;
use crate::serving::Serving;
use crate::support::{Ran, Sandbox, Upstream};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Made up; DeepSeek's begin like this.
const KEY: &str = "sk-EXAMPLE-secret-9d1f-never-to-be-shown";
/// The key in base64 at each of the three places where it may begin, without the letters that it shares with its
/// neighbours (`printf 'xx%s' "$KEY" | base64`).
const BASE64: [&str; 3] = [
    "c2stRVhBTVBMRS1zZWNyZXQtOWQxZi1uZXZlci10by1iZS1zaG93b",
    "NrLUVYQU1QTEUtc2VjcmV0LTlkMWYtbmV2ZXItdG8tYmUtc2hvd2",
    "zay1FWEFNUExFLXNlY3JldC05ZDFmLW5ldmVyLXRvLWJlLXNob3du",
];

/// The key may not be in these bytes, plainly or in base64.
fn clean(what: &str, bytes: &[u8]) {
    for form in BASE64.iter().chain([&KEY]) {
        let found = bytes.windows(form.len()).position(|window| window == form.as_bytes());
        assert!(
            found.is_none(),
            "the key is in {what}: {}",
            String::from_utf8_lossy(&bytes[found.unwrap().saturating_sub(80)..])
                .chars()
                .take(240)
                .collect::<String>()
        );
    }
}

/// Every file of the program's folders, with SQLite's beside it. Returns how many.
fn clean_folder(folder: &Path) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            count += clean_folder(&entry.path());
        } else {
            clean(&entry.path().display().to_string(), &std::fs::read(entry.path()).unwrap());
            count += 1;
        }
    }
    count
}

fn draft(upstream: &Upstream) -> Value {
    json!({"id": "deep", "connector": "deepseek", "label": "Deep", "base_url": upstream.url(),
        "secrets": {"key": KEY}, "options": {}, "budget": null})
}

/// An answer that says the key back in the ways in which an upstream or a proxy may.
fn echo(upstream: &Upstream, status: u16) {
    let [base64, ..] = BASE64;
    let body = format!(
        r#"{{"error":{{"message":"Insufficient Balance for key {KEY} (Authorization: Bearer {KEY}; {base64}xduLg==)","type":"unknown_error","param":null,"code":"invalid_request_error"}},"headers":{{"authorization":"Bearer {KEY}"}}}}"#
    );
    upstream.status("/user/balance", status, "application/json", &body);
}

fn good(upstream: &Upstream) {
    let body = format!(
        r#"{{"is_available":true,"balance_infos":[{{"currency":"USD","total_balance":"110.00","granted_balance":"10.00","topped_up_balance":"100.00"}}],"you_sent":"Bearer {KEY}"}}"#
    );
    upstream.json("/user/balance", &body);
}

/// Polls until the account looks as it should.
fn poll_until(serving: &Serving, there: impl Fn(&Value) -> bool) -> Value {
    let mut account = Value::Null;
    for _ in 0..200 {
        serving.json("poll_now", &json!({"id": "deep"}));
        wait();
        account = serving.json("account", &json!({"id": "deep"}))["account"].clone();
        if there(&account) {
            return account;
        }
    }
    panic!("it never came to that: {account:#}");
}

#[allow(clippy::disallowed_methods, reason = "no runtime here: a test waits for the program's next poll")]
fn wait() {
    std::thread::sleep(Duration::from_millis(50));
}

/// Everything that the server says of its accounts, and the page itself.
fn clean_answers(serving: &Serving, upstream: &Upstream) {
    for (command, request) in [
        ("overview", json!({})),
        ("account", json!({"id": "deep"})),
        ("settings", json!({})),
        ("episodes", json!({"days": 30})),
        ("connectors", json!({})),
        ("account_form", json!({"id": "deep"})),
        ("raw_answers", json!({"account": "deep"})),
        ("test_account", draft(upstream)),
    ] {
        clean(command, serving.json(command, &request).to_string().as_bytes());
    }
    // Refused drafts: an id that is taken, a key of another provider, a role that there is not.
    let mut openrouter = draft(upstream);
    openrouter["connector"] = json!("openrouter");
    let mut role = draft(upstream);
    role["secrets"] = json!({"management_key": KEY});
    for request in [draft(upstream), openrouter, role] {
        let (status, answer) = serving.call("add_account", &request);
        assert_eq!(status, 400, "{answer}");
        clean("a refused draft", answer.as_bytes());
    }
    clean("the page", serving.page("/").as_bytes());
}

/// The last raw answer is there, with its figures and without the key in any form; and bounded.
fn raw(serving: &Serving, upstream: &Upstream) {
    let answers = || serving.json("raw_answers", &json!({"account": "deep"}))["answers"].clone();
    let body = answers()[0]["body"].as_str().unwrap().to_owned();
    assert!(body.contains("\"total_balance\": \"110.00\""), "{body}");
    assert!(body.contains("\"you_sent\": \"Bearer [redacted]\""), "{body}");
    for flood in ["x ".repeat(1 << 20), format!("{}{KEY}", "x ".repeat(32 * 1024 - 9))] {
        upstream.json("/user/balance", &flood);
        for _ in 0..200 {
            serving.json("poll_now", &json!({"id": "deep"}));
            wait();
            if answers()[0]["bytes"] == flood.len() {
                break;
            }
        }
        let said = answers().to_string();
        assert!(said.len() < 70 * 1024, "{}", said.len());
        clean("a raw answer", said.as_bytes());
        assert!(!said.contains("sk-EX"), "a torn key is none: {}", &said[said.len() - 200..]);
    }
    good(upstream);
    poll_until(serving, |account| account["problem"].is_null());
}

fn lookup(bus: &PrivateBus) -> String {
    let seen =
        bus.command("secret-tool").args(["lookup", "service", "tollwatch", "username", "deep/key"]).output();
    String::from_utf8(seen.unwrap().stdout).unwrap()
}

fn clean_command(sandbox: &Sandbox, bus: &PrivateBus, words: &[&str]) -> Ran {
    let mut command = sandbox.command(words);
    let ran = Ran::of(command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address).output().unwrap());
    clean(&words.join(" "), format!("{}{}", ran.stdout, ran.stderr).as_bytes());
    ran
}

#[test]
fn a_key_is_in_the_keyring_and_nowhere_else() {
    let (mut bus, sandbox, upstream) =
        (PrivateBus::start().with_keyring(), Sandbox::new(), Upstream::start());
    let serving = Serving::start(&sandbox, &["-vv"], &bus.address);
    echo(&upstream, 401);
    let tested = serving.json("test_account", &draft(&upstream));
    assert!(tested["ok"] == false && !tested["message"].as_str().unwrap().is_empty(), "{tested}");
    assert_eq!(lookup(&bus), "", "a test stores nothing");
    clean("the added account", serving.json("add_account", &draft(&upstream)).to_string().as_bytes());
    assert_eq!(lookup(&bus), KEY);

    // Each answer repeats it; what is kept and said of the answer does not.
    for status in [401, 402, 500] {
        echo(&upstream, status);
        let says = |account: &Value| {
            account["problem"]["message"].as_str().is_some_and(|text| text.contains(&format!("{status}")))
        };
        println!("{}", poll_until(&serving, says)["problem"]);
        clean_answers(&serving, &upstream);
    }
    let refused = serving.json("episodes", &json!({"days": 30}));
    assert!(
        refused.to_string().contains("Insufficient Balance for key"),
        "its words are kept without the key: {refused}"
    );
    good(&upstream);
    let account = poll_until(&serving, |account| account["problem"].is_null());
    assert_eq!(account["meters"][0]["remaining"], "110", "{account}");
    clean_answers(&serving, &upstream);
    raw(&serving, &upstream);
    // While it runs, with SQLite's log beside the history; and after its end.
    let files = clean_folder(&sandbox.config_dir()) + clean_folder(&sandbox.data_dir());
    assert!(files >= 3 && sandbox.data_dir().join("history.sqlite-wal").exists(), "{files}");
    let printed = serving.stop();
    assert!(printed.contains("/user/balance"), "-vv says every request: {printed}");
    clean("what it printed", printed.as_bytes());
    clean_folder(&sandbox.data_dir());
    for words in [
        &["status", "--json"][..],
        &["accounts", "list"],
        &["accounts", "test", "deep", "-vv"],
        &["poll", "--once", "-vv"],
    ] {
        clean_command(&sandbox, &bus, words);
    }

    // Without the keyring the account says so and keeps its last figures.
    bus.kill_keyring();
    let serving = Serving::start(&sandbox, &["-vv"], &bus.address);
    let account = poll_until(&serving, |account| !account["problem"].is_null());
    assert_eq!(account["problem"]["kind"], "keychain", "{account}");
    let message = account["problem"]["message"].as_str().unwrap();
    assert!(message.contains("keyring") && message.starts_with("Deep"), "{message}");
    assert_eq!(account["meters"][0]["remaining"], "110", "{account}");
    bus.start_keyring();
    poll_until(&serving, |account| account["problem"].is_null());
    clean("what it printed", serving.stop().as_bytes());

    assert_eq!(clean_command(&sandbox, &bus, &["accounts", "remove", "deep"]).code, 0);
    assert_eq!(lookup(&bus), "");
    clean_folder(&sandbox.config_dir());
    clean_folder(&sandbox.data_dir());
}

/// No rule about the look of keys finds this one: it is masked because it is the account's.
#[test]
fn a_key_of_plain_words_is_not_repeated_either() {
    const PLAIN: &str = "plain-words-without-a-number";
    let (sandbox, upstream) = (Sandbox::new(), Upstream::start());
    sandbox.write_config(&format!(
        "[accounts.deep]\nconnector = \"deepseek\"\nbase_url = \"{}\"\nsecrets = {{ key = \"env:DEEP_KEY\" }}\n",
        upstream.url()
    ));
    for status in [401, 402, 500] {
        let body =
            format!(r#"{{"error":{{"message":"Insufficient Balance for {PLAIN} today","code":"x"}}}}"#);
        upstream.status("/user/balance", status, "application/json", &body);
        for words in
            [&["accounts", "test", "deep", "-vv"][..], &["poll", "--once", "-vv", "--json"], &["status"]]
        {
            let ran = Ran::of(sandbox.command(words).env("DEEP_KEY", PLAIN).output().unwrap());
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!said.contains(PLAIN), "{words:?}: {said}");
            assert!(
                words[0] == "status" || said.contains("Insufficient Balance for [redacted] today"),
                "{words:?}: {said}"
            );
        }
    }
    for entry in std::fs::read_dir(sandbox.data_dir()).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap();
        assert!(!bytes.windows(PLAIN.len()).any(|window| window == PLAIN.as_bytes()), "{:?}", entry.path());
    }
}
