//! What keeps refusals from happening, and what of it is missing.

use super::reload::{Reload, auto_reload};
use super::{AccountFacts, Advice, MeterFacts, said};
use crate::model::{Amount, Cause, MeterKind, Qty, Unit, words};
use crate::say;

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Done.
    Done,
    /// Missing: worth doing.
    Missing,
    /// Cannot be known from here: worth a look.
    Unknown,
}

/// One precaution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its stable name: `limit_set`, `alert_on`, `reload_on`, `second_payment`, `key_minimal`, `reserve_known`.
    pub id: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// What it is, in two to five words.
    pub title: String,
    /// What is so, or what to do, with the page where it is done.
    pub advice: Advice,
}

/// The precautions of an account. Those that its kind of meters does not need are left out.
pub fn checklist(account: &AccountFacts) -> Vec<Item> {
    let items = [
        limit_set(account),
        alert_on(account),
        reload_on(account),
        second_payment(account),
        key_minimal(account),
        reserve_known(account),
    ];
    items.into_iter().flatten().collect()
}

fn item(id: &'static str, standing: Standing, text: String, url: Option<&'static str>) -> Option<Item> {
    let advice = Advice { text, url: url.map(str::to_owned) };
    Some(Item { id, standing, title: say!(&format!("precaution-{id}")), advice })
}

/// Whether a meter counts money or what is bought with it.
fn is_money(meter: &&MeterFacts) -> bool {
    let amount = meter.headroom.or(meter.used).or(meter.limit);
    amount.is_some_and(|amount| matches!(amount.unit, Unit::Money(_) | Unit::Credits))
}

fn balances(account: &AccountFacts) -> impl Iterator<Item = &MeterFacts> {
    account.meters.iter().filter(|meter| meter.kind == MeterKind::Balance)
}

/// Something stops a program that runs away before all the money is gone.
fn limit_set(account: &AccountFacts) -> Option<Item> {
    let set = |standing, text: String, url| item("limit_set", standing, text, url);
    let money: Vec<&MeterFacts> = account.meters.iter().filter(is_money).collect();
    if !money.iter().any(|meter| meter.kind != MeterKind::Rate) {
        return None;
    }
    let limited = |meter: &&&MeterFacts| meter.kind == MeterKind::Budget && meter.limit.is_some();
    // The narrowest stops first: a key's own.
    let of_key = |meter: &&&MeterFacts| !Cause::KeyLimit.concerns(meter.kind, &meter.key);
    if let Some((meter, limit)) =
        money.iter().filter(limited).min_by_key(of_key).and_then(|meter| Some((meter, meter.limit?)))
    {
        let text =
            say!("precaution-limit_set.done", meter = said::label(meter), limit = words::amount(limit));
        return set(Standing::Done, text, None);
    }
    let most = balances(account).filter_map(|meter| meter.headroom).max_by_key(|left| left.qty);
    let text = match most.filter(|left| left.qty > Qty(0)) {
        Some(left) => say!("precaution-limit_set.missing", left = words::amount(left)),
        None => say!("precaution-limit_set.unseen"),
    };
    set(Standing::Missing, text, account.links.limits.or(account.links.keys))
}

/// The user is told before the end.
fn alert_on(account: &AccountFacts) -> Option<Item> {
    let tells = |meter: &MeterFacts| {
        meter.headroom.is_some() && !matches!(meter.kind, MeterKind::Rate | MeterKind::Spend)
    };
    if !account.meters.iter().any(tells) {
        return None;
    }
    let has_balance = balances(account).next().is_some();
    let (standing, text) = if account.alerts.paused {
        (Standing::Missing, say!("precaution-alert_on.paused"))
    } else if !account.alerts.notifications {
        (Standing::Missing, say!("precaution-alert_on.off"))
    } else if has_balance && account.alerts.low_set {
        (Standing::Done, say!("precaution-alert_on.low"))
    } else if has_balance {
        (Standing::Done, say!("precaution-alert_on.balance"))
    } else {
        (Standing::Done, say!("precaution-alert_on.done"))
    };
    item("alert_on", standing, text, None)
}

/// The balance is filled by itself.
fn reload_on(account: &AccountFacts) -> Option<Item> {
    let page = account.links.billing.or(account.links.top_up);
    let reload = |standing, text: String| item("reload_on", standing, text, page);
    balances(account).next()?;
    if let Some(below) = account.reload_below {
        let due = balances(account)
            .filter_map(|meter| meter.headroom)
            .find(|left| left.unit == below.unit && left.qty < below.qty);
        let below = words::amount(below);
        return match due {
            Some(left) => {
                let text = say!("precaution-reload_on.missing", below = below, left = words::amount(left));
                reload(Standing::Missing, text)
            }
            None => reload(Standing::Done, say!("precaution-reload_on.done", below = below)),
        };
    }
    match auto_reload(account) {
        Some(Reload::Seen { count, amount, about, .. }) => {
            let (amount, about) = (words::amount(amount), words::amount(about));
            let text = say!("precaution-reload_on.seen", count = count, amount = amount, about = about);
            reload(Standing::Done, text)
        }
        _ => reload(Standing::Unknown, say!("precaution-reload_on.unknown")),
    }
}

/// A card that fails does not stop everything.
fn second_payment(account: &AccountFacts) -> Option<Item> {
    let prepaid = balances(account).next().is_some();
    let invoiced = !account.is_gateway && account.meters.iter().any(|meter| is_money(&meter));
    if !prepaid && !invoiced {
        return None;
    }
    item(
        "second_payment",
        Standing::Unknown,
        say!("precaution-second_payment.unknown"),
        account.links.billing.or(account.links.top_up),
    )
}

/// No key is stored that may do more than polls need.
fn key_minimal(account: &AccountFacts) -> Option<Item> {
    let minimal = |standing, text, url| item("key_minimal", standing, text, url);
    let (wide, least): (Vec<_>, Vec<_>) =
        account.keys.iter().filter(|key| key.stored).partition(|key| key.privileged);
    let names = |keys: &[&super::KeyFacts]| {
        let and = |first, next| say!("diagnosis-and", first = first, next = next);
        keys.iter().map(|key| key.label.clone()).reduce(and).unwrap_or_default()
    };
    let page = wide.iter().find_map(|key| key.url).or(account.links.keys);
    match (wide.as_slice(), least.as_slice()) {
        ([], []) => None,
        ([], least) => {
            minimal(Standing::Done, say!("precaution-key_minimal.done", least = names(least)), None)
        }
        (wide, []) => {
            let help = wide[0].help.as_str();
            let text = say!("precaution-key_minimal.unknown", wide = names(wide), help = help);
            minimal(Standing::Unknown, text, page)
        }
        (wide, least) => {
            let text = say!("precaution-key_minimal.missing", wide = names(wide), least = names(least));
            minimal(Standing::Missing, text, page)
        }
    }
}

/// It is known how far above zero calls are refused.
fn reserve_known(account: &AccountFacts) -> Option<Item> {
    let known = |standing, text: String| item("reserve_known", standing, text, None);
    let about = |meter: &&MeterFacts| {
        meter.kind == MeterKind::Balance || Cause::KeyLimit.concerns(meter.kind, &meter.key)
    };
    let meters: Vec<&MeterFacts> = account.meters.iter().filter(about).filter(is_money).collect();
    let first = meters.first()?;
    let reserved = meters.iter().find_map(|meter| {
        let reserve = meter.reserve.filter(|reserve| reserve.qty > Qty(0))?;
        Some((meter, reserve))
    });
    if let Some((meter, reserve)) = reserved {
        let reserve = words::amount(reserve);
        let text = say!("precaution-reserve_known.done", reserve = reserve, meter = said::label(meter));
        return known(Standing::Done, text);
    }
    let unit = first.headroom.or(first.used).or(first.limit)?.unit;
    // What a refused request needed at most is the best guess; else an hour of the present spend.
    let needed = account.refusals.iter().filter_map(|(_, refusal)| refusal.needed);
    let needed = needed.filter(|needed| needed.unit == unit).max_by_key(|needed| needed.qty);
    let burn = first.burn_per_hour.filter(|burn| *burn > 0.0);
    let text = match (needed, burn) {
        (Some(needed), _) => say!("precaution-reserve_known.needed", amount = words::amount(needed)),
        (None, Some(burn)) => {
            let hour = Amount::new(Qty((burn * unit.scale() as f64) as i64), unit);
            say!("precaution-reserve_known.hour", amount = words::amount(hour))
        }
        (None, None) => say!("precaution-reserve_known.some"),
    };
    known(Standing::Unknown, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{AlertFacts, KeyFacts, PollFacts};
    use crate::model::{AccountId, DAY, Links, MeterKey, Provenance, Refusal, Scope, Timestamp};

    const NOW: Timestamp = Timestamp(1_795_229_375_000);

    fn amount(text: &str) -> Option<Amount> {
        Some(text.parse().unwrap())
    }

    fn meter(kind: MeterKind, key: &str, label: &str, left: &str) -> MeterFacts {
        MeterFacts {
            key: MeterKey::new(key),
            label: label.into(),
            kind,
            headroom: amount(left),
            limit: None,
            used: None,
            reserve: None,
            burn_per_hour: None,
            read_at: NOW,
            lag: 0,
            resets_at: None,
            provenance: Provenance::Reported,
            added: Vec::new(),
            empty_since: None,
        }
    }

    fn key(role: &str, privileged: bool) -> KeyFacts {
        KeyFacts {
            role: role.into(),
            label: format!("{role} of ours"),
            help: "Read only.".into(),
            stored: true,
            privileged,
            url: Some("https://provider.example/keys"),
        }
    }

    fn account(meters: Vec<MeterFacts>) -> AccountFacts {
        AccountFacts {
            id: AccountId::new("ci").unwrap(),
            label: "ci".into(),
            connector: "acme".into(),
            name: "Acme".into(),
            is_gateway: false,
            links: Links {
                top_up: Some("https://provider.example/credits"),
                billing: Some("https://provider.example/billing"),
                keys: Some("https://provider.example/keys"),
                limits: None,
                status: None,
            },
            meters,
            poll: PollFacts::default(),
            keys: Vec::new(),
            reload_below: None,
            refusals: Vec::new(),
            firing: Vec::new(),
            alerts: AlertFacts { notifications: true, low_set: false, paused: false },
        }
    }

    fn prepaid() -> AccountFacts {
        account(vec![meter(MeterKind::Balance, "balance.usd", "balance", "41.5 USD")])
    }

    fn ids(account: &AccountFacts) -> Vec<&'static str> {
        checklist(account).iter().map(|item| item.id).collect()
    }

    /// How an item stands, in which words.
    fn said(account: &AccountFacts, id: &str) -> (Standing, String, Option<String>) {
        let found = checklist(account).into_iter().find(|item| item.id == id).unwrap();
        assert!((2..=5).contains(&found.title.split(' ').count()), "{}", found.title);
        assert!(found.advice.text.ends_with('.'), "{}", found.advice.text);
        (found.standing, found.advice.text, found.advice.url)
    }

    #[test]
    fn what_the_meters_do_not_need_is_left_out() {
        let all = ["limit_set", "alert_on", "reload_on", "second_payment", "key_minimal", "reserve_known"];
        assert_eq!(ids(&AccountFacts { keys: vec![key("key", false)], ..prepaid() }), all);
        // A gateway of one's own counts budgets: nobody tops it up or pays it.
        let budget = meter(MeterKind::Budget, "team_budget", "team budget", "9 USD");
        let gateway = AccountFacts { is_gateway: true, ..account(vec![budget]) };
        assert_eq!(ids(&gateway), ["limit_set", "alert_on"]);
        // A plan's windows are no money; a rate limit refills by itself.
        let plan = account(vec![meter(MeterKind::Quota, "week", "this week", "37 percent")]);
        assert_eq!(ids(&plan), ["alert_on"]);
        let rate = account(vec![meter(MeterKind::Rate, "rate.tokens.minute", "tokens", "90 tokens")]);
        assert!(ids(&rate).is_empty());
        // Bills come later: no balance, so nothing to fill.
        let spend = MeterFacts {
            headroom: None,
            used: amount("12 USD"),
            ..meter(MeterKind::Spend, "s", "s", "1 USD")
        };
        assert_eq!(ids(&account(vec![spend])), ["limit_set", "second_payment"]);
    }

    #[test]
    fn a_limit_of_the_key_comes_before_a_budget() {
        let (standing, text, url) = said(&prepaid(), "limit_set");
        assert_eq!(standing, Standing::Missing);
        assert!(
            text.starts_with("A program that runs away could use up all of $41.50: set a limit"),
            "{text}"
        );
        assert_eq!(url.as_deref(), Some("https://provider.example/keys"));
        let with =
            |limit, kind, key, label| MeterFacts { limit: amount(limit), ..meter(kind, key, label, "3 USD") };
        let mut limited = prepaid();
        limited.meters.push(with("200 USD", MeterKind::Budget, "budget.month", "your budget"));
        assert_eq!(said(&limited, "limit_set").1, "“your budget” ends at $200.00.");
        limited.meters.push(with("50 USD", MeterKind::Budget, "key_limit", "key limit"));
        assert_eq!(said(&limited, "limit_set").1, "“key limit” ends at $50.00.");
        assert_eq!(said(&limited, "limit_set").0, Standing::Done);
    }

    #[test]
    fn alerts_are_on_when_somebody_is_told() {
        let with = |notifications, low_set, paused| AccountFacts {
            alerts: AlertFacts { notifications, low_set, paused },
            ..prepaid()
        };
        assert_eq!(said(&with(true, true, false), "alert_on").0, Standing::Done);
        let (standing, text, _) = said(&with(true, false, false), "alert_on");
        assert!(standing == Standing::Done && text.contains("That suffices"), "{text}");
        assert!(said(&with(false, true, false), "alert_on").1.contains("Notifications are off"));
        assert!(said(&with(true, true, true), "alert_on").1.contains("polls are paused"));
        assert_eq!(said(&with(true, true, true), "alert_on").0, Standing::Missing);
    }

    #[test]
    fn an_automatic_top_up_is_said_seen_or_not_known() {
        let (standing, _, url) = said(&prepaid(), "reload_on");
        assert_eq!(standing, Standing::Unknown);
        assert_eq!(url.as_deref(), Some("https://provider.example/billing"));
        let below = |text| AccountFacts { reload_below: amount(text), ..prepaid() };
        assert_eq!(said(&below("10 USD"), "reload_on").1, "By your word it tops up below $10.00.");
        let (standing, text, _) = said(&below("50 USD"), "reload_on");
        assert_eq!(standing, Standing::Missing);
        assert!(text.contains("but $41.50 is left"), "{text}");
        let added = |each: [&str; 4]| {
            let mut account = prepaid();
            account.meters[0].added = each
                .iter()
                .zip(1..)
                .map(|(text, day)| (NOW + (day - 30) * DAY, amount(text).unwrap(), amount("4 USD").unwrap()))
                .collect();
            said(&account, "reload_on")
        };
        let (standing, text, _) = added(["10 USD", "25 USD", "25 USD", "25 USD"]);
        assert_eq!(
            (standing, text.as_str()),
            (Standing::Done, "It seems so: the last 3 top-ups were $25.00 each, at about $4.00.")
        );
        assert_eq!(added(["25 USD", "25 USD", "25 USD", "10 USD"]).0, Standing::Unknown);
    }

    #[test]
    fn a_key_that_may_do_more_is_only_kept_where_nothing_else_works() {
        let with = |keys| said(&AccountFacts { keys, ..prepaid() }, "key_minimal");
        assert_eq!(with(vec![key("key", false)]).0, Standing::Done);
        let (standing, text, url) = with(vec![key("key", false), key("admin", true)]);
        assert_eq!(standing, Standing::Missing);
        assert!(text.starts_with("The admin of ours may do more than read"), "{text}");
        assert_eq!(url.as_deref(), Some("https://provider.example/keys"));
        assert_eq!(with(vec![key("admin", true)]).0, Standing::Unknown);
        let not_stored = KeyFacts { stored: false, ..key("admin", true) };
        assert_eq!(with(vec![key("key", false), not_stored]).0, Standing::Done);
    }

    #[test]
    fn what_to_keep_in_hand_has_a_figure_where_one_is_known() {
        let mut one = prepaid();
        assert!(said(&one, "reserve_known").1.contains("keep some in hand"));
        one.meters[0].burn_per_hour = Some(1.25);
        assert!(said(&one, "reserve_known").1.contains("keep at least $1.25, an hour of the present spend,"));
        let refusal = Refusal {
            needed: amount("0.64 USD"),
            ..Refusal::new(Cause::RequestTooLarge, Scope::Request, "test")
        };
        one.refusals = vec![(NOW, refusal)];
        let (standing, text, _) = said(&one, "reserve_known");
        assert_eq!(standing, Standing::Unknown);
        assert!(text.contains("keep at least $0.64, which a refused request needed,"), "{text}");
        one.meters[0].reserve = amount("0.38 USD");
        let (standing, text, _) = said(&one, "reserve_known");
        assert_eq!(standing, Standing::Done);
        assert!(text.starts_with("$0.38 is set aside for a request"), "{text}");
    }
}
