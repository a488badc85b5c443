//! What entries come to, worked out by hand; and that nothing is lost, whatever is typed.

use super::*;
use proptest::prelude::*;

/// 2026-11-01, midnight UTC, a Sunday.
const FIRST: Timestamp = Timestamp(1_793_491_200_000);

fn at(days: i64, hours: i64) -> Timestamp {
    FIRST + days * DAY + hours * HOUR
}

fn entry(kind: EntryKind, amount: &str, at: Timestamp) -> Entry {
    Entry { kind, amount: amount.parse().unwrap(), at, note: None }
}

fn had(amount: &str, at: Timestamp) -> Entry {
    entry(EntryKind::Anchor, amount, at)
}

/// The costs of whole days: day after the first, dollars.
fn days(costs: &[(i64, &str)]) -> Known {
    let span = |(day, text): &(i64, &str)| Spend {
        start: at(*day, 0),
        end: at(day + 1, 0),
        amount: Unit::USD.parse(text).unwrap(),
    };
    let spends: Vec<Spend> = costs.iter().map(span).collect();
    Known { source: Source::Costs, since: spends.iter().map(|spend| spend.start).min(), spends }
}

fn usd(qty: Qty) -> String {
    Unit::USD.print(qty)
}

#[test]
fn costs_top_ups_and_typed_spends_are_counted_from_the_anchor() {
    let entries = [
        had("50 USD", FIRST),
        entry(EntryKind::TopUp, "20 USD", at(4, 10)),
        entry(EntryKind::Spent, "3.20 USD", at(5, 0)),
        entry(EntryKind::TopUp, "99 EUR", at(4, 0)),
        entry(EntryKind::TopUp, "7 USD", at(-1, 0)),
    ];
    let known = days(&[(-2, "100"), (0, "1.5"), (3, "10.25"), (9, "0.000000001")]);
    let said = statement(Unit::USD, &entries, &known, at(9, 12)).unwrap();
    let figures = [said.spent, said.topped_up, said.typed, said.left].map(usd);
    assert_eq!(figures, ["11.750000001", "20", "3.2", "55.049999999"]);
    assert_eq!((said.as_of, said.unknown_until, said.shared), (at(9, 12), None, None));
    assert_eq!(
        said.sentence(),
        "$55.04 left: $50.00 on 1 Nov 2026, $20.00 topped up, $11.75 spent, $3.20 spent by your entries."
    );
    assert_eq!(
        crate::model::words::speaking(crate::model::words::Language::Chinese, || said.sentence()),
        "剩余 $55.04：起始 $50.00（2026年11月1日）、充值 $20.00、支出 $11.75、您记录的支出 $3.20。"
    );
    assert!(said.notes().is_empty());
    let reading = said.reading();
    assert_eq!((reading.meter.0.as_str(), reading.provenance), ("balance.ledger.usd", Provenance::Anchored));
    assert_eq!((reading.remaining, reading.limit.map(usd)), (Some(said.left), Some("70".to_owned())));
    assert_eq!(statement(Unit::Money(crate::model::Currency::EUR), &entries, &known, at(9, 12)), None);
}

#[test]
fn a_day_that_an_anchor_lies_in_counts_whole_and_is_said() {
    let known = days(&[(0, "4"), (1, "2")]);
    let said = statement(Unit::USD, &[had("50 USD", at(0, 15))], &known, at(1, 3)).unwrap();
    assert_eq!(usd(said.left), "44");
    assert_eq!(
        said.notes(),
        [
            "The $4.00 spent on 1 Nov 2026 began before your entry and cannot be divided, so it counts whole: up to that much more may be left."
        ]
    );
    // A month in one figure says too little about the time since the anchor.
    let month = Spend { start: FIRST, end: at(30, 0), amount: Unit::USD.parse("200").unwrap() };
    let known = Known { source: Source::Costs, since: Some(FIRST), spends: vec![month] };
    let said = statement(Unit::USD, &[had("50 USD", at(19, 0))], &known, at(20, 0)).unwrap();
    assert_eq!((usd(said.left).as_str(), said.undivided), ("50", Some(month)));
    assert!(said.notes()[0].contains("from 1 Nov 2026 to 1 Dec 2026 is one figure"), "{:?}", said.notes());
}

#[test]
fn what_is_not_known_is_said_and_not_guessed() {
    let known = days(&[(5, "1")]);
    let entries = [had("50 USD", FIRST), entry(EntryKind::TopUp, "5 USD", at(60, 0))];
    let said = statement(Unit::USD, &entries, &known, at(6, 0)).unwrap();
    assert_eq!((usd(said.left).as_str(), said.unknown_until, said.ahead), ("49", Some(at(5, 0)), 1));
    assert_eq!(
        said.notes(),
        [
            "Nothing is known of what was spent from 1 Nov 2026 to 6 Nov 2026: if anything was, less is left.",
            "One entry lies in the future and does not count yet."
        ]
    );
    let alone = statement(Unit::USD, &entries, &Known::by_hand(), at(6, 0)).unwrap();
    assert!(alone.counted_from().starts_with("your entries only"));
    assert_eq!(usd(alone.left), "50");
}

#[test]
fn anchors_are_reconciled_with_each_other() {
    let entries = [
        had("50 USD", FIRST),
        entry(EntryKind::TopUp, "10 USD", at(2, 0)),
        had("40 USD", at(5, 0)),
        had("41 USD", at(8, 0)),
        // At the very moment of an anchor: after it.
        entry(EntryKind::TopUp, "1 USD", at(8, 0)),
    ];
    let known = days(&[(0, "8"), (4, "9"), (5, "1"), (9, "2")]);
    let said = statement(Unit::USD, &entries, &known, at(10, 0)).unwrap();
    let periods: Vec<[String; 3]> = said
        .earlier
        .iter()
        .map(|period| [period.expected, period.found, period.difference].map(usd))
        .collect();
    // 40 − 1 = 39, found 41; 50 + 10 − 17 = 43, found 40.
    assert_eq!(periods, [["39", "41", "2"], ["43", "40", "-3"]].map(|row| row.map(str::to_owned)));
    assert_eq!(usd(said.left), "40");
}

#[test]
fn the_monthly_budget_counts_the_month() {
    let known = days(&[(-1, "50"), (0, "8"), (19, "9")]);
    assert_eq!(spent_this_month(&known.spends, at(20, 0)).map(usd), Some("17".to_owned()));
    let entries = [entry(EntryKind::Spent, "3 USD", at(2, 0)), entry(EntryKind::Spent, "4 USD", at(-2, 0))];
    let most = "200 USD".parse().unwrap();
    let read = |entries: &[Entry], counted| budget(most, entries, counted, at(20, 0), Some(at(30, 0)));
    let reading = read(&entries, Some(Unit::USD.parse("17").unwrap())).unwrap();
    assert_eq!((reading.used.map(usd), reading.remaining.map(usd)), (Some("20".into()), Some("180".into())));
    assert_eq!((reading.window, reading.provenance), (Window::Month, Provenance::Anchored));
    assert_eq!(read(&entries, None).unwrap().used.map(usd), Some("3".to_owned()));
    assert_eq!(read(&[], None), None, "nothing known is not nothing spent");
}

#[test]
fn a_report_replaces_the_spans_that_it_touches() {
    let stored = days(&[(0, "1"), (1, "2"), (2, "3")]).spends;
    let mut report = days(&[(1, "7")]).spends;
    assert_eq!(replaced(stored.clone(), &[]), stored);
    let amounts = |spends: Vec<Spend>| spends.iter().map(|spend| usd(spend.amount)).collect::<Vec<_>>();
    assert_eq!(amounts(replaced(stored.clone(), &report)), ["1", "7", "3"]);
    report[0].end = at(3, 0);
    assert_eq!(amounts(replaced(stored, &report)), ["1", "7"]);
}

#[test]
fn sums_that_do_not_fit_give_no_figure() {
    let most =
        Entry { amount: Amount::new(Qty(i64::MAX), Unit::USD), ..entry(EntryKind::TopUp, "1 USD", at(1, 0)) };
    let entries = [had("1 USD", FIRST), most];
    assert_eq!(statement(Unit::USD, &entries, &Known::by_hand(), at(2, 0)), None);
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let kind = prop_oneof![Just(EntryKind::Anchor), Just(EntryKind::TopUp), Just(EntryKind::Spent)];
    (kind, 0..1_000_000_000_000_i64, 0..40_i64).prop_map(|(kind, steps, hours)| Entry {
        kind,
        amount: Amount::new(Qty(steps), Unit::USD),
        at: at(hours / 4, hours % 4 * 6),
        note: None,
    })
}

fn any_spends() -> impl Strategy<Value = Vec<Spend>> {
    proptest::collection::vec(-1_000_000_i64..1_000_000_000_000, 0..14).prop_map(|amounts| {
        let span = |(day, amount): (usize, i64)| Spend {
            start: at(day as i64 - 2, 0),
            end: at(day as i64 - 1, 0),
            amount: Qty(amount),
        };
        amounts.into_iter().enumerate().map(span).collect()
    })
}

proptest! {
    #[test]
    fn nothing_is_lost(entries in proptest::collection::vec(any_entry(), 0..12), spends in any_spends()) {
        let known = Known { source: Source::Costs, since: None, spends: spends.clone() };
        let now = at(30, 0);
        let Some(said) = statement(Unit::USD, &entries, &known, now) else {
            prop_assert!(entries.iter().all(|entry| entry.kind != EntryKind::Anchor));
            return Ok(());
        };
        let anchor = said.anchor.amount.qty.0;
        prop_assert_eq!(anchor - said.spent.0 + said.topped_up.0 - said.typed.0, said.left.0);

        // Every step of money since the first anchor is in exactly one period.
        let first = entries.iter().filter(|entry| entry.kind == EntryKind::Anchor).map(|entry| entry.at).min();
        let since = |kind| -> i64 {
            let counts = |entry: &&Entry| entry.kind == kind && Some(entry.at) >= first;
            entries.iter().filter(counts).map(|entry| entry.amount.qty.0).sum()
        };
        let spent: i64 = spends.iter().filter(|spend| Some(spend.end) > first).map(|spend| spend.amount.0).sum();
        let corrected: i64 = said.earlier.iter().map(|period| period.difference.0).sum();
        let oldest = said.earlier.last().map_or(&said.anchor, |period| &period.anchor);
        prop_assert_eq!(
            oldest.amount.qty.0 + since(EntryKind::TopUp) - since(EntryKind::Spent) - spent + corrected,
            said.left.0
        );
    }

    #[test]
    fn the_order_of_entries_and_spans_does_not_matter(
        entries in proptest::collection::vec(any_entry(), 0..10).prop_shuffle(),
        turned in any_spends(),
    ) {
        let known = |spends| Known { source: Source::Costs, since: None, spends };
        let one = statement(Unit::USD, &entries, &known(turned.clone()), at(30, 0));
        let (mut entries, mut turned) = (entries, turned);
        entries.reverse();
        turned.reverse();
        prop_assert_eq!(&one, &statement(Unit::USD, &entries, &known(turned.clone()), at(30, 0)));
        entries.sort_by_key(|entry| (entry.amount.qty, entry.at));
        prop_assert_eq!(one, statement(Unit::USD, &entries, &known(turned), at(30, 0)));
    }

    #[test]
    fn a_later_anchor_makes_what_was_before_it_irrelevant(
        entries in proptest::collection::vec(any_entry(), 0..10),
        spends in any_spends(),
    ) {
        let known = Known { source: Source::Costs, since: None, spends };
        let last = had("12.34 USD", at(11, 0));
        let all: Vec<Entry> = entries.into_iter().chain([last.clone()]).collect();
        let with = statement(Unit::USD, &all, &known, at(30, 0)).unwrap();
        let alone = statement(Unit::USD, &[last], &known, at(30, 0)).unwrap();
        prop_assert_eq!((with.left, with.spent, with.as_of), (alone.left, alone.spent, alone.as_of));
    }
}
