//! What an administrator's key reads: the budgets of every key, user, team and organisation, and of the providers.

use super::{SPEC, budgets, named, window};
use crate::connectors::fields::{self, join, missing, qty, slug, text};
use crate::connectors::{checked, fetch, pages};
use crate::http::{Http, Request};
use crate::model::{Json, MeterKind, PollError, Polled, Reading, Secret, Timestamp, Unit};

/// Rows per page: the most that `/key/list` and `/user/list` give.
const PAGE: &str = "100";

/// Every budget but those of `known` (ids of the own key, user, team and organisation, told already).
pub(super) async fn budgets_of_all(
    http: &Http,
    key: &Secret,
    known: &[&str],
    now: Timestamp,
) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    join(&mut polled, providers(http, key, now).await);
    // A key in the list names the budget that it shares by its id only.
    let shared = fetch(http, &SPEC, Request::get("/budget/list").bearer(key), now).await;
    let shared = match shared {
        Ok(shared) => shared,
        Err(problem) => {
            polled.problems.push(problem);
            Json::Null
        }
    };
    let first = Request::get("/key/list").query("return_full_object", "true").query("size", PAGE);
    let keys = listed(http, key, first, "page", "/keys", now).await;
    let kind = Kind { of: "key", id: "/token", alias: "/key_alias" };
    join(&mut polled, keys.and_then(|rows| read(&rows, &kind, known, &shared)));
    let first = Request::get("/user/list").query("page_size", PAGE);
    let users = listed(http, key, first, "page", "/users", now).await;
    let kind = Kind { of: "user", id: "/user_id", alias: "/user_alias" };
    join(&mut polled, users.and_then(|rows| read(&rows, &kind, known, &Json::Null)));
    for (path, kind) in [
        ("/team/list", Kind { of: "team", id: "/team_id", alias: "/team_alias" }),
        ("/organization/list", Kind { of: "org", id: "/organization_id", alias: "/organization_alias" }),
    ] {
        let rows = fetch(http, &SPEC, Request::get(path).bearer(key), now).await;
        join(&mut polled, rows.and_then(|rows| read(rows.items(), &kind, known, &Json::Null)));
    }
    Ok(polled)
}

/// Whose budgets a list holds, and where their ids and aliases are.
struct Kind {
    of: &'static str,
    id: &'static str,
    alias: &'static str,
}

fn read(rows: &[Json], kind: &Kind, known: &[&str], shared: &Json) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for row in rows {
        let Some(id) = text(row, kind.id) else { return Err(missing(kind.id)) };
        if known.contains(&id) {
            continue;
        }
        // A key's hash has 64 hexadecimal digits; 16 of them are name enough.
        let short = if kind.of == "key" { id.get(..16).unwrap_or(id) } else { id };
        let who = if kind.of == "org" { "organisation" } else { kind.of };
        let label = format!("{who} budget{}", named(text(row, kind.alias).or(Some(short))));
        let budget = text(row, "/budget_id").and_then(|wanted| {
            shared.items().iter().find(|budget| text(budget, "/budget_id") == Some(wanted))
        });
        let mut row = row.clone();
        if let (Some(budget), Json::Object(members)) = (budget, &mut row) {
            members.push(("litellm_budget_table".to_owned(), budget.clone()));
        }
        let meter = format!("budget.{}.{}", kind.of, slug(short));
        polled.readings.extend(budgets(&row, &meter, &label)?);
    }
    Ok(polled)
}

/// All rows of a paged list.
async fn listed(
    http: &Http,
    key: &Secret,
    first: Request,
    page: &str,
    rows: &str,
    now: Timestamp,
) -> Result<Vec<Json>, PollError> {
    let nth = |number: usize| first.clone().query(page, &number.to_string()).bearer(key);
    let found = pages::pages(http, &SPEC, now, nth(1), |json, so_far| {
        let Some(Json::Array(_)) = json.pointer(rows) else { return Err(missing(rows)) };
        let all = json.get("total_pages").and_then(Json::as_i64).unwrap_or(1);
        Ok((i64::try_from(so_far).is_ok_and(|so_far| so_far < all)).then(|| nth(so_far + 1)))
    })
    .await?;
    let rows = found.iter().flat_map(|json| json.pointer(rows).map(Json::items).unwrap_or_default());
    Ok(rows.cloned().collect())
}

/// Budgets that the router keeps for its providers. Their `budget_reset_at` is decades off with an in-memory cache, so
/// only the period is told. A proxy without such budgets answers with an error, which is none.
async fn providers(http: &Http, key: &Secret, now: Timestamp) -> Result<Polled, PollError> {
    let answer = http.send(Request::get("/provider/budgets").bearer(key)).await?;
    let words = answer.json().ok();
    let words = words.as_ref().and_then(|json| text(json, "/error/message").or(text(json, "/detail/error")));
    if answer.status >= 400 && words.is_some_and(|words| words.contains("No provider budget config found")) {
        return Ok(Polled::default());
    }
    let json = checked(&SPEC, &answer, now)?;
    let Some(list @ Json::Object(_)) = json.get("providers") else { return Err(missing("/providers")) };
    let mut polled = Polled::default();
    for (name, budget) in list.members() {
        let Some(most) = fields::limit(budget, "/budget_limit", Unit::USD)? else { continue };
        let meter = format!("provider_budget.{}", slug(name));
        let label = format!("budget for provider {name}");
        let mut reading = Reading::new(&meter, MeterKind::Budget, label, Unit::USD);
        reading.used = qty(budget, "/spend", Unit::USD)?;
        reading.limit = Some(most);
        reading.remaining = reading.used.and_then(|used| most.checked_sub(used));
        reading.window = window(text(budget, "/time_period"));
        polled.readings.push(reading);
    }
    Ok(polled)
}
