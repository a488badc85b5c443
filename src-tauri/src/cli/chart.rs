//! `tollwatch chart`: a meter's past and forecast in a file.

use super::args::ChartArgs;
use super::{OK, say, say_json};
use crate::api::types::{ChartRange, ChartRequest, ChartWhat};
use crate::api::{ChartData, StoreView};
use crate::charts;
use crate::config::{Config, Folders};
use crate::model::{AccountId, MeterKey};
use crate::monitor::Clock;
use crate::store::Store;
use anyhow::{Context, bail, ensure};

pub(super) fn run(args: ChartArgs, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let account = AccountId::new(args.account).map_err(anyhow::Error::msg)?;
    ensure!(
        folders.history_file().exists(),
        "there is no history yet, so nothing of account {account} can be drawn"
    );
    let (width, height) = size(&args.size)?;
    let range = ChartRange::named(&args.range).unwrap_or(ChartRange::Week);
    let what = if args.spend { ChartWhat::Spend } else { ChartWhat::Level };
    let request = ChartRequest {
        account,
        meter: MeterKey::new(args.meter),
        what,
        range,
        from: None,
        to: None,
        width,
        height,
    };
    let store = Store::open_read_only(&folders.history_file())?;
    let live = store.live_episodes()?;
    let zone = jiff::tz::TimeZone::system();
    let config = Config::load(&folders.config_file())?.accounts.remove(&request.account);
    let calendar = config.and_then(|config| config.calendar);
    let view = StoreView { store, now: Clock::Real.now(), live };
    let data = ChartData::read(&view, &request, None, calendar.as_deref())?;
    let name = args.output.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let bytes = match name.to_ascii_lowercase().as_str() {
        "svg" => charts::standalone(&data.picture(&request, &zone)?, args.dark).into_bytes(),
        "png" => data.png(&request, &zone, args.dark)?,
        other => bail!("'{other}' is no picture that can be written: name a file that ends in .svg or .png"),
    };
    std::fs::write(&args.output, bytes)
        .with_context(|| format!("{} cannot be written", args.output.display()))?;
    let summary = data.picture(&request, &zone)?.summary;
    if json {
        say_json(&serde_json::json!({ "file": args.output, "summary": summary }))?;
    } else {
        say(summary)?;
        say(format!("Written to {}", args.output.display()))?;
    }
    Ok(OK)
}

fn size(text: &str) -> anyhow::Result<(u32, u32)> {
    let numbers =
        text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    match numbers {
        Some((width @ 200..=4000, height @ 100..=2000)) => Ok((width, height)),
        _ => bail!("'{text}' is no size: write 960x360, from 200x100 to 4000x2000"),
    }
}
