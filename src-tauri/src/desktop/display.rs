//! Whether there is a display to open a window on, said in words before the toolkit panics about it.

use std::ffi::OsString;

/// What to do instead, on a machine without a display.
const INSTEAD: &str = "Run `tollwatch serve` instead: it shows the same screens in a browser.";

/// Refuses when neither a Wayland nor an X display is named. `look` reads one environment variable.
pub(crate) fn check(look: impl Fn(&str) -> Option<OsString>) -> Result<(), String> {
    let named = |name| look(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !named("WAYLAND_DISPLAY") && !named("DISPLAY") {
        return Err(format!(
            "there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set), so no window can be opened. \
             {INSTEAD}"
        ));
    }
    Ok(())
}

/// Runs what initialises the toolkit. It panics when a display is named but does not answer: then that is said, and
/// nothing else.
pub(crate) fn without_panic<T>(initialise: impl FnOnce() -> T) -> Result<T, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(initialise));
    std::panic::set_hook(hook);
    done.map_err(|_| format!("the display does not answer, so no window can be opened. {INSTEAD}"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn with(wayland: Option<&str>, x: Option<&str>) -> Result<(), String> {
        check(|name| match name {
            "WAYLAND_DISPLAY" => wayland.map(OsString::from),
            "DISPLAY" => x.map(OsString::from),
            other => panic!("nothing else is looked at: {other}"),
        })
    }

    #[test]
    fn without_a_display_the_way_out_is_named() {
        for (wayland, x) in [(None, None), (Some(""), None), (None, Some(""))] {
            let message = with(wayland, x).unwrap_err();
            assert!(message.contains("no display") && message.contains("`tollwatch serve`"), "{message}");
        }
    }

    #[test]
    fn either_display_will_do() {
        assert_eq!(with(Some("wayland-0"), None), Ok(()));
        assert_eq!(with(None, Some(":0")), Ok(()));
    }

    #[test]
    fn a_toolkit_that_panics_becomes_a_message() {
        let message = without_panic(|| panic!("Failed to initialize GTK")).unwrap_err();
        assert!(message.contains("does not answer"), "{message}");
    }
}
