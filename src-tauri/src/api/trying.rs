//! One poll of a connector that is no account yet: everything that came back, and which pointer or query found what.

use super::ApiError;
use super::accounts::{Parsed, parse};
use super::types::AccountDraft;
use crate::connectors::Found;
use crate::http::Network;
use crate::model::{AccountId, Cost, Polled, Qty, Reading, Refusal, Timestamp};
use crate::monitor::poll;
use crate::secrets::Source;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a try found. Amounts are decimals as text, with their unit beside them.
#[derive(Debug, Serialize)]
pub struct TryView {
    /// Whether figures came back.
    pub ok: bool,
    /// Why nothing came back, in a sentence.
    pub error: Option<String>,
    /// What each pointer or query found.
    pub found: Vec<Found>,
    /// Every reading.
    pub readings: Vec<Line>,
    /// Every cost bucket.
    pub costs: Vec<Line>,
    /// Every refusal.
    pub refusals: Vec<Line>,
    /// What failed beside what answered.
    pub problems: Vec<String>,
}

/// One thing that came back: its fields for programs, in one line for people.
#[derive(Debug, Serialize)]
pub struct Line {
    /// For people.
    #[serde(skip)]
    pub text: String,
    /// For programs.
    #[serde(flatten)]
    pub fields: serde_json::Value,
}

/// Polls a draft once, its secrets from where it says (`env:NAME`, `credential:NAME`), and stores nothing.
pub async fn try_connector(
    draft: AccountDraft,
    network: &Network,
    now: Timestamp,
) -> Result<TryView, ApiError> {
    let Parsed { connector, id, config, typed } = parse(draft, &BTreeMap::<AccountId, _>::new(), now)?;
    let mut secrets = typed;
    for (role, place) in &config.secrets {
        if let Some(read) = Source::parse(place).and_then(|place| place.read_anew(id.as_str(), role)) {
            secrets.insert(role.clone(), read?);
        }
    }
    let label = poll::label(&id, &config, Some(connector));
    let (outcome, found) = match poll::open(network, &id, &label, connector, &config, secrets) {
        Ok((http, account)) => poll::explain(connector, &http, &account, now).await,
        Err(error) => (Err(error), Vec::new()),
    };
    let (polled, error) = match outcome {
        Ok(polled) => (polled, None),
        Err(error) => (Polled::default(), Some(error.message)),
    };
    Ok(TryView {
        ok: !polled.readings.is_empty() || !polled.costs.is_empty(),
        error,
        found,
        readings: polled.readings.iter().map(reading).collect(),
        costs: polled.costs.iter().map(cost).collect(),
        refusals: polled.refusals.iter().map(refusal).collect(),
        problems: polled.problems.into_iter().map(|problem| problem.message).collect(),
    })
}

fn reading(reading: &Reading) -> Line {
    let say = |qty: Option<Qty>| qty.map(|qty| reading.unit.print(qty));
    let shown = |qty: Option<Qty>| say(qty).unwrap_or_else(|| "-".to_owned());
    let resets = reading.resets_at.map_or(String::new(), |at| format!(", resets {at}"));
    let text = format!(
        "{}  {} {}: used {}, limit {}, left {}{resets}",
        reading.meter.0,
        reading.label,
        reading.unit,
        shown(reading.used),
        shown(reading.limit),
        shown(reading.remaining)
    );
    let fields = serde_json::json!({
        "meter": reading.meter, "label": reading.label, "kind": reading.kind, "unit": reading.unit,
        "used": say(reading.used), "limit": say(reading.limit), "remaining": say(reading.remaining),
        "window": reading.window, "resets_at": reading.resets_at.map(|at| at.to_string()),
        "as_of": reading.as_of.map(|at| at.to_string()), "provenance": reading.provenance,
    });
    Line { text, fields }
}

fn cost(cost: &Cost) -> Line {
    let (by, total) = (serde_json::json!(cost.by), cost.total());
    let of = if cost.name.is_empty() {
        "everything".to_owned()
    } else {
        format!("{} {}", by.as_str().unwrap_or(""), cost.name)
    };
    let fields = serde_json::json!({
        "by": by, "name": cost.name, "start": cost.start.to_string(), "end": cost.end.to_string(),
        "amount": cost.unit.print(cost.amount), "unit": cost.unit, "provenance": cost.provenance,
    });
    Line { text: format!("{} to {}  {of}: {total}", cost.start, cost.end), fields }
}

fn refusal(refusal: &Refusal) -> Line {
    let cause = serde_json::json!(refusal.cause);
    let text =
        format!("{} ({}): {}", refusal.rule, cause.as_str().unwrap_or("").replace('_', " "), refusal.message);
    let fields = serde_json::json!({
        "rule": refusal.rule, "cause": cause, "scope": refusal.scope, "status": refusal.status,
        "message": refusal.message, "meter": refusal.meter, "count": refusal.count,
        "at": refusal.at.map(|at| at.to_string()), "retry_at": refusal.retry_at.map(|at| at.to_string()),
    });
    Line { text, fields }
}
