//! The user's calendar and what-if: through the pipeline, and at the command line.

use super::pipeline::Ear;
use super::support::Sandbox;
use std::collections::BTreeMap;
use std::sync::Arc;
use tollwatch::alerts::Rules;
use tollwatch::engine::past::{Record, replay};
use tollwatch::forecast::{Forecast, Outlook};
use tollwatch::model::{
    AccountId, Away, DAY, HOUR, MINUTE, Meter, MeterKey, MeterKind, Polled, Qty, Reading, Rhythm, Sample,
    Severity, Timestamp, Unit,
};
use tollwatch::monitor::{Clock, Pipeline};
use tollwatch::store::Store;

const DOLLAR: i64 = 1_000_000_000;
/// Monday 2026-06-01, midnight UTC.
const START: Timestamp = Timestamp(1_780_272_000_000);

fn balance(nano: i64) -> Reading {
    let reading = Reading::new("balance", MeterKind::Balance, "balance", Unit::USD);
    Reading { remaining: Some(Qty(nano)), ..reading }
}

fn id() -> AccountId {
    AccountId::new("a").unwrap()
}

/// What is heard from Friday 18:00 to Monday 00:00 of an account that burns a dollar an hour round the clock for
/// eighteen days until nothing is left, is topped up by $3 on Friday 18:00, and burns on only where `burns` says so
/// (told hours since).
async fn heard(away: bool, burns: fn(i64) -> bool) -> Vec<(Timestamp, Severity, String)> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
    let (clock, ear) = (Clock::manual(START), Arc::new(Ear::default()));
    *ear.clock.lock().unwrap() = Some(clock.clone());
    let pipeline =
        Pipeline::new(clock.clone(), store, ear.clone(), Rules::default(), jiff::tz::TimeZone::UTC).unwrap();
    let friday = START + 18 * DAY + 18 * HOUR;
    let monday = START + 21 * DAY;
    let mut left = 450 * DOLLAR;
    let mut now = START;
    while now < monday {
        clock.set(now);
        left = if now == friday { 3 * DOLLAR } else { left };
        let polled = Polled { readings: vec![balance(left)], ..Polled::default() };
        pipeline.absorb(&id(), "Acme".to_owned(), Ok(polled)).await;
        if now == friday && away {
            let zone = jiff::tz::TimeZone::UTC;
            let absence = Some(Away { since: Some(friday), until: monday });
            let rhythm = Rhythm { zone, week: None, holidays: Vec::new(), away: absence };
            pipeline.set_outlooks(BTreeMap::from([(id(), Outlook::of(Some(&rhythm)))]));
            let forecast = pipeline.statuses()[&id()].forecasts[&MeterKey::new("balance")].clone();
            let Forecast::Wall(wall) = forecast else { panic!("{forecast:?}") };
            assert!(wall.p50 >= monday, "the forecast at hand is made anew without a poll: {}", wall.p50);
        }
        now = now + 10 * MINUTE;
        if now <= friday || burns(now.since(friday) / HOUR) {
            left = (left - DOLLAR / 6).max(0);
        }
    }
    let heard = ear.heard.lock().unwrap().clone();
    heard.into_iter().filter(|(at, ..)| *at > friday).collect()
}

#[tokio::test]
async fn away_until_monday_silences_what_nobody_will_spend() {
    let never = |_| false;
    let told = heard(false, never).await;
    assert!(
        told.iter().any(|(_, severity, _)| *severity == Severity::Soon),
        "$3 last three hours: {told:#?}"
    );
    // Nothing is urgent until the four hours ahead reach Monday. A heads-up of Monday's wall is right.
    let told = heard(true, never).await;
    let urgent = |(at, severity, _): &&(Timestamp, Severity, String)| {
        *severity >= Severity::Soon && *at < START + 20 * DAY + 20 * HOUR
    };
    assert_eq!(told.iter().find(urgent), None, "$3 lie still until Monday: {told:#?}");
}

#[tokio::test]
async fn a_burn_while_away_is_told_before_its_wall() {
    // Quiet for a day, then a machine goes on at a dollar an hour: $3 are gone after three hours.
    let begins = |hour: i64| hour >= 24;
    let wall = START + 19 * DAY + 21 * HOUR;
    let heard = heard(true, begins).await;
    let before: Vec<_> = heard.iter().filter(|(at, ..)| *at < wall).collect();
    assert!(
        before.iter().any(|(at, severity, _)| *severity >= Severity::Soon && wall - *at >= HOUR),
        "an hour ahead at least: {heard:#?}"
    );
}

/// The notices of a wall from Friday 18:00 to Monday 00:00 by a replay of what is stored: a dollar an hour for eighteen
/// days, $3 on Friday 18:00, and nothing spent since.
fn replayed(outlook: Outlook) -> Vec<(Timestamp, Severity)> {
    let reading = balance(0);
    let meter = Meter {
        id: 1,
        account: id(),
        key: reading.meter.clone(),
        kind: reading.kind,
        label: reading.label.clone(),
        unit: reading.unit,
        window: reading.window,
        provenance: reading.provenance,
    };
    let (friday, monday) = (START + 18 * DAY + 18 * HOUR, START + 21 * DAY);
    let sample = |at: Timestamp, last_at: Timestamp, left: i64| Sample {
        at,
        last_at,
        used: None,
        limit: None,
        remaining: Some(Qty(left)),
        resets_at: None,
        reserve: None,
    };
    let steps = (friday - START) / (30 * MINUTE);
    let mut samples: Vec<Sample> = (0..steps)
        .map(|step| (START + step * 30 * MINUTE, (450 * 2 - step) * DOLLAR / 2))
        .map(|(at, left)| sample(at, at, left))
        .collect();
    samples.push(sample(friday, monday, 3 * DOLLAR));
    let record = Record {
        account: id(),
        label: "Acme".to_owned(),
        meters: vec![(meter, samples)],
        gaps: Vec::new(),
        refusals: Vec::new(),
        every: 10 * MINUTE,
        outlook,
    };
    let told = replay(&[record], &Rules::default(), friday, monday);
    told.into_iter().map(|told| (told.at, told.notice.severity)).collect()
}

#[test]
fn a_replay_of_the_past_knows_the_calendar_too() {
    let zone = jiff::tz::TimeZone::UTC;
    let absence = Some(Away { since: Some(START + 18 * DAY + 18 * HOUR), until: START + 21 * DAY });
    let rhythm = Rhythm { zone, week: None, holidays: Vec::new(), away: absence };
    let urgent = |(at, severity): &(Timestamp, Severity)| {
        *severity >= Severity::Soon && *at < START + 20 * DAY + 20 * HOUR
    };
    let (blind, seeing) = (replayed(Outlook::default()), replayed(Outlook::of(Some(&rhythm))));
    assert!(blind.iter().any(urgent), "$3 last three hours: {blind:?}");
    assert!(!seeing.iter().any(urgent), "{seeing:?}");
}

/// A sandbox with an account and three days of readings until now: a dollar an hour round the clock, $20 left.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write_config(
        "# mine\n[rhythm]\nzone = \"UTC\"\n[accounts.a]\nconnector = \"openrouter\"\n\
         [accounts.server]\nconnector = \"openrouter\"\nrhythm = { always_on = true }\n",
    );
    std::fs::create_dir_all(sandbox.data_dir()).unwrap();
    let end = Clock::Real.now();
    let store = Store::open(&sandbox.history(), end).unwrap();
    for account in [id(), AccountId::new("server").unwrap()] {
        for step in 0..=144 {
            let left = 20 * DOLLAR + (144 - step) * DOLLAR / 2;
            let at = end + -(144 - step) * 30 * MINUTE;
            store.record(&account, at, &[balance(left)], &[], &[]).unwrap();
        }
    }
    store.close().unwrap();
    sandbox
}

fn p50(view: &serde_json::Value) -> i64 {
    view["p50"].as_i64().unwrap_or_else(|| panic!("no wall: {view}"))
}

#[test]
fn what_if_moves_the_wall_and_changes_nothing() {
    let sandbox = sandbox();
    let now = Clock::Real.now().0;
    let ask = |words: &[&str]| {
        let ran = sandbox.run(&[&["--json", "what-if"], words].concat());
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.stderr);
        ran.json()["meters"][0].clone()
    };
    let hours = |view: &serde_json::Value| (p50(view) - now) as f64 / HOUR as f64;
    // $20 at a dollar an hour; half the price lasts twice as long; $10 more now leave ten hours.
    let half = ask(&["a", "--factor", "0.5"]);
    assert!((17.0..23.0).contains(&hours(&half["before"])), "{half}");
    assert!((hours(&half["after"]) / hours(&half["before"]) - 2.0).abs() < 0.1, "{half}");
    let batch = ask(&["a", "--spend", "10 USD"]);
    assert!((8.0..12.0).contains(&hours(&batch["after"])), "{batch}");
    let all = ask(&["a", "--spend", "30 USD", "--at", "now"]);
    assert!(hours(&all["after"]).abs() < 0.2, "{all}");
    assert!(all["sentence"].as_str().unwrap().contains("takes all of the $20.00"), "{all}");
    // In words, and with an absence that a server does not have.
    let words = sandbox.run(&["what-if", "a", "--spend", "10 USD", "--at", "now"]);
    assert!(
        words.stdout.contains("With $10.00 more today") && words.stdout.contains("earlier."),
        "{}",
        words.stdout
    );
    let server = sandbox.run(&["what-if", "server", "--away-until", "monday"]);
    assert!(
        server.stdout.contains("as without it") && server.stdout.contains("always on"),
        "{}",
        server.stdout
    );
    assert!(sandbox.read_config().starts_with("# mine\n[rhythm]\nzone = \"UTC\"\n[accounts.a]"));
    for (words, says) in [
        (&["what-if", "a"][..], "say what would change"),
        (&["what-if", "nobody", "--factor", "2"], "there is no account nobody"),
        (&["what-if", "a", "--factor", "0"], "no factor from 0.01 to 100"),
        (&["what-if", "a", "--factor", "NaN"], "no factor from 0.01 to 100"),
        (&["what-if", "a", "--spend", "lots"], "write it like 30 USD"),
        (&["what-if", "a", "--spend", "0 USD"], "is not more than zero"),
        (&["what-if", "a", "--spend", "30 EUR"], "write the amount in USD"),
        (&["what-if", "a", "--spend", "3 USD", "--at", "someday"], "is no date: write it like 2026-12-07"),
        (&["what-if", "a", "--spend", "3 USD", "--at", "2020-01-01"], "is past"),
        (&["what-if", "a", "--spend", "3 USD", "--at", "2999-01-01"], "further than the 60 days"),
        (&["what-if", "a", "--away-until", "2020-01-01"], "is not in the future"),
        (&["what-if", "a", "--meter", "credits", "--factor", "2"], "no meter credits"),
    ] {
        let ran = sandbox.run(words);
        assert!(ran.code == 1 && ran.stderr.contains(says), "{words:?}: {} {}", ran.code, ran.stderr);
    }
}

#[test]
fn away_is_written_counts_in_status_and_is_taken_back() {
    let sandbox = sandbox();
    // The nearest wall stands first, so accounts are found by name.
    let status = |account: &str| {
        let view = sandbox.run(&["--json", "status"]).json();
        let found = view["accounts"].as_array().unwrap().iter().find(|one| one["id"] == account);
        found.unwrap()["meters"][0]["forecast"].clone()
    };
    let before = (p50(&status("a")), p50(&status("server")));
    assert!(sandbox.run(&["away"]).stdout.starts_with("You are not away."));
    // A month from now, as a date.
    let until = Clock::Real.now() + 30 * DAY;
    let date = until.to_string()[..10].to_owned();
    let ran = sandbox.run(&["away", "until", &date]);
    assert!(ran.code == 0 && ran.stdout.starts_with("You are away until"), "{}{}", ran.stdout, ran.stderr);
    assert!(sandbox.read_config().contains(&format!("away_until = \"{date}\"")), "{}", sandbox.read_config());
    assert!(p50(&status("a")) > until.day_floor().0, "{}", status("a"));
    assert!((p50(&status("server")) - before.1).abs() < 10 * MINUTE, "a server is not away");
    let off = sandbox.run(&["away", "off"]);
    assert!(off.code == 0 && !sandbox.read_config().contains("away"), "{}", sandbox.read_config());
    assert!((p50(&status("a")) - before.0).abs() < 10 * MINUTE);
    for (date, says) in [("2020-01-01", "is not in the future"), ("soon", "write it like 2026-12-07")] {
        let ran = sandbox.run(&["away", "until", date]);
        assert!(ran.code == 1 && ran.stderr.contains(says), "{date}: {}", ran.stderr);
    }
}
