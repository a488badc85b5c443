//! x402: a 402 that offers a price for one call. It is no empty account, unless the payer's wallet is said to be empty.
//! Source: coinbase/x402@dd927a26, specs/x402-specification-v1.md and specs/transports-v2/http.md.

use super::seen::Seen;
use super::shorten;
use crate::model::{Cause, Json, Refusal, Scope};
use crate::say;
use base64::Engine;

/// A header of more than this is not looked at.
const LONGEST_HEADER: usize = 16 * 1024;

/// Recognises an offer (version 1 in the body, version 2 in a header) or a failed payment.
pub(super) fn read(seen: &Seen<'_>) -> Option<Refusal> {
    let in_header = |name| decode(seen.header(name)?);
    let paid = in_header("payment-response").or_else(|| in_header("x-payment-response"));
    let reason = paid.as_ref().and_then(|paid| paid.get("errorReason")?.as_str());
    if reason == Some("insufficient_funds") {
        return Some(wallet_empty());
    }
    let stated = seen.body.filter(|body| body.get("x402Version").is_some());
    let header = in_header("payment-required").filter(|offer| offer.get("x402Version").is_some());
    let (offer, rule) = match (&header, stated) {
        (Some(offer), _) => (offer, "any.x402_header"),
        (None, Some(offer)) => (offer, "any.x402"),
        (None, None) => {
            // The header says what it is, even if nobody can read it.
            seen.header("payment-required")?;
            let refusal = Refusal::new(Cause::PaymentChallenge, Scope::Request, "any.x402_header");
            return Some(Refusal { confidence: 90, ..refusal });
        }
    };
    if seen.status.is_some_and(|status| status != 402) {
        return None;
    }
    // Asked again after a payment that failed.
    if offer.get("error").and_then(Json::as_str) == Some("insufficient_funds") {
        return Some(wallet_empty());
    }
    let refusal = Refusal::new(Cause::PaymentChallenge, Scope::Request, rule);
    Some(Refusal { message: shorten(&words(offer)), confidence: 99, ..refusal })
}

fn wallet_empty() -> Refusal {
    let refusal = Refusal::new(Cause::BalanceExhausted, Scope::Organisation, "x402.wallet_empty");
    Refusal { message: say!("offer-wallet"), confidence: 97, ..refusal }
}

/// The first offer as a sentence: amount, asset, network.
fn words(offer: &Json) -> String {
    let field = |name: &str| offer.pointer(&format!("/accepts/0/{name}")).and_then(Json::as_decimal);
    let Some(amount) = field("amount").or_else(|| field("maxAmountRequired")) else {
        return say!("offer-unreadable");
    };
    let network = field("network");
    let asset = field("asset").map_or_else(|| say!("offer-asset"), str::to_owned);
    // USDC has six decimals; of other assets only the contract knows.
    let price = match field("extra/name") {
        Some("USDC" | "USD Coin") => six_decimals(amount),
        _ => None,
    };
    let id = match (price.is_some(), network.is_some()) {
        (true, true) => "offer-price.network",
        (true, false) => "offer-price",
        (false, true) => "offer-units.network",
        (false, false) => "offer-units",
    };
    let (price, network) = (price.unwrap_or_default(), network.unwrap_or_default());
    say!(id, price = price, amount = amount, asset = asset, network = network)
}

/// `10000` → `0.01`.
fn six_decimals(units: &str) -> Option<String> {
    let digits = units.len() <= 30 && !units.is_empty() && units.bytes().all(|byte| byte.is_ascii_digit());
    let padded = digits.then(|| format!("{units:0>7}"))?;
    let (whole, part) = padded.split_at(padded.len() - 6);
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") })
}

fn decode(header: &str) -> Option<Json> {
    let text = header.trim();
    if text.len() > LONGEST_HEADER {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    Json::parse(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atomic_units_of_usdc_are_millionths() {
        for (units, price) in [("10000", "0.01"), ("1", "0.000001"), ("2500000", "2.5"), ("3000000", "3")] {
            assert_eq!(six_decimals(units).as_deref(), Some(price));
        }
        assert_eq!(six_decimals("1e4"), None);
        assert_eq!(six_decimals(""), None);
    }

    #[test]
    fn an_offer_tells_amount_asset_and_network() {
        let words = |offer: &str| words(&Json::parse(offer.as_bytes()).unwrap());
        assert_eq!(
            words(
                r#"{"accepts":[{"network":"base","maxAmountRequired":"25000","asset":"0xA","extra":{"name":"USDC"}}]}"#
            ),
            "0.025 USDC on base for one call (asset 0xA)"
        );
        assert_eq!(
            words(r#"{"accepts":[{"network":"eip155:8453","amount":"7","asset":"0xB"}]}"#),
            "7 of the smallest units of the asset 0xB on eip155:8453 for one call"
        );
        assert_eq!(words(r#"{"accepts":[]}"#), "a payment is asked for, with no offer that can be read");
    }
}
