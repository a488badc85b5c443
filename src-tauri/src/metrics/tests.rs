//! Snapshots whose families are worked out by hand.

use super::*;
use crate::model::{
    Cause, EpisodeKind, EpisodeState, HOUR, MINUTE, MeterKey, MeterKind, PollErrorKind, Qty, SECOND,
    Severity, Unit,
};
use std::collections::BTreeSet;

pub(super) const NOW: Timestamp = Timestamp(1_795_229_375_000);

/// Four dollars and twelve cents left of twenty-five, a wall in two hours, more or less.
pub(super) fn key_limit() -> MeterNow {
    MeterNow {
        key: MeterKey::new("key_limit"),
        kind: MeterKind::Budget,
        unit: Unit::USD,
        used: Some(Qty(20_880_000_000)),
        limit: Some(Qty(25_000_000_000)),
        remaining: Some(Qty(4_120_000_000)),
        headroom: Some(Qty(4_120_000_000)),
        read_at: NOW + -30 * SECOND,
        spent: Some(Qty(1_500_000_000)),
        since: NOW + -HOUR,
        ahead: Ahead {
            wall: [Some(NOW + HOUR), Some(NOW + 2 * HOUR), None],
            before_reset: Some(0.75),
            burn: Some(1.8),
        },
    }
}

pub(super) fn account() -> Account {
    Account {
        name: "team".into(),
        connector: "openrouter".into(),
        state: "fresh",
        last_good_at: Some(NOW + -30 * SECOND),
        polls: vec![(None, 12), (Some(PollErrorKind::Unreachable), 2)],
        refusals: vec![(Cause::KeyLimit, 3)],
        meters: vec![key_limit()],
    }
}

pub(super) fn snapshot() -> Snapshot {
    Snapshot {
        now: NOW,
        started: NOW + -2 * HOUR,
        version: "1.2.3",
        accounts: vec![account()],
        episodes: vec![Live {
            account: Some(("team".into(), "openrouter".into())),
            meter: Some(MeterKey::new("key_limit")),
            kind: EpisodeKind::Wall,
            severity: Severity::Soon,
            state: EpisodeState::Firing,
        }],
        fired: vec![Counted { kind: EpisodeKind::Wall, severity: Severity::HeadsUp, count: 1 }],
        told: vec![Counted { kind: EpisodeKind::Wall, severity: Severity::Soon, count: 2 }],
        untold: 0,
        unnamed: 0,
    }
}

/// Every point as a line: `name{label=value} value`.
fn lines(snapshot: &Snapshot) -> Vec<String> {
    let families = families(snapshot);
    let mut lines = Vec::new();
    for family in &families {
        let about = TABLE.iter().find(|about| about.name == family.name).unwrap();
        for point in &family.points {
            let labels: Vec<String> =
                point.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            lines.push(format!("{}{{{}}} {}", about.query(), labels.join(","), point.value.to_f64()));
        }
    }
    lines
}

#[test]
fn each_figure_is_one_point_with_its_labels() {
    let lines = lines(&snapshot());
    let meter = "account=team,connector=openrouter,meter=key_limit,kind=budget,unit=USD";
    for line in [
        format!("tollwatch_headroom{{{meter}}} 4.12"),
        format!("tollwatch_used{{{meter}}} 20.88"),
        format!("tollwatch_limit{{{meter}}} 25"),
        format!("tollwatch_remaining{{{meter}}} 4.12"),
        format!("tollwatch_spend_total{{{meter}}} 1.5"),
        // 1.8 dollars an hour are half a thousandth of one in a second.
        format!("tollwatch_burn_per_second{{{meter}}} 0.0005"),
        format!("tollwatch_wall_seconds{{{meter},quantile=0.1}} 3600"),
        format!("tollwatch_wall_seconds{{{meter},quantile=0.5}} 7200"),
        format!("tollwatch_wall_before_reset_ratio{{{meter}}} 0.75"),
        format!("tollwatch_read_timestamp_seconds{{{meter}}} 1795229345"),
        "tollwatch_account_state{account=team,connector=openrouter,state=fresh} 1".into(),
        "tollwatch_account_state{account=team,connector=openrouter,state=failing} 0".into(),
        "tollwatch_last_good_poll_timestamp_seconds{account=team,connector=openrouter} 1795229345".into(),
        "tollwatch_last_good_poll_age_seconds{account=team,connector=openrouter} 30".into(),
        "tollwatch_polls_total{account=team,connector=openrouter,result=good} 12".into(),
        "tollwatch_polls_total{account=team,connector=openrouter,result=unreachable} 2".into(),
        "tollwatch_refusals_total{account=team,connector=openrouter,cause=key_limit} 3".into(),
        "tollwatch_episodes{account=team,connector=openrouter,meter=key_limit,rule=wall,severity=soon,state=firing} 1"
            .into(),
        "tollwatch_episodes_fired_total{rule=wall,severity=heads_up} 1".into(),
        "tollwatch_notices_total{rule=wall,severity=soon} 2".into(),
        "tollwatch_notices_not_accepted_total{} 0".into(),
        "tollwatch_series_left_out{} 0".into(),
        "tollwatch_build_info{version=1.2.3} 1".into(),
        "process_start_time_seconds{} 1795222175".into(),
    ] {
        assert!(lines.contains(&line), "{line} is missing in {lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains("quantile=0.9")), "beyond the reset is absent");
}

#[test]
fn what_is_missing_is_absent() {
    let mut snapshot = snapshot();
    snapshot.accounts[0].last_good_at = None;
    snapshot.accounts[0].polls.clear();
    let meter = &mut snapshot.accounts[0].meters[0];
    (meter.used, meter.limit, meter.remaining, meter.headroom) = (None, None, None, None);
    (meter.spent, meter.ahead) = (None, Ahead { burn: Some(f64::NAN), ..Ahead::default() });
    let lines = lines(&snapshot);
    for gone in ["headroom", "used", "limit", "remaining", "spend", "burn", "wall_", "last_good"] {
        assert!(
            !lines.iter().any(|line| line.starts_with(&format!("tollwatch_{gone}"))),
            "{gone}: {lines:#?}"
        );
    }
    assert!(lines.contains(&"tollwatch_polls_total{account=team,connector=openrouter,result=good} 0".into()));
}

#[test]
fn a_wall_that_has_passed_is_no_time_away() {
    let mut snapshot = snapshot();
    snapshot.accounts[0].meters[0].ahead.wall = [Some(NOW + -MINUTE), Some(NOW), Some(NOW + SECOND)];
    let walls: Vec<String> = lines(&snapshot).into_iter().filter(|line| line.contains("quantile")).collect();
    let values: Vec<&str> = walls.iter().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(values, ["0", "0", "1"]);
}

#[test]
fn counters_say_since_when() {
    let families = families(&snapshot());
    let start = |name: &str| families.iter().find(|family| family.name == name).unwrap().points[0].start;
    assert_eq!(start("tollwatch_spend"), Some(NOW + -HOUR));
    assert_eq!(start("tollwatch_polls"), Some(NOW + -2 * HOUR));
    assert_eq!(start("tollwatch_headroom"), None);
}

#[test]
fn an_account_with_too_many_meters_is_cut_and_that_is_said() {
    let mut snapshot = snapshot();
    let many =
        (0..METERS + 3).map(|index| MeterNow { key: MeterKey::new(format!("k{index}")), ..key_limit() });
    snapshot.accounts[0].meters = many.collect();
    // A second of the same name would make the page invalid.
    snapshot.accounts[0].meters[1].key = MeterKey::new("k0");
    let lines = lines(&snapshot);
    let headrooms = lines.iter().filter(|line| line.starts_with("tollwatch_headroom")).count();
    assert_eq!(headrooms, METERS - 1);
    // Five figures, two moments, a chance, a burn and when it was read: ten of each of the four.
    assert!(lines.contains(&"tollwatch_series_left_out{} 40".into()));
}

#[test]
fn labels_are_short_and_stay_apart() {
    assert_eq!(label("key_limit"), "key_limit");
    assert_eq!(label("办公室 \"a\\b\""), "办公室 \"a\\b\"", "escaping is the format's part");
    let (one, two) = (format!("{}1", "长".repeat(500)), format!("{}2", "长".repeat(500)));
    assert_eq!(label(&one).chars().count(), LONGEST);
    assert_ne!(label(&one), label(&two));
    assert_ne!(label("a\nb"), label("a\rb"));
    assert!(!label("a\nb\u{0}").contains(char::is_control));
}

#[test]
fn a_tag_says_nothing_without_its_key_and_stays_the_same() {
    // HMAC-SHA256 of RFC 4231, test case 2.
    assert_eq!(tag(b"Jefe", "what do ya want for nothing?"), "private-5bdcc146bf60754e");
    assert_eq!(tag(b"k", "team"), tag(b"k", "team"));
    assert_ne!(tag(b"k", "team"), tag(b"other", "team"));
    assert_ne!(tag(b"k", "team"), tag(b"k", "team2"));
}

#[test]
fn the_table_keeps_to_the_conventions() {
    let mut names = BTreeSet::new();
    for about in &TABLE {
        assert!(names.insert(about.name), "{} is there twice", about.name);
        let fits = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        assert!(about.name.chars().all(fits), "{}", about.name);
        assert!(!about.help.contains('\n') && about.help.ends_with('.'), "{}", about.name);
        assert!(about.kind != Kind::Counter || about.unit.is_none());
    }
    for family in families(&snapshot()) {
        let about = TABLE.iter().find(|about| about.name == family.name).unwrap();
        for point in &family.points {
            assert!(point.labels.iter().all(|(name, _)| about.labels.contains(&name)), "{point:?}");
        }
    }
}

#[test]
fn words_are_those_of_the_api() {
    fn json<T: serde::Serialize>(value: T) -> String {
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }
    for kind in [MeterKind::Balance, MeterKind::Budget, MeterKind::Quota, MeterKind::Rate, MeterKind::Spend] {
        assert_eq!(words::kind(kind), json(kind));
    }
    for severity in [Severity::HeadsUp, Severity::Soon, Severity::Now, Severity::Refused] {
        assert_eq!(words::severity(severity), json(severity));
    }
    for rule in [
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
    ] {
        assert_eq!(words::rule(rule), json(rule));
    }
    for state in
        [EpisodeState::Pending, EpisodeState::Firing, EpisodeState::Acknowledged, EpisodeState::Snoozed]
    {
        assert_eq!(words::state(state), json(state));
    }
    for failed in [
        PollErrorKind::Credentials,
        PollErrorKind::Keychain,
        PollErrorKind::Offline,
        PollErrorKind::Unreachable,
        PollErrorKind::RateLimited,
        PollErrorKind::Provider,
        PollErrorKind::Malformed,
        PollErrorKind::NotFound,
        PollErrorKind::Config,
        PollErrorKind::Refused,
    ] {
        assert_eq!(words::result(Some(failed)), json(failed));
    }
}
