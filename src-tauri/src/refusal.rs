//! response → typed refusal; body first, status second. The signatures are rows in `data/refusals.json`, tried in
//! their order; only parsed fields are matched, never a body that may echo a prompt.

use crate::http::{Answer, redact};
use crate::model::{Amount, Cause, Json, PollError, PollErrorKind, Refusal, SECOND, Scope, Timestamp, Unit};
use serde::Deserialize;
use std::sync::LazyLock;

/// Letters of a provider's message that are kept.
const MESSAGE_LETTERS: usize = 200;

/// One signature. All its patterns must fit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    /// Only answers of this connector; of any when missing.
    from: Option<String>,
    /// Any status when empty.
    #[serde(default)]
    status: Vec<u16>,
    #[serde(default)]
    all: Vec<Pattern>,
    /// A header that must be there.
    header: Option<String>,
    cause: Cause,
    scope: Scope,
    /// Where the answer says when calls work again: RFC 3339, or Unix seconds or milliseconds.
    retry_at: Option<String>,
    /// What the provider says, for the error's sentence, where the cause alone does not tell.
    say: Option<String>,
}

/// A field (JSON Pointer, or `text` for a short body that is not JSON) and what it must hold, one of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pattern {
    at: String,
    #[serde(default)]
    equals: Vec<String>,
    /// Letters of either case.
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    prefix: Vec<String>,
    #[serde(default)]
    present: bool,
}

static ROWS: LazyLock<Result<Vec<Row>, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/refusals.json")).map_err(|error| error.to_string())
});

/// What is matched: an answer's parts, or those that a gateway's log kept.
struct Seen<'a> {
    status: Option<u16>,
    body: Option<&'a Json>,
    text: Option<&'a str>,
    headers: &'a [(String, String)],
}

impl Row {
    /// Whether it looks at nothing but the status.
    fn says_little(&self) -> bool {
        self.all.is_empty() && self.header.is_none()
    }

    fn fits(&self, connector: Option<&str>, seen: &Seen<'_>) -> bool {
        let from = match (self.from.as_deref(), connector) {
            (Some(from), Some(connector)) => from == connector,
            // A status of one provider's own says nothing of another's.
            (Some(_), None) => !self.says_little(),
            (None, _) => true,
        };
        // A log without statuses is matched by its words alone.
        let status = self.status.is_empty()
            || seen.status.map_or(!self.all.is_empty(), |status| self.status.contains(&status));
        let header = self
            .header
            .as_ref()
            .is_none_or(|wanted| seen.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted)));
        from && status && header && self.all.iter().all(|pattern| pattern.fits(seen))
    }
}

impl Pattern {
    fn fits(&self, seen: &Seen<'_>) -> bool {
        let value = match self.at.as_str() {
            "text" => seen.text,
            pointer => {
                let field = seen.body.and_then(|body| body.pointer(pointer));
                if self.present {
                    return field.is_some_and(|field| !field.is_null());
                }
                field.and_then(Json::as_decimal)
            }
        };
        let Some(value) = value.map(str::trim) else { return false };
        let lower = value.to_lowercase();
        self.equals.iter().any(|want| want == value)
            || self.contains.iter().any(|want| lower.contains(&want.to_lowercase()))
            || self.prefix.iter().any(|want| value.starts_with(want))
    }
}

/// Recognises a refusal for money's, quota's or credentials' sake. `None`: this answer is no such refusal.
/// `connector` narrows the rows when it is known; `now` turns a `Retry-After` into a moment.
pub fn read(connector: Option<&str>, answer: &Answer, now: Timestamp) -> Option<Refusal> {
    look(connector, answer, now).map(|(refusal, _)| refusal)
}

fn look(connector: Option<&str>, answer: &Answer, now: Timestamp) -> Option<(Refusal, Option<&'static str>)> {
    if answer.status < 400 {
        return None;
    }
    let body = answer.json().ok();
    let text = std::str::from_utf8(&answer.body).ok().map(str::trim);
    if text.is_some_and(|text| text.starts_with('<')) {
        // A web page where JSON was due: a proxy or a log-in page in between spoke, not the provider.
        let between = [401, 402, 403, 407, 429, 511].contains(&answer.status);
        let refusal = blank(Cause::Network, Scope::Request, "any.html", Some(answer.status), Some(now));
        return between.then_some((refusal, None));
    }
    let short = text.filter(|text| body.is_none() && text.chars().count() <= MESSAGE_LETTERS);
    let seen =
        Seen { status: Some(answer.status), body: body.as_ref(), text: short, headers: &answer.headers };
    let (mut refusal, say) = recognise(connector, &seen, now)?;
    if refusal.retry_at.is_none() {
        refusal.retry_at = answer.retry_after().map(|ms| now + ms);
    }
    Some((refusal, say))
}

/// As [`read`], for an entry of a gateway's log, which keeps a status, a message, or both.
pub fn read_log(status: Option<u16>, message: &str, now: Timestamp) -> Option<Refusal> {
    let inner = vec![("message".to_owned(), Json::String(message.to_owned()))];
    let body = Json::Object(vec![("error".to_owned(), Json::Object(inner))]);
    let seen = Seen { status, body: Some(&body), text: None, headers: &[] };
    recognise(None, &seen, now).map(|(refusal, _)| refusal)
}

fn recognise(
    connector: Option<&str>,
    seen: &Seen<'_>,
    now: Timestamp,
) -> Option<(Refusal, Option<&'static str>)> {
    let rows = ROWS.as_ref().ok()?;
    let row = match connector {
        Some(_) => rows.iter().find(|row| row.fits(connector, seen)),
        // Nobody knows who spoke: first what is unmistakable whoever says it, then what one provider is known to say,
        // then what a status alone means.
        None => [
            |row: &Row| row.from.is_none() && !row.says_little(),
            |row: &Row| !row.says_little(),
            |_: &Row| true,
        ]
        .iter()
        .find_map(|turn| rows.iter().find(|row| turn(row) && row.fits(connector, seen))),
    }?;
    let mut refusal = blank(row.cause, row.scope, &row.rule, seen.status, Some(now));
    let message = seen.body.and_then(message).or(seen.text).unwrap_or_default();
    refusal.message = shorten(message);
    refusal.retry_at =
        row.retry_at.as_ref().and_then(|pointer| moment(seen.body?.pointer(pointer)?.as_decimal()?));
    (refusal.needed, refusal.left) = affordable(message);
    Some((refusal, row.say.as_deref()))
}

fn blank(cause: Cause, scope: Scope, rule: &str, status: Option<u16>, at: Option<Timestamp>) -> Refusal {
    Refusal {
        cause,
        scope,
        status,
        message: String::new(),
        rule: rule.to_owned(),
        meter: None,
        retry_at: None,
        needed: None,
        left: None,
        at,
        count: 1,
    }
}

/// The forms that are told apart for one connector, for its documentation: rule, statuses, cause.
pub fn forms(connector: &str) -> Vec<(&'static str, String, String)> {
    let rows = ROWS.as_ref().map_or(&[][..], Vec::as_slice);
    let named = format!("{connector}.");
    let mine = |row: &&Row| row.from.as_deref() == Some(connector) || row.rule.starts_with(&named);
    let mine = rows.iter().filter(mine);
    let form = |row: &'static Row| {
        let status: Vec<String> = row.status.iter().map(u16::to_string).collect();
        let status = if status.is_empty() { "any".to_owned() } else { status.join(", ") };
        let cause = serde_json::to_value(row.cause).ok();
        let cause = cause.as_ref().and_then(|cause| cause.as_str()).unwrap_or_default().replace('_', " ");
        (row.rule.as_str(), status, cause)
    };
    mine.map(form).collect()
}

/// A refusal that the provider states in a field of a good answer, such as "this key is exceeded". It has no time of
/// its own: it holds as long as it is stated.
pub fn reported(cause: Cause, scope: Scope, rule: &str, message: &str) -> Refusal {
    Refusal { message: shorten(message), ..blank(cause, scope, rule, None, None) }
}

/// The sentence that a body gives, from the fields where providers put it.
fn message(body: &Json) -> Option<&str> {
    [
        "/error/message",
        "/message",
        "/Message",
        "/msg",
        "/err_msg",
        "/error_description",
        "/error",
        "/errors/0",
        "/detail/error",
        "/detail/message",
        "/detail",
        "/title",
    ]
    .iter()
    .find_map(|pointer| body.pointer(pointer)?.as_str())
    .filter(|text| !text.trim().is_empty())
}

/// A provider's words for a person: on one line, at most 200 letters, keys masked.
pub fn shorten(text: &str) -> String {
    let line = redact(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE_LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        // Unix milliseconds have 13 digits from 2001 to 2286, seconds 10.
        Ok(ms) if ms >= 100_000_000_000 => Some(Timestamp(ms)),
        Ok(seconds) => Some(Timestamp(seconds.checked_mul(SECOND)?)),
        Err(_) => Timestamp::parse_rfc3339(text),
    }
}

/// "requested up to 4096 tokens, but can only afford 1200", "You have 12 credits remaining, while 240 credits are
/// required": what was needed and what was left.
fn affordable(message: &str) -> (Option<Amount>, Option<Amount>) {
    let after = |words: &str, unit: Unit| {
        let rest = message.split_once(words)?.1.trim_start();
        let digits: String =
            rest.chars().take_while(|letter| letter.is_ascii_digit() || *letter == ',').collect();
        Some(Amount::new(unit.parse(&digits.replace(',', "")).ok()?, unit))
    };
    let forms = [
        ("requested up to", "can only afford", Unit::Tokens),
        ("credits remaining, while", "You have", Unit::Credits),
    ];
    let both = |(needed, left, unit)| after(needed, unit).zip(after(left, unit));
    forms.into_iter().find_map(both).unzip()
}

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
        Cause::ProviderOverloaded => (Provider, "is out of capacity", "nothing to do but wait".to_owned()),
        Cause::Network => {
            let todo = "a proxy or a log-in page stands in between: check the network and the address";
            (Malformed, "answered with a web page instead of JSON", todo.to_owned())
        }
        Cause::X402Offer => (Refused, "offers a price", "check that this is the right address".to_owned()),
        Cause::Gateway => {
            (Provider, "refuses on the gateway's own account", "look at the gateway's log".to_owned())
        }
        Cause::KeyLimit => (Refused, "says this key's own limit is reached", money),
        Cause::BudgetExceeded => (Refused, "says a budget is used up", money),
        _ => (Refused, "refuses because the money or the quota is gone", money),
    };
    let words = if refusal.message.is_empty() { String::new() } else { format!(": {}", refusal.message) };
    let mut error =
        PollError::new(kind, format!("{name} {} ({status}){words}; {todo}.", say.unwrap_or(says)));
    error.retry_after = refusal.retry_at.map(|at| at.since(now).max(0));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Qty;

    const NOW: Timestamp = Timestamp(1_795_229_375_000);

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Answer { status, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn every_row_is_read_and_has_its_own_name() {
        let rows = ROWS.as_ref().unwrap();
        let mut names: Vec<&str> = rows.iter().map(|row| row.rule.as_str()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    /// Sources: the clouds' own error lists, as named in their connectors.
    #[test]
    fn the_clouds_errors_are_told_apart() {
        for (connector, status, body, cause, rule) in [
            (
                "alibaba",
                400,
                r#"{"code":"Arrearage","message":"m"}"#,
                Cause::PaymentProblem,
                "alibaba.overdue",
            ),
            (
                "alibaba",
                429,
                r#"{"error":{"code":"PostpaidBillOverdue","message":"m"}}"#,
                Cause::PaymentProblem,
                "alibaba.overdue_openai",
            ),
            (
                "alibaba",
                403,
                r#"{"code":"AllocationQuota.FreeTierOnly","message":"m"}"#,
                Cause::QuotaUsedUp,
                "alibaba.free_used",
            ),
            ("alibaba", 429, r#"{"code":"Throttling.RateQuota"}"#, Cause::RateLimited, "alibaba.throttled"),
            ("alibaba", 400, r#"{"Code":"SignatureDoesNotMatch"}"#, Cause::Credentials, "alibaba.secret"),
            (
                "aws",
                400,
                r#"{"__type":"com.amazon.x#AccessDeniedException","Message":"User not enabled for cost explorer access"}"#,
                Cause::Credentials,
                "aws.not_enabled",
            ),
            ("aws", 400, r#"{"__type":"ThrottlingException"}"#, Cause::RateLimited, "aws.throttled"),
            (
                "aws",
                400,
                r#"{"__type":"ServiceQuotaExceededException"}"#,
                Cause::RateLimited,
                "aws.service_quota",
            ),
            ("azure", 401, r#"{"error":{"code":"RBACAccessDenied"}}"#, Cause::Credentials, "azure.role"),
            (
                "azure",
                429,
                r#"{"error":{"code":"429","message":"token rate limit"}}"#,
                Cause::RateLimited,
                "any.429",
            ),
            (
                "azure",
                400,
                r#"{"error":"invalid_request","error_description":"AADSTS90002: Tenant 't' not found."}"#,
                Cause::Credentials,
                "azure.tenant",
            ),
        ] {
            let found = read(Some(connector), &answer(status, &[], body), NOW).expect(body);
            assert_eq!((found.cause, found.rule.as_str()), (cause, rule), "{body}");
        }
    }

    /// Shapes and meanings as in the providers' documents; the values are ours.
    #[test]
    fn the_body_decides_before_the_status() {
        let cases: &[(&str, u16, &str, Cause, &str)] = &[
            (
                "openrouter",
                402,
                r#"{"error":{"code":402,"message":"Insufficient credits. Add more","metadata":{"limit_source":"openrouter_credits"}}}"#,
                Cause::BalanceExhausted,
                "openrouter.credits",
            ),
            (
                "openrouter",
                402,
                r#"{"error":{"code":402,"message":"x","metadata":{"limit_source":"openrouter_key_limit"}}}"#,
                Cause::KeyLimit,
                "openrouter.key_limit",
            ),
            (
                "openrouter",
                402,
                r#"{"error":{"code":402,"message":"x","metadata":{"error_type":"in_flight_budget_exhausted","limit_source":"openrouter_in_flight_budget"}}}"#,
                Cause::InFlight,
                "openrouter.in_flight",
            ),
            (
                "openrouter",
                403,
                r#"{"error":{"code":403,"message":"Only management keys can perform this operation"}}"#,
                Cause::Credentials,
                "openrouter.management_key",
            ),
            (
                "deepseek",
                402,
                r#"{"error":{"message":"Insufficient Balance","type":"unknown_error"}}"#,
                Cause::BalanceExhausted,
                "deepseek.402",
            ),
            (
                "litellm",
                400,
                r#"{"error":{"type":"budget_exceeded","message":"Budget has been exceeded! Key=a (b) Current cost: 2, Max budget: 1","code":"400"}}"#,
                Cause::KeyLimit,
                "litellm.budget_key",
            ),
            (
                "litellm",
                422,
                r#"{"error":{"type":"budget_exceeded","message":"ExceededBudget: User=bob over budget. Spend=2, Budget=1","code":"422"}}"#,
                Cause::BudgetExceeded,
                "litellm.budget_user",
            ),
            (
                "litellm",
                402,
                r#"{"error":{"type":"invalid_request_error","code":"402","message":"litellm.BadRequestError: DeepseekException - {}"}}"#,
                Cause::BalanceExhausted,
                "litellm.upstream_402",
            ),
            (
                "apipark",
                400,
                "all balances exhausted or unavailable",
                Cause::BalanceExhausted,
                "apinto.balances_exhausted",
            ),
            (
                "http_json",
                402,
                r#"{"error":{"code":"insufficient_quota","type":"insufficient_quota","message":"request rejected by budget (before_request): budget exceeded: spent $1 of $1 limit"}}"#,
                Cause::BudgetExceeded,
                "ferrogw.budget",
            ),
            (
                "http_json",
                502,
                r#"{"error":{"code":"upstream_error","message":"no usable response"}}"#,
                Cause::Gateway,
                "ferrogw.upstream",
            ),
            (
                "http_json",
                429,
                r#"{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"m"}}"#,
                Cause::BalanceExhausted,
                "openai.quota_type",
            ),
            (
                "http_json",
                402,
                r#"{"x402Version":1,"accepts":[],"error":"X-PAYMENT header is required"}"#,
                Cause::X402Offer,
                "any.x402",
            ),
            ("http_json", 402, "<html>Pay for wifi", Cause::Network, "any.html"),
            ("http_json", 402, "", Cause::BalanceExhausted, "any.402"),
            ("http_json", 429, "{}", Cause::RateLimited, "any.429"),
        ];
        for (connector, status, body, cause, rule) in cases {
            let refusal = read(Some(connector), &answer(*status, &[], body), NOW).unwrap();
            assert_eq!((refusal.cause, refusal.rule.as_str()), (*cause, *rule), "{body}");
        }
        assert_eq!(read(None, &answer(200, &[], r#"{"error":{"code":"insufficient_quota"}}"#), NOW), None);
        assert_eq!(read(None, &answer(404, &[], "<html>"), NOW), None);
    }

    #[test]
    fn an_echoed_prompt_never_decides() {
        let echo = r#"{"error":{"message":"bad request","failed_generation":"Insufficient Balance"}}"#;
        assert_eq!(read(Some("deepseek"), &answer(400, &[], echo), NOW), None);
    }

    #[test]
    fn amounts_and_times_are_taken_from_the_words() {
        let body = r#"{"error":{"code":402,"message":"You requested up to 4,096 tokens, but can only afford 1200."}}"#;
        let refusal = read(Some("openrouter"), &answer(402, &[("retry-after", "30")], body), NOW).unwrap();
        assert_eq!(refusal.cause, Cause::RequestTooLarge);
        assert_eq!(refusal.needed, Some(Amount::new(Qty(4096), Unit::Tokens)));
        assert_eq!(refusal.left, Some(Amount::new(Qty(1200), Unit::Tokens)));
        assert_eq!(refusal.retry_at, Some(Timestamp(1_795_229_405_000)));
        let body = r#"{"detail":{"status":"quota_exceeded","message":"This request exceeds your quota of 10000. You have 12 credits remaining, while 2,400 credits are required for this request."}}"#;
        let refusal = read(Some("elevenlabs"), &answer(401, &[], body), NOW).unwrap();
        assert_eq!(refusal.cause, Cause::QuotaUsedUp);
        assert_eq!(refusal.needed.map(|amount| amount.to_string()).as_deref(), Some("2400 credits"));
        assert_eq!(refusal.left.map(|amount| amount.to_string()).as_deref(), Some("12 credits"));
        let body = r#"{"error":{"code":429,"message":"m","metadata":{"limit_source":"openrouter_free_tier_daily","headers":{"X-RateLimit-Reset":"1795305600000"}}}}"#;
        let refusal = read(Some("openrouter"), &answer(429, &[], body), NOW).unwrap();
        assert_eq!(refusal.retry_at, Some(Timestamp(1_795_305_600_000)));
    }

    #[test]
    fn an_error_says_what_to_do() {
        let origin = Origin {
            connector: "openrouter",
            name: "OpenRouter",
            key_url: Some("https://openrouter.ai/settings/keys"),
            top_up_url: Some("https://openrouter.ai/settings/credits"),
        };
        let error = |status, body: &str| to_error(origin, &answer(status, &[], body), NOW);
        let wrong = error(401, r#"{"error":{"code":401,"message":"User not found."}}"#);
        assert_eq!(wrong.kind, PollErrorKind::Credentials);
        assert_eq!(
            wrong.message,
            "OpenRouter says this key is wrong or revoked (401): User not found.; make a new one at https://openrouter.ai/settings/keys."
        );
        assert!(
            error(403, r#"{"error":{"message":"Only management keys can perform this operation"}}"#)
                .message
                .contains("wants a management key")
        );
        assert_eq!(error(404, "<html>").kind, PollErrorKind::NotFound);
        assert_eq!(error(503, "").kind, PollErrorKind::Provider);
        assert_eq!(error(402, "<html>").kind, PollErrorKind::Malformed);
        assert_eq!(error(402, "{}").kind, PollErrorKind::Refused);
        let long = format!(r#"{{"error":{{"message":"{}"}}}}"#, "word ".repeat(100));
        assert!(error(401, &long).message.len() < 330);
    }
}
