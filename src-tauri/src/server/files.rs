//! The page's own files.

use super::problem;
use crate::api::ApiError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The user interface as built by `npm run build`; in a debug build it is read from the folder.
#[derive(rust_embed::Embed)]
#[folder = "ui/dist"]
#[allow_missing = true]
struct Ui;

/// One of the page's own files. Unknown paths are 404, never the page: there are no client-side paths.
pub(super) fn file(path: &str) -> Response {
    let Some(found) = Ui::get(path) else {
        let message = if path == "index.html" {
            "the user interface was not built into this program: run `npm --prefix ui ci && npm --prefix ui run build`, then build again"
        } else {
            "no such file"
        };
        return problem(StatusCode::NOT_FOUND, &ApiError::new("not_found", message));
    };
    let kind = match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" => "application/json",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, kind)], found.data).into_response()
}
