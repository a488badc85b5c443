//! The first screen, and the episodes on it.

use super::types::{
    AccountState, AccountView, EpisodeView, ForecastView, Headline, MeterView, Overview, SpentView, World,
};
use super::{ApiError, App, Nothing, sums, views};
use crate::config::{Config, MoneyConfig};
use crate::connectors;
use crate::model::{
    AccountId, Amount, DAY, Episode, EpisodeState, MeterKind, Provenance, Qty, Severity, Timestamp, Unit,
    words,
};
use crate::monitor::{Monitor, poll};
use crate::say;
use crate::store::StoreError;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How far ahead a wall is worth the first sentence.
const HEADLINE_WITHIN: i64 = 7 * DAY;

/// Asks for past episodes.
#[derive(Clone, Debug, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct EpisodesRequest {
    /// How far back: 1 to 3650.
    days: u32,
}

/// Names an episode.
#[derive(Clone, Debug, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct EpisodeRequest {
    #[ts(type = "number")]
    pub(super) id: i64,
}

/// Names an episode and hours of quiet.
#[derive(Clone, Debug, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct SnoozeRequest {
    #[ts(type = "number")]
    id: i64,
    /// 1 to 720.
    hours: u32,
}

pub(crate) async fn overview(app: &App, _: Nothing) -> Result<Overview, ApiError> {
    let monitor = app.shown();
    let speed = app.demo_speed();
    let mut overview = of_monitor(&monitor)?;
    overview.world = if speed.is_some() { World::Demo } else { World::Live };
    overview.speed = speed.unwrap_or(1.0);
    overview.warnings.extend(app.warnings());
    Ok(overview)
}

/// The overview of a running monitor.
fn of_monitor(monitor: &Monitor) -> Result<Overview, ApiError> {
    let source = views::Source::of(monitor);
    let statuses = monitor.statuses();
    let mut accounts = Vec::new();
    for (id, config) in monitor.configured() {
        accounts.push(views::account(&source, &id, &config, statuses.get(&id))?);
    }
    let mut overview = assemble(&source, accounts, &monitor.money(), monitor.pipeline().zone())?;
    overview.warnings.extend(monitor.pipeline().trouble());
    Ok(overview)
}

/// The overview of a history alone, for `tollwatch status` without a monitor.
pub fn of_store(source: views::Source, config: &Config, zone: &TimeZone) -> Result<Overview, StoreError> {
    let accounts: Result<Vec<AccountView>, StoreError> =
        config.accounts.iter().map(|(id, config)| views::account(&source, id, config, None)).collect();
    assemble(&source, accounts?, &config.money, zone)
}

fn assemble(
    source: &views::Source,
    mut accounts: Vec<AccountView>,
    money: &MoneyConfig,
    zone: &TimeZone,
) -> Result<Overview, StoreError> {
    let now = source.now;
    let spent = spent(source, &accounts, zone)?;
    for account in &mut accounts {
        account.meters.sort_by_key(nearness);
    }
    accounts.sort_by_key(|account| {
        let nearest = account.meters.iter().map(nearness).min();
        (nearest.unwrap_or(i64::MAX), account.label.to_lowercase())
    });
    let labels: BTreeMap<&AccountId, &str> =
        accounts.iter().map(|account| (&account.id, account.label.as_str())).collect();
    let mut firing: Vec<&Episode> =
        source.live.iter().filter(|episode| episode.state != EpisodeState::Pending).collect();
    firing.sort_by_key(|episode| (std::cmp::Reverse(episode.severity), episode.began_at));
    let view = |episode: &&Episode| {
        let label =
            episode.resource.account.as_ref().and_then(|id| labels.get(id)).map(|label| (*label).to_owned());
        views::episode(episode, label)
    };
    let episodes: Vec<EpisodeView> = firing.iter().map(view).collect();
    Ok(Overview {
        now,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        world: World::Live,
        speed: 1.0,
        headline: headline(&accounts, &firing, now, zone),
        total: sums::total(&spent, money),
        spent,
        accounts,
        episodes,
        warnings: Vec::new(),
        language: words::language(),
    })
}

/// When a meter's wall is most likely, in milliseconds since the epoch; the exhausted first, the unknown last.
fn nearness(meter: &MeterView) -> i64 {
    match &meter.forecast {
        _ if meter.is_used_up() => 0,
        ForecastView::Wall { p50, .. } => p50.0,
        ForecastView::Clear { until, .. } => until.0.saturating_add(1_000 * DAY),
        ForecastView::Unknown { .. } => i64::MAX,
    }
}

/// The first sentence: what has run out, else the next wall, else that nothing is near, else that nothing is known.
fn headline(accounts: &[AccountView], firing: &[&Episode], now: Timestamp, zone: &TimeZone) -> Headline {
    let mut nearest: Option<(&AccountView, &MeterView)> = None;
    for account in accounts {
        for meter in &account.meters {
            let near = nearness(meter);
            if near <= (now + HEADLINE_WITHIN).0 && nearest.is_none_or(|(_, other)| near < nearness(other)) {
                nearest = Some((account, meter));
            }
        }
    }
    let Some((account, meter)) = nearest else { return quiet(accounts) };
    let episode = firing.iter().find(|episode| {
        episode.resource.account.as_ref() == Some(&account.id)
            && episode.resource.meter.as_ref() == Some(&meter.key)
    });
    let name = format!("{} · {}", account.label, meter.label);
    let amount = |text: &Option<String>| {
        let qty = text.as_ref().and_then(|text| meter.unit.parse(text).ok());
        qty.map(|qty| words::amount(Amount::new(qty, meter.unit)))
    };
    let mut detail: Vec<String> = Vec::new();
    let used_up = nearness(meter) <= 0 || !matches!(meter.forecast, ForecastView::Wall { .. });
    let (lead, when) = match &meter.forecast {
        ForecastView::Wall { p10, p50, p90, before_reset, .. } if !used_up => {
            detail.push(say!("headline-early", at = words::roughly(*p10, now, zone)));
            if let Some(late) = p90 {
                detail.push(say!("headline-late", at = words::roughly(*late, now, zone)));
            }
            if *before_reset < 0.95 {
                let chance = say!("amount-percent", number = format!("{:.0}", before_reset * 100.0));
                detail.push(say!("headline-before-reset", chance = chance));
            }
            (say!("headline-wall", what = name), words::around(*p50, now, zone))
        }
        _ => (say!("headline-used-up", what = name), say!("headline-used-up.when")),
    };
    detail.extend(amount(&meter.headroom).map(|left| match amount(&meter.limit) {
        Some(limit) => say!("headline-left.of", left = left, limit = limit),
        None => say!("headline-left", left = left),
    }));
    let burn = meter.burn.filter(|burn| *burn > 0.0);
    detail.extend(burn.map(|burn| say!("headline-burn", rate = words::per_hour(burn, meter.unit))));
    if used_up {
        let reset = meter.resets_at.filter(|at| *at > now);
        detail.extend(reset.map(|at| say!("headline-resets", at = words::moment(at, now, zone))));
    }
    Headline {
        severity: episode.map(|episode| episode.severity).or(used_up.then_some(Severity::Refused)),
        lead,
        when,
        detail: detail.join(" · "),
        account: Some(account.id.clone()),
        meter: Some(meter.key.clone()),
        top_up_url: account.top_up_url.clone(),
        episode: episode.map(|episode| episode.id),
    }
}

/// The sentence when no wall is near: honest about what is not known.
fn quiet(accounts: &[AccountView]) -> Headline {
    // A rate limit has no forecast, and that is no news.
    let meters =
        || accounts.iter().flat_map(|account| &account.meters).filter(|meter| meter.kind != MeterKind::Rate);
    let unknown = meters().filter(|meter| matches!(meter.forecast, ForecastView::Unknown { .. })).count();
    let silent = accounts
        .iter()
        .filter(|account| {
            !matches!(account.state, AccountState::Fresh | AccountState::Paused | AccountState::Waiting)
        })
        .count();
    let forecast = meters().count() - unknown;
    let answers = |account: &AccountView| account.state == AccountState::Fresh;
    let mut detail = Vec::new();
    let lead = match (accounts.len(), forecast) {
        (0, _) => say!("headline-no-account"),
        (_, 0) if meters().count() == 0 && accounts.iter().all(answers) => {
            detail.push(say!("headline-no-figures.mend"));
            say!("headline-no-figures")
        }
        (_, 0) if meters().count() == 0 => say!("headline-waiting"),
        (_, 0) => say!("headline-no-forecast"),
        _ if silent > 0 => say!("headline-calm.known"),
        _ => say!("headline-calm"),
    };
    if silent > 0 {
        detail.push(say!("headline-silent", count = silent));
    }
    if unknown > 0 && !accounts.is_empty() {
        detail.push(say!("headline-unknown", count = unknown));
    }
    Headline {
        severity: None,
        lead,
        when: String::new(),
        detail: detail.join(" · "),
        account: None,
        meter: None,
        top_up_url: None,
        episode: None,
    }
}

/// Of an account's meters in one currency only one counts for sums of spend, because they overlap (a key inside an
/// account): a spend meter that the provider reports, else one that we derive (it may lag a day), else any; of equals
/// the first in the connector's order.
pub(super) fn counted(account: &AccountView) -> BTreeMap<Unit, &MeterView> {
    let rank = |meter: &MeterView| match (meter.kind, meter.provenance) {
        (MeterKind::Spend, Provenance::Reported) => 0,
        (MeterKind::Spend, _) => 1,
        _ => 2,
    };
    let mut counted: BTreeMap<Unit, &MeterView> = BTreeMap::new();
    for meter in account.meters.iter().filter(|meter| matches!(meter.unit, Unit::Money(_))) {
        let kept = counted.entry(meter.unit).or_insert(meter);
        if rank(meter) < rank(kept) {
            *kept = meter;
        }
    }
    counted
}

/// What was spent, by currency.
fn spent(
    source: &views::Source,
    accounts: &[AccountView],
    zone: &TimeZone,
) -> Result<Vec<SpentView>, StoreError> {
    let now = source.now;
    let today = now.to_jiff().to_zoned(zone.clone());
    let midnight = today.start_of_day().unwrap_or_else(|_| today.clone());
    let days_into_week = i64::from(today.weekday().to_monday_zero_offset());
    let monday =
        midnight.checked_sub(jiff::Span::new().days(days_into_week)).unwrap_or_else(|_| midnight.clone());
    let first = midnight.first_of_month().unwrap_or_else(|_| midnight.clone());
    let back = |from: &jiff::Zoned, span: jiff::Span| from.checked_sub(span).unwrap_or_else(|_| from.clone());
    let spans = [
        (
            midnight.clone(),
            back(&midnight, jiff::Span::new().days(1)),
            back(&today, jiff::Span::new().days(1)),
        ),
        (monday.clone(), back(&monday, jiff::Span::new().weeks(1)), back(&today, jiff::Span::new().weeks(1))),
        (first.clone(), back(&first, jiff::Span::new().months(1)), back(&today, jiff::Span::new().months(1))),
    ]
    .map(|(from, before, until)| [from, before, until].map(|at| Timestamp(at.timestamp().as_millisecond())));
    let oldest = spans.iter().map(|[_, before, _]| *before).min().unwrap_or(now);

    let mut sums: BTreeMap<Unit, ([i64; 3], [Option<i64>; 3])> = BTreeMap::new();
    for account in accounts {
        for (unit, view) in counted(account) {
            let Some(meter) = source.store.meter(&account.id, &view.key)? else { continue };
            let hours = source.store.hours(meter.id, oldest, now)?;
            let sum = |from: Timestamp, to: Timestamp| -> i64 {
                let in_span = hours.iter().filter(|hour| hour.at >= from && hour.at < to);
                in_span.fold(0, |sum, hour| sum.saturating_add(hour.spent.0))
            };
            let began = hours.first().map(|hour| hour.at);
            let (present, past) = sums.entry(unit).or_default();
            for (index, [from, before, until]) in spans.iter().enumerate() {
                present[index] += sum(*from, now + 1);
                if began.is_some_and(|began| began <= *before) {
                    *past[index].get_or_insert(0) += sum(*before, *until);
                }
            }
        }
    }
    let print = |unit: Unit, steps: i64| unit.print(Qty(steps));
    Ok(sums
        .into_iter()
        .map(|(unit, (present, past))| SpentView {
            unit,
            today: print(unit, present[0]),
            today_before: past[0].map(|steps| print(unit, steps)),
            week: print(unit, present[1]),
            week_before: past[1].map(|steps| print(unit, steps)),
            month: print(unit, present[2]),
            month_before: past[2].map(|steps| print(unit, steps)),
        })
        .collect())
}

pub(crate) async fn episodes(app: &App, request: EpisodesRequest) -> Result<Vec<EpisodeView>, ApiError> {
    let monitor = app.shown();
    let now = monitor.now();
    let from = now + -i64::from(request.days.clamp(1, 3650)) * DAY;
    let configured = monitor.configured();
    let episodes = monitor.pipeline().store().episodes(from, now)?;
    let told = episodes.iter().filter(|episode| episode.fired_at.is_some());
    Ok(told
        .map(|episode| {
            let id = episode.resource.account.as_ref();
            let config = id.and_then(|id| configured.get(id).map(|config| (id, config)));
            let label =
                config.map(|(id, config)| poll::label(id, config, connectors::find(&config.connector)));
            views::episode(episode, label)
        })
        .collect())
}

pub(crate) async fn acknowledge(app: &App, request: EpisodeRequest) -> Result<(), ApiError> {
    let monitor = app.shown();
    let now = monitor.now();
    let found = monitor.pipeline().change(request.id, |episode| crate::alerts::acknowledge(episode, now))?;
    if found { Ok(()) } else { Err(ApiError::not_found(say!("what-this-alert"))) }
}

pub(crate) async fn snooze(app: &App, request: SnoozeRequest) -> Result<(), ApiError> {
    let monitor = app.shown();
    let until = monitor.now() + i64::from(request.hours.clamp(1, 720)) * crate::model::HOUR;
    let found = monitor.pipeline().change(request.id, |episode| crate::alerts::snooze(episode, until))?;
    if found { Ok(()) } else { Err(ApiError::not_found(say!("what-this-alert"))) }
}

#[cfg(test)]
mod tests;
