//! Families → the page that Prometheus scrapes, through `prometheus-client`'s encoder.
//!
//! OpenMetrics 1.0 (prometheus.io/docs/specs/om/open_metrics_spec) where it is asked for; else the older text format
//! 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), which differs in the lines of comment only: a counter's
//! are named with its `_total`, there are no units and no end mark.

use super::{Family, Kind, Labels, Point, Value};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabel, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit as Suffix};
use std::fmt;

/// Which of the two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Text format 0.0.4.
    Plain,
}

impl Format {
    /// What an `Accept` header asks for: OpenMetrics where it is named and not refused (`q=0`), else the older format,
    /// which everybody reads.
    pub fn accepted(accept: &str) -> Format {
        let wanted = accept.split(',').any(|part| {
            let mut words = part.split(';').map(str::trim);
            let named =
                words.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/openmetrics-text"));
            let refused = |word: &str| {
                let quality = word.strip_prefix("q=").or_else(|| word.strip_prefix("Q="));
                quality.and_then(|quality| quality.parse::<f32>().ok()) == Some(0.0)
            };
            named && !words.any(refused)
        });
        if wanted { Format::OpenMetrics } else { Format::Plain }
    }

    /// The page's content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Format::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// The page. Errors: none that the encoder knows for text in memory.
pub fn page(families: Vec<Family>, format: Format) -> Result<String, fmt::Error> {
    let counters: Vec<&'static str> =
        families.iter().filter(|family| family.kind == Kind::Counter).map(|family| family.name).collect();
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Page(families)));
    let mut page = String::new();
    prometheus_client::encoding::text::encode(&mut page, &registry)?;
    Ok(match format {
        Format::OpenMetrics => page,
        Format::Plain => plain(&page, &counters),
    })
}

/// OpenMetrics' comments as those of text format 0.0.4.
fn plain(page: &str, counters: &[&'static str]) -> String {
    let mut plain = String::with_capacity(page.len());
    for line in page.split_inclusive('\n') {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("UNIT"), ..) => {}
            (Some("#"), Some(word), Some(name), Some(rest)) if counters.contains(&name) => {
                plain.extend(["# ", word, " ", name, "_total ", rest]);
            }
            _ if line == "# EOF\n" => {}
            _ => plain.push_str(line),
        }
    }
    plain
}

#[derive(Debug)]
struct Page(Vec<Family>);

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for family in &self.0 {
            let unit = family.unit.map(|unit| Suffix::Other(unit.to_owned()));
            let kind = match family.kind {
                Kind::Gauge => MetricType::Gauge,
                Kind::Counter => MetricType::Counter,
            };
            let mut of_family = encoder.encode_descriptor(family.name, family.help, unit.as_ref(), kind)?;
            for Point { labels, value, .. } in &family.points {
                match labels.iter().next() {
                    Some(_) => write(&mut of_family.encode_family(labels)?, family.kind, *value)?,
                    None => write(&mut of_family, family.kind, *value)?,
                }
            }
        }
        Ok(())
    }
}

fn write(encoder: &mut MetricEncoder<'_>, kind: Kind, value: Value) -> Result<(), fmt::Error> {
    match (kind, value) {
        (Kind::Gauge, Value::Count(count)) => encoder.encode_gauge(&count),
        (Kind::Gauge, value) => encoder.encode_gauge(&value.to_f64()),
        (Kind::Counter, Value::Count(count)) => encoder.encode_counter::<NoLabelSet, _, f64>(&count, None),
        (Kind::Counter, value) => encoder.encode_counter::<NoLabelSet, _, f64>(&value.to_f64(), None),
    }
}

impl EncodeLabelSet for Labels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        self.iter().try_for_each(|label| label.encode(encoder.encode_label()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::{account, snapshot};
    use crate::metrics::{Account, Ahead, LONGEST, MeterNow, Snapshot, families, label};
    use crate::model::{MeterKey, MeterKind, Qty, Timestamp, Unit};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_page_is_openmetrics_where_it_is_asked_for_and_else_the_older_text() {
        let wanted = [
            // What Prometheus 2.42 sends.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                Format::OpenMetrics,
            ),
            ("text/plain, Application/OpenMetrics-Text; q=0.1", Format::OpenMetrics),
            ("application/openmetrics-text;q=0, text/plain", Format::Plain),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Format::Plain),
            ("", Format::Plain),
        ];
        for (accept, format) in wanted {
            assert_eq!(Format::accepted(accept), format, "{accept}");
        }
        let mut snapshot = snapshot();
        snapshot.accounts[0].meters[0].key = MeterKey::new("a \"b\" \\ c\nd");
        let written = |format| page(families(&snapshot), format).unwrap();
        let labels = r#"{account="team",connector="openrouter",meter="a \"b\" \\ c"#;
        let open = written(Format::OpenMetrics);
        for line in [
            "# HELP tollwatch_wall_seconds Seconds until the wall, by forecast: with this chance it comes before.\n# TYPE tollwatch_wall_seconds gauge\n# UNIT tollwatch_wall_seconds seconds\n",
            "# TYPE tollwatch_polls counter\ntollwatch_polls_total{account=\"team\",connector=\"openrouter\",result=\"good\"} 12\n",
            &format!("tollwatch_headroom{labels}"),
            "\ntollwatch_series_left_out 0\n",
        ] {
            assert!(open.contains(line), "{line}\nis missing in\n{open}");
        }
        assert!(open.ends_with("\n# EOF\n"), "{open}");
        let plain = written(Format::Plain);
        assert!(!plain.contains("# EOF") && !plain.contains("# UNIT"));
        assert!(plain.contains("# TYPE tollwatch_polls_total counter\ntollwatch_polls_total{"), "{plain}");
        let figures = |page: &str| {
            page.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(figures(&open), figures(&plain));
    }

    fn any_meter() -> impl Strategy<Value = MeterNow> {
        let qty = || proptest::option::of(any::<i64>().prop_map(Qty));
        let text = prop_oneof![4 => ".{0,20}", 1 => "[\\x00-\\x7f]{0,20}", 1 => "[a-z]{100,400}", 1 => Just("\"} 1\nx{".to_owned())];
        let kind = proptest::sample::select(vec![MeterKind::Balance, MeterKind::Quota, MeterKind::Rate]);
        let unit = proptest::sample::select(vec![Unit::USD, Unit::Tokens, Unit::Percent]);
        let real = || proptest::option::of(any::<f64>());
        let moment = || proptest::option::of(any::<i64>().prop_map(Timestamp));
        (
            text,
            (kind, unit),
            [qty(), qty(), qty(), qty(), qty()],
            any::<i64>(),
            [moment(), moment(), moment()],
            real(),
            real(),
        )
            .prop_map(
                |(
                    key,
                    (kind, unit),
                    [used, limit, remaining, headroom, spent],
                    read,
                    wall,
                    before_reset,
                    burn,
                )| MeterNow {
                    key: MeterKey::new(key),
                    kind,
                    unit,
                    used,
                    limit,
                    remaining,
                    headroom,
                    spent: spent.map(|spent| Qty(spent.0.saturating_abs())),
                    read_at: Timestamp(read),
                    since: Timestamp(read),
                    ahead: Ahead { wall, before_reset, burn },
                },
            )
    }

    proptest! {
        #[test]
        fn whatever_is_measured_the_page_is_read_again(
            meters in proptest::collection::vec(any_meter(), 0..12),
            name in "[a-z0-9_-]{1,64}",
        ) {
            let given: Vec<(String, Qty, Unit)> = meters
                .iter()
                .filter_map(|meter| Some((label(&meter.key.0), meter.headroom?, meter.unit)))
                .collect();
            let account = Account { name: name.clone(), meters, ..account() };
            let snapshot = Snapshot { accounts: vec![account], ..snapshot() };
            let families = families(&snapshot);
            let points: usize = families.iter().map(|family| family.points.len()).sum();
            for format in [Format::OpenMetrics, Format::Plain] {
                let page = page(families.clone(), format).unwrap();
                // The connector's reader of such pages, which knows nothing of how this one was written.
                let read = crate::connectors::read_page(&page).unwrap();
                prop_assert_eq!(read.len(), points);
                let mut series = BTreeSet::new();
                for (metric, labels, value) in &read {
                    prop_assert!(series.insert((metric.clone(), labels.clone())), "{} {:?} is there twice", metric, labels);
                    prop_assert!(value.parse::<f64>().unwrap().is_finite());
                    prop_assert!(labels.iter().all(|(_, value)| value.chars().count() <= LONGEST));
                    if metric == "tollwatch_headroom" {
                        let of = |name: &str| labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.clone());
                        prop_assert_eq!(of("account"), Some(name.clone()));
                        let meter = of("meter").unwrap_or_default();
                        let value: f64 = value.parse().unwrap();
                        prop_assert!(given.iter().any(|(key, qty, unit)| *key == meter && unit.to_f64(*qty) == value));
                    }
                }
            }
        }
    }
}
