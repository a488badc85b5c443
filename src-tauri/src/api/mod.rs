//! The command table: each command once, whatever transport carries it.

pub mod types;
