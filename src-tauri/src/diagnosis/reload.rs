//! Automatic top-ups: said by the user, or seen in the past.

use super::AccountFacts;
use crate::model::{Amount, Qty, words};

/// An automatic top-up, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reload {
    /// The user said so: below this amount.
    Said(Amount),
    /// Top-ups of the past look like one: how many, how much each, and at about which level they came.
    Seen { count: usize, amount: Amount, about: Amount },
}

/// Whether the account tops itself up: the user's word, or else at least three equal top-ups at about the same level.
pub(super) fn auto_reload(account: &AccountFacts) -> Option<Reload> {
    if let Some(below) = account.reload_below {
        return Some(Reload::Said(below));
    }
    account.meters.iter().find_map(|meter| {
        let last: Vec<_> = meter.added.iter().rev().take(5).collect();
        let (_, amount, _) = last.first()?;
        let alike = |(_, one, before): &&&(_, Amount, Amount)| one == amount && before.unit == amount.unit;
        let same: Vec<i64> = last.iter().take_while(alike).map(|(_, _, before)| before.qty.0).collect();
        let (low, high) = (*same.iter().min()?, *same.iter().max()?);
        let regular = same.len() >= 3 && amount.qty > Qty(0) && high.saturating_sub(low) <= amount.qty.0 / 5;
        regular.then_some(Reload::Seen {
            count: same.len(),
            amount: *amount,
            about: Amount::new(Qty(high.max(0)), amount.unit),
        })
    })
}

/// What an automatic top-up is, for a sentence: `below $10.00`.
pub(super) fn reload_words(reload: Reload) -> String {
    match reload {
        Reload::Said(below) => format!("below {}", words::amount(below)),
        Reload::Seen { amount, about, .. } => {
            format!("of {} at about {} (as it seems)", words::amount(amount), words::amount(about))
        }
    }
}
