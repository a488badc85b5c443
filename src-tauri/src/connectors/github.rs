//! GitHub billing of a user or an organization, Copilot among it, with a personal access token.
//! `GET …/settings/billing/usage?year&month`: net cost by day, product and SKU, in USD. `…/premium_request/usage` and
//! `…/ai_credit/usage`: Copilot's premium requests and AI credits of the month by model; how many the plan includes is
//! not told. For an organization `…/settings/billing/budgets`: whole dollars, and whether they stop use; what counts
//! against one is our sum of the net costs of its products or SKUs.
//! Source: npm @octokit/openapi 23.0.2; docs.github.com/rest/billing; "Permissions required for fine-grained personal
//! access tokens".

use super::costs::{Costs, day, months, year_and_month};
use super::fields::{finish, join, limit, missing, month_start, needed, next_reset, qty, slug, spend, text};
use super::pages::pages;
use super::{
    Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, needed_option, option,
};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, HOUR, Json, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, Secret, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct GitHub;

static SPEC: Spec = Spec {
    id: "github",
    name: "GitHub",
    kind: ConnectorKind::Costs,
    about: "Costs, Copilot premium requests and budgets of a GitHub user or organization.",
    base_url: Some("https://api.github.com"),
    secrets: &[SecretSpec::key(
        "A fine-grained personal access token: of the user with the account permission Plan: read, or of an owner with the organization permission Administration: read.",
        "https://github.com/settings/personal-access-tokens/new",
    )
    .role("key", "Personal access token")],
    options: &[
        OptionSpec::new("owner", "Owner", "The login of the user or organization that pays.", "octo-org")
            .required(),
        OptionSpec::new("scope", "Scope", "Whether the owner is a user or an organization.", "organization")
            .choices(&["user", "organization"]),
    ],
    meters: &[
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
        MeterSpec::new("premium_requests.month", "Copilot premium requests", MeterKind::Spend, "key"),
        MeterSpec::new("ai_credits.month", "Copilot AI credits", MeterKind::Spend, "key"),
        MeterSpec::new("budget.*", "budget", MeterKind::Budget, "key"),
    ],
    links: Links {
        top_up: Some("https://github.com/settings/billing"),
        billing: Some("https://github.com/settings/billing"),
        keys: Some("https://github.com/settings/personal-access-tokens"),
        limits: Some("https://github.com/settings/billing/budgets"),
        status: Some("https://www.githubstatus.com"),
    },
    env: &[("key", "GITHUB_TOKEN"), ("key", "GH_TOKEN")],
    starts: &[("key", "github_pat_"), ("key", "ghp_")],
    docs_url: "https://docs.github.com/rest/billing/usage",
    min_interval: HOUR,
    interval: 4 * HOUR,
    freshness: DAY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for GitHub {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let owner = needed_option(account, &SPEC, "owner")?;
        if !owner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            let words = "the option owner is no GitHub login: it has letters, digits and dashes only";
            return Err(PollError::new(PollErrorKind::Config, words));
        }
        let organization = option(account, "scope")?.as_deref() == Some("organization");
        let kind = if organization { "organizations" } else { "users" };
        let base = format!("/{kind}/{owner}/settings/billing");
        let asked = Asked { http, key: account.secret("key")?, base, now };
        let mut polled = Polled::default();
        let mut costs = Costs::default();
        let mut spent = None;
        for month in months(now) {
            match asked.month("usage", month).await.and_then(|json| read_usage(&json)) {
                Ok((read, by_name)) => {
                    costs = costs.with(read);
                    if month == month_start(now) {
                        polled.readings = costs.month("spend.month", "spend this month", Unit::USD, now);
                        spent = Some(by_name);
                    }
                }
                Err(problem) => polled.problems.push(unseen(problem, &owner, kind)),
            }
        }
        let money_known = spent.is_some();
        for (report, meter, label, unit) in [
            ("premium_request/usage", "premium_requests.month", "Copilot premium requests", Unit::Requests),
            ("ai_credit/usage", "ai_credits.month", "Copilot AI credits", Unit::Credits),
        ] {
            match asked.month(report, month_start(now)).await.and_then(|json| read_counts(&json, unit, now)) {
                Ok(counts) => {
                    let used = counts.totals(month_start(now)).get(&unit).copied().unwrap_or(Qty(0));
                    let label = format!("{label} this month");
                    polled.readings.push(spend(meter, &label, unit, used, Window::Month, now));
                    costs = costs.with(counts);
                }
                // The report on costs came from the same place, so this one does not exist for this owner.
                Err(problem) if money_known && problem.kind == PollErrorKind::NotFound => {}
                Err(problem) => polled.problems.push(unseen(problem, &owner, kind)),
            }
        }
        if organization {
            let budgets = asked.budgets().await;
            join(&mut polled, budgets.and_then(|pages| read_budgets(&pages, spent.as_deref(), now)));
        }
        polled.costs = costs.into_rows();
        finish(polled)
    }
}

/// What every request of one poll shares.
struct Asked<'a> {
    http: &'a Http,
    key: &'a Secret,
    base: String,
    now: Timestamp,
}

impl Asked<'_> {
    fn get(&self, report: &str) -> Request {
        Request::get(&format!("{}/{report}", self.base))
            .bearer(self.key)
            .header("accept", "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28")
    }

    async fn month(&self, report: &str, month: Timestamp) -> Result<Json, PollError> {
        let (year, number) = year_and_month(month);
        let request = self.get(report).query("year", &year).query("month", &number);
        fetch(self.http, &SPEC, request, self.now).await
    }

    async fn budgets(&self) -> Result<Vec<Json>, PollError> {
        let ask = |page: usize| self.get("budgets").query("per_page", "100").query("page", &page.to_string());
        let next = |page: &Json, seen: usize| {
            let more = page.get("has_next_page").and_then(Json::as_bool) == Some(true);
            Ok(more.then(|| ask(seen + 1)))
        };
        pages(self.http, &SPEC, self.now, ask(1), next).await
    }
}

/// 404 is how GitHub answers a token that may not know whether the owner is there.
fn unseen(problem: PollError, owner: &str, kind: &str) -> PollError {
    if problem.kind != PollErrorKind::NotFound {
        return problem;
    }
    let message = format!(
        "GitHub shows this token no billing of {owner} under {kind} (404): check the options owner and scope, and that the token has the permission Plan: read (user) or Administration: read (organization)."
    );
    PollError { message, ..problem }
}

fn items(json: &Json) -> Result<&[Json], PollError> {
    match json.get("usageItems") {
        Some(items @ Json::Array(_)) => Ok(items.items()),
        _ => Err(missing("/usageItems")),
    }
}

/// Product, SKU and net cost of each row, for budgets.
type Rows = Vec<(String, String, Qty)>;

/// Net costs: what is billed after what the plan includes.
fn read_usage(json: &Json) -> Result<(Costs, Rows), PollError> {
    let (mut costs, mut rows) = (Costs::default(), Rows::new());
    for item in items(json)? {
        let day = day(item, "/date")?;
        let net = needed(item, "/netAmount", Unit::USD)?;
        let (product, sku) =
            (text(item, "/product").unwrap_or_default(), text(item, "/sku").unwrap_or_default());
        let by = [(By::Model, sku), (By::Project, text(item, "/repositoryName").unwrap_or_default())];
        costs.add(day, Amount::new(net, Unit::USD), Provenance::Reported, &by)?;
        rows.push((plain(product), plain(sku), net));
    }
    Ok((costs, rows))
}

/// `Actions Linux` in reports is `actions_linux` in budgets.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Gross counts, what the plan includes among them, by model, for the whole month.
fn read_counts(json: &Json, unit: Unit, now: Timestamp) -> Result<Costs, PollError> {
    let start = month_start(now);
    let month = (start, next_reset(Window::Month, now).unwrap_or(start + 31 * DAY));
    // A request may count as a part of one: parts are added before they are rounded.
    let mut sums: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
    for item in items(json)? {
        let count = needed(item, "/grossQuantity", Unit::Credits)?;
        let sum = sums.entry(text(item, "/model").unwrap_or_default()).or_default();
        *sum = sum.saturating_add(count.0);
    }
    let step = Unit::Credits.scale() / unit.scale();
    let mut counts = Costs::default();
    for (model, sum) in sums {
        let rounded = Qty(sum.saturating_add(step / 2) / step);
        counts.add(month, Amount::new(rounded, unit), Provenance::Reported, &[(By::Model, model)])?;
    }
    Ok(counts)
}

fn read_budgets(
    pages: &[Json],
    spent: Option<&[(String, String, Qty)]>,
    now: Timestamp,
) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for page in pages {
        let Some(list @ Json::Array(_)) = page.get("budgets") else { return Err(missing("/budgets")) };
        for budget in list.items() {
            let Some(id) = text(budget, "/id") else { continue };
            let products = budget.get("budget_product_skus").map(Json::items).unwrap_or_default();
            let mut names: Vec<&str> = products.iter().filter_map(Json::as_str).collect();
            names.extend(text(budget, "/budget_product_sku"));
            let scope = text(budget, "/budget_scope").unwrap_or("other");
            let whom = text(budget, "/user").or(text(budget, "/budget_entity_name")).unwrap_or_default();
            let stops = budget.get("prevent_further_usage").and_then(Json::as_bool);
            let effect = match stops {
                Some(true) => ", stops use",
                Some(false) => ", warns only",
                None => "",
            };
            let whose = format!("{} {whom}", scope.replace('_', " "));
            let label = format!("{} budget for {}{effect}", whose.trim(), names.join(", "));
            let mut reading =
                Reading::new(&format!("budget.{}", slug(id)), MeterKind::Budget, label, Unit::USD);
            reading.limit = limit(budget, "/budget_amount", Unit::USD)?;
            reading.used = qty(budget, "/consumed_amount", Unit::USD)?;
            (reading.window, reading.resets_at) = (Window::Month, next_reset(Window::Month, now));
            if let (None, "organization", Some(rows)) = (reading.used, scope, spent) {
                let by_sku = text(budget, "/budget_type") == Some("SkuPricing");
                let mine = rows.iter().filter(|(product, sku, _)| {
                    names.iter().any(|name| plain(name) == *if by_sku { sku } else { product })
                });
                let sum = mine.map(|(_, _, net)| net.0).reduce(i64::saturating_add);
                // Without a row of that name nothing is known: it may be called otherwise in the report.
                reading.used = sum.map(Qty);
                reading.provenance = if sum.is_some() { Provenance::Derived } else { Provenance::Reported };
            }
            if reading.limit.is_some() {
                polled.readings.push(reading);
            }
        }
    }
    Ok(polled)
}
