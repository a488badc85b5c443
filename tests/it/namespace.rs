//! A network of their own for real gateways that listen on all interfaces: a test runs itself once more inside a network
//! namespace that holds nothing but it.

use std::path::PathBuf;
use std::process::Command;

/// Set in the process that runs inside the namespace.
const INSIDE: &str = "TOLLWATCH_TEST_INSIDE";

/// Where `scripts/tools` puts the gateways: `tools` in Cargo's target folder.
pub(crate) fn tools() -> Option<PathBuf> {
    // This program is <target>/<profile>/deps/<name>.
    Some(std::env::current_exe().ok()?.ancestors().nth(3)?.join("tools"))
}

/// Runs the ignored test `name` of this program once more, inside a namespace. `false`: the gateway is not `there`, or
/// no namespace can be made; why is printed. Panics when the test fails, and when the gateway is missing where `CI` is
/// true: there it must be run.
pub(crate) fn alone(name: &str, gateway: &str, variable: &str, there: bool) -> bool {
    let built_for = cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")));
    let required = built_for && std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(there || !required, "{gateway} is missing: run scripts/tools, or name it in {variable}");
    let able = Command::new("unshare").args(["-rn", "ip", "link", "set", "lo", "up"]).output();
    if !there || !able.is_ok_and(|done| done.status.success()) {
        println!("not run: needs {gateway} (scripts/tools fetches it) and `unshare -rn` with `ip`");
        return false;
    }
    let this = std::env::current_exe().expect("the test program's path");
    let script = r#"ip link set lo up && exec "$0" "$@""#;
    let done = Command::new("unshare")
        .args(["-rn", "sh", "-c", script])
        .arg(this)
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("unshare starts");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && out.contains("1 passed"), "{out}\n{err}");
    true
}

/// Whether this process is the one inside the namespace.
pub(crate) fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}
