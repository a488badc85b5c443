//! What is due → the outbox: which channel is told of it, as one message each, stored before anything is sent.

use crate::alerts;
use crate::config::{ChannelConfig, Config};
use crate::connectors;
use crate::model::{
    AccountId, Delivery, DeliveryKind, DeliveryPart, DeliveryState, Episode, EpisodeKind, Notice, Severity,
    Timestamp,
};
use crate::notify::message::Message;
use crate::store::{Standing, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Who is told beside the desktop.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    channels: BTreeMap<String, ChannelConfig>,
    /// Where an account's money is added.
    pages: BTreeMap<AccountId, &'static str>,
}

/// An episode at a severity: what is told once.
pub(super) type Told = (i64, Severity);

/// What came of putting notices into the outbox.
#[derive(Debug, Default)]
pub(super) struct Queued {
    /// Notices that a channel accepted before they were due for all, with its name.
    pub(super) accepted: Vec<(String, Told)>,
    /// Notices that some channel will be told of: the window alone does not make them told.
    pub(super) waiting: BTreeSet<Told>,
    /// Whether something was put into the outbox just now.
    pub(super) fresh: bool,
}

impl Audience {
    /// The config's channels.
    pub fn of(config: &Config) -> Audience {
        let page = |(id, account): (&AccountId, &crate::config::AccountConfig)| {
            Some((id.clone(), connectors::find(&account.connector)?.spec().links.top_up?))
        };
        Audience {
            channels: config.channels.clone(),
            pages: config.accounts.iter().filter_map(page).collect(),
        }
    }

    /// Whether there is no channel.
    pub(super) fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    /// Whether quiet hours do not hold for some channel.
    pub(super) fn has_loud(&self) -> bool {
        self.channels.values().any(|channel| !channel.quiet)
    }

    /// Puts what is due into the outbox, for each channel that wants it and does not have it yet. `due` is due for all;
    /// `aloud` is what would be without quiet hours.
    pub(super) fn queue(
        &self,
        store: &Store,
        (due, aloud): (&[Notice], &[Notice]),
        live: &[Episode],
        now: Timestamp,
    ) -> Result<Queued, StoreError> {
        let mut queued = Queued::default();
        let mut made = Vec::new();
        let is_due = |told: Told| due.iter().any(|notice| (notice.episode, notice.severity) == told);
        for (name, channel) in &self.channels {
            let mut fresh: Vec<(&Notice, &Episode)> = Vec::new();
            for notice in if channel.quiet { due } else { aloud } {
                let told = (notice.episode, notice.severity);
                let episode = live.iter().find(|episode| episode.id == notice.episode);
                let Some(episode) = episode.filter(|_| wants(channel, notice)) else { continue };
                let counts = is_due(told);
                let standing = store.delivery_standing(name, episode, notice.severity, counts, now)?;
                match standing {
                    Standing::New => fresh.push((notice, episode)),
                    Standing::Accepted if counts => queued.accepted.push((name.clone(), told)),
                    Standing::Accepted | Standing::Waits => {}
                }
                if counts && standing != Standing::Accepted {
                    queued.waiting.insert(told);
                }
            }
            made.extend(self.delivery(name, channel, &fresh, is_due, now));
        }
        queued.fresh = !made.is_empty();
        if queued.fresh {
            store.queue_deliveries(&made)?;
        }
        Ok(queued)
    }

    fn delivery(
        &self,
        name: &str,
        channel: &ChannelConfig,
        fresh: &[(&Notice, &Episode)],
        counts: impl Fn(Told) -> bool,
        now: Timestamp,
    ) -> Option<Delivery> {
        let notices: Vec<Notice> = fresh.iter().map(|(notice, _)| (*notice).clone()).collect();
        let shown = alerts::as_one(&notices)?;
        let part = |(notice, episode): &(&Notice, &Episode)| DeliveryPart {
            episode: notice.episode,
            severity: notice.severity,
            title: notice.title.clone(),
            evidence: Some(episode.evidence.clone()),
            counts: counts((notice.episode, notice.severity)),
            waits: channel.tells_ends(),
        };
        let parts = fresh.iter().map(part).collect();
        let runs_out = matches!(
            shown.resource.kind,
            EpisodeKind::Wall | EpisodeKind::Low | EpisodeKind::Refused | EpisodeKind::Reload
        );
        let page = shown.resource.account.as_ref().filter(|_| runs_out).and_then(|id| self.pages.get(id));
        let message = Message::notice(&shown, fresh, page.map(|page| (*page).to_owned()), now);
        Some(row(name, DeliveryKind::Notice, &message, parts, now))
    }

    /// Puts into the outbox that episodes are over, for the channels that were told of them and want to know.
    pub(super) fn queue_ends(
        &self,
        store: &Store,
        zone: &jiff::tz::TimeZone,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut made = Vec::new();
        for (name, episode) in store.ended_for_channels()? {
            if !self.channels.get(&name).is_some_and(ChannelConfig::tells_ends) {
                continue;
            }
            let message = Message::resolved(&episode, zone, now);
            let part = DeliveryPart {
                episode: episode.id,
                severity: episode.severity,
                title: message.title.clone(),
                evidence: None,
                counts: false,
                waits: false,
            };
            made.push(row(&name, DeliveryKind::Resolved, &message, vec![part], now));
        }
        if !made.is_empty() {
            store.queue_deliveries(&made)?;
        }
        Ok(!made.is_empty())
    }
}

/// Whether a channel is to be told. That this machine is offline is told nowhere else: nothing would arrive before it
/// is over.
fn wants(channel: &ChannelConfig, notice: &Notice) -> bool {
    let account = notice.resource.account.as_ref();
    let of_it = channel.accounts.is_empty() || account.is_some_and(|id| channel.accounts.contains(id));
    notice.severity >= channel.least && of_it && notice.resource.kind != EpisodeKind::Offline
}

fn row(
    channel: &str,
    kind: DeliveryKind,
    message: &Message,
    parts: Vec<DeliveryPart>,
    now: Timestamp,
) -> Delivery {
    Delivery {
        id: 0,
        message: new_id(),
        channel: channel.to_owned(),
        kind,
        severity: message.severity,
        title: message.title.clone(),
        body: serde_json::to_string(message).unwrap_or_default(),
        state: DeliveryState::Pending,
        made_at: now,
        next_at: now,
        tried_at: None,
        tries: 0,
        error: None,
        parts,
    }
}

/// An id that no other message has: 128 random bits.
pub(crate) fn new_id() -> String {
    let mut random = [0_u8; 16];
    // Without randomness nothing else of the network works either; an id that is taken is refused by the outbox.
    let _ = getrandom::fill(&mut random);
    random.iter().fold("tw_".to_owned(), |id, byte| id + &format!("{byte:02x}"))
}
