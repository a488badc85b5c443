//! Gauges, runways and texts as cells of a terminal. Pure.

use crate::api::types::{ForecastView, MeterView, Overview};
use crate::cli::line::plain;
use crate::model::{DAY, HOUR, Severity, Timestamp};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

/// The lengths that a runway can show.
const AHEAD: [i64; 6] = [DAY, 2 * DAY, 4 * DAY, 7 * DAY, 30 * DAY, 60 * DAY];

/// The cells that a text takes.
pub(super) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// A text of others in exactly so many cells: on one line, cut with `…`, filled with spaces behind it.
pub(super) fn fit(text: &str, cells: usize) -> String {
    let text = plain(text);
    let mut out = text.clone();
    if width(&text) > cells {
        out.clear();
        let mut used = 0;
        for letter in text.chars() {
            let wide = width(letter.encode_utf8(&mut [0; 4]));
            if used + wide + 1 > cells {
                break;
            }
            used += wide;
            out.push(letter);
        }
        if cells > 0 {
            out.push('…');
        }
    }
    let fill = cells.saturating_sub(width(&out));
    out + &" ".repeat(fill)
}

/// As [`fit`], the spaces before it.
pub(super) fn fit_right(text: &str, cells: usize) -> String {
    let text = fit(text, cells);
    let kept = text.trim_end();
    format!("{}{kept}", " ".repeat(cells - width(kept)))
}

/// A text of others in lines of so many cells, broken between words; a word that is longer is cut. Never empty.
pub(super) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in plain(text).split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) <= cells {
            line.push(' ');
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            if width(&line) + width(letter.encode_utf8(&mut [0; 4])) > cells && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    lines
}

/// What is left as a bar: `████▌░░░░░`, in eighths of a cell; blank without a share. Never empty while something is
/// left, never full while something is gone.
pub(super) fn gauge(share: Option<f64>, cells: usize) -> String {
    const EIGHTHS: [char; 8] = ['░', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let Some(share) = share.map(|share| share.clamp(0.0, 1.0)) else { return " ".repeat(cells) };
    let whole = cells * 8;
    let mut filled = (share * whole as f64).round() as usize;
    if share > 0.0 {
        filled = filled.max(1);
    }
    if share < 1.0 {
        filled = filled.min(whole.saturating_sub(1));
    }
    let cell = |index: usize| match filled.saturating_sub(index * 8) {
        8.. => '█',
        part => EIGHTHS[part],
    };
    (0..cells).map(cell).collect()
}

/// How far the runways of a screen look: to the likely end of the nearest wall at least, a day at least.
pub(super) fn ahead(overview: &Overview) -> i64 {
    let meters = overview.accounts.iter().flat_map(|account| &account.meters);
    let end = meters.filter_map(|meter| match meter.forecast {
        ForecastView::Wall { p50, p90, .. } if !meter.is_used_up() => {
            Some(p90.unwrap_or(p50).since(overview.now))
        }
        _ => None,
    });
    let nearest = end.min().unwrap_or(0);
    AHEAD.into_iter().find(|length| *length >= nearest).unwrap_or(60 * DAY)
}

/// What a runway's length is called.
pub(super) fn length(ahead: i64) -> String {
    if ahead <= 2 * DAY { format!("{} h", ahead / HOUR) } else { format!("{} days", ahead / DAY) }
}

/// A meter's way to its wall: `······├──┃────┤··`: from p10 to p90, the median at `┃`; `↻` its reset; `→` at the end
/// where the range goes on. `×` from the start when it is used up.
pub(super) fn runway(meter: &MeterView, now: Timestamp, ahead: i64, cells: usize) -> String {
    if cells == 0 {
        return String::new();
    }
    let mut bar = vec!['·'; cells];
    let at = |moment: Timestamp| -> usize {
        let share = moment.since(now).max(0) as f64 / ahead.max(1) as f64;
        (share * cells as f64).min(1e9) as usize
    };
    let mut put = |cell: usize, letter: char| {
        if let Some(place) = bar.get_mut(cell) {
            *place = letter;
        }
    };
    if let Some(reset) = meter.resets_at.filter(|reset| *reset > now) {
        put(at(reset), '↻');
    }
    match &meter.forecast {
        _ if meter.is_used_up() => (0..cells).for_each(|cell| put(cell, '×')),
        ForecastView::Wall { p10, p50, p90, .. } => {
            let (from, middle) = (at(*p10), at(*p50));
            let to = p90.map_or(cells, at);
            (from..to.min(cells)).for_each(|cell| put(cell, '─'));
            put(from, '├');
            put(to, '┤');
            put(middle, '┃');
            if to >= cells && middle + 1 < cells || middle >= cells {
                put(cells - 1, '→');
            }
        }
        ForecastView::Clear { .. } => {}
        ForecastView::Unknown { .. } => return " ".repeat(cells),
    }
    bar.into_iter().collect()
}

/// The mark before a line: the word is in the line, the colour beside both.
pub(super) fn mark(severity: Option<Severity>) -> &'static str {
    match severity {
        None => " ",
        Some(Severity::HeadsUp) => "·",
        Some(Severity::Soon) => "!",
        Some(Severity::Now | Severity::Refused) => "‼",
    }
}

/// Colours that are read on light and on dark ground: magenta and red.
pub(super) fn style(severity: Option<Severity>, colours: bool) -> Style {
    let (colour, weight) = match severity {
        None => return Style::new(),
        Some(Severity::HeadsUp) => (Color::Magenta, Modifier::empty()),
        Some(Severity::Soon) => (Color::Magenta, Modifier::BOLD),
        Some(Severity::Now | Severity::Refused) => (Color::Red, Modifier::BOLD),
    };
    let style = Style::new().add_modifier(weight);
    if colours { style.fg(colour) } else { style }
}
