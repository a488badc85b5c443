//! A notification service of our own on a private bus: records what arrives and answers as told. What belongs here:
//! the desktop notifier against a real bus, in a child process, because the bus address is the process' environment.

#![allow(clippy::unwrap_used, reason = "a test's set-up fails by panicking")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tollwatch::model::{EpisodeKind, Notice, Resource, Severity};
use tollwatch::notify::{Chosen, Desktop, Notifier};
use zbus::OwnedVariant;
use zbus::object_server::SignalEmitter;

/// A bus of its own on which nothing is started by itself; ends with the value.
struct PrivateBus {
    daemon: Child,
    /// For `DBUS_SESSION_BUS_ADDRESS`.
    address: String,
    _folder: tempfile::TempDir,
}

impl PrivateBus {
    /// Starts the bus.
    fn start() -> PrivateBus {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bus.conf");
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#,
            folder.path().join("bus").display()
        );
        std::fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address=1", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed (scripts/setup test)");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        PrivateBus { daemon, address: address.trim().to_owned(), _folder: folder }
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// One call of `Notify`, as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    /// Who.
    app: String,
    /// The id to replace.
    replaces: u32,
    /// The headline.
    summary: String,
    /// The text.
    body: String,
    /// Keys and labels in turn.
    actions: Vec<String>,
    /// The hint `urgency`.
    urgency: Option<u8>,
    /// Width and height of the hint `image-data`.
    image: Option<(i32, i32)>,
}

/// How the service behaves.
#[derive(Clone, Default)]
struct Service {
    /// What has arrived.
    told: Arc<Mutex<Vec<Told>>>,
    /// The action that it answers with, if any.
    answer: Option<&'static str>,
    /// Whether it never answers a call.
    hangs: bool,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    async fn get_capabilities(&self) -> Vec<String> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        ["actions", "body", "body-markup"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("Recorder".into(), "Tollwatch".into(), "1.0".into(), "1.2".into())
    }

    #[allow(clippy::too_many_arguments, reason = "the protocol's own signature")]
    async fn notify(
        &self,
        app: String,
        replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: std::collections::HashMap<String, OwnedVariant>,
        _expire: i32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> u32 {
        let urgency = hints.get("urgency").and_then(|value| u8::try_from(value.clone()).ok());
        type Image = (i32, i32, i32, bool, i32, i32, Vec<u8>);
        let image = hints.iter().find(|(key, _)| key.starts_with("image"));
        let image =
            image.and_then(|(_, value)| Image::try_from(value.clone()).ok()).map(|image| (image.0, image.1));
        self.told.lock().unwrap().push(Told { app, replaces, summary, body, actions, urgency, image });
        if let Some(answer) = self.answer {
            let emitter = emitter.to_owned();
            // The sender listens for actions only once its call has returned.
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                let _ = Service::action_invoked(&emitter, replaces, answer).await;
            });
        }
        replaces
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, key: &str) -> zbus::Result<()>;
}

impl Service {
    /// Takes the name on the bus; serves until the connection is dropped.
    async fn serve(self, address: &str) -> zbus::Connection {
        zbus::connection::Builder::address(address)
            .name("org.freedesktop.Notifications")
            .serve_at("/org/freedesktop/Notifications", self)
            .build()
            .await
            .unwrap()
    }
}

fn notice() -> Notice {
    Notice {
        episode: 7,
        severity: Severity::Now,
        replaces: 4711,
        title: "OpenRouter · key “ci” runs out around 16:40".into(),
        body: "$4.12 left & <b>falling</b>".into(),
        resource: Resource { account: None, meter: None, kind: EpisodeKind::Wall },
    }
}

/// Runs one ignored test below in a process of its own with this bus address, and shows what it said if it failed.
fn in_child(test: &str, address: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("notification_server::{test}"), "--ignored", "--nocapture"])
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_arrives_intact_and_its_button_comes_back() {
    let bus = PrivateBus::start();
    let service = Service { answer: Some("snooze"), ..Service::default() };
    let told = service.told.clone();
    let _serving = service.serve(&bus.address).await;
    let address = bus.address.clone();
    tokio::task::spawn_blocking(move || in_child("child_accepted", &address)).await.unwrap();
    let expected = Told {
        app: "Tollwatch".into(),
        replaces: 4711,
        summary: "OpenRouter · key “ci” runs out around 16:40".into(),
        body: "$4.12 left &amp; &lt;b&gt;falling&lt;/b&gt;".into(),
        actions: ["default", "Open", "snooze", "Snooze 4 h"].map(str::to_owned).to_vec(),
        urgency: Some(2),
        image: Some((2, 1)),
    };
    assert_eq!(*told.lock().unwrap(), [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_hangs_is_given_up() {
    let bus = PrivateBus::start();
    let _serving = Service { hangs: true, ..Service::default() }.serve(&bus.address).await;
    let address = bus.address.clone();
    tokio::task::spawn_blocking(move || in_child("child_hung", &address)).await.unwrap();
}

#[test]
fn without_a_service_or_a_bus_the_error_is_fast() {
    let bus = PrivateBus::start();
    in_child("child_refused", &bus.address);
    in_child("child_refused", "unix:path=/nonexistent/tollwatch-bus");
}

#[tokio::test]
#[ignore = "run by a_notice_arrives_intact_and_its_button_comes_back on its bus"]
async fn child_accepted() {
    let (chosen, mut choices) = mpsc::channel(1);
    let desktop = Desktop::new("dev.tollwatch.test", chosen);
    assert_eq!(desktop.status().await.unwrap(), "Recorder 1.0");
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, 2, 1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[1, 2, 3, 4, 5, 6]).unwrap();
    desktop.notify(&notice(), Some(&picture)).await.unwrap();
    let choice = tokio::time::timeout(Duration::from_secs(5), choices.recv()).await.unwrap();
    assert_eq!(choice, Some((7, Chosen::Snooze)));
}

/// How long the notifier takes to say no.
#[allow(clippy::disallowed_methods, reason = "the test measures real time")]
async fn refusal() -> Duration {
    let began = Instant::now();
    let desktop = Desktop::new("dev.tollwatch.test", mpsc::channel(1).0);
    let error = desktop.notify(&notice(), None).await.unwrap_err();
    assert!(error.retry && error.message.contains("shown in the window instead"), "{error}");
    began.elapsed()
}

#[tokio::test]
#[ignore = "run by without_a_service_or_a_bus_the_error_is_fast on its bus"]
async fn child_refused() {
    let took = refusal().await;
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
#[ignore = "run by a_service_that_hangs_is_given_up on its bus"]
async fn child_hung() {
    let took = refusal().await;
    assert!(took < Duration::from_secs(6), "{took:?}");
}
