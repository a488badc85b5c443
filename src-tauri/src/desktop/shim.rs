//! Stands for `tollwatch::api` until that is there.
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::broadcast;
use tollwatch::api::types::{EventMessage, Headline, Overview, World};
use tollwatch::model::Timestamp;

#[derive(Clone)]
pub(crate) struct App {
    events: broadcast::Sender<EventMessage>,
}
#[derive(Debug, Serialize)]
pub(crate) struct ApiError {
    code: String,
    message: String,
}
impl ApiError {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        ApiError { code: code.into(), message: message.into() }
    }
}
pub(crate) trait Host: Send + Sync {
    fn show_window(&self, account: Option<String>);
    fn autostart(&self) -> Option<bool>;
    fn set_autostart(&self, on: bool) -> Result<(), String>;
}
impl App {
    pub(crate) async fn open(_: tollwatch::config::Folders, host: Arc<dyn Host>) -> anyhow::Result<App> {
        let _ = host.autostart();
        Ok(App { events: broadcast::channel(16).0 })
    }
    pub(crate) async fn call(&self, command: &str, request: Value) -> Result<Value, ApiError> {
        Ok(json!([command, request]))
    }
    pub(crate) fn events(&self) -> broadcast::Receiver<EventMessage> {
        self.events.subscribe()
    }
    pub(crate) async fn overview(&self) -> Overview {
        Overview {
            now: Timestamp(0),
            zone: "UTC".into(),
            world: World::Live,
            speed: 1.0,
            headline: Headline {
                severity: None,
                lead: "Nothing runs out".into(),
                when: "".into(),
                detail: "".into(),
                account: None,
                meter: None,
                top_up_url: None,
                episode: None,
            },
            accounts: vec![],
            episodes: vec![],
            spent: vec![],
            warnings: vec![],
        }
    }
    pub(crate) async fn close(&self) {
        crate::say("closed");
    }
}
