//! The pipeline's side of the outbox: what is due goes in, what a channel accepted is told.

use super::{Pipeline, lock};
use crate::model::{Notice, Timestamp};
use crate::monitor::Event;
use crate::monitor::outbox::{Audience, Queued, Told};
use std::sync::Arc;
use tokio::sync::watch;

impl Pipeline {
    /// Puts what is due into the outbox, and what is over. A history that cannot be written leaves it for the next poll.
    pub(super) fn queue(&self, due: &[Notice], now: Timestamp) -> Queued {
        let audience = lock(&self.inner.audience).clone();
        if audience.is_empty() {
            return Queued::default();
        }
        let (aloud, live) = {
            let engine = lock(&self.inner.engine);
            let aloud = if audience.has_loud() { engine.due_aloud(now) } else { Vec::new() };
            let none = due.is_empty() && aloud.is_empty();
            (aloud, if none { Vec::new() } else { engine.live().to_vec() })
        };
        let ends = audience.queue_ends(&self.inner.store, &self.inner.zone, now);
        let queued = audience.queue(&self.inner.store, (due, &aloud), &live, now);
        if matches!(ends, Ok(true)) || queued.as_ref().is_ok_and(|queued| queued.fresh) {
            self.wake_channels();
        }
        match (queued, ends) {
            (Ok(queued), Ok(_)) => queued,
            (queued, ends) => {
                let error = queued.as_ref().err().or(ends.as_ref().err()).map(ToString::to_string);
                tracing::error!("The outbox could not be written: {}", error.unwrap_or_default());
                let all = due.iter().map(|notice| (notice.episode, notice.severity)).collect();
                queued.unwrap_or(Queued { waiting: all, ..Queued::default() })
            }
        }
    }

    /// A channel accepted notices, which is stored: they are not told again.
    pub(in crate::monitor) fn accepted(&self, told: &[Told], at: Timestamp) {
        let mut engine = lock(&self.inner.engine);
        told.iter().for_each(|(episode, severity)| engine.told(*episode, *severity, at));
        drop(engine);
        self.broadcast(Event::Changed(None));
    }

    /// Who is told beside the notifier, from now on.
    pub fn set_audience(&self, audience: Audience) {
        *lock(&self.inner.audience) = Arc::new(audience);
    }

    /// Wakes when something was put into the outbox.
    pub(in crate::monitor) fn outbox_news(&self) -> watch::Receiver<u64> {
        self.inner.outbox.subscribe()
    }

    /// Has the channels look at the outbox now.
    pub(in crate::monitor) fn wake_channels(&self) {
        self.inner.outbox.send_modify(|count| *count += 1);
    }
}
