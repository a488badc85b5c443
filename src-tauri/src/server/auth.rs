//! Who asks: this run's own token, or a lasting one of the config; and how often they may.
//!
//! Of a token only its SHA-256 is kept and compared. All are compared to their ends, so how long it takes says nothing
//! of how much fits, nor of which. A token is 192 random bits: guessing is hopeless; failed log-ins are slowed down so that
//! they cost nothing and show. A good token passes whatever others do from its address.

use super::wrong::{with, wrong};
use super::{Shared, limit};
use crate::config::{Scope, ServerConfig};
use crate::say;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Whose token a request brought.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The token's name in the config; empty for this run's own.
    pub(super) name: String,
    /// What it opens.
    pub(super) scope: Scope,
    /// The sum of a lasting one; `None` for this run's own.
    sum: Option<String>,
}

impl Caller {
    /// Whether the config as it is now still knows this token.
    pub(super) fn still_known(&self, config: &ServerConfig) -> bool {
        let known = |sum: &String| config.tokens.get(&self.name).is_some_and(|token| token.sha256 == *sum);
        self.sum.as_ref().is_none_or(known)
    }
}

impl Caller {
    /// The answer to a caller whose token does not open that much.
    pub(super) fn refused(&self, wanted: Scope) -> Option<Response> {
        let message = || {
            say!(
                "server-no-scope",
                name = self.name.as_str(),
                has = self.scope.name(),
                wanted = wanted.name()
            )
        };
        (!self.scope.opens(wanted)).then(|| wrong(StatusCode::FORBIDDEN, "scope", message()))
    }
}

/// A new token: 192 random bits behind letters by which a search for lost keys knows it.
pub fn fresh_token() -> std::io::Result<String> {
    let mut random = [0_u8; 24];
    getrandom::fill(&mut random).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(format!("tollwatch_{}", hex(&random)))
}

/// A token's SHA-256, as the config keeps it.
pub fn sum(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lets a request pass that brings a token, or that asks for the page's own files; not too often.
pub(super) async fn admit(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let from = limit::network(peer.ip());
    let caller = who(&shared, request.headers());
    let guarded = is_guarded(request.uri().path());
    let wait = match &caller {
        Some(caller) => shared.limits.token(&caller.name, from),
        None if guarded => shared.limits.failed(from),
        None => shared.limits.open(from),
    };
    if let Err(wait) = wait {
        return too_many(wait);
    }
    match caller {
        None if guarded => {
            let answer = wrong(StatusCode::UNAUTHORIZED, "token", say!("server-no-token"));
            with(answer, header::WWW_AUTHENTICATE, "Bearer realm=\"tollwatch\"")
        }
        None => next.run(request).await,
        Some(caller) => {
            if let Some(refusal) = wanted(request.uri().path()).and_then(|scope| caller.refused(scope)) {
                return refusal;
            }
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    }
}

/// Whether an address wants a token: all but the page's own files.
fn is_guarded(path: &str) -> bool {
    path.starts_with("/api") || wanted(path).is_some()
}

/// What an address wants besides a token. Of a command `call.rs` asks that, as it depends on the request.
fn wanted(path: &str) -> Option<Scope> {
    match path {
        "/events" | "/openapi.json" | "/metrics" => Some(Scope::Read),
        "/v1/metrics" => Some(Scope::Push),
        _ => None,
    }
}

/// Whose token the request brings, if it is one of ours.
fn who(shared: &Shared, headers: &HeaderMap) -> Option<Caller> {
    let given = sum(bearer(headers)?);
    let fits = |known: &str| bool::from(given.as_bytes().ct_eq(known.as_bytes()));
    let mut found = None;
    for (name, token) in &shared.app.serving().tokens {
        if fits(&token.sha256) {
            found = Some(Caller { name: name.clone(), scope: token.scope, sum: Some(token.sha256.clone()) });
        }
    }
    if fits(&shared.token) {
        found = Some(Caller { name: String::new(), scope: Scope::Act, sum: None });
    }
    found
}

/// The one token of a request. Two `Authorization` headers are none.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (first, more) = (all.next()?, all.next());
    let (scheme, token) = first.to_str().ok()?.split_once(' ')?;
    (more.is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}

fn too_many(wait: Duration) -> Response {
    let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1).to_string();
    let message = say!("server-too-many", seconds = seconds.as_str());
    with(wrong(StatusCode::TOO_MANY_REQUESTS, "too_many", message), header::RETRY_AFTER, &seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sum("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let (one, other) = (fresh_token().unwrap(), fresh_token().unwrap());
        assert!(one != other && one.len() == "tollwatch_".len() + 48, "{one}");
    }

    #[test]
    fn one_token_is_read_and_only_as_a_bearers() {
        let headers = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            headers
        };
        assert_eq!(bearer(&headers(&["Bearer abc"])), Some("abc"));
        assert_eq!(bearer(&headers(&["bearer abc"])), Some("abc"), "RFC 9110: schemes have no case");
        for wrong in [&[][..], &["abc"], &["Basic abc"], &["Bearer"], &["Bearer abc", "Bearer abc"]] {
            assert_eq!(bearer(&headers(wrong)), None, "{wrong:?}");
        }
    }

    #[test]
    fn all_but_the_pages_files_is_guarded() {
        for path in ["/api", "/api/", "/api/overview", "/api/../x", "/events", "/openapi.json", "/metrics"] {
            assert!(is_guarded(path), "{path}");
        }
        for path in ["/", "/index.html", "/assets/index-1.js"] {
            assert!(!is_guarded(path), "{path}");
        }
    }
}
