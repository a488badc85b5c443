//! The simulator over a real socket: each dialect's answers, refusals at the moment the money is gone, misbehaviour;
//! and that its world is the same in every process, and fast.

use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tollwatch::model::{DAY, HOUR, MINUTE, Timestamp};
use tollwatch::simulator::{Dialect, Fault, Misbehaviour, Script, SimRequest, World, serve};

/// 2026-11-01T00:00:00Z.
const NOV: Timestamp = Timestamp(1_793_491_200_000);
const USD: i64 = 1_000_000_000;

fn script(dialect: Dialect) -> Script {
    Script {
        dialect,
        amount: 20 * USD,
        from: NOV,
        over: 10 * HOUR,
        top_up: Some((NOV + 12 * HOUR, 50 * USD)),
    }
}

fn ask(world: &World, method: &str, path: &str, key: &str, now: Timestamp) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = SimRequest {
        method: method.into(),
        path: path.into(),
        query: query.into(),
        headers: vec![("authorization".into(), format!("Bearer {key}"))],
        body: Vec::new(),
    };
    let answer = world.answer(&request, now);
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// A served world and its address; the clock stands at `now`.
async fn served(world: World, now: Timestamp) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(Arc::new(world), Arc::new(move || now), listener, std::future::pending()));
    base
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

#[test]
fn openrouter_refuses_exactly_when_the_key_limit_is_used_and_serves_after_it_is_raised() {
    let world = World::scripted(&script(Dialect::OpenRouter));
    let (key, admin, chat) =
        ("demo-openrouter-key", "demo-openrouter-management", "/openrouter/api/v1/chat/completions");
    let wall = NOV + 10 * HOUR;
    assert_eq!(ask(&world, "POST", chat, key, wall + -1000).0, 200);
    let (status, body) = ask(&world, "POST", chat, key, wall);
    assert_eq!((status, &body["error"]["code"]), (402, &json!(402)));
    assert_eq!(body["error"]["metadata"]["limit_source"], "openrouter_key_limit");
    let (_, body) = ask(&world, "GET", "/openrouter/api/v1/key", key, NOV + 5 * HOUR);
    // Half of the time is an eighth of the money.
    assert_eq!(body["data"]["usage"], json!(2.5));
    assert_eq!(body["data"]["limit_remaining"], json!(17.5));
    assert_eq!(body["data"]["limit"], json!(20));
    assert_eq!(ask(&world, "POST", chat, key, NOV + 12 * HOUR).0, 200);
    assert_eq!(
        ask(&world, "GET", "/openrouter/api/v1/key", key, NOV + 12 * HOUR).1["data"]["limit"],
        json!(70)
    );
    let credits = "/openrouter/api/v1/credits";
    assert_eq!(ask(&world, "GET", credits, key, wall).0, 403);
    let (_, body) = ask(&world, "GET", credits, admin, wall);
    assert_eq!(body["data"], json!({"total_credits": 200, "total_usage": 20}));
    let (_, body) = ask(&world, "GET", "/openrouter/api/v1/activity", admin, NOV + DAY + HOUR);
    assert_eq!(body["data"][0]["date"], "2026-11-01");
    assert_eq!(ask(&world, "GET", credits, "wrong", wall).0, 401);
    let keys = "/openrouter/api/v1/keys";
    assert_eq!(ask(&world, "GET", keys, key, wall).0, 403);
    let (_, body) = ask(&world, "GET", &format!("{keys}?offset=0"), admin, wall);
    assert_eq!((&body["data"][0]["label"], &body["data"][0]["limit"]), (&json!("ci"), &json!(20)));
    let (_, body) = ask(&world, "GET", &format!("{keys}?offset=1"), admin, wall);
    assert_eq!(body, json!({"data": []}));
}

#[tokio::test]
async fn deepseek_over_a_socket_answers_as_deepseek_does() {
    let base = served(World::scripted(&script(Dialect::DeepSeek)), NOV + 10 * HOUR).await;
    let get = client().get(format!("{base}/deepseek/user/balance"));
    assert_eq!(get.try_clone().unwrap().send().await.unwrap().status(), 401);
    let answer = get.bearer_auth("demo-deepseek-key").send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Sun, 01 Nov 2026 10:00:00 GMT");
    let body: Value = answer.json().await.unwrap();
    let info = json!({"currency": "USD", "total_balance": "0.00", "granted_balance": "0.00", "topped_up_balance": "0.00"});
    assert_eq!(body, json!({"is_available": false, "balance_infos": [info]}));
    let chat = client().post(format!("{base}/deepseek/chat/completions")).bearer_auth("demo-deepseek-key");
    let answer = chat.json(&json!({"model": "deepseek-chat"})).send().await.unwrap();
    assert_eq!(answer.status(), 402);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["message"], "Insufficient Balance");
}

#[test]
fn litellm_refuses_by_its_version_until_midnight_utc() {
    let world = World::scripted(&script(Dialect::LiteLlm)).with_budget_status(422);
    let (key, chat) = ("demo-litellm-key", "/litellm/v1/chat/completions");
    let wall = NOV + 10 * HOUR;
    assert_eq!(ask(&world, "POST", chat, key, wall + -1000).0, 200);
    let (status, body) = ask(&world, "POST", chat, key, wall);
    assert_eq!((status, &body["error"]["type"]), (422, &json!("budget_exceeded")));
    assert_eq!(body["error"]["code"], "422");
    let (_, body) = ask(&world, "GET", "/litellm/key/info", key, wall);
    assert_eq!(body["info"]["spend"], json!(20));
    assert_eq!(body["info"]["max_budget"], json!(20));
    assert_eq!(body["info"]["budget_reset_at"], "2026-11-02T00:00:00+00:00");
    assert_eq!(ask(&world, "POST", chat, key, NOV + DAY).0, 200);
    assert_eq!(ask(&world, "GET", "/litellm/key/info", key, NOV + DAY).1["info"]["spend"], json!(0));
    let (_, body) = ask(&world, "GET", "/litellm/team/info?team_id=team-demo", key, wall);
    assert_eq!(body["team_info"]["spend"], json!(20));
    assert_eq!(body["team_info"]["budget_reset_at"], "2026-12-01T00:00:00+00:00");
    let path = "/litellm/user/daily/activity/aggregated";
    assert_eq!(ask(&world, "GET", path, key, wall).0, 400);
    let dated = format!("{path}?start_date=2026-10-30&end_date=2026-11-02");
    assert_eq!(ask(&world, "GET", &dated, key, wall).1["metadata"]["total_spend"], json!(20));
    assert_eq!(
        ask(&world, "GET", "/litellm/key/info", "wrong", wall).1["error"]["type"],
        "token_not_found_in_db"
    );
}

#[tokio::test]
async fn misbehaviour_is_switched_over_http() {
    let base = served(World::scripted(&script(Dialect::DeepSeek)), NOV + 5 * HOUR).await;
    let switch = async |how: Value| {
        let answer = client().post(format!("{base}/_sim/misbehave")).json(&how).send().await.unwrap();
        answer.status().as_u16()
    };
    let get = async || {
        let request = client().get(format!("{base}/deepseek/user/balance")).bearer_auth("demo-deepseek-key");
        request.timeout(Duration::from_millis(700)).send().await
    };
    assert_eq!(switch(json!({"account": "nobody"})).await, 400);
    assert_eq!(switch(json!({"account": "deepseek", "fault": "unheard_of"})).await, 400);
    assert_eq!(
        switch(json!({"account": "deepseek", "fault": "too_many_requests", "retry_after": "7"})).await,
        200
    );
    let answer = get().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    switch(json!({"account": "deepseek", "fault": "html"})).await;
    let answer = get().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
        (200, "text/html")
    );
    switch(json!({"account": "deepseek", "fault": "truncated"})).await;
    assert!(serde_json::from_str::<Value>(&get().await.unwrap().text().await.unwrap()).is_err());
    switch(json!({"account": "deepseek", "fault": "hang"})).await;
    assert!(get().await.unwrap_err().is_timeout());
    switch(json!({"account": "deepseek", "clock_drift_ms": 3_600_000})).await;
    assert_eq!(get().await.unwrap().headers()["date"], "Sun, 01 Nov 2026 06:00:00 GMT");
    switch(json!({"account": "deepseek"})).await;
    assert_eq!(get().await.unwrap().json::<Value>().await.unwrap()["is_available"], json!(true));
}

#[test]
fn faults_in_figures_change_what_they_say() {
    let world = World::scripted(&script(Dialect::OpenRouter));
    let body = |fault| {
        world.misbehave(Dialect::OpenRouter, Misbehaviour { fault: Some(fault), ..Default::default() });
        let request = SimRequest {
            method: "GET".into(),
            path: "/openrouter/api/v1/key".into(),
            headers: vec![("Authorization".into(), "Bearer demo-openrouter-key".into())],
            ..Default::default()
        };
        world.answer(&request, NOV + 5 * HOUR).body
    };
    assert!(String::from_utf8(body(Fault::Nan)).unwrap().contains("\"usage\":NaN"));
    assert!(String::from_utf8(body(Fault::NumberAsString)).unwrap().contains("\"usage\":\"2.5\""));
    assert!(!String::from_utf8(body(Fault::MissingField)).unwrap().contains("\"usage\""));
    assert!(String::from_utf8(body(Fault::Garbage)).is_err());
    assert_eq!(body(Fault::Huge).len(), 100_000_000);
}

const POLLS: [(&str, &str); 6] = [
    ("/openrouter/api/v1/key", "demo-openrouter-key"),
    ("/openrouter/api/v1/credits", "demo-openrouter-management"),
    ("/deepseek/user/balance", "demo-deepseek-key"),
    ("/litellm/key/info", "demo-litellm-key"),
    ("/litellm/v2/user/info", "demo-litellm-key"),
    ("/litellm/team/info", "demo-litellm-key"),
];

/// When a call of the account is first refused after `from`, to five minutes, within `days`.
fn wall(world: &World, path: &str, key: &str, from: Timestamp, days: i64) -> Option<Timestamp> {
    let times = (0..days * DAY / (5 * MINUTE)).map(|step| from + step * 5 * MINUTE);
    times.into_iter().find(|now| ask(world, "POST", path, key, *now).0 == 402)
}

#[test]
fn the_demo_opens_with_one_wall_near_one_in_days_and_the_rest_healthy() {
    for seed in 1..=5 {
        let world = World::demo(seed, NOV);
        let start = world.start();
        let chat = "/openrouter/api/v1/chat/completions";
        assert_eq!(
            wall(&world, chat, "demo-openrouter-key", NOV, 21),
            None,
            "seed {seed}: none in the history"
        );
        let key = wall(&world, chat, "demo-openrouter-key", start, 2).unwrap().since(start);
        assert!((5 * HOUR..=21 * HOUR).contains(&key), "seed {seed}: key limit after {} h", key / HOUR);
        let yuan = |now| {
            let body = ask(&world, "GET", "/deepseek/user/balance", "demo-deepseek-key", now).1;
            assert_eq!(body["balance_infos"][1]["currency"], "USD");
            body["balance_infos"][0]["total_balance"].as_str().unwrap().parse::<f64>().unwrap()
        };
        assert!(yuan(start + 48 * HOUR) > 0.0, "seed {seed}: yuan gone too early");
        let empty = (48..=84).any(|hour| yuan(start + hour * HOUR) == 0.0);
        assert!(empty, "seed {seed}: yuan never gone");
        assert!((84..=120).any(|hour| yuan(start + hour * HOUR) > 50.0), "seed {seed}: nobody topped up");
        for hour in 0..72 {
            let (_, team) = ask(&world, "GET", "/litellm/team/info", "demo-litellm-key", start + hour * HOUR);
            assert!(team["team_info"]["spend"].as_f64().unwrap() < 450.0);
            let chat = "/litellm/v1/chat/completions";
            assert_eq!(
                ask(&world, "POST", chat, "demo-litellm-key", start + hour * HOUR).0,
                200,
                "seed {seed}"
            );
        }
    }
}

#[test]
fn two_worlds_of_one_seed_are_the_same_and_a_month_is_quick() {
    let (one, two) = (World::demo(3, NOV), World::demo(3, NOV));
    #[allow(clippy::disallowed_methods)] // measures the real time that a simulated month takes
    let began = std::time::Instant::now();
    let mut month = Vec::new();
    for step in 0..30 * DAY / (5 * MINUTE) {
        let now = NOV + step * 5 * MINUTE;
        month.extend(POLLS.iter().map(|(path, key)| ask(&one, "GET", path, key, now)));
    }
    let took = began.elapsed();
    println!("{} answers in {took:?}", month.len());
    assert!(month.iter().all(|(status, _)| *status == 200));
    if cfg!(not(debug_assertions)) {
        assert!(took < Duration::from_secs(1), "a simulated month took {took:?}");
    }
    // The other world is asked backwards and in part: the order of asking must not matter.
    for step in (0..30 * DAY / (5 * MINUTE)).rev().step_by(97) {
        let now = NOV + step * 5 * MINUTE;
        for (index, (path, key)) in POLLS.iter().enumerate() {
            assert_eq!(month[step as usize * POLLS.len() + index], ask(&two, "GET", path, key, now));
        }
    }
    let other = World::demo(4, NOV);
    let late = NOV + 20 * DAY;
    let poll = |world| ask(world, "GET", POLLS[0].0, POLLS[0].1, late);
    assert_ne!(poll(&one), poll(&other));
}
