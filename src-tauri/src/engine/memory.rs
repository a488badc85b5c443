//! What is remembered of one meter.

use crate::forecast::{self, Forecast, History};
use crate::model::{DAY, Meter, Sample, Step, Timestamp, step};

/// How much of the past a forecast is made from.
pub const HISTORY: i64 = 28 * DAY;

/// All that a forecast needs of a meter's past, brought up to date by each reading. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    samples: Vec<Sample>,
}

impl Memory {
    /// From stored samples, oldest first.
    pub fn new(samples: Vec<Sample>) -> Memory {
        Memory { samples }
    }

    /// Takes the present figures; says what happened since those before. A sample that began when the last one did
    /// is that one, read again.
    pub fn absorb(&mut self, sample: &Sample, now: Timestamp) -> Step {
        let change = self.samples.last().map_or(Step::default(), |last| step(last, sample));
        match self.samples.last_mut() {
            Some(last) if last.at == sample.at => *last = *sample,
            _ => self.samples.push(*sample),
        }
        let old = self.samples.partition_point(|sample| sample.last_at < now + -HISTORY);
        // Dropping from the front moves the rest: only when it is worth it.
        if old > 512 {
            self.samples.drain(..old);
        }
        change
    }

    /// Where the meter is heading.
    pub fn project(&self, meter: &Meter, now: Timestamp) -> Forecast {
        forecast::project(meter, &History::new(&self.samples), now)
    }

    /// The figures absorbed last.
    pub fn last(&self) -> Option<&Sample> {
        self.samples.last()
    }
}
