//! Channels beside the desktop: how each stands, the log of what was sent, a test, another try.

use super::types::StatusView;
use super::{ApiError, App, Nothing};
use crate::config::{ChannelConfig, ChannelKind, Config};
use crate::model::{AccountId, DAY, Delivery, DeliveryKind, DeliveryState, Secret, Severity, Timestamp};
use crate::monitor::Post;
use crate::monitor::delivery::keeper;
use crate::monitor::outbox::new_id;
use crate::notify::channel::check_secret;
use crate::notify::message::Message;
use crate::say;
use crate::secrets::{SecretStore, Source};
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use ts_rs::TS;

/// So many deliveries the window shows.
const SHOWN: usize = 20;
/// From so many failed tries on, what waits is a trouble.
const TROUBLE: u32 = 3;
/// So long the window speaks of what was given up.
const SAID: i64 = 2 * DAY;

/// The channels, and what was sent last.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema, TS)]
pub struct ChannelsPage {
    /// Each, by name.
    pub channels: Vec<ChannelView>,
    /// The newest deliveries, newest first.
    pub log: Vec<DeliveryView>,
}

/// One channel. No secret stands in it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema, TS)]
pub struct ChannelView {
    /// Its name in the config.
    pub name: String,
    /// What it speaks.
    pub kind: ChannelKind,
    /// Where it goes, as far as that is no secret.
    pub to: String,
    /// Nothing milder is told.
    pub least: Severity,
    /// Only these accounts; all when empty.
    pub accounts: Vec<AccountId>,
    /// Whether quiet hours hold for it.
    pub quiet: bool,
    /// Whether it is told that an alert is over.
    pub resolved: bool,
    /// How many messages wait for it.
    pub waiting: u32,
    /// When it last accepted one.
    pub accepted_at: Option<Timestamp>,
    /// Why the last one did not go through, if it did not.
    pub trouble: Option<String>,
    /// Where each of its secrets is: `url`, `keychain`.
    pub secrets: BTreeMap<String, String>,
}

/// One message to one channel.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema, TS)]
pub struct DeliveryView {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// To which channel.
    pub channel: String,
    /// What it says.
    pub kind: DeliveryKind,
    /// The highest severity that it speaks of.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// How it stands.
    pub state: DeliveryState,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was tried last; of one that is done, when it was accepted.
    pub tried_at: Option<Timestamp>,
    /// When it is tried next; missing when it is not.
    pub next_at: Option<Timestamp>,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// Names a channel.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema, TS)]
pub(crate) struct ChannelRequest {
    name: String,
}

/// Names a channel, or none for all.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema, TS)]
pub(crate) struct RetryRequest {
    channel: Option<String>,
}

pub(super) fn delivery(delivery: Delivery) -> DeliveryView {
    let open = matches!(delivery.state, DeliveryState::Pending | DeliveryState::Failed);
    DeliveryView {
        id: delivery.id,
        channel: delivery.channel,
        kind: delivery.kind,
        severity: delivery.severity,
        title: delivery.title,
        state: delivery.state,
        made_at: delivery.made_at,
        tried_at: delivery.tried_at,
        next_at: open.then_some(delivery.next_at),
        tries: delivery.tries,
        error: delivery.error,
    }
}

/// The page from the config and, where there is one, the history.
pub fn channels_of_store(
    channels: &BTreeMap<String, ChannelConfig>,
    store: Option<&Store>,
    most: usize,
) -> Result<ChannelsPage, StoreError> {
    let mut views = Vec::new();
    for (name, channel) in channels {
        let (open, decided) = store.map_or(Ok(Default::default()), |store| store.deliveries_open(name))?;
        let accepted_at = store.map_or(Ok(None), |store| store.last_accepted(name))?;
        let failed = open.iter().rev().find_map(|one| one.error.clone());
        let lost = decided.filter(|one| one.state == DeliveryState::GivenUp).and_then(|one| one.error);
        let place = |(role, text): (String, &str)| Source::parse(text).map(|_| (role, text.to_owned()));
        views.push(ChannelView {
            name: name.clone(),
            kind: channel.kind,
            to: to(channel),
            least: channel.least,
            accounts: channel.accounts.clone(),
            quiet: channel.quiet,
            resolved: channel.tells_ends(),
            waiting: u32::try_from(open.len()).unwrap_or(u32::MAX),
            accepted_at,
            trouble: failed.or(lost),
            secrets: channel.roles().into_iter().filter_map(place).collect(),
        });
    }
    let log = store.map_or(Ok(Vec::new()), |store| store.deliveries(most))?;
    Ok(ChannelsPage { channels: views, log: log.into_iter().map(delivery).collect() })
}

/// Where a channel goes, for people: an address's host, or who gets the e-mail.
fn to(channel: &ChannelConfig) -> String {
    match (channel.kind, channel.url.as_deref()) {
        (ChannelKind::Email, _) => channel.to.join(", "),
        (_, Some(text)) => match Source::parse(text) {
            Some(Source::Env(name)) => say!("channel-to", place = "env", name = name),
            Some(_) => say!("channel-to", place = "keychain", name = ""),
            None => url::Url::parse(text)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default(),
        },
        _ => String::new(),
    }
}

pub(crate) async fn page(app: &App, _: Nothing) -> Result<ChannelsPage, ApiError> {
    let monitor = app.live();
    Ok(channels_of_store(&monitor.channels(), Some(monitor.pipeline().store()), SHOWN)?)
}

/// Sends a marked test message through a channel. It is not kept in the log.
pub async fn test_channel(post: &Post, name: &str, config: &ChannelConfig, now: Timestamp) -> StatusView {
    let sent = match post.channel(name, config).await {
        Ok(channel) => {
            let message = Message::test(name, now);
            channel.deliver(&post.network, &message, &new_id(), now).await.map_err(|error| error.message)
        }
        Err(why) => Err(why),
    };
    match sent {
        Ok(()) => StatusView { ok: true, message: say!("channel-accepted") },
        Err(message) => StatusView { ok: false, message },
    }
}

pub(crate) async fn test(app: &App, request: ChannelRequest) -> Result<StatusView, ApiError> {
    let monitor = app.live();
    let channels = monitor.channels();
    let config = channels.get(&request.name).ok_or_else(|| nobody(&request.name))?;
    Ok(test_channel(&monitor.post(), &request.name, config, monitor.now()).await)
}

pub(crate) async fn retry(app: &App, request: RetryRequest) -> Result<(), ApiError> {
    let monitor = app.live();
    if let Some(name) = request.channel.as_deref().filter(|name| !monitor.channels().contains_key(*name)) {
        return Err(nobody(name));
    }
    monitor.retry_deliveries(request.channel.as_deref())?;
    Ok(())
}

fn nobody(name: &str) -> ApiError {
    ApiError::new("not_found", say!("channel-nobody", name = name))
}

/// What the window says of channels that do not take what they are sent, a sentence each.
pub(super) fn warnings(app: &App) -> Vec<String> {
    let monitor = app.live();
    let now = monitor.now();
    let mut said = Vec::new();
    for name in monitor.channels().keys() {
        let Ok((open, decided)) = monitor.pipeline().store().deliveries_open(name) else { continue };
        let bad = |one: &&Delivery| one.state == DeliveryState::Failed || one.tries >= TROUBLE;
        let lost = decided.filter(|one| one.state == DeliveryState::GivenUp && now - one.made_at < SAID);
        if let Some(why) = open.iter().rev().find(bad).and_then(|one| one.error.clone()) {
            said.push(say!("channel-trouble", name = name.as_str(), count = open.len(), why = why));
        } else if let Some(one) = lost {
            let (title, why) = (one.title, one.error.unwrap_or_default());
            said.push(say!("channel-lost", name = name.as_str(), title = title, why = why));
        }
    }
    said
}

/// Stores one secret of a channel that there is: the secret itself goes into the keychain, `env:NAME` into the config.
///
/// # Errors
/// No such channel; a secret that does not fit its role; the keychain's and the config's own.
pub async fn store_channel_secret(
    path: &Path,
    name: &str,
    role: &str,
    text: &str,
    store: &SecretStore,
) -> Result<(), ApiError> {
    let config = Config::load(path)?;
    let channel = config.channels.get(name).ok_or_else(|| nobody(name))?;
    let place = if Source::is_named_by(text) {
        text.to_owned()
    } else {
        let secret = Secret::new(text);
        check_secret(role, &secret).map_err(|why| ApiError::new("bad_request", why))?;
        let (account, place) = keeper(name, role).ok_or_else(|| nobody(name))?;
        store.set(&account, &place, &secret).await?;
        "keychain".to_owned()
    };
    let same = channel.roles().iter().any(|(known, text)| known == role && *text == place);
    if same { Ok(()) } else { Ok(Config::place_channel_secret(path, name, role, &place)?) }
}
