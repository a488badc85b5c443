//! What an HTTP channel is sent: our own JSON with a Standard Webhooks signature, Slack's shape, or ntfy's.

use super::message::{Message, MessageKind, VERSION};
use crate::model::{Secret, Severity, Timestamp};
use crate::say;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The message as a webhook's JSON, in the shape that the Standard Webhooks specification advises: `type`, `timestamp`,
/// `data`; `id` is that of the header. Moments are RFC 3339 in UTC.
pub(super) fn data(message: &Message, id: &str) -> Value {
    let word = |kind| match kind {
        MessageKind::Notice => "tollwatch.notice",
        MessageKind::Resolved => "tollwatch.resolved",
        MessageKind::Test => "tollwatch.test",
    };
    let when = |at: Timestamp| at.to_jiff().to_string();
    let alerts: Vec<Value> = message
        .alerts
        .iter()
        .map(|alert| {
            json!({
                "episode": alert.episode,
                "kind": alert.kind,
                "severity": alert.severity,
                "title": alert.title,
                "body": alert.body,
                "account": alert.account,
                "account_label": alert.account_label,
                "meter": alert.meter,
                "meter_label": alert.meter_label,
                "left": alert.left,
                "began_at": when(alert.began_at),
                "wall": {
                    "p10": alert.wall_p10.map(when),
                    "p50": alert.wall_p50.map(when),
                    "p90": alert.wall_p90.map(when),
                },
            })
        })
        .collect();
    json!({
        "id": id,
        "type": word(message.kind),
        "version": VERSION,
        "timestamp": when(message.at),
        "severity": message.severity,
        "title": message.title,
        "body": message.body,
        "thread": message.thread,
        "link": message.link,
        "alerts": alerts,
    })
}

/// The key of a signature: `whsec_` and base64, 24 to 64 bytes, as Standard Webhooks has it. The error repeats nothing.
fn key(secret: &Secret) -> Result<Vec<u8>, String> {
    let text = secret.expose();
    let coded = text.strip_prefix("whsec_").unwrap_or(text);
    STANDARD
        .decode(coded)
        .ok()
        .filter(|bytes| (24..=64).contains(&bytes.len()))
        .ok_or_else(|| say!("channel-signing-secret"))
}

/// `webhook-signature` of a body: `v1,` and base64 of the HMAC-SHA256 of `id.seconds.body`
/// (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md). Errors: the secret is no key.
pub(super) fn signature(secret: &Secret, id: &str, seconds: i64, body: &str) -> Result<String, String> {
    let mut code =
        Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|_| say!("channel-signing-secret"))?;
    code.update(format!("{id}.{seconds}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(code.finalize().into_bytes())))
}

/// Calls to everybody in a team's chat, which no provider's error message may make.
const CALLS: &[&str] = &["everyone", "here", "channel"];

/// Text as Slack's `mrkdwn` wants it (api.slack.com/reference/surfaces/formatting): the three letters escaped; and no
/// call to everybody on servers that read `@` themselves.
pub(super) fn slack_text(text: &str) -> String {
    let mut text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    for call in CALLS {
        text = text.replace(&format!("@{call}"), &format!("@\u{200b}{call}"));
    }
    text
}

/// At most `most` letters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// What Slack's incoming webhooks take; Mattermost and Discord (`/slack`) read `text` alone. A header block takes 150
/// letters, a section 3,000.
pub(super) fn slack(message: &Message) -> Value {
    let (title, body) = (slack_text(&message.title), slack_text(&message.body));
    let mut blocks =
        vec![json!({ "type": "header", "text": { "type": "plain_text", "text": cut(&message.title, 150) } })];
    if !body.is_empty() {
        blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut(&body, 3_000) } }));
    }
    if let Some(link) = &message.link {
        let text = format!("<{}|{}>", slack_text(link), slack_text(&say!("channel-link")));
        blocks.push(json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": text }] }));
    }
    json!({ "text": format!("*{title}*\n{body}").trim_end(), "blocks": blocks })
}

/// What ntfy takes at its root (docs.ntfy.sh/publish, "Publish as JSON"): priorities 1 to 5. The id makes a second try
/// replace the first on servers that know `sequence_id`; others pass it over.
pub(super) fn ntfy(message: &Message, id: &str, topic: &str) -> Value {
    let (priority, tag) = match (message.kind, message.severity) {
        (MessageKind::Resolved, _) => (2, "white_check_mark"),
        (MessageKind::Test, _) => (3, "test_tube"),
        (MessageKind::Notice, Severity::HeadsUp) => (3, "hourglass_flowing_sand"),
        (MessageKind::Notice, Severity::Soon) => (4, "warning"),
        (MessageKind::Notice, Severity::Now) => (5, "rotating_light"),
        (MessageKind::Notice, Severity::Refused) => (5, "no_entry"),
    };
    // An empty message would read "triggered"; 4,096 bytes is the most before ntfy makes a file of it.
    let text = if message.body.is_empty() { &message.title } else { &message.body };
    let mut value = json!({
        "topic": topic,
        "title": cut(&message.title, 200),
        "message": cut(text, 1_000),
        "priority": priority,
        "tags": [tag],
        "sequence_id": id,
    });
    if let Some(link) = &message.link {
        value["click"] = json!(link);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specifications_example() {
        // The example that the reference libraries of Standard Webhooks are tested with.
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let sign = |secret: &Secret| {
            signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}")
        };
        assert_eq!(sign(&secret).unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for bad in ["whsec_", "whsec_c2hvcnQ=", "not base64 at all!", "hunter2"] {
            let error = sign(&Secret::new(bad)).unwrap_err();
            assert!(!error.contains(bad) || bad == "whsec_", "{error}");
        }
    }

    #[test]
    fn nobody_is_called_and_nothing_is_marked_up_by_a_quoted_error() {
        assert_eq!(
            slack_text("a <b> & @everyone <!here>"),
            "a &lt;b&gt; &amp; @\u{200b}everyone &lt;!here&gt;"
        );
        assert_eq!(cut("余额不足", 3), "余额…");
    }
}
