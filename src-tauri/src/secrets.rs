//! Where secrets live: the OS keychain, or an environment variable; nowhere else.

use crate::model::{AccountId, Secret};

/// Where one secret of an account is kept, as config says: `keychain`, or `env:NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the OS keychain, under the account and role.
    Keychain,
    /// In this environment variable.
    Env(String),
}

/// Why a secret cannot be had, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no keychain here.
    #[error("{0}")]
    NoKeychain(String),
    /// It is locked, or the prompt was denied or not answered in time.
    #[error("{0}")]
    Locked(String),
    /// Nothing is stored under that name.
    #[error("{0}")]
    Missing(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Access to secrets.
#[derive(Clone)]
pub struct SecretStore {}

#[allow(unused_variables, missing_docs)]
impl SecretStore {
    /// The OS keychain, under this service name. Touches nothing until first used.
    pub fn keychain(service: &str) -> Self {
        SecretStore {}
    }
    /// A store in memory, for tests and for the demo.
    pub fn memory() -> Self {
        SecretStore {}
    }
    pub async fn get(&self, account: &AccountId, role: &str, source: &Source) -> Result<Secret, SecretError> {
        unimplemented!()
    }
    /// Stores in place (never delete and recreate).
    pub async fn set(&self, account: &AccountId, role: &str, secret: &Secret) -> Result<(), SecretError> {
        unimplemented!()
    }
    /// Removes; a missing entry is no error.
    pub async fn delete(&self, account: &AccountId, role: &str) -> Result<(), SecretError> {
        unimplemented!()
    }
    /// Whether a keychain answers, in words for the settings page.
    pub async fn status(&self) -> Result<String, SecretError> {
        unimplemented!()
    }
}
