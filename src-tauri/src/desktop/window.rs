//! The window: built when it is shown, destroyed with its web view when it is closed.

use crate::pages;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry};
use tauri_plugin_window_state::StateFlags;
use tollwatch::config::Folders;

/// The label in `tauri.conf.json` and in the capability.
const LABEL: &str = "main";

/// Remembers the window's size and place beside the history. Whether it was visible is not remembered: it starts
/// hidden only when asked to.
pub(crate) fn remember(folders: &Folders) -> tauri::plugin::TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_filename(folders.data.join("window.json").to_string_lossy())
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

/// Shows the window, at a page (`#/alerts/12`) if one is given; builds it when there is none. From any thread.
pub(crate) fn show(handle: &AppHandle, page: Option<String>) {
    let handle = handle.clone();
    // Never on the thread of the event loop: building a web view waits for that one, for ever on Windows.
    tauri::async_runtime::spawn_blocking(move || {
        let shown = match handle.get_webview_window(LABEL) {
            Some(window) => raise(&window, page.as_deref()),
            None => open(&handle, page).map(drop),
        };
        if let Err(error) = shown {
            tracing::warn!(%error, "the window cannot be shown");
        }
    });
}

fn raise(window: &WebviewWindow, page: Option<&str>) -> tauri::Result<()> {
    if let Some(page) = page {
        // As JSON it is a JavaScript string whatever it holds.
        window.eval(format!("location.hash = {}", serde_json::Value::from(page)))?;
    }
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

fn open(handle: &AppHandle, page: Option<String>) -> tauri::Result<WebviewWindow> {
    let mut config = handle.config().app.windows.first().cloned().unwrap_or_default();
    if let Some(page) = page {
        config.url = WebviewUrl::App(page.into());
    }
    let asking = handle.clone();
    WebviewWindowBuilder::from_config(handle, &config)?
        .data_directory(handle.state::<Folders>().data.join("webview"))
        .on_navigation(is_ours)
        // A link out of the page asks for a new window; it gets the user's browser.
        .on_new_window(move |page, _| {
            pages::open(&asking, page);
            NewWindowResponse::Deny
        })
        .build()
}

/// The page's own address. Links elsewhere open in the browser.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // How WebView2 spells the same.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// The route of an account's page, as `ui/src` reads it from the address.
pub(crate) fn page(account: &str) -> String {
    let id: String = url::form_urlencoded::byte_serialize(account.as_bytes()).collect();
    format!("#/account/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_at_its_own_page() {
        let ours = |url: &str| is_ours(&url.parse().unwrap());
        assert!(ours("tauri://localhost/#/account/ci"));
        assert!(ours("http://tauri.localhost/"));
        assert!(!ours("https://example.com/"));
        assert!(!ours("https://tauri.localhost.example.com/"));
        assert!(!ours("file:///etc/passwd"));
    }

    #[test]
    fn an_account_cannot_leave_its_place_in_the_address() {
        assert_eq!(page("openrouter-ci"), "#/account/openrouter-ci");
        assert_eq!(page("a/b\"?c"), "#/account/a%2Fb%22%3Fc");
    }
}
