//! What somebody pastes: the output of `curl -i`, a body, an error as a program printed it. Secrets are dropped here,
//! before anything else sees the text.

use super::Response;
use crate::http::Answer;

/// A pasted answer without its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// HTTP status, if it was there.
    pub status: Option<u16>,
    /// Headers of the answer, names in lower case; those that hold secrets are gone.
    pub headers: Vec<(String, String)>,
    /// The body, with what looks like a key masked.
    pub body: Vec<u8>,
    /// What was dropped or masked, in words: `Authorization`, `Cookie`, `2 keys in the body`.
    pub dropped: Vec<String>,
}

impl Pasted {
    /// The parts, to be explained.
    pub fn response(&self) -> Response<'_> {
        Response { status: self.status, headers: &self.headers, body: &self.body }
    }
}

impl From<Answer> for Pasted {
    fn from(answer: Answer) -> Self {
        Pasted {
            status: Some(answer.status),
            headers: answer.headers,
            body: answer.body,
            dropped: Vec::new(),
        }
    }
}

/// Reads a paste.
pub fn paste(text: &str) -> Pasted {
    Pasted { body: crate::http::redact(text).into_bytes(), ..Pasted::default() }
}
