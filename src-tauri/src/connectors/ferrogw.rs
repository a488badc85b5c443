//! ferrogw (Ferro Labs AI Gateway). `GET /admin/logs/stats?since` (master key, or a key of the scope `read_only`): what
//! its log adds up to, in dollars, by model. `GET /admin/logs`: what it refused, and why. Its budget's limit is nowhere
//! reported, so the account's own budget stands for it. An upstream's 402 comes out as its own 502; the log keeps both
//! the status and the words.
//! Source: answers of ferrogw 1.5.10 on loopback; ferro-labs/ai-gateway@e45ef91. Tested against the real program in
//! tests/it/ferrogw.

use super::costs::Costs;
use super::fields::{day_start, finish, join, missing, month_start, needed, one, spend, text, time};
use super::{Connector, ConnectorKind, MeterSpec, SecretSpec, Spec, count, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MeterKind, PollError, Polled, Provenance, Qty, Reading, Scope, Timestamp,
    Unit, Window,
};
use crate::refusal::read_log;
use std::collections::BTreeMap;

/// The connector.
pub(super) struct Ferrogw;

/// Entries of the log that the gateway gives at most, newest first.
const ENTRIES: &str = "200";

static SPEC: Spec = Spec {
    id: "ferrogw",
    name: "ferrogw",
    kind: ConnectorKind::Gateway,
    about: "What a ferrogw gateway spent, against a budget of your own, and what it refused.",
    base_url: None,
    secrets: &[SecretSpec {
        role: "key",
        label: "Admin key",
        required: true,
        help: "A key with the scope read_only, made with POST /admin/keys; the master key works too.",
        url: None,
        prefix: None,
    }],
    meters: &[
        MeterSpec::new(
            "spend",
            "spend in all that the log holds, against the account's budget",
            MeterKind::Budget,
            "key",
        ),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
    ],
    docs_url: "https://github.com/ferro-labs/ai-gateway",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Ferrogw {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let all = stats(http, account, None, now).await;
        join(&mut polled, all.and_then(|json| read_budget(&json, account)));
        let month = stats(http, account, Some(month_start(now)), now).await;
        join(&mut polled, month.and_then(|json| read_month(&json, now)));
        join(&mut polled, days(http, account, now).await);
        let log = Request::get("/admin/logs")
            .query("limit", ENTRIES)
            .query("stage", "on_error")
            .query("since", &(now + -DAY).to_string())
            .bearer(account.secret("key")?);
        join(&mut polled, fetch(http, &SPEC, log, now).await.and_then(|json| read_refusals(&json, now)));
        finish(polled)
    }
}

async fn stats(
    http: &Http,
    account: &Account,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Json, PollError> {
    let request = Request::get("/admin/logs/stats").bearer(account.secret("key")?);
    let request = match since {
        Some(since) => request.query("since", &since.to_string()),
        None => request,
    };
    fetch(http, &SPEC, request, now).await
}

fn read_budget(json: &Json, account: &Account) -> Result<Polled, PollError> {
    let mut reading = Reading::new("spend", MeterKind::Spend, "spend", Unit::USD);
    let used = needed(json, "/summary/cost_usd", Unit::USD)?;
    reading.used = Some(used);
    if let Some((limit, _)) = account.budget.filter(|(_, unit)| *unit == Unit::USD) {
        reading.kind = MeterKind::Budget;
        (reading.limit, reading.remaining) = (Some(limit), limit.checked_sub(used));
        reading.provenance = Provenance::Anchored;
    }
    Ok(one(reading))
}

fn read_month(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let used = needed(json, "/summary/cost_usd", Unit::USD)?;
    Ok(one(spend("spend.month", "spend this month", Unit::USD, used, Window::Month, now)))
}

/// Today and yesterday. The gateway counts from a moment to now, so yesterday is what two counts differ by.
async fn days(http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let today = day_start(now);
    let yesterday = today + -DAY;
    let both = models(&stats(http, account, Some(yesterday), now).await?)?;
    let last = models(&stats(http, account, Some(today), now).await?)?;
    let mut costs = Costs::default();
    for (model, cost) in &both {
        let left = Qty(cost.0.saturating_sub(last.get(model).map_or(0, |cost| cost.0)));
        if left.0 > 0 {
            let amount = Amount::new(left, Unit::USD);
            costs.add((yesterday, today), amount, Provenance::Derived, &[(By::Model, model)])?;
        }
    }
    for (model, cost) in &last {
        let amount = Amount::new(*cost, Unit::USD);
        costs.add((today, today + DAY), amount, Provenance::Reported, &[(By::Model, model)])?;
    }
    Ok(Polled { costs: costs.into_rows(), ..Polled::default() })
}

fn models(json: &Json) -> Result<BTreeMap<String, Qty>, PollError> {
    let models = json.get("by_model").ok_or_else(|| missing("/by_model"))?;
    models
        .members()
        .iter()
        .map(|(name, figures)| Ok((name.clone(), needed(figures, "/cost_usd", Unit::USD)?)))
        .collect()
}

/// The entries of the last day that are refusals.
fn read_refusals(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let Some(entries @ Json::Array(_)) = json.get("data") else { return Err(missing("/data")) };
    let mut polled = Polled::default();
    for entry in entries.items() {
        let Some(words) = text(entry, "/error_message") else { continue };
        let upstream = upstream(words);
        let refusal = match upstream {
            Some((status, words)) => read_log(Some(status), words, now),
            None => read_log(None, words, now),
        };
        let Some(mut refusal) = refusal else { continue };
        if upstream.is_some() {
            refusal.scope = Scope::Provider;
        }
        refusal.at = time(entry, "/created_at").or(Some(now));
        count(&mut polled.refusals, refusal);
    }
    Ok(polled)
}

/// `target openai: openai API error (402): Insufficient Balance`: the upstream's status and words.
fn upstream(words: &str) -> Option<(u16, &str)> {
    let (status, words) = words.split_once(" API error (")?.1.split_once("): ")?;
    Some((status.parse().ok()?, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstreams_answer_is_taken_out_of_the_words() {
        let words = "target openai: openai API error (402): Insufficient Balance";
        assert_eq!(upstream(words), Some((402, "Insufficient Balance")));
        assert_eq!(upstream("request rejected by budget (before_request): budget exceeded"), None);
        assert_eq!(upstream("x API error (many): y"), None);
    }
}
