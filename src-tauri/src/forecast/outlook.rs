//! What the user knows of the time ahead and no history tells: the working week, days off, absence, a batch that is
//! planned, another price. Pure; docs/rhythm.md says it in words.
//!
//! Nothing is counted twice. The week only names two kinds of hours, work and rest; how much each spends is *measured*
//! on the account's own past, so nights that a profile knows already stay as they are. Before there is a past, rest is
//! taken to spend a tenth of work. Days off by date are what no history can know: they are taken out. And a burn that
//! is seen on a day off puts back what it contradicts, for machines spend money without their owner.

use crate::model::rhythm::Span;
use crate::model::{Amount, DAY, HOUR, Rhythm, Timestamp, Unit};

/// How far back the kinds of hours are measured.
const MEASURED: i64 = 28 * DAY;
/// From this much history on the learned profile knows how much a week takes; before, the two rates say it.
const KNOWN: i64 = 14 * DAY;
/// Before rest was seen, an hour of it is taken to spend this share of an hour of work …
const REST: f64 = 0.1;
/// … and that is worth so many hours of seeing it.
const REST_HOURS: f64 = 24.0;
/// Hours of a week.
const WEEK: usize = 168;

/// What is known of the time ahead. The default knows nothing: the future is taken to be like the past.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// The user's calendar, where one is told and counts for this account.
    pub rhythm: Option<Rhythm>,
    /// Spend that is planned: when, and how much. Amounts of another unit than the meter's do not count.
    pub planned: Vec<(Timestamp, Amount)>,
    /// What a unit of work will cost beside what it did so far; `None`: as much. 0.5 for a model of half the price.
    pub factor: Option<f64>,
}

/// Nothing is known.
pub(super) static NOTHING: Outlook = Outlook { rhythm: None, planned: Vec::new(), factor: None };

/// Hourly means of the time ahead as the calendar sees them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shaped {
    /// By the working week alone; `None` when no week is told or the past contradicts it: as learned.
    pub(super) usual: Option<Vec<f64>>,
    /// Without days off too. Never above `usual` (or what was learned).
    pub(super) expected: Vec<f64>,
}

impl Outlook {
    /// What was learned of the hours ahead, shaped by the calendar; `None` without one. `means[k]` is what is spent
    /// in the mean from `start + k` hours to the next; `past` what was spent in which stretch, oldest first and
    /// without overlap, in the same unit.
    pub(super) fn shape(&self, means: &[f64], start: Timestamp, past: &[(Span, f64)]) -> Option<Shaped> {
        let rhythm = self.rhythm.as_ref()?;
        let ahead = (start, start + means.len() as i64 * HOUR);
        let usual = week(rhythm, means, ahead, past);
        let mut expected = usual.clone().unwrap_or_else(|| means.to_vec());
        let off = rhythm.off(ahead);
        if usual.is_none() && off.is_empty() {
            return None;
        }
        for stretch in &off {
            let stays = if stretch.0 <= start { contradicted(rhythm, start, past) } else { 0.0 };
            let shares = shares(std::slice::from_ref(stretch), start, means.len());
            for (mean, share) in expected.iter_mut().zip(shares) {
                *mean *= 1.0 - share * (1.0 - stays);
            }
        }
        Some(Shaped { usual, expected })
    }

    /// Nothing but the user's calendar.
    pub fn of(calendar: Option<&Rhythm>) -> Outlook {
        Outlook { rhythm: calendar.cloned(), ..Outlook::default() }
    }

    /// What is planned of `unit` from `start` up to `until`, both included, in whole units. Never negative.
    pub fn planned_by(&self, unit: Unit, start: Timestamp, until: Timestamp) -> f64 {
        let due = |(at, amount): &&(Timestamp, Amount)| {
            amount.unit == unit && amount.qty.0 > 0 && (start..=until).contains(at)
        };
        self.planned.iter().filter(due).map(|(_, amount)| unit.to_f64(amount.qty)).sum()
    }

    /// [`Outlook::factor`] as a number to multiply with: 1 where it says nothing or no number above zero.
    pub fn price(&self) -> f64 {
        self.factor.filter(|factor| factor.is_finite() && *factor > 0.0).unwrap_or(1.0)
    }
}

/// The hours ahead by the working week: work and rest each scaled to what they were seen to spend. What is learned
/// within each kind stays. `None` when no week is told, no work was seen yet, or rest spends as much as work.
fn week(rhythm: &Rhythm, means: &[f64], ahead: Span, past: &[(Span, f64)]) -> Option<Vec<f64>> {
    let (first, end) = (past.first()?.0.0, ahead.0);
    let seen = (first.max(end + -MEASURED), end);
    let (work, off) = (rhythm.work(seen)?, rhythm.off(seen));
    let less = |a: (f64, f64), b: (f64, f64)| ((a.0 - b.0).max(0.0), (a.1 - b.1).max(0.0));
    let on = less(sum(past, &work), sum(past, &common(&work, &off)));
    let rest = less(less(sum(past, &[seen]), sum(past, &off)), on);
    if on.0 < 1.0 || on.1 <= 0.0 {
        return None;
    }
    let rate = on.1 / on.0;
    let rest_rate = (rest.1 + REST_HOURS * REST * rate) / (rest.0 + REST_HOURS);
    if rest_rate >= rate {
        return None;
    }
    // What a week takes, and of it the hours and the learned spend of work and rest.
    let shares = shares(&rhythm.work(ahead)?, ahead.0, means.len());
    let mut learned = [(0.0, 0.0); 2];
    for (mean, share) in means.iter().zip(&shares).take(WEEK) {
        for (sum, share) in learned.iter_mut().zip([*share, 1.0 - *share]) {
            *sum = (sum.0 + share, sum.1 + share * mean);
        }
    }
    let [on, rest] = learned;
    if on.1 <= 0.0 {
        return None;
    }
    let by_rates = on.0 * rate + rest.0 * rest_rate;
    let whole = if end - first < KNOWN { by_rates } else { on.1 + rest.1 };
    let of_rest = whole * rest.0 * rest_rate / by_rates;
    let at_rest = if rest.1 > 0.0 { of_rest / rest.1 } else { 1.0 };
    let at_work = (whole - of_rest) / on.1;
    let scaled = |(mean, share): (&f64, f64)| mean * (share * at_work + (1.0 - share) * at_rest);
    Some(means.iter().zip(shares).map(scaled).collect())
}

/// How much of the usual spend goes on though `start` lies on a day off: 0 when nothing was seen in it, 1 when as much
/// as in the mean. The last hour counts as well as the whole time off, so that a burn is believed within the hour.
fn contradicted(rhythm: &Rhythm, start: Timestamp, past: &[(Span, f64)]) -> f64 {
    let usual = sum(past, &[(start + -MEASURED, start)]);
    let began = rhythm.off((start + -DAY, start)).last().map_or(start, |(from, _)| *from);
    // Nobody wrote down when the absence began: what was before the last hour may have been work.
    let unsaid = rhythm.away_at(start).is_some_and(|away| away.since.is_none());
    let began = if unsaid { began.max(start + -HOUR) } else { began };
    let rate = |from: Timestamp| {
        let (hours, spent) = sum(past, &[(from, start)]);
        spent / hours.max(1.0)
    };
    let highest = rate(began).max(rate(began.max(start + -HOUR)));
    if usual.1 > 0.0 { (highest * usual.0 / usual.1).clamp(0.0, 1.0) } else { 0.0 }
}

/// Hours seen and what was spent in those of `past` that lie within `spans`; both in order.
fn sum(past: &[(Span, f64)], spans: &[Span]) -> (f64, f64) {
    let (mut hours, mut total) = (0.0, 0.0);
    let mut next = 0;
    for ((from, to), spent) in past {
        while spans.get(next).is_some_and(|span| span.1 <= *from) {
            next += 1;
        }
        for span in spans[next..].iter().take_while(|span| span.0 < *to) {
            let inside = (*to).min(span.1) - (*from).max(span.0);
            hours += inside as f64 / HOUR as f64;
            total += spent * inside as f64 / (*to - *from) as f64;
        }
    }
    (hours, total)
}

/// What lies in both.
fn common(a: &[Span], b: &[Span]) -> Vec<Span> {
    let pairs = a.iter().flat_map(|x| b.iter().map(move |y| (x.0.max(y.0), x.1.min(y.1))));
    pairs.filter(|(from, to)| from < to).collect()
}

/// The share of each of `count` hours from `start` that lies within `spans`.
fn shares(spans: &[Span], start: Timestamp, count: usize) -> Vec<f64> {
    let mut shares = vec![0.0; count];
    for (from, to) in spans {
        let first = ((*from - start).max(0) / HOUR) as usize;
        let last = (*to - start + HOUR - 1) / HOUR;
        for (hour, share) in shares.iter_mut().enumerate().take(last.max(0) as usize).skip(first) {
            let (begins, ends) = (start + hour as i64 * HOUR, start + (hour as i64 + 1) * HOUR);
            *share += ((*to).min(ends) - (*from).max(begins)).max(0) as f64 / HOUR as f64;
        }
    }
    shares
}

#[cfg(test)]
mod tests;
