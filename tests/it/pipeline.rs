//! A month through the whole pipeline with a fake clock: connector → store → forecast → alerts → notify.

use std::sync::{Arc, Mutex};
use tollwatch::alerts::{Evidence, Rules};
use tollwatch::connectors;
use tollwatch::http::{Answer, Http, Network, WireRequest};
use tollwatch::model::{Account, AccountId, DAY, HOUR, MINUTE, Notice, Secret, Severity, Timestamp};
use tollwatch::monitor::{Clock, Pipeline};
use tollwatch::notify::{Notifier, NotifyError};
use tollwatch::store::Store;

/// Monday 2026-06-01, midnight UTC.
const START: Timestamp = Timestamp(1_780_272_000_000);

/// Keeps what it is told; refuses while `deaf`.
#[derive(Default)]
pub(crate) struct Ear {
    pub(crate) heard: Mutex<Vec<(Timestamp, Severity, String)>>,
    pub(crate) clock: Mutex<Option<Clock>>,
    deaf: std::sync::atomic::AtomicBool,
}

#[async_trait::async_trait]
impl Notifier for Ear {
    async fn notify(&self, notice: &Notice, _picture: Option<&[u8]>) -> Result<&'static str, NotifyError> {
        if self.deaf.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(NotifyError { message: "nobody listens".into(), retry: true });
        }
        let now = self.clock.lock().unwrap().as_ref().unwrap().now();
        self.heard.lock().unwrap().push((now, notice.severity, notice.title.clone()));
        Ok("ear")
    }
}

/// A prepaid balance: $30 at the start, burnt at $0.50 an hour from 08:00 to 18:00 UTC on work days, topped up by $30
/// at 20:00 on any day it is found below $1.
fn balance(at: Timestamp) -> i64 {
    let mut cents = 3_000;
    let mut hour = START;
    while hour + HOUR <= at {
        let (day, of_day) = (hour.since(START) / DAY, hour.since(START) % DAY / HOUR);
        if day % 7 < 5 && (8..18).contains(&of_day) {
            cents = (cents - 50).max(0);
        }
        if of_day == 20 && cents < 100 {
            cents += 3_000;
        }
        hour = hour + HOUR;
    }
    cents
}

fn account() -> Account {
    Account {
        id: AccountId::new("deepseek").unwrap(),
        label: "DeepSeek".into(),
        connector: "deepseek".into(),
        base_url: "https://api.deepseek.com".into(),
        secrets: [("key".to_owned(), Secret::new("EXAMPLE"))].into(),
        options: "{}".into(),
        budget: None,
        prices: Default::default(),
        received: Default::default(),
    }
}

fn network(clock: Clock) -> Network {
    let table: Vec<i64> = (0..=32 * 24).map(|hour| balance(START + hour * HOUR)).collect();
    Network::in_process(Arc::new(move |_: &WireRequest| {
        let cents = table[usize::try_from(clock.now().since(START) / HOUR).unwrap()];
        let (whole, part) = (cents / 100, cents % 100);
        let body = format!(
            r#"{{"is_available": {}, "balance_infos": [{{"currency": "USD", "total_balance": "{whole}.{part:02}",
                "granted_balance": "0.00", "topped_up_balance": "{whole}.{part:02}"}}]}}"#,
            cents > 0
        );
        Answer { status: 200, headers: Vec::new(), body: body.into_bytes() }
    }))
}

async fn month(store: &Store, ear: Arc<Ear>) {
    let clock = Clock::manual(START);
    *ear.clock.lock().unwrap() = Some(clock.clone());
    let http = Http::open(&network(clock.clone()), "https://api.deepseek.com").unwrap();
    let account = account();
    let connector = connectors::find("deepseek").unwrap();
    let zone = jiff::tz::TimeZone::UTC;
    let pipeline = Pipeline::new(clock.clone(), store.clone(), ear, Rules::default(), zone).unwrap();
    for poll in 0..30 * 24 * 12 {
        clock.set(START + poll * 5 * MINUTE);
        let outcome = connector.poll(&http, &account, clock.now()).await;
        pipeline.absorb(&account.id, account.label.clone(), outcome).await;
        for live in pipeline.live() {
            // What a kill would lose: when it was seen last and with which figures, of a quarter of an hour at most.
            let stored = store.episode(live.id).unwrap().unwrap();
            assert!(live.goes_on(&stored), "{live:#?}\n{stored:#?}");
            assert!((0..15 * MINUTE).contains(&live.seen_at.since(stored.seen_at)), "{live:#?}\n{stored:#?}");
        }
    }
    // What a notice was told from is what the last poll read.
    for told in store.told(START, clock.now()).unwrap() {
        for (told, evidence) in store.told_of(told.episode).unwrap() {
            let seen: Evidence = serde_json::from_str(&evidence.unwrap()).unwrap();
            assert_eq!(seen.read_at, Some(told.at), "{told:?}");
        }
    }
}

#[tokio::test]
async fn a_month_of_five_minute_polls_is_stored_forecast_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
    let ear = Arc::new(Ear::default());
    #[allow(clippy::disallowed_methods)] // a bound on real time, far above what is measured
    let began = std::time::Instant::now();
    month(&store, ear.clone()).await;
    let took = began.elapsed();
    println!("8,640 polls through the pipeline in {took:?}");

    // $0.50 an hour, ten hours a day: $30 last six work days. Walls by hand: Mon 8 June 18:00, and every sixth work
    // day after; topped up at 20:00 of the same day.
    let walls: Vec<Timestamp> =
        [8, 16, 24].into_iter().map(|day| START + (day - 1) * DAY + 18 * HOUR).collect();
    for wall in &walls {
        assert_eq!(balance(*wall), 0, "the wall is where it was worked out to be");
    }
    let heard = ear.heard.lock().unwrap().clone();
    for (index, wall) in walls.iter().enumerate() {
        let since = if index == 0 { START } else { walls[index - 1] + 3 * HOUR };
        let of_wall: Vec<_> =
            heard.iter().filter(|(at, ..)| *at > since && *at <= *wall + 2 * HOUR).collect();
        let refused: Vec<_> =
            of_wall.iter().filter(|(_, severity, _)| *severity == Severity::Refused).collect();
        assert_eq!(refused.len(), 1, "wall {index}: {of_wall:#?}");
        assert!(refused[0].0 >= *wall, "refused is told when it has happened, not before");
        let early =
            of_wall.iter().filter(|(at, severity, _)| *severity < Severity::Refused && *at < *wall).count();
        assert!(early >= 1, "wall {index} was warned of: {of_wall:#?}");
        for urgency in [Severity::HeadsUp, Severity::Soon, Severity::Now] {
            let told: Vec<Timestamp> =
                of_wall.iter().filter(|(_, severity, _)| *severity == urgency).map(|(at, ..)| *at).collect();
            // A heads-up speaks of four days; when fewer than the two of its lead are left of them, another is due.
            let apart =
                told.windows(2).all(|pair| urgency == Severity::HeadsUp && pair[1] - pair[0] >= 2 * DAY);
            assert!(
                apart,
                "wall {index}: {urgency:?} is told once, or when it no longer holds: {of_wall:#?}"
            );
        }
    }

    // What was spent is conserved: $30 at first, a top-up of $30 after each wall, the rest is what is left.
    let meter = store.meters(None).unwrap().remove(0);
    let end = START + 30 * DAY;
    let hours = store.hours(meter.id, START, end).unwrap();
    let spent: i64 = hours.iter().map(|hour| hour.spent.0).sum();
    let added: i64 = hours.iter().map(|hour| hour.added.0).sum();
    assert_eq!(added, 3 * 30_000_000_000);
    let left = store.latest(meter.id).unwrap().unwrap().remaining.unwrap().0;
    assert_eq!(30_000_000_000 - spent + added, left);
}

#[tokio::test]
async fn a_notice_that_nobody_took_is_told_later_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
    let ear = Arc::new(Ear::default());
    let clock = Clock::manual(START);
    *ear.clock.lock().unwrap() = Some(clock.clone());
    let zone = jiff::tz::TimeZone::UTC;
    let pipeline = Pipeline::new(clock.clone(), store.clone(), ear.clone(), Rules::default(), zone).unwrap();
    let account = account();
    let http = Http::open(&network(clock.clone()), "https://api.deepseek.com").unwrap();
    let connector = connectors::find("deepseek").unwrap();
    ear.deaf.store(true, std::sync::atomic::Ordering::SeqCst);
    // The balance is gone from Mon 8 June 18:00 to 20:00.
    for minutes in [0, 5, 10, 15] {
        clock.set(START + 7 * DAY + 18 * HOUR + minutes * MINUTE);
        if minutes == 10 {
            ear.deaf.store(false, std::sync::atomic::Ordering::SeqCst);
        }
        let outcome = connector.poll(&http, &account, clock.now()).await;
        pipeline.absorb(&account.id, account.label.clone(), outcome).await;
    }
    let heard = ear.heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1, "{heard:#?}");
    assert_eq!(heard[0].1, Severity::Refused);
    assert_eq!(store.told(START, clock.now()).unwrap().len(), 1);
}

#[tokio::test]
async fn two_accounts_that_run_out_together_are_one_notification() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
    let ear = Arc::new(Ear::default());
    let clock = Clock::manual(START);
    *ear.clock.lock().unwrap() = Some(clock.clone());
    let zone = jiff::tz::TimeZone::UTC;
    let start =
        || Pipeline::new(clock.clone(), store.clone(), ear.clone(), Rules::default(), zone.clone()).unwrap();
    let pipeline = start();
    let http = Http::open(&network(clock.clone()), "https://api.deepseek.com").unwrap();
    let connector = connectors::find("deepseek").unwrap();
    for (seconds, id) in [(0, "one"), (20, "two")] {
        clock.set(START + 7 * DAY + 18 * HOUR + seconds * 1_000);
        let account = Account { id: AccountId::new(id).unwrap(), label: id.to_owned(), ..account() };
        let outcome = connector.poll(&http, &account, clock.now()).await;
        pipeline.take_in(&account.id, account.label.clone(), outcome).await;
    }
    assert!(ear.heard.lock().unwrap().is_empty(), "taking in does not tell");
    pipeline.tell().await;
    let heard = ear.heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1, "{heard:#?}");
    assert!(heard[0].2.ends_with(" · and 1 more"), "{heard:#?}");
    let told = store.told(START, clock.now()).unwrap();
    assert_eq!(told.len(), 2, "both are told: {told:#?}");
    assert!(told.iter().all(|told| !told.title.contains("more")), "each in its own words: {told:#?}");
    start().tell().await;
    assert_eq!(ear.heard.lock().unwrap().len(), 1, "nor again after a restart");
}

/// Accounts whose walls are told, with figures on the way; the times are printed, not judged. The aim is 30 s for the
/// month of `make bench`: a test build is slower, and a machine that runs other tests slower still.
async fn accounts_go_through(days: i64) {
    #[allow(clippy::disallowed_methods)] // printed, not judged
    let began = std::time::Instant::now();
    let figures = crate::month::run(50, days).await;
    println!("{days} days of 50 accounts in {:?}: {figures:?}", began.elapsed());
    // Every 5 minutes, every 10 when idle, more often near a wall.
    let usual = 50 * 288 * days as usize;
    assert!(figures.polls > usual / 2 && figures.polls < 2 * usual, "{figures:?}");
    assert!(figures.walls > 5 * days as usize, "{figures:?}");
    assert!(
        figures.warned * 10 >= figures.walls * 9,
        "nine walls of ten are told before they come: {figures:?}"
    );
    assert!(figures.notices <= 6 * figures.walls + 50, "{figures:?}");
}

#[tokio::test]
async fn a_week_of_fifty_accounts_goes_through_and_their_walls_are_told() {
    accounts_go_through(7).await;
}

#[tokio::test]
#[ignore = "a week is always run; `make bench` measures the month"]
async fn a_month_of_fifty_accounts_goes_through_and_their_walls_are_told() {
    accounts_go_through(30).await;
}
