//! What an account's meters come to when an amount is spent now beside what is usual: what `guard` and the tools for
//! agents decide by.

use super::types::{AccountState, ForecastView, MeterView, ProblemView};
use super::{ApiError, StoreView, views};
use crate::config::AccountConfig;
use crate::forecast::{Forecast, Outlook, Reason};
use crate::model::{AccountId, Amount, MeterKey, MeterKind, Qty, Timestamp, Unit};

/// An account before and after an amount is spent.
#[derive(Clone, Debug, PartialEq)]
pub struct Afford {
    /// How the account does.
    pub state: AccountState,
    /// Why its last poll failed, if it did.
    pub problem: Option<ProblemView>,
    /// Its meters in the amount's unit that can run out: no spend meters, which have no limit, and no rates, which
    /// refill.
    pub meters: Vec<AffordMeter>,
    /// The units of all its meters, each once.
    pub units: Vec<Unit>,
}

/// One meter before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct AffordMeter {
    /// The meter as it stands.
    pub view: MeterView,
    /// Its headroom, in the unit's smallest steps; `None` where nobody says it.
    pub headroom: Option<Qty>,
    /// The headroom after the amount; `None` where there is none, or beyond what fits.
    pub left: Option<Qty>,
    /// What is forecast with the amount spent now.
    pub after: ForecastView,
    /// The chance that its wall comes within the time asked about, with the amount spent now; `None` without a forecast.
    /// 0 where nothing was ever spent.
    pub chance: Option<f64>,
}

/// An account with `need` spent now; `within` is how far ahead the chance looks, in milliseconds. Of a meter that was
/// used up before there is no forecast.
///
/// # Errors
/// The history cannot be read.
pub fn of_store(
    source: &StoreView,
    id: &AccountId,
    config: &AccountConfig,
    need: Amount,
    only: Option<&MeterKey>,
    within: i64,
) -> Result<Afford, ApiError> {
    let account = views::account(source, id, config, None)?;
    let mut outlook = Outlook::of(config.calendar.as_deref());
    outlook.planned.push((source.now, need));
    let mut units: Vec<Unit> = account.meters.iter().map(|meter| meter.unit).collect();
    units.sort_unstable();
    units.dedup();
    let mut meters = Vec::new();
    for view in account.meters {
        let asked = only.is_none_or(|key| *key == view.key);
        if !asked || view.unit != need.unit || matches!(view.kind, MeterKind::Spend | MeterKind::Rate) {
            continue;
        }
        let Some(meter) = source.store.meter(id, &view.key)? else { continue };
        let after = source.project(&meter, &outlook)?;
        let headroom = view.headroom.as_deref().and_then(|text| view.unit.parse(text).ok());
        meters.push(AffordMeter {
            headroom,
            left: headroom.and_then(|headroom| headroom.checked_sub(need.qty)),
            chance: chance(&after, source.now, within),
            after: views::forecast_view(&after),
            view,
        });
    }
    Ok(Afford { state: account.state, problem: account.problem, meters, units })
}

/// The chance of a wall within a time. A range that was read by a meter's own past (calibrated) counts as well: what it
/// holds for one chance in ten is at least that.
fn chance(forecast: &Forecast, now: Timestamp, within: i64) -> Option<f64> {
    match forecast {
        Forecast::Unknown(Reason::NoSpend) => Some(0.0),
        Forecast::Unknown(_) => None,
        Forecast::Clear(clear) => Some(clear.chance.within(within)),
        Forecast::Wall(wall) => {
            let said = wall.chance.within(within);
            Some(if within > 0 && wall.p10 <= now + within { said.max(0.1) } else { said })
        }
    }
}
