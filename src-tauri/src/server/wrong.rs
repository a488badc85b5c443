//! Answers: JSON, and errors in the one shape that all of them have.

use crate::api::ApiError;
use crate::say;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A good answer that is JSON already.
pub(super) fn json(text: impl Into<axum::body::Body>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, text.into()).into_response()
}

/// An error with its status.
pub(super) fn problem(status: StatusCode, error: &ApiError) -> Response {
    let body = serde_json::to_string(error).unwrap_or_default();
    (status, json(body)).into_response()
}

/// An error with its status, its code and its sentence.
pub(super) fn wrong(status: StatusCode, code: &'static str, message: String) -> Response {
    problem(status, &ApiError::new(code, message))
}

/// The same with one header more.
pub(super) fn with(mut answer: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// 405; the router adds the header `Allow`.
pub(super) fn no_method(method: &Method) -> Response {
    let message = say!("server-no-method", method = method.as_str());
    wrong(StatusCode::METHOD_NOT_ALLOWED, "method", message)
}

/// The status of a command's error. A form's field that cannot be read is its own code, so it is the request's fault.
pub(super) fn status_of(error: &ApiError) -> StatusCode {
    match error.code {
        "not_found" => StatusCode::NOT_FOUND,
        "config" | "secrets" | "poll" | "host" => StatusCode::CONFLICT,
        "store" => StatusCode::SERVICE_UNAVAILABLE,
        "internal" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
