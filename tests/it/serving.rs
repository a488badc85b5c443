//! `tollwatch serve` as a child process: its address, its answers, what it prints; stopped, or killed outright.

use crate::support::Sandbox;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// A running server. It is killed with its value.
pub(crate) struct Serving {
    child: Child,
    address: String,
    token: String,
    /// Everything it has printed, on either stream.
    printed: Arc<Mutex<String>>,
}

impl Serving {
    /// `tollwatch serve --port 0` with more words, on this bus; returns once it serves.
    pub(crate) fn start(sandbox: &Sandbox, words: &[&str], bus: &str) -> Serving {
        Serving::start_with(sandbox, words, &[("DBUS_SESSION_BUS_ADDRESS", bus)])
    }

    /// As [`Serving::start`], with these variables, and without a bus if they name none.
    pub(crate) fn start_with(sandbox: &Sandbox, words: &[&str], variables: &[(&str, &str)]) -> Serving {
        let mut child = sandbox
            .command(&["serve", "--port", "0"])
            .args(words)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Arc::new(Mutex::new(String::new()));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("#token=") {
            line.clear();
            assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "it ended before it served");
            printed.lock().unwrap().push_str(&line);
        }
        collect(stdout, printed.clone());
        collect(BufReader::new(child.stderr.take().unwrap()), printed.clone());
        let url = line.split_once("://").unwrap().1.trim();
        let (address, token) = url.split_once("/#token=").unwrap();
        Serving { address: address.to_owned(), token: token.to_owned(), child, printed }
    }

    /// One command's status and answer.
    pub(crate) fn call(&self, command: &str, request: &Value) -> (u16, String) {
        let body = request.to_string();
        let length = format!("Content-Length: {}", body.len());
        self.ask(&format!("POST /api/{command}"), &length, &body)
    }

    /// One command's answer, which must be good.
    pub(crate) fn json(&self, command: &str, request: &Value) -> Value {
        let (status, body) = self.call(command, request);
        assert_eq!(status, 200, "{command}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Where it answers, such as `127.0.0.1:9402`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What opens it.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// One of the page's files, if there is such a one.
    pub(crate) fn page(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), "Accept: */*", "").1
    }

    /// What is answered to a request without a token.
    pub(crate) fn without_token(&self, line: &str) -> (u16, String) {
        self.send(line, "Accept: */*", b"")
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A POST of any bytes, with these header lines.
    pub(crate) fn post(&self, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let authorization = format!("Authorization: Bearer {}", self.token);
        let headers = format!("{authorization}\r\nContent-Length: {}\r\n{headers}", body.len());
        self.send(&format!("POST {path}"), &headers, body)
    }

    fn ask(&self, line: &str, header: &str, body: &str) -> (u16, String) {
        self.send(line, &format!("Authorization: Bearer {}\r\n{header}", self.token), body.as_bytes())
    }

    fn send(&self, line: &str, header: &str, body: &[u8]) -> (u16, String) {
        let Serving { address, .. } = self;
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("{line} HTTP/1.1\r\nHost: {address}\r\n{header}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Everything it has printed so far, on either stream.
    pub(crate) fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, as a session's end sends it; it must end well. Returns what it printed.
    pub(crate) fn stop(mut self) -> String {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let ended = self.child.wait().unwrap();
        let printed = self.printed();
        assert!(ended.success(), "{ended}: {printed}");
        printed
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl BufRead + Send + 'static, into: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        let mut line = String::new();
        while from.read_line(&mut line).unwrap_or(0) > 0 {
            into.lock().unwrap().push_str(&line);
            line.clear();
        }
    });
}
