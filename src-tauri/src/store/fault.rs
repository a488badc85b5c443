//! What goes wrong inside, and the sentence it becomes for people.

use super::{StoreError, schema};
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
        let file = path.display();
        let queue = match waiting {
            0 => String::new(),
            1 => " One poll waits in memory and is written at the next chance.".to_owned(),
            many => format!(" {many} polls wait in memory and are written at the next chance."),
        };
        match self {
            Fault::Newer { found } => {
                StoreError::Newer { path: file.to_string(), found, known: schema::KNOWN }
            }
            Fault::Words(words) => StoreError::Other(words),
            Fault::Sql(error) if damage => StoreError::Damaged(format!(
                "The history {file} is damaged ({error}). Quit Tollwatch and start it again: it then sets the \
                 damaged file aside, carries over what can be read, and goes on.{queue}"
            )),
            Fault::Sql(error) if no_room => StoreError::Full(format!(
                "The history {file} cannot be written ({error}). Free some disk space, or check that the folder \
                 can be written to.{queue}"
            )),
            Fault::Sql(error) if busy => StoreError::InUse(format!(
                "Another program keeps the history {file} locked ({error}). Close it.{queue}"
            )),
            Fault::Sql(error) => {
                StoreError::Other(format!("The history {file} could not be used: {error}.{queue}"))
            }
        }
    }
}
