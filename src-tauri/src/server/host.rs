//! Who may ask, by name: `Host` and `Origin` are checked, so that no web page can reach the api through a browser (DNS
//! rebinding).

use super::{Shared, problem};
use crate::api::ApiError;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Nothing from elsewhere, nothing inline.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Only this address, asked by nobody else's page.
pub(super) async fn wants_own_host(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if !is_own(request.headers(), shared.port) {
        let error = ApiError::new("bad_host", "this server answers only at its own address");
        return problem(StatusCode::FORBIDDEN, &error);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether `Host`, and `Origin` if there is one, name this server at a loopback address.
fn is_own(headers: &HeaderMap, port: u16) -> bool {
    let own =
        |text: &str| ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| text == format!("{name}:{port}"));
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let host = headers.get(header::HOST).map(text);
    let origin = headers.get(header::ORIGIN).map(text);
    host.is_some_and(|host| own(&host))
        && origin.is_none_or(|origin| origin.strip_prefix("http://").is_some_and(own))
}
