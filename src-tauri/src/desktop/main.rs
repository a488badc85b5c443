//! The program with the window and the tray: the only code that names Tauri.
//!
//! It owns no knowledge: figures, words and pictures come from the library through `tollwatch::api`. Here is what
//! only a desktop has: one instance, a window that is built when shown and destroyed when closed, the tray, the
//! start with the session, and a clean end.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod crash;
mod display;
mod handover;
mod library;
mod pages;
mod tray;
mod window;

use clap::Parser;
use library::Library;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use tauri::{Manager, RunEvent};
use tollwatch::config::Folders;

/// How long the end of the program waits for the library to write down what it holds.
const CLOSING: Duration = Duration::from_secs(10);

/// Tollwatch's window and tray. The command line is `tollwatch`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Start in the tray, without a window, as the start with the session does.
    #[arg(long)]
    hidden: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("TOLLWATCH_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    match run(arguments.hidden) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&format!("Tollwatch: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn run(hidden: bool) -> Result<(), String> {
    display::check(|name| std::env::var_os(name))?;
    let folders = Folders::find().map_err(|error| error.to_string())?;
    // Two workers: the library waits far more than it works, and every thread costs memory.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| format!("the program's threads could not be started: {error}"))?;
    tauri::async_runtime::set(runtime.handle().clone());
    let crashes = folders.data.join(crash::FILE);
    let app = build(folders, hidden)?;
    crash::install(crashes);
    app.run(move |handle, event| match event {
        // The last window is gone, which is no reason to stop watching: only Quit and signals carry a code.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => {
            let library = Library::of(handle);
            let closed = runtime.block_on(async { tokio::time::timeout(CLOSING, library.close()).await });
            if closed.is_err() {
                tracing::warn!("the library did not close in time");
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(handle, None),
        _ => {}
    });
    Ok(())
}

/// Puts the program together. The library opens beside the window, not before it: a first paint waits for nobody.
fn build(folders: Folders, hidden: bool) -> Result<tauri::App, String> {
    let (before, after) = handover::around();
    let builder = tauri::Builder::default()
        .plugin(before)
        .plugin(tauri_plugin_single_instance::init(|handle, arguments, _folder| {
            // A second start by the session is no wish to see the window.
            if !arguments.iter().any(|argument| argument == "--hidden") {
                window::show(handle, None);
            }
        }))
        .plugin(after)
        .plugin(window::remember(&folders))
        .plugin(tauri_plugin_autostart::Builder::new().arg("--hidden").build())
        .invoke_handler(tauri::generate_handler![library::call])
        .setup(move |app| {
            let handle = app.handle();
            handle.manage(folders.clone());
            Library::open(handle, folders);
            tray::start(handle);
            stop_on_signals(handle);
            if !hidden {
                window::show(handle, None);
            }
            Ok(())
        });
    // The window toolkit panics when the display does not answer; that is a message here, not a crash.
    let built = display::without_panic(|| builder.build(tauri::generate_context!()))?;
    built.map_err(|error| format!("the window could not be prepared: {error}"))
}

/// SIGTERM, SIGINT and SIGHUP end the program as Quit does.
fn stop_on_signals(handle: &tauri::AppHandle) {
    #[cfg(unix)]
    for kind in [
        tokio::signal::unix::SignalKind::terminate(),
        tokio::signal::unix::SignalKind::interrupt(),
        tokio::signal::unix::SignalKind::hangup(),
    ] {
        let handle = handle.clone();
        tauri::async_runtime::spawn(async move {
            match tokio::signal::unix::signal(kind) {
                Ok(mut signal) => {
                    signal.recv().await;
                    handle.exit(0);
                }
                Err(error) => tracing::warn!(%error, "a signal cannot be listened for"),
            }
        });
    }
    #[cfg(not(unix))]
    let _ = handle;
}

/// One line for a person who started the program from a terminal.
fn say(line: &str) {
    // Nobody reads stderr when the desktop started us; then there is nobody to tell either.
    let _ = writeln!(std::io::stderr(), "{line}");
}
