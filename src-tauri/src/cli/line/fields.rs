//! What a template can name.

use super::Chosen;
use crate::api::severity_word;
use crate::api::types::{AccountState, AccountView, ForecastView, MeterView, Overview};
use crate::model::{Amount, MeterKind, Provenance, words};
use jiff::tz::TimeZone;

/// Name and meaning, for `--help`, docs/statusline.md and errors.
pub(super) const ALL: &[(&str, &str)] = &[
    ("account", "the account's id"),
    ("label", "what you call the account"),
    ("meter", "the meter's key"),
    ("name", "what people call the meter"),
    ("left", "what is left: $4.12"),
    ("used", "what was used in this window"),
    ("limit", "the limit, where there is one"),
    ("percent", "what is left as a whole number of 0 to 100"),
    ("burn", "what is spent at present: $1.31/h"),
    ("wall", "when it runs out: today around 16:40; used up"),
    ("in", "how long until then: 5 h"),
    ("early", "one chance in ten that it runs out before this"),
    ("late", "nine chances in ten that it runs out before this"),
    ("chance", "the chance that it runs out before its reset"),
    ("reset", "when it starts again"),
    ("age", "how old the figures are: 4 min"),
    ("state", "fresh, stale, failing, offline, waiting, paused"),
    ("provenance", "reported, derived, anchored, estimated"),
    ("severity", "heads-up, soon, now, refused; missing when nothing is told"),
    ("alerts", "how many alerts are live, of all accounts"),
    ("headline", "the first sentence of `tollwatch status`"),
];

/// A field's value; `None` where it is missing.
pub(super) fn value(name: &str, overview: &Overview, chosen: Chosen<'_>, zone: &TimeZone) -> Option<String> {
    match name {
        "alerts" => return Some(overview.episodes.len().to_string()),
        "headline" => {
            let headline = &overview.headline;
            return Some(format!("{} {}", headline.lead, headline.when).trim_end().to_owned());
        }
        _ => {}
    }
    let (account, meter) = chosen?;
    let now = overview.now;
    let amount = |text: &Option<String>| {
        let qty = meter.unit.parse(text.as_deref()?).ok()?;
        Some(words::amount(Amount::new(qty, meter.unit)))
    };
    let wall = match &meter.forecast {
        ForecastView::Wall { p10, p50, p90, before_reset, .. } if !meter.is_used_up() => {
            Some((*p10, *p50, *p90, *before_reset))
        }
        _ => None,
    };
    match name {
        "account" => Some(account.id.to_string()),
        "label" => Some(account.label.clone()),
        "meter" => Some(meter.key.0.clone()),
        "name" => Some(meter.label.clone()),
        "left" => amount(&meter.headroom),
        "used" => amount(&meter.used),
        "limit" => amount(&meter.limit),
        "percent" => percent(meter).map(|percent| percent.to_string()),
        "burn" => meter.burn.filter(|burn| *burn > 0.0).map(|burn| words::per_hour(burn, meter.unit)),
        "wall" if meter.is_used_up() => Some("used up".to_owned()),
        "wall" => wall.map(|(_, p50, ..)| words::around(p50, now, zone)),
        "in" => wall.map(|(_, p50, ..)| words::span(p50.since(now).max(0))),
        "early" => wall.map(|(p10, ..)| words::roughly(p10, now, zone)),
        "late" => wall.and_then(|(_, _, p90, _)| p90).map(|at| words::roughly(at, now, zone)),
        "chance" => wall.map(|(.., chance)| words::chance(chance)),
        "reset" => meter.resets_at.filter(|at| *at > now).map(|at| words::moment(at, now, zone)),
        "age" => Some(words::span(now.since(meter.read_at))),
        "state" => Some(state(account).to_owned()),
        "provenance" => Some(provenance(meter).to_owned()),
        "severity" => meter.severity.map(|severity| severity_word(severity).to_string()),
        _ => None,
    }
}

/// What is left in whole percent, never rounded up to all or down to nothing.
pub(super) fn percent(meter: &MeterView) -> Option<u8> {
    let share = meter.share?.clamp(0.0, 1.0);
    Some(match (share * 100.0).round() as u8 {
        0 if share > 0.0 => 1,
        100 if share < 1.0 => 99,
        percent => percent,
    })
}

/// How an account does, in a word.
pub(in crate::cli) fn state(account: &AccountView) -> &'static str {
    match account.state {
        AccountState::Waiting => "waiting",
        AccountState::Fresh => "fresh",
        AccountState::Stale => "stale",
        AccountState::Failing => "failing",
        AccountState::Offline => "offline",
        AccountState::Paused => "paused",
    }
}

/// Where a meter's figures come from, in a word.
pub(in crate::cli) fn provenance(meter: &MeterView) -> &'static str {
    match meter.provenance {
        Provenance::Reported => "reported",
        Provenance::Derived => "derived",
        Provenance::Anchored => "anchored",
        Provenance::Estimated => "estimated",
    }
}

/// A rate limit: nothing of it lasts.
pub(super) fn refills(meter: &MeterView) -> bool {
    meter.kind == MeterKind::Rate
}
