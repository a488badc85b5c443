//! `tollwatch replay --polls`: scripted accounts through the engine, with the default rules, for scoring.
//!
//! POLLS_DIR holds one `TRACE.csv` or `TRACE.csv.gz` a trace with the columns `t_unix` (seconds) and `spent_usd` (the
//! total since the trace began); the episodes' file has `episode`, `trace`, `start_t` and `amount_usd`: from the first
//! poll at or after `start_t` on, so much is there. Other columns are not read. A notice is a line
//! `{"episode", "t", "severity"}`; forecasts are rows `episode,t,p10_h,p50_h,p90_h`, one at the first poll of each
//! hour of the clock, in hours from `t`, empty beyond the horizon; there is none where none could be made.

use crate::alerts::Rules;
use crate::engine::rehearsal::{Given, Heard, Poll, Scripted};
use crate::forecast::Forecast;
use crate::model::{AccountId, HOUR, Qty, SECOND, Severity, Timestamp, Unit};
use anyhow::{Context, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

#[derive(Deserialize)]
struct EpisodeRow {
    episode: u64,
    trace: String,
    start_t: i64,
    amount_usd: String,
}

#[derive(Deserialize)]
struct PollRow {
    t_unix: i64,
    spent_usd: String,
}

#[derive(Serialize)]
struct NoticeLine {
    episode: u64,
    t: i64,
    severity: Severity,
}

/// Runs all episodes and prints their notices in the order of the episodes' numbers.
pub(super) fn run(
    polls: &Path,
    episodes: &Path,
    forecasts: Option<&Path>,
    rules: &Rules,
) -> anyhow::Result<()> {
    // Both files are opened before the work, so that a wrong path is said at once.
    let mut table = forecasts.map(written).transpose()?;
    let mut traces: BTreeMap<String, Vec<(u64, Given)>> = BTreeMap::new();
    for (number, row) in rows::<EpisodeRow>(episodes)?.into_iter().enumerate() {
        let amount = usd(&row.amount_usd).filter(|amount| *amount > Qty(0));
        let amount = amount.with_context(|| {
            format!(
                "{}: row {}: amount_usd '{}' is no amount above zero",
                episodes.display(),
                number + 1,
                row.amount_usd
            )
        })?;
        let given = Given { from: moment(row.start_t), amount };
        traces.entry(row.trace).or_default().push((row.episode, given));
    }
    let mut heard: BTreeMap<u64, Heard> = BTreeMap::new();
    for (trace, mut given) in traces {
        let polls = trace_polls(polls, &trace)?;
        given.sort_by_key(|(_, given)| given.from);
        let mut account = Scripted::new(AccountId::new("scripted").map_err(|error| anyhow!(error))?);
        let mut behind = 0;
        for (episode, given) in given {
            let start = polls.partition_point(|poll| poll.at < given.from);
            account.absorb(&polls[behind..start]);
            behind = start;
            let told = account.run(rules, given, &polls[start..], table.is_some());
            ensure!(
                heard.insert(episode, told).is_none(),
                "{}: episode {episode} stands there twice",
                episodes.display()
            );
        }
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (episode, heard) in heard {
        for (at, severity) in heard.notices {
            let line = NoticeLine { episode, t: at.0.div_euclid(SECOND), severity };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
        }
        if let Some(table) = table.as_mut() {
            for (at, forecast) in heard.forecasts {
                table.write_record(row(episode, at, &forecast))?;
            }
        }
    }
    out.flush()?;
    if let Some(mut table) = table {
        table.flush()?;
    }
    Ok(())
}

fn written(path: &Path) -> anyhow::Result<csv::Writer<File>> {
    let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    let mut table = csv::Writer::from_writer(file);
    table.write_record(["episode", "t", "p10_h", "p50_h", "p90_h"])?;
    Ok(table)
}

fn row(episode: u64, at: Timestamp, forecast: &Forecast) -> [String; 5] {
    let hours = |moment: Timestamp| format!("{:.4}", moment.since(at) as f64 / HOUR as f64);
    let [p10, p50, p90] = match forecast {
        Forecast::Wall(wall) => [Some(wall.p10), Some(wall.p50), wall.p90],
        Forecast::Clear(_) | Forecast::Unknown(_) => [None; 3],
    }
    .map(|moment| moment.map_or_else(String::new, hours));
    [episode.to_string(), at.0.div_euclid(SECOND).to_string(), p10, p50, p90]
}

/// The trace's polls, oldest first. Time must rise and the total must not fall: a file where they do not was not
/// written by a monitor, and what came of it would mean nothing.
fn trace_polls(folder: &Path, trace: &str) -> anyhow::Result<Vec<Poll>> {
    ensure!(
        !trace.is_empty() && !trace.contains(['/', '\\']),
        "'{trace}' is no trace's name: it names a file in {}",
        folder.display()
    );
    let [packed, plain] = [".csv.gz", ".csv"].map(|ending| folder.join(format!("{trace}{ending}")));
    let path = if packed.exists() { packed } else { plain };
    let mut polls: Vec<Poll> = Vec::new();
    for (number, row) in rows::<PollRow>(&path)?.into_iter().enumerate() {
        let wrong = |what: String| anyhow!("{}: row {}: {what}", path.display(), number + 1);
        let spent = usd(&row.spent_usd)
            .ok_or_else(|| wrong(format!("spent_usd '{}' is no amount of money", row.spent_usd)))?;
        let poll = Poll { at: moment(row.t_unix), spent };
        if let Some(last) = polls.last() {
            if poll.at <= last.at {
                bail!(wrong("t_unix is not later than in the row before".to_owned()));
            }
            if poll.spent < last.spent {
                bail!(wrong("spent_usd is less than in the row before; it is the total so far".to_owned()));
            }
        }
        polls.push(poll);
    }
    Ok(polls)
}

/// All rows of a CSV file with a header, packed with gzip if its name ends in `.gz`.
fn rows<T: for<'de> Deserialize<'de>>(path: &Path) -> anyhow::Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let text: Box<dyn Read> = if packed {
        Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file)))
    } else {
        Box::new(BufReader::new(file))
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    rows.with_context(|| format!("{} is not the table that is wanted", path.display()))
}

fn usd(text: &str) -> Option<Qty> {
    Unit::USD.parse(text).ok()
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp(seconds.saturating_mul(SECOND))
}
