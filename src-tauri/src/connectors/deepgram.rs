//! Deepgram, `Authorization: Token KEY` with the scope `billing:read` (project owners and admins have it). Money is
//! per project: without the option `project_id` every project of the key is read.
//!
//! * `GET /v1/projects`: `project_id` and `name`.
//! * `GET /v1/projects/{id}/balances`: a project may have several; those in `usd` are added up. Balances in other units
//!   (`hour`) are left out.
//! * `GET /v1/projects/{id}/billing/breakdown`: dollars by UTC day and line item; `start` and `end` are both included.
//!
//! Source: deepgram/deepgram-api-specs@4ba987cf, openapi.yml; developers.deepgram.com, "Errors" and "Working with roles".

use super::costs::{Costs, report_start};
use super::fields::{balance, date, finish, join, missing, month_start, needed, slug, spend, text};
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, fetch, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Reading, Secret, Timestamp, Unit, Window,
};

/// The connector.
pub(super) struct Deepgram;

/// Projects that one poll reads, at two requests each.
const MOST: usize = 20;

static SPEC: Spec = Spec {
    id: "deepgram",
    name: "Deepgram",
    kind: ConnectorKind::Credits,
    about: "Balance of each project, and costs by line item and project.",
    base_url: Some("https://api.deepgram.com"),
    secrets: &[SecretSpec::key(
        "A key with the scope billing:read, which owners and admins of a project have and members have not.",
        "https://console.deepgram.com",
    )],
    options: &[OptionSpec::new(
        "project_id",
        "Project",
        "The only project to read; without it every project that the key may see.",
        "00000000-0000-4000-8000-000000000000",
    )],
    meters: &[
        MeterSpec::new("balance.*", "balance of a project", MeterKind::Balance, "key"),
        MeterSpec::new("spend.month", "spend this month", MeterKind::Spend, "key"),
    ],
    links: Links {
        top_up: Some("https://console.deepgram.com"),
        billing: None,
        keys: Some("https://console.deepgram.com"),
        limits: None,
        status: Some("https://status.deepgram.com"),
    },
    env: &[("key", "DEEPGRAM_API_KEY")],
    docs_url: "https://developers.deepgram.com/reference/manage/billing/list",
    min_interval: 5 * MINUTE,
    interval: 15 * MINUTE,
    freshness: 60 * MINUTE,
    ..Spec::DEFAULT
};

/// A project: its id and its name.
type Project = (String, String);

#[async_trait::async_trait]
impl Connector for Deepgram {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let token = Secret::new(format!("Token {}", account.secret("key")?.expose()));
        let get = |path: &str| Request::get(path).secret_header("authorization", &token);
        let mut polled = Polled::default();
        let mut projects = match option(account, "project_id")? {
            Some(id) => vec![(id.clone(), id)],
            None => read_projects(&fetch(http, &SPEC, get("/v1/projects"), now).await?)?,
        };
        if projects.len() > MOST {
            polled.problems.push(PollError::new(
                PollErrorKind::Config,
                format!(
                    "only {MOST} of the key's {} projects are read: name one with the option project_id",
                    projects.len()
                ),
            ));
            projects.truncate(MOST);
        }
        let (mut reports, mut whole) = (Vec::new(), polled.problems.is_empty());
        for project in projects {
            let path = project_path(&project.0)?;
            let balances = fetch(http, &SPEC, get(&format!("{path}/balances")), now).await;
            join(&mut polled, balances.and_then(|json| read_balances(&json, &project)));
            let breakdown = get(&format!("{path}/billing/breakdown"))
                .query("start", &date(report_start(now)))
                .query("end", &date(now))
                .query("grouping", "line_item");
            match fetch(http, &SPEC, breakdown, now).await {
                Ok(json) => reports.push((project, json)),
                Err(problem) => {
                    whole = false;
                    polled.problems.push(problem);
                }
            }
        }
        // Costs of some projects only would pass for the account's.
        if whole {
            join(&mut polled, read_costs(&reports, now));
        }
        finish(polled)
    }
}

fn project_path(id: &str) -> Result<String, PollError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    match !id.is_empty() && id.bytes().all(fits) {
        true => Ok(format!("/v1/projects/{id}")),
        false => Err(PollError::new(PollErrorKind::Config, format!("'{id}' is no project id of Deepgram"))),
    }
}

fn read_projects(json: &Json) -> Result<Vec<Project>, PollError> {
    let Some(rows @ Json::Array(_)) = json.get("projects") else { return Err(missing("/projects")) };
    let project = |row: &Json| {
        let id = text(row, "/project_id").ok_or_else(|| missing("/projects/*/project_id"))?;
        Ok((id.to_owned(), text(row, "/name").unwrap_or(id).to_owned()))
    };
    let projects: Vec<Project> = rows.items().iter().map(project).collect::<Result<_, PollError>>()?;
    match projects.is_empty() {
        true => Err(PollError::credentials(
            "Deepgram shows this key no project: use one of a project's owner or admin",
        )),
        false => Ok(projects),
    }
}

fn read_balances(json: &Json, (id, name): &Project) -> Result<Polled, PollError> {
    let Some(rows @ Json::Array(_)) = json.get("balances") else { return Err(missing("/balances")) };
    let (mut left, mut count) = (Qty(0), 0_usize);
    for row in rows.items() {
        let units = text(row, "/units").ok_or_else(|| missing("/balances/*/units"))?;
        if units.eq_ignore_ascii_case("usd") {
            let amount = needed(row, "/amount", Unit::USD)?;
            let too_much = || PollError::malformed("the sum of the project's balances does not fit");
            left = left.checked_add(amount).ok_or_else(too_much)?;
            count += 1;
        }
    }
    // No balance at all: the project pays by invoice.
    if count == 0 {
        return Ok(Polled::default());
    }
    let provenance = if count == 1 { Provenance::Reported } else { Provenance::Derived };
    let reading = balance(&format!("balance.{}", slug(id)), &format!("balance of {name}"), Unit::USD, left);
    Ok(Polled { readings: vec![Reading { provenance, ..reading }], ..Polled::default() })
}

fn read_costs(reports: &[(Project, Json)], now: Timestamp) -> Result<Polled, PollError> {
    let mut costs = Costs::default();
    for ((_, project), json) in reports {
        let Some(rows @ Json::Array(_)) = json.get("results") else { return Err(missing("/results")) };
        for row in rows.items() {
            let day = |pointer: &str| {
                let day = text(row, pointer)?;
                Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z"))
            };
            let start = day("/grouping/start").ok_or_else(|| missing("/results/*/grouping/start"))?;
            let end = day("/grouping/end").filter(|end| *end >= start).unwrap_or(start).plus(DAY);
            let amount = Amount::new(needed(row, "/dollars", Unit::USD)?, Unit::USD);
            let item = text(row, "/grouping/line_item").unwrap_or_default();
            let by = [(By::Model, item), (By::Project, project.as_str())];
            costs.add((start, end), amount, Provenance::Reported, &by)?;
        }
    }
    let total = costs.totals(month_start(now)).get(&Unit::USD).copied().unwrap_or_default();
    let month = spend("spend.month", "spend this month", Unit::USD, total, Window::Month, now);
    Ok(Polled { readings: vec![month], costs: costs.into_rows(), ..Polled::default() })
}
