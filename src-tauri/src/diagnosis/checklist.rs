//! What keeps refusals from happening, and what of it is missing.

use super::{AccountFacts, Advice};

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Done.
    Done,
    /// Missing: worth doing.
    Missing,
    /// Cannot be known from here: worth a look.
    Unknown,
}

/// One precaution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its stable name: `limit_set`, `alert_on`, `reload_on`, `second_payment`, `key_minimal`, `reserve_known`.
    pub id: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// What it is, in two to five words.
    pub title: &'static str,
    /// What is so, or what to do, with the page where it is done.
    pub advice: Advice,
}

/// The precautions of an account. Those that its kind of meters does not need are left out.
pub fn checklist(_account: &AccountFacts) -> Vec<Item> {
    Vec::new()
}
