//! docs/metrics.md, written from the table. Its prose is in `page.md`.

use super::{About, Kind, LONGEST, METERS, SERIES, TABLE};

/// The document.
pub fn document() -> String {
    let rows: Vec<String> = TABLE.iter().map(row).collect();
    let table = format!("| metric | type | labels | meaning |\n|---|---|---|---|\n{}", rows.join("\n"));
    include_str!("page.md")
        .replace("{{table}}", &table)
        .replace("{{meters}}", &METERS.to_string())
        .replace("{{series}}", &SERIES.to_string())
        .replace("{{longest}}", &LONGEST.to_string())
}

fn row(about: &About) -> String {
    let kind = match about.kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
    };
    let labels: Vec<String> = about.labels.iter().map(|label| format!("`{label}`")).collect();
    let meaning = format!("{} {}", about.help, about.more);
    format!("| `{}` | {kind} | {} | {} |", about.query(), labels.join(" "), meaning.trim())
}
