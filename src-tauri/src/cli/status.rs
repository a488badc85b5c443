//! `tollwatch status`: what is left of every meter, and when it runs out, from the stored history.

use super::{NEAR_WALL, NO_FIGURES, OK, WRONG_WORDS, line, say, say_json};
use crate::api::types::{AccountState, AccountView, ForecastView, MeterView, Overview, TotalView};
use crate::api::{StoreView, overview_of_store, severity_word};
use crate::config::{Config, Folders};
use crate::model::{AccountId, Amount, HOUR, MeterKey, MeterKind, Severity, Timestamp, words};
use crate::monitor::Clock;
use crate::store::Store;
use jiff::tz::TimeZone;
use std::io::{IsTerminal, Write};

#[derive(clap::Args)]
pub(super) struct StatusArgs {
    /// Only this account, as `accounts list` says it
    account: Option<String>,
    /// Only this meter
    #[arg(long, value_name = "KEY")]
    meter: Option<String>,
    /// One line, for the meter whose wall is nearest: a template such as '{label} {left} {in}', or one of tmux,
    /// starship, waybar, swiftbar
    #[arg(long, value_name = "FORMAT", value_parser = line::format)]
    format: Option<line::Format>,
    /// With a template: a line for each meter
    #[arg(long, requires = "format")]
    all: bool,
}

/// What stands under `status --help`.
pub(super) fn help() -> String {
    format!(
        "Fields of a template; {{name|text}} says text where it is missing, {{{{ and }}}} are braces:\n{}\n\
         docs/statusline.md has the lines for tmux, starship, Waybar, SwiftBar, VS Code and Neovim. With --format the \
         exit code is 0 whenever a line was printed.",
        line::help()
    )
}

pub(super) fn status(args: StatusArgs, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let mut config = Config::load(&folders.config_file())?;
    let (now, zone) = (Clock::Real.now(), TimeZone::system());
    if let Some(account) = &args.account {
        config.accounts.retain(|id, _| id.as_str() == account);
        if config.accounts.is_empty() {
            let known = "`tollwatch accounts list` says which there are";
            writeln!(std::io::stderr(), "tollwatch: there is no account {account}; {known}")?;
            return Ok(WRONG_WORDS);
        }
    }
    if let Some(format) = &args.format {
        let overview = match folders.history_file().exists() {
            true => of_history(&folders, &config, &args, now, &zone)?,
            false => line::nothing(now, &zone),
        };
        say(line::lines(format, &overview, args.all, &zone))?;
        return Ok(OK);
    }
    if !folders.history_file().exists() {
        if json {
            say_json(&serde_json::json!({ "accounts": [], "now": now }))?;
        } else if config.accounts.is_empty() {
            say(
                "No account yet. `tollwatch accounts add` adds one; `tollwatch serve --demo` shows how it looks.",
            )?;
        } else {
            say("No figures yet. `tollwatch poll --once` fetches them; `tollwatch serve` keeps them fresh.")?;
        }
        return Ok(NO_FIGURES);
    }
    report(&of_history(&folders, &config, &args, now, &zone)?, &zone, json)
}

/// What the stored history says of the accounts and the meter that were asked about.
fn of_history(
    folders: &Folders,
    config: &Config,
    args: &StatusArgs,
    now: Timestamp,
    zone: &TimeZone,
) -> anyhow::Result<Overview> {
    let store = Store::open_read_only(&folders.history_file())?;
    let mut live = store.live_episodes()?;
    let asked = |account: Option<&AccountId>, meter: Option<&MeterKey>| {
        args.account.as_deref().is_none_or(|wanted| account.is_some_and(|id| id.as_str() == wanted))
            && args.meter.as_deref().is_none_or(|wanted| meter.is_some_and(|key| key.0 == wanted))
    };
    live.retain(|one| asked(one.resource.account.as_ref(), one.resource.meter.as_ref()));
    let mut overview = overview_of_store(StoreView { store, now, live }, config, zone)?;
    if let Some(wanted) = &args.meter {
        for account in &mut overview.accounts {
            account.meters.retain(|meter| meter.key.0 == *wanted);
        }
        overview.accounts.retain(|account| !account.meters.is_empty());
        anyhow::ensure!(!overview.accounts.is_empty(), "no account has a meter {wanted:?}");
    }
    Ok(overview)
}

/// Prints an overview and says how it stands as an exit code.
pub(super) fn report(overview: &Overview, zone: &TimeZone, json: bool) -> anyhow::Result<u8> {
    if json {
        say_json(overview)?;
    } else {
        print(overview, zone)?;
    }
    Ok(code(overview))
}

/// The exit code: the nearest wall counts more than a failing account.
fn code(overview: &Overview) -> u8 {
    let now = overview.now;
    let near = |meter: &MeterView| {
        meter.is_used_up()
            || matches!(meter.forecast, ForecastView::Wall { p50, .. } if p50.since(now) < 4 * HOUR)
    };
    if overview.accounts.iter().flat_map(|account| &account.meters).any(near) {
        return NEAR_WALL;
    }
    let well = |account: &AccountView| matches!(account.state, AccountState::Fresh | AccountState::Paused);
    if overview.accounts.is_empty() || !overview.accounts.iter().all(well) { NO_FIGURES } else { OK }
}

fn print(overview: &Overview, zone: &TimeZone) -> anyhow::Result<()> {
    let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let headline = &overview.headline;
    let when = paint(&headline.when, headline.severity, colours);
    say(format!("{} {when}", headline.lead).trim_end())?;
    if !headline.detail.is_empty() {
        say(&headline.detail)?;
    }
    if overview.accounts.is_empty() {
        return say("`tollwatch accounts add` adds one; `tollwatch serve --demo` shows how it looks.");
    }
    say("")?;
    let mut rows = vec![["ACCOUNT", "METER", "LEFT", "OF", "BURN", "RUNS OUT", "READ"].map(str::to_owned)];
    let mut severities = vec![None];
    for account in &overview.accounts {
        for meter in &account.meters {
            rows.push(row(account, meter, overview.now, zone));
            severities.push(meter.severity);
        }
        if account.meters.is_empty() {
            let mut empty: [String; 7] = Default::default();
            empty[0] = account.id.to_string();
            empty[1] = "no figures yet".to_owned();
            rows.push(empty);
            severities.push(None);
        }
    }
    let widths: Vec<usize> =
        (0..7).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    for (row, severity) in rows.iter().zip(severities) {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let space = " ".repeat(width - cell.chars().count());
            // Amounts stand right, so that their digits line up.
            let text =
                if (2..=4).contains(&column) { format!("{space}{cell}") } else { format!("{cell}{space}") };
            line.push_str(&if column == 5 { paint(&text, severity, colours) } else { text });
            line.push_str("  ");
        }
        say(line.trim_end())?;
    }
    for (index, one) in overview.episodes.iter().enumerate() {
        if index == 0 {
            say("\nAlerts (`tollwatch why NUMBER` says why)")?;
        }
        let word = severity_word(one.severity);
        say(format!(
            "  {:<5} {} {}",
            format!("#{}", one.id),
            paint(&format!("{word:<8}"), Some(one.severity), colours),
            one.title
        ))?;
    }
    if let Some(total) = &overview.total {
        say(format!("\n{}", in_all(total)))?;
    }
    for account in &overview.accounts {
        if let Some(problem) = &account.problem {
            // Most sentences name the account already.
            let says = problem.message.starts_with(&account.label);
            let label = if says { String::new() } else { format!("{}: ", account.label) };
            say(format!("\n{label}{}", problem.message))?;
        }
    }
    for warning in &overview.warnings {
        say(format!("\n{warning}"))?;
    }
    Ok(())
}

/// What was spent over all currencies, with the rates behind it.
fn in_all(total: &TotalView) -> String {
    let spans = [("today", &total.today), ("this week", &total.week), ("this month", &total.month)];
    let said = spans.iter().filter_map(|(name, sum)| {
        let qty = sum.as_deref().and_then(|text| total.unit.parse(text).ok())?;
        Some(format!("{} {name}", words::amount(Amount::new(qty, total.unit))))
    });
    match said.collect::<Vec<_>>().join(", ") {
        said if said.is_empty() => format!("Spent in all: {}.", total.note),
        said => format!("Spent in all: {said} ({}).", total.note),
    }
}

fn row(account: &AccountView, meter: &MeterView, now: Timestamp, zone: &TimeZone) -> [String; 7] {
    let amount = |text: &Option<String>| {
        let qty = text.as_deref().and_then(|text| meter.unit.parse(text).ok());
        qty.map_or(String::new(), |qty| words::amount(Amount::new(qty, meter.unit)))
    };
    let when = match &meter.forecast {
        _ if meter.is_used_up() => "is used up".to_owned(),
        ForecastView::Wall { p50, .. } => words::around(*p50, now, zone),
        ForecastView::Clear { until, .. } if meter.resets_at == Some(*until) => {
            format!("lasts to its reset {}", words::moment(*until, now, zone))
        }
        ForecastView::Clear { until, .. } => format!("not before {}", words::moment(*until, now, zone)),
        // What has no limit cannot run out; that it has no forecast is no news.
        ForecastView::Unknown { .. } if meter.kind == MeterKind::Spend => "has no limit".to_owned(),
        ForecastView::Unknown { .. } if meter.kind == MeterKind::Rate => "refills all the time".to_owned(),
        ForecastView::Unknown { reason } => format!("no forecast: {reason}"),
    };
    let used = meter.headroom.is_none() && meter.used.is_some();
    [
        account.id.to_string(),
        meter.key.0.clone(),
        if used { format!("{} used", amount(&meter.used)) } else { amount(&meter.headroom) },
        amount(&meter.limit),
        match meter.burn {
            Some(burn) if burn > 0.0 => words::per_hour(burn, meter.unit),
            Some(_) => "idle".to_owned(),
            None => String::new(),
        },
        when,
        format!("{} ago", words::span(now.since(meter.read_at))),
    ]
}

/// Colour by urgency, on a terminal only; the words say the same.
fn paint(text: &str, severity: Option<Severity>, colours: bool) -> String {
    let code = match severity {
        Some(Severity::HeadsUp) => "33",
        Some(Severity::Soon) => "93",
        Some(Severity::Now | Severity::Refused) => "91;1",
        None => return text.to_owned(),
    };
    if colours && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    #[test]
    fn a_sum_over_currencies_stands_with_its_rates() {
        let mut total = TotalView {
            unit: Unit::USD,
            today: Some("10".into()),
            week: Some("14".into()),
            month: Some("150.0014".into()),
            note: "CNY at 0.14 USD, your rate of 1 Nov 2026".into(),
        };
        assert_eq!(
            in_all(&total),
            "Spent in all: $10.00 today, $14.00 this week, $150.00 this month (CNY at 0.14 USD, your rate of 1 Nov 2026)."
        );
        (total.today, total.week, total.month) = (None, None, None);
        total.note = "no sum in USD: config.toml has no rate for EUR".into();
        assert_eq!(in_all(&total), "Spent in all: no sum in USD: config.toml has no rate for EUR.");
    }
}
