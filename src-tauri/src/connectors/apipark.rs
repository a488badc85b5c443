//! APIPark (console API, v1.8 and later). Log-in by user and password gives a cookie that each call prolongs; there
//! is no token for this API. It knows tokens and states, no money: costs are estimated with list prices.
//! Source: APIParkLab/APIPark 9192b39, eolinker/go-common abb7cd7, eolinker/ap-account 4993869.

use super::fields::{day_start, finish, join, missing, month_start, next_reset, qty, slug, text};
use super::{Connector, ConnectorKind, MeterSpec, OptionSpec, SecretSpec, Spec, checked, options};
use crate::http::{Answer, Http, Request};
use crate::model::{
    Account, Cause, DAY, HOUR, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, Refusal, SECOND, Scope, Secret, Timestamp, Unit, Window,
};
use crate::pricing;
use crate::refusal::{read_log, reported, shorten};

/// Rows per page, pages per list, and AI services whose log is read: a poll's bound.
const PAGE: usize = 100;
const PAGES: usize = 3;
const SERVICES: usize = 10;

/// The connector.
pub(super) struct ApiPark;

static SPEC: Spec = Spec {
    id: "apipark",
    name: "APIPark",
    kind: ConnectorKind::Gateway,
    about: "States of provider keys, tokens, refused calls, and an estimate of the month's cost.",
    base_url: None,
    secrets: &[SecretSpec {
        role: "password",
        label: "Password",
        required: true,
        help: "Of a console user with the permissions run view and AI provider view.",
        url: None,
        prefix: None,
    }],
    options: &[
        OptionSpec {
            name: "username",
            label: "User name",
            help: "The console user to log in as.",
            required: true,
            example: "watcher",
            choices: &[],
        },
        OptionSpec {
            name: "time_zone",
            label: "Server's time zone",
            help: "The zone of the times in its logs; the official image uses Asia/Shanghai.",
            required: false,
            example: "Asia/Shanghai",
            choices: &[],
        },
    ],
    meters: &[
        MeterSpec {
            key: "budget.month",
            label: "estimated cost this month",
            kind: MeterKind::Budget,
            needs: "password",
        },
        MeterSpec {
            key: "spend.month",
            label: "estimated cost this month",
            kind: MeterKind::Spend,
            needs: "password",
        },
        MeterSpec { key: "tokens.day", label: "tokens today", kind: MeterKind::Spend, needs: "password" },
        MeterSpec {
            key: "tokens.key.*",
            label: "tokens of a key, lifetime",
            kind: MeterKind::Spend,
            needs: "password",
        },
    ],
    top_up_url: None,
    docs_url: "https://docs.apipark.com",
    min_interval: MINUTE,
    interval: 5 * MINUTE,
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
        join(&mut polled, console.log().await);
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
        let options = options(self.account)?;
        let user = text(&options, "/username").ok_or_else(|| {
            PollError::new(
                PollErrorKind::Config,
                "this account has no option username: give the console user to log in as",
            )
        })?;
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
                Cause::Gateway,
                Scope::Provider,
                "apipark.provider_abnormal",
                &words,
            ));
        }
        let query = [("provider", id.to_owned()), ("page", "1".to_owned()), ("page_size", PAGE.to_string())];
        join(
            &mut polled,
            self.get("/api/v1/ai/resource/keys", &query).await.and_then(|data| read_keys(&data, name)),
        );
        Ok(polled)
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
        let mut routes = Vec::new();
        for page in 1..=PAGES {
            let query = [
                ("start", seconds(month_start(self.now))),
                ("end", seconds(self.now)),
                ("page", page.to_string()),
                ("page_size", PAGE.to_string()),
            ];
            let data = self.get("/api/v1/ai/apis", &query).await?;
            let rows = data.get("apis").map(Json::items).unwrap_or_default();
            routes.extend(rows.iter().cloned());
            if rows.len() < PAGE {
                break;
            }
        }
        join(&mut polled, estimate(&routes, (input, output), self.account, self.now));
        Ok(polled)
    }

    /// Refused calls of the last hour: the only place with exact statuses is each AI service's log.
    async fn log(&self) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let services = self.get("/api/v1/services", &[]).await?;
        let rows = services.get("services").map(Json::items).unwrap_or_default();
        let ai = rows.iter().filter(|row| text(row, "/service_kind") == Some("ai"));
        for id in ai.filter_map(|row| text(row, "/id")).take(SERVICES) {
            join(&mut polled, self.service_log(id).await);
        }
        Ok(polled)
    }

    async fn service_log(&self, service: &str) -> Result<Polled, PollError> {
        let options = options(self.account)?;
        let zone = text(&options, "/time_zone").unwrap_or("Asia/Shanghai");
        let zone = jiff::tz::TimeZone::get(zone).map_err(|_| {
            PollError::new(
                PollErrorKind::Config,
                format!("the option time_zone is no zone's name: '{}'; one is Europe/Berlin", shorten(zone)),
            )
        })?;
        let mut polled = Polled::default();
        for page in 1..=PAGES {
            let query = [
                ("service", service.to_owned()),
                ("start", seconds(self.now + -HOUR)),
                ("end", seconds(self.now)),
                ("page", page.to_string()),
                ("page_size", PAGE.to_string()),
            ];
            let data = self.get("/api/v1/service/logs/ai", &query).await?;
            let rows = data.get("logs").map(Json::items).unwrap_or_default();
            read_log_page(rows, &zone, self.now, &mut polled.refusals);
            if rows.len() < PAGE {
                break;
            }
        }
        Ok(polled)
    }
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

fn read_keys(data: &Json, provider: &str) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for key in data.get("keys").map(Json::items).unwrap_or_default() {
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

/// The month's tokens at list prices. A budget that the user typed in makes it a budget.
fn estimate(
    routes: &[Json],
    (input, output): (Qty, Qty),
    account: &Account,
    now: Timestamp,
) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    let whole = i128::from(input.0) + i128::from(output.0);
    let (mut total, mut unknown) = (Qty(0), Vec::new());
    for route in routes {
        let Some(tokens) = qty(route, "/use_token", Unit::Tokens)?.filter(|tokens| tokens.0 > 0) else {
            continue;
        };
        let model =
            text(route, "/model/name").or(text(route, "/model/id")).or(text(route, "/model")).unwrap_or("");
        let share = i128::from(tokens.0) * i128::from(input.0) / whole.max(1);
        let read = i64::try_from(share).unwrap_or(tokens.0);
        let cost = pricing::find(model, &account.prices).and_then(|price| price.cost(read, tokens.0 - read));
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

/// Refusals of a log's page join those of the pages before: one per status and provider, at the latest time.
fn read_log_page(rows: &[Json], zone: &jiff::tz::TimeZone, now: Timestamp, refusals: &mut Vec<Refusal>) {
    for row in rows {
        let status = row.get("status").and_then(Json::as_i64).and_then(|status| u16::try_from(status).ok());
        let Some(status @ (402 | 429)) = status else { continue };
        let provider = text(row, "/provider/name").unwrap_or("a provider");
        let Some(mut refusal) = read_log(Some(status), &format!("calls to {provider} were refused"), now)
        else {
            continue;
        };
        refusal.scope = Scope::Provider;
        let local = text(row, "/log_time").and_then(|time| time.parse::<jiff::civil::DateTime>().ok());
        let at = local.and_then(|time| time.to_zoned(zone.clone()).ok());
        refusal.at = at.map(|zoned| Timestamp(zoned.timestamp().as_millisecond())).or(Some(now));
        super::count(refusals, refusal);
    }
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
