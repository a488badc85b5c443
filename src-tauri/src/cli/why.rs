//! `tollwatch why`: the rule, the figures and the forecast behind an alert, and what came of it.

use super::explain::{block, item};
use super::{NO_FIGURES, OK, say, say_json};
use crate::api::types::EpisodeView;
use crate::api::{EpisodePage, MomentView, RangeView, StoreView, episode_of_store, severity_word};
use crate::config::{Config, Folders};
use crate::connectors;
use crate::model::{DAY, Episode, EpisodeState, Timestamp, words};
use crate::monitor::{Clock, poll};
use crate::store::Store;
use anyhow::Context;
use jiff::tz::TimeZone;

/// How far back the newest alert is looked for, and how far back a list goes.
const BACK: i64 = 30 * DAY;
/// Columns of the bar of a range.
const BAR: usize = 56;

pub(super) fn run(number: Option<i64>, list: bool, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let config = Config::load(&folders.config_file())?;
    if !folders.history_file().exists() {
        return nothing(json);
    }
    let (store, now) = (Store::open_read_only(&folders.history_file())?, Clock::Real.now());
    let source = StoreView { live: store.live_episodes()?, store, now };
    let zone = TimeZone::system();
    let page = |episode: &Episode| -> anyhow::Result<EpisodePage> {
        let of = episode.resource.account.as_ref().and_then(|id| config.accounts.get_key_value(id));
        let label = of.map(|(id, config)| poll::label(id, config, connectors::find(&config.connector)));
        Ok(episode_of_store(&source, episode, label, &zone)?)
    };
    let fired = |one: &Episode| one.fired_at.is_some();
    let mut recent = source.store.episodes(now + -BACK, now)?;
    recent.retain(fired);
    if list {
        let pages: Vec<EpisodePage> = recent.iter().map(page).collect::<anyhow::Result<_>>()?;
        return if pages.is_empty() { nothing(json) } else { listed(&pages, now, &zone, json) };
    }
    let episode = match number {
        Some(number) => source.store.episode(number)?.filter(fired).with_context(|| {
            format!("there is no alert {number}; `tollwatch why --list` says which there are")
        })?,
        None => match recent.into_iter().max_by_key(|one| (one.fired_at, one.id)) {
            Some(newest) => newest,
            None => return nothing(json),
        },
    };
    let page = page(&episode)?;
    if json {
        say_json(&page)?
    } else {
        print(&page, now, &zone)?
    }
    Ok(OK)
}

fn nothing(json: bool) -> anyhow::Result<u8> {
    if json {
        say("null")?
    } else {
        say("No alert was told in the last 30 days.")?
    }
    Ok(NO_FIGURES)
}

fn listed(pages: &[EpisodePage], now: Timestamp, zone: &TimeZone, json: bool) -> anyhow::Result<u8> {
    if json {
        say_json(&pages.iter().map(|page| &page.episode).collect::<Vec<_>>())?;
        return Ok(OK);
    }
    for EpisodePage { episode: one, .. } in pages {
        let head =
            format!("{:<5} {:<8} {:<12} ", format!("#{}", one.id), severity_word(one.severity), state(one));
        item(&head, &format!("{} · began {}", one.title, words::moment(one.began_at, now, zone)))?;
    }
    Ok(OK)
}

fn state(one: &EpisodeView) -> &'static str {
    match one.state {
        EpisodeState::Pending => "pending",
        EpisodeState::Firing => "firing",
        EpisodeState::Acknowledged => "acknowledged",
        EpisodeState::Snoozed => "snoozed",
        EpisodeState::Resolved => "ended",
    }
}

fn print(page: &EpisodePage, now: Timestamp, zone: &TimeZone) -> anyhow::Result<()> {
    let (one, moment) = (&page.episode, |at| words::moment(at, now, zone));
    item(&format!("#{} ", one.id), &one.title)?;
    let ended = one.resolved_at.map_or_else(String::new, |at| format!(", ended {}", moment(at)));
    say(format!("{}, {}; began {}{ended}", severity_word(one.severity), state(one), moment(one.began_at)))?;
    for told in &page.moments {
        let how = match told.channel.as_deref() {
            Some(channel) => {
                format!("told as {} ({})", severity_word(told.severity), channel.replace('_', "-"))
            }
            None => "not told; last seen so".to_owned(),
        };
        block("", &format!("{}, {how}:", moment(told.at)))?;
        for line in &told.why {
            item("  ", line)?;
        }
        picture(told)?;
    }
    if !page.deliveries.is_empty() {
        say("\nSent to channels:")?;
        for one in &page.deliveries {
            item("  ", &super::channels::row(one, zone))?;
        }
    }
    if !page.after.is_empty() {
        say("")?;
        for line in &page.after {
            item("", line)?;
        }
    }
    Ok(())
}

/// What was left over the day before, and the range that was forecast.
fn picture(told: &MomentView) -> anyhow::Result<()> {
    if told.trail.iter().flatten().count() > 1 {
        say(format!("  24 h before  {}  then", sparkline(&told.trail)))?;
    }
    let Some(range) = told.range else { return Ok(()) };
    say(format!("  then  {}", bar(told.at, range)))?;
    let late = if range.p90.is_some() { "] nine in ten" } else { "> beyond the reset, or 60 days" };
    say(format!("        the wall comes earlier: [ one chance in ten, | even odds, {late}"))
}

/// Time from then to the end of the range, in proportion: `····[====|========]`.
fn bar(from: Timestamp, range: RangeView) -> String {
    let end = range.p90.unwrap_or(range.p50.plus(range.p50 - from));
    let whole = (end - from).max(1) as f64;
    let place = |at: Timestamp| (((at - from) as f64 / whole).clamp(0.0, 1.0) * (BAR - 1) as f64) as usize;
    // Each mark has a column of its own.
    let early = place(range.p10).min(BAR - 3);
    let middle = place(range.p50).clamp(early + 1, BAR - 2);
    let mark = |column: usize| match column {
        _ if column == early => '[',
        _ if column == middle => '|',
        _ if column == BAR - 1 => {
            if range.p90.is_some() {
                ']'
            } else {
                '>'
            }
        }
        _ if column < early => '·',
        _ => '=',
    };
    (0..BAR).map(mark).collect()
}

/// Eighths of the highest figure; a step that was not read is a blank.
fn sparkline(steps: &[Option<f64>]) -> String {
    let highest = steps.iter().flatten().copied().fold(f64::MIN_POSITIVE, f64::max);
    let eighths = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let mark = |step: &Option<f64>| match step {
        Some(value) => eighths[((value / highest).clamp(0.0, 1.0) * 7.0).round() as usize],
        None => ' ',
    };
    steps.iter().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HOUR;

    #[test]
    fn a_bar_is_in_proportion_and_fits_beside_its_words() {
        let at = |hours: i64| Timestamp(hours * HOUR);
        let drawn = bar(at(0), RangeView { p10: at(11), p50: at(22), p90: Some(at(55)) });
        // 55 steps between the first column and the last: one an hour.
        assert_eq!(drawn.chars().count(), BAR);
        let place = |mark: char| drawn.chars().position(|one| one == mark);
        assert_eq!((place('['), place('|'), place(']')), (Some(11), Some(22), Some(55)));
        let open = bar(at(0), RangeView { p10: at(11), p50: at(22), p90: None });
        assert_eq!(open.chars().position(|one| one == '|'), Some(27));
        assert!(open.ends_with("=>"), "{open}");
        let tight = bar(at(0), RangeView { p10: at(0), p50: at(0), p90: Some(at(0)) });
        assert!(tight.starts_with("[|=") && tight.ends_with("=]"), "{tight}");
    }

    #[test]
    fn a_sparkline_leaves_out_what_was_not_read() {
        assert_eq!(sparkline(&[Some(8.0), Some(4.0), None, Some(0.0), Some(-3.0)]), "█▅ ▁▁");
    }
}
