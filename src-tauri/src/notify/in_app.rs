//! Notices in the window, and the chain that falls back to them.

use super::{Notifier, NotifyError};
use crate::model::{Notice, Severity};
use std::sync::Arc;
use tokio::sync::broadcast;

/// A notice for the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which episode.
    pub episode: i64,
    /// How urgent.
    pub severity: Severity,
    /// The headline.
    pub title: String,
    /// Two or three lines.
    pub body: String,
}

/// Hands notices to whatever windows are open. Always accepts: a window that opens later reads live episodes anyway.
#[derive(Clone, Debug)]
pub struct InApp {
    windows: broadcast::Sender<Shown>,
}

impl InApp {
    /// Windows subscribe to `windows`.
    pub fn new(windows: broadcast::Sender<Shown>) -> Self {
        InApp { windows }
    }
}

#[async_trait::async_trait]
impl Notifier for InApp {
    fn name(&self) -> &'static str {
        "in_app"
    }

    async fn notify(&self, notice: &Notice, _picture: Option<&[u8]>) -> Result<(), NotifyError> {
        let Notice { episode, severity, title, body, .. } = notice;
        // An error only says that no window listens now.
        let _ = self.windows.send(Shown {
            episode: *episode,
            severity: *severity,
            title: title.clone(),
            body: body.clone(),
        });
        Ok(())
    }
}

/// Tries notifiers in order until one accepts.
#[derive(Clone)]
pub struct Chain {
    notifiers: Vec<Arc<dyn Notifier>>,
}

/// Who accepted a notice, and why those before it did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The notifier's name.
    pub by: &'static str,
    /// Errors of the notifiers that were tried first.
    pub failed: Vec<NotifyError>,
}

impl Chain {
    /// In the order to try.
    pub fn new(notifiers: Vec<Arc<dyn Notifier>>) -> Self {
        Chain { notifiers }
    }

    /// Delivers to the first that accepts; the last error when none does.
    pub async fn notify(&self, notice: &Notice, picture: Option<&[u8]>) -> Result<Accepted, NotifyError> {
        let mut failed = Vec::new();
        for notifier in &self.notifiers {
            match notifier.notify(notice, picture).await {
                Ok(()) => return Ok(Accepted { by: notifier.name(), failed }),
                Err(error) => failed.push(error),
            }
        }
        Err(failed.pop().unwrap_or_else(|| NotifyError {
            message: "No way to show notices is switched on; switch one on in the settings.".to_owned(),
            retry: false,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EpisodeKind, Resource};

    struct Deaf;

    #[async_trait::async_trait]
    impl Notifier for Deaf {
        fn name(&self) -> &'static str {
            "deaf"
        }
        async fn notify(&self, _: &Notice, _: Option<&[u8]>) -> Result<(), NotifyError> {
            Err(NotifyError { message: "deaf".into(), retry: true })
        }
    }

    fn notice() -> Notice {
        let resource = Resource { account: None, meter: None, kind: EpisodeKind::Wall };
        Notice {
            episode: 7,
            severity: Severity::Soon,
            replaces: 1,
            title: "t".into(),
            body: "b".into(),
            resource,
        }
    }

    #[tokio::test]
    async fn the_chain_falls_back_to_the_window_and_says_why() {
        let (windows, mut window) = broadcast::channel(4);
        let chain = Chain::new(vec![Arc::new(Deaf), Arc::new(InApp::new(windows))]);
        let accepted = chain.notify(&notice(), None).await.unwrap();
        assert_eq!((accepted.by, accepted.failed[0].message.as_str()), ("in_app", "deaf"));
        assert_eq!(window.recv().await.unwrap().episode, 7);
        assert_eq!(
            Chain::new(vec![Arc::new(Deaf)]).notify(&notice(), None).await.unwrap_err().message,
            "deaf"
        );
        assert!(!Chain::new(vec![]).notify(&notice(), None).await.unwrap_err().retry);
    }
}
