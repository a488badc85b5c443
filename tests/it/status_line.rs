//! `tollwatch status --format`: what bars and prompts are given, by the real program and in a real tmux.
#![cfg(unix)]

use super::guard::{burning, burning_as};
use super::support::{Ran, Sandbox};
use std::process::Command;
use std::time::Duration;
use tollwatch::model::MINUTE;

/// A tmux server of its own, gone with the test.
pub(crate) struct Tmux(String);

impl Tmux {
    /// `None` where there is no tmux; on Linux where `CI` is true it must be there.
    pub(crate) fn start(name: &str, sandbox: &Sandbox, size: [u16; 2], shell: &str) -> Option<Tmux> {
        let there = Command::new("tmux").arg("-V").output().is_ok_and(|done| done.status.success());
        let required = cfg!(target_os = "linux") && std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(there || !required, "tmux is missing: run scripts/setup test");
        if !there {
            println!("not run: needs tmux, which `scripts/setup test` installs");
            return None;
        }
        let tmux = Tmux(format!("tollwatch-{name}-{}", std::process::id()));
        let [columns, rows] = size.map(|size| size.to_string());
        // The program's own words are of no use: its environment is.
        let mut command = sandbox.command(&[]);
        let inherited: Vec<(String, String)> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value?.to_str()?.to_owned())))
            .collect();
        command = Command::new("tmux");
        command.env_clear().envs(inherited).env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        let bin = std::path::Path::new(env!("CARGO_BIN_EXE_tollwatch")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", bin.display()));
        let words =
            ["-u", "-L", &tmux.0, "-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &rows, shell];
        assert!(command.args(words).status().unwrap().success());
        Some(tmux)
    }

    pub(crate) fn run(&self, words: &[&str]) -> String {
        let done = Command::new("tmux").args(["-u", "-L", &self.0]).args(words).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// The screen, once it shows what is awaited.
    #[allow(
        clippy::disallowed_methods,
        reason = "a test of another process waits for it; no runtime is here"
    )]
    pub(crate) fn shows(&self, awaited: &str) -> String {
        let mut seen = String::new();
        for _ in 0..150 {
            seen = self.run(&["capture-pane", "-p"]);
            if seen.contains(awaited) {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{awaited:?} is not shown:\n{seen}");
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

fn status(sandbox: &Sandbox, words: &[&str]) -> Ran {
    sandbox.run(&[&["status"], words].concat())
}

#[test]
fn a_template_is_filled_and_a_wrong_one_lists_what_there_is() {
    let sandbox = Sandbox::new();
    burning(&sandbox, 50, 4 * MINUTE);
    let ran = status(&sandbox, &["--format", "{label}: {left}, {age} old, {percent} %{{}} {limit|no limit}"]);
    // The highest of ten days was 289.83: 17 %.
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "CI: $50.00, 4 min old, 17 %{} no limit\n"),
        "{}",
        ran.stderr
    );
    let wrong = status(&sandbox, &["--format", "{balance}"]);
    assert!(
        wrong.code == 2 && wrong.stderr.contains("there is no field 'balance'; there are account, label")
    );
    let help = status(&sandbox, &["--help"]).stdout;
    assert!(help.contains("{left}") && help.contains("starship"), "{help}");
    assert_eq!(status(&sandbox, &["nobody", "--format", "tmux"]).code, 2);
    assert_eq!(
        status(&sandbox, &["ci", "--meter", "balance.usd", "--format", "{meter}"]).stdout,
        "balance.usd\n"
    );
    assert!(status(&sandbox, &["ci"]).stdout.contains("$50.00"));
    let none = status(&Sandbox::new(), &["--format", "tmux"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, "no figures\n"));
}

#[test]
fn no_label_breaks_waybars_json() {
    let sandbox = Sandbox::new();
    burning_as(&sandbox, "a\"b\n<b>&\u{1b}[31m", 50, MINUTE);
    let ran = status(&sandbox, &["--format", "waybar"]);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    let bar = ran.json();
    assert_eq!((bar["class"].as_str(), bar["percentage"].as_i64()), (Some("calm"), Some(17)), "{bar}");
    assert!(bar["text"].as_str().unwrap().starts_with("a\"b &lt;b&gt;&amp; [31m $50.00 "), "{bar}");
}

#[test]
fn tmux_shows_it_in_its_status_line() {
    let sandbox = Sandbox::new();
    burning_as(&sandbox, "C#I", 50, MINUTE);
    // A tmux inside a tmux: the outer one sees the inner one's status line.
    let Some(inner) = Tmux::start("inner", &sandbox, [70, 8], "sleep 60") else { return };
    inner.run(&["set", "-g", "status-interval", "1"]);
    inner.run(&["set", "-g", "status-right-length", "60"]);
    inner.run(&["set", "-g", "status-right", "#(tollwatch status --format tmux)"]);
    let attach = format!("env TMUX= tmux -u -L {} attach", inner.0);
    let outer = Tmux::start("outer", &sandbox, [70, 8], &attach).unwrap();
    let seen = outer.shows("C#I $50.00 ");
    assert!(seen.lines().last().is_some_and(|line| line.contains("C#I $50.00 ")), "{seen}");
}
