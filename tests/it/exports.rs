//! Exports and imports: what goes out comes in again to the last step, another program reads the same sums, and a
//! hostile file changes nothing. The command line's part is in `exports_cli`.

use super::store::{START, account, episode, fresh};
use super::support::tool;
use proptest::prelude::*;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use tollwatch::export::{Ask, Format, ImportError, Kind, Name, Names, Out, Source, import, page, sink, walk};
use tollwatch::model::*;
use tollwatch::store::{Imported, Seen, Store, Told};

/// What can be imported, in the order in which it is.
const KINDS: [Kind; 3] = [Kind::Spend, Kind::Samples, Kind::Episodes];
const FORMATS: [(Format, &str); 3] =
    [(Format::Csv, "csv"), (Format::JsonLines, "jsonl"), (Format::Parquet, "parquet")];
/// Texts that formats stumble over.
const TEXTS: [&str; 12] = [
    "",
    "plain",
    "=1+1",
    "'=1+1",
    "'",
    "-5",
    "@x",
    "a,b",
    "say \"no\"\r\nor\nnot",
    "\ttab",
    "余额 🪙",
    "\u{0}\u{7f}\\",
];

fn ask(kind: Kind) -> Ask {
    Ask { kind, from: Timestamp(i64::MIN), to: Timestamp(i64::MAX), accounts: Vec::new() }
}

fn names() -> Names {
    let name = Name { connector: "deepseek".into(), provider: "DeepSeek".into(), label: "Mine".into() };
    Names::from([(account("acme"), name)])
}

pub(crate) fn exported(store: &Store, ask: &Ask, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let mut to = sink(ask.kind, format, &mut out).unwrap();
    walk(store, ask, &names(), to.as_mut()).unwrap();
    drop(to);
    out
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, bytes).unwrap();
    file
}

/// Imports files, as the command line does.
fn imported(store: &Store, files: &[std::path::PathBuf]) -> Result<Imported, ImportError> {
    let (mut all, mut seen) = (Imported::default(), Seen::default());
    let sources: Result<Vec<Source>, _> = files.iter().map(|file| Source::check(file)).collect();
    for source in sources? {
        all.add(import(store, &source, &mut seen)?);
    }
    store.fill_hours(&seen)?;
    Ok(all)
}

/// Everything of a history, as one text.
fn everything(store: &Store) -> String {
    KINDS.map(|kind| String::from_utf8(exported(store, &ask(kind), Format::Csv)).unwrap()).concat()
}

fn figure() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        Just(None),
        (0..40_i64).prop_map(Some),
        any::<i64>().prop_map(Some),
        prop::sample::select(vec![i64::MIN, i64::MAX, -1, 1, 999_999_999]).prop_map(Some),
    ]
}

fn moment() -> impl Strategy<Value = Option<Timestamp>> {
    prop_oneof![
        Just(None),
        (0..10_i64).prop_map(|day| Some(START + day * DAY)),
        any::<i64>().prop_map(|at| Some(Timestamp(at))),
    ]
}

fn reading() -> impl Strategy<Value = Reading> {
    let units = vec!["USD", "CNY", "tokens", "requests", "credits", "percent"];
    let kinds = [
        (MeterKind::Balance, Window::Never, Provenance::Reported),
        (MeterKind::Budget, Window::Month, Provenance::Derived),
        (MeterKind::Quota, Window::Day, Provenance::Anchored),
        (MeterKind::Rate, Window::Other, Provenance::Reported),
        (MeterKind::Spend, Window::Week, Provenance::Estimated),
    ];
    let place = (prop::sample::select(units), 0..kinds.len(), 0..TEXTS.len());
    (place, figure(), figure(), figure(), (figure(), moment())).prop_map(
        move |((unit, kind, text), used, limit, remaining, (reserve, resets_at))| {
            // A meter's key says its kind, so that it stays one kind.
            let (of, window, provenance) = kinds[kind];
            let key = format!("m{kind}.{}", TEXTS[text]);
            Reading {
                used: used.map(Qty),
                limit: limit.map(Qty),
                remaining: remaining.map(Qty),
                reserve: reserve.map(Qty),
                resets_at,
                window,
                provenance,
                ..Reading::new(&key, of, TEXTS[text], unit.parse().unwrap())
            }
        },
    )
}

fn cost() -> impl Strategy<Value = Cost> {
    let by = prop::sample::select(vec![By::All, By::Model, By::Key, By::Project, By::User]);
    let unit = prop::sample::select(vec!["USD", "EUR", "tokens", "credits"]);
    (by, 0..TEXTS.len(), 0..20_i64, any::<i64>(), unit).prop_map(|(by, text, day, amount, unit)| Cost {
        by,
        name: TEXTS[text].to_owned(),
        start: START + day * DAY,
        end: START + (day + 1) * DAY,
        amount: Qty(amount),
        unit: unit.parse().unwrap(),
        provenance: Provenance::Reported,
    })
}

#[derive(Clone, Debug)]
enum Event {
    Poll(Vec<Reading>),
    Again,
    Failed(usize, usize),
    Costs(Vec<Cost>),
    Refused(usize),
    Told(usize, Option<usize>),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => prop::collection::vec(reading(), 0..4).prop_map(Event::Poll),
        2 => Just(Event::Again),
        2 => (0..3_usize, 0..TEXTS.len()).prop_map(|(kind, text)| Event::Failed(kind, text)),
        1 => prop::collection::vec(cost(), 1..5).prop_map(Event::Costs),
        1 => (0..TEXTS.len()).prop_map(Event::Refused),
        1 => ((0..TEXTS.len()), prop::option::of(0..TEXTS.len())).prop_map(|(a, b)| Event::Told(a, b)),
    ]
}

type Events = Vec<(bool, i64, Event)>;

fn events() -> impl Strategy<Value = Events> {
    prop::collection::vec((any::<bool>(), 1..20_000_000_i64, event()), 1..40)
}

/// A history made as the monitor makes one: by polls that succeed and fail, in their order.
fn lived(events: &Events) -> (TempDir, Store) {
    let (folder, _, store) = fresh();
    let (mut now, mut last) = (START, Vec::new());
    for (other, later, event) in events {
        now = now + *later;
        let who = account(if *other { "other-one" } else { "acme" });
        match event {
            Event::Poll(readings) => {
                store.record(&who, now, readings, &[], &[]).unwrap();
                last.clone_from(readings);
            }
            Event::Again => drop(store.record(&who, now, &last, &[], &[]).unwrap()),
            Event::Failed(kind, text) => {
                let kinds = [PollErrorKind::Offline, PollErrorKind::Provider, PollErrorKind::Refused];
                store.record_gap(&who, now, &PollError::new(kinds[*kind], TEXTS[*text])).unwrap();
            }
            Event::Costs(costs) => drop(store.record(&who, now, &[], &[], costs).unwrap()),
            Event::Refused(text) => {
                let refusal = super::store::refusal(TEXTS[*text], (*text % 2 == 0).then_some(now));
                store.record_refusal(&who, now, &refusal).unwrap();
            }
            Event::Told(text, told) => {
                let mut one = episode(now, EpisodeState::Resolved);
                one.resource.account = (*text != 1).then(|| who.clone());
                one.resource.meter = (*text > 4).then(|| MeterKey::new(TEXTS[*text]));
                one.resolved_at = Some(now + HOUR);
                one.title = TEXTS[*text].to_owned();
                let saved = store.save_episodes(&[one]).unwrap();
                if let Some(title) = told {
                    let (title, channel) = (TEXTS[*title].to_owned(), "desktop".to_owned());
                    let told =
                        Told { episode: saved[0].id, severity: Severity::Soon, at: now, channel, title };
                    store.mark_told(&told).unwrap();
                }
            }
        }
    }
    (folder, store)
}

/// Every meter with all its samples; numbers are the store's own affair.
fn meters(store: &Store) -> Vec<(Meter, Vec<Sample>)> {
    let mut found: Vec<_> = store.meters(None).unwrap();
    found.sort_by_key(|meter| (meter.account.clone(), meter.key.clone(), meter.unit));
    let ever = (Timestamp(i64::MIN), Timestamp(i64::MAX));
    let with = |meter: Meter| {
        let samples = store.samples(meter.id, ever.0, ever.1).unwrap();
        (Meter { id: 0, ..meter }, samples)
    };
    found.into_iter().map(with).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_exported_and_imported_is_exported_the_same(events in events()) {
        let (folder, store) = lived(&events);
        for (format, ending) in FORMATS {
            let before = KINDS.map(|kind| exported(&store, &ask(kind), format));
            let file = |(kind, bytes): (Kind, &Vec<u8>)| written(folder.path(), &format!("{}.{ending}", kind.word()), bytes);
            let files: Vec<_> = KINDS.into_iter().zip(&before).map(file).collect();
            let (_other, _, copy) = fresh();
            let first = imported(&copy, &files).unwrap();
            prop_assert_eq!((first.there, first.differs), (0, 0));
            for (kind, before) in KINDS.into_iter().zip(&before) {
                let after = exported(&copy, &ask(kind), format);
                prop_assert!(after == *before, "{:?} {:?}:\n{}\n{}", kind, format, String::from_utf8_lossy(before), String::from_utf8_lossy(&after));
            }
            prop_assert_eq!(meters(&copy), meters(&store));
            let again = imported(&copy, &files).unwrap();
            prop_assert_eq!((again.added, again.differs, again.there), (0, 0, first.added));
            prop_assert_eq!(everything(&copy), everything(&store));
        }
    }

    /// Two halves of a history, whose ends lie in one sample, come to the whole.
    #[test]
    fn ranges_put_together_are_the_whole(events in events(), cut in 0..400_000_000_i64) {
        let (folder, store) = lived(&events);
        let cut = START + cut;
        let (_other, _, copy) = fresh();
        for (name, from, to) in [("a", Timestamp(i64::MIN), cut), ("b", cut, Timestamp(i64::MAX))] {
            for kind in KINDS {
                let part = Ask { from, to, ..ask(kind) };
                let file = written(folder.path(), name, &exported(&store, &part, Format::JsonLines));
                imported(&copy, &[file]).unwrap();
            }
        }
        prop_assert_eq!(everything(&copy), everything(&store));
    }

    #[test]
    fn random_bytes_change_nothing(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0..6_usize) {
        let (folder, _, store) = fresh();
        let head: &[u8] = [&b""[..], b"PAR1", b"{\"record\":\"gap\",", b"record,number", b"\xef\xbb\xbf", b"{"][head];
        let file = written(folder.path(), "file", &[head, &bytes].concat());
        let before = everything(&store);
        let _ = imported(&store, &[file]);
        prop_assert_eq!(everything(&store), before);
    }

    #[test]
    fn a_harmed_export_is_refused_or_taken_without_a_panic(
        events in events(), format in 0..3_usize, kind in 0..3_usize,
        harms in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        length in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (folder, store) = lived(&events);
        let mut bytes = exported(&store, &ask(KINDS[kind]), FORMATS[format].0);
        prop_assume!(!bytes.is_empty());
        for (place, byte) in harms {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len()));
        }
        let file = written(folder.path(), "file", &bytes);
        let (_other, _, copy) = fresh();
        let empty = everything(&copy);
        if imported(&copy, &[file]).is_err() {
            prop_assert_eq!(everything(&copy), empty);
        }
        // And it can still be read, whatever was taken.
        everything(&copy);
    }
}

fn one_gap() -> String {
    let header = "record,account,connector,meter,kind,label,unit,window,provenance,from,until,used,limit,\
                  remaining,reserve,resets_at,polls,error,message\n";
    format!(
        "{header}gap,acme,,,,,,,,2026-11-21T00:00:00.000Z,2026-11-21T00:05:00.000Z,,,,,,2,offline,no net\n"
    )
}

#[test]
fn a_wrong_row_is_named_and_nothing_is_stored() {
    let (folder, _, store) = fresh();
    let good = one_gap();
    let sample = "sample,acme,,m,balance,l,USD,never,reported,2026-11-21T00:00:00Z,2026-11-21T00:00:00Z,";
    let rest = ",,,,,,,\n";
    let cases: Vec<(String, &str)> = vec![
        (good.replace(",offline,", ",bored,"), "line 2: error: unknown variant"),
        (good.replace("2026-11-21T00:05", "2026-11-20T00:05"), "line 2: until: it is before from"),
        (good.replace(",2,", ",0,"), "line 2: polls"),
        (good.replace(",2,", ",99999999999,"), "line 2: polls: 99999999999 is out of range"),
        (good.replace("gap,acme", "gap,Acme Inc"), "line 2: account"),
        (good.replace("gap,acme", "hour,acme"), "line 2: record: 'hour' is none of an export of samples"),
        (good.replace("no net", "no net,more"), "line 2: it has 20 cells, and the header 19"),
        (good.replace("record,", "recrod,"), "line 1: the header is not that of an export"),
        (good.clone() + sample + "NaN" + rest, "line 3: used: 'NaN' is not a decimal"),
        (good.clone() + sample + "1e3" + rest, "line 3: used: '1e3' is not a decimal"),
        (good.clone() + sample + "0.0000000001" + rest, "line 3: used: '0.0000000001' is not a decimal"),
        (good.clone() + sample + "9223372036.854775808" + rest, "line 3: used: that is no amount of USD"),
        (
            good.clone() + &sample.replace("USD", "tokens") + "0.5" + rest,
            "line 3: used: that is no amount of tokens",
        ),
        (good.clone() + &sample.replace("USD", "") + "1" + rest, "line 3: unit: it is missing"),
        (good.clone() + &sample.replace("USD", "doubloons") + "1" + rest, "line 3: unit"),
        ("name,price\nx,1\n".to_owned(), "line 1: the header is not that of an export"),
        ("{\"record\":\"gap\"}\n".to_owned(), "line 1: from: it is missing"),
        ("{\"record\":\"gap\",\"polls\":1.5}\n".to_owned(), "line 1: polls: '1.5' is not a whole number"),
        ("{\"record\":\"sample\",\"used\":1.5}\n".to_owned(), "line 1: used: a number may have been rounded"),
        ("{\"record\":\"sample\",\"mood\":1}\n".to_owned(), "line 1: 'mood' is no column"),
        ("{\"record\":\"notice\",\"number\":1,\"severity\":\"now\",\"began_at\":\"2026-11-21T00:00:00Z\"}\n".into(), "line 1: record: a notice must stand below its own alert"),
        ("{\"record\":".to_owned(), "line 1: it is no JSON object"),
        ("PAR1 and so on".to_owned(), "it cannot be read as Parquet"),
    ];
    for (text, expected) in cases {
        let file = written(folder.path(), "file", text.as_bytes());
        // Behind a good file: that one is not stored either.
        let first = written(folder.path(), "good", good.as_bytes());
        let error = imported(&store, &[first, file]).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}\n{text}");
        assert!(store.known_accounts().unwrap().is_empty(), "{text}");
    }
    let focus = exported(&store, &ask(Kind::Focus), Format::Csv);
    let file = written(folder.path(), "focus", &focus);
    assert!(imported(&store, &[file]).unwrap_err().to_string().contains("FOCUS export cannot be imported"));
    let columns_in_another_order = "polls,record,account,connector,meter,kind,label,unit,window,provenance,from,until,\
        used,limit,remaining,reserve,resets_at,error,message\n2,gap,acme,,,,,,,,2026-11-21T01:00:00+01:00,\
        2026-11-21T00:05:00Z,,,,,,offline,no net\n";
    let file = written(folder.path(), "file", columns_in_another_order.as_bytes());
    assert_eq!(imported(&store, &[file]).unwrap().added, 1);
    assert_eq!(
        exported(&store, &ask(Kind::Samples), Format::Csv),
        one_gap().replace("acme,,", "acme,deepseek,").into_bytes()
    );
}

#[test]
fn what_is_there_stays_and_what_went_on_is_known_for_longer() {
    let (folder, _, store) = fresh();
    let usd = |left: i64| Reading { remaining: Some(Qty(left)), ..super::store::balance(0) };
    let poll = |store: &Store, minute: i64, left: i64| {
        store.record(&account("acme"), START + minute * MINUTE, &[usd(left)], &[], &[]).unwrap();
    };
    poll(&store, 0, 500);
    let early = written(folder.path(), "early", &exported(&store, &ask(Kind::Samples), Format::Csv));
    poll(&store, 5, 500);
    poll(&store, 10, 400);
    let late = written(folder.path(), "late", &exported(&store, &ask(Kind::Samples), Format::Csv));

    let (_other, _, copy) = fresh();
    assert_eq!(
        imported(&copy, std::slice::from_ref(&early)).unwrap(),
        Imported { added: 1, there: 0, differs: 0 }
    );
    // The first sample went on until minute 5.
    assert_eq!(
        imported(&copy, std::slice::from_ref(&late)).unwrap(),
        Imported { added: 2, there: 0, differs: 0 }
    );
    assert_eq!(imported(&copy, &[early]).unwrap(), Imported { added: 0, there: 1, differs: 0 });
    let hours = copy.hours(1, Timestamp(i64::MIN), Timestamp(i64::MAX)).unwrap();
    assert_eq!(hours.iter().map(|hour| hour.spent).collect::<Vec<_>>(), [Qty(100)], "worked out anew");
    let spend = written(folder.path(), "spend", &exported(&store, &ask(Kind::Spend), Format::Csv));
    assert_eq!(
        imported(&copy, std::slice::from_ref(&spend)).unwrap(),
        Imported { added: 1, there: 0, differs: 0 }
    );
    assert_eq!(imported(&copy, &[spend]).unwrap(), Imported { added: 0, there: 1, differs: 0 });
    assert_eq!(everything(&copy), everything(&store));

    // Another history of the same meter and time is not mixed in: its one sample lies across both of these.
    let (_third, _, third) = fresh();
    poll(&third, 2, 900);
    poll(&third, 11, 900);
    let before = everything(&third);
    assert_eq!(imported(&third, &[late]).unwrap(), Imported { added: 0, there: 0, differs: 2 });
    assert_eq!(everything(&third), before, "what was there is as it was");
}

#[test]
fn hours_that_no_file_brings_are_worked_out_from_samples() {
    let (folder, _, store) = fresh();
    // 500 steps are spent in the first hour, 250 in the third; batches are of 5,000 rows, and this is one meter.
    let samples: Vec<Sample> = (0..12_000)
        .map(|n| super::store::sample(START + n * SECOND, START + n * SECOND, 1_000_000 - n))
        .collect();
    let meter = store.ensure_meter(&account("acme"), &super::store::balance(0)).unwrap();
    store.load_samples(meter.id, &samples).unwrap();
    let file = written(folder.path(), "file", &exported(&store, &ask(Kind::Samples), Format::Csv));
    let (_other, _, copy) = fresh();
    imported(&copy, &[file]).unwrap();
    let hours = copy.hours(1, Timestamp(i64::MIN), Timestamp(i64::MAX)).unwrap();
    // 12,000 seconds are three hours and twenty minutes; the first reading has nothing before it.
    let spent: Vec<i64> = hours.iter().map(|hour| hour.spent.0).collect();
    assert_eq!(spent, [3_599, 3_600, 3_600, 1_200]);
    assert_eq!(
        exported(&copy, &ask(Kind::Spend), Format::Csv),
        exported(&store, &ask(Kind::Spend), Format::Csv)
    );
}

/// Costs whose sums are worked out by hand.
fn costs() -> Vec<Cost> {
    let cost = |name: &str, day: i64, amount: &str| {
        let amount: Amount = amount.parse().unwrap();
        Cost {
            by: By::Model,
            name: name.to_owned(),
            start: START + day * DAY,
            end: START + (day + 1) * DAY,
            amount: amount.qty,
            unit: amount.unit,
            provenance: Provenance::Reported,
        }
    };
    vec![
        cost("opus", 0, "9223372036.854775807 USD"),
        cost("opus", 1, "9223372036.854775807 USD"),
        cost("=opus", 1, "0.000000001 USD"),
        cost("haiku", 1, "-0.1 USD"),
        cost("haiku", 2, "0.3 CNY"),
        cost("opus", 0, "61586 tokens"),
        cost("opus", 1, "1 tokens"),
    ]
}

#[test]
fn another_program_reads_the_same_exact_sums() {
    let Some(python) = tool("python/bin/python") else { return };
    let (folder, _, store) = fresh();
    store.record(&account("acme"), START, &[], &[], &costs()).unwrap();
    let csv = written(folder.path(), "spend.csv", &exported(&store, &ask(Kind::Spend), Format::Csv));
    let jsonl =
        written(folder.path(), "spend.jsonl", &exported(&store, &ask(Kind::Spend), Format::JsonLines));
    let parquet =
        written(folder.path(), "spend.parquet", &exported(&store, &ask(Kind::Spend), Format::Parquet));
    let focus =
        written(folder.path(), "focus.parquet", &exported(&store, &ask(Kind::Focus), Format::Parquet));
    let script = r#"
import duckdb, sys
db = duckdb.connect()
csv, jsonl, parquet, focus = sys.argv[1:]
texts = "{}: 'VARCHAR'"
sources = [f"read_csv('{csv}', all_varchar = true)", f"read_json('{jsonl}', format = 'newline_delimited', columns = {{unit: 'VARCHAR', spent: 'VARCHAR'}})", f"'{parquet}'"]
for source in sources:
    for row in db.execute(f"select unit, cast(sum(cast(spent as decimal(38, 9))) as varchar), count(*) from {source} group by unit order by unit").fetchall():
        print(*row)
for row in db.execute(f"select typeof(spent), typeof(\"from\"), typeof(polls), epoch_ms(min(\"from\")) from '{parquet}' group by all").fetchall():
    print(*row)
print(*db.execute(f"select count(*), cast(sum(BilledCost) as varchar), cast(sum(ConsumedQuantity) as varchar), min(json_extract_string(Tags, '$.\"tollwatch/provenance\"')) from '{focus}' where BillingCurrency = 'USD'").fetchone())
"#;
    let ran = Command::new(python)
        .args(["-c", script])
        .args([&csv, &jsonl, &parquet, &focus])
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    // 2 × 9223372036.854775807 + 0.000000001 − 0.1 = 18446744073.709551614 − 0.099999999
    let sums = "CNY 0.300000000 1\nUSD 18446744073.609551615 4\ntokens 61587.000000000 2\n";
    let expected = format!(
        "{sums}{sums}{sums}DECIMAL(38,9) TIMESTAMP WITH TIME ZONE BIGINT 1795219200000\n\
         4 18446744073.609551615 61587.000000000 reported\n"
    );
    assert_eq!(said, expected, "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn focus_tells_each_cost_once_in_the_columns_of_the_specification() {
    let (_folder, _, store) = fresh();
    let mut all = costs();
    all.push(Cost { by: By::Key, name: "ci".into(), amount: Qty(5), ..all[0].clone() });
    store.record(&account("acme"), START, &[], &[], &all).unwrap();
    // An account without costs is told by the hours of one meter for each currency: the spend meter.
    let spend = |used: i64| Reading {
        used: Some(Qty(used)),
        ..Reading::new("spend.usd", MeterKind::Spend, "spend", Unit::USD)
    };
    for (minute, used) in [(0, 100), (30, 350)] {
        let readings = [super::store::balance(1_000 - used), spend(used)];
        store.record(&account("other-one"), START + minute * MINUTE, &readings, &[], &[]).unwrap();
    }
    let text = String::from_utf8(exported(&store, &ask(Kind::Focus), Format::Csv)).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let header = rows.headers().unwrap().clone();
    // The mandatory columns of FOCUS 1.3 (each column's page: "Feature level: Mandatory").
    for name in [
        "BilledCost",
        "BillingAccountId",
        "BillingAccountName",
        "BillingCurrency",
        "BillingPeriodEnd",
        "BillingPeriodStart",
        "ChargeCategory",
        "ChargeClass",
        "ChargeDescription",
        "ChargePeriodEnd",
        "ChargePeriodStart",
        "ContractedCost",
        "EffectiveCost",
        "HostProviderName",
        "InvoiceIssuerName",
        "ListCost",
        "PricingQuantity",
        "PricingUnit",
        "ServiceCategory",
        "ServiceName",
        "ServiceProviderName",
    ] {
        assert!(header.iter().any(|column| column == name), "{name}");
    }
    let mut sorted: Vec<&str> = header.iter().filter(|name| !name.starts_with("x_")).collect();
    sorted.sort_unstable();
    sorted.extend(header.iter().filter(|name| name.starts_with("x_")));
    assert_eq!(header.iter().collect::<Vec<_>>(), sorted, "alphabetical, our own behind");
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let told = |row: &csv::StringRecord| {
        let names = [
            "BillingAccountId",
            "BilledCost",
            "BillingCurrency",
            "SkuId",
            "ConsumedQuantity",
            "ChargePeriodStart",
        ];
        names.map(|name| row[place(name)].to_owned()).join(" ")
    };
    let lines: Vec<String> = rows.iter().map(told).collect();
    assert_eq!(
        lines,
        [
            "acme 9223372036.854775807 USD opus 61586 2026-11-21T00:00:00Z",
            "acme 0.000000001 USD '=opus  2026-11-22T00:00:00Z",
            "acme -0.1 USD haiku  2026-11-22T00:00:00Z",
            "acme 9223372036.854775807 USD opus 1 2026-11-22T00:00:00Z",
            "acme 0.3 CNY haiku  2026-11-23T00:00:00Z",
            "other-one 0.00000025 USD   2026-11-21T00:00:00Z",
        ]
    );
    let first = &rows[0];
    assert_eq!(&first[place("BillingPeriodStart")], "2026-11-01T00:00:00Z");
    assert_eq!(&first[place("BillingPeriodEnd")], "2026-12-01T00:00:00Z");
    assert_eq!(&first[place("ServiceCategory")], "AI and Machine Learning");
    assert_eq!(&first[place("ListCost")], "9223372036.854775807");
    assert_eq!(&first[place("Tags")], r#"{"tollwatch/model":"opus","tollwatch/provenance":"reported"}"#);
    assert_eq!(&rows[5][place("ServiceProviderName")], "", "not configured any more: not known");
    assert_eq!(&rows[5][place("x_Provenance")], "derived");
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "kept.csv", b"before");
    let mut out = Out::begin(&file).unwrap();
    out.writer().write_all(b"half").unwrap();
    drop(out);
    assert_eq!(std::fs::read(&file).unwrap(), b"before");
    let mut out = Out::begin(&file).unwrap();
    out.writer().write_all(b"whole").unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"before");
    out.finish().unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"whole");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing lies beside it");
    assert!(Out::begin(folder.path()).is_err(), "a folder is no file");
}

#[test]
fn the_page_is_what_the_tables_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exports.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, page()).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        kept == page(),
        "run `UPDATE=1 cargo test --no-default-features --test it the_page_is` and commit"
    );
}
