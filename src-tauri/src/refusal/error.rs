//! Refusals and other bad answers as the sentence of a poll error.

use super::seen::message;
use super::{look, shorten};
use crate::http::Answer;
use crate::model::{Cause, HOUR, PollError, PollErrorKind, Timestamp};

/// Who answered, for an error's sentence.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// Where keys are made.
    pub key_url: Option<&'a str>,
    /// Where money is added.
    pub top_up_url: Option<&'a str>,
}

/// The poll error for an answer that is not 2xx: what happened and what to do, in words.
pub fn to_error(origin: Origin<'_>, answer: &Answer, now: Timestamp) -> PollError {
    let (name, status) = (origin.name, answer.status);
    let Some((refusal, say)) = look(Some(origin.connector), answer, now) else {
        return no_refusal(origin, answer);
    };
    let keys = origin.key_url.map_or("check the key or ask its administrator".to_owned(), |url| {
        format!("make a new one at {url}")
    });
    let money = origin.top_up_url.map_or("add money or raise the limit there".to_owned(), |url| {
        format!("add money or raise the limit at {url}")
    });
    let wait = "the next poll waits as long as it asks".to_owned();
    use PollErrorKind::{Credentials, Malformed, Provider, RateLimited, Refused};
    let (kind, says, todo) = match refusal.cause {
        Cause::Credentials => (Credentials, "says this key is wrong or revoked", keys),
        Cause::RateLimited => (RateLimited, "says we ask too often", wait),
        Cause::InFlight => (RateLimited, "holds the money for requests still running", wait),
        Cause::Capacity => (Provider, "is out of capacity", "nothing to do but wait".to_owned()),
        Cause::Network => {
            let todo = "a proxy or a log-in page stands in between: check the network and the address";
            (Malformed, "answered with a web page instead of JSON", todo.to_owned())
        }
        Cause::PaymentChallenge => {
            (Refused, "offers a price", "check that this is the right address".to_owned())
        }
        Cause::GatewayMisconfigured => {
            (Provider, "refuses on the gateway's own account", "look at the gateway's log".to_owned())
        }
        Cause::KeyLimit => (Refused, "says this key's own limit is reached", money),
        Cause::BudgetExceeded => (Refused, "says a budget is used up", money),
        _ => (Refused, "refuses because the money or the quota is gone", money),
    };
    let words = if refusal.message.is_empty() { String::new() } else { format!(": {}", refusal.message) };
    let mut error =
        PollError::new(kind, format!("{name} {} ({status}){words}; {todo}.", say.unwrap_or(says)));
    // A limit may start again next month; whether somebody mended it is worth a look every hour.
    let named = refusal.retry_at.map(|at| at.since(now).clamp(0, HOUR));
    error.retry_after = named.or_else(|| answer.retry_after());
    error.refusal = Some(Box::new(refusal));
    error
}

fn no_refusal(origin: Origin<'_>, answer: &Answer) -> PollError {
    let (name, status) = (origin.name, answer.status);
    let body = answer.json();
    let words = match body.as_ref().ok().and_then(message) {
        Some(text) => format!(": {}", shorten(text)),
        None => String::new(),
    };
    let (kind, text) = match status {
        404 | 405 => (
            PollErrorKind::NotFound,
            format!(
                "nothing at this address answers like {name} ({status}){words}; check the account's base_url."
            ),
        ),
        500.. => (
            PollErrorKind::Provider,
            format!("{name} has a fault of its own ({status}){words}; the next poll tries again."),
        ),
        _ => (
            PollErrorKind::Provider,
            format!("{name} does not accept this request ({status}){words}; check the account's settings."),
        ),
    };
    PollError { retry_after: answer.retry_after(), ..PollError::new(kind, text) }
}
