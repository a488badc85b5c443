//! The only door to the network.

use crate::model::{Json, PollError, Secret};
use std::sync::{Arc, Mutex};

/// What every account's door shares: timeouts, trust, allowed hosts, transport.
#[derive(Clone, Default)]
pub struct Policy {
    /// Hosts (or `host:port`) that may be asked over plain http besides loopback addresses.
    pub allow_http: Vec<String>,
    /// A PEM file with further certificate authorities.
    pub ca_file: Option<std::path::PathBuf>,
}

/// One account's door: a base URL and the way there. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    session: Arc<Mutex<Option<Secret>>>,
}

/// A request relative to the base URL.
#[derive(Clone, Debug)]
pub struct Request {}

impl Request {
    /// GET of a path that starts with `/`.
    pub fn get(_path: &str) -> Self {
        Request {}
    }
    /// POST of a path with a JSON body.
    pub fn post(_path: &str, _json: serde_json::Value) -> Self {
        Request {}
    }
    /// Adds a query parameter, encoded. Never for secrets.
    pub fn query(self, _name: &str, _value: &str) -> Self {
        self
    }
    /// `Authorization: Bearer …`.
    pub fn bearer(self, _secret: &Secret) -> Self {
        self
    }
    /// A header that carries a secret, such as `x-api-key` or `cookie`.
    pub fn secret_header(self, _name: &str, _secret: &Secret) -> Self {
        self
    }
    /// A plain header.
    pub fn header(self, _name: &str, _value: &str) -> Self {
        self
    }
}

/// What came back: any status, at most 4 MiB.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// The body as JSON; HTML and cut bodies get a sentence that says so.
    pub fn json(&self) -> Result<Json, PollError> {
        Json::parse(&self.body).map_err(|error| PollError::malformed(error.to_string()))
    }
}

impl Http {
    /// A door to `base_url` under a policy. Errors: not a URL; plain http to a host that is not allowed.
    pub fn open(_policy: &Policy, _base_url: &str) -> Result<Http, PollError> {
        unimplemented!()
    }
    /// Sends, with at most one retry. An answer of any status is `Ok`; no answer is an error.
    pub async fn send(&self, _request: Request) -> Result<Answer, PollError> {
        unimplemented!()
    }
    /// A place for a log-in's session between polls (a cookie); in memory only.
    pub fn session(&self) -> &Mutex<Option<Secret>> {
        &self.session
    }
}
