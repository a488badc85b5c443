//! A small template: `{field}`, `{field|text when it is missing}`, `{{` and `}}` for braces. Pure.

/// A template as read.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// Text as it stands.
    Text(String),
    /// A field, and what stands for it when it is missing.
    Field(&'static str, String),
}

/// What stands for a missing value where the template says nothing else.
const MISSING: &str = "-";

impl Template {
    /// Reads a template that may name `fields`. Errors say what to write.
    pub(super) fn read(text: &str, fields: &[(&'static str, &str)]) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let doubled = letters.next_if(|(_, next)| *next == letter && "{}".contains(letter)).is_some();
            match letter {
                '{' | '}' if doubled => plain.push(letter),
                '}' => return Err("a '}' stands alone; write }} for a brace".to_owned()),
                '{' => {
                    let rest = &text[at + 1..];
                    let end = rest.find('}').ok_or("a '{' is not closed; write {{ for a brace")?;
                    let inner = &rest[..end];
                    let (name, missing) = inner.split_once('|').unwrap_or((inner, MISSING));
                    if missing.contains('{') {
                        return Err("the text after '|' may not hold a brace".to_owned());
                    }
                    let known = fields.iter().find(|(known, _)| *known == name.trim());
                    let (known, _) = known.ok_or_else(|| unknown(name, fields))?;
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(Part::Field(known, missing.to_owned()));
                    while letters.next_if(|(next, _)| *next <= at + 1 + end).is_some() {}
                }
                other => plain.push(other),
            }
        }
        parts.push(Part::Text(plain));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Template(parts))
    }

    /// Fills it in; a value is one line whatever it holds.
    pub(super) fn fill(&self, value: impl Fn(&str) -> Option<String>) -> String {
        let say = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(name, missing) => {
                value(name).map_or_else(|| missing.clone(), |value| super::plain(&value))
            }
        };
        self.0.iter().map(say).collect()
    }
}

fn unknown(name: &str, fields: &[(&'static str, &str)]) -> String {
    let known: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let name: String = super::plain(name).chars().take(40).collect();
    format!("there is no field '{name}'; there are {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIELDS: &[(&str, &str)] = &[("left", ""), ("label", ""), ("gone", "")];

    fn filled(text: &str) -> Result<String, String> {
        let value = |name: &str| match name {
            "left" => Some("$4.12".to_owned()),
            "label" => Some("a\nb\x1b[2J{left}".to_owned()),
            _ => None,
        };
        Ok(Template::read(text, FIELDS)?.fill(value))
    }

    #[test]
    fn fields_braces_and_missing_values() {
        assert_eq!(filled("{left} left").as_deref(), Ok("$4.12 left"));
        assert_eq!(filled("{{left}} {gone} {gone|no wall} {gone|}.").as_deref(), Ok("{left} - no wall ."));
        assert_eq!(filled("{{{left}}}").as_deref(), Ok("{$4.12}"));
        assert_eq!(filled("größe: { left }é").as_deref(), Ok("größe: $4.12é"));
        assert_eq!(filled("").as_deref(), Ok(""));
        assert_eq!(filled("{label}").as_deref(), Ok("a b [2J{left}"), "a value is data");
    }

    #[test]
    fn what_cannot_be_followed_says_what_can() {
        assert_eq!(
            filled("{balance}"),
            Err("there is no field 'balance'; there are left, label, gone".into())
        );
        assert!(filled("{left").is_err_and(|why| why.contains("not closed")));
        assert!(filled("left}").is_err_and(|why| why.contains("stands alone")));
        assert!(filled("{}").is_err() && filled("{left|{}").is_err());
    }

    proptest! {
        #[test]
        fn any_template_is_read_or_refused(text in "[{}|a-z é\n]{0,24}") {
            let _ = filled(&text);
        }

        #[test]
        fn text_with_doubled_braces_comes_back(text in "[{}a|é ]{0,16}") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(filled(&doubled), Ok(text));
        }
    }
}
