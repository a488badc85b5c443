//! The tasks: one per account, one that notices a machine's sleep, one that keeps house.

use super::poll::{ask, label, prepare};
use super::{Monitor, clock::SleepWatch, hand_over, ledger, schedule};
use crate::config::AccountConfig;
use crate::connectors;
use crate::http::Http;
use crate::model::{Account, AccountId, DAY, MINUTE, PollError, PollErrorKind, SECOND};
use crate::say;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// At most this long between an account's start and its first poll.
const FIRST_POLL_WITHIN: i64 = 2 * SECOND;
/// A jump of the clock beyond this is a sleep or a set clock.
const JUMP: i64 = MINUTE;

/// One account's life: wait, poll, hand over the news, work out the next time.
pub(super) async fn run(monitor: Monitor, id: AccountId, config: AccountConfig, poke: Arc<Notify>) {
    let pipeline = monitor.pipeline();
    let Some(connector) = connectors::find(&config.connector) else {
        let message = say!("poll-no-connector", id = id.as_str(), connector = config.connector.as_str());
        let error = PollError::new(PollErrorKind::Config, message);
        pipeline.take_in(&id, label(&id, &config, None), Err(error)).await;
        pipeline.tell_soon();
        return;
    };
    let label = label(&id, &config, Some(connector));
    let usual = config.interval.map_or(connector.spec().interval, |seconds| i64::from(seconds) * SECOND);
    let mut http: Option<(Http, Account)> = None;
    let first = if monitor.inner.pipeline.clock().speed() > 1.0 { 0 } else { FIRST_POLL_WITHIN };
    let mut wait = schedule::offset(&id, first.max(1));
    if connector.spec().poll_cost.is_some()
        && let Ok(Some(last)) = pipeline.store().last_polled(&id)
    {
        // Each poll is billed: a restart is no reason for another.
        wait = wait.max((last + connector.spec().min_interval).since(pipeline.clock().now()));
    }
    loop {
        if config.paused {
            pipeline.note_next(&id, None, usual);
            poke.notified().await;
        } else {
            pipeline.note_next(&id, Some(pipeline.clock().now() + wait), usual);
            tokio::select! {
                () = tokio::time::sleep(pipeline.clock().real(wait)) => {}
                () = poke.notified() => {}
            }
        }
        let opened = match http.take() {
            Some(open) => Ok(open),
            None => prepare(monitor.network(), monitor.secrets(), &id, &label, connector, &config)
                .await
                .map(|(door, account)| (door.taped(), account)),
        };
        let outcome = match opened {
            Ok((door, mut account)) => {
                if let Err(error) = hand_over(pipeline.store(), connector, &mut account) {
                    tracing::error!(account = %id, "What was pushed cannot be read: {error}");
                }
                let outcome = ask(connector, &door, &account, pipeline.clock().now()).await;
                monitor.inner.answers.keep(&account, &door, pipeline.clock().now());
                http = Some((door, account));
                outcome
            }
            Err(error) => Err(error),
        };
        // A wrong key may have been replaced in the keychain meanwhile: read it again next time.
        if matches!(&outcome, Err(error) if error.kind == PollErrorKind::Credentials) {
            http = None;
        }
        let outcome = outcome
            .map(|polled| ledger::keep(pipeline.store(), &id, &config, polled, pipeline.clock().now()));
        pipeline.take_in(&id, label.clone(), outcome).await;
        pipeline.tell_soon();
        let now = pipeline.clock().now();
        let interval = pipeline.interval(&id, usual, connector.spec().min_interval, now);
        wait = if interval == usual { schedule::next(&id, interval, now).since(now) } else { interval };
    }
}

/// Polls everything soon after the machine wakes or its clock is set: timers stand still while it sleeps.
pub(super) async fn watch_sleep(monitor: Monitor) {
    let clock = monitor.pipeline().clock().clone();
    let mut watch = SleepWatch::new(&clock);
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
            () = monitor.stopped() => return,
        }
        let jump = watch.jump(&clock);
        if jump.abs() > JUMP {
            tracing::info!(
                seconds = jump / SECOND,
                "The clock jumped: the machine slept, or its time was set."
            );
            monitor.poll_now(None);
        }
    }
}

/// Once a day: drops raw rows that are past their keeping.
pub(super) async fn keep_house(monitor: Monitor, raw_days: u32) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(DAY as u64)) => {}
            () = monitor.stopped() => return,
        }
        let store = monitor.pipeline().store().clone();
        let now = monitor.now();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || store.prune(now, raw_days)).await {
            tracing::warn!(%error, "Old rows could not be dropped.");
        }
    }
}
