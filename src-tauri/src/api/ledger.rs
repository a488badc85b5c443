//! An account's ledger: shown, added to, taken from.

use super::{ApiError, App};
use crate::config::{AccountConfig, Config};
use crate::ledger::{self, Known, Period, Statement};
use crate::model::{AccountId, Amount, AmountError, DAY, Entry, EntryKind, Qty, Timestamp, Unit};
use crate::monitor::ledger as books;
use crate::say;
use crate::store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use ts_rs::TS;

/// Names an account whose ledger is asked for.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct LedgerRequest {
    account: AccountId,
}

/// An entry as typed.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct AddEntryRequest {
    account: AccountId,
    kind: EntryKind,
    /// Such as `50 USD`.
    amount: String,
    /// `2026-11-01` or `2026-11-01T14:30:00Z`; now when missing.
    at: Option<String>,
    note: Option<String>,
}

/// Names an entry by its place and by what it says, so that no other one is hit.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct RemoveEntryRequest {
    account: AccountId,
    entry: EntryView,
}

/// One entry. Times are exact; amounts are decimal strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct EntryView {
    /// Its place in the config, from 0.
    pub index: u32,
    /// What it says.
    pub kind: EntryKind,
    /// Exact, with its unit: `50 USD`.
    pub amount: String,
    /// Its unit.
    pub unit: Unit,
    /// As written: `2026-11-01`.
    pub at: String,
    /// In the user's words.
    pub note: Option<String>,
}

/// What the entries in one unit come to. All amounts are decimal strings in `unit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct BalanceView {
    /// The unit.
    pub unit: Unit,
    /// What is left and from where it is counted, in one sentence.
    pub sentence: String,
    /// What the last anchor says.
    pub anchor: String,
    /// When that was.
    pub anchor_at: String,
    /// Spent since, by the source and by hand-typed entries.
    pub spent: String,
    /// Topped up since.
    pub topped_up: String,
    /// What is left; debt is negative.
    pub left: String,
    /// What spend is counted from, in words.
    pub counted_from: String,
    /// Up to when the figures count.
    pub as_of: Timestamp,
    /// What the provider itself says is left, where it does.
    pub reported: Option<String>,
    /// `reported − left`.
    pub difference: Option<String>,
    /// What is not known or not sure, a sentence each.
    pub notes: Vec<String>,
    /// The anchors before, newest first.
    pub earlier: Vec<PeriodView>,
}

/// The time from one anchor to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct PeriodView {
    /// When it began, as written.
    pub from: String,
    /// When the next anchor was, as written.
    pub until: String,
    /// What should have been left by then.
    pub expected: String,
    /// What the next anchor says.
    pub found: String,
    /// `found − expected`.
    pub difference: String,
}

/// An account's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub struct LedgerView {
    /// Entries in the order of the config.
    pub entries: Vec<EntryView>,
    /// What they come to, per unit with an anchor.
    pub balances: Vec<BalanceView>,
    /// What concerns no balance, a sentence each.
    pub notes: Vec<String>,
}

pub(crate) async fn ledger(app: &App, request: LedgerRequest) -> Result<LedgerView, ApiError> {
    let monitor = app.shown();
    let config = monitor.configured().remove(&request.account);
    let config = config.ok_or_else(|| missing(&request.account))?;
    of_store(Some(monitor.pipeline().store()), &request.account, &config, monitor.now())
}

pub(crate) async fn add(app: &App, request: AddEntryRequest) -> Result<LedgerView, ApiError> {
    let _one = app.inner.changing.lock().await;
    let (path, id) = (app.inner.folders.config_file(), &request.account);
    let at = request.at.as_deref();
    let entry = entry(request.kind, &request.amount, at, request.note.as_deref(), app.live().now())?;
    add_entry(&path, id, &entry)?;
    shown_anew(app, &path, id)
}

pub(crate) async fn remove(app: &App, request: RemoveEntryRequest) -> Result<LedgerView, ApiError> {
    let _one = app.inner.changing.lock().await;
    let (path, id, view) = (app.inner.folders.config_file(), &request.account, &request.entry);
    let bad = |message: String| ApiError::new("bad_request", message);
    let said = Entry {
        kind: view.kind,
        amount: view.amount.parse().map_err(|error: AmountError| bad(error.to_string()))?,
        at: Entry::moment(&view.at).map_err(bad)?,
        note: view.note.clone(),
    };
    if !Config::load(&path)?.accounts.contains_key(id) {
        return Err(missing(id));
    }
    Config::remove_entry(&path, id, view.index as usize, &said)?;
    shown_anew(app, &path, id)
}

/// Takes the changed config over, which polls the account anew, and shows its ledger.
fn shown_anew(app: &App, path: &Path, id: &AccountId) -> Result<LedgerView, ApiError> {
    app.reload(path)?;
    app.all_changed();
    let monitor = app.live();
    let config = monitor.configured().remove(id).ok_or_else(|| missing(id))?;
    of_store(Some(monitor.pipeline().store()), id, &config, monitor.now())
}

fn missing(id: &AccountId) -> ApiError {
    ApiError::not_found(format_args!("account {id}"))
}

/// An entry from what was typed. Every error says what to write.
pub fn entry(
    kind: EntryKind,
    amount: &str,
    at: Option<&str>,
    note: Option<&str>,
    now: Timestamp,
) -> Result<Entry, ApiError> {
    let bad = |message: String| ApiError::new("bad_request", message);
    let amount = amount.trim().parse::<Amount>();
    let amount = amount.map_err(|error| bad(say!("account-bad-amount", why = error.to_string())))?;
    let at = match at.map(str::trim).filter(|at| !at.is_empty()) {
        Some(text) => Entry::moment(text).map_err(bad)?,
        None => Entry::whole_second(now),
    };
    if at > now + DAY {
        return Err(bad(say!("account-entry-ahead", at = Entry::written(at))));
    }
    let note = note.map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
    let entry = Entry { kind, amount, at, note };
    entry.fault().map_or(Ok(entry), |why| Err(bad(why)))
}

/// Adds an entry to an account's ledger in the config file.
pub fn add_entry(path: &Path, id: &AccountId, entry: &Entry) -> Result<(), ApiError> {
    if !Config::load(path)?.accounts.contains_key(id) {
        return Err(missing(id));
    }
    Ok(Config::add_entry(path, id, entry)?)
}

/// Takes the entry of that number, counted from 1, out of an account's ledger in the config file; returns it.
pub fn take_out(path: &Path, id: &AccountId, number: u32) -> Result<Entry, ApiError> {
    let config = Config::load(path)?.accounts.remove(id).ok_or_else(|| missing(id))?;
    let index = (number as usize).saturating_sub(1);
    let entry = config
        .ledger
        .into_iter()
        .nth(index)
        .ok_or_else(|| ApiError::not_found(format_args!("entry {number} of the ledger of {id}")))?;
    Config::remove_entry(path, id, index, &entry)?;
    Ok(entry)
}

/// An account's ledger as its history knows it; without one, by its entries alone.
pub fn of_store(
    store: Option<&Store>,
    id: &AccountId,
    config: &AccountConfig,
    now: Timestamp,
) -> Result<LedgerView, ApiError> {
    let view = |(index, entry): (usize, &Entry)| EntryView {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        kind: entry.kind,
        amount: entry.amount.to_string(),
        unit: entry.amount.unit,
        at: Entry::written(entry.at),
        note: entry.note.clone(),
    };
    let (mut balances, mut notes) = (Vec::new(), Vec::new());
    for unit in ledger::units(&config.ledger) {
        let statement = match store {
            Some(store) => books::statement(store, id, config, unit, None, now)?,
            None => ledger::statement(unit, &config.ledger, &Known::by_hand(), now),
        };
        match statement {
            Some(statement) => {
                let reported =
                    store.map(|store| books::reported_balance(store, id, unit, now)).transpose()?;
                balances.push(balance(&statement, reported.flatten()));
            }
            None => notes.push(unanchored(config, unit)),
        }
    }
    let entries = config.ledger.iter().enumerate().map(view).collect();
    Ok(LedgerView { entries, balances, notes })
}

fn unanchored(config: &AccountConfig, unit: Unit) -> String {
    let anchored = |entry: &Entry| entry.kind == EntryKind::Anchor && entry.amount.unit == unit;
    if config.ledger.iter().any(anchored) {
        return say!("account-ledger-no-figure", unit = unit.to_string());
    }
    say!("account-ledger-no-anchor", unit = unit.to_string())
}

fn balance(statement: &Statement, reported: Option<Qty>) -> BalanceView {
    let unit = statement.unit();
    let print = |qty: Qty| unit.print(qty);
    let mut notes = statement.notes();
    if reported.is_some() {
        notes.insert(0, say!("account-ledger-compared"));
    }
    let spent = statement.spent.checked_add(statement.typed);
    let period = |period: &Period| PeriodView {
        from: Entry::written(period.anchor.at),
        until: Entry::written(period.until),
        expected: print(period.expected),
        found: print(period.found),
        difference: print(period.difference),
    };
    BalanceView {
        unit,
        sentence: statement.sentence(),
        anchor: print(statement.anchor.amount.qty),
        anchor_at: Entry::written(statement.anchor.at),
        spent: spent.map(print).unwrap_or_default(),
        topped_up: print(statement.topped_up),
        left: print(statement.left),
        counted_from: statement.counted_from(),
        as_of: statement.as_of,
        reported: reported.map(print),
        difference: reported.and_then(|reported| reported.checked_sub(statement.left)).map(print),
        notes,
        earlier: statement.earlier.iter().map(period).collect(),
    }
}
