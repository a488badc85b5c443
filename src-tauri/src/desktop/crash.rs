//! What is written down when the program panics: where, never what was in its hands.

use crate::say;
use std::any::Any;
use std::path::PathBuf;

/// Holds the last crash; the file's own time says when.
pub(crate) const FILE: &str = "crash.txt";

/// Replaces the standard hook, which prints whatever the panic's message holds.
pub(crate) fn install(path: PathBuf) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let report = report(place.as_deref(), std::thread::current().name(), panic.payload());
        say(report.trim_end());
        // A crash that cannot be written down has been said; there is nothing better to do here.
        let _ = std::fs::write(&path, report);
    }));
}

/// The report. A message that was put together at run time may hold a key or an answer of a provider, so only one
/// that stands in the source as it is gets in.
fn report(place: Option<&str>, thread: Option<&str>, payload: &(dyn Any + Send)) -> String {
    let message = match payload.downcast_ref::<&'static str>() {
        Some(literal) => literal,
        None => "(the message is left out: it may hold what is secret)",
    };
    format!(
        "Tollwatch {} panicked at {} in thread {}.\n{message}\n",
        env!("CARGO_PKG_VERSION"),
        place.unwrap_or("an unknown place"),
        thread.unwrap_or("without a name"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_from_the_source_is_kept() {
        let text = report(Some("src/a.rs:3:9"), Some("main"), &"the writer is gone");
        assert!(text.contains("panicked at src/a.rs:3:9 in thread main.\nthe writer is gone\n"), "{text}");
    }

    #[test]
    fn a_message_made_at_run_time_is_not() {
        let made = String::from("bad answer: Bearer abc-secret");
        let text = report(None, None, &made);
        assert!(!text.contains("secret-") && !text.contains("Bearer"), "{text}");
        assert!(text.contains("an unknown place"), "{text}");
    }
}
