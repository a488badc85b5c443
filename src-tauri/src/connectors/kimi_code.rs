//! Kimi Code (a plan of Moonshot AI). `GET /coding/v1/usages` with the plan's key: the week, and shorter windows.
//! Numbers come as text. What is counted is not documented, so use is shown in percent, as Kimi's own program does.
//! Source: MoonshotAI/kimi-cli@1b849356 src/kimi_cli/ui/shell/usage.py; an answer in steipete/CodexBar@27c7f334;
//! refusals from kimi.com/code/docs, "Error Reference".

use super::fields::{finish, join, missing, percent, qty, share, text, time};
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{Account, Json, MeterKind, PollError, Polled, Provenance, Qty, Reading, Timestamp, Unit};

/// The connector.
pub(super) struct KimiCode;

static SPEC: Spec = Spec {
    id: "kimi_code",
    name: "Kimi Code",
    kind: ConnectorKind::Plan,
    about: "The Kimi Code plan's week and its shorter windows.",
    base_url: Some("https://api.kimi.com"),
    secrets: &[SecretSpec::key(
        "A key made in the Kimi Code console; keys of the Moonshot platform are for pay-as-you-go.",
        "https://www.kimi.com/code/console",
    )
    .role("key", "Plan key")],
    meters: &[
        MeterSpec::new("week", "this week", MeterKind::Quota, "key"),
        MeterSpec::new("window.*", "a shorter window", MeterKind::Quota, "key"),
    ],
    links: Links {
        top_up: Some("https://www.kimi.com/code/console"),
        billing: None,
        keys: Some("https://www.kimi.com/code/console"),
        limits: None,
        status: Some("https://status.moonshot.cn"),
    },
    env: &[("key", "KIMI_API_KEY")],
    starts: &[("key", "sk-kimi-")],
    docs_url: "https://www.kimi.com/code/docs/en/",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for KimiCode {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let request = Request::get("/coding/v1/usages").bearer(account.secret("key")?);
        read(&fetch(http, &SPEC, request, now).await?)
    }
}

fn read(json: &Json) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    if let Some(week @ Json::Object(_)) = json.get("usage") {
        join(&mut polled, window(week, "week", "this week"));
    }
    for limit in json.get("limits").map(Json::items).unwrap_or_default() {
        let detail = limit.get("detail").unwrap_or(limit);
        let minutes = minutes(limit);
        let key = minutes.map_or("window.other".to_owned(), |minutes| format!("window.{minutes}m"));
        if polled.readings.iter().any(|reading| reading.meter.0 == key) {
            continue;
        }
        let label = match minutes {
            Some(minutes) if minutes % 1440 == 0 => format!("{} days", minutes / 1440),
            Some(minutes) if minutes % 60 == 0 => format!("{} hours", minutes / 60),
            Some(minutes) => format!("{minutes} minutes"),
            None => text(limit, "/name").unwrap_or("a shorter window").to_owned(),
        };
        join(&mut polled, window(detail, &key, &label));
    }
    if polled.readings.is_empty() && polled.problems.is_empty() {
        return Err(missing("/usage"));
    }
    finish(polled)
}

/// A window's length in minutes.
fn minutes(limit: &Json) -> Option<i64> {
    let duration = limit.pointer("/window/duration")?.as_i64().filter(|duration| *duration > 0)?;
    duration.checked_mul(match text(limit, "/window/timeUnit")? {
        "TIME_UNIT_MINUTE" => 1,
        "TIME_UNIT_HOUR" => 60,
        "TIME_UNIT_DAY" => 1440,
        _ => return None,
    })
}

/// Used of a limit; the one who says only what is left has used the rest.
fn window(detail: &Json, meter: &str, label: &str) -> Result<Polled, PollError> {
    let count = |pointer: &str| qty(detail, pointer, Unit::Requests);
    let most: Option<Qty> = count("/limit")?.filter(|most| most.0 > 0);
    let used = match (count("/used")?, count("/remaining")?) {
        (Some(used), _) => Some(used),
        (None, Some(left)) => most.and_then(|most| most.checked_sub(left)),
        (None, None) => None,
    };
    let used = most.zip(used).and_then(|(most, used)| share(used, most));
    let reading = used.map(|used| Reading {
        provenance: Provenance::Derived,
        ..percent(meter, label, used, time(detail, "/resetTime").or(time(detail, "/resetAt")))
    });
    Ok(Polled { readings: reading.into_iter().collect(), ..Polled::default() })
}
