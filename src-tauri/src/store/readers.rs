//! Connections that read, beside the writer: each caller takes one and puts it back.

use super::fault::Fault;
use super::open;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How many idle connections are kept; more are opened when needed and closed after use.
const MOST_IDLE: usize = 4;

/// The pool.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    damaged: Arc<AtomicBool>,
}

impl Readers {
    /// An empty pool for the file; `damaged` is raised when one meets damage.
    pub(super) fn new(path: &Path, damaged: Arc<AtomicBool>) -> Self {
        Readers { path: path.to_owned(), idle: Mutex::default(), damaged }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Closes the idle connections.
    pub(super) fn clear(&self) {
        self.idle().clear();
    }

    /// Runs a query.
    pub(super) fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let taken = self.idle().pop();
        let db = match taken {
            Some(db) => db,
            None => open::reader(&self.path)?,
        };
        let answer = query(&db);
        match &answer {
            Err(fault) if fault.damage() => self.damaged.store(true, Ordering::Relaxed),
            _ => {
                let mut idle = self.idle();
                if idle.len() < MOST_IDLE {
                    idle.push(db);
                }
            }
        }
        answer
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A list of connections is whole even if a caller panicked while holding it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
