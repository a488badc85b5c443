//! History that was exported before, taken back: what is there stays as it is, what is missing is added.

use super::codec::{json, maybe_word, word};
use super::export::ToldFrom;
use super::fault::Fault;
use super::rollups::Hours;
use super::{Hour, Store, StoreError, costs, episodes, gaps, meters, refusals, rollups, samples};
use crate::model::{
    AccountId, Cost, Episode, EpisodeState, Flow, Gap, HOUR, Meter, Refusal, Sample, Timestamp, Unit,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// One thing of the history. A meter's number is not looked at: account, key and unit say which it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A sample of a meter.
    Sample(Meter, Sample),
    /// An hour of a meter.
    Hour(Meter, Hour),
    /// Polls of an account that failed.
    Gap(AccountId, Gap),
    /// A cost bucket of an account.
    Cost(AccountId, Cost),
    /// An episode with its notices.
    Episode(Box<Episode>, Vec<ToldFrom>),
    /// A refusal of an account, with its time.
    Refusal(AccountId, Timestamp, Box<Refusal>),
}

/// What came of an import, in records; an episode counts with its notices as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Added, or went on for longer than was known.
    pub added: u64,
    /// There already, and the same.
    pub there: u64,
    /// Left out, since the history says something else of that time.
    pub differs: u64,
}

/// What came of one record.
enum Fate {
    Added,
    There,
    Differs,
}

impl Imported {
    /// Adds what came of another part.
    pub fn add(&mut self, other: Imported) {
        self.added += other.added;
        self.there += other.there;
        self.differs += other.differs;
    }

    fn count(&mut self, fate: &Fate) {
        match fate {
            Fate::Added => self.added += 1,
            Fate::There => self.there += 1,
            Fate::Differs => self.differs += 1,
        }
    }
}

/// Which meters an import had samples of, and from when to when: for [`Store::fill_hours`].
#[derive(Default)]
pub struct Seen(BTreeMap<i64, (Meter, Timestamp, Timestamp)>);

/// One transaction's work.
struct Import<'a> {
    db: &'a Connection,
    meters: BTreeMap<(AccountId, String, Unit), Meter>,
    seen: &'a mut Seen,
}

impl Import<'_> {
    fn take(&mut self, record: &Record) -> Result<Fate, Fault> {
        match record {
            Record::Sample(meter, one) => self.sample(meter, one),
            Record::Hour(meter, hour) => self.hour(meter, hour),
            Record::Gap(account, one) => gap(self.db, account, one),
            Record::Cost(account, one) => cost(self.db, account, one),
            Record::Episode(one, told) => episode(self.db, one, told),
            Record::Refusal(account, at, one) => refusal(self.db, account, *at, one),
        }
    }

    /// The meter as it is stored, made if there is none.
    fn meter(&mut self, said: &Meter) -> Result<Meter, Fault> {
        let key = (said.account.clone(), said.key.0.clone(), said.unit);
        if let Some(known) = self.meters.get(&key) {
            return Ok(known.clone());
        }
        meters::put(self.db, &Meter { id: 0, ..said.clone() })?;
        let sql =
            format!("SELECT {} FROM meter WHERE account = ?1 AND key = ?2 AND unit = ?3", meters::COLUMNS);
        let whose = params![said.account.as_str(), said.key.0, word(&said.unit)?];
        let stored = self.db.prepare_cached(&sql)?.query_row(whose, meters::read)?;
        self.meters.insert(key, stored.clone());
        Ok(stored)
    }

    fn sample(&mut self, said: &Meter, sample: &Sample) -> Result<Fate, Fault> {
        let meter = self.meter(said)?;
        let newest = format!(
            "SELECT {} FROM sample WHERE meter_id = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1",
            samples::COLUMNS
        );
        let seen = self.seen.0.entry(meter.id).or_insert((meter.clone(), sample.at, sample.at));
        (seen.1, seen.2) = (seen.1.min(sample.at), seen.2.max(sample.at));
        let before =
            self.db.prepare_cached(&newest)?.query_row([meter.id, sample.at.0], samples::read).optional()?;
        let later = "SELECT 1 FROM sample WHERE meter_id = ?1 AND at > ?2 AND at <= ?3 LIMIT 1";
        let crossed = self.db.prepare_cached(later)?.exists([meter.id, sample.at.0, sample.last_at.0])?;
        match before {
            Some(before) if before.at == sample.at => {
                if !before.says_the_same(sample) || (crossed && sample.last_at > before.last_at) {
                    return Ok(Fate::Differs);
                }
                if sample.last_at <= before.last_at {
                    return Ok(Fate::There);
                }
                let sql = "UPDATE sample SET last_at = ?3 WHERE meter_id = ?1 AND at = ?2";
                self.db.prepare_cached(sql)?.execute([meter.id, sample.at.0, sample.last_at.0])?;
            }
            Some(before) if before.last_at >= sample.at => return Ok(Fate::Differs),
            _ if crossed => return Ok(Fate::Differs),
            _ => samples::put(self.db, "INSERT", meter.id, sample).map(drop)?,
        }
        Ok(Fate::Added)
    }

    fn hour(&mut self, said: &Meter, hour: &Hour) -> Result<Fate, Fault> {
        let meter = self.meter(said)?;
        let stored = rollups::find(self.db, meter.id, hour.at)?;
        match &stored {
            None => rollups::put(self.db, "INSERT", meter.id, hour)?,
            Some(stored) if rollups::knows_more(hour, stored) => rollups::update(self.db, meter.id, hour)?,
            Some(stored) if rollups::knows_more(stored, hour) => return Ok(Fate::There),
            Some(_) => return Ok(fate(stored.as_ref(), hour)),
        };
        Ok(Fate::Added)
    }
}

/// Works out a meter's hours around its samples that began in `first..=last`; hours of which more is known stay.
fn fill(db: &Connection, meter: &Meter, first: Timestamp, last: Timestamp) -> Result<(), Fault> {
    let near = |sql: &str, at: Timestamp| -> Result<Timestamp, Fault> {
        let found: Option<i64> = db.prepare_cached(sql)?.query_row([meter.id, at.0], |row| row.get(0))?;
        Ok(found.map_or(at, Timestamp))
    };
    // What was spent up to the next sample is told from the new ones too. Whole hours, so that each has all its samples.
    let before = near("SELECT max(at) FROM sample WHERE meter_id = ?1 AND at < ?2", first)?;
    let after = near("SELECT min(at) FROM sample WHERE meter_id = ?1 AND at > ?2", last)?;
    let (from, to) = (before.hour_floor(), after.hour_floor() + HOUR);
    // And one sample more, whose spend may be spread back into the last hour.
    let beyond = near("SELECT min(at) FROM sample WHERE meter_id = ?1 AND at >= ?2", to)?;
    let sql = format!(
        "SELECT {} FROM sample WHERE meter_id = ?1 AND at <= ?3 AND at >= COALESCE((SELECT min(at) FROM \
         (SELECT at FROM sample WHERE meter_id = ?1 AND at < ?2 ORDER BY at DESC LIMIT {})), ?2) ORDER BY at",
        samples::COLUMNS,
        samples::BACK
    );
    let (mut flow, mut hours) = (Flow::new(meter.kind, meter.window), Hours::default());
    let mut query = db.prepare_cached(&sql)?;
    let mut rows = query.query([meter.id, from.0, beyond.0])?;
    while let Some(row) = rows.next()? {
        let sample = samples::read(row)?;
        let found = flow.push(&sample);
        if sample.at >= from {
            hours.moved(&found, &sample);
            hours.polled(sample.at, sample.headroom());
            if sample.last_at.hour_floor() > sample.at.hour_floor() {
                hours.polled(sample.last_at, sample.headroom());
            }
        }
    }
    Ok(hours.store_grown(db, meter.id, from, to)?)
}

/// What came of a record that is written where there is none like it.
fn fate<T: PartialEq>(stored: Option<&T>, said: &T) -> Fate {
    match stored {
        None => Fate::Added,
        Some(stored) if stored == said => Fate::There,
        Some(_) => Fate::Differs,
    }
}

fn gap(db: &Connection, account: &AccountId, said: &Gap) -> Result<Fate, Fault> {
    let sql = format!("SELECT {} FROM gap WHERE account = ?1 AND at = ?2", gaps::COLUMNS);
    let whose = params![account.as_str(), said.at.0];
    let stored = db.prepare_cached(&sql)?.query_row(whose, gaps::read).optional()?;
    let went_on = |stored: &Gap| stored.kind == said.kind && stored.last_at < said.last_at;
    if stored.as_ref().is_none_or(went_on) {
        gaps::put(db, account, said)?;
        return Ok(Fate::Added);
    }
    let shorter = |stored: &Gap| stored.kind == said.kind && stored.last_at > said.last_at;
    if stored.as_ref().is_some_and(shorter) {
        return Ok(Fate::There);
    }
    Ok(fate(stored.as_ref(), said))
}

fn cost(db: &Connection, account: &AccountId, said: &Cost) -> Result<Fate, Fault> {
    let (by, unit) = (word(&said.by)?, said.unit.to_string());
    let sql = format!(
        "SELECT {} FROM cost WHERE account = ?1 AND by_what = ?2 AND start = ?3 AND name = ?4 AND unit = ?5",
        costs::COLUMNS
    );
    let whose = params![account.as_str(), by, said.start.0, said.name, unit];
    let stored = db.prepare_cached(&sql)?.query_row(whose, costs::read).optional()?;
    if stored.is_some() {
        return Ok(fate(stored.as_ref(), said));
    }
    // The same money in spans of another length would be counted twice.
    let crossing = "SELECT 1 FROM cost WHERE account = ?1 AND by_what = ?2 AND unit = ?3 AND start < ?5 AND end > ?4 \
                    AND NOT (start = ?4 AND end = ?5) LIMIT 1";
    let span = params![account.as_str(), by, unit, said.start.0, said.end.0];
    if db.prepare_cached(crossing)?.exists(span)? {
        return Ok(Fate::Differs);
    }
    costs::put(db, account, said)?;
    Ok(Fate::Added)
}

/// The number of the episode of the same resource that began at the same time.
fn same(db: &Connection, said: &Episode) -> Result<Option<i64>, Fault> {
    let sql = "SELECT id FROM episode WHERE began_at = ?1 AND account IS ?2 AND meter IS ?3 AND kind = ?4";
    let (account, meter) = (maybe_word(said.resource.account.as_ref())?, &said.resource.meter);
    let whose =
        params![said.began_at.0, account, meter.as_ref().map(|meter| &meter.0), word(&said.resource.kind)?];
    Ok(db.prepare_cached(sql)?.query_row(whose, |row| row.get(0)).optional()?)
}

fn episode(db: &Connection, said: &Episode, told: &[ToldFrom]) -> Result<Fate, Fault> {
    let stored = same(db, said)?;
    if stored.is_none() && said.state != EpisodeState::Resolved {
        // One resource has one living episode.
        let sql =
            "SELECT 1 FROM episode WHERE state <> 'resolved' AND account IS ?1 AND meter IS ?2 AND kind = ?3";
        let meter = said.resource.meter.as_ref().map(|meter| &meter.0);
        let account = maybe_word(said.resource.account.as_ref())?;
        if db.prepare_cached(sql)?.exists(params![account, meter, word(&said.resource.kind)?])? {
            return Ok(Fate::Differs);
        }
    }
    let mut fate = Fate::There;
    let id = match stored {
        Some(id) => id,
        None => {
            let taken = db.prepare_cached("SELECT 1 FROM episode WHERE id = ?1")?.exists([said.id])?;
            let id = if taken { 0 } else { said.id };
            episodes::put(db, &Episode { id, ..said.clone() })?;
            fate = Fate::Added;
            if id == 0 { db.last_insert_rowid() } else { id }
        }
    };
    for (notice, evidence) in told {
        let sql = "SELECT 1 FROM notice WHERE episode = ?1 AND severity = ?2 AND at = ?3 AND channel = ?4 AND title = ?5";
        let whose = params![id, word(&notice.severity)?, notice.at.0, notice.channel, notice.title];
        if !db.prepare_cached(sql)?.exists(whose)? {
            let notice = super::Told { episode: id, ..notice.clone() };
            episodes::put_told(db, &notice, evidence.as_deref())?;
            fate = Fate::Added;
        }
    }
    Ok(fate)
}

fn refusal(db: &Connection, account: &AccountId, at: Timestamp, said: &Refusal) -> Result<Fate, Fault> {
    let at = said.at.unwrap_or(at);
    let sql = "SELECT body FROM refusal WHERE account = ?1 AND at = ?2 AND rule = ?3 AND message = ?4";
    let whose = params![account.as_str(), at.0, said.rule, said.message];
    let stored: Option<String> = db.prepare_cached(sql)?.query_row(whose, |row| row.get(0)).optional()?;
    if stored.is_none() {
        refusals::put(db, account, at, said)?;
    }
    // As it would be written now: older bodies lack what was added since.
    let stored = stored.and_then(|body| serde_json::from_str::<Refusal>(&body).ok());
    let body = json(said)?;
    Ok(fate(stored.map(|stored| json(&stored)).transpose()?.as_ref(), &body))
}

impl Store {
    /// Takes records into the history, in one transaction: hand over a few thousand at a time, a meter's hours before its
    /// samples, and at the end call [`Store::fill_hours`]. What is stored is never written over, except that a sample, a
    /// run of failed polls or an hour that went on for longer is known for longer; so the same records a second time change nothing.
    ///
    /// # Errors
    /// As [`Store::record`]; then none of the records is stored.
    pub fn import(&self, records: &[Record], seen: &mut Seen) -> Result<Imported, StoreError> {
        self.write(|desk| {
            desk.change(|db| {
                let mut import = Import { db, meters: BTreeMap::new(), seen };
                let mut imported = Imported::default();
                for record in records {
                    imported.count(&import.take(record)?);
                }
                Ok(imported)
            })
        })
    }

    /// Works out the hours of which imports brought no more than samples; a transaction for each meter.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub fn fill_hours(&self, seen: &Seen) -> Result<(), StoreError> {
        seen.0.values().try_for_each(|(meter, first, last)| {
            self.write(|desk| desk.change(|db| fill(db, meter, *first, *last)))
        })
    }
}
