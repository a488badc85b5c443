//! When an account is polled next: slower when idle or failing, faster near a wall. Pure.

use crate::forecast::Forecast;
use crate::model::{AccountId, HOUR, MINUTE, Timestamp};

/// Failures in a row before the breaker opens.
pub const BREAKER: u32 = 3;
/// The first wait of an open breaker; it doubles up to [`BREAKER_MAX`].
const BREAKER_MIN: i64 = MINUTE;
/// The longest wait of an open breaker.
const BREAKER_MAX: i64 = 30 * MINUTE;
/// Without any spend for this long an account counts as idle.
const IDLE_AFTER: i64 = 6 * HOUR;

/// What the next poll's time depends on.
#[derive(Clone, Copy, Debug)]
pub struct Pace<'a> {
    /// The usual time between polls, in milliseconds.
    pub usual: i64,
    /// The least time between polls that the provider bears.
    pub least: i64,
    /// Failed polls in a row.
    pub failures: u32,
    /// The provider's own wish after a failure, in milliseconds.
    pub retry_after: Option<i64>,
    /// The account's forecasts.
    pub forecasts: &'a [Forecast],
    /// When spend was last seen.
    pub last_spend: Option<Timestamp>,
}

/// Milliseconds until the next poll.
pub fn interval(pace: &Pace<'_>, now: Timestamp) -> i64 {
    let usual = pace.usual.max(pace.least);
    if pace.failures > 0 {
        let wait = if pace.failures < BREAKER {
            BREAKER_MIN.min(usual)
        } else {
            (BREAKER_MIN << (pace.failures - BREAKER).min(5)).min(BREAKER_MAX)
        };
        return wait.max(pace.retry_after.unwrap_or(0)).max(pace.least);
    }
    let nearest = pace.forecasts.iter().filter_map(|forecast| match forecast {
        Forecast::Wall(wall) => Some(wall.p10.since(now)),
        _ => None,
    });
    match nearest.min() {
        Some(left) if left <= 30 * MINUTE => pace.least.max(MINUTE.min(usual)),
        Some(left) if left <= 4 * HOUR => (usual / 3).max(pace.least),
        Some(left) if left <= 48 * HOUR => usual,
        _ if pace.last_spend.is_some_and(|at| now.since(at) > IDLE_AFTER) => 2 * usual,
        _ => usual,
    }
}

/// The account's place in the interval: accounts of one interval are spread over it, the same way at every start.
pub fn offset(account: &AccountId, interval: i64) -> i64 {
    // FNV-1a: the standard library's hash is not promised to stay the same.
    let hash = account.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::try_from(hash % u64::try_from(interval.max(1)).unwrap_or(1)).unwrap_or(0)
}

/// The first moment after `now` at least `interval` away by a half, at the account's own place in the grid.
pub fn next(account: &AccountId, interval: i64, now: Timestamp) -> Timestamp {
    let interval = interval.max(1);
    let place = offset(account, interval);
    let slot = Timestamp((now.0 - place).div_euclid(interval) * interval + place + interval);
    if slot.since(now) * 2 < interval { slot + interval } else { slot }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Confidence, Wall};
    use crate::model::Qty;

    const NOW: Timestamp = Timestamp(1_795_229_375_000);

    fn pace(failures: u32, forecasts: &[Forecast]) -> Pace<'_> {
        Pace {
            usual: 5 * MINUTE,
            least: MINUTE,
            failures,
            retry_after: None,
            forecasts,
            last_spend: Some(NOW),
        }
    }

    fn wall_in(ms: i64) -> Forecast {
        let at = NOW + ms;
        Forecast::Wall(Wall {
            p10: at,
            p50: at,
            p90: None,
            before_reset: 1.0,
            chance: Default::default(),
            burn: 1.0,
            at_burn: None,
            headroom: Qty(1),
            confidence: Confidence::Fair,
        })
    }

    #[test]
    fn the_breaker_opens_after_three_failures_and_doubles_to_half_an_hour() {
        let minutes: Vec<i64> =
            (1..=10).map(|failures| interval(&pace(failures, &[]), NOW) / MINUTE).collect();
        assert_eq!(minutes, [1, 1, 1, 2, 4, 8, 16, 30, 30, 30]);
        let told = Pace { retry_after: Some(7 * MINUTE), ..pace(1, &[]) };
        assert_eq!(interval(&told, NOW), 7 * MINUTE);
    }

    #[test]
    fn polls_come_faster_near_a_wall_and_slower_when_idle() {
        assert_eq!(interval(&pace(0, &[wall_in(20 * MINUTE)]), NOW), MINUTE);
        assert_eq!(interval(&pace(0, &[wall_in(100 * HOUR), wall_in(2 * HOUR)]), NOW), 100_000);
        assert_eq!(interval(&pace(0, &[]), NOW), 5 * MINUTE);
        let idle = Pace { last_spend: Some(NOW + -7 * HOUR), ..pace(0, &[]) };
        assert_eq!(interval(&idle, NOW), 10 * MINUTE);
    }

    #[test]
    fn accounts_are_spread_over_the_interval_the_same_way_each_time() {
        let (a, b) = (AccountId::new("a").unwrap(), AccountId::new("b").unwrap());
        assert_ne!(offset(&a, 5 * MINUTE), offset(&b, 5 * MINUTE));
        let first = next(&a, 5 * MINUTE, NOW);
        let second = next(&a, 5 * MINUTE, first);
        assert_eq!(second.since(first), 5 * MINUTE);
        assert!((150_000..=450_000).contains(&first.since(NOW)));
        assert_eq!((first.0 - offset(&a, 5 * MINUTE)) % (5 * MINUTE), 0);
    }
}
