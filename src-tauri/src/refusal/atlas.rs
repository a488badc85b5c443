//! What the tables know, as data for a reader: who refuses how, and what each form means.

use super::figures::What;
use super::rows::{Row, rows};
use super::via;
use crate::model::{Cause, Scope, Window};

/// One known form of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The row's name.
    pub rule: &'static str,
    /// Whose it is: a connector's id mostly; `None` for anybody's.
    pub owner: Option<&'static str>,
    /// The statuses that it wants; any when empty.
    pub statuses: Vec<u16>,
    /// What the answer must hold, all of it.
    pub says: Vec<Said>,
    /// A header that must be there.
    pub header: Option<&'static str>,
    /// Why.
    pub cause: Cause,
    /// What it covers.
    pub scope: Scope,
    /// Whether waiting alone mends it.
    pub wait: Wait,
    /// The amounts that are read from the answer.
    pub reads: Vec<&'static str>,
    /// How sure, in percent.
    pub confidence: u8,
}

/// A field and what it must hold: one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The field as people write it: `error.code`; in words where it is no single field: `the body`.
    pub at: String,
    /// The whole text.
    pub equals: &'static [String],
    /// A name, written with any separators and letters of either case.
    pub named: &'static [String],
    /// How it begins.
    pub begins: &'static [String],
    /// What stands in it.
    pub has: &'static [String],
}

/// Whether waiting alone mends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// No.
    No,
    /// Yes, for no time that is known, or as long as `Retry-After` says.
    Yes,
    /// Yes, if the answer names a moment; then until that.
    IfNamed,
    /// Yes, until the moment that the answer names.
    Named,
    /// Yes, until the limit starts again by the UTC calendar.
    Next(Window),
}

/// Every form in the order of the table.
pub fn atlas() -> Vec<Form> {
    rows().iter().map(form).collect()
}

fn form(row: &'static Row) -> Form {
    let groups: Vec<&str> = row.figures.iter().flat_map(|figure| figure.groups()).collect();
    let named = row.retry_at.is_some();
    let in_words = groups.iter().any(|group| ["again", "wait"].contains(group));
    let passes = row.retryable.unwrap_or(row.cause.passes() || row.resets.is_some());
    let wait = match (row.retryable, row.resets) {
        (Some(false), _) => Wait::No,
        (_, Some(window)) => Wait::Next(window),
        _ if named && passes => Wait::Named,
        _ if passes => Wait::Yes,
        _ if named || in_words => Wait::IfNamed,
        _ => Wait::No,
    };
    let amounts = row.amounts.iter().map(|amount| match amount.what {
        What::Needed => "needed",
        What::Left => "left",
        What::Limit => "limit",
        What::Used => "used",
    });
    let mut reads = Vec::new();
    for one in groups.iter().copied().filter(|group| !["again", "wait"].contains(group)).chain(amounts) {
        if !reads.contains(&one) {
            reads.push(one);
        }
    }
    let says = row.all.iter().map(|pattern| Said {
        at: dotted(pattern.at()),
        equals: pattern.equals(),
        named: pattern.code(),
        begins: pattern.prefix(),
        has: pattern.contains(),
    });
    Form {
        rule: &row.rule,
        owner: row.owner(),
        statuses: row.status.clone(),
        says: says.collect(),
        header: row.header.as_deref(),
        cause: row.cause,
        scope: row.scope,
        wait,
        reads,
        confidence: row.confidence(),
    }
}

/// A JSON Pointer as people write it: `/error/details/0/reason` becomes `error.details[].reason`.
fn dotted(at: &str) -> String {
    match at {
        "text" => return "the body".to_owned(),
        "code" => return "a code or type".to_owned(),
        "message" => return "the message".to_owned(),
        _ => {}
    }
    if let Some(header) = at.strip_prefix("header:") {
        return format!("the header {header}");
    }
    let mut out = String::new();
    for part in at.split('/').skip(1) {
        if part == "*" || part.parse::<usize>().is_ok() {
            out.push_str("[]");
        } else {
            out.push_str(if out.is_empty() { "" } else { "." });
            out.push_str(&part.replace("~1", "/").replace("~0", "~"));
        }
    }
    out
}

/// A gateway that is told by what it adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// The connector's id.
    pub gateway: &'static str,
    /// Headers that only it adds.
    pub headers: Vec<&'static str>,
    /// Fields in which the provider's own answer stands.
    pub wrapped_in: Vec<String>,
}

/// The gateways that are told by what they add, in the order of their table.
pub fn fronts() -> Vec<Front> {
    let mut fronts: Vec<Front> = Vec::new();
    for (gateway, header, at) in via::known() {
        let index = fronts.iter().position(|front| front.gateway == gateway).unwrap_or_else(|| {
            fronts.push(Front { gateway, headers: Vec::new(), wrapped_in: Vec::new() });
            fronts.len() - 1
        });
        let Some(front) = fronts.get_mut(index) else { continue };
        front.headers.extend(header);
        front.wrapped_in.extend(at.map(dotted));
    }
    fronts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_written_as_people_write_fields() {
        assert_eq!(dotted("/error/details/0/reason"), "error.details[].reason");
        assert_eq!(dotted("/error/details/*/reason"), "error.details[].reason");
        assert_eq!(dotted("/code"), "code");
        assert_eq!(dotted("text"), "the body");
    }

    #[test]
    fn every_row_is_a_form_and_says_whether_to_wait() {
        let forms = atlas();
        assert_eq!(forms.len(), rows().len());
        let wait = |rule: &str| forms.iter().find(|form| form.rule == rule).map(|form| form.wait);
        assert_eq!(wait("any.429"), Some(Wait::Yes));
        assert_eq!(wait("deepseek.402"), Some(Wait::No));
        assert!(fronts().iter().any(|front| front.gateway == "litellm" && !front.wrapped_in.is_empty()));
    }
}
