//! What the rules beside wall, amount and refusal tell: bursts of spend, lowered limits, stale accounts, expiring keys;
//! the words of each.

use super::scenes::{DOLLAR, START, World};
use super::*;
use crate::model::{
    DAY, EpisodeKind, EpisodeState, MeterKind, PollErrorKind, Provenance, Qty, SECOND, Timestamp, Unit,
};

const POLL: i64 = 5 * MINUTE;

fn of(world: &World, kind: EpisodeKind) -> Vec<(Timestamp, &crate::model::Notice)> {
    world.told.iter().filter(|told| told.1 == kind).map(|told| (told.0, &told.2)).collect()
}

/// A spend meter after two weeks of office hours (Mon to Fri, 9 to 17): an hour costs about `usual` cents, in turn 20 %
/// less, as much, and 20 % more. `START` is Monday 08:00.
fn office(usual: i64) -> World {
    let mut world = World::with(MeterKind::Spend, "spend", Unit::USD);
    for hour in 0..(14 * 24) {
        let at = START + (hour - 14 * 24) * HOUR;
        let (day, of_day) = (hour / 24 % 7, (hour + 8) % 24);
        // Hour 0 is a Monday at 08:00; after 16 hours it is the next day.
        let day = (day + i64::from((hour % 24) >= 16)) % 7;
        let spent = if day < 5 && (9..17).contains(&of_day) {
            usual * [8, 10, 12][hour as usize % 3] / 10
        } else {
            0
        };
        world.habit.note_hour(at, Qty(spent * DOLLAR / 100), Qty(0), None);
    }
    world
}

/// Spends `cents` in each of so many polls, five minutes apart.
fn run(world: &mut World, from: Timestamp, polls: i64, cents: i64) {
    let before = world.used.map_or(0, |used| used.0);
    for k in 0..=polls {
        world.used = Some((before + k * cents * DOLLAR / 100, 0));
        world.say(from + k * POLL);
    }
}

#[test]
fn a_burst_of_spend_is_told_once() {
    let mut world = office(100);
    // Ten o'clock: a dollar an hour is usual, this is twelve.
    run(&mut world, START + 2 * HOUR, 24, 100);
    let told = of(&world, EpisodeKind::Burst);
    assert_eq!(told.len(), 1, "{:?}", world.told);
    // Three dollars are reached at the third poll, and hold for ten minutes at the fifth.
    assert_eq!(told[0].0, START + 2 * HOUR + 5 * POLL);
    assert_eq!(told[0].1.title, "DeepSeek · unusual spend: $5.00 within an hour");
    assert_eq!(
        told[0].1.body,
        "Usual is $1.00 in an hour with any spend.\nLook at what runs. If nothing of yours does, revoke the key."
    );
    let burst = world.one(EpisodeKind::Burst).unwrap();
    assert!(
        why(&burst)[0].starts_with("$12.00 was spent within an hour, usual is $1.00"),
        "{:?}",
        why(&burst)
    );
    // It goes on in the afternoon: the same burst. The next day's is another.
    run(&mut world, START + 6 * HOUR, 12, 100);
    assert_eq!(of(&world, EpisodeKind::Burst).len(), 1);
    run(&mut world, START + 32 * HOUR, 1, 0);
    run(&mut world, START + 33 * HOUR, 1, 0);
    assert!(world.one(EpisodeKind::Burst).is_none(), "over");
    run(&mut world, START + 51 * HOUR, 12, 150);
    assert_eq!(of(&world, EpisodeKind::Burst).len(), 2);
}

#[test]
fn what_is_usual_or_little_or_unknown_is_no_burst() {
    let quiet = |mut world: World, cents: i64| {
        run(&mut world, START + 2 * HOUR, 12, cents);
        of(&world, EpisodeKind::Burst).is_empty()
    };
    assert!(quiet(office(100), 20), "$2.40 where $1 is usual: not three times as much");
    assert!(!quiet(office(100), 30), "$3.60 is");
    assert!(quiet(office(10), 15), "$1.80 where ten cents are usual is below the floor of $2");
    assert!(!quiet(office(10), 20), "$2.20 is not");
    let mut own = office(10);
    own.rules.burst_floor = vec!["50 USD".parse().unwrap()];
    assert!(quiet(own, 100), "the user's floor");
    let mut off = office(10);
    off.rules.bursts = false;
    assert!(quiet(off, 100), "switched off");
    assert!(
        quiet(World::with(MeterKind::Spend, "spend", Unit::USD), 100),
        "nothing is known of this account"
    );
    let mut tokens = office(100);
    tokens.meter.unit = Unit::Tokens;
    assert!(quiet(tokens, 1_000), "tokens have no floor of their own");
    // Spend that varies by factors of ten is no news at five times its median.
    let mut wild = World::with(MeterKind::Spend, "spend", Unit::USD);
    for hour in 0..(14 * 24) {
        let cents = [10, 100, 1_000][hour as usize % 3];
        wild.habit.note_hour(START + (hour - 14 * 24) * HOUR, Qty(cents * DOLLAR / 100), Qty(0), None);
    }
    assert!(quiet(wild, 40), "$4.80 where a third of the hours cost $10");
}

#[test]
fn a_day_is_unusual_even_if_no_hour_is() {
    // A hundred dollars are spent in one hour of each day; now $40 in every hour of one.
    let mut world = World::with(MeterKind::Spend, "spend", Unit::USD);
    for day in (1..=27).rev() {
        world.habit.note_hour(START + -day * DAY, Qty(100 * DOLLAR), Qty(0), None);
    }
    for hour in 0..14 {
        run(&mut world, START + hour * HOUR + MINUTE, 4, 1_000);
    }
    let told = of(&world, EpisodeKind::Burst);
    assert_eq!(told.len(), 1, "{:?}", world.told);
    assert!(
        told[0].1.title.ends_with(" today") && told[0].1.body.starts_with("Usual is $100.00 in a day"),
        "{told:?}"
    );
}

#[test]
fn a_lowered_limit_is_told_once_and_a_raised_one_never() {
    let mut world = World::with(MeterKind::Budget, "key limit “ci”", Unit::USD);
    let read = |world: &mut World, k: i64, used: i64, limit: i64| {
        world.used = Some((used * DOLLAR, limit * DOLLAR));
        world.say(START + k * POLL);
    };
    read(&mut world, 0, 10, 100);
    read(&mut world, 1, 10, 120);
    assert!(world.told.is_empty(), "raised");
    read(&mut world, 2, 10, 50);
    for k in 3..12 {
        read(&mut world, k, 10, 50);
    }
    let told = of(&world, EpisodeKind::Change);
    assert_eq!(told.len(), 1, "{:?}", world.told);
    assert_eq!(told[0].1.title, "DeepSeek · key limit “ci” was lowered");
    assert_eq!(
        told[0].1.body,
        "From $120.00 to $50.00.\n$40.00 left.\nIf this was not planned, ask whoever manages the account, or raise it \
         again."
    );
    read(&mut world, 12, 10, 120);
    assert!(world.one(EpisodeKind::Change).is_none(), "raised again");
    // What the user typed here is no news, and neither is a rounding.
    world.meter.provenance = Provenance::Anchored;
    read(&mut world, 13, 10, 50);
    world.meter.provenance = Provenance::Reported;
    world.used = Some((10 * DOLLAR, 50 * DOLLAR - DOLLAR / 10));
    world.say(START + 14 * POLL);
    assert_eq!(of(&world, EpisodeKind::Change).len(), 1);
}

#[test]
fn an_account_that_has_not_answered_for_hours_is_told_and_never_shown_as_well() {
    let mut world = World::new();
    world.poll(START, 500 * DOLLAR);
    for k in 1..=(7 * 12) {
        world.fail(START + k * POLL, PollErrorKind::Provider);
    }
    let told = of(&world, EpisodeKind::Stale);
    assert_eq!(told.len(), 1, "{:?}", world.told);
    assert_eq!(told[0].0, START + POLL + 6 * HOUR);
    assert_eq!(told[0].1.title, "DeepSeek · no figures for hours");
    assert_eq!(
        told[0].1.body,
        "No good answer since today 08:05.\nIt did not work; look at the settings.\nWhat is left is unknown until it \
         answers: look at the provider's own page meanwhile."
    );
    world.poll(START + 8 * HOUR, 500 * DOLLAR);
    world.poll(START + 8 * HOUR + POLL, 500 * DOLLAR);
    assert!(world.live().is_empty());
    // Four polls at least: one a day is no reason after two failures.
    for day in 1..4 {
        world.fail(START + day * DAY, PollErrorKind::Provider);
        assert_eq!(of(&world, EpisodeKind::Stale).len(), 1);
    }
    world.fail(START + 4 * DAY, PollErrorKind::Provider);
    assert_eq!(of(&world, EpisodeKind::Stale).len(), 2);
}

#[test]
fn fifty_accounts_behind_a_gateway_that_is_down_are_told_at_one_moment() {
    let mut world = World::new();
    let error = PollError::new(PollErrorKind::Unreachable, "The gateway does not answer.");
    for k in 0..=(7 * 12) {
        for n in 0..50 {
            let account = AccountId::new(format!("account-{n}")).unwrap();
            world.fail_as(&account, START + k * POLL + n * 6 * SECOND, &error);
        }
    }
    let told = of(&world, EpisodeKind::Stale);
    assert_eq!(told.len(), 50);
    assert!(told.iter().all(|one| one.0 == told[0].0), "they fire together, so they are one notification");
}

#[test]
fn an_expiring_key_is_told_14_3_and_1_days_before_and_no_more_once_renewed() {
    let mut world = World::new();
    world.rules.zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    let terms = |date: &str| Terms { key_expires: date.parse().ok(), ..Terms::default() };
    world.rules.accounts.insert(world.account.clone(), terms("2026-12-31"));
    // Midnight of 31 December in Shanghai.
    let expires = Timestamp::parse_rfc3339("2026-12-30T16:00:00Z").unwrap();
    for hour in 0..(15 * 24 + 20) {
        let now = expires + (hour - 16 * 24) * HOUR;
        world.poll(now, 500 * DOLLAR);
        let seen = world.one(EpisodeKind::Expiry).filter(|one| one.severity >= Severity::Now);
        if let Some(seen) = seen.filter(|one| one.state == EpisodeState::Firing && one.told.is_some()) {
            world.put(acknowledge(&seen, now));
        }
    }
    let told = of(&world, EpisodeKind::Expiry);
    let days: Vec<i64> = told.iter().map(|one| (expires - one.0) / DAY).collect();
    assert_eq!(days, [14, 3, 1]);
    assert_eq!(told[2].1.title, "DeepSeek · the key expires tomorrow at 00:00");
    assert_eq!(told[2].1.body, "Calls fail from then on. Make a new key, store it, and set its date.");
    world.rules.accounts.insert(world.account.clone(), terms("2027-12-31"));
    world.poll(expires, 500 * DOLLAR);
    assert!(world.live().is_empty());
}

#[test]
fn an_evening_is_no_wall() {
    // Complaint: forecasts that know no nights and weekends. Three weeks of a dollar an hour, Mon to Fri, 9 to 17; it
    // is Friday 17:00 and four dollars are left.
    let mut world = World::new();
    let friday = START + 4 * DAY + 9 * HOUR;
    let first = START + -21 * DAY;
    let works = |at: Timestamp| {
        let (day, hour) = ((at - START).div_euclid(DAY).rem_euclid(7), (at.0 / HOUR).rem_euclid(24));
        // START is 08:00, so a day of the count begins there; the hours from midnight to eight are the next date's.
        let day = if hour < 8 { (day + 1) % 7 } else { day };
        day < 5 && (9..17).contains(&hour)
    };
    let polls: Vec<Timestamp> =
        (0..).map(|k| first + k * 15 * MINUTE).take_while(|at| *at <= friday).collect();
    let total = polls.iter().filter(|at| works(**at)).count() as i64;
    let mut spent = 0;
    for at in &polls {
        let left = (4 * 4 + total - spent) * DOLLAR / 4;
        world.samples.push(Sample {
            at: *at,
            last_at: *at,
            used: None,
            limit: None,
            remaining: Some(Qty(left)),
            resets_at: None,
            reserve: None,
        });
        spent += i64::from(works(*at));
    }
    let forecast = world.forecast(friday);
    let wall = forecast.wall().unwrap();
    assert!(wall.p50 >= START + 5 * DAY + HOUR, "not before Saturday at nine: {}", wall.p50);
    // Nobody is told to act at once while nothing is spent.
    for k in 1..(60 * 4) {
        world.poll(friday + k * 15 * MINUTE, 4 * DOLLAR);
    }
    assert!(world.severities().iter().all(|severity| *severity < Severity::Now), "{:?}", world.told);
}
