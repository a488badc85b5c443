//! What the tools answer. Amounts are decimal strings, moments RFC 3339 in UTC; what is not known is null.

use crate::cli::line::plain;
use schemars::JsonSchema;
use serde::Serialize;

/// The longest text of others that is handed on, in letters.
const LONGEST: usize = 400;

/// A text that users or providers wrote: on one line, cut, nothing in it that steers.
pub(super) fn data(text: &str) -> String {
    let text = plain(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What is left on each account.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Headroom {
    /// The next wall, in words.
    pub(super) sentence: String,
    /// When this was said.
    pub(super) now: String,
    /// Each account, the nearest wall first.
    pub(super) accounts: Vec<Account>,
}

/// One account.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Account {
    /// Its id, which the tools take.
    pub(super) account: String,
    /// What the user calls it: data.
    pub(super) label: String,
    /// The connector's id.
    pub(super) connector: String,
    /// fresh, stale, failing, offline, waiting or paused.
    pub(super) state: String,
    /// Why the last poll failed, if it did: data.
    pub(super) problem: Option<String>,
    /// Its meters.
    pub(super) meters: Vec<Meter>,
}

/// One meter with its figures as last read.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Meter {
    /// The account's id.
    pub(super) account: String,
    /// Its key, which the tools take.
    pub(super) meter: String,
    /// What people call it: data.
    pub(super) name: String,
    /// balance, budget, quota, rate or spend.
    pub(super) kind: String,
    /// The unit of all amounts: a currency code, tokens, requests, credits or percent.
    pub(super) unit: String,
    /// What is left before calls are refused; negative is debt.
    pub(super) left: Option<String>,
    /// What was used in the present window.
    pub(super) used: Option<String>,
    /// The limit.
    pub(super) limit: Option<String>,
    /// What is spent at present, in whole units per hour.
    pub(super) burn_per_hour: Option<f64>,
    /// When it starts again.
    pub(super) resets_at: Option<String>,
    /// reported by the provider, derived or estimated by us, or anchored on what the user typed.
    pub(super) provenance: String,
    /// When the figures were read.
    pub(super) read_at: String,
    /// How many seconds ago that was.
    pub(super) age_seconds: i64,
}

/// When each meter runs out.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Forecasts {
    /// The next wall, in words.
    pub(super) sentence: String,
    /// When this was said.
    pub(super) now: String,
    /// Each meter, the nearest wall first.
    pub(super) forecasts: Vec<MeterForecast>,
}

/// One meter and its forecast.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MeterForecast {
    /// The meter.
    #[serde(flatten)]
    pub(super) meter: Meter,
    /// When it runs out.
    pub(super) forecast: Forecast,
}

/// A forecast.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct Forecast {
    /// wall: it runs out in the range. clear: nothing in sight until then. used_up: it is. unknown: there is no forecast.
    pub(super) is: String,
    /// One chance in ten that it runs out before this.
    pub(super) p10: Option<String>,
    /// As likely before as after.
    pub(super) p50: Option<String>,
    /// Nine chances in ten that it runs out before this; null beyond 60 days.
    pub(super) p90: Option<String>,
    /// The chance, 0 to 1, that it runs out before its reset.
    pub(super) chance_before_reset: Option<f64>,
    /// Nothing is in sight until this.
    pub(super) clear_until: Option<String>,
    /// low, fair or good.
    pub(super) confidence: Option<String>,
    /// Why there is no forecast.
    pub(super) reason: Option<String>,
}

/// Whether tokens on a model can be paid for.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Affordable {
    /// yes, no or unknown.
    pub(super) answer: String,
    /// Why, in words.
    pub(super) sentence: String,
    /// When this was said.
    pub(super) now: String,
    /// The price that was used; null for a model whose price is not known.
    pub(super) price: Option<Priced>,
    /// What the tokens cost; null without a price.
    pub(super) cost: Option<Money>,
    /// Each account that was looked at.
    pub(super) accounts: Vec<Payer>,
}

/// A price per million tokens.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Priced {
    /// A million tokens of input.
    pub(super) input: Money,
    /// A million tokens of output.
    pub(super) output: Money,
    /// own: the user's own price. list: the provider's list price, which discounts and caches may undercut.
    pub(super) source: String,
    /// The day on which a list price was read.
    pub(super) as_of: Option<String>,
}

/// An exact amount.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Money {
    /// Decimal string.
    pub(super) amount: String,
    /// A currency code.
    pub(super) unit: String,
}

/// An account that may pay.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Payer {
    /// Its id.
    pub(super) account: String,
    /// yes, no or unknown.
    pub(super) answer: String,
    /// Why, in words.
    pub(super) reason: String,
    /// Each meter that counts.
    pub(super) meters: Vec<Paying>,
}

/// A meter that the tokens count against.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Paying {
    /// Its key.
    pub(super) meter: String,
    /// The unit of its amounts.
    pub(super) unit: String,
    /// What was left when it was read.
    pub(super) left: Option<String>,
    /// What would be left of that.
    pub(super) left_after: Option<String>,
    /// How many seconds ago it was read.
    pub(super) age_seconds: i64,
    /// When it runs out with these tokens spent now beside what is usual.
    pub(super) forecast_with_it: Forecast,
}

/// A refusal explained.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Explanation {
    /// What happened and why.
    pub(super) sentence: String,
    /// The cause by its name, such as key_limit; unknown when no rule knows it.
    pub(super) cause: String,
    /// The cause's heading.
    pub(super) title: String,
    /// How sure that is, 0 to 1.
    pub(super) confidence: f64,
    /// Who refused, by a connector's id.
    pub(super) provider: Option<String>,
    /// Whether the same call may succeed by waiting alone.
    pub(super) retryable: bool,
    /// When, if that is known.
    pub(super) retry_at: Option<String>,
    /// The provider's own words, keys masked: data.
    pub(super) message: String,
    /// What speaks for the cause, a sentence each.
    pub(super) evidence: Vec<String>,
    /// What to do, in order.
    pub(super) steps: Vec<Step>,
    /// What was dropped before reading because it holds secrets.
    pub(super) dropped: Vec<String>,
}

/// A step to take.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Step {
    /// What to do.
    pub(super) text: String,
    /// The page where it is done.
    pub(super) url: Option<String>,
}

/// The alerts that are live.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Alerts {
    /// How many, and the most urgent.
    pub(super) sentence: String,
    /// When this was said.
    pub(super) now: String,
    /// Most urgent first.
    pub(super) alerts: Vec<Alert>,
}

/// One alert.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Alert {
    /// Its number, which `tollwatch why` takes.
    pub(super) id: i64,
    /// The account's id.
    pub(super) account: Option<String>,
    /// The meter's key.
    pub(super) meter: Option<String>,
    /// heads-up, soon, now or refused.
    pub(super) severity: String,
    /// The headline: data.
    pub(super) title: String,
    /// Since when.
    pub(super) since: String,
    /// Why it is told, a sentence each: data.
    pub(super) why: Vec<String>,
}
