//! What a planned batch, another price or an absence would do to an account's walls: the forecast with and without.

use super::types::ForecastView;
use super::{ApiError, App, StoreView, views};
use crate::config::AccountConfig;
use crate::forecast::{Forecast, Outlook, reason_text};
use crate::model::rhythm::moment_ahead;
use crate::model::{
    AccountId, Amount, Away, DAY, MINUTE, Meter, MeterKey, MeterKind, Qty, Rhythm, Timestamp, Unit, words,
};
use crate::say;
use crate::store::StoreError;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// As far as a forecast looks.
const FURTHEST: i64 = 60 * DAY;

/// What would change. What is missing stays as it is; something must be given.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub struct WhatIfRequest {
    /// Whose walls.
    pub account: AccountId,
    /// Only this meter.
    pub meter: Option<MeterKey>,
    /// A batch beside what is usual, such as `30 USD`.
    pub spend: Option<String>,
    /// When: `tonight`, `monday`, `2026-12-07T14:00`; now when missing.
    pub at: Option<String>,
    /// What work will cost beside what it does: 0.5 for half. 0.01 to 100.
    pub factor: Option<f64>,
    /// Away from now until then.
    pub away_until: Option<String>,
}

/// An account's walls with and without the change.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct WhatIfView {
    /// What was understood, in a sentence.
    pub change: String,
    /// Each meter that can run out.
    pub meters: Vec<WhatIfMeter>,
    /// What does not count, a sentence each.
    pub notes: Vec<String>,
}

/// One meter's wall with and without the change.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct WhatIfMeter {
    /// The meter.
    pub key: MeterKey,
    /// Its name.
    pub label: String,
    /// As things are.
    pub before: ForecastView,
    /// With the change.
    pub after: ForecastView,
    /// The difference, in a sentence.
    pub sentence: String,
}

pub(crate) async fn what_if(app: &App, request: WhatIfRequest) -> Result<WhatIfView, ApiError> {
    let monitor = app.shown();
    let config = monitor.configured().remove(&request.account);
    let config =
        config.ok_or_else(|| ApiError::not_found(say!("what-account", id = request.account.as_str())))?;
    let (source, pipeline) = (StoreView::of(&monitor), monitor.pipeline());
    // What the monitor remembers reaches further back than what is read of the store.
    let project = |meter: &Meter, outlook: &Outlook| {
        pipeline.what_if(meter, outlook, source.now).map_or_else(|| source.project(meter, outlook), Ok)
    };
    of_forecasts(&source, project, &request, &config, pipeline.zone())
}

/// The walls with and without the change, from the stored history. Every error says what to write.
pub fn of_store(
    source: &StoreView,
    request: &WhatIfRequest,
    config: &AccountConfig,
    zone: &TimeZone,
) -> Result<WhatIfView, ApiError> {
    let project = |meter: &Meter, outlook: &Outlook| source.project(meter, outlook);
    of_forecasts(source, project, request, config, zone)
}

fn of_forecasts(
    source: &StoreView,
    project: impl Fn(&Meter, &Outlook) -> Result<Forecast, StoreError>,
    request: &WhatIfRequest,
    config: &AccountConfig,
    zone: &TimeZone,
) -> Result<WhatIfView, ApiError> {
    let calendar = config.calendar.as_deref();
    let zone = calendar.map_or(zone, |calendar| &calendar.zone);
    let always_on = config.rhythm.as_ref().is_some_and(|own| own.always_on);
    let (with, change) = outlook(request, calendar, always_on, source.now, zone)?;
    let without = Outlook::of(calendar);
    let mut meters = Vec::new();
    for meter in source.store.meters(Some(&request.account))? {
        let wanted = request.meter.as_ref().is_none_or(|key| *key == meter.key);
        if !wanted || meter.kind == MeterKind::Rate {
            continue;
        }
        let Some(sample) = source.store.latest(meter.id)? else { continue };
        let Some(headroom) = sample.headroom().filter(|_| source.now.since(sample.last_at) < DAY) else {
            continue;
        };
        let before = project(&meter, &without)?;
        let after = project(&meter, &with)?;
        let alone =
            with.planned_by(meter.unit, sample.last_at, Timestamp(i64::MAX)) >= meter.unit.to_f64(headroom);
        let mut sentence = difference(&before, &after, source.now, zone);
        if alone && headroom > Qty(0) {
            let left = words::amount(Amount::new(headroom, meter.unit));
            sentence = words::sentences([sentence, say!("what-if-alone", left = left)]);
        }
        meters.push((meter, before, after, sentence));
    }
    if meters.is_empty() {
        let account = request.account.as_str();
        let message = match &request.meter {
            Some(key) => say!("what-if-no-meter.named", account = account, meter = key.0.as_str()),
            None => say!("what-if-no-meter", account = account),
        };
        return Err(ApiError::new("not_found", message));
    }
    check_unit(&with, &meters)?;
    let mut notes = Vec::new();
    if always_on && request.away_until.is_some() {
        notes.push(say!("what-if-always-on"));
    }
    let view = |(meter, before, after, sentence): (Meter, Forecast, Forecast, String)| WhatIfMeter {
        key: meter.key,
        label: words::data(&meter.label),
        before: views::forecast_view(&before),
        after: views::forecast_view(&after),
        sentence,
    };
    Ok(WhatIfView { change, meters: meters.into_iter().map(view).collect(), notes })
}

/// What the request makes of the time ahead, and what was understood, in words.
fn outlook(
    request: &WhatIfRequest,
    calendar: Option<&Rhythm>,
    always_on: bool,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<(Outlook, String), ApiError> {
    let bad = |message: String| ApiError::new("bad_request", message);
    let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let mut outlook = Outlook::of(calendar);
    let mut parts = Vec::new();
    match (said(&request.spend), said(&request.at)) {
        (Some(text), at) => {
            let amount = text.trim().parse::<Amount>();
            let amount = amount.map_err(|error| bad(say!("what-if-amount", error = error.to_string())))?;
            if amount.qty <= Qty(0) {
                return Err(bad(say!("not-positive", amount = text)));
            }
            let at = moment_ahead(at.as_deref().unwrap_or("now"), now, zone).map_err(bad)?;
            if at < now + -MINUTE {
                return Err(bad(say!("what-if-past", moment = words::moment(at, now, zone))));
            }
            if at > now + FURTHEST {
                return Err(bad(say!("what-if-too-far")));
            }
            outlook.planned.push((at.max(now), amount));
            let at = words::moment(at, now, zone);
            parts.push(say!("what-if-spend", amount = words::amount(amount), at = at));
        }
        (None, Some(_)) => return Err(bad(say!("what-if-how-much"))),
        (None, None) => {}
    }
    if let Some(factor) = request.factor {
        if !(0.01..=100.0).contains(&factor) {
            return Err(bad(say!("what-if-factor-range", factor = factor.to_string())));
        }
        outlook.factor = Some(factor);
        parts.push(say!("what-if-factor", factor = factor.to_string()));
    }
    if let Some(text) = said(&request.away_until) {
        let until = moment_ahead(&text, now, zone).map_err(bad)?;
        if until <= now {
            return Err(bad(say!("what-if-not-ahead", text = text.trim())));
        }
        let plain = || Rhythm { zone: zone.clone(), week: None, holidays: Vec::new(), away: None };
        let away = Some(Away { since: Some(now), until });
        if !always_on {
            outlook.rhythm = Some(Rhythm { away, ..calendar.cloned().unwrap_or_else(plain) });
        }
        parts.push(say!("what-if-away", until = words::moment(until, now, zone)));
    }
    if parts.is_empty() {
        return Err(bad(say!("what-if-nothing")));
    }
    Ok((outlook, say!("what-if-with", parts = words::list(parts))))
}

/// An amount in a unit that no meter counts would change nothing: say so.
fn check_unit(with: &Outlook, meters: &[(Meter, Forecast, Forecast, String)]) -> Result<(), ApiError> {
    let Some((_, planned)) = with.planned.first() else { return Ok(()) };
    let mut units: Vec<Unit> = meters.iter().map(|(meter, ..)| meter.unit).collect();
    units.sort_unstable();
    units.dedup();
    if units.contains(&planned.unit) {
        return Ok(());
    }
    let units = units.iter().map(ToString::to_string);
    let units = units.reduce(|before, next| say!("either", before = before, next = next)).unwrap_or_default();
    let message = say!("what-if-unit", unit = planned.unit.to_string(), units = units);
    Err(ApiError::new("bad_request", message))
}

/// Two forecasts side by side, in a sentence.
fn difference(before: &Forecast, after: &Forecast, now: Timestamp, zone: &TimeZone) -> String {
    let around = |at: Timestamp| words::around(at, now, zone);
    match (before, after) {
        (Forecast::Unknown(reason), _) | (_, Forecast::Unknown(reason)) => {
            say!("what-if-no-forecast", reason = reason_text(reason))
        }
        (Forecast::Wall(one), Forecast::Wall(other)) => {
            let apart = other.p50.since(one.p50);
            if apart.saturating_abs() < 10 * MINUTE {
                return say!("what-if-same", at = around(other.p50));
            }
            let (new, old, span) = (around(other.p50), around(one.p50), words::span(apart));
            if apart < 0 {
                say!("what-if-earlier", new = new, old = old, span = span)
            } else {
                say!("what-if-later", new = new, old = old, span = span)
            }
        }
        (Forecast::Wall(one), Forecast::Clear(clear)) => {
            let until = words::moment(clear.until, now, zone);
            say!("what-if-clear", until = until, old = around(one.p50))
        }
        (Forecast::Clear(_), Forecast::Wall(other)) => {
            say!("what-if-wall", new = around(other.p50))
        }
        (Forecast::Clear(_), Forecast::Clear(clear)) => {
            say!("what-if-either", until = words::moment(clear.until, now, zone))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Reason;
    use crate::model::words::{Language, speaking};

    #[test]
    fn what_was_understood_is_said_in_the_readers_language() {
        // Saturday 2026-11-21, 12:32 in UTC.
        let now = Timestamp(1_795_264_320_000);
        let said = |spend: Option<&str>, factor: Option<f64>, away: Option<&str>| {
            let request = WhatIfRequest {
                account: AccountId::new("acme").unwrap(),
                meter: None,
                spend: spend.map(str::to_owned),
                at: spend.map(|_| "tonight".to_owned()),
                factor,
                away_until: away.map(str::to_owned),
            };
            let said = outlook(&request, None, false, now, &TimeZone::UTC);
            said.map_or_else(|error| error.message, |(_, change)| change)
        };
        assert_eq!(
            said(Some("30 USD"), Some(0.5), None),
            "With $30.00 more today 20:00, work at 0.5 times its price."
        );
        speaking(Language::Chinese, || {
            assert_eq!(
                said(Some("30 USD"), Some(0.5), Some("2026-11-24")),
                "假设：今天 20:00 额外支出 $30.00、价格变为原来的 0.5 倍、离开，直到 11月24日周二 00:00。"
            );
            assert_eq!(said(Some("0 USD"), None, None), "0 USD 不大于零");
            assert_eq!(said(None, None, None), "请写明变化：金额、倍数或离开的时间");
            let (clear, unknown) = (Forecast::Unknown(Reason::NoSpend), Forecast::Unknown(Reason::NoLimit));
            assert_eq!(difference(&clear, &unknown, now, &TimeZone::UTC), "没有预测：开始读取以来没有支出。");
        });
    }
}
