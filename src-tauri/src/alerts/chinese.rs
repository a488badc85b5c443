//! What is told in Chinese: sentences by hand, and that no English is left in any.

use super::scenes::{DOLLAR, START, World};
use super::tell::{Times, title};
use super::*;
use crate::forecast::Confidence;
use crate::model::words::{Language, speaking};
use crate::model::{
    Cause, Episode, EpisodeKind, EpisodeState, MeterKey, MeterKind, Notice, Reload, Resource, Unit,
};

const KINDS: [EpisodeKind; 10] = [
    EpisodeKind::Refused,
    EpisodeKind::Wall,
    EpisodeKind::Low,
    EpisodeKind::Failing,
    EpisodeKind::Offline,
    EpisodeKind::Reload,
    EpisodeKind::Burst,
    EpisodeKind::Change,
    EpisodeKind::Stale,
    EpisodeKind::Expiry,
];
const SEVERITIES: [Severity; 4] = [Severity::HeadsUp, Severity::Soon, Severity::Now, Severity::Refused];

/// A balance of $4.12, burning $1.31 an hour.
fn seen(rule: &str) -> Evidence {
    Evidence {
        rule: rule.to_owned(),
        account: "DeepSeek".to_owned(),
        meter: "余额".to_owned(),
        kind: Some(MeterKind::Balance),
        unit: Some(Unit::USD),
        headroom: "4.12 USD".parse().ok(),
        burn: Some(1.316),
        read_at: Some(START),
        ..Evidence::default()
    }
}

/// An episode that fires at `START`.
fn firing(kind: EpisodeKind, severity: Severity, seen: &Evidence) -> Episode {
    Episode {
        id: 1,
        resource: Resource {
            account: AccountId::new("demo").ok(),
            meter: Some(MeterKey::new("balance")),
            kind,
        },
        state: EpisodeState::Firing,
        severity,
        began_at: START,
        seen_at: START,
        streak: 0,
        fired_at: Some(START),
        resolved_at: None,
        snoozed_until: None,
        told: None,
        told_at: None,
        planned_at: None,
        warned_at: None,
        plan_at: None,
        warn_at: None,
        title: String::new(),
        evidence: seen.print(),
    }
}

/// What is told of it at `START`, in Chinese.
fn told(episode: Episode) -> Notice {
    let all = speaking(Language::Chinese, || due(&Rules::default(), &[episode], START, START));
    all.into_iter().next().unwrap()
}

#[test]
fn a_heads_up_names_the_likely_time_first() {
    let seen = Evidence {
        p10: Some(START + (14 * HOUR + 12 * MINUTE)),
        p50: Some(START + (22 * HOUR + 20 * MINUTE)),
        ..seen("wall.chance")
    };
    let notice = told(firing(EpisodeKind::Wall, Severity::HeadsUp, &seen));
    assert_eq!(notice.title, "DeepSeek · 余额：明天约 06:20 很可能用尽");
    assert_eq!(
        notice.body,
        "最可能：明天约 06:20；最早可能：今天约 22:10。\n剩余 $4.12，消耗速度 $1.31/小时。\n充值后才能继续使用。"
    );
}

#[test]
fn a_soon_says_when_a_limit_starts_again() {
    let seen = Evidence {
        meter: "密钥限额“ci”".to_owned(),
        kind: Some(MeterKind::Budget),
        at_burn: Some(START + 2 * HOUR),
        reload: "10 USD".parse().ok().map(Reload::Said),
        resets_at: Some(START + 16 * HOUR),
        ..seen("wall.burn")
    };
    let mut episode = firing(EpisodeKind::Wall, Severity::Soon, &seen);
    episode.began_at = START + -9 * HOUR;
    let notice = speaking(Language::Chinese, || due(&Rules::default(), &[episode.clone()], START, START));
    assert_eq!(notice[0].title, "DeepSeek · 密钥限额“ci”：今天约 10:00 可能用尽");
    assert_eq!(
        notice[0].body,
        "开始于昨天 23:00。\n按当前消耗速度，用尽时间：今天约 10:00。\n剩余 $4.12，消耗速度 $1.31/小时。\n\
         低于 $10.00 时应会自动充值。\n请提高限额或减少用量；重置时间：明天 00:00。"
    );
    speaking(Language::Chinese, || {
        assert_eq!(headline(&episode), "DeepSeek · 密钥限额“ci”：约 11月16日周一 10:00 可能用尽");
        assert_eq!(
            why(&episode),
            [
                "按当前消耗速度，2 小时内就会用尽。",
                "警报已降低一级：按您的设定，低于 $10.00 时会自动充值。",
                "11月16日周一 08:00 剩余：$4.12。",
                "当前消耗速度：$1.31/小时；仅按此速度，归零时间为 11月16日周一 10:00。",
                "重置时间：11月17日周二 00:00；此后的用量不计入。"
            ]
        );
    });
}

#[test]
fn a_refusal_quotes_the_provider_and_says_when_to_try_again() {
    let seen = Evidence {
        cause: Some(Cause::KeyLimit),
        status: Some(402),
        message: Some("Key limit exceeded".to_owned()),
        headroom: "0 USD".parse().ok(),
        burn: None,
        retry_at: Some(START + HOUR),
        ..seen("refused.seen")
    };
    let episode = firing(EpisodeKind::Refused, Severity::Refused, &seen);
    let notice = told(episode.clone());
    // The words of causes are in their own catalogue.
    let (said, step) = speaking(Language::Chinese, || {
        (Cause::KeyLimit.headline().1.to_string(), Cause::KeyLimit.words().step.to_string())
    });
    assert_eq!(notice.title, format!("DeepSeek · 余额：{said}"));
    assert_eq!(
        notice.body,
        format!("原文：“Key limit exceeded”。\n剩余 $0.00。\n{step}调用可能恢复的时间：今天约 09:00。")
    );
    let why = speaking(Language::Chinese, || why(&episode));
    assert_eq!(why[0], "一次调用被拒绝，HTTP 状态码 402。");
    let counted = Evidence { rule: "counted.zero".to_owned(), message: None, cause: None, ..seen };
    let notice = told(firing(EpisodeKind::Refused, Severity::Now, &counted));
    assert_eq!(notice.title, "DeepSeek · 余额：已用尽");
    assert!(notice.body.contains("\n这是本地计数的结果：服务商并未表示拒绝调用。\n"), "{}", notice.body);
}

#[test]
fn several_are_told_as_one() {
    let notice = told(firing(EpisodeKind::Offline, Severity::HeadsUp, &seen("offline")));
    let all: Vec<Notice> = (0..9).map(|_| notice.clone()).collect();
    let one = speaking(Language::Chinese, || as_one(&all)).unwrap();
    assert_eq!(one.title, "这台电脑处于离线状态 · 另有 8 条");
    assert!(one.body.ends_with("另有：这台电脑处于离线状态。\n还有 2 条：请查看“警报”。"), "{}", one.body);
}

#[test]
fn a_live_headline_is_said_in_the_language_that_is_spoken_now() {
    let mut world = World::new();
    world.rules.low = vec!["5 USD".parse().unwrap()];
    for k in 0..4 {
        world.poll(START + k * 10 * MINUTE, 4 * DOLLAR);
    }
    let low = world.one(EpisodeKind::Low).unwrap();
    assert_eq!(low.title, "DeepSeek · balance is below $5.00");
    assert_eq!(headline(&low), low.title);
    assert_eq!(speaking(Language::Chinese, || headline(&low)), "DeepSeek · 余额：低于 $5.00");
    // An older format kept no evidence.
    let old = Episode { evidence: "{}".to_owned(), ..low.clone() };
    assert_eq!(speaking(Language::Chinese, || headline(&old)), low.title);
}

/// Latin words of three letters or more that are no names.
fn english(text: &str) -> Vec<&str> {
    const NAMES: [&str; 4] = ["DeepSeek", "USD", "HTTP", "tokens"];
    let words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    words.filter(|word| word.len() >= 3 && !NAMES.contains(word)).collect()
}

#[test]
fn nothing_that_is_told_in_chinese_has_english_in_it() {
    let amount = || "12.5 USD".parse().ok();
    let later = |hours: i64| Some(START + hours * HOUR);
    let full = Evidence {
        reserve: amount(),
        threshold: amount(),
        spent: amount(),
        usual: amount(),
        limit: amount().zip(amount()).map(|(before, after)| [before, after]),
        expires_at: later(40),
        within: Some([0.1, 0.2, 0.3]),
        likely: Some([0.02, 0.03, 0.5]),
        p10: later(3),
        p50: later(30),
        p90: later(300),
        resets_at: later(400),
        at_burn: later(4),
        confidence: Some(Confidence::Fair),
        retry_at: later(1),
        refused_at: Some(START),
        message: Some("密钥已失效。".to_owned()),
        failures: Some(3),
        ..seen("")
    };
    let seen_before = Reload::Seen {
        count: 3,
        amount: "50 USD".parse().unwrap(),
        about: "10 USD".parse().unwrap(),
        least: "9 USD".parse().unwrap(),
    };
    let rules = [
        "wall.chance",
        "wall.burn",
        "wall.request",
        "refused.seen",
        "refused.zero",
        "counted.zero",
        "low",
        "failing",
        "offline",
        "stale",
        "expiry",
        "reload.missed",
        "burst.hour",
        "burst.day",
        "limit.lowered",
        "?",
    ];
    let mut said = 0;
    let mut check = |text: &str| {
        assert!(!text.is_empty() && english(text).is_empty(), "{:?} in {text}", english(text));
        said += 1;
    };
    speaking(Language::Chinese, || {
        // Their words are in a catalogue of their own.
        let own = |text: String| {
            let causes = Cause::ALL.into_iter();
            causes.fold(text, |text, cause| {
                let text = text.replace(&cause.headline().1.to_string(), "拒绝");
                text.replace(&cause.words().step.to_string(), "处理")
            })
        };
        for (rule, kind, severity) in rules
            .into_iter()
            .flat_map(|rule| KINDS.map(|kind| (rule, kind)))
            .flat_map(|(rule, kind)| SEVERITIES.map(|severity| (rule, kind, severity)))
        {
            let bare =
                Evidence { rule: rule.to_owned(), account: "DeepSeek".to_owned(), ..Evidence::default() };
            let rich = Evidence { rule: rule.to_owned(), reload: Some(seen_before), ..full.clone() };
            let limit = Evidence {
                kind: Some(MeterKind::Quota),
                p50: None,
                p90: None,
                status: Some(402),
                ..rich.clone()
            };
            let caused = Evidence { cause: Some(Cause::BudgetExceeded), ..rich.clone() };
            // What a meter without a name is called is the cause's to say.
            let bare = match kind {
                EpisodeKind::Refused => Evidence { meter: "余额".to_owned(), ..bare },
                _ => bare,
            };
            for seen in [bare, rich, limit, caused] {
                let mut episode = firing(kind, severity, &seen);
                episode.began_at = START + -3 * DAY;
                for notice in due(&Rules::default(), &[episode.clone()], START, START) {
                    check(&own(notice.title));
                    check(&own(notice.body));
                }
                for now in [None, Some(START)] {
                    let times = Times { now, zone: &jiff::tz::TimeZone::UTC };
                    check(&own(title(kind, severity, &seen, &times)));
                }
                why(&episode).iter().for_each(|line| check(line));
            }
            check(&word(severity));
        }
        for wrong in ["08:00-08:00", "8"] {
            check(&wrong.parse::<Quiet>().unwrap_err());
        }
        check(&"15 days".parse::<Lead>().unwrap_err().replace("15 days", ""));
    });
    assert!(said > 5_000, "{said}");
}
