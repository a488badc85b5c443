//! Lets Tauri read `tauri.conf.json` and the capabilities; does nothing without the window.
fn main() {
    #[cfg(feature = "desktop")]
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("src-tauri/capabilities/*.json")
            // Named here, a command of ours needs a permission too: the page reaches nothing that it was not given.
            .app_manifest(tauri_build::AppManifest::new().commands(&["call"])),
    )
    .expect("tauri.conf.json and src-tauri/capabilities are valid");
}
