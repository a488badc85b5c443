//! Recorded answers: one `.http` file each, read by people and by [`super::Network::replay`].
//!
//! ```text
//! # GET /api/v1/key?provisioning=true
//! # any further line that starts with # is a comment
//! HTTP 200
//! content-type: application/json
//!
//! {"data": {}}
//! ```
//! The first line says which request it answers. Without a query it answers any query; with one, exactly these
//! parameters in any order. Of several files for one request the first unused one (by file name) answers, then the
//! last one again and again.

use super::{Answer, WireRequest, redact};
use crate::model::{PollError, PollErrorKind};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn problem(message: String) -> PollError {
    PollError::new(PollErrorKind::Config, message)
}

/// One file.
struct Fixture {
    method: String,
    path: String,
    query: Option<Vec<(String, String)>>,
    answer: Answer,
    used: bool,
}

/// Answers from files.
pub(super) struct Replay {
    dir: PathBuf,
    fixtures: Mutex<Vec<Fixture>>,
}

impl Replay {
    pub(super) fn new(dir: &Path) -> Result<Replay, PollError> {
        let unreadable = |path: &Path, error: std::io::Error| {
            problem(format!("the recorded answers in {} cannot be read: {error}", path.display()))
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|error| unreadable(dir, error))? {
            let path = entry.map_err(|error| unreadable(dir, error))?.path();
            if path.extension().is_some_and(|end| end == "http") {
                files.push(path);
            }
        }
        files.sort();
        let mut fixtures = Vec::new();
        for file in files {
            let bytes = std::fs::read(&file).map_err(|error| unreadable(&file, error))?;
            fixtures.push(parse(&bytes).map_err(|why| problem(format!("{}: {why}", file.display())))?);
        }
        Ok(Replay { dir: dir.to_owned(), fixtures: Mutex::new(fixtures) })
    }

    pub(super) fn answer(&self, request: &WireRequest) -> Result<Answer, PollError> {
        let mut fixtures = self.fixtures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut asked = request.query.clone();
        asked.sort();
        let fits = |fixture: &Fixture, exact: bool| {
            let query = if exact { fixture.query.as_ref() == Some(&asked) } else { fixture.query.is_none() };
            fixture.method == request.method && fixture.path == request.path && query
        };
        for exact in [true, false] {
            let fresh = fixtures.iter().position(|one| !one.used && fits(one, exact));
            if let Some(at) = fresh.or_else(|| fixtures.iter().rposition(|one| fits(one, exact))) {
                fixtures[at].used = true;
                return Ok(fixtures[at].answer.clone());
            }
        }
        let there: Vec<String> = fixtures.iter().map(|one| format!("{} {}", one.method, one.path)).collect();
        Err(problem(format!(
            "no recorded answer in {} for {} {} with the query {asked:?}; there are: {}",
            self.dir.display(),
            request.method,
            request.path,
            if there.is_empty() { "none".to_owned() } else { there.join(", ") }
        )))
    }
}

/// Reads one file. The error says what is missing.
fn parse(bytes: &[u8]) -> Result<Fixture, String> {
    let mut rest = bytes;
    let mut line = || -> Option<String> {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let text = String::from_utf8_lossy(&rest[..end]).trim_end().to_owned();
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(text)
    };
    let first = line().unwrap_or_default();
    let request = first.strip_prefix('#').and_then(|text| text.trim().split_once(' '));
    let (method, target) = request.ok_or("the first line must be '# METHOD /path'")?;
    let (path, query) = match target.trim().split_once('?') {
        Some((path, query)) => {
            let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            pairs.sort();
            (path, Some(pairs))
        }
        None => (target.trim(), None),
    };
    let status = loop {
        let text = line().ok_or("there is no 'HTTP <status>' line")?;
        if !text.starts_with('#') {
            let number = text.strip_prefix("HTTP ").and_then(|rest| rest.split(' ').next()?.parse().ok());
            break number.ok_or("the line after the comments must be 'HTTP <status>'")?;
        }
    };
    let mut headers = Vec::new();
    while let Some(text) = line().filter(|text| !text.is_empty()) {
        let (name, value) = text.split_once(':').ok_or("a header line must be 'name: value'")?;
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    let answer = Answer { status, headers, body: rest.to_vec() };
    Ok(Fixture { method: method.to_owned(), path: path.to_owned(), query, answer, used: false })
}

/// Writes answers to files.
pub(super) struct Recorder {
    dir: PathBuf,
    next: AtomicUsize,
}

impl Recorder {
    pub(super) fn new(dir: &Path) -> Result<Recorder, PollError> {
        std::fs::create_dir_all(dir)
            .map_err(|error| problem(format!("{} cannot be made for recordings: {error}", dir.display())))?;
        Ok(Recorder { dir: dir.to_owned(), next: AtomicUsize::new(1) })
    }

    /// Writes one answer. Of its headers only those that hold no secret by their meaning are kept; the request's
    /// secrets and everything key-like are masked in what remains.
    pub(super) fn write(
        &self,
        request: &WireRequest,
        secrets: &[String],
        answer: &Answer,
    ) -> Result<(), PollError> {
        let mask = |text: &str| {
            let known = secrets.iter().filter(|secret| secret.len() >= 4);
            redact(&known.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "[redacted]")))
        };
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
        let mut target = request.path.clone();
        if !query.is_empty() {
            let _ = write!(target, "?{query}");
        }
        let mut text = format!("# {} {}\nHTTP {}\n", request.method, mask(&target), answer.status);
        for (name, value) in &answer.headers {
            if ["content-type", "date", "retry-after"].contains(&name.as_str()) || name.contains("ratelimit")
            {
                let _ = writeln!(text, "{name}: {}", mask(value));
            }
        }
        let _ = write!(text, "\n{}", mask(&String::from_utf8_lossy(&answer.body)));
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        let slug: String = mask(&request.path).chars().map(plain).take(60).collect();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let file = self.dir.join(format!("{number:03}-{}{slug}.http", request.method));
        std::fs::write(&file, text)
            .map_err(|error| problem(format!("the recording {} cannot be written: {error}", file.display())))
    }
}
