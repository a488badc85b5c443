//! What one-api and its kin share: the unit that such a site counts in, its envelope, and its mirror of OpenAI's old
//! billing pages, which answers to the very key that makes calls.
//! Source: songquanpeng/one-api@8df4a26 (controller/billing.go, misc.go), QuantumNous/new-api@12b3f9a
//! (controller/billing.go), @002f912 (controller/misc.go).

use super::fields::{missing, needed, qty, scaled, text};
use super::{Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{
    Json, MeterKind, PollError, PollErrorKind, Polled, Provenance, Qty, Reading, Secret, Timestamp, Unit,
};
use crate::refusal::shorten;

/// What the mirror writes for "no limit", in whole units.
const UNLIMITED: i64 = 100_000_000;

/// Nano-units in a unit.
const NANO: i128 = 1_000_000_000;

/// What a site's figures count, as its public `/api/status` says.
#[derive(Debug)]
pub(super) struct Site {
    /// Dollars where the site shows dollars; credits where it shows another money at a rate of its own; tokens where
    /// it shows its bare units, which are tokens weighed by model.
    pub(super) unit: Unit,
    /// Its units in one dollar or credit, in nano-units; `None` where the bare units are shown.
    per_unit: Option<i128>,
    /// What one credit is in the money that the mirror shows, in nano-units.
    rate: Option<i128>,
    /// Whether it says that it keeps figures by model and hour.
    pub(super) keeps_figures: Option<bool>,
}

impl Site {
    /// Asks the site. Without its unit none of its figures means anything, so its error is the poll's.
    pub(super) async fn ask(http: &Http, spec: &Spec, now: Timestamp) -> Result<Site, PollError> {
        let json = fetch(http, spec, Request::get("/api/status"), now).await?;
        Site::read(data(spec, &json)?)
    }

    fn read(status: &Json) -> Result<Site, PollError> {
        let positive = |pointer: &str| {
            qty(status, pointer, Unit::Credits)
                .map(|qty| qty.map(|qty| i128::from(qty.0)).filter(|qty| *qty > 0))
        };
        let flag = |name: &str| status.get(name).and_then(Json::as_bool);
        let per_unit = positive("/quota_per_unit")?;
        let shown = match (text(status, "/quota_display_type"), flag("display_in_currency")) {
            (Some(shown), _) => shown,
            (None, Some(true)) => "USD",
            (None, _) => "TOKENS",
        };
        let keeps_figures = flag("enable_data_export");
        let site = |unit, per_unit, rate| Site { unit, per_unit, rate, keeps_figures };
        Ok(match (shown, per_unit) {
            ("TOKENS", _) | (_, None) => site(Unit::Tokens, None, None),
            ("USD", Some(_)) => site(Unit::USD, per_unit, None),
            ("CNY", Some(_)) => site(Unit::Credits, per_unit, positive("/usd_exchange_rate")?),
            (_, Some(_)) => site(Unit::Credits, per_unit, None),
        })
    }

    /// A figure in the site's own units, in its unit for people. `Ok(None)`: missing, null or empty.
    pub(super) fn quota(&self, json: &Json, pointer: &str) -> Result<Option<Qty>, PollError> {
        // Read as a count: whole and large.
        let Some(count) = qty(json, pointer, Unit::Tokens)? else { return Ok(None) };
        match self.per_unit {
            None => Ok(Some(count)),
            Some(per_unit) => share(i128::from(count.0) * NANO, per_unit).map(Some),
        }
    }

    /// As [`Site::quota`], where the field is promised.
    pub(super) fn needed(&self, json: &Json, pointer: &str) -> Result<Qty, PollError> {
        self.quota(json, pointer)?.ok_or_else(|| missing(pointer))
    }
}

/// `part` in units of `nano` nano-units, rounded half away from zero.
fn share(part: i128, nano: i128) -> Result<Qty, PollError> {
    let twice = part.checked_mul(2 * NANO).ok_or_else(too_large)?;
    let half = if twice < 0 { -nano } else { nano };
    let whole = twice.checked_add(half).ok_or_else(too_large)? / (2 * nano);
    i64::try_from(whole).map(Qty).map_err(|_| too_large())
}

fn too_large() -> PollError {
    PollError::malformed("a figure of this site does not fit, so it is not used")
}

/// The data of an answer `{"success": true, "message": "", "data": …}`. Such a site answers 200 even to say no.
pub(super) fn data<'a>(spec: &Spec, json: &'a Json) -> Result<&'a Json, PollError> {
    let flag = |name: &str| json.get(name).and_then(Json::as_bool);
    if flag("success") == Some(true) || flag("code") == Some(true) {
        return json.get("data").ok_or_else(|| missing("/data"));
    }
    Err(no(spec, json).unwrap_or_else(|| missing("/success")))
}

/// What an answer of 200 says against us, if it does.
fn no(spec: &Spec, json: &Json) -> Option<PollError> {
    let flag = |name: &str| json.get(name).and_then(Json::as_bool);
    if json.get("error").is_none() && flag("success") != Some(false) && flag("code") != Some(false) {
        return None;
    }
    let words = text(json, "/error/message").or(text(json, "/message")).unwrap_or("no reason given");
    let key = ["access token", "无权", "New-Api-User", "Unauthorized", "令牌", "未登录"];
    let (kind, todo) = if words.contains("New-Api-User") {
        (PollErrorKind::Credentials, "; put your numeric user id into the option user_id")
    } else if key.iter().any(|word| words.contains(word)) {
        (PollErrorKind::Credentials, "; make a new one in its settings")
    } else {
        (PollErrorKind::Provider, "")
    };
    Some(PollError::new(kind, format!("{} says no: {}{todo}.", spec.name, shorten(words))))
}

/// The key's limit and use, as the mirror tells them.
pub(super) async fn billing(
    http: &Http,
    spec: &Spec,
    site: &Site,
    key: &Secret,
    now: Timestamp,
) -> Result<Polled, PollError> {
    let ask = |page: &str| Request::get(&format!("/v1/dashboard/billing/{page}")).bearer(key);
    let subscription = fetch(http, spec, ask("subscription"), now).await?;
    let usage = fetch(http, spec, ask("usage"), now).await?;
    for answer in [&subscription, &usage] {
        no(spec, answer).map_or(Ok(()), Err)?;
    }
    read(site, &subscription, &usage)
}

/// `hard_limit_usd` is what was granted in all, whatever the site shows; `total_usage` is in its hundredths.
fn read(site: &Site, subscription: &Json, usage: &Json) -> Result<Polled, PollError> {
    let shown = |qty: Qty| match site.rate {
        Some(rate) => share(i128::from(qty.0), rate),
        None => Ok(qty),
    };
    let granted = needed(subscription, "/hard_limit_usd", site.unit)?;
    let used = scaled(usage, "/total_usage", site.unit, -2)?.ok_or_else(|| missing("/total_usage"))?;
    let used = shown(used)?;
    if Some(granted.0) == UNLIMITED.checked_mul(site.unit.scale()) {
        let mut reading = Reading::new("spend", MeterKind::Spend, "key spend", site.unit);
        reading.used = Some(used);
        return Ok(super::fields::one(reading));
    }
    let granted = shown(granted)?;
    if used > granted {
        // An exhausted key is refused before it reads this, so more used than granted is the known fault of sites that
        // count by user: their "granted" is what is left.
        return Err(PollError::malformed(
            "the site counts by user and gives what is left as what was granted, so the key's limit is not known; a dashboard access token reads the user's quota",
        ));
    }
    let mut reading = Reading::new("key_limit", MeterKind::Budget, "key limit", site.unit);
    (reading.limit, reading.used) = (Some(granted), Some(used));
    reading.remaining = granted.checked_sub(used);
    reading.provenance = Provenance::Derived;
    Ok(super::fields::one(reading))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(status: &str) -> Site {
        Site::read(&Json::parse(status.as_bytes()).unwrap()).unwrap()
    }

    fn of(site: &Site, quota: &str) -> Option<Qty> {
        let json = Json::parse(format!(r#"{{"q":{quota}}}"#).as_bytes()).unwrap();
        site.quota(&json, "/q").unwrap()
    }

    #[test]
    fn only_dollars_are_money() {
        let usd = site(r#"{"quota_per_unit":500000,"quota_display_type":"USD"}"#);
        assert_eq!((usd.unit, of(&usd, "1")), (Unit::USD, Some(Qty(2_000))));
        assert_eq!(of(&usd, "-3"), Some(Qty(-6_000)));
        let third = site(r#"{"quota_per_unit":3,"display_in_currency":true}"#);
        assert_eq!((of(&third, "1"), of(&third, "2")), (Some(Qty(333_333_333)), Some(Qty(666_666_667))));
        assert_eq!(of(&third, "-2"), Some(Qty(-666_666_667)));
        let yuan = site(r#"{"quota_per_unit":500000,"quota_display_type":"CNY","usd_exchange_rate":7.3}"#);
        assert_eq!((yuan.unit, of(&yuan, "500000")), (Unit::Credits, Some(Qty(1_000_000_000))));
        for bare in [r#"{"quota_per_unit":500000}"#, r#"{"quota_display_type":"USD"}"#, "{}"] {
            let bare = site(bare);
            assert_eq!((bare.unit, of(&bare, "1000000000000")), (Unit::Tokens, Some(Qty(1_000_000_000_000))));
        }
    }

    #[test]
    fn another_money_is_turned_back_into_credits() {
        let site = site(r#"{"quota_per_unit":500000,"quota_display_type":"CNY","usd_exchange_rate":7.3}"#);
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let polled =
            read(&site, &json(r#"{"hard_limit_usd":14.6}"#), &json(r#"{"total_usage":365}"#)).unwrap();
        let reading = &polled.readings[0];
        assert_eq!((reading.limit, reading.used), (Some(Qty(2_000_000_000)), Some(Qty(500_000_000))));
        assert_eq!((reading.remaining, reading.unit), (Some(Qty(1_500_000_000)), Unit::Credits));
    }

    #[test]
    fn what_is_left_given_as_granted_is_told() {
        let site = site(r#"{"quota_per_unit":500000,"display_in_currency":true}"#);
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let wrong =
            read(&site, &json(r#"{"hard_limit_usd":5}"#), &json(r#"{"total_usage":2000}"#)).unwrap_err();
        assert!(wrong.message.contains("counts by user"));
    }
}
