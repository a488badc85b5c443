//! Which language the program speaks.

use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

/// A language that Tollwatch speaks. One per process, as its notices go to one person's desktop: what is written for
/// people is made where the facts are, and would otherwise need the language handed through every pure function.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
pub enum Language {
    /// English, as it is read everywhere: the day before the month, 24 hours.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Chinese as written on the mainland: 简体中文.
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl Language {
    /// Every language that has a catalogue.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// The BCP 47 tag: `en`, `zh-CN`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    /// The language that serves a reader of `tag` best (`zh_CN.UTF-8`, `zh-Hans-SG`, `de-DE`): English where there is
    /// no catalogue, also for Chinese in traditional characters.
    pub fn of(tag: &str) -> Language {
        let tag = tag.to_ascii_lowercase().replace('_', "-");
        let traditional = ["hant", "-tw", "-hk", "-mo"].iter().any(|part| tag.contains(part));
        if tag.split(['-', '.']).next() == Some("zh") && !traditional {
            Language::Chinese
        } else {
            Language::English
        }
    }

    /// The language of this computer's user; English where it is not said.
    pub fn of_system() -> Language {
        sys_locale::get_locale().map_or(Language::English, |tag| Language::of(&tag))
    }
}

static SPOKEN: AtomicU8 = AtomicU8::new(0);

thread_local! {
    static HERE: Cell<Option<Language>> = const { Cell::new(None) };
}

/// The language that sentences are made in now.
pub fn language() -> Language {
    HERE.get().unwrap_or(Language::ALL[usize::from(SPOKEN.load(Ordering::Relaxed)).min(1)])
}

/// From now on the process speaks this language. What was told before stays as it was told.
pub fn speak(language: Language) {
    SPOKEN.store(language as u8, Ordering::Relaxed);
}

/// Runs `made` in another language than the process speaks; on this thread alone.
pub fn speaking<T>(language: Language, made: impl FnOnce() -> T) -> T {
    let before = HERE.replace(Some(language));
    let said = made();
    HERE.set(before);
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_tag_finds_its_catalogue() {
        let of = |tags: &[&str]| tags.iter().map(|tag| Language::of(tag).tag()).collect::<Vec<_>>();
        assert_eq!(of(&["zh_CN.UTF-8", "zh", "zh-Hans-SG", "zh.UTF-8"]), ["zh-CN"; 4]);
        assert_eq!(of(&["en-GB", "de_DE.UTF-8", "C", "", "zh-TW", "zh-Hant-HK", "zhx"]), ["en"; 7]);
    }

    #[test]
    fn another_language_is_spoken_only_inside() {
        assert_eq!(speaking(Language::Chinese, language), Language::Chinese);
        assert_eq!(language(), Language::English);
    }
}
