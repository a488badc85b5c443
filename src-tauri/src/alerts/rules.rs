//! What each rule sees in a poll.

use super::account::{expiry, failing, fire_together, stale};
use super::evidence::Evidence;
use super::life::{Condition, Patience, Seen, advance};
use super::{Fact, MeterFact, Rules, reload, spend, wall};
use crate::forecast::next_reset;
use crate::model::{
    Amount, Cause, DAY, Episode, EpisodeKind, HOUR, Meter, MeterKey, MeterKind, Provenance, Qty, Refusal,
    Resource, Severity, Source, Timestamp,
};

/// A refusal episode ends this long after calls were last refused.
const CALM: i64 = HOUR;
/// A refusal of which no figure says whether it is over is over after a day without another.
const UNSAID: i64 = DAY;
/// A refusal in a gateway's log older than this is history, not news.
const NEWS: i64 = DAY;

/// Advances the episodes of one account by one poll. `live` holds every episode that is not resolved, of all
/// accounts (inhibition and "offline" need them). Returns the episodes that changed; those with id 0 are new.
pub fn step(rules: &Rules, live: &[Episode], fact: &Fact<'_>, now: Timestamp) -> Vec<Episode> {
    let mut changed = Vec::new();
    let mut asked: Vec<Resource> = Vec::new();
    let mut see = |resource: Resource, seen: Seen| {
        let known = live.iter().find(|episode| episode.resource == resource);
        changed.extend(advance(rules, known, &resource, seen, now));
        asked.push(resource);
    };
    let resource = |meter: Option<&MeterKey>, kind| Resource {
        account: Some(fact.account.clone()),
        meter: meter.cloned(),
        kind,
    };
    let terms = rules.terms(fact.account);
    let facts = fact.outcome.unwrap_or_default();
    let error = fact.outcome.err();

    for meter in facts.iter().filter(|meter| meter.meter.kind != MeterKind::Rate) {
        let key = Some(&meter.meter.key);
        let known = |kind| {
            let resource = resource(key, kind);
            live.iter().find(|episode| episode.resource == resource)
        };
        let refused = refused(rules, fact, meter, known(EpisodeKind::Refused), now);
        see(resource(key, EpisodeKind::Refused), refused);
        let tops_up = reload::of(&terms, meter);
        let missed = known(EpisodeKind::Reload);
        let wall = wall::wall(rules, fact.label, meter, fact.lead, known(EpisodeKind::Wall), now);
        let wall = reload::milder(wall, tops_up.as_ref(), missed);
        see(resource(key, EpisodeKind::Wall), wall);
        see(resource(key, EpisodeKind::Low), low(rules, fact.label, meter, now));
        let missed = reload::missed(rules, fact.label, tops_up.as_ref(), meter, now);
        see(resource(key, EpisodeKind::Reload), missed);
        see(resource(key, EpisodeKind::Change), spend::change(rules, fact.label, meter, now));
        if spend::speaks(meter, facts) {
            see(resource(key, EpisodeKind::Burst), spend::burst(rules, fact.label, meter, now));
        }
    }
    // Refusals of no meter that this poll read.
    let read = |refusal: &Refusal| facts.iter().any(|meter| concerns(refusal, meter.meter, facts));
    let behind_error = error.and_then(|error| error.refusal.as_deref());
    let mut loose: Vec<&Refusal> = fact.refusals.iter().chain(behind_error).collect();
    loose.retain(|refusal| is_news(refusal, now) && !read(refusal));
    loose.sort_by(|a, b| a.meter.cmp(&b.meter));
    for of_meter in loose.chunk_by(|a, b| a.meter == b.meter) {
        let evidence = blank(rules, fact.label, now);
        if let Some(condition) = observed(of_meter, evidence, now) {
            see(resource(of_meter[0].meter.as_ref(), EpisodeKind::Refused), Seen::Holds(Box::new(condition)));
        }
    }
    see(resource(None, EpisodeKind::Failing), failing(rules, fact, error, now));
    see(resource(None, EpisodeKind::Stale), stale(rules, fact, error, now));
    see(resource(None, EpisodeKind::Expiry), expiry(rules, fact, &terms, now));
    let offline = Resource { account: None, meter: None, kind: EpisodeKind::Offline };
    see(offline, super::account::offline(rules, error, now));

    // What lives on and was not asked about: nothing was learned, except that an account-wide refusal passes.
    for episode in live {
        if episode.resource.account.as_ref() != Some(fact.account) || asked.contains(&episode.resource) {
            continue;
        }
        let seen = match episode.resource.kind {
            EpisodeKind::Refused if episode.resource.meter.is_none() && error.is_none() => {
                let may_again = Evidence::of(episode).retry_at.is_some_and(|at| at <= now);
                Seen::Over { at_once: may_again || facts.iter().any(renewed), keep: UNSAID }
            }
            _ => Seen::Missing,
        };
        changed.extend(advance(rules, Some(episode), &episode.resource, seen, now));
    }
    fire_together(live, &mut changed, now);
    changed
}

/// Whether a refusal is this meter's: it says so; or this is the only one of the kind that its cause is about, and a
/// balance or used up.
fn concerns(refusal: &Refusal, meter: &Meter, facts: &[MeterFact<'_>]) -> bool {
    if let Some(key) = &refusal.meter {
        return *key == meter.key;
    }
    let about = |meter: &Meter| refusal.cause.concerns(meter.kind, &meter.key);
    let mut alike = facts.iter().filter(|fact| about(fact.meter));
    // A budget that is not used up is another one than that which refused.
    let used_up = |fact: &MeterFact<'_>| fact.sample.headroom().is_some_and(|left| left <= Qty(0));
    let fits = |fact: &MeterFact<'_>| fact.meter.kind == MeterKind::Balance || used_up(fact);
    alike.next().is_some_and(|fact| fact.meter.key == meter.key && fits(fact)) && alike.next().is_none()
}

/// A top-up or reset that matters.
pub(super) fn renewed(fact: &MeterFact<'_>) -> bool {
    fact.step.renews(fact.sample.headroom())
}

/// The balance is below the amount that the user set for its unit.
fn low(rules: &Rules, label: &str, fact: &MeterFact<'_>, now: Timestamp) -> Seen {
    let set = rules.low.iter().find(|low| low.unit == fact.meter.unit);
    let Some(set) = set.filter(|_| fact.meter.kind == MeterKind::Balance) else {
        return Seen::Over { at_once: true, keep: 0 }; // the user took the amount away
    };
    let leave = set.qty.0.saturating_add(set.qty.0 / 5);
    match fact.sample.headroom() {
        None => Seen::Missing,
        Some(left) if left <= Qty(0) => Seen::Near,
        Some(left) if left < set.qty => {
            let mut evidence = of_meter(rules, label, fact, now);
            (evidence.rule, evidence.threshold) = ("low".to_owned(), Some(*set));
            holds(Severity::HeadsUp, Patience::Hold, false, evidence, now)
        }
        Some(left) if left.0 < leave => Seen::Near,
        Some(_) => Seen::Over { at_once: renewed(fact), keep: 0 },
    }
}

/// A refusal of this meter was seen, or nothing is left.
fn refused(
    rules: &Rules,
    fact: &Fact<'_>,
    meter: &MeterFact<'_>,
    live: Option<&Episode>,
    now: Timestamp,
) -> Seen {
    let headroom = meter.sample.headroom();
    let paid_since = |refusal: &&Refusal| {
        renewed(meter) && headroom > Some(Qty(0)) && refusal.at.is_some_and(|at| at < meter.sample.at)
    };
    let facts = fact.outcome.unwrap_or_default();
    let of_account = fact.refusals.iter().filter(|refusal| concerns(refusal, meter.meter, facts));
    let mut seen: Vec<&Refusal> = meter.refusals.iter().chain(of_account).collect();
    seen.retain(|refusal| is_news(refusal, now) && !paid_since(refusal));
    let evidence = || of_meter(rules, fact.label, meter, now);
    if let Some(condition) = observed(&seen, evidence(), now) {
        return Seen::Holds(Box::new(condition));
    }
    match headroom {
        Some(left) if left <= Qty(0) => {
            let known = live.map(Evidence::of).filter(|known| known.rule == "refused.seen");
            let mut evidence = evidence();
            // That our own count has reached zero does not say that the provider refuses.
            let ours = matches!(meter.meter.provenance, Provenance::Anchored | Provenance::Estimated);
            let severity = if ours && known.is_none() { Severity::Now } else { Severity::Refused };
            evidence.rule = if ours { "counted.zero" } else { "refused.zero" }.to_owned();
            if let Some(known) = known {
                // What the provider said when it refused is worth more than the figure.
                evidence = Evidence { headroom: evidence.headroom, read_at: evidence.read_at, ..known };
            }
            holds(severity, Patience::AtOnce, false, evidence, now)
        }
        Some(_) => {
            let may_again = live.is_some_and(|live| Evidence::of(live).retry_at.is_some_and(|at| at <= now));
            Seen::Over { at_once: may_again || renewed(meter), keep: CALM }
        }
        None if live.is_some_and(|live| Evidence::of(live).rule == "refused.seen") => {
            Seen::Over { at_once: false, keep: UNSAID }
        }
        None => Seen::Missing,
    }
}

/// Whether a refusal is for money's sake and recent. Too many requests, a busy provider, a hold that passes, a
/// price offer, a proxy's answer and bad credentials are not; an unknown one is when its status says 402. What the
/// user pasted is history.
fn is_news(refusal: &Refusal, now: Timestamp) -> bool {
    let money = refusal.cause.is_money() || (refusal.cause == Cause::Unknown && refusal.status == Some(402));
    money && refusal.source != Source::Pasted && refusal.at.is_none_or(|at| now - at <= NEWS)
}

/// The condition for the newest of the most urgent of these refusals.
fn observed(refusals: &[&Refusal], mut evidence: Evidence, now: Timestamp) -> Option<Condition> {
    let urgency = |refusal: &&&Refusal| (refusal.cause.severity(), refusal.at.unwrap_or(now));
    let newest = refusals.iter().max_by_key(urgency)?;
    let first = refusals.iter().map(|refusal| refusal.at.unwrap_or(now)).min();
    evidence.rule = "refused.seen".to_owned();
    (evidence.cause, evidence.scope) = (Some(newest.cause), Some(newest.scope));
    (evidence.status, evidence.retry_at) = (newest.status, newest.retry_at);
    evidence.message = Some(newest.message.clone());
    evidence.headroom = evidence.headroom.or(newest.left);
    let since = first.unwrap_or(now).min(now);
    evidence.since = Some(since);
    evidence.refused_at = Some(newest.at.unwrap_or(now));
    Some(Condition {
        severity: newest.cause.severity(),
        since,
        patience: Patience::AtOnce,
        renewed: false,
        plan: false,
        warn: false,
        lapsed: false,
        evidence,
    })
}

/// A condition that has held since now, as far as is known.
pub(super) fn holds(
    severity: Severity,
    patience: Patience,
    renewed: bool,
    mut evidence: Evidence,
    now: Timestamp,
) -> Seen {
    evidence.since = evidence.since.or(Some(now));
    Seen::Holds(Box::new(Condition {
        severity,
        since: now,
        patience,
        renewed,
        plan: false,
        warn: false,
        lapsed: false,
        evidence,
    }))
}

/// Evidence that names the account only.
pub(super) fn blank(rules: &Rules, label: &str, now: Timestamp) -> Evidence {
    Evidence {
        account: label.to_owned(),
        read_at: Some(now),
        zone: rules.zone.iana_name().map(str::to_owned),
        ..Evidence::default()
    }
}

/// Evidence with a meter's figures.
pub(super) fn of_meter(rules: &Rules, label: &str, fact: &MeterFact<'_>, now: Timestamp) -> Evidence {
    let (meter, sample) = (fact.meter, fact.sample);
    let amount = |qty| Amount::new(qty, meter.unit);
    Evidence {
        meter: meter.label.clone(),
        kind: Some(meter.kind),
        unit: Some(meter.unit),
        headroom: sample.headroom().map(amount),
        reserve: sample.reserve.map(amount),
        read_at: Some(sample.last_at.min(now)),
        resets_at: next_reset(meter.window, sample.resets_at, sample.last_at),
        ..blank(rules, label, now)
    }
}
