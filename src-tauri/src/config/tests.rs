//! What the file may say, and what a save leaves alone.

use super::*;

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn errors_name_the_line_and_never_echo_a_key() {
    for (text, says) in [
        (
            "\n\n[monitor]\nraw_dayz = 3\n",
            "config.toml line 4: unknown field `raw_dayz`, expected `raw_days`",
        ),
        ("[monitor]\nraw_days = 6\n", "config.toml line 2: monitor.raw_days: 6 is not within 7 to 3650"),
        ("[alerts]\n\nlow = [\"5 USD\", \"1 CNY\", \"2USD\"]\n", "line 3: alerts.low: USD is named twice"),
        ("[accounts.a]\nconnector = \"x\"\ninterval = 9\n", "line 3: accounts.a.interval: 9 is less than 10"),
        (
            "[accounts.a]\nconnector = \"x\"\nreload_below = \"10 tokens\"\n",
            "line 3: accounts.a.reload_below: tokens cannot be topped up",
        ),
        (
            "[accounts.a]\nconnector = \"x\"\nreload_below = \"0 USD\"\n",
            "line 3: accounts.a.reload_below: 0 USD is not more than zero",
        ),
        ("[accounts.a]\nconnector = \"x\"\nreload_below = 10\n", "line 3: "),
        (
            "[accounts.a]\nconnector = \"x\"\nsecrets = { key = \"sk-hunter2\" }\n",
            "line 3: accounts.a.secrets.key",
        ),
        ("[accounts.a]\nconnector = \"x\"\nsecrets = \"sk-hunter2\"\n", "line 3: "),
        ("[accounts.B]\nconnector = \"x\"\n", "'B' is no account id"),
        (
            "[prices.\"m\"]\ninput = \"1 USD\"\n\n[prices.\"n\"]\ninput = \"1 USD\"\noutput = \"2 CNY\"\n",
            "line 1: missing field `output`",
        ),
        (
            "[prices.\"n\"]\ninput = \"1 USD\"\noutput = \"2 CNY\"\n",
            "line 1: prices.n: input is in USD and output in CNY; give both in one currency",
        ),
        (
            "\n[prices.n]\ninput = \"1 tokens\"\noutput = \"2 tokens\"\n",
            "line 2: prices.n: the price of input",
        ),
        (
            "[prices.n]\ninput = \"-1 USD\"\noutput = \"2 USD\"\n",
            "line 1: prices.n: a price is less than zero",
        ),
        (
            "[prices.n]\ninput = \"1 USD\"\noutput = \"2 USD\"\n[prices.N]\ninput = \"1 USD\"\noutput = \"2 USD\"\n",
            "prices.n: the model is named twice",
        ),
        ("[prices.n]\ninput = \"cheap\"\noutput = \"2 USD\"\n", "line 2: "),
        ("[money]\nshow_in = \"tokens\"\n", "line 2: money.show_in: must be a currency code"),
        (
            "[money.rates.CNY]\nis = \"0.14 USD\"\non = \"2026-11-01\"\n",
            "line 1: money.rates.CNY: name the currency that sums are shown in too",
        ),
        (
            "[money]\nshow_in = \"USD\"\n[money.rates.CNY]\nis = \"0.14 EUR\"\non = \"2026-11-01\"\n",
            "line 3: money.rates.CNY: is given in EUR, but sums are shown in USD",
        ),
        (
            "[money]\nshow_in = \"USD\"\n[money.rates.USD]\nis = \"1 USD\"\non = \"2026-11-01\"\n",
            "line 3: money.rates.USD: is the currency that sums are shown in",
        ),
        (
            "[money]\nshow_in = \"USD\"\n[money.rates.CNY]\nis = \"0 USD\"\non = \"2026-11-01\"\n",
            "line 3: money.rates.CNY: a rate must be more than zero",
        ),
        ("[money]\nshow_in = \"USD\"\n[money.rates.CNY]\nis = \"0.1 USD\"\non = \"last week\"\n", "line 5: "),
        ("[money]\nshow_in = \"USD\"\n[money.rates.CNY]\nis = \"0.1 USD\"\n", "line 3: missing field `on`"),
        ("[monitor\n", "line 1"),
    ] {
        let (_dir, path) = file(text);
        let message = Config::load(&path).unwrap_err().0;
        assert!(message.contains(says) && message.ends_with("nothing was changed"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
        let saved = Config::set(&path, "alerts.desktop", false.into());
        assert!(saved.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "an invalid file is never overwritten");
    }
}

#[test]
fn the_commented_default_is_the_default_in_both_readings() {
    assert_eq!(parse(Config::commented_default()), Ok(Config::default()));
    let open: String = Config::commented_default()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') && rest.contains(" = ") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert_eq!(open.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')).count(), 15);
    assert_eq!(parse(&open), Ok(Config::default()));
}

#[test]
fn prices_reach_every_account_and_stay_out_of_its_table() {
    let (_dir, path) = file(
        "[prices.\"Org/My-Model\"]\ninput = \"1.2 USD\"\noutput = \"4 USD\"\n\n[accounts.a]\nconnector = \"x\"\n",
    );
    let config = Config::load(&path).unwrap();
    let id = AccountId::new("a").unwrap();
    let (input, output) = config.accounts[&id].prices["org/my-model"];
    assert_eq!((input.to_string(), output.to_string()), ("1.2 USD".into(), "4 USD".into()));
    let before = std::fs::read_to_string(&path).unwrap();
    Config::save_account(&path, &id, &config.accounts[&id]).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}

#[test]
fn an_amount_of_the_automatic_top_up_is_kept() {
    let (_dir, path) = file("[accounts.a]\nconnector = \"x\"\nreload_below = \"10 USD\" # set there\n");
    let id = AccountId::new("a").unwrap();
    let mut account = Config::load(&path).unwrap().accounts.remove(&id).unwrap();
    assert_eq!(account.reload_below, "10 USD".parse().ok());
    account.paused = true;
    Config::save_account(&path, &id, &account).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("reload_below = \"10 USD\" # set there\n"));
    assert_eq!(Config::load(&path).unwrap().accounts[&id], account);
    assert!(Config::schema().contains("\"reload_below\""));
}

#[test]
fn a_save_keeps_comments_and_order() {
    let (_dir, path) = file(
        "# mine\n[accounts.b] # work\nconnector = \"x\"\n# slow\ninterval = 60 # seconds\n\n[accounts.a]\nconnector = \"y\"\n",
    );
    let id = AccountId::new("b").unwrap();
    let mut account = Config::load(&path).unwrap().accounts.remove(&id).unwrap();
    account.interval = Some(120);
    account.secrets.insert("key".into(), "keychain".into());
    Config::save_account(&path, &id, &account).unwrap();
    Config::set(&path, "monitor.raw_days", 30.into()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with(
            "# mine\n[accounts.b] # work\nconnector = \"x\"\n# slow\ninterval = 120 # seconds\n"
        ),
        "{text}"
    );
    let config = Config::load(&path).unwrap();
    assert_eq!((config.accounts[&id].clone(), config.monitor.raw_days), (account, 30));
    Config::remove_account(&path, &id).unwrap();
    assert_eq!(Config::load(&path).unwrap().accounts.len(), 1);
    assert!(Config::set(&path, "monitor.raw_days", 0.into()).is_err());
    assert!(Config::set(&path, "alerts.loud", true.into()).is_err());
    assert_eq!(Config::load(&path).unwrap().monitor.raw_days, 30);
}

#[cfg(unix)]
#[test]
fn a_missing_folder_is_made_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/config.toml");
    Config::set(&path, "alerts.desktop", false.into()).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert!(!Config::load(&path).unwrap().alerts.desktop);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn the_schema_names_every_setting() {
    let schema: serde_json::Value = serde_json::from_str(&Config::schema()).unwrap();
    for section in ["monitor", "alerts", "network", "money", "prices", "accounts"] {
        assert!(schema["properties"].get(section).is_some(), "{section}");
    }
    assert_eq!(schema["additionalProperties"], serde_json::json!(false));
}

const LEDGER: &str = "# mine\n[accounts.a] # work\nconnector = \"x\"\n\n# the first\n[[accounts.a.ledger]]\nkind = \"anchor\" # from the invoice\namount = \"50 USD\"\nat = \"2026-11-01\"\n\n[accounts.b]\nconnector = \"y\"\n";

fn entry(kind: crate::model::EntryKind, amount: &str, at: &str) -> Entry {
    Entry { kind, amount: amount.parse().unwrap(), at: Entry::moment(at).unwrap(), note: None }
}

#[test]
fn a_ledger_is_edited_entry_by_entry_and_keeps_its_comments() {
    use crate::model::EntryKind::{Anchor, Spent, TopUp};
    let (_dir, path) = file(LEDGER);
    let (a, b) = (AccountId::new("a").unwrap(), AccountId::new("b").unwrap());
    let first = entry(Anchor, "50 USD", "2026-11-01");
    let more = Entry { note: Some("card".into()), ..entry(TopUp, "20 USD", "2026-11-05T10:00:00Z") };
    Config::add_entry(&path, &a, &more).unwrap();
    Config::add_entry(&path, &b, &entry(Spent, "3.20 EUR", "2026-11-02")).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(LEDGER.split("[accounts.b]").next().unwrap()), "{text}");
    let config = Config::load(&path).unwrap();
    assert_eq!(config.accounts[&a].ledger, [first.clone(), more.clone()]);
    assert_eq!(config.accounts[&b].ledger, [entry(Spent, "3.2 EUR", "2026-11-02")]);

    // Another setting leaves it alone.
    let mut account = config.accounts[&a].clone();
    account.paused = true;
    Config::save_account(&path, &a, &account).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("# the first\n") && text.contains("# from the invoice"), "{text}");
    assert_eq!(Config::load(&path).unwrap().accounts[&a], account);

    // What changed meanwhile is not hit.
    assert!(Config::remove_entry(&path, &a, 0, &more).unwrap_err().0.contains("another entry 1"));
    assert!(Config::remove_entry(&path, &a, 7, &more).is_err());
    Config::remove_entry(&path, &a, 0, &first).unwrap();
    Config::remove_entry(&path, &a, 0, &more).unwrap();
    assert!(Config::load(&path).unwrap().accounts[&a].ledger.is_empty());
    assert!(Config::add_entry(&path, &AccountId::new("c").unwrap(), &more).is_err());
}

#[test]
fn a_ledger_in_one_line_stays_one() {
    use crate::model::EntryKind::{Anchor, TopUp};
    let text = "[accounts]\na = { connector = \"x\" }\n[accounts.b]\nconnector = \"y\"\nledger = [{ kind = \"anchor\", amount = \"1 USD\", at = \"2026-11-01\" }]\n";
    let (_dir, path) = file(text);
    for id in ["a", "b"] {
        let id = AccountId::new(id).unwrap();
        Config::add_entry(&path, &id, &entry(TopUp, "2 USD", "2026-11-03")).unwrap();
        Config::add_entry(&path, &id, &entry(Anchor, "3 USD", "2026-11-04")).unwrap();
    }
    let config = Config::load(&path).unwrap();
    assert_eq!(config.accounts.values().map(|account| account.ledger.len()).collect::<Vec<_>>(), [2, 3]);
    let (a, last) = (AccountId::new("a").unwrap(), entry(Anchor, "3 USD", "2026-11-04"));
    Config::remove_entry(&path, &a, 1, &last).unwrap();
    assert_eq!(Config::load(&path).unwrap().accounts[&a].ledger.len(), 1);
}

#[test]
fn a_new_account_is_saved_with_its_ledger() {
    use crate::model::EntryKind::Anchor;
    let (_dir, path) = file(LEDGER);
    let mut account = Config::load(&path).unwrap().accounts.remove(&AccountId::new("a").unwrap()).unwrap();
    account.ledger.push(entry(Anchor, "7 USD", "2026-11-09"));
    for id in ["a", "new"] {
        let id = AccountId::new(id).unwrap();
        Config::save_account(&path, &id, &account).unwrap();
        assert_eq!(Config::load(&path).unwrap().accounts[&id], account);
    }
}

#[test]
fn a_ledger_that_does_not_fit_is_told() {
    let with = |entry: &str| format!("[accounts.a]\nconnector = \"x\"\n[[accounts.a.ledger]]\n{entry}\n");
    let anchor = "kind = \"anchor\"\namount = \"5 USD\"\nat = \"2026-11-01\"";
    for (text, says) in [
        (
            with("kind = \"anchor\"\namount = \"-5 USD\"\nat = \"2026-11-01\""),
            "entry 1: -5 USD is not more than zero",
        ),
        (
            with("kind = \"top_up\"\namount = \"0 USD\"\nat = \"2026-11-01\""),
            "entry 1: 0 USD is not more than zero",
        ),
        (with("kind = \"spent\"\namount = \"5 percent\"\nat = \"2026-11-01\""), "percent cannot be kept"),
        (with("kind = \"spent\"\namount = \"5\"\nat = \"2026-11-01\""), "'' is no unit"),
        (with("kind = \"gift\"\namount = \"5 USD\"\nat = \"2026-11-01\""), "line 4: unknown variant `gift`"),
        (
            with("kind = \"spent\"\namount = \"5 USD\"\nat = \"1 Nov\""),
            "line 6: '1 Nov' is no date: write it like",
        ),
        (with("kind = \"spent\"\namount = \"5 USD\"\nat = 2026-11-01"), "a date in quotes"),
        (with("kind = \"spent\"\namount = \"5 USD\""), "missing field `at`"),
        (
            with("kind = \"spent\"\namount = \"5 USD\"\nat = \"2026-11-01\"\nwhy = \"\""),
            "unknown field `why`",
        ),
        (
            with(&format!("{anchor}\n[[accounts.a.ledger]]\n{anchor}")),
            "entry 2: there is an anchor in USD at 2026-11-01",
        ),
    ] {
        let (_dir, path) = file(&text);
        let message = Config::load(&path).unwrap_err().0;
        assert!(message.contains(says), "{message}\n{text}");
    }
}

#[test]
fn a_calendar_that_does_not_fit_names_its_line_and_what_to_write() {
    for (text, says) in [
        ("[rhythm]\nzone = \"Europe/Atlantis\"\n", "line 2: rhythm.zone: 'Europe/Atlantis' is no time zone"),
        (
            "[rhythm]\n\nhours = \"9 to 5\"\n",
            "line 3: rhythm.hours: '9 to 5' are no hours: write them like 09:00",
        ),
        ("[rhythm]\nhours = \"09:00-09:00\"\n", "line 2: rhythm.hours: '09:00-09:00' are no hours"),
        ("[rhythm]\nhours = \"24:00-09:00\"\n", "are no hours"),
        ("[rhythm]\nhours = \"09:00-25:00\"\n", "are no hours"),
        ("[rhythm]\ndays = [\"monday\"]\n", "line 2: unknown variant `monday`"),
        ("[rhythm]\ndays = [\"mon\", \"mon\"]\n", "line 2: rhythm.days: 'mon' is named twice"),
        ("[rhythm]\ndays = []\n", "line 2: rhythm.days: no day is named"),
        ("[rhythm]\nholidays = [\"2026-02-30\"]\n", "line 2: rhythm.holidays: '2026-02-30' is no day"),
        ("[rhythm]\naway_until = \"soon\"\n", "line 2: rhythm.away_until: 'soon' is no date"),
        (
            "[rhythm]\naway_until = \"2026-12-07\"\naway_since = \"2026-12-08\"\n",
            "line 3: rhythm.away_since: lies after away_until",
        ),
        (
            "[accounts.a]\nconnector = \"x\"\n[accounts.a.rhythm]\nzone = \"Mars\"\n",
            "line 4: accounts.a.rhythm.zone: 'Mars' is no time zone",
        ),
        ("[rhythm]\nnights = true\n", "line 2: unknown field `nights`"),
    ] {
        let (_dir, path) = file(text);
        let message = Config::load(&path).unwrap_err().0;
        assert!(message.contains(says), "{text:?}: {message}");
    }
}

#[test]
fn an_accounts_own_rhythm_goes_before_the_one_of_all() {
    let (_dir, path) = file(
        "[rhythm]\ndays = [\"mon\", \"tue\"]\nhours = \"22:00-24:00\"\nzone = \"Europe/Berlin\"\n\
         holidays = [\"2026-12-24 to 2026-12-26\"]\n\
         [accounts.mine]\nconnector = \"x\"\n\
         [accounts.server]\nconnector = \"x\"\nrhythm = { always_on = true }\n\
         [accounts.night]\nconnector = \"x\"\nrhythm = { hours = \"22:00-06:00\", away_until = \"2026-12-07\" }\n",
    );
    let accounts = Config::load(&path).unwrap().accounts;
    let of = |id: &str| accounts[&AccountId::new(id).unwrap()].calendar.clone();
    let mine = of("mine").unwrap();
    let week = mine.week.clone().unwrap();
    assert_eq!(week.days, [true, true, false, false, false, false, false]);
    assert_eq!(week.hours.unwrap().1, jiff::civil::Time::midnight());
    assert_eq!((mine.holidays.len(), mine.away), (1, None));
    assert_eq!(of("server"), None, "none of it counts");
    let night = of("night").unwrap();
    assert_eq!(night.week.clone().unwrap().days, week.days);
    // Midnight in Berlin is 23:00 UTC of the day before.
    assert_eq!(night.away.unwrap().until.to_string(), "2026-12-06T23:00:00Z");
    let (_dir, path) = file("[accounts.a]\nconnector = \"x\"\n");
    assert_eq!(Config::load(&path).unwrap().accounts.into_values().next().unwrap().calendar, None);
}

#[test]
fn absence_is_written_and_taken_back_and_comments_stay() {
    let (_dir, path) = file("# mine\n[rhythm] # ours\nzone = \"Europe/Berlin\" # home\n");
    let now = "2026-11-20T20:30:00Z".parse::<jiff::Timestamp>().unwrap();
    let now = crate::model::Timestamp(now.as_millisecond());
    let rhythm = || Config::load(&path).unwrap().rhythm;
    Config::set_rhythm(&path, &rhythm().away(Some("Monday"), now).unwrap()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        "# mine\n[rhythm] # ours\nzone = \"Europe/Berlin\" # home\naway_until = \"2026-11-23\"\naway_since = \"2026-11-20T20:30:00Z\"\n"
    );
    assert!(rhythm().calendar().unwrap().unwrap().away_at(now).is_some());
    for (until, says) in [("yesterday", "is no date"), ("2026-11-20", "is not in the future")] {
        assert!(rhythm().away(Some(until), now).unwrap_err().contains(says), "{until}");
    }
    Config::set_rhythm(&path, &rhythm().away(None, now).unwrap()).unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "# mine\n[rhythm] # ours\nzone = \"Europe/Berlin\" # home\n"
    );
}

#[test]
fn alert_settings_are_read_and_only_what_changed_is_written() {
    let text = "[alerts]\n# at night\nquiet = \"22:00-08:00\"\nlow = [\"5 USD\"] # a coffee\n\n[accounts.a]\nconnector = \"x\"\n\
                lead = \"5 days\"\nkey_expires = \"2026-12-31\"\n";
    let (_dir, path) = file(text);
    let config = Config::load(&path).unwrap();
    let account = &config.accounts[&AccountId::new("a").unwrap()];
    assert_eq!(account.lead.map(|lead| lead.ms()), Some(5 * crate::model::DAY));
    assert_eq!(account.key_expires, Some(jiff::civil::date(2026, 12, 31)));
    assert!(config.alerts.breaks_through && config.alerts.bursts);
    let after = AlertsConfig { quiet: None, bursts: false, ..config.alerts.clone() };
    Config::save_alerts(&path, &config.alerts, &after).unwrap();
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(!written.contains("quiet") && written.contains("bursts = false"), "{written}");
    assert!(written.contains("low = [\"5 USD\"] # a coffee\n") && !written.contains("desktop"), "{written}");
    assert_eq!(Config::load(&path).unwrap().alerts, after);
    for (text, why) in [
        ("[alerts]\nquiet = \"22-8\"\n", "write it like 22:00-08:00"),
        (
            "[alerts]\nburst_floor = [\"1 USD\", \"2 USD\"]\n",
            "line 2: alerts.burst_floor: USD is named twice",
        ),
        ("[accounts.a]\nconnector = \"x\"\nlead = \"3 weeks\"\n", "not within 1 hour to 10 working days"),
        ("[accounts.a]\nconnector = \"x\"\nkey_expires = \"soon\"\n", "line 3: "),
    ] {
        let (_dir, path) = file(text);
        let error = Config::load(&path).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
