//! The whole way: the simulator drains an account, Tollwatch polls it, the real Prometheus scrapes Tollwatch and
//! evaluates the shipped rules, and the real Alertmanager sends the alert to a webhook.

use super::{Running, client, copy, expressions, free};
use crate::serving::Serving;
use crate::support::{Sandbox, tool};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tollwatch::model::{HOUR, Timestamp};
use tollwatch::simulator::{Dialect, Script, World, serve};

/// 2026-11-01T00:00:00Z.
const NOV: Timestamp = Timestamp(1_793_491_200_000);

/// A gateway whose key has a limit of twenty dollars that is used up after ten hours, and the clock that it goes by.
async fn gateway() -> (String, Arc<AtomicI64>) {
    let world = World::scripted(&Script {
        dialect: Dialect::OpenRouter,
        amount: 20_000_000_000,
        from: NOV,
        over: 10 * HOUR,
        top_up: None,
    });
    let clock = Arc::new(AtomicI64::new((NOV + HOUR).0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}{}", listener.local_addr().unwrap(), Dialect::OpenRouter.prefix());
    let now = clock.clone();
    let now = Arc::new(move || Timestamp(now.load(Ordering::SeqCst)));
    tokio::spawn(serve(Arc::new(world), now, listener, std::future::pending()));
    (base, clock)
}

/// What Alertmanager sends: the path with its JSON.
fn receiver() -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while reader.read_line(&mut head).unwrap_or(0) > 2 {}
            let length = head.to_ascii_lowercase();
            let length = length.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
            let mut body = vec![0; length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)];
            let _ = reader.read_exact(&mut body);
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = sender.send((path, serde_json::from_slice(&body).unwrap_or_default()));
        }
    });
    (address, receiver)
}

/// Alertmanager as Debian builds it wants its templates where the package puts them. Where it was unpacked and not
/// installed, it finds them there in a mount namespace of its own; a webhook uses nothing of theirs.
fn manager_of(program: &Path) -> Command {
    const FOLDER: &str = "/usr/share/prometheus/alertmanager";
    if Path::new(FOLDER).join("default.tmpl").exists() {
        return Command::new(program);
    }
    let script = format!(
        "mount -t tmpfs none /usr/share && mkdir -p {FOLDER} && echo > {FOLDER}/default.tmpl && echo > {FOLDER}/email.tmpl && exec \"$0\" \"$@\""
    );
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).arg(program);
    command
}

/// A shipped file with other addresses and a quicker pace; each part that is changed must be there.
fn adapt(folder: &Path, name: &str, changes: &[(&str, &str)]) {
    let path = folder.join(name);
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{name}: {from}");
        text = text.replace(from, to);
    }
    std::fs::write(path, text).unwrap();
}

/// The result of a query, once there is one.
async fn query(prometheus: &str, expression: &str) -> Value {
    let url = format!("http://{prometheus}/api/v1/query");
    for _ in 0..300 {
        let sent = client().get(&url).query(&[("query", expression)]).send().await;
        if let Ok(answer) = sent {
            let answer: Value = answer.json().await.unwrap_or_default();
            if answer["data"]["result"].as_array().is_some_and(|found| !found.is_empty()) {
                return answer["data"]["result"].clone();
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing answers {expression}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_account_reaches_the_teams_pager() {
    let (Some(prometheus), Some(alertmanager)) =
        (tool("prometheus/prometheus"), tool("prometheus/prometheus-alertmanager"))
    else {
        return;
    };
    let (base, clock) = gateway().await;
    let sandbox = Sandbox::new();
    sandbox.write_config(&format!(
        "[alerts]\ndesktop = false\n[accounts.team]\nconnector = \"openrouter\"\nbase_url = \"{base}\"\nsecrets = {{ key = \"env:ROUTER_KEY\" }}\n"
    ));
    let secrets = [("ROUTER_KEY", "demo-openrouter-key")];
    let serving = Serving::start_with(&sandbox, &[], &secrets);
    let (pager, told) = receiver();

    let folder = copy();
    let (scraper, manager) = (free(), free());
    std::fs::write(folder.path().join("tollwatch.token"), serving.token()).unwrap();
    adapt(
        folder.path(),
        "prometheus.yml",
        &[
            ("_interval: 30s", "_interval: 1s"),
            ("scrape_timeout: 20s", "scrape_timeout: 1s"),
            ("127.0.0.1:9093", &manager),
            ("127.0.0.1:9402", serving.address()),
            ("  # - tollwatch-thresholds", "  - tollwatch-thresholds"),
        ],
    );
    adapt(
        folder.path(),
        "alertmanager.yml",
        &[
            ("group_wait: 10s", "group_wait: 1s"),
            ("group_interval: 30s", "group_interval: 1s"),
            ("127.0.0.1:8080", &pager),
        ],
    );
    let mut alertmanager = manager_of(&alertmanager);
    alertmanager.args([
        "--config.file=alertmanager.yml",
        "--storage.path=alertmanager",
        "--cluster.listen-address=",
        &format!("--web.listen-address={manager}"),
    ]);
    let _alertmanager = Running::start(alertmanager.current_dir(folder.path()));
    let mut prometheus = Command::new(prometheus);
    prometheus.args([
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        &format!("--web.listen-address={scraper}"),
    ]);
    let _prometheus = Running::start(prometheus.current_dir(folder.path()));

    // A tenth of the time is a thousandth of the money.
    let found = query(&scraper, "tollwatch_headroom{account=\"team\",meter=\"key_limit\"}").await;
    assert_eq!(found[0]["value"][1], "19.98", "{found}");
    assert_eq!(found[0]["metric"]["unit"], "USD");
    query(&scraper, "up{job=\"tollwatch\"} == 1").await;

    // Then it is gone, and the next poll sees it.
    clock.store((NOV + 10 * HOUR).0, Ordering::SeqCst);
    serving.json("poll_now", &json!({"id": "team"}));
    query(&scraper, "ALERTS{alertname=\"TollwatchUsedUp\",alertstate=\"firing\"}").await;
    let alert = loop {
        let (path, sent) = told.recv_timeout(Duration::from_secs(30)).unwrap();
        let alerts = sent["alerts"].as_array().cloned().unwrap_or_default();
        let used_up = |alert: &Value| alert["labels"]["alertname"] == "TollwatchUsedUp";
        if let Some(alert) = alerts.into_iter().find(used_up) {
            assert_eq!(path, "/on-call");
            break alert;
        }
    };
    assert_eq!(alert["status"], "firing");
    assert_eq!(
        alert["labels"],
        json!({
            "alertname": "TollwatchUsedUp", "severity": "critical", "rule": "refused", "account": "team",
            "connector": "openrouter", "meter": "key_limit", "job": "tollwatch", "instance": serving.address(),
        })
    );
    assert_eq!(alert["annotations"]["summary"], "team · key_limit is used up");
    let says = alert["annotations"]["description"].as_str().unwrap();
    assert_eq!(says, "0 USD left. Calls are refused at this level. Top up or raise the limit to go on.");

    rules_are_well(&scraper).await;
    dashboard_is_well(&scraper).await;
}

/// Every shipped rule was evaluated by the real Prometheus without an error.
async fn rules_are_well(scraper: &str) {
    let answer = client().get(format!("http://{scraper}/api/v1/rules")).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let groups = answer["data"]["groups"].as_array().unwrap();
    let rules: Vec<&Value> = groups.iter().flat_map(|group| group["rules"].as_array().unwrap()).collect();
    assert!(rules.len() > 20, "{answer}");
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
    }
}

/// Every expression of the dashboard is evaluated without an error.
async fn dashboard_is_well(scraper: &str) {
    for expression in expressions() {
        let expression = expression.replace("$account", ".*").replace("$unit", ".*");
        assert!(!expression.contains('$'), "{expression}");
        let url = format!("http://{scraper}/api/v1/query");
        let answer = client().get(url).query(&[("query", &expression)]).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
    }
}
