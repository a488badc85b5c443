//! A notification service of our own on a private bus: records what arrives and answers as told. What belongs here:
//! the desktop notifier against a real bus, in a child process, because the bus address is the process' environment.

#![allow(clippy::unwrap_used, reason = "a test's set-up fails by panicking")]

use crate::bus::{PrivateBus, run_with_address};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tollwatch::model::{EpisodeKind, Notice, Resource, Severity};
use tollwatch::notify::{Chosen, Desktop, Notifier};
use zbus::OwnedVariant;
use zbus::object_server::SignalEmitter;

/// One call of `Notify`, as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Who.
    pub(crate) app: String,
    /// The id to replace.
    pub(crate) replaces: u32,
    /// The headline.
    pub(crate) summary: String,
    /// The text.
    pub(crate) body: String,
    /// Keys and labels in turn.
    pub(crate) actions: Vec<String>,
    /// The hint `urgency`.
    pub(crate) urgency: Option<u8>,
    /// Width and height of the hint `image-data`.
    pub(crate) image: Option<(i32, i32)>,
}

/// How the service behaves.
#[derive(Clone, Default)]
pub(crate) struct Service {
    /// What has arrived.
    pub(crate) told: Arc<Mutex<Vec<Told>>>,
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
    pub(crate) async fn serve(self, address: &str) -> zbus::Connection {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_arrives_intact_and_its_button_comes_back() {
    let bus = PrivateBus::start();
    let service = Service { answer: Some("snooze"), ..Service::default() };
    let told = service.told.clone();
    let _serving = service.serve(&bus.address).await;
    tokio::task::spawn_blocking(move || bus.run("notification_server::child_accepted")).await.unwrap();
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
    tokio::task::spawn_blocking(move || bus.run("notification_server::child_hung")).await.unwrap();
}

#[test]
fn without_a_service_or_a_bus_the_error_is_fast() {
    PrivateBus::start().run("notification_server::child_refused");
    run_with_address("notification_server::child_refused", Some("unix:path=/nonexistent/tollwatch-bus"));
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
