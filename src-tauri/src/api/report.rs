//! The month on paper, gathered from the history.

use super::overview::counted;
use super::types::AccountView;
use super::views::{self, Source};
use super::{ApiError, App, World, episode};
use crate::connectors;
use crate::model::{AccountId, Amount, By, Episode, EpisodeKind, Qty, Timestamp, Unit};
use crate::monitor::poll;
use crate::report::{self, AccountReport, Breakdown, Fate, Report, Spent, Wall};
use crate::say;
use crate::store::StoreError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Names of a breakdown that have a line of their own.
const ROWS: usize = 12;

/// Asks for a month's report.
#[derive(Clone, Debug, PartialEq, Deserialize, TS)]
pub(crate) struct ReportRequest {
    /// `2026-11`; the present month when missing.
    pub(super) month: Option<String>,
}

/// A month's report.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ReportView {
    /// What a file of it is called: `tollwatch-2026-11.html`.
    pub name: String,
    /// One HTML document that stands alone.
    pub html: String,
}

/// The moments that a month lies between in a zone, and where the month before it begins.
struct Span {
    before: Timestamp,
    from: Timestamp,
    to: Timestamp,
}

impl Span {
    fn of(month: Date, zone: &TimeZone) -> Option<Span> {
        let start = |date: Date| Some(Timestamp(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()));
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
    let today = source.now.to_jiff().to_zoned(zone.clone()).date();
    let wrong = || ApiError::new("bad_request", say!("report-bad-month"));
    let month = match &request.month {
        None => today.first_of_month(),
        Some(text) => format!("{text}-01").parse::<Date>().map_err(|_| wrong())?,
    };
    let span = Span::of(month, &zone).ok_or_else(wrong)?;
    let mut accounts = Vec::new();
    for (id, config) in monitor.configured() {
        accounts.push(views::account(&source, &id, &config, None)?);
    }
    let labels = |id: &AccountId| {
        let config = monitor.configured().get(id).cloned()?;
        Some(poll::label(id, &config, connectors::find(&config.connector)))
    };
    let mut found = Vec::new();
    let episodes = source.store.episodes(span.from, span.to)?;
    for account in &accounts {
        let own: Vec<&Episode> =
            episodes.iter().filter(|one| one.resource.account.as_ref() == Some(&account.id)).collect();
        let report = AccountReport {
            label: labels(&account.id).unwrap_or_else(|| account.label.clone()),
            connector: account.connector_name.clone(),
            spent: spent(&source, account, &span)?,
            on: breakdowns(&source, &account.id, &span)?,
            walls: walls(&source, &own, &span, &zone)?,
        };
        if !report.spent.is_empty() || !report.walls.is_empty() {
            found.push(report);
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.spent.iter().map(|spent| spent.amount.qty).max()));
    let report = Report {
        month,
        now: source.now,
        totals: totals(&found),
        demo: app.demo_speed().is_some(),
        accounts: found,
        zone,
    };
    Ok(ReportView { name: format!("tollwatch-{}.html", month.strftime("%Y-%m")), html: report::html(&report) })
}

/// What an account spent, by currency; the month before only where all of it was watched.
fn spent(source: &Source, account: &AccountView, span: &Span) -> Result<Vec<Spent>, StoreError> {
    let mut found = Vec::new();
    for (unit, view) in counted(account) {
        let Some(meter) = source.store.meter(&account.id, &view.key)? else { continue };
        let hours = source.store.hours(meter.id, span.before, span.to)?;
        let sum = |from: Timestamp, to: Timestamp| {
            let within = hours.iter().filter(|hour| from <= hour.at && hour.at < to);
            Amount::new(within.fold(Qty(0), |sum, hour| Qty(sum.0.saturating_add(hour.spent.0))), unit)
        };
        let amount = sum(span.from, span.to);
        let watched = source.store.hours(meter.id, Timestamp(0), span.before)?.first().is_some();
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
fn walls(source: &Source, episodes: &[&Episode], span: &Span, zone: &TimeZone) -> Result<Vec<Wall>, StoreError> {
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
                && other.fired_at.is_some_and(|at| one.began_at <= at && one.resolved_at.is_none_or(|end| at <= end))
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
