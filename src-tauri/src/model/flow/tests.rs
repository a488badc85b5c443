//! Each kind of move, by hand.

use super::*;
use crate::model::{By, Cost, Provenance, Unit};
use MoveKind::*;

/// A sample of one moment, in minutes.
fn at(minutes: i64, used: Option<i64>, limit: Option<i64>, remaining: Option<i64>) -> Sample {
    let at = Timestamp(minutes * MINUTE);
    let qty = |steps: Option<i64>| steps.map(Qty);
    let (used, limit, remaining) = (qty(used), qty(limit), qty(remaining));
    Sample { at, last_at: at, used, limit, remaining, resets_at: None, reserve: None }
}

fn balance(minutes: i64, left: i64) -> Sample {
    at(minutes, None, None, Some(left))
}

fn of_100(minutes: i64, used: i64) -> Sample {
    at(minutes, Some(used), Some(100), None)
}

fn until(sample: Sample, resets_at: i64) -> Sample {
    Sample { resets_at: Some(Timestamp(resets_at * MINUTE)), ..sample }
}

/// Kind, spent at least and at most, added at least.
type Line = (MoveKind, i64, Option<i64>, i64);

fn lines(kind: MeterKind, window: Window, samples: &[Sample]) -> Vec<Line> {
    let mut flow = Flow::new(kind, window);
    let line = |found: Move| {
        (found.kind, found.spent.least.0, found.spent.most.map(|most| most.0), found.added.least.0)
    };
    let lines = samples.iter().map(|sample| line(flow.push(sample))).collect();
    let sums = flow.tally();
    assert_eq!(sums.anchor - sums.spent.0 + sums.added.0 + sums.unknown, sums.left);
    lines
}

fn of_balance(samples: &[Sample]) -> Vec<Line> {
    lines(MeterKind::Balance, Window::Never, samples)
}

const START: Line = (Start, 0, Some(0), 0);

#[test]
fn a_top_up_hides_spend_that_the_fastest_pace_bounds() {
    // 10 in 5 minutes is the fastest pace. 20 to 65 in 5 minutes: 45 came in at least, 45 + 10 (and one step for
    // rounding up) at most.
    let found = of_balance(&[balance(0, 30), balance(5, 20), balance(10, 65)]);
    assert_eq!(found, [START, (Spend, 10, Some(10), 0), (TopUp, 0, Some(11), 45)]);
    // Nothing was spent before: nothing bounds it.
    assert_eq!(of_balance(&[balance(0, 30), balance(5, 80)])[1], (TopUp, 0, None, 50));
}

#[test]
fn a_top_up_is_exact_beside_a_counter_or_with_the_amount_granted() {
    let counted = [at(0, Some(93), None, Some(7)), at(5, Some(96), None, Some(54))];
    assert_eq!(of_balance(&counted)[1], (TopUp, 3, Some(3), 50));
    let granted = [at(0, None, Some(100), Some(7)), at(5, None, Some(150), Some(54))];
    assert_eq!(of_balance(&granted)[1], (TopUp, 3, Some(3), 50));
}

#[test]
fn the_bill_narrows_what_a_top_up_hides() {
    let mut flow = Flow::new(MeterKind::Balance, Window::Never);
    flow.push(&balance(0, 7));
    let found = flow.push(&balance(600, 54));
    assert_eq!((found.spent.most, found.added.most, found.gap), (None, None, true));
    let known = found.narrowed(Bounds::exactly(Qty(3)));
    assert_eq!((known.spent, known.added), (Bounds::exactly(Qty(3)), Bounds::exactly(Qty(50))));
    // 2 at most contradicts 3: what was known stays.
    assert_eq!(known.narrowed(Bounds::exactly(Qty(2))), known);
}

#[test]
fn money_held_for_a_request_is_not_spent_twice() {
    // Each request holds 50, and 48 come back: 2 each. One hold is out at the end.
    let samples = [1000, 950, 998, 948, 996, 946].map(i64::from);
    let samples: Vec<Sample> = (0..).zip(samples).map(|(index, left)| balance(index, left)).collect();
    let found = of_balance(&samples);
    assert_eq!(found[2].0, Refund);
    assert_eq!(found[3], (Spend, 2, Some(50), -48));
    assert_eq!(found.iter().map(|line| line.1).sum::<i64>(), 54, "50 held, 2 and 2 spent");
}

#[test]
fn more_than_was_spent_lately_is_no_refund() {
    let found = of_balance(&[balance(0, 1000), balance(5, 990), balance(10, 1010), balance(15, 1005)]);
    assert_eq!(found[2].0, TopUp);
    assert_eq!(found[3], (Spend, 5, Some(5), 0));
    // Two days later nothing can be refunded.
    let found = of_balance(&[balance(0, 1000), balance(5, 900), balance(2 * 24 * 60 + 5, 950)]);
    assert_eq!(found[2].0, TopUp);
}

#[test]
fn an_old_answer_repeated_is_no_top_up() {
    // 100, 20, then the 100 of a server that lags, then 15: 85 spent, not 165.
    let found = of_balance(&[balance(0, 100), balance(5, 20), balance(10, 100), balance(15, 15)]);
    assert_eq!(found[2].0, Correction);
    assert_eq!(found[3], (Spend, 5, Some(85), -80));
    // An hour later it is money.
    let found = of_balance(&[balance(0, 100), balance(5, 20), balance(65, 100)]);
    assert_eq!(found[2].0, TopUp);
}

#[test]
fn a_reset_gives_back_what_was_used_and_hides_what_was_spent_before_it() {
    let samples = [until(of_100(0, 80), 10), until(of_100(5, 90), 10), until(of_100(15, 4), 310)];
    let found = lines(MeterKind::Quota, Window::Other, &samples);
    // 4 since the reset; before it, at 10 in 5 minutes, 20 (and one) in ten. 90 came back.
    assert_eq!(found[2], (Reset, 4, Some(25), 90));
    // The same by the UTC calendar, when nobody says it.
    let found = lines(MeterKind::Budget, Window::Day, &[of_100(1435, 90), of_100(1445, 88)]);
    assert_eq!(found[1], (Reset, 88, None, 90));
}

#[test]
fn a_reset_that_more_use_covers_is_left_open() {
    let samples = [until(of_100(0, 2), 10), until(of_100(5, 4), 10), until(of_100(15, 6), 310)];
    let found = lines(MeterKind::Quota, Window::Other, &samples);
    // 2 if it was no reset; at 2 in 5 minutes 4 (and one) more in ten.
    assert_eq!(found[2], (Spend, 2, Some(7), 0));
}

#[test]
fn a_counter_that_starts_again_is_a_restart_and_a_late_report_is_not() {
    let used = |minutes, used| at(minutes, Some(used), None, None);
    let found = lines(MeterKind::Spend, Window::Never, &[used(0, 900), used(5, 12), used(10, 20)]);
    assert_eq!(found[1..], [(Restart, 12, None, 900), (Spend, 8, Some(8), 0)]);
    // 900, 870 (a server that lags), 910: 10 spent, and the 30 told again are not.
    let found = lines(MeterKind::Spend, Window::Never, &[used(0, 900), used(5, 870), used(10, 910)]);
    assert_eq!(found[1..], [(Correction, 0, None, 30), (Spend, 10, Some(40), -30)]);
    // Told again in part only.
    let found = lines(MeterKind::Spend, Window::Never, &[used(0, 900), used(5, 870), used(10, 890)]);
    assert_eq!(found[2], (Correction, 0, Some(20), -20));
}

#[test]
fn a_bill_put_right_counts_again_after_a_day() {
    let used = |minutes, used| at(minutes, Some(used), None, None);
    let day = 24 * 60;
    let samples = [used(0, 900), used(5, 870), used(5 + day, 870), used(6 + day, 880)];
    let found = lines(MeterKind::Spend, Window::Never, &samples);
    assert_eq!(found[3], (Spend, 10, Some(10), 0));
}

#[test]
fn a_limit_that_changes_is_told_apart_from_spend() {
    let limit = |minutes, used, limit| at(minutes, Some(used), Some(limit), None);
    let samples = [limit(0, 10, 100), limit(5, 15, 150), limit(10, 16, 90), limit(15, 16, 90)];
    let found = lines(MeterKind::Budget, Window::Month, &samples);
    let expected =
        [START, (LimitRaised, 5, Some(5), 50), (LimitLowered, 1, Some(1), -60), (Rest, 0, Some(0), 0)];
    assert_eq!(found, expected);
}

#[test]
fn credits_that_expire_are_no_spend() {
    let both = |minutes, left, used| at(minutes, Some(used), None, Some(left));
    assert_eq!(of_balance(&[both(0, 100, 5), both(5, 60, 7)])[1], (Correction, 2, Some(2), -38));
}

#[test]
fn readings_without_a_figure_in_common_start_again() {
    let samples = [at(0, Some(5), None, None), at(5, None, None, Some(50)), at(10, None, None, Some(40))];
    let found = lines(MeterKind::Budget, Window::Never, &samples);
    assert_eq!(found[1..], [(Unknown, 0, None, 0), (Spend, 10, Some(10), 0)]);
    // A reading that says nothing changes nothing.
    let found = of_balance(&[balance(0, 50), at(5, None, None, None), balance(10, 40)]);
    assert_eq!(found[1..], [(Unknown, 0, Some(0), 0), (Spend, 10, Some(10), 0)]);
}

#[test]
fn time_stands_still_until_a_clock_has_caught_up() {
    let mut flow = Flow::new(MeterKind::Balance, Window::Never);
    let times = |found: Move| [found.from, found.to, found.until].map(|time| time.0 / MINUTE);
    let stood = Sample { last_at: Timestamp(20 * MINUTE), ..balance(10, 90) };
    assert_eq!(times(flow.push(&balance(0, 100))), [0, 0, 0]);
    assert_eq!(times(flow.push(&stood)), [0, 10, 20]);
    let back = flow.push(&balance(5, 80));
    assert_eq!((times(back), back.spent.least), ([20, 20, 20], Qty(10)));
    assert_eq!(times(flow.push(&balance(30, 70))), [20, 30, 30]);
    // The same sample, read unchanged until later.
    let longer = Sample { last_at: Timestamp(100 * MINUTE), ..balance(30, 70) };
    let rest = flow.push(&longer);
    assert_eq!((rest.kind, times(rest), rest.gap), (Rest, [30, 100, 100], true));
}

#[test]
fn figures_from_the_future_are_left_out() {
    let meter = Meter {
        id: 1,
        account: crate::model::AccountId::new("acme").expect("an id"),
        key: crate::model::MeterKey::new("balance.usd"),
        kind: MeterKind::Balance,
        label: "balance".into(),
        unit: Unit::USD,
        window: Window::Never,
        provenance: Provenance::Reported,
    };
    let samples = [balance(0, 100), balance(9 * 24 * 60, 90), balance(10, 80)];
    let (flow, moves) = Flow::fold(&meter, &samples, Timestamp(10 * MINUTE));
    assert_eq!(moves.len(), 2);
    assert_eq!((moves[1].spent, moves[1].to), (Bounds::exactly(Qty(20)), Timestamp(10 * MINUTE)));
    assert_eq!(flow.last().unwrap().remaining, Some(Qty(80)));
}

#[test]
fn a_state_that_was_stored_goes_on_as_if_nothing_was() {
    let mut flow = Flow::new(MeterKind::Balance, Window::Never);
    for sample in [balance(0, 1000), balance(5, 950), balance(10, 998)] {
        flow.push(&sample);
    }
    let stored = serde_json::to_string(&flow).unwrap();
    let mut again: Flow = serde_json::from_str(&stored).unwrap();
    assert_eq!(again, flow);
    assert_eq!(again.push(&balance(15, 940)), flow.push(&balance(15, 940)));
}

fn bucket(hours: std::ops::Range<i64>, amount: i64) -> Cost {
    Cost {
        by: By::All,
        name: String::new(),
        start: Timestamp(hours.start * HOUR),
        end: Timestamp(hours.end * HOUR),
        amount: Qty(amount),
        unit: Unit::USD,
        provenance: Provenance::Reported,
    }
}

fn said(moves: &[Move]) -> Vec<(MoveKind, i64, i64, [i64; 2])> {
    let hours = |time: Timestamp| time.0 / HOUR;
    let line = |found: &Move| {
        (found.kind, found.spent.least.0, found.added.least.0, [hours(found.from), hours(found.to)])
    };
    moves.iter().map(line).collect()
}

#[test]
fn buckets_grow_come_late_and_are_put_right() {
    let mut buckets = Buckets::default();
    let report = [bucket(0..24, 10), bucket(24..48, 3)];
    let first = buckets.push(&report, Timestamp(30 * HOUR));
    // Of a day that is told for the first time, only the day is known.
    assert_eq!(said(&first), [(Spend, 10, 0, [0, 24]), (Spend, 3, 0, [24, 30])]);
    // The open day grew since the last report; the one before was told late.
    let report = [bucket(0..24, 12), bucket(24..48, 7)];
    let second = buckets.push(&report, Timestamp(40 * HOUR));
    assert_eq!(said(&second), [(Spend, 2, 0, [0, 24]), (Spend, 4, 0, [30, 40])]);
    // Put right, and told as before: no spend.
    let third = buckets.push(&[bucket(0..24, 9)], Timestamp(41 * HOUR));
    assert_eq!(said(&third), [(Correction, 0, 3, [0, 24])]);
    let fourth = buckets.push(&[bucket(0..24, 13)], Timestamp(42 * HOUR));
    assert_eq!(said(&fourth), [(Spend, 1, -3, [0, 24])]);
    // Days cut into hours: the whole is compared.
    let fifth = buckets.push(&[bucket(0..12, 6), bucket(12..24, 9)], Timestamp(43 * HOUR));
    assert_eq!(said(&fifth), [(Spend, 2, 0, [0, 24])]);
    assert_eq!(buckets.push(&[bucket(48..49, -5)], Timestamp(49 * HOUR))[0].kind, Refund);
    assert_eq!(buckets.total(), 6 + 9 + 7 - 5);
}
