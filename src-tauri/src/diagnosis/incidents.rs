//! Refusals grouped into incidents.

use crate::model::{Amount, Cause, DAY, HOUR, MeterKey, MeterKind, Refusal, Scope, Source, Timestamp};
use std::cmp::Reverse;

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on, as far as is known.
    Open,
    /// Money was added or the limit raised, at that time, of a meter of that kind.
    Added(Timestamp, Amount, MeterKind),
    /// The window started again, at that time.
    Reset(Timestamp),
    /// The time that the provider named has passed, and nothing was refused since.
    Passed(Timestamp),
    /// Nobody knows why; nothing was refused since then for a day (for what passes by itself, an hour).
    Quiet(Timestamp),
}

/// Refusals of one account for one cause, scope and meter, with no end in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Why.
    pub cause: Cause,
    /// What it covers.
    pub scope: Scope,
    /// Which meter, when it is known.
    pub meter: Option<MeterKey>,
    /// The first refusal.
    pub first_at: Timestamp,
    /// The last one.
    pub last_at: Timestamp,
    /// How many were seen. What a provider only states is one, however often it was read.
    pub count: u64,
    /// The newest of them, for its words.
    pub newest: Refusal,
    /// How it ended.
    pub outcome: Outcome,
}

/// What happened to a meter that may end an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Of which meter.
    pub meter: MeterKey,
    /// Of what kind that is.
    pub kind: MeterKind,
    /// What was added; `None`: the window started again.
    pub added: Option<Amount>,
}

/// An incident that may still go on.
struct Live {
    incident: Incident,
    /// When calls may work again: the newest time that was named.
    again: Option<Timestamp>,
}

/// Groups refusals into incidents, newest first. Refusals and changes come oldest first. An incident ends at whatever
/// comes first: a top-up, raised limit or reset of its meter (where no meter is named, of one that its cause is
/// about), the time that the provider named, or a day with nothing refused. A good figure alone ends none.
pub fn incidents(refusals: &[(Timestamp, Refusal)], changes: &[Change], now: Timestamp) -> Vec<Incident> {
    let (mut live, mut over): (Vec<Live>, Vec<Incident>) = (Vec::new(), Vec::new());
    for (at, refusal) in refusals {
        let mine = |live: &Live| {
            let known = &live.incident;
            known.cause == refusal.cause && known.scope == refusal.scope && known.meter == refusal.meter
        };
        let at = *at;
        match live.iter().position(mine) {
            Some(index) => match end(&live[index], changes, at) {
                Outcome::Open => take(&mut live[index], at, refusal),
                outcome => {
                    let ended = std::mem::replace(&mut live[index], begin(at, refusal)).incident;
                    over.push(Incident { outcome, ..ended });
                }
            },
            None => live.push(begin(at, refusal)),
        }
    }
    over.extend(live.into_iter().map(|one| {
        let outcome = end(&one, changes, now + 1);
        Incident { outcome, ..one.incident }
    }));
    over.iter_mut().for_each(|incident| incident.count = incident.count.max(1));
    over.sort_by_key(|incident| Reverse((incident.first_at, incident.last_at)));
    over
}

fn begin(at: Timestamp, refusal: &Refusal) -> Live {
    let incident = Incident {
        cause: refusal.cause,
        scope: refusal.scope,
        meter: refusal.meter.clone(),
        first_at: at,
        last_at: at,
        count: counted(refusal),
        newest: refusal.clone(),
        outcome: Outcome::Open,
    };
    Live { incident, again: refusal.retry_at }
}

fn take(live: &mut Live, at: Timestamp, refusal: &Refusal) {
    let incident = &mut live.incident;
    incident.last_at = incident.last_at.max(at);
    incident.count = incident.count.saturating_add(counted(refusal));
    incident.newest = refusal.clone();
    live.again = refusal.retry_at.or(live.again);
}

fn counted(refusal: &Refusal) -> u64 {
    if refusal.source == Source::Stated { 0 } else { u64::from(refusal.count.max(1)) }
}

/// How an incident ended before `until`.
fn end(live: &Live, changes: &[Change], until: Timestamp) -> Outcome {
    let incident = &live.incident;
    let last = incident.last_at;
    let later = changes.get(changes.partition_point(|change| change.at <= last)..).unwrap_or_default();
    let change = later.iter().take_while(|change| change.at < until).find(|change| mends(change, incident));
    let change = change.map(|change| match change.added {
        Some(added) => (change.at, Outcome::Added(change.at, added, change.kind)),
        None => (change.at, Outcome::Reset(change.at)),
    });
    // What passes in moments names moments: one spell of it is not an incident for each.
    let moments = matches!(incident.cause, Cause::RateLimited | Cause::Capacity | Cause::InFlight);
    let quiet = last + if moments { HOUR } else { DAY };
    let named = live.again.filter(|at| *at > last);
    let named = named.map(|at| (if moments { at.max(quiet) } else { at }, Outcome::Passed(at)));
    let ends = [change, named, Some((quiet, Outcome::Quiet(last)))];
    let first = ends.into_iter().flatten().filter(|(at, _)| *at < until).min_by_key(|(at, _)| *at);
    first.map_or(Outcome::Open, |(_, outcome)| outcome)
}

/// Whether a change may have ended an incident. Money that came in ends a payment problem too.
fn mends(change: &Change, incident: &Incident) -> bool {
    let cause = incident.cause;
    incident.meter.as_ref().map_or_else(
        || {
            let paid = cause == Cause::PaymentFailed && change.kind == MeterKind::Balance;
            paid || cause.concerns(change.kind, &change.meter)
        },
        |meter| *meter == change.meter,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MINUTE;
    use proptest::prelude::*;

    const NOON: Timestamp = Timestamp(1_795_262_400_000);

    fn refused(minutes: i64, cause: Cause) -> (Timestamp, Refusal) {
        (NOON + minutes * MINUTE, Refusal::new(cause, Scope::Key, "test"))
    }

    fn change(minutes: i64, meter: &str, kind: MeterKind, added: Option<&str>) -> Change {
        let added = added.map(|text| text.parse().unwrap());
        Change { at: NOON + minutes * MINUTE, meter: MeterKey::new(meter), kind, added }
    }

    fn told(refusals: &[(Timestamp, Refusal)], changes: &[Change], now: i64) -> Vec<(u64, Outcome)> {
        let found = incidents(refusals, changes, NOON + now * MINUTE);
        found.into_iter().map(|one| (one.count, one.outcome)).collect()
    }

    #[test]
    fn a_top_up_ends_an_empty_balance_and_the_next_refusal_is_another_incident() {
        let empty = Cause::BalanceExhausted;
        let refusals = [refused(0, empty), refused(5, empty), refused(70, empty)];
        let paid = change(60, "balance.usd", MeterKind::Balance, Some("50 USD"));
        let raised = change(20, "key_limit", MeterKind::Budget, Some("10 USD"));
        let outcome = Outcome::Added(NOON + HOUR, "50 USD".parse().unwrap(), MeterKind::Balance);
        let found = told(&refusals, &[raised.clone(), paid], 80);
        assert_eq!(found, [(1, Outcome::Open), (2, outcome)]);
        // A key's raised limit pays for nothing.
        assert_eq!(told(&refusals, &[raised], 80), [(3, Outcome::Open)]);
    }

    #[test]
    fn a_limit_ends_by_its_own_meter_only() {
        let of = |minutes, meter: &str| {
            let (at, refusal) = refused(minutes, Cause::KeyLimit);
            (at, Refusal { meter: Some(MeterKey::new(meter)), ..refusal })
        };
        let refusals = [of(0, "key_limit"), of(1, "key_limit.ci"), of(2, "key_limit")];
        let reset = change(10, "key_limit", MeterKind::Budget, None);
        let found = incidents(&refusals, &[reset], NOON + HOUR);
        let said: Vec<_> = found
            .iter()
            .map(|one| (one.meter.as_ref().unwrap().0.as_str(), one.count, one.outcome.clone()))
            .collect();
        let ended = Outcome::Reset(NOON + 10 * MINUTE);
        assert_eq!(said, [("key_limit.ci", 1, Outcome::Open), ("key_limit", 2, ended)]);
    }

    #[test]
    fn the_named_time_or_a_day_of_quiet_ends_it() {
        let (at, quota) = refused(0, Cause::FreeQuota);
        let named = (at, Refusal { retry_at: Some(NOON + 3 * HOUR), ..quota.clone() });
        assert_eq!(told(std::slice::from_ref(&named), &[], 179), [(1, Outcome::Open)]);
        assert_eq!(told(std::slice::from_ref(&named), &[], 180), [(1, Outcome::Passed(NOON + 3 * HOUR))]);
        let again = [named, refused(200, Cause::FreeQuota)];
        assert_eq!(told(&again, &[], 210), [(1, Outcome::Open), (1, Outcome::Passed(NOON + 3 * HOUR))]);
        let alone = [(at, quota)];
        assert_eq!(told(&alone, &[], 24 * 60 - 1), [(1, Outcome::Open)]);
        assert_eq!(told(&alone, &[], 24 * 60), [(1, Outcome::Quiet(NOON))]);
    }

    #[test]
    fn a_spell_of_too_many_requests_is_one_incident() {
        let spell: Vec<_> = (0..40)
            .map(|k| {
                let (at, one) = refused(k, Cause::RateLimited);
                (at, Refusal { retry_at: Some(at + 2_000), ..one })
            })
            .collect();
        assert_eq!(told(&spell, &[], 50), [(40, Outcome::Open)]);
        let last = NOON + 39 * MINUTE;
        assert_eq!(told(&spell, &[], 39 + 60), [(40, Outcome::Passed(last + 2_000))]);
    }

    #[test]
    fn what_is_only_stated_is_one_and_a_log_counts_all() {
        let stated = |hours: i64| {
            let (at, one) = refused(hours * 60, Cause::BalanceExhausted);
            (at, Refusal { source: Source::Stated, ..one })
        };
        assert_eq!(told(&[stated(0), stated(6), stated(12)], &[], 13 * 60), [(1, Outcome::Open)]);
        let (at, one) = refused(14 * 60, Cause::BalanceExhausted);
        let logged = (at, Refusal { count: 40, ..one });
        assert_eq!(told(&[stated(0), stated(6), logged], &[], 15 * 60), [(40, Outcome::Open)]);
    }

    #[test]
    fn causes_scopes_and_meters_stand_apart_newest_first() {
        let (at, other) = refused(3, Cause::KeyLimit);
        let refusals = [
            refused(0, Cause::KeyLimit),
            refused(1, Cause::BalanceExhausted),
            (at, Refusal { scope: Scope::Team, ..other }),
            refused(4, Cause::KeyLimit),
        ];
        let found = incidents(&refusals, &[], NOON + HOUR);
        let said: Vec<_> = found.iter().map(|one| (one.cause, one.scope, one.count)).collect();
        assert_eq!(
            said,
            [
                (Cause::KeyLimit, Scope::Team, 1),
                (Cause::BalanceExhausted, Scope::Key, 1),
                (Cause::KeyLimit, Scope::Key, 2)
            ]
        );
    }

    #[test]
    fn money_that_came_in_ends_a_payment_problem() {
        let paid = change(9, "balance", MeterKind::Balance, Some("5 USD"));
        let ended = Outcome::Added(NOON + 9 * MINUTE, "5 USD".parse().unwrap(), MeterKind::Balance);
        assert_eq!(told(&[refused(0, Cause::PaymentFailed)], &[paid], 10), [(1, ended)]);
    }

    proptest! {
        #[test]
        fn none_is_lost_and_none_overlaps(
            steps in prop::collection::vec((0_i64..900, 0_u8..6, 0_u8..3, 1_u32..5, 0_i64..2_000), 0..80),
        ) {
            let (mut refusals, mut changes, mut minute) = (Vec::new(), Vec::new(), 0);
            for (gap, what, meter, count, named) in steps {
                minute += gap;
                let key = ["balance", "key_limit", "team_budget"][usize::from(meter)];
                match what {
                    0 => changes.push(change(minute, key, MeterKind::Budget, None)),
                    1 => changes.push(change(minute, key, MeterKind::Balance, Some("5 USD"))),
                    _ => {
                        let cause = [Cause::KeyLimit, Cause::BalanceExhausted, Cause::RateLimited, Cause::Unknown];
                        let (at, one) = refused(minute, cause[usize::from(what) - 2]);
                        let meter = (meter < 2).then(|| MeterKey::new(key));
                        let retry_at = (named > 1_000).then(|| at + (named - 1_000) * MINUTE);
                        refusals.push((at, Refusal { meter, count, retry_at, ..one }));
                    }
                }
            }
            let found = incidents(&refusals, &changes, NOON + (minute + 1) * MINUTE);
            let seen: u64 = refusals.iter().map(|(_, one)| u64::from(one.count)).sum();
            prop_assert_eq!(found.iter().map(|one| one.count).sum::<u64>(), seen);
            prop_assert!(found.windows(2).all(|two| two[0].first_at >= two[1].first_at));
            for (index, one) in found.iter().enumerate() {
                prop_assert!(one.first_at <= one.last_at && one.count > 0);
                for older in &found[index + 1..] {
                    if (older.cause, &older.meter) != (one.cause, &one.meter) {
                        continue;
                    }
                    let ended = match older.outcome {
                        Outcome::Open => return Err(TestCaseError::fail("an open one has a successor")),
                        Outcome::Added(at, ..) | Outcome::Reset(at) | Outcome::Passed(at) | Outcome::Quiet(at) => at,
                    };
                    prop_assert!(older.last_at <= ended && ended < one.first_at, "{older:?} {one:?}");
                }
            }
        }
    }
}
