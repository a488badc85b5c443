//! The description of the server's API (OpenAPI 3.1), made from the command table and the types themselves.

use super::call::MOST_BODY;
use crate::api::{ApiError, COMMANDS, Command, MetricsFormat as Format, event_schema};
use crate::config::Scope;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const ABOUT: &str = "Tollwatch says when each LLM balance, key limit, budget or quota hits its wall. Every command of its \
    window is a POST with a JSON object; amounts are decimal strings, moments are milliseconds since 1970 in UTC, and a \
    figure that nobody said is null, never zero. `tollwatch serve` prints a token for its run; `tollwatch token add` makes \
    lasting ones. docs/api.md explains it with examples.";

/// The description, indented: what `tollwatch openapi` prints and docs/openapi.json holds.
pub fn openapi() -> String {
    serde_json::to_string_pretty(&document()).unwrap_or_default()
}

/// The same in short, as `/openapi.json` answers it.
pub(super) fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    &TEXT
}

fn document() -> Value {
    let mut answers = SchemaSettings::draft2020_12().for_serialize();
    answers.definitions_path = "/components/schemas".into();
    let mut answers = answers.with_transform(Bounds).into_generator();
    // Requests stand in their places: what is a field in an answer may be left out of a request.
    let mut requests = SchemaSettings::draft2020_12().for_deserialize();
    requests.inline_subschemas = true;
    let mut requests = requests.with_transform(Bounds).into_generator();
    let mut paths = Map::new();
    for command in COMMANDS {
        let post = operation(command, &mut requests, &mut answers);
        paths.insert(format!("/api/{}", command.name), json!({ "post": post }));
    }
    let event = event_schema(&mut answers);
    let error = answers.subschema_for::<ApiError>();
    for (path, get) in others(&event) {
        paths.insert(path.to_owned(), json!({ "get": get }));
    }
    paths.insert("/v1/metrics".to_owned(), json!({ "post": pushed() }));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tollwatch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "http://127.0.0.1:9402", "description": "`tollwatch serve` on this machine" }],
        "security": [{ "token": [] }],
        "tags": [
            { "name": "read", "description": "Looks. A token of either scope may ask." },
            { "name": "push", "description": "Takes in metrics of usage. Wants a token with the scope `push` or `act`." },
            { "name": "act", "description": "Changes, sends or asks elsewhere. Wants a token with the scope `act`." },
        ],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The token that `tollwatch serve` printed, or one made by `tollwatch token add`.",
            } },
            "responses": errors(&error),
            "schemas": answers.take_definitions(true),
        },
    })
}

/// One command's operation.
fn operation(command: &Command, requests: &mut SchemaGenerator, answers: &mut SchemaGenerator) -> Value {
    let mut request = (command.request_schema)(requests);
    Bounds.transform(&mut request);
    let mut answer = (command.response_schema)(answers);
    Bounds.transform(&mut answer);
    let needed = request.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
    let keeps = request.get("properties").is_some_and(|fields| fields.get("keep").is_some());
    let about = command.about.trim();
    let mut description = format!("{about} Scope: `{}`.", command.scope.name());
    if keeps && command.scope == Scope::Read {
        description.push_str(" With `\"keep\": true` it writes, and wants `act`.");
    }
    let mut responses = Map::new();
    responses.insert("200".into(), good("application/json", &answer, "Done."));
    for (status, name) in [
        ("400", "BadRequest"),
        ("401", "NoToken"),
        ("403", "NotAllowed"),
        ("404", "NotFound"),
        ("408", "TooSlow"),
        ("409", "NotNow"),
        ("413", "TooLarge"),
        ("415", "NoJson"),
        ("429", "TooMany"),
        ("503", "NoHistory"),
    ] {
        responses.insert(status.into(), json!({ "$ref": format!("#/components/responses/{name}") }));
    }
    json!({
        "operationId": command.name,
        "summary": about,
        "description": description,
        "tags": [command.scope.name()],
        "security": [{ "token": [command.scope.name()] }],
        "requestBody": {
            "required": needed,
            "content": { "application/json": { "schema": request } },
        },
        "responses": responses,
    })
}

/// What is asked with GET: each route of the router that is no command and no file.
fn others(event: &Schema) -> Vec<(&'static str, Value)> {
    let stream = json!({
        "type": "string",
        "description": "Server-sent events; the data of each is one EventMessage as JSON.",
        "contentMediaType": "application/json",
        "contentSchema": event,
    });
    let document = json!({ "type": "object", "required": ["openapi", "paths"] });
    vec![
        (
            "/events",
            get(
                "events",
                "What changes, as it changes, until the server stops.",
                "text/event-stream",
                &stream,
            ),
        ),
        ("/openapi.json", get("openapi", "This description.", "application/json", &document)),
        ("/metrics", scraped()),
    ]
}

/// What Prometheus scrapes: one of two texts, by `Accept`.
fn scraped() -> Value {
    let text = json!({ "type": "string" });
    let about = "Figures, forecasts and alerts as Prometheus reads them; docs/metrics.md lists them.";
    let mut operation = get("metrics", about, Format::Plain.content_type(), &text);
    operation["responses"]["200"]["content"][Format::OpenMetrics.content_type()] = json!({ "schema": text });
    operation
}

/// What programs hand in: OTLP/HTTP, whose own answers these are (opentelemetry.io/docs/specs/otlp).
fn pushed() -> Value {
    let refused = |name: &str| json!({ "$ref": format!("#/components/responses/{name}") });
    let object = json!({ "type": "object" });
    let status = json!({
        "type": "object",
        "properties": { "code": { "type": "integer" }, "message": { "type": "string" } },
        "required": ["code", "message"],
    });
    let failed = |about: &str| good("application/json", &status, about);
    json!({
        "operationId": "push_metrics",
        "summary": "Takes in metrics of GenAI usage by OTLP/HTTP, as JSON or protobuf; docs/opentelemetry.md says which.",
        "tags": ["push"],
        "security": [{ "token": ["push"] }],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": {
                "type": "object",
                "description": "ExportMetricsServiceRequest.",
                "properties": { "resourceMetrics": { "type": "array", "items": object } },
            } } },
        },
        "responses": {
            "200": good("application/json", &object, "ExportMetricsServiceResponse, with what was rejected and why."),
            "400": failed("What cannot be decoded."),
            "401": refused("NoToken"),
            "403": refused("NotAllowed"),
            "413": failed("The request is too large, packed or unpacked."),
            "415": failed("Neither JSON nor protobuf, or packed otherwise than by gzip."),
            "429": refused("TooMany"),
            "503": failed("Others are being read, or the history cannot be written: see Retry-After."),
        },
    })
}

fn get(name: &str, about: &str, kind: &str, schema: &Value) -> Value {
    let refused = |name: &str| json!({ "$ref": format!("#/components/responses/{name}") });
    json!({
        "operationId": name,
        "summary": about,
        "tags": ["read"],
        "security": [{ "token": ["read"] }],
        "responses": {
            "200": good(kind, schema, "What was asked for."),
            "401": refused("NoToken"),
            "403": refused("NotAllowed"),
            "429": refused("TooMany"),
        },
    })
}

fn good(kind: &str, schema: impl serde::Serialize, about: &str) -> Value {
    json!({ "description": about, "content": { kind: { "schema": schema } } })
}

/// Every error that the server answers, with the headers that go with it.
fn errors(error: &Schema) -> Value {
    let error = |about: &str| good("application/json", error, about);
    let with = |mut answer: Value, header: &str, about: &str, kind: Value| {
        answer["headers"] = json!({ header: { "description": about, "required": true, "schema": kind } });
        answer
    };
    let text = || json!({ "type": "string" });
    json!({
        "BadRequest": error("The request is no JSON object, a field is missing or does not fit; the message says which."),
        "NoToken": with(error("No token, or none of this server's."), "WWW-Authenticate", "`Bearer`.", text()),
        "NotAllowed": error("The token does not open this (`scope`), or the server was asked by another name (`bad_host`)."),
        "NotFound": error("There is no such account, meter, episode or command."),
        "TooSlow": error("The request's body did not come within 20 seconds."),
        "NotNow": error("The config, the keychain or this program without a window does not let it be done now."),
        "TooLarge": error(&format!("The request is larger than {MOST_BODY} bytes.")),
        "NoJson": error("The request is said to be something else than JSON."),
        "TooMany": with(
            error("Too many requests with this token, or too many failed log-ins from this address."),
            "Retry-After",
            "Seconds to wait.",
            json!({ "type": "integer", "minimum": 1 }),
        ),
        "NoHistory": error("The history cannot be read or written: a full disk, say."),
    })
}

/// Whole numbers within what their types hold.
#[derive(Clone, Debug)]
struct Bounds;

impl Transform for Bounds {
    fn transform(&mut self, schema: &mut Schema) {
        let bounds = match schema.get("format").and_then(Value::as_str) {
            Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
            Some("uint16") => Some((json!(0), json!(u16::MAX))),
            Some("uint32") => Some((json!(0), json!(u32::MAX))),
            Some("uint64") => Some((json!(0), json!(u64::MAX))),
            _ => None,
        };
        if let Some((least, most)) = bounds {
            for (name, value) in [("minimum", least), ("maximum", most)] {
                if schema.get(name).is_none() {
                    schema.insert(name.to_owned(), value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}
