//! Signatures one by one, and what is read from them.

use super::*;
use crate::model::words::{Language, speaking};
use crate::model::{Amount, Links, PollErrorKind, Qty, Unit};

const NOW: Timestamp = Timestamp(1_795_229_375_000);

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Answer { status, headers, body: body.as_bytes().to_vec() }
}

#[test]
fn every_row_is_read_and_has_its_own_name() {
    let rows = rows();
    assert!(!rows.is_empty(), "the table cannot be read");
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
        ("alibaba", 400, r#"{"code":"Arrearage","message":"m"}"#, Cause::PaymentFailed, "alibaba.overdue"),
        (
            "alibaba",
            429,
            r#"{"error":{"code":"PostpaidBillOverdue","message":"m"}}"#,
            Cause::PaymentFailed,
            "alibaba.overdue_openai",
        ),
        (
            "alibaba",
            403,
            r#"{"code":"AllocationQuota.FreeTierOnly","message":"m"}"#,
            Cause::FreeQuota,
            "alibaba.free_used",
        ),
        (
            "alibaba",
            429,
            r#"{"error":{"code":"insufficient_quota","message":"m"}}"#,
            Cause::RateLimited,
            "alibaba.insufficient_quota",
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
            Cause::GatewayMisconfigured,
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
            r#"{"error":{"code":"upstream_error","message":"no usable response","type":"upstream_error"}}"#,
            Cause::GatewayMisconfigured,
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
            Cause::PaymentChallenge,
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
    let body =
        r#"{"error":{"code":402,"message":"You requested up to 4,096 tokens, but can only afford 1200."}}"#;
    let refusal = read(Some("openrouter"), &answer(402, &[("retry-after", "30")], body), NOW).unwrap();
    assert_eq!(refusal.cause, Cause::RequestTooLarge);
    assert_eq!(refusal.needed, Some(Amount::new(Qty(4096), Unit::Tokens)));
    assert_eq!(refusal.left, Some(Amount::new(Qty(1200), Unit::Tokens)));
    // Waiting gives no money, whatever a server in between asks for; the next poll heeds it.
    assert_eq!((refusal.retryable, refusal.retry_at), (false, None));
    let body = r#"{"detail":{"status":"quota_exceeded","message":"This request exceeds your quota of 10000. You have 12 credits remaining, while 2,400 credits are required for this request."}}"#;
    let refusal = read(Some("elevenlabs"), &answer(401, &[], body), NOW).unwrap();
    assert_eq!(refusal.cause, Cause::FreeQuota);
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
        links: Links { top_up: Some("https://openrouter.ai/settings/credits"), ..Links::NONE },
    };
    let error = |status, body: &str| to_error(origin, &answer(status, &[], body), NOW);
    let wrong = error(401, r#"{"error":{"code":401,"message":"User not found."}}"#);
    assert_eq!(wrong.kind, PollErrorKind::Credentials);
    assert_eq!(
        wrong.message,
        "OpenRouter says this key is wrong or revoked (401): User not found; make a new one at https://openrouter.ai/settings/keys."
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
    assert_eq!(
        error(402, "{}").message,
        "OpenRouter refuses, perhaps because the balance is used up (402); top up at https://openrouter.ai/settings/credits."
    );
    let key = r#"{"error":{"code":403,"message":"Key limit exceeded","metadata":{"limit_source":"openrouter_key_limit"}}}"#;
    assert_eq!(
        error(403, key).message,
        "OpenRouter says this key's own limit is reached (403): Key limit exceeded; raise this key's limit or use another key."
    );
    let budget = r#"{"error":{"code":403,"message":"Workspace budget of $20 reached.","metadata":{"limit_source":"openrouter_workspace_budget","limit_usd":20,"spend_usd":20.5}}}"#;
    // The limit stands in the provider's own words already.
    assert_eq!(
        error(403, budget).message,
        "OpenRouter says a budget is used up, 20.5 USD used (403): Workspace budget of $20 reached; raise the budget, or ask whoever owns it."
    );
    let long = format!(r#"{{"error":{{"message":"{}"}}}}"#, "word ".repeat(100));
    assert!(error(401, &long).message.len() < 330);
}

#[test]
fn an_error_in_chinese() {
    let origin = Origin {
        connector: "openrouter",
        name: "OpenRouter",
        key_url: Some("https://openrouter.ai/settings/keys"),
        links: Links { top_up: Some("https://openrouter.ai/settings/credits"), ..Links::NONE },
    };
    let error = |status, body: &str| {
        speaking(Language::Chinese, || to_error(origin, &answer(status, &[], body), NOW).message)
    };
    assert_eq!(
        error(401, r#"{"error":{"code":401,"message":"User not found."}}"#),
        "OpenRouter 表示此密钥有误或已被撤销 (401)：User not found；请在 https://openrouter.ai/settings/keys 创建新密钥。"
    );
    assert_eq!(
        error(402, "{}"),
        "OpenRouter 拒绝了，可能是因为余额已用尽 (402)；请在 https://openrouter.ai/settings/credits 充值。"
    );
    let budget = r#"{"error":{"code":403,"message":"Workspace budget of $20 reached.","metadata":{"limit_source":"openrouter_workspace_budget","limit_usd":20,"spend_usd":20.5}}}"#;
    assert_eq!(
        error(403, budget),
        "OpenRouter 表示一项预算已用完，已用 20.5 USD (403)：Workspace budget of $20 reached；请提高预算，或联系预算的负责人。"
    );
    let management = r#"{"error":{"message":"Only management keys can perform this operation"}}"#;
    assert_eq!(
        error(403, management),
        "OpenRouter 要求使用管理密钥，而这是普通密钥 (403)：Only management keys can perform this operation；请在 https://openrouter.ai/settings/keys 创建新密钥。"
    );
    assert_eq!(error(503, ""), "OpenRouter 自身出现故障 (503)；下次查询会重试。");
}

#[test]
fn what_a_row_has_an_error_say_is_in_both_catalogues() {
    let ids = rows::rows().iter().filter_map(|row| row.say.as_deref()).chain(["offer"]);
    for id in ids {
        let id = format!("says-{id}");
        let english = crate::say!(&id);
        assert!(english.contains(' ') && !english.ends_with('.'), "{id}: {english}");
        let chinese = speaking(Language::Chinese, || crate::say!(&id));
        assert!(chinese != english && !chinese.ends_with('。'), "{id}: {chinese}");
    }
}
