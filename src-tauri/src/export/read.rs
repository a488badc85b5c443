//! An export's file, back into the history: read through once before anything is stored, then stored in parts.

use super::cell::{read_amount, read_time};
use super::decode::{Row, row};
use super::{Cell, Format, Kind, Of, csv, parquet};
use crate::model::Episode;
use crate::store::{Imported, Record, Seen, Store, StoreError, ToldFrom};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

/// Records of one transaction.
const PART: usize = 5_000;
/// The longest line of JSON; a refusal's is a few kilobytes.
const LONGEST: u64 = 16 << 20;

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something in the file. Nothing of it was stored.
    #[error("{}{}: {what}", file.display(), place.as_deref().map_or(String::new(), |place| format!(", {place}")))]
    File {
        /// The file.
        file: PathBuf,
        /// `line 7`, or `row 7` in Parquet.
        place: Option<String>,
        /// What is wrong.
        what: String,
    },
    /// The history could not be written. What was stored before is whole; the same import again does the rest.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// A file that was read through and can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub file: PathBuf,
    /// What it holds; `None`: no row.
    pub kind: Option<Kind>,
    /// Its rows.
    pub rows: u64,
}

/// What went wrong, and in which line or row.
type Wrong = (Option<u64>, String);

impl Source {
    /// Reads a file through; every row must be one that can be stored.
    ///
    /// # Errors
    /// [`ImportError::File`].
    pub fn check(file: &Path) -> Result<Source, ImportError> {
        let (mut kind, mut rows) = (None, 0);
        let mut ignore = |_| Ok(());
        let mut gather = Gather { pending: None, take: &mut ignore };
        read(file, |of, cells| {
            (kind, rows) = (Some(of), rows + 1);
            gather.row(row(of, cells)?)
        })?;
        Ok(Source { file: file.to_owned(), kind, rows })
    }
}

/// Stores what a file holds, a few thousand rows at a time; a meter's hours must come before its samples, so import
/// [`Kind::Spend`] first. What is stored already is never written over. Call [`Store::fill_hours`] behind the last file.
///
/// # Errors
/// [`ImportError::Store`]; [`ImportError::File`] when the file has changed since it was checked.
pub fn import(store: &Store, source: &Source, seen: &mut Seen) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let mut failed = None;
    let mut part = Vec::with_capacity(PART);
    let mut flush = |part: &mut Vec<Record>| {
        let stored = store.import(part, seen);
        part.clear();
        stored.map(|stored| imported.add(stored)).map_err(|error| {
            failed = Some(error);
            String::new()
        })
    };
    let mut take = |record: Record| {
        part.push(record);
        if part.len() == PART { flush(&mut part) } else { Ok(()) }
    };
    let mut gather = Gather { pending: None, take: &mut take };
    let walked = read(&source.file, |kind, cells| gather.row(row(kind, cells)?));
    let last = gather.finish();
    let walked = walked.and_then(|()| {
        let ended = last.and_then(|()| flush(&mut part));
        ended.map_err(|what| ImportError::File { file: source.file.clone(), place: None, what })
    });
    match (failed, walked) {
        (Some(error), _) => Err(error.into()),
        (None, walked) => walked.map(|()| imported),
    }
}

/// Puts an episode's notices, which follow it, to their episode.
struct Gather<'a> {
    pending: Option<(Box<Episode>, Vec<ToldFrom>)>,
    take: &'a mut dyn FnMut(Record) -> Result<(), String>,
}

impl Gather<'_> {
    fn row(&mut self, row: Row) -> Result<(), String> {
        match (row, &mut self.pending) {
            (Row::Notice(notice), Some((episode, told))) if notice.0.episode == episode.id => {
                told.push(notice);
                Ok(())
            }
            (Row::Notice(_), _) => {
                Err("record: a notice must stand below its own alert, with its number".to_owned())
            }
            (Row::Episode(episode), _) => {
                self.finish()?;
                self.pending = Some((episode, Vec::new()));
                Ok(())
            }
            (Row::Record(record), _) => {
                self.finish()?;
                (self.take)(record)
            }
        }
    }

    fn finish(&mut self) -> Result<(), String> {
        match self.pending.take() {
            Some((episode, told)) => (self.take)(Record::Episode(episode, told)),
            None => Ok(()),
        }
    }
}

/// Reads a file of any format row by row; what it is, its beginning says.
fn read(path: &Path, each: impl FnMut(Kind, &[Cell<'_>]) -> Result<(), String>) -> Result<(), ImportError> {
    let wrong =
        |place: Option<String>, what: String| ImportError::File { file: path.to_owned(), place, what };
    let unread = |error: std::io::Error| wrong(None, format!("it cannot be read: {error}"));
    let mut file = File::open(path).map_err(unread)?;
    if !file.metadata().map_err(unread)?.is_file() {
        return Err(wrong(None, "only a file can be imported: it is read twice".to_owned()));
    }
    let mut head = Vec::new();
    (&mut file).take(4).read_to_end(&mut head).map_err(unread)?;
    file.rewind().map_err(unread)?;
    let (format, walked) = match head.first() {
        _ if head == b"PAR1" => (Format::Parquet, parquet::read(file, each)),
        Some(b'{') => (Format::JsonLines, json(BufReader::new(file), each)),
        _ => (Format::Csv, separated(file, each)),
    };
    let word = if format == Format::Parquet { "row" } else { "line" };
    walked.map_err(|(at, what)| wrong(at.map(|at| format!("{word} {at}")), what))
}

/// What is said of a file that is not one table of an export.
pub(super) fn foreign(what: &str) -> String {
    format!("{what}. docs/exports.md says which columns an export has")
}

/// The kind, if it can be imported.
pub(super) fn imported(kind: Kind) -> Result<Kind, String> {
    match kind {
        Kind::Focus => Err("a FOCUS export cannot be imported: it leaves out what history needs. Import \
                            `tollwatch export spend` instead"
            .to_owned()),
        kind => Ok(kind),
    }
}

fn separated(file: File, mut each: impl FnMut(Kind, &[Cell<'_>]) -> Result<(), String>) -> Result<(), Wrong> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(BufReader::new(file));
    let harmed = |error: ::csv::Error| {
        let line = error.position().map(|at| at.line());
        match error.into_kind() {
            ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                (line, format!("it has {len} cells, and the header {expected_len}"))
            }
            ::csv::ErrorKind::Utf8 { .. } => (line, "it is not UTF-8".to_owned()),
            ::csv::ErrorKind::Io(error) => (line, format!("it cannot be read: {error}")),
            _ => (line, "it is no CSV".to_owned()),
        }
    };
    let mut record = ::csv::StringRecord::new();
    if !reader.read_record(&mut record).map_err(harmed)? {
        return Ok(());
    }
    let header: Vec<String> =
        record.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    let fits = |kind: &Kind| {
        kind.columns().len() == header.len()
            && kind.columns().iter().all(|column| header.iter().any(|name| name == column.name))
    };
    let kind = Kind::ALL.into_iter().find(fits);
    let kind = kind.ok_or_else(|| (Some(1), foreign("the header is not that of an export")))?;
    let kind = imported(kind).map_err(|what| (Some(1), what))?;
    let places: Vec<usize> = kind
        .columns()
        .iter()
        .filter_map(|column| header.iter().position(|name| name == column.name))
        .collect();
    while reader.read_record(&mut record).map_err(harmed)? {
        let line = record.position().map(::csv::Position::line);
        let mut cells = Vec::with_capacity(places.len());
        for (column, place) in kind.columns().iter().zip(&places) {
            let text = record.get(*place).unwrap_or_default();
            cells.push(text_cell(column.name, column.of, text).map_err(|what| (line, what))?);
        }
        each(kind, &cells).map_err(|what| (line, what))?;
    }
    Ok(())
}

/// A cell of CSV.
fn text_cell<'a>(name: &str, of: Of, text: &'a str) -> Result<Cell<'a>, String> {
    if text.is_empty() {
        return Ok(Cell::Missing);
    }
    let cell = match of {
        Of::Text => return Ok(Cell::Text(Cow::Borrowed(csv::plain(text)))),
        Of::Time => read_time(text).map(Cell::Time),
        Of::Amount => read_amount(text).map(Cell::Amount),
        Of::Whole => text.parse().ok().map(Cell::Whole),
    };
    cell.ok_or_else(|| not(name, of, text))
}

fn not(name: &str, of: Of, text: &str) -> String {
    let what = match of {
        Of::Text => "text",
        Of::Time => "a time such as 2026-11-21T02:49:35.000Z",
        Of::Amount => "a decimal such as -0.25",
        Of::Whole => "a whole number",
    };
    format!("{name}: '{}' is not {what}", text.chars().take(40).collect::<String>())
}

fn json(
    mut file: impl BufRead,
    mut each: impl FnMut(Kind, &[Cell<'_>]) -> Result<(), String>,
) -> Result<(), Wrong> {
    let (mut bytes, mut number, mut known) = (Vec::new(), 0, None);
    loop {
        bytes.clear();
        number += 1;
        let wrong = |what: String| (Some(number), what);
        let read = (&mut file).take(LONGEST).read_until(b'\n', &mut bytes);
        if read.map_err(|error| wrong(format!("it cannot be read: {error}")))? == 0 {
            return Ok(());
        }
        if bytes.len() as u64 == LONGEST {
            return Err(wrong("it is too long to be a line of an export".to_owned()));
        }
        let line = std::str::from_utf8(&bytes).map_err(|_| wrong("it is not UTF-8".to_owned()))?.trim();
        if line.is_empty() {
            continue;
        }
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).map_err(|error| wrong(format!("it is no JSON object: {error}")))?;
        let record = object.get("record").and_then(serde_json::Value::as_str).unwrap_or_default();
        let kind = match known {
            Some(kind) => kind,
            None if object.contains_key("BilledCost") => imported(Kind::Focus).map_err(wrong)?,
            None => {
                Kind::of_record(record).ok_or_else(|| wrong(foreign("record: it is none of an export")))?
            }
        };
        known = Some(kind);
        let mut cells = vec![Cell::Missing; kind.columns().len()];
        for (name, value) in &object {
            let place = kind.columns().iter().position(|column| column.name == name);
            let place = place.ok_or_else(|| {
                wrong(foreign(&format!("'{}' is no column", name.chars().take(40).collect::<String>())))
            })?;
            cells[place] = json_cell(name, kind.columns()[place].of, value).map_err(wrong)?;
        }
        each(kind, &cells).map_err(wrong)?;
    }
}

/// A cell of JSON lines.
fn json_cell<'a>(name: &str, of: Of, value: &'a serde_json::Value) -> Result<Cell<'a>, String> {
    use serde_json::Value;
    match (of, value) {
        (_, Value::Null) => Ok(Cell::Missing),
        (Of::Text, Value::String(text)) => Ok(Cell::Text(Cow::Borrowed(text))),
        (Of::Time, Value::String(text)) => read_time(text).map(Cell::Time).ok_or_else(|| not(name, of, text)),
        (Of::Amount, Value::String(text)) => {
            read_amount(text).map(Cell::Amount).ok_or_else(|| not(name, of, text))
        }
        (Of::Whole, Value::Number(number)) => {
            number.as_i64().map(Cell::Whole).ok_or_else(|| not(name, of, &number.to_string()))
        }
        (Of::Amount, Value::Number(_)) => {
            Err(format!("{name}: a number may have been rounded on its way; write it as text, \"0.25\""))
        }
        (of, other) => Err(not(name, of, &other.to_string())),
    }
}
