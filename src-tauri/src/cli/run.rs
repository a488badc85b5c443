//! `tollwatch poll` and `tollwatch serve`.

use super::args::ServeArgs;
use super::{FAILED, OK, ready, say, say_json, status};
use crate::api::types::Overview;
use crate::api::{App, DemoOptions, Headless, Scenario, StoreView, overview_of_store};
use crate::config::{Config, Folders};
use crate::connectors;
use crate::http::Network;
use crate::model::{AccountId, PollError, PollErrorKind, Polled};
use crate::monitor::{
    Audience, Clock, Pipeline, Post, hand_over, keep_ledger, outlooks, policy, poll, rules,
};
use crate::notify::Chain;
use crate::secrets::SecretStore;
use crate::server::Server;
use crate::store::Store;
use std::io::Write as _;
use std::sync::Arc;

/// One poll of every account (or one), said as `status` says it.
pub(super) async fn poll(account: Option<String>, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let config = Config::load(&folders.config_file())?;
    let wanted = account.map(AccountId::new).transpose().map_err(anyhow::Error::msg)?;
    if let Some(id) = wanted.as_ref().filter(|id| !config.accounts.contains_key(id)) {
        anyhow::bail!("there is no account {id}; `tollwatch accounts list` says which there are");
    }
    let overview = poll_once(&folders, &config, wanted.as_ref()).await?;
    status::report(&overview, &jiff::tz::TimeZone::system(), json)
}

/// One poll of every account (or one), stored and told like the monitor's own; what then is known of all.
pub(super) async fn poll_once(
    folders: &Folders,
    config: &Config,
    wanted: Option<&AccountId>,
) -> anyhow::Result<Overview> {
    let clock = Clock::Real;
    let zone = jiff::tz::TimeZone::system();
    let network = Network::new(policy(&config.network))?;
    let secrets = SecretStore::keychain("tollwatch");
    let store = Store::open(&folders.history_file(), clock.now())?;
    let (chosen, _) = tokio::sync::mpsc::channel(1);
    let notifier = Arc::new(Chain::new(config.alerts.desktop, chosen));
    let pipeline = Pipeline::new(clock.clone(), store.clone(), notifier, rules(config, &zone), zone.clone())?;
    pipeline.set_outlooks(outlooks(config));
    pipeline.set_audience(Audience::of(config));
    for (id, account) in &config.accounts {
        if account.paused || wanted.is_some_and(|wanted| wanted != id) {
            continue;
        }
        let connector = connectors::find(&account.connector);
        let label = poll::label(id, account, connector);
        let outcome: Result<Polled, PollError> = match connector {
            None => Err(PollError::new(
                PollErrorKind::Config,
                format!("there is no connector '{}'", account.connector),
            )),
            Some(connector) => {
                match poll::prepare(&network, &secrets, id, &label, connector, account).await {
                    Ok((http, mut account)) => {
                        hand_over(&store, connector, &mut account)?;
                        poll::ask(connector, &http, &account, clock.now()).await
                    }
                    Err(error) => Err(error),
                }
            }
        };
        let outcome = outcome.map(|polled| keep_ledger(&store, id, account, polled, clock.now()));
        pipeline.take_in(id, label, outcome).await;
    }
    pipeline.tell().await;
    // What does not go through now waits for the next run.
    let post = Post { network, secrets, ca_file: config.network.ca_file.clone() };
    let sending = config.channels.iter().map(|(name, channel)| post.send_waiting(name, channel, &pipeline));
    futures_util::future::join_all(sending).await;
    let live = pipeline.live();
    let view = StoreView { store: store.clone(), now: clock.now(), live };
    let overview = overview_of_store(view, config, &zone)?;
    store.close()?;
    Ok(overview)
}

/// The monitor without a window, until Ctrl-C or SIGTERM.
pub(super) async fn serve(args: ServeArgs, json: bool) -> anyhow::Result<u8> {
    let app = App::open(Folders::find()?, Arc::new(Headless)).await?;
    let listening = args.reach.over(&app.serving(), args.port);
    let server = match Server::bind(&listening, args.reach.plain_http_beyond_loopback).await {
        Ok(server) => server,
        Err(error) => {
            app.close().await;
            return Err(error.into());
        }
    };
    if args.demo {
        let scenario = if args.scenario == "drain" { Scenario::Drain } else { Scenario::Tour };
        app.show_demo(DemoOptions { speed: args.speed, scenario }).await?;
    }
    if args.service {
        // What is printed stands in the journal: no key to the page.
        say(format!("Tollwatch watches at {}", server.address()))?;
    } else if json {
        say_json(&serde_json::json!({ "url": server.url() }))?;
    } else {
        say(format!("Tollwatch watches. Open {}", server.url()))?;
        say("The address carries a key to this run: do not share it. Ctrl-C stops.")?;
    }
    if server.is_readable() {
        let warning =
            "Everyone on the way to this server can read what is sent: the token, accounts, balances.";
        writeln!(std::io::stderr(), "tollwatch: {warning}")?;
    }
    ready::ready(&app);
    let served = server
        .run(app.clone(), async {
            stop_signal().await;
            ready::stopping();
        })
        .await;
    app.close().await;
    served?;
    Ok(OK)
}

/// Resolves on Ctrl-C or, on Unix, SIGTERM.
async fn stop_signal() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// The exit code of a test or an addition that failed.
pub(super) fn failed(ok: bool) -> u8 {
    if ok { OK } else { FAILED }
}
