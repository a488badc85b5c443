//! The part of PromQL that a `/metrics` page can answer: selectors, `sum`, `min` and `max` with or without `by`, and
//! `or` between them. Every such query means the same to a Prometheus server.

use super::exposition::{Sample, name, quoted};
use crate::connectors::own::{OwnMeter, config};
use crate::connectors::series::Series;
use crate::model::{PollError, Qty};
use std::collections::BTreeMap;

/// How a label must be.
#[derive(Debug, PartialEq, Eq)]
struct Matcher {
    label: String,
    values: Vec<String>,
    equal: bool,
}

/// How several series become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fold {
    Sum,
    Min,
    Max,
}

#[derive(Debug, PartialEq, Eq)]
struct Query {
    fold: Option<(Fold, Vec<String>)>,
    metric: String,
    matchers: Vec<Matcher>,
}

/// What the page says to a query: the first alternative that finds something. Values are in the meter's unit.
pub(super) fn ask(page: &[Sample], query: &str, meter: &OwnMeter) -> Result<Vec<Series>, PollError> {
    for part in query.split(" or ") {
        let Some(parsed) = parse(part) else {
            return Err(config(format!(
                "the meter {}: a page answers only selectors such as name{{label=\"value\"}}, sum, min and max by labels, and `or`, not '{}'; ask a Prometheus server for more",
                meter.key,
                crate::refusal::shorten(part)
            )));
        };
        let found = parsed.answer(page, meter)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

impl Query {
    fn answer(&self, page: &[Sample], meter: &OwnMeter) -> Result<Vec<Series>, PollError> {
        let fits = |sample: &&Sample| {
            let value = |label: &str| {
                sample.labels.iter().find(|(known, _)| known == label).map_or("", |(_, value)| value)
            };
            sample.name == self.metric
                && self
                    .matchers
                    .iter()
                    .all(|one| one.values.iter().any(|want| want == value(&one.label)) == one.equal)
        };
        let series = page
            .iter()
            .filter(fits)
            .map(|sample| Series { labels: sample.labels.clone(), value: sample.value.clone() });
        let Some((fold, by)) = &self.fold else { return Ok(series.collect()) };
        let mut groups: BTreeMap<Vec<(String, String)>, Qty> = BTreeMap::new();
        for one in series.filter(Series::is_figure) {
            let qty = meter.unit.parse(&one.value);
            let qty =
                qty.map_err(|error| PollError::malformed(format!("the meter {}: {error}", meter.key)))?;
            let label = |name: &String| Some((name.clone(), one.label(name)?.to_owned()));
            let labels = by.iter().filter_map(label).collect();
            let too_much = || PollError::malformed(format!("the meter {}: the sum does not fit", meter.key));
            let folded = match (fold, groups.get(&labels)) {
                (_, None) => qty,
                (Fold::Sum, Some(held)) => held.checked_add(qty).ok_or_else(too_much)?,
                (Fold::Min, Some(held)) => qty.min(*held),
                (Fold::Max, Some(held)) => qty.max(*held),
            };
            groups.insert(labels, folded);
        }
        let series = |(labels, qty)| Series { labels, value: meter.unit.print(qty) };
        Ok(groups.into_iter().map(series).collect())
    }
}

fn parse(text: &str) -> Option<Query> {
    let text = text.trim();
    for (word, fold) in [("sum", Fold::Sum), ("min", Fold::Min), ("max", Fold::Max)] {
        let Some(rest) = text.strip_prefix(word).map(str::trim_start) else { continue };
        let (by, rest) = match rest.strip_prefix("by").map(str::trim_start) {
            Some(rest) => {
                let (labels, rest) = rest.strip_prefix('(')?.split_once(')')?;
                (labels.split(',').map(|label| label.trim().to_owned()).collect(), rest.trim_start())
            }
            None => (Vec::new(), rest),
        };
        let Some(inner) = rest.strip_prefix('(') else { continue };
        let (metric, matchers) = selector(inner.strip_suffix(')')?)?;
        return Some(Query { fold: Some((fold, by)), metric, matchers });
    }
    let (metric, matchers) = selector(text)?;
    Some(Query { fold: None, metric, matchers })
}

fn selector(text: &str) -> Option<(String, Vec<Matcher>)> {
    let (metric, rest) = name(text.trim(), true)?;
    let rest = rest.trim();
    if rest.is_empty() {
        return Some((metric.to_owned(), Vec::new()));
    }
    let mut rest = rest.strip_prefix('{')?.trim_start();
    let mut matchers = Vec::new();
    while rest != "}" {
        let (label, after) = name(rest, false)?;
        let after = after.trim_start();
        let (operator, after) =
            ["=~", "!~", "!=", "="].into_iter().find_map(|op| Some((op, after.strip_prefix(op)?)))?;
        let (value, after) = quoted(after.trim_start())?;
        let values = if operator.ends_with('~') {
            // Of regular expressions only a choice between plain texts is understood.
            if value.contains(['.', '*', '+', '?', '(', ')', '[', ']', '{', '}', '^', '$', '\\']) {
                return None;
            }
            value.split('|').map(str::to_owned).collect()
        } else {
            vec![value]
        };
        matchers.push(Matcher { label: label.to_owned(), values, equal: !operator.starts_with('!') });
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some((metric.to_owned(), matchers))
}

#[cfg(test)]
mod tests {
    use super::super::exposition;
    use super::*;
    use proptest::prelude::*;

    fn meter() -> OwnMeter {
        serde_json::from_str(r#"{"key":"m","kind":"spend","unit":"USD"}"#).unwrap()
    }

    const PAGE: &str = "cost{model=\"a\",code=\"402\"} 1.5\ncost{model=\"b\",code=\"429\"} 0.25\ncost{model=\"a\",code=\"200\"} 2\nnone NaN\n";

    fn says(query: &str) -> Vec<(String, String)> {
        let page = exposition::parse(PAGE).unwrap();
        let label =
            |one: &Series| one.labels.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>().join("/");
        let found = ask(&page, query, &meter()).unwrap();
        found.iter().map(|one| (label(one), one.value.clone())).collect()
    }

    #[test]
    fn selectors_folds_and_alternatives_are_answered() {
        let one = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        assert_eq!(says("sum(cost)"), [one("", "3.75")]);
        assert_eq!(says("sum by (model) (cost)"), [one("a", "3.5"), one("b", "0.25")]);
        assert_eq!(says("max(cost{code!=\"200\"})"), [one("", "1.5")]);
        assert_eq!(says("min by (code) (cost{code=~\"402|429\"})"), [one("402", "1.5"), one("429", "0.25")]);
        assert_eq!(says("cost{model=\"b\", code!~\"402|200\",}"), [one("b/429", "0.25")]);
        assert_eq!(says("gone or sum(cost{model=\"b\"})"), [one("", "0.25")]);
        assert_eq!(says("sum(none)"), []);
        assert_eq!(says("gone"), []);
    }

    #[test]
    fn what_a_page_cannot_answer_is_said() {
        for query in
            ["rate(cost[5m])", "cost * 2", "sum(cost", "cost{model=~\"a.*\"}", "avg(cost)", "", "cost{", "{}"]
        {
            let error = ask(&[], query, &meter()).unwrap_err();
            assert!(error.message.contains("ask a Prometheus server"), "{query}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused_without_a_panic(query in "(sum|by|cost|[(){}=~!\",a-z |]){0,30}") {
            let _ = parse(&query);
        }
    }
}
