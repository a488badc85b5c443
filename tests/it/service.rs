//! `tollwatch service`, and what a server says to the systemd that started it: a real unit check, a real notify socket,
//! real signals, a real credential.
#![cfg(target_os = "linux")]

use crate::support::{Ran, Sandbox, Upstream};
use std::io::Read;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const UNIT: &str = "home/.config/systemd/user/tollwatch.service";

/// What `systemd-analyze verify` says of a unit; `None` where there is no systemd.
fn verify(unit: &Path, runtime: &Path) -> Option<Ran> {
    let mut command = Command::new("systemd-analyze");
    command.args(["verify", "--user"]).arg(unit).env("XDG_RUNTIME_DIR", runtime);
    match command.output() {
        Ok(output) => Some(Ran::of(output)),
        Err(_) => {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "systemd-analyze is missing: run scripts/setup test"
            );
            println!("not run: needs systemd-analyze");
            None
        }
    }
}

/// `tollwatch service …` as a user whose home is in `folder`; no session's bus is within reach.
fn service(sandbox: &Sandbox, folder: &Path, words: &[&str]) -> Ran {
    let mut command = sandbox.command(&["service"]);
    command.args(words).env("HOME", folder.join("home"));
    Ran::of(command.output().unwrap())
}

#[test]
fn the_unit_passes_systemds_own_check() {
    let (sandbox, folder) = (Sandbox::new(), tempfile::tempdir().unwrap());
    let key = folder.path().join("a key");
    std::fs::write(&key, "x").unwrap();
    let given = format!("ci-key:{}", key.display());
    let ran = service(&sandbox, folder.path(), &["install", "--print", "--credential", &given]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for line in ["Type=notify", "ExecReload=kill -HUP $MAINPID", &format!("LoadCredential={given}")] {
        assert!(ran.stdout.lines().any(|have| have == line), "{line} in\n{}", ran.stdout);
    }
    let place = folder.path().join("tollwatch.service");
    std::fs::write(&place, &ran.stdout).unwrap();
    let Some(verdict) = verify(&place, folder.path()) else { return };
    assert_eq!((verdict.code, verdict.stderr.as_str()), (0, ""));

    // That the check sees anything at all.
    std::fs::write(&place, ran.stdout.replace("UMask=", "UMusk=")).unwrap();
    let verdict = verify(&place, folder.path()).unwrap();
    assert!(verdict.stderr.contains("UMusk"), "{}", verdict.stderr);
}

#[test]
fn a_path_with_blanks_quotes_and_specifiers_is_taken_as_it_stands() {
    let (sandbox, folder) = (Sandbox::new(), tempfile::tempdir().unwrap());
    let odd = folder.path().join("50% off $HOME");
    std::fs::create_dir(&odd).unwrap();
    let program = odd.join("tollwatch");
    let built = env!("CARGO_BIN_EXE_tollwatch");
    if std::fs::hard_link(built, &program).is_err() {
        std::fs::copy(built, &program).unwrap();
    }
    let output = Command::new(&program)
        .args(["service", "install", "--print"])
        .env_clear()
        .env("HOME", folder.path())
        .env("TOLLWATCH_CONFIG_DIR", odd.join("my \"config\""))
        .env("TOLLWATCH_DATA_DIR", sandbox.data_dir())
        .output()
        .unwrap();
    let ran = Ran::of(output);
    let name = odd.to_str().unwrap().replace('%', "%%");
    assert!(
        ran.stdout.contains(&format!("ExecStart=\"{name}/tollwatch\" serve --service")),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains(&format!("Environment=\"TOLLWATCH_CONFIG_DIR={name}/my \\\"config\\\"\"")),
        "{}",
        ran.stdout
    );
    let place = folder.path().join("tollwatch.service");
    std::fs::write(&place, &ran.stdout).unwrap();
    let Some(verdict) = verify(&place, folder.path()) else { return };
    assert_eq!((verdict.code, verdict.stderr.as_str()), (0, ""));
}

#[test]
fn it_is_installed_and_removed_and_what_others_wrote_is_left_alone() {
    let (sandbox, folder) = (Sandbox::new(), tempfile::tempdir().unwrap());
    let unit = folder.path().join(UNIT);
    assert_eq!(service(&sandbox, folder.path(), &["status"]).code, 3);

    // The real systemctl finds no session here: the file is there, and what to run is said.
    let ran = service(&sandbox, folder.path(), &["install"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("systemctl --user restart tollwatch.service"), "{}", ran.stdout);
    assert!(std::fs::read_to_string(&unit).unwrap().contains(env!("CARGO_BIN_EXE_tollwatch")));
    let ran = service(&sandbox, folder.path(), &["status"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.contains("It does not run."), "{}", ran.stdout);

    assert_eq!(service(&sandbox, folder.path(), &["install", "--no-start"]).code, 0);
    assert_eq!(service(&sandbox, folder.path(), &["remove"]).code, 0);
    assert!(!unit.exists());

    std::fs::write(&unit, "[Service]\nExecStart=/bin/true\n").unwrap();
    for words in [&["install"][..], &["remove"]] {
        let ran = service(&sandbox, folder.path(), words);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains("was not written by Tollwatch"), "{}", ran.stderr);
    }
    assert_eq!(std::fs::read_to_string(&unit).unwrap(), "[Service]\nExecStart=/bin/true\n");
}

#[test]
fn a_credential_that_is_no_file_is_said_before_anything_is_written() {
    let (sandbox, folder) = (Sandbox::new(), tempfile::tempdir().unwrap());
    let ran = service(&sandbox, folder.path(), &["install", "--credential", "ci:/nowhere/key"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("/nowhere/key"), "{}", ran.stderr);
    assert!(!folder.path().join(UNIT).exists());
    assert_eq!(service(&sandbox, folder.path(), &["install", "--credential", "a/b:/etc/hostname"]).code, 2);
}

/// A server that was started as systemd does it.
struct Started {
    child: Child,
    socket: UnixDatagram,
    _folder: tempfile::TempDir,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Started {
    fn new(sandbox: &Sandbox, environment: &[(&str, PathBuf)]) -> Started {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut command = sandbox.command(&["serve", "--service", "--port", "0"]);
        command.env("NOTIFY_SOCKET", &path).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        Started { child: command.spawn().unwrap(), socket, _folder: folder }
    }

    /// Waits for a message that has this line.
    fn hears(&self, line: &str) -> String {
        let mut heard = Vec::new();
        // The socket gives up after 20 s of silence.
        for _ in 0..200 {
            let mut buffer = [0_u8; 4096];
            let Ok(length) = self.socket.recv(&mut buffer) else { break };
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.lines().any(|have| have == line) {
                return text;
            }
            heard.push(text);
        }
        panic!("{line} was not told; heard {heard:?}");
    }

    fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Waits for its end: its exit code, and all that it printed.
    fn ends(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        let status = self.child.wait().unwrap();
        self.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status.code(), said)
    }
}

#[test]
fn systemd_is_told_of_readiness_reload_life_and_end() {
    let sandbox = Sandbox::new();
    sandbox.write_config("");
    let started = Started::new(&sandbox, &[("WATCHDOG_USEC", "300000".into())]);
    assert!(started.hears("READY=1").contains("STATUS=Watches 0 accounts"));
    started.hears("WATCHDOG=1");
    started.hears("WATCHDOG=1");

    // A SIGHUP takes a changed config over at once, and one that cannot be read changes nothing.
    sandbox.write_config(
        "[accounts.ci]\nconnector = \"openrouter\"\npaused = true\nsecrets = { key = \"env:NONE\" }\n",
    );
    started.signal("-HUP");
    let reloading = started.hears("RELOADING=1");
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading}");
    assert!(started.hears("READY=1").contains("STATUS=Watches 1 account"));
    sandbox.write_config("[accounts");
    started.signal("-HUP");
    assert!(started.hears("READY=1").contains("STATUS=Watches 1 account, but config.toml cannot be used"));

    started.signal("-TERM");
    started.hears("STOPPING=1");
    let (code, said) = started.ends();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Tollwatch watches at http://127.0.0.1:"), "{said}");
    assert!(!said.contains("token"), "a key to the page stands in the journal: {said}");
}

#[test]
fn a_key_that_systemd_hands_over_is_used_and_stands_nowhere_else() {
    const KEY: &str = "sk-or-v1-aBcD0123456789handed";
    let (sandbox, upstream, folder) = (Sandbox::new(), Upstream::start(), tempfile::tempdir().unwrap());
    upstream
        .json("/api/v1/key", r#"{"data":{"limit":10,"limit_remaining":4,"usage":6,"is_free_tier":false}}"#);
    upstream.json("/api/v1/credits", r#"{"data":{"total_credits":20,"total_usage":6}}"#);
    sandbox.write_config(&format!(
        "[accounts.ci]\nconnector = \"openrouter\"\nbase_url = \"{}\"\nsecrets = {{ key = \"credential:ci-key\" }}\n",
        upstream.url()
    ));
    let poll = |with: Option<&Path>| {
        let mut command = sandbox.command(&["poll", "--once", "-vv"]);
        if let Some(folder) = with {
            command.env("CREDENTIALS_DIRECTORY", folder);
        }
        Ran::of(command.output().unwrap())
    };
    let ran = poll(None);
    assert!(
        ran.stdout.contains("tollwatch service install --credential ci-key:FILE"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    std::fs::write(folder.path().join("ci-key"), format!("{KEY}\n")).unwrap();
    let ran = poll(Some(folder.path()));
    assert!(ran.stdout.contains("$4.00"), "{}{}", ran.stdout, ran.stderr);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("handed"));
    assert!(!sandbox.read_config().contains("handed"));
    let history = std::fs::read(sandbox.history()).unwrap();
    assert!(!history.windows(6).any(|bytes| bytes == b"handed"));
}
