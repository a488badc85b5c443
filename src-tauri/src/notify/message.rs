//! What a channel is told: plain data, made once, kept in the outbox, and rendered anew at every try.

use crate::alerts::{Evidence, headline};
use crate::model::{AccountId, DeliveryKind, Episode, EpisodeKind, Notice, Severity, Timestamp, words};
use crate::say;
use serde::{Deserialize, Serialize};

/// The version of the shape below. It rises when a field is taken away or changes its meaning; new fields do not.
pub const VERSION: u32 = 1;

/// One message to one channel. Its JSON is what a webhook without a template gets as `data`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `notice`, `resolved`, or `test`.
    pub kind: MessageKind,
    /// The highest severity that it speaks of.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// Short lines, divided by line breaks.
    pub body: String,
    /// When it was made.
    pub at: Timestamp,
    /// The same for all that is told of one episode: `episode-12-1795264320000`.
    pub thread: String,
    /// Where money is added or the limit raised, where that page is known.
    pub link: Option<String>,
    /// Each alert in it.
    pub alerts: Vec<Alert>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Alerts that fire.
    Notice,
    /// An alert that was told is over.
    Resolved,
    /// The user tries the channel.
    Test,
}

/// One alert of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The alert's number, as `tollwatch why` takes it.
    pub episode: i64,
    /// Which rule.
    pub kind: EpisodeKind,
    /// How urgent.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// Short lines.
    pub body: String,
    /// The account's id; missing when it concerns none.
    pub account: Option<AccountId>,
    /// What the user calls the account; empty when it concerns none.
    pub account_label: String,
    /// The meter's key; missing when it concerns the whole account.
    pub meter: Option<String>,
    /// What a person calls the meter; empty when it concerns none.
    pub meter_label: String,
    /// What was left before calls are refused, exact, such as `4.20 USD`; missing when it is not known.
    pub left: Option<String>,
    /// Since when the condition holds.
    pub began_at: Timestamp,
    /// One chance in ten that the wall comes before this.
    pub wall_p10: Option<Timestamp>,
    /// As likely before as after.
    pub wall_p50: Option<Timestamp>,
    /// Nine chances in ten that the wall comes before this.
    pub wall_p90: Option<Timestamp>,
}

impl Alert {
    fn of(episode: &Episode, severity: Severity, title: String, body: String) -> Alert {
        let seen = Evidence::of(episode);
        Alert {
            episode: episode.id,
            kind: episode.resource.kind,
            severity,
            title,
            body,
            account: episode.resource.account.clone(),
            account_label: seen.account,
            meter: episode.resource.meter.as_ref().map(|meter| meter.0.clone()),
            meter_label: words::data(&seen.meter),
            left: seen.headroom.map(|left| left.to_string()),
            began_at: episode.began_at,
            wall_p10: seen.p10,
            wall_p50: seen.p50,
            wall_p90: seen.p90,
        }
    }
}

/// What all messages of an episode share.
fn thread(episode: &Episode) -> String {
    format!("episode-{}-{}", episode.id, episode.began_at.0)
}

impl Message {
    /// Notices that are due together, as the one message `shown` (`alerts::as_one`), with the episodes behind them.
    pub fn notice(
        shown: &Notice,
        due: &[(&Notice, &Episode)],
        link: Option<String>,
        at: Timestamp,
    ) -> Message {
        let alert = |(notice, episode): &(&Notice, &Episode)| {
            Alert::of(episode, notice.severity, notice.title.clone(), notice.body.clone())
        };
        Message {
            kind: MessageKind::Notice,
            severity: shown.severity,
            title: shown.title.clone(),
            body: shown.body.clone(),
            at,
            thread: due.first().map(|(_, episode)| thread(episode)).unwrap_or_default(),
            link,
            alerts: due.iter().map(alert).collect(),
        }
    }

    /// That an episode is over.
    pub fn resolved(episode: &Episode, zone: &jiff::tz::TimeZone, at: Timestamp) -> Message {
        let title = say!("channel-resolved", title = headline(episode));
        let when = words::moment(episode.resolved_at.unwrap_or(at), at, zone);
        let body = say!("channel-resolved.body", moment = when);
        Message {
            kind: MessageKind::Resolved,
            severity: episode.severity,
            at,
            thread: thread(episode),
            link: None,
            alerts: vec![Alert::of(episode, episode.severity, title.clone(), body.clone())],
            title,
            body,
        }
    }

    /// A message that says it is only a test.
    pub fn test(channel: &str, at: Timestamp) -> Message {
        Message {
            kind: MessageKind::Test,
            severity: Severity::HeadsUp,
            title: say!("channel-test"),
            body: say!("channel-test.body", channel = channel),
            at,
            thread: format!("test-{}", at.0),
            link: None,
            alerts: Vec::new(),
        }
    }

    /// Its kind in the outbox; a test is never there.
    pub fn delivery_kind(&self) -> DeliveryKind {
        if self.kind == MessageKind::Resolved { DeliveryKind::Resolved } else { DeliveryKind::Notice }
    }
}
