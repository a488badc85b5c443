//! The message catalogues, `locales/<language>/*.ftl`, in Fluent's syntax (projectfluent.org). The window's own texts
//! are in `locales/<language>/window/`, which only `ui/` reads.

use super::language::{Language, language};
use super::numbers;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::LazyLock;

/// The files of one language, by the part of the program that speaks.
macro_rules! files {
    ($language:literal: $($name:literal),+ $(,)?) => {
        &[$(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/locales/", $language, "/", $name, ".ftl"))),+]
    };
}

const ENGLISH: &[&str] = files!("en": "words", "account", "alerts", "api", "causes", "channels", "charts", "desktop", "diagnosis", "errors", "otlp", "report", "server", "settings");
const CHINESE: &[&str] = files!("zh-CN": "words", "account", "alerts", "api", "causes", "channels", "charts", "desktop", "diagnosis", "errors", "otlp", "report", "server", "settings");

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> =
    LazyLock::new(|| [bundle(Language::English, ENGLISH), bundle(Language::Chinese, CHINESE)]);

fn bundle(language: Language, files: &[&str]) -> Bundle {
    let tag = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // The marks around what is put in are for right-to-left scripts; a terminal shows them as boxes.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => Some(numbers::count(number.value)),
        _ => None,
    }));
    for file in files {
        // A broken message is left out and its English shown; `tests/it/locales.rs` lets none pass.
        let resource = match FluentResource::try_new((*file).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The message `id` in the language that is spoken, else in English, else the id itself. Used through [`crate::say!`].
#[must_use]
pub fn message(id: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
    let spoken = &BUNDLES[language() as usize];
    [spoken, &BUNDLES[0]]
        .into_iter()
        .find_map(|bundle| format(bundle, id, &args))
        .unwrap_or_else(|| id.to_owned())
}

fn format(bundle: &Bundle, id: &str, args: &FluentArgs<'_>) -> Option<String> {
    let pattern = match id.split_once('.') {
        Some((id, attribute)) => bundle.get_message(id)?.get_attribute(attribute)?.value(),
        None => bundle.get_message(id)?.value()?,
    };
    Some(bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned())
}

/// Says a message of the catalogue: `say!("span-hours", count = 5)`. `"id.part"` is an attribute of a message.
/// Arguments are texts (amounts and times as `words` says them) or whole numbers, whose plural the catalogue chooses.
#[macro_export]
macro_rules! say {
    ($id:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::model::words::message($id, &[$((stringify!($name), $crate::model::words::Arg::from($value))),*])
    };
}
