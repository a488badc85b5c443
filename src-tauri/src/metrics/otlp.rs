//! Families → OTLP: gauges, and monotonic cumulative sums with their start times.
//!
//! Names are the families' own, units UCUM. A collector that writes Prometheus' text from them adds the unit and `_total`
//! by the usual rule (opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics), and arrives at the
//! names of `GET /metrics`: `tollwatch_wall` in `s` is `tollwatch_wall_seconds` there.

use super::{Family, Kind, Point, Value};
use crate::model::Timestamp;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric,
    number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

/// The most points of one request; 10,000 accounts are some 55 requests of 1.5 MB.
const MOST_POINTS: usize = 8_000;

/// The families as requests in binary protobuf, none of more than [`MOST_POINTS`] points. No family, no request.
pub fn requests(families: &[Family], resource: &[(String, String)], now: Timestamp) -> Vec<Vec<u8>> {
    let mut requests = Vec::new();
    let (mut metrics, mut points) = (Vec::new(), 0);
    for family in families {
        let mut rest = &family.points[..];
        while !rest.is_empty() {
            let (these, others) = rest.split_at(rest.len().min(MOST_POINTS - points));
            (rest, points) = (others, points + these.len());
            metrics.push(metric(family, these, now));
            if points == MOST_POINTS {
                requests.push(request(std::mem::take(&mut metrics), resource));
                points = 0;
            }
        }
    }
    if !metrics.is_empty() {
        requests.push(request(metrics, resource));
    }
    requests
}

/// Why a receiver did not take all points, and how many; `None`: it took all, or its answer says nothing of it.
pub fn rejected(answer: &[u8]) -> Option<(i64, String)> {
    let partial = ExportMetricsServiceResponse::decode(answer).ok()?.partial_success?;
    let says = partial.rejected_data_points != 0 || !partial.error_message.is_empty();
    says.then_some((partial.rejected_data_points, partial.error_message))
}

fn request(metrics: Vec<Metric>, resource: &[(String, String)]) -> Vec<u8> {
    let scope = InstrumentationScope {
        name: "tollwatch".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    };
    let attributes = resource.iter().map(|(name, value)| attribute(name, value)).collect();
    let of_resource = ResourceMetrics {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_metrics: vec![ScopeMetrics { scope: Some(scope), metrics, ..ScopeMetrics::default() }],
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }.encode_to_vec()
}

fn metric(family: &Family, points: &[Point], now: Timestamp) -> Metric {
    let data_points = points.iter().map(|point| data_point(point, now)).collect();
    let data = match family.kind {
        Kind::Gauge => metric::Data::Gauge(Gauge { data_points }),
        Kind::Counter => metric::Data::Sum(Sum {
            data_points,
            aggregation_temporality: AggregationTemporality::Cumulative as i32,
            is_monotonic: true,
        }),
    };
    Metric {
        name: family.name.to_owned(),
        description: family.help.to_owned(),
        unit: unit(family.unit).to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

/// The unit by UCUM. An amount's own unit is in its label `unit`, so it has none here.
fn unit(unit: Option<&str>) -> &'static str {
    match unit {
        Some("seconds") => "s",
        Some("ratio") => "1",
        Some("per_second") => "{unit}/s",
        _ => "",
    }
}

fn data_point(point: &Point, now: Timestamp) -> NumberDataPoint {
    let value = match point.value {
        Value::Count(count) => number_data_point::Value::AsInt(i64::try_from(count).unwrap_or(i64::MAX)),
        other => number_data_point::Value::AsDouble(other.to_f64()),
    };
    NumberDataPoint {
        attributes: point.labels.iter().map(|(name, value)| attribute(name, value)).collect(),
        start_time_unix_nano: point.start.map_or(0, nanos),
        time_unix_nano: nanos(now),
        value: Some(value),
        ..NumberDataPoint::default()
    }
}

fn nanos(at: Timestamp) -> u64 {
    u64::try_from(at.0).unwrap_or_default().saturating_mul(1_000_000)
}

fn attribute(name: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: name.to_owned(), value: Some(value), ..KeyValue::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Labels;
    use crate::model::{Amount, Unit};

    fn family(kind: Kind, points: usize) -> Family {
        let labels =
            Labels { shared: [("account", "a".to_owned()), ("meter", String::new())].into(), own: vec![] };
        let amount: Amount = "1.5 USD".parse().unwrap();
        let start = (kind == Kind::Counter).then_some(Timestamp(2_000));
        let point = Point { labels, value: Value::Exact(amount), start };
        Family { name: "tollwatch_x", help: "X.", unit: Some("seconds"), kind, points: vec![point; points] }
    }

    fn read(bytes: &[u8]) -> Vec<Metric> {
        let request = ExportMetricsServiceRequest::decode(bytes).unwrap();
        request.resource_metrics[0].scope_metrics[0].metrics.clone()
    }

    #[test]
    fn a_counter_is_a_cumulative_sum_with_its_start() {
        let sent =
            requests(&[family(Kind::Counter, 1)], &[("service.name".into(), "t".into())], Timestamp(5_000));
        let metrics = read(&sent[0]);
        let Some(metric::Data::Sum(sum)) = &metrics[0].data else { panic!("{metrics:?}") };
        assert!(sum.is_monotonic && sum.aggregation_temporality == 2);
        let point = &sum.data_points[0];
        assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (2_000_000_000, 5_000_000_000));
        assert_eq!(point.value, Some(number_data_point::Value::AsDouble(1.5)));
        // An empty label is the same as none.
        assert_eq!(point.attributes, [attribute("account", "a")]);
        assert_eq!((metrics[0].unit.as_str(), metrics[0].name.as_str()), ("s", "tollwatch_x"));
        assert_eq!(Unit::USD.to_string(), "USD");
    }

    /// Every figure of a snapshot arrives: its name, labels and value, and of a sum its start.
    #[test]
    fn nothing_is_lost_on_the_way() {
        let families = crate::metrics::families(&crate::metrics::tests::snapshot());
        let now = Timestamp(9_000);
        let sent = requests(&families, &[], now);
        let metrics: Vec<Metric> = sent.iter().flat_map(|bytes| read(bytes)).collect();
        assert_eq!(metrics.len(), families.len());
        for (family, metric) in families.iter().zip(&metrics) {
            let (kind, points) = match metric.data.as_ref().unwrap() {
                metric::Data::Gauge(gauge) => (Kind::Gauge, &gauge.data_points),
                metric::Data::Sum(sum) => (Kind::Counter, &sum.data_points),
                other => panic!("{other:?}"),
            };
            assert_eq!((family.name, family.help, family.kind), (&*metric.name, &*metric.description, kind));
            assert_eq!(family.points.len(), points.len());
            for (point, sent) in family.points.iter().zip(points) {
                let labels: Vec<KeyValue> =
                    point.labels.iter().map(|(name, value)| attribute(name, value)).collect();
                let value = match sent.value.unwrap() {
                    number_data_point::Value::AsDouble(value) => value,
                    number_data_point::Value::AsInt(value) => value as f64,
                };
                assert_eq!((&labels, point.value.to_f64()), (&sent.attributes, value), "{}", family.name);
                assert_eq!(sent.start_time_unix_nano > 0, point.start.is_some_and(|start| start.0 > 0));
                assert_eq!(sent.time_unix_nano, 9_000_000_000);
            }
        }
    }

    #[test]
    fn many_points_are_several_requests() {
        let families = [family(Kind::Gauge, 9_000), family(Kind::Counter, 7_001)];
        let sent: Vec<usize> = requests(&families, &[], Timestamp(0))
            .iter()
            .map(|bytes| {
                let points = |metric: &Metric| match &metric.data {
                    Some(metric::Data::Gauge(gauge)) => gauge.data_points.len(),
                    Some(metric::Data::Sum(sum)) => sum.data_points.len(),
                    _ => 0,
                };
                read(bytes).iter().map(points).sum()
            })
            .collect();
        assert_eq!(sent, [8_000, 8_000, 1]);
        assert!(requests(&[], &[], Timestamp(0)).is_empty());
    }

    #[test]
    fn a_receiver_may_take_a_part() {
        assert_eq!(rejected(b""), None);
        assert_eq!(rejected(&[0x0a, 0x02, 0x08, 0x03]), Some((3, String::new())));
        assert_eq!(rejected(b"\xff"), None);
    }
}
