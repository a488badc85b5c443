//! A real ferrogw 1.5.10 with a budget of 0.0010 USD, before a tiny upstream that answers every call. It listens on
//! all interfaces, so it is only ever started inside a network namespace of its own: see [`alone`].

use crate::namespace;
pub(crate) use crate::namespace::inside;
use crate::support::Upstream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tollwatch::http::{Answer, Http, Network, Policy, Request};
use tollwatch::model::Secret;

/// Where the gateway answers, inside the namespace.
pub(crate) const URL: &str = "http://127.0.0.1:9102";
/// Where chat calls go, at the gateway and at its upstream.
pub(crate) const CHAT: &str = "/v1/chat/completions";
/// The gateway's master key, made up.
pub(crate) const KEY: &str = "EXAMPLE-master";

const CONFIG: &str = "strategy:
  mode: single
targets:
  - virtual_key: openai
plugins:
  - {name: budget, type: guardrail, stage: before_request, enabled: true, config: &money {spend_limit_usd: 0.0010, input_per_m_tokens: 2.5, output_per_m_tokens: 10}}
  - {name: budget, type: guardrail, stage: after_request, enabled: true, config: *money}
  - {name: request-logger, type: logging, stage: after_request, enabled: true, config: &log {level: info, persist: true}}
  - {name: request-logger, type: logging, stage: on_error, enabled: true, config: *log}
";

/// 10 tokens in and 20 out: 10 × 2.5 / 10⁶ + 20 × 10 / 10⁶ = 0.000225 USD.
pub(crate) const REPLY: &str = r#"{"id":"x","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}"#;

/// The program: `TOLLWATCH_FERROGW`, else `tools/ferrogw` in Cargo's target folder, where `scripts/tools` puts it.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("TOLLWATCH_FERROGW").map(PathBuf::from);
    let usual = || Some(namespace::tools()?.join("ferrogw"));
    named.or_else(usual).filter(|path| path.is_file())
}

/// As [`namespace::alone`], for ferrogw.
pub(crate) fn alone(name: &str) -> bool {
    namespace::alone(name, "ferrogw", "TOLLWATCH_FERROGW", program().is_some())
}

/// A running gateway; ends when dropped.
pub(crate) struct Gateway {
    child: Child,
    /// The real door to it.
    pub(crate) http: Http,
    /// What it asks; answers every call with [`REPLY`] until a test says otherwise.
    pub(crate) upstream: Upstream,
    _folder: tempfile::TempDir,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Gateway {
    /// Starts the upstream and the gateway, and waits until it is ready.
    pub(crate) async fn start() -> Gateway {
        assert!(inside(), "ferrogw listens on all interfaces: only inside a namespace");
        let upstream = Upstream::start();
        upstream.json(CHAT, REPLY);
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("gateway.yaml");
        std::fs::write(&config, CONFIG).unwrap();
        let child = Command::new(program().unwrap())
            .arg("serve")
            .env_clear()
            .env("HOME", folder.path())
            .env("MASTER_KEY", KEY)
            .env("OPENAI_API_KEY", "EXAMPLE-upstream")
            .env("OPENAI_BASE_URL", format!("{}/v1", upstream.url()))
            .env("GATEWAY_CONFIG", &config)
            .env("PORT", "9102")
            .env("REQUEST_LOG_STORE_BACKEND", "sqlite")
            .env("REQUEST_LOG_STORE_DSN", folder.path().join("log.db"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ferrogw starts");
        let http = Http::open(&Network::new(Policy::default()).unwrap(), URL).unwrap();
        let gateway = Gateway { child, http, upstream, _folder: folder };
        for _ in 0..200 {
            if gateway.http.send(Request::get("/readyz")).await.is_ok_and(|answer| answer.status == 200) {
                return gateway;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("ferrogw was not ready within ten seconds and more");
    }

    /// One chat call.
    pub(crate) async fn chat(&self) -> Answer {
        let body = serde_json::json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]});
        self.http.send(Request::post(CHAT, body).bearer(&Secret::new(KEY))).await.unwrap()
    }
}
