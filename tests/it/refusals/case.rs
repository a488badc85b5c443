//! One answer that somebody got, in `tests/fixtures/refusals/<provider>/<case>.http`, and what must be told of it.
//! [`HEADS`] says what each line of a file's head means.

use std::path::{Path, PathBuf};
use tollwatch::model::{Amount, Refusal, Timestamp};
use tollwatch::refusal::{Response, explain};

/// Saturday 2026-11-21 02:49:35 UTC.
pub(super) const NOW: Timestamp = Timestamp(1_795_229_375_000);

/// The lines of a head, `# name: value`.
const HEADS: &[(&str, &str)] = &[
    ("source", "where the shape comes from, and that the values are invented; needed"),
    ("connector", "the connector that the answer came through; `-` or missing: nobody names one"),
    ("cause", "the cause's name in JSON; needed"),
    ("scope", "the scope's name in JSON; needed"),
    ("retryable", "no, yes, or yes and a moment (`yes 2026-12-01T00:00:00Z`); needed"),
    ("needed", "an exact amount; missing: the answer tells none"),
    ("left", "as needed"),
    ("limit", "as needed"),
    ("used", "as needed"),
    ("provider", "whose refusal it is, where it is not the connector's: `-` for nobody known"),
    ("gateway", "who passed it on, where somebody did"),
    ("unnamed", "cause, scope, provider (or `-`) when nobody names the connector; missing: the same"),
    ("by-status", "`yes`: only its status tells anything, so that another status is another answer"),
    ("note", "anything for the reader"),
];

/// Cause, scope and provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) cause: String,
    pub(super) scope: String,
    pub(super) provider: Option<String>,
}

pub(super) struct Case {
    /// `openrouter/key_limit`.
    pub(super) name: String,
    pub(super) connector: Option<String>,
    pub(super) named: Told,
    pub(super) unnamed: Told,
    pub(super) by_status: bool,
    pub(super) status: u16,
    head: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: String,
}

impl Told {
    pub(super) fn of(refusal: &Refusal) -> Told {
        Told {
            cause: refusal.cause.words().id.to_owned(),
            scope: serde_json::to_value(refusal.scope).unwrap().as_str().unwrap().to_owned(),
            provider: refusal.provider.clone(),
        }
    }
}

pub(super) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Every `.http` file two folders below, sorted.
pub(super) fn files(below: &Path, depth: usize) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(below).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    if depth > 0 {
        return found.iter().flat_map(|folder| files(folder, depth - 1)).collect();
    }
    found.retain(|path| path.extension().is_some_and(|end| end == "http"));
    found
}

/// Every case. `CASE=openrouter,xai/credits cargo test …` narrows them while one is written.
pub(super) fn all() -> Vec<Case> {
    let root = fixtures().join("refusals");
    let wanted = std::env::var("CASE").ok();
    let name = |path: &Path| {
        let name = path.strip_prefix(&root).unwrap().with_extension("");
        name.to_string_lossy().replace('\\', "/")
    };
    let mut cases = Vec::new();
    for path in files(&root, 1) {
        let name = name(&path);
        let is = |wanted: &str| wanted == name || wanted == name.split('/').next().unwrap();
        if wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(is)) {
            let text = std::fs::read_to_string(&path).unwrap();
            cases.push(Case::parse(&name, &text).unwrap_or_else(|wrong| panic!("{name}: {wrong}")));
        }
    }
    cases
}

impl Case {
    fn parse(name: &str, text: &str) -> Result<Case, String> {
        let text = text.replace("\r\n", "\n");
        let mut lines = text.lines();
        let mut head: Vec<(String, String)> = Vec::new();
        let status = loop {
            let line = lines.next().ok_or("has no line HTTP/1.1 and a status")?;
            if let Some(status) = line.strip_prefix("HTTP") {
                let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
                break status.ok_or_else(|| format!("no status in {line:?}"))?;
            }
            let line = line.strip_prefix("# ").ok_or_else(|| format!("{line:?} is no line of a head"))?;
            let (key, value) = line.split_once(':').ok_or_else(|| format!("no name before {line:?}"))?;
            if !HEADS.iter().any(|(known, _)| *known == key) {
                return Err(format!("nobody knows {key:?}"));
            }
            head.push((key.to_owned(), value.trim().to_owned()));
        };
        let mut headers = Vec::new();
        for line in lines.by_ref().take_while(|line| !line.is_empty()) {
            let (key, value) = line.split_once(':').ok_or_else(|| format!("{line:?} is no header"))?;
            headers.push((key.to_owned(), value.trim().to_owned()));
        }
        let body = lines.collect::<Vec<_>>().join("\n");
        let find = |key: &str| head.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let must = |key: &str| find(key).ok_or_else(|| format!("does not say its {key}"));
        must("source")?;
        must("retryable")?;
        let somebody = |name: &str| (name != "-").then(|| name.to_owned());
        let connector = find("connector").and_then(somebody);
        let named = Told {
            cause: must("cause")?.to_owned(),
            scope: must("scope")?.to_owned(),
            provider: find("provider").map_or(connector.clone(), somebody),
        };
        let unnamed = match find("unnamed") {
            None => Told {
                // Of what nobody recognises, nobody can say whose it is.
                provider: named.provider.clone().filter(|_| named.cause != "unknown"),
                ..named.clone()
            },
            Some(line) => match line.split_whitespace().collect::<Vec<_>>()[..] {
                [cause, scope, provider] => {
                    Told { cause: cause.into(), scope: scope.into(), provider: somebody(provider) }
                }
                _ => return Err("unnamed wants a cause, a scope and a provider or -".into()),
            },
        };
        let by_status = find("by-status") == Some("yes");
        Ok(Case { name: name.into(), connector, named, unnamed, by_status, status, head, headers, body })
    }

    fn head(&self, key: &str) -> Option<&str> {
        self.head.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn body(&self) -> &str {
        &self.body
    }

    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// What is told of it, for a connector or for none.
    pub(super) fn told(&self, connector: Option<&str>) -> Refusal {
        self.changed(connector, self.status, &[])
    }

    /// As [`Case::told`], with another status and further headers.
    pub(super) fn changed(&self, connector: Option<&str>, status: u16, added: &[(&str, &str)]) -> Refusal {
        let added = added.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let headers: Vec<_> = self.headers.iter().cloned().chain(added).collect();
        let response = Response { status: Some(status), headers: &headers, body: self.body.as_bytes() };
        explain(connector, response, NOW)
    }

    /// What is not as expected when the connector is known, beside cause, scope and provider.
    pub(super) fn details(&self, refusal: &Refusal) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut same = |what: &str, got: String, expected: &str| {
            if got != expected {
                wrong.push(format!("{what}: got {got}, expected {expected}"));
            }
        };
        let retryable = match (refusal.retryable, refusal.retry_at) {
            (false, None) => "no".to_owned(),
            (true, None) => "yes".to_owned(),
            (yes, Some(at)) => format!("{} {at}", if yes { "yes" } else { "no" }),
        };
        same("retryable", retryable, self.head("retryable").unwrap_or_default());
        let amounts = [
            ("needed", refusal.needed),
            ("left", refusal.left),
            ("limit", refusal.limit),
            ("used", refusal.used),
        ];
        for (what, amount) in amounts {
            let print = |amount: Option<Amount>| amount.map_or("-".into(), |amount| amount.to_string());
            let expected =
                self.head(what).map(|text| text.parse::<Amount>().map_err(|error| error.to_string()));
            match expected.transpose() {
                Ok(expected) => same(what, print(amount), &print(expected)),
                Err(error) => same(what, print(amount), &error),
            }
        }
        same("gateway", refusal.gateway.clone().unwrap_or("-".into()), self.head("gateway").unwrap_or("-"));
        wrong
    }
}
