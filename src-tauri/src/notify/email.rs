//! E-mail by SMTP: text and HTML, one thread for an episode. The only user of `lettre`.

use super::channel::NotAccepted;
use super::message::{Message, MessageKind};
use crate::model::{Secret, Severity};
use crate::say;
use lettre::address::AddressError;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::path::Path;
use std::time::Duration;

/// No command to a server takes longer.
const LIMIT: Duration = Duration::from_secs(30);
/// Nor does a whole delivery.
const IN_ALL: Duration = Duration::from_secs(90);

/// How the way to the server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte; port 465.
    Tls,
    /// TLS by STARTTLS, and nothing without it; port 587.
    Starttls,
    /// None: only to this machine itself; port 25.
    None,
}

/// Where e-mail goes and from whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept private.
    pub security: Security,
    /// Who logs in; nobody if missing.
    pub login: Option<(String, Secret)>,
    /// From whom, such as `Tollwatch <tollwatch@example.org>`.
    pub from: String,
    /// To whom.
    pub to: Vec<String>,
}

/// Checks one address, such as `Ada <ada@example.org>`. The error says what is wrong with it.
pub fn check_address(text: &str) -> Result<(), String> {
    mailbox(text).map(drop).map_err(|error| error.to_string())
}

fn mailbox(text: &str) -> Result<Mailbox, AddressError> {
    // A line break would begin another header.
    if text.chars().any(char::is_control) {
        return Err(AddressError::InvalidInput);
    }
    text.parse()
}

/// `Auto-Submitted` (RFC 3834), so that nobody's holiday note answers.
#[derive(Clone)]
struct AutoSubmitted;

/// `Importance` (RFC 2156): mail programs mark what is high.
#[derive(Clone)]
struct Importance(&'static str);

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Header for Importance {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Importance")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Importance("normal"))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.to_owned())
    }
}

/// Text for a header: one line, at most 200 letters.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(|letter: char| letter.is_control() || letter.is_whitespace()).collect();
    words
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(200)
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The message as an e-mail. The same id makes the same `Message-ID`; what belongs to one episode shares `References`.
fn letter(mail: &Mail, message: &Message, id: &str) -> Result<lettre::Message, String> {
    let from = mailbox(&mail.from).map_err(|error| error.to_string())?;
    let domain = from.email.domain().to_owned();
    let root = format!("<{}@{domain}>", message.thread);
    let sent = std::time::UNIX_EPOCH + Duration::from_millis(message.at.0.max(0).unsigned_abs());
    let mut builder = lettre::Message::builder()
        .from(from)
        .subject(one_line(&message.title))
        .date(sent)
        .message_id(Some(format!("<{id}@{domain}>")))
        .header(AutoSubmitted)
        .header(Importance(match (message.kind, message.severity) {
            (MessageKind::Notice, Severity::Now | Severity::Refused) => "high",
            _ => "normal",
        }));
    if message.kind != MessageKind::Test {
        builder = builder.in_reply_to(root.clone()).references(root);
    }
    for to in &mail.to {
        builder = builder.to(mailbox(to).map_err(|error| error.to_string())?);
    }
    let link = message.link.as_deref().map(|link| (say!("channel-link"), link));
    let mut plain = format!("{}\n\n{}\n", message.title, message.body);
    let mut html = String::from("<!DOCTYPE html><html><body style=\"font:15px/1.5 sans-serif\">");
    html.push_str(&format!("<p><strong>{}</strong></p>", escape(&message.title)));
    for line in message.body.lines() {
        html.push_str(&format!("<p style=\"margin:4px 0\">{}</p>", escape(line)));
    }
    if let Some((words, link)) = link {
        plain.push_str(&format!("\n{words}: {link}\n"));
        html.push_str(&format!("<p><a href=\"{}\">{}</a></p>", escape(link), escape(&words)));
    }
    html.push_str("</body></html>");
    let part = |kind: ContentType, text: String| SinglePart::builder().header(kind).body(text);
    let parts = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, plain))
        .singlepart(part(ContentType::TEXT_HTML, html));
    builder.multipart(parts).map_err(|error| error.to_string())
}

/// Sends; `Ok` once the server took the letter. `ca_file`: further authorities, as for the network.
pub(super) async fn send(
    mail: &Mail,
    ca_file: Option<&Path>,
    message: &Message,
    id: &str,
) -> Result<(), NotAccepted> {
    let letter = letter(mail, message, id)
        .map_err(|why| NotAccepted::refused(say!("channel-mail-letter", why = why)))?;
    let transport = transport(mail, ca_file)?;
    let sent = match tokio::time::timeout(IN_ALL, transport.send(letter)).await {
        Ok(sent) => sent,
        Err(_) => return Err(NotAccepted::later(say!("channel-mail-slow", host = mail.host.as_str()))),
    };
    sent.map(drop).map_err(|error| failure(mail, &error))
}

fn transport(mail: &Mail, ca_file: Option<&Path>) -> Result<AsyncSmtpTransport<Tokio1Executor>, NotAccepted> {
    let tls = || {
        let mut parameters = TlsParameters::builder(mail.host.clone());
        let bad = |why: String| {
            NotAccepted::refused(say!("channel-mail-tls", host = mail.host.as_str(), why = why))
        };
        if let Some(path) = ca_file {
            let pem = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
            let certificate = Certificate::from_pem(&pem).map_err(|error| bad(error.to_string()))?;
            parameters = parameters.add_root_certificate(certificate);
        }
        parameters.build().map_err(|error| bad(error.to_string()))
    };
    let tls = match mail.security {
        Security::Tls => Tls::Wrapper(tls()?),
        Security::Starttls => Tls::Required(tls()?),
        Security::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(mail.host.as_str())
        .port(mail.port)
        .timeout(Some(LIMIT))
        .tls(tls)
        // Not this machine's own name, which is nobody's business.
        .hello_name(ClientId::Domain("localhost".to_owned()));
    if let Some((user, password)) = &mail.login {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    Ok(builder.build())
}

/// What went wrong, as a sentence. Only a server's own answer is quoted; its words are redacted by the caller.
fn failure(mail: &Mail, error: &lettre::transport::smtp::Error) -> NotAccepted {
    let host = mail.host.as_str();
    let why = chain(error);
    if let Some(code) = error.status() {
        let words = say!("channel-mail-refused", host = host, code = code.to_string(), why = why);
        return if error.is_transient() { NotAccepted::later(words) } else { NotAccepted::refused(words) };
    }
    if error.is_tls() || why.contains("certificate") {
        return NotAccepted::refused(say!("channel-mail-tls", host = host, why = why));
    }
    if error.is_client() {
        return NotAccepted::refused(say!("channel-mail-client", host = host, why = why));
    }
    NotAccepted::later(say!("channel-mail-unreached", host = host, why = why))
}

/// What an error says, from outside to inside.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(inner) = next {
        said.push(inner.to_string());
        next = inner.source();
    }
    if said.is_empty() { error.to_string() } else { said.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn mail() -> Mail {
        Mail {
            host: "localhost".into(),
            port: 25,
            security: Security::None,
            login: None,
            from: "Tollwatch <tollwatch@example.org>".into(),
            to: vec!["ada@example.org".into()],
        }
    }

    fn message(title: &str) -> Message {
        Message {
            kind: MessageKind::Notice,
            severity: Severity::Now,
            title: title.into(),
            body: "a <b>\nsecond".into(),
            at: Timestamp(1_795_264_320_000),
            thread: "episode-12-1".into(),
            link: Some("https://p.example/?a=1&b=\"2\"".into()),
            alerts: Vec::new(),
        }
    }

    #[test]
    fn no_title_begins_another_header() {
        let evil = "Wall\r\nBcc: eve@example.org\r\n\r\n<script>";
        let text = String::from_utf8(letter(&mail(), &message(evil), "tw_1").unwrap().formatted()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains("Subject: Wall Bcc: eve@example.org <script>"), "{head}");
        assert!(head.contains("Message-ID: <tw_1@example.org>"), "{head}");
        assert!(head.contains("References: <episode-12-1@example.org>"), "{head}");
        assert!(head.contains("Date: Sat, 21 Nov 2026 12:32:00 +0000"), "{head}");
        assert!(body.contains("a &lt;b&gt;") && body.contains("&quot;2&quot;"), "{body}");
    }

    #[test]
    fn addresses_are_checked() {
        assert!(check_address("Ada <ada@example.org>").is_ok());
        for bad in ["", "ada", "ada@", "a@b\r\nBcc: c@d", "ada@example.org, eve@example.org"] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }
}
