//! SQLite: history that is never lost. One connection writes, a caller at a time; readers stand beside it.
//!
//! * A write that returned `Ok` survives the process being killed. (A power cut may take the last moments: the log is
//!   not forced to the disk at every poll, which is what `synchronous=NORMAL` means. It never damages the file.)
//! * One process writes at a time, by a lock on `history.lock`. Any number may read: [`Store::open_read_only`].
//! * When the disk is full, polls wait in memory in their order and are written as soon as there is room.
//! * A clock that jumped back does not disorder the history: a reading that is not newer than the last thing stored of
//!   its meter is stored one millisecond after it. See [`Store::record`].
//! * A damaged file is set aside, never deleted, and what can be read of it is carried over. See
//!   [`Store::opening_note`].

mod codec;
mod costs;
mod deliveries;
mod episodes;
mod export;
mod fault;
mod forecasts;
mod gaps;
mod import;
mod known;
mod learned;
mod meters;
mod open;
mod readers;
mod refusals;
mod rollups;
mod salvage;
mod samples;
mod schema;
#[cfg(test)]
mod tests;
mod upkeep;
mod writer;

use crate::model::{
    AccountId, Cost, Episode, Meter, PastForecast, PollError, Qty, Reading, Refusal, Sample, Severity,
    Timestamp,
};
use crate::say;
pub use deliveries::Standing;
pub use export::{PAGE, Refused, ToldFrom};
use fault::Fault;
pub use import::{Imported, Record, Seen};
use readers::Readers;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use writer::{Desk, Poll};

/// A handle on the history; cheap to clone. Calls block for well under a millisecond. When the last handle is dropped,
/// what was handed over is on disk and the file is in order.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: Readers,
    /// `None` for a handle that only reads.
    writer: Option<Writer>,
    note: Option<String>,
}

struct Writer {
    desk: Mutex<Desk>,
    /// Freed when the file is dropped, after the connection was.
    lock: File,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(Writer { desk, lock }) = self.writer.take() {
            // Without readers the writer is the last connection, and can fold the log into the file.
            self.readers.clear();
            let mut desk = desk.into_inner().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = desk.finish() {
                tracing::error!("the history was not closed in order: {error}");
            }
            drop(desk);
            drop(lock);
        }
    }
}

/// Why the store cannot do it, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Written by a newer Tollwatch.
    #[error("{}", say!("store-newer", path = path.as_str(), found = found.to_string(), known = known.to_string()))]
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
    /// The disk is full. Nothing stored is lost; a poll's readings are kept and written at the next chance.
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
    /// By which notifier: `desktop`, `in_app`, or the name of a channel.
    pub channel: String,
    /// The headline as told.
    pub title: String,
}

/// What a good poll came to, stored with it.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// Episodes that changed; those with id 0 are new.
    pub episodes: Vec<Episode>,
    /// Forecasts to be held against what comes, by their meter's number: see [`Store::keep_forecasts`].
    pub forecasts: Vec<(i64, PastForecast)>,
    /// What was learned of meters, by their numbers: see [`Store::keep_learned`].
    pub learned: Vec<(i64, String)>,
}

impl Came {
    /// In the caller's transaction.
    fn store(self, db: &rusqlite::Connection) -> Result<Vec<Episode>, Fault> {
        for (meter, made) in &self.forecasts {
            forecasts::put(db, *meter, made)?;
        }
        for (meter, body) in &self.learned {
            learned::put(db, *meter, body)?;
        }
        episodes::save(db, self.episodes)
    }
}

impl Store {
    /// Opens the history for writing, and creates it with its folder when there is none; older formats are brought up
    /// to date after a copy was made (`history.sqlite.v1.bak`).
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process writes it, [`StoreError::Newer`] for a file from the future,
    /// [`StoreError::Full`] when there is no room. A damaged file is no error unless it cannot be set aside: ask
    /// [`Store::opening_note`].
    pub fn open(path: &Path, now: Timestamp) -> Result<Store, StoreError> {
        let opened = open::open(path, now)?;
        let damaged = Arc::new(AtomicBool::new(false));
        let desk = Mutex::new(Desk::new(opened.db, path, Arc::clone(&damaged)));
        let writer = Some(Writer { desk, lock: opened.lock });
        Ok(Store {
            inner: Arc::new(Inner { readers: Readers::new(path, damaged), writer, note: opened.note }),
        })
    }

    /// Opens the history for reading only, beside a Tollwatch that may be writing it. Writes are refused.
    ///
    /// # Errors
    /// [`StoreError::Other`] when there is no history at `path` or it is of an older format that the writing Tollwatch
    /// must bring up to date first, [`StoreError::Newer`] for a file from the future, [`StoreError::Damaged`].
    pub fn open_read_only(path: &Path) -> Result<Store, StoreError> {
        if !path.exists() {
            return Err(StoreError::Other(say!("store-none", path = path.display().to_string())));
        }
        let readers = Readers::new(path, Arc::new(AtomicBool::new(false)));
        let found =
            readers.read(|db| schema::check_version(db, path)).map_err(|fault| fault.tell(path, 0))?;
        if found < schema::KNOWN {
            return Err(StoreError::Other(format!(
                "The history {} is in an older format ({found}; this Tollwatch reads {}). Start Tollwatch once, so \
                 that it brings the history up to date.",
                path.display(),
                schema::KNOWN
            )));
        }
        Ok(Store { inner: Arc::new(Inner { readers, writer: None, note: None }) })
    }

    /// What the user should be told of the opening: that the file was damaged, where it was kept, what was saved.
    pub fn opening_note(&self) -> Option<String> {
        self.inner.note.clone()
    }

    /// Everything one good poll brought, in one transaction. Returns the meters of the readings, in their order.
    ///
    /// An unchanged reading extends the last sample, except across a gap: then a new one begins. Of two readings of one
    /// meter in one poll the later counts. A reading that is not newer than the last sample or gap (the clock jumped
    /// back) is stored one millisecond after it, or extends it in place when unchanged: no value is lost and order
    /// holds, at the price of its time until the clock has caught up. Of costs, each span of each `by` and unit replaces
    /// what is stored of it.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::InUse`]: the poll is kept in memory (up to 10,000 of them) and written,
    /// in order, before the next one that goes through. [`StoreError::Damaged`] and [`StoreError::Other`]: it is not.
    pub fn record(
        &self,
        account: &AccountId,
        at: Timestamp,
        readings: &[Reading],
        refusals: &[Refusal],
        costs: &[Cost],
    ) -> Result<Vec<Meter>, StoreError> {
        let mut found = Vec::new();
        self.record_with(account, at, (readings, refusals, costs), |read| {
            found.extend(read.iter().map(|(meter, _)| meter.clone()));
            Came::default()
        })?;
        Ok(found)
    }

    /// As [`Store::record`], and what the poll comes to in the same transaction: `weigh` is given each reading's meter
    /// with its figures as they were just stored, unless they could not be. What it reads of the history stands as
    /// before this poll. Returns its episodes as [`Store::save_episodes`] does.
    ///
    /// # Errors
    /// As [`Store::record`]; what the poll came to is not stored then.
    pub fn record_with(
        &self,
        account: &AccountId,
        at: Timestamp,
        (readings, refusals, costs): (&[Reading], &[Refusal], &[Cost]),
        weigh: impl FnOnce(&[(Meter, Sample)]) -> Came,
    ) -> Result<Vec<Episode>, StoreError> {
        let (account, readings) = (account.clone(), readings.to_vec());
        let (refusals, costs) = (refusals.to_vec(), costs.to_vec());
        let poll = Poll::Good { account, at, readings, refusals, costs };
        self.write(|desk| desk.take(poll, |db, read| weigh(&read).store(db)))
    }

    /// A failed poll, with the refusal behind it if it is one. In a row of failures of one kind, the gap grows and its
    /// message is the newest.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub fn record_gap(
        &self,
        account: &AccountId,
        at: Timestamp,
        error: &PollError,
    ) -> Result<(), StoreError> {
        let (account, error) = (account.clone(), error.clone());
        self.write(move |desk| desk.take(Poll::Failed { account, at, error }, |_, _| Ok(())))
    }

    /// Waits until everything handed over is on disk, and folds the write-ahead log. The handle can still be used.
    ///
    /// # Errors
    /// [`StoreError::Full`] when polls still wait for room: they are lost when the process ends.
    pub fn close(&self) -> Result<(), StoreError> {
        self.inner.readers.clear();
        if self.inner.writer.is_none() {
            return Ok(());
        }
        self.write(Desk::finish)
    }

    /// Writes, when it is this caller's turn. A job that panics is rolled back; those behind it go on.
    fn write<T>(&self, job: impl FnOnce(&mut Desk) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let Some(writer) = &self.inner.writer else {
            return Err(StoreError::Other(say!(
                "store-read-only",
                path = self.inner.readers.path().display().to_string()
            )));
        };
        // A transaction that broke off was rolled back: the desk is whole.
        let mut desk = writer.desk.lock().unwrap_or_else(PoisonError::into_inner);
        catch_unwind(AssertUnwindSafe(|| job(&mut desk))).unwrap_or_else(|_| {
            tracing::error!("a write to the history panicked; it was rolled back");
            Err(StoreError::Other(
                "A write to the history failed from a fault in Tollwatch itself and was rolled back. Please report \
                 it with the log."
                    .to_owned(),
            ))
        })
    }

    /// Asks a reading connection.
    fn read<T>(
        &self,
        query: impl FnOnce(&rusqlite::Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.inner.readers.read(query).map_err(|fault| fault.tell(self.inner.readers.path(), 0))
    }
}
