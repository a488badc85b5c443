//! InfluxDB v2 as APIPark and Apinto fill it: `POST /api/v2/query` with Flux, annotated CSV back. The minute and hour
//! buckets hold tokens and counts of calls, the raw bucket (one hour of it) holds each call's exact status. No model is
//! among the tags, so there is no cost in money.
//! Source: APIParkLab/APIPark module/monitor/driver/influxdb-v2 (buckets, fields, tasks) and eolinker/apinto
//! entries/monitor-entry (points); docs.influxdata.com/influxdb/v2 (API, annotated CSV).

use super::costs::Costs;
use super::fields::{day_start, decimal, finish, missing, month_start, share, spend};
use super::{
    Connector, ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec, checked, needed_option, option,
};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, HOUR, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, SECOND, Scope, Timestamp, Unit, Window,
};
use crate::refusal::{read_log, shorten};

/// The connector.
pub(super) struct InfluxDb;

static SPEC: Spec = Spec {
    id: "influxdb",
    name: "InfluxDB of APIPark",
    kind: ConnectorKind::Gateway,
    about: "Tokens, refused calls and use by application, from the InfluxDB v2 that APIPark's gateway Apinto writes to.",
    secrets: &[SecretSpec {
        role: "token",
        label: "API token",
        required: true,
        help: "A read-only token for the buckets whose names begin with apinto; made in InfluxDB under Load Data, API Tokens.",
        url: None,
        prefix: None,
    }],
    options: &[
        OptionSpec::new("org", "Organisation", "The organisation's name in InfluxDB.", "apipark").required(),
        OptionSpec::new(
            "bucket",
            "Bucket",
            "The raw bucket; the others have its name with /minute and /hour behind.",
            "apinto",
        ),
    ],
    meters: &[
        MeterSpec::new("tokens.hour", "tokens in the last hour", MeterKind::Spend, "token"),
        MeterSpec::new("tokens.day", "tokens today", MeterKind::Spend, "token"),
        MeterSpec::new("tokens.month", "tokens this month", MeterKind::Spend, "token"),
        MeterSpec::new("budget.month", "tokens this month", MeterKind::Budget, "token"),
        MeterSpec::new("refused.hour", "calls answered with 4xx in the last hour", MeterKind::Spend, "token"),
    ],
    env: &[("token", "INFLUX_TOKEN")],
    docs_url: "https://docs.influxdata.com/influxdb/v2/api-guide/api_intro/",
    // The minute bucket is filled by a task once a minute.
    freshness: 2 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for InfluxDb {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let bucket = option(account, "bucket")?.unwrap_or_else(|| "apinto".to_owned());
        if bucket.contains(['"', '\\', '$']) || bucket.chars().any(char::is_control) {
            return Err(PollError::new(PollErrorKind::Config, "the option bucket is no bucket's name"));
        }
        let token = crate::model::Secret::new(format!("Token {}", account.secret("token")?.expose()));
        let request = Request::text("/api/v2/query", "application/vnd.flux", flux(&bucket, now))
            .query("org", &needed_option(account, &SPEC, "org")?)
            .header("accept", "application/csv")
            .secret_header("authorization", &token);
        let answer = http.send(request).await?;
        if !(200..300).contains(&answer.status) {
            checked(&SPEC, &answer, now)?;
        }
        finish(read(&rows(&answer.body)?, account, now)?)
    }
}

/// The whole question: sums of today and of the last hour, today's and each day's tokens by application, and the
/// refused calls of the last hour. Each row says in `of` which of them it answers.
fn flux(bucket: &str, now: Timestamp) -> String {
    let seconds = |at: Timestamp| at.0.div_euclid(SECOND);
    let (day, hour, month) = (day_start(now), now + -HOUR, month_start(now));
    let (stop, day, hour, month) = (seconds(now), seconds(day), seconds(hour), seconds(month));
    let mut text = format!(
        r#"calls = (bucket, start, stop) => from(bucket: bucket) |> range(start: start, stop: stop) |> filter(fn: (r) => r._measurement == "request")
sums = (start) => calls(bucket: "{bucket}/minute", start: start, stop: {stop}) |> filter(fn: (r) => r._field == "total" or r._field == "s4xx" or r._field == "total_token") |> group(columns: ["_field"]) |> sum()
tokens = (bucket, start, stop) => calls(bucket: bucket, start: start, stop: stop) |> filter(fn: (r) => r._field == "total_token") |> group(columns: ["app"])
refused = calls(bucket: "{bucket}", start: {hour}, stop: {stop}) |> filter(fn: (r) => r._field == "status" and (r._value == 402 or r._value == 429)) |> map(fn: (r) => ({{_time: r._time, _value: 1, status: string(v: r._value)}})) |> group(columns: ["status"])
sums(start: {day}) |> set(key: "of", value: "day") |> yield(name: "day")
sums(start: {hour}) |> set(key: "of", value: "hour") |> yield(name: "hour")
tokens(bucket: "{bucket}/minute", start: {day}, stop: {stop}) |> sum() |> set(key: "of", value: "apps") |> yield(name: "apps")
refused |> count() |> set(key: "of", value: "refused") |> yield(name: "refused")
refused |> last() |> set(key: "of", value: "refused_last") |> yield(name: "refused_last")
"#
    );
    // On the 1st there is no day behind, and Flux takes an empty range for an error.
    if month < day {
        text.push_str(&format!(
            r#"tokens(bucket: "{bucket}/hour", start: {month}, stop: {day}) |> aggregateWindow(every: 1d, fn: sum, timeSrc: "_start", createEmpty: false) |> set(key: "of", value: "days") |> yield(name: "days")
"#
        ));
    }
    text
}

/// One record: column and value.
type Row = Vec<(String, String)>;

fn cell<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.iter()
        .find(|(name, _)| name == column)
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

/// The records of an annotated CSV answer. Each table has its own header; annotation rows begin with `#`.
fn rows(body: &[u8]) -> Result<Vec<Row>, PollError> {
    let bad = |what: &str| {
        PollError::malformed(format!(
            "{}: the answer {what}: is this the address of an InfluxDB v2?",
            SPEC.name
        ))
    };
    if body.is_empty() {
        return Err(bad("was empty"));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body);
    let (mut found, mut header): (Vec<Row>, Option<Vec<String>>) = (Vec::new(), None);
    for record in reader.records() {
        let record = record.map_err(|_| bad("is no CSV"))?;
        let cells: Vec<&str> = record.iter().collect();
        match cells.as_slice() {
            [first, ..] if first.starts_with('#') => {}
            [_, "result", "table", ..] => {
                header = Some(cells.iter().map(|cell| (*cell).to_owned()).collect())
            }
            [_, "error", ..] => header = Some(cells.iter().map(|cell| (*cell).to_owned()).collect()),
            [only] if only.trim().is_empty() => {}
            cells => {
                let header = header.as_ref().ok_or_else(|| bad("is no annotated CSV"))?;
                if header.len() != cells.len() {
                    return Err(bad("has a row that does not fit its header"));
                }
                let row: Row =
                    header.iter().cloned().zip(cells.iter().map(|cell| (*cell).to_owned())).collect();
                if let Some(error) = cell(&row, "error") {
                    let words = format!("{} could not run the query: {}", SPEC.name, shorten(error));
                    return Err(PollError::new(PollErrorKind::Provider, words));
                }
                found.push(row);
            }
        }
    }
    Ok(found)
}

fn read(rows: &[Row], account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let of = |what: &'static str| rows.iter().filter(move |row| cell(row, "of") == Some(what));
    let value = |row: &Row, unit: Unit| {
        let text = cell(row, "_value").ok_or_else(|| missing("_value"))?;
        decimal(text, unit, 0).ok_or_else(|| {
            PollError::malformed(format!(
                "{}: '{}' is no number, so nothing is used",
                SPEC.name,
                shorten(text)
            ))
        })
    };
    // Influx has no row where nothing happened.
    let sum = |what: &'static str, field: &str, unit: Unit| -> Result<Qty, PollError> {
        let row = of(what).find(|row| cell(row, "_field") == Some(field));
        row.map_or(Ok(Qty(0)), |row| value(row, unit))
    };
    let mut reading = |meter, label, unit, used, window| {
        let reading = spend(meter, label, unit, used, window, now);
        polled.readings.push(reading);
    };
    reading(
        "tokens.hour",
        "tokens in the last hour",
        Unit::Tokens,
        sum("hour", "total_token", Unit::Tokens)?,
        Window::Other,
    );
    reading(
        "tokens.day",
        "tokens today",
        Unit::Tokens,
        sum("day", "total_token", Unit::Tokens)?,
        Window::Day,
    );
    let calls = (sum("hour", "s4xx", Unit::Requests)?, sum("hour", "total", Unit::Requests)?);
    if let Some(share) = share(calls.0, calls.1) {
        reading(
            "refused.hour",
            "calls answered with 4xx in the last hour",
            Unit::Percent,
            share,
            Window::Other,
        );
    }
    let mut costs = Costs::default();
    let mut add = |row: &Row, start: Timestamp| {
        let tokens = Amount::new(value(row, Unit::Tokens)?, Unit::Tokens);
        // `-` is a call without an application.
        let app = cell(row, "app").filter(|app| *app != "-").map(|app| (By::Key, app));
        costs.add((start, start + DAY), tokens, Provenance::Derived, app.as_slice())
    };
    of("apps").try_for_each(|row| add(row, day_start(now)))?;
    for row in of("days") {
        let start = cell(row, "_time").and_then(Timestamp::parse_rfc3339).ok_or_else(|| missing("_time"))?;
        add(row, day_start(start))?;
    }
    let month = costs.totals(month_start(now)).get(&Unit::Tokens).copied().unwrap_or(Qty(0));
    let mut reading = spend("tokens.month", "tokens this month", Unit::Tokens, month, Window::Month, now);
    if let Some((limit, _)) = account.budget.filter(|(_, unit)| *unit == Unit::Tokens) {
        reading = Reading {
            kind: MeterKind::Budget,
            limit: Some(limit),
            remaining: limit.checked_sub(month),
            provenance: Provenance::Anchored,
            ..Reading { meter: crate::model::MeterKey::new("budget.month"), ..reading }
        };
    }
    polled.readings.push(reading);
    polled.costs = costs.into_rows();
    for row in of("refused") {
        let status = cell(row, "status").and_then(|status| status.parse::<u16>().ok());
        let Some(mut refusal) = read_log(status, "calls through the gateway were refused", now) else {
            continue;
        };
        let last = of("refused_last").find(|last| cell(last, "status") == cell(row, "status"));
        let last = last.and_then(|last| cell(last, "_time")).and_then(Timestamp::parse_rfc3339);
        refusal.scope = Scope::Provider;
        refusal.at = last.or(Some(now));
        refusal.count = u32::try_from(value(row, Unit::Requests)?.0).unwrap_or(u32::MAX);
        polled.refusals.push(refusal);
    }
    Ok(polled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_their_own_headers() {
        let body = b"#datatype,string,long,long,string\r\n#group,false,false,false,true\r\n#default,_result,,,\r\n,result,table,_value,of\r\n,,0,7,day\r\n\r\n,result,table,app,_value\r\n,x,1,\"a, b\",3\r\n";
        let found = rows(body).unwrap();
        assert_eq!((cell(&found[0], "_value"), cell(&found[0], "of")), (Some("7"), Some("day")));
        assert_eq!((cell(&found[1], "app"), cell(&found[1], "of")), (Some("a, b"), None));
        assert_eq!(rows(b"\r\n").unwrap(), Vec::<Row>::new());
        for wrong in [&b""[..], b"<html>", b"null", b"{\"a\": 1}", b",result,table,_value\n,x\n"] {
            assert!(rows(wrong).is_err());
        }
        assert!(
            rows(b",error,reference\n,no such bucket,\n").unwrap_err().message.contains("no such bucket")
        );
    }

    #[test]
    fn on_the_first_no_day_lies_behind() {
        let first = Timestamp::parse_rfc3339("2026-12-01T05:00:00Z").unwrap();
        assert!(!flux("apinto", first).contains("aggregateWindow"));
        assert!(flux("apinto", first + DAY).contains(&format!("stop: {}", day_start(first + DAY).0 / 1000)));
    }
}
