//! The only door to the network: base URL, timeouts, one retry, size cap, redaction, record and replay.
//!
//! A [`Network`] is built once per [`Policy`] and shared; an [`Http`] is one account's door through it. Nothing here
//! follows a redirect, so a key never travels to a host that the user did not name.

mod address;
mod answer;
mod fixtures;
pub(crate) mod moment;
mod redact;
mod request;
mod tape;
mod wire;

pub use answer::Answer;
pub(crate) use redact::{names_a_secret, redact};
pub use request::{Request, WireRequest};
pub use tape::{Heard, MOST_ANSWERS, MOST_BYTES};

use crate::model::{PollError, PollErrorKind, Secret};
use crate::say;
use address::Base;
use fixtures::{Recorder, Replay};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tape::Tape;
use wire::Wire;

/// A body is cut off beyond this many bytes, counted after decompression. Billing answers are a few KiB.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// The longest `Retry-After` that is waited for inside one poll; a longer one is passed up.
const PATIENCE: i64 = 5_000;

/// What every account's door shares: timeouts, trust, allowed hosts.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Hosts (or `host:port`) that may be asked over plain http besides loopback addresses.
    pub allow_http: Vec<String>,
    /// A PEM file with further certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// Time to connect, TLS included. 10 s.
    pub connect_timeout: Duration,
    /// Longest silence while an answer is read. 15 s.
    pub read_timeout: Duration,
    /// Time for a whole `send`, its retry included. 30 s.
    pub total_timeout: Duration,
    /// Pause before the one retry when the answer names none; spread by ± half. 500 ms.
    pub retry_pause: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            allow_http: Vec::new(),
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(30),
            retry_pause: Duration::from_millis(500),
        }
    }
}

/// Answers requests without a socket; for the simulator.
pub type InProcess = Arc<dyn Fn(&WireRequest) -> Answer + Send + Sync>;

/// The way to the network (or what stands for it). Built once, cheap to clone.
#[derive(Clone)]
pub struct Network {
    transport: Arc<Transport>,
}

enum Transport {
    Wire(Wire),
    Record(Wire, Recorder),
    Replay(Replay),
    InProcess(InProcess),
}

impl Network {
    /// The real network. Errors: the CA file cannot be read or holds no certificate.
    pub fn new(policy: Policy) -> Result<Network, PollError> {
        Ok(Self::with(Transport::Wire(Wire::new(policy)?)))
    }

    /// The real network, with each answer written to a `.http` file in `dir` (made if missing), secrets removed.
    pub fn record(policy: Policy, dir: &Path) -> Result<Network, PollError> {
        Ok(Self::with(Transport::Record(Wire::new(policy)?, Recorder::new(dir)?)))
    }

    /// Answers from the `.http` files in `dir`; the format is in the module `fixtures`. Nothing is sent.
    /// Errors: the folder or one of its files cannot be read.
    pub fn replay(dir: &Path) -> Result<Network, PollError> {
        Ok(Self::with(Transport::Replay(Replay::new(dir)?)))
    }

    /// Answers from a function. Nothing is sent.
    pub fn in_process(answer: InProcess) -> Network {
        Self::with(Transport::InProcess(answer))
    }

    fn with(transport: Transport) -> Network {
        Network { transport: Arc::new(transport) }
    }

    /// The policy, where something really goes out.
    fn policy(&self) -> Option<&Policy> {
        match self.transport.as_ref() {
            Transport::Wire(wire) | Transport::Record(wire, _) => Some(wire.policy()),
            Transport::Replay(_) | Transport::InProcess(_) => None,
        }
    }
}

/// One account's door: a base URL and the way there. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    network: Network,
    base: Arc<Base>,
    session: Arc<Mutex<Option<Secret>>>,
    tape: Tape,
}

impl Http {
    /// A door to `base_url`. Its path is kept as a prefix of every request's path, a trailing slash is dropped.
    /// Errors (kind `Config`): not a URL; a user name, password, query or fragment in it; plain http to a host that
    /// is neither loopback nor allowed.
    pub fn open(network: &Network, base_url: &str) -> Result<Http, PollError> {
        let base = Arc::new(Base::parse(base_url, network.policy())?);
        Ok(Http {
            network: network.clone(),
            base,
            session: Arc::new(Mutex::new(None)),
            tape: Tape::default(),
        })
    }

    /// A door to another host of the same provider (a log-in server), through the same network.
    /// Errors: as [`Http::open`].
    pub fn elsewhere(&self, base_url: &str) -> Result<Http, PollError> {
        Ok(Http { tape: self.tape.clone(), ..Http::open(&self.network, base_url)? })
    }

    /// The same door, whose answers are kept until [`Http::heard`] takes them.
    pub(crate) fn taped(self) -> Http {
        Http { tape: Tape::new(), ..self }
    }

    /// What came back since the last call, at most [`MOST_ANSWERS`] answers of [`MOST_BYTES`] each, and how many more
    /// there were. Secrets are masked: what looks like one, those in `own`, and those that were sent.
    pub(crate) fn heard(&self, own: &[&str]) -> (Vec<Heard>, usize) {
        self.tape.take(own)
    }

    /// Sends, with at most one retry (GET only: a failed connection, 502, 504, and 429 or 503 that ask for no more
    /// than 5 s). An answer of any status is `Ok`, except a redirect; no whole answer is an error.
    pub async fn send(&self, request: Request) -> Result<Answer, PollError> {
        let wire_request = request.resolve(&self.base)?;
        let answer = self.ask(&request, &wire_request).await;
        self.tape.note(&self.base.host, &wire_request, request.secrets(), &answer);
        self.refuse_redirect(answer?)
    }

    /// One question on whatever transport there is.
    async fn ask(&self, request: &Request, wire_request: &WireRequest) -> Result<Answer, PollError> {
        Ok(match self.network.transport.as_ref() {
            Transport::Wire(wire) => self.exchange(wire, wire_request).await?,
            Transport::Record(wire, recorder) => {
                let answer = self.exchange(wire, wire_request).await?;
                recorder.write(wire_request, &request.secrets(), &answer)?;
                answer
            }
            Transport::Replay(replay) => replay.answer(wire_request)?,
            Transport::InProcess(function) => function(wire_request),
        })
    }

    /// One exchange on the wire, and a second one if the first asks for it.
    async fn exchange(&self, wire: &Wire, request: &WireRequest) -> Result<Answer, PollError> {
        // The wait for a turn at a busy host is not the host's time.
        let _turn = wire.turn(&self.base.host).await;
        let deadline = tokio::time::Instant::now() + wire.policy().total_timeout;
        let first = wire.exchange(&self.base, request, deadline).await;
        let pause = match &first {
            _ if request.method != "GET" => None,
            Err(failure) => failure.retry.then(|| wire.pause()),
            Ok(answer) => match (answer.status, answer.retry_after()) {
                (502 | 504, None) => Some(wire.pause()),
                (429 | 502 | 503 | 504, Some(ms)) if ms <= PATIENCE => {
                    Some(Duration::from_millis(ms.unsigned_abs()))
                }
                _ => None,
            },
        };
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        match pause.filter(|pause| *pause < left) {
            None => first.map_err(|failure| failure.error),
            Some(pause) => {
                tokio::time::sleep(pause).await;
                wire.exchange(&self.base, request, deadline).await.map_err(|failure| failure.error)
            }
        }
    }

    /// A redirect is never followed: it would carry the key to another address.
    fn refuse_redirect(&self, answer: Answer) -> Result<Answer, PollError> {
        if !(300..400).contains(&answer.status) {
            return Ok(answer);
        }
        let target = answer.header("location").and_then(|to| self.base.url.join(to).ok());
        let named = target.as_ref().and_then(|url| url.host_str());
        let own = named.is_some() && named == self.base.url.host_str();
        let https =
            target.as_ref().is_some_and(|url| url.scheme() == "https") && self.base.url.scheme() == "http";
        let hint = match () {
            () if own && https => "https",
            () if own => "path",
            () => "host",
        };
        Err(PollError::new(
            PollErrorKind::Config,
            say!(
                "http-redirect",
                hint = hint,
                host = self.base.host.as_str(),
                to = named.map_or_else(|| say!("http-elsewhere"), str::to_owned),
                status = answer.status.to_string()
            ),
        ))
    }

    /// A place for a log-in's session between polls (a cookie); in memory only.
    pub fn session(&self) -> &Mutex<Option<Secret>> {
        &self.session
    }
}
