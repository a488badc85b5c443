use super::*;
use proptest::prelude::*;

/// Saturday 2026-11-21 02:49:35 UTC.
const NOW: Timestamp = Timestamp(1_795_229_375_000);

/// Each reading as `key kind unit used/limit left ms-to-reset “label”`.
fn says(headers: &[(&str, &str)]) -> Vec<String> {
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let line = |one: Reading| {
        let figure = |qty: Option<Qty>| qty.map_or("-".to_owned(), |qty| one.unit.print(qty));
        let reset = one.resets_at.map_or("-".to_owned(), |at| at.since(NOW).to_string());
        format!(
            "{} {:?} {} {}/{} left {} {reset} “{}”",
            one.meter.0,
            one.kind,
            one.unit,
            figure(one.used),
            figure(one.limit),
            figure(one.remaining),
            one.label
        )
    };
    read(&headers, NOW).into_iter().map(line).collect()
}

/// console.groq.com/docs/rate-limits, with other values; the resets are Go durations.
#[test]
fn openai_and_groq() {
    let headers = [
        ("x-ratelimit-limit-requests", "14400"),
        ("x-ratelimit-remaining-requests", "14370"),
        ("x-ratelimit-reset-requests", "2m59.56s"),
        ("x-ratelimit-limit-tokens", "18000"),
        ("x-ratelimit-remaining-tokens", "17997"),
        ("x-ratelimit-reset-tokens", "7.66s"),
        ("x-ratelimit-limit-tokens_usage_based", "160000"),
        ("x-ratelimit-remaining-tokens_usage_based", "159976"),
        ("x-ratelimit-reset-tokens_usage_based", "9ms"),
        ("retry-after", "2"),
    ];
    assert_eq!(
        says(&headers),
        [
            "rate.tokens Rate tokens -/18000 left 17997 7660 “tokens”",
            "rate.requests Rate requests -/14400 left 14370 179560 “requests”",
            "rate.usage-based.tokens Rate tokens -/160000 left 159976 9 “usage based tokens”",
        ]
    );
}

/// Azure: whole seconds; on the Responses API `-1` and `0` for "unknown" (openai/openai-dotnet#838).
#[test]
fn azure_and_its_unknowns() {
    let said = [
        ("X-RateLimit-Limit-Tokens", "60000"),
        ("X-RateLimit-Remaining-Tokens", "0"),
        ("X-RateLimit-Reset-Tokens", "26"),
    ];
    assert_eq!(says(&said), ["rate.tokens Rate tokens -/60000 left 0 26000 “tokens”"]);
    let unknown = [
        ("x-ratelimit-limit-tokens", "-1"),
        ("x-ratelimit-remaining-tokens", "-1"),
        ("x-ratelimit-reset-tokens", "0"),
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-limit-requests", "0"),
    ];
    assert!(says(&unknown).is_empty());
}

/// inference-docs.cerebras.ai/support/rate-limits and docs.digitalocean.com, "Quota-Specific Response Headers".
#[test]
fn cerebras_and_digitalocean() {
    let headers = [
        ("x-ratelimit-limit-requests-day", "14400"),
        ("x-ratelimit-remaining-requests-day", "12001"),
        ("x-ratelimit-reset-requests-day", "33011.382867097855"),
        ("x-ratelimit-limit-tokens-minute", "60000"),
        ("x-ratelimit-remaining-tokens-minute", "59100"),
        ("x-ratelimit-reset-tokens-minute", "11.382867097854614"),
        ("x-ratelimit-limit-tokens-per-day", "1000000"),
        ("x-ratelimit-remaining-tokens-per-day", "600000"),
        ("x-ratelimit-reset-tokens-per-day", "1795232975"),
    ];
    assert_eq!(
        says(&headers),
        [
            "rate.tokens.day Quota tokens -/1000000 left 600000 3600000 “tokens per day”",
            "rate.tokens.minute Rate tokens -/60000 left 59100 11383 “tokens per minute”",
            "rate.requests.day Quota requests -/14400 left 12001 33011383 “requests per day”",
        ]
    );
}

/// Mistral (docs.mistral.ai, rate limits) and Fireworks (docs.fireworks.ai, rate limits) send no reset.
#[test]
fn mistral_and_fireworks() {
    let mistral = [
        ("x-ratelimit-limit-req-minute", "60"),
        ("x-ratelimit-remaining-req-minute", "58"),
        ("x-ratelimit-limit-tokens-minute", "500000"),
        ("x-ratelimit-remaining-tokens-minute", "499700"),
        ("x-ratelimit-tokens-query-cost", "300"),
    ];
    assert_eq!(
        says(&mistral),
        [
            "rate.tokens.minute Rate tokens -/500000 left 499700 - “tokens per minute”",
            "rate.requests.minute Rate requests -/60 left 58 - “requests per minute”",
        ]
    );
    let fireworks = [
        ("x-ratelimit-over-limit", "yes"),
        ("x-ratelimit-limit-tokens-prompt", "60000"),
        ("x-ratelimit-remaining-tokens-prompt", "59000"),
        ("x-ratelimit-limit-tokens-cache-adjusted-prompt", "50000"),
    ];
    assert_eq!(
        says(&fireworks),
        [
            "rate.cache-adjusted-prompt.tokens Rate tokens -/50000 left - - “cache adjusted prompt tokens”",
            "rate.prompt.tokens Rate tokens -/60000 left 59000 - “prompt tokens”",
        ]
    );
}

/// Together (docs.together.ai, rate limits: seconds) and OpenRouter (on 429: Unix milliseconds); xAI: Unix seconds.
#[test]
fn together_openrouter_and_xai() {
    let together = [
        ("x-ratelimit-limit", "10"),
        ("x-ratelimit-remaining", "9"),
        ("x-ratelimit-reset", "1"),
        ("x-tokenlimit-limit", "3000"),
        ("x-tokenlimit-remaining", "2976"),
    ];
    assert_eq!(
        says(&together),
        [
            "rate.tokens Rate tokens -/3000 left 2976 - “tokens”",
            "rate.requests Rate requests -/10 left 9 1000 “requests”"
        ]
    );
    let openrouter =
        [("X-RateLimit-Limit", "50"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1795305600000")];
    assert_eq!(says(&openrouter), ["rate.requests Rate requests -/50 left 0 76225000 “requests”"]);
    let xai = [("x-ratelimit-remaining-requests", "7"), ("x-ratelimit-reset-requests", "1795229400")];
    assert_eq!(says(&xai), ["rate.requests Rate requests -/- left 7 25000 “requests”"]);
}

/// platform.claude.com, "Rate limits"; the unified headers as Claude Code sees them (a share, Unix seconds).
#[test]
fn anthropic() {
    let key = [
        ("anthropic-ratelimit-requests-limit", "4000"),
        ("anthropic-ratelimit-requests-remaining", "3999"),
        ("anthropic-ratelimit-requests-reset", "2026-11-21T02:50:00Z"),
        ("anthropic-ratelimit-input-tokens-limit", "400000"),
        ("anthropic-ratelimit-input-tokens-remaining", "390000"),
    ];
    assert_eq!(
        says(&key),
        [
            "rate.requests Rate requests -/4000 left 3999 25000 “requests”",
            "rate.input.tokens Rate tokens -/400000 left 390000 - “input tokens”",
        ]
    );
    let plan = [
        ("anthropic-ratelimit-unified-status", "allowed"),
        ("anthropic-ratelimit-unified-5h-status", "allowed"),
        ("anthropic-ratelimit-unified-5h-utilization", "0.11"),
        ("anthropic-ratelimit-unified-5h-reset", "1795240800"),
        ("anthropic-ratelimit-unified-7d-utilization", "1.02"),
        ("anthropic-ratelimit-unified-overage-status", "rejected"),
        ("anthropic-ratelimit-unified-representative-claim", "five_hour"),
    ];
    assert_eq!(
        says(&plan),
        [
            "plan.5h Quota percent 11/100 left - 11425000 “plan window 5h”",
            "plan.7d Quota percent 102/100 left - - “plan window 7d”",
        ]
    );
}

/// Names as measured by third parties; Cohere documents 1,000 calls a month on trial keys (docs.cohere.com/docs/rate-limits).
#[test]
fn cohere() {
    let headers = [
        ("x-endpoint-monthly-call-limit", "1000"),
        ("x-trial-endpoint-call-limit", "20"),
        ("x-trial-endpoint-call-remaining", "19"),
    ];
    assert_eq!(
        says(&headers),
        [
            "rate.endpoint.requests.month Quota requests -/1000 left - - “endpoint requests per month”",
            "rate.trial.requests Rate requests -/20 left 19 - “trial requests”",
        ]
    );
}

/// GitHub Models: the window's length in a header of its own, the time left in another.
#[test]
fn github_models() {
    let headers = [
        ("x-ratelimit-type", "UserByModelByDay"),
        ("x-ratelimit-limit-requests", "150"),
        ("x-ratelimit-remaining-requests", "148"),
        ("x-ratelimit-renewalperiod-requests", "86400"),
        ("x-ratelimit-limit-tokens", "8000"),
        ("x-ratelimit-timeremaining", "76225"),
    ];
    assert_eq!(
        says(&headers),
        [
            "rate.tokens Rate tokens -/8000 left - - “tokens”",
            "rate.requests Quota requests -/150 left 148 76225000 “requests per day”",
        ]
    );
}

/// Kong/kong, the plugins rate-limiting and (Enterprise) ai-rate-limiting-advanced; Helicone's custom rate limits.
#[test]
fn gateways() {
    let kong = [
        ("RateLimit-Limit", "5"),
        ("RateLimit-Remaining", "4"),
        ("RateLimit-Reset", "38"),
        ("X-RateLimit-Limit-Minute", "6"),
        ("X-RateLimit-Remaining-Minute", "3"),
        ("X-AI-RateLimit-Limit-300-llama2", "1000"),
        ("X-AI-RateLimit-Remaining-300-llama2", "0"),
        ("X-AI-RateLimit-Reset-300-llama2", "211"),
        ("X-AI-RateLimit-Retry-After-300-llama2", "212"),
    ];
    assert_eq!(
        says(&kong),
        [
            "rate.requests Rate requests -/5 left 4 38000 “requests”",
            "rate.requests.minute Rate requests -/6 left 3 - “requests per minute”",
            "rate.ai.300-llama2.tokens Rate tokens -/1000 left 0 211000 “ai llama2 tokens per 5 min”",
        ]
    );
    let helicone = [
        ("helicone-ratelimit-limit", "1050"),
        ("helicone-ratelimit-remaining", "725"),
        ("helicone-ratelimit-policy", "1050;w=86400;u=cents"),
        ("helicone-ratelimit-reset", "42"),
    ];
    assert_eq!(
        says(&helicone),
        ["rate.helicone.usd Quota USD -/10.5 left 7.25 42000 “helicone usd per day”"]
    );
    let litellm = [
        ("x-ratelimit-api_key-limit-tokens", "9000"),
        ("x-ratelimit-team-remaining-requests", "17"),
        ("llm_provider-x-ratelimit-remaining-requests", "4999"),
        ("x-litellm-key-spend", "0.5"),
    ];
    assert_eq!(
        says(&litellm),
        [
            "rate.key.tokens Rate tokens -/9000 left - - “key tokens”",
            "rate.team.requests Rate requests -/- left 17 - “team requests”",
            "rate.upstream.requests Rate requests -/- left 4999 - “upstream requests”",
        ]
    );
}

/// draft-ietf-httpapi-ratelimit-headers; RunPod's API reference, RateLimit and RateLimit-Policy.
#[test]
fn the_ietf_fields() {
    let runpod = [
        ("RateLimit-Policy", "\"minute\";q=60;w=60, \"hour\";q=3000;w=3600, \"day\";q=50000;w=86400"),
        ("RateLimit", "\"minute\";r=0;t=12, \"hour\";r=2800;t=1812"),
        ("RateLimit", "\"day\";r=49500;t=45012"),
    ];
    assert_eq!(
        says(&runpod),
        [
            "rate.policy.day Quota requests -/50000 left 49500 45012000 “requests per day (“day”)”",
            "rate.policy.hour Rate requests -/3000 left 2800 1812000 “requests per hour (“hour”)”",
            "rate.policy.minute Rate requests -/60 left 0 12000 “requests per minute (“minute”)”",
        ]
    );
    let others = [
        ("ratelimit-policy", "\"bytes\";q=65535;qu=\"content-bytes\";w=10, \"burst\";q=100;w=90;pk=:cGs=:"),
        ("ratelimit", "\"default\";r=50;t=30, (\"a\" \"b\"), 7;r=3"),
    ];
    assert_eq!(
        says(&others),
        [
            "rate.policy.burst Rate requests -/100 left - - “requests per 90 s (“burst”)”",
            "rate.policy.default Rate requests -/- left 50 30000 “requests (“default”)”",
        ]
    );
    assert!(says(&[("ratelimit", "limit=100, remaining"), ("ratelimit-policy", "\"x;q=1")]).is_empty());
    // Draft 6 and before: the policies behind the limit.
    assert_eq!(
        says(&[("ratelimit-limit", "100, 100;w=60"), ("ratelimit-remaining", "1,050")]),
        ["rate.requests Rate requests -/100 left 1050 - “requests”"]
    );
}

#[test]
fn what_is_not_known_is_not_guessed() {
    for (name, value) in [
        ("x-ratelimit-limit-images", "5"),
        ("x-ratelimit-limit-audio-seconds", "7200"),
        ("x-ratelimit-remaining-requests", "many"),
        ("x-ratelimit-remaining-requests", ""),
        ("x-ratelimit-limit-requests", "NaN"),
        ("x-ratelimit-limit-requests", "100, 200"),
        ("x-ratelimit-reset-requests", "5s"),
        ("helicone-ratelimit-limit", "5"),
        ("content-length", "5"),
    ] {
        assert!(says(&[(name, value)]).is_empty(), "{name}: {value}");
    }
}

#[test]
fn resets_are_read_in_every_form() {
    let after = |text: &str| moment::reset(text, NOW).map(|at| at.since(NOW));
    assert_eq!(after("12ms"), Some(12));
    assert_eq!(after("6m0s"), Some(360_000));
    assert_eq!(after("1h2m3.5s"), Some(3_723_500));
    assert_eq!(after("1500µs"), Some(2), "rounded up, never earlier than said");
    assert_eq!(after(" 26 "), Some(26_000));
    assert_eq!(after("11.3828"), Some(11_383));
    assert_eq!(after("1795229400"), Some(25_000));
    assert_eq!(after("1795229400123"), Some(25_123));
    assert_eq!(after("2026-11-21T02:50:00Z"), Some(25_000));
    assert_eq!(after("Sat, 21 Nov 2026 02:50:05 GMT"), Some(30_000));
    for none in ["0", "-1", "0s", "", "soon", "1783038600", "999999999", "5 s", "1.2.3s", ".s", "3x"] {
        assert_eq!(after(none), None, "{none}");
    }
}

/// As Go's `time.Duration.String` writes it.
fn go(ns: u64) -> String {
    let decimal = |value: u64, scale: u64| {
        let part = format!("{:0width$}", value % scale, width = scale.ilog10() as usize);
        let part = part.trim_end_matches('0');
        let dot = if part.is_empty() { "" } else { "." };
        format!("{}{dot}{part}", value / scale)
    };
    match ns {
        0 => "0s".to_owned(),
        ns if ns < 1_000 => format!("{ns}ns"),
        ns if ns < 1_000_000 => format!("{}µs", decimal(ns, 1_000)),
        ns if ns < 1_000_000_000 => format!("{}ms", decimal(ns, 1_000_000)),
        ns => {
            let (minutes, rest) = (ns / 60_000_000_000, ns % 60_000_000_000);
            let seconds = decimal(rest, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// Values as providers send them, and anything else.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,6}",
        "-?[0-9]{0,25}(\\.[0-9]{0,25})?(e-?[0-9]{1,3})?",
        "([0-9]{0,20}(\\.[0-9]{0,20})?(ns|us|µs|ms|s|m|h|d)){0,4}",
        "20[0-9]{2}-1[0-2]-2[0-9]T[0-9]{2}:00:00Z",
        "(\"[a-z]{0,4}\"|[a-z]{1,4})(;[qrtw]=-?[0-9]{1,15}|;qu=\"[a-z]{0,8}\"){0,4}(, \"[a-z]{0,2}\";r=[0-9]{1,3})?",
        "[0-9]{1,4};w=[0-9]{1,6};u=(cents|token|request)",
        any::<String>(),
    ]
}

fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "ratelimit",
        "ratelimit-policy",
        "helicone-ratelimit-policy",
        "x-ratelimit-timeremaining",
        "anthropic-ratelimit-unified-5h-utilization",
        "anthropic-ratelimit-unified-5h-reset",
        "x-ai-ratelimit-limit-300-llama2",
    ]);
    prop_oneof![
        known.prop_map(str::to_owned),
        "(llm_provider-)?(x-|x-ai-|anthropic-|helicone-)?(rate|token)limit-(limit|remaining|reset|renewalperiod)(-(requests|tokens|minute|day|images)){0,2}",
        "(anthropic-ratelimit|x-endpoint|x-ratelimit)(-(tokens|requests|input|api_key|call)){0,2}-(limit|remaining|reset)",
        any::<String>(),
    ]
}

proptest! {
    /// Whatever comes: no panic, no reading without a figure of a header, no key twice, no reset that is gone by,
    /// nothing negative.
    #[test]
    fn any_headers_are_borne(headers in prop::collection::vec((name(), value()), 0..8)) {
        let digits = headers.iter().any(|(_, value)| value.chars().any(|letter| letter.is_ascii_digit()));
        let readings = read(&headers, NOW);
        prop_assert!(readings.is_empty() || digits);
        let mut keys: Vec<&str> = readings.iter().map(|one| one.meter.0.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), readings.len());
        for one in &readings {
            let figures = [one.used, one.limit, one.remaining];
            prop_assert!(figures.iter().flatten().next().is_some());
            prop_assert!(figures.iter().flatten().all(|qty| qty.0 >= 0));
            prop_assert!(one.limit != Some(Qty(0)));
            prop_assert!(one.resets_at.is_none_or(|at| at > NOW));
        }
    }

    /// A figure is the header's own, to the last digit.
    #[test]
    fn figures_are_those_that_were_sent(limit in 1_i64..i64::MAX, left in 0_i64..i64::MAX) {
        let headers = [
            ("x-ratelimit-limit-tokens".to_owned(), limit.to_string()),
            ("x-ratelimit-remaining-tokens".to_owned(), left.to_string()),
        ];
        let readings = read(&headers, NOW);
        prop_assert_eq!(readings.len(), 1);
        prop_assert_eq!((readings[0].limit, readings[0].remaining), (Some(Qty(limit)), Some(Qty(left))));
    }

    #[test]
    fn a_printed_go_duration_reads_back(ns in 0_u64..=i64::MAX as u64) {
        prop_assert_eq!(moment::nanoseconds(&go(ns)), i64::try_from(ns).ok());
    }

    #[test]
    fn small_go_durations_read_back(ns in 0_u64..200_000_000_000) {
        prop_assert_eq!(moment::nanoseconds(&go(ns)), i64::try_from(ns).ok());
        let at = moment::reset(&go(ns), NOW);
        prop_assert_eq!(at.map(|at| at.since(NOW)), Some(ns.div_ceil(1_000_000) as i64).filter(|ms| *ms > 0));
    }

    /// No span is negative, and no moment lies before the one that was given, nor later than rounding makes it.
    #[test]
    fn durations_are_never_negative(text in value()) {
        prop_assert!(moment::nanoseconds(&text).is_none_or(|ns| ns >= 0));
        prop_assert!(moment::span(&text).is_none_or(|ms| ms > 0));
        prop_assert!(moment::reset(&text, NOW).is_none_or(|at| at > NOW));
    }

    #[test]
    fn seconds_and_moments_agree(seconds in 1_i64..86_400) {
        let at = Some(NOW + seconds * SECOND);
        prop_assert_eq!(moment::reset(&seconds.to_string(), NOW), at);
        prop_assert_eq!(moment::reset(&format!("{seconds}.000"), NOW), at);
        prop_assert_eq!(moment::reset(&(NOW.0 / SECOND + seconds).to_string(), NOW), at);
        prop_assert_eq!(moment::reset(&(NOW.0 + seconds * SECOND).to_string(), NOW), at);
        prop_assert_eq!(moment::reset(&(NOW + seconds * SECOND).to_string(), NOW), at);
    }
}
