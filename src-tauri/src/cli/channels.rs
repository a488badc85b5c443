//! `tollwatch channels`: who is told beside the desktop, and how that went.

use super::{FAILED, OK, accounts::ask, say, say_json};
use crate::api::{
    ChannelsPage, DeliveryView, channels_of_store, severity_word, store_channel_secret, test_channel,
};
use crate::config::{ChannelConfig, ChannelKind, Config, Folders};
use crate::http::Network;
use crate::model::{DeliveryState, words};
use crate::monitor::{Audience, Clock, Pipeline, Post, policy, rules};
use crate::notify::Chain;
use crate::secrets::SecretStore;
use crate::store::{Store, StoreError};
use clap::Subcommand;
use std::sync::Arc;

#[derive(Subcommand)]
pub(super) enum ChannelsCommand {
    /// List the channels, where their secrets are (never the secrets), and how they stand
    List,
    /// Send a marked test message
    Test {
        /// The channel's name, as `channels list` says it
        name: String,
    },
    /// What was sent, to whom, and what came of it; newest first
    Log {
        /// So many messages
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        last: u32,
    },
    /// Try at once what waits, and what was given up in the last seven days
    Retry {
        /// Only this channel
        name: Option<String>,
    },
    /// Put a channel's secret into the keychain; asked for without echo
    Secret {
        /// The channel's name, as `channels list` says it
        name: String,
        /// Which of its secrets: url, secret, token, password or header.NAME; or ROLE=env:NAME. Its address, or its
        /// password for e-mail, if missing
        #[arg(value_name = "ROLE[=env:NAME]")]
        role: Option<String>,
    },
}

pub(super) async fn run(command: ChannelsCommand, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let path = folders.config_file();
    let config = Config::load(&path)?;
    let find = |name: &str| -> anyhow::Result<&ChannelConfig> {
        let found = config.channels.get(name);
        found.ok_or_else(|| {
            anyhow::anyhow!("there is no channel {name}; `tollwatch channels list` says which there are")
        })
    };
    let page = |most: usize| -> anyhow::Result<ChannelsPage> {
        let history = folders.history_file();
        let store = history.exists().then(|| Store::open_read_only(&history)).transpose()?;
        Ok(channels_of_store(&config.channels, store.as_ref(), most)?)
    };
    match command {
        ChannelsCommand::List => list(&page(1)?, json),
        ChannelsCommand::Log { last } => log(&page(last as usize)?, json),
        ChannelsCommand::Test { name } => {
            let channel = find(&name)?;
            let view = test_channel(&post(&config)?, &name, channel, Clock::Real.now()).await;
            if json {
                say_json(&view)?
            } else {
                say(&view.message)?
            }
            Ok(if view.ok { OK } else { FAILED })
        }
        ChannelsCommand::Retry { name } => {
            name.as_deref().map(&find).transpose()?;
            retry(&config, &folders, name.as_deref(), json).await
        }
        ChannelsCommand::Secret { name, role } => {
            let usual = if find(&name)?.kind == ChannelKind::Email { "password" } else { "url" };
            let role = role.unwrap_or_else(|| usual.to_owned());
            let (role, text) = match role.split_once('=') {
                Some((role, place)) if crate::secrets::Source::is_named_by(place) => {
                    (role.to_owned(), place.to_owned())
                }
                Some((role, _)) => anyhow::bail!(
                    "a secret on the command line is seen by other users: write `{role}` to be asked for it, or `{role}=env:NAME`"
                ),
                None => {
                    let text = ask(&role)?;
                    (role, text)
                }
            };
            store_channel_secret(&path, &name, &role, &text, &SecretStore::keychain("tollwatch")).await?;
            if json {
                say_json(&serde_json::json!({ "channel": name, "stored": role }))?
            } else {
                say(format!("Stored the {role} of {name}. `tollwatch channels test {name}` tries it."))?
            }
            Ok(OK)
        }
    }
}

fn post(config: &Config) -> anyhow::Result<Post> {
    Ok(Post {
        network: Network::new(policy(&config.network))?,
        secrets: SecretStore::keychain("tollwatch"),
        ca_file: config.network.ca_file.clone(),
    })
}

/// Sends what waits from here, unless a Tollwatch runs: that one tries by itself.
async fn retry(config: &Config, folders: &Folders, name: Option<&str>, json: bool) -> anyhow::Result<u8> {
    let clock = Clock::Real;
    let store = match Store::open(&folders.history_file(), clock.now()) {
        Ok(store) => store,
        Err(StoreError::InUse(_)) => anyhow::bail!(
            "Tollwatch runs, and tries by itself; its window, under Settings, has a button for trying at once"
        ),
        Err(error) => return Err(error.into()),
    };
    let waiting = store.retry_deliveries(name, true, clock.now())?;
    let zone = jiff::tz::TimeZone::system();
    let (chosen, _) = tokio::sync::mpsc::channel(1);
    let notifier = Arc::new(Chain::new(false, chosen));
    let pipeline = Pipeline::new(clock, store.clone(), notifier, rules(config, &zone), zone)?;
    pipeline.set_audience(Audience::of(config));
    let post = post(config)?;
    let wanted = config.channels.iter().filter(|(one, _)| name.is_none_or(|name| name == one.as_str()));
    futures_util::future::join_all(wanted.map(|(name, channel)| post.send_waiting(name, channel, &pipeline)))
        .await;
    let mut left = 0;
    for (one, _) in config.channels.iter().filter(|(one, _)| name.is_none_or(|name| name == one.as_str())) {
        left += store.deliveries_open(one)?.0.len();
    }
    store.close()?;
    if json {
        say_json(&serde_json::json!({ "tried": waiting, "waiting": left }))?;
    } else if waiting == 0 {
        say("Nothing waits.")?;
    } else {
        say(format!(
            "{} of {waiting} went through. `tollwatch channels log` says more.",
            waiting.saturating_sub(left)
        ))?;
    }
    Ok(if left == 0 { OK } else { FAILED })
}

fn list(page: &ChannelsPage, json: bool) -> anyhow::Result<u8> {
    if json {
        say_json(&page.channels)?;
        return Ok(OK);
    }
    if page.channels.is_empty() {
        say("No channel is configured; docs/channels.md says how. The desktop is told as ever.")?;
    }
    let zone = jiff::tz::TimeZone::system();
    for one in &page.channels {
        say(format!("{}  {} → {}", one.name, word(&one.kind), one.to))?;
        let mut terms = vec![format!("from {} on", severity_word(one.least))];
        if !one.accounts.is_empty() {
            let names: Vec<&str> = one.accounts.iter().map(|id| id.as_str()).collect();
            terms.push(format!("only {}", names.join(", ")));
        }
        terms.push(if one.quiet { "keeps quiet hours" } else { "also in quiet hours" }.to_owned());
        if one.resolved {
            terms.push("told of ends".to_owned());
        }
        say(format!("  tells    {}", terms.join("; ")))?;
        for (role, place) in &one.secrets {
            say(format!("  secret   {role}: {place}"))?;
        }
        let last = one
            .accepted_at
            .map_or("nothing yet".to_owned(), |at| format!("last {}", words::stamp(at, &zone)));
        say(format!("  accepted {last}; {} waiting", one.waiting))?;
        if let Some(why) = &one.trouble {
            say(format!("  trouble  {why}"))?;
        }
    }
    Ok(OK)
}

fn log(page: &ChannelsPage, json: bool) -> anyhow::Result<u8> {
    if json {
        say_json(&page.log)?;
        return Ok(OK);
    }
    if page.log.is_empty() {
        say("Nothing was sent yet.")?;
    }
    let zone = jiff::tz::TimeZone::system();
    for one in &page.log {
        say(row(one, &zone))?;
    }
    Ok(OK)
}

/// One message: when, to whom, what came of it; the reason on a line of its own.
pub(super) fn row(one: &DeliveryView, zone: &jiff::tz::TimeZone) -> String {
    let tries = if one.tries == 1 { "1 try".to_owned() } else { format!("{} tries", one.tries) };
    let state = match one.state {
        DeliveryState::Pending => "waiting",
        DeliveryState::Failed => "refused",
        DeliveryState::Done => "accepted",
        DeliveryState::GivenUp => "given up",
    };
    let at = words::stamp(one.tried_at.unwrap_or(one.made_at), zone);
    let why = one.error.as_ref().map_or_else(String::new, |why| format!("\n    {why}"));
    format!("{at}  {:12}  {state:8}  {tries:>8}  {}{why}", one.channel, one.title)
}

/// A kind's word in the config.
fn word(kind: &ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Webhook => "webhook",
        ChannelKind::Slack => "slack",
        ChannelKind::Ntfy => "ntfy",
        ChannelKind::Email => "email",
    }
}
