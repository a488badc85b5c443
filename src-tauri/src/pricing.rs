//! model → list price; the prices are data in `data/prices.json`, each with its source and the date it was read.

use crate::model::{Amount, Qty, Timestamp, Unit};
use serde::Deserialize;
use std::sync::LazyLock;

/// Tokens that a list price is for.
const PER: i128 = 1_000_000;

/// A model's list price per million tokens, with its source's date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Input, per million tokens.
    pub input: Amount,
    /// Output, per million tokens.
    pub output: Amount,
    /// When the price was read from its source.
    pub as_of: Timestamp,
}

impl Price {
    /// What so many tokens cost, rounded to the smallest step. `None` beyond what fits, or if the units differ.
    pub fn cost(&self, input: i64, output: i64) -> Option<Amount> {
        let part = |amount: Amount, tokens: i64| {
            let steps = i128::from(amount.qty.0).checked_mul(i128::from(tokens))?;
            i64::try_from((steps + PER / 2).div_euclid(PER)).ok()
        };
        let total = part(self.input, input)?.checked_add(part(self.output, output)?)?;
        (self.input.unit == self.output.unit).then(|| Amount::new(Qty(total), self.input.unit))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[allow(dead_code, reason = "for readers of the file")]
    source: String,
    /// RFC 3339 date and time on which the source was read.
    as_of: String,
    currency: String,
    models: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    model: String,
    /// Decimal text, per million tokens.
    input: String,
    output: String,
}

static PRICES: LazyLock<Vec<(String, Price)>> = LazyLock::new(|| read().unwrap_or_default());

fn read() -> Option<Vec<(String, Price)>> {
    let table: Table = serde_json::from_str(include_str!("../../data/prices.json")).ok()?;
    let unit: Unit = table.currency.parse().ok()?;
    let as_of = Timestamp::parse_rfc3339(&table.as_of)?;
    let price = |entry: Entry| {
        let amount = |text: &str| Some(Amount::new(unit.parse(text).ok()?, unit));
        Some((entry.model, Price { input: amount(&entry.input)?, output: amount(&entry.output)?, as_of }))
    };
    table.models.into_iter().map(price).collect()
}

/// The list price of a model by the name a gateway uses (`provider/model`, dated suffixes tolerated). `None`: not
/// known; never a guess from a similar name.
pub fn find(model: &str) -> Option<Price> {
    let lower = model.trim().to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default();
    let exact = |name: &str| PRICES.iter().find(|(known, _)| known == name).map(|(_, price)| price.clone());
    exact(name).or_else(|| exact(undated(name)?))
}

/// The name without a date behind it: `-2024-08-06`, `-20250514`, `-latest`.
fn undated(name: &str) -> Option<&str> {
    if let Some(stem) = name.strip_suffix("-latest") {
        return Some(stem);
    }
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let (stem, last) = name.rsplit_once('-')?;
    if digits(last, 8) {
        return Some(stem);
    }
    let (stem, month) = stem.rsplit_once('-').filter(|_| digits(last, 2))?;
    let (stem, year) = stem.rsplit_once('-').filter(|_| digits(month, 2))?;
    digits(year, 4).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let prices = read().unwrap();
        assert!(prices.len() >= 15);
        assert!(prices.iter().all(|(_, price)| price.input.qty.0 > 0 && price.output.qty >= price.input.qty));
    }

    #[test]
    fn names_are_matched_without_prefix_and_date() {
        let base = find("gpt-4o").unwrap();
        // The provider's price page: 2.50 and 10.00 USD per million tokens.
        assert_eq!((base.input.to_string(), base.output.to_string()), ("2.5 USD".into(), "10 USD".into()));
        for name in
            ["openai/gpt-4o", "GPT-4o", "openrouter/openai/gpt-4o", "gpt-4o-latest", "gpt-4o-20240806"]
        {
            assert_eq!(find(name), Some(base.clone()), "{name}");
        }
        assert_eq!(find("gpt-4o-2024-08-06"), Some(base));
        for name in ["", "gpt-4o-but-ours", "local/llama", "-2024-08-06"] {
            assert_eq!(find(name), None, "{name}");
        }
    }

    #[test]
    fn a_cost_is_exact() {
        // 10 × 2.50 / 10⁶ + 20 × 10 / 10⁶ = 0.000225
        assert_eq!(find("gpt-4o").unwrap().cost(10, 20).unwrap().to_string(), "0.000225 USD");
        assert_eq!(find("gpt-4o").unwrap().cost(i64::MAX, i64::MAX), None);
    }
}
