//! A real `tollwatch` beside a benchmark: started, measured from /proc, and given somebody to ask.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(crate) fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollwatch"));
    command
        .args(words)
        .env("TOLLWATCH_CONFIG_DIR", folder.join("config"))
        .env("TOLLWATCH_DATA_DIR", folder.join("data"))
        .env("BENCH_KEY", "EXAMPLE")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stderr(Stdio::null());
    command
}

#[allow(clippy::disallowed_methods, reason = "it measures time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What a host felt.
#[derive(Default)]
pub(crate) struct Felt {
    pub(crate) polls: AtomicUsize,
    pub(crate) here: AtomicUsize,
    pub(crate) most: AtomicUsize,
}

/// As [`answer`], on a thread per request that takes 20 ms over it; so many hosts, 127.0.0.1 and on, at one port, which is
/// returned.
pub(crate) fn busy_upstream(felt: &Arc<Felt>, hosts: u8) -> u16 {
    let mut port = 0;
    for host in 1..=hosts {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, host), port)).expect("a port");
        port = listener.local_addr().expect("an address").port();
        let felt = felt.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let felt = felt.clone();
                std::thread::spawn(move || felt.ask(stream));
            }
        });
    }
    port
}

impl Felt {
    fn ask(&self, stream: TcpStream) {
        let count = self.polls.fetch_add(1, Ordering::Relaxed);
        let here = self.here.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(here, Ordering::Relaxed);
        std::thread::park_timeout(Duration::from_millis(20));
        self.here.fetch_sub(1, Ordering::Relaxed);
        answer(stream, count);
    }
}

/// Processor seconds so far, and resident bytes now.
pub(crate) fn usage(child: &Child) -> Option<(f64, u64)> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", child.id())).ok();
    let stat = read("stat")?;
    let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    let status = read("status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = resident.trim().trim_end_matches(" kB").parse().ok()?;
    // The kernel counts in hundredths of a second for every program, whatever its own clock.
    Some((ticks as f64 / 100.0, kib * 1_024))
}

/// A balance that falls a little with each poll.
pub(crate) fn answer(mut stream: TcpStream, count: usize) {
    let mut head = [0_u8; 4096];
    let _ = stream.read(&mut head);
    let body = format!(
        r#"{{"is_available": true, "balance_infos": [{{"currency": "USD", "total_balance": "{}.5", "granted_balance": "0", "topped_up_balance": "0"}}]}}"#,
        30 - count % 20
    );
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}
