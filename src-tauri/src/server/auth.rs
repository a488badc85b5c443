//! The token that every call but the page's own files wants.

use super::{Shared, problem};
use crate::api::ApiError;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;

/// Lets a request pass that brings the token of this run.
pub(super) async fn wants_token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if bool::from(given.as_bytes().ct_eq(shared.token.as_bytes())) {
        return next.run(request).await;
    }
    let error =
        ApiError::new("token", "open the address that `tollwatch serve` printed: it carries the token");
    problem(StatusCode::UNAUTHORIZED, &error)
}
