//! What is due to be told now, and in which words: those of the language that is spoken when it is told.

use super::Rules;
use super::evidence::Evidence;
use super::life::is_active;
use crate::model::{
    Cause, Episode, EpisodeKind, EpisodeState, HOUR, MINUTE, MeterKind, Notice, Reload, Resource, Scope,
    Severity, Timestamp, words,
};
use crate::say;
use jiff::tz::TimeZone;

/// Fired so long ago and still not told, a notice says since when.
const LATE: i64 = 10 * MINUTE;

/// Which live episodes are due to be told now, most urgent first: first time, escalated, or a critical repeat; in quiet
/// hours and snoozed only what cannot wait. `started_at` is when this process began: what began before, or waited for
/// the end of quiet hours, is told once, marked "since …".
pub fn due(rules: &Rules, live: &[Episode], started_at: Timestamp, now: Timestamp) -> Vec<Notice> {
    let mut notices: Vec<Notice> = live
        .iter()
        .filter(|episode| is_active(episode))
        .flat_map(|episode| urgencies(rules, episode, now).map(move |severity| (episode, severity)))
        // Asked last: it looks at all of the others, and nearly always nothing is due.
        .filter(|(episode, _)| !is_muted(episode, live))
        .map(|(episode, severity)| notice(rules, episode, severity, started_at, now))
        .collect();
    notices.sort_by_key(|notice| std::cmp::Reverse(notice.severity));
    notices
}

/// The severities of an episode that are due. Of a wall they may be two: what it takes to plan for it, and to act.
fn urgencies(rules: &Rules, episode: &Episode, now: Timestamp) -> impl Iterator<Item = Severity> + use<> {
    let of_plan = episode.severity == Severity::HeadsUp;
    let acts = is_due(rules, episode, now).then_some(episode.severity);
    let unseen = episode.state == EpisodeState::Firing && !is_quiet(rules, now);
    let plans = unseen && episode.plan_at.is_some() && !(of_plan && acts.is_some());
    acts.into_iter().chain(plans.then_some(Severity::HeadsUp))
}

fn is_quiet(rules: &Rules, now: Timestamp) -> bool {
    rules.quiet.is_some_and(|quiet| quiet.holds(now, &rules.zone))
}

fn is_due(rules: &Rules, episode: &Episode, now: Timestamp) -> bool {
    let again = episode.warn_at.is_some() && episode.state != EpisodeState::Acknowledged;
    let news = again || episode.told.is_none_or(|told| episode.severity > told);
    let snoozed =
        episode.state == EpisodeState::Snoozed && episode.snoozed_until.is_none_or(|until| until > now);
    if snoozed || is_quiet(rules, now) {
        return news && rules.breaks_through && cannot_wait(episode, now);
    }
    // A wall says by itself when it is as near as ever.
    let critical = episode.severity >= Severity::Now
        && episode.state != EpisodeState::Acknowledged
        && episode.resource.kind != EpisodeKind::Wall;
    news || (critical && episode.told_at.is_none_or(|told| now - told >= rules.repeat))
}

/// It has happened, or the wall is within the hour.
fn cannot_wait(episode: &Episode, now: Timestamp) -> bool {
    let soon = |at: Timestamp| at - now <= HOUR;
    match episode.resource.kind {
        EpisodeKind::Refused => episode.severity >= Severity::Now,
        EpisodeKind::Wall => {
            let seen = Evidence::of(episode);
            episode.severity >= Severity::Now || seen.p50.is_some_and(soon) || seen.at_burn.is_some_and(soon)
        }
        _ => false,
    }
}

/// A refusal mutes what leads up to it, the wall mutes the amount set: the worse of two says it all. Figures of an
/// account that cannot be read, or of a computer that is offline, are no news for being old.
fn is_muted(episode: &Episode, live: &[Episode]) -> bool {
    let of = &episode.resource;
    let same = |other: &Episode| other.resource.meter == of.meter;
    let concerns =
        |other: &&Episode| other.resource.account.is_none() || other.resource.account == of.account;
    let near = live.iter().filter(|other| is_active(other)).filter(concerns);
    near.into_iter().any(|other| match (of.kind, other.resource.kind) {
        (EpisodeKind::Wall | EpisodeKind::Low | EpisodeKind::Reload, EpisodeKind::Refused) => {
            same(other) || covers(other, episode)
        }
        (EpisodeKind::Low, EpisodeKind::Wall | EpisodeKind::Reload) => same(other),
        (EpisodeKind::Stale, EpisodeKind::Failing | EpisodeKind::Offline) => true,
        // An empty account is told of its meters, if they say so too.
        (EpisodeKind::Refused, EpisodeKind::Refused) => is_about(episode, other),
        _ => false,
    })
}

/// Whether a refusal that names no meter says all that there is to say of the other's meter: its cause is about such
/// meters; or about none, and nothing of the organisation goes through.
fn covers(refused: &Episode, other: &Episode) -> bool {
    let seen = Evidence::of(refused);
    let of_no_meter = seen.cause.is_some_and(|cause| cause.headline().0.is_empty());
    let nothing_goes = of_no_meter && seen.scope == Some(Scope::Organisation);
    refused.resource.meter.is_none() && (nothing_goes || is_about(refused, other))
}

/// Whether a refusal that names no meter is about meters such as the other's.
fn is_about(refused: &Episode, other: &Episode) -> bool {
    let (Some(cause), None) = (Evidence::of(refused).cause, &refused.resource.meter) else { return false };
    let meter = other.resource.meter.as_ref().zip(Evidence::of(other).kind);
    meter.is_some_and(|(key, kind)| cause.concerns(kind, key))
}

/// How a sentence says times.
pub(super) struct Times<'a> {
    /// Near this moment: `today around 16:40`; without it absolute, to stay true as it ages: `around Sat 21 Nov 16:40`.
    pub(super) now: Option<Timestamp>,
    /// In which zone.
    pub(super) zone: &'a TimeZone,
}

impl Times<'_> {
    /// What is only roughly known.
    fn around(&self, at: Timestamp) -> String {
        match self.now {
            Some(now) => words::around(at, now, self.zone),
            None => say!("alert-around", moment = words::stamp(at, self.zone)),
        }
    }

    /// What is no guess: a reset, a date that the user gave.
    fn exactly(&self, at: Timestamp) -> String {
        match self.now {
            Some(now) => words::exactly(at, now, self.zone),
            None => say!("alert-at", moment = words::stamp(at, self.zone)),
        }
    }
}

fn notice(
    rules: &Rules,
    episode: &Episode,
    severity: Severity,
    started_at: Timestamp,
    now: Timestamp,
) -> Notice {
    let seen = Evidence::of(episode);
    let times = Times { now: Some(now), zone: &rules.zone };
    let since = || words::moment(episode.began_at, now, &rules.zone);
    let mut lines = Vec::new();
    let late = episode.fired_at.is_some_and(|fired| now - fired > LATE);
    if episode.told.is_none() && (episode.began_at < started_at || late) {
        lines.push(say!("notice-since", moment = since()));
    }
    lines.extend(match episode.resource.kind {
        EpisodeKind::Wall => wall(&seen, &times),
        EpisodeKind::Refused => refused(&seen, now, &times),
        EpisodeKind::Low => vec![left(&seen), say!("notice-low")],
        EpisodeKind::Failing => vec![seen.message.clone().unwrap_or_default(), say!("notice-failing")],
        EpisodeKind::Offline => {
            vec![say!("notice-offline", moment = since()), say!("notice-offline.mend")]
        }
        EpisodeKind::Reload => reload(&seen, since()),
        EpisodeKind::Burst => burst(&seen),
        EpisodeKind::Change => vec![
            seen.limit.map_or_else(String::new, |[before, after]| {
                say!("notice-change", before = words::amount(before), after = words::amount(after))
            }),
            left(&seen),
            say!("notice-change.mend"),
        ],
        EpisodeKind::Stale => vec![
            say!("notice-stale", moment = since()),
            seen.message.clone().unwrap_or_default(),
            say!("notice-stale.mend"),
        ],
        EpisodeKind::Expiry => vec![say!("notice-expiry")],
    });
    lines.retain(|line| !line.is_empty());
    Notice {
        episode: episode.id,
        severity,
        replaces: replaces(&episode.resource),
        title: title(episode.resource.kind, severity, &seen, &times),
        body: lines.join("\n"),
        resource: episode.resource.clone(),
    }
}

/// An episode's headline, said anew from what its rule last saw, in the language that is spoken now. Where that was not
/// kept (an older format), the stored one, in the language in which it was made.
pub fn headline(episode: &Episode) -> String {
    let seen = Evidence::of(episode);
    if seen.rule.is_empty() {
        return episode.title.clone();
    }
    title(episode.resource.kind, episode.severity, &seen, &Times { now: None, zone: &seen.time_zone() })
}

/// The headline at a severity.
pub(super) fn title(kind: EpisodeKind, severity: Severity, seen: &Evidence, times: &Times<'_>) -> String {
    let account = || seen.account.as_str();
    let named = |fallback: &str| {
        let meter = if seen.meter.is_empty() { fallback.to_owned() } else { words::data(&seen.meter) };
        format!("{} · {meter}", seen.account)
    };
    let balance = || named(&say!("alert-balance"));
    match (kind, severity) {
        (EpisodeKind::Wall, Severity::HeadsUp) => match (seen.p50, seen.resets_at) {
            (Some(p50), _) => say!("alert-plan", what = balance(), when = times.around(p50)),
            (None, Some(_)) => say!("alert-plan.reset", what = named(&say!("alert-limit"))),
            (None, None) => say!("alert-plan.days", what = balance()),
        },
        (EpisodeKind::Wall, Severity::Soon) => match seen.earliest() {
            Some(earliest) => say!("alert-soon", what = balance(), when = times.around(earliest)),
            None => say!("alert-soon.hours", what = balance()),
        },
        (EpisodeKind::Wall, _) => say!("alert-now", what = balance()),
        (EpisodeKind::Low, _) => match seen.threshold {
            Some(set) => say!("alert-low", what = balance(), amount = words::amount(set)),
            None => say!("alert-low.unknown", what = balance()),
        },
        (EpisodeKind::Failing, _) => say!("alert-failing", account = account()),
        (EpisodeKind::Offline, _) => say!("alert-offline"),
        (EpisodeKind::Reload, _) => say!("alert-reload", what = balance()),
        (EpisodeKind::Burst, _) => {
            let spent = seen.spent.map_or_else(String::new, words::amount);
            if seen.rule == "burst.day" {
                say!("alert-burst-day", account = account(), spent = spent)
            } else {
                say!("alert-burst-hour", account = account(), spent = spent)
            }
        }
        (EpisodeKind::Change, _) => say!("alert-change", what = named(&say!("alert-limit"))),
        (EpisodeKind::Stale, _) => say!("alert-stale", account = account()),
        (EpisodeKind::Expiry, _) => match (seen.expires_at, seen.read_at) {
            (Some(at), Some(read)) if at <= read => say!("alert-expiry.expired", account = account()),
            (Some(at), _) => say!("alert-expiry", account = account(), when = times.exactly(at)),
            (None, _) => say!("alert-expiry.unknown", account = account()),
        },
        (EpisodeKind::Refused, _) if seen.rule == "counted.zero" => say!("alert-used-up", what = balance()),
        (EpisodeKind::Refused, _) => {
            let (meter, said) = seen.cause.unwrap_or(Cause::BalanceExhausted).headline();
            if meter.is_empty() {
                say!("alert-refused.account", account = account(), said = said)
            } else {
                say!("alert-refused", what = named(&meter.to_string()), said = said)
            }
        }
    }
}

fn wall(seen: &Evidence, times: &Times<'_>) -> Vec<String> {
    let around = |at| times.around(at);
    let range = match (seen.p50, seen.earliest(), seen.at_burn) {
        (Some(p50), Some(earliest), _) if earliest < p50 => {
            say!("notice-likely.early", when = around(p50), early = around(earliest))
        }
        (_, _, Some(at)) => say!("notice-burn", when = around(at)),
        (Some(p50), ..) => say!("notice-likely", when = around(p50)),
        _ => String::new(),
    };
    let expected = seen.reload.map_or_else(String::new, expected);
    vec![range, left(seen), expected, mend(seen, times)]
}

/// That a top-up comes by itself.
fn expected(reload: Reload) -> String {
    match reload {
        Reload::Said(below) => say!("notice-expected-said", below = words::amount(below)),
        Reload::Seen { amount, about, .. } => {
            say!("notice-expected-seen", amount = words::amount(amount), about = words::amount(about))
        }
    }
}

fn reload(seen: &Evidence, since: String) -> Vec<String> {
    let due = seen.reload.map_or_else(String::new, |reload| {
        say!("notice-reload", below = words::amount(reload.level()), moment = since)
    });
    vec![due, left(seen), say!("notice-reload.mend")]
}

fn burst(seen: &Evidence) -> Vec<String> {
    let usual = seen.usual.map(words::amount).map_or_else(String::new, |usual| match seen.rule.as_str() {
        "burst.day" => say!("notice-usual-day", usual = usual),
        _ => say!("notice-usual-hour", usual = usual),
    });
    vec![usual, left(seen), say!("notice-burst")]
}

/// What is left and how fast it goes.
fn left(seen: &Evidence) -> String {
    let Some(left) = seen.headroom.map(words::amount) else { return String::new() };
    match (seen.burn.filter(|burn| *burn > 0.0), seen.unit) {
        (Some(burn), Some(unit)) => {
            say!("notice-left.burning", left = left, rate = words::per_hour(burn, unit))
        }
        _ => say!("notice-left", left = left),
    }
}

/// What to do about a meter that runs out.
fn mend(seen: &Evidence, times: &Times<'_>) -> String {
    match (seen.kind, seen.resets_at) {
        (None | Some(MeterKind::Balance), _) => say!("notice-top-up"),
        (_, Some(at)) => say!("notice-use-less.reset", at = times.exactly(at)),
        (_, None) => say!("notice-use-less"),
    }
}

fn refused(seen: &Evidence, now: Timestamp, times: &Times<'_>) -> Vec<String> {
    if seen.rule == "counted.zero" {
        return vec![left(seen), say!("notice-counted"), mend(seen, times)];
    }
    let quoted = seen.message.as_deref().filter(|words| !words.is_empty());
    let quoted = quoted.map_or_else(String::new, |words| say!("notice-quoted", words = words));
    let action = seen.cause.map_or_else(|| mend(seen, times), |cause| cause.words().step.to_string());
    let again = seen.retry_at.filter(|at| *at > now);
    let again = again.map_or_else(String::new, |at| say!("notice-again", when = times.around(at)));
    vec![quoted, left(seen), words::sentences([action, again])]
}

/// One id per resource, the same after a restart, so that the desktop shows the latest and stacks nothing. The
/// rules of one meter share it. FNV-1a, folded into 1 to 2^31 − 1.
fn replaces(resource: &Resource) -> u32 {
    let group = match resource.kind {
        EpisodeKind::Wall | EpisodeKind::Low | EpisodeKind::Refused | EpisodeKind::Reload => "meter",
        EpisodeKind::Failing => "failing",
        EpisodeKind::Offline => "offline",
        EpisodeKind::Burst => "burst",
        EpisodeKind::Change => "change",
        EpisodeKind::Stale => "stale",
        EpisodeKind::Expiry => "expiry",
    };
    let account = resource.account.as_ref().map_or("", |account| account.as_str());
    let meter = resource.meter.as_ref().map_or("", |meter| &meter.0);
    stable(&[account, meter, group])
}

/// A number made of words, 1 to 2^31 − 1.
pub(super) fn stable(parts: &[&str]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash % 0x7fff_ffff) as u32 + 1
}
