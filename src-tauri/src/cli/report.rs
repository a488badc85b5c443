//! `tollwatch report`: a month on paper.

use super::{OK, say, say_json};
use crate::api::{StoreView, report_of_store};
use crate::config::{Config, Folders};
use crate::export::{Out, OutError};
use crate::monitor::Clock;
use crate::store::Store;
use anyhow::ensure;
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct ReportArgs {
    /// The month, like 2026-10, in this machine's time zone; the present one when missing
    #[arg(long, value_name = "MONTH")]
    month: Option<String>,
    /// The file to write; stdout when missing
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: ReportArgs, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    ensure!(folders.history_file().exists(), "there is no history yet, so no month can be told of");
    let config = Config::load(&folders.config_file())?;
    let store = Store::open_read_only(&folders.history_file())?;
    let live = store.live_episodes()?;
    let source = StoreView { store, now: Clock::Real.now(), live };
    let zone = jiff::tz::TimeZone::system();
    let (name, html) = report_of_store(&source, &config, args.month.as_deref(), &zone)?;
    let Some(path) = args.output else {
        return if json {
            say_json(&serde_json::json!({ "name": name, "html": html })).map(|()| OK)
        } else {
            Ok(std::io::stdout().write_all(html.as_bytes()).map(|()| OK)?)
        };
    };
    let mut out = Out::begin(&path)?;
    out.writer().write_all(html.as_bytes()).map_err(|why| OutError { file: path.clone(), why })?;
    out.finish()?;
    if json {
        say_json(&serde_json::json!({ "file": path }))?;
    } else {
        say(format!("Written to {}", path.display()))?;
    }
    Ok(OK)
}
