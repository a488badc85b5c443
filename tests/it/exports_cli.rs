//! `tollwatch export`, `import` and `report` as a user meets them: pipes, full disks, a running monitor, a kill.

use super::store::{START, account, balance, sample};
use super::support::{Ran, Sandbox};
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tollwatch::model::*;
use tollwatch::store::Store;

/// A history of so many samples of one balance, one a minute.
fn history(sandbox: &Sandbox, samples: i64) -> Store {
    let store = Store::open(&sandbox.history(), START).unwrap();
    let meter = store.ensure_meter(&account("acme"), &balance(0)).unwrap().id;
    let of = |n: i64| sample(START + n * MINUTE, START + n * MINUTE, 50_000_000_000 - n * 1_000_001);
    store.load_samples(meter, &(0..samples).map(of).collect::<Vec<_>>()).unwrap();
    store
}

#[test]
fn a_history_goes_out_beside_its_monitor_and_into_another_machine() {
    let (here, there) = (Sandbox::new(), Sandbox::new());
    let store = history(&here, 3);
    here.write_config("[accounts.acme]\nconnector = \"deepseek\"\nsecrets = { key = \"env:NO_SUCH_KEY\" }\n");
    // The monitor runs: its lock is held.
    let samples = here.data_dir().join("samples.parquet");
    let spend = here.data_dir().join("spend.jsonl");
    let wrote = here.run(&["export", "samples", "-o", samples.to_str().unwrap()]);
    assert_eq!((wrote.code, wrote.stdout.starts_with("3 rows written to ")), (0, true), "{}", wrote.stderr);
    let wrote = here.run(&["export", "spend", "-o", spend.to_str().unwrap()]);
    assert_eq!((wrote.code, wrote.stdout.starts_with("1 row written to ")), (0, true), "{}", wrote.stderr);
    let refused = here.run(&["import", samples.to_str().unwrap()]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("already running"), "{}", refused.stderr);
    drop(store);

    let files = [samples.to_str().unwrap(), spend.to_str().unwrap()];
    let took = there.run(&["import", files[0], files[1]]);
    assert_eq!(took.code, 0, "{}", took.stderr);
    assert!(took.stdout.contains("spend.jsonl: 1 record added\n"), "{}", took.stdout);
    assert!(took.stdout.contains("samples.parquet: 3 records added\n"), "{}", took.stdout);
    let again = there.run(&["import", files[0], files[1]]);
    assert!(again.stdout.contains("0 records added, 3 there already"), "{}", again.stdout);

    there.write_config(&here.read_config());
    let of = |sandbox: &Sandbox| sandbox.run(&["export", "samples"]).stdout;
    assert_eq!(of(&here), of(&there));
    assert_eq!(
        of(&there).lines().last().unwrap(),
        "sample,acme,deepseek,balance.usd,balance,balance,USD,never,reported,2026-11-21T00:02:00.000Z,\
         2026-11-21T00:02:00.000Z,,,49.997999998,,,,,"
    );
    let part =
        there.run(&["export", "samples", "--from", "2026-11-21T00:01:00Z", "--to", "2026-11-21T00:02:00Z"]);
    assert_eq!(part.stdout.lines().count(), 2, "{}", part.stdout);
    assert_eq!(there.run(&["export", "samples", "--to", "2026-11-20"]).stdout.lines().count(), 1);
    let day =
        there.run(&["export", "samples", "--from", "2026-11-21", "--to", "2026-11-21", "--format", "jsonl"]);
    assert_eq!(day.stdout.lines().count(), 3);
    let nobody = there.run(&["export", "samples", "--account", "nobody"]);
    assert!(nobody.code == 1 && nobody.stderr.contains("no history of account nobody"), "{}", nobody.stderr);
    assert_eq!(there.run(&["export", "samples", "--from", "soon"]).code, 2);
}

#[test]
fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
    let sandbox = Sandbox::new();
    drop(history(&sandbox, 20_000));
    for format in ["csv", "jsonl", "parquet"] {
        let mut child = sandbox
            .command(&["export", "samples", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0_u8; 4];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{format}");
        if cfg!(target_os = "linux") {
            let full = sandbox.run(&["export", "samples", "--format", format, "-o", "/dev/full"]);
            assert_eq!(full.code, 1, "{format}");
            assert!(full.stderr.contains("/dev/full cannot be written: No space left"), "{}", full.stderr);
        }
    }
    let nowhere = sandbox.data_dir().join("no/such/folder/x.csv");
    let refused = sandbox.run(&["export", "samples", "-o", nowhere.to_str().unwrap()]);
    assert!(refused.code == 1 && refused.stderr.contains("cannot be written"), "{}", refused.stderr);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it waits for another process")]
fn a_kill_in_the_middle_of_an_import_leaves_the_history_whole() {
    let (here, there) = (Sandbox::new(), Sandbox::new());
    drop(history(&here, 60_000));
    let file = here.data_dir().join("samples.csv");
    assert_eq!(here.run(&["export", "samples", "-o", file.to_str().unwrap()]).code, 0);
    let mut child = there.command(&["import", file.to_str().unwrap()]).stdout(Stdio::null()).spawn().unwrap();
    let stored = || {
        let store = Store::open_read_only(&there.history()).ok()?;
        let meter = store.meters(None).ok()?.first()?.id;
        Some(store.samples(meter, Timestamp(i64::MIN), Timestamp(i64::MAX)).ok()?.len())
    };
    let began = Instant::now();
    while stored().is_none_or(|count| count == 0) {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let store = Store::open(&there.history(), START).unwrap();
    assert_eq!(store.opening_note(), None);
    drop(store);
    let count = stored().unwrap();
    // Whole parts of 5,000; the kill may have come after the last one.
    assert!(count > 0 && (count % 5_000 == 0), "{count}");
    println!("killed with {count} of 60,000 stored");
    assert_eq!(there.run(&["import", file.to_str().unwrap()]).code, 0);
    for kind in ["samples", "spend"] {
        assert!(here.run(&["export", kind]).stdout == there.run(&["export", kind]).stdout, "{kind}");
    }
}

#[test]
fn a_month_is_told_on_paper() {
    let sandbox = Sandbox::new();
    sandbox.write_config("[accounts.acme]\nconnector = \"deepseek\"\nlabel = \"Acme\"\nsecrets = { key = \"env:NO_SUCH_KEY\" }\n");
    assert!(sandbox.run(&["report"]).stderr.contains("no history yet"));
    // One step a minute from 50 dollars: 59 × 0.001000001 in the hour that is November's.
    drop(history(&sandbox, 60));
    let paper = sandbox.run(&["report", "--month", "2026-11"]);
    assert_eq!(paper.code, 0, "{}", paper.stderr);
    assert!(paper.stdout.to_lowercase().starts_with("<!doctype html>") && paper.stdout.contains("Acme"));
    assert!(paper.stdout.contains("November 2026"), "{}", paper.stdout);
    let before = sandbox.run(&["report", "--month", "2026-10"]);
    assert!(before.stdout.contains("October 2026") && !before.stdout.contains("Acme"));
    let file = sandbox.data_dir().join("november.html");
    let wrote = sandbox.run(&["report", "--month", "2026-11", "-o", file.to_str().unwrap()]);
    assert_eq!(wrote.stdout, format!("Written to {}\n", file.display()));
    assert!(std::fs::read_to_string(file).unwrap().contains("Acme"));
    let wrong = sandbox.run(&["report", "--month", "November"]);
    assert!(wrong.code == 1 && wrong.stderr.contains("write it like 2026-11"), "{}", wrong.stderr);
}
