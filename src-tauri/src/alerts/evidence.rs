//! What fired an episode, kept with it as JSON: enough to tell it, and to answer "why did you wake me".

use super::LEAD;
use crate::forecast::{Confidence, Forecast};
use crate::model::{
    Amount, Cause, Episode, HOUR, MINUTE, MeterKind, Reload, Scope, Severity, Timestamp, Unit, words,
};
use crate::say;
use serde::{Deserialize, Serialize};

/// The inputs of a rule at the last reading at which its condition held. Facts, not sentences, so that they can be said
/// in any language; only `message` is text, as the provider or the poll worded it then.
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

/// Why an episode fired: the rule, its inputs, the forecast's range, the history it was made from; a sentence each, in
/// the language that is spoken now.
pub fn why(episode: &Episode) -> Vec<String> {
    let seen = Evidence::of(episode);
    let zone = seen.time_zone();
    let at = |time: Timestamp| words::stamp(time, &zone);
    let mut lines = vec![rule(&seen, episode.severity, &at)];
    if let Some(message) = seen.message.as_deref().filter(|message| !message.is_empty()) {
        lines.push(match seen.rule.as_str() {
            "refused.seen" => say!("why-quoted", words = message),
            _ => message.to_owned(),
        });
    }
    if let (Some(reload), true) = (seen.reload, seen.rule.starts_with("wall.")) {
        let level = words::amount(reload.level());
        lines.push(match reload {
            Reload::Said(_) => say!("why-milder-said", level = level),
            Reload::Seen { .. } => say!("why-milder-seen", level = level),
        });
    }
    if let Some(left) = seen.headroom.map(words::amount) {
        let reserve = seen.reserve.filter(|reserve| reserve.qty.0 > 0).map(words::amount);
        lines.push(match (seen.read_at.map(at), reserve) {
            (Some(read), Some(reserve)) => {
                say!("why-left.reserve", read = read, left = left, reserve = reserve)
            }
            (Some(read), None) => say!("why-left.read", read = read, left = left),
            (None, _) => say!("why-left", left = left),
        });
    }
    if let (Some(burn), Some(unit)) = (seen.burn.filter(|burn| *burn > 0.0), seen.unit) {
        let rate = words::per_hour(burn, unit);
        lines.push(match seen.at_burn {
            Some(reach) => say!("why-burn.reach", rate = rate, moment = at(reach)),
            None => say!("why-burn", rate = rate),
        });
    }
    if let (Some(p10), Some(p50)) = (seen.p10.map(at), seen.p50.map(at)) {
        lines.push(match seen.p90.map(at) {
            Some(p90) => say!("why-forecast", p50 = p50, p10 = p10, p90 = p90),
            None => say!("why-forecast.open", p50 = p50, p10 = p10),
        });
    }
    if let Some(reset) = seen.resets_at {
        lines.push(say!("why-reset", moment = at(reset)));
    }
    if let Some(confidence) = seen.confidence {
        lines.push(match confidence {
            Confidence::Low => say!("why-history-low"),
            Confidence::Fair => say!("why-history-fair"),
            Confidence::Good => say!("why-history-good"),
        });
    }
    lines
}

/// What the rule saw, in a sentence.
fn rule(seen: &Evidence, severity: Severity, at: &dyn Fn(Timestamp) -> String) -> String {
    let chance = |index: usize| seen.within.map_or_else(String::new, |within| words::chance(within[index]));
    let asked = |index: usize| seen.likely.map_or_else(String::new, |likely| words::chance(likely[index]));
    let amount = |amount: Option<Amount>| amount.map_or_else(String::new, words::amount);
    match (seen.rule.as_str(), severity) {
        ("wall.request", _) => say!("why-request"),
        ("wall.burn", Severity::Now) => say!("why-burn-now"),
        ("wall.burn", _) => say!("why-burn-soon"),
        ("wall.chance", Severity::Now) => say!("why-chance-now", chance = chance(0), asked = asked(2)),
        ("wall.chance", Severity::Soon) => say!("why-chance-soon", chance = chance(1), asked = asked(1)),
        ("wall.chance", _) => {
            let span = words::span(seen.lead.unwrap_or(LEAD));
            say!("why-chance-plan", span = span, chance = chance(2), asked = asked(0))
        }
        ("refused.zero", _) => say!("why-zero"),
        ("counted.zero", _) => say!("why-counted"),
        ("refused.seen", _) => match seen.status {
            Some(status) => say!("why-refused.status", status = status.to_string()),
            None => say!("why-refused"),
        },
        ("low", _) => say!("why-low", amount = amount(seen.threshold)),
        ("failing", _) => say!("why-failing", count = seen.failures.unwrap_or_default()),
        ("stale", _) => say!("why-stale"),
        ("expiry", _) => say!("why-expiry", moment = seen.expires_at.map_or_else(String::new, at)),
        ("reload.missed", _) => say!("why-reload", below = amount(seen.reload.map(|reload| reload.level()))),
        ("burst.hour", _) => {
            let (spent, usual, least) = (amount(seen.spent), amount(seen.usual), amount(seen.threshold));
            say!("why-burst-hour", spent = spent, usual = usual, least = least)
        }
        ("burst.day", _) => {
            let (spent, usual, least) = (amount(seen.spent), amount(seen.usual), amount(seen.threshold));
            say!("why-burst-day", spent = spent, usual = usual, least = least)
        }
        ("limit.lowered", _) => match seen.limit.map(|limit| limit.map(words::amount)) {
            Some([before, after]) => say!("why-lowered.amounts", before = before, after = after),
            None => say!("why-lowered"),
        },
        ("offline", _) => say!("why-offline"),
        _ => say!("why-lost"),
    }
}
