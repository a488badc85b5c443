//! One alert's page: what was told when and from which figures, and what came of it.

use super::channels::{self, DeliveryView};
use super::charting;
use super::overview::EpisodeRequest;
use super::types::{ChartView, EpisodeView};
use super::views::{self, Source};
use super::{ApiError, App, past};
use crate::alerts::{Evidence, headline, why};
use crate::charts::LevelForecast;
use crate::connectors;
use crate::model::{
    DAY, Episode, EpisodeKind, EpisodeState, Meter, MeterKind, Qty, Severity, Timestamp, words,
};
use crate::monitor::poll;
use crate::say;
use crate::store::StoreError;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One alert with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct EpisodePage {
    /// The alert as in the list.
    pub episode: EpisodeView,
    /// What a person calls its meter, if it is about one.
    pub meter_label: Option<String>,
    /// What was told, oldest first; before anything was, what the rule last saw.
    pub moments: Vec<MomentView>,
    /// What came of it and what ended it, a sentence each.
    pub after: Vec<String>,
    /// What channels beside the desktop were sent of it, oldest first.
    pub deliveries: Vec<DeliveryView>,
}

/// One notice, and what it was told from.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct MomentView {
    /// When it was told, or last seen.
    pub at: Timestamp,
    /// At which severity.
    pub severity: Severity,
    /// By which notifier it was accepted first (`desktop`, `in_app`, a channel's name); missing when it was not told.
    pub channel: Option<String>,
    /// The headline, in the language in which it was told.
    pub title: String,
    /// Why, a sentence each.
    pub why: Vec<String>,
    /// What was forecast then, if something was.
    pub range: Option<RangeView>,
    /// What was left over the 24 hours before, 48 equal steps; missing steps were not read. Empty without a meter.
    pub trail: Vec<Option<f64>>,
}

/// When the wall might come, as forecast at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct RangeView {
    /// One chance in ten that it comes before this.
    pub p10: Timestamp,
    /// As likely before as after.
    pub p50: Timestamp,
    /// Nine chances in ten that it comes before this; missing beyond the horizon or the reset.
    pub p90: Option<Timestamp>,
}

/// Asks for the chart that ends at one of an alert's moments.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct EpisodeChartRequest {
    #[ts(type = "number")]
    pub(super) id: i64,
    /// The moment's `at`.
    pub(super) at: Timestamp,
    /// Width in CSS pixels: 200 to 4000.
    pub(super) width: u32,
    /// Height in CSS pixels: 100 to 2000.
    pub(super) height: u32,
}

pub(crate) async fn page(app: &App, request: EpisodeRequest) -> Result<EpisodePage, ApiError> {
    let monitor = app.shown();
    let episode = find(&Source::of(&monitor), request.id)?;
    let configured = monitor.configured();
    let of = episode.resource.account.as_ref().and_then(|id| configured.get_key_value(id));
    let label = of.map(|(id, config)| poll::label(id, config, connectors::find(&config.connector)));
    Ok(of_store(&Source::of(&monitor), &episode, label, monitor.pipeline().zone())?)
}

pub(crate) async fn chart(app: &App, request: EpisodeChartRequest) -> Result<ChartView, ApiError> {
    let (_, data) = data(app, &request)?;
    Ok(ChartView { picture: data.drawn((request.width, request.height), app.shown().pipeline().zone())? })
}

/// The alert's title, and what its chart is drawn from.
pub(super) fn data(app: &App, request: &EpisodeChartRequest) -> Result<(String, charting::Data), ApiError> {
    let monitor = app.shown();
    let source = Source::of(&monitor);
    let episode = find(&source, request.id)?;
    let moments = moments(&source, &episode)?;
    let told = moments.into_iter().find(|told| told.at == request.at);
    let meter = meter(&source, &episode)?;
    let (Some(told), Some(meter)) = (told, meter) else {
        return Err(ApiError::not_found(say!("what-alert-history")));
    };
    let forecast = range(&told.evidence).map(|range| LevelForecast {
        p10: range.p10,
        p50: range.p50,
        p90: range.p90,
        made: "then",
    });
    Ok((episode.title, charting::Data::then(&source, meter, forecast, told.at)?))
}

fn find(source: &Source, id: i64) -> Result<Episode, ApiError> {
    // The row of one that only goes on may lag behind.
    let live = source.live.iter().find(|live| live.id == id).cloned();
    let found = if live.is_some() { live } else { source.store.episode(id)? };
    found
        .filter(|episode| episode.fired_at.is_some())
        .ok_or_else(|| ApiError::not_found(say!("what-alert", id = id.to_string())))
}

/// The page from the store alone, as `tollwatch why` prints it.
pub fn of_store(
    source: &Source,
    episode: &Episode,
    label: Option<String>,
    zone: &TimeZone,
) -> Result<EpisodePage, StoreError> {
    let meter = meter(source, episode)?;
    let mut views = Vec::new();
    for told in moments(source, episode)? {
        let trail = match &meter {
            Some(meter) => {
                let then = Source { now: told.at, ..source.clone() };
                let gaps = then.store.gaps(&meter.account, told.at + -DAY, told.at)?;
                views::trend(&then, meter, &gaps)?
            }
            None => Vec::new(),
        };
        views.push(MomentView {
            at: told.at,
            severity: told.severity,
            why: why(&told.as_of(episode)),
            range: range(&told.evidence),
            channel: told.channel,
            title: told.title,
            trail,
        });
    }
    let name = |name: String| Some(name).filter(|name| !name.is_empty());
    let seen = Evidence::of(episode);
    Ok(EpisodePage {
        meter_label: meter
            .as_ref()
            .map(|meter| meter.label.clone())
            .or_else(|| name(seen.meter))
            .map(|label| words::data(&label)),
        after: after(source, episode, meter.as_ref(), zone)?.said,
        deliveries: source.store.deliveries_of(episode.id)?.into_iter().map(channels::delivery).collect(),
        episode: views::episode(episode, label.or_else(|| name(seen.account))),
        moments: views,
    })
}

/// A notice as it was told.
struct Moment {
    at: Timestamp,
    severity: Severity,
    channel: Option<String>,
    title: String,
    evidence: Evidence,
    stored: String,
}

impl Moment {
    /// The episode as it stood then.
    fn as_of(&self, episode: &Episode) -> Episode {
        Episode { severity: self.severity, evidence: self.stored.clone(), ..episode.clone() }
    }
}

fn moments(source: &Source, episode: &Episode) -> Result<Vec<Moment>, StoreError> {
    let moment = |at, severity, channel, title, stored: Option<String>| {
        // Older formats did not keep what a notice was told from: the last that the rule saw comes nearest.
        let stored = stored.unwrap_or_else(|| episode.evidence.clone());
        let then = Episode { evidence: stored.clone(), ..episode.clone() };
        Moment { at, severity, channel, title, evidence: Evidence::of(&then), stored }
    };
    let told = source.store.told_of(episode.id)?;
    let mut moments: Vec<Moment> = told
        .into_iter()
        .map(|(told, stored)| moment(told.at, told.severity, Some(told.channel), told.title, stored))
        .collect();
    if moments.is_empty() {
        moments.push(moment(episode.seen_at, episode.severity, None, headline(episode), None));
    }
    Ok(moments)
}

fn meter(source: &Source, episode: &Episode) -> Result<Option<Meter>, StoreError> {
    match (&episode.resource.account, &episode.resource.meter) {
        (Some(account), Some(key)) => source.store.meter(account, key),
        _ => Ok(None),
    }
}

fn range(seen: &Evidence) -> Option<RangeView> {
    Some(RangeView { p10: seen.p10?, p50: seen.p50?, p90: seen.p90 })
}

/// What came of an episode.
pub(super) struct After {
    /// Nothing was left while it lasted.
    pub(super) gone: bool,
    /// A top-up, a raised limit or a new window ended it.
    pub(super) renewed: bool,
    /// What came of it and what ended it, a sentence each.
    pub(super) said: Vec<String>,
}

/// What came of it and what ended it.
pub(super) fn after(
    source: &Source,
    episode: &Episode,
    meter: Option<&Meter>,
    zone: &TimeZone,
) -> Result<After, StoreError> {
    let when = |at: Timestamp| words::dated(at, zone);
    let end = episode.resolved_at.unwrap_or(source.now);
    let samples = match meter {
        Some(meter) => source.store.samples(meter.id, episode.began_at, end)?,
        None => Vec::new(),
    };
    let mut said = Vec::new();
    let gone = samples.iter().find(|one| {
        one.at >= episode.began_at && one.at <= end && one.headroom().is_some_and(|left| left <= Qty(0))
    });
    if let (EpisodeKind::Wall | EpisodeKind::Low, Some(gone)) = (episode.resource.kind, gone) {
        said.push(say!("ended-nothing-left", at = when(gone.at)));
    }
    let Some(resolved) = episode.resolved_at.filter(|_| episode.state == EpisodeState::Resolved) else {
        return Ok(After { gone: gone.is_some(), renewed: false, said });
    };
    let moves = meter.map(|meter| past::moves(meter, &samples)).unwrap_or_default();
    // What ended it was read after it was last seen to hold.
    let renewed = moves.iter().rev().find(|one| one.renews && one.at >= episode.seen_at);
    said.push(match (renewed, episode.resource.kind) {
        (Some(one), _) if one.reset => say!("ended-reset", at = when(one.at)),
        (Some(one), _) if one.kind == MeterKind::Balance => {
            say!("ended-topped-up", amount = words::amount(one.added), at = when(one.at))
        }
        (Some(one), _) => {
            say!("ended-raised", amount = words::amount(one.added), at = when(one.at))
        }
        (None, EpisodeKind::Wall) => {
            say!("ended-far", at = when(resolved))
        }
        (None, EpisodeKind::Refused) => match Evidence::of(episode).retry_at.filter(|at| *at <= resolved) {
            Some(at) => say!("ended-passed", at = when(at)),
            None => say!("ended-quiet", at = when(resolved)),
        },
        (None, EpisodeKind::Low) => {
            say!("ended-above", at = when(resolved))
        }
        (None, EpisodeKind::Failing) => say!("ended-mended", at = when(resolved)),
        (None, _) => say!("ended", at = when(resolved)),
    });
    Ok(After { gone: gone.is_some(), renewed: renewed.is_some(), said })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::words::{Language, speaking};
    use crate::model::{AccountId, HOUR, Resource};
    use crate::store::Store;

    #[test]
    fn what_ended_an_alert_is_said_in_the_readers_language() {
        // Saturday 2026-11-21, 12:32 in UTC.
        let now = Timestamp(1_795_264_320_000);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("history.sqlite"), now).unwrap();
        let source = Source { store, now, live: Vec::new() };
        let ended = |kind: EpisodeKind, evidence: &str| {
            let episode = Episode {
                id: 1,
                resource: Resource { account: AccountId::new("acme").ok(), meter: None, kind },
                state: EpisodeState::Resolved,
                severity: Severity::Soon,
                began_at: now + -2 * HOUR,
                seen_at: now + -2 * HOUR,
                streak: 0,
                fired_at: Some(now + -2 * HOUR),
                resolved_at: Some(now),
                snoozed_until: None,
                told: None,
                told_at: None,
                planned_at: None,
                warned_at: None,
                plan_at: None,
                warn_at: None,
                title: "Acme · no figures for hours".to_owned(),
                evidence: evidence.to_owned(),
            };
            let title = views::episode(&episode, None).title;
            assert_eq!(title, episode.title, "what is over keeps the words in which it was told");
            after(&source, &episode, None, &TimeZone::UTC).unwrap().said.join("")
        };
        assert_eq!(ended(EpisodeKind::Failing, "{}"), "It ended 21 Nov, 12:32: polls were good again.");
        speaking(Language::Chinese, || {
            assert_eq!(ended(EpisodeKind::Failing, "{}"), "11月21日 12:32 结束：查询恢复正常。");
            assert_eq!(ended(EpisodeKind::Wall, "{}"), "11月21日 12:32 结束：此前一天内不再接近用尽。");
            assert_eq!(ended(EpisodeKind::Low, "{}"), "11月21日 12:32 结束：剩余已高于设定的金额。");
            assert_eq!(ended(EpisodeKind::Refused, "{}"), "11月21日 12:32 结束：不再有调用被拒绝。");
        });
    }
}
