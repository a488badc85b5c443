//! The entries of an account's ledger in the file: checked, added, taken out. `[[accounts.ID.ledger]]` tables and a
//! list written in one line are both kept as they are.

use super::{Config, ConfigError, edit, parse};
use crate::model::{AccountId, Entry, EntryKind};
use crate::say;
use std::path::Path;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

impl Config {
    /// Adds one entry to an account's ledger. Errors: no such account, an entry that does not fit.
    pub fn add_entry(path: &Path, id: &AccountId, entry: &Entry) -> Result<(), ConfigError> {
        edit(path, |document| {
            let account = account(document, id)?;
            append(account, std::slice::from_ref(entry))
        })
    }

    /// Takes one entry out of an account's ledger: the one at `index`, which must still say what `entry` says.
    pub fn remove_entry(path: &Path, id: &AccountId, index: usize, entry: &Entry) -> Result<(), ConfigError> {
        edit(path, |document| {
            let there = entries(document, id)?;
            if there.get(index) != Some(entry) {
                return Err(say!("config-ledger-moved", index = (index + 1).to_string(), id = id.as_str()));
            }
            let (account, _) = account(document, id)?;
            match account.get_mut("ledger") {
                Some(Item::ArrayOfTables(tables)) => {
                    tables.remove(index);
                }
                Some(Item::Value(Value::Array(list))) => {
                    list.remove(index);
                }
                _ => return Err(say!("config-ledger-none", id = id.as_str())),
            }
            if there.len() == 1 {
                account.remove("ledger");
            }
            Ok(())
        })
    }
}

/// What is wrong with a ledger, if anything is: the index of the entry, and why.
pub(super) fn check(entries: &[Entry]) -> Option<(usize, String)> {
    for (index, entry) in entries.iter().enumerate() {
        if let Some(why) = entry.fault() {
            return Some((index, why));
        }
        let rival = |other: &Entry| {
            other.kind == EntryKind::Anchor && (other.at, other.amount.unit) == (entry.at, entry.amount.unit)
        };
        if entry.kind == EntryKind::Anchor && entries[..index].iter().any(rival) {
            let why = say!(
                "config-ledger-anchor",
                unit = entry.amount.unit.to_string(),
                at = Entry::written(entry.at).to_string()
            );
            return Some((index, why));
        }
    }
    None
}

/// Makes the ledger in an account's table say what `wanted` says; one that says so already keeps its comments.
pub(super) fn settle(document: &mut DocumentMut, id: &AccountId, wanted: &[Entry]) -> Result<(), String> {
    if entries(document, id)? == wanted {
        return Ok(());
    }
    let (account, in_line) = account(document, id)?;
    account.remove("ledger");
    append((account, in_line), wanted)
}

fn entries(document: &DocumentMut, id: &AccountId) -> Result<Vec<Entry>, String> {
    let config = parse(&document.to_string())?;
    Ok(config.accounts.get(id).map(|account| account.ledger.clone()).unwrap_or_default())
}

/// The account's table, and whether it is written in one line.
fn account<'a>(
    document: &'a mut DocumentMut,
    id: &AccountId,
) -> Result<(&'a mut dyn TableLike, bool), String> {
    let accounts = document.get_mut("accounts").and_then(Item::as_table_like_mut);
    let account = accounts.and_then(|accounts| accounts.get_mut(id.as_str()));
    let in_line = account.as_ref().is_some_and(|item| item.is_value());
    let account = account
        .and_then(Item::as_table_like_mut)
        .ok_or_else(|| say!("config-ledger-account", id = id.as_str()))?;
    Ok((account, in_line))
}

/// Adds entries in the form that the ledger has; a new one gets a table per entry, except in an account that is
/// written in one line.
fn append((account, in_line): (&mut dyn TableLike, bool), wanted: &[Entry]) -> Result<(), String> {
    if wanted.is_empty() {
        return Ok(());
    }
    if account.get("ledger").is_none() {
        let empty = if in_line {
            Item::Value(Value::Array(Array::new()))
        } else {
            Item::ArrayOfTables(ArrayOfTables::new())
        };
        account.insert("ledger", empty);
    }
    let place = account.get_mut("ledger").ok_or_else(|| say!("config-ledger-unfit"))?;
    for entry in wanted {
        let document = toml_edit::ser::to_document(entry).map_err(|error| error.to_string())?;
        push(place, document.as_table().clone())?;
    }
    Ok(())
}

fn push(place: &mut Item, table: Table) -> Result<(), String> {
    match place {
        Item::ArrayOfTables(tables) => tables.push(table),
        Item::Value(Value::Array(list)) => list.push(table.into_inline_table()),
        _ => return Err(say!("config-ledger-list")),
    }
    Ok(())
}
