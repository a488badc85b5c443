//! Pages that open in the user's browser: those that the library itself names, and no others.

use crate::library::Library;
use serde_json::{Value, json};
use tauri::{AppHandle, Url};
use tollwatch::api::{ApiError, App};

/// Opens a page that a link in the window asked for. From any thread; returns at once.
pub(crate) fn open(handle: &AppHandle, page: Url) {
    let library = Library::of(handle);
    tauri::async_runtime::spawn(async move {
        let opened = match library.ready().await {
            Ok(app) => open_named(&app, &page).await,
            Err(error) => Err(error),
        };
        if let Err(error) = opened {
            tracing::warn!(%error, %page, "a page was not opened");
        }
    });
}

async fn open_named(app: &App, page: &Url) -> Result<(), ApiError> {
    let mut named = false;
    for command in ["connectors", "overview"] {
        named |= names(&app.call(command, json!({})).await?, page);
    }
    if !named || !may_open(page) {
        return Err(ApiError::new("host", "Tollwatch opens only the pages that its connectors name."));
    }
    open::that_detached(page.as_str())
        .map_err(|error| ApiError::new("host", format!("No browser could be started: {error}.")))
}

/// Whether an answer holds this address under a key that says `url`.
fn names(answer: &Value, page: &Url) -> bool {
    match answer {
        Value::Object(fields) => fields.iter().any(|(key, value)| match value {
            // Compared as addresses: the web view writes `https://a.example` as `https://a.example/`.
            Value::String(text) => key.ends_with("url") && text.parse().is_ok_and(|url: Url| url == *page),
            deeper => names(deeper, page),
        }),
        Value::Array(items) => items.iter().any(|item| names(item, page)),
        _ => false,
    }
}

/// https, or http to this very machine, where a gateway of one's own has its pages.
fn may_open(page: &Url) -> bool {
    let here = match page.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    page.scheme() == "https" || (page.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn only_pages_that_an_answer_names_are_known() {
        let answer = json!([{ "docs_url": "https://docs.example/a", "about": "https://elsewhere.example/",
                              "base_url": null, "secrets": [{ "url": "https://keys.example" }] }]);
        assert!(names(&answer, &url("https://docs.example/a")));
        assert!(names(&answer, &url("https://keys.example/")));
        assert!(!names(&answer, &url("https://elsewhere.example/")), "named in prose, not as an address");
        assert!(!names(&answer, &url("https://docs.example/")), "a part of an address is not the address");
    }

    #[test]
    fn schemes_that_start_programs_or_read_files_are_refused() {
        for page in ["file:///etc/passwd", "javascript:alert(1)", "smb://host/x", "http://example.com/"] {
            assert!(!may_open(&url(page)), "{page}");
        }
        for page in [
            "https://example.com/billing",
            "http://localhost:4000/ui",
            "http://127.0.0.1:4000/",
            "http://[::1]/",
        ] {
            assert!(may_open(&url(page)), "{page}");
        }
    }
}
