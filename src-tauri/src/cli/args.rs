//! The words of the command line.

use clap::{CommandFactory, Parser, Subcommand};
use std::path::PathBuf;

const EXPLAIN: &str = "\
Examples:
  curl -si https://openrouter.ai/api/v1/… | tollwatch explain
  tollwatch explain --curl answer.txt --connector openrouter
  tollwatch explain --status 402 --header 'retry-after: 60' --body body.json
  tollwatch explain --account ci < traceback.txt
  tollwatch explain --json < answer.txt | jq -r '.cause, .steps[0].text'

What is read: `curl -i` and `curl -v`, HTTPie, a browser's network panel, a body alone, and errors as libraries
print them in Python, Node, Go, Rust and Java. Keys, cookies and the request are dropped before anything else
sees the text, and nothing is stored. It asks nobody; without --account it opens no file of its own.

Causes (\"cause\" in JSON):
  balance_exhausted, request_too_large, key_limit, budget_exceeded, provider_cap, free_quota, plan_missing,
  payment_failed, reload_missed, rate_limited, capacity, in_flight, credentials, gateway_misconfigured,
  payment_challenge, network, unknown

Exit codes:
  0  explained       1  something failed, stderr says what        2  wrong words, or a file that cannot be read
  3  the cause is not known";

const REPLAY: &str = "\
Examples:
  tollwatch replay                               the last 30 days of every account, with the rules that are set
  tollwatch replay ci --since 8w --sensitivity high
                                                 what another sensitivity would have told, before it is set
  tollwatch replay --polls DIR --episodes episodes.csv --forecasts out.csv > notices.jsonl
                                                 scripted accounts, for scoring

DIR holds one TRACE.csv or TRACE.csv.gz each with the columns t_unix and spent_usd, the total so far; the episodes
have the columns episode, trace, start_t and amount_usd. Printed is one line a notice, until the wall:
  {\"episode\":17,\"t\":1730400000,\"severity\":\"heads_up\"}
Forecasts are rows episode,t,p10_h,p50_h,p90_h: hours from t, empty beyond the horizon, at the first poll of each hour.";

const EXAMPLES: &str = "\
Examples:
  tollwatch serve --demo              see everything work without a key
  tollwatch connectors                what can be watched
  tollwatch connectors show openai    which key it needs, and where that is made
  tollwatch connectors try http_json --url https://gw.example --option path=/stats --option 'meters=[…]'
                                      shows which pointer finds what
  tollwatch accounts add openrouter --label ci --secret key
                                      asks for the key, tests it, keeps it in the keychain
  tollwatch status                    what is left, and when it runs out
  tollwatch ledger ci had '50 USD' --on 2026-11-01
                                      counts down from there, where the provider says no balance
  tollwatch what-if ci --spend '30 USD' --at tonight
                                      moves the wall, before it is spent
  tollwatch away until monday         no work is expected until then
  tollwatch chart ci key_limit -o ci.svg
  curl -si https://… | tollwatch explain
                                      which 402 it was, and what mends it
  tollwatch why                       why the newest alert was told
  tollwatch guard ci --need 2USD -- ./batch.sh
                                      runs it only if ci can pay for it
  tollwatch watch                     the same as a screen, over ssh

Exit codes:
  0  all well        1  something failed, stderr says what        2  wrong words
  3  an account fails or has no figures yet
  4  a meter is used up, or runs out within 4 hours";

/// Says when each LLM balance, key limit, budget or quota runs out, before calls are refused with 402.
#[derive(Parser)]
#[command(version, about, after_help = EXAMPLES, propagate_version = true)]
pub(super) struct Args {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Say more on stderr (-vv: every request)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// What is left of every meter, and when it runs out, from the stored history
    #[command(after_help = super::status::help())]
    Status(super::status::StatusArgs),
    /// A full screen of what is left and when it runs out, for a terminal; reads the stored history
    #[command(after_help = super::watch::HELP)]
    Watch,
    /// Run a command only if an account can pay for it; exit code 42 otherwise
    #[command(after_help = super::guard::HELP)]
    Guard(super::guard::GuardArgs),
    /// Answer agents over stdio (Model Context Protocol): what is left, when it runs out, what can be afforded
    #[command(after_help = super::mcp::HELP)]
    Mcp,
    /// Poll the accounts now and store what they say
    Poll {
        /// Poll once and end (the only way; `serve` polls for ever)
        #[arg(long)]
        once: bool,
        /// Only this account
        account: Option<String>,
    },
    /// Add, list, test or remove accounts
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Show or edit an account's ledger: what you had, topped up and spent, where the provider says no balance
    Ledger(LedgerArgs),
    /// List, test or retry the channels beside the desktop: webhook, Slack, ntfy, e-mail
    #[command(subcommand)]
    Channels(super::channels::ChannelsCommand),
    /// List what can be watched, and which key each needs
    #[command(args_conflicts_with_subcommands = true)]
    Connectors {
        #[command(subcommand)]
        command: Option<ConnectorsCommand>,
    },
    /// Draw a meter's past and forecast into a file
    Chart(ChartArgs),
    /// What an account's money went on, by model, key, project or user
    Spend(SpendArgs),
    /// What a planned batch, another price or an absence would do to an account's walls; changes nothing
    WhatIf(WhatIfArgs),
    /// Say that you are away, so that no work is expected; without words: whether you are
    Away {
        #[command(subcommand)]
        command: Option<AwayCommand>,
    },
    /// Say why a call was refused (402 and its disguises), and what mends it
    #[command(after_help = EXPLAIN)]
    Explain(ExplainArgs),
    /// What the alerts would have told: over your own history, or over scripted accounts
    #[command(after_help = REPLAY)]
    Replay(ReplayArgs),
    /// Say why an alert was told: the rule, the figures and the forecast behind it, and what came of it
    Why {
        /// The alert's number, as `tollwatch status` and `why --list` say it; the newest if missing
        #[arg(value_parser = clap::value_parser!(i64).range(1..))]
        episode: Option<i64>,
        /// List the alerts of the last 30 days with their numbers
        #[arg(long, conflicts_with = "episode")]
        list: bool,
    },
    /// Write samples, spend, alerts or FOCUS costs as CSV, JSON lines or Parquet
    #[command(after_help = super::export::EXAMPLES)]
    Export(super::export::ExportArgs),
    /// Take back what `export` wrote; nothing that is stored is written over
    Import(super::import::ImportArgs),
    /// A month on paper as one HTML document: what each account cost, on what, and which walls were met
    Report(super::report::ReportArgs),
    /// Say how good the forecasts and warnings of the last 90 days were
    Backtest,
    /// Run the monitor without a window; serve the same pages on 127.0.0.1
    Serve(ServeArgs),
    /// Keep `serve` running with your session: a systemd user unit, a launchd agent, a task on Windows
    #[command(subcommand)]
    Service(super::service::ServiceCommand),
    /// Make, list and remove lasting tokens for the server's API
    #[command(subcommand)]
    Token(super::token::TokenCommand),
    /// Print the OpenAPI description of the server's API
    Openapi,
    /// Show where the config is, or what may stand in it
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell, to be sourced by it
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand)]
pub(super) enum AccountsCommand {
    /// Add an account: test it, keep its key in the keychain, write it to the config
    Add(AddArgs),
    /// List accounts and where their secrets are (never the secrets)
    List,
    /// Remove an account and its secrets
    Remove {
        /// The account's id, as `accounts list` says it
        id: String,
        /// Keep its history in the store
        #[arg(long)]
        keep_history: bool,
    },
    /// Store a further key of an account, or another in place of one; asked for without echo
    Key {
        /// The account's id, as `accounts list` says it
        id: String,
        /// The key's role, as `tollwatch connectors show` says it; or ROLE=env:NAME, ROLE=credential:NAME
        #[arg(value_name = "ROLE[=env:NAME]")]
        role: String,
    },
    /// What keeps an account's calls from being refused, and what of it is missing; from the stored history
    Check {
        /// The account's id, as `accounts list` says it
        id: String,
    },
    /// Poll an account once and say what it answers; stores nothing
    Test {
        /// The account's id, as `accounts list` says it
        id: String,
    },
}

#[derive(Subcommand)]
pub(super) enum ConnectorsCommand {
    /// Say of one connector which keys and options it takes, and what each key shows
    Show {
        /// The connector's id, as `tollwatch connectors` says it
        connector: String,
    },
    /// Fetch once with a connector and show everything that comes back; stores nothing
    Try(TryArgs),
}

#[derive(clap::Args)]
pub(super) struct TryArgs {
    /// The connector's id, as `tollwatch connectors` says it
    pub(super) connector: String,
    /// Where it answers, if not at the connector's usual address
    #[arg(long)]
    pub(super) url: Option<String>,
    /// A secret's role, asked for without echo (or read from stdin); or ROLE=env:NAME, ROLE=credential:NAME
    #[arg(long = "secret", value_name = "ROLE[=env:NAME]")]
    pub(super) secrets: Vec<String>,
    /// A setting of the connector
    #[arg(long = "option", value_name = "NAME=VALUE")]
    pub(super) options: Vec<String>,
    /// Your own monthly budget, such as '50 USD'
    #[arg(long)]
    pub(super) budget: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct AddArgs {
    /// The connector's id, as `tollwatch connectors` says it
    pub(super) connector: String,
    /// What you call it
    #[arg(long)]
    pub(super) label: Option<String>,
    /// Its stable id; made from the label if missing
    #[arg(long)]
    pub(super) id: Option<String>,
    /// Where it answers, if not at the connector's usual address
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// A secret's role, asked for without echo (or read from stdin); or ROLE=env:NAME, ROLE=credential:NAME. Never the key itself:
    /// other users see a program's words
    #[arg(long = "secret", value_name = "ROLE[=env:NAME]")]
    pub(super) secrets: Vec<String>,
    /// A setting of the connector
    #[arg(long = "option", value_name = "NAME=VALUE")]
    pub(super) options: Vec<String>,
    /// Your own monthly budget, such as '50 USD'
    #[arg(long)]
    pub(super) budget: Option<String>,
    /// What is there, such as '50 USD', where the provider does not say it: it is counted down from there
    #[arg(long, value_name = "AMOUNT")]
    pub(super) had: Option<String>,
    /// When that was: 2026-11-01 (its midnight in UTC) or 2026-11-01T14:30:00Z; now if missing
    #[arg(long, value_name = "DATE", requires = "had")]
    pub(super) on: Option<String>,
    /// Add it even if the test fails
    #[arg(long)]
    pub(super) anyway: bool,
}

#[derive(clap::Args)]
pub(super) struct LedgerArgs {
    /// The account's id, as `accounts list` says it
    pub(super) account: String,
    #[command(subcommand)]
    pub(super) change: Option<LedgerCommand>,
}

#[derive(Subcommand)]
pub(super) enum LedgerCommand {
    /// So much was there: counting starts from here
    Had(EntryArgs),
    /// So much was added
    ToppedUp(EntryArgs),
    /// So much was spent that no report of the provider knows of
    Spent(EntryArgs),
    /// Take an entry out
    Remove {
        /// The entry's number, as `tollwatch ledger ACCOUNT` says it
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        number: u32,
    },
}

#[derive(clap::Args)]
pub(super) struct EntryArgs {
    /// How much, such as '50 USD'
    pub(super) amount: String,
    /// When: 2026-11-01 (its midnight in UTC) or 2026-11-01T14:30:00Z; now if missing
    #[arg(long, value_name = "DATE")]
    pub(super) on: Option<String>,
    /// In your own words
    #[arg(long)]
    pub(super) note: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct ChartArgs {
    /// The account's id
    pub(super) account: String,
    /// The meter's key, as `tollwatch status` says it
    pub(super) meter: String,
    /// The file to write: .svg or .png
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
    /// How far back
    #[arg(long, default_value = "7d", value_parser = ["24h", "7d", "30d", "1y"])]
    pub(super) range: String,
    /// What was spent, instead of what is left
    #[arg(long)]
    pub(super) spend: bool,
    /// Dark colours
    #[arg(long)]
    pub(super) dark: bool,
    /// Width and height in pixels
    #[arg(long, default_value = "960x360", value_name = "WxH")]
    pub(super) size: String,
}

#[derive(clap::Args)]
pub(super) struct SpendArgs {
    /// The account's id, as `accounts list` says it
    pub(super) account: String,
    /// Told apart by what; what there is when missing
    #[arg(long, value_parser = ["model", "key", "project", "user", "all"])]
    pub(super) by: Option<String>,
    /// How far back
    #[arg(long, default_value = "30d", value_parser = ["24h", "7d", "30d", "1y"])]
    pub(super) range: String,
    /// Every bucket as CSV, for a spreadsheet (--json: as JSON)
    #[arg(long)]
    pub(super) csv: bool,
}

#[derive(clap::Args)]
pub(super) struct WhatIfArgs {
    /// The account's id, as `accounts list` says it
    pub(super) account: String,
    /// Only this meter, as `tollwatch status` says it
    #[arg(long, value_name = "KEY")]
    pub(super) meter: Option<String>,
    /// A batch beside what is usual, such as '30 USD'
    #[arg(long, value_name = "AMOUNT")]
    pub(super) spend: Option<String>,
    /// When: tonight, monday, 2026-12-07T14:00; now if missing
    #[arg(long, value_name = "WHEN", requires = "spend")]
    pub(super) at: Option<String>,
    /// What work will cost beside what it does: 0.5 for a model of half the price
    #[arg(long)]
    pub(super) factor: Option<f64>,
    /// Away from now until then: monday, 2026-12-07
    #[arg(long, value_name = "DATE")]
    pub(super) away_until: Option<String>,
}

#[derive(Subcommand)]
pub(super) enum AwayCommand {
    /// Until a day (back on it) or a time: monday, 2026-12-07, 2026-12-07T14:00
    Until {
        /// The day or time
        #[arg(value_name = "DATE")]
        date: String,
    },
    /// Back again
    Off,
}

#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// The connector's id, as `tollwatch connectors` says it, if you know who answered
    #[arg(long, value_name = "ID")]
    pub(super) connector: Option<String>,
    /// The account that was refused, as `accounts list` says it: its stored figures are then evidence
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,
    /// The HTTP status; goes before one that is found in the text
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..600))]
    pub(super) status: Option<u16>,
    /// A header of the answer; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    pub(super) headers: Vec<(String, String)>,
    /// A file with the answer's body; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "curl")]
    pub(super) body: Option<PathBuf>,
    /// A file with a whole answer (`curl -i`), or an error as a program printed it; - is stdin
    #[arg(long, value_name = "FILE")]
    pub(super) curl: Option<PathBuf>,
}

/// `name: value`.
fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it like 'retry-after: 60'")?;
    let name = name.trim();
    let token =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if token {
        Ok((name.to_owned(), value.trim().to_owned()))
    } else {
        Err("that is no header's name".to_owned())
    }
}

#[derive(clap::Args)]
pub(super) struct ReplayArgs {
    /// The account's id, as `accounts list` says it; all of them when missing
    #[arg(conflicts_with = "polls")]
    pub(super) account: Option<String>,
    /// How far back: 30d, 4w
    #[arg(long, default_value = "30d", value_parser = super::replay::days, conflicts_with = "polls")]
    pub(super) since: u32,
    /// With this sensitivity instead of the one that is set
    #[arg(long, value_parser = ["low", "normal", "high"])]
    pub(super) sensitivity: Option<String>,
    /// A folder with the polls of scripted accounts
    #[arg(long, value_name = "DIR", requires = "episodes")]
    pub(super) polls: Option<PathBuf>,
    /// Which balances those accounts are given, and when
    #[arg(long, value_name = "FILE", requires = "polls")]
    pub(super) episodes: Option<PathBuf>,
    /// Write the forecasts of the scripted accounts here
    #[arg(long, value_name = "FILE", requires = "polls")]
    pub(super) forecasts: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct ServeArgs {
    /// Show the built-in simulator instead of your accounts
    #[arg(long)]
    pub(super) demo: bool,
    /// How fast the simulator's time runs
    #[arg(long, default_value_t = 300.0, requires = "demo", value_parser = clap::value_parser!(f64))]
    pub(super) speed: f64,
    /// What the simulator plays: `tour` (several accounts, for ever) or `drain` (one account runs dry in three days)
    #[arg(long, default_value = "tour", requires = "demo", value_parser = ["tour", "drain"])]
    pub(super) scenario: String,
    /// The port, in place of the config's (9402 if it names none); 0 takes any free one
    #[arg(long)]
    pub(super) port: Option<u16>,
    #[command(flatten)]
    pub(super) reach: super::token::ReachArgs,
    /// As `tollwatch service` starts it: logs what happens, and prints no key to the page
    #[arg(long, conflicts_with = "demo")]
    pub(super) service: bool,
}

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Where config.toml is (and where the history is); with --init, write one with comments if there is none
    Path {
        /// Write a commented config.toml if there is none
        #[arg(long)]
        init: bool,
    },
    /// The JSON Schema of config.toml, for editors
    Schema,
}

pub(super) fn completions(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Args::command(), "tollwatch", &mut std::io::stdout());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_fit_together() {
        Args::command().debug_assert();
    }
}
