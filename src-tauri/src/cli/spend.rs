//! `tollwatch spend`: what an account's money went on, for people and for spreadsheets.

use super::args::SpendArgs;
use super::{OK, say, say_json};
use crate::api::types::ChartRange;
use crate::api::{CostsRequest, StoreView, costs_of_store};
use crate::config::Folders;
use crate::model::{AccountId, By};
use crate::monitor::Clock;
use crate::store::Store;
use anyhow::ensure;

pub(super) fn run(args: SpendArgs, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let account = AccountId::new(args.account).map_err(anyhow::Error::msg)?;
    ensure!(
        folders.history_file().exists(),
        "there is no history yet, so nothing is known of what account {account} spent"
    );
    let by = match args.by.as_deref() {
        Some("all") => Some(By::All),
        Some("model") => Some(By::Model),
        Some("key") => Some(By::Key),
        Some("project") => Some(By::Project),
        Some("user") => Some(By::User),
        _ => None,
    };
    let range = ChartRange::named(&args.range).unwrap_or(ChartRange::Month);
    let store = Store::open_read_only(&folders.history_file())?;
    let now = Clock::Real.now();
    let request = CostsRequest { account: account.clone(), by, unit: None, range, width: 960, height: 320 };
    let source = StoreView { store, now, live: Vec::new() };
    let view = costs_of_store(&source, &request, &jiff::tz::TimeZone::system())?;
    if args.csv || json {
        let costs = source.store.costs(&account, view.by, view.from, view.to)?;
        return if json { rows(&account, &costs) } else { csv(&account, &costs) };
    }
    if view.picture.is_none() {
        say(format!(
            "Nothing is stored of what {account} spent by model, key or project. Its provider may not say, or only to a stronger key: `tollwatch connectors show` tells."
        ))?;
        return Ok(OK);
    }
    let (total, unit) = (view.total.unwrap_or_default(), view.unit);
    say(format!("{total} {unit} in the last {}, by {}", args.range, crate::api::cost_word(view.by)))?;
    let wide = view.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).clamp(9, 48);
    for row in view.rows {
        let share = row.share.map_or(String::new(), |share| format!("{:5.1} %", share * 100.0));
        let name = if row.name.is_empty() { "not named" } else { &row.name };
        say(format!("  {name:wide$}  {:>20}  {share}", format!("{} {unit}", row.amount)))?;
    }
    for other in view.units.iter().filter(|other| **other != view.unit) {
        say(format!("  There are figures in {other} too: --csv lists them."))?;
    }
    Ok(OK)
}

/// One object per bucket; amounts are decimal text, since a reader's numbers may be floats.
fn rows(account: &AccountId, costs: &[crate::model::Cost]) -> anyhow::Result<u8> {
    let row = |cost: &crate::model::Cost| {
        serde_json::json!({
            "account": account,
            "by": cost.by,
            "name": cost.name,
            "start": cost.start.to_string(),
            "end": cost.end.to_string(),
            "amount": cost.unit.print(cost.amount),
            "unit": cost.unit,
            "provenance": cost.provenance,
        })
    };
    say_json(&costs.iter().map(row).collect::<Vec<_>>())?;
    Ok(OK)
}

/// One line per bucket, exact; names that a spreadsheet would take for a formula are quoted with an apostrophe.
fn csv(account: &AccountId, costs: &[crate::model::Cost]) -> anyhow::Result<u8> {
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(["account", "by", "name", "start", "end", "amount", "unit", "provenance"])?;
    for cost in costs {
        let formula = cost.name.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let name = if formula { format!("'{}", cost.name) } else { cost.name.clone() };
        let provenance = format!("{:?}", cost.provenance).to_lowercase();
        out.write_record([
            account.as_str(),
            crate::api::cost_word(cost.by),
            &name,
            &cost.start.to_string(),
            &cost.end.to_string(),
            &cost.unit.print(cost.amount),
            &cost.unit.to_string(),
            &provenance,
        ])?;
    }
    out.flush()?;
    Ok(OK)
}
