//! Charts in words, for a screen reader and for an exported picture's description.

use super::level::LevelInput;
use super::spend::SpendInput;
use super::trace::{Band, Vertex};
use super::{Mark, ticks};
use crate::model::{Amount, Qty, Timestamp, words};
use crate::say;
use std::collections::BTreeMap;

/// The level panel in one or two sentences.
pub(super) fn of_level(
    input: &LevelInput<'_>,
    line: &[Vertex],
    bands: &[Band],
    marks: &[Mark],
    used: bool,
) -> String {
    let amount = |qty: Qty| words::amount(Amount::new(qty, input.unit));
    let (label, since) = (input.label, ticks::moment(input.from, input.now, &input.zone));
    let Some(last) = line.last() else {
        return say!("summary-empty.since", label = label, since = since);
    };
    let (present, limit) = (amount(last.qty), input.limit.map(amount));
    let figure = match (used, limit) {
        (true, Some(limit)) => say!("summary-used.of", used = present, limit = limit),
        (true, None) => say!("summary-used", used = present),
        (false, Some(limit)) => say!("summary-left.of", left = present, limit = limit),
        (false, None) => say!("summary-left", left = present),
    };
    let ends = line.iter().map(|vertex| vertex.qty);
    let least = amount(ends.clone().min().unwrap_or(last.qty));
    let most = amount(ends.max().unwrap_or(last.qty));
    let seen = seen(input, bands, marks);
    let level = if seen.is_empty() {
        say!("summary-level", label = label, figure = figure, least = least, most = most, since = since)
    } else {
        say!(
            "summary-level.seen",
            label = label,
            figure = figure,
            least = least,
            most = most,
            since = since,
            seen = seen
        )
    };
    let wall = marks.iter().any(|mark| mark.kind == "wall");
    let wall = input.forecast.filter(|_| wall).map_or_else(String::new, |forecast| {
        let moment = |at| ticks::moment(at, input.now, &input.zone);
        let (p10, p50) = (moment(forecast.p10), moment(forecast.p50));
        match forecast.p90.map(moment) {
            Some(p90) => say!("summary-wall", p10 = p10, p50 = p50, p90 = p90),
            None => say!("summary-wall.open", p10 = p10, p50 = p50),
        }
    });
    words::sentences([level, wall])
}

/// What happened, counted: `1 gap, 2 resets`; empty when nothing did.
fn seen(input: &LevelInput<'_>, bands: &[Band], marks: &[Mark]) -> String {
    let inside = input.refusals.iter().filter(|one| one.at >= input.from && one.at <= input.to);
    let refused = inside.fold(0_u64, |sum, one| sum.saturating_add(one.count));
    let count = |kind: &str| marks.iter().filter(|mark| mark.kind == kind).count();
    let (gaps, top_ups, resets) = (bands.len(), count("top_up"), count("reset"));
    let seen = [
        (gaps > 0).then(|| say!("summary-gaps", count = gaps)),
        (top_ups > 0).then(|| say!("summary-top-ups", count = top_ups)),
        (resets > 0).then(|| say!("summary-resets", count = resets)),
        (refused > 0).then(|| say!("summary-refusals", count = refused)),
    ];
    words::list(seen.into_iter().flatten())
}

/// The spend panel in one or two sentences.
pub(super) fn of_spend(input: &SpendInput<'_>) -> String {
    let amount = |qty: i64| words::amount(Amount::new(Qty(qty), input.unit));
    let mut slots: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for bar in input.layers.iter().flat_map(|layer| &layer.bars) {
        let sum = slots.entry(bar.at).or_default();
        *sum = sum.saturating_add(bar.spent.0);
    }
    let Some((peak, most)) = slots.iter().max_by_key(|(_, spent)| **spent) else {
        return say!("summary-empty", label = input.label);
    };
    let since = ticks::moment(input.from, input.now, &input.zone);
    let total = slots.values().try_fold(0_i64, |sum, spent| sum.checked_add(*spent));
    let total = total.map_or_else(|| say!("summary-too-much"), amount);
    let peak = ticks::moment(*peak, input.now, &input.zone);
    let most = amount(*most);
    let spent =
        say!("summary-spent", label = input.label, total = total, since = since, peak = peak, most = most);
    let mut largest = String::new();
    if let [first, _, ..] = input.layers {
        let own = first.bars.iter().fold(0_i64, |sum, bar| sum.saturating_add(bar.spent.0));
        largest = say!("summary-largest", name = first.name.as_str(), amount = amount(own));
    }
    words::sentences([spent, largest])
}
