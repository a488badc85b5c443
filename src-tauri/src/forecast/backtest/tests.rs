//! Walls, warnings and ranges of a past that is written out by hand: a balance in dollars, read once an hour.

use super::*;
use crate::model::{AccountId, MeterKey, MeterKind, Provenance, Unit, Window};

/// Monday 2026-06-01, midnight UTC.
const START: Timestamp = Timestamp(1_780_272_000_000);

fn at(hours: i64) -> Timestamp {
    START + hours * HOUR
}

fn meter(window: Window) -> Meter {
    Meter {
        id: 1,
        account: AccountId::new("acme").unwrap(),
        key: MeterKey::new("balance.usd"),
        kind: MeterKind::Balance,
        label: "balance".into(),
        unit: Unit::USD,
        window,
        provenance: Provenance::Reported,
    }
}

fn sample(hours: i64, used: Option<i64>, left: i64) -> Sample {
    Sample {
        at: at(hours),
        last_at: at(hours),
        used: used.map(Qty),
        limit: None,
        remaining: Some(Qty(left)),
        resets_at: None,
        reserve: None,
    }
}

/// A balance, one figure an hour.
fn balance(figures: impl IntoIterator<Item = i64>) -> Vec<Sample> {
    (0..).zip(figures).map(|(hour, left)| sample(hour, None, left)).collect()
}

fn made(hour: i64, p10: i64, p50: i64, p90: Option<i64>) -> PastForecast {
    PastForecast { at: at(hour), p10: Some(at(p10)), p50: Some(at(p50)), p90: p90.map(at), chance: 0.5 }
}

fn tried(samples: &[Sample], forecasts: &[PastForecast], warned: &[(i64, Timestamp)]) -> Trial {
    let meter = meter(Window::Never);
    backtest(&Past { meter: &meter, samples, forecasts, refused: &[], warned })
}

#[test]
fn a_wall_is_told_so_early_as_its_first_notice_since_the_top_up() {
    // 10 at the start, one spent an hour: gone at 10; topped up to 10 at 12, gone at 22 again.
    let left = |hour: i64| if hour < 12 { (10 - hour).max(0) } else { (22 - hour).max(0) };
    let samples = balance((0..140).map(left));
    let warned = [(1, at(4)), (1, at(8)), (2, at(21) + HOUR / 2)];
    let trial = tried(&samples, &[], &warned);
    assert_eq!(trial.walls, [(at(10), Some(6 * HOUR)), (at(22), Some(HOUR / 2))]);
    assert_eq!(trial.warnings, [Some(true), Some(true)]);
    let all = sum(&[trial]);
    // The second was told, but not an hour ahead.
    assert_eq!((all.walls, all.told, all.warnings, all.in_vain), (2, 1, 2, 0));
    // Nothing was told of the second stretch: what was said of the first does not count for it.
    let silent = tried(&samples, &[], &[(1, at(4))]);
    assert_eq!(silent.walls, [(at(10), Some(6 * HOUR)), (at(22), None)]);
}

#[test]
fn a_warning_is_in_vain_when_nothing_comes_within_four_days_and_open_until_then() {
    let samples = balance((0..=200).map(|hour| 1_000 - hour));
    let warned = [(1, at(10)), (2, at(150))];
    let trial = tried(&samples, &[], &warned);
    // Four days after hour 10 is hour 106, after hour 150 hour 246: not yet.
    assert_eq!(trial.warnings, [Some(false), None]);
    let all = sum(&[trial]);
    assert_eq!((all.walls, all.warnings, all.in_vain, all.open), (0, 1, 1, 1));
}

#[test]
fn a_top_up_in_time_does_not_make_the_warning_wrong() {
    // 10 left, topped up by 90 at hour 5: the tenth dollar after hour 0 would have been the last, at hour 10.
    let samples = balance((0..120).map(|hour| if hour < 5 { 10 - hour } else { 100 - hour }));
    let trial = tried(&samples, &[made(0, 8, 12, Some(20))], &[(1, at(0))]);
    assert_eq!(trial.warnings, [Some(true)]);
    // The hour of the top-up is one in which spend cannot be told apart: the tenth dollar is seen an hour later.
    assert_eq!(trial.forecasts[0].came, Some(at(11)));
    assert!(trial.walls.first().is_some_and(|(wall, _)| *wall == at(100)), "the real one");
}

#[test]
fn a_forecast_is_judged_when_its_time_is_over_and_not_before() {
    let samples = balance((0..=60).map(|hour| 50 - hour.min(50)));
    let forecasts = [made(0, 20, 49, Some(61)), made(1, 20, 49, Some(60)), made(2, 51, 52, Some(53))];
    let trial = tried(&samples, &forecasts, &[]);
    let ranged: Vec<bool> = trial.forecasts.iter().map(|one| one.ranged).collect();
    assert_eq!(ranged, [false, true, true]);
    assert_eq!(trial.forecasts[1].came, Some(at(50)));
    assert!(trial.forecasts[1].is_inside() && !trial.forecasts[2].is_inside());
}

#[test]
fn what_comes_after_the_reset_has_not_come() {
    // Ten a day are allowed, eight used: 12 would be at the end of the next morning.
    let used = |hour: i64| hour % 24 / 3;
    let samples: Vec<Sample> = (0..100).map(|hour| sample(hour, Some(used(hour)), 10 - used(hour))).collect();
    let meter = meter(Window::Day);
    let forecasts = [PastForecast { p90: None, ..made(12, 20, 23, None) }];
    let past = Past {
        meter: &meter,
        samples: &samples,
        forecasts: &forecasts,
        refused: &[],
        warned: &[(1, at(20))],
    };
    let trial = backtest(&past);
    assert_eq!(trial.forecasts[0].came, None);
    assert_eq!(trial.forecasts[0].until, at(24));
    assert!(trial.forecasts[0].is_inside(), "the range had no end before the reset");
    assert_eq!(trial.warnings, [Some(false)]);
}

#[test]
fn refusals_at_one_level_are_one_wall() {
    let samples = balance((0..120).map(|hour| if hour < 30 { 5 } else { 50 }));
    let refused = [at(12), at(10), at(40), at(41)];
    let meter = meter(Window::Never);
    let past = Past { meter: &meter, samples: &samples, forecasts: &[], refused: &refused, warned: &[] };
    assert_eq!(backtest(&past).walls, [(at(10), None), (at(40), None)]);
}

#[test]
fn what_was_used_up_from_the_start_is_no_wall_that_came() {
    let samples = balance([0, 0, 0, 20, 10, 0, 0]);
    assert_eq!(tried(&samples, &[], &[]).walls, [(at(5), None)]);
    assert_eq!(tried(&[], &[], &[(1, at(0))]), Trial::default());
}

#[test]
fn ranges_are_counted_from_twenty_forecasts_on() {
    // One a hour, gone at 100. Forecasts of hours 0 to 19: 5 of 20 too late (p10 after 100), 4 too early (p90 before),
    // the other 11 right, 6 of which say the median an hour too late.
    let samples = balance((0..300).map(|hour: i64| (100 - hour).max(0)));
    let range = |hour: i64| match hour {
        0..5 => made(hour, 101, 120, Some(150)),
        5..9 => made(hour, 50, 70, Some(99)),
        9..15 => made(hour, 60, 101, Some(110)),
        _ => made(hour, 60, 100, Some(110)),
    };
    let forecasts: Vec<PastForecast> = (0..20).map(range).collect();
    let all = sum(&[tried(&samples, &forecasts, &[])]);
    assert_eq!((all.forecasts, all.coverage), (20, Some(11.0 / 20.0)));
    // Before p10: the 15 others came later, the first 5 earlier. Before p50: those and the 11. Before p90: all but 4.
    // Wrong: those of hours 9 to 14 with 101 − h for 100 − h, the median of the twenty in order of size.
    let factor = all.off.unwrap();
    assert!((1.01..1.02).contains(&factor), "{factor}");
    // Said 0.5; it came more than two days later each time.
    assert_eq!(all.chance, Some([0.5, 0.0]));
    let few = sum(&[tried(&samples, &forecasts[..19], &[])]);
    assert_eq!((few.forecasts, few.coverage, few.off), (19, None, None));
}

#[test]
fn sums_are_those_of_their_parts() {
    let samples = balance((0..140).map(|hour: i64| (10 - hour).max(0)));
    let trial = tried(&samples, &[], &[(1, at(4))]);
    let all = sum(&[trial.clone(), trial]);
    assert_eq!((all.walls, all.told, all.lead, all.since), (2, 2, Some(6 * HOUR), Some(at(0))));
}
