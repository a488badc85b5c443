//! The built-in simulator: the same connectors, store, forecast and alerts over a made-up world and a faster clock.

use super::{ApiError, App, Nothing};
use crate::config::{AccountConfig, Config};
use crate::connectors;
use crate::http::{Answer, Network, WireRequest};
use crate::model::{AccountId, DAY, MINUTE, Meter, Reading, Sample, Secret, Timestamp};
use crate::monitor::pipeline::DEMO_NOW;
use crate::monitor::{Clock, Monitor, Parts, poll};
use crate::notify::Notifier;
use crate::secrets::SecretStore;
use crate::simulator::{SimRequest, World};
use crate::store::Store;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// How far back the demo's history goes at its first start.
const PAST: i64 = 14 * DAY;
/// How often its past was polled.
const PAST_STEP: i64 = 10 * MINUTE;
/// The same world for everybody, so that a report about the demo can be followed.
const SEED: u64 = 402;

/// What the simulator plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Several accounts, for ever.
    Tour,
    /// One account runs dry in about three days.
    Drain,
}

/// How the demo runs.
#[derive(Clone, Copy, Debug)]
pub struct DemoOptions {
    /// Simulated seconds per second.
    pub speed: f64,
    /// What it plays.
    pub scenario: Scenario,
}

impl Default for DemoOptions {
    fn default() -> Self {
        DemoOptions { speed: 300.0, scenario: Scenario::Tour }
    }
}

/// A running demo.
pub(crate) struct Demo {
    pub(crate) monitor: Monitor,
}
