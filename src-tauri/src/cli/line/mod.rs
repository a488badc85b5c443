//! `tollwatch status --format`: one line for a status bar, a prompt or an editor; a template of the user's, or one of
//! the forms that programs want. What people and providers wrote is data in all of them.

mod fields;
mod ready;
mod template;

use crate::api::types::{AccountView, Headline, MeterView, Overview, World};
use crate::model::{Timestamp, words};
pub(super) use fields::{provenance, state};
use jiff::tz::TimeZone;
use template::Template;

/// The forms that programs want.
const READY: [&str; 4] = ["tmux", "starship", "waybar", "swiftbar"];

/// How `--format` wants its lines.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// A template of the user's.
    Own(Template),
    /// One of [`READY`].
    Ready(&'static str),
}

/// Reads the word after `--format`. Errors say what to write.
pub(super) fn format(text: &str) -> Result<Format, String> {
    if let Some(name) = READY.iter().find(|name| **name == text) {
        return Ok(Format::Ready(name));
    }
    if !text.contains('{') {
        return Err(format!("write a template such as '{{label}} {{left}}', or one of {}", READY.join(", ")));
    }
    Template::read(text, fields::ALL).map(Format::Own)
}

/// One meter on its screen, or none where there are no figures.
pub(super) type Chosen<'a> = Option<(&'a AccountView, &'a MeterView)>;

/// The lines. `all`: one for each meter, else only that whose wall is nearest. Ready forms are one line's worth of a
/// bar, whatever it takes.
pub(super) fn lines(format: &Format, overview: &Overview, all: bool, zone: &TimeZone) -> String {
    let mut meters =
        overview.accounts.iter().flat_map(|account| account.meters.iter().map(move |meter| (account, meter)));
    match format {
        Format::Ready(name) => ready::line(name, overview, nearest(overview), zone),
        Format::Own(template) => {
            let fill = |chosen: Chosen<'_>| template.fill(|name| fields::value(name, overview, chosen, zone));
            if !all {
                return fill(nearest(overview));
            }
            let lines: Vec<String> = meters.by_ref().map(|one| fill(Some(one))).collect();
            lines.join("\n")
        }
    }
}

/// The meter whose wall is nearest: accounts and meters stand in that order. A rate limit refills and is none, so it
/// is named only where there is nothing else.
fn nearest(overview: &Overview) -> Chosen<'_> {
    let meters = || {
        overview.accounts.iter().flat_map(|account| account.meters.iter().map(move |meter| (account, meter)))
    };
    let counts =
        |(_, meter): &(&AccountView, &MeterView)| meter.headroom.is_some() && !fields::refills(meter);
    meters()
        .find(counts)
        .or_else(|| meters().find(|(_, meter)| !fields::refills(meter)))
        .or_else(|| meters().next())
}

/// On one line: what steers a terminal, breaks lines or turns the direction of writing becomes a space.
pub(super) fn plain(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect()
}

/// What is known before the first poll.
pub(super) fn nothing(now: Timestamp, zone: &TimeZone) -> Overview {
    Overview {
        now,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        world: World::Live,
        speed: 1.0,
        headline: Headline {
            severity: None,
            lead: "No figures yet.".to_owned(),
            when: String::new(),
            detail: String::new(),
            account: None,
            meter: None,
            top_up_url: None,
            episode: None,
        },
        accounts: Vec::new(),
        episodes: Vec::new(),
        spent: Vec::new(),
        total: None,
        warnings: Vec::new(),
        language: words::language(),
    }
}

/// The fields, for `--help`.
pub(super) fn help() -> String {
    let wide = fields::ALL.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    let rows = fields::ALL.iter().map(|(name, what)| format!("  {:<wide$}  {what}\n", format!("{{{name}}}")));
    rows.collect()
}

#[cfg(test)]
mod tests;
