//! The ledger of an account whose provider says no balance: through the pipeline, and at the command line.

use super::pipeline::Ear;
use super::support::{Ran, Sandbox, Upstream};
use std::sync::Arc;
use tollwatch::alerts::Rules;
use tollwatch::api::{LedgerView, ledger_of_store};
use tollwatch::config::AccountConfig;
use tollwatch::model::{
    AccountId, By, Cost, DAY, Entry, EntryKind, HOUR, MINUTE, Meter, MeterKind, Polled, Provenance, Qty,
    Reading, Severity, Timestamp, Unit,
};
use tollwatch::monitor::{Clock, Pipeline, keep_ledger};
use tollwatch::store::Store;

/// Monday 2026-06-01, midnight UTC.
const START: Timestamp = Timestamp(1_780_272_000_000);
const DOLLAR: i64 = 1_000_000_000;

/// An account with a ledger, its history, and whoever is told.
struct World {
    _folder: tempfile::TempDir,
    store: Store,
    clock: Clock,
    pipeline: Pipeline,
    ear: Arc<Ear>,
    id: AccountId,
    config: AccountConfig,
}

impl World {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
        let (clock, ear) = (Clock::manual(START), Arc::new(Ear::default()));
        *ear.clock.lock().unwrap() = Some(clock.clone());
        let zone = jiff::tz::TimeZone::UTC;
        let pipeline =
            Pipeline::new(clock.clone(), store.clone(), ear.clone(), Rules::default(), zone).unwrap();
        let config = toml::from_str(&format!("connector = \"http_json\"\n{config}")).unwrap();
        World { _folder: folder, store, clock, pipeline, ear, id: AccountId::new("a").unwrap(), config }
    }

    async fn poll(&self, at: Timestamp, polled: Polled) {
        self.clock.set(at);
        let polled = keep_ledger(&self.store, &self.id, &self.config, polled, at);
        self.pipeline.absorb(&self.id, "Acme".to_owned(), Ok(polled)).await;
    }

    fn meter(&self, key: &str) -> Option<Meter> {
        self.store.meters(Some(&self.id)).unwrap().into_iter().find(|meter| meter.key.0 == key)
    }

    /// What a meter said last, and when.
    fn last(&self, key: &str) -> (Timestamp, Option<Qty>, Option<Qty>) {
        let sample = self.store.latest(self.meter(key).unwrap().id).unwrap().unwrap();
        (sample.last_at, sample.used, sample.remaining)
    }

    fn view(&self) -> LedgerView {
        ledger_of_store(Some(&self.store), &self.id, &self.config, self.clock.now()).unwrap()
    }
}

/// Fifty cents an hour from 08:00 to 18:00 UTC on work days, from midnight of `at`'s day to `at`.
fn today(at: Timestamp) -> i64 {
    let (day, of_day) = (at.since(START) / DAY, at.since(START) % DAY);
    if day % 7 >= 5 { 0 } else { (of_day - 8 * HOUR).clamp(0, 10 * HOUR) / MINUTE * DOLLAR / 120 }
}

/// The cost report of the last two days, as a provider makes it: a growing figure for each day.
fn report(at: Timestamp) -> Polled {
    let midnight = START + at.since(START) / DAY * DAY;
    let bucket = |start: Timestamp, amount: i64| Cost {
        by: By::All,
        name: String::new(),
        start,
        end: start + DAY,
        amount: Qty(amount),
        unit: Unit::USD,
        provenance: Provenance::Reported,
    };
    let mut costs = vec![bucket(midnight, today(at))];
    if midnight > START {
        costs.push(bucket(midnight + -DAY, today(midnight + -1)));
    }
    Polled { costs, ..Polled::default() }
}

const ANCHOR: &str = "[[ledger]]\nkind = \"anchor\"\namount = \"30 USD\"\nat = \"2026-06-01\"\n";

#[tokio::test]
async fn an_anchored_balance_drains_by_the_cost_report_and_is_told_before_its_wall() {
    let world = World::new(ANCHOR);
    // $30 at $5 a work day: gone on Monday 8 June at 18:00.
    let wall = START + 7 * DAY + 18 * HOUR;
    for poll in 0..8 * 48 {
        let at = START + poll * 30 * MINUTE;
        world.poll(at, report(at)).await;
    }
    let (_, _, left) = world.last("balance.ledger.usd");
    assert_eq!(left, Some(Qty(0)));
    let meter = world.meter("balance.ledger.usd").unwrap();
    assert_eq!((meter.kind, meter.provenance), (MeterKind::Balance, Provenance::Anchored));
    let hours = world.store.hours(meter.id, START, wall + DAY).unwrap();
    assert_eq!(hours.iter().map(|hour| hour.spent.0).sum::<i64>(), 30 * DOLLAR, "nothing is lost");

    let heard = world.ear.heard.lock().unwrap().clone();
    let early = heard.iter().filter(|(at, ..)| *at < wall).count();
    assert!((1..=4).contains(&early), "{heard:#?}");
    let after: Vec<_> = heard.iter().filter(|(at, ..)| *at >= wall).collect();
    assert!(after.iter().all(|(_, severity, _)| *severity == Severity::Now), "nobody refused: {after:#?}");
    assert_eq!(after[0].2, "Acme · balance by your entries is used up");

    // The user takes the entry back: nothing is told of it any more.
    let (mut world, at) = (world, wall + DAY);
    assert!(!world.pipeline.live().is_empty());
    world.config.ledger.clear();
    world.poll(at, report(at)).await;
    assert!(world.pipeline.live().is_empty(), "{:?}", world.pipeline.live());
}

#[tokio::test]
async fn a_top_up_and_a_new_anchor_are_no_spend() {
    let mut world = World::new(ANCHOR);
    let type_in = |world: &mut World, kind, dollars: i64, at| {
        let amount = tollwatch::model::Amount::new(Qty(dollars * DOLLAR), Unit::USD);
        world.config.ledger.push(Entry { kind, amount, at, note: None });
    };
    let noon = START + 12 * HOUR;
    world.poll(noon, report(noon)).await;
    assert_eq!(world.last("balance.ledger.usd").2, Some(Qty(28 * DOLLAR)));
    type_in(&mut world, EntryKind::TopUp, 20, noon);
    world.poll(noon + MINUTE, report(noon)).await;
    assert_eq!(world.last("balance.ledger.usd").2, Some(Qty(48 * DOLLAR)));
    type_in(&mut world, EntryKind::Anchor, 5, noon + MINUTE);
    world.poll(noon + 2 * MINUTE, report(noon)).await;
    // The day's $2 count whole after the anchor: nobody can divide them.
    assert_eq!(world.last("balance.ledger.usd").2, Some(Qty(3 * DOLLAR)));
    // A slip, and taken back.
    type_in(&mut world, EntryKind::Anchor, 1, START + DAY);
    world.poll(START + DAY, report(START + DAY)).await;
    world.config.ledger.pop();
    for minutes in [1, 2] {
        let at = START + DAY + minutes * MINUTE;
        world.poll(at, report(at)).await;
    }
    assert_eq!(world.last("balance.ledger.usd").2, Some(Qty(0)));
    let meter = world.meter("balance.ledger.usd").unwrap();
    let hours = world.store.hours(meter.id, START, START + 2 * DAY).unwrap();
    let spent: i64 = hours.iter().map(|hour| hour.spent.0).sum();
    assert!(spent <= 3 * DOLLAR, "of the $3 after noon: {spent}");
    let period = &world.view().balances[0].earlier[0];
    assert_eq!((period.expected.as_str(), period.difference.as_str()), ("50", "-45"));
}

#[tokio::test]
async fn a_balance_that_the_provider_reports_later_takes_the_ledgers_place() {
    let world = World::new(ANCHOR);
    let (noon, later) = (START + 12 * HOUR, START + 13 * HOUR);
    world.poll(noon, report(noon)).await;
    assert_eq!(world.view().balances[0].reported, None);
    let balance = Reading {
        remaining: Some(Qty(26 * DOLLAR)),
        ..Reading::new("balance", MeterKind::Balance, "balance", Unit::USD)
    };
    world.poll(later, Polled { readings: vec![balance], ..report(later) }).await;
    assert_eq!(world.last("balance").2, Some(Qty(26 * DOLLAR)));
    assert_eq!(world.last("balance.ledger.usd").0, noon, "not read any more");
    let view = world.view().balances.remove(0);
    assert_eq!((view.left.as_str(), view.reported.as_deref()), ("27.5", Some("26")));
    assert_eq!(view.difference.as_deref(), Some("-1.5"));
    // An endpoint that fails once does not bring it back.
    world.poll(later + HOUR, report(later + HOUR)).await;
    assert_eq!(world.last("balance.ledger.usd").0, noon);
}

#[tokio::test]
async fn a_monthly_budget_is_counted_and_starts_again() {
    let world = World::new("budget = \"10 USD\"\n");
    world.poll(START, Polled::default()).await;
    assert!(world.meter("budget.month").is_none(), "nothing is known yet");
    for day in [0, 1, 4] {
        let at = START + day * DAY + 20 * HOUR;
        world.poll(at, report(at)).await;
    }
    let (_, used, left) = world.last("budget.month");
    assert_eq!((used, left), (Some(Qty(20 * DOLLAR)), Some(Qty(-10 * DOLLAR))));
    let july = START + 30 * DAY;
    world.poll(july + 9 * HOUR, report(july + 9 * HOUR)).await;
    assert_eq!(world.last("budget.month").1, Some(Qty(DOLLAR / 2)), "the last of June is not July's");

    // A spend meter of the month does where no costs are reported; a budget of the poll's own is left alone.
    let other = World::new("budget = \"10 USD\"\n");
    let spend = |key: &str, used: i64| Reading {
        used: Some(Qty(used * DOLLAR)),
        window: tollwatch::model::Window::Month,
        ..Reading::new(key, MeterKind::Spend, "spent", Unit::USD)
    };
    let readings = vec![spend("spend.month.key", 3), spend("spend.month", 4)];
    other.poll(START + HOUR, Polled { readings, ..Polled::default() }).await;
    assert_eq!(other.last("budget.month").1, Some(Qty(4 * DOLLAR)));
    let own = Reading { kind: MeterKind::Budget, ..spend("budget.month", 7) };
    other.poll(START + 2 * HOUR, Polled { readings: vec![own], ..Polled::default() }).await;
    assert_eq!(other.last("budget.month").1, Some(Qty(7 * DOLLAR)));
}

const CONFIG: &str = r#"# mine
[accounts.acme]
connector = "http_json"
base_url = "URL"
secrets = { key = "env:ACME_KEY" }
budget = "9 USD"
[accounts.acme.options]
path = "/usage"
meters = '[{"key":"spend","label":"all spend","kind":"spend","unit":"USD","used":"/total"}]'
"#;

#[test]
fn the_ledger_is_typed_shown_and_counted_at_the_command_line() {
    let upstream = Upstream::start();
    let sandbox = Sandbox::new();
    sandbox.write_config(&CONFIG.replace("URL", &upstream.url()));
    let run = |words: &[&str]| Ran::of(sandbox.command(words).env("ACME_KEY", "EXAMPLE").output().unwrap());

    let empty = run(&["ledger", "acme"]);
    assert!(empty.code == 0 && empty.stdout.contains("No entry yet"), "{}{}", empty.stdout, empty.stderr);
    let had = run(&["ledger", "acme", "had", "50 USD", "--on", "2020-11-01", "--note", "from the invoice"]);
    assert_eq!(had.code, 0, "{}", had.stderr);
    assert!(had.stdout.contains("$50.00 left: $50.00 on 1 Nov 2020."), "{}", had.stdout);
    assert!(had.stdout.contains("your entries only") && had.stdout.contains("from the invoice"));
    assert!(sandbox.read_config().starts_with("# mine\n"), "{}", sandbox.read_config());

    upstream.json("/usage", r#"{"total": 7.25}"#);
    run(&["poll", "--once"]);
    upstream.json("/usage", r#"{"total": 9.75}"#);
    let polled = run(&["poll", "--once", "--json"]).json();
    let meters = polled["accounts"][0]["meters"].as_array().unwrap();
    let meter = meters.iter().find(|meter| meter["key"] == "balance.ledger.usd").unwrap();
    assert_eq!((meter["remaining"].as_str(), meter["provenance"].as_str()), (Some("47.5"), Some("anchored")));

    assert_eq!(run(&["ledger", "acme", "topped-up", "20 USD"]).code, 0);
    assert_eq!(run(&["ledger", "acme", "spent", "3.20 USD", "--on", "2020-12-01T08:00:00Z"]).code, 0);
    let view = run(&["ledger", "acme", "--json"]).json();
    let balance = &view["balances"][0];
    assert_eq!(
        ["left", "spent", "topped_up"].map(|field| balance[field].as_str().unwrap_or_default()),
        ["64.3", "5.7", "20"]
    );
    assert!(balance["counted_from"].as_str().unwrap().contains("all spend"), "{view}");
    assert!(
        balance["notes"][0].as_str().unwrap().starts_with("Nothing is known of what was spent from 1 Nov")
    );
    assert_eq!(view["entries"][2]["at"], "2020-12-01T08:00:00Z");

    // A hand-typed spend is enough for the budget to be watched.
    assert_eq!(run(&["ledger", "acme", "spent", "1 USD"]).code, 0);
    let polled = run(&["poll", "--once", "--json"]).json();
    let meters = polled["accounts"][0]["meters"].as_array().unwrap().clone();
    let budget = meters.iter().find(|meter| meter["key"] == "budget.month").unwrap();
    assert_eq!((budget["used"].as_str(), budget["limit"].as_str()), (Some("1"), Some("9")));

    let url = upstream.url();
    let more =
        ["accounts", "add", "http_json", "--id", "more", "--base-url", &url, "--secret", "key=env:ACME_KEY"];
    let options = ["--option", "path=/usage", "--option"];
    let meters = r#"meters=[{"key":"spend","kind":"spend","unit":"USD","used":"/total"}]"#;
    let words = [&more[..], &options, &[meters, "--had", "8 USD", "--on", "2021-01-01"]].concat();
    let added = run(&words);
    assert_eq!(added.code, 0, "{}{}", added.stdout, added.stderr);
    assert!(run(&["ledger", "more"]).stdout.contains("$8.00 left: $8.00 on 1 Jan 2021."));

    let removed = run(&["ledger", "acme", "remove", "2"]);
    assert!(removed.stdout.contains("Removed: topped up 20 USD."), "{}{}", removed.stdout, removed.stderr);
    assert_eq!(run(&["ledger", "acme", "--json"]).json()["entries"].as_array().unwrap().len(), 3);
}

#[test]
fn what_does_not_fit_is_told_and_changes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write_config(&CONFIG.replace("URL", "http://127.0.0.1:9"));
    assert_eq!(sandbox.run(&["ledger", "acme", "had", "5 USD", "--on", "2020-11-01"]).code, 0);
    let before = sandbox.read_config();
    for (words, code, says) in [
        (&["ledger", "nobody"][..], 1, "there is no account nobody"),
        (&["ledger", "acme", "had", "lots"], 1, "write it like 50 USD"),
        (&["ledger", "acme", "had", "-5 USD"], 2, "-5"),
        (&["ledger", "acme", "topped-up", "0 USD"], 1, "is not more than zero"),
        (&["ledger", "acme", "spent", "5 percent"], 1, "percent cannot be kept"),
        (&["ledger", "acme", "had", "5 USD", "--on", "yesterday"], 1, "write it like 2026-11-01"),
        (&["ledger", "acme", "had", "5 USD", "--on", "2999-01-01"], 1, "lies in the future"),
        (
            &["ledger", "acme", "had", "7 USD", "--on", "2020-11-01"],
            1,
            "there is an anchor in USD at 2020-11-01",
        ),
        (&["ledger", "acme", "spent", "5 USD", "--note", "two\nlines"], 1, "one line"),
        (&["ledger", "acme", "remove", "2"], 1, "entry 2 of the ledger of acme"),
        (&["ledger", "acme", "remove", "0"], 2, "0"),
        (&["ledger", "acme", "gift", "5 USD"], 2, "gift"),
    ] {
        let ran = sandbox.run(words);
        assert!(ran.code == code && ran.stderr.contains(says), "{words:?}: {} {}", ran.code, ran.stderr);
        assert_eq!(sandbox.read_config(), before, "{words:?}");
    }
}
