//! `tollwatch import`: what was exported, back into the history.

use super::export::counted;
use super::{OK, say, say_json};
use crate::config::Folders;
use crate::export::{Kind, Source, import};
use crate::monitor::Clock;
use crate::store::{Imported, Seen, Store};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// Files that `tollwatch export` wrote: CSV, JSON lines or Parquet of samples, spend and episodes, in any order.
    /// Give spend together with samples: hours that no file brings are worked out from samples
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: ImportArgs, json: bool) -> anyhow::Result<u8> {
    // Another program's file may be too much for the reader of its format; the error says so, and needs no trace.
    std::panic::set_hook(Box::new(|_| {}));
    let sources: Result<Vec<Source>, _> = args.files.iter().map(|file| Source::check(file)).collect();
    let _ = std::panic::take_hook();
    let mut sources = sources?;
    // Hours before the samples that they are summed from; see `Store::import`.
    sources.sort_by_key(|source| source.kind != Some(Kind::Spend));
    let store = Store::open(&Folders::find()?.history_file(), Clock::Real.now())?;
    if let Some(note) = store.opening_note() {
        tracing::warn!("{note}");
    }
    let mut seen = Seen::default();
    let mut all = Imported::default();
    for source in &sources {
        let imported = import(&store, source, &mut seen)?;
        all.add(imported);
        if !json {
            say(told(source, imported))?;
        }
    }
    store.fill_hours(&seen)?;
    store.close()?;
    if json {
        say_json(&serde_json::json!({ "added": all.added, "there": all.there, "differs": all.differs }))?;
    }
    Ok(OK)
}

fn told(source: &Source, imported: Imported) -> String {
    let file = source.file.display();
    let Imported { added, there, differs } = imported;
    if added + there + differs == 0 {
        return format!("{file}: nothing is in it");
    }
    let mut parts = vec![format!("{} added", counted(added, "record"))];
    if there > 0 {
        parts.push(format!("{there} there already"));
    }
    if differs > 0 {
        parts.push(format!("{differs} left out, since the history says something else of that time"));
    }
    format!("{file}: {}", parts.join(", "))
}
