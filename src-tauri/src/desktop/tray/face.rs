//! What the tray says, worked out from the overview. Pure.

use jiff::tz::TimeZone;
use tollwatch::api::types::{AccountView, ForecastView, MeterView, Overview};
use tollwatch::model::words::Language;
use tollwatch::model::{Severity, Timestamp, words};
use tollwatch::say;

/// How many walls the menu names.
const LINES: usize = 5;
/// The longest line of the menu, in characters.
const WIDTH: usize = 72;

/// Everything that the tray shows; two equal faces need no redrawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Face {
    /// The lowest headroom of all meters in whole percent; missing when no meter says.
    pub(crate) level: Option<u8>,
    /// The highest severity of a live episode.
    pub(crate) severity: Option<Severity>,
    /// The nearest walls, nearest first.
    pub(crate) lines: Vec<Line>,
    /// How long until the nearest wall, when an alert is live: `3 h`. Empty when all is calm, or something is used up.
    pub(crate) title: String,
    /// The headline.
    pub(crate) tooltip: String,
    /// What all of it is said in.
    pub(crate) language: Language,
}

/// One wall in the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Whose.
    pub(crate) account: String,
    /// `OpenRouter · key limit “ci” — today 16:40`.
    pub(crate) text: String,
}

impl Default for Face {
    fn default() -> Self {
        Face {
            level: None,
            severity: None,
            lines: Vec::new(),
            title: String::new(),
            tooltip: String::from("Tollwatch"),
            language: words::language(),
        }
    }
}

impl Face {
    /// The face for an overview.
    pub(crate) fn of(overview: &Overview) -> Face {
        let zone = TimeZone::get(&overview.zone).unwrap_or(TimeZone::UTC);
        let meters = || overview.accounts.iter().flat_map(|a| a.meters.iter().map(move |m| (a, m)));
        let lowest = meters().filter_map(|(_, meter)| meter.share).min_by(f64::total_cmp);
        let mut walls: Vec<(Timestamp, Line)> =
            meters().filter_map(|(account, meter)| wall(account, meter, overview.now, &zone)).collect();
        walls.sort_by_key(|(at, _)| *at);
        let severity = overview.episodes.iter().map(|episode| episode.severity).max();
        let nearest = walls.first().map(|(at, _)| *at).filter(|at| *at > overview.now);
        let title = nearest.filter(|_| severity.is_some()).map(|at| words::span(at - overview.now));
        Face {
            level: lowest.map(percent),
            title: title.unwrap_or_default(),
            language: overview.language,
            severity,
            lines: walls.into_iter().take(LINES).map(|(_, line)| line).collect(),
            tooltip: format!("{} {}", overview.headline.lead, overview.headline.when).trim().to_owned(),
        }
    }
}

/// A share of 0 to 1 in whole percent. What is nearly nothing is never drawn as nothing, nor the other way round.
fn percent(share: f64) -> u8 {
    let share = share.clamp(0.0, 1.0);
    if share > 0.0 { ((share * 100.0).round() as u8).max(1) } else { 0 }
}

/// The meter's line, and the moment that it is sorted by; `None` when no wall is in sight.
fn wall(
    account: &AccountView,
    meter: &MeterView,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<(Timestamp, Line)> {
    let (at, when) = match &meter.forecast {
        _ if meter.severity == Some(Severity::Refused) || meter.is_used_up() => {
            (Timestamp(i64::MIN), say!("tray-used-up"))
        }
        ForecastView::Wall { p50, .. } => (*p50, words::moment(*p50, now, zone)),
        ForecastView::Clear { .. } | ForecastView::Unknown { .. } => return None,
    };
    let name = shorten(&format!("{} · {}", account.label, meter.label), WIDTH - when.chars().count() - 3);
    Some((at, Line { account: account.id.to_string(), text: say!("tray-line", name = name, when = when) }))
}

/// At most `width` characters, the cut marked.
fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gauge_never_lies_about_nothing() {
        assert_eq!(percent(0.0), 0);
        assert_eq!(percent(0.0001), 1);
        assert_eq!(percent(0.165), 17);
        assert_eq!(percent(-0.2), 0);
        assert_eq!(percent(1.7), 100);
    }

    #[test]
    fn long_names_are_cut_with_a_mark() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("ab cdef", 4), "ab…");
        assert_eq!(shorten("ünïcödé", 4), "ünï…");
    }
}
