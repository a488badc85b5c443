//! Texts that are data: names of options and meters, and what connectors say of answers that do not fit, stand in the
//! code in English; their translations are in `locales/zh-CN/data.json` and `problems.json`, English → Chinese.

use super::language::{Language, language};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DATA: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/zh-CN/data.json"));
const PROBLEMS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/zh-CN/problems.json"));

static LABELS: LazyLock<Table> = LazyLock::new(|| Table::parse(DATA));
static SENTENCES: LazyLock<Table> = LazyLock::new(|| Table::parse(PROBLEMS));

/// Translations: whole texts, and patterns such as `budget of {0}` → `{0} 的预算`.
struct Table {
    whole: BTreeMap<String, String>,
    /// The text between the names, and the translation; those that say most first.
    patterns: Vec<(Vec<String>, String)>,
}

impl Table {
    fn parse(text: &str) -> Table {
        // A broken file would leave all in English; a test reads it.
        let all: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
        let (patterns, whole): (BTreeMap<_, _>, _) =
            all.into_iter().partition(|(english, _)| english.contains("{0}"));
        let mut patterns: Vec<_> = patterns.into_iter().map(|(from, to)| (literals(&from), to)).collect();
        let said = |parts: &[String]| parts.iter().map(String::len).sum::<usize>();
        patterns.sort_by_key(|(parts, _)| std::cmp::Reverse(said(parts)));
        Table { whole, patterns }
    }

    /// A whole text; a name of the user's, in quotes behind it, stays as it is.
    fn quoted(&self, english: &str) -> Option<String> {
        if let Some(found) = self.whole.get(english) {
            return Some(found.clone());
        }
        let (label, name) = english.split_once(" “")?;
        let found = self.whole.get(label).filter(|_| name.ends_with('”'))?;
        Some(format!("{found}“{name}"))
    }

    fn find(&self, english: &str) -> Option<String> {
        if let Some(found) = self.quoted(english) {
            return Some(found);
        }
        self.patterns.iter().find_map(|(parts, to)| {
            let names = matched(parts, english)?;
            let name = |at: usize| {
                let name = *names.get(at)?;
                Some(self.quoted(name).or_else(|| LABELS.quoted(name)).unwrap_or_else(|| name.to_owned()))
            };
            Some(filled(to, name))
        })
    }
}

/// What stands between `{0}`, `{1}` and so on, in that order.
fn literals(pattern: &str) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), pattern);
    while let Some((before, after)) = rest.split_once(&format!("{{{}}}", parts.len())) {
        parts.push(before.to_owned());
        rest = after;
    }
    parts.push(rest.to_owned());
    parts
}

/// A translation with its names put in; a name that looks like a place is not filled again.
fn filled(text: &str, name: impl Fn(usize) -> Option<String>) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let place = part.split_once('}').and_then(|(at, rest)| Some((name(at.parse().ok()?)?, rest)));
        match place {
            Some((name, rest)) => filled.extend([name.as_str(), rest]),
            None => filled.extend(["{", part]),
        }
    }
    filled
}

/// The names between the literals; `None`: another text.
fn matched<'a>(parts: &[String], text: &'a str) -> Option<Vec<&'a str>> {
    let (first, others) = parts.split_first()?;
    let (last, middle) = others.split_last()?;
    let mut rest = text.strip_prefix(first.as_str())?.strip_suffix(last.as_str())?;
    let mut names = Vec::new();
    for part in middle {
        let (name, after) = rest.split_once(part.as_str())?;
        names.push(name);
        rest = after;
    }
    names.push(rest);
    names.iter().all(|name| !name.is_empty()).then_some(names)
}

/// A text of a connector (an option's name, a meter's label) in the language that is spoken. A label's own names, such
/// as `ci` in `key limit “ci”`, stay. What nobody translated stays English.
#[must_use]
pub fn data(english: &str) -> String {
    said(&LABELS, english)
}

/// A connector's sentence on what went wrong, in the language that is spoken; what nobody translated stays English.
#[must_use]
pub fn problem(english: &str) -> String {
    said(&SENTENCES, english)
}

fn said(table: &Table, english: &str) -> String {
    match language() {
        Language::English => None,
        Language::Chinese => table.find(english),
    }
    .unwrap_or_else(|| english.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::words::speaking;

    #[test]
    fn names_stay_and_labels_are_translated() {
        let table = Table::parse(
            r#"{"key limit": "密钥限额", "team": "团队", "budget of {0}": "{0} 的预算",
                "budget of {0} at {1}": "{0} 在 {1} 的预算", "{0} a week": "每周{0}"}"#,
        );
        let find = |text| table.find(text).unwrap_or_default();
        assert_eq!(find("key limit"), "密钥限额");
        assert_eq!(find("key limit “ci”"), "密钥限额“ci”");
        assert_eq!(find("key limit “say “hi””"), "密钥限额“say “hi””");
        assert_eq!(find("budget of “shop”"), "“shop” 的预算");
        assert_eq!(find("budget of “shop” at openai"), "“shop” 在 openai 的预算");
        assert_eq!(find("team a week"), "每周团队");
        assert_eq!(find("key limit “ci” a week"), "每周密钥限额“ci”");
        assert_eq!(table.find("budget of "), None, "no name");
        assert_eq!(table.find("something else"), None);
    }

    #[test]
    fn english_stays_and_so_does_what_is_not_known() {
        assert_eq!(data("balance"), "balance");
        speaking(Language::Chinese, || {
            assert_eq!(data("balance"), "余额");
            assert_eq!(data("a label of my own"), "a label of my own");
        });
    }

    #[test]
    fn the_files_are_whole() {
        let read = |file| serde_json::from_str::<BTreeMap<String, String>>(file).unwrap();
        for (english, chinese) in [DATA, PROBLEMS].into_iter().flat_map(read) {
            let names = literals(&english).len() - 1;
            for at in 0..names {
                assert!(chinese.contains(&format!("{{{at}}}")), "{english}: {{{at}}} is lost");
            }
            assert!(!chinese.contains(&format!("{{{names}}}")), "{english}: a name too many");
            assert!(!chinese.trim().is_empty(), "{english}");
        }
    }

    #[test]
    fn a_problem_keeps_what_the_provider_said() {
        let english = "RunPod says no balance: {1} not allowed; the key may lack access to GraphQL, which is set at https://console.runpod.io/user/settings.";
        assert_eq!(problem(english), english);
        let chinese = speaking(Language::Chinese, || problem(english));
        assert!(chinese.starts_with("RunPod 未提供余额：{1} not allowed；"), "{chinese}");
    }
}
