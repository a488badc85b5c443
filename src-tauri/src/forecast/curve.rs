//! The chance of a wall by the hours ahead: what alerts and charts ask of a forecast.

use crate::model::HOUR;
use serde::{Deserialize, Serialize};

/// As far as is looked, in hours: 60 days.
pub(super) const HORIZON: f64 = 1440.0;
/// The hours at which the chance is worked out; between them it is taken to rise evenly. Half an hour is "now", four
/// hours "soon", two days a "heads-up", ten working days the longest lead that anyone needs.
const GRID: [f64; 19] = [
    0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 16.0, 20.0, 24.0, 36.0, 48.0, 72.0, 96.0, 168.0, 336.0, 720.0,
    HORIZON,
];

/// The chance that the wall comes within a time; never falls with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// By the hours since the figures were true.
    chances: [f64; GRID.len()],
    /// How many hours ago that was.
    late: f64,
}

impl Curve {
    /// From the chance by the hours since the figures were true, `late` hours ago. Where it dips (a profile has quiet
    /// nights) it stays: more headroom or a higher chance must never give an earlier answer.
    pub(super) fn new(late: f64, chance: impl Fn(f64) -> f64) -> Self {
        let mut most = 0.0_f64;
        let chances = GRID.map(|hours| {
            // What is certain already stays so.
            if most < 1.0 {
                most = most.max(chance(hours).clamp(0.0, 1.0));
            }
            most
        });
        Curve { chances, late }
    }

    /// The chance of a wall within so many milliseconds from now; 0 for none, and as within 60 days for more.
    pub fn within(&self, ms: i64) -> f64 {
        let hours = self.late + ms as f64 / HOUR as f64;
        if ms <= 0 {
            return 0.0;
        }
        let after = GRID.partition_point(|at| *at < hours);
        let point = |index: usize| (GRID[index], self.chances[index]);
        let (from, low) = after.checked_sub(1).map_or((0.0, 0.0), point);
        let (to, high) = point(after.min(GRID.len() - 1));
        if to <= from { high } else { low + (high - low) * ((hours - from) / (to - from)).min(1.0) }
    }

    /// The hours since the figures were true after which a chance is first reached; `None` beyond the horizon.
    /// `chance` is the one that the curve was made from.
    pub(super) fn reached(&self, level: f64, chance: impl Fn(f64) -> f64) -> Option<f64> {
        let after = self.chances.iter().position(|known| *known >= level)?;
        let mut high = GRID[after];
        let mut low = after.checked_sub(1).map_or(1.0 / 60.0, |before| GRID[before]);
        // Of a step to twice the hours, half a percent is left.
        for _ in 0..8 {
            let middle = (low * high).sqrt();
            if chance(middle) >= level { high = middle } else { low = middle }
        }
        Some(high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_hours_it_rises_evenly_and_never_falls() {
        // Evenly up to 48 hours; at night less than before.
        let curve = Curve::new(0.0, |hours| if hours == 36.0 { 0.1 } else { hours / 96.0 });
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
        // Figures of an hour ago: four hours from now are five from then.
        let late = Curve::new(1.0, |hours| hours / 96.0);
        assert!((late.within(4 * HOUR) - 5.0 / 96.0).abs() < 1e-12);
        let reached = late.reached(0.25, |hours| hours / 96.0).unwrap();
        assert!((24.0..24.2).contains(&reached), "{reached}");
        assert_eq!(late.reached(1.1, |hours| hours / 96.0), None);
    }
}
