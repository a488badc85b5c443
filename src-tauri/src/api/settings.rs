//! The settings page.

use super::types::{Settings, StatusView, World};
use super::{ApiError, App, Nothing};
use crate::config::Config;
use crate::model::words::{self, Language};
use crate::monitor::Monitor;
use crate::say;
use serde::Deserialize;
use std::path::Path;
use std::sync::{Arc, PoisonError};

/// On or off.
#[derive(Clone, Copy, Debug, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct SwitchRequest {
    enabled: bool,
}

/// The language chosen, or none to follow the system.
#[derive(Clone, Copy, Debug, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct LanguageRequest {
    language: Option<Language>,
}

/// Speaks the config's language, else the system's.
pub(super) fn speak(config: &Config) {
    words::speak(config.appearance.language.unwrap_or_else(Language::of_system));
}

impl App {
    /// The user's own monitor, also while the demo is shown.
    pub(crate) fn live(&self) -> &Monitor {
        &self.inner.live
    }

    /// Reads the config file again and hands it to the monitor.
    pub(crate) fn reload(&self, path: &Path) -> Result<(), ApiError> {
        let config = Config::load(path)?;
        *self.inner.config_trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.inner.notifier.set_wanted(config.alerts.desktop);
        *self.inner.serving.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config.server.clone());
        self.inner.live.apply(&config);
        speak(&config);
        Ok(())
    }

    /// Takes over a config file that somebody changed. One that cannot be read is told, and what ran goes on.
    pub async fn reload_changed(&self) {
        let _one = self.inner.changing.lock().await;
        if let Err(error) = self.reload(&self.inner.folders.config_file()) {
            tracing::warn!("The config was changed but cannot be used: {error}");
            *self.inner.config_trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.message);
        }
        self.all_changed();
    }

    /// What is wrong with `config.toml`, if anything; what ran before goes on then.
    pub fn config_trouble(&self) -> Option<String> {
        self.inner.config_trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What concerns the whole program: a config that cannot be read, a history that was mended, a
    /// channel that does not take what it is sent.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let channels = super::channels::warnings(self);
        self.config_trouble().into_iter().chain(self.inner.opening_note.clone()).chain(channels).collect()
    }
}

pub(crate) async fn settings(app: &App, _: Nothing) -> Result<Settings, ApiError> {
    let status = |answer: Result<String, String>| match answer {
        Ok(message) => StatusView { ok: true, message },
        Err(message) => StatusView { ok: false, message },
    };
    let (notifier, keychain) = tokio::join!(app.inner.notifier.status(), app.live().secrets().status());
    Ok(Settings {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        notifications: app.inner.notifier.wanted(),
        notifier: status(notifier.map_err(|error| error.to_string())),
        keychain: status(keychain.map_err(|error| error.to_string())),
        language: Config::load(&app.inner.folders.config_file())
            .ok()
            .and_then(|config| config.appearance.language),
        autostart: app.inner.host.autostart(),
        config_folder: app.inner.folders.config.display().to_string(),
        data_folder: app.inner.folders.data.display().to_string(),
        history_bytes: app.shown().pipeline().store().size_bytes()?,
        world: if app.demo_speed().is_some() { World::Demo } else { World::Live },
    })
}

pub(crate) async fn set_notifications(app: &App, request: SwitchRequest) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let path = app.inner.folders.config_file();
    Config::set(&path, "alerts.desktop", toml::Value::Boolean(request.enabled))?;
    app.reload(&path)
}

pub(crate) async fn set_language(app: &App, request: LanguageRequest) -> Result<(), ApiError> {
    let _one = app.inner.changing.lock().await;
    let path = app.inner.folders.config_file();
    match request.language {
        Some(language) => Config::set(&path, "appearance.language", language.tag().into())?,
        None => Config::unset(&path, "appearance.language")?,
    }
    app.reload(&path)?;
    // What a poll said of its failure stays as it was said: asked again, it is said anew.
    let monitor = app.shown();
    for (id, status) in monitor.statuses() {
        if status.problem.is_some() || !status.partial.is_empty() {
            monitor.poll_now(Some(&id));
        }
    }
    app.all_changed();
    Ok(())
}

pub(crate) async fn test_notification(app: &App, _: Nothing) -> Result<StatusView, ApiError> {
    Ok(match app.inner.notifier.test().await {
        Ok(service) => StatusView { ok: true, message: say!("settings-test-sent", service = service) },
        Err(error) => StatusView { ok: false, message: error.to_string() },
    })
}

pub(crate) async fn set_autostart(app: &App, request: SwitchRequest) -> Result<(), ApiError> {
    app.inner.host.set_autostart(request.enabled).map_err(|message| ApiError::new("host", message))
}
