//! response → typed refusal; body first, status second.
//!
//! The signatures are rows in `data/refusals.json`, tried in their order; adding one is adding a row. Only parsed fields
//! are matched, never a body that may echo a prompt, and of sentences only what is not in quotation marks. What
//! gateways do to a provider's answer stands in `data/gateways.json`.

mod atlas;
mod challenge;
mod error;
mod figures;
mod page;
mod pasted;
mod repr;
mod resets;
mod rows;
mod seen;
#[cfg(test)]
mod tests;
mod via;

pub use atlas::{Form, Front, Said, Wait, atlas, fronts};
pub use error::{Origin, to_error};
pub use page::{Who, page};
pub use pasted::{Pasted, paste, paste_bytes};

use crate::http::{Answer, moment, redact};
use crate::model::{Cause, Json, Refusal, SECOND, Scope, Source, Timestamp};
use rows::{Row, Speaker, rows};
use seen::{Memo, Seen};

/// Letters of a provider's message that are kept.
const MESSAGE_LETTERS: usize = 200;

/// What somebody saw of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// HTTP status, if it was kept.
    pub status: Option<u16>,
    /// Headers; names in letters of either case.
    pub headers: &'a [(String, String)],
    /// The body, or what was kept of it.
    pub body: &'a [u8],
}

/// Recognises a refusal for money's, quota's or credentials' sake. `None`: this answer is no such refusal.
/// `connector` narrows the rows when it is known; `now` turns a `Retry-After` into a moment.
pub fn read(connector: Option<&str>, answer: &Answer, now: Timestamp) -> Option<Refusal> {
    look(connector, answer, now).map(|(refusal, _)| refusal)
}

/// As [`read`], for whatever somebody saw: always a refusal, [`Cause::Unknown`] when nothing was recognised.
pub fn explain(connector: Option<&str>, response: Response<'_>, now: Timestamp) -> Refusal {
    let json = Json::parse(response.body).ok();
    let text = std::str::from_utf8(response.body).ok().map(str::trim);
    let good = response.status.is_some_and(|status| status < 400);
    if text.is_some_and(is_page) && !good {
        return Refusal { confidence: 80, ..between(response.status, now) };
    }
    let known = recognise(connector, &parts(&response, json.as_ref(), text), now);
    known.map(|(refusal, _)| refusal).unwrap_or_else(|| {
        let seen = parts(&response, json.as_ref(), text);
        let (front, behind) = via::in_front(&seen);
        let (cause, scope, rule, confidence) = match response.status {
            // Whether the provider behind refused or fell over, the gateway does not tell.
            Some(500 | 502) if front.is_some() => {
                (Cause::GatewayMisconfigured, Scope::Provider, "any.gateway_hides", 45)
            }
            Some(503) => (Cause::Capacity, Scope::Provider, "any.503", 55),
            Some(407 | 511) => (Cause::Network, Scope::Request, "any.proxy", 85),
            _ => (Cause::Unknown, Scope::Request, "unknown", 0),
        };
        let refusal = blank(cause, scope, rule, response.status, Some(now));
        let provider = connector.map(str::to_owned).or(behind);
        let gateway = front.map(str::to_owned).filter(|front| provider.as_ref() != Some(front));
        let retry_at = asked_wait(&seen, now).filter(|_| refusal.retryable);
        Refusal { message: shorten(seen.message()), confidence, provider, gateway, retry_at, ..refusal }
    })
}

fn look(connector: Option<&str>, answer: &Answer, now: Timestamp) -> Option<(Refusal, Option<&'static str>)> {
    let response = Response { status: Some(answer.status), headers: &answer.headers, body: &answer.body };
    let body = answer.json().ok();
    let text = std::str::from_utf8(&answer.body).ok().map(str::trim);
    if text.is_some_and(is_page) {
        // A web page where JSON was due: a proxy or a log-in page in between spoke, not the provider.
        let spoke = [401, 402, 403, 407, 429, 511].contains(&answer.status);
        return spoke.then(|| (between(Some(answer.status), now), None));
    }
    recognise(connector, &parts(&response, body.as_ref(), text), now)
}

fn is_page(text: &str) -> bool {
    text.starts_with('<')
}

fn between(status: Option<u16>, now: Timestamp) -> Refusal {
    Refusal { confidence: 80, ..blank(Cause::Network, Scope::Request, "any.html", status, Some(now)) }
}

fn parts<'a>(response: &Response<'a>, body: Option<&'a Json>, text: Option<&'a str>) -> Seen<'a> {
    let short = text.filter(|text| body.is_none() && text.chars().count() <= MESSAGE_LETTERS);
    Seen { status: response.status, body, text: short, headers: response.headers }
}

/// As [`read`], for an entry of a gateway's log, which keeps a status, a message, or both.
pub fn read_log(status: Option<u16>, message: &str, now: Timestamp) -> Option<Refusal> {
    let inner = vec![("message".to_owned(), Json::String(message.to_owned()))];
    let body = Json::Object(vec![("error".to_owned(), Json::Object(inner))]);
    let seen = Seen { status, body: Some(&body), text: None, headers: &[] };
    recognise(None, &seen, now).map(|(refusal, _)| refusal)
}

/// A refusal that the provider states in a field of a good answer, such as "this key is exceeded". It has no time of
/// its own: it holds as long as it is stated.
pub fn reported(cause: Cause, scope: Scope, rule: &str, message: &str) -> Refusal {
    let refusal = blank(cause, scope, rule, None, None);
    Refusal { message: shorten(message), confidence: 99, source: Source::Stated, ..refusal }
}

/// What a row made of an answer, and what it has the error say: the message `says-` with this name.
type Found = (Refusal, Option<&'static str>);

/// Who stands between, and who behind, as far as the answer and the asker tell.
struct Way<'a> {
    /// The gateway that was asked, or that says in a header that it passed this on.
    asked: Option<&'a str>,
    /// The gateway whose way of wrapping this is.
    wrapping: Option<&'static str>,
    /// The provider behind.
    provider: Option<String>,
}

impl Way<'_> {
    fn gateway(&self) -> Option<&str> {
        self.asked.or(self.wrapping)
    }
}

/// Finds the row that fits and reads what it says. First what was said to the gateway, if it passes it on; then the
/// named connector's own rows; then those of whoever the headers name; then what one provider is known to say; a
/// status alone comes last.
fn recognise(connector: Option<&str>, seen: &Seen<'_>, now: Timestamp) -> Option<Found> {
    if let Some(mut refusal) = challenge::read(seen) {
        (refusal.status, refusal.at, refusal.provider) =
            (seen.status, Some(now), connector.map(str::to_owned));
        let offers = refusal.cause == Cause::PaymentChallenge;
        return Some((refusal, offers.then_some("offer")));
    }
    let (front, behind) = via::in_front(seen);
    // A good answer wraps nothing: what stands in it is a model's.
    let bad = seen.status.is_none_or(|status| status >= 400);
    let inner = seen.body.filter(|_| bad).and_then(via::unwrap);
    let asked = connector.filter(|connector| via::is_gateway(connector));
    let wrapping = inner.as_ref().and_then(|inner| inner.gateway);
    let named = inner.as_ref().and_then(|inner| inner.provider.clone());
    let way = Way { asked: asked.or(front), wrapping, provider: named.or(behind) };
    if let Some(found) = inner.as_ref().and_then(|inner| wrapped(inner, &way, seen, now)) {
        return Some(found);
    }
    let speakers = [connector, front, wrapping].map(|name| name.map(Speaker::Named));
    let speakers = speakers.into_iter().flatten().chain([Speaker::Anyone]);
    let own = speakers.flat_map(|speaker| find(speaker, seen, false)).next().map(|row| (row, false));
    let passed = || {
        let named = way.provider.as_deref().map(Speaker::Named);
        let speakers = named.into_iter().chain([Speaker::Somebody]);
        speakers.flat_map(|speaker| find(speaker, seen, false)).next().map(|row| (row, true))
    };
    let bare = || {
        let named = way.provider.as_deref().or(connector);
        find(named.map_or(Speaker::Somebody, Speaker::Named), seen, true).map(|row| (row, false))
    };
    let (row, foreign) = own.or_else(passed).or_else(bare)?;
    let refusal = read_row(row, seen, now);
    Some((placed(refusal, row, foreign, connector, &way), row.say.as_deref()))
}

/// The refusal with who refused and who passed it on. `foreign`: the words are known of another than the asked.
fn placed(refusal: Refusal, row: &Row, foreign: bool, connector: Option<&str>, way: &Way<'_>) -> Refusal {
    let (gateway, behind) = (way.gateway(), way.provider.as_deref());
    let owner = row.owner();
    let owner = connector.filter(|connector| via::is_kin(owner, connector)).or(owner);
    let by_gateway = owner.is_some() && (owner == gateway || owner.is_some_and(via::is_gateway));
    let provider = if by_gateway {
        // The gateway's own words: of the provider behind it, or of itself.
        behind.filter(|_| row.scope == Scope::Provider).or(owner)
    } else if foreign || connector.is_none() || gateway == connector {
        // Codes that many use are whose the way says; words of one provider are that provider's.
        let shared = behind.filter(|_| row.from.is_none());
        shared.or(owner).or(connector.filter(|_| !foreign))
    } else {
        connector
    };
    let between = match connector {
        // What was asked passed on another provider's words.
        Some(connector) if foreign && !by_gateway && via::is_gateway(connector) => {
            gateway.or(Some(connector))
        }
        _ if by_gateway => way.asked.or(owner),
        _ => gateway,
    };
    let between = between.filter(|between| provider != Some(*between)).map(str::to_owned);
    let passed_on = between.is_some() && provider.is_some();
    let scope = if passed_on { behind_a_gateway(refusal.scope) } else { refusal.scope };
    let doubt = if foreign && connector.is_some() && !by_gateway { 10 } else { 0 };
    let confidence = refusal.confidence.saturating_sub(doubt);
    Refusal { provider: provider.map(str::to_owned), gateway: between, scope, confidence, ..refusal }
}

/// The provider's refusal inside a gateway's answer.
fn wrapped(inner: &via::Inner, way: &Way<'_>, seen: &Seen<'_>, now: Timestamp) -> Option<Found> {
    let passed = seen.status.filter(|_| inner.passes);
    // A gateway may rename the status: the words inside go before it.
    let said = Seen {
        status: inner.status.or(passed),
        body: Some(&inner.body),
        text: None,
        headers: if inner.passes { seen.headers } else { &[] },
    };
    let named = way.provider.as_deref().map(Speaker::Named).into_iter();
    let speakers = named.chain([Speaker::Anyone, Speaker::Somebody]).map(|speaker| (speaker, false));
    let mut heard = speakers.chain([(Speaker::Somebody, true)]);
    let row = heard.find_map(|(speaker, little)| find(speaker, &said, little))?;
    let own_words =
        row.owner().is_some_and(|owner| inner.gateway.is_some_and(|it| via::is_kin(Some(owner), it)));
    if inner.passes && own_words {
        return None;
    }
    let mut refusal = read_row(row, &said, now);
    refusal.status = seen.status;
    refusal.retry_at = refusal.retry_at.or_else(|| asked_wait(seen, now).filter(|_| refusal.retryable));
    let own = row.from.as_deref().filter(|from| Some(*from) != way.provider.as_deref());
    refusal.provider = own.or(way.provider.as_deref()).or(row.owner()).map(str::to_owned);
    refusal.gateway = way.gateway().map(str::to_owned);
    if refusal.gateway.is_some() {
        refusal.scope = behind_a_gateway(refusal.scope);
    }
    Some((refusal, row.say.as_deref()))
}

/// What covers more than one request at the provider, covers the provider for who asks through a gateway.
fn behind_a_gateway(scope: Scope) -> Scope {
    if scope == Scope::Request { scope } else { Scope::Provider }
}

/// The first row that fits: one that says more than a status or anybody's words, or (`little`) any.
fn find(speaker: Speaker<'_>, seen: &Seen<'_>, little: bool) -> Option<&'static Row> {
    let memo = Memo::default();
    rows().iter().find(|row| (little || !row.says_little()) && row.fits(speaker, seen, &memo))
}

/// The refusal that a row makes of an answer.
fn read_row(row: &Row, seen: &Seen<'_>, now: Timestamp) -> Refusal {
    let mut refusal = blank(row.cause, row.scope, &row.rule, seen.status, Some(now));
    let message = seen.message();
    refusal.message = shorten(message);
    refusal.confidence = row.confidence();
    let field = |at: &str| rows::reach(seen.body?, at).into_iter().find_map(Json::as_decimal);
    refusal.retry_at = row.retry_at.as_ref().and_then(|at| moment(field(at)?, now));
    for figure in &row.figures {
        figure.take(seen::beginning(message), now, &mut refusal);
    }
    for amount in &row.amounts {
        let read = field(&amount.at).and_then(|text| figures::amount(text, amount.unit));
        figures::put(&mut refusal, amount.what, read);
    }
    let starts_again = row.resets.and_then(|window| window.next(now));
    refusal.retryable =
        row.retryable.unwrap_or(row.cause.passes() || refusal.retry_at.is_some() || row.resets.is_some());
    if refusal.retryable {
        refusal.retry_at = refusal.retry_at.or_else(|| asked_wait(seen, now)).or(starts_again);
    }
    refusal
}

/// When the answer asks to come back: `retry-after-ms`, `Retry-After` in seconds or as a date, or else when the limit
/// that is used up starts again.
fn asked_wait(seen: &Seen<'_>, now: Timestamp) -> Option<Timestamp> {
    let ms = seen.header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
    let ms = ms.filter(|ms| (0.0..1e12).contains(ms)).map(|ms| now + ms as i64);
    ms.or_else(|| moment::reset(seen.header("retry-after")?, now)).or_else(|| resets::read(seen, now))
}

fn blank(cause: Cause, scope: Scope, rule: &str, status: Option<u16>, at: Option<Timestamp>) -> Refusal {
    Refusal { status, at, ..Refusal::new(cause, scope, rule) }
}

/// The forms that are told apart for one connector, for its documentation: rule, statuses, cause.
pub fn forms(connector: &str) -> Vec<(&'static str, String, String)> {
    let named = format!("{connector}.");
    let mine = |row: &&Row| row.from.as_deref() == Some(connector) || row.rule.starts_with(&named);
    let mine = rows().iter().filter(mine);
    let form = |row: &'static Row| {
        let status: Vec<String> = row.status.iter().map(u16::to_string).collect();
        let status = if status.is_empty() { "any".to_owned() } else { status.join(", ") };
        (row.rule.as_str(), status, row.cause.id().replace('_', " "))
    };
    mine.map(form).collect()
}

/// A provider's words for a person: on one line, at most 200 letters, keys masked.
pub fn shorten(text: &str) -> String {
    let beginning = seen::beginning(text);
    // Cut between words, so that no half of a key is taken for a word.
    let whole = beginning.len() == text.len();
    let end = if whole { None } else { beginning.rfind(char::is_whitespace) };
    let line =
        redact(&beginning[..end.unwrap_or(beginning.len())]).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE_LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    match text.parse::<i64>() {
        // Unix milliseconds have 13 digits from 2001 to 2286, seconds 10.
        Ok(ms) if ms >= 100_000_000_000 => Some(Timestamp(ms)),
        Ok(seconds) => Some(Timestamp(seconds.checked_mul(SECOND)?)),
        Err(_) => Timestamp::parse_rfc3339(text).or_else(|| moment::reset(text, now)),
    }
}
