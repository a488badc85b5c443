//! One command: `POST /api/{name}` with its request as a JSON object.

use super::Shared;
use super::auth::Caller;
use super::wrong::{json, problem, status_of, wrong};
use crate::api::{ApiError, App, COMMANDS};
use crate::say;
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use std::time::Duration;

/// The largest request: an account draft, or a pasted answer.
pub(super) const MOST_BODY: usize = 256 * 1024;
/// How long a request's body may take.
const BODY_WITHIN: Duration = Duration::from_secs(20);

/// Answers one command. The order of the checks is that of the documents: command, kind, size, JSON, scope, the command.
pub(super) async fn call(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // A name that is no UTF-8 is no command either.
    let name = path.map_or_else(|_| String::new(), |Path(name)| name);
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return problem(StatusCode::NOT_FOUND, &ApiError::not_found(format_args!("command '{name}'")));
    };
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        return wrong(StatusCode::UNSUPPORTED_MEDIA_TYPE, "kind", say!("server-kind"));
    }
    let request = match read(body).await {
        Ok(request) => request,
        Err(answer) => return answer,
    };
    if let Some(refusal) = caller.refused(command.wants(&request)) {
        return refusal;
    }
    match run(shared.app, command.name, request).await {
        Ok(value) => json(value.to_string()),
        Err(error) => problem(status_of(&error), &error),
    }
}

/// Whether the body is said to be JSON. One that says nothing is taken for it.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// The request, or the answer to one that cannot be read. An empty body is `{}`.
async fn read(body: Body) -> Result<Value, Response> {
    let bad = |message: String| wrong(StatusCode::BAD_REQUEST, "bad_request", message);
    let body = match tokio::time::timeout(BODY_WITHIN, axum::body::to_bytes(body, MOST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let message = say!("server-too-large", most = MOST_BODY.to_string());
            return Err(wrong(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        Err(_) => {
            let message = say!("server-too-slow", seconds = BODY_WITHIN.as_secs().to_string());
            return Err(wrong(StatusCode::REQUEST_TIMEOUT, "too_slow", message));
        }
    };
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    match serde_json::from_slice(&body) {
        Ok(request @ Value::Object(_)) => Ok(request),
        Ok(_) => Err(bad(say!("server-no-object"))),
        Err(error) => Err(bad(say!("server-no-json", why = error.to_string()))),
    }
}

/// Runs it to its end, also when the caller goes away: nothing is left half done. A fault of ours is an answer too.
async fn run(app: App, command: &'static str, request: Value) -> Result<Value, ApiError> {
    let running = tokio::spawn(async move { app.call(command, request).await });
    running.await.unwrap_or_else(|fault| {
        tracing::error!("The command {command} broke down: {fault}");
        Err(ApiError::new("internal", say!("server-broke")))
    })
}
