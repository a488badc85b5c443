//! Samples and gaps become the vertices of a line: broken where polls failed, thinned to what a screen can show.

use crate::model::{Gap, Qty, Sample, Timestamp};

/// A corner of the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Vertex {
    /// When.
    pub(super) at: Timestamp,
    /// The exact figure.
    pub(super) qty: Qty,
    /// Vertices of one run are joined; a gap lies between two runs.
    pub(super) run: u32,
}

/// A stretch without a reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// What is drawn of a sample: what is left, or what was used.
pub(super) fn figure(sample: &Sample, used: bool) -> Option<Qty> {
    if used {
        return sample.used;
    }
    sample.remaining.or_else(|| sample.limit?.checked_sub(sample.used?))
}

/// The line through `samples` (oldest first), broken at `gaps` (oldest first), with the bands where it is broken.
/// `end` closes a gap that still lasts.
pub(super) fn trace(
    samples: &[Sample],
    gaps: &[Gap],
    used: bool,
    end: Timestamp,
) -> (Vec<Vertex>, Vec<Band>) {
    let (mut line, mut bands): (Vec<Vertex>, Vec<Band>) = (Vec::new(), Vec::new());
    let mut run = 0;
    let mut next = 0;
    let mut last: Option<(Timestamp, Qty)> = None;
    for sample in samples {
        let Some(qty) = figure(sample, used) else { continue };
        let first_gap = next;
        while gaps.get(next).is_some_and(|gap| gap.at <= sample.at) {
            next += 1;
        }
        if next > first_gap {
            bands.push(Band { from: last.map_or(gaps[first_gap].at, |(at, _)| at), to: sample.at });
            run += 1;
        } else if let Some((_, before)) = last
            && (before < qty) != used
            && before != qty
        {
            // A top-up or a reset happens at once; spend runs evenly between two readings.
            line.push(Vertex { at: sample.at, qty: before, run });
        }
        line.push(Vertex { at: sample.at, qty, run });
        // An unchanged reading spans polls that failed in between.
        while let Some(gap) = gaps.get(next).filter(|gap| gap.at < sample.last_at) {
            let to = gap.last_at.min(sample.last_at);
            line.push(Vertex { at: gap.at, qty, run });
            bands.push(Band { from: gap.at, to });
            run += 1;
            line.push(Vertex { at: to, qty, run });
            next += 1;
        }
        if sample.last_at > sample.at {
            line.push(Vertex { at: sample.last_at, qty, run });
        }
        last = Some((sample.last_at.max(sample.at), qty));
    }
    if let Some(gap) = gaps.get(next) {
        bands.push(Band { from: last.map_or(gap.at, |(at, _)| at), to: end });
    }
    (line, bands)
}

/// At most two vertices per column (`columns` of them between `from` and `to`), the least and the greatest, in order of
/// time; besides them only the very first and the very last.
pub(super) fn thin(line: &[Vertex], from: Timestamp, to: Timestamp, columns: usize) -> Vec<Vertex> {
    let span = to.since(from).max(1) as f64;
    let column = |vertex: &Vertex| ((vertex.at.since(from) as f64 / span) * columns as f64).floor() as i64;
    let mut kept: Vec<Vertex> = Vec::with_capacity(line.len().min(2 * columns + 2));
    let mut keep = |vertex: Vertex| {
        if kept.last() != Some(&vertex) {
            kept.push(vertex);
        }
    };
    if let Some(first) = line.first() {
        keep(*first);
    }
    for chunk in line.chunk_by(|a, b| column(a) == column(b)) {
        let least = (0..chunk.len()).min_by_key(|index| chunk[*index].qty);
        let greatest = (0..chunk.len()).max_by_key(|index| chunk[*index].qty);
        if let (Some(least), Some(greatest)) = (least, greatest) {
            keep(chunk[least.min(greatest)]);
            keep(chunk[least.max(greatest)]);
        }
    }
    if let Some(last) = line.last() {
        keep(*last);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::testing::{balance, gap};
    use proptest::prelude::*;

    #[test]
    fn a_failed_poll_breaks_the_line_from_reading_to_reading() {
        let samples = [balance(0, 10), balance(300, 9), balance(900, 7)];
        let (line, bands) = trace(&samples, &[gap(600)], false, Timestamp(900));
        assert_eq!(line.iter().map(|vertex| vertex.run).collect::<Vec<_>>(), [0, 0, 1]);
        assert_eq!(bands, [Band { from: Timestamp(300), to: Timestamp(900) }]);
    }

    #[test]
    fn a_gap_inside_an_unchanged_reading_and_one_that_lasts_are_seen() {
        let flat = Sample { last_at: Timestamp(900), ..balance(0, 10) };
        let (line, bands) = trace(&[flat], &[gap(300), gap(1200)], false, Timestamp(1500));
        assert_eq!(line.iter().map(|vertex| vertex.run).max(), Some(1));
        assert_eq!(bands.last(), Some(&Band { from: Timestamp(900), to: Timestamp(1500) }));
    }

    #[test]
    fn a_top_up_is_a_step_and_spend_a_slope() {
        let (line, _) = trace(&[balance(0, 3), balance(300, 50)], &[], false, Timestamp(300));
        assert_eq!(
            line.iter().map(|vertex| (vertex.at.0, vertex.qty.0)).collect::<Vec<_>>(),
            [(0, 3), (300, 3), (300, 50)]
        );
    }

    proptest! {
        #[test]
        fn thinning_keeps_the_extremes_and_the_bound(figures in prop::collection::vec(-1000_i64..1000, 1..400), columns in 1_usize..60) {
            let line: Vec<Vertex> = figures.iter().enumerate()
                .map(|(index, qty)| Vertex { at: Timestamp(index as i64 * 10), qty: Qty(*qty), run: (index / 50) as u32 })
                .collect();
            let end = Timestamp(figures.len() as i64 * 10);
            let kept = thin(&line, Timestamp(0), end, columns);
            prop_assert!(kept.len() <= 2 * columns + 2);
            let figure = |vertex: &Vertex| vertex.qty;
            prop_assert_eq!(kept.iter().map(figure).min(), line.iter().map(figure).min());
            prop_assert_eq!(kept.iter().map(figure).max(), line.iter().map(figure).max());
            prop_assert_eq!(kept.last(), line.last());
            prop_assert!(kept.windows(2).all(|pair| pair[0].at <= pair[1].at));
        }
    }
}
