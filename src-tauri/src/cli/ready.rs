//! What systemd is told of a running server (sd_notify(3)): ready, reloading, stopping, alive. Where nobody asks, nothing
//! is told. On every Unix, SIGHUP reads the config anew.

use crate::api::App;

/// Ready to be asked. From now on SIGHUP reads the config anew, and the watchdog is told that all is well if there is
/// one.
pub(super) fn ready(app: &App) {
    tell_ready(app);
    #[cfg(unix)]
    reload_on_hangup(app.clone());
    #[cfg(target_os = "linux")]
    feed_watchdog(app.clone());
}

/// Ending: no reason to be killed yet.
pub(super) fn stopping() {
    #[cfg(target_os = "linux")]
    tell(&[sd_notify::NotifyState::Stopping]);
}

#[cfg(unix)]
fn reload_on_hangup(app: App) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            #[cfg(target_os = "linux")]
            tell_reloading();
            app.reload_changed().await;
            match app.config_trouble() {
                None => tracing::info!("The config was read anew."),
                Some(_) => tracing::info!("What ran goes on with the config of before."),
            }
            tell_ready(&app);
        }
    });
}

#[cfg(not(target_os = "linux"))]
fn tell_ready(_: &App) {}

#[cfg(target_os = "linux")]
fn tell_ready(app: &App) {
    let accounts = app.shown().configured().len();
    let trouble =
        app.config_trouble().map_or(String::new(), |_| ", but config.toml cannot be used".to_owned());
    let status = format!("Watches {accounts} account{}{trouble}", if accounts == 1 { "" } else { "s" });
    tell(&[sd_notify::NotifyState::Ready, sd_notify::NotifyState::Status(&status)]);
}

#[cfg(target_os = "linux")]
fn tell_reloading() {
    let mut states = vec![sd_notify::NotifyState::Reloading];
    states.extend(sd_notify::NotifyState::monotonic_usec_now());
    tell(&states);
}

#[cfg(target_os = "linux")]
fn tell(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd was not told");
    }
}

/// Tells systemd twice in its limit that the server still answers itself: the word comes from a task of the runtime,
/// after the monitor's own lock could be had, so a program that hangs is started anew.
#[cfg(target_os = "linux")]
fn feed_watchdog(app: App) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    tokio::spawn(async move {
        let mut beat = tokio::time::interval(limit / 2);
        loop {
            beat.tick().await;
            let _ = app.shown().statuses();
            tell(&[sd_notify::NotifyState::Watchdog]);
        }
    });
}

/// The journal, if that is where stderr goes: then each line has its level, and its fields can be searched.
/// `JOURNAL_STREAM` names the stream's device and inode (systemd.exec(5)).
#[cfg(target_os = "linux")]
pub(super) fn journal() -> Option<tracing_journald::Layer> {
    use std::os::unix::fs::MetadataExt as _;
    let named = std::env::var("JOURNAL_STREAM").ok()?;
    let stderr = std::fs::metadata("/proc/self/fd/2").ok()?;
    if named != format!("{}:{}", stderr.dev(), stderr.ino()) {
        return None;
    }
    Some(tracing_journald::layer().ok()?.with_syslog_identifier("tollwatch".to_owned()))
}
