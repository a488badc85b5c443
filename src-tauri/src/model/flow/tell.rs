//! What two readings of a meter tell by themselves. What was read before them is weighed in [`super::Flow`].

use super::MoveKind;
use crate::model::{MINUTE, Qty, Sample, Timestamp, Window};
use serde::{Deserialize, Serialize};

/// Two resets told this close to each other are one: providers' clocks drift.
const DRIFT: i64 = 5 * MINUTE;

/// What must be known of a meter to read its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::model) struct Nature {
    /// Prepaid money: what is added is a top-up, never a limit.
    pub(in crate::model) balance: bool,
    /// How its use starts again.
    pub(in crate::model) window: Window,
}

/// What two readings tell, in the unit's smallest steps.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Told {
    /// What happened, apart from spend.
    pub(in crate::model) kind: MoveKind,
    /// What is left now less what was left before.
    pub(in crate::model) change: i128,
    /// What was spent at least.
    pub(in crate::model) least: i128,
    /// The limit's change.
    pub(in crate::model) raised: i128,
    /// More may have been spent than the figures show.
    pub(super) open: bool,
    /// What came back, if it is no top-up and no reset.
    pub(in crate::model) back: i128,
    /// Spend seen only in a figure that may have risen before for the same spend.
    pub(super) counts_again: bool,
}

/// What was left; where no limit is known, less than nothing by what was used.
pub(super) fn level(sample: &Sample) -> Option<i128> {
    let wide = |qty: Option<Qty>| qty.map(|qty| i128::from(qty.0));
    match (wide(sample.remaining), wide(sample.limit), wide(sample.used)) {
        (Some(left), ..) => Some(left),
        (None, limit, Some(used)) => Some(limit.unwrap_or(0) - used),
        (None, _, None) => None,
    }
}

/// Compares two readings, the older one first. `None` when they say no figure in common.
pub(in crate::model) fn tell(before: &Sample, after: &Sample, nature: Nature) -> Option<Told> {
    let pair = |old: Option<Qty>, new: Option<Qty>| Some((i128::from(old?.0), i128::from(new?.0)));
    let limit = pair(before.limit, after.limit);
    let windows = Windows { before, after, nature };
    match (pair(before.used, after.used), pair(before.remaining, after.remaining)) {
        (Some(used), left) => Some(counter(used, limit, left, &windows)),
        (None, Some(left)) => Some(stock(left, limit, &windows)),
        (None, None) => None,
    }
}

/// Use is told: it rises by what is spent.
fn counter(
    (old, new): (i128, i128),
    limit: Option<(i128, i128)>,
    left: Option<(i128, i128)>,
    windows: &Windows<'_>,
) -> Told {
    let raised = limit.map_or(0, |(old, new)| new - old);
    let spent = new - old;
    // A balance beside a counter of all that was ever used says exactly what was added.
    let change = match left {
        Some((old, new)) if limit.is_none() => new - old,
        _ => raised - spent,
    };
    if spent < 0 {
        let kind = windows.fall(old, new);
        let least = if kind == MoveKind::Correction { 0 } else { new.max(0) };
        return Told { kind, change, least, raised, open: true, back: -spent, counts_again: false };
    }
    let kind = match change + spent {
        0 if spent > 0 => MoveKind::Spend,
        0 => MoveKind::Rest,
        _ if raised != 0 => windows.limit(raised),
        added if added > 0 => came(added, left.map_or(0, |left| left.1)),
        _ => MoveKind::Correction,
    };
    Told { kind, change, least: spent, raised, open: windows.passed(), back: 0, counts_again: true }
}

/// Only what is left is told: what the limit's change does not explain is spend, or came in.
fn stock((old, new): (i128, i128), limit: Option<(i128, i128)>, windows: &Windows<'_>) -> Told {
    let change = new - old;
    let raised = limit.map_or(0, |(old, new)| new - old);
    let rise = change - raised;
    if rise <= 0 {
        let kind = match raised {
            0 if rise < 0 => MoveKind::Spend,
            0 => MoveKind::Rest,
            _ => windows.limit(raised),
        };
        let open = windows.passed();
        return Told { kind, change, least: -rise, raised, open, back: 0, counts_again: true };
    }
    let kind = match limit {
        Some((was, is)) if windows.start_again() => windows.fall(was - old, is - new),
        None if windows.due() => MoveKind::Reset,
        None if windows.same() => MoveKind::Correction,
        None if windows.start_again() && rise >= old => MoveKind::Reset,
        None if windows.start_again() => MoveKind::Correction,
        _ if raised > 0 => windows.limit(raised),
        _ => came(rise, new),
    };
    let used = limit.map_or(0, |(_, is)| (is - new).max(0));
    let least = if matches!(kind, MoveKind::Reset | MoveKind::Restart) { used } else { 0 };
    Told { kind, change, least, raised, open: true, back: rise, counts_again: false }
}

/// What a rise of what is left is: at least a fifth more than before is a top-up (as in [`crate::model::Step::renews`]),
/// less is money coming back.
fn came(rise: i128, left: i128) -> MoveKind {
    if rise * 6 >= left { MoveKind::TopUp } else { MoveKind::Refund }
}

/// Two readings and when use starts again.
struct Windows<'a> {
    before: &'a Sample,
    after: &'a Sample,
    nature: Nature,
}

impl Windows<'_> {
    /// Whether use ever starts again.
    fn start_again(&self) -> bool {
        !self.nature.balance && (self.nature.window != Window::Never || self.before.resets_at.is_some())
    }

    /// When the window of the earlier reading ends.
    fn end(&self) -> Option<Timestamp> {
        self.before.resets_at.or_else(|| self.nature.window.next(self.before.last_at))
    }

    /// Whether a reset was due by the later reading, however long ago.
    fn due(&self) -> bool {
        self.end().is_some_and(|end| end <= self.after.at)
    }

    /// Whether a reset was due between the two.
    fn passed(&self) -> bool {
        self.end().is_some_and(|end| end > self.before.last_at && end <= self.after.at)
    }

    /// Whether both lie in one window, by the provider's word.
    fn same(&self) -> bool {
        match (self.before.resets_at, self.after.resets_at) {
            (Some(old), Some(new)) => (new - old).saturating_abs() <= DRIFT && self.after.at < old.min(new),
            _ => false,
        }
    }

    /// What a fall of use is. Within one window by the provider's word, it starts again only if next to nothing is
    /// left of it; where nobody says when the window ends, if it falls by half or more. A smaller fall is a bill put
    /// right, or use that grows too old for a rolling window.
    fn fall(&self, old: i128, new: i128) -> MoveKind {
        let share = if self.same() { 10 } else { 2 };
        if self.due() {
            MoveKind::Reset
        } else if new < 0 || new * share > old {
            MoveKind::Correction
        } else if self.start_again() && !self.same() {
            MoveKind::Reset
        } else {
            MoveKind::Restart
        }
    }

    /// What a changed limit is.
    fn limit(&self, raised: i128) -> MoveKind {
        match raised > 0 {
            true if self.nature.balance => MoveKind::TopUp,
            true => MoveKind::LimitRaised,
            false => MoveKind::LimitLowered,
        }
    }
}
