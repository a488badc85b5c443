//! Cells expected by hand, and every size that a terminal may have.

use super::super::testing::{NOW, account, alert, meter, overview, wall};
use super::bars::{ahead, fit, fit_right, gauge, length, runway, wrap};
use super::screen::draw;
use super::state::{Key, State};
use crate::api::types::{AccountState, ForecastView, MeterView, Overview, ProblemView};
use crate::forecast::Confidence;
use crate::model::{DAY, HOUR, PollErrorKind, Severity};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

fn state(overview: Overview) -> State {
    let mut state = State::new(true, TimeZone::UTC);
    state.take(Ok(overview));
    state
}

fn two() -> Overview {
    let near =
        MeterView { forecast: wall(5), severity: Some(Severity::Soon), ..meter("balance.usd", "balance") };
    let mut all = overview(vec![
        account("ci", "CI", vec![near, meter("other", "other")]),
        account("prod", "Prod", Vec::new()),
    ]);
    all.headline.lead = "CI · balance runs out".to_owned();
    all.headline.when = "today around 17:30".to_owned();
    all.headline.detail = "Could be as early as today 12:30 · $4.12 left".to_owned();
    all.episodes.push(alert(Severity::Soon, "CI runs out at 17:30"));
    all.accounts[1].state = AccountState::Failing;
    all.accounts[1].problem = Some(ProblemView {
        kind: PollErrorKind::Credentials,
        message: "the key is refused".to_owned(),
        since: NOW,
    });
    all
}

fn drawn(state: &State, columns: u16, rows: u16) -> (Vec<String>, Vec<Color>) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(frame, state)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |row: u16| (0..columns).map(|column| buffer[(column, row)].symbol()).collect::<String>();
    ((0..rows).map(line).collect(), buffer.content.iter().map(|cell| cell.fg).collect())
}

#[test]
fn a_gauge_is_never_empty_nor_full_by_rounding() {
    assert_eq!(gauge(Some(0.5), 4), "██░░");
    assert_eq!(gauge(Some(0.1648), 10), "█▋░░░░░░░░", "13 of 80 eighths");
    assert_eq!((gauge(Some(0.001), 4).as_str(), gauge(Some(0.999), 4).as_str()), ("▏░░░", "███▉"));
    assert_eq!((gauge(Some(0.0), 3).as_str(), gauge(Some(1.0), 3).as_str()), ("░░░", "███"));
    assert_eq!(gauge(None, 3), "   ");
}

#[test]
fn a_runway_spans_from_p10_over_the_median_to_p90() {
    let range = |p10: i64, p50: i64, p90: Option<i64>| MeterView {
        forecast: ForecastView::Wall {
            p10: NOW + p10 * HOUR,
            p50: NOW + p50 * HOUR,
            p90: p90.map(|hours| NOW + hours * HOUR),
            before_reset: 1.0,
            confidence: Confidence::Good,
        },
        ..meter("m", "m")
    };
    // Three hours a cell.
    assert_eq!(runway(&range(6, 12, Some(18)), NOW, DAY, 8), "··├─┃─┤·");
    assert_eq!(runway(&range(6, 12, None), NOW, DAY, 8), "··├─┃──→");
    assert_eq!(runway(&range(22, 30, Some(40)), NOW, DAY, 8), "·······→");
    let reset = MeterView { resets_at: Some(NOW + 21 * HOUR), ..range(6, 12, Some(18)) };
    assert_eq!(runway(&reset, NOW, DAY, 8), "··├─┃─┤↻");
    let gone = MeterView { headroom: Some("0".to_owned()), ..range(6, 12, None) };
    assert_eq!(runway(&gone, NOW, DAY, 4), "××××");
    assert_eq!(runway(&meter("m", "m"), NOW, DAY, 4), "    ", "no forecast is no empty way");
    // The range of a wall in 5 h ends after 53.
    assert_eq!(
        (ahead(&two()), length(4 * DAY), length(DAY)),
        (4 * DAY, "4 days".to_owned(), "24 h".to_owned())
    );
}

#[test]
fn texts_are_cut_by_cells_and_not_by_letters() {
    assert_eq!((fit("abc", 5).as_str(), fit_right("abc", 5).as_str()), ("abc  ", "  abc"));
    assert_eq!((fit("余额余额", 5).as_str(), fit("余额余额", 4).as_str()), ("余额…", "余… "));
    assert_eq!((fit("abcdef", 1).as_str(), fit("abc", 0).as_str()), ("…", ""));
    assert_eq!(wrap("one two  three\nfour", 9), ["one two", "three", "four"]);
    assert_eq!(wrap("余额余额 ab", 5), ["余额", "余额", "ab"]);
    assert_eq!((wrap("", 5), wrap("ab", 0)), (vec![String::new()], vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(fit("a\nb\u{1b}[2J", 8), "a b [2J ");
}

#[test]
fn the_screen_of_100_cells() {
    let (lines, colours) = drawn(&state(two()), 100, 20);
    assert!(lines[0].starts_with("CI · balance runs out today around 17:30"), "{lines:#?}");
    assert!(lines[1].starts_with("Could be as early as today 12:30 · $4.12 left"), "{lines:#?}");
    let wanted = [
        "! CI · balance            ",
        "         $4.12 █▋░░░░░░░░ ",
        "today around 17:30       ",
        "┃───────┤······ ",
        "  4 min",
    ]
    .concat();
    assert!(lines.contains(&wanted), "{wanted:?}\n{lines:#?}");
    let whole = lines.join("\n");
    for says in
        ["no figures yet", "! soon     CI runs out at 17:30", "? Prod: the key is refused", "now ", "4 days"]
    {
        assert!(whole.contains(says), "{says}: {whole}");
    }
    assert!(lines[19].starts_with("Read 4 min ago · q quit · enter account · r reload"), "{}", lines[19]);
    assert!(colours.contains(&Color::Magenta));
}

#[test]
fn a_small_terminal_keeps_what_matters() {
    let (lines, _) = drawn(&state(two()), 40, 10);
    let whole = lines.join("\n");
    for says in ["CI · balance runs out", "CI · balance", "$4.12", "in 5 h", "Read 4 min ago"] {
        assert!(whole.contains(says), "{says}: {lines:#?}");
    }
}

#[test]
fn every_size_is_drawn_and_without_colours_when_none_are_wanted() {
    let hostile = "x\n\u{1b}[2J余额\u{202e}".repeat(9);
    let mut all = two();
    all.accounts[0].label.clone_from(&hostile);
    all.accounts[0].meters[0].label = hostile;
    all.accounts[0].meters[1].trend = vec![None; 48];
    let mut state = state(all);
    state.colours = false;
    for open in [false, true] {
        for chosen in 0..3 {
            (state.open, state.chosen) = (open, chosen);
            for columns in (1..110).chain([250]) {
                for rows in [1, 3, 4, 5, 10, 17, 60] {
                    let (_, colours) = drawn(&state, columns, rows);
                    assert!(colours.iter().all(|colour| *colour == Color::Reset), "{columns}x{rows}");
                }
            }
        }
    }
}

#[test]
fn an_account_has_its_facts_and_a_chart() {
    let mut state = state(two());
    assert!(state.press(Key::Open));
    let whole = drawn(&state, 90, 24).0.join("\n");
    for says in [
        "CI · JSON endpoint · fresh",
        "balance: $4.12",
        "Runs out: today around 17:30, as early as today 12:30, likely before Mon 23 Nov 17:30",
        "burning $1.31/h · reported 4 min ago",
        "24 h ago",
        "$8.00",
        "other: $4.12, no forecast",
        "esc back",
    ] {
        assert!(whole.contains(says), "{says}:\n{whole}");
    }
}

#[test]
fn a_meter_stays_chosen_and_what_cannot_be_read_leaves_the_figures() {
    let mut state = state(two());
    assert!(state.press(Key::Down) && !state.press(Key::Back));
    let mut turned = two();
    turned.accounts[0].meters.reverse();
    state.take(Ok(turned));
    assert_eq!(state.chosen, 0, "the meter 'other' is first now");
    assert!(state.press(Key::Last) && !state.press(Key::Down) && state.chosen == 2);
    state.take(Err("The history is locked.".to_owned()));
    let whole = drawn(&state, 80, 20).0.join("\n");
    assert!(whole.contains("The history is locked.") && whole.contains("$4.12"), "{whole}");
    state.take(Ok(overview(Vec::new())));
    assert_eq!(state.chosen, 0);
    assert!(!state.press(Key::Open), "nothing to open");
    let mut nothing = State::new(true, TimeZone::UTC);
    nothing.take(Err("No account yet.".to_owned()));
    assert!(drawn(&nothing, 40, 10).0[0].starts_with("No account yet."));
}
