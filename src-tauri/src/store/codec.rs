//! Between SQLite's columns and the model: words, quantities, times. An unknown word is an error, never a guess.

use crate::model::{Qty, Timestamp};
use rusqlite::types::{ToSqlOutput, Type};
use rusqlite::{Error, Result, Row, ToSql};
use serde::{Serialize, de::DeserializeOwned};

/// A closed set's value as its word (`heads_up`), or an id as its text.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        Ok(_) => Err(Error::ToSqlConversionFailure("not a word".into())),
        Err(error) => Err(Error::ToSqlConversionFailure(error.into())),
    }
}

/// As [`word`]; nothing stays nothing.
pub(super) fn maybe_word<T: Serialize>(value: Option<&T>) -> Result<Option<String>> {
    value.map(word).transpose()
}

/// Reads what [`word`] wrote.
pub(super) fn read_word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    parse_word(row.get(column)?, column)
}

/// Reads what [`maybe_word`] wrote.
pub(super) fn read_maybe_word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    row.get::<_, Option<String>>(column)?.map(|text| parse_word(text, column)).transpose()
}

fn parse_word<T: DeserializeOwned>(text: String, column: usize) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

/// A whole value as JSON text.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

/// Reads what [`json`] wrote.
pub(super) fn read_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    serde_json::from_str(&row.get::<_, String>(column)?)
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

/// A time column.
pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp)
}

/// A time column that may be NULL.
pub(super) fn maybe_time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

/// A quantity column.
pub(super) fn qty(row: &Row<'_>, column: usize) -> Result<Qty> {
    row.get(column).map(Qty)
}

/// A quantity column that may be NULL: not said.
pub(super) fn maybe_qty(row: &Row<'_>, column: usize) -> Result<Option<Qty>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Qty))
}

/// A time or quantity as a parameter.
pub(super) struct Int(pub(super) Option<i64>);

impl ToSql for Int {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl From<Timestamp> for Int {
    fn from(at: Timestamp) -> Self {
        Int(Some(at.0))
    }
}

impl From<Option<Timestamp>> for Int {
    fn from(at: Option<Timestamp>) -> Self {
        Int(at.map(|at| at.0))
    }
}

impl From<Qty> for Int {
    fn from(qty: Qty) -> Self {
        Int(Some(qty.0))
    }
}

impl From<Option<Qty>> for Int {
    fn from(qty: Option<Qty>) -> Self {
        Int(qty.map(|qty| qty.0))
    }
}
