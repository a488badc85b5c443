//! A window with one word in it and nothing behind it: what the toolkit alone costs, for `make bench`.

use tauri::{WebviewUrl, WebviewWindowBuilder, http};

fn main() {
    let app = tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            http::Response::builder()
                .header("content-type", "text/html")
                .body(b"<!doctype html><title>Empty</title>Empty".to_vec())
                .expect("a fixed answer is valid")
        })
        .setup(|app| {
            let page = "empty://localhost".parse().expect("a fixed address is valid");
            WebviewWindowBuilder::new(app, "empty", WebviewUrl::CustomProtocol(page))
                .inner_size(1240.0, 800.0)
                .build()?;
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("a display");
    app.run(|_, _| {});
}
