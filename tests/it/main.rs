//! The one integration program: everything that crosses a process, a socket, a disk or a bus. Pure logic is tested
//! beside its code. One module per subject; a module's head says what belongs in it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]
#![allow(clippy::print_stdout, reason = "measured figures, for whoever asks with --nocapture")]

mod bad_input;
mod bus;
mod channels;
mod cli;
mod connectors;
mod data_texts;
mod explain;
mod exports;
mod exports_cli;
mod ferrogw;
mod guard;
mod http;
mod leaks;
mod ledger;
mod locales;
mod looking_back;
mod mcp;
mod month;
mod namespace;
mod notices;
mod notification_server;
mod openapi;
mod otlp;
mod pipeline;
mod portkey_gateway;
mod prometheus;
mod refusals;
mod refusals_fuzz;
mod replay;
mod rhythm;
mod secrets;
mod server;
mod service;
mod serving;
mod simulator;
mod status_line;
mod store;
mod store_faults;
mod support;
mod tidy;
mod watch;
mod why;
