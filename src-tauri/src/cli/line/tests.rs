//! What stands in a bar, expected by hand.

use super::super::testing::{NOW, account, alert, meter, overview, wall};
use super::*;
use crate::api::types::AccountState;
use crate::model::{HOUR, Severity};

fn line(form: &str, overview: &Overview) -> String {
    lines(&format(form).unwrap(), overview, false, &TimeZone::UTC)
}

fn near() -> Overview {
    let near = MeterView { forecast: wall(5), ..meter("balance.usd", "balance") };
    let mut overview = overview(vec![account("ci", "CI", vec![near, meter("other", "other")])]);
    overview.accounts[0].top_up_url = Some("https://example.com/pay".to_owned());
    overview.headline.top_up_url = Some("https://example.com/pay".to_owned());
    overview
}

/// Labels that want to break every form.
fn hostile() -> Overview {
    let label = "a\nb|c #[fg=red]#(id) <b>&\"\\ $(id) `id` \x1b[2J\u{202e}";
    let bad = MeterView { forecast: wall(5), label: label.to_owned(), ..meter("balance.usd", "") };
    let mut overview = overview(vec![account("ci", label, vec![bad])]);
    overview.episodes.push(alert(Severity::Soon, label));
    overview
}

#[test]
fn a_template_says_each_field() {
    let all = "{account} {label} {meter} {name} {left} {used} {limit|none} {percent}% {burn} | {wall} | {in} | {early} | \
               {late} | {chance} | {reset} | {age} | {state} {provenance} {severity|calm} {alerts} | {headline}";
    assert_eq!(
        line(all, &near()),
        "ci CI balance.usd balance $4.12 - none 16% $1.31/h | today around 17:30 | 5 h | today 12:30 | \
         Mon 23 Nov 17:30 | 100 % | - | 4 min | fresh reported calm 0 | No figures yet."
    );
    let two = lines(&format("{meter}").unwrap(), &near(), true, &TimeZone::UTC);
    assert_eq!(two, "balance.usd\nother");
    assert_eq!(line("{left|nothing known} {alerts}", &overview(Vec::new())), "nothing known 0");
    assert!(format("tmucks").is_err_and(|why| why.contains("tmux, starship, waybar, swiftbar")));
}

#[test]
fn each_ready_form_is_what_its_bar_wants() {
    let mut one = near();
    assert_eq!(line("tmux", &one), "CI $4.12 5 h");
    assert_eq!(line("starship", &one), "CI $4.12 5 h");
    one.episodes.push(alert(Severity::Now, "CI runs out"));
    assert_eq!(line("tmux", &one), "#[fg=red,bold]!! CI $4.12 5 h#[default]");
    assert_eq!(line("starship", &one), "!! CI $4.12 5 h");
    let waybar: serde_json::Value = serde_json::from_str(&line("waybar", &one)).unwrap();
    assert_eq!(
        waybar,
        serde_json::json!({
            "text": "!! CI $4.12 5 h", "alt": "now", "class": "now", "percentage": 16,
            "tooltip": "CI · balance: $4.12 left, today around 17:30, read 4 min ago\n\
                        CI · other: $4.12 left, read 4 min ago"
        })
    );
    let menu = line("swiftbar", &one);
    let menu: Vec<&str> = menu.lines().collect();
    assert!(menu[0].starts_with("◔ !! CI $4.12 5 h | ") && menu[0].ends_with("color=#dc322f"), "{menu:?}");
    assert_eq!(menu[1], "---");
    assert!(menu.contains(&"Top up | href=https://example.com/pay"), "{menu:?}");
}

#[test]
fn what_is_old_used_up_or_missing_is_said() {
    let mut one = near();
    one.accounts[0].state = AccountState::Failing;
    one.accounts[0].meters[0].read_at = NOW + -3 * HOUR;
    assert_eq!(line("tmux", &one), "CI $4.12 5 h (failing, 3 h old)");
    let mut gone = near();
    gone.accounts[0].meters[0].headroom = Some("-0.5".to_owned());
    assert_eq!(line("tmux", &gone), "#[fg=red,bold]!! CI used up#[default]");
    assert_eq!(line("tmux", &overview(Vec::new())), "no figures");
    let mute = overview(vec![account("ci", "CI", Vec::new())]);
    assert_eq!(line("tmux", &mute), "CI: no figures");
    let none: serde_json::Value = serde_json::from_str(&line("waybar", &mute)).unwrap();
    assert_eq!((&none["class"], &none["percentage"]), (&"none".into(), &serde_json::Value::Null));
}

#[test]
fn no_label_breaks_a_form() {
    let bad = hostile();
    for form in ["tmux", "starship", "waybar", "{label} {name} {headline}"] {
        let said = line(form, &bad);
        assert!(!said.contains(['\n', '\x1b', '\u{202e}']), "{form}: {said:?}");
    }
    let tmux = line("tmux", &bad);
    assert!(tmux.contains("##[fg=red]##(id)") && tmux.starts_with("#[fg=yellow,bold]! a b"), "{tmux}");
    let waybar: serde_json::Value = serde_json::from_str(&line("waybar", &bad)).unwrap();
    assert!(waybar["text"].as_str().unwrap().contains("&lt;b&gt;&amp;"), "{waybar}");
    assert!(!waybar["tooltip"].as_str().unwrap().contains("<b>"), "{waybar}");
    let starship = line("starship", &bad);
    assert!(!starship.contains("$(") && !starship.contains('`') && starship.contains("$4.12"), "{starship}");
    let menu = line("swiftbar", &bad);
    // Title, separator, one meter, one alert, separator, reload: no line was added, and each has our `|` alone.
    assert_eq!(menu.lines().count(), 6, "{menu}");
    assert!(menu.lines().all(|line| line == "---" || line.matches('|').count() == 1), "{menu}");
    assert!(menu.lines().all(|line| line == "---" || !line.starts_with('-')), "{menu}");
}

#[test]
fn a_share_is_never_rounded_to_nothing_or_all() {
    let percent = |share: f64| fields::percent(&MeterView { share: Some(share), ..meter("m", "m") });
    assert_eq!([0.0, 0.001, 0.5, 0.999, 1.0].map(percent), [0, 1, 50, 99, 100].map(Some));
}
