//! At which chances a range is read, learned from the account's own past: the quantile recalibration of Kuleshov,
//! Fenner and Ermon (2018), with a prior, because the walls of one account are few.

use super::backtest::{FAR, Past, Track};
use super::{Forecast, Memory, Outlook, project};
use crate::model::{HOUR, Meter, Sample, Timestamp};
use serde::{Deserialize, Serialize};

/// Read at these chances, the "80 %" range holds the wall in about 80 % of the cases; at 0.1 and 0.9 in 63 to 72 %.
pub(super) const LEVELS: [f64; 3] = [0.015, 0.34, 0.90];
/// What is meant by them.
const MEANT: [f64; 3] = [0.1, 0.5, 0.9];
/// So many walls the levels of most accounts are worth. Of 3, 8 and 20, this harmed no family of accounts.
const PRIOR: f64 = 20.0;
/// Fewer walls than this say nothing.
const ENOUGH: u32 = 5;
/// The past is forecast anew so often: what lies between is nearly the same.
const EVERY: i64 = 6 * HOUR;
/// No wall is more certain or less likely than this.
const SURE: f64 = 1e-4;

/// At which chances an account's ranges are read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// For p10, p50 and p90: 0 to 1, rising.
    pub levels: [f64; 3],
    /// From how many walls it was learned: those that came, and those that a top-up kept away.
    pub walls: u32,
}

/// Forecasts a meter's past anew, as it was known at each time, and sees at which chance the walls came. `None` with
/// fewer than five walls, and for meters that reset: where a reset comes first, the chance at which the wall would have
/// come is not known.
pub fn calibrate(meter: &Meter, samples: &[Sample]) -> Option<Calibration> {
    let seen = samples.last()?.last_at;
    let track = Track::of(&Past { meter, samples, forecasts: &[], refused: &[], warned: &[] });
    let mut memory = Memory::new(meter.unit);
    let (mut chances, mut walls): (Vec<f64>, u32) = Default::default();
    let (mut next, mut until) = (Timestamp(i64::MIN), Timestamp(i64::MIN));
    for sample in samples {
        memory.absorb(sample, sample.last_at);
        let at = sample.last_at;
        if at < next || track.reset(meter, at).is_some() {
            continue;
        }
        let Forecast::Wall(wall) = project(meter, &memory, &Outlook::default(), at) else { continue };
        next = at + EVERY;
        // Judged when its time is over, whatever came of it: else only those that came early would count.
        if wall.p90.unwrap_or(at + FAR) > seen {
            continue;
        }
        match track.came(meter, at).0 {
            Some(came) => {
                chances.push(wall.chance.within(came - at));
                if at >= until {
                    (walls, until) = (walls + 1, came);
                }
            }
            None => chances.push(1.0),
        }
    }
    chances.sort_by(f64::total_cmp);
    (walls >= ENOUGH).then(|| Calibration { levels: levels(&chances, f64::from(walls)), walls })
}

/// The quantiles of the chances at which walls came, held against those of most accounts.
fn levels(sorted: &[f64], walls: f64) -> [f64; 3] {
    let odds = |chance: f64| (chance / (1.0 - chance)).ln();
    let mut levels = LEVELS;
    for (level, meant) in levels.iter_mut().zip(MEANT) {
        let index = (sorted.len() - 1) as f64 * meant;
        let own = sorted[index.round() as usize].clamp(SURE, 1.0 - SURE);
        let both = (odds(own) * walls + odds(*level) * PRIOR) / (walls + PRIOR);
        *level = 1.0 / (1.0 + (-both).exp());
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, DAY, MeterKey, MeterKind, Provenance, Qty, Unit, Window};

    fn meter(window: Window) -> Meter {
        Meter {
            id: 1,
            account: AccountId::new("acme").unwrap(),
            key: MeterKey::new("balance.usd"),
            kind: MeterKind::Balance,
            label: "balance".into(),
            unit: Unit::Tokens,
            window,
            provenance: Provenance::Reported,
        }
    }

    /// 10 an hour without end, read each hour; 1,000 at first, and topped up by as much whenever it is used up.
    fn steady(days: i64) -> Vec<Sample> {
        let sample = |hour: i64| {
            let at = Timestamp(hour * HOUR);
            let left = 1_000 - hour * 10 % 1_000;
            Sample {
                at,
                last_at: at,
                used: None,
                limit: None,
                remaining: Some(Qty(left)),
                resets_at: None,
                reserve: None,
            }
        };
        (0..=days * DAY / HOUR).map(sample).collect()
    }

    #[test]
    fn what_is_steady_comes_at_the_middle_of_its_chances_and_narrows_the_range() {
        let known = calibrate(&meter(Window::Never), &steady(90)).unwrap();
        // 2,160 hours at a wall every hundred.
        assert!((18..=21).contains(&known.walls), "{known:?}");
        let [low, middle, high] = known.levels;
        assert!(low > LEVELS[0] && high < LEVELS[2] && low < middle && middle < high, "{known:?}");
    }

    #[test]
    fn too_few_walls_and_windows_say_nothing() {
        assert_eq!(calibrate(&meter(Window::Never), &steady(18)), None);
        assert_eq!(calibrate(&meter(Window::Month), &steady(90)), None);
        assert_eq!(calibrate(&meter(Window::Never), &[]), None);
    }

    #[test]
    fn quantiles_are_held_against_those_of_most() {
        // Eleven chances, 0 to 1: the second is 0.1, the middle 0.5, the last but one 0.9.
        let even: Vec<f64> = (0..=10).map(|tenth| f64::from(tenth) / 10.0).collect();
        let close = |found: [f64; 3], want: [f64; 3]| {
            assert!(found.iter().zip(want).all(|(found, want)| (found - want).abs() < 1e-3), "{found:?}");
        };
        // As many walls as the prior is worth: the middle of the log odds. Of 0.015 and 0.1 they are −4.1846 and
        // −2.1972, so −3.1909: 0.0395. Of 0.34 and 0.5: −0.6633 and 0, so −0.3317: 0.4178.
        close(levels(&even, 20.0), [0.0395, 0.4178, 0.9]);
        close(levels(&even, 1e9), MEANT);
        close(levels(&even, 0.0), LEVELS);
    }
}
