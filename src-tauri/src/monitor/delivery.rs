//! The outbox → the channels. Each channel has a task of its own, so that a slow or dead one holds up nobody else.
//!
//! A channel's queue is sent in order. A failure that may pass by itself holds the queue, with growing pauses; a message
//! that was refused steps aside and is tried again much later. After a day it is given up, and the window says so.

use super::Pipeline;
use crate::config::ChannelConfig;
use crate::model::{AccountId, DAY, Delivery, DeliveryState, HOUR, MINUTE, SECOND, Secret, Timestamp, words};
use crate::notify::channel::{Channel, NotAccepted, Passes, Target};
use crate::notify::email::Mail;
use crate::notify::message::Message;
use crate::notify::template::Template;
use crate::say;
use crate::secrets::{SecretError, SecretStore, Source};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

/// The account under which the keychain keeps channels' secrets, with the role `NAME/ROLE`: no account's own role has
/// a slash, so one of that id is not in the way.
const KEEPER: &str = "channel";
/// The pause after a first failure that may pass; it doubles up to the most.
const FIRST: i64 = 5 * SECOND;
const MOST: i64 = 5 * MINUTE;
/// The same for a message that was refused.
const REFUSED_FIRST: i64 = 15 * MINUTE;
const REFUSED_MOST: i64 = 4 * HOUR;
/// After so long a delivery is given up.
const KEPT: i64 = DAY;
/// A machine's sleep stops timers: so often the outbox is looked at again.
const GLANCE: i64 = MINUTE;

/// What sending takes.
#[derive(Clone)]
pub struct Post {
    /// The way to the network.
    pub network: crate::http::Network,
    /// Where secrets are.
    pub secrets: SecretStore,
    /// Further certificate authorities.
    pub ca_file: Option<PathBuf>,
}

/// The keychain's account and role of a channel's secret.
pub(crate) fn keeper(channel: &str, role: &str) -> Option<(AccountId, String)> {
    Some((AccountId::new(KEEPER).ok()?, format!("{channel}/{role}")))
}

impl Post {
    /// A channel with its secrets. Errors: one is not there; a sentence that names the role.
    pub async fn channel(&self, name: &str, config: &ChannelConfig) -> Result<Channel, String> {
        let mut found = std::collections::BTreeMap::new();
        for (role, text) in config.roles() {
            let secret = match Source::parse(text) {
                None => Secret::new(text),
                Some(source) => self.secret(name, &role, &source).await?,
            };
            found.insert(role, secret);
        }
        let mut take = |role: &str| found.remove(role);
        let url = take("url").unwrap_or_else(|| Secret::new(""));
        let target = match config.kind {
            crate::config::ChannelKind::Webhook => Target::Webhook {
                url,
                template: config.template.as_deref().map(Template::new).transpose()?,
                signing: take("secret"),
                headers: config
                    .headers
                    .keys()
                    .filter_map(|header| Some((header.clone(), take(&format!("header.{header}"))?)))
                    .collect(),
            },
            crate::config::ChannelKind::Slack => Target::Slack { url },
            crate::config::ChannelKind::Ntfy => Target::Ntfy { url, token: take("token") },
            crate::config::ChannelKind::Email => Target::Email(Mail {
                host: config.host.clone().unwrap_or_default(),
                port: config.smtp().0,
                security: config.smtp().1,
                login: config.user.clone().zip(take("password")),
                from: config.from.clone().unwrap_or_default(),
                to: config.to.clone(),
            }),
        };
        Ok(Channel { target, ca_file: self.ca_file.clone() })
    }

    async fn secret(&self, name: &str, role: &str, source: &Source) -> Result<Secret, String> {
        let missing = || match source {
            Source::Env(variable) => say!("channel-secret-unset", role = role, variable = variable.as_str()),
            _ => say!("channel-secret-missing", role = role, name = name),
        };
        let (account, place) = keeper(name, role).ok_or_else(missing)?;
        self.secrets.get(&account, &place, source).await.map_err(|error| match error {
            SecretError::Missing(_) => missing(),
            other => other.to_string(),
        })
    }

    /// Forgets what was read of a channel's secrets: one may have been replaced in the keychain meanwhile.
    fn forget(&self, name: &str, config: &ChannelConfig) {
        for (role, _) in config.roles() {
            if let Some((account, place)) = keeper(name, &role) {
                self.secrets.forget(&account, &place);
            }
        }
    }

    /// Sends one message of the outbox, or the reason why it cannot be.
    async fn send(
        &self,
        name: &str,
        config: &ChannelConfig,
        delivery: &Delivery,
        pipeline: &Pipeline,
    ) -> Result<(), NotAccepted> {
        let channel = self.channel(name, config).await.map_err(NotAccepted::refused)?;
        let message: Message =
            serde_json::from_str(&delivery.body).map_err(|error| NotAccepted::refused(error.to_string()))?;
        channel.deliver(&self.network, &message, &delivery.message, pipeline.clock().now()).await
    }

    /// Tries one delivery and stores what came of it. Returns whether those behind it may be tried now.
    async fn attempt(
        &self,
        name: &str,
        config: &ChannelConfig,
        delivery: &Delivery,
        pipeline: &Pipeline,
    ) -> bool {
        let sent = self.send(name, config, delivery, pipeline).await;
        let now = pipeline.clock().now();
        let Err(error) = sent else {
            // It must not be sent again because it cannot be marked: a full disk has room again some day.
            loop {
                match pipeline.store().delivered(delivery.id, now) {
                    Ok(told) => {
                        tracing::info!(
                            channel = name,
                            tries = delivery.tries + 1,
                            "A channel accepted a message."
                        );
                        pipeline.accepted(&told, now);
                        return true;
                    }
                    Err(error) => tracing::error!("A message was sent but could not be marked so: {error}"),
                }
                tokio::time::sleep(pipeline.clock().real(GLANCE)).await;
            }
        };
        if !matches!(error.passes, Passes::Later { .. }) {
            self.forget(name, config);
        }
        let random = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
        let (state, wait) = verdict(error.passes, delivery.tries, now - delivery.made_at, random);
        let span = || words::span(now - delivery.made_at);
        let why = match (state, error.passes) {
            (DeliveryState::GivenUp, Passes::Never) => say!("channel-gone", why = error.message),
            (DeliveryState::GivenUp, _) => say!("channel-gave-up", span = span(), why = error.message),
            _ => error.message,
        };
        // Once when it begins and once when it ends; a dead channel must not fill the log.
        if delivery.tries == 0 || state != DeliveryState::Pending {
            tracing::warn!(channel = name, ?state, "A channel did not take a message: {why}");
        } else {
            tracing::info!(
                channel = name,
                tries = delivery.tries + 1,
                "A channel did not take a message: {why}"
            );
        }
        if let Err(error) = pipeline.store().not_delivered(delivery.id, state, now + wait, &why, now) {
            tracing::error!("What came of a message could not be stored: {error}");
            tokio::time::sleep(pipeline.clock().real(wait.max(FIRST))).await;
        }
        pipeline.broadcast(super::Event::Changed(None));
        state != DeliveryState::Pending
    }

    /// Sends what waits for a channel, and ends at the first failure that holds its queue.
    pub async fn send_waiting(&self, name: &str, config: &ChannelConfig, pipeline: &Pipeline) {
        loop {
            let now = pipeline.clock().now();
            match pipeline.store().next_delivery(name, now) {
                Ok(Some(next)) if is_due(&next, now) => {
                    if !self.attempt(name, config, &next, pipeline).await {
                        return;
                    }
                }
                Ok(_) => return,
                Err(error) => return tracing::error!("The outbox could not be read: {error}"),
            }
        }
    }

    /// A channel's life: sends what waits, and waits for more.
    pub(super) async fn run(self, name: String, config: ChannelConfig, pipeline: Pipeline) {
        let mut news = pipeline.outbox_news();
        loop {
            news.mark_unchanged();
            // A fault in a library must not silence the channel until the next start.
            let sending = AssertUnwindSafe(self.send_waiting(&name, &config, &pipeline));
            if sending.catch_unwind().await.is_err() {
                tracing::error!(channel = name, "Sending broke down, from a fault in Tollwatch itself.");
                tokio::time::sleep(pipeline.clock().real(GLANCE)).await;
            }
            let now = pipeline.clock().now();
            let next = pipeline.store().next_delivery(&name, now);
            let wait = match next {
                Ok(Some(next)) => (next.next_at - now).clamp(1, GLANCE),
                Ok(None) | Err(_) => GLANCE,
            };
            tokio::select! {
                () = tokio::time::sleep(pipeline.clock().real(wait)) => {}
                changed = news.changed() => if changed.is_err() { return },
            }
        }
    }
}

/// Whether a delivery is to be tried now. One that would wait for longer than any pause was put off by a clock that was
/// set back since.
fn is_due(delivery: &Delivery, now: Timestamp) -> bool {
    let wait = delivery.next_at - now;
    wait <= 0 || wait > 2 * REFUSED_MOST
}

/// How a delivery stands after a failure, and how long until the next try, in milliseconds: `tries` failed before this
/// one, it is `age` old, `random` is from 0 to 1.
fn verdict(passes: Passes, tries: u32, age: i64, random: f64) -> (DeliveryState, i64) {
    let grown = |first: i64, most: i64| first.saturating_mul(1 << tries.min(20)).min(most);
    // Jitter, so that many do not come back at once: a quarter to either side.
    let spread = |wait: i64| (wait as f64 * (0.75 + random.clamp(0.0, 1.0) / 2.0)) as i64;
    if passes == Passes::Never || age >= KEPT {
        return (DeliveryState::GivenUp, 0);
    }
    match passes {
        // What the channel asks for is the least.
        Passes::Later { after } => {
            let wait = spread(grown(FIRST, MOST));
            (DeliveryState::Pending, after.map_or(wait, |asked| wait.max(asked + asked / 10)))
        }
        _ => (DeliveryState::Failed, spread(grown(REFUSED_FIRST, REFUSED_MOST))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_are_spread_and_end() {
        let later = |after, tries, age, random| verdict(Passes::Later { after }, tries, age, random);
        assert_eq!(later(None, 0, 0, 0.5), (DeliveryState::Pending, 5 * SECOND));
        assert_eq!(later(None, 1, 0, 0.0), (DeliveryState::Pending, 7_500));
        assert_eq!(later(None, 1, 0, 1.0), (DeliveryState::Pending, 12_500));
        assert_eq!(later(None, 60, 0, 0.5), (DeliveryState::Pending, 5 * MINUTE));
        assert_eq!(later(Some(HOUR), 3, 0, 0.5), (DeliveryState::Pending, HOUR + 6 * MINUTE));
        assert_eq!(later(Some(0), 0, 0, 0.5), (DeliveryState::Pending, 5 * SECOND));
        assert_eq!(later(None, 3, DAY, 0.5).0, DeliveryState::GivenUp);
        assert_eq!(verdict(Passes::Rarely, 0, 0, 0.5), (DeliveryState::Failed, 15 * MINUTE));
        assert_eq!(verdict(Passes::Rarely, 9, HOUR, 0.5), (DeliveryState::Failed, 4 * HOUR));
        assert_eq!(verdict(Passes::Never, 0, 0, 0.5).0, DeliveryState::GivenUp);
    }
}
