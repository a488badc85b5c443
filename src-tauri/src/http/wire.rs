//! The wire itself: clients, one exchange, and errors as sentences.

use super::address::Base;
use super::{Answer, MAX_BODY, Policy, WireRequest, redact};
use crate::model::{PollError, PollErrorKind};
use crate::say;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// A connection idle for longer is not used again: after a laptop's sleep it may be dead without knowing.
const IDLE: Duration = Duration::from_secs(20);

/// Requests to one host at the same time. Many accounts may live behind one gateway; it is not to feel a crowd.
const AT_ONCE: usize = 4;

/// Clients that share one policy. Building one reads the machine's certificates, so each is built once.
pub(super) struct Wire {
    policy: Policy,
    client: reqwest::Client,
    /// For loopback: without the environment's proxy, which would carry plain http and its key off this machine.
    direct: OnceLock<reqwest::Client>,
    authorities: Vec<reqwest::Certificate>,
    /// Turns per `host:port`.
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A failed exchange, and whether a second one may help.
pub(super) struct Failure {
    pub(super) error: PollError,
    pub(super) retry: bool,
}

impl Wire {
    pub(super) fn new(policy: Policy) -> Result<Wire, PollError> {
        let authorities = authorities(&policy)?;
        let client = build(&policy, &authorities, true)?;
        Ok(Wire { policy, client, direct: OnceLock::new(), authorities, hosts: Mutex::default() })
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Waits for a turn at a host. Held while a request and its retry run.
    pub(super) async fn turn(&self, host: &str) -> Option<OwnedSemaphorePermit> {
        let turns = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
        };
        turns.acquire_owned().await.ok()
    }

    /// The pause before a retry: the policy's, spread from half to one and a half.
    pub(super) fn pause(&self) -> Duration {
        let spread = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
        self.policy.retry_pause.mul_f64(0.5 + spread)
    }

    fn client_for(&self, base: &Base) -> Result<&reqwest::Client, PollError> {
        if !base.loopback {
            return Ok(&self.client);
        }
        if let Some(client) = self.direct.get() {
            return Ok(client);
        }
        let built = build(&self.policy, &self.authorities, false)?;
        Ok(self.direct.get_or_init(|| built))
    }

    /// One request and its whole answer, before the deadline.
    pub(super) async fn exchange(
        &self,
        base: &Base,
        request: &WireRequest,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let started = Instant::now();
        let result = self.talk(base, request, deadline.saturating_duration_since(started)).await;
        let names: Vec<&str> = request.query.iter().map(|(name, _)| name.as_str()).collect();
        let (status, bytes) = result.as_ref().map_or((0, 0), |answer| (answer.status, answer.body.len()));
        tracing::debug!(
            method = request.method,
            host = base.host,
            path = if request.private { "…".to_owned() } else { redact(&request.path) },
            query = if request.private { String::new() } else { names.join(",") },
            status,
            ms = started.elapsed().as_millis() as u64,
            bytes,
            "asked"
        );
        result
    }

    async fn talk(&self, base: &Base, request: &WireRequest, time: Duration) -> Result<Answer, Failure> {
        let once = |error| Failure { error, retry: false };
        let failed = |error: reqwest::Error| failure(base, &error, &self.policy);
        let client = self.client_for(base).map_err(once)?;
        let method = if request.method == "POST" { reqwest::Method::POST } else { reqwest::Method::GET };
        let mut builder = client.request(method, &request.url).timeout(time);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let mut response = builder.send().await.map_err(failed)?;
        let too_big = || {
            once(PollError::malformed(say!(
                "http-too-big",
                host = base.host.as_str(),
                most = (MAX_BODY >> 20).to_string()
            )))
        };
        if response.content_length().is_some_and(|length| length > MAX_BODY as u64) {
            return Err(too_big());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(too_big());
            }
            body.extend_from_slice(&chunk);
        }
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        Ok(Answer { status: response.status().as_u16(), headers: headers.collect(), body })
    }
}

/// The certificates of the policy's CA file.
fn authorities(policy: &Policy) -> Result<Vec<reqwest::Certificate>, PollError> {
    let Some(path) = &policy.ca_file else { return Ok(Vec::new()) };
    let bad = |why: &str, error: String| {
        let file = path.display().to_string();
        PollError::new(PollErrorKind::Config, say!("http-ca-file", why = why, file = file, error = error))
    };
    let pem = std::fs::read(path).map_err(|error| bad("unread", error.to_string()))?;
    match reqwest::Certificate::from_pem_bundle(&pem) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(bad("empty", String::new())),
    }
}

fn build(
    policy: &Policy,
    authorities: &[reqwest::Certificate],
    proxy: bool,
) -> Result<reqwest::Client, PollError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("tollwatch/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(policy.connect_timeout)
        .read_timeout(policy.read_timeout)
        .timeout(policy.total_timeout)
        .pool_idle_timeout(IDLE);
    if !authorities.is_empty() {
        builder = builder.tls_certs_merge(authorities.iter().cloned());
    }
    if !proxy {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| {
        let why = redact(&chain(&error));
        PollError::new(PollErrorKind::Config, say!("http-setup", why = why))
    })
}

/// Everything an error says, from outside to inside, for telling kinds apart.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(inner) = next {
        text.push_str(&inner.to_string());
        text.push_str("; ");
        next = inner.source();
    }
    text
}

fn io_kind(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut next = Some(error);
    let mut found = None;
    while let Some(inner) = next {
        // The innermost one tells: outer layers wrap it as "other".
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            found = Some(io.kind());
        }
        next = inner.source();
    }
    found
}

/// What went wrong, as a sentence. reqwest's own text is not used: it holds the address with its query.
fn failure(base: &Base, error: &reqwest::Error, policy: &Policy) -> Failure {
    use PollErrorKind::{Malformed, Offline, Unreachable};
    let (host, why, io) = (base.host.as_str(), chain(error), io_kind(error));
    let lower = why.to_ascii_lowercase();
    let has = |word: &str| lower.contains(word);
    let (kind, message, retry) = if error.is_timeout() && error.is_connect() {
        let seconds = policy.connect_timeout.as_secs_f32();
        (Unreachable, say!("http-connect-slow", host = host, seconds = seconds.to_string()), false)
    } else if error.is_timeout() {
        (
            Unreachable,
            say!(
                "http-slow",
                host = host,
                silence = policy.read_timeout.as_secs_f32().to_string(),
                total = policy.total_timeout.as_secs_f32().to_string()
            ),
            false,
        )
    } else if has("tunnel") || has("proxy") {
        (Unreachable, say!("http-proxy", host = host), false)
    } else if has("dns error") || has("lookup address") {
        (Offline, say!("http-not-found", host = host), true)
    } else if matches!(io, Some(std::io::ErrorKind::NetworkUnreachable | std::io::ErrorKind::HostUnreachable))
    {
        (Offline, say!("http-no-way", host = host), true)
    } else if has("certificate") {
        (Unreachable, say!("http-certificate", host = host), false)
    } else if has("corrupt message") || has("invalidcontenttype") || has("received fatal alert") || has("tls")
    {
        (Unreachable, say!("http-tls", host = host), false)
    } else if io == Some(std::io::ErrorKind::ConnectionRefused) {
        (Unreachable, say!("http-refused", host = host), true)
    } else if has("deflate") || has("gzip") || has("invalid data") || has("corrupt") {
        (Malformed, say!("http-packed", host = host), false)
    } else if error.is_body() || error.is_decode() {
        (Malformed, say!("http-broke-off", host = host), false)
    } else if error.is_connect() {
        (Unreachable, say!("http-no-connection", host = host, why = redact(why.trim_end_matches("; "))), true)
    } else {
        // Closed before an answer, often an idle connection of a gateway that was restarted; or no HTTP at all.
        (Unreachable, say!("http-no-http", host = host), true)
    };
    Failure { error: PollError::new(kind, message), retry }
}
