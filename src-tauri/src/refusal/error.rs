//! Refusals and other bad answers as the sentence of a poll error.

use super::seen::message;
use super::{look, shorten};
use crate::http::Answer;
use crate::model::{Amount, Cause, HOUR, Links, PollError, PollErrorKind, Refusal, Timestamp};
use crate::say;

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
    let Some((refusal, say)) = look(Some(origin.connector), answer, now) else {
        return no_refusal(origin, answer);
    };
    let behind = refusal.provider.as_deref().filter(|_| refusal.gateway.as_deref() == Some(origin.connector));
    let how = match (say, behind) {
        (Some(_), None) => "own",
        (Some(_), Some(_)) => "own-behind",
        (None, Some(_)) => "behind",
        (None, None) if refusal.cause.is_money() && refusal.confidence < SURE => "perhaps",
        (None, None) => match refusal.cause {
            Cause::InFlight | Cause::Capacity | Cause::Network | Cause::PaymentChallenge => "does",
            Cause::GatewayMisconfigured => "does",
            _ => "says",
        },
    };
    // A gateway's pages are not where the provider behind it is paid.
    let links = if behind.is_some() { Links::NONE } else { origin.links };
    let page = page(refusal.cause, origin.key_url.filter(|_| behind.is_none()), links);
    let words = refusal.message.trim_end_matches('.');
    let [used, limit, needed, left] = new_amounts(&refusal);
    let amount = |amount: Option<Amount>| amount.map_or(String::new(), |amount| amount.to_string());
    let text = say!(
        "answer-refused",
        name = origin.name,
        how = how,
        say = say.map_or(String::new(), |id| say!(&format!("says-{id}"))),
        behind = behind.unwrap_or_default(),
        cause = refusal.cause.id(),
        figures = match (used, limit) {
            (Some(_), Some(_)) => "both",
            (Some(_), None) => "used",
            (None, Some(_)) => "limit",
            (None, None) => "none",
        },
        used = amount(used),
        limit = amount(limit),
        needs = yes(needed.is_some()),
        needed = amount(needed),
        has = yes(left.is_some()),
        left = amount(left),
        status = answer.status.to_string(),
        quoted = yes(!words.is_empty()),
        message = words,
        page = yes(page.is_some()),
        url = page.unwrap_or_default()
    );
    let mut error = PollError::new(kind(refusal.cause), text);
    // A limit may start again next month; whether somebody mended it is worth a look every hour.
    let named = refusal.retry_at.map(|at| at.since(now).clamp(0, HOUR));
    error.retry_after = named.or_else(|| answer.retry_after());
    error.refusal = Some(Box::new(refusal));
    error
}

/// Which kind of failed poll it is.
fn kind(cause: Cause) -> PollErrorKind {
    match cause {
        Cause::Credentials => PollErrorKind::Credentials,
        Cause::RateLimited | Cause::InFlight => PollErrorKind::RateLimited,
        Cause::Capacity | Cause::GatewayMisconfigured | Cause::Unknown => PollErrorKind::Provider,
        Cause::Network => PollErrorKind::Malformed,
        _ => PollErrorKind::Refused,
    }
}

/// The page where it is mended.
fn page(cause: Cause, key_url: Option<&str>, links: Links) -> Option<&str> {
    match cause {
        Cause::BalanceExhausted | Cause::RequestTooLarge | Cause::FreeQuota => links.top_up,
        Cause::KeyLimit => links.keys,
        Cause::BudgetExceeded => links.limits,
        Cause::ProviderCap => links.limits.or(links.top_up),
        Cause::PlanMissing => links.top_up.or(links.billing),
        Cause::PaymentFailed | Cause::ReloadMissed => links.billing.or(links.top_up),
        Cause::Credentials => key_url.or(links.keys),
        _ => None,
    }
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// What was used, the limit, what was needed and what is left, where the provider's own words do not hold it.
fn new_amounts(refusal: &Refusal) -> [Option<Amount>; 4] {
    let plain = refusal.message.replace(',', "");
    [refusal.used, refusal.limit, refusal.needed, refusal.left]
        .map(|amount| amount.filter(|amount| !plain.contains(&amount.unit.print(amount.qty))))
}

fn no_refusal(origin: Origin<'_>, answer: &Answer) -> PollError {
    let body = answer.json();
    let words = body.as_ref().ok().and_then(message).map(shorten);
    let (kind, id) = match answer.status {
        404 | 405 => (PollErrorKind::NotFound, "answer-nothing"),
        500.. => (PollErrorKind::Provider, "answer-fault"),
        _ => (PollErrorKind::Provider, "answer-rejected"),
    };
    let text = say!(
        id,
        name = origin.name,
        status = answer.status.to_string(),
        quoted = yes(words.is_some()),
        message = words.unwrap_or_default()
    );
    PollError { retry_after: answer.retry_after(), ..PollError::new(kind, text) }
}
