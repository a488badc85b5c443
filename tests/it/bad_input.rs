//! What goes wrong outside, through the real program: each gets a clear message that says what to do, and no sample
//! is lost.

use super::support::{Ran, Sandbox, Upstream};

const GOOD: &str = r#"{"is_available": true, "balance_infos": [
    {"currency": "USD", "total_balance": "12.34", "granted_balance": "0.00", "topped_up_balance": "12.34"}]}"#;

/// A sandbox whose one account has polled well once.
fn polled(upstream: &Upstream) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write_config(&format!(
        "[alerts]\ndesktop = false\n[accounts.deep]\nconnector = \"deepseek\"\nbase_url = \"{}\"\nsecrets = {{ key = \"env:DEEP_KEY\" }}\n",
        upstream.url()
    ));
    upstream.json("/user/balance", GOOD);
    let good = poll(&sandbox);
    assert_eq!(good.code, 0, "{}{}", good.stdout, good.stderr);
    sandbox
}

fn poll(sandbox: &Sandbox) -> Ran {
    Ran::of(sandbox.command(&["poll", "--once", "--json"]).env("DEEP_KEY", "EXAMPLE-key").output().unwrap())
}

/// The account after a bad poll: its problem in words, and its last good figure.
fn after(ran: &Ran) -> (String, String) {
    let account = &ran.json()["accounts"][0];
    let problem = account["problem"]["message"].as_str().unwrap_or_default().to_owned();
    let left = account["meters"][0]["remaining"].as_str().unwrap_or_default().to_owned();
    (problem, left)
}

#[test]
fn bad_answers_get_a_sentence_and_lose_no_figure() {
    let long = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 100 * 1024 * 1024);
    let huge = [long.into_bytes(), vec![b' '; 100 * 1024 * 1024]].concat();
    let cut = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{}",
        &GOOD[..40]
    );
    let json = |body: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
            .into_bytes()
    };
    let status = |line: &str, body: &str| {
        format!("HTTP/1.1 {line}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
            .into_bytes()
    };
    let wrong_key = r#"{"error":{"message":"Authentication Fails (no such user)","type":"authentication_error","param":null,"code":"invalid_request_error"}}"#;
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("a wrong key", status("401 Unauthorized", wrong_key), &["key", "401"]),
        ("a URL that is no gateway", status("404 Not Found", "nothing here"), &["404"]),
        ("HTML instead of JSON", json("<!doctype html><html><body>Log in</body></html>"), &["web page"]),
        ("a truncated body", cut.into_bytes(), &["broke off"]),
        ("a body of 100 MB", huge, &["4 MiB"]),
        ("JSON that ends early", json(&GOOD[..40]), &["JSON"]),
        ("NaN", json(&GOOD.replace("\"12.34\"", "NaN")), &["NaN"]),
        ("no number", json(&GOOD.replace("12.34", "a lot")), &["total_balance"]),
        ("a missing field", json(&GOOD.replace("total_balance", "sum")), &["total_balance"]),
        ("an empty body", json(""), &["empty"]),
        ("a server error", status("500 Internal Server Error", "{}"), &["500"]),
    ];
    let upstream = Upstream::start();
    for (what, answer, words) in cases {
        let sandbox = polled(&upstream);
        upstream.raw("/user/balance", answer);
        let bad = poll(&sandbox);
        assert_eq!(bad.code, 3, "{what}: {}{}", bad.stdout, bad.stderr);
        let (problem, left) = after(&bad);
        assert_eq!(left, "12.34", "{what}: the last good figure stays");
        for word in words {
            assert!(
                problem.to_lowercase().contains(&word.to_lowercase()),
                "{what}: '{problem}' lacks '{word}'"
            );
        }
        assert!(problem.contains("DeepSeek") || problem.contains("127.0.0.1"), "{what}: whose? '{problem}'");
        assert!(!problem.contains("EXAMPLE-key"), "{what}: the key is in the message");
        upstream.json("/user/balance", GOOD);
        let again = poll(&sandbox);
        assert_eq!(again.code, 0, "{what}: mended, it polls well again: {}", again.stdout);
    }
}

#[test]
fn a_number_where_a_string_stood_is_read_all_the_same() {
    let upstream = Upstream::start();
    let sandbox = polled(&upstream);
    upstream.json("/user/balance", &GOOD.replace("\"12.34\"", "11.5"));
    let (problem, left) = after(&poll(&sandbox));
    assert_eq!((problem.as_str(), left.as_str()), ("", "11.5"));
}

#[test]
fn a_missing_key_says_where_it_was_looked_for() {
    let upstream = Upstream::start();
    let sandbox = polled(&upstream);
    let ran = sandbox.run(&["poll", "--once", "--json"]);
    let (problem, left) = after(&ran);
    assert!(problem.contains("DEEP_KEY"), "{problem}");
    assert_eq!(left, "12.34");
}

#[test]
fn a_keychain_that_is_not_there_is_said_and_figures_stay() {
    let upstream = Upstream::start();
    let sandbox = polled(&upstream);
    sandbox.write_config(&sandbox.read_config().replace("env:DEEP_KEY", "keychain"));
    let ran = sandbox.run(&["poll", "--once", "--json"]);
    let (problem, left) = after(&ran);
    assert!(problem.to_lowercase().contains("keychain") || problem.contains("Secret Service"), "{problem}");
    assert_eq!(left, "12.34");
}

#[test]
fn a_config_with_an_unknown_field_is_refused_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.write_config("[monitor]\nraw_days = 30\nraw_weeks = 4\n");
    let ran = sandbox.run(&["status"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("line 3") && ran.stderr.contains("raw_weeks"), "{}", ran.stderr);
    assert_eq!(
        sandbox.read_config(),
        "[monitor]\nraw_days = 30\nraw_weeks = 4\n",
        "the file is left as it is"
    );
}

#[test]
fn a_newer_history_is_refused_and_left_as_it_is() {
    let upstream = Upstream::start();
    let sandbox = polled(&upstream);
    let connection = rusqlite::Connection::open(sandbox.history()).unwrap();
    connection.pragma_update(None, "user_version", 9_999).unwrap();
    drop(connection);
    let before = std::fs::read(sandbox.history()).unwrap();
    for words in [&["poll", "--once"][..], &["status"]] {
        let ran = Ran::of(sandbox.command(words).env("DEEP_KEY", "EXAMPLE-key").output().unwrap());
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(ran.stderr.contains("newer Tollwatch") && ran.stderr.contains("Update"), "{}", ran.stderr);
    }
    assert_eq!(std::fs::read(sandbox.history()).unwrap(), before);
}

#[test]
fn a_damaged_history_is_kept_aside_and_polling_goes_on() {
    let upstream = Upstream::start();
    let sandbox = polled(&upstream);
    std::fs::write(sandbox.history(), b"this is no database, but it was here first").unwrap();
    let ran = poll(&sandbox);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let kept = std::fs::read_dir(sandbox.data_dir())
        .unwrap()
        .filter_map(|entry| entry.ok())
        .find(|entry| entry.file_name().to_string_lossy().contains("damaged"));
    let kept = std::fs::read(kept.expect("the damaged file is kept").path()).unwrap();
    assert_eq!(kept, b"this is no database, but it was here first");
}

#[test]
fn two_copies_at_once_are_told_apart() {
    let upstream = Upstream::start();
    let sandbox = polled(&upstream);
    let mut serving = sandbox
        .command(&["serve", "--port", "0"])
        .env("DEEP_KEY", "EXAMPLE-key")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(serving.stdout.as_mut().unwrap()), &mut first)
        .unwrap();
    let second = poll(&sandbox);
    let status = sandbox.run(&["status", "--json"]);
    let _ = serving.kill();
    let _ = serving.wait();
    assert_eq!(second.code, 1, "{}", second.stdout);
    assert!(
        second.stderr.contains("another Tollwatch") || second.stderr.contains("Another Tollwatch"),
        "{}",
        second.stderr
    );
    assert_eq!(status.json()["accounts"][0]["meters"][0]["remaining"], "12.34", "reading beside it is fine");
}

#[test]
fn accounts_that_cannot_be_are_refused_before_anything_is_stored() {
    let sandbox = Sandbox::new();
    let cases: &[(&[&str], &str)] = &[
        (&["accounts", "add", "nosuch"], "tollwatch connectors"),
        (&["accounts", "add", "deepseek"], "API key"),
        (&["accounts", "add", "deepseek", "--secret", "key=EXAMPLE-typed-in-clear"], "other users"),
        (&["accounts", "add", "litellm", "--secret", "key=env:NOPE"], "address"),
        (
            &["accounts", "add", "deepseek", "--secret", "key=env:HOME", "--base-url", "not a url"],
            "no address",
        ),
        (&["accounts", "add", "deepseek", "--secret", "key=env:NOPE", "--budget", "lots"], "50 USD"),
        (&["accounts", "add", "deepseek", "--secret", "key=env:NOPE", "--option", "x=1"], "option"),
        (&["accounts", "test", "nobody"], "accounts list"),
        (&["chart", "nobody", "balance", "-o", "x.svg"], "nobody"),
    ];
    for (words, needle) in cases {
        let ran = sandbox.run(words);
        assert_ne!(ran.code, 0, "{words:?}");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains(needle), "{words:?}: {said}");
        assert!(!said.contains("EXAMPLE-typed-in-clear"), "{said}");
    }
    assert_eq!(sandbox.read_config(), "");
}
