//! The ledger's part in a poll: what the user's entries and what is known of spend come to, as readings of their own.

use crate::config::AccountConfig;
use crate::forecast::next_reset;
use crate::ledger::{self, Known, Source, Spend, Statement};
use crate::model::{
    AccountId, Amount, By, Cost, DAY, Meter, MeterKind, Polled, Provenance, Qty, Reading, Sample, Timestamp,
    Unit, Window, step,
};
use crate::store::{Store, StoreError};

/// The first and the last moment that is asked for.
const EVER: (Timestamp, Timestamp) = (Timestamp(i64::MIN), Timestamp(i64::MAX));

/// Joins the readings that an account's ledger and budget make to what a good poll brought. A history that cannot be
/// read is logged, and the poll goes on without them.
pub fn keep(store: &Store, id: &AccountId, config: &AccountConfig, polled: Polled, now: Timestamp) -> Polled {
    if config.ledger.is_empty() && config.budget.is_none() {
        return polled;
    }
    match readings(store, id, config, &polled, now) {
        Ok(more) => {
            let readings = polled.readings.into_iter().chain(more).collect();
            Polled { readings, ..polled }
        }
        Err(error) => {
            tracing::error!(account = %id, "The ledger could not be worked out: {error}");
            polled
        }
    }
}

fn readings(
    store: &Store,
    id: &AccountId,
    config: &AccountConfig,
    polled: &Polled,
    now: Timestamp,
) -> Result<Vec<Reading>, StoreError> {
    let meters = store.meters(Some(id))?;
    let mut readings = Vec::new();
    for unit in ledger::units(&config.ledger) {
        let reports = |reading: &Reading| {
            reading.kind == MeterKind::Balance
                && (reading.unit, reading.provenance == Provenance::Anchored) == (unit, false)
                && reading.headroom().is_some()
        };
        if polled.readings.iter().any(reports) || reported_balance(store, id, unit, now)?.is_some() {
            continue;
        }
        let Some(statement) = statement(store, id, config, unit, Some(polled), now)? else { continue };
        let reading = statement.reading();
        let own = meters.iter().find(|meter| meter.key == reading.meter && meter.unit == unit);
        let before = own.map(|meter| store.latest(meter.id)).transpose()?.flatten();
        readings.push(settled(reading, before.as_ref(), now));
    }
    if let Some(budget) = config.budget {
        readings.extend(own_budget(store, id, config, budget, polled, now)?);
    }
    Ok(readings)
}

/// An entry that was taken out can bring back what was spent before: that is no spend of this moment. Where it would
/// read as such, one reading goes without its limit, and the difference is told as added.
fn settled(reading: Reading, before: Option<&Sample>, now: Timestamp) -> Reading {
    let Some(before) = before.filter(|before| before.limit.is_some() && before.limit != reading.limit) else {
        return reading;
    };
    let bare = Reading { limit: None, ..reading.clone() };
    let spent = |reading: &Reading| step(before, &reading.sample(now)).spent;
    if spent(&bare) < spent(&reading) { bare } else { reading }
}

/// The balance in a unit that the provider itself said within the last day, if it did. There is one truth then.
pub(crate) fn reported_balance(
    store: &Store,
    id: &AccountId,
    unit: Unit,
    now: Timestamp,
) -> Result<Option<Qty>, StoreError> {
    let reports = |meter: &&Meter| {
        meter.kind == MeterKind::Balance && meter.unit == unit && meter.provenance != Provenance::Anchored
    };
    for meter in store.meters(Some(id))?.iter().filter(reports) {
        let sample = store.latest(meter.id)?.filter(|sample| now.since(sample.last_at) < DAY);
        if let Some(left) = sample.and_then(|sample| sample.headroom()) {
            return Ok(Some(left));
        }
    }
    Ok(None)
}

/// What an account's entries in a unit come to, with what a poll under way adds to the history.
pub(crate) fn statement(
    store: &Store,
    id: &AccountId,
    config: &AccountConfig,
    unit: Unit,
    polled: Option<&Polled>,
    now: Timestamp,
) -> Result<Option<Statement>, StoreError> {
    let costs = costs(store, id, unit, polled)?;
    let by_costs = costs.as_ref().and_then(|known| ledger::statement(unit, &config.ledger, known, now));
    if by_costs.as_ref().is_some_and(|statement| statement.undivided.is_none()) {
        return Ok(by_costs);
    }
    // Costs by the month cannot be divided at an anchor; a counter that was read all along can.
    let counter = counter(store, id, unit, polled, now)?;
    if let Some(known) = &counter {
        return Ok(ledger::statement(unit, &config.ledger, known, now));
    }
    Ok(by_costs.or_else(|| ledger::statement(unit, &config.ledger, &Known::by_hand(), now)))
}

/// The cost report in a unit, if there ever was one.
fn costs(
    store: &Store,
    id: &AccountId,
    unit: Unit,
    polled: Option<&Polled>,
) -> Result<Option<Known>, StoreError> {
    let spends = |costs: &[Cost]| -> Vec<Spend> {
        let whole = costs.iter().filter(|cost| cost.by == By::All && cost.unit == unit);
        whole.map(|cost| Spend { start: cost.start, end: cost.end, amount: cost.amount }).collect()
    };
    let stored = spends(&store.costs(id, By::All, EVER.0, EVER.1)?);
    let report = polled.map(|polled| spends(&polled.costs)).unwrap_or_default();
    let spends = ledger::replaced(stored, &report);
    let since = spends.iter().map(|spend| spend.start).min();
    Ok(since.map(|_| Known { source: Source::Costs, since, spends }))
}

/// The meter that counts what the account spends: one that never starts again before one that does every month, the
/// plainest name first.
fn counter(
    store: &Store,
    id: &AccountId,
    unit: Unit,
    polled: Option<&Polled>,
    now: Timestamp,
) -> Result<Option<Known>, StoreError> {
    let rank = |meter: &Meter| {
        let window = [Window::Never, Window::Month].iter().position(|window| *window == meter.window)?;
        let counts = meter.kind == MeterKind::Spend && meter.unit == unit;
        counts.then(|| (window, plainness(&meter.key.0)))
    };
    let meters = store.meters(Some(id))?;
    let best = meters.iter().filter_map(|meter| Some((rank(meter)?, meter))).min_by_key(|(rank, _)| *rank);
    let Some((_, meter)) = best else { return Ok(None) };
    let hours = store.hours(meter.id, Timestamp(0), EVER.1)?;
    let since = hours.first().map(|hour| hour.at);
    let span = |start: Timestamp, amount| Spend { start, end: start + crate::model::HOUR, amount };
    let mut spends: Vec<Spend> = hours.iter().map(|hour| span(hour.at, hour.spent)).collect();
    // What this poll adds is not stored yet.
    let fresh = polled.and_then(|polled| {
        polled.readings.iter().find(|reading| reading.meter == meter.key && reading.unit == unit)
    });
    if let Some(fresh) = fresh {
        let spent = store.next_move(meter, &fresh.sample(now))?.spent.least;
        if spent != Qty(0) {
            spends.push(Spend { start: now.hour_floor(), end: now.max(now.hour_floor() + 1), amount: spent });
        }
    }
    Ok(Some(Known { source: Source::Counter(meter.label.clone()), since, spends }))
}

/// The user's own budget, unless the poll reads one against it already.
fn own_budget(
    store: &Store,
    id: &AccountId,
    config: &AccountConfig,
    budget: Amount,
    polled: &Polled,
    now: Timestamp,
) -> Result<Option<Reading>, StoreError> {
    let mine = |reading: &&Reading| reading.unit == budget.unit;
    let has_it = |reading: &Reading| {
        let same = reading.limit == Some(budget.qty);
        reading.kind == MeterKind::Budget && (reading.meter.0 == ledger::BUDGET || same)
    };
    if polled.readings.iter().filter(mine).any(has_it) {
        return Ok(None);
    }
    let by_costs = costs(store, id, budget.unit, Some(polled))?;
    let by_costs = by_costs.and_then(|known| ledger::spent_this_month(&known.spends, now));
    let of_month = |reading: &&Reading| reading.kind == MeterKind::Spend && reading.window == Window::Month;
    let meter = polled.readings.iter().filter(mine).filter(of_month);
    let meter = meter.min_by_key(|reading| plainness(&reading.meter.0));
    let counted = by_costs.or_else(|| meter.and_then(|reading| reading.used));
    let resets_at = next_reset(Window::Month, None, now);
    Ok(ledger::budget(budget, &config.ledger, counted, now, resets_at))
}

/// How likely a meter is the whole account's: those of keys, teams and users have longer names.
fn plainness(key: &str) -> (bool, usize, usize) {
    let whole = key == "spend" || key == "spend.month" || key.contains("account");
    (!whole, key.matches('.').count(), key.len())
}
