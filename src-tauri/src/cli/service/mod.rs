//! `tollwatch service`: `tollwatch serve` started with the session and kept running, by what the platform has for that:
//! a systemd user unit, a launchd agent, or a task of Windows' scheduler.

mod launchd;
mod systemd;
mod windows;

use super::{FAILED, NO_FIGURES, OK, say, say_json};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The first line of every file of ours: one without it is somebody else's, and is left alone.
const MARK: &str = "Written by `tollwatch service install`, which writes it anew";

#[derive(Subcommand)]
pub(crate) enum ServiceCommand {
    /// Write the service's file, and start it now and with each session
    Install(InstallArgs),
    /// Whether it is installed, up to date and running
    Status,
    /// Stop it and take its file away; config, history and keys stay
    Remove,
}

#[derive(Args)]
pub(crate) struct InstallArgs {
    /// The port, in place of the config's
    #[arg(long)]
    port: Option<u16>,
    /// A key that systemd hands over from a file, for an account whose secret is `credential:NAME`; may be given again
    #[arg(long = "credential", value_name = "NAME:FILE", value_parser = credential)]
    credentials: Vec<(String, PathBuf)>,
    /// Print the file, and do nothing
    #[arg(long)]
    print: bool,
    /// Write the file, and start nothing
    #[arg(long)]
    no_start: bool,
}

/// What a service's file is made of.
pub(super) struct Service {
    /// The program, absolute.
    program: PathBuf,
    /// What `serve` is told besides.
    words: Vec<String>,
    credentials: Vec<(String, PathBuf)>,
    /// `TOLLWATCH_CONFIG_DIR` and `TOLLWATCH_DATA_DIR`, where they are set here.
    environment: Vec<(&'static str, String)>,
}

/// What to run to bring a change about, in order; the last word of each is for people.
pub(super) type Calls = Vec<Vec<String>>;

/// One platform's way.
pub(super) struct Way {
    /// Where the file goes.
    file: PathBuf,
    start: Calls,
    stop: Calls,
    /// What says whether it runs, by its exit code.
    running: Vec<String>,
    /// What the user may want to know besides.
    hint: String,
}

pub(super) fn run(command: ServiceCommand, json: bool) -> anyhow::Result<u8> {
    if cfg!(windows) {
        return match command {
            ServiceCommand::Install(args) => notes(&windows::install(&service(args)?), json),
            ServiceCommand::Status => notes(windows::STATUS, json),
            ServiceCommand::Remove => notes(windows::REMOVE, json),
        };
    }
    let way = way()?;
    match command {
        ServiceCommand::Install(args) if args.print => {
            say(text(&service(args)?, &home()?).trim_end())?;
            Ok(OK)
        }
        ServiceCommand::Install(args) => install(&way, args, json),
        ServiceCommand::Status => status(&way, json),
        ServiceCommand::Remove => remove(&way, json),
    }
}

fn install(way: &Way, args: InstallArgs, json: bool) -> anyhow::Result<u8> {
    let no_start = args.no_start;
    let service = service(args)?;
    for (name, file) in &service.credentials {
        anyhow::ensure!(
            file.is_file(),
            "the credential {name} is to come from {}, and there is no such file",
            file.display()
        );
    }
    anyhow::ensure!(
        cfg!(not(target_os = "macos")) || service.credentials.is_empty(),
        "credentials are systemd's; on macOS keep keys in the keychain, or in the environment of the agent"
    );
    ours(&way.file)?;
    write(&way.file, &text(&service, &home()?))?;
    let trouble = if no_start { None } else { carry_out(&way.start) };
    let todo: Vec<String> = if no_start || trouble.is_some() { shown(&way.start) } else { Vec::new() };
    if json {
        say_json(&serde_json::json!({
            "file": way.file, "started": todo.is_empty(), "problem": trouble, "run": todo,
        }))?;
    } else {
        say(format!("Wrote {}", way.file.display()))?;
        match &trouble {
            None if no_start => say("To start it:")?,
            None => {
                say("It runs, and starts with each session. `tollwatch service status` says how it does.")?
            }
            Some(trouble) => say(format!("It could not be started: {trouble}\nOnce that is mended:"))?,
        }
        todo.iter().try_for_each(|line| say(format!("  {line}")))?;
        say(&way.hint)?;
    }
    Ok(if trouble.is_some() { FAILED } else { OK })
}

fn status(way: &Way, json: bool) -> anyhow::Result<u8> {
    let text = std::fs::read_to_string(&way.file).ok();
    let is_ours = text.as_deref().is_some_and(|text| text.contains(MARK));
    let program = std::env::current_exe()?;
    // Moved or upgraded to another place: the service would start the old one.
    let current = text.as_deref().is_some_and(|text| text.contains(&*program.to_string_lossy()));
    let running = text.is_some() && carry_out(std::slice::from_ref(&way.running)).is_none();
    if json {
        say_json(&serde_json::json!({
            "file": way.file, "installed": text.is_some(), "ours": is_ours, "this_program": current, "running": running,
        }))?;
    } else if text.is_none() {
        say("Not installed. `tollwatch service install` does that.")?;
    } else {
        say(format!("Installed: {}", way.file.display()))?;
        if !is_ours {
            say("Somebody else wrote that file; `install` and `remove` leave it alone.")?;
        } else if !current {
            say(format!(
                "It starts another program than this one ({}): `tollwatch service install` mends that.",
                program.display()
            ))?;
        }
        say(if running { "It runs." } else { "It does not run." })?;
        if !running {
            say(format!("To start it: {}", shown(&way.start).join(" && ")))?;
        }
    }
    Ok(if running { OK } else { NO_FIGURES })
}

fn remove(way: &Way, json: bool) -> anyhow::Result<u8> {
    let there = way.file.exists();
    let mut trouble = None;
    if there {
        ours(&way.file)?;
        // Stopped first: without its file the platform no longer knows how.
        trouble = carry_out(&way.stop);
        std::fs::remove_file(&way.file)
            .map_err(|error| anyhow::anyhow!("{} cannot be removed: {error}", way.file.display()))?;
    }
    if json {
        say_json(&serde_json::json!({ "removed": there, "file": way.file, "problem": trouble }))?;
    } else if there {
        say(format!("Removed {}. Config, history and keys stay.", way.file.display()))?;
        if let Some(trouble) = trouble {
            say(format!("Whether it still runs is not known: {trouble}"))?;
        }
    } else {
        say("It was not installed.")?;
    }
    Ok(OK)
}

/// Refuses a file that is not ours.
fn ours(file: &Path) -> anyhow::Result<()> {
    match std::fs::read_to_string(file) {
        Ok(text) => anyhow::ensure!(
            text.contains(MARK),
            "{} was not written by Tollwatch, so it is left alone. Move it away first.",
            file.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => anyhow::bail!("{} cannot be read: {error}", file.display()),
    }
    Ok(())
}

/// A whole file or none: a service's file that is cut off would be started as it is.
fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let put = || -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let new = file.with_extension("new");
        std::fs::write(&new, text)?;
        std::fs::rename(&new, file)
    };
    put().map_err(|error| anyhow::anyhow!("{} cannot be written: {error}", file.display()))
}

/// Runs each until one fails; why, in its own words.
fn carry_out(calls: &[Vec<String>]) -> Option<String> {
    for call in calls {
        let (program, words) = call.split_first()?;
        match Command::new(program).args(words).stdin(Stdio::null()).output() {
            Err(error) => return Some(format!("{program}: {error}")),
            Ok(done) if !done.status.success() => {
                let said = String::from_utf8_lossy(&done.stderr);
                let said = said.trim().lines().next().unwrap_or("it said nothing").to_owned();
                return Some(format!("{}: {said}", call.join(" ")));
            }
            Ok(_) => {}
        }
    }
    None
}

fn shown(calls: &[Vec<String>]) -> Vec<String> {
    calls.iter().map(|call| call.join(" ")).collect()
}

fn service(args: InstallArgs) -> anyhow::Result<Service> {
    let set = |name: &'static str| Some((name, std::env::var(name).ok().filter(|value| !value.is_empty())?));
    let credentials = args
        .credentials
        .into_iter()
        .map(|(name, file)| Ok((name, std::path::absolute(file)?)))
        .collect::<std::io::Result<_>>()?;
    let program = std::env::current_exe()?;
    anyhow::ensure!(
        !cfg!(target_os = "linux") || !program.to_string_lossy().contains(['"', '\'', '\\']),
        "systemd starts no program with a quotation mark or a backslash in its path: move {} elsewhere first",
        program.display()
    );
    Ok(Service {
        program,
        words: args.port.map_or_else(Vec::new, |port| words(&["--port", &port.to_string()])),
        credentials,
        environment: ["TOLLWATCH_CONFIG_DIR", "TOLLWATCH_DATA_DIR"].into_iter().filter_map(set).collect(),
    })
}

fn credential(text: &str) -> Result<(String, PathBuf), String> {
    let (name, file) = text.split_once(':').ok_or("write NAME:FILE")?;
    match crate::secrets::Source::parse(&format!("credential:{name}")) {
        Some(_) if !file.is_empty() => Ok((name.to_owned(), PathBuf::from(file))),
        _ => {
            Err("a name has letters, digits, '_', '-' and '.', at most 64; then ':' and the file".to_owned())
        }
    }
}

fn text(service: &Service, home: &Path) -> String {
    if cfg!(target_os = "macos") { launchd::agent(service, home) } else { systemd::unit(service) }
}

fn home() -> anyhow::Result<PathBuf> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    home.ok_or_else(|| anyhow::anyhow!("HOME is not set, so there is no place for a service of yours"))
}

fn way() -> anyhow::Result<Way> {
    let home = home()?;
    Ok(if cfg!(target_os = "macos") { launchd::way(&home) } else { systemd::way(&home) })
}

fn notes(text: &str, json: bool) -> anyhow::Result<u8> {
    if json {
        say_json(&serde_json::json!({ "notes": text }))?
    } else {
        say(text)?
    }
    Ok(OK)
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
