//! How often may be asked: by token and address, and by address where no token is brought.

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

/// Failed log-ins that may come at once from one address …
const FAILED_AT_ONCE: u32 = 10;
/// … and how long until one more may.
const FAILED_EVERY: Duration = Duration::from_secs(6);
/// This many times the requests of a second may come at once: a window that opens asks for much.
const AT_ONCE: u32 = 10;
/// One page is made of some thirty files, which cost nothing to read: so many times as many may be asked for.
const FILES: u32 = 20;
/// Addresses that are remembered before those that have been quiet are forgotten.
const MANY: usize = 4096;

/// The three limits. Each counts by itself, so nobody can use up another's.
pub(super) struct Limits<C: Clock + Clone = DefaultClock> {
    clock: C,
    tokens: Limit<(String, IpAddr), C>,
    open: Limit<IpAddr, C>,
    failed: Limit<IpAddr, C>,
}

impl Limits {
    /// So many requests a second, by the real clock.
    pub(super) fn new(per_second: u32) -> Limits {
        Limits::with_clock(per_second, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    fn with_clock(per_second: u32, clock: C) -> Limits<C> {
        let quota = |per_second: u32| {
            Quota::per_second(at_least_one(per_second))
                .allow_burst(at_least_one(per_second.saturating_mul(AT_ONCE)))
        };
        let failed = Quota::with_period(FAILED_EVERY)
            .unwrap_or(Quota::per_second(NonZeroU32::MIN))
            .allow_burst(at_least_one(FAILED_AT_ONCE));
        Limits {
            tokens: Limit::new(quota(per_second), &clock),
            open: Limit::new(quota(per_second.saturating_mul(FILES)), &clock),
            failed: Limit::new(failed, &clock),
            clock,
        }
    }

    /// One request with a token. The error is how long to wait.
    pub(super) fn token(&self, name: &str, from: IpAddr) -> Result<(), Duration> {
        self.tokens.check(&(name.to_owned(), from), &self.clock)
    }

    /// One request for the page's own files.
    pub(super) fn open(&self, from: IpAddr) -> Result<(), Duration> {
        self.open.check(&from, &self.clock)
    }

    /// One request that wants a token and brings none of ours.
    pub(super) fn failed(&self, from: IpAddr) -> Result<(), Duration> {
        self.failed.check(&from, &self.clock)
    }
}

struct Limit<K: Hash + Eq + Clone, C: Clock + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, C, NoOpMiddleware<C::Instant>>,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Limit<K, C> {
    fn new(quota: Quota, clock: &C) -> Limit<K, C> {
        Limit { limiter: RateLimiter::hashmap_with_clock(quota, clock.clone()) }
    }

    fn check(&self, key: &K, clock: &C) -> Result<(), Duration> {
        if self.limiter.len() > MANY {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(key).map_err(|not_yet| not_yet.wait_time_from(clock.now()))
    }
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// Whom an address stands for: itself, or in IPv6 its network of 64 bits, which one household or server has to itself.
pub(super) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip) >> 64 << 64)),
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ten_failures_at_once_and_then_ten_a_minute() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::with_clock(50, clock.clone());
        let (one, other) = (ip("10.0.0.1"), ip("10.0.0.2"));
        assert!((0..10).all(|_| limits.failed(one).is_ok()));
        assert_eq!(limits.failed(one), Err(Duration::from_secs(6)));
        assert_eq!(limits.failed(other), Ok(()), "another address");
        assert_eq!(limits.token("", one), Ok(()), "a good token is not shut out by what others try");
        assert_eq!(limits.open(one), Ok(()));
        clock.advance(Duration::from_secs(60));
        assert_eq!((0..20).filter(|_| limits.failed(one).is_ok()).count(), 10);
    }

    #[test]
    fn a_token_counts_by_address_and_a_burst_is_ten_seconds_worth() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::with_clock(50, clock.clone());
        let (one, other) = (ip("10.0.0.1"), ip("10.0.0.2"));
        assert_eq!((0..600).filter(|_| limits.token("ci", one).is_ok()).count(), 500);
        assert_eq!(limits.token("ci", other), Ok(()));
        assert_eq!(limits.token("grafana", one), Ok(()));
        clock.advance(Duration::from_secs(1));
        assert_eq!((0..600).filter(|_| limits.token("ci", one).is_ok()).count(), 50);
        assert_eq!(
            (0..20_000).filter(|_| limits.open(one).is_ok()).count(),
            10_000,
            "files of pages: twenty times that"
        );
    }

    #[test]
    fn many_addresses_are_forgotten_again() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::with_clock(50, clock.clone());
        for last in 0..u32::try_from(2 * MANY).unwrap() {
            let _ = limits.failed(IpAddr::V4(last.into()));
            clock.advance(Duration::from_secs(1));
        }
        assert!(limits.failed.limiter.len() <= MANY + 1, "{}", limits.failed.limiter.len());
    }

    #[test]
    fn an_address_of_version_6_stands_for_its_network() {
        assert_eq!(network(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
        assert_eq!(network(ip("::ffff:10.0.0.7")), ip("10.0.0.7"));
    }
}
