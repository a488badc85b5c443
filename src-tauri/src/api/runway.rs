//! What a meter's lane shows beside its forecast: every reset ahead, and the top-up that is expected.

use super::types::ReloadView;
use crate::forecast::next_reset;
use crate::model::{Amount, DAY, Reload, Timestamp, Unit, Window};
use jiff::tz::TimeZone;

/// As far as a lane reaches.
const FURTHEST: i64 = 30 * DAY;

/// Every reset within 30 days after `now`, the next first. What only the provider knows is known once.
pub(super) fn resets(window: Window, said: Option<Timestamp>, now: Timestamp) -> Vec<Timestamp> {
    let next = |from: Timestamp| match window {
        Window::Day => Some(from + DAY),
        Window::Week => Some(from + 7 * DAY),
        Window::Month => {
            let month = jiff::Span::new().months(1);
            let next = from.to_jiff().to_zoned(TimeZone::UTC).checked_add(month).ok()?;
            Some(Timestamp(next.timestamp().as_millisecond()))
        }
        Window::Never | Window::Other => None,
    };
    let first = next_reset(window, said, now);
    std::iter::successors(first, |at| next(*at)).take_while(|at| at.since(now) <= FURTHEST).collect()
}

/// An expected top-up as the window sees it.
pub(super) fn reload(unit: Unit, (at, reload): (Timestamp, Reload)) -> ReloadView {
    let print = |amount: Amount| unit.print(amount.qty);
    ReloadView {
        at,
        below: print(reload.level()),
        amount: match reload {
            Reload::Said(_) => None,
            Reload::Seen { amount, .. } => Some(print(amount)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn texts(window: Window, said: Option<&str>, now: &str) -> Vec<String> {
        let found = resets(window, said.map(at), at(now));
        found.iter().map(|at| at.to_jiff().to_string()).collect()
    }

    #[test]
    fn a_window_starts_again_as_often_as_it_does() {
        let now = "2026-01-30T12:00:00Z";
        let days = texts(Window::Day, None, now);
        assert_eq!((days.len(), days[0].as_str()), (30, "2026-01-31T00:00:00Z"));
        assert_eq!(days[29], "2026-03-01T00:00:00Z");
        let weeks = texts(Window::Week, None, now);
        assert_eq!(
            weeks,
            ["2026-02-02T00:00:00Z", "2026-02-09T00:00:00Z", "2026-02-16T00:00:00Z", "2026-02-23T00:00:00Z"]
        );
        let months = texts(Window::Month, None, now);
        assert_eq!(months, ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]);
    }

    #[test]
    fn the_providers_own_hour_counts() {
        let now = "2026-11-21T12:00:00Z";
        let days = texts(Window::Day, Some("2026-11-22T08:00:00Z"), now);
        assert_eq!(days[..2], ["2026-11-22T08:00:00Z", "2026-11-23T08:00:00Z"]);
        assert_eq!(
            texts(Window::Other, Some("2026-11-21T17:00:00Z"), now),
            ["2026-11-21T17:00:00Z"],
            "how long its window is nobody said"
        );
        assert_eq!(texts(Window::Other, Some("2026-11-21T11:00:00Z"), now), [""; 0], "past");
        assert_eq!(texts(Window::Never, None, now), [""; 0]);
        assert_eq!(texts(Window::Month, Some("2027-01-01T00:00:00Z"), now), [""; 0], "beyond the lane");
    }
}
