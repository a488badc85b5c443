//! Moves: what happened between two readings, bounded from both sides.

use crate::model::{Qty, Timestamp};
use serde::{Deserialize, Serialize};

/// What a move is. Spend may lie in any of them; the bounds say how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// Nothing changed.
    #[default]
    Rest,
    /// The first figure.
    Start,
    /// Spend and nothing else.
    Spend,
    /// Money came in.
    TopUp,
    /// Part of what was spent lately came back: a refund, or money held for a running request.
    Refund,
    /// Use started again, by the calendar or by the provider's word.
    Reset,
    /// The limit went up.
    LimitRaised,
    /// The limit went down.
    LimitLowered,
    /// A counter started again without a reset being due.
    Restart,
    /// A figure was told anew: a late report, a stale answer, a bill put right, credits that expired.
    Correction,
    /// Nothing can be said: the readings have no figure in common. Counting starts again from the later one.
    Unknown,
}

/// A quantity known from both sides, in the unit's smallest steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// At least this much.
    pub least: Qty,
    /// At most this much; `None`: nothing bounds it.
    pub most: Option<Qty>,
}

impl Bounds {
    /// Known to the step.
    pub fn exactly(qty: Qty) -> Bounds {
        Bounds { least: qty, most: Some(qty) }
    }

    /// Whether it is known to the step.
    pub fn is_exact(&self) -> bool {
        self.most == Some(self.least)
    }

    /// Whether a quantity lies within.
    pub fn hold(&self, qty: Qty) -> bool {
        self.least <= qty && self.most.is_none_or(|most| qty <= most)
    }
}

/// What happened between two readings. `left before − spent + added = left after`, with the least of both and with
/// the most of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// What it is, apart from spend.
    pub kind: MoveKind,
    /// When the earlier figure was last read.
    pub from: Timestamp,
    /// When the later one was first read; never before `from`, and the same where a clock jumped back.
    pub to: Timestamp,
    /// Until when the later figure stood unchanged; never before `to`.
    pub until: Timestamp,
    /// What was spent, never negative. Where the figures leave it open (a top-up of a bare balance, a reset), the most
    /// is by the fastest pace seen on this meter so far.
    pub spent: Bounds,
    /// What came in: top-ups, refunds, raised limits, what a reset gave back. Negative: taken without being spent.
    pub added: Bounds,
    /// Whether it lies across a gap in polling of more than an hour, so that the spend is known only as a total.
    pub gap: bool,
}

impl Move {
    /// Whether more may have been spent in it than the moves ever tell: a top-up of a bare balance or a reset covers
    /// spend, and readings with nothing in common say none. A figure that is only told anew (money held, a stale answer,
    /// a bill put right) hides nothing: what was spent meanwhile is told when it goes again.
    pub fn hides_spend(&self) -> bool {
        let told_again = self.added.least < Qty(0);
        match self.kind {
            MoveKind::Unknown | MoveKind::Start => true,
            MoveKind::Refund | MoveKind::Correction => false,
            MoveKind::Spend if told_again => false,
            _ => !self.spent.is_exact(),
        }
    }

    /// The same, with the spend known better from elsewhere (the account's spend meter, its bill): the bounds that
    /// both allow. What was added follows. Unchanged where the two contradict each other.
    #[must_use]
    pub fn narrowed(self, known: Bounds) -> Move {
        let least = self.spent.least.max(known.least);
        let most = [self.spent.most, known.most].into_iter().flatten().min();
        let change = i128::from(self.added.least.0) - i128::from(self.spent.least.0);
        match bounds(least.0.into(), most.map(|most| most.0.into()), change) {
            Some((spent, added)) if most.is_none_or(|most| least <= most) => Move { spent, added, ..self },
            _ => self,
        }
    }
}

/// Spend and what was added, when what is left changed by `change`; `None` where it does not fit. An upper bound that
/// does not fit bounds nothing.
pub(super) fn bounds(least: i128, most: Option<i128>, change: i128) -> Option<(Bounds, Bounds)> {
    let qty = |steps: i128| i64::try_from(steps).ok().map(Qty);
    let upper = most.and_then(|most| Some((qty(most)?, qty(most + change)?)));
    let (spent, added) = (upper.map(|upper| upper.0), upper.map(|upper| upper.1));
    Some((Bounds { least: qty(least)?, most: spent }, Bounds { least: qty(least + change)?, most: added }))
}
