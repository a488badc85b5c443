//! What several tests need: a sandboxed command line, and an upstream that answers what it is told.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// Config and data folders of its own, and the real `tollwatch` program.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Sandbox { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn config_dir(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn history(&self) -> PathBuf {
        self.data_dir().join("history.sqlite")
    }

    pub(crate) fn write_config(&self, text: &str) {
        std::fs::create_dir_all(self.config_dir()).unwrap();
        std::fs::write(self.config_dir().join("config.toml"), text).unwrap();
    }

    pub(crate) fn read_config(&self) -> String {
        std::fs::read_to_string(self.config_dir().join("config.toml")).unwrap_or_default()
    }

    /// The program with these words, cut off from the machine's own folders, bus and proxy.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollwatch"));
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("TZ", "UTC")
            .env("TOLLWATCH_CONFIG_DIR", self.config_dir())
            .env("TOLLWATCH_DATA_DIR", self.data_dir())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }
}

/// What a run printed, and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// What the upstream answers for a path: status line and headers and body, as raw bytes.
type Answers = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// A server on loopback that answers each path with what the test put there, byte for byte.
pub(crate) struct Upstream {
    address: SocketAddr,
    answers: Answers,
}

impl Upstream {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Answers::default();
        let shared = answers.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Upstream { address, answers }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, `path` answers 200 with this JSON.
    pub(crate) fn json(&self, path: &str, body: &str) {
        self.status(path, 200, "application/json", body);
    }

    pub(crate) fn status(&self, path: &str, status: u16, kind: &str, body: &str) {
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        self.raw(path, [head.as_bytes(), body.as_bytes()].concat());
    }

    pub(crate) fn raw(&self, path: &str, bytes: Vec<u8>) {
        self.answers.lock().unwrap().insert(path.to_owned(), bytes);
    }
}

fn serve(mut stream: TcpStream, answers: &Answers) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let path = line.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/").to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) <= 2 {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let _ = reader.take(length).read_to_end(&mut Vec::new());
    let missing = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    let answer = answers.lock().unwrap().get(&path).cloned().unwrap_or(missing);
    let _ = stream.write_all(&answer);
}

/// A program that `scripts/tools` fetched, such as `prometheus/promtool` or `python/bin/python`. `None` where there is
/// none, and that is printed; on Linux where `CI` is true it must be there.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let found = crate::namespace::tools().map(|folder| folder.join(name)).filter(|path| path.exists());
    let required = cfg!(target_os = "linux") && std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(found.is_some() || !required, "{name} is missing: run scripts/tools");
    if found.is_none() {
        println!("not run: needs {name}, which scripts/tools fetches");
    }
    found
}
