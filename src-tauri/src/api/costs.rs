//! What an account's money went on: a stack of bars, and each name's sum.

use super::charting::length;
use super::types::ChartRange;
use super::{ApiError, App, StoreView};
use crate::charts::{self, Layer, MOST_LAYERS, Panel, Picture, SpendBar, SpendInput};
use crate::model::{AccountId, By, Cost, DAY, HOUR, Qty, Timestamp, Unit};
use crate::say;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use ts_rs::TS;

/// Asks what an account's money went on.
#[derive(Clone, Debug, PartialEq, Deserialize, TS, JsonSchema)]
pub struct CostsRequest {
    /// Whose.
    pub account: AccountId,
    /// Told apart by what; what there is when missing.
    pub by: Option<By>,
    /// In which unit; money first when missing.
    pub unit: Option<Unit>,
    /// How far back.
    pub range: ChartRange,
    /// Width in CSS pixels: 200 to 4000.
    pub width: u32,
    /// Height in CSS pixels: 100 to 2000.
    pub height: u32,
}

/// What an account's money went on.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct CostsView {
    /// Told apart by this.
    pub by: By,
    /// What it can be told apart by; empty when nothing is known.
    pub kinds: Vec<By>,
    /// The unit of the figures.
    pub unit: Unit,
    /// Units that there are figures in.
    pub units: Vec<Unit>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// The end of the newest bucket that the provider reported.
    pub as_of: Option<Timestamp>,
    /// The sum, decimal text; `null` when nothing is known.
    pub total: Option<String>,
    /// Each name's sum, the largest first.
    pub rows: Vec<CostRow>,
    /// The stack of bars; its series are the rows, with small ones joined into the last.
    pub picture: Option<Picture>,
}

/// One name's sum.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct CostRow {
    /// The model, key, project or user; empty when the provider gives no name.
    pub name: String,
    /// Exact, decimal text in the unit.
    pub amount: String,
    /// Its part of the whole, 0 to 1; `null` when the whole is nothing.
    pub share: Option<f64>,
}

pub(crate) async fn costs(app: &App, request: CostsRequest) -> Result<CostsView, ApiError> {
    let monitor = app.shown();
    of_store(&StoreView::of(&monitor), &request, monitor.pipeline().zone())
}

/// Answers from the store alone.
pub fn of_store(source: &StoreView, request: &CostsRequest, zone: &TimeZone) -> Result<CostsView, ApiError> {
    let costs = Costs::read(source, request)?;
    let drawn = costs.layers.is_some().then(|| costs.on(request, zone, charts::drawn)).transpose();
    let picture = drawn.map_err(|error| ApiError::new("chart", error.to_string()))?;
    Ok(CostsView { picture, ..costs.view })
}

/// An account's costs as read, before they are drawn.
pub(super) struct Costs {
    view: CostsView,
    /// `None` when nothing is known.
    layers: Option<Vec<Layer>>,
    now: Timestamp,
}

impl Costs {
    /// Reads what the request asks for.
    pub(super) fn read(source: &StoreView, request: &CostsRequest) -> Result<Costs, ApiError> {
        let (from, to) = (source.now + -length(request.range), source.now);
        let mut kinds = source.store.cost_kinds(&request.account)?;
        // Told apart by something where it can be; the whole says least.
        let by = request
            .by
            .filter(|by| kinds.contains(by))
            .or_else(|| kinds.iter().copied().find(|by| *by != By::All));
        let by = by.unwrap_or(By::All);
        kinds.retain(|by| *by != By::All);
        let costs = source.store.costs(&request.account, by, from, to)?;
        let units: BTreeSet<Unit> = costs.iter().map(|cost| cost.unit).collect();
        let unit = request.unit.filter(|unit| units.contains(unit)).or_else(|| units.first().copied());
        let mut view = CostsView {
            by,
            kinds,
            unit: unit.unwrap_or(Unit::USD),
            units: units.into_iter().collect(),
            from,
            to,
            as_of: costs.iter().map(|cost| cost.end).max(),
            total: None,
            rows: Vec::new(),
            picture: None,
        };
        let Some(unit) = unit else { return Ok(Costs { view, layers: None, now: source.now }) };
        let costs: Vec<&Cost> = costs.iter().filter(|cost| cost.unit == unit).collect();
        let sums = sums(&costs)?;
        let total =
            sums.iter().try_fold(Qty(0), |sum, (_, own)| sum.checked_add(*own)).ok_or_else(too_much)?;
        view.total = Some(unit.print(total));
        let share = |own: Qty| (total.0 > 0).then(|| own.0 as f64 / total.0 as f64);
        let row = |(name, own): &(String, Qty)| CostRow {
            name: name.clone(),
            amount: unit.print(*own),
            share: share(*own),
        };
        view.rows = sums.iter().map(row).collect();
        let layers = layers(&costs, &sums, to.since(from));
        Ok(Costs { view, layers: Some(layers), now: source.now })
    }

    /// `Spend by model`.
    pub(super) fn label(&self) -> String {
        say!("account-spend-by", by = word(self.view.by))
    }

    /// The span that is shown.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        (self.view.from, self.view.to)
    }

    /// Hands the stack of bars to whoever draws it.
    pub(super) fn on<T>(
        &self,
        request: &CostsRequest,
        zone: &TimeZone,
        draw: impl FnOnce(&Panel<'_>) -> T,
    ) -> T {
        draw(&Panel::Spend(&SpendInput {
            unit: self.view.unit,
            label: &self.label(),
            layers: self.layers.as_deref().unwrap_or_default(),
            from: self.view.from,
            to: self.view.to,
            now: self.now,
            zone: zone.clone(),
            width: request.width.clamp(200, 4000),
            height: request.height.clamp(100, 2000),
        }))
    }
}

/// What a cost is told apart by, in a word.
pub fn word(by: By) -> &'static str {
    match by {
        By::All => "day",
        By::Model => "model",
        By::Key => "key",
        By::Project => "project",
        By::User => "user",
    }
}

fn too_much() -> ApiError {
    ApiError::new("store", say!("account-sum-too-large"))
}

/// Each name's sum, the largest first.
fn sums(costs: &[&Cost]) -> Result<Vec<(String, Qty)>, ApiError> {
    let mut sums: BTreeMap<&str, Qty> = BTreeMap::new();
    for cost in costs {
        let sum = sums.entry(&cost.name).or_default();
        *sum = sum.checked_add(cost.amount).ok_or_else(too_much)?;
    }
    let mut sums: Vec<(String, Qty)> = sums.into_iter().map(|(name, sum)| (name.to_owned(), sum)).collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(sums)
}

/// The largest names as layers of their own, the others as one. Buckets keep the provider's boundaries; short ones join
/// into UTC days, and over more than 60 days into UTC weeks.
fn layers(costs: &[&Cost], sums: &[(String, Qty)], span: i64) -> Vec<Layer> {
    let own = if sums.len() <= MOST_LAYERS { sums.len() } else { MOST_LAYERS - 1 };
    let slot = match span {
        _ if span <= 3 * DAY => HOUR,
        _ if span <= 60 * DAY => DAY,
        _ => 7 * DAY,
    };
    let mut bars: Vec<BTreeMap<(Timestamp, Timestamp), i64>> =
        vec![BTreeMap::new(); sums.len().min(MOST_LAYERS)];
    let places: HashMap<&str, usize> =
        sums.iter().take(own).enumerate().map(|(place, (name, _))| (name.as_str(), place)).collect();
    for cost in costs {
        let place = places.get(cost.name.as_str()).copied().unwrap_or(own);
        let Some(layer) = bars.get_mut(place.min(MOST_LAYERS - 1)) else { continue };
        let sum = layer.entry(within(cost, slot)).or_default();
        *sum = sum.saturating_add(cost.amount.0);
    }
    let named = |index: usize| match sums.get(index) {
        Some((name, _)) if index < own => {
            if name.is_empty() {
                say!("account-costs-unnamed")
            } else {
                name.clone()
            }
        }
        _ => say!("account-costs-others", count = (sums.len() - own) as i64),
    };
    let bar = |((at, until), spent): ((Timestamp, Timestamp), i64)| SpendBar { at, until, spent: Qty(spent) };
    bars.into_iter()
        .enumerate()
        .map(|(index, slots)| Layer { name: named(index), bars: slots.into_iter().map(bar).collect() })
        .collect()
}

/// The bar that a bucket belongs to: its own span, or the slot of UTC time that holds it. Weeks begin on Monday.
fn within(cost: &Cost, slot: i64) -> (Timestamp, Timestamp) {
    // 1970-01-01 was a Thursday: Monday's midnight lies three days before the epoch.
    let shift = if slot == 7 * DAY { 3 * DAY } else { 0 };
    let start = Timestamp((cost.start.0 + shift).div_euclid(slot) * slot - shift);
    if cost.end <= start + slot { (start, start + slot) } else { (cost.start, cost.end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Provenance;

    fn cost(name: &str, start: i64, length: i64, amount: i64) -> Cost {
        Cost {
            by: By::Model,
            name: name.into(),
            start: Timestamp(start),
            end: Timestamp(start + length),
            amount: Qty(amount),
            unit: Unit::USD,
            provenance: Provenance::Reported,
        }
    }

    #[test]
    fn many_names_become_a_few_layers_and_nothing_is_lost() {
        let costs: Vec<Cost> =
            (0..20).map(|n| cost(&format!("m{n:02}"), n % 3 * DAY, DAY, 100 - n)).collect();
        let costs: Vec<&Cost> = costs.iter().collect();
        let sums = sums(&costs).unwrap();
        assert_eq!((sums[0].0.as_str(), sums.len()), ("m00", 20));
        let layers = layers(&costs, &sums, 30 * DAY);
        assert_eq!(layers.len(), MOST_LAYERS);
        assert_eq!(layers[6].name, "14 others");
        let drawn: i64 = layers.iter().flat_map(|layer| &layer.bars).map(|bar| bar.spent.0).sum();
        assert_eq!(drawn, (0..20).map(|n| 100 - n).sum::<i64>());
    }

    #[test]
    fn seven_names_need_no_rest_and_no_name_says_so() {
        let costs: Vec<Cost> =
            ["", "b", "c", "d", "e", "f", "g"].iter().map(|name| cost(name, 0, DAY, 1)).collect();
        let costs: Vec<&Cost> = costs.iter().collect();
        let layers = layers(&costs, &sums(&costs).unwrap(), 30 * DAY);
        let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
        assert_eq!(names, ["not named", "b", "c", "d", "e", "f", "g"]);
    }

    #[test]
    fn buckets_keep_the_providers_boundaries() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let saturday = at("2026-11-21T00:00:00Z");
        let hour = cost("a", (saturday + 5 * HOUR).0, HOUR, 1);
        assert_eq!(within(&hour, HOUR), (saturday + 5 * HOUR, saturday + 6 * HOUR));
        assert_eq!(within(&hour, DAY), (saturday, saturday + DAY));
        let monday = at("2026-11-16T00:00:00Z");
        assert_eq!(within(&hour, 7 * DAY), (monday, monday + 7 * DAY));
        // A provider's day that is not a UTC day (UTC+8) stays as it is.
        let local = cost("a", (saturday + -8 * HOUR).0, DAY, 1);
        assert_eq!(within(&local, DAY), (saturday + -8 * HOUR, saturday + 16 * HOUR));
    }
}
