//! `tollwatch ledger`: what was typed in about an account's money, and what is left by it.

use super::args::{EntryArgs, LedgerArgs, LedgerCommand};
use super::{OK, say, say_json};
use crate::api::{LedgerView, add_entry, entry, ledger_of_store, take_out};
use crate::config::{AccountConfig, Config, Folders};
use crate::model::{AccountId, Amount, EntryKind, Qty, Unit, words};
use crate::monitor::Clock;
use crate::store::Store;

pub(super) fn run(args: LedgerArgs, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let path = folders.config_file();
    let id = AccountId::new(args.account).map_err(anyhow::Error::msg)?;
    let find = || -> anyhow::Result<AccountConfig> {
        let found = Config::load(&path)?.accounts.remove(&id);
        found.ok_or_else(|| {
            anyhow::anyhow!("there is no account {id}; `tollwatch accounts list` says which there are")
        })
    };
    find()?;
    // Before the first poll there is no history: the entries alone are counted. One that cannot be read is told before
    // anything is changed.
    let history = folders.history_file();
    let store = history.exists().then(|| Store::open_read_only(&history)).transpose()?;
    let now = Clock::Real.now();
    let add = |kind, args: EntryArgs| -> anyhow::Result<()> {
        let entry = entry(kind, &args.amount, args.on.as_deref(), args.note.as_deref(), now)?;
        Ok(add_entry(&path, &id, &entry)?)
    };
    match args.change {
        None => {}
        Some(LedgerCommand::Had(args)) => add(EntryKind::Anchor, args)?,
        Some(LedgerCommand::ToppedUp(args)) => add(EntryKind::TopUp, args)?,
        Some(LedgerCommand::Spent(args)) => add(EntryKind::Spent, args)?,
        Some(LedgerCommand::Remove { number }) => {
            let gone = take_out(&path, &id, number)?;
            if !json {
                say(format!("Removed: {} {}.", word(gone.kind), gone.amount))?;
            }
        }
    }
    let view = ledger_of_store(store.as_ref(), &id, &find()?, now)?;
    if json {
        say_json(&view)?
    } else {
        print(&view)?
    }
    Ok(OK)
}

fn word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Anchor => "had",
        EntryKind::TopUp => "topped up",
        EntryKind::Spent => "spent",
    }
}

fn print(view: &LedgerView) -> anyhow::Result<()> {
    if view.entries.is_empty() {
        say(
            "No entry yet. Say what you had, such as: tollwatch ledger ACCOUNT had \"50 USD\" --on 2026-11-01",
        )?;
    }
    for entry in &view.entries {
        let note = entry.note.as_ref().map_or_else(String::new, |note| format!("  {note}"));
        say(format!(
            "{:>3}  {:<20}  {:<9}  {}{note}",
            entry.index + 1,
            entry.at,
            word(entry.kind),
            entry.amount
        ))?;
    }
    for balance in &view.balances {
        say(format!("\n{}", balance.sentence))?;
        say(format!("Counted from {}.", balance.counted_from))?;
        if let (Some(reported), Some(difference)) = (&balance.reported, &balance.difference) {
            say(format!(
                "The provider says {}: {}.",
                amount(reported, balance.unit),
                apart(difference, balance.unit)
            ))?;
        }
        for note in &balance.notes {
            say(format!("  {note}"))?;
        }
        for period in &balance.earlier {
            say(format!(
                "  {} to {}: {} expected, {} found: {}.",
                period.from,
                period.until,
                amount(&period.expected, balance.unit),
                amount(&period.found, balance.unit),
                apart(&period.difference, balance.unit)
            ))?;
        }
    }
    for note in &view.notes {
        say(note)?;
    }
    Ok(())
}

fn amount(text: &str, unit: Unit) -> String {
    unit.parse(text).map_or_else(|_| text.to_owned(), |qty| words::amount(Amount::new(qty, unit)))
}

/// A difference in words.
fn apart(text: &str, unit: Unit) -> String {
    match unit.parse(text) {
        Ok(Qty(0)) => "no difference".to_owned(),
        Ok(qty) if qty.0 > 0 => format!("{} more than expected", words::amount(Amount::new(qty, unit))),
        _ => format!("{} less than expected", amount(text.trim_start_matches('-'), unit)),
    }
}
