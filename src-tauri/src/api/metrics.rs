//! The monitor → what is exported. From memory alone: no history is read for it, however often it is asked.

use super::types::AccountState;
use super::{App, views};
use crate::config::AccountConfig;
use crate::forecast::{Forecast, Reason};
use crate::metrics::text::{Format, page};
use crate::metrics::{Account, Ahead, Counted, Family, Live, MeterNow, Snapshot, families, tag};
use crate::model::{AccountId, EpisodeKind, HOUR, Qty, Severity, Timestamp};
use crate::monitor::{Figure, Look, Monitor, OfAccount, Status};
use crate::store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The name under which the key of private accounts' tags is kept.
const TAG_KEY: &str = "metrics.tag_key";
/// Its length in bytes.
const KEY_BYTES: usize = 32;
/// A forecast is not exported from figures older than this, or than three polls, whichever is longer: after that the
/// forecast itself would give none.
const STALE: i64 = 6 * HOUR;

impl App {
    /// Everything that is measured of the user's own accounts at this moment, for any monitoring system. The demo's
    /// accounts are never among them: nobody should be woken by a simulation.
    pub fn families(&self) -> Vec<Family> {
        of(&self.inner.live)
    }

    /// The same as a page for Prometheus.
    ///
    /// # Errors
    /// None that the encoder knows for text in memory.
    pub fn metrics_page(&self, format: Format) -> Result<String, std::fmt::Error> {
        page(self.families(), format)
    }
}

/// As [`App::families`], of a running monitor.
pub(super) fn of(monitor: &Monitor) -> Vec<Family> {
    families(&snapshot(monitor))
}

/// What a running monitor knows, without a look into its history.
fn snapshot(monitor: &Monitor) -> Snapshot {
    let configured = monitor.configured();
    let private = configured.values().any(|config| config.private);
    let key = private.then(|| tag_key(monitor.pipeline().store())).flatten();
    let names: BTreeMap<&AccountId, (String, &AccountConfig)> = configured
        .iter()
        .filter_map(|(id, config)| Some((id, (name(id, config.private, key.as_deref())?, config))))
        .collect();
    let now = monitor.now();
    let unnamed = (configured.len() - names.len()) as u64;
    monitor.pipeline().look(|look| gather(look, &names, unnamed, now))
}

/// What an account is called outside; `None` while a private one has no tag.
fn name(id: &AccountId, private: bool, key: Option<&[u8]>) -> Option<String> {
    if private { Some(tag(key?, id.as_str())) } else { Some(id.to_string()) }
}

fn gather(
    look: &Look<'_>,
    names: &BTreeMap<&AccountId, (String, &AccountConfig)>,
    unnamed: u64,
    now: Timestamp,
) -> Snapshot {
    let nothing = OfAccount::default();
    let account = |(id, (name, config)): (&&AccountId, &(String, &AccountConfig))| {
        let counted = look.tally.accounts.get(*id).unwrap_or(&nothing);
        account(name, config, look.statuses.get(*id), counted, now)
    };
    let mut accounts: Vec<Account> = names.iter().map(account).collect();
    accounts.sort_by(|one, other| one.name.cmp(&other.name));
    // An episode of an account that cannot be named is left out with it.
    let live = look.live.iter().filter_map(|episode| {
        let account = match &episode.resource.account {
            Some(id) => Some(names.get(id).map(|(name, config)| (name.clone(), config.connector.clone()))?),
            None => None,
        };
        let (meter, kind) = (episode.resource.meter.clone(), episode.resource.kind);
        Some(Live { account, meter, kind, severity: episode.severity, state: episode.state })
    });
    Snapshot {
        now,
        started: look.tally.started,
        version: env!("CARGO_PKG_VERSION"),
        accounts,
        episodes: live.collect(),
        fired: counted(&look.tally.fired),
        told: counted(&look.tally.told),
        untold: look.tally.untold,
        unnamed,
    }
}

fn counted(counts: &BTreeMap<(EpisodeKind, Severity), u64>) -> Vec<Counted> {
    counts.iter().map(|(&(kind, severity), &count)| Counted { kind, severity, count }).collect()
}

fn account(
    name: &str,
    config: &AccountConfig,
    status: Option<&Status>,
    counted: &OfAccount,
    now: Timestamp,
) -> Account {
    let (usual, interval) = views::intervals(config, status);
    let last_good_at = status.and_then(|status| status.last_good_at);
    let failed = status.and_then(|status| Some(status.problem.as_ref()?.0.kind));
    let interval = interval.max(usual);
    let state = views::state(config.paused, failed, last_good_at, interval, now);
    let meter = |figure: &Figure| {
        let known = status.and_then(|status| status.forecasts.get(&figure.meter.key));
        let fresh = now.since(figure.sample.last_at) <= STALE.max(interval.saturating_mul(3));
        meter(figure, known.filter(|_| fresh), now)
    };
    Account {
        name: name.to_owned(),
        connector: config.connector.clone(),
        state: word(state),
        last_good_at,
        polls: counted.polls.iter().map(|(failed, count)| (*failed, *count)).collect(),
        refusals: counted.refusals.iter().map(|(cause, count)| (*cause, *count)).collect(),
        meters: counted.figures.values().map(meter).collect(),
    }
}

fn meter(figure: &Figure, forecast: Option<&Forecast>, now: Timestamp) -> MeterNow {
    let Figure { meter, sample, spent, since } = figure;
    MeterNow {
        key: meter.key.clone(),
        kind: meter.kind,
        unit: meter.unit,
        used: sample.used,
        limit: sample.limit,
        remaining: sample.remaining.or_else(|| sample.limit?.checked_sub(sample.used?)),
        headroom: sample.headroom(),
        read_at: sample.last_at,
        spent: *spent,
        since: *since,
        ahead: ahead(forecast, sample.headroom(), now),
    }
}

/// A forecast's figures. Where the headroom is gone, the wall is here.
fn ahead(forecast: Option<&Forecast>, headroom: Option<Qty>, now: Timestamp) -> Ahead {
    match forecast {
        Some(Forecast::Wall(wall)) => Ahead {
            wall: [Some(wall.p10), Some(wall.p50), wall.p90],
            before_reset: Some(wall.before_reset),
            burn: Some(wall.burn),
        },
        Some(Forecast::Clear(clear)) => Ahead {
            wall: [None; 3],
            before_reset: Some(clear.chance.within(clear.until.since(now))),
            burn: Some(clear.burn),
        },
        Some(Forecast::Unknown(Reason::Exhausted)) if headroom.is_some_and(|left| left <= Qty(0)) => {
            Ahead { wall: [Some(now); 3], before_reset: Some(1.0), burn: None }
        }
        Some(Forecast::Unknown(_)) | None => Ahead::default(),
    }
}

/// An account's state as in JSON.
fn word(state: AccountState) -> &'static str {
    match state {
        AccountState::Waiting => "waiting",
        AccountState::Fresh => "fresh",
        AccountState::Stale => "stale",
        AccountState::Failing => "failing",
        AccountState::Offline => "offline",
        AccountState::Paused => "paused",
    }
}

/// The key of private accounts' tags, made at the first need. `None` while it can be neither read nor stored: a tag
/// that changes at each start would be worse than none.
fn tag_key(store: &Store) -> Option<Arc<[u8]>> {
    let stored = store.state(TAG_KEY).ok()?;
    let text = match stored.filter(|text| text.len() == 2 * KEY_BYTES) {
        Some(text) => text,
        None => {
            let mut random = [0_u8; KEY_BYTES];
            getrandom::fill(&mut random).ok()?;
            let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            store.set_state(TAG_KEY, &text).ok()?;
            text
        }
    };
    Some(text.into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Confidence, Wall};
    use crate::metrics::STATES;
    use crate::model::{DAY, Episode, MINUTE, Meter, MeterKey, MeterKind, Provenance, Sample, Unit, Window};
    use crate::monitor::Tally;

    const NOW: Timestamp = Timestamp(1_795_229_375_000);

    fn id(text: &str) -> AccountId {
        AccountId::new(text).unwrap()
    }

    fn config(private: bool) -> AccountConfig {
        let text = format!("connector = \"openrouter\"\nprivate = {private}");
        toml::from_str(&text).unwrap()
    }

    /// One account whose only meter was read some time ago, when a wall in two days was forecast.
    fn gathered(private: bool, key: Option<&[u8]>, ago: i64) -> Snapshot {
        let (team, config) = (id("team"), config(private));
        let meter = Meter {
            id: 1,
            account: team.clone(),
            key: MeterKey::new("key_limit"),
            kind: MeterKind::Budget,
            label: "key limit".into(),
            unit: Unit::USD,
            window: Window::Never,
            provenance: Provenance::Reported,
        };
        let at = NOW + -ago;
        let (limit, used) = (Some(Qty(25)), Some(Qty(21)));
        let sample =
            Sample { at, last_at: at, used, limit, remaining: None, resets_at: None, reserve: Some(Qty(1)) };
        let figure = Figure { meter, sample, spent: Some(Qty(3)), since: at };
        let counted =
            OfAccount { figures: [(figure.meter.key.clone(), figure)].into(), ..OfAccount::default() };
        let wall = Forecast::Wall(Wall {
            p10: NOW + DAY,
            p50: NOW + 2 * DAY,
            p90: None,
            before_reset: 1.0,
            chance: Default::default(),
            burn: 0.5,
            at_burn: None,
            headroom: Qty(3),
            confidence: Confidence::Fair,
        });
        let forecasts = [(MeterKey::new("key_limit"), wall)].into();
        let status = Status { last_good_at: Some(at), interval: 5 * MINUTE, forecasts, ..Status::default() };
        let names = name(&team, private, key).map(|name| (&team, (name, &config)));
        let unnamed = u64::from(names.is_none());
        let live: Vec<Episode> = Vec::new();
        let tally = Tally { accounts: [(team.clone(), counted)].into(), ..Tally::default() };
        let look = Look { statuses: &[(team.clone(), status)].into(), tally: &tally, live: &live };
        gather(&look, &names.into_iter().collect(), unnamed, NOW)
    }

    #[test]
    fn what_is_left_is_worked_out_as_everywhere() {
        let snapshot = gathered(false, None, MINUTE);
        let account = &snapshot.accounts[0];
        assert_eq!((account.name.as_str(), account.state), ("team", "fresh"));
        let meter = &account.meters[0];
        // Limit less use; headroom is less the reservation for one request.
        assert_eq!((meter.remaining, meter.headroom), (Some(Qty(4)), Some(Qty(3))));
        assert_eq!(meter.ahead.wall, [Some(NOW + DAY), Some(NOW + 2 * DAY), None]);
    }

    #[test]
    fn figures_of_a_silent_account_stay_and_its_forecast_leaves() {
        let lately = gathered(false, None, 5 * HOUR);
        assert_eq!(lately.accounts[0].state, "stale");
        assert!(lately.accounts[0].meters[0].ahead.burn.is_some());
        let long = gathered(false, None, 7 * HOUR);
        let meter = &long.accounts[0].meters[0];
        assert_eq!((meter.headroom, meter.ahead), (Some(Qty(3)), Ahead::default()));
    }

    #[test]
    fn a_private_account_is_a_tag_or_not_there() {
        let tagged = gathered(true, Some(b"key"), MINUTE);
        assert_eq!(tagged.accounts[0].name, tag(b"key", "team"));
        assert!(!format!("{tagged:?}").contains("team"));
        let nameless = gathered(true, None, MINUTE);
        assert_eq!((nameless.accounts.len(), nameless.unnamed), (0, 1));
    }

    #[test]
    fn every_state_has_its_word() {
        let states = [
            AccountState::Waiting,
            AccountState::Fresh,
            AccountState::Stale,
            AccountState::Failing,
            AccountState::Offline,
            AccountState::Paused,
        ];
        assert_eq!(states.map(word), STATES);
        for state in states {
            assert_eq!(serde_json::to_value(state).unwrap(), word(state));
        }
    }
}
