//! Worked by hand: what days off, absence, a planned batch and another price do to a wall that is known.

use super::*;
use crate::forecast::demand::Demand;
use crate::forecast::{Forecast, Memory, Wall, project};
use crate::model::rhythm::{days, moment_in};
use crate::model::{
    AccountId, Away, MINUTE, Meter, MeterKey, MeterKind, Provenance, Qty, Sample, Week, Window,
};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const DOLLAR: i64 = 1_000_000_000;
/// 2026-11-02T00:00:00Z, a Monday.
const START: Timestamp = Timestamp(1_793_577_600_000);
const WORKDAYS: [bool; 7] = [true, true, true, true, true, false, false];

fn meter() -> Meter {
    Meter {
        id: 1,
        account: AccountId::new("demo").unwrap(),
        key: MeterKey::new("balance"),
        kind: MeterKind::Balance,
        label: "balance".into(),
        unit: Unit::USD,
        window: Window::Never,
        provenance: Provenance::Reported,
    }
}

/// A balance read every half hour until `end`, burning a dollar in every hour for which `works` says so (told the
/// day since the Monday, and the hour of the day, UTC), with `left` cents at the end.
fn balance(end: Timestamp, left: i64, works: impl Fn(i64, i64) -> bool) -> Vec<Sample> {
    let steps = (end - START) / (30 * MINUTE);
    let mut cents = left;
    let mut samples: Vec<Sample> = (0..=steps)
        .rev()
        .map(|step| {
            let sample = Sample {
                at: START + step * 30 * MINUTE,
                last_at: START + step * 30 * MINUTE,
                used: None,
                limit: None,
                remaining: Some(Qty(cents * DOLLAR / 100)),
                resets_at: None,
                reserve: None,
            };
            let before = (step - 1).max(0);
            cents += if works(before / 48, before % 48 / 2) { 50 } else { 0 };
            sample
        })
        .collect();
    samples.reverse();
    samples
}

/// A dollar an hour from 9 to 18 on work days.
fn office(day: i64, hour: i64) -> bool {
    day % 7 < 5 && (9..18).contains(&hour)
}

fn always(_: i64, _: i64) -> bool {
    true
}

fn rhythm() -> Rhythm {
    Rhythm { zone: TimeZone::UTC, week: None, holidays: Vec::new(), away: None }
}

fn office_week() -> Rhythm {
    let hours = Some((Time::constant(9, 0, 0, 0), Time::constant(18, 0, 0, 0)));
    Rhythm { week: Some(Week { days: WORKDAYS, hours }), ..rhythm() }
}

fn knows(rhythm: Rhythm) -> Outlook {
    Outlook { rhythm: Some(rhythm), ..Outlook::default() }
}

fn remembered(samples: &[Sample]) -> Memory {
    Memory::of(&meter(), samples, samples.last().unwrap().last_at)
}

/// The chance of a wall within half an hour, four hours, two days.
fn within(forecast: &Forecast) -> [f64; 3] {
    let chance = forecast.chance().unwrap();
    [HOUR / 2, 4 * HOUR, 48 * HOUR].map(|ms| chance.within(ms))
}

fn ask(samples: &[Sample], outlook: &Outlook) -> Forecast {
    let now = samples.last().unwrap().last_at;
    project(&meter(), &remembered(samples), outlook, now)
}

fn wall(samples: &[Sample], outlook: &Outlook) -> Wall {
    match ask(samples, outlook) {
        Forecast::Wall(wall) => wall,
        other => panic!("no wall: {other:?}"),
    }
}

/// Nothing is known.
static NOTHING: Outlook = Outlook { rhythm: None, planned: Vec::new(), factor: None };

fn utc(text: &str) -> Timestamp {
    moment_in(text, &TimeZone::UTC).unwrap()
}

#[test]
fn a_free_weekend_moves_the_wall_of_friday_evening_to_monday() {
    // Friday 20 November, 18:00: $3 left are three hours of work. They come on Monday morning.
    let friday = utc("2026-11-20T18:00");
    let samples = balance(friday, 300, office);
    let blind = wall(&samples, &NOTHING);
    assert!(blind.p50 < utc("2026-11-22"), "three weeks alone still leave weekends something: {}", blind.p50);
    let seen = wall(&samples, &knows(office_week()));
    assert!(seen.chance.within(48 * HOUR) < blind.chance.within(48 * HOUR) / 2.0, "{seen:?} {blind:?}");
    // What is shown as most likely is where the chance reaches a third: an hour or two before noon.
    assert!((utc("2026-11-23T10:00")..utc("2026-11-23T13:00")).contains(&seen.p50), "{}", seen.p50);
    // The same weekend named by its dates, by somebody who usually works on Saturdays.
    let samples = balance(friday, 300, |day, hour| day % 7 < 6 && (9..18).contains(&hour));
    let mut dated = rhythm();
    assert!(wall(&samples, &knows(dated.clone())).p50 < utc("2026-11-22"));
    dated.holidays = vec![days("2026-11-21 to 2026-11-22").unwrap()];
    assert!(wall(&samples, &knows(dated)).p50 > utc("2026-11-23T09:00"));
}

#[test]
fn nights_that_the_profile_knows_are_not_counted_twice() {
    // Fifteen days are known: the week takes what it took, only divided as it was measured.
    let samples = balance(START + 15 * DAY, 5_000, office);
    let memory = remembered(&samples);
    let of_hour = |hour: i64| if office((15 + hour / 24) % 7, hour % 24) { 1.0 } else { 0.0 };
    let means: Vec<f64> = (0..60 * 24).map(of_hour).collect();
    let shaped = knows(office_week()).shape(&means, &memory).unwrap();
    // Rest was seen for 261 hours, older ones weighing less (half after 14 days), and spent nothing: 24·0.1 / (seen +
    // 24) of work. Where the profile says nothing for rest nothing can be scaled up, so work keeps all but that.
    let seen: f64 = (0..15 * 24)
        .filter(|hour| !office(hour / 24, hour % 24))
        .map(|hour| 0.5_f64.powf((15 * 24 - hour - 1) as f64 / 336.0))
        .sum();
    let rest = 24.0 * 0.1 / (seen + 24.0);
    let at_work = 45.0 / (45.0 + 123.0 * rest);
    let usual = shaped.usual.unwrap();
    assert!((usual[9] - at_work).abs() < 1e-4 && at_work > 0.96, "{} {at_work}", usual[9]);
    assert_eq!(usual[3], 0.0, "a night");
    assert!(shaped.share.iter().all(|share| *share == 1.0), "no day off is told");
    // With a profile that leaks into nights the leak is taken out, and the week still takes 45.
    let leaky: Vec<f64> = means.iter().map(|mean| 0.5 * mean + 0.5 * 45.0 / 168.0).collect();
    let usual = knows(office_week()).shape(&leaky, &memory).unwrap().usual.unwrap();
    assert!((usual[..168].iter().sum::<f64>() - 45.0).abs() < 1e-9);
    assert!((usual[3] / usual[9] - rest).abs() < 1e-4, "{} {}", usual[3], usual[9]);
}

#[test]
fn who_knows_nothing_changes_nothing_to_the_bit() {
    let plain = Rhythm { holidays: vec![days("2025-12-24").unwrap()], ..rhythm() };
    for works in [office, always] {
        let samples = balance(utc("2026-11-20T15:00"), 2_000, works);
        let memory = remembered(&samples);
        let learned = Demand::from_memory(&memory);
        for outlook in [NOTHING.clone(), knows(rhythm()), knows(plain.clone())] {
            let demand = Demand::from_memory(&memory).with(&outlook, &memory, Unit::USD);
            for (left, hours) in (1..2_000).map(|step| (f64::from(step) * 0.37, f64::from(step) * 0.71)) {
                let (with, without) = (demand.exceeds(left, hours), learned.as_learned(left, hours));
                assert_eq!(with.to_bits(), without.to_bits(), "{left} in {hours}");
            }
            assert_eq!(ask(&samples, &outlook), ask(&samples, &NOTHING));
        }
    }
}

#[test]
fn a_server_that_never_rests_contradicts_the_week() {
    let samples = balance(START + 18 * DAY + 18 * HOUR, 1_000, always);
    let (week, blind) = (wall(&samples, &knows(office_week())), wall(&samples, &NOTHING));
    let hours = |wall: &Wall| crate::forecast::hours(wall.p50 - samples[samples.len() - 1].at);
    assert!((hours(&week) / hours(&blind) - 1.0).abs() < 0.1, "{} {}", hours(&week), hours(&blind));
}

/// Of a balance read every half hour, what was read from `first` on.
fn since(first: Timestamp, samples: Vec<Sample>) -> Vec<Sample> {
    samples.into_iter().filter(|one| one.at >= first).collect()
}

#[test]
fn the_first_morning_knows_its_evening() {
    // Monday, 9 to 12, a dollar an hour, and nothing else is known: work at a dollar, rest at a tenth. $4 are left.
    let samples = since(START + 9 * HOUR, balance(START + 12 * HOUR, 400, office));
    let shaped = knows(office_week()).shape(&[1.0; 336], &remembered(&samples)).unwrap();
    let usual = shaped.usual.unwrap();
    let near =
        |hour: usize, value: f64| assert!((usual[hour] - value).abs() < 1e-9, "{hour}: {}", usual[hour]);
    near(0, 1.0); // Monday 12:00
    near(6, 0.1); // 18:00
    near(20, 0.1); // Tuesday 8:00
    near(21, 1.0);
    near(5 * 24, 0.1); // Saturday noon
    near(7 * 24, 1.0);
    // They are four hours of work: today 16:00.
    let p50 = wall(&samples, &knows(office_week())).p50;
    assert!((START + 14 * HOUR..START + 17 * HOUR + 30 * MINUTE).contains(&p50), "{p50}");
    // Installed on a free day: no work was seen, so nothing is known of it.
    let saturday = START + 5 * DAY;
    let samples = since(saturday, balance(saturday + 3 * HOUR, 400, always));
    assert_eq!(knows(office_week()).shape(&[1.0; 336], &remembered(&samples)), None);
}

#[test]
fn office_hours_move_when_the_clocks_do() {
    // Berlin goes back on Sunday 25 October 2026: 9:00 is 7:00 UTC before, 8:00 after. Friday's work is known.
    let (from, end) = (utc("2026-10-23T07:00"), utc("2026-10-23T16:00"));
    let sample = |hour: i64| Sample {
        at: from + hour * HOUR,
        last_at: from + hour * HOUR,
        used: None,
        limit: None,
        remaining: Some(Qty((20 - hour) * DOLLAR)),
        resets_at: None,
        reserve: None,
    };
    let samples: Vec<Sample> = (0..=9).map(sample).collect();
    let memory = remembered(&samples);
    let berlin = Rhythm { zone: TimeZone::get("Europe/Berlin").unwrap(), ..office_week() };
    let usual = knows(berlin.clone()).shape(&[1.0; 336], &memory).unwrap().usual.unwrap();
    let monday = ((utc("2026-10-26T08:00") - end) / HOUR) as usize;
    assert!((usual[monday - 1] - 0.1).abs() < 1e-9 && (usual[monday] - 1.0).abs() < 1e-9);
    // That Sunday off has 25 hours: from 22:00 UTC on Saturday to 23:00 on Sunday.
    let sunday = Rhythm { week: None, holidays: vec![days("2026-10-25").unwrap()], ..berlin };
    let share = knows(sunday).shape(&[1.0; 336], &memory).unwrap().share;
    let off: Vec<usize> = (0..336).filter(|hour| share[*hour] == 0.0).collect();
    let begins = ((utc("2026-10-24T22:00") - end) / HOUR) as usize;
    assert_eq!(off, (begins..begins + 25).collect::<Vec<_>>());
}

#[test]
fn a_holiday_is_skipped() {
    // Wednesday 18 November, 18:00, $5 left: Thursday is off, so Friday.
    let samples = balance(utc("2026-11-18T18:00"), 500, office);
    let mut with = office_week();
    let p50 = wall(&samples, &knows(with.clone())).p50;
    assert!((utc("2026-11-19T12:00")..utc("2026-11-19T18:00")).contains(&p50), "{p50}");
    with.holidays = vec![days("2026-11-19").unwrap()];
    let p50 = wall(&samples, &knows(with)).p50;
    assert!((utc("2026-11-20T12:00")..utc("2026-11-20T18:00")).contains(&p50), "{p50}");
}

/// Away since Thursday 19 November 18:00 until Monday.
fn away() -> Rhythm {
    let until = utc("2026-11-23");
    Rhythm { away: Some(Away { since: Some(utc("2026-11-19T18:00")), until }), ..rhythm() }
}

#[test]
fn away_until_monday_there_is_no_wall_before() {
    // Round the clock a dollar an hour until Thursday 18:00, quiet since; Friday 6:00, $2 left.
    let quiet = |day: i64, hour: i64| day < 17 || (day == 17 && hour < 18);
    let samples = balance(utc("2026-11-20T06:00"), 200, quiet);
    let [_, soon, _] = within(&ask(&samples, &NOTHING));
    assert!(soon > 0.1, "without the calendar it would be told: {soon}");
    assert_eq!(
        within(&ask(&samples, &knows(away()))),
        [0.0; 3],
        "none of 30 minutes, 4 hours, 48 hours ends after Sunday"
    );
    let seen = wall(&samples, &knows(away()));
    assert!((utc("2026-11-23")..utc("2026-11-23T06:00")).contains(&seen.p50), "{}", seen.p50);
}

#[test]
fn a_burn_that_is_seen_while_away_counts_in_full() {
    let samples = balance(utc("2026-11-20T06:00"), 200, always);
    let (seen, blind) = (wall(&samples, &knows(away())), wall(&samples, &NOTHING));
    assert_eq!(seen, blind, "a machine burns money without its owner");
    assert!(seen.chance.within(4 * HOUR) > 0.5 && seen.at_burn.is_some());
    // One that began an hour ago, after a quiet night, too.
    let again = |day: i64, hour: i64| day < 17 || (day == 17 && hour < 18) || (day == 18 && hour >= 5);
    let samples = balance(utc("2026-11-20T06:00"), 200, again);
    assert!(wall(&samples, &knows(away())).chance.within(4 * HOUR) > 0.3);
    // Nobody wrote down since when: the last hour says whether anything burns.
    let unsaid = Rhythm { away: away().away.map(|away| Away { since: None, ..away }), ..rhythm() };
    assert_eq!(
        wall(&samples, &knows(unsaid.clone())).chance.within(4 * HOUR),
        wall(&samples, &NOTHING).chance.within(4 * HOUR)
    );
    let quiet = |day: i64, hour: i64| day < 17 || (day == 17 && hour < 18);
    let samples = balance(utc("2026-11-20T06:00"), 200, quiet);
    assert_eq!(within(&ask(&samples, &knows(unsaid))), [0.0; 3]);
}

fn plans(amount: &str, at: Timestamp) -> Outlook {
    Outlook { planned: vec![(at, amount.parse().unwrap())], ..Outlook::default() }
}

#[test]
fn a_batch_planned_tonight_brings_the_wall_to_tonight() {
    // Friday noon; $40 left at a dollar an hour of work last into the week after next.
    let noon = utc("2026-11-20T12:00");
    let samples = balance(noon, 4_000, office);
    let tonight = utc("2026-11-20T20:00");
    assert!(wall(&samples, &NOTHING).p50 > utc("2026-11-23"));
    let with = wall(&samples, &plans("40 USD", tonight));
    assert!((with.p50 - tonight).abs() < MINUTE, "{}", with.p50);
    assert!(with.chance.within(4 * HOUR) < 0.05 && with.chance.within(48 * HOUR) == 1.0, "{with:?}");
    // One that fits leaves the wall where the rest of the money ends: $30 of $40 leave $10.
    let rest = wall(&samples, &plans("30 USD", tonight));
    assert!(rest.p50 > tonight && rest.p50 < wall(&samples, &NOTHING).p50);
    let ten = wall(&balance(noon, 1_000, office), &NOTHING);
    assert!((rest.p50 - ten.p50).abs() < HOUR, "{} and {}", rest.p50, ten.p50);
    // What is long past, and what is of another unit, changes nothing.
    for outlook in [plans("40 USD", noon + -DAY), plans("40 EUR", tonight), plans("-40 USD", tonight)] {
        assert_eq!(wall(&samples, &outlook), wall(&samples, &NOTHING));
    }
    let two = Outlook {
        planned: [("10 USD", tonight), ("5 USD", noon + HOUR), ("3 EUR", noon)]
            .map(|(amount, at)| (at, amount.parse().unwrap()))
            .into(),
        ..Outlook::default()
    };
    let by = |at| two.planned_by(Unit::USD, noon, at);
    assert_eq!([by(noon), by(noon + HOUR), by(tonight)], [0.0, 5.0, 15.0]);
}

#[test]
fn half_the_price_lasts_twice_as_long() {
    let samples = balance(START + 18 * DAY, 2_000, always);
    let hours = |factor: f64| {
        let outlook = Outlook { factor: Some(factor), ..Outlook::default() };
        let wall = wall(&samples, &outlook);
        (crate::forecast::hours(wall.p50 - (START + 18 * DAY)), wall.burn)
    };
    let (whole, half) = (hours(1.0), hours(0.5));
    assert!(
        (18.0..20.5).contains(&whole.0) && (1.95..2.05).contains(&(half.0 / whole.0)),
        "{whole:?} {half:?}"
    );
    assert!((half.1 - 0.5).abs() < 1e-6, "and burns half");
    for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(hours(odd), whole, "{odd}");
    }
}

/// The moments of a forecast, the furthest for what is not in sight.
fn moments(forecast: &Forecast) -> [Timestamp; 3] {
    let far = Timestamp(i64::MAX);
    forecast.wall().map_or([far; 3], |wall| [wall.p10, wall.p50, wall.p90.unwrap_or(far)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// More planned spend never moves the wall later, and never makes one less likely.
    #[test]
    fn more_planned_is_never_later(
        cents in 100_i64..9_000, first in 0_i64..8_000, more in 0_i64..8_000, after in 0_i64..200, week in any::<bool>(),
    ) {
        let end = utc("2026-11-20T15:00");
        let samples = balance(end, cents, office);
        let outlook = |cents: i64| Outlook {
            rhythm: week.then(office_week),
            planned: vec![(end + after * HOUR, Amount::new(Qty(cents * DOLLAR / 100), Unit::USD))],
            factor: None,
        };
        let (less, more) = (ask(&samples, &outlook(first)), ask(&samples, &outlook(first + more)));
        for (earlier, later) in moments(&more).into_iter().zip(moments(&less)) {
            prop_assert!(earlier <= later, "{more:?} {less:?}");
        }
        for (likelier, rarer) in within(&more).into_iter().zip(within(&less)) {
            prop_assert!(likelier * (1.0 + 1e-9) >= rarer, "{likelier:e} {rarer:e}");
        }
    }

    /// Days off never move the wall earlier, whatever burns.
    #[test]
    fn days_off_are_never_earlier(
        cents in 100_i64..9_000, since in -48_i64..48, length in 1_i64..400, week in any::<bool>(),
        burns in any::<bool>(), months in any::<bool>(),
    ) {
        let end = utc("2026-11-20T15:00");
        let works = |day: i64, hour: i64| if burns { hour % 5 > 1 } else { office(day, hour) };
        let mut samples = balance(end, cents, works);
        if !months {
            samples.drain(..samples.len() - 150);
        }
        let base = if week { office_week() } else { rhythm() };
        let since = end + since * HOUR;
        let until = |until: Timestamp| Some(Away { since: Some(since), until });
        let off = Rhythm { away: until(since + length * HOUR), ..base.clone() };
        // What is past is what the week is measured on, whoever was away.
        let base = Rhythm { away: until(end.min(since + length * HOUR)), ..base };
        let (with, without) = (ask(&samples, &knows(off)), ask(&samples, &knows(base)));
        for (later, earlier) in moments(&with).into_iter().zip(moments(&without)) {
            prop_assert!(later >= earlier, "{with:?} {without:?}");
        }
        for (rarer, likelier) in within(&with).into_iter().zip(within(&without)) {
            // But for the last bits: hours that are summed up one by one.
            prop_assert!(rarer <= likelier * (1.0 + 1e-9), "{rarer:e} {likelier:e}");
        }
    }
}
