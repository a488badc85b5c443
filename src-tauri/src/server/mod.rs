//! HTTP transport of the api on loopback: `tollwatch serve` and the browser tests.
//!
//! Only loopback addresses are bound. Every call but the page's own files wants the token that was printed once;
//! `Host` and `Origin` are checked, so that no web page can reach it through a browser (DNS rebinding).

mod auth;
mod events;
mod files;
mod host;

use crate::api::{ApiError, App};
use auth::wants_token;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use events::events;
use files::file;
use host::wants_own_host;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;

/// The largest request: an account draft.
const MAX_REQUEST: usize = 256 * 1024;

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

fn problem(status: StatusCode, error: &ApiError) -> Response {
    let body = serde_json::to_string(error).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
