//! OpenAI, with an admin key. `GET /v1/organization/costs`: USD by UTC day, as number or text, asked for three times,
//! by line item, project and key: the same money told apart differently. `/v1/organization/usage/completions`: tokens
//! by day and model. `/v1/organization/spend_limit` and `/v1/organization/projects/{id}/spend_limit`: hard monthly
//! limits in cents, and whether they are enforced now; 404 where none is set. No balance can be read with a key. The
//! rate limits of projects are left out: a limit of which no use is known is no meter.
//! Source: openai/openai-openapi@f85dbe22; developers.openai.com, "Spend limits" and "Error codes".

use super::costs::{Costs, report_start, rows};
use super::fields::{currency, finish, join, month_start, needed, next_reset, scaled, spend, text};
use super::pages::{next_page, pages};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Cause, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance,
    Qty, Reading, SECOND, Scope, Secret, Timestamp, Unit, Window,
};
use crate::refusal::reported;

/// The connector.
pub(super) struct OpenAi;

/// Projects whose limits are asked for when none is named.
const MOST_PROJECTS: usize = 20;

static SPEC: Spec = Spec {
    id: "openai",
    name: "OpenAI",
    kind: ConnectorKind::Costs,
    about: "Costs and tokens of the organization, and its hard spend limits, with an admin key.",
    base_url: Some("https://api.openai.com"),
    secrets: &[SecretSpec::key(
        "An admin key, made by an owner of the organization; read access to usage (api.usage.read) is enough for costs and tokens.",
        "https://platform.openai.com/settings/organization/admin-keys",
    )
    .role("admin_key", "Admin key")
    .prefix("sk-admin-")],
    options: &[
        OptionSpec::new(
            "limits",
            "Spend limits",
            "Whether the hard spend limits are read too; no for a key that may read usage only.",
            "no",
        )
        .choices(&["yes", "no"]),
        OptionSpec::new(
            "projects",
            "Projects",
            "Ids of the projects whose spend limits are read, with commas between; all of them, up to 20, if empty.",
            "proj_abc, proj_def",
        ),
    ],
    meters: &[
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "admin_key"),
        MeterSpec::new("spend_limit", "spend limit", MeterKind::Budget, "admin_key"),
        MeterSpec::new("spend_limit.project.*", "project spend limit", MeterKind::Budget, "admin_key"),
        MeterSpec::new("tokens.month", "tokens this month", MeterKind::Spend, "admin_key"),
    ],
    links: Links {
        top_up: Some("https://platform.openai.com/settings/organization/billing"),
        billing: Some("https://platform.openai.com/settings/organization/billing"),
        keys: Some("https://platform.openai.com/api-keys"),
        limits: Some("https://platform.openai.com/settings/organization/limits"),
        status: Some("https://status.openai.com"),
    },
    env: &[("admin_key", "OPENAI_ADMIN_KEY"), ("", "OPENAI_API_KEY")],
    starts: &[("admin_key", "sk-proj-"), ("admin_key", "sk-svcacct-")],
    docs_url: "https://platform.openai.com/docs/api-reference/usage",
    min_interval: 5 * MINUTE,
    interval: 10 * MINUTE,
    // How late the costs are is not documented; they are kept by UTC day.
    freshness: DAY,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for OpenAi {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let asked = Asked { http, key: account.secret("admin_key")?, now };
        let mut polled = Polled::default();
        let mut costs = Costs::default();
        // The report by line item is the whole; without it there is nothing to tell apart.
        let (mut whole_known, mut projects_known) = (false, false);
        match asked.costs("line_item", By::Model).await {
            Ok(whole) => {
                polled.readings = whole.month("spend.month", "spend this month", Unit::USD, now);
                (costs, whole_known) = (whole, true);
                for (field, by) in [("project_id", By::Project), ("api_key_id", By::Key)] {
                    match asked.costs(field, by).await {
                        Ok(apart) => {
                            costs = costs.with(apart);
                            projects_known |= by == By::Project;
                        }
                        Err(problem) => polled.problems.push(problem),
                    }
                }
            }
            Err(problem) => polled.problems.push(problem),
        }
        if option(account, "limits")?.as_deref() != Some("no") {
            // With costs that name no project, nobody can say what a project spent.
            projects_known &= costs.of(By::Project, "", Unit::USD, month_start(now)).is_none();
            let spent = |by, name: &str, known: bool| {
                known.then(|| costs.of(by, name, Unit::USD, month_start(now)).unwrap_or(Qty(0)))
            };
            let whole = spent(By::All, "", whole_known);
            let chosen = option(account, "projects")?.unwrap_or_default();
            asked.limits(&mut polled, &chosen, whole, |id| spent(By::Project, id, projects_known)).await;
        }
        match asked.tokens().await {
            Ok(tokens) => {
                let used = tokens.of(By::All, "", Unit::Tokens, month_start(now)).unwrap_or(Qty(0));
                let label = "tokens of completions this month";
                polled.readings.push(spend("tokens.month", label, Unit::Tokens, used, Window::Month, now));
                costs = costs.with(tokens);
            }
            Err(problem) => polled.problems.push(problem),
        }
        polled.costs = costs.into_rows();
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
    async fn get(&self, path: &str) -> Result<Json, PollError> {
        fetch(self.http, &SPEC, Request::get(path).bearer(self.key), self.now).await
    }

    /// A report by UTC day, every page of it.
    async fn report(&self, path: &str, group: &str) -> Result<Vec<Json>, PollError> {
        let first = Request::get(path)
            .bearer(self.key)
            .query("start_time", &(report_start(self.now).0 / SECOND).to_string())
            .query("bucket_width", "1d")
            .query("group_by[]", group)
            .query("limit", "31");
        let next = first.clone();
        let next = move |page: &Json, _| Ok(next_page(page)?.map(|page| next.clone().query("page", page)));
        pages(self.http, &SPEC, self.now, first, next).await
    }

    async fn costs(&self, group: &str, by: By) -> Result<Costs, PollError> {
        read_costs(&self.report("/v1/organization/costs", group).await?, group, by)
    }

    async fn tokens(&self) -> Result<Costs, PollError> {
        read_tokens(&self.report("/v1/organization/usage/completions", "model").await?)
    }

    /// The limit of the organization and those of projects, and what counts against them, where it is known.
    async fn limits(
        &self,
        polled: &mut Polled,
        chosen: &str,
        spent: Option<Qty>,
        spent_by: impl Fn(&str) -> Option<Qty> + Send + Sync,
    ) {
        let whole = Owner { meter: "spend_limit".into(), label: "spend limit".into(), project: false };
        let limit = self.limit("/v1/organization/spend_limit", &whole, spent).await;
        // A key that may not read this one may not read the others either: said once is enough.
        let closed = limit.as_ref().is_err_and(|error| error.kind == PollErrorKind::Credentials);
        join(polled, limit);
        if closed {
            return;
        }
        let projects = match self.projects(chosen).await {
            Ok(projects) => projects,
            Err(problem) => return polled.problems.push(problem),
        };
        for (id, name) in projects {
            let owner = Owner {
                meter: format!("spend_limit.project.{}", super::fields::slug(&id)),
                label: format!("spend limit of project “{name}”"),
                project: true,
            };
            let path = format!("/v1/organization/projects/{id}/spend_limit");
            join(polled, self.limit(&path, &owner, spent_by(&id)).await);
        }
    }

    async fn limit(&self, path: &str, owner: &Owner, used: Option<Qty>) -> Result<Polled, PollError> {
        match self.get(path).await {
            Ok(json) => read_limit(&json, owner, used, self.now),
            // Costs come from the same host, so this says that no limit is set.
            Err(error) if error.kind == PollErrorKind::NotFound => Ok(Polled::default()),
            Err(error) => Err(error),
        }
    }

    /// Ids and names: those chosen, or all that are active.
    async fn projects(&self, chosen: &str) -> Result<Vec<(String, String)>, PollError> {
        let fit = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let named: Vec<&str> = chosen.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
        if let Some(wrong) = named.iter().find(|id| !fit(id)) {
            return Err(config(format!("'{wrong}' in the option projects is no project id")));
        }
        if !named.is_empty() {
            return Ok(named.iter().map(|id| ((*id).to_owned(), (*id).to_owned())).collect());
        }
        let first = Request::get("/v1/organization/projects").bearer(self.key).query("limit", "100");
        let next = first.clone();
        let next = move |page: &Json, _| {
            let more = page.get("has_more").and_then(Json::as_bool) == Some(true);
            let last = text(page, "/last_id").filter(|_| more);
            Ok(last.map(|last| next.clone().query("after", last)))
        };
        let found = pages(self.http, &SPEC, self.now, first, next).await?;
        let all = found.iter().filter_map(|page| page.get("data")).flat_map(Json::items);
        let mut projects = Vec::new();
        for project in all.filter(|project| text(project, "/status") != Some("archived")) {
            if let Some(id) = text(project, "/id").filter(|id| fit(id)) {
                projects.push((id.to_owned(), text(project, "/name").unwrap_or(id).to_owned()));
            }
        }
        if projects.len() > MOST_PROJECTS {
            return Err(config(format!(
                "OpenAI lists {} projects, too many to read each one's spend limit: name those to watch in the option projects",
                projects.len()
            )));
        }
        Ok(projects)
    }
}

/// Whose limit it is.
struct Owner {
    meter: String,
    label: String,
    project: bool,
}

fn config(message: String) -> PollError {
    PollError::new(PollErrorKind::Config, message)
}

/// Only the report by line item makes the whole: the others are the same money.
fn read_costs(pages: &[Json], group: &str, by: By) -> Result<Costs, PollError> {
    let mut costs = Costs::default();
    for (span, row) in rows(pages, "/start_time", "/end_time")? {
        let unit = currency(row, "/amount/currency")?;
        let amount = Amount::new(needed(row, "/amount/value", unit)?, unit);
        let name = text(row, &format!("/{group}")).unwrap_or_default();
        match by {
            By::Model => costs.add(span, amount, Provenance::Reported, &[(by, name)])?,
            _ => costs.tell_apart(span, amount, Provenance::Reported, &[(by, name)])?,
        }
    }
    Ok(costs)
}

/// Cached input is part of the input.
fn read_tokens(pages: &[Json]) -> Result<Costs, PollError> {
    let mut tokens = Costs::default();
    for (span, row) in rows(pages, "/start_time", "/end_time")? {
        let model = text(row, "/model").unwrap_or_default();
        for field in ["/input_tokens", "/output_tokens"] {
            let amount = Amount::new(needed(row, field, Unit::Tokens)?, Unit::Tokens);
            tokens.add(span, amount, Provenance::Reported, &[(By::Model, model)])?;
        }
    }
    Ok(tokens)
}

fn read_limit(json: &Json, owner: &Owner, used: Option<Qty>, now: Timestamp) -> Result<Polled, PollError> {
    let unit = currency(json, "/currency")?;
    let limit = scaled(json, "/threshold_amount", unit, -2)?
        .ok_or_else(|| super::fields::missing("/threshold_amount"))?;
    let mut reading = Reading::new(&owner.meter, MeterKind::Budget, &owner.label, unit);
    reading.limit = Some(limit);
    let month = text(json, "/interval") == Some("month");
    reading.window = if month { Window::Month } else { Window::Other };
    reading.resets_at = next_reset(reading.window, now);
    if month && unit == Unit::USD && used.is_some() {
        // The limit is reported, what counts against it is our sum of reported costs.
        reading.used = used;
        reading.provenance = Provenance::Derived;
    }
    let mut polled = Polled::default();
    if text(json, "/enforcement/status") == Some("enforcing") {
        // Both are limits that somebody set there; OpenAI's own is the tier's, which this does not tell.
        let (scope, rule) = if owner.project {
            (Scope::Project, "openai.project_enforcing")
        } else {
            (Scope::Organisation, "openai.enforcing")
        };
        let words = format!("OpenAI enforces the {} now: calls are refused", owner.label);
        let mut refusal = reported(Cause::BudgetExceeded, scope, rule, &words);
        refusal.meter = Some(reading.meter.clone());
        refusal.retry_at = reading.resets_at;
        refusal.retryable = refusal.retry_at.is_some();
        polled.refusals.push(refusal);
    }
    polled.readings.push(reading);
    Ok(polled)
}
