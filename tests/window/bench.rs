//! `make bench`: start and memory of the window beside an empty window of the same toolkit, measured in one run.
//! Nothing here passes or fails; docs/performance.md reads the figures.

use crate::driven::Driven;
use crate::place::{PROGRAM, Place, Running, descendants, processes};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Starts of each program; odd, so that the median is one of them.
const RUNS: usize = 5;

/// One start.
struct Start {
    /// From the process's start to the first contentful paint, in milliseconds.
    paint: f64,
    /// Proportional and resident memory of the program and its web view together, in MiB, two seconds later.
    pss: f64,
    rss: f64,
}

#[tokio::test]
#[ignore = "measures: scripts/bench"]
async fn bench_start_and_memory() {
    let empty = Path::new(PROGRAM).with_file_name("examples").join("empty_window");
    let mut rows = Vec::new();
    // Turn about, so that whatever else the machine does meets both.
    for _ in 0..RUNS {
        for (name, program) in
            [("tollwatch-desktop", PathBuf::from(PROGRAM)), ("an empty window", empty.clone())]
        {
            rows.push((name, start(&program).await));
        }
    }
    println!("{:<20} {:>16} {:>10} {:>10}   median of {RUNS}", "", "first paint ms", "PSS MiB", "RSS MiB");
    for name in ["tollwatch-desktop", "an empty window"] {
        let mid = |figure: fn(&Start) -> f64| {
            median(rows.iter().filter(|row| row.0 == name).map(|row| figure(&row.1)))
        };
        println!("{name:<20} {:>16.0} {:>10.0} {:>10.0}", mid(|s| s.paint), mid(|s| s.pss), mid(|s| s.rss));
    }
}

/// Eight hours of simulated life in the window (the simulator's time runs 300 times as fast): its memory by the hour.
#[tokio::test]
#[ignore = "measures: scripts/bench"]
async fn bench_eight_hours() {
    let place = Place::new();
    let window = Driven::start(&place, Path::new(PROGRAM)).await;
    window.click("//button[normalize-space()='Start the simulator']").await;
    window.wait_until("return document.querySelectorAll('li.meter').length > 1").await;
    let program = *descendants(std::process::id(), "tollwatch-deskt").first().expect("the program runs");
    println!("{:<8} {:>14} {:>14}", "hour", "web view MiB", "program MiB");
    for hour in 0..=8 {
        for page in ["#/alerts", "#/settings", "#/add", "#/why", "#/"] {
            window.ask(&format!("location.hash = '{page}'")).await;
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        let page: f64 = descendants(program, "WebKitWebProces").iter().map(|pid| memory(*pid, "Pss:")).sum();
        println!("{hour:<8} {:>14.1} {:>14.1}", page / 1024.0, memory(program, "Pss:") / 1024.0);
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

/// What the watch costs while no window is shown, beside `tollwatch serve` of the same build.
#[test]
#[ignore = "measures: scripts/bench"]
fn bench_hidden_memory() {
    let serve = Path::new(PROGRAM).with_file_name("tollwatch");
    let mut rows = Vec::new();
    for _ in 0..RUNS {
        for (name, program, words) in [
            ("tollwatch-desktop --hidden", PathBuf::from(PROGRAM), &["--hidden"][..]),
            ("tollwatch serve", serve.clone(), &["serve", "--port", "0"][..]),
        ] {
            let place = Place::new();
            let running =
                Running::start(place.command(program).args(words).stdout(std::process::Stdio::null()));
            std::thread::sleep(Duration::from_secs(5));
            let family = || processes(running.0.id()).into_iter().map(|(pid, _)| pid).chain([running.0.id()]);
            let total = |field: &str| family().map(|pid| memory(pid, field)).sum::<f64>() / 1024.0;
            rows.push((name, total("Pss:"), total("Rss:"), total("Private_Dirty:")));
        }
    }
    println!("{:<28} {:>10} {:>10} {:>12}   median of {RUNS}", "", "PSS MiB", "RSS MiB", "own MiB");
    for name in ["tollwatch-desktop --hidden", "tollwatch serve"] {
        let of = |figure: fn(&(&str, f64, f64, f64)) -> f64| {
            median(rows.iter().filter(|row| row.0 == name).map(figure))
        };
        println!("{name:<28} {:>10.1} {:>10.1} {:>12.1}", of(|r| r.1), of(|r| r.2), of(|r| r.3));
    }
}

async fn start(program: &Path) -> Start {
    let place = Place::new();
    let window = Driven::start(&place, program).await;
    let painted = "return performance.getEntriesByName('first-contentful-paint').length > 0";
    window.wait_until(painted).await;
    let paint = window
        .ask("return performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime")
        .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let name: String =
        program.file_name().and_then(|name| name.to_str()).expect("a name").chars().take(15).collect();
    let program = *descendants(std::process::id(), &name).first().expect("the program runs");
    let family = || processes(program).into_iter().map(|(pid, _)| pid).chain([program]);
    let total = |field: &str| family().map(|pid| memory(pid, field)).sum::<f64>() / 1024.0;
    Start {
        paint: paint.as_f64().expect("a time") - started_at(program),
        pss: total("Pss:"),
        rss: total("Rss:"),
    }
}

/// When a process started, in milliseconds since 1970; to 10 ms, as Linux keeps it. See proc(5).
fn started_at(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let after_name = stat.rsplit_once(')').expect("a name in brackets").1;
    let ticks: f64 =
        after_name.split_whitespace().nth(19).and_then(|field| field.parse().ok()).expect("a start time");
    let stat = std::fs::read_to_string("/proc/stat").expect("/proc");
    let boot = stat.lines().find_map(|line| line.strip_prefix("btime ")).and_then(|s| s.parse::<f64>().ok());
    // btime is whole seconds; the uptime and the clock give the same moment to 10 ms.
    let uptime = std::fs::read_to_string("/proc/uptime").expect("/proc");
    let up: f64 = uptime.split_whitespace().next().and_then(|text| text.parse().ok()).expect("seconds");
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let boot = boot.map_or(now - up, |rough| if (now - up - rough).abs() < 2.0 { now - up } else { rough });
    (boot + ticks / 100.0) * 1000.0
}

/// A line of smaps_rollup, in KiB; 0 for a process that has just gone.
fn memory(pid: u32, field: &str) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find(|line| line.starts_with(field));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0.0)
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
