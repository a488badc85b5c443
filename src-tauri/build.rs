//! Lets Tauri read `tauri.conf.json` and the capabilities; does nothing without the window.
fn main() {
    #[cfg(feature = "desktop")]
    tauri_build::try_build(
        tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/*.json"),
    )
    .expect("tauri.conf.json and src-tauri/capabilities are valid");
}
