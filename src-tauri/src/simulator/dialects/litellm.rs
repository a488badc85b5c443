//! LiteLLM proxy 1.101: the shapes of its recorded answers.

use super::{completion, date, day, month, number, tokens};
use crate::model::{DAY, Timestamp};
use crate::simulator::usage::Dice;
use crate::simulator::world::{SimAccount, SimAnswer, SimRequest};
use serde_json::{Value, json};

const USER: &str = "demo-user";
const TEAM: &str = "team-demo";

pub(in crate::simulator) fn answer(
    account: &SimAccount,
    path: &str,
    request: &SimRequest,
    now: Timestamp,
    drift: i64,
) -> SimAnswer {
    match request.bearer() {
        None => return error(401, "Authentication Error, No api key passed in.", "auth_error", "None"),
        Some(key) if key != account.key => {
            let message = "Authentication Error, Invalid proxy server token passed. Unable to find token in cache \
                           or `LiteLLM_VerificationTokenTable`";
            return error(401, message, "token_not_found_in_db", "key");
        }
        Some(_) => {}
    }
    let ledger = &account.purses[0].1;
    let today = ledger.spent_between(day(now), now);
    let in_month = ledger.spent_between(month(now, false), now);
    let stamp = |at: Timestamp| at.plus(drift).to_jiff().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let (midnight, first) = (stamp(day(now) + DAY), stamp(month(now, true)));
    match (request.method.as_str(), path) {
        ("GET", "/key/info") => SimAnswer::json(
            200,
            &json!({"key": hash(&account.key), "info": {
                "key_name": "sk-...demo", "key_alias": "demo", "spend": number(today), "expires": null,
                "models": [], "user_id": USER, "team_id": TEAM, "metadata": {}, "blocked": null,
                "tpm_limit": 10_000, "rpm_limit": 60, "max_budget": number(account.caps[0].limit),
                "budget_duration": "1d", "budget_reset_at": midnight, "model_spend": {},
                "model_max_budget": {}, "budget_id": null, "organization_id": null, "budget_limits": null,
                "litellm_budget_table": null,
            }}),
        ),
        ("GET", "/v2/user/info") => SimAnswer::json(
            200,
            &json!({
                "user_id": USER, "user_email": "demo@example.test", "user_alias": null,
                "user_role": "internal_user", "spend": number(in_month), "max_budget": null, "models": [],
                "budget_duration": null, "budget_reset_at": null, "metadata": {}, "teams": [TEAM],
            }),
        ),
        ("GET", "/team/info") => SimAnswer::json(
            200,
            &json!({"team_id": TEAM, "team_info": {
                "team_alias": "demo", "team_id": TEAM, "metadata": {}, "tpm_limit": 100_000, "rpm_limit": 600,
                "max_budget": number(account.caps[1].limit), "soft_budget": null, "budget_duration": "1mo",
                "budget_limits": null, "models": [], "blocked": false, "spend": number(in_month),
                "budget_reset_at": first,
            }, "keys": [], "team_memberships": []}),
        ),
        ("GET", "/user/daily/activity/aggregated" | "/user/daily/activity") => {
            activity(account, request, now)
        }
        ("POST", "/v1/chat/completions" | "/chat/completions") => {
            let room = ledger.state(now).room;
            let over = |who: &str, spent: i64, limit: i64| {
                let message = format!(
                    "Budget has been exceeded! {who} Current cost: {}, Max budget: {}",
                    number(spent),
                    number(limit)
                );
                error(account.budget_status, &message, "budget_exceeded", "")
            };
            if room[0] == 0 {
                over("Key=demo (sk-...demo)", today, account.caps[0].limit)
            } else if room[1] == 0 {
                over("Team=team-demo", in_month, account.caps[1].limit)
            } else {
                let mut answer = SimAnswer::json(200, &completion(&request.model(), now));
                let mut add = |name: &str, value: String| answer.headers.push((name.into(), value));
                add("x-litellm-key-spend", number(today).to_string());
                add("x-litellm-key-max-budget", number(account.caps[0].limit).to_string());
                add("x-litellm-version", "1.101.6".into());
                answer
            }
        }
        _ => SimAnswer::json(404, &json!({"detail": "Not Found"})),
    }
}

fn activity(account: &SimAccount, request: &SimRequest, now: Timestamp) -> SimAnswer {
    let moment = |name| {
        request.parameter(name).and_then(|date| Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z")))
    };
    let (Some(from), Some(to)) = (moment("start_date"), moment("end_date")) else {
        return SimAnswer::json(400, &json!({"detail": {"error": "Please provide start_date and end_date"}}));
    };
    let ledger = &account.purses[0].1;
    let (mut results, mut total) = (Vec::new(), 0);
    let mut at = day(to.min(now));
    // Newest first; a year is more than anybody asks for.
    for _ in 0..366 {
        if at < from {
            break;
        }
        let spent = ledger.spent_between(at, (at + DAY).min(now));
        if spent > 0 {
            total += spent;
            let whole = json!({"metrics": metrics(spent), "metadata": {}, "api_key_breakdown": {}});
            results.push(json!({"date": date(at), "metrics": metrics(spent), "breakdown": {
                "mcp_servers": {}, "models": {"openai/gpt-4o": whole}, "model_groups": {"gpt-4o": whole},
                "providers": {"openai": whole}, "endpoints": {}, "api_keys": {}, "entities": {},
            }}));
        }
        at = at + -DAY;
    }
    let (prompt, completion, requests) = tokens(total);
    let body = json!({"results": results, "metadata": {
        "total_spend": number(total), "total_prompt_tokens": prompt, "total_completion_tokens": completion,
        "total_tokens": prompt + completion, "total_api_requests": requests,
        "total_successful_requests": requests, "total_failed_requests": 0,
        "page": 1, "total_pages": 1, "has_more": false,
    }});
    SimAnswer::json(200, &body)
}

fn metrics(spent: i64) -> Value {
    let (prompt, completion, requests) = tokens(spent);
    json!({
        "spend": number(spent), "prompt_tokens": prompt, "completion_tokens": completion,
        "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0, "total_tokens": prompt + completion,
        "successful_requests": requests, "failed_requests": 0, "api_requests": requests,
    })
}

/// 64 hex digits that stand for the key, as the SHA-256 does in the real one.
fn hash(key: &str) -> String {
    let mut dice =
        Dice(key.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))));
    (0..4).map(|_| format!("{:016x}", dice.next())).collect()
}

fn error(status: u16, message: &str, kind: &str, param: &str) -> SimAnswer {
    let param = if param.is_empty() { Value::Null } else { json!(param) };
    let body =
        json!({"error": {"message": message, "type": kind, "param": param, "code": status.to_string()}});
    SimAnswer::json(status, &body)
}
