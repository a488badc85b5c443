//! Prices, exchange rates and amounts in the file: what is wrong with them, if anything.

use super::{MoneyConfig, PriceConfig, Wrong};
use crate::model::{Amount, Currency, Unit};
use crate::say;
use std::collections::BTreeMap;

/// Prices: one currency each, none below zero, each model once (letters of either case are one).
pub(super) fn check_prices(prices: &BTreeMap<String, PriceConfig>) -> Result<(), Wrong> {
    let mut seen = Vec::new();
    for (model, price) in prices {
        let (input, output) = (price.input, price.output);
        let why = if !matches!(input.unit, Unit::Money(_)) {
            say!("config-price-money")
        } else if input.unit != output.unit {
            say!("config-price-units", input = input.unit.to_string(), output = output.unit.to_string())
        } else if input.qty.0 < 0 || output.qty.0 < 0 {
            say!("config-price-negative")
        } else if model.trim().is_empty() || model.trim() != model {
            say!("config-price-name")
        } else if seen.contains(&model.to_lowercase()) {
            say!("config-price-twice")
        } else {
            seen.push(model.to_lowercase());
            continue;
        };
        return Err((vec!["prices".to_owned(), model.clone()], why));
    }
    Ok(())
}

/// Rates: from another currency to the one that sums are shown in, above zero.
pub(super) fn check_rates(money: &MoneyConfig) -> Result<(), Wrong> {
    let path = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    if money.show_in.is_some_and(|unit| !matches!(unit, Unit::Money(_))) {
        return Err((path(&["money", "show_in"]), say!("config-currency")));
    }
    for (code, rate) in &money.rates {
        let why = match money.show_in {
            None => {
                say!("config-rate-base")
            }
            _ if !code.parse::<Currency>().is_ok_and(|currency| currency.code() == code) => {
                say!("config-rate-code")
            }
            Some(unit) if unit.to_string() == *code => say!("config-rate-same"),
            Some(unit) if rate.is.unit != unit => {
                say!("config-rate-unit", given = rate.is.unit.to_string(), shown = unit.to_string())
            }
            _ if rate.is.qty.0 <= 0 => say!("config-rate-zero"),
            _ => continue,
        };
        return Err((path(&["money", "rates", code]), why));
    }
    Ok(())
}

/// What is wrong with an amount below which a provider tops up, if anything.
pub(super) fn wrong_reload(below: Amount) -> Option<String> {
    if !matches!(below.unit, Unit::Money(_) | Unit::Credits) {
        Some(say!("config-reload-unit", unit = below.unit.to_string()))
    } else if below.qty.0 <= 0 {
        Some(say!("config-reload-zero", amount = below.to_string()))
    } else {
        None
    }
}
