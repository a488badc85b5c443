//! `tollwatch export`: the history as files for other programs.

use super::{OK, say_json};
use crate::config::{Config, Folders};
use crate::connectors;
use crate::export::{Ask, Format, Kind, Name, Names, Out, OutError, Sink, sink, walk};
use crate::model::{AccountId, Timestamp};
use crate::store::Store;
use anyhow::{bail, ensure};
use clap::ValueEnum;
use std::io::{BufWriter, IsTerminal};
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  tollwatch export spend --from 2026-10-01 --to 2026-10-31 -o october.csv
  tollwatch export samples --account ci --format jsonl | jq -c '[.from, .remaining]'
  tollwatch export samples -o history.parquet
  tollwatch export focus --from 2026-10-01 -o focus.csv

It reads the history beside a running monitor, row by row. Amounts are exact: decimal text
in CSV and JSON lines, DECIMAL(38,9) in Parquet. Times are UTC. docs/exports.md lists the
columns.";

#[derive(clap::Args)]
pub(super) struct ExportArgs {
    /// What
    #[arg(value_enum)]
    what: What,
    /// How; by the file's name when missing, else CSV
    #[arg(long, value_enum)]
    format: Option<How>,
    /// From this day (2026-10-01, its midnight in UTC) or moment (2026-10-01T14:30:00Z); all there is when missing
    #[arg(long, value_name = "DAY|MOMENT", value_parser = from)]
    from: Option<Timestamp>,
    /// Until the end of this day, or before this moment
    #[arg(long, value_name = "DAY|MOMENT", value_parser = to)]
    to: Option<Timestamp>,
    /// Only this account, as `accounts list` says it, also one that is no longer there; may be given several times
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<String>,
    /// The file to write; stdout when missing. It appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// What polls read, and where they failed
    Samples,
    /// Hourly sums of every meter, and costs by model, key, project and user
    Spend,
    /// Alerts with their notices, and refusals
    Episodes,
    /// Costs in the shape of FOCUS 1.3, for cost tools
    Focus,
}

#[derive(Clone, Copy, ValueEnum)]
enum How {
    /// Comma-separated values, with a header
    Csv,
    /// One JSON object per line
    Jsonl,
    /// Apache Parquet
    Parquet,
}

pub(super) fn run(args: ExportArgs, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let named = args.output.as_deref().and_then(Format::of_name);
    let format = match args.format {
        Some(How::Csv) => Format::Csv,
        Some(How::Jsonl) => Format::JsonLines,
        Some(How::Parquet) => Format::Parquet,
        None => named.unwrap_or(if json { Format::JsonLines } else { Format::Csv }),
    };
    let kind = match args.what {
        What::Samples => Kind::Samples,
        What::Spend => Kind::Spend,
        What::Episodes => Kind::Episodes,
        What::Focus => Kind::Focus,
    };
    if format == Format::Parquet && args.output.is_none() && std::io::stdout().is_terminal() {
        bail!("Parquet is no text: name a file with -o, or pipe it");
    }
    let (from, to) = (args.from.unwrap_or(Timestamp(i64::MIN)), args.to.unwrap_or(Timestamp(i64::MAX)));
    ensure!(from < to, "--from is not before --to");
    ensure!(folders.history_file().exists(), "there is no history yet, so nothing can be exported");
    let store = Store::open_read_only(&folders.history_file())?;
    let accounts: Result<Vec<AccountId>, String> = args.accounts.into_iter().map(AccountId::new).collect();
    let accounts = accounts.map_err(anyhow::Error::msg)?;
    let known = store.known_accounts()?;
    if let Some(account) = accounts.iter().find(|account| !known.contains(account)) {
        bail!("there is no history of account {account}; `tollwatch accounts list` says which there are");
    }
    let names = names(&Config::load(&folders.config_file())?);
    let ask = Ask { kind, from, to, accounts };
    let write = |mut sink: Box<dyn Sink + '_>| walk(&store, &ask, &names, sink.as_mut());
    let Some(path) = args.output else {
        let out = BufWriter::with_capacity(1 << 16, std::io::stdout());
        write(sink(kind, format, out)?)?;
        return Ok(OK);
    };
    let mut out = Out::begin(&path)?;
    let failed = |why: std::io::Error| OutError { file: path.clone(), why };
    let rows =
        sink(kind, format, out.writer()).map_err(failed).map_err(anyhow::Error::from).and_then(|sink| {
            write(sink).map_err(|error| match error {
                crate::export::ExportError::Out(why) => failed(why).into(),
                other => other.into(),
            })
        })?;
    out.finish()?;
    if json {
        say_json(&serde_json::json!({ "file": path, "rows": rows }))?;
    } else {
        super::say(format!("{} written to {}", counted(rows, "row"), path.display()))?;
    }
    Ok(OK)
}

/// `1 row`, `2 rows`.
pub(super) fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What is known of the configured accounts.
fn names(config: &Config) -> Names {
    let name = |(id, account): (&AccountId, &crate::config::AccountConfig)| {
        let provider = connectors::find(&account.connector).map_or("", |connector| connector.spec().name);
        let label = account.label.clone().unwrap_or_else(|| provider.to_owned());
        let name = Name { connector: account.connector.clone(), provider: provider.to_owned(), label };
        (id.clone(), name)
    };
    config.accounts.iter().map(name).collect()
}

fn from(text: &str) -> Result<Timestamp, String> {
    moment(text, 0)
}

fn to(text: &str) -> Result<Timestamp, String> {
    moment(text, 1)
}

/// A moment, or the midnight of the day that is so many days behind the one named.
fn moment(text: &str, days: i64) -> Result<Timestamp, String> {
    if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        let later = day.checked_add(jiff::Span::new().days(days));
        let midnight = later.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
        return midnight
            .map(|midnight| Timestamp(midnight.timestamp().as_millisecond()))
            .map_err(|_| "that day is too far away".to_owned());
    }
    let moment = Timestamp::parse_rfc3339(text);
    moment.ok_or_else(|| "write a day like 2026-10-01, or a moment like 2026-10-01T14:30:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_whole() {
        // date -u -d 2026-11-21 +%s = 1795219200
        assert_eq!(from("2026-11-21"), Ok(Timestamp(1_795_219_200_000)));
        assert_eq!(to("2026-11-20"), Ok(Timestamp(1_795_219_200_000)));
        assert_eq!(to("2026-11-21T00:00:00Z"), Ok(Timestamp(1_795_219_200_000)));
        assert!(from("yesterday").is_err() && from("2026-13-01").is_err() && to("9999-12-31").is_err());
    }
}
