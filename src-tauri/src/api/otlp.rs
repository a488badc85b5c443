//! Sends what is measured to an OpenTelemetry receiver, as `[otlp]` in the config says; nothing without it.
//! Sources: opentelemetry.io/docs/specs/otlp (which answers are tried again, and when), protocol/exporter.

use super::App;
use crate::config::OtlpConfig;
use crate::http::{Http, Request};
use crate::metrics;
use crate::model::{AccountId, PollError, PollErrorKind, Secret};
use crate::monitor::Monitor;
use crate::store::{Store, StoreError};
use std::io::Write;
use std::time::Duration;

/// The name under which this installation's id is kept.
const INSTANCE: &str = "metrics.instance_id";
/// The last push at a stop takes at most this long.
const LAST: Duration = Duration::from_secs(5);
/// The first wait before a push is tried again; it doubles.
const PAUSE: Duration = Duration::from_secs(1);
/// Bodies below this are not packed: gzip would save nothing worth the work.
const SMALL: usize = 1024;

/// How a push ended.
#[derive(Debug)]
enum Ended {
    /// All requests were accepted; of these points the receiver took none.
    Accepted { rejected: Option<(i64, String)> },
    /// They were not, and why.
    Dropped(String),
}

/// Whether one request may be tried again, and when at the soonest.
enum Failed {
    Again { after: Option<Duration>, why: String },
    ForGood(String),
}

/// Pushes until the monitor stops, and once more then.
pub(super) async fn export(live: Monitor) {
    let mut configs = live.otlp();
    let mut said = None;
    loop {
        let config = configs.borrow_and_update().clone();
        let turn = async {
            match &config.endpoint {
                Some(_) => tokio::time::sleep(Duration::from_secs(u64::from(config.interval))).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = turn => {}
            changed = configs.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
            () = live.stopped() => return,
        }
        let most = Duration::from_secs(u64::from(config.interval));
        let ended = tokio::time::timeout(most, push(&live, &config)).await;
        tell(
            &mut said,
            ended.unwrap_or_else(|_| Ended::Dropped("it took longer than the interval".to_owned())),
        );
    }
}

/// The last push, before the monitor stops.
pub(super) async fn last(live: &Monitor) {
    let config = live.otlp().borrow().clone();
    if config.endpoint.is_some() {
        let ended = tokio::time::timeout(LAST, push(live, &config)).await;
        tell(&mut None, ended.unwrap_or_else(|_| Ended::Dropped("the program ends".to_owned())));
    }
}

/// One line when it begins to fail, to fail otherwise, or to succeed.
fn tell(said: &mut Option<String>, ended: Ended) {
    let trouble = match ended {
        Ended::Accepted { rejected: None } => None,
        Ended::Accepted { rejected: Some((points, why)) } => {
            Some(format!("The OTLP receiver rejected {points} points: {why}"))
        }
        Ended::Dropped(why) => Some(format!("A push of metrics by OTLP was dropped: {why}")),
    };
    match &trouble {
        Some(words) if *said != trouble => tracing::warn!("{words}"),
        None if said.is_some() => tracing::info!("Metrics are accepted by the OTLP receiver again."),
        _ => {}
    }
    *said = trouble;
}

/// One push of everything that is measured now, tried again as long as the caller waits.
async fn push(live: &Monitor, config: &OtlpConfig) -> Ended {
    let (http, headers) = match door(live, config).await {
        Ok(door) => door,
        Err(error) => return Ended::Dropped(error.message),
    };
    let Ok(instance) = instance(live.pipeline().store()) else {
        return Ended::Dropped(
            "the history, which keeps this installation's id, cannot be written".to_owned(),
        );
    };
    let families = super::metrics::of(live);
    let mut rejected = None;
    for body in metrics::requests(&families, &resource(config, &instance), live.now()) {
        let mut pause = PAUSE;
        loop {
            match send(&http, &headers, &body).await {
                Ok(part) => {
                    rejected = part.or(rejected);
                    break;
                }
                Err(Failed::ForGood(why)) => return Ended::Dropped(why),
                Err(Failed::Again { after, why }) => {
                    tracing::debug!("A push of metrics by OTLP is tried again: {why}");
                    tokio::time::sleep(after.unwrap_or(pause).max(Duration::from_millis(100))).await;
                    pause *= 2;
                }
            }
        }
    }
    Ended::Accepted { rejected }
}

/// The resource: who sends. What the config says goes first, but for the instance.
fn resource(config: &OtlpConfig, instance: &str) -> Vec<(String, String)> {
    let mut resource = config.resource.clone();
    resource.entry("service.name".to_owned()).or_insert_with(|| "tollwatch".to_owned());
    resource.entry("service.version".to_owned()).or_insert_with(|| env!("CARGO_PKG_VERSION").to_owned());
    resource.insert("service.instance.id".to_owned(), instance.to_owned());
    resource.into_iter().collect()
}

async fn door(live: &Monitor, config: &OtlpConfig) -> Result<(Http, Vec<(String, Secret)>), PollError> {
    let http = Http::open(live.network(), config.endpoint.as_deref().unwrap_or_default())?;
    let wrong = |error: String| PollError::new(PollErrorKind::Config, error);
    let id = AccountId::new("otlp-export").map_err(wrong)?;
    let mut headers = Vec::new();
    for (name, source) in config.sources() {
        let secret = live.secrets().get(&id, name, &source).await;
        headers.push((name.to_owned(), secret.map_err(|error| wrong(error.to_string()))?));
    }
    Ok((http, headers))
}

/// Sends one request. `Ok` with what the receiver did not take.
async fn send(
    http: &Http,
    headers: &[(String, Secret)],
    body: &[u8],
) -> Result<Option<(i64, String)>, Failed> {
    let (body, packed) = pack(body);
    let mut request = Request::bytes("/v1/metrics", "application/x-protobuf", body)
        .header("accept", "application/x-protobuf");
    if packed {
        request = request.header("content-encoding", "gzip");
    }
    for (name, value) in headers {
        request = request.secret_header(name, value);
    }
    let answer = http.send(request).await.map_err(|error| match error.kind {
        PollErrorKind::Offline | PollErrorKind::Unreachable => {
            Failed::Again { after: None, why: error.message }
        }
        _ => Failed::ForGood(error.message),
    })?;
    let why = format!("the receiver answered {}", answer.status);
    match answer.status {
        200..300 => Ok(metrics::rejected(&answer.body)),
        429 | 502 | 503 | 504 => {
            let after = answer.retry_after().map(|ms| Duration::from_millis(ms.unsigned_abs()));
            Err(Failed::Again { after, why })
        }
        _ => Err(Failed::ForGood(why)),
    }
}

/// Packed by gzip where that pays.
fn pack(body: &[u8]) -> (Vec<u8>, bool) {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let packed = (body.len() >= SMALL).then(|| packer.write_all(body).and_then(|()| packer.finish()));
    match packed {
        Some(Ok(packed)) => (packed, true),
        _ => (body.to_vec(), false),
    }
}

/// This installation's id: random, made once, and nothing that says whose machine it is.
fn instance(store: &Store) -> Result<String, StoreError> {
    if let Some(known) = store.state(INSTANCE)? {
        return Ok(known);
    }
    let mut random = [0_u8; 16];
    if getrandom::fill(&mut random).is_err() {
        return Ok("unknown".to_owned());
    }
    let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    store.set_state(INSTANCE, &id)?;
    Ok(id)
}

impl App {
    /// Begins to send what is measured, whenever the config says where.
    pub(super) fn begin_export(&self) {
        tokio::spawn(export(self.inner.live.clone()));
    }
}
