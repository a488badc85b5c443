//! A webhook's own template: minijinja (Jinja2's syntax), every value written as JSON, unknown names refused.

use super::message::{Alert, Message, MessageKind};
use super::webhook::data;
use crate::model::{AccountId, EpisodeKind, Severity, Timestamp};
use crate::say;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// No template is longer, in bytes.
const LONGEST: usize = 16 * 1024;

/// Text that breaks JSON wherever it is put in as it stands.
const HOSTILE: &str = "\"quoted\" \\ back\u{8}\n</script> {{ title }} \u{2028} 余额 ' , : ] }";

/// A template that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(String);

impl Template {
    /// Checks a template: it must be read, name nothing that there is not, and come to JSON with every kind of message,
    /// whatever stands in their texts. The error says what to do.
    pub fn new(text: &str) -> Result<Template, String> {
        if text.trim().is_empty() || text.len() > LONGEST {
            return Err(say!("channel-template-long", most = LONGEST.to_string()));
        }
        let template = Template(text.to_owned());
        for message in samples() {
            template.render(&message, "tw_0123456789abcdef")?;
        }
        Ok(template)
    }

    /// The message in the template's words. The error says why that is no JSON.
    pub fn render(&self, message: &Message, id: &str) -> Result<String, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Json);
        environment.set_recursion_limit(64);
        let why = |error: minijinja::Error| {
            let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            say!("channel-template", line = error.line().unwrap_or(1).to_string(), why = detail)
        };
        environment.add_template("template", &self.0).map_err(why)?;
        let template = environment.get_template("template").map_err(why)?;
        let text = template.render(minijinja::value::Serde(data(message, id))).map_err(why)?;
        match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            Ok(_) => Ok(text),
            Err(error) => Err(say!("channel-template-json", why = error.to_string())),
        }
    }
}

/// Messages of each kind with hostile texts, with and without what may be missing.
fn samples() -> Vec<Message> {
    let at = Timestamp(1_795_264_320_000);
    let alert = |full: bool| Alert {
        episode: 12,
        kind: EpisodeKind::Wall,
        severity: Severity::Soon,
        title: HOSTILE.to_owned(),
        body: HOSTILE.to_owned(),
        account: AccountId::new("ci").ok().filter(|_| full),
        account_label: HOSTILE.to_owned(),
        meter: full.then(|| HOSTILE.to_owned()),
        meter_label: HOSTILE.to_owned(),
        left: full.then(|| "4.20 USD".to_owned()),
        began_at: at,
        wall_p10: full.then_some(at),
        wall_p50: full.then_some(at),
        wall_p90: full.then_some(at),
    };
    let message = |kind: MessageKind, alerts: Vec<Alert>| Message {
        kind,
        severity: Severity::Soon,
        title: HOSTILE.to_owned(),
        body: HOSTILE.to_owned(),
        at,
        thread: "episode-12".to_owned(),
        link: (alerts.len() > 1).then(|| HOSTILE.to_owned()),
        alerts,
    };
    vec![
        message(MessageKind::Notice, vec![alert(true), alert(false)]),
        message(MessageKind::Resolved, vec![alert(false)]),
        message(MessageKind::Test, Vec::new()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_bring_their_own_quotation_marks() {
        let template = Template::new(r#"{"text": {{ title }}, "all": {{ title ~ ": " ~ body }}}"#).unwrap();
        let message = Message { title: "a \"b\"".into(), body: "c\nd".into(), ..samples().remove(2) };
        let value: serde_json::Value =
            serde_json::from_str(&template.render(&message, "tw_1").unwrap()).unwrap();
        assert_eq!(value, serde_json::json!({ "text": "a \"b\"", "all": "a \"b\": c\nd" }));
    }

    #[test]
    fn what_cannot_come_to_json_is_refused_when_it_is_read() {
        for bad in [
            "",
            "{{ title",
            "{{ nonsense }}",
            r#"{"text": "{{ title }}"}"#,
            r#"{"text": {{ title|safe }}}"#,
            r#"{% autoescape false %}{"text": "{{ title }}"}{% endautoescape %}"#,
            r#"{"account": {{ alerts[0].account }}}"#,
            "{% include 'other' %}",
            "plain words",
        ] {
            assert!(Template::new(bad).is_err(), "{bad}");
        }
        let good =
            r#"[{% for alert in alerts %}{{ alert.account }}{% if not loop.last %},{% endif %}{% endfor %}]"#;
        assert!(Template::new(good).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_gives_json_that_says_it(label in any::<String>(), title in any::<String>()) {
            let template = Template::new(
                r#"{"t": {{ title }}, "who": [{% for one in alerts %}{{ one.account_label }}{% if not loop.last %},{% endif %}{% endfor %}]}"#
            ).unwrap();
            let mut message = samples().remove(0);
            message.title = title.clone();
            message.alerts[0].account_label = label.clone();
            let value: serde_json::Value = serde_json::from_str(&template.render(&message, "tw_1").unwrap()).unwrap();
            prop_assert_eq!(value["t"].as_str(), Some(title.as_str()));
            prop_assert_eq!(value["who"][0].as_str(), Some(label.as_str()));
        }

        #[test]
        fn no_template_panics(text in ".{0,200}") {
            let _ = Template::new(&text);
        }
    }
}
