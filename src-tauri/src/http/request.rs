//! What is asked: a request relative to the base URL, and the same request as it goes on the wire.

use super::address::Base;
use crate::model::{PollError, Secret};
use crate::say;
use std::fmt;

/// A request relative to the base URL. `Debug` prints neither header values nor the body.
#[derive(Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    query: Vec<(String, Value)>,
    headers: Vec<(String, Value)>,
    body: Body,
    private: bool,
}

/// What a request carries.
#[derive(Clone)]
enum Body {
    None,
    Json(serde_json::Value),
    /// Names and values; each value may be a secret.
    Form(Vec<(String, Secret)>),
    /// A text as it stands, with its content type.
    Text(&'static str, String),
    /// Bytes as they stand, with their content type.
    Bytes(&'static str, Vec<u8>),
}

/// What stands for a secret in a query that may be seen.
const MASK: &str = "redacted";

/// A header's or parameter's value, and whether it may be seen.
#[derive(Clone)]
enum Value {
    Plain(String),
    Secret(Secret),
    Bearer(Secret),
}

impl Request {
    /// GET of a path that starts with `/`.
    pub fn get(path: &str) -> Self {
        Request {
            method: "GET",
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            private: false,
        }
    }

    /// Its path and query are a secret too: they stand in no log, error or recording.
    pub fn private(self) -> Self {
        Request { private: true, ..self }
    }

    /// POST of a path with a JSON body. Never retried.
    pub fn post(path: &str, json: serde_json::Value) -> Self {
        Request { method: "POST", body: Body::Json(json), ..Self::get(path) }
    }

    /// POST of a form (`application/x-www-form-urlencoded`), whose values may be secrets. Never retried.
    pub fn form(path: &str, fields: Vec<(String, Secret)>) -> Self {
        Request { method: "POST", body: Body::Form(fields), ..Self::get(path) }
    }

    /// POST of a text, with its content type. Never retried.
    pub fn text(path: &str, content_type: &'static str, text: String) -> Self {
        Request { method: "POST", body: Body::Text(content_type, text), ..Self::get(path) }
    }

    /// POST of bytes, with their content type. Never retried.
    pub fn bytes(path: &str, content_type: &'static str, bytes: Vec<u8>) -> Self {
        Request { method: "POST", body: Body::Bytes(content_type, bytes), ..Self::get(path) }
    }

    /// Adds a query parameter, encoded. Never for secrets.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), Value::Plain(value.to_owned())));
        self
    }

    /// Adds a query parameter that carries a secret. Only for a provider that takes its key in no header: the key then
    /// stands in the address on the wire, and in no log, error or recording of ours.
    pub fn secret_query(mut self, name: &str, secret: &Secret) -> Self {
        self.query.push((name.to_owned(), Value::Secret(secret.clone())));
        self
    }

    /// `Authorization: Bearer …`.
    pub fn bearer(mut self, secret: &Secret) -> Self {
        self.headers.push(("authorization".to_owned(), Value::Bearer(secret.clone())));
        self
    }

    /// `Authorization: Basic …` (RFC 7617), of a user name and a password.
    pub fn basic(self, user: &str, password: &Secret) -> Self {
        use base64::Engine as _;
        let pair = format!("{user}:{}", password.expose());
        let coded = base64::engine::general_purpose::STANDARD.encode(pair);
        self.secret_header("authorization", &Secret::new(format!("Basic {coded}")))
    }

    /// A header that carries a secret, such as `x-api-key` or `cookie`.
    pub fn secret_header(mut self, name: &str, secret: &Secret) -> Self {
        self.headers.push((name.to_ascii_lowercase(), Value::Secret(secret.clone())));
        self
    }

    /// A plain header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), Value::Plain(value.to_owned())));
        self
    }

    /// Every secret in it, to be kept out of recordings: secret headers and parameters, and strings in the body under names such as
    /// `password`.
    pub(super) fn secrets(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        if self.private {
            found.push(self.path.clone());
        }
        for (_, value) in self.headers.iter().chain(&self.query) {
            if let Value::Secret(secret) | Value::Bearer(secret) = value {
                found.push(secret.expose().to_owned());
            }
        }
        match &self.body {
            Body::Json(serde_json::Value::Object(members)) => {
                for (name, value) in members {
                    if let Some(text) = value.as_str().filter(|_| super::redact::names_a_secret(name)) {
                        found.push(text.to_owned());
                    }
                }
            }
            Body::Form(fields) => {
                let secret = fields.iter().filter(|(name, _)| super::redact::names_a_secret(name));
                found.extend(secret.map(|(_, value)| value.expose().to_owned()));
            }
            _ => {}
        }
        found
    }

    /// The request as it goes out. Errors: a path outside the base; a header that HTTP cannot carry.
    pub(super) fn resolve(&self, base: &Base) -> Result<WireRequest, PollError> {
        let mut url = base.join(&self.path).map_err(|error| match self.private {
            true => PollError { message: say!("http-private-path", host = base.host.as_str()), ..error },
            false => error,
        })?;
        let mut query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        for (name, value) in &self.query {
            let (sent, seen) = match value {
                Value::Plain(text) => (text.as_str(), text.as_str()),
                Value::Secret(secret) | Value::Bearer(secret) => (secret.expose(), MASK),
            };
            url.query_pairs_mut().append_pair(name, sent);
            query.push((name.clone(), seen.to_owned()));
        }
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        for (name, value) in &self.headers {
            let (text, secret) = match value {
                Value::Plain(text) => (text.clone(), false),
                Value::Secret(secret) => (secret.expose().to_owned(), true),
                Value::Bearer(secret) => (format!("Bearer {}", secret.expose()), true),
            };
            if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
                return Err(PollError::credentials(match secret {
                    true => say!("http-secret-letters", host = base.host.as_str()),
                    false => say!("http-header", name = name.as_str(), host = base.host.as_str()),
                }));
            }
            headers.retain(|(known, _)| known != name);
            headers.push((name.clone(), text));
        }
        let (kind, body) = match &self.body {
            Body::None => ("", Vec::new()),
            Body::Json(json) => ("application/json", json.to_string().into_bytes()),
            Body::Form(fields) => {
                let pairs = fields.iter().map(|(name, value)| (name, value.expose()));
                let coded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                ("application/x-www-form-urlencoded", coded.into_bytes())
            }
            Body::Text(kind, text) => (*kind, text.clone().into_bytes()),
            Body::Bytes(kind, bytes) => (*kind, bytes.clone()),
        };
        if !kind.is_empty() {
            headers.push(("content-type".to_owned(), kind.to_owned()));
        }
        Ok(WireRequest {
            method: self.method.to_owned(),
            path: url.path().to_owned(),
            query,
            url: url.into(),
            headers,
            body,
            private: self.private,
        })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.method, if self.private { MASK } else { &self.path })
    }
}

/// A request as it goes out, secrets included; only a transport sees it. `Debug` prints method and path.
#[derive(Clone)]
pub struct WireRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// The whole address, with the secret parameters that it may have.
    pub url: String,
    /// Its path, the base URL's prefix included.
    pub path: String,
    /// Its query, decoded, with `redacted` where a secret stands.
    pub query: Vec<(String, String)>,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty if none.
    pub body: Vec<u8>,
    /// Whether path and query are a secret.
    pub private: bool,
}

impl WireRequest {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for WireRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.method, if self.private { MASK } else { &self.path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_resolved_and_never_prints_its_secret() {
        let base = Base::parse("https://gw.example/api", None).unwrap();
        let secret = Secret::new("EXAMPLE-not-a-key");
        let request = Request::post("/login", serde_json::json!({"user": "u", "password": "hunter2"}))
            .bearer(&secret)
            .secret_header("X-Api-Key", &secret)
            .query("a b", "c&d");
        let wire = request.resolve(&base).unwrap();
        assert_eq!(wire.url, "https://gw.example/api/login?a+b=c%26d");
        assert_eq!(wire.query, [("a b".to_owned(), "c&d".to_owned())]);
        assert_eq!(wire.header("authorization"), Some("Bearer EXAMPLE-not-a-key"));
        assert_eq!(wire.header("x-api-key"), Some("EXAMPLE-not-a-key"));
        assert_eq!(format!("{request:?} {wire:?}"), "POST /login POST /api/login");
        assert_eq!(request.secrets(), ["EXAMPLE-not-a-key", "EXAMPLE-not-a-key", "hunter2"]);
    }

    #[test]
    fn a_secret_parameter_stands_in_the_address_only() {
        let base = Base::parse("https://search.example", None).unwrap();
        let secret = Secret::new("EXAMPLE+not a/key");
        let request = Request::get("/account.json").query("no", "1").secret_query("api_key", &secret);
        let wire = request.resolve(&base).unwrap();
        assert_eq!(wire.url, "https://search.example/account.json?no=1&api_key=EXAMPLE%2Bnot+a%2Fkey");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(wire.query, [pair("no", "1"), pair("api_key", "redacted")]);
        assert_eq!(wire.path, "/account.json");
        assert_eq!(format!("{request:?} {wire:?}"), "GET /account.json GET /account.json");
        assert_eq!(request.secrets(), ["EXAMPLE+not a/key"]);
    }

    #[test]
    fn a_secret_with_a_line_break_is_refused_without_echo() {
        let base = Base::parse("https://gw.example", None).unwrap();
        for bad in ["EXAMPLE\r\nx-evil: 1", "EXAMPLE\u{e9}"] {
            let error = Request::get("/").bearer(&Secret::new(bad)).resolve(&base).unwrap_err();
            assert!(error.message.contains("gw.example") && !error.message.contains("EXAMPLE"), "{error}");
        }
    }
}
