//! The product's own backtest: forecasts are kept as they are made, and once a day held against what came.

use super::Monitor;
use crate::forecast::backtest::{Backtest, Past, Trial, backtest, sum};
use crate::forecast::{Calibration, Forecast, calibrate};
use crate::model::{AccountId, DAY, EpisodeKind, MINUTE, Meter, MeterKind, PastForecast, Source, Timestamp};
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// How far back is looked.
pub const SPAN: i64 = 90 * DAY;
/// How often it is asked whether a day has passed: a machine that slept must not wait for a whole day more.
const LOOK: i64 = 30 * MINUTE;
/// The name under which the last result is kept.
const LAST: &str = "backtest";

/// The figures of all accounts together and of each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backtests {
    /// When it was made.
    pub at: Timestamp,
    /// Of all accounts.
    pub all: Backtest,
    /// Of each account that has a history.
    pub accounts: BTreeMap<AccountId, Backtest>,
    /// What the past of each meter says of its ranges.
    #[serde(default)]
    pub calibrations: BTreeMap<i64, Calibration>,
}

/// What is worth keeping of what a poll forecast: the first of each UTC hour. `last` is when the poll before was, if
/// it is known.
pub(super) fn kept<'a>(
    made: impl Iterator<Item = (&'a Meter, &'a Forecast)>,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Vec<(i64, PastForecast)> {
    if last.is_some_and(|last| last.hour_floor() == now.hour_floor()) {
        return Vec::new();
    }
    let past = |(meter, forecast): (&Meter, &Forecast)| {
        let chance = forecast.chance()?.within(2 * DAY);
        let wall = forecast.wall();
        let (p10, p50) = (wall.map(|wall| wall.p10), wall.map(|wall| wall.p50));
        Some((meter.id, PastForecast { at: now, p10, p50, p90: wall.and_then(|wall| wall.p90), chance }))
    };
    made.filter_map(past).collect()
}

/// Holds the last 90 days of every account's forecasts and warnings against what came; stores nothing.
pub fn score(store: &Store, now: Timestamp) -> Result<Backtests, StoreError> {
    let from = now + -SPAN;
    let walls = store.episodes(from, now)?.into_iter().filter(|one| one.resource.kind == EpisodeKind::Wall);
    let walls: HashMap<i64, _> = walls.map(|one| (one.id, one.resource)).collect();
    let told = store.told(from, now)?;
    let mut accounts: BTreeMap<AccountId, Vec<Trial>> = BTreeMap::new();
    let (mut calibrations, mut walls_of): (BTreeMap<_, _>, BTreeMap<AccountId, u32>) = Default::default();
    for meter in store.meters(None)?.into_iter().filter(|meter| meter.kind != MeterKind::Rate) {
        let samples = store.samples(meter.id, from, now)?;
        let forecasts = store.forecasts(meter.id, from, now)?;
        let refusals = store.refusals(Some(&meter.account), from, now)?;
        let is_mine = |one: &crate::model::Refusal| match &one.meter {
            Some(key) => *key == meter.key && one.cause.is_money(),
            None => one.cause.concerns(meter.kind, &meter.key),
        };
        let mine = refusals.iter().filter(|(_, _, one)| one.source != Source::Pasted && is_mine(one));
        let refused: Vec<Timestamp> = mine.map(|(_, at, _)| *at).collect();
        let of = |episode: i64| {
            walls.get(&episode).is_some_and(|resource| {
                resource.account.as_ref() == Some(&meter.account)
                    && resource.meter.as_ref() == Some(&meter.key)
            })
        };
        let warned = told.iter().filter(|one| of(one.episode)).map(|one| (one.episode, one.at));
        let warned: Vec<(i64, Timestamp)> = warned.collect();
        let past = Past {
            meter: &meter,
            samples: &samples,
            forecasts: &forecasts,
            refused: &refused,
            warned: &warned,
        };
        if let Some(own) = calibrate(&meter, &samples) {
            calibrations.insert(meter.id, own);
            *walls_of.entry(meter.account.clone()).or_default() += own.walls;
        }
        accounts.entry(meter.account.clone()).or_default().push(backtest(&past));
    }
    let all = sum(accounts.values().flatten());
    let of = |(id, trials): (AccountId, Vec<Trial>)| {
        let calibrated = walls_of.get(&id).copied().unwrap_or_default();
        (id, Backtest { calibrated, ..sum(&trials) })
    };
    Ok(Backtests { at: now, all, accounts: accounts.into_iter().map(of).collect(), calibrations })
}

/// The last result that was kept; `None` before the first, and where it is of another format.
pub fn last(store: &Store) -> Result<Option<Backtests>, StoreError> {
    Ok(store.state(LAST)?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// What the last result says of one meter's ranges. It reads past everything else, which takes most of the time where
/// every meter of a screen asks.
pub fn calibration(store: &Store, meter: i64) -> Result<Option<Calibration>, StoreError> {
    #[derive(Deserialize)]
    struct Ranges {
        #[serde(default)]
        calibrations: BTreeMap<i64, Calibration>,
    }
    let ranges = store.state(LAST)?.and_then(|text| serde_json::from_str::<Ranges>(&text).ok());
    Ok(ranges.and_then(|ranges| ranges.calibrations.get(&meter).copied()))
}

/// Scores now and keeps the result.
pub fn renew(store: &Store, now: Timestamp) -> Result<Backtests, StoreError> {
    let scored = score(store, now)?;
    let text = serde_json::to_string(&scored).unwrap_or_default();
    store.set_state(LAST, &text)?;
    Ok(scored)
}

/// Once a day, and soon after a start that comes later than that.
pub(super) async fn daily(monitor: Monitor) {
    let clock = monitor.pipeline().clock().clone();
    let mut wait = MINUTE;
    loop {
        tokio::select! {
            () = tokio::time::sleep(clock.real(wait)) => {}
            () = monitor.stopped() => return,
        }
        wait = LOOK;
        let (store, now) = (monitor.pipeline().store().clone(), monitor.now());
        let done = tokio::task::spawn_blocking(move || {
            let last = last(&store)?.map(|last| last.at);
            // A clock that was set back is no reason to wait.
            let due = last.is_none_or(|at| now - at >= DAY || at > now);
            if due { renew(&store, now).map(Some) } else { Ok(None) }
        });
        match done.await {
            Ok(Ok(Some(renewed))) => monitor.pipeline().calibrate(renewed.calibrations),
            Ok(Err(error)) => tracing::warn!(%error, "The forecasts could not be held against what came."),
            _ => {}
        }
    }
}
