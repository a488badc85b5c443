//! `[rhythm]` and `[accounts.ID.rhythm]`: the user's calendar as it is written, and what it comes to.

use super::{Config, ConfigError, Wrong, edit, put, table};
use crate::model::rhythm::{days, moment_ahead, moment_in, written};
use crate::model::{Away, Rhythm, Timestamp, Week};
use crate::say;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `[rhythm]`: when you work. An account's own `[accounts.ID.rhythm]` replaces what it names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RhythmConfig {
    /// Spends round the clock, such as a server: none of the calendar counts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub always_on: bool,
    /// Work days, such as `["mon", "tue", "wed", "thu", "fri"]`; every day if only `hours` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<Day>>,
    /// Work hours on them, such as `"09:00-18:00"`, or `"22:00-06:00"` into the next day; all day if missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// Whose hours these are, such as `"Europe/Berlin"`; this machine's zone if missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Days off by date, such as `["2026-12-24 to 2027-01-01", "2026-11-26"]`; first and last are off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Vec<String>>,
    /// Away until then: `"2026-12-07"` (back on that day) or `"2026-12-07T14:00"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away_until: Option<String>,
    /// Away since then; written by `tollwatch away`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away_since: Option<String>,
}

/// A day of the week.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ts_rs::TS,
)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday
    Mon,
    /// Tuesday
    Tue,
    /// Wednesday
    Wed,
    /// Thursday
    Thu,
    /// Friday
    Fri,
    /// Saturday
    Sat,
    /// Sunday
    Sun,
}

impl RhythmConfig {
    /// What an account's own settings make of these.
    pub fn with(&self, own: Option<&RhythmConfig>) -> RhythmConfig {
        let Some(own) = own else { return self.clone() };
        let away = if own.away_until.is_some() { own } else { self };
        RhythmConfig {
            always_on: own.always_on || self.always_on,
            days: own.days.clone().or(self.days.clone()),
            hours: own.hours.clone().or(self.hours.clone()),
            zone: own.zone.clone().or(self.zone.clone()),
            holidays: own.holidays.clone().or(self.holidays.clone()),
            away_until: away.away_until.clone(),
            away_since: away.away_since.clone(),
        }
    }

    /// The zone that is meant. The error says what to write.
    pub fn zone(&self) -> Result<TimeZone, String> {
        let Some(name) = &self.zone else { return Ok(TimeZone::system()) };
        TimeZone::get(name).map_err(|_| {
            let short: String = name.chars().take(40).collect();
            say!("config-zone", name = short)
        })
    }

    /// The calendar; `None` when nothing is told, or `always_on`. The error names the field and what to write.
    pub fn calendar(&self) -> Result<Option<Rhythm>, (&'static str, String)> {
        if *self == RhythmConfig::default() {
            return Ok(None);
        }
        let zone = self.zone().map_err(|why| ("zone", why))?;
        let hours = self.hours.as_deref().map(hours).transpose().map_err(|why| ("hours", why))?;
        if self.days.as_ref().is_some_and(Vec::is_empty) {
            return Err(("days", say!("config-no-day")));
        }
        let mut days_on = [self.days.is_none(); 7];
        for day in self.days.iter().flatten() {
            if std::mem::replace(&mut days_on[*day as usize], true) {
                return Err(("days", say!("config-day-twice", day = format!("{day:?}").to_lowercase())));
            }
        }
        let week = (self.days.is_some() || hours.is_some()).then_some(Week { days: days_on, hours });
        let holidays: Result<Vec<_>, String> =
            self.holidays.iter().flatten().map(|text| days(text)).collect();
        let holidays = holidays.map_err(|why| ("holidays", why))?;
        let moment = |text: &Option<String>, field: &'static str| {
            text.as_deref().map(|text| moment_in(text, &zone)).transpose().map_err(|why| (field, why))
        };
        let since = moment(&self.away_since, "away_since")?;
        let away = moment(&self.away_until, "away_until")?.map(|until| Away { since, until });
        if away.is_some_and(|away| since.is_some_and(|since| since >= away.until)) {
            return Err(("away_since", say!("config-away-order")));
        }
        if self.always_on || (week.is_none() && holidays.is_empty() && away.is_none()) {
            return Ok(None);
        }
        Ok(Some(Rhythm { zone, week, holidays, away }))
    }

    /// With an absence from `now` until what was typed (a date, `monday`), or with none. The error says what to write.
    pub fn away(mut self, until: Option<&str>, now: Timestamp) -> Result<RhythmConfig, String> {
        (self.away_until, self.away_since) = (None, None);
        let Some(text) = until else { return Ok(self) };
        let zone = self.zone()?;
        let at = moment_ahead(text, now, &zone)?;
        if at <= now {
            return Err(say!("config-away-past", when = text.trim()));
        }
        let second = Timestamp(now.0.div_euclid(1_000).saturating_mul(1_000));
        (self.away_until, self.away_since) = (Some(written(at, &zone)), Some(second.to_string()));
        Ok(self)
    }
}

impl Config {
    /// Writes the calendar of all accounts to the file, keeping comments. Errors: one that does not fit, with its
    /// field; the file is then left as it is.
    pub fn set_rhythm(path: &Path, rhythm: &RhythmConfig) -> Result<(), ConfigError> {
        let wanted = toml_edit::ser::to_document(rhythm)
            .map_err(|error| ConfigError(say!("config-rhythm-toml", why = error.to_string())))?;
        edit(path, |document| {
            let there = table(document.as_table_mut(), "rhythm")?;
            let gone: Vec<String> =
                there.iter().map(|(key, _)| key.to_owned()).filter(|key| !wanted.contains_key(key)).collect();
            for key in gone {
                there.remove(&key);
            }
            put(there, wanted.as_table());
            if there.is_empty() {
                document.remove("rhythm");
            }
            Ok(())
        })
    }
}

/// What is wrong with the calendars, if anything is.
pub(super) fn check(config: &Config) -> Result<(), Wrong> {
    let path = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    config.rhythm.calendar().map_err(|(field, why)| (path(&["rhythm", field]), why))?;
    for (id, account) in &config.accounts {
        if let Some(own) = &account.rhythm {
            let at = |(field, why)| (path(&["accounts", id.as_str(), "rhythm", field]), why);
            own.calendar().map_err(at)?;
            // Together they may clash where neither does alone.
            config.rhythm.with(Some(own)).calendar().map_err(at)?;
        }
    }
    Ok(())
}

/// `09:00-18:00`; an end of `24:00` is the midnight after.
fn hours(text: &str) -> Result<(Time, Time), String> {
    let time = |text: &str| match text.trim() {
        "24:00" => Some(Time::midnight()),
        text if text.len() == "09:00".len() => text.parse().ok(),
        _ => None,
    };
    let both = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
    match both {
        _ if text.trim_start().starts_with("24") => None,
        Some((from, to)) if from == to && from != Time::midnight() => None,
        both => both,
    }
    .ok_or_else(|| {
        let short: String = text.chars().take(40).collect();
        say!("config-hours", text = short)
    })
}
