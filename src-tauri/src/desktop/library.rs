//! The library as the desktop holds it: opened beside the window, awaited by whoever needs it, closed at the end.

use crate::window;
use std::sync::Arc;
use tauri::{AppHandle, Emitter, Manager, State};
use tauri_plugin_autostart::ManagerExt;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tollwatch::api::types::EventMessage;
use tollwatch::api::{ApiError, App, Host};
use tollwatch::config::Folders;

/// The event that carries every [`EventMessage`] to the window.
const EVENT: &str = "tollwatch";

/// `None` while it opens; then the library, or why there is none.
type Opened = Option<Result<App, String>>;

/// A cheap handle on the library.
#[derive(Clone)]
pub(crate) struct Library(watch::Receiver<Opened>);

impl Library {
    /// Opens the library on the runtime and lets the window hear its events.
    pub(crate) fn open(handle: &AppHandle, folders: Folders) {
        let (tell, opened) = watch::channel(None);
        handle.manage(Library(opened));
        let handle = handle.clone();
        tauri::async_runtime::spawn(async move {
            let host = Arc::new(Desktop { handle: handle.clone() });
            let result = App::open(folders, host).await.map_err(|error| format!("{error:#}"));
            if let Err(message) = &result {
                crate::say(&format!("Tollwatch: {message}"));
            }
            let app = result.as_ref().ok().cloned();
            // The receiver lives as long as the program: it is managed by Tauri.
            let _ = tell.send(Some(result));
            if let Some(app) = app {
                forward(&handle, &app).await;
            }
            // Dropping `tell` is no news: what it said stays readable.
        });
    }

    /// The one that Tauri manages.
    pub(crate) fn of(handle: &AppHandle) -> Library {
        handle.state::<Library>().inner().clone()
    }

    /// Waits until it is open.
    pub(crate) async fn ready(&self) -> Result<App, ApiError> {
        let mut opened = self.0.clone();
        let state = match opened.wait_for(Option::is_some).await {
            Ok(state) => state.clone(),
            Err(_) => None,
        };
        match state {
            Some(Ok(app)) => Ok(app),
            Some(Err(message)) => Err(ApiError::new("host", message)),
            None => Err(ApiError::new("host", "Tollwatch could not open its history.")),
        }
    }

    /// Closes it, if it was ever open; loses nothing.
    pub(crate) async fn close(&self) {
        if let Ok(app) = self.ready().await {
            app.close().await;
        }
    }
}

/// Passes every event on to the window, if there is one.
async fn forward(handle: &AppHandle, app: &App) {
    let mut events = app.events();
    loop {
        let message = match events.recv().await {
            Ok(message) => message,
            // Some were missed: whatever they said, asking again for everything catches up.
            Err(RecvError::Lagged(_)) => EventMessage::Changed { account: None },
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = handle.emit(EVENT, message) {
            tracing::warn!(%error, "an event did not reach the window");
        }
    }
}

/// The one command that the page may call: a door to the library's command table.
#[tauri::command]
pub(crate) async fn call(
    library: State<'_, Library>,
    command: String,
    request: serde_json::Value,
) -> Result<serde_json::Value, ApiError> {
    library.ready().await?.call(&command, request).await
}

/// What the library asks of a program with a window.
struct Desktop {
    handle: AppHandle,
}

impl Host for Desktop {
    fn show_window(&self, episode: Option<i64>) {
        window::show(&self.handle, episode.map(|id| format!("#/alerts/{id}")));
    }

    fn autostart(&self) -> Option<bool> {
        self.handle.autolaunch().is_enabled().ok()
    }

    fn picture_folder(&self) -> Option<std::path::PathBuf> {
        let folders = self.handle.path();
        folders.picture_dir().or_else(|_| folders.download_dir()).or_else(|_| folders.home_dir()).ok()
    }

    fn paper_folder(&self) -> Option<std::path::PathBuf> {
        let folders = self.handle.path();
        folders.document_dir().or_else(|_| folders.download_dir()).or_else(|_| folders.home_dir()).ok()
    }

    fn open_file(&self, path: &std::path::Path) {
        // Where it was put is told anyway.
        if let Err(error) = open::that_detached(path) {
            tracing::warn!(%error, "a report could not be opened");
        }
    }

    fn set_autostart(&self, on: bool) -> Result<(), String> {
        let entry = self.handle.autolaunch();
        let done = if on { entry.enable() } else { entry.disable() };
        done.map_err(|error| format!("The start with the session could not be changed: {error}"))
    }
}
