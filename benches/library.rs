//! `make bench`: what the library costs. Figures are read in docs/performance.md; nothing here passes or fails.

use divan::Bencher;
use tollwatch::charts;
use tollwatch::forecast::{self, History};
use tollwatch::model::{
    AccountId, DAY, HOUR, MINUTE, Meter, MeterKey, MeterKind, Provenance, Qty, Reading, Sample, Timestamp,
    Unit, Window,
};
use tollwatch::store::Store;

const NOW: Timestamp = Timestamp(1_795_229_375_000);

fn main() {
    divan::main();
}

fn meter() -> Meter {
    Meter {
        id: 1,
        account: AccountId::new("bench").expect("an id"),
        key: MeterKey::new("balance.usd"),
        kind: MeterKind::Balance,
        label: "balance".into(),
        unit: Unit::USD,
        window: Window::Never,
        provenance: Provenance::Reported,
    }
}

/// A balance that falls by day and is topped up every ten days.
fn samples(days: i64, step: i64) -> Vec<Sample> {
    let mut left = 50_000_000_000_i64;
    let from = NOW + -days * DAY;
    (0..days * DAY / step)
        .map(|index| {
            let at = from + index * step;
            let busy = (8..20).contains(&(at.0 / HOUR % 24));
            left -= if busy { 8_000_000 * (index % 7) * step / (5 * MINUTE) } else { 0 };
            if left < 0 {
                left += 50_000_000_000;
            }
            Sample {
                at,
                last_at: at,
                used: None,
                limit: None,
                remaining: Some(Qty(left)),
                resets_at: None,
                reserve: None,
            }
        })
        .collect()
}

#[divan::bench]
fn forecast_of_two_weeks(bencher: Bencher) {
    let (meter, samples) = (meter(), samples(14, 5 * MINUTE));
    bencher.bench(|| forecast::project(&meter, &History { samples: &samples }, NOW));
}

#[divan::bench]
fn one_poll_recorded(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("history.sqlite"), NOW).expect("a store");
    let account = AccountId::new("bench").expect("an id");
    let mut at = NOW;
    bencher.bench_local(|| {
        at = at + 5 * MINUTE;
        let mut reading = Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD);
        reading.remaining = Some(Qty(at.0 % 50_000_000_000));
        store.record(&account, at, &[reading], &[]).expect("stored")
    });
}
