//! HTTP transport of the api on loopback: `tollwatch serve` and the browser tests.
//!
//! Only loopback addresses are bound. Every call but the page's own files wants the token that was printed once;
//! `Host` and `Origin` are checked, so that no web page can reach it through a browser (DNS rebinding).

mod otlp;

use crate::api::{ApiError, App};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::{Stream, StreamExt};
use std::convert::Infallible;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio_stream::wrappers::BroadcastStream;

/// The largest request: an account draft.
const MAX_REQUEST: usize = 256 * 1024;
/// Nothing from elsewhere, nothing inline.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The user interface as built by `npm run build`; in a debug build it is read from the folder.
#[derive(rust_embed::Embed)]
#[folder = "ui/dist"]
#[allow_missing = true]
struct Ui;

/// A bound server that is not running yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    token: String,
}

#[derive(Clone)]
struct Shared {
    app: App,
    token: String,
    port: u16,
}

impl Server {
    /// Binds `port` on 127.0.0.1 (0: any free one) and makes a token.
    pub async fn bind(port: u16) -> std::io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let mut random = [0_u8; 24];
        getrandom::fill(&mut random).map_err(|error| std::io::Error::other(error.to_string()))?;
        let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Server { address: listener.local_addr()?, listener, token })
    }

    /// The address to open, with the token in the fragment: browsers never send that part, so it is in no log.
    pub fn url(&self) -> String {
        format!("http://{}/#token={}", self.address, self.token)
    }

    /// Serves until `stop` resolves.
    pub async fn run(self, app: App, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let shared = Shared { app, token: self.token, port: self.address.port() };
        let (stopped, stopping) = tokio::sync::watch::channel(false);
        let guarded = Router::new()
            .route("/api/{command}", post(call))
            .route("/events", get(events))
            .route("/v1/metrics", post(metrics))
            .route_layer(middleware::from_fn_with_state(shared.clone(), wants_token))
            .layer(axum::Extension(stopping));
        let router = guarded
            .route("/", get(|| async { file("index.html") }))
            .route("/{*path}", get(|Path(path): Path<String>| async move { file(&path) }))
            .layer(middleware::from_fn_with_state(shared.clone(), wants_own_host))
            .with_state(shared);
        axum::serve(self.listener, router)
            .with_graceful_shutdown(async move {
                stop.await;
                // Event streams never end by themselves.
                let _ = stopped.send(true);
            })
            .await
    }
}

/// Only this address, asked by nobody else's page.
async fn wants_own_host(State(shared): State<Shared>, request: Request, next: Next) -> Response {
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

async fn wants_token(
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

async fn call(State(shared): State<Shared>, Path(command): Path<String>, body: Body) -> Response {
    let body = match axum::body::to_bytes(body, MAX_REQUEST).await {
        Ok(body) => body,
        Err(_) => {
            let error = ApiError::new("bad_request", "the request is larger than any command needs");
            return problem(StatusCode::PAYLOAD_TOO_LARGE, &error);
        }
    };
    let request = if body.is_empty() { Ok(serde_json::json!({})) } else { serde_json::from_slice(&body) };
    let answer = match request {
        Ok(request) => shared.app.call(&command, request).await,
        Err(error) => Err(ApiError::new("bad_request", format!("the request is no JSON: {error}"))),
    };
    match answer {
        Ok(value) => {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            (headers, value.to_string()).into_response()
        }
        Err(error) => {
            let status = match error.code {
                "not_found" => StatusCode::NOT_FOUND,
                "bad_request" => StatusCode::BAD_REQUEST,
                _ => StatusCode::CONFLICT,
            };
            problem(status, &error)
        }
    }
}

/// Metrics that a program pushes.
async fn metrics(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    otlp::receive(&shared.app, &headers, body).await
}

/// Events as they come, until the server stops. A listener that lagged is told that everything changed.
async fn events(
    State(shared): State<Shared>,
    axum::Extension(mut stopping): axum::Extension<tokio::sync::watch::Receiver<bool>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stream = BroadcastStream::new(shared.app.events()).map(|message| {
        let lagged = crate::api::types::EventMessage::Changed { account: None };
        let message = message.unwrap_or(lagged);
        Ok(Event::default().data(serde_json::to_string(&message).unwrap_or_default()))
    });
    let stopped = Box::pin(async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    Sse::new(stream.take_until(stopped)).keep_alive(KeepAlive::default())
}

/// One of the page's own files. Unknown paths are 404, never the page: there are no client-side paths.
fn file(path: &str) -> Response {
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

fn problem(status: StatusCode, error: &ApiError) -> Response {
    let body = serde_json::to_string(error).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
