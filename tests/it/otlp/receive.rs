//! Receiving: a real agent forwards what a program pushed; the protocol's answers; what a kill leaves.

use super::agent::{Agent, until};
use crate::serving::Serving;
use crate::support::Sandbox;
use prost::Message;
use serde_json::{Value, json};
use std::io::{Read, Write};
use tollwatch::otlp::{Encoding, decode};

const CONFIG: &str = "[accounts.programs]\nconnector = \"otlp\"\n[prices.\"our-model\"]\ninput = \"2 USD\"\noutput = \"8 USD\"\n";

#[allow(clippy::disallowed_methods, reason = "a sender outside has a clock of its own")]
fn nanos(back: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (now.as_nanos() as u64 - back * 1_000_000_000).to_string()
}

/// What a program with the GenAI conventions pushes: two histograms of one process.
fn push(start: &str, input: u64, output: u64) -> Value {
    let point = |kind: &str, sum: u64| {
        json!({
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.request.model", "value": {"stringValue": "our-model"}},
                {"key": "gen_ai.token.type", "value": {"stringValue": kind}},
            ],
            "startTimeUnixNano": start, "timeUnixNano": nanos(0), "count": "1", "sum": sum,
            "bucketCounts": ["1"], "explicitBounds": [],
        })
    };
    json!({"resourceMetrics": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
        "scopeMetrics": [{"scope": {"name": "x"}, "metrics": [{
            "name": "gen_ai.client.token.usage", "unit": "{token}",
            "histogram": {"aggregationTemporality": 2, "dataPoints": [point("input", input), point("output", output)]},
        }]}],
    }]})
}

/// What the account says was spent this month, and how many tokens.
fn spent(server: &Serving) -> Option<(String, String)> {
    let page = server.json("account", &json!({"id": "programs"}));
    let used = |key: &str| {
        let meters = page["account"]["meters"].as_array()?.iter();
        let meter = meters.clone().find(|meter| meter["key"] == key)?;
        Some(meter["used"].as_str()?.to_owned())
    };
    Some((used("spend.month.usd")?, used("tokens.month")?))
}

#[test]
fn what_a_real_agent_forwards_becomes_spend() {
    let sandbox = Sandbox::new();
    sandbox.write_config(CONFIG);
    let server = Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    let header = format!("Authorization=Bearer {}", server.token());
    let Some(agent) = Agent::start(&server.url(), Some(&header)) else { return };
    let start = nanos(60);
    let send = |input, output| {
        assert_eq!(plain_post(&agent.url, &push(&start, input, output)), 200);
    };
    // 10⁶ × 2 + 250,000 × 8 per million: 4 USD, 1,250,000 tokens.
    send(1_000_000, 250_000);
    let first = until("the first push is counted", || spent(&server));
    assert_eq!(first, ("4".to_owned(), "1250000".to_owned()), "{}", agent.printed());
    // The sum since the start, and not added to it: 1.5 × 2 + 0.25 × 8.
    send(1_500_000, 250_000);
    until("the second push is counted", || {
        (spent(&server)? == ("5".to_owned(), "1750000".to_owned())).then_some(())
    });
    server.stop();
}

#[test]
fn a_kill_loses_nothing_and_counts_nothing_twice() {
    let sandbox = Sandbox::new();
    sandbox.write_config(CONFIG);
    let start = nanos(60);
    let body = push(&start, 500_000, 0).to_string();
    let server = Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    assert_eq!(
        server.post("/v1/metrics", "Content-Type: application/json", body.as_bytes()),
        (200, "{}".to_owned())
    );
    server.kill();
    let server = Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    // The sender did not hear the answer, and sends again.
    assert_eq!(server.post("/v1/metrics", "Content-Type: application/json", body.as_bytes()).0, 200);
    let wanted = ("1".to_owned(), "500000".to_owned());
    until("it is counted", || (spent(&server)? == wanted).then_some(()));
    let ran = sandbox.run(&["accounts", "list"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    server.stop();
}

#[test]
fn answers_are_those_of_the_specification() {
    let sandbox = Sandbox::new();
    sandbox.write_config(CONFIG);
    let server = Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    let ask = |kind: &str, body: &[u8]| server.post("/v1/metrics", kind, body);
    let json = "Content-Type: application/json";
    let binary = "Content-Type: application/x-protobuf";
    // An empty request is a success, in either coding.
    assert_eq!(ask(binary, b""), (200, String::new()));
    assert_eq!(ask(json, b"{}"), (200, "{}".to_owned()));
    assert_eq!(ask(binary, b"\xff\xff\xff").0, 400);
    assert!(ask(json, b"{\"resourceMetrics\": 1}").1.starts_with("{\"code\":3,"));
    assert_eq!(ask("Content-Type: text/plain", b"x").0, 415);
    assert_eq!(ask(&format!("{json}\r\nContent-Encoding: br"), b"x").0, 415);
    assert_eq!(ask(&format!("{json}\r\nContent-Encoding: gzip"), b"x").0, 400);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(b"{}").unwrap();
    assert_eq!(
        ask(&format!("{json}\r\nContent-Encoding: gzip"), &packer.finish().unwrap()),
        (200, "{}".to_owned())
    );
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&vec![b' '; 3 * 1024 * 1024]).unwrap();
    assert_eq!(ask(&format!("{json}\r\nContent-Encoding: gzip"), &packer.finish().unwrap()).0, 413);
    // A part that cannot be counted: said, with its number.
    let mut part = push(&nanos(60), 5, 5);
    part["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["histogram"]["dataPoints"][1]["sum"] =
        json!(-1);
    let (status, answer) = ask(json, part.to_string().as_bytes());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, &answer["partialSuccess"]["rejectedDataPoints"]), (200, &json!("1")));
    // The example of the specification's own repository: gauges, sums and histograms that are not about models.
    let example = r#"{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},
      "scopeMetrics":[{"scope":{"name":"my.library","version":"1.0.0","attributes":[{"key":"a","value":{"stringValue":"b"}}]},
      "metrics":[{"name":"my.counter","unit":"1","description":"I am a Counter","sum":{"aggregationTemporality":1,"isMonotonic":true,
      "dataPoints":[{"asDouble":5,"startTimeUnixNano":"1544712660300000000","timeUnixNano":"1544712660300000000","attributes":[]}]}},
      {"name":"my.gauge","gauge":{"dataPoints":[{"asDouble":10,"timeUnixNano":"1544712660300000000"}]}}]}]}]}"#;
    assert_eq!(ask(json, example.as_bytes()), (200, "{}".to_owned()));
    server.stop();
}

/// A POST of protobuf without a token, as a program's exporter sends it. Returns the status.
fn plain_post(url: &str, push: &Value) -> u16 {
    let body = decode(Encoding::Json, push.to_string().as_bytes()).unwrap().encode_to_vec();
    let address = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/metrics HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or("0").parse().unwrap()
}
