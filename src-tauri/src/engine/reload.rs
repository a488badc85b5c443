//! When a meter that tops itself up is expected to.

use super::{Engine, Read};
use crate::alerts;
use crate::forecast::{self, Forecast, Outlook};
use crate::model::{Reload, Timestamp};

impl Engine {
    /// The automatic top-up that the rules expect of a meter, and when: as likely before as after. `now` when it is
    /// due; `None` where none is expected, and where its level is not in sight.
    pub(super) fn reload(
        &self,
        read: &Read<'_>,
        outlook: &Outlook,
        now: Timestamp,
    ) -> Option<(Timestamp, Reload)> {
        let (memory, habit) = self.memories.get(&read.meter.id)?;
        let reload = alerts::expected_reload(&self.rules, read.meter, Some(habit))?;
        let level = reload.level();
        if read.sample.headroom()? <= level.qty {
            return Some((now, reload));
        }
        // The level is reached when what lies above it is gone.
        let mut above = outlook.clone();
        above.planned.push((memory.last()?.last_at.max(now), level));
        match forecast::project(read.meter, memory, &above, now) {
            Forecast::Wall(wall) => Some((wall.p50, reload)),
            Forecast::Clear(_) | Forecast::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::{Rules, Terms};
    use crate::model::{AccountId, HOUR, Meter, MeterKey, MeterKind, Provenance, Qty, Sample, Unit, Window};

    /// A dollar an hour for two days, from 100 on: 52 are left.
    fn after_two_days(below: &str) -> (Option<(Timestamp, Reload)>, Timestamp) {
        let account = AccountId::new("a").unwrap();
        let terms = Terms { reload_below: below.parse().ok(), ..Terms::default() };
        let rules = Rules { accounts: [(account.clone(), terms)].into(), ..Rules::default() };
        let start = Timestamp(1_795_132_800_000);
        let mut engine = Engine::new(rules, Vec::new(), start);
        let meter = Meter {
            id: 1,
            account: account.clone(),
            key: MeterKey::new("balance"),
            kind: MeterKind::Balance,
            label: "balance".into(),
            unit: Unit::USD,
            window: Window::Never,
            provenance: Provenance::Reported,
        };
        let mut expected = None;
        for hour in 0..=48 {
            let at = start + hour * HOUR;
            let sample = Sample {
                at,
                last_at: at,
                used: None,
                limit: None,
                remaining: Some(Qty((100 - hour) * 1_000_000_000)),
                resets_at: None,
                reserve: None,
            };
            let read = Read { meter: &meter, sample, refusals: Vec::new() };
            expected = engine.good(&account, "A", &[read], &[], at).reloads.remove(&meter.key);
        }
        (expected, start + 48 * HOUR)
    }

    #[test]
    fn a_top_up_is_expected_when_its_level_is_reached() {
        let (expected, now) = after_two_days("40 USD");
        let (at, reload) = expected.unwrap();
        assert_eq!(reload, Reload::Said("40 USD".parse().unwrap()));
        let hours = (at - now) as f64 / HOUR as f64;
        assert!((11.0..13.0).contains(&hours), "12 dollars above it at one an hour: {hours} h");
    }

    #[test]
    fn below_its_level_it_is_due_and_without_a_level_none_is_expected() {
        let (expected, now) = after_two_days("60 USD");
        assert_eq!(expected.map(|(at, _)| at), Some(now));
        assert_eq!(after_two_days("").0, None);
        assert_eq!(after_two_days("40 CNY").0, None, "another currency");
    }
}
