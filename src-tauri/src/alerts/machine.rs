//! The episodes' state machine against a model of it in plain words, and against what must hold whatever happens.

use super::scenes::{DOLLAR, START, World, refusal};
use super::*;
use crate::model::{Cause, DAY, EpisodeKind, EpisodeState, Notice, PollErrorKind, Timestamp};
use proptest::prelude::*;

/// What may happen next. Minutes pass before each.
#[derive(Clone, Debug)]
enum Event {
    /// So many cents are left.
    Read(i64),
    /// A good answer without the figure.
    Mute,
    /// A failed poll.
    Fail(PollErrorKind),
    /// The process ends and begins again.
    Restart,
    /// The clock is set back by so many minutes.
    Back(i64),
    /// The user has seen everything that fires.
    Acknowledge,
    /// The user wants everything that fires to be quiet for so many hours.
    Snooze(i64),
    /// The notifier works, or it does not.
    Notifier(bool),
    /// A call was refused.
    Refuse,
}

fn events() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let cents = prop_oneof![
        4 => 400_i64..=700,
        2 => -50_i64..=50,
        2 => 700_i64..=4_000,
        1 => Just(499_i64),
        1 => Just(500_i64),
        1 => Just(600_i64),
    ];
    let failure = prop_oneof![Just(PollErrorKind::Unreachable), Just(PollErrorKind::Provider)];
    let event = prop_oneof![
        12 => cents.prop_map(Event::Read),
        2 => Just(Event::Mute),
        3 => failure.prop_map(Event::Fail),
        2 => Just(Event::Restart),
        1 => (1_i64..300).prop_map(Event::Back),
        1 => Just(Event::Acknowledge),
        1 => (1_i64..12).prop_map(Event::Snooze),
        1 => any::<bool>().prop_map(Event::Notifier),
    ];
    prop::collection::vec((prop_oneof![6 => 0_i64..20, 1 => 60_i64..600], event), 1..90)
}

/// One rule of one meter, as a person would keep it on paper.
#[derive(Clone, Debug, Default)]
struct Paper {
    /// Since when it holds, and in how many readings; `None` while there is nothing to tell.
    holds: Option<(Timestamp, u32)>,
    fires: bool,
    /// Good readings in a row that said it was over; a failure starts the count again.
    over: u32,
    /// A poll failed since the last good reading.
    failed: bool,
    last_seen: Timestamp,
    told_at: Option<Timestamp>,
    told: bool,
    acknowledged: bool,
    quiet_until: Option<Timestamp>,
}

/// What a reading says of a rule.
enum Says {
    Yes,
    Neither,
    /// And whether it was a top-up.
    No(bool),
    Nothing,
}

impl Paper {
    /// `wants` is how many readings and milliseconds it takes to fire, `calm` how long it must have been over.
    fn hear(&mut self, says: &Says, wants: (u32, i64), calm: i64, now: Timestamp) {
        match says {
            Says::Yes => {
                let (since, count) = self.holds.unwrap_or((now, 0));
                let (since, count) = (since.min(now), count + 1);
                self.holds = Some((since, count));
                self.fires |= count >= wants.0 && now - since >= wants.1;
                (self.over, self.failed, self.last_seen) = (0, false, now);
                if self.quiet_until.is_some_and(|until| until <= now) {
                    self.quiet_until = None;
                }
            }
            Says::Neither if self.fires => (self.over, self.failed) = (0, false),
            Says::Nothing if self.fires => (self.over, self.failed) = (0, true),
            Says::No(top_up) if self.fires => {
                self.over += 1;
                let calm = now - self.last_seen >= calm || now < self.last_seen;
                if (self.over >= 2 && calm) || (*top_up && !self.failed) {
                    *self = Paper::default();
                }
                self.failed = false;
            }
            // What did not fire yet is forgotten at the first good reading that says no.
            Says::No(_) => *self = Paper::default(),
            Says::Neither | Says::Nothing => {}
        }
    }

    /// Whether it is told now; then it counts as told.
    fn tells(&mut self, critical: bool, muted: bool, now: Timestamp) -> bool {
        let quiet = self.quiet_until.is_some_and(|until| until > now);
        let repeats = critical && !self.acknowledged && self.told_at.is_none_or(|at| now - at >= 4 * HOUR);
        let tells =
            self.fires && !muted && if quiet { critical && !self.told } else { !self.told || repeats };
        if tells {
            (self.told, self.told_at) = (true, Some(now));
        }
        tells
    }

    fn acknowledge(&mut self, now: Timestamp) {
        if self.fires {
            (self.told, self.acknowledged, self.quiet_until) = (true, true, None);
            self.told_at = self.told_at.or(Some(now));
        }
    }

    fn snooze(&mut self, until: Timestamp) {
        if self.fires {
            (self.told, self.acknowledged, self.quiet_until) = (true, false, Some(until));
        }
    }
}

fn cents(cents: i64) -> i64 {
    cents * DOLLAR / 100
}

/// Acknowledges or snoozes every live episode.
fn by_hand(world: &mut World, change: impl Fn(&crate::model::Episode) -> crate::model::Episode) {
    for episode in world.live() {
        world.put(change(&episode));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// The amount that the user set (five dollars), and a balance at zero: every notice that the model foresees is
    /// told at that moment, and no other.
    #[test]
    fn the_machine_tells_what_the_model_tells(events in events()) {
        let mut world = World::new();
        world.rules.low = vec!["5 USD".parse().unwrap()];
        world.blind = true;
        let (mut low, mut zero) = (Paper::default(), Paper::default());
        let (mut now, mut before): (Timestamp, Option<i64>) = (START, None);
        let mut foreseen = Vec::new();
        for (minutes, event) in events {
            now = now + minutes * MINUTE;
            let (mut of_low, mut of_zero) = (Says::Nothing, Says::Nothing);
            match event {
                Event::Read(left) => {
                    let top_up = before.is_some_and(|before| left > before && (left - before) * 6 >= left);
                    before = Some(left);
                    of_low = match left {
                        ..=0 | 500..=599 => Says::Neither,
                        1..=499 => Says::Yes,
                        _ => Says::No(top_up),
                    };
                    of_zero = if left <= 0 { Says::Yes } else { Says::No(top_up) };
                    world.poll(now, cents(left));
                }
                Event::Mute => {
                    before = None;
                    world.poll_with(now, None, &[]);
                }
                Event::Fail(kind) => world.fail(now, kind),
                Event::Restart => {
                    world.restart(now);
                    continue;
                }
                Event::Back(minutes) => {
                    now = now + -minutes * MINUTE;
                    continue;
                }
                Event::Acknowledge => {
                    by_hand(&mut world, |episode| acknowledge(episode, now));
                    low.acknowledge(now);
                    zero.acknowledge(now);
                    continue;
                }
                Event::Snooze(hours) => {
                    let until = now + hours * HOUR;
                    by_hand(&mut world, |episode| snooze(episode, until));
                    low.snooze(until);
                    zero.snooze(until);
                    continue;
                }
                Event::Notifier(works) => {
                    world.accepts = works;
                    continue;
                }
                Event::Refuse => {}
            }
            low.hear(&of_low, (2, 10 * MINUTE), 0, now);
            zero.hear(&of_zero, (1, 0), HOUR, now);
            if world.accepts {
                if zero.tells(true, false, now) {
                    foreseen.push((now, EpisodeKind::Refused));
                }
                if low.tells(false, zero.fires, now) {
                    foreseen.push((now, EpisodeKind::Low));
                }
            }
        }
        let ours = |kind| matches!(kind, EpisodeKind::Low | EpisodeKind::Refused);
        let told: Vec<_> = world.told.iter().map(|told| (told.0, told.1)).filter(|told| ours(told.1)).collect();
        prop_assert_eq!(told, foreseen);
    }

    /// All rules at once, over a forecast, with the notifier failing now and then.
    #[test]
    fn whatever_happens(events in prop::collection::vec((1_i64..30, prop_oneof![
        14 => (5_i64..250).prop_map(Event::Read),
        1 => Just(Event::Refuse),
        2 => prop_oneof![
            Just(PollErrorKind::Unreachable), Just(PollErrorKind::Offline), Just(PollErrorKind::Credentials),
        ].prop_map(Event::Fail),
        2 => Just(Event::Restart),
        1 => (1_i64..90).prop_map(Event::Back),
        1 => Just(Event::Acknowledge),
        1 => (1_i64..12).prop_map(Event::Snooze),
        1 => any::<bool>().prop_map(Event::Notifier),
    ]), 1..120)) {
        let mut world = World::new();
        world.rules.low = vec!["5 USD".parse().unwrap()];
        world.rules.quiet = Some("22:00-06:00".parse().unwrap());
        world.live_through_two_days(40);
        let (mut now, mut left) = (START, 4_000_i64);
        let mut failed = false;
        for (minutes, event) in events {
            now = now + minutes * MINUTE;
            let (rows, told) = (world.rows.clone(), world.told.len());
            // So much is spent; every now and then it is topped up, to at least twice what was there.
            let mut paid = false;
            match event {
                Event::Read(spent) if spent % 17 == 0 => {
                    (left, paid) = (left.max(0) * 2 + 3_000, true);
                    world.poll(now, cents(left));
                }
                Event::Read(spent) => {
                    left = (left - spent).max(-50);
                    world.poll(now, cents(left));
                }
                Event::Refuse => world.poll_with(now, Some(cents(left)), &[refusal(Cause::KeyLimit, None)]),
                Event::Fail(kind) => world.fail(now, kind),
                Event::Restart => {
                    world.restart(now);
                    world.tell(now);
                }
                Event::Back(minutes) => now = now + -minutes * MINUTE,
                Event::Acknowledge => by_hand(&mut world, |episode| acknowledge(episode, now)),
                Event::Snooze(hours) => by_hand(&mut world, |episode| snooze(episode, now + hours * HOUR)),
                Event::Notifier(works) => world.accepts = works,
                Event::Mute => {}
            }
            for (old, new) in rows.iter().zip(&world.rows) {
                // Once the day of which it spoke has passed, a warning may be a heads-up again.
                let passed = old.warned_at.is_some_and(|warned| now - warned >= DAY);
                prop_assert!(
                    old.fired_at.is_none() || new.severity >= old.severity || passed,
                    "it fell: {:?} {:?}", old, new
                );
                prop_assert!(old.state != EpisodeState::Resolved || old == new, "what is over stays over");
                prop_assert!(new.told >= old.told, "what was told is not untold");
            }
            // A top-up is followed by no notice but such as had waited for the notifier and still holds, and it ends an amount or a refusal at once, unless a poll failed before. A
            // wall that is as near as before stays what it was.
            if paid && !failed {
                let about = |kind| matches!(kind, EpisodeKind::Wall | EpisodeKind::Low | EpisodeKind::Refused);
                let waited = |id: i64| rows.iter().any(|row| row.id == id && row.fired_at.is_some() && row.told < Some(row.severity));
                let told = world.told[told..].iter().filter(|told| about(told.1) && !waited(told.2.episode));
                let told: Vec<_> = told.collect();
                prop_assert!(told.is_empty(), "after a top-up: {:?}", told);
                let ended = |kind| matches!(kind, EpisodeKind::Low | EpisodeKind::Refused);
                let live = world.live();
                let lives = live.iter().find(|one| ended(one.resource.kind) && one.fired_at.is_some());
                prop_assert!(lives.is_none(), "after a top-up: {:?}", lives);
            }
            failed = match event {
                Event::Fail(_) => true,
                Event::Read(_) | Event::Refuse => false,
                _ => failed,
            };
        }
        // Nothing is lost: in the morning, with a notifier that works, every episode that fires has been told in full,
        // but for what a worse one says or the user wants quiet.
        world.accepts = true;
        let morning = now.day_floor() + DAY + 12 * HOUR;
        world.tell(morning);
        prop_assert!(due(&world.rules, &world.live(), START, morning).is_empty());
        let loud = |kind: EpisodeKind| matches!(kind, EpisodeKind::Refused | EpisodeKind::Failing | EpisodeKind::Offline);
        for one in world.live().iter().filter(|one| loud(one.resource.kind) && one.state == EpisodeState::Firing) {
            prop_assert!(one.told == Some(one.severity), "lost: {:?}", one);
        }
        // Nothing is told twice while what was told holds: a heads-up for two days, a warning for all of its day but
        // the four hours for which it is told; what is critical repeats every four hours.
        for (at, told) in world.told.iter().enumerate() {
            let same = |before: &&(Timestamp, EpisodeKind, Notice)| {
                before.2.episode == told.2.episode && before.2.severity == told.2.severity
            };
            let holds = match (told.1, told.2.severity) {
                (_, Severity::Now | Severity::Refused) => 4 * HOUR,
                (EpisodeKind::Wall, Severity::Soon) => 20 * HOUR,
                (EpisodeKind::Wall, Severity::HeadsUp) => 2 * DAY,
                _ => i64::MAX,
            };
            if let Some(before) = world.told[..at].iter().rfind(same) {
                prop_assert!(told.0 - before.0 >= holds, "twice: {:?} {:?}", before, told);
            }
        }
    }
}
