//! Out of a damaged file into a new one: every row that can still be read.

use super::rollups::Hours;
use super::{
    costs, deliveries, episodes, forecasts, gaps, learned, meters, open, refusals, rollups, samples, upkeep,
};
use crate::model::{AccountId, Flow};
use crate::say;
use rusqlite::{Connection, Result, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Carries over what can be read of the file `kept`; says how much that was, as a sentence.
pub(super) fn salvage(kept: &Path, db: &mut Connection) -> String {
    let nothing = say!("store-salvaged-nothing");
    let Ok(old) = open::reader(kept) else { return nothing };
    match carry(&old, db) {
        Ok([0, 0, 0]) => nothing,
        Ok([samples, episodes, notices]) => say!(
            "store-salvaged",
            samples = samples.to_string(),
            episodes = episodes.to_string(),
            notices = notices.to_string()
        ),
        Err(error) => say!("store-salvage-failed", why = error.to_string()),
    }
}

/// One transaction: the new file holds all that was carried over, or nothing.
fn carry(old: &Connection, db: &mut Connection) -> Result<[u64; 3]> {
    let new = db.transaction()?;
    let mut known = BTreeMap::new();
    rows(old, "meter", meters::COLUMNS, "id", |row| {
        let meter = meters::read(row)?;
        let written = meters::put(&new, &meter);
        known.insert(meter.id, Flow::new(meter.kind, meter.window));
        written
    });
    let mut carried = 0;
    for (meter, mut flow) in known {
        let whose = format!("sample WHERE meter_id = {meter}");
        let mut kept = Vec::new();
        carried += rows(old, &whose, samples::COLUMNS, "at", |row| {
            let sample = samples::read(row)?;
            let written = samples::put(&new, "INSERT OR IGNORE", meter, &sample)?;
            if written > 0 {
                kept.push(sample);
            }
            Ok(written)
        });
        let whose = format!("rollup_hour WHERE meter_id = {meter}");
        rows(old, &whose, rollups::COLUMNS, "hour", |row| {
            rollups::put(&new, "INSERT OR IGNORE", meter, &rollups::read(row)?)
        });
        let whose = format!("forecast WHERE meter_id = {meter}");
        rows(old, &whose, forecasts::COLUMNS, "at", |row| {
            forecasts::put(&new, meter, &forecasts::read(row)?)
        });
        let whose = format!("learned WHERE meter_id = {meter}");
        rows(old, &whose, "body", "meter_id", |row| learned::put(&new, meter, &row.get::<_, String>(0)?));
        // Hours that could not be read are worked out again from the samples that could.
        kept.sort_by_key(|sample| sample.at);
        let mut hours = Hours::default();
        kept.iter().for_each(|sample| hours.moved(&flow.push(sample), sample));
        kept.iter().for_each(|sample| hours.covered(sample));
        hours.store_missing(&new, meter)?;
    }
    let gap = format!("{}, account", gaps::COLUMNS);
    rows(old, "gap", &gap, "account, at", |row| {
        let account: AccountId = super::codec::read_word(row, 5)?;
        gaps::put(&new, &account, &gaps::read(row)?)
    });
    rows(old, "refusal", refusals::COLUMNS, "id", |row| {
        let (account, at, refusal) = refusals::read(row)?;
        refusals::put(&new, &account, at, &refusal)
    });
    let cost = format!("{}, account", costs::COLUMNS);
    rows(old, "cost", &cost, "account, by_what, start, name, unit", |row| {
        let account: AccountId = super::codec::read_word(row, 7)?;
        costs::put(&new, &account, &costs::read(row)?)
    });
    let mut seen = BTreeSet::new();
    let episodes = rows(old, "episode", episodes::COLUMNS, "id", |row| {
        let episode = episodes::read(row)?;
        if seen.insert(episode.id) { episodes::put(&new, &episode) } else { Ok(0) }
    });
    let mut seen = BTreeSet::new();
    let notice = format!("{}, id, evidence", episodes::TOLD_COLUMNS);
    let notices = rows(old, "notice", &notice, "id", |row| {
        let (told, evidence) = (episodes::read_told(row)?, row.get::<_, Option<String>>(6)?);
        let new_one = seen.insert(row.get::<_, i64>(5)?);
        if new_one { episodes::put_told(&new, &told, evidence.as_deref()) } else { Ok(0) }
    });
    // What was not sent yet is sent by the new file.
    let mut seen = BTreeSet::new();
    rows(old, "delivery", deliveries::COLUMNS, "id", |row| {
        let delivery = deliveries::read(row)?;
        if seen.insert(delivery.id) { deliveries::put(&new, &delivery) } else { Ok(0) }
    });
    let part = format!("{}, delivery", deliveries::PART_COLUMNS);
    rows(old, "delivery_part", &part, "delivery, episode, severity", |row| {
        let (part, of): (_, i64) = (deliveries::read_part(row)?, row.get(6)?);
        if seen.contains(&of) { deliveries::put_part(&new, of, &part) } else { Ok(0) }
    });
    rows(old, "state", "name, value", "name", |row| {
        let (name, value): (String, String) = (row.get(0)?, row.get(1)?);
        if name.starts_with("store.") { Ok(0) } else { upkeep::set(&new, &name, &value) }
    });
    new.commit()?;
    Ok([carried, episodes, notices])
}

/// Reads a table from its beginning until damage stops it, then from its end: what lies on both sides of a broken
/// page is found. A row that makes no sense is left out. Returns how many rows were written.
fn rows(
    old: &Connection,
    from: &str,
    columns: &str,
    order: &str,
    mut put: impl FnMut(&Row<'_>) -> Result<usize>,
) -> u64 {
    let mut written = 0;
    for direction in ["ASC", "DESC"] {
        let order =
            order.split(", ").map(|column| format!("{column} {direction}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {columns} FROM {from} ORDER BY {order}");
        let Ok(mut query) = old.prepare(&sql) else { continue };
        let Ok(mut found) = query.query([]) else { continue };
        loop {
            match found.next() {
                Ok(Some(row)) => written += put(row).unwrap_or(0) as u64,
                Ok(None) => return written,
                Err(_) => break,
            }
        }
    }
    written
}
