//! What the points come to: tokens and costs by day, counted once whatever is pushed twice, late or out of order.
//!
//! * A cumulative series counts from its start time. Two processes with the same attributes have two start times, and so
//!   does one process before and after its restart: each is summed on its own, and of each only what lies above the most
//!   that it said. A fall without another start time is no restart, so nothing is counted twice.
//! * A delta is what was added from its start to its time; one that says the same span again is a repeat. The last 16
//!   spans of a series are remembered, and what is older than those is taken for a repeat.
//! * The first figure of a cumulative series counts as a whole if the series began in a time of which all is known, which
//!   is the month of the very first push and what comes after it, or if its process has been known for a while; of an
//!   older one only what is added.
//! * Where series or processes become too many, those that were silent for longest are let go, after an hour at least;
//!   one that comes back counts what is added from then on.
//! * A program says the same tokens in several metrics, or tokens and their cost: what its first push had decides which
//!   of them counts, for as long as it runs.

use super::genai::{Batch, Point, Slot, Source};
use crate::model::{DAY, HOUR, MINUTE, Qty, Received, Timestamp, Uncounted, Usage};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Days that are kept.
pub const KEPT: i64 = 35;
/// Series that are kept; each takes some 150 bytes.
pub const MOST_SERIES: usize = 4096;
/// Programs and models (service, provider and model together) that are kept.
pub const MOST_NAMES: usize = 200;
/// Spans of a delta series that are remembered.
const SPANS: usize = 16;
/// Nothing is let go for want of room that was heard of within this.
const IDLE: i64 = HOUR;
/// So many are let go at once.
const TOGETHER: usize = 128;
/// A process's first push may come in parts; after this, what is new of it is new.
const INTRODUCED: i64 = 10 * MINUTE;
/// A series that begins farther ahead than this has a clock that is set wrong.
const AHEAD: i64 = HOUR;

/// All that is remembered; its JSON is kept in the history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// From when on all is known; `None` before the first push.
    since: Option<Timestamp>,
    last: Option<Timestamp>,
    processes: BTreeMap<String, Process>,
    series: BTreeMap<String, Series>,
    /// Ordered by day, service, provider and model.
    usage: Vec<Usage>,
    uncounted: BTreeMap<Uncounted, Timestamp>,
}

/// What one process's first push decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Process {
    /// Where its tokens are counted from.
    tokens: Option<Source>,
    /// Whether it says its costs itself.
    costs: bool,
    /// When it was first heard of; `None` once a cumulative series of it was let go.
    known: Option<Timestamp>,
    seen: Timestamp,
}

/// What is known of one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Series {
    process: String,
    /// Since when it counts; 0 if unknown.
    start: Timestamp,
    seen: Timestamp,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// The most that was said.
    Most(i64),
    /// Spans that were counted, and up to when all is taken for counted.
    Spans(BTreeSet<(u64, u64)>, u64),
}

/// What became of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Whether any sum changed.
    pub changed: bool,
    /// How many points are not counted for good.
    pub refused: i64,
    /// Why.
    pub why: BTreeSet<Uncounted>,
}

impl Tally {
    /// Reads what [`Tally::to_json`] wrote. Error: it is something else.
    pub fn from_json(text: &str) -> Result<Tally, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// As text for the history. Error: never, by its types.
    pub fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| error.to_string())
    }

    /// What is known, for an account's poll.
    pub fn received(&self) -> Received {
        Received { usage: self.usage.clone(), uncounted: self.uncounted.clone(), last: self.last }
    }

    /// Takes in one request that came at `now`. All of it is counted, or as said in [`Taken`].
    pub fn take(&mut self, batch: &Batch, now: Timestamp) -> Taken {
        let mut taken = Taken::default();
        self.forget(now);
        self.decide(&batch.points, now);
        let mut names = self.names();
        for why in &batch.uncounted {
            self.refuse(*why, now, &mut taken);
        }
        for point in &batch.points {
            match self.add(point, now, &mut names) {
                Ok(changed) => taken.changed |= changed,
                Err(why) => self.refuse(why, now, &mut taken),
            }
        }
        if !batch.points.is_empty() {
            self.last = Some(now);
        }
        taken
    }

    fn refuse(&mut self, why: Uncounted, now: Timestamp, taken: &mut Taken) {
        taken.refused += 1;
        taken.why.insert(why);
        self.uncounted.insert(why, now);
    }

    /// Lets go of what is past its keeping. A series that comes back later began before `since`.
    fn forget(&mut self, now: Timestamp) {
        let oldest = now.day_floor() + -(KEPT - 1) * DAY;
        let since = self.since.unwrap_or_else(|| now.month_floor());
        self.since = Some(since.max(oldest));
        self.series.retain(|_, series| series.seen >= oldest + -HOUR);
        self.processes.retain(|_, process| process.seen >= oldest);
        self.usage.retain(|usage| usage.day >= oldest);
        self.uncounted.retain(|_, at| *at >= now + -DAY);
    }

    /// Which metrics of a process that is new are counted.
    fn decide(&mut self, points: &[Point], now: Timestamp) {
        let mut new: BTreeMap<&str, (Option<Source>, bool)> = BTreeMap::new();
        for point in points {
            if let Some(process) = self.processes.get_mut(&point.process) {
                process.seen = now;
            }
            let (tokens, costs) = new.entry(&point.process).or_default();
            match point.slot {
                Slot::Cost => *costs = true,
                Slot::Input(source) | Slot::Output(source) | Slot::Counted(source) => {
                    *tokens = Some(tokens.map_or(source, |known| known.min(source)));
                }
            }
        }
        for (key, (tokens, costs)) in new {
            if let Some(process) = self.processes.get_mut(key) {
                process.tokens = process.tokens.or(tokens);
            } else if self.processes.len() < MOST_SERIES || self.free_processes(now) {
                let process = Process { tokens, costs, known: Some(now), seen: now };
                self.processes.insert(key.to_owned(), process);
            }
        }
    }

    fn names(&self) -> BTreeSet<(String, String, String)> {
        self.usage.iter().map(|usage| name(&usage.service, &usage.provider, &usage.model)).collect()
    }

    /// Counts one point. `Ok(false)`: it says nothing new.
    fn add(
        &mut self,
        point: &Point,
        now: Timestamp,
        names: &mut BTreeSet<(String, String, String)>,
    ) -> Result<bool, Uncounted> {
        let process = self.processes.get(&point.process).ok_or(Uncounted::TooManySeries)?;
        let costs = process.costs;
        match point.slot {
            Slot::Cost if !costs => return Ok(false),
            Slot::Input(source) | Slot::Output(source) | Slot::Counted(source)
                if process.tokens != Some(source) =>
            {
                return Ok(false);
            }
            _ => {}
        }
        if moment(point.start) > now + AHEAD {
            return Err(Uncounted::Ahead);
        }
        if point.delta && point.time == 0 {
            return Err(Uncounted::NotASum);
        }
        let at = if point.time == 0 { now } else { moment(point.time).min(now) };
        let day = at.day_floor();
        if day < now.day_floor() + -(KEPT - 1) * DAY {
            return Err(Uncounted::TooOld);
        }
        let key =
            if point.delta { point.series.clone() } else { format!("{}@{}", point.series, point.start) };
        if !self.series.contains_key(&key) && self.series.len() >= MOST_SERIES && !self.free_series(now) {
            return Err(Uncounted::TooManySeries);
        }
        let known = self.series.get(&key);
        let mut state = known.map_or_else(|| self.begin(point, now), |series| series.state.clone());
        let added = state.add(point);
        if added > 0 {
            let name = name(&point.service, &point.provider, &point.model);
            if !names.contains(&name) {
                if names.len() >= MOST_NAMES {
                    return Err(Uncounted::TooManyNames);
                }
                names.insert(name);
            }
            self.count(point, day, added, costs)?;
        }
        let (process, start) = (point.process.clone(), moment(point.start));
        self.series.insert(key, Series { process, start, seen: now, state });
        Ok(added > 0)
    }

    /// Lets go of the series that were silent for longest. `false`: none was silent for long enough.
    fn free_series(&mut self, now: Timestamp) -> bool {
        let idle = self.series.iter().filter(|(_, series)| now.since(series.seen) >= IDLE);
        let mut idle: Vec<(Timestamp, String)> =
            idle.map(|(key, series)| (series.seen, key.clone())).collect();
        idle.sort_unstable();
        idle.truncate(TOGETHER);
        for (_, key) in &idle {
            let Some(Series { process, start, state: State::Most(_), .. }) = self.series.remove(key) else {
                continue;
            };
            // If it comes back, its first figure holds what was counted.
            self.since = self.since.max(Some(start.plus(1)));
            if let Some(process) = self.processes.get_mut(&process) {
                process.known = None;
            }
        }
        !idle.is_empty()
    }

    /// As [`Tally::free_series`], of processes.
    fn free_processes(&mut self, now: Timestamp) -> bool {
        let idle = self.processes.iter().filter(|(_, process)| now.since(process.seen) >= IDLE);
        let mut idle: Vec<(Timestamp, String)> =
            idle.map(|(key, process)| (process.seen, key.clone())).collect();
        idle.sort_unstable();
        idle.truncate(TOGETHER);
        for (_, key) in &idle {
            self.processes.remove(key);
        }
        !idle.is_empty()
    }

    /// A series that is new.
    fn begin(&self, point: &Point, now: Timestamp) -> State {
        if point.delta {
            return State::Spans(BTreeSet::new(), 0);
        }
        let start = moment(point.start);
        let process = self.processes.get(&point.process).and_then(|process| process.known);
        let whole = point.start > 0
            && point.start < point.time
            && (self.since.is_some_and(|since| start >= since)
                || process.is_some_and(|known| now.since(known) >= INTRODUCED));
        State::Most(if whole { 0 } else { point.value })
    }

    /// Adds to the day's sums. Error: they do not fit; nothing is changed then.
    fn count(&mut self, point: &Point, day: Timestamp, added: i64, costs: bool) -> Result<(), Uncounted> {
        let wanted = (day, point.service.as_str(), point.provider.as_str(), point.model.as_str());
        let place = self.usage.binary_search_by(|usage| {
            let key = (usage.day, usage.service.as_str(), usage.provider.as_str(), usage.model.as_str());
            key.cmp(&wanted)
        });
        let mut usage = match place {
            Ok(index) => self.usage.get(index).cloned(),
            Err(_) => None,
        }
        .unwrap_or_else(|| Usage {
            day,
            service: point.service.clone(),
            provider: point.provider.clone(),
            model: point.model.clone(),
            input: 0,
            output: 0,
            counted: 0,
            cost: None,
        });
        let sum = match point.slot {
            Slot::Input(_) if !costs => &mut usage.input,
            Slot::Output(_) if !costs => &mut usage.output,
            Slot::Input(_) | Slot::Output(_) | Slot::Counted(_) => &mut usage.counted,
            Slot::Cost => &mut usage.cost.get_or_insert(Qty(0)).0,
        };
        *sum = sum.checked_add(added).ok_or(Uncounted::Inexact)?;
        match place {
            Ok(index) => {
                if let Some(known) = self.usage.get_mut(index) {
                    *known = usage;
                }
            }
            Err(index) => self.usage.insert(index, usage),
        }
        Ok(())
    }
}

impl State {
    /// Takes in a point; what it adds.
    fn add(&mut self, point: &Point) -> i64 {
        match self {
            State::Most(most) => {
                let added = point.value.saturating_sub(*most).max(0);
                *most = point.value.max(*most);
                added
            }
            State::Spans(spans, floor) => {
                let span = (point.time, point.start);
                if point.time <= *floor || !spans.insert(span) {
                    return 0;
                }
                while spans.len() > SPANS {
                    if let Some((end, _)) = spans.pop_first() {
                        *floor = end.max(*floor);
                    }
                }
                point.value
            }
        }
    }
}

fn name(service: &str, provider: &str, model: &str) -> (String, String, String) {
    (service.to_owned(), provider.to_owned(), model.to_owned())
}

/// A moment of the protocol, to the millisecond.
fn moment(nanos: u64) -> Timestamp {
    Timestamp(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
