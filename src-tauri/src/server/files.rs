//! The page's own files, which everyone may have: they hold nothing of the user's.

use super::wrong::{no_method, with, wrong};
use crate::say;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The user interface as built by `npm run build`; in a debug build it is read from the folder.
#[derive(rust_embed::Embed)]
#[folder = "ui/dist"]
#[allow_missing = true]
struct Ui;

/// Answers what no route takes: a file, or that there is none. Unknown paths are 404, never the page: there are no
/// client-side paths.
pub(super) async fn file(request: Request) -> Response {
    let path = match request.uri().path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    let Some(found) = Ui::get(path) else {
        let message = if path == "index.html" { say!("server-no-page") } else { say!("server-no-file") };
        return wrong(StatusCode::NOT_FOUND, "not_found", message);
    };
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return with(no_method(request.method()), header::ALLOW, "GET,HEAD");
    }
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
