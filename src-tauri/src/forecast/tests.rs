//! Worked by hand: what the forecast says of usage whose answer is known.

use super::*;
use crate::model::{AccountId, MeterKey, MeterKind, Provenance, Sample, Unit};
use proptest::prelude::*;

const DOLLAR: i64 = 1_000_000_000;
/// 2026-11-02T00:00:00Z, a Monday.
const START: Timestamp = Timestamp(1_793_577_600_000);

fn meter(window: Window) -> Meter {
    Meter {
        id: 1,
        account: AccountId::new("demo").unwrap(),
        key: MeterKey::new("balance"),
        kind: MeterKind::Balance,
        label: "balance".into(),
        unit: Unit::USD,
        window,
        provenance: Provenance::Reported,
    }
}

fn left(at: Timestamp, nano: i64) -> Sample {
    Sample {
        at,
        last_at: at,
        used: None,
        limit: None,
        remaining: Some(Qty(nano)),
        resets_at: None,
        reserve: None,
    }
}

/// A balance read every five minutes for `hours`, burning one dollar an hour, with ten dollars left at the end.
fn steady(hours: i64) -> Vec<Sample> {
    (0..=hours * 12)
        .map(|k| left(START + k * 5 * MINUTE, 10 * DOLLAR + (hours * 12 - k) * DOLLAR / 12))
        .collect()
}

fn ask(samples: &[Sample], now: Timestamp) -> Forecast {
    project(&meter(Window::Never), &Memory::of(&meter(Window::Never), samples, now), &Outlook::default(), now)
}

#[test]
fn a_rate_limit_is_no_wall() {
    let rate = Meter { kind: MeterKind::Rate, ..meter(Window::Other) };
    let samples = steady(72);
    let forecast =
        project(&rate, &Memory::of(&rate, &samples, START + 3 * DAY), &Outlook::default(), START + 3 * DAY);
    assert_eq!(forecast, Forecast::Unknown(Reason::Refills));
    let empty = [left(START, 0)];
    let empty = Memory::of(&rate, &empty, START);
    assert_eq!(project(&rate, &empty, &Outlook::default(), START), Forecast::Unknown(Reason::Refills));
}

#[test]
fn a_dollar_an_hour_and_ten_left_are_ten_hours() {
    for days in [3, 14] {
        let now = START + days * DAY;
        let Forecast::Wall(wall) = ask(&steady(24 * days), now) else { panic!("no wall") };
        let p50 = hours(wall.p50 - now);
        assert!((8.5..11.5).contains(&p50), "{days} days: {p50} h");
        assert!(wall.p10 < now + 10 * HOUR && wall.p90.unwrap() > now + 10 * HOUR, "{wall:?}");
        assert!((wall.burn - 1.0).abs() < 1e-6);
        assert!(((wall.at_burn.unwrap() - now) - 10 * HOUR).abs() < SECOND_OR_SO);
        assert_eq!((wall.headroom, wall.before_reset), (Qty(10 * DOLLAR), 1.0));
        assert!(
            wall.chance.within(30 * MINUTE) < 0.02 && wall.chance.within(2 * DAY) > 0.99,
            "{:?}",
            wall.chance
        );
        assert_eq!(wall.confidence, if days == 14 { Confidence::Good } else { Confidence::Fair });
    }
}

const SECOND_OR_SO: i64 = 1_000;

#[test]
fn the_first_hours_have_a_forecast_and_the_first_minutes_a_reason() {
    let samples = steady(2);
    let Forecast::Wall(wall) = ask(&samples, START + 2 * HOUR) else { panic!("no wall") };
    assert_eq!(wall.confidence, Confidence::Low);
    assert!(wall.p10 < START + 12 * HOUR && wall.p90.unwrap() > START + 12 * HOUR, "{wall:?}");

    let short = ask(&samples[..5], START + 20 * MINUTE);
    assert_eq!(short, Forecast::Unknown(Reason::TooShort { have: 20 * MINUTE, want: 30 * MINUTE }));
    let Forecast::Unknown(reason) = short else { panic!() };
    assert_eq!(reason_text(&reason), "20 minutes of history, 30 minutes are needed");
    let chinese = words::speaking(words::Language::Chinese, || {
        let since = Timestamp(1_795_264_320_000);
        [reason, Reason::TooFew { have: 1, want: 3 }, Reason::Stale { since }]
            .map(|reason| reason_text(&reason))
    });
    assert_eq!(
        chinese,
        [
            "历史仅有 20 分钟，需要 30 分钟",
            "仅观察到 1 次支出，需要 3 次",
            "最近一次有效读数是 11月21日 12:32 UTC"
        ]
    );
    assert!(matches!(ask(&[], START), Forecast::Unknown(Reason::TooShort { have: 0, .. })));

    let two = [left(START, 9), left(START + HOUR, 8), left(START + 2 * HOUR, 7)];
    assert_eq!(ask(&two, START + 2 * HOUR), Forecast::Unknown(Reason::TooFew { have: 2, want: 3 }));
}

#[test]
fn a_top_up_is_not_spend() {
    let mut samples = steady(48);
    for sample in &mut samples[300..] {
        sample.remaining = sample.remaining.map(|left| Qty(left.0 + 40 * DOLLAR));
    }
    let now = START + 2 * DAY;
    let Forecast::Wall(wall) = ask(&samples, now) else { panic!("no wall") };
    assert!((wall.burn - 1.0).abs() < 1e-6, "{}", wall.burn);
    let p50 = hours(wall.p50 - now);
    assert!((42.0..58.0).contains(&p50), "50 USD at 1 USD/h: {p50} h");
}

#[test]
fn a_reset_before_the_wall_makes_it_clear() {
    let now = START + 14 * DAY;
    let mut samples = steady(24 * 14);
    let reset = now + 3 * HOUR;
    samples.last_mut().unwrap().resets_at = Some(reset);
    let Forecast::Clear(clear) = ask(&samples, now) else { panic!("a wall after the reset counts") };
    assert_eq!(clear.until, reset);
    assert_eq!(clear.chance.within(4 * HOUR), clear.chance.within(2 * DAY), "both end at the reset");
    assert!(clear.chance.within(2 * DAY) < 0.05, "{:?}", clear.chance);

    samples.last_mut().unwrap().resets_at = Some(now + 20 * HOUR);
    let Forecast::Wall(wall) = ask(&samples, now) else { panic!("the wall comes first") };
    assert!(wall.before_reset > 0.95 && wall.p50 < now + 20 * HOUR);
    // The reset has passed since the last figure: that figure is no longer true.
    samples.last_mut().unwrap().resets_at = Some(now + HOUR);
    assert_eq!(ask(&samples, now + 2 * HOUR), Forecast::Unknown(Reason::Stale { since: now }));
}

#[test]
fn calendar_windows_reset_without_being_told() {
    let at = |text| Timestamp::parse_rfc3339(text).unwrap();
    let from = at("2026-11-21T02:49:35Z"); // a Saturday
    assert_eq!(next_reset(Window::Day, None, from), Some(at("2026-11-22T00:00:00Z")));
    assert_eq!(next_reset(Window::Week, None, from), Some(at("2026-11-23T00:00:00Z")));
    assert_eq!(next_reset(Window::Month, None, from), Some(at("2026-12-01T00:00:00Z")));
    assert_eq!(next_reset(Window::Never, None, from), None);
    let said = at("2026-11-21T05:00:00Z");
    assert_eq!(next_reset(Window::Day, Some(said), from), Some(said));
    assert_eq!(next_reset(Window::Other, Some(from), from), None, "a reset that has passed is none");
}

#[test]
fn the_forecast_goes_to_the_effective_zero() {
    let now = START + 3 * DAY;
    let mut samples = steady(72);
    let Forecast::Wall(whole) = ask(&samples, now) else { panic!() };
    for sample in &mut samples {
        sample.reserve = Some(Qty(4 * DOLLAR));
    }
    let Forecast::Wall(less) = ask(&samples, now) else { panic!() };
    assert_eq!(less.headroom, Qty(6 * DOLLAR));
    assert!(less.p50 < whole.p50);
    for sample in &mut samples {
        sample.reserve = Some(Qty(10 * DOLLAR));
    }
    assert_eq!(ask(&samples, now), Forecast::Unknown(Reason::Exhausted));
}

#[test]
fn what_cannot_be_said_is_not_said() {
    let samples = steady(24);
    let end = START + DAY;
    assert!(matches!(ask(&samples, end + 5 * HOUR), Forecast::Wall(_)), "five hours old is not stale");
    assert_eq!(ask(&samples, end + 7 * HOUR), Forecast::Unknown(Reason::Stale { since: end }));
    let still: Vec<Sample> = vec![Sample { last_at: end, ..left(START, DOLLAR) }];
    assert_eq!(ask(&still, end), Forecast::Unknown(Reason::NoSpend));
    let spend: Vec<Sample> = (0..100)
        .map(|k| Sample { used: Some(Qty(k)), remaining: None, ..left(START + k * MINUTE, 0) })
        .collect();
    assert_eq!(ask(&spend, START + 99 * MINUTE), Forecast::Unknown(Reason::NoLimit));
    // One dollar an hour and a million left: nothing within 60 days.
    let rich: Vec<Sample> =
        samples.iter().map(|s| left(s.at, s.remaining.unwrap().0 + 1_000_000 * DOLLAR)).collect();
    let Forecast::Clear(clear) = ask(&rich, end) else { panic!() };
    assert_eq!(clear.until, end + 60 * DAY);
}

#[test]
fn a_figure_of_an_hour_ago_is_forecast_from_an_hour_ago() {
    let (samples, end) = (steady(72), START + 3 * DAY);
    let Forecast::Wall(fresh) = ask(&samples, end) else { panic!() };
    let Forecast::Wall(late) = ask(&samples, end + HOUR) else { panic!() };
    assert_eq!((fresh.p50, fresh.at_burn), (late.p50, late.at_burn));
    assert!(
        late.chance.within(4 * HOUR) > fresh.chance.within(4 * HOUR),
        "what was spent since is not known, but not nothing"
    );
}

#[test]
fn a_wall_falls_into_working_hours_not_into_the_night() {
    // Three weeks at a dollar an hour from 9 to 17 every day; now it is 17:00 and four dollars are left.
    let now = START + 20 * DAY + 17 * HOUR;
    let spent = |at: Timestamp| {
        let (days, inside) = ((at - START) / DAY, (at - START) % DAY);
        days * 8 * DOLLAR + (inside - 9 * HOUR).clamp(0, 8 * HOUR) / MINUTE * DOLLAR / 60
    };
    let times = (0..=(now - START) / (15 * MINUTE)).map(|k| START + k * 15 * MINUTE);
    let samples: Vec<Sample> = times.map(|at| left(at, spent(now) + 4 * DOLLAR - spent(at))).collect();
    let Forecast::Wall(wall) = ask(&samples, now) else { panic!("no wall") };
    let p50 = hours(wall.p50 - now);
    assert!((16.0..24.0).contains(&p50), "tomorrow between 9 and 17, not {p50} h from now");
    assert!(wall.chance.within(4 * HOUR) < 0.02, "the evening is quiet: {:?}", wall.chance);
}

prop_compose! {
    /// Uneven use with pauses: steps of time in minutes and of money in cents.
    fn usage()(steps in prop::collection::vec((1_i64..90, prop_oneof![Just(0_i64), 1..300_i64]), 8..200))
        -> (Vec<(i64, i64)>, i64) {
        let mut at = 0;
        let mut spent = 0;
        let points = steps.iter().map(|(minutes, cents)| {
            at += minutes * MINUTE;
            spent += cents;
            (at, spent)
        }).collect();
        (points, at)
    }
}

/// The usage as a balance that ends with `cents` left, every amount `factor` times.
fn balance_of(points: &[(i64, i64)], cents: i64, factor: i64) -> Vec<Sample> {
    let total = points.last().map_or(0, |point| point.1);
    points
        .iter()
        .map(|(at, spent)| left(START + *at, (total - spent + cents) * factor * DOLLAR / 100))
        .collect()
}

/// Median as a number that grows with it; no wall is later than any wall.
fn median(forecast: &Forecast) -> i64 {
    forecast.wall().map_or(i64::MAX, |wall| wall.p50.0)
}

proptest! {
    #[test]
    fn more_headroom_is_never_an_earlier_wall((points, end) in usage(), cents in 1_i64..20_000, more in 1_i64..20_000) {
        let now = START + end;
        let (less, more) = (ask(&balance_of(&points, cents, 1), now), ask(&balance_of(&points, cents + more, 1), now));
        prop_assert!(median(&less) <= median(&more), "{less:?} {more:?}");
        if let (Some(less), Some(more)) = (less.chance(), more.chance()) {
            prop_assert!([HOUR, 4 * HOUR, 2 * DAY].iter().all(|ms| less.within(*ms) >= more.within(*ms)));
        }
    }

    #[test]
    fn ten_times_the_money_is_the_same_time((points, end) in usage(), cents in 1_i64..20_000) {
        let now = START + end;
        match (ask(&balance_of(&points, cents, 1), now), ask(&balance_of(&points, cents, 10), now)) {
            (Forecast::Wall(one), Forecast::Wall(ten)) => {
                prop_assert!((one.p50 - ten.p50).abs() < 60_000 && (one.p10 - ten.p10).abs() < 60_000);
                prop_assert!((one.burn * 10.0 - ten.burn).abs() <= 1e-6 * ten.burn);
            }
            (one, ten) => prop_assert_eq!(std::mem::discriminant(&one), std::mem::discriminant(&ten)),
        }
    }

    #[test]
    fn any_samples_give_an_ordered_answer_without_panic_or_nan(
        raw in prop::collection::vec(
            (any::<i64>(), 0_i64..40_000, any::<Option<i64>>(), any::<Option<i64>>(), any::<Option<i64>>()), 0..40),
        wild in any::<bool>(),
        window in prop_oneof![Just(Window::Never), Just(Window::Day), Just(Window::Month), Just(Window::Other)],
    ) {
        let samples: Vec<Sample> = raw.iter().enumerate().map(|(k, (at, stay, used, limit, remaining))| {
            let at = if wild { Timestamp(*at) } else { START + k as i64 * HOUR + at % HOUR };
            Sample {
                at,
                last_at: at + *stay,
                used: used.map(Qty),
                limit: limit.map(Qty),
                remaining: remaining.map(Qty),
                resets_at: used.map(Timestamp),
                reserve: None,
            }
        }).collect();
        let now = if wild { Timestamp(raw.first().map_or(0, |first| first.0)) } else { START + 2 * DAY };
        let forecast = project(&meter(window), &Memory::of(&meter(window), &samples, now), &Outlook::default(), now);
        prop_assert_eq!(&forecast, &project(&meter(window), &Memory::of(&meter(window), &samples, now), &Outlook::default(), now));
        if let Some(chance) = forecast.chance() {
            let within = [1, HOUR, DAY, 9 * DAY].map(|ms| chance.within(ms));
            prop_assert!(within.iter().all(|chance| (0.0..=1.0).contains(chance)), "{within:?}");
            prop_assert!(forecast.burn().is_some_and(|burn| burn.is_finite() && burn >= 0.0));
        }
        if let Forecast::Wall(wall) = forecast {
            prop_assert!(now <= wall.p10 && wall.p10 <= wall.p50 && wall.p90.is_none_or(|p90| wall.p50 <= p90));
            prop_assert!((0.0..=1.0).contains(&wall.before_reset));
        }
    }
}
