//! What users of other tools complain about, each a test; and the promises of docs/alerts.md.

use super::scenes::{DOLLAR, START, World, refusal};
use super::*;
use crate::model::{
    Cause, DAY, Episode, EpisodeKind, EpisodeState, MeterKind, PollErrorKind, Qty, Scope, Timestamp, Unit,
    Window,
};

use proptest::prelude::*;

const POLL: i64 = 5 * MINUTE;
const LADDER: [Severity; 4] = [Severity::HeadsUp, Severity::Soon, Severity::Now, Severity::Refused];

/// Twenty dollars at a dollar an hour, read every five minutes until half an hour after zero.
fn drain(world: &mut World, mut between: impl FnMut(&mut World, i64, Timestamp)) {
    for k in 0..=(20 * 12 + 6) {
        let now = START + k * POLL;
        world.poll(now, (20 * DOLLAR - k * DOLLAR / 12).max(0));
        between(world, k, now);
    }
}

#[test]
fn a_drain_is_told_four_times_in_order() {
    let mut world = World::new();
    drain(&mut world, |_, _, _| {});
    assert_eq!(world.severities(), LADDER);
    let lead = |k: usize| (START + 20 * HOUR) - world.told[k].0;
    assert!(lead(0) > 12 * HOUR && lead(1) >= 2 * HOUR, "{} {}", lead(0), lead(1));
    assert!((10 * MINUTE..3 * HOUR).contains(&lead(2)), "now: {} min", lead(2) / MINUTE);
    assert_eq!(lead(3), 0);
    let ids: Vec<u32> = world.told.iter().map(|told| told.2.replaces).collect();
    assert!(ids.iter().all(|id| *id == ids[0] && (1..=i32::MAX as u32).contains(id)), "{ids:?}");
    assert_eq!(world.told[3].2.title, "DeepSeek · balance is used up: calls are refused");
}

#[test]
fn a_restart_between_any_two_polls_tells_nothing_again() {
    let mut world = World::new();
    drain(&mut world, |world, _, now| world.restart(now + MINUTE));
    assert_eq!(world.severities(), LADDER);
}

#[test]
fn a_failed_fetch_neither_clears_nor_fires_again() {
    for kind in [PollErrorKind::Unreachable, PollErrorKind::Provider, PollErrorKind::Malformed] {
        let mut world = World::new();
        drain(&mut world, |world, k, now| {
            if k % 3 == 0 {
                world.fail(now + 2 * MINUTE, kind);
            }
        });
        assert_eq!(world.severities(), LADDER, "{kind:?}");
        let stale = |row: &&Episode| row.resource.kind == EpisodeKind::Stale;
        assert!(world.rows.iter().filter(|row| !stale(row)).all(|row| row.state != EpisodeState::Resolved));
        assert!(world.rows.iter().filter(stale).all(|row| row.fired_at.is_none()));
    }
}

#[test]
fn after_a_failure_two_good_readings_clear() {
    let mut world = World::new();
    world.poll(START, 0);
    assert_eq!(world.severities(), [Severity::Refused]);
    world.fail(START + POLL, PollErrorKind::Unreachable);
    world.poll(START + 2 * POLL, 50 * DOLLAR);
    assert!(world.one(EpisodeKind::Refused).is_some(), "one good reading after a failure is not enough");
    world.poll(START + HOUR + 2 * POLL, 50 * DOLLAR);
    assert!(world.one(EpisodeKind::Refused).is_none());
}

#[test]
fn a_top_up_clears_and_re_arms() {
    let mut world = World::new();
    drain(&mut world, |_, _, _| {});
    let paid = START + 21 * HOUR;
    world.poll(paid, 60 * DOLLAR);
    assert!(world.live().is_empty(), "{:?}", world.live());
    for k in 1..=(60 * 12) {
        world.poll(paid + k * POLL, 60 * DOLLAR - k * DOLLAR / 12);
    }
    assert_eq!(world.severities()[4..], LADDER);
}

#[test]
fn a_small_top_up_re_arms_the_steps_above_it() {
    let mut world = World::new();
    world.live_through_two_days(1);
    for k in 0..10 {
        world.poll(START + k * POLL, DOLLAR - k * DOLLAR / 12);
    }
    assert_eq!(world.severities().last(), Some(&Severity::Now));
    let (paid, before) = (START + 10 * POLL, world.told.len());
    for k in 0..=(10 * 12) {
        world.poll(paid + k * POLL, 10 * DOLLAR - k * DOLLAR / 12);
    }
    assert_eq!(world.severities()[before..], LADDER);
}

#[test]
fn a_figure_that_wavers_around_the_amount_is_told_once() {
    let mut world = World::new();
    world.rules.low = vec!["5 USD".parse().unwrap()];
    for k in 0..200 {
        // 4.90, 5.10, 4.90 …: in and out, never above 6.
        world.poll(START + k * POLL, 5 * DOLLAR + if k % 2 == 0 { -DOLLAR / 10 } else { DOLLAR / 10 });
    }
    let low = world.told.iter().filter(|told| told.1 == EpisodeKind::Low).count();
    assert_eq!(low, 1);
}

#[test]
fn a_rule_needs_two_readings_and_ten_minutes() {
    let mut world = World::new();
    world.rules.low = vec!["5 USD".parse().unwrap()];
    world.poll(START, 4 * DOLLAR);
    world.poll(START + POLL, 4 * DOLLAR);
    assert!(world.told.is_empty(), "two readings, five minutes");
    world.poll(START + 2 * POLL, 4 * DOLLAR);
    assert_eq!(world.severities(), [Severity::HeadsUp]);
    assert_eq!(world.told[0].2.title, "DeepSeek · balance is below $5.00");
}

#[test]
fn yuan_are_not_dollars() {
    let mut world = World::with(MeterKind::Balance, "balance", "CNY".parse().unwrap());
    world.rules.low = vec!["5 USD".parse().unwrap(), "30 CNY".parse().unwrap()];
    for k in 0..4 {
        world.poll(START + k * POLL, 35 * DOLLAR);
    }
    assert!(world.told.is_empty(), "35 CNY is above 30 CNY");
    for k in 4..8 {
        world.poll(START + k * POLL, 20 * DOLLAR);
    }
    assert_eq!(world.told.len(), 1, "20 is below 30, whatever the dollars say");
    assert!(world.told[0].2.body.contains("¥20.00"), "{}", world.told[0].2.body);
}

#[test]
fn a_refused_key_limit_is_not_an_empty_account() {
    let mut world = World::with(MeterKind::Budget, "key limit “ci”", Unit::USD);
    world.poll_with(START, Some(40 * DOLLAR), &[refusal(Cause::KeyLimit, None)]);
    let notice = &world.told[0].2;
    assert_eq!(notice.title, "DeepSeek · key limit “ci” is reached: calls are refused");
    assert!(notice.body.contains("the account may still have money"), "{}", notice.body);
    assert!(!notice.title.contains("balance") && !notice.title.contains("used up"));
}

#[test]
fn what_is_not_about_money_does_not_fire() {
    let causes = [
        Cause::RateLimited,
        Cause::Capacity,
        Cause::InFlight,
        Cause::PaymentChallenge,
        Cause::Network,
        Cause::GatewayMisconfigured,
        Cause::Credentials,
    ];
    let mut world = World::new();
    for (k, cause) in (0..).zip(causes) {
        world.poll_with(START + k * POLL, Some(40 * DOLLAR), &[refusal(cause, None)]);
    }
    assert!(world.rows.is_empty());
    world.poll_with(START + HOUR, Some(40 * DOLLAR), &[refusal(Cause::Unknown, None)]);
    assert_eq!(world.severities(), [Severity::Soon], "a 402 that nobody can read is worth a look");
    assert_eq!(world.told[0].2.title, "DeepSeek · calls are refused");

    let mut rate = World::with(MeterKind::Rate, "requests per minute", Unit::Requests);
    rate.poll(START, 0);
    let mut spend = World::with(MeterKind::Spend, "spend", Unit::USD);
    spend.poll_with(START, None, &[]);
    assert!(rate.rows.is_empty() && spend.rows.is_empty());
}

#[test]
fn a_refusal_mutes_the_lower_alerts_of_its_meter() {
    let mut world = World::new();
    world.rules.low = vec!["5 USD".parse().unwrap()];
    world.poll(START, 3 * DOLLAR);
    world.poll(START + POLL, 0);
    world.poll(START + 2 * POLL, 0);
    assert_eq!(world.severities(), [Severity::Refused]);
    assert!(world.one(EpisodeKind::Low).is_some(), "it keeps its state");
}

/// A low balance and a coming wall of one meter, with a refusal that names no meter: what is told.
fn told_beside(meter: (&str, MeterKind), cause: Cause, scope: Scope) -> Vec<EpisodeKind> {
    let mut world = World::with(meter.1, meter.0, Unit::USD);
    world.meter.key = crate::model::MeterKey::new(meter.0);
    world.live_through_two_days(3);
    let refused = Refusal { scope, ..refusal(cause, None) };
    for k in 0..4 {
        world.poll_and_refuse(START + k * POLL, 3 * DOLLAR - k * DOLLAR / 12, std::slice::from_ref(&refused));
    }
    let mut kinds: Vec<EpisodeKind> = world.told.iter().map(|told| told.1).collect();
    kinds.dedup();
    kinds
}

#[test]
fn a_refusal_of_the_account_mutes_the_meters_that_its_cause_is_about() {
    let meters = [
        ("balance", MeterKind::Balance),
        ("key_limit", MeterKind::Budget),
        ("team_budget", MeterKind::Budget),
        ("free_requests", MeterKind::Quota),
    ];
    let muted = |cause: Cause, scope: Scope| -> Vec<&str> {
        let alone = |meter: &&(&str, MeterKind)| told_beside(**meter, cause, scope) == [EpisodeKind::Refused];
        meters.iter().filter(alone).map(|meter| meter.0).collect()
    };
    for (cause, about) in [
        (Cause::BalanceExhausted, "balance"),
        (Cause::RequestTooLarge, "balance"),
        (Cause::ReloadMissed, "balance"),
        (Cause::KeyLimit, "key_limit"),
        (Cause::BudgetExceeded, "team_budget"),
        (Cause::ProviderCap, "team_budget"),
        (Cause::FreeQuota, "free_requests"),
    ] {
        assert_eq!(muted(cause, Scope::Organisation), [about], "{cause:?}");
        assert_eq!(muted(cause, Scope::Key), [about], "{cause:?}");
    }
    for cause in [Cause::PlanMissing, Cause::PaymentFailed, Cause::Unknown] {
        assert_eq!(muted(cause, Scope::Organisation).len(), 4, "{cause:?}: nothing goes through");
        assert!(muted(cause, Scope::Key).is_empty(), "{cause:?}: other keys still work");
    }
}

#[test]
fn what_is_not_about_money_mutes_nothing_and_neither_does_a_paste() {
    let quiet = |told: Vec<EpisodeKind>| assert_eq!(told, [EpisodeKind::Wall]);
    for cause in Cause::ALL.into_iter().filter(|cause| !cause.is_money() && *cause != Cause::Unknown) {
        quiet(told_beside(("balance", MeterKind::Balance), cause, Scope::Organisation));
    }
    let mut world = World::new();
    world.live_through_two_days(3);
    let pasted =
        Refusal { source: crate::model::Source::Pasted, ..refusal(Cause::BalanceExhausted, Some(START)) };
    for k in 0..4 {
        let now = START + k * POLL;
        world.poll_and_refuse(now, 3 * DOLLAR - k * DOLLAR / 12, std::slice::from_ref(&pasted));
    }
    assert!(world.one(EpisodeKind::Refused).is_none());
    assert_eq!(world.told[0].1, EpisodeKind::Wall);
}

#[test]
fn each_money_cause_is_told_in_its_own_words_and_keeps_its_time() {
    let (mut titles, mut bodies) = (Vec::new(), Vec::new());
    for cause in Cause::ALL.into_iter().filter(|cause| cause.is_money()) {
        let mut world = World::new();
        let at = START + -2 * MINUTE;
        world.poll_and_refuse(START, 40 * DOLLAR, &[refusal(cause, Some(at))]);
        let notice = &world.told[0].2;
        assert_eq!(notice.severity, cause.severity());
        assert!(notice.body.contains(&cause.words().step.to_string()), "{}", notice.body);
        assert!(notice.title.ends_with(&cause.headline().1.to_string()), "{}", notice.title);
        assert_eq!(Evidence::of(&world.one(EpisodeKind::Refused).unwrap()).refused_at, Some(at));
        titles.push(notice.title.clone());
        bodies.push(notice.body.clone());
    }
    for said in [&mut titles, &mut bodies] {
        let count = said.len();
        said.sort();
        said.dedup();
        assert_eq!(said.len(), count, "{said:?}");
    }
}

#[test]
fn critical_repeats_until_acknowledged_and_warnings_never() {
    let mut world = World::new();
    world.rules.low = vec!["5 USD".parse().unwrap()];
    for k in 0..=(9 * 12) {
        world.poll(START + k * POLL, 4 * DOLLAR);
    }
    assert_eq!(world.told.len(), 1, "a warning is told once");
    let empty = START + DAY;
    for k in 0..=(9 * 12) {
        world.poll(empty + k * POLL, 0);
    }
    let at: Vec<i64> = world.told[1..].iter().map(|told| (told.0 - empty) / HOUR).collect();
    assert_eq!(at, [0, 4, 8]);
    let seen = world.one(EpisodeKind::Refused).unwrap();
    world.put(acknowledge(&seen, empty + 9 * HOUR));
    for k in 0..=(12 * 12) {
        world.poll(empty + 9 * HOUR + k * POLL, 0);
    }
    assert_eq!(world.told.len(), 4);
}

#[test]
fn an_acknowledged_or_snoozed_wall_may_still_get_worse() {
    let mut world = World::new();
    drain(&mut world, |world, _, now| {
        if world.told.len() == 1
            && let Some(wall) = world.one(EpisodeKind::Wall)
        {
            world.put(acknowledge(&wall, now));
        }
    });
    assert_eq!(world.severities(), LADDER);

    let mut world = World::new();
    let wakes = START + 10 * HOUR;
    drain(&mut world, |world, _, _| {
        if let Some(wall) = world.one(EpisodeKind::Wall).filter(|wall| wall.told.is_some())
            && wall.snoozed_until.is_none()
            && world.told.len() == 1
        {
            world.put(snooze(&wall, wakes));
        }
    });
    assert!(world.told[1].0 >= wakes, "quiet while snoozed");
    assert_eq!(world.severities().last(), Some(&Severity::Refused));
}

#[test]
fn a_reset_time_that_drifts_does_not_re_arm() {
    let mut world = World::with(MeterKind::Quota, "weekly credits", Unit::Credits);
    world.meter.window = Window::Other;
    let reset = START + 6 * DAY;
    drain(&mut world, |world, k, _| world.resets_at = Some(reset + (k % 3) * 1_000));
    assert_eq!(world.severities(), LADDER);
    assert!(
        world.told[3].2.body.ends_with("; it starts again Sun 22 Nov at 08:00."),
        "{}",
        world.told[3].2.body
    );
    // The reset itself is the end of it.
    world.resets_at = Some(reset + 7 * DAY);
    world.poll(reset + MINUTE, 500 * DOLLAR);
    assert!(world.live().is_empty());
}

#[test]
fn being_offline_is_one_notice_for_fifty_accounts() {
    let mut world = World::new();
    let error = PollError::new(PollErrorKind::Offline, "No connection.");
    for k in 0..12 {
        for n in 0..50 {
            let account = AccountId::new(format!("account-{n}")).unwrap();
            world.fail_as(&account, START + k * POLL + n * 1_000, &error);
        }
    }
    assert_eq!(world.told.len(), 1);
    assert_eq!(world.told[0].2.title, "This computer is offline");
    assert_eq!(world.rows.len(), 1);
    world.poll(START + 2 * HOUR, 40 * DOLLAR);
    world.poll(START + 2 * HOUR + POLL, 40 * DOLLAR);
    assert!(world.live().is_empty());
}

#[test]
fn what_only_the_user_can_mend_is_told_after_it_persists() {
    let mut world = World::new();
    world.fail(START, PollErrorKind::Credentials);
    assert!(world.told.is_empty());
    world.fail(START + POLL, PollErrorKind::Credentials);
    assert_eq!(world.severities(), [Severity::HeadsUp]);
    assert!(world.told[0].2.body.starts_with("It did not work; look at the settings."));
    world.poll(START + 2 * POLL, 40 * DOLLAR);
    world.poll(START + 3 * POLL, 40 * DOLLAR);
    assert!(world.live().is_empty());
    for k in 4..6 {
        world.fail(START + k * POLL, PollErrorKind::NotFound);
    }
    assert_eq!(world.told.len(), 1, "two are not three");
    world.fail(START + 6 * POLL, PollErrorKind::NotFound);
    assert_eq!(world.told.len(), 2);
    for k in 7..99 {
        world.fail(START + k * POLL, PollErrorKind::Provider);
    }
    assert_eq!(world.told.len(), 2, "a provider's own trouble passes by itself");
}

#[test]
fn what_happened_while_the_app_was_closed_is_told_once_with_since() {
    let mut world = World::new();
    world.poll(START, 40 * DOLLAR);
    // Refused at 14:05, the app starts at 16:00 and reads it in the gateway's log.
    let refused = START + 6 * HOUR + POLL;
    let opened = START + 8 * HOUR;
    world.restart(opened);
    world.poll_with(opened, Some(40 * DOLLAR), &[refusal(Cause::BudgetExceeded, Some(refused))]);
    assert_eq!(world.told.len(), 1);
    assert!(world.told[0].2.body.starts_with("Since today 14:05.\n"), "{}", world.told[0].2.body);
    world.restart(opened + MINUTE);
    world.tell(opened + MINUTE);
    assert_eq!(world.told.len(), 1);

    // Fired, but the process ended before the notifier accepted it.
    let mut world = World::new();
    world.accepts = false;
    world.poll(START, 0);
    assert!(world.told.is_empty());
    world.accepts = true;
    world.restart(START + 2 * HOUR);
    world.tell(START + 2 * HOUR);
    assert!(world.told[0].2.body.starts_with("Since today 08:00.\n"), "{}", world.told[0].2.body);
    world.tell(START + 3 * HOUR);
    assert_eq!(world.told.len(), 1);
}

#[test]
fn a_poll_that_is_itself_refused_is_a_refusal() {
    let mut world = World::new();
    let mut error = PollError::new(PollErrorKind::Refused, "The provider wants money first.");
    let mut refused = refusal(Cause::BalanceExhausted, None);
    refused.scope = Scope::Organisation;
    error.refusal = Some(Box::new(refused));
    let account = world.account.clone();
    world.fail_as(&account, START, &error);
    assert_eq!(world.severities(), [Severity::Refused]);
    // It covers the whole account: its meters' lower alerts are muted.
    world.rules.low = vec!["50 USD".parse().unwrap()];
    for k in 1..6 {
        world.poll(START + k * POLL, 40 * DOLLAR);
    }
    assert_eq!(world.told.len(), 1);
}

#[test]
fn an_empty_account_is_one_notice_however_it_is_said() {
    // The provider reports "not available" for the account, and its only balance is at zero.
    let mut world = World::new();
    let refusals = [refusal(Cause::BalanceExhausted, None)];
    for k in 0..3 {
        world.poll_and_refuse(START + k * POLL, 0, &refusals);
    }
    assert_eq!(world.severities(), [Severity::Refused]);
    assert_eq!(world.rows.len(), 1);
}

#[test]
fn a_used_up_budget_and_the_refusal_in_the_gateways_log_are_one_notice() {
    let refusals = [refusal(Cause::BudgetExceeded, None)];
    for (left, of_meter) in [(-1, true), (0, true), (DOLLAR, false)] {
        let mut world = World::with(MeterKind::Budget, "spend", Unit::USD);
        world.poll_and_refuse(START, left, &refusals);
        world.poll(START + POLL, left);
        assert_eq!(world.severities(), [Severity::Refused], "{left}");
        // A budget that is not used up is not the one that refused: the refusal stays the account's.
        assert_eq!(world.rows[0].resource.meter.is_some(), of_meter, "{left}");
        let title = "DeepSeek · spend is reached: calls are refused";
        assert!(!of_meter || world.told[0].2.title == title, "{}", world.told[0].2.title);
    }
}

#[test]
fn sixty_polls_in_a_minute_are_one_notice() {
    let mut world = World::new();
    world.rules.low = vec!["9 USD".parse().unwrap()];
    world.live_through_two_days(8);
    for k in 0..60 {
        world.poll(START + k * 1_000, (7 * DOLLAR - k * DOLLAR / 8).max(0));
    }
    // Seven dollars go within the minute: each step is told once, the first two in one notification.
    assert_eq!(world.severities(), [Severity::Soon, Severity::HeadsUp, Severity::Now, Severity::Refused]);
}

#[test]
fn a_request_that_hardly_fits_is_now() {
    let mut world = World::new();
    world.live_through_two_days(90);
    for sample in &mut world.samples {
        sample.reserve = Some(Qty(50 * DOLLAR));
    }
    let sample = Sample { reserve: Some(Qty(50 * DOLLAR)), ..*world.samples.last().unwrap() };
    let fact = |world: &World, at: Timestamp| {
        let sample = Sample { at, last_at: at, remaining: Some(Qty(90 * DOLLAR)), ..sample };
        let forecast = Forecast::Unknown(crate::forecast::Reason::NoSpend);
        let meter = MeterFact {
            meter: &world.meter,
            sample: &sample,
            step: Step::default(),
            forecast: &forecast,
            refusals: &[],
            habit: None,
        };
        let facts = [meter];
        let fact = Fact {
            account: &world.account,
            label: "DeepSeek",
            outcome: Ok(&facts),
            refusals: &[],
            lead: 48 * HOUR,
        };
        step(&world.rules, &world.live(), &fact, at)
    };
    // 90 left, 50 set aside per request: 40 of headroom do not cover a second one.
    let now = fact(&world, START);
    assert_eq!((now[0].severity, now[0].state), (Severity::Now, EpisodeState::Firing));
}

#[test]
fn every_notice_says_why() {
    let mut world = World::new();
    drain(&mut world, |_, _, _| {});
    let wall = world.one(EpisodeKind::Wall).unwrap();
    let why = why(&wall).join("\n");
    for part in ["Left at ", "Present burn: $", "Forecast: ", "Made from less than a day"] {
        assert!(why.contains(part), "{part} is missing in:\n{why}");
    }
    assert_eq!(Evidence::of(&wall).unit, Some(Unit::USD));
    let soon = &world.told[1].2;
    assert!(soon.body.contains("left, burning $"), "{}", soon.body);
    assert!(
        soon.body.starts_with("Most likely tomorrow around 0")
            && soon.body.contains(", could be as early as today around 1"),
        "{}",
        soon.body
    );
}

#[test]
fn the_dial_scales_the_chances_but_that_of_now() {
    assert_eq!(Rules::with_sensitivity(Sensitivity::Normal).likely, [0.02, 0.03, 0.5]);
    let (low, high) = (Rules::with_sensitivity(Sensitivity::Low), Rules::with_sensitivity(Sensitivity::High));
    assert_eq!((low.likely[1], low.likely[2]), (0.12, 0.5));
    assert!((high.likely[1] - 0.02).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_happens_restarts_tell_nothing_more_and_severity_never_falls(
        polls in prop::collection::vec((0_i64..30, 0_u8..12, 1_i64..400), 1..120),
    ) {
        let run = |restarts: bool| {
            let mut world = World::new();
            world.rules.low = vec!["5 USD".parse().unwrap()];
            let (mut now, mut left) = (START, 2_000_i64);
            for (minutes, what, cents) in &polls {
                now = now + minutes * MINUTE;
                let before = world.rows.clone();
                match what {
                    0 => world.fail(now, PollErrorKind::Unreachable),
                    1 => world.fail(now, PollErrorKind::Offline),
                    2 => world.fail(now, PollErrorKind::Credentials),
                    3 => {
                        left += cents * 10;
                        world.poll(now, left * DOLLAR / 100);
                    }
                    4 => world.poll_with(now, Some(left * DOLLAR / 100), &[refusal(Cause::KeyLimit, None)]),
                    _ => {
                        left = (left - cents).max(-100);
                        world.poll(now, left * DOLLAR / 100);
                    }
                }
                for (old, new) in before.iter().zip(&world.rows) {
                    assert!(old.fired_at.is_none() || new.severity >= old.severity, "{old:?} {new:?}");
                    assert!(old.state != EpisodeState::Resolved || old == new, "what is over stays over");
                }
                if restarts {
                    world.restart(now);
                }
            }
            (world.severities(), world.told.iter().map(|told| told.0).collect::<Vec<_>>())
        };
        prop_assert_eq!(run(false), run(true));
    }
}

#[test]
fn what_we_counted_ourselves_is_never_told_as_a_refusal() {
    let mut world = World::new();
    world.meter.provenance = crate::model::Provenance::Anchored;
    drain(&mut world, |_, _, _| {});
    assert_eq!(world.severities().last(), Some(&Severity::Now));
    let notice = &world.told.last().unwrap().2;
    assert_eq!(notice.title, "DeepSeek · balance is used up");
    assert!(notice.body.contains("the provider has not said that it refuses calls"), "{}", notice.body);
    let said = refusal(Cause::BalanceExhausted, Some(START + 21 * HOUR));
    world.poll_and_refuse(START + 21 * HOUR, 0, &[said]);
    assert_eq!(world.severities().last(), Some(&Severity::Refused));
}
