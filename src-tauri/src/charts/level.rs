//! The level panel: what is left (or used, without a limit), broken at gaps, with what happened and the forecast.

use super::frame::Frame;
use super::ink::{Ink, Palette};
use super::legend::{LegendRow, Shape};
use super::pen::{self, Pen, width_of};
use super::trace::{Band, Vertex, figure, thin, trace};
use super::{Axis, ChartError, Mark, Picture, Point, Series, raster, ticks};
use crate::model::{Amount, Gap, MeterKind, Qty, Sample, Timestamp, Unit, step};
use crate::say;
use jiff::tz::TimeZone;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

/// When the wall may come, as drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelForecast {
    /// One chance in ten that it comes before this.
    pub p10: Timestamp,
    /// As likely before as after.
    pub p50: Timestamp,
    /// Nine chances in ten that it comes before this; `None` beyond the horizon.
    pub p90: Option<Timestamp>,
    /// What the time at which it was made is called: `now`, or `then` in a look back.
    pub made: &'static str,
}

/// Refusals, as marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When; of several, the first.
    pub at: Timestamp,
    /// How many it stands for.
    pub count: u64,
    /// Why, in words.
    pub label: String,
}

/// What the level panel shows.
#[derive(Clone, Debug)]
pub struct LevelInput<'a> {
    /// The meter's unit.
    pub unit: Unit,
    /// The meter's kind.
    pub kind: MeterKind,
    /// Account and meter in the user's words; untrusted.
    pub label: &'a str,
    /// Oldest first; may begin before `from`, so that the line enters from the left.
    pub samples: &'a [Sample],
    /// Oldest first.
    pub gaps: &'a [Gap],
    /// The forecast, if there is one.
    pub forecast: Option<LevelForecast>,
    /// Headroom that the forecast starts from.
    pub headroom_now: Option<Qty>,
    /// The present limit.
    pub limit: Option<Qty>,
    /// The coming reset.
    pub resets_at: Option<Timestamp>,
    /// When calls were refused and why, oldest first.
    pub refusals: &'a [Refused],
    /// Left edge.
    pub from: Timestamp,
    /// Right edge of the past; a forecast extends the axis, by at most the same length.
    pub to: Timestamp,
    /// The present moment.
    pub now: Timestamp,
    /// The viewer's zone.
    pub zone: TimeZone,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Draws the panel as SVG.
pub fn level(input: &LevelInput<'_>) -> Result<Picture, ChartError> {
    let scene = Scene::new(input, false);
    let summary = scene.summary(input);
    let size = (input.width, input.height);
    let (svg, ()) = pen::svg(size, &summary, |pen| scene.draw(pen, input))?;
    let frame = &scene.frame;
    Ok(Picture {
        svg,
        plot: frame.plot,
        x: Axis { min: frame.from.0 as f64, max: frame.to.0 as f64 },
        y: frame.y,
        unit: input.unit.to_string(),
        series: scene.series(input),
        legend: scene.legend(input),
        marks: scene.marks,
        summary,
    })
}

/// Draws the panel as PNG, in light or dark colours.
pub fn level_png(input: &LevelInput<'_>, dark: bool) -> Result<Vec<u8>, ChartError> {
    picture(input, if dark { Palette::Dark } else { Palette::Light }, false)
}

/// The recent past without axes, for a notice: PNG on a light ground.
pub fn sparkline(input: &LevelInput<'_>) -> Result<Vec<u8>, ChartError> {
    picture(input, Palette::Light, true)
}

fn picture(input: &LevelInput<'_>, palette: Palette, bare: bool) -> Result<Vec<u8>, ChartError> {
    let (scene, size) = (Scene::new(input, bare), (input.width, input.height));
    let pixels = pen::pixels(size, palette, |pen| scene.draw(pen, input))?;
    raster::encode(&pixels, size, png::ColorType::Rgb)
}

/// Everything that is known before a stroke is made.
pub(super) struct Scene {
    frame: Frame,
    line: Vec<Vertex>,
    bands: Vec<Band>,
    marks: Vec<Mark>,
    forecast: Option<LevelForecast>,
    used: bool,
    reserve: f64,
    bare: bool,
}

impl Scene {
    pub(super) fn new(input: &LevelInput<'_>, bare: bool) -> Scene {
        let used = !input.samples.iter().any(|sample| figure(sample, false).is_some());
        let (all, mut bands) = trace(input.samples, input.gaps, used, input.now.min(input.to));
        bands.retain(|band| band.to >= input.from && band.from <= input.to);
        let before = all.iter().rev().find(|vertex| vertex.at < input.from).copied();
        let mut inside: Vec<Vertex> =
            all.iter().filter(|vertex| vertex.at >= input.from && vertex.at <= input.to).copied().collect();
        // The line enters at the left edge with the figure before it, if no gap lies between.
        if let Some(before) =
            before.filter(|before| inside.first().is_none_or(|first| first.run == before.run))
        {
            inside.insert(0, Vertex { at: input.from, ..before });
        }
        let forecast =
            input.forecast.filter(|_| !used && input.headroom_now.is_some_and(|headroom| headroom.0 > 0));
        let past = input.to.since(input.from).max(1);
        let end = forecast.map_or(input.to, |forecast| {
            let last = forecast.p90.unwrap_or(Timestamp(i64::MAX));
            let last =
                input.resets_at.filter(|reset| *reset > input.now).map_or(last, |reset| last.min(reset));
            let room = last.since(input.to) / 20;
            last.plus(room.max(past / 40)).clamp(input.to, input.to.plus(past))
        });
        let reserve = input.samples.last().and_then(|sample| sample.reserve).unwrap_or_default();
        let value = |vertex: &Vertex| input.unit.to_f64(vertex.qty);
        let low = inside.iter().map(value).fold(0.0, f64::min);
        let mut high = inside.iter().map(value).fold(0.0, f64::max);
        if let Some(limit) =
            input.limit.map(|limit| input.unit.to_f64(limit)).filter(|limit| *limit <= high * 1.3)
        {
            high = high.max(limit);
        }
        let frame = Frame::new((input.width, input.height), (input.from, end), (low, high), input.unit, bare);
        let line = thin(&inside, input.from, end, frame.plot.width as usize);
        let marks = marks(input, used, forecast);
        Scene { frame, line, bands, marks, forecast, used, reserve: input.unit.to_f64(reserve), bare }
    }

    /// The panel in one or two sentences.
    pub(super) fn summary(&self, input: &LevelInput<'_>) -> String {
        super::summary::of_level(input, &self.line, &self.bands, &self.marks, self.used)
    }

    /// What is seen on the panel, in words: no row for what is not there.
    pub(super) fn legend(&self, input: &LevelInput<'_>) -> Vec<LegendRow> {
        let inside = |at: Timestamp| at > self.frame.from && at < self.frame.to;
        // Marks are drawn at the edges too.
        let shown = |at: Timestamp| at >= self.frame.from && at <= self.frame.to;
        let marked =
            |kind: &str| self.marks.iter().any(|mark| mark.kind == kind && shown(Timestamp(mark.t as i64)));
        let limit = input.limit.is_some_and(|limit| input.unit.to_f64(limit) <= self.frame.y.max);
        let resets = input.resets_at.is_some_and(|at| at > input.now && inside(at)) || marked("reset");
        let fan = self.forecast.is_some() && input.headroom_now.is_some();
        let drawn = !self.line.is_empty();
        let mut rows = Vec::new();
        let mut row = |there: bool, ink: Ink, shape: Shape, text: String| {
            if there {
                rows.push(LegendRow::new(ink, shape, text));
            }
        };
        let level = if self.used { say!("legend-used") } else { say!("legend-left") };
        row(drawn, Ink::Level, Shape::Line, level);
        row(drawn && fan, Ink::Fan, Shape::Area, say!("legend-fan"));
        row(drawn && fan, Ink::Median, Shape::Dashes, say!("legend-wall"));
        row(drawn && limit, Ink::Limit, Shape::Dashes, say!("legend-limit"));
        row(drawn && self.reserve > 0.0, Ink::Reserve, Shape::Dots, say!("legend-reserve"));
        row(drawn && marked("top_up"), Ink::Topup, Shape::Triangle, say!("legend-topup"));
        row(drawn && resets, Ink::Reset, Shape::Dots, say!("legend-reset"));
        row(drawn && marked("refusal"), Ink::Refusal, Shape::Cross, say!("legend-refusal"));
        row(!self.bands.is_empty(), Ink::Hatch, Shape::Area, say!("legend-gap"));
        rows
    }

    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        input: &LevelInput<'_>,
    ) -> Result<(), ChartError> {
        let frame = &self.frame;
        self.draw_bands(pen)?;
        if self.bare {
            pen.line(Ink::Axis, 1.0, &[(frame.plot.x, frame.y(0.0)), (frame.right(), frame.y(0.0))])?;
        } else {
            frame.draw(pen, &input.zone)?;
        }
        if self.line.is_empty() {
            return if self.bare { Ok(()) } else { frame.empty(pen, &say!("chart-empty")) };
        }
        self.draw_line(pen, input.unit)?;
        self.draw_forecast(pen, input)?;
        if !self.bare {
            self.draw_levels(pen, input)?;
        }
        self.draw_marks(pen)
    }

    fn draw_bands<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<(), ChartError> {
        let (top, bottom) = (self.frame.plot.y, self.frame.bottom());
        let edges = |band: &Band| {
            let left = self.frame.x(band.from).max(self.frame.plot.x);
            (left, self.frame.x(band.to).min(self.frame.right()).max(left + 1.0))
        };
        for (left, right) in self.bands.iter().map(edges) {
            pen.fill(Ink::Gap, &[(left, top), (right, top), (right, bottom), (left, bottom)])?;
        }
        for (left, right) in self.bands.iter().map(edges).filter(|(left, right)| right - left >= 3.0) {
            // Diagonals x + y = sum, cut to the band.
            let mut sum = ((left + top) / 7.0).ceil() * 7.0;
            while sum < right + bottom {
                let (x0, x1) = ((sum - bottom).max(left), (sum - top).min(right));
                if x1 - x0 > 0.5 {
                    pen.line(Ink::Hatch, 0.75, &[(x0, sum - x0), (x1, sum - x1)])?;
                }
                sum += 7.0;
            }
        }
        Ok(())
    }

    fn draw_line<DB: DrawingBackend>(&self, pen: &Pen<DB>, unit: Unit) -> Result<(), ChartError> {
        let frame = &self.frame;
        let place = |vertex: &Vertex| (frame.x(vertex.at), frame.y(unit.to_f64(vertex.qty)));
        let runs: Vec<Vec<(f64, f64)>> =
            self.line.chunk_by(|a, b| a.run == b.run).map(|run| run.iter().map(place).collect()).collect();
        let zero = frame.y(0.0);
        for run in runs.iter().filter(|run| run.len() > 1) {
            let mut shape = run.clone();
            shape.extend(run.last().map(|(x, _)| (*x, zero)));
            shape.extend(run.first().map(|(x, _)| (*x, zero)));
            pen.fill(Ink::Area, &shape)?;
        }
        for run in runs.iter().filter(|run| run.len() > 1) {
            pen.line(Ink::Level, if self.bare { 2.0 } else { 1.5 }, run)?;
        }
        for run in runs.iter().filter(|run| run.len() == 1) {
            pen.dot(Ink::Dot, run[0], 1.5)?;
        }
        match runs.last().and_then(|run| run.last()) {
            Some(last) => pen.dot(Ink::Dot, *last, 3.0),
            None => Ok(()),
        }
    }

    fn draw_forecast<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        input: &LevelInput<'_>,
    ) -> Result<(), ChartError> {
        let (Some(forecast), Some(headroom), frame) = (self.forecast, input.headroom_now, &self.frame) else {
            return Ok(());
        };
        let from = (frame.x(input.now), frame.y(input.unit.to_f64(headroom) + self.reserve));
        let floor = frame.y(self.reserve);
        // No fan beyond a reset: use starts again there.
        let right = input
            .resets_at
            .filter(|reset| *reset > input.now)
            .map_or(frame.right(), |reset| frame.x(reset).min(frame.right()));
        let cut = |at: Timestamp| {
            let x = frame.x(at);
            if x <= right {
                (x, floor)
            } else {
                (right, from.1 + (floor - from.1) * (right - from.0) / (x - from.0))
            }
        };
        let (early, middle) = (cut(forecast.p10), cut(forecast.p50));
        let late = forecast.p90.map_or((right, from.1), cut);
        let mut fan = vec![from, late];
        if late.1 < floor && early.0 < right {
            fan.push((right, floor));
        }
        fan.push(early);
        pen.fill(Ink::Fan, &fan)?;
        pen.dashed(Ink::Median, 1.5, from, middle, (5.0, 3.0))?;
        if frame.x(forecast.p50) <= right {
            pen.line(Ink::Wall, 2.0, &[(middle.0, floor - 7.0), (middle.0, floor + 4.0)])?;
            if !self.bare {
                let text = ticks::moment(forecast.p50, input.now, &input.zone);
                let half = width_of(&text, 11.0) / 2.0 + 2.0;
                let x = middle.0.min(frame.right() + 12.0 - half);
                pen.text(Ink::WallLabel, 11.0, (x, floor - 15.0), HPos::Center, &text)?;
            }
        }
        Ok(())
    }

    fn draw_levels<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        input: &LevelInput<'_>,
    ) -> Result<(), ChartError> {
        let (frame, top, bottom) = (&self.frame, self.frame.plot.y, self.frame.bottom());
        if self.reserve > 0.0 {
            let y = frame.y(self.reserve);
            pen.dashed(Ink::Reserve, 1.0, (frame.plot.x, y), (frame.right(), y), (2.0, 3.0))?;
        }
        if let Some(limit) =
            input.limit.map(|limit| input.unit.to_f64(limit)).filter(|limit| *limit <= frame.y.max)
        {
            let y = frame.y(limit);
            pen.dashed(Ink::Limit, 1.0, (frame.plot.x, y), (frame.right(), y), (6.0, 4.0))?;
            pen.text(Ink::Note, 10.0, (frame.plot.x + 4.0, y - 7.0), HPos::Left, &say!("chart-limit"))?;
        }
        let visible = |at: Timestamp| (at > frame.from && at < frame.to).then(|| frame.x(at));
        let reset = input.resets_at.filter(|reset| *reset > input.now).and_then(visible);
        if let Some(x) = reset {
            pen.dashed(Ink::Reset, 1.5, (x, top), (x, bottom), (1.5, 3.0))?;
            pen.text(Ink::Note, 10.0, (x, top - 8.0), HPos::Center, &say!("chart-reset"))?;
        }
        if let Some(x) = visible(input.now).filter(|x| frame.right() - x > 4.0) {
            pen.line(Ink::Now, 1.0, &[(x, top), (x, bottom)])?;
            if reset.is_none_or(|reset| (reset - x).abs() > 28.0) {
                let made = match self.forecast.map(|forecast| forecast.made) {
                    Some("then") => say!("chart-then"),
                    _ => say!("chart-now"),
                };
                pen.text(Ink::Note, 10.0, (x, top - 8.0), HPos::Center, &made)?;
            }
        }
        Ok(())
    }

    fn draw_marks<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<(), ChartError> {
        let (frame, top, zero) = (&self.frame, self.frame.plot.y, self.frame.y(0.0));
        for kind in ["reset", "top_up", "refusal"] {
            let mut free = f64::MIN;
            for mark in self.marks.iter().filter(|mark| mark.kind == kind) {
                let x = frame.x(Timestamp(mark.t as i64));
                // Marks of one kind closer than this would be one blot.
                if x < free || x < frame.plot.x || x > frame.right() {
                    continue;
                }
                free = x + 4.0;
                match kind {
                    "reset" => pen.dashed(Ink::Reset, 1.0, (x, top), (x, zero), (1.5, 3.0))?,
                    "top_up" => {
                        pen.line(Ink::TopupLine, 1.0, &[(x, top), (x, zero)])?;
                        pen.fill(Ink::Topup, &[(x - 4.5, zero), (x + 4.5, zero), (x, zero - 8.0)])?;
                    }
                    _ => {
                        pen.line(Ink::RefusalLine, 1.0, &[(x, top), (x, zero)])?;
                        let arm = 3.5;
                        pen.line(Ink::Refusal, 1.75, &[(x - arm, top - arm), (x + arm, top + arm)])?;
                        pen.line(Ink::Refusal, 1.75, &[(x - arm, top + arm), (x + arm, top - arm)])?;
                    }
                }
            }
        }
        Ok(())
    }

    fn series(&self, input: &LevelInput<'_>) -> Vec<Series> {
        let point = |at: Timestamp, qty: Qty| Point {
            t: at.0 as f64,
            v: Some(input.unit.to_f64(qty)),
            text: Amount::new(qty, input.unit).to_string(),
        };
        let mut points: Vec<Point> = Vec::with_capacity(self.line.len() + self.bands.len());
        for run in self.line.chunk_by(|a, b| a.run == b.run) {
            if let (Some(last), Some(first)) = (points.last(), run.first()) {
                let t = (last.t + first.at.0 as f64) / 2.0;
                let gap = input.gaps.iter().rfind(|gap| (gap.at.0 as f64) <= first.at.0 as f64);
                let text = match gap {
                    Some(gap) => say!("chart-gap.why", why = gap.message.as_str()),
                    None => say!("chart-gap"),
                };
                points.push(Point { t, v: None, text });
            }
            points.extend(run.iter().map(|vertex| point(vertex.at, vertex.qty)));
        }
        let mut series =
            vec![Series { name: if self.used { say!("chart-used") } else { say!("chart-left") }, points }];
        if let (Some(forecast), Some(headroom)) = (self.forecast, input.headroom_now) {
            let floor = input.samples.last().and_then(|sample| sample.reserve).unwrap_or_default();
            let present = headroom.checked_add(floor).unwrap_or(headroom);
            let ends = [("p10", Some(forecast.p10)), ("p50", Some(forecast.p50)), ("p90", forecast.p90)];
            series.extend(ends.into_iter().filter_map(|(name, at)| {
                let points = vec![point(input.now, present), point(at?, floor)];
                Some(Series { name: say!("chart-forecast", name = name), points })
            }));
        }
        series
    }
}

/// What happened in the range, oldest first.
fn marks(input: &LevelInput<'_>, used: bool, forecast: Option<LevelForecast>) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut mark = |at: Timestamp, kind: &str, text: String| {
        if at >= input.from && (at <= input.to || kind == "wall") {
            marks.push(Mark { t: at.0 as f64, kind: kind.to_owned(), text });
        }
    };
    let amount = |qty: Qty| Amount::new(qty, input.unit).to_string();
    // A rate window refills all the time: nobody topped it up.
    let pairs = input.samples.windows(2).filter(|_| input.kind != MeterKind::Rate);
    for (before, after) in pairs.filter_map(|pair| Some((pair.first()?, pair.get(1)?))) {
        let step = step(before, after);
        let rolled = before.resets_at.is_some_and(|reset| reset <= after.at && reset > before.at);
        if step.reset || (rolled && step.added.0 > 0) {
            mark(after.at, "reset", say!("chart-mark-reset"));
        } else if step.added.0 > 0 && !used {
            mark(after.at, "top_up", say!("chart-mark-top-up", amount = amount(step.added)));
        } else if step.added.0 < 0 {
            mark(
                after.at,
                "limit_lowered",
                say!("chart-mark-lowered", amount = amount(Qty(step.added.0.saturating_neg()))),
            );
        }
    }
    for refused in input.refusals {
        mark(refused.at, "refusal", refused.label.clone());
    }
    if let Some(forecast) = forecast {
        let when = ticks::moment(forecast.p50, input.now, &input.zone);
        mark(forecast.p50, "wall", say!("chart-mark-wall", when = when));
    }
    marks.sort_by(|a, b| a.t.total_cmp(&b.t));
    marks
}
