//! A statement in words: what it is counted from, and what it does not know.

use super::{Source, Spend, Statement};
use crate::model::{Amount, DAY, Qty, Timestamp, words};
use crate::say;
use jiff::tz::TimeZone;

impl Statement {
    /// What is left, and from where it is counted, in one sentence.
    pub fn sentence(&self) -> String {
        let anchor = self.say(self.anchor.amount.qty);
        let mut parts = vec![say!("ledger-anchor", amount = anchor, date = date(self.anchor.at))];
        let moved = |qty: Qty| Some(qty).filter(|qty| *qty != Qty(0)).map(|qty| self.say(qty));
        parts.extend(moved(self.topped_up).map(|amount| say!("ledger-topped-up", amount = amount)));
        parts.extend(moved(self.spent).map(|amount| say!("ledger-spent", amount = amount)));
        parts.extend(moved(self.typed).map(|amount| say!("ledger-typed", amount = amount)));
        say!("ledger-left", left = self.say(self.left), parts = words::list(parts))
    }

    /// What spend is counted from.
    pub fn counted_from(&self) -> String {
        match &self.source {
            Source::Costs => say!("ledger-from-costs"),
            Source::Counter(label) => say!("ledger-from-meter", label = words::data(label)),
            Source::Hand => say!("ledger-from-hand"),
        }
    }

    /// What is not known, or not sure, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(spend) = &self.shared {
            notes.push(say!("ledger-shared", amount = self.say(spend.amount), span = span(spend)));
        }
        if let Some(spend) = &self.undivided {
            notes.push(say!("ledger-undivided", amount = self.say(spend.amount), span = span(spend)));
        }
        if let Some(until) = self.unknown_until {
            notes.push(say!("ledger-unknown", from = date(self.anchor.at), until = date(until)));
        }
        if self.ahead > 0 {
            notes.push(say!("ledger-ahead", count = self.ahead));
        }
        notes
    }

    fn say(&self, qty: Qty) -> String {
        words::amount(Amount::new(qty, self.unit()))
    }
}

/// A span: `on 21 Nov 2026`, or from one moment to another.
fn span(spend: &Spend) -> String {
    if spend.start.0.rem_euclid(DAY) == 0 && spend.end.since(spend.start) == DAY {
        return say!("ledger-day", date = date(spend.start));
    }
    say!("ledger-span", from = date(spend.start), until = date(spend.end))
}

/// A moment in UTC, as entries and cost reports are reckoned: `1 Nov 2026`, with the time when it is no midnight.
fn date(at: Timestamp) -> String {
    let here = at.to_jiff().to_zoned(TimeZone::UTC);
    let date = words::date(here.date());
    if at.0.rem_euclid(DAY) == 0 {
        return date;
    }
    say!("ledger-moment", date = date, clock = here.strftime("%H:%M").to_string())
}
