//! Series as Prometheus and Loki answer them: `{"status":"success","data":{"resultType":…,"result":…}}`, each value a
//! pair of Unix seconds and text. Source: prometheus.io/docs/prometheus/latest/querying/api (recorded from 2.42),
//! grafana.com/docs/loki/latest/reference/loki-http-api.

use super::fields::missing;
use crate::model::{Json, PollError};

/// One series' last value, with its labels. The value is text as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: String,
}

impl Series {
    /// A label's value.
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the value is a figure: neither NaN nor infinite.
    pub(super) fn is_figure(&self) -> bool {
        let value = self.value.trim_start_matches(['+', '-']);
        !["nan", "inf", "infinity"].iter().any(|none| value.eq_ignore_ascii_case(none))
    }
}

/// Every series of a vector, a matrix (its last values) or a scalar.
pub(super) fn read(json: &Json) -> Result<Vec<Series>, PollError> {
    let result = json.pointer("/data/result").ok_or_else(|| missing("/data/result"))?;
    let text = |pair: &Json| match pair.items() {
        [_, value] => value.as_decimal().map(str::to_owned),
        _ => None,
    };
    let last = |series: &Json| match series.get("value") {
        Some(pair) => text(pair),
        None => series.get("values")?.items().last().and_then(text),
    };
    let no_value = || PollError::malformed("a series in the answer has no value, so none of them is used");
    match json.pointer("/data/resultType").and_then(Json::as_str) {
        Some("scalar") => Ok(vec![Series { labels: Vec::new(), value: text(result).ok_or_else(no_value)? }]),
        Some("vector" | "matrix") => {
            let read = |series: &Json| {
                let labels = series.get("metric").map(Json::members).unwrap_or_default();
                let label = |(name, value): &(String, Json)| Some((name.clone(), value.as_str()?.to_owned()));
                let labels = labels.iter().filter_map(label).collect();
                Ok(Series { labels, value: last(series).ok_or_else(no_value)? })
            };
            result.items().iter().map(read).collect()
        }
        Some(other) => {
            let shown = crate::refusal::shorten(other);
            Err(PollError::malformed(format!("the answer holds '{shown}' where series were due")))
        }
        None => Err(missing("/data/resultType")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_matrices_and_scalars_are_read() {
        let of = |body: &str| read(&Json::parse(body.as_bytes()).unwrap());
        let found =
            of(r#"{"data":{"resultType":"vector","result":[{"metric":{"a":"x"},"value":[1.5,"2e3"]}]}}"#);
        let found = found.unwrap();
        assert_eq!((found[0].label("a"), found[0].value.as_str()), (Some("x"), "2e3"));
        let found =
            of(r#"{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"7"]]}]}}"#);
        assert_eq!(found.unwrap()[0].value, "7");
        assert_eq!(of(r#"{"data":{"resultType":"scalar","result":[1,"0.5"]}}"#).unwrap()[0].value, "0.5");
        assert_eq!(of(r#"{"data":{"resultType":"vector","result":[]}}"#), Ok(vec![]));
        for wrong in [
            "{}",
            r#"{"data":{"result":[]}}"#,
            r#"{"data":{"resultType":"streams","result":[]}}"#,
            r#"{"data":{"resultType":"vector","result":[{"metric":{}}]}}"#,
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_number_is_no_figure() {
        for value in ["NaN", "+Inf", "-Inf", "inf"] {
            assert!(!Series { labels: vec![], value: value.into() }.is_figure(), "{value}");
        }
        assert!(Series { labels: vec![], value: "-0.5e-3".into() }.is_figure());
    }
}
