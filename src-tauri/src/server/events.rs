//! What changes, as it changes: server-sent events.

use super::Shared;
use super::auth::Caller;
use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use std::convert::Infallible;
use tokio_stream::wrappers::BroadcastStream;

/// Events as they come, until the server stops or the token is taken away: a config that is read anew is an event itself.
/// A listener that lagged is told that everything changed.
pub(super) async fn events(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let app = shared.app.clone();
    let allowed = move || std::future::ready(caller.still_known(&app.serving()));
    let stream = BroadcastStream::new(shared.app.events()).take_while(move |_| allowed()).map(|message| {
        let lagged = crate::api::types::EventMessage::Changed { account: None };
        let message = message.unwrap_or(lagged);
        Ok(Event::default().data(serde_json::to_string(&message).unwrap_or_default()))
    });
    let mut stopping = shared.stopping;
    let stopped = Box::pin(async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    Sse::new(stream.take_until(stopped)).keep_alive(KeepAlive::default())
}
