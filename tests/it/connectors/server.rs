//! A server on loopback that answers from a folder of recorded answers, and notes every request that the provider's
//! documents do not allow.
//!
//! ```text
//! # GET /v1/costs?start_time=1793491200&limit=31
//! # shape: where the fields and types come from
//! # > authorization: Bearer EXAMPLE-admin_key
//! # > body: {"only": "for POST"}
//! HTTP 200
//! content-type: application/json
//!
//! {"data": []}
//! ```
//! The query must be exactly the one named (in any order), and none where none is named. Each `# >` line is a header
//! that must be there as written (a `*` at its end stands for anything); the body must be the same JSON, or the same
//! text. A secret (`EXAMPLE-…`) in a header, path or query that no line names is not allowed. Of several files for one
//! request the first unused one (by name) answers, then the last one again.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// One recorded answer.
struct Recorded {
    file: String,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<String>,
    answer: (u16, Vec<(String, String)>, Vec<u8>),
    used: bool,
}

#[derive(Default)]
struct State {
    recorded: Vec<Recorded>,
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
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "http"));
        files.sort();
        let recorded = files.iter().map(|path| read(path, &url)).collect();
        let state = Arc::new(Mutex::new(State { recorded, ..State::default() }));
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
        let unused =
            state.recorded.iter().filter(|one| !one.used).map(|one| format!("nobody asked for {}", one.file));
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
        let mut query: Vec<(String, String)> =
            url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect();
        query.sort();
        let same =
            |one: &Recorded| one.method == method.as_str() && one.path == uri.path() && one.query == query;
        let body = String::from_utf8_lossy(body).into_owned();
        // Requests that differ in their body only are told apart by it.
        let fits =
            |one: &Recorded| same(one) && one.body.as_ref().is_none_or(|wanted| same_text(wanted, &body));
        let fresh = self.recorded.iter().position(|one| !one.used && fits(one));
        let Some(at) = fresh.or_else(|| self.recorded.iter().rposition(fits)) else {
            let why =
                if self.recorded.iter().any(same) { format!(" with the body {body}") } else { String::new() };
            self.wrong.push(format!("not recorded: {method} {uri}{why}"));
            return (StatusCode::NOT_IMPLEMENTED, "not recorded").into_response();
        };
        let one = &mut self.recorded[at];
        one.used = true;
        for (name, wanted) in &one.headers {
            let sent = headers.get(name).map_or("", |value| value.to_str().unwrap_or("?"));
            let fits = wanted.strip_suffix('*').map_or(sent == wanted, |start| sent.starts_with(start));
            if !fits {
                self.wrong.push(format!("{method} {uri}: the header {name} is '{sent}', not '{wanted}'"));
            }
        }
        for (name, value) in headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let named = one.headers.iter().any(|(known, _)| known == name.as_str());
            if !named
                && (value.contains("EXAMPLE-")
                    || matches!(name.as_str(), "authorization" | "cookie" | "x-api-key"))
            {
                self.wrong.push(format!(
                    "{method} {uri}: the header {name} carries a secret that {} does not name",
                    one.file
                ));
            }
        }
        if one.body.is_none() && !body.is_empty() {
            self.wrong.push(format!("{method} {uri}: a body that {} does not name: {body}", one.file));
        }
        let (status, headers, body) = one.answer.clone();
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        response.body(axum::body::Body::from(body)).unwrap()
    }
}

/// The same JSON, or the same text, where a `*` at the end of the wanted one stands for anything.
fn same_text(wanted: &str, sent: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    match (json(wanted), json(sent)) {
        (Some(wanted), Some(sent)) => wanted == sent,
        _ => wanted.strip_suffix('*').map_or(wanted == sent, |start| sent.starts_with(start)),
    }
}

fn read(path: &Path, server: &str) -> Recorded {
    let text = std::fs::read_to_string(path).unwrap().replace("{server}", server);
    let bad = |what: &str| -> ! { panic!("{}: {what}", path.display()) };
    let mut lines = text.split_inclusive('\n');
    let mut next = || lines.next().map(|line| line.trim_end().to_owned());
    let first = next().unwrap_or_default();
    let Some((method, target)) = first.trim_start_matches(['#', ' ']).split_once(' ') else {
        bad("no request line")
    };
    let (target, query) = target.split_once('?').unwrap_or((target, ""));
    let mut query: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    query.sort();
    let (mut headers, mut body, mut shape) = (Vec::new(), None, false);
    let status = loop {
        let Some(line) = next() else { bad("no 'HTTP <status>' line") };
        match line.strip_prefix('#').map(str::trim) {
            Some(comment) => {
                shape |= comment.starts_with("shape:");
                let Some(wanted) = comment.strip_prefix("> ") else { continue };
                let Some((name, value)) = wanted.split_once(": ") else {
                    bad("a '# >' line needs 'name: value'")
                };
                if name == "body" {
                    body = Some(value.to_owned());
                } else {
                    headers.push((name.to_lowercase(), value.to_owned()));
                }
            }
            None => break line.strip_prefix("HTTP ").and_then(|rest| rest.split(' ').next()?.parse().ok()),
        }
    };
    let Some(status) = status else { bad("the line after the comments must be 'HTTP <status>'") };
    if !shape {
        bad("no '# shape:' line that says where its fields come from");
    }
    let mut answered = Vec::new();
    while let Some(line) = next().filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else { bad("a header line must be 'name: value'") };
        answered.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    let rest: String = lines.collect();
    Recorded {
        file: path.file_name().unwrap().to_string_lossy().into_owned(),
        method: method.to_owned(),
        path: target.to_owned(),
        query,
        headers,
        body,
        answer: (status, answered, rest.into_bytes()),
        used: false,
    }
}
