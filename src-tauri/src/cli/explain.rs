//! `tollwatch explain`: why a call was refused, and what mends it.

use super::args::ExplainArgs;
use super::{NO_FIGURES, OK, WRONG_WORDS, say, say_json};
use crate::api::{AmountView, ExplainView, StoreView, explain_for_account, explain_pasted};
use crate::config::{Config, Folders};
use crate::connectors;
use crate::http::MAX_BODY;
use crate::model::{AccountId, Amount, Cause, Timestamp, Unit, words};
use crate::monitor::Clock;
use crate::refusal::{Pasted, paste_bytes};
use crate::store::Store;
use jiff::tz::TimeZone;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::Path;
use std::time::Duration;

/// How long a first byte from a pipe is waited for when there is something to explain without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Words that cannot be followed, for exit code 2.
struct Wrong(String);

pub(super) fn run(args: ExplainArgs, json: bool) -> anyhow::Result<u8> {
    let account = args.account.clone().map(AccountId::new).transpose();
    let given =
        check(&args).and_then(|()| Ok((account.map_err(|why| Wrong(why.to_string()))?, read(&args)?)));
    let (account, pasted) = match given {
        Ok(given) => given,
        Err(Wrong(why)) => {
            writeln!(std::io::stderr(), "tollwatch: {why}")?;
            return Ok(WRONG_WORDS);
        }
    };
    let now = Clock::Real.now();
    let view = match account {
        None => explain_pasted(args.connector.as_deref(), &pasted, now),
        Some(account) => {
            let folders = Folders::find()?;
            let config = Config::load(&folders.config_file())?;
            if !config.accounts.contains_key(&account) {
                let known = "`tollwatch accounts list` says which there are";
                writeln!(std::io::stderr(), "tollwatch: there is no account {account}; {known}")?;
                return Ok(WRONG_WORDS);
            }
            // Before the first poll there is no history to be evidence.
            if folders.history_file().exists() {
                let store = Store::open_read_only(&folders.history_file())?;
                let source = StoreView { live: store.live_episodes()?, store, now };
                explain_for_account(source, &config, &account, args.connector.as_deref(), &pasted)?
            } else {
                let own = config.accounts.get(&account).map(|one| one.connector.as_str());
                explain_pasted(args.connector.as_deref().or(own), &pasted, now)
            }
        }
    };
    if json {
        say_json(&told(&view)?)?;
    } else {
        print(&view, now)?;
    }
    Ok(if view.cause == Cause::Unknown { NO_FIGURES } else { OK })
}

fn check(args: &ExplainArgs) -> Result<(), Wrong> {
    match args.connector.as_deref().filter(|id| connectors::find(id).is_none()) {
        Some(id) => {
            Err(Wrong(format!("there is no connector '{id}'; `tollwatch connectors` says which there are")))
        }
        None => Ok(()),
    }
}

/// What is to be explained, without its secrets.
fn read(args: &ExplainArgs) -> Result<Pasted, Wrong> {
    let given = args.status.is_some() || !args.headers.is_empty();
    let pasted = match (&args.body, &args.curl) {
        (Some(file), _) => {
            let body = file_or_stdin(file)?;
            return Ok(Pasted::of_parts(args.status, args.headers.clone(), &body));
        }
        (None, Some(file)) => paste_bytes(&file_or_stdin(file)?),
        (None, None) if given => paste_bytes(&from_stdin_soon()?),
        (None, None) if std::io::stdin().is_terminal() => {
            let how = "pipe an answer in (`curl -si … | tollwatch explain`), name a file with --curl or --body, or say --status";
            return Err(Wrong(format!("there is nothing to explain: {how}")));
        }
        (None, None) => paste_bytes(&from_stdin()?),
    };
    if pasted == Pasted::default() && !given {
        return Err(Wrong("there is nothing to explain: what was read is empty".to_owned()));
    }
    let headers = Pasted::of_parts(None, args.headers.clone(), b"");
    let mut all = pasted;
    all.status = args.status.or(all.status);
    all.headers.extend(headers.headers);
    all.dropped.extend(headers.dropped);
    Ok(all)
}

fn file_or_stdin(path: &Path) -> Result<Vec<u8>, Wrong> {
    if path == Path::new("-") {
        return from_stdin();
    }
    let wrong = |error: std::io::Error| Wrong(format!("{} cannot be read: {error}", path.display()));
    take(std::fs::File::open(path).map_err(wrong)?, &path.display().to_string())
}

fn from_stdin() -> Result<Vec<u8>, Wrong> {
    take(std::io::stdin().lock(), "stdin")
}

/// As [`from_stdin`], where the other words suffice: a script's open pipe into which nothing comes is not waited for.
fn from_stdin_soon() -> Result<Vec<u8>, Wrong> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(Vec::new());
    }
    let (sender, begun) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut stdin = stdin.lock();
        let _ = sender.send(stdin.fill_buf().map(|_| ()));
        take(stdin, "stdin")
    });
    match begun.recv_timeout(PATIENCE) {
        Ok(_) => reader.join().unwrap_or_else(|_| Err(Wrong("stdin cannot be read".to_owned()))),
        Err(_) => Ok(Vec::new()),
    }
}

/// At most as much as is looked at; more is said.
fn take(from: impl Read, name: &str) -> Result<Vec<u8>, Wrong> {
    let mut bytes = Vec::new();
    let most = MAX_BODY as u64 + 1;
    from.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| Wrong(format!("{name} cannot be read: {error}")))?;
    if bytes.len() > MAX_BODY {
        bytes.truncate(MAX_BODY);
        let note = format!("tollwatch: {name} holds more than 4 MiB; only the first 4 MiB are looked at");
        let _ = writeln!(std::io::stderr(), "{note}");
    }
    Ok(bytes)
}

/// The view with its moments as RFC 3339.
fn told(view: &ExplainView) -> anyhow::Result<serde_json::Value> {
    let mut value = serde_json::to_value(view)?;
    for (name, at) in [("retry_at", view.retry_at), ("at", view.at)] {
        value[name] = at.map(|at| at.to_string()).into();
    }
    Ok(value)
}

fn print(view: &ExplainView, now: Timestamp) -> anyhow::Result<()> {
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let bold = |text: &str| if colours { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
    let sure = match view.cause {
        Cause::Unknown => String::new(),
        _ => format!(" ({})", sureness(view.confidence)),
    };
    say(format!("{}{sure}", bold(&view.title)))?;
    say(origin(view))?;
    block("", &view.explanation)?;
    if !view.message.is_empty() {
        block("", &format!("It said: “{}”", view.message))?;
    }
    for line in facts(view, now) {
        item("  ", &line)?;
    }
    for (index, one) in view.hypotheses.iter().enumerate() {
        if one.evidence.is_empty() {
            continue;
        }
        say("")?;
        say(bold(if index == 0 { "What speaks for and against it" } else { "It may also be" }))?;
        if index > 0 {
            item("  ", &format!("{} ({} %)", one.title, one.share))?;
        }
        for evidence in &one.evidence {
            item(if evidence.supports { "  + " } else { "  - " }, &evidence.text)?;
        }
    }
    if !view.steps.is_empty() {
        say("")?;
        say(bold("What to do"))?;
    }
    for (number, step) in (1..).zip(&view.steps) {
        item(&format!("  {number}. "), &step.text)?;
        if let Some(url) = &step.url {
            say(format!("     {url}"))?;
        }
    }
    if !view.dropped.is_empty() {
        block("", &format!("Dropped before reading: {}.", view.dropped.join(", ")))?;
    }
    say("")?;
    say(format!("Rule: {}", view.rule))
}

/// How sure a verdict is, in words and percent.
fn sureness(confidence: f64) -> String {
    let percent = (confidence * 100.0).round();
    let word = match confidence {
        0.9.. => "sure",
        0.7.. => "likely",
        0.4.. => "probably",
        _ => "a guess",
    };
    format!("{word}, {percent} %")
}

/// Who answered what.
fn origin(view: &ExplainView) -> String {
    let named = |name: &Option<String>, id: &Option<String>| name.clone().or_else(|| id.clone());
    let provider = named(&view.provider_name, &view.provider);
    let gateway = named(&view.gateway_name, &view.gateway);
    let who = match (provider, gateway) {
        (Some(provider), Some(gateway)) => format!("{provider}, passed on by {gateway}"),
        (Some(one), None) => one,
        (None, Some(gateway)) => format!("passed on by {gateway}"),
        (None, None) => "provider not known".to_owned(),
    };
    match view.status {
        Some(status) => format!("Status {status}, {who}"),
        None => format!("No status, {who}"),
    }
}

/// The figures that the answer told, and when the same call may work.
fn facts(view: &ExplainView, now: Timestamp) -> Vec<String> {
    let amount = |one: &AmountView| {
        let unit: Option<Unit> = one.unit.parse().ok();
        let qty = unit.and_then(|unit| Some(Amount::new(unit.parse(&one.amount).ok()?, unit)));
        qty.map_or_else(|| format!("{} {}", one.amount, one.unit), words::amount)
    };
    let figures =
        [("Needed", &view.needed), ("Left", &view.left), ("Used", &view.used), ("Limit", &view.limit)];
    let said = figures.iter().filter_map(|(name, one)| Some(format!("{name}: {}", amount(one.as_ref()?))));
    let again = match (view.retryable, view.retry_at) {
        (true, Some(at)) => {
            let when = words::moment(at, now, &TimeZone::system());
            Some(format!("Waiting mends it: the same call may work {when}"))
        }
        (true, None) => Some("Waiting mends it: the same call may work later".to_owned()),
        (false, _) if view.cause == Cause::Unknown => None,
        (false, _) => Some("Waiting alone does not mend it".to_owned()),
    };
    said.chain(again).collect()
}

/// A paragraph after an empty line.
pub(super) fn block(indent: &str, text: &str) -> anyhow::Result<()> {
    say("")?;
    item(indent, text)
}

/// A text behind a mark, wrapped to the terminal's width, further lines set in.
pub(super) fn item(mark: &str, text: &str) -> anyhow::Result<()> {
    let set_in = " ".repeat(mark.chars().count());
    for (index, line) in wrapped(text, width().saturating_sub(mark.chars().count())).iter().enumerate() {
        say(format!("{}{line}", if index == 0 { mark } else { &set_in }))?;
    }
    Ok(())
}

/// The terminal's columns, at most 100; 80 where there is none.
fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).clamp(30, 100)
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    // What a provider says may not steer the terminal.
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_never_broken() {
        assert_eq!(wrapped("one two  three\nfour", 9), ["one two", "three", "four"]);
        assert_eq!(
            wrapped("https://example.com/a/long/address x", 10),
            ["https://example.com/a/long/address", "x"]
        );
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn how_sure_it_is() {
        for (confidence, says) in
            [(0.97, "sure, 97 %"), (0.75, "likely, 75 %"), (0.55, "probably, 55 %"), (0.2, "a guess, 20 %")]
        {
            assert_eq!(sureness(confidence), says);
        }
    }
}
