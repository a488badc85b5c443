//! One account: its meter in full, what was left over the last day as a small chart, and its further meters.

use super::bars::{fit, gauge, runway, style, wrap};
use super::screen::{amount, left, split, when};
use super::state::{Lane, State};
use crate::api::types::{ForecastView, MeterView, Overview};
use crate::cli::line::{plain, provenance, state as word};
use crate::model::{Amount, Qty, words};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Paragraph};

/// Draws the account of a lane.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, overview: &Overview, lane: Lane<'_>) {
    let cells = usize::from(area.width);
    let account = lane.account;
    let head = format!("{} · {} · {}", account.label, account.connector_name, word(account));
    let mut lines = vec![Line::raw(fit(&head, cells)).bold()];
    if let Some(problem) = &account.problem {
        lines.extend(wrap(&problem.message, cells).into_iter().map(Line::raw));
    }
    match lane.meter {
        None => lines.push(Line::raw("no figures yet")),
        Some(meter) => lines.extend(facts(meter, overview, state, &lane, cells)),
    }
    let rows_wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let rows = rows_wanted.min(area.height);
    let [upper, rest] = split(area, rows);
    frame.render_widget(Paragraph::new(lines), upper);
    let others: Vec<Line<'static>> = account
        .meters
        .iter()
        .filter(|other| lane.meter.is_none_or(|meter| meter.key != other.key))
        .map(|other| {
            let lane = Lane { account, meter: Some(other) };
            let text =
                format!("{}: {}, {}", other.label, left(Some(other)), when(&lane, overview.now, &state.zone));
            Line::raw(fit(&text, cells))
        })
        .collect();
    // The chart takes what it needs to be read, the further meters the rest.
    let below = u16::try_from(others.len()).unwrap_or(u16::MAX).min(rest.height / 3);
    let [upper, lower] = split(rest, rest.height - below);
    if let Some(meter) = lane.meter.filter(|_| upper.height >= 5) {
        chart(frame, upper, meter, state);
    }
    frame.render_widget(Paragraph::new(others), lower);
}

/// What is known of the meter.
fn facts(
    meter: &MeterView,
    overview: &Overview,
    state: &State,
    lane: &Lane<'_>,
    cells: usize,
) -> Vec<Line<'static>> {
    let colour = style(meter.severity, state.colours);
    let now = overview.now;
    let of = amount(meter, &meter.limit).map_or(String::new(), |limit| format!(" of {limit}"));
    let mut lines = vec![Line::from(vec![
        Span::raw(format!("{}: {}{of} ", plain(&meter.label), left(Some(meter)))),
        Span::styled(gauge(meter.share, 10.min(cells / 4)), colour),
    ])];
    let mut sentence = format!("Runs out: {}", when(lane, now, &state.zone));
    match &meter.forecast {
        ForecastView::Wall { p10, p90, before_reset, .. } if !meter.is_used_up() => {
            sentence.push_str(&format!(", as early as {}", words::roughly(*p10, now, &state.zone)));
            if let Some(late) = p90 {
                sentence.push_str(&format!(", likely before {}", words::roughly(*late, now, &state.zone)));
            }
            if *before_reset < 0.95 {
                sentence.push_str(&format!(", {} likely before the reset", words::chance(*before_reset)));
            }
        }
        ForecastView::Unknown { reason } if !meter.is_used_up() => {
            sentence.push_str(&format!(" ({})", plain(reason)))
        }
        _ => {}
    }
    lines.extend(wrap(&sentence, cells).into_iter().map(|line| Line::styled(line, colour)));
    let bar = runway(meter, now, super::bars::ahead(overview), cells);
    if !bar.trim().is_empty() {
        lines.push(Line::styled(bar, colour));
    }
    let burn = match meter.burn {
        Some(burn) if burn > 0.0 => format!("burning {}", words::per_hour(burn, meter.unit)),
        Some(_) => "idle".to_owned(),
        None => "burn not known".to_owned(),
    };
    let reset = meter.resets_at.filter(|at| *at > now);
    let reset =
        reset.map_or(String::new(), |at| format!(" · resets {}", words::moment(at, now, &state.zone)));
    let age = words::span(now.since(meter.read_at));
    lines.push(Line::raw(format!("{burn}{reset} · {} {age} ago", provenance(meter))).dim());
    lines
}

/// The last 24 hours; a gap breaks the line.
fn chart(frame: &mut Frame<'_>, area: Rect, meter: &MeterView, state: &State) {
    let known: Vec<f64> = meter.trend.iter().flatten().copied().collect();
    let (Some(low), Some(high)) =
        (known.iter().copied().reduce(f64::min), known.iter().copied().reduce(f64::max))
    else {
        frame.render_widget(Line::raw("No figures in the last 24 hours.").dim(), area);
        return;
    };
    // An even line stands in the middle.
    let room = if high > low { (high - low) * 0.05 } else { high.abs().max(1.0) * 0.05 };
    let bounds = [low - room, high + room];
    let at = |index: usize| index as f64 / meter.trend.len().max(2).saturating_sub(1) as f64;
    let mut pieces: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (index, value) in meter.trend.iter().enumerate() {
        match (value, pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.push((at(index), *value)),
            _ => pieces.push(Vec::new()),
        }
    }
    let colour = style(meter.severity, state.colours);
    let sets = pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| {
        Dataset::default().marker(Marker::Braille).graph_type(GraphType::Line).style(colour).data(piece)
    });
    let say = |value: f64| {
        let steps = (value * meter.unit.scale() as f64).clamp(i64::MIN as f64, i64::MAX as f64);
        words::amount(Amount::new(Qty(steps as i64), meter.unit))
    };
    let dim = Style::new().dim();
    let labels =
        if high > low { vec![say(low), say(high)] } else { vec![String::new(), say(low), String::new()] };
    let chart = Chart::new(sets.collect())
        .x_axis(Axis::default().bounds([0.0, 1.0]).labels(["24 h ago", "now"]).style(dim))
        .y_axis(Axis::default().bounds(bounds).labels(labels).style(dim));
    frame.render_widget(chart, area);
}
