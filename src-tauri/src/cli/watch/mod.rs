//! `tollwatch watch`: the first screen in a terminal, for ssh. It reads the stored history and changes nothing.

mod account;
mod bars;
mod screen;
mod state;
#[cfg(test)]
mod tests;

use super::{OK, WRONG_WORDS};
use crate::api::types::Overview;
use crate::api::{StoreView, overview_of_store};
use crate::config::{Config, Folders};
use crate::monitor::Clock;
use crate::store::Store;
use jiff::tz::TimeZone;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use state::{Key, State};
use std::io::{IsTerminal, Write};
use std::time::{Duration, SystemTime};

pub(super) const HELP: &str = "\
Keys:
  up, down, k, j    choose a meter            home, end, g, G   the first, the last
  enter             its account with a chart  esc, left         back
  r                 read the history again    q, ctrl-c         end

It only reads: alerts are acknowledged and snoozed in the window, on the page of `tollwatch serve`, or in the notice.
It reads again when the history changes, and says how old the figures are. NO_COLOR is followed; no colour is needed.";

/// How often it is looked whether the history has changed.
const LOOK: Duration = Duration::from_secs(2);
/// After so many looks without a change it is read all the same: ages and forecasts move with the time.
const LOOKS: u32 = 15;

/// Until a key or a signal ends it.
pub(super) async fn run() -> anyhow::Result<u8> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        writeln!(
            std::io::stderr(),
            "tollwatch: watch needs a terminal; `tollwatch status` prints the same, also into a pipe"
        )?;
        return Ok(WRONG_WORDS);
    }
    let folders = Folders::find()?;
    // What cannot be read at all is said before the screen is taken.
    Config::load(&folders.config_file())?;
    let mut state = State::new(std::env::var_os("NO_COLOR").is_none(), TimeZone::system());
    state.take(read(&folders));
    let mut terminal = ratatui::try_init()?;
    let ended = until_end(&mut terminal, &mut state, &folders).await;
    ratatui::restore();
    ended?;
    Ok(OK)
}

/// Draws when something has changed: a key, the size, the history, or half a minute.
async fn until_end(
    terminal: &mut DefaultTerminal,
    state: &mut State,
    folders: &Folders,
) -> anyhow::Result<()> {
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    // It ends with the program: nothing wakes a thread that waits for a key.
    std::thread::spawn(move || {
        while let Ok(event) = event::read() {
            if sender.send(event).is_err() {
                return;
            }
        }
    });
    let mut look = tokio::time::interval(LOOK);
    let mut stop = std::pin::pin!(stopped());
    let (mut seen, mut looks) = (stamps(folders), 0);
    terminal.draw(|frame| screen::draw(frame, state))?;
    loop {
        let changed = tokio::select! {
            event = events.recv() => match event {
                None => return Ok(()),
                Some(Event::Key(key)) => match meaning(key) {
                    Some(Key::End) => return Ok(()),
                    Some(Key::Reload) => {
                        state.take(read(folders));
                        true
                    }
                    Some(key) => state.press(key),
                    None => false,
                },
                Some(Event::Resize(..)) => true,
                Some(_) => false,
            },
            _ = look.tick() => {
                let now = stamps(folders);
                looks += 1;
                let again = now != seen || looks >= LOOKS;
                if again {
                    (seen, looks) = (now, 0);
                    state.take(read(folders));
                }
                again
            }
            () = &mut stop => return Ok(()),
        };
        if changed {
            terminal.draw(|frame| screen::draw(frame, state))?;
        }
    }
}

/// When the history and the config were last written.
fn stamps(folders: &Folders) -> [Option<SystemTime>; 3] {
    let history = folders.history_file();
    let mut wal = history.clone().into_os_string();
    wal.push("-wal");
    let at = |path: &std::path::Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    [at(&history), at(wal.as_ref()), at(&folders.config_file())]
}

/// The screen as the history tells it; a sentence where it tells nothing.
fn read(folders: &Folders) -> Result<Overview, String> {
    let config = Config::load(&folders.config_file()).map_err(|error| error.to_string())?;
    if config.accounts.is_empty() {
        return Err("No account yet. `tollwatch accounts add` adds one.".to_owned());
    }
    if !folders.history_file().exists() {
        return Err(
            "No figures yet. `tollwatch poll` fetches them; `tollwatch serve` keeps them fresh.".into()
        );
    }
    let store = Store::open_read_only(&folders.history_file()).map_err(|error| error.to_string())?;
    let live = store.live_episodes().map_err(|error| error.to_string())?;
    let view = StoreView { store, now: Clock::Real.now(), live };
    overview_of_store(view, &config, &TimeZone::system()).map_err(|error| error.to_string())
}

/// What a key asks for.
fn meaning(key: KeyEvent) -> Option<Key> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Key::End,
        _ if control => return None,
        KeyCode::Char('q') => Key::End,
        KeyCode::Char('r') => Key::Reload,
        KeyCode::Char('j') | KeyCode::Down => Key::Down,
        KeyCode::Char('k') | KeyCode::Up => Key::Up,
        KeyCode::Char('g') | KeyCode::Home => Key::First,
        KeyCode::Char('G') | KeyCode::End => Key::Last,
        KeyCode::Enter | KeyCode::Right | KeyCode::Char('l') => Key::Open,
        KeyCode::Esc | KeyCode::Left | KeyCode::Char('h') | KeyCode::Backspace => Key::Back,
        _ => return None,
    })
}

/// Resolves when somebody asks the program to end, or the terminal goes away.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let of = |kind| signal(kind).ok();
        let mut all = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()].map(of);
        let [term, hup, int] = &mut all;
        if let (Some(term), Some(hup), Some(int)) = (term, hup, int) {
            tokio::select! { _ = term.recv() => {} _ = hup.recv() => {} _ = int.recv() => {} }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
