//! Texts that are data: names of options and meters stand in the code in English, and their translations in
//! `locales/zh-CN/data.json`, English → Chinese.

use super::language::{Language, language};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const CHINESE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/zh-CN/data.json"));

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(CHINESE));

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

    fn find(&self, english: &str) -> Option<String> {
        if let Some(found) = self.whole.get(english) {
            return Some(found.clone());
        }
        // A name of the user's stands in quotes behind the label, as it is.
        if let Some((label, name)) = english.split_once(" “")
            && let Some(found) = self.whole.get(label).filter(|_| name.ends_with('”'))
        {
            return Some(format!("{found}“{name}"));
        }
        self.patterns.iter().find_map(|(parts, to)| {
            let names = matched(parts, english)?;
            let put = |text: String, (at, name): (usize, &&str)| {
                let name = self.whole.get(*name).map_or(*name, String::as_str);
                text.replace(&format!("{{{at}}}"), name)
            };
            Some(names.iter().enumerate().fold(to.clone(), put))
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
    match language() {
        Language::English => None,
        Language::Chinese => TABLE.find(english),
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
    fn the_file_is_whole() {
        let all: BTreeMap<String, String> = serde_json::from_str(CHINESE).unwrap();
        for (english, chinese) in &all {
            let names = literals(english).len() - 1;
            for at in 0..names {
                assert!(chinese.contains(&format!("{{{at}}}")), "{english}: {{{at}}} is lost");
            }
            assert!(!chinese.contains(&format!("{{{names}}}")), "{english}: a name too many");
            assert!(!chinese.trim().is_empty(), "{english}");
        }
    }
}
