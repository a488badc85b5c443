//! Any gateway with a JSON answer: one path, and JSON Pointers (RFC 6901) that say where the figures are. Refusals
//! can be read from a log that the gateway keeps.

use super::fields::{USUAL, finish, join, next_reset, text};
use super::{Connector, ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec, count, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty, Reading,
    SECOND, Timestamp, Unit, Window,
};
use crate::refusal::read_log;
use serde::Deserialize;

/// Entries of a log that one poll looks at.
const LOG_ROWS: usize = 1_000;

/// The connector.
pub(super) struct HttpJson;

static SPEC: Spec = Spec {
    id: "http_json",
    name: "Any JSON answer",
    kind: ConnectorKind::Generic,
    about: "Meters of a gateway that has no connector of its own, read with JSON Pointers.",
    base_url: None,
    secrets: &[SecretSpec {
        role: "key",
        label: "Key",
        required: false,
        help: "A key that may read the gateway's figures; none if the option auth is none.",
        url: None,
        prefix: None,
    }],
    options: &[
        OptionSpec {
            name: "path",
            label: "Path",
            help: "Where the figures are, with its query.",
            required: true,
            example: "/admin/logs/stats",
            choices: &[],
        },
        OptionSpec {
            name: "meters",
            label: "Meters",
            help: "A JSON list of meters: key, label, kind, unit, and pointers used, limit, remaining, resets_at; limit may be an amount; window is never, day, week, month or other; scale is cents, milli, micro or nano.",
            required: true,
            example: r#"[{"key":"spend","kind":"budget","unit":"USD","used":"/summary/cost_usd","limit":"20 USD","window":"month"}]"#,
            choices: &[],
        },
        OptionSpec {
            name: "auth",
            label: "Authentication",
            help: "How the key is sent: bearer, none, or the name of a header.",
            required: false,
            example: "bearer",
            choices: &[],
        },
        OptionSpec {
            name: "refusals",
            label: "Refusals",
            help: "Where the gateway's log keeps refused calls: path, list, and for each entry message, status and at.",
            required: false,
            example: r#"{"path":"/admin/logs?limit=100","list":"/data","message":"/error_message","at":"/created_at"}"#,
            choices: &[],
        },
    ],
    meters: &[MeterSpec {
        key: "*",
        label: "as the option meters says",
        kind: MeterKind::Budget,
        needs: "key",
    }],
    top_up_url: None,
    docs_url: "https://www.rfc-editor.org/rfc/rfc6901",
    min_interval: USUAL.1,
    interval: USUAL.0,
    freshness: MINUTE,
    ..Spec::DEFAULT
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    path: String,
    #[serde(deserialize_with = "nested")]
    meters: Vec<MeterOption>,
    #[serde(default)]
    auth: Option<String>,
    #[serde(default, deserialize_with = "nested")]
    refusals: Option<LogOption>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeterOption {
    key: String,
    label: Option<String>,
    kind: MeterKind,
    unit: Unit,
    used: Option<String>,
    /// A pointer, or an amount that the user typed, such as `20 USD`.
    limit: Option<String>,
    remaining: Option<String>,
    resets_at: Option<String>,
    window: Option<Window>,
    scale: Option<Scale>,
}

/// Which part of the unit the figures count.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scale {
    Cents,
    Milli,
    Micro,
    Nano,
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

/// An option that is structured in TOML, or JSON text from a form's field.
fn nested<'de, D: serde::Deserializer<'de>, T: serde::de::DeserializeOwned>(from: D) -> Result<T, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    let value = match value {
        serde_json::Value::String(text) if text.trim().is_empty() => serde_json::Value::Null,
        serde_json::Value::String(text) => serde_json::from_str(&text).map_err(serde::de::Error::custom)?,
        other => other,
    };
    serde_json::from_value(value).map_err(serde::de::Error::custom)
}

#[async_trait::async_trait]
impl Connector for HttpJson {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let options = parse(&account.options)?;
        let mut polled = Polled::default();
        let answer = fetch(http, &SPEC, request(&options.path, &options, account)?, now).await;
        join(&mut polled, answer.and_then(|json| read(&json, &options.meters, account, now)));
        if let Some(log) = &options.refusals {
            let answer = fetch(http, &SPEC, request(&log.path, &options, account)?, now).await;
            join(&mut polled, answer.and_then(|json| read_refusals(&json, log, now)));
        }
        finish(polled)
    }
}

fn config(message: String) -> PollError {
    PollError::new(PollErrorKind::Config, message)
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
        let fits =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter);
        if meter.key.is_empty() || !meter.key.chars().all(fits) {
            return Err(config(format!("'{}' is no meter key: use a-z, 0-9, dot, dash and _", meter.key)));
        }
    }
    Ok(options)
}

fn request(path: &str, options: &Options, account: &Account) -> Result<Request, PollError> {
    if !path.starts_with('/') {
        return Err(config(format!("the path '{path}' must start with /")));
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let request = pairs.fold(Request::get(path), |request, (name, value)| request.query(&name, &value));
    Ok(match options.auth.as_deref().unwrap_or("bearer") {
        "none" => request,
        "bearer" => request.bearer(account.secret("key")?),
        header => request.secret_header(header, account.secret("key")?),
    })
}

fn read(json: &Json, meters: &[MeterOption], account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for meter in meters {
        match read_meter(json, meter, account, now) {
            Ok(reading) => polled.readings.push(reading),
            Err(problem) => polled.problems.push(problem),
        }
    }
    Ok(polled)
}

fn figure(json: &Json, pointer: Option<&String>, meter: &MeterOption) -> Result<Option<Qty>, PollError> {
    let Some(pointer) = pointer else { return Ok(None) };
    let bad = |what: &str| PollError::malformed(format!("the meter {}: {pointer} {what}", meter.key));
    let field = json.pointer(pointer).ok_or_else(|| bad("is not in the answer; check the option meters"))?;
    if field.is_null() {
        return Ok(None);
    }
    let text = field.as_decimal().ok_or_else(|| bad("holds no number"))?;
    let shift = match meter.scale {
        None => 0,
        Some(Scale::Cents) => -2,
        Some(Scale::Milli) => -3,
        Some(Scale::Micro) => -6,
        Some(Scale::Nano) => -9,
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| bad("holds no number"))?;
    let shifted = format!("{mantissa}e{}", exponent.saturating_add(shift));
    meter.unit.parse(&shifted).map(Some).map_err(|error| bad(&format!("cannot be used: {error}")))
}

fn read_meter(
    json: &Json,
    meter: &MeterOption,
    account: &Account,
    now: Timestamp,
) -> Result<Reading, PollError> {
    let label = meter.label.clone().unwrap_or_else(|| meter.key.clone());
    let mut reading = Reading::new(&meter.key, meter.kind, label, meter.unit);
    reading.used = figure(json, meter.used.as_ref(), meter)?;
    reading.remaining = figure(json, meter.remaining.as_ref(), meter)?;
    match &meter.limit {
        Some(pointer) if pointer.starts_with('/') => reading.limit = figure(json, Some(pointer), meter)?,
        Some(typed) => {
            let amount: Amount = typed.parse().map_err(|error| {
                config(format!(
                    "the meter {}: its limit '{typed}' is neither a pointer nor an amount ({error})",
                    meter.key
                ))
            })?;
            if amount.unit != meter.unit {
                return Err(config(format!(
                    "the meter {}: its limit is in {}, its unit is {}",
                    meter.key, amount.unit, meter.unit
                )));
            }
            reading.limit = Some(amount.qty);
            reading.provenance = Provenance::Anchored;
        }
        None => {
            // The account's own budget, for use without a limit.
            if let Some((limit, _)) =
                account.budget.filter(|(_, unit)| *unit == meter.unit && reading.remaining.is_none())
            {
                reading.limit = Some(limit);
                reading.provenance = Provenance::Anchored;
            }
        }
    }
    if reading.remaining.is_none()
        && let (Some(limit), Some(used)) = (reading.limit, reading.used)
    {
        reading.remaining = limit.checked_sub(used);
    }
    if reading.used.is_none() && reading.remaining.is_none() {
        return Err(PollError::malformed(format!(
            "the meter {}: the answer says neither what is used nor what is left",
            meter.key
        )));
    }
    reading.window = meter.window.unwrap_or(Window::Never);
    let said = meter.resets_at.as_ref().and_then(|pointer| moment(json.pointer(pointer)?));
    reading.resets_at = said.or(next_reset(reading.window, now));
    Ok(reading)
}

/// RFC 3339, or Unix seconds or milliseconds.
fn moment(field: &Json) -> Option<Timestamp> {
    match field.as_i64() {
        Some(ms) if ms >= 100_000_000_000 => Some(Timestamp(ms)),
        Some(seconds) => Some(Timestamp(seconds.checked_mul(SECOND)?)),
        None => Timestamp::parse_rfc3339(field.as_str()?),
    }
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
    use crate::model::{AccountId, Cause, Secret};

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
        }
    }

    fn one(body: &str, meter: &str) -> Result<Reading, PollError> {
        let options = parse(&format!(r#"{{"path":"/x","meters":[{meter}]}}"#))?;
        let json = Json::parse(body.as_bytes()).unwrap();
        read_meter(&json, &options.meters[0], &account("{}"), NOW)
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
            ("{}", "is not in the answer"),
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
