//! `POST /v1/metrics`: OTLP/HTTP, as opentelemetry.io/docs/specs/otlp says it. Binary protobuf and JSON, each packed by
//! gzip or not; the answer is coded as the question.

use super::Shared;
use crate::otlp::{Encoding, MOST_BYTES, decode, done, failed, gunzip, points};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tokio::sync::Semaphore;

/// One request is read at a time: of a million empty points it takes 230 MB.
static READING: Semaphore = Semaphore::const_new(1);
/// How long the others wait for their turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// Seconds after which a sender may try again.
const RETRY_AFTER: &str = "5";

/// Codes of `google.rpc.Code`.
const INVALID_ARGUMENT: i32 = 3;
const RESOURCE_EXHAUSTED: i32 = 8;
const UNAVAILABLE: i32 = 14;

/// Takes in one request.
pub(super) async fn page(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let app = &shared.app;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let Some(encoding) = Encoding::of(text(header::CONTENT_TYPE)) else {
        let message = "OTLP/HTTP is application/x-protobuf or application/json";
        return refused(Encoding::Json, StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID_ARGUMENT, message);
    };
    let packed = match text(header::CONTENT_ENCODING).to_ascii_lowercase().as_str() {
        "" | "identity" => false,
        "gzip" => true,
        _ => {
            let message = "the body may be packed by gzip only";
            return refused(encoding, StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID_ARGUMENT, message);
        }
    };
    let bytes = match axum::body::to_bytes(body, MOST_BYTES).await {
        Ok(bytes) => bytes,
        Err(_) => return too_large(encoding),
    };
    // Not before: a body that comes slowly must not keep others out.
    let Ok(Ok(_turn)) = tokio::time::timeout(PATIENCE, READING.acquire()).await else {
        return refused(encoding, StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, "others are being read");
    };
    let bytes = match packed.then(|| gunzip(&bytes)) {
        None => bytes,
        Some(Ok(Some(bytes))) => Bytes::from(bytes),
        Some(Ok(None)) => return too_large(encoding),
        Some(Err(_)) => {
            return refused(encoding, StatusCode::BAD_REQUEST, INVALID_ARGUMENT, "the body is no gzip");
        }
    };
    let batch = match decode(encoding, &bytes) {
        Ok(request) => points(&request),
        Err(error) => return refused(encoding, StatusCode::BAD_REQUEST, INVALID_ARGUMENT, &error),
    };
    match app.received(&batch) {
        Ok(taken) => answer(encoding, StatusCode::OK, done(encoding, &taken)),
        Err(error) => {
            tracing::error!("Metrics that were pushed cannot be kept: {error}");
            let message = "the history cannot be written";
            refused(encoding, StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, message)
        }
    }
}

fn too_large(encoding: Encoding) -> Response {
    let message = format!("a request may have {MOST_BYTES} bytes, unpacked: send smaller batches");
    refused(encoding, StatusCode::PAYLOAD_TOO_LARGE, RESOURCE_EXHAUSTED, &message)
}

fn refused(encoding: Encoding, status: StatusCode, code: i32, message: &str) -> Response {
    let mut response = answer(encoding, status, failed(encoding, code, message));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static(RETRY_AFTER));
    }
    response
}

fn answer(encoding: Encoding, status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, encoding.content_type())], body).into_response()
}
