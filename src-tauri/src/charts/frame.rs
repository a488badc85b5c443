//! The frame of a panel: plot area, axes, grid and labels.

use super::ink::Ink;
use super::pen::{Pen, width_of};
use super::{Area, Axis, ChartError, ticks};
use crate::model::{Timestamp, Unit};
use jiff::tz::TimeZone;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

/// Where data lie and how they are mapped to pixels.
pub(super) struct Frame {
    pub(super) plot: Area,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) y: Axis,
    grid: Vec<f64>,
    unit: Unit,
}

/// Text height of axis labels.
const TICK: f64 = 11.0;

impl Frame {
    /// Lays a frame out for data between `low` and `high`; zero is always inside. `bare` has no labels.
    pub(super) fn new(
        (width, height): (u32, u32),
        (from, to): (Timestamp, Timestamp),
        (low, high): (f64, f64),
        unit: Unit,
        bare: bool,
    ) -> Frame {
        let (width, height) = (f64::from(width), f64::from(height));
        let grid =
            ticks::values(low.min(0.0), high.max(0.0), ((height - 46.0) / 44.0).clamp(1.0, 8.0) as usize);
        let y = Axis { min: grid.first().copied().unwrap_or(0.0), max: grid.last().copied().unwrap_or(1.0) };
        let step = step_of(&grid);
        let widest = grid
            .iter()
            .map(|value| width_of(&ticks::value_text(*value, step, unit), TICK))
            .fold(0.0, f64::max);
        let (left, top, right, bottom) =
            if bare { (4.0, 6.0, 4.0, 4.0) } else { ((widest + 14.0).min(width / 3.0), 18.0, 14.0, 24.0) };
        let plot = Area {
            x: left,
            y: top,
            width: (width - left - right).max(1.0),
            height: (height - top - bottom).max(1.0),
        };
        Frame { plot, from, to: to.max(from + 1), y, grid, unit }
    }

    /// A moment's place, also outside the plot.
    pub(super) fn x(&self, at: Timestamp) -> f64 {
        self.plot.x + at.since(self.from) as f64 / self.to.since(self.from) as f64 * self.plot.width
    }

    /// A value's place.
    pub(super) fn y(&self, value: f64) -> f64 {
        let share = (value - self.y.min) / (self.y.max - self.y.min).max(f64::MIN_POSITIVE);
        self.plot.y + (1.0 - share) * self.plot.height
    }

    /// The right edge.
    pub(super) fn right(&self) -> f64 {
        self.plot.x + self.plot.width
    }

    /// The lower edge.
    pub(super) fn bottom(&self) -> f64 {
        self.plot.y + self.plot.height
    }

    /// Grid, base line, ticks and their labels.
    pub(super) fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>, zone: &TimeZone) -> Result<(), ChartError> {
        for value in self.grid.iter().filter(|value| **value != 0.0) {
            pen.line(Ink::Grid, 1.0, &[(self.plot.x, self.y(*value)), (self.right(), self.y(*value))])?;
        }
        let zero = self.y(0.0);
        pen.line(Ink::Axis, 1.0, &[(self.plot.x, zero), (self.right(), zero)])?;
        let times = ticks::times(self.from, self.to, (self.plot.width / 72.0) as usize + 1, zone);
        for (at, _) in &times {
            pen.line(Ink::Axis, 1.0, &[(self.x(*at), self.bottom()), (self.x(*at), self.bottom() + 4.0)])?;
        }
        let step = step_of(&self.grid);
        for value in &self.grid {
            let text = ticks::value_text(*value, step, self.unit);
            pen.text(Ink::Tick, TICK, (self.plot.x - 8.0, self.y(*value)), HPos::Right, &text)?;
        }
        let mut free = 0.0;
        for (at, text) in times {
            let half = width_of(&text, TICK) / 2.0;
            let x = self.x(at).clamp(half, (self.right() + 14.0 - half).max(half));
            if x - half >= free {
                pen.text(Ink::Tick, TICK, (x, self.bottom() + 13.0), HPos::Center, &text)?;
                free = x + half + 8.0;
            }
        }
        Ok(())
    }

    /// Words in the middle of an empty panel.
    pub(super) fn empty<DB: DrawingBackend>(&self, pen: &Pen<DB>, text: &str) -> Result<(), ChartError> {
        let middle = (self.plot.x + self.plot.width / 2.0, self.plot.y + self.plot.height / 2.0);
        pen.text(Ink::Empty, 13.0, middle, HPos::Center, text)
    }
}

fn step_of(grid: &[f64]) -> f64 {
    grid.windows(2).next().map_or(1.0, |pair| pair[1] - pair[0])
}
