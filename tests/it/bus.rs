//! A private D-Bus session bus, with or without a real gnome-keyring, and children of this test program that run on
//! it: the D-Bus client reads its address from the process environment, so each case is a process of its own.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic; clippy does not see that these functions are tests' own"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Nothing is started by this bus on its own.
const HERMETIC: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"#;

/// A bus of its own, with folders of its own. Ends with its value.
pub(crate) struct PrivateBus {
    /// For `DBUS_SESSION_BUS_ADDRESS`.
    pub(crate) address: String,
    home: tempfile::TempDir,
    children: Vec<Child>,
}

impl PrivateBus {
    /// A bus on which nothing runs.
    pub(crate) fn start() -> PrivateBus {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("bus.conf"), HERMETIC).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.arg("--config-file").arg(home.path().join("bus.conf")).args(["--print-address", "--nofork"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut daemon = command.spawn().expect("dbus-daemon is missing: run `scripts/setup test`");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        PrivateBus { address: address.trim().to_owned(), home, children: vec![daemon] }
    }

    /// A real gnome-keyring on this bus, unlocked, with an empty default collection.
    pub(crate) fn with_keyring(mut self) -> PrivateBus {
        self.start_keyring();
        self
    }

    /// Starts a gnome-keyring; one that ran before left its collection in this bus' folders.
    pub(crate) fn start_keyring(&mut self) {
        let mut daemon = self
            .command("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets", "--foreground"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("gnome-keyring-daemon is missing: run `scripts/setup test`");
        daemon.stdin.take().unwrap().write_all(b"test").unwrap();
        self.children.push(daemon);
        // It answers "not found" (1, nothing printed) once it is there; before that it complains.
        for _ in 0..200 {
            let asked = self.command("secret-tool").args(["lookup", "nobody", "here"]).output();
            if asked.expect("secret-tool is missing: run `scripts/setup test`").stderr.is_empty() {
                return;
            }
            #[allow(
                clippy::disallowed_methods,
                reason = "no runtime here: a test waits for a daemon to start"
            )]
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("gnome-keyring-daemon does not answer on the private bus");
    }

    /// Kills the gnome-keyring that was started last.
    pub(crate) fn kill_keyring(&mut self) {
        end(self.children.pop().unwrap());
    }

    /// A command on this bus, with no display and folders of its own.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        isolate(&mut command, self.home.path()).env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    /// Runs an ignored test of this program on this bus; it must pass.
    pub(crate) fn run(&self, test: &str) {
        passes(self.command(std::env::current_exe().unwrap()), test);
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        while let Some(child) = self.children.pop() {
            end(child);
        }
    }
}

/// Each child leads a process group of its own; what it started goes with it.
fn end(mut child: Child) {
    let group = format!("-{}", child.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    let _ = child.wait();
}

/// Runs an ignored test of this program with another bus address, or none; it must pass.
pub(crate) fn run_with_address(test: &str, address: Option<&str>) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    isolate(&mut command, home.path());
    if let Some(address) = address {
        command.env("DBUS_SESSION_BUS_ADDRESS", address);
    }
    passes(command, test);
}

fn isolate<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL"] {
        command.env_remove(name);
    }
    for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env(name, home);
    }
    command
}

fn passes(mut command: Command, test: &str) {
    let Output { status, stdout, stderr } =
        command.args(["--exact", test, "--ignored", "--nocapture"]).output().unwrap();
    let said = String::from_utf8_lossy(&stdout);
    assert!(
        status.success() && said.contains("1 passed"),
        "{test} failed:\n{said}\n{}",
        String::from_utf8_lossy(&stderr)
    );
}
