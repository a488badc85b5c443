//! The user's calendar: shown, changed, and absence.

use super::{ApiError, App, Nothing};
use crate::config::{Config, Day, RhythmConfig};
use crate::model::{Timestamp, words};
use crate::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The calendar of all accounts, as it is written in the config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct RhythmView {
    /// Work days; empty when none are named.
    pub days: Vec<Day>,
    /// Work hours, such as `09:00-18:00`.
    pub hours: Option<String>,
    /// The zone as named; this machine's where none is.
    pub zone: Option<String>,
    /// The zone that counts.
    pub zone_used: String,
    /// Days off, such as `2026-12-24 to 2027-01-01`.
    pub holidays: Vec<String>,
    /// Away until then, while that is ahead.
    pub away_until: Option<Timestamp>,
    /// What of it counts now, in a sentence or two.
    pub sentence: String,
}

/// The calendar as typed. What is empty is not told.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct RhythmRequest {
    days: Vec<Day>,
    hours: Option<String>,
    zone: Option<String>,
    holidays: Vec<String>,
}

/// Away until then, or back.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct AwayRequest {
    /// `2026-12-07`, `2026-12-07T14:00`, `monday`; `null`: back.
    until: Option<String>,
}

pub(crate) async fn rhythm(app: &App, _: Nothing) -> Result<RhythmView, ApiError> {
    let config = Config::load(&app.inner.folders.config_file())?;
    Ok(view(&config.rhythm, app.live().now()))
}

pub(crate) async fn set(app: &App, request: RhythmRequest) -> Result<RhythmView, ApiError> {
    let said = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    change(app, |there| {
        let holidays: Vec<String> =
            request.holidays.iter().filter_map(|day| said(Some(day.clone()))).collect();
        Ok(RhythmConfig {
            days: Some(request.days).filter(|days| !days.is_empty()),
            hours: said(request.hours),
            zone: said(request.zone),
            holidays: Some(holidays).filter(|days| !days.is_empty()),
            ..there
        })
    })
    .await
}

pub(crate) async fn set_away(app: &App, request: AwayRequest) -> Result<RhythmView, ApiError> {
    let now = app.live().now();
    change(app, |there| there.away(request.until.as_deref(), now)).await
}

async fn change(
    app: &App,
    make: impl FnOnce(RhythmConfig) -> Result<RhythmConfig, String>,
) -> Result<RhythmView, ApiError> {
    let _one = app.inner.changing.lock().await;
    let path = app.inner.folders.config_file();
    let wanted = make(Config::load(&path)?.rhythm).map_err(|why| ApiError::new("away_until", why))?;
    // The code names the field, so that a form can show it there.
    wanted.calendar().map_err(|(field, why)| ApiError::new(field, why))?;
    Config::set_rhythm(&path, &wanted)?;
    app.reload(&path)?;
    app.all_changed();
    Ok(view(&wanted, app.live().now()))
}

/// The calendar for showing, at `now`.
pub fn view(config: &RhythmConfig, now: Timestamp) -> RhythmView {
    let zone = config.zone().unwrap_or(jiff::tz::TimeZone::UTC);
    let calendar = config.calendar().ok().flatten();
    let away = calendar.as_ref().and_then(|calendar| calendar.away).filter(|away| away.until > now);
    let until = away.map_or_else(String::new, |away| words::moment(away.until, now, &zone));
    let sentence = match (away, calendar.is_some_and(|calendar| calendar.week.is_some())) {
        (Some(_), true) => say!("settings-rhythm.away-measured", until = until),
        (Some(_), false) => say!("settings-rhythm.away", until = until),
        (None, true) => say!("settings-rhythm.measured"),
        (None, false) => say!("settings-rhythm.none"),
    };
    RhythmView {
        days: config.days.clone().unwrap_or_default(),
        hours: config.hours.clone(),
        zone: config.zone.clone(),
        zone_used: zone.iana_name().unwrap_or("UTC").to_owned(),
        holidays: config.holidays.clone().unwrap_or_default(),
        away_until: away.map(|away| away.until),
        sentence,
    }
}
