//! What is due together is one notification.

use super::tell::stable;
use crate::model::Notice;
use crate::say;

/// How many further notices a body names; the window shows the others.
const NAMED: usize = 6;

/// Notices that are due together, most urgent first, as the one that is shown; `None` when nothing is due. It carries
/// the first one's episode and resource; all of them are told once it was accepted.
pub fn as_one(due: &[Notice]) -> Option<Notice> {
    let (first, others) = due.split_first()?;
    if others.is_empty() {
        return Some(first.clone());
    }
    let mut lines: Vec<String> = first.body.lines().map(str::to_owned).collect();
    lines.extend(
        others.iter().take(NAMED).map(|notice| say!("notice-group.also", title = notice.title.as_str())),
    );
    if others.len() > NAMED {
        lines.push(say!("notice-group.rest", count = others.len() - NAMED));
    }
    Some(Notice {
        // Not the meter's own: what is told of that meter later must not take the others off the screen.
        replaces: stable(&[&first.replaces.to_string(), "group"]),
        title: say!("notice-group", title = first.title.as_str(), count = others.len()),
        body: lines.join("\n"),
        ..first.clone()
    })
}
