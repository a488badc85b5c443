//! Snapshot → families. Every account has its share: one with very many meters takes no other's place.

use super::table::At;
use super::{
    Account, Ahead, Family, Kind, Labels, MeterNow, Point, STATES, Snapshot, TABLE, Value, label, words,
};
use crate::model::{Amount, EpisodeState, Qty, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most meters of one account.
pub const METERS: usize = 200;
/// The most series in all: 10,000 accounts with three meters each have 420,000.
pub const SERIES: usize = 1_000_000;

/// What a forecast's moments are labelled with, in the order of [`Ahead::wall`].
const CHANCES: [&str; 3] = ["0.1", "0.5", "0.9"];

type Shared = Arc<[(&'static str, String)]>;

struct Page {
    points: Vec<Vec<Point>>,
    series: usize,
    left_out: u64,
    started: Timestamp,
}

impl Page {
    fn put(&mut self, at: At, shared: &Shared, own: &[(&'static str, &'static str)], value: Value) {
        let start = (TABLE[at as usize].kind == Kind::Counter).then_some(self.started);
        self.point(at, Point { labels: Labels { shared: shared.clone(), own: own.to_vec() }, value, start });
    }

    fn point(&mut self, at: At, point: Point) {
        let finite = point.value.to_f64().is_finite();
        if finite && self.series < SERIES {
            self.series += 1;
            self.points[at as usize].push(point);
        } else if finite {
            self.left_out += 1;
        }
    }
}

/// Every family that has a point, in the order of [`TABLE`].
pub fn families(snapshot: &Snapshot) -> Vec<Family> {
    let mut page = Page {
        points: vec![Vec::new(); TABLE.len()],
        series: 0,
        left_out: snapshot.unnamed,
        started: snapshot.started,
    };
    let none: Shared = Arc::from([]);
    page.put(At::Process, &none, &[], moment(snapshot.started));
    page.put(At::Build, &Arc::from([("version", snapshot.version.to_owned())]), &[], Value::Count(1));
    page.put(At::Untold, &none, &[], Value::Count(snapshot.untold));
    for (at, counts) in [(At::Fired, &snapshot.fired), (At::Told, &snapshot.told)] {
        for counted in counts {
            let own = [("rule", words::rule(counted.kind)), ("severity", words::severity(counted.severity))];
            page.put(at, &none, &own, Value::Count(counted.count));
        }
    }
    episodes(&mut page, snapshot);
    for account in &snapshot.accounts {
        of_account(&mut page, account, snapshot.now);
    }
    let left_out = Value::Count(page.left_out);
    let labels = Labels::default();
    page.points[At::LeftOut as usize].push(Point { labels, value: left_out, start: None });
    let family = |(about, points): (&super::About, Vec<Point>)| Family {
        name: about.name,
        help: about.help,
        unit: about.unit,
        kind: about.kind,
        points,
    };
    TABLE.iter().zip(page.points).filter(|(_, points)| !points.is_empty()).map(family).collect()
}

/// Live episodes. Two with the same labels (meters that were cut) are counted together.
fn episodes(page: &mut Page, snapshot: &Snapshot) {
    let mut counts: BTreeMap<([String; 3], [&'static str; 3]), u64> = BTreeMap::new();
    for live in snapshot.episodes.iter().filter(|live| live.state != EpisodeState::Resolved) {
        let (account, connector) = live.account.clone().unwrap_or_default();
        let meter = live.meter.as_ref().map(|key| label(&key.0)).unwrap_or_default();
        let outer = [label(&account), label(&connector), meter];
        let own = [words::rule(live.kind), words::severity(live.severity), words::state(live.state)];
        *counts.entry((outer, own)).or_default() += 1;
    }
    for (([account, connector, meter], [rule, severity, state]), count) in counts {
        let shared = Arc::from([("account", account), ("connector", connector), ("meter", meter)]);
        let own = [("rule", rule), ("severity", severity), ("state", state)];
        page.put(At::Episodes, &shared, &own, Value::Count(count));
    }
}

fn of_account(page: &mut Page, account: &Account, now: Timestamp) {
    let (name, connector) = (label(&account.name), label(&account.connector));
    let shared: Shared = Arc::from([("account", name.clone()), ("connector", connector.clone())]);
    for state in STATES {
        let is = Value::Count(u64::from(state == account.state));
        page.put(At::State, &shared, &[("state", state)], is);
    }
    if let Some(at) = account.last_good_at {
        page.put(At::LastGood, &shared, &[], moment(at));
        page.put(At::Age, &shared, &[], Value::Real(seconds(now.since(at)).max(0.0)));
    }
    // A good poll may be the first: its counter begins at zero, so that a rate sees it.
    if !account.polls.iter().any(|(failed, _)| failed.is_none()) {
        page.put(At::Polls, &shared, &[("result", words::result(None))], Value::Count(0));
    }
    for (failed, count) in &account.polls {
        page.put(At::Polls, &shared, &[("result", words::result(*failed))], Value::Count(*count));
    }
    for (cause, count) in &account.refusals {
        page.put(At::Refusals, &shared, &[("cause", cause.id())], Value::Count(*count));
    }
    let mut seen = BTreeSet::new();
    for (index, meter) in account.meters.iter().enumerate() {
        let key = label(&meter.key.0);
        // Two of one name would make the page invalid.
        if index >= METERS || !seen.insert((key.clone(), meter.kind, meter.unit)) {
            page.left_out += series(meter);
            continue;
        }
        let shared: Shared = Arc::from([
            ("account", name.clone()),
            ("connector", connector.clone()),
            ("meter", key),
            ("kind", words::kind(meter.kind).to_owned()),
            ("unit", meter.unit.to_string()),
        ]);
        of_meter(page, &shared, meter, now);
    }
}

fn of_meter(page: &mut Page, shared: &Shared, meter: &MeterNow, now: Timestamp) {
    let exact = |qty: Qty| Value::Exact(Amount::new(qty, meter.unit));
    let figures = [
        (At::Headroom, meter.headroom),
        (At::Used, meter.used),
        (At::Limit, meter.limit),
        (At::Remaining, meter.remaining),
    ];
    for (at, qty) in figures {
        if let Some(qty) = qty {
            page.put(at, shared, &[], exact(qty));
        }
    }
    if let Some(spent) = meter.spent {
        let labels = Labels { shared: shared.clone(), own: Vec::new() };
        page.point(At::Spend, Point { labels, value: exact(spent), start: Some(meter.since) });
    }
    page.put(At::Read, shared, &[], moment(meter.read_at));
    let Ahead { wall, before_reset, burn } = meter.ahead;
    if let Some(burn) = burn {
        page.put(At::Burn, shared, &[], Value::Real(burn / 3600.0));
    }
    if let Some(before) = before_reset {
        page.put(At::BeforeReset, shared, &[], Value::Real(before));
    }
    for (chance, at) in CHANCES.into_iter().zip(wall) {
        if let Some(at) = at {
            let left = Value::Real(seconds(at.since(now)).max(0.0));
            page.put(At::Wall, shared, &[("chance", chance)], left);
        }
    }
}

/// How many series a meter has.
fn series(meter: &MeterNow) -> u64 {
    let figures = [meter.headroom, meter.used, meter.limit, meter.remaining, meter.spent];
    let Ahead { wall, before_reset, burn } = meter.ahead;
    let count = figures.iter().flatten().count() + wall.iter().flatten().count();
    (count + usize::from(before_reset.is_some()) + usize::from(burn.is_some()) + 1) as u64
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

fn moment(at: Timestamp) -> Value {
    Value::Real(seconds(at.0))
}
