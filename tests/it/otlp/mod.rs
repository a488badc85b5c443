//! OpenTelemetry both ways, with a real agent (rotel) between: what is exported arrives as the api says it, and what a
//! sender pushes becomes spend. The protocol's answers; any bytes at all.

mod agent;
mod export;
mod fuzz;
mod receive;
