//! Start, close, start again, end.

use crate::display::Display;
use crate::place::{PROGRAM, Place, Running, descendants, until};
use std::process::Stdio;

const TITLE: &str = "Tollwatch";
/// The web view's own process; its name is cut at 15 characters by Linux.
const WEB_VIEW: &str = "WebKitWebProces";

/// A program and its window on the screen.
fn shown(place: &Place, display: &Display) -> (Running, u32) {
    let program = Running::start(&mut place.command(PROGRAM));
    let window = until("the window is on the screen", || display.window(TITLE));
    (program, window)
}

#[test]
#[ignore = "needs a display and a bus: scripts/window-test"]
fn a_closed_window_leaves_the_watch_running_and_takes_its_web_view_along() {
    let (place, display) = (Place::new(), Display::open());
    let (mut program, window) = shown(&place, &display);
    until("there is a web view", || (!descendants(program.0.id(), WEB_VIEW).is_empty()).then_some(()));

    display.press_close(window);
    until("the window is gone", || display.window(TITLE).is_none().then_some(()));
    until("its web view is gone", || descendants(program.0.id(), WEB_VIEW).is_empty().then_some(()));
    assert!(program.0.try_wait().expect("a child of ours").is_none(), "the program lives on");

    let second = place.command(PROGRAM).stderr(Stdio::piped()).output().expect("a second start");
    assert!(second.status.success());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("running already: its window is shown"), "{said}");
    until("the window is back", || display.window(TITLE));
    until("so is a web view", || (!descendants(program.0.id(), WEB_VIEW).is_empty()).then_some(()));

    assert!(program.terminate().success(), "a clean end");
}

#[test]
#[ignore = "needs a display and a bus: scripts/window-test"]
fn a_hidden_start_has_no_web_view_and_a_second_one_stays_hidden() {
    let (place, display) = (Place::new(), Display::open());
    let mut program = Running::start(place.command(PROGRAM).arg("--hidden"));
    // The history is made once the program is the only one on the bus, so a second start finds it there.
    until("the first is up", || place.data().join("history.sqlite").exists().then_some(()));
    let second = place.command(PROGRAM).arg("--hidden").stderr(Stdio::null()).status();
    assert!(second.expect("a second start").success());
    assert_eq!(display.window(TITLE), None);
    assert_eq!(descendants(program.0.id(), WEB_VIEW), Vec::<u32>::new());
    assert!(program.terminate().success(), "a clean end");
}

#[test]
#[ignore = "needs a display and a bus: scripts/window-test"]
fn the_window_comes_back_as_large_as_it_was() {
    let (place, display) = (Place::new(), Display::open());
    let (mut program, window) = shown(&place, &display);
    // Until its web view is up the toolkit still settles the window's first size.
    until("there is a web view", || (!descendants(program.0.id(), WEB_VIEW).is_empty()).then_some(()));
    until("it keeps the new size", || {
        display.resize(window, 900, 640);
        std::thread::sleep(std::time::Duration::from_millis(500));
        (display.size(window) == (900, 640)).then_some(())
    });
    assert!(program.terminate().success());
    drop(program);

    let (mut program, window) = shown(&place, &display);
    until("it has the size of last time", || (display.size(window) == (900, 640)).then_some(()));
    assert!(program.terminate().success());
}

#[test]
#[ignore = "needs a display and a bus: scripts/window-test"]
fn without_a_display_it_says_what_to_do_instead() {
    let place = Place::new();
    for display in [None, Some(":4077")] {
        let mut command = place.command(PROGRAM);
        command.env_remove("DISPLAY").stderr(Stdio::piped());
        if let Some(display) = display {
            command.env("DISPLAY", display);
        }
        let ended = command.output().expect("it starts");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains("`tollwatch serve`"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}
