//! What the user knows of the time ahead and no history tells: the working week, days off, absence, a batch that is
//! planned, another price. Pure; docs/rhythm.md says it in words.
//!
//! Nothing is counted twice. The week only names two kinds of hours, work and rest; how much each spends is *measured*
//! on the account's own past, so nights that a profile knows already stay as they are. Before there is a past, rest is
//! taken to spend a tenth of work. Days off by date are what no history can know: they are taken out. And a burn that
//! is seen on a day off puts back what it contradicts, for machines spend money without their owner.

use super::memory::{Memory, WEEK};
use crate::model::rhythm::Span;
use crate::model::{Amount, DAY, HOUR, Rhythm, Timestamp, Unit};

/// From this much history on the learned profile knows how much a week takes; before, the two rates say it.
const KNOWN: i64 = 14 * DAY;
/// Before rest was seen, an hour of it is taken to spend this share of an hour of work …
const REST: f64 = 0.1;
/// … and that is worth so many hours of seeing it.
const REST_HOURS: f64 = 24.0;
/// From this share of the usual burn on a day off is none.
const FULL: f64 = 0.99;

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

/// The hours ahead as the calendar sees them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shaped {
    /// Hourly means by the working week; `None` when no week is told or the past contradicts it: as learned.
    pub(super) usual: Option<Vec<f64>>,
    /// The share of each hour's spend that is expected: 1 but on days off.
    pub(super) share: Vec<f64>,
}

impl Outlook {
    /// What was learned of the hours ahead, shaped by the calendar; `None` without one, and where it changes nothing.
    /// `means[k]` is what is spent in the mean from `k` hours after the last figure to the next.
    pub(super) fn shape(&self, means: &[f64], memory: &Memory) -> Option<Shaped> {
        let rhythm = self.rhythm.as_ref()?;
        let start = memory.pieces.end();
        let ahead = (start, start + means.len() as i64 * HOUR);
        let usual = week(rhythm, means, ahead, memory);
        let mut share = vec![1.0; means.len()];
        for stretch in rhythm.off(ahead) {
            let stays = if stretch.0 <= start { contradicted(rhythm, memory) } else { 0.0 };
            for (share, off) in share.iter_mut().zip(shares(&[stretch], start, means.len())) {
                *share *= 1.0 - off * (1.0 - stays);
            }
        }
        (usual.is_some() || share.iter().any(|share| *share < 1.0)).then_some(Shaped { usual, share })
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
fn week(rhythm: &Rhythm, means: &[f64], ahead: Span, memory: &Memory) -> Option<Vec<f64>> {
    // What is remembered of each hour of the week, by the kind it had in the last one.
    let first = Timestamp((ahead.0.0.div_euclid(HOUR) - WEEK as i64 + 1) * HOUR);
    let kinds = shares(&rhythm.work((first, first + WEEK as i64 * HOUR))?, first, WEEK);
    let mut known = [(0.0, 0.0); 2];
    for (hour, work) in (first.0.div_euclid(HOUR)..).zip(kinds) {
        let [seen, spent] = *memory.week().get(hour.rem_euclid(WEEK as i64) as usize)?;
        for (sum, share) in known.iter_mut().zip([work, 1.0 - work]) {
            *sum = (sum.0 + share * seen, sum.1 + share * spent);
        }
    }
    let [on, rest] = known;
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
    let whole = if memory.length() < KNOWN { by_rates } else { on.1 + rest.1 };
    let of_rest = whole * rest.0 * rest_rate / by_rates;
    let at_rest = if rest.1 > 0.0 { of_rest / rest.1 } else { 1.0 };
    let at_work = (whole - of_rest) / on.1;
    let scaled = |(mean, share): (&f64, f64)| mean * (share * at_work + (1.0 - share) * at_rest);
    Some(means.iter().zip(shares).map(scaled).collect())
}

/// How much of the usual spend goes on though the last figure lies on a day off: 0 when nothing was seen in it, 1 when
/// as much as in the mean. The last hour counts as well as the whole time off, so that a burn is believed within the
/// hour.
fn contradicted(rhythm: &Rhythm, memory: &Memory) -> f64 {
    let start = memory.pieces.end();
    let [hours, spent] =
        memory.week().iter().fold([0.0; 2], |sum, hour| [sum[0] + hour[0], sum[1] + hour[1]]);
    let began = rhythm.off((start + -DAY, start)).last().map_or(start, |(from, _)| *from);
    // Nobody wrote down when the absence began: what was before the last hour may have been work.
    let unsaid = rhythm.away_at(start).is_some_and(|away| away.since.is_none());
    let began = if unsaid { began.max(start + -HOUR) } else { began };
    let rate = |from: Timestamp| {
        let (spent, seen) = memory.pieces.sum(from.0, start.0);
        spent / super::hours(seen).max(1.0)
    };
    let highest = rate(began).max(rate(began.max(start + -HOUR)));
    let stays = if spent > 0.0 { (highest * hours / spent).clamp(0.0, 1.0) } else { 0.0 };
    if stays >= FULL { 1.0 } else { stays }
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
