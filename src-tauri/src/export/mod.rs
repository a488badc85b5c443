//! The history as files for others, and back: CSV, JSON lines and Parquet, exact to the smallest step; and costs in the
//! shape of FOCUS. It streams: rows go from the store's pages to the file one by one.

mod cell;
mod csv;
mod decode;
mod encode;
mod file;
mod focus;
mod json;
mod page;
mod parquet;
mod read;
mod table;
mod walk;

pub use cell::Cell;
pub use file::{Out, OutError};
pub use page::page;
pub use read::{ImportError, Source, import};
pub use table::{Column, Kind, Of};
pub use walk::{Ask, Name, Names, walk};

use crate::store::StoreError;
use std::io::{self, Write};

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180) with a header.
    Csv,
    /// One JSON object per line.
    JsonLines,
    /// Apache Parquet, compressed with Snappy.
    Parquet,
}

impl Format {
    /// The format that a file's name asks for.
    pub fn of_name(name: &std::path::Path) -> Option<Format> {
        match name.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// Why an export broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The history could not be read.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The file or pipe could not be written.
    #[error("{0}")]
    Out(#[from] io::Error),
}

/// Where rows go.
pub trait Sink {
    /// Writes one row: a cell for each column of the table.
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;
    /// Writes what is left. Without it the output is not whole.
    fn finish(&mut self) -> io::Result<()>;
}

/// A sink that writes a table in a format to `out`.
///
/// # Errors
/// When the head cannot be written.
pub fn sink<'a>(kind: Kind, format: Format, out: impl Write + Send + 'a) -> io::Result<Box<dyn Sink + 'a>> {
    Ok(match format {
        Format::Csv => Box::new(csv::Writer::new(kind, out)?),
        Format::JsonLines => Box::new(json::Writer::new(kind, out)),
        Format::Parquet => Box::new(parquet::Writer::new(kind, out)?),
    })
}
