//! Whether a command may run: a pure decision over what is known of the account.

use crate::api::types::AccountState;
use crate::model::{Amount, HOUR, Qty, Unit};

/// From this chance of a wall on the command does not run: the early end (p10) of every forecast's range.
pub(crate) const RISK: f64 = 0.1;

/// What the command is asked to stay within.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Asked {
    /// What the command may cost.
    pub(crate) need: Amount,
    /// How far ahead the forecast counts, in milliseconds; 0: not at all.
    pub(crate) within: i64,
    /// How old the figures may be, in milliseconds.
    pub(crate) max_age: i64,
}

/// What is known of one meter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    /// Its key, for the sentence.
    pub(crate) key: String,
    /// What was left when it was read; `None`: nobody says.
    pub(crate) headroom: Option<Qty>,
    /// The age of its figures in milliseconds.
    pub(crate) age: i64,
    /// Present burn in whole units per hour; `None`: not known.
    pub(crate) burn: Option<f64>,
    /// The chance of a wall within [`Asked::within`] with the need spent now; `None`: no forecast, because ….
    pub(crate) chance: Result<f64, String>,
}

/// The answer. The worst of all meters counts: what is refused goes before what is not known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Decision {
    /// It may run; the meter that is left with least.
    Run {
        /// Which.
        meter: String,
        /// What is left of it after the need, by the burn since it was read.
        left: Amount,
    },
    /// It may not.
    Refused {
        /// The meter that forbids it.
        meter: String,
        /// Why.
        because: No,
    },
    /// Nobody can say: why, as half a sentence.
    Unknown(Vague),
}

/// Why a command may not run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum No {
    /// Too little is left: what is, at most.
    Short(Amount),
    /// A wall is too likely within the time that was asked about: its chance.
    Near(f64),
}

/// What is not known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Vague {
    /// The account's last poll failed, or it was never polled, or is paused.
    Account(AccountState),
    /// The figures of a meter are older than they may be: its key, their age.
    Old(String, i64),
    /// A meter says no headroom.
    NoFigure(String),
    /// A meter has no forecast, because ….
    NoForecast(String, String),
    /// No meter in that unit can run out.
    NoMeter,
}

/// Decides. `Fresh` accounts are taken at their word, and `Stale` ones, whose age decides; of others nothing is known.
/// What old figures refuse is refused all the same: so that `--if-unknown run` never runs against what is known.
pub(crate) fn decide(asked: &Asked, state: AccountState, meters: &[Known]) -> Decision {
    let mut vague = match state {
        AccountState::Fresh | AccountState::Stale => None,
        other => Some(Vague::Account(other)),
    };
    let mut least: Option<(Qty, &str)> = None;
    let mut near: Option<(f64, &str)> = None;
    for meter in meters {
        let key = meter.key.as_str();
        match meter.headroom {
            None => {
                vague.get_or_insert_with(|| Vague::NoFigure(key.to_owned()));
            }
            Some(headroom) => {
                let left = at_least(headroom, meter, asked.need.unit);
                if least.is_none_or(|(other, _)| left < other) {
                    least = Some((left, key));
                }
            }
        }
        if meter.age > asked.max_age {
            vague.get_or_insert_with(|| Vague::Old(key.to_owned(), meter.age));
        }
        if asked.within <= 0 {
            continue;
        }
        match &meter.chance {
            Ok(chance) if *chance >= RISK => {
                if near.is_none_or(|(other, _)| *chance > other) {
                    near = Some((*chance, key));
                }
            }
            Ok(_) => {}
            Err(why) => {
                vague.get_or_insert_with(|| Vague::NoForecast(key.to_owned(), why.clone()));
            }
        }
    }
    let unit = asked.need.unit;
    match (least, near, vague) {
        (Some((left, key)), ..) if left < asked.need.qty => {
            Decision::Refused { meter: key.to_owned(), because: No::Short(Amount::new(left, unit)) }
        }
        (_, Some((chance, key)), _) => Decision::Refused { meter: key.to_owned(), because: No::Near(chance) },
        (_, _, Some(vague)) => Decision::Unknown(vague),
        (None, None, None) => Decision::Unknown(Vague::NoMeter),
        (Some((left, key)), None, None) => {
            let left = Qty(left.0.saturating_sub(asked.need.qty.0));
            Decision::Run { meter: key.to_owned(), left: Amount::new(left, unit) }
        }
    }
}

/// What is left now at the least: the figure less what the present burn took since it was read.
fn at_least(headroom: Qty, meter: &Known, unit: Unit) -> Qty {
    let burn = meter.burn.filter(|burn| burn.is_finite() && *burn > 0.0).unwrap_or(0.0);
    let hours = meter.age.max(0) as f64 / HOUR as f64;
    let burnt = (burn * hours * unit.scale() as f64).ceil();
    Qty(headroom.0.saturating_sub(burnt.clamp(0.0, i64::MAX as f64) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MINUTE;
    use proptest::prelude::*;

    fn asked(need: &str) -> Asked {
        Asked { need: need.parse().unwrap(), within: HOUR, max_age: 30 * MINUTE }
    }

    fn usd(text: &str) -> Qty {
        Unit::USD.parse(text).unwrap()
    }

    fn meter(left: &str) -> Known {
        Known {
            key: "balance.usd".to_owned(),
            headroom: Some(usd(left)),
            age: 6 * MINUTE,
            burn: Some(1.0),
            chance: Ok(0.02),
        }
    }

    fn fresh(need: &str, meters: &[Known]) -> Decision {
        decide(&asked(need), AccountState::Fresh, meters)
    }

    #[test]
    fn the_burn_since_the_figures_counts() {
        // Six minutes at 1 USD an hour: 0.10 of the 2.10 are gone, and 2 are left.
        let run = Decision::Run { meter: "balance.usd".to_owned(), left: "0 USD".parse().unwrap() };
        assert_eq!(fresh("2 USD", &[meter("2.10")]), run);
        let short = No::Short("1.999999999 USD".parse().unwrap());
        assert_eq!(
            fresh("2 USD", &[meter("2.099999999")]),
            Decision::Refused { meter: "balance.usd".to_owned(), because: short }
        );
    }

    #[test]
    fn every_meter_counts_and_the_least_is_named() {
        let key = Known { key: "key_limit".to_owned(), ..meter("5") };
        let Decision::Refused { meter: named, .. } = fresh("6 USD", &[meter("50"), key.clone()]) else {
            panic!("refused")
        };
        assert_eq!(named, "key_limit");
        let Decision::Run { meter: named, left } = fresh("4 USD", &[meter("50"), key]) else { panic!("run") };
        assert_eq!((named.as_str(), left.to_string().as_str()), ("key_limit", "0.9 USD"));
    }

    #[test]
    fn a_wall_that_is_likely_enough_refuses_unless_nobody_asks_about_it() {
        let near = Known { chance: Ok(0.1), ..meter("50") };
        assert_eq!(
            fresh("1 USD", std::slice::from_ref(&near)),
            Decision::Refused { meter: "balance.usd".to_owned(), because: No::Near(0.1) }
        );
        let now_only = Asked { within: 0, ..asked("1 USD") };
        assert!(matches!(decide(&now_only, AccountState::Fresh, &[near]), Decision::Run { .. }));
        let none = Known { chance: Err("12 minutes of history".to_owned()), ..meter("50") };
        assert!(matches!(fresh("1 USD", &[none]), Decision::Unknown(Vague::NoForecast(..))));
    }

    #[test]
    fn what_is_not_known_is_not_run_and_what_is_too_little_is_refused_all_the_same() {
        let old = Known { age: 31 * MINUTE, ..meter("50") };
        assert!(matches!(fresh("1 USD", std::slice::from_ref(&old)), Decision::Unknown(Vague::Old(..))));
        assert!(matches!(fresh("50 USD", &[old]), Decision::Refused { because: No::Short(_), .. }));
        let dumb = Known { headroom: None, ..meter("0") };
        assert!(matches!(fresh("1 USD", &[meter("9"), dumb]), Decision::Unknown(Vague::NoFigure(_))));
        assert_eq!(fresh("1 USD", &[]), Decision::Unknown(Vague::NoMeter));
        for state in
            [AccountState::Failing, AccountState::Waiting, AccountState::Offline, AccountState::Paused]
        {
            assert_eq!(
                decide(&asked("1 USD"), state, &[meter("50")]),
                Decision::Unknown(Vague::Account(state))
            );
        }
    }

    fn any_meter() -> impl Strategy<Value = Known> {
        let chance = prop_oneof![(0.0..1.0_f64).prop_map(Ok), Just(Err("why".to_owned()))];
        let burn = prop::option::of(prop_oneof![-5.0..500.0_f64, Just(f64::NAN), Just(f64::INFINITY)]);
        (prop::option::of(any::<i64>()), -HOUR..48 * HOUR, burn, chance).prop_map(
            |(headroom, age, burn, chance)| Known {
                key: "m".to_owned(),
                headroom: headroom.map(Qty),
                age,
                burn,
                chance,
            },
        )
    }

    fn any_state() -> impl Strategy<Value = AccountState> {
        prop::sample::select(vec![
            AccountState::Fresh,
            AccountState::Stale,
            AccountState::Failing,
            AccountState::Waiting,
        ])
    }

    fn runs(decision: &Decision) -> bool {
        matches!(decision, Decision::Run { .. })
    }

    proptest! {
        #[test]
        fn asking_for_more_never_allows(
            meters in prop::collection::vec(any_meter(), 0..4), state in any_state(),
            need in 1..i64::MAX, more in 0..i64::MAX, within in 0..DAYS, further in 0..DAYS, younger in 0..HOUR,
        ) {
            let one = Asked { need: Amount::new(Qty(need), Unit::USD), within, max_age: HOUR };
            // More need, a longer look ahead, younger figures, and whatever chance rises with them.
            let other = Asked {
                need: Amount::new(Qty(need.saturating_add(more)), Unit::USD),
                within: within + further,
                max_age: HOUR - younger,
            };
            if runs(&decide(&other, state, &meters)) {
                prop_assert!(runs(&decide(&one, state, &meters)));
            }
        }

        #[test]
        fn a_worse_account_never_allows(
            meters in prop::collection::vec(any_meter(), 1..4), extra in any_meter(), need in 1..i64::MAX,
            lost in 0..i64::MAX, later in 0..HOUR, risk in 0.0..1.0_f64,
        ) {
            let asked = Asked { need: Amount::new(Qty(need), Unit::USD), within: HOUR, max_age: HOUR };
            let before = decide(&asked, AccountState::Fresh, &meters);
            let worse: Vec<Known> = meters.iter().cloned().map(|meter| Known {
                headroom: meter.headroom.map(|left| Qty(left.0.saturating_sub(lost))),
                age: meter.age + later,
                chance: meter.chance.map(|chance| chance.max(risk)),
                ..meter
            }).chain([extra]).collect();
            if runs(&decide(&asked, AccountState::Fresh, &worse)) {
                prop_assert!(runs(&before));
            }
        }

        #[test]
        fn what_runs_has_enough_of_everything(
            meters in prop::collection::vec(any_meter(), 0..4), state in any_state(), need in 1..i64::MAX,
        ) {
            let asked = Asked { need: Amount::new(Qty(need), Unit::USD), within: HOUR, max_age: HOUR };
            if runs(&decide(&asked, state, &meters)) {
                prop_assert!(!meters.is_empty() && matches!(state, AccountState::Fresh | AccountState::Stale));
                for meter in &meters {
                    prop_assert!(meter.headroom.is_some_and(|left| left.0 >= need));
                    prop_assert!(meter.age <= HOUR && meter.chance.as_ref().is_ok_and(|chance| *chance < RISK));
                }
            }
        }
    }

    const DAYS: i64 = 48 * HOUR;
}
