//! What is due is told, as one notification; then it is marked told.

use super::{Pipeline, lock};
use crate::alerts;
use crate::charts;
use crate::model::{DAY, Notice, SECOND, Sample};
use crate::monitor::Event;
use crate::store::Told;
use std::sync::atomic::Ordering;

/// Width and height of a notice's picture, in pixels.
const PICTURE: (u32, u32) = (256, 96);
/// What becomes due within this is one notification.
const TOGETHER: i64 = 30 * SECOND;
/// The notifier's name for the window, which always accepts.
const IN_APP: &str = "in_app";

impl Pipeline {
    /// Tells what is due in half a minute, and what becomes due until then with it.
    pub(in crate::monitor) fn tell_soon(&self) {
        if self.inner.gathering.swap(true, Ordering::SeqCst) {
            return;
        }
        let pipeline = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pipeline.inner.clock.real(TOGETHER)).await;
            pipeline.inner.gathering.store(false, Ordering::SeqCst);
            pipeline.tell().await;
        });
    }

    /// Tells what is due: puts it into the outbox for the channels, and shows it as one notification. A notice counts as
    /// told only after the notifier or a channel accepted it; one that none accepted is due again at the next poll. Where
    /// a channel is to be told, the window alone does not make it told.
    pub async fn tell(&self) {
        let _one = self.inner.telling.lock().await;
        if self.inner.closed.load(Ordering::SeqCst) {
            return;
        }
        let now = self.inner.clock.now();
        let mut notices = lock(&self.inner.engine).due(now);
        let queued = self.queue(&notices, now);
        for (channel, (episode, severity)) in queued.accepted {
            if let Ok(true) = self.inner.store.count_delivered(&channel, episode, severity, now) {
                self.accepted(&[(episode, severity)], now);
                notices.retain(|notice| (notice.episode, notice.severity) != (episode, severity));
            }
        }
        let Some(notice) = alerts::as_one(&notices) else { return };
        // What is told is stored first, with the figures that it is told from.
        self.catch_up(|episode| notices.iter().any(|notice| notice.episode == episode.id));
        let wants = self.inner.notifier.shows_pictures();
        let picture = wants.then(|| self.picture(&notice.resource)).flatten();
        let channel = match self.inner.notifier.notify(&notice, picture.as_deref()).await {
            Ok(channel) => channel,
            Err(error) => {
                let (episode, retry) = (notice.episode, error.retry);
                tracing::warn!(episode, retry, "A notice was not accepted: {error}");
                lock(&self.inner.tally).untold += 1;
                return;
            }
        };
        if channel == IN_APP {
            notices.retain(|notice| !queued.waiting.contains(&(notice.episode, notice.severity)));
            if notices.is_empty() && !queued.fresh {
                // It was shown when it was put into the outbox.
                return;
            }
        }
        let told = |notice: &Notice| Told {
            episode: notice.episode,
            severity: notice.severity,
            at: now,
            channel: channel.to_owned(),
            title: notice.title.clone(),
        };
        let told: Vec<Told> = notices.iter().map(told).collect();
        if let Err(error) = self.inner.store.mark_all_told(&told) {
            tracing::error!("A notice was told but could not be marked so: {error}");
            // One episode may just have been removed: the others are marked.
            told.iter().for_each(|told| drop(self.inner.store.mark_told(told)));
        }
        lock(&self.inner.tally).tell(&notices);
        let mut engine = lock(&self.inner.engine);
        for notice in &notices {
            engine.told(notice.episode, notice.severity, now);
        }
        self.broadcast(Event::Told {
            episode: notice.episode,
            severity: notice.severity,
            title: notice.title,
            body: notice.body,
            channel: channel.to_owned(),
        });
    }

    /// The meter's last day as a small picture.
    fn picture(&self, resource: &crate::model::Resource) -> Option<Vec<u8>> {
        let meter = self.inner.store.meter(resource.account.as_ref()?, resource.meter.as_ref()?).ok()??;
        let now = self.inner.clock.now();
        let from = now + -DAY;
        let samples = self.inner.store.samples(meter.id, from, now).ok()?;
        let input = charts::LevelInput {
            unit: meter.unit,
            kind: meter.kind,
            label: &meter.label,
            samples: &samples,
            gaps: &[],
            forecast: None,
            headroom_now: samples.last().and_then(Sample::headroom),
            limit: None,
            resets_at: None,
            refusals: &[],
            from,
            to: now,
            now,
            zone: self.inner.zone.clone(),
            width: PICTURE.0,
            height: PICTURE.1,
        };
        charts::sparkline(&input).ok()
    }
}
