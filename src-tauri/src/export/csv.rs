//! CSV: RFC 4180, safe to open in a spreadsheet, and exact.

use super::cell::{put_amount, put_time};
use super::{Cell, Kind, Sink};
use std::fmt::Write as _;
use std::io::{self, Write};

/// A text that begins so would be run as a formula by a spreadsheet: it gets an apostrophe, and so does one that begins
/// with an apostrophe, so that each can be taken off again.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// Writes rows.
pub(super) struct Writer<W> {
    out: W,
    line: String,
    millis: bool,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    pub(super) fn new(kind: Kind, mut out: W) -> io::Result<Self> {
        let names: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
        writeln!(out, "{}", names.join(","))?;
        Ok(Writer { out, line: String::new(), millis: kind != Kind::Focus })
    }
}

impl<W: Write> Sink for Writer<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.line.clear();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            match cell {
                Cell::Missing => {}
                Cell::Text(text) => put_text(&mut self.line, text),
                Cell::Time(at) => put_time(&mut self.line, *at, self.millis),
                Cell::Amount(amount) => put_amount(&mut self.line, *amount),
                Cell::Whole(number) => drop(write!(self.line, "{number}")),
            }
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// An empty text is an apostrophe alone: an empty cell is a missing one.
fn put_text(line: &mut String, text: &str) {
    let guard = if text.is_empty() || text.starts_with(FORMULA) { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) {
        let _ = write!(line, "\"{guard}{}\"", text.replace('"', "\"\""));
    } else {
        line.push_str(guard);
        line.push_str(text);
    }
}

/// Takes the apostrophe off again.
pub(super) fn plain(text: &str) -> &str {
    text.strip_prefix('\'').unwrap_or(text)
}
