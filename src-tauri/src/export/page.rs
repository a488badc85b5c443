//! `docs/exports.md`, whose tables are those that the exports are written by. Its prose is in `page.md`.

use super::{Kind, Of};
use std::fmt::Write;

/// The page.
pub fn page() -> String {
    Kind::ALL.into_iter().fold(include_str!("page.md").to_owned(), |page, kind| {
        page.replace(&format!("{{{}}}", kind.word()), table(kind).trim_end())
    })
}

fn table(kind: Kind) -> String {
    let mut out = "| column | holds | meaning |\n|---|---|---|\n".to_owned();
    for column in kind.columns() {
        let of = match column.of {
            Of::Text => "text",
            Of::Time => "time",
            Of::Amount => "amount",
            Of::Whole => "number",
        };
        let _ = writeln!(out, "| `{}` | {of} | {} |", column.name, column.about);
    }
    out
}
