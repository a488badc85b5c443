//! `tollwatch replay`: what the rules would have told, over the own history or over scripted accounts.

mod scripted;

use super::args::ReplayArgs;
use super::{OK, say, say_json};
use crate::alerts::{Sensitivity, word};
use crate::api::{ReplayFate, ReplayRequest, ReplayView, ReplayWall, StoreView, replay_of_store};
use crate::config::{Config, Folders};
use crate::model::{AccountId, HOUR, MINUTE, Timestamp, words};
use crate::monitor::{Clock, rules};
use crate::store::Store;
use anyhow::Context;
use jiff::tz::TimeZone;

pub(super) fn run(args: ReplayArgs, json: bool) -> anyhow::Result<u8> {
    let sensitivity = args.sensitivity.as_deref().map(|name| match name {
        "low" => Sensitivity::Low,
        "high" => Sensitivity::High,
        _ => Sensitivity::Normal,
    });
    if let (Some(polls), Some(episodes)) = (&args.polls, &args.episodes) {
        // Settings as they come, in a zone that says nothing of whose machine this is.
        let mut config = Config::default();
        config.alerts.sensitivity = sensitivity.unwrap_or_default();
        let rules = rules(&config, &TimeZone::UTC);
        scripted::run(polls, episodes, args.forecasts.as_deref(), &rules)?;
        return Ok(OK);
    }
    let folders = Folders::find()?;
    let mut config = Config::load(&folders.config_file())?;
    config.alerts.sensitivity = sensitivity.unwrap_or(config.alerts.sensitivity);
    let account = args.account.map(AccountId::new).transpose().map_err(anyhow::Error::msg)?;
    let store = Store::open_read_only(&folders.history_file())?;
    let source = StoreView { store, now: Clock::Real.now(), live: Vec::new() };
    let request = ReplayRequest::of(account, args.since);
    let zone = TimeZone::system();
    let view = replay_of_store(&source, &config, &request, &zone)
        .with_context(|| "`tollwatch accounts list` says which accounts there are".to_owned())?;
    if json {
        say_json(&view)?;
    } else {
        print(&view, &zone)?;
    }
    Ok(OK)
}

/// `30d`, `4w`, or a bare number of days; 1 to 365 days.
pub(super) fn days(text: &str) -> Result<u32, String> {
    let (number, days) = match text.strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (text.strip_suffix('d').unwrap_or(text), 1),
    };
    let count = number.parse::<u32>().ok().and_then(|number| number.checked_mul(days));
    count
        .filter(|count| (1..=365).contains(count))
        .ok_or_else(|| "write it like 30d or 4w, up to 365d".to_owned())
}

fn print(view: &ReplayView, zone: &TimeZone) -> anyhow::Result<()> {
    let at = |moment: Timestamp| words::stamp(moment, zone);
    let dial = match view.sensitivity {
        Sensitivity::Low => "low",
        Sensitivity::Normal => "normal",
        Sensitivity::High => "high",
    };
    say(format!("From {} to {}, at sensitivity {dial}:", at(view.from), at(view.to)))?;
    say(format!("  {} ({:.1} a week)", view.summary, view.per_week))?;
    if !view.walls.is_empty() {
        say(format!("\n  {:17}  {:>9}  {:>9}  {:>9}  which", "wall", "heads-up", "soon", "now"))?;
    }
    for wall in &view.walls {
        let ReplayWall { heads_up, soon, now, .. } = wall;
        let which = [wall.label.as_str(), wall.meter.as_str()].into_iter().filter(|part| !part.is_empty());
        say(format!(
            "  {:17}  {:>9}  {:>9}  {:>9}  {}{}",
            at(wall.at),
            lead(*heads_up),
            lead(*soon),
            lead(*now),
            which.collect::<Vec<_>>().join(" · "),
            if wall.timely { "" } else { "  (missed)" }
        ))?;
    }
    if !view.notices.is_empty() {
        say(format!("\n  {:17}  {:8}  {:10}  notice", "told", "how", "then"))?;
    }
    for notice in &view.notices {
        let fate = match notice.fate {
            Some(ReplayFate::Right) => "wall",
            Some(ReplayFate::Renewed) => "topped up",
            Some(ReplayFate::Open) => "not yet",
            Some(ReplayFate::InVain) => "in vain",
            None => "",
        };
        say(format!("  {:17}  {:8}  {fate:10}  {}", at(notice.at), word(notice.severity), notice.title))?;
    }
    Ok(())
}

/// A lead as a column: `45 min`, `3.2 h`, or a dash.
fn lead(ms: Option<i64>) -> String {
    match ms {
        None => "–".to_owned(),
        Some(ms) if ms < HOUR => format!("{} min", ms / MINUTE),
        Some(ms) => format!("{:.1} h", ms as f64 / HOUR as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_days_or_weeks() {
        assert_eq!(["30d", "4w", "7"].map(days), [Ok(30), Ok(28), Ok(7)]);
        assert!(["", "d", "0d", "-3d", "366d", "99999999999w", "30h"].iter().all(|text| days(text).is_err()));
    }

    #[test]
    fn leads_are_short() {
        assert_eq!(lead(Some(45 * MINUTE + 59_000)), "45 min");
        assert_eq!(lead(Some(3 * HOUR + 12 * MINUTE)), "3.2 h");
        assert_eq!(lead(None), "–");
    }
}
