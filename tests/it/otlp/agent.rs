//! rotel, a real OTLP receiver and sender, and a sink that keeps what it forwards.

use crate::support::tool;
use axum::body::Bytes;
use axum::http::HeaderMap;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A running agent; it is killed with its value.
pub(super) struct Agent {
    child: Child,
    pub(super) url: String,
    folder: tempfile::TempDir,
}

/// The agent's program: inside the Python package that carries it.
fn program() -> Option<PathBuf> {
    let python = tool("python/bin/python")?;
    let asked = Command::new(python).args(["-c", "import rotel; print(rotel.__path__[0])"]).output().unwrap();
    let folder = PathBuf::from(String::from_utf8(asked.stdout).unwrap().trim());
    Some(folder.join("rotel-agent")).filter(|path| path.exists())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Agent {
    /// An agent that forwards metrics to `target` (with `/v1/metrics`), with this header if one is given. `None` where
    /// there is no agent.
    pub(super) fn start(target: &str, header: Option<&str>) -> Option<Agent> {
        let program = program()?;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("http://127.0.0.1:{}", free_port());
        let file = |name: &str| folder.path().join(name).display().to_string();
        let mut command = Command::new(program);
        command
            .args(["start", "--exporter", "otlp", "--otlp-exporter-protocol", "http"])
            .args(["--otlp-exporter-endpoint", target, "--otlp-exporter-retry-initial-backoff", "500ms"])
            .args(["--otlp-http-endpoint", url.trim_start_matches("http://")])
            .args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{}", free_port())])
            .args(["--pid-file", &file("pid"), "--log-file", &file("log")])
            .args(["--debug-log", "metrics"]);
        if let Some(header) = header {
            command.args(["--otlp-exporter-custom-headers", header]);
        }
        let out = std::fs::File::create(folder.path().join("out")).unwrap();
        let err = out.try_clone().unwrap();
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).spawn().unwrap();
        let agent = Agent { child, url, folder };
        let address = agent.url.trim_start_matches("http://").to_owned();
        until("the agent listens", || std::net::TcpStream::connect(&address).is_ok().then_some(()));
        Some(agent)
    }

    /// What it printed, for a test that fails.
    pub(super) fn printed(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("out")).unwrap_or_default()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again until there is an answer, for half a minute.
#[allow(clippy::disallowed_methods, reason = "waits for other programs, in real time")]
pub(super) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// What a receiver of the test's own got: headers and messages.
type Got = Arc<Mutex<Vec<(HeaderMap, ExportMetricsServiceRequest)>>>;

/// A receiver that keeps what it gets, and answers with the statuses it is told before it accepts.
pub(super) struct Sink {
    pub(super) url: String,
    got: Got,
    _runtime: tokio::runtime::Runtime,
}

impl Sink {
    pub(super) fn start(refusals: Vec<u16>) -> Sink {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let got = Got::default();
        let (kept, refusals) = (got.clone(), Arc::new(Mutex::new(refusals)));
        let take = move |headers: HeaderMap, body: Bytes| {
            let body = match headers.get("content-encoding") {
                Some(_) => tollwatch::otlp::gunzip(&body).unwrap().unwrap(),
                None => body.to_vec(),
            };
            let refusal = refusals.lock().unwrap().pop();
            if refusal.is_none() {
                kept.lock().unwrap().push((headers, ExportMetricsServiceRequest::decode(&body[..]).unwrap()));
            }
            let status = axum::http::StatusCode::from_u16(refusal.unwrap_or(200)).unwrap();
            async move { (status, [("content-type", "application/x-protobuf"), ("retry-after", "1")], Vec::new()) }
        };
        let router = axum::Router::new().route("/v1/metrics", axum::routing::post(take));
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Sink { url, got, _runtime: runtime }
    }

    pub(super) fn got(&self) -> Vec<(HeaderMap, ExportMetricsServiceRequest)> {
        self.got.lock().unwrap().clone()
    }
}
