//! Times and amounts as a person would say them. Amounts are cut, never rounded up: nobody is told of more than is left.

use crate::model::{Amount, DAY, MINUTE, Qty, Timestamp, Unit};
use jiff::tz::TimeZone;

/// An amount, cut to cents above one whole unit and to a hundredth of a cent below: `4.12 USD`, `0.0031 USD`.
pub(super) fn amount(of: Amount) -> String {
    let scale = of.unit.scale();
    let step = match of.qty.0.saturating_abs() {
        size if scale > 1 && size >= scale => scale / 100,
        size if scale > 1 && size >= scale / 10_000 => scale / 10_000,
        _ => 1,
    };
    Amount::new(Qty(of.qty.0 / step * step), of.unit).to_string()
}

/// A burn in units per hour: `1.25 USD an hour`.
pub(super) fn rate(burn: f64, unit: Unit) -> String {
    let digits = match burn {
        size if size >= 100.0 => 0,
        size if size >= 0.1 => 2,
        _ => 4,
    };
    format!("{burn:.digits$} {unit} an hour")
}

/// A chance: `12 %`, `0.4 %`.
pub(super) fn percent(chance: f64) -> String {
    let hundredths = chance * 100.0;
    if hundredths > 0.0 && hundredths < 2.0 {
        format!("{hundredths:.1} %")
    } else {
        format!("{hundredths:.0} %")
    }
}

/// A moment that stays true as it ages: `Sat 21 Nov 16:40`, to five minutes.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    round(at).to_jiff().to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string()
}

/// A moment as said now: `today around 16:40`, `tomorrow around 09:00`, `Wed around 12:00`, `on 9 Dec`.
pub(super) fn around(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (round(at).to_jiff().to_zoned(zone.clone()), now.to_jiff().to_zoned(zone.clone()));
    let day = if then.date() == today.date() {
        "today".to_owned()
    } else if today.date().tomorrow().is_ok_and(|tomorrow| tomorrow == then.date()) {
        "tomorrow".to_owned()
    } else if at - now < 6 * DAY {
        then.strftime("%A").to_string()
    } else {
        return then.strftime("on %-d %b").to_string();
    };
    format!("{day} around {}", then.strftime("%H:%M"))
}

/// A moment in the past: `14:05` when it is today, else `Fri 20 Nov 14:05`. To the minute.
pub(super) fn since(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (at.to_jiff().to_zoned(zone.clone()), now.to_jiff().to_zoned(zone.clone()));
    let form = if then.date() == today.date() { "%H:%M" } else { "%a %-d %b %H:%M" };
    then.strftime(form).to_string()
}

/// A forecast is not good to the minute.
fn round(at: Timestamp) -> Timestamp {
    let step = 5 * MINUTE;
    Timestamp(at.0.saturating_add(step / 2).div_euclid(step).saturating_mul(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short_and_never_more_than_there_is() {
        let said = |text: &str| amount(text.parse().unwrap());
        assert_eq!(said("4.129999 USD"), "4.12 USD");
        assert_eq!(said("0.00319 USD"), "0.0031 USD");
        assert_eq!(said("0.000012 USD"), "0.000012 USD");
        assert_eq!(said("-3.456 CNY"), "-3.45 CNY");
        assert_eq!(said("61586 tokens"), "61586 tokens");
        assert_eq!(rate(1.254, Unit::USD), "1.25 USD an hour");
        assert_eq!((percent(0.034), percent(0.004)), ("3 %".to_owned(), "0.4 %".to_owned()));
    }

    #[test]
    fn times_are_said_in_the_users_zone() {
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        let now = at("2026-11-21T10:00:00Z"); // Saturday 19:00 there
        assert_eq!(around(at("2026-11-21T12:41:00Z"), now, &zone), "today around 21:40");
        assert_eq!(around(at("2026-11-21T15:02:00Z"), now, &zone), "tomorrow around 00:00");
        assert_eq!(around(at("2026-11-24T03:00:00Z"), now, &zone), "Tuesday around 12:00");
        assert_eq!(around(at("2026-12-08T23:00:00Z"), now, &zone), "on 9 Dec");
        assert_eq!(moment(at("2026-11-21T12:41:00Z"), &zone), "Sat 21 Nov 21:40");
        assert_eq!(since(at("2026-11-21T05:05:30Z"), now, &zone), "14:05");
        assert_eq!(since(at("2026-11-20T05:05:30Z"), now, &zone), "Fri 20 Nov 14:05");
    }
}
