//! True events, rendered into each form of meter, and read back: nothing is lost, and the truth lies within the bounds.

use super::*;
use crate::model::{By, Cost, Provenance, Unit};
use proptest::prelude::*;

/// What truly happened, in the unit's smallest steps.
#[derive(Clone, Copy, Debug)]
enum Event {
    TopUp(i64),
    Refund(i64),
    Limit(i64),
    Reset,
    Restart,
}

/// One interval between two polls: spend, at most one event in the middle, spend.
#[derive(Clone, Copy, Debug)]
struct Interval {
    minutes: i64,
    before: i64,
    event: Option<Event>,
    after: i64,
}

/// How a meter tells its figures.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Balance,
    BalanceAndUsed,
    BalanceAndGranted,
    Used,
    UsedOfLimit,
    LeftOfLimit,
    Percent,
}

const FORMS: [Form; 7] = [
    Form::Balance,
    Form::BalanceAndUsed,
    Form::BalanceAndGranted,
    Form::Used,
    Form::UsedOfLimit,
    Form::LeftOfLimit,
    Form::Percent,
];
const NANO: i64 = 1_000_000_000;
/// Use starts again this often.
const PERIOD: i64 = 3 * HOUR;

impl Form {
    fn is_balance(self) -> bool {
        matches!(self, Form::Balance | Form::BalanceAndUsed | Form::BalanceAndGranted)
    }

    /// Whether such a meter can see such an event: a balance is never reset, a counter never topped up.
    fn takes(self, event: Event) -> bool {
        match event {
            Event::TopUp(_) => self.is_balance(),
            Event::Refund(_) => self != Form::BalanceAndUsed,
            Event::Limit(_) => matches!(self, Form::UsedOfLimit | Form::LeftOfLimit),
            Event::Reset => !self.is_balance(),
            Event::Restart => matches!(self, Form::Used | Form::UsedOfLimit),
        }
    }
}

/// The account as it truly is.
#[derive(Clone, Copy, Debug)]
struct Truth {
    now: Timestamp,
    granted: i64,
    left: i64,
    used: i64,
    limit: i64,
    resets_at: Timestamp,
}

impl Truth {
    fn new() -> Truth {
        let resets_at = Timestamp(PERIOD);
        Truth {
            now: Timestamp(0),
            granted: 500 * NANO,
            left: 500 * NANO,
            used: 0,
            limit: 400 * NANO,
            resets_at,
        }
    }

    fn spend(&mut self, amount: i64) {
        (self.left, self.used) = (self.left - amount, self.used + amount);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::TopUp(amount) => (self.left, self.granted) = (self.left + amount, self.granted + amount),
            Event::Refund(amount) => {
                // Less than half of what was used: a counter that loses more starts again.
                let amount = amount.min(self.used / 3);
                (self.left, self.used) = (self.left + amount, self.used - amount);
            }
            Event::Limit(change) => self.limit += change,
            Event::Restart => self.used = 0,
            // Early by the provider's hand, or when it is due: then the next one is told.
            Event::Reset => {
                self.used = 0;
                while self.resets_at <= self.now {
                    self.resets_at = self.resets_at + PERIOD;
                }
            }
        }
    }

    fn tell(&self, form: Form) -> Sample {
        let (used, limit, remaining) = match form {
            Form::Balance => (None, None, Some(self.left)),
            Form::BalanceAndUsed => (Some(self.used), None, Some(self.left)),
            Form::BalanceAndGranted => (None, Some(self.granted), Some(self.left)),
            Form::Used => (Some(self.used), None, None),
            Form::UsedOfLimit => (Some(self.used), Some(self.limit), None),
            Form::LeftOfLimit => (None, Some(self.limit), Some(self.limit - self.used)),
            Form::Percent => (Some(percent(self.used, self.limit)), Some(100 * NANO), None),
        };
        let resets_at = (!form.is_balance()).then_some(self.resets_at);
        let qty = |steps: Option<i64>| steps.map(Qty);
        let (used, limit, remaining) = (qty(used), qty(limit), qty(remaining));
        Sample { at: self.now, last_at: self.now, used, limit, remaining, resets_at, reserve: None }
    }

    /// Lives through an interval; returns what happened in it. A reset that is due takes the place of any other event.
    fn live(&mut self, interval: &Interval, form: Form) -> Option<Event> {
        self.now = self.now + interval.minutes * MINUTE;
        let due = !form.is_balance() && self.resets_at <= self.now;
        let event = if due { Some(Event::Reset) } else { interval.event.filter(|event| form.takes(*event)) };
        self.spend(interval.before);
        event.into_iter().for_each(|event| self.happen(event));
        self.spend(interval.after);
        event
    }
}

/// Nano-percent, rounded down as a provider does.
fn percent(used: i64, limit: i64) -> i64 {
    (i128::from(used) * 100 * i128::from(NANO) / i128::from(limit)) as i64
}

fn spend() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0), 5 => 0..2 * NANO, 2 => 0..20 * NANO]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (NANO..200 * NANO).prop_map(Event::TopUp),
        (1..10 * NANO).prop_map(Event::Refund),
        (-20 * NANO..100 * NANO).prop_map(Event::Limit),
        Just(Event::Reset),
        Just(Event::Restart),
    ]
}

fn interval() -> impl Strategy<Value = Interval> {
    let minutes = prop_oneof![8 => Just(5_i64), 2 => 1..60_i64, 1 => 60..3000_i64];
    (minutes, spend(), prop::option::weighted(0.25, event()), spend())
        .prop_map(|(minutes, before, event, after)| Interval { minutes, before, event, after })
}

fn history() -> impl Strategy<Value = Vec<Interval>> {
    prop::collection::vec(interval(), 1..80)
}

fn flow_of(form: Form) -> Flow {
    match form.is_balance() {
        true => Flow::new(MeterKind::Balance, Window::Never),
        false => Flow::new(MeterKind::Budget, Window::Other),
    }
}

/// `anchor − spent + added + unknown = left`, at both ends.
fn conserves(sums: &Tally) -> bool {
    let adds_up = |spent: i128, added: i128| sums.anchor - spent + added + sums.unknown == sums.left;
    let upper = match (sums.spent.1, sums.added.1) {
        (Some(spent), Some(added)) => adds_up(spent, added),
        (None, None) => true,
        _ => false,
    };
    adds_up(sums.spent.0, sums.added.0) && upper
}

/// What must hold of every move, whatever was read.
fn is_sound(found: &Move) -> bool {
    let ordered = found.from <= found.to && found.to <= found.until;
    let most = found.spent.most.is_none_or(|most| most >= found.spent.least);
    ordered && most && found.spent.least >= Qty(0) && found.spent.most.is_some() == found.added.most.is_some()
}

/// Whether a figure that can only say the net of an interval shows its event at all.
fn shows(form: Form, event: Event, change: i64) -> bool {
    match event {
        Event::TopUp(_) => form != Form::Balance || change > 0,
        // With more spent than came back, it looks like spend.
        Event::Refund(_) | Event::Reset | Event::Restart => change > 0,
        Event::Limit(_) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each form: conservation to the nano-unit after each reading, nothing unknown, and what was truly spent lies
    /// within the bounds: to the step where nothing hides it.
    #[test]
    fn the_truth_lies_within_the_bounds(history in history(), form in prop::sample::select(&FORMS[..])) {
        let mut truth = Truth::new();
        truth.spend(100 * NANO);
        let mut flow = flow_of(form);
        flow.push(&truth.tell(form));
        for interval in &history {
            let before = truth;
            let pace = flow.at_most(interval.minutes * MINUTE);
            let event = truth.live(interval, form);
            let mut spent = interval.before + interval.after;
            let found = flow.push(&truth.tell(form));
            prop_assert!(is_sound(&found), "{found:?}");
            prop_assert!(conserves(&flow.tally()), "{:?}", flow.tally());
            prop_assert_eq!(flow.tally().unknown, 0);
            let mut slack = 0;
            if form == Form::Percent {
                // Each reading is rounded down by less than a step.
                (spent, slack) = (percent(spent, truth.limit), 2);
            }
            let change = (truth.left - before.left) * i64::from(form.is_balance())
                + (before.used - truth.used) * i64::from(!form.is_balance());
            prop_assert!(found.spent.least.0 <= spent + slack, "{spent} {found:?}");
            let due = !form.is_balance() && before.resets_at <= truth.now;
            if due || event.is_none_or(|event| shows(form, event, change)) {
                let by_pace = pace.is_some_and(|pace| i128::from(spent) > pace);
                let within = found.spent.most.is_none_or(|most| spent - slack <= most.0);
                prop_assert!(within || (by_pace && !found.spent.is_exact()), "{spent} {pace:?} {found:?}");
            }
            // A top-up is never negative spend, and is told as what it is.
            if let (Form::Balance, Some(Event::TopUp(amount)), true) = (form, event, change > 0) {
                prop_assert!(matches!(found.kind, MoveKind::TopUp | MoveKind::Refund | MoveKind::Correction));
                prop_assert_eq!(found.spent.least, Qty(0));
                prop_assert!(found.added.least.0 <= amount);
            }
            if let (Form::BalanceAndUsed | Form::BalanceAndGranted, Some(Event::TopUp(amount))) = (form, event) {
                // At least less, if what was refunded before may have gone again.
                prop_assert_eq!((found.spent.most, found.added.most), (Some(Qty(spent)), Some(Qty(amount))));
            }
            if let (Form::UsedOfLimit, Some(Event::Limit(by))) = (form, event) {
                prop_assert_eq!(found.added.most, Some(Qty(by)));
            }
        }
    }

    /// A provider that lags answers with one of its last figures now and then: what was spent is counted once, whether
    /// it is told by use or by what is left.
    #[test]
    fn what_is_told_again_is_spent_once(
        polls in prop::collection::vec((0..2 * NANO, prop::option::weighted(0.3, 1_usize..4)), 2..80),
        by_use in any::<bool>(),
    ) {
        let (form, mut truth) = (if by_use { Form::Used } else { Form::Balance }, Truth::new());
        truth.spend(100 * NANO);
        let start = truth;
        let mut flow = flow_of(form);
        let mut said = vec![truth.tell(form)];
        flow.push(&said[0]);
        let mut shown = truth.used;
        for (spent, lag) in polls {
            let lag = lag.filter(|lag| *lag < said.len());
            truth.live(&Interval { minutes: 2, before: spent, event: None, after: 0 }, form);
            let fresh = truth.tell(form);
            let reading = match lag {
                Some(lag) => Sample { at: fresh.at, last_at: fresh.at, ..said[said.len() - lag] },
                None => fresh,
            };
            shown = if lag.is_none() { truth.used } else { shown };
            said.push(reading);
            prop_assert!(is_sound(&flow.push(&reading)));
            prop_assert!(conserves(&flow.tally()));
            prop_assert_eq!(flow.tally().spent.0, i128::from(shown - start.used));
        }
    }

    /// Anything at all: any figures, present or not, at any times. Sums hold, nothing is negative, time never runs back.
    #[test]
    fn nonsense_breaks_no_sum(
        samples in prop::collection::vec(
            (any::<i64>(), any::<i64>(), prop::option::of(any::<i64>()), prop::option::of(-50_i64..50),
             prop::option::of(-50_i64..50), prop::option::of(any::<i64>())),
            1..60,
        ),
        balance in any::<bool>(),
        window in prop::sample::select(vec![Window::Never, Window::Day, Window::Week, Window::Month, Window::Other]),
    ) {
        let mut flow = Flow::new(if balance { MeterKind::Balance } else { MeterKind::Budget }, window);
        let mut end: Option<Timestamp> = None;
        for (at, stood, used, limit, remaining, resets_at) in samples {
            let sample = Sample {
                at: Timestamp(at),
                last_at: Timestamp(stood),
                used: used.map(Qty),
                limit: limit.map(Qty),
                remaining: remaining.map(Qty),
                resets_at: resets_at.map(Timestamp),
                reserve: None,
            };
            let found = flow.push(&sample);
            prop_assert!(is_sound(&found), "{found:?}");
            prop_assert!(conserves(&flow.tally()), "{:?}", flow.tally());
            if tell::level(&sample).is_some() {
                prop_assert!(end.is_none_or(|end| found.from >= end));
                end = Some(found.until);
            }
        }
    }

    /// Clocks that jump: the same figures at any times come to the same spend.
    #[test]
    fn no_clock_spends(steps in prop::collection::vec((0..NANO, -3000_i64..3000), 1..60)) {
        let (mut flow, mut at, mut left) = (flow_of(Form::Balance), 0, 500 * NANO);
        for (spent, jump) in &steps {
            (left, at) = (left - spent, at + jump);
            let at = Timestamp(at * MINUTE);
            flow.push(&Sample { at, last_at: at, ..Truth { left, ..Truth::new() }.tell(Form::Balance) });
        }
        let first = 500 * NANO - steps[0].0;
        prop_assert_eq!(flow.tally().spent, (i128::from(first - left), Some(i128::from(first - left))));
    }

    /// Buckets that grow, late and out of order, are cut anew and put right: the moves come to what the buckets say.
    #[test]
    fn buckets_add_up(reports in prop::collection::vec(
        prop::collection::vec((0_i64..20, 1_i64..6, -5 * NANO..50 * NANO), 0..6), 1..30,
    )) {
        let mut buckets = Buckets::default();
        let (mut spent, mut most, mut added) = (0_i128, 0_i128, 0_i128);
        for (report, at) in reports.iter().zip(1_i64..) {
            let costs: Vec<Cost> = report.iter().map(|(start, length, amount)| Cost {
                by: By::All,
                name: String::new(),
                start: Timestamp(start * HOUR),
                end: Timestamp((start + length) * HOUR),
                amount: Qty(*amount),
                unit: Unit::USD,
                provenance: Provenance::Reported,
            }).collect();
            for found in buckets.push(&costs, Timestamp(at * HOUR)) {
                prop_assert!(is_sound(&found), "{found:?}");
                spent += i128::from(found.spent.least.0);
                most += i128::from(found.spent.most.unwrap().0);
                added += i128::from(found.added.least.0);
            }
            prop_assert_eq!(spent - added, buckets.total());
            prop_assert!(spent <= most);
        }
    }

    /// Buckets of true spend, told late and more than once: each move holds what was new in it.
    #[test]
    fn growing_buckets_tell_all_spend_once(spends in prop::collection::vec((0..3 * NANO, any::<bool>()), 1..80)) {
        let (mut buckets, mut hours, mut told) = (Buckets::default(), [0_i64; 80], 0_i128);
        for (index, (spent, polled)) in spends.iter().enumerate() {
            hours[index] += spent;
            // Part of it is billed to the hour before.
            hours[index.saturating_sub(1)] += spent / 3;
            if !polled && index + 1 < spends.len() {
                continue;
            }
            let from = index.saturating_sub(40);
            let costs: Vec<Cost> = (0_i64..).zip(hours).take(index + 1).map(|(hour, amount)| Cost {
                by: By::All,
                name: String::new(),
                start: Timestamp(hour * HOUR),
                end: Timestamp((hour + 1) * HOUR),
                amount: Qty(amount),
                unit: Unit::USD,
                provenance: Provenance::Reported,
            }).collect();
            // The oldest are no longer reported, unless nothing was yet.
            let from = if told == 0 { 0 } else { from };
            let moves = buckets.push(&costs[from..], Timestamp((index as i64 + 1) * HOUR));
            prop_assert!(moves.iter().all(|found| found.spent.is_exact() && found.kind == MoveKind::Spend));
            told += moves.iter().map(|found| i128::from(found.spent.least.0)).sum::<i128>();
        }
        let all: i128 = hours.iter().map(|hour| i128::from(*hour)).sum();
        prop_assert!(told <= all && buckets.total() == told);
    }
}
