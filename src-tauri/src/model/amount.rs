//! Exact amounts: whole numbers of a unit's smallest step. No float on the way, no two units mixed.

use crate::say;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Decimal places kept for money, credits and percent: nano-units.
const NANO_DIGITS: u32 = 9;

/// An ISO 4217 code, such as `USD`: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// United States dollar.
    pub const USD: Currency = Currency(*b"USD");
    /// Chinese yuan.
    pub const CNY: Currency = Currency(*b"CNY");
    /// Euro.
    pub const EUR: Currency = Currency(*b"EUR");

    /// The code as text.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl FromStr for Currency {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let upper = text.trim().to_ascii_uppercase();
        match <[u8; 3]>::try_from(upper.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Currency(code)),
            _ => Err(AmountError::Unit(shorten(text))),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// What an amount counts. Its text form is a currency code, or `tokens`, `requests`, `credits`, `percent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS)]
#[ts(type = "string")]
pub enum Unit {
    /// Money, in nano-units of the currency (10⁻⁹): ±9.2 × 10⁹ units fit.
    Money(Currency),
    /// Tokens, whole.
    Tokens,
    /// Requests, whole.
    Requests,
    /// Provider credits or points, in nano-credits.
    Credits,
    /// Percent of a window, in nano-percent.
    Percent,
}

impl Unit {
    /// US dollars.
    pub const USD: Unit = Unit::Money(Currency::USD);

    /// Decimal places of the smallest step: 9 for money, credits and percent, 0 for counts.
    pub fn digits(self) -> u32 {
        match self {
            Unit::Money(_) | Unit::Credits | Unit::Percent => NANO_DIGITS,
            Unit::Tokens | Unit::Requests => 0,
        }
    }

    /// Smallest steps in one whole unit.
    pub fn scale(self) -> i64 {
        10_i64.pow(self.digits())
    }

    /// Reads a decimal as written by a provider: `12.34`, `-0.5`, `1e-7`. Digits below the smallest step are
    /// rounded half away from zero (a float's tail, as in `0.00022500000000000002`). Nothing else is accepted:
    /// no thousands separators, no NaN, no currency sign.
    pub fn parse(self, text: &str) -> Result<Qty, AmountError> {
        decimal(text, self.digits()).map(Qty)
    }

    /// As [`Unit::parse`], for a figure that is given in the unit's hundredth (cents).
    pub fn parse_cents(self, text: &str) -> Result<Qty, AmountError> {
        decimal(text, self.digits().saturating_sub(2)).map(Qty)
    }

    /// Writes a quantity exactly, without trailing zeros: `4.12`, `-0.5`, `61586`.
    pub fn print(self, qty: Qty) -> String {
        let (scale, digits) = (self.scale() as u64, self.digits() as usize);
        let sign = if qty.0 < 0 { "-" } else { "" };
        let (whole, part) = (qty.0.unsigned_abs() / scale, qty.0.unsigned_abs() % scale);
        if part == 0 {
            return format!("{sign}{whole}");
        }
        let part = format!("{part:0digits$}");
        format!("{sign}{whole}.{}", part.trim_end_matches('0'))
    }

    /// The quantity as a float, for drawing and for statistics; never for money that is stored or compared.
    pub fn to_f64(self, qty: Qty) -> f64 {
        qty.0 as f64 / self.scale() as f64
    }
}

impl FromStr for Unit {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Self, AmountError> {
        Ok(match text {
            "tokens" => Unit::Tokens,
            "requests" => Unit::Requests,
            "credits" => Unit::Credits,
            "percent" => Unit::Percent,
            code => Unit::Money(code.parse()?),
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Unit::Money(currency) => currency.code(),
            Unit::Tokens => "tokens",
            Unit::Requests => "requests",
            Unit::Credits => "credits",
            Unit::Percent => "percent",
        })
    }
}

impl Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Unit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Unit".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A currency code such as USD, or tokens, requests, credits, percent."
        })
    }
}

/// A number of a unit's smallest steps. Its unit stands beside it, in the reading or meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Qty(pub i64);

impl Qty {
    /// The sum, or `None` beyond what fits.
    pub fn checked_add(self, other: Qty) -> Option<Qty> {
        self.0.checked_add(other.0).map(Qty)
    }

    /// The difference, or `None` beyond what fits.
    pub fn checked_sub(self, other: Qty) -> Option<Qty> {
        self.0.checked_sub(other.0).map(Qty)
    }
}

/// A quantity with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// How much.
    pub qty: Qty,
    /// Of what.
    pub unit: Unit,
}

impl Amount {
    /// `qty` of `unit`.
    pub fn new(qty: Qty, unit: Unit) -> Self {
        Amount { qty, unit }
    }

    /// The sum; an error when the units differ or the sum does not fit.
    pub fn plus(self, other: Amount) -> Result<Amount, AmountError> {
        if self.unit != other.unit {
            return Err(AmountError::Units(self.unit, other.unit));
        }
        let qty = self.qty.checked_add(other.qty).ok_or_else(|| AmountError::Range(other.to_string()))?;
        Ok(Amount { qty, unit: self.unit })
    }

    /// What it is worth when one whole unit of it is worth `rate`: in the rate's unit, rounded to its smallest step,
    /// half away from zero. `None` beyond what fits.
    pub fn worth(self, rate: Amount) -> Option<Amount> {
        let (product, scale) =
            (i128::from(self.qty.0) * i128::from(rate.qty.0), i128::from(self.unit.scale()));
        let half = if product < 0 { -scale / 2 } else { scale / 2 };
        Some(Amount { qty: Qty(i64::try_from((product + half) / scale).ok()?), unit: rate.unit })
    }
}

impl fmt::Display for Amount {
    /// Exact, unit behind: `4.12 USD`, `61586 tokens`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.unit.print(self.qty), self.unit)
    }
}

impl FromStr for Amount {
    type Err = AmountError;
    /// Reads what [`Amount`]'s `Display` writes; the space may be missing: `2USD`.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let split = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let unit: Unit = unit.trim().parse()?;
        Ok(Amount { qty: unit.parse(number.trim())?, unit })
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a figure could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// Not a decimal number.
    Number(String),
    /// Larger than what is stored.
    Range(String),
    /// Not a unit that we know.
    Unit(String),
    /// Two units in one sum.
    Units(Unit, Unit),
}

impl std::error::Error for AmountError {}

impl fmt::Display for AmountError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&match self {
            AmountError::Number(text) => say!("amount-unread", text = text.as_str()),
            AmountError::Range(text) => say!("amount-range", text = text.as_str()),
            AmountError::Unit(text) => say!("amount-no-unit", text = text.as_str()),
            AmountError::Units(one, other) => {
                say!("amount-two-units", one = one.to_string(), other = other.to_string())
            }
        })
    }
}

/// Reads a decimal into whole steps of 10^-digits.
fn decimal(text: &str, digits: u32) -> Result<i64, AmountError> {
    let bad = || AmountError::Number(shorten(text));
    let range = || AmountError::Range(shorten(text));
    let (mantissa, exponent) = match text.trim().split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| bad())?),
        None => (text.trim(), 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && part.is_empty()
        || !(whole.bytes().chain(part.bytes())).all(|byte| byte.is_ascii_digit())
    {
        return Err(bad());
    }
    // value = 0.d₁d₂d₃… × 10^point, in steps: keep `point + digits` digits and round by the next one.
    let all = whole.bytes().chain(part.bytes()).skip_while(|byte| *byte == b'0');
    let leading = whole.bytes().chain(part.bytes()).take_while(|byte| *byte == b'0').count();
    let keep = whole.len() as i64 - leading as i64 + i64::from(exponent) + i64::from(digits);
    let mut steps: i128 = 0;
    let mut seen = 0_i64;
    for byte in all {
        if seen < keep {
            steps = steps.checked_mul(10).ok_or_else(range)? + i128::from(byte - b'0');
            if steps > i128::from(i64::MAX) {
                return Err(range());
            }
        } else {
            if seen == keep && byte >= b'5' {
                steps += 1;
            }
            break;
        }
        seen += 1;
    }
    // Zeros that an exponent or a short fraction leaves out.
    while steps != 0 && seen < keep {
        steps *= 10;
        seen += 1;
        if steps > i128::from(i64::MAX) {
            return Err(range());
        }
    }
    i64::try_from(if negative { -steps } else { steps }).map_err(|_| range())
}

/// Untrusted text, cut so that an error message stays a sentence.
fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn money_is_read_to_the_nano_unit() {
        let usd = |text| Unit::USD.parse(text).map(|qty| qty.0);
        assert_eq!(usd("12.34"), Ok(12_340_000_000));
        assert_eq!(usd("-0.5"), Ok(-500_000_000));
        assert_eq!(usd("0.00022500000000000002"), Ok(225_000));
        assert_eq!(usd("1e-7"), Ok(100));
        assert_eq!(usd("1.5E+3"), Ok(1_500_000_000_000));
        assert_eq!(usd("0.0000000005"), Ok(1), "half a nano rounds away from zero");
        assert_eq!(usd("0.00000000049"), Ok(0));
        assert_eq!(usd("9.99999999951"), Ok(10_000_000_000));
        assert_eq!(usd("000.10"), Ok(100_000_000));
        assert_eq!(usd(".5"), Ok(500_000_000));
        assert_eq!(usd("0"), Ok(0));
        assert_eq!(usd("1e-99999"), Ok(0));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "NaN", "Infinity", "1,000.00", "$5", "1 2", "0x10", "1e", "--1"] {
            assert!(matches!(Unit::USD.parse(text), Err(AmountError::Number(_))), "{text}");
        }
        for text in ["9223372037", "1e999999999", "99999999999999999999999999"] {
            assert!(matches!(Unit::USD.parse(text), Err(AmountError::Range(_))), "{text}");
        }
    }

    #[test]
    fn units_are_never_mixed() {
        let usd: Amount = "2USD".parse().unwrap();
        let cny: Amount = "2 CNY".parse().unwrap();
        assert!(matches!(usd.plus(cny), Err(AmountError::Units(..))));
        assert_eq!(usd.plus(usd).unwrap().to_string(), "4 USD");
        assert_eq!("61586 tokens".parse::<Amount>().unwrap().qty, Qty(61_586));
        assert!("5 dollars".parse::<Amount>().is_err());
        assert_eq!(Unit::USD.parse_cents("1234"), Ok(Qty(12_340_000_000)));
    }

    #[test]
    fn a_worth_is_exact_and_rounds_half_away_from_zero() {
        let worth = |amount: &str, rate: &str| {
            let worth = amount.parse::<Amount>().unwrap().worth(rate.parse().unwrap());
            worth.map(|worth| worth.to_string())
        };
        assert_eq!(worth("62.5 CNY", "0.14 USD").as_deref(), Some("8.75 USD"));
        assert_eq!(worth("0.000000001 CNY", "0.5 USD").as_deref(), Some("0.000000001 USD"));
        assert_eq!(worth("-0.000000001 CNY", "0.5 USD").as_deref(), Some("-0.000000001 USD"));
        assert_eq!(worth("0.000000001 CNY", "0.49 USD").as_deref(), Some("0 USD"));
        assert_eq!(worth("9000000000 EUR", "1.1 USD"), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(steps in any::<i64>()) {
            for unit in [Unit::USD, Unit::Tokens] {
                prop_assume!(steps != i64::MIN);
                prop_assert_eq!(unit.parse(&unit.print(Qty(steps))), Ok(Qty(steps)));
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "[-+0-9.eE]{0,30}") {
            let _ = Unit::USD.parse(&text);
        }
    }
}
