//! `tollwatch replay`: scripted accounts whose walls are worked out by hand, the own history, and that both say what
//! the live monitor says.

use crate::bus::PrivateBus;
use crate::serving::Serving;
use crate::support::{Ran, Sandbox};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tollwatch::alerts::Rules;
use tollwatch::model::{
    AccountId, DAY, HOUR, MINUTE, MeterKind, Notice, Polled, Qty, Reading, Sample, Timestamp, Unit,
};
use tollwatch::monitor::{Clock, Pipeline};
use tollwatch::notify::{Notifier, NotifyError};
use tollwatch::store::Store;

/// Monday 2026-06-01, midnight UTC, in seconds.
const START: i64 = 1_780_272_000;
const QUARTER: i64 = 900;

/// A folder with polls and episodes.
struct Script {
    folder: tempfile::TempDir,
}

impl Script {
    fn new() -> Script {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("polls")).unwrap();
        Script { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Polls every quarter of an hour of an account that spends `cents` (a figure of the hour since the start) an hour.
    fn trace(&self, name: &str, hours: i64, cents: impl Fn(i64) -> i64) -> Vec<(i64, i64)> {
        let mut polls = Vec::new();
        let mut quarters = 0;
        for step in 0..hours * 4 {
            polls.push((START + step * QUARTER, quarters));
            quarters += cents(step / 4);
        }
        let rows = polls.iter().map(|(t, quarters)| format!("{t},{}\n", usd(*quarters)));
        let text = format!("t_unix,spent_usd\n{}", rows.collect::<String>());
        if name.ends_with(".gz") {
            let file = std::fs::File::create(self.path("polls").join(name)).unwrap();
            let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            packed.write_all(text.as_bytes()).unwrap();
            packed.finish().unwrap();
        } else {
            std::fs::write(self.path("polls").join(name), text).unwrap();
        }
        polls
    }

    fn replay(&self, more: &[&str]) -> Ran {
        let (polls, episodes) = (self.path("polls"), self.path("episodes.csv"));
        let mut words =
            vec!["replay", "--polls", polls.to_str().unwrap(), "--episodes", episodes.to_str().unwrap()];
        words.extend(more);
        Sandbox::new().run(&words)
    }

    /// The notices by episode: hours since the start, and how urgent.
    fn notices(&self) -> BTreeMap<u64, Vec<(f64, String)>> {
        let ran = self.replay(&[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let mut told: BTreeMap<u64, Vec<(f64, String)>> = BTreeMap::new();
        for line in ran.stdout.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let at = (line["t"].as_i64().unwrap() - START) as f64 / 3600.0;
            let how = line["severity"].as_str().unwrap().to_owned();
            told.entry(line["episode"].as_u64().unwrap()).or_default().push((at, how));
        }
        told
    }
}

/// Quarters of a cent as dollars.
fn usd(quarters: i64) -> String {
    format!("{}.{:04}", quarters / 400, quarters % 400 * 25)
}

const HEAD: &str = "episode,trace,use,start_t,amount_usd\n";

/// $1 an hour by day and night: $50 given at hour 240 are gone at hour 290.
fn steady(name: &str) -> Script {
    let script = Script::new();
    script.trace(name, 400, |_| 100);
    script.write("episodes.csv", &format!("{HEAD}7,steady,U1,{},50\n", START + 240 * 3600));
    script
}

#[test]
fn a_steady_account_is_told_early_and_in_order_and_not_after_its_wall() {
    let told = steady("steady.csv.gz").notices();
    let of: Vec<&str> = told[&7].iter().map(|(_, how)| how.as_str()).collect();
    assert_eq!(of.first(), Some(&"heads_up"), "{told:?}");
    assert!(of.contains(&"soon") && of.contains(&"now"), "{told:?}");
    let first = |how: &str| 290.0 - told[&7].iter().find(|(_, told)| told == how).unwrap().0;
    assert!((1.0..=50.0).contains(&first("heads_up")), "{told:?}");
    assert!((0.5..=24.0).contains(&first("soon")), "{told:?}");
    assert!(first("now") > 0.0, "{told:?}");
    assert!(told[&7].iter().all(|(at, _)| *at >= 240.0 && *at < 290.0), "{told:?}");
}

#[test]
fn packed_and_plain_files_say_the_same() {
    assert_eq!(steady("steady.csv").notices(), steady("steady.csv.gz").notices());
}

#[test]
fn forecasts_are_hourly_and_hold_the_wall() {
    let script = steady("steady.csv");
    let out = script.path("forecasts.csv");
    let ran = script.replay(&["--forecasts", out.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut table = csv::Reader::from_path(&out).unwrap();
    let rows: Vec<(u64, i64, f64, f64, f64)> = table.deserialize().map(Result::unwrap).collect();
    // The first poll of each of the fifty hours.
    let hours: Vec<i64> = rows.iter().map(|row| (row.1 - START) / 3600).collect();
    assert_eq!(hours, (240..290).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.0 == 7 && row.1 % 3600 == 0));
    for (_, t, p10, p50, p90) in rows {
        let left = 290.0 - (t - START) as f64 / 3600.0;
        assert!(p10 <= p50 && p50 <= p90, "{p10} {p50} {p90}");
        assert!(p10 <= left && left <= p90 + 1.0, "{left} h left, told {p10} to {p90}");
        assert!(left < 6.0 || (p50 / left - 1.0).abs() < 0.3, "{left} h left, told {p50}");
    }
}

/// Work from 8 to 18 o'clock on five days of seven, at a pace that changes from hour to hour.
fn by_day(hour: i64) -> i64 {
    let (day, hour) = (hour / 24 % 7, hour % 24);
    if day < 5 && (8..18).contains(&hour) { 40 + (hour * 37 + day * 11) % 90 } else { 0 }
}

#[test]
fn episodes_of_one_trace_share_its_history_and_nothing_else() {
    let script = Script::new();
    script.trace("days.csv", 24 * 40, by_day);
    let rows: Vec<String> = [(1, 21, "30"), (2, 23, "45.5"), (3, 21, "12"), (4, 35, "8.25")]
        .map(|(episode, day, amount)| format!("{episode},days,U1,{},{amount}\n", START + day * 86_400))
        .into();
    script.write("episodes.csv", &format!("{HEAD}{}", rows.concat()));
    let together = script.notices();
    assert!(together.len() >= 3, "{together:?}");
    for row in &rows {
        script.write("episodes.csv", &format!("{HEAD}{row}"));
        for (episode, alone) in script.notices() {
            assert_eq!(Some(&alone), together.get(&episode), "episode {episode}");
        }
    }
}

/// Hears the live monitor.
struct Ear {
    clock: Clock,
    heard: Mutex<Vec<(i64, String)>>,
}

#[async_trait::async_trait]
impl Notifier for Ear {
    async fn notify(&self, notice: &Notice, _picture: Option<&[u8]>) -> Result<&'static str, NotifyError> {
        let how = serde_json::to_value(notice.severity).unwrap().as_str().unwrap().to_owned();
        self.heard.lock().unwrap().push((self.clock.now().0 / 1000, how));
        Ok("ear")
    }
}

#[tokio::test]
async fn the_live_monitor_says_the_same_of_the_same_readings() {
    let script = Script::new();
    let polls = script.trace("days.csv", 24 * 27, by_day);
    let start = START + 21 * 86_400;
    script.write("episodes.csv", &format!("{HEAD}1,days,U1,{start},20\n"));
    let replayed: Vec<(i64, String)> = script.notices()[&1]
        .iter()
        .map(|(hours, how)| (START + (hours * 3600.0).round() as i64, how.clone()))
        .collect();
    assert!(replayed.len() >= 2, "{replayed:?}");

    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(Timestamp(START * 1000));
    let store = Store::open(&folder.path().join("history.sqlite"), clock.now()).unwrap();
    let ear = Arc::new(Ear { clock: clock.clone(), heard: Mutex::default() });
    let zone = jiff::tz::TimeZone::UTC;
    let pipeline = Pipeline::new(clock.clone(), store, ear.clone(), Rules::default(), zone).unwrap();
    let account = AccountId::new("live").unwrap();
    let given = polls.iter().find(|(t, _)| *t == start).unwrap().1;
    for (t, spent) in polls {
        clock.set(Timestamp(t * 1000));
        let money = |quarters: i64| Some(Qty(quarters * 2_500_000));
        let mut reading = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
        reading.used = money(spent);
        reading.limit = if t >= start { money(given + 20 * 400) } else { None };
        if reading.headroom().is_some_and(|left| left <= Qty(0)) {
            break;
        }
        pipeline
            .absorb(&account, "live".into(), Ok(Polled { readings: vec![reading], ..Polled::default() }))
            .await;
    }
    assert_eq!(*ear.heard.lock().unwrap(), replayed);
}

#[test]
fn what_cannot_be_read_is_said_with_file_and_row() {
    let said = |change: &dyn Fn(&Script), words: &[&str]| {
        let script = steady("steady.csv");
        change(&script);
        let ran = script.replay(&[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "'{word}' is not in: {}", ran.stderr);
        }
    };
    let polls = |text: &'static str| move |script: &Script| script.write("polls/steady.csv", text);
    said(&polls("t_unix,spent_usd\n1,0\n2,one\n"), &["steady.csv", "row 2", "'one'"]);
    said(&polls("t_unix,spent_usd\n1,5\n2,4\n"), &["steady.csv", "row 2", "total so far"]);
    said(&polls("t_unix,spent_usd\n2,5\n2,6\n"), &["steady.csv", "row 2", "not later"]);
    said(&polls("time,spent\n1,5\n"), &["steady.csv", "t_unix"]);
    let episodes = |rows: &'static str| move |script: &Script| script.write("episodes.csv", rows);
    said(&episodes("episode,trace,use,start_t,amount_usd\n1,gone,U1,5,1\n"), &["gone.csv"]);
    said(&episodes("episode,trace,use,start_t,amount_usd\n1,../x,U1,5,1\n"), &["../x"]);
    said(&episodes("episode,trace,use,start_t,amount_usd\n1,steady,U1,5,0\n"), &["row 1", "amount_usd"]);
    said(&episodes("episode,trace,use,start_t,amount_usd\n1,steady,U1,5,1\n1,steady,U1,5,1\n"), &["twice"]);
    said(&|script: &Script| std::fs::remove_file(script.path("episodes.csv")).unwrap(), &["episodes.csv"]);
    let half = Sandbox::new().run(&["replay", "--polls", "somewhere"]);
    assert_eq!(half.code, 2, "{}", half.stderr);
    assert!(half.stderr.contains("--episodes"), "{}", half.stderr);
}

#[test]
fn an_account_without_a_poll_after_its_start_is_told_nothing() {
    let script = steady("steady.csv");
    script.write("episodes.csv", &format!("{HEAD}7,steady,U1,{},50\n", START + 400 * 3600));
    assert!(script.notices().is_empty());
}

/// Eight weeks of a balance that burns $1 an hour by day, ten hours every day, and gets $30 two hours after it ran
/// dry: every third day at 18:00 a wall. The last day ends with the newest reading.
fn own_history(path: &Path, end: Timestamp) -> Vec<Timestamp> {
    let from = end + -56 * DAY;
    let mut samples: Vec<Sample> = Vec::new();
    let mut walls = Vec::new();
    let mut cents = 3_000;
    for step in 0..56 * 288 {
        let at = from + step * 5 * MINUTE;
        let of_day = step % 288;
        if (96..216).contains(&of_day) && step % 6 == 5 {
            cents -= 50;
            if cents == 0 {
                walls.push(at);
            }
        }
        if of_day == 240 && cents == 0 {
            cents = 3_000;
        }
        let sample = Sample {
            at,
            last_at: at,
            used: None,
            limit: None,
            remaining: Some(Qty(cents * 10_000_000)),
            resets_at: None,
            reserve: None,
        };
        match samples.last_mut().filter(|last| last.says_the_same(&sample)) {
            Some(last) => last.last_at = at,
            None => samples.push(sample),
        }
    }
    let store = Store::open(path, end).unwrap();
    let mut reading = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
    reading.remaining = Some(Qty(0));
    let meter = store.ensure_meter(&AccountId::new("mine").unwrap(), &reading).unwrap();
    store.load_samples(meter.id, &samples).unwrap();
    walls
}

#[test]
fn the_own_history_says_what_a_rule_would_have_told() {
    let sandbox = Sandbox::new();
    sandbox.write_config(
        "[accounts.mine]\nconnector = \"openrouter\"\nlabel = \"Mine\"\nsecrets = { key = \"env:NONE\" }\n",
    );
    std::fs::create_dir_all(sandbox.data_dir()).unwrap();
    let now = Clock::Real.now();
    let walls = own_history(&sandbox.history(), now);
    let ran = sandbox.run(&["replay", "--since", "4w", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let view = ran.json();
    // By hand: $10 a day of $30 is a wall every third day.
    let expected: Vec<i64> = walls.iter().filter(|at| now.since(**at) < 28 * DAY).map(|at| at.0).collect();
    assert!((9..=10).contains(&expected.len()), "{expected:?}");
    let came: Vec<i64> =
        view["walls"].as_array().unwrap().iter().map(|wall| wall["at"].as_i64().unwrap()).collect();
    assert_eq!(came, expected);
    let timely = view["walls"].as_array().unwrap().iter().filter(|wall| wall["timely"] == true).count();
    assert!(timely * 10 >= came.len() * 9, "{view:#}");
    assert_eq!(view["missed"].as_u64().unwrap() as usize, came.len() - timely);
    let told = view["notices"].as_array().unwrap();
    let per_week = told.len() as f64 / 4.0;
    assert!((view["per_week"].as_f64().unwrap() - per_week).abs() < 0.1, "{view:#}");
    let right = told.iter().filter(|notice| notice["fate"] == "right").count();
    assert!(right >= timely, "{view:#}");
    let in_vain = told.iter().filter(|notice| notice["fate"] == "in_vain").count();
    assert_eq!(view["in_vain"].as_u64(), Some(in_vain as u64));

    // Less sensitive: not more notices, and the same walls.
    let low = sandbox.run(&["replay", "mine", "--since", "28d", "--sensitivity", "low", "--json"]).json();
    assert_eq!(low["walls"].as_array().unwrap().len(), came.len());
    assert!(low["notices"].as_array().unwrap().len() <= told.len(), "{low:#}");
    assert_eq!(low["sensitivity"], "low");

    let table = sandbox.run(&["replay", "--since", "4w"]);
    assert_eq!(table.code, 0, "{}", table.stderr);
    let summary = format!("would have told you {} times in 28 days, ", told.len());
    assert!(table.stdout.contains(&summary) && table.stdout.contains("Mine · balance"), "{}", table.stdout);

    let gone = sandbox.run(&["replay", "yours"]);
    assert_eq!(gone.code, 1);
    assert!(gone.stderr.contains("yours") && gone.stderr.contains("accounts list"), "{}", gone.stderr);
    assert_eq!(sandbox.run(&["replay", "--since", "400d"]).code, 2);
}

#[test]
fn the_window_can_ask_for_it() {
    let (bus, sandbox) = (PrivateBus::start(), Sandbox::new());
    let running = Serving::start(&sandbox, &["--demo"], &bus.address);
    let view = running.json("replay", &json!({ "days": 14 }));
    assert_eq!(view["sensitivity"], "normal");
    let (from, to) = (view["from"].as_i64().unwrap(), view["to"].as_i64().unwrap());
    assert!(to - from > 13 * DAY && to - from <= 14 * DAY, "{view:#}");
    assert!(view["per_week"].as_f64().unwrap() > 0.0, "{view:#}");
    let in_time = |notice: &Value| (from..=to + HOUR).contains(&notice["at"].as_i64().unwrap());
    assert!(view["notices"].as_array().unwrap().iter().all(in_time), "{view:#}");
    assert_eq!(running.call("replay", &json!({ "days": 0 })).0, 400);
    // What is set on the page is tried before it is saved: with every balance below what the user wants to have,
    // there is more to tell.
    let all =
        json!({ "sensitivity": "low", "quiet": "", "breaks_through": true, "bursts": false, "low": "" });
    let plain = running.json("replay", &json!({ "days": 14, "settings": all }));
    let mut more = all.clone();
    more["low"] = json!("1000000 USD");
    let more = running.json("replay", &json!({ "days": 14, "settings": more }));
    assert_eq!((&plain["sensitivity"], &more["sensitivity"]), (&json!("low"), &json!("low")));
    let lows =
        |view: &Value| view["notices"].as_array().unwrap().iter().filter(|one| one["kind"] == "low").count();
    assert!(lows(&plain) == 0 && lows(&more) > 0, "{:#} {:#}", plain["summary"], more["summary"]);
    let mut wrong = all;
    wrong["quiet"] = json!("at night");
    let (code, said) = running.call("replay", &json!({ "days": 14, "settings": wrong }));
    assert!(code == 400 && said.to_string().contains("quiet hours"), "{code} {said}");
    assert!(said.contains("\"code\":\"quiet\""), "the form is told the field: {said}");
    // One account's lead as well: with two weeks to get money, warnings come earlier than with a card at hand.
    let own = |lead: &str| {
        let own = json!({ "account": "demo-deepseek", "label": "", "lead": lead, "reload_below": "", "key_expires": "" });
        json!({ "account": "demo-deepseek", "days": 14, "own": own })
    };
    let (code, said) = running.call("replay", &own("soon"));
    assert!(code == 400 && said.contains("\"code\":\"lead\""), "{code} {said}");
    let earliest = |lead: &str| {
        let view = running.json("replay", &own(lead));
        let notices = view["notices"].as_array().unwrap().iter().filter(|notice| notice["kind"] == "wall");
        notices.filter_map(|notice| notice["at"].as_i64()).min().unwrap_or(i64::MAX)
    };
    let (card, invoice) = (earliest("minutes"), earliest("10 working days"));
    assert!(invoice < card, "{card} {invoice}");
    assert_eq!(
        running.json("alert_settings", &json!({}))["all"]["sensitivity"],
        "normal",
        "nothing was saved"
    );
    running.stop();
}
