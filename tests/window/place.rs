//! Folders and a process of a test's own.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_tollwatch-desktop");
/// How long anything may take. Far more than it does: a busy machine is no failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Empty folders for settings and history.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Place {
        let place = Place(tempfile::tempdir().expect("a temporary folder"));
        for folder in ["config", "data"] {
            std::fs::create_dir(place.0.path().join(folder)).expect("a folder in it");
        }
        place
    }

    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.0.path().join("data")
    }

    /// A program that keeps its files here.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env("TOLLWATCH_CONFIG_DIR", self.0.path().join("config"))
            .env("TOLLWATCH_DATA_DIR", self.data())
            .env_remove("TAURI_WEBVIEW_AUTOMATION")
            .stdin(Stdio::null());
        command
    }
}

/// A child that does not outlive its test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Running {
        Running(command.spawn().expect("the program starts"))
    }

    /// Asks it to end as a session does, and waits.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let asked = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()), "it was running");
        self.wait()
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        until("the program ends", || self.0.try_wait().expect("a child of ours"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already is what we want too.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks again and again until there is an answer; panics with `what` when patience ends.
pub(crate) fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Direct and indirect children of a process whose name begins with `name`, zombies left out.
pub(crate) fn descendants(root: u32, name: &str) -> Vec<u32> {
    processes(root).into_iter().filter(|(_, comm)| comm.starts_with(name)).map(|(pid, _)| pid).collect()
}

/// All living descendants of a process: id and name.
pub(crate) fn processes(root: u32) -> Vec<(u32, String)> {
    let all: Vec<(u32, u32, String)> = std::fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(stat)
        .collect();
    let mut family = vec![root];
    let mut found = Vec::new();
    while let Some(parent) = family.pop() {
        for (pid, _, comm) in all.iter().filter(|(_, its_parent, _)| *its_parent == parent) {
            family.push(*pid);
            found.push((*pid, comm.clone()));
        }
    }
    found
}

/// Id, parent and name of a process that lives; see proc(5).
fn stat(pid: u32) -> Option<(u32, u32, String)> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (head, tail) = line.rsplit_once(')')?;
    let comm = head.split_once('(')?.1;
    let mut fields = tail.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    (state != "Z").then(|| (pid, parent, comm.to_owned()))
}
