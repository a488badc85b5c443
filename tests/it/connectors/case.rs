//! One case of one connector: its answers in `tests/fixtures/<connector>/<case>/*.http`, what the account is like, and
//! what must come of it in `expected.txt`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use tollwatch::connectors::{self, Connector};
use tollwatch::model::{Account, AccountId, Amount, PollError, Polled, Qty, Secret, Timestamp};

/// Saturday 2026-11-21 02:49:35 UTC.
pub(super) const NOW: Timestamp = Timestamp(1_795_229_375_000);

/// What every connector has: a good answer, the least answer, one with every optional field, a refusal, a 401 (or
/// what the provider sends for a wrong key), a malformed answer.
pub(super) const CASES: [&str; 6] = ["good", "minimal", "full", "refusal", "unauthorized", "malformed"];

pub(super) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The connectors under test that ask somebody (`pushed.rs` has the others); `CONNECTOR=groq,xai cargo test …` narrows them while one is written.
pub(super) fn all() -> impl Iterator<Item = &'static dyn Connector> {
    let wanted = std::env::var("CONNECTOR").ok();
    connectors::ALL.iter().copied().filter(move |connector| {
        !connector.spec().pushed
            && wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|id| id == connector.spec().id))
    })
}

/// The folders of a connector's cases: the six, and any further ones.
pub(super) fn folders(connector: &dyn Connector) -> Vec<PathBuf> {
    let dir = fixtures().join(connector.spec().id);
    let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// An account for a case, on a server. `account.json` beside the case's answers, or in the connector's folder, says
/// what is special: `options` (where `{server}` is the server's address), `secrets` (roles; by default all of them,
/// in the case `minimal` those that are needed), `budget`. A secret's value is `EXAMPLE-` and its role.
pub(super) fn account(connector: &dyn Connector, folder: Option<&Path>, server: &str) -> Account {
    let spec = connector.spec();
    let read = |path: PathBuf| std::fs::read_to_string(path).ok();
    let special = folder.and_then(|folder| read(folder.join("account.json")));
    let special = special.or_else(|| read(fixtures().join(spec.id).join("account.json")));
    let special: serde_json::Value =
        special.map_or(serde_json::Value::Null, |text| serde_json::from_str(&text).expect("account.json"));
    let minimal = folder.is_some_and(|folder| folder.ends_with("minimal"));
    let roles: Vec<String> = match special["secrets"].as_array() {
        Some(roles) => roles.iter().map(|role| role.as_str().unwrap().to_owned()).collect(),
        None => {
            let wanted = spec.secrets.iter().filter(|secret| secret.required || !minimal);
            wanted.map(|secret| secret.role.to_owned()).collect()
        }
    };
    let options = match &special["options"] {
        serde_json::Value::Null => "{}".to_owned(),
        options => options.to_string().replace("{server}", server),
    };
    let budget = special["budget"].as_str().map(|text| text.parse::<Amount>().unwrap());
    let prefix = spec.base_url.map_or(String::new(), |url| {
        url.splitn(4, '/').nth(3).map_or(String::new(), |path| format!("/{path}"))
    });
    Account {
        id: AccountId::new("mine").unwrap(),
        label: "Mine".into(),
        connector: spec.id.into(),
        base_url: format!("{server}{prefix}"),
        secrets: roles
            .into_iter()
            .map(|role| {
                let value = format!("EXAMPLE-{role}");
                (role, Secret::new(value))
            })
            .collect(),
        options,
        budget: budget.map(|amount| (amount.qty, amount.unit)),
        prices: Default::default(),
        received: Default::default(),
    }
}

/// A poll's outcome as text, one line per reading, cost, refusal and problem.
pub(super) fn table(outcome: &Result<Polled, PollError>) -> String {
    let mut out = String::new();
    let polled = match outcome {
        Ok(polled) => polled,
        Err(error) => {
            let rule = error
                .refusal
                .as_ref()
                .map_or(String::new(), |refusal| format!(" [{} {:?}]", refusal.rule, refusal.cause));
            return format!("error {:?}{rule} {error}\n", error.kind);
        }
    };
    for one in &polled.readings {
        let figure = |qty: Option<Qty>| qty.map_or("-".to_owned(), |qty| one.unit.print(qty));
        let when = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| at.to_string());
        let as_of = one.as_of.map_or(String::new(), |at| format!(" as of {at}"));
        let reserve = one.reserve.map_or(String::new(), |qty| format!(" reserve {}", one.unit.print(qty)));
        let _ = writeln!(
            out,
            "{} “{}” {:?} {} {}/{} left {} {:?} {} {:?}{as_of}{reserve}",
            one.meter.0,
            one.label,
            one.kind,
            one.unit,
            figure(one.used),
            figure(one.limit),
            figure(one.remaining),
            one.window,
            when(one.resets_at),
            one.provenance
        );
    }
    for one in &polled.costs {
        let _ = writeln!(
            out,
            "cost {:?} “{}” {} to {} {} {:?}",
            one.by,
            one.name,
            one.start,
            one.end,
            one.total(),
            one.provenance
        );
    }
    for one in &polled.refusals {
        let at = one.at.map_or("-".to_owned(), |at| at.to_string());
        let _ = writeln!(out, "refusal {} {:?} {:?} x{} {at}", one.rule, one.cause, one.status, one.count);
    }
    for one in &polled.problems {
        let _ = writeln!(out, "problem {:?} {}", one.kind, one.message);
    }
    out
}
