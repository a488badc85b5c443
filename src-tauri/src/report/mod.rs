//! A month on paper: what each account cost, on which model and key, and which walls were hit or avoided. Pure.

mod html;

pub use html::html;

use crate::model::{Amount, By, Timestamp};
use jiff::tz::TimeZone;

/// A calendar month of the viewer's zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The month's first day.
    pub month: jiff::civil::Date,
    /// The present moment; a month that has not ended is told "until" it.
    pub now: Timestamp,
    /// The zone in which the month begins and ends.
    pub zone: TimeZone,
    /// Invented figures: the simulator's.
    pub demo: bool,
    /// What was spent, by currency, over all accounts.
    pub totals: Vec<Spent>,
    /// Each account that spent something or met a wall, the dearest first.
    pub accounts: Vec<AccountReport>,
}

/// What was spent in a month, and in the month before it where that is known in full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spent {
    /// In the month.
    pub amount: Amount,
    /// In the month before; `None` when not all of it was watched.
    pub before: Option<Amount>,
}

/// One account's month.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountReport {
    /// What the user calls it.
    pub label: String,
    /// The connector's name.
    pub connector: String,
    /// By currency.
    pub spent: Vec<Spent>,
    /// What it went on, as far as the provider tells.
    pub on: Vec<Breakdown>,
    /// Walls, oldest first.
    pub walls: Vec<Wall>,
}

/// Spend told apart by one thing. Two breakdowns are the same money, told apart differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// By what.
    pub by: By,
    /// Each name's sum, the largest first; an empty name is what the provider gives none.
    pub rows: Vec<(String, Amount)>,
    /// The sum of what is not among the rows, and how many names that is.
    pub others: Option<(usize, Amount)>,
}

/// What became of a wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing was left, or calls were refused.
    Hit,
    /// Warned of in time, and mended before it came.
    Avoided,
}

/// One wall of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Wall {
    /// When it began to be near.
    pub at: Timestamp,
    /// What became of it.
    pub fate: Fate,
    /// What was told of it: the headline.
    pub title: String,
    /// What ended it, a sentence each.
    pub after: Vec<String>,
}
