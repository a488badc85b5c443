//! The spend panel: one bar per hour, day or week, in layers where it is known what was paid for.

use super::frame::Frame;
use super::ink::{Ink, Palette};
use super::legend::{LegendRow, Shape};
use super::pen::{self, Pen};
use super::{Axis, ChartError, Picture, Point, Series, raster};
use crate::model::{Amount, Qty, Timestamp, Unit};
use crate::say;
use jiff::tz::TimeZone;
use plotters::prelude::DrawingBackend;
use std::collections::BTreeMap;

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

/// One model's, key's or project's share of the bars; or the whole, as the only layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is: `spent`, or the model's name; untrusted.
    pub name: String,
    /// Its bars, oldest first.
    pub bars: Vec<SpendBar>,
}

/// What the spend panel shows.
#[derive(Clone, Debug)]
pub struct SpendInput<'a> {
    /// The meter's unit.
    pub unit: Unit,
    /// Account and meter in the user's words; untrusted.
    pub label: &'a str,
    /// From the bottom of each bar to its top: the whole as one, or up to [`MOST_LAYERS`] parts of it.
    pub layers: &'a [Layer],
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

/// Layers that can be told apart by their colour; the last is for the rest.
pub const MOST_LAYERS: usize = 7;

/// Draws the panel as SVG. A point's value is the top of its layer in the stack, its text the layer's own figure.
pub fn spend(input: &SpendInput<'_>) -> Result<Picture, ChartError> {
    let (frame, summary) = (frame(input), super::summary::of_spend(input));
    let (svg, ()) = pen::svg((input.width, input.height), &summary, |pen| draw(&frame, pen, input))?;
    let series = stacked(input)
        .into_iter()
        .map(|(layer, tops)| {
            let point = |(bar, top): (&SpendBar, Qty)| Point {
                t: bar.at.0 as f64,
                v: Some(input.unit.to_f64(top)),
                text: Amount::new(bar.spent, input.unit).to_string(),
            };
            Series { name: layer.name.clone(), points: layer.bars.iter().zip(tops).map(point).collect() }
        })
        .collect();
    Ok(Picture {
        svg,
        plot: frame.plot,
        x: Axis { min: frame.from.0 as f64, max: frame.to.0 as f64 },
        y: frame.y,
        unit: input.unit.to_string(),
        series,
        legend: legend(input),
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

/// Each layer with the height that each of its bars reaches. Credits back (negative) are not drawn: they lower nothing.
fn stacked<'a>(input: &SpendInput<'a>) -> Vec<(&'a Layer, Vec<Qty>)> {
    let mut heights: BTreeMap<Timestamp, i64> = BTreeMap::new();
    let mut found = Vec::with_capacity(input.layers.len());
    for layer in input.layers {
        let top = |bar: &SpendBar| {
            let height = heights.entry(bar.at).or_default();
            *height = height.saturating_add(bar.spent.0.max(0));
            Qty(*height)
        };
        found.push((layer, layer.bars.iter().map(top).collect()));
    }
    found
}

/// What the bars stand for; of one layer that its last bar is not over.
pub(super) fn legend(input: &SpendInput<'_>) -> Vec<LegendRow> {
    let [only] = input.layers else {
        let row =
            |(index, layer): (usize, &Layer)| LegendRow::new(Ink::layer(index), Shape::Area, &*layer.name);
        return input.layers.iter().enumerate().map(row).collect();
    };
    let growing = only.bars.iter().any(|bar| bar.at <= input.now && input.now < bar.until && bar.spent.0 > 0);
    let mut rows = vec![LegendRow::new(Ink::Bar, Shape::Area, say!("legend-spent"))];
    rows.extend(growing.then(|| LegendRow::new(Ink::BarNow, Shape::Area, say!("legend-spent-now"))));
    rows
}

pub(super) fn frame(input: &SpendInput<'_>) -> Frame {
    let tops = stacked(input).into_iter().flat_map(|(_, tops)| tops);
    let high = tops.map(|top| input.unit.to_f64(top)).fold(0.0, f64::max);
    Frame::new((input.width, input.height), (input.from, input.to), (0.0, high), input.unit, false)
}

pub(super) fn draw<DB: DrawingBackend>(
    frame: &Frame,
    pen: &Pen<DB>,
    input: &SpendInput<'_>,
) -> Result<(), ChartError> {
    frame.draw(pen, &input.zone)?;
    if input.layers.iter().all(|layer| layer.bars.is_empty()) {
        return frame.empty(pen, &say!("chart-empty"));
    }
    for (index, (layer, tops)) in stacked(input).into_iter().enumerate() {
        for (bar, top) in layer.bars.iter().zip(tops) {
            let left = frame.x(bar.at).max(frame.plot.x);
            let right = frame.x(bar.until).min(frame.right());
            let wide = right - left;
            if wide <= 0.0 || bar.spent.0 <= 0 {
                continue;
            }
            // A hairline between bars, as long as it leaves most of the bar.
            let space = if wide >= 4.0 { (wide * 0.18).min(6.0) } else { 0.0 };
            let (left, right) = (left + space / 2.0, (right - space / 2.0).max(left + 0.5));
            let foot = Qty(top.0 - bar.spent.0);
            let (top, foot) = (frame.y(input.unit.to_f64(top)), frame.y(input.unit.to_f64(foot)));
            let ink = match input.layers.len() {
                1 if bar.at <= input.now && input.now < bar.until => Ink::BarNow,
                1 => Ink::Bar,
                _ => Ink::layer(index),
            };
            pen.fill(ink, &[(left, top), (right, top), (right, foot), (left, foot)])?;
        }
    }
    Ok(())
}
