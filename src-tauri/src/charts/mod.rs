//! Every picture, drawn with plotters: SVG for the window, PNG for tray, notices and export. Pure.

use serde::Serialize;
use ts_rs::TS;

/// A rectangle in CSS pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
pub struct Axis {
    /// At the left or bottom.
    pub min: f64,
    /// At the right or top.
    pub max: f64,
}

/// One point, for tooltip, keyboard walk and table.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Point {
    /// Milliseconds since the epoch.
    pub t: f64,
    /// Value in whole units; `null` is a gap.
    pub v: Option<f64>,
    /// The exact figure: `4.12 USD`.
    pub text: String,
}

/// One line, area or row of bars.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Series {
    /// What it is: `left`, `spent`, `forecast p50`.
    pub name: String,
    /// Its points, oldest first.
    pub points: Vec<Point>,
}

/// Something that happened: a top-up, a reset, a refusal.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Mark {
    /// When.
    pub t: f64,
    /// `top_up`, `reset`, `refusal`, `wall`.
    pub kind: String,
    /// In words.
    pub text: String,
}

/// A drawn chart and what is needed to walk on it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
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
    /// The chart in one or two sentences, for a screen reader.
    pub summary: String,
}
