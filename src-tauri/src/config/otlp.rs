//! `[otlp]`: where metrics are sent by OpenTelemetry. Nowhere, unless it says so.

use super::Wrong;
use crate::say;
use crate::secrets::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[otlp]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OtlpConfig {
    /// An OTLP/HTTP receiver, such as `"http://127.0.0.1:4318"`; `/v1/metrics` is added. Nothing is sent if missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Headers of each request, by name: `env:NAME` or `credential:NAME`, which holds the value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Seconds between two pushes, 5 to 3600.
    pub interval: u32,
    /// Further attributes of the resource, such as `"deployment.environment.name" = "laptop"`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub resource: BTreeMap<String, String>,
}

impl Default for OtlpConfig {
    fn default() -> Self {
        OtlpConfig { endpoint: None, headers: BTreeMap::new(), interval: 60, resource: BTreeMap::new() }
    }
}

impl OtlpConfig {
    /// Each header with where its value is. What is neither `env:NAME` nor `credential:NAME` was refused when the config was read.
    pub fn sources(&self) -> impl Iterator<Item = (&str, Source)> {
        self.headers.iter().filter_map(|(name, place)| Some((name.as_str(), source(place)?)))
    }
}

fn source(place: &str) -> Option<Source> {
    Source::parse(place).filter(|source| *source != Source::Keychain)
}

/// What the types cannot say. A header's value is never quoted: it may be a pasted key.
pub(super) fn check(config: &OtlpConfig) -> Result<(), Wrong> {
    let bad = |path: &[&str], why: String| {
        Err(([&["otlp"], path].concat().iter().map(ToString::to_string).collect(), why))
    };
    if !(5..=3600).contains(&config.interval) {
        return bad(&["interval"], say!("config-otlp-interval", seconds = config.interval.to_string()));
    }
    if let Some(endpoint) = &config.endpoint {
        let fits = url::Url::parse(endpoint).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
        });
        if !fits {
            return bad(&["endpoint"], say!("config-otlp-endpoint"));
        }
    }
    for (name, place) in &config.headers {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            return bad(&["headers"], say!("config-otlp-header-name"));
        }
        if source(place).is_none() {
            return bad(&["headers", name], say!("config-otlp-header", name = name.as_str()));
        }
    }
    Ok(())
}
