//! The window under WebDriver. WebKitWebDriver starts the program itself; no driver of Tauri's is needed.

use crate::place::{PATIENCE, Place, Running, until};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A window that a test drives. Its driver and the program end with it.
pub(crate) struct Driven {
    pub(crate) client: Client,
    driver: Running,
}

impl Driven {
    /// Starts a program of this place under the driver.
    pub(crate) async fn start(place: &Place, program: &Path) -> Driven {
        let port = free_port();
        let mut command = place.command("WebKitWebDriver");
        // Without the variable the web view leaves automation off. A group of its own: the driver starts the
        // program, and a driver that is killed alone leaves it running.
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true").process_group(0);
        let driver = Running::start(&mut command);
        until("the driver listens", || TcpStream::connect(("127.0.0.1", port)).ok());
        let wanted = serde_json::json!({ "webkitgtk:browserOptions": { "binary": program, "args": [] } });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted.as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session with the window");
        Driven { client, driver }
    }

    /// Waits for an element and gives its text.
    pub(crate) async fn text(&self, css: &str) -> String {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}")).text().await.expect("its text")
    }

    /// Waits for an element and clicks it.
    pub(crate) async fn click(&self, xpath: &str) {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(xpath)).await;
        found.unwrap_or_else(|error| panic!("{xpath}: {error}")).click().await.expect("a click");
    }

    /// What a script returns.
    pub(crate) async fn ask(&self, script: &str) -> serde_json::Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script returns true.
    pub(crate) async fn wait_until(&self, script: &str) {
        let begun = std::time::Instant::now();
        while self.ask(script).await != true {
            if begun.elapsed() > PATIENCE {
                let page = self.ask("return document.body.innerText").await;
                panic!(
                    "not within {PATIENCE:?}: {script}\nThe page says:\n{}",
                    page.as_str().unwrap_or_default()
                );
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// A screenshot in a theme, saved where `SHOTS` says; its bytes either way.
    pub(crate) async fn shoot(&self, name: &str, theme: &str) -> Vec<u8> {
        self.ask(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
        // A screenshot can be one frame behind; two frames later it is not.
        let frames = "const done = arguments[arguments.length - 1];
                      requestAnimationFrame(() => requestAnimationFrame(() => done(1)))";
        self.client.execute_async(frames, Vec::new()).await.expect("two frames");
        let picture = self.client.screenshot().await.expect("a screenshot");
        if let Some(folder) = std::env::var_os("SHOTS").map(PathBuf::from) {
            std::fs::create_dir_all(&folder).expect("the folder for screenshots");
            std::fs::write(folder.join(format!("{name}-{theme}.png")), &picture).expect("a screenshot saved");
        }
        picture
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // The group's id is the driver's own. It may be gone already.
        let group = format!("-{}", self.driver.0.id());
        let kill =
            |signal: &str| Command::new("kill").args([signal, "--", &group]).stderr(Stdio::null()).status();
        let _ = kill("-KILL");
        let _ = self.driver.0.wait();
        // The next start must not find this one's name on the bus.
        for _ in 0..100 {
            if !kill("-0").is_ok_and(|status| status.success()) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its number").port()
}
