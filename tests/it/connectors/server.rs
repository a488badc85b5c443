//! A server on loopback that answers from a folder of recorded answers, and notes every request that the provider's
//! documents do not allow.

use super::recorded::{Recorded, Script};
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::path::Path;
use std::sync::{Arc, Mutex};

struct State {
    script: Script,
    wrong: Vec<String>,
}

/// The server; it ends with the test.
pub(super) struct Server {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(folder: &Path) -> Server {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Script::load(folder, &url);
        let state = Arc::new(Mutex::new(State { script, wrong: Vec::new() }));
        let shared = state.clone();
        let app =
            axum::Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let answer = shared.lock().unwrap().answer(&method, &uri, &headers, &body);
                async move { answer }
            });
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Server { url, state, task }
    }

    /// What was asked that must not be, and which recorded answers nobody asked for.
    pub(super) fn complaints(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let unused = state
            .script
            .recorded
            .iter()
            .filter(|one| !one.used)
            .map(|one| format!("nobody asked for {}", one.file));
        state.wrong.iter().cloned().chain(unused).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn answer(&mut self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect();
        let body = String::from_utf8_lossy(body).into_owned();
        match self.script.pick(method.as_str(), uri.path(), &query, &body) {
            Ok(one) => {
                self.wrong.extend(
                    wrong(one, headers, &body).into_iter().map(|why| format!("{method} {uri}: {why}")),
                );
                let (status, headers, body) = one.answer.clone();
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(axum::body::Body::from(body)).unwrap()
            }
            Err(why) => {
                self.wrong.push(why);
                (StatusCode::NOT_IMPLEMENTED, "not recorded").into_response()
            }
        }
    }
}

/// What a request carries that it must not, and what it lacks.
fn wrong(one: &Recorded, headers: &HeaderMap, body: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, wanted) in &one.headers {
        let sent = headers.get(name).map_or("", |value| value.to_str().unwrap_or("?"));
        let fits = wanted.strip_suffix('*').map_or(sent == wanted, |start| sent.starts_with(start));
        if !fits {
            found.push(format!("the header {name} is '{sent}', not '{wanted}'"));
        }
    }
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let named = one.headers.iter().any(|(known, _)| known == name.as_str());
        let secret = matches!(name.as_str(), "authorization" | "cookie" | "x-api-key");
        if !named && (secret || value.contains("EXAMPLE-")) {
            found.push(format!("the header {name} carries a secret that {} does not name", one.file));
        }
    }
    if one.body.is_none() && !body.is_empty() {
        found.push(format!("a body that {} does not name: {body}", one.file));
    }
    found
}
