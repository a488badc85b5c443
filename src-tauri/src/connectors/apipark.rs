//! APIPark (console API, v1.8 and later). Log-in by user and password gives a cookie that each call prolongs; there
//! is no token for this API. It knows states, tokens and statuses, no money: costs are estimated with list prices.
//! Source: APIParkLab/APIPark 9192b39, eolinker/go-common abb7cd7, eolinker/ap-account 4993869.

mod log;

use super::fields::{
    day_start, finish, join, missing, month_start, next_reset, qty, share, slug, spend, text,
};
use super::{Connector, ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec, checked, needed_option};
use crate::http::{Answer, Http, Request};
use crate::model::{
    Account, Cause, DAY, HOUR, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, SECOND, Scope, Secret, Timestamp, Unit, Window,
};
use crate::pricing;
use crate::refusal::{reported, shorten};

/// Rows per page, and pages per list: a poll's bound.
const PAGE: usize = 100;
const PAGES: usize = 5;

/// The connector.
pub(super) struct ApiPark;

static SPEC: Spec = Spec {
    id: "apipark",
    name: "APIPark",
    kind: ConnectorKind::Gateway,
    about: "States of providers and their keys, tokens by model, refused calls, and an estimate of the month's cost.",
    secrets: &[SecretSpec {
        role: "password",
        label: "Password",
        required: true,
        help: "Of a console user with the permissions run view and AI provider view; it needs no permission to change anything.",
        url: None,
        prefix: None,
    }],
    options: &[
        OptionSpec::new("username", "User name", "The console user to log in as.", "watcher").required(),
        OptionSpec::new(
            "time_zone",
            "Server's time zone",
            "The zone of the times in its logs; the official image uses Asia/Shanghai.",
            "Asia/Shanghai",
        ),
    ],
    meters: &[
        MeterSpec::new("budget.month", "estimated cost this month", MeterKind::Budget, "password"),
        MeterSpec::new("spend.month", "estimated cost this month", MeterKind::Spend, "password"),
        MeterSpec::new("tokens.day", "tokens today", MeterKind::Spend, "password"),
        MeterSpec::new("tokens.hour", "tokens in the last hour", MeterKind::Spend, "password"),
        MeterSpec::new(
            "refused.hour",
            "calls answered with 4xx in the last hour",
            MeterKind::Spend,
            "password",
        ),
        MeterSpec::new("tokens.key.*", "tokens of a key, lifetime", MeterKind::Spend, "password"),
    ],
    docs_url: "https://docs.apipark.com",
    freshness: 2 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for ApiPark {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let console = Console { http, account, now };
        let mut polled = Polled::default();
        // A log-in that fails fails everything; it is told once.
        let providers = console.get("/api/v1/ai/providers/configured", &[]).await;
        if let Err(error) = &providers
            && http.session().lock().map(|held| held.is_none()).unwrap_or(true)
        {
            return Err(error.clone());
        }
        match providers {
            Ok(data) => {
                for provider in data.get("providers").map(Json::items).unwrap_or_default() {
                    join(&mut polled, console.keys(provider).await);
                }
            }
            Err(problem) => polled.problems.push(problem),
        }
        join(&mut polled, console.tokens().await);
        let (hour, split) = console.hour().await;
        join(&mut polled, hour);
        join(&mut polled, log::read(&console, split).await);
        finish(polled)
    }
}

/// One poll's use of the console.
struct Console<'a> {
    http: &'a Http,
    account: &'a Account,
    now: Timestamp,
}

impl Console<'_> {
    /// `data` of a GET; logs in first if there is no session, and once more if it has ended.
    async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Json, PollError> {
        let held = self.http.session().lock().ok().and_then(|held| held.clone());
        let fresh = held.is_none();
        let cookie = match held {
            Some(cookie) => cookie,
            None => self.log_in().await?,
        };
        let mut answer = self.ask(path, query, &cookie).await?;
        if answer.status == 401 {
            self.forget();
            if !fresh {
                let cookie = self.log_in().await?;
                answer = self.ask(path, query, &cookie).await?;
            }
        }
        let json = checked(&SPEC, &answer, self.now)?;
        business(&json)?;
        Ok(json.get("data").cloned().unwrap_or(Json::Object(Vec::new())))
    }

    async fn ask(&self, path: &str, query: &[(&str, String)], cookie: &Secret) -> Result<Answer, PollError> {
        let request =
            query.iter().fold(Request::get(path), |request, (name, value)| request.query(name, value));
        self.http.send(request.secret_header("cookie", cookie)).await
    }

    fn forget(&self) {
        if let Ok(mut held) = self.http.session().lock() {
            *held = None;
        }
    }

    async fn log_in(&self) -> Result<Secret, PollError> {
        let user = needed_option(self.account, &SPEC, "username")?;
        let password = self.account.secret("password")?;
        let body = serde_json::json!({"name": user, "password": password.expose()});
        let answer = self.http.send(Request::post("/api/v1/account/login/username", body)).await?;
        let json = checked(&SPEC, &answer, self.now)?;
        // A wrong password is HTTP 200 with code -1.
        business(&json).map_err(|error| {
            PollError::credentials(format!(
                "the log-in as {user} failed, check user name and password: {}",
                error.message
            ))
        })?;
        let cookie = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .find_map(|(_, value)| value.split(';').next().filter(|pair| pair.starts_with("session=")))
            .map(Secret::new)
            .ok_or_else(|| {
                PollError::malformed("the log-in gave no session cookie: is this an APIPark console?")
            })?;
        if let Ok(mut held) = self.http.session().lock() {
            *held = Some(cookie.clone());
        }
        Ok(cookie)
    }

    async fn keys(&self, provider: &Json) -> Result<Polled, PollError> {
        let id = text(provider, "/id").ok_or_else(|| missing("/data/providers/*/id"))?;
        let name = text(provider, "/name").unwrap_or(id);
        let mut polled = Polled::default();
        if text(provider, "/status") == Some("abnormal") {
            let words = format!("the gateway marks the provider {name} as abnormal");
            polled.refusals.push(reported(
                Cause::GatewayMisconfigured,
                Scope::Provider,
                "apipark.provider_abnormal",
                &words,
            ));
        }
        let query = [("provider", id.to_owned())];
        let keys = self.list("/api/v1/ai/resource/keys", &query, "keys").await;
        join(&mut polled, keys.and_then(|(rows, whole)| read_keys(&rows, name, whole)));
        Ok(polled)
    }

    /// The rows of a paged list, and whether these are all of them.
    async fn list(
        &self,
        path: &str,
        query: &[(&str, String)],
        rows: &str,
    ) -> Result<(Vec<Json>, bool), PollError> {
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let paging = [("page", page.to_string()), ("page_size", PAGE.to_string())];
            let data = self.get(path, &[query, &paging].concat()).await?;
            let more = data.get(rows).map(Json::items).unwrap_or_default();
            found.extend(more.iter().cloned());
            let total =
                data.get("total").and_then(Json::as_i64).and_then(|total| usize::try_from(total).ok());
            if more.len() < PAGE || total.is_some_and(|total| found.len() >= total) {
                return Ok((found, true));
            }
        }
        Ok((found, false))
    }

    async fn chart(&self, from: Timestamp) -> Result<Json, PollError> {
        let query = [("start", seconds(from)), ("end", seconds(self.now))];
        let data = self.get("/api/v1/monitor/overview/chart/ai", &query).await?;
        data.get("overview").cloned().ok_or_else(|| missing("/data/overview"))
    }

    /// Tokens of today, and the month's cost: tokens per model, split as the last ten days' input and output were.
    async fn tokens(&self) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let today = self.chart(day_start(self.now)).await?;
        let mut reading = Reading::new("tokens.day", MeterKind::Spend, "tokens today", Unit::Tokens);
        reading.used = qty(&today, "/token_total", Unit::Tokens)?;
        reading.window = Window::Day;
        reading.resets_at = next_reset(Window::Day, self.now);
        polled.readings.extend(reading.used.is_some().then_some(reading));
        // Windows beyond ten days leave out today.
        let lately = self.chart(self.now + -10 * DAY).await?;
        let split = (
            qty(&lately, "/input_token_total", Unit::Tokens)?,
            qty(&lately, "/output_token_total", Unit::Tokens)?,
        );
        let (Some(input), Some(output)) = split else { return Ok(polled) };
        let query = [("start", seconds(month_start(self.now))), ("end", seconds(self.now))];
        let (routes, whole) = self.list("/api/v1/ai/apis", &query, "apis").await?;
        if !whole {
            polled
                .problems
                .push(cut("AI routes", "the month's estimated cost leaves the rest out and is too low"));
        }
        join(&mut polled, estimate(&routes, (input, output), self.account, self.now));
        Ok(polled)
    }

    /// The last 60 minutes: tokens, and the share of calls that were answered with 4xx (402 and 429 among them). Also
    /// how many of the tokens were input and output.
    async fn hour(&self) -> (Result<Polled, PollError>, Option<(Qty, Qty)>) {
        let chart = match self.chart(self.now + -HOUR).await {
            Ok(chart) => chart,
            Err(problem) => return (Err(problem), None),
        };
        let count = |name: &str, unit| qty(&chart, name, unit);
        let tokens = |name| count(name, Unit::Tokens).ok().flatten();
        let split = tokens("/input_token_total").zip(tokens("/output_token_total"));
        let read = || {
            let mut polled = Polled::default();
            let window = |meter, label, unit, used| spend(meter, label, unit, used, Window::Other, self.now);
            if let Some(tokens) = count("/token_total", Unit::Tokens)? {
                let reading = window("tokens.hour", "tokens in the last hour", Unit::Tokens, tokens);
                polled.readings.push(Reading { provenance: Provenance::Reported, ..reading });
            }
            let calls =
                count("/request_total", Unit::Requests)?.zip(count("/request_4xx_total", Unit::Requests)?);
            if let Some(share) = calls.and_then(|(all, refused)| share(refused, all)) {
                let label = "calls answered with 4xx in the last hour";
                polled.readings.push(window("refused.hour", label, Unit::Percent, share));
            }
            Ok(polled)
        };
        (read(), split)
    }
}

/// The problem that a list has more rows than one poll reads.
fn cut(what: &str, so: &str) -> PollError {
    let message =
        format!("{}: there are more {what} than the {} that one poll reads; {so}", SPEC.name, PAGE * PAGES);
    PollError::new(PollErrorKind::Provider, message)
}

fn seconds(at: Timestamp) -> String {
    at.0.div_euclid(SECOND).to_string()
}

/// Errors of the console come as HTTP 200 with a code that is not 0.
fn business(json: &Json) -> Result<(), PollError> {
    match json.get("code").and_then(Json::as_i64) {
        Some(0) => Ok(()),
        Some(code) => Err(PollError::new(
            PollErrorKind::Provider,
            format!(
                "{} answers with error {code}: {}",
                SPEC.name,
                shorten(text(json, "/msg").unwrap_or("no reason given"))
            ),
        )),
        None => Err(missing("/code")),
    }
}

fn read_keys(rows: &[Json], provider: &str, whole: bool) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    if !whole {
        polled.problems.push(cut(&format!("keys of {provider}"), "the states of the rest are not known"));
    }
    for key in rows {
        let name = text(key, "/name").or(text(key, "/id")).unwrap_or("key");
        let id = text(key, "/id").ok_or_else(|| missing("/data/keys/*/id"))?;
        let meter = format!("tokens.key.{}", slug(id));
        if let Some(used) = qty(key, "/use_token", Unit::Tokens)? {
            let label = format!("tokens of key “{name}” of {provider}, lifetime");
            let mut reading = Reading::new(&meter, MeterKind::Spend, label, Unit::Tokens);
            reading.used = Some(used);
            polled.readings.push(reading);
        }
        // `exceeded` is set for a provider's 402 or insufficient_quota only, never for a rate limit.
        let (cause, says) = match text(key, "/status") {
            Some("exceeded") => (Cause::BalanceExhausted, "has no money left at its provider"),
            Some("expired") => (Cause::Credentials, "has expired"),
            Some("error") => (Cause::Credentials, "is refused by its provider"),
            _ => continue,
        };
        let words = format!("the key “{name}” of {provider} {says}");
        let mut refusal = reported(cause, Scope::Key, "apipark.key_state", &words);
        refusal.meter = Some(crate::model::MeterKey::new(meter));
        polled.refusals.push(refusal);
    }
    Ok(polled)
}

/// What tokens of a model cost at list prices, split into input and output as those of all models were.
fn price(
    model: &str,
    tokens: Qty,
    (input, output): (Qty, Qty),
    own: &crate::model::OwnPrices,
) -> Option<crate::model::Amount> {
    let whole = i128::from(input.0) + i128::from(output.0);
    let read = i128::from(tokens.0) * i128::from(input.0) / whole.max(1);
    let read = i64::try_from(read).ok().filter(|read| (0..=tokens.0).contains(read))?;
    pricing::find(model, own)?.cost(read, tokens.0.checked_sub(read)?)
}

/// The month's tokens at list prices. A budget that the user typed in makes it a budget.
fn estimate(
    routes: &[Json],
    (input, output): (Qty, Qty),
    account: &Account,
    now: Timestamp,
) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let (mut total, mut unknown) = (Qty(0), Vec::new());
    for route in routes {
        let Some(tokens) = qty(route, "/use_token", Unit::Tokens)?.filter(|tokens| tokens.0 > 0) else {
            continue;
        };
        let model =
            text(route, "/model/name").or(text(route, "/model/id")).or(text(route, "/model")).unwrap_or("");
        let cost = price(model, tokens, (input, output), &account.prices);
        match cost.filter(|cost| cost.unit == Unit::USD).and_then(|cost| total.checked_add(cost.qty)) {
            Some(sum) => total = sum,
            None => unknown.push(if model.is_empty() { "a route without a model" } else { model }),
        }
    }
    if !unknown.is_empty() {
        unknown.sort_unstable();
        unknown.dedup();
        let names = shorten(&unknown.join(", "));
        polled.problems.push(PollError::new(
            PollErrorKind::Config,
            format!("no list price is known for {names}: the month's estimated cost leaves them out and is too low"),
        ));
    }
    let limit = account.budget.filter(|(_, unit)| *unit == Unit::USD).map(|(limit, _)| limit);
    let (meter, kind) =
        if limit.is_some() { ("budget.month", MeterKind::Budget) } else { ("spend.month", MeterKind::Spend) };
    let mut reading = Reading::new(meter, kind, "estimated cost this month", Unit::USD);
    reading.used = Some(total);
    reading.limit = limit;
    reading.remaining = limit.and_then(|limit| limit.checked_sub(total));
    reading.window = Window::Month;
    reading.resets_at = next_reset(Window::Month, now);
    reading.provenance = Provenance::Estimated;
    polled.readings.push(reading);
    Ok(polled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_uses_the_users_own_price_and_names_what_has_none() {
        let prices = [("house-model".to_owned(), ("1.2 USD".parse().unwrap(), "4 USD".parse().unwrap()))];
        let account = Account {
            id: crate::model::AccountId::new("a").unwrap(),
            label: "a".into(),
            connector: SPEC.id.into(),
            base_url: "https://gateway.example".into(),
            secrets: Default::default(),
            options: "{}".into(),
            budget: None,
            prices: std::sync::Arc::new(prices.into()),
            received: Default::default(),
        };
        let routes = Json::parse(
            br#"[{"model": "House-Model", "use_token": 1000000}, {"model": "other", "use_token": 5}]"#,
        )
        .unwrap();
        let polled = estimate(routes.items(), (Qty(3), Qty(1)), &account, Timestamp(0)).unwrap();
        // 750,000 × 1.2 / 10⁶ + 250,000 × 4 / 10⁶ = 1.9
        assert_eq!(polled.readings[0].used, Some(Unit::USD.parse("1.9").unwrap()));
        assert!(polled.problems[0].message.contains("for other:"), "{}", polled.problems[0].message);
    }
}
