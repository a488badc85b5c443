//! Linux: a unit of the user's own systemd. systemd.service(5), systemd.exec(5), systemd.unit(5).

use super::{MARK, Service, Way, words};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const UNIT: &str = "tollwatch.service";

/// The unit's text. It is told when the service is ready, reloads the config on SIGHUP, and takes from the service what
/// it never needs. The keychain is on the session's bus, so the bus stays within reach.
pub(super) fn unit(service: &Service) -> String {
    let mut text = format!(
        "# {MARK}. To change something: systemctl --user edit tollwatch\n\
         [Unit]\n\
         Description=Tollwatch: says when balances, limits and quotas run out\n\
         # A lock keeps a second one off the history: trying again is right, hammering is not.\n\
         StartLimitIntervalSec=0\n\
         \n\
         [Service]\n\
         Type=notify\n\
         NotifyAccess=main\n\
         ExecStart={} serve --service{}\n\
         ExecReload=kill -HUP $MAINPID\n\
         Restart=on-failure\n\
         RestartSec=30\n\
         TimeoutStopSec=30\n\
         WatchdogSec=120\n",
        quoted(&service.program.to_string_lossy()),
        service.words.iter().map(|word| format!(" {word}")).collect::<String>()
    );
    for (name, value) in &service.environment {
        let _ = writeln!(text, "Environment={}", quoted(&format!("{name}={value}")));
    }
    for (name, file) in &service.credentials {
        // Not split at blanks, so not quoted.
        let file = file.to_string_lossy().replace('%', "%%");
        let _ = writeln!(text, "LoadCredential={name}:{file}");
    }
    text.push_str(
        "UMask=0077\n\
         NoNewPrivileges=yes\n\
         LockPersonality=yes\n\
         MemoryDenyWriteExecute=yes\n\
         RestrictRealtime=yes\n\
         RestrictSUIDSGID=yes\n\
         RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n\
         SystemCallArchitectures=native\n\
         \n\
         [Install]\n\
         WantedBy=default.target\n",
    );
    text
}

/// One word of a command line or an assignment: quoted, specifiers taken as they stand. (A dollar
/// means nothing in a program's path or an assignment.)
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '%' => out.push_str("%%"),
            '\n' => out.push_str("\\n"),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

pub(super) fn way(home: &Path) -> Way {
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let control = |rest: &[&str]| words(&[&["systemctl", "--user"], rest].concat());
    Way {
        file: config.unwrap_or_else(|| home.join(".config")).join("systemd/user").join(UNIT),
        start: vec![control(&["daemon-reload"]), control(&["enable", UNIT]), control(&["restart", UNIT])],
        stop: vec![control(&["disable", "--now", UNIT])],
        running: control(&["is-active", "--quiet", UNIT]),
        hint: "On a server, `loginctl enable-linger` keeps it running while you are logged out.\n\
               Its log: journalctl --user -u tollwatch"
            .to_owned(),
    }
}
