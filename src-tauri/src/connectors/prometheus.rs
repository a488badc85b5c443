//! Prometheus: figures that a gateway gives to a Prometheus server (`GET /api/v1/query`, any PromQL), or the plain text
//! of its `/metrics` page. Which metrics mean what is a preset of a gateway, data in `data/prometheus.json` with its
//! sources, or the user's own list. NaN and infinite values are no figures.
//! Source: prometheus.io/docs/prometheus/latest/querying/api, recorded from Prometheus 2.42.

mod exposition;
mod query;

use super::fields::slug;
use super::own::{Figures, OwnMeter, config, nested, request};
use super::series::{self, Series};
use super::{Connector, ConnectorKind, Found, MeterSpec, OptionSpec, SecretSpec, Spec, checked};
use crate::http::Http;
use crate::model::{Account, Amount, MeterKind, PollError, PollErrorKind, Polled, Qty, Reading, Timestamp};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// The connector.
pub(super) struct Prometheus;

static SPEC: Spec = Spec {
    id: "prometheus",
    name: "Prometheus",
    kind: ConnectorKind::Generic,
    about: "Meters from a Prometheus server or a /metrics page, with presets for LiteLLM, ferrogw, Bifrost, Kong, Envoy AI Gateway, TensorZero and Apinto.",
    secrets: &[SecretSpec {
        role: "key",
        label: "Key or password",
        required: false,
        help: "A token or password that may read the metrics; many servers need none.",
        url: None,
        prefix: None,
    }],
    options: &[
        OptionSpec::new(
            "preset",
            "Gateway",
            "Whose metrics these are; leave it empty to list meters of your own.",
            "litellm",
        )
        .choices(&["litellm", "ferrogw", "bifrost", "kong", "envoy", "tensorzero", "apinto"]),
        OptionSpec::new("from", "Asked", "A Prometheus server, or the gateway's own metrics page.", "server")
            .choices(&["server", "page"]),
        OptionSpec::new(
            "path",
            "Path of the page",
            "Where the metrics page is; the preset knows the usual place.",
            "/metrics",
        ),
        OptionSpec::new(
            "meters",
            "Meters",
            "A JSON list of meters: key, label, kind, unit, and queries used, limit, remaining; limit may be an amount; by names the label that tells several meters apart, name the label that people know them by; window is never, day, week, month or other; scale is cents, milli, micro or nano.",
            r#"[{"key":"spend","kind":"budget","unit":"USD","used":"sum(increase(llm_cost_total[30d]))","limit":"20 USD","window":"month"}]"#,
        ),
        OptionSpec::new(
            "metric",
            "Name of the metric",
            "For Apinto, whose operator names the metrics: the counter of requests with the label status.",
            "request_total",
        ),
        OptionSpec::new(
            "auth",
            "Authentication",
            "How the key is sent: bearer (usual), basic, none, or the name of a header.",
            "bearer",
        ),
        OptionSpec::new("username", "User name", "For basic authentication.", "watcher"),
    ],
    meters: &[MeterSpec::new("*", "as the preset or the option meters says", MeterKind::Budget, "")],
    docs_url: "https://prometheus.io/docs/prometheus/latest/querying/api/",
    ..Spec::DEFAULT
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    preset: Option<String>,
    from: Option<From>,
    path: Option<String>,
    #[serde(default, deserialize_with = "nested")]
    meters: Option<Vec<OwnMeter>>,
    metric: Option<String>,
    auth: Option<String>,
    username: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum From {
    Server,
    Page,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Preset {
    preset: String,
    #[allow(dead_code, reason = "for readers of the file")]
    source: String,
    path: String,
    /// What `{metric}` in its queries stands for, if the option says nothing.
    metric: Option<String>,
    meters: Vec<OwnMeter>,
}

static PRESETS: LazyLock<Result<Vec<Preset>, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/prometheus.json")).map_err(|error| error.to_string())
});

#[async_trait::async_trait]
impl Connector for Prometheus {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    async fn poll(&self, http: &Http, account: &Account, now: Timestamp) -> Result<Polled, PollError> {
        self.explain(http, account, now).await.0
    }

    async fn explain(
        &self,
        http: &Http,
        account: &Account,
        now: Timestamp,
    ) -> (Result<Polled, PollError>, Vec<Found>) {
        let mut found = Vec::new();
        (poll(http, account, now, &mut found).await, found)
    }
}

async fn poll(
    http: &Http,
    account: &Account,
    now: Timestamp,
    found: &mut Vec<Found>,
) -> Result<Polled, PollError> {
    let options: Options = serde_json::from_str(&account.options)
        .map_err(|error| config(format!("this account's options do not fit: {error}")))?;
    let (preset, path) = preset(&options)?;
    let own = options.meters.clone().unwrap_or_default();
    if preset.is_empty() && own.is_empty() {
        return Err(config("name a gateway in the option preset, or list meters of your own".to_owned()));
    }
    own.iter().try_for_each(OwnMeter::check)?;
    let path = options.path.as_deref().or(path).unwrap_or("/metrics");
    let mut source = Source { http, account, now, options: &options, page: None, known: HashMap::new() };
    if options.from == Some(From::Page) {
        source.page = Some(source.page(path).await?);
    }
    let mut polled = Polled::default();
    // A preset's metrics come into being with the first call of their kind: one that is not there is no problem.
    for (meter, quiet) in preset.iter().map(|one| (one, true)).chain(own.iter().map(|one| (one, false))) {
        match source.readings(meter, found).await? {
            Ok(readings) if readings.is_empty() && !quiet => {
                let words =
                    format!("the meter {}: its query finds no figure; check the option meters", meter.key);
                polled.problems.push(PollError::malformed(words));
            }
            Ok(readings) => polled.readings.extend(readings),
            Err(problem) => polled.problems.push(problem),
        }
    }
    if polled.readings.is_empty() && polled.problems.is_empty() {
        let words = "none of the gateway's metrics is there: is it the right server, and does it scrape that gateway?";
        return Err(PollError::new(PollErrorKind::NotFound, words));
    }
    super::fields::finish(polled)
}

/// The preset's meters and the usual path of its page.
fn preset(options: &Options) -> Result<(Vec<OwnMeter>, Option<&'static str>), PollError> {
    let Some(wanted) = options.preset.as_deref().filter(|name| !name.is_empty()) else {
        return Ok((Vec::new(), None));
    };
    let all = PRESETS.as_ref().map_err(|error| config(format!("the presets cannot be read: {error}")))?;
    let Some(preset) = all.iter().find(|preset| preset.preset == wanted) else {
        let names: Vec<&str> = all.iter().map(|preset| preset.preset.as_str()).collect();
        let shown = crate::refusal::shorten(wanted);
        return Err(config(format!("there is no preset '{shown}'; there are {}", names.join(", "))));
    };
    let metric = options.metric.as_deref().or(preset.metric.as_deref()).unwrap_or_default();
    if !exposition::name(metric, true).is_none_or(|(_, rest)| rest.is_empty()) {
        return Err(config("the option metric is no name of a metric".to_owned()));
    }
    let mut meters = preset.meters.clone();
    for meter in &mut meters {
        for query in [&mut meter.used, &mut meter.limit, &mut meter.remaining].into_iter().flatten() {
            *query = query.replace("{metric}", metric);
        }
    }
    Ok((meters, Some(&preset.path)))
}

/// Where queries are answered.
struct Source<'a> {
    http: &'a Http,
    account: &'a Account,
    now: Timestamp,
    options: &'a Options,
    page: Option<Vec<exposition::Sample>>,
    known: HashMap<String, Result<Vec<Series>, PollError>>,
}

/// The figures of one query by the value of the meter's label `by`, each with its name for people.
type ByLabel = BTreeMap<String, (Qty, String)>;

impl Source<'_> {
    async fn page(&self, path: &str) -> Result<Vec<exposition::Sample>, PollError> {
        let (auth, user) = (self.options.auth.as_deref(), self.options.username.as_deref());
        let request = request(path, auth, user, self.account)?.header("accept", "text/plain");
        let answer = self.http.send(request).await?;
        if !(200..300).contains(&answer.status) {
            checked(&SPEC, &answer, self.now)?;
        }
        let text = std::str::from_utf8(&answer.body);
        exposition::parse(text.map_err(|_| PollError::malformed("the page is no text"))?)
    }

    /// The series of a query. Outer error: nothing can be asked; inner: this query is wrong.
    async fn ask(
        &mut self,
        query: &str,
        meter: &OwnMeter,
    ) -> Result<Result<Vec<Series>, PollError>, PollError> {
        if let Some(page) = &self.page {
            return Ok(query::ask(page, query, meter));
        }
        if let Some(known) = self.known.get(query) {
            return Ok(known.clone());
        }
        let (auth, user) = (self.options.auth.as_deref(), self.options.username.as_deref());
        let request = request("/api/v1/query", auth, user, self.account)?.query("query", query);
        let answer = self.http.send(request).await?;
        let read = checked(&SPEC, &answer, self.now).and_then(|json| series::read(&json));
        // 400 and 422 concern this query alone (documented: bad parameters, an expression that cannot be run).
        let series = match read {
            Err(problem) if [400, 422].contains(&answer.status) => {
                Err(PollError { message: format!("the meter {}: {}", meter.key, problem.message), ..problem })
            }
            read => Ok(read?),
        };
        self.known.insert(query.to_owned(), series.clone());
        Ok(series)
    }

    /// One reading, or one per value of the label `by`. The outer error is as in [`Source::ask`].
    async fn readings(
        &mut self,
        meter: &OwnMeter,
        found: &mut Vec<Found>,
    ) -> Result<Result<Vec<Reading>, PollError>, PollError> {
        let mut parts: [ByLabel; 3] = Default::default();
        let (mut typed, mut problem) = (None, None);
        let places = [("used", &meter.used), ("limit", &meter.limit), ("remaining", &meter.remaining)];
        for ((field, place), part) in places.into_iter().zip(&mut parts) {
            let Some(asked) = place else { continue };
            if field == "limit" && asked.parse::<Amount>().is_ok() {
                match meter.typed(asked) {
                    Ok(limit) => typed = Some(limit),
                    Err(error) => problem = Some(error),
                }
                continue;
            }
            let outcome = self.ask(asked, meter).await?.and_then(|series| by_label(&series, meter, asked));
            let mut trace = meter.found(field, asked);
            match outcome {
                Ok(figures) if figures.is_empty() => trace.note = Some("no figure is there".to_owned()),
                Ok(figures) => {
                    let say = |(of, (qty, _)): (&String, &(Qty, String))| {
                        let value = Amount::new(*qty, meter.unit).to_string();
                        if of.is_empty() { value } else { format!("{of}: {value}") }
                    };
                    trace.value = Some(figures.iter().map(say).collect::<Vec<_>>().join(", "));
                    *part = figures;
                }
                Err(error) => {
                    trace.note = Some(error.message.clone());
                    problem = Some(error);
                }
            }
            found.push(trace);
        }
        if let Some(problem) = problem {
            return Ok(Err(problem));
        }
        Ok(self.combine(meter, parts, typed))
    }

    fn combine(
        &self,
        meter: &OwnMeter,
        [used, limit, remaining]: [ByLabel; 3],
        typed: Option<Qty>,
    ) -> Result<Vec<Reading>, PollError> {
        let mut names: BTreeMap<&String, &String> = BTreeMap::new();
        names.extend(used.iter().chain(&remaining).map(|(of, (_, name))| (of, name)));
        let read = |(of, name): (&String, &String)| {
            let get = |part: &ByLabel| part.get(of).map(|(qty, _)| *qty);
            let figures = Figures {
                used: get(&used),
                limit: typed.or_else(|| get(&limit)),
                remaining: get(&remaining),
                resets_at: None,
            };
            // A hash of 64 hexadecimal digits: 16 of them are name enough.
            let hash = of.len() == 64 && of.bytes().all(|byte| byte.is_ascii_hexdigit());
            let short = if hash { of.get(..16).unwrap_or(of) } else { of };
            let (key, label) = match meter.by {
                None => (meter.key.clone(), meter.label()),
                Some(_) => (format!("{}.{}", meter.key, slug(short)), format!("{} “{name}”", meter.label())),
            };
            meter.reading((&key, label), figures, typed.is_some(), self.account, self.now)
        };
        names.into_iter().map(read).collect()
    }
}

/// Meters that one label may make.
const MOST: usize = 200;

/// The figures of a query. Without `by` there may be one only.
fn by_label(series: &[Series], meter: &OwnMeter, asked: &str) -> Result<ByLabel, PollError> {
    let mut found = ByLabel::new();
    for one in series.iter().filter(|one| one.is_figure()) {
        let of = match &meter.by {
            None => "",
            Some(by) => match one.label(by) {
                Some(of) => of,
                None => continue,
            },
        };
        if found.len() == MOST {
            let words = "the query gives more than 200 meters; narrow it, or sum by another label";
            return Err(config(format!("the meter {}: {words}", meter.key)));
        }
        let name = meter.name.as_ref().and_then(|name| one.label(name)).unwrap_or(of);
        let figure = (meter.figure(&one.value, "the query's answer")?, name.to_owned());
        if found.insert(of.to_owned(), figure).is_some() {
            let how = match &meter.by {
                None => "name the label that tells them apart in by, or add them up with sum(…)".to_owned(),
                Some(by) => format!("several have the same {by}: fold them with sum by ({by}) (…)"),
            };
            let asked = crate::refusal::shorten(asked);
            return Err(config(format!("the meter {}: '{asked}' gives several figures; {how}", meter.key)));
        }
    }
    Ok(found)
}

/// A page's metrics. What the program's own pages are read again with.
#[cfg(test)]
pub(crate) fn read_page(page: &str) -> Result<Vec<Line>, PollError> {
    let samples = exposition::parse(page)?;
    Ok(samples.into_iter().map(|sample| (sample.name, sample.labels, sample.value)).collect())
}

/// One metric's name, labels and value.
#[cfg(test)]
pub(crate) type Line = (String, Vec<(String, String)>, String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_are_whole() {
        let presets = PRESETS.as_ref().unwrap();
        let names: Vec<&str> = presets.iter().map(|preset| preset.preset.as_str()).collect();
        let choices = SPEC.options.iter().find(|option| option.name == "preset").unwrap().choices;
        assert_eq!(names, choices);
        let page = exposition::parse("x 1").unwrap();
        for preset in presets {
            assert!(preset.path.starts_with('/') && preset.source.len() > 20, "{}", preset.preset);
            let options = format!(r#"{{"preset":"{}"}}"#, preset.preset);
            let (meters, _) = super::preset(&serde_json::from_str(&options).unwrap()).unwrap();
            for meter in meters {
                meter.check().unwrap();
                // What a preset asks, a page must be able to answer too.
                for query in [&meter.used, &meter.limit, &meter.remaining].into_iter().flatten() {
                    assert_eq!(query::ask(&page, query, &meter), Ok(vec![]), "{query}");
                }
                assert!(meter.used.is_some() || meter.remaining.is_some(), "{}", meter.key);
            }
        }
    }
}
