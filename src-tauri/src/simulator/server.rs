//! The simulator on a loopback socket.

use super::world::{SimRequest, World};
use crate::model::Timestamp;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Answers on `listener` until `shutdown` resolves. `clock` says what time it is in the simulated world. Errors:
/// those of the socket.
pub async fn serve(
    world: Arc<World>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    listener: tokio::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let answer = move |request: Request| {
        let (world, clock) = (Arc::clone(&world), Arc::clone(&clock));
        async move { respond(&world, &*clock, request).await }
    };
    axum::serve(listener, Router::new().fallback(answer)).with_graceful_shutdown(shutdown).await
}

async fn respond(world: &World, clock: &(dyn Fn() -> Timestamp + Send + Sync), request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, 1 << 20).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let request = SimRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or("").to_owned(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.to_vec(),
    };
    let answer = world.answer(&request, clock());
    if answer.hang {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(Duration::from_millis(answer.delay_ms)).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(answer.body))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
