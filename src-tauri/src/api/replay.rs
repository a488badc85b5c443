//! "What would these rules have told me over the last month?": the stored history through the engine once more.

use super::alerting::{self, AccountAlerts, AlertSettings};
use super::views::Source;
use super::{ApiError, App};
use crate::alerts::Sensitivity;
use crate::config::{AccountConfig, Config};
use crate::connectors;
use crate::engine::HISTORY;
use crate::engine::past::{Record, Told, replay};
use crate::engine::verdict::{Fate, Hit, judge};
use crate::forecast::Outlook;
use crate::model::{AccountId, DAY, EpisodeKind, MINUTE, Severity, Timestamp, words};
use crate::monitor::{self, poll};
use crate::say;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Asks what rules would have told.
#[derive(Clone, Debug, PartialEq, Deserialize, TS, JsonSchema)]
pub struct ReplayRequest {
    /// Of which account; of all when missing.
    pub account: Option<AccountId>,
    /// How many days back: 1 to 365. What is stored may reach less far.
    pub days: u32,
    /// By which settings for all accounts, to try them before they are saved; those that are set when missing.
    #[serde(default)]
    pub(crate) settings: Option<AlertSettings>,
    /// By which settings of one account, to try them as well.
    #[serde(default)]
    pub(crate) own: Option<AccountAlerts>,
}

impl ReplayRequest {
    /// By the rules that are set, over `days`; of one account or of all.
    pub fn of(account: Option<AccountId>, days: u32) -> Self {
        ReplayRequest { account, days, settings: None, own: None }
    }
}

/// What rules would have told, and what it would have been worth.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct ReplayView {
    /// From when: what was asked for, or the first reading.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// At which sensitivity.
    pub sensitivity: Sensitivity,
    /// What it comes to, in a sentence.
    pub summary: String,
    /// Notices per week, of every kind.
    pub per_week: f64,
    /// Each wall that came, oldest first.
    pub walls: Vec<ReplayWall>,
    /// Each notice, oldest first.
    pub notices: Vec<ReplayNotice>,
    /// Walls of which no notice came half an hour before or earlier.
    pub missed: u32,
    /// Warnings after which no wall came in their time, and no top-up or reset either.
    pub in_vain: u32,
}

/// A wall that came. Leads are in milliseconds before it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct ReplayWall {
    /// Whose.
    pub account: AccountId,
    /// What the user calls the account.
    pub label: String,
    /// What a person calls the meter; empty for a refusal that named none.
    pub meter: String,
    /// When it came.
    pub at: Timestamp,
    /// How long before it the first heads-up was told; `null`: none was.
    #[ts(type = "number | null")]
    pub heads_up: Option<i64>,
    /// The first soon.
    #[ts(type = "number | null")]
    pub soon: Option<i64>,
    /// The first now.
    #[ts(type = "number | null")]
    pub now: Option<i64>,
    /// Whether any came half an hour before or earlier.
    pub timely: bool,
}

/// A notice that would have been told.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub struct ReplayNotice {
    /// When.
    pub at: Timestamp,
    /// Whose; `null` when it concerns all.
    pub account: Option<AccountId>,
    /// By which rule.
    pub kind: EpisodeKind,
    /// How urgent.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// What came of it; `null` for what warns of no wall.
    pub fate: Option<ReplayFate>,
}

/// What came of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplayFate {
    /// The wall came within 24 hours, after a heads-up within 96.
    Right,
    /// A top-up, a raised limit or a reset came in that time, and no wall.
    Renewed,
    /// That time has not passed yet.
    Open,
    /// Nothing came.
    InVain,
}

pub(crate) async fn replay_shown(app: &App, request: ReplayRequest) -> Result<ReplayView, ApiError> {
    let (shown, live) = (app.shown(), app.live());
    // The user's own accounts have their settings, and their history, while the simulator is shown too.
    let own = |id: &AccountId| !shown.configured().contains_key(id) && live.configured().contains_key(id);
    let monitor = if request.account.as_ref().is_some_and(own) { live } else { &shown };
    let alerts = match &request.settings {
        Some(wanted) => alerting::read(wanted, monitor.alerts())?,
        None => monitor.alerts(),
    };
    let mut accounts = monitor.configured();
    if let Some(wanted) = &request.own
        && let Some(account) = accounts.get_mut(&wanted.account)
    {
        alerting::read_own(wanted, account)?;
    }
    let config = Config { alerts, accounts, ..Config::default() };
    let (source, zone) = (Source::of(monitor), monitor.pipeline().zone().clone());
    let work = tokio::task::spawn_blocking(move || of_store(&source, &config, &request, &zone));
    work.await.map_err(|error| {
        ApiError::new("store", say!("settings-replay-broke-off", error = error.to_string()))
    })?
}

/// Answers from the store alone, with the rules of `config`.
///
/// # Errors
/// `bad_request` for a number of days out of range, `not_found` for an account that is not configured, `store`.
pub fn of_store(
    source: &Source,
    config: &Config,
    request: &ReplayRequest,
    zone: &TimeZone,
) -> Result<ReplayView, ApiError> {
    if !(1..=365).contains(&request.days) {
        return Err(ApiError::new("bad_request", say!("settings-replay-days")));
    }
    let mut config = config.clone();
    if let Some(wanted) = &request.account {
        config.accounts.retain(|id, _| id == wanted);
        if config.accounts.is_empty() {
            return Err(ApiError::not_found(format_args!("account '{wanted}'")));
        }
    }
    let to = source.now;
    let asked = to + -(i64::from(request.days) * DAY);
    let mut records = Vec::new();
    for (id, account) in &config.accounts {
        records.push(record(source, id, account, asked, to)?);
    }
    let first = records.iter().flat_map(|record| &record.meters);
    let first = first.filter_map(|(_, samples)| samples.first()).map(|sample| sample.at).min();
    let from = asked.max(first.unwrap_or(asked)).min(to);
    let told = replay(&records, &monitor::rules(&config, zone), from, to);
    let (hits, fates) = judge(&records, &told, from, to);
    let fates: BTreeMap<usize, Fate> = fates.into_iter().collect();
    let missed = hits.iter().filter(|hit| !hit.timely()).count();
    let in_vain = fates.values().filter(|fate| **fate == Fate::InVain).count();
    Ok(ReplayView {
        from,
        to,
        sensitivity: config.alerts.sensitivity,
        summary: summary(to.since(from), told.len(), &hits, in_vain),
        per_week: told.len() as f64 / (to.since(from).max(DAY) as f64 / (7 * DAY) as f64),
        missed: u32::try_from(missed).unwrap_or(u32::MAX),
        in_vain: u32::try_from(in_vain).unwrap_or(u32::MAX),
        walls: hits.into_iter().map(|hit| wall(hit, &records)).collect(),
        notices: told.into_iter().enumerate().map(|(index, told)| notice(told, fates.get(&index))).collect(),
    })
}

/// What it comes to, as a person would say it.
fn summary(span: i64, notices: usize, hits: &[Hit], in_vain: usize) -> String {
    let mut leads: Vec<i64> = hits
        .iter()
        .filter(|hit| hit.timely())
        .filter_map(|hit| hit.leads.into_iter().flatten().max())
        .collect();
    leads.sort_unstable();
    let came = match (hits.len(), leads.len()) {
        (0, _) => "none",
        (1, 0) => "one-late",
        (1, _) => "one",
        (_, 0) => "all-late",
        (walls, told) if walls == told => "all",
        _ => "some-late",
    };
    say!(
        "settings-replay",
        span = words::span(span.max(MINUTE)),
        notices = notices,
        came = came,
        walls = hits.len(),
        late = hits.len() - leads.len(),
        lead = leads.get(leads.len() / 2).map_or_else(String::new, |lead| words::span(*lead)),
        vain = in_vain,
    )
}

/// Reads what is stored of one account, with the history before `from` that a forecast is made from.
fn record(
    source: &Source,
    id: &AccountId,
    account: &AccountConfig,
    from: Timestamp,
    to: Timestamp,
) -> Result<Record, ApiError> {
    let store = &source.store;
    let connector = connectors::find(&account.connector);
    let own = account.interval.map(|seconds| i64::from(seconds) * 1_000);
    let usual = own.or(connector.map(|connector| connector.spec().interval)).unwrap_or(5 * MINUTE);
    let mut meters = Vec::new();
    for meter in store.meters(Some(id))? {
        let samples = store.samples(meter.id, from + -HISTORY, to)?;
        meters.push((meter, samples));
    }
    let refusals = store.refusals(Some(id), from, to)?;
    Ok(Record {
        account: id.clone(),
        label: poll::label(id, account, connector),
        meters,
        gaps: store.gaps(id, from, to)?,
        refusals: refusals.into_iter().map(|(_, at, refusal)| (at, refusal)).collect(),
        every: usual,
        outlook: calendar_then(account),
    })
}

/// The user's calendar as it may count for the past. An absence of which nobody wrote down since when would cover all
/// of it, and does not.
fn calendar_then(account: &AccountConfig) -> Outlook {
    let mut outlook = Outlook::of(account.calendar.as_deref());
    if let Some(calendar) = &mut outlook.rhythm {
        calendar.away = calendar.away.filter(|away| away.since.is_some());
    }
    outlook
}

fn wall(hit: Hit, records: &[Record]) -> ReplayWall {
    let record = records.iter().find(|record| record.account == hit.account);
    let meters = record.into_iter().flat_map(|record| &record.meters);
    let meter = meters.map(|(meter, _)| meter).find(|meter| Some(&meter.key) == hit.meter.as_ref());
    let timely = hit.timely();
    let [heads_up, soon, now] = hit.leads;
    ReplayWall {
        label: record.map_or_else(String::new, |record| record.label.clone()),
        meter: meter.map_or_else(String::new, |meter| meter.label.clone()),
        account: hit.account,
        at: hit.at,
        heads_up,
        soon,
        now,
        timely,
    }
}

fn notice(told: Told, fate: Option<&Fate>) -> ReplayNotice {
    ReplayNotice {
        at: told.at,
        account: told.notice.resource.account,
        kind: told.notice.resource.kind,
        severity: told.notice.severity,
        title: told.notice.title,
        fate: fate.map(|fate| match fate {
            Fate::Right => ReplayFate::Right,
            Fate::Renewed => ReplayFate::Renewed,
            Fate::Open => ReplayFate::Open,
            Fate::InVain => ReplayFate::InVain,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HOUR;

    #[test]
    fn what_a_user_reads() {
        let hit = |heads_up: Option<i64>, soon: Option<i64>| Hit {
            account: AccountId::new("acme").unwrap(),
            meter: None,
            at: Timestamp(0),
            leads: [heads_up, soon, None],
        };
        let none = "These settings would have told you nothing in 30 days; no wall came.";
        assert_eq!(summary(30 * DAY, 0, &[], 0), none);
        let late = hit(None, Some(5 * MINUTE));
        let one = std::slice::from_ref(&late);
        assert_eq!(
            summary(14 * DAY, 1, one, 0),
            "These settings would have told you once in 14 days, too late for the wall that came, never in vain."
        );
        assert_eq!(
            summary(14 * DAY, 0, one, 0),
            "These settings would have told you nothing in 14 days, and a wall came."
        );
        let early = [hit(None, Some(5 * HOUR)), hit(Some(9 * HOUR), None), hit(Some(4 * HOUR), None)];
        assert_eq!(
            summary(30 * DAY, 3, &early, 1),
            "These settings would have told you 3 times in 30 days, 5 h before the wall in the median, once in vain."
        );
        let hits = [hit(Some(30 * HOUR), Some(4 * HOUR)), late, hit(None, Some(5 * HOUR))];
        assert_eq!(
            summary(30 * DAY, 7, &hits, 2),
            "These settings would have told you 7 times in 30 days, 30 h before the wall in the median (too late for 1 of 3 walls), 2 times in vain."
        );
        words::speaking(words::Language::Chinese, || {
            assert_eq!(
                summary(30 * DAY, 3, &early, 1),
                "按这些设置，30 天内会提醒您 3 次，中位数为用尽前 5 小时，1 次落空。"
            );
            assert_eq!(summary(30 * DAY, 0, &[], 0), "按这些设置，30 天内不会提醒您；期间没有用尽。");
        });
    }
}
