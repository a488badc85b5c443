//! AWS Cost Explorer: `GetCostAndUsage`, by day. AWS has no prepaid balance; what Bedrock cost is in the account's cost
//! report, under the service "Amazon Bedrock" and, for models sold through the marketplace, under services of their own
//! such as "Claude Sonnet (Bedrock Edition)". So without the option `service` every service whose name holds "Bedrock"
//! is counted, grouped by service; with it the one service is asked for, grouped by usage type.
//!
//! `POST /` with `X-Amz-Target: AWSInsightsIndexService.GetCostAndUsage`, signed with Signature Version 4 for `ce` in
//! us-east-1 by the crate `aws-sigv4`. Amounts are decimal texts with a unit; pages hang together by `NextPageToken`.
//! Every request costs 0.01 USD; AWS refreshes the figures up to three times a day.
//! Source: botocore 1.44.5 (`data/ce/2017-10-25`); docs.aws.amazon.com, "Best practices for the Cost Explorer API".

use super::costs::Costs;
use super::fields::{date, day_start, missing, month_start, needed, text};
use super::month::{midnight, month, utc_month};
use super::pages::pages;
use super::{Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, option};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, DAY, HOUR, Json, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty,
    Secret, Timestamp, Unit,
};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use std::time::{Duration, SystemTime};

/// The connector.
pub(super) struct Aws;

static SPEC: Spec = Spec {
    id: "aws",
    name: "AWS (Bedrock)",
    kind: ConnectorKind::Costs,
    about: "What Bedrock, or any other service, cost by day, from Cost Explorer.",
    base_url: Some("https://ce.us-east-1.amazonaws.com"),
    secrets: &[
        SecretSpec::key(
            "The access key of an IAM user whose only policy allows ce:GetCostAndUsage on all resources.",
            "https://console.aws.amazon.com/iam/home#/users",
        )
        .role("access_key_id", "Access key ID"),
        SecretSpec::key(
            "The secret that AWS shows once, when the access key is made.",
            "https://console.aws.amazon.com/iam/home#/users",
        )
        .role("secret_access_key", "Secret access key"),
        SecretSpec::key(
            "Only with a temporary access key; such keys end after hours, so an IAM user's key serves better.",
            "https://console.aws.amazon.com/iam/home#/users",
        )
        .role("session_token", "Session token")
        .optional(),
    ],
    options: &[OptionSpec::new(
        "service",
        "Service",
        "One service by its exact name in Cost Explorer, told apart by usage type, or * for all services; without it, all whose name holds Bedrock.",
        "Amazon Bedrock",
    )],
    meters: &[
        MeterSpec::new("spend.month.*", "spent this month", MeterKind::Spend, "secret_access_key"),
        MeterSpec::new("budget.month", "your budget this month", MeterKind::Budget, "secret_access_key"),
    ],
    links: Links {
        top_up: Some("https://console.aws.amazon.com/billing/home#/bills"),
        billing: Some("https://console.aws.amazon.com/billing/home#/bills"),
        keys: Some("https://console.aws.amazon.com/iam/home#/users"),
        limits: Some("https://console.aws.amazon.com/servicequotas/home"),
        status: Some("https://health.aws.amazon.com/health/status"),
    },
    env: &[("access_key_id", "AWS_ACCESS_KEY_ID"), ("secret_access_key", "AWS_SECRET_ACCESS_KEY"), ("session_token", "AWS_SESSION_TOKEN")],
    starts: &[("access_key_id", "AKIA"), ("access_key_id", "ASIA")],
    docs_url: "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html",
    poll_cost: Some("Each poll costs 0.01 USD per page of the report, one page as a rule: AWS charges that for its API."),
    min_interval: 6 * HOUR,
    interval: 6 * HOUR,
    freshness: DAY,
    pushed: false,
};

/// Region and service of the signature: Cost Explorer answers in one region for all.
const REGION: &str = "us-east-1";
const SERVICE: &str = "ce";

/// Days of the last month that are asked for again early in a month: until then its figures are estimates.
const SETTLE: i64 = 4 * DAY;

#[async_trait::async_trait]
impl Connector for Aws {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let wanted = Wanted::of(option(account, "service")?);
        let first = request(account, &wanted, None, now)?;
        let next = |page: &Json, _| match text(page, "/NextPageToken") {
            Some(token) => request(account, &wanted, Some(token), now).map(Some),
            None => Ok(None),
        };
        let mut costs = Costs::default();
        for page in pages(http, &SPEC, now, first, next).await? {
            read(&page, &wanted, &mut costs)?;
        }
        let readings = month(&costs, account, utc_month(now));
        Ok(Polled { readings, costs: costs.into_rows(), ..Polled::default() })
    }
}

/// Which services are counted.
enum Wanted {
    Bedrock,
    All,
    One(String),
}

impl Wanted {
    fn of(option: Option<String>) -> Wanted {
        match option {
            None => Wanted::Bedrock,
            Some(all) if all == "*" => Wanted::All,
            Some(name) => Wanted::One(name),
        }
    }

    fn counts(&self, group: &str) -> bool {
        !matches!(self, Wanted::Bedrock) || group.to_lowercase().contains("bedrock")
    }
}

fn request(
    account: &Account,
    wanted: &Wanted,
    token: Option<&str>,
    now: Timestamp,
) -> Result<Request, PollError> {
    let from = month_start(now).min(day_start(now) + -SETTLE);
    let group = if matches!(wanted, Wanted::One(_)) { "USAGE_TYPE" } else { "SERVICE" };
    let mut body = serde_json::json!({
        // The end is not part of the span.
        "TimePeriod": { "Start": date(from), "End": date(day_start(now) + DAY) },
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{ "Type": "DIMENSION", "Key": group }],
    });
    if let Wanted::One(name) = wanted {
        body["Filter"] = serde_json::json!({ "Dimensions": { "Key": "SERVICE", "Values": [name] } });
    }
    if let Some(token) = token {
        body["NextPageToken"] = token.into();
    }
    let body = body.to_string();
    let kind = "application/x-amz-json-1.1";
    let target = "AWSInsightsIndexService.GetCostAndUsage";
    let url = format!("{}/", account.base_url.trim_end_matches('/'));
    let headers = [("content-type", kind), ("x-amz-target", target)];
    let credentials = Credentials::new(
        account.secret("access_key_id")?.expose(),
        account.secret("secret_access_key")?.expose(),
        account.secret("session_token").ok().map(|token| token.expose().to_owned()),
        None,
        "account",
    );
    let signed = signature(("POST", &url, &headers, body.as_bytes()), SERVICE, credentials, now)?;
    let request = Request::text("/", kind, body).header("x-amz-target", target);
    Ok(signed.iter().fold(request, |request, (name, value)| match name.as_str() {
        "x-amz-date" => request.header(name, value),
        _ => request.secret_header(name, &Secret::new(value)),
    }))
}

/// The headers that sign a request: method, address, headers besides `host`, body.
fn signature(
    (method, url, headers, body): (&str, &str, &[(&str, &str)], &[u8]),
    service: &str,
    credentials: Credentials,
    now: Timestamp,
) -> Result<Vec<(String, String)>, PollError> {
    // Its errors may quote what was signed.
    let unfit = || {
        PollError::new(
            PollErrorKind::Config,
            "the request to AWS cannot be signed: check the access key and base_url",
        )
    };
    let identity = credentials.into();
    let params = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_millis(now.0.max(0).unsigned_abs()))
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| unfit())?
        .into();
    let request = SignableRequest::new(method, url, headers.iter().copied(), SignableBody::Bytes(body))
        .map_err(|_| unfit())?;
    let (instructions, _) = sign(request, &params).map_err(|_| unfit())?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect())
}

fn read(page: &Json, wanted: &Wanted, costs: &mut Costs) -> Result<(), PollError> {
    let Some(results @ Json::Array(_)) = page.get("ResultsByTime") else {
        return Err(missing("/ResultsByTime"));
    };
    for result in results.items() {
        let day = |end: &str| {
            let pointer = format!("/TimePeriod/{end}");
            let day = text(result, &pointer).and_then(|text| midnight(text.parse().ok()?));
            day.ok_or_else(|| missing(&format!("/ResultsByTime/*{pointer}")))
        };
        let span = (day("Start")?, day("End")?);
        let groups = result.get("Groups").map(Json::items).unwrap_or_default();
        for group in groups {
            let name = group.get("Keys").and_then(|keys| keys.items().first()?.as_str()).unwrap_or_default();
            let cost = amount(group, "/Metrics")?;
            if wanted.counts(name) {
                costs.add(span, cost, Provenance::Reported, &[(By::Model, name)])?;
            } else {
                // A day in the report on which nothing of it was Bedrock cost nothing.
                costs.add(span, Amount::new(Qty(0), cost.unit), Provenance::Reported, &[])?;
            }
        }
        // A day on which nothing was used has no groups, and may have a total, of zero.
        if groups.is_empty() && result.pointer("/Total/UnblendedCost").is_some() {
            costs.add(span, amount(result, "/Total")?, Provenance::Reported, &[])?;
        }
    }
    Ok(())
}

fn amount(json: &Json, under: &str) -> Result<Amount, PollError> {
    let unit = text(json, &format!("{under}/UnblendedCost/Unit"))
        .ok_or_else(|| missing(&format!("{under}/UnblendedCost/Unit")))?;
    let unit = unit
        .parse::<crate::model::Currency>()
        .map(Unit::Money)
        .map_err(|error| PollError::malformed(format!("the costs' currency is not known: {error}")))?;
    Ok(Amount::new(needed(json, &format!("{under}/UnblendedCost/Amount"), unit)?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `get-vanilla` and `post-vanilla` of AWS's published Signature Version 4 test suite.
    #[test]
    fn the_signature_is_that_of_the_published_test_suite() {
        let now = Timestamp::parse_rfc3339("2015-08-30T12:36:00Z").unwrap();
        for (method, wanted) in [
            ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ] {
            let credentials = Credentials::new(
                "AKIDEXAMPLE",
                concat!("wJalrXUtnFEMI/K7MDENG+", "bPxRfiCYEXAMPLEKEY"),
                None,
                None,
                "test",
            );
            let request = (method, "https://example.amazonaws.com/", &[][..], &b""[..]);
            let signed = signature(request, "service", credentials, now).unwrap();
            let authorization = &signed.iter().find(|(name, _)| name == "authorization").unwrap().1;
            assert_eq!(
                *authorization,
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={wanted}"
                )
            );
        }
    }
}
