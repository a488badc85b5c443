//! Every connector against its recorded answers: what a good poll, a refusal and a malformed answer become. The
//! figures expected here are worked out by hand from the fixtures.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use tollwatch::connectors::{self, Connector};
use tollwatch::http::{Http, Network};
use tollwatch::model::{Account, AccountId, PollError, PollErrorKind, Polled, Qty, Secret, Timestamp, Unit};

/// Saturday 2026-11-21 02:49:35 UTC.
const NOW: Timestamp = Timestamp(1_795_229_375_000);

const JSON_OPTIONS: &str = r#"{"path":"/admin/logs/stats",
  "meters":[{"key":"spend","kind":"budget","unit":"USD","used":"/summary/cost_usd","limit":"0.001 USD"},
            {"key":"tokens","kind":"spend","unit":"tokens","used":"/summary/total_tokens"}],
  "refusals":{"path":"/admin/logs?limit=100","list":"/data","message":"/error_message","at":"/created_at"}}"#;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn account(connector: &dyn Connector) -> Account {
    let spec = connector.spec();
    let options = match spec.id {
        "apipark" => r#"{"username":"watcher"}"#,
        "http_json" => JSON_OPTIONS,
        _ => "{}",
    };
    Account {
        id: AccountId::new("mine").unwrap(),
        label: "Mine".into(),
        connector: spec.id.into(),
        base_url: spec.base_url.unwrap_or("http://127.0.0.1:1").into(),
        secrets: spec
            .secrets
            .iter()
            .map(|one| (one.role.to_owned(), Secret::new("EXAMPLE-secret")))
            .collect(),
        options: options.into(),
        budget: (spec.id == "apipark").then_some((Qty(50_000_000_000), Unit::USD)),
    }
}

async fn poll(id: &str, case: &str) -> Result<Polled, PollError> {
    let connector = connectors::find(id).unwrap();
    let account = account(connector);
    let network = Network::replay(&fixtures().join(id).join(case)).unwrap();
    let http = Http::open(&network, &account.base_url).unwrap();
    if case == "good" {
        // A session that has ended: a connector that logs in must do so again, once.
        *http.session().lock().unwrap() = Some(Secret::new("session=EXAMPLE-ended"));
    }
    connector.poll(&http, &account, NOW).await
}

/// A poll as a table: readings, refusals, problems.
fn table(polled: &Polled) -> String {
    let mut out = String::new();
    for one in &polled.readings {
        let figure = |qty: Option<Qty>| qty.map_or("-".to_owned(), |qty| one.unit.print(qty));
        let reset = one.resets_at.map_or("-".to_owned(), |at| at.to_string());
        writeln!(
            out,
            "{} {:?} {} {}/{} left {} {:?} {reset} {:?}",
            one.meter.0,
            one.kind,
            one.unit,
            figure(one.used),
            figure(one.limit),
            figure(one.remaining),
            one.window,
            one.provenance
        )
        .unwrap();
    }
    for one in &polled.refusals {
        let at = one.at.map_or("-".to_owned(), |at| at.to_string());
        writeln!(out, "refusal {} {:?} {:?} x{} {at}", one.rule, one.cause, one.status, one.count).unwrap();
    }
    for one in &polled.problems {
        writeln!(out, "problem {:?} {}", one.kind, one.message).unwrap();
    }
    out
}

#[test]
fn every_connector_has_its_recorded_answers() {
    assert!(connectors::ALL.len() >= 5);
    for connector in connectors::ALL {
        for case in ["good", "refusal", "malformed"] {
            let dir = fixtures().join(connector.spec().id).join(case);
            let files = std::fs::read_dir(&dir).map(Iterator::count).unwrap_or(0);
            assert!(files > 0, "{} has no recorded answers", dir.display());
        }
    }
}

#[tokio::test]
async fn good_answers_become_these_readings() {
    for (id, expected) in [
        (
            "openrouter",
            "balance Balance USD 61.25/60 left -1.25 Never - Derived
spend.account.month Spend USD 1.215/- left - Month 2026-12-01T00:00:00Z Derived
key_limit Budget USD 28.75/40 left 11.25 Month 2026-12-01T00:00:00Z Reported
budget.bdg_07 Budget USD 145.5/150 left 4.5 Month 2026-12-01T00:00:00Z Reported
free_requests Quota requests 7/50 left 43 Day 2026-11-22T00:00:00Z Reported
spend Spend USD 96.5/- left - Never - Reported
spend.day Spend USD 1.5/- left - Day 2026-11-22T00:00:00Z Reported
spend.week Spend USD 9.75/- left - Week 2026-11-23T00:00:00Z Reported
spend.month Spend USD 28.75/- left - Month 2026-12-01T00:00:00Z Reported
",
        ),
        (
            "deepseek",
            "balance.usd Balance USD -/- left 3.07 Never - Reported
balance.cny Balance CNY -/- left 62.5 Never - Reported
",
        ),
        (
            "litellm",
            "key_budget Budget USD 0.75/2 left 1.25 Day 2026-11-22T00:00:00Z Reported
key_budget.1h Budget USD 0.25/0.5 left 0.25 Other 2026-11-21T03:00:00Z Reported
spend.key Spend USD 0.75/- left - Day - Reported
spend.key.total Spend USD 12.5/- left - Never - Reported
user_budget Budget USD 4.125/20 left 15.875 Month 2026-12-01T00:00:00Z Reported
spend.user Spend USD 4.125/- left - Month - Reported
spend.team Spend USD 31/- left - Never - Reported
spend.day Spend USD 0.625/- left - Day 2026-11-22T00:00:00Z Reported
spend.month Spend USD 4.125/- left - Month 2026-12-01T00:00:00Z Reported
",
        ),
        // 4 000 000 tokens, 3/4 of them input: 3 × 2.50 + 1 × 10 = 17.50 of the 50 that the user set.
        (
            "apipark",
            "tokens.key.openai Spend tokens 5000123/- left - Never - Reported
tokens.day Spend tokens 300000/- left - Day 2026-11-22T00:00:00Z Reported
budget.month Budget USD 17.5/50 left 32.5 Month 2026-12-01T00:00:00Z Estimated
problem Config no list price is known for our-own: the month's estimated cost leaves them out and is too low
",
        ),
        (
            "http_json",
            "spend Budget USD 0.001125/0.001 left -0.000125 Never - Anchored
tokens Spend tokens 150/- left - Never - Reported
",
        ),
    ] {
        let polled = poll(id, "good").await.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(table(&polled), expected, "{id}");
    }
}

#[tokio::test]
async fn refusals_keep_their_cause() {
    let error = poll("openrouter", "refusal").await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Refused);
    assert_eq!(error.refusal.unwrap().rule, "openrouter.credits");
    let error = poll("litellm", "refusal").await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Refused);
    assert_eq!(error.refusal.unwrap().rule, "litellm.budget_key");
    let says = table(&poll("deepseek", "refusal").await.unwrap());
    assert!(says.contains("left -0.02"), "{says}");
    assert!(says.contains("refusal deepseek.is_available BalanceExhausted"), "{says}");
    // The log's times are the server's: 10:45:30 in Shanghai is 02:45:30 UTC.
    let says = table(&poll("apipark", "refusal").await.unwrap());
    assert!(says.contains("refusal apipark.key_state BalanceExhausted"), "{says}");
    assert!(says.contains("refusal any.402 BalanceExhausted Some(402) x2 2026-11-21T02:45:30Z"), "{says}");
    let says = table(&poll("http_json", "refusal").await.unwrap());
    assert!(says.contains("refusal ferrogw.budget BudgetExceeded None x2 2026-11-21T02:49:35Z"), "{says}");
}

#[tokio::test]
async fn malformed_answers_give_a_sentence_and_no_figure() {
    for (id, kind, says) in [
        ("openrouter", PollErrorKind::Malformed, "NaN"),
        ("deepseek", PollErrorKind::Malformed, "no /total_balance"),
        ("litellm", PollErrorKind::Malformed, "no /info/spend"),
        ("apipark", PollErrorKind::Credentials, "the log-in as watcher failed"),
        ("http_json", PollErrorKind::NotFound, "check the account's base_url"),
    ] {
        let error = poll(id, "malformed").await.unwrap_err();
        assert_eq!(error.kind, kind, "{id}: {error}");
        assert!(error.message.contains(says), "{id}: {error}");
    }
}

#[tokio::test]
async fn a_key_of_the_wrong_kind_leaves_the_other_readings_standing() {
    let polled = poll("openrouter", "wrong_kind").await.unwrap();
    // No limit is no meter: null is not zero. A number may come as a string.
    assert_eq!(polled.readings.len(), 1);
    assert_eq!(polled.readings[0].used, Some(Qty(500_000_000)));
    assert_eq!(polled.problems.len(), 2);
    assert!(polled.problems.iter().all(|one| one.kind == PollErrorKind::Credentials));
    assert!(polled.problems[0].message.contains("wants a management key"), "{}", polled.problems[0]);
}

#[tokio::test]
async fn a_shared_budget_counts_for_its_key_and_a_403_beside_it_is_a_problem() {
    let polled = poll("litellm", "shared").await.unwrap();
    let says = table(&polled);
    assert!(
        says.starts_with("key_budget Budget USD 1/5 left 4 Month 2026-12-01T00:00:00Z Reported\n"),
        "{says}"
    );
    assert!(
        says.contains("problem Credentials LiteLLM wants an administrator's key for this (401)"),
        "{says}"
    );
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
    for connector in connectors::ALL {
        for (status, body, kind) in cases {
            let answer =
                tollwatch::http::Answer { status: *status, headers: vec![], body: body.as_bytes().to_vec() };
            let network = Network::in_process(std::sync::Arc::new(move |_: &_| answer.clone()));
            let account = account(*connector);
            let http = Http::open(&network, &account.base_url).unwrap();
            let error = connector.poll(&http, &account, NOW).await.expect_err(connector.spec().id);
            assert_eq!(error.kind, *kind, "{} {status} {body}: {error}", connector.spec().id);
            assert!(error.message.contains(' ') && !error.message.contains("EXAMPLE-secret"), "{error}");
        }
    }
}

/// `UPDATE=1 cargo test` writes the generated part again.
#[test]
fn the_connector_docs_follow_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/connectors.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- generated: begin -->\n", "<!-- generated: end -->");
    let (head, rest) =
        text.split_once(begin).expect("docs/connectors.md has a mark where the generated part begins");
    let (_, tail) =
        rest.split_once(end).expect("docs/connectors.md has a mark where the generated part ends");
    let wanted = format!("{head}{begin}{}{end}{tail}", connectors::docs());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    } else {
        assert_eq!(
            text, wanted,
            "run `UPDATE=1 cargo test the_connector_docs` and commit docs/connectors.md"
        );
    }
}
