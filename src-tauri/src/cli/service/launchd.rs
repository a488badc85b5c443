//! macOS: an agent of the user's session. launchd.plist(5), launchctl(1).

use super::{MARK, Service, Way, words};
use std::path::Path;

const LABEL: &str = "dev.tollwatch.serve";

/// The agent's property list. An agent, not a daemon: the login keychain is the user's.
pub(super) fn agent(service: &Service, home: &Path) -> String {
    let log = escape(&log(home));
    let program = escape(&service.program.to_string_lossy());
    let words: String = service.words.iter().map(|word| format!("    <string>{word}</string>\n")).collect();
    let mut environment = String::new();
    for (name, value) in &service.environment {
        environment.push_str(&format!("    <key>{name}</key><string>{}</string>\n", escape(value)));
    }
    if !environment.is_empty() {
        environment = format!("  <key>EnvironmentVariables</key>\n  <dict>\n{environment}  </dict>\n");
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- {MARK}. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>{program}</string>
    <string>serve</string>
    <string>--service</string>
{words}  </array>
{environment}  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>30</integer>
  <key>ExitTimeOut</key><integer>30</integer>
  <key>ProcessType</key><string>Background</string>
  <key>Umask</key><integer>63</integer>
  <key>StandardErrorPath</key><string>{log}</string>
</dict>
</plist>
"#,
    )
}

fn log(home: &Path) -> String {
    home.join("Library/Logs/tollwatch.log").to_string_lossy().into_owned()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub(super) fn way(home: &Path) -> Way {
    let file = home.join("Library/LaunchAgents").join(format!("{LABEL}.plist"));
    let path = file.to_string_lossy().into_owned();
    // launchd knows a session by the user's number; the shell asks for it, so that the line can be copied too.
    let control = |rest: &str| words(&["sh", "-c", &format!("launchctl {rest}")]);
    Way {
        start: vec![
            control(&format!("bootout gui/$(id -u)/{LABEL} 2>/dev/null; true")),
            control(&format!("bootstrap gui/$(id -u) '{}'", path.replace('\'', r"'\''"))),
        ],
        stop: vec![control(&format!("bootout gui/$(id -u)/{LABEL}"))],
        running: control(&format!("print gui/$(id -u)/{LABEL} | grep -q 'state = running'")),
        hint: format!("Its log: {}", log(home)),
        file,
    }
}
