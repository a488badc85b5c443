//! A small world for the scenario tests: one account whose polls, store and notifier are a few vectors.

use super::*;
use crate::forecast::{Memory, Outlook, project};
use crate::model::{
    Cause, Episode, EpisodeKind, EpisodeState, MeterKey, MeterKind, Notice, PollErrorKind, Provenance, Qty,
    Scope, Timestamp, Unit, Window, step as what_happened,
};

/// One US dollar in its smallest steps.
pub(super) const DOLLAR: i64 = 1_000_000_000;
/// 2026-11-16T08:00:00Z, a Monday.
pub(super) const START: Timestamp = Timestamp(1_794_816_000_000);

/// An account with one meter, the episodes as rows, and what was told.
pub(super) struct World {
    pub(super) rules: Rules,
    pub(super) account: AccountId,
    pub(super) meter: Meter,
    pub(super) samples: Vec<Sample>,
    pub(super) rows: Vec<Episode>,
    pub(super) told: Vec<(Timestamp, EpisodeKind, Notice)>,
    pub(super) started_at: Timestamp,
    pub(super) resets_at: Option<Timestamp>,
    /// A notifier that accepts; while false nothing is marked told.
    pub(super) accepts: bool,
    /// Nothing is foreseen.
    pub(super) blind: bool,
    pub(super) habit: Habit,
    /// What is used and the limit of the next readings, for meters that say so.
    pub(super) used: Option<(i64, i64)>,
}

impl World {
    pub(super) fn new() -> World {
        World::with(MeterKind::Balance, "balance", Unit::USD)
    }

    pub(super) fn with(kind: MeterKind, label: &str, unit: Unit) -> World {
        let account = AccountId::new("demo").unwrap();
        World {
            rules: Rules::default(),
            account: account.clone(),
            meter: Meter {
                id: 1,
                account,
                key: MeterKey::new("main"),
                kind,
                label: label.into(),
                unit,
                window: Window::Never,
                provenance: Provenance::Reported,
            },
            samples: Vec::new(),
            rows: Vec::new(),
            told: Vec::new(),
            started_at: START,
            resets_at: None,
            accepts: true,
            blind: false,
            habit: Habit::default(),
            used: None,
        }
    }

    /// A good poll with so much left, in the unit's steps.
    pub(super) fn poll(&mut self, now: Timestamp, left: i64) {
        self.poll_with(now, Some(left), &[]);
    }

    /// A good poll that says what `used` holds: a limit of zero is none.
    pub(super) fn say(&mut self, now: Timestamp) {
        self.read(now, None, &[], &[]);
    }

    /// A good poll, with refusals that name no meter.
    pub(super) fn poll_and_refuse(&mut self, now: Timestamp, left: i64, refusals: &[Refusal]) {
        self.read(now, Some(left), &[], refusals);
    }

    /// A good poll, with refusals seen in it.
    pub(super) fn poll_with(&mut self, now: Timestamp, left: Option<i64>, refusals: &[Refusal]) {
        self.read(now, left, refusals, &[]);
    }

    fn read(&mut self, now: Timestamp, left: Option<i64>, refusals: &[Refusal], of_account: &[Refusal]) {
        let sample = Sample {
            at: now,
            last_at: now,
            used: self.used.map(|(used, _)| Qty(used)),
            limit: self.used.map(|(_, limit)| Qty(limit)).filter(|limit| *limit > Qty(0)),
            remaining: left.map(Qty),
            resets_at: self.resets_at,
            reserve: None,
        };
        let before = self.samples.last().copied();
        let since = before.map(|before| what_happened(&before, &sample)).unwrap_or_default();
        if let Some(before) = &before {
            self.habit.note(before, &sample);
        }
        self.samples.push(sample);
        let forecast = match self.blind {
            true => Forecast::Unknown(crate::forecast::Reason::NoSpend),
            false => self.forecast(now),
        };
        let fact = MeterFact {
            meter: &self.meter,
            sample: &sample,
            step: since,
            forecast: &forecast,
            refusals,
            habit: Some(&self.habit),
        };
        let facts = [fact];
        let fact = Fact {
            account: &self.account,
            label: "DeepSeek",
            outcome: Ok(&facts),
            refusals: of_account,
            lead: 48 * HOUR,
        };
        let live = self.live();
        let changed = step(&self.rules, &live, &fact, now);
        self.save(changed, now);
    }

    /// A poll that failed.
    pub(super) fn fail(&mut self, now: Timestamp, kind: PollErrorKind) {
        let account = self.account.clone();
        self.fail_as(&account, now, &PollError::new(kind, "It did not work; look at the settings."));
    }

    pub(super) fn fail_as(&mut self, account: &AccountId, now: Timestamp, error: &PollError) {
        let fact = Fact { account, label: "DeepSeek", outcome: Err(error), refusals: &[], lead: 48 * HOUR };
        let live = self.live();
        let changed = step(&self.rules, &live, &fact, now);
        self.save(changed, now);
    }

    /// Where the readings so far are heading.
    pub(super) fn forecast(&self, now: Timestamp) -> Forecast {
        let memory = Memory::of(&self.meter, &self.samples, now);
        project(&self.meter, &memory, &Outlook::default(), now)
    }

    /// The process ends and begins again: only the rows survive.
    pub(super) fn restart(&mut self, now: Timestamp) {
        self.started_at = now;
    }

    pub(super) fn live(&self) -> Vec<Episode> {
        self.rows.iter().filter(|row| row.state != EpisodeState::Resolved).cloned().collect()
    }

    pub(super) fn one(&self, kind: EpisodeKind) -> Option<Episode> {
        self.live().into_iter().find(|row| row.resource.kind == kind)
    }

    pub(super) fn put(&mut self, episode: Episode) {
        let row = self.rows.iter_mut().find(|row| row.id == episode.id).expect("a stored episode");
        *row = episode;
    }

    fn save(&mut self, changed: Vec<Episode>, now: Timestamp) {
        for mut episode in changed {
            if episode.id == 0 {
                episode.id = self.rows.len() as i64 + 1;
                self.rows.push(episode);
            } else {
                self.put(episode);
            }
        }
        let mut resources: Vec<_> = self.live().into_iter().map(|row| row.resource).collect();
        resources.sort();
        assert!(resources.windows(2).all(|two| two[0] != two[1]), "one live episode per resource");
        self.tell(now);
    }

    /// Delivers what is due.
    pub(super) fn tell(&mut self, now: Timestamp) {
        for notice in due(&self.rules, &self.live(), self.started_at, now) {
            if !self.accepts {
                continue;
            }
            let row = self.rows.iter_mut().find(|row| row.id == notice.episode).expect("a stored episode");
            row.note_told(notice.severity, now);
            self.told.push((now, row.resource.kind, notice));
        }
    }

    /// The severities told, in order.
    pub(super) fn severities(&self) -> Vec<Severity> {
        self.told.iter().map(|told| told.2.severity).collect()
    }

    /// Two days of one dollar an hour, read every quarter of an hour, ending at `START` with `left` dollars.
    pub(super) fn live_through_two_days(&mut self, left: i64) {
        let polls = 192;
        for k in 0..polls {
            let at = START + (k - polls) * 15 * MINUTE;
            self.samples.push(Sample {
                at,
                last_at: at,
                used: None,
                limit: None,
                remaining: Some(Qty(left * DOLLAR + (polls - k) * DOLLAR / 4)),
                resets_at: self.resets_at,
                reserve: None,
            });
        }
    }
}

/// A refusal with a cause.
pub(super) fn refusal(cause: Cause, at: Option<Timestamp>) -> Refusal {
    Refusal { status: Some(402), message: "no".into(), at, ..Refusal::new(cause, Scope::Key, "test") }
}
