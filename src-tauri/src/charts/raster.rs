//! A plotters backend for bitmaps: drawn [`SCALE`] times larger and averaged down, so that edges and text are smooth.

use super::ChartError;
use crate::say;
use plotters::prelude::{BitMapBackend, DrawingBackend};
use plotters::style::{FontStyle, register_font};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use std::sync::OnceLock;

/// Units of plotters' canvas per pixel.
pub(super) const SCALE: i32 = 4;

/// Registers the font that plotters draws text with; a second call does nothing.
pub(super) fn font_ready() -> Result<(), ChartError> {
    static READY: OnceLock<bool> = OnceLock::new();
    let bytes = include_bytes!("../../../assets/fonts/DejaVuSans-subset.ttf");
    let ready = READY.get_or_init(|| register_font("sans-serif", FontStyle::Normal, bytes).is_ok());
    if *ready { Ok(()) } else { Err(ChartError(say!("chart-failed.font"))) }
}

/// Whether the program's font has this letter: what `assets/fonts/README.md` says it was cut to.
pub(super) fn has(letter: char) -> bool {
    matches!(u32::from(letter), 0x20..=0x7e | 0xa0..=0x17f | 0x2009 | 0x2013 | 0x2014 | 0x2018..=0x201d | 0x2022 | 0x2026
        | 0x202f | 0x20a0..=0x20bf | 0x2212 | 0x2248 | 0x2264 | 0x2265)
}

/// Draws on a canvas of `ground` that is `smooth` times larger and gives `width` × `height` RGB pixels.
pub(super) fn rgb(
    (width, height): (u32, u32),
    smooth: i32,
    ground: (u8, u8, u8),
    draw: impl FnOnce(Raster<'_>) -> Result<(), ChartError>,
) -> Result<Vec<u8>, ChartError> {
    font_ready()?;
    let (large, scale) = ((width * smooth as u32, height * smooth as u32), smooth as usize);
    let mut canvas: Vec<u8> = [ground.0, ground.1, ground.2].repeat((large.0 * large.1) as usize);
    draw(Raster(BitMapBackend::with_buffer(&mut canvas, large)))?;
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    let row = large.0 as usize * 3;
    for y in 0..height as usize {
        for x in 0..width as usize {
            for channel in 0..3 {
                let corner = y * scale * row + x * scale * 3 + channel;
                let block = (0..scale).flat_map(|down| (0..scale).map(move |along| down * row + along * 3));
                let sum: u32 = block.map(|offset| u32::from(canvas[corner + offset])).sum();
                pixels.push((sum / (scale * scale) as u32) as u8);
            }
        }
    }
    Ok(pixels)
}

/// Draws twice, on black and on white: where the two differ the picture is transparent. Straight RGBA.
pub(super) fn rgba(
    size: (u32, u32),
    draw: impl Fn(Raster<'_>) -> Result<(), ChartError>,
) -> Result<Vec<u8>, ChartError> {
    let black = rgb(size, SCALE, (0, 0, 0), &draw)?;
    let white = rgb(size, SCALE, (255, 255, 255), &draw)?;
    let mut pixels = Vec::with_capacity(black.len() / 3 * 4);
    for (black, white) in black.chunks_exact(3).zip(white.chunks_exact(3)) {
        let light: u32 =
            white.iter().zip(black).map(|(white, black)| u32::from(white.saturating_sub(*black))).sum();
        let alpha = 255 - (light / 3).min(255);
        let straight =
            |channel: u8| (u32::from(channel) * 255).checked_div(alpha).unwrap_or(0).min(255) as u8;
        pixels.extend([straight(black[0]), straight(black[1]), straight(black[2]), alpha as u8]);
    }
    Ok(pixels)
}

/// Encodes pixels as PNG.
pub(super) fn encode(
    pixels: &[u8],
    (width, height): (u32, u32),
    color: png::ColorType,
) -> Result<Vec<u8>, ChartError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    let failed = |error: png::EncodingError| ChartError(say!("chart-failed.png", error = error.to_string()));
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// The backend: plotters' own, with round joints for thick lines and text on its base line.
pub(super) struct Raster<'a>(BitMapBackend<'a>);

type Drawn<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> DrawingBackend for Raster<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<'a> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<'a> {
        self.0.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn<'a> {
        self.0.draw_pixel(point, color)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn<'a> {
        self.0.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn<'a> {
        let (color, stroke) = (style.color(), style.stroke_width());
        let half = f64::from(stroke) / 2.0;
        let mut before: Option<BackendCoord> = None;
        for to in path {
            if let Some(from) = before.filter(|from| *from != to) {
                let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
                let reach = half / dx.hypot(dy);
                let side = |(x, y): BackendCoord, sign: f64| {
                    let (x, y) = (f64::from(x) - dy * reach * sign, f64::from(y) + dx * reach * sign);
                    (x.round() as i32, y.round() as i32)
                };
                self.0.fill_polygon(
                    [side(from, 1.0), side(to, 1.0), side(to, -1.0), side(from, -1.0)],
                    &color,
                )?;
                // A translucent joint would show as a darker dot.
                if color.alpha >= 1.0 && stroke > 4 {
                    self.0.draw_circle(from, stroke / 2, &color, true)?;
                }
            }
            before = Some(to);
        }
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn<'a> {
        // Plotters takes the em's middle for the base line of this font; digits then sit too high by this much.
        self.0.draw_text(text, style, (x, y + (style.size() * 0.2) as i32))
    }
}
