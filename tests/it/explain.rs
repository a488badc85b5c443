//! `tollwatch explain` as a user meets it: options, files and pipes, the JSON, exit codes, and no secret in any of it.

use super::support::{Ran, Sandbox};
use std::io::Write;
use std::process::Stdio;

const BODY: &str = r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#;
const CURL: &str = "HTTP/1.1 402 Payment Required\r\nContent-Type: application/json\r\n\r\n";

fn piped(sandbox: &Sandbox, words: &[&str], text: &[u8]) -> Ran {
    let mut child = sandbox
        .command(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = text.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&text);
    });
    let ran = Ran::of(child.wait_with_output().unwrap());
    writer.join().unwrap();
    ran
}

fn file(sandbox: &Sandbox, name: &str, bytes: &[u8]) -> String {
    let path = sandbox.config_dir().parent().unwrap().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn help_names_causes_and_exit_codes() {
    let help = Sandbox::new().run(&["explain", "--help"]);
    assert_eq!(help.code, 0);
    for word in [
        "--connector",
        "--account",
        "--status",
        "--header",
        "--body",
        "--curl",
        "balance_exhausted",
        "Exit codes",
        "curl -si",
    ] {
        assert!(help.stdout.contains(word), "{word}: {}", help.stdout);
    }
}

#[test]
fn a_pipe_a_file_and_parts_tell_the_same() {
    let sandbox = Sandbox::new();
    let whole = format!("{CURL}{BODY}");
    let (answer, body) =
        (file(&sandbox, "answer.txt", whole.as_bytes()), file(&sandbox, "body.json", BODY.as_bytes()));
    let runs = [
        piped(&sandbox, &["explain", "--json", "--connector", "deepseek"], whole.as_bytes()),
        piped(&sandbox, &["explain", "--json", "--connector", "deepseek", "--curl", "-"], whole.as_bytes()),
        piped(
            &sandbox,
            &["explain", "--json", "--connector", "deepseek", "--body", "-", "--status", "402"],
            BODY.as_bytes(),
        ),
        sandbox.run(&["explain", "--json", "--connector", "deepseek", "--curl", &answer]),
        sandbox.run(&[
            "explain",
            "--json",
            "--connector",
            "deepseek",
            "--status",
            "402",
            "--header",
            "content-type: application/json",
            "--body",
            &body,
        ]),
    ];
    for ran in &runs {
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let mut view = ran.json();
        view["at"] = serde_json::Value::Null;
        let mut first = runs[0].json();
        first["at"] = serde_json::Value::Null;
        assert_eq!(view, first);
    }
    assert!(!sandbox.config_dir().exists() && !sandbox.data_dir().exists(), "it needs and makes no folder");
}

/// The names are those of the issue, written here by hand.
#[test]
fn its_json_has_the_promised_shape() {
    let sandbox = Sandbox::new();
    let answer = "HTTP/2 402\ncontent-type: application/json\n\n{\"error\":{\"message\":\"This request requires more credits, or fewer max_tokens. You requested up to 4,096 tokens, but can only afford 1,024.\",\"code\":402}}";
    let ran = piped(&sandbox, &["explain", "--json", "--connector", "openrouter"], answer.as_bytes());
    let view = ran.json();
    assert_eq!(ran.code, 0, "{view}");
    assert_eq!(view["cause"], "request_too_large");
    assert_eq!(view["scope"], "request");
    assert_eq!(view["retryable"], false);
    assert!(view["retry_at"].is_null() && view.as_object().unwrap().contains_key("retry_at"));
    assert_eq!(view["needed"], serde_json::json!({"amount": "4096", "unit": "tokens"}));
    assert_eq!(view["left"], serde_json::json!({"amount": "1024", "unit": "tokens"}));
    assert!(view["limit"].is_null());
    let confidence = view["confidence"].as_f64().unwrap();
    assert!((0.5..=1.0).contains(&confidence), "{confidence}");
    assert_eq!(view["provider"], "openrouter");
    assert_eq!(view["rule"], "openrouter.can_only_afford");
    assert!(!view["explanation"].as_str().unwrap().is_empty());
    let steps = view["steps"].as_array().unwrap();
    assert!(!steps.is_empty());
    for step in steps {
        assert!(step["text"].is_string() && (step["url"].is_string() || step["url"].is_null()), "{step}");
    }
    let late = piped(&sandbox, &["explain", "--json"], b"HTTP/2 429\nretry-after: 60\n\n{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"},\"type\":\"error\"}").json();
    assert_eq!(
        (late["cause"].as_str(), late["retryable"].as_bool()),
        (Some("rate_limited"), Some(true)),
        "{late}"
    );
    for at in [&late["retry_at"], &late["at"]] {
        let text = at.as_str().unwrap();
        assert!(text.len() >= 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T', "{text}");
    }
}

#[test]
fn the_text_is_for_people() {
    let sandbox = Sandbox::new();
    let answer = format!("HTTP/2 402\nset-cookie: s=1\n\n{BODY}");
    let ran = piped(&sandbox, &["explain", "--connector", "deepseek"], answer.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for words in [
        "Status 402, DeepSeek",
        "Insufficient Balance",
        "What to do",
        "  1. ",
        "Rule: deepseek.402",
        "Dropped before reading: Set-Cookie.",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\x1b'), "no colours in a pipe");
    let long = ran.stdout.lines().filter(|line| line.chars().count() > 80 && !line.contains("http")).count();
    assert_eq!(long, 0, "{}", ran.stdout);
    println!("{}", ran.stdout);
}

#[test]
fn what_is_not_known_ends_in_3() {
    let sandbox = Sandbox::new();
    let ran = piped(&sandbox, &["explain", "--json"], b"the cat sat on the mat");
    assert_eq!((ran.code, ran.json()["cause"].as_str().unwrap().to_owned()), (3, "unknown".to_owned()));
    let good = r#"HTTP/2 200
content-type: application/json

{"choices":[{"message":{"content":"Your error says: insufficient balance, 402"}}]}"#;
    assert_eq!(piped(&sandbox, &["explain"], good.as_bytes()).code, 3, "a model's words are no refusal");
    let ran = piped(&sandbox, &["explain"], &(0..=255u8).cycle().take(70_000).collect::<Vec<_>>());
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.chars().all(|letter| letter == '\n' || !letter.is_control()),
        "garbage does not steer the terminal"
    );
}

#[test]
fn wrong_words_end_in_2_with_a_sentence() {
    let sandbox = Sandbox::new();
    for (words, says) in [
        (&["explain", "--connector", "nobody", "--status", "402"][..], "there is no connector 'nobody'"),
        (&["explain", "--status", "99"], "99"),
        (&["explain", "--status", "600"], "600"),
        (&["explain", "--status", "many"], "many"),
        (&["explain", "--header", "no colon"], "retry-after: 60"),
        (&["explain", "--body", "/nowhere/at/all"], "/nowhere/at/all cannot be read"),
        (&["explain", "--curl", "/"], "/ cannot be read"),
        (&["explain", "--body", "a", "--curl", "b"], "cannot be used with"),
        (&["explain", "--account", "nobody", "--status", "402"], "there is no account nobody"),
        (&["explain"], "nothing to explain"),
    ] {
        let ran = sandbox.run(words);
        assert_eq!(ran.code, 2, "{words:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(says) && ran.stdout.is_empty(), "{words:?}: {}", ran.stderr);
    }
    let status = sandbox.run(&["explain", "--status", "407"]);
    assert_eq!(status.code, 0, "a status alone is something: {}", status.stderr);
}

/// A script's pipe that stays open and empty is not waited for; what comes through one counts beside the status.
#[test]
fn a_status_alone_does_not_wait_for_an_open_pipe() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["explain", "--status", "407", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let held = child.stdin.take();
    let ran = Ran::of(child.wait_with_output().unwrap());
    drop(held);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("any.proxy"), "{}", ran.stdout);
    let ran = piped(&sandbox, &["explain", "--status", "402", "--connector", "deepseek"], BODY.as_bytes());
    assert!(ran.stdout.contains("Insufficient Balance"), "{}", ran.stdout);
}

/// 100 MB are not held; only the first 4 MiB are looked at, and that is said.
#[test]
fn a_huge_file_is_cut_and_said() {
    let sandbox = Sandbox::new();
    let path = file(&sandbox, "huge.txt", format!("{CURL}{BODY}\n").as_bytes());
    let huge = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    huge.set_len(100 * 1024 * 1024).unwrap();
    let ran = sandbox.run(&["explain", "--connector", "deepseek", "--curl", &path]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("more than 4 MiB") && ran.stdout.contains("deepseek.402"),
        "{}{}",
        ran.stderr,
        ran.stdout
    );
}

#[test]
fn an_account_names_its_connector() {
    let sandbox = Sandbox::new();
    sandbox.write_config("[accounts.deep]\nconnector = \"deepseek\"\nsecrets = { key = \"env:DEEP_KEY\" }\n");
    let ran =
        piped(&sandbox, &["explain", "--account", "deep", "--json"], format!("{CURL}{BODY}").as_bytes());
    assert_eq!((ran.code, ran.json()["provider"].as_str().unwrap().to_owned()), (0, "deepseek".to_owned()));
    assert!(!sandbox.data_dir().exists(), "nothing is stored");
    // With a history, opened for reading only.
    let polled = Ran::of(sandbox.command(&["poll", "--once"]).env("TOLLWATCH_LOG", "off").output().unwrap());
    assert_ne!(polled.code, 2, "{}", polled.stderr);
    let before = std::fs::read(sandbox.history()).ok();
    let ran =
        piped(&sandbox, &["explain", "--account", "deep", "--json"], format!("{CURL}{BODY}").as_bytes());
    assert_eq!(
        (ran.code, ran.json()["provider"].as_str().unwrap().to_owned()),
        (0, "deepseek".to_owned()),
        "{}",
        ran.stderr
    );
    assert_eq!(std::fs::read(sandbox.history()).ok(), before);
}

#[test]
fn no_secret_comes_out_of_it() {
    let sandbox = Sandbox::new();
    let secret = format!("sk-EXAMPLE-{}", "xY7".repeat(7));
    let echo = format!(
        "$ curl -v https://me:{secret}@a.example/v1?key={secret} -H 'authorization: Bearer {secret}'\n> POST /v1 HTTP/2\n> authorization: Bearer {secret}\n> cookie: s={secret}\n> \n< HTTP/2 402 \n< set-cookie: s={secret}\n< x-api-key: {secret}\n< location: https://a.example/?token={secret}\n< \n{{\"error\":{{\"message\":\"Insufficient Balance for {secret}\",\"headers\":{{\"authorization\":\"Bearer {secret}\"}}}}}}"
    );
    for words in [
        &["explain"][..],
        &["explain", "--json"],
        &["explain", "-vv", "--connector", "deepseek"],
        &["explain", "--body", "-"],
    ] {
        let ran = piped(&sandbox, words, echo.as_bytes());
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(&secret), "{words:?}: {said}");
    }
    let said = piped(&sandbox, &["explain", "--json"], echo.as_bytes()).json();
    let dropped: Vec<&str> =
        said["dropped"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    for one in ["the command", "Authorization", "Cookie", "Set-Cookie", "X-Api-Key"] {
        assert!(dropped.contains(&one), "{one}: {dropped:?}");
    }
}
