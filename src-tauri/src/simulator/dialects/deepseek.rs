//! DeepSeek: GET /user/balance of its API reference, and its 402.

use super::completion;
use crate::model::Timestamp;
use crate::simulator::world::{SimAccount, SimAnswer, SimRequest};
use serde_json::json;

/// Nano-units in a hundredth: balances have two decimals.
const CENT: i64 = 10_000_000;

pub(in crate::simulator) fn answer(
    account: &SimAccount,
    path: &str,
    request: &SimRequest,
    now: Timestamp,
) -> SimAnswer {
    if request.bearer() != Some(account.key.as_str()) {
        let message = "Authentication Fails (no such user)";
        return error(401, message, "authentication_error");
    }
    let left = |purse: &(&'static str, crate::simulator::Ledger)| purse.1.state(now).room[0];
    let available = account.purses.iter().any(|purse| left(purse) > 0);
    match (request.method.as_str(), path.strip_prefix("/v1").unwrap_or(path)) {
        ("GET", "/user/balance") => {
            let infos = account.purses.iter().map(|purse| {
                // Down to the hundredth, as a balance that can still be spent.
                let cents = left(purse) / CENT;
                let text = format!("{}.{:02}", cents / 100, cents % 100);
                json!({"currency": purse.0, "total_balance": text, "granted_balance": "0.00",
                       "topped_up_balance": text})
            });
            let body = json!({"is_available": available, "balance_infos": infos.collect::<Vec<_>>()});
            SimAnswer::json(200, &body)
        }
        ("POST", "/chat/completions") if !available => error(402, "Insufficient Balance", "unknown_error"),
        ("POST", "/chat/completions") => SimAnswer::json(200, &completion(&request.model(), now)),
        _ => error(404, "Not Found", "invalid_request_error"),
    }
}

fn error(status: u16, message: &str, kind: &str) -> SimAnswer {
    let code = "invalid_request_error";
    let body = json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
    SimAnswer::json(status, &body)
}
