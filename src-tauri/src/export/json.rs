//! JSON lines: one object a row. Amounts are decimal text, as a reader's numbers may be floats; what is missing is left
//! out, except in FOCUS, which wants its null.

use super::cell::{put_amount, put_time};
use super::{Cell, Kind, Sink};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes rows.
pub(super) struct Writer<W> {
    out: W,
    line: String,
    kind: Kind,
}

impl<W: Write> Writer<W> {
    /// Nothing is written before the first row.
    pub(super) fn new(kind: Kind, out: W) -> Self {
        Writer { out, line: String::new(), kind }
    }
}

impl<W: Write> Sink for Writer<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let focus = self.kind == Kind::Focus;
        self.line.clear();
        self.line.push('{');
        for (column, cell) in self.kind.columns().iter().zip(cells) {
            if *cell == Cell::Missing && !focus {
                continue;
            }
            let comma = if self.line.len() > 1 { "," } else { "" };
            let _ = write!(self.line, "{comma}\"{}\":", column.name);
            match cell {
                Cell::Missing => self.line.push_str("null"),
                Cell::Text(text) => self.line.push_str(&serde_json::to_string(text)?),
                Cell::Time(at) => {
                    self.line.push('"');
                    put_time(&mut self.line, *at, !focus);
                    self.line.push('"');
                }
                Cell::Amount(amount) => {
                    self.line.push('"');
                    put_amount(&mut self.line, *amount);
                    self.line.push('"');
                }
                Cell::Whole(number) => drop(write!(self.line, "{number}")),
            }
        }
        self.line.push_str("}\n");
        self.out.write_all(self.line.as_bytes())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
