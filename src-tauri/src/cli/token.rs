//! `tollwatch token`, `tollwatch openapi`, and where `tollwatch serve` listens.

use super::{OK, say, say_json};
use crate::config::{Config, Folders, Scope, ServerConfig, TokenConfig};
use crate::server;
use clap::{Args, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the server listens, in place of what the config says.
#[derive(Args)]
pub(super) struct ReachArgs {
    /// Address and port, in place of the config's, such as 0.0.0.0:9402; beyond this machine only with TLS
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "port")]
    listen: Option<SocketAddr>,
    /// A PEM file with the certificate and those between it and the authority
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// A PEM file with the certificate's key
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Listen beyond this machine without TLS: everyone on the way can read the token and all figures
    #[arg(long)]
    pub(super) plain_http_beyond_loopback: bool,
}

impl ReachArgs {
    /// The config's words with these in their place.
    pub(super) fn over(&self, config: &ServerConfig, port: Option<u16>) -> ServerConfig {
        let mut server = config.clone();
        server.listen = self.listen.unwrap_or(server.listen);
        if let Some(port) = port {
            server.listen.set_port(port);
        }
        if let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) {
            (server.tls_cert, server.tls_key) = (Some(cert.clone()), Some(key.clone()));
        }
        server
    }
}

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Make a lasting token; it is printed once and stored nowhere
    Add {
        /// Who uses it: 1 to 64 of a-z 0-9 - _
        name: String,
        /// What it opens: `read` looks; `push` hands in metrics (OTLP); `act` does all that you can
        #[arg(long)]
        scope: ScopeWord,
    },
    /// List names and scopes
    List,
    /// Remove a token; a running server refuses it from then on
    Remove {
        /// Its name, as `token list` says it
        name: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ScopeWord {
    Push,
    Read,
    Act,
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Scope {
        match word {
            ScopeWord::Push => Scope::Push,
            ScopeWord::Read => Scope::Read,
            ScopeWord::Act => Scope::Act,
        }
    }
}

/// `tollwatch token`.
pub(super) fn run(command: TokenCommand, json: bool) -> anyhow::Result<u8> {
    let path = Folders::find()?.config_file();
    match command {
        TokenCommand::Add { name, scope } => {
            let (token, scope) = (server::fresh_token()?, Scope::from(scope));
            let kept = TokenConfig { scope, sha256: server::sum(&token) };
            Config::add_token(&path, &name, &kept)?;
            if json {
                say_json(&serde_json::json!({ "name": name, "scope": scope, "token": token }))?;
            } else {
                say(&token)?;
                say("Copy it now: it is stored nowhere. A running server takes it within half a minute.")?;
            }
        }
        TokenCommand::List => {
            let tokens = Config::load(&path)?.server.tokens;
            let rows = tokens.iter().map(|(name, token)| (name, token.scope));
            if json {
                let rows = rows.map(|(name, scope)| serde_json::json!({ "name": name, "scope": scope }));
                say_json(&rows.collect::<Vec<_>>())?;
            } else if tokens.is_empty() {
                say("There are no lasting tokens; `tollwatch token add NAME --scope read` makes one.")?;
            } else {
                let width = tokens.keys().map(String::len).max().unwrap_or_default();
                for (name, scope) in rows {
                    say(format!("{name:width$}  {}", scope.name()))?;
                }
            }
        }
        TokenCommand::Remove { name } => {
            Config::remove_token(&path, &name)?;
            if json {
                say_json(&serde_json::json!({ "removed": name }))?;
            } else {
                say(format!("Removed {name}. A running server refuses it within half a minute."))?;
            }
        }
    }
    Ok(OK)
}

/// `tollwatch openapi`.
pub(super) fn openapi() -> anyhow::Result<u8> {
    say(server::openapi())?;
    Ok(OK)
}
