//! Every connector, polled over real HTTP from a loopback server that serves its recorded answers and allows nothing
//! else, and fed with broken answers.

mod broken;
mod case;
mod examples;
mod links;
mod pushed;
mod recorded;
mod server;

use case::{CASES, NOW, account, all, fixtures, folders, table};
use server::Server;
use std::path::Path;
use tollwatch::connectors;
use tollwatch::http::{Answer, Http, Network, Policy};
use tollwatch::model::{PollErrorKind, Secret};

#[test]
fn every_connector_has_its_six_cases() {
    let mut missing = Vec::new();
    for connector in all() {
        for case in CASES {
            let folder = fixtures().join(connector.spec().id).join(case);
            let holds = |end: &str| {
                let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
                entries.map(|entry| entry.path()).any(|path| path.to_string_lossy().ends_with(end))
            };
            if !holds(".http") || !holds("expected.txt") {
                missing.push(format!("{}/{case}", connector.spec().id));
            }
        }
    }
    assert!(missing.is_empty(), "without recorded answers or expected.txt: {}", missing.join(", "));
}

/// `UPDATE=1 cargo test` writes what came out; it is then read by eye against the documented meaning.
#[tokio::test]
async fn recorded_answers_over_http_become_what_is_expected() {
    let mut complaints = Vec::new();
    for connector in all() {
        for folder in folders(connector) {
            let name = format!("{}/{}", connector.spec().id, folder.file_name().unwrap().to_string_lossy());
            let server = Server::start(&folder).await;
            let account = account(connector, Some(&folder), &server.url);
            let policy = Policy { retry_pause: std::time::Duration::from_millis(1), ..Policy::default() };
            let network = Network::new(policy).unwrap();
            let http = Http::open(&network, &account.base_url).unwrap();
            if folder.join("session").exists() {
                // A session that has ended: a connector that logs in must do so again, once.
                *http.session().lock().unwrap() = Some(Secret::new("session=EXAMPLE-ended"));
            }
            let outcome = connector.poll(&http, &account, NOW).await;
            let says = table(&outcome).replace(&server.url, "{server}").replace(&server.url[7..], "{server}");
            let path = folder.join("expected.txt");
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&path, &says).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            if says != expected {
                complaints.push(format!("{name}: got\n{says}expected\n{expected}"));
            }
            let hides = |secret: &Secret| !says.contains(secret.expose());
            assert!(account.secrets.values().all(hides), "{name} shows a secret:\n{says}");
            complaints.extend(server.complaints().into_iter().map(|one| format!("{name}: {one}")));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// One bad body for every endpoint of every connector: a sentence, and never a reading.
#[tokio::test]
async fn bad_answers_of_every_kind_are_told_by_every_connector() {
    let cases: &[(u16, &str, PollErrorKind)] = &[
        (200, "<!doctype html><title>Sign in</title>", PollErrorKind::Malformed),
        (200, "", PollErrorKind::Malformed),
        (200, "{\"data\": {\"limit\": 1", PollErrorKind::Malformed),
        (200, "null", PollErrorKind::Malformed),
        (401, "{}", PollErrorKind::Credentials),
        (404, "<html>not here</html>", PollErrorKind::NotFound),
        (429, "{}", PollErrorKind::RateLimited),
        (500, "{}", PollErrorKind::Provider),
        (402, "<html>Pay for the wifi</html>", PollErrorKind::Malformed),
    ];
    for connector in all() {
        for (status, body, kind) in cases {
            let answer = Answer { status: *status, headers: vec![], body: body.as_bytes().to_vec() };
            let network = Network::in_process(std::sync::Arc::new(move |_: &_| answer.clone()));
            let account = account(connector, None, "http://127.0.0.1:1");
            let http = Http::open(&network, &account.base_url).unwrap();
            let error = connector.poll(&http, &account, NOW).await.expect_err(connector.spec().id);
            assert_eq!(error.kind, *kind, "{} {status} {body}: {error}", connector.spec().id);
            assert!(error.message.contains(' ') && !error.message.contains("EXAMPLE-"), "{error}");
        }
    }
}

/// What picker and pages say must be whole: every meter needs a secret that there is, every required option an example.
#[test]
fn every_spec_is_whole() {
    let mut ids: Vec<&str> = connectors::ALL.iter().map(|connector| connector.spec().id).collect();
    for connector in connectors::ALL {
        let spec = connector.spec();
        let id = spec.id;
        assert!(spec.about.ends_with('.') && !spec.name.is_empty(), "{id}");
        assert!(spec.docs_url.starts_with("https://"), "{id}");
        assert!(spec.min_interval > 0 && spec.interval >= spec.min_interval, "{id}");
        assert!(!spec.meters.is_empty(), "{id}");
        let roles: Vec<&str> = spec.secrets.iter().map(|secret| secret.role).collect();
        for meter in spec.meters {
            assert!(meter.needs.is_empty() || roles.contains(&meter.needs), "{id}: {}", meter.key);
        }
        for secret in spec.secrets {
            assert!(secret.help.ends_with('.') && !secret.label.is_empty(), "{id}: {}", secret.role);
        }
        for option in spec.options {
            assert!(option.help.ends_with('.') && !option.example.is_empty(), "{id}: {}", option.name);
        }
    }
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "two connectors share an id");
}

/// `UPDATE=1 cargo test` writes the pages again.
#[test]
fn the_connector_docs_follow_the_code() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/connectors");
    if std::env::var_os("UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
    }
    let pages = connectors::docs();
    for (name, text) in &pages {
        let path = dir.join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == *text,
            "{} is not as the code says: run `UPDATE=1 cargo test --no-default-features --test it connectors`",
            path.display()
        );
    }
    let files = std::fs::read_dir(&dir).unwrap().count();
    assert_eq!(files, pages.len(), "docs/connectors holds pages of connectors that are gone");
}
