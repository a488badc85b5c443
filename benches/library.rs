//! `make bench`: what the library costs. Figures are read in docs/performance.md; nothing here passes or fails.

use divan::Bencher;
use tollwatch::alerts::Rules;
use tollwatch::api::types::{ChartRange, ChartRequest, ChartWhat};
use tollwatch::api::{ChartData, StoreView};
use tollwatch::config::RhythmConfig;
use tollwatch::engine::rehearsal::{Given, Poll, Scripted};
use tollwatch::forecast::{self, Memory, Outlook};
use tollwatch::metrics::text::{Format, page};
use tollwatch::metrics::{Account, Ahead, MeterNow, Snapshot, families};
use tollwatch::model::{
    AccountId, DAY, Flow, HOUR, MINUTE, Meter, MeterKey, MeterKind, Provenance, Qty, Reading, Sample,
    Timestamp, Unit, Window,
};
use tollwatch::refusal::{Response, explain, paste};
use tollwatch::store::Store;

const NOW: Timestamp = Timestamp(1_795_229_375_000);

fn main() {
    divan::main();
}

fn meter() -> Meter {
    Meter {
        id: 1,
        account: AccountId::new("bench").expect("an id"),
        key: MeterKey::new("balance.usd"),
        kind: MeterKind::Balance,
        label: "balance".into(),
        unit: Unit::USD,
        window: Window::Never,
        provenance: Provenance::Reported,
    }
}

/// A balance that falls by day and is topped up every ten days.
fn samples(days: i64, step: i64) -> Vec<Sample> {
    let mut left = 50_000_000_000_i64;
    let from = NOW + -days * DAY;
    (0..days * DAY / step)
        .map(|index| {
            let at = from + index * step;
            let busy = (8..20).contains(&(at.0 / HOUR % 24));
            left -= if busy { 8_000_000 * (index % 7) * step / (5 * MINUTE) } else { 0 };
            if left < 0 {
                left += 50_000_000_000;
            }
            Sample {
                at,
                last_at: at,
                used: None,
                limit: None,
                remaining: Some(Qty(left)),
                resets_at: None,
                reserve: None,
            }
        })
        .collect()
}

/// Samples read into moves: the same for each, however long the history.
#[divan::bench(args = [73, 365, 730])]
fn flow_of_days(bencher: Bencher, days: i64) {
    let (meter, samples) = (meter(), samples(days, 5 * MINUTE));
    bencher
        .counter(divan::counter::ItemsCount::new(samples.len()))
        .bench_local(|| Flow::fold(&meter, &samples, NOW));
}

/// One more sample at the end of two years.
#[divan::bench]
fn flow_of_one_more_sample(bencher: Bencher) {
    let samples = samples(730, 5 * MINUTE);
    let (flow, _) = Flow::fold(&meter(), &samples[..samples.len() - 1], NOW);
    let last = samples[samples.len() - 1];
    bencher.with_inputs(|| flow).bench_local_values(|mut flow| flow.push(divan::black_box(&last)));
}

#[divan::bench]
fn forecast_of_two_weeks(bencher: Bencher) {
    let (meter, samples) = (meter(), samples(14, 5 * MINUTE));
    let memory = Memory::of(&meter, &samples, NOW);
    bencher.bench(|| forecast::project(&meter, &memory, &Outlook::default(), NOW));
}

/// With work days, hours, and days off ahead.
#[divan::bench]
fn forecast_by_a_calendar(bencher: Bencher) {
    let (meter, samples) = (meter(), samples(14, 5 * MINUTE));
    let memory = Memory::of(&meter, &samples, NOW);
    let week = RhythmConfig {
        hours: Some("09:00-18:00".into()),
        zone: Some("Europe/Berlin".into()),
        holidays: Some(vec!["2026-12-24 to 2027-01-01".into()]),
        ..RhythmConfig::default()
    };
    let outlook = Outlook::of(week.calendar().expect("a calendar").as_ref());
    bencher.bench(|| forecast::project(&meter, &memory, &outlook, NOW));
}

/// What a start without anything stored costs, and a new reading with everything remembered.
#[divan::bench]
fn two_years_remembered(bencher: Bencher) {
    let (meter, samples) = (meter(), samples(730, 5 * MINUTE));
    bencher.bench(|| Memory::of(&meter, &samples, NOW));
}

#[divan::bench]
fn a_reading_more(bencher: Bencher) {
    let (meter, samples) = (meter(), samples(730, 5 * MINUTE));
    let (newest, rest) = samples.split_last().expect("readings");
    let memory = Memory::of(&meter, rest, NOW);
    bencher.with_inputs(|| memory.clone()).bench_values(|mut memory| {
        memory.absorb(newest, NOW);
        forecast::project(&meter, &memory, &Outlook::default(), NOW)
    });
}

/// What a start costs with what was learned stored: three days of samples and six hours are read again.
#[divan::bench]
fn two_years_resumed(bencher: Bencher) {
    let (meter, samples) = (meter(), samples(730, 5 * MINUTE));
    let until = NOW + -6 * HOUR;
    let old: Vec<Sample> = samples.iter().copied().filter(|sample| sample.at <= until).collect();
    let learned = Memory::of(&meter, &old, until).learned().cloned().expect("two years");
    let stored = serde_json::to_string(&learned).expect("text");
    let from = learned.wants(NOW).expect("whole");
    let since: Vec<Sample> = samples.into_iter().filter(|sample| sample.at >= from).collect();
    bencher.bench(|| {
        let learned = serde_json::from_str(&stored).expect("as written");
        Memory::resume(&meter, Some(learned), &since, NOW)
    });
}

/// A balance that lasts about a week, polled every five minutes until its wall, with four weeks of history.
#[divan::bench]
fn replay_of_an_episode(bencher: Bencher) {
    let mut spent = 0;
    let polls: Vec<Poll> = (0..60 * 288)
        .map(|index| {
            let at = NOW + index * 5 * MINUTE;
            let busy = (8..20).contains(&(at.0 / HOUR % 24));
            spent += if busy { 8_000_000 * (index % 7) } else { 0 };
            Poll { at, spent: Qty(spent) }
        })
        .collect();
    let (history, ahead) = polls.split_at(28 * 288);
    let mut account = Scripted::new(AccountId::new("bench").expect("an id"));
    account.absorb(history);
    let given = Given { from: ahead[0].at, amount: Qty(7 * 144 * 24_000_000) };
    let rules = Rules::default();
    bencher
        .counter(divan::counter::ItemsCount::new(1_usize))
        .bench(|| account.run(&rules, given, ahead, false));
}

#[divan::bench]
fn one_poll_recorded(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("history.sqlite"), NOW).expect("a store");
    let account = AccountId::new("bench").expect("an id");
    let mut at = NOW;
    bencher.bench_local(|| {
        at = at + 5 * MINUTE;
        let mut reading = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
        reading.remaining = Some(Qty(at.0 % 50_000_000_000));
        store.record(&account, at, &[reading], &[], &[]).expect("stored")
    });
}

/// What the window does when a year is asked for: the query, the drawing, and the points for tooltip and table.
#[divan::bench]
fn chart_of_a_year(bencher: Bencher) {
    chart(bencher, 365, None);
}

/// Zoomed into so many days, of two years.
#[divan::bench(args = [1, 30, 200])]
fn chart_zoomed(bencher: Bencher, days: i64) {
    chart(bencher, 730, Some((NOW + -(days + 10) * DAY, NOW + -10 * DAY)));
}

fn chart(bencher: Bencher, history: i64, zoom: Option<(Timestamp, Timestamp)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("history.sqlite"), NOW).expect("a store");
    let account = AccountId::new("bench").expect("an id");
    let mut reading = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
    reading.remaining = Some(Qty(0));
    let meter = store.ensure_meter(&account, &reading).expect("a meter");
    store.load_samples(meter.id, &samples(history, 15 * MINUTE)).expect("a history");
    let view = StoreView { store, now: NOW, live: Vec::new() };
    let request = ChartRequest {
        account,
        meter: MeterKey::new("balance.usd"),
        what: ChartWhat::Level,
        range: ChartRange::Year,
        from: zoom.map(|zoom| zoom.0),
        to: zoom.map(|zoom| zoom.1),
        width: 960,
        height: 360,
    };
    // The monitor knows the forecast already; only `tollwatch chart` works it out anew.
    let known = {
        let memory = Memory::of(&meter, &samples(14, 5 * MINUTE), NOW);
        forecast::project(&meter, &memory, &Outlook::default(), NOW)
    };
    bencher.bench_local(|| {
        let data = ChartData::read(&view, &request, Some(known.clone()), None).expect("read");
        data.picture(&request, &jiff::tz::TimeZone::UTC).expect("drawn")
    });
}

/// Bodies of 64 KiB, kind by kind.
fn large(kind: &str) -> Vec<u8> {
    const SIZE: usize = 64 * 1024;
    let filled = |head: &str, part: &str, tail: &str| {
        let count = (SIZE - head.len() - tail.len()) / part.len();
        format!("{head}{}{tail}", part.repeat(count)).into_bytes()
    };
    match kind {
        "plain" => {
            filled(r#"{"list":["#, r#"{"id":"a1","n":1.5,"ok":true},"#, r#"0],"error":{"message":"none"}}"#)
        }
        "wide" => filled("{", r#""a":1,"#, r#""error":{"message":"none"}}"#),
        "nested" => {
            format!("{}{}{}", "{\"error\":[".repeat(30), " ".repeat(SIZE - 400), "]}".repeat(30)).into_bytes()
        }
        "too_deep" => filled("", "[", ""),
        "strings" => filled(
            r#"{"error":{"list":["#,
            &format!(r#""{}\\n","#, "long words ".repeat(90)),
            r#"0],"message":"none"}}"#,
        ),
        "message" => {
            filled(r#"{"error":{"message":""#, "Your 'prompt' was too long. ", r#"","code":"none"}}"#)
        }
        "quotes" => filled(r#"{"error":{"message":""#, " 'a", r#""}}"#),
        "spaces" => filled(r#"{"error":{"message":""#, " ", r#""}}"#),
        "wrapped" => {
            filled(r#"{"error":{"message":"litellm.BadRequestError: DeepseekException - "#, "word ", r#""}}"#)
        }
        "html" => filled("<html>", "<p>none</p>", ""),
        _ => (0..SIZE).map(|at| (at * 7 % 251) as u8).collect(),
    }
}

const KINDS: [&str; 11] = [
    "plain", "wide", "nested", "too_deep", "strings", "message", "quotes", "spaces", "wrapped", "html",
    "garbage",
];

#[divan::bench(args = KINDS)]
fn explain_64_kib(bencher: Bencher, kind: &str) {
    let body = large(kind);
    bencher.bench(|| explain(None, Response { status: Some(402), headers: &[], body: &body }, NOW));
}

#[divan::bench(args = ["plain", "message", "garbage", "curl", "traceback", "braces"])]
fn paste_64_kib(bencher: Bencher, kind: &str) {
    let text = match kind {
        "curl" => format!(
            "HTTP/2 402\ncontent-type: application/json\n\n{}",
            String::from_utf8_lossy(&large("plain"))
        ),
        "traceback" => format!(
            "Traceback\n{}openai.APIError: Error code: 402 - {{'error': {{'message': 'none'}}}}",
            "  File \"/app/main.py\", line 12, in call\n    return self.post(url)\n".repeat(950)
        ),
        "braces" => "{a:".repeat(21_845),
        kind => String::from_utf8_lossy(&large(kind)).into_owned(),
    };
    bencher.bench(|| paste(&text));
}

#[divan::bench]
fn explain_200_headers(bencher: Bencher) {
    let headers: Vec<(String, String)> =
        (0..200).map(|at| (format!("x-ratelimit-reset-{at}"), format!("{at}s"))).collect();
    bencher.bench(|| explain(None, Response { status: Some(429), headers: &headers, body: b"{}" }, NOW));
}

/// What Prometheus asks every half minute of ten thousand accounts with three meters each.
#[divan::bench(args = [100, 10_000], sample_count = 10)]
fn scrape_of_accounts(bencher: Bencher, accounts: usize) {
    let meter = |index: usize| MeterNow {
        key: MeterKey::new(format!("key.{index}.limit")),
        kind: MeterKind::Budget,
        unit: Unit::USD,
        used: Some(Qty(20_880_000_000)),
        limit: Some(Qty(25_000_000_000)),
        remaining: Some(Qty(4_120_000_000)),
        headroom: Some(Qty(4_120_000_000)),
        read_at: NOW,
        spent: Some(Qty(1_234_567_890)),
        since: NOW + -DAY,
        ahead: Ahead {
            wall: [Some(NOW + HOUR), Some(NOW + 2 * HOUR), Some(NOW + DAY)],
            before_reset: Some(0.75),
            burn: Some(1.8),
        },
    };
    let account = |index: usize| Account {
        name: format!("developer-{index}"),
        connector: "openrouter".into(),
        state: "fresh",
        last_good_at: Some(NOW),
        polls: vec![(None, 1_000)],
        refusals: Vec::new(),
        meters: (0..3).map(meter).collect(),
    };
    let accounts = (0..accounts).map(account).collect();
    let snapshot = Snapshot { now: NOW, started: NOW, version: "0", accounts, ..Snapshot::default() };
    bencher.bench(|| page(families(&snapshot), Format::OpenMetrics).expect("a page").len());
}
