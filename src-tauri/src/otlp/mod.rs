//! OpenTelemetry metrics that programs push here (OTLP/HTTP 1.x): bytes → points of GenAI use → tokens and costs by day.
//! Pure: bytes, the time and what is known come in; the door is `server/otlp.rs`, the history `monitor/received.rs`.
//!
//! Sources: opentelemetry.io/docs/specs/otlp (1.x) for bytes, answers and status codes; the metrics data model
//! (opentelemetry.io/docs/specs/otel/metrics/data-model) for series, temporality and resets; `genai.rs` names those of
//! the metrics.

mod genai;
mod tally;
mod wire;

pub use genai::{Batch, Point, Slot, Source, points};
pub use tally::{KEPT, MOST_NAMES, MOST_SERIES, Taken, Tally};
pub use wire::{Encoding, MOST_BYTES, decode, done, failed, gunzip};
