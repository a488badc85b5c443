//! Automatic top-ups: said by the user, or seen in the past.

use super::AccountFacts;
pub(super) use crate::model::Reload;

/// Whether the account tops itself up: the user's word, or else what a meter's top-ups look like.
pub(super) fn auto_reload(account: &AccountFacts) -> Option<Reload> {
    let seen = || account.meters.iter().find_map(|meter| Reload::seen(&meter.added));
    account.reload_below.map(Reload::Said).or_else(seen)
}
