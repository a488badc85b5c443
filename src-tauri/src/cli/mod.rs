//! The command line.
//!
//! Exit codes: 0 all well; 1 something failed (said on stderr); 2 the call's words are wrong; 3 an account fails or
//! has no figures, (`explain`) the cause is not known, or (`why`, `backtest`) nothing is there to be told of; 4 a meter is used up or its wall is within 4 hours (`status` and
//! `poll`); 42 `guard` did not run the command; else, of `guard`, the command's own, 126 or 127 when it cannot be run.
//! `status --format` is 0 whenever it printed: a bar hides what fails.

mod accounts;
mod args;
mod backtest;
mod channels;
mod chart;
mod explain;
mod export;
mod guard;
mod import;
mod ledger;
mod line;
mod mcp;
mod ready;
mod replay;
mod report;
mod rhythm;
mod run;
mod service;
mod spend;
mod status;
#[cfg(test)]
mod testing;
mod token;
mod trying;
mod watch;
mod why;

use args::{Args, Command, ConnectorsCommand};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

/// Everything is well.
pub const OK: u8 = 0;
/// The call's words are wrong.
pub const WRONG_WORDS: u8 = 2;
/// Something failed; stderr says what.
pub const FAILED: u8 = 1;
/// An account fails, or has no figures yet.
pub const NO_FIGURES: u8 = 3;
/// A meter is used up, or its wall is near.
pub const NEAR_WALL: u8 = 4;
/// `guard` did not run the command.
pub const REFUSED: u8 = 42;

/// Runs the command line. A closed pipe (`| head`) is no error.
pub fn main() -> ExitCode {
    let args = Args::parse();
    log(&args);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(args)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) if closed_pipe(&error) => ExitCode::from(OK),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "tollwatch: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

async fn dispatch(args: Args) -> anyhow::Result<u8> {
    let json = args.json;
    match args.command {
        Command::Status(request) => status::status(request, json),
        Command::Watch => watch::run().await,
        Command::Guard(request) => guard::guard(request, json).await,
        Command::Mcp => mcp::run().await,
        Command::Poll { once: _, account } => run::poll(account, json).await,
        Command::Accounts(command) => accounts::run(command, json).await,
        Command::Ledger(request) => ledger::run(request, json),
        Command::Channels(command) => channels::run(command, json).await,
        Command::Connectors { command: None } => accounts::connectors(json),
        Command::Connectors { command: Some(ConnectorsCommand::Show { connector }) } => {
            accounts::connector(&connector, json)
        }
        Command::Connectors { command: Some(ConnectorsCommand::Try(request)) } => {
            trying::run(request, json).await
        }
        Command::Chart(request) => chart::run(request, json),
        Command::Spend(request) => spend::run(request, json),
        Command::WhatIf(request) => rhythm::what_if(request, json),
        Command::Away { command } => rhythm::away(command, json),
        Command::Explain(request) => explain::run(request, json),
        Command::Replay(request) => replay::run(request, json),
        Command::Why { episode, list } => why::run(episode, list, json),
        Command::Export(request) => export::run(request, json),
        Command::Import(request) => import::run(request, json),
        Command::Report(request) => report::run(request, json),
        Command::Backtest => backtest::run(json),
        Command::Serve(request) => run::serve(request, json).await,
        Command::Service(command) => service::run(command, json),
        Command::Token(command) => token::run(command, json),
        Command::Openapi => token::openapi(),
        Command::Config(command) => accounts::config(command, json),
        Command::Completions { shell } => {
            args::completions(shell);
            Ok(OK)
        }
    }
}

/// Prints a line to stdout; a closed pipe ends the program quietly through the error.
pub(crate) fn say(line: impl std::fmt::Display) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Prints a value as JSON.
pub(crate) fn say_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    say(serde_json::to_string_pretty(value)?)
}

fn closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// Logs to stderr, or to the journal where systemd put that there: warnings (a service also what happens), or what
/// `-v`, `-vv` or `TOLLWATCH_LOG` asks for. Nothing in it is secret.
fn log(args: &Args) {
    let service = matches!(&args.command, Command::Serve(serve) if serve.service);
    let level = match args.verbose + u8::from(service) {
        0 => "warn",
        1 => "tollwatch=info",
        _ => "tollwatch=debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("TOLLWATCH_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    #[cfg(target_os = "linux")]
    if let Some(journal) = ready::journal() {
        use tracing_subscriber::layer::SubscriberExt as _;
        use tracing_subscriber::util::SubscriberInitExt as _;
        let _ = tracing_subscriber::registry().with(filter).with(journal).try_init();
        return;
    }
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .try_init();
}
