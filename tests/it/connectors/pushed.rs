//! Connectors that ask nobody: what was pushed, as OTLP JSON in `tests/fixtures/<connector>/<case>/push_*.json`, and what
//! an account says of it.

use super::case::{NOW, account, folders, table};
use tollwatch::connectors::{self, Connector};
use tollwatch::http::{Http, Network, Policy};
use tollwatch::model::{DAY, HOUR, PollErrorKind, Polled, Provenance, Reading};
use tollwatch::otlp::{Encoding, Tally, decode, points};

/// What each has: a usual push, the least one, one with everything, figures that cannot be counted, and none at all.
const CASES: [&str; 5] = ["good", "minimal", "full", "malformed", "nothing"];

fn pushed() -> Vec<&'static dyn Connector> {
    connectors::ALL.iter().copied().filter(|connector| connector.spec().pushed).collect()
}

/// `UPDATE=1 cargo test` writes what came out; it is then read by eye against sums worked out by hand.
#[tokio::test]
async fn what_was_pushed_becomes_what_is_expected() {
    let mut complaints = Vec::new();
    for connector in pushed() {
        let folders = folders(connector);
        for case in CASES {
            assert!(
                folders.iter().any(|folder| folder.ends_with(case)),
                "{}: no {case}",
                connector.spec().id
            );
        }
        for folder in folders {
            let mut tally = Tally::default();
            for number in 1.. {
                let Ok(bytes) = std::fs::read(folder.join(format!("push_{number}.json"))) else { break };
                tally.take(&points(&decode(Encoding::Json, &bytes).unwrap()), NOW);
            }
            let mut account = account(connector, Some(&folder), "http://127.0.0.1:1");
            account.received = tally.received().into();
            let http = Http::open(&Network::new(Policy::default()).unwrap(), &account.base_url).unwrap();
            let outcome = connector.poll(&http, &account, NOW).await;
            for reading in outcome.iter().flat_map(|polled| &polled.readings) {
                assert_ne!(reading.provenance, Provenance::Reported, "{}", reading.label);
            }
            let says = table(&outcome);
            let path = folder.join("expected.txt");
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&path, &says).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            if says != expected {
                complaints.push(format!("{}: got\n{says}expected\n{expected}", folder.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// It needs no key and no network, and says so.
#[tokio::test]
async fn nothing_is_asked() {
    for connector in pushed() {
        let network = Network::in_process(std::sync::Arc::new(|request: &_| panic!("asked {request:?}")));
        assert!(connector.spec().secrets.is_empty());
        let account = account(connector, None, "http://127.0.0.1:1");
        let http = Http::open(&network, &account.base_url).unwrap();
        let polled = connector.poll(&http, &account, NOW).await.unwrap();
        assert!(polled.readings.is_empty() && polled.costs.is_empty(), "{polled:?}");
        assert_eq!(polled.problems[0].kind, PollErrorKind::NotFound);
    }
}

/// A price of the user's own, by hand: 7 tokens × 2 USD / 10⁶; and a program whose model nobody knows.
#[tokio::test]
async fn an_own_price_goes_first_and_an_unknown_model_is_named() {
    let connector = connectors::find("otlp").unwrap();
    let push = |model: &str, tokens: u32, instance: &str| {
        format!(
            r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{{"key":"service.instance.id","value":{{"stringValue":"{instance}"}}}}]}},
            "scopeMetrics":[{{"metrics":[{{"name":"gen_ai.client.inference.usage.input_tokens","sum":{{
            "aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{{"timeUnixNano":"1795229340000000000",
            "attributes":[{{"key":"gen_ai.request.model","value":{{"stringValue":"{model}"}}}}],"asInt":"{tokens}"}}]}}}}]}}]}}]}}"#
        )
    };
    let mut tally = Tally::default();
    for text in [push("mine", 7, "a"), push("nobodys", 3, "b")] {
        tally.take(&points(&decode(Encoding::Json, text.as_bytes()).unwrap()), NOW);
    }
    let mut account = account(connector, None, "http://127.0.0.1:1");
    account.received = tally.received().into();
    let price = ("2 USD".parse().unwrap(), "4 USD".parse().unwrap());
    account.prices = std::sync::Arc::new([("mine".to_owned(), price)].into());
    let http = Http::open(&Network::new(Policy::default()).unwrap(), &account.base_url).unwrap();
    // In December nothing was spent yet.
    let polled = connector.poll(&http, &account, NOW + 12 * DAY).await.unwrap();
    let figures = |polled: &Polled| -> Vec<String> {
        let figure = |one: &Reading| format!("{} {}", one.meter.0, one.unit.print(one.used.unwrap()));
        polled.readings.iter().map(figure).collect()
    };
    assert_eq!(figures(&polled), ["spend.month.usd 0", "tokens.month 0"]);
    let polled = connector.poll(&http, &account, NOW + HOUR).await.unwrap();
    assert_eq!(figures(&polled), ["spend.month.usd 0.000014", "tokens.month 10"]);
    assert_eq!(polled.problems.len(), 1);
    assert!(polled.problems[0].message.contains("no price is known of nobodys:"), "{:?}", polled.problems);
}
