//! `[server]`: where `tollwatch serve` listens, under which names, and who may ask it.

use super::{Config, ConfigError, Wrong, edit, table};
use crate::say;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use toml_edit::{Item, Table, value};

/// The port of `tollwatch serve` where none is named.
const PORT: u16 = 9402;

/// `[server]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port, such as `"127.0.0.1:9402"`; port 0 takes any free one. Beyond this machine only with TLS.
    #[schemars(with = "String")]
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    /// A PEM file with the server's certificate and those between it and the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// A PEM file with the certificate's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Names under which it may be asked besides its own addresses, such as `"tolls.example.org"`, with a port if only
    /// that one is meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Requests a second that one token may make from one address, and one address without a token. 1 to 10000; ten
    /// times as many may come at once.
    pub requests_per_second: u32,
    /// Lasting tokens by name; `tollwatch token add` writes them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tokens: BTreeMap<String, TokenConfig>,
}

/// `[server.tokens.NAME]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// What its holder may do.
    pub scope: Scope,
    /// The token's SHA-256 in lower-case hexadecimal digits. The token itself is nowhere.
    pub sha256: String,
}

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Hand in metrics of usage (OTLP), and nothing else: for the programs that call models.
    Push,
    /// Look: accounts, figures, forecasts, alerts.
    Read,
    /// All that the window can, which is all that you can: settings, keys, accounts, polls, and what is asked where.
    Act,
}

impl Scope {
    /// Whether its holder may do what wants `wanted`: `act` may do everything.
    pub fn opens(self, wanted: Scope) -> bool {
        self == Scope::Act || self == wanted
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Push => "push",
            Scope::Read => "read",
            Scope::Act => "act",
        }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            tls_cert: None,
            tls_key: None,
            hosts: Vec::new(),
            requests_per_second: 50,
            tokens: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Adds one lasting token: its name, scope and SHA-256. Errors: there is one of that name, or the name does not fit.
    pub fn add_token(path: &Path, name: &str, token: &TokenConfig) -> Result<(), ConfigError> {
        edit(path, |document| {
            let server = table(document.as_table_mut(), "server")?;
            server.set_implicit(true);
            let tokens = table(server, "tokens")?;
            tokens.set_implicit(true);
            if tokens.contains_key(name) {
                return Err(say!("server-token-there", name = name));
            }
            let mut wanted = Table::new();
            wanted.insert("scope", value(token.scope.name()));
            wanted.insert("sha256", value(&token.sha256));
            tokens.insert(name, Item::Table(wanted));
            Ok(())
        })
    }

    /// Takes one lasting token out. Errors: there is none of that name.
    pub fn remove_token(path: &Path, name: &str) -> Result<(), ConfigError> {
        edit(path, |document| {
            let server = document.get_mut("server").and_then(Item::as_table_like_mut);
            let tokens = server.and_then(|server| server.get_mut("tokens")).and_then(Item::as_table_like_mut);
            match tokens.and_then(|tokens| tokens.remove(name)) {
                Some(_) => Ok(()),
                None => Err(say!("server-token-none", name = name)),
            }
        })
    }
}

/// An address with its port; the error says how one is written.
fn listen<'de, D: serde::Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| serde::de::Error::custom(say!("server-listen", given = text.as_str())))
}

/// What types cannot say.
pub(super) fn check(server: &ServerConfig) -> Result<(), Wrong> {
    let bad = |path: &[&str], why: String| Err((path.iter().map(ToString::to_string).collect(), why));
    if server.tls_cert.is_some() != server.tls_key.is_some() {
        let missing = if server.tls_cert.is_some() { "tls_key" } else { "tls_cert" };
        return bad(&["server"], say!("server-tls-half", missing = missing));
    }
    if !(1..=10_000).contains(&server.requests_per_second) {
        let why = say!("server-pace", given = server.requests_per_second.to_string());
        return bad(&["server", "requests_per_second"], why);
    }
    if let Some(host) = server.hosts.iter().find(|host| !is_host(host)) {
        return bad(&["server", "hosts"], say!("server-host-unread", host = host.as_str()));
    }
    for (name, token) in &server.tokens {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if !(1..=64).contains(&name.len()) || !name.bytes().all(letter) {
            return bad(&["server", "tokens", name], say!("server-token-name"));
        }
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if token.sha256.len() != 64 || !token.sha256.bytes().all(digit) {
            return bad(&["server", "tokens", name, "sha256"], say!("server-token-sum"));
        }
    }
    Ok(())
}

/// Whether a text is a host's name or address, with or without a port: no scheme, user or path.
fn is_host(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let port = |rest: &str| {
        rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
    };
    if let Some(inside) = text.strip_prefix('[') {
        let Some((address, rest)) = inside.split_once(']') else { return false };
        return address.parse::<std::net::Ipv6Addr>().is_ok() && port(rest);
    }
    let name = text.split(':').next().unwrap_or_default();
    text.len() <= 255 && plain(name) && port(&text[name.len()..])
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn server(text: &str) -> Result<ServerConfig, String> {
        parse(&format!("[server]\n{text}")).map(|config| config.server)
    }

    #[test]
    fn what_is_wrong_is_said_with_its_field() {
        let sum = "a".repeat(64);
        for (text, wanted) in [
            ("listen = \"localhost\"", "127.0.0.1:9402"),
            ("tls_cert = \"a.pem\"", "tls_key"),
            ("requests_per_second = 0", "1 to 10000"),
            ("hosts = [\"https://a.example\"]", "https://a.example"),
            ("hosts = [\"a.example:99999\"]", "a.example:99999"),
            ("hosts = [\"\"]", "hosts"),
            ("[server.tokens.\"A b\"]\nscope = \"read\"\nsha256 = \"x\"", "a-z"),
            ("[server.tokens.a]\nscope = \"read\"\nsha256 = \"secret\"", "sha256"),
            ("[server.tokens.a]\nscope = \"admin\"\nsha256 = \"x\"", "admin"),
        ] {
            let why = server(text).unwrap_err();
            assert!(why.contains(wanted), "{text}: {why}");
            assert!(!why.contains("secret"), "{why}");
        }
        let good = format!(
            "hosts = [\"a.example\", \"10.0.0.7:9402\", \"[fd00::1]:443\"]\n[server.tokens.a-1]\nscope = \"act\"\nsha256 = \"{sum}\""
        );
        assert_eq!(server(&good).unwrap().tokens["a-1"].scope, Scope::Act);
    }

    #[test]
    fn tokens_come_and_go_and_comments_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "# mine\n[server]\nhosts = [\"a.example\"] # the proxy's\n").unwrap();
        let token = TokenConfig { scope: Scope::Read, sha256: "0".repeat(64) };
        Config::add_token(&path, "grafana", &token).unwrap();
        assert!(Config::add_token(&path, "grafana", &token).is_err(), "twice");
        assert!(Config::add_token(&path, "Not so", &token).is_err());
        let config = Config::load(&path).unwrap();
        assert_eq!(config.server.tokens["grafana"], token);
        Config::remove_token(&path, "grafana").unwrap();
        assert!(Config::remove_token(&path, "grafana").is_err(), "gone");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("# mine") && text.contains("# the proxy's"), "{text}");
        assert!(Config::load(&path).unwrap().server.tokens.is_empty());
    }
}
