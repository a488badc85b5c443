//! The simulated gateway's accounts, and the one door to them: [`World::answer`].

use super::dialects;
use super::ledger::{Cap, Ledger, Refill};
use super::misbehave::Misbehaviour;
use super::usage::{Dice, Profile, Usage};
use crate::model::{DAY, HOUR, Timestamp};
use crate::say;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Nano-units in one unit of money.
const ONE: i64 = 1_000_000_000;
/// How long before the demo's start its history begins.
const HISTORY: i64 = 21 * DAY;

/// Whose dialect an account speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenRouter under `/openrouter`: a key limit and the credits behind it.
    OpenRouter,
    /// DeepSeek under `/deepseek`: a balance per currency.
    DeepSeek,
    /// LiteLLM proxy under `/litellm`: a daily budget of the key, a monthly one of its team.
    LiteLlm,
}

impl Dialect {
    /// The path before all of the dialect's own paths; base URL of an account = host + prefix.
    pub fn prefix(self) -> &'static str {
        match self {
            Dialect::OpenRouter => "/openrouter",
            Dialect::DeepSeek => "/deepseek",
            Dialect::LiteLlm => "/litellm",
        }
    }
}

/// One account of the simulated gateway. Its keys are made up and open nothing else.
#[derive(Debug)]
pub struct SimAccount {
    /// Whose dialect it speaks.
    pub dialect: Dialect,
    /// What a person calls it.
    pub label: String,
    /// The ordinary key.
    pub key: String,
    /// The key that may read credits (OpenRouter only).
    pub management_key: Option<String>,
    /// The status of LiteLLM's budget refusals: 400 up to 1.83, 429 to 1.103, 422 from 1.105.
    pub budget_status: u16,
    /// Money by currency. The first pays first. Caps: OpenRouter key limit, credits; DeepSeek balance;
    /// LiteLLM key budget, team budget.
    pub(super) purses: Vec<(&'static str, Ledger)>,
    pub(super) caps: Vec<Cap>,
}

/// A request as the simulator sees it.
#[derive(Clone, Default)]
pub struct SimRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// The path with the account's prefix, without the query.
    pub path: String,
    /// The query without `?`.
    pub query: String,
    /// Headers, in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The simulator's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Wait so many milliseconds first.
    pub delay_ms: u64,
    /// Never answer.
    pub hang: bool,
}

impl SimAnswer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let mut answer = SimAnswer { status, body: body.to_string().into_bytes(), ..Default::default() };
        answer.content_type("application/json");
        answer
    }

    pub(super) fn content_type(&mut self, value: &str) {
        self.headers.retain(|(name, _)| name != "content-type");
        self.headers.push(("content-type".into(), value.into()));
    }
}

impl SimRequest {
    pub(super) fn bearer(&self) -> Option<&str> {
        let header = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        header.and_then(|(_, value)| value.strip_prefix("Bearer ")).map(str::trim)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }

    pub(super) fn model(&self) -> String {
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        body.get("model").and_then(Value::as_str).unwrap_or("gpt-4o").to_owned()
    }
}

/// A test's one account that runs empty at a set moment.
#[derive(Clone, Debug)]
pub struct Script {
    /// Whose dialect.
    pub dialect: Dialect,
    /// Nano-units at the start (USD).
    pub amount: i64,
    /// When spending starts; there is no history before.
    pub from: Timestamp,
    /// Empty this many ms later, to the millisecond.
    pub over: i64,
    /// A top-up: when, and how much.
    pub top_up: Option<(Timestamp, i64)>,
}

/// The simulated gateway.
#[derive(Debug)]
pub struct World {
    epoch: Timestamp,
    accounts: Vec<SimAccount>,
    misbehaviour: Mutex<BTreeMap<&'static str, Misbehaviour>>,
}

impl World {
    /// The demo: three weeks of history from `epoch` (UTC midnight is best), then at [`World::start`] the OpenRouter
    /// key limit is some hours to 20 h from its wall, DeepSeek's yuan 2 to 3½ days, all else healthy for days.
    pub fn demo(seed: u64, epoch: Timestamp) -> World {
        let start = epoch + HISTORY;
        let key = 50 * ONE;
        let usage = aimed(seed, epoch, key, (start + 5 * HOUR, start + 20 * HOUR));
        let caps = vec![
            Cap { limit: key, refill: Refill::WhenEmpty { amount: key } },
            Cap { limit: 180 * ONE, refill: Refill::WhenEmpty { amount: 100 * ONE } },
        ];
        let openrouter = SimAccount {
            dialect: Dialect::OpenRouter,
            label: say!("simulated", name = "OpenRouter"),
            key: "demo-openrouter-key".into(),
            management_key: Some("demo-openrouter-management".into()),
            budget_status: 429,
            purses: vec![("USD", Ledger::new(seed, usage, epoch, caps.clone()))],
            caps,
        };
        let yuan = 200 * ONE;
        let usage = aimed(seed ^ 0xC2, epoch, yuan, (start + 48 * HOUR, start + 84 * HOUR));
        let cap = Cap { limit: yuan, refill: Refill::WhenEmpty { amount: yuan } };
        let dollars = Cap { limit: 50 * ONE, refill: Refill::WhenEmpty { amount: 50 * ONE } };
        let few = Usage::new(seed ^ 0xD5, Profile::Service { daily: ONE / 4 }, epoch);
        let deepseek = SimAccount {
            dialect: Dialect::DeepSeek,
            label: say!("simulated", name = "DeepSeek"),
            key: "demo-deepseek-key".into(),
            management_key: None,
            budget_status: 429,
            purses: vec![
                ("CNY", Ledger::new(seed ^ 0xC2, usage, epoch, vec![cap])),
                ("USD", Ledger::new(seed ^ 0xD5, few, epoch, vec![dollars])),
            ],
            caps: vec![cap, dollars],
        };
        // A mean of 12 a day stays well below 20 and below 31 × 12 a month.
        let caps = vec![
            Cap { limit: 20 * ONE, refill: Refill::Daily },
            Cap { limit: 500 * ONE, refill: Refill::Monthly },
        ];
        let usage = Usage::new(seed ^ 0x11, Profile::Service { daily: 12 * ONE }, epoch);
        let litellm = SimAccount {
            dialect: Dialect::LiteLlm,
            label: say!("simulated", name = "LiteLLM"),
            key: "demo-litellm-key".into(),
            management_key: None,
            budget_status: 429,
            purses: vec![("USD", Ledger::new(seed ^ 0x11, usage, epoch, caps.clone()))],
            caps,
        };
        World { epoch, accounts: vec![openrouter, deepseek, litellm], misbehaviour: Mutex::default() }
    }

    /// One account that runs empty when the script says, and refuses from then. For OpenRouter the key limit is the
    /// wall and the credits are ten times as much; for LiteLLM it is the key's budget, which resets daily.
    pub fn scripted(script: &Script) -> World {
        let Script { dialect, amount, from, over, top_up } = *script;
        let usage = Usage::new(1, Profile::Drain { amount, from, over }, from);
        let refill = top_up.map_or(Refill::Never, |(at, amount)| Refill::At { at, amount });
        let refill = if dialect == Dialect::LiteLlm { Refill::Daily } else { refill };
        let wall = Cap { limit: amount, refill };
        let caps = match dialect {
            Dialect::DeepSeek => vec![wall],
            Dialect::OpenRouter => vec![wall, Cap { limit: amount * 10, refill: Refill::Never }],
            Dialect::LiteLlm => vec![wall, Cap { limit: amount * 10, refill: Refill::Monthly }],
        };
        let name = &dialect.prefix()[1..];
        let account = SimAccount {
            dialect,
            label: say!("simulated.scripted", name = name),
            key: format!("demo-{name}-key"),
            management_key: (dialect == Dialect::OpenRouter).then(|| format!("demo-{name}-management")),
            budget_status: 429,
            purses: vec![("USD", Ledger::new(1, usage, from, caps.clone()))],
            caps,
        };
        World { epoch: from, accounts: vec![account], misbehaviour: Mutex::default() }
    }

    /// The same world with another status for LiteLLM's budget refusals: 400, 429 or 422 by its version.
    pub fn with_budget_status(mut self, status: u16) -> World {
        self.accounts.iter_mut().for_each(|account| account.budget_status = status);
        self
    }

    /// Where history begins.
    pub fn epoch(&self) -> Timestamp {
        self.epoch
    }

    /// When the demo opens: three weeks after the epoch.
    pub fn start(&self) -> Timestamp {
        self.epoch + HISTORY
    }

    /// The accounts, for setting up the monitor.
    pub fn accounts(&self) -> &[SimAccount] {
        &self.accounts
    }

    /// Makes an account misbehave from now on; the default makes it well again.
    pub fn misbehave(&self, dialect: Dialect, how: Misbehaviour) {
        let mut all = self.misbehaviour.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(dialect.prefix(), how);
    }

    /// Answers one request at the simulated time `now`. Chat calls are answered or refused, but cost nothing: the
    /// usage is the generated one alone.
    pub fn answer(&self, request: &SimRequest, now: Timestamp) -> SimAnswer {
        if request.path == "/_sim/misbehave" {
            return self.switch(request);
        }
        let inside = |account: &&SimAccount| {
            let rest = request.path.strip_prefix(account.dialect.prefix());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let Some(account) = self.accounts.iter().find(inside) else {
            return SimAnswer::json(404, &json!({"error": {"message": "No such simulated account."}}));
        };
        let prefix = account.dialect.prefix();
        let how = {
            let all = self.misbehaviour.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(prefix).cloned().unwrap_or_default()
        };
        let path = &request.path[prefix.len()..];
        let drift = how.clock_drift_ms;
        let mut answer = match account.dialect {
            Dialect::OpenRouter => dialects::openrouter::answer(account, path, request, now),
            Dialect::DeepSeek => dialects::deepseek::answer(account, path, request, now),
            Dialect::LiteLlm => dialects::litellm::answer(account, path, request, now, drift),
        };
        let date = now.plus(drift).to_jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        answer.headers.push(("date".into(), date));
        how.spoil(&mut answer);
        answer
    }

    /// `POST /_sim/misbehave {"account": "deepseek", "fault": "html", …}`.
    fn switch(&self, request: &SimRequest) -> SimAnswer {
        let bad = |why: String| SimAnswer::json(400, &json!({"error": {"message": why}}));
        let mut body: Value = match serde_json::from_slice(&request.body) {
            Ok(body) => body,
            Err(error) => return bad(format!("The body is not JSON: {error}.")),
        };
        let name = body.as_object_mut().and_then(|members| members.remove("account"));
        let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
        let known = self.accounts.iter().find(|account| &account.dialect.prefix()[1..] == name);
        match (known, serde_json::from_value(body)) {
            (Some(account), Ok(how)) => {
                self.misbehave(account.dialect, how);
                SimAnswer::json(200, &json!({"ok": true}))
            }
            (None, _) => bad(format!("There is no simulated account '{name}'.")),
            (_, Err(error)) => bad(format!("This is no misbehaviour: {error}.")),
        }
    }
}

/// The world as a closure, without sockets; for a transport that the caller adapts.
pub fn in_process(
    world: Arc<World>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
) -> impl Fn(&SimRequest) -> SimAnswer + Send + Sync + 'static {
    move |request| world.answer(request, clock())
}

/// A developer's usage, scaled so that `amount` (a round limit, as people set) is spent inside the window, while
/// they work: the first of the seed's variants that is busy both before and inside the window.
fn aimed(seed: u64, epoch: Timestamp, amount: i64, window: (Timestamp, Timestamp)) -> Usage {
    let mut dice = Dice(seed);
    loop {
        let seed = dice.next();
        let trial = 10 * ONE;
        let usage = Usage::new(seed, Profile::Developer { daily: trial }, epoch);
        let (before, after) = (usage.spent_until(window.0), usage.spent_until(window.1));
        let target = before + (after - before) / 10 * 8;
        if after - before < 3 * ONE || before < 60 * ONE {
            continue;
        }
        let daily = i128::from(trial) * i128::from(amount) / i128::from(target);
        return Usage::new(seed, Profile::Developer { daily: daily as i64 }, epoch);
    }
}
