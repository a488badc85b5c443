//! Says so when this start ends at the program that runs already. The single-instance plugin shows the other's
//! window and leaves through `cleanup_before_exit` without a word; a person at a terminal deserves one.

use crate::say;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tauri::plugin::{Builder, TauriPlugin};
use tauri::{Manager, Resource, Wry};

/// Lives in the table that `cleanup_before_exit` empties.
struct Handover {
    /// Set once the single-instance plugin let this start pass.
    only_one: Arc<AtomicBool>,
}

impl Resource for Handover {}

impl Drop for Handover {
    fn drop(&mut self) {
        if !self.only_one.load(Ordering::Relaxed) {
            say("Tollwatch is running already: its window is shown.");
        }
    }
}

/// Two plugins: one to register before the single-instance plugin, one right after it.
pub(crate) fn around() -> (TauriPlugin<Wry>, TauriPlugin<Wry>) {
    let only_one = Arc::new(AtomicBool::new(false));
    let passed = only_one.clone();
    let before = Builder::new("handover-before")
        .setup(move |app, _| {
            app.resources_table().add(Handover { only_one });
            Ok(())
        })
        .build();
    let after = Builder::new("handover-after")
        .setup(move |_, _| {
            passed.store(true, Ordering::Relaxed);
            Ok(())
        })
        .build();
    (before, after)
}
