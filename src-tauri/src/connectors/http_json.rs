//! Any gateway with a JSON answer: one path, and JSON Pointers (RFC 6901) that say where the figures are. Refusals
//! can be read from a log that the gateway keeps.

use super::fields::{finish, join, moment, text};
use super::own::{Figures, OwnMeter, config, nested, request};
use super::{Connector, ConnectorKind, Found, MeterSpec, OptionSpec, SecretSpec, Spec, count, fetch};
use crate::http::Http;
use crate::model::{Account, Amount, Json, MeterKind, PollError, Polled, Qty, Reading, Timestamp};
use crate::refusal::read_log;
use serde::Deserialize;

/// Entries of a log that one poll looks at.
const LOG_ROWS: usize = 1_000;

/// Names that are told of the place where a pointer breaks off.
const NAMES: usize = 20;

/// The connector.
pub(super) struct HttpJson;

static SPEC: Spec = Spec {
    id: "http_json",
    name: "Any JSON answer",
    kind: ConnectorKind::Generic,
    about: "Meters of a gateway that has no connector of its own, read with JSON Pointers.",
    secrets: &[SecretSpec {
        role: "key",
        label: "Key",
        required: false,
        help: "A key that may read the gateway's figures; none if it asks for none.",
        url: None,
        prefix: None,
    }],
    options: &[
        OptionSpec::new("path", "Path", "Where the figures are, with its query.", "/admin/logs/stats").required(),
        OptionSpec::new(
            "meters",
            "Meters",
            "A JSON list of meters: key, label, kind, unit, and pointers used, limit, remaining, resets_at; limit may be an amount; window is never, day, week, month or other; scale is cents, milli, micro or nano.",
            r#"[{"key":"spend","kind":"budget","unit":"USD","used":"/summary/cost_usd","limit":"20 USD","window":"month"}]"#,
        )
        .required(),
        OptionSpec::new(
            "auth",
            "Authentication",
            "How the key is sent: bearer (usual), basic, none, or the name of a header.",
            "bearer",
        ),
        OptionSpec::new("username", "User name", "For basic authentication.", "watcher"),
        OptionSpec::new(
            "refusals",
            "Refusals",
            "Where the gateway's log keeps refused calls: path, list, and for each entry message, status and at.",
            r#"{"path":"/admin/logs?limit=100","list":"/data","message":"/error_message","at":"/created_at"}"#,
        ),
    ],
    meters: &[MeterSpec::new("*", "as the option meters says", MeterKind::Budget, "")],
    docs_url: "https://www.rfc-editor.org/rfc/rfc6901",
    ..Spec::DEFAULT
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    path: String,
    #[serde(deserialize_with = "nested")]
    meters: Vec<OwnMeter>,
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default, deserialize_with = "nested")]
    refusals: Option<LogOption>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogOption {
    path: String,
    list: String,
    message: Option<String>,
    status: Option<String>,
    at: Option<String>,
}

#[async_trait::async_trait]
impl Connector for HttpJson {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        self.explain(http, account, now).await.0
    }

    async fn explain(
        &self,
        http: &Http,
        account: &Account,
        now: Timestamp,
    ) -> (Result<Polled, PollError>, Vec<Found>) {
        let mut found = Vec::new();
        (poll(http, account, now, &mut found).await, found)
    }
}

async fn poll(
    http: &Http,
    account: &Account,
    now: Timestamp,
    found: &mut Vec<Found>,
) -> Result<Polled, PollError> {
    let options = parse(&account.options)?;
    let mut polled = Polled::default();
    let asked = |path: &str| request(path, options.auth.as_deref(), options.username.as_deref(), account);
    let answer = fetch(http, &SPEC, asked(&options.path)?, now).await;
    join(&mut polled, answer.and_then(|json| read(&json, &options.meters, account, now, found)));
    if let Some(log) = &options.refusals {
        let answer = fetch(http, &SPEC, asked(&log.path)?, now).await;
        join(&mut polled, answer.and_then(|json| read_refusals(&json, log, now)));
    }
    finish(polled)
}

fn parse(options: &str) -> Result<Options, PollError> {
    let options: Options = serde_json::from_str(options)
        .map_err(|error| config(format!("this account's options do not fit: {error}")))?;
    if options.meters.is_empty() {
        return Err(config("this account's option meters lists none: name at least one".to_owned()));
    }
    for meter in &options.meters {
        let pointers = [&meter.used, &meter.remaining, &meter.resets_at];
        if let Some(wrong) = pointers.into_iter().flatten().find(|pointer| !pointer.starts_with('/')) {
            return Err(config(format!(
                "'{wrong}' of the meter {} is no JSON Pointer: it must start with /",
                meter.key
            )));
        }
        if meter.by.is_some() || meter.name.is_some() {
            return Err(config(format!(
                "the meter {}: by and name are for queries, not for pointers",
                meter.key
            )));
        }
        meter.check()?;
    }
    Ok(options)
}

fn read(
    json: &Json,
    meters: &[OwnMeter],
    account: &Account,
    now: Timestamp,
    found: &mut Vec<Found>,
) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for meter in meters {
        match read_meter(json, meter, account, now, found) {
            Ok(reading) => polled.readings.push(reading),
            Err(problem) => polled.problems.push(problem),
        }
    }
    Ok(polled)
}

fn figure(json: &Json, pointer: &str, meter: &OwnMeter) -> Result<Option<Qty>, PollError> {
    let bad = |what: String| PollError::malformed(format!("the meter {}: {pointer} {what}", meter.key));
    let field = json.pointer(pointer);
    let field = field.ok_or_else(|| bad(format!("is not in the answer: {}", broken_off(json, pointer))))?;
    if field.is_null() {
        return Ok(None);
    }
    let text = field.as_decimal().ok_or_else(|| bad(format!("holds no number: it holds {}", kind(field))))?;
    meter.figure(text, pointer).map(Some)
}

/// What is at the place where a pointer breaks off.
fn broken_off(json: &Json, pointer: &str) -> String {
    let (mut at, mut here) = (String::new(), json);
    for token in pointer.split('/').skip(1) {
        let next = format!("{at}/{token}");
        let Some(found) = json.pointer(&next) else { break };
        (at, here) = (next, found);
    }
    let place = if at.is_empty() { "the answer itself".to_owned() } else { at };
    format!("{place} holds {}", kind(here))
}

fn kind(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(_) => "a number".to_owned(),
        Json::String(_) => "a text".to_owned(),
        Json::Array(items) => format!("a list of {}", items.len()),
        Json::Object(members) if members.is_empty() => "an empty object".to_owned(),
        Json::Object(members) => {
            let names: Vec<&str> = members.iter().take(NAMES).map(|(name, _)| name.as_str()).collect();
            let more = if members.len() > NAMES { ", …" } else { "" };
            crate::refusal::shorten(&format!("{}{more}", names.join(", ")))
        }
    }
}

fn read_meter(
    json: &Json,
    meter: &OwnMeter,
    account: &Account,
    now: Timestamp,
    found: &mut Vec<Found>,
) -> Result<Reading, PollError> {
    let mut look = |field, pointer: &Option<String>| -> Result<Option<Qty>, PollError> {
        let Some(pointer) = pointer else { return Ok(None) };
        let outcome = figure(json, pointer, meter);
        let mut trace = meter.found(field, pointer);
        match &outcome {
            Ok(Some(qty)) => trace.value = Some(Amount::new(*qty, meter.unit).to_string()),
            Ok(None) => trace.note = Some("null".to_owned()),
            Err(problem) => trace.note = Some(problem.message.clone()),
        }
        found.push(trace);
        outcome
    };
    let typed = meter.limit.as_ref().filter(|limit| !limit.starts_with('/'));
    // Each is looked at before the first that fails is told.
    let pointer = if typed.is_some() { &None } else { &meter.limit };
    let (used, limit, remaining) =
        (look("used", &meter.used), look("limit", pointer), look("remaining", &meter.remaining));
    let limit = match typed {
        Some(typed) => Some(meter.typed(typed)?),
        None => limit?,
    };
    let resets_at = meter.resets_at.as_ref().and_then(|pointer| moment(json.pointer(pointer)?));
    let figures = Figures { used: used?, limit, remaining: remaining?, resets_at };
    meter.reading((&meter.key, meter.label()), figures, typed.is_some(), account, now)
}

fn read_refusals(json: &Json, log: &LogOption, now: Timestamp) -> Result<Polled, PollError> {
    let Some(list @ Json::Array(_)) = json.pointer(&log.list) else {
        return Err(PollError::malformed(format!(
            "the log has no list at {}; check the option refusals",
            log.list
        )));
    };
    let mut polled = Polled::default();
    for row in list.items().iter().take(LOG_ROWS) {
        let at = |pointer: &Option<String>| pointer.as_ref().and_then(|pointer| row.pointer(pointer));
        let status = at(&log.status).and_then(Json::as_i64).and_then(|status| u16::try_from(status).ok());
        let message = log.message.as_ref().and_then(|pointer| text(row, pointer)).unwrap_or_default();
        if status.is_some_and(|status| status < 400) || (status.is_none() && message.is_empty()) {
            continue;
        }
        // An error without a known sign of a refusal is none of ours.
        let Some(mut refusal) = read_log(status, message, now) else { continue };
        refusal.at = at(&log.at).and_then(moment).or(Some(now));
        count(&mut polled.refusals, refusal);
    }
    Ok(polled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, Cause, Provenance, Secret};

    const NOW: Timestamp = Timestamp(1_795_229_375_000);

    fn account(options: &str) -> Account {
        Account {
            id: AccountId::new("gw").unwrap(),
            label: "gw".into(),
            connector: "http_json".into(),
            base_url: "http://127.0.0.1:1".into(),
            secrets: [("key".to_owned(), Secret::new("EXAMPLE-key"))].into(),
            options: options.into(),
            budget: None,
            prices: Default::default(),
            received: Default::default(),
        }
    }

    fn one(body: &str, meter: &str) -> Result<Reading, PollError> {
        let options = parse(&format!(r#"{{"path":"/x","meters":[{meter}]}}"#))?;
        let json = Json::parse(body.as_bytes()).unwrap();
        read_meter(&json, &options.meters[0], &account("{}"), NOW, &mut Vec::new())
    }

    #[test]
    fn figures_keep_their_scale_and_a_typed_limit_is_anchored() {
        let meter = r#"{"key":"b","kind":"budget","unit":"USD","used":"/c","limit":"2 USD","scale":"cents"}"#;
        let reading = one(r#"{"c": "150.5"}"#, meter).unwrap();
        assert_eq!((reading.used, reading.remaining), (Some(Qty(1_505_000_000)), Some(Qty(495_000_000))));
        assert_eq!(reading.provenance, Provenance::Anchored);
        let meter = r#"{"key":"q","kind":"quota","unit":"tokens","remaining":"/left","limit":"/most","resets_at":"/r"}"#;
        let reading = one(r#"{"left": 5, "most": 9, "r": 1795305600}"#, meter).unwrap();
        assert_eq!((reading.remaining, reading.limit), (Some(Qty(5)), Some(Qty(9))));
        assert_eq!(reading.resets_at, Some(Timestamp(1_795_305_600_000)));
        assert_eq!(reading.provenance, Provenance::Reported);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let meter = r#"{"key":"b","kind":"balance","unit":"USD","remaining":"/a/b"}"#;
        for (body, says) in [
            ("{}", "is not in the answer: the answer itself holds an empty object"),
            (r#"{"a":{"c":1,"d":2}}"#, "is not in the answer: /a holds c, d"),
            (r#"{"a":[1,2]}"#, "/a holds a list of 2"),
            (r#"{"a":{"b":null}}"#, "neither what is used"),
            (r#"{"a":{"b":"12,50"}}"#, "cannot be used"),
            (r#"{"a":{"b":[1]}}"#, "holds no number"),
        ] {
            assert!(one(body, meter).unwrap_err().message.contains(says), "{body}");
        }
        let says = |options: &str| parse(options).unwrap_err().message;
        assert!(says("{}").contains("path"));
        assert!(says(r#"{"path":"/x","meters":[]}"#).contains("at least one"));
        assert!(
            says(r#"{"path":"/x","meters":[{"key":"b","kind":"budget","unit":"USD","used":"c"}]}"#)
                .contains("no JSON Pointer")
        );
    }

    #[test]
    fn options_may_be_text_from_a_form() {
        let options = r#"{"path":"/x","meters":"[{\"key\":\"b\",\"kind\":\"spend\",\"unit\":\"USD\",\"used\":\"/c\"}]","refusals":""}"#;
        let options = parse(options).unwrap();
        assert_eq!(options.meters.len(), 1);
        assert!(options.refusals.is_none());
    }

    #[test]
    fn refusals_of_a_log_are_counted_by_their_kind() {
        let log = r#"{"path":"/l","list":"/data","message":"/error_message","at":"/created_at"}"#;
        let log: LogOption = serde_json::from_str(log).unwrap();
        let json = Json::parse(
            br#"{"data":[
              {"error_message":"request rejected by budget (before_request): budget exceeded: spent $3 of $3 limit","created_at":"2026-11-21T02:00:02Z"},
              {"error_message":"request rejected by budget (before_request): budget exceeded: spent $3 of $3 limit","created_at":"2026-11-21T02:00:01Z"},
              {"error_message":"connection reset","created_at":"2026-11-21T02:00:00Z"},
              {"error_message":"","created_at":"2026-11-21T01:00:00Z"}]}"#,
        )
        .unwrap();
        let refusals = read_refusals(&json, &log, NOW).unwrap().refusals;
        assert_eq!(refusals.len(), 1);
        assert_eq!((refusals[0].cause, refusals[0].count), (Cause::BudgetExceeded, 2));
        assert_eq!(refusals[0].at, Timestamp::parse_rfc3339("2026-11-21T02:00:02Z"));
    }
}
