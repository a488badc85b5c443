//! The real window: the program `tollwatch-desktop` on a display of its own, as a person meets it.
//!
//! These tests need Xvfb, WebKitWebDriver and a private bus, so they are ignored in a plain `cargo test`;
//! `scripts/window-test` brings all three. One at a time: the program allows one instance per bus.

#![allow(
    clippy::disallowed_methods,
    reason = "these tests wait for, and measure, a real program in real time"
)]

mod bench;
mod display;
mod driven;
mod flow;
mod life;
mod place;
mod screens;
