//! The first screen, its forecasts, its alerts and a refusal, as the tools answer them.

use super::answers::{
    Account, Alert, Alerts, Explanation, Forecast, Forecasts, Headroom, Meter, MeterForecast, Step, data,
};
use super::{Refused, moment};
use crate::api::types::{AccountView, ForecastView, MeterView, Overview};
use crate::api::{StoreView, explain_for_account, explain_pasted, severity_word};
use crate::cli::line::{provenance, state};
use crate::config::Config;
use crate::connectors;
use crate::model::{AccountId, SECOND, Timestamp};
use crate::refusal::{Pasted, paste};

/// The word by which a value is known in JSON.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The first sentence of the screen.
fn headline(overview: &Overview) -> String {
    let headline = &overview.headline;
    let first = format!("{} {}", headline.lead, headline.when);
    let all = [first.trim(), headline.detail.as_str()];
    data(&all.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join(" · "))
}

fn meter(account: &AccountView, meter: &MeterView, now: Timestamp) -> Meter {
    Meter {
        account: account.id.to_string(),
        meter: data(&meter.key.0),
        name: data(&meter.label),
        kind: word(&meter.kind),
        unit: meter.unit.to_string(),
        left: meter.headroom.clone(),
        used: meter.used.clone(),
        limit: meter.limit.clone(),
        burn_per_hour: meter.burn,
        resets_at: meter.resets_at.map(moment),
        provenance: provenance(meter).to_owned(),
        read_at: moment(meter.read_at),
        age_seconds: now.since(meter.read_at) / SECOND,
    }
}

/// What is left on each account.
pub(super) fn headroom(overview: &Overview) -> Headroom {
    let account = |account: &AccountView| Account {
        account: account.id.to_string(),
        label: data(&account.label),
        connector: account.connector.clone(),
        state: state(account).to_owned(),
        problem: account.problem.as_ref().map(|problem| data(&problem.message)),
        meters: account.meters.iter().map(|one| meter(account, one, overview.now)).collect(),
    };
    Headroom {
        sentence: headline(overview),
        now: moment(overview.now),
        accounts: overview.accounts.iter().map(account).collect(),
    }
}

/// A forecast for programs.
pub(super) fn forecast(view: &ForecastView, used_up: bool) -> Forecast {
    match view {
        _ if used_up => Forecast { is: "used_up".to_owned(), ..Forecast::default() },
        ForecastView::Wall { p10, p50, p90, before_reset, confidence } => Forecast {
            is: "wall".to_owned(),
            p10: Some(moment(*p10)),
            p50: Some(moment(*p50)),
            p90: p90.map(moment),
            chance_before_reset: Some(*before_reset),
            confidence: Some(word(confidence)),
            ..Forecast::default()
        },
        ForecastView::Clear { until, confidence } => Forecast {
            is: "clear".to_owned(),
            clear_until: Some(moment(*until)),
            confidence: Some(word(confidence)),
            ..Forecast::default()
        },
        ForecastView::Unknown { reason } => {
            Forecast { is: "unknown".to_owned(), reason: Some(data(reason)), ..Forecast::default() }
        }
    }
}

/// When each meter runs out.
pub(super) fn forecasts(overview: &Overview) -> Forecasts {
    let of = |account: &AccountView, one: &MeterView| MeterForecast {
        meter: meter(account, one, overview.now),
        forecast: forecast(&one.forecast, one.is_used_up()),
    };
    let all =
        overview.accounts.iter().flat_map(|account| account.meters.iter().map(move |one| of(account, one)));
    Forecasts { sentence: headline(overview), now: moment(overview.now), forecasts: all.collect() }
}

/// The alerts of these accounts, and those of none.
pub(super) fn alerts(overview: &Overview, ids: &[AccountId]) -> Alerts {
    let of_them =
        overview.episodes.iter().filter(|one| one.account.as_ref().is_none_or(|id| ids.contains(id)));
    let alerts: Vec<Alert> = of_them
        .map(|one| Alert {
            id: one.id,
            account: one.account.as_ref().map(ToString::to_string),
            meter: one.meter.as_ref().map(|key| data(&key.0)),
            severity: severity_word(one.severity),
            title: data(&one.title),
            since: moment(one.began_at),
            why: one.why.iter().map(|why| data(why)).collect(),
        })
        .collect();
    let sentence = match (alerts.len(), alerts.first()) {
        (_, None) => "No alert is live.".to_owned(),
        (1, Some(one)) => format!("1 alert is live: {} ({}).", one.title, one.severity),
        (count, Some(one)) => {
            format!("{count} alerts are live; the most urgent: {} ({}).", one.title, one.severity)
        }
    };
    Alerts { sentence, now: moment(overview.now), alerts }
}

/// Why a call was refused.
pub(super) fn explain(
    asked: &Refused,
    account: Option<AccountId>,
    source: Option<StoreView>,
    config: &Config,
    now: Timestamp,
) -> Result<Explanation, String> {
    if let Some(id) = asked.connector.as_deref().filter(|id| connectors::find(id).is_none()) {
        return Err(format!("There is no connector '{}'; leave it out if it is not known.", data(id)));
    }
    let text = asked.text.as_deref().unwrap_or_default();
    if text.trim().is_empty() && asked.status.is_none() && asked.headers.is_none() {
        return Err("There is nothing to explain: give text, status or headers.".to_owned());
    }
    let mut pasted = paste(text);
    let headers = asked.headers.clone().unwrap_or_default().into_iter().collect();
    let headers = Pasted::of_parts(None, headers, b"");
    pasted.status = asked.status.filter(|status| (100..600).contains(status)).or(pasted.status);
    pasted.headers.extend(headers.headers);
    pasted.dropped.extend(headers.dropped);
    let connector = asked.connector.as_deref();
    let view = match (&account, source) {
        (Some(account), Some(source)) => explain_for_account(source, config, account, connector, &pasted)
            .map_err(|error| error.to_string())?,
        (account, _) => {
            let own = account.as_ref().and_then(|id| config.accounts.get(id));
            explain_pasted(connector.or(own.map(|own| own.connector.as_str())), &pasted, now)
        }
    };
    let evidence = view.hypotheses.first().map(|one| &one.evidence);
    let evidence = evidence.into_iter().flatten().filter(|one| one.supports);
    Ok(Explanation {
        sentence: data(&format!("{}. {}", view.title, view.explanation)),
        cause: word(&view.cause),
        title: data(&view.title),
        confidence: view.confidence,
        provider: view.provider,
        retryable: view.retryable,
        retry_at: view.retry_at.map(moment),
        message: data(&view.message),
        evidence: evidence.map(|one| data(&one.text)).collect(),
        steps: view.steps.into_iter().map(|step| Step { text: data(&step.text), url: step.url }).collect(),
        dropped: view.dropped,
    })
}
