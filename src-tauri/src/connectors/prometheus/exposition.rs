//! The text format of a `/metrics` page. Strict: one line that is no metric, and nothing of the page is used; values
//! stay text, so that money never passes through a float (which is why no crate for this format fits).
//! Source: prometheus.io/docs/instrumenting/exposition_formats, text format 0.0.4; OpenMetrics' exemplars are skipped.

use crate::model::PollError;

/// One line of the page: a metric's name, its labels, its value as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) value: String,
}

/// Every metric of a page. Errors: a line that is none, or none at all.
pub(super) fn parse(page: &str) -> Result<Vec<Sample>, PollError> {
    let mut samples = Vec::new();
    for (number, line) in page.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let bad = || {
            PollError::malformed(format!(
                "line {} of the page is no metric, so nothing of it is used: is the path that of a /metrics page?",
                number + 1
            ))
        };
        samples.push(sample(line).ok_or_else(bad)?);
    }
    if samples.is_empty() {
        return Err(PollError::malformed("the page holds no metric: is the path that of a /metrics page?"));
    }
    Ok(samples)
}

fn sample(line: &str) -> Option<Sample> {
    let (name, rest) = name(line, true)?;
    let (labels, rest) = match rest.trim_start().strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let mut words = rest.split_whitespace();
    let value = words.next().filter(|value| is_value(value))?;
    match words.next() {
        None => {}
        Some(exemplar) if exemplar.starts_with('#') => {}
        Some(time) => {
            let digits = time.strip_prefix('-').unwrap_or(time);
            let digits = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let end = words.next().is_none_or(|next| next.starts_with('#'));
            if !digits || !end {
                return None;
            }
        }
    }
    Some(Sample { name: name.to_owned(), labels, value: value.to_owned() })
}

/// A name at the start, and what follows it. Metrics may hold colons, labels not.
pub(super) fn name(text: &str, metric: bool) -> Option<(&str, &str)> {
    let fits = |(at, letter): (usize, char)| {
        letter.is_ascii_alphabetic()
            || letter == '_'
            || (metric && letter == ':')
            || (at > 0 && letter.is_ascii_digit())
    };
    let end = text.char_indices().find(|found| !fits(*found)).map_or(text.len(), |(at, _)| at);
    (end > 0).then(|| text.split_at(end))
}

/// A quoted text at the start, its escapes undone, and what follows it.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let mut letters = text.strip_prefix('"')?.char_indices();
    let mut value = String::new();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(at + 2..)?)),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                other @ ('\\' | '"') => other,
                _ => return None,
            }),
            other => value.push(other),
        }
    }
    None
}

/// Labels up to the closing brace, and what follows it. A comma may stand behind the last.
fn labels(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let (mut found, mut rest) = (Vec::new(), text.trim_start());
    loop {
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((found, rest));
        }
        let (label, after) = name(rest, false)?;
        let (value, after) = quoted(after.trim_start().strip_prefix('=')?.trim_start())?;
        found.push((label.to_owned(), value));
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.starts_with('}') => {}
            None => return None,
        }
    }
}

/// A decimal, NaN, or an infinity.
fn is_value(text: &str) -> bool {
    let plain = text.strip_prefix(['+', '-']).unwrap_or(text);
    if ["nan", "inf", "infinity"].iter().any(|word| plain.eq_ignore_ascii_case(word)) {
        return true;
    }
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((plain, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !(whole.is_empty() && part.is_empty())
        && digits(whole)
        && digits(part)
        && !exponent.is_empty()
        && digits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_documented_forms_are_read() {
        let page = "# HELP a Says\n# TYPE a counter\na 1\nb_total{x=\"1\",y=\"a \\\"q\\\" \\\\ \\n}\",} 1.5e+3 1395066363000\n\nc:d{} NaN\ne -Inf # {trace_id=\"t\"} 1\n";
        let found = parse(page).unwrap();
        assert_eq!(found.len(), 4);
        assert_eq!(found[1].labels, [("x".into(), "1".into()), ("y".into(), "a \"q\" \\ \n}".into())]);
        assert_eq!(
            (found[1].value.as_str(), found[2].name.as_str(), found[3].value.as_str()),
            ("1.5e+3", "c:d", "-Inf")
        );
    }

    #[test]
    fn what_is_no_metric_is_refused() {
        for page in [
            "",
            "# only a comment",
            "<html>",
            "null",
            "a",
            "a b",
            "1a 2",
            "a{x=1} 2",
            "a{x=\"1\" 2",
            "a{x=\"1\"y=\"2\"} 1",
            "a{x=\"\\t\"} 1",
            "a 1 2 3",
            "a 1 soon",
            "a 0x10",
            "a 1e",
            "{\"a\": 1}",
        ] {
            assert!(parse(page).is_err(), "{page}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,12}",
            labels in prop::collection::vec(("[a-zA-Z_][a-zA-Z0-9_]{0,8}", any::<String>()), 0..4),
            value in "-?[0-9]{1,6}(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
        ) {
            let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            // Lines end at a line feed; a carriage return before it would be cut by reading line by line.
            prop_assume!(labels.iter().all(|(_, text)| !text.contains('\r')));
            let pairs: Vec<String> =
                labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escape(text))).collect();
            let page = format!("{name}{{{}}} {value}\n", pairs.join(","));
            let sample = Sample { name, labels, value };
            prop_assert_eq!(parse(&page).unwrap(), vec![sample]);
        }

        #[test]
        fn any_page_is_read_or_refused_without_a_panic(page in "[ -~\\n\u{e9}]{0,80}") {
            let _ = parse(&page);
        }
    }
}
