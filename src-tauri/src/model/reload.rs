//! Automatic top-ups of a balance: said by the user, or seen in the past.

use super::{Amount, Qty, Timestamp};
use serde::{Deserialize, Serialize};

/// An automatic top-up, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reload {
    /// The user said so: below this amount.
    Said(Amount),
    /// Top-ups of the past look like one.
    Seen {
        /// How many.
        count: usize,
        /// How much each.
        amount: Amount,
        /// The highest level at which one came.
        about: Amount,
        /// The lowest level at which one came.
        least: Amount,
    },
}

impl Reload {
    /// What a meter's top-ups of the past look like; each is when, how much, and what was left before, oldest first.
    /// At least three equal ones in a row, at levels no farther apart than a fifth of one, are no coincidence.
    pub fn seen(added: &[(Timestamp, Amount, Amount)]) -> Option<Reload> {
        let last: Vec<_> = added.iter().rev().take(5).collect();
        let (_, amount, _) = last.first()?;
        let alike = |(_, one, before): &&&(_, Amount, Amount)| one == amount && before.unit == amount.unit;
        let same: Vec<i64> = last.iter().take_while(alike).map(|(_, _, before)| before.qty.0).collect();
        let (low, high) = (*same.iter().min()?, *same.iter().max()?);
        let regular = same.len() >= 3 && amount.qty > Qty(0) && high.saturating_sub(low) <= amount.qty.0 / 5;
        regular.then_some(Reload::Seen {
            count: same.len(),
            amount: *amount,
            about: Amount::new(Qty(high.max(0)), amount.unit),
            least: Amount::new(Qty(low.max(0)), amount.unit),
        })
    }

    /// The level below which one is due for certain: the user's word, or the lowest at which one came.
    pub fn level(&self) -> Amount {
        match self {
            Reload::Said(below) => *below,
            Reload::Seen { least, .. } => *least,
        }
    }
}
