//! The same scenes in Chinese: some written out by hand, all of them without a word left in English.

use super::*;
use crate::model::words::{Language, speaking};
use crate::model::{EpisodeKind, HOUR, PollErrorKind, Source};

/// Everything that a verdict says, and the precautions of its account.
fn all_words(refusal: &Refusal, facts: &Facts) -> Vec<String> {
    let diagnosis = diagnose(refusal, facts);
    let evidence = diagnosis.hypotheses.into_iter().flat_map(|one| one.evidence).map(|one| one.text);
    let items = facts.account.iter().chain(&facts.others).flat_map(checklist);
    let items = items.flat_map(|item| [item.title, item.advice.text]);
    let steps = diagnosis.steps.into_iter().map(|step| step.text);
    [diagnosis.explanation].into_iter().chain(evidence).chain(steps).chain(items).collect()
}

/// Whether a space is missing after a Latin letter or a digit, or stands where none belongs.
fn badly_spaced(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let latin = |letter: char| letter.is_ascii_alphanumeric() || "$%".contains(letter);
    let han = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter) && !"年月日".contains(letter);
    let gap = |two: &[char]| two[0] == ' ' && "，。：；）（ ".contains(two[1]);
    letters.windows(2).any(|two| latin(two[0]) && han(two[1]) || gap(two))
}

/// Words of four Latin letters or more that are no names, rules or units.
fn english(text: &str) -> Vec<String> {
    const NAMES: [&str; 14] = [
        "OpenRouter",
        "LiteLLM",
        "DeepSeek",
        "Tollwatch",
        "Work",
        "Home",
        "Late",
        "Gate",
        "gate",
        "Team",
        "tokens",
        "max_tokens",
        "reload_below",
        "core",
    ];
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_.".contains(letter)));
    let words = words.map(|word| word.trim_matches('.')).filter(|word| !word.contains('.'));
    let latin = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() >= 4;
    words.filter(latin).filter(|word| !NAMES.contains(word)).map(str::to_owned).collect()
}

fn scene(cause: Cause, status: u16) -> Refusal {
    refusal(cause, 97, status)
}

#[test]
fn an_empty_balance_in_chinese() {
    speaking(Language::Chinese, || {
        let diagnosis = of(&bare_402(), account("Work", vec![balance("0 USD")]));
        assert_eq!(
            diagnosis.explanation,
            "OpenRouter 拒绝了调用：“Work”的余额已用尽；剩余 $0.00（今天 14:05 读取）。等待无济于事：充值后调用即可恢复。"
        );
        let words = "“Work”的余额在今天 14:05（拒绝前 3 分钟）为 $0.00，自今天 14:02 起为零。";
        assert!(diagnosis.hypotheses[0].evidence.iter().any(|one| one.text == words), "{diagnosis:#?}");
        let steps: Vec<_> = diagnosis.steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(steps, ["在 OpenRouter 为“Work”充值。", "如果那里有自动充值，请开启，以免再次发生。"]);
    });
}

#[test]
fn a_key_limit_in_chinese() {
    speaking(Language::Chinese, || {
        let key = MeterFacts {
            resets_at: Timestamp::parse_rfc3339("2026-12-01T00:00:00Z"),
            ..limit("key_limit", "key limit “ci”", "0 USD")
        };
        let diagnosis = of(&bare_402(), account("Work", vec![balance("48.20 USD"), key]));
        assert_eq!(
            diagnosis.explanation,
            "OpenRouter 拒绝了调用：“Work”的密钥限额“ci”已达上限；已用 $50.00，限额 $50.00（今天 14:05 读取）。账户本身在今天 14:05 仍有 $48.20。将于12月1日重置；在此之前，可提高限额或换用其他密钥。"
        );
        let steps: Vec<_> = diagnosis.steps.iter().map(|step| step.text.as_str()).collect();
        assert_eq!(
            steps,
            [
                "在 OpenRouter 提高密钥限额“ci”。",
                "或换用其他密钥；账户本身可能仍有余额。",
                "或等到12月1日：届时调用会恢复。"
            ]
        );
    });
}

#[test]
fn a_gateway_that_passes_on_an_empty_balance_in_chinese() {
    speaking(Language::Chinese, || {
        let passed = Refusal {
            gateway: Some("litellm".into()),
            scope: Scope::Provider,
            message: "no money".into(),
            ..scene(Cause::BalanceExhausted, 402)
        };
        let gate = gateway("Team gate", vec![limit("budget.team", "team budget “core”", "30 USD")]);
        let diagnosis = among(&passed, gate, vec![account("Work", vec![balance("0 USD")])]);
        assert_eq!(
            diagnosis.explanation,
            "OpenRouter 拒绝了经由 LiteLLM 的调用：“Work”的余额已用尽；剩余 $0.00（今天 14:05 读取）。这是网关背后的服务商账户，而非网关自身的账户。等待无济于事：充值后调用即可恢复。"
        );
        let first = &diagnosis.hypotheses[0].evidence;
        assert_eq!(first[0].text, "应答指明了此原因（规则 some.rule）：“no money”");
        assert_eq!(first[1].text, "“Team gate”背后的“Work”的余额在今天 14:05（拒绝前 3 分钟）为 $0.00。");
    });
}

#[test]
fn each_cause_without_anything_known_in_chinese() {
    speaking(Language::Chinese, || {
        let nobody = Facts { name: String::new(), links: Links::NONE, ..facts(None, Vec::new()) };
        let mut seen = Vec::new();
        for cause in Cause::ALL {
            for status in [Some(402), None] {
                let refusal = Refusal { provider: None, status, ..scene(cause, 402) };
                let said = all_words(&refusal, &nobody);
                for text in &said {
                    assert_eq!(english(text), [""; 0], "{text}");
                    assert!(text.ends_with('。') && !badly_spaced(text), "{text}");
                }
                seen.push(said.concat());
            }
        }
        assert!(
            seen[0].starts_with("服务商拒绝了调用：预付余额已用尽。等待无济于事：充值后调用即可恢复。"),
            "{}",
            seen[0]
        );
        seen.sort();
        seen.dedup();
        assert!(seen.len() > Cause::ALL.len(), "no two causes say the same");
    });
}

/// One account with everything that a clue may be made of.
fn rich(label: &str, left: &str, minutes: i64) -> AccountFacts {
    let day = 24 * 60;
    let top_up = |days: i64, before: &str| (ago(days * day), amount("20 USD"), amount(before));
    let money = MeterFacts {
        reserve: Some(amount("0.50 USD")),
        added: vec![top_up(30, "4.90 USD"), top_up(20, "5.00 USD"), top_up(10, "4.80 USD")],
        read_at: ago(minutes),
        ..balance(left)
    };
    let rate = MeterFacts {
        read_at: ago(1),
        ..meter("rate.requests", MeterKind::Rate, "requests per minute", "0 requests")
    };
    let mut key = limit("key_limit", "key limit “ci”", left);
    key.added = vec![(ago(-20), amount("10 USD"), amount("0 USD"))];
    key.resets_at = Some(NOW + 30 * HOUR);
    let another = limit("key_limit.a", "key limit", "49 USD");
    let quota = meter("free", MeterKind::Quota, "free requests", "0 requests");
    let mut one =
        account(label, vec![money, rate, key, another, quota, limit("spend_limit", "spend limit", left)]);
    one.refusals = vec![
        (ago(180), Refusal { message: String::new(), ..refusal(Cause::KeyLimit, 99, 403) }),
        (ago(150), bare_402()),
        (ago(140), bare_402()),
        (ago(3), refusal(Cause::InFlight, 97, 402)),
    ];
    one
}

/// Accounts in every state that a clue speaks of.
fn accounts() -> Vec<AccountFacts> {
    let failed = |kind| PollFacts { good_at: Some(ago(200)), failed: Some((ago(2), kind, "403".into())) };
    let admin = KeyFacts {
        role: "admin_key".into(),
        label: "密钥".into(),
        help: "只读。".into(),
        stored: false,
        privileged: true,
        url: None,
    };
    let mut wanted = rich("Work", "0 USD", 3);
    wanted.keys = vec![admin.clone()];
    wanted.poll = failed(PollErrorKind::Credentials);
    let mut said = rich("Work", "0.10 USD", 40);
    said.reload_below = Some(amount("10 USD"));
    said.keys[0].label = "密钥".into();
    said.keys.push(KeyFacts { stored: true, ..admin });
    let plain = |mut one: AccountFacts| {
        one.keys[0].label = "密钥".into();
        one
    };
    let low = AccountFacts { firing: vec![EpisodeKind::Low], ..plain(rich("Work", "48.20 USD", 3)) };
    let wall = AccountFacts { firing: vec![EpisodeKind::Wall], ..plain(rich("Work", "0 USD", 9 * 60)) };
    let offline = AccountFacts {
        poll: failed(PollErrorKind::Offline),
        firing: vec![EpisodeKind::Offline],
        alerts: AlertFacts { notifications: true, low_set: true, paused: true },
        ..plain(account("Work", Vec::new()))
    };
    let strange = AccountFacts {
        poll: failed(PollErrorKind::Malformed),
        firing: vec![EpisodeKind::Failing],
        ..plain(account("Work", vec![balance("0 USD")]))
    };
    let elsewhere = AccountFacts { connector: "deepseek".into(), name: "DeepSeek".into(), ..low.clone() };
    let gate = AccountFacts {
        refusals: low.refusals.clone(),
        ..plain(gateway("Team gate", vec![balance("20 USD")]))
    };
    vec![wanted, said, low, wall, offline, strange, elsewhere, gate]
}

#[test]
fn no_scene_leaves_an_english_word() {
    let others = || {
        let full = plain("Home", vec![balance("48.20 USD")]);
        let mut refused = plain("Late", vec![balance("0 USD")]);
        refused.refusals = vec![(ago(5), bare_402())];
        [vec![], vec![full.clone()], vec![refused.clone()], vec![full, refused]]
    };
    let mut said = 0;
    speaking(Language::Chinese, || {
        for (account, others, cause) in accounts()
            .into_iter()
            .flat_map(|one| others().map(|others| (one.clone(), others)))
            .flat_map(|(one, others)| Cause::ALL.map(|cause| (one.clone(), others.clone(), cause)))
        {
            for refusal in refusals(cause) {
                let facts = facts(Some(account.clone()), others.clone());
                for text in all_words(&refusal, &facts) {
                    assert_eq!(english(&text), [""; 0], "{text}");
                    assert!(!text.contains("diagnosis-") && !text.contains("{$"), "{text}");
                    assert!(!badly_spaced(&text), "{text}");
                    said += 1;
                }
            }
        }
    });
    assert!(said > 10_000, "{said}");
}

fn plain(label: &str, meters: Vec<MeterFacts>) -> AccountFacts {
    let mut one = account(label, meters);
    one.keys[0].label = "密钥".into();
    one
}

/// A cause as it may be seen: surely and hardly, with figures and without, polled, pasted, stated, and through a
/// gateway.
fn refusals(cause: Cause) -> Vec<Refusal> {
    let figures = Refusal {
        needed: Some(amount("64000 tokens")),
        left: Some(amount("61586 tokens")),
        retry_at: Some(NOW + 20_000),
        retryable: true,
        ..scene(cause, 402)
    };
    let used = Refusal {
        limit: Some(amount("50 USD")),
        used: Some(amount("50.40 USD")),
        retry_at: Some(NOW + 30 * HOUR),
        retryable: true,
        scope: Scope::Project,
        source: Source::Pasted,
        ..refusal(cause, 40, 429)
    };
    let stated = Refusal { source: Source::Stated, scope: Scope::Team, ..refusal(cause, 85, 200) };
    let zero = Refusal { rule: METER_ZERO.into(), status: None, ..stated.clone() };
    let past = Refusal { retry_at: Some(NOW + -9 * HOUR), retryable: true, ..refusal(cause, 55, 403) };
    let passed = Refusal { gateway: Some("litellm".into()), ..used.clone() };
    let others = Refusal { gateway: Some("litellm".into()), status: None, ..refusal(cause, 55, 402) };
    vec![refusal(cause, 97, 402), refusal(cause, 55, 401), figures, used, stated, zero, past, passed, others]
}
