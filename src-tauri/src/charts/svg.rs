//! A plotters backend that writes SVG with sub-pixel coordinates and a CSS class in place of every colour.
//!
//! Plotters' coordinates are whole numbers, so it draws on a canvas [`SCALE`] times larger, and this backend divides
//! again when it writes. There is no style, script or id in the result; text and attributes are escaped.

use super::ink::Ink;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::fmt::Write as _;

/// Units of plotters' canvas per CSS pixel: coordinates are written to the hundredth.
pub(super) const SCALE: i32 = 100;

/// What kind of element is open: consecutive ones of the same ink become one `<path>`.
#[derive(Clone, Copy, PartialEq)]
struct Open {
    ink: Ink,
    fill: bool,
    stroke: u32,
}

/// The backend. Writes into a borrowed string, as plotters takes the backend itself.
pub(super) struct Svg<'a> {
    out: &'a mut String,
    size: (u32, u32),
    open: Option<Open>,
}

impl<'a> Svg<'a> {
    /// A backend for `size` CSS pixels that appends elements (not the `<svg>` tag) to `out`.
    pub(super) fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Svg { out, size, open: None }
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("\"/>");
        }
    }

    fn enter(&mut self, next: Open) {
        if self.open == Some(next) {
            return;
        }
        self.close();
        let class = next.ink.class();
        let opacity = next.ink.opacity();
        let _ = if next.fill {
            write!(self.out, r#"<path class="{class}" fill="currentColor""#)
        } else {
            write!(
                self.out,
                r#"<path class="{class}" fill="none" stroke="currentColor" stroke-linejoin="round" stroke-width="{}""#,
                Hundredths(next.stroke as i32)
            )
        };
        if opacity < 1.0 {
            let _ = write!(
                self.out,
                r#" {}="{opacity}""#,
                if next.fill { "fill-opacity" } else { "stroke-opacity" }
            );
        }
        self.out.push_str(" d=\"");
        self.open = Some(next);
    }

    fn points(&mut self, points: impl IntoIterator<Item = BackendCoord>, close: bool) {
        for (index, (x, y)) in points.into_iter().enumerate() {
            let letter = if index == 0 { 'M' } else { 'L' };
            let _ = write!(self.out, "{letter}{} {}", Hundredths(x), Hundredths(y));
        }
        if close {
            self.out.push('Z');
        }
    }
}

/// A canvas unit written as pixels, without trailing zeros.
struct Hundredths(i32);

impl std::fmt::Display for Hundredths {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match part {
            0 => write!(out, "{sign}{whole}"),
            part if part % 10 == 0 => write!(out, "{sign}{whole}.{}", part / 10),
            part => write!(out, "{sign}{whole}.{part:02}"),
        }
    }
}

/// Escapes text for SVG content and attributes; characters that XML forbids become `U+FFFD`.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' | '\r' => out.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}')
            }
            letter => out.push(letter),
        }
    }
    out
}

/// Writing into a string cannot fail; plotters wants a type nevertheless.
#[derive(Debug, thiserror::Error)]
#[error("the SVG could not be written")]
pub(super) struct SvgError;

type Drawn = Result<(), DrawingErrorKind<SvgError>>;

impl DrawingBackend for Svg<'_> {
    type ErrorType = SvgError;

    fn get_size(&self) -> (u32, u32) {
        (self.size.0 * SCALE as u32, self.size.1 * SCALE as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.close();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + SCALE, y + SCALE), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.enter(Open {
            ink: Ink::of(style.color().rgb),
            fill,
            stroke: if fill { 0 } else { style.stroke_width() },
        });
        self.points([(left, top), (right, top), (right, bottom), (left, bottom)], true);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.enter(Open { ink: Ink::of(style.color().rgb), fill: false, stroke: style.stroke_width() });
        self.points(path, false);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        self.close();
        let class = Ink::of(style.color().rgb).class();
        let _ = write!(
            self.out,
            r#"<circle class="{class}" fill="currentColor" cx="{}" cy="{}" r="{}"/>"#,
            Hundredths(x),
            Hundredths(y),
            Hundredths(radius as i32)
        );
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        self.enter(Open { ink: Ink::of(style.color().rgb), fill: true, stroke: 0 });
        self.points(points, true);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        self.close();
        let class = Ink::of(style.color().rgb).class();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        // 0.35 em below the middle is where the base line of digits lies; `dominant-baseline` is not everywhere.
        let drop = match style.anchor().v_pos {
            VPos::Top => 0.75,
            VPos::Center => 0.35,
            VPos::Bottom => 0.0,
        };
        let size = style.size();
        let _ = write!(
            self.out,
            r#"<text class="{class}" fill="currentColor" x="{}" y="{}" font-size="{}" text-anchor="{anchor}">{}</text>"#,
            Hundredths(x),
            Hundredths(y + (size * drop) as i32),
            Hundredths(size as i32),
            escape(text)
        );
        Ok(())
    }
}
