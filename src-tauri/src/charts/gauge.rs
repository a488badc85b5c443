//! The tray's icon: a gauge of the worst headroom, told by colour and by shape, legible at 16 pixels on light and dark.

use super::{ChartError, raster};
use crate::model::Severity;
use plotters::prelude::{Circle, IntoDrawingArea, Polygon, RGBColor};
use std::f64::consts::PI;

/// What the tray shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gauge {
    /// What is left of the worst meter, 0 to 1; `None` when it is not known.
    pub left: Option<f64>,
    /// The worst live episode; `None` when all is calm.
    pub severity: Option<Severity>,
}

/// Side of the square that the shapes below are given in.
const SIDE: f64 = 32.0;
const MIDDLE: (f64, f64) = (16.0, 16.0);

/// Draws the gauge as `size` × `size` straight RGBA, four bytes per pixel. Calm: an open ring filled by what is left.
/// Heads-up: the ring with a dot. Soon: a triangle with `!`. Now: a disc with `!`. Refused: a disc with a bar.
pub fn gauge(gauge: Gauge, size: u32) -> Result<Vec<u8>, ChartError> {
    raster::rgba((size, size), |backend| {
        let unit = f64::from(size * raster::SCALE as u32) / SIDE;
        let area = backend.into_drawing_area();
        let fill = |points: Vec<(f64, f64)>, color: RGBColor| {
            let points: Vec<(i32, i32)> =
                points.iter().map(|(x, y)| ((x * unit).round() as i32, (y * unit).round() as i32)).collect();
            area.draw(&Polygon::new(points, color)).map_err(failed)
        };
        let disc = |radius: f64, color: RGBColor| {
            let (x, y) = ((MIDDLE.0 * unit) as i32, (MIDDLE.1 * unit) as i32);
            area.draw(&Circle::new((x, y), (radius * unit) as i32, plotters::style::Color::filled(&color)))
                .map_err(failed)
        };
        let mark = |top: f64, bottom: f64| {
            fill(rectangle(14.0, top, 18.0, bottom - 6.0), WHITE)?;
            fill(rectangle(14.0, bottom - 4.0, 18.0, bottom), WHITE)
        };
        match gauge.severity {
            None | Some(Severity::HeadsUp) => {
                let color = if gauge.severity.is_none() { CALM } else { HEADS_UP };
                fill(arc(0.0, 1.0, THIN), TRACK)?;
                if let Some(left) = gauge.left.filter(|left| left.is_finite()) {
                    // A sliver stays visible: an empty ring would look like an unknown one.
                    fill(arc(0.0, left.clamp(0.06, 1.0), THICK), color)?;
                }
                if gauge.severity.is_some() {
                    disc(5.0, color)?
                }
            }
            Some(Severity::Soon) => {
                fill(vec![(16.0, 2.0), (31.0, 29.0), (1.0, 29.0)], SOON)?;
                mark(11.0, 26.0)?;
            }
            Some(Severity::Now) => {
                disc(14.5, NOW)?;
                mark(7.0, 25.0)?;
            }
            Some(Severity::Refused) => {
                disc(14.5, NOW)?;
                fill(rectangle(6.0, 13.0, 26.0, 19.0), WHITE)?;
            }
        }
        area.present().map_err(failed)
    })
}

/// As [`gauge()`], encoded as PNG.
pub fn gauge_png(state: Gauge, size: u32) -> Result<Vec<u8>, ChartError> {
    raster::encode(&gauge(state, size)?, (size, size), png::ColorType::Rgba)
}

// Mid tones: at least 3:1 on a white and on a black panel.
const CALM: RGBColor = RGBColor(0x1f, 0x9d, 0x74);
const HEADS_UP: RGBColor = RGBColor(0xb8, 0x86, 0x0b);
const SOON: RGBColor = RGBColor(0xd9, 0x6a, 0x1a);
const NOW: RGBColor = RGBColor(0xd6, 0x3a, 0x3a);
const TRACK: RGBColor = RGBColor(0x84, 0x8e, 0x99);
const WHITE: RGBColor = RGBColor(0xff, 0xff, 0xff);

fn failed<E: std::fmt::Display>(error: E) -> ChartError {
    ChartError(error.to_string())
}

fn rectangle(left: f64, top: f64, right: f64, bottom: f64) -> Vec<(f64, f64)> {
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// The track and what fills it, told apart by how thick they are and not by their colours alone.
const THIN: f64 = 3.0;
const THICK: f64 = 6.0;

/// The ring from share `from` to share `to`, clockwise, open for 90° at the bottom; `thick` about its middle line.
fn arc(from: f64, to: f64, thick: f64) -> Vec<(f64, f64)> {
    let place = |share: f64, radius: f64| {
        let angle = PI * 0.75 + share * PI * 1.5;
        (MIDDLE.0 + radius * angle.cos(), MIDDLE.1 + 1.0 + radius * angle.sin())
    };
    let steps = 48;
    let share = |step: i32| from + (to - from) * f64::from(step) / f64::from(steps);
    let outer = (0..=steps).map(|step| place(share(step), 11.5 + thick / 2.0));
    let inner = (0..=steps).rev().map(|step| place(share(step), 11.5 - thick / 2.0));
    outer.chain(inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(left: f64, severity: Option<Severity>) -> Vec<u8> {
        gauge(Gauge { left: Some(left), severity }, 32).unwrap()
    }

    #[test]
    fn corners_are_transparent_and_severities_differ_in_shape() {
        let pictures: Vec<Vec<u8>> = [
            None,
            Some(Severity::HeadsUp),
            Some(Severity::Soon),
            Some(Severity::Now),
            Some(Severity::Refused),
        ]
        .into_iter()
        .map(|severity| draw(0.5, severity))
        .collect();
        let brightness = |picture: &Vec<u8>| -> Vec<u8> {
            picture
                .chunks(4)
                .map(|pixel| {
                    if pixel[3] < 128 {
                        0
                    } else if pixel[..3].iter().all(|c| *c > 200) {
                        2
                    } else {
                        1
                    }
                })
                .collect()
        };
        for (index, picture) in pictures.iter().enumerate() {
            assert_eq!(picture.len(), 32 * 32 * 4);
            assert_eq!(picture[3], 0, "the corner shows the panel");
            for other in &pictures[index + 1..] {
                assert_ne!(brightness(picture), brightness(other), "shape alone tells severities apart");
            }
        }
    }

    #[test]
    fn the_ring_fills_with_what_is_left() {
        let green = |picture: Vec<u8>| {
            picture.chunks(4).filter(|pixel| pixel[3] > 200 && pixel[1] > pixel[0].saturating_add(60)).count()
        };
        let (low, high) = (green(draw(0.1, None)), green(draw(0.9, None)));
        assert!(low > 0 && high > 6 * low, "{low} {high}");
        assert_eq!(draw(f64::NAN, None), gauge(Gauge { left: None, severity: None }, 32).unwrap());
    }

    /// How bright a colour is, 0 to 1, by WCAG 2.2.
    fn luminance(color: [u8; 3]) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2])
    }

    #[test]
    fn at_sixteen_pixels_it_stands_out_on_light_and_dark_and_fills_without_colour() {
        let at = |left, severity| gauge(Gauge { left, severity }, 16).unwrap();
        for severity in [None, Some(Severity::HeadsUp), Some(Severity::Soon), Some(Severity::Now)] {
            let picture = at(Some(0.5), severity);
            for panel in [[0xff, 0xff, 0xff], [0x1e, 0x1e, 0x1e]] {
                let stands_out = |pixel: &&[u8]| {
                    let (over, under) = (luminance([pixel[0], pixel[1], pixel[2]]), luminance(panel));
                    pixel[3] > 200 && (over.max(under) + 0.05) / (over.min(under) + 0.05) >= 3.0
                };
                let count = picture.chunks(4).filter(stands_out).count();
                assert!(count >= 24, "{severity:?} on {panel:?}: {count} of 256 pixels at 3:1");
            }
        }
        let ink = |left| at(left, None).chunks(4).map(|pixel| u32::from(pixel[3])).sum::<u32>();
        let (unknown, low, half, full) = (ink(None), ink(Some(0.1)), ink(Some(0.5)), ink(Some(1.0)));
        assert!(unknown < low && low * 5 < half * 4 && half * 5 < full * 4, "{unknown} {low} {half} {full}");
    }
}
