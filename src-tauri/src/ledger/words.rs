//! A statement in words: what it is counted from, and what it does not know.

use super::{Source, Spend, Statement};
use crate::model::{Amount, DAY, Qty, Timestamp, words};

impl Statement {
    /// What is left, and from where it is counted, in one sentence.
    pub fn sentence(&self) -> String {
        let mut parts = vec![format!("{} on {}", self.say(self.anchor.amount.qty), date(self.anchor.at))];
        for (amount, what) in
            [(self.topped_up, "topped up"), (self.spent, "spent"), (self.typed, "spent by your entries")]
        {
            if amount != Qty(0) {
                parts.push(format!("{} {what}", self.say(amount)));
            }
        }
        format!("{} left: {}.", self.say(self.left), parts.join(", "))
    }

    /// What spend is counted from.
    pub fn counted_from(&self) -> String {
        match &self.source {
            Source::Costs => "the costs that the provider reports".to_owned(),
            Source::Counter(label) => format!("the meter “{label}”"),
            Source::Hand => "your entries only: nothing reports what this account spends".to_owned(),
        }
    }

    /// What is not known, or not sure, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(spend) = &self.shared {
            notes.push(format!(
                "The {} spent {} began before your entry and cannot be divided, so it counts whole: up to that much more may be left.",
                self.say(spend.amount),
                span(spend)
            ));
        }
        if let Some(spend) = &self.undivided {
            notes.push(format!(
                "The {} spent {} is one figure that cannot be divided at your entry, so it does not count: less may be left.",
                self.say(spend.amount),
                span(spend)
            ));
        }
        if let Some(until) = self.unknown_until {
            notes.push(format!(
                "Nothing is known of what was spent from {} to {}: if anything was, less is left.",
                date(self.anchor.at),
                date(until)
            ));
        }
        match self.ahead {
            0 => {}
            1 => notes.push("One entry lies in the future and does not count yet.".to_owned()),
            many => notes.push(format!("{many} entries lie in the future and do not count yet.")),
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
        return format!("on {}", date(spend.start));
    }
    format!("from {} to {}", date(spend.start), date(spend.end))
}

/// A moment in UTC, as entries and cost reports are reckoned: `1 Nov 2026`, with the time when it is no midnight.
fn date(at: Timestamp) -> String {
    let midnight = at.0.rem_euclid(DAY) == 0;
    at.to_jiff().strftime(if midnight { "%-d %b %Y" } else { "%-d %b %Y %H:%M UTC" }).to_string()
}
