//! `tollwatch watch` in a real terminal.
#![cfg(unix)]

use super::guard::burning;
use super::status_line::Tmux;
use super::support::Sandbox;
use tollwatch::model::MINUTE;

#[test]
fn without_a_terminal_it_says_so() {
    let ran = Sandbox::new().run(&["watch"]);
    assert!(ran.code == 2 && ran.stderr.contains("needs a terminal"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_terminal_shows_the_first_screen_and_an_account_and_is_given_back() {
    let sandbox = Sandbox::new();
    burning(&sandbox, 50, 4 * MINUTE);
    let shell = "echo before; tollwatch watch; echo ended $?; sleep 60";
    let Some(tmux) = Tmux::start("watch", &sandbox, [100, 24], shell) else { return };
    let seen = tmux.shows("Read 4 min ago");
    for says in ["CI · balance", "$50.00", "runs out", "┃", "q quit"] {
        assert!(seen.contains(says), "{says}:\n{seen}");
    }
    tmux.run(&["send-keys", "Enter"]);
    assert!(tmux.shows("24 h ago").contains("burning $1.0"), "the account's page");
    for (columns, rows) in [("40", "10"), ("250", "60"), ("100", "24")] {
        tmux.run(&["resize-window", "-x", columns, "-y", rows]);
        tmux.shows("esc back");
    }
    tmux.run(&["send-keys", "Escape"]);
    tmux.shows("enter account");
    tmux.run(&["send-keys", "q"]);
    let after = tmux.shows("ended 0");
    assert!(after.contains("before") && !after.contains("RUNS OUT"), "the screen is given back:\n{after}");
}

#[test]
fn a_signal_gives_the_terminal_back_too() {
    let sandbox = Sandbox::new();
    burning(&sandbox, 50, 4 * MINUTE);
    let shell = "sh -c 'echo $$ > $HOME/pid; exec tollwatch watch'; echo ended $?; stty -a; sleep 60";
    let Some(tmux) = Tmux::start("signal", &sandbox, [100, 24], shell) else { return };
    tmux.shows("q quit");
    let home = sandbox.data_dir().parent().unwrap().to_owned();
    let pid = std::fs::read_to_string(home.join("pid")).unwrap();
    assert!(std::process::Command::new("kill").args(["-TERM", pid.trim()]).status().unwrap().success());
    let after = tmux.shows("ended 0");
    assert!(!after.contains("RUNS OUT"), "{after}");
    let echoes = tmux.shows("icanon");
    assert!(echoes.contains(" icanon") && !echoes.contains("-icanon"), "raw mode is over:\n{echoes}");
}
