//! Rate-limit headers → readings, for every connector whose provider sends some: `limits::read(&answer.headers, now)`.
//!
//! What is read, and where it is documented or was seen:
//! * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, resets as Go durations (OpenAI, Groq:
//!   console.groq.com/docs/rate-limits), seconds (Azure; there `-1` and `0` mean unknown: openai/openai-dotnet#838),
//!   or Unix seconds (xAI); with `-minute`, `-hour`, `-day` (Cerebras: inference-docs.cerebras.ai/support/rate-limits),
//!   `-tokens-per-day` (DigitalOcean), `-req-minute` (Mistral), `-tokens-prompt` (Fireworks), and the key's or team's
//!   own (LiteLLM: `x-ratelimit-api_key-…`; what its upstream sent: `llm_provider-x-ratelimit-…`);
//! * `x-ratelimit-{limit,remaining,reset}` (Together, in seconds; OpenRouter on 429, in Unix milliseconds),
//!   `x-tokenlimit-…` (Together), `x-ratelimit-renewalperiod-…` and `-timeremaining` (GitHub Models);
//! * `anthropic-ratelimit-…-{limit,remaining,reset}` (RFC 3339) and `anthropic-ratelimit-unified-…-{utilization,reset}`
//!   of Claude plans (a share from 0 to 1, Unix seconds);
//! * `x-endpoint-monthly-call-limit`, `x-trial-endpoint-call-{limit,remaining}` (Cohere);
//! * `ratelimit-{limit,remaining,reset}`, `x-ratelimit-…-{second … year}`, `x-ai-ratelimit-…-<seconds>-<provider>`
//!   (Kong), `helicone-ratelimit-…` with its policy;
//! * the IETF's `RateLimit` and `RateLimit-Policy` (RunPod).

mod structured;
#[cfg(test)]
mod tests;

use super::fields::{decimal, slug};
use crate::http::moment;
use crate::model::{DAY, HOUR, MINUTE, MeterKind, Qty, Reading, SECOND, Timestamp, Unit, Window};
use std::collections::BTreeMap;

/// What one limit is called. Its order is the order of the readings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    /// Whose it is, where a header tells: `api_key`, `upstream`; empty for the asking account's.
    owner: &'static str,
    /// What is counted, or the name of an IETF policy.
    what: String,
    unit: Unit,
    /// The window that the name states.
    window: Option<&'static str>,
    /// Whether `what` is the name of an IETF policy.
    policy: bool,
}

/// What the headers say of one limit.
#[derive(Debug, Default)]
struct Limit {
    most: Option<Qty>,
    left: Option<Qty>,
    used: Option<Qty>,
    resets_at: Option<Timestamp>,
    period: Option<i64>,
    /// A limit was sent that is none (`-1`, `0`): a zero beside it is no figure either.
    void: bool,
}

type Limits = BTreeMap<Name, Limit>;

/// Windows that names state, and their milliseconds.
const WINDOWS: [(&str, i64); 7] = [
    ("second", SECOND),
    ("minute", MINUTE),
    ("hour", HOUR),
    ("day", DAY),
    ("week", 7 * DAY),
    ("month", 30 * DAY),
    ("year", 365 * DAY),
];

/// How headers of one family begin, whose limit they tell, and what they count when no word says it.
const FAMILIES: [(&str, &str, Option<Unit>); 8] = [
    ("x-ratelimit-", "", Some(Unit::Requests)),
    ("x-tokenlimit-", "", Some(Unit::Tokens)),
    ("ratelimit-", "", Some(Unit::Requests)),
    ("anthropic-ratelimit-", "", None),
    ("x-endpoint-", "endpoint", None),
    ("x-trial-endpoint-", "trial", None),
    ("x-ai-ratelimit-", "ai", Some(Unit::Tokens)),
    ("helicone-ratelimit-", "helicone", None),
];

/// The readings that an answer's headers give, of any status; usually none. A limit is a [`MeterKind::Quota`] when
/// its window is known to be a day or longer, or a plan's; else a [`MeterKind::Rate`], which refills all the time and
/// is no wall. No reading without a figure that was sent; `resets_at` is always after `now`.
///
/// `fetch` drops the headers: a connector that wants them sends with `http.send`, and takes the body by `checked`.
pub(super) fn read(headers: &[(String, String)], now: Timestamp) -> Vec<Reading> {
    let mut limits = Limits::new();
    let find = |wanted: &str| {
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    };
    let policy = find("helicone-ratelimit-policy");
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("anthropic-ratelimit-unified-") {
            Some(rest) => plan(rest, value, now, &mut limits),
            None => plain(&name, value, policy, now, &mut limits),
        }
    }
    if let Some(left) = find("x-ratelimit-timeremaining").and_then(|text| moment::reset(text, now)) {
        let told = |(name, limit): &(&Name, &mut Limit)| name.window.is_none() && limit.period.is_some();
        for (_, limit) in limits.iter_mut().filter(told) {
            limit.resets_at = limit.resets_at.or(Some(left));
        }
    }
    structured::read(headers, now, &mut limits);
    let mut readings: Vec<Reading> = Vec::new();
    for reading in limits.iter().filter_map(|(name, limit)| reading(name, limit)) {
        // Two names may become one key, as “a b” and “a-b” do: the first stands.
        if readings.iter().all(|known| known.meter != reading.meter) {
            readings.push(reading);
        }
    }
    readings
}

/// A header that names its limit and its field in words.
fn plain(name: &str, value: &str, policy: Option<&str>, now: Timestamp, limits: &mut Limits) {
    let (name, upstream) = match name.strip_prefix("llm_provider-") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let family =
        FAMILIES.iter().find_map(|(start, owner, unit)| Some((name.strip_prefix(start)?, owner, unit)));
    let Some((rest, owner, default)) = family else { return };
    let mut owner = if upstream { "upstream" } else { *owner };
    let words: Vec<&str> = rest.split('-').collect();
    let field = |word: &&str| matches!(*word, "limit" | "remaining" | "reset" | "renewalperiod");
    let Some(at) = words.iter().position(&field) else { return };
    let (before, after) = (&words[..at], &words[at + 1..]);
    let what = match (before, after) {
        ([], after) => after,
        (before, []) => before,
        (["api_key"], after) => {
            owner = "key";
            after
        }
        (["team"], after) => {
            owner = "team";
            after
        }
        _ => return,
    };
    let Some((mut name, seconds)) = counted(what, owner, *default) else { return };
    let mut power = 0;
    let mut period = seconds;
    if owner == "helicone" {
        let Some((unit, cents, window)) = policy.and_then(helicone) else { return };
        (name.unit, power, period) = (unit, cents, window);
    }
    let (unit, period_of_name) = (name.unit, name.window.and_then(milliseconds));
    let limit = limits.entry(name).or_default();
    limit.period = limit.period.or(period_of_name).or(period);
    match words.get(at).copied() {
        Some("limit") => {
            let most = figure(value, unit, power);
            limit.void |= most.is_some_and(|most| most.0 <= 0);
            limit.most = limit.most.or(most.filter(|most| most.0 > 0));
        }
        Some("remaining") => {
            limit.left = limit.left.or(figure(value, unit, power).filter(|left| left.0 >= 0));
        }
        Some("reset") => limit.resets_at = limit.resets_at.or(moment::reset(value, now)),
        _ => limit.period = limit.period.or(moment::span(value)),
    }
}

/// What the words of a name count; `None` when they name no unit that is metered. With Kong's window in seconds.
fn counted(words: &[&str], owner: &'static str, default: Option<Unit>) -> Option<(Name, Option<i64>)> {
    let (mut unit, mut window, mut seconds) = (None, None, None);
    let mut what: Vec<String> = Vec::new();
    for word in words.iter().filter(|word| **word != "per") {
        match *word {
            "request" | "requests" | "req" | "reqs" | "call" | "calls" => unit = Some(Unit::Requests),
            "token" | "tokens" => unit = Some(Unit::Tokens),
            "tokens_usage_based" => {
                unit = Some(Unit::Tokens);
                what.push("usage-based".to_owned());
            }
            "daily" => window = Some("day"),
            "monthly" => window = Some("month"),
            "" => {}
            word => match WINDOWS.iter().find(|(name, _)| *name == word) {
                Some((name, _)) => window = Some(*name),
                None => what.push(slug(word)),
            },
        }
    }
    if owner == "ai" {
        seconds = what.first().and_then(|word| moment::span(word));
        unit = default;
    }
    // A word that is not known may be a unit of its own (images, audio seconds): never taken for requests.
    let unit =
        unit.or(default.filter(|_| what.is_empty())).or((owner == "helicone").then_some(Unit::Requests))?;
    Some((Name { owner, what: what.join("-"), unit, window, policy: false }, seconds))
}

/// `10;w=60;u=cents`: the unit, the power of ten of its step, the window.
fn helicone(policy: &str) -> Option<(Unit, i32, Option<i64>)> {
    let part = |name: &str| policy.split(';').find_map(|part| part.trim().strip_prefix(name));
    let (unit, power) = match part("u=") {
        None | Some("request") => (Unit::Requests, 0),
        Some("token") => (Unit::Tokens, 0),
        Some("cents") => (Unit::USD, -2),
        Some(_) => return None,
    };
    Some((unit, power, part("w=").and_then(moment::span)))
}

/// A window of a Claude plan: `5h-utilization: 0.11` and `5h-reset`, in a share from 0 to 1 and Unix seconds.
fn plan(rest: &str, value: &str, now: Timestamp, limits: &mut Limits) {
    let Some((window, field)) = rest.rsplit_once('-') else { return };
    let name = Name { owner: "plan", what: slug(window), unit: Unit::Percent, window: None, policy: false };
    match field {
        "utilization" => {
            let used = figure(value, Unit::Percent, 2).filter(|used| used.0 >= 0);
            let limit = limits.entry(name).or_default();
            limit.used = limit.used.or(used);
            limit.most = limit.used.and(Some(Qty(100 * Unit::Percent.scale())));
        }
        "reset" => {
            let limit = limits.entry(name).or_default();
            limit.resets_at = limit.resets_at.or(moment::reset(value, now));
        }
        _ => {}
    }
}

/// A count as a whole header value. Older drafts of the IETF's field repeat the policies behind it:
/// `100, 100;w=60`.
fn figure(text: &str, unit: Unit, power: i32) -> Option<Qty> {
    let first = text.contains(';').then(|| text.split([',', ';']).next()).flatten().unwrap_or(text);
    decimal(first, unit, power)
}

/// A count that is not negative.
fn count(text: &str, unit: Unit) -> Option<Qty> {
    figure(text, unit, 0).filter(|qty| qty.0 >= 0)
}

fn milliseconds(window: &str) -> Option<i64> {
    WINDOWS.iter().find(|(name, _)| *name == window).map(|(_, ms)| *ms)
}

fn reading(name: &Name, limit: &Limit) -> Option<Reading> {
    let left = limit.left.filter(|left| !(limit.void && limit.most.is_none() && left.0 == 0));
    if limit.most.is_none() && left.is_none() && limit.used.is_none() {
        return None;
    }
    let long = name.owner == "plan" || limit.period.is_some_and(|period| period >= DAY);
    let kind = if long { MeterKind::Quota } else { MeterKind::Rate };
    let (key, label) = words(name, limit.period);
    Some(Reading {
        used: limit.used,
        limit: limit.most,
        remaining: left,
        window: Window::Other,
        resets_at: limit.resets_at,
        ..Reading::new(&key, kind, label, name.unit)
    })
}

/// The meter's key, of the header's own words, and its label.
fn words(name: &Name, period: Option<i64>) -> (String, String) {
    let per = match period {
        None => String::new(),
        Some(period) => match WINDOWS.iter().find(|(_, ms)| *ms == period) {
            Some((word, _)) => format!(" per {word}"),
            None => format!(" per {}", crate::model::words::span(period)),
        },
    };
    if name.policy {
        return (
            format!("rate.policy.{}", slug(&name.what)),
            format!("{}{per} (“{}”)", name.unit, name.what),
        );
    }
    if name.owner == "plan" {
        return (format!("plan.{}", name.what), format!("plan window {}", name.what));
    }
    let parts = |space: &str| {
        let unit = match name.unit {
            Unit::Money(currency) => currency.code().to_lowercase(),
            unit => unit.to_string(),
        };
        let what = match (name.owner, name.what.split_once('-')) {
            // Kong's name begins with the window's seconds, which the label says after "per".
            ("ai", Some((_, provider))) if space == " " => provider,
            _ => &name.what,
        };
        let what = what.replace('-', space);
        [name.owner, &what, &unit]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let window = name.window.map_or(String::new(), |window| format!(".{window}"));
    (format!("rate.{}{window}", parts("-").join(".")), format!("{}{per}", parts(" ").join(" ")))
}
