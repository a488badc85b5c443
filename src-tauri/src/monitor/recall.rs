//! What is remembered of a meter's spend, out of the history: what was learned and stored, and the samples since.

use crate::alerts::Habit;
use crate::engine::HISTORY;
use crate::forecast::{Learned, Memory};
use crate::model::{DAY, Meter, Sample, Timestamp};
use crate::store::{Store, StoreError};

/// How far back top-ups are looked for, and what is usual.
const HABITS: i64 = 180 * DAY;

/// What was learned of a meter, as it is stored.
pub(super) fn text(meter: i64, learned: &Learned) -> Option<(i64, String)> {
    Some((meter, serde_json::to_string(learned).ok()?))
}

/// What a meter's memory is made of: what was learned, and the samples that it wants; else those of [`HISTORY`]. What
/// cannot be read, or was stored by a clock that ran ahead, is left out and learned anew.
///
/// # Errors
/// Those of [`Store::samples`].
pub fn remembered(
    store: &Store,
    meter: &Meter,
    now: Timestamp,
) -> Result<(Option<Learned>, Vec<Sample>), StoreError> {
    let stored = store.learned(meter.id).ok().flatten();
    let learned: Option<Learned> = stored.and_then(|text| serde_json::from_str(&text).ok());
    let from = learned.as_ref().and_then(|known| known.wants(now)).unwrap_or(now + -HISTORY);
    Ok((learned, store.samples(meter.id, from, now)?))
}

/// What the engine is given of a meter before `newest`, which is this poll's.
pub(super) fn before(
    store: &Store,
    meter: &Meter,
    newest: &Sample,
    now: Timestamp,
) -> Result<(Memory, Habit), StoreError> {
    let (learned, mut past) = remembered(store, meter, now)?;
    // One that was read once is this poll's: the engine has yet to see it.
    past.retain(|sample| sample.at < newest.at || newest.last_at > newest.at);
    let mut habit = Habit::default();
    for hour in store.hours(meter.id, now + -HABITS, now)? {
        habit.note_hour(hour.at, hour.spent, hour.added, hour.low);
    }
    Ok((Memory::resume(meter, learned, &past, now), habit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::Rules;
    use crate::forecast::{Forecast, Wall};
    use crate::model::{AccountId, HOUR, MINUTE, MeterKind, Notice, Polled, Qty, Reading, Unit};
    use crate::monitor::{Clock, Pipeline};
    use crate::notify::{Notifier, NotifyError};
    use std::path::Path;
    use std::sync::Arc;

    const START: Timestamp = Timestamp(1_780_272_000_000);

    struct Ear;

    #[async_trait::async_trait]
    impl Notifier for Ear {
        async fn notify(&self, _: &Notice, _: Option<&[u8]>) -> Result<&'static str, NotifyError> {
            Ok("ear")
        }
    }

    fn begin(path: &Path, now: Timestamp) -> (Pipeline, Clock) {
        let clock = Clock::manual(now);
        let store = Store::open(path, now).unwrap();
        let zone = jiff::tz::TimeZone::UTC;
        (Pipeline::new(clock.clone(), store, Arc::new(Ear), Rules::default(), zone).unwrap(), clock)
    }

    /// One poll each half hour: on the first 20 days 3 tokens, later 1, by day only.
    fn reading(turn: i64) -> Reading {
        let spent: i64 =
            (0..turn).map(|one| if one % 48 < 24 { if one < 20 * 48 { 3 } else { 1 } } else { 0 }).sum();
        Reading {
            remaining: Some(Qty(2_600 - spent)),
            ..Reading::new("balance.tokens", MeterKind::Balance, "balance", Unit::Tokens)
        }
    }

    async fn poll(pipeline: &Pipeline, clock: &Clock, turn: i64) {
        let at = START + turn * 30 * MINUTE;
        clock.set(at);
        let polled = Polled { readings: vec![reading(turn)], ..Polled::default() };
        pipeline.take_in(&AccountId::new("acme").unwrap(), "Acme".into(), Ok(polled)).await;
    }

    fn wall(pipeline: &Pipeline) -> Wall {
        let statuses = pipeline.statuses();
        match statuses.values().next().unwrap().forecasts.values().next().unwrap() {
            Forecast::Wall(wall) => wall.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// What stood on the disk when the process was killed.
    fn killed(from: &Path, to: &Path) {
        for tail in ["", "-wal"] {
            let name = |path: &Path| format!("{}{tail}", path.display());
            std::fs::copy(name(from), name(to)).unwrap();
        }
    }

    #[tokio::test]
    async fn after_a_kill_at_any_moment_forecasts_are_as_if_there_had_been_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).join("history.sqlite");
        std::fs::create_dir(folder.path().join("whole")).unwrap();
        // 50 days: more than is read of samples alone.
        let (pipeline, clock) = begin(&file("whole"), START);
        let kills = [1, 3, 60, 1_500, 2_395, 2_399];
        for turn in 0..=2_400 {
            poll(&pipeline, &clock, turn).await;
            if kills.contains(&turn) {
                std::fs::create_dir(folder.path().join(turn.to_string())).unwrap();
                killed(&file("whole"), &file(&turn.to_string()));
            }
        }
        let whole = wall(&pipeline);
        for kill in kills {
            let path = file(&kill.to_string());
            let (again, clock) = begin(&path, START + kill * 30 * MINUTE);
            for turn in kill + 1..=2_400 {
                poll(&again, &clock, turn).await;
            }
            let found = wall(&again);
            let near = |a: Timestamp, b: Timestamp| (a - b).abs() < 1_000;
            assert!(
                near(found.p10, whole.p10)
                    && near(found.p50, whole.p50)
                    && found.confidence == whole.confidence,
                "killed after poll {kill}: {found:?} for {whole:?}"
            );
        }
        // What was stored matters: from the samples of 28 days alone it would be another answer.
        let store = pipeline.store();
        let (meter, now) = (store.meters(None).unwrap().remove(0), clock.now());
        let samples = store.samples(meter.id, now + -HISTORY, now).unwrap();
        let alone = crate::forecast::project(
            &meter,
            &Memory::of(&meter, &samples, now),
            &crate::forecast::Outlook::default(),
            now,
        );
        let alone = alone.wall().cloned().unwrap();
        assert!((alone.p50 - whole.p50).abs() > HOUR, "{alone:?}");
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_learned_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (pipeline, clock) = begin(&folder.path().join("history.sqlite"), START);
        for turn in 0..300 {
            poll(&pipeline, &clock, turn).await;
        }
        let (store, now) = (pipeline.store(), clock.now());
        let meter = store.meters(None).unwrap().remove(0);
        let (learned, since) = remembered(store, &meter, now).unwrap();
        let all = store.samples(meter.id, START, now).unwrap().len();
        assert!(learned.is_some() && since.len() < all, "three days and six hours: {} of {all}", since.len());
        // A clock that was set back by a day.
        let (learned, _) = remembered(store, &meter, now + -DAY).unwrap();
        assert!(learned.is_some_and(|known| known.wants(now + -DAY).is_none()));
        for broken in ["", "{}", "[1, 2", r#"{"week":[[1e999,0]]}"#] {
            store.keep_learned(&[(meter.id, broken.into())]).unwrap();
            let (learned, since) = remembered(store, &meter, now).unwrap();
            assert!(learned.is_none() && since.len() == all, "{broken}: {} of {all}", since.len());
        }
    }
}
