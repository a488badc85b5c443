//! The writing connection: it does one job after another, each in a transaction.

use super::fault::Fault;
use super::known::Known;
use super::{StoreError, samples, upkeep};
use crate::model::{AccountId, Cost, Meter, PollError, Reading, Refusal, Sample, Timestamp};
use rusqlite::Connection;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many polls wait in memory while the disk is full: a day and a half of one a minute for six accounts.
const MOST_WAITING: usize = 10_000;

/// One poll, as handed over.
pub(super) enum Poll {
    /// It brought readings.
    Good {
        /// Whose.
        account: AccountId,
        /// When.
        at: Timestamp,
        /// What it read.
        readings: Vec<Reading>,
        /// Refusals seen with it.
        refusals: Vec<Refusal>,
        /// What was spent, on what.
        costs: Vec<Cost>,
    },
    /// It failed.
    Failed {
        /// Whose.
        account: AccountId,
        /// When.
        at: Timestamp,
        /// Why.
        error: PollError,
    },
}

impl Poll {
    fn account(&self) -> &AccountId {
        match self {
            Poll::Good { account, .. } | Poll::Failed { account, .. } => account,
        }
    }
}

/// What writes, one caller at a time.
pub(super) struct Desk {
    db: Connection,
    path: PathBuf,
    /// Polls that could not be written yet, oldest first.
    waiting: VecDeque<Poll>,
    /// What polls stored last.
    known: Known,
    /// Whether the file says that it was closed in order, so that the next write must take that back.
    clean: bool,
    /// Whether anyone met damage: then the file is not called clean, and the next start looks at it.
    damaged: Arc<AtomicBool>,
}

impl Desk {
    /// A desk for a connection that was just opened.
    pub(super) fn new(db: Connection, path: &Path, damaged: Arc<AtomicBool>) -> Self {
        Desk {
            db,
            path: path.to_owned(),
            waiting: VecDeque::new(),
            known: Known::default(),
            clean: false,
            damaged,
        }
    }

    /// One transaction: all of it or nothing. Polls that wait are written before it, so that order is kept.
    pub(super) fn change<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        // What still cannot be written must not stop another write, which may be small enough to fit.
        let _ = self.catch_up();
        let all = |db: &Connection, known: &mut Known| {
            *known = Known::default();
            work(db)
        };
        self.attempt(all).map_err(|fault| self.tell(fault))
    }

    /// As [`Desk::change`], of what no poll reads back: episodes, notices, small state.
    pub(super) fn change_beside<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let _ = self.catch_up();
        self.attempt(|db, _| work(db)).map_err(|fault| self.tell(fault))
    }

    /// Stores a poll, after those that wait, and what it comes to in the same transaction. When there is no room, the
    /// poll waits too, and the error says so; what it came to does not. Where only that cannot be stored, the poll is.
    pub(super) fn take<T>(
        &mut self,
        poll: Poll,
        then: impl FnOnce(&Connection, Vec<(Meter, Sample)>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let stored = self.catch_up().and_then(|()| {
            self.attempt(|db, known| {
                let read = apply(db, known, &poll)?;
                then(db, read)
            })
        });
        if stored.as_ref().is_err_and(|fault| !fault.passes() && !fault.damage()) {
            let _ = self.attempt(|db, known| apply(db, known, &poll));
        }
        stored.map_err(|fault| {
            if fault.passes() {
                if self.waiting.len() == MOST_WAITING {
                    tracing::error!(
                        "the history has been unwritable for {MOST_WAITING} polls; the oldest is lost"
                    );
                    self.waiting.pop_front();
                }
                self.waiting.push_back(poll);
            }
            self.tell(fault)
        })
    }

    /// Drops what waits of an account that is to be forgotten.
    pub(super) fn drop_waiting(&mut self, account: &AccountId) {
        self.waiting.retain(|poll| poll.account() != account);
    }

    /// Writes what waits, says that the file is in order, and folds the log into it.
    pub(super) fn finish(&mut self) -> Result<(), StoreError> {
        let finished = self.catch_up().and_then(|()| {
            upkeep::set_clean(&self.db, !self.damaged.load(Ordering::Relaxed))?;
            self.clean = true;
            // A reader in another process may hold the log open; then it is folded at the next chance.
            self.db.busy_timeout(Duration::from_millis(200))?;
            let folded = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            self.db.busy_timeout(super::open::BUSY)?;
            folded.map_err(Fault::from)
        });
        finished.map_err(|fault| self.tell(fault))
    }

    /// The connection itself, for what a transaction cannot do and for tests.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.db
    }

    fn catch_up(&mut self) -> Result<(), Fault> {
        while let Some(poll) = self.waiting.pop_front() {
            match self.attempt(|db, known| apply(db, known, &poll)) {
                Ok(_) => {}
                Err(fault) if fault.passes() => {
                    self.waiting.push_front(poll);
                    return Err(fault);
                }
                // It would never go through, and must not block those behind it.
                Err(fault) => tracing::error!("a poll could not be stored: {}", fault.tell(&self.path, 0)),
            }
        }
        Ok(())
    }

    fn attempt<T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Known) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        // Put back after the commit: what a transaction that fails or panics stored is not known, nor what was before.
        let mut known = std::mem::take(&mut self.known);
        let change = Change::begin(&self.db)?;
        if self.clean {
            upkeep::set_clean(&self.db, false)?;
        }
        let value = work(&self.db, &mut known)?;
        change.commit()?;
        (self.known, self.clean) = (known, false);
        Ok(value)
    }

    fn tell(&self, fault: Fault) -> StoreError {
        if fault.damage() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        fault.tell(&self.path, self.waiting.len())
    }
}

/// A transaction whose statements are kept prepared; it is rolled back when it is dropped without a commit.
struct Change<'a>(&'a Connection);

impl Change<'_> {
    fn begin(db: &Connection) -> Result<Change<'_>, Fault> {
        db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Change(db))
    }

    fn commit(self) -> Result<(), Fault> {
        self.0.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        // SQLite itself rolls back after some errors.
        if !self.0.is_autocommit()
            && let Err(error) = self.0.execute_batch("ROLLBACK")
        {
            tracing::error!("a write to the history could not be rolled back: {error}");
        }
    }
}

fn apply(db: &Connection, known: &mut Known, poll: &Poll) -> Result<Vec<(Meter, Sample)>, Fault> {
    match poll {
        Poll::Good { account, at, readings, refusals, costs } => {
            super::costs::record(db, account, costs)?;
            samples::record(db, known, account, *at, readings, refusals)
        }
        Poll::Failed { account, at, error } => {
            known.let_go(account);
            super::gaps::record(db, account, *at, error).map(|()| Vec::new())
        }
    }
}
