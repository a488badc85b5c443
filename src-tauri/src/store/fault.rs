//! What goes wrong inside, and the sentence it becomes for people.

use super::{StoreError, schema};
use crate::say;
use rusqlite::ErrorCode;
use std::path::Path;

/// An error before it knows the path and the sentence.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite's.
    Sql(rusqlite::Error),
    /// A whole sentence already.
    Words(String),
    /// A file of a newer format.
    Newer {
        /// Its format.
        found: i64,
    },
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Sql(error)
    }
}

impl Fault {
    fn code(&self) -> Option<ErrorCode> {
        if let Fault::Sql(error) = self { error.sqlite_error_code() } else { None }
    }

    /// Whether the same write may go through later: there was no room, or another process stood in the way.
    pub(super) fn passes(&self) -> bool {
        self.no_room() || self.busy()
    }

    /// Whether the file itself is broken.
    pub(super) fn damage(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    fn busy(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }

    fn no_room(&self) -> bool {
        matches!(
            self.code(),
            Some(
                ErrorCode::DiskFull
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::ReadOnly
                    | ErrorCode::CannotOpen
                    | ErrorCode::FileLockingProtocolFailed
            )
        )
    }

    /// The error for the caller. `waiting` polls are kept in memory until they can be written.
    pub(super) fn tell(self, path: &Path, waiting: usize) -> StoreError {
        let (no_room, busy, damage) = (self.no_room(), self.busy(), self.damage());
        let file = path.display().to_string();
        let queue = match waiting {
            0 => String::new(),
            many => format!(" {}", say!("store-waiting", count = many)),
        };
        match self {
            Fault::Newer { found } => StoreError::Newer { path: file, found, known: schema::KNOWN },
            Fault::Words(words) => StoreError::Other(words),
            Fault::Sql(error) if damage => {
                StoreError::Damaged(say!("store-damaged", file = file, why = error.to_string()) + &queue)
            }
            Fault::Sql(error) if no_room => {
                StoreError::Full(say!("store-full", file = file, why = error.to_string()) + &queue)
            }
            Fault::Sql(error) if busy => {
                StoreError::InUse(say!("store-locked", file = file, why = error.to_string()) + &queue)
            }
            Fault::Sql(error) => {
                StoreError::Other(say!("store-unusable", file = file, why = error.to_string()) + &queue)
            }
        }
    }
}
