//! A real gateway that runs out of its budget: what our connector for any JSON answer makes of it, over a real socket.

mod connector;
pub(crate) mod gateway;

use crate::support::{Ran, Sandbox};
use gateway::{CHAT, Gateway, KEY, URL, alone, inside};
use serde_json::Value;
use std::time::Duration;
use tollwatch::connectors;
use tollwatch::http::Answer;
use tollwatch::model::{Account, AccountId, Cause, Polled, Qty, Refusal, Scope, Secret, Severity, Timestamp};
use tollwatch::refusal::{Response, explain};
use tollwatch::store::Store;

/// Saturday 2026-11-21 02:49:35 UTC; the gateway stamps its log with its own clock.
const NOW: Timestamp = Timestamp(1_795_229_375_000);

/// Where ferrogw says what was spent, and where its log keeps what it refused.
pub(crate) const OPTIONS: &str = r#"{"path":"/admin/logs/stats",
  "meters":[{"key":"spend","kind":"budget","unit":"USD","used":"/summary/cost_usd","limit":"0.001 USD"}],
  "refusals":{"path":"/admin/logs?limit=100","list":"/data","message":"/error_message","at":"/created_at"}}"#;

fn account() -> Account {
    Account {
        id: AccountId::new("gateway").unwrap(),
        label: "gateway".into(),
        connector: "http_json".into(),
        base_url: URL.into(),
        secrets: [("key".to_owned(), Secret::new(KEY))].into(),
        options: OPTIONS.into(),
        budget: None,
        prices: Default::default(),
        received: Default::default(),
    }
}

async fn poll(gateway: &Gateway) -> Polled {
    let connector = connectors::find("http_json").unwrap();
    connector.poll(&gateway.http, &account(), NOW).await.unwrap()
}

/// The gateway writes its log a moment after it has answered.
async fn poll_until(gateway: &Gateway, there: impl Fn(&Polled) -> bool) -> Polled {
    for _ in 0..100 {
        let polled = poll(gateway).await;
        if there(&polled) {
            return polled;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the gateway's log did not show it: {:?}", poll(gateway).await);
}

#[test]
fn a_real_gateway_is_read_before_and_after_its_402() {
    alone("ferrogw::inside_the_namespace");
}

#[tokio::test]
#[ignore = "run by a_real_gateway_is_read_before_and_after_its_402, in a network namespace of its own"]
async fn inside_the_namespace() {
    if !inside() {
        return;
    }
    let gateway = Gateway::start().await;
    for _ in 0..2 {
        assert_eq!(gateway.chat().await.status, 200);
    }
    // 2 × 0.000225 of 0.001 USD.
    let polled = poll_until(&gateway, |polled| polled.readings[0].used == Some(Qty(450_000))).await;
    assert_eq!(polled.readings[0].limit, Some(Qty(1_000_000)));
    assert_eq!(polled.readings[0].remaining, Some(Qty(550_000)));
    assert_eq!(polled.refusals, []);
    // The check comes before the call: the fifth call still passes at 0.0009 and makes 0.001125.
    for _ in 0..3 {
        assert_eq!(gateway.chat().await.status, 200);
    }
    let refused = gateway.chat().await;
    assert_eq!(refused.status, 402);
    explained_as_a_budget(&refused);
    let polled = poll_until(&gateway, |polled| !polled.refusals.is_empty()).await;
    assert_eq!(polled.readings[0].used, Some(Qty(1_125_000)));
    assert_eq!(polled.readings[0].headroom(), Some(Qty(-125_000)));
    assert_eq!((polled.refusals[0].cause, polled.refusals[0].count), (Cause::BudgetExceeded, 1));
    assert!(polled.refusals[0].message.contains("budget exceeded: spent $0.0011"));
    assert!(polled.refusals[0].at.is_some_and(|at| at > Timestamp(1_700_000_000_000)));
    assert_eq!(polled.problems, []);
    // Its metrics page says the same to the preset.
    let options = r#"{"preset":"ferrogw","from":"page"}"#.to_owned();
    let account = Account { connector: "prometheus".into(), options, ..account() };
    let prometheus = connectors::find("prometheus").unwrap();
    let polled = prometheus.poll(&gateway.http, &account, NOW).await.unwrap();
    let used = |key: &str| polled.readings.iter().find(|one| one.meter.0 == key).and_then(|one| one.used);
    assert_eq!((used("spend"), used("refused")), (Some(Qty(1_125_000)), Some(Qty(1))), "{polled:?}");
    assert_eq!(polled.problems, []);
}

/// The raw 402, as somebody pastes it who does not say from where.
fn explained_as_a_budget(answer: &Answer) {
    for connector in [None, Some("ferrogw"), Some("http_json")] {
        let refusal = explained(connector, answer);
        assert_eq!(
            (refusal.cause, refusal.rule.as_str()),
            (Cause::BudgetExceeded, "ferrogw.budget"),
            "{refusal:?}"
        );
        assert_eq!(refusal.provider.as_deref(), Some("ferrogw"), "{refusal:?}");
        // 0.001125 of 0.001 USD, which ferrogw rounds to 0.0011 of 0.00: no limit is better than a wrong one.
        assert_eq!(refusal.used.map(|used| used.to_string()).as_deref(), Some("0.0011 USD"), "{refusal:?}");
        assert_eq!((refusal.limit, refusal.retryable), (None, false), "{refusal:?}");
    }
}

fn explained(connector: Option<&str>, answer: &Answer) -> Refusal {
    let response = Response { status: Some(answer.status), headers: &answer.headers, body: &answer.body };
    explain(connector, response, NOW)
}

#[test]
fn a_real_gateway_that_hides_a_402_is_told_as_such() {
    alone("ferrogw::a_hidden_402_inside_the_namespace");
}

#[tokio::test]
#[ignore = "run by a_real_gateway_that_hides_a_402_is_told_as_such, in a network namespace of its own"]
async fn a_hidden_402_inside_the_namespace() {
    if !inside() {
        return;
    }
    let gateway = Gateway::start().await;
    let body = r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#;
    gateway.upstream.status(CHAT, 402, "application/json", body);
    let answer = gateway.chat().await;
    assert_eq!((answer.status, answer.header("x-gateway-provider")), (502, Some("openai")));
    for connector in [None, Some("ferrogw")] {
        let refusal = explained(connector, &answer);
        assert_eq!(refusal.cause, Cause::GatewayMisconfigured, "{refusal:?}");
        let who = (refusal.provider.as_deref(), refusal.gateway.as_deref(), refusal.scope);
        assert_eq!(who, (Some("openai"), Some("ferrogw"), Scope::Provider), "{refusal:?}");
        // Nothing in it says that it was about money.
        assert!(refusal.confidence < 90, "{refusal:?}");
    }
}

/// The same account as a user writes it.
const CONFIG: &str = r#"[accounts.gateway]
connector = "http_json"
label = "Gateway"
base_url = "http://127.0.0.1:9102"
secrets = { key = "env:GATEWAY_KEY" }

[accounts.gateway.options]
path = "/admin/logs/stats"
meters = [{ key = "spend", kind = "budget", unit = "USD", used = "/summary/cost_usd", limit = "0.001 USD" }]
refusals = { path = "/admin/logs?limit=100", list = "/data", message = "/error_message", at = "/created_at" }
"#;

#[test]
fn a_real_gateways_402_is_told_by_the_real_program() {
    alone("ferrogw::the_program_inside_the_namespace");
}

#[tokio::test]
#[ignore = "run by a_real_gateways_402_is_told_by_the_real_program, in a network namespace of its own"]
async fn the_program_inside_the_namespace() {
    if !inside() {
        return;
    }
    let gateway = Gateway::start().await;
    let sandbox = Sandbox::new();
    sandbox.write_config(CONFIG);
    let poll = || {
        let mut command = sandbox.command(&["poll", "--once", "--json"]);
        Ran::of(command.env("GATEWAY_KEY", KEY).output().unwrap()).json()
    };
    let told = || {
        Store::open_read_only(&sandbox.history())
            .unwrap()
            .told(Timestamp(i64::MIN), Timestamp(i64::MAX))
            .unwrap()
    };
    for _ in 0..2 {
        assert_eq!(gateway.chat().await.status, 200);
    }
    poll_until(&gateway, |polled| polled.readings[0].used == Some(Qty(450_000))).await;
    let before = poll();
    assert_eq!(before["accounts"][0]["meters"][0]["remaining"], "0.00055", "{before}");
    assert_eq!((&before["episodes"], told().len()), (&serde_json::json!([]), 0));
    while gateway.chat().await.status != 402 {}
    poll_until(&gateway, |polled| !polled.refusals.is_empty()).await;
    let after = poll();
    let refused = |episode: &&Value| episode["kind"] == "refused" && episode["severity"] == "refused";
    let episode =
        after["episodes"].as_array().unwrap().iter().find(refused).unwrap_or_else(|| panic!("{after:#}"));
    assert_eq!(
        (episode["account"].as_str(), episode["meter"].as_str()),
        (Some("gateway"), Some("spend")),
        "{episode}"
    );
    assert!(episode["why"].to_string().contains("budget exceeded: spent $0.0011"), "{episode}");
    assert_eq!(after["accounts"][0]["meters"][0]["headroom"], "-0.000125", "{after}");
    let kept = told();
    assert_eq!(
        (kept.len(), kept[0].severity, kept[0].channel.as_str()),
        (1, Severity::Refused, "in_app"),
        "{kept:?}"
    );
    // A second look at the same log is no news.
    poll();
    assert_eq!(told().len(), 1);
}
