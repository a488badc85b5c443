//! Whether so many tokens on a model can be paid for.

use super::answers::{Affordable, Money, Payer, Paying, Priced, data};
use super::{figures, moment};
use crate::api::{Afford, AffordMeter, ApiError, StoreView, afford_of_store};
use crate::cli::guard::decision::{Asked, Decision, Known, decide};
use crate::cli::guard::{DEFAULTS, sentence};
use crate::config::{AccountConfig, Config};
use crate::model::{AccountId, Amount, OwnPrices, Qty, SECOND, Timestamp, Unit, words};
use crate::monitor::Clock;
use crate::pricing;

/// How many.
#[derive(Clone, Copy)]
pub(super) struct Tokens {
    /// Sent.
    pub(super) input: i64,
    /// Come back.
    pub(super) output: i64,
}

/// Answers over the accounts. Money counts at the user's own or the list price, and tokens against quotas of tokens; an
/// account whose meters are in neither is `unknown`. Of several accounts that differ it cannot be said which pays.
pub(super) fn afford(
    source: Option<&StoreView>,
    config: &Config,
    ids: &[AccountId],
    model: &str,
    tokens: Tokens,
) -> Result<Affordable, ApiError> {
    let own: OwnPrices = ids
        .iter()
        .filter_map(|id| config.accounts.get(id))
        .next()
        .map(|account| account.prices.as_ref().clone())
        .unwrap_or_default();
    let price = pricing::find(model, &own);
    let cost = price.as_ref().and_then(|price| price.cost(tokens.input, tokens.output));
    let mut accounts = Vec::new();
    if let Some(source) = source {
        for id in ids {
            let Some(account) = config.accounts.get(id) else { continue };
            accounts.push(payer(source, id, account, cost, tokens)?);
        }
    }
    let now = source.map_or_else(|| Clock::Real.now(), |source| source.now);
    let (answer, why) = together(&accounts);
    let money =
        |amount: Amount| Money { amount: amount.unit.print(amount.qty), unit: amount.unit.to_string() };
    let model = data(model);
    let costs = match cost {
        Some(cost) => format!("{} + {} tokens on {model} cost {cost}.", tokens.input, tokens.output),
        None if price.is_some() => format!("What that many tokens on {model} cost cannot be counted."),
        None => format!("No price of {model} is known, and none is guessed."),
    };
    Ok(Affordable {
        sentence: format!("{} {costs} {why}", said(&answer)),
        answer,
        now: moment(now),
        cost: cost.map(money),
        price: price.map(|price| Priced {
            input: money(price.input),
            output: money(price.output),
            source: if price.as_of.is_some() { "list" } else { "own" }.to_owned(),
            as_of: price.as_of.map(moment),
        }),
        accounts,
    })
}

/// The answer over all accounts, and why in words.
fn together(accounts: &[Payer]) -> (String, String) {
    let all = |answer: &str| accounts.iter().all(|one| one.answer == answer);
    match accounts {
        [] => ("unknown".to_owned(), "No account has figures yet.".to_owned()),
        [one] => (one.answer.clone(), one.reason.clone()),
        [first, ..] if all(&first.answer) => {
            let reasons: Vec<&str> = accounts.iter().map(|one| one.reason.as_str()).collect();
            (first.answer.clone(), data(&reasons.join(" ")))
        }
        _ => {
            let each: Vec<String> =
                accounts.iter().map(|one| format!("{}: {}", one.account, one.answer)).collect();
            ("unknown".to_owned(), format!("It depends on the account ({}); name one.", each.join(", ")))
        }
    }
}

/// One account's answer.
fn payer(
    source: &StoreView,
    id: &AccountId,
    account: &AccountConfig,
    cost: Option<Amount>,
    tokens: Tokens,
) -> Result<Payer, ApiError> {
    let in_tokens = Amount::new(Qty(tokens.input.saturating_add(tokens.output)), Unit::Tokens);
    let mut answers: Vec<(&str, String)> = Vec::new();
    let mut meters = Vec::new();
    let mut units = Vec::new();
    for need in cost.into_iter().chain([in_tokens]) {
        let known = afford_of_store(source, id, account, need, None, DEFAULTS.0)?;
        units.clone_from(&known.units);
        if known.meters.is_empty() {
            continue;
        }
        answers.push(answer(id, need, &known, source.now));
        meters.extend(known.meters.iter().map(|meter| paying(meter, source.now)));
    }
    let money = |unit: &Unit| matches!(unit, Unit::Money(_));
    let paid_in_money = units.iter().any(money);
    let worst = |word: &str| answers.iter().find(|(answer, _)| *answer == word).cloned();
    let (answer, reason) = match (worst("no"), worst("unknown"), answers.first().cloned()) {
        (Some(no), ..) => no,
        (None, Some(unknown), _) => unknown,
        // Enough tokens say nothing of the money beside them.
        (None, None, Some(_)) if cost.is_none() && paid_in_money => {
            ("unknown", format!("What it costs {id} is not known."))
        }
        (None, None, Some(yes)) => yes,
        (None, None, None) if units.is_empty() => ("unknown", format!("{id} has no figures yet.")),
        (None, None, None) => {
            let units = words::list(units.iter().map(ToString::to_string));
            ("unknown", format!("{id} counts in {units}, and nothing is converted."))
        }
    };
    Ok(Payer { account: id.to_string(), answer: answer.to_owned(), reason: data(&reason), meters })
}

/// By the rules of `tollwatch guard` with its defaults; without a forecast what is left alone decides.
fn answer(id: &AccountId, need: Amount, known: &Afford, now: Timestamp) -> (&'static str, String) {
    let asked = Asked { need, within: DEFAULTS.0, max_age: DEFAULTS.1 };
    let of = |meter: &AffordMeter| Known {
        key: meter.view.key.0.clone(),
        headroom: meter.headroom,
        age: now.since(meter.view.read_at),
        burn: meter.view.burn,
        chance: Ok(meter.chance.unwrap_or(0.0)),
    };
    let meters: Vec<Known> = known.meters.iter().map(of).collect();
    let decision = decide(&asked, known.state, &meters);
    let problem = known.problem.as_ref().map(|problem| problem.message.as_str());
    let word = match decision {
        Decision::Run { .. } => "yes",
        Decision::Refused { .. } => "no",
        Decision::Unknown(_) => "unknown",
    };
    (word, sentence(&decision, id, &asked, problem))
}

fn paying(meter: &AffordMeter, now: Timestamp) -> Paying {
    let unit = meter.view.unit;
    let used_up = meter.left.is_some_and(|left| left <= Qty(0));
    Paying {
        meter: data(&meter.view.key.0),
        unit: unit.to_string(),
        left: meter.headroom.map(|qty| unit.print(qty)),
        left_after: meter.left.map(|qty| unit.print(qty)),
        age_seconds: now.since(meter.view.read_at) / SECOND,
        forecast_with_it: figures::forecast(&meter.after, used_up),
    }
}

/// The answer before its sentences.
fn said(answer: &str) -> &'static str {
    match answer {
        "yes" => "Yes.",
        "no" => "No.",
        _ => "It is not known.",
    }
}
