//! Which columns each export has, and what they mean. docs/exports.md is written from here.

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What polls read, and where they failed.
    Samples,
    /// Hourly sums of every meter, and costs as the provider bills them.
    Spend,
    /// Alerts with their notices, and refusals.
    Episodes,
    /// Costs in the shape of FOCUS; only out, never in.
    Focus,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Text.
    Text,
    /// A moment.
    Time,
    /// An amount in the row's unit.
    Amount,
    /// A whole number.
    Whole,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub of: Of,
    /// What it means, for the documents.
    pub about: &'static str,
}

const fn column(name: &'static str, of: Of, about: &'static str) -> Column {
    Column { name, of, about }
}

const ACCOUNT: Column = column("account", Of::Text, "the account's id");
const CONNECTOR: Column = column(
    "connector",
    Of::Text,
    "the account's connector, from the config; missing for an account that is no longer there. Not imported",
);
const METER: Column = column("meter", Of::Text, "the meter's key, such as `balance.usd`");
const LABEL: Column = column("label", Of::Text, "what a person calls the meter, as last reported");
const UNIT: Column =
    column("unit", Of::Text, "a currency's code, or `tokens`, `requests`, `credits`, `percent`");
const WINDOW: Column = column(
    "window",
    Of::Text,
    "how the meter starts again, as last reported: `never`, `day`, `week`, `month`, `other`",
);
const METER_KIND: Column =
    column("kind", Of::Text, "the meter's kind: `balance`, `budget`, `quota`, `rate`, `spend`");
const PROVENANCE: Column = column(
    "provenance",
    Of::Text,
    "where the figures come from: `reported`, `derived`, `anchored`, `estimated`; of a meter, as last reported",
);

const SAMPLES: &[Column] = &[
    column("record", Of::Text, "`sample`: what a poll read; `gap`: polls of the account that failed"),
    ACCOUNT,
    CONNECTOR,
    METER,
    METER_KIND,
    LABEL,
    UNIT,
    WINDOW,
    PROVENANCE,
    column("from", Of::Time, "when this was first read, or the first poll that failed"),
    column(
        "until",
        Of::Time,
        "when it was last read unchanged, or the last poll that failed; `from` if only once",
    ),
    column("used", Of::Amount, "used in the window"),
    column("limit", Of::Amount, "the most that can be used in it"),
    column("remaining", Of::Amount, "what was left; debt is negative"),
    column("reserve", Of::Amount, "what the provider sets aside for one request"),
    column("resets_at", Of::Time, "the next reset, as said then"),
    column("polls", Of::Whole, "gap: how many polls failed in a row"),
    column("error", Of::Text, "gap: why, as a word, such as `offline`"),
    column("message", Of::Text, "gap: why, as a sentence"),
];

const SPEND: &[Column] = &[
    column(
        "record",
        Of::Text,
        "`hour`: one UTC hour of a meter; `cost`: what a span of time cost, as the provider bills it",
    ),
    ACCOUNT,
    CONNECTOR,
    METER,
    METER_KIND,
    LABEL,
    UNIT,
    WINDOW,
    PROVENANCE,
    column(
        "by",
        Of::Text,
        "cost: told apart by `all` (not at all), `model`, `key`, `project` or `user`. The same \
     money told apart in two ways is two sets of rows: never add them up",
    ),
    column("name", Of::Text, "cost: which model, key, project or user"),
    column("from", Of::Time, "the first moment of the hour or span"),
    column("until", Of::Time, "the first moment after it"),
    column("spent", Of::Amount, "spent in it; of costs, credits back are negative"),
    column("added", Of::Amount, "hour: topped up in it"),
    column("first", Of::Amount, "hour: headroom at its first poll that said it"),
    column("last", Of::Amount, "hour: headroom at its last one"),
    column("low", Of::Amount, "hour: lowest headroom"),
    column("high", Of::Amount, "hour: highest headroom"),
    column("polls", Of::Whole, "hour: how many polls it stands for"),
];

const EPISODES: &[Column] = &[
    column(
        "record",
        Of::Text,
        "`episode`: an alert; `notice`: one notification of the alert above it; `refusal`",
    ),
    column("number", Of::Whole, "the alert's number, as `tollwatch why` takes it"),
    ACCOUNT,
    METER,
    column("kind", Of::Text, "the rule (`wall`, `refused`, `low`, …); refusal: the cause"),
    column("state", Of::Text, "`pending`, `firing`, `acknowledged`, `snoozed`, `resolved`"),
    column(
        "severity",
        Of::Text,
        "`heads_up`, `soon`, `now`, `refused`: the highest reached; notice: told at",
    ),
    column(
        "began_at",
        Of::Time,
        "when the condition first held; notice: when it was accepted; refusal: when it was",
    ),
    column("seen_at", Of::Time, "when the condition was last seen to hold"),
    column("streak", Of::Whole, "readings in a row for which it has held (or, when it fires, not: negative)"),
    column("fired_at", Of::Time, "when it began to fire"),
    column("resolved_at", Of::Time, "when it ended"),
    column("snoozed_until", Of::Time, "quiet until then"),
    column("told", Of::Text, "the highest severity that was told"),
    column("told_at", Of::Time, "when the last notice was accepted"),
    column("planned_at", Of::Time, "when the last heads-up was accepted"),
    column("warned_at", Of::Time, "when the last notice of something worse was accepted"),
    column("plan_at", Of::Time, "since when a heads-up is wanted"),
    column("warn_at", Of::Time, "since when another warning is wanted"),
    column("channel", Of::Text, "notice: by what it was told"),
    column("title", Of::Text, "the headline as told; refusal: the provider's own words"),
    column("evidence", Of::Text, "what it was told from, as JSON; refusal: the whole refusal, as JSON"),
];

impl Kind {
    /// Every kind, in the order of the documents.
    pub const ALL: [Kind; 4] = [Kind::Samples, Kind::Spend, Kind::Episodes, Kind::Focus];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Samples => "samples",
            Kind::Spend => "spend",
            Kind::Episodes => "episodes",
            Kind::Focus => "focus",
        }
    }

    /// Its columns, in their order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Kind::Samples => SAMPLES,
            Kind::Spend => SPEND,
            Kind::Episodes => EPISODES,
            Kind::Focus => super::focus::COLUMNS,
        }
    }

    /// The kind that has rows of this word in its first column.
    pub(super) fn of_record(word: &str) -> Option<Kind> {
        Some(match word {
            "sample" | "gap" => Kind::Samples,
            "hour" | "cost" => Kind::Spend,
            "episode" | "notice" | "refusal" => Kind::Episodes,
            _ => return None,
        })
    }
}
