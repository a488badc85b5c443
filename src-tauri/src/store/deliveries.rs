//! The outbox: what is to be sent through channels, stored before anything is sent, and the log of how that went.

use super::codec::{Int, maybe_time, read_word, time, word};
use super::fault::Fault;
use super::{Store, StoreError, Told, episodes};
use crate::model::{DAY, Delivery, DeliveryPart, DeliveryState, Episode, EpisodeState, Severity, Timestamp};
use rusqlite::{Connection, Params, Result, Row, params};

/// The columns of a [`Delivery`], in the order of [`read`].
pub(super) const COLUMNS: &str =
    "id, message, channel, kind, severity, title, body, state, made_at, next_at, tried_at, tries, error";

/// The columns of a [`DeliveryPart`], in the order of [`read_part`].
pub(super) const PART_COLUMNS: &str = "episode, severity, title, evidence, counts, waits";

/// So far back what was given up can be tried again.
const RETRIED: i64 = 7 * DAY;

/// Reads one delivery, without its parts.
pub(super) fn read(row: &Row<'_>) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get(0)?,
        message: row.get(1)?,
        channel: row.get(2)?,
        kind: read_word(row, 3)?,
        severity: read_word(row, 4)?,
        title: row.get(5)?,
        body: row.get(6)?,
        state: read_word(row, 7)?,
        made_at: time(row, 8)?,
        next_at: time(row, 9)?,
        tried_at: maybe_time(row, 10)?,
        tries: row.get(11)?,
        error: row.get(12)?,
        parts: Vec::new(),
    })
}

/// Reads one part.
pub(super) fn read_part(row: &Row<'_>) -> Result<DeliveryPart> {
    Ok(DeliveryPart {
        episode: row.get(0)?,
        severity: read_word(row, 1)?,
        title: row.get(2)?,
        evidence: row.get(3)?,
        counts: row.get(4)?,
        waits: row.get(5)?,
    })
}

/// Writes a delivery without its parts; number 0 gets a new one. Returns how many rows were written.
pub(super) fn put(db: &Connection, delivery: &Delivery) -> Result<usize> {
    let sql = format!(
        "INSERT INTO delivery ({COLUMNS}) VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    db.prepare_cached(&sql)?.execute(params![
        delivery.id,
        delivery.message,
        delivery.channel,
        word(&delivery.kind)?,
        word(&delivery.severity)?,
        delivery.title,
        delivery.body,
        word(&delivery.state)?,
        delivery.made_at.0,
        delivery.next_at.0,
        Int::from(delivery.tried_at),
        delivery.tries,
        delivery.error,
    ])
}

/// Writes one part of a delivery that is there.
pub(super) fn put_part(db: &Connection, delivery: i64, part: &DeliveryPart) -> Result<usize> {
    let sql = format!(
        "INSERT OR IGNORE INTO delivery_part (delivery, {PART_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    );
    db.prepare_cached(&sql)?.execute(params![
        delivery,
        part.episode,
        word(&part.severity)?,
        part.title,
        part.evidence,
        part.counts,
        part.waits
    ])
}

/// Deliveries with their parts.
fn list(db: &Connection, tail: &str, bounds: impl Params) -> Result<Vec<Delivery>, Fault> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM delivery {tail}"))?;
    let mut found: Vec<Delivery> = query.query_map(bounds, read)?.collect::<Result<_>>()?;
    let sql =
        format!("SELECT {PART_COLUMNS} FROM delivery_part WHERE delivery = ?1 ORDER BY severity, episode");
    let mut parts = db.prepare_cached(&sql)?;
    for delivery in &mut found {
        delivery.parts = parts.query_map([delivery.id], read_part)?.collect::<Result<_>>()?;
    }
    Ok(found)
}

/// Queues in the caller's transaction; those of an end take the place of what waited for it.
fn queue(db: &Connection, deliveries: &[Delivery]) -> Result<(), Fault> {
    for delivery in deliveries {
        put(db, delivery)?;
        let id = db.last_insert_rowid();
        for part in &delivery.parts {
            put_part(db, id, part)?;
            if delivery.kind == crate::model::DeliveryKind::Resolved {
                db.prepare_cached(
                    "UPDATE delivery_part SET waits = 0 WHERE episode = ?1 AND waits = 1 \
                     AND delivery IN (SELECT id FROM delivery WHERE channel = ?2)",
                )?
                .execute(params![part.episode, delivery.channel])?;
            }
        }
    }
    Ok(())
}

/// Marks what an accepted delivery told, unless somebody else told it meanwhile. Returns what is told by it.
fn mark(db: &Connection, delivery: &Delivery, at: Timestamp) -> Result<Vec<(i64, Severity)>, Fault> {
    let mut told = Vec::new();
    for part in delivery.parts.iter().filter(|part| part.counts) {
        let Some(mut episode) = episodes::find(db, part.episode)? else { continue };
        if last_told(&episode, part.severity).is_some_and(|last| last >= delivery.made_at) {
            continue;
        }
        episode.note_told(part.severity, at);
        episodes::put(db, &episode)?;
        let line = Told {
            episode: part.episode,
            severity: part.severity,
            at,
            channel: delivery.channel.clone(),
            title: part.title.clone(),
        };
        episodes::put_told(db, &line, part.evidence.as_deref())?;
        told.push((part.episode, part.severity));
    }
    Ok(told)
}

/// When an episode's last notice of a severity's sort was accepted: heads-ups are one sort, all else the other.
fn last_told(episode: &Episode, severity: Severity) -> Option<Timestamp> {
    if severity == Severity::HeadsUp { episode.planned_at } else { episode.warned_at }
}

/// How a channel stands with one notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was queued since it became due.
    New,
    /// It is queued, or was given up less than a day ago.
    Waits,
    /// The channel accepted it.
    Accepted,
}

impl Store {
    /// Stores deliveries to be sent, all or none; each gets a number of its own.
    pub fn queue_deliveries(&self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        self.write(|desk| desk.change_beside(|db| queue(db, deliveries)))
    }

    /// How a channel stands with a notice that is due for it. What it was told in hours that are quiet for others
    /// counts as told from now on when `counts`.
    pub fn delivery_standing(
        &self,
        channel: &str,
        episode: &Episode,
        severity: Severity,
        counts: bool,
        now: Timestamp,
    ) -> Result<Standing, StoreError> {
        let sql = "WHERE channel = ?1 AND kind = 'notice' AND id IN \
                   (SELECT delivery FROM delivery_part WHERE episode = ?2 AND severity = ?3) ORDER BY id DESC LIMIT 1";
        let found = self.read(|db| {
            Ok(list(db, sql, params![channel, episode.id, word(&severity)?])?.into_iter().next())
        })?;
        let Some(found) = found else { return Ok(Standing::New) };
        let newer = last_told(episode, severity).is_none_or(|last| found.made_at > last);
        let standing = match found.state {
            DeliveryState::Pending | DeliveryState::Failed => Standing::Waits,
            DeliveryState::Done if newer => Standing::Accepted,
            DeliveryState::GivenUp if newer && now - found.made_at < DAY => Standing::Waits,
            DeliveryState::Done | DeliveryState::GivenUp => Standing::New,
        };
        let counted = found.parts.iter().any(|part| part.episode == episode.id && part.counts);
        if counts && !counted && standing != Standing::New {
            self.write(|desk| {
                desk.change_beside(|db| {
                    let sql = "UPDATE delivery_part SET counts = 1 WHERE delivery = ?1 AND episode = ?2 AND severity = ?3";
                    db.prepare_cached(sql)?.execute(params![found.id, episode.id, word(&severity)?])?;
                    Ok(())
                })
            })?;
        }
        Ok(standing)
    }

    /// A channel's next delivery: the oldest in its queue, or one that was refused before and is due again. `None`:
    /// nothing is to be sent.
    pub fn next_delivery(&self, channel: &str, now: Timestamp) -> Result<Option<Delivery>, StoreError> {
        self.read(|db| {
            let queue = "WHERE channel = ?1 AND state = 'pending' ORDER BY id LIMIT 1";
            let again = "WHERE channel = ?1 AND state = 'failed' ORDER BY next_at, id LIMIT 1";
            let head = list(db, queue, [channel])?.into_iter().next();
            let again = list(db, again, [channel])?.into_iter().next();
            Ok(match (head, again) {
                (Some(head), Some(again)) if head.next_at <= now || head.next_at <= again.next_at => {
                    Some(head)
                }
                (Some(head), None) => Some(head),
                (_, again) => again,
            })
        })
    }

    /// A channel accepted a delivery. In one transaction: it is done, and the episodes that it told of are told,
    /// unless somebody else told them meanwhile. Returns those that are told by it.
    pub fn delivered(&self, id: i64, at: Timestamp) -> Result<Vec<(i64, Severity)>, StoreError> {
        self.write(|desk| {
            desk.change_beside(|db| {
                let Some(delivery) = list(db, "WHERE id = ?1", [id])?.into_iter().next() else {
                    return Ok(Vec::new());
                };
                let sql = "UPDATE delivery SET state = 'done', tried_at = ?2, tries = tries + 1, error = NULL WHERE id = ?1";
                db.prepare_cached(sql)?.execute([id, at.0])?;
                mark(db, &delivery, at)
            })
        })
    }

    /// What a channel accepted earlier, in hours that were quiet for others, is told now that it is due for all.
    /// Returns whether it is told by that.
    pub fn count_delivered(
        &self,
        channel: &str,
        episode: i64,
        severity: Severity,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|desk| {
            desk.change_beside(|db| {
                let sql = "WHERE channel = ?1 AND kind = 'notice' AND state = 'done' AND id IN \
                     (SELECT delivery FROM delivery_part WHERE episode = ?2 AND severity = ?3) ORDER BY id DESC LIMIT 1";
                let found = list(db, sql, params![channel, episode, word(&severity)?])?.into_iter().next();
                let Some(mut found) = found else { return Ok(false) };
                found.parts.retain(|part| part.episode == episode && part.severity == severity);
                Ok(!mark(db, &found, at)?.is_empty())
            })
        })
    }

    /// A try failed: how the delivery stands now, when it is tried again, and why it failed (without secrets).
    pub fn not_delivered(
        &self,
        id: i64,
        state: DeliveryState,
        next_at: Timestamp,
        error: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|desk| {
            desk.change_beside(|db| {
                let sql = "UPDATE delivery SET state = ?2, next_at = ?3, error = ?4, tried_at = ?5, tries = tries + 1 \
                           WHERE id = ?1";
                db.prepare_cached(sql)?.execute(params![id, word(&state)?, next_at.0, error, at.0])?;
                Ok(())
            })
        })
    }

    /// Gives up what waits for channels that are not among `known`. Returns how many deliveries that were.
    pub fn give_up_others(&self, known: &[&str], why: &str) -> Result<usize, StoreError> {
        let open: Vec<(i64, String)> = self.read(|db| {
            let sql = "SELECT id, channel FROM delivery WHERE state IN ('pending', 'failed')";
            let mut query = db.prepare_cached(sql)?;
            query
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_>>()
                .map_err(Fault::from)
        })?;
        let gone: Vec<i64> =
            open.into_iter().filter(|(_, name)| !known.contains(&name.as_str())).map(|(id, _)| id).collect();
        if gone.is_empty() {
            return Ok(0);
        }
        self.write(|desk| {
            desk.change_beside(|db| {
                let sql = "UPDATE delivery SET state = 'given_up', error = ?2 WHERE id = ?1";
                gone.iter()
                    .try_for_each(|id| Ok(db.prepare_cached(sql)?.execute(params![id, why]).map(drop)?))
            })
        })?;
        Ok(gone.len())
    }

    /// Puts what waits back into the queue, to be tried at `now`; with `given_up`, what was given up in the last seven
    /// days as well. Of one channel, or of all. Returns how many deliveries that are.
    pub fn retry_deliveries(
        &self,
        channel: Option<&str>,
        given_up: bool,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.write(|desk| {
            desk.change_beside(|db| {
                let sql = "UPDATE delivery SET state = 'pending', next_at = ?2 WHERE (?1 IS NULL OR channel = ?1) \
                           AND (state IN ('pending', 'failed') OR (?3 AND state = 'given_up' AND made_at > ?4))";
                Ok(db.prepare_cached(sql)?.execute(params![channel, now.0, given_up, now.0 - RETRIED])?)
            })
        })
    }

    /// The newest deliveries, newest first; at most `most`.
    pub fn deliveries(&self, most: usize) -> Result<Vec<Delivery>, StoreError> {
        self.read(|db| list(db, "ORDER BY id DESC LIMIT ?1", [most as i64]))
    }

    /// When a channel last accepted a message.
    pub fn last_accepted(&self, channel: &str) -> Result<Option<Timestamp>, StoreError> {
        self.read(|db| {
            let sql = "SELECT max(tried_at) FROM delivery WHERE channel = ?1 AND state = 'done'";
            Ok(db.prepare_cached(sql)?.query_row([channel], |row| maybe_time(row, 0))?)
        })
    }

    /// The deliveries that told of an episode or of its end, oldest first.
    pub fn deliveries_of(&self, episode: i64) -> Result<Vec<Delivery>, StoreError> {
        let sql = "WHERE id IN (SELECT delivery FROM delivery_part WHERE episode = ?1) ORDER BY id";
        self.read(|db| list(db, sql, [episode]))
    }

    /// A channel's deliveries that are neither done nor given up, and the newest that was decided, if there is one.
    pub fn deliveries_open(&self, channel: &str) -> Result<(Vec<Delivery>, Option<Delivery>), StoreError> {
        self.read(|db| {
            let open = "WHERE channel = ?1 AND state IN ('pending', 'failed') ORDER BY id";
            let decided = "WHERE channel = ?1 AND state IN ('done', 'given_up') ORDER BY id DESC LIMIT 1";
            Ok((list(db, open, [channel])?, list(db, decided, [channel])?.into_iter().next()))
        })
    }

    /// Episodes that are over and of whose end a channel is still to be told, with its name. One whose notice the
    /// channel has not accepted, and does not have in its queue, is passed over.
    pub fn ended_for_channels(&self) -> Result<Vec<(String, Episode)>, StoreError> {
        self.read(|db| {
            let sql = "SELECT DISTINCT d.channel, p.episode FROM delivery_part p JOIN delivery d ON d.id = p.delivery \
                       JOIN episode e ON e.id = p.episode \
                       WHERE p.waits = 1 AND e.state = 'resolved' AND d.state IN ('done', 'pending')";
            let mut query = db.prepare_cached(sql)?;
            let found: Vec<(String, i64)> =
                query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_>>()?;
            let mut ended = Vec::new();
            for (channel, id) in found {
                let over = |episode: &Episode| episode.state == EpisodeState::Resolved;
                if let Some(episode) = episodes::find(db, id)?.filter(over) {
                    ended.push((channel, episode));
                }
            }
            Ok(ended)
        })
    }
}
