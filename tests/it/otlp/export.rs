//! Export: the figures of the api, at a real receiver and at one of the test's own.

use super::agent::{Agent, Sink, until};
use crate::serving::Serving;
use crate::support::{Sandbox, Upstream};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric, number_data_point};
use std::collections::BTreeMap;

/// A gateway with 12.34 USD, under an account `mine`, and one that is private.
fn sandbox(endpoint: &str, more: &str) -> (Sandbox, Upstream) {
    let upstream = Upstream::start();
    upstream.json(
        "/user/balance",
        r#"{"is_available":true,"balance_infos":[{"currency":"USD","total_balance":"12.34","granted_balance":"0.00","topped_up_balance":"12.34"}]}"#,
    );
    let sandbox = Sandbox::new();
    let account = |id: &str, more: &str| {
        format!(
            "[accounts.{id}]\nconnector = \"deepseek\"\nbase_url = \"{}\"\nsecrets = {{ key = \"env:KEY\" }}\n{more}\n",
            upstream.url()
        )
    };
    sandbox.write_config(&format!(
        "[otlp]\nendpoint = \"{endpoint}\"\ninterval = 5\n{more}\n{}{}",
        account("mine", ""),
        account("hidden-client", "private = true")
    ));
    (sandbox, upstream)
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |one: &KeyValue| match one.value.clone()?.value? {
        any_value::Value::StringValue(text) => Some((one.key.clone(), text)),
        _ => None,
    };
    attributes.iter().filter_map(text).collect()
}

/// Every figure: name, unit, whether it is a cumulative sum, labels, value, and whether it has a start before its time.
type Figure = (String, String, bool, BTreeMap<String, String>, f64, bool);

fn figures(request: &ExportMetricsServiceRequest) -> Vec<Figure> {
    let mut found = Vec::new();
    for metric in
        request.resource_metrics.iter().flat_map(|one| &one.scope_metrics).flat_map(|one| &one.metrics)
    {
        found.extend(of_metric(metric));
    }
    found
}

fn of_metric(metric: &Metric) -> Vec<Figure> {
    let (points, sum) = match metric.data.as_ref().unwrap() {
        metric::Data::Gauge(gauge) => (&gauge.data_points, false),
        metric::Data::Sum(sum) => {
            assert!(sum.is_monotonic && sum.aggregation_temporality == 2, "{}", metric.name);
            (&sum.data_points, true)
        }
        other => panic!("{other:?}"),
    };
    let figure = |point: &opentelemetry_proto::tonic::metrics::v1::NumberDataPoint| {
        let value = match point.value.unwrap() {
            number_data_point::Value::AsDouble(value) => value,
            number_data_point::Value::AsInt(value) => value as f64,
        };
        let started = point.start_time_unix_nano > 0 && point.start_time_unix_nano <= point.time_unix_nano;
        (metric.name.clone(), metric.unit.clone(), sum, texts(&point.attributes), value, started)
    };
    points.iter().map(figure).collect()
}

/// The account's headroom, wherever it arrived.
fn headroom(request: &ExportMetricsServiceRequest, account: &str) -> Option<Figure> {
    let is = |figure: &Figure| {
        figure.0 == "tollwatch_headroom"
            && figure.3.get("account").is_some_and(|name| name.starts_with(account))
    };
    figures(request).into_iter().find(is)
}

/// Every figure of `GET /metrics` arrived with the same labels and value, but for what goes on by the second. Names there
/// end with their unit and kind.
fn same_as_scraped(arrived: &[Figure], page: &str) {
    let mut compared = 0;
    for line in page.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        if name.ends_with("_age_seconds") || name == "tollwatch_wall_seconds" {
            continue;
        }
        let pair = |pair: &str| pair.split_once("=\"").map(|(name, text)| (name.to_owned(), text.to_owned()));
        let labels: BTreeMap<String, String> =
            labels.trim_end_matches(['}', '"']).split("\",").filter_map(pair).collect();
        let stem = name.trim_end_matches("_total");
        let is = |figure: &&Figure| {
            let rest = stem.strip_prefix(figure.0.as_str());
            rest.is_some_and(|rest| ["", "_seconds", "_per_second", "_ratio", "_info"].contains(&rest))
                && figure.3 == labels
        };
        let found = arrived.iter().find(is).unwrap_or_else(|| panic!("{line} did not arrive"));
        assert_eq!(found.4, value.parse::<f64>().unwrap(), "{line}");
        compared += 1;
    }
    // Two accounts: headroom, remaining, spend, time read, six states, last good poll, polls; four of the program.
    assert_eq!(compared, 2 * 12 + 4, "{page}");
}

#[test]
fn a_real_receiver_gets_the_figures_of_the_api() {
    let sink = Sink::start(vec![]);
    let Some(agent) = Agent::start(&sink.url, None) else { return };
    let (sandbox, _upstream) =
        sandbox(&agent.url, "resource = { \"deployment.environment.name\" = \"test\" }");
    // SAFETY of the test: the key is an example.
    let server = Serving::start_with(&sandbox, &[], &[("KEY", "EXAMPLE-key")]);
    let complete = || {
        let got = sink.got();
        let whole = got.iter().find(|(_, request)| {
            headroom(request, "private-").is_some() && headroom(request, "mine").is_some()
        });
        whole.map(|(_, request)| request.clone())
    };
    let request = until(&format!("both accounts arrive; {}", agent.printed()), complete);

    let (_, unit, sum, labels, value, _) = headroom(&request, "mine").unwrap();
    let overview = server.json("overview", &serde_json::json!({}));
    assert!(overview.to_string().contains("12.34"), "{overview}");
    assert_eq!((unit.as_str(), sum, value), ("", false, 12.34));
    let wanted = [("account", "mine"), ("connector", "deepseek"), ("kind", "balance"), ("unit", "USD")];
    for (name, text) in wanted {
        assert_eq!(labels.get(name).map(String::as_str), Some(text), "{labels:?}");
    }
    // Units, temporality and starts of one of each kind.
    let all = figures(&request);
    let named =
        |name: &str| all.iter().find(|figure| figure.0 == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(
        (named("tollwatch_last_good_poll_age").1.as_str(), named("tollwatch_last_good_poll_age").2),
        ("s", false)
    );
    let polls = all.iter().find(|figure| {
        figure.0 == "tollwatch_polls" && figure.3["account"] == "mine" && figure.3["result"] == "good"
    });
    let (_, unit, sum, _, value, started) = polls.unwrap();
    assert_eq!((unit.as_str(), *sum, *value, *started), ("", true, 1.0, true));
    same_as_scraped(&all, &server.page("/metrics"));
    // Who sends, and nothing that says whose machine it is.
    let resource = texts(&request.resource_metrics[0].resource.as_ref().unwrap().attributes);
    assert_eq!(resource["service.name"], "tollwatch");
    assert_eq!(resource["service.version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(resource["deployment.environment.name"], "test");
    assert_eq!(resource["service.instance.id"].len(), 32);
    assert!(!resource.contains_key("host.name"));
    assert!(!format!("{request:?}").contains("hidden-client"));
    server.stop();
}

#[test]
fn a_refusal_is_tried_again_a_key_goes_along_and_the_last_push_is_at_the_stop() {
    let sink = Sink::start(vec![503, 429]);
    let headers = "headers = { X-Scope = \"env:OTLP_SCOPE\" }";
    let (sandbox, _upstream) = sandbox(&sink.url, headers);
    let server =
        Serving::start_with(&sandbox, &[], &[("KEY", "EXAMPLE-key"), ("OTLP_SCOPE", "EXAMPLE-scope")]);
    // 429 and 503 say to wait a second each; then it is accepted.
    let (got, request) = until("a push", || sink.got().first().cloned());
    assert_eq!(got["x-scope"], "EXAMPLE-scope");
    assert_eq!(got["content-type"], "application/x-protobuf");
    assert_eq!(got.get("content-encoding").map(|value| value.to_str().unwrap()), Some("gzip"));
    assert!(headroom(&request, "mine").is_some());
    let before = sink.got().len();
    let printed = server.stop();
    assert!(sink.got().len() > before, "no last push");
    assert!(!printed.contains("EXAMPLE"), "{printed}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "waits for another program, in real time")]
fn what_is_refused_for_good_is_dropped_with_one_line_and_holds_nothing_up() {
    let sink = Sink::start(vec![400; 50]);
    let (sandbox, _upstream) = sandbox(&sink.url, "");
    let server = Serving::start_with(&sandbox, &[], &[("KEY", "EXAMPLE-key")]);
    until("a line about it", || server.printed().contains("dropped").then_some(()));
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert!(server.json("overview", &serde_json::json!({})).to_string().contains("12.34"));
    let printed = server.printed();
    assert_eq!(printed.matches("was dropped").count(), 1, "{printed}");
    assert!(sink.got().is_empty());
    server.stop();
}
