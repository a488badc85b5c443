//! Native notifications through notify-rust: D-Bus on Linux, the notification centres of macOS and Windows.
//!
//! Every call has a time limit, so that a service that hangs never holds up the monitor. The wait for a button lasts
//! as long as the notification, so it runs on a task of its own.

use super::{Chosen, Notifier, NotifyError};
use crate::model::Notice;
use crate::say;
use notify_rust::Notification;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// No call to the service takes longer.
const LIMIT: Duration = Duration::from_secs(5);
/// The key of the snooze button; a click on the notification itself is the desktop's own `default`.
const SNOOZE: &str = "snooze";

/// The desktop's notification service.
#[derive(Clone, Debug)]
pub struct Desktop {
    chosen: mpsc::Sender<(i64, Chosen)>,
}

impl Desktop {
    /// `identifier` is the application's own (`tauri.conf.json`), needed on macOS. What the user chooses on a
    /// notification arrives on the other end of `chosen`, with the episode's number.
    pub fn new(identifier: &str, chosen: mpsc::Sender<(i64, Chosen)>) -> Self {
        // macOS shows nothing before this is set; a second call fails and changes nothing.
        #[cfg(target_os = "macos")]
        if let Err(error) = notify_rust::set_application(identifier) {
            tracing::debug!(%error, "the application identifier was set before");
        }
        #[cfg(not(target_os = "macos"))]
        let _ = identifier;
        Desktop { chosen }
    }

    /// Name and version of the service that answers (`dunst 1.9.0`), or why none does.
    pub async fn status(&self) -> Result<String, NotifyError> {
        platform::status().await
    }
}

#[async_trait::async_trait]
impl Notifier for Desktop {
    async fn notify(&self, notice: &Notice, picture: Option<&[u8]>) -> Result<&'static str, NotifyError> {
        let mut message = Notification::new();
        message.appname("Tollwatch").summary(&notice.title).id(notice.replaces);
        platform::show(message, notice, picture, self.chosen.clone()).await.map(|()| "desktop")
    }

    fn shows_pictures(&self) -> bool {
        cfg!(all(unix, not(target_os = "macos")))
    }
}

/// What a button means; anything else is a notification that was closed.
fn meaning(key: &str) -> Option<Chosen> {
    match key {
        "default" => Some(Chosen::Open),
        SNOOZE => Some(Chosen::Snooze),
        _ => None,
    }
}

fn silent() -> NotifyError {
    NotifyError { message: say!("notify-silent"), retry: true }
}

/// Runs a blocking call of notify-rust on a thread of its own: one that hangs then holds up neither the runtime nor
/// the end of the program.
async fn aside<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, notify_rust::error::Error> + Send + 'static,
) -> Result<T, NotifyError> {
    let (answer, answered) = oneshot::channel();
    let started = std::thread::Builder::new().name("notification-service".to_owned()).spawn(move || {
        // Nobody waits any more when the limit has passed.
        let _ = answer.send(call());
    });
    if started.is_err() {
        return Err(silent());
    }
    match tokio::time::timeout(LIMIT, answered).await {
        Ok(Ok(answer)) => answer.map_err(absent),
        _ => Err(silent()),
    }
}

fn absent(error: notify_rust::error::Error) -> NotifyError {
    tracing::debug!(%error, "no notification service");
    NotifyError { message: say!("notify-absent"), retry: true }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod platform {
    use super::{Chosen, LIMIT, Notice, NotifyError, SNOOZE, absent, aside, meaning, silent};
    use crate::model::Severity;
    use notify_rust::{Hint, Image, Notification, NotificationResponse, Urgency};
    use tokio::sync::mpsc;

    pub(super) async fn status() -> Result<String, NotifyError> {
        let server = aside(notify_rust::get_server_information).await?;
        Ok(format!("{} {}", server.name, server.version))
    }

    pub(super) async fn show(
        mut message: Notification,
        notice: &Notice,
        picture: Option<&[u8]>,
        chosen: mpsc::Sender<(i64, Chosen)>,
    ) -> Result<(), NotifyError> {
        let can = aside(notify_rust::get_capabilities).await?;
        let can = |what: &str| can.iter().any(|capability| capability == what);
        let body = if can("body-markup") { escape(&notice.body) } else { notice.body.clone() };
        message.body(&body).icon("tollwatch").hint(Hint::Category("x-tollwatch.limit".to_owned()));
        message.urgency(match notice.severity {
            Severity::HeadsUp | Severity::Soon => Urgency::Normal,
            Severity::Now | Severity::Refused => Urgency::Critical,
        });
        let actions = can("actions");
        if actions {
            message
                .action("default", &crate::say!("notify-open"))
                .action(SNOOZE, &crate::say!("notify-snooze"));
        }
        // A notice without its picture is better than none.
        if let Some(image) = picture.and_then(image)
            && let Ok(image) = aside(move || Ok(asked_for_version(image))).await
        {
            message.image_data(image);
        }
        let handle = match tokio::time::timeout(LIMIT, message.show_async()).await {
            Ok(shown) => shown.map_err(absent)?,
            Err(_) => return Err(silent()),
        };
        if actions {
            let episode = notice.episode;
            tokio::spawn(async move {
                let mut answer = None;
                let heard = |response: &NotificationResponse| {
                    answer = match response {
                        NotificationResponse::Default => Some(Chosen::Open),
                        NotificationResponse::Action(key) => meaning(key),
                        NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
                    }
                };
                handle.wait_for_action_async(heard).await;
                if let Some(answer) = answer {
                    // The receiver is gone only when the program ends.
                    let _ = chosen.send((episode, answer)).await;
                }
            });
        }
        Ok(())
    }

    /// The first image makes notify-rust ask the service for its version with a blocking call, which panics inside
    /// the runtime. Converting the hint once on a plain thread asks ahead; the answer is kept for the process.
    fn asked_for_version(image: Image) -> Image {
        let hint = Hint::ImageData(image.clone());
        let _: (&str, _) = (&hint).into();
        image
    }

    /// The picture as the `image-data` hint wants it: raw RGB.
    fn image(bytes: &[u8]) -> Option<Image> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().ok()?;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut pixels).ok()?;
        pixels.truncate(info.buffer_size());
        let (width, height) = (i32::try_from(info.width).ok()?, i32::try_from(info.height).ok()?);
        match info.color_type {
            png::ColorType::Rgb => Image::from_rgb(width, height, pixels).ok(),
            png::ColorType::Rgba => Image::from_rgba(width, height, pixels).ok(),
            _ => None,
        }
    }

    /// Services with `body-markup` read the body as a small XML.
    fn escape(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod platform {
    use super::{Chosen, Notice, NotifyError, SNOOZE, aside, meaning};
    use notify_rust::Notification;
    use tokio::sync::mpsc;

    pub(super) async fn status() -> Result<String, NotifyError> {
        Ok(if cfg!(windows) { "Windows notifications" } else { "macOS Notification Center" }.to_owned())
    }

    pub(super) async fn show(
        mut message: Notification,
        notice: &Notice,
        _picture: Option<&[u8]>,
        chosen: mpsc::Sender<(i64, Chosen)>,
    ) -> Result<(), NotifyError> {
        message.body(&notice.body).action(SNOOZE, &crate::say!("notify-snooze"));
        let handle = aside(move || message.show()).await?;
        let episode = notice.episode;
        // Lasts as long as the notification; a thread, because the wait blocks.
        std::thread::spawn(move || {
            handle.wait_for_action(|key| {
                if let Some(answer) = meaning(key) {
                    let _ = chosen.blocking_send((episode, answer));
                }
            });
        });
        Ok(())
    }
}
