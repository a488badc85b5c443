//! Costs in the shape of FOCUS, the FinOps Open Cost and Usage Specification, version 1.3 (Cost and Usage dataset,
//! <https://focus.finops.org/focus-specification/>): what is known of each charge, and null for what is not.

use super::walk::Walk;
use super::{Cell, Column, ExportError, Of, encode};
use crate::model::{AccountId, By, Cost, HOUR, Meter, MeterKind, Provenance, Qty, Timestamp, Unit, Window};
use crate::store::PAGE;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Of what an account's costs are told apart by, the first that there is: the same money is never told twice.
const BEST: [By; 5] = [By::Model, By::Key, By::Project, By::User, By::All];

const fn column(name: &'static str, of: Of, about: &'static str) -> Column {
    Column { name, of, about }
}

/// In the order of the alphabet, as the specification has them; our own behind.
pub(super) const COLUMNS: &[Column] = &[
    column("BilledCost", Of::Amount, "what it cost; credits back are negative"),
    column("BillingAccountId", Of::Text, "the account's id here: the provider's own is not known"),
    column(
        "BillingAccountName",
        Of::Text,
        "what you call the account; null when it is not configured any more",
    ),
    column("BillingCurrency", Of::Text, "the currency, ISO 4217"),
    column("BillingPeriodEnd", Of::Time, "the next month's first moment, UTC"),
    column("BillingPeriodStart", Of::Time, "the month's first moment, UTC: when providers bill is not known"),
    column("ChargeCategory", Of::Text, "`Usage`, always: what is known is what was used up"),
    column("ChargeClass", Of::Text, "null: no correction of an invoiced charge is told from usage"),
    column("ChargeDescription", Of::Text, "of what it is, in words"),
    column("ChargeFrequency", Of::Text, "`Usage-Based`"),
    column("ChargePeriodEnd", Of::Time, "the first moment after the span"),
    column("ChargePeriodStart", Of::Time, "the first moment of the span: a provider's bucket, or a UTC hour"),
    column(
        "ConsumedQuantity",
        Of::Amount,
        "tokens or requests of the same span and name, where the provider says them",
    ),
    column("ConsumedUnit", Of::Text, "`Tokens` or `Requests`"),
    column("ContractedCost", Of::Amount, "as BilledCost: contracted prices are not known"),
    column("EffectiveCost", Of::Amount, "as BilledCost: there are no commitments to spread"),
    column("HostProviderName", Of::Text, "as ServiceProviderName: who hosts it is not known"),
    column("InvoiceIssuerName", Of::Text, "the connector's name: the gateway or provider that is paid"),
    column("ListCost", Of::Amount, "as BilledCost: list prices are not known for each charge"),
    column("PricingQuantity", Of::Amount, "null: not known"),
    column("PricingUnit", Of::Text, "null: not known"),
    column("ProviderName", Of::Text, "as ServiceProviderName; deprecated since 1.3"),
    column("PublisherName", Of::Text, "as ServiceProviderName; deprecated since 1.3"),
    column("ResourceId", Of::Text, "the key, where costs are told apart by key"),
    column("ServiceCategory", Of::Text, "`AI and Machine Learning`"),
    column("ServiceName", Of::Text, "the connector's name"),
    column(
        "ServiceProviderName",
        Of::Text,
        "the connector's name; null when the account is not configured any more",
    ),
    column("ServiceSubcategory", Of::Text, "`Generative AI`"),
    column("SkuId", Of::Text, "the model or line item, where costs are told apart by model"),
    column("SubAccountId", Of::Text, "the project, where costs are told apart by project"),
    column("SubAccountName", Of::Text, "the same"),
    column("Tags", Of::Text, "JSON: `tollwatch/provenance`, and the model, key, project, user or meter"),
    column("x_Connector", Of::Text, "the connector's id"),
    column("x_Provenance", Of::Text, "`reported`, `derived`, `anchored` or `estimated`"),
];

/// One charge.
struct Charge<'a> {
    amount: Qty,
    unit: Unit,
    span: (Timestamp, Timestamp),
    /// What it is told apart by, as a word, and its name.
    on: (&'static str, &'a str),
    used: Option<&'a Cost>,
    provenance: Provenance,
}

/// An account's charges: its costs where the provider says them, else the hours of one meter for each currency.
pub(super) fn walk(walk: &mut Walk<'_>, account: &AccountId) -> Result<(), ExportError> {
    let kinds = walk.store.cost_kinds(account)?;
    for by in BEST.into_iter().filter(|by| kinds.contains(by)) {
        if costs(walk, account, by)? > 0 {
            return Ok(());
        }
    }
    hours(walk, account)
}

fn costs(walk: &mut Walk<'_>, account: &AccountId, by: By) -> Result<u64, ExportError> {
    let before = walk.rows;
    let range = (walk.ask.from, walk.ask.to);
    let mut after: Option<Cost> = None;
    let mut alike: Vec<Cost> = Vec::new();
    loop {
        let page = walk.store.cost_page(account, range, after.as_ref())?;
        let full = page.len() == PAGE;
        after = page.last().cloned();
        for cost in page.into_iter().filter(|cost| cost.by == by) {
            let same = |one: &Cost| (one.start, one.end, &one.name) == (cost.start, cost.end, &cost.name);
            if !alike.first().is_none_or(same) {
                charges(walk, account, &alike)?;
                alike.clear();
            }
            alike.push(cost);
        }
        if !full {
            charges(walk, account, &alike)?;
            return Ok(walk.rows - before);
        }
    }
}

/// Costs of one span and name, in several units: money is charged, and what was used of the rest stands beside it.
fn charges(walk: &mut Walk<'_>, account: &AccountId, alike: &[Cost]) -> Result<(), ExportError> {
    let money = |cost: &&Cost| matches!(cost.unit, Unit::Money(_));
    let counted = |unit| alike.iter().find(|cost| cost.unit == unit);
    // Which of two currencies the tokens were paid in is not known.
    let used = match alike.iter().filter(money).count() {
        1 => counted(Unit::Tokens).or_else(|| counted(Unit::Requests)),
        _ => None,
    };
    for cost in alike.iter().filter(money) {
        let on = match cost.by {
            By::All => "",
            By::Model => "model",
            By::Key => "key",
            By::Project => "project",
            By::User => "user",
        };
        let span = (cost.start, cost.end);
        let (amount, unit, provenance) = (cost.amount, cost.unit, cost.provenance);
        charge(walk, account, &Charge { amount, unit, span, on: (on, &cost.name), used, provenance })?;
    }
    Ok(())
}

fn hours(walk: &mut Walk<'_>, account: &AccountId) -> Result<(), ExportError> {
    // As in the sums of the overview: a spend meter that the provider reports, else a spend meter, else the first.
    let rank = |meter: &Meter| match (meter.kind, meter.provenance) {
        (MeterKind::Spend, Provenance::Reported) => 0,
        (MeterKind::Spend, _) => 1,
        _ => 2,
    };
    let mut counted: BTreeMap<Unit, Meter> = BTreeMap::new();
    let mut meters = walk.store.meters(Some(account))?;
    meters.retain(|meter| matches!(meter.unit, Unit::Money(_)));
    for meter in meters {
        let better = counted.get(&meter.unit).is_none_or(|kept| rank(&meter) < rank(kept));
        if better {
            counted.insert(meter.unit, meter);
        }
    }
    for meter in counted.into_values() {
        let mut at = walk.ask.from;
        loop {
            let page = walk.store.hour_page(meter.id, at, walk.ask.to)?;
            for hour in page.iter().filter(|hour| hour.spent != Qty(0)) {
                let (amount, unit, span) = (hour.spent, meter.unit, (hour.at, hour.at + HOUR));
                // An hour's sum is worked out from two readings, unless those were estimates themselves.
                let provenance = meter.provenance.max(Provenance::Derived);
                let on = ("meter", meter.key.0.as_str());
                charge(walk, account, &Charge { amount, unit, span, on, used: None, provenance })?;
            }
            match page.last() {
                Some(last) if page.len() == PAGE => at = last.at + 1,
                _ => break,
            }
        }
    }
    Ok(())
}

fn charge(walk: &mut Walk<'_>, account: &AccountId, charge: &Charge<'_>) -> Result<(), ExportError> {
    let (word, name) = charge.on;
    let of = |wanted: &str| if word == wanted { Cell::given(name) } else { Cell::Missing };
    let named = walk.names.get(account);
    let provider = named.map_or(Cell::Missing, |named| Cell::given(&named.provider));
    let month = charge.span.0.month_floor();
    let cost = Cell::qty(Some(charge.amount), charge.unit);
    let provenance = encode::word(&charge.provenance);
    let mut tags = BTreeMap::from([("tollwatch/provenance".to_owned(), provenance.as_str())]);
    if !name.is_empty() {
        tags.insert(format!("tollwatch/{word}"), name);
    }
    let tags = serde_json::to_string(&tags).map_err(std::io::Error::from)?;
    let about = match (word, name) {
        ("", _) => format!("all of {account}"),
        (word, "") => format!("{word} that is not named, of {account}"),
        (word, name) => format!("{word} {name} of {account}"),
    };
    let quantity = charge.used.map_or(Cell::Missing, |used| Cell::qty(Some(used.amount), used.unit));
    let unit = charge.used.map(|used| if used.unit == Unit::Tokens { "Tokens" } else { "Requests" });
    let row = [
        cost.clone(),
        Cell::text(account.as_str()),
        named.map_or(Cell::Missing, |named| Cell::given(&named.label)),
        Cell::Text(Cow::Owned(charge.unit.to_string())),
        Cell::time(Window::Month.next(charge.span.0)),
        Cell::Time(month),
        Cell::text("Usage"),
        Cell::Missing,
        Cell::Text(Cow::Owned(about)),
        Cell::text("Usage-Based"),
        Cell::Time(charge.span.1),
        Cell::Time(charge.span.0),
        quantity,
        Cell::maybe(unit),
        cost.clone(),
        cost.clone(),
        provider.clone(),
        provider.clone(),
        cost,
        Cell::Missing,
        Cell::Missing,
        provider.clone(),
        provider.clone(),
        of("key"),
        Cell::text("AI and Machine Learning"),
        provider.clone(),
        provider,
        Cell::text("Generative AI"),
        of("model"),
        of("project"),
        of("project"),
        Cell::text(&tags),
        named.map_or(Cell::Missing, |named| Cell::given(&named.connector)),
        Cell::text(&provenance),
    ];
    Ok(walk.put(&row)?)
}
