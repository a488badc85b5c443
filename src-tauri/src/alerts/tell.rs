//! What is due to be told now, and in which words.

use super::Rules;
use super::evidence::Evidence;
use super::life::is_active;
use crate::model::{
    Cause, Episode, EpisodeKind, EpisodeState, HOUR, MINUTE, MeterKind, Notice, Reload, Resource, Scope,
    Severity, Timestamp, words,
};

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

fn notice(
    rules: &Rules,
    episode: &Episode,
    severity: Severity,
    started_at: Timestamp,
    now: Timestamp,
) -> Notice {
    let seen = Evidence::of(episode);
    let when = |at| words::around(at, now, &rules.zone);
    let mut lines = Vec::new();
    let late = episode.fired_at.is_some_and(|fired| now - fired > LATE);
    if episode.told.is_none() && (episode.began_at < started_at || late) {
        lines.push(format!("Since {}.", words::moment(episode.began_at, now, &rules.zone)));
    }
    lines.extend(match episode.resource.kind {
        EpisodeKind::Wall => wall(&seen, &when),
        EpisodeKind::Refused => refused(&seen, now, &when),
        EpisodeKind::Low => low(&seen),
        EpisodeKind::Failing => vec![
            seen.message.clone().unwrap_or_default(),
            "Until it is mended nothing is known of this account.".to_owned(),
        ],
        EpisodeKind::Offline => vec![
            format!("No account could be read since {}.", words::moment(episode.began_at, now, &rules.zone)),
            "Readings go on by themselves once there is a connection.".to_owned(),
        ],
        EpisodeKind::Reload => reload(&seen, episode.began_at, now, rules),
        EpisodeKind::Burst => burst(&seen),
        EpisodeKind::Change => vec![
            seen.limit.map_or_else(String::new, |[before, after]| {
                format!("From {} to {}.", words::amount(before), words::amount(after))
            }),
            left(&seen),
            "If this was not planned, ask whoever manages the account, or raise it again.".to_owned(),
        ],
        EpisodeKind::Stale => vec![
            format!("No good answer since {}.", words::moment(episode.began_at, now, &rules.zone)),
            seen.message.clone().unwrap_or_default(),
            "What is left is unknown until it answers: look at the provider's own page meanwhile.".to_owned(),
        ],
        EpisodeKind::Expiry => {
            vec!["Calls fail from then on. Make a new key, store it, and set its date.".to_owned()]
        }
    });
    lines.retain(|line| !line.is_empty());
    Notice {
        episode: episode.id,
        severity,
        replaces: replaces(&episode.resource),
        title: title(episode.resource.kind, severity, &seen, &when),
        body: lines.join("\n"),
        resource: episode.resource.clone(),
    }
}

/// The headline. `when` says a time: relative to now in a notice, absolute in what is stored.
pub(super) fn title(
    kind: EpisodeKind,
    severity: Severity,
    seen: &Evidence,
    when: &dyn Fn(Timestamp) -> String,
) -> String {
    let what = |fallback: &str| {
        let meter = if seen.meter.is_empty() { fallback } else { &seen.meter };
        format!("{} · {meter}", seen.account)
    };
    match (kind, severity) {
        (EpisodeKind::Wall, Severity::HeadsUp) => match (seen.p50, seen.resets_at) {
            (Some(p50), _) => format!("{} will likely run out {}", what("balance"), when(p50)),
            (None, Some(_)) => format!("{} could run out before it starts again", what("limit")),
            (None, None) => format!("{} could run out within two days", what("balance")),
        },
        (EpisodeKind::Wall, Severity::Soon) => match seen.earliest() {
            Some(earliest) => format!("{} could run out {}", what("balance"), when(earliest)),
            None => format!("{} could run out within hours", what("balance")),
        },
        (EpisodeKind::Wall, _) => format!("{} is about to run out", what("balance")),
        (EpisodeKind::Low, _) => {
            let set = seen.threshold.map_or_else(String::new, |set| format!(" {}", words::amount(set)));
            format!("{} is below{set}", what("balance"))
        }
        (EpisodeKind::Failing, _) => format!("{} · cannot be read", seen.account),
        (EpisodeKind::Offline, _) => "This computer is offline".to_owned(),
        (EpisodeKind::Reload, _) => format!("{}: the automatic top-up has not come", what("balance")),
        (EpisodeKind::Burst, _) => {
            let spent = seen.spent.map_or_else(String::new, words::amount);
            let span = if seen.rule == "burst.day" { "today" } else { "within an hour" };
            format!("{} · unusual spend: {spent} {span}", seen.account)
        }
        (EpisodeKind::Change, _) => format!("{} was lowered", what("limit")),
        (EpisodeKind::Stale, _) => format!("{} · no figures for hours", seen.account),
        (EpisodeKind::Expiry, _) => match seen.expires_at.zip(seen.read_at) {
            Some((at, read)) if at <= read => format!("{} · the key has expired", seen.account),
            at => {
                let at = at.map_or_else(String::new, |(at, _)| format!(" {}", when(at)));
                format!("{} · the key expires{at}", seen.account).replace(" around ", " at ")
            }
        },
        (EpisodeKind::Refused, _) if seen.rule == "counted.zero" => format!("{} is used up", what("balance")),
        (EpisodeKind::Refused, _) => {
            let (meter, said) = seen.cause.unwrap_or(Cause::BalanceExhausted).headline();
            if meter.is_empty() {
                format!("{} · {said}", seen.account)
            } else {
                format!("{} {said}", what(&meter))
            }
        }
    }
}

fn wall(seen: &Evidence, when: &dyn Fn(Timestamp) -> String) -> Vec<String> {
    let range = match (seen.p50, seen.earliest(), seen.at_burn) {
        (Some(p50), Some(earliest), _) if earliest < p50 => {
            format!("Most likely {}, could be as early as {}.", when(p50), when(earliest))
        }
        (_, _, Some(at)) => format!("At the present burn {}.", when(at)),
        (Some(p50), ..) => format!("Most likely {}.", when(p50)),
        _ => String::new(),
    };
    let expected = seen.reload.map_or_else(String::new, expected);
    vec![range, left(seen), expected, mend(seen, when)]
}

/// That a top-up comes by itself.
fn expected(reload: Reload) -> String {
    match reload {
        Reload::Said(below) => format!("An automatic top-up is expected below {}.", words::amount(below)),
        Reload::Seen { amount, about, .. } => format!(
            "An automatic top-up of {} seems likely at about {}.",
            words::amount(amount),
            words::amount(about)
        ),
    }
}

fn reload(seen: &Evidence, since: Timestamp, now: Timestamp, rules: &Rules) -> Vec<String> {
    let since = words::moment(since, now, &rules.zone);
    let due = seen.reload.map_or_else(String::new, |reload| {
        format!("It was due below {}, since {since}.", words::amount(reload.level()))
    });
    let mend = "Look at the payment method and the reload setting, or top up by hand.".to_owned();
    vec![due, left(seen), mend]
}

fn burst(seen: &Evidence) -> Vec<String> {
    let span = if seen.rule == "burst.day" { "a day" } else { "an hour" };
    let usual = seen.usual.map_or_else(String::new, |usual| {
        format!("Usual is {} in {span} with any spend.", words::amount(usual))
    });
    let mend = "Look at what runs. If nothing of yours does, revoke the key.".to_owned();
    vec![usual, left(seen), mend]
}

fn low(seen: &Evidence) -> Vec<String> {
    vec![left(seen), "Top up, or set another amount in the settings.".to_owned()]
}

/// What is left and how fast it goes.
fn left(seen: &Evidence) -> String {
    let Some(left) = seen.headroom else { return String::new() };
    match (seen.burn.filter(|burn| *burn > 0.0), seen.unit) {
        (Some(burn), Some(unit)) => {
            format!("{} left, burning {}.", words::amount(left), words::per_hour(burn, unit))
        }
        _ => format!("{} left.", words::amount(left)),
    }
}

/// What to do about a meter that runs out.
fn mend(seen: &Evidence, when: &dyn Fn(Timestamp) -> String) -> String {
    // A reset is not a guess.
    let exact = |at| when(at).replace(" around ", " at ");
    let reset = seen.resets_at.map_or_else(String::new, |at| format!("; it starts again {}", exact(at)));
    match seen.kind {
        None | Some(MeterKind::Balance) => "Top up to go on.".to_owned(),
        Some(_) => format!("Raise the limit or use less{reset}."),
    }
}

fn refused(seen: &Evidence, now: Timestamp, when: &dyn Fn(Timestamp) -> String) -> Vec<String> {
    let words = seen.message.as_ref().filter(|words| !words.is_empty());
    let words = words.map_or_else(String::new, |words| format!("It says: “{words}”."));
    let action = seen.cause.map_or_else(|| mend(seen, when), |cause| cause.words().step.to_owned());
    if seen.rule == "counted.zero" {
        let counted = "This was counted here: the provider has not said that it refuses calls.".to_owned();
        return vec![left(seen), counted, mend(seen, when)];
    }
    let again = seen.retry_at.filter(|at| *at > now);
    let again = again.map_or_else(String::new, |at| format!(" Calls may work again {}.", when(at)));
    vec![words, left(seen), format!("{action}{again}")]
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
