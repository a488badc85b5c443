//! The IETF fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers): lists of names with
//! parameters. One policy may have a limit in the one and what is left in the other; they are joined by name.

use super::{Limit, Limits, Name, count};
use crate::http::moment;
use crate::model::{SECOND, Timestamp, Unit};
use sfv::{Item, List, ListEntry, Parser};

/// Adds what the two fields say. A field that is no structured list says nothing.
pub(super) fn read(headers: &[(String, String)], now: Timestamp, limits: &mut Limits) {
    for item in items(headers, "ratelimit-policy") {
        // Without `qu` the quota counts requests; content bytes and concurrent requests are not metered here.
        let unit = match item.params.get("qu").map(|unit| unit.as_string().map(|unit| unit.as_str())) {
            None | Some(Some("requests")) => Unit::Requests,
            Some(Some("tokens")) => Unit::Tokens,
            Some(_) => continue,
        };
        let Some(limit) = entry(&item, unit, limits) else { continue };
        limit.most = limit.most.or(number(&item, "q").and_then(|text| count(&text, unit)));
        let window = number(&item, "w").and_then(|text| text.parse::<i64>().ok());
        limit.period = limit.period.or(window.and_then(|w| w.checked_mul(SECOND)).filter(|w| *w > 0));
    }
    for item in items(headers, "ratelimit") {
        let Some(name) = policy(&item) else { continue };
        // Its unit is that of the policy of its name.
        let known = limits.keys().find(|known| known.policy && known.what == name).map(|known| known.unit);
        let unit = known.unwrap_or(Unit::Requests);
        let Some(limit) = entry(&item, unit, limits) else { continue };
        limit.left = limit.left.or(number(&item, "r").and_then(|text| count(&text, unit)));
        limit.resets_at = limit.resets_at.or(number(&item, "t").and_then(|text| moment::reset(&text, now)));
    }
}

/// All lines of a field as one list (RFC 9651 section 4.2).
fn items(headers: &[(String, String)], field: &str) -> Vec<Item> {
    let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(field));
    let line = lines.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
    let list = Parser::new(&line).parse::<List>().unwrap_or_default();
    let item = |entry| match entry {
        ListEntry::Item(item) => Some(item),
        ListEntry::InnerList(_) => None,
    };
    list.into_iter().filter_map(item).collect()
}

fn policy(item: &Item) -> Option<String> {
    let name = item.bare_item.as_string().map(|name| name.as_str());
    name.or_else(|| item.bare_item.as_token().map(|name| name.as_str())).map(str::to_owned)
}

fn entry<'a>(item: &Item, unit: Unit, limits: &'a mut Limits) -> Option<&'a mut Limit> {
    let name = Name { owner: "", what: policy(item)?, unit, window: None, policy: true };
    Some(limits.entry(name).or_default())
}

fn number(item: &Item, parameter: &str) -> Option<String> {
    item.params.get(parameter)?.as_integer().map(|number| number.to_string())
}
