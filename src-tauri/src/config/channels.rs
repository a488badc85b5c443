//! `[channels.NAME]`: who is told beside the desktop.

use super::{Config, ConfigError, Wrong, edit};
use crate::model::{AccountId, Severity};
use crate::notify::email::{self, Security};
use crate::notify::template::Template;
use crate::say;
use crate::secrets::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use toml_edit::Item;
use url::{Host, Url};

/// What a channel speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// JSON to an address of your own.
    Webhook,
    /// Slack's incoming webhooks; Mattermost and Discord (`…/slack`) take the same.
    Slack,
    /// ntfy.sh or a server of your own.
    Ntfy,
    /// E-mail by SMTP.
    Email,
}

/// `[channels.NAME]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelConfig {
    /// What it speaks: `webhook`, `slack`, `ntfy` or `email`.
    pub kind: ChannelKind,
    /// Where it goes: `keychain`, `env:NAME`, or (not for `slack`) the address itself. For `ntfy` it ends with the
    /// topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `webhook`: where the key of its signature is (Standard Webhooks, `whsec_…`): `keychain`, `env:NAME` or `credential:NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// `webhook`: the body in your own shape, a Jinja template that comes to JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// `webhook`: further headers; values may be `keychain`, `env:NAME` or `credential:NAME`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// `ntfy`: where its access token is: `keychain`, `env:NAME` or `credential:NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// `email`: the SMTP server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// `email`: its port; 465 for `tls`, 587 for `starttls`, 25 for `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// `email`: `tls`, `starttls` (if missing), or `none`, which is for this machine itself only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Security>,
    /// `email`: who logs in; nobody if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `email`: where the password is: `keychain`, `env:NAME` or `credential:NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// `email`: from whom, such as `"Tollwatch <tollwatch@example.org>"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `email`: to whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// Nothing milder is told: `heads_up` (all), `soon`, `now`, `refused`.
    #[serde(default = "all")]
    pub least: Severity,
    /// Only these accounts; all if missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountId>,
    /// Whether quiet hours hold for it.
    #[serde(default = "yes")]
    pub quiet: bool,
    /// Whether it is told that an alert is over; yes for `webhook` and no for the others if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
}

fn all() -> Severity {
    Severity::HeadsUp
}

fn yes() -> bool {
    true
}

/// Headers that are ours or the connection's own.
const OURS: &[&str] =
    &["host", "content-length", "content-type", "transfer-encoding", "connection", "user-agent", "accept"];

impl ChannelConfig {
    /// Whether it is told of ends.
    pub fn tells_ends(&self) -> bool {
        self.resolved.unwrap_or(self.kind == ChannelKind::Webhook)
    }

    /// Its port for e-mail, with its security.
    pub fn smtp(&self) -> (u16, Security) {
        let security = self.security.unwrap_or(Security::Starttls);
        let usual = match security {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::None => 25,
        };
        (self.port.unwrap_or(usual), security)
    }

    /// The texts that name a place, or are what they say, by their role: `url`, `secret`, `token`, `password`,
    /// `header.NAME`.
    pub fn roles(&self) -> Vec<(String, &str)> {
        let single = [
            ("url", &self.url),
            ("secret", &self.secret),
            ("token", &self.token),
            ("password", &self.password),
        ];
        let single = single.into_iter().filter_map(|(role, text)| Some((role.to_owned(), text.as_deref()?)));
        let headers = self.headers.iter().map(|(name, text)| (format!("header.{name}"), text.as_str()));
        single.chain(headers).collect()
    }
}

impl Config {
    /// Writes where a channel's secret is kept (`keychain`, `env:NAME` or `credential:NAME`), at one of its roles. Errors: no such
    /// channel; a role that its kind does not have; the file cannot be written.
    pub fn place_channel_secret(path: &Path, name: &str, role: &str, at: &str) -> Result<(), ConfigError> {
        edit(path, |document| {
            let channels = document.get_mut("channels").and_then(Item::as_table_like_mut);
            let channel = channels.and_then(|channels| channels.get_mut(name));
            let channel =
                channel.and_then(Item::as_table_like_mut).ok_or_else(|| say!("channel-none", name = name))?;
            match role.strip_prefix("header.") {
                Some(header) => {
                    let headers = channel.entry("headers").or_insert(toml_edit::table());
                    let headers =
                        headers.as_table_like_mut().ok_or_else(|| say!("channel-none", name = name))?;
                    headers.insert(header, toml_edit::value(at));
                }
                None => {
                    channel.insert(role, toml_edit::value(at));
                }
            }
            Ok(())
        })
    }
}

/// What is wrong with the channels, if anything is.
pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    for (name, channel) in &config.channels {
        let at = |field: &str, why: String| {
            let path = ["channels", name.as_str(), field];
            (path.iter().filter(|part| !part.is_empty()).map(ToString::to_string).collect(), why)
        };
        if AccountId::new(name.as_str()).is_err() || ["desktop", "in_app"].contains(&name.as_str()) {
            return Err(at("", say!("channel-name", name = name.as_str())));
        }
        of_its_kind(channel).map_err(|(field, why)| at(field, why))?;
        match channel.kind {
            ChannelKind::Email => mail(channel),
            kind => web(channel, kind, &config.network.allow_http),
        }
        .map_err(|(field, why)| at(field, why))?;
        if let Some(gone) = channel.accounts.iter().find(|id| !config.accounts.contains_key(id)) {
            return Err(at("accounts", say!("channel-no-account", id = gone.as_str())));
        }
    }
    Ok(())
}

type Fault = (&'static str, String);

/// A field that another kind has is a mistake, not to be passed over.
fn of_its_kind(channel: &ChannelConfig) -> Result<(), Fault> {
    use ChannelKind::{Email, Ntfy, Slack, Webhook};
    let given: [(&'static str, bool, &[ChannelKind]); 11] = [
        ("url", channel.url.is_some(), &[Webhook, Slack, Ntfy]),
        ("secret", channel.secret.is_some(), &[Webhook]),
        ("template", channel.template.is_some(), &[Webhook]),
        ("headers", !channel.headers.is_empty(), &[Webhook]),
        ("token", channel.token.is_some(), &[Ntfy]),
        ("host", channel.host.is_some(), &[Email]),
        ("port", channel.port.is_some(), &[Email]),
        ("security", channel.security.is_some(), &[Email]),
        ("user", channel.user.is_some(), &[Email]),
        ("password", channel.password.is_some(), &[Email]),
        ("from", channel.from.is_some(), &[Email]),
    ];
    for (field, there, kinds) in given {
        if there && !kinds.contains(&channel.kind) {
            return Err((field, say!("channel-not-of-kind")));
        }
    }
    if !channel.to.is_empty() && channel.kind != Email {
        return Err(("to", say!("channel-not-of-kind")));
    }
    for (field, text) in
        [("secret", &channel.secret), ("token", &channel.token), ("password", &channel.password)]
    {
        if text.as_deref().is_some_and(|text| Source::parse(text).is_none()) {
            return Err((field, say!("channel-place")));
        }
    }
    Ok(())
}

fn web(channel: &ChannelConfig, kind: ChannelKind, allow_http: &[String]) -> Result<(), Fault> {
    let url = channel.url.as_deref().ok_or_else(|| ("url", say!("channel-no-url")))?;
    if Source::parse(url).is_none() {
        if kind == ChannelKind::Slack {
            return Err(("url", say!("channel-url-secret")));
        }
        plain_address(url, allow_http).map_err(|why| ("url", why))?;
    }
    if let Some(text) = &channel.template {
        Template::new(text).map_err(|why| ("template", why))?;
    }
    for (name, value) in &channel.headers {
        let lower = name.to_ascii_lowercase();
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty()
            || !name.bytes().all(token)
            || OURS.contains(&lower.as_str())
            || lower.starts_with("webhook-")
        {
            return Err(("headers", say!("channel-header-name", name = name.as_str())));
        }
        let hidden = ["authorization", "cookie", "key", "token", "secret", "password"];
        let secret = hidden.iter().any(|end| lower.ends_with(end));
        if Source::parse(value).is_none()
            && (secret || !value.bytes().all(|byte| (0x20..0x7f).contains(&byte)))
        {
            return Err(("headers", say!("channel-header-value", name = name.as_str())));
        }
    }
    Ok(())
}

/// An address that stands in the file. The error never repeats it: it may be a secret put in the wrong place.
fn plain_address(text: &str, allow_http: &[String]) -> Result<(), String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host()?))) else {
        return Err(say!("channel-url"));
    };
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(say!("channel-url-parts"));
    }
    let name = host.to_string();
    let with_port = format!("{name}:{}", url.port_or_known_default().unwrap_or(80));
    let allowed = || {
        allow_http.iter().any(|one| one.eq_ignore_ascii_case(&name) || one.eq_ignore_ascii_case(&with_port))
    };
    if url.scheme() == "http" && !is_own(&host) && !allowed() {
        return Err(say!("channel-plain", host = name));
    }
    Ok(())
}

/// Whether it is this machine itself.
fn is_own(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn mail(channel: &ChannelConfig) -> Result<(), Fault> {
    let host = channel.host.as_deref().unwrap_or_default();
    let parsed = Host::parse(host).map_err(|_| ("host", say!("channel-mail-host")))?;
    let own = match &parsed {
        Host::Domain(name) => is_own(&Host::Domain(name.as_str())),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if channel.smtp().1 == Security::None && !own {
        return Err(("security", say!("channel-mail-plain")));
    }
    match (&channel.user, &channel.password) {
        (Some(_), None) => return Err(("user", say!("channel-mail-login"))),
        (None, Some(_)) => return Err(("password", say!("channel-mail-login"))),
        _ => {}
    }
    let from = channel.from.as_deref().ok_or_else(|| ("host", say!("channel-mail-from")))?;
    email::check_address(from).map_err(|why| ("from", say!("channel-mail-address", why = why)))?;
    if channel.to.is_empty() {
        return Err(("from", say!("channel-mail-to")));
    }
    for to in &channel.to {
        email::check_address(to).map_err(|why| ("to", say!("channel-mail-address", why = why)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn wrong(text: &str) -> String {
        parse(text).expect_err(text)
    }

    #[test]
    fn each_kind_is_read() {
        let config = parse(
            r#"
[accounts.ci]
connector = "openrouter"
[channels.ops]
kind = "slack"
url = "env:SLACK_URL"
least = "soon"
accounts = ["ci"]
[channels.hook]
kind = "webhook"
url = "https://hooks.example.org/in"
secret = "keychain"
template = '{"text": {{ title }}}'
headers = { X-Team = "ai", Authorization = "env:HOOK_TOKEN" }
[channels.phone]
kind = "ntfy"
url = "http://127.0.0.1:8080/walls"
token = "keychain"
quiet = false
[channels.mail]
kind = "email"
host = "smtp.example.org"
user = "me"
password = "keychain"
from = "Tollwatch <tollwatch@example.org>"
to = ["ada@example.org"]
"#,
        )
        .unwrap();
        assert!(config.channels["hook"].tells_ends() && !config.channels["ops"].tells_ends());
        assert_eq!(config.channels["mail"].smtp().0, 587);
        assert!(!config.channels["phone"].quiet && config.channels["ops"].quiet);
    }

    #[test]
    fn mistakes_name_their_line_and_no_secret() {
        let slack = "[channels.ops]\nkind = \"slack\"\nurl = \"https://hooks.example.org/services/hunter2\"";
        let said = wrong(slack);
        assert!(said.starts_with("line 3") && !said.contains("hunter2"), "{said}");
        for (line, text) in [
            (1, "[channels.desktop]\nkind = \"slack\"\nurl = \"keychain\""),
            (3, "[channels.a]\nkind = \"webhook\"\nurl = \"ftp://hunter2\""),
            (3, "[channels.a]\nkind = \"webhook\"\nurl = \"https://u:hunter2@example.org/\""),
            (3, "[channels.a]\nkind = \"webhook\"\nurl = \"https://example.org/?k=hunter2\""),
            (3, "[channels.a]\nkind = \"webhook\"\nurl = \"http://example.org/\""),
            (4, "[channels.a]\nkind = \"webhook\"\nurl = \"keychain\"\nsecret = \"hunter2\""),
            (4, "[channels.a]\nkind = \"webhook\"\nurl = \"keychain\"\ntemplate = \"{{ nonsense }}\""),
            (
                4,
                "[channels.a]\nkind = \"webhook\"\nurl = \"keychain\"\nheaders = { Authorization = \"hunter2\" }",
            ),
            (4, "[channels.a]\nkind = \"webhook\"\nurl = \"keychain\"\nheaders = { Host = \"x\" }"),
            (4, "[channels.a]\nkind = \"webhook\"\nurl = \"keychain\"\naccounts = [\"nobody\"]"),
            (4, "[channels.a]\nkind = \"slack\"\nurl = \"keychain\"\ntoken = \"keychain\""),
            (
                4,
                "[channels.a]\nkind = \"email\"\nhost = \"mx.example.org\"\nsecurity = \"none\"\nfrom = \"a@b.org\"\nto = [\"a@b.org\"]",
            ),
            (
                4,
                "[channels.a]\nkind = \"email\"\nhost = \"mx.example.org\"\nuser = \"me\"\nfrom = \"a@b.org\"\nto = [\"a@b.org\"]",
            ),
            (
                5,
                "[channels.a]\nkind = \"email\"\nhost = \"mx.example.org\"\nfrom = \"a@b.org\"\nto = [\"a@b.org\\nBcc: e@f.org\"]",
            ),
        ] {
            let said = wrong(text);
            assert!(said.starts_with(&format!("line {line}")), "{text}: {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
