//! What really gets spent: demand that flows while every cap has room, stops at a wall and goes on after a top-up
//! or a reset. Walked from the epoch, event by event; the walk is kept, so asking again is cheap.

use super::usage::{Dice, Usage};
use crate::model::{DAY, HOUR, Timestamp};
use std::sync::{Mutex, PoisonError};

/// How a cap gets room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refill {
    /// Never.
    Never,
    /// Somebody adds `amount` a few hours (2 to 5, by the seed) after it was found empty.
    WhenEmpty {
        /// Nano-units added.
        amount: i64,
    },
    /// Somebody adds `amount` at a set moment.
    At {
        /// When.
        at: Timestamp,
        /// Nano-units added.
        amount: i64,
    },
    /// Full again at midnight UTC.
    Daily,
    /// Full again on the 1st, midnight UTC.
    Monthly,
}

/// One thing that can stop the spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Room at the epoch, in nano-units.
    pub limit: i64,
    /// How it gets room again.
    pub refill: Refill,
}

/// The state of a ledger at one moment. Nano-units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Spent since the epoch.
    pub spent: i64,
    /// Room left, by cap; never negative.
    pub room: Vec<i64>,
    /// All that was ever granted, by cap: the first limit and what was added. Resets grant nothing.
    pub granted: Vec<i64>,
}

/// Demand and its caps.
#[derive(Debug)]
pub struct Ledger {
    seed: u64,
    demand: Usage,
    caps: Vec<Cap>,
    walk: Mutex<Vec<Step>>,
}

#[derive(Clone, Debug)]
struct Step {
    from: Timestamp,
    demanded: i64,
    state: State,
    /// When a person will top up each cap.
    due: Vec<Option<Timestamp>>,
    /// The next event: wall, top-up or reset; at the latest a day ahead.
    next: Timestamp,
}

impl Ledger {
    /// A ledger from `epoch` on.
    pub fn new(seed: u64, demand: Usage, epoch: Timestamp, caps: Vec<Cap>) -> Self {
        let limits: Vec<i64> = caps.iter().map(|cap| cap.limit).collect();
        let due = caps
            .iter()
            .map(|cap| if let Refill::At { at, .. } = cap.refill { Some(at.max(epoch + 1)) } else { None })
            .collect();
        let state = State { spent: 0, room: limits.clone(), granted: limits };
        let ledger = Ledger { seed, demand, caps, walk: Mutex::new(Vec::new()) };
        let mut first = Step { from: epoch, demanded: 0, state, due, next: epoch };
        first.next = ledger.next(&first);
        ledger.walk.lock().unwrap_or_else(PoisonError::into_inner).push(first);
        ledger
    }

    /// The state at `now`; before the epoch, the state at the epoch.
    pub fn state(&self, now: Timestamp) -> State {
        let mut walk = self.walk.lock().unwrap_or_else(PoisonError::into_inner);
        // Ten years: as far as demand is generated.
        let end = walk[0].from + 3_653 * DAY;
        let now = now.max(walk[0].from).min(end);
        while walk[walk.len() - 1].next <= now {
            let step = self.step(&walk[walk.len() - 1]);
            walk.push(step);
        }
        let index = walk.partition_point(|step| step.from <= now).saturating_sub(1);
        self.flow(&walk[index], now)
    }

    /// Spent between two moments.
    pub fn spent_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.state(to).spent - self.state(from).spent
    }

    fn flow(&self, step: &Step, to: Timestamp) -> State {
        let mut state = step.state.clone();
        let room = state.room.iter().copied().min().unwrap_or(i64::MAX);
        let flowed = (self.demand.spent_until(to) - step.demanded).min(room);
        state.spent += flowed;
        state.room.iter_mut().for_each(|left| *left -= flowed);
        state
    }

    fn next(&self, step: &Step) -> Timestamp {
        let midnight = Timestamp((step.from.0.div_euclid(DAY) + 1) * DAY);
        let next = step.due.iter().flatten().copied().fold(midnight, Timestamp::min);
        let room = step.state.room.iter().copied().min().unwrap_or(i64::MAX);
        if room == 0 {
            return next;
        }
        let wall = self.demand.reaches(step.demanded.saturating_add(room), step.from, next);
        wall.unwrap_or(next)
    }

    fn step(&self, before: &Step) -> Step {
        let from = before.next;
        let mut step = Step {
            from,
            demanded: self.demand.spent_until(from),
            state: self.flow(before, from),
            due: before.due.clone(),
            next: from,
        };
        for (index, cap) in self.caps.iter().enumerate() {
            let (room, due) = (&mut step.state.room[index], &mut step.due[index]);
            match cap.refill {
                Refill::WhenEmpty { amount } | Refill::At { amount, .. }
                    if due.is_some_and(|at| at <= from) =>
                {
                    *room += amount;
                    step.state.granted[index] += amount;
                    *due = None;
                }
                Refill::WhenEmpty { .. } if *room == 0 && due.is_none() => {
                    let wait = Dice(self.seed ^ from.0 as u64).next() % (3 * HOUR as u64);
                    *due = Some(from + 2 * HOUR + wait as i64);
                }
                Refill::Daily if from.0.rem_euclid(DAY) == 0 => *room = cap.limit,
                Refill::Monthly if from.0.rem_euclid(DAY) == 0 && first_of_month(from) => *room = cap.limit,
                _ => {}
            }
        }
        step.next = self.next(&step);
        step
    }
}

fn first_of_month(at: Timestamp) -> bool {
    at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).day() == 1
}

#[cfg(test)]
mod tests {
    use super::super::usage::Profile;
    use super::*;

    const EPOCH: Timestamp = Timestamp(1_790_000_000_000 - 1_790_000_000_000 % DAY);
    const USD: i64 = 1_000_000_000;

    fn drain(refill: Refill) -> Ledger {
        let usage = Usage::new(1, Profile::Drain { amount: 20 * USD, from: EPOCH, over: 10 * HOUR }, EPOCH);
        Ledger::new(1, usage, EPOCH, vec![Cap { limit: 20 * USD, refill }])
    }

    #[test]
    fn spending_stops_at_the_wall_and_goes_on_after_a_top_up() {
        let wall = EPOCH + 10 * HOUR;
        let ledger = drain(Refill::At { at: wall + HOUR, amount: 50 * USD });
        assert!(ledger.state(wall + -1000).room[0] > 0);
        assert_eq!(ledger.state(wall).room, [0]);
        assert_eq!(ledger.state(wall + HOUR + -1).spent, 20 * USD, "demand while empty is lost, not owed");
        assert_eq!(ledger.state(wall + HOUR).room, [50 * USD]);
        assert_eq!(ledger.state(wall + HOUR).granted, [70 * USD]);
        // Behind the wall: three times the mean of 2 an hour, so 6 in an hour.
        assert_eq!(ledger.state(wall + 2 * HOUR).room, [44 * USD]);
        // And back in time, as a restart would ask.
        assert_eq!(ledger.state(EPOCH + 5 * HOUR).spent, 2_500_000_000);
    }

    #[test]
    fn people_top_up_some_hours_after_the_wall() {
        let ledger = drain(Refill::WhenEmpty { amount: USD });
        let wall = EPOCH + 10 * HOUR;
        assert_eq!(ledger.state(wall + 2 * HOUR + -1).granted, [20 * USD]);
        assert_eq!(ledger.state(wall + 5 * HOUR).granted, [21 * USD]);
    }

    #[test]
    fn a_daily_budget_is_full_at_midnight_utc() {
        let ledger = drain(Refill::Daily);
        assert_eq!(ledger.state(EPOCH + DAY + -1).room, [0]);
        assert_eq!(ledger.state(EPOCH + DAY).room, [20 * USD]);
        assert_eq!(ledger.state(EPOCH + DAY).granted, [20 * USD]);
    }
}
