//! Draws in CSS pixels with inks on any plotters backend; the scale and the palette are the backend's.

use super::ChartError;
use super::ink::{Ink, Palette};
use super::{raster, svg};
use crate::model::words::{self, Language};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, DrawingBackend, IntoDrawingArea, IntoFont, PathElement, Polygon, ShapeStyle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A pen on one picture.
pub(super) struct Pen<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    palette: Palette,
    scale: f64,
    /// Where its own zero lies.
    origin: (f64, f64),
}

/// Draws SVG elements.
pub(super) fn svg<T>(
    (width, height): (u32, u32),
    label: &str,
    draw: impl FnOnce(&Pen<svg::Svg<'_>>) -> Result<T, ChartError>,
) -> Result<(String, T), ChartError> {
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{}">"#,
        svg::escape(label)
    );
    let area = svg::Svg::new(&mut out, (width, height)).into_drawing_area();
    let pen = Pen { area, palette: Palette::Classes, scale: f64::from(svg::SCALE), origin: (0.0, 0.0) };
    let drawn = draw(&pen)?;
    pen.done()?;
    drop(pen);
    out.push_str("</svg>");
    Ok((out, drawn))
}

/// Draws RGB pixels.
pub(super) fn pixels(
    size: (u32, u32),
    palette: Palette,
    draw: impl FnOnce(&Pen<raster::Raster<'_>>) -> Result<(), ChartError>,
) -> Result<Vec<u8>, ChartError> {
    scaled(size, raster::SCALE, 1, palette, draw)
}

/// As [`pixels`], with two pixels for one each way.
pub(super) fn pixels_twice(
    (width, height): (u32, u32),
    palette: Palette,
    draw: impl FnOnce(&Pen<raster::Raster<'_>>) -> Result<(), ChartError>,
) -> Result<Vec<u8>, ChartError> {
    // Twice the pixels need half the smoothing: the canvas is as large.
    scaled((width * 2, height * 2), raster::SCALE / 2, 2, palette, draw)
}

fn scaled(
    size: (u32, u32),
    smooth: i32,
    times: i32,
    palette: Palette,
    draw: impl FnOnce(&Pen<raster::Raster<'_>>) -> Result<(), ChartError>,
) -> Result<Vec<u8>, ChartError> {
    let ground = palette.color(Ink::Ground);
    // The font of bitmaps has the letters of Latin only.
    words::speaking(Language::English, || {
        raster::rgb(size, smooth, (ground.0, ground.1, ground.2), |backend| {
            let scale = f64::from(smooth * times);
            let pen = Pen { area: backend.into_drawing_area(), palette, scale, origin: (0.0, 0.0) };
            draw(&pen)?;
            pen.done()
        })
    })
}

impl<DB: DrawingBackend> Pen<DB> {
    /// The same pen, whose zero lies elsewhere.
    pub(super) fn moved(&self, x: f64, y: f64) -> Pen<DB> {
        let origin = (self.origin.0 + x, self.origin.1 + y);
        Pen { area: self.area.clone(), palette: self.palette, scale: self.scale, origin }
    }

    fn unit(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let (x, y) = (x + self.origin.0, y + self.origin.1);
        // A saturating cast: what is not a number is drawn at the edge, never written as `NaN`.
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn failed<E: std::fmt::Display>(error: E) -> ChartError {
        ChartError(error.to_string())
    }

    fn style(&self, ink: Ink, width: f64) -> ShapeStyle {
        let stroke_width = (width * self.scale).round().max(1.0) as u32;
        ShapeStyle { color: self.palette.color(ink), filled: false, stroke_width }
    }

    /// A line through points.
    pub(super) fn line(&self, ink: Ink, width: f64, points: &[(f64, f64)]) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().map(|point| self.unit(*point)).collect();
        self.area.draw(&PathElement::new(points, self.style(ink, width))).map_err(|error| Self::failed(error))
    }

    /// A straight line of dashes.
    pub(super) fn dashed(
        &self,
        ink: Ink,
        width: f64,
        from: (f64, f64),
        to: (f64, f64),
        (on, off): (f64, f64),
    ) -> Result<(), ChartError> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let at = |done: f64| (from.0 + dx * done / length, from.1 + dy * done / length);
        let mut done = 0.0;
        while done < length {
            self.line(ink, width, &[at(done), at((done + on).min(length))])?;
            done += on + off;
        }
        Ok(())
    }

    /// A filled shape.
    pub(super) fn fill(&self, ink: Ink, points: &[(f64, f64)]) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().map(|point| self.unit(*point)).collect();
        self.area
            .draw(&Polygon::new(points, self.style(ink, 1.0).filled()))
            .map_err(|error| Self::failed(error))
    }

    /// A filled circle.
    pub(super) fn dot(&self, ink: Ink, at: (f64, f64), radius: f64) -> Result<(), ChartError> {
        let radius = (radius * self.scale) as i32;
        let circle = Circle::new(self.unit(at), radius, self.style(ink, 1.0).filled());
        self.area.draw(&circle).map_err(|error| Self::failed(error))
    }

    /// Text whose middle line runs through `at`.
    pub(super) fn text(
        &self,
        ink: Ink,
        size: f64,
        at: (f64, f64),
        anchor: HPos,
        text: &str,
    ) -> Result<(), ChartError> {
        let style = ("sans-serif", size * self.scale).into_font().color(&self.palette.color(ink));
        let style = style.pos(Pos::new(anchor, VPos::Center));
        self.area.draw(&Text::new(text, self.unit(at), style)).map_err(|error| Self::failed(error))
    }

    fn done(&self) -> Result<(), ChartError> {
        self.area.present().map_err(|error| Self::failed(error))
    }
}

/// About how wide a text of `size` is drawn: margins and collisions need no more.
pub(super) fn width_of(text: &str, size: f64) -> f64 {
    // Chinese characters are as wide as high.
    let wide = text.chars().filter(|letter| *letter >= '\u{2e80}').count();
    let narrow = text.chars().count() - wide;
    narrow as f64 * size * 0.58 + wide as f64 * size
}
