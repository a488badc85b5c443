//! A real Portkey gateway (@portkey-ai/gateway 1.15.2) before an upstream that refuses: what comes through it is
//! recognised. It keeps nothing and reports nothing of its own, so what its callers see is all there is to read. It
//! listens on all interfaces, so it only ever runs inside a network namespace.

use crate::namespace::{alone, inside, tools};
use crate::support::Upstream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tollwatch::http::{Answer, Http, Network, Policy, Request};
use tollwatch::model::{Cause, Refusal, Scope, Secret, Timestamp};
use tollwatch::refusal::{Response, explain};

/// Saturday 2026-11-21 02:49:35 UTC.
const NOW: Timestamp = Timestamp(1_795_229_375_000);
/// Where the gateway answers, inside the namespace.
const URL: &str = "http://127.0.0.1:9103";
const CHAT: &str = "/v1/chat/completions";
const REPLY: &str = r#"{"id":"x","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}"#;

/// The program: `TOLLWATCH_PORTKEY`, else where `scripts/tools` puts it.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("TOLLWATCH_PORTKEY").map(PathBuf::from);
    let usual = || Some(tools()?.join("portkey/node_modules/@portkey-ai/gateway/build/start-server.js"));
    named.or_else(usual).filter(|path| path.is_file())
}

/// A running gateway and its upstream; ends when dropped.
struct Gateway {
    child: Child,
    http: Http,
    upstream: Upstream,
    _folder: tempfile::TempDir,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Gateway {
    async fn start() -> Gateway {
        assert!(inside(), "Portkey listens on all interfaces: only inside a namespace");
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new("node")
            .arg(program().unwrap())
            .args(["--port=9103", "--headless"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let http = Http::open(&Network::new(Policy::default()).unwrap(), URL).unwrap();
        let gateway = Gateway { child, http, upstream: Upstream::start(), _folder: folder };
        for _ in 0..400 {
            if gateway.http.send(Request::get("/")).await.is_ok_and(|answer| answer.status == 200) {
                return gateway;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("Portkey was not ready within twenty seconds and more");
    }

    /// One chat call through the gateway to the upstream.
    async fn chat(&self) -> Answer {
        let body = serde_json::json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]});
        let request = Request::post(CHAT, body)
            .bearer(&Secret::new("EXAMPLE-upstream"))
            .header("x-portkey-provider", "openai")
            .header("x-portkey-custom-host", &format!("{}/v1", self.upstream.url()));
        self.http.send(request).await.unwrap()
    }

    /// What is read from a call while the upstream answers so: status line and headers without the first and the last
    /// line break, then the body.
    async fn refused(&self, head: &str, body: &str) -> (Answer, Refusal) {
        let head =
            format!("HTTP/1.1 {head}\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
        self.upstream.raw(CHAT, format!("{head}\r\nconnection: close\r\n\r\n{body}").into_bytes());
        let answer = self.chat().await;
        let refusal = tollwatch::refusal::read(None, &answer, NOW);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let refusal = refusal.unwrap_or_else(|| panic!("{} is not recognised: {text}", answer.status));
        (answer, refusal)
    }
}

#[test]
fn what_a_real_portkey_gateway_passes_on_is_recognised() {
    alone(
        "portkey_gateway::inside_the_namespace",
        "Portkey's gateway",
        "TOLLWATCH_PORTKEY",
        program().is_some(),
    );
}

#[tokio::test]
#[ignore = "run by what_a_real_portkey_gateway_passes_on_is_recognised, in a network namespace of its own"]
async fn inside_the_namespace() {
    if !inside() {
        return;
    }
    let gateway = Gateway::start().await;
    gateway.upstream.json(CHAT, REPLY);
    assert_eq!(gateway.chat().await.status, 200);

    let body = r#"{"error":{"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits","code":402}}"#;
    let (answer, refusal) = gateway.refused("402 Payment Required", body).await;
    assert_eq!((answer.status, answer.header("x-portkey-provider")), (402, Some("openai")));
    assert_eq!((refusal.cause, refusal.status), (Cause::BalanceExhausted, Some(402)), "{refusal:?}");
    assert!(refusal.message.contains("Insufficient credits"), "{refusal:?}");

    let body = r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#;
    let (answer, refusal) = gateway.refused("402 Payment Required", body).await;
    assert_eq!((answer.status, refusal.cause), (402, Cause::BalanceExhausted), "{refusal:?}");

    // Whoever pastes it learns whose refusal it is and who passed it on, with the gateway's name or without.
    for connector in [None, Some("portkey")] {
        let response = Response { status: Some(402), headers: &answer.headers, body: &answer.body };
        let refusal = explain(connector, response, NOW);
        assert_eq!((refusal.cause, refusal.scope), (Cause::BalanceExhausted, Scope::Provider), "{refusal:?}");
        let who = (refusal.provider.as_deref(), refusal.gateway.as_deref());
        assert_eq!(who, (Some("deepseek"), Some("portkey")), "{refusal:?}");
    }

    // The same status, and only the type tells that it is money.
    let body = r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#;
    let (answer, refusal) = gateway.refused("429 Too Many Requests", body).await;
    assert_eq!((answer.status, refusal.cause), (429, Cause::BalanceExhausted), "{refusal:?}");
    assert_eq!(refusal.rule, "openai.quota_type");

    let body = r#"{"error":{"message":"Rate limit reached for gpt-4o","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#;
    let head = "429 Too Many Requests\r\nretry-after: 20\r\nx-ratelimit-limit-requests: 500\r\nx-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 20s";
    let (answer, refusal) = gateway.refused(head, body).await;
    assert_eq!((refusal.cause, refusal.retry_at), (Cause::RateLimited, Some(NOW + 20_000)), "{refusal:?}");
    let header = |name: &str| answer.header(name);
    assert_eq!(header("x-ratelimit-remaining-requests"), Some("0"));
    assert_eq!(header("x-ratelimit-limit-requests"), Some("500"));

    let body = r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#;
    let (answer, refusal) = gateway.refused("401 Unauthorized", body).await;
    assert_eq!((answer.status, refusal.cause), (401, Cause::Credentials), "{refusal:?}");
}
