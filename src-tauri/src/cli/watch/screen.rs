//! The list: the next wall in a sentence, a lane per meter, alerts, what does not answer, and how old it all is.

use super::account;
use super::bars::{ahead, fit, fit_right, gauge, length, mark, runway, style, width, wrap};
use super::state::{Lane, State};
use crate::api::severity_word;
use crate::api::types::{AccountState, ForecastView, MeterView, Overview};
use crate::cli::line::{plain, state as word};
use crate::model::{Amount, MeterKind, Timestamp, words};
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Cells below which nothing is said; from 40 by 10 on all that matters is.
const LEAST: (u16, u16) = (20, 4);
/// At most so many alerts and problems are listed, each.
const LISTED: usize = 4;

/// Draws what the state holds.
pub(super) fn draw(frame: &mut Frame<'_>, state: &State) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        frame.render_widget(Line::raw(fit("too small", area.width.into())), area);
        return;
    }
    let Some(overview) = &state.overview else {
        let why = state.trouble.as_deref().unwrap_or("Nothing was read yet.");
        let lines = wrap(why, area.width.into()).into_iter().map(Line::raw);
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
        return;
    };
    let [body, foot] = split(area, area.height.saturating_sub(1));
    match state.lane().filter(|_| state.open) {
        Some(lane) => account::draw(frame, body, state, overview, lane),
        None => list(frame, body, state, overview),
    }
    let keys = if state.open { "esc back" } else { "enter account" };
    let foot_line = format!("{} · q quit · {keys} · r reload", age(overview));
    frame.render_widget(Line::raw(fit(&foot_line, foot.width.into())).dim(), foot);
}

/// How old the newest figures are, and whether somebody keeps them fresh.
fn age(overview: &Overview) -> String {
    let newest = overview.accounts.iter().filter_map(|account| account.last_good_at).max();
    let Some(newest) = newest else { return "No figures yet".to_owned() };
    let old = words::span(overview.now.since(newest));
    let watched = overview.accounts.iter().filter(|account| account.state != AccountState::Paused);
    let nobody = watched.clone().count() > 0 && watched.clone().all(|one| one.state == AccountState::Stale);
    if nobody { format!("Read {old} ago: no Tollwatch polls") } else { format!("Read {old} ago") }
}

/// An area in two: the first with so many rows.
pub(super) fn split(area: Rect, rows: u16) -> [Rect; 2] {
    let rows = rows.min(area.height);
    [Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area }]
}

fn list(frame: &mut Frame<'_>, area: Rect, state: &State, overview: &Overview) {
    let rest = headline(frame, area, state, overview);
    let lanes = state.lanes();
    let below = below(state, overview, rest.width.into());
    // The lanes go first: at least three rows, and what they do not need is for what stands below.
    let wanted = lanes.len() + 1;
    let spare = usize::from(rest.height).saturating_sub(below.len() + 1);
    let rows = wanted.min(spare.max(usize::from(rest.height).min(4)));
    let [upper, lower] = split(rest, u16::try_from(rows).unwrap_or(u16::MAX));
    let columns = Columns::of(upper.width.into());
    let span = ahead(overview);
    let shown = usize::from(upper.height).saturating_sub(1);
    let first = (state.chosen + 1).saturating_sub(shown.max(1));
    let mut lines = vec![columns.head(span)];
    for (index, lane) in lanes.iter().enumerate().skip(first).take(shown) {
        lines.push(columns.lane(lane, overview, span, state, index == state.chosen));
    }
    frame.render_widget(Paragraph::new(lines), upper);
    if lower.height > 1 {
        let [_, lower] = split(lower, 1);
        frame.render_widget(Paragraph::new(below), lower);
    }
}

/// The first sentence, and below it the range and what is left where there is room. Returns what is left of the area.
fn headline(frame: &mut Frame<'_>, area: Rect, state: &State, overview: &Overview) -> Rect {
    let headline = &overview.headline;
    let cells = usize::from(area.width);
    let strong = style(headline.severity, state.colours).add_modifier(Modifier::BOLD);
    let first = wrap(&format!("{} {}", headline.lead, headline.when), cells);
    let mut lines: Vec<Line<'static>> = first.into_iter().map(|line| Line::styled(line, strong)).collect();
    if area.height > 12 && !headline.detail.is_empty() {
        lines.extend(wrap(&headline.detail, cells).into_iter().map(|line| Line::raw(line).dim()));
    }
    if let Some(trouble) = &state.trouble {
        lines.extend(wrap(trouble, cells).into_iter().map(Line::raw));
    }
    let rows = lines.len().min(usize::from(area.height / 2).max(1)) as u16;
    let [upper, rest] = split(area, rows);
    frame.render_widget(Paragraph::new(lines), upper);
    if rest.height > 8 { split(rest, 1)[1] } else { rest }
}

/// Alerts and what does not answer.
fn below(state: &State, overview: &Overview, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for episode in overview.episodes.iter().take(LISTED) {
        let severity = Some(episode.severity);
        let text = format!("{} {:<8} {}", mark(severity), severity_word(episode.severity), episode.title);
        lines.push(Line::styled(fit(&text, cells), style(severity, state.colours)));
    }
    let more = overview.episodes.len().saturating_sub(LISTED);
    if more > 0 {
        lines.push(Line::raw(format!("  and {more} more: `tollwatch why --list`")));
    }
    let troubled = overview.accounts.iter().filter_map(|account| Some((account, account.problem.as_ref()?)));
    for (account, problem) in troubled.take(LISTED) {
        let says = problem.message.starts_with(&account.label);
        let label = if says { String::new() } else { format!("{}: ", account.label) };
        lines.push(Line::raw(fit(&format!("? {label}{}", problem.message), cells)));
    }
    lines
}

/// Which columns fit, in cells; 0 is left out.
struct Columns {
    label: usize,
    left: usize,
    gauge: usize,
    when: usize,
    runway: usize,
    age: usize,
}

impl Columns {
    fn of(cells: usize) -> Columns {
        let left = if cells < 50 { 9 } else { 14 };
        let when = match cells {
            ..34 => 0,
            34..60 => 11,
            _ => 24,
        };
        let gauge = if cells >= 72 { 10 } else { 0 };
        let age = if cells >= 84 { 7 } else { 0 };
        let columns = [left, when, gauge, age].iter().map(|one| one + usize::from(*one > 0)).sum::<usize>();
        // The mark and its space, then the label and the runway share what is left.
        let free = cells.saturating_sub(columns + 2);
        let label = if cells >= 100 { (free * 3 / 5).clamp(16, 48) } else { free };
        Columns { label, left, gauge, when, runway: free.saturating_sub(label + 1), age }
    }

    fn head(&self, span: i64) -> Line<'static> {
        let mut text = format!("  {} {}", fit("METER", self.label), fit_right("LEFT", self.left));
        if self.gauge > 0 {
            text.push_str(&format!(" {}", " ".repeat(self.gauge)));
        }
        if self.when > 0 {
            text.push_str(&format!(" {}", fit("RUNS OUT", self.when)));
        }
        if self.runway > 0 {
            let end = length(span);
            text.push_str(&format!(" {}{}", fit("now", self.runway.saturating_sub(end.len())), end));
        }
        if self.age > 0 {
            text.push_str(&format!(" {}", fit_right("READ", self.age)));
        }
        Line::raw(text).dim()
    }

    fn lane(
        &self,
        lane: &Lane<'_>,
        overview: &Overview,
        span: i64,
        state: &State,
        chosen: bool,
    ) -> Line<'static> {
        let now = overview.now;
        let severity = lane.meter.and_then(|meter| meter.severity);
        let colour = style(severity, state.colours);
        let mut spans = vec![
            Span::styled(format!("{} ", mark(severity)), colour),
            Span::raw(name(lane, self.label)),
            Span::raw(format!(" {}", fit_right(&left(lane.meter), self.left))),
        ];
        if self.gauge > 0 {
            let share = lane.meter.and_then(|meter| meter.share);
            spans.push(Span::styled(format!(" {}", gauge(share, self.gauge)), colour));
        }
        if self.when > 0 {
            let when = if self.when < 20 { soon(lane, now) } else { when(lane, now, &state.zone) };
            spans.push(Span::styled(format!(" {}", fit(&when, self.when)), colour));
        }
        if self.runway > 0 {
            let bar = lane.meter.map_or(String::new(), |meter| runway(meter, now, span, self.runway));
            spans.push(Span::styled(format!(" {}", fit(&bar, self.runway)), colour));
        }
        if self.age > 0 {
            let age = lane.meter.map_or(String::new(), |meter| words::span(now.since(meter.read_at)));
            spans.push(Span::styled(format!(" {}", fit_right(&age, self.age)), Style::new().dim()));
        }
        let line = Line::from(spans);
        if chosen { line.reversed() } else { line }
    }
}

/// A lane's name in so many cells: where it does not fit, the account gives way first, to a third.
fn name(lane: &Lane<'_>, cells: usize) -> String {
    let account = plain(&lane.account.label);
    let Some(meter) = lane.meter else { return fit(&account, cells) };
    let whole = format!("{account} · {}", meter.label);
    if width(&plain(&whole)) <= cells {
        return fit(&whole, cells);
    }
    let short = fit(&account, width(&account).min((cells / 3).max(4)));
    fit(&format!("{} · {}", short.trim_end(), meter.label), cells)
}

/// As [`when`] where there is little room: `in 5 h`.
fn soon(lane: &Lane<'_>, now: Timestamp) -> String {
    match lane.meter.map(|meter| (&meter.forecast, meter)) {
        None => "no figures".to_owned(),
        Some((_, meter)) if meter.is_used_up() => "used up".to_owned(),
        Some((ForecastView::Wall { p50, .. }, _)) => format!("in {}", words::span(p50.since(now).max(0))),
        Some((ForecastView::Clear { .. }, _)) => "no wall".to_owned(),
        Some((ForecastView::Unknown { .. }, meter)) if meter.kind == MeterKind::Spend => {
            "no limit".to_owned()
        }
        Some((ForecastView::Unknown { .. }, meter)) if meter.kind == MeterKind::Rate => "refills".to_owned(),
        Some((ForecastView::Unknown { .. }, _)) => "no forecast".to_owned(),
    }
}

/// An amount of a meter for people.
pub(super) fn amount(meter: &MeterView, text: &Option<String>) -> Option<String> {
    let qty = meter.unit.parse(text.as_deref()?).ok()?;
    Some(words::amount(Amount::new(qty, meter.unit)))
}

/// What is left, or what was used where nothing says a limit.
pub(super) fn left(meter: Option<&MeterView>) -> String {
    let Some(meter) = meter else { return "-".to_owned() };
    let used = || amount(meter, &meter.used).map(|used| format!("{used} used"));
    amount(meter, &meter.headroom).or_else(used).unwrap_or_else(|| "-".to_owned())
}

/// When it runs out, in the words of `tollwatch status`, short.
pub(super) fn when(lane: &Lane<'_>, now: Timestamp, zone: &TimeZone) -> String {
    let Some(meter) = lane.meter else { return "no figures yet".to_owned() };
    match (lane.account.state, &meter.forecast) {
        _ if meter.is_used_up() => "is used up".to_owned(),
        (AccountState::Failing | AccountState::Offline | AccountState::Paused, _) => {
            format!("{}: old figures", word(lane.account))
        }
        (_, ForecastView::Wall { p50, .. }) => words::around(*p50, now, zone),
        (_, ForecastView::Clear { until, .. }) if meter.resets_at == Some(*until) => {
            "lasts to its reset".to_owned()
        }
        (_, ForecastView::Clear { .. }) => "nothing in sight".to_owned(),
        (_, ForecastView::Unknown { .. }) if meter.kind == MeterKind::Spend => "has no limit".to_owned(),
        (_, ForecastView::Unknown { .. }) if meter.kind == MeterKind::Rate => "refills".to_owned(),
        (_, ForecastView::Unknown { .. }) => "no forecast".to_owned(),
    }
}
