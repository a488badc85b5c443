//! Charts in words, for a screen reader and for an exported picture's description.

use super::level::LevelInput;
use super::spend::SpendInput;
use super::trace::{Band, Vertex};
use super::{Mark, ticks};
use crate::model::{Amount, Qty, Timestamp, words};
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
    let since = ticks::moment(input.from, input.now, &input.zone);
    let Some(last) = line.last() else {
        return format!("{}: no readings yet since {since}.", input.label);
    };
    let word = if used { "used" } else { "left" };
    let mut text = format!("{}: {} {word}", input.label, amount(last.qty));
    if let Some(limit) = input.limit {
        text.push_str(&format!(" of {}", amount(limit)));
    }
    let ends = line.iter().map(|vertex| vertex.qty);
    if let (Some(least), Some(most)) = (ends.clone().min(), ends.max()) {
        text.push_str(&format!("; between {} and {} since {since}", amount(least), amount(most)));
    }
    let inside = input.refusals.iter().filter(|one| one.at >= input.from && one.at <= input.to);
    let refused = inside.fold(0_u64, |sum, one| sum.saturating_add(one.count));
    let count = |kind: &str| marks.iter().filter(|mark| mark.kind == kind).count();
    let seen = [
        (bands.len(), "gap"),
        (count("top_up"), "top-up"),
        (count("reset"), "reset"),
        (usize::try_from(refused).unwrap_or(usize::MAX), "refusal"),
    ];
    let seen: Vec<String> =
        seen.iter().filter(|(count, _)| *count > 0).map(|(n, word)| many(*n, word)).collect();
    if !seen.is_empty() {
        text.push_str(&format!(", with {}", seen.join(", ")));
    }
    text.push('.');
    let wall = marks.iter().any(|mark| mark.kind == "wall");
    if let Some(forecast) = input.forecast.filter(|_| wall) {
        let moment = |at| ticks::moment(at, input.now, &input.zone);
        let late = forecast.p90.map_or("later than can be told".to_owned(), moment);
        text.push_str(&format!(
            " Runs out around {}, between {} and {late}.",
            moment(forecast.p50),
            moment(forecast.p10)
        ));
    }
    text
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
        return format!("{}: no readings yet.", input.label);
    };
    let since = ticks::moment(input.from, input.now, &input.zone);
    let total = slots.values().try_fold(0_i64, |sum, spent| sum.checked_add(*spent));
    let total = total.map_or("more than can be shown".to_owned(), amount);
    let peak = ticks::moment(*peak, input.now, &input.zone);
    let mut text =
        format!("{}: {total} spent since {since}; most from {peak}: {}.", input.label, amount(*most));
    if let [first, _, ..] = input.layers {
        let own = first.bars.iter().fold(0_i64, |sum, bar| sum.saturating_add(bar.spent.0));
        text.push_str(&format!(" The largest part is {}: {}.", first.name, amount(own)));
    }
    text
}

fn many(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
