//! Tollwatch's library: everything but the window. The code map; nothing else lives here.
//!
//! Arrows run from the user to the used, and a tidy test (`tests/it/tidy.rs`) keeps them:
//! `connectors → http, refusal, pricing, model`; `forecast, charts, diagnosis, ledger, metrics → model`; `alerts → model, forecast`;
//! `engine → alerts, forecast, model`; `notify → alerts`; `store → model`; `export → store, model`; `monitor →` all of these; `api → monitor, store, …`; `server, bin, desktop → api`.

pub mod alerts;
pub mod api;
pub mod charts;
pub mod cli;
pub mod config;
pub mod connectors;
pub mod diagnosis;
pub mod engine;
pub mod export;
pub mod forecast;
pub mod http;
pub mod ledger;
pub mod metrics;
pub mod model;
pub mod monitor;
pub mod notify;
pub mod otlp;
pub mod pricing;
pub mod refusal;
pub mod report;
pub mod secrets;
pub mod server;
pub mod simulator;
pub mod store;
