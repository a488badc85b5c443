//! The metrics that say what models were used for, out of all that is pushed. The others are taken and dropped.
//!
//! | metric | sender, source |
//! |---|---|
//! | `gen_ai.client.token.usage` (histogram, `gen_ai.token.type`) | GenAI conventions up to 2026, OpenLLMetry, LiteLLM: opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics |
//! | `gen_ai.client.inference.usage.{input,output}_tokens` (counters) | GenAI conventions, gen-ai-token-metrics.md of open-telemetry/semantic-conventions-genai; its `cache_*`, `reasoning` are parts of these, its `inference.operation.*` the same tokens call by call: none of them is counted |
//! | `gen_ai.client.token.cost`, `gen_ai.usage.cost` (USD) | LiteLLM: docs.litellm.ai/docs/observability/opentelemetry_integration |
//! | `claude_code.token.usage` (`type`, `model`), `claude_code.cost.usage` (USD) | Claude Code: code.claude.com/docs/en/monitoring-usage |

use crate::model::{Qty, Uncounted, Unit};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric, number_data_point};
use prost::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest name that is kept, in letters.
const LONGEST: usize = 120;
/// The largest whole number up to which a double has no gaps, 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// The most that a cost may be, in USD: up to there a double is exact to 10⁻⁹.
const MOST_COST: f64 = 9_000_000.0;
/// A point that says that there is nothing to say (`DataPointFlags`).
const NO_VALUE: u32 = 1;
/// Operations that hold others: what they used is said of those too.
const AROUND: [&str; 5] = ["invoke_agent", "create_agent", "invoke_workflow", "execute_tool", "plan"];

/// Which metric tokens come from. A program that has several says the same tokens in each; the first here counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `gen_ai.client.inference.usage.*`.
    Inference,
    /// `gen_ai.client.token.usage`.
    Usage,
    /// `claude_code.token.usage`.
    ClaudeCode,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Input tokens.
    Input(Source),
    /// Output tokens.
    Output(Source),
    /// Tokens whose cost the sender says.
    Counted(Source),
    /// A cost, in 10⁻⁹ USD.
    Cost,
}

/// One figure of one series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Which process, by all attributes of its resource.
    pub process: String,
    /// Which series of it: resource, scope, metric, temporality and the point's attributes.
    pub series: String,
    /// What it counts.
    pub slot: Slot,
    /// `service.name`.
    pub service: String,
    /// `gen_ai.provider.name`, before that `gen_ai.system`.
    pub provider: String,
    /// `gen_ai.response.model`, else `gen_ai.request.model`.
    pub model: String,
    /// Whether it is what was added from `start` to `time`, and not what there is since `start`.
    pub delta: bool,
    /// In 10⁻⁹ s since 1970; 0 if unknown.
    pub start: u64,
    /// In 10⁻⁹ s since 1970; 0 if unknown.
    pub time: u64,
    /// Tokens, or 10⁻⁹ USD; never negative.
    pub value: i64,
}

/// What one request brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Figures that can be counted.
    pub points: Vec<Point>,
    /// Figures that cannot, one entry each.
    pub uncounted: Vec<Uncounted>,
}

/// A number of a point, as it was sent.
enum Number {
    Whole(i64),
    Float(f64),
    Missing,
}

/// One data point of any kind of metric.
struct Raw<'a> {
    attributes: &'a [KeyValue],
    start: u64,
    time: u64,
    flags: u32,
    number: Number,
}

/// The figures of a request that concern models.
pub fn points(request: &ExportMetricsServiceRequest) -> Batch {
    let mut batch = Batch::default();
    for one in &request.resource_metrics {
        let attributes = one.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        let process = key(&[], attributes);
        let service = text(attributes, "service.name").unwrap_or_default();
        for scope in &one.scope_metrics {
            let name = scope.scope.as_ref().map_or("", |scope| &scope.name);
            for metric in &scope.metrics {
                read(metric, &[process.as_str(), name], &service, &mut batch);
            }
        }
    }
    batch
}

fn read(metric: &Metric, place: &[&str; 2], service: &str, batch: &mut Batch) {
    let Some(kind) = kind(&metric.name) else { return };
    let (temporality, raws) = match raws(metric) {
        Ok(found) => found,
        Err(count) => {
            batch.uncounted.extend(std::iter::repeat_n(Uncounted::NotASum, count));
            return;
        }
    };
    let delta = temporality == 1;
    if !delta && temporality != 2 {
        batch.uncounted.extend(std::iter::repeat_n(Uncounted::NotASum, raws.len()));
        return;
    }
    for raw in raws.iter().filter(|raw| raw.flags & NO_VALUE == 0) {
        if text(raw.attributes, "gen_ai.operation.name").is_some_and(|name| AROUND.contains(&name.as_str())) {
            continue;
        }
        match figure(kind, &metric.unit, raw) {
            Ok((slot, value)) => {
                let first = |names: &[&str]| {
                    names.iter().find_map(|name| text(raw.attributes, name)).unwrap_or_default()
                };
                let how = if delta { "delta" } else { "cumulative" };
                batch.points.push(Point {
                    process: place[0].to_owned(),
                    series: key(&[place[0], place[1], &metric.name, &metric.unit, how], raw.attributes),
                    slot,
                    service: service.to_owned(),
                    provider: first(&["gen_ai.provider.name", "gen_ai.system"]),
                    model: first(&["gen_ai.response.model", "gen_ai.request.model", "model"]),
                    delta,
                    start: raw.start,
                    time: raw.time,
                    value,
                });
            }
            Err(why) => batch.uncounted.push(why),
        }
    }
}

/// What a metric says.
#[derive(Clone, Copy)]
enum Kind {
    /// Tokens of the type that an attribute names.
    Typed(Source, &'static str),
    Input,
    Output,
    Cost,
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "gen_ai.client.token.usage" => Kind::Typed(Source::Usage, "gen_ai.token.type"),
        "gen_ai.client.inference.usage.input_tokens" => Kind::Input,
        "gen_ai.client.inference.usage.output_tokens" => Kind::Output,
        "claude_code.token.usage" => Kind::Typed(Source::ClaudeCode, "type"),
        "claude_code.cost.usage" | "gen_ai.client.token.cost" | "gen_ai.usage.cost" => Kind::Cost,
        _ => return None,
    })
}

fn figure(kind: Kind, unit: &str, raw: &Raw<'_>) -> Result<(Slot, i64), Uncounted> {
    let slot = match kind {
        Kind::Input => Slot::Input(Source::Inference),
        Kind::Output => Slot::Output(Source::Inference),
        Kind::Typed(source, attribute) => {
            let of = text(raw.attributes, attribute).unwrap_or_default();
            match (source, of.as_str()) {
                (Source::ClaudeCode, "input" | "output" | "cacheRead" | "cacheCreation") => {
                    Slot::Counted(source)
                }
                (Source::Usage, "input") => Slot::Input(source),
                // The convention's older word for output.
                (Source::Usage, "output" | "completion") => Slot::Output(source),
                _ => return Err(Uncounted::TokenKind),
            }
        }
        Kind::Cost if matches!(unit, "USD" | "{USD}") => Slot::Cost,
        Kind::Cost => return Err(Uncounted::Unit),
    };
    let value = if slot == Slot::Cost { nanos(&raw.number) } else { whole(&raw.number) };
    Ok((slot, value.ok_or(Uncounted::Inexact)?))
}

/// A count. `None`: negative, a part, or past what a double says exactly.
fn whole(number: &Number) -> Option<i64> {
    match number {
        Number::Whole(value) => Some(*value).filter(|value| *value >= 0),
        Number::Float(value) => {
            let fits = (0.0..=EXACT).contains(value) && value.fract() == 0.0;
            fits.then_some(*value as i64)
        }
        Number::Missing => None,
    }
}

/// A cost in 10⁻⁹ USD, rounded once, from the double's own decimals.
fn nanos(number: &Number) -> Option<i64> {
    let text = match number {
        Number::Whole(value) => value.to_string(),
        Number::Float(value) if (0.0..=MOST_COST).contains(value) => format!("{value:.9}"),
        _ => return None,
    };
    let Qty(steps) = Unit::USD.parse(&text).ok()?;
    Some(steps).filter(|steps| *steps >= 0)
}

/// A metric's temporality and its points. Error: how many points there are of a kind that is no sum.
fn raws(metric: &Metric) -> Result<(i32, Vec<Raw<'_>>), usize> {
    Ok(match &metric.data {
        Some(metric::Data::Sum(sum)) if sum.is_monotonic => {
            let raws = sum.data_points.iter().map(|point| Raw {
                attributes: &point.attributes,
                start: point.start_time_unix_nano,
                time: point.time_unix_nano,
                flags: point.flags,
                number: match point.value {
                    Some(number_data_point::Value::AsInt(value)) => Number::Whole(value),
                    Some(number_data_point::Value::AsDouble(value)) => Number::Float(value),
                    None => Number::Missing,
                },
            });
            (sum.aggregation_temporality, raws.collect())
        }
        Some(metric::Data::Histogram(histogram)) => {
            let raws = histogram.data_points.iter().map(|point| Raw {
                attributes: &point.attributes,
                start: point.start_time_unix_nano,
                time: point.time_unix_nano,
                flags: point.flags,
                number: point.sum.map_or(Number::Missing, Number::Float),
            });
            (histogram.aggregation_temporality, raws.collect())
        }
        Some(metric::Data::ExponentialHistogram(histogram)) => {
            let raws = histogram.data_points.iter().map(|point| Raw {
                attributes: &point.attributes,
                start: point.start_time_unix_nano,
                time: point.time_unix_nano,
                flags: point.flags,
                number: point.sum.map_or(Number::Missing, Number::Float),
            });
            (histogram.aggregation_temporality, raws.collect())
        }
        Some(metric::Data::Sum(sum)) => return Err(sum.data_points.len()),
        Some(metric::Data::Gauge(gauge)) => return Err(gauge.data_points.len()),
        Some(metric::Data::Summary(summary)) => return Err(summary.data_points.len()),
        None => (2, Vec::new()),
    })
}

/// An attribute's text without control characters, cut to [`LONGEST`] letters; `None` if it is missing or empty.
fn text(attributes: &[KeyValue], name: &str) -> Option<String> {
    let value = attributes.iter().find(|one| one.key == name)?.value.as_ref()?.value.as_ref()?;
    let any_value::Value::StringValue(text) = value else { return None };
    let clean: String = text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
    Some(clean.trim().to_owned()).filter(|text| !text.is_empty())
}

/// 128 bits that stand for words and attributes; the attributes' order does not matter.
fn key(words: &[&str], attributes: &[KeyValue]) -> String {
    let mut coded: Vec<Vec<u8>> = attributes.iter().map(Message::encode_to_vec).collect();
    coded.sort_unstable();
    let mut hash = Sha256::new();
    let parts = words.iter().map(|word| word.as_bytes()).chain(coded.iter().map(Vec::as_slice));
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
