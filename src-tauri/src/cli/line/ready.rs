//! The forms that status bars and prompts want, with each one's own escapes.

use super::{Chosen, fields, plain};
use crate::api::types::{AccountState, AccountView, ForecastView, MeterView, Overview};
use crate::model::{Severity, words};
use jiff::tz::TimeZone;

/// The line (or, for SwiftBar, the menu) in the form of that name.
pub(super) fn line(name: &str, overview: &Overview, chosen: Chosen<'_>, zone: &TimeZone) -> String {
    match name {
        "tmux" => tmux(overview, chosen),
        "waybar" => waybar(overview, chosen, zone),
        "swiftbar" => swiftbar(overview, chosen, zone),
        _ => starship(overview, chosen),
    }
}

/// How urgent the line is: of the meter that it names, else of whatever is told.
fn urgency(overview: &Overview, chosen: Chosen<'_>) -> Option<Severity> {
    let told = overview.episodes.iter().map(|episode| episode.severity).max();
    let used_up = chosen.filter(|(_, meter)| meter.is_used_up()).map(|_| Severity::Refused);
    told.max(used_up)
}

/// `!! ` before what is urgent: colour alone tells nobody.
fn mark(severity: Option<Severity>) -> &'static str {
    match severity {
        None => "",
        Some(Severity::HeadsUp | Severity::Soon) => "! ",
        Some(Severity::Now | Severity::Refused) => "!! ",
    }
}

/// `ci $4.12 5 h`: who, what is left, how long. How old the figures are, when they are not fresh.
fn short(overview: &Overview, chosen: Chosen<'_>) -> String {
    let Some((account, meter)) = chosen else {
        return match overview.accounts.first() {
            None => "no figures".to_owned(),
            Some(account) => format!("{}: no figures", account.label),
        };
    };
    let mut parts = vec![account.label.clone()];
    let left = fields::value("left", overview, chosen, &TimeZone::UTC);
    match &meter.forecast {
        _ if meter.is_used_up() => parts.push("used up".to_owned()),
        ForecastView::Wall { p50, .. } => {
            parts.extend(left);
            parts.push(words::span(p50.since(overview.now).max(0)));
        }
        _ => parts.push(left.unwrap_or_else(|| "-".to_owned())),
    }
    if !matches!(account.state, AccountState::Fresh) {
        let age = words::span(overview.now.since(meter.read_at));
        parts.push(format!("({}, {age} old)", fields::state(account)));
    }
    parts.join(" ")
}

/// A meter in a sentence: `ci · key limit: $4.12 left, today around 16:40, read 4 min ago`.
fn long(overview: &Overview, account: &AccountView, meter: &MeterView, zone: &TimeZone) -> String {
    let value = |name| fields::value(name, overview, Some((account, meter)), zone);
    let figure = match (value("left"), value("used")) {
        (Some(left), _) => format!("{left} left"),
        (None, Some(used)) => format!("{used} used"),
        (None, None) => "no figure".to_owned(),
    };
    let wall = match (&meter.forecast, value("wall")) {
        (_, Some(wall)) => format!(", {wall}"),
        (ForecastView::Clear { .. }, None) => ", nothing in sight".to_owned(),
        (_, None) => String::new(),
    };
    let age = value("age").unwrap_or_default();
    format!("{} · {}: {figure}{wall}, read {age} ago", account.label, meter.label)
}

/// Every meter, every alert and every account that does not answer, a line each.
fn all(overview: &Overview, zone: &TimeZone) -> Vec<String> {
    let mut lines = Vec::new();
    for account in &overview.accounts {
        lines.extend(account.meters.iter().map(|meter| long(overview, account, meter, zone)));
        if let Some(problem) = &account.problem {
            lines.push(format!("{}: {}", account.label, problem.message));
        } else if account.meters.is_empty() {
            lines.push(format!("{}: no figures yet", account.label));
        }
    }
    lines
}

/// tmux reads `#[…]`, and so `#` of others is doubled.
fn tmux(overview: &Overview, chosen: Chosen<'_>) -> String {
    let severity = urgency(overview, chosen);
    let text = plain(&short(overview, chosen)).replace('#', "##");
    let style = match severity {
        None => return text,
        Some(Severity::HeadsUp) => "fg=yellow",
        Some(Severity::Soon) => "fg=yellow,bold",
        Some(Severity::Now | Severity::Refused) => "fg=red,bold",
    };
    format!("#[{style}]{}{text}#[default]", mark(severity))
}

/// Text alone. Starships before 1.20 let the shell expand what a command printed: what steers it in a label is gone.
fn starship(overview: &Overview, chosen: Chosen<'_>) -> String {
    let short = chosen.map(|(account, meter)| {
        let label = account.label.replace(['$', '`', '\\', '%'], " ");
        let account = AccountView { label, ..account.clone() };
        self::short(overview, Some((&account, meter)))
    });
    let short = short.unwrap_or_else(|| "no figures".to_owned());
    format!("{}{}", mark(urgency(overview, chosen)), plain(&short))
}

/// Waybar's JSON; its texts are Pango markup.
fn waybar(overview: &Overview, chosen: Chosen<'_>, zone: &TimeZone) -> String {
    let pango = |text: &str| plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let severity = urgency(overview, chosen);
    let class = match (severity, chosen) {
        (Some(Severity::HeadsUp), _) => "heads-up",
        (Some(Severity::Soon), _) => "soon",
        (Some(Severity::Now), _) => "now",
        (Some(Severity::Refused), _) => "refused",
        (None, None) => "none",
        (None, Some((account, _))) if account.state == AccountState::Fresh => "calm",
        (None, Some(_)) => "stale",
    };
    let tooltip: Vec<String> = all(overview, zone).iter().map(|line| pango(line)).collect();
    let mut value = serde_json::json!({
        "text": format!("{}{}", mark(severity), pango(&short(overview, chosen))),
        "alt": class,
        "class": class,
        "tooltip": tooltip.join("\n"),
    });
    if let Some(percent) = chosen.and_then(|(_, meter)| fields::percent(meter)) {
        value["percentage"] = percent.into();
    }
    value.to_string()
}

/// SwiftBar's lines: title, `---`, menu. A `|` begins parameters, a leading `-` a submenu, `:name:` a symbol.
fn swiftbar(overview: &Overview, chosen: Chosen<'_>, zone: &TimeZone) -> String {
    let item = |text: &str| plain(text).replace('|', "¦");
    const AS_IT_STANDS: &str = "symbolize=false emojize=false ansi=false md=false trim=false";
    let severity = urgency(overview, chosen);
    let colour = match severity {
        None => "",
        Some(Severity::HeadsUp | Severity::Soon) => " color=#b58900",
        Some(Severity::Now | Severity::Refused) => " color=#dc322f",
    };
    let title = format!("◔ {}{}", mark(severity), item(&short(overview, chosen)));
    let mut lines = vec![format!("{title} | {AS_IT_STANDS}{colour}"), "---".to_owned()];
    lines.extend(all(overview, zone).iter().map(|line| format!("· {} | {AS_IT_STANDS}", item(line))));
    for episode in &overview.episodes {
        lines.push(format!("! {} | {AS_IT_STANDS}", item(&episode.title)));
    }
    if let Some(url) = overview.headline.top_up_url.as_deref().filter(|url| !url.contains([' ', '|', '"'])) {
        lines.push(format!("Top up | href={url}"));
    }
    lines.push("---".to_owned());
    lines.push("Read again | refresh=true".to_owned());
    lines.join("\n")
}
