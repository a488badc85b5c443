//! `tollwatch guard`: what runs, what does not, and whose exit code it is. Unix, where the command takes its place.
#![cfg(unix)]

use super::support::{Ran, Sandbox, Upstream};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use tollwatch::model::{AccountId, MINUTE, MeterKind, Qty, Reading, Sample, Unit};
use tollwatch::monitor::Clock;
use tollwatch::store::Store;

const DOLLAR: i64 = 1_000_000_000;

/// An account `ci` whose balance fell by a dollar an hour for ten days, to so many dollars `age` milliseconds ago.
pub(crate) fn burning(sandbox: &Sandbox, left: i64, age: i64) {
    burning_as(sandbox, "CI", left, age);
}

/// As [`burning`], with a label.
pub(crate) fn burning_as(sandbox: &Sandbox, label: &str, left: i64, age: i64) {
    let label = toml::Value::String(label.to_owned());
    sandbox.write_config(&format!(
        "[accounts.ci]\nconnector = \"deepseek\"\nlabel = {label}\nsecrets = {{ key = \"env:NO_KEY\" }}\n"
    ));
    std::fs::create_dir_all(sandbox.data_dir()).unwrap();
    let now = Clock::Real.now();
    let store = Store::open(&sandbox.history(), now).unwrap();
    let reading = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
    let id = AccountId::new("ci").unwrap();
    let meter = store.ensure_meter(&id, &reading).unwrap();
    let samples: Vec<Sample> = (0..10 * 24 * 6)
        .rev()
        .map(|step| {
            let remaining = Some(Qty(left * DOLLAR + step * DOLLAR / 6));
            Reading { remaining, ..reading.clone() }.sample(now + (-age - step * 10 * MINUTE))
        })
        .collect();
    store.load_samples(meter.id, &samples).unwrap();
    store.close().unwrap();
}

fn guard(sandbox: &Sandbox, words: &[&str]) -> Ran {
    sandbox.run(&[&["guard", "ci"], words].concat())
}

#[test]
fn a_command_that_can_be_paid_for_runs_as_if_nothing_stood_before_it() {
    let sandbox = Sandbox::new();
    burning(&sandbox, 50, MINUTE);
    let words = ["guard", "ci", "--need", "2USD", "--", "sh", "-c", "cat; echo to stderr >&2; exit 7"];
    let mut child = sandbox
        .command(&words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"by stdin").unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (7, "by stdin", "to stderr\n"));

    let killed = sandbox.command(&["guard", "ci", "--need", "2 USD", "--", "sh", "-c", "kill -TERM $$"]);
    let status = { killed }.status().unwrap();
    assert_eq!(status.signal(), Some(15), "a shell says 128 + 15");
    let broken = "yes | head -1; true";
    let ran = guard(&sandbox, &["--need", "2 USD", "--", "sh", "-c", broken]);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "y\n", ""),
        "a closed pipe is quiet"
    );
    assert_eq!(guard(&sandbox, &["--need", "2USD", "--", "no-such-command-here"]).code, 127);
    assert_eq!(guard(&sandbox, &["--need", "2USD", "--", "/"]).code, 126);
}

#[test]
fn what_cannot_be_paid_for_is_not_run() {
    let sandbox = Sandbox::new();
    burning(&sandbox, 50, 6 * MINUTE);
    let mark = sandbox.data_dir().join("ran");
    let touch = ["--", "touch", mark.to_str().unwrap()];
    let refused = |words: &[&str]| {
        let ran = guard(&sandbox, &[words, &touch].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (42, ""), "{words:?}: {}", ran.stderr);
        assert!(!mark.exists(), "{words:?}");
        ran.stderr
    };
    // Six minutes at a dollar an hour are ten cents.
    let short = refused(&["--need", "60 USD"]);
    assert!(
        short.starts_with("tollwatch: refused: $60.00 is needed and $49.89 is left of ci balance.usd"),
        "{short}"
    );
    // Half a dollar lasts half an hour.
    let near = refused(&["--need", "49.4 USD"]);
    assert!(near.contains("runs out within 60 min with a chance of"), "{near}");
    let far = refused(&["--need", "2 USD", "--within", "10d"]);
    assert!(far.contains("runs out within 10 days with a chance of"), "{far}");
    let old = refused(&["--need", "2 USD", "--max-age", "5m"]);
    assert!(old.contains("are 6 min old, and at most 5 min are allowed"), "{old}");
    let known = refused(&["--need", "60 USD", "--max-age", "5m", "--if-unknown", "run"]);
    assert!(known.contains("is needed"), "{known}");

    assert_eq!(guard(&sandbox, &[&["--need", "49.4 USD", "--within", "0"][..], &touch].concat()).code, 0);
    assert!(mark.exists());
    std::fs::remove_file(&mark).unwrap();
    let unknown = ["--need", "2 USD", "--max-age", "5m", "--if-unknown", "run"];
    let ran = guard(&sandbox, &[&unknown[..], &touch].concat());
    assert!(ran.code == 0 && ran.stderr.contains("not known, allowed all the same"), "{}", ran.stderr);
    assert!(mark.exists());
}

#[test]
fn wrong_words_are_told_apart_from_a_refusal() {
    let sandbox = Sandbox::new();
    burning(&sandbox, 50, MINUTE);
    for (words, says) in [
        (&["--need", "2 EUR", "--", "true"][..], "in EUR can run out; its meters are in USD"),
        (&["--need", "150000 tokens", "--", "true"], "its meters are in USD"),
        (&["--need", "2USD", "--meter", "key_limit", "--", "true"], "has no meter \"key_limit\""),
        (&["--need", "0 USD", "--", "true"], "above zero"),
        (&["--need", "2 dollars", "--", "true"], "invalid value"),
        (&["--need", "2USD", "--within", "soon", "--", "true"], "write it like 90s, 30m"),
        (&["--", "true"], "--need"),
    ] {
        let ran = guard(&sandbox, words);
        assert!(ran.code == 2 && ran.stderr.contains(says), "{words:?}: {} {}", ran.code, ran.stderr);
    }
    let ran = sandbox.run(&["guard", "nobody", "--need", "2USD", "--", "true"]);
    assert!(ran.code == 2 && ran.stderr.contains("no account nobody"), "{}", ran.stderr);
}

#[test]
fn without_a_command_the_decision_is_said() {
    let sandbox = Sandbox::new();
    burning(&sandbox, 50, MINUTE);
    let ran = guard(&sandbox, &["--need", "2USD", "--json"]);
    let view = ran.json();
    assert_eq!((ran.code, &view["decision"], &view["allowed"]), (0, &"run".into(), &true.into()), "{view}");
    assert_eq!((&view["need"], &view["meters"][0]["headroom"]), (&"2 USD".into(), &"50".into()), "{view}");
    assert!(view["meters"][0]["chance"].as_f64().unwrap() < 0.1, "{view}");
    let ran = guard(&sandbox, &["--need", "70USD", "--json", "--", "true"]);
    assert_eq!((ran.code, &ran.json()["decision"]), (42, &"refused".into()));
    let said = guard(&sandbox, &["--need", "2USD"]);
    assert!(said.code == 0 && said.stderr.contains("allowed: ci has $2.00 to spare"), "{}", said.stderr);
}

#[test]
fn an_account_that_was_never_read_is_polled_only_when_asked() {
    let upstream = Upstream::start();
    upstream.json(
        "/user/balance",
        r#"{"is_available": true, "balance_infos": [
            {"currency": "USD", "total_balance": "11.00", "granted_balance": "1.00", "topped_up_balance": "10.00"}]}"#,
    );
    let sandbox = Sandbox::new();
    sandbox.write_config(&format!(
        "[alerts]\ndesktop = false\n[accounts.ci]\nconnector = \"deepseek\"\nbase_url = \"{}\"\nsecrets = {{ key = \"env:DEEP_KEY\" }}\n",
        upstream.url()
    ));
    let run = |words: &[&str]| {
        let words = [&["guard", "ci", "--need", "2USD"], words].concat();
        Ran::of(sandbox.command(&words).env("DEEP_KEY", "EXAMPLE-key").output().unwrap())
    };
    let never = run(&["--", "true"]);
    assert!(never.code == 42 && never.stderr.contains("was never read"), "{}", never.stderr);
    assert!(!sandbox.history().exists(), "it only reads");
    let new = run(&["--poll", "--", "true"]);
    assert!(new.code == 42 && new.stderr.contains("has no forecast"), "{}", new.stderr);
    let now = run(&["--poll", "--within", "0", "--", "echo", "runs"]);
    assert_eq!((now.code, now.stdout.as_str()), (0, "runs\n"), "{}", now.stderr);
    upstream.status("/user/balance", 401, "application/json", "{}");
    let failing = run(&["--poll", "--within", "0", "--", "true"]);
    assert!(failing.code == 42 && failing.stderr.contains("does not answer"), "{}", failing.stderr);
}
