//! Bifrost. `GET /api/governance/virtual-keys/quota` with the virtual key itself in `x-bf-vk`: its budgets and rate
//! limits, and those it has per provider. With the administrator's name and password (HTTP Basic) also every budget
//! (`GET /api/governance/budgets`), every rate limit (`/rate-limits`) and what calls cost (`GET /api/logs/stats`).
//! Budgets are in dollars. A budget begins again a duration after its last reset (`1M` is 30 days, `1Y` 365), or with
//! the UTC day, week from Monday, month or year where it is aligned to the calendar. An override raises the limit.
//! Source: maximhq/bifrost@061900a (docs/openapi/schemas/management/governance.yaml), @0e95129 (paths/management/
//! logging.yaml), framework/configstore/tables/budget.go, plugins/governance.

use super::costs::Costs;
use super::fields::{
    day_start, finish, join, limit, missing, month_start, needed, next_reset, one, qty, slug, spend, text,
    time,
};
use super::{Connector, ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, needed_option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, Cause, DAY, HOUR, Json, MINUTE, MeterKind, PollError, Polled, Provenance, Reading,
    SECOND, Scope, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct Bifrost;

static SPEC: Spec = Spec {
    id: "bifrost",
    name: "Bifrost",
    kind: ConnectorKind::Gateway,
    about: "A virtual key's budgets and rate limits; every budget and the costs with the administrator's password.",
    base_url: None,
    secrets: &[
        SecretSpec {
            role: "key",
            label: "Virtual key",
            required: true,
            help: "The virtual key that your programs use; it reads its own quota.",
            url: None,
            prefix: None,
        },
        SecretSpec {
            role: "password",
            label: "Administrator's password",
            required: false,
            help: "The password of Bifrost's administrator opens every budget and the costs; the option user names the administrator.",
            url: None,
            prefix: None,
        },
    ],
    options: &[OptionSpec::new(
        "user",
        "Administrator",
        "The administrator's name, with a password.",
        "admin",
    )],
    meters: &[
        MeterSpec::new("budget.*", "budget", MeterKind::Budget, "key"),
        MeterSpec::new("tokens.*", "token limit", MeterKind::Quota, "key"),
        MeterSpec::new("requests.*", "request limit", MeterKind::Quota, "key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "password"),
    ],
    starts: &[("key", "sk-bf-")],
    docs_url: "https://docs.getbifrost.ai/features/governance/budget-and-limits",
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Bifrost {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let quota = Request::get("/api/governance/virtual-keys/quota")
            .secret_header("x-bf-vk", account.secret("key")?);
        join(&mut polled, fetch(http, &SPEC, quota, now).await.and_then(|json| read_quota(&json, now)));
        if account.secrets.contains_key("password") {
            for (path, list) in
                [("/api/governance/budgets", "budgets"), ("/api/governance/rate-limits", "rate_limits")]
            {
                let answer = fetch(http, &SPEC, admin(account, path)?, now).await;
                let mut more = answer.and_then(|json| read_list(&json, list, now));
                if let Ok(more) = &mut more {
                    // The key's own are told already, by name.
                    more.readings.retain(|one| !polled.readings.iter().any(|known| known.meter == one.meter));
                }
                join(&mut polled, more);
            }
            join(&mut polled, costs(http, account, now).await);
        }
        finish(polled)
    }
}

fn admin(account: &Account, path: &str) -> Result<Request, PollError> {
    let user = needed_option(account, &SPEC, "user")?;
    Ok(Request::get(path).basic(&user, account.secret("password")?))
}

fn read_quota(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let active = json.get("is_active").and_then(Json::as_bool).ok_or_else(|| missing("/is_active"))?;
    let name = text(json, "/virtual_key_name").unwrap_or("virtual key");
    let mut polled = Polled::default();
    if !active {
        let words = format!("Bifrost says the virtual key “{name}” is switched off");
        polled.refusals.push(reported(Cause::Credentials, Scope::Key, "bifrost.inactive", &words));
    }
    let mut part = |part: &Json, whose: &str| -> Result<(), PollError> {
        for budget in part.get("budgets").map(Json::items).unwrap_or_default() {
            polled.readings.push(read_budget(budget, whose, now)?);
        }
        if let Some(rate) = part.get("rate_limit").filter(|rate| !rate.is_null()) {
            polled.readings.extend(read_rate(rate, whose, now)?);
        }
        Ok(())
    };
    part(json, &format!("“{name}”"))?;
    for provider in json.get("provider_configs").map(Json::items).unwrap_or_default() {
        let of = text(provider, "/provider").unwrap_or("a provider");
        part(provider, &format!("“{name}” at {of}"))?;
    }
    Ok(polled)
}

fn read_list(json: &Json, list: &str, now: Timestamp) -> Result<Polled, PollError> {
    let Some(items @ Json::Array(_)) = json.get(list) else { return Err(missing(&format!("/{list}"))) };
    let mut polled = Polled::default();
    for item in items.items() {
        let whose = match (text(item, "/team_id"), text(item, "/virtual_key_id")) {
            (Some(team), _) => format!("team {team}"),
            (None, Some(key)) => format!("virtual key {key}"),
            (None, None) => text(item, "/id").unwrap_or("no name").to_owned(),
        };
        if list == "budgets" {
            polled.readings.push(read_budget(item, &whose, now)?);
        } else {
            polled.readings.extend(read_rate(item, &whose, now)?);
        }
    }
    Ok(polled)
}

fn read_budget(json: &Json, whose: &str, now: Timestamp) -> Result<Reading, PollError> {
    let id = text(json, "/id").ok_or_else(|| missing("/budgets/*/id"))?;
    let meter = format!("budget.{}", slug(id));
    let mut reading = Reading::new(&meter, MeterKind::Budget, format!("budget of {whose}"), Unit::USD);
    reading.used = Some(needed(json, "/current_usage", Unit::USD)?);
    reading.limit = limit(json, "/max_limit", Unit::USD)?;
    let more = qty(json, "/override_amount", Unit::USD)?.filter(|more| more.0 > 0);
    if let (Some(most), Some(more)) = (reading.limit, more) {
        reading.limit = most.checked_add(more);
        reading.provenance = Provenance::Derived;
    }
    let aligned = json.get("calendar_aligned").and_then(Json::as_bool) == Some(true);
    let every = text(json, "/reset_duration").unwrap_or("");
    (reading.window, reading.resets_at) = reset(every, time(json, "/last_reset"), aligned, now);
    Ok(reading)
}

/// Tokens and requests, each with a limit, a window and a use of its own.
fn read_rate(json: &Json, whose: &str, now: Timestamp) -> Result<Vec<Reading>, PollError> {
    let id = text(json, "/id").ok_or_else(|| missing("/rate_limit/id"))?;
    let mut readings = Vec::new();
    for (what, name, unit) in [("token", "tokens", Unit::Tokens), ("request", "requests", Unit::Requests)] {
        let Some(most) = limit(json, &format!("/{what}_max_limit"), unit)? else { continue };
        let every = text(json, &format!("/{what}_reset_duration")).unwrap_or("");
        let label = if every.is_empty() { String::new() } else { format!(" per {every}") };
        let meter = format!("{name}.{}", slug(id));
        let mut reading = Reading::new(&meter, MeterKind::Quota, format!("{name}{label} of {whose}"), unit);
        reading.limit = Some(most);
        reading.used = Some(needed(json, &format!("/{what}_current_usage"), unit)?);
        let last = time(json, &format!("/{what}_last_reset"));
        (reading.window, reading.resets_at) = reset(every, last, false, now);
        readings.push(reading);
    }
    Ok(readings)
}

/// How a use begins again: `30s`, `5m`, `1h`, `1d`, `1w`, `1M`, `1Y`. A reset that is overdue is not known.
fn reset(every: &str, last: Option<Timestamp>, aligned: bool, now: Timestamp) -> (Window, Option<Timestamp>) {
    let window = match every {
        "1d" if aligned => Window::Day,
        "1w" if aligned => Window::Week,
        "1M" if aligned => Window::Month,
        "" => Window::Never,
        _ => Window::Other,
    };
    if window != Window::Other {
        return (window, next_reset(window, now));
    }
    // Longer periods that are aligned to the calendar end on a day that is not told.
    let long = last.zip(length(every)).filter(|_| !aligned);
    (window, long.map(|(last, long)| last + long).filter(|at| *at > now))
}

fn length(every: &str) -> Option<i64> {
    let (at, unit) = every.char_indices().last()?;
    let one = match unit {
        's' => SECOND,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => 7 * DAY,
        'M' => 30 * DAY,
        'Y' => 365 * DAY,
        _ => return None,
    };
    every.get(..at)?.parse::<i64>().ok().filter(|count| *count > 0)?.checked_mul(one)
}

/// The month's spend, and that of yesterday and today.
async fn costs(http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
    let today = day_start(now);
    let yesterday = today + -DAY;
    let mut found = Vec::new();
    for (from, to) in [(month_start(now), now), (yesterday, today + -SECOND), (today, now)] {
        let request = admin(account, "/api/logs/stats")?
            .query("start_time", &from.to_string())
            .query("end_time", &to.to_string());
        found.push(needed(&fetch(http, &SPEC, request, now).await?, "/total_cost", Unit::USD)?);
    }
    let &[month, before, this] = found.as_slice() else { return Ok(Polled::default()) };
    let mut costs = Costs::default();
    for (day, cost) in [(yesterday, before), (today, this)] {
        costs.add((day, day + DAY), Amount::new(cost, Unit::USD), Provenance::Reported, &[])?;
    }
    let reading = spend("spend.month", "spend this month", Unit::USD, month, Window::Month, now);
    Ok(Polled { costs: costs.into_rows(), ..one(reading) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_begins_again_after_its_duration_or_with_the_calendar() {
        let at = |text: &str| Timestamp::parse_rfc3339(text);
        let now = at("2026-11-21T02:49:35Z").unwrap();
        let last = at("2026-11-21T02:00:00Z");
        assert_eq!(reset("1h", last, false, now), (Window::Other, at("2026-11-21T03:00:00Z")));
        assert_eq!(reset("30m", last, false, now), (Window::Other, None));
        assert_eq!(reset("2w", last, false, now), (Window::Other, at("2026-12-05T02:00:00Z")));
        assert_eq!(reset("1M", at("2026-11-01T00:00:00Z"), true, now).1, at("2026-12-01T00:00:00Z"));
        assert_eq!(reset("1M", at("2026-11-05T00:00:00Z"), false, now).1, at("2026-12-05T00:00:00Z"));
        assert_eq!(reset("3M", at("2026-10-01T00:00:00Z"), true, now), (Window::Other, None));
        assert_eq!(reset("", last, false, now), (Window::Never, None));
        for wrong in ["h", "0h", "-1d", "99999999999999999Y", "1x", "é"] {
            assert_eq!(reset(wrong, last, false, now), (Window::Other, None), "{wrong}");
        }
    }
}
