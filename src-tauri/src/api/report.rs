//! The month on paper, gathered from the history.

use super::overview::counted;
use super::pictures::kept;
use super::types::AccountView;
use super::views::{self, Source};
use super::{ApiError, App, episode};
use crate::config::Config;
use crate::model::{AccountId, Amount, By, DAY, Episode, EpisodeKind, Qty, Timestamp, Unit};
use crate::report::{self, AccountReport, Breakdown, Fate, Report, Spent, Wall};
use crate::say;
use crate::store::StoreError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Names of a breakdown that have a line of their own.
const ROWS: usize = 12;

/// Asks for a month's report.
#[derive(Clone, Debug, PartialEq, Deserialize, TS, JsonSchema)]
pub(crate) struct ReportRequest {
    /// `2026-11`; the present month when missing.
    pub(super) month: Option<String>,
}

/// A month's report.
#[derive(Clone, Debug, PartialEq, Serialize, TS, JsonSchema)]
pub(crate) struct ReportView {
    /// What a file of it is called: `tollwatch-2026-11.html`.
    pub(crate) name: String,
    /// Where it was written and opened from; missing where a browser downloads it.
    pub(crate) place: Option<String>,
    /// One HTML document that stands alone; missing when it was written.
    pub(crate) html: Option<String>,
}

/// The moments that a month lies between in a zone, and where the month before it begins.
struct Span {
    before: Timestamp,
    from: Timestamp,
    to: Timestamp,
}

impl Span {
    fn of(month: Date, zone: &TimeZone) -> Option<Span> {
        let start =
            |date: Date| Some(Timestamp(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()));
        let one = jiff::Span::new().months(1);
        Some(Span {
            before: start(month.checked_sub(one).ok()?)?,
            from: start(month)?,
            to: start(month.checked_add(one).ok()?)?,
        })
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

pub(crate) async fn report(app: &App, request: ReportRequest) -> Result<ReportView, ApiError> {
    let monitor = app.shown();
    let zone = monitor.pipeline().zone().clone();
    let source = Source::of(&monitor);
    let (month, span) = asked(request.month.as_deref(), source.now, &zone)?;
    // The monitor knows the forecasts: without it they would all be made anew.
    let statuses = monitor.statuses();
    let accounts: Result<Vec<AccountView>, StoreError> = monitor
        .configured()
        .iter()
        .map(|(id, config)| views::account(&source, id, config, statuses.get(id)))
        .collect();
    let mut report = gather(&source, &accounts?, month, &span, &zone)?;
    report.demo = app.demo_speed().is_some();
    let (name, html) = (named(month), report::html(&report));
    let Some(folder) = app.inner.host.paper_folder() else {
        return Ok(ReportView { name, place: None, html: Some(html) });
    };
    let place = kept(&folder, &name, html.as_bytes())?;
    app.inner.host.open_file(std::path::Path::new(&place));
    Ok(ReportView { name, place: Some(place), html: None })
}

/// A month's report of a history alone, for the command line: its file's name and the document. `month` is like `2026-11`,
/// the present one when missing.
///
/// # Errors
/// When that is no month, or the history cannot be read.
pub fn of_store(
    source: &Source,
    config: &Config,
    month: Option<&str>,
    zone: &TimeZone,
) -> Result<(String, String), ApiError> {
    let (month, span) = asked(month, source.now, zone)?;
    let accounts: Result<Vec<AccountView>, StoreError> =
        config.accounts.iter().map(|(id, config)| views::account(source, id, config, None)).collect();
    let report = gather(source, &accounts?, month, &span, zone)?;
    Ok((named(month), report::html(&report)))
}

/// The month that was asked for, and its moments.
fn asked(month: Option<&str>, now: Timestamp, zone: &TimeZone) -> Result<(Date, Span), ApiError> {
    let wrong = || ApiError::new("bad_request", say!("report-bad-month"));
    let month = match month {
        None => now.to_jiff().to_zoned(zone.clone()).date().first_of_month(),
        Some(text) => format!("{text}-01").parse::<Date>().map_err(|_| wrong())?,
    };
    Ok((month, Span::of(month, zone).ok_or_else(wrong)?))
}

fn named(month: Date) -> String {
    format!("tollwatch-{}.html", month.strftime("%Y-%m"))
}

/// A month of these accounts, the dearest first.
fn gather(
    source: &Source,
    accounts: &[AccountView],
    month: Date,
    span: &Span,
    zone: &TimeZone,
) -> Result<Report, StoreError> {
    let mut found = Vec::new();
    let episodes = source.store.episodes(span.from, span.to)?;
    for account in accounts {
        let own: Vec<&Episode> =
            episodes.iter().filter(|one| one.resource.account.as_ref() == Some(&account.id)).collect();
        let report = AccountReport {
            label: account.label.clone(),
            connector: account.connector_name.clone(),
            spent: spent(source, account, span)?,
            on: breakdowns(source, &account.id, span)?,
            walls: walls(source, &own, span, zone)?,
        };
        if !report.spent.is_empty() || !report.walls.is_empty() {
            found.push(report);
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.spent.iter().map(|spent| spent.amount.qty).max()));
    Ok(Report {
        month,
        now: source.now,
        zone: zone.clone(),
        demo: false,
        totals: totals(&found),
        accounts: found,
    })
}

/// What an account spent, by currency; the month before only where all of it was watched.
fn spent(source: &Source, account: &AccountView, span: &Span) -> Result<Vec<Spent>, StoreError> {
    let mut found = Vec::new();
    for (unit, view) in counted(account) {
        let Some(meter) = source.store.meter(&account.id, &view.key)? else { continue };
        // From a month further back: what was watched then was watched through the month before, but for gaps.
        let hours = source.store.hours(meter.id, span.before + -31 * DAY, span.to)?;
        let sum = |from: Timestamp, to: Timestamp| {
            let within = hours.iter().filter(|hour| from <= hour.at && hour.at < to);
            Amount::new(within.fold(Qty(0), |sum, hour| Qty(sum.0.saturating_add(hour.spent.0))), unit)
        };
        let amount = sum(span.from, span.to);
        let watched = hours.first().is_some_and(|hour| hour.at <= span.before);
        if amount.qty != Qty(0) {
            found.push(Spent { amount, before: watched.then(|| sum(span.before, span.from)) });
        }
    }
    Ok(found)
}

/// Over all accounts; the month before only where every account's is known.
fn totals(accounts: &[AccountReport]) -> Vec<Spent> {
    let mut sums: BTreeMap<Unit, (i64, Option<i64>)> = BTreeMap::new();
    for spent in accounts.iter().flat_map(|one| &one.spent) {
        let (now, before) = sums.entry(spent.amount.unit).or_insert((0, Some(0)));
        *now = now.saturating_add(spent.amount.qty.0);
        *before = before.zip(spent.before).map(|(sum, own)| sum.saturating_add(own.qty.0));
    }
    let spent = |(unit, (now, before)): (Unit, (i64, Option<i64>))| Spent {
        amount: Amount::new(Qty(now), unit),
        before: before.map(|steps| Amount::new(Qty(steps), unit)),
    };
    sums.into_iter().map(spent).collect()
}

/// What it went on: by model, key, project and user, each in the unit in which most is known, money first.
fn breakdowns(source: &Source, id: &AccountId, span: &Span) -> Result<Vec<Breakdown>, StoreError> {
    let mut found = Vec::new();
    for by in source.store.cost_kinds(id)?.into_iter().filter(|by| *by != By::All) {
        let costs = source.store.costs(id, by, span.from, span.to)?;
        let Some(unit) = costs.iter().map(|cost| cost.unit).min() else { continue };
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        // A bucket belongs to the month in which it begins, as on an invoice.
        for cost in costs.iter().filter(|cost| cost.unit == unit && span.holds(cost.start)) {
            let sum = sums.entry(&cost.name).or_default();
            *sum = sum.saturating_add(cost.amount.0);
        }
        let amount = |steps: i64| Amount::new(Qty(steps), unit);
        let mut rows: Vec<(String, Amount)> =
            sums.into_iter().map(|(name, steps)| (name.to_owned(), amount(steps))).collect();
        rows.sort_by(|a, b| b.1.qty.cmp(&a.1.qty).then_with(|| a.0.cmp(&b.0)));
        let rest = rows.split_off(rows.len().min(ROWS));
        let sum = rest.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(amount.qty.0));
        let others = (!rest.is_empty()).then(|| (rest.len(), amount(sum)));
        if !rows.is_empty() {
            found.push(Breakdown { by, rows, others });
        }
    }
    Ok(found)
}

/// Walls of a month: what was refused or used up was hit; what was warned of and mended before was avoided. A warning
/// that nothing came of and nobody had to mend is neither.
fn walls(
    source: &Source,
    episodes: &[&Episode],
    span: &Span,
    zone: &TimeZone,
) -> Result<Vec<Wall>, StoreError> {
    let mut found: Vec<Wall> = Vec::new();
    let of_money = |one: &&&Episode| matches!(one.resource.kind, EpisodeKind::Wall | EpisodeKind::Refused);
    for one in episodes.iter().filter(of_money).filter(|one| one.fired_at.is_some_and(|at| span.holds(at))) {
        let meter = match (&one.resource.account, &one.resource.meter) {
            (Some(account), Some(key)) => source.store.meter(account, key)?,
            _ => None,
        };
        let came = episode::after(source, one, meter.as_ref(), zone)?;
        // A wall that was hit is told again by its refusal: one line is enough.
        let twin = |other: &&&Episode| {
            other.resource.kind == EpisodeKind::Refused
                && other.resource.meter == one.resource.meter
                && other
                    .fired_at
                    .is_some_and(|at| one.began_at <= at && one.resolved_at.is_none_or(|end| at <= end))
        };
        let fate = match one.resource.kind {
            EpisodeKind::Refused => Fate::Hit,
            _ if episodes.iter().any(|other| twin(&other)) => continue,
            _ if came.gone => Fate::Hit,
            _ if came.renewed && one.told.is_some() => Fate::Avoided,
            _ => continue,
        };
        found.push(Wall { at: one.began_at, fate, title: one.title.clone(), after: came.said });
    }
    found.sort_by_key(|wall| wall.at);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::AccountConfig;
    use crate::model::{
        Cost, EpisodeState, HOUR, MeterKey, MeterKind, Provenance, Reading, Resource, Severity,
    };
    use crate::store::Store;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn usd(text: &str) -> Amount {
        format!("{text} USD").parse().unwrap()
    }

    fn balance(left: &str) -> Reading {
        let blank = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
        Reading { remaining: Some(usd(left).qty), ..blank }
    }

    fn cost(name: &str, day: &str, amount: &str) -> Cost {
        let start = at(day);
        Cost {
            by: By::Model,
            name: name.into(),
            start,
            end: start + 24 * HOUR,
            amount: usd(amount).qty,
            unit: Unit::USD,
            provenance: Provenance::Reported,
        }
    }

    fn episode(kind: EpisodeKind, from: &str, to: &str, told: Option<Severity>) -> Episode {
        let (from, to) = (at(from), at(to));
        let meter = Some(MeterKey("balance.usd".into()));
        Episode {
            id: 0,
            resource: Resource { account: AccountId::new("acme").ok(), meter, kind },
            state: EpisodeState::Resolved,
            severity: Severity::Soon,
            began_at: from,
            seen_at: from,
            streak: 0,
            fired_at: Some(from),
            resolved_at: Some(to),
            snoozed_until: None,
            told,
            told_at: told.map(|_| from),
            planned_at: None,
            warned_at: None,
            plan_at: None,
            warn_at: None,
            title: format!("{kind:?} of {from}"),
            evidence: "{}".into(),
        }
    }

    #[test]
    fn a_month_is_told_by_hand() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-21T12:00:00Z");
        let store = Store::open(&folder.path().join("history.sqlite"), now).unwrap();
        let id = AccountId::new("acme").unwrap();
        let polls = [
            ("2026-09-30T08:00:00Z", "100"),
            // October: 5. Over the turn of the month nothing.
            ("2026-10-20T08:00:00Z", "100"),
            ("2026-10-20T08:30:00Z", "95"),
            ("2026-11-02T08:00:00Z", "95"),
            // November: 15, a top-up of 20 before the wall, 98.5 to nothing, and a top-up.
            ("2026-11-02T08:30:00Z", "80"),
            ("2026-11-10T10:00:00Z", "80"),
            ("2026-11-10T11:00:00Z", "100"),
            ("2026-11-15T08:00:00Z", "100"),
            ("2026-11-15T09:00:00Z", "1.5"),
            ("2026-11-15T10:00:00Z", "0"),
            ("2026-11-15T12:00:00Z", "50"),
        ];
        let costs = [
            cost("opus", "2026-10-31T00:00:00Z", "4"),
            cost("opus", "2026-11-02T00:00:00Z", "10"),
            cost("haiku", "2026-11-02T00:00:00Z", "5"),
            cost("opus", "2026-11-15T00:00:00Z", "100"),
        ];
        for (index, (time, left)) in polls.iter().enumerate() {
            let costs: &[Cost] = if index == 10 { &costs } else { &[] };
            store.record(&id, at(time), &[balance(left)], &[], costs).unwrap();
        }
        let told = Some(Severity::Soon);
        store
            .save_episodes(&[
                // Topped up after it was told: avoided.
                episode(EpisodeKind::Wall, "2026-11-10T09:00:00Z", "2026-11-10T11:00:00Z", told),
                // Nothing was left: hit.
                episode(EpisodeKind::Wall, "2026-11-15T08:30:00Z", "2026-11-15T12:00:00Z", told),
                // Told of in October: not of this month. Nothing came of the other: neither.
                episode(EpisodeKind::Wall, "2026-10-20T08:30:00Z", "2026-10-21T08:00:00Z", told),
                episode(EpisodeKind::Wall, "2026-11-02T09:00:00Z", "2026-11-03T09:00:00Z", told),
            ])
            .unwrap();

        let zone = TimeZone::UTC;
        let source = Source { store, now, live: Vec::new() };
        let config: AccountConfig = toml::from_str("connector = \"acme\"\nlabel = \"Acme\"").unwrap();
        let account = views::account(&source, &id, &config, None).unwrap();
        let month = jiff::civil::date(2026, 11, 1);
        let span = Span::of(month, &zone).unwrap();
        let report = gather(&source, &[account], month, &span, &zone).unwrap();

        // 15 + 98.5 + 1.5
        assert_eq!(report.totals, [Spent { amount: usd("115"), before: Some(usd("5")) }]);
        let [acme] = &report.accounts[..] else { panic!("{report:?}") };
        let [models] = &acme.on[..] else { panic!("{acme:?}") };
        assert_eq!(models.rows, [("opus".to_owned(), usd("110")), ("haiku".to_owned(), usd("5"))]);
        let walls: Vec<_> = acme.walls.iter().map(|wall| (wall.at, wall.fate)).collect();
        assert_eq!(
            walls,
            [(at("2026-11-10T09:00:00Z"), Fate::Avoided), (at("2026-11-15T08:30:00Z"), Fate::Hit)]
        );
        assert_eq!(acme.walls[0].after, ["A top-up of $20.00 ended it, 10 Nov, 11:00."]);
    }

    #[test]
    fn a_month_is_the_zones_own() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let span = Span::of(jiff::civil::date(2026, 3, 1), &zone).unwrap();
        let ends = [span.before, span.from, span.to].map(|at| at.to_string());
        assert_eq!(ends, ["2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z", "2026-03-31T16:00:00Z"]);
    }
}
