//! What programs push: counted, kept in the history before the sender is told so, and handed to the accounts that say
//! what came.

use super::Monitor;
use crate::connectors::{self, Connector};
use crate::model::{Account, Timestamp};
use crate::otlp::{Batch, Taken, Tally};
use crate::store::{Store, StoreError};
use std::sync::{Mutex, PoisonError};

/// The name under which it is kept.
const STATE: &str = "otlp.received";

/// What was pushed, once it was read from the history.
#[derive(Default)]
pub(super) struct Pushed {
    tally: Mutex<Option<Tally>>,
}

impl Pushed {
    /// Counts a request. It is stored when this returns; an error changes nothing, so the sender may send it again.
    fn take(&self, store: &Store, batch: &Batch, now: Timestamp) -> Result<Taken, StoreError> {
        let mut known = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tally = match known.take() {
            Some(tally) => tally,
            None => read(store)?,
        };
        let before = tally.clone();
        let taken = tally.take(batch, now);
        let stored = match tally.to_json() {
            Ok(text) => store.set_state(STATE, &text),
            Err(_) => Ok(()),
        };
        *known = Some(if stored.is_ok() { tally } else { before });
        stored.map(|()| taken)
    }
}

/// What the history knows. A text that cannot be read is told in the log and begun anew: then only what is added to a
/// series that began before is counted.
fn read(store: &Store) -> Result<Tally, StoreError> {
    let Some(text) = store.state(STATE)? else { return Ok(Tally::default()) };
    Ok(Tally::from_json(&text).unwrap_or_else(|error| {
        tracing::error!("What was pushed before cannot be read, and is counted anew: {error}");
        Tally::default()
    }))
}

/// Hands an account of a connector that asks nobody what was pushed. Error: the history cannot be read.
pub fn hand_over(store: &Store, connector: &dyn Connector, account: &mut Account) -> Result<(), StoreError> {
    if connector.spec().pushed {
        account.received = read(store)?.received().into();
    }
    Ok(())
}

impl Monitor {
    /// Takes in metrics that a program pushed, and polls the accounts that say what came. An error: the history cannot
    /// be written, and nothing was counted.
    pub fn received(&self, batch: &Batch) -> Result<Taken, StoreError> {
        let taken = self.inner.pushed.take(self.inner.pipeline.store(), batch, self.now())?;
        if taken.changed {
            for (id, running) in self.accounts().iter() {
                if connectors::find(&running.config.connector).is_some_and(|one| one.spec().pushed) {
                    tracing::debug!(account = %id, "Metrics were pushed.");
                    running.poke.notify_one();
                }
            }
        }
        Ok(taken)
    }
}
