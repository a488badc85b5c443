//! Poe. `GET /usage/current_balance`: points left. `GET /usage/points_history`: one entry per query, the latest first,
//! 100 a page, 30 days back, times in microseconds. Ordinary key. Points are shown as credits.
//! Source: creator.poe.com/api-reference (getCurrentBalance, getPointsHistory).

use super::costs::Costs;
use super::fields::{balance, day_start, finish, join, missing, needed, one, spend, text};
use super::pages::pages;
use super::{Connector, ConnectorKind, Links, MeterSpec, SecretSpec, Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct Poe;

static SPEC: Spec = Spec {
    id: "poe",
    name: "Poe",
    kind: ConnectorKind::Credits,
    about: "Points left, and points used by day and by bot.",
    base_url: Some("https://api.poe.com"),
    secrets: &[SecretSpec::key("The key your programs use.", "https://poe.com/api/keys")],
    meters: &[
        MeterSpec::new("points", "points", MeterKind::Balance, "key"),
        MeterSpec::new("spend.day", "points used today", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://poe.com/api/keys"),
        billing: None,
        keys: Some("https://poe.com/api/keys"),
        limits: None,
        status: Some("https://status.poe.com"),
    },
    env: &[("key", "POE_API_KEY")],
    docs_url: "https://creator.poe.com/docs/resources/usage-api",
    interval: 10 * MINUTE,
    ..Spec::DEFAULT
};

/// Entries on a full page.
const FULL: usize = 100;
/// Pages that one poll reads at most.
const ENOUGH: usize = 20;

#[async_trait::async_trait]
impl Connector for Poe {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let secret = account.secret("key")?;
        let mut polled = Polled::default();
        let left = fetch(http, &SPEC, Request::get("/usage/current_balance").bearer(secret), now).await;
        join(&mut polled, left.and_then(|json| read_balance(&json)));
        let first = Request::get("/usage/points_history").query("limit", "100").bearer(secret);
        let since = day_start(now) + -6 * DAY;
        let next = |page: &Json, seen| {
            if seen == ENOUGH || !goes_on(page, since) {
                return Ok(None);
            }
            let last = entries(page)?.last();
            let last =
                last.and_then(|entry| text(entry, "/query_id")).ok_or_else(|| missing("/data/*/query_id"))?;
            Ok(Some(first.clone().query("starting_after", last)))
        };
        let history = pages(http, &SPEC, now, first.clone(), next).await;
        join(&mut polled, history.and_then(|pages| read_history(&pages, since, now)));
        finish(polled)
    }
}

fn read_balance(json: &Json) -> Result<Polled, PollError> {
    let left = needed(json, "/current_point_balance", Unit::Credits)?;
    Ok(one(balance("points", "points", Unit::Credits, left)))
}

fn entries(page: &Json) -> Result<&[Json], PollError> {
    match page.get("data") {
        Some(Json::Array(entries)) => Ok(entries),
        _ => Err(missing("/data")),
    }
}

fn created(entry: &Json) -> Option<Timestamp> {
    Some(Timestamp(entry.get("creation_time")?.as_i64()? / 1_000))
}

/// Whether there are further entries after `since` behind this page.
fn goes_on(page: &Json, since: Timestamp) -> bool {
    let entries = page.get("data").map(Json::items).unwrap_or_default();
    let more = page.get("has_more").and_then(Json::as_bool).unwrap_or(entries.len() >= FULL);
    more && entries.last().and_then(created).is_some_and(|at| at >= since)
}

/// Whole days only: when the pages were too many, the day on which they were left is not used.
fn read_history(pages: &[Json], since: Timestamp, now: Timestamp) -> Result<Polled, PollError> {
    let cut = pages.last().filter(|page| goes_on(page, since));
    let oldest = cut.and_then(|page| entries(page).ok()?.last().and_then(created));
    let from = oldest.map_or(since, |at| day_start(at) + DAY);
    if from > day_start(now) {
        return Err(PollError::new(
            PollErrorKind::Provider,
            format!(
                "Poe's history has more than {} entries for today, so they are not summed",
                FULL * ENOUGH
            ),
        ));
    }
    let mut costs = Costs::default();
    for page in pages {
        for entry in entries(page)? {
            let at = created(entry).ok_or_else(|| missing("/data/*/creation_time"))?;
            let amount = Amount::new(needed(entry, "/cost_points", Unit::Credits)?, Unit::Credits);
            if at >= from {
                let span = (day_start(at), day_start(at) + DAY);
                let bot = text(entry, "/bot_name").unwrap_or_default();
                costs.add(span, amount, Provenance::Reported, &[(By::Model, bot)])?;
            }
        }
    }
    let today = costs.totals(day_start(now)).remove(&Unit::Credits).unwrap_or(Qty(0));
    let reading = spend("spend.day", "points used today", Unit::Credits, today, Window::Day, now);
    Ok(Polled { costs: costs.into_rows(), ..one(reading) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(times: &[&str]) -> Json {
        let entry = |at: &&str| {
            let at = Timestamp::parse_rfc3339(at).unwrap();
            format!(r#"{{"query_id": "q", "creation_time": {}000, "bot_name": "b", "cost_points": 2}}"#, at.0)
        };
        let entries: Vec<String> = times.iter().map(entry).collect();
        Json::parse(format!(r#"{{"has_more": true, "data": [{}]}}"#, entries.join(",")).as_bytes()).unwrap()
    }

    /// 20 pages were read and there are more: the day in which they end is not whole.
    #[test]
    fn a_day_that_is_not_whole_is_not_used() {
        let now = Timestamp::parse_rfc3339("2026-11-21T02:49:35Z").unwrap();
        let since = day_start(now) + -6 * DAY;
        let cut = page(&["2026-11-21T01:00:00Z", "2026-11-20T22:00:00Z", "2026-11-19T12:00:00Z"]);
        let polled = read_history(&[cut], since, now).unwrap();
        let days: Vec<String> = polled.costs.iter().map(|cost| cost.start.to_string()).collect();
        assert!(
            days.contains(&"2026-11-20T00:00:00Z".to_owned())
                && days.contains(&"2026-11-21T00:00:00Z".to_owned())
        );
        assert!(!days.contains(&"2026-11-19T00:00:00Z".to_owned()), "{days:?}");
        let error = read_history(&[page(&["2026-11-21T01:00:00Z"])], since, now).unwrap_err();
        assert!(error.message.contains("more than 2000 entries for today"), "{error}");
    }
}
