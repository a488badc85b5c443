//! Together AI, with an ordinary key. `GET /v1/billing/usage` (beta, opened per organization; 404 without): the costs
//! of a month by UTC day, USD as decimal strings, finished days only, so up to the end of yesterday. No balance can be
//! read: what prepaid credit covers is marked, and costs all the same.
//! Source: docs.together.ai, "Get billing usage"; PyPI together 3.1.1, `types/organization`.

use super::costs::{Costs, months};
use super::fields::{currency, date, day_start, finish, missing, needed, text, time};
use super::pages::pages;
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled, Provenance, Timestamp,
    Unit,
};

/// The connector.
pub(super) struct Together;

static SPEC: Spec = Spec {
    id: "together",
    name: "Together AI",
    kind: ConnectorKind::Costs,
    about: "The organization's costs by model, up to yesterday.",
    base_url: Some("https://api.together.ai"),
    secrets: &[SecretSpec::key(
        "The key your programs use; any project's key reads the whole organization's costs once Together has opened that to it.",
        "https://api.together.ai/settings/api-keys",
    )],
    options: &[OptionSpec::new(
        "organization_id",
        "Organization",
        "The id of the organization that owns the key; Together means to ask for it in future.",
        "org_abc",
    )],
    meters: &[MeterSpec::new("spend.month", "spend this month, to yesterday", MeterKind::Spend, "key")],
    links: Links {
        top_up: Some("https://api.together.ai/settings/organization/~current/billing"),
        billing: Some("https://api.together.ai/settings/organization/~current/billing"),
        keys: Some("https://api.together.ai/settings/api-keys"),
        limits: None,
        status: Some("https://status.together.ai"),
    },
    env: &[("key", "TOGETHER_API_KEY")],
    starts: &[("key", "tgp_")],
    docs_url: "https://docs.together.ai/reference/billing-usage",
    min_interval: 15 * MINUTE,
    interval: 60 * MINUTE,
    freshness: 60 * MINUTE,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Together {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let mut costs = Costs::default();
        let months = months(now);
        for month in &months {
            let day = date(*month);
            let mut first = Request::get("/v1/billing/usage")
                .bearer(account.secret("key")?)
                .query("month", day.get(..7).unwrap_or(&day))
                .query("granularity", "day")
                .query("limit", "1000");
            if let Some(organization) = option(account, "organization_id")? {
                first = first.query("organization_id", &organization);
            }
            let next = first.clone();
            let next = move |page: &Json, _| {
                Ok(text(page, "/next_cursor").map(|at| next.clone().query("after", at)))
            };
            match pages(http, &SPEC, now, first, next).await.and_then(|pages| read(&pages)) {
                Ok(read) => {
                    costs = costs.with(read);
                    if Some(month) == months.last() {
                        let label = "spend this month, to yesterday";
                        polled.readings = costs.month("spend.month", label, Unit::USD, now);
                        polled.readings.iter_mut().for_each(|reading| reading.as_of = Some(day_start(now)));
                    }
                }
                Err(problem) => polled.problems.push(closed(problem)),
            }
        }
        polled.costs = costs.into_rows();
        finish(polled)
    }
}

/// 404 is how Together says that the report is not opened to this organization.
fn closed(problem: PollError) -> PollError {
    if problem.kind != PollErrorKind::NotFound {
        return problem;
    }
    let message = "Together AI has not opened its billing report to this organization (404): ask its support for the beta of billing usage; if base_url is not Together's own, check that too.";
    PollError { message: message.to_owned(), ..problem }
}

fn read(pages: &[Json]) -> Result<Costs, PollError> {
    let mut costs = Costs::default();
    for page in pages {
        let unit = currency(page, "/currency")?;
        let Some(windows @ Json::Array(_)) = page.get("data") else { return Err(missing("/data")) };
        for window in windows.items() {
            let at = |pointer| time(window, pointer).ok_or_else(|| missing(&format!("/data/*{pointer}")));
            let span = (at("/start_time")?, at("/end_time")?);
            let Some(items @ Json::Array(_)) = window.get("line_items") else {
                return Err(missing("/data/*/line_items"));
            };
            for item in items.items() {
                let amount = Amount::new(needed(item, "/cost", unit)?, unit);
                let name =
                    text(item, "/attributes/model").or(text(item, "/product_name")).unwrap_or_default();
                costs.add(span, amount, Provenance::Reported, &[(By::Model, name)])?;
            }
        }
    }
    Ok(costs)
}
