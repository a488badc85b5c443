//! What one poll asked and what came back, for people who distrust numbers. In memory only, and bounded.

use super::redact::redact;
use super::{Answer, WireRequest};
use crate::model::{PollError, Secret};
use std::sync::{Arc, Mutex, PoisonError};

/// Answers that are kept of one poll; further ones are counted.
pub const MOST_ANSWERS: usize = 8;
/// Bytes that are kept of one answer's body.
pub const MOST_BYTES: usize = 64 * 1024;

/// What stands where a secret was.
const MASK: &str = "[redacted]";
/// Secrets that are remembered of one poll: the account's keys and what log-ins gave.
const MOST_SECRETS: usize = 32;

/// One question and its answer, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// `GET` or `POST`.
    pub method: String,
    /// The address, secrets masked.
    pub url: String,
    /// HTTP status; `None` when no whole answer came.
    pub status: Option<u16>,
    /// The answer's content type, as it said.
    pub kind: String,
    /// Bytes that came.
    pub bytes: usize,
    /// Whether `body` is only its beginning.
    pub cut: bool,
    /// The body as text, secrets masked; `None` when it is no text.
    pub body: Option<String>,
    /// Why no answer came, in words.
    pub problem: Option<String>,
}

/// Listens at one account's door while it is polled. Cheap to clone; without [`Tape::new`] it hears nothing.
#[derive(Clone, Default)]
pub(super) struct Tape(Option<Arc<Mutex<Reel>>>);

#[derive(Default)]
struct Reel {
    heard: Vec<Heard>,
    more: usize,
    secrets: Vec<Secret>,
}

impl Tape {
    pub(super) fn new() -> Tape {
        Tape(Some(Arc::default()))
    }

    /// Notes one exchange. The body is cut here, but masked only in [`Tape::take`], when every secret is known.
    pub(super) fn note(
        &self,
        host: &str,
        request: &WireRequest,
        secrets: Vec<String>,
        answer: &Result<Answer, PollError>,
    ) {
        let Some(reel) = &self.0 else { return };
        let mut reel = reel.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_SECRETS.saturating_sub(reel.secrets.len());
        reel.secrets.extend(secrets.into_iter().take(room).map(Secret::new));
        if reel.heard.len() >= MOST_ANSWERS {
            reel.more += 1;
            return;
        }
        let pairs: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        let scheme = request.url.split("://").next().unwrap_or("https");
        let (method, url) = (request.method.clone(), format!("{scheme}://{host}{}{query}", request.path));
        reel.heard.push(match answer {
            Ok(answer) => Heard {
                method,
                url,
                status: Some(answer.status),
                kind: answer.header("content-type").unwrap_or_default().chars().take(100).collect(),
                bytes: answer.body.len(),
                cut: answer.body.len() > MOST_BYTES,
                body: text(&answer.body),
                problem: None,
            },
            Err(error) => Heard {
                method,
                url,
                status: None,
                kind: String::new(),
                bytes: 0,
                cut: false,
                body: None,
                problem: Some(error.message.clone()),
            },
        });
    }

    /// What was heard since the last call, and how many answers more there were; masked by the look of keys, by the
    /// account's own secrets, and by whatever the requests carried.
    pub(super) fn take(&self, own: &[&str]) -> (Vec<Heard>, usize) {
        let Some(reel) = &self.0 else { return (Vec::new(), 0) };
        let Reel { heard, more, secrets } =
            std::mem::take(&mut *reel.lock().unwrap_or_else(PoisonError::into_inner));
        let known = own.iter().copied().chain(secrets.iter().map(Secret::expose));
        let mut forms: Vec<String> = known.flat_map(forms).collect();
        // The longest first: a form may hold another.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        let clean = |text: String, cut: bool| masked(text, &forms, cut);
        let clean_one = |one: Heard| Heard {
            url: clean(one.url, false),
            kind: clean(one.kind, false),
            body: one.body.map(|body| clean(body, one.cut)),
            problem: one.problem.map(|problem| clean(problem, false)),
            ..one
        };
        (heard.into_iter().map(clean_one).collect(), more)
    }
}

/// The beginning of a body as text; `None` for what is no text.
fn text(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(MOST_BYTES)]).into_owned();
    let strange = text.chars().filter(|letter| {
        *letter == char::REPLACEMENT_CHARACTER || (letter.is_control() && !"\n\r\t".contains(*letter))
    });
    (strange.count() * 20 <= text.chars().count()).then_some(text)
}

/// The ways in which an answer may say a secret: plainly, for an address, inside JSON, and in base64 wherever it may
/// begin there. One of less than four letters is no secret to look for.
fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    if secret.len() < 4 {
        return Vec::new();
    }
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.trim_matches('"').to_owned();
    let mut found =
        vec![secret.to_owned(), form.replace('+', "%20"), low(&form), form, json.replace('/', "\\/"), json];
    for before in 0..3 {
        let mut bytes = vec![b'x'; before];
        bytes.extend(secret.as_bytes());
        for coded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            // Without the letters that its neighbours share.
            let (first, whole) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            found.extend(coded.get(first..whole).filter(|form| form.len() >= 4).map(str::to_owned));
        }
    }
    found
}

/// `%2F` as `%2f`.
fn low(form: &str) -> String {
    let mut parts = form.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (code, rest) = part.split_at(part.len().min(2));
        format!("{text}%{}{rest}", code.to_ascii_lowercase())
    })
}

/// Text without these forms and without what looks like a key. Of one that was cut, the last word goes too when it may
/// be the beginning of either.
fn masked(mut text: String, forms: &[String], cut: bool) -> String {
    if cut {
        let torn = forms.iter().filter_map(|form| {
            let ends = form.char_indices().map(|(at, _)| at).skip(1);
            ends.filter(|end| text.ends_with(&form[..*end])).max()
        });
        let torn = torn.max().unwrap_or(0);
        text.truncate(text.len() - torn);
        let word = |letter: char| !letter.is_whitespace() && !"\",:;<>(){}[]".contains(letter);
        text.truncate(text.trim_end_matches(word).len());
    }
    for form in forms {
        if text.contains(form.as_str()) {
            text = text.replace(form.as_str(), MASK);
        }
    }
    redact(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "plain words/of a+secret";

    fn request() -> WireRequest {
        WireRequest {
            method: "GET".into(),
            url: "https://gw.example/v1?key=x".into(),
            path: format!("/v1/{SECRET}"),
            query: vec![("api_key".into(), "redacted".into()), ("q".into(), SECRET.into())],
            headers: Vec::new(),
            body: Vec::new(),
            private: false,
        }
    }

    fn answer(body: &[u8]) -> Result<Answer, PollError> {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(Answer { status: 200, headers, body: body.to_vec() })
    }

    fn heard(body: &[u8]) -> Heard {
        let tape = Tape::new();
        tape.note("gw.example", &request(), Vec::new(), &answer(body));
        tape.take(&[SECRET]).0.remove(0)
    }

    #[test]
    fn every_form_of_a_secret_is_masked() {
        // By hand: `printf 'plain words/of a+secret' | base64`, the same after one and two letters, and as addresses.
        for form in [
            SECRET,
            "plain%20words%2Fof%20a%2Bsecret",
            "plain+words%2Fof+a%2Bsecret",
            "plain+words%2fof+a%2bsecret",
            r"plain words\/of a+secret",
            "cGxhaW4gd29yZHMvb2YgYStzZWNyZX",
            "BsYWluIHdvcmRzL29mIGErc2VjcmV0",
            "wbGFpbiB3b3Jkcy9vZiBhK3NlY3Jld",
        ] {
            let one = heard(format!(r#"{{"you": "<{form}>", "left": 12.30}}"#).as_bytes());
            let said = format!("{one:?}");
            assert!(!said.contains(form), "{form} in {said}");
            assert!(one.body.unwrap().contains("12.30"), "figures stay");
        }
        assert_eq!(heard(b"{}").url, "https://gw.example/v1/[redacted]?api_key=redacted&q=[redacted]");
    }

    #[test]
    fn a_session_that_an_earlier_answer_gave_is_masked_there_too() {
        let tape = Tape::new();
        tape.note("h", &request(), Vec::new(), &answer(br#"{"data": "session of words"}"#));
        tape.note("h", &request(), vec!["session of words".into()], &answer(b"{}"));
        let (all, _) = tape.take(&[]);
        assert_eq!(all[0].body.as_deref(), Some(r#"{"data": "[redacted]"}"#));
        assert!(tape.take(&[]).0.is_empty(), "taken once");
    }

    #[test]
    fn it_is_bounded_and_no_secret_is_torn_into_sight() {
        let tape = Tape::new();
        for _ in 0..MOST_ANSWERS + 3 {
            tape.note("h", &request(), Vec::new(), &answer(&vec![b'a'; 3 << 20]));
        }
        let (all, more) = tape.take(&[]);
        assert_eq!((all.len(), more), (MOST_ANSWERS, 3));
        assert!(all.iter().all(|one| one.cut && one.body.as_ref().unwrap().len() <= MOST_BYTES));
        assert_eq!(all[0].bytes, 3 << 20);
        for shown in 1..SECRET.len() {
            let mut body = "a ".repeat(MOST_BYTES / 2 + 1).into_bytes();
            body.truncate(MOST_BYTES - shown);
            body.extend(SECRET.as_bytes());
            let text = heard(&body).body.unwrap();
            assert!(text.trim_end().ends_with(" a"), "{shown}: {}", &text[text.len() - 40..]);
        }
    }

    #[test]
    fn what_is_no_text_is_not_shown_as_text() {
        assert_eq!(heard(&[0, 159, 146, 150, 1, 2, 3]).body, None);
        assert_eq!(heard("余额：¥38.90\n".as_bytes()).body.as_deref(), Some("余额：¥38.90\n"));
        let page = "<script>alert(1)</script>";
        assert_eq!(heard(page.as_bytes()).body.as_deref(), Some(page));
    }

    #[test]
    fn a_door_without_a_tape_keeps_nothing() {
        let tape = Tape::default();
        tape.note("h", &request(), Vec::new(), &answer(b"{}"));
        assert!(tape.take(&[]).0.is_empty());
    }
}
