//! The fifteen rules of a good warning, each a test that is named after it. What each means in full is in docs/alerts.md.

use super::scenes::{DOLLAR, START, World, refusal};
use super::*;
use crate::model::{
    Cause, DAY, EpisodeKind, EpisodeState, Meter, MeterKey, MeterKind, PollErrorKind, Qty, SECOND, Timestamp,
    Unit, Window,
};

const POLL: i64 = 5 * MINUTE;

/// A world in which only the amount of five dollars is told.
fn low() -> World {
    let mut world = World::new();
    world.rules.low = vec!["5 USD".parse().unwrap()];
    world
}

/// A dollar an hour from `dollars` down, read every five minutes for so many hours.
fn spend(world: &mut World, from: Timestamp, dollars: i64, hours: i64) {
    for k in 0..=(hours * 12) {
        world.poll(from + k * POLL, (dollars * DOLLAR - k * DOLLAR / 12).max(0));
    }
}

fn kinds(world: &World) -> Vec<EpisodeKind> {
    world.told.iter().map(|told| told.1).collect()
}

#[test]
fn rule_01_an_episode_belongs_to_account_meter_and_kind_only() {
    let mut world = low();
    world.poll(START, 4 * DOLLAR);
    world.poll(START + 2 * POLL, 4 * DOLLAR);
    assert_eq!(world.told.len(), 1);
    let id = world.one(EpisodeKind::Low).unwrap().id;
    // Renamed, and its reset moves at every poll.
    world.meter.label = "main purse".into();
    for k in 3..20 {
        world.resets_at = Some(START + 9 * DAY + k * SECOND);
        world.poll(START + k * POLL, 4 * DOLLAR);
    }
    assert_eq!((world.told.len(), world.one(EpisodeKind::Low).unwrap().id), (1, id));
    // Another meter is another resource.
    world.meter.key = MeterKey::new("other");
    world.poll(START + 20 * POLL, 4 * DOLLAR);
    world.poll(START + 22 * POLL, 4 * DOLLAR);
    assert_eq!(world.told.len(), 2);
}

#[test]
fn rule_02_a_condition_holds_in_two_readings_and_ten_minutes_but_a_refusal_fires_on_one() {
    let mut world = low();
    world.poll(START, 4 * DOLLAR);
    assert!(world.told.is_empty(), "one reading");
    world.poll(START + 9 * MINUTE, 4 * DOLLAR);
    assert!(world.told.is_empty(), "two readings, nine minutes");
    world.poll(START + 10 * MINUTE, 4 * DOLLAR);
    assert_eq!(kinds(&world), [EpisodeKind::Low]);

    let mut long_apart = low();
    long_apart.poll(START, 4 * DOLLAR);
    long_apart.poll(START + POLL, 7 * DOLLAR);
    long_apart.poll(START + HOUR, 4 * DOLLAR);
    assert!(long_apart.told.is_empty(), "it did not hold in between");

    let mut refused = World::new();
    refused.poll_and_refuse(START, 40 * DOLLAR, &[refusal(Cause::BudgetExceeded, None)]);
    assert_eq!(refused.severities(), [Severity::Refused]);
    let mut empty = World::new();
    empty.poll(START, 0);
    assert_eq!(empty.severities(), [Severity::Refused]);
}

#[test]
fn rule_03_missing_data_never_clears_and_after_a_failure_two_good_readings_do() {
    let mut world = low();
    world.poll(START, 4 * DOLLAR);
    world.poll(START + 10 * MINUTE, 4 * DOLLAR);
    for k in 3..9 {
        world.fail(START + k * POLL, PollErrorKind::Unreachable);
        world.poll_with(START + k * POLL + MINUTE, None, &[]);
    }
    assert!(world.one(EpisodeKind::Low).is_some(), "nothing was learned");
    world.fail(START + 9 * POLL, PollErrorKind::Provider);
    world.poll(START + 10 * POLL, 50 * DOLLAR);
    assert!(world.one(EpisodeKind::Low).is_some(), "one good reading after a failure, even a top-up");
    world.poll(START + 11 * POLL, 50 * DOLLAR);
    assert!(world.one(EpisodeKind::Low).is_none());
    assert_eq!(world.told.len(), 1);
}

#[test]
fn rule_04_what_was_entered_at_x_is_left_at_1_2_x_or_at_a_top_up() {
    let mut world = low();
    world.poll(START, 5 * DOLLAR - 1);
    world.poll(START + 10 * MINUTE, 5 * DOLLAR - 1);
    // Small rises, none of which is a top-up.
    for (k, cents) in (3..).zip([510, 560, 599, 599]) {
        world.poll(START + k * POLL, cents * DOLLAR / 100);
        assert!(world.one(EpisodeKind::Low).is_some(), "{cents}");
    }
    for k in 8..10 {
        world.poll(START + k * POLL, 6 * DOLLAR);
    }
    assert!(world.one(EpisodeKind::Low).is_none());
    // A top-up ends it at once.
    world.poll(START + HOUR, 4 * DOLLAR);
    world.poll(START + 2 * HOUR, 4 * DOLLAR);
    assert!(world.one(EpisodeKind::Low).is_some_and(|low| low.state == EpisodeState::Firing));
    world.poll(START + 3 * HOUR, 30 * DOLLAR);
    assert!(world.one(EpisodeKind::Low).is_none());
}

#[test]
fn rule_05_a_wall_is_told_only_when_little_is_left_and_it_comes_before_the_reset() {
    let mut far = World::new();
    far.live_through_two_days(1_000);
    spend(&mut far, START, 1_000, 6);
    assert!(far.told.is_empty(), "six weeks: {:?}", far.told);
    // Twenty hours of spend are left: the reset comes first, or the wall does.
    for (reset, told) in [(5 * HOUR, false), (60 * HOUR, true)] {
        let mut world = World::with(MeterKind::Quota, "weekly", Unit::USD);
        world.meter.window = Window::Other;
        world.resets_at = Some(START + reset);
        world.live_through_two_days(20);
        spend(&mut world, START, 20, 3);
        assert_eq!(!world.told.is_empty(), told, "reset after {} h: {:?}", reset / HOUR, world.told);
    }
}

#[test]
fn rule_06_the_long_window_says_that_it_matters_and_the_short_one_that_it_still_does() {
    // Ten dollars in an hour, after a quiet day; then it stops, or goes on.
    let told = |goes_on: bool| {
        let mut world = World::new();
        let left = |k: i64| match k {
            _ if k < 288 => 40 * DOLLAR - k * DOLLAR / 288,
            _ if k < 300 || goes_on => 39 * DOLLAR - (k - 288) * 10 * DOLLAR / 12,
            _ => 29 * DOLLAR,
        };
        for k in 0..=(300 + 12) {
            world.poll(START + k * POLL, left(k));
        }
        let now = START + 312 * POLL;
        world.forecast(now).burn().unwrap()
    };
    assert!(told(true) > 5.0, "still burning: {}", told(true));
    assert!(told(false) < 1.0, "it has stopped: {}", told(false));
}

#[test]
fn rule_07_a_refusal_mutes_what_leads_up_to_it_and_offline_is_one_notice() {
    let mut world = low();
    world.live_through_two_days(3);
    world.poll_and_refuse(START, 3 * DOLLAR, &[refusal(Cause::BalanceExhausted, None)]);
    for k in 1..6 {
        world.poll(START + k * POLL, 3 * DOLLAR - k * DOLLAR / 12);
    }
    assert_eq!(kinds(&world), [EpisodeKind::Refused]);
    let fires = |kind| world.one(kind).is_some_and(|one| one.state == EpisodeState::Firing);
    assert!(fires(EpisodeKind::Low) && fires(EpisodeKind::Wall), "they fire, unheard");

    let mut offline = World::new();
    for k in 0..100 {
        for n in 0..10 {
            let account = AccountId::new(format!("account-{n}")).unwrap();
            let error = PollError::new(PollErrorKind::Offline, "No connection.");
            offline.fail_as(&account, START + k * POLL + n * SECOND, &error);
        }
    }
    assert_eq!(kinds(&offline), [EpisodeKind::Offline]);
}

#[test]
fn rule_08_what_is_due_together_is_one_notification_and_only_critical_repeats() {
    let mut world = World::new();
    world.accepts = false;
    for n in 0..9 {
        let account = AccountId::new(format!("account-{n}")).unwrap();
        let error = PollError::new(PollErrorKind::Credentials, "The key does not work.");
        world.fail_as(&account, START, &error);
        world.fail_as(&account, START + POLL, &error);
    }
    world.poll(START + POLL, 0);
    let due = due(&world.rules, &world.live(), START, START + POLL);
    assert_eq!(due.len(), 10);
    let one = as_one(&due).unwrap();
    assert_eq!(one.severity, Severity::Refused, "the most urgent leads");
    assert_eq!(one.title, "DeepSeek · balance is used up: calls are refused · and 9 more");
    assert_eq!(one.body.matches("Also: DeepSeek · cannot be read.").count(), 6);
    assert!(one.body.ends_with("And 3 more: see Alerts."), "{}", one.body);
    assert!(one.replaces != due[0].replaces && one.replaces > 0);
    assert_eq!(as_one(&due[..1]), Some(due[0].clone()), "one alone stays as it is");
    assert_eq!(as_one(&[]), None);

    let mut world = World::new();
    world.fail(START, PollErrorKind::Credentials);
    for k in 1..=(9 * 12) {
        world.fail(START + k * POLL, PollErrorKind::Credentials);
    }
    assert_eq!(world.told.len(), 1, "a warning never repeats");
    let empty = START + DAY;
    for k in 0..=(9 * 12) {
        world.poll(empty + k * POLL, 0);
    }
    let at: Vec<i64> = world.told[1..].iter().map(|told| (told.0 - empty) / HOUR).collect();
    assert_eq!(at, [0, 4, 8]);
    let seen = world.one(EpisodeKind::Refused).unwrap();
    world.put(acknowledge(&seen, empty + 9 * HOUR));
    for k in 0..(12 * 12) {
        world.poll(empty + 9 * HOUR + k * POLL, 0);
    }
    assert_eq!(world.told.len(), 4, "acknowledged");
}

#[test]
fn rule_09_told_only_once_a_notifier_accepted_it_and_under_one_id() {
    let mut world = World::new();
    world.accepts = false;
    world.poll(START, 0);
    world.tell(START + MINUTE);
    let untold = world.one(EpisodeKind::Refused).unwrap();
    assert_eq!((untold.told, untold.told_at), (None, None));
    world.accepts = true;
    world.tell(START + 2 * MINUTE);
    assert_eq!(world.one(EpisodeKind::Refused).unwrap().told, Some(Severity::Refused));
    world.restart(START + HOUR);
    world.tell(START + 5 * HOUR);
    assert_eq!(world.told.len(), 2, "the repeat after four hours");
    assert_eq!(world.told[0].2.replaces, world.told[1].2.replaces);
}

#[test]
fn rule_10_what_began_while_it_was_closed_is_told_once_with_since() {
    let mut world = low();
    world.poll(START, 4 * DOLLAR);
    world.restart(START + 3 * HOUR);
    for k in 0..6 {
        world.poll(START + 3 * HOUR + k * POLL, 4 * DOLLAR);
        world.restart(START + 3 * HOUR + k * POLL + MINUTE);
    }
    assert_eq!(world.told.len(), 1);
    assert!(world.told[0].2.body.starts_with("Since today 08:00.\n"), "{}", world.told[0].2.body);
}

#[test]
fn rule_11_quiet_hours_and_a_snooze_hold_back_what_can_wait() {
    let quiet = |breaks_through: bool| {
        let mut world = low();
        world.rules.quiet = Some("22:00-08:00".parse().unwrap());
        world.rules.breaks_through = breaks_through;
        world
    };
    let night = START + 15 * HOUR; // 23:00
    let morning = START + 24 * HOUR;
    let mut world = quiet(true);
    world.poll(night, 4 * DOLLAR);
    world.poll(night + HOUR, 4 * DOLLAR);
    assert!(world.told.is_empty(), "a low balance can wait");
    world.poll(morning + -1, 4 * DOLLAR);
    assert!(world.told.is_empty(), "still quiet");
    world.poll(morning, 4 * DOLLAR);
    assert_eq!(kinds(&world), [EpisodeKind::Low]);
    assert!(world.told[0].2.body.starts_with("Since yesterday 23:00.\n"), "{}", world.told[0].2.body);

    // A refusal breaks through, once; its repeats wait for the morning.
    let mut world = quiet(true);
    for k in 0..=(9 * 12) {
        world.poll(night + k * POLL, 0);
    }
    let at: Vec<i64> = world.told.iter().map(|told| (told.0 - night) / HOUR).collect();
    assert_eq!(at, [0, 9]);
    // Unless that is switched off.
    let mut world = quiet(false);
    for k in 0..=(9 * 12) {
        world.poll(night + k * POLL, 0);
    }
    assert_eq!(world.told[0].0, morning);

    // A snoozed wall that comes within the hour is told, and nothing before that; switched off, nothing is.
    let woken = |breaks_through: bool| {
        let mut world = World::new();
        world.rules.breaks_through = breaks_through;
        world.live_through_two_days(20);
        for k in 0..=(20 * 12 - 1) {
            world.poll(START + k * POLL, 20 * DOLLAR - k * DOLLAR / 12);
            if let Some(wall) = world.one(EpisodeKind::Wall).filter(|wall| wall.snoozed_until.is_none())
                && wall.told.is_some()
            {
                world.put(snooze(&wall, START + 30 * HOUR));
            }
        }
        world.told[1..].iter().map(|told| (START + 20 * HOUR) - told.0).collect::<Vec<_>>()
    };
    let woken_at = woken(true);
    assert!(
        !woken_at.is_empty() && woken_at.iter().all(|lead| (10 * MINUTE..2 * HOUR).contains(lead)),
        "{woken_at:?}"
    );
    assert!(woken(false).is_empty());
}

#[test]
fn rule_12_a_top_up_clears_and_re_arms_and_automatic_ones_make_it_milder() {
    let ladder = [Severity::HeadsUp, Severity::Soon, Severity::Now, Severity::Refused];
    let mut world = World::new();
    spend(&mut world, START, 20, 21);
    world.poll(START + 22 * HOUR, 60 * DOLLAR);
    assert!(world.live().is_empty());
    spend(&mut world, START + 22 * HOUR + POLL, 60, 61);
    assert_eq!(world.severities(), [ladder, ladder].concat());

    // Said: the top-up comes below ten dollars, so a wall is one step milder and a heads-up is none.
    let said = |world: &mut World| {
        let terms = Terms { reload_below: "10 USD".parse().ok(), ..Terms::default() };
        world.rules.accounts.insert(world.account.clone(), terms);
    };
    let mut world = World::new();
    said(&mut world);
    world.live_through_two_days(20);
    spend(&mut world, START, 20, 10);
    assert!(world.told.is_empty(), "{:?}", world.told);
    // It comes: nothing was ever said.
    world.poll(START + 10 * HOUR + POLL, 40 * DOLLAR);
    spend(&mut world, START + 11 * HOUR, 40, 20);
    assert!(world.told.is_empty(), "{:?}", world.told);

    // It does not come: after an hour below the level that is an alert, and the wall is told in full.
    let mut world = World::new();
    said(&mut world);
    world.live_through_two_days(20);
    spend(&mut world, START, 20, 21);
    let missed = world.told.iter().find(|told| told.1 == EpisodeKind::Reload).unwrap();
    let below = START + 10 * HOUR + POLL;
    assert_eq!(missed.0, below + HOUR);
    assert_eq!(missed.2.title, "DeepSeek · balance: the automatic top-up has not come");
    assert_eq!(
        missed.2.body,
        "It was due below $10.00, since today 18:05.\n$8.91 left.\nLook at the payment method and the reload \
         setting, or top up by hand."
    );
    let walls: Vec<Severity> =
        world.told.iter().filter(|told| told.1 == EpisodeKind::Wall).map(|told| told.2.severity).collect();
    assert_eq!(walls, ladder[..3]);
    // The top-up ends it.
    world.poll(START + 22 * HOUR, 60 * DOLLAR);
    assert!(world.live().is_empty(), "{:?}", world.live());
}

#[test]
fn rule_12_automatic_top_ups_are_seen_in_the_past() {
    let mut world = World::new();
    let mut now = START;
    // Twenty dollars each time that it fell to five, at two dollars an hour.
    for _ in 0..4 {
        for k in 0..=(10 * 12) {
            world.poll(now, 25 * DOLLAR - k * DOLLAR / 6);
            now = now + POLL;
        }
    }
    let told = world.told.len();
    for k in 0..=(12 * 12) {
        world.poll(now, (25 * DOLLAR - k * DOLLAR / 6).max(DOLLAR));
        now = now + POLL;
    }
    let missed: Vec<_> = world.told[told..].iter().filter(|told| told.1 == EpisodeKind::Reload).collect();
    assert_eq!(missed.len(), 1, "{:?}", &world.told[told..]);
    assert!(missed[0].2.body.starts_with("It was due below $5.00"), "{}", missed[0].2.body);
    // Topped up by hand at zero: that is nobody's automatic top-up, and walls are told as ever.
    let mut by_hand = World::new();
    for round in 0..5 {
        spend(&mut by_hand, START + round * 11 * HOUR, 10, 10);
    }
    assert!(by_hand.habit.reload(Unit::USD).is_none());
}

#[test]
fn rule_13_headroom_is_what_is_left_less_the_reservation_and_debt_keeps_its_sign() {
    let sample = |left: i64, reserve: i64| Sample {
        at: START,
        last_at: START,
        used: None,
        limit: None,
        remaining: Some(Qty(left)),
        resets_at: None,
        reserve: Some(Qty(reserve)),
    };
    // "You requested up to 64000 tokens, but can only afford 61586."
    assert_eq!(sample(61_586, 64_000).headroom(), Some(Qty(-2_414)));
    let meter = Meter { unit: Unit::Tokens, ..World::new().meter };
    let sample = sample(61_586, 64_000);
    let forecast = Forecast::Unknown(crate::forecast::Reason::Exhausted);
    let fact = MeterFact {
        meter: &meter,
        sample: &sample,
        step: Step::default(),
        forecast: &forecast,
        refusals: &[],
        habit: None,
    };
    let facts = [fact];
    let fact =
        Fact { account: &meter.account, label: "DeepSeek", outcome: Ok(&facts), refusals: &[], lead: DAY };
    let fired = step(&Rules::default(), &[], &fact, START);
    assert_eq!((fired[0].resource.kind, fired[0].severity), (EpisodeKind::Refused, Severity::Refused));
    assert!(why(&fired[0])[1].contains("-2,414 tokens"), "{:?}", why(&fired[0]));
}

#[test]
fn rule_14_it_escalates_at_once_and_never_falls() {
    let mut world = World::new();
    world.live_through_two_days(30);
    let mut highest = None;
    for k in 0..200 {
        // Up and down around the thresholds, never by a fifth.
        let left = 30 * DOLLAR - k * 12 * DOLLAR / 100 + if k % 2 == 0 { DOLLAR / 4 } else { 0 };
        world.poll(START + k * POLL, left.max(DOLLAR));
        if let Some(wall) = world.one(EpisodeKind::Wall).filter(|wall| wall.fired_at.is_some()) {
            assert!(Some(wall.severity) >= highest, "{wall:?}");
            if Some(wall.severity) > highest {
                assert_eq!(world.told.last().unwrap().0, START + k * POLL, "told at the poll that saw it");
            }
            highest = Some(wall.severity);
        }
    }
    assert!(highest >= Some(Severity::Soon));
    let severities = world.severities();
    assert!(severities.windows(2).all(|two| two[0] < two[1]), "{severities:?}");
}

#[test]
fn rule_15_every_notice_can_say_why() {
    let mut world = low();
    world.live_through_two_days(20);
    spend(&mut world, START, 20, 21);
    let account = AccountId::new("other").unwrap();
    for k in 0..90 {
        let error = PollError::new(PollErrorKind::Provider, "The provider answered 503.");
        world.fail_as(&account, START + 22 * HOUR + k * POLL, &error);
    }
    for row in &world.rows {
        let why = why(row);
        assert!(!why.is_empty() && why.iter().all(|line| line.ends_with('.')), "{row:?}: {why:?}");
        assert_ne!(why[0], "The rule's inputs were not kept.", "{row:?}");
    }
    let kinds: Vec<_> = world.rows.iter().map(|row| row.resource.kind).collect();
    for kind in [EpisodeKind::Wall, EpisodeKind::Low, EpisodeKind::Refused, EpisodeKind::Stale] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    let wall = world.rows.iter().find(|row| row.resource.kind == EpisodeKind::Wall).unwrap();
    let why = why(wall).join("\n");
    for part in ["chance", "Left at ", "Present burn: $", "Made from "] {
        assert!(why.contains(part) || why.contains("present burn"), "{part}: {why}");
    }
}
