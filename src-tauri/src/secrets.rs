//! Where secrets live: the OS keychain, an environment variable, or a credential that systemd hands over; nowhere else.

use crate::model::{AccountId, Secret};
use crate::say;
use keyring_core::{Entry, Error as KeyringError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Windows keeps at most this many bytes in one credential; the same limit everywhere keeps accounts portable.
const MAX_BYTES: usize = 2_560;
/// Calls that may wait for a prompt at once; each holds a thread.
const MAX_WAITING: usize = 4;
#[cfg(all(unix, not(target_os = "macos")))]
type NativeStore = Arc<zbus_secret_service_keyring_store::Store>;

/// A credential that is longer is no key.
const MAX_CREDENTIAL: u64 = 64 * 1024;

/// Where one secret of an account is kept, as config says: `keychain`, `env:NAME`, or `credential:NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the OS keychain, under the account and role.
    Keychain,
    /// In this environment variable.
    Env(String),
    /// In the file of this name in `$CREDENTIALS_DIRECTORY`, where systemd puts a unit's credentials (`LoadCredential=`;
    /// systemd.exec(5)).
    Credential(String),
}

impl Source {
    /// What config says. `None` for anything else: it may be a pasted key, so it is never echoed.
    pub fn parse(text: &str) -> Option<Source> {
        let plain = |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(is_word);
        let variable = |name: &str| plain(name) && !name.starts_with(|letter: char| letter.is_ascii_digit());
        // systemd: as a file name, and no path.
        let credential = |name: &str| {
            (1..=64).contains(&name.len())
                && !name.starts_with('.')
                && name.bytes().all(|byte| is_word(byte) || matches!(byte, b'-' | b'.'))
        };
        match text.split_once(':') {
            None if text == "keychain" => Some(Source::Keychain),
            Some(("env", name)) if variable(name) => Some(Source::Env(name.to_owned())),
            Some(("credential", name)) if credential(name) => Some(Source::Credential(name.to_owned())),
            _ => None,
        }
    }

    /// Whether a text given for a secret names a place instead of being one.
    pub fn is_named_by(text: &str) -> bool {
        text.starts_with("env:") || text.starts_with("credential:")
    }

    /// The secret where it is not the keychain's: read anew each time. `None` for the keychain.
    pub fn read_anew(&self, account: &str, role: &str) -> Option<Result<Secret, SecretError>> {
        let (value, missing) = match self {
            Source::Keychain => return None,
            Source::Env(name) => {
                let name = name.as_str();
                let missing = say!("secret-env-unset", name = name, role = role, account = account);
                (std::env::var(name).unwrap_or_default(), missing)
            }
            Source::Credential(name) => {
                let missing =
                    say!("secret-credential-unset", name = name.as_str(), role = role, account = account);
                (credential(name).unwrap_or_default(), missing)
            }
        };
        // Files mostly end with a line's end, which is no part of a key.
        let value = Secret::new(value.trim_end_matches(['\r', '\n']));
        Some(if value.is_empty() { Err(SecretError::Missing(missing)) } else { Ok(value) })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A credential's text; `None` where there is none, or none that could be a key.
fn credential(name: &str) -> Option<String> {
    use std::io::Read as _;
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty())?;
    let file = std::fs::File::open(std::path::Path::new(&folder).join(name)).ok()?;
    let mut text = String::new();
    file.take(MAX_CREDENTIAL).read_to_string(&mut text).ok()?;
    Some(text)
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

/// Access to secrets. Cheap to clone.
///
/// Keychain calls run on threads of their own: they block, can wait for a person, and the D-Bus client panics when
/// it is called from inside the async runtime. A call that is not answered in time is given up; its thread goes on
/// waiting, and a value that still comes is kept for the next `get`. Later calls use a new connection, so a prompt
/// that nobody answers does not hold them up. Values are cached after the first read: once per process, not per poll.
#[derive(Clone)]
pub struct SecretStore {
    inner: Arc<Inner>,
}

struct Inner {
    service: String,
    memory_only: bool,
    get_limit: Duration,
    set_limit: Duration,
    cache: Mutex<Cache>,
    waiting: AtomicUsize,
    /// Built from the parts of `keyring`, whose own default store is made once per process: after a failure the next
    /// call connects anew, so a keychain that is started later is seen without a restart.
    #[cfg(all(unix, not(target_os = "macos")))]
    store: Mutex<Option<NativeStore>>,
}

#[derive(Default)]
struct Cache {
    values: BTreeMap<String, Secret>,
    /// Rises with each set and delete: a read that began before must not bring an old value back.
    generation: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    #[cfg(all(unix, not(target_os = "macos")))]
    fn entry(&self, user: &str) -> Result<Entry, KeyringError> {
        use keyring_core::api::CredentialStoreApi as _;
        let known = lock(&self.store).clone();
        let store = match known {
            Some(store) => store,
            None => {
                let store = zbus_secret_service_keyring_store::Store::new()?;
                *lock(&self.store) = Some(store.clone());
                store
            }
        };
        store.build(&self.service, user, None)
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn entry(&self, user: &str) -> Result<Entry, KeyringError> {
        keyring::Entry::new(&self.service, user).map(|entry| entry.inner)
    }

    /// Whether a connection was there to be dropped.
    fn forget_connection(&self) -> bool {
        #[cfg(all(unix, not(target_os = "macos")))]
        return lock(&self.store).take().is_some();
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        false
    }

    /// Runs a keychain call, on a new connection if the old one turns out dead (the keychain was restarted).
    fn call<T>(
        &self,
        user: &str,
        work: impl Fn(&Entry) -> Result<T, KeyringError>,
    ) -> Result<T, KeyringError> {
        let reused = self.has_connection();
        match self.entry(user).and_then(|entry| work(&entry)) {
            Err(KeyringError::PlatformFailure(_)) if self.forget_connection() && reused => {
                self.entry(user).and_then(|entry| work(&entry))
            }
            result => result,
        }
    }

    fn has_connection(&self) -> bool {
        #[cfg(all(unix, not(target_os = "macos")))]
        return lock(&self.store).is_some();
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        false
    }
}

impl SecretStore {
    fn build(service: &str, memory_only: bool) -> Self {
        let inner = Inner {
            service: service.to_owned(),
            memory_only,
            get_limit: Duration::from_secs(10),
            set_limit: Duration::from_secs(60),
            cache: Mutex::default(),
            waiting: AtomicUsize::new(0),
            #[cfg(all(unix, not(target_os = "macos")))]
            store: Mutex::new(None),
        };
        SecretStore { inner: Arc::new(inner) }
    }

    /// The OS keychain, under this service name; the user name is `<account>/<role>`. Touches nothing until first
    /// used. Reads are given 10 s, writes 60 s: a person may have to answer a prompt.
    pub fn keychain(service: &str) -> Self {
        Self::build(service, false)
    }

    /// As [`SecretStore::keychain`], with other limits for reads and writes.
    pub fn keychain_with_limits(service: &str, get: Duration, set: Duration) -> Self {
        let mut store = Self::build(service, false);
        if let Some(inner) = Arc::get_mut(&mut store.inner) {
            (inner.get_limit, inner.set_limit) = (get, set);
        }
        store
    }

    /// A store in memory, for tests and for the demo.
    pub fn memory() -> Self {
        Self::build("memory", true)
    }

    /// The secret of an account's role. An environment variable or credential is read anew each time.
    pub async fn get(&self, account: &AccountId, role: &str, source: &Source) -> Result<Secret, SecretError> {
        if let Some(read) = source.read_anew(account.as_str(), role) {
            return read;
        }
        let user = format!("{account}/{role}");
        let generation = {
            let cache = lock(&self.inner.cache);
            if let Some(secret) = cache.values.get(&user) {
                return Ok(secret.clone());
            }
            cache.generation
        };
        if self.inner.memory_only {
            return Err(sentence(KeyringError::NoEntry, &user));
        }
        let name = user.clone();
        self.run(&user, self.inner.get_limit, move |inner| {
            let secret = Secret::new(inner.call(&name, Entry::get_password)?);
            let mut cache = lock(&inner.cache);
            if cache.generation == generation {
                cache.values.insert(name, secret.clone());
            }
            Ok(secret)
        })
        .await
    }

    /// Stores in place (never delete and recreate). Errors: empty, or longer than 2,560 bytes, which is what Windows
    /// keeps; and what the keychain says.
    pub async fn set(&self, account: &AccountId, role: &str, secret: &Secret) -> Result<(), SecretError> {
        let user = format!("{account}/{role}");
        // Windows stores UTF-16: two bytes for each unit.
        let bytes = secret
            .expose()
            .len()
            .max(secret.expose().encode_utf16().count() * 2 * usize::from(cfg!(windows)));
        if secret.is_empty() || bytes > MAX_BYTES {
            let why = if secret.is_empty() { "empty" } else { "long" };
            return Err(SecretError::Other(say!(
                "secret-unfit",
                why = why,
                role = role,
                account = account.as_str(),
                most = MAX_BYTES.to_string()
            )));
        }
        if !self.inner.memory_only {
            let (name, value) = (user.clone(), secret.clone());
            self.run(&user, self.inner.set_limit, move |inner| {
                let result = inner.call(&name, |entry| entry.set_password(value.expose()));
                // A write that was given up may still succeed: what was read before is then old.
                let mut cache = lock(&inner.cache);
                cache.generation += 1;
                cache.values.remove(&name);
                result
            })
            .await?;
        }
        let mut cache = lock(&self.inner.cache);
        cache.generation += 1;
        cache.values.insert(user, secret.clone());
        Ok(())
    }

    /// Drops what was read of an account's role from memory: the next `get` asks the keychain again. What is in memory
    /// only stays.
    pub fn forget(&self, account: &AccountId, role: &str) {
        if !self.inner.memory_only {
            lock(&self.inner.cache).values.remove(&format!("{account}/{role}"));
        }
    }

    /// Removes; a missing entry is no error.
    pub async fn delete(&self, account: &AccountId, role: &str) -> Result<(), SecretError> {
        let user = format!("{account}/{role}");
        if !self.inner.memory_only {
            let name = user.clone();
            self.run(&user, self.inner.set_limit, move |inner| {
                match inner.call(&name, Entry::delete_credential) {
                    Err(KeyringError::NoEntry) => Ok(()),
                    result => result,
                }
            })
            .await?;
        }
        let mut cache = lock(&self.inner.cache);
        cache.generation += 1;
        cache.values.remove(&user);
        Ok(())
    }

    /// Whether a keychain answers, in words for the settings page.
    pub async fn status(&self) -> Result<String, SecretError> {
        if self.inner.memory_only {
            return Ok(say!("keychain-memory"));
        }
        let asked = self.run("tollwatch", self.inner.get_limit, |inner| {
            match inner.call("status/none", Entry::get_password) {
                Ok(_) | Err(KeyringError::NoEntry) => Ok(()),
                Err(error) => Err(error),
            }
        });
        asked.await.map(|()| say!("keychain-answers"))
    }

    /// Runs a blocking call on a thread of its own. Not the runtime's blocking pool: the runtime waits for that pool
    /// when it ends, and would never end while a prompt is open.
    async fn run<T: Send + 'static>(
        &self,
        user: &str,
        limit: Duration,
        work: impl FnOnce(&Inner) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let waiting = || {
            SecretError::Locked(say!(
                "keychain-waits",
                user = user,
                seconds = limit.as_secs_f32().to_string()
            ))
        };
        if self.inner.waiting.load(Ordering::SeqCst) >= MAX_WAITING {
            return Err(waiting());
        }
        let (tell, told) = tokio::sync::oneshot::channel();
        let inner = self.inner.clone();
        inner.waiting.fetch_add(1, Ordering::SeqCst);
        let thread = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || {
            let result = work(&inner);
            inner.waiting.fetch_sub(1, Ordering::SeqCst);
            // Nobody listens any more when the call was given up; what was read is in the cache.
            let _ = tell.send(result);
        });
        if thread.is_err() {
            self.inner.waiting.fetch_sub(1, Ordering::SeqCst);
        }
        match tokio::time::timeout(limit, told).await {
            Ok(Ok(result)) => result.map_err(|error| sentence(error, user)),
            Ok(Err(_)) => Err(SecretError::Other(say!("keychain-broke", user = user))),
            Err(_) => {
                self.inner.forget_connection();
                Err(waiting())
            }
        }
    }
}

/// A keychain's error as a sentence. Its own text is kept only where it cannot hold a secret.
fn sentence(error: KeyringError, user: &str) -> SecretError {
    if let KeyringError::NoStorageAccess(why) | KeyringError::PlatformFailure(why) = &error {
        tracing::info!(%user, "The keychain does not serve: {why}");
    }
    match error {
        KeyringError::NoEntry => SecretError::Missing(say!("keychain-missing", user = user)),
        KeyringError::NoStorageAccess(_) => SecretError::Locked(say!("keychain-locked", user = user)),
        KeyringError::PlatformFailure(_) if cfg!(all(unix, not(target_os = "macos"))) => {
            SecretError::NoKeychain(say!("keychain-no-service"))
        }
        KeyringError::NoDefaultStore => SecretError::NoKeychain(say!("keychain-none")),
        KeyringError::PlatformFailure(why) => {
            SecretError::Other(say!("keychain-failed", user = user, why = why.to_string()))
        }
        KeyringError::TooLong(_, most) => {
            SecretError::Other(say!("keychain-too-long", user = user, most = most.to_string()))
        }
        KeyringError::Ambiguous(_) => SecretError::Other(say!("keychain-ambiguous", user = user)),
        KeyringError::BadEncoding(_) => SecretError::Other(say!("keychain-no-text", user = user)),
        _ => SecretError::Other(say!("keychain-other", user = user)),
    }
}
