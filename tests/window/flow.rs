//! A whole story in the real window: the first account, its key in a real keychain, a notice on a real bus, the press
//! of its button, the window hidden and shown, the end.

use crate::display::Display;
use crate::driven::Driven;
use crate::place::{PATIENCE, PROGRAM, Place, descendants, until};
use fantoccini::Locator;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use zbus::OwnedVariant;
use zbus::object_server::SignalEmitter;

const TITLE: &str = "Tollwatch";
const WEB_VIEW: &str = "WebKitWebProces";

/// The desktop's notification service: what arrived, id and headline.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Vec<(u32, String)>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("Recorder".into(), "Tollwatch".into(), "1.0".into(), "1.2".into())
    }

    #[allow(clippy::too_many_arguments, reason = "the protocol's own signature")]
    fn notify(
        &self,
        _app: String,
        replaces: u32,
        _icon: String,
        summary: String,
        _body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _expire: i32,
    ) -> u32 {
        let id = if replaces == 0 { 1 } else { replaces };
        self.0.lock().expect("no panic here").push((id, summary));
        id
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, key: &str) -> zbus::Result<()>;
}

/// A provider that answers as DeepSeek does (`GET /user/balance`), with what is left now.
fn provider(left: Arc<Mutex<&'static str>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0_u8; 4096];
            let _ = stream.read(&mut head);
            let left = *left.lock().expect("no panic here");
            let body = format!(
                r#"{{"is_available": {}, "balance_infos": [{{"currency": "USD", "total_balance": "{left}", "granted_balance": "0.00", "topped_up_balance": "{left}"}}]}}"#,
                left != "0.00"
            );
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    format!("http://{address}")
}

impl Driven {
    async fn fill(&self, css: &str, text: &str) {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        let field = found.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.expect("an empty field");
        field.send_keys(text).await.expect("typed");
    }

    async fn press(&self, button: &str) {
        self.click(&format!("//button[normalize-space()='{button}']")).await;
    }

    async fn heading(&self, part: &str) {
        self.wait_until(&format!(
            "return document.querySelector('main h1')?.textContent.includes('{part}') ?? false"
        ))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display and a bus: scripts/window-test"]
async fn a_first_account_its_wall_its_notice_and_the_way_back() {
    let service = Service::default();
    let told = service.0.clone();
    let path = "/org/freedesktop/Notifications";
    let bus = zbus::connection::Builder::session()
        .name("org.freedesktop.Notifications")
        .serve_at(path, service)
        .build()
        .await
        .expect("the notification service, on the bus that scripts/window-test starts");
    let left = Arc::new(Mutex::new("3.10"));
    let address = provider(left.clone());
    let (place, display) = (Place::new(), Display::open());

    // Start, and add the first account; its key goes into the real keychain.
    let window = Driven::start(&place, Path::new(PROGRAM)).await;
    window.heading("No account yet").await;
    window.click("//main//a[@href='#/add']").await;
    window.click("//main//button[contains(., 'DeepSeek')]").await;
    window.fill("#base", &address).await;
    window.fill("#secret-key", "sk-EXAMPLE-invented-for-this-test").await;
    window.press("Test").await;
    window.wait_until("return document.querySelector('[data-result=passed]') !== null").await;
    window.press("Save account").await;
    window.heading("DeepSeek").await;
    window.wait_until("return document.body.innerText.includes('$3.10')").await;

    // The test notification, and that it was seen.
    window.press("Send a test notification").await;
    until("the test notification arrives", || (!told.lock().ok()?.is_empty()).then_some(()));
    window.press("Yes, I saw it").await;

    // The money is gone: the wall is seen, and the notice comes.
    *left.lock().expect("no panic here") = "0.00";
    window.press("Poll now").await;
    let (id, headline) = until("the notice arrives", || {
        told.lock().ok()?.iter().rev().find(|(_, headline)| headline.contains("DeepSeek")).cloned()
    });
    window.click("//nav//a[@href='#/']").await;
    window.heading("DeepSeek").await;
    window.shoot("wall", "light").await;
    let sentence = window.text("main h1").await;
    assert!(sentence.contains("balance"), "the overview tells of it: {sentence}; the notice: {headline}");

    // Its button leads to the alert's page.
    let emitter = SignalEmitter::new(&bus, path).expect("a path");
    Service::action_invoked(&emitter, id, "default").await.expect("a signal");
    window.wait_until("return location.hash.startsWith('#/alerts/')").await;
    window
        .wait_until("return document.querySelector('main h1')?.textContent.includes('DeepSeek') ?? false")
        .await;
    window.shoot("alert", "light").await;

    // Hidden: the web view is gone and the watch goes on. Shown again: it is back.
    let program = *descendants(std::process::id(), "tollwatch-deskt").first().expect("the program runs");
    display.press_close(until("the window is on the screen", || {
        display.window(TITLE).or_else(|| display.any())
    }));
    until("its web view is gone", || descendants(program, WEB_VIEW).is_empty().then_some(()));
    let second = place.command(PROGRAM).stderr(Stdio::piped()).output().expect("a second start");
    assert!(second.status.success());
    until("a web view is back", || (!descendants(program, WEB_VIEW).is_empty()).then_some(()));

    // The end, asked for as a session does.
    let asked = Command::new("kill").args(["-TERM", &program.to_string()]).status().expect("kill");
    assert!(asked.success());
    until("the program has ended", || {
        (!descendants(std::process::id(), "tollwatch-deskt").contains(&program)).then_some(())
    });
    let history = std::fs::read(place.data().join("history.sqlite")).expect("the history");
    let key: &[u8] = b"sk-EXAMPLE-invented";
    assert!(!history.windows(key.len()).any(|part| part == key), "the key is in the keychain only");
}
