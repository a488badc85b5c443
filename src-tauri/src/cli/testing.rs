//! A screen made by hand, for tests of what is drawn from one.

use super::line;
use crate::api::types::{AccountState, AccountView, EpisodeView, ForecastView, MeterView, Overview};
use crate::forecast::Confidence;
use crate::model::{
    AccountId, EpisodeKind, EpisodeState, HOUR, MINUTE, MeterKey, MeterKind, Provenance, Severity, Timestamp,
    Unit, Window,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Saturday 2026-11-21, 12:32 in UTC.
pub(super) const NOW: Timestamp = Timestamp(1_795_264_320_000);

/// A balance of $4.12 of $25 at most, read 4 minutes ago, burning $1.31 an hour, without a forecast.
pub(super) fn meter(key: &str, label: &str) -> MeterView {
    MeterView {
        key: MeterKey::new(key),
        kind: MeterKind::Balance,
        label: label.to_owned(),
        unit: Unit::USD,
        used: None,
        limit: None,
        remaining: Some("4.12".to_owned()),
        headroom: Some("4.12".to_owned()),
        share: Some(0.1648),
        window: Window::Never,
        resets_at: None,
        resets: Vec::new(),
        reload: None,
        provenance: Provenance::Reported,
        read_at: NOW + -4 * MINUTE,
        burn: Some(1.316),
        forecast: ForecastView::Unknown { reason: "no history yet".to_owned() },
        severity: None,
        trend: (0..48).map(|step| Some(8.0 - f64::from(step) / 12.0)).collect(),
    }
}

/// A wall in so many hours, from 8 hours before to 48 after.
pub(super) fn wall(hours: i64) -> ForecastView {
    let at = |hours: i64| NOW + hours * HOUR;
    ForecastView::Wall {
        p10: at((hours - 8).max(0)),
        p50: at(hours),
        p90: Some(at(hours + 48)),
        before_reset: 1.0,
        confidence: Confidence::Good,
    }
}

/// An account that answers.
pub(super) fn account(id: &str, label: &str, meters: Vec<MeterView>) -> AccountView {
    AccountView {
        id: AccountId::new(id).unwrap(),
        label: label.to_owned(),
        connector: "http_json".to_owned(),
        connector_name: "JSON endpoint".to_owned(),
        base_url: String::new(),
        state: AccountState::Fresh,
        last_good_at: Some(NOW + -4 * MINUTE),
        next_poll_at: None,
        interval: 5 * MINUTE,
        problem: None,
        partial: Vec::new(),
        meters,
        top_up_url: None,
        secrets: BTreeMap::new(),
    }
}

/// A live alert.
pub(super) fn alert(severity: Severity, title: &str) -> EpisodeView {
    EpisodeView {
        id: 7,
        account: Some(AccountId::new("ci").unwrap()),
        account_label: Some("ci".to_owned()),
        meter: Some(MeterKey::new("balance.usd")),
        kind: EpisodeKind::Wall,
        state: EpisodeState::Firing,
        severity,
        title: title.to_owned(),
        began_at: NOW + -HOUR,
        resolved_at: None,
        snoozed_until: None,
        told_at: None,
        refused_at: None,
        why: Vec::new(),
    }
}

/// These accounts on a screen.
pub(super) fn overview(accounts: Vec<AccountView>) -> Overview {
    Overview { accounts, ..line::nothing(NOW, &TimeZone::UTC) }
}
