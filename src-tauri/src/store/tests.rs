//! What needs the inside of the store: a full disk, a job that panics. The rest is tested in `tests/it/store.rs`.

use super::*;
use crate::model::{MINUTE, MeterKind, PollErrorKind, Unit};

fn account() -> AccountId {
    AccountId::new("acme").unwrap()
}

fn balance(left: i64) -> Reading {
    Reading {
        remaining: Some(Qty(left)),
        ..Reading::new("balance.usd", MeterKind::Balance, "balance", Unit::USD)
    }
}

/// Lets the file grow no further, as a full disk would; `None` frees it again.
fn limit_pages(store: &Store, room: Option<i64>) {
    store
        .write(move |desk| {
            let db = desk.connection();
            let pages: i64 = db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
            let most = room.map_or(1_000_000, |room| pages + room);
            let set: i64 =
                db.query_row(&format!("PRAGMA max_page_count = {most}"), [], |row| row.get(0)).unwrap();
            assert_eq!(set, most);
            Ok(())
        })
        .unwrap();
}

#[test]
fn polls_wait_in_memory_while_the_disk_is_full_and_are_written_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), Timestamp(0)).unwrap();
    let minute = |n: i64| Timestamp(n * MINUTE);
    let meter = store.record(&account(), minute(0), &[balance(1_000_000)], &[], &[]).unwrap()[0].id;
    limit_pages(&store, Some(0));
    // A sentence of 4,000 letters needs a page of its own, so this failed poll is the first thing that does not fit.
    let long = PollError::new(PollErrorKind::Offline, "x".repeat(4_000));
    let full = store.record_gap(&account(), minute(1), &long).unwrap_err();
    assert!(matches!(full, StoreError::Full(_)), "{full:?}");
    assert!(full.to_string().contains("One poll waits in memory"), "{full}");
    for n in 2..=50 {
        let full = store.record(&account(), minute(n), &[balance(1_000_000 - n)], &[], &[]).unwrap_err();
        assert!(full.to_string().contains(&format!("{n} polls wait in memory")), "{full}");
    }
    let stored = store.samples(meter, minute(0), minute(100)).unwrap();
    assert_eq!(stored.len(), 1, "what was stored before stays, and nothing half-written beside it");
    let full = store.close().unwrap_err();
    assert!(matches!(full, StoreError::Full(_)), "{full:?}");

    limit_pages(&store, None);
    store.record(&account(), minute(51), &[balance(1_000_000 - 51)], &[], &[]).unwrap();
    let stored = store.samples(meter, minute(0), minute(100)).unwrap();
    let left: Vec<_> = stored.iter().map(|sample| (sample.at, sample.remaining.unwrap().0)).collect();
    let expected: Vec<_> = (0..=51).filter(|n| *n != 1).map(|n| (minute(n), 1_000_000 - n)).collect();
    assert_eq!(left, expected);
    assert_eq!(store.gaps(&account(), minute(0), minute(100)).unwrap()[0].at, minute(1));
    assert!(store.close().is_ok());
}

#[test]
fn a_job_that_panics_is_rolled_back_and_the_writer_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), Timestamp(0)).unwrap();
    let failed = store.write(|desk| {
        desk.change(|db| -> Result<(), Fault> {
            upkeep::set(db, "half", "done")?;
            panic!("on purpose")
        })
    });
    assert!(matches!(failed, Err(StoreError::Other(_))), "{failed:?}");
    assert_eq!(store.state("half").unwrap(), None);
    store.set_state("next", "works").unwrap();
    assert_eq!(store.state("next").unwrap().as_deref(), Some("works"));
}

#[test]
fn the_file_is_only_called_clean_when_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let store = Store::open(&path, Timestamp(0)).unwrap();
    let clean = || store.state("store.clean").unwrap().unwrap();
    assert_eq!(clean(), "no");
    store.close().unwrap();
    assert_eq!(clean(), "yes");
    store.record(&account(), Timestamp(0), &[balance(1)], &[], &[]).unwrap();
    assert_eq!(clean(), "no", "a write after closing takes it back");
    drop(store);
    let store = Store::open_read_only(&path).unwrap();
    assert_eq!(store.state("store.clean").unwrap().unwrap(), "yes", "dropping closes in order");
}

#[test]
fn the_queries_use_their_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), Timestamp(0)).unwrap();
    let plan = |sql: &str| -> String {
        let lines = store.read(|db| {
            let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let rows = query.query_map([], |row| row.get::<_, String>(3))?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        lines.unwrap().join("; ")
    };
    for sql in [
        "SELECT * FROM sample WHERE meter_id = 1 ORDER BY at DESC LIMIT 1",
        "SELECT * FROM rollup_hour WHERE meter_id = 1 AND hour BETWEEN 1 AND 2 ORDER BY hour",
        "SELECT * FROM refusal WHERE NULL IS NULL AND at BETWEEN 1 AND 2 ORDER BY at, id",
        "SELECT * FROM refusal WHERE account = 'a' AND at BETWEEN 1 AND 2 ORDER BY at",
        "SELECT * FROM notice WHERE at BETWEEN 1 AND 2 ORDER BY at, id",
        "SELECT * FROM episode WHERE state <> 'resolved' ORDER BY id",
    ] {
        let plan = plan(sql);
        assert!(
            !plan.contains("TEMP B-TREE") && (plan.starts_with("SEARCH") || plan.contains("episode_live")),
            "{sql}: {plan}"
        );
    }
}

/// What an older Tollwatch wrote into a history of version 3, with names of causes that have changed since.
const OLD_REFUSAL: &str = r#"INSERT INTO refusal (account, at, cause, rule, message, body) VALUES ('acme', 60000, 'spend_cap',
    'acme.cap', 'cap reached', '{"cause":"spend_cap","scope":"organisation","status":402,"message":"cap reached",
    "rule":"acme.cap","meter":null,"retry_at":null,"needed":null,"left":null,"at":null,"count":1}')"#;

#[test]
fn refusals_with_names_of_older_causes_are_read_and_carried_over() {
    use crate::model::{Cause, Source};
    let folder = tempfile::tempdir().unwrap();
    let (path, next) = (folder.path().join("history.sqlite"), folder.path().join("next.sqlite"));
    let insert = |store: &Store| {
        store.write(|desk| desk.change(|db| Ok(db.execute(OLD_REFUSAL, [])?))).unwrap();
    };
    let store = Store::open(&path, Timestamp(0)).unwrap();
    insert(&store);
    store.close().unwrap();
    drop(store);
    // Opened again, which brings an older format to the newest.
    let store = Store::open(&path, Timestamp(0)).unwrap();
    let read = |store: &Store| store.refusals(Some(&account()), Timestamp(0), Timestamp(100_000)).unwrap();
    let found = read(&store);
    assert_eq!(found.len(), 1);
    let (_, at, refusal) = &found[0];
    assert_eq!((*at, refusal.cause, refusal.count), (Timestamp(60_000), Cause::ProviderCap, 1));
    assert_eq!((refusal.confidence, refusal.source, refusal.retryable), (0, Source::Polled, false));

    // Carried over from a damaged file, it gets its present name.
    Store::open(&next, Timestamp(0)).unwrap().close().unwrap();
    salvage::salvage(&path, &mut rusqlite::Connection::open(&next).unwrap());
    let other = Store::open_read_only(&next).unwrap();
    assert_eq!(read(&other), found);
    let column = |store: &Store| -> String {
        let named = store.read(|db| Ok(db.query_row("SELECT cause FROM refusal", [], |row| row.get(0))?));
        named.unwrap()
    };
    assert_eq!((column(&store).as_str(), column(&other).as_str()), ("spend_cap", "provider_cap"));
}

#[test]
fn what_was_learned_is_kept_from_format_six_on_and_goes_with_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    // As format 5 left it, with a meter in it.
    let old = rusqlite::Connection::open(&path).unwrap();
    for sql in [
        include_str!("schema/001_history.sql"),
        include_str!("schema/002_state.sql"),
        include_str!("schema/003_costs.sql"),
        include_str!("schema/004_forecasts.sql"),
        include_str!("schema/005_covers.sql"),
        "INSERT INTO meter VALUES (7, 'acme', 'balance.usd', 'balance', 'USD', 'balance', 'never', 'reported')",
        "PRAGMA user_version = 5",
    ] {
        old.execute_batch(sql).unwrap();
    }
    drop(old);
    let store = Store::open(&path, Timestamp(0)).unwrap();
    assert_eq!(store.learned(7).unwrap(), None);
    // Of a meter that is gone nothing is kept, and that is no error.
    store.keep_learned(&[(7, "one".into()), (8, "of nobody".into())]).unwrap();
    let learned = vec![(7, "two".to_owned())];
    let came = |read: &[(Meter, Sample)]| {
        assert_eq!((read[0].0.id, read[0].1.remaining), (7, Some(Qty(3))));
        Came { learned, ..Came::default() }
    };
    store.record_with(&account(), Timestamp(0), (&[balance(3)], &[], &[]), came).unwrap();
    assert_eq!(store.learned(7).unwrap().as_deref(), Some("two"));
    assert_eq!(store.learned(8).unwrap(), None);
    // A damaged file hands it on.
    let next = folder.path().join("next.sqlite");
    Store::open(&next, Timestamp(0)).unwrap().close().unwrap();
    salvage::salvage(&path, &mut rusqlite::Connection::open(&next).unwrap());
    assert_eq!(Store::open_read_only(&next).unwrap().learned(7).unwrap().as_deref(), Some("two"));
    store.forget(&account()).unwrap();
    assert_eq!(store.learned(7).unwrap(), None);
}

#[test]
fn a_poll_whose_outcome_cannot_be_stored_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("history.sqlite"), Timestamp(0)).unwrap();
    let mut meter = 0;
    let poll = Poll::Good {
        account: account(),
        at: Timestamp(0),
        readings: vec![balance(3)],
        refusals: Vec::new(),
        costs: Vec::new(),
    };
    let failed = store.write(|desk| {
        desk.take(poll, |_, read| -> Result<(), Fault> {
            meter = read[0].0.id;
            Err(Fault::Words("on purpose".into()))
        })
    });
    assert!(failed.is_err());
    assert_eq!(store.latest(meter).unwrap().and_then(|sample| sample.remaining), Some(Qty(3)));
}

/// What the writer knows of its own polls must never differ from what is stored: everything that undoes or changes rows
/// comes between two polls here, and the next reads as if nothing were known.
#[test]
fn what_the_writer_knows_of_its_polls_is_what_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let store = Store::open(&path, Timestamp(0)).unwrap();
    let minute = |n: i64| Timestamp(n * MINUTE);
    let poll =
        |n: i64, left: i64| store.record(&account(), minute(n), &[balance(left)], &[], &[]).unwrap()[0].id;
    let meter = poll(0, 50);
    assert_eq!(poll(1, 50), meter);

    // Rolled back by a panic: that figure and its hour were never there.
    let broken = Poll::Good {
        account: account(),
        at: minute(2),
        readings: vec![balance(7)],
        refusals: Vec::new(),
        costs: Vec::new(),
    };
    let failed = store.write(|desk| desk.take(broken, |_, _| -> Result<(), Fault> { panic!("on purpose") }));
    assert!(failed.is_err());
    poll(3, 50);
    let samples = store.samples(meter, minute(0), minute(9)).unwrap();
    assert_eq!((samples.len(), samples[0].last_at), (1, minute(3)));
    let hours = store.hours(meter, minute(0), minute(9)).unwrap();
    assert_eq!((hours[0].polls, hours[0].low, hours[0].spent), (3, Some(Qty(50)), Qty(0)));

    // A failed poll: the same figure begins anew after it.
    store.record_gap(&account(), minute(4), &PollError::new(PollErrorKind::Offline, "no network")).unwrap();
    poll(5, 50);
    assert_eq!(store.samples(meter, minute(0), minute(9)).unwrap().len(), 2);

    // Loaded by another way.
    let loaded = Sample { at: minute(6), last_at: minute(6), ..store.latest(meter).unwrap().unwrap() };
    store.load_samples(meter, &[Sample { remaining: Some(Qty(40)), ..loaded }]).unwrap();
    poll(7, 40);
    assert_eq!(store.latest(meter).unwrap().unwrap().at, minute(6));
    assert_eq!(store.hours(meter, minute(0), minute(9)).unwrap()[0].polls, 6);

    // Another name is stored once, and another reader sees it.
    let mut renamed = balance(40);
    renamed.label = "credits".into();
    store.record(&account(), minute(8), &[renamed.clone()], &[], &[]).unwrap();
    let beside = Store::open_read_only(&path).unwrap();
    assert_eq!(beside.meters(None).unwrap()[0].label, "credits");
    assert_eq!(beside.latest(meter).unwrap().unwrap().last_at, minute(8));

    // Forgotten: a new meter, with nothing of the old one.
    store.forget(&account()).unwrap();
    let anew = poll(9, 40);
    assert_ne!(anew, meter);
    assert_eq!(store.samples(anew, minute(0), minute(9)).unwrap().len(), 1);
    assert_eq!(store.hours(anew, minute(0), minute(9)).unwrap()[0].polls, 1);
    assert!(store.hours(meter, minute(0), minute(9)).unwrap().is_empty());
}
