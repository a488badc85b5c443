//! SQLite: history that is never lost. One writer thread owns the writing connection; readers stand beside it.

use crate::model::{
    AccountId, Episode, Gap, Meter, MeterKey, PollError, Qty, Reading, Refusal, Sample, Severity, Timestamp,
};
use std::path::Path;

/// A handle on the history; cheap to clone. Calls block for well under a millisecond.
#[derive(Clone)]
pub struct Store {}

/// Why the store cannot do it, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Written by a newer Tollwatch.
    #[error(
        "{path} was written by a newer Tollwatch (format {found}; this one knows {known}). Update Tollwatch; nothing was changed."
    )]
    Newer {
        /// The file.
        path: String,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// SQLite says the file is damaged.
    #[error("{0}")]
    Damaged(String),
    /// The disk is full. Nothing stored is lost; the write is tried again at the next poll.
    #[error("{0}")]
    Full(String),
    /// Another Tollwatch holds the history.
    #[error("{0}")]
    InUse(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// One hour of one meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// Start of the UTC hour.
    pub at: Timestamp,
    /// Spent in it.
    pub spent: Qty,
    /// Added in it (top-ups, raised limits).
    pub added: Qty,
    /// Headroom at its first and last reading, lowest and highest; `None` when not said.
    pub first: Option<Qty>,
    /// See `first`.
    pub last: Option<Qty>,
    /// See `first`.
    pub low: Option<Qty>,
    /// See `first`.
    pub high: Option<Qty>,
    /// How many polls it stands for.
    pub polls: u32,
}

/// A notice that a notifier accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Of which episode.
    pub episode: i64,
    /// At which severity.
    pub severity: Severity,
    /// When it was accepted.
    pub at: Timestamp,
    /// By which notifier: `desktop`, `in_app`.
    pub channel: String,
    /// The headline as told.
    pub title: String,
}

#[allow(unused_variables, missing_docs)]
impl Store {
    pub fn open(path: &Path, now: Timestamp) -> Result<Store, StoreError> {
        unimplemented!()
    }
    /// Everything one good poll brought, in one transaction. Returns the meters of the readings, in their order.
    pub fn record(
        &self,
        account: &AccountId,
        at: Timestamp,
        readings: &[Reading],
        refusals: &[Refusal],
    ) -> Result<Vec<Meter>, StoreError> {
        unimplemented!()
    }
    /// A failed poll.
    pub fn record_gap(
        &self,
        account: &AccountId,
        at: Timestamp,
        error: &PollError,
    ) -> Result<(), StoreError> {
        unimplemented!()
    }
    /// All meters, or one account's, in the order of their first reading.
    pub fn meters(&self, account: Option<&AccountId>) -> Result<Vec<Meter>, StoreError> {
        unimplemented!()
    }
    pub fn meter(&self, account: &AccountId, key: &MeterKey) -> Result<Option<Meter>, StoreError> {
        unimplemented!()
    }
    pub fn latest(&self, meter: i64) -> Result<Option<Sample>, StoreError> {
        unimplemented!()
    }
    /// Samples that were true in `from..=to`, oldest first, with the one before `from` (so that a step can be told).
    pub fn samples(&self, meter: i64, from: Timestamp, to: Timestamp) -> Result<Vec<Sample>, StoreError> {
        unimplemented!()
    }
    pub fn hours(&self, meter: i64, from: Timestamp, to: Timestamp) -> Result<Vec<Hour>, StoreError> {
        unimplemented!()
    }
    pub fn gaps(&self, account: &AccountId, from: Timestamp, to: Timestamp) -> Result<Vec<Gap>, StoreError> {
        unimplemented!()
    }
    pub fn refusals(
        &self,
        account: Option<&AccountId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(AccountId, Timestamp, Refusal)>, StoreError> {
        unimplemented!()
    }
    /// Episodes that are not resolved.
    pub fn live_episodes(&self) -> Result<Vec<Episode>, StoreError> {
        unimplemented!()
    }
    /// Episodes that were alive in `from..=to`, newest first.
    pub fn episodes(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Episode>, StoreError> {
        unimplemented!()
    }
    pub fn episode(&self, id: i64) -> Result<Option<Episode>, StoreError> {
        unimplemented!()
    }
    /// Inserts those with id 0 and updates the others, in one transaction; returns them with their ids.
    pub fn save_episodes(&self, episodes: &[Episode]) -> Result<Vec<Episode>, StoreError> {
        unimplemented!()
    }
    /// A notifier accepted a notice: logs it and sets the episode's `told` and `told_at`, in one transaction.
    pub fn mark_told(&self, told: &Told) -> Result<(), StoreError> {
        unimplemented!()
    }
    pub fn told(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Told>, StoreError> {
        unimplemented!()
    }
    /// Small state that must survive a restart, by name.
    pub fn state(&self, name: &str) -> Result<Option<String>, StoreError> {
        unimplemented!()
    }
    pub fn set_state(&self, name: &str, value: &str) -> Result<(), StoreError> {
        unimplemented!()
    }
    /// Forgets an account's history and resolves its episodes.
    pub fn forget(&self, account: &AccountId) -> Result<(), StoreError> {
        unimplemented!()
    }
    /// Drops raw rows older than `raw_days`; hours stay for ever. Returns how many rows went.
    pub fn prune(&self, now: Timestamp, raw_days: u32) -> Result<u64, StoreError> {
        unimplemented!()
    }
    /// Waits until everything handed over is on disk, and folds the write-ahead log.
    pub fn close(&self) -> Result<(), StoreError> {
        unimplemented!()
    }
}
