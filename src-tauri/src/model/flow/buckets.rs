//! Cost buckets read into moves: what a span cost is told again as it grows, late, cut anew, or put right.

use super::{Bounds, GAP, Move, MoveKind, bounds};
use crate::model::{Cost, Qty, Timestamp};
use std::collections::BTreeMap;

/// What one kind of buckets (one `by` and unit, as [`crate::model::By::All`] in USD) said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buckets {
    /// By first moment and end: what it costs, and the most that it ever did.
    seen: BTreeMap<(Timestamp, Timestamp), (i128, i128)>,
    read_at: Option<Timestamp>,
}

/// A stretch of time in which buckets are told anew.
struct Stretch {
    start: Timestamp,
    end: Timestamp,
    old: i128,
    most: i128,
    new: i128,
    known: bool,
}

impl Buckets {
    /// What all buckets come to, in the unit's smallest steps.
    pub fn total(&self) -> i128 {
        self.seen.values().map(|seen| seen.0).sum()
    }

    /// Reads one report, made at `at`, into one move for each stretch whose cost changed, oldest first. The cost of a
    /// bucket that was open at the last report grew since; that of any other is known only to lie in its span. Buckets
    /// that are not told again stand; one that is cut differently now replaces those that it touches. Amounts are net:
    /// a credit inside a growing bucket is not seen.
    pub fn push(&mut self, costs: &[Cost], at: Timestamp) -> Vec<Move> {
        let mut told: BTreeMap<(Timestamp, Timestamp), i128> = BTreeMap::new();
        for cost in costs.iter().filter(|cost| cost.end > cost.start) {
            *told.entry((cost.start, cost.end)).or_default() += i128::from(cost.amount.0);
        }
        let mut moves = Vec::new();
        let mut told = told.into_iter().peekable();
        while let Some(first) = told.next() {
            let ((start, end), new) = first;
            let mut stretch = Stretch { start, end, old: 0, most: 0, new, known: false };
            let mut parts = vec![first];
            self.replace(&mut stretch);
            while let Some(next) = told.next_if(|next| next.0.0 < stretch.end) {
                stretch.end = stretch.end.max(next.0.1);
                stretch.new += next.1;
                parts.push(next);
                self.replace(&mut stretch);
            }
            let alone = parts.len() == 1;
            for (span, amount) in parts {
                let most = if alone { stretch.most.max(amount) } else { amount };
                self.seen.insert(span, (amount, most));
            }
            moves.extend(self.say(&stretch, at));
        }
        self.read_at = self.read_at.max(Some(at));
        moves
    }

    /// Takes out what is stored of a stretch, which grows by what it touches.
    fn replace(&mut self, stretch: &mut Stretch) {
        let from_last = |seen: &Self, stretch: &Stretch| {
            let before_end = ..(stretch.end, Timestamp(i64::MIN));
            let last = seen.seen.range(before_end).next_back().map(|(span, _)| *span);
            last.filter(|span| span.1 > stretch.start)
        };
        while let Some(span) = from_last(self, stretch) {
            let Some((amount, most)) = self.seen.remove(&span) else { return };
            stretch.start = stretch.start.min(span.0);
            stretch.end = stretch.end.max(span.1);
            stretch.old += amount;
            stretch.most += most;
            stretch.known = true;
        }
    }

    /// The move of a stretch; `None` when its cost is the same.
    fn say(&self, stretch: &Stretch, at: Timestamp) -> Option<Move> {
        let grown = stretch.new - stretch.old;
        let anew = (stretch.new - stretch.most).max(0);
        let kind = match grown {
            0 => return None,
            _ if anew > 0 => MoveKind::Spend,
            _ if stretch.known => MoveKind::Correction,
            _ => MoveKind::Refund,
        };
        let open = self.read_at.filter(|read| stretch.known && *read < stretch.end);
        let from = open.map_or(stretch.start, |read| read.max(stretch.start));
        let to = stretch.end.min(at).max(from);
        let gap = to - from > GAP;
        let Some((spent, added)) = bounds(anew, Some(grown.max(0)), -grown) else {
            let unbounded = Bounds { least: Qty(0), most: None };
            let (spent, added, kind) = (unbounded, unbounded, MoveKind::Unknown);
            return Some(Move { kind, from, to, until: to, spent, added, gap });
        };
        Some(Move { kind, from, to, until: to, spent, added, gap })
    }
}
