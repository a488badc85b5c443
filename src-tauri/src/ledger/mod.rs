//! What is left of an account by the user's own entries, where the provider does not say it: the last anchor, less
//! what was spent since, and what was topped up. Pure. How it counts, and what it cannot know, is in docs/ledger.md.

#[cfg(test)]
mod tests;
mod words;

use crate::model::{
    Amount, DAY, Entry, EntryKind, HOUR, MeterKind, Provenance, Qty, Reading, Timestamp, Unit, Window,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The key of the monthly budget's meter.
pub const BUDGET: &str = "budget.month";
/// A span of spend up to this long is counted whole when an anchor lies in it: a day, even one of 25 hours.
const WHOLE: i64 = 26 * HOUR;

/// What was spent in a span of time, in the smallest steps of the ledger's unit. Credits back are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// The first moment of the span.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
    /// How much.
    pub amount: Qty,
}

/// Where spend is counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The provider's cost report.
    Costs,
    /// A meter of the account that counts what was spent; its label.
    Counter(String),
    /// Nothing but the user's entries.
    Hand,
}

/// All that is known of what was spent in one unit: spans that do not overlap, from one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// From where.
    pub source: Source,
    /// Since when spend is known.
    pub since: Option<Timestamp>,
    /// The spans, in any order.
    pub spends: Vec<Spend>,
}

impl Known {
    /// Nothing but the user's entries.
    pub fn by_hand() -> Self {
        Known { source: Source::Hand, since: None, spends: Vec::new() }
    }
}

/// What the entries in one unit come to. `left = anchor − spent − typed + topped_up`, to the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The anchor that counts: the last one.
    pub anchor: Entry,
    /// Spent since, by the source.
    pub spent: Qty,
    /// Spent since, by hand-typed entries.
    pub typed: Qty,
    /// Topped up since.
    pub topped_up: Qty,
    /// What is left. Debt is negative.
    pub left: Qty,
    /// Where `spent` comes from.
    pub source: Source,
    /// Up to when the figures are known to count.
    pub as_of: Timestamp,
    /// The span that the anchor lies in, where it is counted whole.
    pub shared: Option<Spend>,
    /// The span that the anchor lies in, where it is too long for that and is not counted.
    pub undivided: Option<Spend>,
    /// Nothing is known of what was spent from the anchor to this moment.
    pub unknown_until: Option<Timestamp>,
    /// Entries that lie in the future and do not count yet.
    pub ahead: usize,
    /// The anchors before, newest first.
    pub earlier: Vec<Period>,
}

/// The time from one anchor to the next: what should have been left by then, and what was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The anchor that it began with.
    pub anchor: Entry,
    /// When the next one was.
    pub until: Timestamp,
    /// What should have been left then.
    pub expected: Qty,
    /// What the next anchor says.
    pub found: Qty,
    /// `found − expected`: negative when more went than was seen.
    pub difference: Qty,
}

/// Sums between two anchors, wide enough for any figures.
#[derive(Clone, Copy, Default)]
struct Sums {
    spent: i128,
    typed: i128,
    topped_up: i128,
    newest: Option<Timestamp>,
    shared: Option<Spend>,
    undivided: Option<Spend>,
}

/// The units that entries are in.
pub fn units(entries: &[Entry]) -> Vec<Unit> {
    let mut units: Vec<Unit> = entries.iter().map(|entry| entry.amount.unit).collect();
    units.sort();
    units.dedup();
    units
}

/// What the entries in a unit come to. `None` without an anchor, and when a sum does not fit. The order of entries
/// and of spans does not matter. Entries up to a day ahead count: it is tomorrow already somewhere.
pub fn statement(unit: Unit, entries: &[Entry], known: &Known, now: Timestamp) -> Option<Statement> {
    let mine = || entries.iter().filter(|entry| entry.amount.unit == unit);
    let in_force = |entry: &&Entry| entry.at <= now + DAY;
    let mut anchors: Vec<&Entry> =
        mine().filter(in_force).filter(|entry| entry.kind == EntryKind::Anchor).collect();
    // Of two anchors at one moment, which the config refuses, the lower counts.
    anchors.sort_by_key(|anchor| (anchor.at, anchor.amount.qty, anchor.note.clone()));
    anchors.dedup_by_key(|anchor| anchor.at);

    let mut sums = vec![Sums::default(); anchors.len()];
    for entry in mine().filter(in_force).filter(|entry| entry.kind != EntryKind::Anchor) {
        let Some(index) = anchors.partition_point(|anchor| anchor.at <= entry.at).checked_sub(1) else {
            continue;
        };
        let amount = i128::from(entry.amount.qty.0);
        if entry.kind == EntryKind::TopUp {
            sums[index].topped_up += amount;
        } else {
            sums[index].typed += amount;
        }
        sums[index].newest = sums[index].newest.max(Some(entry.at));
    }
    for spend in &known.spends {
        // A span belongs to the last anchor that lies before its end.
        let Some(index) = anchors.partition_point(|anchor| anchor.at < spend.end).checked_sub(1) else {
            continue;
        };
        let (anchor, sums) = (anchors[index], &mut sums[index]);
        if spend.start < anchor.at && spend.end.since(spend.start) > WHOLE {
            sums.undivided = Some(*spend);
            continue;
        }
        if spend.start < anchor.at && spend.amount != Qty(0) {
            sums.shared = Some(*spend);
        }
        sums.spent += i128::from(spend.amount.0);
        sums.newest = sums.newest.max(Some(spend.end));
    }

    let left = |anchor: &Entry, sums: &Sums| {
        let left = i128::from(anchor.amount.qty.0) - sums.spent - sums.typed + sums.topped_up;
        i64::try_from(left).ok().map(Qty)
    };
    let period = |index: usize| {
        let (anchor, next) = (anchors[index], anchors[index + 1]);
        let expected = left(anchor, &sums[index])?;
        let found = next.amount.qty;
        let difference = found.checked_sub(expected)?;
        Some(Period { anchor: anchor.clone(), until: next.at, expected, found, difference })
    };
    let (anchor, last) = (*anchors.last()?, sums.last()?);
    let narrow = |sum: i128| i64::try_from(sum).ok().map(Qty);
    Some(Statement {
        anchor: anchor.clone(),
        spent: narrow(last.spent)?,
        typed: narrow(last.typed)?,
        topped_up: narrow(last.topped_up)?,
        left: left(anchor, last)?,
        source: known.source.clone(),
        as_of: last.newest.unwrap_or(anchor.at).max(anchor.at).min(now),
        shared: last.shared,
        undivided: last.undivided,
        unknown_until: known.since.filter(|since| *since > anchor.at),
        ahead: mine().filter(|entry| !in_force(entry)).count(),
        earlier: (0..anchors.len() - 1).rev().filter_map(period).collect(),
    })
}

/// The key of the meter that a ledger in a unit makes: `balance.ledger.usd`.
pub fn balance_key(unit: Unit) -> String {
    format!("balance.ledger.{}", unit.to_string().to_lowercase())
}

/// Whether a meter is made by a ledger, and is gone as soon as a poll comes without it.
pub fn is_own(key: &str, provenance: Provenance) -> bool {
    provenance == Provenance::Anchored && may_be_own(key)
}

/// Whether a key is one that a ledger gives; a connector may give [`BUDGET`] too.
pub fn may_be_own(key: &str) -> bool {
    key == BUDGET || key.starts_with("balance.ledger.")
}

impl Statement {
    /// Its unit.
    pub fn unit(&self) -> Unit {
        self.anchor.amount.unit
    }

    /// What is left, as a reading. Its limit is what was there and was added: so a new anchor, or a top-up, is told
    /// from spend (see [`crate::model::step`]).
    pub fn reading(&self) -> Reading {
        let unit = self.unit();
        Reading {
            remaining: Some(self.left),
            limit: self.anchor.amount.qty.checked_add(self.topped_up),
            provenance: Provenance::Anchored,
            as_of: Some(self.as_of),
            ..Reading::new(&balance_key(unit), MeterKind::Balance, "balance by your entries", unit)
        }
    }
}

/// The user's own monthly budget as a reading. `counted` is what a report knows to be spent this month; hand-typed
/// spends of the month join it. `None` when nothing at all is known to count.
pub fn budget(
    budget: Amount,
    entries: &[Entry],
    counted: Option<Qty>,
    now: Timestamp,
    resets_at: Option<Timestamp>,
) -> Option<Reading> {
    let typed = |entry: &&Entry| entry.kind == EntryKind::Spent && entry.amount.unit == budget.unit;
    let typed: Vec<&Entry> = entries.iter().filter(typed).collect();
    if counted.is_none() && typed.is_empty() {
        return None;
    }
    let from = now.month_floor();
    let this_month = typed.iter().filter(|entry| (from..=now).contains(&entry.at));
    let typed: i128 = this_month.map(|entry| i128::from(entry.amount.qty.0)).sum();
    let used = Qty(i64::try_from(i128::from(counted.unwrap_or_default().0) + typed).ok()?);
    Some(Reading {
        used: Some(used),
        limit: Some(budget.qty),
        remaining: Some(budget.qty.checked_sub(used)?),
        window: Window::Month,
        resets_at,
        provenance: Provenance::Anchored,
        as_of: Some(now),
        ..Reading::new(BUDGET, MeterKind::Budget, "own monthly budget", budget.unit)
    })
}

/// What was spent in the UTC month of `now`. A day that began in the month before counts whole.
pub fn spent_this_month(spends: &[Spend], now: Timestamp) -> Option<Qty> {
    let from = now.month_floor();
    let of_month =
        |spend: &&Spend| spend.start >= from || (spend.end > from && spend.end.since(spend.start) <= WHOLE);
    let sum: i128 = spends.iter().filter(of_month).map(|spend| i128::from(spend.amount.0)).sum();
    i64::try_from(sum).ok().map(Qty)
}

/// What is stored of costs, with what a new report says in its place: a span of the report replaces what it touches.
pub fn replaced(stored: Vec<Spend>, report: &[Spend]) -> Vec<Spend> {
    let mut spans: BTreeMap<(Timestamp, Reverse<Timestamp>), Vec<Spend>> = BTreeMap::new();
    for spend in report.iter().filter(|spend| spend.end > spend.start) {
        spans.entry((spend.start, Reverse(spend.end))).or_default().push(*spend);
    }
    let from = report.iter().map(|spend| spend.start).min();
    let to = report.iter().map(|spend| spend.end).max();
    let touched = |spend: &Spend| {
        Some(spend.end) > from
            && Some(spend.start) < to
            && spans.keys().any(|(start, Reverse(end))| *start < spend.end && *end > spend.start)
    };
    let mut all: Vec<Spend> = stored.into_iter().filter(|spend| from.is_none() || !touched(spend)).collect();
    all.extend(spans.into_values().flatten());
    all.sort_by_key(|spend| spend.start);
    all
}
