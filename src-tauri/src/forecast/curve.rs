//! The chance of a wall by the hours ahead: what alerts and charts ask of a forecast.

use crate::model::HOUR;
use serde::{Deserialize, Serialize};

/// The hours at which the chance is worked out; between them it is taken to rise evenly. Half an hour is "now", four
/// hours "soon", two days a "heads-up", ten working days the longest lead that anyone needs.
pub(super) const GRID: [f64; 17] =
    [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 16.0, 20.0, 24.0, 36.0, 48.0, 72.0, 96.0, 168.0, 336.0];

/// The chance that the wall comes within a time; never falls with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    chances: [f64; GRID.len()],
}

impl Curve {
    /// From the chance at each of a number of hours; where it dips (over a quiet night, by a profile) it stays.
    pub(super) fn new(chance: impl Fn(f64) -> f64) -> Self {
        let mut most = 0.0_f64;
        let chances = GRID.map(|hours| {
            most = most.max(chance(hours).clamp(0.0, 1.0));
            most
        });
        Curve { chances }
    }

    /// The chance of a wall within so many milliseconds; 0 for none, and as within two weeks for more.
    pub fn within(&self, ms: i64) -> f64 {
        let hours = ms as f64 / HOUR as f64;
        if hours <= 0.0 {
            return 0.0;
        }
        let after = GRID.partition_point(|at| *at < hours);
        let point = |index: usize| (GRID[index], self.chances[index]);
        let (from, low) = after.checked_sub(1).map_or((0.0, 0.0), point);
        let (to, high) = point(after.min(GRID.len() - 1));
        if to <= from { high } else { low + (high - low) * ((hours - from) / (to - from)).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_hours_it_rises_evenly_and_never_falls() {
        // Evenly up to 48 hours; at night less than before.
        let curve = Curve::new(|hours| if hours == 36.0 { 0.1 } else { hours / 96.0 });
        let near = |ms: i64, want: f64| {
            assert!((curve.within(ms) - want).abs() < 1e-12, "{ms}: {}", curve.within(ms))
        };
        near(HOUR / 4, 0.25 / 96.0);
        near(5 * HOUR, 5.0 / 96.0);
        near(24 * HOUR, 0.25);
        near(30 * HOUR, 0.25);
        near(42 * HOUR, 0.375);
        near(48 * HOUR, 0.5);
        near(0, 0.0);
        near(-HOUR, 0.0);
        near(9_999 * HOUR, 1.0);
    }
}
