//! An account's past, walked once: what was added to its meters, when they started again, and its incidents.

use super::types::MeterView;
use super::views::Source;
use super::why::{IncidentView, PrecautionView};
use super::{ApiError, facts};
use crate::config::{AccountConfig, AlertsConfig};
use crate::diagnosis::{AccountFacts, AlertFacts, Change, Incident, Outcome, checklist, incidents};
use crate::model::{
    AccountId, Amount, DAY, Meter, MeterKey, MeterKind, Refusal, Sample, Timestamp, step, words,
};
use crate::say;
use crate::store::StoreError;
use jiff::tz::TimeZone;

/// How far back an account's page looks, in milliseconds.
pub(super) const SPAN: i64 = 30 * DAY;

/// A top-up, a changed limit or a reset of a meter.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// When it was first read.
    pub(super) at: Timestamp,
    /// Of which meter.
    pub(super) meter: MeterKey,
    /// What a person calls that.
    pub(super) label: String,
    /// Its kind.
    pub(super) kind: MeterKind,
    /// What was added; negative where a limit was lowered or a balance corrected.
    pub(super) added: Amount,
    /// Whether its use started again.
    pub(super) reset: bool,
    /// Whether it matters: small rises are money held for running requests coming back.
    pub(super) renews: bool,
}

/// What an account's page tells of the past.
pub(super) struct Past {
    /// By meter, each oldest first.
    pub(super) moves: Vec<Moved>,
    /// Newest first.
    pub(super) incidents: Vec<Incident>,
}

impl Past {
    /// Reads the last 30 days of the meters shown, each meter's samples once. `refusals` are of the same days.
    pub(super) fn read(
        source: &Source,
        id: &AccountId,
        meters: &[MeterView],
        refusals: &[(Timestamp, Refusal)],
    ) -> Result<Past, StoreError> {
        let from = source.now + -SPAN;
        let mut moved = Vec::new();
        // What has no limit starts again without anybody having to know: its resets would repeat the budget's. A rate
        // limit refills all the time: nobody topped it up.
        let told = |view: &&MeterView| !matches!(view.kind, MeterKind::Spend | MeterKind::Rate);
        for view in meters.iter().filter(told) {
            if let Some(meter) = source.store.meter(id, &view.key)? {
                moved.extend(moves(&meter, &source.store.samples(meter.id, from, source.now)?));
            }
        }
        let incidents = incidents(refusals, &changes(&moved), source.now);
        Ok(Past { moves: moved, incidents })
    }

    /// The incidents for the window, newest first.
    pub(super) fn views(&self, meters: &[MeterView], zone: &TimeZone) -> Vec<IncidentView> {
        let label = |meter: &MeterKey| {
            let known = meters.iter().find(|one| one.key == *meter);
            known.map_or_else(|| meter.0.clone(), |one| one.label.clone())
        };
        let view = |one: &Incident| IncidentView {
            cause: one.cause,
            title: one.cause.words().title.to_owned(),
            severity: one.cause.severity(),
            meter: one.meter.as_ref().map(label),
            first_at: one.first_at,
            last_at: one.last_at,
            count: one.count,
            message: one.newest.message.clone(),
            open: one.outcome == Outcome::Open,
            outcome: ended(&one.outcome, zone),
        };
        self.incidents.iter().map(view).collect()
    }
}

/// What happened to a meter between its samples, oldest first.
pub(super) fn moves(meter: &Meter, samples: &[Sample]) -> Vec<Moved> {
    let moved = |pair: &[Sample]| {
        let [before, after] = pair else { return None };
        let step = step(before, after);
        (step.reset || step.added.0 != 0).then(|| Moved {
            at: after.at,
            meter: meter.key.clone(),
            label: words::data(&meter.label),
            kind: meter.kind,
            added: Amount::new(step.added, meter.unit),
            reset: step.reset,
            renews: step.renews(after.headroom()),
        })
    };
    samples.windows(2).filter_map(moved).collect()
}

/// Those that may end an incident, oldest first.
pub(super) fn changes(moves: &[Moved]) -> Vec<Change> {
    let change = |moved: &Moved| Change {
        at: moved.at,
        meter: moved.meter.clone(),
        kind: moved.kind,
        added: (!moved.reset).then_some(moved.added),
    };
    let mut changes: Vec<Change> = moves.iter().filter(|moved| moved.renews).map(change).collect();
    changes.sort_by_key(|change| change.at);
    changes
}

/// An incident in a line: `Key limit reached: refused 42 times until 14:05`.
pub(super) fn line(incident: &Incident, zone: &TimeZone) -> String {
    let title = incident.cause.words().title;
    let day = |at: Timestamp| at.to_jiff().to_zoned(zone.clone()).date();
    let until = match incident.last_at {
        last if last == incident.first_at => {
            return say!("incident", title = title, count = incident.count);
        }
        last if day(last) == day(incident.first_at) => {
            last.to_jiff().to_zoned(zone.clone()).strftime("%H:%M").to_string()
        }
        last => words::dated(last, zone),
    };
    say!("incident.until", title = title, count = incident.count, until = until)
}

/// How an incident ended, as a sentence; empty while it goes on.
fn ended(outcome: &Outcome, zone: &TimeZone) -> String {
    let when = |at: &Timestamp| words::dated(*at, zone);
    match outcome {
        Outcome::Open => String::new(),
        Outcome::Added(at, amount, MeterKind::Balance) => {
            say!("incident-topped-up", amount = words::amount(*amount), at = when(at))
        }
        Outcome::Added(at, amount, _) => {
            say!("incident-raised", amount = words::amount(*amount), at = when(at))
        }
        Outcome::Reset(at) => say!("incident-reset", at = when(at)),
        Outcome::Passed(at) => say!("incident-passed", at = when(at)),
        Outcome::Quiet(at) => say!("incident-quiet", at = when(at)),
    }
}

/// What keeps an account's refusals from happening, and what of it is missing.
pub(super) fn precautions(account: &AccountFacts) -> Vec<PrecautionView> {
    let items = checklist(account).into_iter();
    items
        .map(|item| PrecautionView {
            id: item.id.to_owned(),
            standing: item.standing,
            title: item.title.to_owned(),
            text: item.advice.text,
            url: item.advice.url,
        })
        .collect()
}

/// The same from the store alone, as `tollwatch accounts check` prints it.
pub fn check(
    source: &Source,
    id: &AccountId,
    account: &AccountConfig,
    alerts: &AlertsConfig,
) -> Result<Vec<PrecautionView>, ApiError> {
    let watched =
        AlertFacts { notifications: alerts.desktop, low_set: !alerts.low.is_empty(), paused: account.paused };
    Ok(precautions(&facts::of_one(source, id, account, None, watched, source.now)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, HOUR, MINUTE, Qty, Reading, Scope, Unit};
    use crate::store::Store;

    const NOW: Timestamp = Timestamp(1_794_650_700_000);
    const CENT: i64 = 10_000_000;

    fn balance(cents: i64) -> Reading {
        Reading {
            remaining: Some(Qty(cents * CENT)),
            ..Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD)
        }
    }

    /// An account whose history holds these polls: when, the balance in cents, and refusals.
    fn source(polls: &[(Timestamp, i64, Vec<Refusal>)]) -> (tempfile::TempDir, Source, AccountId) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("history.sqlite"), NOW).unwrap();
        let id = AccountId::new("acme").unwrap();
        for (at, cents, refusals) in polls {
            store.record(&id, *at, &[balance(*cents)], refusals, &[]).unwrap();
        }
        (folder, Source { store, now: NOW, live: Vec::new() }, id)
    }

    fn read(source: &Source, id: &AccountId) -> (Past, Vec<IncidentView>) {
        let config: AccountConfig = toml::from_str("connector = \"acme\"").unwrap();
        let account = super::super::views::account(source, id, &config, None).unwrap();
        let refusals = source.store.refusals(Some(id), NOW + -SPAN, NOW).unwrap();
        let refusals: Vec<_> = refusals.into_iter().map(|(_, at, refusal)| (at, refusal)).collect();
        let past = Past::read(source, id, &account.meters, &refusals).unwrap();
        let views = past.views(&account.meters, &TimeZone::UTC);
        (past, views)
    }

    fn refused(cause: Cause, at: Timestamp, count: u32) -> Refusal {
        Refusal { at: Some(at), count, message: "no".into(), ..Refusal::new(cause, Scope::Key, "test") }
    }

    #[test]
    fn an_empty_balance_ends_by_its_top_up() {
        let empty = |at: Timestamp| vec![refused(Cause::BalanceExhausted, at, 1)];
        let (first, last, paid) = (NOW + -3 * DAY, NOW + (-3 * DAY + HOUR), NOW + (-3 * DAY + 2 * HOUR));
        let polls = [
            (first, 0, empty(first)),
            (last, 0, empty(last)),
            (paid, 5_000, Vec::new()),
            // A hold that is released is no top-up.
            (NOW + -2 * DAY, 4_000, Vec::new()),
            (NOW + -DAY, 4_010, vec![refused(Cause::RateLimited, NOW + -DAY, 7)]),
        ];
        let (_folder, source, id) = source(&polls);
        let (past, views) = read(&source, &id);
        let said: Vec<_> = views.iter().map(|one| (one.cause, one.count, one.outcome.as_str())).collect();
        assert_eq!(
            said,
            [
                (Cause::RateLimited, 7, "Nothing was refused after 13 Nov, 10:05; why is not known."),
                (Cause::BalanceExhausted, 2, "Ended by a top-up of $50.00 on 11 Nov, 12:05.")
            ]
        );
        assert_eq!((views[1].first_at, views[1].last_at, views[1].open), (first, last, false));
        let lines: Vec<_> = past.incidents.iter().map(|one| line(one, &TimeZone::UTC)).collect();
        assert_eq!(
            lines,
            ["Too many requests at a time: refused 7 times", "Balance used up: refused 2 times until 11:05"]
        );
        // What a cause is called is in its own catalogue.
        let (said, title) = words::speaking(words::Language::Chinese, || {
            let lines: Vec<_> = past.incidents.iter().map(|one| line(one, &TimeZone::UTC)).collect();
            (lines, Cause::BalanceExhausted.words().title.to_string())
        });
        assert_eq!(said[1], format!("{title}：被拒绝 2 次，直到 11:05"));
        assert_eq!(past.moves.iter().map(|moved| moved.renews).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "the test measures real time")]
    fn thousands_of_readings_and_refusals_are_walked_fast() {
        let polls: Vec<_> = (0..4_000_i64)
            .map(|poll| {
                let at = NOW + (poll - 4_000) * 10 * MINUTE;
                (at, 900_000 - poll, vec![refused(Cause::KeyLimit, at, 1)])
            })
            .collect();
        let (_folder, source, id) = source(&polls);
        let began = std::time::Instant::now();
        let (past, views) = read(&source, &id);
        let took = began.elapsed();
        println!("4,000 readings and refusals took {took:?}");
        assert_eq!((past.incidents.len(), views[0].count, views[0].open), (1, 4_000, true));
        assert!(took.as_millis() < 1_000, "{took:?}");
    }

    #[test]
    fn an_end_is_told_with_its_day() {
        // 2026-11-14T10:05:00Z.
        let at = Timestamp(1_794_650_700_000);
        let say = |outcome: Outcome| ended(&outcome, &TimeZone::UTC);
        let (much, some) = ("50 USD".parse().unwrap(), "5 CNY".parse().unwrap());
        assert_eq!(
            say(Outcome::Added(at, much, MeterKind::Balance)),
            "Ended by a top-up of $50.00 on 14 Nov, 10:05."
        );
        assert_eq!(
            say(Outcome::Added(at, some, MeterKind::Budget)),
            "Ended by a limit raised by ¥5.00 on 14 Nov, 10:05."
        );
        assert_eq!(say(Outcome::Reset(at)), "Ended when the limit started again on 14 Nov, 10:05.");
        assert_eq!(say(Outcome::Open), "");
        words::speaking(words::Language::Chinese, || {
            let added = Outcome::Added(at, much, MeterKind::Balance);
            assert_eq!(say(added), "11月14日 10:05 充值 $50.00 后结束。");
            assert_eq!(say(Outcome::Quiet(at)), "11月14日 10:05 之后没有再被拒绝；原因不明。");
        });
    }
}
