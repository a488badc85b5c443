//! Samples and what is known of them by hand. Where two neighbouring samples alone ([`step`]) say something else, that
//! stands beside it.

use super::*;
use crate::model::{MeterKind, Window, step};
use proptest::prelude::*;

fn balance(at: i64, last_at: i64, left: i64) -> Sample {
    Sample {
        at: Timestamp(at),
        last_at: Timestamp(last_at),
        used: None,
        limit: None,
        remaining: Some(Qty(left)),
        resets_at: None,
        reserve: None,
    }
}

fn read_as(kind: MeterKind, window: Window, samples: &[Sample], now: i64) -> Pieces {
    let mut pieces = Pieces::new(Unit::Tokens, Flow::new(kind, window));
    for sample in samples {
        pieces.absorb(sample, Timestamp(now));
    }
    pieces
}

fn read(samples: &[Sample], now: i64) -> Pieces {
    read_as(MeterKind::Balance, Window::Never, samples, now)
}

/// What was spent, in how many minutes, and what the sum of the steps would be.
fn known(pieces: &Pieces, samples: &[Sample]) -> (f64, i64, i64) {
    let (spent, seen) = pieces.sum(i64::MIN / 2, i64::MAX / 2);
    (spent, seen / MINUTE, samples.windows(2).map(|pair| step(&pair[0], &pair[1]).spent.0).sum())
}

/// A balance, one figure every five minutes.
fn every_five(figures: &[i64]) -> Vec<Sample> {
    (0..).zip(figures).map(|(turn, left)| balance(turn * 5 * MINUTE, turn * 5 * MINUTE, *left)).collect()
}

fn of_balance(figures: &[i64]) -> (f64, i64, i64) {
    let samples = every_five(figures);
    known(&read(&samples, HOUR), &samples)
}

/// What was used, and of what limit, at a minute; its window ends at another.
fn used(minute: i64, used: i64, limit: Option<i64>, resets: Option<i64>) -> Sample {
    Sample {
        used: Some(Qty(used)),
        limit: limit.map(Qty),
        remaining: None,
        resets_at: resets.map(|minute| Timestamp(minute * MINUTE)),
        ..balance(minute * MINUTE, minute * MINUTE, 0)
    }
}

fn of_use(window: Window, samples: &[Sample]) -> (f64, i64, i64) {
    known(&read_as(MeterKind::Budget, window, samples, DAY), samples)
}

#[test]
fn a_stretch_without_change_is_not_spend_and_the_rest_is_spread() {
    // 100 tokens until 1:00, 40 at 3:00: 60 tokens over two hours.
    let pieces = read(&[balance(0, HOUR, 100), balance(3 * HOUR, 3 * HOUR, 40)], 3 * HOUR);
    assert_eq!(pieces.rate(HOUR), 30.0);
    assert_eq!(pieces.rate(3 * HOUR), 20.0);
    assert_eq!(pieces.usual(), 2 * HOUR);
}

#[test]
fn the_same_figure_again_only_stands_longer() {
    let samples = [
        balance(0, 0, 100),
        balance(HOUR, HOUR, 40),
        balance(HOUR, 2 * HOUR, 40),
        balance(HOUR, 3 * HOUR, 40),
    ];
    let pieces = read(&samples, 3 * HOUR);
    assert_eq!(pieces.sum(0, 3 * HOUR), (60.0, 3 * HOUR));
    assert_eq!((pieces.rate(HOUR), pieces.recent.len()), (0.0, 2));
}

#[test]
fn time_at_zero_is_no_falling_rate() {
    // 10 tokens in the first hour, then nine hours at zero, then a top-up.
    let samples = [balance(0, 0, 10), balance(HOUR, 10 * HOUR, 0), balance(11 * HOUR, 11 * HOUR, 50)];
    let pieces = read(&samples, 11 * HOUR);
    assert_eq!(pieces.rate(DAY), 10.0, "10 tokens in the one hour in which any could be spent");
}

#[test]
fn figures_from_the_future_are_left_out_and_a_clock_that_was_set_back_stands_still() {
    let mut samples = vec![balance(0, 0, 10), balance(9 * DAY, 9 * DAY, 3), balance(HOUR, HOUR, 8)];
    let pieces = read(&samples, HOUR);
    assert_eq!(pieces.last().and_then(|last| last.remaining), Some(Qty(8)));
    assert_eq!(pieces.rate(HOUR), 2.0);
    // Set back to the start: 7 more were spent, nobody knows when. They count at the last good time, in a second.
    samples.push(balance(5, 5, 1));
    let pieces = read(&samples, HOUR);
    assert_eq!(pieces.sum(0, HOUR), (9.0, HOUR + SECOND));
    assert_eq!(
        (pieces.last().and_then(|last| last.remaining), pieces.end()),
        (Some(Qty(1)), Timestamp(HOUR))
    );
    // Until the clock has caught up.
    samples.push(balance(2 * HOUR, 2 * HOUR, 0));
    assert_eq!(read(&samples, 2 * HOUR).rate(HOUR), 1.0);
}

#[test]
fn money_held_and_given_back_is_not_spent_twice() {
    // Three requests of 2 each that hold 50 while they run; the last still does.
    assert_eq!(of_balance(&[1000, 950, 998, 948, 996, 946]), (54.0, 25, 150));
    // One was seen to hold 50; then 2 at each reading. 50 were counted already, and the rest of them goes first.
    assert_eq!(of_balance(&[1000, 950, 998, 996, 994, 992]), (50.0, 25, 56));
}

#[test]
fn an_old_answer_repeated_is_not_spent_again() {
    assert_eq!(of_balance(&[100, 20, 100, 15]), (85.0, 15, 165));
    // The same of a counter: 900, 870 from a server that lags, 910.
    let samples = [used(0, 900, None, None), used(5, 870, None, None), used(10, 910, None, None)];
    assert_eq!(of_use(Window::Never, &samples), (10.0, 10, 40));
}

#[test]
fn a_refund_is_taken_off_what_is_spent_next() {
    // 10 spent, 5 given back, 10 spent: 15 less on the balance.
    assert_eq!(of_balance(&[1000, 990, 995, 985]), (15.0, 15, 20));
}

#[test]
fn a_top_up_of_a_bare_balance_hides_its_time() {
    // 10 and 5 in two times five minutes; what was spent beside the top-up is not known.
    assert_eq!(of_balance(&[30, 20, 65, 60]), (15.0, 10, 15));
    // A counter beside it tells all of it.
    let both = |minute: i64, spent: i64, left: i64| Sample {
        remaining: Some(Qty(left)),
        ..used(minute, spent, None, None)
    };
    let samples = [both(0, 70, 30), both(5, 80, 20), both(10, 83, 67), both(15, 88, 62)];
    assert_eq!(known(&read(&samples, HOUR), &samples), (18.0, 15, 18));
}

#[test]
fn a_counter_that_starts_again_hides_its_time() {
    let samples = [used(0, 900, None, None), used(5, 12, None, None), used(10, 20, None, None)];
    assert_eq!(of_use(Window::Never, &samples), (8.0, 5, 20));
}

#[test]
fn a_reset_inside_a_gap_hides_the_gap() {
    let of_100 = |minute, spent, resets| used(minute, spent, Some(100), Some(resets));
    // Ten hours away, in which the window ended: 4 since then, and before it nobody knows.
    let samples = [of_100(0, 80, 310), of_100(5, 90, 310), of_100(605, 4, 910), of_100(610, 6, 910)];
    assert_eq!(of_use(Window::Other, &samples), (12.0, 10, 16));
    // More was used than before: only the calendar says that it is no plain 30 in ten hours. 20:00 to 6:00.
    let day = |minute, spent| used(minute, spent, Some(100), None);
    let samples = [day(1195, 5), day(1200, 10), day(1800, 40), day(1805, 42)];
    let pieces = read_as(MeterKind::Budget, Window::Day, &samples, 2 * DAY);
    assert_eq!(known(&pieces, &samples), (7.0, 10, 37));
    // Without a reset a gap is known as a whole, and spread over it.
    let samples = [day(5, 5), day(10, 10), day(610, 40)];
    let pieces = read_as(MeterKind::Budget, Window::Day, &samples, DAY);
    assert_eq!((known(&pieces, &samples), pieces.rate(HOUR)), ((35.0, 605, 35), 3.0));
}

#[test]
fn a_changed_limit_is_no_spend_and_hides_none() {
    let limit = |minute, spent, limit| used(minute, spent, Some(limit), None);
    let samples = [limit(0, 10, 100), limit(5, 15, 150), limit(10, 16, 90), limit(15, 16, 90)];
    assert_eq!(of_use(Window::Never, &samples), (6.0, 15, 6));
}

#[test]
fn a_reading_without_a_figure_says_nothing_of_its_time() {
    let mute = Sample { remaining: None, ..balance(5 * MINUTE, 5 * MINUTE, 0) };
    let samples = [balance(0, 0, 50), mute, balance(10 * MINUTE, 10 * MINUTE, 40)];
    // Two steps that cannot be told; the first figure and the last one say 10 in ten minutes.
    assert_eq!(known(&read(&samples, HOUR), &samples), (10.0, 10, 0));
    assert_eq!(read(&samples[..2], HOUR).last(), Some(&mute));
}

#[test]
fn what_is_older_than_three_days_is_let_go() {
    let samples: Vec<Sample> =
        (0..9 * 24).map(|hour| balance(hour * HOUR, hour * HOUR, 1_000 - hour)).collect();
    let pieces = read(&samples, 9 * DAY);
    assert!((72..=74).contains(&pieces.recent.len()), "{}", pieces.recent.len());
}

proptest! {
    /// Money held, given back and told late, but never topped up: all time is known, and what was spent in it is what
    /// the moves say, which the ledger of hours is made of.
    #[test]
    fn pieces_hold_what_the_moves_say(polls in prop::collection::vec((1..30_i64, 0..20_i64, 0..50_i64), 1..80)) {
        let (mut left, mut minute) = (1_000_000, 0);
        let mut samples = vec![balance(0, 0, left)];
        for (wait, spent, held) in polls {
            (left, minute) = (left - spent, minute + wait);
            samples.push(balance(minute * MINUTE, minute * MINUTE, left - held));
        }
        let mut flow = Flow::new(MeterKind::Balance, Window::Never);
        let kinds: Vec<_> = samples.iter().map(|sample| flow.push(sample).kind).collect();
        prop_assume!(!kinds.contains(&crate::model::MoveKind::TopUp));
        let (spent, seen, _) = known(&read(&samples, DAY * 9), &samples);
        let told = flow.tally().spent.0 as f64;
        prop_assert!((spent - told).abs() < 1e-6 && seen == minute, "{spent} {told}, {seen} of {minute}");
    }
}
