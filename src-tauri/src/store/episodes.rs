//! Episodes, and the log of notices told of them.

use super::codec::{Int, maybe_time, maybe_word, read_maybe_word, read_word, time, word};
use super::fault::Fault;
use super::{Store, StoreError, Told};
use crate::model::{Episode, MeterKey, Resource, Timestamp};
use rusqlite::{Connection, OptionalExtension, Params, Result, Row, params};

/// The columns of an [`Episode`], in the order of [`read`].
pub(super) const COLUMNS: &str = "id, account, meter, kind, state, severity, began_at, seen_at, streak, fired_at, \
     resolved_at, snoozed_until, told, told_at, title, evidence, planned_at, warned_at, plan_at, warn_at";

/// The columns of a [`Told`], in its order.
pub(super) const TOLD_COLUMNS: &str = "episode, severity, at, channel, title";

/// Reads one episode.
pub(super) fn read(row: &Row<'_>) -> Result<Episode> {
    let meter: Option<String> = row.get(2)?;
    Ok(Episode {
        id: row.get(0)?,
        resource: Resource {
            account: read_maybe_word(row, 1)?,
            meter: meter.map(MeterKey),
            kind: read_word(row, 3)?,
        },
        state: read_word(row, 4)?,
        severity: read_word(row, 5)?,
        began_at: time(row, 6)?,
        seen_at: time(row, 7)?,
        streak: row.get(8)?,
        fired_at: maybe_time(row, 9)?,
        resolved_at: maybe_time(row, 10)?,
        snoozed_until: maybe_time(row, 11)?,
        told: read_maybe_word(row, 12)?,
        told_at: maybe_time(row, 13)?,
        title: row.get(14)?,
        evidence: row.get(15)?,
        planned_at: maybe_time(row, 16)?,
        warned_at: maybe_time(row, 17)?,
        plan_at: maybe_time(row, 18)?,
        warn_at: maybe_time(row, 19)?,
    })
}

/// Reads one notice.
pub(super) fn read_told(row: &Row<'_>) -> Result<Told> {
    Ok(Told {
        episode: row.get(0)?,
        severity: read_word(row, 1)?,
        at: time(row, 2)?,
        channel: row.get(3)?,
        title: row.get(4)?,
    })
}

/// Writes an episode, over the one with its number; number 0 gets a new one, which is never one that was used before.
/// Returns how many rows were written.
pub(super) fn put(db: &Connection, episode: &Episode) -> Result<usize> {
    db.prepare_cached(&format!(
        "INSERT INTO episode ({COLUMNS}) VALUES \
         (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20) \
         ON CONFLICT (id) DO UPDATE SET account = excluded.account, meter = excluded.meter, kind = excluded.kind, \
         state = excluded.state, severity = excluded.severity, began_at = excluded.began_at, \
         seen_at = excluded.seen_at, streak = excluded.streak, fired_at = excluded.fired_at, \
         resolved_at = excluded.resolved_at, snoozed_until = excluded.snoozed_until, told = excluded.told, \
         told_at = excluded.told_at, title = excluded.title, evidence = excluded.evidence, \
         planned_at = excluded.planned_at, warned_at = excluded.warned_at, plan_at = excluded.plan_at, warn_at = excluded.warn_at"
    ))?
    .execute(params![
        episode.id,
        maybe_word(episode.resource.account.as_ref())?,
        episode.resource.meter.as_ref().map(|meter| &meter.0),
        word(&episode.resource.kind)?,
        word(&episode.state)?,
        word(&episode.severity)?,
        episode.began_at.0,
        episode.seen_at.0,
        episode.streak,
        Int::from(episode.fired_at),
        Int::from(episode.resolved_at),
        Int::from(episode.snoozed_until),
        maybe_word(episode.told.as_ref())?,
        Int::from(episode.told_at),
        episode.title,
        episode.evidence,
        Int::from(episode.planned_at),
        Int::from(episode.warned_at),
        Int::from(episode.plan_at),
        Int::from(episode.warn_at),
    ])
}

/// Writes what a poll changes of an episode that is there and lives on: what the indexes are made of stays as it is, so
/// that they are not written. Returns how many rows were written.
fn update(db: &Connection, episode: &Episode) -> Result<usize> {
    db.prepare_cached(
        "UPDATE episode SET severity = ?2, seen_at = ?3, streak = ?4, fired_at = ?5, resolved_at = ?6, \
         snoozed_until = ?7, told = ?8, told_at = ?9, title = ?10, evidence = ?11, planned_at = ?12, warned_at = ?13, \
         plan_at = ?14, warn_at = ?15 WHERE id = ?1",
    )?
    .execute(params![
        episode.id,
        word(&episode.severity)?,
        episode.seen_at.0,
        episode.streak,
        Int::from(episode.fired_at),
        Int::from(episode.resolved_at),
        Int::from(episode.snoozed_until),
        maybe_word(episode.told.as_ref())?,
        Int::from(episode.told_at),
        episode.title,
        episode.evidence,
        Int::from(episode.planned_at),
        Int::from(episode.warned_at),
        Int::from(episode.plan_at),
        Int::from(episode.warn_at),
    ])
}

/// Writes a line of the log of notices, with what the rule saw when it was told.
pub(super) fn put_told(db: &Connection, told: &Told, evidence: Option<&str>) -> Result<usize> {
    let sql = format!("INSERT INTO notice ({TOLD_COLUMNS}, evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    let severity = word(&told.severity)?;
    db.prepare_cached(&sql)?.execute(params![
        told.episode,
        severity,
        told.at.0,
        told.channel,
        told.title,
        evidence
    ])
}

/// An episode by its number.
pub(super) fn find(db: &Connection, id: i64) -> Result<Option<Episode>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM episode WHERE id = ?1"))?
        .query_row([id], read)
        .optional()
}

fn list(db: &Connection, tail: &str, bounds: impl Params) -> Result<Vec<Episode>, Fault> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM episode {tail}"))?;
    query.query_map(bounds, read)?.collect::<Result<_>>().map_err(Fault::from)
}

/// Saves episodes in the caller's transaction.
pub(super) fn save(db: &Connection, mut episodes: Vec<Episode>) -> Result<Vec<Episode>, Fault> {
    for episode in &mut episodes {
        // A notice may have been accepted since the caller read the episode: the user must not hear it twice.
        let stored = if episode.id == 0 { None } else { find(db, episode.id)? };
        if let Some(stored) = &stored {
            episode.keep_told(stored);
        }
        let same = |stored: Episode| {
            (stored.state, stored.began_at) == (episode.state, episode.began_at)
                && stored.resource == episode.resource
        };
        if stored.is_some_and(same) {
            update(db, episode)?
        } else {
            put(db, episode)?
        };
        if episode.id == 0 {
            episode.id = db.last_insert_rowid();
        }
    }
    Ok(episodes)
}

/// Logs a notice and marks its episode, in the caller's transaction.
fn mark(db: &Connection, told: &Told) -> Result<(), Fault> {
    let Some(mut episode) = find(db, told.episode)? else {
        return Err(Fault::Words(format!(
            "There is no episode {} that a notice could belong to.",
            told.episode
        )));
    };
    episode.note_told(told.severity, told.at);
    put(db, &episode)?;
    // The episode's own evidence goes on changing; this is what the user was told from.
    put_told(db, told, Some(&episode.evidence))?;
    Ok(())
}

impl Store {
    /// Episodes that are not resolved, in the order of their numbers.
    pub fn live_episodes(&self) -> Result<Vec<Episode>, StoreError> {
        self.read(|db| list(db, "WHERE state <> 'resolved' ORDER BY id", []))
    }

    /// Episodes that were alive in `from..=to`, newest first.
    pub fn episodes(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Episode>, StoreError> {
        let alive = "WHERE began_at <= ?2 AND (state <> 'resolved' OR COALESCE(resolved_at, seen_at) >= ?1) \
                     ORDER BY began_at DESC, id DESC";
        self.read(|db| list(db, alive, [from.0, to.0]))
    }

    /// An episode by its number.
    pub fn episode(&self, id: i64) -> Result<Option<Episode>, StoreError> {
        self.read(|db| Ok(find(db, id)?))
    }

    /// Inserts those with id 0 and updates the others, in one transaction; returns them with their ids. `told` and
    /// `told_at` never fall: those given are returned as they now stand.
    pub fn save_episodes(&self, episodes: &[Episode]) -> Result<Vec<Episode>, StoreError> {
        let episodes = episodes.to_vec();
        self.write(move |desk| desk.change_beside(|db| save(db, episodes)))
    }

    /// A notifier accepted a notice: logs it and sets the episode's `told` and `told_at`, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Other`] when there is no such episode.
    pub fn mark_told(&self, told: &Told) -> Result<(), StoreError> {
        self.mark_all_told(std::slice::from_ref(told))
    }

    /// As [`Store::mark_told`], for all episodes that one notification told: all are marked or none.
    pub fn mark_all_told(&self, told: &[Told]) -> Result<(), StoreError> {
        let told = told.to_vec();
        self.write(move |desk| desk.change_beside(|db| told.iter().try_for_each(|told| mark(db, told))))
    }

    /// The notices of one episode, oldest first, each with the evidence that it was told from; `None` for those of
    /// older formats, which did not keep it.
    pub fn told_of(&self, episode: i64) -> Result<Vec<(Told, Option<String>)>, StoreError> {
        self.read(|db| {
            let sql =
                format!("SELECT {TOLD_COLUMNS}, evidence FROM notice WHERE episode = ?1 ORDER BY at, id");
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map([episode], |row| Ok((read_told(row)?, row.get(5)?)))?;
            rows.collect::<Result<_>>().map_err(Fault::from)
        })
    }

    /// The log of notices accepted in `from..=to`, oldest first.
    pub fn told(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Told>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {TOLD_COLUMNS} FROM notice WHERE at BETWEEN ?1 AND ?2 ORDER BY at, id");
            let mut query = db.prepare_cached(&sql)?;
            query.query_map([from.0, to.0], read_told)?.collect::<Result<_>>().map_err(Fault::from)
        })
    }
}
