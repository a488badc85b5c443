//! Recorded answers: which request each is for, what that request must carry, and what is answered.
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

use std::path::Path;

/// One recorded answer.
pub(super) struct Recorded {
    pub(super) file: String,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) answer: (u16, Vec<(String, String)>, Vec<u8>),
    pub(super) used: bool,
}

/// A folder's answers.
pub(super) struct Script {
    pub(super) recorded: Vec<Recorded>,
}

impl Script {
    /// Reads a folder; `{server}` in a file stands for the server's address.
    pub(super) fn load(folder: &Path, server: &str) -> Script {
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "http"));
        files.sort();
        Script { recorded: files.iter().map(|path| read(path, server)).collect() }
    }

    /// The answer to a request, marked as used; the error says why there is none.
    pub(super) fn pick(
        &mut self,
        method: &str,
        path: &str,
        query: &[(String, String)],
        body: &str,
    ) -> Result<&Recorded, String> {
        let mut query = query.to_vec();
        query.sort();
        let same = |one: &Recorded| one.method == method && one.path == path && one.query == query;
        // Requests that differ in their body only are told apart by it.
        let fits =
            |one: &Recorded| same(one) && one.body.as_ref().is_none_or(|wanted| same_text(wanted, body));
        let fresh = self.recorded.iter().position(|one| !one.used && fits(one));
        let Some(at) = fresh.or_else(|| self.recorded.iter().rposition(fits)) else {
            let asked = if self.recorded.iter().any(same) {
                format!("the body {body}")
            } else {
                format!("{query:?}")
            };
            return Err(format!("not recorded: {method} {path} with {asked}"));
        };
        self.recorded[at].used = true;
        Ok(&self.recorded[at])
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
