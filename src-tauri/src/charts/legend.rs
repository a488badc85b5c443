//! What the marks on a picture mean, in words; drawn below an exported picture and written below the window's.

use super::ChartError;
use super::ink::Ink;
use super::pen::{Pen, width_of};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;
use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

/// How a mark looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A line.
    Line,
    /// A line of dashes.
    Dashes,
    /// A line of dots.
    Dots,
    /// A filled area.
    Area,
    /// A triangle that points up.
    Triangle,
    /// A cross.
    Cross,
}

/// One row of a legend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct LegendRow {
    /// The CSS class of the mark.
    pub class: String,
    /// How it looks.
    pub shape: Shape,
    /// What it means; untrusted where it is a name.
    pub text: String,
    #[serde(skip)]
    #[ts(skip)]
    pub(super) ink: Ink,
}

impl LegendRow {
    pub(super) fn new(ink: Ink, shape: Shape, text: impl Into<String>) -> LegendRow {
        LegendRow { class: ink.class().to_owned(), shape, text: text.into(), ink }
    }
}

const TEXT: f64 = 11.0;
const ROW: f64 = 20.0;
const SWATCH: f64 = 18.0;

/// The left edge and the row of each entry, and how many rows there are.
fn places(rows: &[LegendRow], width: f64) -> (Vec<(f64, usize)>, usize) {
    let (mut x, mut row) = (0.0, 0);
    let mut found = Vec::with_capacity(rows.len());
    for one in rows {
        let wide = SWATCH + 6.0 + width_of(&short(&one.text), TEXT) + 18.0;
        if x > 0.0 && x + wide > width {
            (x, row) = (0.0, row + 1);
        }
        found.push((x, row));
        x += wide;
    }
    (found, if rows.is_empty() { 0 } else { row + 1 })
}

/// How high a legend is at that width.
pub(super) fn height(rows: &[LegendRow], width: f64) -> f64 {
    places(rows, width).1 as f64 * ROW
}

/// A name of any length in a row of a legend.
fn short(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    text.chars().take(39).chain(['…']).collect()
}

/// Draws a legend with its upper left corner at `(left, top)`.
pub(super) fn draw<DB: DrawingBackend>(
    pen: &Pen<DB>,
    rows: &[LegendRow],
    (left, top): (f64, f64),
    width: f64,
) -> Result<(), ChartError> {
    for (one, (x, row)) in rows.iter().zip(places(rows, width).0) {
        let (x, y) = (left + x, top + (row as f64 + 0.5) * ROW);
        let (end, low, high) = (x + SWATCH, y + 5.0, y - 5.0);
        match one.shape {
            Shape::Line => pen.line(one.ink, 2.0, &[(x, y), (end, y)])?,
            Shape::Dashes => pen.dashed(one.ink, 1.5, (x, y), (end, y), (4.0, 3.0))?,
            Shape::Dots => pen.dashed(one.ink, 1.75, (x, y), (end, y), (1.5, 3.0))?,
            Shape::Area if one.ink == Ink::Hatch => {
                pen.fill(Ink::Gap, &[(x, high), (end, high), (end, low), (x, low)])?;
                for from in [x, x + 6.0, x + 12.0] {
                    pen.line(Ink::Hatch, 0.75, &[(from, low), ((from + 10.0).min(end), high)])?;
                }
            }
            Shape::Area => pen.fill(one.ink, &[(x, high), (end, high), (end, low), (x, low)])?,
            Shape::Triangle => {
                pen.fill(one.ink, &[(x + 4.5, low), (end - 4.5, low), (x + 9.0, high + 1.0)])?
            }
            Shape::Cross => {
                let middle = x + 9.0;
                pen.line(one.ink, 1.75, &[(middle - 3.5, y - 3.5), (middle + 3.5, y + 3.5)])?;
                pen.line(one.ink, 1.75, &[(middle - 3.5, y + 3.5), (middle + 3.5, y - 3.5)])?;
            }
        }
        pen.text(Ink::Note, TEXT, (end + 6.0, y), HPos::Left, &short(&one.text))?;
    }
    Ok(())
}
