//! A picture as a file of its own: title, span of time, the panel, its legend; as SVG with its style sheet inside, or
//! as PNG with two pixels for one.

use super::ink::{Ink, Palette, stylesheet};
use super::legend::{self, LegendRow};
use super::pen::{self, Pen};
use super::{ChartError, LevelInput, Picture, SpendInput, level, raster, spend, svg};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

/// What is drawn on a sheet.
pub enum Panel<'a> {
    /// What is left over time.
    Level(&'a LevelInput<'a>),
    /// What was spent, in bars.
    Spend(&'a SpendInput<'a>),
}

/// The panel alone, as the window shows it.
pub fn drawn(panel: &Panel<'_>) -> Result<Picture, ChartError> {
    match panel {
        Panel::Level(input) => level::level(input),
        Panel::Spend(input) => spend::spend(input),
    }
}

/// The words on a sheet; untrusted.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Account and meter.
    pub title: &'a str,
    /// The span of time that is shown.
    pub span: &'a str,
}

/// Room around the panel.
const EDGE: f64 = 16.0;
/// Room for the title and the line below it.
const HEAD: f64 = 50.0;

struct Laid<'a> {
    panel: Drawn<'a>,
    legend: Vec<LegendRow>,
    size: (u32, u32),
    panel_height: f64,
}

enum Drawn<'a> {
    Level(&'a LevelInput<'a>, Box<level::Scene>),
    Spend(&'a SpendInput<'a>),
}

impl<'a> Laid<'a> {
    fn new(panel: &Panel<'a>) -> Laid<'a> {
        let (panel, legend, (width, height)) = match panel {
            Panel::Level(input) => {
                let scene = level::Scene::new(input, false);
                let legend = scene.legend(input);
                (Drawn::Level(input, Box::new(scene)), legend, (input.width, input.height))
            }
            Panel::Spend(input) => (Drawn::Spend(input), spend::legend(input), (input.width, input.height)),
        };
        let below = legend::height(&legend, f64::from(width));
        let whole = HEAD + f64::from(height) + below + 2.0 * EDGE;
        let size = (width + (2.0 * EDGE) as u32, whole.ceil() as u32);
        Laid { panel, legend, size, panel_height: f64::from(height) }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>, words: Words<'_>) -> Result<(), ChartError> {
        pen.text(Ink::Title, 16.0, (EDGE, EDGE + 8.0), HPos::Left, words.title)?;
        pen.text(Ink::Note, 12.0, (EDGE, EDGE + 29.0), HPos::Left, words.span)?;
        let inside = pen.moved(EDGE, EDGE + HEAD - 6.0);
        match &self.panel {
            Drawn::Level(input, scene) => scene.draw(&inside, input)?,
            Drawn::Spend(input) => spend::draw(&spend::frame(input), &inside, input)?,
        }
        let top = EDGE + HEAD + self.panel_height;
        legend::draw(pen, &self.legend, (EDGE, top), f64::from(self.size.0) - 2.0 * EDGE)
    }

    fn summary(&self) -> String {
        match &self.panel {
            Drawn::Level(input, scene) => scene.summary(input),
            Drawn::Spend(input) => super::summary::of_spend(input),
        }
    }
}

/// The sheet as an `.svg` file: it opens anywhere, in the light or dark colours that its reader prefers.
pub fn sheet(panel: &Panel<'_>, words: Words<'_>) -> Result<String, ChartError> {
    let laid = Laid::new(panel);
    let summary = laid.summary();
    let (drawn, ()) = pen::svg(laid.size, &summary, |pen| laid.draw(pen, words))?;
    let head = drawn.find('>').map_or(0, |end| end + 1);
    Ok(format!(
        r#"{}<title>{}</title><desc>{}</desc><style>{}</style><rect class="ground" width="100%" height="100%"/>{}"#,
        &drawn[..head],
        svg::escape(words.title),
        svg::escape(&summary),
        stylesheet(),
        &drawn[head..]
    ))
}

/// The sheet as a PNG of twice as many pixels; `None` when the program's font lacks a letter of it.
pub fn sheet_png(panel: &Panel<'_>, words: Words<'_>, dark: bool) -> Result<Option<Vec<u8>>, ChartError> {
    let laid = Laid::new(panel);
    let (drawn, ()) = pen::svg(laid.size, "", |pen| laid.draw(pen, words))?;
    if !drawn.chars().all(raster::has) {
        return Ok(None);
    }
    let palette = if dark { Palette::Dark } else { Palette::Light };
    let pixels = pen::pixels_twice(laid.size, palette, |pen| laid.draw(pen, words))?;
    raster::encode(&pixels, (laid.size.0 * 2, laid.size.1 * 2), png::ColorType::Rgb).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::testing::{balance, gap};
    use crate::charts::{Layer, SpendBar};
    use crate::model::{DAY, HOUR, MeterKind, Qty, Timestamp, Unit};
    use jiff::tz::TimeZone;

    const NAMES: [&str; 3] = ["gpt-4.1", "<b>&", "余额"];

    fn sheet_of(title: &str) -> (String, Option<Vec<u8>>) {
        let samples = [balance(0, 10), balance(DAY / 2, 4), balance(DAY, 9)];
        let gaps = [gap(DAY / 4)];
        let input = LevelInput {
            unit: Unit::USD,
            kind: MeterKind::Balance,
            label: "balance",
            samples: &samples,
            gaps: &gaps,
            forecast: None,
            headroom_now: None,
            limit: None,
            resets_at: None,
            refusals: &[],
            from: Timestamp(0),
            to: Timestamp(DAY),
            now: Timestamp(DAY),
            zone: TimeZone::UTC,
            width: 600,
            height: 200,
        };
        let (panel, words) = (Panel::Level(&input), Words { title, span: "a day" });
        (sheet(&panel, words).unwrap(), sheet_png(&panel, words, true).unwrap())
    }

    #[test]
    fn a_sheet_stands_alone_with_title_colours_and_legend() {
        let (svg, png) = sheet_of("Acme · balance");
        assert!(svg.contains("<title>Acme · balance</title><desc>balance: "));
        assert!(svg.contains("@media (prefers-color-scheme:dark)"));
        for word in ["Acme · balance", "a day", "left", "top-up", "no reading"] {
            assert!(svg.contains(&format!(">{word}</text>")), "{word}");
        }
        assert!(!svg.contains(">reset</text>"), "no row for what is not there");
        // 600 + 2 × 16 wide; 200 + 50 + 2 × 16 high and one row of legend of 20.
        assert!(svg.contains(r#"viewBox="0 0 632 302""#), "{}", &svg[..200]);
        let png = png.unwrap();
        let number = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
        assert_eq!((number(16), number(20)), (1264, 604), "two pixels for one");
    }

    #[test]
    fn words_are_escaped_and_foreign_letters_are_left_to_the_window() {
        let (svg, png) = sheet_of("</title><script>alert(1)</script>");
        assert!(!svg.contains("<script") && png.is_some());
        assert_eq!(sheet_of("余额").1, None);
    }

    #[test]
    fn a_stack_names_each_layer() {
        let bar = |at: i64| SpendBar { at: Timestamp(at), until: Timestamp(at + HOUR), spent: Qty(5) };
        let layers = NAMES.map(|name| Layer { name: name.to_owned(), bars: vec![bar(0), bar(HOUR)] });
        let input = SpendInput {
            unit: Unit::USD,
            label: "Spend by model",
            layers: &layers,
            from: Timestamp(0),
            to: Timestamp(DAY),
            now: Timestamp(DAY),
            zone: TimeZone::UTC,
            width: 480,
            height: 200,
        };
        let svg = sheet(&Panel::Spend(&input), Words { title: "t", span: "s" }).unwrap();
        for name in ["gpt-4.1", "&lt;b&gt;&amp;", "余额"] {
            assert!(svg.contains(&format!(">{name}</text>")), "{name}");
        }
        assert_eq!(svg.matches(r#"<path class="layer-2""#).count(), 2, "its bars and its row");
    }
}
