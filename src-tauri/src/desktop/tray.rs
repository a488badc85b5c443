//! The tray: a gauge of the account that is nearest its wall, and a menu that names the nearest walls. Drawn again
//! only when what it says has changed. On desktops without a tray nothing here is missed: a second start of the
//! program shows the window too.

mod face;

use crate::library::Library;
use crate::window;
use face::{Face, Line};
use std::time::Duration;
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};
use tollwatch::charts::{self, Gauge};
use tollwatch::say;

/// The tray is not redrawn more often than this, however fast events come.
const PAUSE: Duration = Duration::from_secs(2);
/// The icon's edge in pixels; panels scale it down.
const EDGE: u32 = 64;

const OPEN: &str = "open";
const QUIT: &str = "quit";
/// Before an account's id in the id of its menu line.
const ACCOUNT: &str = "account:";

/// Puts the tray up and keeps it true.
pub(crate) fn start(handle: &AppHandle) {
    let face = Face::default();
    // The indicator library of Linux is loaded when first used, and panics when there is none.
    let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| build(handle, &face)));
    match built {
        Ok(Ok(tray)) => {
            tauri::async_runtime::spawn(follow(handle.clone(), tray, face));
        }
        Ok(Err(error)) => tracing::warn!(%error, "no tray here"),
        Err(_) => tracing::warn!("no tray here: the indicator library cannot be loaded"),
    }
}

fn build(handle: &AppHandle, face: &Face) -> tauri::Result<TrayIcon> {
    TrayIconBuilder::with_id("tollwatch")
        .icon(icon(face))
        .title(&face.title)
        .tooltip(&face.tooltip)
        .menu(&menu(handle, face)?)
        .on_menu_event(|handle, event| match event.id().as_ref() {
            OPEN => window::show(handle, None),
            QUIT => handle.exit(0),
            other => {
                if let Some(account) = other.strip_prefix(ACCOUNT) {
                    window::show(handle, Some(window::page(account)));
                }
            }
        })
        .build(handle)
}

/// Waits for events and draws what they changed.
async fn follow(handle: AppHandle, tray: TrayIcon, mut face: Face) {
    // Without a library there is nothing to show but Open and Quit; the window says why.
    let Ok(app) = Library::of(&handle).ready().await else { return };
    let mut events = app.events();
    loop {
        match app.overview().await {
            Ok(overview) => {
                let fresh = Face::of(&overview);
                if fresh != face {
                    if let Err(error) = redraw(&handle, &tray, &face, &fresh) {
                        tracing::warn!(%error, "the tray cannot be redrawn");
                    }
                    face = fresh;
                }
            }
            // The window says so too; the tray keeps what it last knew.
            Err(error) => tracing::warn!(%error, "no overview for the tray"),
        }
        if matches!(events.recv().await, Err(tokio::sync::broadcast::error::RecvError::Closed)) {
            return;
        }
        tokio::time::sleep(PAUSE).await;
        // What came meanwhile is in the next overview.
        events = events.resubscribe();
    }
}

fn redraw(handle: &AppHandle, tray: &TrayIcon, before: &Face, now: &Face) -> tauri::Result<()> {
    if (now.level, now.severity) != (before.level, before.severity) {
        tray.set_icon(Some(icon(now)))?;
    }
    // macOS writes it into the menu bar, and Linux panels that show labels beside the icon.
    if now.title != before.title {
        tray.set_title(Some(&now.title))?;
    }
    if now.tooltip != before.tooltip {
        tray.set_tooltip(Some(&now.tooltip))?;
    }
    // Its own lines speak the language too.
    if now.lines != before.lines || now.language != before.language {
        tray.set_menu(Some(menu(handle, now)?))?;
    }
    Ok(())
}

fn menu(handle: &AppHandle, face: &Face) -> tauri::Result<Menu<Wry>> {
    let menu = Menu::new(handle)?;
    if face.lines.is_empty() {
        menu.append(&MenuItem::new(handle, &face.tooltip, false, None::<&str>)?)?;
    }
    for Line { account, text } in &face.lines {
        menu.append(&MenuItem::with_id(handle, format!("{ACCOUNT}{account}"), text, true, None::<&str>)?)?;
    }
    menu.append(&PredefinedMenuItem::separator(handle)?)?;
    menu.append(&MenuItem::with_id(handle, OPEN, say!("tray-open"), true, None::<&str>)?)?;
    menu.append(&MenuItem::with_id(handle, QUIT, say!("tray-quit"), true, None::<&str>)?)?;
    Ok(menu)
}

/// The gauge; the program's own icon if it cannot be drawn.
fn icon(face: &Face) -> Image<'static> {
    let shown = Gauge { left: face.level.map(|percent| f64::from(percent) / 100.0), severity: face.severity };
    match charts::gauge(shown, EDGE) {
        Ok(pixels) => Image::new_owned(pixels, EDGE, EDGE),
        Err(error) => {
            tracing::warn!(%error, "the gauge cannot be drawn");
            tauri::include_image!("icons/32x32.png")
        }
    }
}
