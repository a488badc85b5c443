//! Delivers notices. A notifier says whether it accepted, and whether a failure is worth another try. Channels
//! (webhook, Slack, ntfy, e-mail) are sent to from the outbox (`monitor/outbox.rs`), each in its own time.

mod chain;
pub mod channel;
mod desktop;
pub mod email;
pub mod message;
pub mod template;
mod webhook;

pub use chain::Chain;
pub use desktop::Desktop;

use crate::model::Notice;

/// Why a notice was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotifyError {
    /// What happened and what to do.
    pub message: String,
    /// Whether the same notifier may accept it later.
    pub retry: bool,
}

/// What the user chose on a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Show the window.
    Open,
    /// Quiet for four hours.
    Snooze,
}

/// One way to tell the user.
#[async_trait::async_trait]
pub trait Notifier: Send + Sync {
    /// Delivers; `Ok` only once it was accepted, with the name of who did (`desktop`, `in_app`). `picture` is a PNG of
    /// the meter's recent past.
    async fn notify(&self, notice: &Notice, picture: Option<&[u8]>) -> Result<&'static str, NotifyError>;

    /// Whether it shows pictures; for others none is drawn.
    fn shows_pictures(&self) -> bool {
        false
    }
}
