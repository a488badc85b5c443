//! `tollwatch backtest`: how good the forecasts and warnings of the last 90 days were.

use super::explain::item;
use super::{NO_FIGURES, OK, say, say_json};
use crate::api::{Backtests, backtest_of_store, backtest_view};
use crate::config::{Config, Folders};
use crate::connectors;
use crate::monitor::{Clock, poll};
use crate::store::Store;
use jiff::tz::TimeZone;

pub(super) fn run(json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let config = Config::load(&folders.config_file())?;
    let (now, history) = (Clock::Real.now(), folders.history_file());
    let scored = match history.exists() {
        true => backtest_of_store(&Store::open_read_only(&history)?, now)?,
        false => Backtests { at: now, ..Backtests::default() },
    };
    let labels = config
        .accounts
        .iter()
        .map(|(id, config)| (id.clone(), poll::label(id, config, connectors::find(&config.connector))));
    let view = backtest_view(&scored, &labels.collect(), &TimeZone::system());
    let code = if view.accounts.is_empty() { NO_FIGURES } else { OK };
    if json {
        say_json(&view)?;
        return Ok(code);
    }
    for line in &view.sentences {
        item("", line)?;
    }
    // Of one account the same was just said.
    for account in view.accounts.iter().filter(|_| view.accounts.len() > 1) {
        say(format!("\n{}", account.label))?;
        for line in &account.sentences {
            item("  ", line)?;
        }
    }
    Ok(code)
}
