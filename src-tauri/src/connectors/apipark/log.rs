//! The log of each AI service: the only place with exact statuses, and with the model that answered.

use super::{Console, cut, price, seconds};
use crate::connectors::costs::Costs;
use crate::connectors::fields::{join, qty, text};
use crate::connectors::{count, option};
use crate::model::{
    Amount, By, HOUR, Json, OwnPrices, PollError, PollErrorKind, Polled, Provenance, Qty, Scope, Timestamp,
    Unit,
};
use crate::refusal::{read_log, shorten};

/// AI services whose log is read.
const SERVICES: usize = 10;

/// Refused calls of the last 60 minutes, and tokens by model and consumer of this hour and the one before. Tokens are
/// told only if every row was read: a bucket replaces what is stored. `split` is input and output of late, for prices.
pub(super) async fn read(console: &Console<'_>, split: Option<(Qty, Qty)>) -> Result<Polled, PollError> {
    let zone = zone(console)?;
    let mut polled = Polled::default();
    let services = console.get("/api/v1/services", &[]).await?;
    let rows = services.get("services").map(Json::items).unwrap_or_default();
    let ai: Vec<&str> = rows
        .iter()
        .filter(|row| text(row, "/service_kind") == Some("ai"))
        .filter_map(|row| text(row, "/id"))
        .collect();
    let mut whole = ai.len() <= SERVICES;
    if !whole {
        let words = format!("only the logs of {SERVICES} of {} AI services are read", ai.len());
        polled.problems.push(PollError::new(PollErrorKind::Provider, words));
    }
    let mut costs = Costs::default();
    for service in ai.into_iter().take(SERVICES) {
        let query = [
            ("service", service.to_owned()),
            ("start", seconds(console.now.hour_floor() + -HOUR)),
            ("end", seconds(console.now)),
        ];
        match console.list("/api/v1/service/logs/ai", &query, "logs").await {
            Err(problem) => {
                whole = false;
                polled.problems.push(problem);
            }
            Ok((rows, all)) => {
                if !all {
                    let words = "refusals are counted in the newest, tokens by model are left out";
                    polled.problems.push(cut("calls in a service's log of two hours", words));
                }
                whole &= all;
                let times: Vec<_> = rows.iter().map(|row| at(row, &zone)).collect();
                for (row, at) in rows.iter().zip(times) {
                    refused(row, at, console.now, &mut polled);
                    whole &= tokens(row, at, split, &console.account.prices, &mut costs)?;
                }
            }
        }
    }
    let told = Polled { costs: if whole { costs.into_rows() } else { Vec::new() }, ..Polled::default() };
    join(&mut polled, Ok(told));
    Ok(polled)
}

fn zone(console: &Console<'_>) -> Result<jiff::tz::TimeZone, PollError> {
    let name = option(console.account, "time_zone")?.unwrap_or_else(|| "Asia/Shanghai".to_owned());
    jiff::tz::TimeZone::get(&name).map_err(|_| {
        let words =
            format!("the option time_zone is no zone's name: '{}'; one is Europe/Berlin", shorten(&name));
        PollError::new(PollErrorKind::Config, words)
    })
}

/// When a call was: in the server's zone, without naming it.
fn at(row: &Json, zone: &jiff::tz::TimeZone) -> Option<Timestamp> {
    let local = text(row, "/log_time")?.parse::<jiff::civil::DateTime>().ok()?;
    Some(Timestamp(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
}

/// A call that was refused with 402 or 429 in the last 60 minutes: one entry per status and provider.
fn refused(row: &Json, at: Option<Timestamp>, now: Timestamp, polled: &mut Polled) {
    let status = row.get("status").and_then(Json::as_i64).and_then(|status| u16::try_from(status).ok());
    let Some(status @ (402 | 429)) = status else { return };
    if at.is_some_and(|at| at < now + -HOUR) {
        return;
    }
    let provider = text(row, "/provider/name").unwrap_or("a provider");
    let words = format!("calls to {provider} were refused");
    if let Some(mut refusal) = read_log(Some(status), &words, now) {
        refusal.scope = Scope::Provider;
        refusal.at = at.or(Some(now));
        count(&mut polled.refusals, refusal);
    }
}

/// A call's tokens join their hour. `false`: its time cannot be read, so no hour is whole.
fn tokens(
    row: &Json,
    at: Option<Timestamp>,
    split: Option<(Qty, Qty)>,
    own: &OwnPrices,
    costs: &mut Costs,
) -> Result<bool, PollError> {
    let Some(tokens) = qty(row, "/token", Unit::Tokens)?.filter(|tokens| tokens.0 > 0) else {
        return Ok(true);
    };
    let Some(at) = at else { return Ok(false) };
    let span = (at.hour_floor(), at.hour_floor() + HOUR);
    let model = text(row, "/model");
    let consumer = text(row, "/consumer/name").map(|name| (By::Project, name));
    let by: Vec<_> = model.map(|model| (By::Model, model)).into_iter().chain(consumer).collect();
    costs.add(span, Amount::new(tokens, Unit::Tokens), Provenance::Reported, &by)?;
    if let (Some(model), Some(split)) = (model, split)
        && let Some(cost) = price(model, tokens, split, own)
    {
        costs.tell_apart(span, cost, Provenance::Estimated, &[(By::Model, model)])?;
    }
    Ok(true)
}
