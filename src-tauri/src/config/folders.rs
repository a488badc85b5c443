//! Where files live.

use super::ConfigError;
use crate::say;
use std::path::PathBuf;

/// Where files live: the platform's config and data folders, or `TOLLWATCH_CONFIG_DIR` and `TOLLWATCH_DATA_DIR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Holds `config.toml`.
    pub config: PathBuf,
    /// Holds `history.sqlite`, its backups and the log.
    pub data: PathBuf,
}

impl Folders {
    /// The platform's folders (XDG on Linux, Application Support on macOS, AppData on Windows), or the overrides.
    /// Errors: neither an override nor a home folder is known.
    pub fn find() -> Result<Folders, ConfigError> {
        let given = |name| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let (config, data) = (given("TOLLWATCH_CONFIG_DIR"), given("TOLLWATCH_DATA_DIR"));
        if let (Some(config), Some(data)) = (&config, &data) {
            return Ok(Folders { config: config.clone(), data: data.clone() });
        }
        use etcetera::BaseStrategy as _;
        let platform = etcetera::base_strategy::choose_native_strategy()
            .map_err(|_| ConfigError(say!("config-no-home")))?;
        // macOS keeps only property lists in Preferences: both lie in Application Support there.
        let usual = if cfg!(target_os = "macos") { platform.data_dir() } else { platform.config_dir() };
        Ok(Folders {
            config: config.unwrap_or_else(|| usual.join("tollwatch")),
            data: data.unwrap_or_else(|| platform.data_dir().join("tollwatch")),
        })
    }
    /// `config.toml`.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }
    /// `history.sqlite`.
    pub fn history_file(&self) -> PathBuf {
        self.data.join("history.sqlite")
    }
}
