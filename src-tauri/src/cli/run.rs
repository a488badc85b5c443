//! `tollwatch poll` and `tollwatch serve`.

use super::args::ServeArgs;
use super::{FAILED, OK, say, say_json, status};
use crate::api::{App, DemoOptions, Headless, Scenario, StoreView, overview_of_store};
use crate::config::{Config, Folders};
use crate::connectors;
use crate::http::Network;
use crate::model::{AccountId, PollError, PollErrorKind, Polled};
use crate::monitor::{Clock, Pipeline, hand_over, keep_ledger, outlooks, policy, poll, rules};
use crate::notify::Chain;
use crate::secrets::SecretStore;
use crate::server::Server;
use crate::store::Store;
use std::sync::Arc;

/// One poll of every account (or one), stored and told like the monitor's own.
pub(super) async fn poll(account: Option<String>, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let config = Config::load(&folders.config_file())?;
    let wanted = account.map(AccountId::new).transpose().map_err(anyhow::Error::msg)?;
    if let Some(id) = wanted.as_ref().filter(|id| !config.accounts.contains_key(id)) {
        anyhow::bail!("there is no account {id}; `tollwatch accounts list` says which there are");
    }
    let clock = Clock::Real;
    let zone = jiff::tz::TimeZone::system();
    let network = Network::new(policy(&config.network))?;
    let secrets = SecretStore::keychain("tollwatch");
    let store = Store::open(&folders.history_file(), clock.now())?;
    let (chosen, _) = tokio::sync::mpsc::channel(1);
    let notifier = Arc::new(Chain::new(config.alerts.desktop, chosen));
    let pipeline =
        Pipeline::new(clock.clone(), store.clone(), notifier, rules(&config, &zone), zone.clone())?;
    pipeline.set_outlooks(outlooks(&config));
    for (id, account) in &config.accounts {
        if account.paused || wanted.as_ref().is_some_and(|wanted| wanted != id) {
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
    let live = pipeline.live();
    let view = StoreView { store: store.clone(), now: clock.now(), live };
    let overview = overview_of_store(view, &config, &zone)?;
    store.close()?;
    status::report(&overview, &zone, json)
}

/// The monitor without a window, until Ctrl-C or SIGTERM.
pub(super) async fn serve(args: ServeArgs, json: bool) -> anyhow::Result<u8> {
    let app = App::open(Folders::find()?, Arc::new(Headless)).await?;
    if args.demo {
        let scenario = if args.scenario == "drain" { Scenario::Drain } else { Scenario::Tour };
        app.show_demo(DemoOptions { speed: args.speed, scenario }).await?;
    }
    let server = match Server::bind(args.port).await {
        Ok(server) => server,
        Err(error) => {
            app.close().await;
            anyhow::bail!(
                "port {} on 127.0.0.1 cannot be had ({error}); choose another with --port",
                args.port
            );
        }
    };
    if json {
        say_json(&serde_json::json!({ "url": server.url() }))?;
    } else {
        say(format!("Tollwatch watches. Open {}", server.url()))?;
        say("The address carries a key to this run: do not share it. Ctrl-C stops.")?;
    }
    let served = server.run(app.clone(), stop_signal()).await;
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
