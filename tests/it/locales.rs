//! The catalogues: every message that the code says is there, in every language, with the same arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|one| one == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Message (or `message.attribute`) to the variables it takes, of one file. Fluent's own parser finds what is broken.
fn messages(path: &Path) -> BTreeMap<String, BTreeSet<String>> {
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
    fn inline(expression: &InlineExpression<String>, found: &mut BTreeSet<String>) {
        match expression {
            InlineExpression::VariableReference { id } => {
                found.insert(id.name.clone());
            }
            InlineExpression::FunctionReference { arguments, .. } => {
                arguments.positional.iter().for_each(|one| inline(one, found));
            }
            // What another message takes, this one takes too: resolved below.
            InlineExpression::MessageReference { id, attribute } => {
                let part = attribute.as_ref().map_or_else(String::new, |one| format!(".{}", one.name));
                found.insert(format!("@{}{part}", id.name));
            }
            InlineExpression::Placeable { expression } => any(expression, found),
            _ => {}
        }
    }
    fn any(expression: &Expression<String>, found: &mut BTreeSet<String>) {
        match expression {
            Expression::Select { selector, variants } => {
                inline(selector, found);
                variants.iter().for_each(|one| pattern(&one.value, found));
            }
            Expression::Inline(one) => inline(one, found),
        }
    }
    fn pattern(pattern: &Pattern<String>, found: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                any(expression, found);
            }
        }
    }
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = fluent_syntax::parser::parse(text);
    let parsed = parsed.unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
    let mut found = BTreeMap::new();
    for entry in parsed.body {
        let Entry::Message(message) = entry else { continue };
        let mut add = |name: String, of: &Pattern<String>| {
            let mut variables = BTreeSet::new();
            pattern(of, &mut variables);
            assert!(
                found.insert(name.clone(), variables).is_none(),
                "{name} stands twice in {}",
                path.display()
            );
        };
        let id = &message.id.name;
        if let Some(value) = &message.value {
            add(id.clone(), value);
        }
        for attribute in &message.attributes {
            add(format!("{id}.{}", attribute.id.name), &attribute.value);
        }
    }
    loop {
        let known = found.clone();
        for variables in found.values_mut() {
            let named: Vec<String> = variables.iter().filter(|one| one.starts_with('@')).cloned().collect();
            for name in named {
                variables.remove(&name);
                let of = known.get(&name[1..]).unwrap_or_else(|| panic!("{}: no {name}", path.display()));
                variables.extend(of.iter().cloned());
            }
        }
        if found == known {
            return found;
        }
    }
}

/// The messages of one language by file, the window's under `window/`.
fn catalogue(language: &str) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let folder = Path::new(ROOT).join("locales").join(language);
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
    files(&folder, "ftl").iter().map(|path| (name(path), messages(path))).collect()
}

/// All messages of the program's own part, or of the window's.
fn flat(window: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (file, found) in catalogue("en") {
        if file.starts_with("window/") == window {
            for (id, variables) in found {
                assert!(all.insert(id.clone(), variables).is_none(), "{id} stands in two files ({file})");
            }
        }
    }
    all
}

#[test]
fn the_languages_have_the_same_files_messages_and_arguments() {
    let english = catalogue("en");
    for language in ["zh-CN"] {
        let other = catalogue(language);
        let names = |of: &BTreeMap<String, _>| of.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&english), names(&other), "files of {language}");
        for (file, messages) in &english {
            let ids = |of: &BTreeMap<String, BTreeSet<String>>| of.keys().cloned().collect::<Vec<_>>();
            assert_eq!(ids(messages), ids(&other[file]), "messages of {language}/{file}");
            for (id, variables) in messages {
                // A language may have no use for a variable, but none that nobody fills.
                let unknown: Vec<_> = other[file][id].difference(variables).collect();
                assert!(unknown.is_empty(), "{language}/{file}: {id} asks for {unknown:?}");
            }
        }
    }
}

/// Calls of `say!("…", name = …)` in Rust, and of `say('…', { … })` in the window.
fn said(text: &str, start: &str, quote: char) -> BTreeSet<String> {
    let rest = text.split(start).skip(1);
    rest.filter_map(|rest| rest.trim_start().strip_prefix(quote)?.split_once(quote))
        .map(|(id, _)| id.to_owned())
        .collect()
}

#[test]
fn what_the_program_says_is_in_its_catalogue() {
    let known = flat(false);
    let mut missing = BTreeSet::new();
    for path in files(&Path::new(ROOT).join("src-tauri/src"), "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        missing.extend(said(&text, "say!(", '"').into_iter().filter(|id| !known.contains_key(id)));
    }
    assert!(missing.is_empty(), "no such message in locales/en: {missing:?}");
}

#[test]
fn what_the_window_says_is_in_its_catalogue() {
    let known = flat(true);
    let mut missing = BTreeSet::new();
    for extension in ["ts", "svelte"] {
        for path in files(&Path::new(ROOT).join("ui/src"), extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            missing.extend(said(&text, "say(", '\'').into_iter().filter(|id| !known.contains_key(id)));
        }
    }
    assert!(missing.is_empty(), "no such message in locales/en/window: {missing:?}");
}
