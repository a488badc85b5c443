//! What is known beside a refusal, gathered for its diagnosis from the history, the config and the connectors.

use super::{ApiError, StoreView};
use crate::config::{AccountConfig, AlertsConfig};
use crate::connectors::{self, ConnectorKind, Spec};
use crate::diagnosis::{AccountFacts, AlertFacts, Facts, KeyFacts, MeterFacts, PollFacts};
use crate::forecast::Outlook;
use crate::ledger;
use crate::model::{
    AccountId, Amount, DAY, EpisodeState, HOUR, Links, MINUTE, Meter, MeterKind, Qty, Refusal, SECOND,
    Sample, Timestamp, step, words,
};
use crate::monitor::{Monitor, Status, poll};
use crate::store::StoreError;
use std::collections::BTreeMap;

/// How far back top-ups are looked for.
const TOP_UPS: i64 = 90 * DAY;
/// How many top-ups of a meter are told at most, the newest.
const MOST_TOP_UPS: usize = 20;
/// How far back refusals are looked for.
const REFUSALS: i64 = 30 * DAY;
/// At most this many other accounts are looked at.
const MOST_OTHERS: usize = 24;

/// Facts from the refusal alone: the provider's name and pages.
pub(super) fn of_refusal(refusal: &Refusal, now: Timestamp) -> Facts {
    let spec = spec(refusal.provider.as_deref());
    Facts {
        now,
        zone: jiff::tz::TimeZone::system(),
        account: None,
        others: Vec::new(),
        name: spec.map_or(String::new(), |spec| spec.name.to_owned()),
        links: spec.map_or(Links::NONE, |spec| spec.links),
    }
}

/// Facts with an account's figures as they were at the refusal, and those of others at the same provider or behind the
/// same gateway.
pub(super) fn of_account(
    monitor: &Monitor,
    account: &AccountId,
    refusal: &Refusal,
) -> Result<Facts, ApiError> {
    let watched = Watched {
        source: StoreView::of(monitor),
        configured: monitor.configured(),
        statuses: monitor.statuses(),
        alerts: monitor.alerts(),
        zone: monitor.pipeline().zone().clone(),
    };
    of_watched(&watched, account, refusal)
}

/// What a running monitor knows, or the history and the config without one.
pub(super) struct Watched {
    pub(super) source: StoreView,
    pub(super) configured: BTreeMap<AccountId, AccountConfig>,
    /// Empty without a running monitor.
    pub(super) statuses: BTreeMap<AccountId, Status>,
    pub(super) alerts: AlertsConfig,
    pub(super) zone: jiff::tz::TimeZone,
}

/// As [`of_account`].
pub(super) fn of_watched(
    watched: &Watched,
    account: &AccountId,
    refusal: &Refusal,
) -> Result<Facts, ApiError> {
    let Watched { source, configured, statuses, .. } = watched;
    let at = refusal.at.unwrap_or(source.now);
    let one = |id: &AccountId, config: &AccountConfig| {
        of_one(source, id, config, statuses.get(id), alert_facts(&watched.alerts, config), at)
    };
    let known = configured.get(account).map(|config| one(account, config)).transpose()?;
    let is_gateway = |connector: &str| kind(connector) == Some(ConnectorKind::Gateway);
    let through = refusal.gateway.is_some() || known.as_ref().is_some_and(|known| known.is_gateway);
    let provider = refusal.provider.as_deref().or(known.as_ref().map(|known| known.connector.as_str()));
    // Behind a gateway that says nothing of the provider any account may stand.
    let nobody = provider.is_none_or(is_gateway);
    let matters = |connector: &str| {
        provider == Some(connector)
            || through && (refusal.gateway.as_deref() == Some(connector) || nobody && !is_gateway(connector))
    };
    let others = configured.iter().filter(|(id, config)| *id != account && matters(&config.connector));
    let others = others.take(MOST_OTHERS).map(|(id, config)| one(id, config)).collect::<Result<_, _>>()?;
    let facts = of_refusal(refusal, source.now);
    let (name, links) = match &known {
        Some(known) if facts.name.is_empty() => (known.name.clone(), known.links),
        _ => (facts.name, facts.links),
    };
    Ok(Facts { zone: watched.zone.clone(), account: known, others, name, links, ..facts })
}

/// What is known of one account, its figures as they were at `at`.
pub(super) fn of_one(
    source: &StoreView,
    id: &AccountId,
    config: &AccountConfig,
    status: Option<&Status>,
    alerts: AlertFacts,
    at: Timestamp,
) -> Result<AccountFacts, StoreError> {
    let connector = connectors::find(&config.connector);
    let spec = connector.map(|connector| connector.spec());
    let lag = spec.map_or(MINUTE, |spec| spec.freshness);
    let mut meters = Vec::new();
    for meter in source.store.meters(Some(id))? {
        meters.extend(of_meter(source, &meter, status, lag, at)?);
    }
    let stored = source.store.last_mute_poll(id)?.max(meters.iter().map(|(read_at, _)| *read_at).max());
    let good_at = status.and_then(|status| status.last_good_at).or(stored);
    if let Some(good) = good_at {
        // A meter that the last good polls no longer mention is gone; what a ledger makes, at once.
        let own = |meter: &MeterFacts| ledger::is_own(&meter.key.0, meter.provenance);
        meters.retain(|(read_at, meter)| good.since(*read_at) < if own(meter) { SECOND / 10 } else { DAY });
    }
    let gaps = source.store.gaps(id, at + -DAY, source.now)?;
    let failed = gaps.into_iter().next_back().filter(|gap| good_at.is_none_or(|good| gap.last_at > good));
    let refusals = source.store.refusals(Some(id), source.now + -REFUSALS, source.now)?;
    let fires = source.live.iter().filter(|one| {
        !matches!(one.state, EpisodeState::Pending | EpisodeState::Resolved)
            && one.resource.account.as_ref().is_none_or(|whose| whose == id)
    });
    Ok(AccountFacts {
        id: id.clone(),
        label: poll::label(id, config, connector),
        connector: config.connector.clone(),
        name: spec.map_or(config.connector.clone(), |spec| spec.name.to_owned()),
        is_gateway: spec.is_some_and(|spec| spec.kind == ConnectorKind::Gateway),
        links: spec.map_or(Links::NONE, |spec| spec.links),
        meters: meters.into_iter().map(|(_, meter)| meter).collect(),
        poll: PollFacts { good_at, failed: failed.map(|gap| (gap.last_at, gap.kind, gap.message)) },
        keys: spec.map_or(Vec::new(), |spec| keys(spec, config)),
        reload_below: config.reload_below,
        refusals: refusals.into_iter().map(|(_, at, refusal)| (at, refusal)).collect(),
        firing: fires.map(|one| one.resource.kind).collect(),
        alerts,
    })
}

/// How an account is watched.
pub(super) fn alerts(monitor: &Monitor, config: &AccountConfig) -> AlertFacts {
    alert_facts(&monitor.alerts(), config)
}

fn alert_facts(alerts: &AlertsConfig, config: &AccountConfig) -> AlertFacts {
    AlertFacts { notifications: alerts.desktop, low_set: !alerts.low.is_empty(), paused: config.paused }
}

/// A meter's figures as they were at `at`, and when it was last read at all.
fn of_meter(
    source: &StoreView,
    meter: &Meter,
    status: Option<&Status>,
    lag: i64,
    at: Timestamp,
) -> Result<Option<(Timestamp, MeterFacts)>, StoreError> {
    let Some(latest) = source.store.latest(meter.id)? else { return Ok(None) };
    let (sample, read_at) = as_of(source, meter, &latest, lag, at)?;
    let known = status.and_then(|status| status.forecasts.get(&meter.key));
    let burn = match known {
        Some(forecast) => forecast.burn(),
        None if meter.kind == MeterKind::Balance => source.project(meter, &Outlook::default())?.burn(),
        None => None,
    };
    let amount = |qty: Qty| Amount::new(qty, meter.unit);
    Ok(Some((
        latest.last_at,
        MeterFacts {
            key: meter.key.clone(),
            label: meter.label.clone(),
            kind: meter.kind,
            headroom: sample.headroom().map(amount),
            limit: sample.limit.map(amount),
            used: sample.used.map(amount),
            reserve: sample.reserve.map(amount),
            burn_per_hour: burn,
            read_at,
            lag,
            resets_at: sample.resets_at.or_else(|| meter.window.next(read_at)),
            provenance: meter.provenance,
            added: added(source, meter)?,
            empty_since: empty_since(source, meter, &sample)?,
        },
    )))
}

/// The reading that tells of a moment: the newest before it if that was fresh then, else the first one after it.
fn as_of(
    source: &StoreView,
    meter: &Meter,
    latest: &Sample,
    lag: i64,
    at: Timestamp,
) -> Result<(Sample, Timestamp), StoreError> {
    if latest.at <= at {
        return Ok((*latest, latest.last_at.min(at.max(latest.at))));
    }
    let samples = source.store.samples(meter.id, at, source.now)?;
    let after = samples.partition_point(|sample| sample.at <= at);
    let before = after.checked_sub(1).map(|index| samples[index]);
    let fresh = |sample: &Sample| at.since(sample.last_at) <= lag + 15 * MINUTE;
    Ok(match (before.filter(fresh), samples.get(after), before) {
        (Some(before), ..) => (before, before.last_at.min(at)),
        (None, Some(next), _) => (*next, next.at),
        (None, None, Some(before)) => (before, before.last_at.min(at)),
        (None, None, None) => (*latest, latest.last_at),
    })
}

/// Since when a meter has had nothing left, if it has nothing now.
fn empty_since(source: &StoreView, meter: &Meter, now: &Sample) -> Result<Option<Timestamp>, StoreError> {
    let empty = |sample: &Sample| sample.headroom().is_some_and(|left| left <= Qty(0));
    if !empty(now) {
        return Ok(None);
    }
    let samples = source.store.samples(meter.id, now.at + -REFUSALS, now.at)?;
    Ok(samples.iter().rev().take_while(|sample| empty(sample)).last().map(|sample| sample.at))
}

/// Top-ups and raised limits, oldest first. The hours say where to look, so that three months cost little.
fn added(source: &StoreView, meter: &Meter) -> Result<Vec<(Timestamp, Amount, Amount)>, StoreError> {
    if matches!(meter.kind, MeterKind::Rate | MeterKind::Spend) {
        return Ok(Vec::new());
    }
    let amount = |qty: Qty| Amount::new(qty, meter.unit);
    let hours = source.store.hours(meter.id, source.now + -TOP_UPS, source.now)?;
    let grown: Vec<_> = hours.iter().filter(|hour| hour.added.0 > 0).collect();
    let mut found = Vec::new();
    for hour in grown.iter().skip(grown.len().saturating_sub(MOST_TOP_UPS)) {
        let samples = source.store.samples(meter.id, hour.at, hour.at + (HOUR - 1))?;
        let steps = samples.windows(2).map(|pair| (&pair[0], &pair[1], step(&pair[0], &pair[1])));
        let before = |sample: &Sample| amount(sample.headroom().unwrap_or_default());
        let rises = steps.filter(|(_, after, step)| step.added.0 > 0 && after.at >= hour.at);
        let rises: Vec<_> = rises.map(|(old, new, step)| (new.at, amount(step.added), before(old))).collect();
        // Samples of long ago may be pruned: the hour itself still says what was added.
        if rises.is_empty() {
            found.push((hour.at, amount(hour.added), amount(hour.low.unwrap_or_default())));
        }
        found.extend(rises);
    }
    Ok(found)
}

fn keys(spec: &Spec, config: &AccountConfig) -> Vec<KeyFacts> {
    let key = |secret: &connectors::SecretSpec| KeyFacts {
        role: secret.role.to_owned(),
        label: words::data(secret.label),
        help: words::data(secret.help),
        stored: config.secrets.contains_key(secret.role),
        privileged: ["admin", "management", "owner"].iter().any(|word| secret.role.contains(word)),
        url: secret.url,
    };
    spec.secrets.iter().map(key).collect()
}

fn spec(connector: Option<&str>) -> Option<&'static Spec> {
    connector.and_then(connectors::find).map(|connector| connector.spec())
}

fn kind(connector: &str) -> Option<ConnectorKind> {
    spec(Some(connector)).map(|spec| spec.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::Connector;
    use crate::diagnosis;
    use crate::model::{Cause, Reading, Scope, Unit};
    use crate::store::Store;

    const START: Timestamp = Timestamp(1_795_200_000_000);

    fn source(readings: &[(i64, &str)]) -> (tempfile::TempDir, StoreView, AccountId) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
        let id = AccountId::new("work").unwrap();
        for (minutes, left) in readings {
            let mut reading = Reading::new("balance", MeterKind::Balance, "balance", Unit::USD);
            reading.remaining = Some(Unit::USD.parse(left).unwrap());
            store.record(&id, START + minutes * MINUTE, &[reading], &[], &[]).unwrap();
        }
        let last = readings.last().map_or(0, |(minutes, _)| *minutes);
        let view = StoreView { store, now: START + (last + 2) * MINUTE, live: Vec::new() };
        (folder, view, id)
    }

    /// Any connector with a key that wants more than a poll needs at least.
    fn config() -> AccountConfig {
        let wants = |one: &&&dyn Connector| {
            one.spec().secrets.iter().any(|secret| secret.role == "management_key" && !secret.required)
        };
        let spec = connectors::ALL.iter().find(wants).unwrap().spec();
        let text =
            format!("connector = \"{}\"\nlabel = \"Work\"\nsecrets = {{ key = \"keychain\" }}", spec.id);
        toml::from_str(&text).unwrap()
    }

    fn gathered(readings: &[(i64, &str)], at: i64) -> AccountFacts {
        let (_folder, source, id) = source(readings);
        let config = AccountConfig { reload_below: "10 USD".parse().ok(), ..config() };
        of_one(&source, &id, &config, None, AlertFacts::default(), START + at * MINUTE).unwrap()
    }

    #[test]
    fn figures_top_ups_and_keys_are_gathered() {
        let readings = [(0, "30"), (60, "12"), (65, "0"), (70, "0"), (130, "50"), (135, "0"), (155, "-0.1")];
        let account = gathered(&readings, 155);
        assert_eq!(account.label, "Work");
        assert_eq!(account.reload_below, "10 USD".parse().ok());
        let [meter] = &account.meters[..] else { panic!("{account:?}") };
        assert_eq!(meter.headroom, "-0.1 USD".parse().ok());
        assert_eq!(meter.read_at, START + 155 * MINUTE);
        assert_eq!(meter.empty_since, Some(START + 135 * MINUTE));
        assert_eq!(
            meter.added,
            [(START + 130 * MINUTE, "50 USD".parse().unwrap(), "0 USD".parse().unwrap())]
        );
        let privileged: Vec<_> = account.keys.iter().filter(|key| key.privileged).collect();
        assert!(privileged.iter().all(|key| !key.stored) && account.keys.iter().any(|key| key.stored));
    }

    #[test]
    fn figures_are_those_of_the_moment() {
        let readings = [(0, "30"), (5, "0.2"), (10, "0.2"), (15, "50")];
        let left = |at| gathered(&readings, at).meters[0].headroom.map(|left| left.to_string());
        assert_eq!(left(12).as_deref(), Some("0.2 USD"), "before a top-up that came later");
        assert_eq!(left(17).as_deref(), Some("50 USD"));
        assert_eq!(left(-500).as_deref(), Some("30 USD"), "the first that is known after it");
        let meter = &gathered(&readings, 12).meters[0];
        assert_eq!((meter.read_at, meter.added.len()), (START + 10 * MINUTE, 1));
        assert_eq!(
            gathered(&readings, 7).meters[0].read_at,
            START + 7 * MINUTE,
            "read before and after alike"
        );
    }

    #[test]
    fn a_pasted_refusal_is_kept_without_touching_the_polls() {
        let (_folder, source, id) = source(&[(0, "30"), (5, "0")]);
        let account = of_one(&source, &id, &config(), None, AlertFacts::default(), source.now).unwrap();
        let stated = diagnosis::at_zero(&account).unwrap();
        assert_eq!((stated.cause, stated.at), (Cause::BalanceExhausted, Some(START + 5 * MINUTE)));
        let pasted = Refusal::new(Cause::KeyLimit, Scope::Key, "some.rule");
        source.store.record_refusal(&id, source.now, &pasted).unwrap();
        let account = of_one(&source, &id, &config(), None, AlertFacts::default(), source.now).unwrap();
        assert_eq!(account.refusals, [(source.now, pasted)]);
        assert_eq!(account.poll.good_at, Some(START + 5 * MINUTE));
    }
}
