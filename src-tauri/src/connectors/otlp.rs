//! What programs push to this Tollwatch by OpenTelemetry (`otlp/`): tokens by model at list price or the user's own, and
//! the costs that a program works out itself. Estimates all: a provider bills what it bills. Asks nobody.

use super::costs::Costs;
use super::fields::{finish, month_start, spend};
use super::month::{month, utc_month};
use super::{Connector, ConnectorKind, MeterSpec, OptionSpec, Spec, option};
use crate::http::Http;
use crate::model::{
    Account, Amount, By, DAY, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty, Reading,
    Timestamp, Unit, Usage, Window,
};
use crate::pricing::{self, Price};
use std::collections::BTreeSet;

/// The connector.
pub(super) struct Otlp;

static SPEC: Spec = Spec {
    id: "otlp",
    name: "OpenTelemetry",
    kind: ConnectorKind::Generic,
    about: "Estimates from GenAI metrics that your programs push to Tollwatch by OTLP.",
    // What a poll opens, and never asks.
    base_url: Some("http://127.0.0.1"),
    options: &[
        OptionSpec::new(
            "service",
            "Service",
            "Only what this program pushed, by its service.name; all of them if missing.",
            "claude-code",
        ),
        OptionSpec::new(
            "provider",
            "Provider",
            "Only what was used of this provider, by gen_ai.provider.name; all of them if missing.",
            "openai",
        ),
    ],
    meters: &[
        MeterSpec::new("spend.month.*", "spent this month", MeterKind::Spend, ""),
        MeterSpec::new("budget.month", "your budget this month", MeterKind::Budget, ""),
        MeterSpec::new("tokens.month", "tokens this month", MeterKind::Spend, ""),
    ],
    docs_url: "https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/",
    pushed: true,
    interval: MINUTE,
    ..Spec::DEFAULT
};

/// How many names one sentence has.
const NAMED: usize = 5;

/// Names of providers by the conventions that the price list has otherwise.
const LISTED: [(&str, &str); 4] =
    [("gcp.gemini", "google"), ("mistral_ai", "mistral"), ("x_ai", "xai"), ("moonshot_ai", "moonshot")];

#[async_trait::async_trait]
impl Connector for Otlp {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, _: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let wanted = Wanted { service: option(account, "service")?, provider: option(account, "provider")? };
        let mine: Vec<&Usage> = account.received.usage.iter().filter(|usage| wanted.has(usage)).collect();
        let mut polled = Polled::default();
        for why in account.received.uncounted.keys() {
            polled.problems.push(PollError::malformed(why.sentence()));
        }
        if mine.is_empty() {
            // Nobody failed: programs that are silent are no reason for an alert.
            polled.problems.insert(0, PollError::new(PollErrorKind::NotFound, nothing(account)));
            return Ok(polled);
        }
        let (mut money, mut tokens) = (Costs::default(), Costs::default());
        let mut unpriced = BTreeSet::new();
        for usage in mine {
            let span = (usage.day, usage.day + DAY);
            let by = [(By::Model, usage.model.as_str()), (By::Project, usage.service.as_str())];
            let by: Vec<(By, &str)> = by.into_iter().filter(|(_, name)| !name.is_empty()).collect();
            let all =
                [usage.input, usage.output, usage.counted].into_iter().try_fold(0_i64, i64::checked_add);
            let all = all.ok_or_else(|| PollError::malformed("a sum of tokens does not fit"))?;
            if all > 0 {
                tokens.add(span, Amount::new(Qty(all), Unit::Tokens), Provenance::Derived, &by)?;
            }
            if let Some(cost) = usage.cost {
                money.add(span, Amount::new(cost, Unit::USD), Provenance::Estimated, &by)?;
            }
            if usage.input > 0 || usage.output > 0 {
                match price(usage, account).and_then(|price| price.cost(usage.input, usage.output)) {
                    Some(cost) => money.add(span, cost, Provenance::Estimated, &by)?,
                    None => drop(unpriced.insert(named(usage))),
                }
            }
        }
        let as_of = account.received.last;
        let estimated = |reading: Reading| Reading { provenance: Provenance::Estimated, as_of, ..reading };
        polled
            .readings
            .extend(month(&this_month(&money, now)?, account, utc_month(now)).into_iter().map(estimated));
        let used = tokens.of(By::All, "", Unit::Tokens, month_start(now)).unwrap_or(Qty(0));
        let reading = spend("tokens.month", "tokens this month", Unit::Tokens, used, Window::Month, now);
        polled.readings.push(Reading { as_of, ..reading });
        polled.costs = money.with(tokens).into_rows();
        if !unpriced.is_empty() {
            polled.problems.push(PollError::new(PollErrorKind::NotFound, without_price(&unpriced)));
        }
        finish(polled)
    }
}

/// What was spent this month, in each unit of the days that are kept: nothing yet is zero, once the month has turned.
fn this_month(money: &Costs, now: Timestamp) -> Result<Costs, PollError> {
    let start = month_start(now);
    let (units, spent) = (money.totals(Timestamp(0)), money.totals(start));
    let mut whole = Costs::default();
    for unit in units.into_keys() {
        let amount = Amount::new(spent.get(&unit).copied().unwrap_or(Qty(0)), unit);
        whole.add((start, start + DAY), amount, Provenance::Estimated, &[])?;
    }
    Ok(whole)
}

/// What the account's options ask for.
struct Wanted {
    service: Option<String>,
    provider: Option<String>,
}

impl Wanted {
    fn has(&self, usage: &Usage) -> bool {
        let fits = |wanted: &Option<String>, name: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(name))
        };
        fits(&self.service, &usage.service) && fits(&self.provider, &usage.provider)
    }
}

fn nothing(account: &Account) -> &'static str {
    if account.received.last.is_none() {
        "nothing was pushed yet: let your programs send OTLP metrics to the address of `tollwatch serve`"
    } else {
        "nothing that was pushed is of this service and provider"
    }
}

/// The model as the price list and the user's own prices name it: with its provider, where the program says one.
fn named(usage: &Usage) -> String {
    let provider = usage.provider.to_lowercase();
    let provider =
        LISTED.iter().find(|(name, _)| *name == provider).map_or(provider.as_str(), |(_, listed)| listed);
    match (provider, usage.model.as_str()) {
        ("", "") => "a model without a name".to_owned(),
        ("", model) => model.to_owned(),
        (provider, "") => provider.to_owned(),
        (provider, model) => format!("{provider}/{model}"),
    }
}

/// The price of a usage's model. A figure without a model has none.
fn price(usage: &Usage, account: &Account) -> Option<Price> {
    if usage.model.is_empty() { None } else { pricing::find(&named(usage), &account.prices) }
}

fn without_price(models: &BTreeSet<String>) -> String {
    let names: Vec<&str> = models.iter().take(NAMED).map(String::as_str).collect();
    let names = names.join(", ");
    match models.len().saturating_sub(NAMED) {
        0 => format!("no price is known of {names}: the tokens are counted, their cost is not in the sums"),
        more => format!(
            "no price is known of {names} and {more} more: the tokens are counted, their cost is not in the sums"
        ),
    }
}
