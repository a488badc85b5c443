//! The only clock. Everything else is handed a `Timestamp`.

use crate::model::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where "now" comes from: the machine, the demo's faster time, or a test.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's own time.
    Real,
    /// Simulated time that began at `origin` when `started` was taken, and runs `speed` times as fast.
    Scaled {
        /// The simulated moment at the start.
        origin: Timestamp,
        /// When that was, on the machine's steady clock.
        started: Instant,
        /// How many simulated seconds pass in a second.
        speed: f64,
    },
    /// Set by a test; never moves by itself.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Simulated time from `origin` on, `speed` times as fast as real time (at least 1).
    #[allow(clippy::disallowed_methods)] // this is the clock
    pub fn scaled(origin: Timestamp, speed: f64) -> Self {
        Clock::Scaled { origin, started: Instant::now(), speed: speed.max(1.0) }
    }

    /// A clock that stands at `at` until it is moved.
    pub fn manual(at: Timestamp) -> Self {
        Clock::Manual(Arc::new(AtomicI64::new(at.0)))
    }

    /// The present moment.
    #[allow(clippy::disallowed_methods)] // this is the clock
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::Real => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Scaled { origin, started, speed } => {
                origin.plus((started.elapsed().as_secs_f64() * 1_000.0 * speed) as i64)
            }
            Clock::Manual(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock; the others are not moved.
    pub fn set(&self, at: Timestamp) {
        if let Clock::Manual(moment) = self {
            moment.store(at.0, Ordering::SeqCst);
        }
    }

    /// How many simulated seconds pass in a second; 1 for the machine's own time.
    pub fn speed(&self) -> f64 {
        if let Clock::Scaled { speed, .. } = self { *speed } else { 1.0 }
    }

    /// How long to wait in real time for `ms` of this clock's time. At least 5 ms, so that a fast demo yields.
    pub fn real(&self, ms: i64) -> Duration {
        Duration::from_secs_f64((ms.max(0) as f64 / self.speed() / 1_000.0).max(0.005))
    }
}

/// Notices that the machine slept or that its clock was set: compares the clock's way with the steady clock's.
pub(super) struct SleepWatch {
    wall: Timestamp,
    steady: Instant,
}

impl SleepWatch {
    /// Starts watching.
    #[allow(clippy::disallowed_methods)] // this is the clock
    pub(super) fn new(clock: &Clock) -> Self {
        SleepWatch { wall: clock.now(), steady: Instant::now() }
    }

    /// Milliseconds by which the clock went further (or less far: negative) than the steady clock since the last
    /// call. Linux' and macOS' steady clocks stand still while the machine sleeps.
    #[allow(clippy::disallowed_methods)] // this is the clock
    pub(super) fn jump(&mut self, clock: &Clock) -> i64 {
        let (wall, steady) = (clock.now(), Instant::now());
        let expected = (steady.duration_since(self.steady).as_secs_f64() * 1_000.0 * clock.speed()) as i64;
        let jump = wall.since(self.wall) - expected;
        (self.wall, self.steady) = (wall, steady);
        jump
    }
}
