//! Parquet: every column optional, text as UTF-8, amounts as DECIMAL(38, 9), times as milliseconds in UTC.

use super::read::{foreign, imported};
use super::{Cell, Column, Kind, Of, Sink};
use crate::model::Timestamp;
use parquet::basic::Compression;
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{Type, TypePtr};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

/// Rows of one row group: what is held in memory.
const GROUP: usize = 20_000;
/// Rows that are read at once.
const BATCH: usize = 1_000;

/// The file's schema, as Parquet's own message text says it.
fn schema(kind: Kind) -> Result<TypePtr, ParquetError> {
    let field = |column: &Column| {
        let name = column.name;
        match column.of {
            Of::Text => format!("optional binary {name} (STRING);"),
            Of::Time => format!("optional int64 {name} (TIMESTAMP(MILLIS,true));"),
            Of::Amount => format!("optional fixed_len_byte_array(16) {name} (DECIMAL(38,9));"),
            Of::Whole => format!("optional int64 {name};"),
        }
    };
    let fields: String = kind.columns().iter().map(field).collect();
    parse_message_type(&format!("message tollwatch_{} {{ {fields} }}", kind.word())).map(Arc::new)
}

/// Some rows' values of one column.
enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Amount(Vec<FixedLenByteArray>),
}

/// Writes rows.
pub(super) struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
    /// For each column its values, and for each row whether it has one (1) or not (0).
    columns: Vec<(Values, Vec<i16>)>,
    rows: usize,
}

impl<W: Write + Send> Writer<W> {
    /// Writes the head.
    pub(super) fn new(kind: Kind, out: W) -> io::Result<Self> {
        let said = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("tollwatch {}", env!("CARGO_PKG_VERSION")))
            .build();
        let schema = schema(kind).map_err(plain)?;
        let file = SerializedFileWriter::new(out, schema, Arc::new(said)).map_err(plain)?;
        let waiting = |column: &Column| match column.of {
            Of::Text => Values::Text(Vec::new()),
            Of::Time | Of::Whole => Values::Whole(Vec::new()),
            Of::Amount => Values::Amount(Vec::new()),
        };
        let columns = kind.columns().iter().map(|column| (waiting(column), Vec::new())).collect();
        Ok(Writer { file, columns, rows: 0 })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for (values, said) in &mut self.columns {
            let Some(mut column) = group.next_column()? else { break };
            match (column.untyped(), &*values) {
                (ColumnWriter::ByteArrayColumnWriter(to), Values::Text(values)) => {
                    to.write_batch(values, Some(said), None)?
                }
                (ColumnWriter::Int64ColumnWriter(to), Values::Whole(values)) => {
                    to.write_batch(values, Some(said), None)?
                }
                (ColumnWriter::FixedLenByteArrayColumnWriter(to), Values::Amount(values)) => {
                    to.write_batch(values, Some(said), None)?
                }
                _ => return Err(ParquetError::General("a column is not of its type".to_owned())),
            };
            column.close()?;
            match values {
                Values::Text(values) => values.clear(),
                Values::Whole(values) => values.clear(),
                Values::Amount(values) => values.clear(),
            }
            said.clear();
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

impl<W: Write + Send> Sink for Writer<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for ((values, said), cell) in self.columns.iter_mut().zip(cells) {
            said.push(i16::from(*cell != Cell::Missing));
            match (values, cell) {
                (_, Cell::Missing) => {}
                (Values::Text(values), Cell::Text(text)) => values.push(text.as_bytes().to_vec().into()),
                (Values::Whole(values), Cell::Whole(number)) => values.push(*number),
                (Values::Whole(values), Cell::Time(at)) => values.push(at.0),
                (Values::Amount(values), Cell::Amount(amount)) => {
                    values.push(amount.to_be_bytes().to_vec().into());
                }
                _ => return Err(io::Error::other("a cell is not of its column's type")),
            }
        }
        self.rows += 1;
        if self.rows == GROUP { self.write_group().map_err(plain) } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.write_group().map_err(plain)?;
        }
        self.file.finish().map(drop).map_err(plain)?;
        self.file.inner_mut().flush()
    }
}

/// The error of the disk or pipe behind it, if it is one: a closed pipe must be seen as such.
fn plain(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

/// Reads a file row by row. Which kind it is, its columns say.
///
/// # Errors
/// The row, if one is to blame, and what is wrong.
pub(super) fn read(
    file: File,
    each: impl FnMut(Kind, &[Cell<'_>]) -> Result<(), String>,
) -> Result<(), (Option<u64>, String)> {
    // The reader of the format was not written for hostile files: what it stumbles over is an error like any other.
    let reading = std::panic::AssertUnwindSafe(|| read_rows(file, each));
    std::panic::catch_unwind(reading)
        .unwrap_or_else(|_| Err((None, "it is damaged, or is no Parquet file".to_owned())))
}

fn read_rows(
    file: File,
    mut each: impl FnMut(Kind, &[Cell<'_>]) -> Result<(), String>,
) -> Result<(), (Option<u64>, String)> {
    let harmed = |error: ParquetError| (None, format!("it cannot be read as Parquet: {error}"));
    let length = file.metadata().map_err(|error| (None, error.to_string()))?.len();
    let reader = SerializedFileReader::new(file).map_err(harmed)?;
    let found = reader.metadata().file_metadata().schema();
    let Some(kind) = Kind::ALL.into_iter().find(|kind| fits(*kind, found)) else {
        return Err((None, foreign("its columns are not those of an export")));
    };
    let kind = imported(kind).map_err(|what| (None, what))?;
    let mut row = 0;
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).map_err(harmed)?;
        // A harmed file must not ask for all memory.
        let beyond = |(start, size): (u64, u64)| start.checked_add(size).is_none_or(|end| end > length);
        if group.metadata().columns().iter().any(|column| beyond(column.byte_range())) {
            return Err((Some(row + 1), "it points behind its own end".to_owned()));
        }
        let columns: Result<Vec<ColumnReader>, _> =
            (0..kind.columns().len()).map(|column| group.get_column_reader(column)).collect();
        let mut columns = columns.map_err(harmed)?;
        loop {
            let mut batches = Vec::with_capacity(columns.len());
            for column in &mut columns {
                batches.push(batch(column).map_err(harmed)?);
            }
            let rows = batches[0].1.len();
            if batches.iter().any(|(_, said)| said.len() != rows) {
                return Err((Some(row + 1), "its columns have different lengths".to_owned()));
            }
            if rows == 0 {
                break;
            }
            let mut next = vec![0; batches.len()];
            for at in 0..rows {
                row += 1;
                let mut cells = Vec::with_capacity(batches.len());
                for (((values, said), column), next) in batches.iter().zip(kind.columns()).zip(&mut next) {
                    if said[at] == 0 {
                        cells.push(Cell::Missing);
                        continue;
                    }
                    let cell = cell(values, *next, column.of);
                    cells.push(
                        cell.ok_or_else(|| (Some(row), format!("{}: it cannot be read", column.name)))?,
                    );
                    *next += 1;
                }
                each(kind, &cells).map_err(|what| (Some(row), what))?;
            }
        }
    }
    Ok(())
}

/// Whether a file has the columns of a kind, in their order and types.
fn fits(kind: Kind, found: &Type) -> bool {
    let Ok(wanted) = schema(kind) else { return false };
    let (wanted, found) = (wanted.get_fields(), if found.is_group() { found.get_fields() } else { &[] });
    wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| same(wanted, found))
}

fn same(wanted: &Type, found: &Type) -> bool {
    let (one, other) = (wanted.get_basic_info(), found.get_basic_info());
    found.is_primitive()
        && one.name() == other.name()
        && one.repetition() == other.repetition()
        && one.logical_type_ref() == other.logical_type_ref()
        && wanted.get_physical_type() == found.get_physical_type()
}

/// The next rows of a column: its values, and for each row whether it has one.
fn batch(column: &mut ColumnReader) -> Result<(Values, Vec<i16>), ParquetError> {
    let mut said = Vec::new();
    let batch = match column {
        ColumnReader::ByteArrayColumnReader(from) => {
            let mut values = Vec::new();
            from.read_records(BATCH, Some(&mut said), None, &mut values)?;
            Values::Text(values)
        }
        ColumnReader::Int64ColumnReader(from) => {
            let mut values = Vec::new();
            from.read_records(BATCH, Some(&mut said), None, &mut values)?;
            Values::Whole(values)
        }
        ColumnReader::FixedLenByteArrayColumnReader(from) => {
            let mut values = Vec::new();
            from.read_records(BATCH, Some(&mut said), None, &mut values)?;
            Values::Amount(values)
        }
        _ => return Err(ParquetError::General("a column is of another type".to_owned())),
    };
    Ok((batch, said))
}

fn cell(values: &Values, at: usize, of: Of) -> Option<Cell<'_>> {
    Some(match (values, of) {
        (Values::Text(values), Of::Text) => {
            Cell::Text(Cow::Borrowed(std::str::from_utf8(values.get(at)?.data()).ok()?))
        }
        (Values::Whole(values), Of::Time) => Cell::Time(Timestamp(*values.get(at)?)),
        (Values::Whole(values), Of::Whole) => Cell::Whole(*values.get(at)?),
        (Values::Amount(values), Of::Amount) => {
            Cell::Amount(i128::from_be_bytes(values.get(at)?.data().try_into().ok()?))
        }
        _ => return None,
    })
}
