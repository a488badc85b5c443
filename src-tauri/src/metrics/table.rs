//! Every family: name, unit, labels and meaning. docs/metrics.md is written from it.

use super::Kind;

/// What is to be known of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// As [`super::Family::name`].
    pub name: &'static str,
    /// As [`super::Family::unit`].
    pub unit: Option<&'static str>,
    /// Gauge or counter.
    pub kind: Kind,
    /// The labels that a point may have.
    pub labels: &'static [&'static str],
    /// One sentence.
    pub help: &'static str,
    /// When there is none, and what else is to be known; for the document.
    pub more: &'static str,
}

impl About {
    /// The name as it stands in a query: with its unit, and `_total` for a counter.
    pub fn query(&self) -> String {
        let unit = self.unit.map(|unit| format!("_{unit}")).unwrap_or_default();
        let total = if self.kind == Kind::Counter { "_total" } else { "" };
        format!("{}{unit}{total}", self.name)
    }
}

/// The families' places in [`TABLE`].
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    Headroom,
    Used,
    Limit,
    Remaining,
    Spend,
    Burn,
    Wall,
    BeforeReset,
    Read,
    State,
    LastGood,
    Age,
    Polls,
    Refusals,
    Episodes,
    Fired,
    Told,
    Untold,
    LeftOut,
    Build,
    Process,
}

const METER: &[&str] = &["account", "connector", "meter", "kind", "unit"];
const RULE: &[&str] = &["rule", "severity"];

const fn gauge(
    name: &'static str,
    unit: Option<&'static str>,
    labels: &'static [&'static str],
    help: &'static str,
    more: &'static str,
) -> About {
    About { name, unit, kind: Kind::Gauge, labels, help, more }
}

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    more: &'static str,
) -> About {
    About { name, unit: None, kind: Kind::Counter, labels, help, more }
}

/// Every family, in the order of [`At`].
pub const TABLE: [About; 21] = [
    gauge(
        "tollwatch_headroom",
        None,
        METER,
        "What is left before calls are refused: remaining less what the provider sets aside for one request.",
        "Debt is negative. Absent when the provider says neither what is left nor use and limit.",
    ),
    gauge("tollwatch_used", None, METER, "Used so far in the present window.", "Absent when not said."),
    gauge(
        "tollwatch_limit",
        None,
        METER,
        "The most that can be used in the window.",
        "Absent when not said: a prepaid balance has none.",
    ),
    gauge(
        "tollwatch_remaining",
        None,
        METER,
        "What is left, as the provider says it or as limit less use.",
        "Debt is negative. Absent when neither is said.",
    ),
    counter(
        "tollwatch_spend",
        METER,
        "Spent since Tollwatch started, at least, as far as two readings tell.",
        "A top-up or a reset is no negative spend. Its first growth covers the time since the last reading of an \
         earlier run. Meters of one account overlap (a key's limit inside a balance): never add them up. Absent for \
         rate limits.",
    ),
    gauge(
        "tollwatch_burn",
        Some("per_second"),
        METER,
        "What is spent per second at present, over the last hour or so, in the unit of the label unit.",
        "Multiply by 3600 for an hour. Absent without a forecast.",
    ),
    gauge(
        "tollwatch_wall",
        Some("seconds"),
        &["account", "connector", "meter", "kind", "unit", "chance"],
        "Seconds until the wall, by forecast: with this chance it comes before.",
        "`chance` is 0.1, 0.5 or 0.9 (`quantile` is kept for summaries). 0 once the headroom is gone. Absent when no wall is in sight before the reset \
         or within 60 days, and when nothing can be forecast; 0.9 alone is absent when it lies beyond.",
    ),
    gauge(
        "tollwatch_wall_before_reset",
        Some("ratio"),
        METER,
        "The chance that the wall comes before the reset, 0 to 1.",
        "Where there is no reset: 1 when a wall is in sight, else the chance within 60 days. Absent without a forecast.",
    ),
    gauge(
        "tollwatch_read_timestamp",
        Some("seconds"),
        METER,
        "When the meter's figures were last read, in seconds since 1970.",
        "",
    ),
    gauge(
        "tollwatch_account_state",
        None,
        &["account", "connector", "state"],
        "How the account does: 1 for its present state, 0 for the others.",
        "`state` is `waiting` (not polled yet), `fresh`, `stale` (the last good poll is older than three intervals), \
         `failing`, `offline` or `paused`.",
    ),
    gauge(
        "tollwatch_last_good_poll_timestamp",
        Some("seconds"),
        &["account", "connector"],
        "When a poll of the account was last good, in seconds since 1970.",
        "Absent before the first one since the start.",
    ),
    gauge(
        "tollwatch_last_good_poll_age",
        Some("seconds"),
        &["account", "connector"],
        "How long ago a poll of the account was last good, in seconds.",
        "The same by Tollwatch's own clock, for where clocks differ.",
    ),
    counter(
        "tollwatch_polls",
        &["account", "connector", "result"],
        "Polls since Tollwatch started, by how they ended.",
        "`result` is `good`, or why it failed: `credentials`, `keychain`, `offline`, `unreachable`, `rate_limited`, \
         `provider`, `malformed`, `not_found`, `config`, `refused`. Failures are there once they were seen.",
    ),
    counter(
        "tollwatch_refusals",
        &["account", "connector", "cause"],
        "Refusals seen since Tollwatch started, by cause.",
        "`cause` is one of those in [refusals.md](refusals.md). There once it was seen. What a provider only states \
         counts once in six hours.",
    ),
    gauge(
        "tollwatch_episodes",
        None,
        &["account", "connector", "meter", "rule", "severity", "state"],
        "Alerts of Tollwatch that are not over.",
        "`rule` is `wall`, `refused`, `low`, `failing`, `stale`, `offline`, `reload`, `burst`, `change` or `expiry`; \
         `severity` is `heads_up`, `soon`, `now` or `refused`; `state` is `pending`, `firing`, `acknowledged` or \
         `snoozed`. Without `meter` it concerns the whole account, without `account` the machine.",
    ),
    counter(
        "tollwatch_episodes_fired",
        RULE,
        "Alerts that began to fire since Tollwatch started.",
        "With the severity at which they began.",
    ),
    counter("tollwatch_notices", RULE, "Notices that a channel accepted since Tollwatch started.", ""),
    counter(
        "tollwatch_notices_not_accepted",
        &[],
        "Tellings that no channel accepted since Tollwatch started; they are tried again.",
        "",
    ),
    gauge(
        "tollwatch_series_left_out",
        None,
        &[],
        "Series that were left out of this page, because there are too many.",
        "See the bounds below. It also counts private accounts while they cannot be tagged, as one each.",
    ),
    gauge("tollwatch_build_info", None, &["version"], "1, with the version of Tollwatch.", ""),
    gauge(
        "process_start_time",
        Some("seconds"),
        &[],
        "When Tollwatch started, in seconds since 1970.",
        "The name is that of the Prometheus client libraries.",
    ),
];
