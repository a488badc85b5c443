//! A gateway that answers in real providers' dialects from generated usage, at any speed: the built-in demo, and
//! the tests' upstream. Every figure is a pure function of (seed, epoch, now): a restart finds the same world.
//! Time is always passed in, so one scaled clock drives monitor and simulator alike.

mod dialects;
mod ledger;
mod misbehave;
mod server;
mod usage;
mod world;

pub use ledger::{Cap, Ledger, Refill, State};
pub use misbehave::{Fault, Misbehaviour};
pub use server::serve;
pub use usage::{Profile, Usage};
pub use world::{Dialect, Script, SimAccount, SimAnswer, SimRequest, World, in_process};
