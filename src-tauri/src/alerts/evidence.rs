//! What fired an episode, kept with it as JSON: enough to tell it, and to answer "why did you wake me".

use super::LEAD;
use crate::forecast::{Confidence, Forecast};
use crate::model::{
    Amount, Cause, Episode, HOUR, MINUTE, MeterKind, Reload, Scope, Severity, Timestamp, Unit, words,
};
use serde::{Deserialize, Serialize};

/// The inputs of a rule at the last reading at which its condition held.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Which rule, and by which of its conditions: `wall.chance`, `wall.burn`, `wall.request`, `refused.seen`,
    /// `refused.zero`, `counted.zero`, `low`, `failing`, `offline`, `stale`, `expiry`, `reload.missed`, `burst.hour`,
    /// `burst.day`, `limit.lowered`.
    pub rule: String,
    /// What the user called the account.
    pub account: String,
    /// What a person calls the meter; empty when it concerns none.
    pub meter: String,
    /// What kind of meter.
    pub kind: Option<MeterKind>,
    /// The meter's unit.
    pub unit: Option<Unit>,
    /// What was left before calls are refused.
    pub headroom: Option<Amount>,
    /// What the provider sets aside for one request.
    pub reserve: Option<Amount>,
    /// The amount that the user set; for a burst the least that is told.
    pub threshold: Option<Amount>,
    /// The automatic top-up that is expected, or was missed.
    pub reload: Option<Reload>,
    /// What was spent in the hour or day that is unusual.
    pub spent: Option<Amount>,
    /// The median of such hours or days in which anything was spent.
    pub usual: Option<Amount>,
    /// A limit before and after it was lowered.
    pub limit: Option<[Amount; 2]>,
    /// When the key expires.
    pub expires_at: Option<Timestamp>,
    /// When the figures were read.
    pub read_at: Option<Timestamp>,
    /// The chance of a wall within 30 minutes, 4 hours, and the lead of a heads-up.
    pub within: Option<[f64; 3]>,
    /// How far ahead a heads-up looks, in milliseconds; two days where it was not kept.
    pub lead: Option<i64>,
    /// The chances at which the rule fires, for 48 hours, 4 hours, 30 minutes (in the order of the severities).
    pub likely: Option<[f64; 3]>,
    /// The forecast's range.
    pub p10: Option<Timestamp>,
    /// As likely before as after.
    pub p50: Option<Timestamp>,
    /// See `p10`.
    pub p90: Option<Timestamp>,
    /// The next reset, where one was known.
    pub resets_at: Option<Timestamp>,
    /// Present burn in units per hour.
    pub burn: Option<f64>,
    /// When the present burn alone would reach the wall.
    pub at_burn: Option<Timestamp>,
    /// How much history the forecast was made from.
    pub confidence: Option<Confidence>,
    /// Why calls are refused.
    pub cause: Option<Cause>,
    /// What the refusal covers.
    pub scope: Option<Scope>,
    /// Its HTTP status.
    pub status: Option<u16>,
    /// The provider's words, or the poll's error.
    pub message: Option<String>,
    /// When calls may work again, if the provider said so.
    pub retry_at: Option<Timestamp>,
    /// When the refusal was that is told.
    pub refused_at: Option<Timestamp>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// How many polls at least failed in a row.
    pub failures: Option<u32>,
    /// The IANA zone in which times are told.
    pub zone: Option<String>,
}

impl Evidence {
    /// The evidence of an episode; empty where it cannot be read (an older format).
    pub fn of(episode: &Episode) -> Evidence {
        serde_json::from_str(&episode.evidence).unwrap_or_default()
    }

    /// As stored.
    pub(super) fn print(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Takes over what a forecast says.
    pub(super) fn take(&mut self, forecast: &Forecast) {
        (self.burn, self.confidence) = (forecast.burn(), forecast.confidence());
        let lead = self.lead.unwrap_or(LEAD);
        self.within =
            forecast.chance().map(|chance| [30 * MINUTE, 4 * HOUR, lead].map(|ms| chance.within(ms)));
        if let Some(wall) = forecast.wall() {
            (self.p10, self.p50, self.p90) = (Some(wall.p10), Some(wall.p50), wall.p90);
        }
    }

    /// The zone in which times are told; UTC where it is not known here.
    pub(super) fn time_zone(&self) -> jiff::tz::TimeZone {
        let zone = self.zone.as_deref().and_then(|name| jiff::tz::TimeZone::get(name).ok());
        zone.unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// The earliest time worth naming: one chance in ten, or what the present burn alone would reach.
    pub(super) fn earliest(&self) -> Option<Timestamp> {
        self.p10.into_iter().chain(self.at_burn).min()
    }
}

/// Why an episode fired: the rule, its inputs, the forecast's range, the history it was made from; a sentence each.
pub fn why(episode: &Episode) -> Vec<String> {
    let seen = Evidence::of(episode);
    let zone = seen.time_zone();
    let at = |time: Timestamp| words::stamp(time, &zone);
    let mut lines = Vec::new();
    let chance = |index: usize| seen.within.map_or_else(String::new, |within| words::chance(within[index]));
    let asked = |index: usize| seen.likely.map_or_else(String::new, |likely| words::chance(likely[index]));
    lines.push(match (seen.rule.as_str(), episode.severity) {
        ("wall.request", _) => "What is left does not cover two typical requests.".to_owned(),
        ("wall.burn", Severity::Now) => "At the present burn it is gone within 15 minutes.".to_owned(),
        ("wall.burn", _) => "At the present burn it is gone within 2 hours.".to_owned(),
        ("wall.chance", Severity::Now) => {
            format!(
                "The chance that it runs out within 30 minutes is {}; told from {} on.",
                chance(0),
                asked(2)
            )
        }
        ("wall.chance", Severity::Soon) => {
            format!("The chance that it runs out within 4 hours is {}; told from {} on.", chance(1), asked(1))
        }
        ("wall.chance", _) => {
            format!(
                "The chance that it runs out within {} is {}; told from {} on.",
                words::span(seen.lead.unwrap_or(LEAD)),
                chance(2),
                asked(0)
            )
        }
        ("refused.zero", _) => "Nothing is left: the provider refuses calls at this level.".to_owned(),
        ("counted.zero", _) => {
            "Nothing is left by what was counted here; the provider has not said that it refuses calls."
                .to_owned()
        }
        ("refused.seen", _) => match seen.status {
            Some(status) => format!("A call was refused with HTTP status {status}."),
            None => "The provider says that it refuses calls.".to_owned(),
        },
        ("low", _) => format!(
            "What is left is below the amount you set, {}.",
            seen.threshold.map_or_else(String::new, words::amount)
        ),
        ("failing", _) => format!(
            "At least {} polls in a row failed for a reason that does not pass by itself.",
            seen.failures.unwrap_or_default()
        ),
        ("stale", _) => {
            "Every poll failed for six hours, four times at least, for a reason that may pass by itself."
                .to_owned()
        }
        ("expiry", _) => format!(
            "By your word the key expires at {}; told 14, 3 and 1 days before.",
            seen.expires_at.map_or_else(String::new, at)
        ),
        ("reload.missed", _) => format!(
            "What is left has been below {} for an hour, and nothing was added.",
            seen.reload.map_or_else(String::new, |reload| words::amount(reload.level()))
        ),
        ("burst.hour" | "burst.day", _) => {
            let amount = |amount: Option<Amount>| amount.map_or_else(String::new, words::amount);
            let span = if seen.rule == "burst.day" { "today" } else { "within an hour" };
            format!(
                "{} was spent {span}, usual is {}: at least three times that, and beyond 3.5 deviations (median \
                 absolute deviation of the logarithm over 28 days); told from {} an hour on.",
                amount(seen.spent),
                amount(seen.usual),
                amount(seen.threshold)
            )
        }
        ("limit.lowered", _) => seen.limit.map_or_else(
            || "A limit was lowered.".to_owned(),
            |[before, after]| {
                format!("The limit was lowered from {} to {}.", words::amount(before), words::amount(after))
            },
        ),
        ("offline", _) => "No account could be reached: this computer has no connection.".to_owned(),
        _ => "The rule's inputs were not kept.".to_owned(),
    });
    if let Some(message) = seen.message.as_ref().filter(|message| !message.is_empty()) {
        lines.push(if seen.rule == "refused.seen" {
            format!("Its words: “{message}”.")
        } else {
            message.clone()
        });
    }
    if let (Some(reload), true) = (seen.reload, seen.rule.starts_with("wall.")) {
        let said = match reload {
            Reload::Said(_) => "by your word it",
            Reload::Seen { .. } => "by the top-ups of the past it",
        };
        let level = words::amount(reload.level());
        lines.push(format!("Told one step milder: {said} is topped up automatically below {level}."));
    }
    if let Some(left) = seen.headroom {
        let read = seen.read_at.map_or_else(String::new, |read| format!(" at {}", at(read)));
        let reserve = seen.reserve.filter(|reserve| reserve.qty.0 > 0);
        let less = reserve.map_or_else(String::new, |reserve| {
            format!(", after the {} that the provider sets aside for a request", words::amount(reserve))
        });
        lines.push(format!("Left{read}: {}{less}.", words::amount(left)));
    }
    if let (Some(burn), Some(unit)) = (seen.burn.filter(|burn| *burn > 0.0), seen.unit) {
        let reach = seen
            .at_burn
            .map_or_else(String::new, |time| format!("; that alone reaches zero at {}", at(time)));
        lines.push(format!("Present burn: {}{reach}.", words::per_hour(burn, unit)));
    }
    if let (Some(p10), Some(p50)) = (seen.p10, seen.p50) {
        lines.push(match seen.p90 {
            Some(p90) => {
                format!("Forecast: {}; in eight of ten cases between {} and {}.", at(p50), at(p10), at(p90))
            }
            None => format!("Forecast: {}; in nine of ten cases later than {}.", at(p50), at(p10)),
        });
    }
    if let Some(reset) = seen.resets_at {
        lines.push(format!("It starts again at {}; nothing after that counts.", at(reset)));
    }
    if let Some(confidence) = seen.confidence {
        lines.push(
            match confidence {
                Confidence::Low => "Made from less than a day of history, or from one with long gaps.",
                Confidence::Fair => "Made from less than two weeks of history, or from one with gaps.",
                Confidence::Good => "Made from two weeks of history or more.",
            }
            .to_owned(),
        );
    }
    lines
}
