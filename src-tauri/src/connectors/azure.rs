//! Azure Cost Management: what a subscription or resource group cost by day, with Azure OpenAI among its services, and
//! the budgets that are set on it. Azure has no prepaid balance.
//!
//! Log-in: `POST {authority}/{tenant}/oauth2/v2.0/token` with the client-credentials grant of an app registration; its
//! token is kept between polls until it ends. Costs: `POST {scope}/providers/Microsoft.CostManagement/query`, whose
//! answer is a table of columns by name and rows, with a `nextLink` that is asked for with the same body. Daily figures
//! may span 31 days at most. Budgets: `GET {scope}/providers/Microsoft.Consumption/budgets`. Figures are refreshed
//! every four hours or later, and few queries are allowed.
//! Source: Azure/azure-rest-api-specs@b2f74197, cost-management and consumption; learn.microsoft.com, "Query - Usage",
//! "Budgets - List", "OAuth 2.0 client credentials flow"; for `nextLink`, the former's issue 12276.

use super::costs::Costs;
use super::fields::{
    date, day_start, finish, join, limit, missing, month_start, next_reset, qty, slug, text,
};
use super::month::{midnight, month, utc_month};
use super::{
    Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, checked, needed_option, option,
};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Currency, DAY, HOUR, Json, MeterKind, PollError, PollErrorKind, Polled, Provenance,
    Reading, SECOND, Secret, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct Azure;

static SPEC: Spec = Spec {
    id: "azure",
    name: "Azure (OpenAI)",
    kind: ConnectorKind::Costs,
    about: "What a subscription or resource group cost by day, and its budgets, from Cost Management.",
    base_url: Some("https://management.azure.com"),
    secrets: &[SecretSpec::key(
        "A client secret of an app registration that has the role Cost Management Reader, and no other, on the scope.",
        "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
    )
    .role("client_secret", "Client secret")],
    options: &[
        OptionSpec::new(
            "tenant_id",
            "Directory (tenant) ID",
            "The directory that the app is registered in.",
            "00000000-0000-0000-0000-000000000000",
        )
        .required(),
        OptionSpec::new(
            "client_id",
            "Application (client) ID",
            "The app registration's own ID.",
            "00000000-0000-0000-0000-000000000000",
        )
        .required(),
        OptionSpec::new(
            "scope",
            "Scope",
            "What to read the costs of: a subscription, or better the resource group that holds your AI resources.",
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/ai",
        )
        .required(),
        OptionSpec::new(
            "service",
            "Service",
            "Only the costs of this service, by its name in cost analysis; without it, of all in the scope.",
            "Cognitive Services",
        ),
        OptionSpec::new(
            "authority",
            "Log-in server",
            "Where to log in; another one for sovereign clouds.",
            "https://login.microsoftonline.com",
        ),
    ],
    meters: &[
        MeterSpec::new("spend.month.*", "spent this month", MeterKind::Spend, "client_secret"),
        MeterSpec::new("budget.month", "your budget this month", MeterKind::Budget, "client_secret"),
        MeterSpec::new("budget.named.*", "budget", MeterKind::Budget, "client_secret"),
    ],
    links: Links {
        top_up: Some("https://portal.azure.com/#view/Microsoft_Azure_CostManagement/Menu"),
        billing: Some("https://portal.azure.com/#view/Microsoft_Azure_CostManagement/Menu"),
        keys: Some("https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"),
        limits: None,
        status: Some("https://azure.status.microsoft"),
    },
    env: &[("client_secret", "AZURE_CLIENT_SECRET"), ("", "AZURE_OPENAI_API_KEY")],
    docs_url: "https://learn.microsoft.com/rest/api/cost-management/query/usage",
    min_interval: HOUR,
    interval: 6 * HOUR,
    freshness: DAY,
    ..Spec::DEFAULT
};

/// Days of the last month that are asked for again early in a month; with them a query still spans 31 days at most.
const SETTLE: i64 = 4 * DAY;

/// A token is not used in its last minute.
const MARGIN: i64 = 60 * SECOND;

#[async_trait::async_trait]
impl Connector for Azure {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let scope = scope(account)?;
        let azure = Client { http, account, now };
        // A log-in that fails fails everything; it is told once.
        azure.token().await?;
        let mut polled = Polled::default();
        join(&mut polled, azure.costs(&scope).await);
        let path = format!("{scope}/providers/Microsoft.Consumption/budgets?api-version=2024-08-01");
        let budgets = azure.ask(Request::get(&path)).await;
        join(&mut polled, budgets.and_then(|json| read_budgets(&json, now)));
        finish(polled)
    }
}

/// One poll's use of the API.
struct Client<'a> {
    http: &'a Http,
    account: &'a Account,
    now: Timestamp,
}

impl Client<'_> {
    /// The token in hand, while it lasts, or a new one. It is kept as `<end in milliseconds> <token>`.
    async fn token(&self) -> Result<Secret, PollError> {
        let held = self.http.session().lock().ok().and_then(|held| held.clone());
        let held = held.as_ref().and_then(|held| held.expose().split_once(' '));
        match held.and_then(|(end, token)| Some((end.parse::<i64>().ok()?, token))) {
            Some((end, token)) if (self.now + MARGIN).0 < end => Ok(Secret::new(token)),
            _ => self.log_in().await,
        }
    }

    async fn log_in(&self) -> Result<Secret, PollError> {
        let authority = option(self.account, "authority")?;
        let door =
            self.http.elsewhere(authority.as_deref().unwrap_or("https://login.microsoftonline.com"))?;
        let tenant = needed_option(self.account, &SPEC, "tenant_id")?;
        if !tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)) {
            return Err(PollError::new(PollErrorKind::Config, "the option tenant_id is no directory's ID"));
        }
        let base = self.account.base_url.trim_end_matches('/');
        let fields = vec![
            ("client_id".to_owned(), Secret::new(needed_option(self.account, &SPEC, "client_id")?)),
            ("client_secret".to_owned(), self.account.secret("client_secret")?.clone()),
            ("grant_type".to_owned(), Secret::new("client_credentials")),
            ("scope".to_owned(), Secret::new(format!("{base}/.default"))),
        ];
        let request = Request::form(&format!("/{tenant}/oauth2/v2.0/token"), fields);
        let json = checked(&SPEC, &door.send(request).await?, self.now)?;
        let token = Secret::new(text(&json, "/access_token").ok_or_else(|| missing("/access_token"))?);
        let lasts = qty(&json, "/expires_in", Unit::Requests)?.map_or(0, |seconds| seconds.0);
        let end = self.now.0.saturating_add(lasts.saturating_mul(SECOND));
        if let Ok(mut held) = self.http.session().lock() {
            *held = Some(Secret::new(format!("{end} {}", token.expose())));
        }
        Ok(token)
    }

    /// The JSON of an answer; logs in once more if the token has ended before its time.
    async fn ask(&self, request: Request) -> Result<Json, PollError> {
        let token = self.token().await?;
        let mut answer = self.http.send(request.clone().bearer(&token)).await?;
        // A query that the role does not allow may be a 401 too; a fresh token would not change that.
        let ended = |code: &str| code.contains("AuthenticationToken");
        if answer.status == 401
            && answer.json().is_ok_and(|json| text(&json, "/error/code").is_some_and(ended))
        {
            let token = self.log_in().await?;
            answer = self.http.send(request.bearer(&token)).await?;
        }
        // The wait is in headers of its own: the longest of them counts.
        let wait = |(name, value): &(String, String)| {
            let ours = name.starts_with("x-ms-ratelimit-microsoft.costmanagement-")
                && name.ends_with("-retry-after");
            value.trim().parse::<u32>().ok().filter(|_| ours)
        };
        if let (429, Some(seconds)) = (answer.status, answer.headers.iter().filter_map(wait).max()) {
            answer.headers.retain(|(name, _)| name != "retry-after");
            answer.headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        checked(&SPEC, &answer, self.now)
    }

    async fn costs(&self, scope: &str) -> Result<Polled, PollError> {
        let query = query(option(self.account, "service")?, self.now);
        let mut path = format!("{scope}/providers/Microsoft.CostManagement/query?api-version=2025-03-01");
        let mut costs = Costs::default();
        for _ in 0..super::pages::MOST {
            let page = self.ask(Request::post(&path, query.clone())).await?;
            read_costs(&page, &mut costs)?;
            let Some(link) = text(&page, "/properties/nextLink") else {
                let readings = month(&costs, self.account, utc_month(self.now));
                return Ok(Polled { readings, costs: costs.into_rows(), ..Polled::default() });
            };
            // The token goes to no other host.
            let base = self.account.base_url.trim_end_matches('/');
            path =
                link.strip_prefix(base).filter(|rest| rest.starts_with('/')).map(str::to_owned).ok_or_else(
                    || {
                        PollError::malformed(
                            "the report's next page is at another address, so the report is not used",
                        )
                    },
                )?;
        }
        Err(PollError::new(
            PollErrorKind::Provider,
            "the cost report has too many pages, so it is not used; a narrower scope would make it shorter",
        ))
    }
}

/// The scope as a path: `/subscriptions/…` or another documented one.
fn scope(account: &Account) -> Result<String, PollError> {
    let scope = needed_option(account, &SPEC, "scope")?;
    let scope = scope.trim_matches('/');
    let known = scope.starts_with("subscriptions/") || scope.starts_with("providers/Microsoft.");
    if known && !scope.contains(['?', '#', '%']) && !scope.contains("..") {
        return Ok(format!("/{scope}"));
    }
    let why =
        "the option scope must be a path such as /subscriptions/ID or /subscriptions/ID/resourceGroups/NAME";
    Err(PollError::new(PollErrorKind::Config, why))
}

fn query(service: Option<String>, now: Timestamp) -> serde_json::Value {
    let from = month_start(now).min(day_start(now) + -SETTLE);
    let mut dataset = serde_json::json!({
        "granularity": "Daily",
        "aggregation": { "totalCost": { "name": "Cost", "function": "Sum" } },
        "grouping": [
            { "type": "Dimension", "name": "Meter" },
            { "type": "Dimension", "name": "ResourceGroup" },
        ],
    });
    if let Some(service) = service {
        dataset["filter"] = serde_json::json!({
            "dimensions": { "name": "ServiceName", "operator": "In", "values": [service] }
        });
    }
    serde_json::json!({
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": { "from": format!("{}T00:00:00Z", date(from)), "to": format!("{}T23:59:59Z", date(now)) },
        "dataset": dataset,
    })
}

fn read_costs(page: &Json, costs: &mut Costs) -> Result<(), PollError> {
    let Some(columns @ Json::Array(_)) = page.pointer("/properties/columns") else {
        return Err(missing("/properties/columns"));
    };
    let Some(rows @ Json::Array(_)) = page.pointer("/properties/rows") else {
        return Err(missing("/properties/rows"));
    };
    let column =
        |wanted: &str| columns.items().iter().position(|column| text(column, "/name") == Some(wanted));
    let needed = |wanted: &str| {
        column(wanted).ok_or_else(|| missing(&format!("/properties/columns, column {wanted}")))
    };
    let (cost, day, currency) = (needed("Cost")?, needed("UsageDate")?, needed("Currency")?);
    let (meter, group) = (column("Meter"), column("ResourceGroup"));
    for row in rows.items() {
        let cell = |at: usize, name: &str| {
            row.items().get(at).ok_or_else(|| missing(&format!("/properties/rows/*, column {name}")))
        };
        let name = |at: Option<usize>| at.and_then(|at| row.items().get(at)?.as_str()).unwrap_or_default();
        let unit = cell(currency, "Currency")?.as_str().and_then(|code| code.parse::<Currency>().ok());
        let unit =
            unit.map(Unit::Money).ok_or_else(|| PollError::malformed("the costs' currency is not known"))?;
        let start = usage_date(cell(day, "UsageDate")?)
            .ok_or_else(|| PollError::malformed("a row's UsageDate is no day, so the report is not used"))?;
        let amount = super::fields::needed(cell(cost, "Cost")?, "", unit)?;
        let by = [(By::Model, name(meter)), (By::Project, name(group))];
        costs.add((start, start + DAY), Amount::new(amount, unit), Provenance::Reported, &by)?;
    }
    Ok(())
}

/// A day as the number `20261103`.
fn usage_date(cell: &Json) -> Option<Timestamp> {
    let number = cell.as_decimal()?.parse::<i32>().ok()?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let day = jiff::civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
    midnight(day.ok()?)
}

/// Budgets whose use is known: only there is their currency.
fn read_budgets(json: &Json, now: Timestamp) -> Result<Polled, PollError> {
    let Some(budgets @ Json::Array(_)) = json.get("value") else { return Err(missing("/value")) };
    let mut polled = Polled::default();
    for budget in budgets.items() {
        let unit =
            text(budget, "/properties/currentSpend/unit").and_then(|code| code.parse::<Currency>().ok());
        let (Some(name), Some(unit)) = (text(budget, "/name"), unit.map(Unit::Money)) else { continue };
        let meter = format!("budget.named.{}", slug(name));
        let mut reading = Reading::new(&meter, MeterKind::Budget, format!("budget “{name}”"), unit);
        reading.limit = limit(budget, "/properties/amount", unit)?;
        reading.used = qty(budget, "/properties/currentSpend/amount", unit)?;
        reading.window = match text(budget, "/properties/timeGrain") {
            Some("Monthly") => Window::Month,
            _ => Window::Other,
        };
        reading.resets_at = next_reset(reading.window, now);
        polled.readings.push(reading);
    }
    Ok(polled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Answer, Network};

    /// The wait that the provider asks for stands in headers of its own; the longest counts.
    #[tokio::test]
    async fn a_throttled_query_waits_as_long_as_the_longest_header_says() {
        let answer = |request: &crate::http::WireRequest| {
            let (status, body) = match request.path.ends_with("/token") {
                true => (200, r#"{"access_token": "EXAMPLE", "expires_in": 3599}"#),
                false => (429, r#"{"error": {"code": "429", "message": "Too many requests."}}"#),
            };
            let wait = |name: &str, seconds: &str| {
                let name = format!("x-ms-ratelimit-microsoft.costmanagement-{name}");
                (name, seconds.to_owned())
            };
            let headers = vec![
                wait("qpu-retry-after", "12"),
                wait("entity-retry-after", "37"),
                wait("qpu-remaining", "99"),
            ];
            Answer { status, headers, body: body.as_bytes().to_vec() }
        };
        let network = Network::in_process(std::sync::Arc::new(answer));
        let account = Account {
            id: crate::model::AccountId::new("a").unwrap(),
            label: "a".into(),
            connector: SPEC.id.into(),
            base_url: "https://management.azure.com".into(),
            secrets: [("client_secret".to_owned(), Secret::new("EXAMPLE"))].into(),
            options: r#"{"tenant_id": "t", "client_id": "c", "scope": "/subscriptions/s/"}"#.into(),
            budget: None,
            prices: Default::default(),
            received: Default::default(),
        };
        let http = Http::open(&network, &account.base_url).unwrap();
        let error = Azure.poll(&http, &account, Timestamp(0)).await.unwrap_err();
        assert_eq!((error.kind, error.retry_after), (PollErrorKind::RateLimited, Some(37 * SECOND)));
    }

    #[test]
    fn a_scope_is_a_documented_path() {
        let with = |scope: &str| {
            let account = Account {
                id: crate::model::AccountId::new("a").unwrap(),
                label: "a".into(),
                connector: SPEC.id.into(),
                base_url: "https://management.azure.com".into(),
                secrets: Default::default(),
                options: serde_json::json!({ "scope": scope }).to_string(),
                budget: None,
                prices: Default::default(),
                received: Default::default(),
            };
            super::scope(&account).ok()
        };
        assert_eq!(
            with("subscriptions/s/resourceGroups/ai/").as_deref(),
            Some("/subscriptions/s/resourceGroups/ai")
        );
        assert!(with("/providers/Microsoft.Management/managementGroups/g").is_some());
        for wrong in ["", "s", "https://evil.example", "/subscriptions/../x", "/subscriptions/s?x=1"] {
            assert_eq!(with(wrong), None, "{wrong}");
        }
    }
}
