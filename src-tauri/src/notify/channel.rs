//! One channel with its secrets at hand: renders a message and hands it over. Says whether a failure may pass.

use super::email::{self, Mail};
use super::message::Message;
use super::template::Template;
use super::webhook;
use crate::http::{Answer, Http, Network, Request, redact};
use crate::model::{PollError, PollErrorKind, Secret, Timestamp};
use crate::say;
use std::path::PathBuf;
use url::Url;

/// So many letters of a server's own words are kept.
const QUOTED: usize = 160;
/// An error is no longer, in letters.
const LONGEST: usize = 400;

/// A channel, ready to send.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Where it goes, and how the message is put.
    pub target: Target,
    /// Further certificate authorities, for e-mail; HTTP has them from the network.
    pub ca_file: Option<PathBuf>,
}

/// Where a channel goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// JSON to an address of the user's own.
    Webhook {
        /// The whole address, which may be a secret.
        url: Secret,
        /// The user's own shape; ours if missing.
        template: Option<Template>,
        /// Further headers, whose values may be secrets.
        headers: Vec<(String, Secret)>,
        /// The key of the signature; unsigned if missing.
        signing: Option<Secret>,
    },
    /// Slack's incoming webhooks and what speaks like them; the address is the key.
    Slack {
        /// The whole address.
        url: Secret,
    },
    /// ntfy; the address ends with the topic.
    Ntfy {
        /// The whole address.
        url: Secret,
        /// An access token, where the topic wants one.
        token: Option<Secret>,
    },
    /// E-mail by SMTP.
    Email(Mail),
}

/// Why a channel did not accept a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAccepted {
    /// What happened and what to do; without secrets.
    pub message: String,
    /// Whether that may pass by itself.
    pub passes: Passes,
}

/// Whether a failure may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// It may: the channel is away, or asks to wait. Those behind in the queue wait too.
    Later {
        /// So many milliseconds at least, if the channel said so.
        after: Option<i64>,
    },
    /// Rarely: this message, or the channel's settings, are refused.
    Rarely,
    /// Never: the channel said that it is gone for good.
    Never,
}

impl NotAccepted {
    /// What may pass by itself.
    pub fn later(message: String) -> Self {
        NotAccepted { message, passes: Passes::Later { after: None } }
    }

    /// What rarely passes by itself.
    pub fn refused(message: String) -> Self {
        NotAccepted { message, passes: Passes::Rarely }
    }
}

impl Channel {
    /// Hands over; `Ok` only once the channel accepted it. `id` is the same on every try; `now` is when this one is.
    /// No error names a secret: an address counts as one.
    pub async fn deliver(
        &self,
        network: &Network,
        message: &Message,
        id: &str,
        now: Timestamp,
    ) -> Result<(), NotAccepted> {
        let sent = match &self.target {
            Target::Webhook { url, template, headers, signing } => {
                let body = match template {
                    Some(template) => template.render(message, id).map_err(NotAccepted::refused),
                    None => Ok(webhook::data(message, id).to_string()),
                };
                match body {
                    Ok(body) => self.webhook(network, (url, headers, signing.as_ref()), body, id, now).await,
                    Err(error) => Err(error),
                }
            }
            Target::Slack { url } => {
                post(network, url, webhook::slack(message).to_string(), |request| request).await
            }
            Target::Ntfy { url, token } => ntfy(network, url, token.as_ref(), message, id).await,
            Target::Email(mail) => email::send(mail, self.ca_file.as_deref(), message, id).await,
        };
        sent.map_err(|error| NotAccepted { message: self.masked(&error.message), ..error })
    }

    async fn webhook(
        &self,
        network: &Network,
        (url, headers, signing): (&Secret, &[(String, Secret)], Option<&Secret>),
        body: String,
        id: &str,
        now: Timestamp,
    ) -> Result<(), NotAccepted> {
        let seconds = now.0.div_euclid(1_000);
        let signature = signing
            .map(|secret| webhook::signature(secret, id, seconds, &body))
            .transpose()
            .map_err(NotAccepted::refused)?;
        post(network, url, body, |mut request| {
            for (name, value) in headers {
                request = request.secret_header(name, value);
            }
            request = request.header("webhook-id", id).header("webhook-timestamp", &seconds.to_string());
            match &signature {
                Some(signature) => request.header("webhook-signature", signature),
                None => request,
            }
        })
        .await
    }

    /// Every secret that an error must not repeat.
    fn secrets(&self) -> Vec<&str> {
        match &self.target {
            Target::Webhook { url, headers, signing, .. } => {
                let values = headers.iter().map(|(_, value)| value.expose());
                values.chain([url.expose()]).chain(signing.iter().map(Secret::expose)).collect()
            }
            Target::Slack { url } => vec![url.expose()],
            Target::Ntfy { url, token } => token.iter().map(Secret::expose).chain([url.expose()]).collect(),
            Target::Email(mail) => mail.login.iter().map(|(_, password)| password.expose()).collect(),
        }
    }

    /// An error without secrets, which a server may have echoed: whole, or an address's path and its parts.
    fn masked(&self, text: &str) -> String {
        let mut text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for secret in self.secrets() {
            let mut parts = vec![secret.to_owned()];
            if let Ok(url) = Url::parse(secret) {
                let tail = &url[url::Position::BeforePath..];
                parts.push(tail.to_owned());
                let cuts = |letter| matches!(letter, '/' | '?' | '&' | '=' | '#');
                parts.extend(tail.split(cuts).map(str::to_owned));
            }
            // Short parts are words such as `hooks`, and masking them would spoil sentences.
            for part in parts.iter().filter(|part| part.len() >= 6) {
                text = text.replace(part.as_str(), "[redacted]");
            }
        }
        redact(&text).chars().take(LONGEST).collect()
    }
}

/// Checks a secret before it is kept: an address must be one, a signing key must be usable. The error repeats nothing.
pub fn check_secret(role: &str, secret: &Secret) -> Result<(), String> {
    match role {
        "url" => {
            let url = Url::parse(secret.expose()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let fits = url.is_some_and(|url| url.has_host() && url.username().is_empty());
            if fits { Ok(()) } else { Err(say!("channel-url")) }
        }
        "secret" => webhook::signature(secret, "", 0, "").map(drop),
        "token" | "password" => Ok(()),
        _ if role.starts_with("header.") => Ok(()),
        _ => Err(say!("channel-role", role = role)),
    }
}

/// An address's own part and the rest, for [`Http::open`] and [`Request::private`].
fn split(url: &Secret) -> Result<(String, String), NotAccepted> {
    let parsed = Url::parse(url.expose()).ok().filter(|url| url.has_host());
    let parsed = parsed.ok_or_else(|| NotAccepted::refused(say!("channel-url")))?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(NotAccepted::refused(say!("channel-url-user")));
    }
    let origin = parsed[..url::Position::BeforePath].to_owned();
    Ok((origin, parsed[url::Position::BeforePath..url::Position::AfterQuery].to_owned()))
}

async fn post(
    network: &Network,
    url: &Secret,
    body: String,
    with: impl FnOnce(Request) -> Request,
) -> Result<(), NotAccepted> {
    let (origin, path) = split(url)?;
    let door = Http::open(network, &origin).map_err(|error| NotAccepted::refused(error.message))?;
    let request = with(Request::text(&path, "application/json", body).private());
    let host = Url::parse(&origin).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match door.send(request).await {
        Ok(answer) => judge(&host, &answer),
        Err(error) => Err(unsent(&host, &error)),
    }
}

async fn ntfy(
    network: &Network,
    url: &Secret,
    token: Option<&Secret>,
    message: &Message,
    id: &str,
) -> Result<(), NotAccepted> {
    let (origin, path) = split(url)?;
    let (root, topic) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", ""));
    if topic.is_empty() || topic.contains('?') {
        return Err(NotAccepted::refused(say!("channel-url-topic")));
    }
    let body = webhook::ntfy(message, id, topic).to_string();
    let root = Secret::new(format!("{origin}{root}/"));
    post(network, &root, body, |request| match token {
        Some(token) => request.bearer(token),
        None => request,
    })
    .await
}

/// Any 2xx is acceptance (Standard Webhooks; Slack and ntfy say 200). 410 is for good; what asks to wait is waited for.
fn judge(host: &str, answer: &Answer) -> Result<(), NotAccepted> {
    let status = answer.status;
    let words: String = String::from_utf8_lossy(&answer.body).chars().take(QUOTED).collect();
    let page = words.trim_start().starts_with('<');
    let quoted = if words.trim().is_empty() || page {
        say!("channel-refused.silent", host = host, status = status.to_string())
    } else {
        say!("channel-refused", host = host, status = status.to_string(), words = words.trim())
    };
    let passes = match status {
        200..=299 => return Ok(()),
        410 => Passes::Never,
        408 | 425 | 429 | 500..=599 => Passes::Later { after: answer.retry_after() },
        _ => Passes::Rarely,
    };
    Err(NotAccepted { message: quoted, passes })
}

/// No answer at all. A redirect is never followed: it would carry the message, and a key, to another address.
fn unsent(host: &str, error: &PollError) -> NotAccepted {
    match error.kind {
        PollErrorKind::Config => NotAccepted::refused(say!("channel-redirect", host = host)),
        PollErrorKind::Credentials => NotAccepted::refused(error.message.clone()),
        _ => NotAccepted::later(error.message.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_an_address_is_repeated() {
        let url = "https://hooks.example.org/services/T0000AAAA/B1111BBBB/abcDEFghiJKL";
        let channel = Channel { target: Target::Slack { url: Secret::new(url) }, ca_file: None };
        let masked = channel.masked(&format!("{url} and /services/T0000AAAA and abcDEFghiJKL\nwere refused"));
        assert!(!masked.contains("T0000AAAA") && !masked.contains("abcDEF"), "{masked}");
        assert!(masked.ends_with("were refused"), "{masked}");
        assert!(!format!("{channel:?}").contains("T0000"));
    }
}
