//! `tollwatch what-if` and `tollwatch away`: what the user knows of the time ahead.

use super::args::{AwayCommand, WhatIfArgs};
use super::{OK, say, say_json};
use crate::api::types::ForecastView;
use crate::api::{StoreView, WhatIfRequest, rhythm_view, what_if_of_store};
use crate::config::{Config, Folders};
use crate::model::{AccountId, MeterKey, Timestamp, words};
use crate::monitor::Clock;
use crate::store::Store;
use jiff::tz::TimeZone;

pub(super) fn what_if(args: WhatIfArgs, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let id = AccountId::new(args.account).map_err(anyhow::Error::msg)?;
    let config = Config::load(&folders.config_file())?.accounts.remove(&id).ok_or_else(|| {
        anyhow::anyhow!("there is no account {id}; `tollwatch accounts list` says which there are")
    })?;
    anyhow::ensure!(folders.history_file().exists(), "there is no history yet, so there is no wall to move");
    let store = Store::open_read_only(&folders.history_file())?;
    let source = StoreView { store, now: Clock::Real.now(), live: Vec::new() };
    let zone = config.calendar.as_ref().map_or_else(TimeZone::system, |calendar| calendar.zone.clone());
    let request = WhatIfRequest {
        account: id,
        meter: args.meter.map(MeterKey::new),
        spend: args.spend,
        at: args.at,
        factor: args.factor,
        away_until: args.away_until,
    };
    let view = what_if_of_store(&source, &request, &config, &zone)?;
    if json {
        say_json(&view)?;
        return Ok(OK);
    }
    say(&view.change)?;
    for meter in &view.meters {
        say(format!("\n{}", meter.label))?;
        say(format!("  now   {}", range(&meter.before, source.now, &zone)))?;
        say(format!("  then  {}", range(&meter.after, source.now, &zone)))?;
        say(format!("  {}", meter.sentence))?;
    }
    for note in &view.notes {
        say(format!("\n{note}"))?;
    }
    Ok(OK)
}

/// A forecast's range: `tomorrow around 14:00 (today around 22:10 to Mon 23 Nov around 09:30)`.
fn range(forecast: &ForecastView, now: Timestamp, zone: &TimeZone) -> String {
    let around = |at: Timestamp| words::around(at, now, zone);
    match forecast {
        ForecastView::Wall { p10, p50, p90, .. } => {
            let late = p90.map_or("beyond the horizon".to_owned(), around);
            format!("{} ({} to {late})", around(*p50), around(*p10))
        }
        ForecastView::Clear { until, .. } => {
            format!("nothing in sight until {}", words::moment(*until, now, zone))
        }
        ForecastView::Unknown { reason } => format!("no forecast: {reason}"),
    }
}

pub(super) fn away(command: Option<AwayCommand>, json: bool) -> anyhow::Result<u8> {
    let path = Folders::find()?.config_file();
    let now = Clock::Real.now();
    let mut rhythm = Config::load(&path)?.rhythm;
    let until = match &command {
        Some(AwayCommand::Until { date }) => Some(Some(date.as_str())),
        Some(AwayCommand::Off) => Some(None),
        None => None,
    };
    if let Some(until) = until {
        rhythm = rhythm.away(until, now).map_err(anyhow::Error::msg)?;
        Config::set_rhythm(&path, &rhythm)?;
    }
    let view = rhythm_view(&rhythm, now);
    if json {
        say_json(&view)?;
    } else if view.away_until.is_none() {
        say(format!("You are not away. {}", view.sentence))?;
    } else {
        say(&view.sentence)?;
    }
    Ok(OK)
}
