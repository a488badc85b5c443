//! Accounts, meters and episodes as the window sees them.

use super::runway;
use super::types::{
    AccountState, AccountView, EpisodeView, ForecastView, MeterView, ProblemView, SecretView, TestView,
};
use crate::alerts;
use crate::config::AccountConfig;
use crate::connectors::{self, ConnectorKind, Spec};
use crate::forecast::{self, Forecast, Memory, Outlook, Reason};
use crate::ledger;
use crate::model::{
    AccountId, Amount, DAY, Episode, EpisodeState, Gap, HOUR, MINUTE, Meter, MeterKind, PollErrorKind, Qty,
    Reading, Rhythm, SECOND, Sample, Timestamp, words,
};
use crate::monitor::{self, Monitor, Status, poll};
use crate::say;
use crate::store::{Store, StoreError};

/// Steps of a trend line over 24 hours.
const TREND_STEPS: i64 = 48;

/// Where figures come from and what "now" is: a running monitor, or the store alone (`tollwatch status`).
#[derive(Clone)]
pub struct Source {
    /// The history.
    pub store: Store,
    /// The present moment.
    pub now: Timestamp,
    /// Episodes that are not resolved.
    pub live: Vec<Episode>,
}

impl Source {
    pub(crate) fn of(monitor: &Monitor) -> Self {
        Source { store: monitor.pipeline().store().clone(), now: monitor.now(), live: monitor.episodes() }
    }

    /// A meter's forecast from its stored readings, where no running monitor knows it.
    pub(crate) fn project(&self, meter: &Meter, outlook: &Outlook) -> Result<Forecast, StoreError> {
        let (learned, samples) = monitor::remembered(&self.store, meter, self.now)?;
        let mut memory = Memory::resume(meter, learned, &samples, self.now);
        memory.calibrate(monitor::backtest::calibration(&self.store, meter.id)?);
        Ok(forecast::project(meter, &memory, outlook, self.now))
    }
}

/// One account with its meters. `status` is what the running monitor knows; without one, the store says.
pub(crate) fn account(
    source: &Source,
    id: &AccountId,
    config: &AccountConfig,
    status: Option<&Status>,
) -> Result<AccountView, StoreError> {
    let connector = connectors::find(&config.connector);
    let spec = connector.map(|connector| connector.spec());
    let gaps = source.store.gaps(id, source.now + -DAY, source.now)?;
    let mut meters = Vec::new();
    for meter in source.store.meters(Some(id))? {
        let known = status.and_then(|status| status.forecasts.get(&meter.key));
        let expected = status.and_then(|status| status.reloads.get(&meter.key).copied());
        let view = meter_view(source, &meter, &gaps, known, config.calendar.as_deref())?;
        meters.extend(view.map(|view| MeterView {
            reload: expected.map(|expected| runway::reload(meter.unit, expected)),
            ..view
        }));
    }
    let last_good_at = match status.and_then(|status| status.last_good_at) {
        Some(at) => Some(at),
        None => meters.iter().map(|meter| meter.read_at).max().max(source.store.last_mute_poll(id)?),
    };
    // A meter that the last good polls no longer mention (a key removed, a currency gone) is not shown as present.
    if let Some(latest) = last_good_at {
        // What a ledger makes is made anew at every poll: one that is not is gone at once.
        let own = |meter: &MeterView| ledger::is_own(&meter.key.0, meter.provenance);
        meters.retain(|meter| latest.since(meter.read_at) < if own(meter) { SECOND / 10 } else { DAY });
    }
    let (usual, interval) = intervals(config, status);
    let problem = match status {
        Some(status) => status.problem.as_ref().map(|(error, since)| ProblemView {
            kind: error.kind,
            message: error.message.clone(),
            since: *since,
        }),
        // Without a monitor: the newest gap counts if nothing good came after it.
        None => gaps
            .last()
            .filter(|gap| last_good_at.is_none_or(|good| gap.last_at > good))
            .map(|gap| ProblemView { kind: gap.kind, message: gap.message.clone(), since: gap.at }),
    };
    let failed = problem.as_ref().map(|problem| problem.kind);
    let state = state(config.paused, failed, last_good_at, interval.max(usual), source.now);
    Ok(AccountView {
        id: id.clone(),
        label: poll::label(id, config, connector),
        connector: config.connector.clone(),
        connector_name: spec.map_or(config.connector.clone(), |spec| spec.name.to_owned()),
        base_url: config
            .base_url
            .clone()
            .or(spec.and_then(|spec| spec.base_url.map(str::to_owned)))
            .unwrap_or_default(),
        state,
        last_good_at,
        next_poll_at: status.and_then(|status| status.next_poll_at),
        interval,
        problem,
        partial: status.map_or(Vec::new(), |status| status.partial.iter().map(ToString::to_string).collect()),
        meters,
        top_up_url: spec.and_then(|spec| spec.links.top_up.map(str::to_owned)),
        secrets: config.secrets.clone(),
    })
}

/// Milliseconds between an account's polls: as it is set or usual, and at present.
pub(super) fn intervals(config: &AccountConfig, status: Option<&Status>) -> (i64, i64) {
    let set = config.interval.map(|seconds| i64::from(seconds) * SECOND);
    let usual = || connectors::find(&config.connector).map_or(5 * MINUTE, |known| known.spec().interval);
    let usual = set.unwrap_or_else(usual);
    (usual, status.map_or(usual, |status| if status.interval > 0 { status.interval } else { usual }))
}

/// How an account does. `failed`: why the last polls did; `interval`: milliseconds between polls.
pub(super) fn state(
    paused: bool,
    failed: Option<PollErrorKind>,
    last_good_at: Option<Timestamp>,
    interval: i64,
    now: Timestamp,
) -> AccountState {
    match (failed, last_good_at) {
        _ if paused => AccountState::Paused,
        (Some(PollErrorKind::Offline), _) => AccountState::Offline,
        (Some(_), _) => AccountState::Failing,
        (None, None) => AccountState::Waiting,
        (None, Some(good)) if now.since(good) > interval.saturating_mul(3) => AccountState::Stale,
        _ => AccountState::Fresh,
    }
}

fn meter_view(
    source: &Source,
    meter: &Meter,
    gaps: &[Gap],
    known: Option<&Forecast>,
    calendar: Option<&Rhythm>,
) -> Result<Option<MeterView>, StoreError> {
    let Some(sample) = source.store.latest(meter.id)? else { return Ok(None) };
    let headroom = sample.headroom();
    let computed;
    let forecast = match known {
        Some(forecast) => forecast,
        None => {
            computed = match headroom {
                // It has none however its past looks, so that is not read.
                None if meter.kind != MeterKind::Rate => Forecast::Unknown(Reason::NoLimit),
                _ => source.project(meter, &Outlook::of(calendar))?,
            };
            &computed
        }
    };
    let print = |qty: Option<Qty>| qty.map(|qty| meter.unit.print(qty));
    let severity = source.live.iter().filter(|episode| {
        episode.state != EpisodeState::Pending
            && episode.resource.account.as_ref() == Some(&meter.account)
            && episode.resource.meter.as_ref() == Some(&meter.key)
    });
    let remaining = sample.remaining.or_else(|| sample.limit?.checked_sub(sample.used?));
    Ok(Some(MeterView {
        key: meter.key.clone(),
        kind: meter.kind,
        label: words::data(&meter.label),
        unit: meter.unit,
        used: print(sample.used),
        limit: print(sample.limit),
        remaining: print(remaining),
        headroom: print(headroom),
        share: share(source, meter, &sample)?,
        window: meter.window,
        resets_at: sample.resets_at,
        resets: runway::resets(meter.window, sample.resets_at, source.now),
        reload: None,
        provenance: meter.provenance,
        read_at: sample.last_at,
        burn: forecast.burn(),
        forecast: forecast_view(forecast),
        severity: severity.map(|episode| episode.severity).max(),
        trend: trend(source, meter, gaps)?,
    }))
}

/// Headroom as a share of the limit, or of the highest balance of the last 30 days.
fn share(source: &Source, meter: &Meter, sample: &Sample) -> Result<Option<f64>, StoreError> {
    let Some(headroom) = sample.headroom() else { return Ok(None) };
    let whole = match sample.limit {
        Some(limit) => limit,
        None => {
            let hours = source.store.hours(meter.id, source.now + -30 * DAY, source.now)?;
            hours.iter().filter_map(|hour| hour.high).max().unwrap_or(headroom).max(headroom)
        }
    };
    Ok((whole.0 > 0).then(|| (headroom.0 as f64 / whole.0 as f64).clamp(0.0, 1.0)))
}

/// The last day in equal steps; a step that lies in a gap is `None`.
pub(super) fn trend(source: &Source, meter: &Meter, gaps: &[Gap]) -> Result<Vec<Option<f64>>, StoreError> {
    let from = source.now + -DAY;
    let samples = source.store.samples(meter.id, from, source.now)?;
    let step = DAY / TREND_STEPS;
    Ok((1..=TREND_STEPS)
        .map(|index| {
            let at = from + index * step;
            if gaps.iter().any(|gap| gap.at <= at && at <= gap.last_at) {
                return None;
            }
            let sample = samples[..samples.partition_point(|sample| sample.at <= at)].last()?;
            // Between polls the last figure stands; beyond some hours without one nothing is known.
            let fresh = at.since(sample.last_at) < 2 * HOUR;
            fresh.then(|| sample.headroom().or(sample.used)).flatten().map(|qty| meter.unit.to_f64(qty))
        })
        .collect())
}

pub(crate) fn forecast_view(forecast: &Forecast) -> ForecastView {
    match forecast {
        Forecast::Wall(wall) => ForecastView::Wall {
            p10: wall.p10,
            p50: wall.p50,
            p90: wall.p90,
            before_reset: wall.before_reset,
            confidence: wall.confidence,
        },
        Forecast::Clear(clear) => ForecastView::Clear { until: clear.until, confidence: clear.confidence },
        Forecast::Unknown(reason) => ForecastView::Unknown { reason: forecast::reason_text(reason) },
    }
}

/// An episode with the label of its account. The headline of one that is over stays as it was told; of a live one it is
/// said in the language that is spoken now.
pub(crate) fn episode(episode: &Episode, label: Option<String>) -> EpisodeView {
    EpisodeView {
        id: episode.id,
        account: episode.resource.account.clone(),
        account_label: label,
        meter: episode.resource.meter.clone(),
        kind: episode.resource.kind,
        state: episode.state,
        severity: episode.severity,
        title: match episode.state {
            EpisodeState::Resolved => episode.title.clone(),
            _ => alerts::headline(episode),
        },
        began_at: episode.began_at,
        resolved_at: episode.resolved_at,
        snoozed_until: episode.snoozed_until,
        told_at: episode.told_at,
        refused_at: alerts::Evidence::of(episode).refused_at,
        why: alerts::why(episode),
    }
}

/// A reading in a line: `key limit “ci”: $4.12 left of $25.00`.
pub(crate) fn figure(reading: &Reading) -> String {
    let say = |qty: Qty| words::amount(Amount::new(qty, reading.unit));
    let label = words::data(&reading.label);
    match (reading.headroom(), reading.limit, reading.used) {
        (Some(left), Some(limit), _) => {
            say!("figure-left.of", label = label, left = say(left), limit = say(limit))
        }
        (Some(left), None, _) => say!("figure-left", label = label, left = say(left)),
        (None, _, Some(used)) => say!("figure-used", label = label, used = say(used)),
        _ if reading.kind == MeterKind::Budget => say!("figure-no-limit", label = label),
        _ => say!("figure-none", label = label),
    }
}

/// A connector's secrets, each with the meters that it opens.
pub(crate) fn secrets(spec: &Spec) -> Vec<SecretView> {
    let opens = |role: &str| {
        spec.meters.iter().filter(|meter| meter.needs == role).map(|meter| words::data(meter.label)).collect()
    };
    spec.secrets
        .iter()
        .map(|secret| SecretView {
            role: secret.role.to_owned(),
            label: words::data(secret.label),
            required: secret.required,
            help: words::data(secret.help),
            url: secret.url.map(str::to_owned),
            opens: opens(secret.role),
        })
        .collect()
}

/// What a test poll found.
pub(crate) fn test(spec: &Spec, draft_roles: &[&str], polled: &crate::model::Polled) -> TestView {
    // Of a provider that says no money a good answer is all there is: it proves the key.
    let mute =
        spec.kind == ConnectorKind::Headers && polled.readings.is_empty() && polled.problems.is_empty();
    let waits = spec.pushed && polled.readings.is_empty();
    let ok = mute || waits || !polled.readings.is_empty();
    let message = match (ok && !waits, polled.problems.first()) {
        _ if mute => say!("test-mute", name = spec.name),
        (true, _) => say!("test-answers", name = spec.name),
        (false, Some(problem)) => problem.message.clone(),
        (false, None) => say!("test-no-figure", name = spec.name),
    };
    let mut notes: Vec<String> =
        polled.problems.iter().map(ToString::to_string).filter(|note| *note != message).collect();
    for secret in spec.secrets.iter().filter(|secret| !secret.required && !draft_roles.contains(&secret.role))
    {
        let opens = spec.meters.iter().filter(|meter| meter.needs == secret.role);
        let opens = words::list(opens.map(|meter| meter.label.to_owned()));
        if !opens.is_empty() {
            notes.push(say!("test-also", secret = secret.label, opens = opens));
        }
    }
    TestView { ok, message, figures: polled.readings.iter().map(figure).collect(), notes }
}
