//! The two commands that the page may call.

use crate::library::Library;
use serde_json::{Value, json};
use tauri::State;
use tollwatch::api::ApiError;

/// One door to the library's command table; which commands there are is its business.
#[tauri::command]
pub(crate) async fn call(
    library: State<'_, Library>,
    command: String,
    request: Value,
) -> Result<Value, ApiError> {
    library.ready().await?.call(&command, request).await
}

/// Opens a page in the user's browser: one that the library itself names, and no other.
#[tauri::command]
pub(crate) async fn open_url(library: State<'_, Library>, url: String) -> Result<(), ApiError> {
    let app = library.ready().await?;
    let mut named = false;
    for command in ["connectors", "overview"] {
        named |= names(&app.call(command, json!({})).await?, &url);
    }
    if !named || !may_open(&url) {
        return Err(ApiError::new("refused", "Tollwatch opens only the pages that its connectors name."));
    }
    open::that_detached(&url).map_err(|error| {
        ApiError::new("no_browser", format!("No browser could be started: {error}. The page is {url}"))
    })
}

/// Whether an answer holds this address under a key that says `url`.
fn names(answer: &Value, url: &str) -> bool {
    match answer {
        Value::Object(fields) => fields.iter().any(|(key, value)| match value {
            Value::String(text) => key.ends_with("url") && text == url,
            deeper => names(deeper, url),
        }),
        Value::Array(items) => items.iter().any(|item| names(item, url)),
        _ => false,
    }
}

/// https, or http to this very machine, where a gateway of one's own has its pages.
fn may_open(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_an_answer_names_are_known() {
        let answer = json!([{ "docs_url": "https://docs.example/a", "about": "https://elsewhere.example/",
                              "secrets": [{ "url": "https://keys.example/new" }] }]);
        assert!(names(&answer, "https://docs.example/a"));
        assert!(names(&answer, "https://keys.example/new"));
        assert!(!names(&answer, "https://elsewhere.example/"), "named in prose, not as an address");
        assert!(!names(&answer, "https://docs.example/"), "a part of an address is not the address");
    }

    #[test]
    fn schemes_that_start_programs_or_read_files_are_refused() {
        for url in
            ["file:///etc/passwd", "javascript:alert(1)", "smb://host/x", "http://example.com/", "no address"]
        {
            assert!(!may_open(url), "{url}");
        }
        for url in [
            "https://example.com/billing",
            "http://localhost:4000/ui",
            "http://127.0.0.1:4000/",
            "http://[::1]/",
        ] {
            assert!(may_open(url), "{url}");
        }
    }
}
