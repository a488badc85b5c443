//! Anthropic (Claude API), with an Admin API key. `GET /v1/organizations/cost_report`: cents as decimal strings by UTC
//! day, asked for by description and by workspace; Priority Tier costs are never in it.
//! `/v1/organizations/usage_report/messages`: tokens by day, model, key and workspace. On wish
//! `/v1/organizations/spend_limits` (beta, an early access preview for Console organizations: minor units as text) and
//! `/v1/organizations/rate_limits` (what is allowed a minute; no use is told). No balance can be read with a key.
//! Source: platform.claude.com/docs, "Usage and Cost API"; PyPI anthropic 2.11.0, `resources/beta/organization`.

use super::costs::{Costs, report_start, rows};
use super::fields::{
    currency, finish, join, limit, missing, month_start, needed, next_reset, scaled, slug, spend, text,
};
use super::pages::{next_page, pages};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Currency, Json, MINUTE, MeterKind, PollError, Polled, Provenance, Qty, Reading,
    Secret, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct Anthropic;

static SPEC: Spec = Spec {
    id: "anthropic",
    name: "Anthropic",
    kind: ConnectorKind::Costs,
    about: "Costs and tokens of a Claude API organization, with an Admin API key.",
    base_url: Some("https://api.anthropic.com"),
    secrets: &[SecretSpec::key(
        "An Admin API key, made by an admin of the organization; individual accounts have none.",
        "https://platform.claude.com/settings/admin-keys",
    )
    .role("admin_key", "Admin API key")
    .prefix("sk-ant-admin")],
    options: &[
        OptionSpec::new(
            "spend_limits",
            "Spend limits",
            "Whether spend limits are read; Anthropic opens this to some organizations only, as a preview.",
            "yes",
        )
        .choices(&["no", "yes"]),
        OptionSpec::new(
            "rate_limits",
            "Rate limits",
            "Whether the organization's rate limits are shown; how much of them is used is not known.",
            "yes",
        )
        .choices(&["no", "yes"]),
    ],
    meters: &[
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "admin_key"),
        MeterSpec::new("tokens.month", "tokens this month", MeterKind::Spend, "admin_key"),
        MeterSpec::new("spend_limit.*", "spend limit", MeterKind::Budget, "admin_key"),
        MeterSpec::new("rate_limit.*", "rate limit", MeterKind::Rate, "admin_key"),
    ],
    links: Links {
        top_up: Some("https://platform.claude.com/settings/billing"),
        billing: Some("https://platform.claude.com/settings/billing"),
        keys: Some("https://platform.claude.com/settings/keys"),
        limits: Some("https://platform.claude.com/settings/limits"),
        status: Some("https://status.claude.com"),
    },
    env: &[("admin_key", "ANTHROPIC_ADMIN_KEY"), ("", "ANTHROPIC_API_KEY")],
    starts: &[("admin_key", "sk-ant-")],
    docs_url: "https://platform.claude.com/docs/en/manage-claude/usage-cost-api",
    interval: 10 * MINUTE,
    freshness: 5 * MINUTE,
    ..Spec::DEFAULT
};

/// What the name of a cost without a workspace is: the reports say null for the default one.
const DEFAULT_WORKSPACE: &str = "default";

#[async_trait::async_trait]
impl Connector for Anthropic {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let asked = Asked { http, key: account.secret("admin_key")?, now };
        let mut polled = Polled::default();
        let mut known = Known::default();
        let report = asked.report("/v1/organizations/cost_report", &["description"]).await;
        match report.and_then(|pages| read_costs(&pages, By::Model)) {
            Ok(whole) => {
                polled.readings = whole.month("spend.month", "spend this month", Unit::USD, now);
                (known.costs, known.whole) = (whole, true);
                let report = asked.report("/v1/organizations/cost_report", &["workspace_id"]).await;
                match report.and_then(|pages| read_costs(&pages, By::Project)) {
                    Ok(apart) => {
                        known.costs = known.costs.with(apart);
                        known.workspaces = true;
                    }
                    Err(problem) => polled.problems.push(problem),
                }
            }
            Err(problem) => polled.problems.push(problem),
        }
        if option(account, "spend_limits")?.as_deref() == Some("yes") {
            let beta = asked.get("/v1/organizations/spend_limits").query("limit", "100");
            let limits = asked.all(beta.header("anthropic-beta", "spend-limit-reads-2026-09-26")).await;
            join(&mut polled, limits.and_then(|pages| read_limits(&pages, &known, now)));
        }
        let groups = ["model", "api_key_id", "workspace_id"];
        let report = asked.report("/v1/organizations/usage_report/messages", &groups).await;
        match report.and_then(|pages| read_tokens(&pages)) {
            Ok(tokens) => {
                let used = tokens.of(By::All, "", Unit::Tokens, month_start(now)).unwrap_or(Qty(0));
                let label = "tokens this month";
                polled.readings.push(spend("tokens.month", label, Unit::Tokens, used, Window::Month, now));
                known.costs = known.costs.with(tokens);
            }
            Err(problem) => polled.problems.push(problem),
        }
        if option(account, "rate_limits")?.as_deref() == Some("yes") {
            let limits = asked.all(asked.get("/v1/organizations/rate_limits")).await;
            join(&mut polled, limits.and_then(|pages| read_rates(&pages)));
        }
        polled.costs = known.costs.into_rows();
        finish(polled)
    }
}

/// What every request of one poll shares.
struct Asked<'a> {
    http: &'a Http,
    key: &'a Secret,
    now: Timestamp,
}

impl Asked<'_> {
    fn get(&self, path: &str) -> Request {
        Request::get(path).secret_header("x-api-key", self.key).header("anthropic-version", "2023-06-01")
    }

    async fn all(&self, first: Request) -> Result<Vec<Json>, PollError> {
        let next = first.clone();
        let next = move |page: &Json, _| Ok(next_page(page)?.map(|page| next.clone().query("page", page)));
        pages(self.http, &SPEC, self.now, first, next).await
    }

    /// A report by UTC day, every page of it.
    async fn report(&self, path: &str, groups: &[&str]) -> Result<Vec<Json>, PollError> {
        let first = self.get(path).query("starting_at", &report_start(self.now).to_string());
        let first = first.query("bucket_width", "1d").query("limit", "31");
        self.all(groups.iter().fold(first, |request, group| request.query("group_by[]", group))).await
    }
}

/// The money as far as it is known, and by what it is told apart.
#[derive(Default)]
struct Known {
    costs: Costs,
    whole: bool,
    workspaces: bool,
}

/// Only the report by description makes the whole: the other is the same money.
fn read_costs(pages: &[Json], by: By) -> Result<Costs, PollError> {
    let mut costs = Costs::default();
    for (span, row) in rows(pages, "/starting_at", "/ending_at")? {
        let unit = currency(row, "/currency")?;
        let cents = scaled(row, "/amount", unit, minor(unit)?)?.ok_or_else(|| missing("/amount"))?;
        let amount = Amount::new(cents, unit);
        if by == By::Model {
            // What is no model's, such as web search, has a description only.
            let name = text(row, "/model").or(text(row, "/description")).unwrap_or_default();
            costs.add(span, amount, Provenance::Reported, &[(by, name)])?;
        } else {
            let name = text(row, "/workspace_id").unwrap_or(DEFAULT_WORKSPACE);
            costs.tell_apart(span, amount, Provenance::Reported, &[(by, name)])?;
        }
    }
    Ok(costs)
}

/// The power of ten of a currency's minor unit. Error: one that we do not know it of.
fn minor(unit: Unit) -> Result<i32, PollError> {
    let known = [Currency::USD, Currency::EUR].map(Unit::Money);
    if known.contains(&unit) || unit.to_string() == "GBP" {
        return Ok(-2);
    }
    Err(PollError::malformed(format!(
        "Anthropic bills in {unit}, whose minor unit is not known, so it is not used"
    )))
}

fn read_tokens(pages: &[Json]) -> Result<Costs, PollError> {
    let mut tokens = Costs::default();
    for (span, row) in rows(pages, "/starting_at", "/ending_at")? {
        let by = [
            (By::Model, text(row, "/model").unwrap_or_default()),
            (By::Key, text(row, "/api_key_id").unwrap_or_default()),
            (By::Project, text(row, "/workspace_id").unwrap_or(DEFAULT_WORKSPACE)),
        ];
        let mut add =
            |count: Qty| tokens.add(span, Amount::new(count, Unit::Tokens), Provenance::Reported, &by);
        add(needed(row, "/uncached_input_tokens", Unit::Tokens)?)?;
        add(needed(row, "/output_tokens", Unit::Tokens)?)?;
        for optional in [
            "/cache_read_input_tokens",
            "/cache_creation/ephemeral_1h_input_tokens",
            "/cache_creation/ephemeral_5m_input_tokens",
        ] {
            if let Some(count) = super::fields::qty(row, optional, Unit::Tokens)? {
                add(count)?;
            }
        }
    }
    Ok(tokens)
}

/// Limits of the organization, its usage tier, its services and its workspaces. Those of single people are left out.
fn read_limits(pages: &[Json], known: &Known, now: Timestamp) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for page in pages {
        let Some(limits @ Json::Array(_)) = page.get("data") else { return Err(missing("/data")) };
        for one in limits.items() {
            if one.get("is_enabled").and_then(Json::as_bool) == Some(false) {
                continue;
            }
            let unit = currency(one, "/currency")?;
            let cents = scaled(one, "/amount", unit, minor(unit)?)?.filter(|most| most.0 >= 0);
            // That months begin on the 1st (UTC) is documented; when days and weeks do is not.
            let monthly = text(one, "/period") == Some("monthly");
            let window = if monthly { Window::Month } else { Window::Other };
            let whole = known.whole.then_some((By::All, ""));
            let workspace = text(one, "/scope/workspace_id").unwrap_or(DEFAULT_WORKSPACE);
            let service = text(one, "/scope/service").unwrap_or_default();
            let (meter, label, spent) = match text(one, "/scope/type") {
                Some("organization") => ("organization".into(), "spend limit".into(), whole),
                Some("usage_tier") => ("usage_tier".into(), "spend limit of the usage tier".into(), whole),
                Some("workspace") => (
                    format!("workspace.{}", slug(workspace)),
                    format!("spend limit of workspace {workspace}"),
                    known.workspaces.then_some((By::Project, workspace)),
                ),
                Some("organization_service") => {
                    (format!("service.{}", slug(service)), format!("spend limit of {service}"), None)
                }
                _ => continue,
            };
            let Some(most) = cents else { continue };
            let period = text(one, "/period").unwrap_or("other");
            let mut reading =
                Reading::new(&format!("spend_limit.{meter}.{period}"), MeterKind::Budget, label, unit);
            reading.limit = Some(most);
            (reading.window, reading.resets_at) = (window, next_reset(window, now));
            if let Some((by, name)) = spent.filter(|_| monthly) {
                // The limit is reported, what counts against it is our sum of reported costs.
                reading.used = Some(known.costs.of(by, name, unit, month_start(now)).unwrap_or(Qty(0)));
                reading.provenance = Provenance::Derived;
            }
            polled.readings.push(reading);
        }
    }
    Ok(polled)
}

/// What is allowed in a minute. How much of it is used stands in the headers of inference calls only.
fn read_rates(pages: &[Json]) -> Result<Polled, PollError> {
    let mut polled = Polled::default();
    for page in pages {
        let Some(entries @ Json::Array(_)) = page.get("data") else { return Err(missing("/data")) };
        for entry in entries.items() {
            let first = entry.get("models").and_then(|models| models.items().first()).and_then(Json::as_str);
            let kind = text(entry, "/group/type").or(text(entry, "/group_type"));
            let Some(group) = text(entry, "/group/id").or(first).or(kind) else { continue };
            let name = text(entry, "/group/display_name").unwrap_or(group);
            for one in entry.get("limits").map(Json::items).unwrap_or_default() {
                let Some(limiter) = text(one, "/type") else { continue };
                let requests = limiter.starts_with("requests");
                if !requests && !limiter.contains("tokens") {
                    continue;
                }
                let unit = if requests { Unit::Requests } else { Unit::Tokens };
                let meter = format!("rate_limit.{}.{}", slug(group), slug(limiter));
                let label = format!("{name}: {}", limiter.replace('_', " "));
                let mut reading = Reading::new(&meter, MeterKind::Rate, label, unit);
                reading.limit = limit(one, "/value", unit)?;
                reading.window = Window::Other;
                if reading.limit.is_some() {
                    polled.readings.push(reading);
                }
            }
        }
    }
    Ok(polled)
}

#[cfg(test)]
mod tests {
    use crate::http::Answer;
    use crate::model::{Cause, Timestamp};

    /// The report never says so itself: these are what a program's call gets, as a gateway's log may keep it.
    #[test]
    fn every_way_to_be_out_of_money_is_told() {
        let rule = |status, error: &str| {
            let body = format!(r#"{{"type":"error","error":{error},"request_id":"req_EXAMPLE"}}"#);
            let answer = Answer { status, headers: vec![], body: body.into_bytes() };
            let refusal = crate::refusal::read(None, &answer, Timestamp(1_795_229_375_000)).unwrap();
            (refusal.cause, refusal.rule)
        };
        let invalid = |words: &str| format!(r#"{{"type":"invalid_request_error","message":"{words}"}}"#);
        let detail = |code: &str| {
            format!(r#"{{"type":"rate_limit_error","message":"m","details":{{"error_code":"{code}"}}}}"#)
        };
        for (status, error, cause, wanted) in [
            (
                400,
                invalid("Your credit balance is too low to access the Anthropic API. Please buy credits."),
                Cause::BalanceExhausted,
                "anthropic.credits",
            ),
            (
                400,
                invalid(
                    "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
                ),
                Cause::BudgetExceeded,
                "anthropic.own_limit",
            ),
            (
                400,
                invalid("You have reached your specified workspace API usage limits."),
                Cause::BudgetExceeded,
                "anthropic.workspace_limit",
            ),
            (429, detail("enforced_spend_limit_reached"), Cause::ProviderCap, "anthropic.tier_limit"),
            (429, detail("ramp_limit_exceeded"), Cause::RateLimited, "anthropic.ramp"),
            (
                402,
                detail("linked_organization_billing_unavailable"),
                Cause::PaymentFailed,
                "anthropic.linked_billing",
            ),
            (
                402,
                r#"{"type":"billing_error","message":"m"}"#.to_owned(),
                Cause::PaymentFailed,
                "anthropic.billing",
            ),
            (
                429,
                r#"{"type":"rate_limit_error","message":"m"}"#.to_owned(),
                Cause::RateLimited,
                "anthropic.rate",
            ),
        ] {
            assert_eq!(rule(status, &error), (cause, wanted.to_owned()), "{error}");
        }
    }
}
