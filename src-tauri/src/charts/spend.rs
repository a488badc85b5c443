//! The spend panel: one bar per hour, day or week.

use super::frame::Frame;
use super::ink::{Ink, Palette};
use super::pen::{self, Pen};
use super::{Axis, ChartError, Picture, Point, Series, raster};
use crate::model::{Amount, Qty, Timestamp, Unit};
use jiff::tz::TimeZone;
use plotters::prelude::DrawingBackend;

/// What was spent in one slot of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendBar {
    /// Where the slot begins.
    pub at: Timestamp,
    /// Where it ends; local days are 23 to 25 hours long.
    pub until: Timestamp,
    /// What was spent in it. A slot without readings has no bar: missing is not zero.
    pub spent: Qty,
}

/// What the spend panel shows.
#[derive(Clone, Debug)]
pub struct SpendInput<'a> {
    /// The meter's unit.
    pub unit: Unit,
    /// Account and meter in the user's words; untrusted.
    pub label: &'a str,
    /// Oldest first.
    pub bars: &'a [SpendBar],
    /// Left edge.
    pub from: Timestamp,
    /// Right edge.
    pub to: Timestamp,
    /// The present moment: the slot that it lies in is not over and drawn lighter.
    pub now: Timestamp,
    /// The viewer's zone.
    pub zone: TimeZone,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Draws the panel as SVG.
pub fn spend(input: &SpendInput<'_>) -> Result<Picture, ChartError> {
    let (frame, summary) = (frame(input), super::summary::of_spend(input));
    let (svg, ()) = pen::svg((input.width, input.height), &summary, |pen| draw(&frame, pen, input))?;
    let points = input.bars.iter().map(|bar| Point {
        t: bar.at.0 as f64,
        v: Some(input.unit.to_f64(bar.spent)),
        text: Amount::new(bar.spent, input.unit).to_string(),
    });
    Ok(Picture {
        svg,
        plot: frame.plot,
        x: Axis { min: frame.from.0 as f64, max: frame.to.0 as f64 },
        y: frame.y,
        unit: input.unit.to_string(),
        series: vec![Series { name: "spent".to_owned(), points: points.collect() }],
        marks: Vec::new(),
        summary,
    })
}

/// Draws the panel as PNG, in light or dark colours.
pub fn spend_png(input: &SpendInput<'_>, dark: bool) -> Result<Vec<u8>, ChartError> {
    let palette = if dark { Palette::Dark } else { Palette::Light };
    let size = (input.width, input.height);
    let pixels = pen::pixels(size, palette, |pen| draw(&frame(input), pen, input))?;
    raster::encode(&pixels, size, png::ColorType::Rgb)
}

fn frame(input: &SpendInput<'_>) -> Frame {
    let values = input.bars.iter().map(|bar| input.unit.to_f64(bar.spent));
    let high = values.fold(0.0, f64::max);
    Frame::new((input.width, input.height), (input.from, input.to), (0.0, high), input.unit, false)
}

fn draw<DB: DrawingBackend>(frame: &Frame, pen: &Pen<DB>, input: &SpendInput<'_>) -> Result<(), ChartError> {
    frame.draw(pen, &input.zone)?;
    if input.bars.is_empty() {
        return frame.empty(pen, "no readings yet");
    }
    for bar in input.bars {
        let left = frame.x(bar.at).max(frame.plot.x);
        let right = frame.x(bar.until).min(frame.right());
        let wide = right - left;
        if wide <= 0.0 || bar.spent.0 <= 0 {
            continue;
        }
        // A hairline between bars, as long as it leaves most of the bar.
        let space = if wide >= 4.0 { (wide * 0.18).min(6.0) } else { 0.0 };
        let (left, right) = (left + space / 2.0, (right - space / 2.0).max(left + 0.5));
        let (top, zero) = (frame.y(input.unit.to_f64(bar.spent)), frame.y(0.0));
        let ink = if bar.at <= input.now && input.now < bar.until { Ink::BarNow } else { Ink::Bar };
        pen.fill(ink, &[(left, top), (right, top), (right, zero), (left, zero)])?;
    }
    Ok(())
}
