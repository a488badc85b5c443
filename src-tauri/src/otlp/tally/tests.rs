//! Sums worked out by hand, and any mixture of pushes.

use super::*;
use crate::model::MINUTE;
use proptest::prelude::*;

/// Saturday 2026-11-21 02:49:35 UTC.
const NOW: Timestamp = Timestamp(1_795_229_375_000);

fn nanos(at: Timestamp) -> u64 {
    at.0 as u64 * 1_000_000
}

fn point(series: &str, slot: Slot, delta: bool, start: i64, time: i64, value: i64) -> Point {
    Point {
        process: "p".into(),
        series: series.into(),
        slot,
        service: "app".into(),
        provider: "openai".into(),
        model: "gpt-4o".into(),
        delta,
        start: nanos(NOW + start),
        time: nanos(NOW + time),
        value,
    }
}

fn cumulative(start: i64, time: i64, value: i64) -> Point {
    point("s", Slot::Input(Source::Usage), false, start * MINUTE, time * MINUTE, value)
}

fn delta(start: i64, time: i64, value: i64) -> Point {
    point("s", Slot::Input(Source::Usage), true, start * MINUTE, time * MINUTE, value)
}

/// Pushes, each point in a request of its own, and what the input tokens come to.
fn input(points: &[Point]) -> i64 {
    let mut tally = Tally::default();
    for point in points {
        tally.take(&Batch { points: vec![point.clone()], uncounted: vec![] }, NOW + MINUTE);
    }
    tally.usage.iter().map(|usage| usage.input).sum()
}

#[test]
fn a_cumulative_series_counts_what_it_rose() {
    assert_eq!(input(&[cumulative(-60, -59, 100)]), 100);
    assert_eq!(input(&[cumulative(-60, -59, 100), cumulative(-60, -58, 150)]), 150);
    // Repeated, late, and fallen without another start.
    assert_eq!(
        input(&[cumulative(-60, -58, 150), cumulative(-60, -58, 150), cumulative(-60, -59, 100)]),
        150
    );
    // A restart: another start time. 150 + 30.
    assert_eq!(input(&[cumulative(-60, -58, 150), cumulative(-57, -56, 30)]), 180);
    // Two processes with one name, in turns: 40 + 25.
    let turns =
        [cumulative(-60, -9, 10), cumulative(-59, -8, 20), cumulative(-60, -7, 40), cumulative(-59, -6, 25)];
    assert_eq!(input(&turns), 65);
}

#[test]
fn what_began_before_all_was_known_counts_what_is_added() {
    // 40 days before, and without a start: 150 − 100.
    let old = 40 * 24 * 60;
    assert_eq!(input(&[cumulative(-old, -59, 100), cumulative(-old, -58, 150)]), 50);
    let unknown = |time, value| Point { start: 0, ..cumulative(0, time, value) };
    assert_eq!(input(&[unknown(-59, 100), unknown(-58, 150)]), 50);
    // On the 2nd of the month of the first push: all of it.
    assert_eq!(input(&[cumulative(-19 * 24 * 60, -1, 100)]), 100);
}

#[test]
fn a_delta_counts_once() {
    assert_eq!(input(&[delta(-3, -2, 10), delta(-2, -1, 5)]), 15);
    assert_eq!(input(&[delta(-2, -1, 5), delta(-3, -2, 10), delta(-3, -2, 10), delta(-2, -1, 5)]), 15);
    // Older than the last 16 that are remembered: taken for a repeat.
    let mut many: Vec<Point> = (0..20).map(|at| delta(-40 + at, -39 + at, 1)).collect();
    many.push(delta(-40, -39, 1));
    assert_eq!(input(&many), 20);
}

#[test]
fn a_program_that_says_its_costs_is_not_priced_too() {
    let mut tally = Tally::default();
    let cost = |time, value| point("c", Slot::Cost, false, -MINUTE * 9, time * MINUTE, value);
    let batch = Batch { points: vec![cumulative(-9, -8, 100), cost(-8, 7)], uncounted: vec![] };
    assert!(tally.take(&batch, NOW).changed);
    assert!(!tally.take(&batch, NOW).changed);
    tally.take(&Batch { points: vec![cost(-7, 9)], uncounted: vec![] }, NOW);
    let usage = &tally.usage[0];
    assert_eq!((usage.input, usage.counted, usage.cost), (0, 100, Some(Qty(9))));
    assert_eq!(tally.usage.len(), 1);
}

#[test]
fn of_two_metrics_with_the_same_tokens_one_counts() {
    let mut tally = Tally::default();
    let both = [
        point("a", Slot::Output(Source::Usage), false, -MINUTE, 0, 10),
        point("b", Slot::Output(Source::Inference), false, -MINUTE, 0, 10),
    ];
    tally.take(&Batch { points: both.to_vec(), uncounted: vec![] }, NOW);
    tally.take(&Batch { points: both[..1].to_vec(), uncounted: vec![] }, NOW);
    assert_eq!(tally.usage.iter().map(|usage| usage.output).sum::<i64>(), 10);
}

#[test]
fn too_many_and_too_old_are_told_and_the_others_counted() {
    let mut tally = Tally::default();
    let named =
        |at: usize| Point { model: format!("m-{at}"), series: format!("s-{at}"), ..cumulative(-9, -8, 1) };
    let points = (0..MOST_NAMES + 3).map(named).collect();
    let taken = tally.take(&Batch { points, uncounted: vec![] }, NOW);
    assert_eq!((taken.refused, taken.why), (3, [Uncounted::TooManyNames].into()));
    assert_eq!(tally.usage.len(), MOST_NAMES);

    let mut tally = Tally::default();
    let series = |at: usize| Point { series: format!("s-{at}"), ..cumulative(-9, -8, 1) };
    let points = (0..MOST_SERIES + 5).map(series).collect();
    let taken = tally.take(&Batch { points, uncounted: vec![] }, NOW);
    assert_eq!((taken.refused, taken.why), (5, [Uncounted::TooManySeries].into()));
    assert_eq!(tally.usage[0].input, MOST_SERIES as i64);
    assert!(tally.to_json().unwrap().len() < 1024 * 1024);

    let mut tally = Tally::default();
    let points = vec![delta(-36 * 24 * 60 - 1, -36 * 24 * 60, 1), delta(61, 62, 1)];
    let taken = tally.take(&Batch { points, uncounted: vec![Uncounted::Unit] }, NOW);
    assert_eq!(taken.why, [Uncounted::TooOld, Uncounted::Ahead, Uncounted::Unit].into());
    assert_eq!((taken.refused, taken.changed), (3, false));
    assert_eq!(tally.received().uncounted.len(), 3);
}

#[test]
fn a_series_that_comes_back_after_it_was_let_go_is_not_counted_again() {
    let mut tally = Tally::default();
    let take = |tally: &mut Tally, point: Point, now| {
        tally.take(&Batch { points: vec![point], uncounted: vec![] }, now);
    };
    take(&mut tally, cumulative(-60, 0, 100), NOW);
    let later = NOW + 40 * DAY;
    let days = 40 * 24 * 60;
    take(&mut tally, Point { series: "other".into(), ..cumulative(days - 9, days, 1) }, later);
    assert_eq!(tally.series.len(), 1);
    take(&mut tally, cumulative(-60, days, 130), later);
    take(&mut tally, cumulative(-60, days + 1, 140), later + MINUTE);
    // 1 of the other, and 140 − 130.
    assert_eq!(tally.usage.iter().map(|usage| usage.input).sum::<i64>(), 11);
}

#[test]
fn what_was_silent_for_longest_makes_room_and_is_not_counted_again() {
    let mut tally = Tally::default();
    let take =
        |tally: &mut Tally, points: Vec<Point>, now| tally.take(&Batch { points, uncounted: vec![] }, now);
    let series = |at: usize| Point { series: format!("s-{at}"), ..cumulative(-9, -8, 1) };
    take(&mut tally, (0..MOST_SERIES).map(series).collect(), NOW);
    let newer = |value| Point { series: "new".into(), ..cumulative(59, 60, value) };
    assert_eq!(take(&mut tally, vec![newer(5)], NOW + HOUR + -1).refused, 1);
    let taken = take(&mut tally, vec![newer(5)], NOW + HOUR);
    assert_eq!((taken.refused, taken.changed), (0, true));
    assert_eq!(tally.series.len(), MOST_SERIES - TOGETHER + 1);
    // All of the old ones say what they did, and one says 2 more: 4096 + 5 + 2.
    let mut again: Vec<Point> = (0..MOST_SERIES).map(series).collect();
    take(&mut tally, again.clone(), NOW + HOUR);
    again[0] = Point { time: again[0].time + 1, value: 3, ..again[0].clone() };
    take(&mut tally, again, NOW + HOUR);
    assert_eq!(tally.usage.iter().map(|usage| usage.input).sum::<i64>(), MOST_SERIES as i64 + 5 + 2);
}

#[test]
fn what_is_new_of_a_process_that_is_known_counts_as_a_whole() {
    let old = -40 * 24 * 60;
    let second = |time| Point { series: "second".into(), ..cumulative(old, time, 70) };
    let at = |tally: &mut Tally, point: Point, now| {
        tally.take(&Batch { points: vec![point], uncounted: vec![] }, now);
        tally.usage.iter().map(|usage| usage.input).sum::<i64>()
    };
    let mut tally = Tally::default();
    assert_eq!(at(&mut tally, cumulative(old, -1, 100), NOW), 0);
    assert_eq!(at(&mut tally.clone(), second(0), NOW + MINUTE), 0, "a part of the first push");
    assert_eq!(at(&mut tally, second(10), NOW + 10 * MINUTE), 70);
}

#[test]
fn it_is_kept_as_text_and_read_again() {
    let mut tally = Tally::default();
    tally.take(
        &Batch { points: vec![cumulative(-9, -8, 3), delta(-9, -8, 4)], uncounted: vec![Uncounted::Unit] },
        NOW,
    );
    assert_eq!(Tally::from_json(&tally.to_json().unwrap()), Ok(tally));
    assert!(Tally::from_json("{").is_err());
}

/// One process: when it began, how it counts, what it used each minute.
#[derive(Clone, Debug)]
struct Process {
    delta: bool,
    /// Of the same name as the one before: two that run beside each other, or a restart.
    same: bool,
    used: Vec<i64>,
}

fn processes() -> impl Strategy<Value = Vec<Process>> {
    let one = (any::<bool>(), any::<bool>(), proptest::collection::vec(0_i64..1_000, 1..5));
    let one = one.prop_map(|(delta, same, used)| Process { delta, same, used });
    proptest::collection::vec(one, 1..5)
}

/// Every push of every process, in order, with the name of its series.
fn pushes(processes: &[Process]) -> Vec<Vec<Point>> {
    let mut name = 0;
    let of = |(index, process): (usize, &Process)| {
        name += i32::from(!process.same);
        let start = -600 + 7 * index as i64;
        let mut sum = 0;
        let push = |(at, used): (usize, &i64)| {
            sum += used;
            let end = start + at as i64 + 1;
            let point = if process.delta { delta(end - 1, end, *used) } else { cumulative(start, end, sum) };
            // Processes of one name that count by delta would end at the same moments: 7 minutes and a second apart.
            let shift = index as u64 * 1_000_000_000;
            let (start, time) = (point.start + shift, point.time + shift);
            Point {
                series: format!("{name}-{}", process.delta),
                process: name.to_string(),
                start,
                time,
                ..point
            }
        };
        process.used.iter().enumerate().map(push).collect()
    };
    processes.iter().enumerate().map(of).collect()
}

proptest! {
    /// Whatever order, repeats and restarts of ours: all deltas once, and of each cumulative process its last sum.
    #[test]
    fn any_order_any_repeats_any_split_give_the_sum(
        processes in processes(),
        order in proptest::collection::vec((any::<prop::sample::Index>(), 1_usize..4, any::<bool>()), 0..40),
    ) {
        let wanted: i64 = processes.iter().flat_map(|process| &process.used).sum();
        let all: Vec<Point> = pushes(&processes).concat();
        // First a jumble of some of them, more than once; then all.
        let mut sent: Vec<Vec<Point>> = Vec::new();
        for (index, count, _) in &order {
            let at = index.index(all.len());
            sent.push(all.iter().skip(at).take(*count).cloned().collect());
        }
        sent.extend(all.iter().map(|point| vec![point.clone()]));
        let mut tally = Tally::default();
        for (at, points) in sent.into_iter().enumerate() {
            let before: i64 = tally.usage.iter().map(|usage| usage.input).sum();
            let taken = tally.take(&Batch { points, uncounted: vec![] }, NOW);
            prop_assert_eq!(taken.refused, 0);
            let after: i64 = tally.usage.iter().map(|usage| usage.input).sum();
            prop_assert!(after >= before && after <= wanted);
            // Tollwatch is restarted now and then.
            if order.get(at).is_some_and(|(_, _, restart)| *restart) {
                tally = Tally::from_json(&tally.to_json().unwrap()).unwrap();
            }
        }
        prop_assert_eq!(tally.usage.iter().map(|usage| usage.input).sum::<i64>(), wanted);
    }

    /// Of a cumulative series pushes may be lost: the last one says it all.
    #[test]
    fn lost_pushes_of_a_cumulative_series_lose_nothing(
        used in proptest::collection::vec(0_i64..1_000, 1..20),
        kept in proptest::collection::vec(any::<bool>(), 20),
    ) {
        let process = Process { delta: false, same: false, used: used.clone() };
        let all = pushes(&[process]).concat();
        let last = all.len() - 1;
        let some: Vec<Point> = all.into_iter().enumerate()
            .filter(|(at, _)| *at == last || kept[*at]).map(|(_, point)| point).collect();
        prop_assert_eq!(input(&some), used.iter().sum::<i64>());
    }
}
