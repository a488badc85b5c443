//! How good the forecasts and warnings were, in figures and sentences.

use super::{ApiError, App};
use crate::connectors;
use crate::forecast::backtest::{Backtest, ENOUGH};
use crate::model::{AccountId, Timestamp, words};
use crate::monitor::{backtest, poll};
use crate::say;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

pub use crate::monitor::backtest::{Backtests, score};

/// Asks how good the forecasts were.
#[derive(Clone, Copy, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct BacktestRequest {
    /// Scored anew, instead of as they were found once a day.
    fresh: bool,
}

/// How good the forecasts and warnings were.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct BacktestView {
    /// When they were scored.
    pub at: Timestamp,
    /// All accounts together, a sentence each.
    pub sentences: Vec<String>,
    /// Each account.
    pub accounts: Vec<BacktestRow>,
}

/// One account's figures.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct BacktestRow {
    /// Which.
    pub account: AccountId,
    /// What the user calls it.
    pub label: String,
    /// How many walls came.
    pub walls: u32,
    /// How many of them were told at least an hour ahead.
    pub told: u32,
    /// The median of how long before, in milliseconds.
    #[ts(type = "number | null")]
    pub lead: Option<i64>,
    /// How many warnings can be judged.
    pub warnings: u32,
    /// How many of those were in vain.
    pub in_vain: u32,
    /// How many forecasts with a range are over.
    pub forecasts: u32,
    /// The share of them whose range held the true time; missing for too few.
    pub coverage: Option<f64>,
    /// The factor by which the time to the median was off; missing for too few.
    pub off: Option<f64>,
    /// The same as sentences.
    pub sentences: Vec<String>,
}

pub(crate) async fn view(app: &App, request: BacktestRequest) -> Result<BacktestView, ApiError> {
    let monitor = app.shown();
    let (store, now) = (monitor.pipeline().store().clone(), monitor.now());
    let scored = tokio::task::spawn_blocking(move || match backtest::last(&store)? {
        Some(last) if !request.fresh => Ok(last),
        _ => backtest::renew(&store, now),
    });
    let scored = scored.await.map_err(|error| ApiError::new("store", error.to_string()))??;
    monitor.pipeline().calibrate(scored.calibrations.clone());
    let label = |(id, config): (&AccountId, &crate::config::AccountConfig)| {
        (id.clone(), poll::label(id, config, connectors::find(&config.connector)))
    };
    let labels = monitor.configured().iter().map(label).collect();
    Ok(of(&scored, &labels, monitor.pipeline().zone()))
}

/// Figures as the window and the command line show them; accounts that have no label are gone and are left out.
pub fn of(scored: &Backtests, labels: &BTreeMap<AccountId, String>, zone: &TimeZone) -> BacktestView {
    let row = |(id, one): (&AccountId, &Backtest)| {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Some(BacktestRow {
            account: id.clone(),
            label: labels.get(id)?.clone(),
            walls: count(one.walls),
            told: count(one.told),
            lead: one.lead,
            warnings: count(one.warnings),
            in_vain: count(one.in_vain),
            forecasts: count(one.forecasts),
            coverage: one.coverage,
            off: one.off,
            sentences: sentences(one, zone),
        })
    };
    BacktestView {
        at: scored.at,
        sentences: sentences(&scored.all, zone),
        accounts: scored.accounts.iter().filter_map(row).collect(),
    }
}

/// The figures as sentences: walls and warnings, ranges, chances.
fn sentences(one: &Backtest, zone: &TimeZone) -> Vec<String> {
    let mut said = Vec::new();
    let since = one.since.map_or_else(|| "none".to_owned(), |at| words::dated(at, zone));
    said.push(match one.walls {
        0 if one.warnings == 0 => say!("settings-scored.early"),
        0 => say!("settings-scored.calm", since = since, warnings = one.warnings, vain = one.in_vain),
        1 => say!("settings-scored.one", told = one.told, vain = one.in_vain),
        walls => say!("settings-scored.walls", walls = walls, told = one.told, vain = one.in_vain),
    });
    if let Some(lead) = one.lead.filter(|_| one.walls > 1) {
        said.push(say!("settings-scored.lead", lead = words::span(lead)));
    }
    let (forecasts, share) = (one.forecasts, |share: f64| words::chance(share));
    said.push(match (one.coverage, one.off) {
        (Some(coverage), Some(off)) => {
            let off = format!("{off:.1}");
            say!("settings-scored.range-off", share = share(coverage), forecasts = forecasts, off = off)
        }
        (Some(coverage), None) => {
            say!("settings-scored.range", share = share(coverage), forecasts = forecasts)
        }
        (None, _) => say!("settings-scored.few", forecasts = forecasts, enough = ENOUGH),
    });
    if one.calibrated > 0 {
        said.push(say!("settings-scored.calibrated", walls = one.calibrated));
    }
    if let Some([meant, came]) = one.chance {
        said.push(say!("settings-scored.chance", meant = share(meant), came = share(came)));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HOUR;

    #[test]
    fn what_a_user_reads() {
        let say = |one: &Backtest| sentences(one, &TimeZone::UTC);
        assert_eq!(
            say(&Backtest::default()),
            [
                "Too little history to judge the warnings: no wall came, and no warning is four days old.",
                "Too few forecasts are over to judge their ranges: 0 of the 20 that it takes."
            ]
        );
        let good = Backtest {
            walls: 6,
            told: 6,
            lead: Some(5 * HOUR),
            warnings: 7,
            in_vain: 1,
            forecasts: 143,
            coverage: Some(0.783),
            off: Some(1.62),
            chance: Some([0.031, 0.042]),
            calibrated: 12,
            ..Backtest::default()
        };
        assert_eq!(
            say(&good),
            [
                "Of your last 6 walls 6 were told at least 1 h ahead; 1 warning in vain.",
                "Half of those that were told were told 5 h ahead or more.",
                "The range held the true time in 78 % of 143 forecasts; 80 % is meant. The most likely time was off by a factor of 1.6.",
                "Its ranges are read by its own past, as the last 12 walls came.",
                "The chance of a wall within 48 hours was put at 3 % on average; it came in 4 %."
            ]
        );
        let calm =
            Backtest { walls: 0, warnings: 2, in_vain: 0, lead: None, since: Some(Timestamp(0)), ..good };
        assert_eq!(
            say(&calm)[0],
            "No wall came since 1 Jan, 00:00; 2 warnings were told, no warning in vain."
        );
        let one = Backtest { walls: 1, told: 0, in_vain: 2, ..calm };
        assert_eq!(say(&one)[0], "Your last wall was not told 1 h ahead; 2 warnings in vain.");
        words::speaking(words::Language::Chinese, || {
            assert_eq!(say(&one)[0], "最近一次用尽未能提前 1 小时提醒；2 次警报落空。");
            let walls = Backtest { walls: 6, told: 5, in_vain: 0, ..one };
            assert_eq!(say(&walls)[0], "最近 6 次用尽中有 5 次至少提前 1 小时提醒；没有警报落空。");
        });
    }
}
