//! TypeScript for the user interface, generated from the types here. A test compares it with what is committed.

use super::{COMMANDS, export_types};
use std::collections::BTreeMap;
use std::path::Path;

/// Every generated file by name: one per type, and `commands.ts`.
pub fn bindings(scratch: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let config = ts_rs::Config::new().with_out_dir(scratch).with_large_int("number");
    export_types(&config).map_err(std::io::Error::other)?;
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(scratch)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".ts") {
            files.insert(name, std::fs::read_to_string(entry.path())?);
        }
    }
    files.insert("commands.ts".into(), commands_ts(&config, files.keys().map(String::as_str)));
    Ok(files)
}

/// The command table as a TypeScript type: name → request and response.
fn commands_ts<'a>(config: &ts_rs::Config, files: impl Iterator<Item = &'a str>) -> String {
    let mut rows = String::new();
    for command in COMMANDS {
        let (request, response) = ((command.request)(config), (command.response)(config));
        rows.push_str(&format!(
            "  /** {} */\n  {}: {{ request: {request}; response: {response} }};\n",
            command.about.trim(),
            command.name
        ));
    }
    let mut imports = String::new();
    for name in files.filter_map(|file| file.strip_suffix(".ts")) {
        let used = rows.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == name);
        if used {
            imports.push_str(&format!("import type {{ {name} }} from \"./{name}\";\n"));
        }
    }
    format!(
        "// Generated from src-tauri/src/api by the test `bindings`. Do not edit.\n{imports}\nexport type Commands = {{\n{rows}}};\n"
    )
}
