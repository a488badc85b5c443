//! The certificate and its key, read from PEM files and read again when they change.

use axum_server::tls_rustls::RustlsConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often the files are looked at. Asking for their times costs less than a watcher.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A certificate with its key, in use.
pub(super) struct Tls {
    cert: PathBuf,
    key: PathBuf,
    config: RustlsConfig,
    seen: [Stamp; 2],
}

/// By which a changed file is known: its time and its size.
type Stamp = Option<(SystemTime, u64)>;

impl Tls {
    /// Reads both. Errors: a file that cannot be read, is no PEM, or a key that is not the certificate's.
    pub(super) async fn read(cert: PathBuf, key: PathBuf) -> std::io::Result<Tls> {
        let seen = [stamp(&cert), stamp(&key)];
        let config = RustlsConfig::from_pem_file(&cert, &key).await?;
        speak_http_1(&config, &config);
        Ok(Tls { cert, key, config, seen })
    }

    /// What connections are accepted with.
    pub(super) fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// Looks at the files for as long as the runtime lives. Files that do not fit each other (one of two was replaced,
    /// say) leave the old certificate in use, and are tried again.
    pub(super) fn follow(mut self) {
        tokio::spawn(async move {
            let mut told = self.seen;
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                let now = [stamp(&self.cert), stamp(&self.key)];
                if now == self.seen {
                    continue;
                }
                match RustlsConfig::from_pem_file(&self.cert, &self.key).await {
                    Ok(fresh) => {
                        speak_http_1(&fresh, &self.config);
                        self.seen = now;
                        tracing::info!("The certificate was read anew.");
                    }
                    Err(error) if told != now => {
                        told = now;
                        tracing::warn!("The certificate was changed but cannot be used: {error}");
                    }
                    Err(_) => {}
                }
            }
        });
    }
}

/// Puts what `from` holds into `into`, offering HTTP/1.1 only: there is one way to speak to this server.
fn speak_http_1(from: &RustlsConfig, into: &RustlsConfig) {
    let mut inner = (*from.get_inner()).clone();
    inner.alpn_protocols = vec![b"http/1.1".to_vec()];
    into.reload_from_config(Arc::new(inner));
}

fn stamp(path: &Path) -> Stamp {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}
