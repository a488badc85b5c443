//! Any bytes, and good messages with harm done to them: no panic, and no more points than there is room for.

use proptest::prelude::*;
use prost::Message;
use std::path::Path;
use tollwatch::model::Timestamp;
use tollwatch::otlp::{Encoding, Tally, decode, gunzip, points};

/// Saturday 2026-11-21 02:49:35 UTC.
const NOW: Timestamp = Timestamp(1_795_229_375_000);

/// Decodes, counts, and reads back what was kept.
fn swallow(encoding: Encoding, bytes: &[u8]) -> Result<(), TestCaseError> {
    let _ = gunzip(bytes);
    let Ok(request) = decode(encoding, bytes) else { return Ok(()) };
    let batch = points(&request);
    prop_assert!(batch.points.len() + batch.uncounted.len() <= bytes.len());
    prop_assert!(batch.points.iter().all(|point| point.value >= 0));
    let mut tally = Tally::default();
    let taken = tally.take(&batch, NOW);
    prop_assert!(taken.refused as usize <= batch.points.len() + batch.uncounted.len());
    let again = tally.take(&batch, NOW);
    prop_assert!(!again.changed, "counted twice");
    let received = tally.received();
    prop_assert!(
        received.usage.iter().all(|usage| usage.input >= 0 && usage.output >= 0 && usage.counted >= 0)
    );
    prop_assert_eq!(Tally::from_json(&tally.to_json().unwrap()), Ok(tally));
    Ok(())
}

fn example(case: &str) -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/otlp").join(case).join("push_1.json");
    std::fs::read(path).unwrap()
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        swallow(Encoding::Protobuf, &bytes)?;
        swallow(Encoding::Json, &bytes)?;
    }

    #[test]
    fn harmed_messages(
        case in proptest::sample::select(vec!["good", "full", "malformed"]),
        binary in any::<bool>(),
        harm in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let json = example(case);
        let mut bytes = json.clone();
        if binary {
            bytes = decode(Encoding::Json, &json).unwrap().encode_to_vec();
        }
        for (place, byte) in harm {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        swallow(if binary { Encoding::Protobuf } else { Encoding::Json }, &bytes)?;
    }

    /// A number of every kind in every place of a number.
    #[test]
    fn harmed_numbers(
        number in proptest::sample::select(vec!["-1", "1e400", "0.5", "\"x\"", "18446744073709551615", "null", "{}", "1e15", "\"NaN\""]),
        which in any::<prop::sample::Index>(),
    ) {
        let text = String::from_utf8(example("full")).unwrap();
        let names = ["\"asInt\": ", "\"asDouble\": ", "\"sum\": ", "\"startTimeUnixNano\": ", "\"timeUnixNano\": ", "\"aggregationTemporality\": "];
        let places: Vec<usize> = names.iter().flat_map(|name| text.match_indices(name).map(move |(at, _)| at + name.len())).collect();
        let at = places[which.index(places.len())];
        let end = at + text[at..].find([',', '\n', '}']).unwrap();
        let harmed = format!("{}{number}{}", &text[..at], &text[end..]);
        swallow(Encoding::Json, harmed.as_bytes())?;
    }
}
