//! HTTP transport of the api: `tollwatch serve`, for browsers, scripts and the browser tests.
//!
//! Loopback by default; beyond it only with TLS, or where the user said that it may be read on the way. Every call but
//! the page's own files wants a token; `Host` and `Origin` are checked, so that no web page can reach it through a
//! browser (DNS rebinding). What each command takes and answers is in `openapi.rs`, made from the command table.

mod auth;
mod call;
mod events;
mod files;
mod host;
mod limit;
mod metrics;
mod openapi;
mod otlp;
mod seats;
mod tls;
mod wrong;

pub use auth::{fresh_token, sum};
pub use openapi::openapi;

use crate::api::App;
use crate::config::ServerConfig;
use auth::admit;
use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use call::call;
use events::events;
use host::{Own, wants_own_host};
use hyper_util::rt::TokioTimer;
use limit::Limits;
use seats::Seats;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tls::Tls;
use tokio::sync::watch;

/// Bytes of the line and headers of a request; more is answered 431.
const MOST_HEAD: usize = 32 * 1024;
/// How long a request's headers may take, and how long a connection may stand idle.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// How long answers that are under way have when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Why a server was not bound. The command line says it.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Others could read what is sent.
    #[error(
        "{0} can be reached from other machines, and without TLS everyone on the way there can read what is sent: the \
         token, and with it your accounts and balances and the power to change them. Name a certificate \
         (--tls-cert, --tls-key), or listen on 127.0.0.1 and come through ssh or a proxy with TLS; \
         --plain-http-beyond-loopback takes the risk"
    )]
    Readable(SocketAddr),
    /// The address cannot be had.
    #[error("{0} cannot be had ({1}); choose another with --port or --listen")]
    Taken(SocketAddr, std::io::Error),
    /// The certificate or its key cannot be used.
    #[error("{} and {} cannot be used for TLS: {why}", cert.display(), key.display())]
    Tls {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong with them.
        why: std::io::Error,
    },
    /// The system gives no random numbers.
    #[error("no token can be made: {0}")]
    Token(std::io::Error),
}

/// A bound server that is not running yet.
pub struct Server {
    listener: std::net::TcpListener,
    own: Own,
    names: Vec<String>,
    token: String,
    tls: Option<Tls>,
    limits: Limits,
}

#[derive(Clone)]
struct Shared {
    app: App,
    /// The sum of this run's own token.
    token: Arc<str>,
    own: Own,
    limits: Arc<Limits>,
    stopping: watch::Receiver<bool>,
}

impl Server {
    /// Binds where the config says and makes a token. Beyond loopback only with TLS, or when `readable` says that others
    /// may read what is sent. Errors: see [`BindError`]; nothing is bound then.
    pub async fn bind(config: &ServerConfig, readable: bool) -> Result<Server, BindError> {
        let wanted = config.listen;
        let files = config.tls_cert.clone().zip(config.tls_key.clone());
        if files.is_none() && !readable && !wanted.ip().to_canonical().is_loopback() {
            return Err(BindError::Readable(wanted));
        }
        let tls = match files {
            None => None,
            Some((cert, key)) => {
                Some(Tls::read(cert.clone(), key.clone()).await.map_err(|why| BindError::Tls {
                    cert,
                    key,
                    why,
                })?)
            }
        };
        let bound = async {
            let listener = tokio::net::TcpListener::bind(wanted).await?.into_std()?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = bound.await.map_err(|error| BindError::Taken(wanted, error))?;
        let own = Own { address, tls: tls.is_some() };
        let limits = Limits::new(config.requests_per_second);
        let token = fresh_token().map_err(BindError::Token)?;
        Ok(Server { listener, own, names: config.hosts.clone(), token, tls, limits })
    }

    /// The address to open, with the token in the fragment: browsers never send that part, so it is in no log. A server
    /// on all addresses is named as the first of `hosts`, else as this machine names itself.
    pub fn url(&self) -> String {
        format!("{}#token={}", self.address(), self.token)
    }

    /// The same without the token.
    pub fn address(&self) -> String {
        let SocketAddrText { host, port } = self.opened_at();
        let scheme = if self.own.tls { "https" } else { "http" };
        format!("{scheme}://{host}{port}/")
    }

    fn opened_at(&self) -> SocketAddrText {
        let port = format!(":{}", self.own.address.port());
        let ip = self.own.address.ip();
        match (self.names.first(), ip) {
            (Some(name), _) if !ip.is_loopback() => {
                let named = name.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
                SocketAddrText { host: name.clone(), port: if named { String::new() } else { port } }
            }
            (_, IpAddr::V4(ip)) if ip.is_unspecified() => SocketAddrText { host: "127.0.0.1".into(), port },
            (_, IpAddr::V6(ip)) if ip.is_unspecified() => SocketAddrText { host: "[::1]".into(), port },
            (_, IpAddr::V4(ip)) => SocketAddrText { host: ip.to_string(), port },
            (_, IpAddr::V6(ip)) => SocketAddrText { host: format!("[{ip}]"), port },
        }
    }

    /// Whether others on the way can read what is sent.
    pub fn is_readable(&self) -> bool {
        !self.own.tls && !self.own.address.ip().to_canonical().is_loopback()
    }

    /// Serves until `stop` resolves.
    pub async fn run(self, app: App, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let (stopped, stopping) = watch::channel(false);
        let token = sum(&self.token).into();
        let shared = Shared { app, token, own: self.own, limits: Arc::new(self.limits), stopping };
        let service = router(shared).into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        let stopper = handle.clone();
        tokio::spawn(async move {
            stop.await;
            // Event streams never end by themselves.
            let _ = stopped.send(true);
            stopper.graceful_shutdown(Some(LAST_ANSWERS));
        });
        let mut server = axum_server::from_tcp(self.listener)?.handle(handle).http1_only();
        server
            .http_builder()
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WITHIN)
            .max_buf_size(MOST_HEAD);
        match self.tls {
            None => server.acceptor(Seats::default()).serve(service).await,
            Some(tls) => {
                let acceptor = RustlsAcceptor::new(tls.config()).acceptor(Seats::default());
                tls.follow();
                server.acceptor(acceptor).serve(service).await
            }
        }
    }
}

struct SocketAddrText {
    host: String,
    port: String,
}

/// Every address. What is guarded is said in `auth.rs`; a route that is added here belongs into `openapi.rs` too.
fn router(shared: Shared) -> Router {
    Router::new()
        .route("/api/{command}", post(call))
        .route("/events", get(events))
        .route("/metrics", get(metrics::page))
        .route("/v1/metrics", post(otlp::page))
        .route("/openapi.json", get(|| async { wrong::json(openapi::text()) }))
        .fallback(files::file)
        .method_not_allowed_fallback(|request: Request| async move { no_method(&request) })
        .layer(middleware::from_fn_with_state(shared.clone(), admit))
        .layer(middleware::from_fn_with_state(shared.clone(), wants_own_host))
        .with_state(shared)
}

fn no_method(request: &Request) -> Response {
    wrong::no_method(request.method())
}
