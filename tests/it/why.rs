//! "Why 402?" through the window's commands: what is pasted is explained and, if asked, kept; nothing secret is; and
//! it survives a kill.

use super::serving::Serving;
use super::support::Sandbox;
use serde_json::json;

/// Looks like a key, and is none.
const KEY: &str = "EXAMPLE-sk-or-v1-0123456789abcdef0123456789abcdef";
const NO_BUS: &str = "unix:path=/nowhere/bus";

fn paste() -> String {
    format!(
        "$ curl -si -H 'Authorization: Bearer {KEY}' https://openrouter.ai/api/v1/chat/completions\nHTTP/2 402\ncontent-type: application/json\nset-cookie: session={KEY}\n\n{}",
        r#"{"error":{"message":"This request requires more credits, or fewer max_tokens. You requested up to 8192 tokens, but can only afford 3011. To increase, visit https://openrouter.ai/settings/credits and add more credits","code":402}}"#
    )
}

#[test]
fn a_paste_is_kept_if_asked_and_explained_again_after_a_kill() {
    let sandbox = Sandbox::new();
    sandbox.write_config("[accounts.router]\nconnector = \"openrouter\"\nbase_url = \"http://127.0.0.1:9\"\nsecrets = { key = \"env:NO_SUCH_KEY\" }\n");
    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let (none, said) = serving.call("diagnose", &json!({ "account": "router", "at": null }));
    assert_eq!(none, 404, "{said}");

    let request = |keep: bool| json!({ "text": paste(), "account": "router", "keep": keep });
    let seen = serving.json("explain", &request(false));
    assert_eq!(seen["cause"], "request_too_large", "{seen}");
    assert_eq!(seen["left"], json!({ "amount": "3011", "unit": "tokens" }), "{seen}");
    assert_eq!(seen["dropped"].as_array().map(Vec::len), Some(2), "the command and the cookie: {seen}");
    assert_eq!(
        serving.call("diagnose", &json!({ "account": "router", "at": null })).0,
        404,
        "not kept unasked"
    );

    serving.json("explain", &request(true));
    // A good answer that speaks of an empty balance is no refusal, and is not kept as one.
    let good = r#"{"choices":[{"message":{"content":"your error means: insufficient balance"}}]}"#;
    let good =
        serving.json("explain", &json!({ "text": good, "status": 200, "account": "router", "keep": true }));
    assert_eq!(good["cause"], "unknown", "{good}");
    serving.kill();

    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let again = serving.json("diagnose", &json!({ "account": "router", "at": null }));
    assert_eq!(again["cause"], "request_too_large", "{again}");
    assert_eq!(again["needed"], json!({ "amount": "8192", "unit": "tokens" }), "{again}");
    serving.stop();

    for entry in std::fs::read_dir(sandbox.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("0123456789abcdef"), "a key in {}", path.display());
        }
    }
}
