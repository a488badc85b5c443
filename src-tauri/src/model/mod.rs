//! The nouns: plain data that every other module speaks. Imports nothing of ours, does nothing but hold and check.

mod account;
mod amount;
mod cause;
mod cost;
mod entry;
mod episode;
mod flow;
mod json;
mod links;
mod meter;
mod past;
mod refusal;
mod reload;
pub mod rhythm;
mod secret;
mod step;
mod time;
pub mod words;

pub use account::{Account, AccountId, OwnPrices};
pub use amount::{Amount, AmountError, Currency, Qty, Unit};
pub use cause::{Cause, CauseWords, Scope};
pub use cost::{By, Cost};
pub use entry::{Entry, EntryKind};
pub use episode::{Episode, EpisodeKind, EpisodeState, Notice, Resource, Severity};
pub use flow::{Bounds, Buckets, Flow, Move, MoveKind, Tally};
pub use json::{Json, JsonError};
pub use links::Links;
pub use meter::{Gap, Meter, MeterKey, MeterKind, Provenance, Reading, Sample, Window};
pub use past::PastForecast;
pub use refusal::{PollError, PollErrorKind, Polled, Refusal, Source};
pub use reload::Reload;
pub use rhythm::{Away, Rhythm, Week};
pub use secret::Secret;
pub use step::{Step, step};
pub use time::{DAY, HOUR, MINUTE, SECOND, Timestamp};
