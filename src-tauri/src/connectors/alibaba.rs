//! Alibaba Cloud, whose Model Studio (DashScope, Qwen) is paid from the account's balance: `QueryAccountBalance` and
//! `QueryBillOverview` of the billing API BssOpenApi 2017-12-14. A DashScope key (`sk-…`) cannot read either.
//!
//! The available credit is the balance less what is not yet settled; below zero the account is overdue. Amounts are
//! texts, with thousands separators or numbers. A billing month is a calendar month; all billing times are UTC+8.
//!
//! Requests are signed with ACS3-HMAC-SHA256 ("signature method V3"). No crate that is well kept offers it on its own
//! (those that do are whole clients with an HTTP client inside), so it is written here with `hmac` and `sha2`, and
//! tested against the documents' worked example. Its nonce must differ between requests; a connector has no randomness,
//! so it is a hash of the time in milliseconds, the account's id and the action. A request that is sent a second time
//! after a failed connection has the same one: if the first did arrive, the second is refused, and the next poll asks
//! anew. The server refuses a signature that is more than 15 minutes old.
//! Source: alibabacloud.com/help, "QueryAccountBalance", "QueryBillOverview", "Request syntax and signature method V3",
//! "Authorize a RAM user to use BOA".

use super::costs::Costs;
use super::fields::{balance, finish, join, missing, needed, one, text};
use super::{
    Connector, ConnectorKind, Links, MeterSpec, OptionSpec, SecretSpec, Spec, checked, option, origin,
};
use crate::http::{Http, Request};
use crate::model::{
    Account, Amount, By, Currency, HOUR, Json, MINUTE, MeterKind, PollError, PollErrorKind, Polled,
    Provenance, Secret, Timestamp, Unit,
};
use crate::refusal::to_error;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The connector.
pub(super) struct Alibaba;

const KEYS: &str = "https://ram.console.aliyun.com/users";

static SPEC: Spec = Spec {
    id: "alibaba",
    name: "Alibaba Cloud (Model Studio)",
    kind: ConnectorKind::Credits,
    about: "The account's available credit, and the month's costs by product; international accounts set the address to https://business.ap-southeast-1.aliyuncs.com.",
    base_url: Some("https://business.aliyuncs.com"),
    secrets: &[
        SecretSpec::key(
            "The access key of a RAM user whose only policy allows bss:DescribeAcccount (spelt so) and bss:DescribeBillList, or AliyunBSSReadOnlyAccess.",
            KEYS,
        )
        .role("access_key_id", "AccessKey ID"),
        SecretSpec::key("The secret that is shown once, when the access key is made.", KEYS)
            .role("access_key_secret", "AccessKey secret"),
    ],
    options: &[OptionSpec::new(
        "product",
        "Product",
        "Only the costs of this product code in the bill; without it, of all products.",
        "rds",
    )],
    meters: &[
        MeterSpec::new("balance.*", "available credit", MeterKind::Balance, "access_key_secret"),
        MeterSpec::new("spend.month.*", "spent this month", MeterKind::Spend, "access_key_secret"),
        MeterSpec::new("budget.month", "your budget this month", MeterKind::Budget, "access_key_secret"),
    ],
    links: Links {
        top_up: Some("https://usercenter2.aliyun.com/home"),
        billing: None,
        keys: Some("https://ram.console.alibabacloud.com/users"),
        limits: None,
        status: Some("https://status.alibabacloud.com"),
    },
    env: &[("access_key_id", "ALIBABA_CLOUD_ACCESS_KEY_ID"), ("access_key_secret", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")],
    starts: &[("access_key_id", "LTAI")],
    docs_url: "https://www.alibabacloud.com/help/en/user-center/developer-reference/api-bssopenapi-2017-12-14-queryaccountbalance",
    min_interval: 5 * MINUTE,
    interval: 15 * MINUTE,
    freshness: HOUR,
    ..Spec::DEFAULT
};

#[async_trait::async_trait]
impl Connector for Alibaba {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let left = ask(http, account, "QueryAccountBalance", &[], now).await;
        join(&mut polled, left.and_then(|json| read_balance(&json)));
        let month = Month::of(now)?;
        let mut query = vec![("BillingCycle", month.name.clone())];
        query.extend(option(account, "product")?.map(|code| ("ProductCode", code)));
        let bill = ask(http, account, "QueryBillOverview", &query, now).await;
        join(&mut polled, bill.and_then(|json| read_bill(&json, account, &month)));
        finish(polled)
    }
}

/// A billing month.
struct Month {
    name: String,
    start: Timestamp,
    end: Timestamp,
}

impl Month {
    fn of(now: Timestamp) -> Result<Month, PollError> {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let first = now.to_jiff().to_zoned(zone.clone()).date().first_of_month();
        let start = |day: jiff::civil::Date| {
            Some(Timestamp(day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond()))
        };
        let next = first.checked_add(jiff::Span::new().months(1)).ok().and_then(start);
        let (Some(start), Some(end)) = (start(first), next) else {
            return Err(PollError::new(PollErrorKind::Config, "the clock's year is beyond all calendars"));
        };
        Ok(Month { name: first.strftime("%Y-%m").to_string(), start, end })
    }
}

/// The JSON of a signed question. A refusal may come as HTTP 200 with `Success: false`.
async fn ask(
    http: &Http,
    account: &Account,
    action: &str,
    query: &[(&str, String)],
    now: Timestamp,
) -> Result<Json, PollError> {
    let request = query.iter().fold(Request::get("/"), |request, (name, value)| request.query(name, value));
    let headers = headers(account, action, now)?;
    let signature =
        sign("GET", query, &headers, account.secret("access_key_id")?, account.secret("access_key_secret")?);
    // `host` is sent by the client, as it was signed.
    let plain = headers.iter().filter(|(name, _)| *name != "host");
    let request = plain.fold(request, |request, (name, value)| request.header(name, value));
    let mut answer = http.send(request.secret_header("authorization", &signature)).await?;
    let json = checked(&SPEC, &answer, now)?;
    match json.get("Success").and_then(Json::as_bool) {
        Some(true) => Ok(json),
        Some(false) => {
            answer.status = 400;
            Err(to_error(origin(&SPEC), &answer, now))
        }
        None => Err(missing("/Success")),
    }
}

/// What is signed, in the order of names.
fn headers(
    account: &Account,
    action: &str,
    now: Timestamp,
) -> Result<Vec<(&'static str, String)>, PollError> {
    let url = url::Url::parse(&account.base_url).ok();
    let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port())));
    let host = match host {
        Some((host, Some(port))) => format!("{host}:{port}"),
        Some((host, None)) => host.to_owned(),
        None => return Err(PollError::new(PollErrorKind::Config, "the base_url names no host")),
    };
    let nonce = hex(&Sha256::digest(format!("{} {} {action}", now.0, account.id)));
    Ok(vec![
        ("host", host),
        ("x-acs-action", action.to_owned()),
        ("x-acs-content-sha256", hex(&Sha256::digest(b""))),
        ("x-acs-date", now.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("x-acs-signature-nonce", nonce.chars().take(32).collect()),
        ("x-acs-version", "2017-12-14".to_owned()),
    ])
}

/// The header `Authorization` of a request to `/` without a body. Headers in the order of their names.
fn sign(
    method: &str,
    query: &[(&str, String)],
    headers: &[(&'static str, String)],
    id: &Secret,
    secret: &Secret,
) -> Secret {
    let mut query: Vec<String> =
        query.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    query.sort();
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let body = hex(&Sha256::digest(b""));
    let canonical = format!("{method}\n/\n{}\n{lines}\n{names}\n{body}", query.join("&"));
    let text = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical)));
    let signature = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).map(|mut mac| {
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes())
    });
    // An HMAC takes a key of any length.
    let signature = signature.unwrap_or_default();
    Secret::new(format!(
        "ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={signature}",
        id.expose()
    ))
}

/// RFC 3986: all but letters, digits and `-_.~` is written as `%XX`.
fn escape(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn money(json: &Json, pointer: &str) -> Result<Unit, PollError> {
    let code = text(json, pointer).ok_or_else(|| missing(pointer))?;
    let known = code.parse::<Currency>().map(Unit::Money);
    known.map_err(|error| PollError::malformed(format!("the account's currency is not known: {error}")))
}

fn read_balance(json: &Json) -> Result<Polled, PollError> {
    let unit = money(json, "/Data/Currency")?;
    let left = needed(json, "/Data/AvailableAmount", unit)?;
    let meter = format!("balance.{}", unit.to_string().to_lowercase());
    Ok(one(balance(&meter, &format!("available credit in {unit}"), unit, left)))
}

fn read_bill(json: &Json, account: &Account, month: &Month) -> Result<Polled, PollError> {
    if !matches!(json.get("Data"), Some(Json::Object(_))) {
        return Err(missing("/Data"));
    }
    let mut costs = Costs::default();
    for item in json.pointer("/Data/Items/Item").map(Json::items).unwrap_or_default() {
        let unit = money(item, "/Currency")?;
        let amount = Amount::new(needed(item, "/PretaxAmount", unit)?, unit);
        let product = text(item, "/ProductName").or(text(item, "/ProductCode")).unwrap_or_default();
        costs.add((month.start, month.end), amount, Provenance::Reported, &[(By::Model, product)])?;
    }
    let readings = super::month::month(&costs, account, (month.start, month.end));
    Ok(Polled { readings, costs: costs.into_rows(), ..Polled::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of "Request syntax and signature method V3": its key, time, nonce and signature.
    #[test]
    fn the_signature_is_that_of_the_published_example() {
        let query = [
            ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd".to_owned()),
            ("RegionId", "cn-shanghai".to_owned()),
        ];
        let headers = [
            ("host", "ecs.cn-shanghai.aliyuncs.com".to_owned()),
            ("x-acs-action", "RunInstances".to_owned()),
            ("x-acs-content-sha256", hex(&Sha256::digest(b""))),
            ("x-acs-date", "2023-10-26T10:22:32Z".to_owned()),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d".to_owned()),
            ("x-acs-version", "2014-05-26".to_owned()),
        ];
        let (id, secret) = (Secret::new("YourAccessKeyId"), Secret::new("YourAccessKeySecret"));
        assert_eq!(
            sign("POST", &query, &headers, &id, &secret).expose(),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
        assert_eq!(escape("a b*c~d/é"), "a%20b%2Ac~d%2F%C3%A9");
    }

    #[test]
    fn a_billing_month_begins_at_midnight_in_utc_plus_8() {
        let month = Month::of(Timestamp::parse_rfc3339("2026-10-31T16:00:00Z").unwrap()).unwrap();
        assert_eq!(month.name, "2026-11");
        assert_eq!(
            (month.start.to_string(), month.end.to_string()),
            ("2026-10-31T16:00:00Z".into(), "2026-11-30T16:00:00Z".into())
        );
    }
}
