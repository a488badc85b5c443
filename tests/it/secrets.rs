//! The keychain for real: a gnome-keyring on a private bus, no keyring, no bus, a locked one, one that never answers.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic; clippy does not see that these functions are tests' own"
)]

use crate::bus::{PrivateBus, run_with_address};
use std::time::Duration;
use tollwatch::model::{AccountId, Secret};
use tollwatch::secrets::{SecretError, SecretStore, Source};

fn account() -> AccountId {
    AccountId::new("work").unwrap()
}

fn store() -> SecretStore {
    SecretStore::keychain_with_limits("tollwatch", Duration::from_secs(5), Duration::from_secs(5))
}

async fn get(store: &SecretStore) -> Result<String, SecretError> {
    store.get(&account(), "key", &Source::Keychain).await.map(|secret| secret.expose().to_owned())
}

#[test]
fn a_secret_is_kept_in_a_real_keyring() {
    let bus = PrivateBus::start().with_keyring();
    bus.run("secrets::inner_set");
    let lookup = ["lookup", "service", "tollwatch", "username", "work/key"];
    let seen = bus.command("secret-tool").args(lookup).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&seen.stdout), "EXAMPLE-second");
    bus.run("secrets::inner_read_and_delete");
    let seen = bus.command("secret-tool").args(lookup).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&seen.stdout), "");
}

#[tokio::test]
#[ignore = "run by a_secret_is_kept_in_a_real_keyring"]
async fn inner_set() {
    let store = store();
    assert!(matches!(get(&store).await, Err(SecretError::Missing(_))));
    for value in ["EXAMPLE-first", "EXAMPLE-second"] {
        store.set(&account(), "key", &Secret::new(value)).await.unwrap();
        assert_eq!(get(&store).await.as_deref(), Ok(value));
    }
    assert!(store.status().await.unwrap().contains("answers"));
}

#[tokio::test]
#[ignore = "run by a_secret_is_kept_in_a_real_keyring"]
async fn inner_read_and_delete() {
    let store = store();
    assert_eq!(get(&store).await.as_deref(), Ok("EXAMPLE-second"));
    store.delete(&account(), "key").await.unwrap();
    store.delete(&account(), "key").await.unwrap();
    assert!(matches!(get(&store).await, Err(SecretError::Missing(_))));
}

#[test]
fn without_a_secret_service_the_sentence_says_what_to_start() {
    PrivateBus::start().run("secrets::inner_no_keychain");
    run_with_address("secrets::inner_no_keychain", Some("unix:path=/nonexistent/bus"));
    run_with_address("secrets::inner_no_keychain", None);
}

#[tokio::test]
#[ignore = "run by without_a_secret_service_the_sentence_says_what_to_start"]
async fn inner_no_keychain() {
    let error = get(&store()).await.unwrap_err();
    assert!(matches!(&error, SecretError::NoKeychain(text) if text.contains("gnome-keyring")), "{error:?}");
    assert!(store().status().await.is_err());
}

#[test]
fn a_locked_keyring_without_a_display_says_locked_at_once() {
    let bus = PrivateBus::start().with_keyring();
    bus.run("secrets::inner_set");
    // The collection that `--unlock` makes is called login.
    let lock = ["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"];
    let what =
        ["org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login"];
    let locked = bus.command("dbus-send").args(lock).args(what).output().unwrap();
    assert!(locked.status.success(), "{}", String::from_utf8_lossy(&locked.stderr));
    bus.run("secrets::inner_locked");
}

#[tokio::test]
#[ignore = "run by a_locked_keyring_without_a_display_says_locked_at_once"]
async fn inner_locked() {
    let started = tokio::time::Instant::now();
    let error = get(&store()).await.unwrap_err();
    assert!(matches!(&error, SecretError::Locked(text) if text.contains("is locked")), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

/// A bus that takes the first connection and never answers it, and passes later ones on: the first call is given up,
/// the second is served.
#[test]
fn a_call_that_hangs_is_given_up_and_the_next_one_is_served() {
    let bus = PrivateBus::start().with_keyring();
    bus.run("secrets::inner_set");
    let path = bus.address.trim_start_matches("unix:path=").split(',').next().unwrap().to_owned();
    let dir = tempfile::tempdir().unwrap();
    let front = dir.path().join("bus");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(async { tokio::net::UnixListener::bind(&front) }).unwrap();
    runtime.spawn(async move {
        let _first = listener.accept().await;
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = tokio::net::UnixStream::connect(&path).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    run_with_address("secrets::inner_hang", Some(&format!("unix:path={}", front.display())));
}

#[tokio::test]
#[ignore = "run by a_call_that_hangs_is_given_up_and_the_next_one_is_served"]
async fn inner_hang() {
    let limit = Duration::from_secs(2);
    let store = SecretStore::keychain_with_limits("tollwatch", limit, limit);
    let error = get(&store).await.unwrap_err();
    assert!(matches!(&error, SecretError::Locked(text) if text.contains("did not answer")), "{error:?}");
    assert_eq!(get(&store).await.as_deref(), Ok("EXAMPLE-second"));
}

#[test]
fn a_keyring_that_starts_later_is_seen_without_a_restart() {
    PrivateBus::start().run("secrets::inner_later");
}

#[tokio::test]
#[ignore = "run by a_keyring_that_starts_later_is_seen_without_a_restart"]
async fn inner_later() {
    let store = store();
    assert!(matches!(get(&store).await, Err(SecretError::NoKeychain(_))));
    let mut daemon = std::process::Command::new("gnome-keyring-daemon")
        .args(["--unlock", "--components=secrets", "--foreground"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("gnome-keyring-daemon is missing: run `scripts/setup test`");
    std::io::Write::write_all(&mut daemon.stdin.take().unwrap(), b"test").unwrap();
    let mut stored = Err(SecretError::Other(String::new()));
    for _ in 0..100 {
        stored = store.set(&account(), "key", &Secret::new("EXAMPLE")).await;
        if stored.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert_eq!(stored, Ok(()));
}

#[tokio::test]
async fn memory_and_environment_need_no_keychain() {
    let store = SecretStore::memory();
    assert!(matches!(get(&store).await, Err(SecretError::Missing(_))));
    store.set(&account(), "key", &Secret::new("EXAMPLE")).await.unwrap();
    assert_eq!(get(&store).await.as_deref(), Ok("EXAMPLE"));
    store.delete(&account(), "key").await.unwrap();
    assert!(get(&store).await.is_err());
    for (text, why) in [("x".repeat(2_561), "longer than 2560 bytes"), (String::new(), "empty")] {
        let error = store.set(&account(), "key", &Secret::new(text)).await.unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
    let missing =
        store.get(&account(), "key", &Source::Env("TOLLWATCH_TEST_NOT_SET".into())).await.unwrap_err();
    assert!(missing.to_string().contains("TOLLWATCH_TEST_NOT_SET"), "{missing}");
    // Cargo sets this one for every test.
    let given = store.get(&account(), "key", &Source::Env("CARGO_PKG_NAME".into())).await.unwrap();
    assert_eq!(given.expose(), "tollwatch");
}
