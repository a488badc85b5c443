//! Refusals and other bad answers as the sentence of a poll error.

use super::seen::message;
use super::{look, shorten};
use crate::http::Answer;
use crate::model::{Amount, Cause, HOUR, Links, PollError, PollErrorKind, Refusal, Timestamp};

/// Below this a cause is told as a guess, in percent.
const SURE: u8 = 60;

/// Who answered, for an error's sentence.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The connector's id.
    pub connector: &'a str,
    /// Its name for people.
    pub name: &'a str,
    /// Where the keys that polls use are made, if not on the page of all keys.
    pub key_url: Option<&'a str>,
    /// Its pages.
    pub links: Links,
}

/// The poll error for an answer that is not 2xx: what happened and what to do, in words.
pub fn to_error(origin: Origin<'_>, answer: &Answer, now: Timestamp) -> PollError {
    let (name, status) = (origin.name, answer.status);
    let Some((refusal, say)) = look(Some(origin.connector), answer, now) else {
        return no_refusal(origin, answer);
    };
    let behind = refusal.provider.as_deref().filter(|_| refusal.gateway.as_deref() == Some(origin.connector));
    let (kind, clause) = clause(refusal.cause);
    let says = match (say, behind) {
        (Some(say), None) => say.to_owned(),
        (Some(say), Some(behind)) => {
            format!("passes on from {behind}, which {say}")
        }
        (None, Some(behind)) => format!("passes on from {behind} that {clause}"),
        (None, None) if refusal.cause.is_money() && refusal.confidence < SURE => {
            format!("refuses, perhaps because {clause}")
        }
        (None, None) => match refusal.cause {
            Cause::InFlight | Cause::Capacity | Cause::Network | Cause::PaymentChallenge => clause.to_owned(),
            Cause::GatewayMisconfigured => clause.to_owned(),
            _ => format!("says {clause}"),
        },
    };
    // A gateway's pages are not where the provider behind it is paid.
    let links = if behind.is_some() { Links::NONE } else { origin.links };
    let todo = todo(refusal.cause, origin.key_url.filter(|_| behind.is_none()), links);
    let words = refusal.message.trim_end_matches('.');
    let words = if words.is_empty() { String::new() } else { format!(": {words}") };
    let figures = figures(&refusal);
    let mut error = PollError::new(kind, format!("{name} {says}{figures} ({status}){words}; {todo}."));
    // A limit may start again next month; whether somebody mended it is worth a look every hour.
    let named = refusal.retry_at.map(|at| at.since(now).clamp(0, HOUR));
    error.retry_after = named.or_else(|| answer.retry_after());
    error.refusal = Some(Box::new(refusal));
    error
}

/// What happened, to stand after "says" for what is stated and after the name for what is seen.
fn clause(cause: Cause) -> (PollErrorKind, &'static str) {
    use PollErrorKind::{Credentials, Malformed, Provider, RateLimited, Refused};
    match cause {
        Cause::BalanceExhausted => (Refused, "the balance is used up"),
        Cause::RequestTooLarge => (Refused, "the request asks for more than what is left"),
        Cause::KeyLimit => (Refused, "this key's own limit is reached"),
        Cause::BudgetExceeded => (Refused, "a budget is used up"),
        Cause::ProviderCap => (Refused, "a spend cap is reached"),
        Cause::FreeQuota => (Refused, "the quota is used up"),
        Cause::PlanMissing => (Refused, "no plan covers this"),
        Cause::PaymentFailed => (Refused, "there is a payment problem"),
        Cause::ReloadMissed => (Refused, "an automatic top-up did not come"),
        Cause::Credentials => (Credentials, "this key is wrong or revoked"),
        Cause::RateLimited => (RateLimited, "we ask too often"),
        Cause::InFlight => (RateLimited, "holds the money for requests still running"),
        Cause::Capacity => (Provider, "is out of capacity"),
        Cause::GatewayMisconfigured => (Provider, "refuses on the gateway's own account"),
        Cause::PaymentChallenge => (Refused, "offers a price"),
        Cause::Network => (Malformed, "answered with a web page instead of JSON"),
        Cause::Unknown => (Provider, "it refuses, without a reason that is known here"),
    }
}

/// What to do, with the page where it is done.
fn todo(cause: Cause, key_url: Option<&str>, links: Links) -> String {
    let (does, page) = match cause {
        Cause::BalanceExhausted => ("top up", links.top_up),
        Cause::RequestTooLarge => ("ask for fewer tokens, or top up", links.top_up),
        Cause::KeyLimit => ("raise its limit", links.keys),
        Cause::BudgetExceeded => ("raise the budget", links.limits),
        Cause::ProviderCap => ("raise the cap", links.limits.or(links.top_up)),
        Cause::FreeQuota => ("wait until it starts again, or look for a larger plan", links.top_up),
        Cause::PlanMissing => ("renew or change the plan", links.top_up.or(links.billing)),
        Cause::PaymentFailed => ("mend the payment", links.billing.or(links.top_up)),
        Cause::ReloadMissed => {
            ("top up by hand and look at the payment method", links.billing.or(links.top_up))
        }
        Cause::Credentials => ("make a new one", key_url.or(links.keys)),
        _ => ("", None),
    };
    match (cause, page) {
        (_, Some(url)) => format!("{does} at {url}"),
        (Cause::Credentials, None) => "check the key or ask its administrator".to_owned(),
        (Cause::RateLimited | Cause::InFlight, _) => "the next poll waits as long as it asks".to_owned(),
        (Cause::Capacity, _) => "nothing to do but wait".to_owned(),
        (Cause::Network, _) => {
            "a proxy or a log-in page stands in between: check the network and the address".to_owned()
        }
        (Cause::PaymentChallenge, _) => "check that this is the right address".to_owned(),
        (Cause::GatewayMisconfigured, _) => "look at the gateway's log".to_owned(),
        _ => small(&cause.words().step),
    }
}

/// A sentence to stand inside another, without what follows its semicolon.
fn small(sentence: &str) -> String {
    let sentence = sentence.split(';').next().unwrap_or_default();
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// The amounts that the provider's own words do not hold.
fn figures(refusal: &Refusal) -> String {
    let plain = refusal.message.replace(',', "");
    let new =
        |amount: Option<Amount>| amount.filter(|amount| !plain.contains(&amount.unit.print(amount.qty)));
    let parts = match (new(refusal.used), new(refusal.limit)) {
        (Some(used), Some(limit)) => vec![format!("{used} of {limit} used")],
        (used, limit) => vec![
            used.map(|used| format!("{used} used")).unwrap_or_default(),
            limit.map(|limit| format!("limit {limit}")).unwrap_or_default(),
        ],
    };
    let needed = new(refusal.needed).map(|needed| format!("{needed} needed")).unwrap_or_default();
    let left = new(refusal.left).map(|left| format!("{left} left")).unwrap_or_default();
    let parts = parts.into_iter().chain([needed, left]).filter(|part| !part.is_empty());
    parts.map(|part| format!(", {part}")).collect()
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
