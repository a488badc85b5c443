//! Many accounts through the whole pipeline with a fake clock: connector → store → engine → store → notifier. Used by
//! the test beside it and by `make bench`; nothing here passes or fails.

#![allow(clippy::unwrap_used, reason = "a run that cannot go on ends there")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tollwatch::alerts::Rules;
use tollwatch::connectors;
use tollwatch::http::{Answer, Http, Network, WireRequest};
use tollwatch::model::{
    Account, AccountId, DAY, EpisodeKind, HOUR, MINUTE, Notice, Secret, Severity, Timestamp,
};
use tollwatch::monitor::{Clock, Pipeline, schedule};
use tollwatch::notify::{Notifier, NotifyError};
use tollwatch::store::Store;

/// Monday 2026-06-01, midnight UTC.
const START: Timestamp = Timestamp(1_780_272_000_000);
/// What a top-up brings, in hundredths of a dollar.
const TOP_UP: i64 = 3_000;

/// What a run came to.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "the benchmark prints all of it and reads none")]
pub(crate) struct Figures {
    /// Polls taken.
    pub(crate) polls: usize,
    /// Walls that came, by account.
    pub(crate) walls: usize,
    /// Walls of which a warning was told before they came.
    pub(crate) warned: usize,
    /// Notices told.
    pub(crate) notices: usize,
    /// Readings that took a row of their own.
    pub(crate) samples: usize,
    /// Size of the history on disk.
    pub(crate) bytes: u64,
}

/// One account's balance in hundredths at every five minutes: spent in sessions of generated length and pace, by day,
/// topped up two hours after it ran dry.
struct Balance {
    cents: Vec<i64>,
    walls: Vec<Timestamp>,
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn balance(seed: u64, days: i64) -> Balance {
    let mut dice = Dice(seed);
    let (mut cents, mut walls) = (Vec::new(), Vec::new());
    let (mut left, mut until, mut pace, mut dry) = (TOP_UP, 0, 0, None);
    for step in 0..days * 288 + 1 {
        let hour = step % 288 / 12;
        if step >= until && (8..19).contains(&hour) && dice.below(20) == 0 {
            until = step + 6 + dice.below(36) as i64;
            pace = 2 + dice.below(10 + seed % 20) as i64;
        }
        if step < until && left > 0 {
            left = (left - dice.below(2 * pace as u64 + 1) as i64).max(0);
            if left == 0 {
                walls.push(START + step * 5 * MINUTE);
                dry = Some(step);
            }
        }
        if dry.is_some_and(|since| step - since >= 24) {
            (left, dry) = (left + TOP_UP, None);
        }
        cents.push(left);
    }
    Balance { cents, walls }
}

/// Keeps when each account was told what.
struct Ear {
    clock: Clock,
    heard: Mutex<Vec<(Timestamp, AccountId, EpisodeKind)>>,
    count: AtomicUsize,
}

#[async_trait::async_trait]
impl Notifier for Ear {
    async fn notify(&self, notice: &Notice, _picture: Option<&[u8]>) -> Result<&'static str, NotifyError> {
        self.count.fetch_add(1, Ordering::Relaxed);
        if let (Some(account), true) = (&notice.resource.account, notice.severity < Severity::Refused) {
            self.heard.lock().unwrap().push((self.clock.now(), account.clone(), notice.resource.kind));
        }
        Ok("ear")
    }
}

fn account(index: usize) -> Account {
    Account {
        id: AccountId::new(format!("account-{index}")).unwrap(),
        label: format!("Account {index}"),
        connector: "deepseek".into(),
        base_url: format!("https://account-{index}.example"),
        secrets: [("key".to_owned(), Secret::new("EXAMPLE"))].into(),
        options: "{}".into(),
        budget: None,
        prices: Default::default(),
        received: Default::default(),
    }
}

/// The provider: answers each account's host with its balance at the clock's time.
fn network(clock: Clock, balances: Arc<Vec<Balance>>) -> Network {
    Network::in_process(Arc::new(move |request: &WireRequest| {
        let index = request.url.split(['-', '.']).nth(1).and_then(|index| index.parse::<usize>().ok());
        let step = usize::try_from(clock.now().since(START) / (5 * MINUTE)).unwrap();
        let cents = balances[index.expect("the account's number")].cents[step];
        let (whole, part) = (cents / 100, cents % 100);
        let body = format!(
            r#"{{"is_available": {}, "balance_infos": [{{"currency": "USD", "total_balance": "{whole}.{part:02}",
                "granted_balance": "0.00", "topped_up_balance": "{whole}.{part:02}"}}]}}"#,
            cents > 0
        );
        Answer { status: 200, headers: Vec::new(), body: body.into_bytes() }
    }))
}

/// So many days of so many accounts, each polled when the live monitor would poll it.
pub(crate) async fn run(accounts: usize, days: i64) -> Figures {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
    let clock = Clock::manual(START);
    let balances: Arc<Vec<Balance>> =
        Arc::new((0..accounts as u64).map(|seed| balance(seed, days)).collect());
    let network = network(clock.clone(), balances.clone());
    let ear = Arc::new(Ear { clock: clock.clone(), heard: Mutex::default(), count: AtomicUsize::default() });
    let zone = jiff::tz::TimeZone::UTC;
    let pipeline = Pipeline::new(clock.clone(), store.clone(), ear.clone(), Rules::default(), zone).unwrap();
    let connector = connectors::find("deepseek").unwrap();
    let watched: Vec<(Account, Http)> = (0..accounts)
        .map(account)
        .map(|account| (account.clone(), Http::open(&network, &account.base_url).unwrap()))
        .collect();
    let mut due: BinaryHeap<Reverse<(Timestamp, usize)>> = (0..accounts)
        .map(|index| Reverse((schedule::next(&watched[index].0.id, 5 * MINUTE, START), index)))
        .collect();
    let mut polls = 0;
    while let Some(Reverse((at, index))) = due.pop() {
        if at.since(START) >= days * DAY {
            continue;
        }
        clock.set(at);
        let (account, http) = &watched[index];
        let outcome = connector.poll(http, account, at).await;
        pipeline.absorb(&account.id, account.label.clone(), outcome).await;
        polls += 1;
        let wait = pipeline.interval(&account.id, 5 * MINUTE, MINUTE, at);
        due.push(Reverse((schedule::next(&account.id, wait, at), index)));
    }
    let heard = ear.heard.lock().unwrap().clone();
    let mut figures = Figures { polls, notices: ear.count.load(Ordering::Relaxed), ..Figures::default() };
    for (index, balance) in balances.iter().enumerate() {
        figures.walls += balance.walls.len();
        let told = |wall: &&Timestamp| {
            heard.iter().any(|(at, account, kind)| {
                *account == watched[index].0.id
                    && *kind == EpisodeKind::Wall
                    && *at < **wall
                    && wall.since(*at) <= 96 * HOUR
            })
        };
        figures.warned += balance.walls.iter().filter(told).count();
    }
    for meter in store.meters(None).unwrap() {
        figures.samples += store.samples(meter.id, START, clock.now()).unwrap().len();
    }
    store.close().unwrap();
    figures.bytes = std::fs::metadata(folder.path().join("history.sqlite")).unwrap().len();
    figures
}
