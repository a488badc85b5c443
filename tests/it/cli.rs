//! The command line as a user meets it.

use super::support::{Sandbox, Upstream};
use std::io::Write;
use std::process::Stdio;

#[test]
fn help_teaches() {
    let help = Sandbox::new().run(&["--help"]);
    assert_eq!(help.code, 0);
    for word in ["status", "accounts", "serve --demo", "Exit codes", "chart"] {
        assert!(help.stdout.contains(word), "{word}: {}", help.stdout);
    }
    assert_eq!(Sandbox::new().run(&["status", "--nonsense"]).code, 2);
}

#[test]
fn without_accounts_it_says_how_to_begin() {
    let status = Sandbox::new().run(&["status"]);
    assert_eq!(status.code, 3);
    assert!(
        status.stdout.contains("accounts add") && status.stdout.contains("serve --demo"),
        "{}",
        status.stdout
    );
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = Sandbox::new().run(&["completions", shell]);
        assert!(ran.code == 0 && ran.stdout.contains("tollwatch"), "{shell}");
    }
}

#[test]
fn the_config_is_found_written_once_and_has_a_schema() {
    let sandbox = Sandbox::new();
    let first = sandbox.run(&["config", "path", "--init"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.stdout.lines().next().unwrap().ends_with("config.toml"));
    let written = sandbox.read_config();
    assert!(written.contains("raw_days") && written.contains('#'), "{written}");
    sandbox.write_config("# mine\n");
    sandbox.run(&["config", "path", "--init"]);
    assert_eq!(sandbox.read_config(), "# mine\n", "a config that is there is never overwritten");
    let schema = sandbox.run(&["config", "schema"]).json();
    assert!(schema["properties"]["accounts"].is_object(), "{schema}");
}

#[test]
fn an_account_goes_from_added_to_charted_to_removed() {
    let upstream = Upstream::start();
    upstream.json(
        "/user/balance",
        r#"{"is_available": true, "balance_infos": [
            {"currency": "CNY", "total_balance": "110.00", "granted_balance": "10.00", "topped_up_balance": "100.00"}]}"#,
    );
    let sandbox = Sandbox::new();
    let run = |words: &[&str]| {
        super::support::Ran::of(sandbox.command(words).env("DEEP_KEY", "EXAMPLE-key").output().unwrap())
    };
    let added = run(&[
        "accounts",
        "add",
        "deepseek",
        "--label",
        "Deep one",
        "--base-url",
        &upstream.url(),
        "--secret",
        "key=env:DEEP_KEY",
    ]);
    assert_eq!(added.code, 0, "{}{}", added.stdout, added.stderr);
    assert!(added.stdout.contains("¥110.00") && added.stdout.contains("deep-one"), "{}", added.stdout);
    assert!(run(&["accounts", "list"]).stdout.contains("env:DEEP_KEY"));
    assert_eq!(run(&["accounts", "test", "deep-one"]).code, 0);

    let polled = run(&["poll", "--once"]);
    assert_eq!(polled.code, 0, "{}{}", polled.stdout, polled.stderr);
    let status = run(&["status", "--json"]).json();
    let meter = &status["accounts"][0]["meters"][0];
    assert_eq!((meter["remaining"].as_str(), meter["unit"].as_str()), (Some("110"), Some("CNY")));
    assert!(run(&["status"]).stdout.contains("¥110.00"));

    let key = meter["key"].as_str().unwrap();
    for name in ["chart.svg", "chart.png"] {
        let file = sandbox.data_dir().join(name);
        let drawn = run(&["chart", "deep-one", key, "-o", file.to_str().unwrap()]);
        assert_eq!(drawn.code, 0, "{}", drawn.stderr);
        let bytes = std::fs::read(&file).unwrap();
        assert!(bytes.starts_with(b"<svg") || bytes.starts_with(b"\x89PNG"), "{name}");
    }
    let checked = run(&["accounts", "check", "deep-one"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert!(checked.stdout.contains("? Automatic top-up is on: "), "{}", checked.stdout);
    assert!(checked.stdout.contains("+ Only the least key: "), "{}", checked.stdout);
    let listed = run(&["accounts", "check", "deep-one", "--json"]).json();
    assert_eq!(listed[0]["id"], "limit_set", "{listed}");
    assert_eq!(listed[0]["standing"], "missing");
    assert_eq!(run(&["accounts", "remove", "deep-one"]).code, 0);
    assert!(run(&["accounts", "list"]).stdout.contains("No account yet"));
    assert_eq!(run(&["accounts", "remove", "deep-one"]).code, 1);
}

/// A provider that says nothing of money: a good poll without figures is good, in the test, in the poll, in the status.
#[test]
fn an_account_without_figures_is_well() {
    let upstream = Upstream::start();
    upstream.json("/v1/models", r#"{"object": "list", "data": [{"id": "small-model"}]}"#);
    let sandbox = Sandbox::new();
    let run = |words: &[&str]| {
        super::support::Ran::of(sandbox.command(words).env("SOME_KEY", "EXAMPLE-key").output().unwrap())
    };
    let url = format!("{}/v1", upstream.url());
    let add = [
        "accounts",
        "add",
        "openai_compatible",
        "--label",
        "Mute",
        "--base-url",
        &url,
        "--secret",
        "key=env:SOME_KEY",
    ];
    let added = run(&add);
    assert_eq!(added.code, 0, "{}{}", added.stdout, added.stderr);
    assert!(added.stdout.contains("a ledger or a budget"), "{}", added.stdout);
    let polled = run(&["poll", "--once"]);
    assert_eq!(polled.code, 0, "{}{}", polled.stdout, polled.stderr);
    assert!(polled.stdout.contains("none says what is left"), "{}", polled.stdout);
    let status = run(&["status", "--json"]);
    assert_eq!((status.code, status.json()["accounts"][0]["state"].as_str()), (0, Some("fresh")));

    // A minute's limit with nothing left refills: no wall, no exit code, no headline.
    let body = r#"{"data": []}"#;
    let limits = "x-ratelimit-limit-requests: 60\r\nx-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 42s";
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{limits}\r\n");
    let rest = format!("content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    upstream.raw("/v1/models", format!("{head}{rest}").into_bytes());
    let polled = run(&["poll", "--once"]);
    assert_eq!(polled.code, 0, "{}{}", polled.stdout, polled.stderr);
    assert!(polled.stdout.contains("refills all the time"), "{}", polled.stdout);
    assert!(!polled.stdout.contains("used up"), "{}", polled.stdout);

    upstream.status("/v1/models", 401, "application/json", "{}");
    assert_eq!(run(&["poll", "--once"]).code, 3);
    assert_eq!(run(&["status", "--json"]).json()["accounts"][0]["state"], "failing");
}

#[test]
fn a_further_key_joins_an_account_and_a_wrong_one_changes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write_config(
        "# mine\n[accounts.router]\nconnector = \"openrouter\"\nsecrets = { key = \"env:ROUTER_KEY\" }\n",
    );
    let before = sandbox.read_config();
    for (words, says) in [
        (["router", "password=env:X"], "no secret 'password'"),
        (["router", "key=sk-or-EXAMPLE"], "seen by other users"),
        (["nobody", "key=env:X"], "no account nobody"),
    ] {
        let ran = sandbox.run(&["accounts", "key", words[0], words[1]]);
        assert!(ran.code == 1 && ran.stderr.contains(says), "{} {}", ran.stdout, ran.stderr);
        assert!(!ran.stderr.contains("EXAMPLE"), "{}", ran.stderr);
    }
    assert_eq!(sandbox.read_config(), before);
    let ran = sandbox.run(&["accounts", "key", "router", "management_key=env:BOSS_KEY"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let after = sandbox.read_config();
    assert!(after.starts_with("# mine\n") && after.contains("management_key = \"env:BOSS_KEY\""), "{after}");
    assert!(after.contains("key = \"env:ROUTER_KEY\""), "{after}");
}

#[test]
fn the_catalogue_is_listed_for_programs() {
    let listed = Sandbox::new().run(&["connectors", "--json"]).json();
    let all = listed.as_array().unwrap();
    assert!(all.len() >= 45, "{}", all.len());
    for one in all {
        for text in ["id", "name", "kind", "docs_url"] {
            assert!(one[text].as_str().is_some_and(|text| !text.is_empty()), "{one}");
        }
        assert!(one["meters"][0]["key"].is_string() && one["min_interval"].as_i64().unwrap() > 0, "{one}");
        assert!(one["secrets"].as_array().unwrap().iter().all(|key| key["help"].is_string()), "{one}");
    }
    let text = Sandbox::new().run(&["connectors"]).stdout;
    assert!(
        text.starts_with("Gateways\n  openrouter  ") && text.contains("\nPlans with windows\n"),
        "{text}"
    );
    let shown = Sandbox::new().run(&["connectors", "show", "openai"]).stdout;
    assert!(shown.contains("admin_key (Admin key, needed)") && shown.contains("made at https://"), "{shown}");
    assert!(Sandbox::new().run(&["connectors", "show", "nobody"]).stderr.contains("no connector 'nobody'"));
    let openai = all.iter().find(|one| one["id"] == "openai").unwrap();
    assert_eq!((&openai["kind"], &openai["secrets"][0]["label"]), (&"costs".into(), &"Admin key".into()));
    for page in ["top_up_url", "billing_url", "keys_url", "limits_url", "status_url"] {
        assert!(openai[page].as_str().is_some_and(|url| shown.contains(url)), "{page}: {openai}");
    }
}

#[test]
fn a_poll_that_is_billed_is_not_made_again_by_a_restart() {
    use tollwatch::model::{AccountId, HOUR, MINUTE, MeterKind, Qty, Reading, Unit};
    let upstream = Upstream::start();
    let sandbox = Sandbox::new();
    sandbox.write_config(&format!(
        "[accounts.cloud]\nconnector = \"aws\"\nbase_url = \"{}\"\nsecrets = {{ access_key_id = \"env:AWS_ID\", secret_access_key = \"env:AWS_SECRET\" }}\n",
        upstream.url()
    ));
    let now = tollwatch::monitor::Clock::Real.now();
    let store = tollwatch::store::Store::open(&sandbox.history(), now).unwrap();
    let mut reading = Reading::new("spend.month.usd", MeterKind::Spend, "spent this month", Unit::USD);
    reading.used = Some(Qty(1));
    store.record(&AccountId::new("cloud").unwrap(), now + -10 * MINUTE, &[reading], &[], &[]).unwrap();
    store.close().unwrap();
    drop(store);
    let serving = super::serving::Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    let overview = serving.json("overview", &serde_json::json!({}));
    let next = overview["accounts"][0]["next_poll_at"].as_i64().unwrap();
    // Ten minutes of its six hours have passed; starting took some seconds at most.
    let wait = next - now.0;
    assert!((5 * HOUR + 49 * MINUTE..=5 * HOUR + 51 * MINUTE).contains(&wait), "{wait}");
}

#[test]
fn what_the_money_went_on_is_listed_and_exported() {
    use tollwatch::model::{AccountId, By, Cost, DAY, Provenance, Qty, Unit};
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["spend", "acme"]).stderr.contains("no history yet"));
    let now = tollwatch::monitor::Clock::Real.now();
    let acme = AccountId::new("acme").unwrap();
    let today = tollwatch::model::Timestamp(now.0.div_euclid(DAY) * DAY);
    let cost = |by: By, name: &str, back: i64, cents: i64| Cost {
        by,
        name: name.to_owned(),
        start: today + -back * DAY,
        end: today + (1 - back) * DAY,
        amount: Qty(cents * 10_000_000),
        unit: Unit::USD,
        provenance: Provenance::Reported,
    };
    let store = tollwatch::store::Store::open(&sandbox.history(), now).unwrap();
    let costs = [
        cost(By::All, "", 1, 125),
        cost(By::Model, "=cmd()", 1, 25),
        cost(By::Model, "gpt-4o, mini", 1, 100),
        cost(By::Model, "gpt-4o, mini", 0, 275),
        cost(By::Model, "old", 40, 999),
    ];
    store.record(&acme, now, &[], &[], &costs).unwrap();
    store.close().unwrap();
    drop(store);
    let listed = sandbox.run(&["spend", "acme"]).stdout;
    assert!(listed.starts_with("4 USD in the last 30d, by model\n"), "{listed}");
    // 3.75 of 4 dollars.
    assert!(listed.contains("gpt-4o, mini") && listed.contains("3.75 USD   93.8 %"), "{listed}");
    assert!(!listed.contains("old"), "{listed}");
    let csv = sandbox.run(&["spend", "acme", "--csv", "--range", "1y"]).stdout;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "account,by,name,start,end,amount,unit,provenance");
    assert_eq!(lines.len(), 5, "{csv}");
    assert!(csv.contains(",model,\"gpt-4o, mini\",") && csv.contains(",2.75,USD,reported"), "{csv}");
    assert!(csv.contains(",model,'=cmd(),"), "{csv}");
    let json = sandbox.run(&["spend", "acme", "--by", "all", "--json"]).json();
    assert_eq!((json[0]["by"].as_str(), json[0]["amount"].as_str()), (Some("all"), Some("1.25")));
    assert!(sandbox.run(&["spend", "nobody"]).stdout.contains("Nothing is stored"));
}

#[test]
fn a_try_says_which_pointer_finds_what() {
    let upstream = Upstream::start();
    upstream.json("/stats", r#"{"summary": {"cost_usd": 1.25, "tokens": 7}}"#);
    let sandbox = Sandbox::new();
    let meters = r#"meters=[{"key":"spend","kind":"budget","unit":"USD","used":"/summary/cost_usd","limit":"20 USD"},{"key":"typo","kind":"spend","unit":"tokens","used":"/summary/tokns"}]"#;
    let words = [
        "connectors",
        "try",
        "http_json",
        "--url",
        &upstream.url(),
        "--option",
        "path=/stats",
        "--option",
        meters,
    ];
    let tried = sandbox.run(&words);
    assert_eq!(tried.code, 0, "{}{}", tried.stdout, tried.stderr);
    for line in [
        "spend used  /summary/cost_usd  1.25 USD",
        "typo used  /summary/tokns",
        "/summary holds cost_usd, tokens",
        "used 1.25, limit 20, left 18.75",
    ] {
        assert!(tried.stdout.contains(line), "{line}: {}", tried.stdout);
    }
    let tried = sandbox.run(&[&["--json"][..], &words].concat()).json();
    assert_eq!(tried["found"][0]["value"], "1.25 USD");
    assert_eq!(tried["readings"][0]["remaining"], "18.75");
    assert!(tried["found"][1]["note"].as_str().unwrap().contains("/summary holds"), "{tried}");
    assert!(!sandbox.history().exists() && sandbox.read_config().is_empty());
}

#[test]
fn a_try_asks_any_connector_and_says_what_a_query_finds() {
    let upstream = Upstream::start();
    let page =
        "gateway_request_cost_usd_total{model=\"a\"} 0.5\ngateway_request_cost_usd_total{model=\"b\"} 0.25\n";
    upstream.status("/metrics", 200, "text/plain", page);
    let balance =
        r#"{"is_available": true, "balance_infos": [{"currency": "USD", "total_balance": "4.75"}]}"#;
    upstream.json("/user/balance", balance);
    let sandbox = Sandbox::new();
    let try_it = |words: &[&str]| {
        let words = [&["connectors", "try"][..], words].concat();
        super::support::Ran::of(sandbox.command(&words).env("DEEP_KEY", "sk-EXAMPLE").output().unwrap())
    };
    let options = ["--option", "preset=ferrogw", "--option", "from=page"];
    let tried = try_it(&[&["prometheus", "--url", &upstream.url()][..], &options].concat());
    assert_eq!(tried.code, 0, "{}{}", tried.stdout, tried.stderr);
    assert!(tried.stdout.contains("sum(gateway_request_cost_usd_total)  0.75 USD"), "{}", tried.stdout);
    assert!(tried.stdout.contains("a: 0.5 USD, b: 0.25 USD"), "{}", tried.stdout);
    assert!(tried.stdout.contains("no figure is there"), "{}", tried.stdout);
    let tried = try_it(&["deepseek", "--url", &upstream.url(), "--secret", "key=env:DEEP_KEY"]);
    assert!(tried.code == 0 && tried.stdout.contains("left 4.75"), "{}{}", tried.stdout, tried.stderr);
    let tried = try_it(&["deepseek", "--url", &upstream.url(), "--secret", "key=env:NOT_THERE"]);
    assert!(tried.code == 1 && tried.stderr.contains("NOT_THERE"), "{}{}", tried.stdout, tried.stderr);
    let tried = try_it(&["nobody"]);
    assert!(tried.code == 1 && tried.stderr.contains("there is no connector"), "{}", tried.stderr);
    assert!(sandbox.run(&["connectors"]).stdout.contains("prometheus"));
    assert!(sandbox.run(&["connectors", "--json"]).json().is_array());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = Sandbox::new();
    let mut child =
        sandbox.command(&["connectors"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&ended.stderr).is_empty(), "{:?}", ended.stderr);
}

/// What the server lets in, and what not.
#[test]
fn the_server_wants_its_token_its_host_and_its_origin() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["serve", "--port", "0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut text = String::new();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
    while !text.contains('}') {
        assert_ne!(std::io::BufRead::read_line(&mut lines, &mut text).unwrap(), 0, "{text}");
    }
    let url: serde_json::Value = serde_json::from_str(&text).unwrap();
    let url = url["url"].as_str().unwrap();
    let (address, token) = url.strip_prefix("http://").unwrap().split_once("/#token=").unwrap();
    let ask = |head: &str| -> String {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "{head}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        answer
    };
    let host = format!("Host: {address}");
    let good = ask(&format!(
        "POST /api/overview HTTP/1.1\r\n{host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0"
    ));
    assert!(good.starts_with("HTTP/1.1 200") && good.contains("\"headline\""), "{good}");
    assert!(good.to_lowercase().contains("content-security-policy: default-src 'none'"), "{good}");
    for (what, head, status) in [
        ("no token", format!("POST /api/overview HTTP/1.1\r\n{host}\r\nContent-Length: 0"), "401"),
        (
            "a wrong token",
            format!(
                "POST /api/overview HTTP/1.1\r\n{host}\r\nAuthorization: Bearer x{token}\r\nContent-Length: 0"
            ),
            "401",
        ),
        ("events without token", format!("GET /events HTTP/1.1\r\n{host}"), "401"),
        (
            "another host",
            format!(
                "POST /api/overview HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer {token}\r\nContent-Length: 0"
            ),
            "403",
        ),
        (
            "another origin",
            format!(
                "POST /api/overview HTTP/1.1\r\n{host}\r\nOrigin: https://evil.example\r\nAuthorization: Bearer {token}\r\nContent-Length: 0"
            ),
            "403",
        ),
        (
            "an unknown command",
            format!(
                "POST /api/nonsense HTTP/1.1\r\n{host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0"
            ),
            "404",
        ),
        (
            "no JSON",
            format!(
                "POST /api/chart HTTP/1.1\r\n{host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 1\r\n\r\n{{"
            ),
            "400",
        ),
        ("a path that climbs", format!("GET /../Cargo.toml HTTP/1.1\r\n{host}"), "404"),
    ] {
        let answer = ask(&head);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{what}: {answer}");
        assert!(!answer.contains(token), "{what}");
    }
    let _ = child.kill();
    let _ = child.wait();
}
