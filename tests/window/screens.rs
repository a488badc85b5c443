//! What the window shows: from an empty start to figures and a chart, through the program's own transport.

use crate::driven::Driven;
use crate::place::{PROGRAM, Place};
use std::path::Path;

#[tokio::test]
#[ignore = "needs a display and a bus: scripts/window-test"]
async fn from_an_empty_start_to_the_simulators_figures_and_a_chart() {
    let place = Place::new();
    let window = Driven::start(&place, Path::new(PROGRAM)).await;
    window
        .wait_until("return document.querySelector('h1')?.textContent.includes('No account yet') ?? false")
        .await;
    let empty = window.shoot("empty", "light").await;

    window.click("//button[normalize-space()='Start the simulator']").await;
    window.wait_until("return document.querySelectorAll('li.meter').length > 1").await;
    let sentence = window.text("h1").await;
    assert!(
        !sentence.contains("No account yet") && sentence.len() > 10,
        "a sentence about the wall: {sentence}"
    );
    let light = window.shoot("overview", "light").await;
    let dark = window.shoot("overview", "dark").await;
    assert_ne!(light, dark, "two themes, two pictures");
    assert_ne!(empty, light);

    window.click("(//li[contains(@class, 'meter')]//a)[1]").await;
    window.wait_until("return location.hash.startsWith('#/account/')").await;
    // A line with points on it, drawn by the library: its path is more than a move and a step.
    window
        .wait_until(
            "return [...document.querySelectorAll('main svg path, main svg polyline')].some(
                 (line) => (line.getAttribute('d') ?? line.getAttribute('points') ?? '').length > 200)",
        )
        .await;
    window.shoot("account", "light").await;
    window.shoot("account", "dark").await;
}

#[tokio::test]
#[ignore = "needs a display and a bus: scripts/window-test"]
async fn the_page_reaches_nothing_but_its_own_door() {
    let place = Place::new();
    let window = Driven::start(&place, Path::new(PROGRAM)).await;
    window.wait_until("return document.querySelector('h1') !== null").await;
    let asked = |command: &str| {
        format!(
            "const done = arguments[arguments.length - 1];
             window.__TAURI_INTERNALS__.invoke('{command}', {{ command: 'settings', request: {{}} }}).then(
                 () => done('answered'), (error) => done(String(error.message ?? error)))"
        )
    };
    let answer = async |command: &str| {
        let said = window.client.execute_async(&asked(command), Vec::new()).await.expect("an answer");
        said.as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(answer("call").await, "answered");
    for other in [
        "plugin:window|close",
        "plugin:autostart|enable",
        "plugin:window-state|filename",
        "plugin:event|emit",
    ] {
        let refused = answer(other).await;
        assert!(refused.contains("not allowed"), "{other}: {refused}");
    }
    let global = window.ask("return typeof window.__TAURI__").await;
    assert_eq!(global, "undefined");
    let inline = window
        .ask(
            "const s = document.createElement('script'); s.textContent = 'window.ran = 1';
                             document.head.append(s); return window.ran ?? 0",
        )
        .await;
    assert_eq!(inline, 0, "the content security policy stops a script in the page");
}
