//! The desktop's service if it is wanted and answers, else the window.

use super::{Chosen, Desktop, Notifier, NotifyError};
use crate::model::{EpisodeKind, Notice, Resource, Severity};
use crate::say;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc;

/// As in `tauri.conf.json`.
const IDENTIFIER: &str = "dev.tollwatch.app";

/// Tells through the desktop's notification service; what that does not take is told in the window, which always
/// accepts: the monitor's event reaches the windows that are open, and one that opens later reads live episodes.
pub struct Chain {
    desktop: Desktop,
    wanted: AtomicBool,
}

impl Chain {
    /// `wanted`: whether native notifications are switched on. Choices on them arrive at the other end of `chosen`.
    pub fn new(wanted: bool, chosen: mpsc::Sender<(i64, Chosen)>) -> Self {
        Chain { desktop: Desktop::new(IDENTIFIER, chosen), wanted: AtomicBool::new(wanted) }
    }

    /// Switches native notifications.
    pub fn set_wanted(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    /// Whether native notifications are switched on.
    pub fn wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Which service answers, or why none does.
    pub async fn status(&self) -> Result<String, NotifyError> {
        self.desktop.status().await
    }

    /// Sends a native notification that asks to be seen, whether they are switched on or not. Returns which service
    /// took it.
    pub async fn test(&self) -> Result<String, NotifyError> {
        let service = self.status().await?;
        let notice = Notice {
            episode: 0,
            severity: Severity::HeadsUp,
            replaces: 1,
            title: say!("notify-test"),
            body: say!("notify-test.body"),
            resource: Resource { account: None, meter: None, kind: EpisodeKind::Wall },
        };
        self.desktop.notify(&notice, None).await?;
        Ok(service)
    }
}

#[async_trait::async_trait]
impl Notifier for Chain {
    async fn notify(&self, notice: &Notice, picture: Option<&[u8]>) -> Result<&'static str, NotifyError> {
        if self.wanted() {
            match self.desktop.notify(notice, picture).await {
                Ok(by) => return Ok(by),
                Err(error) => tracing::info!("A notice is told in the window only: {error}"),
            }
        }
        Ok("in_app")
    }

    fn shows_pictures(&self) -> bool {
        self.wanted() && self.desktop.shows_pictures()
    }
}
