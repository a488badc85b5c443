//! When a limit starts again, by the rate-limit headers of a refusal: only of limits with nothing left, since the
//! others are not why it was refused. The last of them counts: until then one of them still refuses.
//!
//! Forms: the IETF's `RateLimit` (draft-ietf-httpapi-ratelimit-headers: `"day";r=0;t=3600`), and every pair of headers
//! whose names differ in `remaining` and `reset` (`x-ratelimit-…`, `ratelimit-…`, `anthropic-ratelimit-…`).

use super::seen::Seen;
use crate::http::moment;
use crate::model::Timestamp;
use sfv::{List, ListEntry, Parser};

/// The moment from which none of the used-up limits refuses. `None`: no header tells.
pub(super) fn read(seen: &Seen<'_>, now: Timestamp) -> Option<Timestamp> {
    structured(seen, now).into_iter().chain(pairs(seen, now)).max()
}

/// `RateLimit: "minute";r=0;t=12, "day";r=4500;t=45012`; a field that is no structured list says nothing.
fn structured(seen: &Seen<'_>, now: Timestamp) -> Vec<Timestamp> {
    let lines = seen.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("ratelimit"));
    let line = lines.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
    let list = Parser::new(&line).parse::<List>().unwrap_or_default();
    let reset = |entry: &ListEntry| {
        let ListEntry::Item(item) = entry else { return None };
        let number = |name: &str| item.params.get(name)?.as_integer().map(|number| number.to_string());
        let empty = number("r").is_some_and(|left| left == "0");
        empty.then(|| moment::reset(&number("t")?, now)).flatten()
    };
    list.iter().filter_map(reset).collect()
}

fn pairs<'a>(seen: &'a Seen<'a>, now: Timestamp) -> impl Iterator<Item = Timestamp> + 'a {
    seen.headers.iter().filter_map(move |(name, value)| {
        let name = name.to_ascii_lowercase();
        if !name.contains("ratelimit") || !name.contains("reset") {
            return None;
        }
        let used_up = match seen.header(&name.replace("reset", "remaining")) {
            Some(left) => left.trim().parse::<f64>().is_ok_and(|left| left <= 0.0),
            // One limit, and it refused: nothing else can be meant.
            None => {
                seen.status == Some(429) && matches!(name.as_str(), "x-ratelimit-reset" | "ratelimit-reset")
            }
        };
        used_up.then(|| moment::reset(value, now)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_229_375_000); // 2026-11-21T02:49:35Z

    fn told(status: u16, headers: &[(&str, &str)]) -> Option<String> {
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let seen = Seen { status: Some(status), body: None, text: None, headers: &headers };
        read(&seen, NOW).map(|at| at.to_string())
    }

    /// Values ours; forms as documented by the IETF draft, OpenAI, Cerebras, Anthropic, GitHub and fal.
    #[test]
    fn the_last_used_up_limit_counts() {
        for (headers, at) in [
            (&[("RateLimit", "\"minute\";r=0;t=25, \"hour\";r=7;t=1812")][..], "2026-11-21T02:50:00Z"),
            (
                &[("ratelimit", "\"minute\";r=0;t=25"), ("RateLimit", "\"hour\";r=0;t=625")],
                "2026-11-21T03:00:00Z",
            ),
            (
                &[
                    ("x-ratelimit-remaining-requests", "58"),
                    ("x-ratelimit-reset-requests", "8h0m0s"),
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "10m25s"),
                ],
                "2026-11-21T03:00:00Z",
            ),
            (
                &[("x-ratelimit-remaining-tokens-day", "0"), ("x-ratelimit-reset-tokens-day", "76225.0")],
                "2026-11-22T00:00:00Z",
            ),
            (
                &[
                    ("anthropic-ratelimit-requests-remaining", "0"),
                    ("anthropic-ratelimit-requests-reset", "2026-11-21T02:50:00Z"),
                ],
                "2026-11-21T02:50:00Z",
            ),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795230000")], "2026-11-21T03:00:00Z"),
            (&[("x-ratelimit-reset", "25")], "2026-11-21T02:50:00Z"),
        ] {
            assert_eq!(told(429, headers).as_deref(), Some(at), "{headers:?}");
        }
    }

    #[test]
    fn limits_with_something_left_are_not_why() {
        for headers in [
            &[("RateLimit", "\"minute\";r=3;t=25")][..],
            &[("RateLimit", "no list at all;;")],
            &[("x-ratelimit-remaining-requests", "58"), ("x-ratelimit-reset-requests", "8h0m0s")],
            &[("x-ratelimit-reset-requests", "8h0m0s")],
            &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "-1")],
        ] {
            assert_eq!(told(429, headers), None, "{headers:?}");
        }
        assert_eq!(told(402, &[("x-ratelimit-reset", "25")]), None);
    }
}
