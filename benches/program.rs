//! `make bench`: what the program costs as a whole process: its start, `status` on a year of fifty meters, and a
//! minute of `serve` with ten accounts (Linux: memory and time come from /proc).

#![allow(clippy::print_stdout, reason = "its figures are what it is for")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tollwatch::model::{AccountId, DAY, HOUR, MINUTE, MeterKind, Qty, Reading, Sample, Timestamp, Unit};
use tollwatch::monitor::Clock;
use tollwatch::store::Store;

#[path = "../tests/it/month.rs"]
mod month;
// Not beside this file, where Cargo would take it for a benchmark of its own.
#[path = "parts/process.rs"]
mod process;

use process::{Felt, answer, busy_upstream, command, now, usage};

const ACCOUNTS: usize = 10;
/// Of each account; the first is the one that polls find.
const METERS: [&str; 5] = ["balance.usd", "balance.cny", "balance.eur", "balance.gbp", "balance.jpy"];

fn main() {
    // `-- prepare FOLDER URL`: two hundred accounts with two years of history, for benches/input.mjs.
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().position(|word| word == "prepare") {
        let (folder, upstream) = (Path::new(&words[at + 1]), &words[at + 2]);
        configure(folder, upstream, 200, 3600);
        history(folder, 200, &METERS[..1], 730);
        return;
    }
    // `-- exports`: two hundred accounts with two years of history, out in every format and in again.
    if words.iter().any(|word| word == "exports") {
        return exports(200);
    }
    accounts_of_a_month();
    // `cargo bench … --bench program -- month`: no more than this.
    if std::env::args().any(|word| word == "month") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let upstream = upstream();
    configure(folder.path(), &upstream, ACCOUNTS, 300);
    println!("\nwhole process, median of 15 (min – max)");
    times("start: tollwatch --version", folder.path(), &["--version"]);
    print!("building a year of history of {} meters … ", ACCOUNTS * METERS.len());
    let _ = std::io::stdout().flush();
    history(folder.path(), ACCOUNTS, &METERS, 365);
    let size = std::fs::metadata(folder.path().join("data/history.sqlite")).map_or(0, |file| file.len());
    println!("{} MB", size / 1_000_000);
    times("status", folder.path(), &["status"]);
    serve(folder.path());
    crowd();
}

/// A month of fifty accounts through the whole pipeline with a fake clock, in this process.
fn accounts_of_a_month() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let began = now();
    let figures = runtime.block_on(month::run(50, 30));
    println!("\na month of 50 accounts, fake clock: {:.1} s, {figures:?}", began.elapsed().as_secs_f64());
}

fn times(what: &str, folder: &Path, words: &[&str]) {
    let mut taken: Vec<Duration> = (0..16)
        .map(|_| {
            let began = now();
            let _ = command(folder, words).stdout(Stdio::null()).status();
            began.elapsed()
        })
        .skip(1)
        .collect();
    taken.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!("{what}: {:.1} ms ({:.1} – {:.1})", ms(taken[7]), ms(taken[0]), ms(taken[14]));
}

fn configure(folder: &Path, upstream: &str, accounts: usize, interval: u32) {
    let mut text = String::from("[alerts]\ndesktop = false\n");
    for account in 0..accounts {
        text.push_str(&format!(
            "[accounts.a{account}]\nconnector = \"deepseek\"\nbase_url = \"{upstream}\"\nsecrets = {{ key = \"env:BENCH_KEY\" }}\ninterval = {interval}\n"
        ));
    }
    std::fs::create_dir_all(folder.join("config")).expect("a folder");
    std::fs::write(folder.join("config/config.toml"), text).expect("a config");
}

/// As it stands after so many days of polls: every reading of the last 90 days, hours before.
fn history(folder: &Path, accounts: usize, meters: &[&str], days: i64) {
    let now = Clock::Real.now();
    let store = Store::open(&folder.join("data/history.sqlite"), now).expect("a store");
    for account in 0..accounts {
        let id = AccountId::new(format!("a{account}")).expect("an id");
        for key in meters {
            let code = key.rsplit('.').next().unwrap_or_default();
            let unit = Unit::Money(code.parse().expect("a currency"));
            let mut reading = Reading::new(key, MeterKind::Balance, *key, unit);
            reading.remaining = Some(Qty(0));
            let meter = store.ensure_meter(&id, &reading).expect("a meter");
            let mut left = 50_000_000_000_i64;
            let mut sample = |at: Timestamp, step: i64| {
                let busy = (8..20).contains(&(at.0 / HOUR % 24));
                left -= if busy { 40_000 * (at.0 / step % 7) * step / MINUTE } else { 0 };
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
            };
            let mut past: Vec<Sample> =
                (90 * 24..days * 24).rev().map(|hour| sample(now + -hour * HOUR, HOUR)).collect();
            past.extend(
                (1..90 * DAY / (5 * MINUTE)).rev().map(|poll| sample(now + -poll * 5 * MINUTE, 5 * MINUTE)),
            );
            store.load_samples(meter.id, &past).expect("a year");
        }
    }
    store.prune(now, 90).expect("pruned");
    store.close().expect("closed");
}

fn serve(folder: &Path) {
    let mut child = command(folder, &["serve", "--port", "0"]).stdout(Stdio::piped()).spawn().expect("serve");
    let mut line = String::new();
    let _ = BufReader::new(child.stdout.as_mut().expect("its output")).read_line(&mut line);
    let Some(before) = usage(&child) else {
        let _ = child.kill();
        let _ = child.wait();
        println!("serve: memory and time are read from /proc, which is not here");
        return;
    };
    // The first polls, with each meter's history read, belong to the start.
    std::thread::park_timeout(Duration::from_secs(10));
    let settled = usage(&child).unwrap_or(before);
    std::thread::park_timeout(Duration::from_secs(60));
    let after = usage(&child).unwrap_or(settled);
    let _ = child.kill();
    let _ = child.wait();
    println!("serve, {ACCOUNTS} accounts: {:.1} MB resident", after.1 as f64 / 1_000_000.0);
    println!(
        "serve, {ACCOUNTS} accounts: {:.2} s of processor in a minute ({:.2} s in the first ten seconds)",
        after.0 - settled.0,
        settled.0
    );
}

/// Two hundred accounts behind one host: what a poll costs, and how many requests the host feels at once.
fn crowd() {
    const CROWD: usize = 200;
    let folder = tempfile::tempdir().expect("a folder");
    let felt = Arc::new(Felt::default());
    let upstream = format!("http://127.0.0.1:{}", busy_upstream(&felt, 1));
    configure(folder.path(), &upstream, CROWD, 60);
    let mut child =
        command(folder.path(), &["serve", "--port", "0"]).stdout(Stdio::piped()).spawn().expect("serve");
    let mut line = String::new();
    let _ = BufReader::new(child.stdout.as_mut().expect("its output")).read_line(&mut line);
    // Every account polls once soon after the start, and then as often as its connector allows.
    std::thread::park_timeout(Duration::from_secs(15));
    let Some(before) = usage(&child) else {
        let _ = child.kill();
        let _ = child.wait();
        return;
    };
    let polls = felt.polls.load(Ordering::Relaxed);
    std::thread::park_timeout(Duration::from_secs(150));
    let after = usage(&child).unwrap_or(before);
    let polls = felt.polls.load(Ordering::Relaxed) - polls;
    let _ = child.kill();
    let _ = child.wait();
    println!(
        "serve, {CROWD} accounts: {:.2} ms of processor a poll ({polls} polls in 150 s), {:.1} MB resident, at most {} requests at once",
        (after.0 - before.0) * 1_000.0 / polls.max(1) as f64,
        after.1 as f64 / 1_000_000.0,
        felt.most.load(Ordering::Relaxed)
    );
}

/// Rows a second and the most memory, out in each format and in again.
fn exports(accounts: usize) {
    let (here, there) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let began = now();
    history(here.path(), accounts, &METERS[..1], 730);
    let size = std::fs::metadata(here.path().join("data/history.sqlite")).map_or(0, |file| file.len());
    println!(
        "two years of {accounts} accounts: {} MB, built in {:.0} s",
        size / 1_000_000,
        began.elapsed().as_secs_f64()
    );
    for format in ["csv", "jsonl", "parquet"] {
        for kind in ["samples", "spend"] {
            let file = here.path().join(format!("{kind}.{format}"));
            let words = ["export", kind, "-o", file.to_str().unwrap_or_default()];
            let (said, seconds, most) = watched(here.path(), &words);
            let rows: f64 = said.split(' ').next().and_then(|rows| rows.parse().ok()).unwrap_or(0.0);
            let size = std::fs::metadata(&file).map_or(0, |file| file.len());
            println!(
                "export {kind} as {format}: {rows} rows in {seconds:.1} s, {:.0} rows a second, {} MB, at most {most:.1} MB resident",
                rows / seconds,
                size / 1_000_000
            );
        }
        let files = ["samples", "spend"].map(|kind| here.path().join(format!("{kind}.{format}")));
        let words = ["import", files[0].to_str().unwrap_or_default(), files[1].to_str().unwrap_or_default()];
        let to = there.path().join(format);
        let (said, seconds, most) = watched(&to, &words);
        println!(
            "import both from {format}: {seconds:.1} s, at most {most:.1} MB resident\n{}",
            said.trim_end()
        );
        let _ = std::fs::remove_dir_all(to);
        for file in files {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Runs the program: what it says, its seconds, and the most megabytes that it held.
fn watched(folder: &Path, words: &[&str]) -> (String, f64, f64) {
    let began = now();
    let mut child = command(folder, words).stdout(Stdio::piped()).spawn().expect("the program");
    let mut most = 0.0_f64;
    while let Ok(None) = child.try_wait() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok());
        most = most.max(kib.unwrap_or(0.0) * 1_024.0 / 1e6);
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let seconds = began.elapsed().as_secs_f64();
    let mut said = String::new();
    if let Some(out) = &mut child.stdout {
        let _ = out.read_to_string(&mut said);
    }
    (said, seconds, most)
}

/// Answers every request with a balance that falls a little each time.
fn upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for (count, stream) in listener.incoming().flatten().enumerate() {
            answer(stream, count);
        }
    });
    format!("http://{address}")
}
