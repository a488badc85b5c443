//! `docs/connectors/`, written from the connectors' data.

use super::{ALL, ConnectorKind, Spec};
use crate::model::{HOUR, MINUTE};
use std::fmt::Write;

/// The generated pages: file name and Markdown, `README.md` being the list.
pub fn docs() -> Vec<(String, String)> {
    let mut pages = vec![("README.md".to_owned(), list())];
    pages.extend(ALL.iter().map(|connector| (format!("{}.md", connector.spec().id), page(connector.spec()))));
    pages
}

/// A time span for people: minutes below two hours, hours above.
fn span(ms: i64) -> String {
    if ms < 2 * HOUR { format!("{} min", ms / MINUTE) } else { format!("{} h", ms / HOUR) }
}

fn kinds() -> impl Iterator<Item = ConnectorKind> {
    use ConnectorKind::{Costs, Credits, Gateway, Generic, Headers, Plan};
    [Gateway, Credits, Costs, Plan, Headers, Generic].into_iter()
}

fn list() -> String {
    let mut out = format!(
        "# Connectors\n\n{} of them. Written from the code by `UPDATE=1 cargo test --no-default-features --test it connectors`.\n",
        ALL.len()
    );
    for kind in kinds() {
        let mut rows =
            ALL.iter().map(|connector| connector.spec()).filter(|spec| spec.kind == kind).peekable();
        if rows.peek().is_none() {
            continue;
        }
        let _ = writeln!(
            out,
            "\n## {}\n\n| connector | what it says | polled every |\n|---|---|---|",
            kind.title()
        );
        for spec in rows {
            let _ = writeln!(
                out,
                "| [{}]({}.md) | {} | {} |",
                spec.name,
                spec.id,
                spec.about,
                span(spec.interval)
            );
        }
    }
    out
}

fn page(spec: &Spec) -> String {
    let base = spec.base_url.map_or("yours".to_owned(), |url| format!("`{url}`"));
    let mut out = format!("# {}\n\n`{}`. {}\n\n", spec.name, spec.id, spec.about);
    if !spec.pushed {
        let _ = writeln!(out, "- Address: {base}");
    }
    let _ = writeln!(
        out,
        "- Polled every {}, at most every {}; figures are at most {} old",
        span(spec.interval),
        span(spec.min_interval),
        span(spec.freshness)
    );
    let _ = writeln!(out, "- What polling costs: {}", spec.poll_cost.unwrap_or("nothing."));
    let _ = writeln!(out, "- The API's documentation: <{}>", spec.docs_url);
    let pages = spec.links.pages();
    if !pages.is_empty() {
        out.push_str("\n## Its pages\n\n");
    }
    for (what, url) in pages {
        let what: String =
            what.chars().take(1).flat_map(char::to_uppercase).chain(what.chars().skip(1)).collect();
        let _ = writeln!(out, "- {what}: <{url}>");
    }
    let need = |required: bool| if required { "needed" } else { "optional" };
    if !spec.secrets.is_empty() {
        out.push_str("\n## Keys\n\n");
    }
    for secret in spec.secrets {
        let made = secret.url.map_or(String::new(), |url| format!(" Made at <{url}>."));
        let starts = secret.prefix.map_or(String::new(), |prefix| format!(" Begins with `{prefix}`."));
        let _ = writeln!(
            out,
            "- `{}` ({}, {}): {}{starts}{made}",
            secret.role,
            secret.label,
            need(secret.required),
            secret.help
        );
    }
    if !spec.options.is_empty() {
        out.push_str("\n## Options\n\n");
    }
    for option in spec.options {
        let choices: Vec<String> = option.choices.iter().map(|choice| format!("`{choice}`")).collect();
        let choices =
            if choices.is_empty() { String::new() } else { format!(" One of {}.", choices.join(", ")) };
        let _ = writeln!(
            out,
            "- `{}` ({}): {}{choices} Example: `{}`",
            option.name,
            need(option.required),
            option.help,
            option.example
        );
    }
    let _ = writeln!(out, "\n## Meters\n\n| meter | kind | what | needs |\n|---|---|---|---|");
    for meter in spec.meters {
        let kind = format!("{:?}", meter.kind).to_lowercase();
        let needs = if meter.needs.is_empty() { "nothing".to_owned() } else { format!("`{}`", meter.needs) };
        let _ = writeln!(out, "| `{}` | {kind} | {} | {needs} |", meter.key, meter.label);
    }
    let forms = crate::refusal::forms(spec.id);
    if !forms.is_empty() {
        out.push_str("\n## Refusals that it recognises\n\n| rule | status | cause |\n|---|---|---|\n");
    }
    for (rule, status, cause) in forms {
        let _ = writeln!(out, "| `{rule}` | {status} | {cause} |");
    }
    out
}
