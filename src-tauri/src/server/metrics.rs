//! `GET /metrics`: what Prometheus scrapes.

use super::Shared;
use crate::api::MetricsFormat;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The page, in the format that `Accept` asks for.
pub(super) async fn page(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let format = MetricsFormat::accepted(accept.unwrap_or_default());
    // Ten thousand accounts are a page of many megabytes: other calls are answered meanwhile.
    match tokio::task::spawn_blocking(move || shared.app.metrics_page(format)).await {
        Ok(Ok(page)) => {
            let kind = (header::CONTENT_TYPE, format.content_type());
            ([kind, (header::CACHE_CONTROL, "no-store")], page).into_response()
        }
        Ok(Err(_)) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
