//! What one process carries (docs/scale.md): `cargo bench --profile quick --no-default-features --bench scale`.
//!
//! * A simulated day of 100, 1,000 and 10,000 accounts through connector, store, forecast, alerts and notices, with a
//!   fake clock: processor a poll, and what the history grows by.
//! * Real processes with as many accounts, asking real HTTP hosts: memory, processor, polls a second, and what a scrape
//!   of /metrics costs.

#![allow(clippy::print_stdout, reason = "its figures are what it is for")]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[path = "../tests/it/month.rs"]
mod month;
#[path = "parts/process.rs"]
mod process;

use process::{Felt, busy_upstream, command, now, usage};

const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// Seconds between an account's polls.
const INTERVAL: u32 = 60;
/// Hosts that are asked; one is asked by four at a time.
const HOSTS: u8 = 50;
/// How long a real process is watched once all accounts were polled.
const WATCHED: Duration = Duration::from_secs(120);

fn main() {
    // `-- day` or `-- real`: that part alone; a number: that size alone.
    let words: Vec<String> = std::env::args().skip(1).collect();
    let only = |part: &str| !words.iter().any(|word| matches!(word.as_str(), "day" | "real") && word != part);
    let named: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = if named.is_empty() { SIZES.to_vec() } else { named };
    for accounts in sizes {
        if only("day") {
            a_day(accounts);
        }
        if only("real") {
            a_process(accounts);
        }
    }
}

/// A day with a fake clock: every account is polled when the live monitor would poll it.
fn a_day(accounts: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let began = now();
    let figures = runtime.block_on(month::run(accounts, 1));
    let taken = began.elapsed().as_secs_f64();
    println!(
        "a day of {accounts} accounts: {taken:.1} s for {} polls, {:.3} ms each; {} rows of samples, history {:.1} MB, {:.0} bytes a row, {:.1} kB an account; {} walls, {} notices",
        figures.polls,
        taken * 1_000.0 / figures.polls.max(1) as f64,
        figures.samples,
        figures.bytes as f64 / 1e6,
        figures.bytes as f64 / figures.samples.max(1) as f64,
        figures.bytes as f64 / 1e3 / accounts as f64,
        figures.walls,
        figures.notices
    );
}

/// `tollwatch serve` with so many accounts on fifty hosts, each a real HTTP server that takes 20 ms to answer.
fn a_process(accounts: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let felt = Arc::new(Felt::default());
    configure(folder.path(), busy_upstream(&felt, HOSTS), accounts);
    let began = now();
    let child = command(folder.path(), &["serve", "--port", "0"]).stdout(Stdio::piped()).spawn();
    let mut serving = Serving(child.expect("serve"));
    let mut line = String::new();
    let _ = BufReader::new(serving.0.stdout.as_mut().expect("its output")).read_line(&mut line);
    let started = began.elapsed();
    while felt.polls.load(Ordering::Relaxed) < accounts && began.elapsed() < Duration::from_secs(900) {
        std::thread::park_timeout(Duration::from_millis(200));
    }
    let polled = began.elapsed();
    let Some(before) = usage(&serving.0) else { return };
    let (polls, size) = (felt.polls.load(Ordering::Relaxed), history(folder.path()));
    std::thread::park_timeout(WATCHED);
    let after = usage(&serving.0).unwrap_or(before);
    let polls = felt.polls.load(Ordering::Relaxed) - polls;
    let grown = history(folder.path()).saturating_sub(size);
    println!(
        "serve, {accounts} accounts: answers after {:.2} s, all polled after {:.0} s ({:.1} s of processor), {:.1} MB resident; then {:.1} polls a second, {:.2} ms of processor a poll, {:.1} % of a core, history and log +{:.2} MB in {} s",
        started.as_secs_f64(),
        polled.as_secs_f64(),
        before.0,
        after.1 as f64 / 1e6,
        polls as f64 / WATCHED.as_secs_f64(),
        (after.0 - before.0) * 1_000.0 / polls.max(1) as f64,
        (after.0 - before.0) * 100.0 / WATCHED.as_secs_f64(),
        grown as f64 / 1e6,
        WATCHED.as_secs()
    );
    scraped(&serving.0, &line);
}

/// Ends with its value.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Five scrapes in a row: the time of each, its size, and what they cost.
fn scraped(child: &Child, line: &str) {
    let Some((address, token)) =
        line.trim().split_once("http://").and_then(|(_, rest)| rest.split_once("/#token="))
    else {
        return;
    };
    let before = usage(child).map_or(0.0, |(seconds, _)| seconds);
    let mut taken = Vec::new();
    let mut size = 0;
    for _ in 0..5 {
        let began = now();
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        let _ = write!(
            stream,
            "GET /metrics HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        let mut page = Vec::new();
        let _ = stream.read_to_end(&mut page);
        size = page.len();
        taken.push(began.elapsed());
    }
    taken.sort();
    let after = usage(child).map_or(0.0, |(seconds, _)| seconds);
    println!(
        "  a scrape of /metrics: {:.0} ms ({:.0} – {:.0}), {:.2} MB, {:.2} s of processor each",
        taken[2].as_secs_f64() * 1e3,
        taken[0].as_secs_f64() * 1e3,
        taken[4].as_secs_f64() * 1e3,
        size as f64 / 1e6,
        (after - before) / 5.0
    );
}

/// The history with its log, in bytes.
fn history(folder: &Path) -> u64 {
    let size = |name: &str| std::fs::metadata(folder.join("data").join(name)).map_or(0, |file| file.len());
    size("history.sqlite") + size("history.sqlite-wal")
}

/// Accounts on addresses of the loopback range.
fn configure(folder: &Path, port: u16, accounts: usize) {
    let mut text = String::from("[alerts]\ndesktop = false\n");
    for account in 0..accounts {
        let _ = write!(
            text,
            "[accounts.a{account}]\nconnector = \"deepseek\"\nbase_url = \"http://127.0.0.{}:{port}\"\nsecrets = {{ key = \"env:BENCH_KEY\" }}\ninterval = {INTERVAL}\n",
            account % usize::from(HOSTS) + 1
        );
    }
    std::fs::create_dir_all(folder.join("config")).expect("a folder");
    std::fs::write(folder.join("config/config.toml"), text).expect("a config");
}
