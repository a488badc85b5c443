//! The file itself: read, changed with its comments kept, written whole or not at all.

use super::{ConfigError, parse};
use crate::say;
use std::io::Write as _;
use std::path::Path;
use toml_edit::{DocumentMut, Item, Table, TableLike};

/// The file's name for sentences.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// What is wrong with the file, in a sentence that says that it was left alone.
pub(super) fn refused(path: &Path, why: &str) -> ConfigError {
    ConfigError(say!("config-file", file = name(path), why = why))
}

pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(ConfigError(say!(
            "config-unreadable",
            file = path.display().to_string(),
            why = error.to_string()
        ))),
    }
}

/// The table of that name, made if missing.
pub(super) fn table<'a>(root: &'a mut Table, name: &str) -> Result<&'a mut Table, String> {
    let item = root.entry(name).or_insert_with(|| Item::Table(Table::new()));
    item.as_table_mut().ok_or_else(|| say!("config-not-edited", name = name))
}

/// Makes `old` say what `new` says: keys that are gone go, the others keep their comments and their order.
pub(super) fn merge(old: &mut dyn TableLike, new: &Table) {
    let gone: Vec<String> =
        old.iter().map(|(key, _)| key.to_owned()).filter(|key| !new.contains_key(key)).collect();
    for key in gone {
        old.remove(&key);
    }
    put(old, new);
}

/// Puts each value of `new` into `old`, with the comments of the value that it replaces.
pub(super) fn put(old: &mut dyn TableLike, new: &Table) {
    for (key, item) in new {
        match (old.get_mut(key), item) {
            (Some(there), Item::Table(wanted)) if there.is_table_like() => {
                if let Some(there) = there.as_table_like_mut() {
                    merge(there, wanted);
                }
            }
            (Some(Item::Value(there)), Item::Value(wanted)) => {
                let mut wanted = wanted.clone();
                *wanted.decor_mut() = there.decor().clone();
                *there = wanted;
            }
            _ => {
                old.insert(key, item.clone());
            }
        }
    }
}

/// Changes the file through `change`. An invalid file is left alone, and so is a valid one that would become invalid.
pub(super) fn edit(
    path: &Path,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), String>,
) -> Result<(), ConfigError> {
    let text = read(path)?;
    let refused = |why: String| refused(path, &why);
    parse(&text).map_err(refused)?;
    let mut document: DocumentMut = text.parse().map_err(|_| refused(say!("config-no-toml")))?;
    change(&mut document).map_err(refused)?;
    let changed = document.to_string();
    parse(&changed).map_err(|why| ConfigError(say!("config-unfit", why = why)))?;
    write(path, &changed).map_err(|error| {
        ConfigError(say!(
            "config-unwritable-kept",
            file = path.display().to_string(),
            why = error.to_string()
        ))
    })
}

/// Writes a file whole or not at all: a new file beside it, on disk, then renamed. Only the user may read it.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // A link (dotfiles kept elsewhere) stays a link.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let temporary = path.with_extension(format!("toml.{}.tmp", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    #[cfg(unix)]
    if written.is_ok() {
        // The rename itself reaches the disk only with its folder.
        let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    written
}

/// Makes a folder that only the user may enter; an existing one is left as it is.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
