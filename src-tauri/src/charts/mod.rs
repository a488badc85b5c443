//! Every picture, drawn with plotters: SVG for the window, PNG for tray, notices and export. Pure.
//!
//! One drawing code, several backends: panels name *inks* ([`ink`]); the SVG backend writes them as CSS classes, so that
//! one SVG serves light and dark, the bitmap backend as colours. The classes, each on elements inside `svg.chart`:
//! lines (set `stroke`) `grid axis level hatch median wall reserve limit now reset topup-line refusal refusal-line`;
//! areas (set `fill`) `area dot gap fan topup bar bar-now layer-0 … layer-6`; text (set `fill`) `tick note wall-label empty title`.

mod frame;
mod gauge;
mod ink;
mod legend;
mod level;
mod pen;
mod raster;
mod sheet;
mod spend;
mod summary;
mod svg;
#[cfg(test)]
mod testing;
mod ticks;
mod trace;

pub use gauge::{Gauge, gauge, gauge_png};
pub use ink::stylesheet;
pub use legend::{LegendRow, Shape};
pub use level::{LevelForecast, LevelInput, Refused, level, level_png, sparkline};
pub use sheet::{Panel, Words, drawn, sheet, sheet_png};
pub use spend::{Layer, MOST_LAYERS, SpendBar, SpendInput, spend, spend_png};

use crate::say;
use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

/// Why a picture could not be drawn. Rare: the drawing itself has nothing that can fail but its font and its encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartError(String);

impl std::error::Error for ChartError {}

impl std::fmt::Display for ChartError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&say!("chart-failed", reason = self.0.as_str()))
    }
}

/// A rectangle in CSS pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// The values at an axis' two ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Axis {
    /// At the left or bottom.
    pub min: f64,
    /// At the right or top.
    pub max: f64,
}

/// One point, for tooltip, keyboard walk and table.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Point {
    /// Milliseconds since the epoch.
    pub t: f64,
    /// Value in whole units; `null` is a gap.
    pub v: Option<f64>,
    /// The exact figure: `4.12 USD`.
    pub text: String,
}

/// One line, area or row of bars.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Series {
    /// What it is: `left`, `spent`, `forecast p50`.
    pub name: String,
    /// Its points, oldest first.
    pub points: Vec<Point>,
}

/// Something that happened: a top-up, a reset, a refusal.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Mark {
    /// When.
    pub t: f64,
    /// `top_up`, `limit_lowered`, `reset`, `refusal`, `wall`.
    pub kind: String,
    /// In words.
    pub text: String,
}

/// A drawn chart and what is needed to walk on it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct Picture {
    /// The SVG element, themed by CSS classes, without script or style.
    pub svg: String,
    /// Where the data lie in it.
    pub plot: Area,
    /// Time axis, in milliseconds.
    pub x: Axis,
    /// Value axis, in whole units.
    pub y: Axis,
    /// Unit of the value axis.
    pub unit: String,
    /// The points drawn.
    pub series: Vec<Series>,
    /// What happened.
    pub marks: Vec<Mark>,
    /// What its lines, areas and marks mean.
    pub legend: Vec<LegendRow>,
    /// The chart in one or two sentences, for a screen reader.
    pub summary: String,
}

/// The picture as an `.svg` file of its own, with its style sheet and ground inside, in light or dark colours.
pub fn standalone(picture: &Picture, dark: bool) -> String {
    let theme = if dark { "chart dark" } else { "chart light" };
    let svg = picture.svg.replacen("class=\"chart\"", &format!("class=\"{theme}\""), 1);
    let head = svg.find('>').map_or(0, |end| end + 1);
    let ground = r#"<rect class="ground" width="100%" height="100%"/>"#;
    format!("{}<style>{}</style>{ground}{}", &svg[..head], stylesheet(), &svg[head..])
}
