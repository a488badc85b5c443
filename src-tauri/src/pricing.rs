//! model → list price; the prices are data in `data/prices.json`, which `scripts/prices` writes, with their source and
//! date. The user's own prices come first.

use crate::model::{Amount, OwnPrices, Qty, Timestamp, Unit};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
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
    /// When the price was read from its source; `None` when it is the user's own.
    pub as_of: Option<Timestamp>,
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
struct File {
    #[allow(dead_code, reason = "for readers of the file")]
    source: String,
    #[allow(dead_code, reason = "for readers of the file")]
    version: String,
    /// The day on which the source was read.
    as_of: jiff::civil::Date,
    currency: String,
    /// Other names under which gateways know a provider of the table.
    aliases: HashMap<String, String>,
    /// `provider/model` to input and output: decimal text, per million tokens.
    models: BTreeMap<String, (String, String)>,
}

/// The list prices, by `provider/model` and by the model's name alone.
struct Table {
    by_provider: HashMap<String, Price>,
    aliases: HashMap<String, String>,
    /// `None` where two providers ask different prices for a model of one name.
    by_name: HashMap<String, Option<Price>>,
}

static TABLE: LazyLock<Option<Table>> = LazyLock::new(read);

fn read() -> Option<Table> {
    let file: File = serde_json::from_str(include_str!("../../data/prices.json")).ok()?;
    let unit: Unit = file.currency.parse().ok()?;
    let as_of = file.as_of.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let as_of = Some(Timestamp(as_of.timestamp().as_millisecond()));
    let mut table = Table { by_provider: HashMap::new(), aliases: file.aliases, by_name: HashMap::new() };
    for (name, (input, output)) in file.models {
        let amount = |text: &str| Some(Amount::new(unit.parse(text).ok()?, unit));
        let price = Price { input: amount(&input)?, output: amount(&output)?, as_of };
        let bare = name.rsplit('/').next().unwrap_or_default().to_owned();
        let known = table.by_name.entry(bare).or_insert_with(|| Some(price.clone()));
        if known.as_ref() != Some(&price) {
            *known = None;
        }
        table.by_provider.insert(name, price);
    }
    Some(table)
}

/// The price of a model by the name a gateway uses: the user's own, else the list price. `provider/model` is looked up
/// as such, also behind a gateway's name (`openrouter/openai/gpt-4o`); a bare name only where every provider that sells
/// it asks the same. A date behind the name, or `-latest`, is tolerated when the whole name is not known. `None`: not
/// known; never a guess from a similar name, from another provider, or from a variant (`:free`).
pub fn find(model: &str, own: &OwnPrices) -> Option<Price> {
    let name = model.trim().to_lowercase();
    let bare = name.rsplit('/').next().unwrap_or_default();
    if let Some((input, output)) = own.get(&name).or_else(|| own.get(bare)) {
        return Some(Price { input: *input, output: *output, as_of: None });
    }
    let table = TABLE.as_ref()?;
    table.find(&name).or_else(|| table.find(undated(&name)?)).cloned()
}

impl Table {
    fn find(&self, name: &str) -> Option<&Price> {
        if !name.contains('/') {
            return self.by_name.get(name)?.as_ref();
        }
        // Every tail that still names a provider, the longest first.
        let starts = std::iter::once(0).chain(name.match_indices('/').map(|(at, _)| at + 1));
        let mut tails = starts.filter_map(|at| name.get(at..)?.split_once('/'));
        tails.find_map(|(provider, model)| {
            let provider = self.aliases.get(provider).map_or(provider, String::as_str);
            self.by_provider.get(&format!("{provider}/{model}"))
        })
    }
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

    fn listed(model: &str) -> Option<String> {
        find(model, &OwnPrices::new()).map(|price| format!("{} in, {} out", price.input, price.output))
    }

    #[test]
    fn the_table_is_whole() {
        let table = read().unwrap();
        assert!(table.by_provider.len() >= 250, "{}", table.by_provider.len());
        let fits = |price: &Price| price.input.qty.0 > 0 && price.output.qty >= price.input.qty;
        assert!(table.by_provider.values().all(fits));
        assert!(include_str!("../../data/prices.json").len() < 100 * 1024);
    }

    /// Checked by hand against what the providers' price pages say, as quoted by others than our source:
    /// developers.openai.com/api/docs/pricing, platform.claude.com/docs/en/about-claude/pricing,
    /// ai.google.dev/gemini-api/docs/pricing, api-docs.deepseek.com/quick_start/pricing (peak hours). Standard tier,
    /// first step, per million tokens.
    #[test]
    fn well_known_prices_are_those_of_the_price_pages() {
        for (model, input, output) in [
            ("openai/gpt-4o", "2.5", "10"),
            ("openai/gpt-4o-mini", "0.15", "0.6"),
            ("openai/gpt-4.1", "2", "8"),
            ("openai/gpt-5-mini", "0.25", "2"),
            ("openai/gpt-5.2", "1.75", "14"),
            ("openai/gpt-5.3-codex", "1.75", "14"),
            ("anthropic/claude-opus-4-5", "5", "25"),
            ("anthropic/claude-opus-5-5", "4", "20"),
            ("anthropic/claude-sonnet-4-5", "3", "15"),
            ("anthropic/claude-haiku-4-5", "1", "5"),
            ("google/gemini-2.5-pro", "1.25", "10"),
            ("google/gemini-2.5-flash", "0.3", "2.5"),
            ("google/gemini-2.5-flash-lite", "0.1", "0.4"),
            ("deepseek/deepseek-v4-pro", "1.32", "3.96"),
        ] {
            assert_eq!(listed(model), Some(format!("{input} USD in, {output} USD out")), "{model}");
        }
    }

    #[test]
    fn names_are_matched_without_gateway_and_date() {
        let base = listed("gpt-4o");
        for name in [
            "openai/gpt-4o",
            "GPT-4o",
            "openrouter/openai/gpt-4o",
            "gpt-4o-latest",
            "gpt-4o-20240806",
            "gpt-4o-2024-08-06",
        ] {
            assert_eq!(listed(name), base, "{name}");
        }
        // That snapshot had a price of its own.
        assert_eq!(listed("gpt-4o-2024-05-13").as_deref(), Some("5 USD in, 15 USD out"));
        assert_eq!(listed("gemini/gemini-2.5-pro"), listed("google/gemini-2.5-pro"));
    }

    #[test]
    fn nothing_is_guessed() {
        for name in
            ["", "/", "gpt-4o-but-ours", "local/llama", "-2024-08-06", "azure/gpt-4o", "openai/gpt-4o:free"]
        {
            assert_eq!(listed(name), None, "{name}");
        }
        // Two providers sell it at two prices.
        assert_eq!(listed("gpt-oss-120b"), None);
        assert_ne!(listed("groq/openai/gpt-oss-120b"), listed("cerebras/gpt-oss-120b"));
        assert!(listed("cerebras/gpt-oss-120b").is_some());
    }

    #[test]
    fn the_users_own_price_comes_first() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let own = OwnPrices::from([
            ("gpt-4o".to_owned(), (amount("1 EUR"), amount("2 EUR"))),
            ("local/llama".to_owned(), (amount("0.1 USD"), amount("0.2 USD"))),
        ]);
        let price = find("openai/GPT-4o", &own).unwrap();
        assert_eq!((price.input, price.as_of), (amount("1 EUR"), None));
        assert_eq!(price.cost(1_000_000, 500_000), Some(amount("2 EUR")));
        assert_eq!(find("local/llama", &own).unwrap().output, amount("0.2 USD"));
        assert_eq!(find("llama", &own), None);
    }

    #[test]
    fn a_cost_is_exact() {
        let price = find("gpt-4o", &OwnPrices::new()).unwrap();
        // 10 × 2.50 / 10⁶ + 20 × 10 / 10⁶ = 0.000225
        assert_eq!(price.cost(10, 20).unwrap().to_string(), "0.000225 USD");
        assert_eq!(price.cost(i64::MAX, i64::MAX), None);
    }
}
