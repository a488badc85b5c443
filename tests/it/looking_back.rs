//! Weeks through the pipeline, then looked back on: what an alert was told from, and how good forecasts were.

use super::pipeline::Ear;
use super::serving::Serving;
use super::support::Sandbox;
use serde_json::json;
use std::sync::Arc;
use tollwatch::alerts::Rules;
use tollwatch::model::{AccountId, DAY, HOUR, MINUTE, MeterKind, Polled, Qty, Reading, Timestamp, Unit};
use tollwatch::monitor::{Clock, Pipeline, backtest};
use tollwatch::store::Store;

const DAYS: i64 = 26;
const DOLLAR: i64 = 1_000_000_000;

/// $24, burnt at a dollar an hour from 08:00 to 20:00 UTC every day: gone at 20:00 of every second day, topped up at
/// 06:00 of the next. So a wall comes on each odd day, 13 in 26 days.
fn dollars(since: i64) -> i64 {
    let (day, minutes) = (since / DAY, since % DAY / MINUTE);
    let today = (minutes - 8 * 60).clamp(0, 12 * 60);
    let before = if day % 2 == 1 { 12 * 60 } else { 0 };
    // Until 06:00 of an even day it is still what the day before left.
    let renewed = day == 0 || day % 2 == 1 || minutes >= 6 * 60;
    if renewed { (24 * 60 - before - today) * DOLLAR / 60 } else { 0 }
}

fn reading(left: i64) -> Reading {
    let blank = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
    Reading { remaining: Some(Qty(left)), ..blank }
}

async fn weeks(store: &Store, start: Timestamp) {
    let (ear, clock) = (Arc::new(Ear::default()), Clock::manual(start));
    *ear.clock.lock().unwrap() = Some(clock.clone());
    let zone = jiff::tz::TimeZone::UTC;
    let pipeline = Pipeline::new(clock.clone(), store.clone(), ear, Rules::default(), zone).unwrap();
    let account = AccountId::new("acme").unwrap();
    for poll in 0..DAYS * 144 {
        let since = poll * 10 * MINUTE;
        clock.set(start + since);
        let polled = Polled { readings: vec![reading(dollars(since))], ..Polled::default() };
        pipeline.absorb(&account, "Acme".into(), Ok(polled)).await;
    }
}

#[tokio::test]
async fn weeks_are_looked_back_on() {
    let sandbox = Sandbox::new();
    sandbox.write_config(
        "[accounts.acme]\nconnector = \"deepseek\"\nlabel = \"Acme\"\npaused = true\nsecrets = { key = \"env:NO\" }\n",
    );
    std::fs::create_dir_all(sandbox.data_dir()).unwrap();
    let start = Clock::Real.now().day_floor() + -DAYS * DAY;
    let end = start + (DAYS * DAY - 10 * MINUTE);
    let store = Store::open(&sandbox.history(), start).unwrap();
    weeks(&store, start).await;

    // At most one forecast an hour is kept, and what was forecast is in it.
    let meter = store.meters(None).unwrap().remove(0);
    let kept = store.forecasts(meter.id, start, end).unwrap();
    let mut hours: Vec<Timestamp> = kept.iter().map(|one| one.at.hour_floor()).collect();
    hours.dedup();
    assert_eq!(hours.len(), kept.len(), "one an hour");
    // Ten hours of every second night nothing is left, and on the first morning too little is known.
    assert!((450..=DAYS as usize * 24 - 13 * 9).contains(&kept.len()), "{}", kept.len());
    assert!(kept.iter().all(|one| (0.0..=1.0).contains(&one.chance)));

    let scored = backtest::score(&store, end).unwrap();
    let all = &scored.all;
    assert_eq!(all.walls, 13, "{all:?}");
    assert!(all.told >= 12, "but for the first all are told an hour ahead: {all:?}");
    assert_eq!(all.in_vain, 0, "it runs out every second day: {all:?}");
    assert!(all.forecasts > 300, "{all:?}");
    assert!(all.coverage.unwrap() > 0.5, "{all:?}");
    // Enough walls came to read the ranges by them. Those of the last days are not over yet.
    let own = scored.calibrations[&meter.id];
    let [early, middle, late] = own.levels;
    assert!((8..=13).contains(&own.walls) && early < middle && middle < late, "{own:?}");
    assert_eq!(scored.accounts[&meter.account].calibrated, own.walls);
    println!("{all:#?}");

    // A notice keeps what it was told from, though the alert went on.
    let episodes = store.episodes(start, end).unwrap();
    let told: Vec<_> = episodes.iter().map(|one| store.told_of(one.id).unwrap()).collect();
    let worst = told.iter().filter(|told| told.len() > 1).flatten();
    let evidence: Vec<String> = worst.filter_map(|(_, evidence)| evidence.clone()).collect();
    assert!(evidence.len() > 1 && evidence[0] != evidence[1], "{evidence:?}");
    store.close().unwrap();
    drop(store);

    let listed = sandbox.run(&["why", "--list", "--json"]).json();
    let walls: Vec<&serde_json::Value> =
        listed.as_array().unwrap().iter().filter(|one| one["kind"] == "wall").collect();
    let number = walls[1]["id"].to_string();
    let page = sandbox.run(&["why", &number, "--json"]).json();
    let moments = page["moments"].as_array().unwrap();
    assert!(moments.iter().all(|one| one["channel"] == "ear"), "{page}");
    assert!(moments[0]["range"]["p10"].as_i64() < moments[0]["range"]["p50"].as_i64(), "{page}");
    let after: Vec<&str> = page["after"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    assert!(after[0].starts_with("Nothing was left from ") && after[0].contains("20:"), "{after:?}");
    assert!(
        after[1].starts_with("A top-up of $24.00 ended it, ") && after[1].ends_with("06:00."),
        "{after:?}"
    );

    let said = sandbox.run(&["why", &number]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    println!("{}", said.stdout);
    assert!(said.stdout.contains("[ one chance in ten, | even odds"), "{}", said.stdout);
    let wide: Vec<&str> = said.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
    let list = sandbox.run(&["why", "--list"]);
    println!("{}", list.stdout);
    assert!(list.stdout.contains(&format!("#{number}")), "{}", list.stdout);
    let status = sandbox.run(&["status"]).stdout;
    assert!(status.contains("Alerts (`tollwatch why NUMBER` says why)\n  #"), "{status}");
    let wrong = sandbox.run(&["why", "999999"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (1, ""), "{}", wrong.stderr);
    assert_eq!(sandbox.run(&["why", "0"]).code, 2);

    let scored = sandbox.run(&["backtest"]);
    println!("{}", scored.stdout);
    assert!(scored.stdout.starts_with("Of your last 13 walls 1"), "{}", scored.stdout);
    assert_eq!(scored.code, 0);
    assert_eq!(sandbox.run(&["backtest", "--json"]).json()["accounts"][0]["walls"], 13);

    // The same through the window's commands, with the picture.
    let serving = Serving::start(&sandbox, &[], "unix:path=/nowhere/bus");
    let id: i64 = number.parse().unwrap();
    assert_eq!(serving.json("episode", &json!({ "id": id }))["moments"], page["moments"]);
    let request = json!({ "id": id, "at": moments[0]["at"], "width": 640, "height": 240 });
    let picture = &serving.json("episode_chart", &request)["picture"];
    assert!(picture["svg"].as_str().unwrap().starts_with("<svg"), "{picture}");
    let right = picture["x"]["max"].as_f64().unwrap();
    assert!(right > moments[0]["at"].as_f64().unwrap(), "the forecast of then reaches beyond it");
    assert_eq!(serving.call("episode", &json!({ "id": 999_999 })).0, 404);
    assert_eq!(serving.json("backtest", &json!({ "fresh": true }))["accounts"][0]["walls"], 13);
    serving.stop();
}

#[test]
fn without_a_history_there_is_nothing_to_tell_of() {
    let sandbox = Sandbox::new();
    let why = sandbox.run(&["why"]);
    assert_eq!((why.code, why.stdout.as_str()), (3, "No alert was told in the last 30 days.\n"));
    assert_eq!(sandbox.run(&["why", "--json"]).stdout, "null\n");
    let scored = sandbox.run(&["backtest"]);
    assert_eq!(scored.code, 3);
    assert!(scored.stdout.starts_with("Too little history to judge the warnings"), "{}", scored.stdout);
}

#[test]
fn forecasts_are_forgotten_after_180_days_and_with_their_meter() {
    let folder = tempfile::tempdir().unwrap();
    let start = Timestamp(1_780_272_000_000);
    let store = Store::open(&folder.path().join("history.sqlite"), start).unwrap();
    let account = AccountId::new("acme").unwrap();
    let meter = store.ensure_meter(&account, &reading(DOLLAR)).unwrap();
    let made = |at: Timestamp| tollwatch::model::PastForecast {
        at,
        p10: Some(at + HOUR),
        p50: Some(at + 2 * HOUR),
        p90: None,
        chance: 0.123_456,
    };
    let (old, young) = (start + 10 * MINUTE, start + 10 * DAY);
    let keep = |at: Timestamp| store.keep_forecasts(&[(meter.id, made(at)), (999, made(at))]).unwrap();
    [old, old + 40 * MINUTE, young].into_iter().for_each(keep);
    // The second lies in the same hour; a meter that is not there is passed over.
    assert_eq!(store.forecasts(meter.id, start, young).unwrap(), [made(old), made(young)]);
    assert_eq!(store.prune(old + 180 * DAY, 90).unwrap(), 0);
    assert_eq!(store.prune(old + (180 * DAY + 1), 90).unwrap(), 1);
    assert_eq!(store.forecasts(meter.id, start, young).unwrap(), [made(young)]);
    store.forget(&account).unwrap();
    assert!(store.forecasts(meter.id, start, young).unwrap().is_empty());
}
