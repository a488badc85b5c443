//! `docs/refusals.md`, written from the tables. Its prose is in `atlas.md`.

use super::atlas::{Form, Front, Said, Wait, atlas, fronts};
use crate::model::{Cause, Links, Scope, Severity, Window};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A provider or gateway that there is a connector for.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    /// The connector's id.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Its pages.
    pub links: Links,
}

/// Names of those that the table knows and no connector watches.
const UNWATCHED: [(&str, &str); 13] = [
    ("axonhub", "AxonHub"),
    ("envoy", "Envoy AI Gateway"),
    ("glean", "Glean"),
    ("helicone", "Helicone"),
    ("huggingface", "Hugging Face"),
    ("kong", "Kong"),
    ("ngrok", "ngrok AI Gateway"),
    ("nvidia", "NVIDIA"),
    ("opengateway", "OpenGateway"),
    ("tensorzero", "TensorZero"),
    ("vonage", "Vonage"),
    ("wandb", "Weights & Biases (CoreWeave)"),
    ("zenmux", "ZenMux"),
];

/// The page. `seen` are the statuses with which each rule's form was seen, where the rule takes any; `matrix` is what the
/// tests count.
pub fn page(who: &[Who], seen: &BTreeMap<String, BTreeSet<u16>>, matrix: &str) -> String {
    let forms = atlas();
    let name = |id: &str| name_of(who, id);
    let mut owners: Vec<&str> = Vec::new();
    for owner in forms.iter().filter_map(|form| form.owner) {
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    owners.sort_by_key(|owner| name(owner).to_lowercase());
    let index: Vec<String> =
        owners.iter().map(|owner| format!("[{}](#{})", name(owner), anchor(&name(owner)))).collect();
    let mut providers = String::new();
    for owner in &owners {
        let own: Vec<&Form> = forms.iter().filter(|form| form.owner == Some(*owner)).collect();
        let _ = writeln!(providers, "### {}\n", name(owner));
        if let Some(links) = who.iter().find(|one| one.id == *owner).map(pages) {
            let _ = writeln!(providers, "{links}\n");
        }
        let _ = writeln!(providers, "{}", table(&own, seen));
    }
    let anybody: Vec<&Form> = forms.iter().filter(|form| form.owner.is_none()).collect();
    include_str!("atlas.md")
        .replace("{{counts}}", &format!("{} forms of {} providers and gateways", forms.len(), owners.len()))
        .replace("{{causes}}", &causes())
        .replace("{{index}}", &index.join(" · "))
        .replace("{{shared}}", &shared(&forms, &name))
        .replace("{{providers}}", providers.trim_end())
        .replace("{{anybody}}", table(&anybody, seen).trim_end())
        .replace("{{fronts}}", known_fronts(&fronts(), &name).trim_end())
        .replace("{{matrix}}", matrix.trim_end())
}

fn name_of(who: &[Who], id: &str) -> String {
    let watched = who.iter().find(|one| one.id == id).map(|one| one.name);
    let other = || UNWATCHED.iter().find(|(other, _)| *other == id).map(|(_, name)| *name);
    watched.or_else(other).unwrap_or(id).to_owned()
}

/// The anchor that a heading gets where Markdown is shown.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter.to_ascii_lowercase() }).collect()
}

fn pages(who: &Who) -> String {
    let mut pages = vec![format!("[How it is watched](connectors/{}.md)", who.id)];
    pages.extend(who.links.pages().into_iter().map(|(what, url)| format!("[{what}]({url})")));
    pages.join(" · ")
}

fn causes() -> String {
    let mut out = String::from("| cause | what it means | what to do | urgency |\n|---|---|---|---|\n");
    for cause in Cause::ALL {
        let words = cause.words();
        let urgency = match cause.severity() {
            Severity::Refused | Severity::Now => "calls are refused now",
            Severity::Soon => "look at it soon",
            Severity::HeadsUp => "worth a look: it passes, or no money is missing",
        };
        let _ = writeln!(
            out,
            "| `{}`<br>{} | {} | {} | {urgency} |",
            words.id, words.title, words.means, words.step
        );
    }
    out.trim_end().to_owned()
}

/// Forms as a table: those about the account first, keys and permissions behind them. Forms that differ in nothing but
/// the field share a line.
fn table(forms: &[&Form], seen: &BTreeMap<String, BTreeSet<u16>>) -> String {
    let mut lines: Vec<([String; 4], Vec<String>, Vec<String>)> = Vec::new();
    let (keys, account): (Vec<&Form>, Vec<&Form>) =
        forms.iter().partition(|form| form.cause == Cause::Credentials);
    for form in account.into_iter().chain(keys) {
        let amounts = if form.reads.is_empty() {
            String::new()
        } else {
            format!("<br>tells what is {}", form.reads.join(", "))
        };
        let cause = format!("`{}`{amounts}", form.cause.id());
        let fixed = [held(form), cause, covers(form.scope).to_owned(), waits(form.wait).to_owned()];
        let at: Vec<String> = form.says.iter().map(|said| marked(&said.at)).collect();
        let status = statuses(form, seen);
        let known = lines.iter_mut().find(|(other, fields, _)| {
            *other == fixed && form.says.len() == 1 && fields.len() == 1 && !fixed[0].is_empty()
        });
        match known {
            Some((_, fields, all)) => {
                for field in at {
                    if !fields[0].split(" or ").any(|one| one == field) {
                        fields[0] = format!("{} or {field}", fields[0]);
                    }
                }
                if !all.contains(&status) {
                    all.push(status);
                }
            }
            None => lines.push((fixed, at, vec![status])),
        }
    }
    let mut out = String::from(
        "| status | what the answer says | cause | what it covers | does waiting help? |\n|---|---|---|---|---|\n",
    );
    for ([held, cause, scope, wait], fields, statuses) in lines {
        let statuses: BTreeSet<&str> = statuses.iter().flat_map(|all| all.split(", ")).collect();
        let statuses: Vec<&str> = statuses.into_iter().collect();
        let parts: Vec<String> = held
            .split('\n')
            .enumerate()
            .map(|(index, part)| match fields.get(index) {
                Some(field) => format!("{field} {part}"),
                None => part.to_owned(),
            })
            .filter(|part| !part.is_empty())
            .collect();
        let says = if parts.is_empty() { "nothing more".to_owned() } else { parts.join(", and ") };
        let _ = writeln!(out, "| {} | {says} | {cause} | {scope} | {wait} |", statuses.join(", "));
    }
    out
}

/// What each field holds, a line for each, and the header.
fn held(form: &Form) -> String {
    let mut parts: Vec<String> = form.says.iter().map(words).collect();
    parts.extend(form.header.map(|header| format!("there is a header `{header}`")));
    parts.join("\n")
}

fn words(said: &Said) -> String {
    let list = |words: &[String]| words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" or ");
    let kinds = [("is", said.equals), ("is", said.named), ("begins", said.begins), ("has", said.has)];
    let kinds = kinds.into_iter().filter(|(_, words)| !words.is_empty());
    let parts: Vec<String> = kinds.map(|(verb, words)| format!("{verb} {}", list(words))).collect();
    if parts.is_empty() { "is there".to_owned() } else { parts.join(", or ") }
}

fn marked(at: &str) -> String {
    if at.contains(' ') { at.to_owned() } else { code(at) }
}

fn code(text: &str) -> String {
    format!("`{}`", text.trim().replace('|', "\\|").replace('`', "'"))
}

fn statuses(form: &Form, seen: &BTreeMap<String, BTreeSet<u16>>) -> String {
    let known = if form.statuses.is_empty() { seen.get(form.rule) } else { None };
    let mut list: Vec<String> = match known {
        Some(seen) => seen.iter().map(u16::to_string).collect(),
        None => form.statuses.iter().map(u16::to_string).collect(),
    };
    if list.is_empty() {
        list.push("any".to_owned());
    }
    list.join(", ")
}

fn covers(scope: Scope) -> &'static str {
    match scope {
        Scope::Request => "this request",
        Scope::Key => "the key",
        Scope::Project => "the project",
        Scope::Team => "the team or project",
        Scope::Organisation => "the whole account",
        Scope::Provider => "the provider behind, or all who use it",
    }
}

fn waits(wait: Wait) -> &'static str {
    match wait {
        Wait::No => "no",
        Wait::Yes => "yes",
        Wait::IfNamed => "if it names a date, until then",
        Wait::Named => "until the moment that it names",
        Wait::Next(Window::Day) => "until midnight UTC",
        Wait::Next(Window::Week) => "until Monday, UTC",
        Wait::Next(Window::Month) => "until the 1st of the month, UTC",
        Wait::Next(_) => "until the limit starts again",
    }
}

/// Words that are codes of several, with what each means by them.
fn shared(forms: &[Form], name: &dyn Fn(&str) -> String) -> String {
    let mut known: BTreeMap<&str, Vec<(String, Vec<&str>)>> = BTreeMap::new();
    for form in forms {
        let Some(owner) = form.owner.map(name) else { continue };
        let words = form.says.iter().flat_map(|said| said.equals.iter().chain(said.named));
        for word in words.filter(|word| word.contains('_') && !word.contains(' ')) {
            let all = known.entry(word).or_default();
            let cause = form.cause.id();
            match all.iter_mut().find(|(other, _)| *other == owner) {
                Some((_, causes)) if !causes.contains(&cause) => causes.push(cause),
                Some(_) => {}
                None => all.push((owner.clone(), vec![cause])),
            }
        }
    }
    let mut out = String::from("| word | who says it, and what it means there |\n|---|---|\n");
    for (word, means) in known.into_iter().filter(|(_, means)| means.len() > 1) {
        let means = means.into_iter().map(|(owner, causes)| format!("{owner}: `{}`", causes.join("` or `")));
        let _ = writeln!(out, "| `{word}` | {} |", means.collect::<Vec<_>>().join("; "));
    }
    out.trim_end().to_owned()
}

fn known_fronts(fronts: &[Front], name: &dyn Fn(&str) -> String) -> String {
    let mut out = String::from(
        "| gateway | headers that give it away | where the provider's own answer stands |\n|---|---|---|\n",
    );
    for front in fronts {
        let list = |all: &mut dyn Iterator<Item = String>| {
            let all: Vec<String> = all.collect();
            if all.is_empty() { "–".to_owned() } else { all.join(", ") }
        };
        let headers = list(&mut front.headers.iter().map(|header| code(header)));
        let inner = list(&mut front.wrapped_in.iter().map(|at| marked(at)));
        let _ = writeln!(out, "| {} | {headers} | {inner} |", name(front.gateway));
    }
    out
}
